package filter

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Binding powers: "and" holds its terms closer than "or".
const (
	loose = iota
	orPower
	andPower
)

// Parse reads one whole expression. Every error is an [*Error]. Operator words,
// "and", "or" and "not" are read in any case; the rest is case-sensitive.
func Parse(text string) (Node, error) {
	if len(text) > MaxText {
		return nil, &Error{Pos: MaxText, Message: fmt.Sprintf("the expression is longer than %d bytes", MaxText)}
	}
	if !utf8.ValidString(text) {
		return nil, &Error{Pos: invalidAt(text), Message: "the expression is not valid UTF-8"}
	}
	p := &parser{lexer: lexer{text: text}}
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

func invalidAt(text string) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(text)
}

type parser struct {
	lexer
	tok   token
	terms int
	depth int
}

func (p *parser) fail(format string, args ...any) error {
	return &Error{Pos: p.tok.pos, Message: fmt.Sprintf(format, args...)}
}

func (p *parser) advance() (err error) {
	p.tok, err = p.next()
	return err
}

// power is the binding power of the current token as an infix word.
func (p *parser) power() int {
	switch {
	case p.tok.is("and"), p.tok.sign("&&"):
		return andPower
	case p.tok.is("or"), p.tok.sign("||"):
		return orPower
	}
	return loose
}

// expression reads everything that binds tighter than floor.
func (p *parser) expression(floor int) (Node, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	for p.power() > floor {
		power := p.power()
		terms := []Node{left}
		for p.power() == power {
			if err := p.advance(); err != nil {
				return nil, err
			}
			right, err := p.expression(power)
			if err != nil {
				return nil, err
			}
			terms = append(terms, right)
		}
		if power == andPower {
			left = And{Terms: terms}
		} else {
			left = Or{Terms: terms}
		}
	}
	return left, nil
}

// operand reads a group, a negated group, or one comparison.
func (p *parser) operand() (Node, error) {
	if p.symbols {
		return p.condition()
	}
	switch p.tok.kind {
	case tokOpen:
		return p.group()
	case tokWord:
	default:
		return nil, p.fail("expected an attribute name, not, or (")
	}
	path := p.tok
	if err := p.advance(); err != nil {
		return nil, err
	}
	// An attribute may be called "not"; only a parenthesis makes it the operator.
	if path.is("not") && p.tok.kind == tokOpen {
		term, err := p.group()
		if err != nil {
			return nil, err
		}
		return Not{Term: term}, nil
	}
	if strings.HasSuffix(path.text, ".") || strings.Contains(path.text, "..") {
		return nil, &Error{Pos: path.pos, Message: "an attribute name has an empty part"}
	}
	return p.comparison(path)
}

// group reads a parenthesized expression; the current token is its parenthesis.
func (p *parser) group() (Node, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > MaxDepth {
		return nil, p.fail("parentheses are nested deeper than %d", MaxDepth)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	node, err := p.expression(loose)
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokClose {
		return nil, p.fail("expected )")
	}
	return node, p.advance()
}

// comparison reads what follows the attribute name.
func (p *parser) comparison(path token) (Node, error) {
	if p.tok.kind != tokWord {
		return nil, p.fail("expected an operator after the attribute name")
	}
	word, pos := strings.ToLower(p.tok.text), p.tok.pos
	op := Op(word)
	switch op {
	case "pr", Eq, Ne, Co, Sw, Ew, Gt, Ge, Lt, Le, In:
	default:
		return nil, p.fail("unknown operator; known are eq, ne, co, sw, ew, gt, ge, lt, le, in, pr")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if word == "pr" {
		return Present{Path: path.text, Pos: path.pos}, p.count(path.pos)
	}
	node := Compare{Path: path.text, Op: op, Pos: path.pos}
	var err error
	if op == In {
		node.Value, err = p.list()
		return node, err
	}
	if err := p.count(path.pos); err != nil {
		return nil, err
	}
	if node.Value, err = p.value(); err != nil {
		return nil, err
	}
	return node, node.fits(pos)
}

// fits refuses values that the operator gives no meaning to.
func (c Compare) fits(pos int) error {
	switch c.Op {
	case Co, Sw, Ew:
		if c.Value.Kind != Text {
			return &Error{Pos: pos, Message: fmt.Sprintf("%s takes a text in double quotes", c.Op)}
		}
	case Gt, Ge, Lt, Le:
		if c.Value.Kind != Text && c.Value.Kind != Number {
			return &Error{Pos: pos, Message: fmt.Sprintf("%s takes a text in double quotes or a number", c.Op)}
		}
	}
	return nil
}

// list reads the members of an "in" list.
func (p *parser) list() (Value, error) {
	if p.tok.kind != tokOpen {
		return Value{}, p.fail("expected ( after in")
	}
	list := Value{Kind: List}
	for {
		if err := p.advance(); err != nil {
			return Value{}, err
		}
		pos := p.tok.pos
		if err := p.count(pos); err != nil {
			return Value{}, err
		}
		item, err := p.value()
		if err != nil {
			return Value{}, err
		}
		if item.Kind == Null {
			return Value{}, &Error{Pos: pos, Message: "null cannot be a member of a list"}
		}
		list.Items = append(list.Items, item)
		switch p.tok.kind {
		case tokComma:
		case tokClose:
			return list, p.advance()
		default:
			return Value{}, p.fail("expected , or ) in the list")
		}
	}
}

// value reads one scalar.
func (p *parser) value() (Value, error) {
	v := Value{Text: p.tok.text}
	switch p.tok.kind {
	case tokText:
		v.Kind = Text
	case tokNumber:
		v.Kind = Number
	case tokWord:
		switch p.tok.text {
		case "true", "false":
			v.Kind = Bool
		case "null":
			v.Kind = Null
		default:
			return Value{}, p.fail("a text value is written in double quotes")
		}
	default:
		return Value{}, p.fail("expected a value")
	}
	return v, p.advance()
}

// count charges one term to the expression.
func (p *parser) count(pos int) error {
	p.terms++
	if p.terms > MaxTerms {
		return &Error{Pos: pos, Message: fmt.Sprintf("the expression has more than %d terms", MaxTerms)}
	}
	return nil
}
