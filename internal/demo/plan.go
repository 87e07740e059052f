// Package demo makes the demo organization, Halvard Group, and loads it: people
// with names from some seventy naming traditions, groups, partner realms, apps,
// and an administrator of every role. It also has the mailbox page that shows
// the mails which a demo server would have sent.
//
// [Plan] decides everything from a seed and writes nothing, so the same seed
// gives the same organization; [Load] brings a plan into a store through the
// operations of package directory. Passwords and tokens are never part of a
// plan: they are drawn when it is loaded.
package demo

import (
	"math/rand/v2"
	"time"

	"github.com/bailiwick-iam/bailiwick"
)

// Name and Domain are those of the demo organization. Every address in it lies
// under .example, so that no mail can reach anybody (RFC 2606).
const (
	Name   = "Halvard Group"
	Domain = "halvard.example"
)

// An Organization is the plan of a demo organization. The lists refer to each
// other by index.
type Organization struct {
	Name           string
	People         []Person
	Groups         []Group
	Realms         []Realm
	Apps           []App
	Administrators []Administrator
	// Accounts are the people whose sign-in is printed, in the table's order.
	Accounts []Account
}

// A Person is one account of the plan.
type Person struct {
	Login, Email, SecondEmail        string
	FirstName, LastName, DisplayName string // DisplayName only where it is not "first last"
	Division, Department, Title      string
	City, CountryCode                string
	EmployeeNumber, MobilePhone      string
	Organization                     string // of people from outside
	Status                           bailiwick.Status
	Manager                          int   // index into People; -1: none
	Realm                            int   // index into Realms; -1: the default realm
	Groups                           []int // indexes into Groups
	Created, StatusChanged           time.Time
	LastLogin                        time.Time // zero: never
}

// A Group is a group looked after by hand. Everyone is not listed: it is built in.
type Group struct {
	Name, Description string
	Members           int
}

// A Realm holds one partner's people.
type Realm struct {
	Name    string
	Domains []string
	Members int
}

// An Administrator is one role of one person. Empty target lists mean that the
// role reaches everything it can.
type Administrator struct {
	Person int
	Role   bailiwick.RoleType
	Groups []int    // indexes into Groups
	Apps   []string // names in the catalog
	Realms []int    // indexes into Realms
}

// An Account is a person whose sign-in is printed.
type Account struct {
	Person int
	Label  string
	Role   bailiwick.RoleType // empty: an end user
}

// Plan makes the organization that belongs to the seed, with that many people
// as of now. There are always at least the printed accounts.
func Plan(people int, seed uint64, now time.Time) *Organization {
	people = max(people, printed())
	p := &planner{
		Organization: &Organization{Name: Name, People: make([]Person, 0, people)},
		now:          now.UTC().Truncate(time.Second),
		people:       people,
		logins:       make(map[string]int, people),
		group:        make(map[string]int),
		heads:        make(map[string]*ladder),
	}
	p.planGroups()
	p.planRealms()
	for i, s := range p.slots(rand.New(rand.NewPCG(seed, streamSlots))) {
		r := rand.New(rand.NewPCG(seed, streamPeople+uint64(i)))
		p.add(r, i, s)
	}
	p.share(rand.New(rand.NewPCG(seed, streamShared)))
	p.dropEmptyGroups()
	p.Apps = planApps(p.group)
	p.appoint()
	return p.Organization
}

// Every part of the plan draws from a stream of its own, so that a change in
// one does not move the others. People have one each.
const (
	streamSlots  = 1
	streamShared = 2
	streamPeople = 1 << 32
)

// Profile is the person's profile on the wire.
func (o *Organization) Profile(i int) bailiwick.Profile {
	p := &o.People[i]
	profile := bailiwick.Profile{
		"login": p.Login, "email": p.Email, "firstName": p.FirstName, "lastName": p.LastName,
	}
	for name, text := range map[string]string{
		"secondEmail": p.SecondEmail, "displayName": p.DisplayName, "division": p.Division,
		"department": p.Department, "title": p.Title, "city": p.City, "countryCode": p.CountryCode,
		"employeeNumber": p.EmployeeNumber, "mobilePhone": p.MobilePhone, "organization": p.Organization,
	} {
		if text != "" {
			profile[name] = text
		}
	}
	if p.Manager >= 0 {
		m := &o.People[p.Manager]
		profile["manager"], profile["managerId"] = m.called(), m.Login
	}
	return profile
}

// called is how the person's name is read out.
func (p *Person) called() string {
	if p.DisplayName != "" {
		return p.DisplayName
	}
	return p.FirstName + " " + p.LastName
}
