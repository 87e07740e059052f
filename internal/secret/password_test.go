package secret

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// cheap is the lowest cost argon2id takes, for tests that hash a lot.
var cheap = Params{Memory: 8, Time: 1, Threads: 1}

func cheapHasher(t *testing.T) *Hasher {
	t.Helper()
	return NewHasher(EphemeralKeys(), cheap, NewGate(0, 0), Mint{})
}

func hashed(t interface{ Fatal(...any) }, h *Hasher, password string) string {
	stored, err := h.Hash(context.Background(), password)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

func matches(t interface{ Fatal(...any) }, h *Hasher, stored, password string) bool {
	ok, err := h.Verify(context.Background(), stored, password)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

func TestHashIsAPHCStringAtTheDefaultCost(t *testing.T) {
	t.Parallel()
	keys := EphemeralKeys()
	h := NewHasher(keys, DefaultParams(), NewGate(0, 0), Mint{})
	stored := hashed(t, h, "correct horse battery staple")
	if want := "$argon2id$v=19$m=19456,t=2,p=1,keyid=" + keys.ID() + "$"; !strings.HasPrefix(stored, want) {
		t.Errorf("got %s, want it to begin with %s", stored, want)
	}
	if !matches(t, h, stored, "correct horse battery staple") {
		t.Error("got no match for the right password")
	}
	if matches(t, h, stored, "correct horse battery stapl") {
		t.Error("got a match for a wrong password")
	}
}

func TestSamePasswordHashesDifferentlyEachTime(t *testing.T) {
	t.Parallel()
	h := cheapHasher(t)
	if a, b := hashed(t, h, "x"), hashed(t, h, "x"); a == b {
		t.Errorf("got %s twice, want two salts", a)
	}
}

func TestPasswordsMatchExactlyWhenTheirNFCIsEqual(t *testing.T) {
	t.Parallel()
	h := cheapHasher(t)
	letters := rapid.SampledFrom([]rune("aAeé ß\u0301\u0323\u212B가ᄀ\u1161İiıﬁ\u0958\u0928\u093C"))
	rapid.Check(t, func(t *rapid.T) {
		a := string(rapid.SliceOfN(letters, 1, 6).Draw(t, "a"))
		b := string(rapid.SliceOfN(letters, 1, 6).Draw(t, "b"))
		if rapid.Bool().Draw(t, "respell") {
			b = norm.NFD.String(a)
		}
		got, want := matches(t, h, hashed(t, h, a), b), norm.NFC.String(a) == norm.NFC.String(b)
		if got != want {
			t.Fatalf("%+q against %+q: got %v, want %v", a, b, got, want)
		}
	})
}

func TestNothingIsTrimmedOrCaseFolded(t *testing.T) {
	t.Parallel()
	h := cheapHasher(t)
	stored := hashed(t, h, "Secret")
	for _, near := range []string{"secret", "Secret ", " Secret", "Secret\n", "Secret\x00", "Ｓecret"} {
		if matches(t, h, stored, near) {
			t.Errorf("%q: got a match, want none", near)
		}
	}
}

func TestPasswordLimits(t *testing.T) {
	t.Parallel()
	h := cheapHasher(t)
	for _, tt := range []struct {
		name, password string
		want           error
	}{
		{"one character", "x", nil},
		{"256 characters", strings.Repeat("x", 256), nil},
		{"257 characters", strings.Repeat("x", 257), ErrPasswordLong},
		{"256 characters of four bytes", strings.Repeat("😀", 256), nil},
		{"counted after NFC", strings.Repeat("e\u0301", 256), nil},
		{"longest text that NFC shrinks to the limit", strings.Repeat("\u03B1\u0313\u0300\u0345", 256), nil},
		{"one megabyte", strings.Repeat("x", 1<<20), ErrPasswordLong},
		{"empty", "", ErrPasswordEmpty},
		{"not UTF-8", "abc\xff", ErrPasswordText},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stored, err := h.Hash(context.Background(), tt.password)
			if !errors.Is(err, tt.want) {
				t.Fatalf("got error %v, want %v", err, tt.want)
			}
			if _, counted := CountPassword(tt.password); !errors.Is(counted, tt.want) {
				t.Errorf("CountPassword: got error %v, want %v", counted, tt.want)
			}
			if got := matches(t, h, stored, tt.password); got != (tt.want == nil) {
				t.Errorf("got match %v, want %v", got, tt.want == nil)
			}
		})
	}
	if n, _ := CountPassword("e\u0301😀 x"); n != 4 {
		t.Errorf("got %d code points, want 4", n)
	}
}

