package api_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// A row is what every list has.
type row struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	UUID string `json:"uuid"`
}

func (r row) key() string { return r.ID + r.Name + r.UUID }

// pages follows next to the end and returns the keys of all rows and the number
// of pages. It checks each page's Link lines.
func (w *world) pages(path, token string) (keys []string, pages int) {
	w.Helper()
	for at := path; at != ""; pages++ {
		if pages > 1000 {
			w.Fatalf("GET %s: next leads nowhere", path)
		}
		a := w.ask("GET", at, token, "").want(w, 200, "")
		for _, r := range decode[[]row](w, a) {
			keys = append(keys, r.key())
		}
		w.checkLinks(at, a)
		at = strings.TrimPrefix(a.relation("next"), publicURL)
	}
	return keys, pages
}

// checkLinks wants one line for each relation, an absolute address on the
// configured origin, args in alphabetical order, and in next all args of the
// request.
func (w *world) checkLinks(asked string, a answer) {
	w.Helper()
	lines := a.header.Values("Link")
	if len(lines) == 0 || len(lines) > 2 || a.relation("self") == "" || len(lines) == 2 && a.relation("next") == "" {
		w.Errorf("GET %s: got Link lines %q, want self and at most next", asked, lines)
	}
	want, _ := url.Parse(asked)
	for _, line := range lines {
		address, _, _ := strings.Cut(strings.TrimPrefix(line, "<"), ">")
		got, err := url.Parse(address)
		if err != nil || !strings.HasPrefix(address, publicURL+"/") || got.EscapedPath() != want.EscapedPath() || strings.ContainsAny(address, ";<> ") {
			w.Errorf("GET %s: got Link %s, want an absolute address of the same path", asked, line)
			continue
		}
		var names []string
		for arg := range strings.SplitSeq(got.RawQuery, "&") {
			name, _, _ := strings.Cut(arg, "=")
			names = append(names, name)
		}
		if !slices.IsSorted(names) {
			w.Errorf("GET %s: got args %q, want them sorted", asked, names)
		}
		for name, values := range want.Query() {
			if name != "after" && !slices.Equal(got.Query()[name], values) {
				w.Errorf("GET %s: got Link %s, want it to keep %s=%q", asked, line, name, values)
			}
		}
	}
}

// each once fails when a row is missing or comes twice.
func (w *world) wantOnce(what string, got []string, want int) {
	w.Helper()
	distinct := slices.Compact(slices.Sorted(slices.Values(got)))
	if len(got) != want || len(distinct) != want {
		w.Errorf("%s: got %d rows, %d of them distinct, want %d each once", what, len(got), len(distinct), want)
	}
}

func TestNextLeadsOverEveryRowOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		const people = 450
		var seen bailiwick.User
		for part := range 3 {
			batch := make([]directory.NewUser, people/3)
			for i := range batch {
				batch[i] = directory.NewUser{Profile: w.profile([]string{"Ann", "Änne", "Bo"}[i%3], fmt.Sprintf("Page%d", i)), RealmID: w.a.realm,
					GroupIDs: []bailiwick.ID{w.a.group}, Past: &directory.Past{Status: bailiwick.Active, Created: w.now(), StatusChanged: w.now()}}
				if i%2 == 0 {
					batch[i].GroupIDs = append(batch[i].GroupIDs, w.a.second) // in two groups of the scope, yet one row
				}
			}
			loaded := must(w.dir.LoadUsers(t.Context(), w.system, batch))
			seen = loaded[part]
		}
		w.person("Ann", "Hidden", bailiwick.Active, w.b.realm, w.b.group)
		for _, c := range limitedCallers {
			token := w.as(c)
			for _, limit := range []struct{ of, pages int }{{200, 3}, {1000, 3}, {449, 3}, {150, 3}, {225, 3}, {64, 8}} {
				keys, pages := w.pages(fmt.Sprintf("/api/v1/users?limit=%d", limit.of), token)
				w.wantOnce(fmt.Sprintf("%s, limit=%d", c, limit.of), keys, people)
				if pages != limit.pages {
					t.Errorf("%s, limit=%d: got %d pages, want %d", c, limit.of, pages, limit.pages)
				}
			}
			keys, _ := w.pages("/api/v1/users", token)
			w.wantOnce(c.String()+", no limit", keys, people)
			keys, _ = w.pages("/api/v1/users?limit=7&search="+escape(`profile.firstName eq "Ann"`)+"&x=%3B+%26", token)
			w.wantOnce(c.String()+", a search", keys, people/3)
			keys, _ = w.pages("/api/v1/users?limit=50&filter="+escape(`profile.firstName eq "Ann" or profile.firstName eq "Bo"`), token)
			w.wantOnce(c.String()+", a filter", keys, 2*people/3)
			if c != partnerA {
				keys, _ = w.pages("/api/v1/groups/"+string(w.a.second)+"/users?limit=40", token)
				w.wantOnce(c.String()+", members", keys, people/2)
			}
		}
		all, _ := w.pages("/api/v1/users?limit=100", w.as(theSuper))
		w.wantOnce("a super administrator", all, people+1+len(w.roles))
		w.pagesOfOtherLists(t, seen)
	})
}

