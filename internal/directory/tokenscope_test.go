package directory_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/signin"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

// tokenOf gives somebody a token, whoever it is, and returns its ID.
func (k *desk) tokenOf(name string) bailiwick.ID {
	k.t.Helper()
	k.byToken(name)
	all, err := k.Tokens(k.t.Context(), k.system)
	k.must(err)
	for _, t := range all {
		if t.OwnerID == k.people[name] {
			return t.ID
		}
	}
	k.t.Fatalf("%s has no token", name)
	return ""
}

func TestTokensAreSeenByTheirOwnersAndByThoseWhoseScopeReachesThem(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		owners := []string{"ned", "nils", "rod", "sam", "sid", "ugo", "una"}
		tokens := map[string]bailiwick.ID{}
		for _, name := range owners {
			tokens[name] = k.tokenOf(name)
		}
		for reader, want := range map[string]string{
			"owen": "ned nils rod sam sid ugo una", "sam": "ned nils rod sam sid ugo una", "olga": "ned nils rod sam sid ugo una",
			"una": "ned nils rod sam sid ugo una", "ugo": "ned nils ugo", "rod": "rod", "mem": "",
			"hal": "no", "abe": "no", "pia": "no", "rex": "no", "nora": "no",
		} {
			seen, err := k.Tokens(t.Context(), k.as(reader))
			got := make([]string, len(seen))
			for i, o := range seen {
				got[i] = k.name(o.OwnerID)
				if o.Owner.ID != o.OwnerID || o.Owner.AlternateID == "" {
					t.Errorf("%s sees the owner %+v, want who it is", reader, o.Owner)
				}
			}
			slices.Sort(got)
			if want == "no" {
				wants(t, "the list for "+reader, err, bailiwick.Forbidden, "")
			} else if strings.Join(got, " ") != want || err != nil {
				t.Errorf("%s sees %v, %v, want %s", reader, got, err, want)
			}
			for _, owner := range owners {
				_, err := k.Token(t.Context(), k.as(reader), tokens[owner])
				switch {
				case want == "no":
					wants(t, reader+" reads one", err, bailiwick.Forbidden, "")
				case strings.Contains(" "+want+" ", " "+owner+" "):
					k.must(err)
				default:
					wants(t, reader+" reads that of "+owner, err, bailiwick.Missing, "")
				}
			}
		}
	})
}

func TestTokensAreRevokedByThoseWhoMay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		for _, c := range []struct {
			by, owner string
			code      bailiwick.Code
			reason    bailiwick.Reason
		}{
			{"sam", "nils", "", ""}, {"sam", "sue", "", ""}, {"sam", "owen", bailiwick.Forbidden, bailiwick.ReasonTier},
			{"olga", "olga", "", ""}, {"olga", "nils", bailiwick.Missing, ""}, {"ugo", "ugo", "", ""}, {"ugo", "nils", bailiwick.Missing, ""},
			{"rod", "rod", "", ""}, {"mem", "mem", "", ""}, {"rod", "sam", bailiwick.Missing, ""},
			{"hal", "nils", "", ""}, {"hal", "hal", "", ""}, {"hal", "sid", bailiwick.Missing, ""}, {"hal", "ned", bailiwick.Forbidden, bailiwick.ReasonTier},
			{"abe", "abe", bailiwick.Forbidden, ""}, {"pia", "nils", bailiwick.Forbidden, ""}, {"nora", "nora", bailiwick.Forbidden, ""},
		} {
			id := k.tokenOf(c.owner)
			left, err := k.traced(func() error { return k.RevokeToken(t.Context(), k.as(c.by), id) })
			if c.code == "" {
				if want := []string{"system.api_token.revoke: " + string(id)}; err != nil || !slices.Equal(left.events, want) {
					t.Errorf("%s revokes that of %s: got %v, %q, want %q", c.by, c.owner, err, left.events, want)
				}
				_, err = k.Token(t.Context(), k.system, id)
				wants(t, "what was revoked", err, bailiwick.Missing, "")
			} else {
				wants(t, c.by+" revokes that of "+c.owner, err, c.code, c.reason)
			}
			k.must(k.endTokens(c.owner))
		}
		wants(t, "one that is absent", k.RevokeToken(t.Context(), k.as("hal"), "00Tzzzzzzzzzzzzzzzzz"), bailiwick.Missing, "")
	})
}

