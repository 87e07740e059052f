package store

import (
	"database/sql"
	"fmt"
	"slices"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// GroupStats reads what lists of groups tell beside each group. Groups that
// the scope does not show are left out.
func (v *View) GroupStats(scope authz.GroupScope, groups []bailiwick.ID) (map[bailiwick.ID]bailiwick.GroupStats, error) {
	out := make(map[bailiwick.ID]bailiwick.GroupStats, len(groups))
	for part := range slices.Chunk(groups, rowsAtOnce) {
		a := v.args()
		rows, err := v.query(`SELECT g.id, g.type,
			(SELECT CAST(COALESCE(SUM(z.n), 0) AS BIGINT) FROM group_stats z WHERE z.org_id = g.org_id AND z.set_id = g.id),
			(SELECT COUNT(*) > 0 FROM role_assignments a WHERE a.org_id = g.org_id AND a.principal_id = g.id),
			(SELECT COUNT(*) FROM app_groups x WHERE x.org_id = g.org_id AND x.group_id = g.id)
			FROM groups g WHERE g.org_id = $1 AND g.id IN (`+a.list(part)+`) AND `+setPredicate(&a, scope.See(), "g.id"), a...)
		_, err = collect(rows, err, func(rows *sql.Rows) (id bailiwick.ID, err error) {
			var s bailiwick.GroupStats
			var kind bailiwick.GroupType
			if err = rows.Scan(&id, &kind, &s.Users, &s.HasAdminPrivilege, &s.Apps); err != nil {
				return id, err
			}
			s.BuiltIn = kind == bailiwick.BuiltInGroup
			out[id] = s
			return id, nil
		})
		if err != nil {
			return nil, fmt.Errorf("read the numbers of a page of groups: %w", err)
		}
	}
	for id, s := range out {
		if !s.BuiltIn {
			continue
		}
		n, err := v.people()
		if err != nil {
			return nil, err
		}
		s.Users = n
		out[id] = s
	}
	return out, nil
}

// RolesLostWith lists what goes when a group is deleted: the roles that it
// holds itself, and the roles of others whose scope it is a part of. Who calls
// has read the group.
func (v *View) RolesLostWith(group bailiwick.ID) (held, targets []bailiwick.Assignment, err error) {
	scan := func(rows *sql.Rows) (bailiwick.Assignment, error) { return scanAssignment(rows) }
	rows, err := v.query(`SELECT `+assignmentColumns+` FROM role_assignments a WHERE a.org_id = $1 AND a.principal_id = $2 ORDER BY a.id`, v.org, group)
	if held, err = collect(rows, err, scan); err != nil {
		return nil, nil, fmt.Errorf("read the roles of group %s: %w", group, err)
	}
	rows, err = v.query(`SELECT `+assignmentColumns+` FROM role_targets s CROSS JOIN role_assignments a
		WHERE s.org_id = $1 AND s.set_id = $2 AND a.org_id = $1 AND a.id = s.assignment_id ORDER BY a.id`, v.org, group)
	if targets, err = collect(rows, err, scan); err != nil {
		return nil, nil, fmt.Errorf("read the scopes that group %s limits: %w", group, err)
	}
	return held, targets, nil
}

// Holder describes who holds a role as a part of an event, whoever may see
// them: the log redacts when it is read.
func (tx *Tx) Holder(p bailiwick.Principal) (bailiwick.EventEntity, error) {
	if p.Kind == bailiwick.GroupPrincipal {
		g, err := scanGroup(tx.row(`SELECT `+groupColumns+` FROM groups g WHERE g.org_id = $1 AND g.id = $2`, tx.org, p.ID))
		return g.Entity(), oneRow(err, "UserGroup", p.ID)
	}
	u, err := scanUser(tx.row(`SELECT `+userColumns+` FROM users u WHERE u.org_id = $1 AND u.id = $2`, tx.org, p.ID))
	return u.Entity(), oneRow(err, "User", p.ID)
}
