package directory_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

// soak says that the long tests run with their full counts.
var soak = os.Getenv("BAILIWICK_SOAK") == "1"

// rounds is how often a race is run.
func rounds() int {
	if soak {
		return 300
	}
	return 30
}

// A desk is an org with two branches, two partners and an administrator of
// every kind. People are called by their first names.
type desk struct {
	*directory.Directory
	t      *testing.T
	store  *store.Store
	org    bailiwick.Org
	system authz.Actor
	people map[string]bailiwick.ID
	groups map[string]bailiwick.ID
	realms map[string]bailiwick.ID
	apps   map[string]bailiwick.ID

	signedIn int // counts the sessions that were made
}

// A resident is a row of the desk's people.
type resident struct {
	name   string
	role   bailiwick.RoleType
	limit  string // the group or realm that the role is limited to
	groups string
	realm  string
	status bailiwick.Status // Active when empty
}

var residents = []resident{
	{name: "owen", role: bailiwick.Owner},
	{name: "sam", role: bailiwick.SuperAdmin},
	{name: "sue", role: bailiwick.SuperAdmin},
	{name: "olga", role: bailiwick.OrgAdmin},
	{name: "ugo", role: bailiwick.UserAdmin, limit: "North"},
	{name: "una", role: bailiwick.UserAdmin},
	{name: "hal", role: bailiwick.HelpDeskAdmin, limit: "North"},
	{name: "hetty", role: bailiwick.HelpDeskAdmin, limit: "South"},
	{name: "mem", role: bailiwick.GroupMembershipAdmin, limit: "North"},
	{name: "abe", role: bailiwick.AppAdmin},
	{name: "pia", role: bailiwick.PartnerAdmin, limit: "Cars"},
	{name: "rod", role: bailiwick.ReadOnlyAdmin},
	{name: "rex", role: bailiwick.ReportAdmin},
	{name: "nora", groups: "North"},
	{name: "nils", groups: "North South"},
	{name: "ned", groups: "North", role: bailiwick.ReportAdmin},
	{name: "sid", groups: "South"},
	{name: "elsa"},
	{name: "carl", realm: "Cars"},
	{name: "bob", realm: "Boats"},
	{name: "stan", groups: "North", status: bailiwick.Staged},
	{name: "penny", groups: "North", status: bailiwick.Provisioned},
	{name: "lou", groups: "North", status: bailiwick.LockedOut},
	{name: "gwen", groups: "Power"},
}

// each runs a test at a desk of its own on each engine.
func each(t *testing.T, test func(t *testing.T, k *desk)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(t, newDesk(t, s)) })
}

func newDesk(t *testing.T, s *store.Store) *desk {
	t.Helper()
	keys := secret.EphemeralKeys()
	hasher := secret.NewHasher(keys, secret.Params{Memory: 8, Time: 1, Threads: 1}, secret.NewGate(64, 640), secret.Mint{})
	k := &desk{Directory: directory.New(s, hasher, keys), t: t, store: s, people: map[string]bailiwick.ID{},
		groups: map[string]bailiwick.ID{}, realms: map[string]bailiwick.ID{}, apps: map[string]bailiwick.ID{}}
	var err error
	if k.org, err = k.CreateOrg(t.Context(), "a test", "desk", "Desk"); err != nil {
		t.Fatal(err)
	}
	k.system = authz.System(k.org.ID, "a test")
	for _, name := range []string{"Cars", "Boats"} {
		r, err := k.CreateRealm(t.Context(), k.system, name, bailiwick.PartnerRealm, nil)
		k.must(err)
		k.realms[name] = r.ID
	}
	made, err := k.LoadGroups(t.Context(), k.system, []bailiwick.Group{{Name: "North"}, {Name: "South"}, {Name: "Power"}, {Name: "Empty"}})
	k.must(err)
	for _, g := range made {
		k.groups[g.Name] = g.ID
	}
	k.groups["Everyone"] = k.org.Everyone
	k.settle(residents)
	for _, a := range []bailiwick.App{{Name: "salesforce", Label: "Sales", SignOnMode: bailiwick.SignOnSAML},
		{Name: "salesforce", Label: "Sales East", SignOnMode: bailiwick.SignOnSAML}, {Name: "slack", Label: "Chat", SignOnMode: bailiwick.SignOnSAML}} {
		app, err := k.CreateApp(t.Context(), k.system, a)
		k.must(err)
		k.apps[a.Label] = app.ID
	}
	_, err = k.AssignRole(t.Context(), k.system, directory.GroupOf(k.groups["Power"]), bailiwick.HelpDeskAdmin)
	k.must(err)
	return k
}

