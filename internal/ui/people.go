package ui

import (
	"hash/fnv"
	"strconv"
	"strings"
	"unicode"

	"github.com/bailiwick-iam/bailiwick"
)

// Initials returns the letters of an avatar: the first letter of the first and
// of the last word, with their marks and in capitals. Scripts that are written
// without spaces (Han, Kana, Hangul) get one sign. A name without letters gets
// its first digit or sign.
func Initials(name string) string {
	words := strings.Fields(name)
	first := ""
	var last string
	for _, w := range words {
		letter := firstLetter(w)
		switch {
		case letter == "":
		case first == "":
			first = letter
		default:
			last = letter
		}
	}
	switch {
	case first == "" && len(words) > 0:
		for _, r := range words[0] {
			return string(r)
		}
	case first == "":
		return "?"
	case isolated(first):
		return first
	}
	return first + last
}

// firstLetter returns the first letter of a word with the marks that belong to
// it: a Devanagari vowel sign or a combining accent is not a letter by itself,
// and neither is the sign before the first letter of ʻAkauʻola.
func firstLetter(word string) string {
	var out strings.Builder
	for _, r := range word {
		switch {
		case out.Len() == 0 && unicode.IsLetter(r) && !unicode.Is(unicode.Lm, r):
			out.WriteRune(unicode.ToUpper(r))
		case out.Len() == 0:
		case unicode.IsMark(r):
			out.WriteRune(r)
		default:
			return out.String()
		}
	}
	return out.String()
}

func isolated(letter string) bool {
	for _, r := range letter {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
	}
	return false
}

// avatarClass gives a person one of six colours, always the same one.
func avatarClass(id string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // a hash takes everything
	if n := h.Sum32() % 6; n > 0 {
		return "avatar av-" + strconv.Itoa(int(n))
	}
	return "avatar"
}

// A statusLook is a status in the words and the colour of the screen.
type statusLook struct{ Class, Label string }

// Only statuses that need somebody's attention are tinted.
var statusLooks = map[bailiwick.Status]statusLook{
	bailiwick.Staged:          {"st-off", "Staged"},
	bailiwick.Provisioned:     {"st-pending", "Pending"},
	bailiwick.Active:          {"st-active", "Active"},
	bailiwick.Recovery:        {"st-pending", "Password reset"},
	bailiwick.PasswordExpired: {"st-expired", "Password expired"},
	bailiwick.LockedOut:       {"st-locked", "Locked out"},
	bailiwick.Suspended:       {"st-suspended", "Suspended"},
	bailiwick.Deprovisioned:   {"st-off", "Deactivated"},
}

func statusOf(s bailiwick.Status) statusLook {
	if look, ok := statusLooks[s]; ok {
		return look
	}
	return statusLook{"st-off", string(s)}
}

// StatusLabel is the word that the screen has for a status.
func StatusLabel(s bailiwick.Status) string { return statusOf(s).Label }
