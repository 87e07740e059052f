package ui

import (
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
)

func TestInitialsWorkForAnyScript(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Tuğba Yıldırım":         "TY",
		"Siobhán Ní Dhomhnaill":  "SD",
		"Ingibjörg Þórðardóttir": "IÞ",
		"عبد الرحمن الفاسي":      "عا",
		"林詩涵":                    "林",
		"김 민준":                   "김",
		"नरेंद्र कुमार":          "नकु",
		"élodie o’Brien":         "ÉO",
		"ʻIsileli ʻAkauʻola":     "IA",
		"Prince":                 "P",
		"‘t Hooft":               "TH",
		"e\u0301mile Zola":       "E\u0301Z",
		"007":                    "0",
		"":                       "?",
	} {
		if got := Initials(name); got != want {
			t.Errorf("Initials(%q): got %q, want %q", name, got, want)
		}
	}
}

func TestAnAvatarKeepsItsColourAndAllColoursOccur(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for i := range 200 {
		id := string(rune('a'+i%26)) + string(rune('A'+i/26))
		if first, second := avatarClass(id), avatarClass(id); first != second {
			t.Fatalf("got %v and then %v for %q", first, second, id)
		}
		seen[avatarClass(id)] = true
	}
	if len(seen) != 6 {
		t.Errorf("got %d colours for 200 people, want 6", len(seen))
	}
}

func TestEveryStatusHasALook(t *testing.T) {
	t.Parallel()
	for _, s := range bailiwick.Statuses() {
		if _, ok := statusLooks[s]; !ok {
			t.Errorf("status %s has no look", s)
		}
	}
	if got := StatusLabel(bailiwick.Provisioned); got != "Pending" {
		t.Errorf("got %q for PROVISIONED, want Pending", got)
	}
	if got := StatusLabel("NEW_ONE"); got != "NEW_ONE" {
		t.Errorf("got %q for an unknown status, want its name", got)
	}
}

func TestTimesAreShortAndKeepTheWholeTruthInTheTitle(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 0, 30, 0, 0, time.UTC)
	for _, row := range []struct {
		name, want string
		at         time.Time
	}{
		{"today", "00:10", now.Add(-20 * time.Minute)},
		{"today in another zone", "00:10", now.Add(-20 * time.Minute).In(time.FixedZone("", -8*3600))},
		{"yesterday, forty minutes ago", "20 Nov", now.Add(-40 * time.Minute)},
		{"this year", "2 Jan", time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)},
		{"the same day of another year", "21 Nov 2025", now.AddDate(-1, 0, 0)},
	} {
		if got := momentOf(row.at, now).Text; got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
	if got, want := momentOf(now, now).Whole, "21 November 2026, 00:30 UTC"; got != want {
		t.Errorf("got title %q, want %q", got, want)
	}
	if got := momentOf(time.Time{}, now); got != nil {
		t.Errorf("got %v for the zero time, want no moment", got)
	}
}

func TestNumbersReadLikeWords(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{1: "1 person", 2: "2 people", 999: "999 people", 1000: "1,000 people", 40118: "40,118 people", 1234567: "1,234,567 people"} {
		if got := Count(n, "person", "people"); got != want {
			t.Errorf("Count(%d): got %q, want %q", n, got, want)
		}
	}
	if got := Thousands(-1500); got != "−1,500" {
		t.Errorf("got %q, want −1,500", got)
	}
}

func TestABarIsNeitherTooThinNorTooLong(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		part, whole int64
		want        string
	}{{0, 10, "0%"}, {1, 40000, "2.0%"}, {1, 4, "25.0%"}, {10, 10, "100%"}, {11, 10, "100%"}, {1, 0, "0%"}} {
		if got := percent(row.part, row.whole); got != row.want {
			t.Errorf("percent(%d, %d): got %q, want %q", row.part, row.whole, got, row.want)
		}
	}
}
