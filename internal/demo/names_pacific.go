package demo

// pacificNames are the naming traditions of the islands of the Pacific.
var pacificNames = []tradition{
	{
		name:   "Māori",
		women:  "Hinemoa, Mereana, Aroha, Ngaio, Marama, Kiri, Anahera, Hana, Huia, Kaia, Manaia, Moana, Ngaire, Pania, Rangimārie, Roimata, Tia, Waimārie, Whetū, Āwhina, Hine, Kāhu, Māia, Tūī",
		men:    "Wiremu, Hēmi, Rāwiri, Tāne, Matiu, Hōne, Pita, Rangi, Tama, Hoani, Nikau, Wī, Tāmati, Te Ariki, Kahurangi, Māui, Tūmanako, Ihaka, Hākopa, Eruera, Manaaki, Paora, Tiaki, Te Koha",
		family: "Te Rangi, Parata, Ngata, Tāwhiri, Pōmare, Te Kanawa, Waititi, Rātana, Hēnare, Tamihere, Te Heuheu, Kereama, Mahuta, Tūhoe, Wīneera, Ruatapu, Paki, Rangihuna, Te Whata, Ngāwaka, Hōhepa, Karetai, Moana, Pōtae, Takerei, Te Aho, Kawharu, Whaanga, Tipene, Tau",
	},
	{
		name:   "Tongan and Samoan",
		women:  "Sālote, Mele, ʻAna, Lupe, ʻOfa, Sela, Fīnau, Lesieli, ʻUnaloto, Siu, Sina, Tala, Lagi, Masina, Fetū, Leilani, Teuila, Moana, Vaea, Lāvinia",
		men:    "Tevita, Sione, Viliami, Siaosi, Semisi, Mosese, Paula, Sitiveni, Taniela, Maʻafu, Tavita, Ioane, Tui, Manu, Sefa, Fetu, Mikaele, Tama, ʻIsileli, Feleti",
		family: "Fusituʻa, Taufaʻāhau, Tupou, Latu, Fifita, Maʻu, Vea, Havili, Fonua, Moala, Kaufusi, ʻAkauʻola, Tuʻipulotu, Faleolo, Leota, Malietoa, Tuimavave, Sapolu, Faʻasavalu, Lealaiauloto, Pouono, Veikoso, Taumoepeau, Lolohea, Tuʻivakanō, ʻEke",
	},
	{
		name:   "Hawaiian",
		women:  "Keahi, Leilani, Nalani, Kailani, Malia, Pualani, Iolana, Kalea, Nohea, Makana, Ululani, Haunani, Kamalei, Noelani, Mahina, Hōkū, Lokelani, Kēhau, ʻŌlena, Hiʻilei",
		men:    "Kai, Keanu, Kekoa, Kimo, Makoa, Ikaika, Koa, Nainoa, Kawika, Keoni, Lono, Maleko, Kaleo, Kalani, Kamaka, Keola, Nakoa, Pono, ʻIolani, Hoku",
		family: "Kealoha, Kahananui, Keawe, Kamaka, Nakamura, Kalaniʻōpuʻu, Kekauoha, Mahoe, Kahale, Kaleikini, Kauhane, Akana, Kapule, Keliʻi, Kanahele, Kaʻahumanu, Makuakāne, Nāone, Palakiko, Kawaiʻaeʻa, Kaniho, Hoʻomanawanui",
	},
	{
		name:   "Fijian",
		women:  "Adi, Mere, Litia, Salote, Ana, Losalini, Vani, Sereana, Asenaca, Titilia, Vasemaca, Laisa, Kelera, Unaisi, Makereta, Merewalesi, Alisi, Talica, Sera, Ateca",
		men:    "Ratu, Jone, Semi, Waisale, Josefa, Isikeli, Apisai, Ilaitia, Filipe, Manasa, Sitiveni, Epeli, Sireli, Peni, Viliame, Inia, Laisenia, Tomasi, Kaminieli, Watisoni",
		family: "Tuivaga, Rabici, Qalica, Bainivalu, Serevi, Nawaqanitawase, Naiqama, Vakatawa, Radradra, Tikoirotuma, Kubuabola, Seruiratu, Waqa, Cakobau, Nailatikau, Matanitobua, Vosarogo, Bogi, Ravouvou, Delana",
	},
}
