package sdk

import "context"

// An AppDriver is the part of a [Driver] that is about apps and who has them.
type AppDriver interface {
	CreateBookmark(ctx context.Context, label, url string) (App, error)
	ReplaceBookmark(ctx context.Context, id, label, url string) (App, error)
	// CreateClient makes an OpenID Connect client and answers its secret too.
	CreateClient(ctx context.Context, label, redirect string) (App, string, error)
	// ClientSecret reads the secret of a client, as far as it is told.
	ClientSecret(ctx context.Context, id string) (string, error)
	Apps(ctx context.Context, filter string, q Query) (Pages[App], error)
	ActivateApp(ctx context.Context, id string) error
	DeactivateApp(ctx context.Context, id string) error
	DeleteApp(ctx context.Context, id string) error

	AssignApp(ctx context.Context, app, user, userName string) (AppUser, error)
	RenameAppUser(ctx context.Context, app, user, userName string) (AppUser, error)
	AppUser(ctx context.Context, app, user string) (AppUser, error)
	AppUsers(ctx context.Context, app string, q Query) (Pages[AppUser], error)
	UnassignApp(ctx context.Context, app, user string) error

	AssignAppToGroup(ctx context.Context, app, group string, priority int) (AppGroup, error)
	AppGroup(ctx context.Context, app, group string) (AppGroup, error)
	AppGroups(ctx context.Context, app string, limit int) (Pages[AppGroup], error)
	UnassignAppFromGroup(ctx context.Context, app, group string) error
	GroupApps(ctx context.Context, group string, limit int) (Pages[App], error)
	AppLinks(ctx context.Context, user string) ([]AppLink, error)
}

type (
	// An AppUser is a person as an app knows them.
	AppUser struct{ ID, Scope, Status, UserName string }
	// An AppGroup is a group that has an app.
	AppGroup struct {
		ID       string
		Priority int
	}
	// An AppLink is where somebody's app is started.
	AppLink struct{ Label, URL, Logo, AppName, AppID, AssignmentID string }
)
