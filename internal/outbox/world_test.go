package outbox_test

import (
	"bytes"
	"encoding/hex"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"github.com/bailiwick-iam/bailiwick/internal/mail/mailtest"
	"github.com/bailiwick-iam/bailiwick/internal/outbox"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

const origin = "https://id.halvard.example"

// A world is a store with one org, a mail server, and a clock that stands still
// until it is moved.
type world struct {
	store  *store.Store
	dir    *directory.Directory
	org    bailiwick.Org
	server *mailtest.Server
	ahead  atomic.Int64
	log    record
}

// record is a log that several workers may write to.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// each runs a test on both engines, each with a mail server and a clock of its
// own. The options are made anew for each, since what refuses also counts.
func each(t *testing.T, options func() mailtest.Options, test func(t *testing.T, w *world)) {
	t.Helper()
	for engine, dsn := range map[string]func(testing.TB) string{"sqlite": storetest.SQLitePath, "postgres": storetest.MigratedPostgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			w := &world{server: mailtest.Listen(t, options())}
			began := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
			s, err := store.Open(t.Context(), store.Options{DSN: dsn(t), Now: func() time.Time { return began.Add(time.Duration(w.ahead.Load())) }})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
			keys := secret.EphemeralKeys()
			w.store = s
			w.dir = directory.New(s, secret.NewHasher(keys, secret.DefaultParams(), secret.NewGate(2, 16), secret.Mint{}), keys)
			w.org = w.newOrg(t, "halvard", "Halvard Group")
			test(t, w)
		})
	}
}

// willing is a server that takes everything.
func willing() mailtest.Options { return mailtest.Options{Encryption: "none"} }

// failing refuses what fail says, by how many mails the stage has seen before.
func failing(stage mailtest.Stage, fail func(n int, data []byte) error) func() mailtest.Options {
	return func() mailtest.Options {
		var seen atomic.Int64
		return mailtest.Options{Encryption: "none", Refuse: func(at mailtest.Stage, _ string, data []byte) error {
			if at != stage {
				return nil
			}
			return fail(int(seen.Add(1)-1), data)
		}}
	}
}

func (w *world) newOrg(t *testing.T, slug, name string) bailiwick.Org {
	t.Helper()
	o, err := w.dir.CreateOrg(t.Context(), "test", slug, name)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (w *world) person(t *testing.T, org bailiwick.ID, first, login string) bailiwick.User {
	t.Helper()
	u, err := w.dir.CreateUser(t.Context(), authz.System(org, "test"), directory.NewUser{
		Profile: bailiwick.Profile{"firstName": first, "lastName": "Test", "login": login, "email": login}})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (w *world) leave(t *testing.T, org bailiwick.ID, messages ...bailiwick.Message) {
	t.Helper()
	err := w.store.Do(t.Context(), authz.System(org, "test"), bailiwick.UserPasswordReset, func(tx *store.Tx) error {
		for _, m := range messages {
			if err := tx.Send(m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) sender(t *testing.T) *mail.Sender {
	t.Helper()
	s, err := mail.NewSender(mail.Settings{Address: w.server.Address, Encryption: mail.Unencrypted, From: "id@halvard.example"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// worker delivers to the world's server, or to another deliverer.
func (w *world) worker(t *testing.T, to outbox.Deliverer) *outbox.Worker {
	t.Helper()
	if to == nil {
		to = w.sender(t)
	}
	out, err := outbox.New(w.store, to, outbox.Options{PublicURL: origin, Support: "+47 555 0100",
		Log: slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sweep delivers what is due and checks that no live secret got into the log.
func (w *world) sweep(t *testing.T, worker *outbox.Worker) {
	t.Helper()
	if err := worker.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.log.String(); strings.Contains(got, "bwr_") || strings.Contains(got, "bwa_") || strings.Contains(got, "@halvard") {
		t.Errorf("the log holds a link or an address:\n%s", got)
	}
}

// received waits for nothing: what a sweep delivers has arrived when it ends.
func (w *world) received(t *testing.T, want int) []mailtest.Message {
	t.Helper()
	got := w.server.Received()
	if len(got) != want {
		t.Fatalf("got %d mails, want %d; the log says\n%s", len(got), want, w.log.String())
	}
	return got
}

var links = regexp.MustCompile(origin + `[^\s"]*`)

// link is the one link of a mail, the same in both parts.
func link(t *testing.T, m mailtest.Message) string {
	t.Helper()
	text, html := links.FindAllString(m.Text, -1), links.FindAllString(m.HTML, -1)
	if len(text) != 1 || len(html) != 1 || text[0] != html[0] {
		t.Fatalf("got links %v in the text and %v in the HTML, want the same one", text, html)
	}
	return text[0]
}

// works reads what the store knows of the one-time link at the end of an
// address.
func (w *world) works(t *testing.T, address string, kind secret.Kind, purpose bailiwick.LinkPurpose) (bailiwick.Link, error) {
	t.Helper()
	token, err := secret.ParseToken(kind, address[strings.LastIndex(address, "/")+1:])
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	var l bailiwick.Link
	err = w.store.View(t.Context(), authz.Nobody(w.org.ID, bailiwick.Client{}), func(v *store.View) (err error) {
		l, err = v.Link(hex.EncodeToString(token.Digest()), purpose)
		return err
	})
	return l, err
}