// endTokens clears the tokens of a person between two cases.
func (k *desk) endTokens(name string) error {
	return k.store.Do(k.t.Context(), k.system, bailiwick.TokenRevoked, func(tx *store.Tx) error {
		_, err := tx.EndTokens(k.people[name])
		return err
	})
}

func TestWhoeverHoldsATokenMayEndIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		for _, name := range []string{"sam", "hal", "abe", "nora"} {
			by := k.byToken(name)
			left, err := k.traced(func() error { return k.RevokeCurrentToken(t.Context(), by) })
			if err != nil || len(left.events) != 1 || !strings.HasPrefix(left.events[0], "system.api_token.revoke: 00T") {
				t.Errorf("%s: got %v, %q", name, err, left.events)
			}
			_, err = k.Me(t.Context(), by)
			wants(t, "the token afterwards", err, bailiwick.Unauthenticated, bailiwick.ReasonBadToken)
		}
		wants(t, "without a token", k.RevokeCurrentToken(t.Context(), k.bySession("sam")), bailiwick.Missing, "")
	})
}

func from(by authz.Actor, address string) authz.Actor {
	return authz.ByToken(by.Org(), by.Digest(), bailiwick.Client{Address: address})
}

func TestATokenIsRefusedFromOutsideItsNetworkAndThatIsLogged(t *testing.T) {
	t.Parallel()
	eachAt(t, func(t *testing.T, k *desk, pass func(time.Duration)) {
		ctx := t.Context()
		made, minted, err := k.CreateTokenFor(ctx, k.as("sam"), "hal", directory.NewToken{Name: "button", Network: bailiwick.Network{Include: []string{"192.0.2.0/24"}}})
		k.must(err)
		by := k.with(minted)
		k.must(k.ResetPassword(ctx, from(by, "192.0.2.7"), "nils", false))
		left, err := k.traced(func() error { return k.ResetPassword(ctx, from(by, "198.51.100.9"), "nils", false) })
		wants(t, "a write from outside", err, bailiwick.Unauthenticated, bailiwick.ReasonOutsideNetwork)
		if want := []string{"system.api_token.request_outside_allowed_range: " + string(made.ID)}; !slices.Equal(left.events, want) {
			t.Errorf("events: got %q, want %q", left.events, want)
		}
		left, err = k.traced(func() error { _, err := k.Me(ctx, from(by, "198.51.100.9")); return err })
		wants(t, "a read from outside", err, bailiwick.Unauthenticated, bailiwick.ReasonOutsideNetwork)
		if len(left.events) > 0 {
			t.Errorf("told again within the minute: got %q, want nothing", left.events)
		}
		pass(2 * time.Minute)
		left, _ = k.traced(func() error { _, err := k.Me(ctx, from(by, "")); return err })
		if len(left.events) != 1 {
			t.Errorf("a minute later: got %q, want it told", left.events)
		}
		for _, e := range k.events() {
			if e.Type == bailiwick.TokenOutside && (e.Actor.ID != k.people["hal"] || e.Outcome != "DENY" || e.TokenID != made.ID) {
				t.Errorf("got the event %+v, want it denied to Hal's token", e)
			}
		}
		_, err = k.RestrictToken(ctx, k.as("sam"), made.ID, bailiwick.Network{})
		k.must(err)
		k.must(k.ResetPassword(ctx, from(by, "198.51.100.9"), "nils", false))
	})
}

