package portal

import (
	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
)

// policy is what a page that asks for a new password says beforehand.
type policy struct{}

// Shortest is the least number of characters.
func (policy) Shortest() int { return bailiwick.MinPassword }

type signInPage struct {
	ui.Card
	Action, Forgot string
	Back           string // where to go afterwards; an address of ours or empty
	Notice         ui.Notice
	Login          ui.Field
	Password       ui.Field
}

type forgotPage struct {
	ui.Card
	Action, SignIn string
	Login          ui.Field
}

type forgotSentPage struct {
	ui.Card
	SignIn string
	Notice ui.Notice
}

// A passwordPage asks for a new password: after a reset link, at the end of a
// sign-in with a temporary password, and for the first owner.
type passwordPage struct {
	ui.Card
	policy
	Heading, Button string
	Action          string
	Login           string // whose password, when it is known already
	Back            string // where to go afterwards; an address of ours or empty
	Notice          ui.Notice
	Old             *ui.Field // the password that is to be replaced, where it is asked for
	Before          []ui.Field
	Password        ui.Field
}

type expiredPage struct {
	ui.Card
	Text, Button, Href string
}

// A fact is one line of a profile.
type fact struct{ Label, Text string }

type accountPage struct {
	ui.Account
	First string
	Facts []fact
}

type ownPasswordPage struct {
	ui.Account
	policy
	Action   string
	Faulty   bool
	Old, New ui.Field
}
