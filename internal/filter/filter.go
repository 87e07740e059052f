// Package filter reads the filter and search expressions of the Okta and SCIM
// wire, such as
//
//	status eq "ACTIVE" and (profile.lastName sw "Sm" or not (profile.email pr))
//
// and turns them into a small syntax tree. [Parse] knows the grammar only. Which
// attributes exist, which operators each of them takes and what the tree means in
// rows is decided by whoever walks it: the faces judge attributes ([Walk] helps),
// the store turns the tree into a predicate.
//
// The package also holds the text folding that decides which texts a comparison
// treats as the same ([Fold], [FoldAccents]), because keys that are written and
// values that are searched must pass through the same function.
package filter

import (
	"fmt"
	"strings"
)

// Limits of one expression. They are checked before or while parsing, so that a
// hostile text costs no more than an honest one.
const (
	MaxText  = 4096 // bytes
	MaxTerms = 50   // comparisons, presence tests and members of "in" lists
	MaxDepth = 20   // parentheses inside parentheses
)

// An Error says where and why a text is not an expression. Message is lower case,
// without a full stop, safe to show to the caller, and never repeats a value.
type Error struct {
	Pos     int // byte offset into the text, from 0
	Message string
}

func (e *Error) Error() string {
	return fmt.Sprintf("at position %d: %s", e.Pos, e.Message)
}

// An Op is a comparison operator in its lower-case spelling.
type Op string

// The operators. "pr" is not among them: it has no value and makes a [Present].
const (
	Eq Op = "eq" // equals
	Ne Op = "ne" // differs
	Co Op = "co" // contains; text only
	Sw Op = "sw" // starts with; text only
	Ew Op = "ew" // ends with; text only
	Gt Op = "gt" // text or number, as are the next three
	Ge Op = "ge"
	Lt Op = "lt"
	Le Op = "le"
	In Op = "in" // equals one member of a List
)

// A Kind says what a [Value] was written as.
type Kind uint8

// The kinds of value. The zero Kind belongs to no parsed value.
const (
	Text Kind = iota + 1
	Number
	Bool
	Null
	List
)

// A Value is the right side of a comparison. Text is the decoded text of a Text
// value (valid UTF-8 without NUL), the digits of a Number as they were written (JSON
// grammar, of any size), "true" or "false" of a Bool, "null" of Null. Items are the
// members of a List, at least one, none of them a List or Null.
type Value struct {
	Kind  Kind
	Text  string
	Items []Value
}

// A Node is one of [And], [Or], [Not], [Compare] and [Present].
// String writes the node so that [Parse] reads the same tree again, provided the
// result keeps within [MaxText]; equal trees have equal strings.
type Node interface {
	String() string
	node()
}

// And holds when all of its terms hold. It has two terms or more.
type And struct{ Terms []Node }

// Or holds when one of its terms holds. It has two terms or more.
type Or struct{ Terms []Node }

// Not holds when its term does not.
type Not struct{ Term Node }

// Compare holds when the attribute at Path stands in the relation Op to Value.
// Path keeps the case it was written in: attribute names are case-sensitive.
// Value fits Op: a List for In and for nothing else, text for Co, Sw and Ew, text or
// a number for Gt, Ge, Lt and Le.
type Compare struct {
	Path  string
	Op    Op
	Value Value
	Pos   int // byte offset of Path in the text
}

// Present holds when the attribute at Path has a value ("pr").
type Present struct {
	Path string
	Pos  int // byte offset of Path in the text
}

func (And) node()     {}
func (Or) node()      {}
func (Not) node()     {}
func (Compare) node() {}
func (Present) node() {}

func (n And) String() string {
	words := make([]string, len(n.Terms))
	for i, term := range n.Terms {
		words[i] = term.String()
		switch term.(type) {
		case And, Or:
			words[i] = "(" + words[i] + ")"
		}
	}
	return strings.Join(words, " and ")
}

func (n Or) String() string {
	words := make([]string, len(n.Terms))
	for i, term := range n.Terms {
		words[i] = term.String()
		if _, ok := term.(Or); ok {
			words[i] = "(" + words[i] + ")"
		}
	}
	return strings.Join(words, " or ")
}

func (n Not) String() string     { return "not (" + n.Term.String() + ")" }
func (n Compare) String() string { return n.Path + " " + string(n.Op) + " " + n.Value.String() }
func (n Present) String() string { return n.Path + " pr" }

// String writes the value as it stands in an expression.
func (v Value) String() string {
	switch v.Kind {
	case Text:
		return quote(v.Text)
	case List:
		words := make([]string, len(v.Items))
		for i, item := range v.Items {
			words[i] = item.String()
		}
		return "(" + strings.Join(words, ", ") + ")"
	default:
		return v.Text
	}
}

// quote writes s as a JSON string; only what must be escaped is escaped.
func quote(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ':
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Walk calls visit for n and for every node below it, parents first, in the order
// of the text, until visit returns an error, which it returns.
func Walk(n Node, visit func(Node) error) error {
	if err := visit(n); err != nil {
		return err
	}
	var below []Node
	switch n := n.(type) {
	case And:
		below = n.Terms
	case Or:
		below = n.Terms
	case Not:
		below = []Node{n.Term}
	}
	for _, term := range below {
		if err := Walk(term, visit); err != nil {
			return err
		}
	}
	return nil
}
