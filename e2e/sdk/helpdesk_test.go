package sdk

import (
	"maps"
	"strings"
	"testing"
)

// A desk is the help desk admin of the demo and what it reaches.
type desk struct {
	who    User
	holder Principal // of the role: the person, or a group of theirs
	groups []Group
}

// findDesk finds the groups to which the help desk admin is limited.
func (on *stage) findDesk(t *testing.T) desk {
	t.Helper()
	d := desk{who: must(on.desk.User(t.Context(), "me"))(t)}
	for _, r := range must(on.super.Roles(t.Context(), UserPrincipal(d.who.ID)))(t) {
		if r.Type != "HELP_DESK_ADMIN" {
			t.Fatalf("got role %+v, want the help desk role alone", r)
		}
		d.holder = UserPrincipal(d.who.ID)
		if r.AssignmentType == "GROUP" {
			d.holder = GroupPrincipal(r.Assignee[strings.LastIndex(r.Assignee, "/")+1:])
		}
		d.groups = append(d.groups, must(on.super.GroupTargets(t.Context(), d.holder, r.ID, 0))(t).All()...)
	}
	if len(d.groups) == 0 {
		t.Fatal("got a help desk without groups, want a limited one")
	}
	return d
}

// reach is whom lists show of the desk's groups, as the super admin sees them:
// lists leave out those who are deactivated.
func (on *stage) reach(t *testing.T, d desk) map[string]bool {
	t.Helper()
	people := map[string]bool{}
	for _, g := range d.groups {
		for _, u := range must(on.super.Members(t.Context(), g.ID, 0))(t).All() {
			if u.Status != "DEPROVISIONED" {
				people[u.ID] = true
			}
		}
	}
	return people
}

// threePeople are the targets of a call that must be refused for all alike.
func (on *stage) threePeople(t *testing.T, d desk) map[string]string {
	t.Helper()
	return map[string]string{
		"inside":  on.active(t, d.groups[0].ID).ID,
		"outside": on.active(t).ID,
		"absent":  "00uNobodyNobodyNobod",
	}
}

func TestAHelpDeskMayNotTouchRoles(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		d := on.findDesk(t)
		for where, id := range on.threePeople(t, d) {
			t.Run("of a person "+where, func(t *testing.T) { on.desk.wantNoRoles(t, UserPrincipal(id), d.groups[0].ID) })
		}
		for where, id := range map[string]string{
			"inside": d.groups[0].ID, "outside": on.group(t).ID, "absent": "00gNothingNothingNot",
		} {
			t.Run("of a group "+where, func(t *testing.T) { on.desk.wantNoRoles(t, GroupPrincipal(id), d.groups[0].ID) })
		}
		t.Run("of its own", func(t *testing.T) { on.desk.wantNoRoles(t, UserPrincipal(d.who.ID), d.groups[0].ID) })
	})
}

// wantNoRoles tries every role call.
func (c client) wantNoRoles(t *testing.T, p Principal, group string) {
	t.Helper()
	ctx, role, app := t.Context(), roleID("HELP_DESK_ADMIN"), AppRef{Name: "salesforce"}
	calls := map[string]func() error{
		"list":                func() error { _, err := c.Roles(ctx, p); return err },
		"read":                func() error { _, err := c.Role(ctx, p, role); return err },
		"assign":              func() error { _, err := c.AssignRole(ctx, p, "HELP_DESK_ADMIN"); return err },
		"assign unknown":      func() error { _, err := c.AssignRole(ctx, p, "JANITOR"); return err },
		"take away":           func() error { return c.UnassignRole(ctx, p, role) },
		"list group targets":  func() error { _, err := c.GroupTargets(ctx, p, role, 0); return err },
		"add group target":    func() error { return c.AddGroupTarget(ctx, p, role, group) },
		"remove group target": func() error { return c.RemoveGroupTarget(ctx, p, role, group) },
		"list app targets":    func() error { _, err := c.AppTargets(ctx, p, roleID("APP_ADMIN"), 0); return err },
		"add app target":      func() error { return c.AddAppTarget(ctx, p, roleID("APP_ADMIN"), app) },
		"remove app target":   func() error { return c.RemoveAppTarget(ctx, p, roleID("APP_ADMIN"), app) },
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) { wantForbidden(t, call()) })
	}
}

