package secret

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var tokenKinds = []Kind{APIToken, Session, ResetLink, ActivationLink, BootstrapLink, AppSecret}

func TestTokensParseAsTheirOwnKindOnly(t *testing.T) {
	t.Parallel()
	for _, made := range tokenKinds {
		token := Mint{}.Token(made)
		for _, asked := range append(tokenKinds, 0, CSRF, Cursor, 200) {
			got, err := ParseToken(asked, token.Reveal())
			if asked == made {
				if err != nil || got != token || got.Kind() != made {
					t.Errorf("%v: got %v and error %v, want the token back", made, got.Reveal(), err)
				}
			} else if !errors.Is(err, ErrToken) || got != (Token{}) {
				t.Errorf("%v asked as %v: got error %v, want %v", made, asked, err, ErrToken)
			}
		}
	}
}

func TestOneTextDigestsDifferentlyForEachKind(t *testing.T) {
	t.Parallel()
	seen := map[string]Kind{}
	for _, kind := range append(tokenKinds, CSRF, Cursor) {
		digest := kind.Digest("the same text")
		if len(digest) != 32 {
			t.Errorf("%v: got %d bytes, want 32", kind, len(digest))
		}
		if other, ok := seen[string(digest)]; ok {
			t.Errorf("%v and %v have the same digest", kind, other)
		}
		seen[string(digest)] = kind
	}
	token := Mint{}.Token(Session)
	if !bytes.Equal(token.Digest(), Session.Digest(token.Reveal())) {
		t.Error("the digest of a token is not the digest of its text")
	}
}

// Digests and prefixes are stored and scanned for; a change would end every session
// and token there is.
func TestTokenFormatsNeverChange(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind   Kind
		prefix string
	}{
		{APIToken, "00bw_"}, {Session, "bws_"}, {ResetLink, "bwr_"}, {ActivationLink, "bwa_"}, {BootstrapLink, "bwo_"},
	} {
		token := Mint{}.Token(tt.kind).Reveal()
		if !strings.HasPrefix(token, tt.prefix) || len(token) != len(tt.prefix)+49 {
			t.Errorf("%v: got %d characters that begin with %.5s, want %d that begin with %s", tt.kind, len(token), token, len(tt.prefix)+49, tt.prefix)
		}
	}
	fixed := Mint{Random: bytes.NewReader(make([]byte, 64))}.Token(APIToken)
	if want := "00bw_0000000000000000000000000000000000000000000" + "48B6Ku"; fixed.Reveal() != want {
		t.Errorf("got %s, want %s", fixed.Reveal(), want)
	}
	if got, want := fmt.Sprintf("%x", APIToken.Digest("x")), "9f3c9cf21bd209f30a0aa419096c95aedba1dbd68631bd7c6ab1febf15487251"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAnyChangeOfATokenIsNoticed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(tokenKinds).Draw(t, "kind")
		text := []byte(Mint{}.Token(kind).Reveal())
		at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
		to := rapid.Byte().Draw(t, "to")
		if text[at] == to {
			t.Skip("unchanged")
		}
		text[at] = to
		if _, err := ParseToken(kind, string(text)); !errors.Is(err, ErrToken) {
			t.Fatalf("%s: got %v, want %v", text, err, ErrToken)
		}
	})
}

func TestPrintedTokensAreHidden(t *testing.T) {
	t.Parallel()
	token := Mint{}.Token(APIToken)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("made", "token", token, "all", []Token{token})
	slog.New(slog.NewTextHandler(&log, nil)).Info("made", "token", token)
	fmt.Fprintf(&log, "%v %+v %#v %s %q %v", token, token, token, token, token, struct{ T Token }{token})
	if strings.Contains(log.String(), token.Reveal()[5:20]) {
		t.Errorf("got %s, want no token in it", log.String())
	}
	if !strings.Contains(log.String(), "00bw_[hidden]") {
		t.Errorf("got %s, want the prefix", log.String())
	}
}

func TestDerivedKindsHaveNoToken(t *testing.T) {
	t.Parallel()
	for _, kind := range []Kind{0, CSRF, Cursor, 99} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v: got a token, want a panic", kind)
				}
			}()
			Mint{}.Token(kind)
		}()
	}
}

func TestBase62UsesEveryCharacterEvenly(t *testing.T) {
	t.Parallel()
	const n = 62 * 2000
	text := Mint{}.Base62(n)
	if len(text) != n || Mint.Base62(Mint{}, 0) != "" {
		t.Fatalf("got %d characters, want %d", len(text), n)
	}
	for _, c := range base62 {
		// Six standard deviations of a fair draw.
		if got := strings.Count(text, string(c)); math.Abs(float64(got-2000)) > 6*math.Sqrt(2000) {
			t.Errorf("%c: got %d, want about 2000", c, got)
		}
	}
}

func TestFailingSourceStopsTheProcess(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("got a token from an exhausted source, want a panic")
		}
	}()
	Mint{Random: bytes.NewReader(nil)}.Token(Session)
}

func TestTemporaryPasswordsAreReadableAndWorthEightyBits(t *testing.T) {
	t.Parallel()
	perWord := 3*math.Log2(float64(len(consonants))) + 2*math.Log2(float64(len(vowels)))
	if bits := wordCount * perWord; bits < 80 || math.Abs(bits-80.33) > 0.01 {
		t.Errorf("got %.3f bits, want 80.33", bits)
	}
	for _, letters := range []string{consonants, vowels} {
		distinct := slices.Compact(slices.Sorted(slices.Values([]byte(letters))))
		if len(distinct) != len(letters) {
			t.Errorf("%q repeats a letter, which costs entropy", letters)
		}
	}
	seen, count := map[string]bool{}, map[byte]int{}
	const draws = 4000
	for range draws {
		password := Mint{}.TemporaryPassword()
		words := strings.Split(password, "-")
		if len(words) != wordCount || seen[password] {
			t.Fatalf("got %q, want %d words never seen before", password, wordCount)
		}
		seen[password] = true
		for _, word := range words {
			for i := range len(word) {
				if set := []string{consonants, vowels}[i%2]; len(word) != 5 || strings.IndexByte(set, word[i]) < 0 {
					t.Fatalf("got word %q, want consonants and vowels in turn", word)
				}
				count[word[i]]++
			}
		}
	}
	for letters, per := range map[string]int{consonants: 3, vowels: 2} {
		want := float64(draws * wordCount * per / len(letters))
		for _, c := range []byte(letters) {
			if math.Abs(float64(count[c])-want) > 6*math.Sqrt(want) {
				t.Errorf("%c: got %d, want about %.0f", c, count[c], want)
			}
		}
	}
}

func FuzzParseToken(f *testing.F) {
	for _, kind := range tokenKinds {
		f.Add(uint8(kind), Mint{Random: bytes.NewReader(make([]byte, 64))}.Token(kind).Reveal())
	}
	f.Add(uint8(0), "")
	f.Fuzz(func(t *testing.T, kind uint8, text string) {
		token, err := ParseToken(Kind(kind), text)
		if err == nil && (token.Reveal() != text || len(token.Digest()) != 32) {
			t.Fatalf("%q reads as %q", text, token.Reveal())
		}
		if err != nil && !errors.Is(err, ErrToken) {
			t.Fatalf("got %v, want %v", err, ErrToken)
		}
		_ = Kind(kind).Digest(text)
	})
}
