package web

import (
	"fmt"
	"testing"
	"time"
)

var began = time.Date(2026, 11, 22, 10, 0, 0, 500_000_000, time.UTC)

func TestLimiterCountsInWindowsOfAMinute(t *testing.T) {
	t.Parallel()
	l := newLimiter(Limits{})
	if l.limits.PerToken != defaultPerToken || l.limits.PerAddress != defaultPerAddress {
		t.Errorf("got %+v, want the defaults", l.limits)
	}
	for i := 1; i <= 3; i++ {
		if used, resets := l.count("a", 1, began.Add(time.Duration(i)*time.Second)); used != i || !resets.Equal(began.Truncate(time.Second).Add(time.Second+window)) {
			t.Errorf("got %d until %v, want %d until a minute from the first", used, resets, i)
		}
	}
	if used, _ := l.count("b", 1, began.Add(5*time.Second)); used != 1 {
		t.Errorf("got %d for another credential, want 1", used)
	}
	if used, _ := l.count("a", 0, began.Add(6*time.Second)); used != 3 {
		t.Errorf("got %d after asking without counting, want 3", used)
	}
	if used, resets := l.count("a", 1, began.Add(time.Second+window)); used != 1 || !resets.After(began.Add(window)) {
		t.Errorf("got %d until %v in the next window, want 1", used, resets)
	}
}

func TestLimiterForgetsBeforeItFillsTheMemory(t *testing.T) {
	t.Parallel()
	l := newLimiter(Limits{})
	for i := range maxCounted * 2 {
		l.count(fmt.Sprint(i), 1, began)
		l.stampDue(fmt.Sprint(i))
	}
	if len(l.counts) > maxCounted+1 || len(l.stamps) > maxCounted+1 {
		t.Errorf("got %d counts and %d stamps, want at most %d", len(l.counts), len(l.stamps), maxCounted+1)
	}
}

func TestStampIsDueOnceInAWhile(t *testing.T) {
	t.Parallel()
	l := newLimiter(Limits{})
	if !l.stampDue("a") || l.stampDue("a") || !l.stampDue("b") {
		t.Error("got no stamp at the first use, or one at the second, want the contrary")
	}
	l.stamps["a"] = time.Now().Add(-31 * time.Second)
	if !l.stampDue("a") {
		t.Error("got no stamp half a minute later, want one")
	}
}
