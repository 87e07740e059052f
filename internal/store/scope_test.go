package store_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
	"pgregory.net/rapid"
)

// The meaning of a scope exists twice: as SQL here, as Go in authz. These tests
// draw worlds and ask both.

var orgsDrawn atomic.Int64

// eachWorld runs check on both engines, in many drawn worlds, as one of the
// people of each: inside a View and inside a Do, which read by other texts.
func eachWorld(t *testing.T, check func(t *rapid.T, w *world, v *store.View) error) {
	eachWorldWith(t, func(*store.Store) {}, check)
}

func eachWorldWith(t *testing.T, prepare func(*store.Store), check func(t *rapid.T, w *world, v *store.View) error) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		prepare(s)
		rapid.Check(t, func(t *rapid.T) {
			ctx := context.Background()
			w := drawWorld(t, bailiwick.ID(fmt.Sprintf("%s%017d", bailiwick.KindOrg, orgsDrawn.Add(1))))
			if err := w.fill(ctx, s); err != nil {
				t.Fatalf("fill the world: %v", err)
			}
			by := authz.OnBehalf(w.org.ID, rapid.SampledFrom(w.users).Draw(t, "actor").ID)
			if err := s.View(ctx, by, func(v *store.View) error { return check(t, w, v) }); err != nil {
				t.Fatal(err)
			}
			err := s.Do(ctx, by, bailiwick.OrgUpdated, func(tx *store.Tx) error {
				return cmp.Or(check(t, w, &tx.View), store.Unchanged())
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	})
}

func TestAUserReadsAsTheScopeJudges(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *rapid.T, w *world, v *store.View) error {
		for range 3 {
			p := authz.UserPermission(rapid.IntRange(int(authz.UsersRead), int(authz.UsersRoles)).Draw(t, "permission"))
			scope, err := v.Actor().Users(p)
			if err != nil {
				continue // no grant holds it: nothing is looked up
			}
			for _, u := range w.users {
				got, err := v.User(scope, u.ID)
				if want := scope.Judge(w.subject(u)); !sameRefusal(err, want) {
					t.Fatalf("user %s with permission %d: got %v, want %v", u.ID, p, err, want)
				} else if want == nil && got.Profile.Login() != u.Profile.Login() {
					t.Fatalf("user %s: got login %s, want %s", u.ID, got.Profile.Login(), u.Profile.Login())
				}
			}
		}
		return nil
	})
}

func TestAGroupReadsAsTheScopeJudges(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *rapid.T, w *world, v *store.View) error {
		for p := authz.GroupsRead; p <= authz.GroupsAssignApps; p++ {
			scope, err := v.Actor().Groups(p)
			if err != nil {
				continue
			}
			for _, g := range w.groups {
				_, err := v.Group(scope, g.ID)
				if want := scope.Judge(w.groupSubject(g)); !sameRefusal(err, want) {
					t.Fatalf("group %s with permission %d: got %v, want %v", g.Name, p, err, want)
				}
			}
		}
		return nil
	})
}

func TestAnAppReadsAsTheScopeJudges(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *rapid.T, w *world, v *store.View) error {
		for p := authz.AppsRead; p <= authz.AppsAssign; p++ {
			scope, err := v.Actor().Apps(p)
			if err != nil {
				continue
			}
			listed, err := v.Apps(scope, store.AppQuery{Limit: 100})
			if err != nil {
				return err
			}
			for _, app := range w.apps {
				_, err := v.App(scope, app.ID)
				want := scope.Judge(w.appSubject(app))
				if !sameRefusal(err, want) {
					t.Fatalf("app %s with permission %d: got %v, want %v", app.ID, p, err, want)
				}
				inList := slices.ContainsFunc(listed.Rows, func(a bailiwick.App) bool { return a.ID == app.ID })
				if inList == errors.Is(want, bailiwick.ErrMissing) {
					t.Fatalf("app %s with permission %d is in the list: got %v, want %v", app.ID, p, inList, !inList)
				}
			}
		}
		return nil
	})
}

