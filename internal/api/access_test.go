package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// A site is what one cell of the access table acts on.
type site struct {
	name   string
	area   area
	user   bailiwick.User
	group  bailiwick.ID
	app    bailiwick.ID
	role   bailiwick.ID // on the wire, of the user or the group
	target bailiwick.ID
	rule   bailiwick.ID
	job    bailiwick.ID
	token  bailiwick.ID
	realm  bailiwick.ID
	kind   bailiwick.ID // a user type
	schema bailiwick.ID
	body   string // for rows whose body differs by site
}

// path fills the pattern in.
func (s site) path(pattern string) string {
	return strings.NewReplacer("{user}", string(s.user.ID), "{group}", string(s.group), "{role}", string(s.role),
		"{target}", string(s.target), "{token}", string(s.token), "{app}", string(s.app), "{name}", s.area.catalog, "{owner}", string(s.user.ID), "{rule}", string(s.rule), "{job}", string(s.job),
		"{type}", string(s.kind), "{schema}", string(s.schema), "{realm}", string(s.realm), "{assignment}", string(s.target)).Replace(pattern)
}

// A fixture is how one route is tried: on which sites, with what. A route may
// have several.
type fixture struct {
	route string
	note  string
	query string
	me    bool // the path names the caller
	sites []func(*world) site
	body  func(site) string
}

func (f fixture) title() string {
	title := f.route + f.query
	if f.note != "" {
		title += "  (" + f.note + ")"
	}
	return title
}

// TestAccessOfEveryRole asks every route as everybody, about something inside
// area A, something in B, an administrator and a super administrator. The
// golden file is who may do what, as seen from outside.
func TestAccessOfEveryRole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for _, c := range callers() {
			w.bearer(c)
		}
		var out strings.Builder
		out.WriteString(accessLegend)
		tried := map[string]bool{}
		for _, f := range fixtures() {
			tried[f.route] = true
			out.WriteString("\n" + f.title() + "\n" + w.accessBlock(t, f))
		}
		for _, r := range w.api.AllRoutes() {
			if !tried[r.Method+" "+r.Pattern] {
				t.Errorf("%s %s has no row in fixtures: who may call it?", r.Method, r.Pattern)
			}
		}
		golden(t, "testdata/access.golden", out.String())
	})
}

const accessLegend = `Who may call what. Each block is a route; each line gives the answers that
its callers get at each site, as the HTTP status and the end of the error code:
403-06 is 403 E0000006. A caller "/A" is limited to area A (groups, realm or
app); the names are without "_ADMIN". Sites: A and B are in that area; desk is a help desk administrator in A,
super a super administrator in A; power is a group that holds a role.
`

// accessBlock tries one fixture as everybody. Callers with the same answers
// share a line.
func (w *world) accessBlock(t *testing.T, f fixture) string {
	t.Helper()
	sites := make([]site, len(f.sites))
	header := "   "
	for i, prepare := range f.sites {
		sites[i] = prepare(w)
		header += fmt.Sprintf(" %-7s", sites[i].name)
	}
	lines := []string{}
	names := map[string][]string{}
	for _, name := range append([]string{nobody}, callerNames()...) {
		short := strings.NewReplacer("_ADMIN", "", "_MANAGEMENT", "").Replace(name)
		line := "   "
		for i := range sites {
			a := w.cell(f, &sites[i], i, w.token[name])
			w.refused(t, f, name, a)
			line += fmt.Sprintf(" %-7s", shown(a))
		}
		if names[line] == nil {
			lines = append(lines, line)
		}
		names[line] = append(names[line], short)
	}
	var out strings.Builder
	out.WriteString(strings.TrimRight(header, " ") + "\n")
	for _, line := range lines {
		out.WriteString(line + " " + strings.Join(names[line], " ") + "\n")
	}
	return out.String()
}

func callerNames() (out []string) {
	for _, c := range callers() {
		out = append(out, c.String())
	}
	return out
}

// cell asks once, and makes the site anew when the answer may have changed it.
func (w *world) cell(f fixture, s *site, n int, token string) answer {
	w.Helper()
	method, pattern, _ := strings.Cut(f.route, " ")
	path := s.path(pattern)
	if f.me {
		path = strings.Replace(pattern, "{user}", "me", 1)
	}
	body := s.body
	if f.body != nil {
		body = f.body(*s)
	}
	a := w.ask(method, path+f.query, token, body)
	if method != "GET" && a.status < 300 {
		*s = f.sites[n](w)
	}
	return a
}

