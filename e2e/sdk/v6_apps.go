package sdk

import (
	"context"
	"fmt"

	"github.com/okta/okta-sdk-golang/v6/okta"
)

func bookmark6(label, url string) okta.ListApplications200ResponseInner {
	off := false
	return okta.BookmarkApplicationAsListApplications200ResponseInner(&okta.BookmarkApplication{
		Application: okta.Application{Label: label, SignOnMode: "BOOKMARK"},
		Name:        "bookmark",
		Settings: okta.BookmarkApplicationSettings{
			App: &okta.BookmarkApplicationSettingsApplication{RequestIntegration: &off, Url: url},
		},
	})
}

// app6 reads an app of whatever type the SDK made of it.
func app6(a okta.ListApplications200ResponseInner) App {
	read := func(a okta.Application, name string) App {
		return App{ID: value(a.Id), Name: name, Label: a.Label, Status: value(a.Status)}
	}
	switch a := a.GetActualInstance().(type) {
	case *okta.BookmarkApplication:
		return read(a.Application, a.Name)
	case *okta.OpenIdConnectApplication:
		return read(a.Application, a.Name)
	case *okta.SamlApplication:
		return read(a.Application, value(a.Name))
	case *okta.BrowserPluginApplication:
		return read(a.Application, a.Name)
	case *okta.AutoLoginApplication:
		return read(a.Application, value(a.Name))
	case *okta.WsFederationApplication:
		return read(a.Application, a.Name)
	default:
		return App{Name: fmt.Sprintf("%T", a)}
	}
}

func (d v6) CreateBookmark(ctx context.Context, label, url string) (App, error) {
	made, resp, err := d.c.ApplicationAPI.CreateApplication(ctx).Application(bookmark6(label, url)).Execute()
	if err != nil {
		return App{}, refusal6(resp, err)
	}
	return app6(*made), nil
}

func (d v6) ReplaceBookmark(ctx context.Context, id, label, url string) (App, error) {
	made, resp, err := d.c.ApplicationAPI.ReplaceApplication(ctx, id).Application(bookmark6(label, url)).Execute()
	if err != nil {
		return App{}, refusal6(resp, err)
	}
	return app6(*made), nil
}

func (d v6) CreateClient(ctx context.Context, label, redirect string) (App, string, error) {
	auth, kind := "client_secret_post", "web"
	app := okta.OpenIdConnectApplicationAsListApplications200ResponseInner(&okta.OpenIdConnectApplication{
		Application: okta.Application{Label: label, SignOnMode: "OPENID_CONNECT"},
		Name:        "oidc_client",
		Credentials: okta.OAuthApplicationCredentials{OauthClient: &okta.ApplicationCredentialsOAuthClient{TokenEndpointAuthMethod: &auth}},
		Settings: okta.OpenIdConnectApplicationSettings{OauthClient: &okta.OpenIdConnectApplicationSettingsClient{ApplicationType: &kind,
			RedirectUris: []string{redirect}, ResponseTypes: []string{"code"}, GrantTypes: []string{"authorization_code"}}},
	})
	made, resp, err := d.c.ApplicationAPI.CreateApplication(ctx).Application(app).Execute()
	if err != nil {
		return App{}, "", refusal6(resp, err)
	}
	return app6(*made), value(made.OpenIdConnectApplication.Credentials.OauthClient.ClientSecret), nil
}

func (d v6) ClientSecret(ctx context.Context, id string) (string, error) {
	app, resp, err := d.c.ApplicationAPI.GetApplication(ctx, id).Execute()
	if err != nil {
		return "", refusal6(resp, err)
	}
	return value(app.OpenIdConnectApplication.Credentials.OauthClient.ClientSecret), nil
}

func (d v6) Apps(ctx context.Context, filter string, q Query) (Pages[App], error) {
	req := d.c.ApplicationAPI.ListApplications(ctx)
	if filter != "" {
		req = req.Filter(filter)
	}
	if q.Q != "" {
		req = req.Q(q.Q)
	}
	if q.Limit != 0 {
		req = req.Limit(int32(q.Limit))
	}
	rows, resp, err := req.Execute()
	return pages6(rows, resp, err, app6)
}

func (d v6) ActivateApp(ctx context.Context, id string) error {
	return refusal6(d.c.ApplicationAPI.ActivateApplication(ctx, id).Execute())
}

func (d v6) DeactivateApp(ctx context.Context, id string) error {
	return refusal6(d.c.ApplicationAPI.DeactivateApplication(ctx, id).Execute())
}

func (d v6) DeleteApp(ctx context.Context, id string) error {
	return refusal6(d.c.ApplicationAPI.DeleteApplication(ctx, id).Execute())
}

