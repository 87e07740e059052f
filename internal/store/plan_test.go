package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

// large are the tables that grow with the people: none is ever read without a
// key that narrows it to about what is returned.
var large = []string{"users", "user_attributes", "user_keys", "group_members", "member_keys"}

// Every statement that lists and searches run is explained by the engine that
// runs it, among so many people that a bad plan is one.
func TestNoListScansWhatItDoesNotReturn(t *testing.T) {
	t.Parallel()
	people := 20_000
	if soak {
		people = 100_000
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := newCrowd(people)
		if err := c.load(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		s.SetBudget(50, 2000) // a crowd of millions would meet the standard one
		for _, who := range c.admins {
			if who.groups != nil && who.name != "10 random" && who.name != "100 random" && who.name != "1 largest" && who.name != "1 smallest" {
				continue
			}
			for _, q := range c.questions() {
				if q.name == "count" || q.whole { // counted every ten seconds at most; the look-up of one
					continue
				}
				heard := hear(t, s, c, who, q)
				if len(heard) == 0 {
					t.Errorf("%s, %s: heard no statement", q.name, who.name)
				}
				for _, h := range heard {
					for _, fault := range explain(t, s, h) {
						t.Errorf("%s, %s: %s\n%s\n%v", q.name, who.name, fault, h.text, h.args)
					}
				}
			}
		}
	})
}

type statement struct {
	text string
	args []any
}

// hear asks a question and returns what it read, each text once.
func hear(t *testing.T, s *store.Store, c *crowd, who admin, q question) (heard []statement) {
	t.Helper()
	seen := map[string]bool{}
	err := s.View(context.Background(), authz.OnBehalf(c.org.ID, who.id), func(v *store.View) error {
		scope, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return err
		}
		s.Hear(func(text string, args []any) {
			if !seen[text] && !strings.Contains(text, "COUNT(*) FROM users") {
				seen[text] = true
				heard = append(heard, statement{text, args})
			}
		})
		defer s.Hear(nil)
		_, err = q.ask(v, scope, who)
		return err
	})
	if err != nil {
		t.Fatalf("%s, %s: %v", q.name, who.name, err)
	}
	return heard
}

func explain(t *testing.T, s *store.Store, h statement) []string {
	t.Helper()
	if s.Engine() == "postgres" {
		return explainPostgres(t, s, h)
	}
	rows, err := s.Reader().Query("EXPLAIN QUERY PLAN "+h.text, h.args...)
	if err != nil {
		t.Fatalf("explain %s: %v", h.text, err)
	}
	defer rows.Close()
	var faults []string
	for rows.Next() {
		var id, parent, unused int
		var line string
		if err := rows.Scan(&id, &parent, &unused, &line); err != nil {
			t.Fatal(err)
		}
		// A SEARCH by the org alone reads all of it.
		if (strings.HasPrefix(line, "SCAN") || strings.HasSuffix(line, "(org_id=?)")) && namesLarge(h.text, line) {
			faults = append(faults, line)
		}
	}
	return faults
}

// namesLarge reports whether a line of a plan is about a large table, which it
// names by its alias.
func namesLarge(text, line string) bool {
	alias := strings.Fields(line)[1]
	for _, table := range large {
		if alias == table || strings.Contains(text, table+" "+alias) {
			return true
		}
	}
	return false
}

// A node of PostgreSQL's plan.
type node struct {
	Type    string  `json:"Node Type"`
	Table   string  `json:"Relation Name"`
	Rows    float64 `json:"Actual Rows"`
	Loops   float64 `json:"Actual Loops"`
	Removed float64 `json:"Rows Removed by Filter"`
	Joined  float64 `json:"Rows Removed by Join Filter"`
	Plans   []node  `json:"Plans"`
}

func explainPostgres(t *testing.T, s *store.Store, h statement) []string {
	t.Helper()
	var text string
	if err := s.Reader().QueryRow("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "+h.text, h.args...).Scan(&text); err != nil {
		t.Fatalf("explain %s: %v", h.text, err)
	}
	var plans []struct{ Plan node }
	if err := json.Unmarshal([]byte(text), &plans); err != nil {
		t.Fatal(err)
	}
	var faults []string
	var walk func(n node, returned float64)
	walk = func(n node, returned float64) {
		for _, table := range large {
			if n.Table != table {
				continue
			}
			if n.Type == "Seq Scan" {
				faults = append(faults, fmt.Sprintf("scans %s: %v rows", table, n.Rows))
			}
		}
		// Hidden people may be read and refused: as many as were asked for.
		if removed := (n.Removed + n.Joined) * n.Loops; removed > returned+float64(2000) {
			faults = append(faults, fmt.Sprintf("%s on %s reads %v rows that it does not return", n.Type, n.Table, removed))
		}
		for _, below := range n.Plans {
			walk(below, returned)
		}
	}
	walk(plans[0].Plan, plans[0].Plan.Rows)
	return faults
}

