package store

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

// AlsoChanged is [Tx.Also] for an event that names the fields it changed.
func (tx *Tx) AlsoChanged(t bailiwick.EventType, changes []bailiwick.Change, targets ...bailiwick.EventEntity) {
	tx.Also(t, targets...)
	tx.also[len(tx.also)-1].Changes = changes
}

// Named is the spelling under which logins and names of groups are unique.
func Named(name string) string { return filter.FoldAccents(name) }

// UsersNamed reads the people of those logins, as far as the scope shows them,
// by their logins as [Named] spells them.
func (v *View) UsersNamed(scope authz.UserScope, logins []string) (map[string]bailiwick.User, error) {
	out := make(map[string]bailiwick.User, len(logins))
	for part := range slices.Chunk(logins, rowsAtOnce) {
		a := v.args()
		text := `SELECT ` + userColumns + ` FROM users u WHERE u.org_id = $1 AND u.login_key IN (` + a.names(part) + `) AND ` +
			userPredicate(&a, scope.See())
		rows, err := v.query(text, a...)
		users, err := collect(rows, err, scanUserRow)
		if err != nil {
			return nil, fmt.Errorf("find people by login: %w", err)
		}
		for _, u := range users {
			out[Named(u.Profile.Login())] = u
		}
	}
	return out, nil
}

// GroupsNamed reads the groups of those names, as far as the scope shows them,
// by their names as [Named] spells them.
func (v *View) GroupsNamed(scope authz.GroupScope, names []string) (map[string]bailiwick.Group, error) {
	out := make(map[string]bailiwick.Group, len(names))
	for part := range slices.Chunk(names, rowsAtOnce) {
		a := v.args()
		text := `SELECT ` + groupColumns + ` FROM groups g WHERE g.org_id = $1 AND g.name_key IN (` + a.names(part) + `) AND ` +
			setPredicate(&a, scope.See(), "g.id")
		rows, err := v.query(text, a...)
		groups, err := collect(rows, err, scanGroupRow)
		if err != nil {
			return nil, fmt.Errorf("find groups by name: %w", err)
		}
		for _, g := range groups {
			out[Named(g.Name)] = g
		}
	}
	return out, nil
}

// A Membership is a group that a person is in.
type Membership struct {
	User, Group bailiwick.ID
	Name        string // of the group
}

// Memberships lists the groups of some people whom the scope shows, sorted by
// person and name. The built-in group is left out: everybody is in it. Groups
// are read on their own: joined, an engine that knows little of the tables yet
// may go through the members of every group.
func (v *View) Memberships(people authz.UserScope, groups authz.GroupScope, users []bailiwick.ID) ([]Membership, error) {
	var out []Membership
	names := map[bailiwick.ID]string{}
	for part := range slices.Chunk(users, rowsAtOnce) {
		a := v.args()
		text := `SELECT m.user_id, m.set_id FROM group_members m WHERE m.org_id = $1 AND m.user_id IN (` + a.list(part) + `)`
		if !people.See().Everything() {
			text += ` AND EXISTS (SELECT 1 FROM users u WHERE u.org_id = $1 AND u.id = m.user_id AND ` + userPredicate(&a, people.See()) + `)`
		}
		rows, err := v.query(text, a...)
		found, err := collect(rows, err, func(rows *sql.Rows) (m Membership, err error) { return m, rows.Scan(&m.User, &m.Group) })
		if err != nil {
			return nil, fmt.Errorf("read memberships: %w", err)
		}
		if err := v.groupNames(groups, found, names); err != nil {
			return nil, err
		}
		for _, m := range found {
			if m.Name = names[m.Group]; m.Name != "" {
				out = append(out, m)
			}
		}
	}
	slices.SortFunc(out, func(a, b Membership) int {
		return cmp.Or(cmp.Compare(a.User, b.User), cmp.Compare(Named(a.Name), Named(b.Name)))
	})
	return out, nil
}

// groupNames adds the names of those groups that the scope shows; the empty
// name is of what it does not show, and of the hidden sets of realms.
func (v *View) groupNames(scope authz.GroupScope, of []Membership, names map[bailiwick.ID]string) error {
	var ids []bailiwick.ID
	for _, m := range of {
		if _, known := names[m.Group]; !known {
			names[m.Group], ids = "", append(ids, m.Group)
		}
	}
	for part := range slices.Chunk(ids, rowsAtOnce) {
		a := v.args()
		rows, err := v.query(`SELECT g.id, g.name FROM groups g WHERE g.org_id = $1 AND g.id IN (`+a.list(part)+`) AND `+
			setPredicate(&a, scope.See(), "g.id"), a...)
		found, err := collect(rows, err, func(rows *sql.Rows) (m Membership, err error) { return m, rows.Scan(&m.Group, &m.Name) })
		if err != nil {
			return fmt.Errorf("read the names of groups: %w", err)
		}
		for _, m := range found {
			names[m.Group] = m.Name
		}
	}
	return nil
}

func (a *args) names(names []string) string {
	keys := make([]bailiwick.ID, len(names))
	for i, name := range names {
		keys[i] = bailiwick.ID(name)
	}
	return a.list(keys)
}

// UsersByLogin lists whom the scope shows, sorted by login as [Named] spells it.
// It is for going through everybody: for a narrow scope a page can read the
// rows of many others.
func (v *View) UsersByLogin(scope authz.UserScope, after string, limit int) (Page[bailiwick.User], error) {
	a := v.args()
	text := `SELECT ` + userColumns + ` FROM users u WHERE u.org_id = $1 AND u.login_key > ` + a.add(after) + ` AND ` +
		userPredicate(&a, scope.See()) + ` ORDER BY u.login_key LIMIT ` + a.add(limit+1)
	rows, err := v.query(text, a...)
	users, err := collect(rows, err, scanUserRow)
	if err != nil {
		return Page[bailiwick.User]{}, fmt.Errorf("read people by login: %w", err)
	}
	keys := make([]string, len(users))
	for i, u := range users {
		keys[i] = Named(u.Profile.Login())
	}
	return cutPage(users, keys, limit), nil
}
