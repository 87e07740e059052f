package store_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

// BenchmarkScopedLists builds a million people in ten thousand groups on each
// engine and prints how long lists, searches, counts and checks take for
// administrators of 1, 10, 100 and 1,000 small, large or random groups, each
// also as a ratio to the same question of somebody who sees everybody, asked in
// the same run. BAILIWICK_BENCH_PEOPLE builds fewer. BAILIWICK_BENCH_DSN names a
// database to build them in, which stays; when they are there already it is
// only read. BAILIWICK_BENCH_ASK asks only questions whose name contains it.
//
//	go test -run='^$' -bench=ScopedLists -benchtime=1x -timeout=1h ./internal/store
func BenchmarkScopedLists(b *testing.B) {
	people := 1_000_000
	if n, err := strconv.Atoi(os.Getenv("BAILIWICK_BENCH_PEOPLE")); err == nil {
		people = n
	}
	if dsn := os.Getenv("BAILIWICK_BENCH_DSN"); dsn != "" {
		benchmarkScopes(b, dsn, people)
		return
	}
	b.Run("sqlite", func(b *testing.B) { benchmarkScopes(b, storetest.SQLitePath(b), people) })
	b.Run("postgres", func(b *testing.B) { benchmarkScopes(b, storetest.MigratedPostgres(b), people) })
}

func benchmarkScopes(b *testing.B, dsn string, people int) {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{DSN: dsn})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	began := time.Now()
	c := newCrowd(people)
	if err := s.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	if orgs, err := s.Orgs(ctx); err != nil {
		b.Fatal(err)
	} else if len(orgs) == 0 {
		if err := c.load(ctx, s); err != nil {
			b.Fatal(err)
		}
	}
	fmt.Printf("\n## %s: %d people, %d groups, %d memberships (loaded in %s)\n",
		s.Engine(), people, len(c.sizes), c.memberships, time.Since(began).Round(time.Second))
	for b.Loop() {
		for _, q := range c.questions() {
			if strings.Contains(q.name, os.Getenv("BAILIWICK_BENCH_ASK")) {
				c.ask(b, s, q)
			}
		}
	}
}

// A question is one kind of reading, asked of many administrators. Each call
// of the function asks it once, about somebody or somewhere else. Its time is
// that of the question alone or, when whole, with the view around it: who asks
// is proven, and a snapshot begins and ends.
type question struct {
	name  string
	ask   func(v *store.View, scope authz.UserScope, who admin) (rows int, err error)
	whole bool
}

