package sdk

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestGroupTargetsAreAddedPagedAndRemoved(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		groups := []Group{on.group(t), on.group(t), on.group(t)}
		for name, p := range on.principals(t) {
			for _, roleType := range []string{"USER_ADMIN", "HELP_DESK_ADMIN", "GROUP_MEMBERSHIP_ADMIN"} {
				t.Run(roleType+" of "+name, func(t *testing.T) {
					role := must(on.super.AssignRole(t.Context(), p, roleType))(t)
					on.narrowByGroups(t, p, role.ID, groups)
				})
			}
		}
	})
}

func (on *stage) narrowByGroups(t *testing.T, p Principal, role string, groups []Group) {
	t.Helper()
	targets := func(limit int) Pages[Group] {
		t.Helper()
		return must(on.super.GroupTargets(t.Context(), p, role, limit))(t)
	}
	if got := targets(0).All(); len(got) != 0 {
		t.Errorf("unscoped: got %+v, want no targets", got)
	}
	on.wantTargetScope(t, p, role, "ALL")
	for _, g := range groups {
		on.super.wantDone(t, on.super.AddGroupTarget(t.Context(), p, role, g.ID))
		on.super.wantDone(t, on.super.AddGroupTarget(t.Context(), p, role, g.ID)) // once more changes nothing
	}
	on.wantTargetScope(t, p, role, "LISTED")
	pages := targets(1)
	want := ids(groups, groupID)
	if got := ids(pages.All(), groupID); !maps.Equal(got, want) {
		t.Errorf("got targets %v, want %v", got, want)
	}
	for i, page := range pages {
		// The vendor lets the page behind the last row be empty.
		if len(page) != 1 && (len(page) != 0 || i != len(groups)) {
			t.Errorf("page %d of %d with limit 1: got %d rows, want 1", i+1, len(pages), len(page))
		}
	}
	if len(pages.All()) != len(groups) {
		t.Errorf("got %d rows, want %d", len(pages.All()), len(groups))
	}
	stranger := on.group(t)
	wantRefusal(t, on.super.RemoveGroupTarget(t.Context(), p, role, stranger.ID), 404, "E0000007", "")
	const noGroup = "00gNothingNothingNot"
	wantNotFound(t, on.super.AddGroupTarget(t.Context(), p, role, noGroup), noGroup, "UserGroup")

	on.super.wantDone(t, on.super.RemoveGroupTarget(t.Context(), p, role, groups[0].ID))
	on.super.wantDone(t, on.super.RemoveGroupTarget(t.Context(), p, role, groups[1].ID))
	last := on.super.RemoveGroupTarget(t.Context(), p, role, groups[2].ID)
	if r := wantRefusal(t, last, 400, "E0000001", ""); len(r.Causes) != 1 || r.Causes[0] == "" {
		t.Errorf("causes: got %q, want the one reason", r.Causes)
	}
	if got := targets(0).All(); len(got) != 1 || got[0] != groups[2] {
		t.Errorf("got %+v, want %+v alone", got, groups[2])
	}
}

// wantTargetScope reads a field of ours that the SDKs do not know: whether an
// empty target list means everything or nothing.
func (on *stage) wantTargetScope(t *testing.T, p Principal, role, want string) {
	t.Helper()
	path := "/api/v1/users/"
	if p.Group {
		path = "/api/v1/groups/"
	}
	answer := on.ask(t, http.MethodGet, path+p.ID+"/roles/"+role, on.Tokens.SuperAdmin, "")
	var body struct{ TargetScope string }
	if err := json.Unmarshal(answer.Body, &body); err != nil {
		t.Fatalf("read the role: %v\n%s", err, answer.Body)
	}
	if body.TargetScope != want {
		t.Errorf("targetScope: got %q, want %q", body.TargetScope, want)
	}
}

