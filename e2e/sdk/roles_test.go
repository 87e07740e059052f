package sdk

import (
	"encoding/base32"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// standard lists the role types with the labels of the vendor's classic page.
var standard = []struct {
	roleType, label string
	targets         bool // can have targets, so its assignment id is constant
}{
	{"SUPER_ADMIN", "Super Administrator", false},
	{"ORG_ADMIN", "Organizational Administrator", false},
	{"READ_ONLY_ADMIN", "Read-only Administrator", false},
	{"REPORT_ADMIN", "Report Administrator", false},
	{"API_ACCESS_MANAGEMENT_ADMIN", "API Access Management Administrator", false},
	{"MOBILE_ADMIN", "Mobile Administrator", false},
	{"APP_ADMIN", "Application Administrator", true},
	{"USER_ADMIN", "User Administrator", true},
	{"HELP_DESK_ADMIN", "Help Desk Administrator", true},
	{"GROUP_MEMBERSHIP_ADMIN", "Group Membership Administrator", true},
}

// roleID is the assignment id of a role that can have targets.
func roleID(roleType string) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(roleType))
}

// principals makes one person and one group to give roles to.
func (on *stage) principals(t *testing.T) map[string]Principal {
	t.Helper()
	return map[string]Principal{
		"a person": UserPrincipal(on.active(t).ID),
		"a group":  GroupPrincipal(on.group(t).ID),
	}
}

func TestEveryStandardRoleIsAssignedReadListedAndTakenAway(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		for name, p := range on.principals(t) {
			t.Run("to "+name, func(t *testing.T) {
				for _, role := range standard {
					// Version 6 cannot read this type; the vendor dropped it.
					if role.roleType == "MOBILE_ADMIN" && on.sdk == "v6" {
						continue
					}
					on.assignAndTakeAway(t, p, role.roleType, role.label, role.targets)
				}
			})
		}
	})
}

func (on *stage) assignAndTakeAway(t *testing.T, p Principal, roleType, label string, targets bool) {
	t.Helper()
	made := must(on.super.AssignRole(t.Context(), p, roleType))(t)
	on.super.wantStatus(t, 201)
	kind, prefix, path := "USER", "ra1", "/api/v1/users/"
	if p.Group {
		kind, prefix, path = "GROUP", "gra", "/api/v1/groups/"
	}
	want := Role{
		ID: made.ID, Type: roleType, Label: label, Status: "ACTIVE",
		AssignmentType: kind, Assignee: on.URL + path + p.ID,
	}
	if made != want {
		t.Errorf("got %+v, want %+v", made, want)
	}
	if targets && made.ID != roleID(roleType) {
		t.Errorf("%s: got id %q, want %q", roleType, made.ID, roleID(roleType))
	}
	if !targets && !regexp.MustCompile("^"+prefix+"[0-9A-Za-z]{17}$").MatchString(made.ID) {
		t.Errorf("%s: got id %q, want 20 signs beginning %s", roleType, made.ID, prefix)
	}
	if got := must(on.super.Role(t.Context(), p, made.ID))(t); got != made {
		t.Errorf("read: got %+v, want %+v", got, made)
	}
	if got := must(on.super.Roles(t.Context(), p))(t); len(got) != 1 || got[0] != made {
		t.Errorf("list: got %+v, want %+v alone", got, made)
	}
	_, err := on.super.AssignRole(t.Context(), p, roleType)
	wantRefusal(t, err, 409, "E0000090", "")

	on.super.wantDone(t, on.super.UnassignRole(t.Context(), p, made.ID))
	if got := must(on.super.Roles(t.Context(), p))(t); len(got) != 0 {
		t.Errorf("list after taking it away: got %+v, want none", got)
	}
	_, err = on.super.Role(t.Context(), p, made.ID)
	wantNotFound(t, err, made.ID, "RoleAssignment")
	wantNotFound(t, on.super.UnassignRole(t.Context(), p, made.ID), made.ID, "RoleAssignment")
}

func TestAPersonsRolesListTheDirectAndTheGroups(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		u, g := on.active(t), on.group(t)
		on.super.wantDone(t, on.super.AddMember(t.Context(), g.ID, u.ID))
		who := UserPrincipal(u.ID)
		for _, roleType := range []string{"USER_ADMIN", "HELP_DESK_ADMIN"} {
			direct := must(on.super.AssignRole(t.Context(), who, roleType))(t)
			through := must(on.super.AssignRole(t.Context(), GroupPrincipal(g.ID), roleType))(t)
			if direct.ID != through.ID {
				t.Fatalf("got ids %s and %s, want the same one", direct.ID, through.ID)
			}
		}
		count := func(kind, assignee string) (n int) {
			for _, r := range must(on.super.Roles(t.Context(), who))(t) {
				if r.AssignmentType == kind && strings.HasSuffix(r.Assignee, assignee) {
					n++
				}
			}
			return n
		}
		if d, g := count("USER", "/users/"+u.ID), count("GROUP", "/groups/"+g.ID); d != 2 || g != 2 {
			t.Errorf("got %d direct roles and %d through the group, want 2 and 2", d, g)
		}
		// Taking it from the person takes the direct one only.
		id := roleID("USER_ADMIN")
		on.super.wantDone(t, on.super.UnassignRole(t.Context(), who, id))
		if d, g := count("USER", "/users/"+u.ID), count("GROUP", "/groups/"+g.ID); d != 1 || g != 2 {
			t.Errorf("got %d direct roles and %d through the group, want 1 and 2", d, g)
		}
		wantNotFound(t, on.super.UnassignRole(t.Context(), who, id), id, "RoleAssignment")
		// Leaving the group ends what came through it.
		on.super.wantDone(t, on.super.RemoveMember(t.Context(), g.ID, u.ID))
		if got := must(on.super.Roles(t.Context(), who))(t); len(got) != 1 || got[0].Type != "HELP_DESK_ADMIN" {
			t.Errorf("got %+v, want the direct help desk role alone", got)
		}
	})
}