// wantForbidden checks the one answer for a missing permission.
func wantForbidden(t *testing.T, err error) {
	t.Helper()
	r := wantRefusal(t, err, 403, "E0000006", "")
	if want := "You do not have permission to perform the requested action"; r.Summary != want {
		t.Errorf("summary: got %q, want %q", r.Summary, want)
	}
	if len(r.Causes) != 0 {
		t.Errorf("causes: got %q, want none", r.Causes)
	}
}

func TestAHelpDeskMayNotCreateDeleteOrMove(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		d, ctx := on.findDesk(t), t.Context()
		calls := map[string]func() error{
			"create a person":        func() error { _, err := on.desk.CreateUser(ctx, newcomer()); return err },
			"create a group":         func() error { _, err := on.desk.CreateGroup(ctx, unique("g "), ""); return err },
			"create an app":          func() error { _, err := on.desk.CreateBookmark(ctx, unique("a "), "https://example.com"); return err },
			"delete its group":       func() error { return on.desk.DeleteGroup(ctx, d.groups[0].ID) },
			"delete an absent group": func() error { return on.desk.DeleteGroup(ctx, "00gNothingNothingNot") },
			"create into its group": func() error {
				u := newcomer()
				u.GroupIDs = []string{d.groups[0].ID}
				_, err := on.desk.CreateUser(ctx, u)
				return err
			},
		}
		for where, id := range on.threePeople(t, d) {
			calls["delete a person "+where] = func() error { return on.desk.DeleteUser(ctx, id) }
			calls["add a person "+where] = func() error { return on.desk.AddMember(ctx, d.groups[0].ID, id) }
			calls["remove a person "+where] = func() error { return on.desk.RemoveMember(ctx, d.groups[0].ID, id) }
			calls["add to no group, "+where] = func() error { return on.desk.AddMember(ctx, "00gNothingNothingNot", id) }
		}
		for name, call := range calls {
			t.Run(name, func(t *testing.T) { wantForbidden(t, call()) })
		}
	})
}

// What the stories above do not call through an SDK, as plain requests.
func TestAHelpDeskMayNotDoTheWorkOfOthers(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		refused := map[string]string{"/api/v1/logs": "GET", "/api/v1/apps": "GET", "/api/v1/iam/assignees/users": "GET"}
		for _, id := range on.threePeople(t, on.findDesk(t)) {
			for _, verb := range []string{"activate", "deactivate", "suspend", "unsuspend"} {
				refused["/api/v1/users/"+id+"/lifecycle/"+verb] = "POST"
			}
			refused["/api/v1/users/"+id] = "PUT"
		}
		for path, method := range refused {
			a := on.ask(t, method, path, on.Tokens.HelpDeskAdmin, "")
			if code := a.object(t, 403)["errorCode"]; code != "E0000006" {
				t.Errorf("%s %s: got %v, want E0000006", method, path, code)
			}
		}
	})
}

