package directory_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

func TestAppsAreAssignedAndTakenAndItIsWrittenDown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		name := "nora at sales"
		for _, a := range []act{
			{name: "assign directly", events: []string{"application.user_membership.add: nora, Sales"},
				do: func(ctx context.Context, k *desk) error {
					_, err := k.AssignUser(ctx, k.as("abe"), k.apps["Sales"], k.ref("nora"), directory.Assign{UserName: &name})
					return err
				}},
			{name: "change the user name", events: []string{"application.user_membership.update: nora, Sales"},
				do: func(ctx context.Context, k *desk) error {
					_, err := k.UpdateAppUser(ctx, k.as("olga"), k.apps["Sales"], k.ref("nora"), directory.Assign{Profile: map[string]any{"role": "seller"}})
					return err
				}},
			{name: "assign to a group", events: []string{"group.application_assignment.add: North, Sales"},
				do: func(ctx context.Context, k *desk) error {
					_, err := k.AssignGroup(ctx, k.as("abe"), k.apps["Sales"], k.groups["North"], directory.Assign{})
					return err
				}},
			{name: "change the priority", events: []string{"group.application_assignment.update: North, Sales"},
				do: func(ctx context.Context, k *desk) error {
					five := 5
					x, err := k.AssignGroup(ctx, k.as("abe"), k.apps["Sales"], k.groups["North"], directory.Assign{Priority: &five})
					if x.Priority != 5 {
						t.Errorf("priority: got %d, want 5", x.Priority)
					}
					return err
				}},
			{name: "take the direct assignment", events: []string{"application.user_membership.remove: nora, Sales"},
				do: func(ctx context.Context, k *desk) error {
					return k.UnassignUser(ctx, k.as("sam"), k.apps["Sales"], k.ref("nora"))
				}},
			{name: "assign to somebody who has it by a group", events: []string{"application.user_membership.add: nils, Sales"},
				do: func(ctx context.Context, k *desk) error {
					_, err := k.AssignUser(ctx, k.as("abe"), k.apps["Sales"], "nils", directory.Assign{})
					return err
				}},
			{name: "end an account", on: "nils", status: bailiwick.Deprovisioned,
				events: []string{"application.user_membership.remove: nils, Sales", "user.lifecycle.deactivate: nils"},
				do:     func(ctx context.Context, k *desk) error { return k.DeactivateUser(ctx, k.as("olga"), "nils") }},
			{name: "take the app from the group", events: []string{"group.application_assignment.remove: North, Sales"},
				do: func(ctx context.Context, k *desk) error {
					return k.UnassignGroup(ctx, k.as("abe"), k.apps["Sales"], k.groups["North"])
				}},
		} {
			a.run(t, k)
		}
	})
}

func TestWhatAnAppKeepsOfAPersonFollowsTheAssignment(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, by, app := t.Context(), k.as("abe"), k.apps["Sales"]
		kept := func(scope bailiwick.AppScope, userName string, profile map[string]any) {
			t.Helper()
			has, err := k.AppUser(ctx, by, app, "nora")
			if err != nil || has.Scope != scope || has.UserName != userName || fmt.Sprint(has.Profile) != fmt.Sprint(profile) || has.User.ID != k.people["nora"] {
				t.Errorf("got %s %q %v of %s, %v, want %s %q %v", has.Scope, has.UserName, has.Profile, has.User.ID, err, scope, userName, profile)
			}
		}
		group := func(name string, priority int, profile map[string]any) {
			t.Helper()
			_, err := k.AssignGroup(ctx, by, app, k.groups[name], directory.Assign{Priority: &priority, Profile: profile})
			k.must(err)
		}
		group("North", 2, map[string]any{"desk": "north", "rank": "b"})
		kept(bailiwick.ScopeGroup, "nora@desk.example", map[string]any{"desk": "north", "rank": "b"})
		group("Everyone", 1, map[string]any{"desk": "all"})
		kept(bailiwick.ScopeGroup, "nora@desk.example", map[string]any{"desk": "all"})
		group("Everyone", 3, nil)
		name := "N"
		_, err := k.UpdateAppUser(ctx, by, app, "nora", directory.Assign{UserName: &name, Profile: map[string]any{"rank": "a"}})
		k.must(err)
		kept(bailiwick.ScopeGroup, "N", map[string]any{"desk": "north", "rank": "a"})
		has, err := k.AssignUser(ctx, by, app, "nora", directory.Assign{})
		if err != nil || has.Scope != bailiwick.ScopeUser {
			t.Errorf("a direct assignment over that of a group: got %+v, %v", has, err)
		}
		kept(bailiwick.ScopeUser, "nora@desk.example", map[string]any{})
		k.must(k.UnassignUser(ctx, by, app, "nora"))
		kept(bailiwick.ScopeGroup, "nora@desk.example", map[string]any{"desk": "north", "rank": "b"})
	})
}

