package filter

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The expressions of group rules have another surface and the same bones as
// filters: [And], [Or] and [Not] over conditions, read by the same parser. A
// condition is one of
//
//	user.department == "Sales"        also !=, and numbers, true, false, null
//	String.startsWith(user.title, "Vice")
//	String.stringContains(user.email, "@x.example")
//	isMemberOfGroup("00g…")
//	isMemberOfAnyGroup("00g…", "00g…")
//
// joined by and, or, not or &&, ||, !. Text compares exactly. An attribute that
// nobody has filled in is null: it equals null, differs from everything else,
// and contains nothing.

// An Attribute is a condition on one attribute of a profile: Op is Eq, Ne, Sw
// or Co.
type Attribute struct {
	Name  string
	Op    Op
	Value Value
	Pos   int // byte offset of the name in the text
}

// A MemberOf holds for who is in one of the groups, given by ID.
type MemberOf struct {
	Groups []string
	Pos    int // byte offset in the text
}

func (Attribute) node() {}
func (MemberOf) node()  {}

func (n Attribute) String() string {
	switch n.Op {
	case Sw:
		return "String.startsWith(user." + n.Name + ", " + n.Value.String() + ")"
	case Co:
		return "String.stringContains(user." + n.Name + ", " + n.Value.String() + ")"
	case Ne:
		return "user." + n.Name + " != " + n.Value.String()
	}
	return "user." + n.Name + " == " + n.Value.String()
}

func (n MemberOf) String() string {
	quoted := make([]string, len(n.Groups))
	for i, g := range n.Groups {
		quoted[i] = quote(g)
	}
	return "isMemberOfAnyGroup(" + strings.Join(quoted, ", ") + ")"
}

