package secret

import (
	"context"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"slices"
	"strings"

	"golang.org/x/crypto/blowfish"
)

// An Import is a password hash that was made elsewhere, as its owner exports
// it. Which fields count depends on the algorithm; the others stay empty.
type Import struct {
	Algorithm string // BCRYPT, SHA-512, SHA-256, SHA-1, MD5 or PBKDF2
	Value     string // radix-64 for BCRYPT, else base64
	Salt      string // the same
	SaltOrder string // PREFIX or POSTFIX, of a salted digest

	WorkFactor int // of BCRYPT: the binary logarithm of its rounds

	Digest     string // of PBKDF2: SHA256_HMAC or SHA512_HMAC
	Iterations int
	KeySize    int // bytes
}

// What an import may cost: whoever signs in makes the server repeat the work of
// the foreign hash, and an import must not be a way to make that hours (PWD-11).
// The highest take about a second.
const (
	minWorkFactor = 1
	maxWorkFactor = 14
	minIterations = 4096
	maxIterations = 2_000_000
	minKeySize    = 16
	maxKeySize    = 64
	maxSalt       = 128 // bytes
)

// A Fault says what is wrong with one field of an [Import], by its name on the
// wire.
type Fault struct{ Field, Message string }

// Error returns both parts.
func (f *Fault) Error() string { return f.Field + ": " + f.Message }

// Check returns the first [Fault], or nil.
func (im Import) Check() error {
	_, _, err := im.recipe()
	return err
}

// Wrap returns the text to store for a foreign hash. The password is not known,
// so the hash itself is treated as one: it passes through the pepper and
// argon2id, and only how to compute it again stands beside the result,
//
//	$import$<recipe>$argon2id$v=19$m=19456,t=2,p=1,keyid=5f3a99c0$<salt>$<hash>
//
// Neither the foreign hash nor anything that could be attacked without the
// pepper is kept. [Hasher.Verify] takes the text; [Hasher.NeedsRehash] asks for
// a hash of the password itself as soon as that is known. A [Fault] says what
// is wrong with the import; further errors are those of [Hasher.Hash].
func (h *Hasher) Wrap(ctx context.Context, im Import) (string, error) {
	how, value, err := im.recipe()
	if err != nil {
		return "", err
	}
	stored := phc{params: h.params, keyID: h.keys.id, salt: make([]byte, saltLen), hash: make([]byte, hashLen)}
	h.mint.read(stored.salt)
	if stored.hash, err = h.work(ctx, func() string { return how.seasoned(value) }, stored); err != nil {
		return "", err
	}
	return importMark + how.String() + stored.String(), nil
}

const importMark = "$import$"

// A recipe is how a foreign hash is computed from a password.
type recipe struct {
	scheme string // bcrypt, pbkdf2-sha256, pbkdf2-sha512, or the name of a digest
	cost   int    // work factor or iterations
	size   int    // of the result in bytes
	after  bool   // the salt stands behind the password
	salt   []byte
}

var digests = map[string]func() hash.Hash{"md5": md5.New, "sha-1": sha1.New, "sha-256": sha256.New, "sha-512": sha512.New,
	"pbkdf2-sha256": sha256.New, "pbkdf2-sha512": sha512.New}

// radix64 is the alphabet of bcrypt.
var radix64 = base64.NewEncoding("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789").WithPadding(base64.NoPadding)

// recipe takes an import apart.
func (im Import) recipe() (recipe, []byte, error) {
	switch im.Algorithm {
	case "BCRYPT":
		return im.bcrypt()
	case "PBKDF2":
		return im.pbkdf2()
	case "MD5", "SHA-1", "SHA-256", "SHA-512":
		return im.digest()
	}
	return recipe{}, nil, &Fault{"algorithm", "must be BCRYPT, SHA-512, SHA-256, SHA-1, MD5 or PBKDF2"}
}

func (im Import) bcrypt() (recipe, []byte, error) {
	const saltSize, valueSize = 16, 23
	salt, badSalt := radix64.DecodeString(im.Salt)
	value, badValue := radix64.DecodeString(im.Value)
	switch {
	case im.WorkFactor < minWorkFactor || im.WorkFactor > maxWorkFactor:
		return recipe{}, nil, &Fault{"workFactor", fmt.Sprintf("must be a number from %d to %d", minWorkFactor, maxWorkFactor)}
	case badSalt != nil || len(salt) != saltSize:
		return recipe{}, nil, &Fault{"salt", "must be 22 characters of radix-64"}
	case badValue != nil || len(value) != valueSize:
		return recipe{}, nil, &Fault{"value", "must be 31 characters of radix-64"}
	}
	return recipe{scheme: "bcrypt", cost: im.WorkFactor, size: valueSize, salt: salt}, value, nil
}

