package mail_test

import (
	"context"
	"errors"
	"mime"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"github.com/bailiwick-iam/bailiwick/internal/mail/mailtest"
)

func envelope(t *testing.T) mail.Envelope {
	t.Helper()
	return mail.Envelope{ID: "11111111-2222-4333-8444-555555555555", To: "tuğba@halvard.example", Date: facts().At,
		Mail: render(t, fixtures[1], facts())}
}

func sender(t *testing.T, s mail.Settings) *mail.Sender {
	t.Helper()
	if s.From == "" {
		s.From = "Halvard Group <id@halvard.example>"
	}
	out, err := mail.NewSender(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAMailArrivesWithEveryEncryption(t *testing.T) {
	t.Parallel()
	for _, encryption := range []mail.Encryption{mail.StartTLS, mail.ImplicitTLS, mail.Unencrypted} {
		t.Run(string(encryption), func(t *testing.T) {
			t.Parallel()
			server := mailtest.Listen(t, mailtest.Options{Encryption: string(encryption), Username: "bailiwick", Password: "p4ss"})
			s := sender(t, mail.Settings{Address: server.Address, Encryption: encryption, Username: "bailiwick", Password: "p4ss", Roots: server.Roots})
			e := envelope(t)
			if err := s.Deliver(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			all := server.Received()
			if len(all) != 1 {
				t.Fatalf("got %d mails, want 1", len(all))
			}
			got := all[0]
			if got.TLS != (encryption != mail.Unencrypted) || got.Username != "bailiwick" || got.To != e.To || got.From != "id@halvard.example" {
				t.Errorf("got TLS %v as %q from %q to %q", got.TLS, got.Username, got.From, got.To)
			}
			for name, want := range map[string]string{
				"Message-Id":     "<11111111-2222-4333-8444-555555555555@halvard.example>",
				"From":           `"Halvard Group" <id@halvard.example>`,
				"Auto-Submitted": "auto-generated",
				"Date":           "Sat, 21 Nov 2026 16:08:00 +0000",
			} {
				if got := got.Header.Get(name); got != want {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
			if err != nil || subject != e.Mail.Subject {
				t.Errorf("got subject %q, %v, want %q", subject, err, e.Mail.Subject)
			}
			if lines(got.Text) != lines(e.Mail.Text) || lines(got.HTML) != lines(e.Mail.HTML) {
				t.Errorf("got text %q and HTML %q", got.Text, got.HTML)
			}
		})
	}
}

func lines(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

func TestACertificateThatNobodyVouchesForIsRefused(t *testing.T) {
	t.Parallel()
	for _, encryption := range []mail.Encryption{mail.StartTLS, mail.ImplicitTLS} {
		server := mailtest.Listen(t, mailtest.Options{Encryption: string(encryption)})
		s := sender(t, mail.Settings{Address: server.Address, Encryption: encryption})
		checkFailure(t, s.Deliver(t.Context(), envelope(t)), false, "certificate")
		if got := server.Received(); len(got) != 0 {
			t.Errorf("%s: %d mails went out", encryption, len(got))
		}
	}
}

func TestAServerThatStripsSTARTTLSGetsNothing(t *testing.T) {
	t.Parallel()
	server := mailtest.Listen(t, mailtest.Options{Encryption: "none"})
	s := sender(t, mail.Settings{Address: server.Address})
	checkFailure(t, s.Deliver(t.Context(), envelope(t)), false, "STARTTLS")
	if got := server.Received(); len(got) != 0 {
		t.Errorf("%d mails went out in the clear", len(got))
	}
}

func checkFailure(t *testing.T, err error, permanent bool, reason string) {
	t.Helper()
	f, ok := errors.AsType[*mail.Failure](err)
	if !ok || f.Permanent != permanent || !strings.Contains(f.Reason, reason) {
		t.Errorf("got %#v (%v), want permanent %v with %q", f, err, permanent, reason)
	}
}

func TestWhatTheServerSaysTellsPermanentFromTemporary(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name      string
		stage     mailtest.Stage
		code      int
		permanent bool
	}{
		{"no such recipient", mailtest.AtRecipient, 550, true},
		{"recipient is greylisted", mailtest.AtRecipient, 451, false},
		{"content is refused", mailtest.AtData, 554, true},
		{"no room for the content now", mailtest.AtData, 452, false},
		{"the sender may not send here", mailtest.AtSender, 550, false},
		{"the service closes", mailtest.AtSender, 421, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			server := mailtest.Listen(t, mailtest.Options{Encryption: "none", Refuse: func(at mailtest.Stage, _ string, _ []byte) error {
				if at == row.stage {
					return mailtest.Refusal(row.code, row.name)
				}
				return nil
			}})
			s := sender(t, mail.Settings{Address: server.Address, Encryption: mail.Unencrypted})
			err := s.Deliver(t.Context(), envelope(t))
			checkFailure(t, err, row.permanent, row.name)
			if strings.Contains(err.Error(), "halvard") {
				t.Errorf("the reason repeats the recipient: %v", err)
			}
		})
	}
}

func TestAWrongPasswordLosesNoMail(t *testing.T) {
	t.Parallel()
	server := mailtest.Listen(t, mailtest.Options{Encryption: "starttls", Username: "bailiwick", Password: "p4ss"})
	s := sender(t, mail.Settings{Address: server.Address, Username: "bailiwick", Password: "wrong-one", Roots: server.Roots})
	err := s.Deliver(t.Context(), envelope(t))
	checkFailure(t, err, false, "wrong name or password")
	if strings.Contains(err.Error(), "wrong-one") {
		t.Errorf("the reason repeats the password: %v", err)
	}
}

func TestAHeaderWithALineBreakIsNeverSent(t *testing.T) {
	t.Parallel()
	server := mailtest.Listen(t, mailtest.Options{Encryption: "none"})
	s := sender(t, mail.Settings{Address: server.Address, Encryption: mail.Unencrypted})
	for name, spoil := range map[string]func(*mail.Envelope){
		"subject":              func(e *mail.Envelope) { e.Mail.Subject = "Hello\r\nBcc: all@evil.example" },
		"subject with NUL":     func(e *mail.Envelope) { e.Mail.Subject = "Hello\x00" },
		"recipient":            func(e *mail.Envelope) { e.To = "a@halvard.example\r\nRCPT TO:<b@evil.example>" },
		"recipient and a name": func(e *mail.Envelope) { e.To = "A <a@halvard.example>" },
		"two recipients":       func(e *mail.Envelope) { e.To = "a@halvard.example, b@evil.example" },
		"ID":                   func(e *mail.Envelope) { e.ID = "1\nX-Evil: 1" },
	} {
		e := envelope(t)
		spoil(&e)
		f, ok := errors.AsType[*mail.Failure](s.Deliver(t.Context(), e))
		if !ok || !f.Permanent {
			t.Errorf("%s: got %v, want a permanent failure", name, f)
		}
	}
	if got := server.Received(); len(got) != 0 {
		t.Errorf("%d mails went out", len(got))
	}
}

func TestAServerThatSaysNothingIsGivenUpInTime(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	s := sender(t, mail.Settings{Address: listener.Addr().String(), Encryption: mail.Unencrypted, Timeout: 50 * time.Millisecond})
	checkFailure(t, s.Deliver(t.Context(), envelope(t)), false, "timeout")
}

func TestTheEndOfTheContextCutsADialogue(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	var asked atomic.Bool
	release := make(chan struct{})
	server := mailtest.Listen(t, mailtest.Options{Encryption: "none", Refuse: func(at mailtest.Stage, _ string, _ []byte) error {
		if at == mailtest.AtRecipient {
			asked.Store(true)
			stop()
			<-release
		}
		return nil
	}})
	defer close(release)
	s := sender(t, mail.Settings{Address: server.Address, Encryption: mail.Unencrypted})
	checkFailure(t, s.Deliver(ctx, envelope(t)), false, "closed")
	if !asked.Load() {
		t.Error("the dialogue did not get as far as the recipient")
	}
}

func TestUnsafeSettingsAreRefused(t *testing.T) {
	t.Parallel()
	good := mail.Settings{Address: "mail.example:587", From: "id@halvard.example"}
	if _, err := mail.NewSender(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*mail.Settings){
		"no encryption over a network": func(s *mail.Settings) { s.Encryption = mail.Unencrypted },
		"an unknown encryption":        func(s *mail.Settings) { s.Encryption = "rot13" },
		"no port":                      func(s *mail.Settings) { s.Address = "mail.example" },
		"port 0":                       func(s *mail.Settings) { s.Address = "mail.example:0" },
		"no host":                      func(s *mail.Settings) { s.Address = ":25" },
		"no sender":                    func(s *mail.Settings) { s.From = "" },
		"a sender with a line break":   func(s *mail.Settings) { s.From = "A\r\n B <id@halvard.example>" },
	} {
		s := good
		spoil(&s)
		if _, err := mail.NewSender(s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
