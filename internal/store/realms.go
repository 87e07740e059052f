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

// Realms lists the realms that the scope shows, by name.
func (v *View) Realms(scope authz.RealmScope, after string, limit int) (Page[bailiwick.Realm], error) {
	a := v.args()
	var keys []string
	rows, err := v.query(`SELECT `+realmColumns+`, r.name_key FROM realms r WHERE r.org_id = $1 AND r.name_key > `+a.add(after)+
		` AND `+setPredicate(&a, scope.Reach(), "r.id")+` ORDER BY r.name_key LIMIT `+a.add(limit+1), a...)
	realms, err := collect(rows, err, func(rows *sql.Rows) (bailiwick.Realm, error) {
		var name string
		r, err := scanRealm(tail{rows, &name})
		keys = append(keys, name)
		return r, err
	})
	if err != nil {
		return Page[bailiwick.Realm]{}, fmt.Errorf("read a page of realms: %w", err)
	}
	return cutPage(realms, keys, limit), nil
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
