package sdk

import (
	"context"
	"fmt"

	"github.com/okta/okta-sdk-golang/v2/okta"
	"github.com/okta/okta-sdk-golang/v2/okta/query"
)

func bookmark2(label, url string) *okta.BookmarkApplication {
	off := false
	app := okta.NewBookmarkApplication()
	app.Label = label
	app.Settings = &okta.BookmarkApplicationSettings{
		App: &okta.BookmarkApplicationSettingsApplication{RequestIntegration: &off, Url: url},
	}
	return app
}

// app2 reads an app of whatever type the SDK made of it.
func app2(a okta.App) App {
	switch a := a.(type) {
	case *okta.Application:
		return App{ID: a.Id, Name: a.Name, Label: a.Label, Status: a.Status}
	case *okta.BookmarkApplication:
		return App{ID: a.Id, Name: a.Name, Label: a.Label, Status: a.Status}
	case *okta.OpenIdConnectApplication:
		return App{ID: a.Id, Name: a.Name, Label: a.Label, Status: a.Status}
	}
	return App{Name: fmt.Sprintf("%T", a)}
}

func (d v2) CreateBookmark(ctx context.Context, label, url string) (App, error) {
	made, resp, err := d.c.Application.CreateApplication(ctx, bookmark2(label, url), nil)
	if err != nil {
		return App{}, refusal2(resp, err)
	}
	return app2(made), nil
}

func (d v2) ReplaceBookmark(ctx context.Context, id, label, url string) (App, error) {
	made, resp, err := d.c.Application.UpdateApplication(ctx, id, bookmark2(label, url))
	if err != nil {
		return App{}, refusal2(resp, err)
	}
	return app2(made), nil
}

func (d v2) CreateClient(ctx context.Context, label, redirect string) (App, string, error) {
	app := okta.NewOpenIdConnectApplication()
	app.Label = label
	code, grant := okta.OAuthResponseType("code"), okta.OAuthGrantType("authorization_code")
	app.Credentials = &okta.OAuthApplicationCredentials{OauthClient: &okta.ApplicationCredentialsOAuthClient{TokenEndpointAuthMethod: "client_secret_post"}}
	app.Settings = &okta.OpenIdConnectApplicationSettings{OauthClient: &okta.OpenIdConnectApplicationSettingsClient{ApplicationType: "web",
		RedirectUris: []string{redirect}, ResponseTypes: []*okta.OAuthResponseType{&code}, GrantTypes: []*okta.OAuthGrantType{&grant}}}
	made, resp, err := d.c.Application.CreateApplication(ctx, app, nil)
	if err != nil {
		return App{}, "", refusal2(resp, err)
	}
	return app2(made), made.(*okta.OpenIdConnectApplication).Credentials.OauthClient.ClientSecret, nil
}

func (d v2) ClientSecret(ctx context.Context, id string) (string, error) {
	app := okta.NewOpenIdConnectApplication()
	_, resp, err := d.c.Application.GetApplication(ctx, id, app, nil)
	if err != nil {
		return "", refusal2(resp, err)
	}
	return app.Credentials.OauthClient.ClientSecret, nil
}

func (d v2) Apps(ctx context.Context, filter string, q Query) (Pages[App], error) {
	rows, resp, err := d.c.Application.ListApplications(ctx, &query.Params{Filter: filter, Q: q.Q, Limit: int64(q.Limit)})
	if err != nil {
		return nil, refusal2(resp, err)
	}
	pages := Pages[App]{each(rows, app2)}
	for resp.HasNextPage() {
		var next []*okta.Application
		if resp, err = resp.Next(ctx, &next); err != nil {
			return nil, refusal2(resp, err)
		}
		pages = append(pages, each(next, func(a *okta.Application) App { return app2(a) }))
	}
	return pages, nil
}

func (d v2) ActivateApp(ctx context.Context, id string) error {
	return refusal2(d.c.Application.ActivateApplication(ctx, id))
}

func (d v2) DeactivateApp(ctx context.Context, id string) error {
	return refusal2(d.c.Application.DeactivateApplication(ctx, id))
}