func TestUnusableHashesMatchNothing(t *testing.T) {
	t.Parallel()
	h := cheapHasher(t)
	good := hashed(t, h, "x")
	parts := strings.Split(good, "$")
	stranger := NewHasher(EphemeralKeys(), cheap, NewGate(0, 0), Mint{})
	other := hashed(t, stranger, "x")
	for _, tt := range []struct {
		name, stored string
		foreign      bool
	}{
		{"none", "", false},
		{"blank", " ", true},
		{"the password itself", "x", true},
		{"made under other keys", other, true},
		{"under other keys, relabelled", strings.Replace(other, stranger.keys.ID(), h.keys.ID(), 1), false},
		{"without a key id", strings.Replace(good, ",keyid="+h.keys.ID(), "", 1), true},
		{"argon2i", strings.Replace(good, "argon2id", "argon2i", 1), true},
		{"other version", strings.Replace(good, "v=19", "v=16", 1), true},
		{"no hash", strings.Join(parts[:5], "$") + "$", true},
		{"short hash", strings.Join(parts[:5], "$") + "$AAAA", true},
		{"no salt", parts[0] + "$" + parts[1] + "$" + parts[2] + "$" + parts[3] + "$$" + parts[5], true},
		{"memory bomb", strings.Replace(good, "m=8,", "m=4194304,", 1), true},
		{"time bomb", strings.Replace(good, "t=1,", "t=4294967295,", 1), true},
		{"zero cost", strings.Replace(good, "t=1,", "t=0,", 1), true},
		{"no lanes", strings.Replace(good, "p=1,", "p=0,", 1), true},
		{"leading zero", strings.Replace(good, "m=8,", "m=08,", 1), true},
		{"trailing line", good + "\n", true},
		{"cut", good[:len(good)-2], true}, // to a length that base64 never has
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, password := range []string{"x", "", " "} {
				if matches(t, h, tt.stored, password) {
					t.Errorf("%q: got a match, want none", password)
				}
			}
			if got := h.Foreign(tt.stored); got != tt.foreign {
				t.Errorf("Foreign: got %v, want %v", got, tt.foreign)
			}
		})
	}
}

// A hash planted by somebody who can write rows but has no key: right format, right
// key id, computed without the pepper or with another one.
func TestPlantedHashDoesNotSignIn(t *testing.T) {
	t.Parallel()
	h := cheapHasher(t)
	attacker := EphemeralKeys()
	attacker.id = h.keys.id
	planted := hashed(t, NewHasher(attacker, cheap, NewGate(0, 0), Mint{}), "mine")
	if matches(t, h, planted, "mine") {
		t.Error("got a match for a planted hash, want none")
	}
}