func TestTheNetworkOfATokenIsChangedByThoseWhoMay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		zone := bailiwick.Network{Exclude: []string{"203.0.113.0/24"}}
		for _, c := range []struct {
			by, owner string
			code      bailiwick.Code
			reason    bailiwick.Reason
		}{{"sam", "nils", "", ""}, {"olga", "nils", "", ""}, {"ugo", "ugo", "", ""}, {"rod", "rod", "", ""}, {"ugo", "nils", bailiwick.Missing, ""},
			{"olga", "sam", bailiwick.Forbidden, bailiwick.ReasonTier}, {"hal", "nils", bailiwick.Forbidden, ""}, {"mem", "mem", bailiwick.Forbidden, ""}} {
			id := k.tokenOf(c.owner)
			got, err := k.RestrictToken(t.Context(), k.as(c.by), id, zone)
			if c.code == "" && (err != nil || !slices.Equal(got.Network.Exclude, zone.Exclude)) || c.code != "" && err == nil {
				t.Errorf("%s restricts that of %s: got %+v, %v", c.by, c.owner, got, err)
			}
			if c.code != "" {
				wants(t, c.by+" restricts that of "+c.owner, err, c.code, c.reason)
			}
			k.must(k.endTokens(c.owner))
		}
		id := k.tokenOf("sue")
		_, err := k.RestrictToken(t.Context(), authz.ByToken(k.org.ID, "sue token", bailiwick.Client{}), id, zone)
		wants(t, "a token for itself", err, bailiwick.Forbidden, bailiwick.ReasonSelf)
		_, err = k.RestrictToken(t.Context(), k.as("sam"), id, bailiwick.Network{Include: []string{"home"}})
		wants(t, "a network that is none", err, bailiwick.Invalid, "")
	})
}

// eachAt is each with a clock that the test moves.
func eachAt(t *testing.T, test func(t *testing.T, k *desk, pass func(time.Duration))) {
	t.Helper()
	for engine, dsn := range map[string]func(testing.TB) string{"sqlite": storetest.SQLitePath, "postgres": storetest.MigratedPostgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			var gone atomic.Int64
			s, err := store.Open(t.Context(), store.Options{DSN: dsn(t), Now: func() time.Time {
				return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC).Add(time.Duration(gone.Add(int64(time.Millisecond))))
			}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			test(t, newDesk(t, s), func(d time.Duration) { gone.Add(int64(d)) })
		})
	}
}

// TOK-3: 30 days without use end a token, each use puts that off, and a year
// ends it whatever happens.
func TestATokenSlidesWithUseAndEndsAfterAYear(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	eachAt(t, func(t *testing.T, k *desk, pass func(time.Duration)) {
		ctx := t.Context()
		in := signin.New(k.store, nil, nil)
		idle, idleSecret, err := k.CreateToken(ctx, k.as("sam"), directory.NewToken{Name: "idle"})
		k.must(err)
		used, usedSecret, err := k.CreateToken(ctx, k.as("sam"), directory.NewToken{Name: "used"})
		k.must(err)
		for range 12 {
			pass(29 * day)
			by := from(k.with(usedSecret), "192.0.2.8")
			_, err := k.Me(ctx, by)
			k.must(err)
			k.must(in.Touch(ctx, by))
		}
		got, err := k.Token(ctx, k.as("sam"), used.ID)
		k.must(err)
		if !got.ExpiresAt.Equal(used.Created.Add(bailiwick.TokenLife)) || k.store.Now().Sub(got.LastUsed) > time.Minute || got.LastAddress != "192.0.2.8" {
			t.Errorf("after 348 days: got %+v, want its end after a year and its last use", got)
		}
		_, err = k.Token(ctx, k.as("sam"), idle.ID)
		wants(t, "the idle one", err, bailiwick.Missing, "")
		_, err = k.Me(ctx, k.with(idleSecret))
		wants(t, "using the idle one", err, bailiwick.Unauthenticated, bailiwick.ReasonBadToken)
		k.must(in.Touch(ctx, k.with(idleSecret)))
		_, err = k.Me(ctx, k.with(idleSecret))
		wants(t, "using it after a stamp", err, bailiwick.Unauthenticated, bailiwick.ReasonBadToken)
		pass(18 * day)
		_, err = k.Me(ctx, k.with(usedSecret))
		wants(t, "after a year", err, bailiwick.Unauthenticated, bailiwick.ReasonBadToken)
		k.must(in.Sweep(ctx, k.org.ID))
		left, err := k.Tokens(ctx, k.as("sam"))
		if err != nil || len(left) > 0 {
			t.Errorf("left over: got %v, %v", left, err)
		}
	})
}
