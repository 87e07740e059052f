package directory_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// rule makes an active rule and carries its job out.
func (k *desk) rule(name, expression string, groups ...string) bailiwick.ID {
	k.t.Helper()
	r, err := k.newRule(k.as("olga"), name, expression, groups...)
	k.must(err)
	k.must(k.ActivateGroupRule(k.t.Context(), k.as("olga"), r.ID))
	k.work()
	return r.ID
}

func (k *desk) newRule(by authz.Actor, name, expression string, groups ...string) (bailiwick.GroupRule, error) {
	r := bailiwick.GroupRule{Name: name, Expression: strings.NewReplacer("[North]", string(k.groups["North"]), "[South]", string(k.groups["South"]),
		"[Empty]", string(k.groups["Empty"])).Replace(expression)}
	for _, g := range groups {
		r.Targets = append(r.Targets, k.groups[g])
	}
	return k.CreateGroupRule(k.t.Context(), by, r)
}

// work carries out all jobs.
func (k *desk) work() {
	k.t.Helper()
	for {
		j, ok, err := k.LeaseJob(k.t.Context(), k.org.ID, time.Minute)
		k.must(err)
		if !ok {
			return
		}
		for j.State == bailiwick.JobRunning {
			j, err = k.StepJob(k.t.Context(), authz.OnBehalf(k.org.ID, j.Initiator), j, time.Minute)
			k.must(err)
		}
	}
}

// members are the names of the people in a group.
func (k *desk) members(group string) string {
	k.t.Helper()
	list, err := k.Users(k.t.Context(), k.system, directory.UserQuery{Group: k.groups[group], Statuses: bailiwick.Statuses()}, directory.Paging{Limit: 1000})
	k.must(err)
	var out []string
	for _, u := range list.Rows {
		out = append(out, k.name(u.ID))
	}
	slices.Sort(out)
	g, err := k.Group(k.t.Context(), k.system, k.groups[group])
	k.must(err)
	if int(g.Members) != len(out) {
		k.t.Errorf("group %s counts %d members and lists %d", group, g.Members, len(out))
	}
	return strings.Join(out, " ")
}

func (k *desk) fill(by, name, attribute string, value any) error {
	_, err := k.UpdateProfile(k.t.Context(), k.as(by), name, bailiwick.Profile{attribute: value})
	return err
}

func (k *desk) wantMembers(when, group, want string) {
	k.t.Helper()
	if got := k.members(group); got != want {
		k.t.Errorf("%s: members of %s: got %q, want %q", when, group, got, want)
	}
}

func TestARulePutsPeopleInAndTakesThemOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		k.must(k.AddMember(ctx, k.as("olga"), k.groups["Empty"], "nils"))
		k.must(k.fill("olga", "nora", "department", "Sales"))
		k.must(k.fill("olga", "nils", "department", "Sales"))
		id := k.rule("Sales", `user.department == "Sales"`, "Empty")
		k.wantMembers("activated", "Empty", "nils nora")

		left, err := k.traced(func() error { return k.fill("olga", "elsa", "department", "Sales") })
		k.must(err)
		if want := []string{"group.user_membership.add: elsa, Empty, " + string(id), "user.account.update_profile: elsa"}; !slices.Equal(left.events, want) {
			t.Errorf("a person comes to fit: got events %q, want %q", left.events, want)
		}
		for _, e := range k.events() {
			if e.Type == bailiwick.MemberAdded && len(e.Targets) == 3 && e.Actor.Type != "SystemPrincipal" {
				t.Errorf("a membership by rule is written down as done by %+v", e.Actor)
			}
		}
		k.must(k.fill("olga", "nora", "department", nil))
		k.must(k.fill("olga", "nils", "department", "Law"))
		k.wantMembers("two fit no more, one is in by hand", "Empty", "elsa nils")

		_, err = k.CreateUser(ctx, k.as("olga"), directory.NewUser{Profile: bailiwick.Profile{"login": "kim@desk.example", "email": "kim@desk.example",
			"firstName": "Kim", "lastName": "Desk", "department": "Sales"}, GroupIDs: []bailiwick.ID{k.groups["Empty"]}})
		k.must(err)
		u, err := k.User(ctx, k.system, "kim")
		k.must(err)
		k.people["kim"] = u.ID
		k.wantMembers("a new person fits", "Empty", "elsa kim nils")

		k.must(k.RemoveMember(ctx, k.as("olga"), k.groups["Empty"], "elsa"))
		k.must(k.fill("olga", "elsa", "title", "Head"))
		k.must(k.fill("olga", "elsa", "department", nil))
		k.must(k.fill("olga", "elsa", "department", "Sales"))
		k.wantMembers("taken out by hand and spared from then on", "Empty", "kim nils")
		if r, err := k.GroupRule(ctx, k.as("olga"), id); err != nil || !slices.Equal(r.Exclude, []bailiwick.ID{k.people["elsa"]}) {
			t.Errorf("whom the rule spares: got %v (%v), want elsa", r.Exclude, err)
		}
		k.must(k.fill("olga", "sid", "department", "Sales"))
		k.must(k.AddMember(ctx, k.as("olga"), k.groups["Empty"], "sid"))
		k.must(k.DeactivateGroupRule(ctx, k.as("olga"), id, false))
		k.must(k.fill("olga", "sid", "department", nil))
		k.wantMembers("deactivated", "Empty", "kim nils sid")
		k.must(k.ActivateGroupRule(ctx, k.as("olga"), id))
		k.work()
		k.must(k.fill("olga", "nora", "department", "Sales"))
		k.wantMembers("active again", "Empty", "kim nils nora sid")
		k.must(k.DeactivateGroupRule(ctx, k.as("olga"), id, true))
		k.work()
		k.wantMembers("deactivated, its own taken out", "Empty", "kim nils sid")
	})
}

