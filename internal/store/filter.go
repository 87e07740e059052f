package store

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

// This file turns an expression into a way to find candidates. A comparison
// that the attribute index answers is a span of it; "and" takes the term with
// the fewest rows, "or" all of its terms, and what no index answers may only
// stand beside a term that one does. search.go reads the candidates, page by
// page, and judges them.

// A span is a stretch of one attribute in the index.
type span struct {
	path     string
	from, to string // values from ≤ value < to
	one      bool   // of a single value: from
}

func (s span) name() string { return entryName(s.path) }

// top sorts behind every value that the index holds.
var top = strings.Repeat(above, maxKey/len(above)+1)

// anyValue is the first value that is none of the empty ones.
const anyValue = "\x01"

// spanOf is the stretch that holds every match of a term. It may hold more:
// values are cut, and the folding of an exact comparison widens it.
func spanOf(n filter.Node) (span, bool) {
	switch n := n.(type) {
	case filter.Present:
		return span{path: n.Path, from: anyValue, to: top}, found(n.Path)
	case filter.Compare:
		if !found(n.Path) {
			return span{}, false
		}
		want, err := operand(n, moments[n.Path] != nil)
		if err != nil {
			return span{}, false
		}
		return stretch(n.Path, n.Op, filter.Fold(want))
	}
	return span{}, false
}

func stretch(path string, op filter.Op, want string) (span, bool) {
	s := span{path: path, from: anyValue, to: top}
	// A bound that is some bytes shorter than the longest value lies below the
	// cut form of every value that it bounds.
	low := cut(want, maxKey-utf8.UTFMax)
	switch op {
	case filter.Eq:
		s.from, s.one = entryValue(want), true
		s.to = s.from + "\x01"
	case filter.Sw:
		s.from, s.to = max(low, anyValue), beyond(low)
	case filter.Gt, filter.Ge:
		s.from = max(low, anyValue)
	case filter.Lt, filter.Le:
		s.to = min(want+"\x01", top)
	default:
		return s, false
	}
	return s, true
}

// beyond is the smallest text that sorts behind all that begin with prefix.
func beyond(prefix string) string {
	for prefix != "" {
		last, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		switch {
		case last == utf8.MaxRune:
			continue
		case last == 0xD7FF: // the surrogates are no characters
			return prefix + "\uE000"
		}
		return prefix + string(last+1)
	}
	return top
}

// single reports whether nobody has two values of the attribute, so that two
// terms about it bound one value from both sides.
func single(path string) bool {
	name, custom := strings.CutPrefix(path, "profile.")
	_, base := bailiwick.BaseAttribute(name)
	return base || !custom
}

// bounds is the stretch of an attribute outside which nothing matches: for one
// of single values what all terms of an "and" leave of it, for any other that
// of the first term.
func bounds(n filter.Node, path string) span {
	out := span{path: path, from: anyValue, to: top}
	if and, ok := n.(filter.And); ok {
		for _, term := range and.Terms {
			s := bounds(term, path)
			if s.from == anyValue && s.to == top {
				continue
			}
			if !single(path) {
				return s
			}
			out.from, out.to, out.one = max(out.from, s.from), min(out.to, s.to), out.one || s.one
			if s.one {
				out.from = s.from
			}
		}
		return out
	}
	if s, ok := spanOf(n); ok && s.path == path {
		return s
	}
	return out
}

// A finder yields candidates in the order of their IDs: up to n that are
// behind after. Fewer than n means that there are no more.
type finder func(after bailiwick.ID, n int) ([]bailiwick.ID, error)

// A choice is one way to find every match of an expression.
type choice struct {
	size int // candidates, as far as they were counted
	open func() (finder, error)
	span *span // when the candidates are one stretch of many values
}

// A budget bounds the work for one page. Tests give a store a small one, to
// meet its edges with few people.
type budget struct {
	few  int // candidates that are counted at first
	read int // candidates that are read for a page
}

var standardBudget = budget{few: 500, read: maxCandidates}

// many is the size up to which candidates are read to the last when they come
// in another order than wanted. What is larger counts as endless.
func (b budget) many() int { return b.read - 1 }

// scan is the size of a choice that no index helps: larger than any other.
func (b budget) scan() int { return b.read + 1 }

