package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// assignmentRoutes are about who has which app, and about changing one.
func (a *API) assignmentRoutes() []Route {
	return []Route{
		{"PUT", "/api/v1/apps/{app}", a.replaceApp},
		{"GET", "/api/v1/apps/{app}/users", a.listAppUsers},
		{"POST", "/api/v1/apps/{app}/users", a.assignUser},
		{"GET", "/api/v1/apps/{app}/users/{user}", a.getAppUser},
		{"POST", "/api/v1/apps/{app}/users/{user}", a.updateAppUser},
		{"DELETE", "/api/v1/apps/{app}/users/{user}", a.unassignUser},
		{"GET", "/api/v1/apps/{app}/groups", a.listAppGroups},
		{"GET", "/api/v1/apps/{app}/groups/{group}", a.getAppGroup},
		{"PUT", "/api/v1/apps/{app}/groups/{group}", a.assignGroup},
		{"PATCH", "/api/v1/apps/{app}/groups/{group}", a.patchAppGroup},
		{"DELETE", "/api/v1/apps/{app}/groups/{group}", a.unassignGroup},
		{"GET", "/api/v1/groups/{group}/apps", a.groupApps},
		{"GET", "/api/v1/users/{user}/appLinks", a.appLinks},
	}
}

type wireAppUser struct {
	ID              bailiwick.ID       `json:"id"`
	ExternalID      *string            `json:"externalId"`
	Created         stamp              `json:"created"`
	LastUpdated     stamp              `json:"lastUpdated"`
	Scope           bailiwick.AppScope `json:"scope"`
	Status          string             `json:"status"`
	StatusChanged   stamp              `json:"statusChanged"`
	PasswordChanged stamp              `json:"passwordChanged"`
	SyncState       string             `json:"syncState"`
	Credentials     wireAppUserName    `json:"credentials"`
	Profile         map[string]any     `json:"profile"`
	Embedded        map[string]any     `json:"_embedded,omitempty"`
	Links           map[string]href    `json:"_links"`
}

type wireAppUserName struct {
	UserName string `json:"userName"`
}

// appUserStatus is the wire's word for how an account stands with an app that
// it has.
func appUserStatus(s bailiwick.Status) string {
	switch s {
	case bailiwick.Staged, bailiwick.Suspended:
		return string(s)
	}
	return "ACTIVE"
}

func (a *API) appUser(r *http.Request) func(bailiwick.AppUser) wireAppUser {
	embed := expands(r, "user")
	return func(has bailiwick.AppUser) wireAppUser {
		out := wireAppUser{ID: has.UserID, Created: stamp(has.Created), LastUpdated: stamp(has.LastUpdated), Scope: has.Scope,
			Status: appUserStatus(has.User.Status), StatusChanged: stamp(has.StatusChanged), SyncState: "DISABLED",
			Credentials: wireAppUserName{has.UserName}, Profile: orEmpty(has.Profile),
			Links: map[string]href{"app": {Href: a.web.URL(r, "/api/v1/apps/"+string(has.AppID))}, "user": {Href: a.userURL(r, has.UserID)}}}
		if embed {
			out.Embedded = map[string]any{"user": a.listedUser(r)(has.User)}
		}
		return out
	}
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// expands reports whether the query asks for something to be embedded.
func expands(r *http.Request, name string) bool {
	return slices.Contains(strings.Split(r.URL.Query().Get("expand"), ","), name)
}

// Limits of lists of assignments.
const (
	appUsersPage  = 50
	appUsersMost  = 500
	appGroupsPage = 20
	appGroupsMost = 200
)

func (a *API) listAppUsers(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	p, err := page(r, appUsersPage, appUsersMost)
	if err != nil {
		return err
	}
	found, err := a.dir.AppUsers(r.Context(), by, idParam(r, "app"), r.URL.Query().Get("q"), p)
	if err != nil {
		return err
	}
	return list(a, w, r, found, a.appUser(r))
}

// An appUserBody is what a client says of an assignment. A password for the
// app is refused: none is kept here.
type appUserBody struct {
	ID          string `json:"id"`
	Scope       string `json:"scope"`
	Credentials struct {
		UserName *string `json:"userName"`
		Password *struct {
			Value string `json:"value"`
		} `json:"password"`
	} `json:"credentials"`
	Profile map[string]any `json:"profile"`
}

func (b appUserBody) assign() (directory.Assign, error) {
	n := directory.Assign{UserName: b.Credentials.UserName, Profile: b.Profile}
	if n.UserName != nil && *n.UserName == "" {
		n.UserName = nil
	}
	switch {
	case b.Credentials.Password != nil && b.Credentials.Password.Value != "":
		return n, bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonCredentialScheme, "no password is kept for apps").In("credentials.password")
	case b.Scope != "" && b.Scope != string(bailiwick.ScopeUser) && b.Scope != string(bailiwick.ScopeGroup):
		return n, bailiwick.InvalidField("scope", "must be USER or GROUP")
	}
	return n, nil
}

