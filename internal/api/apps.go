package api

import (
	"maps"
	"net/http"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
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
	Profile       map[string]any      `json:"profile,omitempty"`
	Settings      map[string]any      `json:"settings"`
	Embedded      map[string]any      `json:"_embedded,omitempty"`
	Links         map[string]any      `json:"_links"`
}

func (a *API) app(r *http.Request) func(bailiwick.App) wireApp {
	return func(app bailiwick.App) wireApp {
		self := a.web.URL(r, "/api/v1/apps/"+string(app.ID))
		links := map[string]any{"self": href{Href: self}, "users": href{Href: self + "/users"}, "groups": href{Href: self + "/groups"},
			"logo": a.appLogos(r, app.Label), "appLinks": []href{}}
		if at := app.Launch(); at != "" {
			links["appLinks"] = []href{{Name: "login", Href: at, Type: "text/html"}}
		}
		if app.Status == bailiwick.AppActive {
			links["deactivate"] = href{Href: self + "/lifecycle/deactivate"}
		} else {
			links["activate"] = href{Href: self + "/lifecycle/activate"}
			links["delete"] = href{Href: self}
		}
		if app.Features == nil {
			app.Features = []string{}
		}
		return wireApp{ID: app.ID, ORN: "orn:okta:idp:" + string(web.OrgOf(r).ID) + ":apps:" + app.Name + ":" + string(app.ID),
			Name: app.Name, Label: app.Label, Status: app.Status, LastUpdated: stamp(app.LastUpdated), Created: stamp(app.Created),
			Accessibility: orEmpty(app.Accessibility), Visibility: orEmpty(app.Visibility), Features: app.Features, SignOnMode: app.SignOnMode,
			Credentials: orEmpty(appCredentials(app)), Profile: app.Profile, Settings: orEmpty(app.Settings), Links: links}
	}
}

// appCredentials are those of the app; a client's name is the app's ID.
func appCredentials(app bailiwick.App) map[string]any {
	client, ok := app.Credentials["oauthClient"].(map[string]any)
	if !ok {
		return app.Credentials
	}
	out, client := maps.Clone(app.Credentials), maps.Clone(client)
	client["client_id"] = app.ID
	out["oauthClient"] = client
	return out
}

// replyApp answers with an app, and with its secret when one was just made.
func (a *API) replyApp(w http.ResponseWriter, r *http.Request, app bailiwick.App, made directory.ClientSecret) error {
	out := a.app(r)(app)
	if client, ok := out.Credentials["oauthClient"].(map[string]any); ok && made.Reveal() != "" {
		client["client_secret"] = made.Reveal()
	}
	return reply(w, http.StatusOK, out)
}

// Limits of lists of apps.
const (
	appsPage = 20
	appsMost = 200
)

var appFilter = grammar{plain: true, only: []string{"id", "status", "name", "user.id", "group.id"}}

// appQuery reads q and filter.
func appQuery(query func(string) string) (directory.AppQuery, error) {
	asked := directory.AppQuery{Prefix: query("q")}
	text := query("filter")
	if text == "" {
		return asked, nil
	}
	where, err := appFilter.parse("filter", text)
	if err != nil {
		return asked, err
	}
	terms := []filter.Node{where}
	if all, ok := where.(filter.And); ok {
		terms = all.Terms
	}
	for _, term := range terms {
		is, ok := term.(filter.Compare)
		if !ok || is.Value.Kind != filter.Text || is.Value.Text == "" {
			return asked, unsupported("filter", "takes comparisons with texts, joined by and")
		}
		into := map[string]*string{"id": (*string)(&asked.ID), "status": (*string)(&asked.Status), "name": &asked.Name,
			"user.id": &asked.User, "group.id": (*string)(&asked.Group)}[is.Path]
		if *into != "" && *into != is.Value.Text {
			return asked, unsupported("filter", is.Path+" is compared twice")
		}
		*into = is.Value.Text
	}
	return asked, nil
}

// embedUser gives the apps of a page what they keep of a person whom the query
// names by expand=user/{id}.
func (a *API) embedUser(r *http.Request, by authz.Actor, rows []bailiwick.App) (func(bailiwick.App) wireApp, error) {
	plain := a.app(r)
	text := r.URL.Query().Get("expand")
	if text == "" {
		return plain, nil
	}
	ref, ok := strings.CutPrefix(text, "user/")
	if !ok || ref == "" {
		return nil, bailiwick.InvalidField("expand", "must be user/ and the id of a user")
	}
	has, err := a.dir.AppUsersOf(r.Context(), by, ref, rows)
	if err != nil {
		return nil, err
	}
	wire := a.appUser(r)
	return func(app bailiwick.App) wireApp {
		out := plain(app)
		if one, ok := has[app.ID]; ok {
			out.Embedded = map[string]any{"user": wire(one)}
		}
		return out
	}, nil
}

func (a *API) listApps(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	p, err := page(r, appsPage, appsMost)
	if err != nil {
		return err
	}
	asked, err := appQuery(r.URL.Query().Get)
	if err != nil {
		return err
	}
	found, err := a.dir.Apps(r.Context(), by, asked, p)
	if err != nil {
		return err
	}
	wire, err := a.embedUser(r, by, found.Rows)
	if err != nil {
		return err
	}
	return list(a, w, r, found, wire)
}

// An appBody is what a client says of an app.
type appBody struct {
	Name          string         `json:"name"`
	Label         string         `json:"label"`
	SignOnMode    string         `json:"signOnMode"`
	Settings      map[string]any `json:"settings"`
	Credentials   map[string]any `json:"credentials"`
	Visibility    map[string]any `json:"visibility"`
	Accessibility map[string]any `json:"accessibility"`
	Profile       map[string]any `json:"profile"`
	Features      []string       `json:"features"`
}

func (b appBody) app() bailiwick.App {
	return bailiwick.App{Name: b.Name, Label: b.Label, SignOnMode: b.SignOnMode, Settings: b.Settings, Credentials: b.Credentials,
		Visibility: b.Visibility, Accessibility: b.Accessibility, Profile: b.Profile, Features: b.Features}
}

func (a *API) createApp(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body appBody
	if err := read(r, &body); err != nil {
		return err
	}
	activate, err := flag(r, "activate", true)
	if err != nil {
		return err
	}
	app := body.app()
	if !activate {
		app.Status = bailiwick.AppInactive
	}
	app, made, err := a.dir.CreateClient(r.Context(), by, app)
	if err != nil {
		return err
	}
	return a.replyApp(w, r, app, made)
}

func (a *API) replaceApp(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body appBody
	if err := read(r, &body); err != nil {
		return err
	}
	app := body.app()
	app.ID = idParam(r, "app")
	app, made, err := a.dir.UpdateApp(r.Context(), by, app)
	if err != nil {
		return err
	}
	return a.replyApp(w, r, app, made)
}

func (a *API) getApp(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	app, err := a.dir.App(r.Context(), by, idParam(r, "app"))
	if err != nil {
		return err
	}
	wire, err := a.embedUser(r, by, []bailiwick.App{app})
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, wire(app))
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
