package sdk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

// running holds the demos that all stories share, one for each engine. A story
// keeps to people and groups of its own making, so stories run side by side.
var running []*demo

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	// The SDKs take settings from the environment and both they and the program
	// under test would send loopback traffic to a proxy named there.
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasSuffix(strings.ToLower(name), "_proxy") || strings.HasPrefix(name, "OKTA_") {
			_ = os.Unsetenv(name)
		}
	}
	dir, err := os.MkdirTemp("", "bailiwick-sdk-")
	if err != nil {
		return fail(err)
	}
	defer os.RemoveAll(dir)
	binary, err := build(dir)
	if err != nil {
		return fail(err)
	}
	engines["sqlite"] = func() (*demo, error) { return start(binary, dir, "sqlite") }
	if server := postgresServer(); server != "" {
		engines["postgres"] = func() (*demo, error) { return startPostgres(binary, dir, server) }
	} else {
		fmt.Fprintln(os.Stderr, "NOT TESTED ON POSTGRESQL: neither BAILIWICK_TEST_DSN nor BAILIWICK_TEST_POSTGRES is set")
	}
	code := 1
	if err = startAll(); err == nil {
		code = m.Run()
	}
	for _, d := range running {
		err = errors.Join(err, d.stop())
	}
	if err != nil {
		return fail(err)
	}
	return code
}

func postgresServer() string {
	if server := os.Getenv("BAILIWICK_TEST_DSN"); server != "" {
		return server
	}
	return os.Getenv("BAILIWICK_TEST_POSTGRES")
}

func startAll() error {
	for _, launch := range engines {
		d, err := launch()
		if err != nil {
			return err
		}
		running = append(running, d)
	}
	return nil
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// A client is one SDK with one token, and the wire under it.
type client struct {
	Driver
	wire *Wire
}

// A stage is what one run of a story gets: a server, and one SDK twice, with
// the super admin's token and with the help desk admin's.
type stage struct {
	*demo
	sdk   string
	super client
	desk  client
}

var sdks = []struct {
	name string
	open func(ctx context.Context, address, token string, w *Wire) (Driver, error)
}{
	{"v2", func(ctx context.Context, address, token string, w *Wire) (Driver, error) {
		return NewV2(ctx, address, token, w.Client())
	}},
	{"v6", func(_ context.Context, address, token string, w *Wire) (Driver, error) {
		return NewV6(address, token, w.Client())
	}},
}

// stories runs one story on every engine through every SDK.
func stories(t *testing.T, story func(t *testing.T, on *stage)) {
	t.Helper()
	for _, d := range running {
		perform(t, d, story)
	}
}

func perform(t *testing.T, d *demo, story func(t *testing.T, on *stage)) {
	t.Helper()
	for _, sdk := range sdks {
		t.Run(d.engine+" "+sdk.name, func(t *testing.T) {
			t.Parallel()
			open := func(token string) client {
				w := NewWire()
				t.Cleanup(w.Close)
				driver, err := sdk.open(t.Context(), d.URL, token, w)
				if err != nil {
					t.Fatal(err)
				}
				return client{driver, w}
			}
			story(t, &stage{d, sdk.name, open(d.Tokens.SuperAdmin), open(d.Tokens.HelpDeskAdmin)})
		})
	}
}

// wantStatus checks the HTTP status that the SDK does not show.
func (c client) wantStatus(t *testing.T, want int) {
	t.Helper()
	if got := c.wire.Last().Status; got != want {
		t.Errorf("status: got %v, want %v", got, want)
	}
}

// wantDone checks that a call without an answer went well, with 204 and nothing
// in the body.
func (c client) wantDone(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("got %v, want no error", err)
	}
	c.wantStatus(t, 204)
	if body := c.wire.Last().Body; len(body) != 0 {
		t.Errorf("body of a 204: got %q, want none", body)
	}
}

// must ends the test when the call before it failed.
func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatalf("got %v, want no error", err)
		}
		return v
	}
}

// wantRefusal checks a refusal's status, code and shape, and that some cause
// holds the given text; an empty text asks for no cause in particular.
func wantRefusal(t *testing.T, err error, status int, code, cause string) *Refusal {
	t.Helper()
	var r *Refusal
	if !errors.As(err, &r) {
		t.Fatalf("got %v, want a refusal %d %s", err, status, code)
	}
	if r.Status != status || r.Code != code {
		t.Fatalf("got %v, want %d %s", r, status, code)
	}
	if r.Summary == "" {
		t.Errorf("got an empty summary, want words")
	}
	if cause != "" && !strings.Contains(strings.Join(r.Causes, "\n"), cause) {
		t.Errorf("causes: got %q, want one with %q", r.Causes, cause)
	}
	return r
}

// unique makes a name that no other story uses: letters and digits, in lower
// case, beginning with the prefix.
func unique(prefix string) string { return prefix + strings.ToLower(rand.Text()[:12]) }

// goodPassword passes the default policy and names nobody.
const goodPassword = "Mulberry-41-lantern"

func no() *bool  { return new(bool) }
func yes() *bool { b := true; return &b }

// newcomer describes somebody nobody has met, without a password.
func newcomer() NewUser {
	name := unique("p")
	return NewUser{FirstName: "Robin" + name, LastName: "Tester" + name, Login: name + "@example.com"}
}

// active adds a person who can sign in, as a member of the groups.
func (on *stage) active(t *testing.T, groups ...string) User {
	t.Helper()
	u := newcomer()
	u.Password, u.GroupIDs = goodPassword, groups
	return must(on.super.CreateUser(t.Context(), u))(t)
}

// group adds a group without members.
func (on *stage) group(t *testing.T) Group {
	t.Helper()
	return must(on.super.CreateGroup(t.Context(), unique("group "), "made by a test"))(t)
}

func ids[T any](rows []T, id func(T) string) map[string]bool {
	set := make(map[string]bool, len(rows))
	for _, row := range rows {
		set[id(row)] = true
	}
	return set
}

func userID(u User) string   { return u.ID }
func groupID(g Group) string { return g.ID }