// settle loads people with their roles and limits.
func (k *desk) settle(rows []resident) {
	k.t.Helper()
	batch := make([]directory.NewUser, len(rows))
	for i, r := range rows {
		batch[i] = directory.NewUser{Profile: profile(r.name), RealmID: k.realms[r.realm],
			Past: &directory.Past{Status: r.status, Created: k.store.Now(), StatusChanged: k.store.Now()}}
		if r.status == "" {
			batch[i].Past.Status = bailiwick.Active
		}
		if s := batch[i].Past.Status; s != bailiwick.Staged && s != bailiwick.Provisioned {
			batch[i].Password, batch[i].Past.Activated = "the password of "+r.name, k.store.Now()
		}
		for _, g := range strings.Fields(r.groups) {
			batch[i].GroupIDs = append(batch[i].GroupIDs, k.groups[g])
		}
	}
	made, err := k.LoadUsers(k.t.Context(), k.system, batch)
	k.must(err)
	for i, r := range rows {
		k.people[r.name] = made[i].ID
		if r.role != "" {
			k.assign(r.name, r.role, r.limit)
		}
	}
}

// assign gives a person a role, limited to a group or realm when one is named.
func (k *desk) assign(name string, role bailiwick.RoleType, limit string) bailiwick.Assignment {
	k.t.Helper()
	holder := directory.Person(string(k.people[name]))
	a, err := k.AssignRole(k.t.Context(), k.system, holder, role)
	k.must(err)
	switch {
	case limit == "":
	case role == bailiwick.PartnerAdmin:
		k.must(k.AddRealmTarget(k.t.Context(), k.system, holder, a.ID, k.realms[limit]))
	default:
		k.must(k.AddGroupTarget(k.t.Context(), k.system, holder, a.ID, k.groups[limit]))
	}
	return a
}

func profile(name string) bailiwick.Profile {
	return bailiwick.Profile{"login": name + "@desk.example", "email": name + "@desk.example", "firstName": strings.ToUpper(name[:1]) + name[1:], "lastName": "Desk"}
}

func (k *desk) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

// as is the person at work, by neither token nor session.
func (k *desk) as(name string) authz.Actor {
	k.t.Helper()
	if k.people[name] == "" {
		k.t.Fatalf("nobody at the desk is called %s", name)
	}
	return authz.OnBehalf(k.org.ID, k.people[name])
}

// byToken is the person with an API token, and bySession in the console.
func (k *desk) byToken(name string) authz.Actor {
	k.t.Helper()
	digest := name + " token"
	k.must(k.store.Do(k.t.Context(), k.system, bailiwick.TokenCreated, func(tx *store.Tx) error {
		return tx.InsertToken(bailiwick.Token{ID: tx.NewID(bailiwick.KindToken), Name: digest, OwnerID: k.people[name], CreatedBy: k.people[name],
			Created: tx.Now(), LastUpdated: tx.Now(), ExpiresAt: tx.Now().Add(time.Hour)}, digest)
	}))
	return authz.ByToken(k.org.ID, digest, bailiwick.Client{Address: "192.0.2.1", RequestID: "req-1"})
}

func (k *desk) bySession(name string) authz.Actor {
	k.t.Helper()
	k.signedIn++
	digest := fmt.Sprintf("%s session %d", name, k.signedIn)
	k.must(k.store.Do(k.t.Context(), k.system, bailiwick.SessionStarted, func(tx *store.Tx) error {
		return tx.InsertSession(bailiwick.Session{ID: tx.NewID(bailiwick.KindSession), UserID: k.people[name],
			Created: tx.Now(), LastSeen: tx.Now(), Expires: tx.Now().Add(time.Hour)}, digest)
	}))
	return authz.BySession(k.org.ID, digest, bailiwick.Client{Address: "192.0.2.2"})
}

// ref names a person or a thing as a request would.
func (k *desk) ref(name string) string { return string(k.people[name]) }

// holder is the person as a holder of roles.
func (k *desk) holder(name string) directory.Holder { return directory.Person(k.ref(name)) }

// status reads a person's status; "" when there is no such person.
func (k *desk) status(name string) bailiwick.Status {
	k.t.Helper()
	u, err := k.User(k.t.Context(), k.system, k.ref(name))
	if errors.Is(err, bailiwick.ErrMissing) {
		return ""
	}
	k.must(err)
	return u.Status
}

