package store

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

const groupColumns = `g.id, g.type, g.name, g.description, g.profile, g.created, g.last_updated,
	(SELECT CAST(COALESCE(MAX(z.changed), 0) AS BIGINT) FROM group_stats z WHERE z.org_id = g.org_id AND z.set_id = g.id),
	(SELECT CAST(COALESCE(SUM(z.n), 0) AS BIGINT) FROM group_stats z WHERE z.org_id = g.org_id AND z.set_id = g.id)`

func scanGroup(row scanner) (bailiwick.Group, error) {
	var g bailiwick.Group
	var profile []byte
	var created, updated, members int64
	err := row.Scan(&g.ID, &g.Type, &g.Name, &g.Description, &profile, &created, &updated, &members, &g.Members)
	if err != nil {
		return g, err
	}
	g.Created, g.LastUpdated, g.LastMembershipUpdated = timeOf(created), timeOf(updated), timeOf(max(members, created))
	if err := json.Unmarshal(profile, &g.Custom); err != nil {
		return g, fmt.Errorf("read the attributes of group %s: %w", g.ID, err)
	}
	return g, nil
}

func scanGroupRow(rows *sql.Rows) (bailiwick.Group, error) { return scanGroup(rows) }

// Group reads one group. Absent and hidden are the same Missing.
func (v *View) Group(scope authz.GroupScope, id bailiwick.ID) (bailiwick.Group, error) {
	if !id.Is(bailiwick.KindGroup) {
		return bailiwick.Group{}, bailiwick.NotFound("UserGroup", id)
	}
	a := v.args()
	g, err := scanGroup(v.row(`SELECT `+groupColumns+` FROM groups g WHERE g.org_id = $1 AND g.id = `+a.add(id)+
		` AND `+setPredicate(&a, scope.See(), "g.id"), a...))
	if err != nil {
		return g, oneRow(err, "UserGroup", id)
	}
	if g.Type == bailiwick.BuiltInGroup {
		if g.Members, err = v.people(); err != nil {
			return g, err
		}
	}
	if scope.ReadOnly() && v.lock == "" {
		return g, nil
	}
	subject, err := v.groupSubject(scope, id)
	if err != nil {
		return g, err
	}
	return g, scope.Judge(subject)
}

// A GroupQuery asks for groups, ordered by name.
type GroupQuery struct {
	Prefix string // of the name, in any spelling
	// Of limits the list to the groups that a person is in.
	Of bailiwick.ID
	// Targets limits the list to the targets of an assignment.
	Targets bailiwick.ID
	// Where, when set, is an expression that every group listed matches. It
	// goes with none of the above.
	Where    filter.Node
	Spelling Spelling // of the texts in Where
	// SortBy is the attribute that a list with Where is sorted by, ties by ID;
	// empty for the name. What has no value comes last.
	SortBy     string
	Descending bool
	After      string // Next of the page before
	Limit      int
}

// Groups lists the groups that the scope shows. Everyone comes for everybody,
// except to an actor whose scope is limited to listed groups.
func (v *View) Groups(scope authz.GroupScope, q GroupQuery) (Page[bailiwick.Group], error) {
	if q.Where != nil {
		return v.searchGroups(scope, q)
	}
	a := v.args()
	key := "g.name_key"
	if q.Of != "" {
		// A person's groups begin with the built-in one (Okta management API).
		key = `CASE WHEN g.type = 'BUILT_IN' THEN '!' ELSE '"' || g.name_key END`
	}
	text := `SELECT ` + groupColumns + `, ` + key + ` FROM groups g WHERE g.org_id = $1 AND ` + keyRange(&a, "g.name_key", "", foldKey(q.Prefix))
	if q.After != "" {
		text += ` AND ` + key + ` > ` + a.add(q.After)
	}
	if q.Of != "" {
		text += ` AND (g.type = 'BUILT_IN' OR g.id IN (SELECT m.set_id FROM group_members m WHERE m.org_id = $1 AND m.user_id = ` + a.add(q.Of) + `))`
	}
	if q.Targets != "" {
		text += ` AND g.id IN (SELECT t.set_id FROM role_targets t WHERE t.org_id = $1 AND t.assignment_id = ` + a.add(q.Targets) + `)`
	}
	text += ` AND ` + setPredicate(&a, scope.See(), "g.id") + ` ORDER BY ` + key + ` LIMIT ` + a.add(q.Limit+1)
	var keys []string
	rows, err := v.query(text, a...)
	groups, err := collect(rows, err, func(rows *sql.Rows) (bailiwick.Group, error) {
		var name string
		g, err := scanGroup(tail{rows, &name})
		keys = append(keys, name)
		return g, err
	})
	if err != nil {
		return Page[bailiwick.Group]{}, fmt.Errorf("read a page of groups: %w", err)
	}
	return cutPage(groups, keys, q.Limit), nil
}

