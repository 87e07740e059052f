package directory_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

const (
	userAdminID = bailiwick.ID("KVJUKUS7IFCE2SKO")
	appAdminID  = bailiwick.ID("IFIFAX2BIRGUSTQ")
	helpDeskID  = bailiwick.ID("JBCUYUC7IRCVGS27IFCE2SKO")
)

func TestRolesAndTargetsAreGivenAndTakenAndWrittenDown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		elsa, group := k.holder("elsa"), directory.GroupOf(k.groups["Empty"])
		var org bailiwick.ID
		assign := func(h directory.Holder, role bailiwick.RoleType) func(context.Context, *desk) error {
			return func(ctx context.Context, k *desk) error {
				a, err := k.AssignRole(ctx, k.as("sam"), h, role)
				org = a.ID
				return err
			}
		}
		for _, a := range []act{
			{name: "a role without targets", do: assign(elsa, bailiwick.OrgAdmin), events: []string{"user.account.privilege.grant: elsa, ORG_ADMIN"}},
			{name: "taking it away", events: []string{"user.account.privilege.revoke: elsa, ORG_ADMIN"},
				do: func(ctx context.Context, k *desk) error { return k.UnassignRole(ctx, k.as("sam"), elsa, org) }},
			{name: "a role with targets", do: assign(elsa, bailiwick.UserAdmin), events: []string{"user.account.privilege.grant: elsa, USER_ADMIN"}},
			{name: "the first target", events: []string{"scope.changed: elsa, USER_ADMIN, North"},
				do: func(ctx context.Context, k *desk) error {
					return k.AddGroupTarget(ctx, k.as("sam"), elsa, userAdminID, k.groups["North"])
				}},
			{name: "the same target again", do: func(ctx context.Context, k *desk) error {
				return k.AddGroupTarget(ctx, k.as("sam"), elsa, userAdminID, k.groups["North"])
			}},
			{name: "the second target", events: []string{"scope.changed: elsa, USER_ADMIN, South"},
				do: func(ctx context.Context, k *desk) error {
					return k.AddGroupTarget(ctx, k.as("sam"), elsa, userAdminID, k.groups["South"])
				}},
			{name: "removing one of two", events: []string{"scope.changed: elsa, USER_ADMIN, North"},
				do: func(ctx context.Context, k *desk) error {
					return k.RemoveGroupTarget(ctx, k.as("sam"), elsa, userAdminID, k.groups["North"])
				}},
			{name: "a role for a group", do: assign(group, bailiwick.HelpDeskAdmin), events: []string{"group.privilege.grant: Empty, HELP_DESK_ADMIN"}},
			{name: "a target of a group's role", events: []string{"scope.changed: Empty, HELP_DESK_ADMIN, South"},
				do: func(ctx context.Context, k *desk) error {
					return k.AddGroupTarget(ctx, k.as("sam"), group, helpDeskID, k.groups["South"])
				}},
			{name: "taking a group's role", events: []string{"group.privilege.revoke: Empty, HELP_DESK_ADMIN"},
				do: func(ctx context.Context, k *desk) error { return k.UnassignRole(ctx, k.as("sam"), group, helpDeskID) }},
		} {
			a.run(t, k)
		}
	})
}

