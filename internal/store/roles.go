package store

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

const assignmentColumns = `a.id, a.wire_id, a.role, a.principal_kind, a.principal_id, a.mode, a.created, a.last_updated,
	(SELECT COUNT(*) FROM role_targets t WHERE t.org_id = a.org_id AND t.assignment_id = a.id) +
	(SELECT COUNT(*) FROM role_app_targets t WHERE t.org_id = a.org_id AND t.assignment_id = a.id)`

func scanAssignment(row scanner) (bailiwick.Assignment, error) {
	var a bailiwick.Assignment
	var created, updated int64
	err := row.Scan(&a.Key, &a.ID, &a.Role, &a.Principal.Kind, &a.Principal.ID, &a.Mode, &created, &updated, &a.Targets)
	a.Created, a.LastUpdated = timeOf(created), timeOf(updated)
	return a, err
}

// Assignments lists the roles of a principal, oldest first: a person's own
// and those that come through groups.
func (v *View) Assignments(p bailiwick.Principal) ([]bailiwick.Assignment, error) {
	rows, err := v.query(`SELECT `+assignmentColumns+` FROM role_assignments a WHERE a.org_id = $1 AND a.principal_id = $2
		UNION ALL
		SELECT `+assignmentColumns+` FROM group_members m CROSS JOIN role_assignments a
		WHERE m.org_id = $1 AND m.user_id = $2 AND a.org_id = $1 AND a.principal_id = m.set_id
		ORDER BY principal_kind DESC, created, id`, v.org, p.ID)
	out, err := collect(rows, err, func(rows *sql.Rows) (bailiwick.Assignment, error) { return scanAssignment(rows) })
	if err != nil {
		return nil, fmt.Errorf("read the roles of %s: %w", p.ID, err)
	}
	return out, nil
}

// Assignment reads the role that a principal itself holds under a wire ID.
func (v *View) Assignment(p bailiwick.Principal, wire bailiwick.ID) (bailiwick.Assignment, error) {
	if !wire.IsAssignment() {
		return bailiwick.Assignment{}, bailiwick.NotFound("RoleAssignment", wire)
	}
	a, err := scanAssignment(v.row(`SELECT `+assignmentColumns+` FROM role_assignments a
		WHERE a.org_id = $1 AND a.principal_id = $2 AND a.wire_id = $3`+v.lock, v.org, p.ID, wire))
	return a, oneRow(err, "RoleAssignment", wire)
}

