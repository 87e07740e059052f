package directory_test

import (
	"context"
	"slices"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// An act is one operation of one person with all that it leaves behind.
type act struct {
	name   string
	do     func(ctx context.Context, k *desk) error
	on     string // whose status is asked for afterwards
	status bailiwick.Status
	events []string
	mails  []string
}

func (a act) run(t *testing.T, k *desk) {
	t.Helper()
	left, err := k.traced(func() error { return a.do(t.Context(), k) })
	if err != nil {
		t.Errorf("%s: got %v, want it done", a.name, err)
		return
	}
	compare(t, a.name, left, trace{a.events, a.mails})
	if a.on != "" {
		if got := k.status(a.on); got != a.status {
			t.Errorf("%s: status %q, want %q", a.name, got, a.status)
		}
	}
}

func compare(t *testing.T, name string, got, want trace) {
	t.Helper()
	if !slices.Equal(got.events, want.events) || !slices.Equal(got.mails, want.mails) {
		t.Errorf("%s:\n got events %q and mails %q\nwant events %q and mails %q", name, got.events, got.mails, want.events, want.mails)
	}
}

func TestTheLifeOfAnAccountIsWrittenDown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		for _, a := range []act{
			{name: "a scoped admin activates", on: "stan", status: bailiwick.Provisioned,
				do:     func(ctx context.Context, k *desk) error { return k.ActivateUser(ctx, k.as("ugo"), k.ref("stan")) },
				events: []string{"user.lifecycle.activate: stan"}, mails: []string{"activation: stan"}},
			{name: "a help desk admin sets a password for a pending person", on: "stan", status: bailiwick.PasswordExpired,
				do: func(ctx context.Context, k *desk) error {
					_, err := k.SetPasswordAndActivate(ctx, k.as("hal"), "stan@desk.example")
					return err
				},
				events: []string{"user.account.expire_password: stan"}, mails: []string{"temporary_password: stan"}},
			{name: "suspend", on: "nora", status: bailiwick.Suspended,
				do:     func(ctx context.Context, k *desk) error { return k.SuspendUser(ctx, k.as("ugo"), k.ref("nora")) },
				events: []string{"user.lifecycle.suspend: nora"}},
			{name: "unsuspend", on: "nora", status: bailiwick.Active,
				do:     func(ctx context.Context, k *desk) error { return k.UnsuspendUser(ctx, k.as("ugo"), k.ref("nora")) },
				events: []string{"user.lifecycle.unsuspend: nora"}},
			{name: "unlock", on: "lou", status: bailiwick.Active,
				do:     func(ctx context.Context, k *desk) error { return k.UnlockUser(ctx, k.as("hal"), "LOU") },
				events: []string{"user.account.unlock_by_admin: lou"}},
			{name: "reset by mail", on: "nora", status: bailiwick.Recovery,
				do: func(ctx context.Context, k *desk) error {
					return k.ResetPassword(ctx, k.as("hal"), k.ref("nora"), true)
				},
				events: []string{"user.account.reset_password: nora"}, mails: []string{"reset_password: nora"}},
			{name: "temporary password", on: "nora", status: bailiwick.PasswordExpired,
				do: func(ctx context.Context, k *desk) error {
					_, err := k.TemporaryPassword(ctx, k.as("hal"), k.ref("nora"), true)
					return err
				},
				events: []string{"user.account.expire_password: nora"}, mails: []string{"temporary_password: nora"}},
			{name: "a link in place of a mail", on: "nils", status: bailiwick.Recovery,
				do: func(ctx context.Context, k *desk) error {
					_, err := k.ResetPasswordForLink(ctx, k.as("ugo"), k.ref("nils"), false)
					return err
				},
				events: []string{"user.account.reset_password: nils"}},
			{name: "remove the password", on: "nora", status: bailiwick.Recovery,
				do: func(ctx context.Context, k *desk) error {
					return k.RemovePassword(ctx, k.as("ugo"), k.ref("nora"), true)
				},
				events: []string{"user.account.remove_password: nora"}, mails: []string{"password_removed: nora"}},
			{name: "expire the password", on: "sid", status: bailiwick.PasswordExpired,
				do: func(ctx context.Context, k *desk) error {
					_, err := k.ExpirePassword(ctx, k.as("una"), k.ref("sid"))
					return err
				},
				events: []string{"user.account.expire_password: sid"}},
			{name: "clear sessions", on: "nora", status: bailiwick.Recovery,
				do: func(ctx context.Context, k *desk) error {
					_, err := k.ClearSessions(ctx, k.as("hal"), k.ref("nora"), true)
					return err
				},
				events: []string{"user.session.clear: nora"}},
			{name: "edit a profile", on: "nora", status: bailiwick.Recovery,
				do: func(ctx context.Context, k *desk) error {
					_, err := k.UpdateProfile(ctx, k.as("ugo"), k.ref("nora"), bailiwick.Profile{"title": "Dr"})
					return err
				},
				events: []string{"user.account.update_profile: nora"}},
			{name: "edit nothing", on: "nora", status: bailiwick.Recovery,
				do: func(ctx context.Context, k *desk) error {
					_, err := k.UpdateProfile(ctx, k.as("ugo"), k.ref("nora"), bailiwick.Profile{"title": "Dr", "city": nil})
					return err
				}},
			{name: "replace a profile", on: "nora", status: bailiwick.Recovery,
				do: func(ctx context.Context, k *desk) error {
					_, err := k.ReplaceProfile(ctx, k.as("ugo"), k.ref("nora"), profile("nora"))
					return err
				},
				events: []string{"user.account.update_profile: nora"}},
			{name: "deactivate", on: "nora", status: bailiwick.Deprovisioned,
				do:     func(ctx context.Context, k *desk) error { return k.DeactivateUser(ctx, k.as("ugo"), k.ref("nora")) },
				events: []string{"user.lifecycle.deactivate: nora"}},
			{name: "activate once more", on: "nora", status: bailiwick.Provisioned,
				do:     func(ctx context.Context, k *desk) error { return k.ActivateUser(ctx, k.as("ugo"), k.ref("nora")) },
				events: []string{"user.lifecycle.activate: nora"}, mails: []string{"activation: nora"}},
			{name: "delete for the first time", on: "nora", status: bailiwick.Deprovisioned,
				do:     func(ctx context.Context, k *desk) error { return k.DeleteUser(ctx, k.as("ugo"), k.ref("nora")) },
				events: []string{"user.lifecycle.deactivate: nora"}},
			{name: "delete for the second time", on: "nora", status: "",
				do:     func(ctx context.Context, k *desk) error { return k.DeleteUser(ctx, k.as("ugo"), k.ref("nora")) },
				events: []string{"user.lifecycle.delete.completed: nora"}},
		} {
			a.run(t, k)
		}
	})
}

