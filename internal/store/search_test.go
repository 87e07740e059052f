package store_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
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
	"pgregory.net/rapid"
)

// What an expression finds is said twice: by the store with its index, and by
// the functions at the end of this file, which ask everybody. These tests draw
// people and expressions and compare the two.

// Texts that fold, that fold to each other, that begin each other, that sort by
// bytes other than by any language, and that are cut.
var searchTexts = []string{"Ann", "ann", "ANNA", "Änne", "A\u0308nne", "anna maria", "Zoë", "zoe", "李", "_x", "%", "Straße", "STRASSE", "é", "e",
	"\U0010FFFFz", "\uD7FFx", "ﬁn", strings.Repeat("ab", 140), strings.Repeat("ab", 140) + "c", strings.Repeat("a", 255) + "é", strings.Repeat("a", 256), "true", "5"}

var searchTimes = []time.Time{{}, worldTime.AddDate(-1, 0, 0), worldTime.Add(-time.Millisecond), worldTime, worldTime.Add(time.Hour)}

// enrich gives the people of a drawn world more to be found by.
func enrich(t *rapid.T, w *world) {
	text := rapid.SampledFrom(searchTexts)
	for i := range w.users {
		u := &w.users[i]
		u.Status = rapid.SampledFrom(bailiwick.Statuses()).Draw(t, "status")
		u.Created = rapid.SampledFrom(searchTimes[1:]).Draw(t, "created")
		u.Activated = rapid.SampledFrom(searchTimes).Draw(t, "activated")
		u.StatusChanged = rapid.SampledFrom(searchTimes).Draw(t, "status changed")
		u.LastUpdated = rapid.SampledFrom(searchTimes[1:]).Draw(t, "last updated")
		u.Profile["lastName"] = text.Draw(t, "last name")
		for _, name := range []string{"department", "firstName"} {
			delete(u.Profile, name)
			if rapid.Bool().Draw(t, name) {
				u.Profile[name] = text.Draw(t, name)
			}
		}
		if rapid.Bool().Draw(t, "level") {
			u.Profile["level"] = rapid.SampledFrom([]float64{-2.5, -1, 0, math.Copysign(0, -1), 1, 5, 1e300}).Draw(t, "level")
		}
		if rapid.Bool().Draw(t, "remote") {
			u.Profile["remote"] = rapid.Bool().Draw(t, "remote")
		}
		if tags := rapid.SliceOfN(text, 0, 3).Draw(t, "tags"); len(tags) > 0 {
			list := make([]any, len(tags))
			for i, tag := range tags {
				list[i] = tag
			}
			u.Profile["tags"] = list
		}
	}
}

