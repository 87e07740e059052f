// Package store is the only package that knows SQL. It keeps everything in
// SQLite or PostgreSQL with one SQL text for both.
//
// There are three ways in. [Store.View] reads, in one snapshot. [Store.Do]
// writes: it proves the actor inside the transaction, runs the operation,
// writes the event it was opened for, and runs the whole again after a
// serialization failure. [Store.Keep] is for technical writes that nobody is
// told about; a test lists its callers. Whatever reads or writes a person, a
// group or an app takes the scope first, and the scope becomes a predicate in
// scope.go and nowhere else.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// Options say where the store is and, for tests, what time it is.
type Options struct {
	// DSN is a postgres:// URL or the path of a SQLite file.
	DSN string
	// Now is the clock; nil means the machine's.
	Now func() time.Time
	// Random is a cryptographic source; nil means the machine's.
	Random io.Reader
}

// A Store holds all orgs. Use one for each process and close it at the end.
type Store struct {
	dialect dialect
	read    *sql.DB
	write   *sql.DB
	readers *sessions
	writers *sessions
	now     func() time.Time
	random  io.Reader
	mailed  chan bailiwick.ID
	people  counts
	budget  budget
	heard   func(text string, args []any) // tests explain the reads of a View
}

// Open connects and checks the engine. It does not migrate.
func Open(ctx context.Context, o Options) (*Store, error) {
	d, read, write, err := open(ctx, o.DSN)
	if err != nil {
		return nil, err
	}
	s := &Store{dialect: d, read: read, write: write, now: o.Now, random: o.Random, budget: standardBudget, mailed: make(chan bailiwick.ID, hints),
		readers: newSessions(read, d.readers, d.reparses), writers: newSessions(write, d.writers, d.reparses)}
	if s.now == nil {
		s.now = wallClock
	}
	if s.random == nil {
		s.random = rand.Reader
	}
	return s, nil
}

// wallClock is the one place in this package that asks the machine's clock.
func wallClock() time.Time { return time.Now() }

// Close ends all connections.
func (s *Store) Close() error {
	s.readers.close()
	s.writers.close()
	return errors.Join(s.read.Close(), s.write.Close())
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.read.PingContext(ctx) }

// Engine is "sqlite" or "postgres".
func (s *Store) Engine() string { return s.dialect.name }

// Now is the store's clock, in milliseconds' precision and UTC.
func (s *Store) Now() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// NewID makes an ID outside a transaction, for an org that is to be.
func (s *Store) NewID(kind bailiwick.Kind) bailiwick.ID {
	return bailiwick.NewID(kind, s.Now(), s.random)
}

// A View reads one org in one snapshot, as one actor.
type View struct {
	ctx   context.Context
	store *Store
	on    *session
	org   bailiwick.ID
	actor authz.Actor
	now   time.Time
	lock  string // suffix for reads that prove authority
	named bool   // events will tell of the actor, by name

	schemas map[bailiwick.ID]bailiwick.Schema // that were read, by type
}

// A Tx is a View that may write. There is no way to one but [Store.Do].
type Tx struct {
	View
	event   bailiwick.Event
	also    []bailiwick.Event
	attempt int
	sent    bool
	touched map[bailiwick.ID][]string // what rules may read of people, to be judged
}

// An Upkeep writes what nobody is told about: stamps, leases, counters.
type Upkeep struct{ View }

// Actor is the actor as the store has proven it in this transaction. It is
// what operations decide with.
func (v *View) Actor() authz.Actor { return v.actor }

// Now is the time at which the transaction began; all its rows have it.
func (v *View) Now() time.Time { return v.now }

// OrgID is the org that the view is bound to.
func (v *View) OrgID() bailiwick.ID { return v.org }

// NewID makes an ID of the kind.
func (v *View) NewID(kind bailiwick.Kind) bailiwick.ID {
	return bailiwick.NewID(kind, v.now, v.store.random)
}

// Random is the store's source of randomness.
func (v *View) Random() io.Reader { return v.store.random }

// errUnchanged rolls a Do back without an error: there was nothing to do.
var errUnchanged = errors.New("nothing to change")

// Unchanged ends a [Store.Do] without an event: what was asked for is so
// already.
func Unchanged() error { return errUnchanged }