// InsertAssignment gives a principal a role.
func (tx *Tx) InsertAssignment(a bailiwick.Assignment) error {
	if err := tx.mayGrant(a); err != nil {
		return err
	}
	_, err := tx.exec(`INSERT INTO role_assignments (org_id, id, wire_id, role, principal_kind, principal_id, mode, created, last_updated)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		tx.org, a.Key, a.ID, a.Role, a.Principal.Kind, a.Principal.ID, a.Mode, millis(a.Created), millis(a.LastUpdated))
	if key, ok := conflict(err); ok && key == "role_assignments_once" {
		return bailiwick.Refused(bailiwick.Conflict, bailiwick.ReasonRoleAssigned, "the role specified is already assigned")
	}
	if err != nil {
		return fmt.Errorf("write a role assignment: %w", err)
	}
	return nil
}

// mayGrant repeats the superset rule at the last moment: no caller can write a
// grant that the proven actor could not give.
func (tx *Tx) mayGrant(a bailiwick.Assignment) error {
	return tx.actor.MayGrant(a.Role, a.Mode)
}

// DeleteAssignment takes a role away, with its targets.
func (tx *Tx) DeleteAssignment(a bailiwick.Assignment) error {
	if err := tx.mayGrant(a); err != nil {
		return err
	}
	if _, err := tx.exec(`DELETE FROM role_assignments WHERE org_id = $1 AND id = $2`, tx.org, a.Key); err != nil {
		return fmt.Errorf("delete a role assignment: %w", err)
	}
	return nil
}

// SetMode says whether a role reaches everything or what is listed.
func (tx *Tx) SetMode(a bailiwick.Assignment, mode bailiwick.ScopeMode) error {
	a.Mode = mode
	if err := tx.mayGrant(a); err != nil {
		return err
	}
	_, err := tx.exec(`UPDATE role_assignments SET mode = $3, last_updated = $4 WHERE org_id = $1 AND id = $2`, tx.org, a.Key, mode, millis(tx.now))
	if err != nil {
		return fmt.Errorf("change the scope of a role: %w", err)
	}
	return nil
}

// AddTarget adds a group or realm to what a role reaches; false means that it
// was there.
func (tx *Tx) AddTarget(a bailiwick.Assignment, set bailiwick.ID) (bool, error) {
	if err := tx.mayGrant(a); err != nil {
		return false, err
	}
	n, err := tx.exec(`INSERT INTO role_targets (org_id, assignment_id, set_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, tx.org, a.Key, set)
	if err != nil {
		return false, fmt.Errorf("add a target: %w", err)
	}
	return n > 0, nil
}

// RemoveTarget takes a group or realm out of what a role reaches; false means
// that it was no target.
func (tx *Tx) RemoveTarget(a bailiwick.Assignment, set bailiwick.ID) (bool, error) {
	if err := tx.mayGrant(a); err != nil {
		return false, err
	}
	n, err := tx.exec(`DELETE FROM role_targets WHERE org_id = $1 AND assignment_id = $2 AND set_id = $3`, tx.org, a.Key, set)
	if err != nil {
		return false, fmt.Errorf("remove a target: %w", err)
	}
	return n > 0, nil
}

// IsTarget reports whether a group or realm is a target of a role.
func (v *View) IsTarget(a bailiwick.Assignment, set bailiwick.ID) (bool, error) {
	var n int
	err := v.row(`SELECT COUNT(*) FROM role_targets WHERE org_id = $1 AND assignment_id = $2 AND set_id = $3`, v.org, a.Key, set).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("read a target: %w", err)
	}
	return n > 0, nil
}

// AppTargets lists the app targets of a role behind after, ordered by name and
// instance.
func (v *View) AppTargets(a bailiwick.Assignment, after string, limit int) (Page[bailiwick.AppTarget], error) {
	rows, err := v.query(`SELECT app_name, app_id FROM role_app_targets WHERE org_id = $1 AND assignment_id = $2
		ORDER BY app_name, app_id`, v.org, a.Key)
	all, err := collect(rows, err, func(rows *sql.Rows) (t bailiwick.AppTarget, err error) {
		return t, rows.Scan(&t.Name, &t.Instance)
	})
	if err != nil {
		return Page[bailiwick.AppTarget]{}, fmt.Errorf("read app targets: %w", err)
	}
	var out []bailiwick.AppTarget
	var keys []string
	for _, t := range all {
		if k := t.Name + " " + string(t.Instance); k > after && len(out) <= limit {
			out, keys = append(out, t), append(keys, k)
		}
	}
	return cutPage(out, keys, limit), nil
}