// drawExpression draws a tree with up to so many levels of "and", "or", "not".
func drawExpression(t *rapid.T, w *world, levels int) string {
	inner := func() string { return "(" + drawExpression(t, w, levels-1) + ")" }
	if levels > 0 {
		switch rapid.IntRange(0, 5).Draw(t, "node") {
		case 0, 1:
			return inner() + " and " + inner()
		case 2:
			return inner() + " or " + inner()
		case 3:
			return "not " + inner()
		}
	}
	quoted := func(s string) string { return `"` + s + `"` }
	text := func() string {
		s := []rune(rapid.SampledFrom(searchTexts).Draw(t, "text"))
		return quoted(string(s[:rapid.IntRange(0, len(s)).Draw(t, "length")]))
	}
	op := func(ops ...string) string { return " " + rapid.SampledFrom(ops).Draw(t, "op") + " " }
	path := rapid.SampledFrom([]string{"profile.lastName", "profile.firstName", "profile.department", "profile.tags", "profile.login",
		"profile.level", "profile.remote", "profile.absent", "status", "id", "type.id", "realmId", "created", "activated", "statusChanged", "lastUpdated"}).Draw(t, "path")
	if rapid.IntRange(0, 9).Draw(t, "present") == 0 {
		return path + " pr"
	}
	switch path {
	case "profile.level":
		return path + op("eq", "ne", "gt", "ge", "lt", "le") + rapid.SampledFrom([]string{"-2.5", "0", "1", "4", "1e301", `"5"`}).Draw(t, "number")
	case "profile.remote":
		return path + op("eq", "ne") + rapid.SampledFrom([]string{"true", "false", `"true"`}).Draw(t, "truth")
	case "status":
		return path + op("eq", "eq", "ne", "sw") + rapid.SampledFrom([]string{`"ACTIVE"`, `"active"`, `"S"`, `"STAGED"`}).Draw(t, "status")
	case "id":
		return path + op("eq", "ne", "gt") + quoted(string(rapid.SampledFrom(w.users).Draw(t, "user").ID))
	case "type.id":
		return path + op("eq", "ne") + quoted(string(numbered(bailiwick.KindUserType, rapid.IntRange(0, 2).Draw(t, "type"))))
	case "realmId":
		return path + op("eq") + quoted(string(rapid.SampledFrom(w.realms).Draw(t, "realm").ID))
	case "created", "activated", "statusChanged", "lastUpdated":
		at := rapid.SampledFrom(searchTimes[1:]).Draw(t, "time")
		return path + op("eq", "gt", "ge", "lt", "le", "ne") + quoted(at.In(time.FixedZone("", 3600)).Format("2006-01-02T15:04:05.000Z07:00"))
	}
	return path + op("eq", "sw", "gt", "ge", "lt", "le", "co", "ne", "ew") + text()
}

// searchWorlds runs check on both engines as one of the people of a drawn
// world, with the budget that is given.
func searchWorlds(t *testing.T, few, read int, check func(t *rapid.T, w *world, v *store.View, scope authz.UserScope)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		s.SetBudget(few, read)
		rapid.Check(t, func(t *rapid.T) {
			ctx := context.Background()
			w := drawWorld(t, bailiwick.ID(fmt.Sprintf("%s%017d", bailiwick.KindOrg, orgsDrawn.Add(1))))
			enrich(t, w)
			if err := w.fill(ctx, s); err != nil {
				t.Fatalf("fill the world: %v", err)
			}
			actors := []authz.Actor{authz.System(w.org.ID, "sees everybody"), authz.OnBehalf(w.org.ID, rapid.SampledFrom(w.users).Draw(t, "actor").ID)}
			for _, by := range actors {
				err := s.View(ctx, by, func(v *store.View) error {
					scope, err := v.Actor().Users(authz.UsersRead)
					if err == nil {
						check(t, w, v, scope)
					}
					return nil
				})
				if err != nil && !errors.Is(err, bailiwick.ErrUnauthenticated) {
					t.Fatal(err)
				}
			}
		})
	})
}

func drawSearch(t *rapid.T, w *world) (store.UserQuery, string) {
	text := drawExpression(t, w, 2)
	tree, err := filter.Parse(text)
	if err != nil {
		t.Skip("not an expression")
	}
	q := store.UserQuery{Where: tree, Limit: rapid.IntRange(1, 6).Draw(t, "limit"), Spelling: rapid.SampledFrom([]store.Spelling{store.AnyCase, store.ExactCase}).Draw(t, "spelling")}
	q.SortBy = rapid.SampledFrom([]string{"", "", "id", "profile.lastName", "profile.department", "profile.tags", "profile.level", "status", "created", "activated"}).Draw(t, "sort by")
	q.Descending = q.SortBy != "id" && rapid.Bool().Draw(t, "descending")
	return q, fmt.Sprintf("%s sorted by %q (descending %t, spelling %d)", text, q.SortBy, q.Descending, q.Spelling)
}

