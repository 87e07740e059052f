package sdk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/okta/okta-sdk-golang/v6/okta"
)

// v6 drives version 6 of the SDK, the one generated from the OpenAPI document.
type v6 struct{ c *okta.APIClient }

// NewV6 opens version 6 of the SDK.
func NewV6(address, token string, h *http.Client) (Driver, error) {
	cfg, err := okta.NewConfiguration(
		okta.WithOrgUrl(address),
		okta.WithToken(token),
		okta.WithCache(false),
		okta.WithTestingDisableHttpsCheck(true),
		okta.WithHttpClientPtr(h),
		okta.WithRateLimitMaxRetries(3),
		okta.WithRateLimitMaxBackOff(70),
	)
	if err != nil {
		return nil, fmt.Errorf("configure the version 6 client: %w", err)
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("configure the version 6 client: %w", err)
	}
	cfg.Host = u.Host // NewConfiguration keeps the name and drops the port
	return v6{okta.NewAPIClient(cfg)}, nil
}

// refusal6 turns the SDK's error into a Refusal. It reads the raw body: the SDK
// types the error of some statuses only.
func refusal6(resp *okta.APIResponse, err error) error {
	var e *okta.GenericOpenAPIError
	if err == nil || !errors.As(err, &e) || resp == nil || resp.Response == nil {
		return err
	}
	var body okta.Error
	if json.Unmarshal(e.Body(), &body) != nil {
		return fmt.Errorf("status %d, body %q: %w", resp.StatusCode, e.Body(), err)
	}
	if resp.StatusCode < 300 {
		return fmt.Errorf("the SDK could not read the answer %s: %w", e.Body(), err)
	}
	r := &Refusal{Status: resp.StatusCode, Code: value(body.ErrorCode), Summary: value(body.ErrorSummary)}
	for _, cause := range body.ErrorCauses {
		r.Causes = append(r.Causes, value(cause.ErrorSummary))
	}
	return r
}

// pages6 follows the next links of a first page.
func pages6[A, B any](first []A, resp *okta.APIResponse, err error, convert func(A) B) (Pages[B], error) {
	if err != nil {
		return nil, refusal6(resp, err)
	}
	pages := Pages[B]{each(first, convert)}
	for resp.HasNextPage() {
		if len(pages) == maxPages {
			return nil, fmt.Errorf("more than %d pages", maxPages)
		}
		var rows []A
		resp, err = resp.Next(&rows)
		if err != nil {
			return nil, refusal6(resp, err)
		}
		if resp.StatusCode != http.StatusOK { // Next reports some refusals as nothing
			return nil, fmt.Errorf("the next page answered %s", resp.Status)
		}
		pages = append(pages, each(rows, convert))
	}
	return pages, nil
}

func (d v6) CreateUser(ctx context.Context, u NewUser) (User, error) {
	profile := okta.UserProfile{
		FirstName: *okta.NewNullableString(&u.FirstName), LastName: *okta.NewNullableString(&u.LastName),
		Login: &u.Login, Email: &u.Login, AdditionalProperties: u.Extra,
	}
	body := okta.CreateUserRequest{Profile: profile, GroupIds: u.GroupIDs}
	if u.TypeID != "" {
		body.Type = &okta.CreateUserRequestType{Id: &u.TypeID}
	}
	if u.Password != "" {
		body.Credentials = &okta.UserCredentialsWritable{Password: &okta.PasswordCredential{Value: &u.Password}}
	}
	req := d.c.UserAPI.CreateUser(ctx).Body(body)
	if u.Activate != nil {
		req = req.Activate(*u.Activate)
	}
	if u.NextLogin != "" {
		req = req.NextLogin(u.NextLogin)
	}
	made, resp, err := req.Execute()
	if err != nil {
		return User{}, refusal6(resp, err)
	}
	return user6(*made), nil
}

func user6(u okta.User) User {
	out := User{ID: value(u.Id), Status: value(u.Status), Active: u.Activated.Get() != nil}
	if u.Credentials != nil {
		out.Password = u.Credentials.Password != nil
	}
	if p := u.Profile; p != nil {
		out.Login, out.Email = value(p.Login), value(p.Email)
		out.FirstName, out.LastName = value(p.FirstName.Get()), value(p.LastName.Get())
	}
	return out
}

