package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

// court is a world of four: an owner, two super administrators and a person,
// in an org of its own, with a group.
func court(t *testing.T, s *store.Store) *world {
	t.Helper()
	w := &world{members: map[bailiwick.ID][]bailiwick.ID{}}
	w.org = bailiwick.Org{ID: numbered(bailiwick.KindOrg, 1), Slug: "court", Name: "Court", Everyone: numbered(bailiwick.KindGroup, 0),
		Realm: numbered(bailiwick.KindRealm, 0), UserType: numbered(bailiwick.KindUserType, 0), Schema: numbered(bailiwick.KindUserSchema, 0), Created: worldTime}
	w.realms = []bailiwick.Realm{{ID: w.org.Realm, Name: "Default", Type: bailiwick.DefaultRealm, Default: true}}
	w.groups = []bailiwick.Group{{ID: w.org.Everyone, Type: bailiwick.BuiltInGroup, Name: bailiwick.EveryoneName},
		{ID: numbered(bailiwick.KindGroup, 1), Type: bailiwick.ManagedGroup, Name: "Ushers"}}
	for i, name := range []string{"owner", "first", "second", "person"} {
		w.users = append(w.users, bailiwick.User{ID: numbered(bailiwick.KindUser, i), Status: bailiwick.Active, TypeID: w.org.UserType,
			RealmID: w.org.Realm, Provider: bailiwick.ProviderInternal, Created: worldTime, Version: 1,
			Profile: bailiwick.Profile{"firstName": name, "lastName": "Of Court", "login": name + "@court.example", "email": name + "@court.example"}})
	}
	for i, r := range []bailiwick.RoleType{bailiwick.Owner, bailiwick.SuperAdmin, bailiwick.SuperAdmin} {
		key := numbered(bailiwick.KindUserRole, i)
		w.roles = append(w.roles, role{Assignment: bailiwick.Assignment{Key: key, ID: key, Role: r, Mode: bailiwick.ScopeAll,
			Principal: bailiwick.Principal{Kind: bailiwick.UserPrincipal, ID: w.users[i].ID}}})
	}
	if err := w.fill(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) system() authz.Actor { return authz.System(w.org.ID, "a test") }

func TestTwoRemovalsAtOnceLeaveOneSuperAdministrator(t *testing.T) {
	t.Parallel()
	rounds := 30
	if soak {
		rounds = 300
	}
	// Who removes the super administrator i: in the first case the removal also
	// takes the other's authority, in the second only the rule is left.
	cases := map[string]func(w *world, i int) bailiwick.ID{
		"the two remove each other":    func(w *world, i int) bailiwick.ID { return w.users[2-i].ID },
		"the owner removes both":       func(w *world, _ int) bailiwick.ID { return w.users[0].ID },
		"each removes the own account": func(w *world, i int) bailiwick.ID { return w.users[1+i].ID },
	}
	for name, remover := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				w := court(t, s)
				for round := range rounds {
					errs := removeBoth(t, s, w, remover)
					left := w.superAdmins(t, s)
					if (errs[0] == nil) == (errs[1] == nil) || len(left) != 1 {
						t.Fatalf("round %d: got %v and %d super administrators left, want one removal done and one left", round, errs, len(left))
					}
					restore(t, s, w, w.roles[1:3], left[0])
				}
			})
		})
	}
}

// removeBoth takes both super administrators' roles at the same moment. A
// removal is done or forbidden, nothing else.
func removeBoth(t *testing.T, s *store.Store, w *world, remover func(*world, int) bailiwick.ID) (errs [2]error) {
	t.Helper()
	var both sync.WaitGroup
	for i := range 2 {
		both.Go(func() {
			by := authz.OnBehalf(w.org.ID, remover(w, i))
			errs[i] = s.Do(t.Context(), by, bailiwick.UserPrivilegeRevoked, func(tx *store.Tx) error {
				if err := tx.DeleteAssignment(w.roles[1+i].Assignment); err != nil {
					return err
				}
				return tx.RequireRulers()
			})
		})
	}
	both.Wait()
	for _, err := range errs {
		if err != nil && !errors.Is(err, bailiwick.ErrForbidden) {
			t.Fatalf("a removal: got %v, want it done or forbidden", err)
		}
	}
	return errs
}

func (w *world) superAdmins(t *testing.T, s *store.Store) (left []bailiwick.ID) {
	t.Helper()
	within(t, s, w.system(), func(v *store.View) (err error) {
		left, err = v.Supers()
		return err
	})
	return left
}