func TestAnAssignmentIsRefusedForItsReason(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, abe, app := t.Context(), k.as("abe"), k.apps["Sales"]
		assign := func(by authz.Actor, app bailiwick.ID, ref string) error {
			_, err := k.AssignUser(ctx, by, app, ref, directory.Assign{})
			return err
		}
		give := func(by authz.Actor, app, group bailiwick.ID) error {
			_, err := k.AssignGroup(ctx, by, app, group, directory.Assign{})
			return err
		}
		k.must(assign(abe, app, "elsa"))
		k.must(give(abe, app, k.groups["North"]))
		k.must(k.DeactivateUser(ctx, k.system, "bob"))
		k.must(k.DeactivateApp(ctx, abe, k.apps["Chat"]))
		const nobody, nothing, none = "00u00000000000000zzz", "0oa00000000000000zzz", "00g00000000000000zzz"
		long := string(make([]byte, 101))
		minus := -1
		_, badName := k.AssignUser(ctx, abe, app, "sid", directory.Assign{UserName: &long})
		_, badPriority := k.AssignGroup(ctx, abe, app, k.groups["South"], directory.Assign{Priority: &minus})
		_, update := k.UpdateAppUser(ctx, abe, app, "sid", directory.Assign{})
		for name, c := range map[string]struct {
			err    error
			code   bailiwick.Code
			reason bailiwick.Reason
		}{
			"assigned already":                     {assign(abe, app, "elsa"), bailiwick.Conflict, bailiwick.ReasonAppAssigned},
			"a deactivated account":                {assign(abe, app, "bob"), bailiwick.Forbidden, bailiwick.ReasonInactiveUser},
			"an app out of use":                    {assign(abe, k.apps["Chat"], "sid"), bailiwick.Forbidden, bailiwick.ReasonInactiveApp},
			"an app out of use to a group":         {give(abe, k.apps["Chat"], k.groups["South"]), bailiwick.Forbidden, bailiwick.ReasonInactiveApp},
			"an unknown person":                    {assign(abe, app, nobody), bailiwick.Missing, ""},
			"an unknown app":                       {assign(abe, nothing, "sid"), bailiwick.Missing, ""},
			"an unknown group":                     {give(abe, app, none), bailiwick.Missing, ""},
			"a user name too long":                 {badName, bailiwick.Invalid, ""},
			"a priority below 0":                   {badPriority, bailiwick.Invalid, ""},
			"updating who has it not":              {update, bailiwick.Missing, ""},
			"taking what is not there":             {k.UnassignUser(ctx, abe, app, "sid"), bailiwick.Missing, ""},
			"taking what a group gives":            {k.UnassignUser(ctx, abe, app, "nora"), bailiwick.Forbidden, bailiwick.ReasonAppThroughGroup},
			"taking from a group without":          {k.UnassignGroup(ctx, abe, app, k.groups["South"]), bailiwick.Missing, ""},
			"a group that carries power":           {give(abe, app, k.groups["Power"]), bailiwick.Forbidden, bailiwick.ReasonGroupCarriesPower},
			"by a user admin":                      {assign(k.as("una"), app, "sid"), bailiwick.Forbidden, ""},
			"by a help desk admin":                 {assign(k.as("hal"), app, "nora"), bailiwick.Forbidden, ""},
			"by a partner admin, nothing opened":   {assign(k.as("pia"), app, "carl"), bailiwick.Forbidden, ""},
			"to a group by a partner admin":        {give(k.as("pia"), app, k.groups["South"]), bailiwick.Forbidden, ""},
			"an unknown app by a partner admin":    {assign(k.as("pia"), nothing, "carl"), bailiwick.Forbidden, ""},
			"by a read-only admin":                 {assign(k.as("rod"), app, "sid"), bailiwick.Forbidden, ""},
			"taking by a read-only admin":          {k.UnassignUser(ctx, k.as("rod"), app, "elsa"), bailiwick.Forbidden, ""},
			"taking from a group by a group admin": {k.UnassignGroup(ctx, k.as("ugo"), app, k.groups["North"]), bailiwick.Forbidden, ""},
		} {
			wants(t, name, c.err, c.code, c.reason)
		}
	})
}

