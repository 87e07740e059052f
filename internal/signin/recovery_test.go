package signin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

func TestAForgottenPasswordBringsAMailToWhoMayHaveOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		want := map[bailiwick.Status]bool{bailiwick.Active: true, bailiwick.Recovery: true, bailiwick.PasswordExpired: true}
		for i, status := range bailiwick.Statuses() {
			w.client.Address = fmt.Sprintf("192.0.2.%d", i)
			login := strings.ToLower(string(status)) + "@acme.example"
			u := w.person(login, right, status)
			if err := w.ForgotPassword(t.Context(), w.visitor(), strings.ToUpper(login)); err != nil {
				t.Errorf("%s: got %v, want no answer", status, err)
			}
			var mails []string
			if want[status] {
				mails = []string{"reset_password " + string(u.ID)}
			}
			if got := w.mails(); !slices.Equal(got, mails) {
				t.Errorf("%s: got mails %q, want %q", status, got, mails)
			}
			if got := w.signer(u.ID); got.User.Status != status || got.Password.Hash == "" {
				t.Errorf("%s: the account changed before the link was used: %+v", status, got.User)
			}
		}
		w.federate(w.person("sso@acme.example", "", bailiwick.Active))
		for _, login := range []string{"sso", "nobody", ""} {
			if err := w.ForgotPassword(t.Context(), w.visitor(), login); err != nil || len(w.mails()) > 0 {
				t.Errorf("%q: got %v or a mail, want neither", login, err)
			}
		}
	})
}

// federate makes single sign-on hold the person's credential.
func (w *world) federate(u bailiwick.User) {
	w.t.Helper()
	err := w.store.Do(w.t.Context(), w.system(), bailiwick.UserProfileUpdated, func(tx *store.Tx) error {
		scope, err := tx.Actor().Users(authz.UsersEditProfile)
		if err != nil {
			return err
		}
		if u, err = tx.User(scope, u.ID); err != nil {
			return err
		}
		u.Provider = bailiwick.ProviderFederation
		return tx.SaveUser(scope, u)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestResetMailsAreCountedWithoutTelling(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ask := func(address, login string) int {
			t.Helper()
			w.client.Address = address
			if err := w.ForgotPassword(t.Context(), w.visitor(), login); err != nil {
				t.Fatal(err)
			}
			return len(w.mails())
		}
		w.person("ana@acme.example", right, bailiwick.Active)
		got := 0
		for i := range 8 { // by both names, from everywhere
			got += ask(fmt.Sprintf("192.0.2.%d", i), []string{"ana", "ana@acme.example"}[i%2])
		}
		if got != 3 {
			t.Errorf("got %d mails in an hour for one account, want 3", got)
		}
		w.clock.pass(time.Hour)
		if ask("192.0.2.1", "ana") != 1 {
			t.Error("got no mail in the next hour")
		}
		got = 0
		for i := range 25 {
			login := fmt.Sprintf("p%d@acme.example", i)
			w.person(login, right, bailiwick.Active)
			got += ask("198.51.100.1", login)
		}
		if got != 20 {
			t.Errorf("got %d mails in an hour for one address, want 20", got)
		}
		failures := 0
		for _, e := range w.log() {
			if e.Type == bailiwick.UserPasswordReset && e.Outcome == "FAILURE" {
				failures++
			}
		}
		if failures != 5+5 {
			t.Errorf("the log tells of %d mails that were not sent, want 10", failures)
		}
	})
}

func TestAResetLinkSetsThePasswordAndEndsWhatWasBefore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for _, status := range []bailiwick.Status{bailiwick.Active, bailiwick.Recovery, bailiwick.PasswordExpired} {
			login := strings.ToLower(string(status))
			u := w.person(login+"@acme.example", right, status)
			var session authz.Actor
			if status == bailiwick.Active {
				session = w.enter(login, right)
			}
			for range 5 {
				_, err := w.Password(t.Context(), w.visitor(), login, wrong)
				refusedFor(t, err, bailiwick.ReasonSignInFailed)
			}
			link := w.link(secret.ResetLink, bailiwick.LinkResetPassword, u.ID, time.Hour)
			welcome := w.link(secret.ActivationLink, bailiwick.LinkActivate, u.ID, time.Hour)
			if err := w.ForgotPassword(t.Context(), w.visitor(), login); err != nil {
				t.Fatal(err)
			}
			for range 3 { // looking spends nothing
				if err := w.CheckLink(t.Context(), w.visitor(), bailiwick.LinkResetPassword, link); err != nil {
					t.Fatal(err)
				}
			}
			err := w.SetPasswordByLink(t.Context(), w.visitor(), bailiwick.LinkResetPassword, link, "acme")
			refusedFor(t, err, bailiwick.ReasonWeakPassword)
			if err := w.SetPasswordByLink(t.Context(), w.visitor(), bailiwick.LinkResetPassword, link, other); err != nil {
				t.Fatalf("%s: %v", status, err)
			}
			if got := w.status(u.ID); got != bailiwick.Active {
				t.Errorf("%s: got status %s, want ACTIVE", status, got)
			}
			if status == bailiwick.Active && w.alive(session) {
				t.Error("a session goes on after the reset")
			}
			err = w.SetPasswordByLink(t.Context(), w.visitor(), bailiwick.LinkResetPassword, link, right)
			refusedFor(t, err, bailiwick.ReasonLinkSpent)
			for purpose, text := range map[bailiwick.LinkPurpose]string{bailiwick.LinkResetPassword: link, bailiwick.LinkActivate: welcome} {
				refusedFor(t, w.CheckLink(t.Context(), w.visitor(), purpose, text), bailiwick.ReasonLinkSpent)
			}
			if got, want := w.mails(), []string{"password_changed " + string(u.ID)}; !slices.Equal(got, want) {
				t.Errorf("%s: got mails %q, want %q: the waiting reset mail is void", status, got, want)
			}
			w.enter(login, other) // at once: the failures before are forgotten
		}
	})
}

