package console

import (
	"unicode"
	"unicode/utf8"

	"github.com/bailiwick-iam/bailiwick"
)

// refusalTexts are refusals in the words of the screen: what is so, and what
// to do about it.
var refusalTexts = map[bailiwick.Reason]string{
	bailiwick.ReasonTier:             "This person is an administrator. Administrators look after their own password in My Account.",
	bailiwick.ReasonSelf:             "This is your own account. Your password and profile are in My Account.",
	bailiwick.ReasonStatus:           "The status of the account doesn’t allow it now.",
	bailiwick.ReasonUnlock:           "The account is not locked.",
	bailiwick.ReasonPasswordCannotBe: "Single sign-on holds the password of this user, so there is nothing to reset here.",
	bailiwick.ReasonLastSuperAdmin:   "One active super administrator must remain.",
	bailiwick.ReasonLastOwner:        "One active account owner must remain.",
	bailiwick.ReasonBusy:             "The server is busy with other passwords. Try again in a moment.",
}

// refusalText is a refusal as one sentence.
func refusalText(e *bailiwick.Error) string {
	if text, ok := refusalTexts[e.Reason]; ok {
		return text
	}
	if e.Code == bailiwick.Forbidden && e.Reason == "" {
		return "Your role doesn’t include this."
	}
	first, size := utf8.DecodeRuneInString(e.Message)
	if size == 0 {
		return "Nothing was changed."
	}
	return string(unicode.ToUpper(first)) + e.Message[size:] + "."
}
