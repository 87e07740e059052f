package directory

import (
	"cmp"
	"context"
	"crypto/subtle"
	"fmt"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// A ClientSecret is a secret that was made for an app just now, or nothing.
// It is told once.
type ClientSecret struct{ token secret.Token }

// Reveal is the secret in the clear; empty when none was made.
func (c ClientSecret) Reveal() string { return c.token.Reveal() }

// CreateApp makes an instance of a catalog app, or with an empty name a custom
// one. A new instance lies outside the scope of an actor who is limited to
// instances, and is refused then. A client that needs a secret gets one.
func (d *Directory) CreateApp(ctx context.Context, by authz.Actor, app bailiwick.App) (bailiwick.App, error) {
	app, _, err := d.CreateClient(ctx, by, app)
	return app, err
}

// CreateClient is CreateApp and tells the client's secret.
func (d *Directory) CreateClient(ctx context.Context, by authz.Actor, app bailiwick.App) (bailiwick.App, ClientSecret, error) {
	minted := d.mint.Token(secret.AppSecret)
	var told ClientSecret
	var made bailiwick.App
	err := d.store.Do(ctx, by, bailiwick.AppCreated, func(tx *store.Tx) error {
		scope, err := tx.Actor().Apps(authz.AppsManage)
		if err != nil {
			return err
		}
		if id, given := app.Client(); id != "" || given != "" {
			return bailiwick.InvalidField("credentials.oauthClient", "client_id and client_secret are made by the server")
		}
		if made, err = named(tx, app); err != nil {
			return err
		}
		made = made.WithoutSecrets()
		if made, err = made.Complete(); err != nil {
			return err
		}
		made.ID, made.Created, made.LastUpdated = tx.NewID(bailiwick.KindApp), tx.Now(), tx.Now()
		if made.Status == "" {
			made.Status = bailiwick.AppActive
		}
		if err := tx.InsertApp(scope, made); err != nil {
			return err
		}
		if _, err := tx.App(scope, made.ID); err != nil {
			return bailiwick.ErrForbidden
		}
		if made.NeedsSecret() {
			told = ClientSecret{minted}
			if err := tx.SetClientSecret(scope, made.ID, d.sealSecret(tx, made.ID, minted)); err != nil {
				return err
			}
		}
		tx.Target(made.Entity())
		return nil
	})
	return made, told, err
}

func secretPlace(org, app bailiwick.ID) secret.Place {
	return secret.Place{Table: "apps", Column: "client_secret", Row: string(org) + " " + string(app)}
}

func (d *Directory) sealSecret(tx *store.Tx, app bailiwick.ID, t secret.Token) []byte {
	return d.keys.Seal(secretPlace(tx.OrgID(), app), []byte(t.Reveal()))
}

// templates are the catalog apps behind instances that name none.
var templates = map[string]string{bailiwick.SignOnSWA: "template_swa", bailiwick.SignOnOIDC: "oidc_client", bailiwick.SignOnBookmark: "bookmark"}

// named checks the label and gives the app its name: one of the catalog, or
// for a custom app one of its own, "org_label_1".
func named(tx *store.Tx, app bailiwick.App) (bailiwick.App, error) {
	if app.Name == "" {
		app.Name = templates[app.SignOnMode]
	}
	if err := app.Check(); err != nil {
		return app, err
	}
	if app.Name != "" {
		if _, ok := bailiwick.Catalog(app.Name); !ok {
			return app, bailiwick.InvalidField("name", "no such app in the catalog")
		}
		return app, nil
	}
	if app.SignOnMode != bailiwick.SignOnSAML && app.SignOnMode != bailiwick.SignOnAuto {
		return app, bailiwick.InvalidField("signOnMode", "must be that of an app in the catalog, or of a template")
	}
	org, err := tx.Org()
	if err != nil {
		return app, err
	}
	for n := 1; ; n++ {
		name := fmt.Sprintf("%s_%s_%d", keyWord(org.Slug), keyWord(app.Label), n)
		taken, err := tx.AppNameTaken(name)
		if err != nil {
			return app, err
		}
		if _, inCatalog := bailiwick.Catalog(name); !taken && !inCatalog {
			app.Name = name
			return app, nil
		}
	}
}

// keyWord is what of a text can stand in an app's name.
func keyWord(text string) string {
	out := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, filter.FoldAccents(text))
	return cmp.Or(out, "app")
}

// UpdateApp replaces what an app is set up with. Its name, status and way of
// signing on stay. A client that comes to need a secret gets one.
func (d *Directory) UpdateApp(ctx context.Context, by authz.Actor, app bailiwick.App) (bailiwick.App, ClientSecret, error) {
	minted := d.mint.Token(secret.AppSecret)
	var told ClientSecret
	var next bailiwick.App
	err := d.store.Do(ctx, by, bailiwick.AppUpdated, func(tx *store.Tx) error {
		told = ClientSecret{}
		scope, err := tx.Actor().Apps(authz.AppsManage)
		if err != nil {
			return err
		}
		before, err := tx.App(scope, app.ID)
		if err != nil {
			return err
		}
		if app.SignOnMode != "" && app.SignOnMode != before.SignOnMode {
			return bailiwick.InvalidField("signOnMode", "cannot be changed")
		}
		next = app
		next.Name, next.Status, next.SignOnMode, next.Created, next.LastUpdated = before.Name, before.Status, before.SignOnMode, before.Created, tx.Now()
		if err := next.Check(); err != nil {
			return err
		}
		if err := d.sameClient(tx, scope, next); err != nil {
			return err
		}
		if next, err = next.WithoutSecrets().Complete(); err != nil {
			return err
		}
		tx.Target(next.Entity())
		if err := tx.SaveApp(scope, next); err != nil {
			return err
		}
		told, err = d.keepSecret(tx, scope, next, minted)
		return err
	})
	return next, told, err
}

// sameClient refuses another client name or secret than the app has: they are
// not a client's to choose.
func (d *Directory) sameClient(tx *store.Tx, scope authz.AppScope, app bailiwick.App) error {
	id, given := app.Client()
	if id != "" && id != string(app.ID) {
		return bailiwick.InvalidField("credentials.oauthClient.client_id", "is the app's id and cannot be changed")
	}
	if given == "" {
		return nil
	}
	sealed, err := tx.ClientSecret(scope, app.ID)
	if err != nil {
		return err
	}
	have := []byte(nil)
	if len(sealed) > 0 {
		if have, err = d.keys.Open(secretPlace(tx.OrgID(), app.ID), sealed); err != nil {
			return err
		}
	}
	if subtle.ConstantTimeCompare(have, []byte(given)) == 0 {
		return bailiwick.InvalidField("credentials.oauthClient.client_secret", "is made by the server and cannot be chosen")
	}
	return nil
}

// keepSecret makes a secret for a client that needs one and has none, and drops
// that of one which needs none.
func (d *Directory) keepSecret(tx *store.Tx, scope authz.AppScope, app bailiwick.App, minted secret.Token) (ClientSecret, error) {
	sealed, err := tx.ClientSecret(scope, app.ID)
	switch {
	case err != nil || app.NeedsSecret() == (len(sealed) > 0):
		return ClientSecret{}, err
	case app.NeedsSecret():
		return ClientSecret{minted}, tx.SetClientSecret(scope, app.ID, d.sealSecret(tx, app.ID, minted))
	}
	return ClientSecret{}, tx.SetClientSecret(scope, app.ID, nil)
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
