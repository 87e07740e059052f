package demo

// africanNames are the naming traditions of Africa and its islands.
var africanNames = []tradition{
	{
		name:   "Yoruba",
		women:  "Folake, Adébísí, Títílayọ̀, Ọmọ́lará, Ṣadé, Yétúndé, Bùkọ́lá, Abísọ́lá, Ìyábọ̀, Morẹ́nikẹ́, Dámilọ́lá, Ayọ̀délé, Fúnmiláyọ̀, Kẹ́hìndé, Táíwò, Olúwaṣèyí, Àdùkẹ́, Ronkẹ́, Bísí, Ẹ̀bùnolúwa, Tèmítọ́pẹ́, Ìbùkún, Adérónkẹ́, Mojísọ́lá",
		men:    "Oluwaseun, Babátúndé, Adéwálé, Ọlámidé, Túndé, Fẹ́mi, Ṣẹ́gun, Káyọ̀dé, Akínwùmí, Bọ́lájí, Ọlábísí, Gbénga, Délé, Kúnlé, Olúmidé, Rótìmí, Wálé, Adébáyọ̀, Ìdòwú, Olúfẹ́mi, Ṣọlá, Táyọ̀, Yínká, Jídé",
		family: "Adébáyò, Adéyẹmí, Okunọlá, Akíntọ́lá, Ọlátúnjí, Ògúnlẹ́yẹ, Balógun, Afọlábí, Òjó, Àjàyí, Ṣówándé, Fáṣọlá, Ọdúnsí, Adélékè, Oyèlárán, Ìdòwú, Ọládípọ̀, Akínsànyà, Bánkólé, Ọ̀ṣúndáre, Adégoke, Ọlórunfẹ́mi, Àlàbí, Oyinlọlá, Adékúnlé, Ṣóyínká, Fálànà, Odùyà, Ògúndípẹ̀, Akínyemí, Ọlániyan, Adéṣínà",
	},
	{
		name:   "Igbo",
		women:  "Amara, Chidinma, Ngozi, Ifeoma, Adaeze, Chiamaka, Obiageli, Nkechi, Uchenna, Chinwe, Ezinne, Kosisochukwu, Oluchi, Nneka, Ugochi, Ifunanya, Amarachi, Chimamanda, Ogechi, Adaobi, Nwakaego, Uzoamaka, Somtochukwu, Kambili",
		men:    "Chukwuemeka, Obinna, Ikenna, Kelechi, Nnamdi, Chinedu, Emeka, Ifeanyi, Uche, Obi, Chidi, Azubuike, Ikechukwu, Tobechukwu, Onyekachi, Chibuzo, Ugochukwu, Kenechukwu, Okechukwu, Nonso, Arinze, Ebuka, Lotanna, Zikora",
		family: "Okonkwo, Okafor, Nwosu, Eze, Obi, Onyekachi, Nwachukwu, Okoye, Ibekwe, Okeke, Chukwu, Onwuachi, Uzodinma, Nnaji, Okoro, Anyanwu, Ezenwa, Mbah, Nwankwo, Iwuchukwu, Onuoha, Ugwu, Azike, Umeh, Emenike, Obiora, Ejiofor, Madueke, Ojukwu, Agbakoba, Ikpeazu, Nwabueze",
	},
	{
		name:   "Hausa",
		women:  "Aisha, Hadiza, Zainab, Fatima, Maryam, Hauwa, Asabe, Talatu, Rakiya, Jummai, Laraba, Halima, Binta, Safiya, Kande, Ladidi, Amina, Rahila, Saratu, Uwani",
		men:    "Musa, Ibrahim, Sani, Abubakar, Usman, Bello, Garba, Yakubu, Danjuma, Aliyu, Haruna, Isah, Kabiru, Lawal, Nasiru, Shehu, Tanko, Umaru, Bala, Audu",
		family: "Abdullahi, Ɗanjuma, Ɓagudu, Bello, Ƙaura, Yusuf, Mohammed, Danladi, Gwandu, Katsina, Kano, Zubairu, Waziri, Tafida, Maigari, Sarki, Gambo, Dogara, Ringim, Dikko, Galadima, Magaji, Barau, Tukur",
	},
	{
		name:   "Akan",
		women:  "Akosua, Adwoa, Abena, Akua, Yaa, Afua, Ama, Efua, Esi, Araba, Maame, Serwaa, Nana Yaa, Adjoa, Ekua, Baaba, Aba, Abla, Akorfa, Dzifa",
		men:    "Kwasi, Kojo, Kwabena, Kwaku, Yaw, Kofi, Kwame, Ebo, Fiifi, Papa Kwesi, Nana Kwame, Ebenezer, Osei, Kwadwo, Paa Kwesi, Kobina, Ekow, Selorm, Edem, Senyo",
		family: "Mensah, Owusu, Boateng, Asante, Osei, Agyeman, Kwarteng, Appiah, Amoako, Antwi, Ofori, Addo, Sarpong, Acheampong, Danso, Opoku, Gyasi, Frimpong, Nkansah, Ansah, Quaye, Tetteh, Amankwah, Bonsu, Darko, Yeboah, Adomako, Essien, Asamoah, Nyarko",
	},
	{
		name:   "Kikuyu",
		women:  "Wanjiru, Wambui, Njeri, Wangari, Wanjiku, Nyambura, Muthoni, Wairimu, Wangui, Waithera, Gathoni, Njoki, Nyokabi, Wacera, Warigia, Mumbi, Nyawira, Wamaitha, Makena, Karimi, Ciiru, Wanja, Kagendo, Kanyi",
		men:    "Kamau, Njoroge, Mwangi, Kariuki, Njuguna, Maina, Gitau, Kimani, Ndung'u, Karanja, Waweru, Macharia, Githinji, Mbugua, Muriithi, Ngugi, Wachira, Gatimu, Murage, Irungu, Joseph, Peter, Samuel, Mugo",
		family: "Kamau, Mwangi, Kariũki, Njoroge, Wainaina, Gĩthaiga, Mũriũki, Ngũgĩ, Kĩmani, Karanja, Waweru, Nderitu, Gathogo, Mbũrũ, Macharia, Kĩbathi, Ndegwa, Kagwe, Gachanja, Mũgambi, Nyaga, Mwaura, Thuo, Kabiru, Mathenge, Wanyoike, Gĩtonga, Mureithi, Njenga, Kĩarie",
	},
	{
		name:   "Luo and Luhya",
		women:  "Achieng, Atieno, Akinyi, Anyango, Adhiambo, Awuor, Auma, Apiyo, Adongo, Nafula, Nekesa, Naliaka, Nasimiyu, Khadenje, Ayuma, Minayo, Vihenda, Grace, Mercy, Lilian",
		men:    "Otieno, Ochieng, Odhiambo, Omondi, Okoth, Onyango, Owuor, Ouma, Opiyo, Odongo, Wafula, Wekesa, Barasa, Simiyu, Juma, Mukhwana, Amimo, Kennedy, Collins, Tom",
		family: "Odindo, Ogola, Oduor, Nyong'o, Ouko, Ogutu, Were, Okello, Wandera, Wanjala, Makokha, Mudavadi, Shikuku, Khalwale, Masinde, Wamalwa, Oyugi, Ochola, Oloo, Awiti, Ombima, Lusweti, Mulama, Angawa, Okumu, Obura, Nyangweso, Opondo, Kidero, Mbadi",
	},
	{
		name:   "Swahili",
		women:  "Zawadi, Neema, Amina, Rehema, Mwanaidi, Asha, Zuhura, Saida, Halima, Mwajuma, Subira, Tatu, Furaha, Baraka, Upendo, Imani, Pendo, Sikujua, Mariamu, Bahati",
		men:    "Juma, Hamisi, Rashidi, Salum, Bakari, Shabani, Athumani, Mwinyi, Omari, Seif, Khamis, Makame, Abdalla, Faraji, Ramadhani, Idi, Jabali, Mosi, Simba, Tumaini",
		family: "Mwinyi, Kikoti, Mkama, Shein, Mwakyembe, Massawe, Mushi, Kimaro, Lyimo, Mrema, Mbowe, Kiondo, Mwambene, Mgonja, Swai, Msuya, Mfinanga, Kessy, Chande, Mzee, Karume, Jumbe, Nassor, Ngowi, Mwakasege, Shayo, Temba, Maro, Joseph, Mutua",
	},
	{
		name:   "Ganda and Rwandan",
		women:  "Nakato, Babirye, Namukasa, Nalwoga, Nansubuga, Nakimuli, Namazzi, Uwimana, Mukamana, Ingabire, Umutoni, Uwase, Mutesi, Nyirahabimana, Kayitesi, Iradukunda, Akimana, Keza, Teta, Umuhoza",
		men:    "Kato, Wasswa, Mukasa, Ssebunya, Kizza, Lubega, Musoke, Habimana, Nkurunziza, Mugisha, Ndayisenga, Niyonzima, Bizimana, Hakizimana, Gasana, Rukundo, Kagabo, Mwesigwa, Tumusiime, Byaruhanga",
		family: "Ssekandi, Nsubuga, Kaggwa, Mayanja, Ssemogerere, Kiwanuka, Lukwago, Muwanga, Nshimiyimana, Twagirayezu, Ntaganda, Kayumba, Hategekimana, Ndahiro, Rutagengwa, Mukantagara, Nsengiyumva, Uwizeyimana, Munyaneza, Tumwine, Kyambadde, Namugga, Walusimbi, Bagonza",
	},
	{
		name:   "Amharic",
		native: 0.3,
		women:  "ሰላም=Selam, ሃና=Hana, ትዕግስት=Tigist, አልማዝ=Almaz, ብርሃኔ=Birhane, መሠረት=Meseret, ጽዮን=Tsion, ሕይወት=Hiwot, ማርታ=Marta, ዘውዲቱ=Zewditu, አበባ=Abeba, ፀሐይ=Tsehay, ራሔል=Rahel, እመቤት=Emebet, ሣራ=Sara, ገነት=Genet, አስቴር=Aster, ብሩክታዊት=Bruktawit, ሊያ=Liya, ቃልኪዳን=Kalkidan",
		men:    "አበበ=Abebe, ተስፋዬ=Tesfaye, ኃይሌ=Haile, ዳዊት=Dawit, ሙሉጌታ=Mulugeta, ጌታቸው=Getachew, በቀለ=Bekele, ታደሰ=Tadesse, ግርማ=Girma, ሰለሞን=Solomon, ዮሐንስ=Yohannes, ቴዎድሮስ=Tewodros, አለማየሁ=Alemayehu, ፍቅሩ=Fikru, ብርሃኑ=Birhanu, ዘሪሁን=Zerihun, ካሳ=Kassa, ናሁሰናይ=Nahusenay, እዮብ=Eyob, ሚኪያስ=Mikias",
		family: "አበበ=Abebe, ተስፋዬ=Tesfaye, ገብረማርያም=Gebremariam, ወልደጊዮርጊስ=Woldegiorgis, ኃይለሥላሴ=Haileselassie, መንግሥቱ=Mengistu, በቀለ=Bekele, ደምሴ=Demissie, ታደሰ=Tadesse, አያሌው=Ayalew, ገብረእግዚአብሔር=Gebreegziabher, ጥላሁን=Tilahun, ወርቁ=Worku, ዘለቀ=Zeleke, ደስታ=Desta, ከበደ=Kebede, አስፋው=Asfaw, ንጉሤ=Negussie, ወንድሙ=Wondimu, ሽፈራው=Shiferaw, መኮንን=Mekonnen, ዓለሙ=Alemu, ገብሬ=Gebre, ተክለሃይማኖት=Teklehaimanot",
	},
	{
		name:   "Somali",
		women:  "Hodan, Ifrah, Sagal, Ayaan, Deqa, Fartun, Hibaq, Idil, Khadra, Ladan, Nimco, Raxma, Sahra, Ubax, Warsan, Xaawo, Yasmin, Zamzam, Caasha, Bilan",
		men:    "Abdirahman, Cabdi, Faarax, Guled, Hirsi, Ismaaciil, Jaamac, Khaliif, Liban, Maxamed, Nuur, Samatar, Warsame, Xasan, Yuusuf, Axmed, Bile, Cawil, Dalmar, Geedi",
		family: "Maxamuud, Warsame, Cabdullaahi, Faarax, Jaamac, Hirsi, Guuleed, Shariif, Dirie, Egal, Samatar, Ducaale, Xuseen, Cilmi, Ibraahim, Saciid, Barkhad, Geelle, Nuur, Yuusuf, Cumar, Aadan, Abshir, Roble",
	},
	{
		name:   "Zulu and Xhosa",
		women:  "Thandiwe, Nomvula, Zanele, Nokuthula, Lindiwe, Sibongile, Nomsa, Ayanda, Busisiwe, Ntombi, Zodwa, Thembeka, Nolwazi, Lerato, Palesa, Khanyisile, Noxolo, Unathi, Siphokazi, Bulelwa",
		men:    "Sipho, Thabo, Bongani, Mandla, Themba, Lwazi, Nkosinathi, Sizwe, Sibusiso, Vusi, Mpho, Tshepo, Jabulani, Zwelithini, Luyanda, Xolani, Thulani, Andile, Mzwandile, Khaya",
		family: "Dlamini, Nkosi, Mkhize, Ndlovu, Khumalo, Mthembu, Zulu, Sithole, Buthelezi, Ngcobo, Cele, Mokoena, Radebe, Mahlangu, Hlongwane, Zungu, Gumede, Ntuli, Mabaso, Shabalala, Xaba, Qwabe, Mbele, Sibiya, Thwala, Nxumalo, Molefe, Tshabalala, Maseko, Langa",
	},
	{
		name:   "Malagasy",
		women:  "Voahangy, Hanitra, Noro, Lalao, Vola, Fara, Miora, Onja, Soa, Tiana, Haingo, Fanja, Nirina, Sahondra, Bako, Mialy, Domoina, Volatiana, Ravaka, Zo",
		men:    "Hery, Rivo, Mamy, Naina, Solofo, Tahina, Njaka, Lanto, Haja, Feno, Andry, Toky, Mahefa, Lova, Rado, Zaka, Tovo, Ny Aina, Hasina, Fidy",
		family: "Andrianampoinimerina, Rakotomalala, Razafindrakoto, Ravaloson, Andriamanantena, Rasoanaivo, Rabemananjara, Rajaonarimampianina, Randrianarisoa, Andrianjafitrimo, Ramanantsoa, Ratsimandrava, Razanamasy, Andriantsimitoviaminandriandrazaka, Rakotoarisoa, Rafanomezantsoa, Ratsimba, Raharimanana, Rasolofoniaina, Andriambololona, Rakotondrainibe, Ramaroson, Rabearivelo, Rasamimanana",
	},
	{
		name:   "Wolof and Mande",
		women:  "Aminata, Fatoumata, Mariama, Ndèye, Awa, Khady, Aïssatou, Rokhaya, Coumba, Astou, Seynabou, Kadiatou, Oumou, Djénéba, Binetou, Adama, Ramata, Sira, Penda, Nafissatou",
		men:    "Mamadou, Ousmane, Moussa, Cheikh, Ibrahima, Abdoulaye, Modou, Amadou, Boubacar, Souleymane, Sékou, Bakary, Lamine, Pape, Malick, Tidiane, Babacar, Yaya, Demba, Alioune",
		family: "Diop, Ndiaye, Fall, Sow, Ba, Diallo, Cissé, Keïta, Traoré, Touré, Coulibaly, Sarr, Faye, Gueye, Mbaye, Sy, Camara, Konaté, Sissoko, Diarra, Kouyaté, Thiam, Wade, Senghor, N'Diaye, Sané, Dembélé, Bah, Kanté, Sylla",
	},
}
