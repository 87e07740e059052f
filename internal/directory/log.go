package directory

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// A LogQuery asks for events.
type LogQuery struct {
	// Polling lists events in the order in which they became visible, and its
	// list always has a Next, behind which later events come. Without it they
	// come by the time of their publication.
	Polling      bool
	Since, Until time.Time // half open; zero for no bound; polling has no Until
	Where        filter.Node
	Words        string // keywords, each of which is somewhere in the event
	Descending   bool
}

// Limits of the keywords of a [LogQuery].
const (
	MaxLogWords = 10
	MaxLogWord  = 40 // characters
)

func (q LogQuery) words() ([]string, error) {
	words := strings.Fields(q.Words)
	bad := len(words) > MaxLogWords
	for _, w := range words {
		bad = bad || utf8.RuneCountInString(w) > MaxLogWord
	}
	if bad {
		return nil, bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonBadSearch, "must have at most %d keywords of %d characters", MaxLogWords, MaxLogWord).In("q")
	}
	return words, nil
}

func (q LogQuery) question() string {
	where := ""
	if q.Where != nil {
		where = q.Where.String()
	}
	return fmt.Sprintf("log %t %t %q %q", q.Polling, q.Descending, where, q.Words)
}

// Now is the clock by which events are published.
func (d *Directory) Now() time.Time { return d.store.Now() }

// Log lists the events of the org that the actor may read. A limit of 0 lists
// none, and for polling says where to begin.
func (d *Directory) Log(ctx context.Context, by authz.Actor, q LogQuery, p Paging) (List[bailiwick.Event], error) {
	var out List[bailiwick.Event]
	err := d.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Log()
		if err != nil {
			return err
		}
		words, err := q.words()
		if err != nil {
			return err
		}
		if p.Limit < 0 {
			return bailiwick.InvalidField("limit", "must be at least 0")
		}
		after, err := d.open(by, q.question(), Paging{After: p.After, Limit: max(p.Limit, 1)})
		if err != nil || p.Limit == 0 && !q.Polling {
			return err
		}
		ask := store.EventQuery{Since: math.MinInt64, Until: math.MaxInt64, Where: q.Where, Words: words, Descending: q.Descending, After: after, Limit: p.Limit}
		if !q.Since.IsZero() {
			ask.Since = q.Since.UnixMilli()
		}
		if !q.Until.IsZero() {
			ask.Until = q.Until.UnixMilli()
		}
		list := v.Events
		if q.Polling {
			list = v.SealedEvents
		}
		page, err := list(scope, ask)
		if refusal, ok := errors.AsType[*bailiwick.Error](err); ok && refusal.Reason == bailiwick.ReasonBadSearch {
			return refusal.In("filter")
		}
		out = sealPage(d, by, q.question(), page)
		return err
	})
	return out, err
}

// Sealing: how many events get their places in one transaction, and for how
// long a node that stopped keeps others from it.
const (
	sealBatch = 2000
	sealLease = 5 * time.Second
)

// SealLogs gives the new events of all orgs their places. The holder names the
// node; of several nodes one at a time does it for an org.
func (d *Directory) SealLogs(ctx context.Context, holder string) error {
	orgs, err := d.store.Unsealed(ctx)
	for _, org := range orgs {
		err = errors.Join(err, d.sealLog(ctx, org, holder))
	}
	return err
}

func (d *Directory) sealLog(ctx context.Context, org bailiwick.ID, holder string) error {
	for n := int64(sealBatch); n == sealBatch; {
		err := d.store.Keep(ctx, org, func(k *store.Upkeep) (err error) {
			n, err = k.Seal(holder, sealLease, sealBatch)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
