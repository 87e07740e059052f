package demo

// Weighted picks: the weights are relative.
type department struct {
	name   string
	weight int
	titles []string
	teams  []string
}

var departments = []department{
	{"Terminal operations", 190, []string{"Crane operator", "Stevedore", "Terminal planner", "Berth coordinator", "Yard marshal"}, []string{"Berths", "Yard", "Gate", "Lashing"}},
	{"Warehousing", 170, []string{"Warehouse associate", "Forklift driver", "Stock controller", "Shift lead", "Returns clerk"}, []string{"Inbound", "Outbound", "Returns", "Bonded store"}},
	{"Road transport", 120, []string{"Driver", "Dispatcher", "Route planner", "Fleet mechanic"}, []string{"Long haul", "City deliveries", "Workshop"}},
	{"Customer care", 110, []string{"Customer care agent", "Senior agent", "Team coach", "Complaints handler"}, []string{"Phone", "Chat", "Claims", "Key accounts care"}},
	{"Field sales", 80, []string{"Account executive", "Sales representative", "Area sales lead", "Account manager"}, []string{"North", "South", "East", "West"}},
	{"Ferries and crew", 75, []string{"Deck officer", "Able seaman", "Purser", "Marine engineer", "Ship’s cook"}, []string{"Deck", "Engine", "Hospitality"}},
	{"Sales operations", 35, []string{"Sales operations analyst", "Quotation clerk", "Sales operations lead"}, []string{"Quotations", "CRM"}},
	{"Software", 60, []string{"Software engineer", "Senior software engineer", "Test engineer", "Product designer", "Site reliability engineer"}, []string{"Booking", "Tracking", "Platform", "Mobile"}},
	{"IT service", 30, []string{"Service desk agent", "Systems administrator", "Network engineer", "Identity engineer"}, []string{"Service desk", "Networks", "Workplace"}},
	{"Finance", 55, []string{"Accountant", "Financial controller", "Credit analyst", "Payroll specialist"}, []string{"Payables", "Receivables", "Payroll"}},
	{"Human resources", 32, []string{"HR adviser", "Recruiter", "Learning specialist", "HR analyst"}, []string{"Recruiting", "Learning"}},
	{"Legal and compliance", 18, []string{"Counsel", "Compliance officer", "Paralegal", "Privacy officer"}, []string{"Contracts", "Privacy"}},
	{"Customs and trade", 45, []string{"Customs broker", "Declarant", "Trade adviser"}, []string{"Imports", "Exports"}},
	{"Procurement", 24, []string{"Buyer", "Category lead", "Vendor coordinator"}, []string{"Indirect buying"}},
	{"Marketing", 22, []string{"Brand specialist", "Content editor", "Campaign analyst"}, []string{"Brand studio", "Campaigns"}},
	{"Data and analytics", 20, []string{"Data analyst", "Data engineer", "Statistician"}, []string{"Forecasting", "Reporting"}},
	{"Health and safety", 26, []string{"Safety adviser", "Occupational nurse", "Safety inspector"}, []string{"Inspections"}},
	{"Engineering and maintenance", 70, []string{"Electrician", "Crane technician", "Mechanical fitter", "Maintenance planner"}, []string{"Cranes", "Buildings", "Vessels"}},
	{"Cold chain", 34, []string{"Refrigeration technician", "Quality inspector", "Cold store associate"}, []string{"Quality", "Reefers"}},
	{"Port security", 38, []string{"Security officer", "Control room operator", "Access coordinator"}, []string{"Patrols", "Control room"}},
	{"Facilities", 22, []string{"Facilities coordinator", "Receptionist", "Caretaker"}, []string{"Reception"}},
	{"Insurance and claims", 16, []string{"Claims adjuster", "Underwriter", "Loss analyst"}, []string{"Marine claims"}},
	{"Environment", 12, []string{"Environmental scientist", "Emissions analyst"}, []string{"Emissions"}},
	{"Group office", 8, []string{"Executive assistant", "Strategy analyst", "Board secretary"}, nil},
}

