package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

const appColumns = `p.id, p.name, p.label, p.status, p.sign_on_mode, p.settings, p.credentials, p.visibility, p.accessibility,
	p.profile, p.features, p.created, p.last_updated`

func scanApp(row scanner) (bailiwick.App, error) {
	var app bailiwick.App
	var settings, credentials, visibility, accessibility, profile, features []byte
	var created, updated int64
	err := row.Scan(&app.ID, &app.Name, &app.Label, &app.Status, &app.SignOnMode, &settings, &credentials, &visibility, &accessibility,
		&profile, &features, &created, &updated)
	if err != nil {
		return app, err
	}
	app.Created, app.LastUpdated = timeOf(created), timeOf(updated)
	for _, part := range []struct {
		text []byte
		into any
	}{{settings, &app.Settings}, {credentials, &app.Credentials}, {visibility, &app.Visibility}, {accessibility, &app.Accessibility},
		{profile, &app.Profile}, {features, &app.Features}} {
		if err := json.Unmarshal(part.text, part.into); err != nil {
			return app, fmt.Errorf("read the settings of app %s: %w", app.ID, err)
		}
	}
	return app, nil
}

func scanAppRow(rows *sql.Rows) (bailiwick.App, error) { return scanApp(rows) }

// appParts are what is kept of an app as JSON, in the order of its columns.
func appParts(app bailiwick.App) ([]any, error) {
	var out []any
	for _, part := range []map[string]any{app.Settings, app.Credentials, app.Visibility, app.Accessibility, app.Profile} {
		if part == nil {
			part = map[string]any{}
		}
		text, err := json.Marshal(part)
		if err != nil {
			return nil, fmt.Errorf("write the settings of an app: %w", err)
		}
		out = append(out, string(text))
	}
	text, err := json.Marshal(append([]string{}, app.Features...))
	return append(out, string(text)), wrap(err, "write the features of an app")
}

// App reads one app instance. Absent and hidden are the same Missing.
func (v *View) App(scope authz.AppScope, id bailiwick.ID) (bailiwick.App, error) {
	if !id.Is(bailiwick.KindApp) {
		return bailiwick.App{}, bailiwick.NotFound("AppInstance", id)
	}
	a := v.args()
	app, err := scanApp(v.row(`SELECT `+appColumns+` FROM apps p WHERE p.org_id = $1 AND p.id = `+a.add(id)+
		` AND `+appPredicate(&a, scope.See()), a...))
	if err != nil {
		return app, oneRow(err, "AppInstance", id)
	}
	subject, err := v.appSubject(scope, app)
	if err != nil {
		return app, err
	}
	return app, scope.Judge(subject)
}

// An AppQuery asks for app instances, ordered by label. The zero value of a
// field asks for nothing.
type AppQuery struct {
	Prefix string // of the label in any spelling, or of the catalog name
	ID     bailiwick.ID
	Name   string // catalog key
	Status bailiwick.AppStatus
	User   bailiwick.ID // who has the app, by whatever; the caller has read the person
	Group  bailiwick.ID // a group that has the app; the caller has read the group
	After  string       // Next of the page before
	Limit  int
}

// Apps lists the app instances that the scope shows, by label.
func (v *View) Apps(scope authz.AppScope, q AppQuery) (Page[bailiwick.App], error) {
	return v.apps(q, func(a *args) string { return appPredicate(a, scope.See()) })
}

// OwnApps lists the active apps that the actor has, by label: everybody may
// know the own ones.
func (v *View) OwnApps(after string, limit int) (Page[bailiwick.App], error) {
	if v.actor.ID() == "" {
		return Page[bailiwick.App]{}, nil
	}
	q := AppQuery{User: v.actor.ID(), Status: bailiwick.AppActive, After: after, Limit: limit}
	return v.apps(q, func(*args) string { return "TRUE" })
}

func (v *View) apps(q AppQuery, visible func(*args) string) (Page[bailiwick.App], error) {
	a := v.args()
	text := `SELECT ` + appColumns + `, p.label_key FROM apps p WHERE p.org_id = $1 AND ` + keyRange(&a, "p.label_key", q.After, "")
	text += appConditions(&a, q)
	text += ` AND ` + visible(&a) + ` ORDER BY p.label_key LIMIT ` + a.add(q.Limit+1)
	var keys []string
	rows, err := v.query(text, a...)
	apps, err := collect(rows, err, func(rows *sql.Rows) (bailiwick.App, error) {
		var label string
		app, err := scanApp(tail{rows, &label})
		keys = append(keys, label)
		return app, err
	})
	if err != nil {
		return Page[bailiwick.App]{}, fmt.Errorf("read a page of apps: %w", err)
	}
	return cutPage(apps, keys, q.Limit), nil
}

