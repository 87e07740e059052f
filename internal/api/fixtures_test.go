package api_test

import (
	"encoding/json"
	"fmt"

	"github.com/bailiwick-iam/bailiwick"
)

// fixtures say how each route is tried. The table is what makes a new route
// visible in the access golden; a route without a row fails the test.
func fixtures() []fixture {
	var out []fixture
	out = append(out, userFixtures()...)
	out = append(out, lifecycleFixtures()...)
	out = append(out, credentialFixtures()...)
	out = append(out, groupFixtures()...)
	out = append(out, ruleFixtures()...)
	out = append(out, otherFixtures()...)
	out = append(out, assignmentFixtures()...)
	out = append(out, realmFixtures()...)
	out = append(out, schemaFixtures()...)
	out = append(out, roleFixtures("/api/v1/users/{user}", func(role bailiwick.RoleType) []func(*world) site { return holders(bailiwick.Active, role) })...)
	out = append(out, roleFixtures("/api/v1/groups/{group}", groupHolders)...)
	return append(out, tokenFixtures()...)
}

func text(s string) func(site) string { return func(site) string { return s } }

func userFixtures() []fixture {
	active := people(bailiwick.Active)
	whole := func(s site) string {
		p := s.user.Profile
		return fmt.Sprintf(`{"profile":{"firstName":"Other","lastName":%q,"login":%q,"email":%q}}`, p.LastName(), p.Login(), p.Email())
	}
	return []fixture{
		{route: "GET /api/v1/users", sites: nowhere},
		{route: "GET /api/v1/users", query: "?search=status+eq+%22ACTIVE%22", sites: nowhere},
		{route: "POST /api/v1/users", sites: newPeople()},
		{route: "GET /api/v1/users/{user}", sites: active},
		{route: "GET /api/v1/users/{user}", note: "me", me: true, sites: nowhere},
		{route: "POST /api/v1/users/{user}", sites: active, body: text(`{"profile":{"firstName":"Other"}}`)},
		{route: "POST /api/v1/users/{user}", note: "a field that is not a partner's to change", sites: active, body: text(`{"profile":{"title":"Dr"}}`)},
		{route: "POST /api/v1/users/{user}", note: "me", me: true, sites: nowhere, body: text(`{"profile":{"firstName":"Other"}}`)},
		{route: "POST /api/v1/users/{user}", note: "with a password", sites: active, body: text(`{"credentials":{"password":{"value":"battery staple horse"}}}`)},
		{route: "PUT /api/v1/users/{user}", sites: active, body: whole},
		{route: "DELETE /api/v1/users/{user}", sites: active},
		{route: "DELETE /api/v1/users/{user}", note: "deactivated before", sites: people(bailiwick.Deprovisioned)},
		{route: "DELETE /api/v1/users/{user}", note: "absent", sites: []func(*world) site{absent}},
		{route: "GET /api/v1/users/{user}/blocks", sites: active},
		{route: "POST /api/v1/users/{user}", note: "me, with a password", me: true, sites: nowhere, body: text(`{"credentials":{"password":{"value":"battery staple horse"}}}`)},
		{route: "GET /api/v1/users/{user}/groups", sites: active},
		{route: "DELETE /api/v1/users/{user}/sessions", sites: active},
		{route: "DELETE /api/v1/users/{user}/sessions", note: "me", me: true, sites: nowhere},
	}
}

func absent(*world) site {
	return site{name: "absent", user: bailiwick.User{ID: "00u000000000absent00"}, group: "00g000000000absent00", app: "0oa000000000absent00"}
}

// newPeople are bodies for making a person: in no group, in a group, in a realm.
func newPeople() []func(*world) site {
	body := func(name, more string) func(*world) site {
		return func(w *world) site {
			p := w.profile("New", "Person")
			place := ""
			if more != "" {
				place = fmt.Sprintf(more, map[string]bailiwick.ID{"A": w.a.group, "B": w.b.group, "rA": w.a.realm, "rB": w.b.realm, "power": w.a.power}[name])
			}
			return site{name: name, body: fmt.Sprintf(`{"profile":{"firstName":"New","lastName":"Person","login":%q,"email":%q}%s}`, p.Login(), p.Email(), place)}
		}
	}
	const group, realm = `,"groupIds":[%q]`, `,"realmId":%q`
	return []func(*world) site{body("-", ""), body("A", group), body("B", group), body("power", group), body("rA", realm), body("rB", realm)}
}

