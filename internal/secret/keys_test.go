package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func TestCreatedKeysLoadAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "master.key")
	made, err := CreateKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := LoadKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	if made.ID() != loaded.ID() || !bytes.Equal(made.seal, loaded.seal) || !bytes.Equal(made.pepper, loaded.pepper) {
		t.Errorf("got keys %v, want %v", loaded, made)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("got mode %04o, want 0600", got)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".key-*")); left != nil {
		t.Errorf("got %v left over, want nothing", left)
	}
}

func TestCreateKeysNeverOverwrites(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "master.key")
	ids := make([]string, 8)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			keys, err := CreateKeys(path)
			if errors.Is(err, fs.ErrExist) {
				keys, err = LoadKeys(path)
			}
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = keys.ID()
		})
	}
	all.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("got %v, want one id for all racers", ids)
			break
		}
	}
}

func TestLoadKeysRefusesUnsafeAndDamagedFiles(t *testing.T) {
	t.Parallel()
	good := formatMaster(bytes.Repeat([]byte{7}, 32))
	for _, tt := range []struct {
		name, text string
		mode       os.FileMode
		want       error
	}{
		{"as written", good + "\n", 0o600, nil},
		{"read-only", good, 0o400, nil},
		{"readable by the group", good, 0o640, ErrKeyFile},
		{"readable by all", good, 0o604, ErrKeyFile},
		{"writable by the group", good, 0o620, ErrKeyFile},
		{"empty", "", 0o600, ErrKeyFile},
		{"cut short", good[:len(good)-1], 0o600, ErrKeyFile},
		{"one character changed", strings.Replace(good, "B", "C", 1), 0o600, ErrKeyFile},
		{"two keys", good + "\n" + good, 0o600, ErrKeyFile},
		{"short key with a right checksum", formatMaster(make([]byte, 31)), 0o600, ErrKeyFile},
		{"something else", strings.Repeat("x", 10_000), 0o600, ErrKeyFile},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "key")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, tt.mode); err != nil {
				t.Fatal(err)
			}
			_, err := LoadKeys(path)
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), good[10:20]) {
				t.Errorf("got %v, which repeats the key", err)
			}
		})
	}
	if _, err := LoadKeys(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: got %v, want %v", err, fs.ErrNotExist)
	}
	if _, err := LoadKeys(t.TempDir()); !errors.Is(err, ErrKeyFile) {
		t.Errorf("folder: got %v, want %v", err, ErrKeyFile)
	}
}

// What is stored was made under these keys; deriving others would lose all of it.
func TestDerivedKeysNeverChange(t *testing.T) {
	t.Parallel()
	keys := derive(bytes.Repeat([]byte{7}, 32))
	for _, tt := range []struct{ name, got, want string }{
		{"id", keys.id, "3b2bd9a1"},
		{"pepper", hex.EncodeToString(keys.pepper[:8]), "e241f607f123bbed"},
		{"cursor", hex.EncodeToString(keys.cursor[:8]), "9a5d72c177a65d6e"},
		{"csrf", hex.EncodeToString(keys.csrf[:8]), "b8435307b483c567"},
		{"seal", hex.EncodeToString(keys.seal[:8]), "60e68d40eb95243d"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, tt.got, tt.want)
		}
	}
}

func TestPrintedKeysAreHidden(t *testing.T) {
	t.Parallel()
	keys := derive(bytes.Repeat([]byte{7}, 32))
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if got, want := fmt.Sprintf(format, keys), "keys "+keys.ID(); got != want {
			t.Errorf("%s: got %s, want %s", format, got, want)
		}
	}
}