func (w *world) pagesOfOtherLists(t *testing.T, u bailiwick.User) {
	t.Helper()
	super := w.as(theSuper)
	h := personOf(u)
	desk, app := w.give(h, bailiwick.HelpDeskAdmin, nil), w.give(h, bailiwick.AppAdmin, nil)
	for i := range 23 {
		g := w.group(fmt.Sprintf("Page of groups %d", i))
		w.check(w.dir.AddGroupTarget(t.Context(), w.system, h, desk, g))
		w.check(w.dir.AddMember(t.Context(), w.system, g, string(u.ID)))
	}
	for _, c := range bailiwick.CatalogApps()[:11] {
		w.check(w.dir.AddAppTarget(t.Context(), w.system, h, app, bailiwick.AppTarget{Name: c.Name}))
	}
	at := "/api/v1/users/" + string(u.ID)
	in := len(must(w.dir.GroupsOf(t.Context(), w.system, string(u.ID), directory.Paging{Limit: 100})).Rows)
	for _, list := range []struct {
		path string
		want int
	}{
		{at + "/roles/" + string(desk) + "/targets/groups?limit=1", 23},
		{at + "/roles/" + string(desk) + "/targets/groups", 23},
		{at + "/roles/" + string(app) + "/targets/catalog/apps?limit=1", 11},
		{at + "/roles/" + string(app) + "/targets/catalog/apps?limit=4", 11},
		{at + "/groups?limit=5", in},
		{"/api/v1/groups?limit=10", 23 + 6 + 1},
		{"/api/v1/groups", 23 + 6 + 1},
		{"/api/v1/apps?limit=1", 2},
	} {
		keys, _ := w.pages(list.path, super)
		w.wantOnce(list.path, keys, list.want)
	}
	forward, _ := w.pages("/api/v1/logs?limit=300&since=2026-11-22T00:00:00Z&until=2099-01-01T00:00:00Z", super)
	back, _ := w.pages("/api/v1/logs?limit=271&sortOrder=DESCENDING", super)
	slices.Reverse(back)
	if !slices.Equal(forward, back) || len(forward) < 450 {
		t.Errorf("the log: got %d events forward and %d back, want the same in the other order", len(forward), len(back))
	}
	keys, _ := w.pages("/api/v1/groups?limit=2", w.mint(u.ID))
	w.wantOnce("groups of a limited administrator with application rights too", keys, 30)
}

// What q finds is not paged; the newer lists page in the body.
func TestOtherWaysToPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for i := range 12 {
			w.give(personOf(w.person("Quinn", fmt.Sprintf("Page%d", i), bailiwick.Active, "")), bailiwick.ReportAdmin, nil)
		}
		super := w.as(theSuper)
		for path, want := range map[string]int{"/api/v1/users?q=quinn": 10, "/api/v1/users?q=quinn&limit=3": 3, "/api/v1/users?q=quinn&limit=200": 12} {
			a := w.ask("GET", path, super, "").want(t, 200, "")
			if got := len(decode[[]row](t, a)); got != want || a.relation("next") != "" {
				t.Errorf("GET %s: got %d rows and next %q, want %d and none", path, got, a.relation("next"), want)
			}
		}
		var ids []string
		for at := "/api/v1/iam/assignees/users?limit=5"; at != ""; {
			type page struct {
				Value []row
				Links struct {
					Next struct{ Href string }
				} `json:"_links"`
			}
			p := decode[page](t, w.ask("GET", at, super, "").want(t, 200, ""))
			for _, r := range p.Value {
				ids = append(ids, r.ID)
			}
			at = strings.TrimPrefix(p.Links.Next.Href, publicURL)
		}
		w.wantOnce("administrators", ids, 13)
	})
}