func TestTargetsOfTheWrongKindAreRefused(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		g := on.group(t)
		for name, p := range on.principals(t) {
			t.Run("role of "+name, func(t *testing.T) {
				for roleType, takes := range map[string]string{
					"APP_ADMIN": "apps", "USER_ADMIN": "groups", "HELP_DESK_ADMIN": "groups", "ORG_ADMIN": "none",
				} {
					role := must(on.super.AssignRole(t.Context(), p, roleType))(t)
					if takes != "groups" {
						err := on.super.AddGroupTarget(t.Context(), p, role.ID, g.ID)
						wantRefusal(t, err, 400, "E0000091", "")
						_, err = on.super.GroupTargets(t.Context(), p, role.ID, 0)
						wantRefusal(t, err, 400, "E0000091", "")
					}
					if takes != "apps" {
						err := on.super.AddAppTarget(t.Context(), p, role.ID, AppRef{Name: "salesforce"})
						wantRefusal(t, err, 400, "E0000091", "")
						_, err = on.super.AppTargets(t.Context(), p, role.ID, 0)
						wantRefusal(t, err, 400, "E0000091", "")
					}
				}
			})
		}
	})
}

func TestAppTargetsAreAddedPagedAndRemoved(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		for name, p := range on.principals(t) {
			t.Run("of "+name, func(t *testing.T) {
				role := must(on.super.AssignRole(t.Context(), p, "APP_ADMIN"))(t)
				on.narrowByApps(t, p, role.ID)
			})
		}
	})
}

func (on *stage) appTargets(t *testing.T, p Principal, role string, limit int) Pages[AppTarget] {
	t.Helper()
	return must(on.super.AppTargets(t.Context(), p, role, limit))(t)
}

func (on *stage) narrowByApps(t *testing.T, p Principal, role string) {
	t.Helper()
	if got := on.appTargets(t, p, role, 0).All(); len(got) != 0 {
		t.Errorf("unscoped: got %+v, want no targets", got)
	}
	names := []string{"salesforce", "slack", "github"}
	for _, name := range names {
		on.super.wantDone(t, on.super.AddAppTarget(t.Context(), p, role, AppRef{Name: name}))
		on.super.wantDone(t, on.super.AddAppTarget(t.Context(), p, role, AppRef{Name: name}))
	}
	on.wantTargetScope(t, p, role, "LISTED")
	pages := on.appTargets(t, p, role, 1)
	var got []string
	for _, row := range pages.All() {
		got = append(got, row.Name)
		if row.ID != "" || row.DisplayName == "" || row.Status != "ACTIVE" {
			t.Errorf("catalog row: got %+v, want a display name, ACTIVE and no id", row)
		}
	}
	slices.Sort(got)
	slices.Sort(names)
	if len(pages) < 3 || !slices.Equal(got, names) {
		t.Errorf("got %q on %d pages, want %q on 3 or more", got, len(pages), names)
	}
	wantRefusal(t, on.super.AddAppTarget(t.Context(), p, role, AppRef{Name: "no_such_app"}), 404, "E0000007", "")
	wantRefusal(t, on.super.RemoveAppTarget(t.Context(), p, role, AppRef{Name: "zoomus"}), 404, "E0000007", "")
	for _, name := range names {
		on.wantTargetScope(t, p, role, "LISTED")
		on.super.wantDone(t, on.super.RemoveAppTarget(t.Context(), p, role, AppRef{Name: name}))
	}
	on.wantWidened(t, p, role)
}

// wantWidened checks that removing the last app target has opened the role to
// all apps again, and that the log says so.
func (on *stage) wantWidened(t *testing.T, p Principal, role string) {
	t.Helper()
	if got := on.appTargets(t, p, role, 0).All(); len(got) != 0 {
		t.Errorf("after the last: got %+v, want no targets", got)
	}
	on.wantTargetScope(t, p, role, "ALL")
	log := on.ask(t, "GET", "/api/v1/logs?sortOrder=DESCENDING&limit=1000", on.Tokens.SuperAdmin, "")
	var events []struct {
		EventType string
		Target    []struct{ ID string }
	}
	if err := json.Unmarshal(log.Body, &events); err != nil {
		t.Fatalf("read the log: %v\n%s", err, log.Body)
	}
	for _, e := range events {
		for _, target := range e.Target {
			if e.EventType == "scope.widened" && target.ID == p.ID {
				return
			}
		}
	}
	t.Errorf("got no event scope.widened for %s among %d, want one", p.ID, len(events))
}

func TestAppInstanceTargetsStandBesideAndUnderTheirApp(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		one := on.bookmark(t)
		two := on.bookmark(t)
		for name, p := range on.principals(t) {
			t.Run("of "+name, func(t *testing.T) {
				role := must(on.super.AssignRole(t.Context(), p, "APP_ADMIN"))(t)
				on.narrowByInstances(t, p, role.ID, one, two)
			})
		}
	})
}

