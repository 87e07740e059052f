package store

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

// A searching is one page of an expression's matches in the making. There are
// two ways through the candidates: by ID, and by the values of one attribute.
// Both read on where the cursor of the page before stands, and stop after
// its budget of rows with a page as far as it got.
type searching struct {
	v     *View
	scope authz.UserScope
	q     UserQuery
	match test[bailiwick.User]
	best  *choice
	read  int // candidates so far
	page  Page[bailiwick.User]
	last  string // the cursor of the last row shown
	spent bool   // the page was given up
}

// Cursors: what the list is sorted by at that place, and the place.
const (
	atID     = "i" // ID
	atValue  = "v" // path, U+0001, value, U+0001, ID
	atAbsent = "a" // ID, among those without the attribute that sorts
)

// search answers a query that has an expression. Matches come by ID unless
// SortBy says otherwise; but what one endless stretch of the index finds comes
// in the order of the stretch, from the first page to the last.
func (v *View) search(scope authz.UserScope, q UserQuery) (Page[bailiwick.User], error) {
	s := &searching{v: v, scope: scope, q: q}
	var err error
	if s.match, err = ofPeople.compile(q.Where, q.Spelling); err != nil {
		return s.page, err
	}
	if q.SortBy != "" && q.SortBy != "id" && !found(q.SortBy) || q.SortBy == "id" && q.Descending {
		return s.page, badSearch("a list cannot be sorted by %q in this way", q.SortBy)
	}
	if s.best, err = s.choose(); err != nil {
		return s.page, err
	}
	if s.best == nil {
		return s.page, badSearch("needs a term that people are found by: eq, sw, gt, ge, lt or le, joined by and")
	}
	mode, at := "", ""
	if q.After != "" {
		mode, at = q.After[:1], q.After[1:]
	}
	switch {
	case q.SortBy != "" && q.SortBy != "id":
		err = s.sorted(mode, at)
	case mode == atValue, mode == "" && q.SortBy == "" && s.best.span != nil && s.best.size > s.v.store.budget.many() && scope.See().Everything() && q.Group == "":
		_, err = s.byValue(s.stretchOf(at), at)
	default:
		var from finder
		if from, _, err = s.candidates(); err == nil {
			err = s.byID(from, atID, at, nil)
		}
	}
	return s.page, err
}

// choose counts what the terms find, first a little, and further only when
// that decides something.
func (s *searching) choose() (*choice, error) {
	c, err := s.v.choose(s.q.Where, s.v.store.budget.few)
	if err != nil || c == nil || c.size <= s.v.store.budget.few {
		return c, err
	}
	if n, ok := s.q.Where.(filter.Compare); ok && n.Op == filter.Eq && s.q.SortBy == "" && s.scope.See().Everything() {
		return c, nil // one run of IDs, however long
	}
	return s.v.choose(s.q.Where, s.v.store.budget.many())
}

// candidates is the best finder by ID for what the scope shows, and about how
// much it yields. Under a scope everything of a small choice is read, so that
// a page is short only for what the actor may see; else the scope itself is.
func (s *searching) candidates() (from finder, size int, err error) {
	reach := s.scope.See()
	switch {
	case s.q.Group != "":
		return s.v.membersOf(s.q.Group), s.v.store.budget.scan(), nil
	case reach.Everything():
		from, err = s.best.open()
		return from, s.best.size, err
	}
	from, size, err = s.v.within(reach)
	if err != nil || s.best.size > s.v.store.budget.many() || s.best.size > size {
		return from, size, err
	}
	from, err = s.best.open()
	return from, s.best.size, err
}

// take puts a person on the page; true when the page was full already.
func (s *searching) take(u bailiwick.User, cursor string) bool {
	if len(s.page.Rows) == s.q.Limit {
		s.page.Next = s.last
		return true
	}
	s.page.Rows, s.last = append(s.page.Rows, u), cursor
	return false
}

