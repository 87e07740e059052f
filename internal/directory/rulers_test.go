package directory_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// wireOf is the wire ID of a role that a person holds directly.
func (k *desk) wireOf(name string, role bailiwick.RoleType) bailiwick.ID {
	k.t.Helper()
	roles, err := k.Roles(k.t.Context(), k.system, k.holder(name))
	k.must(err)
	for _, a := range roles {
		if a.Role == role && a.Principal.Kind == bailiwick.UserPrincipal {
			return a.ID
		}
	}
	k.t.Fatalf("%s does not hold %s", name, role)
	return ""
}

// waysOut are all the ways in which somebody stops ruling.
var waysOut = []string{"SuspendUser", "DeactivateUser", "DeleteUser", "ResetPassword", "TemporaryPassword", "RemovePassword", "ExpirePassword"}

func TestTheLastRulersCannotBeRemovedInAnyWay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		super, owner := k.wireOf("sam", bailiwick.SuperAdmin), k.wireOf("owen", bailiwick.Owner)
		k.must(k.UnassignRole(ctx, k.as("owen"), k.holder("sue"), k.wireOf("sue", bailiwick.SuperAdmin)))
		// One who is super through a group does not count (CEIL-10).
		_, err := k.AssignRole(ctx, k.as("sam"), directory.GroupOf(k.groups["Power"]), bailiwick.SuperAdmin)
		k.must(err)
		k.bySession("sam")
		k.bySession("owen")
		for _, c := range []struct {
			name   string
			by     authz.Actor
			wire   bailiwick.ID
			reason bailiwick.Reason
		}{{"sam", k.as("owen"), super, bailiwick.ReasonLastSuperAdmin}, {"owen", k.system, owner, bailiwick.ReasonLastOwner}} {
			for _, way := range waysOut {
				left, err := k.traced(func() error { return onPeople[way](ctx, k, c.by, c.name) })
				wants(t, way+" of the last "+c.name, err, bailiwick.Forbidden, c.reason)
				if len(left.mails) > 0 || len(left.events) != 1 || left.events[0] != "access.denied" {
					t.Errorf("%s of the last %s: wrote %v", way, c.name, left)
				}
			}
			wants(t, "taking the role of the last "+c.name, k.UnassignRole(ctx, c.by, k.holder(c.name), c.wire), bailiwick.Forbidden, c.reason)
			if got := k.status(c.name); got != bailiwick.Active || k.sessions(c.name) != 1 {
				t.Errorf("%s after all: %s with %d sessions, want active with 1", c.name, got, k.sessions(c.name))
			}
		}
		k.must(k.RemoveMember(ctx, k.as("sam"), k.groups["Power"], "gwen"))
		k.must(k.UnassignRole(ctx, k.as("sam"), directory.GroupOf(k.groups["Power"]), k.groupWire("Power", bailiwick.SuperAdmin)))
		// With another one there, all is allowed.
		k.assign("sue", bailiwick.SuperAdmin, "")
		if _, err := k.TemporaryPassword(ctx, k.as("owen"), "sam", true); err != nil {
			t.Errorf("a temporary password for one of two super admins: got %v", err)
		}
		wants(t, "suspending the other while the first is not active", k.SuspendUser(ctx, k.as("owen"), "sue"), bailiwick.Forbidden, bailiwick.ReasonLastSuperAdmin)
	})
}

func (k *desk) groupWire(group string, role bailiwick.RoleType) bailiwick.ID {
	k.t.Helper()
	roles, err := k.Roles(k.t.Context(), k.system, directory.GroupOf(k.groups[group]))
	k.must(err)
	for _, a := range roles {
		if a.Role == role {
			return a.ID
		}
	}
	k.t.Fatalf("group %s does not hold %s", group, role)
	return ""
}

func TestNobodyTakesTheOwnersRole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		wire := k.wireOf("owen", bailiwick.Owner)
		k.assign("sue", bailiwick.Owner, "")
		for name, reason := range map[string]bailiwick.Reason{"sam": bailiwick.ReasonTier, "sue": bailiwick.ReasonTier, "owen": bailiwick.ReasonSelf, "olga": ""} {
			wants(t, "taking the owner's role by "+name, k.UnassignRole(t.Context(), k.as(name), k.holder("owen"), wire), bailiwick.Forbidden, reason)
		}
		k.must(k.UnassignRole(t.Context(), k.system, k.holder("owen"), wire))
	})
}

// both runs two operations at once and returns what became of each.
func both(one, other func() error) (errs [2]error) {
	var wait sync.WaitGroup
	wait.Go(func() { errs[0] = one() })
	wait.Go(func() { errs[1] = other() })
	wait.Wait()
	return errs
}

// oneOf fails the test unless one of two was done and the other refused.
func oneOf(t *testing.T, round int, errs [2]error, reasons ...bailiwick.Reason) (done int) {
	t.Helper()
	done = -1
	for i, err := range errs {
		if err == nil {
			if done >= 0 {
				t.Fatalf("round %d: both were done", round)
			}
			done = i
			continue
		}
		e, ok := errors.AsType[*bailiwick.Error](err)
		if !ok {
			t.Fatalf("round %d: got %v, want it done or refused", round, err)
		}
		expected := false
		for _, r := range reasons {
			expected = expected || e.Reason == r
		}
		if !expected {
			t.Fatalf("round %d: refused with %+v, want one of %q", round, e, reasons)
		}
	}
	if done < 0 {
		t.Fatalf("round %d: both were refused: %v", round, errs)
	}
	return done
}

