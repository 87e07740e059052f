package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
)

const (
	cursorMAC   = 16   // bytes of HMAC-SHA-256 that a cursor carries
	cursorLimit = 4096 // characters of the longest cursor that is looked at
)

// SealCursor makes an opaque page cursor for a URL: base64url of a MAC and the
// encrypted payload. The MAC also covers bound, a text that names everything the
// cursor is good for (org, actor, list, query, scope version): with another bound it
// does not open. A payload may hold what the page did not show, such as the place
// where a page was given up. The same payload and bound give the same cursor.
// Payloads up to 3,000 bytes open again.
func (k *Keys) SealCursor(bound string, payload []byte) string {
	tag := k.cursorMAC(bound, payload)
	return base64.RawURLEncoding.EncodeToString(append(tag, k.cursorCrypt(tag, payload)...))
}

// OpenCursor returns the payload, or ErrCursor for anything that SealCursor has not
// made for this bound under these keys: forged, foreign and stale cursors must look
// the same (AZ-7).
func (k *Keys) OpenCursor(bound, cursor string) ([]byte, error) {
	if len(cursor) > cursorLimit {
		return nil, ErrCursor
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	// The decoder skips line breaks and spare bits; one cursor must have one spelling.
	if err != nil || len(raw) < cursorMAC || base64.RawURLEncoding.EncodeToString(raw) != cursor {
		return nil, ErrCursor
	}
	payload := k.cursorCrypt(raw[:cursorMAC], raw[cursorMAC:])
	if !hmac.Equal(raw[:cursorMAC], k.cursorMAC(bound, payload)) {
		return nil, ErrCursor
	}
	return payload, nil
}

// cursorCrypt encrypts and decrypts with AES-256-CTR from a synthetic start, the MAC
// of the payload (the construction of RFC 5297): no two payloads share a key stream.
func (k *Keys) cursorCrypt(tag, text []byte) []byte {
	block, err := aes.NewCipher(mac(k.cursor, Cursor, "payload")[:32])
	if err != nil {
		panic(err) // only for a key of another length
	}
	out := make([]byte, len(text))
	cipher.NewCTR(block, tag).XORKeyStream(out, text)
	return out
}

func (k *Keys) cursorMAC(bound string, payload []byte) []byte {
	return mac(k.cursor, Cursor, bound, string(payload))[:cursorMAC]
}

// CSRF makes the proof that a form was rendered for the holder of this session:
// the same text for the same session, of no use with another. session is the
// session token's digest, so that no page needs the token itself.
func (k *Keys) CSRF(session []byte) string {
	return base64.RawURLEncoding.EncodeToString(mac(k.csrf, CSRF, string(session)))
}

// CheckCSRF reports whether proof was made for this session.
func (k *Keys) CheckCSRF(session []byte, proof string) bool {
	return subtle.ConstantTimeCompare([]byte(k.CSRF(session)), []byte(proof)) == 1
}

func mac(key []byte, kind Kind, parts ...string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(joined(append([]string{"bailiwick/mac/1", kind.String()}, parts...)...))
	return h.Sum(nil)
}
