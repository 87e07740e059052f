package directory_test

import (
	"context"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

func TestGroupsAndMembershipsChangeAndAreWrittenDown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		for _, a := range []act{
			{name: "make a group", events: []string{"group.lifecycle.create: West"},
				do: func(ctx context.Context, k *desk) error {
					g, err := k.CreateGroup(ctx, k.as("olga"), bailiwick.Group{Name: "West"})
					k.groups["West"] = g.ID
					return err
				}},
			{name: "rename a group inside the scope", events: []string{"group.profile.update: North"},
				do: func(ctx context.Context, k *desk) error {
					_, err := k.UpdateGroup(ctx, k.as("ugo"), k.groups["North"], bailiwick.Group{Name: "North", Description: "the old name stays"})
					return err
				}},
			{name: "add a member", events: []string{"group.user_membership.add: elsa, West"},
				do: func(ctx context.Context, k *desk) error {
					return k.AddMember(ctx, k.as("una"), k.groups["West"], "elsa")
				}},
			{name: "add the same member", do: func(ctx context.Context, k *desk) error {
				return k.AddMember(ctx, k.as("una"), k.groups["West"], "elsa")
			}},
			{name: "remove a member", events: []string{"group.user_membership.remove: elsa, West"},
				do: func(ctx context.Context, k *desk) error {
					return k.RemoveMember(ctx, k.as("olga"), k.groups["West"], "elsa")
				}},
			{name: "remove who is no member", do: func(ctx context.Context, k *desk) error {
				return k.RemoveMember(ctx, k.as("olga"), k.groups["West"], "elsa")
			}},
			{name: "delete a group", events: []string{"group.lifecycle.delete: West"},
				do: func(ctx context.Context, k *desk) error { return k.DeleteGroup(ctx, k.as("olga"), k.groups["West"]) }},
		} {
			a.run(t, k)
		}
	})
}

// onGroups are all operations on one group.
var onGroups = map[string]func(ctx context.Context, k *desk, by authz.Actor, id bailiwick.ID) error{
	"Group": func(ctx context.Context, k *desk, by authz.Actor, id bailiwick.ID) error {
		_, err := k.Group(ctx, by, id)
		return err
	},
	"Users": func(ctx context.Context, k *desk, by authz.Actor, id bailiwick.ID) error {
		return list(k.Users(ctx, by, directory.UserQuery{Group: id}, directory.Paging{Limit: 5}))
	},
	"UpdateGroup": func(ctx context.Context, k *desk, by authz.Actor, id bailiwick.ID) error {
		_, err := k.UpdateGroup(ctx, by, id, bailiwick.Group{Name: "New"})
		return err
	},
	"DeleteGroup": func(ctx context.Context, k *desk, by authz.Actor, id bailiwick.ID) error {
		return k.DeleteGroup(ctx, by, id)
	},
	"AddMember": func(ctx context.Context, k *desk, by authz.Actor, id bailiwick.ID) error {
		return k.AddMember(ctx, by, id, "nora")
	},
	"RemoveMember": func(ctx context.Context, k *desk, by authz.Actor, id bailiwick.ID) error {
		return k.RemoveMember(ctx, by, id, "nora")
	},
}

var allowedOnGroups = map[string]string{"Group": "olga ugo hal mem abe rod", "Users": "olga ugo hal mem abe rod", "UpdateGroup": "olga ugo",
	"DeleteGroup": "olga", "AddMember": "olga ugo mem", "RemoveMember": "olga ugo mem"}

func TestGroupsAreRefusedInTheSameOrder(t *testing.T) {
	t.Parallel()
	nothing := []bailiwick.ID{"00g00000000000000zzz", "", "North", "no\x00group", "\xff", "' OR 1=1 --"}
	each(t, func(t *testing.T, k *desk) {
		for op, do := range onGroups {
			for _, name := range strings.Fields("olga ugo hal mem abe pia rod rex nora") {
				if within(allowedOnGroups[op], name) {
					continue
				}
				for _, id := range append([]bailiwick.ID{k.groups["North"], k.groups["South"], k.org.Everyone}, nothing...) {
					if op == "Users" && id == "" {
						continue // no group is named
					}
					if err := do(t.Context(), k, k.as(name), id); err != error(bailiwick.ErrForbidden) {
						t.Errorf("%s of group %q by %s: got %v, want forbidden and no more", op, id, name, err)
					}
				}
			}
			for _, name := range []string{"ugo", "hal"} {
				if !within(allowedOnGroups[op], name) {
					continue
				}
				absent := do(t.Context(), k, k.as(name), nothing[0])
				wants(t, op+" of no group by "+name, absent, bailiwick.Missing, "")
				for _, id := range append([]bailiwick.ID{k.groups["South"], k.groups["Power"], k.org.Everyone}, nothing...) {
					if op == "Users" && id == "" {
						continue
					}
					if err := do(t.Context(), k, k.as(name), id); !sameBut(err, absent) {
						t.Errorf("%s of group %q by %s: got %#v, want %#v but the ID", op, id, name, err, absent)
					}
				}
			}
			if op != "Group" && op != "Users" && within(allowedOnGroups[op], "mem") {
				wants(t, op+" of a group that is only seen", do(t.Context(), k, k.as("mem"), k.groups["South"]), bailiwick.Forbidden, "")
			}
		}
	})
}