func TestWhoHoldsWhichRoleIsListedDirectlyAndThroughGroups(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, by := t.Context(), k.as("sam")
		_, err := k.AssignRole(ctx, by, k.holder("gwen"), bailiwick.HelpDeskAdmin)
		k.must(err)
		roles, err := k.Roles(ctx, by, k.holder("gwen"))
		k.must(err)
		var got []string
		for _, a := range roles {
			got = append(got, string(a.Principal.Kind)+" "+string(a.Role)+" "+k.name(a.Principal.ID)+" "+string(a.Mode))
		}
		if want := []string{"USER HELP_DESK_ADMIN gwen ALL", "GROUP HELP_DESK_ADMIN Power ALL"}; !slices.Equal(got, want) {
			t.Errorf("roles: got %q, want %q", got, want)
		}
		k.must(k.UnassignRole(ctx, by, k.holder("gwen"), helpDeskID))
		wants(t, "taking a role that comes through a group", k.UnassignRole(ctx, by, k.holder("gwen"), helpDeskID), bailiwick.Missing, "")
		one, err := k.Role(ctx, by, k.holder("gwen"), helpDeskID)
		if err != nil || one.Principal.ID != k.groups["Power"] {
			t.Errorf("the role that comes through a group: got %+v, %v", one, err)
		}
		_, err = k.Role(ctx, by, k.holder("gwen"), appAdminID)
		wants(t, "a role that is not held", err, bailiwick.Missing, "")
		var admins []string
		for page := (directory.Paging{Limit: 3}); ; {
			list, err := k.Administrators(ctx, by, page)
			k.must(err)
			for _, id := range list.Rows {
				admins = append(admins, k.name(id))
			}
			if page.After = list.Next; page.After == "" {
				break
			}
		}
		slices.Sort(admins)
		want := strings.Fields("abe gwen hal hetty mem ned olga owen pia rex rod sam sue ugo una")
		if !slices.Equal(admins, want) {
			t.Errorf("administrators: got %q, want %q", admins, want)
		}
		_, err = k.Administrators(ctx, k.as("olga"), directory.Paging{Limit: 3})
		wants(t, "administrators for an org admin", err, bailiwick.Forbidden, "")
	})
}

func TestRolesThatCannotBeGivenAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		k.must(k.DeactivateUser(ctx, k.as("sam"), "elsa"))
		for _, c := range []struct {
			name   string
			by     string
			to     directory.Holder
			role   bailiwick.RoleType
			code   bailiwick.Code
			reason bailiwick.Reason
		}{
			{"the same role twice", "sam", k.holder("hal"), bailiwick.HelpDeskAdmin, bailiwick.Conflict, bailiwick.ReasonRoleAssigned},
			{"the same role twice to a group", "sam", directory.GroupOf(k.groups["Power"]), bailiwick.HelpDeskAdmin, bailiwick.Conflict, bailiwick.ReasonRoleAssigned},
			{"a role that there is not", "sam", k.holder("nora"), "WIZARD", bailiwick.Invalid, ""},
			{"the owner's role", "sam", k.holder("nora"), bailiwick.Owner, bailiwick.Invalid, ""},
			{"the owner's role by the owner", "owen", k.holder("nora"), bailiwick.Owner, bailiwick.Invalid, ""},
			{"to a deactivated person", "sam", k.holder("elsa"), bailiwick.OrgAdmin, bailiwick.Forbidden, bailiwick.ReasonStatus},
			{"to oneself", "sam", k.holder("sam"), bailiwick.OrgAdmin, bailiwick.Forbidden, bailiwick.ReasonSelf},
			{"to the owner", "sam", k.holder("owen"), bailiwick.OrgAdmin, bailiwick.Forbidden, bailiwick.ReasonTier},
			{"to Everyone", "sam", directory.GroupOf(k.org.Everyone), bailiwick.HelpDeskAdmin, bailiwick.Invalid, bailiwick.ReasonBuiltInGroup},
			{"to a group that there is not", "sam", directory.GroupOf("00g00000000000000zzz"), bailiwick.HelpDeskAdmin, bailiwick.Missing, ""},
			{"by an org admin", "olga", k.holder("nora"), bailiwick.ReportAdmin, bailiwick.Forbidden, ""},
			{"an unknown role by an org admin", "olga", k.holder("nora"), "WIZARD", bailiwick.Forbidden, ""},
		} {
			left, err := k.traced(func() error { _, err := k.AssignRole(ctx, k.as(c.by), c.to, c.role); return err })
			wants(t, c.name, err, c.code, c.reason)
			if left.events = slices.DeleteFunc(left.events, func(e string) bool { return e == "access.denied" }); len(left.events) > 0 {
				t.Errorf("%s: wrote %q", c.name, left.events)
			}
		}
	})
}

