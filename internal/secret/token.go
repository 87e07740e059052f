package secret

import (
	"crypto/sha256"
	"hash/crc32"
	"log/slog"
	"strings"
)

// A Kind says what a token is good for. The kind goes into the digest, so a secret
// of one kind is never found where another kind is looked up, even by a caller who
// pastes a reset link's token into a session cookie.
type Kind uint8

// The kinds. The zero Kind is none: its tokens cannot be made or parsed.
const (
	APIToken       Kind = iota + 1 // Authorization: SSWS …
	Session                        // session cookie
	ResetLink                      // password reset link in a mail
	ActivationLink                 // welcome and invitation link in a mail
	BootstrapLink                  // one-time link that makes the first owner
	CSRF                           // form proof, derived, see [Keys.CSRF]
	Cursor                         // page cursor, derived, see [Keys.SealCursor]
	AppSecret                      // client secret of an app
)

// kinds holds each kind's name in digests and its visible prefix. Neither may ever
// change: stored digests and secret scanners depend on them. Okta's own API tokens
// begin with "00", and clients' sanity checks look for that.
var kinds = [...]struct{ name, prefix string }{
	APIToken:       {"api token", "00bw_"},
	Session:        {"session", "bws_"},
	ResetLink:      {"reset link", "bwr_"},
	ActivationLink: {"activation link", "bwa_"},
	BootstrapLink:  {"bootstrap link", "bwo_"},
	CSRF:           {name: "csrf"},
	Cursor:         {name: "cursor"},
	AppSecret:      {"client secret", "bwc_"},
}

// String returns the kind's name for logs, "unknown" for anything else.
func (k Kind) String() string {
	if k == 0 || int(k) >= len(kinds) {
		return "unknown"
	}
	return kinds[k].name
}

// prefix is empty for kinds that have no token.
func (k Kind) prefix() string {
	if int(k) >= len(kinds) {
		return ""
	}
	return kinds[k].prefix
}

// Digest is the SHA-256 by which a token of this kind is stored and looked up:
// 32 bytes, different for every kind. It takes any text, also one that is no token,
// so that a wrong token costs the same look-up as a right one.
func (k Kind) Digest(token string) []byte {
	sum := sha256.New()
	sum.Write([]byte("bailiwick/token/1\x00" + k.String() + "\x00" + token))
	return sum.Sum(nil)
}

const (
	bodyLen  = 43 // base62 characters: 256.03 bits
	checkLen = 6  // base62 characters that hold a CRC-32
)

// A Token is a bearer secret in the clear: a fixed prefix for its kind, 256 random
// bits in base62, and a checksum by which secret scanners tell it from noise.
// Printing one shows its prefix only; [Token.Reveal] is the one way out.
type Token struct {
	kind Kind
	text string
}

// Token makes a new token. It panics on a kind that has none (CSRF, Cursor).
func (m Mint) Token(kind Kind) Token {
	prefix := kind.prefix()
	if prefix == "" {
		panic("secret: no token of kind " + kind.String())
	}
	text := prefix + m.Base62(bodyLen)
	return Token{kind, text + checksum(text)}
}

// ParseToken reads what a caller presented. ErrToken means that it cannot be a
// token of this kind: another prefix, another length, or a wrong checksum. The
// checksum is no protection, it only spares the database nonsense.
func ParseToken(kind Kind, text string) (Token, error) {
	prefix := kind.prefix()
	body, ok := strings.CutPrefix(text, prefix)
	if prefix == "" || !ok || len(body) != bodyLen+checkLen {
		return Token{}, ErrToken
	}
	for i := range len(body) {
		if strings.IndexByte(base62, body[i]) < 0 {
			return Token{}, ErrToken
		}
	}
	cut := len(text) - checkLen
	if checksum(text[:cut]) != text[cut:] {
		return Token{}, ErrToken
	}
	return Token{kind, text}, nil
}

// checksum writes the CRC-32 of text in base62, most significant digit first.
func checksum(text string) string {
	sum := crc32.ChecksumIEEE([]byte(text))
	var out [checkLen]byte
	for i := range out {
		out[checkLen-1-i] = base62[sum%62]
		sum /= 62
	}
	return string(out[:])
}

// Kind returns what the token is good for.
func (t Token) Kind() Kind { return t.kind }

// Reveal returns the token itself, to be shown once or set as a cookie.
func (t Token) Reveal() string { return t.text }

// Digest returns what is stored in place of the token.
func (t Token) Digest() []byte { return t.kind.Digest(t.text) }

// String hides the token.
func (t Token) String() string { return t.kind.prefix() + "[hidden]" }

// GoString hides the token from %#v.
func (t Token) GoString() string { return t.String() }

// LogValue hides the token from slog.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }
