package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
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
		facts, err = v.proveToken(by)
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

// A proof is what one statement reads of a claim: the credential, the person
// behind it and the person's roles.
type proof struct {
	credential bailiwick.ID
	expires    int64 // of the credential
	other      int64 // a token's absolute end; when a session was last seen
	user       bailiwick.ID
	status     bailiwick.Status
	profile    []byte
	grants     []authz.Grant
	network    string // of a token
}

// A credential says where proofs of one claim are: its table as t, the columns
// of the credential, the person's ID in it, and the condition on $2.
type credential struct{ table, columns, holder, where string }

var (
	tokenCredential   = credential{"tokens", "t.id, t.expires, t.life_ends, t.network", "t.owner_id", "t.digest = $2"}
	sessionCredential = credential{"sessions", "t.id, t.expires, t.last_seen, ''", "t.user_id", "t.digest = $2"}
	userCredential    = credential{"users", "t.id, t.version, t.version, ''", "t.id", "t.id = $2"}
)

// read brings the proof in one statement: a row for the person, one for each
// role held directly, one for each role held through a group. In a [Tx] all
// these rows stay as they are. CROSS JOIN makes SQLite begin with the
// credential.
func (v *View) read(c credential, key any) (proof, error) {
	of := ` FROM ` + c.table + ` t CROSS JOIN `
	where := ` WHERE t.org_id = $1 AND ` + c.where
	rows, err := v.query(`SELECT w.id, w.one, w.two, w.user_id, w.status, w.profile, w.three FROM (
			SELECT `+asColumns(c.columns)+`, u.id AS user_id, u.status, u.profile`+of+`users u`+where+`
			AND u.org_id = $1 AND u.id = `+c.holder+v.lock+`) w
		UNION ALL
		SELECT d.id, 0, 0, d.role, d.mode, NULL, '' FROM (
			SELECT a.id, a.role, a.mode`+of+`role_assignments a`+where+`
			AND a.org_id = $1 AND a.principal_id = `+c.holder+v.lock+`) d
		UNION ALL
		SELECT g.id, 1, 0, g.role, g.mode || ' ' || g.via, NULL, '' FROM (
			SELECT a.id, a.role, a.mode, m.set_id AS via`+of+`group_members m CROSS JOIN role_assignments a`+where+`
			AND m.org_id = $1 AND m.user_id = `+c.holder+` AND a.org_id = $1 AND a.principal_id = m.set_id`+v.lock+`) g`, v.org, key)
	if err != nil {
		return proof{}, err
	}
	defer rows.Close()
	var p proof
	for rows.Next() {
		var id bailiwick.ID
		var one, two int64
		var fourth, fifth, network string
		var profile []byte
		if err := rows.Scan(&id, &one, &two, &fourth, &fifth, &profile, &network); err != nil {
			return p, err
		}
		if profile != nil {
			p.credential, p.expires, p.other, p.network = id, one, two, network
			p.user, p.status, p.profile = bailiwick.ID(fourth), bailiwick.Status(fifth), profile
			continue
		}
		mode, via, _ := strings.Cut(fifth, " ")
		p.grants = append(p.grants, authz.Grant{Assignment: id, Role: bailiwick.RoleType(fourth), Mode: bailiwick.ScopeMode(mode), Via: bailiwick.ID(via)})
	}
	return p, rows.Err()
}

// asColumns names the four columns of a credential for the outer select.
func asColumns(columns string) string {
	part := strings.Split(columns, ", ")
	return part[0] + ", " + part[1] + " AS one, " + part[2] + " AS two, " + part[3] + " AS three"
}

// facts are what the proof says about the actor. The name is read from the
// profile only where an event will tell of it.
func (v *View) facts(p proof) (authz.Facts, error) {
	if !v.named {
		return authz.Facts{User: bailiwick.EventEntity{ID: p.user, Type: "User"}, Grants: p.grants}, nil
	}
	var profile bailiwick.Profile
	if err := json.Unmarshal(p.profile, &profile); err != nil {
		return authz.Facts{}, fmt.Errorf("read the profile of %s: %w", p.user, err)
	}
	return authz.Facts{User: bailiwick.User{ID: p.user, Profile: profile}.Entity(), Grants: p.grants}, nil
}