func TestTwoSuperAdministratorsWhoRemoveEachOtherLeaveOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, names := t.Context(), [2]string{"sam", "sue"}
		for round := range rounds() {
			sam, sue := k.wireOf("sam", bailiwick.SuperAdmin), k.wireOf("sue", bailiwick.SuperAdmin)
			done := oneOf(t, round, both(
				func() error { return k.UnassignRole(ctx, k.as("sue"), k.holder("sam"), sam) },
				func() error { return k.UnassignRole(ctx, k.as("sam"), k.holder("sue"), sue) },
			), "", bailiwick.ReasonLastSuperAdmin)
			k.assign(names[done], bailiwick.SuperAdmin, "")
		}
	})
}

// The invariant is the transaction's, not an operation's: taking the role and
// deactivating the person meet in it too.
func TestSuperAdministratorsWhoRemoveEachOtherInDifferentWaysLeaveOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, left := t.Context(), "sam"
		k.must(k.UnassignRole(ctx, k.as("sam"), k.holder("sue"), k.wireOf("sue", bailiwick.SuperAdmin)))
		for round := range rounds() / 3 {
			fresh := fmt.Sprintf("fresh%d", round)
			k.settle([]resident{{name: fresh, role: bailiwick.SuperAdmin}})
			wire := k.wireOf(left, bailiwick.SuperAdmin)
			done := oneOf(t, round, both(
				func() error { return k.UnassignRole(ctx, k.as(fresh), k.holder(left), wire) },
				func() error { return k.DeactivateUser(ctx, k.as(left), k.ref(fresh)) },
			), "", bailiwick.ReasonLastSuperAdmin)
			if done == 0 {
				left = fresh
			}
			k.wireOf(left, bailiwick.SuperAdmin)
			if got := k.status(left); got != bailiwick.Active {
				t.Fatalf("round %d: the one who is left is %s", round, got)
			}
		}
	})
}

func TestTheTwoLastTargetsRemovedAtOnceLeaveOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, ugo := t.Context(), k.holder("ugo")
		groups := [2]string{"North", "South"}
		for round := range rounds() {
			for _, g := range groups {
				k.must(k.AddGroupTarget(ctx, k.system, ugo, userAdminID, k.groups[g]))
			}
			remove := func(by, group string) func() error {
				return func() error { return k.RemoveGroupTarget(ctx, k.as(by), ugo, userAdminID, k.groups[group]) }
			}
			oneOf(t, round, both(remove("sam", "North"), remove("sue", "South")), bailiwick.ReasonLastTarget)
			a, err := k.Role(ctx, k.system, ugo, userAdminID)
			if err != nil || a.Mode != bailiwick.ScopeListed || a.Targets != 1 {
				t.Fatalf("round %d: the role is left with %+v, %v", round, a, err)
			}
		}
	})
}

// The last two apps removed at once: the role is widened once, and told once.
func TestTheTwoLastAppsRemovedAtOnceWidenOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, abe := t.Context(), k.holder("abe")
		for round := range rounds() / 3 {
			for _, app := range []string{"slack", "zoomus"} {
				k.must(k.AddAppTarget(ctx, k.system, abe, appAdminID, bailiwick.AppTarget{Name: app}))
			}
			remove := func(by, app string) func() error {
				return func() error { return k.RemoveAppTarget(ctx, k.as(by), abe, appAdminID, bailiwick.AppTarget{Name: app}) }
			}
			left, _ := k.traced(func() error {
				errs := both(remove("sam", "slack"), remove("sue", "zoomus"))
				return errors.Join(errs[0], errs[1])
			})
			a, err := k.Role(ctx, k.system, abe, appAdminID)
			if err != nil || a.Mode != bailiwick.ScopeAll || a.Targets != 0 {
				t.Fatalf("round %d: the role is left with %+v, %v", round, a, err)
			}
			if len(left.events) != 3 || len(left.mails) != 2 {
				t.Fatalf("round %d: got %v, want two changes, one widening and its mails", round, left)
			}
		}
	})
}

// Once the withdrawal of authority has been answered, no act that begins
// afterwards is done, and none that is under way slips in behind it.
func TestADemotionStopsActsAtOnce(t *testing.T) {
	t.Parallel()
	withdrawals := map[string]struct {
		withdraw, restore func(ctx context.Context, k *desk) error
	}{
		"the role": {
			func(ctx context.Context, k *desk) error {
				return k.UnassignRole(ctx, k.as("sam"), k.holder("hal"), helpDeskID)
			},
			func(_ context.Context, k *desk) error { k.assign("hal", bailiwick.HelpDeskAdmin, "North"); return nil }},
		"the person's membership": {
			func(ctx context.Context, k *desk) error {
				return k.RemoveMember(ctx, k.as("una"), k.groups["North"], "nora")
			},
			func(ctx context.Context, k *desk) error {
				return k.AddMember(ctx, k.as("una"), k.groups["North"], "nora")
			}},
	}
	for name, w := range withdrawals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, k *desk) {
				ctx := t.Context()
				for round := range rounds() / 3 {
					var withdrawn atomic.Bool
					errs := both(func() error {
						for {
							over := withdrawn.Load()
							_, err := k.ClearSessions(ctx, k.as("hal"), k.ref("nora"), false)
							if err != nil {
								return err
							}
							if over {
								return errors.New("an act that began after the withdrawal was done")
							}
						}
					}, func() error {
						err := w.withdraw(ctx, k)
						withdrawn.Store(true)
						return err
					})
					if errs[1] != nil || !errors.Is(errs[0], bailiwick.ErrForbidden) && !errors.Is(errs[0], bailiwick.ErrMissing) {
						t.Fatalf("round %d: the act ended with %v, the withdrawal with %v", round, errs[0], errs[1])
					}
					k.must(w.restore(ctx, k))
				}
			})
		})
	}
}