// What is stored of a person in the index is what the person has, after any
// sequence of writes.
func TestTheAttributeIndexFollowsEveryWrite(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := &world{org: bailiwick.Org{ID: numbered(bailiwick.KindOrg, 1), Slug: "w", Name: "W", Everyone: numbered(bailiwick.KindGroup, 0),
			Realm: numbered(bailiwick.KindRealm, 0), UserType: numbered(bailiwick.KindUserType, 0), Schema: numbered(bailiwick.KindUserSchema, 0), Created: worldTime}}
		w.realms = []bailiwick.Realm{{ID: w.org.Realm, Name: "Default", Type: bailiwick.DefaultRealm, Default: true, Created: worldTime}}
		c := newCrowd(200)
		c.org = w.org
		w.users = []bailiwick.User{c.user(1), c.user(2)}
		if err := w.fill(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		id := w.users[0].ID
		write := func(fn func(tx *store.Tx, scope authz.UserScope, u bailiwick.User) error) {
			t.Helper()
			err := s.Do(t.Context(), authz.System(w.org.ID, "test"), bailiwick.UserProfileUpdated, func(tx *store.Tx) error {
				scope, err := tx.Actor().Users(authz.UsersEditProfile)
				if err != nil {
					return err
				}
				u, err := tx.User(scope, id)
				if err != nil {
					return err
				}
				return fn(tx, scope, u)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		check := func(want ...bailiwick.User) {
			t.Helper()
			var lines []string
			for _, u := range want {
				for _, e := range store.EntriesOf(u) {
					lines = append(lines, e[0]+"|"+e[1]+"|"+string(u.ID))
				}
			}
			got := texts(t, s, `SELECT name || '|' || value || '|' || user_id FROM user_attributes WHERE org_id = $1 ORDER BY user_id, name, value`, w.org.ID)
			if strings.Join(got, "\n") != strings.Join(lines, "\n") {
				t.Fatalf("index:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(lines, "\n"))
			}
		}
		check(w.users...)
		changed := w.users[0]
		write(func(tx *store.Tx, scope authz.UserScope, u bailiwick.User) error {
			u.Profile = bailiwick.Profile{"login": "New@x.example", "lastName": strings.Repeat("É", 200), "level": 3.5, "tags": []any{"b", "a", "B"}, "remote": false}
			u.Status, u.LastUpdated, u.Activated = bailiwick.Staged, worldTime.AddDate(0, 1, 0), worldTime
			changed = u
			return tx.SaveUser(scope, u)
		})
		check(changed, w.users[1])
		write(func(tx *store.Tx, _ authz.UserScope, _ bailiwick.User) error {
			signer, err := tx.HoldSigner(id)
			if err != nil {
				return err
			}
			signer.User.Status, signer.User.LastUpdated = bailiwick.LockedOut, worldTime
			changed.Status, changed.LastUpdated = bailiwick.LockedOut, worldTime
			return tx.SaveSigner(signer)
		})
		check(changed, w.users[1])
		write(func(tx *store.Tx, scope authz.UserScope, u bailiwick.User) error { return tx.DeleteUser(scope, u.ID) })
		check(w.users[1])
		mustExec(t, s, `DELETE FROM user_attributes`)
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		check(w.users[1])
	})
}

// unindexed are functions that write a column which people are found by and
// leave the index to somebody else, each with the reason.
var unindexed = map[string]string{
	"strip": "takes values that nobody can find any more; forget takes them from the index",
}

func TestWhoeverWritesWhatPeopleAreFoundByMovesTheIndex(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	writers := 0
	found := regexp.MustCompile(`\b(status|type_id|profile|created|activated|status_changed|last_updated) = `)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			writes, moves := false, false
			ast.Inspect(fn, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					set, _, _ := strings.Cut(n.Value, "WHERE")
					writes = writes || strings.Contains(set, "UPDATE users SET") && found.MatchString(set)
				case *ast.SelectorExpr:
					moves = moves || n.Sel.Name == "reindex"
				}
				return true
			})
			if writes {
				writers++
			}
			if writes && !moves && unindexed[fn.Name.Name] == "" {
				t.Errorf("%s: %s writes what people are found by and does not call reindex", name, fn.Name.Name)
			}
		}
	}
	if writers < 2 {
		t.Errorf("found %d writers, want at least 2: does this test still recognize them?", writers)
	}
}
