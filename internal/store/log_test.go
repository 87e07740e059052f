package store_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

// logWorld is an org with nothing in it but its log.
func logWorld(t *testing.T, s *store.Store) authz.Actor {
	t.Helper()
	org := bailiwick.Org{ID: numbered(bailiwick.KindOrg, 1), Slug: "log", Name: "Log", Everyone: numbered(bailiwick.KindGroup, 0),
		Realm: numbered(bailiwick.KindRealm, 0), UserType: numbered(bailiwick.KindUserType, 0), Schema: numbered(bailiwick.KindUserSchema, 0), Created: worldTime}
	by := authz.System(org.ID, "a test")
	if err := s.Do(t.Context(), by, bailiwick.OrgCreated, func(tx *store.Tx) error { return tx.InsertOrg(org) }); err != nil {
		t.Fatal(err)
	}
	return by
}

// write makes one event in a transaction of its own.
func write(ctx context.Context, s *store.Store, by authz.Actor, e bailiwick.EventType, targets ...bailiwick.EventEntity) error {
	return s.Do(ctx, by, e, func(tx *store.Tx) error { tx.Target(targets...); return nil })
}

func target(n int) bailiwick.EventEntity {
	return bailiwick.EventEntity{ID: numbered(bailiwick.KindUser, n), Type: "User", AlternateID: fmt.Sprintf("p%d@acme.example", n), DisplayName: fmt.Sprintf("Person %d", n)}
}

func seal(t *testing.T, s *store.Store, by authz.Actor, holder string) int64 {
	t.Helper()
	var n int64
	err := s.Keep(t.Context(), by.Org(), func(k *store.Upkeep) (err error) { n, err = k.Seal(holder, time.Second, 7); return err })
	if err != nil {
		t.Error(err)
	}
	return n
}

// AUD-5: nothing takes a line out of the log or changes one, not even SQL.
func TestTheLogIsAppendOnlyInTheDatabaseItself(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		by := logWorld(t, s)
		if err := write(t.Context(), s, by, bailiwick.UserCreated, target(1)); err != nil {
			t.Fatal(err)
		}
		for seal(t, s, by, "a") > 0 {
		}
		statements := []string{
			`UPDATE events SET reason = 'other'`, `UPDATE events SET published = published + 1`, `DELETE FROM events`,
			`DELETE FROM events WHERE type = 'user.lifecycle.create'`, `UPDATE event_entities SET entity_id = 'x'`, `DELETE FROM event_entities`,
			`UPDATE event_order SET seq = seq + 1`, `DELETE FROM event_order`,
		}
		if s.Engine() == "postgres" {
			statements = append(statements, `TRUNCATE events, event_entities, event_order`)
		} else {
			statements = append(statements, `INSERT OR REPLACE INTO events SELECT org_id, published, id, 'other', severity, outcome, reason, actor, client, targets, changes, transaction_id, token_id FROM events`)
		}
		for _, text := range statements {
			if _, err := s.Writer().ExecContext(t.Context(), text); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: got %v, want a refusal", text, err)
			}
		}
		if got := readAll(t, s, by, store.EventQuery{Until: 1 << 52}); len(got) != 2 || got[1].Type != bailiwick.UserCreated {
			t.Errorf("got %d events, want the two as they were", len(got))
		}
	})
}

// readAll follows the cursors of a bounded query.
func readAll(t testing.TB, s *store.Store, by authz.Actor, q store.EventQuery) (out []bailiwick.Event) {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 3
	}
	for {
		var page store.Page[bailiwick.Event]
		err := s.View(context.Background(), by, func(v *store.View) error {
			scope, err := v.Actor().Log()
			if err != nil {
				return err
			}
			page, err = v.Events(scope, q)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Rows) > q.Limit {
			t.Fatalf("got %d rows, want at most %d", len(page.Rows), q.Limit)
		}
		out = append(out, page.Rows...)
		if q.After = page.Next; q.After == "" {
			return out
		}
	}
}

