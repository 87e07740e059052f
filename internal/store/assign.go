package store

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// SaveAppUser writes what an app keeps of a person: with ScopeUser the person
// has the app by it, with ScopeGroup it says more about an assignment through a
// group. App and person must be inside the scopes.
func (tx *Tx) SaveAppUser(apps authz.AppScope, people authz.UserScope, has bailiwick.AppUser) error {
	if _, err := tx.App(apps, has.AppID); err != nil {
		return err
	}
	if _, err := tx.User(people, has.UserID); err != nil {
		return err
	}
	profile, err := profileText(has.Profile)
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO app_users (org_id, app_id, user_id, direct, user_name, name_key, profile, created, last_updated, status_changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (org_id, app_id, user_id) DO UPDATE SET direct = excluded.direct, user_name = excluded.user_name, name_key = excluded.name_key,
			profile = excluded.profile, created = excluded.created, last_updated = excluded.last_updated, status_changed = excluded.status_changed`,
		tx.org, has.AppID, has.UserID, has.Scope == bailiwick.ScopeUser, has.UserName, appNameKey(has), profile,
		millis(has.Created), millis(has.LastUpdated), millis(has.StatusChanged))
	return wrap(err, "assign app %s to %s", has.AppID, has.UserID)
}

func profileText(profile map[string]any) (string, error) {
	if profile == nil {
		return "{}", nil
	}
	text, err := json.Marshal(profile)
	return string(text), wrap(err, "write the profile of an assignment")
}

// DropAppUser takes a direct assignment away. It reports false when there was
// none.
func (tx *Tx) DropAppUser(apps authz.AppScope, people authz.UserScope, app, user bailiwick.ID) (bool, error) {
	if _, err := tx.App(apps, app); err != nil {
		return false, err
	}
	if _, err := tx.User(people, user); err != nil {
		return false, err
	}
	n, err := tx.exec(`DELETE FROM app_users WHERE org_id = $1 AND app_id = $2 AND user_id = $3 AND direct = TRUE`, tx.org, app, user)
	return n > 0, wrap(err, "take app %s from %s", app, user)
}

// StripApps takes all direct assignments from a person whose account ends, and
// returns the apps. That is a part of the account's end, whatever apps the
// actor may see.
func (tx *Tx) StripApps(user bailiwick.ID) ([]bailiwick.App, error) {
	rows, err := tx.query(`SELECT `+appColumns+` FROM app_users d CROSS JOIN apps p
		WHERE d.org_id = $1 AND d.user_id = $2 AND d.direct = TRUE AND p.org_id = $1 AND p.id = d.app_id ORDER BY p.id`, tx.org, user)
	gone, err := collect(rows, err, scanAppRow)
	if err != nil {
		return nil, fmt.Errorf("read the apps of %s: %w", user, err)
	}
	_, err = tx.exec(`DELETE FROM app_users WHERE org_id = $1 AND user_id = $2`, tx.org, user)
	return gone, wrap(err, "take the apps from %s", user)
}

const appGroupColumns = groupColumns + `, x.app_id, x.priority, x.profile, x.created, x.last_updated`

func scanAppGroup(row scanner) (bailiwick.AppGroup, error) {
	var x bailiwick.AppGroup
	var profile []byte
	var created, updated int64
	g, err := scanGroup(ahead{row, []any{&x.AppID, &x.Priority, &profile, &created, &updated}})
	if err != nil {
		return x, err
	}
	x.Group, x.Created, x.LastUpdated = g, timeOf(created), timeOf(updated)
	return x, wrap(json.Unmarshal(profile, &x.Profile), "read the profile of an assignment")
}

// ahead scans more columns behind those of a row's own scan function.
type ahead struct {
	row  scanner
	rest []any
}

func (a ahead) Scan(into ...any) error { return a.row.Scan(append(into, a.rest...)...) }

// AppGroup reads the assignment of an app to a group. A group that is hidden or
// absent is Missing as such; one that has not the app, as an assignment.
func (v *View) AppGroup(apps authz.AppScope, groups authz.GroupScope, app, group bailiwick.ID) (bailiwick.AppGroup, error) {
	if _, err := v.App(apps, app); err != nil {
		return bailiwick.AppGroup{}, err
	}
	if _, err := v.Group(groups, group); err != nil {
		return bailiwick.AppGroup{}, err
	}
	x, err := scanAppGroup(v.row(`SELECT `+appGroupColumns+` FROM app_groups x CROSS JOIN groups g
		WHERE x.org_id = $1 AND x.app_id = $2 AND x.group_id = $3 AND g.org_id = $1 AND g.id = x.group_id`, v.org, app, group))
	if err != nil {
		return x, oneRow(err, "ApplicationGroupAssignment", group)
	}
	return x, nil
}

// AppGroups lists the groups that an app is assigned to, by name.
func (v *View) AppGroups(apps authz.AppScope, groups authz.GroupScope, app bailiwick.ID, prefix, after string, limit int) (Page[bailiwick.AppGroup], error) {
	if _, err := v.App(apps, app); err != nil {
		return Page[bailiwick.AppGroup]{}, err
	}
	a := v.args()
	text := `SELECT ` + appGroupColumns + `, g.name_key FROM app_groups x CROSS JOIN groups g WHERE x.org_id = $1 AND x.app_id = ` + a.add(app) +
		` AND g.org_id = $1 AND g.id = x.group_id AND ` + keyRange(&a, "g.name_key", after, foldKey(prefix)) +
		` AND ` + setPredicate(&a, groups.See(), "g.id") + ` ORDER BY g.name_key LIMIT ` + a.add(limit+1)
	var keys []string
	rows, err := v.query(text, a...)
	found, err := collect(rows, err, func(rows *sql.Rows) (bailiwick.AppGroup, error) {
		var name string
		x, err := scanAppGroup(tail{rows, &name})
		keys = append(keys, name)
		return x, err
	})
	if err != nil {
		return Page[bailiwick.AppGroup]{}, fmt.Errorf("read the groups of app %s: %w", app, err)
	}
	return cutPage(found, keys, limit), nil
}

// NextAppPriority is one behind the last priority of the app's groups.
func (v *View) NextAppPriority(app bailiwick.ID) (int, error) {
	var n int
	err := v.row(`SELECT COALESCE(MAX(x.priority) + 1, 0) FROM app_groups x WHERE x.org_id = $1 AND x.app_id = $2`, v.org, app).Scan(&n)
	return n, wrap(err, "read the priorities of app %s", app)
}

// SaveAppGroup writes the assignment of an app to a group. Both must be inside
// the scopes.
func (tx *Tx) SaveAppGroup(apps authz.AppScope, groups authz.GroupScope, x bailiwick.AppGroup) error {
	if _, err := tx.App(apps, x.AppID); err != nil {
		return err
	}
	if _, err := tx.Group(groups, x.Group.ID); err != nil {
		return err
	}
	profile, err := profileText(x.Profile)
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO app_groups (org_id, app_id, group_id, priority, profile, created, last_updated) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (org_id, app_id, group_id) DO UPDATE SET priority = excluded.priority, profile = excluded.profile, last_updated = excluded.last_updated`,
		tx.org, x.AppID, x.Group.ID, x.Priority, profile, millis(x.Created), millis(x.LastUpdated))
	return wrap(err, "assign app %s to group %s", x.AppID, x.Group.ID)
}

// DropAppGroup takes an app from a group. It reports false when the group had
// it not.
func (tx *Tx) DropAppGroup(apps authz.AppScope, groups authz.GroupScope, app, group bailiwick.ID) (bool, error) {
	if _, err := tx.App(apps, app); err != nil {
		return false, err
	}
	if _, err := tx.Group(groups, group); err != nil {
		return false, err
	}
	n, err := tx.exec(`DELETE FROM app_groups WHERE org_id = $1 AND app_id = $2 AND group_id = $3`, tx.org, app, group)
	return n > 0, wrap(err, "take app %s from group %s", app, group)
}
