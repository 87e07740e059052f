package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// Who has an app is computed when it is asked: by a row of one's own, or by
// being in a group that has it, Everyone among them. Nothing is materialized,
// so a change of membership counts at once. Deactivated people have no apps.

// everyoneID is the org's built-in group in a statement.
const everyoneID = `(SELECT o.everyone_id FROM orgs o WHERE o.id = $1)`

// A holding is one person and one app.
type holding struct{ app, user bailiwick.ID }

// assigned tells which of the people have which of the apps, and how. Both were
// read within the scopes of whoever asks.
func (v *View) assigned(apps []bailiwick.ID, people map[bailiwick.ID]bailiwick.User) (map[holding]bailiwick.AppUser, error) {
	living := slices.Sorted(maps.Keys(people))
	living = slices.DeleteFunc(living, func(id bailiwick.ID) bool { return people[id].Status == bailiwick.Deprovisioned })
	out := map[holding]bailiwick.AppUser{}
	for few := range slices.Chunk(apps, rowsAtOnce) {
		for part := range slices.Chunk(living, rowsAtOnce) {
			if err := v.assignedOf(few, part, people, out); err != nil {
				return nil, fmt.Errorf("read who has an app: %w", err)
			}
		}
	}
	return out, nil
}

func (v *View) assignedOf(apps, people []bailiwick.ID, known map[bailiwick.ID]bailiwick.User, out map[holding]bailiwick.AppUser) error {
	through, err := v.throughGroups(apps, people)
	if err != nil {
		return err
	}
	for h, g := range through {
		u := known[h.user]
		out[h] = bailiwick.AppUser{AppID: h.app, UserID: h.user, Scope: bailiwick.ScopeGroup, UserName: u.Profile.Login(), Profile: maps.Clone(g.Profile),
			Created: g.Created, LastUpdated: g.LastUpdated, StatusChanged: g.Created, User: u}
	}
	own, err := v.ownRows(apps, people)
	if err != nil {
		return err
	}
	for h, row := range own {
		has, byGroup := out[h]
		row.User = known[h.user]
		switch {
		case row.direct:
			out[h] = row.AppUser
		case byGroup: // the row says more about somebody who has the app by a group
			has.UserName, has.LastUpdated = row.UserName, row.LastUpdated
			if has.Profile == nil {
				has.Profile = map[string]any{}
			}
			maps.Copy(has.Profile, row.Profile)
			out[h] = has
		}
	}
	return nil
}

// throughGroups finds for each holding the assignment to a group that goes
// first.
func (v *View) throughGroups(apps, people []bailiwick.ID) (map[holding]bailiwick.AppGroup, error) {
	type row struct {
		holding
		bailiwick.AppGroup
	}
	scan := func(rows *sql.Rows) (r row, err error) {
		var profile []byte
		var created, updated int64
		if err := rows.Scan(&r.app, &r.user, &r.Group.ID, &r.Priority, &profile, &created, &updated); err != nil {
			return r, err
		}
		r.Created, r.LastUpdated = timeOf(created), timeOf(updated)
		return r, json.Unmarshal(profile, &r.Profile)
	}
	const columns = `x.group_id, x.priority, x.profile, x.created, x.last_updated`
	a := v.args()
	// CROSS JOIN makes SQLite begin with the few groups of the apps.
	rows, err := v.query(`SELECT x.app_id, m.user_id, `+columns+` FROM app_groups x CROSS JOIN group_members m
		WHERE x.org_id = $1 AND x.app_id IN (`+a.list(apps)+`) AND m.org_id = $1 AND m.set_id = x.group_id AND m.user_id IN (`+a.list(people)+`)`, a...)
	found, err := collect(rows, err, scan)
	if err != nil {
		return nil, err
	}
	a = v.args()
	rows, err = v.query(`SELECT x.app_id, '', `+columns+` FROM app_groups x
		WHERE x.org_id = $1 AND x.app_id IN (`+a.list(apps)+`) AND x.group_id = `+everyoneID, a...)
	everyone, err := collect(rows, err, scan)
	if err != nil {
		return nil, err
	}
	for _, r := range everyone {
		for _, id := range people {
			r.user = id
			found = append(found, r)
		}
	}
	out := make(map[holding]bailiwick.AppGroup, len(found))
	for _, r := range found {
		have, ok := out[r.holding]
		if !ok || r.Priority < have.Priority || r.Priority == have.Priority && r.Group.ID < have.Group.ID {
			out[r.holding] = r.AppGroup
		}
	}
	return out, nil
}