// choose finds the best way, or nil when there is none; it counts no span
// further than most.
func (v *View) choose(n filter.Node, most int) (*choice, error) {
	switch n := n.(type) {
	case filter.And:
		return v.chooseOne(n.Terms, most)
	case filter.Or:
		return v.chooseAll(n.Terms, most)
	case filter.Present:
		return v.chooseSpan(n, most)
	case filter.Compare:
		return v.chooseCompare(n, most)
	}
	return nil, nil
}

// chooseOne takes the smallest of the terms.
func (v *View) chooseOne(terms []filter.Node, most int) (*choice, error) {
	var best *choice
	all := filter.And{Terms: terms}
	for _, term := range terms {
		var c *choice
		var err error
		if s, ok := spanOf(term); ok && single(s.path) {
			c, err = v.chooseStretch(bounds(all, s.path), most)
		} else {
			c, err = v.choose(term, most)
		}
		if err != nil {
			return nil, err
		}
		if c == nil {
			continue
		}
		// Of two that are both endless, one that yields IDs is better than one
		// that must be sorted.
		if best == nil || c.size < best.size || c.size == best.size && best.span != nil && c.span == nil {
			best = c
		}
	}
	return best, nil
}

// chooseAll takes all the terms: each must have a way.
func (v *View) chooseAll(terms []filter.Node, most int) (*choice, error) {
	all := make([]*choice, len(terms))
	sum := 0
	for i, term := range terms {
		c, err := v.choose(term, most)
		if err != nil || c == nil {
			return nil, err
		}
		all[i] = c
		sum += c.size
	}
	return &choice{size: sum, open: func() (finder, error) {
		finders := make([]finder, len(all))
		for i, c := range all {
			var err error
			if finders[i], err = c.open(); err != nil {
				return nil, err
			}
		}
		return merged(finders), nil
	}}, nil
}

// contained are the attributes that "co" is answered for, as the wire has it.
var contained = []string{"profile.firstName", "profile.lastName", "profile.email", "profile.login"}

func (v *View) chooseCompare(n filter.Compare, most int) (*choice, error) {
	switch {
	case n.Op == filter.In:
		return v.chooseAll(members(n), most)
	case n.Op == filter.Eq && n.Value.Kind == filter.Text && n.Path == "id":
		return &choice{size: 1, open: func() (finder, error) { return listed([]bailiwick.ID{bailiwick.ID(n.Value.Text)}), nil }}, nil
	case n.Op == filter.Eq && n.Value.Kind == filter.Text && (n.Path == "realmId" || n.Path == "realm_id"):
		return v.chooseRealm(bailiwick.ID(n.Value.Text), most)
	case n.Op == filter.Co && slices.Contains(contained, n.Path):
		return &choice{size: v.store.budget.scan(), open: func() (finder, error) { return v.everybody, nil }}, nil
	}
	return v.chooseSpan(n, most)
}

func (v *View) chooseSpan(n filter.Node, most int) (*choice, error) {
	s, ok := spanOf(n)
	if !ok {
		return nil, nil
	}
	return v.chooseStretch(s, most)
}

func (v *View) chooseStretch(s span, most int) (*choice, error) {
	size, err := v.count(s, most)
	if err != nil {
		return nil, err
	}
	c := &choice{size: size}
	if s.one {
		c.open = func() (finder, error) { return v.havingValue(s), nil }
		return c, nil
	}
	c.span = &s
	c.open = func() (finder, error) {
		if size > v.store.budget.many() {
			return v.everybody, nil
		}
		ids, err := v.idsIn(s)
		return listed(ids), err
	}
	return c, nil
}

// chooseRealm finds the people of a realm by its hidden set. The default realm
// has none, so it is everybody.
func (v *View) chooseRealm(realm bailiwick.ID, most int) (*choice, error) {
	org, err := v.Org()
	if err != nil {
		return nil, err
	}
	if realm == org.Realm {
		return &choice{size: v.store.budget.scan(), open: func() (finder, error) { return v.everybody, nil }}, nil
	}
	var n int
	err = v.row(`SELECT COUNT(*) FROM (SELECT user_id FROM group_members WHERE org_id = $1 AND set_id = $2 ORDER BY user_id LIMIT $3) x`,
		v.org, realm, most+1).Scan(&n)
	if err != nil {
		return nil, fmt.Errorf("count the people of a realm: %w", err)
	}
	return &choice{size: n, open: func() (finder, error) { return v.membersOf(realm), nil }}, nil
}

