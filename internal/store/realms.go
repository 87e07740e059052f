package store

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

const realmColumns = `r.id, r.name, r.type, r.domains, r.is_default, r.created, r.last_updated`

func scanRealm(row scanner) (bailiwick.Realm, error) {
	var r bailiwick.Realm
	var domains []byte
	var created, updated int64
	if err := row.Scan(&r.ID, &r.Name, &r.Type, &domains, &r.Default, &created, &updated); err != nil {
		return r, err
	}
	r.Created, r.LastUpdated = timeOf(created), timeOf(updated)
	if err := json.Unmarshal(domains, &r.Domains); err != nil {
		return r, fmt.Errorf("read the domains of realm %s: %w", r.ID, err)
	}
	return r, nil
}

// Realm reads one realm that the scope shows.
func (v *View) Realm(scope authz.RealmScope, id bailiwick.ID) (bailiwick.Realm, error) {
	if !id.Is(bailiwick.KindRealm) {
		return bailiwick.Realm{}, bailiwick.NotFound("Realm", id)
	}
	a := v.args()
	r, err := scanRealm(v.row(`SELECT `+realmColumns+` FROM realms r WHERE r.org_id = $1 AND r.id = `+a.add(id)+
		` AND `+setPredicate(&a, scope.Reach(), "r.id"), a...))
	return r, oneRow(err, "Realm", id)
}

// A RealmQuery asks for realms, ordered by name.
type RealmQuery struct {
	// Targets limits the list to the targets of an assignment.
	Targets bailiwick.ID
	// Match, when set, is asked about each realm; there are MaxRealms at most.
	Match      func(bailiwick.Realm) bool
	Descending bool
	After      string // Next of the page before
	Limit      int
}

// Realms lists the realms that the scope shows.
func (v *View) Realms(scope authz.RealmScope, q RealmQuery) (Page[bailiwick.Realm], error) {
	a := v.args()
	behind, order := " > ", ""
	if q.Descending {
		behind, order = " < ", " DESC"
	}
	text := `SELECT ` + realmColumns + `, r.name_key FROM realms r WHERE r.org_id = $1 AND ` + setPredicate(&a, scope.Reach(), "r.id")
	if q.After != "" {
		text += ` AND r.name_key` + behind + a.add(q.After)
	}
	if q.Targets != "" {
		text += ` AND r.id IN (SELECT t.set_id FROM role_targets t WHERE t.org_id = $1 AND t.assignment_id = ` + a.add(q.Targets) + `)`
	}
	text += ` ORDER BY r.name_key` + order
	if q.Match == nil {
		text += ` LIMIT ` + a.add(q.Limit+1)
	}
	rows, err := v.query(text, a...)
	if err != nil {
		return Page[bailiwick.Realm]{}, fmt.Errorf("read a page of realms: %w", err)
	}
	defer rows.Close()
	var realms []bailiwick.Realm
	var keys []string
	for len(realms) <= q.Limit && rows.Next() {
		var name string
		r, err := scanRealm(tail{rows, &name})
		if err != nil {
			return Page[bailiwick.Realm]{}, fmt.Errorf("read a page of realms: %w", err)
		}
		if q.Match == nil || q.Match(r) {
			realms, keys = append(realms, r), append(keys, name)
		}
	}
	if err := rows.Err(); err != nil {
		return Page[bailiwick.Realm]{}, fmt.Errorf("read a page of realms: %w", err)
	}
	return cutPage(realms, keys, q.Limit), nil
}

// HomeRealm reads the realm that a person lives in, for whoever has that person
// in scope: what it asks of them binds people who may not see realms.
func (v *View) HomeRealm(scope authz.UserScope, u bailiwick.User) (bailiwick.Realm, error) {
	if scope.Act().Nothing() {
		return bailiwick.Realm{}, bailiwick.NotFound("Realm", u.RealmID)
	}
	r, err := scanRealm(v.row(`SELECT `+realmColumns+` FROM realms r WHERE r.org_id = $1 AND r.id = $2`, v.org, u.RealmID))
	return r, oneRow(err, "Realm", u.RealmID)
}

// CountRealms counts the realms of the org, whoever may see them.
func (v *View) CountRealms() (int, error) {
	var n int
	if err := v.row(`SELECT COUNT(*) FROM realms WHERE org_id = $1`, v.org).Scan(&n); err != nil {
		return 0, fmt.Errorf("count the realms: %w", err)
	}
	return n, nil
}