// A brand is a part of the group with a name of its own; about half of the
// people work for one of them.
type brand struct {
	name   string
	weight int
}

var brands = []brand{
	{"Halvard Freight", 320},
	{"Halvard Ports", 260},
	{"Larkspur Home Delivery", 110},
	{"Tidewater Ferries", 90},
	{"Quarry Cold Chain", 70},
	{"Almanac Customs", 45},
	{"Postern Parcels", 160},
	{"Otter Couriers", 60},
}

// largeCountries have a group of all their staff.
var largeCountries = []string{"Kenya", "Norway", "Germany", "Poland", "India", "United States", "Brazil", "China", "Türkiye"}

// projectCodes and projectThemes name the projects: "Project Heron: gate cameras".
var projectCodes = []string{
	"Heron", "Basalt", "Juniper", "Kittiwake", "Lodestar", "Marram", "Nimbus", "Osprey", "Puffin", "Quartz",
	"Rowan", "Saffron", "Tern", "Umbra", "Vellum", "Willow", "Yarrow", "Zephyr", "Amber", "Bramble",
	"Cobalt", "Damson", "Ember", "Fulmar", "Gannet", "Hazel", "Indigo", "Kelp", "Larch", "Mica",
	"Nettle", "Onyx", "Pewter", "Russet", "Sorrel", "Thistle", "Violet", "Wren", "Alder", "Beacon",
}

var projectThemes = []string{
	"gate cameras", "paperless customs", "new payroll", "berth booking", "driver app", "cold store doors",
	"shore power", "claims portal", "fleet renewal", "warehouse robots", "one login", "yard sensors",
	"crew rosters", "supplier audit", "tariff engine", "tracking map", "quay extension", "safety rounds",
}

// A circle is a group across the organization that a few of every 1,000 people
// belong to.
type circle struct {
	name, description string
	perMille          int
}

var circles = []circle{
	{"First aiders", "Trained in first aid, renewed every two years", 15},
	{"Fire wardens", "Clear a floor when the alarm sounds", 11},
	{"CRM power users", "Asked first when the CRM changes", 10},
	{"Works council", "Elected representatives of the staff", 3},
	{"Remote workers", "Work from home at least four days a week", 40},
	{"Company car drivers", "Have signed the car policy", 18},
	{"New starters", "Joined in the last three months", 12},
	{"Apprentices", "In training for a trade", 14},
	{"Early testers", "See new software a fortnight before everybody else", 8},
	{"Translators", "Lend their languages to other branches", 6},
}

// Two outside vendors work inside the organization's own realm.
type vendor struct {
	name, short, domain string
	perMille            int
	titles, teams       []string
}

var vendors = []vendor{
	{"Northquay Logistics", "Northquay", "northquay.example", 30, []string{"Contract driver", "Contract dispatcher", "Service desk agent"}, []string{"dispatchers", "drivers"}},
	{"Tallgrass Care", "Tallgrass", "tallgrass.example", 22, []string{"Contact centre agent", "Contact centre lead"}, []string{"tier 1", "tier 2"}},
}

// A partner has a realm of its own.
type partner struct {
	name, short, domain string
	perMille            int
	titles              []string
}

var partners = []partner{
	{"Lumen Opticians", "Lumen", "lumen.example", 9, []string{"Optician", "Shop assistant", "Shop lead"}},
	{"Saltmarsh Ferries", "Saltmarsh", "saltmarsh.example", 14, []string{"Deckhand", "Ticket agent", "Skipper"}},
	{"Kestrel Schools", "Kestrel", "kestrel.example", 6, []string{"Teacher", "Bursar", "Caretaker"}},
	{"Copperfield Pharmacy", "Copperfield", "copperfield.example", 5, []string{"Pharmacist", "Dispenser", "Courier"}},
	{"Juniper Dental", "Juniper", "juniper.example", 3, []string{"Dentist", "Dental nurse", "Receptionist"}},
}
