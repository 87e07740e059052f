package demo

import b "github.com/bailiwick-iam/bailiwick"

// A castMember is a person who is the same in every demo organization: the
// administrators, and a few people whom the guides and pictures mention.
type castMember struct {
	first, last, display string
	login                string // without domain when it is the organization's own
	city                 string
	department, title    string
	status               b.Status // empty: active
	vendor, partner      string   // short name; empty: staff
	office               *office
}

// An office is the administrator's role that a cast member holds.
type office struct {
	label  string // how the printed table calls the account
	role   b.RoleType
	groups []string
	apps   []string
	realms []string
}

// endUser marks a printed account without any role.
const endUser b.RoleType = ""

// cast lists the printed accounts first, in the order of the table.
var cast = []castMember{
	{first: "Rhiannon", last: "Vaszary", login: "rhiannon", city: "Cardiff", department: "Group office", title: "Chief information officer",
		office: &office{label: "Account owner", role: b.Owner}},
	{first: "Ebenezer", last: "Kwarteng-Holm", login: "ebenezer.kh", city: "Oslo", department: "IT service", title: "Head of identity",
		office: &office{label: "Super administrator", role: b.SuperAdmin}},
	{first: "Kaito", last: "Bergström", login: "kaito.b", city: "Göteborg", department: "IT service", title: "Identity engineer",
		office: &office{label: "Organization administrator", role: b.OrgAdmin}},
	{first: "Leilani", last: "Ochoa-Fitzgerald", login: "leilani.of", city: "Oakland", department: "Human resources", title: "Head of people operations",
		office: &office{label: "User administrator, two departments", role: b.UserAdmin, groups: []string{"Customer care", "Field sales"}}},
	{first: "Amara", last: "Okonkwo-Lindqvist", login: "amara.ol", city: "Nairobi", department: "IT service", title: "Service desk lead",
		office: &office{label: "Help desk, Nairobi and Kisumu branches", role: b.HelpDeskAdmin, groups: []string{"Nairobi branch", "Kisumu branch"}}},
	{first: "Joseph", last: "Mutua", login: "joseph.mutua", city: "Nairobi", department: "IT service", title: "Service desk agent",
		office: &office{label: "Help desk, Nairobi branch", role: b.HelpDeskAdmin, groups: []string{"Nairobi branch"}}},
	{first: "Zeynep", last: "Karaosmanoğlu", login: "zeynep.k", city: "İzmir", department: "IT service", title: "Service desk agent",
		office: &office{label: "Help desk, one brand", role: b.HelpDeskAdmin, groups: []string{"Larkspur Home Delivery"}}},
	{first: "Priyanka", last: "Subramaniam", login: "priyanka@northquay.example", city: "Chennai", title: "Service desk lead", vendor: "Northquay",
		office: &office{label: "Help desk, outsourced to a vendor", role: b.HelpDeskAdmin, groups: []string{"Northquay, all staff", "Warehousing", "Road transport"}}},
	{first: "Thandiwe", last: "Mkhize", login: "thandiwe.mkhize", city: "Durban", department: "IT service", title: "Service desk lead",
		office: &office{label: "Help desk, everyone", role: b.HelpDeskAdmin}},
	{first: "Anaïs", last: "Delacroix-N'Diaye", login: "anais.dn", city: "Dakar", department: "Software", title: "Delivery lead",
		office: &office{label: "Group membership administrator", role: b.GroupMembershipAdmin, groups: []string{"First aiders", "Fire wardens", "CRM power users"}}},
	{first: "Dmytro", last: "Savchuk", login: "dmytro.s", city: "Lviv", department: "Sales operations", title: "CRM owner",
		office: &office{label: "Application administrator, two apps", role: b.AppAdmin, apps: []string{"salesforce", "slack"}}},
	{first: "Batbayar", last: "Ganzorig", login: "batbayar.g", city: "Ulaanbaatar", department: "Legal and compliance", title: "Internal auditor",
		office: &office{label: "Read-only administrator", role: b.ReadOnlyAdmin}},
	{first: "지우", last: "한", display: "한지우", login: "jiwoo.han", city: "Busan", department: "IT service", title: "Workplace engineer",
		office: &office{label: "Mobile administrator", role: b.MobileAdmin}},
	{first: "Wiremu", last: "Te Rangi", login: "wiremu.terangi", city: "Tauranga", department: "Data and analytics", title: "Data analyst",
		office: &office{label: "Report administrator", role: b.ReportAdmin}},
	{first: "Ruxandra", last: "Ionescu", login: "ruxandra.i", city: "Constanța", department: "Software", title: "Integration architect",
		office: &office{label: "API access management administrator", role: b.APIAccessAdmin}},
	{first: "Mateus", last: "Figueiredo", login: "mateus@lumen.example", city: "Porto", title: "Office lead", partner: "Lumen",
		office: &office{label: "Partner administrator, Lumen Opticians", role: b.PartnerAdmin, realms: []string{"Lumen Opticians"}}},
	{first: "Bo", last: "Li", display: "Bo Li", login: "bo.li", city: "Kisumu", department: "Customs and trade", title: "Declarant",
		office: &office{label: "End user", role: endUser}},

	{first: "Wanjiru", last: "Kamau", login: "wanjiru.kamau", city: "Nairobi", department: "Sales operations", title: "Head of sales operations, East Africa"},
	{first: "Tuğba", last: "Yıldırım", login: "tugba.yildirim", city: "Nairobi", department: "Sales operations", title: "Sales operations lead", status: b.LockedOut},
	{first: "Tuğrul", last: "Aksoy", login: "tugrul.aksoy", city: "İstanbul", department: "Finance", title: "Accountant"},
	{first: "Oluwaseun", last: "Adébáyò", login: "seun.adebayo", city: "Nairobi", department: "Field sales", title: "Account executive"},
	{first: "Siobhán", last: "Ní Dhomhnaill", login: "siobhan.nd", city: "Kisumu", department: "Health and safety", title: "Safety adviser", status: b.PasswordExpired},
	{first: "Thị Ánh Tuyết", last: "Nguyễn", display: "Nguyễn Thị Ánh Tuyết", login: "tuyet.nguyen", city: "Nairobi", department: "Software", title: "Test engineer"},
	{first: "María Alexandrina", last: "Wolfeschlegelsteinhausen-Venkataramanan de la Cruz", login: "maria.alexandrina.wolfeschlegelsteinhausen", city: "Nairobi", department: "Legal and compliance", title: "Counsel", status: b.Provisioned},
	{first: "詩涵", last: "林", display: "林詩涵", login: "shihan.lin", city: "Kisumu", department: "Data and analytics", title: "Data analyst"},
	{first: "عبد الرحمن", last: "الفاسي", login: "abderrahman.elfassi", city: "Nairobi", department: "Customs and trade", title: "Customs broker", status: b.LockedOut},
	{first: "Ingibjörg", last: "Þórðardóttir", login: "inga.thordardottir", city: "Kisumu", department: "Environment", title: "Environmental scientist", status: b.Provisioned},
	{first: "Mateo", last: "Quispe Mamani", login: "mateo.quispe", city: "Nairobi", department: "Road transport", title: "Route planner", status: b.Suspended},
	{first: "Zhanna", last: "Abdrakhmanova", login: "zhanna.a", city: "Nairobi", department: "Finance", title: "Financial controller"},
	{first: "Tevita", last: "Fusituʻa", login: "tevita.fusitua", city: "Kisumu", department: "Warehousing", title: "Shift lead", status: b.Deprovisioned},
	{first: "Keahi", last: "Nakamura", login: "keahi.nakamura", city: "Honolulu", department: "Terminal operations", title: "Berth coordinator", status: b.Provisioned},
	{first: "Søren", last: "Quist-Abara", login: "soren@northquay.example", city: "Esbjerg", title: "Service desk agent", vendor: "Northquay", status: b.Staged},
}

// printed counts the cast members at the head of the list who hold an office.
func printed() int {
	n := 0
	for n < len(cast) && cast[n].office != nil {
		n++
	}
	return n
}
