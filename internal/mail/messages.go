// Package mail holds one typed message for each mail that the product sends,
// renders it (subject, text, HTML) and speaks SMTP.
//
// A message is data: an operation puts it into the outbox with its change, and
// only at delivery is it rendered, its link made and its address read. No
// message holds a secret.
package mail

import "github.com/bailiwick-iam/bailiwick"

// ResetPassword brings a link with which the person chooses a new password.
type ResetPassword struct {
	To bailiwick.ID
	// By is the administrator who asked for it; empty when the person did.
	By string
}

// Activation brings a link with which a new person sets the first password.
type Activation struct {
	To bailiwick.ID
	By string
}

// TemporaryPassword tells that an administrator made a temporary password. The
// password itself is never mailed (NTF-4).
type TemporaryPassword struct {
	To bailiwick.ID
	By string
}

// PasswordSet tells that an administrator set the person's password (Z6).
type PasswordSet struct {
	To bailiwick.ID
	By string
}

// PasswordRemoved tells that an administrator removed the password.
type PasswordRemoved struct {
	To bailiwick.ID
	By string
}

// PasswordChanged tells that the password was changed by whoever knew the old
// one or held a link.
type PasswordChanged struct {
	To bailiwick.ID
}

// ScopeWidened tells a super administrator that a role now reaches everything.
type ScopeWidened struct {
	To   bailiwick.ID
	By   string
	Who  string // whose role
	Role string // the role's label
	What string // what it reaches now, as "all apps"
}

// MessageKind names the template.
func (ResetPassword) MessageKind() string     { return "reset_password" }
func (Activation) MessageKind() string        { return "activation" }
func (TemporaryPassword) MessageKind() string { return "temporary_password" }
func (PasswordSet) MessageKind() string       { return "password_set" }
func (PasswordRemoved) MessageKind() string   { return "password_removed" }
func (PasswordChanged) MessageKind() string   { return "password_changed" }
func (ScopeWidened) MessageKind() string      { return "scope_widened" }

// Recipient is the person the mail goes to.
func (m ResetPassword) Recipient() bailiwick.ID     { return m.To }
func (m Activation) Recipient() bailiwick.ID        { return m.To }
func (m TemporaryPassword) Recipient() bailiwick.ID { return m.To }
func (m PasswordSet) Recipient() bailiwick.ID       { return m.To }
func (m PasswordRemoved) Recipient() bailiwick.ID   { return m.To }
func (m PasswordChanged) Recipient() bailiwick.ID   { return m.To }
func (m ScopeWidened) Recipient() bailiwick.ID      { return m.To }
