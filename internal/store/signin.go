package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/bailiwick-iam/bailiwick"
)

// ErrTooSoon ends a [Store.Keep] that counts an attempt: the pause after the
// failures before it is not over, and nothing was counted.
var ErrTooSoon = errors.New("too soon after the attempts before")

// Reserve counts one attempt against a subject before it is judged (LIM-1), so
// that of many guesses at once no more are judged than of as many in a row.
// pause is how long to wait after that many failures; an attempt within it is
// ErrTooSoon.
func (k *Upkeep) Reserve(subject string, pause func(failures int64) time.Duration) error {
	_, err := k.exec(`INSERT INTO attempts (org_id, subject, n, last) VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING`, k.org, subject)
	if err != nil {
		return fmt.Errorf("count an attempt: %w", err)
	}
	// The first update takes the row, so that last is that of the attempt
	// before and not of one that is being counted next to this one.
	var n, last int64
	err = k.row(`UPDATE attempts SET n = n + 1 WHERE org_id = $1 AND subject = $2 RETURNING n, last`, k.org, subject).Scan(&n, &last)
	if err != nil {
		return fmt.Errorf("count an attempt: %w", err)
	}
	if k.now.Before(timeOf(last).Add(pause(n - 1))) {
		return ErrTooSoon
	}
	_, err = k.exec(`UPDATE attempts SET last = $3 WHERE org_id = $1 AND subject = $2`, k.org, subject, millis(k.now))
	if err != nil {
		return fmt.Errorf("count an attempt: %w", err)
	}
	return nil
}

// Release takes one counted attempt back: it was no failure.
func (k *Upkeep) Release(subject string) error {
	_, err := k.exec(`UPDATE attempts SET n = n - 1 WHERE org_id = $1 AND subject = $2 AND n > 0`, k.org, subject)
	if err != nil {
		return fmt.Errorf("take an attempt back: %w", err)
	}
	return nil
}

// Quota takes one of limit pieces that a subject has in each window of time,
// and reports whether there was one left.
func (k *Upkeep) Quota(subject string, limit int64, window time.Duration) (bool, error) {
	var n int64
	err := k.row(`INSERT INTO attempts (org_id, subject, n, last) VALUES ($1, $2, 1, $3)
		ON CONFLICT (org_id, subject) DO UPDATE SET n = CASE WHEN attempts.last <= $4 THEN 1 ELSE attempts.n + 1 END,
			last = CASE WHEN attempts.last <= $4 THEN excluded.last ELSE attempts.last END
		RETURNING n`, k.org, subject, millis(k.now), millis(k.now.Add(-window))).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("count against a quota: %w", err)
	}
	return n <= limit, nil
}

// SweepAttempts deletes counters that nothing was counted on for so long.
func (k *Upkeep) SweepAttempts(older time.Duration) error {
	if _, err := k.exec(`DELETE FROM attempts WHERE org_id = $1 AND last < $2`, k.org, millis(k.now.Add(-older))); err != nil {
		return fmt.Errorf("sweep attempts: %w", err)
	}
	return nil
}

// HoldSigner is [View.Signer] for a transaction that goes on to write the
// person. It takes the row for writing at once: two that both first read and
// then write would wait for each other until the engine ends one of them, a
// second later.
func (tx *Tx) HoldSigner(id bailiwick.ID) (Signer, error) {
	if _, err := tx.exec(`UPDATE users SET version = version + 1 WHERE org_id = $1 AND id = $2`, tx.org, id); err != nil {
		return Signer{}, fmt.Errorf("hold who signs in: %w", err)
	}
	return tx.Signer(id)
}

// EndOtherSessions ends the sessions of a person but the one with that digest,
// and returns how many there were.
func (tx *Tx) EndOtherSessions(user bailiwick.ID, digest string) (int64, error) {
	n, err := tx.exec(`DELETE FROM sessions WHERE org_id = $1 AND user_id = $2 AND digest <> $3`, tx.org, user, digest)
	if err != nil {
		return 0, fmt.Errorf("end the other sessions of %s: %w", user, err)
	}
	return n, nil
}

// HasOwner reports whether anybody holds the owner's role, in whatever status.
func (v *View) HasOwner() (bool, error) {
	var n int
	err := v.row(`SELECT COUNT(*) FROM role_assignments WHERE org_id = $1 AND role = 'OWNER'`, v.org).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look for an owner: %w", err)
	}
	return n > 0, nil
}

// Failed says that the event tells of something that was tried and failed. The
// reason is for readers of the log.
func (tx *Tx) Failed(reason string) {
	tx.event.Outcome, tx.event.Severity, tx.event.Reason = "FAILURE", "WARN", reason
}

// From says where the request came from when the actor does not: the system
// acting for a visitor.
func (tx *Tx) From(c bailiwick.Client) { tx.event.Client, tx.event.Transaction = c, c.RequestID }
