package api_test

import (
	"fmt"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

type groupAnswer struct {
	ID      bailiwick.ID
	Type    string
	Profile struct{ Name, Description string }
	Stats   struct {
		Stats *struct {
			UsersCount, AppsCount int64
			HasAdminPrivilege     bool
		}
	} `json:"_embedded"`
	Links struct {
		Logo                []struct{ Name, Href, Type string }
		Owners, Users, Apps struct{ Href string }
	} `json:"_links"`
}

func TestGroupsTellTheirNumbersWhenAsked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for range 3 {
			w.person("In", "A", bailiwick.Active, "", w.a.group)
		}
		for _, ask := range []string{"/api/v1/groups?expand=stats,app", "/api/v1/groups?expand=stats&limit=200"} {
			got := map[bailiwick.ID]string{}
			for _, g := range decode[[]groupAnswer](t, w.ask("GET", ask, w.as(theSuper), "").want(t, 200, "")) {
				got[g.ID] = fmt.Sprint(g.Stats.Stats.UsersCount, g.Stats.Stats.AppsCount, g.Stats.Stats.HasAdminPrivilege)
			}
			for id, want := range map[bailiwick.ID]string{w.a.group: "3 0 false", w.a.power: "0 0 true", w.b.group: "0 0 false", w.org.Everyone: "4 0 false"} {
				if got[id] != want {
					t.Errorf("GET %s: group %s has %q, want %q (people, apps, power)", ask, id, got[id], want)
				}
			}
		}
		if g := decode[groupAnswer](t, w.ask("GET", "/api/v1/groups/"+string(w.a.power)+"?expand=stats", w.as(theSuper), "")); g.Stats.Stats == nil || !g.Stats.Stats.HasAdminPrivilege {
			t.Errorf("one group with its numbers: got %+v", g)
		}
		if g := decode[groupAnswer](t, w.ask("GET", "/api/v1/groups/"+string(w.a.power), w.as(theSuper), "")); g.Stats.Stats != nil {
			t.Errorf("numbers nobody asked for: %+v", g.Stats)
		}
		w.ask("GET", "/api/v1/groups?expand=everything", w.as(theSuper), "").want(t, 400, "E0000001")
	})
}

func TestAGroupLinksToWhatIsServed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		g := decode[groupAnswer](t, w.ask("GET", "/api/v1/groups/"+string(w.a.group), w.as(theSuper), ""))
		if len(g.Links.Logo) != 2 || g.Links.Logo[0].Name != "medium" || g.Links.Logo[1].Name != "large" {
			t.Fatalf("logos: got %+v, want medium and large", g.Links.Logo)
		}
		for _, logo := range g.Links.Logo {
			a, err := w.server.Client().Get(w.server.URL + strings.TrimPrefix(logo.Href, publicURL))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := png.Decode(a.Body); a.StatusCode != 200 || err != nil {
				t.Errorf("GET %s: got %d (%v), want a picture", logo.Href, a.StatusCode, err)
			}
			w.check(a.Body.Close())
		}
		w.ask("GET", "/api/v1/logos/groups/huge.png", "", "").want(t, 404, "E0000007")
		for _, link := range []string{g.Links.Users.Href, g.Links.Owners.Href} {
			w.ask("GET", strings.TrimPrefix(link, publicURL), w.as(theSuper), "").want(t, 200, "")
		}
	})
}

func TestEveryoneComesFirstAmongAPersonsGroups(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		early := w.group("!first by name")
		u := w.person("In", "Many", bailiwick.Active, "", w.a.group, w.a.second, early)
		var names []string
		for page := "/api/v1/users/" + string(u.ID) + "/groups?limit=1"; page != ""; {
			a := w.ask("GET", page, w.as(theSuper), "").want(t, 200, "")
			for _, g := range decode[[]groupAnswer](t, a) {
				names = append(names, g.Profile.Name)
			}
			page = strings.TrimPrefix(a.relation("next"), publicURL)
		}
		if want := []string{"Everyone", "!first by name", "Group A", "Second A"}; !slices.Equal(names, want) {
			t.Errorf("groups of a person: got %q, want %q", names, want)
		}
		for _, ask := range []string{"/api/v1/groups", "/api/v1/groups?q=every", "/api/v1/users/" + string(u.ID) + "/groups"} {
			if body := w.ask("GET", ask, w.as(userA), "").want(t, 200, "").body; strings.Contains(body, "BUILT_IN") {
				t.Errorf("GET %s as an admin of some groups: got Everyone: %s", ask, body)
			}
		}
	})
}

func TestTheBuiltInGroupRefusesOnTheWire(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u, every := w.person("A", "Person", bailiwick.Active, ""), "/api/v1/groups/"+string(w.org.Everyone)
		w.ask("PUT", every, w.as(theSuper), `{"profile":{"name":"Nobody"}}`).want(t, 403, "E0000006")
		w.ask("DELETE", every, w.as(theSuper), "").want(t, 403, "E0000006")
		w.ask("PUT", every+"/users/"+string(u.ID), w.as(theSuper), "").want(t, 501, "E0000060")
		w.ask("DELETE", every+"/users/"+string(u.ID), w.as(theSuper), "").want(t, 501, "E0000060")
		w.ask("PUT", "/api/v1/groups/"+string(w.a.group), w.as(theSuper), `{"profile":{"name":"group b"}}`).want(t, 400, "E0000001")
		g := decode[groupAnswer](t, w.ask("PUT", "/api/v1/groups/"+string(w.a.group), w.as(theSuper), `{"profile":{"name":"Alpha"}}`).want(t, 200, ""))
		if g.Profile.Name != "Alpha" || g.Profile.Description != "" {
			t.Errorf("replaced by a profile without description: got %+v", g.Profile)
		}
	})
}