// refused fails when somebody without authority is let in.
func (w *world) refused(t *testing.T, f fixture, name string, a answer) {
	t.Helper()
	switch {
	case name == nobody && a.status != 401:
		t.Errorf("%s: nobody gets %d, want 401", f.title(), a.status)
	case name == noRole.String() && a.status != 403 && !(f.me && a.status == 200 && f.route == "GET /api/v1/users/{user}") && f.route != "DELETE /api/v1/api-tokens/current":
		t.Errorf("%s: a person without a role gets %d, want 403", f.title(), a.status)
	}
}

func shown(a answer) string {
	code := strings.TrimPrefix(a.code(), "E0000")
	if code == "" {
		return fmt.Sprint(a.status)
	}
	return fmt.Sprintf("%d-%s", a.status, strings.TrimPrefix(code, "0"))
}

// people returns sites with a person in that status: in A, in B, and an
// administrator and a super administrator in A.
func people(status bailiwick.Status) []func(*world) site {
	return holders(status, "")
}

// holders are the same, and each person also holds the role, limited to area A
// and B as far as it takes targets.
func holders(status bailiwick.Status, role bailiwick.RoleType) []func(*world) site {
	make := func(name string, in func(*world) area, has bailiwick.RoleType) func(*world) site {
		return func(w *world) site {
			s := site{name: name, area: in(w)}
			s.user = w.person("Target", name, status, s.area.realm, s.area.group)
			h := directory.Person(string(s.user.ID))
			if has != "" && status != bailiwick.Deprovisioned {
				w.give(h, has, nil)
			}
			if role != "" {
				w.hold(&s, h, role)
			}
			return s
		}
	}
	inA, inB := func(w *world) area { return w.a }, func(w *world) area { return w.b }
	desk := bailiwick.HelpDeskAdmin
	if role == desk {
		desk = ""
	}
	return []func(*world) site{make("A", inA, ""), make("B", inB, ""), make("desk", inA, desk), make("super", inA, bailiwick.SuperAdmin)}
}

// hold gives the site's holder a role with two targets, of which one is the
// site's target, so that taking it away leaves one.
func (w *world) hold(s *site, h directory.Holder, role bailiwick.RoleType) {
	w.Helper()
	limit := s.area
	s.role, s.target, s.app = w.give(h, role, &limit), limit.second, limit.app
	if role == bailiwick.PartnerAdmin {
		s.target = limit.realm
	}
	if role == bailiwick.AppAdmin {
		other := w.a
		if s.area.name == other.name {
			other = w.b
		}
		w.check(w.dir.AddAppTarget(w.Context(), w.system, h, s.role, bailiwick.AppTarget{Name: other.catalog, Instance: other.app}))
	}
}

// nowhere is the one site of routes that have no target.
var nowhere = []func(*world) site{func(*world) site { return site{name: "-"} }}

// groupSites are a fresh group in A and one in B, a group that holds a role,
// and Everyone.
func groupSites() []func(*world) site {
	return []func(*world) site{
		func(w *world) site { return site{name: "A", area: w.a, group: w.freshGroup(true)} },
		func(w *world) site { return site{name: "B", area: w.b, group: w.freshGroup(false)} },
		func(w *world) site {
			s := site{name: "power", area: w.a, group: w.freshGroup(true)}
			w.give(directory.GroupOf(s.group), bailiwick.ReadOnlyAdmin, nil)
			return s
		},
		func(w *world) site { return site{name: "every", area: w.a, group: w.org.Everyone} },
	}
}

// freshGroup makes a group, in area A or outside it.
func (w *world) freshGroup(inA bool) bailiwick.ID {
	w.Helper()
	id := w.group(fmt.Sprintf("Group %d", w.made.Add(1)))
	for _, c := range callers() {
		if info, _ := bailiwick.Role(c.role); inA && c.limited && info.Targets == bailiwick.GroupTargets {
			h := directory.Person(string(w.bearer(c)))
			w.check(w.dir.AddGroupTarget(w.Context(), w.system, h, bailiwick.TargetableID(c.role), id))
		}
	}
	return id
}

// groupHolders are groups in A and in B that hold the role.
func groupHolders(role bailiwick.RoleType) []func(*world) site {
	sites := groupSites()[:2]
	out := slices.Clone(sites)
	for i := range sites {
		out[i] = func(w *world) site {
			s := sites[i](w)
			w.hold(&s, directory.GroupOf(s.group), role)
			return s
		}
	}
	return out
}

func personOf(u bailiwick.User) directory.Holder { return directory.Person(string(u.ID)) }