func TestAnActivationLinkMakesTheFirstPassword(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u := w.person("new@acme.example", "", bailiwick.Provisioned)
		link := w.link(secret.ActivationLink, bailiwick.LinkActivate, u.ID, bailiwick.ActivationLinkLife)
		if err := w.SetPasswordByLink(t.Context(), w.visitor(), bailiwick.LinkActivate, link, right); err != nil {
			t.Fatal(err)
		}
		got := w.signer(u.ID).User
		if got.Status != bailiwick.Active || !got.Activated.Equal(w.clock.now()) {
			t.Errorf("got %s, activated %v; want ACTIVE, now", got.Status, got.Activated)
		}
		want := []string{"user.account.update_password SUCCESS new@acme.example", "user.lifecycle.activate SUCCESS new@acme.example"}
		events := w.events()
		slices.Sort(events)
		if !slices.Equal(events, want) {
			t.Errorf("got events %q, want %q", events, want)
		}
		w.enter("new", right)
	})
}

func TestALinkThatIsNoGoodIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		active := w.person("active@acme.example", right, bailiwick.Active)
		suspended := w.person("suspended@acme.example", right, bailiwick.Suspended)
		sso := w.person("sso@acme.example", "", bailiwick.Active)
		w.federate(sso)
		old := w.link(secret.ResetLink, bailiwick.LinkResetPassword, active.ID, time.Hour)
		replaced := w.link(secret.ResetLink, bailiwick.LinkResetPassword, active.ID, time.Hour)
		late := w.link(secret.ResetLink, bailiwick.LinkResetPassword, active.ID, 0)
		cases := map[string]struct {
			purpose bailiwick.LinkPurpose
			text    string
		}{
			"none":                     {bailiwick.LinkResetPassword, ""},
			"nonsense":                 {bailiwick.LinkResetPassword, "nonsense"},
			"one that was never made":  {bailiwick.LinkResetPassword, secret.Mint{}.Token(secret.ResetLink).Reveal()},
			"one of another purpose":   {bailiwick.LinkActivate, old},
			"one of no purpose":        {"", old},
			"the first owner's":        {bailiwick.LinkBootstrap, w.link(secret.BootstrapLink, bailiwick.LinkBootstrap, "", time.Hour)},
			"one that was replaced":    {bailiwick.LinkResetPassword, replaced},
			"one that has run out":     {bailiwick.LinkResetPassword, late},
			"one of a suspended":       {bailiwick.LinkResetPassword, w.link(secret.ResetLink, bailiwick.LinkResetPassword, suspended.ID, time.Hour)},
			"one under single sign-on": {bailiwick.LinkResetPassword, w.link(secret.ResetLink, bailiwick.LinkResetPassword, sso.ID, time.Hour)},
			"an activation of active":  {bailiwick.LinkActivate, w.link(secret.ActivationLink, bailiwick.LinkActivate, active.ID, time.Hour)},
		}
		for name, c := range cases {
			err := w.SetPasswordByLink(t.Context(), w.visitor(), c.purpose, c.text, other)
			if err == nil {
				t.Errorf("%s: got no error", name)
			}
			refusedFor(t, err, bailiwick.ReasonLinkSpent)
		}
		w.enter("active", right)
		if mails := w.mails(); len(mails) > 0 {
			t.Errorf("got mails %q, want none", mails)
		}
	})
}

