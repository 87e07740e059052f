package api

import (
	"net/http"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

type wireApp struct {
	ID            bailiwick.ID        `json:"id"`
	ORN           string              `json:"orn"`
	Name          string              `json:"name"`
	Label         string              `json:"label"`
	Status        bailiwick.AppStatus `json:"status"`
	LastUpdated   stamp               `json:"lastUpdated"`
	Created       stamp               `json:"created"`
	Accessibility map[string]any      `json:"accessibility"`
	Visibility    map[string]any      `json:"visibility"`
	Features      []string            `json:"features"`
	SignOnMode    string              `json:"signOnMode"`
	Credentials   map[string]any      `json:"credentials"`
	Settings      map[string]any      `json:"settings"`
	Links         map[string]any      `json:"_links"`
}

func (a *API) app(r *http.Request) func(bailiwick.App) wireApp {
	return func(app bailiwick.App) wireApp {
		self := a.web.URL(r, "/api/v1/apps/"+string(app.ID))
		links := map[string]any{"self": href{Href: self}, "users": href{Href: self + "/users"}, "groups": href{Href: self + "/groups"}}
		if app.Status == bailiwick.AppActive {
			links["deactivate"] = href{Href: self + "/lifecycle/deactivate"}
		} else {
			links["activate"] = href{Href: self + "/lifecycle/activate"}
			links["delete"] = href{Href: self}
		}
		settings := app.Settings
		if settings == nil {
			settings = map[string]any{}
		}
		return wireApp{ID: app.ID, ORN: "orn:okta:idp:" + string(web.OrgOf(r).ID) + ":apps:" + app.Name + ":" + string(app.ID),
			Name: app.Name, Label: app.Label, Status: app.Status, LastUpdated: stamp(app.LastUpdated), Created: stamp(app.Created),
			Accessibility: map[string]any{"selfService": false, "errorRedirectUrl": nil, "loginRedirectUrl": nil},
			Visibility: map[string]any{"autoLaunch": false, "autoSubmitToolbar": false,
				"hide": map[string]bool{"iOS": false, "web": false}, "appLinks": map[string]bool{"login": true}},
			Features: []string{}, SignOnMode: app.SignOnMode,
			Credentials: map[string]any{"userNameTemplate": map[string]string{"template": "${source.login}", "type": "BUILT_IN"}, "signing": empty{}},
			Settings:    settings, Links: links}
	}
}

// Limits of lists of apps.
const (
	appsPage = 20
	appsMost = 200
)

func (a *API) listApps(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	p, err := page(r, appsPage, appsMost)
	if err != nil {
		return err
	}
	found, err := a.dir.Apps(r.Context(), by, directory.AppQuery{Prefix: r.URL.Query().Get("q")}, p)
	if err != nil {
		return err
	}
	return list(a, w, r, found, a.app(r))
}

func (a *API) createApp(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body struct {
		Name       string         `json:"name"`
		Label      string         `json:"label"`
		SignOnMode string         `json:"signOnMode"`
		Settings   map[string]any `json:"settings"`
	}
	if err := read(r, &body); err != nil {
		return err
	}
	activate, err := flag(r, "activate", true)
	if err != nil {
		return err
	}
	app := bailiwick.App{Name: or(body.Name, templateFor[body.SignOnMode]), Label: body.Label, SignOnMode: body.SignOnMode,
		Settings: body.Settings, Status: bailiwick.AppActive}
	if !activate {
		app.Status = bailiwick.AppInactive
	}
	if app, err = a.dir.CreateApp(r.Context(), by, app); err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.app(r)(app))
}

// templateFor is the catalog app behind a custom app that names none.
var templateFor = map[string]string{bailiwick.SignOnSAML: "template_saml_2_0", bailiwick.SignOnSWA: "template_swa",
	bailiwick.SignOnOIDC: "oidc_client", bailiwick.SignOnBookmark: "bookmark"}

func (a *API) getApp(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	app, err := a.dir.App(r.Context(), by, idParam(r, "app"))
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.app(r)(app))
}

func (a *API) deleteApp(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if err := a.dir.DeleteApp(r.Context(), by, idParam(r, "app")); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) activateApp(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if err := a.dir.ActivateApp(r.Context(), by, idParam(r, "app")); err != nil {
		return err
	}
	return reply(w, http.StatusOK, empty{})
}

func (a *API) deactivateApp(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if err := a.dir.DeactivateApp(r.Context(), by, idParam(r, "app")); err != nil {
		return err
	}
	return reply(w, http.StatusOK, empty{})
}
