package api_test

import (
	"encoding/json"
	"fmt"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// assignmentFixtures are routes about an app together with a person or group.
func assignmentFixtures() []fixture {
	onePerson := func(s site) string { return fmt.Sprintf(`{"id":%q,"scope":"USER"}`, s.user.ID) }
	return []fixture{
		{route: "PUT /api/v1/apps/{app}", sites: withPeople(false), body: func(s site) string {
			return fmt.Sprintf(`{"label":"Renamed %s","settings":{"oauthClient":{"redirect_uris":["https://other.example/cb"]}}}`, s.app)
		}},
		{route: "GET /api/v1/apps/{app}/users", sites: withPeople(true)},
		{route: "POST /api/v1/apps/{app}/users", sites: withPeople(false), body: onePerson},
		{route: "GET /api/v1/apps/{app}/users/{user}", sites: withPeople(true)},
		{route: "POST /api/v1/apps/{app}/users/{user}", sites: withPeople(true), body: text(`{"credentials":{"userName":"other"}}`)},
		{route: "DELETE /api/v1/apps/{app}/users/{user}", sites: withPeople(true)},
		{route: "GET /api/v1/apps/{app}/groups", sites: withGroups(true)},
		{route: "GET /api/v1/apps/{app}/groups/{group}", sites: withGroups(true)},
		{route: "PUT /api/v1/apps/{app}/groups/{group}", sites: withGroups(false)},
		{route: "PATCH /api/v1/apps/{app}/groups/{group}", sites: withGroups(true), body: text(`[{"op":"replace","path":"/priority","value":3}]`)},
		{route: "DELETE /api/v1/apps/{app}/groups/{group}", sites: withGroups(true)},
		{route: "GET /api/v1/groups/{group}/apps", sites: withGroups(true)},
		{route: "GET /api/v1/users/{user}/appLinks", sites: withPeople(true)},
	}
}

// withPeople are sites of an app and a person, who has it or not.
func withPeople(assigned bool) []func(*world) site {
	of := func(name, app string, in func(*world) area) func(*world) site {
		return func(w *world) site {
			s := site{name: name, area: in(w)}
			s.app = w.newApp(app, bailiwick.AppActive)
			s.user = w.person("Target", "Appuser", bailiwick.Active, s.area.realm, s.area.group)
			if assigned {
				must(w.dir.AssignUser(w.Context(), w.system, s.app, string(s.user.ID), directory.Assign{}))
			}
			return s
		}
	}
	inA, inB := func(w *world) area { return w.a }, func(w *world) area { return w.b }
	return []func(*world) site{of("A", "salesforce", inA), of("B", "slack", inB), of("oidc", "oidc_client", inA)}
}

// withGroups are the sites of groups, each with an app of area A, which it has
// or not; and an app of area B with a group of A.
func withGroups(assigned bool) []func(*world) site {
	sites := groupSites()
	sites = append(sites, func(w *world) site {
		return site{name: "app B", area: w.b, group: w.freshGroup(true)}
	})
	for i, prepare := range sites {
		sites[i] = func(w *world) site {
			s := prepare(w)
			catalog := w.a.catalog
			if s.name == "app B" {
				catalog = w.b.catalog
			}
			s.app = w.newApp(catalog, bailiwick.AppActive)
			if assigned {
				must(w.dir.AssignGroup(w.Context(), w.system, s.app, s.group, directory.Assign{}))
			}
			return s
		}
	}
	return sites
}

func TestAppsAndAssignmentsOnTheWire(t *testing.T) {
	t.Parallel()
	wire(t, "apps.golden", func(w *world, on *transcript) {
		super := w.as(theSuper)
		const apps = "/api/v1/apps"
		made := func(name, body string) string {
			on.ask(name, "POST", apps, super, body)
			var app struct{ Label string }
			w.check(json.Unmarshal([]byte(body), &app))
			rows := must(w.dir.Apps(w.Context(), w.system, directory.AppQuery{Prefix: app.Label}, directory.Paging{Limit: 1})).Rows
			return apps + "/" + string(rows[0].ID)
		}
		wiki := made("a bookmark", `{"name":"bookmark","label":"Wiki","signOnMode":"BOOKMARK","settings":{"app":{"requestIntegration":false,"url":"https://wiki.example"}},"visibility":{"hide":{"web":true}}}`)
		client := made("a client", `{"name":"oidc_client","label":"Client","signOnMode":"OPENID_CONNECT","credentials":{"oauthClient":{"token_endpoint_auth_method":"client_secret_post"}},
			"settings":{"oauthClient":{"redirect_uris":["https://e.example/cb"],"response_types":["code"],"grant_types":["authorization_code"],"application_type":"web"}}}`)
		on.ask("the same client later, without its secret", "GET", client, super, "")
		made("a native client, which has no secret", `{"label":"Phone","signOnMode":"OPENID_CONNECT","settings":{"oauthClient":{"redirect_uris":["com.example.app:/cb"],"application_type":"native"}}}`)
		made("a custom SAML app", `{"label":"Pay & Roll","signOnMode":"SAML_2_0","settings":{"signOn":{"ssoAcsUrl":"https://sp.example/acs","audience":"aud"}}}`)
		made("a page with a form", `{"name":"template_swa","label":"Old radio","signOnMode":"BROWSER_PLUGIN","settings":{"app":{"url":"https://radio.example/login","buttonField":"b","usernameField":"u","passwordField":"p"}}}`)
		on.ask("replaced", "PUT", wiki, super, `{"name":"ignored","status":"INACTIVE","label":"Wiki 2","signOnMode":"BOOKMARK","settings":{"app":{"url":"https://wiki.example/2"}},"features":["X"],"profile":{"tag":"a"}}`)
		u := w.person("In", "Wiki", bailiwick.Active, "", w.a.group)
		on.ask("a person", "POST", wiki+"/users", super, fmt.Sprintf(`{"id":%q,"scope":"USER","credentials":{"userName":"in.wiki"},"profile":{"role":"writer"}}`, u.ID))
		on.ask("a group", "PUT", wiki+"/groups/"+string(w.a.group), super, `{"profile":{"role":"reader"}}`)
		on.ask("everyone", "PUT", wiki+"/groups/"+string(w.org.Everyone), super, ``)
		on.ask("a property of the group's assignment", "PATCH", wiki+"/groups/"+string(w.a.group), super, `[{"op":"replace","path":"/priority","value":7},{"op":"add","path":"/profile/team","value":"a"},{"op":"remove","path":"/profile/role"}]`)
		on.ask("the groups", "GET", wiki+"/groups?expand=group,metadata&limit=20", super, "")
		on.ask("the group's apps", "GET", "/api/v1/groups/"+string(w.a.group)+"/apps", super, "")
		on.ask("the person with the app", "GET", wiki+"/users/"+string(u.ID)+"?expand=user", super, "")
		on.ask("found by the name in the app", "GET", wiki+"/users?q=in.w", super, "")
		on.ask("an app with what it keeps of the person", "GET", wiki+"?expand=user/"+string(u.ID), super, "")
		on.ask("where the person's apps start", "GET", "/api/v1/users/"+string(u.ID)+"/appLinks", super, "")
		on.ask("taken, but kept by the group", "DELETE", wiki+"/users/"+string(u.ID), super, "")
		on.ask("what is left", "GET", wiki+"/users/"+string(u.ID), super, "")
	})
}

func TestAppsAreRefusedForWhatTheyLack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		super := w.as(theSuper)
		app := "/api/v1/apps/" + string(w.newApp("oidc_client", bailiwick.AppActive))
		inactive := "/api/v1/apps/" + string(w.newApp("salesforce", bailiwick.AppInactive))
		u, gone := w.person("In", "App", bailiwick.Active, ""), w.person("Gone", "App", bailiwick.Deprovisioned, "")
		w.ask("POST", app+"/users", super, fmt.Sprintf(`{"id":%q}`, u.ID)).want(t, 200, "")
		w.ask("PUT", app+"/groups/"+string(w.a.group), super, "").want(t, 200, "")
		member := w.person("Group", "App", bailiwick.Active, "", w.a.group)
		client := func(more string) string {
			return `{"label":"X","signOnMode":"OPENID_CONNECT","settings":{"oauthClient":` + more + `}}`
		}
		for _, c := range []struct {
			method, path, body string
			status             int
			code, cause        string
		}{
			{"POST", "/api/v1/apps", `{"label":"openid connect CLIENT 1","signOnMode":"BOOKMARK","settings":{"app":{"url":"https://a.example"}}}`, 200, "", ""},
			{"POST", "/api/v1/apps", `{"label":"Openid Connect client 1","signOnMode":"BOOKMARK","settings":{"app":{"url":"https://a.example"}}}`, 400, "E0000040", "label"},
			{"POST", "/api/v1/apps", `{"label":"X","signOnMode":"BOOKMARK"}`, 400, "E0000001", "settings.app.url"},
			{"POST", "/api/v1/apps", `{"label":"X","signOnMode":"BOOKMARK","settings":{"app":{"url":"javascript:alert(1)"}}}`, 400, "E0000001", "settings.app.url"},
			{"POST", "/api/v1/apps", `{"label":"X","signOnMode":"BOOKMARK","settings":{"app":7}}`, 400, "E0000001", "settings.app"},
			{"POST", "/api/v1/apps", `{"label":"","signOnMode":"BOOKMARK"}`, 400, "E0000001", "label"},
			{"POST", "/api/v1/apps", `{"name":"nothing","label":"X","signOnMode":"SAML_2_0"}`, 400, "E0000001", "name"},
			{"POST", "/api/v1/apps", `{"label":"X","signOnMode":"SAML_2_0"}`, 400, "E0000001", "ssoAcsUrl"},
			{"POST", "/api/v1/apps", `{"label":"X","signOnMode":"SAML_2_0","settings":{"signOn":{"ssoAcsUrl":"https://a.example"}}}`, 400, "E0000001", "audience"},
			{"POST", "/api/v1/apps", `{"label":"X","signOnMode":"SAML_2_0","settings":{"signOn":{"ssoAcsUrl":"https://a.example","audience":"a","digestAlgorithm":"MD5"}}}`, 400, "E0000001", "digestAlgorithm"},
			{"POST", "/api/v1/apps", `{"label":"X","signOnMode":"NOTHING"}`, 400, "E0000001", "signOnMode"},
			{"POST", "/api/v1/apps", client(`{}`), 400, "E0000001", "redirect_uris"},
			{"POST", "/api/v1/apps", client(`{"redirect_uris":["/cb"]}`), 400, "E0000001", "redirect_uris"},
			{"POST", "/api/v1/apps", client(`{"redirect_uris":["https://a.example/cb#x"]}`), 400, "E0000001", "redirect_uris"},
			{"POST", "/api/v1/apps", client(`{"redirect_uris":["javascript:alert(1)"]}`), 400, "E0000001", "redirect_uris"},
			{"POST", "/api/v1/apps", client(`{"redirect_uris":"https://a.example/cb"}`), 400, "E0000001", "redirect_uris"},
			{"POST", "/api/v1/apps", client(`{"redirect_uris":["https://a.example/cb"],"grant_types":["magic"]}`), 400, "E0000001", "grant_types"},
			{"POST", "/api/v1/apps", client(`{"redirect_uris":["https://a.example/cb"],"application_type":"toaster"}`), 400, "E0000001", "application_type"},
			{"POST", "/api/v1/apps", `{"label":"X","signOnMode":"OPENID_CONNECT","credentials":{"oauthClient":{"client_secret":"of my own choice"}},"settings":{"oauthClient":{"redirect_uris":["https://a.example/cb"]}}}`, 400, "E0000001", "client_secret"},
			{"PUT", app, `{"label":"Y","credentials":{"oauthClient":{"client_secret":"guess"}},"settings":{"oauthClient":{"redirect_uris":["https://a.example/cb"]}}}`, 400, "E0000001", "client_secret"},
			{"PUT", app, `{"label":"Y","credentials":{"oauthClient":{"client_id":"0oaother"}},"settings":{"oauthClient":{"redirect_uris":["https://a.example/cb"]}}}`, 400, "E0000001", "client_id"},
			{"PUT", app, `{"label":"Y","signOnMode":"BOOKMARK","settings":{"app":{"url":"https://a.example"}}}`, 400, "E0000001", "signOnMode"},
			{"PUT", app, `{"label":"OpenID Connect client 1","settings":{"oauthClient":{"redirect_uris":["https://a.example/cb"]}}}`, 400, "E0000040", ""},
			{"DELETE", app, "", 403, "E0000056", ""},
			{"POST", app + "/users", fmt.Sprintf(`{"id":%q}`, u.ID), 409, "E0000062", ""},
			{"POST", app + "/users", fmt.Sprintf(`{"id":%q}`, gone.ID), 403, "E0000117", ""},
			{"POST", inactive + "/users", fmt.Sprintf(`{"id":%q}`, u.ID), 403, "E0000143", ""},
			{"POST", app + "/users", `{}`, 400, "E0000001", "id"},
			{"POST", app + "/users", fmt.Sprintf(`{"id":%q,"scope":"GROUP"}`, u.ID), 400, "E0000001", "scope"},
			{"POST", app + "/users", fmt.Sprintf(`{"id":%q,"credentials":{"password":{"value":"x"}}}`, u.ID), 400, "E0000041", ""},
			{"POST", app + "/users", `{"id":"00uzzzzzzzzzzzzzzzzz"}`, 404, "E0000007", ""},
			{"GET", app + "/users/" + string(gone.ID), "", 404, "E0000007", ""},
			{"DELETE", app + "/users/" + string(member.ID), "", 403, "E0000046", ""},
			{"DELETE", app + "/users/" + string(gone.ID), "", 404, "E0000007", ""},
			{"DELETE", app + "/users/" + string(u.ID) + "?sendEmail=perhaps", "", 400, "E0000001", "sendEmail"},
			{"PUT", app + "/groups/00gzzzzzzzzzzzzzzzzz", "", 404, "E0000007", ""},
			{"PUT", app + "/groups/" + string(w.b.group), `{"priority":-1}`, 400, "E0000001", "priority"},
			{"PATCH", app + "/groups/" + string(w.b.group), `[]`, 404, "E0000007", ""},
			{"PATCH", app + "/groups/" + string(w.a.group), `[{"op":"move","path":"/priority","value":1}]`, 400, "E0000001", "op"},
			{"PATCH", app + "/groups/" + string(w.a.group), `[{"op":"add","path":"/id","value":1}]`, 400, "E0000001", "path"},
			{"PATCH", app + "/groups/" + string(w.a.group), `[{"op":"add","path":"/priority","value":1.5}]`, 400, "E0000001", "priority"},
			{"GET", "/api/v1/apps?filter=" + escape(`label eq "x"`), "", 400, "E0000031", ""},
			{"GET", "/api/v1/apps?filter=" + escape(`status eq "ACTIVE" or name eq "x"`), "", 400, "E0000031", ""},
			{"GET", "/api/v1/apps?expand=everything", "", 400, "E0000001", "expand"},
		} {
			a := w.ask(c.method, c.path, super, c.body)
			if a.status != c.status || c.code != "" && a.code() != c.code || !strings.Contains(a.body, c.cause) {
				t.Errorf("%s %s %s:\n got %d %s, want %d %s about %q", c.method, c.path, c.body, a.status, a.body, c.status, c.code, c.cause)
			}
		}
	})
}

