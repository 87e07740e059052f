package api_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/api"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/signin"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

// publicURL is what links begin with; it is not where the test server listens.
const publicURL = "https://id.example.com"

var worldTime = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// A world is one org behind a real server. There are two areas, each a group, a
// realm and a catalog app: A, which every limited administrator is limited to,
// and B, which none of them may see.
type world struct {
	testing.TB
	store  *store.Store
	dsn    string
	dir    *directory.Directory
	api    *api.API
	signIn *signin.SignIn
	system authz.Actor
	org    bailiwick.Org
	server *httptest.Server
	clock  atomic.Int64 // milliseconds behind worldTime
	logged *journal

	a, b     area
	made     atomic.Int64 // numbers what the world makes, for unique names
	placings atomic.Int64 // numbers the priorities of realm assignments
	roles    map[string]bailiwick.ID
	token    map[string]string
}

// An area is what a limited role is limited to. The group power holds a role
// itself.
type area struct {
	name    string
	group   bailiwick.ID
	second  bailiwick.ID // another group
	power   bailiwick.ID
	realm   bailiwick.ID
	catalog string
	app     bailiwick.ID
}

// A caller is a role, over everything or limited to area A.
type caller struct {
	role    bailiwick.RoleType
	limited bool
}

func (c caller) String() string {
	switch {
	case c.role == "":
		return "no-role"
	case c.limited:
		return string(c.role) + "/A"
	}
	return string(c.role)
}

// nobody sends no token.
const nobody = "nobody"

func callers() []caller {
	all := []caller{{}}
	for _, info := range bailiwick.Roles {
		all = append(all, caller{role: info.Type})
		if info.Targets != bailiwick.NoTargets {
			all = append(all, caller{role: info.Type, limited: true})
		}
	}
	return all
}

// unlimited rate limits are for tests of other things.
var unlimited = web.Limits{PerToken: 1 << 30, PerAddress: 1 << 30}

// orgsEvery is how soon the server of a test notices a change of the orgs.
const orgsEvery = 50 * time.Millisecond

// each runs a test in a world of its own on each engine.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	eachLimited(t, unlimited, test)
}

func eachLimited(t *testing.T, limits web.Limits, test func(t *testing.T, w *world)) {
	t.Helper()
	for engine, dsn := range map[string]func(testing.TB) string{"sqlite": storetest.SQLitePath, "postgres": storetest.MigratedPostgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			test(t, newWorld(t, dsn(t), limits))
		})
	}
}

func newWorld(t testing.TB, dsn string, limits web.Limits) *world {
	t.Helper()
	w := &world{TB: t, dsn: dsn, logged: &journal{}, roles: map[string]bailiwick.ID{}, token: map[string]string{}}
	var err error
	w.store, err = store.Open(t.Context(), store.Options{DSN: dsn, Now: w.now})
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() { _ = w.store.Close() })
	keys := secret.EphemeralKeys()
	hasher := secret.NewHasher(keys, secret.Params{Memory: 8, Time: 1, Threads: 1}, secret.NewGate(4, 100), secret.Mint{})
	w.dir = directory.New(w.store, hasher, keys)
	public, err := url.Parse(publicURL)
	if err != nil {
		t.Fatal(err)
	}
	w.signIn = signin.New(w.store, hasher, keys)
	middle := web.New(web.Options{PublicURL: public, Orgs: w.dir.Orgs, OrgsEvery: orgsEvery, SignIn: w.signIn,
		Log: slog.New(slog.NewTextHandler(w.logged, nil)), Limits: limits,
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}})
	w.api = api.New(w.dir, w.signIn, middle)
	w.server = httptest.NewServer(middle.Middleware(w.api.Handler()))
	t.Cleanup(w.server.Close)
	w.org = must(w.dir.CreateOrg(t.Context(), "a world for a test", "acme", "Acme"))
	w.system = authz.System(w.org.ID, "a world for a test")
	w.a, w.b = w.area("A", "salesforce"), w.area("B", "slack")
	return w
}

func (w *world) now() time.Time {
	return worldTime.Add(time.Duration(w.clock.Load()) * time.Millisecond)
}

// visitor is somebody who has not signed in.
func (w *world) visitor() authz.Actor {
	return authz.Nobody(w.org.ID, bailiwick.Client{Address: "192.0.2.9"})
}

func (w *world) pass(d time.Duration) { w.clock.Add(d.Milliseconds()) }

// journal keeps what the server logs.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// must unwraps what cannot fail unless the world is wrong.
func must[T any](v T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("make a world: %v", err))
	}
	return v
}

func (w *world) check(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("make a world: %v", err)
	}
}

func (w *world) area(name, catalog string) area {
	a := area{name: name, catalog: catalog, group: w.group("Group " + name), second: w.group("Second " + name), power: w.group("Power " + name),
		realm: must(w.dir.CreateRealm(w.Context(), w.system, "Realm "+name, bailiwick.PartnerRealm, nil)).ID,
		app:   w.newApp(catalog, bailiwick.AppActive)}
	w.give(directory.GroupOf(a.power), bailiwick.ReadOnlyAdmin, nil)
	return a
}

func (w *world) group(name string) bailiwick.ID {
	w.pass(time.Millisecond)
	return must(w.dir.CreateGroup(w.Context(), w.system, bailiwick.Group{Name: name, Description: "Made for a test"})).ID
}