// An ownRow is a row of app_users.
type ownRow struct {
	bailiwick.AppUser
	direct bool
}

func (v *View) ownRows(apps, people []bailiwick.ID) (map[holding]ownRow, error) {
	a := v.args()
	rows, err := v.query(`SELECT d.app_id, d.user_id, d.direct, d.user_name, d.profile, d.created, d.last_updated, d.status_changed
		FROM app_users d WHERE d.org_id = $1 AND d.app_id IN (`+a.list(apps)+`) AND d.user_id IN (`+a.list(people)+`)`, a...)
	found, err := collect(rows, err, func(rows *sql.Rows) (r ownRow, err error) {
		var profile []byte
		var created, updated, changed int64
		if err := rows.Scan(&r.AppID, &r.UserID, &r.direct, &r.UserName, &profile, &created, &updated, &changed); err != nil {
			return r, err
		}
		r.Scope = bailiwick.ScopeUser
		r.Created, r.LastUpdated, r.StatusChanged = timeOf(created), timeOf(updated), timeOf(changed)
		return r, json.Unmarshal(profile, &r.Profile)
	})
	out := make(map[holding]ownRow, len(found))
	for _, r := range found {
		out[holding{r.AppID, r.UserID}] = r
	}
	return out, err
}

// AppUser reads one person as an app knows them. Who is hidden or absent is
// Missing as a User; who is visible and has the app by nothing, as an AppUser.
func (v *View) AppUser(apps authz.AppScope, people authz.UserScope, app bailiwick.ID, ref string) (bailiwick.AppUser, error) {
	if _, err := v.App(apps, app); err != nil {
		return bailiwick.AppUser{}, err
	}
	u, err := v.UserByRef(people, ref)
	if err != nil {
		return bailiwick.AppUser{}, err
	}
	found, err := v.assigned([]bailiwick.ID{app}, map[bailiwick.ID]bailiwick.User{u.ID: u})
	if err != nil {
		return bailiwick.AppUser{}, err
	}
	has, ok := found[holding{app, u.ID}]
	if !ok {
		return bailiwick.AppUser{User: u}, bailiwick.NotFound("AppUser", u.ID)
	}
	return has, nil
}

// AppUsersOf tells which of the apps, which View.Apps has just given for the
// same scope, a person has.
func (v *View) AppUsersOf(people authz.UserScope, user bailiwick.ID, apps []bailiwick.App) (map[bailiwick.ID]bailiwick.AppUser, error) {
	u, err := v.User(people, user)
	if err != nil {
		return nil, err
	}
	ids := make([]bailiwick.ID, len(apps))
	for i, app := range apps {
		ids[i] = app.ID
	}
	found, err := v.assigned(ids, map[bailiwick.ID]bailiwick.User{u.ID: u})
	out := make(map[bailiwick.ID]bailiwick.AppUser, len(found))
	for h, has := range found {
		out[h.app] = has
	}
	return out, err
}

// An AppUserQuery asks for the people who have an app, by ID, or with Prefix
// by what it found them.
type AppUserQuery struct {
	App    bailiwick.ID
	Prefix string // of a name, login or address, or of the user name in the app
	After  string // Next of the page before
	Limit  int
}

// AppUsers lists the people who have an app, as far as the scopes show both.
func (v *View) AppUsers(apps authz.AppScope, people authz.UserScope, q AppUserQuery) (Page[bailiwick.AppUser], error) {
	var page Page[bailiwick.AppUser]
	if _, err := v.App(apps, q.App); err != nil {
		return page, err
	}
	w, err := v.appWalk(q)
	if err != nil || people.See().Nothing() {
		return page, err
	}
	last := ""
	for read := 0; ; {
		keys, err := w.next(q.Limit + 1 - len(page.Rows))
		if err != nil {
			return page, fmt.Errorf("read candidates: %w", err)
		}
		users, err := v.hydrate(people, UserQuery{}, keys)
		if err != nil {
			return page, err
		}
		found, err := v.assigned([]bailiwick.ID{q.App}, users)
		if err != nil {
			return page, err
		}
		for _, k := range keys {
			has, ok := found[holding{q.App, keyOwner(k)}]
			if !ok || !w.first(k, has) {
				continue
			}
			if len(page.Rows) == q.Limit {
				page.Next = last
				return page, nil
			}
			page.Rows, last = append(page.Rows, has), k
		}
		read += len(keys)
		switch {
		case w.done:
			return page, nil
		case read >= maxCandidates:
			page.Next = w.at
			return page, nil
		}
	}
}