// A role for a group is a role for each of its members: 5,000 of them at most.
func TestALargeGroupHoldsNoRole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		crowd := make([]directory.NewUser, bailiwick.MaxRoleGroupMembers)
		for i := range crowd {
			p := profile("crowd")
			p["login"] = fmt.Sprintf("crowd%d@desk.example", i)
			crowd[i] = directory.NewUser{Profile: p, GroupIDs: []bailiwick.ID{k.groups["Empty"]}}
		}
		for part := range slices.Chunk(crowd, 500) {
			_, err := k.LoadUsers(t.Context(), k.system, part)
			k.must(err)
		}
		holder := directory.GroupOf(k.groups["Empty"])
		a, err := k.AssignRole(t.Context(), k.as("sam"), holder, bailiwick.ReportAdmin)
		if err != nil {
			t.Fatalf("a group of 5,000: got %v, want the role given", err)
		}
		k.must(k.UnassignRole(t.Context(), k.as("sam"), holder, a.ID))
		k.must(k.AddMember(t.Context(), k.as("sam"), k.groups["Empty"], "elsa"))
		_, err = k.AssignRole(t.Context(), k.as("sam"), holder, bailiwick.ReportAdmin)
		wants(t, "a group of 5,001", err, bailiwick.Invalid, bailiwick.ReasonGroupTooLarge)
	})
}

func TestTargetsOfTheWrongKindAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, by := t.Context(), k.as("sam")
		sue, err := k.Roles(ctx, by, k.holder("sue"))
		k.must(err)
		for name, err := range map[string]error{
			"a group for an app admin":     k.AddGroupTarget(ctx, by, k.holder("abe"), appAdminID, k.groups["North"]),
			"removing such a group":        k.RemoveGroupTarget(ctx, by, k.holder("abe"), appAdminID, k.groups["North"]),
			"an app for a user admin":      k.AddAppTarget(ctx, by, k.holder("ugo"), userAdminID, bailiwick.AppTarget{Name: "slack"}),
			"all apps for a user admin":    k.AllApps(ctx, by, k.holder("ugo"), userAdminID),
			"a realm for a user admin":     k.AddRealmTarget(ctx, by, k.holder("ugo"), userAdminID, k.realms["Cars"]),
			"a group for a super admin":    k.AddGroupTarget(ctx, by, k.holder("sue"), sue[0].ID, k.groups["North"]),
			"listing groups of app admins": list(k.GroupTargets(ctx, by, k.holder("abe"), appAdminID, directory.Paging{Limit: 5})),
			"listing apps of user admins":  list(k.AppTargets(ctx, by, k.holder("ugo"), userAdminID, directory.Paging{Limit: 5})),
		} {
			wants(t, name, err, bailiwick.Invalid, bailiwick.ReasonWrongRoleType)
		}
		for name, err := range map[string]error{
			"a group that there is not":          k.AddGroupTarget(ctx, by, k.holder("ugo"), userAdminID, "00g00000000000000zzz"),
			"removing a group that is no target": k.RemoveGroupTarget(ctx, by, k.holder("ugo"), userAdminID, k.groups["South"]),
			"a role that is not held":            k.AddGroupTarget(ctx, by, k.holder("nora"), userAdminID, k.groups["South"]),
			"an app that the catalog has not":    k.AddAppTarget(ctx, by, k.holder("abe"), appAdminID, bailiwick.AppTarget{Name: "nothing"}),
			"an instance that there is not":      k.AddAppTarget(ctx, by, k.holder("abe"), appAdminID, bailiwick.AppTarget{Name: "slack", Instance: "0oa00000000000000zzz"}),
			"an instance of another app":         k.AddAppTarget(ctx, by, k.holder("abe"), appAdminID, bailiwick.AppTarget{Name: "slack", Instance: k.apps["Sales"]}),
			"removing an app that is no target":  k.RemoveAppTarget(ctx, by, k.holder("abe"), appAdminID, bailiwick.AppTarget{Name: "slack"}),
			"removing an app that there is not":  k.RemoveAppTarget(ctx, by, k.holder("abe"), appAdminID, bailiwick.AppTarget{Name: "\x00"}),
			"an instance with a NUL":             k.AddAppTarget(ctx, by, k.holder("abe"), appAdminID, bailiwick.AppTarget{Name: "slack", Instance: "\x00"}),
			"a role ID that is no text":          k.UnassignRole(ctx, by, k.holder("abe"), "\xff"),
			"a realm that is no text":            k.AddRealmTarget(ctx, by, k.holder("pia"), bailiwick.TargetableID(bailiwick.PartnerAdmin), "\x00"),
			"removing a realm that is no text":   k.RemoveRealmTarget(ctx, by, k.holder("pia"), bailiwick.TargetableID(bailiwick.PartnerAdmin), "\xff"),
			"a group that is no text":            k.AddGroupTarget(ctx, by, k.holder("ugo"), userAdminID, "\xff"),
			"removing a realm that is no target": k.RemoveRealmTarget(ctx, by, k.holder("pia"), bailiwick.TargetableID(bailiwick.PartnerAdmin), k.realms["Boats"]),
		} {
			wants(t, name, err, bailiwick.Missing, "")
		}
		wants(t, "Everyone as a target", k.AddGroupTarget(ctx, by, k.holder("ugo"), userAdminID, k.org.Everyone), bailiwick.Invalid, bailiwick.ReasonBuiltInGroup)
		wants(t, "the default realm as a target", k.AddRealmTarget(ctx, by, k.holder("pia"), bailiwick.TargetableID(bailiwick.PartnerAdmin), k.org.Realm), bailiwick.Invalid, "")
		wants(t, "the last group target", k.RemoveGroupTarget(ctx, by, k.holder("ugo"), userAdminID, k.groups["North"]), bailiwick.Invalid, bailiwick.ReasonLastTarget)
	})
}