// poll asks once and returns where to go on.
func poll(t testing.TB, s *store.Store, by authz.Actor, q store.EventQuery) store.Page[bailiwick.Event] {
	t.Helper()
	var page store.Page[bailiwick.Event]
	err := s.View(context.Background(), by, func(v *store.View) error {
		scope, err := v.Actor().Log()
		if err != nil {
			return err
		}
		page, err = v.SealedEvents(scope, q)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if page.Next == "" {
		t.Error("a polling page has no next one")
	}
	return page
}

// Eight writers commit as they please, three sealers compete, and a reader
// polls all the while: it meets every event exactly once.
func TestAPollerMeetsEachEventExactlyOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		by := logWorld(t, s)
		const writers, each = 8, 40
		var writing, sealing sync.WaitGroup
		var done atomic.Bool
		for w := range writers {
			writing.Go(func() {
				for i := range each {
					n := w*each + i
					err := s.Do(t.Context(), by, bailiwick.UserCreated, func(tx *store.Tx) error {
						time.Sleep(time.Duration(n*7919%5) * time.Millisecond) // commits out of the order of publication
						tx.Target(target(n))
						if n%3 == 0 {
							tx.Also(bailiwick.MemberAdded, target(n))
						}
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		for i := range 3 {
			sealing.Go(func() {
				for !done.Load() {
					seal(t, s, by, fmt.Sprint("node ", i))
					time.Sleep(time.Millisecond)
				}
			})
		}
		met, after := map[string]int{}, ""
		read := func() int {
			page := poll(t, s, by, store.EventQuery{Limit: 11, After: after})
			for _, e := range page.Rows {
				met[e.ID]++
			}
			after = page.Next
			return len(page.Rows)
		}
		finished := make(chan struct{})
		go func() { writing.Wait(); close(finished) }()
		for open := true; open; {
			select {
			case <-finished:
				open = false
			default:
				read()
			}
		}
		done.Store(true)
		sealing.Wait()
		time.Sleep(1100 * time.Millisecond) // until the last lease is over
		for seal(t, s, by, "the last") > 0 {
		}
		for read() > 0 {
		}
		all := readAll(t, s, by, store.EventQuery{Until: 1 << 52, Limit: 500})
		if want := 1 + writers*each + (writers*each+2)/3; len(all) != want {
			t.Errorf("got %d events, want %d", len(all), want)
		}
		for _, e := range all {
			if met[e.ID] != 1 {
				t.Errorf("event %s of %v was met %d times, want once", e.ID, e.Targets, met[e.ID])
			}
		}
		if len(met) != len(all) {
			t.Errorf("met %d events, want %d", len(met), len(all))
		}
	})
}

// A sealer that holds the lease keeps others out until it is over.
func TestOneSealerAtATimeGivesPlaces(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		by := logWorld(t, s)
		if n := seal(t, s, by, "a"); n != 1 {
			t.Errorf("got %d places, want 1", n)
		}
		if err := write(t.Context(), s, by, bailiwick.UserCreated); err != nil {
			t.Fatal(err)
		}
		if n := seal(t, s, by, "b"); n != 0 {
			t.Errorf("another node gave %d places while the lease held, want 0", n)
		}
		if n := seal(t, s, by, "a"); n != 1 {
			t.Errorf("the holder gave %d places, want 1", n)
		}
	})
}

// A logQuestion is an expression and what it means, said a second time in Go.
type logQuestion struct {
	text  string
	means func(bailiwick.Event) bool
}

func has(e bailiwick.Event, is func(bailiwick.EventEntity) bool) bool {
	return slices.ContainsFunc(e.Targets, is)
}

func drawLogQuestion(t *rapid.T, depth int) logQuestion {
	n := rapid.IntRange(0, 5).Draw(t, "person")
	kind := rapid.SampledFrom([]bailiwick.EventType{bailiwick.UserCreated, bailiwick.UserSuspended, bailiwick.MemberAdded}).Draw(t, "type")
	leaves := []logQuestion{
		{fmt.Sprintf("eventType eq %q", kind), func(e bailiwick.Event) bool { return e.Type == kind }},
		{fmt.Sprintf("eventType in (%q, %q)", kind, bailiwick.UserDeleted), func(e bailiwick.Event) bool { return e.Type == kind || e.Type == bailiwick.UserDeleted }},
		{`eventType sw "user."`, func(e bailiwick.Event) bool { return strings.HasPrefix(string(e.Type), "user.") }},
		{fmt.Sprintf("target.id eq %q", target(n).ID), func(e bailiwick.Event) bool {
			return has(e, func(t bailiwick.EventEntity) bool { return t.ID == target(n).ID })
		}},
		{fmt.Sprintf("actor.id eq %q", target(n).ID), func(e bailiwick.Event) bool { return e.Actor.ID == target(n).ID }},
		{fmt.Sprintf("target.alternateId co %q", fmt.Sprint("p", n)), func(e bailiwick.Event) bool {
			return has(e, func(t bailiwick.EventEntity) bool { return strings.Contains(t.AlternateID, fmt.Sprint("p", n)) })
		}},
		{"target.id pr", func(e bailiwick.Event) bool { return len(e.Targets) > 0 }},
		{`severity ne "INFO"`, func(e bailiwick.Event) bool { return e.Severity != "INFO" }},
		{fmt.Sprintf("published ge %q", worldTime.Add(time.Duration(n*10)*time.Second).Format(time.RFC3339)), func(e bailiwick.Event) bool {
			return !e.Published.Before(worldTime.Add(time.Duration(n*10) * time.Second))
		}},
	}
	if depth == 0 || rapid.IntRange(0, 2).Draw(t, "leaf") == 0 {
		return rapid.SampledFrom(leaves).Draw(t, "question")
	}
	a, b := drawLogQuestion(t, depth-1), drawLogQuestion(t, depth-1)
	switch rapid.IntRange(0, 2).Draw(t, "join") {
	case 0:
		return logQuestion{"(" + a.text + ") and (" + b.text + ")", func(e bailiwick.Event) bool { return a.means(e) && b.means(e) }}
	case 1:
		return logQuestion{"(" + a.text + ") or (" + b.text + ")", func(e bailiwick.Event) bool { return a.means(e) || b.means(e) }}
	}
	return logQuestion{"not (" + a.text + ")", func(e bailiwick.Event) bool { return !a.means(e) }}
}

// The pages of any question, put together, are the events for which it is
// true: in order, each once; by time in both directions, and by place.
func TestAChainOfPagesIsWhatTheFilterMeans(t *testing.T) {
	t.Parallel()
	var at atomic.Int64
	clock := func() time.Time { return worldTime.Add(time.Duration(at.Load()) * time.Second) }
	storetest.EachWith(t, store.Options{Now: clock}, func(t *testing.T, s *store.Store) {
		by := logWorld(t, s)
		types := []bailiwick.EventType{bailiwick.UserCreated, bailiwick.UserSuspended, bailiwick.MemberAdded, bailiwick.UserDeleted}
		for i := range 60 {
			if i%3 == 0 {
				at.Add(1) // some are published at the same time
			}
			err := s.Do(t.Context(), by, types[i*7%4], func(tx *store.Tx) error {
				if i%5 != 0 {
					tx.Target(target(i%6), target(i%4))
				}
				if i%4 == 0 {
					tx.As(target(i % 3))
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for seal(t, s, by, "a") > 0 {
		}
		all := readAll(t, s, by, store.EventQuery{Until: 1 << 52, Limit: 1000})
		if !slices.IsSortedFunc(all, func(a, b bailiwick.Event) int {
			return cmp.Or(a.Published.Compare(b.Published), strings.Compare(a.ID, b.ID))
		}) || len(all) != 61 {
			t.Fatalf("got %d events, want 61 in order", len(all))
		}
		rapid.Check(t, func(r *rapid.T) {
			q := drawLogQuestion(r, 2)
			tree, err := filter.Parse(q.text)
			if err != nil {
				r.Fatal(err)
			}
			ask := store.EventQuery{Until: 1 << 52, Where: tree, Limit: rapid.IntRange(1, 20).Draw(r, "limit"), Descending: rapid.Bool().Draw(r, "descending")}
			var want []string
			for _, e := range all {
				if q.means(e) {
					want = append(want, e.ID)
				}
			}
			if polled := idsOf(pollAll(t, s, by, ask)); !slices.Equal(slices.Sorted(slices.Values(polled)), slices.Sorted(slices.Values(want))) {
				r.Errorf("%s: polling got %d events, want %d", q.text, len(polled), len(want))
			}
			if ask.Descending {
				slices.Reverse(want)
			}
			if got := idsOf(readAll(t, s, by, ask)); !slices.Equal(got, want) {
				r.Errorf("%s: got %d events, want %d:\n%v\n%v", q.text, len(got), len(want), got, want)
			}
		})
	})
}

func pollAll(t testing.TB, s *store.Store, by authz.Actor, q store.EventQuery) (out []bailiwick.Event) {
	q.Descending = false
	for {
		page := poll(t, s, by, q)
		if page.Next == q.After {
			return out
		}
		out, q.After = append(out, page.Rows...), page.Next
	}
}

func idsOf(events []bailiwick.Event) (out []string) {
	for _, e := range events {
		out = append(out, e.ID)
	}
	return out
}