func TestAppsAreFoundByFilterAndPrefix(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		super := w.as(theSuper)
		box, slack := w.newApp("boxnet", bailiwick.AppInactive), w.newApp("slack", bailiwick.AppActive)
		u := w.person("In", "Slack", bailiwick.Active, "")
		must(w.dir.AssignUser(w.Context(), w.system, slack, string(u.ID), directory.Assign{}))
		for query, want := range map[string][]bailiwick.ID{
			`q=boxn`:    {box},
			`q=box`:     {box},
			`q=nothing`: {},
			`filter=` + escape(`id eq "`+string(box)+`"`):                                                {box},
			`filter=` + escape(`status eq "INACTIVE"`):                                                   {box},
			`filter=` + escape(`name eq "boxnet" and status eq "ACTIVE"`):                                {},
			`filter=` + escape(`user.id eq "`+string(u.ID)+`"`):                                          {slack},
			`filter=` + escape(`user.id eq "`+string(u.ID)+`" and status eq "INACTIVE"`):                 {},
			`filter=` + escape(`group.id eq "`+string(w.a.group)+`"`):                                    {},
			`filter=` + escape(`user.id eq "`+string(u.ID)+`"`) + `&limit=1&expand=user/` + string(u.ID): {slack},
		} {
			a := w.ask("GET", "/api/v1/apps?"+query, super, "").want(t, 200, "")
			var got []bailiwick.ID
			for _, app := range decode[[]struct{ ID bailiwick.ID }](t, a) {
				got = append(got, app.ID)
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: got %v, want %v", query, got, want)
			}
		}
	})
}

func TestAClientSecretIsToldOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		super := w.as(theSuper)
		type app struct {
			ID          bailiwick.ID
			Credentials struct {
				OAuthClient struct {
					ID     string `json:"client_id"`
					Secret string `json:"client_secret"`
					Auth   string `json:"token_endpoint_auth_method"`
				} `json:"oauthClient"`
			}
		}
		body := func(auth, secret string) string {
			return fmt.Sprintf(`{"label":"C","signOnMode":"OPENID_CONNECT","credentials":{"oauthClient":{"token_endpoint_auth_method":%q,"client_secret":%q}},"settings":{"oauthClient":{"redirect_uris":["https://c.example/cb"]}}}`, auth, secret)
		}
		made := decode[app](t, w.ask("POST", "/api/v1/apps", super, body("client_secret_basic", "")).want(t, 200, ""))
		first := made.Credentials.OAuthClient
		if first.ID != string(made.ID) || len(first.Secret) < 40 {
			t.Errorf("got client %q with a secret of %d characters, want %q with 40 or more", first.ID, len(first.Secret), made.ID)
		}
		at := "/api/v1/apps/" + string(made.ID)
		secretOf := func(a answer) string {
			return decode[app](t, a.want(t, 200, "")).Credentials.OAuthClient.Secret
		}
		for name, got := range map[string]string{
			"read":                       secretOf(w.ask("GET", at, super, "")),
			"saved with the secret":      secretOf(w.ask("PUT", at, super, body("client_secret_post", first.Secret))),
			"saved without the secret":   secretOf(w.ask("PUT", at, super, body("client_secret_post", ""))),
			"told that it needs no more": secretOf(w.ask("PUT", at, super, body("none", ""))),
		} {
			if got != "" {
				t.Errorf("%s: got the secret again, want it hidden", name)
			}
		}
		if again := secretOf(w.ask("PUT", at, super, body("client_secret_basic", ""))); again == "" || again == first.Secret {
			t.Errorf("a client that comes to need a secret: got %q, want a new one", again)
		}
		w.ask("PUT", at, super, body("client_secret_basic", first.Secret)).want(t, 400, "E0000001")
	})
}