func TestATemporaryPasswordDoesNotBecomePermanentByALink(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u := w.person("ana@acme.example", right, bailiwick.Active)
		temporary, err := w.dir.TemporaryPassword(t.Context(), w.system(), string(u.ID), true)
		if err != nil {
			t.Fatal(err)
		}
		link := w.link(secret.ResetLink, bailiwick.LinkResetPassword, u.ID, time.Hour)
		err = w.SetPasswordByLink(t.Context(), w.visitor(), bailiwick.LinkResetPassword, link, temporary)
		refusedFor(t, err, bailiwick.ReasonWeakPassword)
	})
}

func TestOneLinkIsSpentOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u := w.person("ana@acme.example", right, bailiwick.Active)
		link := w.link(secret.ResetLink, bailiwick.LinkResetPassword, u.ID, time.Hour)
		won, errs := race(64, func(i int) error {
			return w.SetPasswordByLink(t.Context(), w.visitor(), bailiwick.LinkResetPassword, link, fmt.Sprintf("password of racer %d", i))
		})
		if won != 1 {
			t.Errorf("%d of 64 spent the one link, want 1", won)
		}
		for _, err := range errs {
			refusedFor(t, err, bailiwick.ReasonLinkSpent)
		}
		if got := w.mails(); len(got) != 1 {
			t.Errorf("got mails %q, want 1", got)
		}
	})
}

func TestOneChangesTheOwnPasswordKnowingTheOld(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u := w.person("ana@acme.example", right, bailiwick.Active)
		here, there := w.enter("ana", right), w.enter("ana", right)
		link := w.link(secret.ResetLink, bailiwick.LinkResetPassword, u.ID, time.Hour)

		refusedFor(t, w.ChangePassword(t.Context(), here, wrong, other), bailiwick.ReasonWrongPassword)
		refusedFor(t, w.ChangePassword(t.Context(), here, right, right), bailiwick.ReasonWeakPassword)
		refusedFor(t, w.ChangePassword(t.Context(), here, right, "Ana Lys "[:7]), bailiwick.ReasonWeakPassword)
		refusedFor(t, w.ChangePassword(t.Context(), here, right, strings.Repeat("ä", 257)), bailiwick.ReasonWeakPassword)
		if err := w.ChangePassword(t.Context(), here, right, other); err != nil {
			t.Fatal(err)
		}
		if !w.alive(here) || w.alive(there) {
			t.Errorf("alive: here %v, there %v; want true, false", w.alive(here), w.alive(there))
		}
		refusedFor(t, w.CheckLink(t.Context(), w.visitor(), bailiwick.LinkResetPassword, link), bailiwick.ReasonLinkSpent)
		if got, want := w.mails(), []string{"password_changed " + string(u.ID)}; !slices.Equal(got, want) {
			t.Errorf("got mails %q, want %q", got, want)
		}
		w.enter("ana", other)
		for range 5 {
			refusedFor(t, w.ChangePassword(t.Context(), here, right, "a third one, unlike"), bailiwick.ReasonWrongPassword)
		}
		refusedFor(t, w.ChangePassword(t.Context(), here, other, "a third one, unlike"), bailiwick.ReasonSignInDelayed)
	})
}

func TestAPasswordIsChangedBySessionsOnly(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u := w.person("ana@acme.example", right, bailiwick.Active)
		if _, err := w.dir.AssignRole(t.Context(), w.system(), directory.Person(string(u.ID)), bailiwick.SuperAdmin); err != nil {
			t.Fatal(err)
		}
		session := w.enter("ana", right)
		_, minted, err := w.dir.CreateToken(t.Context(), session, directory.NewToken{Name: "robot"})
		if err != nil {
			t.Fatal(err)
		}
		token, err := w.Token(w.org.ID, minted.Reveal(), w.client)
		if err != nil {
			t.Fatal(err)
		}
		for name, by := range map[string]authz.Actor{"a token": token, "nobody": w.visitor(), "the system": w.system()} {
			if err := w.ChangePassword(t.Context(), by, right, other); err == nil {
				t.Errorf("%s changed a password", name)
			}
		}
		w.federate(u)
		refusedFor(t, w.ChangePassword(t.Context(), session, right, other), bailiwick.ReasonPasswordCannotBe)
	})
}