func restore(t *testing.T, s *store.Store, w *world, supers []role, left bailiwick.ID) {
	t.Helper()
	err := s.Do(t.Context(), w.system(), bailiwick.UserPrivilegeGranted, func(tx *store.Tx) error {
		for _, r := range supers {
			if r.Principal.ID != left {
				return tx.InsertAssignment(r.Assignment)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// An act that has read its authority must not commit after that authority was
// withdrawn: either the act comes first and the withdrawal waits, or the act
// is refused. A serializable transaction alone does not give that.
func TestNoActCommitsAfterItsAuthorityIsGone(t *testing.T) {
	t.Parallel()
	withdrawals := map[string]func(w *world, tx *store.Tx) error{
		"the role is taken away": func(w *world, tx *store.Tx) error { return tx.DeleteAssignment(w.roles[1].Assignment) },
		"the token is revoked": func(w *world, tx *store.Tx) error {
			_, err := tx.EndTokens(w.users[1].ID)
			return err
		},
		"the person is suspended": func(w *world, tx *store.Tx) error {
			all, err := tx.Actor().Users(authz.UsersSuspend)
			if err != nil {
				return err
			}
			u, err := tx.User(all, w.users[1].ID)
			if err != nil {
				return err
			}
			u.Status = bailiwick.Suspended
			return tx.SaveUser(all, u)
		},
	}
	for name, withdraw := range withdrawals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				w := court(t, s)
				giveToken(t, s, w)
				withdrawnFirst, err := actWhile(t, s, w, withdraw)
				if err == nil && withdrawnFirst {
					t.Errorf("the act committed after the withdrawal had: want it refused, or the withdrawal to wait")
				}
				if err := act(t.Context(), s, w, func() {}); err == nil {
					t.Errorf("an act after the withdrawal: got no error")
				}
			})
		})
	}
}

const courtDigest = "digest of the first super administrator's token"

func giveToken(t *testing.T, s *store.Store, w *world) {
	t.Helper()
	err := s.Do(t.Context(), w.system(), bailiwick.TokenCreated, func(tx *store.Tx) error {
		return tx.InsertToken(bailiwick.Token{ID: numbered(bailiwick.KindToken, 1), Name: "t", OwnerID: w.users[1].ID,
			Created: tx.Now(), ExpiresAt: tx.Now().Add(time.Hour)}, courtDigest)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// act renames the group with the first super administrator's token. pause runs
// between the proof of authority and the write.
func act(ctx context.Context, s *store.Store, w *world, pause func()) error {
	by := authz.ByToken(w.org.ID, courtDigest, bailiwick.Client{})
	return s.Do(ctx, by, bailiwick.GroupUpdated, func(tx *store.Tx) error {
		scope, err := tx.Actor().Groups(authz.GroupsEdit)
		if err != nil {
			return err
		}
		pause()
		g := w.groups[1]
		g.Description = "acted"
		return tx.SaveGroup(scope, g)
	})
}

// actWhile withdraws while an act stands between its proof and its write, and
// reports whether the withdrawal had committed before the act went on.
func actWhile(t *testing.T, s *store.Store, w *world, withdraw func(*world, *store.Tx) error) (withdrawnFirst bool, err error) {
	t.Helper()
	proven, withdrawn := make(chan struct{}), make(chan error, 1)
	go func() {
		<-proven
		withdrawn <- s.Do(context.Background(), w.system(), bailiwick.UserPrivilegeRevoked, func(tx *store.Tx) error { return withdraw(w, tx) })
	}()
	var once sync.Once
	var result error
	waited := false
	err = act(t.Context(), s, w, func() {
		once.Do(func() { close(proven) })
		if waited {
			return // a retry: the withdrawal has had its chance
		}
		waited = true
		select {
		case result = <-withdrawn:
			withdrawnFirst = true
		case <-time.After(300 * time.Millisecond):
		}
	})
	if !withdrawnFirst {
		result = <-withdrawn
	}
	if result != nil {
		t.Fatalf("withdraw: %v", result)
	}
	return withdrawnFirst, err
}

// Cancelled requests are everyday; on SQLite they interrupt statements of the
// one writer. None may leave a transaction open behind it.
func TestAStormOfCancelledRequestsLeavesTheStoreWhole(t *testing.T) {
	t.Parallel()
	requests := 300
	if soak {
		requests = 5000
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := court(t, s)
		giveToken(t, s, w)
		patience := 4 * time.Millisecond
		if s.Engine() == "postgres" {
			patience = 80 * time.Millisecond // a cancelled request costs its connection there
		}
		var done atomic.Int64
		var all sync.WaitGroup
		slots := make(chan struct{}, 16)
		for range requests {
			slots <- struct{}{}
			all.Go(func() {
				defer func() { <-slots }()
				ctx, cancel := context.WithTimeout(context.Background(), rand.N(patience))
				defer cancel()
				if err := act(ctx, s, w, func() {}); err == nil {
					done.Add(1)
				}
				_ = s.View(ctx, w.system(), func(v *store.View) error { _, err := v.Org(); return err })
			})
		}
		all.Wait()
		for range 3 {
			if err := act(t.Context(), s, w, func() {}); err != nil {
				t.Fatalf("an act after the storm: %v", err)
			}
			done.Add(1)
		}
		written := texts(t, s, `SELECT CAST(COUNT(*) AS TEXT) FROM events WHERE org_id = $1 AND type = $2`, w.org.ID, bailiwick.GroupUpdated)
		var events int64
		if _, err := fmt.Sscan(written[0], &events); err != nil {
			t.Fatal(err)
		}
		if events != done.Load() {
			t.Errorf("events after %d acts that said they were done: got %d", done.Load(), events)
		}
		t.Logf("%d of %d acts were done, %d events", done.Load()-3, requests, events)
		awaitIdle(t, s)
	})
}

// awaitIdle waits for all transactions to end: a cancelled one is rolled
// back behind the caller's back.
func awaitIdle(t *testing.T, s *store.Store) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		open := s.InUse()
		if open == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("transactions open ten seconds after the storm: got %d, want 0", open)
		}
	}
}