func (im Import) pbkdf2() (recipe, []byte, error) {
	scheme, known := map[string]string{"SHA256_HMAC": "pbkdf2-sha256", "SHA512_HMAC": "pbkdf2-sha512"}[im.Digest]
	salt, badSalt := plain64(im.Salt)
	value, badValue := plain64(im.Value)
	switch {
	case !known:
		return recipe{}, nil, &Fault{"digestAlgorithm", "must be SHA256_HMAC or SHA512_HMAC"}
	case im.Iterations < minIterations || im.Iterations > maxIterations:
		return recipe{}, nil, &Fault{"iterationCount", fmt.Sprintf("must be a number from %d to %d", minIterations, maxIterations)}
	case im.KeySize < minKeySize || im.KeySize > maxKeySize:
		return recipe{}, nil, &Fault{"keySize", fmt.Sprintf("must be a number of bytes from %d to %d", minKeySize, maxKeySize)}
	case badSalt != nil || len(salt) == 0 || len(salt) > maxSalt:
		return recipe{}, nil, &Fault{"salt", fmt.Sprintf("must be base64 of 1 to %d bytes", maxSalt)}
	case badValue != nil || len(value) != im.KeySize:
		return recipe{}, nil, &Fault{"value", "must be base64 of as many bytes as keySize says"}
	}
	return recipe{scheme: scheme, cost: im.Iterations, size: im.KeySize, salt: salt}, value, nil
}

func (im Import) digest() (recipe, []byte, error) {
	how := recipe{scheme: strings.ToLower(im.Algorithm), after: im.SaltOrder == "POSTFIX"}
	how.size = digests[how.scheme]().Size()
	salt, badSalt := plain64(im.Salt)
	value, badValue := plain64(im.Value)
	switch {
	case badSalt != nil || len(salt) > maxSalt:
		return recipe{}, nil, &Fault{"salt", fmt.Sprintf("must be base64 of at most %d bytes", maxSalt)}
	case len(salt) > 0 && !slices.Contains([]string{"PREFIX", "POSTFIX"}, im.SaltOrder):
		return recipe{}, nil, &Fault{"saltOrder", "must be PREFIX or POSTFIX when there is a salt"}
	case len(salt) == 0 && im.SaltOrder != "":
		return recipe{}, nil, &Fault{"saltOrder", "must be left out when there is no salt"}
	case badValue != nil || len(value) != how.size:
		return recipe{}, nil, &Fault{"value", fmt.Sprintf("must be base64 of the %d bytes of the digest", how.size)}
	}
	how.salt = salt
	return how, value, nil
}

// plain64 reads base64 with or without its padding.
func plain64(text string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
}

// String is the recipe as it is stored; it has no $ in it.
func (r recipe) String() string {
	return fmt.Sprintf("%s,%d,%d,%t,%s", r.scheme, r.cost, r.size, r.after, base64.RawStdEncoding.EncodeToString(r.salt))
}

// parseRecipe accepts exactly what String writes, within the limits of what an
// import may cost: a planted row must not be a way round them.
func parseRecipe(text string) (recipe, bool) {
	parts := strings.Split(text, ",")
	if len(parts) != 5 {
		return recipe{}, false
	}
	var r recipe
	n, err := fmt.Sscanf(strings.Join(parts[1:4], " "), "%d %d %t", &r.cost, &r.size, &r.after)
	salt, badSalt := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil || n != 3 || badSalt != nil || len(salt) > maxSalt {
		return recipe{}, false
	}
	r.scheme, r.salt = parts[0], salt
	limit := 0
	switch {
	case r.scheme == "bcrypt":
		limit = maxWorkFactor
	case strings.HasPrefix(r.scheme, "pbkdf2-"):
		limit = maxIterations
	}
	known := r.scheme == "bcrypt" || digests[r.scheme] != nil
	return r, known && 0 <= r.cost && r.cost <= limit && 0 < r.size && r.size <= maxKeySize && r.String() == text
}

// repeat computes the foreign hash of a password, taken as it was typed: what
// the other system did about Unicode is not known.
func (r recipe) repeat(password string) []byte {
	switch {
	case r.scheme == "bcrypt":
		return eksBlowfish(password, r.salt, r.cost)
	case strings.HasPrefix(r.scheme, "pbkdf2-"):
		key, err := pbkdf2.Key(digests[r.scheme], password, r.salt, r.cost, r.size)
		if err != nil {
			panic(err) // only for a key longer than the limits allow
		}
		return key
	}
	h := digests[r.scheme]()
	if !r.after {
		h.Write(r.salt)
	}
	h.Write([]byte(password))
	if r.after {
		h.Write(r.salt)
	}
	return h.Sum(nil)
}

// seasoned is what goes to the pepper in place of a password. The name in front
// keeps it apart from every password.
func (r recipe) seasoned(value []byte) string {
	return "bailiwick/import/1\x00" + r.String() + "\x00" + string(value)
}

// eksBlowfish computes the 23 bytes of a bcrypt hash. The library's own functions
// take and give whole hashes, and a whole hash is what must not be stored.
func eksBlowfish(password string, salt []byte, cost int) []byte {
	key := append([]byte(password), 0) // bcrypt counts the end of a C string in
	c, err := blowfish.NewSaltedCipher(key, salt)
	if err != nil {
		panic(err) // only for an empty key
	}
	for range 1 << cost {
		blowfish.ExpandKey(key, c)
		blowfish.ExpandKey(salt, c)
	}
	out := []byte("OrpheanBeholderScryDoubt")
	for i := 0; i < len(out); i += blowfish.BlockSize {
		for range 64 {
			c.Encrypt(out[i:i+blowfish.BlockSize], out[i:i+blowfish.BlockSize])
		}
	}
	return out[:23] // every implementation forgets the last byte
}
