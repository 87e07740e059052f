package bailiwick

import (
	"strings"
	"unicode/utf8"
)

// MinPassword is the fewest code points of a password; the most are in package
// secret.
const MinPassword = 8

// commonPasswords are refused whole (PWD-5).
var commonPasswords = strings.Fields(`password password1 password123 passw0rd 12345678 123456789 1234567890 qwertyuiop
	qwerty123 iloveyou sunshine princess football baseball superman trustno1 welcome1 welcome123 letmein1 abcd1234 abc12345
	1q2w3e4r 1qaz2wsx q1w2e3r4 11111111 00000000 87654321 changeme changeme1 administrator admin123 bailiwick`)

// CheckPassword is the password policy: a length, and nothing that an attacker
// tries first, the person's own names among it. There are no rules about kinds
// of characters (PWD-3 to PWD-5).
func CheckPassword(password string, p Profile) error {
	if utf8.RuneCountInString(password) < MinPassword {
		return Refused(Invalid, ReasonWeakPassword, "Password requirements were not met. Use at least %d characters", MinPassword).In("password")
	}
	folded := strings.ToLower(password)
	own := []string{p.Login(), p.Email(), p.ShortLogin(), p.FirstName(), p.LastName(), p.FirstName() + p.LastName(), p.FirstName() + " " + p.LastName()}
	for _, word := range append(own, commonPasswords...) {
		if folded == strings.ToLower(word) {
			return Refused(Invalid, ReasonWeakPassword, "Password requirements were not met. This password is too easy to guess").In("password")
		}
	}
	return nil
}