func TestSealedValuesOpenInTheirPlaceOnly(t *testing.T) {
	t.Parallel()
	keys := EphemeralKeys()
	home := Place{"factors", "secret", "00oA/ostB"}
	sealed := keys.Seal(home, []byte("JBSWY3DPEHPK3PXP"))
	if plain, err := keys.Open(home, sealed); err != nil || string(plain) != "JBSWY3DPEHPK3PXP" {
		t.Errorf("got %q and error %v, want the plain text", plain, err)
	}
	if bytes.Contains(sealed, []byte("JBSWY")) || bytes.Equal(sealed, keys.Seal(home, []byte("JBSWY3DPEHPK3PXP"))) {
		t.Error("the sealed value shows its plain text, or is the same twice")
	}
	for _, place := range []Place{
		{"factors", "secret", "00oA/ostC"}, {"factors", "other", "00oA/ostB"}, {"webhooks", "secret", "00oA/ostB"},
		{"factorssecret", "", "00oA/ostB"}, {"factors", "secret00oA/", "ostB"}, {},
	} {
		if plain, err := keys.Open(place, sealed); !errors.Is(err, ErrSealed) || plain != nil {
			t.Errorf("%v: got %q and error %v, want %v", place, plain, err, ErrSealed)
		}
	}
	if _, err := EphemeralKeys().Open(home, sealed); !errors.Is(err, ErrSealed) {
		t.Errorf("other keys: got %v, want %v", err, ErrSealed)
	}
}

func TestAnyChangeOfASealedValueIsNoticed(t *testing.T) {
	t.Parallel()
	keys, place := EphemeralKeys(), Place{"t", "c", "r"}
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		sealed := keys.Seal(place, plain)
		if len(sealed) != len(plain)+37 {
			t.Fatalf("got %d bytes for %d, want 37 more", len(sealed), len(plain))
		}
		if again, err := keys.Open(place, sealed); err != nil || !bytes.Equal(again, plain) {
			t.Fatalf("got %x and error %v, want %x", again, err, plain)
		}
		at := rapid.IntRange(0, len(sealed)-1).Draw(t, "at")
		sealed[at] ^= rapid.ByteRange(1, 255).Draw(t, "flip")
		if _, err := keys.Open(place, sealed); !errors.Is(err, ErrSealed) {
			t.Fatalf("byte %d changed: got %v, want %v", at, err, ErrSealed)
		}
		if _, err := keys.Open(place, sealed[:at]); !errors.Is(err, ErrSealed) {
			t.Fatalf("cut at %d: got %v, want %v", at, err, ErrSealed)
		}
	})
}

func TestCursorsOpenUnderTheirBoundOnly(t *testing.T) {
	t.Parallel()
	keys, other := EphemeralKeys(), EphemeralKeys()
	rapid.Check(t, func(t *rapid.T) {
		bound := rapid.String().Draw(t, "bound")
		payload := rapid.SliceOf(rapid.Byte()).Draw(t, "payload")
		cursor := keys.SealCursor(bound, payload)
		if strings.Trim(cursor, base62+"-_") != "" {
			t.Fatalf("got %q, want only characters that a URL leaves alone", cursor)
		}
		if got, err := keys.OpenCursor(bound, cursor); err != nil || !bytes.Equal(got, payload) {
			t.Fatalf("got %x and error %v, want %x", got, err, payload)
		}
		for name, open := range map[string]func() ([]byte, error){
			"longer bound":     func() ([]byte, error) { return keys.OpenCursor(bound+"x", cursor) },
			"payload in bound": func() ([]byte, error) { return keys.OpenCursor(bound+string(payload)+"\x00", cursor) },
			"other keys":       func() ([]byte, error) { return other.OpenCursor(bound, cursor) },
		} {
			if got, err := open(); err != ErrCursor || got != nil {
				t.Fatalf("%s: got %x and error %v, want %v", name, got, err, ErrCursor)
			}
		}
		at := rapid.IntRange(0, len(cursor)-1).Draw(t, "at")
		to := rapid.SampledFrom([]byte(base62+"-_=+/ \n\r\x00")).Draw(t, "to")
		changed := []string{cursor[:at] + string(to) + cursor[at+1:], cursor[:at] + string(to) + cursor[at:], cursor[:at]}
		for _, text := range changed {
			if _, err := keys.OpenCursor(bound, text); text != cursor && err != ErrCursor {
				t.Fatalf("%q in place of %q: got %v, want %v", text, cursor, err, ErrCursor)
			}
		}
	})
}