func (on *stage) bookmark(t *testing.T) App {
	t.Helper()
	label := unique("Canteen menu ")
	app := must(on.super.CreateBookmark(t.Context(), label, "https://example.com/menu"))(t)
	on.super.wantStatus(t, 200)
	want := App{ID: app.ID, Name: "bookmark", Label: label, Status: "ACTIVE"}
	if app != want || !strings.HasPrefix(app.ID, "0oa") || len(app.ID) != 20 {
		t.Errorf("got %+v, want %+v with an id of 20 signs beginning 0oa", app, want)
	}
	return app
}

func (on *stage) narrowByInstances(t *testing.T, p Principal, role string, one, two App) {
	t.Helper()
	for _, app := range []App{one, two} {
		ref := AppRef{Name: "bookmark", Instance: app.ID}
		on.super.wantDone(t, on.super.AddAppTarget(t.Context(), p, role, ref))
		on.super.wantDone(t, on.super.AddAppTarget(t.Context(), p, role, ref))
	}
	on.super.wantDone(t, on.super.AddAppTarget(t.Context(), p, role, AppRef{Name: "salesforce"}))
	rows := map[string]string{} // id to name: an instance row carries its label
	for _, row := range on.appTargets(t, p, role, 1).All() {
		rows[row.ID] = row.Name
	}
	if want := map[string]string{one.ID: one.Label, two.ID: two.Label, "": "salesforce"}; !maps.Equal(rows, want) {
		t.Errorf("got rows %v, want %v", rows, want)
	}
	on.super.wantDone(t, on.super.RemoveAppTarget(t.Context(), p, role, AppRef{Name: "bookmark", Instance: two.ID}))
	wantRefusal(t, on.super.RemoveAppTarget(t.Context(), p, role, AppRef{Name: "bookmark", Instance: two.ID}), 404, "E0000007", "")
	wantRefusal(t, on.super.AddAppTarget(t.Context(), p, role, AppRef{Name: "slack", Instance: two.ID}), 404, "E0000007", "")

	// The whole app takes the place of its instances, and suffers none beside it.
	on.super.wantDone(t, on.super.AddAppTarget(t.Context(), p, role, AppRef{Name: "bookmark"}))
	for _, row := range on.appTargets(t, p, role, 0).All() {
		if row.ID != "" {
			t.Errorf("got instance row %+v, want catalog rows only", row)
		}
	}
	mixed := on.super.AddAppTarget(t.Context(), p, role, AppRef{Name: "bookmark", Instance: one.ID})
	wantRefusal(t, mixed, 400, "E0000001", "")

	on.super.wantDone(t, on.super.RemoveAppTarget(t.Context(), p, role, AppRef{Name: "salesforce"}))
	on.super.wantDone(t, on.super.RemoveAppTarget(t.Context(), p, role, AppRef{Name: "bookmark"}))
	on.wantTargetScope(t, p, role, "ALL")
	on.super.wantDone(t, on.super.AddAppTarget(t.Context(), p, role, AppRef{Name: "bookmark", Instance: one.ID}))
	on.wantTargetScope(t, p, role, "LISTED")
	on.super.wantDone(t, on.super.RemoveAppTarget(t.Context(), p, role, AppRef{Name: "bookmark", Instance: one.ID}))
	on.wantTargetScope(t, p, role, "ALL") // the last instance widens as the last app does
}

func TestAllAppsCanBeGivenBackAtOnce(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		p := UserPrincipal(on.active(t).ID)
		role := must(on.super.AssignRole(t.Context(), p, "APP_ADMIN"))(t)
		for _, name := range []string{"salesforce", "slack"} {
			on.super.wantDone(t, on.super.AddAppTarget(t.Context(), p, role.ID, AppRef{Name: name}))
		}
		if err := on.super.AllAppTargets(t.Context(), p.ID, role.ID); err != nil {
			t.Fatal(err)
		}
		on.super.wantStatus(t, 200)
		if got := on.appTargets(t, p, role.ID, 0).All(); len(got) != 0 {
			t.Errorf("got %+v, want no targets", got)
		}
		on.wantTargetScope(t, p, role.ID, "ALL")
	})
}