func appConditions(a *args, q AppQuery) string {
	var text string
	if q.Prefix != "" {
		label, name := foldKey(q.Prefix), strings.ToLower(q.Prefix)
		text += ` AND (p.label_key >= ` + a.add(label) + ` AND p.label_key < ` + a.add(label+above) +
			` OR p.name >= ` + a.add(name) + ` AND p.name < ` + a.add(name+above) + `)`
	}
	for _, is := range []struct{ column, want string }{{"p.id", string(q.ID)}, {"p.name", q.Name}, {"p.status", string(q.Status)}} {
		if is.want != "" {
			text += ` AND ` + is.column + ` = ` + a.add(is.want)
		}
	}
	if q.User != "" {
		who := a.add(q.User)
		text += ` AND (SELECT u.status FROM users u WHERE u.org_id = $1 AND u.id = ` + who + `) <> 'DEPROVISIONED'
			AND p.id IN (SELECT d.app_id FROM app_users d WHERE d.org_id = $1 AND d.user_id = ` + who + ` AND d.direct = TRUE
			UNION SELECT x.app_id FROM group_members m CROSS JOIN app_groups x
				WHERE m.org_id = $1 AND m.user_id = ` + who + ` AND x.org_id = $1 AND x.group_id = m.set_id
			UNION SELECT e.app_id FROM app_groups e WHERE e.org_id = $1 AND e.group_id = ` + everyoneID + `)`
	}
	if q.Group != "" {
		text += ` AND p.id IN (SELECT x.app_id FROM app_groups x WHERE x.org_id = $1 AND x.group_id = ` + a.add(q.Group) + `)`
	}
	return text
}

// InsertApp adds an app instance.
func (tx *Tx) InsertApp(scope authz.AppScope, app bailiwick.App) error {
	if scope.Act().Nothing() {
		return bailiwick.ErrForbidden
	}
	parts, err := appParts(app)
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO apps (org_id, id, name, label, label_key, status, sign_on_mode, created, last_updated,
		settings, credentials, visibility, accessibility, profile, features) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		append([]any{tx.org, app.ID, app.Name, app.Label, filter.FoldAccents(app.Label), app.Status, app.SignOnMode,
			millis(app.Created), millis(app.LastUpdated)}, parts...)...)
	return labelTaken(err)
}

// labelTaken tells the refusal of a label from a failure to write.
func labelTaken(err error) error {
	if key, ok := conflict(err); ok && key == "apps_label" {
		return &bailiwick.Error{Code: bailiwick.Conflict, Reason: bailiwick.ReasonDuplicateLabel, Field: "label",
			Message: "An object with this field already exists in the current organization"}
	}
	return wrap(err, "write an app")
}

// SaveApp writes everything of an app instance but its name and status.
func (tx *Tx) SaveApp(scope authz.AppScope, app bailiwick.App) error {
	if _, err := tx.App(scope, app.ID); err != nil {
		return err
	}
	parts, err := appParts(app)
	if err != nil {
		return err
	}
	_, err = tx.exec(`UPDATE apps SET label = $3, label_key = $4, last_updated = $5, settings = $6, credentials = $7, visibility = $8,
		accessibility = $9, profile = $10, features = $11 WHERE org_id = $1 AND id = $2`,
		append([]any{tx.org, app.ID, app.Label, filter.FoldAccents(app.Label), millis(app.LastUpdated)}, parts...)...)
	return labelTaken(err)
}

// ClientSecret reads an app's sealed secret; empty when it has none.
func (tx *Tx) ClientSecret(scope authz.AppScope, id bailiwick.ID) ([]byte, error) {
	if _, err := tx.App(scope, id); err != nil {
		return nil, err
	}
	var sealed []byte
	err := tx.row(`SELECT client_secret FROM apps WHERE org_id = $1 AND id = $2`, tx.org, id).Scan(&sealed)
	return sealed, wrap(err, "read the secret of app %s", id)
}

// SetClientSecret keeps an app's sealed secret; empty removes it.
func (tx *Tx) SetClientSecret(scope authz.AppScope, id bailiwick.ID, sealed []byte) error {
	if _, err := tx.App(scope, id); err != nil {
		return err
	}
	_, err := tx.exec(`UPDATE apps SET client_secret = $3 WHERE org_id = $1 AND id = $2`, tx.org, id, append([]byte{}, sealed...))
	return wrap(err, "write the secret of app %s", id)
}

// AppNameTaken reports whether an instance has that catalog name.
func (tx *Tx) AppNameTaken(name string) (bool, error) {
	var n int
	err := tx.row(`SELECT COUNT(*) FROM apps WHERE org_id = $1 AND name = $2`, tx.org, name).Scan(&n)
	return n > 0, wrap(err, "look for an app name")
}

// SaveAppStatus activates or deactivates an app instance.
func (tx *Tx) SaveAppStatus(scope authz.AppScope, id bailiwick.ID, status bailiwick.AppStatus) error {
	if _, err := tx.App(scope, id); err != nil {
		return err
	}
	_, err := tx.exec(`UPDATE apps SET status = $3, last_updated = $4 WHERE org_id = $1 AND id = $2`, tx.org, id, status, millis(tx.now))
	if err != nil {
		return fmt.Errorf("write the status of app %s: %w", id, err)
	}
	return nil
}

// DeleteApp removes an app instance, and as a target of roles: a role whose
// listed targets are all gone reaches no app.
func (tx *Tx) DeleteApp(scope authz.AppScope, id bailiwick.ID) error {
	if _, err := tx.App(scope, id); err != nil {
		return err
	}
	for _, text := range []string{
		`DELETE FROM role_app_targets WHERE org_id = $1 AND app_id = $2`,
		`DELETE FROM apps WHERE org_id = $1 AND id = $2`,
	} {
		if _, err := tx.exec(text, tx.org, id); err != nil {
			return fmt.Errorf("delete app %s: %w", id, err)
		}
	}
	return nil
}
