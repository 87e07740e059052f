package secret

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// MaxPasswordPoints is the length in Unicode code points, after NFC, of the longest
// password; in UTF-8 that is 1,024 bytes at most.
const MaxPasswordPoints = 256

// Params are argon2id's costs.
type Params struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8  // lanes
}

// DefaultParams is OWASP's minimum: 19 MiB, two passes, one lane; about 30 ms.
func DefaultParams() Params { return Params{Memory: 19 * 1024, Time: 2, Threads: 1} }

// A Hasher turns passwords into stored hashes and checks them. The password, in NFC
// and otherwise exactly as received, passes through HMAC-SHA-256 under the pepper
// before argon2id, so a hash planted by somebody who can only write the database
// matches nothing. Its methods may be called from many goroutines.
type Hasher struct {
	keys   *Keys
	params Params
	gate   *Gate
	mint   Mint
}

// NewHasher makes a Hasher that hashes under keys at the given cost. Tests pass a
// low cost and their own Mint; the server passes DefaultParams() and Mint{}.
func NewHasher(keys *Keys, params Params, gate *Gate, mint Mint) *Hasher {
	return &Hasher{keys: keys, params: params, gate: gate, mint: mint}
}

const (
	saltLen = 16
	hashLen = 32
)

// Hash returns the text to store: a PHC string with the pepper's key id in it,
//
//	$argon2id$v=19$m=19456,t=2,p=1,keyid=5f3a99c0$<salt>$<hash>
//
// It waits at the gate: ErrBusy and the context's error mean that nothing happened.
// ErrPasswordEmpty, ErrPasswordLong and ErrPasswordText say what is wrong with the
// password; how good it is, a policy decides.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	normal, err := normalPassword(password)
	if err != nil {
		return "", err
	}
	salt := make([]byte, saltLen)
	h.mint.read(salt)
	stored := phc{params: h.params, keyID: h.keys.id, salt: salt, hash: make([]byte, hashLen)}
	if stored.hash, err = h.work(ctx, func() string { return normal }, stored); err != nil {
		return "", err
	}
	return stored.String(), nil
}

// Verify reports whether password is the one that stored was made from.
//
// It does one full hashing whatever it is given, so that its time tells nothing
// (AUTH-6): for an unknown, disabled or password-less account, call it with stored
// "". An empty stored hash, one that is malformed, one made under other keys
// ([Hasher.Foreign]), an empty password and one over the limits match nothing.
// The error is ErrBusy or the context's, never a statement about the password.
func (h *Hasher) Verify(ctx context.Context, stored, password string) (bool, error) {
	normal, unfit := normalPassword(password)
	how, want, ok := parseStored(stored)
	if !ok || want.keyID != h.keys.id {
		ok, how = false, nil
		want = phc{params: h.params, salt: make([]byte, saltLen), hash: make([]byte, hashLen)}
	}
	got, err := h.work(ctx, func() string {
		if how == nil || unfit != nil {
			return normal
		}
		return how.seasoned(how.repeat(password))
	}, want)
	if err != nil {
		return false, err
	}
	same := subtle.ConstantTimeCompare(got, want.hash) == 1
	return same && ok && unfit == nil, nil
}

// NeedsRehash reports whether a hash that was just verified should be replaced by
// a new one: it was made at another cost, under other keys, or elsewhere ([Hasher.Wrap]).
func (h *Hasher) NeedsRehash(stored string) bool {
	have, ok := parsePHC(stored)
	return !ok || have.params != h.params || have.keyID != h.keys.id ||
		len(have.salt) != saltLen || len(have.hash) != hashLen
}

// Foreign reports whether a stored hash, not empty, was not made by this server's
// keys. Signing in fails with it as with a wrong password; that it is there at all
// means a lost key or somebody writing to the database, and is worth an alarm.
func (h *Hasher) Foreign(stored string) bool {
	_, have, ok := parseStored(stored)
	return stored != "" && (!ok || have.keyID != h.keys.id)
}

// parseStored reads what is stored of a password: a hash of it, or, with the
// recipe, one of a foreign hash of it ([Hasher.Wrap]).
func parseStored(text string) (*recipe, phc, bool) {
	rest, imported := strings.CutPrefix(text, importMark)
	if !imported {
		p, ok := parsePHC(text)
		return nil, p, ok
	}
	cut := strings.IndexByte(rest, '$')
	if cut < 0 {
		return nil, phc{}, false
	}
	how, known := parseRecipe(rest[:cut])
	p, ok := parsePHC(rest[cut:])
	return &how, p, known && ok
}

// CountPassword returns the length that password policies speak of: code points
// after NFC. Its errors are those of [Hasher.Hash].
func CountPassword(password string) (int, error) {
	normal, err := normalPassword(password)
	return utf8.RuneCountInString(normal), err
}

// work hashes under the gate; what makes the text may be costly too.
func (h *Hasher) work(ctx context.Context, text func() string, p phc) ([]byte, error) {
	leave, err := h.gate.Enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	pepper := hmac.New(sha256.New, h.keys.pepper)
	pepper.Write([]byte(text()))
	return argon2.IDKey(pepper.Sum(nil), p.salt, p.params.Time, p.params.Memory, p.params.Threads, uint32(len(p.hash))), nil
}

// normalPassword applies NFC and nothing else: no trimming, no case (AUTH-4). The
// text is refused unread beyond 4,096 bytes, since NFC shrinks by a factor of three
// at most; on error the returned text is empty.
func normalPassword(password string) (string, error) {
	switch {
	case password == "":
		return "", ErrPasswordEmpty
	case len(password) > 16*MaxPasswordPoints:
		return "", ErrPasswordLong
	case !utf8.ValidString(password):
		return "", ErrPasswordText
	}
	normal := norm.NFC.String(password)
	if utf8.RuneCountInString(normal) > MaxPasswordPoints {
		return "", ErrPasswordLong
	}
	return normal, nil
}
