package secret

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

func base64Of(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// fromHex is the base64 of bytes that are published in hexadecimal.
func fromHex(text string) string {
	b, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// vectors are published hashes: RFC 1321 and FIPS 180 by their reference tools,
// PBKDF2 from the vectors to RFC 6070 for SHA-2, bcrypt from crypt_blowfish.
var vectors = []struct {
	name, password string
	in             Import
}{
	{"MD5", "password", Import{Algorithm: "MD5", Value: fromHex("5f4dcc3b5aa765d61d8327deb882cf99")}},
	{"SHA-1", "password", Import{Algorithm: "SHA-1", Value: fromHex("5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8")}},
	{"SHA-256", "password", Import{Algorithm: "SHA-256", Value: fromHex("5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8")}},
	{"SHA-512", "password", Import{Algorithm: "SHA-512", Value: fromHex("b109f3bbbc244eb82441917ed06d618b9008dd09b3befd1b5e07394c706a8bb9" +
		"80b1d7785e5976ec049b46df5f1326af5a2ea6d103fd07c95385ffab0cacbc86")}},
	{"SHA-256, the salt in front", "word", Import{Algorithm: "SHA-256", Salt: base64Of("pass"), SaltOrder: "PREFIX",
		Value: fromHex("5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8")}},
	{"SHA-1, the salt behind", "pass", Import{Algorithm: "SHA-1", Salt: base64Of("word"), SaltOrder: "POSTFIX",
		Value: fromHex("5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8")}},
	{"MD5, the salt behind", "pass", Import{Algorithm: "MD5", Salt: base64Of("word"), SaltOrder: "POSTFIX",
		Value: fromHex("5f4dcc3b5aa765d61d8327deb882cf99")}},
	{"PBKDF2 with SHA-256", "password", Import{Algorithm: "PBKDF2", Digest: "SHA256_HMAC", Iterations: 4096, KeySize: 32, Salt: base64Of("salt"),
		Value: fromHex("c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a")}},
	{"PBKDF2 with SHA-512", "password", Import{Algorithm: "PBKDF2", Digest: "SHA512_HMAC", Iterations: 4096, KeySize: 64, Salt: base64Of("salt"),
		Value: fromHex("d197b1b33db0143e018b12f3d1d1479e6cdebdcc97c5c0f87f6902e072f457b5" +
			"143f30602641b3d55cd335988cb36b84376060ecd532e039b742a239434af2d5")}},
	{"bcrypt", "U*U", Import{Algorithm: "BCRYPT", WorkFactor: 5, Salt: "CCCCCCCCCCCCCCCCCCCCC.", Value: "E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"}},
}

func TestImportedHashesVerifyByTheirVectors(t *testing.T) {
	t.Parallel()
	h := cheapHasher(t)
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			stored, err := h.Wrap(t.Context(), v.in)
			if err != nil {
				t.Fatalf("wrap: %v", err)
			}
			for password, want := range map[string]bool{v.password: true, v.password + " ": false, "": false, v.in.Value: false, strings.ToUpper(v.password) + "x": false} {
				got, err := h.Verify(t.Context(), stored, password)
				if err != nil || got != want {
					t.Errorf("verify %q: got %v, %v, want %v", password, got, err, want)
				}
			}
			if !h.NeedsRehash(stored) || h.Foreign(stored) {
				t.Errorf("needs a rehash %v, foreign %v; want it ours and to be renewed", h.NeedsRehash(stored), h.Foreign(stored))
			}
			other := cheapHasher(t)
			if ok, _ := other.Verify(t.Context(), stored, v.password); ok || !other.Foreign(stored) {
				t.Error("another server's keys accept it")
			}
		})
	}
}

func TestBcryptAgreesWithTheLibrary(t *testing.T) {
	t.Parallel()
	h := cheapHasher(t)
	for _, password := range []string{"a", "correct horse battery", "pässwörd", strings.Repeat("long ", 14) + "72", "emoji 🔑"} {
		whole, err := bcrypt.GenerateFromPassword([]byte(password), 4)
		if err != nil {
			t.Fatal(err)
		}
		tail := strings.Split(string(whole), "$")[3]
		stored, err := h.Wrap(t.Context(), Import{Algorithm: "BCRYPT", WorkFactor: 4, Salt: tail[:22], Value: tail[22:]})
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := h.Verify(t.Context(), stored, password); !ok || err != nil {
			t.Errorf("%q: got %v, %v, want it verified", password, ok, err)
		}
		if ok, _ := h.Verify(t.Context(), stored, password+"x"); ok && len(password) < 72 {
			t.Errorf("%q with another character is verified", password)
		}
	}
}

// Whoever reads the database gets nothing that an import brought: neither the
// foreign hash nor a hash of it without the pepper.
func TestAForeignHashIsNotStored(t *testing.T) {
	t.Parallel()
	h := cheapHasher(t)
	for _, v := range vectors {
		stored, err := h.Wrap(t.Context(), v.in)
		if err != nil {
			t.Fatalf("%s: %v", v.name, err)
		}
		if strings.Contains(stored, strings.TrimRight(v.in.Value, "=")) {
			t.Errorf("%s: stored %q, which holds the foreign hash", v.name, stored)
		}
	}
}