func TestAHelpDeskSeesItsOwnGroupsAlone(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		d := on.findDesk(t)
		inside := on.active(t, d.groups[0].ID)
		outside := on.active(t)

		// Other stories add people while this one lists: whoever was inside
		// before must be listed, and nobody who is not inside afterwards.
		before := on.reach(t, d)
		seen := ids(must(on.desk.Users(t.Context(), Query{Limit: 7}))(t).All(), userID)
		after := on.reach(t, d)
		for id := range before {
			if after[id] && !seen[id] {
				t.Errorf("got a list without %s, want everybody inside", id)
			}
		}
		for id := range seen {
			if !before[id] && !after[id] && id != d.who.ID {
				t.Errorf("got %s in the list, want nobody from outside", id)
			}
		}
		if !seen[inside.ID] || seen[outside.ID] {
			t.Errorf("inside seen %v, outside seen %v, want true and false", seen[inside.ID], seen[outside.ID])
		}
		for u, want := range map[User]int{inside: 1, outside: 0} {
			for _, q := range []string{u.FirstName, u.LastName, u.Email} {
				if got := must(on.desk.Users(t.Context(), Query{Q: q}))(t).All(); len(got) != want {
					t.Errorf("search %q: got %d people, want %d", q, len(got), want)
				}
			}
		}
		groups := must(on.desk.Groups(t.Context(), Query{Limit: 1}))(t).All()
		if got, want := ids(groups, groupID), ids(d.groups, groupID); !maps.Equal(got, want) {
			t.Errorf("got groups %v, want %v", got, want)
		}
		members := ids(must(on.desk.Members(t.Context(), d.groups[0].ID, 3))(t).All(), userID)
		if !members[inside.ID] {
			t.Errorf("got members without %s, want everybody", inside.ID)
		}
	})
}

func TestAPersonsOtherGroupsAreHiddenFromAHelpDesk(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		d, other := on.findDesk(t), on.group(t)
		u := on.active(t, d.groups[0].ID, other.ID)
		got := must(on.desk.UserGroups(t.Context(), u.ID))(t)
		if len(got) != 1 || got[0].ID != d.groups[0].ID {
			t.Errorf("got groups %+v, want %s alone", got, d.groups[0].ID)
		}
	})
}

func TestOutsideIsAnsweredExactlyAsAbsent(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		on.findDesk(t)
		ctx, person, other := t.Context(), on.active(t), on.group(t)
		people := map[string]func(id string) error{
			"read":               func(id string) error { _, err := on.desk.User(ctx, id); return err },
			"groups":             func(id string) error { _, err := on.desk.UserGroups(ctx, id); return err },
			"mail a reset":       func(id string) error { _, err := on.desk.ResetPassword(ctx, id, true); return err },
			"temporary password": func(id string) error { _, err := on.desk.TempPassword(ctx, id); return err },
		}
		for name, call := range people {
			t.Run("person: "+name, func(t *testing.T) {
				for _, id := range []string{person.ID, "00uNobodyNobodyNobod", person.Login, "nobody@example.com"} {
					wantNotFound(t, call(id), id, "User")
				}
			})
		}
		groups := map[string]func(id string) error{
			"read":    func(id string) error { _, err := on.desk.Group(ctx, id); return err },
			"members": func(id string) error { _, err := on.desk.Members(ctx, id, 0); return err },
		}
		for name, call := range groups {
			t.Run("group: "+name, func(t *testing.T) {
				for _, id := range []string{other.ID, "00gNothingNothingNot"} {
					wantNotFound(t, call(id), id, "UserGroup")
				}
			})
		}
		if got := must(on.super.User(ctx, person.ID))(t); got != person {
			t.Errorf("got %+v after the attempts, want %+v", got, person)
		}
	})
}

func TestScopeFollowsMembershipAtOnce(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		d, u := on.findDesk(t), on.active(t)
		for range 3 {
			_, err := on.desk.User(t.Context(), u.ID)
			wantNotFound(t, err, u.ID, "User")
			on.super.wantDone(t, on.super.AddMember(t.Context(), d.groups[0].ID, u.ID))
			if got := must(on.desk.User(t.Context(), u.ID))(t); got != u {
				t.Errorf("got %+v, want %+v", got, u)
			}
			on.super.wantDone(t, on.super.RemoveMember(t.Context(), d.groups[0].ID, u.ID))
		}
	})
}

