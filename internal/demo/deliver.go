package demo

import (
	"context"

	"github.com/bailiwick-iam/bailiwick/internal/mail"
)

// Deliver keeps a mail that the outbox hands over; it never fails.
func (m *Mailbox) Deliver(_ context.Context, e mail.Envelope) error {
	m.Keep(Letter{To: e.To, From: m.org, Subject: e.Mail.Subject, Text: e.Mail.Text, HTML: e.Mail.HTML, At: e.Date})
	return nil
}
