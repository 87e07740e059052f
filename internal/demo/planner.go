package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/bailiwick-iam/bailiwick"
)

// A planner carries what the parts of a plan must know of each other.
type planner struct {
	*Organization
	now    time.Time
	people int
	logins map[string]int // taken → how many asked for it
	group  map[string]int // name → index
	fixed  []bool         // by group: kept also when empty
	heads  map[string]*ladder
	top    int // the first person of the group office
}

// A ladder is the line of command of one department.
type ladder struct {
	head, count int
	leads       []int
}

// A slot is a person yet to be made: where, and whose.
type slot struct {
	who     *castMember // nil: anybody
	place   int
	vendor  int // -1: none
	partner int // -1: none
}

// exact are the cities whose size is that of the table's weight in 10,000
// people, so that the help desk of the guides reaches 212 people of 10,000: the
// two branches less those who belong to both.
var exact = []string{"Nairobi", "Kisumu"}

const bothBranches = 3 // in 10,000

// slots decides how many people each city, vendor and partner has, and in
// which order they joined.
func (p *planner) slots(r *rand.Rand) []slot {
	p.top = -1
	all := places()
	quota := p.quotas(all)
	var out []slot
	for i := range cast[:min(len(cast), p.people)] {
		c := &cast[i]
		at := slices.IndexFunc(all, func(q place) bool { return q.city == c.city })
		s := slot{who: c, place: at, vendor: indexShort(c.vendor, vendors, func(v vendor) string { return v.short }),
			partner: indexShort(c.partner, partners, func(v partner) string { return v.short })}
		p.logins[c.userName()] = 1
		if s.vendor < 0 && s.partner < 0 {
			quota[at]--
		}
		out = append(out, s)
	}
	named := len(out)
	for v := range vendors {
		for range p.people * vendors[v].perMille / 1000 {
			out = append(out, slot{place: r.IntN(len(all)), vendor: v, partner: -1})
		}
	}
	for v := range partners {
		for range p.people * partners[v].perMille / 1000 {
			out = append(out, slot{place: r.IntN(len(all)), vendor: -1, partner: v})
		}
	}
	for at, n := range quota {
		for range n {
			out = append(out, slot{place: at, vendor: -1, partner: -1})
		}
	}
	for len(out) < p.people { // rounding, and cities with more cast than quota
		at := r.IntN(len(all))
		if !slices.Contains(exact, all[at].city) {
			out = append(out, slot{place: at, vendor: -1, partner: -1})
		}
	}
	rest := out[named:]
	r.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	out = out[:p.people]
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func (p *planner) quotas(all []place) []int {
	staff := p.people
	for _, v := range vendors {
		staff -= p.people * v.perMille / 1000
	}
	for _, v := range partners {
		staff -= p.people * v.perMille / 1000
	}
	quota := make([]int, len(all))
	sum := 0
	for i, q := range all {
		if slices.Contains(exact, q.city) {
			quota[i] = (p.people*q.weight + 5000) / 10_000
			staff -= quota[i]
			continue
		}
		sum += q.weight
	}
	for i, q := range all {
		if !slices.Contains(exact, q.city) {
			quota[i] = staff * q.weight / sum
		}
	}
	return quota
}

func indexShort[T any](short string, list []T, name func(T) string) int {
	return slices.IndexFunc(list, func(v T) bool { return name(v) == short })
}

// userName is the cast member's whole login.
func (c *castMember) userName() string {
	if strings.Contains(c.login, "@") {
		return c.login
	}
	return c.login + "@" + Domain
}

// add makes person number i.
func (p *planner) add(r *rand.Rand, i int, s slot) {
	at := &places()[s.place]
	person := Person{City: at.city, CountryCode: at.code, Manager: -1, Realm: s.partner, Status: bailiwick.Active}
	person.MobilePhone = fmt.Sprintf("+%s 555 01%d %04d", at.dial, r.IntN(10), r.IntN(10_000))
	p.name(r, &person, at, s)
	switch {
	case s.who == nil:
		person.Status = status(r)
	case s.who.status != "":
		person.Status = s.who.status
	}
	p.employ(r, &person, at, s, i)
	p.date(r, &person, i)
	p.People = append(p.People, person)
}

// statuses are in parts of 1,000; what is left is active.
var statuses = []struct {
	status   bailiwick.Status
	perMille int
}{
	{bailiwick.Deprovisioned, 50},
	{bailiwick.Provisioned, 25},
	{bailiwick.PasswordExpired, 15},
	{bailiwick.Staged, 12},
	{bailiwick.Suspended, 12},
	{bailiwick.LockedOut, 6},
	{bailiwick.Recovery, 5},
}

func status(r *rand.Rand) bailiwick.Status {
	n := r.IntN(1000)
	for _, s := range statuses {
		if n -= s.perMille; n < 0 {
			return s.status
		}
	}
	return bailiwick.Active
}

// name gives the person a name and addresses. One in eight people has a name
// from anywhere in the world, wherever they live.
func (p *planner) name(r *rand.Rand, person *Person, at *place, s slot) {
	domain := Domain
	switch {
	case s.vendor >= 0:
		domain = vendors[s.vendor].domain
	case s.partner >= 0:
		domain = partners[s.partner].domain
	}
	if c := s.who; c != nil {
		person.FirstName, person.LastName, person.DisplayName = c.first, c.last, c.display
		person.Login = c.userName()
		person.Email = person.Login
		return
	}
	people := pick(r, at.peoples)
	if r.IntN(8) == 0 {
		people = pick(r, pooled().all)
	}
	n := people.person(r, pooled().latin)
	person.FirstName, person.LastName, person.DisplayName = n.First, n.Last, n.Display
	local := p.unique(n.login, domain)
	person.Login = local + "@" + domain
	person.Email = person.Login
	if domain == Domain && r.IntN(30) == 0 {
		person.Email = local + "@" + strings.ToLower(at.code) + "." + Domain
	}
	if r.IntN(3) == 0 {
		person.SecondEmail = local + "@postbox.example"
	}
}

// unique returns the first of "a.b", "a.b2", "a.b3" … that is free.
func (p *planner) unique(local, domain string) string {
	key := local + "@" + domain
	for {
		p.logins[key]++
		n := p.logins[key]
		if n == 1 {
			return local
		}
		numbered := fmt.Sprintf("%s%d", local, n)
		if p.logins[numbered+"@"+domain] == 0 {
			p.logins[numbered+"@"+domain] = 1
			return numbered
		}
	}
}

// date spreads the arrivals over twelve years, more of them lately, in the
// order of the list; accounts that wait to be activated are new.
func (p *planner) date(r *rand.Rand, person *Person, i int) {
	const span = 12 * 365 * 24 * time.Hour
	share := (float64(i) + r.Float64()) / float64(p.people)
	age := time.Duration(float64(span)*(1-math.Pow(share, 0.7))) + 3*time.Hour
	waiting := person.Status == bailiwick.Staged || person.Status == bailiwick.Provisioned
	if waiting {
		age = time.Duration(3+r.IntN(21*24)) * time.Hour
	}
	person.Created = p.now.Add(-age).Truncate(time.Second)
	since := func(d time.Duration) time.Time {
		return p.now.Add(-time.Duration(r.Int64N(int64(min(d, age))))).Truncate(time.Second)
	}
	person.StatusChanged = person.Created
	switch person.Status {
	case bailiwick.LockedOut, bailiwick.Recovery:
		person.StatusChanged = since(24 * time.Hour)
	case bailiwick.PasswordExpired, bailiwick.Suspended:
		person.StatusChanged = since(60 * 24 * time.Hour)
	case bailiwick.Deprovisioned:
		person.StatusChanged = since(span)
	}
	if !waiting {
		person.LastLogin = since(45 * 24 * time.Hour)
		if person.Status != bailiwick.Active && person.LastLogin.After(person.StatusChanged) {
			person.LastLogin = person.StatusChanged
		}
	}
}
