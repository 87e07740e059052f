package web

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// Limits are requests a minute for one credential, on this node. Zero values
// mean the defaults.
type Limits struct {
	PerToken   int // for a token
	PerAddress int // for an address without a token that can be one
}

// Defaults of the limits.
const (
	defaultPerToken   = 6000
	defaultPerAddress = 600
	window            = time.Minute
	// maxCounted bounds the memory of the limiter, in credentials.
	maxCounted = 100_000
)

// A limiter counts requests in windows of a minute, as the wire's headers tell
// it, and remembers when a credential was stamped.
type limiter struct {
	limits Limits
	mu     sync.Mutex
	began  time.Time
	counts map[string]int
	stamps map[string]time.Time
}

func newLimiter(l Limits) *limiter {
	if l.PerToken == 0 {
		l.PerToken = defaultPerToken
	}
	if l.PerAddress == 0 {
		l.PerAddress = defaultPerAddress
	}
	return &limiter{limits: l, counts: map[string]int{}, stamps: map[string]time.Time{}}
}

// take counts one request of a credential and writes the rate-limit headers.
// Past the limit it is Throttled; so is every request from an address that
// brought too many bad credentials in this window (TOK-10).
func (l *limiter) take(w http.ResponseWriter, by authz.Actor, address string) error {
	key, limit := by.Digest(), l.limits.PerToken
	if key == "" {
		key, limit = address, l.limits.PerAddress
	}
	used, resets := l.count(key, 1, time.Now())
	bad, _ := l.count(badPrefix+address, 0, time.Now())
	h := w.Header()
	h.Set("X-Rate-Limit-Limit", strconv.Itoa(limit))
	h.Set("X-Rate-Limit-Remaining", strconv.Itoa(max(0, limit-used)))
	h.Set("X-Rate-Limit-Reset", strconv.FormatInt(resets.Unix(), 10))
	if used > limit || bad > l.limits.PerAddress {
		return &bailiwick.Error{Code: bailiwick.Throttled, Message: "too many requests"}
	}
	return nil
}

const badPrefix = "bad "

// failed counts a credential that was no good against its address.
func (l *limiter) failed(address string) { l.count(badPrefix+address, 1, time.Now()) }

func (l *limiter) count(key string, by int, now time.Time) (used int, resets time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.began) >= window || len(l.counts) > maxCounted {
		l.began = now.Truncate(time.Second)
		clear(l.counts)
	}
	if by > 0 {
		l.counts[key] += by
	}
	return l.counts[key], l.began.Add(window)
}

// stampDue reports, once in a while for each credential, that its last-used
// stamp should move.
func (l *limiter) stampDue(digest string) bool {
	const every = 30 * time.Second
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if now.Sub(l.stamps[digest]) < every {
		return false
	}
	if len(l.stamps) > maxCounted {
		clear(l.stamps)
	}
	l.stamps[digest] = now
	return true
}
