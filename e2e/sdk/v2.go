package sdk

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/okta/okta-sdk-golang/v2/okta"
	"github.com/okta/okta-sdk-golang/v2/okta/query"
)

// v2 drives version 2 of the SDK, the one with hand-shaped resources.
type v2 struct{ c *okta.Client }

// NewV2 opens version 2 of the SDK. Its GET cache is off: it would answer the
// second read of a list from memory and hide what the server does.
func NewV2(ctx context.Context, url, token string, h *http.Client) (Driver, error) {
	_, c, err := okta.NewClient(ctx,
		okta.WithOrgUrl(url),
		okta.WithToken(token),
		okta.WithCache(false),
		okta.WithTestingDisableHttpsCheck(true),
		okta.WithHttpClientPtr(h),
		okta.WithRateLimitMaxRetries(3),
		okta.WithRateLimitMaxBackOff(70),
	)
	if err != nil {
		return nil, fmt.Errorf("open the version 2 client: %w", err)
	}
	return v2{c}, nil
}

// refusal2 turns the SDK's error into a Refusal.
func refusal2(resp *okta.Response, err error) error {
	var e *okta.Error
	if err == nil || !errors.As(err, &e) || resp == nil || resp.Response == nil {
		return err
	}
	r := &Refusal{Status: resp.StatusCode, Code: e.ErrorCode, Summary: e.ErrorSummary}
	for _, cause := range e.ErrorCauses {
		r.Causes = append(r.Causes, fmt.Sprint(cause["errorSummary"]))
	}
	return r
}

// pages2 follows the next links of a first page.
func pages2[A, B any](ctx context.Context, first []A, resp *okta.Response, err error, convert func(A) B) (Pages[B], error) {
	if err != nil {
		return nil, refusal2(resp, err)
	}
	pages := Pages[B]{each(first, convert)}
	for resp.HasNextPage() {
		if len(pages) == maxPages {
			return nil, fmt.Errorf("more than %d pages", maxPages)
		}
		var rows []A
		resp, err = resp.Next(ctx, &rows)
		if err != nil {
			return nil, refusal2(resp, err)
		}
		pages = append(pages, each(rows, convert))
	}
	return pages, nil
}

func (d v2) CreateUser(ctx context.Context, u NewUser) (User, error) {
	profile := okta.UserProfile{"firstName": u.FirstName, "lastName": u.LastName, "login": u.Login, "email": u.Login}
	for name, v := range u.Extra {
		profile[name] = v
	}
	body := okta.CreateUserRequest{Profile: &profile, GroupIds: u.GroupIDs}
	if u.TypeID != "" {
		body.Type = &okta.UserType{Id: u.TypeID}
	}
	if u.Password != "" {
		body.Credentials = &okta.UserCredentials{Password: &okta.PasswordCredential{Value: u.Password}}
	}
	made, resp, err := d.c.User.CreateUser(ctx, body, &query.Params{Activate: u.Activate, NextLogin: u.NextLogin})
	if err != nil {
		return User{}, refusal2(resp, err)
	}
	return user2(made), nil
}

func user2(u *okta.User) User {
	out := User{ID: u.Id, Status: u.Status, Active: u.Activated != nil}
	if u.Credentials != nil {
		out.Password = u.Credentials.Password != nil
	}
	if u.Profile != nil {
		field := func(name string) string { s, _ := (*u.Profile)[name].(string); return s }
		out.Login, out.Email = field("login"), field("email")
		out.FirstName, out.LastName = field("firstName"), field("lastName")
	}
	return out
}

func (d v2) User(ctx context.Context, idOrLogin string) (User, error) {
	u, resp, err := d.c.User.GetUser(ctx, idOrLogin)
	if err != nil {
		return User{}, refusal2(resp, err)
	}
	return user2(u), nil
}

func (d v2) Users(ctx context.Context, q Query) (Pages[User], error) {
	rows, resp, err := d.c.User.ListUsers(ctx, &query.Params{Q: q.Q, Limit: int64(q.Limit)})
	return pages2(ctx, rows, resp, err, user2)
}

func (d v2) DeleteUser(ctx context.Context, id string) error {
	return refusal2(d.c.User.DeactivateOrDeleteUser(ctx, id, nil))
}

func (d v2) UserGroups(ctx context.Context, id string) ([]Group, error) {
	rows, resp, err := d.c.User.ListUserGroups(ctx, id)
	pages, err := pages2(ctx, rows, resp, err, group2)
	return pages.All(), err
}

func (d v2) ResetPassword(ctx context.Context, id string, sendEmail bool) (string, error) {
	token, resp, err := d.c.User.ResetPassword(ctx, id, &query.Params{SendEmail: &sendEmail})
	if err != nil {
		return "", refusal2(resp, err)
	}
	return value(token).ResetPasswordUrl, nil
}

func (d v2) TempPassword(ctx context.Context, id string) (string, error) {
	temp, resp, err := d.c.User.ExpirePasswordAndGetTemporaryPassword(ctx, id)
	if err != nil {
		return "", refusal2(resp, err)
	}
	return value(temp).TempPassword, nil
}

func group2(g *okta.Group) Group {
	out := Group{ID: g.Id, Type: g.Type}
	if g.Profile != nil {
		out.Name, out.Description = g.Profile.Name, g.Profile.Description
	}
	return out
}

func (d v2) CreateGroup(ctx context.Context, name, description string) (Group, error) {
	g, resp, err := d.c.Group.CreateGroup(ctx, okta.Group{Profile: &okta.GroupProfile{Name: name, Description: description}})
	if err != nil {
		return Group{}, refusal2(resp, err)
	}
	return group2(g), nil
}

func (d v2) Group(ctx context.Context, id string) (Group, error) {
	g, resp, err := d.c.Group.GetGroup(ctx, id)
	if err != nil {
		return Group{}, refusal2(resp, err)
	}
	return group2(g), nil
}

func (d v2) Groups(ctx context.Context, q Query) (Pages[Group], error) {
	rows, resp, err := d.c.Group.ListGroups(ctx, &query.Params{Q: q.Q, Limit: int64(q.Limit)})
	return pages2(ctx, rows, resp, err, group2)
}

func (d v2) DeleteGroup(ctx context.Context, id string) error {
	return refusal2(d.c.Group.DeleteGroup(ctx, id))
}

func (d v2) Members(ctx context.Context, group string, limit int) (Pages[User], error) {
	rows, resp, err := d.c.Group.ListGroupUsers(ctx, group, &query.Params{Limit: int64(limit)})
	return pages2(ctx, rows, resp, err, user2)
}

func (d v2) AddMember(ctx context.Context, group, user string) error {
	return refusal2(d.c.Group.AddUserToGroup(ctx, group, user))
}

func (d v2) RemoveMember(ctx context.Context, group, user string) error {
	return refusal2(d.c.Group.RemoveUserFromGroup(ctx, group, user))
}