// names turns IDs back into the desk's names.
func (k *desk) name(id bailiwick.ID) string {
	for _, all := range []map[string]bailiwick.ID{k.people, k.groups, k.realms, k.apps} {
		for name, other := range all {
			if other == id {
				return name
			}
		}
	}
	return string(id)
}

// A trace is what an operation left behind: events as "type: targets", mails
// as "kind: recipient", both sorted.
type trace struct{ events, mails []string }

// traced runs an operation and returns what it wrote.
func (k *desk) traced(op func() error) (trace, error) {
	k.t.Helper()
	events, letters := k.events(), k.letters()
	err := op()
	return k.since(events, letters), err
}

// since is what was written after events and letters were read.
func (k *desk) since(events map[string]bailiwick.Event, letters map[bailiwick.ID]store.Letter) trace {
	k.t.Helper()
	var left trace
	for id, e := range k.events() {
		if _, old := events[id]; !old {
			left.events = append(left.events, k.line(e))
		}
	}
	for id, l := range k.letters() {
		if _, old := letters[id]; !old {
			left.mails = append(left.mails, l.Kind+": "+k.name(l.Recipient))
		}
	}
	slices.Sort(left.events)
	slices.Sort(left.mails)
	return left
}

func (k *desk) line(e bailiwick.Event) string {
	targets := make([]string, len(e.Targets))
	for i, t := range e.Targets {
		if targets[i] = k.name(t.ID); t.Type == "ROLE" {
			targets[i] = t.AlternateID
		}
	}
	return strings.TrimSuffix(string(e.Type)+": "+strings.Join(targets, ", "), ": ")
}

// events reads the whole log by the events' IDs.
func (k *desk) events() map[string]bailiwick.Event {
	k.t.Helper()
	out := map[string]bailiwick.Event{}
	q := directory.LogQuery{Since: time.Unix(0, 0), Until: k.store.Now().Add(time.Hour)}
	page := directory.Paging{Limit: 1000}
	for {
		list, err := k.Log(k.t.Context(), k.system, q, page)
		k.must(err)
		for _, e := range list.Rows {
			out[e.ID] = e
		}
		if page.After = list.Next; page.After == "" {
			return out
		}
	}
}

// letters reads the outbox; the leases are over before they begin.
func (k *desk) letters() map[bailiwick.ID]store.Letter {
	k.t.Helper()
	out := map[bailiwick.ID]store.Letter{}
	k.must(k.store.Keep(k.t.Context(), k.org.ID, func(up *store.Upkeep) error {
		clear(out)
		letters, err := up.Lease(10_000, -time.Hour)
		for _, l := range letters {
			out[l.ID] = l
		}
		return err
	}))
	return out
}

// wants fails the test unless an error has the code and the reason.
func wants(t testing.TB, doing string, err error, code bailiwick.Code, reason bailiwick.Reason) {
	t.Helper()
	e, ok := errors.AsType[*bailiwick.Error](err)
	if !ok || e.Code != code || e.Reason != reason {
		t.Errorf("%s: got %v (%+v), want %s %s", doing, err, e, code, reason)
	}
}

// sameBut compares two refusals in all they say but the ID that was asked for.
func sameBut(a, b error) bool {
	x, okX := errors.AsType[*bailiwick.Error](a)
	y, okY := errors.AsType[*bailiwick.Error](b)
	if !okX || !okY {
		return false
	}
	p, q := *x, *y
	p.ID, q.ID = "", ""
	return reflect.DeepEqual(p, q)
}

// digestOf is how the store knows a token's secret.
func digestOf(t secret.Token) string { return hex.EncodeToString(t.Digest()) }

// sessions counts the sessions of a person.
func (k *desk) sessions(name string) (n int) {
	k.t.Helper()
	k.must(k.store.View(k.t.Context(), k.system, func(v *store.View) error {
		all, err := v.SessionsOf(k.people[name])
		n = len(all)
		return err
	}))
	return n
}

// linkLives reports whether a one-time link can still be used.
func (k *desk) linkLives(digest string, purpose bailiwick.LinkPurpose) bool {
	return k.store.View(k.t.Context(), k.system, func(v *store.View) error {
		_, err := v.Link(digest, purpose)
		return err
	}) == nil
}

// revoke ends the API tokens of a person.
func (k *desk) revoke(name string) {
	k.t.Helper()
	k.must(k.store.Do(k.t.Context(), k.system, bailiwick.TokenRevoked, func(tx *store.Tx) error {
		_, err := tx.EndTokens(k.people[name])
		return err
	}))
}
