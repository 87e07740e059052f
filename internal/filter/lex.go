package filter

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokWord
	tokText // text is decoded
	tokNumber
	tokOpen
	tokClose
	tokComma
	tokSymbol // of rule expressions alone
)

type token struct {
	kind tokenKind
	text string
	pos  int
}

// is reports whether the token is the word w (given in lower case), in any case.
func (t token) is(w string) bool { return t.kind == tokWord && strings.EqualFold(t.text, w) }

// A lexer cuts valid UTF-8 text into tokens, one at a time.
type lexer struct {
	text    string
	at      int
	symbols bool // the text is the expression of a rule
}

func (l *lexer) next() (token, error) {
	for l.at < len(l.text) && strings.IndexByte(" \t\r\n", l.text[l.at]) >= 0 {
		l.at++
	}
	start := l.at
	if start == len(l.text) {
		return token{kind: tokEnd, pos: start}, nil
	}
	if l.symbols {
		if t, ok := l.symbol(); ok {
			return t, nil
		}
	}
	switch c := l.text[start]; {
	case c == '(':
		l.at++
		return token{tokOpen, "(", start}, nil
	case c == ')':
		l.at++
		return token{tokClose, ")", start}, nil
	case c == ',':
		l.at++
		return token{tokComma, ",", start}, nil
	case c == '"':
		return l.quoted()
	case c == '-' || digit(c):
		return l.number()
	case c == '_' || c == '$' || letter(c):
		for l.at < len(l.text) && wordByte(l.text[l.at]) {
			l.at++
		}
		return token{tokWord, l.text[start:l.at], start}, nil
	case c == '[':
		return token{}, &Error{Pos: start, Message: "value paths in [ ] are not supported"}
	case c == '\'':
		return token{}, &Error{Pos: start, Message: "a text value is written in double quotes"}
	}
	return token{}, &Error{Pos: start, Message: "unexpected character"}
}

func digit(c byte) bool  { return '0' <= c && c <= '9' }
func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// wordByte allows what attribute paths and SCIM's URN prefixes are made of.
func wordByte(c byte) bool {
	return letter(c) || digit(c) || c == '_' || c == '.' || c == '-' || c == '$' || c == ':'
}

// number reads a number by JSON's grammar, so that faces can hand it on as it is.
func (l *lexer) number() (token, error) {
	start := l.at
	digits := func() bool {
		from := l.at
		for l.at < len(l.text) && digit(l.text[l.at]) {
			l.at++
		}
		return l.at > from
	}
	skip := func(set string) bool {
		if l.at < len(l.text) && strings.IndexByte(set, l.text[l.at]) >= 0 {
			l.at++
			return true
		}
		return false
	}
	skip("-")
	zero := l.at < len(l.text) && l.text[l.at] == '0'
	whole := l.at
	ok := digits() && (!zero || l.at == whole+1)
	if ok && skip(".") {
		ok = digits()
	}
	if ok && skip("eE") {
		skip("+-")
		ok = digits()
	}
	if !ok || l.at < len(l.text) && (wordByte(l.text[l.at]) || l.text[l.at] == '"') {
		return token{}, &Error{Pos: start, Message: "not a number; a date or a text is written in double quotes"}
	}
	return token{tokNumber, l.text[start:l.at], start}, nil
}

// quoted reads a JSON string.
func (l *lexer) quoted() (token, error) {
	start := l.at
	l.at++
	from := l.at
	var decoded []byte // nil until the first escape
	for l.at < len(l.text) {
		switch c := l.text[l.at]; {
		case c == '"':
			tok := token{tokText, l.text[from:l.at], start}
			if decoded != nil {
				tok.text = string(append(decoded, tok.text...))
			}
			l.at++
			return tok, nil
		case c < ' ':
			return token{}, &Error{Pos: l.at, Message: "a control character in a text must be escaped"}
		case c == '\\':
			decoded = append(decoded, l.text[from:l.at]...)
			r, err := l.escape()
			if err != nil {
				return token{}, err
			}
			decoded = utf8.AppendRune(decoded, r)
			from = l.at
		default:
			l.at++
		}
	}
	return token{}, &Error{Pos: start, Message: "the text has no closing double quote"}
}

// escape reads one escape; the current byte is its backslash.
func (l *lexer) escape() (rune, error) {
	start := l.at
	wrong := &Error{Pos: start, Message: "not an escape of JSON"}
	if l.at+1 >= len(l.text) {
		return 0, wrong
	}
	c := l.text[l.at+1]
	l.at += 2
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), nil
	}
	if c != 'u' {
		return 0, wrong
	}
	r, ok := l.hex4()
	if ok && utf16.IsSurrogate(r) {
		if !strings.HasPrefix(l.text[l.at:], `\u`) {
			return 0, wrong
		}
		l.at += 2
		var low rune
		low, ok = l.hex4()
		r = utf16.DecodeRune(r, low)
		ok = ok && r != utf8.RuneError
	}
	if !ok {
		return 0, wrong
	}
	if r == 0 {
		// PostgreSQL cannot hold it, so no stored text can contain it.
		return 0, &Error{Pos: start, Message: "a text cannot contain the character NUL"}
	}
	return r, nil
}

func (l *lexer) hex4() (rune, bool) {
	if l.at+4 > len(l.text) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(l.text[l.at : l.at+4]) {
		switch {
		case digit(c):
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	l.at += 4
	return r, true
}