func list[T any](_ directory.List[T], err error) error { return err }

// A role whose last target group was deleted reaches nobody; it is never
// widened by that (decision 2).
func TestARoleWhoseTargetsAreGoneReachesNobody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		k.must(k.DeleteGroup(ctx, k.as("sam"), k.groups["North"]))
		people, err := k.Users(ctx, k.as("hal"), directory.UserQuery{}, directory.Paging{Limit: 100})
		if err != nil || len(people.Rows) > 0 {
			t.Errorf("people in sight: got %d, %v, want nobody", len(people.Rows), err)
		}
		wants(t, "a person who was in the group", onPeople["User"](ctx, k, k.as("hal"), "nora"), bailiwick.Missing, "")
		a, err := k.Role(ctx, k.as("sam"), k.holder("hal"), helpDeskID)
		if err != nil || a.Mode != bailiwick.ScopeListed || a.Targets != 0 {
			t.Errorf("the role: got %+v, %v, want it limited to nothing", a, err)
		}
		k.must(k.AddAppTarget(ctx, k.as("sam"), k.holder("abe"), appAdminID, bailiwick.AppTarget{Name: "slack", Instance: k.apps["Chat"]}))
		k.must(k.DeactivateApp(ctx, k.as("sam"), k.apps["Chat"]))
		k.must(k.DeleteApp(ctx, k.as("sam"), k.apps["Chat"]))
		apps, err := k.Apps(ctx, k.as("abe"), directory.AppQuery{}, directory.Paging{Limit: 100})
		if err != nil || len(apps.Rows) > 0 {
			t.Errorf("apps in sight of an admin whose app was deleted: got %d, %v, want none", len(apps.Rows), err)
		}
	})
}

func TestARemovedLastAppTargetWidensTheRoleAndIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, abe := t.Context(), k.holder("abe")
		slack := bailiwick.AppTarget{Name: "slack"}
		mails := []string{"scope_widened: sam", "scope_widened: sue"}
		for _, a := range []act{
			{name: "the first app narrows", events: []string{"scope.changed: abe, APP_ADMIN, slack"},
				do: func(ctx context.Context, k *desk) error {
					return k.AddAppTarget(ctx, k.as("sam"), abe, appAdminID, slack)
				}},
			{name: "the last app widens", events: []string{"scope.changed: abe, APP_ADMIN, slack", "scope.widened: abe, APP_ADMIN"}, mails: mails,
				do: func(ctx context.Context, k *desk) error {
					return k.RemoveAppTarget(ctx, k.as("sam"), abe, appAdminID, slack)
				}},
			{name: "all apps for a role that has them", do: func(ctx context.Context, k *desk) error { return k.AllApps(ctx, k.as("sam"), abe, appAdminID) }},
		} {
			a.run(t, k)
		}
		for _, l := range k.letters() {
			var body struct{ Who, By, Role, What string }
			if err := json.Unmarshal(l.Body, &body); err != nil || body.Who != "Abe Desk" || body.By != "Sam Desk" || body.Role != "Application Administrator" || body.What != "all apps" {
				t.Errorf("the mail says %s (%v), want whose role, by whom and what it reaches", l.Body, err)
			}
		}
		_, err := k.UpdateSettings(ctx, k.as("olga"), func(s *bailiwick.OrgSettings) { s.RefuseRemovingLastAppTarget = true })
		k.must(err)
		k.must(k.AddAppTarget(ctx, k.as("sam"), abe, appAdminID, slack))
		left, err := k.traced(func() error { return k.RemoveAppTarget(ctx, k.as("sam"), abe, appAdminID, slack) })
		wants(t, "the last app while the org refuses", err, bailiwick.Invalid, bailiwick.ReasonLastTarget)
		if len(left.events)+len(left.mails) > 0 || len(k.appTargets("abe")) != 1 {
			t.Errorf("the refusal wrote %v and left the targets %q", left, k.appTargets("abe"))
		}
		act{name: "all apps by itself is not refused", events: []string{"scope.changed: abe, APP_ADMIN", "scope.widened: abe, APP_ADMIN"}, mails: mails,
			do: func(ctx context.Context, k *desk) error { return k.AllApps(ctx, k.as("sam"), abe, appAdminID) }}.run(t, k)
	})
}

