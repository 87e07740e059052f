package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// An Encryption says how the connection to the mail server is protected.
type Encryption string

// The encryptions. The zero value means StartTLS.
const (
	StartTLS    Encryption = "starttls" // begin in the clear, then insist on TLS
	ImplicitTLS Encryption = "tls"
	Unencrypted Encryption = "none" // to a server on the same machine only
)

// Settings say how mail leaves.
type Settings struct {
	Address    string // host and port of the mail server
	Encryption Encryption
	Username   string // empty signs in as nobody
	Password   string
	From       string        // sender of all mails, as "Example Help <help@example.com>"
	Timeout    time.Duration // for reaching the server, and again for the dialogue; 0 means 30 s
	Roots      *x509.CertPool
}

// String shows the server alone, so that no print shows the password.
func (s Settings) String() string { return s.Address }

// GoString keeps %#v from showing the password.
func (s Settings) GoString() string { return s.String() }

// An Envelope is a mail on its way to its one recipient.
type Envelope struct {
	// ID names the mail over all attempts; it becomes the Message-ID, by which
	// mailboxes know a second copy.
	ID   string
	To   string // a bare address
	Date time.Time
	Mail Mail
}

// A Failure says why a mail was not taken. Reason is what the mail server said,
// for an administrator's eyes. A failure that is not Permanent may pass.
type Failure struct {
	Permanent bool
	Reason    string
	cause     error
}

// Error is the reason.
func (f *Failure) Error() string { return f.Reason }

// Unwrap is what the failure came from, nil for a refusal of our own.
func (f *Failure) Unwrap() error { return f.cause }

// A Sender hands mails to a mail server. It is safe for concurrent use; each
// mail has a connection of its own.
type Sender struct {
	settings Settings
	host     string
	port     int
	from     *mail.Address
	domain   string // right-hand side of the Message-ID
}

const defaultTimeout = 30 * time.Second

// NewSender checks the settings without reaching for the server.
func NewSender(s Settings) (*Sender, error) {
	host, port, err := net.SplitHostPort(s.Address)
	if err != nil {
		return nil, fmt.Errorf("read the address of the mail server: %w", err)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || number == 0 || host == "" {
		return nil, fmt.Errorf("the address of the mail server needs a host and a port: %q", s.Address)
	}
	from, err := mail.ParseAddress(s.From)
	if err != nil || header(s.From) != nil {
		return nil, fmt.Errorf("the sender of mails must be an address: %q", s.From)
	}
	switch s.Encryption {
	case "":
		s.Encryption = StartTLS
	case StartTLS, ImplicitTLS:
	case Unencrypted:
		if !loopback(host) {
			return nil, fmt.Errorf("mail to %s must be encrypted: links in mails are secrets", host)
		}
	default:
		return nil, fmt.Errorf("unknown encryption of mail: %q", s.Encryption)
	}
	if s.Timeout == 0 {
		s.Timeout = defaultTimeout
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	return &Sender{settings: s, host: host, port: int(number), from: from, domain: domain}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Deliver hands one mail to the server. Its errors are [*Failure]: permanent
// when the server refused the recipient or the content for good, or when the
// mail cannot be written at all. What is wrong with the connection, the
// encryption, the sign-in or the sender is the operator's to repair, and no
// reason to lose a mail.
func (s *Sender) Deliver(ctx context.Context, e Envelope) error {
	message, err := s.message(e)
	if err != nil {
		return &Failure{Permanent: true, Reason: err.Error(), cause: err}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client, err := s.client(ctx)
	if err != nil {
		return failure(err)
	}
	err = client.DialAndSendWithContext(ctx, message)
	// After its last "250" the server owns the mail, however the goodbye went.
	if err == nil || message.IsDelivered() {
		return nil
	}
	return failure(err)
}

func (s *Sender) message(e Envelope) (*gomail.Msg, error) {
	for _, value := range []string{e.ID, e.To, e.Mail.Subject} {
		if err := header(value); err != nil {
			return nil, err
		}
	}
	to, err := mail.ParseAddress(e.To)
	if err != nil || to.Address != e.To {
		return nil, errors.New("the recipient is not an address")
	}
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(s.from)
	m.ToMailAddress(to)
	m.Subject(e.Mail.Subject)
	m.SetMessageIDWithValue(e.ID + "@" + s.domain)
	m.SetDateWithValue(e.Date)
	// Keeps answering machines quiet (RFC 3834).
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(gomail.TypeTextPlain, e.Mail.Text)
	m.AddAlternativeString(gomail.TypeTextHTML, e.Mail.HTML)
	return m, nil
}

// header refuses what would end a header line and begin another (NTF-5).
func header(value string) error {
	if value == "" || strings.ContainsAny(value, "\r\n\x00") {
		return errors.New("a mail header is empty or has a line break in it")
	}
	return nil
}

func (s *Sender) client(ctx context.Context) (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(s.port), gomail.WithTimeout(s.settings.Timeout), gomail.WithTLSConfig(s.tls()),
		gomail.WithDialContextFunc(s.dial(ctx)),
		// One mail on a fresh connection: nothing to probe, nothing to reset.
		gomail.WithoutNoop(), gomail.WithoutRset(),
	}
	policy := gomail.TLSMandatory
	if s.settings.Encryption != StartTLS {
		policy = gomail.NoTLS // the connection is as it is to be from the start
	}
	options = append(options, gomail.WithTLSPolicy(policy))
	if s.settings.Username != "" {
		options = append(options, gomail.WithUsername(s.settings.Username), gomail.WithPassword(s.settings.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return gomail.NewClient(s.host, options...)
}

func (s *Sender) tls() *tls.Config {
	return &tls.Config{ServerName: s.host, RootCAs: s.settings.Roots, MinVersion: tls.VersionTLS12}
}

// dial connects in a way that the end of ctx cuts the connection, also in the
// middle of the dialogue: the library heeds a context while it connects only.
func (s *Sender) dial(ctx context.Context) gomail.DialContextFunc {
	return func(dialing context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(dialing, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = conn.Close() })
		if s.settings.Encryption != ImplicitTLS {
			return conn, nil
		}
		secure := tls.Client(conn, s.tls())
		return secure, secure.HandshakeContext(dialing)
	}
}

// MaxReason is how many code points of a failure's reason are kept.
const MaxReason = 300

func failure(err error) *Failure {
	f := &Failure{cause: err}
	reason := err.Error()
	if refused, ok := errors.AsType[*gomail.SendError](err); ok {
		reason = refused.Error()
		switch refused.Reason {
		case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
			f.Permanent = refused.ErrorCode() >= 500
		}
		// The library adds the recipient and the Message-ID, which the outbox
		// knows already.
		reason, _, _ = strings.Cut(reason, ", affected ")
	}
	f.Reason = shorten(secretive.ReplaceAllString(oneLine(reason), "[hidden]"), MaxReason)
	return f
}

// secretive finds addresses and long words: a server that quotes the mail it
// refuses must not bring a live link into the outbox or a log.
var secretive = regexp.MustCompile(`[Hh][Tt][Tt][Pp][Ss]?://\S+|\w{32,}`)