func TestListsShowWhomTheScopeContains(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *rapid.T, w *world, v *store.View) error {
		scope, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return nil
		}
		q := store.UserQuery{
			Limit:  rapid.IntRange(1, 7).Draw(t, "limit"),
			ByName: rapid.Bool().Draw(t, "by name"),
			Prefix: rapid.SampledFrom([]string{"", "", "", "a", "ANN", "ann b", "berg", "zoe", "一", "李", "%", "_", "ann.1"}).Draw(t, "prefix"),
		}
		if rapid.IntRange(0, 3).Draw(t, "in a group") == 0 {
			q.Group = rapid.SampledFrom(w.groups[1:]).Draw(t, "group").ID
		}
		got, err := allPages(v, scope, q)
		if err != nil {
			return err
		}
		if want := w.list(scope, q); !slices.Equal(got, want) {
			t.Fatalf("people for %+v:\n got %v\nwant %v", q, got, want)
		}
		return nil
	})
}

func TestAReachIsCountedExactly(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *rapid.T, w *world, v *store.View) error {
		scope, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return nil
		}
		got, err := v.Reached(scope)
		want := store.Reached{People: int64(len(w.list(scope, store.UserQuery{}))), Of: int64(len(w.users))}
		if err == nil && got != want {
			t.Fatalf("reach: got %+v, want %+v", got, want)
		}
		return err
	})
}

func TestAGroupListShowsWhatTheScopeContains(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *rapid.T, w *world, v *store.View) error {
		scope, err := v.Actor().Groups(authz.GroupsRead)
		if err != nil {
			return nil
		}
		q := store.GroupQuery{
			Limit:  rapid.IntRange(1, 4).Draw(t, "limit"),
			Prefix: rapid.SampledFrom([]string{"", "", "berg", "NG", "一", "š", "_", "%"}).Draw(t, "prefix"),
		}
		if rapid.IntRange(0, 2).Draw(t, "of a person") == 0 {
			q.Of = rapid.SampledFrom(w.users).Draw(t, "person").ID
		}
		var got []bailiwick.ID
		for {
			page, err := v.Groups(scope, q)
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
		if want := w.listGroups(scope, q); !slices.Equal(got, want) {
			t.Fatalf("groups for %+v:\n got %v\nwant %v", q, got, want)
		}
		return nil
	})
}

func TestGrantsAreReadAsTheyAreHeld(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *rapid.T, w *world, v *store.View) error {
		byKey := func(a, b authz.Grant) int { return cmp.Compare(a.Assignment, b.Assignment) }
		got, want := v.Actor().Grants(), w.grants(v.Actor().ID())
		for i := range got {
			got[i].Via = ""
		}
		slices.SortFunc(got, byKey)
		slices.SortFunc(want, byKey)
		if !slices.Equal(got, want) {
			t.Fatalf("grants of %s: got %v, want %v", v.Actor().ID(), got, want)
		}
		return nil
	})
}

func TestAdministratorsAreListedWithTheRolesTheyHold(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *rapid.T, w *world, v *store.View) error {
		scope, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return nil
		}
		var got, want []bailiwick.ID
		for limit, after := rapid.IntRange(1, 3).Draw(t, "limit"), bailiwick.ID(""); ; {
			page, err := v.Administrators(scope, after, limit)
			if err != nil {
				return err
			}
			got = append(got, page.Rows...)
			if after = bailiwick.ID(page.Next); after == "" {
				break
			}
		}
		for _, id := range w.list(scope, store.UserQuery{}) {
			held := w.grants(id)
			if len(held) > 0 {
				want = append(want, id)
			}
			roles, err := v.Assignments(bailiwick.Principal{Kind: bailiwick.UserPrincipal, ID: id})
			if err != nil {
				return err
			}
			if len(roles) != len(held) || slices.ContainsFunc(roles, func(a bailiwick.Assignment) bool { return !holdsKey(held, a.Key) }) {
				t.Fatalf("roles of %s: got %v, want %v", id, roles, held)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("administrators: got %v, want %v", got, want)
		}
		return nil
	})
}

func holdsKey(grants []authz.Grant, key bailiwick.ID) bool {
	return slices.ContainsFunc(grants, func(g authz.Grant) bool { return g.Assignment == key })
}