// count counts a span, no further than one above most. The order makes the
// engine read the index and no more of it than it counts.
func (v *View) count(s span, most int) (n int, err error) {
	err = v.row(`SELECT COUNT(*) FROM (SELECT user_id FROM user_attributes WHERE org_id = $1 AND name = $2 AND value >= $3 AND value < $4
		ORDER BY value, user_id LIMIT $5) x`, v.org, s.name(), s.from, s.to, most+1).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count candidates: %w", err)
	}
	return n, nil
}

// idsIn reads a span of at most budget.many rows whole.
func (v *View) idsIn(s span) ([]bailiwick.ID, error) {
	rows, err := v.query(`SELECT user_id FROM user_attributes WHERE org_id = $1 AND name = $2 AND value >= $3 AND value < $4
		ORDER BY value, user_id LIMIT $5`, v.org, s.name(), s.from, s.to, v.store.budget.read)
	ids, err := collect(rows, err, scanID)
	if err != nil {
		return nil, fmt.Errorf("read candidates: %w", err)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// ids runs a statement for a finder.
func (v *View) ids(text string, a ...any) ([]bailiwick.ID, error) {
	rows, err := v.query(text, a...)
	ids, err := collect(rows, err, scanID)
	if err != nil {
		return nil, fmt.Errorf("read candidates: %w", err)
	}
	return ids, nil
}

// havingValue yields the people who have one value.
func (v *View) havingValue(s span) finder {
	return func(after bailiwick.ID, n int) ([]bailiwick.ID, error) {
		return v.ids(`SELECT user_id FROM user_attributes WHERE org_id = $1 AND name = $2 AND value = $3 AND user_id > $4
			ORDER BY user_id LIMIT $5`, v.org, s.name(), s.from, after, n)
	}
}

// membersOf yields the people of a set.
func (v *View) membersOf(set bailiwick.ID) finder {
	return func(after bailiwick.ID, n int) ([]bailiwick.ID, error) {
		return v.ids(`SELECT user_id FROM group_members WHERE org_id = $1 AND set_id = $2 AND user_id > $3 ORDER BY user_id LIMIT $4`,
			v.org, set, after, n)
	}
}

// everybody yields all people; who reads it gives up after its budget.
func (v *View) everybody(after bailiwick.ID, n int) ([]bailiwick.ID, error) {
	return v.ids(`SELECT id FROM users WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3`, v.org, after, n)
}

// within yields the people of the sets that a reach lists, by merging them.
// Only what the actor may see is read, so what it costs tells of nobody else.
func (v *View) within(r authz.Reach) (from finder, size int, err error) {
	if r.Self() != "" {
		return listed([]bailiwick.ID{r.Self()}), 1, nil
	}
	w := &walk{view: v, hi: "~", listed: r.Listed()}
	w.useSets()
	if err := w.measure(0); err != nil {
		return nil, 0, err
	}
	return func(after bailiwick.ID, n int) ([]bailiwick.ID, error) {
		w.at, w.done = string(after), false
		var out []bailiwick.ID
		for len(out) < n && !w.done {
			keys, err := w.merge(n - len(out))
			if err != nil {
				return nil, err
			}
			for _, k := range keys {
				out = append(out, bailiwick.ID(k))
			}
		}
		return out, nil
	}, int(min(w.sizes.sum, int64(v.store.budget.scan()))), nil
}

// listed yields the IDs of a sorted list.
func listed(ids []bailiwick.ID) finder {
	return func(after bailiwick.ID, n int) ([]bailiwick.ID, error) {
		at, found := slices.BinarySearch(ids, after)
		if found {
			at++
		}
		return ids[at:min(at+n, len(ids))], nil
	}
}

// merged yields what any of the finders does. Each is asked for n: whatever it
// holds back lies behind n that it gave.
func merged(finders []finder) finder {
	if len(finders) == 1 {
		return finders[0]
	}
	return func(after bailiwick.ID, n int) ([]bailiwick.ID, error) {
		var all []bailiwick.ID
		for _, s := range finders {
			ids, err := s(after, n)
			if err != nil {
				return nil, err
			}
			all = append(all, ids...)
		}
		slices.Sort(all)
		all = slices.Compact(all)
		return all[:min(n, len(all))], nil
	}
}
