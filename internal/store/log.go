package store

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

// An EventQuery asks for events.
type EventQuery struct {
	// Since and Until bound the time of publication in Unix milliseconds, half
	// open; of [View.SealedEvents], Since bounds the time at which events got
	// their place, and Until nothing.
	Since, Until int64
	Where        filter.Node // nil for all
	Words        []string    // keywords, each of which is somewhere in the event
	Descending   bool
	After        string // Next of the page before
	Limit        int
}

// maxEventsRead bounds the work for one page, in events read and judged:
// beyond it the page is returned as far as it got, and Next goes on from there.
const maxEventsRead = 10_000

// An eventSource is where events with one indexed value are found in the order
// of time. The zero source is the log itself.
type eventSource struct {
	rank   int    // the lower, the fewer events it has
	from   string // a table with org_id and the two columns
	at, id string // the columns that hold an event's key
	where  string // condition with %s for the value
	value  string
}

func byUUID(id string) eventSource {
	return eventSource{1, "event_order s", "s.published", "s.event_id", "s.event_id = %s", id}
}
func byEntity(id string) eventSource {
	return eventSource{2, "event_entities s", "s.published", "s.event_id", "s.entity_id = %s", id}
}
func byType(t string) eventSource {
	return eventSource{3, "events e", "e.published", "e.id", "e.type = %s", t}
}

// read returns up to n of the source's events behind the position.
func (s eventSource) read(v *View, q EventQuery, n int) ([]bailiwick.Event, error) {
	if s.from == "" {
		s.from, s.at, s.id = "events e", "e.published", "e.id"
	}
	a := v.args()
	text := `SELECT ` + eventColumns + ` FROM ` + s.from
	table := s.from[len(s.from)-1:]
	if table == "s" {
		text += ` CROSS JOIN events e`
	}
	text += ` WHERE ` + table + `.org_id = $1`
	if table == "s" {
		text += ` AND e.org_id = $1 AND e.published = s.published AND e.id = s.event_id`
	}
	if s.where != "" {
		text += ` AND ` + fmt.Sprintf(s.where, a.add(s.value))
	}
	text += ` AND ` + s.at + ` >= ` + a.add(q.Since) + ` AND ` + s.at + ` < ` + a.add(q.Until)
	op, direction := " > ", ""
	if q.Descending {
		op, direction = " < ", " DESC"
	}
	if at, id, ok := eventPosition(q.After); ok {
		text += ` AND (` + s.at + `, ` + s.id + `)` + op + `(CAST(` + a.add(at) + ` AS BIGINT), ` + a.add(id) + `)`
	}
	text += ` ORDER BY ` + s.at + direction + `, ` + s.id + direction + ` LIMIT ` + a.add(n)
	rows, err := v.query(text, a...)
	out, err := collect(rows, err, func(rows *sql.Rows) (bailiwick.Event, error) { return scanEvent(rows) })
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return out, nil
}

// Events lists events by the time of their publication. What an index finds
// costs the rows that are found; the rest is judged row by row up to
// maxEventsRead.
func (v *View) Events(scope authz.LogScope, q EventQuery) (Page[bailiwick.Event], error) {
	judge, err := judgeOf(q.Where, q.Words)
	if err != nil {
		return Page[bailiwick.Event]{}, err
	}
	sources, err := v.eventSources(scope, q.Where)
	if err != nil {
		return Page[bailiwick.Event]{}, err
	}
	next := func(after string, n int) ([]bailiwick.Event, bool, error) {
		q := q
		q.After = after
		return v.mergeEvents(sources, q, n)
	}
	return v.fillPage(scope, q, judge, next, eventKey)
}

func eventKey(e bailiwick.Event) string { return fmt.Sprintf("%d %s", e.Published.UnixMilli(), e.ID) }

// eventSources are the sources that hold every match within the scope.
func (v *View) eventSources(scope authz.LogScope, where filter.Node) ([]eventSource, error) {
	if where != nil {
		if s := sourcesOf(where); s != nil {
			slices.SortFunc(s, func(a, b eventSource) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.value, b.value)) })
			return slices.Compact(s), nil
		}
	}
	if scope.Whole() {
		return []eventSource{{}}, nil
	}
	a := v.args()
	rows, err := v.query(`SELECT p.id FROM apps p WHERE p.org_id = $1 AND `+appPredicate(&a, scope.Apps().See())+` LIMIT `+a.add(maxSources+1), a...)
	apps, err := collect(rows, err, scanID)
	if err != nil {
		return nil, fmt.Errorf("read which apps a log is about: %w", err)
	}
	if len(apps) > maxSources {
		return []eventSource{{}}, nil
	}
	out := []eventSource{byEntity(string(scope.Self()))}
	for _, id := range apps {
		out = append(out, byEntity(string(id)))
	}
	return out, nil
}