// What is read of assignments is what the history of operations says, whatever
// it was, and every page of it.
func TestWhoHasAnAppIsExactAfterAnyHistory(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		h := newHistory(k)
		for round := range 6 {
			for range 25 {
				h.step(t)
			}
			h.compare(t, round)
		}
	})
}

// A history is what should be, as plain Go values.
type history struct {
	*desk
	r       *rand.Rand
	direct  map[[2]string]bool // app, person
	granted map[[2]string]bool // app, group
	member  map[[2]string]bool // group, person
	gone    map[string]bool
	people  []string
}

func newHistory(k *desk) *history {
	h := &history{desk: k, r: rand.New(rand.NewPCG(11, 22)), direct: map[[2]string]bool{}, granted: map[[2]string]bool{}, member: map[[2]string]bool{}, gone: map[string]bool{}}
	for _, p := range residents {
		if p.role == "" {
			h.people = append(h.people, p.name)
		}
		for _, g := range []string{"North", "South"} {
			if slices.Contains([]string{g, "North South"}, p.groups) {
				h.member[[2]string{g, p.name}] = true
			}
		}
	}
	return h
}

var historyApps, historyGroups = []string{"Sales", "Sales East", "Chat"}, []string{"North", "South", "Empty", "Everyone"}

func (h *history) step(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	app, group, person := historyApps[h.r.IntN(3)], historyGroups[min(h.r.IntN(8), 3)], h.people[h.r.IntN(len(h.people))]
	if h.r.IntN(3) > 0 && group == "Everyone" {
		group = "Empty"
	}
	given, granted, member := [2]string{app, person}, [2]string{app, group}, [2]string{group, person}
	switch h.r.IntN(9) {
	case 0, 1:
		if !h.gone[person] && !h.direct[given] {
			_, err := h.AssignUser(ctx, h.system, h.apps[app], h.ref(person), directory.Assign{})
			h.must(err)
			h.direct[given] = true
		}
	case 2:
		if h.direct[given] {
			h.must(h.UnassignUser(ctx, h.system, h.apps[app], h.ref(person)))
			delete(h.direct, given)
		}
	case 3:
		_, err := h.AssignGroup(ctx, h.system, h.apps[app], h.groups[group], directory.Assign{})
		h.must(err)
		h.granted[granted] = true
	case 4, 5:
		if h.granted[granted] {
			h.must(h.UnassignGroup(ctx, h.system, h.apps[app], h.groups[group]))
			delete(h.granted, granted)
		}
	case 6:
		if group != "Everyone" && !h.gone[person] {
			h.must(h.AddMember(ctx, h.system, h.groups[group], h.ref(person)))
			h.member[member] = true
		}
	case 7:
		if group != "Everyone" && !h.gone[person] {
			h.must(h.RemoveMember(ctx, h.system, h.groups[group], h.ref(person)))
			delete(h.member, member)
		}
	case 8:
		if h.r.IntN(6) == 0 && !h.gone[person] {
			h.must(h.DeactivateUser(ctx, h.system, h.ref(person)))
			h.gone[person] = true
			for _, app := range historyApps {
				delete(h.direct, [2]string{app, person})
			}
		}
	}
}

// has says by what a person has an app; empty for not at all.
func (h *history) has(app, person string) bailiwick.AppScope {
	switch {
	case h.gone[person]:
		return ""
	case h.direct[[2]string{app, person}]:
		return bailiwick.ScopeUser
	case h.granted[[2]string{app, "Everyone"}]:
		return bailiwick.ScopeGroup
	}
	for _, g := range historyGroups {
		if h.granted[[2]string{app, g}] && h.member[[2]string{g, person}] {
			return bailiwick.ScopeGroup
		}
	}
	return ""
}

