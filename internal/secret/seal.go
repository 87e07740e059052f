package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
)

// A Place says where a sealed value lives. It is bound into the value, so that a
// value copied to another row or column by somebody who can write the database
// does not open there (DAR-1). Row names the row uniquely among all orgs.
type Place struct {
	Table, Column, Row string
}

const (
	sealVersion = 1
	keyIDLen    = 8
	nonceLen    = 12
	sealHead    = 1 + keyIDLen + nonceLen
)

// Seal encrypts plain for its place with AES-256-GCM: version, key id, nonce,
// ciphertext; 37 bytes longer than plain. Sealing twice gives different bytes.
func (k *Keys) Seal(place Place, plain []byte) []byte {
	out := make([]byte, sealHead, sealHead+len(plain)+16)
	out[0] = sealVersion
	copy(out[1:], k.id)
	nonce := out[1+keyIDLen : sealHead]
	Mint{}.read(nonce)
	return k.aead().Seal(out, nonce, plain, k.bind(place))
}

// Open returns what was sealed for this place, or ErrSealed.
func (k *Keys) Open(place Place, sealed []byte) ([]byte, error) {
	if len(sealed) < sealHead || sealed[0] != sealVersion {
		return nil, fmt.Errorf("%w: %s.%s: not a sealed value", ErrSealed, place.Table, place.Column)
	}
	if id := sealed[1 : 1+keyIDLen]; string(id) != k.id {
		return nil, fmt.Errorf("%w: %s.%s: sealed under key %q, have %s", ErrSealed, place.Table, place.Column, id, k.id)
	}
	plain, err := k.aead().Open(nil, sealed[1+keyIDLen:sealHead], sealed[sealHead:], k.bind(place))
	if err != nil {
		return nil, fmt.Errorf("%w: %s.%s: damaged or moved from another row", ErrSealed, place.Table, place.Column)
	}
	return plain, nil
}

func (k *Keys) aead() cipher.AEAD {
	block, err := aes.NewCipher(k.seal)
	if err != nil {
		panic(err) // only for a key of another length
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // only for a block cipher that is not AES
	}
	return aead
}

// bind writes the additional data; each part carries its length, so that no two
// places are written alike.
func (k *Keys) bind(place Place) []byte {
	return joined("bailiwick/seal/1", k.id, place.Table, place.Column, place.Row)
}

func joined(parts ...string) []byte {
	var out []byte
	for _, part := range parts {
		out = binary.BigEndian.AppendUint64(out, uint64(len(part)))
		out = append(out, part...)
	}
	return out
}
