package signin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// After freeFailures in a row each further attempt waits, first a second, then
// twice as long each time (LIM-3). An address may stand for a whole office and
// has more of them.
const (
	freeFailures        = 5
	freeAddressFailures = 50
	firstPause          = time.Second
	maxPause            = 15 * time.Minute
)

// Mails that people ask for themselves (REC-11), in an hour.
const (
	mailsPerAccount = 3
	mailsPerAddress = 20
	mailWindow      = time.Hour
)

// forgetAfter is when failures are forgotten that no success has ended.
const forgetAfter = 30 * 24 * time.Hour

// pauseAfter is the pause after so many failures, of which some are free.
func pauseAfter(free int64) func(int64) time.Duration {
	return func(failures int64) time.Duration {
		if failures < free {
			return 0
		}
		doublings := min(failures-free, 10) // 2^10 seconds is past the limit
		return min(firstPause<<doublings, maxPause)
	}
}

// attempt is what one guess counts against.
type attempt struct {
	org     bailiwick.ID
	account string // the user name as it was typed, folded
	address string // empty when the request has none
}

// newAttempt counts by the typed name and not by the person behind it, so that
// pauses come for names that nobody has as they do for others (AUTH-6).
func newAttempt(by authz.Actor, login string) attempt {
	return attempt{org: by.Org(), account: loginSubject(login), address: addressSubject("address ", by.Client().Address)}
}

// loginSubject keeps the typed name out of the table: people type passwords
// into the wrong field.
func loginSubject(login string) string { return "login " + digestOf(filter.FoldAccents(login)) }

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// addressSubject counts an IPv6 network of 64 bits as one: a single machine
// has it to itself.
func addressSubject(kind, address string) string {
	at, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	at = at.Unmap()
	bits := 32
	if at.Is6() {
		bits = 64
	}
	network, err := at.WithZone("").Prefix(bits)
	if err != nil {
		return ""
	}
	return kind + network.String()
}

// reserve counts the attempt before it is judged.
func (s *SignIn) reserve(ctx context.Context, a attempt) error {
	err := s.store.Keep(ctx, a.org, func(k *store.Upkeep) error {
		if err := k.Reserve(a.account, pauseAfter(freeFailures)); err != nil || a.address == "" {
			return err
		}
		return k.Reserve(a.address, pauseAfter(freeAddressFailures))
	})
	if errors.Is(err, store.ErrTooSoon) {
		return bailiwick.Refused(bailiwick.Throttled, bailiwick.ReasonSignInDelayed, "too many failed attempts, wait a while and try again")
	}
	if err != nil {
		return fmt.Errorf("count a sign-in: %w", err)
	}
	return nil
}

// forgive takes the attempt back: it succeeded, or was not judged. After a
// success the failures before it are forgotten, under all names of the person.
func (s *SignIn) forgive(ctx context.Context, a attempt, succeeded ...bailiwick.User) error {
	err := s.store.Keep(ctx, a.org, func(k *store.Upkeep) error {
		if err := k.Release(a.account); err != nil {
			return err
		}
		for _, u := range succeeded {
			if err := forget(k, u); err != nil {
				return err
			}
		}
		if a.address == "" {
			return nil
		}
		return k.Release(a.address)
	})
	if err != nil {
		return fmt.Errorf("forget attempts: %w", err)
	}
	return nil
}

func forget(k *store.Upkeep, u bailiwick.User) error {
	for _, name := range []string{u.Profile.Login(), u.Profile.ShortLogin()} {
		if err := k.ForgetAttempts(loginSubject(name)); err != nil {
			return err
		}
	}
	return nil
}

// mayMail counts a mail that somebody asked for, and reports whether it is
// within the limits of the account and of the address.
func (s *SignIn) mayMail(ctx context.Context, by authz.Actor, account string) (bool, error) {
	within := true
	err := s.store.Keep(ctx, by.Org(), func(k *store.Upkeep) error {
		var err error
		if within, err = k.Quota("mail "+account, mailsPerAccount, mailWindow); err != nil {
			return err
		}
		address := addressSubject("mail address ", by.Client().Address)
		if address == "" {
			return nil
		}
		ok, err := k.Quota(address, mailsPerAddress, mailWindow)
		within = within && ok
		return err
	})
	return within, err
}

// Sweep deletes what has run out: sessions, links and counters of attempts.
// The server calls it now and then for each org.
func (s *SignIn) Sweep(ctx context.Context, org bailiwick.ID) error {
	return s.store.Keep(ctx, org, func(k *store.Upkeep) error {
		if err := k.SweepSessions(); err != nil {
			return err
		}
		return k.SweepAttempts(forgetAfter)
	})
}

// maxLogin bounds a typed user name in bytes; a longer one is nobody's.
const maxLogin = 512

// typed is the user name as it is looked up.
func typed(login string) string {
	login = strings.TrimSpace(login)
	if len(login) > maxLogin {
		return ""
	}
	return login
}
