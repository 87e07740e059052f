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
	Attempts  int
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

// Delivered marks a letter as sent.
func (k *Upkeep) Delivered(id bailiwick.ID) error { return k.settle(id, "sent", "", k.now) }

// Postponed puts a letter back until a later time, with what went wrong.
func (k *Upkeep) Postponed(id bailiwick.ID, why string, until time.Time) error {
	return k.settle(id, "waiting", why, until)
}

// GivenUp ends the attempts for a letter, visibly.
func (k *Upkeep) GivenUp(id bailiwick.ID, why string) error {
	return k.settle(id, "failed", why, k.now)
}

func (k *Upkeep) settle(id bailiwick.ID, state, why string, due time.Time) error {
	_, err := k.exec(`UPDATE outbox SET state = $3, error = $4, due = $5, lease = 0 WHERE org_id = $1 AND id = $2 AND state = 'waiting'`,
		k.org, id, state, why, millis(due))
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