func appUser6(u okta.AppUser) AppUser {
	out := AppUser{ID: value(u.Id), Scope: value(u.Scope), Status: value(u.Status)}
	if u.Credentials != nil {
		out.UserName = value(u.Credentials.UserName)
	}
	return out
}

func (d v6) AssignApp(ctx context.Context, app, user, userName string) (AppUser, error) {
	scope := "USER"
	u, resp, err := d.c.ApplicationUsersAPI.AssignUserToApplication(ctx, app).
		AppUser(okta.AppUserAssignRequest{Id: &user, Scope: &scope, Credentials: &okta.AppUserCredentials{UserName: &userName}}).Execute()
	if err != nil {
		return AppUser{}, refusal6(resp, err)
	}
	return appUser6(*u), nil
}

func (d v6) RenameAppUser(ctx context.Context, app, user, userName string) (AppUser, error) {
	u, resp, err := d.c.ApplicationUsersAPI.UpdateApplicationUser(ctx, app, user).AppUser(okta.AppUserUpdateRequest{
		AppUserCredentialsRequestPayload: &okta.AppUserCredentialsRequestPayload{Credentials: &okta.AppUserCredentials{UserName: &userName}}}).Execute()
	if err != nil {
		return AppUser{}, refusal6(resp, err)
	}
	return appUser6(*u), nil
}

func (d v6) AppUser(ctx context.Context, app, user string) (AppUser, error) {
	u, resp, err := d.c.ApplicationUsersAPI.GetApplicationUser(ctx, app, user).Execute()
	if err != nil {
		return AppUser{}, refusal6(resp, err)
	}
	return appUser6(*u), nil
}

func (d v6) AppUsers(ctx context.Context, app string, q Query) (Pages[AppUser], error) {
	req := d.c.ApplicationUsersAPI.ListApplicationUsers(ctx, app)
	if q.Q != "" {
		req = req.Q(q.Q)
	}
	if q.Limit != 0 {
		req = req.Limit(int32(q.Limit))
	}
	rows, resp, err := req.Execute()
	return pages6(rows, resp, err, appUser6)
}

func (d v6) UnassignApp(ctx context.Context, app, user string) error {
	return refusal6(d.c.ApplicationUsersAPI.UnassignUserFromApplication(ctx, app, user).Execute())
}

func appGroup6(x okta.ApplicationGroupAssignment) AppGroup {
	return AppGroup{ID: value(x.Id), Priority: int(value(x.Priority))}
}

func (d v6) AssignAppToGroup(ctx context.Context, app, group string, priority int) (AppGroup, error) {
	n := int32(priority)
	x, resp, err := d.c.ApplicationGroupsAPI.AssignGroupToApplication(ctx, app, group).
		ApplicationGroupAssignment(okta.ApplicationGroupAssignment{Priority: &n}).Execute()
	if err != nil {
		return AppGroup{}, refusal6(resp, err)
	}
	return appGroup6(*x), nil
}

func (d v6) AppGroup(ctx context.Context, app, group string) (AppGroup, error) {
	x, resp, err := d.c.ApplicationGroupsAPI.GetApplicationGroupAssignment(ctx, app, group).Execute()
	if err != nil {
		return AppGroup{}, refusal6(resp, err)
	}
	return appGroup6(*x), nil
}

func (d v6) AppGroups(ctx context.Context, app string, limit int) (Pages[AppGroup], error) {
	req := d.c.ApplicationGroupsAPI.ListApplicationGroupAssignments(ctx, app)
	if limit != 0 {
		req = req.Limit(int32(limit))
	}
	rows, resp, err := req.Execute()
	return pages6(rows, resp, err, appGroup6)
}

func (d v6) UnassignAppFromGroup(ctx context.Context, app, group string) error {
	return refusal6(d.c.ApplicationGroupsAPI.UnassignApplicationFromGroup(ctx, app, group).Execute())
}

func (d v6) GroupApps(ctx context.Context, group string, limit int) (Pages[App], error) {
	req := d.c.GroupAPI.ListAssignedApplicationsForGroup(ctx, group)
	if limit != 0 {
		req = req.Limit(int32(limit))
	}
	rows, resp, err := req.Execute()
	return pages6(rows, resp, err, app6)
}

func (d v6) AppLinks(ctx context.Context, user string) ([]AppLink, error) {
	rows, resp, err := d.c.UserResourcesAPI.ListAppLinks(ctx, user).Execute()
	if err != nil {
		return nil, refusal6(resp, err)
	}
	return each(rows, func(l okta.AssignedAppLink) AppLink {
		return AppLink{value(l.Label), value(l.LinkUrl), value(l.LogoUrl), value(l.AppName), value(l.AppInstanceId), value(l.AppAssignmentId)}
	}), nil
}
