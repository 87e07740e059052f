package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// beside makes a second org behind the same server, in which everything has the
// same names, and a token of a super administrator of it.
func (w *world) beside() (other *world, token string) {
	w.Helper()
	other = &world{TB: w.TB, store: w.store, dir: w.dir, api: w.api, signIn: w.signIn, server: w.server, logged: w.logged,
		roles: map[string]bailiwick.ID{}, token: map[string]string{}}
	other.org = must(w.dir.CreateOrg(w.Context(), "a world for a test", "beta", "Acme"))
	other.system = authz.System(other.org.ID, "a world for a test")
	other.a, other.b = other.area("A", "salesforce"), other.area("B", "slack")
	return other, other.as(theSuper)
}

// Two orgs with the same names in one server: what belongs to one is unknown in
// the other, whichever way it is asked for.
func TestNothingCrossesBetweenOrgs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		mine := w.as(theSuper)
		other, theirs := w.beside()
		time.Sleep(2 * orgsEvery) // until the new org is found
		in := func(slug, path string) string { return "/t/" + slug + path }
		here, there := w.person("Same", "Name", bailiwick.Active, w.a.realm, w.a.group), other.person("Same", "Name", bailiwick.Active, other.a.realm, other.a.group)
		for _, c := range []struct{ path, own string }{
			{"/api/v1/users/" + string(there.ID), "/api/v1/users/" + string(here.ID)},
			{"/api/v1/groups/" + string(other.a.group), "/api/v1/groups/" + string(w.a.group)},
			{"/api/v1/groups/" + string(other.org.Everyone), "/api/v1/groups/" + string(w.org.Everyone)},
			{"/api/v1/apps/" + string(other.a.app), "/api/v1/apps/" + string(w.a.app)},
			{"/api/v1/realms/" + string(other.a.realm), "/api/v1/realms/" + string(w.a.realm)},
			{"/api/v1/realms/" + string(other.org.Realm), "/api/v1/realms/" + string(w.org.Realm)},
			{"/api/v1/users/" + string(there.ID) + "/roles", "/api/v1/users/" + string(here.ID) + "/roles"},
		} {
			w.ask("GET", in("acme", c.own), mine, "").want(t, 200, "")
			w.ask("GET", in("beta", c.path), theirs, "").want(t, 200, "")
			w.ask("GET", in("acme", c.path), mine, "").want(t, 404, "E0000007")
			w.ask("GET", in("acme", c.own), theirs, "").want(t, 401, "E0000011")
			w.ask("GET", in("beta", c.own), mine, "").want(t, 401, "E0000011")
			if a := w.ask("GET", c.own, mine, ""); a.status != 404 && a.status != 401 {
				t.Errorf("%s, naming no org: got %d", c.own, a.status)
			}
		}
		for _, c := range []struct{ method, path, body string }{
			{"PUT", "/api/v1/groups/" + string(w.a.group) + "/users/" + string(there.ID), ""},
			{"PUT", "/api/v1/groups/" + string(other.a.group) + "/users/" + string(here.ID), ""},
			{"POST", "/api/v1/users/" + string(here.ID), fmt.Sprintf(`{"realmId":%q}`, other.a.realm)},
			{"DELETE", "/api/v1/users/" + string(there.ID), ""},
		} {
			if a := w.ask(c.method, in("acme", c.path), mine, c.body); a.status != 404 {
				t.Errorf("%s %s: got %d %s, want 404", c.method, c.path, a.status, a.body)
			}
		}
		page := w.ask("GET", in("acme", "/api/v1/users?limit=1"), mine, "").want(t, 200, "")
		next := page.relation("next")
		if !strings.HasPrefix(next, publicURL+"/t/acme/api/v1/users?") {
			t.Errorf("the next page: got %s", next)
		}
		cursor := strings.TrimPrefix(next, publicURL+"/t/acme")
		w.ask("GET", in("acme", cursor), mine, "").want(t, 200, "")
		if a := w.ask("GET", in("beta", cursor), theirs, ""); a.code() != "E0000029" {
			t.Errorf("a cursor of the other org: got %d %s", a.status, a.code())
		}
		for _, list := range []string{"users?limit=200", "groups", "apps", "realms", "logs?limit=1000"} {
			a := w.ask("GET", in("acme", "/api/v1/"+list), mine, "")
			for _, id := range []bailiwick.ID{there.ID, other.a.group, other.a.app, other.a.realm, other.org.Everyone, other.org.Realm} {
				if strings.Contains(a.body, string(id)) {
					t.Errorf("the list %s shows %s of the other org", list, id)
				}
			}
		}
	})
}

