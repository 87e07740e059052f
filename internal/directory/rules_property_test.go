package directory_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
	"pgregory.net/rapid"
)

// A book says who is in which group and why, kept by the plainest means: sets,
// and asking every rule about everybody until nothing moves.
type book struct {
	profile map[string]bailiwick.Profile
	hand    map[string]map[string]bool            // group → people
	byRule  map[string]map[string]map[string]bool // rule → group → people
	rules   map[string]*bookRule
}

type bookRule struct {
	text   string
	node   filter.Node
	groups []string
	active bool
	spare  map[string]bool
	id     bailiwick.ID
}

func (b *book) in(group, person string) bool {
	if b.hand[group][person] {
		return true
	}
	for _, groups := range b.byRule {
		if groups[group][person] {
			return true
		}
	}
	return false
}

// ask asks every active rule about everybody until nothing moves.
func (b *book) ask(ids map[string]bailiwick.ID) {
	for moved := true; moved; {
		moved = false
		for _, name := range slices.Sorted(maps.Keys(b.rules)) {
			r := b.rules[name]
			if !r.active {
				continue
			}
			for person, profile := range b.profile {
				fits := !r.spare[person] && filter.Holds(r.node, profile, func(id string) bool {
					for g, other := range ids {
						if string(other) == id {
							return b.in(g, person)
						}
					}
					return false
				})
				for _, g := range r.groups {
					if b.byRule[name][g][person] != fits {
						b.byRule[name][g][person], moved = fits, true
					}
				}
			}
		}
	}
}

// bookGroups are ordered: expressions read groups of lower places than those
// which their rules fill, so no circle comes about.
var bookGroups = []string{"G0", "G1", "G2", "G3"}

func (b *book) expected(group string) (out []string) {
	for person := range b.profile {
		if b.in(group, person) {
			out = append(out, person)
		}
	}
	slices.Sort(out)
	return out
}

// Whatever happens to profiles, memberships and rules, and wherever a worker
// stops: memberships are those that the rules, asked plainly, say.
func TestMembershipsAreWhatTheRulesSay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		runs := 0
		rapid.Check(t, func(rt *rapid.T) {
			if runs++; runs > 25 && !soak {
				return
			}
			p := &play{desk: k, T: rt, run: runs, book: book{profile: map[string]bailiwick.Profile{}, hand: map[string]map[string]bool{},
				byRule: map[string]map[string]map[string]bool{}, rules: map[string]*bookRule{}}}
			p.begin()
			for range rapid.IntRange(4, 20).Draw(rt, "steps") {
				p.step()
			}
			p.finish()
			p.ask(p.groups)
			for _, g := range bookGroups {
				if got, want := p.got(g), p.expected(g); !slices.Equal(got, want) {
					rt.Fatalf("members of %s: got %q, want %q", g, got, want)
				}
			}
			p.end()
		})
	})
}

// A play is one random run at the desk.
type play struct {
	*desk
	book
	*rapid.T
	run    int
	groups map[string]bailiwick.ID
	who    map[string]bailiwick.ID
	n      int
}

func (p *play) need(err error) {
	p.T.Helper()
	if err != nil {
		p.T.Fatal(err)
	}
}

func (p *play) begin() {
	p.groups, p.who = map[string]bailiwick.ID{}, map[string]bailiwick.ID{}
	ctx := p.desk.t.Context()
	for _, g := range bookGroups {
		made, err := p.CreateGroup(ctx, p.system, bailiwick.Group{Name: fmt.Sprintf("%s of %d %s", g, p.run, p.store.Now().Format("05.000000"))})
		p.need(err)
		p.groups[g], p.hand[g] = made.ID, map[string]bool{}
	}
	for range 5 {
		p.person()
	}
}

func (p *play) person() {
	name := fmt.Sprintf("p%d.%d.%d", p.run, len(p.who), time.Now().UnixNano())
	n := directory.NewUser{Profile: profile(name)}
	p.draw(n.Profile)
	g := rapid.SampledFrom(append([]string{""}, bookGroups...)).Draw(p.T, "first group")
	if g != "" {
		n.GroupIDs = []bailiwick.ID{p.groups[g]}
	}
	u, err := p.CreateUser(p.desk.t.Context(), p.system, n)
	p.need(err)
	p.who[name], p.profile[name] = u.ID, u.Profile
	if g != "" {
		p.hand[g][name] = true
	}
}

func (p *play) draw(to bailiwick.Profile) {
	for _, a := range []string{"department", "title"} {
		if v := rapid.SampledFrom([]any{nil, "x", "y", "xy"}).Draw(p.T, a); v != nil {
			to[a] = v
		} else {
			delete(to, a)
		}
	}
}

// expression draws one that reads groups below the place.
func (p *play) expression(below int) string {
	var parts []string
	for range rapid.IntRange(1, 3).Draw(p.T, "parts") {
		one := rapid.SampledFrom([]string{`user.department == "x"`, `user.title != "y"`, `String.startsWith(user.title, "x")`,
			`String.stringContains(user.department, "y")`, `user.title == null`}).Draw(p.T, "condition")
		if below > 0 && rapid.Bool().Draw(p.T, "of a group") {
			one = `isMemberOfGroup("` + string(p.groups[bookGroups[rapid.IntRange(0, below-1).Draw(p.T, "read")]]) + `")`
		}
		if rapid.IntRange(0, 3).Draw(p.T, "not") == 0 {
			one = "!" + one
		}
		parts = append(parts, one)
	}
	return strings.Join(parts, rapid.SampledFrom([]string{" and ", " || "}).Draw(p.T, "join"))
}