// worn reports whether the page has cost enough; it then ends at the cursor.
func (s *searching) worn(cursor string) bool {
	if s.read < s.v.store.budget.read {
		return false
	}
	s.page.Next, s.spent = cursor, true
	return true
}

// batch is how many candidates to read next: about what the page lacks, and
// more when few of those before were matches.
func (s *searching) batch() int {
	return min(s.q.Limit+1-len(s.page.Rows)+s.read, 4*rowsAtOnce, s.v.store.budget.read-s.read)
}

// byID walks a finder. Who fails also, when there is one, is passed over.
func (s *searching) byID(from finder, mode, at string, also test[bailiwick.User]) error {
	for after := bailiwick.ID(at); ; {
		n := s.batch()
		ids, err := from(after, n)
		if err != nil {
			return err
		}
		users, err := s.v.hydrate(s.scope, s.q, keysOf(ids))
		if err != nil {
			return err
		}
		for _, id := range ids {
			u, ok := users[id]
			if ok && s.match(u) && (also == nil || also(u)) && s.take(u, mode+string(id)) {
				return nil
			}
		}
		s.read += len(ids)
		if len(ids) < n {
			return nil
		}
		if after = ids[len(ids)-1]; s.worn(mode + string(after)) {
			return nil
		}
	}
}

func keysOf(ids []bailiwick.ID) []string {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = string(id)
	}
	return keys
}

// place writes and reads where a list by value stands.
func place(path, value string, id bailiwick.ID) string {
	return atValue + path + keyEnd + value + keyEnd + string(id)
}

func readPlace(at string) (path, value string, id bailiwick.ID) {
	path, rest, _ := strings.Cut(at, keyEnd)
	i := strings.LastIndex(rest, keyEnd)
	return path, rest[:i], bailiwick.ID(rest[i+1:])
}

// stretchOf is the span that an unsorted list goes along: that of the best
// choice, or where there is a cursor the one that it was made in.
func (s *searching) stretchOf(at string) span {
	if at == "" {
		return *s.best.span
	}
	path, _, _ := readPlace(at)
	return bounds(s.q.Where, path)
}

// byValue walks a stretch of the index. It returns whether it came to the end.
func (s *searching) byValue(along span, at string) (end bool, err error) {
	desc := s.q.Descending && s.q.SortBy != ""
	value, id := along.from, bailiwick.ID("")
	if desc {
		value = along.to
	}
	if at != "" {
		_, value, id = readPlace(at)
	}
	for {
		n := s.batch()
		entries, err := s.v.entries(along, desc, value, id, n)
		if err != nil {
			return false, err
		}
		ids := make([]string, len(entries))
		for i, e := range entries {
			ids[i] = string(e.id)
		}
		users, err := s.v.hydrate(s.scope, s.q, ids)
		if err != nil {
			return false, err
		}
		for _, e := range entries {
			u, ok := users[e.id]
			if !ok || !s.match(u) {
				continue
			}
			// Who has several values is shown at the first of them.
			if first, ok := s.key(u, along); ok && first == e.value && s.take(u, place(along.path, e.value, e.id)) {
				return false, nil
			}
		}
		s.read += len(entries)
		if len(entries) < n {
			return true, nil
		}
		value, id = entries[n-1].value, entries[n-1].id
		if s.worn(place(along.path, value, id)) {
			return false, nil
		}
	}
}

// entries reads the next rows of a stretch, in one of its two directions.
func (v *View) entries(along span, desc bool, value string, id bailiwick.ID, n int) ([]entry, error) {
	text := `SELECT value, user_id FROM user_attributes WHERE org_id = $1 AND name = $2 AND (value, user_id) > ($3, $4) AND value < $5
		ORDER BY value, user_id LIMIT $6`
	end := along.to
	if desc {
		text = `SELECT value, user_id FROM user_attributes WHERE org_id = $1 AND name = $2 AND (value, user_id) < ($3, $4) AND value >= $5
			ORDER BY value DESC, user_id DESC LIMIT $6`
		end = along.from
	}
	rows, err := v.query(text, v.org, along.name(), value, id, end, n)
	entries, err := collect(rows, err, scanEntry)
	if err != nil {
		return nil, fmt.Errorf("read a stretch of the index: %w", err)
	}
	return entries, nil
}

