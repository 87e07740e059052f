package signin_test

import (
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// imports are hashes of a password as each of the other systems makes them.
func imports(t *testing.T, password string) map[string]directory.PasswordHash {
	t.Helper()
	text := base64.StdEncoding.EncodeToString
	salt := []byte("some salt")
	behind, ahead := append([]byte(password), salt...), append(salt, password...)
	d1, d256, d512, d5 := sha1.Sum(behind), sha256.Sum256(ahead), sha512.Sum512([]byte(password)), md5.Sum(ahead)
	k256, err := pbkdf2.Key(sha256.New, password, salt, 4096, 32)
	if err != nil {
		t.Fatal(err)
	}
	k512, err := pbkdf2.Key(sha512.New, password, salt, 4096, 24)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := bcrypt.GenerateFromPassword([]byte(password), 5)
	if err != nil {
		t.Fatal(err)
	}
	tail := strings.Split(string(whole), "$")[3]
	return map[string]directory.PasswordHash{
		"sha-1":         {Algorithm: "SHA-1", Salt: text(salt), SaltOrder: "POSTFIX", Value: text(d1[:])},
		"sha-256":       {Algorithm: "SHA-256", Salt: text(salt), SaltOrder: "PREFIX", Value: text(d256[:])},
		"sha-512":       {Algorithm: "SHA-512", Value: text(d512[:])},
		"md5":           {Algorithm: "MD5", Salt: text(salt), SaltOrder: "PREFIX", Value: text(d5[:])},
		"pbkdf2-sha256": {Algorithm: "PBKDF2", Digest: "SHA256_HMAC", Iterations: 4096, KeySize: 32, Salt: text(salt), Value: text(k256)},
		"pbkdf2-sha512": {Algorithm: "PBKDF2", Digest: "SHA512_HMAC", Iterations: 4096, KeySize: 24, Salt: text(salt), Value: text(k512)},
		"bcrypt":        {Algorithm: "BCRYPT", WorkFactor: 5, Salt: tail[:22], Value: tail[22:]},
	}
}

func (w *world) imported(login string, hash directory.PasswordHash, status bailiwick.Status) bailiwick.User {
	w.t.Helper()
	made, err := w.dir.LoadUsers(w.t.Context(), w.system(), []directory.NewUser{{Hash: &hash,
		Profile: bailiwick.Profile{"login": login, "email": login, "firstName": "Ana", "lastName": "Lys"},
		Past:    &directory.Past{Status: status, Created: w.clock.now(), Password: w.clock.now()}}})
	if err != nil {
		w.t.Fatal(err)
	}
	return made[0]
}

func TestAnImportedHashIsRenewedAtTheFirstSignIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for scheme, hash := range imports(t, right) {
			login := scheme + "@acme.example"
			u := w.imported(login, hash, bailiwick.Active)
			before := w.signer(u.ID)
			if before.User.Provider != bailiwick.ProviderImport || !strings.HasPrefix(before.Password.Hash, "$import$"+scheme+",") {
				t.Fatalf("%s: got provider %s and %s, want an imported hash", scheme, before.User.Provider, before.Password.Hash)
			}
			if strings.Contains(before.Password.Hash, strings.TrimRight(hash.Value, "=")) {
				t.Errorf("%s: the foreign hash is stored as it came", scheme)
			}
			_, err := w.Password(t.Context(), w.visitor(), login, wrong)
			refusedFor(t, err, bailiwick.ReasonSignInFailed)
			if w.signer(u.ID).Password.Hash != before.Password.Hash {
				t.Errorf("%s: a wrong password renewed the hash", scheme)
			}
			w.enter(login, right)
			after := w.signer(u.ID)
			if after.User.Provider != bailiwick.ProviderInternal || !strings.HasPrefix(after.Password.Hash, "$argon2id$") {
				t.Errorf("%s: got provider %s and %s, want our own hash", scheme, after.User.Provider, after.Password.Hash)
			}
			w.enter(login, right)
			if w.signer(u.ID).Password.Hash != after.Password.Hash {
				t.Errorf("%s: the second sign-in renewed the hash once more", scheme)
			}
		}
	})
}

// An imported password that has run out is changed as any other: the old one is
// checked by the foreign hash, and cannot become permanent.
func TestAnImportedPasswordCanBeOneToChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u := w.imported("ana@acme.example", imports(t, right)["bcrypt"], bailiwick.PasswordExpired)
		in, err := w.Password(t.Context(), w.visitor(), "ana", right)
		if err != nil || !in.MustChange {
			t.Fatalf("got %+v, %v, want it to be changed", in, err)
		}
		_, err = w.ChangeExpired(t.Context(), w.visitor(), "ana", right, right)
		refusedFor(t, err, bailiwick.ReasonWeakPassword)
		if _, err = w.ChangeExpired(t.Context(), w.visitor(), "ana", right, other); err != nil {
			t.Fatal(err)
		}
		if got := w.signer(u.ID); got.User.Provider != bailiwick.ProviderInternal || got.User.Status != bailiwick.Active {
			t.Errorf("got %s from %s, want ACTIVE and our own", got.User.Status, got.User.Provider)
		}
	})
}