// ParseExpression reads the expression of a group rule, within the same limits
// as [Parse]. Every error is an [*Error].
func ParseExpression(text string) (Node, error) {
	if len(text) > MaxText {
		return nil, &Error{Pos: MaxText, Message: fmt.Sprintf("the expression is longer than %d bytes", MaxText)}
	}
	if !utf8.ValidString(text) {
		return nil, &Error{Pos: invalidAt(text), Message: "the expression is not valid UTF-8"}
	}
	p := &parser{lexer: lexer{text: text, symbols: true}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == tokEnd {
		return nil, p.fail("the expression is empty")
	}
	node, err := p.expression(loose)
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokEnd {
		return nil, p.fail("expected and, or, or the end")
	}
	return node, nil
}

// symbol reads an operator of signs; false when there is none here.
func (l *lexer) symbol() (token, bool) {
	for _, s := range []string{"==", "!=", "&&", "||", "!"} {
		if strings.HasPrefix(l.text[l.at:], s) {
			at := l.at
			l.at += len(s)
			return token{tokSymbol, s, at}, true
		}
	}
	return token{}, false
}

func (t token) sign(s string) bool { return t.kind == tokSymbol && t.text == s }

// condition reads one condition of a rule, a group in parentheses, or a
// negation of either.
func (p *parser) condition() (Node, error) {
	first := p.tok
	switch {
	case first.kind == tokOpen:
		return p.group()
	case first.sign("!") || first.is("not"):
		return p.negation()
	case first.kind != tokWord:
		return nil, p.fail("expected user.attribute, a function, not, or (")
	}
	if err := p.count(first.pos); err != nil {
		return nil, err
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	switch first.text {
	case "isMemberOfGroup", "isMemberOfAnyGroup":
		return p.memberOf(first)
	case "String.startsWith":
		return p.textTest(first, Sw)
	case "String.stringContains":
		return p.textTest(first, Co)
	}
	name, err := attributeName(first)
	if err != nil {
		return nil, err
	}
	node := Attribute{Name: name, Op: Eq, Pos: first.pos}
	switch {
	case p.tok.sign("!="):
		node.Op = Ne
	case !p.tok.sign("=="):
		return nil, p.fail("expected == or != after the attribute")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	node.Value, err = p.value()
	return node, err
}

// negation reads what follows ! or not. Signs in a row nest as parentheses do.
func (p *parser) negation() (Node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == tokOpen {
		term, err := p.group()
		return Not{Term: term}, err
	}
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > MaxDepth {
		return nil, p.fail("negations and parentheses are nested deeper than %d", MaxDepth)
	}
	term, err := p.condition()
	return Not{Term: term}, err
}

func attributeName(t token) (string, error) {
	name, ok := strings.CutPrefix(t.text, "user.")
	if !ok || name == "" || strings.ContainsAny(name, ".:$-") {
		return "", &Error{Pos: t.pos, Message: "unknown word; known are user.attribute, String.startsWith, String.stringContains, isMemberOfGroup and isMemberOfAnyGroup"}
	}
	return name, nil
}

// textTest reads (user.attribute, "text").
func (p *parser) textTest(function token, op Op) (Node, error) {
	if err := p.expect(tokOpen, "("); err != nil {
		return nil, err
	}
	name, err := attributeName(p.tok)
	if err != nil {
		return nil, err
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.expect(tokComma, "a comma"); err != nil {
		return nil, err
	}
	if p.tok.kind != tokText {
		return nil, p.fail("expected a text in double quotes")
	}
	value, err := p.value()
	if err != nil {
		return nil, err
	}
	return Attribute{Name: name, Op: op, Value: value, Pos: function.pos}, p.expect(tokClose, ")")
}

// memberOf reads ("id") or ("id", "id", …).
func (p *parser) memberOf(function token) (Node, error) {
	if err := p.expect(tokOpen, "("); err != nil {
		return nil, err
	}
	node := MemberOf{Pos: function.pos}
	for {
		if p.tok.kind != tokText {
			return nil, p.fail("expected the ID of a group in double quotes")
		}
		if len(node.Groups) > 0 {
			if err := p.count(p.tok.pos); err != nil {
				return nil, err
			}
		}
		node.Groups = append(node.Groups, p.tok.text)
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.tok.kind != tokComma || function.text == "isMemberOfGroup" {
			return node, p.expect(tokClose, ")")
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

func (p *parser) expect(kind tokenKind, what string) error {
	if p.tok.kind != kind {
		return p.fail("expected %s", what)
	}
	return p.advance()
}

// Reads lists the attributes and the groups that an expression depends on, each
// once and sorted.
func Reads(n Node) (attributes, groups []string) {
	_ = Walk(n, func(n Node) error {
		switch n := n.(type) {
		case Attribute:
			attributes = append(attributes, n.Name)
		case MemberOf:
			groups = append(groups, n.Groups...)
		}
		return nil
	})
	slices.Sort(attributes)
	slices.Sort(groups)
	return slices.Compact(attributes), slices.Compact(groups)
}

// Holds reports whether an expression of [ParseExpression] is true of a
// profile, given as JSON has it, and of memberships.
func Holds(n Node, profile map[string]any, member func(group string) bool) bool {
	switch n := n.(type) {
	case And:
		return !slices.ContainsFunc(n.Terms, func(t Node) bool { return !Holds(t, profile, member) })
	case Or:
		return slices.ContainsFunc(n.Terms, func(t Node) bool { return Holds(t, profile, member) })
	case Not:
		return !Holds(n.Term, profile, member)
	case MemberOf:
		return slices.ContainsFunc(n.Groups, member)
	case Attribute:
		return n.holds(profile[n.Name])
	}
	return false
}

func (n Attribute) holds(have any) bool {
	text, isText := have.(string)
	switch n.Op {
	case Sw:
		return isText && strings.HasPrefix(text, n.Value.Text)
	case Co:
		return isText && strings.Contains(text, n.Value.Text)
	case Ne:
		return !n.Value.equals(have)
	}
	return n.Value.equals(have)
}

func (v Value) equals(have any) bool {
	switch v.Kind {
	case Null:
		return have == nil
	case Text:
		return have == any(v.Text)
	case Bool:
		return have == any(v.Text == "true")
	case Number:
		want, err := strconv.ParseFloat(v.Text, 64)
		return err == nil && reflect.DeepEqual(have, want)
	}
	return false
}