func TestAnOrgIsReachedByItsHostNameAndGoesOutOfUse(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		other, theirs := w.beside()
		mine := w.as(theSuper)
		_, err := w.dir.ChangeOrg(t.Context(), other.org.ID, "a test", func(o *bailiwick.Org) { o.Host = "beta.example" })
		w.check(err)
		for host, want := range map[string]bailiwick.Code{"beta.example": bailiwick.Conflict, "https://x": bailiwick.Invalid, "Upper.example": bailiwick.Invalid} {
			_, err := w.dir.ChangeOrg(t.Context(), w.org.ID, "a test", func(o *bailiwick.Org) { o.Host = host })
			if e, ok := err.(*bailiwick.Error); !ok || e.Code != want {
				t.Errorf("claim %s: got %v, want %s", host, err, want)
			}
		}
		at := func(host, path, token string) answer {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), "GET", w.server.URL+path, nil)
			w.check(err)
			r.Host = host
			r.Header.Set("Authorization", "SSWS "+token)
			return w.send(r)
		}
		time.Sleep(2 * orgsEvery) // until the name is found
		a := at("BETA.example:8443", "/api/v1/groups/"+string(other.a.group), theirs).want(t, 200, "")
		if !strings.Contains(a.body, `"https://beta.example/api/v1/groups/`) {
			t.Errorf("links by the host name: got %s", a.body)
		}
		at("beta.example", "/api/v1/users/me", mine).want(t, 401, "E0000011")
		for _, path := range []string{"/t/acme/api/v1/users/me", "/t/beta/api/v1/users/me"} {
			if a := at("beta.example", path, mine); a.status != 404 {
				t.Errorf("%s under a claimed name: got %d, want 404", path, a.status)
			}
		}
		if a := at("gamma.example", "/t/beta/api/v1/users/me", theirs); a.status != 200 {
			t.Errorf("a name that nobody has claimed: got %d, want the org of the path", a.status)
		}
		_, err = w.dir.ChangeOrg(t.Context(), other.org.ID, "a test", func(o *bailiwick.Org) { o.Disabled = w.now() })
		w.check(err)
		at("beta.example", "/api/v1/users/me", theirs).want(t, 401, "E0000011") // at once, whatever routing remembers
		time.Sleep(2 * orgsEvery)
		for _, c := range []struct{ host, path string }{{"beta.example", "/api/v1/users/me"}, {"x", "/t/beta/api/v1/users/me"}, {"x", "/t/beta/.well-known/okta-organization"}} {
			if a := at(c.host, c.path, theirs); a.status != 404 {
				t.Errorf("%s%s of an org out of use: got %d %s, want 404", c.host, c.path, a.status, a.body)
			}
		}
		_, err = w.dir.ChangeOrg(t.Context(), other.org.ID, "a test", func(o *bailiwick.Org) { o.Disabled = time.Time{} })
		w.check(err)
		if tokens := must(w.dir.Roles(t.Context(), other.system, directory.Person(string(other.bearer(theSuper))))); len(tokens) != 1 {
			t.Errorf("roles after the org came back: got %d, want 1", len(tokens))
		}
		time.Sleep(2 * orgsEvery)
		at("beta.example", "/api/v1/users/me", theirs).want(t, 401, "E0000011")
		at("x", "/t/acme/api/v1/users/me", mine).want(t, 200, "")
	})
}
