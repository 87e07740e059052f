package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
)

const projects = 64

// planGroups names every group that can have members.
func (p *planner) planGroups() {
	for _, at := range places() {
		p.newGroup(at.city+" branch", "Everybody who works in "+at.city)
	}
	for _, name := range largeCountries {
		p.newGroup(name+", all staff", "")
	}
	for _, d := range departments {
		p.newGroup(d.name, "Department")
		for _, team := range d.teams {
			p.newGroup(d.name+": "+team, "Team")
		}
	}
	for _, b := range brands {
		p.newGroup(b.name, "Brand")
	}
	for _, c := range circles {
		p.newGroup(c.name, c.description)
	}
	for i := range projects {
		p.newGroup(projectName(i), "Project")
	}
	for _, v := range vendors {
		p.newGroup(v.short+", all staff", "Everybody from "+v.name)
		for _, team := range v.teams {
			p.newGroup(v.short+", "+team, "")
		}
	}
	for _, v := range partners {
		p.newGroup(v.short+", all staff", "Everybody of "+v.name)
	}
	p.newGroup("Night shift, Tromsø terminal", "")
	p.newGroup("Board observers", "Nobody at present")
	p.keepGroups()
}

// keepGroups marks the groups that something refers to.
func (p *planner) keepGroups() {
	keep := func(name string) {
		if name != "*" {
			p.fixed[p.group[name]] = true
		}
	}
	for _, c := range cast {
		if c.office != nil {
			for _, name := range c.office.groups {
				keep(name)
			}
		}
	}
	for _, a := range appPlan {
		for _, name := range a.groups {
			keep(name)
		}
	}
	keep("Board observers")
}

func projectName(i int) string {
	code, theme := projectCodes[i%len(projectCodes)], projectThemes[i%len(projectThemes)]
	return "Project " + code + ": " + theme
}

func (p *planner) newGroup(name, description string) {
	p.group[name] = len(p.Groups)
	p.Groups = append(p.Groups, Group{Name: name, Description: description})
	p.fixed = append(p.fixed, false)
}

// join puts the person into the group of that name.
func (p *planner) join(person *Person, name string) {
	g, ok := p.group[name]
	if !ok {
		panic("demo: no group " + name)
	}
	if slices.Contains(person.Groups, g) {
		return
	}
	person.Groups = append(person.Groups, g)
	p.Groups[g].Members++
}

// employ gives the person work, a manager and memberships.
func (p *planner) employ(r *rand.Rand, person *Person, at *place, s slot, i int) {
	person.Groups = make([]int, 0, 4)
	switch {
	case s.vendor >= 0:
		v := &vendors[s.vendor]
		person.Organization, person.Title = v.name, pick(r, v.titles)
		p.join(person, v.short+", all staff")
		if r.IntN(5) != 0 {
			p.join(person, v.short+", "+pick(r, v.teams))
		}
		p.report(r, person, v.name, i)
	case s.partner >= 0:
		v := &partners[s.partner]
		person.Organization, person.Title = v.name, pick(r, v.titles)
		p.join(person, v.short+", all staff")
		p.report(r, person, v.name, i)
	default:
		p.hire(r, person, at, s, i)
	}
	if s.who != nil && s.who.title != "" {
		person.Title = s.who.title
	}
}

// hire makes the person one of the organization's own staff.
func (p *planner) hire(r *rand.Rand, person *Person, at *place, s slot, i int) {
	d := &departments[weighted(r, departmentWeights)]
	if s.who != nil {
		d = &departments[slices.IndexFunc(departments, func(d department) bool { return d.name == s.who.department })]
	}
	person.EmployeeNumber = fmt.Sprintf("HG-%05d", 10_001+i)
	person.Department, person.Title = d.name, pick(r, d.titles)
	p.join(person, at.city+" branch")
	p.join(person, d.name)
	if len(d.teams) > 0 && r.IntN(5) < 2 {
		p.join(person, d.name+": "+pick(r, d.teams))
	}
	if r.IntN(100) < 48 {
		person.Division = brands[weighted(r, brandWeights)].name
		p.join(person, person.Division)
	}
	if r.IntN(100) < 30 {
		p.join(person, projectName(weighted(r, projectWeights)))
	}
	for _, c := range circles {
		if r.IntN(1000) < c.perMille {
			p.join(person, c.name)
		}
	}
	if slices.Contains(largeCountries, at.country) {
		p.join(person, at.country+", all staff")
	}
	p.report(r, person, d.name, i)
}

