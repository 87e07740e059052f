package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// prove reads, as the first statement of a transaction, who the actor is and
// which roles the actor holds. In a [Tx] the rows stay as they are until
// COMMIT, so no act commits after its authority is gone.
func (v *View) prove(by authz.Actor) (authz.Actor, error) {
	var facts authz.Facts
	var err error
	switch by.Claim() {
	case authz.TokenClaim:
		facts, err = v.proveToken(by.Digest())
	case authz.SessionClaim:
		facts, err = v.proveSession(by.Digest())
	case authz.UserClaim:
		facts, err = v.proveUser(by.ID())
	default:
		return by, nil
	}
	if err != nil {
		return authz.Actor{}, err
	}
	return by.Proven(facts), nil
}

// ownerColumns are what proving needs of the person behind a credential.
const ownerColumns = `u.id, u.status, u.profile`

func (v *View) proveToken(digest string) (authz.Facts, error) {
	var facts authz.Facts
	var expires, ends int64
	var status bailiwick.Status
	var profile []byte
	err := v.row(`SELECT t.id, t.expires, t.life_ends, `+ownerColumns+` FROM tokens t JOIN users u
		ON u.org_id = t.org_id AND u.id = t.owner_id
		WHERE t.org_id = $1 AND t.digest = $2`+v.lock, v.org, digest).
		Scan(&facts.Token, &expires, &ends, &facts.User.ID, &status, &profile)
	bad := bailiwick.Refused(bailiwick.Unauthenticated, bailiwick.ReasonBadToken, "the API token is not valid")
	if errors.Is(err, sql.ErrNoRows) {
		return facts, bad
	}
	if err != nil {
		return facts, fmt.Errorf("read an API token: %w", err)
	}
	now := v.now.UnixMilli()
	if now >= expires || now >= ends || !mayAct(status) {
		return facts, bad
	}
	err = v.fillFacts(&facts, profile)
	return facts, err
}

// mayAct reports whether the owner of a token or session in that status may
// still use it. An expired password does not stop a token (Okta management
// API, API tokens).
func mayAct(s bailiwick.Status) bool {
	return s == bailiwick.Active || s == bailiwick.PasswordExpired
}

func (v *View) proveSession(digest string) (authz.Facts, error) {
	var facts authz.Facts
	var lastSeen, expires int64
	var status bailiwick.Status
	var profile []byte
	err := v.row(`SELECT s.last_seen, s.expires, `+ownerColumns+` FROM sessions s JOIN users u
		ON u.org_id = s.org_id AND u.id = s.user_id
		WHERE s.org_id = $1 AND s.digest = $2`+v.lock, v.org, digest).
		Scan(&lastSeen, &expires, &facts.User.ID, &status, &profile)
	over := bailiwick.Refused(bailiwick.Unauthenticated, bailiwick.ReasonNoSession, "the session is over")
	if errors.Is(err, sql.ErrNoRows) {
		return facts, over
	}
	if err != nil {
		return facts, fmt.Errorf("read a session: %w", err)
	}
	if err := v.fillFacts(&facts, profile); err != nil {
		return facts, err
	}
	idle := bailiwick.SessionIdle
	if len(facts.Grants) > 0 {
		idle = bailiwick.AdminSessionIdle
	}
	if v.now.UnixMilli() >= expires || v.now.Sub(timeOf(lastSeen)) >= idle+stampEvery || !mayAct(status) {
		return facts, over
	}
	return facts, nil
}

// stampEvery is how often a last-used stamp moves; idle limits are generous
// by as much.
const stampEvery = time.Minute

func (v *View) proveUser(id bailiwick.ID) (authz.Facts, error) {
	var facts authz.Facts
	var status bailiwick.Status
	var profile []byte
	err := v.row(`SELECT `+ownerColumns+` FROM users u WHERE u.org_id = $1 AND u.id = $2`+v.lock, v.org, id).
		Scan(&facts.User.ID, &status, &profile)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !mayAct(status) {
		return facts, bailiwick.ErrUnauthenticated
	}
	if err != nil {
		return facts, fmt.Errorf("read the person who started this: %w", err)
	}
	err = v.fillFacts(&facts, profile)
	return facts, err
}

func (v *View) fillFacts(facts *authz.Facts, profile []byte) error {
	var p bailiwick.Profile
	if err := json.Unmarshal(profile, &p); err != nil {
		return fmt.Errorf("read the profile of %s: %w", facts.User.ID, err)
	}
	facts.User = bailiwick.User{ID: facts.User.ID, Profile: p}.Entity()
	grants, err := v.grants(facts.User.ID)
	facts.Grants = grants
	return err
}

// grants lists the roles that a person holds, directly and through groups.
// CROSS JOIN makes SQLite begin with the person's groups, not with every
// assignment of the org.
func (v *View) grants(user bailiwick.ID) ([]authz.Grant, error) {
	rows, err := v.query(`SELECT d.id, d.role, d.mode, d.via FROM (
			SELECT a.id, a.role, a.mode, '' AS via FROM role_assignments a
			WHERE a.org_id = $1 AND a.principal_id = $2`+v.lock+`) d
		UNION ALL
		SELECT g.id, g.role, g.mode, g.via FROM (
			SELECT a.id, a.role, a.mode, m.set_id AS via
			FROM group_members m CROSS JOIN role_assignments a
			WHERE m.org_id = $1 AND m.user_id = $2 AND a.org_id = $1 AND a.principal_id = m.set_id`+v.lock+`) g`, v.org, user)
	grants, err := collect(rows, err, func(rows *sql.Rows) (g authz.Grant, err error) {
		return g, rows.Scan(&g.Assignment, &g.Role, &g.Mode, &g.Via)
	})
	if err != nil {
		return nil, fmt.Errorf("read the roles of %s: %w", user, err)
	}
	return grants, nil
}