func TestAProfileIsMergedOrReplaced(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, by := t.Context(), k.as("una")
		u, err := k.UpdateProfile(ctx, by, "nora", bailiwick.Profile{"title": "Dr", "city": "Basel"})
		k.must(err)
		if u.Profile.Text("title") != "Dr" || u.Profile.FirstName() != "Nora" {
			t.Errorf("merged: got %v", u.Profile)
		}
		u, err = k.ReplaceProfile(ctx, by, "nora", bailiwick.Profile{"login": "nora2@desk.example", "email": "n@desk.example", "firstName": "Nora", "lastName": "Desk", "nickName": nil})
		k.must(err)
		if u.Profile.Text("title") != "" || len(u.Profile) != 4 {
			t.Errorf("replaced: got %v", u.Profile)
		}
		stored, err := k.User(ctx, by, "nora2@desk.example")
		k.must(err)
		if stored.ID != k.people["nora"] || stored.Version != u.Version {
			t.Errorf("stored: got %s at version %d, returned %s at %d", stored.ID, stored.Version, u.ID, u.Version)
		}
		same, err := k.UpdateProfile(ctx, by, "nora2", bailiwick.Profile{"firstName": "Nora"})
		k.must(err)
		if same.Version != stored.Version {
			t.Errorf("version after no change: got %d, want %d", same.Version, stored.Version)
		}
	})
}