func (h *history) compare(t *testing.T, round int) {
	t.Helper()
	for _, app := range historyApps {
		for _, prefix := range []string{"", "n", "DESK"} {
			var want []string
			for _, p := range residents {
				if scope := h.has(app, p.name); scope != "" && (prefix != "n" || p.name[0] == 'n') {
					want = append(want, p.name+" "+string(scope))
				}
			}
			got := h.listed(t, app, prefix, 1+h.r.IntN(4))
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("round %d, people of %s with %q:\n got %q\nwant %q", round, app, prefix, got, want)
			}
		}
	}
	for _, p := range h.people {
		var got, want []string
		_, apps, err := h.AppsOf(t.Context(), h.as("abe"), h.ref(p))
		h.must(err)
		for _, a := range apps {
			got = append(got, a.Label)
		}
		for _, app := range historyApps {
			if h.has(app, p) != "" {
				want = append(want, app)
			}
		}
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("round %d, apps of %s: got %q, want %q", round, p, got, want)
		}
	}
}

// listed reads all pages of the people who have an app.
func (h *history) listed(t *testing.T, app, prefix string, limit int) (out []string) {
	t.Helper()
	after := ""
	for {
		page, err := h.AppUsers(t.Context(), h.as("abe"), h.apps[app], prefix, directory.Paging{After: after, Limit: limit})
		h.must(err)
		for _, has := range page.Rows {
			out = append(out, h.name(has.UserID)+" "+string(has.Scope))
		}
		if after = page.Next; after == "" {
			return out
		}
	}
}

func TestTheOwnAppsAreSeenWithoutARole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		for _, app := range []string{"Chat", "Sales"} {
			_, err := k.AssignUser(ctx, k.system, k.apps[app], "elsa", directory.Assign{})
			k.must(err)
		}
		k.must(k.DeactivateApp(ctx, k.system, k.apps["Chat"]))
		_, apps, err := k.AppsOf(ctx, k.as("elsa"), k.ref("elsa"))
		if err != nil || len(apps) != 1 || apps[0].Label != "Sales" {
			t.Errorf("the own apps: got %v, %v, want Sales alone", apps, err)
		}
		_, _, err = k.AppsOf(ctx, k.as("elsa"), k.ref("nora"))
		wants(t, "another's apps", err, bailiwick.Forbidden, "")
		_, _, err = k.AppsOf(ctx, k.as("hal"), k.ref("sid"))
		wants(t, "a help desk, a hidden person", err, bailiwick.Forbidden, "")
	})
}

func TestDeletingOneSideEndsItsAssignments(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, app := t.Context(), k.apps["Sales"]
		_, err := k.AssignUser(ctx, k.system, app, "elsa", directory.Assign{})
		k.must(err)
		k.must(k.AssignGroups(ctx, k.system, app, []bailiwick.ID{k.groups["Empty"], k.groups["South"]}))
		stats, err := k.GroupStats(ctx, k.system, []bailiwick.Group{{ID: k.groups["South"]}})
		if err != nil || stats[k.groups["South"]].Apps != 1 {
			t.Errorf("apps of a group: got %d, %v, want 1", stats[k.groups["South"]].Apps, err)
		}
		k.must(k.DeleteGroup(ctx, k.system, k.groups["Empty"]))
		groups, err := k.AppGroups(ctx, k.as("abe"), app, "", directory.Paging{Limit: 5})
		if err != nil || len(groups.Rows) != 1 || groups.Rows[0].Group.Name != "South" {
			t.Errorf("groups of the app: got %+v, %v, want South alone", groups.Rows, err)
		}
		k.must(k.DeleteUser(ctx, k.system, "elsa"))
		k.must(k.DeleteUser(ctx, k.system, k.ref("elsa")))
		k.must(k.DeactivateApp(ctx, k.system, app))
		k.must(k.DeleteApp(ctx, k.system, app))
		apps, err := k.Apps(ctx, k.as("abe"), directory.AppQuery{Group: k.groups["South"]}, directory.Paging{Limit: 5})
		if err != nil || len(apps.Rows) != 0 {
			t.Errorf("apps of the group: got %v, %v, want none", apps.Rows, err)
		}
	})
}
