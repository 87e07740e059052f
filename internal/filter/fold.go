package filter

// Folding stands beside the parser because both ends of a comparison need it: the
// key column is filled with Fold(stored) and asked for Fold(value). An engine's own
// lower() would not do: SQLite's knows ASCII alone.

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold maps all spellings of a text that differ only in letter case or in Unicode
// composition to one spelling. Accents stay significant: "José" and "jose" differ.
// The result is valid UTF-8 in NFC; invalid bytes become U+FFFD.
//
// Fold(Fold(s)) == Fold(s) always. Account takeovers have come from a canonical
// name that was not canonical (Spotify, 2013), so the tests try every code point.
func Fold(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	return norm.NFC.String(foldCase(norm.NFD.String(s)))
}

// FoldAccents folds like [Fold] and also maps accented letters to their base
// letters, compatibility forms (ligatures, full width) to plain ones, and letters
// that Unicode does not decompose (ø ł ß þ ð æ œ đ ı …) to what people type for
// them. It is for search keys: "Łukasz Øster" is found by "lukasz o".
//
// The characters U+0000 and U+0001 are dropped: the store joins keys with U+0001,
// and a key that held one could pose as another. Idempotent like [Fold].
func FoldAccents(s string) string {
	if ascii(s) {
		return strings.ToLower(dropSeparators(s))
	}
	s = dropSeparators(strings.ToValidUTF8(s, "\uFFFD"))
	s = norm.NFKD.String(foldCase(norm.NFKD.String(s)))
	return norm.NFKC.String(plainLetters(s))
}

// foldCase is Unicode's full case folding. Cherokee is done here, as it folds to
// upper case and x/text leaves it alone.
func foldCase(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 0xAB70 <= r && r <= 0xABBF:
			return r - 0xAB70 + 0x13A0
		case 0x13F8 <= r && r <= 0x13FD:
			return r - 8
		}
		return r
	}, cases.Fold().String(s))
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func dropSeparators(s string) string {
	if !strings.ContainsAny(s, "\x00\x01") {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r <= 1 {
			return -1
		}
		return r
	}, s)
}

// plainLetters works on case-folded, decomposed text.
func plainLetters(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case accent(r):
		case r < utf8.RuneSelf:
			b.WriteByte(byte(r))
		default:
			if plain, ok := undecomposed(r); ok {
				b.WriteString(plain)
			} else {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

// accent reports marks that a reader may leave out: diacritics, Hebrew points and
// Arabic vowel signs. The marks of Indic and Thai scripts and of kana are letters'
// other halves, not accents, and stay.
func accent(r rune) bool {
	switch {
	case r < 0x300:
		return false
	case r <= 0x36F, 0x1AB0 <= r && r <= 0x1AFF, 0x1DC0 <= r && r <= 0x1DFF, 0x20D0 <= r && r <= 0x20FF, 0xFE20 <= r && r <= 0xFE2F:
		return true
	case 0x591 <= r && r <= 0x5C7:
		return r != 0x5BE && r != 0x5C0 && r != 0x5C3 && r != 0x5C6 // punctuation among the points
	case 0x64B <= r && r <= 0x65F, r == 0x670:
		return true
	}
	return false
}

// undecomposed gives the plain spelling of letters that have no decomposition, and
// of the apostrophes and hyphens that keyboards and word processors put in names.
func undecomposed(r rune) (string, bool) {
	switch r {
	case 'ı', 'ɨ':
		return "i", true
	case 'ø', 'ɵ':
		return "o", true
	case 'ł', 'ƚ':
		return "l", true
	case 'ß':
		return "ss", true
	case 'þ':
		return "th", true
	case 'ð', 'đ', 'ɖ':
		return "d", true
	case 'æ':
		return "ae", true
	case 'œ':
		return "oe", true
	case 'ħ':
		return "h", true
	case 'ŋ':
		return "n", true
	case 'ŧ':
		return "t", true
	case 'ƶ':
		return "z", true
	case 'ə', 'ǝ':
		return "e", true
	case 'ĸ':
		return "k", true
	case '‘', '’', 'ʼ', 'ʻ', 'ʹ', '′':
		return "'", true
	case '‐', '‑', '‒', '–', '−':
		return "-", true
	}
	return "", false
}