func TestDeletingARule(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		k.must(k.fill("olga", "nora", "department", "Sales"))
		k.must(k.AddMember(ctx, k.as("olga"), k.groups["Empty"], "sid"))
		k.must(k.DeleteGroupRule(ctx, k.as("olga"), k.rule("One", `user.department == "Sales"`, "Empty"), false))
		k.work()
		k.must(k.fill("olga", "nora", "department", nil))
		k.wantMembers("its people retained", "Empty", "nora sid")
		k.must(k.fill("olga", "elsa", "department", "Sales"))
		k.must(k.DeleteGroupRule(ctx, k.as("olga"), k.rule("Two", `user.department == "Sales"`, "Empty"), true))
		k.work()
		k.wantMembers("its people taken out", "Empty", "nora sid")
		list, err := k.GroupRules(ctx, k.as("olga"), "", directory.Paging{Limit: 10})
		k.must(err)
		if len(list.Rows) != 0 {
			t.Errorf("rules left: %+v", list.Rows)
		}
	})
}

func TestRulesAreRefusedWithTheirFault(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		for _, c := range []struct {
			name, rule, expression, groups, field string
			reason                                bailiwick.Reason
		}{
			{"no name", " ", `user.title == "x"`, "Empty", "name", ""},
			{"long name", strings.Repeat("x", 51), `user.title == "x"`, "Empty", "name", ""},
			{"no groups", "A", `user.title == "x"`, "", "groupIds", ""},
			{"a built-in group", "A", `user.title == "x"`, "Everyone", "groupIds", ""},
			{"no such group", "A", `user.title == "x"`, "Nowhere", "groupIds", ""},
			{"a group with a role", "A", `user.title == "x"`, "Power", "", bailiwick.ReasonRuleTarget},
			{"not an expression", "A", `user.title = "x"`, "Empty", "expression", ""},
			{"no such attribute", "A", `user.hat == "x"`, "Empty", "expression", ""},
			{"no such group in it", "A", `isMemberOfGroup("00g00000000000000zzz")`, "Empty", "expression", ""},
		} {
			_, err := k.newRule(k.as("sam"), c.rule, c.expression, strings.Fields(c.groups)...)
			e, ok := errors.AsType[*bailiwick.Error](err)
			if !ok || e.Code != bailiwick.Invalid || e.Reason != c.reason || e.Field != c.field {
				t.Errorf("%s: got %+v, want a fault of %q", c.name, err, c.field)
			}
		}
		r, err := k.newRule(k.as("olga"), "A", `user.title == "x"`, "Empty")
		k.must(err)
		_, err = k.newRule(k.as("olga"), "a", `user.title == "y"`, "Empty")
		wants(t, "a name twice", err, bailiwick.Conflict, bailiwick.ReasonDuplicate)
		_, err = k.AssignRole(ctx, k.as("sam"), directory.GroupOf(k.groups["Empty"]), bailiwick.ReportAdmin)
		wants(t, "a role for a group with a rule", err, bailiwick.Invalid, bailiwick.ReasonRuleTarget)
		r.Targets = append(r.Targets, k.groups["South"])
		_, err = k.UpdateGroupRule(ctx, k.as("olga"), r)
		wants(t, "other groups", err, bailiwick.Invalid, "")
		r.Targets, r.Name = r.Targets[:1], "B"
		_, err = k.UpdateGroupRule(ctx, k.as("olga"), r)
		k.must(err)
		k.must(k.ActivateGroupRule(ctx, k.as("olga"), r.ID))
		_, err = k.UpdateGroupRule(ctx, k.as("olga"), r)
		wants(t, "a change while active", err, bailiwick.Invalid, bailiwick.ReasonStatus)
		for _, name := range strings.Fields("ugo una hal mem abe pia rod rex nora") {
			_, err := k.newRule(k.as(name), "C", `user.title == "x"`, "Empty")
			wants(t, "a rule by "+name, err, bailiwick.Forbidden, "")
			_, err = k.GroupRule(ctx, k.as(name), r.ID)
			wants(t, "reading a rule as "+name, err, bailiwick.Forbidden, "")
		}
		k.rule("chain", `isMemberOfGroup("[Empty]")`, "South")
		circle, err := k.newRule(k.as("olga"), "circle", `!isMemberOfGroup("[South]")`, "Empty")
		k.must(err)
		wants(t, "a circle", k.ActivateGroupRule(ctx, k.as("olga"), circle.ID), bailiwick.Invalid, "")
		k.must(k.DeleteGroup(ctx, k.as("olga"), k.groups["Empty"]))
		if r, err = k.GroupRule(ctx, k.as("olga"), r.ID); err != nil || r.Status != bailiwick.RuleInvalid {
			t.Errorf("a rule whose group is gone: got %s (%v), want INVALID", r.Status, err)
		}
		wants(t, "activating it", k.ActivateGroupRule(ctx, k.as("olga"), r.ID), bailiwick.Invalid, bailiwick.ReasonStatus)
	})
}