func lifecycleFixtures() []fixture {
	at := func(verb, query string, status bailiwick.Status) fixture {
		return fixture{route: "POST /api/v1/users/{user}/lifecycle/" + verb, query: query, note: string(status), sites: people(status)}
	}
	return []fixture{
		at("activate", "", bailiwick.Staged),
		at("activate", "?sendEmail=false", bailiwick.Staged),
		at("activate", "", bailiwick.Deprovisioned),
		at("reactivate", "", bailiwick.Provisioned),
		at("reactivate", "?sendEmail=true", bailiwick.Provisioned),
		at("reactivate", "", bailiwick.Recovery),
		at("deactivate", "", bailiwick.Active),
		at("suspend", "", bailiwick.Active),
		at("suspend", "", bailiwick.Suspended),
		at("unsuspend", "", bailiwick.Suspended),
		at("unlock", "", bailiwick.LockedOut),
		at("unlock", "", bailiwick.Active),
		at("reset_password", "", bailiwick.Active),
		at("reset_password", "?sendEmail=false", bailiwick.Active),
		at("reset_password", "?provider=FEDERATION", bailiwick.Active),
		at("expire_password", "", bailiwick.Active),
		at("expire_password", "?tempPassword=true", bailiwick.Active),
		at("expire_password_with_temp_password", "", bailiwick.Active),
		at("expire_password_with_temp_password", "", bailiwick.Provisioned),
	}
}

func credentialFixtures() []fixture {
	const at = "POST /api/v1/users/{user}/credentials/"
	change := func(old string) func(site) string {
		return text(`{"oldPassword":{"value":"` + old + `"},"newPassword":{"value":"battery staple horse"}}`)
	}
	active := people(bailiwick.Active)
	return []fixture{
		{route: at + "change_password", sites: active, body: change("correct horse battery")},
		{route: at + "change_password", note: "suspended", sites: people(bailiwick.Suspended), body: change("correct horse battery")},
		{route: at + "change_password", note: "me", me: true, sites: nowhere, body: change("correct horse battery")},
		{route: at + "change_recovery_question", sites: active,
			body: text(`{"password":{"value":"correct horse battery"},"recovery_question":{"question":"Who?","answer":"Nobody"}}`)},
		{route: at + "forgot_password", note: "without a question", sites: active},
		{route: at + "forgot_password", query: "?sendEmail=false", note: "without a question", sites: active},
		{route: at + "forgot_password_recovery_question", sites: active, body: text(`{"password":{"value":"battery staple horse"},"recovery_question":{"answer":"Nobody"}}`)},
	}
}

func groupFixtures() []fixture {
	named := func(s site) string { return fmt.Sprintf(`{"profile":{"name":"Renamed %s"}}`, s.group) }
	return []fixture{
		{route: "GET /api/v1/groups", sites: nowhere},
		{route: "POST /api/v1/groups", sites: []func(*world) site{func(w *world) site {
			return site{name: "-", body: fmt.Sprintf(`{"profile":{"name":"New %d"}}`, w.made.Add(1))}
		}}},
		{route: "GET /api/v1/groups/{group}", sites: groupSites()},
		{route: "PUT /api/v1/groups/{group}", sites: groupSites(), body: named},
		{route: "DELETE /api/v1/groups/{group}", sites: groupSites()},
		{route: "GET /api/v1/groups/{group}/users", sites: groupSites()},
		{route: "PUT /api/v1/groups/{group}/users/{user}", note: "person and group", sites: joins()},
		{route: "DELETE /api/v1/groups/{group}/users/{user}", note: "person and group", sites: leaves()},
		{route: "GET /api/v1/groups/{group}/owners", sites: groupSites()},
		{route: "POST /api/v1/groups/{group}/owners", sites: owned(false), body: func(s site) string {
			return fmt.Sprintf(`{"id":%q,"type":"USER"}`, s.user.ID)
		}},
		{route: "DELETE /api/v1/groups/{group}/owners/{owner}", sites: owned(true)},
	}
}

