package directory_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// onPeople are all operations on one person, by what they need.
var onPeople = map[string]func(ctx context.Context, k *desk, by authz.Actor, ref string) error{
	"User": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		_, err := k.User(ctx, by, ref)
		return err
	},
	"Person": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		_, err := k.Person(ctx, by, ref)
		return err
	},
	"GroupsOf": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		_, err := k.GroupsOf(ctx, by, ref, directory.Paging{Limit: 5})
		return err
	},
	"UpdateProfile": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		_, err := k.UpdateProfile(ctx, by, ref, bailiwick.Profile{"nickName": "N"})
		return err
	},
	"ReplaceProfile": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		_, err := k.ReplaceProfile(ctx, by, ref, bailiwick.Profile{"nickName": "N"})
		return err
	},
	"ActivateUser": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		return k.ActivateUser(ctx, by, ref)
	},
	"ActivateUserForLink": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		_, err := k.ActivateUserForLink(ctx, by, ref)
		return err
	},
	"ReactivateUser": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		return k.ReactivateUser(ctx, by, ref)
	},
	"ReactivateUserForLink": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		_, err := k.ReactivateUserForLink(ctx, by, ref)
		return err
	},
	"SuspendUser": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		return k.SuspendUser(ctx, by, ref)
	},
	"UnsuspendUser": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		return k.UnsuspendUser(ctx, by, ref)
	},
	"UnlockUser": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		return k.UnlockUser(ctx, by, ref)
	},
	"DeactivateUser": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		return k.DeactivateUser(ctx, by, ref)
	},
	"DeleteUser": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		return k.DeleteUser(ctx, by, ref)
	},
	"ResetPassword": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		return k.ResetPassword(ctx, by, ref, false)
	},
	"ResetPasswordForLink": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		_, err := k.ResetPasswordForLink(ctx, by, ref, false)
		return err
	},
	"TemporaryPassword": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		_, err := k.TemporaryPassword(ctx, by, ref, false)
		return err
	},
	"SetPasswordAndActivate": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		_, err := k.SetPasswordAndActivate(ctx, by, ref)
		return err
	},
	"RemovePassword": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		return k.RemovePassword(ctx, by, ref, false)
	},
	"Federate": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		return k.Federate(ctx, by, ref, false)
	},
	"ExpirePassword": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		_, err := k.ExpirePassword(ctx, by, ref)
		return err
	},
	"ClearSessions": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		_, err := k.ClearSessions(ctx, by, ref, false)
		return err
	},
	"AddMember": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		return k.AddMember(ctx, by, k.groups["North"], ref)
	},
	"RemoveMember": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		return k.RemoveMember(ctx, by, k.groups["North"], ref)
	},
	"Roles": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		_, err := k.Roles(ctx, by, directory.Person(ref))
		return err
	},
	"AssignRole": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		_, err := k.AssignRole(ctx, by, directory.Person(ref), bailiwick.ReportAdmin)
		return err
	},
	"UnassignRole": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		return k.UnassignRole(ctx, by, directory.Person(ref), bailiwick.TargetableID(bailiwick.UserAdmin))
	},
	"GroupTargets": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		_, err := k.GroupTargets(ctx, by, directory.Person(ref), bailiwick.TargetableID(bailiwick.UserAdmin), directory.Paging{Limit: 5})
		return err
	},
	"AddGroupTarget": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		return k.AddGroupTarget(ctx, by, directory.Person(ref), bailiwick.TargetableID(bailiwick.UserAdmin), k.groups["North"])
	},
	"AddAppTarget": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		return k.AddAppTarget(ctx, by, directory.Person(ref), bailiwick.TargetableID(bailiwick.AppAdmin), bailiwick.AppTarget{Name: "slack"})
	},
	"CreateTokenFor": func(ctx context.Context, k *desk, by authz.Actor, ref string) error {
		_, _, err := k.CreateTokenFor(ctx, by, ref, directory.NewToken{Name: "a token"})
		return err
	},
}

