package store

import (
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

// A Page is one page of a list. Next is where the following page begins, in
// the store's own words, or "" when this one is the last.
type Page[T any] struct {
	Rows []T
	Next string
}

// A UserQuery asks for people. The zero value asks for everybody by ID.
type UserQuery struct {
	// Prefix is what a name, login or address begins with, in any spelling.
	Prefix string
	// ByName sorts by first and last name; a search is sorted by what matched.
	ByName bool
	// Group limits the list to the members of a group.
	Group bailiwick.ID
	// Statuses limits the list to these; nil means all.
	Statuses []bailiwick.Status
	// Match, when set, is asked about each candidate last.
	Match func(bailiwick.User) bool
	// Where, when set, is an expression that everybody listed matches. It needs
	// a term that people are found by, else the query is refused as a bad
	// search. Prefix, ByName and Match do not go with it.
	Where    filter.Node
	Spelling Spelling // of the texts in Where
	// SortBy is the attribute that a list with Where is sorted by, ties by ID;
	// empty for ID. Who has no value comes last.
	SortBy     string
	Descending bool
	// After is the Next of the page before.
	After string
	// Limit is the most rows to return.
	Limit int
}

// maxCandidates bounds the work for one page, in rows read: beyond it the page
// is returned as far as it got, and Next goes on from there.
const maxCandidates = 20_000

// Users lists the people that the scope lets the actor see. Cost is that of a
// page, whatever the size of the org and of the scope.
func (v *View) Users(scope authz.UserScope, q UserQuery) (Page[bailiwick.User], error) {
	if scope.See().Nothing() || q.Limit <= 0 {
		return Page[bailiwick.User]{}, nil
	}
	if q.Where != nil {
		return v.search(scope, q)
	}
	walk, err := v.walk(scope, q)
	if err != nil {
		return Page[bailiwick.User]{}, err
	}
	var page Page[bailiwick.User]
	var last string
	for read := 0; ; {
		keys, err := walk.next(q.Limit + 1 - len(page.Rows))
		if err != nil {
			return page, err
		}
		users, err := v.hydrate(scope, q, keys)
		if err != nil {
			return page, err
		}
		for _, k := range keys {
			u, ok := users[keyOwner(k)]
			if !ok || !walk.first(k, u) || q.Match != nil && !q.Match(u) {
				continue
			}
			if len(page.Rows) == q.Limit {
				page.Next = last
				return page, nil
			}
			page.Rows, last = append(page.Rows, u), k
		}
		read += len(keys)
		switch {
		case walk.done:
			return page, nil
		case read >= maxCandidates:
			page.Next = walk.at
			return page, nil
		}
	}
}

// hydrate reads the people behind the keys, as far as the scope shows them:
// the predicate decides here whatever brought the candidates.
func (v *View) hydrate(scope authz.UserScope, q UserQuery, keys []string) (map[bailiwick.ID]bailiwick.User, error) {
	ids := make([]bailiwick.ID, len(keys))
	for i, k := range keys {
		ids[i] = keyOwner(k)
	}
	out := make(map[bailiwick.ID]bailiwick.User, len(ids))
	for part := range slices.Chunk(ids, rowsAtOnce) {
		a := v.args()
		text := `SELECT ` + userColumns + ` FROM users u WHERE u.org_id = $1 AND u.id IN (` + a.list(part) + `) AND ` +
			userPredicate(&a, scope.See()) + statusFilter(&a, q.Statuses)
		rows, err := v.query(text, a...)
		users, err := collect(rows, err, scanUserRow)
		if err != nil {
			return nil, fmt.Errorf("read a page of users: %w", err)
		}
		for _, u := range users {
			out[u.ID] = u
		}
	}
	return out, nil
}

func statusFilter(a *args, statuses []bailiwick.Status) string {
	if len(statuses) == 0 {
		return ""
	}
	marks := make([]string, len(statuses))
	for i, s := range statuses {
		marks[i] = a.add(s)
	}
	return " AND u.status IN (" + strings.Join(marks, ", ") + ")"
}

// A walk yields candidates in order: stored keys, or bare IDs, which end in
// themselves. It is a hint; hydrate decides.
type walk struct {
	view   *View
	at, hi string // keys k with at < k < hi are to come
	from   string // where the range began, before any cursor
	keyed  bool   // candidates are search keys
	done   bool

	table, column string
	set           bailiwick.ID   // walk one set
	listed        []bailiwick.ID // walk the targets of assignments
	sizes         setSizes
	probed        int // rows of an unscoped walk under a scope, before it turns to the scope
}

func (v *View) walk(scope authz.UserScope, q UserQuery) (*walk, error) {
	w := &walk{view: v, hi: "~", table: "users", column: "id"}
	prefix := foldKey(q.Prefix)
	switch {
	case prefix != "":
		w.keyed, w.from, w.hi = true, prefix, prefix+above
	case q.ByName:
		w.keyed, w.from, w.hi = true, sortKey, sortKey+above
	}
	w.at = max(w.from, q.After)
	if w.keyed {
		w.table, w.column = "user_keys", "skey"
	}
	reach := scope.See()
	switch {
	case q.Group != "":
		w.set = q.Group
	case !reach.Everything() && reach.Self() == "":
		w.listed = reach.Listed()
	}
	if w.set == "" && w.listed == nil {
		return w, nil
	}
	w.useSets()
	if w.listed == nil {
		return w, nil
	}
	return w, w.measure(q.Limit)
}

func (w *walk) useSets() {
	w.table, w.column = "group_members", "user_id"
	if w.keyed {
		w.table, w.column = "member_keys", "skey"
	}
}

// first reports whether k is the key under which the person is shown: the
// smallest one in the range, so that a person who matches in several ways
// comes once, also across pages.
func (w *walk) first(k string, u bailiwick.User) bool {
	if !w.keyed {
		return true
	}
	for _, have := range userKeys(u) {
		if have > w.from && have < w.hi {
			return have == k
		}
	}
	return false
}

// next returns up to about need candidates and moves on behind them.
func (w *walk) next(need int) ([]string, error) {
	if w.keyed && w.from != sortKey {
		need = 2*need + 8 // some people match in several ways
	}
	need = min(need, maxCandidates)
	if w.listed != nil && w.probed == 0 {
		return w.merge(need)
	}
	keys, err := w.read(need)
	if err != nil {
		return nil, err
	}
	w.done = len(keys) < need
	if len(keys) > 0 {
		w.at = keys[len(keys)-1]
	}
	if w.probed > 0 {
		if w.probed -= len(keys); w.probed <= 0 {
			w.probed = 0
			w.useSets()
		}
	}
	return keys, nil
}

// read returns the next candidates of one ordered table or of one set.
func (w *walk) read(need int) ([]string, error) {
	a := w.view.args()
	text := `SELECT ` + w.column + ` FROM ` + w.table + ` WHERE org_id = $1`
	if w.set != "" {
		text += ` AND set_id = ` + a.add(w.set)
	}
	text += ` AND ` + w.column + ` > ` + a.add(w.at) + ` AND ` + w.column + ` < ` + a.add(w.hi) +
		` ORDER BY ` + w.column + ` LIMIT ` + a.add(need)
	return w.view.strings(text, a...)
}

func (v *View) strings(text string, a ...any) ([]string, error) {
	rows, err := v.query(text, a...)
	out, err := collect(rows, err, func(rows *sql.Rows) (s string, err error) { return s, rows.Scan(&s) })
	if err != nil {
		return nil, fmt.Errorf("read candidates: %w", err)
	}
	return out, nil
}

// setSizes are the sizes of the sets that a scope lists: hints, which cost
// steps when they are wrong and never rows.
type setSizes struct{ sum, low, top int64 }

// measure reads the sizes and chooses between the two ways to search. A scope
// that shows most people is met often enough in the org's own index; for any
// other, merging its sets reads fewer rows.
func (w *walk) measure(limit int) error {
	a := w.view.args()
	in := a.list(w.listed)
	var sum, low, top sql.NullInt64
	var sets float64
	err := w.view.row(`SELECT CAST(SUM(z.n) AS BIGINT), MIN(z.n), MAX(z.n), COUNT(*) FROM role_targets s CROSS JOIN group_stats z
		WHERE s.org_id = $1 AND s.assignment_id IN (`+in+`) AND z.org_id = $1 AND z.set_id = s.set_id AND z.stripe = 0`, a...).
		Scan(&sum, &low, &top, &sets)
	if err != nil {
		return fmt.Errorf("read the sizes of a scope: %w", err)
	}
	w.sizes = setSizes{max(sum.Int64, 1), max(low.Int64, 1), max(top.Int64, 1)}
	if !w.keyed {
		return nil
	}
	people, err := w.view.people()
	if err != nil {
		return err
	}
	// The share of the people that sets of these sizes show when they overlap
	// by chance. A wrong guess costs no more than the rows of the probe.
	share := 1 - math.Exp(-float64(w.sizes.sum)/float64(max(people, 1)))
	if float64(limit)/share < sets/2+1.5*float64(limit) {
		w.table, w.column, w.probed = "user_keys", "skey", maxCandidates/4
	}
	return nil
}

// Parameters of the merge: how much more than its share each set is asked for,
// and the number of size classes.
const (
	mergeFactor  = 3
	mergeSlack   = 4
	mergeClasses = 6
)

// merge takes one step through all listed sets at once. Each set is asked for
// a share in proportion to its size; up to the smallest key at which a set was
// cut off, the union is complete. So a step reads about a page of rows however
// many sets there are and however large.
func (w *walk) merge(need int) ([]string, error) {
	bound, cut, err := w.bound(int64(need))
	if err != nil {
		return nil, err
	}
	end := w.hi
	if cut {
		end = bound
	}
	keys, err := w.upTo(end, need)
	if err != nil {
		return nil, err
	}
	switch {
	case len(keys) > need:
		keys = keys[:need]
		w.at = keys[need-1]
	case cut:
		w.at = bound
	default:
		w.done = true
	}
	return keys, nil
}

// bound is the smallest key at which a set, asked for its share, is cut off.
func (w *walk) bound(need int64) (string, bool, error) {
	a := w.view.args()
	in, at, hi := a.list(w.listed), a.add(w.at), a.add(w.hi)
	class := func(offset string) string {
		return `(SELECT x.` + w.column + ` FROM ` + w.table + ` x WHERE x.org_id = $1 AND x.set_id = s.set_id AND x.` +
			w.column + ` > ` + at + ` AND x.` + w.column + ` < ` + hi + ` ORDER BY x.` + w.column + ` LIMIT 1 OFFSET ` + offset + `)`
	}
	var b strings.Builder
	b.WriteString("SELECT MIN(CASE")
	size := w.sizes.low
	for i := range mergeClasses {
		size = size*4 + 1
		if i == mergeClasses-1 {
			size = w.sizes.top
		}
		share := (mergeFactor*need*min(size, w.sizes.top) + w.sizes.sum - 1) / w.sizes.sum
		offset := a.add(share + mergeSlack - 1)
		if i == mergeClasses-1 {
			b.WriteString(" ELSE " + class(offset) + " END)")
		} else {
			b.WriteString(" WHEN z.n < " + a.add(size) + " THEN " + class(offset))
		}
	}
	b.WriteString(` FROM role_targets s CROSS JOIN group_stats z WHERE s.org_id = $1 AND s.assignment_id IN (` + in +
		`) AND z.org_id = $1 AND z.set_id = s.set_id AND z.stripe = 0`)
	var bound sql.NullString
	if err := w.view.row(b.String(), a...).Scan(&bound); err != nil {
		return "", false, fmt.Errorf("find the bound of a page: %w", err)
	}
	return bound.String, bound.Valid, nil
}

// upTo returns the union's keys behind at up to end, one more than need at
// most. The LEFT JOIN is load-bearing: with an inner one PostgreSQL may walk
// the memberships of everybody; and so may a plan that was made for any range.
// It brings one NULL row, which is skipped.
func (w *walk) upTo(end string, need int) ([]string, error) {
	a := w.view.args()
	in, at := a.list(w.listed), a.add(w.at)
	op := " <= "
	if end == w.hi {
		op = " < "
	}
	rows, err := w.view.query(`SELECT DISTINCT m.`+w.column+` FROM role_targets s LEFT JOIN `+w.table+` m
		ON m.org_id = $1 AND m.set_id = s.set_id AND m.`+w.column+` > `+at+` AND m.`+w.column+op+a.add(end)+`
		WHERE s.org_id = $1 AND s.assignment_id IN (`+in+`) ORDER BY 1 LIMIT `+a.add(need+2), append(w.view.store.dialect.planned, a...)...)
	found, err := collect(rows, err, func(rows *sql.Rows) (s sql.NullString, err error) { return s, rows.Scan(&s) })
	if err != nil {
		return nil, fmt.Errorf("read the keys of a page: %w", err)
	}
	keys := make([]string, 0, len(found))
	for _, k := range found {
		if k.Valid {
			keys = append(keys, k.String)
		}
	}
	return keys, nil
}