func (c *crowd) questions() []question {
	page := func(q func() store.UserQuery) func(*store.View, authz.UserScope, admin) (int, error) {
		return func(v *store.View, scope authz.UserScope, _ admin) (int, error) {
			p, err := v.Users(scope, q())
			return len(p.Rows), err
		}
	}
	return []question{
		{name: "first page of 200", ask: page(func() store.UserQuery { return store.UserQuery{Limit: 200} })},
		{name: "deep page of 200", ask: page(func() store.UserQuery {
			return store.UserQuery{Limit: 200, After: string(numbered(bailiwick.KindUser, c.random.IntN(c.people*9/10)))}
		})},
		{name: "first page of 200 by name", ask: page(func() store.UserQuery { return store.UserQuery{Limit: 200, ByName: true} })},
		{name: "search, 3 letters, 200", ask: page(func() store.UserQuery { return store.UserQuery{Limit: 200, Prefix: c.prefix(3)} })},
		{name: "search, 3 letters, 10", ask: page(func() store.UserQuery { return store.UserQuery{Limit: 10, Prefix: c.prefix(3)} })},
		{name: "search, 1 letter, 10", ask: page(func() store.UserQuery { return store.UserQuery{Limit: 10, Prefix: c.prefix(1)} })},
		{name: "search that finds nobody", ask: page(func() store.UserQuery { return store.UserQuery{Limit: 10, Prefix: c.prefix(3) + "qqq"} })},
		{name: "search: login eq", ask: page(func() store.UserQuery {
			return store.UserQuery{Limit: 200, Where: expression(`profile.login eq "` + c.user(c.random.IntN(c.people)).Profile.Login() + `"`)}
		})},
		{name: "search: lastName eq (1 in 8,000)", ask: page(func() store.UserQuery {
			return store.UserQuery{Limit: 200, Where: expression(`profile.lastName eq "` + c.prefix(4) + c.prefix(2) + `"`)}
		})},
		{name: "search: department eq and firstName sw", ask: page(func() store.UserQuery {
			return store.UserQuery{Limit: 200, Where: expression(`profile.department eq "` + c.prefix(4) + `" and profile.firstName sw "` + c.prefix(2) + `"`)}
		})},
		{name: "search: status eq (49 in 50), first page", ask: page(func() store.UserQuery {
			return store.UserQuery{Limit: 200, Where: expression(`status eq "ACTIVE"`)}
		})},
		{name: "search: status eq, deep page", ask: page(func() store.UserQuery {
			return store.UserQuery{Limit: 200, Where: expression(`status eq "ACTIVE"`), After: "i" + string(numbered(bailiwick.KindUser, c.random.IntN(c.people*9/10)))}
		})},
		{name: "search: status eq, last page", ask: page(func() store.UserQuery {
			return store.UserQuery{Limit: 200, Where: expression(`status eq "ACTIVE"`), After: "i" + string(numbered(bailiwick.KindUser, c.people-200))}
		})},
		{name: "search: lastName sw, 1 letter", ask: page(func() store.UserQuery {
			return store.UserQuery{Limit: 200, Where: expression(`profile.lastName sw "` + c.prefix(1) + `"`)}
		})},
		{name: "search: lastName sw, 3 letters", ask: page(func() store.UserQuery {
			return store.UserQuery{Limit: 200, Where: expression(`profile.lastName sw "` + c.prefix(3) + `"`)}
		})},
		{name: "search: status eq sortBy lastName, first page", ask: page(func() store.UserQuery {
			return store.UserQuery{Limit: 200, Where: expression(`status eq "ACTIVE"`), SortBy: "profile.lastName"}
		})},
		{name: "search: status eq sortBy lastName, deep page", ask: page(func() store.UserQuery {
			return store.UserQuery{Limit: 200, Where: expression(`status eq "ACTIVE"`), SortBy: "profile.lastName",
				After: "vprofile.lastName\x01" + c.prefix(4) + "\x01" + string(numbered(bailiwick.KindUser, 0))}
		})},
		{name: "search: status eq sortBy lastName, last page", ask: page(func() store.UserQuery {
			return store.UserQuery{Limit: 200, Where: expression(`status eq "ACTIVE"`), SortBy: "profile.lastName", After: "vprofile.lastName\x01vuvuvu\x01"}
		})},
		{name: "search: lastName co, 4 letters", ask: page(func() store.UserQuery {
			return store.UserQuery{Limit: 200, Where: expression(`profile.lastName co "` + c.prefix(4) + `"`)}
		})},
		{name: "count", ask: func(v *store.View, scope authz.UserScope, _ admin) (int, error) {
			r, err := v.Reached(scope)
			return int(r.People), err
		}},
		{name: "may A see U (reads U)", ask: func(v *store.View, scope authz.UserScope, who admin) (int, error) {
			return seen(v.User(scope, c.somebody(who)))
		}},
		{name: "may A reset U's password (reads U)", ask: func(v *store.View, _ authz.UserScope, who admin) (int, error) {
			scope, err := v.Actor().Users(authz.UsersResetPassword)
			if err != nil {
				return 0, err
			}
			return seen(v.User(scope, c.somebody(who)))
		}},
		{name: "list of administrators, 20", ask: func(v *store.View, scope authz.UserScope, _ admin) (int, error) {
			p, err := v.Administrators(scope, "", 20)
			return len(p.Rows), err
		}},
		{name: "a view that proves who asks and reads U", ask: func(v *store.View, scope authz.UserScope, who admin) (int, error) {
			return seen(v.User(scope, c.somebody(who)))
		}, whole: true},
	}
}

func seen(_ bailiwick.User, err error) (int, error) {
	if errors.Is(err, bailiwick.ErrMissing) {
		return 0, nil
	}
	return 1, err
}

func expression(text string) filter.Node {
	n, err := filter.Parse(text)
	if err != nil {
		panic(err)
	}
	return n
}

// keyPage is how long the engine takes for a page of its own primary key.
func (c *crowd) keyPage(b *testing.B, s *store.Store) time.Duration {
	b.Helper()
	var times []time.Duration
	for range 60 {
		at := time.Now()
		rows, err := s.Reader().Query(`SELECT id, status, profile, created FROM users WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT 200`,
			c.org.ID, numbered(bailiwick.KindUser, c.random.IntN(c.people*9/10)))
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
			var id, status string
			var profile []byte
			var created int64
			if err := rows.Scan(&id, &status, &profile, &created); err != nil {
				b.Fatal(err)
			}
		}
		if err := rows.Close(); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(at))
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// ask prints one line for each administrator.
func (c *crowd) ask(b *testing.B, s *store.Store, q question) {
	b.Helper()
	key := c.keyPage(b, s)
	fmt.Printf("\n| %s | groups | p50 ms | p95 ms | × unscoped | × key page (%s ms) | rows |\n|---|--:|--:|--:|--:|--:|--:|\n", q.name, ms(key))
	var unscoped time.Duration
	for _, who := range c.admins {
		var times []time.Duration
		rows := 0
		for began := time.Now(); len(times) < 60 && (len(times) < 9 || time.Since(began) < 4*time.Second); {
			at := time.Now()
			var took time.Duration
			err := s.View(context.Background(), authz.OnBehalf(c.org.ID, who.id), func(v *store.View) error {
				scope, err := v.Actor().Users(authz.UsersRead)
				if err != nil {
					return err
				}
				asked := time.Now()
				n, err := q.ask(v, scope, who)
				took = time.Since(asked)
				rows += n
				return err
			})
			if q.whole {
				took = time.Since(at)
			}
			times = append(times, took)
			if err != nil {
				b.Fatalf("%s for %s: %v", q.name, who.name, err)
			}
		}
		times = slices.Sorted(slices.Values(times[4:])) // the first warm up
		p50, p95 := times[len(times)/2], times[len(times)*95/100]
		if who.name == unscopedName {
			unscoped = p50
		}
		ratio := "–" // the unscoped count is remembered, not counted
		if unscoped > 10*time.Microsecond {
			ratio = fmt.Sprintf("%.1f", float64(p50)/float64(unscoped))
		}
		fmt.Printf("| %s | %d | %s | %s | %s | %.1f | %d |\n", who.name, len(who.groups), ms(p50), ms(p95), ratio, float64(p50)/float64(key), rows/(len(times)+4))
	}
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d.Microseconds())/1000) }

