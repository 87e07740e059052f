package signin_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/signin"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

// cheap makes hashing as quick as argon2 can be.
var cheap = secret.Params{Memory: 8, Time: 1, Threads: 1}

const (
	right = "correct horse battery"
	other = "quite another one"
	wrong = "not the one at all"
)

// A clock is moved by the test.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// A world is an org on a store of its own with a clock of its own.
type world struct {
	*signin.SignIn
	t      *testing.T
	dsn    string
	clock  *clock
	keys   *secret.Keys
	store  *store.Store
	dir    *directory.Directory
	org    bailiwick.Org
	client bailiwick.Client
}

// each runs a test in a new world on each engine.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	for engine, dsn := range map[string]func(testing.TB) string{"sqlite": storetest.SQLitePath, "postgres": storetest.MigratedPostgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			w := &world{t: t, dsn: dsn(t), clock: &clock{at: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}, keys: secret.EphemeralKeys(),
				client: bailiwick.Client{Address: "192.0.2.7", UserAgent: "test", RequestID: "r1"}}
			w.store = w.open()
			hasher := secret.NewHasher(w.keys, cheap, secret.NewGate(64, 640), secret.Mint{})
			w.dir = directory.New(w.store, hasher, w.keys)
			w.SignIn = signin.New(w.store, hasher, w.keys)
			var err error
			if w.org, err = w.dir.CreateOrg(t.Context(), "a test", "acme", "Acme"); err != nil {
				t.Fatal(err)
			}
			test(t, w)
		})
	}
}

// open opens the world's database once more, as another node does.
func (w *world) open() *store.Store {
	w.t.Helper()
	s, err := store.Open(w.t.Context(), store.Options{DSN: w.dsn, Now: w.clock.now})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = s.Close() })
	return s
}

func (w *world) visitor() authz.Actor { return authz.Nobody(w.org.ID, w.client) }
func (w *world) system() authz.Actor  { return authz.System(w.org.ID, "a test") }

// person makes an account in the given status; an empty password is none.
func (w *world) person(login, password string, status bailiwick.Status) bailiwick.User {
	w.t.Helper()
	made, err := w.dir.LoadUsers(w.t.Context(), w.system(), []directory.NewUser{{Password: password,
		Profile: bailiwick.Profile{"login": login, "email": login, "firstName": "Ana", "lastName": "Lys"},
		Past:    &directory.Past{Status: status, Created: w.clock.now(), Password: w.clock.now()}}})
	if err != nil {
		w.t.Fatal(err)
	}
	return made[0]
}

func (w *world) signer(id bailiwick.ID) store.Signer {
	w.t.Helper()
	var p store.Signer
	err := w.store.View(w.t.Context(), w.system(), func(v *store.View) (err error) {
		p, err = v.Signer(id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) status(id bailiwick.ID) bailiwick.Status {
	w.t.Helper()
	return w.signer(id).User.Status
}

// enter signs in, which must succeed, and returns the actor of the session.
func (w *world) enter(login, password string) authz.Actor {
	w.t.Helper()
	in, err := w.Password(w.t.Context(), w.visitor(), login, password)
	if err != nil {
		w.t.Fatalf("sign in as %s: %v", login, err)
	}
	return w.actor(in)
}

func (w *world) actor(in signin.Entered) authz.Actor {
	w.t.Helper()
	by, err := w.Session(w.org.ID, in.Session.Reveal(), w.client)
	if err != nil {
		w.t.Fatal(err)
	}
	return by
}

// alive reports whether a credential still proves.
func (w *world) alive(by authz.Actor) bool {
	w.t.Helper()
	err := w.store.View(w.t.Context(), by, func(*store.View) error { return nil })
	if err != nil && !errors.Is(err, bailiwick.ErrUnauthenticated) {
		w.t.Fatal(err)
	}
	return err == nil
}

// link makes a link as the outbox does when it delivers.
func (w *world) link(kind secret.Kind, purpose bailiwick.LinkPurpose, id bailiwick.ID, life time.Duration) string {
	w.t.Helper()
	token := secret.Mint{}.Token(kind)
	err := w.store.Keep(w.t.Context(), w.org.ID, func(k *store.Upkeep) error {
		return k.InsertLink(bailiwick.Link{ID: k.NewID(bailiwick.KindLink), Purpose: purpose, UserID: id,
			Created: k.Now(), Expires: k.Now().Add(life)}, fmt.Sprintf("%x", token.Digest()))
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return token.Reveal()
}

// mails takes all letters that wait and returns "kind recipient" of each.
func (w *world) mails() []string {
	w.t.Helper()
	var out []string
	err := w.store.Keep(w.t.Context(), w.org.ID, func(k *store.Upkeep) error {
		letters, err := k.Lease(1000, time.Hour)
		for _, l := range letters {
			out = append(out, l.Kind+" "+string(l.Recipient))
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// events lists "type outcome actor" of the log, oldest first, without what
// made the world.
func (w *world) events() []string {
	w.t.Helper()
	var out []string
	for _, e := range w.log() {
		if e.Actor.Type != "SystemPrincipal" {
			out = append(out, fmt.Sprintf("%s %s %s", e.Type, e.Outcome, e.Actor.AlternateID))
		}
	}
	return out
}

func (w *world) log() []bailiwick.Event {
	w.t.Helper()
	var out []bailiwick.Event
	err := w.store.View(w.t.Context(), w.system(), func(v *store.View) error {
		scope, err := v.Actor().Log()
		if err != nil {
			return err
		}
		page, err := v.Events(scope, store.EventQuery{Until: 1 << 52, Limit: 1000})
		out = page.Rows
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func refusedFor(t *testing.T, err error, want bailiwick.Reason) {
	t.Helper()
	var got *bailiwick.Error
	if !errors.As(err, &got) || got.Reason != want {
		t.Errorf("got %v, want a refusal for %s", err, want)
	}
}

// race runs fn in n goroutines at once and counts the ones without an error.
func race(n int, fn func(i int) error) (won int, errs []error) {
	results := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			results[i] = fn(i)
		})
	}
	close(start)
	wg.Wait()
	for _, err := range results {
		if err == nil {
			won++
		} else {
			errs = append(errs, err)
		}
	}
	return won, errs
}
