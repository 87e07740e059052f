package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

func (v *View) newEvent(t bailiwick.EventType) bailiwick.Event {
	return bailiwick.Event{ID: v.newUUID(), Type: t, Published: v.now, Severity: "INFO", Outcome: "SUCCESS",
		Actor: v.actor.Entity(), Client: v.actor.Client(), Transaction: v.actor.Client().RequestID, TokenID: v.actor.Token()}
}

// newUUID is a version 4 UUID (RFC 9562).
func (v *View) newUUID() string {
	var b [16]byte
	if _, err := io.ReadFull(v.store.random, b[:]); err != nil {
		panic(fmt.Sprintf("read randomness for an event: %v", err))
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

// Target names whom or what the transaction's event is about.
func (tx *Tx) Target(targets ...bailiwick.EventEntity) {
	tx.event.Targets = append(tx.event.Targets, targets...)
}

// Becomes says that the transaction's event is of another type, where which of
// two it is shows only inside.
func (tx *Tx) Becomes(t bailiwick.EventType) { tx.event.Type = t }

// Changed names a field that the event changed. Values go only where they may
// be logged.
func (tx *Tx) Changed(changes ...bailiwick.Change) {
	tx.event.Changes = append(tx.event.Changes, changes...)
}

// As says who acted when that is known only inside the transaction: at a
// sign-in.
func (tx *Tx) As(who bailiwick.EventEntity) { tx.event.Actor = who }

// Also adds a further event to the transaction.
func (tx *Tx) Also(t bailiwick.EventType, targets ...bailiwick.EventEntity) {
	e := tx.newEvent(t)
	e.Actor, e.Client, e.Transaction, e.Targets = tx.event.Actor, tx.event.Client, tx.event.Transaction, targets
	tx.also = append(tx.also, e)
}

func (tx *Tx) writeEvents() error {
	return tx.insertEvents(append([]bailiwick.Event{tx.event}, tx.also...))
}

// insertEvents writes events and whom they are about, many rows a statement: a
// batch of new people has thousands.
func (v *View) insertEvents(events []bailiwick.Event) error {
	for batch := range slices.Chunk(events, insertedAtOnce) {
		a := v.args()
		rows := make([]string, len(batch))
		for i, e := range batch {
			var parts [4]string
			for j, part := range []any{e.Actor, e.Client, append([]bailiwick.EventEntity{}, e.Targets...), append([]bailiwick.Change{}, e.Changes...)} {
				text, err := json.Marshal(part)
				if err != nil {
					return fmt.Errorf("write an event: %w", err)
				}
				parts[j] = string(text)
			}
			rows[i] = a.row(millis(e.Published), e.ID, e.Type, e.Severity, e.Outcome, e.Reason, parts[0], parts[1], parts[2], parts[3], e.Transaction, e.TokenID)
		}
		_, err := v.exec(`INSERT INTO events (org_id, published, id, type, severity, outcome, reason, actor, client, targets, changes, transaction_id, token_id)
			VALUES `+strings.Join(rows, ", "), a...)
		if err != nil {
			return fmt.Errorf("write an event: %w", err)
		}
		if err := v.insertAbout(batch); err != nil {
			return err
		}
	}
	return nil
}

// insertAbout writes who did and whom it was done to, for the history of each.
func (v *View) insertAbout(batch []bailiwick.Event) error {
	a := v.args()
	var rows []string
	for _, e := range batch {
		about := []bailiwick.ID{e.Actor.ID}
		for _, t := range e.Targets {
			about = append(about, t.ID)
		}
		slices.Sort(about)
		for _, id := range slices.Compact(about) {
			if id != "" {
				rows = append(rows, a.row(id, millis(e.Published), e.ID))
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := v.exec(`INSERT INTO event_entities (org_id, entity_id, published, event_id) VALUES `+strings.Join(rows, ", ")+` ON CONFLICT DO NOTHING`, a...)
	if err != nil {
		return fmt.Errorf("write an event: %w", err)
	}
	return nil
}

// logDenial writes, after the rollback, that an operation was refused: who,
// which, why. Not on whom: the actor may not know (AZ-19).
func (s *Store) logDenial(ctx context.Context, by authz.Actor, event bailiwick.EventType, refusal error) {
	_ = s.inTx(ctx, s.dialect.beginKeep, by.Org(), func(v View) error {
		v.named = true
		actor, err := v.prove(by)
		if err != nil {
			return err
		}
		v.actor = actor
		e := v.newEvent(bailiwick.AccessDenied)
		e.Outcome, e.Severity, e.Reason = "DENY", "WARN", refusal.Error()
		e.Changes = []bailiwick.Change{{Field: "effect", To: string(event)}}
		return v.insertEvents([]bailiwick.Event{e})
	})
}

const eventColumns = `e.published, e.id, e.type, e.severity, e.outcome, e.reason, e.actor, e.client, e.targets, e.changes, e.transaction_id, e.token_id`

func scanEvent(row scanner) (bailiwick.Event, error) {
	var e bailiwick.Event
	var published int64
	var parts [4][]byte
	err := row.Scan(&published, &e.ID, &e.Type, &e.Severity, &e.Outcome, &e.Reason, &parts[0], &parts[1], &parts[2], &parts[3], &e.Transaction, &e.TokenID)
	if err != nil {
		return e, err
	}
	e.Published = timeOf(published)
	for i, into := range []any{&e.Actor, &e.Client, &e.Targets, &e.Changes} {
		if err := json.Unmarshal(parts[i], into); err != nil {
			return e, fmt.Errorf("read event %s: %w", e.ID, err)
		}
	}
	return e, nil
}

// EventsOf lists what happened to a person or was done by that person, newest
// first. The scope must contain the person, and shows other people in them.
func (v *View) EventsOf(scope authz.UserScope, id bailiwick.ID, limit int) ([]bailiwick.Event, error) {
	if _, err := v.User(scope, id); err != nil {
		return nil, err
	}
	a := v.args()
	page, err := v.eventPage(`SELECT `+eventColumns+` FROM event_entities t JOIN events e
		ON e.org_id = t.org_id AND e.published = t.published AND e.id = t.event_id
		WHERE t.org_id = $1 AND t.entity_id = `+a.add(id)+` ORDER BY t.published DESC, t.event_id DESC LIMIT `+a.add(limit), a, limit)
	if err != nil {
		return nil, err
	}
	return page.Rows, v.redact(scope, id, page.Rows)
}

func (v *View) eventPage(text string, a args, limit int) (Page[bailiwick.Event], error) {
	rows, err := v.query(text, a...)
	events, err := collect(rows, err, func(rows *sql.Rows) (bailiwick.Event, error) { return scanEvent(rows) })
	if err != nil {
		return Page[bailiwick.Event]{}, fmt.Errorf("read events: %w", err)
	}
	keys := make([]string, len(events))
	for i, e := range events {
		keys[i] = fmt.Sprintf("%d %s", e.Published.UnixMilli(), e.ID)
	}
	return cutPage(events, keys, limit), nil
}

func eventPosition(after string) (at int64, id string, ok bool) {
	n, err := fmt.Sscanf(after, "%d %s", &at, &id)
	return at, id, err == nil && n == 2
}