// Deleting a group takes the roles it holds and the scopes it limits; the log
// says so of each.
func TestDeletingAGroupTellsWhatGoesWithIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.group("Doomed")
		u := w.person("Desk", "Doomed", bailiwick.Active, "")
		w.give(directory.GroupOf(id), bailiwick.ReadOnlyAdmin, nil)
		role := w.give(personOf(u), bailiwick.HelpDeskAdmin, nil)
		w.check(w.dir.AddGroupTarget(t.Context(), w.system, personOf(u), role, id))
		w.ask("DELETE", "/api/v1/groups/"+string(id), w.as(theSuper), "").want(t, 204, "")
		var got []string
		for _, e := range decode[[]struct {
			EventType string
			Target    []struct{ ID bailiwick.ID }
		}](t, w.ask("GET", "/api/v1/logs?limit=1000&sortOrder=DESCENDING", w.as(theSuper), "").want(t, 200, "")) {
			if slices.ContainsFunc(e.Target, func(x struct{ ID bailiwick.ID }) bool { return x.ID == id }) {
				got = append(got, e.EventType)
			}
		}
		slices.Sort(got)
		want := []string{"group.lifecycle.create", "group.lifecycle.delete", "group.privilege.grant", "group.privilege.revoke", "scope.changed", "scope.changed"}
		if !slices.Equal(got, want) {
			t.Errorf("events about the group: got %q, want %q", got, want)
		}
	})
}

func TestOwnersOfAGroup(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u, hidden := w.person("Olga", "Owner", bailiwick.Active, "", w.a.group), w.person("Hidden", "Owner", bailiwick.Active, "", w.b.group)
		owners, super := "/api/v1/groups/"+string(w.a.group)+"/owners", w.as(theSuper)
		type owner struct{ ID, Type, DisplayName string }
		o := decode[owner](t, w.ask("POST", owners, super, fmt.Sprintf(`{"id":%q,"type":"USER"}`, u.ID)).want(t, 201, ""))
		if o != (owner{string(u.ID), "USER", "Olga Owner"}) {
			t.Errorf("made an owner: got %+v", o)
		}
		w.ask("POST", owners, super, fmt.Sprintf(`{"id":%q,"type":"USER"}`, u.ID)).want(t, 400, "E0000001")
		w.ask("POST", owners, super, `{"id":"00uzzzzzzzzzzzzzzzzz","type":"USER"}`).want(t, 404, "E0000007")
		w.ask("POST", owners, super, `{"id":"00gzzzzzzzzzzzzzzzzz","type":"GROUP"}`).want(t, 404, "E0000007")
		w.ask("POST", owners, super, fmt.Sprintf(`{"id":%q,"type":"CAT"}`, u.ID)).want(t, 400, "E0000001")
		w.ask("POST", owners, super, fmt.Sprintf(`{"id":%q,"type":"USER"}`, hidden.ID)).want(t, 201, "")
		w.ask("POST", owners, super, fmt.Sprintf(`{"id":%q,"type":"GROUP"}`, w.a.second)).want(t, 201, "")
		w.ask("POST", owners, super, fmt.Sprintf(`{"id":%q,"type":"GROUP"}`, w.b.group)).want(t, 201, "")
		names := func(token string) (out []string) {
			for page := owners + "?limit=1"; page != ""; {
				a := w.ask("GET", page, token, "").want(t, 200, "")
				for _, o := range decode[[]owner](t, a) {
					out = append(out, o.DisplayName)
				}
				page = strings.TrimPrefix(a.relation("next"), publicURL)
			}
			slices.Sort(out)
			return out
		}
		if got, want := names(super), []string{"Group B", "Hidden Owner", "Olga Owner", "Second A"}; !slices.Equal(got, want) {
			t.Errorf("owners for a super admin: got %q, want %q", got, want)
		}
		if got, want := names(w.as(deskA)), []string{"Olga Owner", "Second A"}; !slices.Equal(got, want) {
			t.Errorf("owners for a help desk of A: got %q, want %q", got, want)
		}
		if a := w.ask("GET", "/api/v1/users/"+string(u.ID)+"/roles", super, ""); a.body != "[]" {
			t.Errorf("an owner's roles: got %s, want none", a.body)
		}
		w.ask("DELETE", owners+"/"+string(u.ID), super, "").want(t, 204, "")
		w.ask("DELETE", owners+"/"+string(u.ID), super, "").want(t, 404, "E0000007")
		w.check(w.dir.DeleteGroup(t.Context(), w.system, w.a.second))
		if got, want := names(super), []string{"Group B", "Hidden Owner"}; !slices.Equal(got, want) {
			t.Errorf("owners after one is gone: got %q, want %q", got, want)
		}
	})
}
