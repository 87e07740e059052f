package directory

import (
	"context"
	"fmt"
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

// An AppQuery asks for app instances; the zero value of a field asks for
// nothing.
type AppQuery struct {
	Prefix string // of the label in any spelling, or of the catalog name
	ID     bailiwick.ID
	Name   string // catalog key
	Status bailiwick.AppStatus
	User   string       // who has the app, by ID or login
	Group  bailiwick.ID // a group that has the app
}

// Apps lists the app instances that the actor may see, by label.
func (d *Directory) Apps(ctx context.Context, by authz.Actor, q AppQuery, p Paging) (List[bailiwick.App], error) {
	var out List[bailiwick.App]
	question := fmt.Sprintf("apps %q", q)
	err := d.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Apps(authz.AppsRead)
		if err != nil {
			return err
		}
		asked := store.AppQuery{Prefix: q.Prefix, ID: q.ID, Name: q.Name, Status: q.Status, Limit: p.Limit}
		if asked.User, asked.Group, err = whose(v, q); err != nil {
			return err
		}
		if asked.After, err = d.open(by, question, p); err != nil {
			return err
		}
		page, err := v.Apps(scope, asked)
		out = sealPage(d, by, question, page)
		return err
	})
	return out, err
}

// whose reads the person and the group that a list of apps is limited to.
func whose(v *store.View, q AppQuery) (user, group bailiwick.ID, err error) {
	if q.User != "" {
		people, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return "", "", err
		}
		u, err := v.UserByRef(people, q.User)
		if err != nil {
			return "", "", err
		}
		user = u.ID
	}
	if q.Group == "" {
		return user, "", nil
	}
	groups, err := v.Actor().Groups(authz.GroupsRead)
	if err != nil {
		return "", "", err
	}
	_, err = v.Group(groups, q.Group)
	return user, q.Group, err
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