// pair is a person of one area and a group of another.
func pair(name string, of func(*world) (area, bailiwick.ID), in bool, admin bailiwick.RoleType) func(*world) site {
	return func(w *world) site {
		from, group := of(w)
		s := site{name: name, area: from, group: group}
		groups := []bailiwick.ID{from.group}
		if in && group != from.group && group != w.org.Everyone {
			groups = append(groups, group)
		}
		s.user = w.person("Target", "Member", bailiwick.Active, from.realm, groups...)
		if admin != "" {
			w.give(personOf(s.user), admin, nil)
		}
		return s
	}
}

// owned are the sites of groups with a person of area A, who is an owner or
// not.
func owned(already bool) []func(*world) site {
	sites := groupSites()
	for i, prepare := range sites {
		sites[i] = func(w *world) site {
			s := prepare(w)
			s.user = w.person("Group", "Owner", bailiwick.Active, "", w.a.group)
			if already && s.group != w.org.Everyone {
				must(w.dir.AddGroupOwner(w.Context(), w.system, s.group, bailiwick.Principal{Kind: bailiwick.UserPrincipal, ID: s.user.ID}))
			}
			return s
		}
	}
	return sites
}

func joins() []func(*world) site {
	return []func(*world) site{
		pair("A→A", func(w *world) (area, bailiwick.ID) { return w.a, w.a.second }, false, ""),
		pair("A→B", func(w *world) (area, bailiwick.ID) { return w.a, w.b.group }, false, ""),
		pair("B→A", func(w *world) (area, bailiwick.ID) { return w.b, w.a.group }, false, ""),
		pair("A→power", func(w *world) (area, bailiwick.ID) { return w.a, w.a.power }, false, ""),
		pair("A→every", func(w *world) (area, bailiwick.ID) { return w.a, w.org.Everyone }, false, ""),
		pair("desk→A", func(w *world) (area, bailiwick.ID) { return w.a, w.a.second }, false, bailiwick.HelpDeskAdmin),
		pair("super→A", func(w *world) (area, bailiwick.ID) { return w.a, w.a.second }, false, bailiwick.SuperAdmin),
	}
}

func leaves() []func(*world) site {
	return []func(*world) site{
		pair("A→A", func(w *world) (area, bailiwick.ID) { return w.a, w.a.second }, true, ""),
		pair("A→B", func(w *world) (area, bailiwick.ID) { return w.a, w.b.group }, true, ""),
		pair("B→B", func(w *world) (area, bailiwick.ID) { return w.b, w.b.group }, true, ""),
		pair("A→power", func(w *world) (area, bailiwick.ID) { return w.a, w.a.power }, true, ""),
		pair("A→every", func(w *world) (area, bailiwick.ID) { return w.a, w.org.Everyone }, true, ""),
		pair("desk→A", func(w *world) (area, bailiwick.ID) { return w.a, w.a.second }, true, bailiwick.HelpDeskAdmin),
		pair("super→A", func(w *world) (area, bailiwick.ID) { return w.a, w.a.second }, true, bailiwick.SuperAdmin),
	}
}

func otherFixtures() []fixture {
	apps := func(status bailiwick.AppStatus) []func(*world) site {
		return []func(*world) site{
			func(w *world) site { return site{name: "A", area: w.a, app: w.newApp(w.a.catalog, status)} },
			func(w *world) site { return site{name: "B", area: w.b, app: w.newApp(w.b.catalog, status)} },
			func(w *world) site { return site{name: "oidc", app: w.newApp("oidc_client", status)} },
		}
	}
	fresh := func(name, catalog, mode string) func(*world) site {
		return func(w *world) site {
			return site{name: name, body: fmt.Sprintf(`{"name":%q,"label":"Fresh %d","signOnMode":%q,"settings":%s}`, catalog, w.made.Add(1), mode, must(json.Marshal(settingsOf(catalog))))}
		}
	}
	return []fixture{
		{route: "GET /api/v1/apps", sites: nowhere},
		{route: "POST /api/v1/apps", sites: []func(*world) site{fresh("A", "salesforce", bailiwick.SignOnSAML), fresh("B", "slack", bailiwick.SignOnSAML),
			fresh("oidc", "oidc_client", bailiwick.SignOnOIDC)}},
		{route: "GET /api/v1/apps/{app}", sites: apps(bailiwick.AppActive)},
		{route: "DELETE /api/v1/apps/{app}", note: "inactive", sites: apps(bailiwick.AppInactive)},
		{route: "DELETE /api/v1/apps/{app}", note: "active", sites: apps(bailiwick.AppActive)},
		{route: "POST /api/v1/apps/{app}/lifecycle/activate", sites: apps(bailiwick.AppInactive)},
		{route: "POST /api/v1/apps/{app}/lifecycle/deactivate", sites: apps(bailiwick.AppActive)},
		{route: "GET /api/v1/iam/assignees/users", sites: nowhere},
		{route: "GET /api/v1/logs", sites: nowhere},
	}
}

