package store

import (
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// SealedEvents lists events in the order of the places that the sealer gave
// them. Next is never empty: it stands behind the last event there is, and goes
// on with what comes later. So who follows it meets each event once.
func (v *View) SealedEvents(scope authz.LogScope, q EventQuery) (Page[bailiwick.Event], error) {
	judge, err := judgeOf(q.Where, q.Words)
	if err != nil {
		return Page[bailiwick.Event]{}, err
	}
	if q.After == "" {
		first, err := v.placeBefore(q.Since)
		if err != nil {
			return Page[bailiwick.Event]{}, err
		}
		q.After = strconv.FormatInt(first, 10)
	}
	places := map[string]int64{}
	behind := q.After
	next := func(after string, n int) ([]bailiwick.Event, bool, error) {
		found, last, err := v.sealedAfter(after, q.Since, n, places)
		if len(found) > 0 {
			behind = strconv.FormatInt(places[found[len(found)-1].ID], 10)
		}
		return found, last, err
	}
	page, err := v.fillPage(scope, q, judge, next, func(e bailiwick.Event) string { return strconv.FormatInt(places[e.ID], 10) })
	if page.Next == "" {
		page.Next = behind
	}
	return page, err
}

// placeBefore is the place behind which all events are that got theirs at the
// time or later. Times of places never go back, so it is one step in an index.
func (v *View) placeBefore(since int64) (int64, error) {
	var seq int64
	err := v.row(`SELECT o.seq FROM event_order o WHERE o.org_id = $1 AND o.sealed >= $2 ORDER BY o.sealed, o.seq LIMIT 1`, v.org, since).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		err = v.row(`SELECT COALESCE(MAX(o.seq), 0) + 1 FROM event_order o WHERE o.org_id = $1`, v.org).Scan(&seq)
	}
	if err != nil {
		return 0, fmt.Errorf("find where to begin in the log: %w", err)
	}
	return seq - 1, nil
}

func (v *View) sealedAfter(after string, since int64, n int, places map[string]int64) ([]bailiwick.Event, bool, error) {
	at, err := strconv.ParseInt(after, 10, 64)
	if err != nil {
		return nil, false, fmt.Errorf("read a position in the log: %w", err)
	}
	rows, err := v.query(`SELECT o.seq, `+eventColumns+` FROM event_order o CROSS JOIN events e
		WHERE o.org_id = $1 AND o.seq > $2 AND o.sealed >= $3 AND e.org_id = $1 AND e.published = o.published AND e.id = o.event_id
		ORDER BY o.seq LIMIT $4`, v.org, at, since, n)
	found, err := collect(rows, err, func(rows *sql.Rows) (bailiwick.Event, error) {
		var seq int64
		e, err := scanEvent(sealedRow{rows, &seq})
		places[e.ID] = seq
		return e, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("read events: %w", err)
	}
	return found, len(found) < n, nil
}

// sealedRow scans an event that stands behind its place.
type sealedRow struct {
	rows *sql.Rows
	seq  *int64
}

// Scan reads the place and the columns.
func (p sealedRow) Scan(into ...any) error { return p.rows.Scan(append([]any{p.seq}, into...)...) }