func TestTheBuiltInGroupStaysAsItIs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		for op, reason := range map[string]bailiwick.Reason{"UpdateGroup": bailiwick.ReasonBuiltInGroup, "DeleteGroup": bailiwick.ReasonBuiltInGroup,
			"AddMember": bailiwick.ReasonUnsupported, "RemoveMember": bailiwick.ReasonUnsupported} {
			wants(t, op+" of Everyone", onGroups[op](t.Context(), k, k.as("sam"), k.org.Everyone), bailiwick.Forbidden, reason)
		}
		_, err := k.CreateUser(t.Context(), k.as("sam"), directory.NewUser{Profile: profile("kim"), GroupIDs: []bailiwick.ID{k.org.Everyone}})
		wants(t, "making a person inside Everyone", err, bailiwick.Forbidden, bailiwick.ReasonBuiltInGroup)
	})
}

func TestAGroupNeedsAGoodNameOfItsOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		for _, c := range []struct {
			name, group, description string
			code                     bailiwick.Code
			reason                   bailiwick.Reason
		}{
			{"no name", " ", "", bailiwick.Invalid, ""},
			{"a NUL", "a\x00b", "", bailiwick.Invalid, ""},
			{"a NUL in the description", "West", "\x00", bailiwick.Invalid, ""},
			{"too long", strings.Repeat("a", 256), "", bailiwick.Invalid, ""},
			{"taken", "north", "", bailiwick.Conflict, bailiwick.ReasonDuplicate},
			{"that of the built-in group", "EVERYONE", "", bailiwick.Conflict, bailiwick.ReasonDuplicate},
		} {
			_, err := k.CreateGroup(t.Context(), k.as("olga"), bailiwick.Group{Name: c.group, Description: c.description})
			wants(t, c.name, err, c.code, c.reason)
			_, err = k.UpdateGroup(t.Context(), k.as("olga"), k.groups["South"], bailiwick.Group{Name: c.group, Description: c.description})
			wants(t, c.name+", renaming", err, c.code, c.reason)
		}
	})
}

// A group that carries power is power (decision 5): only who may grant roles
// decides on it and its members.
func TestAGroupThatCarriesPowerIsForThoseWhoMayGrant(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		for _, op := range []string{"UpdateGroup", "DeleteGroup", "AddMember", "RemoveMember"} {
			wants(t, op+" by an org admin", onGroups[op](ctx, k, k.as("olga"), k.groups["Power"]), bailiwick.Forbidden, bailiwick.ReasonGroupCarriesPower)
		}
		_, err := k.CreateUser(ctx, k.as("olga"), directory.NewUser{Profile: profile("kim"), GroupIDs: []bailiwick.ID{k.groups["Power"]}})
		wants(t, "making a person inside it", err, bailiwick.Forbidden, bailiwick.ReasonGroupCarriesPower)
		if _, err := k.User(ctx, k.system, "kim"); err == nil {
			t.Error("the person was made all the same")
		}
		k.must(k.AddMember(ctx, k.as("sam"), k.groups["Power"], "elsa"))
		if _, err := k.Users(ctx, k.as("elsa"), directory.UserQuery{}, directory.Paging{Limit: 1}); err != nil {
			t.Errorf("a new member of the group sees people: got %v", err)
		}
		// The scope's own group gets a role: its admin loses it at once.
		k.must(k.AddMember(ctx, k.as("ugo"), k.groups["North"], "nora"))
		_, err = k.AssignRole(ctx, k.as("sam"), directory.GroupOf(k.groups["North"]), bailiwick.ReportAdmin)
		k.must(err)
		wants(t, "renaming the own group that has got a role", onGroups["UpdateGroup"](ctx, k, k.as("ugo"), k.groups["North"]), bailiwick.Forbidden, bailiwick.ReasonGroupCarriesPower)
		wants(t, "acting on its members", k.SuspendUser(ctx, k.as("ugo"), "nora"), bailiwick.Forbidden, bailiwick.ReasonTier)
	})
}