func TestTheZeroScopeShowsNobody(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *rapid.T, w *world, v *store.View) error {
		page, err := v.Users(authz.UserScope{}, store.UserQuery{Limit: 100})
		if err != nil || len(page.Rows) > 0 {
			t.Fatalf("people for the zero scope: got %v, %v, want none", page.Rows, err)
		}
		if _, err := v.User(authz.UserScope{}, w.users[0].ID); !errors.Is(err, bailiwick.ErrMissing) {
			t.Fatalf("a user for the zero scope: got %v, want not found", err)
		}
		groups, err := v.Groups(authz.GroupScope{}, store.GroupQuery{Limit: 100})
		if err != nil || len(groups.Rows) > 0 {
			t.Fatalf("groups for the zero scope: got %v, %v, want none", groups.Rows, err)
		}
		return nil
	})
}

// allPages follows a list to its end.
func allPages(v *store.View, scope authz.UserScope, q store.UserQuery) (ids []bailiwick.ID, err error) {
	for {
		page, err := v.Users(scope, q)
		if err != nil {
			return nil, err
		}
		if len(page.Rows) > q.Limit {
			return nil, fmt.Errorf("a page of %d people, want at most %d", len(page.Rows), q.Limit)
		}
		for _, u := range page.Rows {
			ids = append(ids, u.ID)
		}
		if q.After = page.Next; q.After == "" {
			return ids, nil
		}
	}
}

// list is what a list should show: the people that the scope contains and the
// query asks for, by ID, by name, or by the first of the texts that match.
func (w *world) list(scope authz.UserScope, q store.UserQuery) []bailiwick.ID {
	type entry struct {
		by string
		id bailiwick.ID
	}
	var found []entry
	prefix := filter.FoldAccents(q.Prefix)
	for _, u := range w.users {
		if errors.Is(scope.Judge(w.subject(u)), bailiwick.ErrMissing) || q.Group != "" && !slices.Contains(w.members[q.Group], u.ID) {
			continue
		}
		full := filter.FoldAccents(u.Profile.FirstName() + " " + u.Profile.LastName())
		e := entry{id: u.ID}
		switch {
		case prefix != "":
			texts := []string{full, filter.FoldAccents(u.Profile.LastName()), filter.FoldAccents(u.Profile.Login())}
			texts = slices.DeleteFunc(texts, func(s string) bool { return !strings.HasPrefix(s, prefix) })
			if len(texts) == 0 {
				continue
			}
			e.by = slices.Min(texts)
		case q.ByName:
			e.by = full
		}
		found = append(found, e)
	}
	slices.SortFunc(found, func(a, b entry) int { return cmp.Or(strings.Compare(a.by, b.by), cmp.Compare(a.id, b.id)) })
	ids := make([]bailiwick.ID, len(found))
	for i, e := range found {
		ids[i] = e.id
	}
	return ids
}

func (w *world) listGroups(scope authz.GroupScope, q store.GroupQuery) []bailiwick.ID {
	var found []bailiwick.Group
	for _, g := range w.groups {
		of := q.Of == "" || g.Type == bailiwick.BuiltInGroup || slices.Contains(w.members[g.ID], q.Of)
		if of && strings.HasPrefix(filter.FoldAccents(g.Name), filter.FoldAccents(q.Prefix)) &&
			!errors.Is(scope.Judge(w.groupSubject(g)), bailiwick.ErrMissing) {
			found = append(found, g)
		}
	}
	slices.SortFunc(found, func(a, b bailiwick.Group) int {
		if builtIn := bailiwick.BuiltInGroup; q.Of != "" && (a.Type == builtIn) != (b.Type == builtIn) {
			if a.Type == builtIn {
				return -1
			}
			return 1
		}
		return strings.Compare(filter.FoldAccents(a.Name), filter.FoldAccents(b.Name))
	})
	var ids []bailiwick.ID
	for _, g := range found {
		ids = append(ids, g.ID)
	}
	return ids
}

// sameRefusal compares what a refusal says to the outside.
func sameRefusal(a, b error) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	x, okX := errors.AsType[*bailiwick.Error](a)
	y, okY := errors.AsType[*bailiwick.Error](b)
	return okX && okY && x.Code == y.Code && x.Reason == y.Reason && x.ID == y.ID
}
