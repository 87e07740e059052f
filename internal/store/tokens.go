package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

const tokenColumns = `t.id, t.name, t.owner_id, t.created_by, t.created, t.last_updated, t.last_used, t.last_address, CASE WHEN t.expires < t.life_ends THEN t.expires ELSE t.life_ends END, t.network`

func scanToken(row scanner) (bailiwick.Token, error) {
	var t bailiwick.Token
	var created, updated, used, expires int64
	var network string
	err := row.Scan(&t.ID, &t.Name, &t.OwnerID, &t.CreatedBy, &created, &updated, &used, &t.LastAddress, &expires, &network)
	if err != nil {
		return t, err
	}
	t.Created, t.LastUpdated, t.LastUsed, t.ExpiresAt = timeOf(created), timeOf(updated), timeOf(used), timeOf(expires)
	t.Network, err = networkOf(network)
	return t, err
}

// A network is stored as JSON, and anywhere as nothing.
func networkOf(text string) (n bailiwick.Network, err error) {
	if text == "" {
		return n, nil
	}
	if err := json.Unmarshal([]byte(text), &n); err != nil {
		return n, fmt.Errorf("read the network of an API token: %w", err)
	}
	return n, nil
}

func networkText(n bailiwick.Network) (string, error) {
	if n.Anywhere() {
		return "", nil
	}
	text, err := json.Marshal(n)
	if err != nil {
		return "", fmt.Errorf("write the network of an API token: %w", err)
	}
	return string(text), nil
}

// InsertToken stores a token by the digest of its secret.
func (tx *Tx) InsertToken(t bailiwick.Token, digest string) error {
	network, err := networkText(t.Network)
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO tokens (org_id, id, digest, name, owner_id, created_by, created, last_updated, last_used, expires, life_ends, network)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11)`,
		tx.org, t.ID, digest, t.Name, t.OwnerID, t.CreatedBy, millis(t.Created), millis(t.LastUpdated), millis(t.ExpiresAt), millis(t.Created.Add(bailiwick.TokenLife)), network)
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

// liveToken is the condition on a token t that can still be used; $2 is now.
const liveToken = ` t.expires > $2 AND t.life_ends > $2`

// Tokens lists the live tokens that the scope reaches, oldest first, with
// their owners. There are at most limit.
func (v *View) Tokens(scope authz.TokenScope, limit int) ([]OwnedToken, error) {
	a := v.args()
	a.add(millis(v.now))
	rows, err := v.query(`SELECT `+tokenColumns+`, u.profile FROM tokens t CROSS JOIN users u
		WHERE t.org_id = $1 AND`+liveToken+` AND u.org_id = $1 AND u.id = t.owner_id AND `+userPredicate(&a, scope.Owners())+
		` ORDER BY t.created, t.id LIMIT `+a.add(limit), a...)
	out, err := collect(rows, err, scanOwnedToken)
	if err != nil {
		return nil, fmt.Errorf("read the API tokens: %w", err)
	}
	return out, nil
}

// An OwnedToken is a token and whose it is.
type OwnedToken struct {
	bailiwick.Token
	Owner bailiwick.EventEntity
}

func scanOwnedToken(rows *sql.Rows) (o OwnedToken, err error) {
	var profile []byte
	if o.Token, err = scanToken(onePlus{rows, &profile}); err != nil {
		return o, err
	}
	u := bailiwick.User{ID: o.OwnerID}
	if err := json.Unmarshal(profile, &u.Profile); err != nil {
		return o, fmt.Errorf("read the profile of %s: %w", o.OwnerID, err)
	}
	o.Owner = u.Entity()
	return o, nil
}

// onePlus scans a row that has one column more than its scanner knows.
type onePlus struct {
	rows *sql.Rows
	last any
}

// Scan reads the columns and the last one.
func (b onePlus) Scan(into ...any) error { return b.rows.Scan(append(into, b.last)...) }

// Token reads one live token. One of an owner whom the scope does not reach is
// missing.
func (v *View) Token(scope authz.TokenScope, id bailiwick.ID) (bailiwick.Token, error) {
	t, err := scanToken(v.row(`SELECT `+tokenColumns+` FROM tokens t WHERE t.org_id = $1 AND`+liveToken+` AND t.id = $3`, v.org, millis(v.now), id))
	if err != nil {
		return t, oneRow(err, "ApiToken", id)
	}
	who, err := v.subject(t.OwnerID, scope.People())
	if err != nil {
		return t, err
	}
	if err := scope.Judge(who); err != nil {
		if errors.Is(err, bailiwick.ErrMissing) {
			err = bailiwick.NotFound("ApiToken", id)
		}
		return bailiwick.Token{}, err
	}
	return t, nil
}

// SaveToken writes from where a token may be used. The scope must reach it.
func (tx *Tx) SaveToken(scope authz.TokenScope, t bailiwick.Token) error {
	if _, err := tx.Token(scope, t.ID); err != nil {
		return err
	}
	network, err := networkText(t.Network)
	if err != nil {
		return err
	}
	if _, err := tx.exec(`UPDATE tokens SET network = $3, last_updated = $4 WHERE org_id = $1 AND id = $2`,
		tx.org, t.ID, network, millis(t.LastUpdated)); err != nil {
		return fmt.Errorf("write an API token: %w", err)
	}
	return nil
}

// EndToken revokes one token. The scope must reach it.
func (tx *Tx) EndToken(scope authz.TokenScope, id bailiwick.ID) error {
	if _, err := tx.Token(scope, id); err != nil {
		return err
	}
	return tx.endToken(id)
}

// EndOwnToken revokes the token that the actor uses.
func (tx *Tx) EndOwnToken() error { return tx.endToken(tx.actor.Token()) }

func (tx *Tx) endToken(id bailiwick.ID) error {
	if _, err := tx.exec(`DELETE FROM tokens WHERE org_id = $1 AND id = $2`, tx.org, id); err != nil {
		return fmt.Errorf("revoke an API token: %w", err)
	}
	return nil
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
// once in stampEvery, and keeps from where it was used. One that has run out
// stays so.
func (k *Upkeep) TouchToken(digest, address string) error {
	now := k.now
	_, err := k.exec(`UPDATE tokens SET last_used = $3, last_updated = $3, last_address = $4, expires = $5
		WHERE org_id = $1 AND digest = $2 AND last_used < $6 AND expires > $3 AND life_ends > $3`,
		k.org, digest, millis(now), address, millis(now.Add(bailiwick.TokenIdle)), millis(now.Add(-stampEvery)))
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
		`DELETE FROM tokens WHERE org_id = $1 AND (expires < $2 OR life_ends < $2)`,
	} {
		if _, err := k.exec(text, k.org, millis(k.now)); err != nil {
			return fmt.Errorf("sweep what has run out: %w", err)
		}
	}
	return nil
}
