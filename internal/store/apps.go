package store

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

const appColumns = `p.id, p.name, p.label, p.status, p.sign_on_mode, p.settings, p.created, p.last_updated`

func scanApp(row scanner) (bailiwick.App, error) {
	var app bailiwick.App
	var settings []byte
	var created, updated int64
	err := row.Scan(&app.ID, &app.Name, &app.Label, &app.Status, &app.SignOnMode, &settings, &created, &updated)
	if err != nil {
		return app, err
	}
	app.Created, app.LastUpdated = timeOf(created), timeOf(updated)
	if err := json.Unmarshal(settings, &app.Settings); err != nil {
		return app, fmt.Errorf("read the settings of app %s: %w", app.ID, err)
	}
	return app, nil
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

// Apps lists the app instances that the scope shows, by label.
func (v *View) Apps(scope authz.AppScope, prefix, after string, limit int) (Page[bailiwick.App], error) {
	a := v.args()
	text := `SELECT ` + appColumns + `, p.label_key FROM apps p WHERE p.org_id = $1 AND ` + keyRange(&a, "p.label_key", after, foldKey(prefix))
	text += ` AND ` + appPredicate(&a, scope.See()) + ` ORDER BY p.label_key LIMIT ` + a.add(limit+1)
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
	return cutPage(apps, keys, limit), nil
}

// InsertApp adds an app instance.
func (tx *Tx) InsertApp(scope authz.AppScope, app bailiwick.App) error {
	if scope.Act().Nothing() {
		return bailiwick.ErrForbidden
	}
	settings, err := json.Marshal(app.Settings)
	if err != nil {
		return fmt.Errorf("write the settings of an app: %w", err)
	}
	_, err = tx.exec(`INSERT INTO apps (org_id, id, name, label, label_key, status, sign_on_mode, settings, created, last_updated)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		tx.org, app.ID, app.Name, app.Label, filter.FoldAccents(app.Label), app.Status, app.SignOnMode, string(settings), millis(app.Created), millis(app.LastUpdated))
	if key, ok := conflict(err); ok && key == "apps_label" {
		return &bailiwick.Error{Code: bailiwick.Conflict, Reason: bailiwick.ReasonDuplicate, Field: "label",
			Message: "An object with this field already exists in the current organization"}
	}
	if err != nil {
		return fmt.Errorf("write an app: %w", err)
	}
	return nil
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