// mergeEvents returns the next events of all sources in order, about n, and
// whether these are the last. Up to where a source was cut off, the union is
// complete.
func (v *View) mergeEvents(sources []eventSource, q EventQuery, n int) ([]bailiwick.Event, bool, error) {
	order := compareEvents
	if q.Descending {
		order = func(a, b bailiwick.Event) int { return compareEvents(b, a) }
	}
	var all []bailiwick.Event
	var bound *bailiwick.Event
	for _, s := range sources {
		found, err := s.read(v, q, n)
		if err != nil {
			return nil, false, err
		}
		all = append(all, found...)
		if len(found) == n && (bound == nil || order(found[n-1], *bound) < 0) {
			bound = &found[n-1]
		}
	}
	slices.SortFunc(all, order)
	all = slices.CompactFunc(all, func(a, b bailiwick.Event) bool { return a.ID == b.ID })
	if bound == nil {
		return all, true, nil
	}
	end, _ := slices.BinarySearchFunc(all, *bound, order)
	return all[:end+1], false, nil
}

func compareEvents(a, b bailiwick.Event) int {
	return cmp.Or(a.Published.Compare(b.Published), strings.Compare(a.ID, b.ID))
}

// fillPage reads on until the page is full, the events end, or enough was
// read. key is the position behind an event.
func (v *View) fillPage(scope authz.LogScope, q EventQuery, judge test[bailiwick.Event],
	next func(after string, n int) ([]bailiwick.Event, bool, error), key func(bailiwick.Event) string) (Page[bailiwick.Event], error) {
	var page Page[bailiwick.Event]
	at, n := q.After, q.Limit+1
	for read := 0; ; {
		found, last, err := next(at, n)
		if err != nil {
			return page, err
		}
		shown, err := v.shown(scope, found)
		if err != nil {
			return page, err
		}
		for i, e := range found {
			if len(page.Rows) == q.Limit {
				page.Next = at
				return page, nil
			}
			at = key(found[i])
			if e, ok := shown(e); ok && judge(e) {
				page.Rows = append(page.Rows, e)
			}
		}
		read += len(found)
		switch {
		case last:
			return page, nil
		case read >= maxEventsRead:
			page.Next = at
			return page, nil
		}
		n = min(max(2*n, 200), 2000) // few matched: take larger steps
	}
}

// shown tells of each event whether the scope shows it, and what of it: apps
// outside the scope are taken out of its targets.
func (v *View) shown(scope authz.LogScope, events []bailiwick.Event) (func(bailiwick.Event) (bailiwick.Event, bool), error) {
	if scope.Whole() {
		return func(e bailiwick.Event) (bailiwick.Event, bool) { return e, true }, nil
	}
	var named []bailiwick.ID
	for _, e := range events {
		for _, t := range e.Targets {
			if t.Type == authz.AppEntity {
				named = append(named, t.ID)
			}
		}
	}
	slices.Sort(named)
	seen := map[bailiwick.ID]bool{}
	for part := range slices.Chunk(slices.Compact(named), rowsAtOnce) {
		a := v.args()
		rows, err := v.query(`SELECT p.id FROM apps p WHERE p.org_id = $1 AND p.id IN (`+a.list(part)+`) AND `+appPredicate(&a, scope.Apps().See()), a...)
		ids, err := collect(rows, err, scanID)
		if err != nil {
			return nil, fmt.Errorf("read which apps an event may show: %w", err)
		}
		for _, id := range ids {
			seen[id] = true
		}
	}
	return func(e bailiwick.Event) (bailiwick.Event, bool) {
		if !scope.Contains(e, func(id bailiwick.ID) bool { return seen[id] }) {
			return e, false
		}
		e.Targets = slices.DeleteFunc(slices.Clone(e.Targets), func(t bailiwick.EventEntity) bool { return t.Type == authz.AppEntity && !seen[t.ID] })
		return e, true
	}, nil
}
