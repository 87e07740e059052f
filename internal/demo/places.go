package demo

import (
	"strconv"
	"strings"
	"sync"
)

// A country is where part of the organization works. Cities are listed as
// "name weight", the weights relative to each other (but see exact); peoples are the naming
// traditions that its offices draw most of their people from.
type country struct {
	name, code, dial string
	cities           string
	peoples          string
}

var countries = []country{
	{"Kenya", "KE", "254", "Nairobi 145, Kisumu 67, Mombasa 60, Eldoret 24, Nakuru 20", "Kikuyu, Kikuyu, Luo and Luhya, Luo and Luhya, Swahili, Somali"},
	{"Norway", "NO", "47", "Oslo 410, Bergen 260, Tromsø 95, Trondheim 120, Stavanger 85, Bodø 30, Ålesund 22", "Norwegian and Danish, Norwegian and Danish, Norwegian and Danish, Swedish, Somali, Polish"},
	{"Denmark", "DK", "45", "København 180, Aarhus 90, Esbjerg 35", "Norwegian and Danish, Norwegian and Danish, Turkish, German"},
	{"Sweden", "SE", "46", "Göteborg 220, Stockholm 170, Malmö 110, Luleå 20", "Swedish, Swedish, Swedish, Finnish and Estonian, Arabic, Croatian and Slovene"},
	{"Finland", "FI", "358", "Helsinki 95, Turku 40, Oulu 22", "Finnish and Estonian, Finnish and Estonian, Swedish"},
	{"Estonia", "EE", "372", "Tallinn 55", "Finnish and Estonian, Russian"},
	{"Lithuania", "LT", "370", "Klaipėda 60, Vilnius 45", "Lithuanian and Latvian, Lithuanian and Latvian, Polish"},
	{"Latvia", "LV", "371", "Rīga 50", "Lithuanian and Latvian, Russian"},
	{"Iceland", "IS", "354", "Reykjavík 60, Akureyri 14", "Icelandic, Icelandic, Icelandic, Polish"},
	{"United Kingdom", "GB", "44", "Felixstowe 120, London 240, Cardiff 70, Glasgow 80, Immingham 55, Hull 40", "English, English, Welsh, Scottish, Bengali, Punjabi, Yoruba"},
	{"Ireland", "IE", "353", "Dublin 130, Cork 75, Galway 40", "Irish, Irish, Irish, Polish, Brazilian"},
	{"Netherlands", "NL", "31", "Rotterdam 310, Amsterdam 110, Eindhoven 40", "Dutch, Dutch, Dutch, Turkish, Indonesian"},
	{"Belgium", "BE", "32", "Antwerpen 180, Liège 60", "Dutch, Dutch, French, Italian"},
	{"Germany", "DE", "49", "Hamburg 360, Bremerhaven 110, Duisburg 130, Berlin 90, München 60", "German, German, German, Turkish, Polish, Croatian and Slovene"},
	{"Austria", "AT", "43", "Linz 45, Wien 60", "German, German, Hungarian, Bulgarian and Serbian"},
	{"Switzerland", "CH", "41", "Zürich 70, Genève 35", "German, French, Italian, Albanian and Maltese"},
	{"France", "FR", "33", "Le Havre 170, Marseille 140, Lyon 80, Lille 60", "French, French, French, Wolof and Mande, Arabic"},
	{"Spain", "ES", "34", "Valencia 150, Bilbao 90, Algeciras 80, Madrid 70", "Spanish, Spanish, Spanish, Spanish American, Romanian"},
	{"Portugal", "PT", "351", "Sines 60, Lisboa 70, Porto 50", "Portuguese, Portuguese, Brazilian"},
	{"Italy", "IT", "39", "Genova 130, Trieste 50, Napoli 60", "Italian, Italian, Italian, Albanian and Maltese, Romanian"},
	{"Malta", "MT", "356", "Valletta 35", "Albanian and Maltese, Italian"},
	{"Albania", "AL", "355", "Durrës 25", "Albanian and Maltese"},
	{"Croatia", "HR", "385", "Rijeka 40", "Croatian and Slovene"},
	{"Slovenia", "SI", "386", "Koper 35", "Croatian and Slovene"},
	{"Greece", "GR", "30", "Piraeus 110, Thessaloniki 40", "Greek, Greek, Greek, Albanian and Maltese"},
	{"Bulgaria", "BG", "359", "Varna 45", "Bulgarian and Serbian"},
	{"Romania", "RO", "40", "Constanța 70, Cluj-Napoca 55", "Romanian, Romanian, Hungarian"},
	{"Hungary", "HU", "36", "Budapest 75, Győr 25", "Hungarian, Hungarian, Hungarian, Romanian"},
	{"Czechia", "CZ", "420", "Praha 80, Ostrava 45, Brno 40", "Czech and Slovak, Czech and Slovak, Ukrainian"},
	{"Poland", "PL", "48", "Gdynia 190, Gdańsk 90, Łódź 120, Wrocław 80, Kraków 60", "Polish, Polish, Polish, Polish, Ukrainian"},
	{"Ukraine", "UA", "380", "Odesa 70, Lviv 60", "Ukrainian, Ukrainian, Ukrainian, Russian"},
	{"Kazakhstan", "KZ", "7", "Almaty 55, Aktau 20", "Kazakh and Uzbek, Kazakh and Uzbek, Russian, Korean"},
	{"Georgia", "GE", "995", "Poti 30", "Georgian"},
	{"Armenia", "AM", "374", "Yerevan 30", "Armenian"},
	{"Türkiye", "TR", "90", "İstanbul 180, İzmir 110, Mersin 60", "Turkish, Turkish, Turkish, Turkish, Armenian"},
	{"Israel", "IL", "972", "Haifa 50", "Hebrew, Hebrew, Arabic, Russian"},
	{"Egypt", "EG", "20", "Port Said 90, Alexandria 60", "Arabic"},
	{"Morocco", "MA", "212", "Tanger 85, Casablanca 55", "Arabic, Arabic, French"},
	{"United Arab Emirates", "AE", "971", "Jebel Ali 120", "Arabic, Hindi, Filipino, Persian, Tamil, Malay"},
	{"Oman", "OM", "968", "Salalah 30", "Arabic, Bengali"},
	{"Nigeria", "NG", "234", "Lagos 150, Port Harcourt 50, Kano 30", "Yoruba, Yoruba, Igbo, Igbo, Hausa"},
	{"Ghana", "GH", "233", "Tema 70", "Akan"},
	{"Senegal", "SN", "221", "Dakar 55", "Wolof and Mande, Wolof and Mande, French"},
	{"Ethiopia", "ET", "251", "Addis Ababa 60, Dire Dawa 20", "Amharic, Amharic, Amharic, Somali"},
	{"Djibouti", "DJ", "253", "Djibouti 40", "Somali, Amharic, French"},
	{"Tanzania", "TZ", "255", "Dar es Salaam 80, Zanzibar 18", "Swahili"},
	{"Uganda", "UG", "256", "Kampala 45", "Ganda and Rwandan"},
	{"Rwanda", "RW", "250", "Kigali 35", "Ganda and Rwandan"},
	{"South Africa", "ZA", "27", "Durban 110, Gqeberha 40", "Zulu and Xhosa, Zulu and Xhosa, Dutch, Tamil"},
	{"Madagascar", "MG", "261", "Toamasina 40", "Malagasy"},
	{"India", "IN", "91", "Mumbai 180, Chennai 130, Kolkata 60, Pune 70", "Hindi, Hindi, Tamil, Bengali, Punjabi"},
	{"Sri Lanka", "LK", "94", "Colombo 70", "Sinhala, Sinhala, Tamil"},
	{"Bangladesh", "BD", "880", "Chattogram 80", "Bengali"},
	{"Myanmar", "MM", "95", "Yangon 25", "Burmese"},
	{"Thailand", "TH", "66", "Laem Chabang 80, Bangkok 40", "Thai"},
	{"Vietnam", "VN", "84", "Hải Phòng 90, Hồ Chí Minh 80", "Vietnamese"},
	{"Malaysia", "MY", "60", "Port Klang 80, Penang 30", "Malay, Malay, Cantonese, Tamil"},
	{"Singapore", "SG", "65", "Singapore 190", "Chinese, Cantonese, Malay, Tamil"},
	{"Indonesia", "ID", "62", "Surabaya 90, Jakarta 80, Makassar 20", "Indonesian"},
	{"Philippines", "PH", "63", "Manila 150, Cebu 70", "Filipino"},
	{"China", "CN", "86", "Ningbo 160, Shanghai 170, Shenzhen 90", "Chinese"},
	{"Hong Kong", "HK", "852", "Hong Kong 80", "Cantonese, Cantonese, English"},
	{"Taiwan", "TW", "886", "Kaohsiung 50", "Chinese"},
	{"Mongolia", "MN", "976", "Ulaanbaatar 18", "Mongolian"},
	{"Korea", "KR", "82", "Busan 130, Incheon 40", "Korean"},
	{"Japan", "JP", "81", "Yokohama 120, Kobe 60, Sapporo 20", "Japanese"},
	{"Australia", "AU", "61", "Fremantle 60, Newcastle 35", "English, Greek, Vietnamese, Tongan and Samoan"},
	{"New Zealand", "NZ", "64", "Tauranga 70, Lyttelton 25", "Māori, Māori, English, Tongan and Samoan"},
	{"Tonga", "TO", "676", "Nukuʻalofa 12", "Tongan and Samoan"},
	{"Fiji", "FJ", "679", "Suva 18", "Fijian, Hindi"},
	{"United States", "US", "1", "Savannah 190, Oakland 120, Duluth 40, Honolulu 30, Houston 110, Laredo 45", "American, American, American, Spanish American, Hawaiian, Filipino"},
	{"Canada", "CA", "1", "Halifax 80, Montréal 90, Prince Rupert 20", "Québécois, Québécois, English, Punjabi, Haitian"},
	{"Mexico", "MX", "52", "Veracruz 100, Manzanillo 60", "Spanish American, Spanish American, Spanish American, Nahua and Maya"},
	{"Peru", "PE", "51", "Callao 70, Cusco 18", "Quechua, Spanish American, Spanish American"},
	{"Bolivia", "BO", "591", "El Alto 22", "Aymara, Aymara, Quechua"},
	{"Chile", "CL", "56", "Valparaíso 65, Punta Arenas 12", "Spanish American, Spanish American, German"},
	{"Brazil", "BR", "55", "Santos 160, Manaus 30, Recife 40", "Brazilian"},
	{"Haiti", "HT", "509", "Cap-Haïtien 8", "Haitian"},
	{"Iran", "IR", "98", "Bandar Abbas 30", "Persian"},
}

// A place is one city with what its people have in common.
type place struct {
	city, country, code, dial string
	weight                    int
	peoples                   []*pool
}

// places are all cities in the order of the table.
var places = sync.OnceValue(func() []place {
	named := pooled().byName
	var all []place
	for _, c := range countries {
		var peoples []*pool
		for _, name := range strings.Split(c.peoples, ", ") {
			peoples = append(peoples, named[name])
		}
		for _, entry := range strings.Split(c.cities, ", ") {
			cut := strings.LastIndexByte(entry, ' ')
			weight, err := strconv.Atoi(entry[cut+1:])
			if err != nil {
				panic("demo: weight of " + entry)
			}
			all = append(all, place{entry[:cut], c.name, c.code, c.dial, weight, peoples})
		}
	}
	return all
})
