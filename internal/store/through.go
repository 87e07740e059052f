package store

import (
	"database/sql"
	"fmt"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// GroupNames returns, for each of the people, the names of the groups they are
// in, as far as the scope shows the groups. Whether the people may be seen is
// the caller's to have asked.
func (v *View) GroupNames(scope authz.GroupScope, people []bailiwick.ID) (map[bailiwick.ID][]string, error) {
	out := make(map[bailiwick.ID][]string, len(people))
	if len(people) == 0 || len(people) > rowsAtOnce {
		return out, nil
	}
	a := v.args()
	text := `SELECT m.user_id, g.name FROM group_members m JOIN groups g ON g.org_id = m.org_id AND g.id = m.set_id
		WHERE m.org_id = $1 AND g.org_id = $1 AND m.user_id IN (` + a.list(people) + `) AND ` +
		setPredicate(&a, scope.See(), "m.set_id") + ` ORDER BY g.name_key`
	type membership struct {
		user bailiwick.ID
		name string
	}
	rows, err := v.query(text, a...)
	found, err := collect(rows, err, func(rows *sql.Rows) (membership, error) {
		var m membership
		return m, rows.Scan(&m.user, &m.name)
	})
	if err != nil {
		return nil, fmt.Errorf("read the groups of a page of people: %w", err)
	}
	for _, m := range found {
		out[m.user] = append(out[m.user], m.name)
	}
	return out, nil
}
