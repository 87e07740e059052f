package directory

import (
	"context"
	"slices"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// CreateApp makes an instance of a catalog app. A new instance lies outside
// the scope of an actor who is limited to instances, and is refused then.
func (d *Directory) CreateApp(ctx context.Context, by authz.Actor, app bailiwick.App) (bailiwick.App, error) {
	err := d.store.Do(ctx, by, bailiwick.AppCreated, func(tx *store.Tx) error {
		scope, err := tx.Actor().Apps(authz.AppsManage)
		if err != nil {
			return err
		}
		if err := app.Check(); err != nil {
			return err
		}
		c, _ := bailiwick.Catalog(app.Name)
		if !slices.Contains(c.SignOnModes, app.SignOnMode) {
			return bailiwick.InvalidField("signOnMode", "%s does not sign in by %s", c.DisplayName, app.SignOnMode)
		}
		app.ID, app.Created, app.LastUpdated = tx.NewID(bailiwick.KindApp), tx.Now(), tx.Now()
		if app.Status == "" {
			app.Status = bailiwick.AppActive
		}
		if err := tx.InsertApp(scope, app); err != nil {
			return err
		}
		if _, err := tx.App(scope, app.ID); err != nil {
			return bailiwick.ErrForbidden
		}
		tx.Target(app.Entity())
		return nil
	})
	return app, err
}

// App reads one app instance.
func (d *Directory) App(ctx context.Context, by authz.Actor, id bailiwick.ID) (bailiwick.App, error) {
	var app bailiwick.App
	err := d.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Apps(authz.AppsRead)
		if err != nil {
			return err
		}
		app, err = v.App(scope, id)
		return err
	})
	return app, err
}

// Apps lists the app instances that the actor may see, by label.
func (d *Directory) Apps(ctx context.Context, by authz.Actor, prefix string, p Paging) (List[bailiwick.App], error) {
	var out List[bailiwick.App]
	question := "apps " + prefix
	err := d.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Apps(authz.AppsRead)
		if err != nil {
			return err
		}
		after, err := d.open(by, question, p)
		if err != nil {
			return err
		}
		page, err := v.Apps(scope, prefix, after, p.Limit)
		out = sealPage(d, by, question, page)
		return err
	})
	return out, err
}

// ActivateApp takes an app instance into use.
func (d *Directory) ActivateApp(ctx context.Context, by authz.Actor, id bailiwick.ID) error {
	return d.appStatus(ctx, by, id, bailiwick.AppActivated, bailiwick.AppActive)
}

// DeactivateApp takes an app instance out of use.
func (d *Directory) DeactivateApp(ctx context.Context, by authz.Actor, id bailiwick.ID) error {
	return d.appStatus(ctx, by, id, bailiwick.AppDeactivated, bailiwick.AppInactive)
}

func (d *Directory) appStatus(ctx context.Context, by authz.Actor, id bailiwick.ID, event bailiwick.EventType, status bailiwick.AppStatus) error {
	return d.store.Do(ctx, by, event, func(tx *store.Tx) error {
		scope, err := tx.Actor().Apps(authz.AppsManage)
		if err != nil {
			return err
		}
		app, err := tx.App(scope, id)
		if err != nil {
			return err
		}
		if app.Status == status {
			return store.Unchanged()
		}
		tx.Target(app.Entity())
		return tx.SaveAppStatus(scope, id, status)
	})
}

// DeleteApp removes an app instance that is out of use. A role that was
// limited to it alone reaches no app afterwards (decision 2).
func (d *Directory) DeleteApp(ctx context.Context, by authz.Actor, id bailiwick.ID) error {
	return d.store.Do(ctx, by, bailiwick.AppDeleted, func(tx *store.Tx) error {
		scope, err := tx.Actor().Apps(authz.AppsManage)
		if err != nil {
			return err
		}
		app, err := tx.App(scope, id)
		if err != nil {
			return err
		}
		if app.Status == bailiwick.AppActive {
			return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonActiveApp, "deactivate the app first")
		}
		tx.Target(app.Entity())
		return tx.DeleteApp(scope, id)
	})
}
