package signin_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/signin"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

func TestARightPasswordStartsASession(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ana := w.person("ana@acme.example", right, bailiwick.Active)
		w.clock.pass(time.Minute)
		for _, login := range []string{"ana@acme.example", "  ANA@acme.example ", "ana"} {
			in, err := w.Password(t.Context(), w.visitor(), login, right)
			if err != nil {
				t.Fatalf("sign in as %q: %v", login, err)
			}
			if in.User.ID != ana.ID || in.MustChange || in.IsAdmin {
				t.Errorf("got %+v, want %s, no administrator, nothing to change", in, ana.ID)
			}
			if !w.alive(w.actor(in)) {
				t.Errorf("the session of %q proves nobody", login)
			}
		}
		if got := w.signer(ana.ID).User.LastLogin; !got.Equal(w.clock.now()) {
			t.Errorf("last login: got %v, want %v", got, w.clock.now())
		}
		want := []string{"user.session.start SUCCESS ana@acme.example"}
		if got := w.events(); !slices.Equal(slices.Compact(got), want) {
			t.Errorf("got events %q, want %q", got, want)
		}
		last := w.log()[len(w.log())-1]
		if last.Client != w.client || last.Transaction != "r1" {
			t.Errorf("the event came from %+v in %q, want %+v", last.Client, last.Transaction, w.client)
		}
	})
}

func TestAFailedSignInSaysNothingOfTheReason(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.person("ana@acme.example", right, bailiwick.Active)
		for _, status := range []bailiwick.Status{bailiwick.Staged, bailiwick.Provisioned, bailiwick.Recovery,
			bailiwick.LockedOut, bailiwick.Suspended, bailiwick.Deprovisioned} {
			w.person(strings.ToLower(string(status))+"@acme.example", right, status)
		}
		w.person("none@acme.example", "", bailiwick.Active)
		w.person("twin@one.example", right, bailiwick.Active)
		w.person("twin@two.example", right, bailiwick.Active)
		cases := map[string]struct{ login, password string }{
			"a wrong password":           {"ana", wrong},
			"an empty password":          {"ana", ""},
			"a password in other case":   {"ana", strings.ToUpper(right)},
			"a password with a space":    {"ana", right + " "},
			"an unknown name":            {"nobody@acme.example", right},
			"an empty name":              {"", right},
			"an endless name":            {strings.Repeat("a", 100_000), right},
			"an endless password":        {"ana", strings.Repeat("a", 100_000)},
			"a password that is no text": {"ana", "\xff\xfe"},
			"somebody without password":  {"none", ""},
			"a name of two people":       {"twin", right},
			"staged":                     {"staged", right},
			"provisioned":                {"provisioned", right},
			"in recovery":                {"recovery", right},
			"locked out":                 {"locked_out", right},
			"suspended":                  {"suspended", right},
			"deprovisioned":              {"deprovisioned", right},
		}
		var first error
		for name, c := range cases {
			w.clock.pass(time.Hour) // no pause plays a part here
			in, err := w.Password(t.Context(), w.visitor(), c.login, c.password)
			refusedFor(t, err, bailiwick.ReasonSignInFailed)
			if first == nil {
				first = err
			}
			if err != first || in.User.ID != "" || in.Session != (secret.Token{}) {
				t.Errorf("%s: got %+v, %v, want nothing and the same answer as for the others: %v", name, in, err, first)
			}
			w.clock.pass(time.Hour)
			_, err = w.ChangeExpired(t.Context(), w.visitor(), c.login, c.password, other)
			if err != first {
				t.Errorf("%s, when changing: got %v, want %v", name, err, first)
			}
			if err := w.ForgotPassword(t.Context(), w.visitor(), c.login); err != nil {
				t.Errorf("%s, when forgotten: got %v, want no answer", name, err)
			}
		}
		for _, e := range w.log() {
			if e.Type == bailiwick.SessionStarted && (e.Outcome != "FAILURE" || e.Reason == "" || e.Actor.ID == "") {
				t.Errorf("got event %+v, want a failure with a reason and somebody, known or not", e)
			}
		}
	})
}

