package store_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// load writes the crowd's rows by the shortest way: many rows a statement, in
// the order of their keys, indexes and checks afterwards or not at all. What
// it writes is what the operations would.
func (c *crowd) load(ctx context.Context, s *store.Store) error {
	c.realms = []bailiwick.Realm{{ID: c.org.Realm, Name: "Default", Type: bailiwick.DefaultRealm, Default: true}}
	c.groups = []bailiwick.Group{{ID: c.org.Everyone, Type: bailiwick.BuiltInGroup, Name: bailiwick.EveryoneName}}
	if err := c.fill(ctx, s); err != nil {
		return err
	}
	conn, err := s.Writer().Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	before, after := []string{`PRAGMA foreign_keys = 0`, `PRAGMA synchronous = OFF`}, []string{`PRAGMA foreign_keys = 1`, `PRAGMA synchronous = FULL`, `PRAGMA wal_checkpoint(TRUNCATE)`}
	if s.Engine() == "postgres" {
		before, after = []string{`SET session_replication_role = replica`, `SET work_mem = '512MB'`}, []string{`RESET ALL`, `VACUUM ANALYZE`}
	}
	// The members' search keys come from the people's, by the ID at their end.
	owner := `substr(skey, length(skey) - 19)`
	steps := []func() error{
		execAll(ctx, conn, before...),
		execAll(ctx, conn, `DROP INDEX group_members_user`, `DROP INDEX users_short`),
		func() error { return c.loadPeople(ctx, conn) },
		func() error { return c.loadAttributes(ctx, conn) },
		func() error { return c.loadGroups(ctx, conn) },
		func() error { return c.loadMembers(ctx, conn) },
		func() error { return c.loadRoles(ctx, conn) },
		execAll(ctx, conn, `CREATE INDEX users_short ON users (org_id, short_key, id)`,
			`CREATE INDEX group_members_user ON group_members (org_id, user_id, set_id)`,
			`CREATE INDEX crowd_owner ON user_keys (`+owner+`, skey)`,
			`INSERT INTO member_keys (org_id, set_id, skey) SELECT m.org_id, m.set_id, k.skey FROM group_members m
				JOIN user_keys k ON `+strings.ReplaceAll(owner, "skey", "k.skey")+` = m.user_id ORDER BY 1, 2, 3`,
			`DROP INDEX crowd_owner`),
		execAll(ctx, conn, after...),
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func execAll(ctx context.Context, conn *sql.Conn, statements ...string) func() error {
	return func() error {
		for _, text := range statements {
			if _, err := conn.ExecContext(ctx, text); err != nil {
				return fmt.Errorf("%.60s: %w", text, err)
			}
		}
		return nil
	}
}

func (c *crowd) loadPeople(ctx context.Context, conn *sql.Conn) error {
	users := newBulk(ctx, conn, "users", "org_id", "id", "status", "type_id", "realm_id", "login_key", "short_key", "profile", "provider",
		"password", "password_until", "recovery_question", "created", "activated", "status_changed", "last_login", "last_updated", "password_changed", "version")
	keys := make([]string, 0, 4*c.people)
	for n := range c.people {
		u := c.user(n)
		profile, err := json.Marshal(u.Profile)
		if err != nil {
			return err
		}
		at := worldTime.UnixMilli()
		users.add(c.org.ID, u.ID, u.Status, u.TypeID, u.RealmID, u.Profile.Login(), u.Profile.ShortLogin(), string(profile), u.Provider,
			"", 0, "", at, at, at, 0, at, 0, 1)
		keys = append(keys, store.KeysOf(u)...)
	}
	if err := users.end(); err != nil {
		return err
	}
	slices.Sort(keys)
	rows := newBulk(ctx, conn, "user_keys", "org_id", "skey")
	for _, k := range keys {
		rows.add(c.org.ID, k)
	}
	return rows.end()
}

// loadAttributes fills the attribute index from the rows of users, whose texts
// are plain lower case, in the order of its key.
func (c *crowd) loadAttributes(ctx context.Context, conn *sql.Conn) error {
	for _, e := range store.EntriesOf(c.user(0)) {
		name, value := e[0], `profile ->> '`+e[0]+`'`
		switch {
		case name == ":status":
			value = `lower(status)`
		case strings.HasPrefix(name, ":"):
			value = `'` + e[1] + `'` // the same for everybody
		}
		_, err := conn.ExecContext(ctx, `INSERT INTO user_attributes (org_id, name, value, user_id) SELECT org_id, '`+name+`', `+value+`, id FROM users ORDER BY 3, 4`)
		if err != nil {
			return fmt.Errorf("index %s: %w", name, err)
		}
	}
	return nil
}

func (c *crowd) loadGroups(ctx context.Context, conn *sql.Conn) error {
	groups := newBulk(ctx, conn, "groups", "org_id", "id", "type", "name", "name_key", "description", "created", "last_updated")
	for g := range c.sizes {
		name := fmt.Sprintf("group %d", g)
		groups.add(c.org.ID, crowdGroup(g), bailiwick.ManagedGroup, name, name, "", worldTime.UnixMilli(), worldTime.UnixMilli())
	}
	if err := groups.end(); err != nil {
		return err
	}
	stats := newBulk(ctx, conn, "group_stats", "org_id", "set_id", "stripe", "n", "ver", "changed")
	for g, size := range c.sizes {
		stats.add(c.org.ID, crowdGroup(g), 0, size, 1, worldTime.UnixMilli())
	}
	return stats.end()
}

func crowdGroup(g int) bailiwick.ID { return numbered(bailiwick.KindGroup, g+1) }

func (c *crowd) loadMembers(ctx context.Context, conn *sql.Conn) error {
	rows := newBulk(ctx, conn, "group_members", "org_id", "set_id", "user_id")
	for g, size := range c.sizes {
		members := make([]int, size)
		for j := range members {
			members[j] = c.member(g, j)
		}
		slices.Sort(members)
		for _, m := range members {
			rows.add(c.org.ID, crowdGroup(g), numbered(bailiwick.KindUser, m))
		}
	}
	return rows.end()
}

func (c *crowd) loadRoles(ctx context.Context, conn *sql.Conn) error {
	roles := newBulk(ctx, conn, "role_assignments", "org_id", "id", "wire_id", "role", "principal_kind", "principal_id", "mode", "created", "last_updated")
	for i, who := range c.admins {
		role, mode, key := bailiwick.HelpDeskAdmin, bailiwick.ScopeListed, crowdRole(i)
		if who.groups == nil {
			role, mode = bailiwick.SuperAdmin, bailiwick.ScopeAll
		}
		roles.add(c.org.ID, key, key, role, bailiwick.UserPrincipal, who.id, mode, 0, 0)
	}
	if err := roles.end(); err != nil {
		return err
	}
	targets := newBulk(ctx, conn, "role_targets", "org_id", "assignment_id", "set_id")
	for i, who := range c.admins {
		for _, g := range who.groups {
			targets.add(c.org.ID, crowdRole(i), crowdGroup(g))
		}
	}
	return targets.end()
}

func crowdRole(admin int) bailiwick.ID { return numbered(bailiwick.KindUserRole, admin) }

// A bulk inserts rows into one table, several hundred a statement, in one
// transaction. Its first error ends it and is returned by end.
type bulk struct {
	ctx     context.Context
	tx      *sql.Tx
	text    string // up to VALUES
	columns int
	atOnce  int
	full    *sql.Stmt
	values  []any
	err     error
}

func newBulk(ctx context.Context, conn *sql.Conn, table string, columns ...string) *bulk {
	b := &bulk{ctx: ctx, columns: len(columns), atOnce: 4000 / len(columns)}
	b.text = `INSERT INTO ` + table + ` (` + strings.Join(columns, ", ") + `) VALUES `
	if b.tx, b.err = conn.BeginTx(ctx, nil); b.err == nil {
		b.full, b.err = b.tx.PrepareContext(ctx, b.text+marks(b.atOnce, b.columns))
	}
	return b
}

// marks is ($1, $2), ($3, $4) and so on.
func marks(rows, columns int) string {
	tuples := make([]string, rows)
	for r := range tuples {
		row := make([]string, columns)
		for c := range row {
			row[c] = fmt.Sprintf("$%d", r*columns+c+1)
		}
		tuples[r] = "(" + strings.Join(row, ", ") + ")"
	}
	return strings.Join(tuples, ", ")
}

func (b *bulk) add(values ...any) {
	if b.values = append(b.values, values...); b.err != nil || len(b.values) < b.atOnce*b.columns {
		return
	}
	_, b.err = b.full.ExecContext(b.ctx, b.values...)
	b.values = b.values[:0]
}

func (b *bulk) end() error {
	if b.err == nil && len(b.values) > 0 {
		_, b.err = b.tx.ExecContext(b.ctx, b.text+marks(len(b.values)/b.columns, b.columns), b.values...)
	}
	if b.err != nil {
		if b.tx != nil {
			_ = b.tx.Rollback()
		}
		return b.err
	}
	return b.tx.Commit()
}