// HasPeople reports whether anybody lives in a realm other than the default
// one.
func (v *View) HasPeople(scope authz.RealmScope, r bailiwick.Realm) (bool, error) {
	if scope.Reach().Nothing() {
		return false, nil
	}
	var n int
	err := v.row(`SELECT COUNT(*) FROM (SELECT 1 FROM group_members WHERE org_id = $1 AND set_id = $2 LIMIT 1) AS anybody`, v.org, r.ID).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("read whether realm %s has people: %w", r.ID, err)
	}
	return n > 0, nil
}

// InsertRealm adds a realm; all but the default one own a hidden set of their
// people.
func (tx *Tx) InsertRealm(scope authz.RealmScope, r bailiwick.Realm) error {
	if scope.Reach().Nothing() {
		return bailiwick.ErrForbidden
	}
	domains, err := json.Marshal(append([]string{}, r.Domains...))
	if err != nil {
		return fmt.Errorf("write the domains of a realm: %w", err)
	}
	_, err = tx.exec(`INSERT INTO realms (org_id, id, name, name_key, type, domains, is_default, created, last_updated)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		tx.org, r.ID, r.Name, filter.FoldAccents(r.Name), r.Type, string(domains), r.Default, millis(r.Created), millis(r.LastUpdated))
	if err != nil {
		return nameTaken(err, "realms_name", "write a realm")
	}
	if r.Default {
		return nil
	}
	return tx.countSet(r.ID)
}

// SaveRealm writes name, type and domains.
func (tx *Tx) SaveRealm(scope authz.RealmScope, r bailiwick.Realm) error {
	if _, err := tx.Realm(scope, r.ID); err != nil {
		return err
	}
	domains, err := json.Marshal(append([]string{}, r.Domains...))
	if err != nil {
		return fmt.Errorf("write the domains of a realm: %w", err)
	}
	_, err = tx.exec(`UPDATE realms SET name = $3, name_key = $4, type = $5, domains = $6, last_updated = $7 WHERE org_id = $1 AND id = $2`,
		tx.org, r.ID, r.Name, filter.FoldAccents(r.Name), r.Type, string(domains), millis(r.LastUpdated))
	if err != nil {
		return nameTaken(err, "realms_name", "write a realm")
	}
	return nil
}

// DeleteRealm removes a realm in which nobody lives, also as a target of roles:
// a role whose listed realms are all gone reaches nobody.
func (tx *Tx) DeleteRealm(scope authz.RealmScope, id bailiwick.ID) error {
	if _, err := tx.Realm(scope, id); err != nil {
		return err
	}
	for _, text := range []string{
		`DELETE FROM role_targets WHERE org_id = $1 AND set_id = $2`,
		`DELETE FROM group_stats WHERE org_id = $1 AND set_id = $2`,
		`DELETE FROM realms WHERE org_id = $1 AND id = $2`,
	} {
		if _, err := tx.exec(text, tx.org, id); err != nil {
			return fmt.Errorf("delete realm %s: %w", id, err)
		}
	}
	return nil
}

// MoveUser makes a person who was read in this transaction live in another
// realm: the hidden sets with their search keys and counters follow.
func (tx *Tx) MoveUser(scope authz.UserScope, u bailiwick.User, to bailiwick.ID) error {
	before, err := tx.User(scope, u.ID)
	if err != nil {
		return err
	}
	n, err := tx.exec(`UPDATE users SET realm_id = $3, last_updated = $4, version = version + 1 WHERE org_id = $1 AND id = $2 AND version = $5`,
		tx.org, u.ID, to, millis(tx.now), u.Version)
	if err != nil {
		return fmt.Errorf("move %s to another realm: %w", u.ID, err)
	}
	if n == 0 {
		return bailiwick.Refused(bailiwick.Conflict, "", "somebody else changed this user just now")
	}
	if _, err := tx.leave(before.RealmID, before); err != nil {
		return err
	}
	after := before
	after.RealmID, after.LastUpdated = to, tx.now
	if err := tx.reindex(before, after); err != nil {
		return err
	}
	return tx.enterRealm(after)
}

// enterRealm puts a new person into the realm's hidden set. The default realm
// has none.
func (tx *Tx) enterRealm(u bailiwick.User) error {
	var isDefault bool
	err := tx.row(`SELECT is_default FROM realms WHERE org_id = $1 AND id = $2`, tx.org, u.RealmID).Scan(&isDefault)
	if err == sql.ErrNoRows {
		return bailiwick.InvalidField("realmId", "no such realm")
	}
	if err != nil {
		return fmt.Errorf("read realm %s: %w", u.RealmID, err)
	}
	if isDefault {
		return nil
	}
	_, err = tx.enter(u.RealmID, u)
	return err
}
