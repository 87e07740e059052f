package directory_test

import (
	"errors"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// Operations by how they spare administrators (decisions 4 and 11, A6,
// REC-18).
var (
	aboveOnly    = []string{"ReactivateUser", "SuspendUser", "UnsuspendUser", "UnlockUser", "ClearSessions", "ResetPassword", "ActivateUser"}
	aboveByAPI   = []string{"UpdateProfile", "ReplaceProfile", "TemporaryPassword", "SetPasswordAndActivate", "RemovePassword", "ExpirePassword", "Federate"}
	onNoAdmin    = []string{"ResetPasswordForLink", "ActivateUserForLink", "ReactivateUserForLink"}
	superOnSuper = []string{"DeactivateUser", "DeleteUser"}
)

func join(lists ...[]string) (all []string) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

func TestAdministratorsAreSparedByTheirEqualsAndInferiors(t *testing.T) {
	t.Parallel()
	everything := join(aboveOnly, aboveByAPI, onNoAdmin, superOnSuper)
	each(t, func(t *testing.T, k *desk) {
		refuse := func(ops []string, by authz.Actor, who string, targets ...string) {
			t.Helper()
			for _, op := range ops {
				for _, target := range targets {
					wants(t, op+" of "+target+" by "+who, onPeople[op](t.Context(), k, by, target), bailiwick.Forbidden, bailiwick.ReasonTier)
				}
			}
		}
		refuse(everything, k.as("una"), "a user admin", "owen", "sam", "olga", "hal", "ugo", "rex", "gwen")
		refuse(everything, k.as("olga"), "an org admin", "owen", "sam")
		refuse(join(aboveOnly, aboveByAPI, onNoAdmin), k.as("sam"), "a super admin", "owen", "sue")
		refuse(superOnSuper, k.as("sam"), "a super admin", "owen")
		refuse([]string{"ResetPassword", "ClearSessions", "UnlockUser"}, k.as("hal"), "a help desk admin", "ned")
		refuse(onNoAdmin, k.byToken("owen"), "the owner with a token", "sam", "olga", "ned", "gwen")
		refuse(aboveByAPI, k.bySession("owen"), "the owner in the console", "sam", "olga", "ned", "gwen")
		refuse(aboveByAPI, k.bySession("olga"), "an org admin in the console", "hal", "gwen")
	})
}

// spared reports a refusal that is about who the person is, not about the
// status.
func spared(err error) bool {
	for _, reason := range []bailiwick.Reason{bailiwick.ReasonTier, bailiwick.ReasonSelf} {
		if errors.Is(err, &bailiwick.Error{Code: bailiwick.Forbidden, Reason: reason}) {
			return true
		}
	}
	return err == error(bailiwick.ErrForbidden)
}

func TestAHigherTierActsOnAdministrators(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		permit := func(ops []string, by authz.Actor, who, target string) {
			t.Helper()
			for _, op := range ops {
				if err := onPeople[op](t.Context(), k, by, target); spared(err) {
					t.Errorf("%s of %s by %s: got %v, want it to come to the status", op, target, who, err)
				}
			}
		}
		permit(aboveOnly, k.bySession("olga"), "an org admin in the console", "hal")
		permit(join(aboveOnly, aboveByAPI), k.byToken("olga"), "an org admin with a token", "ned")
		permit(join(aboveOnly, aboveByAPI), k.byToken("sam"), "a super admin with a token", "olga")
		permit(superOnSuper[:1], k.as("sam"), "a super admin", "sue")
		permit(superOnSuper, k.as("olga"), "an org admin", "rex")
		permit(onNoAdmin, k.as("ugo"), "a user admin", "nora")
		permit(aboveByAPI, k.bySession("ugo"), "a user admin in the console", "nils")
	})
}

func TestNobodyActsOnTheOwnAccountFromAbove(t *testing.T) {
	t.Parallel()
	everything := join(aboveOnly, aboveByAPI, onNoAdmin, superOnSuper)
	each(t, func(t *testing.T, k *desk) {
		for _, name := range []string{"owen", "sam", "olga", "una"} {
			for claim, by := range map[string]authz.Actor{"with a token": k.byToken(name), "in the console": k.bySession(name)} {
				for _, op := range everything {
					wants(t, op+" on oneself "+claim+" by "+name, onPeople[op](t.Context(), k, by, name), bailiwick.Forbidden, bailiwick.ReasonSelf)
				}
			}
		}
		for _, name := range []string{"owen", "sam"} {
			for _, op := range []string{"AssignRole", "UnassignRole", "AddGroupTarget"} {
				wants(t, op+" on oneself by "+name, onPeople[op](t.Context(), k, k.as(name), name), bailiwick.Forbidden, bailiwick.ReasonSelf)
			}
		}
	})
}