// report finds the person's place in the line of command of a department: the
// first is its head, every twelfth leads a team, everybody else has a lead.
func (p *planner) report(r *rand.Rand, person *Person, department string, i int) {
	l, ok := p.heads[department]
	if !ok {
		p.heads[department] = &ladder{head: i}
		person.Manager = p.top
		person.Title = "Head of " + strings.ToLower(department[:1]) + department[1:]
		if person.Organization != "" {
			person.Title, person.Manager = "Managing director", -1
		}
		if department == "Group office" {
			p.top, person.Title = i, "Chief executive"
		}
		if person.Status != bailiwick.Active {
			delete(p.heads, department)
			person.Manager, person.Title = p.top, "Adviser"
		}
		return
	}
	l.count++
	if l.count%12 == 1 && person.Status == bailiwick.Active {
		person.Manager = l.head
		l.leads = append(l.leads, i)
		return
	}
	person.Manager = l.head
	if len(l.leads) > 0 {
		person.Manager = pick(r, l.leads)
	}
}

// share makes the memberships that cross branches.
func (p *planner) share(r *rand.Rand) {
	var kisumu, tromsø []int
	for i := range p.People {
		switch person := &p.People[i]; {
		case person.EmployeeNumber == "" || person.Status != bailiwick.Active:
		case person.City == "Kisumu":
			kisumu = append(kisumu, i)
		case person.City == "Tromsø":
			tromsø = append(tromsø, i)
		}
	}
	r.Shuffle(len(kisumu), func(i, j int) { kisumu[i], kisumu[j] = kisumu[j], kisumu[i] })
	for _, i := range kisumu[:min(len(kisumu), (p.people*bothBranches+5000)/10_000)] {
		p.join(&p.People[i], "Nairobi branch")
	}
	for _, i := range tromsø[:min(len(tromsø), 1)] {
		p.join(&p.People[i], "Night shift, Tromsø terminal")
	}
}

// dropEmptyGroups leaves a small organization without the groups of cities,
// teams and projects that it has nobody for.
func (p *planner) dropEmptyGroups() {
	index := make([]int, len(p.Groups))
	kept := p.Groups[:0]
	clear(p.group)
	for i, g := range p.Groups {
		if g.Members == 0 && !p.fixed[i] {
			continue
		}
		index[i] = len(kept)
		p.group[g.Name] = len(kept)
		kept = append(kept, g)
	}
	p.Groups = kept
	for i := range p.People {
		for j, g := range p.People[i].Groups {
			p.People[i].Groups[j] = index[g]
		}
		slices.Sort(p.People[i].Groups)
	}
}

func (p *planner) planRealms() {
	for _, v := range partners {
		p.Realms = append(p.Realms, Realm{Name: v.name, Domains: []string{v.domain}})
	}
}

// appoint gives the offices of the cast, counts the realms, and lists the
// accounts to be printed.
func (p *planner) appoint() {
	at := make(map[string]int, len(cast))
	for i := range p.People {
		if r := p.People[i].Realm; r >= 0 {
			p.Realms[r].Members++
		}
		at[p.People[i].Login] = i
	}
	for i := range cast[:printed()] {
		c := &cast[i]
		person := at[c.userName()]
		p.Accounts = append(p.Accounts, Account{Person: person, Label: c.office.label, Role: c.office.role})
		if c.office.role == endUser {
			continue
		}
		a := Administrator{Person: person, Role: c.office.role, Apps: c.office.apps}
		for _, name := range c.office.groups {
			a.Groups = append(a.Groups, p.group[name])
		}
		for _, name := range c.office.realms {
			a.Realms = append(a.Realms, slices.IndexFunc(p.Realms, func(r Realm) bool { return r.Name == name }))
		}
		p.Administrators = append(p.Administrators, a)
		if a.Role == bailiwick.Owner { // who holds the account is a super administrator too
			p.Administrators = append(p.Administrators, Administrator{Person: person, Role: bailiwick.SuperAdmin})
		}
	}
}

// Running sums, for weighted.
var (
	departmentWeights = sums(len(departments), func(i int) int { return departments[i].weight })
	brandWeights      = sums(len(brands), func(i int) int { return brands[i].weight })
	projectWeights    = sums(projects, func(i int) int { return 3000 / (i + 4) })
)

func sums(n int, weight func(int) int) []int {
	out := make([]int, n)
	sum := 0
	for i := range out {
		sum += weight(i)
		out[i] = sum
	}
	return out
}

// weighted draws an index in proportion to its weight.
func weighted(r *rand.Rand, sums []int) int {
	return sort.SearchInts(sums, r.IntN(sums[len(sums)-1])+1)
}