func TestFailuresInARowMakeTheNextAttemptWait(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.person("ana@acme.example", right, bailiwick.Active)
		for _, login := range []string{"ana@acme.example", "nobody@acme.example"} {
			fail := func() {
				t.Helper()
				_, err := w.Password(t.Context(), w.visitor(), login, wrong)
				refusedFor(t, err, bailiwick.ReasonSignInFailed)
			}
			delayed := func(password string) {
				t.Helper()
				_, err := w.Password(t.Context(), w.visitor(), login, password)
				refusedFor(t, err, bailiwick.ReasonSignInDelayed)
			}
			for range 5 {
				fail()
			}
			pause := time.Second
			for range 12 {
				delayed(right)
				w.clock.pass(pause - time.Millisecond)
				delayed(right) // and an attempt within the pause does not prolong it
				w.clock.pass(time.Millisecond)
				fail()
				pause = min(2*pause, 15*time.Minute)
			}
			if pause != 15*time.Minute {
				t.Errorf("the pause came to %v, want the limit", pause)
			}
		}
		w.clock.pass(15 * time.Minute)
		w.enter("ana@acme.example", right)
		for range 5 { // a success forgets the failures before it
			_, err := w.Password(t.Context(), w.visitor(), "ana@acme.example", wrong)
			refusedFor(t, err, bailiwick.ReasonSignInFailed)
		}
	})
}

func TestAnAddressWithManyFailuresWaits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.person("ana@acme.example", right, bailiwick.Active)
		w.client.Address = "2001:db8::1"
		guess := func(i int) error {
			_, err := w.Password(t.Context(), w.visitor(), strings.Repeat("x", i+1), wrong)
			return err
		}
		for i := range 50 {
			refusedFor(t, guess(i), bailiwick.ReasonSignInFailed)
		}
		w.client.Address = "2001:db8::ffff:2"
		refusedFor(t, guess(50), bailiwick.ReasonSignInDelayed)
		w.client.Address = "2001:db8:0:1::1"
		w.enter("ana", right)
	})
}

func TestGuessesAtOnceAreJudgedNoMoreThanGuessesInARow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ana := w.person("ana@acme.example", right, bailiwick.Active)
		for round, allowed := range []int{5, 1} { // the second after a pause: one more
			_, errs := race(64, func(int) error {
				_, err := w.Password(t.Context(), w.visitor(), "ana", wrong)
				return err
			})
			judged := 0
			for _, err := range errs {
				if e, ok := err.(*bailiwick.Error); ok && e.Reason == bailiwick.ReasonSignInFailed {
					judged++
					continue
				}
				refusedFor(t, err, bailiwick.ReasonSignInDelayed)
			}
			if judged != allowed || len(errs) != 64 {
				t.Errorf("round %d: %d of %d guesses were judged, want %d", round, judged, len(errs), allowed)
			}
			w.clock.pass(time.Hour)
		}
		if got := w.signer(ana.ID).User.Status; got != bailiwick.Active {
			t.Errorf("the account is %s after guesses, want it as it was", got)
		}
	})
}

func TestATemporaryPasswordMustBeChangedOnceAndForGood(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ana := w.person("ana@acme.example", right, bailiwick.Active)
		before := w.enter("ana", right)
		temporary, err := w.dir.TemporaryPassword(t.Context(), w.system(), string(ana.ID), directory.SignOut(false))
		if err != nil {
			t.Fatal(err)
		}
		w.mails()
		_, err = w.Password(t.Context(), w.visitor(), "ana", right)
		refusedFor(t, err, bailiwick.ReasonSignInFailed)
		in, err := w.Password(t.Context(), w.visitor(), "ana", temporary)
		if err != nil || !in.MustChange || in.Session != (secret.Token{}) {
			t.Fatalf("got %+v, %v, want no session and a password to change", in, err)
		}
		_, err = w.ChangeExpired(t.Context(), w.visitor(), "ana", temporary, temporary)
		refusedFor(t, err, bailiwick.ReasonWeakPassword)
		_, err = w.ChangeExpired(t.Context(), w.visitor(), "ana", temporary, "short")
		refusedFor(t, err, bailiwick.ReasonWeakPassword)
		_, err = w.ChangeExpired(t.Context(), w.visitor(), "ana", wrong, other)
		refusedFor(t, err, bailiwick.ReasonSignInFailed)

		in, err = w.ChangeExpired(t.Context(), w.visitor(), "ana", temporary, other)
		if err != nil || in.MustChange || !w.alive(w.actor(in)) {
			t.Fatalf("got %+v, %v, want a session", in, err)
		}
		if w.alive(before) {
			t.Error("a session from before the change goes on")
		}
		if got := w.status(ana.ID); got != bailiwick.Active {
			t.Errorf("got status %s, want ACTIVE", got)
		}
		if got, want := w.mails(), []string{"password_changed " + string(ana.ID)}; !slices.Equal(got, want) {
			t.Errorf("got mails %q, want %q", got, want)
		}
		_, err = w.ChangeExpired(t.Context(), w.visitor(), "ana", temporary, right)
		refusedFor(t, err, bailiwick.ReasonSignInFailed)
		_, err = w.ChangeExpired(t.Context(), w.visitor(), "ana", other, right)
		refusedFor(t, err, bailiwick.ReasonStatus)
		w.clock.pass(25 * time.Hour) // the new password has no end
		w.enter("ana", other)
	})
}