func TestAProfileThatIsAtFaultIsRefusedAndNothingWritten(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		for name, c := range map[string]struct {
			changes bailiwick.Profile
			code    bailiwick.Code
			reason  bailiwick.Reason
		}{
			"an unknown property":    {bailiwick.Profile{"shoeSize": "44"}, bailiwick.Invalid, bailiwick.ReasonUnknownField},
			"no first name":          {bailiwick.Profile{"firstName": nil}, bailiwick.Invalid, ""},
			"a list":                 {bailiwick.Profile{"title": []any{"a"}}, bailiwick.Invalid, ""},
			"a login that is taken":  {bailiwick.Profile{"login": "NILS@desk.example"}, bailiwick.Conflict, bailiwick.ReasonDuplicate},
			"the same with accents":  {bailiwick.Profile{"login": "níls@desk.example"}, bailiwick.Conflict, bailiwick.ReasonDuplicate},
			"a login with a NUL":     {bailiwick.Profile{"login": "a\x00@desk.example"}, bailiwick.Invalid, ""},
			"bytes that are no text": {bailiwick.Profile{"city": "\xff"}, bailiwick.Invalid, ""},
		} {
			left, err := k.traced(func() error {
				_, err := k.UpdateProfile(t.Context(), k.as("ugo"), k.ref("nora"), c.changes)
				return err
			})
			wants(t, name, err, c.code, c.reason)
			if len(left.events)+len(left.mails) > 0 {
				t.Errorf("%s: wrote %v", name, left)
			}
		}
	})
}

func TestASignOutEndsSessionsAndVoidsLinks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		k.bySession("nora")
		k.bySession("nora")
		k.must(k.ResetPassword(ctx, k.as("hal"), "nora", false))
		if got := k.sessions("nora"); got != 2 {
			t.Errorf("sessions after a reset without sign-out: got %d, want 2", got)
		}
		if _, err := k.TemporaryPassword(ctx, k.as("hal"), "nora", true); err != nil || k.sessions("nora") != 0 {
			t.Errorf("a temporary password with sign-out: got %v and %d sessions", err, k.sessions("nora"))
		}
		link, err := k.ResetPasswordForLink(ctx, k.as("ugo"), "nora", false)
		k.must(err)
		if !k.linkLives(digestOf(link), bailiwick.LinkResetPassword) {
			t.Error("the link that was handed out is not good")
		}
		k.bySession("nora")
		token := k.byToken("nora")
		done, err := k.ClearSessions(ctx, k.as("hal"), "nora", true)
		k.must(err)
		if done != (directory.Receipt{Sessions: 1, Tokens: 1}) || k.sessions("nora") != 0 || k.linkLives(digestOf(link), bailiwick.LinkResetPassword) {
			t.Errorf("clear sessions: got %+v, sessions left %d", done, k.sessions("nora"))
		}
		if _, err := k.Me(ctx, token); err == nil {
			t.Error("a revoked token still works")
		}
	})
}

func TestDeactivationTakesEverythingThatGivesAccess(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		k.bySession("ned")
		token := k.byToken("ned")
		k.must(k.DeactivateUser(t.Context(), k.as("olga"), "ned"))
		_, err := k.Me(t.Context(), token)
		wants(t, "the token of a deactivated person", err, bailiwick.Unauthenticated, bailiwick.ReasonBadToken)
		if got := k.sessions("ned"); got != 0 {
			t.Errorf("sessions of a deactivated person: got %d, want 0", got)
		}
		k.must(k.store.View(t.Context(), k.system, func(v *store.View) error {
			tokens, err := v.TokensOf(k.people["ned"])
			if len(tokens) > 0 {
				t.Error("the tokens of a deactivated person would live again with the account")
			}
			return err
		}))
		roles, err := k.Roles(t.Context(), k.system, k.holder("ned"))
		k.must(err)
		u, err := k.User(t.Context(), k.system, "ned")
		k.must(err)
		if len(roles) > 0 || u.HasPassword {
			t.Errorf("a deactivated person keeps roles %v, a password %v", roles, u.HasPassword)
		}
	})
}