// An attribute must not be a way into somebody's scope (CEIL-6): South limits
// hetty, and ugo has no say in it.
func TestAttributesThatFeedAScopeAreForWhoMayChangeThatGroup(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		k.rule("South", `user.city == "Bern"`, "South")
		k.rule("Free", `user.costCenter == "1"`, "Empty")
		k.rule("Chain", `isMemberOfGroup("[Empty]") and user.state == "x"`, "North")
		wants(t, "an attribute that feeds another's scope", k.fill("ugo", "nora", "city", "Bern"), bailiwick.Forbidden, bailiwick.ReasonGroupCarriesPower)
		wants(t, "the same without effect", k.fill("ugo", "nora", "city", "Basel"), bailiwick.Forbidden, bailiwick.ReasonGroupCarriesPower)
		k.must(k.fill("ugo", "nora", "costCenter", "1")) // feeds North, which is ugo's
		k.must(k.fill("ugo", "nora", "state", "y"))
		k.must(k.fill("una", "nora", "city", "Bern"))
		k.wantMembers("by somebody who may", "South", "nils nora sid")
		fresh := directory.NewUser{Profile: profile("kim"), GroupIDs: []bailiwick.ID{k.groups["North"]}}
		fresh.Profile["city"] = "Bern"
		_, err := k.CreateUser(ctx, k.as("ugo"), fresh)
		wants(t, "a new person in another's scope", err, bailiwick.Forbidden, bailiwick.ReasonGroupCarriesPower)
		fresh.Profile["city"] = "Basel"
		_, err = k.CreateUser(ctx, k.as("ugo"), fresh)
		k.must(err)
		k.must(k.DeactivateUser(ctx, k.as("ugo"), "nora"))
		k.wantMembers("deactivated people stay", "South", "nils nora sid")
	})
}

// A job goes on in the name of who started it, and fails when that is worth
// nothing any more; paused, it waits.
func TestAJobIsJudgedAtEachStep(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		k.must(k.fill("olga", "nora", "department", "Sales"))
		r, err := k.newRule(k.as("olga"), "Sales", `user.department == "Sales"`, "Empty")
		k.must(err)
		k.must(k.ActivateGroupRule(ctx, k.as("olga"), r.ID))
		j, ok, err := k.LeaseJob(ctx, k.org.ID, time.Minute)
		if err != nil || !ok || j.Initiator != k.people["olga"] || j.Total != int64(len(residents)) {
			t.Fatalf("got job %+v, %v, %v", j, ok, err)
		}
		if _, ok, _ := k.LeaseJob(ctx, k.org.ID, time.Minute); ok {
			t.Error("a leased job was leased again")
		}
		k.must(k.PauseJob(ctx, k.as("sam"), j.ID))
		_, err = k.StepJob(ctx, k.as("olga"), j, time.Minute)
		wants(t, "a step of a paused job", err, bailiwick.Conflict, "")
		k.wantMembers("paused", "Empty", "")
		k.must(k.ResumeJob(ctx, k.as("sam"), j.ID))
		again, ok, err := k.LeaseJob(ctx, k.org.ID, time.Minute)
		if err != nil || !ok || again.Attempts != j.Attempts+1 {
			t.Fatalf("resumed: got %+v, %v, %v", again, ok, err)
		}
		_, err = k.StepJob(ctx, k.as("olga"), j, time.Minute)
		wants(t, "a step by who lost the lease", err, bailiwick.Conflict, "")
		k.must(k.UnassignRole(ctx, k.as("sam"), k.holder("olga"), bailiwick.ID(k.roleOf("olga"))))
		_, err = k.StepJob(ctx, k.as("olga"), again, time.Minute)
		wants(t, "a step by who lost the role", err, bailiwick.Forbidden, "")
		k.wantMembers("without authority", "Empty", "")
		wants(t, "pausing by who may not", k.PauseJob(ctx, k.as("nora"), j.ID), bailiwick.Forbidden, "")
		wants(t, "pausing nothing", k.PauseJob(ctx, k.as("sam"), "job00000000000000000"), bailiwick.Missing, "")
	})
}

func (k *desk) roleOf(name string) string {
	k.t.Helper()
	roles, err := k.Roles(k.t.Context(), k.system, k.holder(name))
	k.must(err)
	return string(roles[0].ID)
}