func (d v6) User(ctx context.Context, idOrLogin string) (User, error) {
	u, resp, err := d.c.UserAPI.GetUser(ctx, idOrLogin).Execute()
	if err != nil {
		return User{}, refusal6(resp, err)
	}
	// The single user is a type of its own here; what the stories read is alike.
	return user6(okta.User{Id: u.Id, Status: u.Status, Activated: u.Activated, Credentials: u.Credentials, Profile: u.Profile}), nil
}

func (d v6) Users(ctx context.Context, q Query) (Pages[User], error) {
	req := d.c.UserAPI.ListUsers(ctx)
	if q.Q != "" {
		req = req.Q(q.Q)
	}
	if q.Limit != 0 {
		req = req.Limit(int32(q.Limit))
	}
	rows, resp, err := req.Execute()
	return pages6(rows, resp, err, user6)
}

func (d v6) DeleteUser(ctx context.Context, id string) error {
	return refusal6(d.c.UserAPI.DeleteUser(ctx, id).Execute())
}

func (d v6) UserGroups(ctx context.Context, id string) ([]Group, error) {
	rows, resp, err := d.c.UserResourcesAPI.ListUserGroups(ctx, id).Execute()
	pages, err := pages6(rows, resp, err, group6)
	return pages.All(), err
}

func (d v6) ResetPassword(ctx context.Context, id string, sendEmail bool) (string, error) {
	token, resp, err := d.c.UserCredAPI.ResetPassword(ctx, id).SendEmail(sendEmail).Execute()
	if err != nil {
		return "", refusal6(resp, err)
	}
	return value(value(token).ResetPasswordUrl), nil
}

func (d v6) TempPassword(ctx context.Context, id string) (string, error) {
	temp, resp, err := d.c.UserCredAPI.ExpirePasswordWithTempPassword(ctx, id).Execute()
	if err != nil {
		return "", refusal6(resp, err)
	}
	return value(value(temp).TempPassword), nil
}

func group6(g okta.Group) Group {
	out := Group{ID: value(g.Id), Type: value(g.Type)}
	// The SDK reads a plain group's profile as the first type that fits it,
	// which is the directory group's.
	if g.Profile != nil && g.Profile.OktaUserGroupProfile != nil {
		out.Name, out.Description = value(g.Profile.OktaUserGroupProfile.Name), value(g.Profile.OktaUserGroupProfile.Description)
	} else if g.Profile != nil && g.Profile.OktaActiveDirectoryGroupProfile != nil {
		p := g.Profile.OktaActiveDirectoryGroupProfile
		out.Name, out.Description = value(p.Name), value(p.Description)
	}
	return out
}

func (d v6) CreateGroup(ctx context.Context, name, description string) (Group, error) {
	profile := okta.OktaUserGroupProfile{Name: &name}
	if description != "" {
		profile.Description = &description
	}
	g, resp, err := d.c.GroupAPI.AddGroup(ctx).Group(okta.AddGroupRequest{Profile: &profile}).Execute()
	if err != nil {
		return Group{}, refusal6(resp, err)
	}
	return group6(*g), nil
}

func (d v6) Group(ctx context.Context, id string) (Group, error) {
	g, resp, err := d.c.GroupAPI.GetGroup(ctx, id).Execute()
	if err != nil {
		return Group{}, refusal6(resp, err)
	}
	return group6(*g), nil
}

func (d v6) Groups(ctx context.Context, q Query) (Pages[Group], error) {
	req := d.c.GroupAPI.ListGroups(ctx)
	if q.Q != "" {
		req = req.Q(q.Q)
	}
	if q.Limit != 0 {
		req = req.Limit(int32(q.Limit))
	}
	rows, resp, err := req.Execute()
	return pages6(rows, resp, err, group6)
}

func (d v6) DeleteGroup(ctx context.Context, id string) error {
	return refusal6(d.c.GroupAPI.DeleteGroup(ctx, id).Execute())
}

func (d v6) Members(ctx context.Context, group string, limit int) (Pages[User], error) {
	req := d.c.GroupAPI.ListGroupUsers(ctx, group)
	if limit != 0 {
		req = req.Limit(int32(limit))
	}
	rows, resp, err := req.Execute()
	return pages6(rows, resp, err, user6)
}

func (d v6) AddMember(ctx context.Context, group, user string) error {
	return refusal6(d.c.GroupAPI.AssignUserToGroup(ctx, group, user).Execute())
}

func (d v6) RemoveMember(ctx context.Context, group, user string) error {
	return refusal6(d.c.GroupAPI.UnassignUserFromGroup(ctx, group, user).Execute())
}
