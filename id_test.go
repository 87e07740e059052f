package bailiwick_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"pgregory.net/rapid"
)

var kinds = []bailiwick.Kind{
	bailiwick.KindUser, bailiwick.KindGroup, bailiwick.KindOrg, bailiwick.KindApp, bailiwick.KindAppAssignment,
	bailiwick.KindToken, bailiwick.KindUserType, bailiwick.KindUserSchema, bailiwick.KindUserRole, bailiwick.KindGroupRole,
	bailiwick.KindRealm, bailiwick.KindError, bailiwick.KindSession, bailiwick.KindMessage, bailiwick.KindLink, bailiwick.KindSystem,
}

// drawMoment draws a time of this product's life: the time digits of an ID
// last until 2081.
func drawMoment(t *rapid.T, label string) time.Time {
	return time.UnixMilli(rapid.Int64Range(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli(),
		time.Date(2080, 12, 31, 0, 0, 0, 0, time.UTC).UnixMilli()).Draw(t, label))
}

func TestAnIDHasTheFormOfItsKindAndOfNoOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		id := bailiwick.NewID(kind, drawMoment(t, "time"), rand.Reader)
		if len(id) != 20 {
			t.Fatalf("%q has %d characters, want 20", id, len(id))
		}
		for _, other := range kinds {
			if got := id.Is(other); got != (other == kind) {
				t.Fatalf("%q is of kind %s: got %v", id, other, got)
			}
		}
	})
}

func TestTextsThatAreNoIDAreTold(t *testing.T) {
	t.Parallel()
	for _, text := range []bailiwick.ID{
		"", "00u", "00u0000000000000000", "00u000000000000000000", "00U00000000000000000", "0u000000000000000000",
		"00u0000000000000000 ", "00u000000000000\x00000", "00u00000000000000 or", "00u000000000000000é", "00u..0000000000000000", "00u/0000000000000000",
	} {
		if text.Is(bailiwick.KindUser) {
			t.Errorf("%q passes for the ID of a user", text)
		}
	}
	if !bailiwick.ID("00u0123456789ABCxyzZ").Is(bailiwick.KindUser) {
		t.Error("a well-formed ID does not pass")
	}
}

func TestIDsSortByTheTimeTheyWereMade(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawMoment(t, "one"), drawMoment(t, "other")
		x, y := bailiwick.NewID(bailiwick.KindUser, a, rand.Reader), bailiwick.NewID(bailiwick.KindUser, b, rand.Reader)
		if a.Before(b) && x >= y || b.Before(a) && y >= x {
			t.Fatalf("IDs of %v and %v: %s and %s", a, b, x, y)
		}
	})
}

func TestIDsOfOneMillisecondDiffer(t *testing.T) {
	t.Parallel()
	seen := map[bailiwick.ID]bool{}
	for range 20_000 {
		id := bailiwick.NewID(bailiwick.KindUser, now, rand.Reader)
		if seen[id] {
			t.Fatalf("%s came twice", id)
		}
		seen[id] = true
	}
}

// A byte above 247 would make the first eight digits likelier than the rest.
func TestRandomBytesThatWouldBiasAnIDAreDrawnAgain(t *testing.T) {
	t.Parallel()
	source := append(bytes.Repeat([]byte{248, 255}, 10), bytes.Repeat([]byte{61}, 20)...)
	id := bailiwick.NewID(bailiwick.KindUser, now, bytes.NewReader(source))
	if got := string(id[10:]); got != strings.Repeat("z", 10) {
		t.Errorf("random digits: got %s, want only those of the good bytes", got)
	}
}

func TestAnIDIsNeverMadeWithoutRandomness(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("an ID was made from a source that fails")
		}
	}()
	bailiwick.NewID(bailiwick.KindUser, now, failing{})
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.Join(io.ErrUnexpectedEOF) }