// keyRange is the condition that a key is behind the cursor and begins with
// the prefix.
func keyRange(a *args, column, after, prefix string) string {
	op, from := " >= ", prefix
	if after != "" && after >= prefix {
		op, from = " > ", after
	}
	text := column + op + a.add(from)
	if prefix != "" {
		text += " AND " + column + " < " + a.add(prefix+above)
	}
	return text
}

// tail scans one more column behind those of the row's own scan function.
type tail struct {
	rows *sql.Rows
	last any
}

func (t tail) Scan(into ...any) error { return t.rows.Scan(append(into, t.last)...) }

// cutPage drops the row that was read only to know whether there is more.
func cutPage[T any](rows []T, keys []string, limit int) Page[T] {
	if len(rows) <= limit {
		return Page[T]{Rows: rows}
	}
	return Page[T]{Rows: rows[:limit], Next: keys[limit-1]}
}

// InsertGroup adds a group and the row that counts its members.
func (tx *Tx) InsertGroup(scope authz.GroupScope, g bailiwick.Group) error {
	if scope.Act().Nothing() {
		return bailiwick.ErrForbidden
	}
	_, err := tx.exec(`INSERT INTO groups (org_id, id, type, name, name_key, description, created, last_updated)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		tx.org, g.ID, g.Type, g.Name, filter.FoldAccents(g.Name), g.Description, millis(g.Created), millis(g.LastUpdated))
	if err != nil {
		return nameTaken(err, "groups_name", "write a group")
	}
	if len(g.Custom) > 0 {
		if err := tx.writeAttributes(g.ID, g.Custom); err != nil {
			return err
		}
	}
	return tx.countSet(g.ID)
}

func nameTaken(err error, constraint, doing string) error {
	if key, ok := conflict(err); ok && key == constraint {
		return &bailiwick.Error{Code: bailiwick.Conflict, Reason: bailiwick.ReasonDuplicate, Field: "name",
			Message: "An object with this field already exists in the current organization"}
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// countSet makes the first stripe of a set's counter.
func (tx *Tx) countSet(set bailiwick.ID) error {
	_, err := tx.exec(`INSERT INTO group_stats (org_id, set_id, stripe, n, ver, changed) VALUES ($1, $2, 0, 0, 0, 0)`, tx.org, set)
	if err != nil {
		return fmt.Errorf("count set %s: %w", set, err)
	}
	return nil
}

// SaveGroup writes name, description and custom attributes.
func (tx *Tx) SaveGroup(scope authz.GroupScope, g bailiwick.Group) error {
	if _, err := tx.Group(scope, g.ID); err != nil {
		return err
	}
	_, err := tx.exec(`UPDATE groups SET name = $3, name_key = $4, description = $5, last_updated = $6 WHERE org_id = $1 AND id = $2`,
		tx.org, g.ID, g.Name, filter.FoldAccents(g.Name), g.Description, millis(g.LastUpdated))
	if err != nil {
		return nameTaken(err, "groups_name", "write a group")
	}
	return tx.writeAttributes(g.ID, g.Custom)
}

// DeleteGroup removes a group with its memberships and roles, and as a target
// of roles: a role whose listed targets are all gone reaches nobody.
func (tx *Tx) DeleteGroup(scope authz.GroupScope, id bailiwick.ID) error {
	g, err := tx.Group(scope, id)
	if err != nil {
		return err
	}
	if err := tx.invalidateRules(g); err != nil {
		return err
	}
	for _, text := range []string{
		`DELETE FROM role_targets WHERE org_id = $1 AND set_id = $2`,
		`DELETE FROM role_assignments WHERE org_id = $1 AND principal_id = $2`,
		`DELETE FROM group_owners WHERE org_id = $1 AND owner_id = $2`,
		`DELETE FROM member_keys WHERE org_id = $1 AND set_id = $2`,
		`DELETE FROM group_members WHERE org_id = $1 AND set_id = $2`,
		`DELETE FROM group_stats WHERE org_id = $1 AND set_id = $2`,
		`DELETE FROM groups WHERE org_id = $1 AND id = $2`,
	} {
		if _, err := tx.exec(text, tx.org, id); err != nil {
			return fmt.Errorf("delete group %s: %w", id, err)
		}
	}
	return nil
}

// IsMember reports whether a person is in a group.
func (v *View) IsMember(groups authz.GroupScope, people authz.UserScope, group, user bailiwick.ID) (bool, error) {
	if groups.See().Nothing() || people.See().Nothing() {
		return false, nil
	}
	var n int
	err := v.row(`SELECT COUNT(*) FROM group_members WHERE org_id = $1 AND set_id = $2 AND user_id = $3`, v.org, group, user).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("read a membership: %w", err)
	}
	return n > 0, nil
}

// AddMember puts a person into a group; both must be inside the scopes. False
// means that the person was in it.
func (tx *Tx) AddMember(groups authz.GroupScope, people authz.UserScope, group, user bailiwick.ID) (bool, error) {
	if _, err := tx.Group(groups, group); err != nil {
		return false, err
	}
	u, err := tx.User(people, user)
	if err != nil {
		return false, err
	}
	entered, err := tx.enter(group, u)
	if err != nil || entered {
		return entered, err
	}
	return tx.markHand(group, user)
}

// AddNewMembers puts people who were inserted in this transaction into a
// group. The group must be inside the scope. The counter moves once. Rules are
// judged at the end of the transaction, so nobody is in the group before.
func (tx *Tx) AddNewMembers(groups authz.GroupScope, group bailiwick.ID, people []bailiwick.User) error {
	if _, err := tx.Group(groups, group); err != nil {
		return err
	}
	for _, u := range people {
		tx.touch(u.ID, string(group))
	}
	return tx.enterMany(group, people)
}

// RemoveMember takes a person out of a group; both must be inside the scopes.
// False means that the person was not in it.
func (tx *Tx) RemoveMember(groups authz.GroupScope, people authz.UserScope, group, user bailiwick.ID) (bool, error) {
	if _, err := tx.Group(groups, group); err != nil {
		return false, err
	}
	u, err := tx.User(people, user)
	if err != nil {
		return false, err
	}
	if err := tx.spare(group, u); err != nil {
		return false, err
	}
	return tx.leave(group, u)
}

// enter, leave, enterMany and leaveMany are the only writers of memberships:
// rows, search keys and counter move together.
func (tx *Tx) enter(set bailiwick.ID, u bailiwick.User) (bool, error) {
	n, err := tx.exec(`INSERT INTO group_members (org_id, set_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, tx.org, set, u.ID)
	if err != nil {
		return false, fmt.Errorf("add %s to %s: %w", u.ID, set, err)
	}
	if n == 0 {
		return false, nil
	}
	if err := tx.insertKeys("member_keys", set, userKeys(u)); err != nil {
		return false, err
	}
	tx.touch(u.ID, string(set))
	return true, tx.countMembers(set, 1)
}

func (tx *Tx) leave(set bailiwick.ID, u bailiwick.User) (bool, error) {
	n, err := tx.exec(`DELETE FROM group_members WHERE org_id = $1 AND set_id = $2 AND user_id = $3`, tx.org, set, u.ID)
	if err != nil {
		return false, fmt.Errorf("remove %s from %s: %w", u.ID, set, err)
	}
	if n == 0 {
		return false, nil
	}
	if err := tx.deleteKeys("member_keys", set, userKeys(u)); err != nil {
		return false, err
	}
	tx.touch(u.ID, string(set))
	return true, tx.countMembers(set, -1)
}

// stripes is how many rows a set's counter can spread over.
const stripes = 16

// countMembers moves the counter, in a stripe of its own after contention.
func (tx *Tx) countMembers(set bailiwick.ID, by int) error {
	stripe := 0
	if tx.attempt > 0 {
		stripe = int(tx.now.UnixMilli()+int64(tx.attempt)) % stripes
	}
	_, err := tx.exec(`INSERT INTO group_stats (org_id, set_id, stripe, n, ver, changed) VALUES ($1, $2, $3, $4, 1, $5)
		ON CONFLICT (org_id, set_id, stripe) DO UPDATE SET n = group_stats.n + excluded.n, ver = group_stats.ver + 1, changed = excluded.changed`,
		tx.org, set, stripe, by, millis(tx.now))
	if err != nil {
		return fmt.Errorf("count the members of %s: %w", set, err)
	}
	return nil
}
