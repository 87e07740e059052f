package api_test

import (
	"fmt"
	"net/url"
	"strings"
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
		{route: "GET /api/v1/org/settings", sites: nowhere},
		{route: "POST /api/v1/org/settings", note: "the org's switch", sites: nowhere, body: text(`{"refuseRemovingLastAppTarget":false}`)},
		{route: "POST /api/v1/org/settings", note: "the owner's switch", sites: nowhere, body: text(`{"adminsSetPasswords":true}`)},
		{route: "GET /api/v1/realm-assignments", sites: nowhere},
		{route: "POST /api/v1/realm-assignments", sites: []func(*world) site{func(w *world) site {
			return site{name: "-", body: w.newAssignment()}
		}}},
		{route: "GET /api/v1/realm-assignments/{assignment}", sites: placements()},
		{route: "PUT /api/v1/realm-assignments/{assignment}", sites: placements(), body: func(s site) string { return s.body }},
		{route: "DELETE /api/v1/realm-assignments/{assignment}", sites: placements()},
		{route: "POST /api/v1/realm-assignments/{assignment}/lifecycle/activate", sites: placements()},
		{route: "POST /api/v1/realm-assignments/{assignment}/lifecycle/deactivate", sites: placements()},
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

// newAssignment is the body of an assignment that fits nobody and whose
// priority is free.
func (w *world) newAssignment() string {
	return fmt.Sprintf(`{"name":"Placing","priority":%d,"conditions":{"expression":{"value":"user.profile.login.contains(\"@nobody.example\")"}},`+
		`"actions":{"assignUserToRealm":{"realmId":%q}}}`, w.placings.Add(1), w.a.realm)
}

// placements are a realm assignment, and the one that catches all.
func placements() []func(*world) site {
	return []func(*world) site{
		func(w *world) site {
			super, body := w.as(theSuper), w.newAssignment()
			made := decode[struct{ ID bailiwick.ID }](w, w.ask("POST", "/api/v1/realm-assignments", super, body))
			return site{name: "own", target: made.ID, body: w.newAssignment()}
		},
		func(w *world) site {
			return site{name: "all", target: bailiwick.CatchAll(w.org).ID, body: w.newAssignment()}
		},
	}
}

func TestRealmAssignmentsOnTheWire(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		type row struct {
			ID       string
			Status   string
			Priority int
			Default  bool                                          `json:"isDefault"`
			Links    map[string]struct{ Rel, Href, Method string } `json:"_links"`
		}
		super, path := w.as(theSuper), "/api/v1/realm-assignments"
		body := func(priority int, expression string, realm bailiwick.ID) string {
			return fmt.Sprintf(`{"name":"P%d","priority":%d,"conditions":{"expression":{"value":%q},"profileSourceId":"0oa1"},"actions":{"assignUserToRealm":{"realmId":%q}}}`,
				priority, priority, expression, realm)
		}
		made := decode[row](t, w.ask("POST", path, super, body(20, `user.profile.login.contains("@acme")`, w.b.realm)).want(t, 200, ""))
		first := decode[row](t, w.ask("POST", path, super, body(10, `user.department == "Sales"`, w.a.realm)).want(t, 200, ""))
		if made.Status != "INACTIVE" || made.Default || made.Links["self"].Href != publicURL+path+"/"+made.ID {
			t.Errorf("made: got %+v", made)
		}
		for _, c := range []struct{ name, body string }{
			{"a priority that is taken", body(10, `user.department == "x"`, w.a.realm)},
			{"the priority of the last", body(499, `user.department == "x"`, w.a.realm)},
			{"no expression", body(11, "", w.a.realm)},
			{"groups", body(11, `isMemberOfGroup("00g1")`, w.a.realm)},
		} {
			if a := w.ask("POST", path, super, c.body); a.code() != "E0000001" {
				t.Errorf("%s: got %d %s", c.name, a.status, a.body)
			}
		}
		w.ask("POST", path, super, body(11, `user.department == "x"`, "guo0000000000absent0")).want(t, 404, "E0000007")
		lands := func(who, department string, token string) bailiwick.ID {
			t.Helper()
			w.made.Add(1)
			p := w.profile("New", who)
			a := w.ask("POST", "/api/v1/users?activate=false", token, fmt.Sprintf(`{"profile":{"firstName":"New","lastName":"One","login":%q,"email":%q,"department":%q}}`,
				p.Login(), p.Email(), department)).want(t, 200, "")
			return decode[struct {
				RealmID bailiwick.ID `json:"realmId"`
			}](t, a).RealmID
		}
		if got := lands("before", "Sales", super); got != w.org.Realm {
			t.Errorf("while none is active: got %s, want the default realm", got)
		}
		for _, id := range []string{made.ID, first.ID} {
			w.ask("POST", path+"/"+id+"/lifecycle/activate", super, "").want(t, 204, "")
		}
		for _, c := range []struct {
			department, token string
			want              bailiwick.ID
		}{{"Sales", super, w.a.realm}, {"Legal", super, w.b.realm}, {"Legal", w.as(caller{role: bailiwick.UserAdmin}), w.b.realm}, {"Legal", w.as(partnerA), w.a.realm}} {
			if got := lands("one", c.department, c.token); got != c.want {
				t.Errorf("%s: got %s, want %s", c.department, got, c.want)
			}
		}
		w.ask("DELETE", "/api/v1/realms/"+string(w.a.realm), super, "").want(t, 400, "E0000178")
		rows := decode[[]row](t, w.ask("GET", path, super, ""))
		if len(rows) != 3 || rows[0].ID != first.ID || rows[1].ID != made.ID || !rows[2].Default || rows[2].Priority != 499 || rows[2].Status != "ACTIVE" {
			t.Errorf("the list: got %+v", rows)
		}
		seen := 0
		for after, n := path+"?limit=1", 0; after != "" && n < 5; n++ {
			a := w.ask("GET", after, super, "")
			seen += len(decode[[]row](t, a))
			after = strings.TrimPrefix(a.relation("next"), publicURL)
		}
		if seen != 3 {
			t.Errorf("page by page: got %d rows, want 3", seen)
		}
		w.ask("DELETE", path+"/"+first.ID, super, "").want(t, 204, "")
		if got := lands("after", "Sales", super); got != w.b.realm {
			t.Errorf("after the first is gone: got %s, want realm B", got)
		}
	})
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
