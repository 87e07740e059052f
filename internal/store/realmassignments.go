package store

import (
	"database/sql"
	"fmt"
	"strconv"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

const realmAssignmentColumns = `a.id, a.priority, a.name, a.active, a.expression, a.realm_id, a.created, a.last_updated`

func scanRealmAssignment(row scanner) (bailiwick.RealmAssignment, error) {
	var a bailiwick.RealmAssignment
	var created, updated int64
	err := row.Scan(&a.ID, &a.Priority, &a.Name, &a.Active, &a.Expression, &a.RealmID, &created, &updated)
	a.Created, a.LastUpdated = timeOf(created), timeOf(updated)
	return a, err
}

func (v *View) realmAssignments(condition string, values ...any) ([]bailiwick.RealmAssignment, error) {
	rows, err := v.query(`SELECT `+realmAssignmentColumns+` FROM realm_assignments a WHERE a.org_id = $1 AND `+condition,
		append([]any{v.org}, values...)...)
	found, err := collect(rows, err, func(rows *sql.Rows) (bailiwick.RealmAssignment, error) { return scanRealmAssignment(rows) })
	if err != nil {
		return nil, fmt.Errorf("read realm assignments: %w", err)
	}
	return found, nil
}

// RealmAssignments lists the assignments by priority, without the one that
// catches all; only a scope of all realms shows them.
func (v *View) RealmAssignments(scope authz.RealmScope, after string, limit int) (Page[bailiwick.RealmAssignment], error) {
	if !scope.Reach().Everything() {
		return Page[bailiwick.RealmAssignment]{}, bailiwick.ErrForbidden
	}
	behind, err := strconv.Atoi(after)
	if err != nil {
		behind = -1
	}
	found, err := v.realmAssignments(`a.priority > $2 ORDER BY a.priority LIMIT $3`, behind, limit+1)
	keys := make([]string, len(found))
	for i, a := range found {
		keys[i] = strconv.Itoa(a.Priority)
	}
	return cutPage(found, keys, limit), err
}

// RealmAssignment reads one assignment, never the one that catches all.
func (v *View) RealmAssignment(scope authz.RealmScope, id bailiwick.ID) (bailiwick.RealmAssignment, error) {
	if !scope.Reach().Everything() {
		return bailiwick.RealmAssignment{}, bailiwick.ErrForbidden
	}
	a, err := scanRealmAssignment(v.row(`SELECT `+realmAssignmentColumns+` FROM realm_assignments a WHERE a.org_id = $1 AND a.id = $2`, v.org, id))
	return a, oneRow(err, "RealmAssignment", id)
}

// LeadTo reports whether an assignment leads to the realm.
func (v *View) LeadTo(scope authz.RealmScope, realm bailiwick.ID) (bool, error) {
	if scope.Reach().Nothing() {
		return false, nil
	}
	found, err := v.realmAssignments(`a.realm_id = $2`, realm)
	return len(found) > 0, err
}

// A Placement is an active assignment with the realm that it leads to.
type Placement struct {
	bailiwick.RealmAssignment
	Realm bailiwick.Realm
}

// Placements are the active assignments in their order, for whoever may add
// people: where these land is the org's to say, also to those who see no realm.
func (tx *Tx) Placements(scope authz.UserScope) ([]Placement, error) {
	if scope.Act().Nothing() {
		return nil, bailiwick.ErrForbidden
	}
	found, err := tx.realmAssignments(`a.active = TRUE ORDER BY a.priority`)
	out := make([]Placement, len(found))
	for i, a := range found {
		out[i].RealmAssignment = a
		r, err := scanRealm(tx.row(`SELECT `+realmColumns+` FROM realms r WHERE r.org_id = $1 AND r.id = $2`, tx.org, a.RealmID))
		if err != nil {
			return nil, fmt.Errorf("read the realm of an assignment: %w", err)
		}
		out[i].Realm = r
	}
	return out, err
}

// SaveRealmAssignment writes an assignment, a new one or one that is there.
func (tx *Tx) SaveRealmAssignment(scope authz.RealmScope, a bailiwick.RealmAssignment) error {
	if !scope.Reach().Everything() {
		return bailiwick.ErrForbidden
	}
	_, err := tx.exec(`INSERT INTO realm_assignments (org_id, id, priority, name, active, expression, realm_id, created, last_updated)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (org_id, id) DO UPDATE SET priority = excluded.priority, name = excluded.name,
		active = excluded.active, expression = excluded.expression, realm_id = excluded.realm_id, last_updated = excluded.last_updated`,
		tx.org, a.ID, a.Priority, a.Name, a.Active, a.Expression, a.RealmID, millis(a.Created), millis(a.LastUpdated))
	if key, ok := conflict(err); ok && key == "realm_assignments_priority" {
		return bailiwick.Refused(bailiwick.Conflict, bailiwick.ReasonDuplicate, "another realm assignment has this priority").In("priority")
	}
	if err != nil {
		return fmt.Errorf("write a realm assignment: %w", err)
	}
	return nil
}

// DeleteRealmAssignment removes an assignment. Who was placed by it stays.
func (tx *Tx) DeleteRealmAssignment(scope authz.RealmScope, id bailiwick.ID) error {
	if !scope.Reach().Everything() {
		return bailiwick.ErrForbidden
	}
	if _, err := tx.exec(`DELETE FROM realm_assignments WHERE org_id = $1 AND id = $2`, tx.org, id); err != nil {
		return fmt.Errorf("delete a realm assignment: %w", err)
	}
	return nil
}
