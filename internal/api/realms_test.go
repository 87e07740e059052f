package api_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
)

// realmSites are a realm that the limited partner administrator is limited to,
// another one, the default one, and one that nobody lives in.
func realmSites() []func(*world) site {
	at := func(name string, realm func(*world) bailiwick.ID) func(*world) site {
		return func(w *world) site { return site{name: name, area: w.a, realm: realm(w)} }
	}
	return []func(*world) site{
		at("A", func(w *world) bailiwick.ID {
			w.person("Some", "Resident", bailiwick.Active, w.a.realm)
			return w.a.realm
		}),
		at("B", func(w *world) bailiwick.ID {
			w.person("Some", "Resident", bailiwick.Active, w.b.realm)
			return w.b.realm
		}),
		at("default", func(w *world) bailiwick.ID { return w.org.Realm }),
		at("empty", (*world).emptyRealm),
	}
}

func (w *world) emptyRealm() bailiwick.ID {
	w.Helper()
	return must(w.dir.CreateRealm(w.Context(), w.system, fmt.Sprintf("Empty %d", w.made.Add(1)), bailiwick.PartnerRealm, nil)).ID
}

func realmFixtures() []fixture {
	toB := make([]func(*world) site, 4)
	for i, prepare := range people(bailiwick.Active) {
		toB[i] = func(w *world) site {
			s := prepare(w)
			s.realm = w.b.realm
			return s
		}
	}
	return []fixture{
		{route: "GET /api/v1/realms", sites: nowhere},
		{route: "POST /api/v1/realms", sites: []func(*world) site{func(w *world) site {
			return site{name: "-", body: fmt.Sprintf(`{"profile":{"name":"New %d","realmType":"PARTNER"}}`, w.made.Add(1))}
		}}},
		{route: "GET /api/v1/realms/{realm}", sites: realmSites()},
		{route: "PUT /api/v1/realms/{realm}", sites: realmSites(), body: func(s site) string {
			return fmt.Sprintf(`{"profile":{"name":"Renamed %s","realmType":"PARTNER"}}`, s.realm)
		}},
		{route: "DELETE /api/v1/realms/{realm}", sites: realmSites()},
		{route: "POST /api/v1/users/{user}", note: "to realm B", sites: toB, body: func(s site) string { return fmt.Sprintf(`{"realmId":%q}`, s.realm) }},
	}
}

func TestRealmsOnTheWire(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		super := w.as(theSuper)
		for _, name := range []string{"Bikes", "Vélos", "Boats"} {
			w.ask("POST", "/api/v1/realms", super, fmt.Sprintf(`{"profile":{"name":%q,"realmType":"PARTNER","domains":["b.example"]}}`, name))
		}
		names := func(query string) (out []string) {
			t.Helper()
			type row struct {
				ID      string
				Default bool `json:"isDefault"`
				Profile struct{ Name string }
				Links   map[string]struct{ Rel, Href, Method string } `json:"_links"`
			}
			for _, r := range decode[[]row](t, w.ask("GET", "/api/v1/realms"+query, super, "")) {
				out = append(out, r.Profile.Name)
				if self := r.Links["self"]; self.Rel != "self" || self.Method != "GET" || self.Href != publicURL+"/api/v1/realms/"+r.ID {
					t.Errorf("link of %s: got %+v", r.Profile.Name, self)
				}
				if r.Default != (r.ID == string(w.org.Realm)) {
					t.Errorf("%s: isDefault is %t", r.Profile.Name, r.Default)
				}
			}
			return out
		}
		for query, want := range map[string]string{
			"": "[Bikes Boats Default Realm Realm A Realm B Vélos]", "?sortOrder=desc&limit=2": "[Vélos Realm B]",
			"?search=" + url.QueryEscape(`profile.name eq "bikes"`): "[Bikes]", "?search=" + url.QueryEscape(`profile.name co "realm"`): "[Default Realm Realm A Realm B]",
			"?search=" + url.QueryEscape(`profile.name co "elo"`): "[]", "?search=" + url.QueryEscape(`profile.name co "élo"`): "[Vélos]",
		} {
			if got := fmt.Sprint(names(query)); got != want {
				t.Errorf("%s: got %s, want %s", query, got, want)
			}
		}
		for _, c := range []struct{ method, path, body, code string }{
			{"GET", "/api/v1/realms?search=" + url.QueryEscape(`profile.name sw "b"`), "", "E0000031"},
			{"GET", "/api/v1/realms?search=" + url.QueryEscape(`id eq "b"`), "", "E0000031"},
			{"GET", "/api/v1/realms?sortBy=created", "", "E0000001"},
			{"POST", "/api/v1/realms", `{"profile":{"name":""}}`, "E0000001"},
			{"POST", "/api/v1/realms", `{"profile":{"name":"bikes"}}`, "E0000001"},
			{"DELETE", "/api/v1/realms/" + string(w.org.Realm), "", "E0000178"},
			{"GET", "/api/v1/realms/guo0000000000absent0", "", "E0000007"},
		} {
			if a := w.ask(c.method, c.path, super, c.body); a.code() != c.code {
				t.Errorf("%s %s: got %d %s, want %s", c.method, c.path, a.status, a.body, c.code)
			}
		}
	})
}