func TestATemporaryPasswordDiesAfterADay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ana := w.person("ana@acme.example", right, bailiwick.Active)
		temporary, err := w.dir.TemporaryPassword(t.Context(), w.system(), string(ana.ID), true)
		if err != nil {
			t.Fatal(err)
		}
		w.clock.pass(bailiwick.TemporaryPasswordLife)
		_, err = w.Password(t.Context(), w.visitor(), "ana", temporary)
		refusedFor(t, err, bailiwick.ReasonSignInFailed)
		_, err = w.ChangeExpired(t.Context(), w.visitor(), "ana", temporary, other)
		refusedFor(t, err, bailiwick.ReasonSignInFailed)
	})
}

func TestOneTemporaryPasswordIsOneSignIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ana := w.person("ana@acme.example", right, bailiwick.Active)
		temporary, err := w.dir.TemporaryPassword(t.Context(), w.system(), string(ana.ID), true)
		if err != nil {
			t.Fatal(err)
		}
		// Few enough not to meet the pause.
		won, errs := race(5, func(i int) error {
			_, err := w.ChangeExpired(t.Context(), w.visitor(), "ana", temporary, other+strings.Repeat("!", i))
			return err
		})
		if won != 1 {
			t.Errorf("%d of 5 changed the one temporary password, want 1: %v", won, errs)
		}
	})
}

func TestAnOldHashIsRenewedAtSignIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ana := w.person("ana@acme.example", right, bailiwick.Active)
		old := w.signer(ana.ID)
		dearer := secret.Params{Memory: 16, Time: 1, Threads: 1}
		w.SignIn = signin.New(w.store, secret.NewHasher(w.keys, dearer, secret.NewGate(4, 4), secret.Mint{}), w.keys)
		w.clock.pass(time.Minute)
		w.enter("ana", right)
		renewed := w.signer(ana.ID)
		if !strings.Contains(renewed.Password.Hash, "m=16") {
			t.Errorf("got hash %s, want one at the new cost", renewed.Password.Hash)
		}
		if !renewed.User.PasswordChanged.Equal(old.User.PasswordChanged) {
			t.Error("the renewed hash counts as a new password")
		}
		w.enter("ana", right)
		if again := w.signer(ana.ID); again.Password.Hash != renewed.Password.Hash {
			t.Error("a hash at the right cost was renewed")
		}
	})
}

func TestABusyNodeChecksNothingAndCountsNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.person("ana@acme.example", right, bailiwick.Active)
		gate := secret.NewGate(1, 1)
		busy := signin.New(w.store, secret.NewHasher(w.keys, cheap, gate, secret.Mint{}), w.keys)
		leave, err := gate.Enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		go func() { // stands in the line until the test is over
			if free, err := gate.Enter(t.Context()); err == nil {
				free()
			}
		}()
		deadline := time.Now().Add(10 * time.Second)
		for {
			_, err := busy.Password(t.Context(), w.visitor(), "ana", right)
			if e, ok := err.(*bailiwick.Error); ok && e.Reason == bailiwick.ReasonBusy {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("got %v, want a busy node", err)
			}
		}
		for range 8 {
			_, err := busy.Password(t.Context(), w.visitor(), "ana", wrong)
			refusedFor(t, err, bailiwick.ReasonBusy)
		}
		leave()
		w.enter("ana", right)
	})
}

func TestASessionHasAnEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.person("ana@acme.example", right, bailiwick.Active)
		boss := w.person("boss@acme.example", right, bailiwick.Active)
		if _, err := w.dir.AssignRole(t.Context(), w.system(), directory.Person(string(boss.ID)), bailiwick.OrgAdmin); err != nil {
			t.Fatal(err)
		}
		cases := map[string]struct{ step, life, idle time.Duration }{
			"ana":  {50 * time.Minute, bailiwick.SessionLife, bailiwick.SessionIdle},
			"boss": {14 * time.Minute, bailiwick.AdminSessionLife, bailiwick.AdminSessionIdle},
		}
		for login, c := range cases {
			used := w.enter(login, right)
			began := w.clock.now()
			for w.clock.now().Add(c.step).Before(began.Add(c.life)) {
				w.clock.pass(c.step)
				if !w.alive(used) {
					t.Fatalf("%s: the session is over after %v", login, w.clock.now().Sub(began))
				}
				if err := w.Touch(t.Context(), used); err != nil {
					t.Fatal(err)
				}
			}
			w.clock.pass(c.step)
			if w.alive(used) {
				t.Errorf("%s: a session in use lives past %v", login, c.life)
			}
			idle := w.enter(login, right)
			w.clock.pass(c.idle + time.Minute)
			if w.alive(idle) {
				t.Errorf("%s: an idle session lives past %v", login, c.idle)
			}
		}
	})
}

func TestASignInReplacesTheSessionOfTheBrowser(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.person("ana@acme.example", right, bailiwick.Active)
		elsewhere, first := w.enter("ana", right), w.enter("ana", right)
		in, err := w.Password(t.Context(), first, "ana", right)
		if err != nil {
			t.Fatal(err)
		}
		second := w.actor(in)
		if w.alive(first) || !w.alive(second) || !w.alive(elsewhere) {
			t.Errorf("alive: before %v, after %v, elsewhere %v; want false, true, true", w.alive(first), w.alive(second), w.alive(elsewhere))
		}
		// The cookie of a session that is over is no hindrance.
		if _, err := w.Password(t.Context(), first, "ana", right); err != nil {
			t.Errorf("sign in with an old cookie: %v", err)
		}
	})
}

func TestSigningOutEndsTheOneSession(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.person("ana@acme.example", right, bailiwick.Active)
		here, there := w.enter("ana", right), w.enter("ana", right)
		for range 2 { // the second time there is nothing left to end
			if err := w.SignOut(t.Context(), here); err != nil {
				t.Fatal(err)
			}
		}
		if w.alive(here) || !w.alive(there) {
			t.Errorf("alive: here %v, there %v; want false, true", w.alive(here), w.alive(there))
		}
		ends := slices.DeleteFunc(w.events(), func(e string) bool { return !strings.HasPrefix(e, "user.session.end") })
		if want := []string{"user.session.end SUCCESS ana@acme.example"}; !slices.Equal(ends, want) {
			t.Errorf("got %q, want %q", ends, want)
		}
		if err := w.SignOut(t.Context(), w.visitor()); err != nil {
			t.Errorf("nobody signs out: %v", err)
		}
	})
}

func TestSweepingDeletesOnlyWhatHasRunOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ana := w.person("ana@acme.example", right, bailiwick.Active)
		for range 5 {
			_, err := w.Password(t.Context(), w.visitor(), "gone", wrong)
			refusedFor(t, err, bailiwick.ReasonSignInFailed)
		}
		w.enter("ana", right)
		w.clock.pass(31 * 24 * time.Hour)
		kept := w.enter("ana", right)
		for range 5 {
			_, err := w.Password(t.Context(), w.visitor(), "recent", wrong)
			refusedFor(t, err, bailiwick.ReasonSignInFailed)
		}
		if err := w.Sweep(t.Context(), w.org.ID); err != nil {
			t.Fatal(err)
		}
		_, err := w.Password(t.Context(), w.visitor(), "recent", wrong)
		refusedFor(t, err, bailiwick.ReasonSignInDelayed)
		_, err = w.Password(t.Context(), w.visitor(), "gone", wrong)
		refusedFor(t, err, bailiwick.ReasonSignInFailed)
		if !w.alive(kept) {
			t.Error("the sweep ended a live session")
		}
		_ = w.store.View(t.Context(), w.system(), func(v *store.View) error {
			sessions, err := v.SessionsOf(ana.ID)
			if err != nil || len(sessions) != 1 {
				t.Errorf("got %d sessions, %v, want 1", len(sessions), err)
			}
			return nil
		})
	})
}