// Who reaches some groups may move people among them, and pull in nobody.
func TestNobodyIsPulledIntoTheOwnScope(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		wants(t, "pulling in a hidden person", k.AddMember(ctx, k.as("ugo"), k.groups["North"], "elsa"), bailiwick.Missing, "")
		wants(t, "pulling in a person who is only seen", k.AddMember(ctx, k.as("mem"), k.groups["North"], "elsa"), bailiwick.Forbidden, "")
		k.must(k.AddGroupTarget(ctx, k.as("sam"), k.holder("ugo"), userAdminID, k.groups["Empty"]))
		k.must(k.AddMember(ctx, k.as("ugo"), k.groups["Empty"], "nora"))
		k.must(k.RemoveMember(ctx, k.as("ugo"), k.groups["North"], "nora"))
		if _, err := k.User(ctx, k.as("ugo"), "nora"); err != nil {
			t.Errorf("a person moved inside the scope: got %v", err)
		}
		_, err := k.User(ctx, k.as("hal"), "nora")
		wants(t, "the same person for the desk of the group that was left", err, bailiwick.Missing, "")
		k.must(k.RemoveMember(ctx, k.as("ugo"), k.groups["Empty"], "nora"))
		wants(t, "bringing back who has left the scope", k.AddMember(ctx, k.as("ugo"), k.groups["North"], "nora"), bailiwick.Missing, "")
	})
}

// A link in somebody's hand, made while its owner had no power, must not open
// an account that has some by now (REC-4).
func TestALinkDiesWhenItsOwnerGainsPower(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		gains := map[string]func() error{
			"nora": func() error {
				_, err := k.AssignRole(ctx, k.as("sam"), k.holder("nora"), bailiwick.OrgAdmin)
				return err
			},
			"elsa": func() error { return k.AddMember(ctx, k.as("sam"), k.groups["Power"], "elsa") },
			"sid": func() error {
				_, err := k.AssignRole(ctx, k.as("sam"), directory.GroupOf(k.groups["South"]), bailiwick.HelpDeskAdmin)
				return err
			},
		}
		for name, gain := range gains {
			link, err := k.ResetPasswordForLink(ctx, k.as("una"), name, true)
			k.must(err)
			k.must(gain())
			if k.linkLives(digestOf(link), bailiwick.LinkResetPassword) {
				t.Errorf("the link of %s outlived the gain of power", name)
			}
		}
		link, err := k.ActivateUserForLink(ctx, k.as("una"), "stan")
		k.must(err)
		left, err := k.traced(func() error {
			_, err := k.AssignRole(ctx, k.as("sam"), k.holder("stan"), bailiwick.OrgAdmin)
			return err
		})
		k.must(err)
		if k.linkLives(digestOf(link.Secret), bailiwick.LinkActivate) {
			t.Error("an activation link outlived the gain of power")
		}
		if len(left.mails) != 1 || left.mails[0] != "activation: stan" {
			t.Errorf("mails to a pending person whose link died: got %q, want a new activation", left.mails)
		}
	})
}

// A loss of power ends the sessions that had it (SES-4), in whatever way it is
// lost.
func TestALossOfPowerEndsSessions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		power := directory.GroupOf(k.groups["Power"])
		for _, c := range []struct {
			name, who string
			lose      func() error
		}{
			{"the role is taken", "hal", func() error { return k.UnassignRole(ctx, k.as("sam"), k.holder("hal"), helpDeskID) }},
			{"the group is left", "elsa", func() error { return k.RemoveMember(ctx, k.as("sam"), k.groups["Power"], "elsa") }},
			{"the group's role is taken", "gwen", func() error { return k.UnassignRole(ctx, k.as("sam"), power, helpDeskID) }},
			{"the group is deleted", "nora", func() error { return k.DeleteGroup(ctx, k.as("sam"), k.groups["North"]) }},
		} {
			switch c.who {
			case "elsa":
				k.must(k.AddMember(ctx, k.as("sam"), k.groups["Power"], "elsa"))
			case "nora":
				_, err := k.AssignRole(ctx, k.as("sam"), directory.GroupOf(k.groups["North"]), bailiwick.ReportAdmin)
				k.must(err)
			}
			k.bySession(c.who)
			k.bySession("una")
			before := k.sessions("una")
			k.must(c.lose())
			if got := k.sessions(c.who); got != 0 {
				t.Errorf("%s: %s has %d sessions left", c.name, c.who, got)
			}
			if k.sessions("una") != before {
				t.Errorf("%s: it ended the sessions of somebody else", c.name)
			}
		}
		k.bySession("nils")
		k.must(k.RemoveMember(ctx, k.as("una"), k.groups["South"], "nils"))
		if k.sessions("nils") != 1 {
			t.Error("leaving a group without power ended a session")
		}
	})
}