func (d v2) DeleteApp(ctx context.Context, id string) error {
	return refusal2(d.c.Application.DeleteApplication(ctx, id))
}

func appUser2(u *okta.AppUser) AppUser {
	out := AppUser{ID: u.Id, Scope: u.Scope, Status: u.Status}
	if u.Credentials != nil {
		out.UserName = u.Credentials.UserName
	}
	return out
}

func (d v2) AssignApp(ctx context.Context, app, user, userName string) (AppUser, error) {
	u, resp, err := d.c.Application.AssignUserToApplication(ctx, app, okta.AppUser{Id: user, Scope: "USER", Credentials: &okta.AppUserCredentials{UserName: userName}})
	if err != nil {
		return AppUser{}, refusal2(resp, err)
	}
	return appUser2(u), nil
}

func (d v2) RenameAppUser(ctx context.Context, app, user, userName string) (AppUser, error) {
	u, resp, err := d.c.Application.UpdateApplicationUser(ctx, app, user, okta.AppUser{Credentials: &okta.AppUserCredentials{UserName: userName}})
	if err != nil {
		return AppUser{}, refusal2(resp, err)
	}
	return appUser2(u), nil
}

func (d v2) AppUser(ctx context.Context, app, user string) (AppUser, error) {
	u, resp, err := d.c.Application.GetApplicationUser(ctx, app, user, nil)
	if err != nil {
		return AppUser{}, refusal2(resp, err)
	}
	return appUser2(u), nil
}

func (d v2) AppUsers(ctx context.Context, app string, q Query) (Pages[AppUser], error) {
	rows, resp, err := d.c.Application.ListApplicationUsers(ctx, app, &query.Params{Q: q.Q, Limit: int64(q.Limit)})
	return pages2(ctx, rows, resp, err, appUser2)
}

func (d v2) UnassignApp(ctx context.Context, app, user string) error {
	return refusal2(d.c.Application.DeleteApplicationUser(ctx, app, user, nil))
}

func appGroup2(x *okta.ApplicationGroupAssignment) AppGroup {
	return AppGroup{ID: x.Id, Priority: int(value(x.PriorityPtr))}
}

func (d v2) AssignAppToGroup(ctx context.Context, app, group string, priority int) (AppGroup, error) {
	n := int64(priority)
	x, resp, err := d.c.Application.CreateApplicationGroupAssignment(ctx, app, group, okta.ApplicationGroupAssignment{PriorityPtr: &n})
	if err != nil {
		return AppGroup{}, refusal2(resp, err)
	}
	return appGroup2(x), nil
}

func (d v2) AppGroup(ctx context.Context, app, group string) (AppGroup, error) {
	x, resp, err := d.c.Application.GetApplicationGroupAssignment(ctx, app, group, nil)
	if err != nil {
		return AppGroup{}, refusal2(resp, err)
	}
	return appGroup2(x), nil
}

func (d v2) AppGroups(ctx context.Context, app string, limit int) (Pages[AppGroup], error) {
	rows, resp, err := d.c.Application.ListApplicationGroupAssignments(ctx, app, &query.Params{Limit: int64(limit)})
	return pages2(ctx, rows, resp, err, appGroup2)
}

func (d v2) UnassignAppFromGroup(ctx context.Context, app, group string) error {
	return refusal2(d.c.Application.DeleteApplicationGroupAssignment(ctx, app, group))
}

func (d v2) GroupApps(ctx context.Context, group string, limit int) (Pages[App], error) {
	rows, resp, err := d.c.Group.ListAssignedApplicationsForGroup(ctx, group, &query.Params{Limit: int64(limit)})
	if err != nil {
		return nil, refusal2(resp, err)
	}
	return Pages[App]{each(rows, app2)}, nil
}

func (d v2) AppLinks(ctx context.Context, user string) ([]AppLink, error) {
	rows, resp, err := d.c.User.ListAppLinks(ctx, user)
	if err != nil {
		return nil, refusal2(resp, err)
	}
	return each(rows, func(l *okta.AppLink) AppLink {
		return AppLink{l.Label, l.LinkUrl, l.LogoUrl, l.AppName, l.AppInstanceId, l.AppAssignmentId}
	}), nil
}