// A scoped admin who sees more people than the effect reaches is told no, not
// nowhere.
func TestVisibleButOutOfTheEffectIsForbidden(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		k.assign("ugo", bailiwick.ReadOnlyAdmin, "")
		for _, op := range join(aboveOnly, aboveByAPI, onNoAdmin, superOnSuper, []string{"AddMember", "RemoveMember"}) {
			wants(t, op+" of a person who is only seen", onPeople[op](t.Context(), k, k.as("ugo"), "sid"), bailiwick.Forbidden, "")
		}
		if _, err := k.User(t.Context(), k.as("ugo"), "sid"); err != nil {
			t.Errorf("reading that person: got %v", err)
		}
		for _, op := range []string{"AddMember", "RemoveMember"} {
			wants(t, op+" by a membership admin, who sees everybody", onPeople[op](t.Context(), k, k.as("mem"), "sid"), bailiwick.Forbidden, "")
		}
	})
}

func TestARefusalIsLoggedAndNothingElseWritten(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		for op, do := range onPeople {
			reads := op == "User" || op == "Person" || op == "GroupsOf" || op == "Roles" || op == "GroupTargets"
			left, err := k.traced(func() error { return do(t.Context(), k, k.byToken("rex"), k.ref("nora")) })
			if !errors.Is(err, bailiwick.ErrForbidden) || len(left.mails) > 0 {
				t.Errorf("%s by a report admin: got %v and mails %v", op, err, left.mails)
			}
			// The first event is that of the token which the test made.
			want := 2
			if reads {
				want = 1
			}
			if len(left.events) != want || left.events[0] != "access.denied" && !reads {
				t.Errorf("%s by a report admin: got events %q", op, left.events)
			}
			k.revoke("rex")
		}
		left, err := k.traced(func() error { return k.SuspendUser(t.Context(), k.as("ugo"), "sid") })
		wants(t, "suspend a hidden person", err, bailiwick.Missing, "")
		if len(left.events) > 0 {
			t.Errorf("a look-up that found nobody was logged as %q", left.events)
		}
		for _, e := range k.events() {
			if e.Type != bailiwick.AccessDenied {
				continue
			}
			if e.Outcome != "DENY" || len(e.Targets) > 0 || e.Actor.ID != k.people["rex"] || e.Client.Address != "192.0.2.1" || e.TokenID == "" || len(e.Changes) != 1 {
				t.Errorf("a denial in the log: got %+v", e)
			}
		}
	})
}

func TestDetailsOfAnEventAreThoseOfTheRequest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		by := k.byToken("hal")
		before := k.events()
		if _, err := k.TemporaryPassword(t.Context(), by, "nora", true); err != nil {
			t.Fatal(err)
		}
		for id, e := range k.events() {
			if _, old := before[id]; old {
				continue
			}
			if e.Actor.ID != k.people["hal"] || e.Actor.DisplayName != "Hal Desk" || e.Client.Address != "192.0.2.1" || e.Transaction != "req-1" ||
				e.TokenID == "" || e.Outcome != "SUCCESS" || e.Severity != "INFO" || e.Published.IsZero() {
				t.Errorf("got %+v, want who, from where and with which token", e)
			}
		}
		now := k.store.Now()
		list, err := k.Log(t.Context(), k.as("rod"), directory.LogQuery{Since: now, Until: now}, directory.Paging{Limit: 5})
		if err != nil || len(list.Rows) > 0 {
			t.Errorf("a log of no time at all: got %v, %v", list.Rows, err)
		}
		if _, err := k.Log(t.Context(), k.as("hal"), directory.LogQuery{}, directory.Paging{Limit: 5}); err != error(bailiwick.ErrForbidden) {
			t.Errorf("the log for a help desk admin: got %v, want forbidden", err)
		}
	})
}
