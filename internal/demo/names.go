package demo

import (
	"math/rand/v2"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxName is the most code points that a first or last name may have.
const maxName = 50

// A tradition is one way of naming people. Its pools list entries separated by
// ", ". An entry is a name in Latin script, or "native=Latin"; a family name
// that differs for women is "his/hers".
type tradition struct {
	name               string
	women, men, family string
	native             float64 // the share of people who write themselves in the native script
	eastern            bool    // the family name comes first when the name is read out
	shape              shape
}

// A shape says how a last name is made from the pool of family names.
type shape int

const (
	inherited  shape = iota // one family name
	doubled                 // one from each parent
	patronymic              // the father's name with -son or -dóttir
	initialed               // often no more than the father's initial
	single                  // often no family name: the field repeats the only name
)

// A spelling is one name as its bearer writes it and in Latin letters.
type spelling struct{ native, latin string }

// A pool is a tradition taken apart.
type pool struct {
	tradition
	women, men            []spelling
	familyHis, familyHers []spelling // equal length; the second as women bear it
}

// A fullName is what the generator knows of one person's name.
type fullName struct {
	First, Last string
	Display     string // set where "First Last" is not how the name is read out
	login       string // ASCII, without domain, not unique yet
}

// A poolSet is all traditions, taken apart.
type poolSet struct {
	all    []*pool // in the order of the tables
	latin  []*pool // those whose people have a Latin family name that can be joined with another
	byName map[string]*pool
}

var pooled = sync.OnceValue(func() poolSet {
	set := poolSet{byName: make(map[string]*pool)}
	for _, table := range [][]tradition{africanNames, americanNames, asianNames, europeanNames, pacificNames} {
		for _, t := range table {
			p := &pool{tradition: t, women: spellings(t.women), men: spellings(t.men)}
			for _, entry := range strings.Split(t.family, ", ") {
				his, hers := entry, entry
				if a, b, ok := strings.Cut(entry, "/"); ok {
					his, hers = a, b
				}
				p.familyHis = append(p.familyHis, spell(his))
				p.familyHers = append(p.familyHers, spell(hers))
			}
			set.all = append(set.all, p)
			set.byName[t.name] = p
			if p.native == 0 && p.shape == inherited {
				set.latin = append(set.latin, p)
			}
		}
	}
	return set
})

func spellings(list string) []spelling {
	var out []spelling
	for _, entry := range strings.Split(list, ", ") {
		out = append(out, spell(entry))
	}
	return out
}

func spell(entry string) spelling {
	entry = norm.NFC.String(entry)
	native, latin, ok := strings.Cut(entry, "=")
	if !ok {
		latin = native
	}
	return spelling{native, latin}
}

// person draws a name. Roughly one in twenty-five Latin last names is joined
// with one of another tradition, and one in two hundred people has as many
// given names as fit into the field.
func (p *pool) person(r *rand.Rand, others []*pool) fullName {
	given, family := p.men, p.familyHis
	woman := r.IntN(2) == 0
	if woman {
		given, family = p.women, p.familyHers
	}
	first := pick(r, given)
	last := pick(r, family)
	stem := last.latin
	native := r.Float64() < p.native
	switch p.shape {
	case doubled:
		last = spelling{latin: last.latin + " " + pick(r, family).latin}
	case patronymic:
		last = spelling{latin: last.latin + "son"}
		if woman {
			last.latin = strings.TrimSuffix(last.latin, "son") + "dóttir"
		}
		stem = last.latin
	case initialed:
		if r.IntN(3) == 0 {
			last.native, last.latin = firstLetter(last.native), firstLetter(last.latin)
			stem = last.latin
		}
	case single:
		if r.IntN(4) == 0 {
			last, stem = first, ""
		}
	case inherited:
		if !native && p.native == 0 && r.IntN(25) == 0 {
			last, stem = joined(r, last, woman, others)
		}
	}
	if last.native == "" {
		last.native = last.latin
	}
	if !native && p.native == 0 && p.shape != single && r.IntN(200) == 0 {
		first.latin = lengthened(r, first.latin, given)
		first.native = first.latin
	}
	return p.written(first, last, stem, native)
}

func (p *pool) written(first, last spelling, stem string, native bool) fullName {
	n := fullName{First: first.latin, Last: last.latin, login: loginOf(p, first.latin, stem)}
	if native {
		n.First, n.Last = first.native, last.native
	}
	switch {
	case native && p.eastern:
		n.Display = n.Last + n.First
	case p.eastern:
		n.Display = n.Last + " " + n.First
	case n.First == n.Last:
		n.Display = n.First
	}
	return n
}

// loginOf makes "tugba.yildirim": of several given names the first, in the
// East of Asia the last, which is the one people are called by.
func loginOf(p *pool, first, stem string) string {
	words := strings.Fields(first)
	word := words[0]
	if p.eastern {
		word = words[len(words)-1]
	}
	parts := []string{ascii(word)}
	if s := ascii(stem); s != "" {
		parts = append(parts, s)
	}
	return strings.Join(parts, ".")
}

func joined(r *rand.Rand, last spelling, woman bool, others []*pool) (spelling, string) {
	p := others[r.IntN(len(others))]
	family := p.familyHis
	if woman {
		family = p.familyHers
	}
	second := pick(r, family).latin
	if both := last.latin + "-" + second; utf8.RuneCountInString(both) <= maxName && second != last.latin {
		return spelling{both, both}, last.latin
	}
	return last, last.latin
}

func lengthened(r *rand.Rand, first string, given []spelling) string {
	for range 12 {
		next := pick(r, given).latin
		if strings.Contains(first, next) {
			continue
		}
		if utf8.RuneCountInString(first)+1+utf8.RuneCountInString(next) > maxName {
			break
		}
		first += " " + next
	}
	return first
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func firstLetter(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	// A vowel sign or virama belongs to its letter.
	for n < len(s) {
		next, size := utf8.DecodeRuneInString(s[n:])
		if !unicode.Is(unicode.M, next) {
			break
		}
		n += size
	}
	if r == utf8.RuneError {
		return s
	}
	return s[:n]
}

// letters are those that decomposition leaves alone.
var letters = map[rune]string{
	'ı': "i", 'ø': "o", 'ł': "l", 'ß': "ss", 'þ': "th", 'ð': "d", 'æ': "ae", 'œ': "oe",
	'đ': "d", 'ħ': "h", 'ŋ': "ng", 'ə': "e", 'ɓ': "b", 'ɗ': "d", 'ƙ': "k", 'ŧ': "t",
}

// ascii spells a Latin name with the letters a to z alone, lower case: what a
// login is made of.
func ascii(s string) string {
	plain := true
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf {
			plain = false
			break
		}
	}
	s = strings.ToLower(s)
	if !plain {
		s = norm.NFD.String(s)
	}
	b := make([]byte, 0, len(s))
	for _, c := range s {
		switch {
		case c >= 'a' && c <= 'z':
			b = append(b, byte(c))
		case c >= utf8.RuneSelf:
			b = append(b, letters[c]...)
		}
	}
	return string(b)
}