func TestASearchFindsWhomTheExpressionDescribesInItsOrder(t *testing.T) {
	t.Parallel()
	searchWorlds(t, 500, 20_000, func(t *rapid.T, w *world, v *store.View, scope authz.UserScope) {
		q, what := drawSearch(t, w)
		got, err := allPages(v, scope, q)
		if !indexed(q.Where) && !scope.See().Nothing() {
			if !errors.Is(err, &bailiwick.Error{Code: bailiwick.Invalid, Reason: bailiwick.ReasonBadSearch}) {
				t.Fatalf("%s, which no index answers: got %v, %v, want a refusal", what, got, err)
			}
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if want := w.search(scope, q); !slices.Equal(got, want) {
			t.Fatalf("%s: got %v, want %v", what, got, want)
		}
	})
}

// With next to no budget the store walks stretches and scopes, gives pages up
// and goes on by cursor, as it does with a million people.
func TestASearchLosesNobodyWhenItsBudgetIsSmall(t *testing.T) {
	t.Parallel()
	searchWorlds(t, 1, 5, func(t *rapid.T, w *world, v *store.View, scope authz.UserScope) {
		q, what := drawSearch(t, w)
		if !indexed(q.Where) {
			return
		}
		got, err := allPages(v, scope, q)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		want := w.search(scope, q)
		if q.SortBy == "" { // by ID, or along the stretch
			slices.Sort(got)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s: got %v, want %v", what, got, want)
		}
	})
}

// search is what the store should find: everybody is asked.
func (w *world) search(scope authz.UserScope, q store.UserQuery) []bailiwick.ID {
	var found []bailiwick.User
	for _, u := range w.users {
		if !errors.Is(scope.Judge(w.subject(u)), bailiwick.ErrMissing) && holds(q.Where, u, q.Spelling == store.ExactCase) {
			found = append(found, u)
		}
	}
	slices.SortFunc(found, func(a, b bailiwick.User) int {
		x, y := sortKeys(a, q), sortKeys(b, q)
		if len(x) == 0 || len(y) == 0 || q.SortBy == "" || q.SortBy == "id" {
			return cmp.Or(cmp.Compare(min(1, len(y)), min(1, len(x))), cmp.Compare(a.ID, b.ID))
		}
		if q.Descending {
			return -cmp.Or(strings.Compare(slices.Max(x), slices.Max(y)), cmp.Compare(a.ID, b.ID))
		}
		return cmp.Or(strings.Compare(slices.Min(x), slices.Min(y)), cmp.Compare(a.ID, b.ID))
	})
	ids := []bailiwick.ID{}
	for _, u := range found {
		ids = append(ids, u.ID)
	}
	return ids[:len(ids):len(ids)]
}

func sortKeys(u bailiwick.User, q store.UserQuery) (out []string) {
	if q.SortBy == "" || q.SortBy == "id" {
		return []string{""}
	}
	for _, v := range plain(u, q.SortBy) {
		switch v := v.(type) {
		case string:
			text := filter.Fold(v)
			for len(text) > 256 {
				r := []rune(text)
				text = string(r[:len(r)-1])
			}
			out = append(out, text)
		case float64:
			// -2.5 < 1 < 1e300 as texts: the few drawn are ranked by hand.
			out = append(out, strconv.Itoa(1+slices.Index([]float64{-2.5, -1, 0, 1, 5, 1e300}, v)))
		case time.Time:
			out = append(out, v.Format(time.RFC3339Nano+"9"))
		}
	}
	return out
}

// plain are the values of an attribute as Go has them.
func plain(u bailiwick.User, path string) []any {
	if name, ok := strings.CutPrefix(path, "profile."); ok {
		switch v := u.Profile[name].(type) {
		case nil:
			return nil
		case []any:
			return v
		default:
			return []any{v}
		}
	}
	one := map[string]any{"id": string(u.ID), "status": string(u.Status), "type.id": string(u.TypeID), "realmId": string(u.RealmID),
		"created": u.Created, "activated": u.Activated, "statusChanged": u.StatusChanged, "lastUpdated": u.LastUpdated}[path]
	if at, ok := one.(time.Time); ok && at.IsZero() {
		return nil
	}
	return []any{one}
}

func holds(n filter.Node, u bailiwick.User, exact bool) bool {
	switch n := n.(type) {
	case filter.And:
		return !slices.ContainsFunc(n.Terms, func(term filter.Node) bool { return !holds(term, u, exact) })
	case filter.Or:
		return slices.ContainsFunc(n.Terms, func(term filter.Node) bool { return holds(term, u, exact) })
	case filter.Not:
		return !holds(n.Term, u, exact)
	case filter.Present:
		return len(plain(u, n.Path)) > 0
	case filter.Compare:
		exact = exact && !slices.Contains([]filter.Op{filter.Gt, filter.Ge, filter.Lt, filter.Le}, n.Op) || strings.HasSuffix(strings.ToLower(n.Path), "id")
		return slices.ContainsFunc(plain(u, n.Path), func(have any) bool { return compares(have, n, exact) })
	}
	return false
}

func compares(have any, n filter.Compare, exact bool) bool {
	if text, ok := have.(string); ok && n.Value.Kind == filter.Text {
		want := n.Value.Text
		if !exact {
			text, want = filter.Fold(text), filter.Fold(want)
		}
		switch n.Op {
		case filter.Sw:
			return strings.HasPrefix(text, want)
		case filter.Co:
			return strings.Contains(text, want)
		case filter.Ew:
			return strings.HasSuffix(text, want)
		}
		return ordered(n.Op, strings.Compare(text, want))
	}
	switch have := have.(type) {
	case time.Time:
		want, _ := time.Parse(time.RFC3339, n.Value.Text)
		return ordered(n.Op, have.Compare(want))
	case float64:
		if want, err := strconv.ParseFloat(n.Value.Text, 64); err == nil && n.Value.Kind == filter.Number {
			return ordered(n.Op, cmp.Compare(have, want))
		}
	case bool:
		if n.Value.Kind == filter.Bool {
			return ordered(n.Op, strings.Compare(strconv.FormatBool(have), n.Value.Text))
		}
	}
	return n.Op == filter.Ne // of two kinds: they differ, and have no order
}

func ordered(op filter.Op, c int) bool {
	switch op {
	case filter.Eq:
		return c == 0
	case filter.Ne:
		return c != 0
	case filter.Gt:
		return c > 0
	case filter.Ge:
		return c >= 0
	case filter.Lt:
		return c < 0
	}
	return op == filter.Le && c <= 0
}

// indexed reports whether an expression has terms that people are found by.
func indexed(n filter.Node) bool {
	switch n := n.(type) {
	case filter.And:
		return slices.ContainsFunc(n.Terms, indexed)
	case filter.Or:
		return !slices.ContainsFunc(n.Terms, func(term filter.Node) bool { return !indexed(term) })
	case filter.Present:
		return n.Path != "id" && n.Path != "realmId"
	case filter.Compare:
		switch {
		case n.Path == "id" || n.Path == "realmId":
			return n.Op == filter.Eq
		case n.Op == filter.Co:
			return slices.Contains([]string{"profile.firstName", "profile.lastName", "profile.email", "profile.login"}, n.Path)
		}
		return slices.Contains([]filter.Op{filter.Eq, filter.Sw, filter.Gt, filter.Ge, filter.Lt, filter.Le}, n.Op)
	}
	return false
}

func TestASearchOfGroupsFindsWhatTheExpressionDescribes(t *testing.T) {
	t.Parallel()
	for _, read := range []int{3, 20_000} {
		t.Run(fmt.Sprintf("%d read for a page", read), func(t *testing.T) {
			t.Parallel()
			eachWorldWith(t, func(s *store.Store) { s.SetBudget(2, read) }, func(t *rapid.T, w *world, v *store.View) error {
				scope, err := v.Actor().Groups(authz.GroupsRead)
				if err != nil {
					return nil
				}
				path := rapid.SampledFrom([]string{"profile.name", "profile.description", "type", "id"}).Draw(t, "path")
				text := []rune(rapid.SampledFrom([]string{"Berg 0", "BERG", "ng", "Bergström 1", "Everyone", "OKTA_GROUP", "", "%", "一"}).Draw(t, "text"))
				one := fmt.Sprintf("%s %s %q", path, rapid.SampledFrom([]string{"eq", "sw", "co", "ne", "gt", "le"}).Draw(t, "op"), string(text))
				tree, err := filter.Parse(one + rapid.SampledFrom([]string{"", ` and profile.name sw "b"`, ` or profile.name sw "n"`, ` and not (type eq "BUILT_IN")`}).Draw(t, "more"))
				if err != nil {
					t.Fatal(err)
				}
				q := store.GroupQuery{Where: tree, Limit: rapid.IntRange(1, 3).Draw(t, "limit"), Descending: rapid.Bool().Draw(t, "descending"),
					SortBy: rapid.SampledFrom([]string{"", "profile.name", "type", "profile.description"}).Draw(t, "sort by")}
				want := w.searchGroups(scope, q)
				var got []bailiwick.ID
				for {
					page, err := v.Groups(scope, q)
					if errors.Is(err, bailiwick.ErrInvalid) && q.SortBy != "" && read == 3 {
						return nil // more than can be sorted
					}
					if err != nil {
						return err
					}
					for _, g := range page.Rows {
						got = append(got, g.ID)
					}
					if q.After = page.Next; q.After == "" {
						break
					}
				}
				if !slices.Equal(got, want) {
					t.Fatalf("groups by %s, sorted by %q (descending %t): got %v, want %v", tree, q.SortBy, q.Descending, got, want)
				}
				return nil
			})
		})
	}
}

func (w *world) searchGroups(scope authz.GroupScope, q store.GroupQuery) (ids []bailiwick.ID) {
	// A group poses as a person, so that one function says what holds.
	as := func(g bailiwick.Group) bailiwick.User {
		p := bailiwick.Profile{"name": g.Name, "type": string(g.Type)}
		if g.Description != "" {
			p["description"] = g.Description
		}
		return bailiwick.User{ID: g.ID, Profile: p}
	}
	var found []bailiwick.Group
	for _, g := range w.groups {
		if !errors.Is(scope.Judge(w.groupSubject(g)), bailiwick.ErrMissing) && holds(typed(q.Where), as(g), false) {
			found = append(found, g)
		}
	}
	slices.SortFunc(found, func(a, b bailiwick.Group) int {
		if q.SortBy == "" {
			return strings.Compare(filter.FoldAccents(a.Name), filter.FoldAccents(b.Name))
		}
		path := "profile." + strings.TrimPrefix(q.SortBy, "profile.")
		x, y := plain(as(a), path), plain(as(b), path)
		if len(x) == 0 || len(y) == 0 {
			order := cmp.Or(cmp.Compare(len(y), len(x)), cmp.Compare(a.ID, b.ID))
			if q.Descending && len(x) == len(y) {
				return -order
			}
			return order
		}
		order := cmp.Or(strings.Compare(filter.Fold(x[0].(string)), filter.Fold(y[0].(string))), cmp.Compare(a.ID, b.ID))
		if q.Descending {
			return -order
		}
		return order
	})
	for _, g := range found {
		ids = append(ids, g.ID)
	}
	return ids
}

// typed asks the profile for the type of a group.
func typed(n filter.Node) filter.Node {
	switch n := n.(type) {
	case filter.And:
		out := filter.And{}
		for _, term := range n.Terms {
			out.Terms = append(out.Terms, typed(term))
		}
		return out
	case filter.Or:
		out := filter.Or{}
		for _, term := range n.Terms {
			out.Terms = append(out.Terms, typed(term))
		}
		return out
	case filter.Not:
		return filter.Not{Term: typed(n.Term)}
	case filter.Compare:
		if n.Path == "type" {
			n.Path = "profile.type"
		}
		return n
	}
	return n
}
