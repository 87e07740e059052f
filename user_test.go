package bailiwick_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
)

// golden compares what people read with the file of that name in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s has changed (go test -update rewrites it):\n got:\n%s\nwant:\n%s", path, got, want)
	}
}

var (
	before = time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	now    = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
)

// account is an account in a status, as it has been for a while.
func account(s bailiwick.Status) bailiwick.User {
	return bailiwick.User{ID: "00u00000000000000001", Status: s, Provider: bailiwick.ProviderInternal,
		Created: before, StatusChanged: before, LastUpdated: before}
}

func TestTheLifecycleIsTheGoldenTable(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("What each verb does to an account in each status: the status after it, or code and\n" +
		"reason of the refusal. \"A | B | C\": without a password | with one | federated.\n")
	for _, s := range bailiwick.Statuses() {
		fmt.Fprintf(&b, "\n%s\n", s)
		for _, v := range bailiwick.Verbs() {
			fmt.Fprintf(&b, "  %-26s %s\n", v, outcome(s, v))
		}
	}
	golden(t, "lifecycle.golden", b.String())
}

func outcome(s bailiwick.Status, v bailiwick.Verb) string {
	var each [3]string
	for i, u := range []bailiwick.User{account(s), account(s), account(s)} {
		u.HasPassword = i == 1
		if i == 2 {
			u.Provider = bailiwick.ProviderFederation
		}
		next, err := u.After(v, now)
		each[i] = string(next.Status)
		if e, ok := errors.AsType[*bailiwick.Error](err); ok {
			each[i] = fmt.Sprintf("- %s, %s", e.Code, e.Reason)
		}
	}
	if each[0] == each[1] && each[1] == each[2] {
		return each[0]
	}
	return strings.Join(each[:], " | ")
}

// everyCase visits every status × verb.
func everyCase(visit func(s bailiwick.Status, v bailiwick.Verb)) {
	for _, s := range bailiwick.Statuses() {
		for _, v := range bailiwick.Verbs() {
			visit(s, v)
		}
	}
}

func TestAVerbMovesTheTimesThatItShould(t *testing.T) {
	t.Parallel()
	everyCase(func(s bailiwick.Status, v bailiwick.Verb) {
		old := account(s)
		next, err := old.After(v, now)
		if old.May(v) != (err == nil) {
			t.Errorf("%s of %s: May says %v, After says %v", v, s, old.May(v), err)
		}
		if err != nil {
			if next.ID != "" {
				t.Errorf("%s of %s: a refusal returned a user", v, s)
			}
			return
		}
		if !next.LastUpdated.Equal(now) {
			t.Errorf("%s of %s: last updated %v, want %v", v, s, next.LastUpdated, now)
		}
		want := before
		if next.Status != s {
			want = now
		}
		if !next.StatusChanged.Equal(want) {
			t.Errorf("%s of %s to %s: status changed %v, want %v", v, s, next.Status, next.StatusChanged, want)
		}
		if old.Status != s || !old.LastUpdated.Equal(before) {
			t.Errorf("%s of %s changed the user that it was asked about", v, s)
		}
	})
}

func TestActivatedIsTheTimeOfActivation(t *testing.T) {
	t.Parallel()
	everyCase(func(s bailiwick.Status, v bailiwick.Verb) {
		fresh, err := account(s).After(v, now)
		if err != nil {
			return
		}
		known := account(s)
		known.Activated = before
		known, _ = known.After(v, now)
		wantFresh, wantKnown := time.Time{}, before
		switch v {
		case bailiwick.Activate:
			wantFresh, wantKnown = now, now
		case bailiwick.SetAndActivate, bailiwick.CompleteWelcome:
			wantFresh = now
		}
		if !fresh.Activated.Equal(wantFresh) || !known.Activated.Equal(wantKnown) {
			t.Errorf("%s of %s: activated %v and, of one activated before, %v; want %v and %v",
				v, s, fresh.Activated, known.Activated, wantFresh, wantKnown)
		}
	})
}

// No verb but these two may bring a deactivated account back, and none but
// activation or deactivation may touch one that is staged: a help desk has the
// others (H4, decision 13).
func TestOnlyActivationBringsAnAccountToLife(t *testing.T) {
	t.Parallel()
	everyCase(func(s bailiwick.Status, v bailiwick.Verb) {
		next, err := account(s).After(v, now)
		if err != nil || next.Status == s || v == bailiwick.Activate {
			return
		}
		if s == bailiwick.Deprovisioned {
			t.Errorf("%s took a deactivated account to %s", v, next.Status)
		}
		if s == bailiwick.Staged && v != bailiwick.Deactivate {
			t.Errorf("%s took a staged account to %s", v, next.Status)
		}
	})
}

func TestAnUnknownVerbOrStatusIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := account(bailiwick.Active).After("promote", now); !errors.Is(err, bailiwick.ErrForbidden) {
		t.Errorf("an unknown verb: got %v, want forbidden", err)
	}
	for _, v := range bailiwick.Verbs() {
		if _, err := account("GONE").After(v, now); err == nil {
			t.Errorf("%s of an unknown status: got no refusal", v)
		}
	}
}

func TestOnlyActiveAndExpiredAccountsWithAPasswordBeginASignIn(t *testing.T) {
	t.Parallel()
	for _, s := range bailiwick.Statuses() {
		u := account(s)
		if u.CanSignIn() {
			t.Errorf("%s without a password can sign in", s)
		}
		u.HasPassword = true
		want := s == bailiwick.Active || s == bailiwick.PasswordExpired
		if got := u.CanSignIn(); got != want {
			t.Errorf("%s with a password can sign in: got %v, want %v", s, got, want)
		}
	}
}
