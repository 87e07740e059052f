package store

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

// What an expression means is decided here, once, on whole rows in Go; indexes
// only bring rows to be judged. So both engines give the same answer, and case
// and accents mean the same everywhere.

// A Spelling says which texts are the same to an expression.
type Spelling uint8

// The spellings. Accents are significant in both.
const (
	AnyCase   Spelling = iota // case and Unicode composition do not count
	ExactCase                 // every character counts
)

func (s Spelling) fold(text string) string {
	if s == ExactCase {
		return text
	}
	return filter.Fold(text)
}

// badSearch refuses an expression, or what it cannot be used for.
func badSearch(format string, args ...any) error {
	return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonBadSearch, format, args...)
}

// A sort of thing that expressions are about, person or group: its values by
// attribute, and which attributes are times.
type kind[T any] struct {
	values func(one T, path string) []string
	isTime func(path string) bool
}

var ofPeople = kind[bailiwick.User]{values: values, isTime: func(path string) bool { return moments[path] != nil }}

// exact are the attributes that hold an ID, which has one spelling only.
var exact = []string{"id", "type.id", "realmId", "realm_id"}

// A test judges one thing.
type test[T any] func(T) bool

// compile turns an expression into a test. An attribute that nothing has is
// absent, no error: who asks knows which there are.
func (k kind[T]) compile(n filter.Node, s Spelling) (test[T], error) {
	switch n := n.(type) {
	case filter.And:
		return k.combine(n.Terms, s, false)
	case filter.Or:
		return k.combine(n.Terms, s, true)
	case filter.Not:
		inner, err := k.compile(n.Term, s)
		return func(one T) bool { return !inner(one) }, err
	case filter.Present:
		return func(one T) bool { return len(k.values(one, n.Path)) > 0 }, nil
	case filter.Compare:
		return k.compare(n, s)
	}
	return nil, badSearch("is not supported")
}

// combine is true when any (or every) term is.
func (k kind[T]) combine(terms []filter.Node, s Spelling, either bool) (test[T], error) {
	tests := make([]test[T], len(terms))
	for i, term := range terms {
		var err error
		if tests[i], err = k.compile(term, s); err != nil {
			return nil, err
		}
	}
	return func(one T) bool {
		for _, t := range tests {
			if t(one) == either {
				return either
			}
		}
		return !either
	}, nil
}

// compare holds when one of the values of the attribute does, so that an array
// is found by any of its elements. What is absent compares with nothing.
func (k kind[T]) compare(n filter.Compare, s Spelling) (test[T], error) {
	if n.Op == filter.In {
		return k.combine(members(n), s, true)
	}
	holds, ok := operators[n.Op]
	if !ok {
		return nil, badSearch("%s is not supported", n.Op)
	}
	want, err := operand(n, k.isTime(n.Path))
	if err != nil {
		return nil, err
	}
	switch {
	case slices.Contains(exact, n.Path):
		s = ExactCase
	case n.Op == filter.Gt, n.Op == filter.Ge, n.Op == filter.Lt, n.Op == filter.Le:
		s = AnyCase // there is one order, that of the index
	}
	want = s.fold(want)
	return func(one T) bool {
		for _, have := range k.values(one, n.Path) {
			if holds(s.fold(have), want) {
				return true
			}
		}
		return false
	}, nil
}

// members spells "in" out.
func members(n filter.Compare) []filter.Node {
	out := make([]filter.Node, len(n.Value.Items))
	for i, item := range n.Value.Items {
		out[i] = filter.Compare{Path: n.Path, Op: filter.Eq, Value: item, Pos: n.Pos}
	}
	return out
}

// operand is the right side of a comparison as values are written.
func operand(n filter.Compare, isTime bool) (string, error) {
	switch n.Value.Kind {
	case filter.Text:
		if !isTime {
			return n.Value.Text, nil
		}
		at, err := time.Parse(time.RFC3339, n.Value.Text)
		if err != nil {
			return "", badSearch("%s must be a time like 2026-01-31T00:00:00.000Z", n.Path)
		}
		return at.UTC().Format(stampForm), nil
	case filter.Number:
		f, err := strconv.ParseFloat(n.Value.Text, 64)
		if err != nil {
			return "", badSearch("%s is compared with a number that is too large", n.Path)
		}
		return numberText(f), nil
	case filter.Bool:
		return truthText(n.Value.Text == "true"), nil
	}
	return "", badSearch("%s cannot be compared with null", n.Path)
}

// Texts, numbers and truths are values of different kinds, and one never
// equals another; an order between them would be meaningless too, so a
// comparison asks for the same first character where one side is no text.
var operators = map[filter.Op]func(have, want string) bool{
	filter.Eq: func(have, want string) bool { return have == want },
	filter.Ne: func(have, want string) bool { return have != want },
	filter.Sw: strings.HasPrefix,
	filter.Co: strings.Contains,
	filter.Ew: strings.HasSuffix,
	filter.Gt: func(have, want string) bool { return alike(have, want) && have > want },
	filter.Ge: func(have, want string) bool { return alike(have, want) && have >= want },
	filter.Lt: func(have, want string) bool { return alike(have, want) && have < want },
	filter.Le: func(have, want string) bool { return alike(have, want) && have <= want },
}

// alike reports whether both are numbers, both truths, or both texts.
func alike(a, b string) bool { return mark(a) == mark(b) }

func mark(s string) byte {
	if s == "" || s[0] != 2 && s[0] != 3 {
		return 0
	}
	return s[0]
}