// An appWalk yields people who may have an app, in order: bare IDs, or search
// keys. It merges ordered tables, of which each is read only as far as the page
// needs.
type appWalk struct {
	view   *View
	app    bailiwick.ID
	prefix string
	at     string
	done   bool
	groups []bailiwick.ID
	all    bool // the app is Everyone's
}

func (v *View) appWalk(q AppUserQuery) (*appWalk, error) {
	w := &appWalk{view: v, app: q.App, prefix: foldKey(q.Prefix)}
	w.at = max(w.prefix, q.After)
	a := v.args()
	rows, err := v.query(`SELECT x.group_id FROM app_groups x WHERE x.org_id = $1 AND x.app_id = `+a.add(q.App)+` ORDER BY x.group_id`, a...)
	if w.groups, err = collect(rows, err, scanID); err != nil {
		return nil, fmt.Errorf("read the groups of app %s: %w", q.App, err)
	}
	org, err := v.Org()
	w.all = slices.Contains(w.groups, org.Everyone)
	return w, err
}

// setsAtOnce bounds the parts of one UNION.
const setsAtOnce = 50

func (w *appWalk) next(need int) ([]string, error) {
	if w.prefix != "" {
		need = max(need, rowsAtOnce) // most of those who are found by a name may not have the app
	}
	var found []string
	for part := range slices.Chunk(w.sources(), setsAtOnce) {
		a := w.view.args()
		at, limit := a.add(w.at), a.add(need)
		below := ""
		if w.prefix != "" {
			below = a.add(w.prefix + above)
		}
		texts := make([]string, len(part))
		for i, s := range part {
			texts[i] = s.text(&a, at, below, limit)
		}
		some, err := w.view.strings(strings.Join(texts, " UNION ALL "), a...)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	slices.Sort(found)
	found = slices.Compact(found)
	w.done = len(found) < need
	found = found[:min(need, len(found))]
	if len(found) > 0 {
		w.at = found[len(found)-1]
	}
	return found, nil
}

// An appSource is one ordered column under a condition on one value.
type appSource struct {
	table, column, where string
	value                bailiwick.ID
}

func (w *appWalk) sources() []appSource {
	switch {
	case w.prefix != "":
		return []appSource{{table: "user_keys", column: "skey"}, {"app_users", "name_key", "app_id", w.app}}
	case w.all:
		return []appSource{{table: "users", column: "id"}}
	}
	out := []appSource{{"app_users", "user_id", "app_id", w.app}}
	for _, g := range w.groups {
		out = append(out, appSource{"group_members", "user_id", "set_id", g})
	}
	return out
}

func (s appSource) text(a *args, at, below, limit string) string {
	text := `SELECT z.k FROM (SELECT y.` + s.column + ` AS k FROM ` + s.table + ` y WHERE y.org_id = $1`
	if s.where != "" {
		text += ` AND y.` + s.where + ` = ` + a.add(s.value)
	}
	text += ` AND y.` + s.column + ` > ` + at
	if below != "" {
		text += ` AND y.` + s.column + ` < ` + below
	}
	return text + ` ORDER BY y.` + s.column + ` LIMIT ` + limit + `) AS z`
}

// first reports whether k is the smallest key by which the person is found.
func (w *appWalk) first(k string, has bailiwick.AppUser) bool {
	if w.prefix == "" {
		return true
	}
	keys := append(userKeys(has.User), appNameKey(has))
	slices.Sort(keys)
	for _, have := range keys {
		if have > w.prefix && have < w.prefix+above {
			return have == k
		}
	}
	return false
}

func appNameKey(a bailiwick.AppUser) string { return foldKey(a.UserName) + keyEnd + string(a.UserID) }
