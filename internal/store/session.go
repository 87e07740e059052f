package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// A session is one connection that is kept, with the statements that were
// prepared on it. SQLite parses a text anew each time it is not prepared, which
// costs more than most statements; the driver of PostgreSQL remembers by itself.
type session struct {
	conn     *sql.Conn
	prepares bool
	met      map[string]*sql.Stmt
}

// maxStatements bounds what a session remembers: texts with lists in them are
// many.
const maxStatements = 400

func (s *session) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt, ok := s.met[text]; ok {
		return stmt, nil
	}
	if len(s.met) >= maxStatements {
		s.forget()
	}
	stmt, err := s.conn.PrepareContext(ctx, text)
	if err == nil {
		s.met[text] = stmt
	}
	return stmt, err
}

func (s *session) forget() {
	for _, stmt := range s.met {
		_ = stmt.Close()
	}
	clear(s.met)
}

func (s *session) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if !s.prepares {
		return s.conn.QueryContext(ctx, text, args...)
	}
	stmt, err := s.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

func (s *session) exec(ctx context.Context, text string, args ...any) (int64, error) {
	if !s.prepares {
		result, err := s.conn.ExecContext(ctx, text, args...)
		if err != nil {
			return 0, err
		}
		return result.RowsAffected()
	}
	stmt, err := s.statement(ctx, text)
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (s *session) close() error {
	s.forget()
	return s.conn.Close()
}

// sessions are a pool of them: at most as many as there are slots.
type sessions struct {
	db       *sql.DB
	prepares bool
	slots    chan struct{} // one for each session that is in use
	idle     chan *session
}

func newSessions(db *sql.DB, most int, prepares bool) *sessions {
	return &sessions{db: db, prepares: prepares, slots: make(chan struct{}, most), idle: make(chan *session, most)}
}

// begin takes a session and starts a transaction on it. A kept connection may
// have died in the meantime; then a fresh one is tried.
func (p *sessions) begin(ctx context.Context, text string) (*session, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for {
		s, fresh, err := p.take(ctx)
		if err == nil {
			if _, err = s.exec(ctx, text); err == nil {
				return s, nil
			}
			_ = s.close()
		}
		if fresh || ctx.Err() != nil {
			<-p.slots
			return nil, fmt.Errorf("begin a transaction: %w", err)
		}
	}
}

func (p *sessions) take(ctx context.Context) (s *session, fresh bool, err error) {
	select {
	case s := <-p.idle:
		return s, false, nil
	default:
	}
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return nil, true, err
	}
	return &session{conn: conn, prepares: p.prepares, met: map[string]*sql.Stmt{}}, true, nil
}

// rollbackWithin is how long giving a transaction up may take before the
// connection is given up with it.
const rollbackWithin = 5 * time.Second

// end puts the session back, after COMMIT or, when that was not reached, after
// rolling back. A session in doubt is closed.
func (p *sessions) end(s *session, committed bool) {
	defer func() { <-p.slots }()
	if !committed {
		ctx, cancel := context.WithTimeout(context.Background(), rollbackWithin)
		defer cancel()
		if _, err := s.exec(ctx, "ROLLBACK"); err != nil {
			_ = s.close()
			return
		}
	}
	p.idle <- s
}

// close ends the idle sessions. Those in use end with their database.
func (p *sessions) close() {
	for {
		select {
		case s := <-p.idle:
			_ = s.close()
		default:
			return
		}
	}
}
