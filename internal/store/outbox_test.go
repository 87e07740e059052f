package store_test

import (
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

type note struct{ To bailiwick.ID }

func (note) MessageKind() string       { return "note" }
func (n note) Recipient() bailiwick.ID { return n.To }

// TestAnOldLeaseSettlesNothing lets a worker sleep past its lease: whatever it
// says afterwards, the letter belongs to the worker that leased it next.
func TestAnOldLeaseSettlesNothing(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]func(k *store.Upkeep, l store.Letter) error{
		"delivered": func(k *store.Upkeep, l store.Letter) error { return k.Delivered(l) },
		"postponed": func(k *store.Upkeep, l store.Letter) error { return k.Postponed(l, "late", k.Now()) },
		"given up":  func(k *store.Upkeep, l store.Letter) error { return k.GivenUp(l, "late") },
		"held": func(k *store.Upkeep, l store.Letter) error {
			held, err := k.Hold(l, time.Hour)
			if held {
				t.Error("a lease that was lost could be renewed")
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := func() time.Time { return worldTime }
			storetest.EachWith(t, store.Options{Now: now}, func(t *testing.T, s *store.Store) {
				org := loadedOrg(t, s)
				keep := func(fn func(k *store.Upkeep) error) {
					t.Helper()
					if err := s.Keep(t.Context(), org, fn); err != nil {
						t.Fatal(err)
					}
				}
				lease := func(want int) (letters []store.Letter) {
					t.Helper()
					keep(func(k *store.Upkeep) (err error) { letters, err = k.Lease(10, time.Minute); return err })
					if len(letters) != want {
						t.Fatalf("leased %d letters, want %d", len(letters), want)
					}
					return letters
				}
				first := lease(1)[0]
				keep(func(k *store.Upkeep) error {
					if held, err := k.Hold(first, -time.Second); err != nil || !held {
						t.Errorf("a lease that is held: got %v, %v", held, err)
					}
					return nil
				})
				second := lease(1)[0] // for the clock is now past the first lease
				keep(func(k *store.Upkeep) error { return late(k, first) })
				lease(0)
				keep(func(k *store.Upkeep) error { return k.Postponed(second, "busy", k.Now()) })
				if got := lease(1)[0]; got.Attempts != 3 || got.MessageID != first.MessageID {
					t.Errorf("got attempt %d of %s, want 3 of %s", got.Attempts, got.MessageID, first.MessageID)
				}
			})
		})
	}
}

func TestMailHintsAtItsOrgOnceItIsCommitted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		org := loadedOrg(t, s)
		if got := <-s.Mailed(); got != org {
			t.Errorf("got a hint at %s, want %s", got, org)
		}
		err := s.Do(t.Context(), authz.System(org, "test"), bailiwick.OrgUpdated, func(tx *store.Tx) error {
			if err := tx.Send(note{To: "00u1"}); err != nil {
				return err
			}
			return store.Unchanged()
		})
		select {
		case got := <-s.Mailed():
			t.Errorf("a mail that was rolled back hints at %s (%v)", got, err)
		default:
		}
	})
}

// loadedOrg makes an org with one mail in its outbox.
func loadedOrg(t *testing.T, s *store.Store) bailiwick.ID {
	t.Helper()
	id := s.NewID(bailiwick.KindOrg)
	err := s.Do(t.Context(), authz.System(id, "test"), bailiwick.OrgCreated, func(tx *store.Tx) error {
		if err := tx.InsertOrg(bailiwick.Org{ID: id, Slug: "mail", Name: "Mail", Created: tx.Now()}); err != nil {
			return err
		}
		return tx.Send(note{To: "00u1"})
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}
