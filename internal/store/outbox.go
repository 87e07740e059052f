package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/bailiwick-iam/bailiwick"
)

// A Letter is one row of the outbox, leased for delivery.
type Letter struct {
	ID        bailiwick.ID
	Kind      string
	Recipient bailiwick.ID
	Body      json.RawMessage
	MessageID string // stays the same over all attempts
	Created   time.Time
	Attempts  int // counts the leases; it fences off whoever held an older one
}

// hints is how many orgs may wait in [Store.Mailed].
const hints = 256

// Mailed tells in which org a transaction of this process has just left mail.
// It is a hint: it forgets when nobody listens, and knows nothing of other
// processes and of attempts that fall due.
func (s *Store) Mailed() <-chan bailiwick.ID { return s.mailed }

func (s *Store) hint(org bailiwick.ID) {
	select {
	case s.mailed <- org:
	default:
	}
}

// Send puts a mail into the outbox, in the transaction of the change that it
// tells of. It goes out after COMMIT, or never.
func (tx *Tx) Send(m bailiwick.Message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write a mail: %w", err)
	}
	id := tx.NewID(bailiwick.KindMessage)
	_, err = tx.exec(`INSERT INTO outbox (org_id, id, kind, recipient, body, message_id, created, due, lease, attempts, state, error)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 0, 0, 'waiting', '')`,
		tx.org, id, m.MessageKind(), m.Recipient(), string(body), tx.newUUID(), millis(tx.now))
	if err != nil {
		return fmt.Errorf("write a mail: %w", err)
	}
	tx.sent = true
	return nil
}

// Lease takes up to limit due letters for the given time. The outer condition
// repeats the inner one, so that of two workers who wait for each other the
// second looks again.
func (k *Upkeep) Lease(limit int, hold time.Duration) ([]Letter, error) {
	rows, err := k.query(`UPDATE outbox SET lease = $2, attempts = attempts + 1
		WHERE org_id = $1 AND state = 'waiting' AND lease < $3 AND id IN (
			SELECT id FROM outbox WHERE org_id = $1 AND state = 'waiting' AND due <= $3 AND lease < $3 ORDER BY due, id LIMIT $4)
		RETURNING id, kind, recipient, body, message_id, created, attempts`,
		k.org, millis(k.now.Add(hold)), millis(k.now), limit)
	letters, err := collect(rows, err, func(rows *sql.Rows) (l Letter, err error) {
		var body []byte
		var created int64
		err = rows.Scan(&l.ID, &l.Kind, &l.Recipient, &body, &l.MessageID, &created, &l.Attempts)
		l.Body, l.Created = body, timeOf(created)
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("lease mails: %w", err)
	}
	return letters, nil
}

// Hold makes a lease last for the given time from now. It reports false when
// the letter is somebody else's by now, or was taken back.
func (k *Upkeep) Hold(l Letter, hold time.Duration) (bool, error) {
	n, err := k.exec(`UPDATE outbox SET lease = $4 WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'waiting'`,
		k.org, l.ID, l.Attempts, millis(k.now.Add(hold)))
	if err != nil {
		return false, fmt.Errorf("hold a mail: %w", err)
	}
	return n == 1, nil
}

// Delivered marks a letter as sent. It and the next two do nothing to a letter
// whose lease was lost (OPS-5).
func (k *Upkeep) Delivered(l Letter) error { return k.settle(l, "sent", "", k.now) }

// Postponed puts a letter back until a later time, with what went wrong.
func (k *Upkeep) Postponed(l Letter, why string, until time.Time) error {
	return k.settle(l, "waiting", why, until)
}

// GivenUp ends the attempts for a letter, visibly.
func (k *Upkeep) GivenUp(l Letter, why string) error {
	return k.settle(l, "failed", why, k.now)
}

func (k *Upkeep) settle(l Letter, state, why string, due time.Time) error {
	_, err := k.exec(`UPDATE outbox SET state = $4, error = $5, due = $6, lease = 0
		WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'waiting'`,
		k.org, l.ID, l.Attempts, state, why, millis(due))
	if err != nil {
		return fmt.Errorf("settle a mail: %w", err)
	}
	return nil
}

// Addressee reads whom a letter goes to. No scope: the outbox delivers what an
// operation with authority has decided.
func (k *Upkeep) Addressee(id bailiwick.ID) (bailiwick.User, error) {
	u, err := scanUser(k.row(`SELECT `+userColumns+` FROM users u WHERE u.org_id = $1 AND u.id = $2`, k.org, id))
	return u, oneRow(err, "User", id)
}