func (a *API) assignUser(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body appUserBody
	if err := read(r, &body); err != nil {
		return err
	}
	n, err := body.assign()
	switch {
	case err != nil:
		return err
	case body.ID == "":
		return bailiwick.InvalidField("id", "The field cannot be left blank")
	case body.Scope == string(bailiwick.ScopeGroup):
		return bailiwick.InvalidField("scope", "must be USER; an app is assigned to a group under its groups")
	}
	has, err := a.dir.AssignUser(r.Context(), by, idParam(r, "app"), body.ID, n)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.appUser(r)(has))
}

func (a *API) getAppUser(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	has, err := a.dir.AppUser(r.Context(), by, idParam(r, "app"), param(r, "user"))
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.appUser(r)(has))
}

func (a *API) updateAppUser(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body appUserBody
	if err := read(r, &body); err != nil {
		return err
	}
	n, err := body.assign()
	if err != nil {
		return err
	}
	has, err := a.dir.UpdateAppUser(r.Context(), by, idParam(r, "app"), param(r, "user"), n)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.appUser(r)(has))
}

func (a *API) unassignUser(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if _, err := flag(r, "sendEmail", false); err != nil {
		return err
	}
	if err := a.dir.UnassignUser(r.Context(), by, idParam(r, "app"), param(r, "user")); err != nil {
		return err
	}
	return noContent(w)
}

// groupApps lists the apps that a group was given.
func (a *API) groupApps(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	p, err := page(r, appGroupsPage, appGroupsMost)
	if err != nil {
		return err
	}
	found, err := a.dir.Apps(r.Context(), by, directory.AppQuery{Group: idParam(r, "group")}, p)
	if err != nil {
		return err
	}
	return list(a, w, r, found, a.app(r))
}

type wireAppLink struct {
	ID               bailiwick.ID `json:"id"`
	Label            string       `json:"label"`
	LinkURL          string       `json:"linkUrl"`
	LogoURL          string       `json:"logoUrl"`
	AppName          string       `json:"appName"`
	AppInstanceID    bailiwick.ID `json:"appInstanceId"`
	AppAssignmentID  bailiwick.ID `json:"appAssignmentId"`
	CredentialsSetup bool         `json:"credentialsSetup"`
	Hidden           bool         `json:"hidden"`
	SortOrder        int          `json:"sortOrder"`
}

// appLinks lists where a person's apps are started.
func (a *API) appLinks(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	ref, err := a.reference(r, by)
	if err != nil {
		return err
	}
	u, apps, err := a.dir.AppsOf(r.Context(), by, ref)
	if err != nil {
		return err
	}
	out := make([]wireAppLink, 0, len(apps))
	for _, app := range apps {
		out = append(out, wireAppLink{ID: u.ID, Label: app.Label, LinkURL: app.Launch(), LogoURL: a.appLogo(r, app.Label, "medium"),
			AppName: app.Name, AppInstanceID: app.ID, AppAssignmentID: bailiwick.AppAssignmentID(app.ID, u.ID), Hidden: app.Hidden(), SortOrder: len(out)})
	}
	return reply(w, http.StatusOK, out)
}