// tokenFixtures end with the routes that cost the callers their own tokens.
func tokenFixtures() []fixture {
	owned := func(name string, in func(*world) area, role bailiwick.RoleType) func(*world) site {
		return func(w *world) site {
			s := site{name: name, area: in(w)}
			s.user = w.person("Target", name, bailiwick.Active, s.area.realm, s.area.group)
			if role != "" {
				w.give(personOf(s.user), role, nil)
			}
			w.mint(s.user.ID)
			for _, t := range must(w.dir.Tokens(w.Context(), w.system)) {
				if t.OwnerID == s.user.ID {
					s.token = t.ID
				}
			}
			return s
		}
	}
	inA, inB := func(w *world) area { return w.a }, func(w *world) area { return w.b }
	others := []func(*world) site{owned("A", inA, ""), owned("B", inB, ""), owned("desk", inA, bailiwick.HelpDeskAdmin), owned("super", inA, bailiwick.SuperAdmin)}
	zone := text(`{"network":{"connection":"ZONE","include":["192.0.2.0/24"]}}`)
	return []fixture{
		{route: "GET /api/v1/api-tokens", sites: nowhere},
		{route: "POST /api/v1/api-tokens", sites: nowhere, body: text(`{"name":"another"}`)},
		{route: "GET /api/v1/api-tokens/{token}", sites: others},
		{route: "PUT /api/v1/api-tokens/{token}", sites: others, body: zone},
		{route: "DELETE /api/v1/api-tokens/{token}", sites: others},
		{route: "DELETE /api/v1/api-tokens/current", sites: nowhere},
	}
}

func roleFixtures(prefix string, sites func(bailiwick.RoleType) []func(*world) site) []fixture {
	desk, app, partner := sites(bailiwick.UserAdmin), sites(bailiwick.AppAdmin), sites(bailiwick.PartnerAdmin)
	row := func(method, rest string, on []func(*world) site, body string) fixture {
		f := fixture{route: method + " " + prefix + rest, sites: on}
		if body != "" {
			f.note, f.body = body, text(body)
		}
		return f
	}
	return []fixture{
		row("GET", "/roles", desk, ""),
		row("POST", "/roles", desk, `{"type":"REPORT_ADMIN"}`),
		row("POST", "/roles", desk, `{"type":"ORG_ADMIN"}`),
		row("POST", "/roles", desk, `{"type":"OWNER"}`),
		row("GET", "/roles/{role}", desk, ""),
		row("DELETE", "/roles/{role}", desk, ""),
		row("GET", "/roles/{role}/targets/groups", desk, ""),
		row("PUT", "/roles/{role}/targets/groups/{target}", desk, ""),
		row("DELETE", "/roles/{role}/targets/groups/{target}", desk, ""),
		row("GET", "/roles/{role}/targets/catalog/apps", app, ""),
		row("PUT", "/roles/{role}/targets/catalog/apps", app, ""),
		row("PUT", "/roles/{role}/targets/catalog/apps/{name}", app, ""),
		row("DELETE", "/roles/{role}/targets/catalog/apps/{name}", app, ""),
		row("PUT", "/roles/{role}/targets/catalog/apps/{name}/{app}", instanceTargets(app), ""),
		row("DELETE", "/roles/{role}/targets/catalog/apps/{name}/{app}", instanceTargets(app), ""),
		row("GET", "/roles/{role}/targets/realms", partner, ""),
		row("PUT", "/roles/{role}/targets/realms/{target}", partner, ""),
		row("DELETE", "/roles/{role}/targets/realms/{target}", partner, ""),
	}
}

// instanceTargets turn the site round to the app that is a target by instance.
func instanceTargets(sites []func(*world) site) []func(*world) site {
	out := make([]func(*world) site, len(sites))
	for i, prepare := range sites {
		out[i] = func(w *world) site {
			s := prepare(w)
			other := w.a
			if s.area.name == other.name {
				other = w.b
			}
			s.area.catalog, s.app = other.catalog, other.app
			return s
		}
	}
	return out
}