func TestLogosAreDrawnForEverybody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		app := decode[struct {
			Links struct {
				Logo []struct{ Href string }
			} `json:"_links"`
		}](t, w.ask("GET", "/api/v1/apps/"+string(w.a.app), w.as(theSuper), ""))
		if len(app.Links.Logo) == 0 {
			t.Fatal("an app has no logo link")
		}
		link := must(url.Parse(app.Links.Logo[0].Href))
		fetch := func(path string) *http.Response {
			return must(w.server.Client().Get(w.server.URL + path))
		}
		got := fetch(link.Path)
		defer got.Body.Close()
		picture, err := png.Decode(got.Body)
		if err != nil || picture.Bounds().Dx() != 64 || !strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: got status %d, %v, Cache-Control %q, want a PNG for ever", link.Path, got.StatusCode, err, got.Header.Get("Cache-Control"))
		}
		for _, path := range []string{"AB-99/medium", "AB-1/huge", "ABC-1/medium", "a-1/medium", "%C3%84-1/medium", "-1/medium", "AB--1/medium", "AB/medium"} {
			absent := fetch("/api/v1/logos/apps/" + path + ".png")
			absent.Body.Close()
			if absent.StatusCode != 404 {
				t.Errorf("%s: got %d, want 404", path, absent.StatusCode)
			}
		}
		for _, path := range []string{"_-0/medium", "A-1/large", "Z9-7/medium"} {
			present := fetch("/api/v1/logos/apps/" + path + ".png")
			present.Body.Close()
			if present.StatusCode != 200 {
				t.Errorf("%s: got %d, want 200", path, present.StatusCode)
			}
		}
	})
}

func TestTheOwnAppLinksNeedNoRole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		must(w.dir.AssignGroup(w.Context(), w.system, w.a.app, w.org.Everyone, directory.Assign{}))
		a := w.ask("GET", "/api/v1/users/me/appLinks", w.as(noRole), "").want(t, 200, "")
		links := decode[[]struct {
			AppInstanceID   bailiwick.ID
			AppAssignmentID bailiwick.ID
		}](t, a)
		if len(links) != 1 || links[0].AppInstanceID != w.a.app || !links[0].AppAssignmentID.Is(bailiwick.KindAppAssignment) {
			t.Errorf("got %+v, want the one app", links)
		}
	})
}