// View runs fn in one read-only snapshot of the actor's org, after reading who
// the actor is. A token or session that is not good any more is
// Unauthenticated.
func (s *Store) View(ctx context.Context, by authz.Actor, fn func(*View) error) error {
	on, err := s.readers.begin(ctx, s.dialect.beginRead)
	if err != nil {
		return err
	}
	defer s.readers.end(on, false) // nothing was written: giving up is as good as COMMIT
	v := &View{ctx: ctx, store: s, on: on, org: by.Org(), now: s.Now()}
	if v.actor, err = v.prove(by); err != nil {
		if outside(err) {
			s.logOutside(ctx, by)
		}
		return err
	}
	return fn(v)
}

// Do runs fn in one serializable transaction and writes the event with it.
// fn may run several times and must do nothing outside tx. When fn refuses
// with Forbidden, everything is rolled back and the refusal itself is logged.
func (s *Store) Do(ctx context.Context, by authz.Actor, event bailiwick.EventType, fn func(*Tx) error) error {
	err := s.retry(ctx, func(attempt int) error { return s.once(ctx, by, event, attempt, fn) })
	switch {
	case errors.Is(err, errUnchanged):
		return nil
	case errors.Is(err, bailiwick.ErrForbidden):
		s.logDenial(ctx, by, event, err)
	case outside(err):
		s.logOutside(ctx, by)
	}
	return err
}

func (s *Store) once(ctx context.Context, by authz.Actor, event bailiwick.EventType, attempt int, fn func(*Tx) error) error {
	sent := false
	err := s.inTx(ctx, s.dialect.beginWrite, by.Org(), func(v View) error {
		v.lock, v.named = s.dialect.share, true
		tx := &Tx{View: v, attempt: attempt}
		var err error
		if tx.actor, err = tx.prove(by); err != nil {
			return err
		}
		tx.event = tx.newEvent(event)
		if err := fn(tx); err != nil {
			return err
		}
		if err := tx.settleRules(); err != nil {
			return err
		}
		sent = tx.sent
		return tx.writeEvents()
	})
	if err == nil && sent {
		s.hint(by.Org())
	}
	return err
}

// Keep runs fn in one transaction without an event. It is for stamps, leases
// and counters alone.
func (s *Store) Keep(ctx context.Context, org bailiwick.ID, fn func(*Upkeep) error) error {
	return s.retry(ctx, func(int) error {
		return s.inTx(ctx, s.dialect.beginKeep, org, func(v View) error { return fn(&Upkeep{v}) })
	})
}

func (s *Store) inTx(ctx context.Context, begin string, org bailiwick.ID, fn func(View) error) error {
	on, err := s.writers.begin(ctx, begin)
	if err != nil {
		return err
	}
	committed := false
	defer func() { s.writers.end(on, committed) }()
	if err := fn(View{ctx: ctx, store: s, on: on, org: org, now: s.Now()}); err != nil {
		return err
	}
	// A caller who went away before COMMIT gets a rollback, and one who goes
	// away during it a commit: never a doubt.
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := on.exec(context.WithoutCancel(ctx), "COMMIT"); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	committed = true
	return nil
}

// Retries: immediate ones collide again, so each waits a random part of a
// limit that doubles from 5 ms.
const (
	maxAttempts  = 14
	firstBackoff = 5 * time.Millisecond
	maxBackoff   = 320 * time.Millisecond
)

func (s *Store) retry(ctx context.Context, try func(attempt int) error) error {
	limit := firstBackoff
	for attempt := 0; ; attempt++ {
		err := try(attempt)
		if err == nil || !again(err) || attempt == maxAttempts-1 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(mathrand.N(limit)):
		}
		limit = min(2*limit, maxBackoff)
	}
}

func (v *View) query(text string, args ...any) (*sql.Rows, error) {
	if v.store.heard != nil {
		v.store.heard(text, args)
	}
	return v.on.query(v.ctx, text, args...)
}

func (v *View) row(text string, args ...any) row {
	rows, err := v.query(text, args...)
	return row{rows, err}
}

func (v *View) exec(text string, args ...any) (int64, error) {
	return v.on.exec(v.ctx, text, args...)
}

// A row is the first row of a statement, as [sql.Row] is.
type row struct {
	rows *sql.Rows
	err  error
}

// Scan reads the row; [sql.ErrNoRows] when there is none.
func (r row) Scan(into ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := r.rows.Scan(into...); err != nil {
		return err
	}
	return r.rows.Close()
}

// collect scans every row with scan.
func collect[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, rows.Err()
}

func scanID(rows *sql.Rows) (bailiwick.ID, error) {
	var id bailiwick.ID
	return id, rows.Scan(&id)
}

// millis and timeOf are the two directions of the store's times: Unix
// milliseconds, 0 for never.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