func (w *world) newApp(catalog string, status bailiwick.AppStatus) bailiwick.ID {
	info, _ := bailiwick.Catalog(catalog)
	return must(w.dir.CreateApp(w.Context(), w.system, bailiwick.App{Name: catalog, Label: fmt.Sprintf("%s %d", info.DisplayName, w.made.Add(1)),
		SignOnMode: info.SignOnModes[0], Status: status, Settings: settingsOf(catalog)})).ID
}

// settingsOf is what a template is nothing without.
func settingsOf(catalog string) map[string]any {
	switch catalog {
	case "oidc_client":
		return map[string]any{"oauthClient": map[string]any{"redirect_uris": []any{"https://client.example/cb"}}}
	case "bookmark":
		return map[string]any{"app": map[string]any{"url": "https://client.example/"}}
	}
	return nil
}

// profile is a person's with a unique login.
func (w *world) profile(first, last string) bailiwick.Profile {
	login := fmt.Sprintf("%s.%s.%d@acme.example", strings.ToLower(first), strings.ToLower(last), w.made.Add(1))
	return bailiwick.Profile{"firstName": first, "lastName": last, "login": login, "email": login}
}

// person makes somebody in that status; the realm may be empty.
func (w *world) person(first, last string, status bailiwick.Status, realm bailiwick.ID, groups ...bailiwick.ID) bailiwick.User {
	w.Helper()
	w.pass(time.Millisecond) // IDs sort by time
	n := directory.NewUser{Profile: w.profile(first, last), GroupIDs: groups, RealmID: realm,
		Past: &directory.Past{Status: status, Created: w.now(), StatusChanged: w.now()}}
	if status != bailiwick.Staged && status != bailiwick.Provisioned && status != bailiwick.Deprovisioned {
		n.Password, n.Past.Password = "correct horse battery", w.now()
	}
	if status != bailiwick.Staged {
		n.Past.Activated = w.now()
	}
	people, err := w.dir.LoadUsers(w.Context(), w.system, []directory.NewUser{n})
	if err != nil {
		w.Fatalf("make %s %s: %v", first, last, err)
	}
	return people[0]
}

// give assigns a role, limited to the area if there is one.
func (w *world) give(h directory.Holder, role bailiwick.RoleType, limit *area) bailiwick.ID {
	w.Helper()
	ctx := w.Context()
	as, err := w.dir.AssignRole(ctx, w.system, h, role)
	w.check(err)
	if limit == nil {
		return as.ID
	}
	switch info, _ := bailiwick.Role(role); info.Targets {
	case bailiwick.GroupTargets:
		for _, g := range []bailiwick.ID{limit.group, limit.second, limit.power} {
			w.check(w.dir.AddGroupTarget(ctx, w.system, h, as.ID, g))
		}
	case bailiwick.RealmTargets:
		w.check(w.dir.AddRealmTarget(ctx, w.system, h, as.ID, limit.realm))
	case bailiwick.AppTargets:
		w.check(w.dir.AddAppTarget(ctx, w.system, h, as.ID, bailiwick.AppTarget{Name: limit.catalog}))
	}
	return as.ID
}

// bearer makes somebody of that kind, once, and returns the person's ID.
func (w *world) bearer(c caller) bailiwick.ID {
	w.Helper()
	name := c.String()
	if id, ok := w.roles[name]; ok {
		return id
	}
	last := strings.NewReplacer("_", "", "/", "").Replace(strings.ToLower(name))
	u := w.person("Admin", last, bailiwick.Active, "")
	switch {
	case c.role == "":
	case c.limited:
		w.give(directory.Person(string(u.ID)), c.role, &w.a)
	default:
		w.give(directory.Person(string(u.ID)), c.role, nil)
	}
	w.roles[name], w.token[name] = u.ID, w.mint(u.ID)
	return u.ID
}

// as is the token of somebody of that kind.
func (w *world) as(c caller) string {
	w.Helper()
	w.bearer(c)
	return w.token[c.String()]
}

// mint makes a token for anybody, also for those whom no operation makes one
// for: it is inserted as the operation does.
func (w *world) mint(owner bailiwick.ID) string {
	w.Helper()
	minted := secret.Mint{}.Token(secret.APIToken)
	err := w.store.Do(context.Background(), w.system, bailiwick.TokenCreated, func(tx *store.Tx) error {
		t := bailiwick.Token{ID: tx.NewID(bailiwick.KindToken), Name: "for a test", OwnerID: owner, Created: tx.Now(), LastUpdated: tx.Now(),
			ExpiresAt: tx.Now().Add(bailiwick.TokenIdle)}
		tx.Target(t.Entity())
		return tx.InsertToken(t, fmt.Sprintf("%x", minted.Digest()))
	})
	w.check(err)
	return minted.Reveal()
}

// Shorthands for callers that many tests need.
var (
	theSuper = caller{role: bailiwick.SuperAdmin}
	theOwner = caller{role: bailiwick.Owner}
	deskA    = caller{role: bailiwick.HelpDeskAdmin, limited: true}
	userA    = caller{role: bailiwick.UserAdmin, limited: true}
	partnerA = caller{role: bailiwick.PartnerAdmin, limited: true}
	noRole   = caller{}
)
