package store

import (
	"database/sql"
	"fmt"

	"github.com/bailiwick-iam/bailiwick"
)

const tokenColumns = `t.id, t.name, t.owner_id, t.created_by, t.created, t.last_updated, t.last_used, t.expires`

func scanToken(row scanner) (bailiwick.Token, error) {
	var t bailiwick.Token
	var created, updated, used, expires int64
	err := row.Scan(&t.ID, &t.Name, &t.OwnerID, &t.CreatedBy, &created, &updated, &used, &expires)
	t.Created, t.LastUpdated, t.LastUsed, t.ExpiresAt = timeOf(created), timeOf(updated), timeOf(used), timeOf(expires)
	return t, err
}

// InsertToken stores a token by the digest of its secret.
func (tx *Tx) InsertToken(t bailiwick.Token, digest string) error {
	_, err := tx.exec(`INSERT INTO tokens (org_id, id, digest, name, owner_id, created_by, created, last_updated, last_used, expires, life_ends)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10)`,
		tx.org, t.ID, digest, t.Name, t.OwnerID, t.CreatedBy, millis(t.Created), millis(t.LastUpdated), millis(t.ExpiresAt), millis(t.Created.Add(bailiwick.TokenLife)))
	if err != nil {
		return fmt.Errorf("write an API token: %w", err)
	}
	return nil
}

// TokensOf lists the tokens of one owner, oldest first.
func (v *View) TokensOf(owner bailiwick.ID) ([]bailiwick.Token, error) {
	rows, err := v.query(`SELECT `+tokenColumns+` FROM tokens t WHERE t.org_id = $1 AND t.owner_id = $2 ORDER BY t.created, t.id`, v.org, owner)
	out, err := collect(rows, err, func(rows *sql.Rows) (bailiwick.Token, error) { return scanToken(rows) })
	if err != nil {
		return nil, fmt.Errorf("read the API tokens of %s: %w", owner, err)
	}
	return out, nil
}

// EndTokens revokes all tokens of a person and returns how many there were.
func (tx *Tx) EndTokens(owner bailiwick.ID) (int64, error) {
	n, err := tx.exec(`DELETE FROM tokens WHERE org_id = $1 AND owner_id = $2`, tx.org, owner)
	if err != nil {
		return 0, fmt.Errorf("revoke the API tokens of %s: %w", owner, err)
	}
	return n, nil
}

// TouchToken moves the last-used stamp and the idle end of a token, at most
// once in stampEvery.
func (k *Upkeep) TouchToken(digest string) error {
	now := k.now
	_, err := k.exec(`UPDATE tokens SET last_used = $3, last_updated = $3, expires = $4 WHERE org_id = $1 AND digest = $2 AND last_used < $5 AND expires > $3`,
		k.org, digest, millis(now), millis(now.Add(bailiwick.TokenIdle)), millis(now.Add(-stampEvery)))
	if err != nil {
		return fmt.Errorf("stamp an API token: %w", err)
	}
	return nil
}

// InsertSession stores a session by the digest of its cookie.
func (tx *Tx) InsertSession(s bailiwick.Session, digest string) error {
	_, err := tx.exec(`INSERT INTO sessions (org_id, id, digest, user_id, address, user_agent, created, last_seen, expires)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		tx.org, s.ID, digest, s.UserID, s.Address, s.UserAgent, millis(s.Created), millis(s.LastSeen), millis(s.Expires))
	if err != nil {
		return fmt.Errorf("write a session: %w", err)
	}
	return nil
}

// TouchSession moves the last-seen stamp of a session, at most once in
// stampEvery.
func (k *Upkeep) TouchSession(digest string) error {
	_, err := k.exec(`UPDATE sessions SET last_seen = $3 WHERE org_id = $1 AND digest = $2 AND last_seen < $4`,
		k.org, digest, millis(k.now), millis(k.now.Add(-stampEvery)))
	if err != nil {
		return fmt.Errorf("stamp a session: %w", err)
	}
	return nil
}

// SessionsOf lists the live sessions of a person, newest first.
func (v *View) SessionsOf(user bailiwick.ID) ([]bailiwick.Session, error) {
	rows, err := v.query(`SELECT id, user_id, address, user_agent, created, last_seen, expires FROM sessions
		WHERE org_id = $1 AND user_id = $2 AND expires > $3 ORDER BY created DESC, id`, v.org, user, millis(v.now))
	out, err := collect(rows, err, func(rows *sql.Rows) (s bailiwick.Session, err error) {
		var created, seen, expires int64
		err = rows.Scan(&s.ID, &s.UserID, &s.Address, &s.UserAgent, &created, &seen, &expires)
		s.Created, s.LastSeen, s.Expires = timeOf(created), timeOf(seen), timeOf(expires)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the sessions of %s: %w", user, err)
	}
	return out, nil
}

// EndSessions ends all sessions of a person and returns how many there were.
func (tx *Tx) EndSessions(user bailiwick.ID) (int64, error) {
	n, err := tx.exec(`DELETE FROM sessions WHERE org_id = $1 AND user_id = $2`, tx.org, user)
	if err != nil {
		return 0, fmt.Errorf("end the sessions of %s: %w", user, err)
	}
	return n, nil
}

// EndSessionsIn ends all sessions of everybody in a group.
func (tx *Tx) EndSessionsIn(group bailiwick.ID) error {
	_, err := tx.exec(`DELETE FROM sessions WHERE org_id = $1
		AND user_id IN (SELECT m.user_id FROM group_members m WHERE m.org_id = $1 AND m.set_id = $2)`, tx.org, group)
	if err != nil {
		return fmt.Errorf("end the sessions of group %s: %w", group, err)
	}
	return nil
}

// EndSession ends the one session with that digest.
func (tx *Tx) EndSession(digest string) error {
	n, err := tx.exec(`DELETE FROM sessions WHERE org_id = $1 AND digest = $2`, tx.org, digest)
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	if n == 0 {
		return errUnchanged
	}
	return nil
}

// SweepSessions deletes what has run out.
func (k *Upkeep) SweepSessions() error {
	for _, text := range []string{
		`DELETE FROM sessions WHERE org_id = $1 AND expires < $2`,
		`DELETE FROM links WHERE org_id = $1 AND expires < $2`,
	} {
		if _, err := k.exec(text, k.org, millis(k.now)); err != nil {
			return fmt.Errorf("sweep what has run out: %w", err)
		}
	}
	return nil
}
