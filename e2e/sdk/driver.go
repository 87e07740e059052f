package sdk

import (
	"context"
	"fmt"
	"strings"
)

// A Driver is one version of the vendor's SDK behind the calls the stories
// make. Refusals come back as [*Refusal]; list calls follow the SDK's own
// notion of a next page to the end.
type Driver interface {
	SchemaDriver

	CreateUser(ctx context.Context, u NewUser) (User, error)
	User(ctx context.Context, idOrLogin string) (User, error)
	Users(ctx context.Context, q Query) (Pages[User], error)
	DeleteUser(ctx context.Context, id string) error
	UserGroups(ctx context.Context, id string) ([]Group, error)
	// ResetPassword answers the reset address, which is empty when it was mailed.
	ResetPassword(ctx context.Context, id string, sendEmail bool) (string, error)
	TempPassword(ctx context.Context, id string) (string, error)

	CreateGroup(ctx context.Context, name, description string) (Group, error)
	Group(ctx context.Context, id string) (Group, error)
	Groups(ctx context.Context, q Query) (Pages[Group], error)
	DeleteGroup(ctx context.Context, id string) error
	Members(ctx context.Context, group string, limit int) (Pages[User], error)
	AddMember(ctx context.Context, group, user string) error
	RemoveMember(ctx context.Context, group, user string) error

	AppDriver

	Roles(ctx context.Context, p Principal) ([]Role, error)
	Role(ctx context.Context, p Principal, role string) (Role, error)
	AssignRole(ctx context.Context, p Principal, roleType string) (Role, error)
	UnassignRole(ctx context.Context, p Principal, role string) error

	GroupTargets(ctx context.Context, p Principal, role string, limit int) (Pages[Group], error)
	AddGroupTarget(ctx context.Context, p Principal, role, group string) error
	RemoveGroupTarget(ctx context.Context, p Principal, role, group string) error

	AppTargets(ctx context.Context, p Principal, role string, limit int) (Pages[AppTarget], error)
	AddAppTarget(ctx context.Context, p Principal, role string, app AppRef) error
	RemoveAppTarget(ctx context.Context, p Principal, role string, app AppRef) error
	// AllAppTargets makes a person's role reach every app again; the API has no
	// such call for a group.
	AllAppTargets(ctx context.Context, user, role string) error
}

// A Principal holds roles: one person or one group.
type Principal struct {
	Group bool
	ID    string
}

// UserPrincipal is a person as the holder of roles.
func UserPrincipal(id string) Principal { return Principal{ID: id} }

// GroupPrincipal is a group as the holder of roles.
func GroupPrincipal(id string) Principal { return Principal{Group: true, ID: id} }

// An AppRef names an app target: a catalog app, or with Instance one instance.
type AppRef struct {
	Name     string
	Instance string
}

// A NewUser is a person to create. Activate nil leaves the query argument out.
type NewUser struct {
	FirstName, LastName, Login string
	Password                   string
	Activate                   *bool
	NextLogin                  string
	GroupIDs                   []string
	TypeID                     string         // empty for the default one
	Extra                      map[string]any // further profile properties
}

// A Query narrows a list. Zero values are left out of the request.
type Query struct {
	Q     string
	Limit int
}

type (
	// A User is what both SDKs understood of a person.
	User struct {
		ID, Status                        string
		Login, Email, FirstName, LastName string
		Active                            bool // has an activation time
		Password                          bool // has a password credential
	}
	// A Group is what both SDKs understood of a group.
	Group struct{ ID, Type, Name, Description string }
	// A Role is one role assignment; Assignee is the link to its holder.
	Role struct{ ID, Type, Label, Status, AssignmentType, Assignee string }
	// An App is an app instance.
	App struct{ ID, Name, Label, Status string }
	// An AppTarget is a row of an app target list. ID is set for instances only.
	AppTarget struct{ ID, Name, DisplayName, Status string }
)

// Pages are the answers of a list call, in order.
type Pages[T any] [][]T

// All joins the pages.
func (p Pages[T]) All() []T {
	var all []T
	for _, page := range p {
		all = append(all, page...)
	}
	return all
}

// maxPages ends a list whose next link never does.
const maxPages = 2000

// A Refusal is an answer of 400 or above, as the SDK handed it over.
type Refusal struct {
	Status  int
	Code    string
	Summary string
	Causes  []string
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("%d %s %s [%s]", r.Status, r.Code, r.Summary, strings.Join(r.Causes, "; "))
}

// value is *p, or the zero value when the SDK left the field out.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// each converts a page.
func each[A, B any](rows []A, convert func(A) B) []B {
	out := make([]B, 0, len(rows))
	for _, row := range rows {
		out = append(out, convert(row))
	}
	return out
}