// A crowd is a large org by arithmetic: nothing of it is kept in memory but
// the sizes of its groups.
type crowd struct {
	world
	people      int
	sizes       []int // of the groups, largest first, then one of contiguous IDs
	memberships int
	admins      []admin
	random      *rand.Rand
}

type admin struct {
	name   string
	id     bailiwick.ID
	groups []int
}

const unscopedName = "sees everybody"

func newCrowd(people int) *crowd {
	c := &crowd{people: people, random: rand.New(rand.NewPCG(1, 2))}
	c.org = bailiwick.Org{ID: numbered(bailiwick.KindOrg, 1), Slug: "crowd", Name: "Crowd", Everyone: numbered(bailiwick.KindGroup, 0),
		Realm: numbered(bailiwick.KindRealm, 0), UserType: numbered(bailiwick.KindUserType, 0), Schema: numbered(bailiwick.KindUserSchema, 0), Created: worldTime}
	groups := people / 100
	for i := range groups {
		// A few large groups and very many small ones, as organizations have.
		c.sizes = append(c.sizes, max(3, int(0.108*float64(people)/math.Pow(float64(i+1), 0.85))))
	}
	c.sizes = append(c.sizes, people/10)
	for _, n := range c.sizes {
		c.memberships += n
	}
	c.admins = []admin{{name: unscopedName}}
	add := func(name string, groups []int) {
		c.admins = append(c.admins, admin{name: name, groups: groups})
	}
	span := func(from, n int) (out []int) {
		for i := range n {
			out = append(out, from+i)
		}
		return out
	}
	for _, k := range []int{1, 10, 100, 1000} {
		if k*2 > groups {
			break
		}
		add(fmt.Sprintf("%d smallest", k), span(groups-k, k))
		add(fmt.Sprintf("%d largest", k), span(0, k))
		add(fmt.Sprintf("%d random", k), c.random.Perm(groups)[:k])
	}
	add("1 of contiguous IDs", []int{groups})
	for i := range c.admins {
		c.admins[i].id = numbered(bailiwick.KindUser, i)
	}
	return c
}

// member is the j-th member of a group: strides through the people, so that
// membership has nothing to do with the order of IDs, except in the last group.
func (c *crowd) member(group, j int) int {
	if group == len(c.sizes)-1 {
		return c.people/4 + j
	}
	stride := 7919 + 2*group
	for gcd(stride, c.people) != 1 {
		stride++
	}
	return (stride*j + 104729*group) % c.people
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// somebody is a member of one of the administrator's groups, or, as often,
// anybody.
func (c *crowd) somebody(who admin) bailiwick.ID {
	n := c.random.IntN(c.people)
	if len(who.groups) > 0 && c.random.IntN(2) == 0 {
		g := who.groups[c.random.IntN(len(who.groups))]
		n = c.member(g, c.random.IntN(c.sizes[g]))
	}
	return numbered(bailiwick.KindUser, n)
}

// Syllables make 400 first and 8,000 last names.
var syllables = strings.Fields("an be ca do el fi ga ho is ju ka li mo na or pe ra si ta vu")

func (c *crowd) user(n int) bailiwick.User {
	hash := uint64(n)*0x9E3779B97F4A7C15 ^ uint64(n)<<7
	pick := func(shift int) string { return syllables[hash>>shift%20] }
	first, last := pick(8)+pick(16), pick(24)+pick(32)+pick(40)
	login := fmt.Sprintf("%s.%s.%d@crowd.example", first, last, n)
	status := bailiwick.Active
	if n > 100 && hash>>48%50 == 0 { // the administrators stay active
		status = bailiwick.Suspended
	}
	return bailiwick.User{ID: numbered(bailiwick.KindUser, n), Status: status, TypeID: c.org.UserType, RealmID: c.org.Realm,
		Provider: bailiwick.ProviderInternal, Created: worldTime, Activated: worldTime, StatusChanged: worldTime, LastUpdated: worldTime, Version: 1,
		Profile: bailiwick.Profile{"firstName": first, "lastName": last, "login": login, "email": login, "department": pick(13) + pick(21)}}
}

func (c *crowd) prefix(letters int) string {
	s := syllables[c.random.IntN(20)] + syllables[c.random.IntN(20)]
	return s[:letters]
}
