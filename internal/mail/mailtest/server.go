// Package mailtest is a mail server on loopback for tests: it speaks real SMTP,
// with and without TLS, keeps what it is given, and refuses what a test wants
// refused.
package mailtest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// A Stage is the moment of the dialogue at which the server may refuse.
type Stage string

// The stages.
const (
	AtSender    Stage = "MAIL"
	AtRecipient Stage = "RCPT"
	AtData      Stage = "DATA" // after the whole mail has been read
)

// Options say what kind of server it is.
type Options struct {
	// Encryption is "none", "starttls" or "tls".
	Encryption string
	// Username and Password, when set, must be presented.
	Username, Password string
	// Refuse answers at each stage of each attempt; nil takes everything. For
	// AtData it gets what was read.
	Refuse func(stage Stage, to string, data []byte) error
}

// Refusal is an answer with a code such as 550.
func Refusal(code int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: text}
}

// A Message is a mail as the server was given it.
type Message struct {
	From, To   string // of the envelope
	Raw        []byte
	Header     mail.Header
	Text, HTML string
	TLS        bool
	Username   string
}

// A Server is running until its test ends.
type Server struct {
	Address string
	Roots   *x509.CertPool // trust the server's own certificate

	options  Options
	mu       sync.Mutex
	received []Message
	refused  []Message
}

// Listen starts a server.
func Listen(t testing.TB, o Options) *Server {
	t.Helper()
	certificate, roots, err := selfSigned()
	if err != nil {
		t.Fatalf("make a certificate: %v", err)
	}
	s := &Server{Roots: roots, options: o}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{server: s, conn: c}, nil }))
	server.Domain, server.EnableSMTPUTF8, server.AllowInsecureAuth = "mail.example", true, true
	server.ReadTimeout, server.WriteTimeout = 10*time.Second, 10*time.Second
	server.ErrorLog = quiet{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	secrecy := &tls.Config{Certificates: []tls.Certificate{certificate}}
	switch o.Encryption {
	case "starttls":
		server.TLSConfig = secrecy
	case "tls":
		listener = tls.NewListener(listener, secrecy)
	}
	s.Address = listener.Addr().String()
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return s
}

// quiet drops what the server says about clients that hang up.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// Received returns the mails that were taken, oldest first.
func (s *Server) Received() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.received)
}

// Refused returns the mails that were read whole and then refused.
func (s *Server) Refused() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.refused)
}

type session struct {
	server   *Server
	conn     *smtp.Conn
	username string
	message  Message
}

func (s *session) AuthMechanisms() []string {
	if s.server.options.Username == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if username != s.server.options.Username || password != s.server.options.Password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "wrong name or password"}
		}
		s.username = username
		return nil
	}), nil
}

func (s *session) Reset()        { s.message = Message{} }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.options.Username != s.username {
		return smtp.ErrAuthRequired
	}
	s.message.From = from
	return s.server.refuse(AtSender, "", nil)
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.message.To != "" {
		return Refusal(552, "one recipient for each mail")
	}
	s.message.To = to
	return s.server.refuse(AtRecipient, to, nil)
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m := s.message
	_, m.TLS = s.conn.TLSConnectionState()
	m.Raw, m.Username = raw, s.username
	if err := m.parse(); err != nil {
		return Refusal(554, err.Error())
	}
	err = s.server.refuse(AtData, m.To, raw)
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if err != nil {
		s.server.refused = append(s.server.refused, m)
		return err
	}
	s.server.received = append(s.server.received, m)
	return nil
}

func (s *Server) refuse(stage Stage, to string, data []byte) error {
	if s.options.Refuse == nil {
		return nil
	}
	return s.options.Refuse(stage, to, data)
}

// parse reads the header and the two parts of a multipart/alternative mail.
func (m *Message) parse() error {
	read, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		return err
	}
	m.Header = read.Header
	_, params, err := mime.ParseMediaType(read.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	parts := multipart.NewReader(read.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if got := part.Header.Get("Content-Transfer-Encoding"); got != "quoted-printable" {
			return fmt.Errorf("a part is encoded as %q", got)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			return err
		}
		switch kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind {
		case "text/plain":
			m.Text = string(body)
		case "text/html":
			m.HTML = string(body)
		}
	}
}

func selfSigned() (tls.Certificate, *x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, roots, nil
}
