package bailiwick

import (
	"fmt"
	"io"
	"time"
)

// An ID names one thing inside one org: 20 characters, a three-letter prefix
// that tells its kind and then base62, as the Okta management API has them.
// IDs are case-sensitive, compare as bytes and are never used twice.
type ID string

// A Kind is the prefix that all IDs of one kind of thing begin with.
type Kind string

// The kinds of things that have an ID.
const (
	KindUser          Kind = "00u"
	KindGroup         Kind = "00g"
	KindOrg           Kind = "00o"
	KindApp           Kind = "0oa"
	KindAppAssignment Kind = "0ua"
	KindToken         Kind = "00T"
	KindUserType      Kind = "oty"
	KindUserSchema    Kind = "osc"
	KindUserRole      Kind = "ra1"
	KindGroupRole     Kind = "gra"
	KindRealm         Kind = "guo"
	KindError         Kind = "oae"
	KindSession       Kind = "102"
	KindMessage       Kind = "msg"
	KindLink          Kind = "lnk"
	KindSystem        Kind = "spr"
	KindGroupRule     Kind = "0pr"
	KindJob           Kind = "job"
	idLength               = 20
	timeDigits             = 7 // 62^7 ms reach beyond the year 2080
	base62                 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	minRandomDigits        = idLength - timeDigits - 3
	maxUnbiased       byte = 62 * 4 // bytes from here up are drawn again
)

// KindRealmAssignment is the kind of realm assignments.
const KindRealmAssignment Kind = "rul"

// NewID makes an ID of the given kind. The first digits are the time in
// milliseconds, so that rows made together lie together in the engine's
// index; the remaining ten come from random (59 bits), which must be a
// cryptographic source. It panics when random fails, as nothing safe is left
// to do then.
func NewID(kind Kind, at time.Time, random io.Reader) ID {
	var out [idLength]byte
	copy(out[:], kind)
	ms := uint64(at.UnixMilli())
	for i := len(kind) + timeDigits - 1; i >= len(kind); i-- {
		out[i] = base62[ms%62]
		ms /= 62
	}
	fillBase62(out[len(kind)+timeDigits:], random)
	return ID(out[:])
}

func fillBase62(out []byte, random io.Reader) {
	var buf [minRandomDigits * 2]byte
	for n := 0; n < len(out); {
		if _, err := io.ReadFull(random, buf[:]); err != nil {
			panic(fmt.Sprintf("read randomness for an id: %v", err))
		}
		for _, b := range buf {
			if b < maxUnbiased && n < len(out) {
				out[n] = base62[b%62]
				n++
			}
		}
	}
}

// Is reports whether the ID has the form of an ID of the given kind. It says
// nothing about whether such a thing exists.
func (id ID) Is(kind Kind) bool {
	return len(id) == idLength && string(id[:len(kind)]) == string(kind) && id.wellFormed()
}

func (id ID) wellFormed() bool {
	for i := range len(id) {
		switch c := id[i]; {
		case '0' <= c && c <= '9', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z':
		default:
			return false
		}
	}
	return true
}