func TestOldHashesVerifyAndAskForRenewal(t *testing.T) {
	t.Parallel()
	keys, gate := EphemeralKeys(), NewGate(0, 0)
	old := NewHasher(keys, cheap, gate, Mint{})
	now := NewHasher(keys, Params{Memory: 16, Time: 1, Threads: 1}, gate, Mint{})
	stored := hashed(t, old, "x")
	if !matches(t, now, stored, "x") {
		t.Error("got no match for a hash of lower cost")
	}
	for _, tt := range []struct {
		name   string
		h      *Hasher
		stored string
		want   bool
	}{
		{"own cost", old, stored, false},
		{"lower cost", now, stored, true},
		{"other keys", NewHasher(EphemeralKeys(), cheap, gate, Mint{}), stored, true},
		{"none", now, "", true},
	} {
		if got := tt.h.NeedsRehash(tt.stored); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Every refused path does the work of one verification: with one slot taken for
// good, none of them can answer.
func TestEveryRefusalDoesTheWork(t *testing.T) {
	t.Parallel()
	gate := NewGate(1, 4)
	h := NewHasher(EphemeralKeys(), cheap, gate, Mint{})
	good := hashed(t, h, "x")
	leave, err := gate.Enter(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	for _, tt := range []struct{ name, stored, password string }{
		{"right password", good, "x"}, {"wrong password", good, "y"}, {"unknown account", "", "x"},
		{"unknown account, empty password", "", ""}, {"empty password", good, ""}, {"malformed hash", "?", "x"},
		{"overlong password", good, strings.Repeat("x", 1<<20)}, {"bad text", good, "\xff"},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
		ok, err := h.Verify(ctx, tt.stored, tt.password)
		cancel()
		if ok || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: got %v and error %v, want it to wait at the gate", tt.name, ok, err)
		}
	}
}

func TestAbsentAccountTakesAsLongAsAWrongPassword(t *testing.T) {
	t.Parallel()
	h := NewHasher(EphemeralKeys(), Params{Memory: 1024, Time: 1, Threads: 1}, NewGate(0, 0), Mint{})
	stored := hashed(t, h, "x")
	shortest := func(stored, password string) time.Duration {
		best := time.Hour
		for range 30 {
			start := time.Now()
			matches(t, h, stored, password)
			best = min(best, time.Since(start))
		}
		return best
	}
	wrong := shortest(stored, "y")
	for name, got := range map[string]time.Duration{
		"absent": shortest("", "y"), "absent and empty": shortest("", ""), "foreign": shortest("?", "y"),
	} {
		// Coarse on purpose: it catches a path without hashing, on a loaded machine too.
		if got < wrong/3 {
			t.Errorf("%s: got %v, want about %v", name, got, wrong)
		}
	}
}

func TestGateAdmitsQueuesAndRefuses(t *testing.T) {
	t.Parallel()
	g := NewGate(2, 1)
	ctx := context.Background()
	enter := func() func() {
		t.Helper()
		leave, err := g.Enter(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return leave
	}
	first, second := enter(), enter()
	admitted := make(chan func())
	go func() {
		leave, err := g.Enter(ctx)
		if err != nil {
			t.Error(err)
		}
		admitted <- leave
	}()
	for len(g.line) < 3 { // until the third waits
		time.Sleep(time.Millisecond)
	}
	if _, err := g.Enter(ctx); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v, want %v", err, ErrBusy)
	}
	first()
	third := <-admitted
	second()
	third()
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := g.Enter(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if len(g.line) != 0 || len(g.slots) != 0 {
		t.Errorf("got %d in line and %d in slots, want 0", len(g.line), len(g.slots))
	}
}

func TestWaiterThatGivesUpFreesItsPlace(t *testing.T) {
	t.Parallel()
	g := NewGate(1, 1)
	leave, err := g.Enter(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		if _, err := g.Enter(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
		}
		cancel()
	}
	leave()
	if len(g.line) != 0 {
		t.Errorf("got %d in line, want 0", len(g.line))
	}
}

func TestFloodNeverExceedsTheSlots(t *testing.T) {
	t.Parallel()
	g := NewGate(3, 10)
	var mu sync.Mutex
	var inside, most int
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			leave, err := g.Enter(context.Background())
			if err != nil {
				return
			}
			mu.Lock()
			inside++
			most = max(most, inside)
			mu.Unlock()
			time.Sleep(time.Millisecond)
			mu.Lock()
			inside--
			mu.Unlock()
			leave()
		})
	}
	all.Wait()
	if most < 1 || most > 3 {
		t.Errorf("got %d at once, want 1 to 3", most)
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=8,t=1,p=1,keyid=00000000$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		p, ok := parsePHC(text)
		if !ok {
			return
		}
		if p.String() != text || p.params.Memory > maxMemory || p.params.Time > maxTime || p.params.Threads == 0 {
			t.Fatalf("%q reads as %+v", text, p)
		}
	})
}