func TestAHelpDeskMailsAResetToAPersonInside(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		u := on.active(t, on.findDesk(t).groups[0].ID)
		if link := must(on.desk.ResetPassword(t.Context(), u.ID, true))(t); link != "" {
			t.Errorf("got the link %q, want it in the mail only", link)
		}
		on.desk.wantStatus(t, 200)
		if got := strings.TrimSpace(string(on.desk.wire.Last().Body)); got != "{}" {
			t.Errorf("body: got %s, want {}", got)
		}
		if got := must(on.desk.User(t.Context(), u.ID))(t); got.Status != "RECOVERY" {
			t.Errorf("status: got %v, want RECOVERY", got.Status)
		}
	})
}

func TestAHelpDeskIsNotHandedAResetLink(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		for where, id := range on.threePeople(t, on.findDesk(t)) {
			t.Run("of a person "+where, func(t *testing.T) {
				_, err := on.desk.ResetPassword(t.Context(), id, false)
				wantForbidden(t, err)
			})
		}
		u := on.active(t)
		link := must(on.super.ResetPassword(t.Context(), u.ID, false))(t)
		if !strings.HasPrefix(link, on.URL+"/") {
			t.Errorf("the super admin's link: got %q, want one on %s", link, on.URL)
		}
	})
}

func TestAHelpDeskSetsATemporaryPassword(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		inside := on.findDesk(t).groups[0].ID
		u := on.active(t, inside)
		first := must(on.desk.TempPassword(t.Context(), u.ID))(t)
		on.desk.wantStatus(t, 200)
		again := must(on.desk.TempPassword(t.Context(), u.ID))(t)
		if len(first) < 8 || len(again) < 8 || first == again {
			t.Errorf("got %q and %q, want two passwords of 8 signs or more", first, again)
		}
		if got := must(on.super.User(t.Context(), u.ID))(t); got.Status != "PASSWORD_EXPIRED" {
			t.Errorf("status: got %v, want PASSWORD_EXPIRED", got.Status)
		}

		pending := newcomer()
		pending.GroupIDs = []string{inside}
		waiting := must(on.super.CreateUser(t.Context(), pending))(t)
		_, err := on.desk.TempPassword(t.Context(), waiting.ID)
		wantRefusal(t, err, 403, "E0000038", "") // nothing to expire yet
	})
}

func TestAHelpDeskMayNotResetAnAdmin(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		inside := on.findDesk(t).groups[0].ID
		for _, roleType := range []string{"SUPER_ADMIN", "ORG_ADMIN", "HELP_DESK_ADMIN"} {
			t.Run(roleType, func(t *testing.T) {
				u := on.active(t, inside)
				must(on.super.AssignRole(t.Context(), UserPrincipal(u.ID), roleType))(t)
				_, err := on.desk.ResetPassword(t.Context(), u.ID, true)
				wantForbidden(t, err)
				_, err = on.desk.TempPassword(t.Context(), u.ID)
				wantForbidden(t, err)
				if got := must(on.desk.User(t.Context(), u.ID))(t); got != u {
					t.Errorf("got %+v, want %+v", got, u)
				}
			})
		}
	})
}

// This one changes what the shared help desk reaches, so it does not run beside
// the others.
func TestAGroupThatLeavesTheTargetsIsOutOfReachAtOnce(t *testing.T) {
	stories(t, func(t *testing.T, on *stage) {
		d, g, u := on.findDesk(t), on.group(t), on.active(t)
		on.super.wantDone(t, on.super.AddMember(t.Context(), g.ID, u.ID))
		on.super.wantDone(t, on.super.AddGroupTarget(t.Context(), d.holder, roleID("HELP_DESK_ADMIN"), g.ID))
		if got := must(on.desk.User(t.Context(), u.ID))(t); got != u {
			t.Errorf("got %+v, want %+v", got, u)
		}
		on.super.wantDone(t, on.super.RemoveGroupTarget(t.Context(), d.holder, roleID("HELP_DESK_ADMIN"), g.ID))
		_, err := on.desk.User(t.Context(), u.ID)
		wantNotFound(t, err, u.ID, "User")
	})
}