// allowed says who may do what: the operations by the letters of the people
// who have the right somewhere. Everybody else is refused before any look-up.
var allowed = map[string]string{
	"User": "olga ugo hal mem abe pia rod", "Person": "olga ugo hal mem abe pia rod", "GroupsOf": "olga ugo hal mem abe rod",
	"UpdateProfile": "olga ugo pia", "ReplaceProfile": "olga ugo pia", "ActivateUser": "olga ugo pia", "ActivateUserForLink": "olga ugo",
	"ReactivateUser": "olga ugo pia", "ReactivateUserForLink": "olga ugo",
	"SuspendUser": "olga ugo", "UnsuspendUser": "olga ugo", "UnlockUser": "olga ugo hal", "DeactivateUser": "olga ugo", "DeleteUser": "olga ugo",
	"ResetPassword": "olga ugo hal pia", "ResetPasswordForLink": "olga ugo", "TemporaryPassword": "olga ugo hal pia",
	"SetPasswordAndActivate": "olga ugo hal pia", "RemovePassword": "olga ugo pia", "Federate": "olga ugo", "ExpirePassword": "olga ugo",
	"ClearSessions": "olga ugo hal pia", "AddMember": "olga ugo mem", "RemoveMember": "olga ugo mem",
	"Roles": "", "AssignRole": "", "UnassignRole": "", "GroupTargets": "", "AddGroupTarget": "", "AddAppTarget": "", "CreateTokenFor": "",
}

// nowhere are references to people whom nobody has ever seen.
var nowhere = []string{"00u00000000000000zzz", "nobody@desk.example", "nobody", "", "no\x00body", "\xff\xfe", "' OR 1=1 --"}

func TestAMissingPermissionIsToldBeforeAnyLookUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		for op, do := range onPeople {
			who, known := allowed[op]
			if !known {
				t.Errorf("%s: nobody has said who may do it", op)
			}
			for _, name := range []string{"olga", "ugo", "hal", "mem", "abe", "pia", "rod", "rex", "nora"} {
				if within(who, name) {
					continue
				}
				for _, ref := range append([]string{k.ref("sid"), "sid@desk.example", k.ref("nora"), k.ref(name), k.ref("sam")}, nowhere...) {
					if err := do(t.Context(), k, k.as(name), ref); err != error(bailiwick.ErrForbidden) {
						t.Errorf("%s of %q by %s: got %v, want forbidden and no more", op, ref, name, err)
					}
				}
			}
		}
	})
}

func within(words, word string) bool { return slices.Contains(strings.Fields(words), word) }

// Outside the scope is not found, in the words and fields of a person who is
// not there at all.
func TestAHiddenPersonIsAnAbsentOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		hiddenFrom := map[string][]string{"ugo": {"sid", "elsa", "sam"}, "hal": {"sid", "elsa", "carl", "sam"}, "pia": {"nora", "bob", "sam"}}
		for name, hidden := range hiddenFrom {
			by := k.as(name)
			for op, do := range onPeople {
				if !within(allowed[op], name) {
					continue
				}
				for _, h := range hidden {
					absent := do(t.Context(), k, by, nowhere[0])
					wants(t, op+" of nobody by "+name, absent, bailiwick.Missing, "")
					for _, ref := range append([]string{k.ref(h), h + "@desk.example", h}, nowhere...) {
						if err := do(t.Context(), k, by, ref); !sameBut(err, absent) {
							t.Errorf("%s of %q by %s: got %#v, want %#v but the ID", op, ref, name, err, absent)
						} else if got := err.(*bailiwick.Error).ID; string(got) != ref {
							t.Errorf("%s of %q by %s: names %q, want what was asked for", op, ref, name, got)
						}
					}
				}
			}
		}
	})
}

// The same for a group as the holder of roles: who may not manage roles learns
// nothing about groups.
func TestRolesOfGroupsAreRefusedBeforeAnyLookUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, wire, page := t.Context(), bailiwick.TargetableID(bailiwick.HelpDeskAdmin), directory.Paging{Limit: 5}
		for _, id := range []bailiwick.ID{k.groups["Power"], k.groups["South"], k.org.Everyone, "00g00000000000000zzz", "\x00"} {
			group := directory.GroupOf(id)
			for _, name := range []string{"olga", "ugo", "hal", "nora"} {
				by := k.as(name)
				_, roles := k.Roles(ctx, by, group)
				_, assign := k.AssignRole(ctx, by, group, bailiwick.ReportAdmin)
				for op, err := range map[string]error{"Roles": roles, "AssignRole": assign, "UnassignRole": k.UnassignRole(ctx, by, group, wire),
					"GroupTargets": list(k.GroupTargets(ctx, by, group, wire, page)), "AddGroupTarget": k.AddGroupTarget(ctx, by, group, wire, k.groups["North"]),
					"RemoveGroupTarget": k.RemoveGroupTarget(ctx, by, group, wire, k.groups["North"]), "AllApps": k.AllApps(ctx, by, group, wire)} {
					if err != error(bailiwick.ErrForbidden) {
						t.Errorf("%s of group %q by %s: got %v, want forbidden and no more", op, id, name, err)
					}
				}
			}
		}
	})
}