func (p *play) step() {
	ctx := p.desk.t.Context()
	person := rapid.SampledFrom(slices.Sorted(maps.Keys(p.who))).Draw(p.T, "person")
	group := rapid.SampledFrom(bookGroups).Draw(p.T, "group")
	names := slices.Sorted(maps.Keys(p.rules))
	switch act := rapid.IntRange(0, 9).Draw(p.T, "act"); {
	case act <= 2:
		after := p.profile[person].Clone()
		p.draw(after)
		_, err := p.ReplaceProfile(ctx, p.system, string(p.who[person]), after)
		p.need(err)
		p.profile[person] = after
	case act == 3:
		p.need(p.AddMember(ctx, p.system, p.groups[group], string(p.who[person])))
		p.hand[group][person] = true
	case act == 4:
		p.settleAll()
		p.need(p.RemoveMember(ctx, p.system, p.groups[group], string(p.who[person])))
		delete(p.hand[group], person)
		for name, groups := range p.byRule {
			if groups[group][person] {
				groups[group][person] = false
				p.rules[name].spare[person] = true
			}
		}
	case act == 5:
		p.person()
	case act <= 7 || len(names) == 0:
		p.newBookRule()
	default:
		r := p.rules[rapid.SampledFrom(names).Draw(p.T, "rule")]
		p.settleAll()
		if r.active {
			p.need(p.DeactivateGroupRule(ctx, p.system, r.id, false))
		} else {
			p.need(p.ActivateGroupRule(ctx, p.system, r.id))
		}
		r.active = !r.active
	}
	if rapid.Bool().Draw(p.T, "work a little") {
		p.labour(1)
	}
}

// settleAll carries jobs out and brings the book up to date: what comes next
// depends on who is in a group because of a rule.
func (p *play) settleAll() {
	p.finish()
	p.ask(p.groups)
}

func (p *play) newBookRule() {
	p.settleAll()
	at := rapid.IntRange(0, len(bookGroups)-1).Draw(p.T, "place")
	r := &bookRule{text: p.expression(at), groups: []string{bookGroups[at]}, active: true, spare: map[string]bool{}}
	if at < len(bookGroups)-1 && rapid.Bool().Draw(p.T, "two groups") {
		r.groups = append(r.groups, bookGroups[at+1])
	}
	var err error
	if r.node, err = filter.ParseExpression(r.text); err != nil {
		p.T.Fatalf("%s: %v", r.text, err)
	}
	p.n++
	name := fmt.Sprintf("R%d.%d.%d", p.run, p.n, time.Now().UnixNano())
	rule := bailiwick.GroupRule{Name: name, Expression: r.text}
	p.byRule[name] = map[string]map[string]bool{}
	for _, g := range r.groups {
		rule.Targets = append(rule.Targets, p.groups[g])
		p.byRule[name][g] = map[string]bool{}
	}
	made, err := p.CreateGroupRule(p.desk.t.Context(), p.system, rule)
	p.need(err)
	p.need(p.ActivateGroupRule(p.desk.t.Context(), p.system, made.ID))
	r.id, p.rules[name] = made.ID, r
}

// labour takes up to that many steps of jobs, and drops the lease as a worker
// does that dies.
func (p *play) labour(steps int) bool {
	ctx := p.desk.t.Context()
	j, ok, err := p.LeaseJob(ctx, p.org.ID, -time.Hour)
	p.need(err)
	for ; ok && steps > 0 && j.State == bailiwick.JobRunning; steps-- {
		j, err = p.StepJob(ctx, authz.System(p.org.ID, "a test"), j, -time.Hour)
		p.need(err)
	}
	return ok
}

func (p *play) finish() {
	for p.labour(1) {
	}
}

func (p *play) got(group string) (out []string) {
	list, err := p.Users(p.desk.t.Context(), p.system, directory.UserQuery{Group: p.groups[group]}, directory.Paging{Limit: 1000})
	p.need(err)
	for _, u := range list.Rows {
		for name, id := range p.who {
			if id == u.ID {
				out = append(out, name)
			}
		}
	}
	g, err := p.Group(p.desk.t.Context(), p.system, p.groups[group])
	p.need(err)
	if int(g.Members) != len(list.Rows) {
		p.T.Fatalf("group %s counts %d members and lists %d", group, g.Members, len(list.Rows))
	}
	slices.Sort(out)
	return out
}

// end takes the rules away, so that the next run begins without any.
func (p *play) end() {
	for _, r := range p.rules {
		p.need(p.DeleteGroupRule(p.desk.t.Context(), p.system, r.id, true))
	}
	p.finish()
	for _, g := range bookGroups {
		want := slices.Sorted(maps.Keys(p.hand[g]))
		if got := p.got(g); !slices.Equal(got, want) {
			p.T.Fatalf("members of %s when all rules are gone: got %q, want %q (by hand)", g, got, want)
		}
	}
}
