package secret

import "strings"

// Temporary passwords are words of the form consonant, vowel, consonant, vowel,
// consonant: they can be read over the telephone in any language, typed without
// shift, and need no word list. No letter looks like a digit in lower case but l,
// and there are no digits. Without c, g, k, q, w, x and y there are no two spellings
// of one sound, and most rude words cannot arise.
const (
	consonants = "bdfhjlmnprstvz" // 14
	vowels     = "aeiou"          // 5
	wordCount  = 5                // (14·5·14·5·14)^5 = 68,600^5, 80.33 bits
)

// TemporaryPassword makes a password of five made-up words joined by "-", such as
// "rotal-fizud-banel-sovip-tudar": 29 characters, 80.33 bits (PWD-8 asks for 80).
func (m Mint) TemporaryPassword() string {
	words := make([]string, wordCount)
	for i := range words {
		words[i] = string([]byte{
			consonants[m.below(len(consonants))],
			vowels[m.below(len(vowels))],
			consonants[m.below(len(consonants))],
			vowels[m.below(len(vowels))],
			consonants[m.below(len(consonants))],
		})
	}
	return strings.Join(words, "-")
}
