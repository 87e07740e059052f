// Package secret makes, checks and protects everything that must stay unknown:
// passwords ([Hasher]), bearer tokens and ids ([Mint], [Token]), and with the
// server's master key ([Keys]) sealed columns, cursors and CSRF proofs.
//
// It knows no database and no HTTP. What it returns for storage (password hashes,
// token digests, sealed bytes) is safe to store; what it returns for people (Token,
// temporary passwords) is shown once and kept nowhere. Types that hold a secret
// print as a placeholder, so that a log line cannot leak one by accident.
//
// Errors are the sentinels of this package, wrapped; test with errors.Is.
package secret

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
)

// Errors that callers tell apart.
var (
	ErrBusy          = errors.New("too many passwords are being hashed")           // ask again later; nothing was checked
	ErrPasswordEmpty = errors.New("password is empty")                             // Hash only
	ErrPasswordLong  = errors.New("password is longer than 256 characters")        // counted after NFC
	ErrPasswordText  = errors.New("password is not valid UTF-8")                   // Hash only
	ErrToken         = errors.New("not a token of this kind")                      // misspelled, cut short, or of another kind
	ErrCursor        = errors.New("cursor is forged, damaged or not of this list") // one answer for all three
	ErrSealed        = errors.New("sealed value cannot be opened")                 // moved, damaged or under an unknown key
	ErrKeyFile       = errors.New("unusable key file")
)

// A Mint makes secrets and ids. The zero Mint reads crypto/rand; Random is set by
// tests alone. A Mint panics when its source fails: a server without randomness
// must not go on (crypto/rand's own rule).
type Mint struct {
	Random io.Reader // nil means crypto/rand.Reader
}

func (m Mint) read(b []byte) {
	source := m.Random
	if source == nil {
		source = rand.Reader
	}
	if _, err := io.ReadFull(source, b); err != nil {
		panic(fmt.Sprintf("secret: read randomness: %v", err))
	}
}

// below returns a uniform number under n (1 to 256). Values from the incomplete
// last stretch of a byte are thrown away: a plain remainder would favour low ones.
func (m Mint) below(n int) int {
	limit := 256 - 256%n
	var b [1]byte
	for {
		m.read(b[:])
		if int(b[0]) < limit {
			return int(b[0]) % n
		}
	}
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// Base62 returns n random characters of 0-9A-Za-z, each worth 5.95 bits. It is
// what the tail of an Okta-shaped id and a request id are made of.
func (m Mint) Base62(n int) string {
	out := make([]byte, 0, n)
	// A batch instead of single bytes: imports make ids by the ten thousand. Bytes
	// from 248 = 4·62 on are thrown away, as in below.
	batch := make([]byte, n+n/8+4)
	for len(out) < n {
		m.read(batch)
		for _, b := range batch {
			if b < 248 && len(out) < n {
				out = append(out, base62[b%62])
			}
		}
	}
	return string(out)
}