func TestImportsAtFaultNameTheField(t *testing.T) {
	t.Parallel()
	good := map[string]Import{}
	for _, v := range vectors {
		good[v.name] = v.in
	}
	for _, c := range []struct {
		name, of, field string
		spoil           func(*Import)
	}{
		{"no algorithm", "MD5", "algorithm", func(i *Import) { i.Algorithm = "" }},
		{"a name in lower case", "bcrypt", "algorithm", func(i *Import) { i.Algorithm = "bcrypt" }},
		{"an unknown one", "MD5", "algorithm", func(i *Import) { i.Algorithm = "SHA-384" }},
		{"no work factor", "bcrypt", "workFactor", func(i *Import) { i.WorkFactor = 0 }},
		{"a work factor that would take minutes", "bcrypt", "workFactor", func(i *Import) { i.WorkFactor = 15 }},
		{"a short salt of bcrypt", "bcrypt", "salt", func(i *Import) { i.Salt = i.Salt[1:] }},
		{"a salt of bcrypt in base64", "bcrypt", "salt", func(i *Import) { i.Salt = "++++++++++++++++++++++" }},
		{"a long value of bcrypt", "bcrypt", "value", func(i *Import) { i.Value += "a" }},
		{"a whole hash of bcrypt", "bcrypt", "value", func(i *Import) { i.Value = "$2a$05$" + i.Salt + i.Value }},
		{"no digest", "PBKDF2 with SHA-256", "digestAlgorithm", func(i *Import) { i.Digest = "" }},
		{"few iterations", "PBKDF2 with SHA-256", "iterationCount", func(i *Import) { i.Iterations = 4095 }},
		{"a billion iterations", "PBKDF2 with SHA-256", "iterationCount", func(i *Import) { i.Iterations = 1_000_000_000 }},
		{"a short key", "PBKDF2 with SHA-256", "keySize", func(i *Import) { i.KeySize = 8 }},
		{"a huge key", "PBKDF2 with SHA-256", "keySize", func(i *Import) { i.KeySize = 1 << 20 }},
		{"no salt", "PBKDF2 with SHA-256", "salt", func(i *Import) { i.Salt = "" }},
		{"a value of another size", "PBKDF2 with SHA-512", "value", func(i *Import) { i.Value = base64Of("short") }},
		{"a value that is no base64", "SHA-512", "value", func(i *Import) { i.Value = "***" }},
		{"no value", "SHA-256", "value", func(i *Import) { i.Value = "" }},
		{"the value of another digest", "SHA-256", "value", func(i *Import) { i.Value = good["MD5"].Value }},
		{"a salt without its order", "SHA-256, the salt in front", "saltOrder", func(i *Import) { i.SaltOrder = "" }},
		{"an order without a salt", "SHA-256", "saltOrder", func(i *Import) { i.SaltOrder = "PREFIX" }},
		{"an unknown order", "SHA-1, the salt behind", "saltOrder", func(i *Import) { i.SaltOrder = "postfix" }},
		{"a huge salt", "SHA-1, the salt behind", "salt", func(i *Import) { i.Salt = base64Of(strings.Repeat("x", 129)) }},
	} {
		in := good[c.of]
		c.spoil(&in)
		fault, ok := errors.AsType[*Fault](in.Check())
		if !ok || fault.Field != c.field || fault.Message == "" {
			t.Errorf("%s: got %v, want a fault of %s", c.name, in.Check(), c.field)
		}
		if _, err := cheapHasher(t).Wrap(t.Context(), in); err == nil {
			t.Errorf("%s: wrapped all the same", c.name)
		}
	}
}

func TestAPlantedRecipeMatchesNothing(t *testing.T) {
	t.Parallel()
	h := cheapHasher(t)
	stored, err := h.Wrap(t.Context(), vectors[2].in)
	if err != nil {
		t.Fatal(err)
	}
	recipe, rest, _ := strings.Cut(strings.TrimPrefix(stored, "$import$"), "$")
	for name, planted := range map[string]string{
		"without a recipe":       "$" + rest,
		"an empty recipe":        "$import$$" + rest,
		"a recipe and no more":   "$import$" + recipe,
		"a billion iterations":   "$import$pbkdf2-sha256,1000000000,32,false,c2FsdA$" + rest,
		"a work factor of 31":    "$import$bcrypt,31,23,false,AAAAAAAAAAAAAAAAAAAAAA$" + rest,
		"a negative work factor": "$import$bcrypt,-1,23,false,AAAAAAAAAAAAAAAAAAAAAA$" + rest,
		"another scheme":         "$import$sha-1,0,32,false,$" + rest,
		"an unknown scheme":      "$import$none,0,32,false,$" + rest,
		"a second spelling":      "$import$sha-256,00,32,false,$" + rest,
		"two recipes":            "$import$" + recipe + "$import$" + recipe + "$" + rest,
	} {
		if ok, err := h.Verify(t.Context(), planted, "password"); ok || err != nil {
			t.Errorf("%s: got %v, %v, want no match", name, ok, err)
		}
	}
	if ok, _ := h.Verify(t.Context(), stored, "password"); !ok {
		t.Error("the hash itself does not match")
	}
}