// key is what a person is sorted by: the first of the values in a stretch.
func (s *searching) key(u bailiwick.User, along span) (first string, ok bool) {
	for _, value := range values(u, along.path) {
		value = entryValue(value)
		if value < along.from || value >= along.to {
			continue
		}
		if better := value < first; !ok || better != (s.q.Descending && s.q.SortBy != "") && value != first {
			first, ok = value, true
		}
	}
	return first, ok
}

// sorted answers a list by an attribute: who has it, in its order and for ties
// by ID, both the same way round; then, by ID, who has none. Few candidates are
// read and sorted here; for more it costs less to walk the index of the
// attribute until a page of them was met.
func (s *searching) sorted(mode, at string) error {
	whole := span{path: s.q.SortBy, from: anyValue, to: top}
	along := whole
	if single(along.path) {
		along = bounds(s.q.Where, along.path)
	}
	from, size, err := s.candidates()
	if err != nil {
		return err
	}
	readable := size <= s.v.store.budget.many()
	people, err := s.v.people()
	if err != nil {
		return err
	}
	if readable && (size <= s.v.store.budget.few || int64(size)*int64(size) <= int64(s.q.Limit)*people) {
		return s.sortAll(from, whole, s.q.After)
	}
	if err := s.walkSorted(from, along, mode, at); err != nil || !s.spent || !readable || s.scope.See().Everything() {
		return err
	}
	// The walk met people outside the scope, and a page that is short for them
	// would tell of them.
	s.page, s.last = Page[bailiwick.User]{}, ""
	return s.sortAll(from, whole, s.q.After)
}

// walkSorted walks the index of the attribute that sorts, and then those whom
// it does not hold.
func (s *searching) walkSorted(from finder, along span, mode, at string) error {
	if mode != atAbsent {
		end, err := s.byValue(along, at)
		if err != nil || !end {
			return err
		}
		at = ""
	}
	if along.from != anyValue || along.to != top {
		return nil // a term asks for a value
	}
	if slices.Contains(everybodys, along.path) {
		from = s.v.havingValue(span{path: along.path})
	}
	return s.byID(from, atAbsent, at, func(u bailiwick.User) bool { return len(values(u, s.q.SortBy)) == 0 })
}

// sortAll reads all candidates and shows those behind the cursor.
func (s *searching) sortAll(from finder, along span, cursor string) error {
	type row struct {
		key    string
		absent bool
		user   bailiwick.User
	}
	compare := func(a, b row) int {
		if a.absent != b.absent {
			return map[bool]int{true: 1, false: -1}[a.absent]
		}
		order := cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.user.ID, b.user.ID))
		if s.q.Descending && !a.absent {
			return -order
		}
		return order
	}
	var after row
	switch {
	case strings.HasPrefix(cursor, atValue):
		_, after.key, after.user.ID = readPlace(cursor[1:])
	case cursor != "":
		after.absent, after.user.ID = true, bailiwick.ID(cursor[1:])
	}
	var rows []row
	for at, n := bailiwick.ID(""), 4*rowsAtOnce; ; {
		ids, err := from(at, n)
		if err != nil {
			return err
		}
		users, err := s.v.hydrate(s.scope, s.q, keysOf(ids))
		if err != nil {
			return err
		}
		for _, u := range users {
			key, ok := s.key(u, along)
			if r := (row{key, !ok, u}); s.match(u) && (cursor == "" || compare(r, after) > 0) {
				rows = append(rows, r)
			}
		}
		if len(ids) < n {
			break
		}
		at = ids[len(ids)-1]
	}
	slices.SortFunc(rows, compare)
	for _, r := range rows {
		cursor := place(along.path, r.key, r.user.ID)
		if r.absent {
			cursor = atAbsent + string(r.user.ID)
		}
		if s.take(r.user, cursor) {
			return nil
		}
	}
	return nil
}