// Somebody who may list "groups" must not turn its cursor into one for "group" by
// moving the last letter of the bound to the front of the payload.
func TestBoundAndPayloadDoNotRunIntoEachOther(t *testing.T) {
	t.Parallel()
	keys := EphemeralKeys()
	raw, err := base64.RawURLEncoding.DecodeString(keys.SealCursor("groups", []byte("00g1")))
	if err != nil {
		t.Fatal(err)
	}
	forged := append(raw[:cursorMAC:cursorMAC], "s00g1"...)
	if got, err := keys.OpenCursor("group", base64.RawURLEncoding.EncodeToString(forged)); err != ErrCursor {
		t.Errorf("got %q and error %v, want %v", got, err, ErrCursor)
	}
}

// A page under a scope may be given up at a person whom the scope hides.
func TestCursorsDoNotTellWhereTheyStand(t *testing.T) {
	t.Parallel()
	keys := EphemeralKeys()
	raw, err := base64.RawURLEncoding.DecodeString(keys.SealCursor("users", []byte("vprofile.lastName\x01secret")))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte("secret")) || bytes.Contains(raw, []byte("lastName")) {
		t.Errorf("a cursor shows its payload: %q", raw)
	}
	if keys.SealCursor("users", []byte("x")) != keys.SealCursor("users", []byte("x")) {
		t.Error("one place has two cursors")
	}
}

func TestCursorHasOneSpelling(t *testing.T) {
	t.Parallel()
	keys := EphemeralKeys()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for _, payload := range []string{"", "1", "12"} { // one, two and three bytes in the last group
		cursor := keys.SealCursor("b", []byte(payload))
		last := strings.IndexByte(alphabet, cursor[len(cursor)-1])
		for _, text := range []string{cursor[:len(cursor)-1] + string(alphabet[last^1]), cursor + "\n", "\r" + cursor, cursor + "="} {
			if _, err := keys.OpenCursor("b", text); err != ErrCursor {
				t.Errorf("%q in place of %q: got %v, want %v", text, cursor, err, ErrCursor)
			}
		}
	}
}

func TestLongCursorsAreNotLookedAt(t *testing.T) {
	t.Parallel()
	keys := EphemeralKeys()
	if _, err := keys.OpenCursor("b", keys.SealCursor("b", make([]byte, 3000))); err != nil {
		t.Errorf("3,000 bytes: got %v, want none", err)
	}
	if _, err := keys.OpenCursor("b", keys.SealCursor("b", make([]byte, 4000))); err != ErrCursor {
		t.Errorf("4,000 bytes: got %v, want %v", err, ErrCursor)
	}
}

func TestCSRFProofBelongsToOneSession(t *testing.T) {
	t.Parallel()
	keys := EphemeralKeys()
	one, two := Mint{}.Token(Session).Digest(), Mint{}.Token(Session).Digest()
	proof := keys.CSRF(one)
	if !keys.CheckCSRF(one, proof) || keys.CSRF(one) != proof {
		t.Error("got a refusal of the session's own proof")
	}
	for name, ok := range map[string]bool{
		"other session": keys.CheckCSRF(two, proof), "no proof": keys.CheckCSRF(one, ""), "cut": keys.CheckCSRF(one, proof[1:]),
		"other keys": EphemeralKeys().CheckCSRF(one, proof), "no session": keys.CheckCSRF(nil, proof),
	} {
		if ok {
			t.Errorf("%s: got accepted, want refused", name)
		}
	}
}

func FuzzOpenCursor(f *testing.F) {
	keys := derive(bytes.Repeat([]byte{7}, 32))
	f.Add("bound", keys.SealCursor("bound", []byte("payload")))
	f.Add("", "")
	f.Fuzz(func(t *testing.T, bound, cursor string) {
		payload, err := keys.OpenCursor(bound, cursor)
		if err == nil && keys.SealCursor(bound, payload) != cursor {
			t.Fatalf("%q opens to %x, which has another cursor", cursor, payload)
		}
	})
}

func FuzzOpenSealed(f *testing.F) {
	keys := derive(bytes.Repeat([]byte{7}, 32))
	f.Add(keys.Seal(Place{"t", "c", "r"}, []byte("plain")))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if _, err := keys.Open(Place{"t", "c", "other"}, sealed); !errors.Is(err, ErrSealed) {
			t.Fatalf("got %v, want %v", err, ErrSealed)
		}
	})
}