// AddAppTarget adds an app or an instance to what a role reaches; false means
// that it was there.
func (tx *Tx) AddAppTarget(a bailiwick.Assignment, t bailiwick.AppTarget) (bool, error) {
	if err := tx.mayGrant(a); err != nil {
		return false, err
	}
	n, err := tx.exec(`INSERT INTO role_app_targets (org_id, assignment_id, app_name, app_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		tx.org, a.Key, t.Name, t.Instance)
	if err != nil {
		return false, fmt.Errorf("add an app target: %w", err)
	}
	return n > 0, nil
}

// RemoveAppTarget takes an app or an instance out of what a role reaches;
// false means that it was no target.
func (tx *Tx) RemoveAppTarget(a bailiwick.Assignment, t bailiwick.AppTarget) (bool, error) {
	if err := tx.mayGrant(a); err != nil {
		return false, err
	}
	n, err := tx.exec(`DELETE FROM role_app_targets WHERE org_id = $1 AND assignment_id = $2 AND app_name = $3 AND app_id = $4`,
		tx.org, a.Key, t.Name, t.Instance)
	if err != nil {
		return false, fmt.Errorf("remove an app target: %w", err)
	}
	return n > 0, nil
}

// RemoveAppInstances takes every instance of an app out of what a role reaches.
func (tx *Tx) RemoveAppInstances(a bailiwick.Assignment, name string) error {
	if err := tx.mayGrant(a); err != nil {
		return err
	}
	_, err := tx.exec(`DELETE FROM role_app_targets WHERE org_id = $1 AND assignment_id = $2 AND app_name = $3 AND app_id <> ''`, tx.org, a.Key, name)
	if err != nil {
		return fmt.Errorf("remove app targets: %w", err)
	}
	return nil
}

// ClearAppTargets takes all app targets away.
func (tx *Tx) ClearAppTargets(a bailiwick.Assignment) error {
	if err := tx.mayGrant(a); err != nil {
		return err
	}
	if _, err := tx.exec(`DELETE FROM role_app_targets WHERE org_id = $1 AND assignment_id = $2`, tx.org, a.Key); err != nil {
		return fmt.Errorf("remove app targets: %w", err)
	}
	return nil
}

// RequireRulers refuses the transaction when it would leave the org without an
// active super administrator who holds the role directly, or without an active
// owner (CEIL-10). Operations call it after any change that could.
func (tx *Tx) RequireRulers() error {
	for _, rule := range []struct {
		role   bailiwick.RoleType
		reason bailiwick.Reason
		text   string
	}{
		{bailiwick.SuperAdmin, bailiwick.ReasonLastSuperAdmin, "at least one active super administrator must remain"},
		{bailiwick.Owner, bailiwick.ReasonLastOwner, "at least one active owner must remain"},
	} {
		var one int
		err := tx.row(`SELECT 1 FROM role_assignments a JOIN users u ON u.org_id = a.org_id AND u.id = a.principal_id
			WHERE a.org_id = $1 AND a.role = $2 AND u.org_id = $1 AND u.status = 'ACTIVE' LIMIT 1`,
			tx.org, rule.role).Scan(&one)
		if errors.Is(err, sql.ErrNoRows) {
			return bailiwick.Refused(bailiwick.Forbidden, rule.reason, "%s", rule.text)
		}
		if err != nil {
			return fmt.Errorf("count the %ss: %w", rule.role, err)
		}
	}
	return nil
}

// Administrators lists the people who hold any role, directly or through a
// group, by ID.
func (v *View) Administrators(scope authz.UserScope, after bailiwick.ID, limit int) (Page[bailiwick.ID], error) {
	a := v.args()
	at := a.add(after)
	rows, err := v.query(`SELECT u.id FROM (
			SELECT a.principal_id AS id FROM role_assignments a WHERE a.org_id = $1 AND a.principal_id > `+at+`
			UNION
			SELECT m.user_id AS id FROM role_assignments a CROSS JOIN group_members m
			WHERE a.org_id = $1 AND m.org_id = $1 AND m.set_id = a.principal_id AND m.user_id > `+at+`) p
		CROSS JOIN users u WHERE u.org_id = $1 AND u.id = p.id
		AND `+userPredicate(&a, scope.See())+` ORDER BY u.id LIMIT `+a.add(limit+1), a...)
	ids, err := collect(rows, err, scanID)
	if err != nil {
		return Page[bailiwick.ID]{}, fmt.Errorf("read the administrators: %w", err)
	}
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = string(id)
	}
	return cutPage(ids, keys, limit), nil
}

// Supers lists the active people who hold SUPER_ADMIN directly, for notices.
func (v *View) Supers() ([]bailiwick.ID, error) {
	rows, err := v.query(`SELECT a.principal_id FROM role_assignments a JOIN users u ON u.org_id = a.org_id AND u.id = a.principal_id
		WHERE a.org_id = $1 AND a.role = 'SUPER_ADMIN' AND u.org_id = $1 AND u.status = 'ACTIVE' ORDER BY 1`, v.org)
	ids, err := collect(rows, err, scanID)
	if err != nil {
		return nil, fmt.Errorf("read the super administrators: %w", err)
	}
	return ids, nil
}