func (v *View) proveToken(by authz.Actor) (authz.Facts, error) {
	p, err := v.read(tokenCredential, by.Digest())
	if err != nil {
		return authz.Facts{}, fmt.Errorf("read an API token: %w", err)
	}
	now := v.now.UnixMilli()
	if p.user == "" || now >= p.expires || now >= p.other || !mayAct(p.status) {
		return authz.Facts{}, bailiwick.Refused(bailiwick.Unauthenticated, bailiwick.ReasonBadToken, "the API token is not valid")
	}
	network, err := networkOf(p.network)
	if err != nil {
		return authz.Facts{}, err
	}
	if !network.Allows(by.Client().Address) {
		return authz.Facts{}, bailiwick.Refused(bailiwick.Unauthenticated, bailiwick.ReasonOutsideNetwork, "the API token is not valid from here")
	}
	facts, err := v.facts(p)
	facts.Token = p.credential
	return facts, err
}

// logOutside writes, after the refusal, that a token was used from outside its
// network: at most once in stampEvery, so that whoever holds it cannot fill
// the disk (AUD-4).
func (s *Store) logOutside(ctx context.Context, by authz.Actor) {
	_ = s.inTx(context.WithoutCancel(ctx), s.dialect.beginKeep, by.Org(), func(v View) error {
		v.named = true
		p, err := v.read(tokenCredential, by.Digest())
		if err != nil {
			return err
		}
		facts, err := v.facts(p)
		if err != nil {
			return err
		}
		token := bailiwick.Token{ID: p.credential}
		err = v.row(`UPDATE tokens SET refused = $3 WHERE org_id = $1 AND id = $2 AND refused <= $4 RETURNING name`,
			v.org, token.ID, millis(v.now), millis(v.now.Add(-stampEvery))).Scan(&token.Name)
		if err != nil {
			return err // told already, or revoked meanwhile
		}
		v.actor = by.Proven(facts)
		e := v.newEvent(bailiwick.TokenOutside)
		e.TokenID, e.Outcome, e.Severity, e.Reason = token.ID, "DENY", "WARN", "the address is outside the token's network"
		e.Targets = []bailiwick.EventEntity{token.Entity()}
		return v.insertEvents([]bailiwick.Event{e})
	})
}

// outside reports whether a proof failed for the address of the client.
func outside(err error) bool {
	return errors.Is(err, &bailiwick.Error{Code: bailiwick.Unauthenticated, Reason: bailiwick.ReasonOutsideNetwork})
}

// mayAct reports whether the owner of a token or session in that status may
// still use it. An expired password does not stop a token (Okta management
// API, API tokens).
func mayAct(s bailiwick.Status) bool {
	return s == bailiwick.Active || s == bailiwick.PasswordExpired
}

func (v *View) proveSession(digest string) (authz.Facts, error) {
	p, err := v.read(sessionCredential, digest)
	if err != nil {
		return authz.Facts{}, fmt.Errorf("read a session: %w", err)
	}
	idle := bailiwick.SessionIdle
	if len(p.grants) > 0 {
		idle = bailiwick.AdminSessionIdle
	}
	if p.user == "" || v.now.UnixMilli() >= p.expires || v.now.Sub(timeOf(p.other)) >= idle+stampEvery || !mayAct(p.status) {
		return authz.Facts{}, bailiwick.Refused(bailiwick.Unauthenticated, bailiwick.ReasonNoSession, "the session is over")
	}
	return v.facts(p)
}

// stampEvery is how often a last-used stamp moves; idle limits are generous
// by as much.
const stampEvery = time.Minute

func (v *View) proveUser(id bailiwick.ID) (authz.Facts, error) {
	p, err := v.read(userCredential, id)
	if err != nil {
		return authz.Facts{}, fmt.Errorf("read the person who started this: %w", err)
	}
	if p.user == "" || !mayAct(p.status) {
		return authz.Facts{}, bailiwick.ErrUnauthenticated
	}
	return v.facts(p)
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