// Roles that exist here alone are shown as custom ones: an SDK that meets a type
// it does not know gives up on the whole list.
func TestTheRolesOfEveryAdministratorCanBeRead(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		custom := map[string]string{"OWNER": "Account Owner", "PARTNER_ADMIN": "Partner Administrator"}
		for _, row := range on.SignIn {
			if row.Type == "" || row.Type == "MOBILE_ADMIN" && on.sdk == "v6" {
				continue
			}
			u := must(on.super.User(t.Context(), row.UserName))(t)
			roles := must(on.super.Roles(t.Context(), UserPrincipal(u.ID)))(t)
			held := slices.ContainsFunc(roles, func(r Role) bool {
				return r.Type == row.Type || r.Type == "CUSTOM" && r.Label == custom[row.Type]
			})
			if !held {
				t.Errorf("%s: got roles %+v, want %s among them", row.UserName, roles, row.Type)
			}
		}
	})
}

func TestAnAssignmentIDCountsForItsHolderOnly(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		holder, other := UserPrincipal(on.active(t).ID), UserPrincipal(on.active(t).ID)
		for _, roleType := range []string{"USER_ADMIN", "ORG_ADMIN"} {
			role := must(on.super.AssignRole(t.Context(), holder, roleType))(t)
			_, err := on.super.Role(t.Context(), other, role.ID)
			wantNotFound(t, err, role.ID, "RoleAssignment")
			wantNotFound(t, on.super.UnassignRole(t.Context(), other, role.ID), role.ID, "RoleAssignment")
		}
		if got := must(on.super.Roles(t.Context(), holder))(t); len(got) != 2 {
			t.Errorf("got %+v, want both roles still", got)
		}
	})
}

func TestRolesThatCannotBeAssignedAreRefused(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		for name, p := range on.principals(t) {
			t.Run("unknown type to "+name, func(t *testing.T) {
				for _, roleType := range []string{"JANITOR", "super_admin", ""} {
					_, err := on.super.AssignRole(t.Context(), p, roleType)
					wantRefusal(t, err, 400, "E0000001", "type: ")
				}
			})
		}
		for _, g := range must(on.super.Groups(t.Context(), Query{Q: "Everyone"}))(t).All() {
			if g.Type == "BUILT_IN" {
				_, err := on.super.AssignRole(t.Context(), GroupPrincipal(g.ID), "HELP_DESK_ADMIN")
				wantRefusal(t, err, 400, "E0000211", "")
				return
			}
		}
		t.Error("got no built-in group, want Everyone")
	})
}

func TestRolesOfSomebodyAbsentAreNotFound(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		const noUser, noGroup = "00uNobodyNobodyNobod", "00gNothingNothingNot"
		for id, kind := range map[string]string{noUser: "User", noGroup: "UserGroup"} {
			p := Principal{Group: id == noGroup, ID: id}
			_, err := on.super.Roles(t.Context(), p)
			wantNotFound(t, err, id, kind)
			_, err = on.super.AssignRole(t.Context(), p, "HELP_DESK_ADMIN")
			wantNotFound(t, err, id, kind)
		}
	})
}

// TestTheLastSuperAdminStays has a demo of its own: the shared one gains and
// loses super admins all the time.
func TestTheLastSuperAdminStays(t *testing.T) {
	t.Parallel()
	for engine, launch := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			own, err := launch()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := own.stop(); err != nil {
					t.Error(err)
				}
			})
			perform(t, own, theLastSuperAdminStays)
		})
	}
}

func theLastSuperAdminStays(t *testing.T, on *stage) {
	me := must(on.super.User(t.Context(), "me"))(t)
	mine := ""
	for _, row := range on.SignIn {
		if row.Type != "SUPER_ADMIN" && row.Type != "OWNER" {
			continue
		}
		u := must(on.super.User(t.Context(), row.UserName))(t)
		for _, r := range must(on.super.Roles(t.Context(), UserPrincipal(u.ID)))(t) {
			switch {
			case r.Type != "SUPER_ADMIN" || r.AssignmentType != "USER":
			case u.ID == me.ID:
				mine = r.ID
			default:
				// The other SDK's run of this story may have been here before.
				_ = on.super.UnassignRole(t.Context(), UserPrincipal(u.ID), r.ID)
			}
		}
	}
	if mine == "" {
		t.Fatalf("got no direct super admin role on %s, want one", me.Login)
	}
	err := on.super.UnassignRole(t.Context(), UserPrincipal(me.ID), mine)
	wantEither(t, err)
	if got := must(on.super.Role(t.Context(), UserPrincipal(me.ID), mine))(t); got.Type != "SUPER_ADMIN" {
		t.Errorf("got %+v, want the role still there", got)
	}
	wantEither(t, on.super.DeleteUser(t.Context(), me.ID))
	if got := must(on.super.User(t.Context(), "me"))(t); got.Status != "ACTIVE" {
		t.Errorf("status: got %v, want ACTIVE", got.Status)
	}
}

// wantEither checks a refusal whose code the vendor does not document.
func wantEither(t *testing.T, err error) {
	t.Helper()
	r, ok := err.(*Refusal)
	if !ok || (r.Status != 403 && r.Status != 400) || (r.Code != "E0000006" && r.Code != "E0000001") {
		t.Fatalf("got %v, want 403 E0000006 or 400 E0000001", err)
	}
}