func (k *desk) appTargets(name string) (out []string) {
	k.t.Helper()
	for page := (directory.Paging{Limit: 1}); ; {
		list, err := k.AppTargets(k.t.Context(), k.system, k.holder(name), appAdminID, page)
		k.must(err)
		for _, target := range list.Rows {
			out = append(out, strings.TrimSpace(target.Catalog.Name+" "+target.Instance.Label))
		}
		if page.After = list.Next; page.After == "" {
			return out
		}
	}
}

func TestAWholeAppAndItsInstancesAreNotTargetsTogether(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, by, abe := t.Context(), k.as("sam"), k.holder("abe")
		add := func(name, label string) error {
			return k.AddAppTarget(ctx, by, abe, appAdminID, bailiwick.AppTarget{Name: name, Instance: k.apps[label]})
		}
		k.must(add("salesforce", "Sales"))
		k.must(add("salesforce", "Sales East"))
		k.must(add("slack", ""))
		if got, want := k.appTargets("abe"), []string{"salesforce Sales", "salesforce Sales East", "slack"}; !sameElements(got, want) {
			t.Errorf("targets: got %q, want %q", got, want)
		}
		seen, err := k.Apps(ctx, k.as("abe"), directory.AppQuery{}, directory.Paging{Limit: 100})
		if err != nil || len(seen.Rows) != 3 {
			t.Errorf("apps in sight: got %d, %v, want 3", len(seen.Rows), err)
		}
		k.must(add("salesforce", ""))
		if got, want := k.appTargets("abe"), []string{"salesforce", "slack"}; !sameElements(got, want) {
			t.Errorf("targets after the whole app: got %q, want %q", got, want)
		}
		wants(t, "an instance beside its whole app", add("salesforce", "Sales"), bailiwick.Invalid, bailiwick.ReasonMixedTargets)
		k.must(k.RemoveAppTarget(ctx, by, abe, appAdminID, bailiwick.AppTarget{Name: "salesforce"}))
		seen, err = k.Apps(ctx, k.as("abe"), directory.AppQuery{}, directory.Paging{Limit: 100})
		if err != nil || len(seen.Rows) != 1 || seen.Rows[0].Label != "Chat" {
			t.Errorf("apps in sight: got %v, %v, want Chat alone", seen.Rows, err)
		}
		_, err = k.App(ctx, k.as("abe"), k.apps["Sales"])
		wants(t, "an app out of sight", err, bailiwick.Missing, "")
		_, err = k.CreateApp(ctx, k.as("abe"), bailiwick.App{Name: "zoomus", Label: "Zoom", SignOnMode: bailiwick.SignOnSAML})
		wants(t, "making an app outside the own scope", err, bailiwick.Forbidden, "")
		_, err = k.CreateApp(ctx, k.as("abe"), bailiwick.App{Name: "slack", Label: "Chat 2", SignOnMode: bailiwick.SignOnSAML})
		k.must(err)
	})
}

func sameElements(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}
