package sdk

import (
	"context"
	"errors"

	"github.com/okta/okta-sdk-golang/v6/okta"
)

// role6 joins the two types into which the SDK sorts roles. With neither, it
// met a type of role that it does not know.
func role6(r *okta.StandardRole, custom *okta.CustomRole) (Role, error) {
	if custom != nil {
		return Role{
			ID: value(custom.Id), Type: custom.Type, Label: value(custom.Label), Status: value(custom.Status),
			AssignmentType: value(custom.AssignmentType), Assignee: custom.Links.GetAssignee().Href,
		}, nil
	}
	if r == nil {
		return Role{}, errors.New("the SDK does not know this type of role")
	}
	out := Role{ID: value(r.Id), Type: r.Type, Label: value(r.Label), Status: value(r.Status), AssignmentType: value(r.AssignmentType)}
	if r.Links != nil && r.Links.Assignee != nil {
		out.Assignee = r.Links.Assignee.Href
	}
	return out, nil
}

func (d v6) Roles(ctx context.Context, p Principal) ([]Role, error) {
	var (
		rows []okta.ListGroupAssignedRoles200ResponseInner
		resp *okta.APIResponse
		err  error
	)
	if p.Group {
		rows, resp, err = d.c.RoleAssignmentBGroupAPI.ListGroupAssignedRoles(ctx, p.ID).Execute()
	} else {
		rows, resp, err = d.c.RoleAssignmentAUserAPI.ListAssignedRolesForUser(ctx, p.ID).Execute()
	}
	if err != nil {
		return nil, refusal6(resp, err)
	}
	var roles []Role
	for _, row := range rows {
		r, err := role6(row.StandardRole, row.CustomRole)
		if err != nil {
			return nil, err
		}
		roles = append(roles, r)
	}
	return roles, nil
}

func (d v6) Role(ctx context.Context, p Principal, role string) (Role, error) {
	var (
		r    *okta.AssignRoleToGroup200Response
		resp *okta.APIResponse
		err  error
	)
	if p.Group {
		r, resp, err = d.c.RoleAssignmentBGroupAPI.GetGroupAssignedRole(ctx, p.ID, role).Execute()
	} else {
		r, resp, err = d.c.RoleAssignmentAUserAPI.GetUserAssignedRole(ctx, p.ID, role).Execute()
	}
	if err != nil {
		return Role{}, refusal6(resp, err)
	}
	return role6(r.StandardRole, r.CustomRole)
}

func (d v6) AssignRole(ctx context.Context, p Principal, roleType string) (Role, error) {
	body := okta.StandardRoleAssignmentSchema{Type: roleType}
	if p.Group {
		r, resp, err := d.c.RoleAssignmentBGroupAPI.AssignRoleToGroup(ctx, p.ID).
			AssignRoleRequest(okta.StandardRoleAssignmentSchemaAsAssignRoleToGroupRequest(&body)).Execute()
		if err != nil {
			return Role{}, refusal6(resp, err)
		}
		return role6(r.StandardRole, r.CustomRole)
	}
	r, resp, err := d.c.RoleAssignmentAUserAPI.AssignRoleToUser(ctx, p.ID).
		AssignRoleRequest(okta.StandardRoleAssignmentSchemaAsAssignRoleToUserRequest(&body)).Execute()
	if err != nil {
		return Role{}, refusal6(resp, err)
	}
	return role6(r.StandardRole, r.CustomRole)
}

func (d v6) UnassignRole(ctx context.Context, p Principal, role string) error {
	if p.Group {
		return refusal6(d.c.RoleAssignmentBGroupAPI.UnassignRoleFromGroup(ctx, p.ID, role).Execute())
	}
	return refusal6(d.c.RoleAssignmentAUserAPI.UnassignRoleFromUser(ctx, p.ID, role).Execute())
}

func (d v6) GroupTargets(ctx context.Context, p Principal, role string, limit int) (Pages[Group], error) {
	if p.Group {
		req := d.c.RoleBTargetBGroupAPI.ListGroupTargetsForGroupRole(ctx, p.ID, role)
		if limit != 0 {
			req = req.Limit(int32(limit))
		}
		rows, resp, err := req.Execute()
		return pages6(rows, resp, err, group6)
	}
	req := d.c.RoleBTargetAdminAPI.ListGroupTargetsForRole(ctx, p.ID, role)
	if limit != 0 {
		req = req.Limit(int32(limit))
	}
	rows, resp, err := req.Execute()
	return pages6(rows, resp, err, group6)
}

func (d v6) AddGroupTarget(ctx context.Context, p Principal, role, group string) error {
	if p.Group {
		return refusal6(d.c.RoleBTargetBGroupAPI.AssignGroupTargetToGroupAdminRole(ctx, p.ID, role, group).Execute())
	}
	return refusal6(d.c.RoleBTargetAdminAPI.AssignGroupTargetToUserRole(ctx, p.ID, role, group).Execute())
}

func (d v6) RemoveGroupTarget(ctx context.Context, p Principal, role, group string) error {
	if p.Group {
		return refusal6(d.c.RoleBTargetBGroupAPI.UnassignGroupTargetFromGroupAdminRole(ctx, p.ID, role, group).Execute())
	}
	return refusal6(d.c.RoleBTargetAdminAPI.UnassignGroupTargetFromUserAdminRole(ctx, p.ID, role, group).Execute())
}

func target6(a okta.CatalogApplication) AppTarget {
	return AppTarget{ID: value(a.Id), Name: value(a.Name), DisplayName: value(a.DisplayName), Status: value(a.Status)}
}

func (d v6) AppTargets(ctx context.Context, p Principal, role string, limit int) (Pages[AppTarget], error) {
	if p.Group {
		req := d.c.RoleBTargetBGroupAPI.ListApplicationTargetsForApplicationAdministratorRoleForGroup(ctx, p.ID, role)
		if limit != 0 {
			req = req.Limit(int32(limit))
		}
		rows, resp, err := req.Execute()
		return pages6(rows, resp, err, target6)
	}
	req := d.c.RoleBTargetAdminAPI.ListApplicationTargetsForApplicationAdministratorRoleForUser(ctx, p.ID, role)
	if limit != 0 {
		req = req.Limit(int32(limit))
	}
	rows, resp, err := req.Execute()
	return pages6(rows, resp, err, target6)
}

func (d v6) AddAppTarget(ctx context.Context, p Principal, role string, app AppRef) error {
	switch {
	case p.Group && app.Instance != "":
		return refusal6(d.c.RoleBTargetBGroupAPI.AssignAppInstanceTargetToAppAdminRoleForGroup(ctx, p.ID, role, app.Name, app.Instance).Execute())
	case p.Group:
		return refusal6(d.c.RoleBTargetBGroupAPI.AssignAppTargetToAdminRoleForGroup(ctx, p.ID, role, app.Name).Execute())
	case app.Instance != "":
		return refusal6(d.c.RoleBTargetAdminAPI.AssignAppInstanceTargetToAppAdminRoleForUser(ctx, p.ID, role, app.Name, app.Instance).Execute())
	}
	return refusal6(d.c.RoleBTargetAdminAPI.AssignAppTargetToAdminRoleForUser(ctx, p.ID, role, app.Name).Execute())
}

func (d v6) RemoveAppTarget(ctx context.Context, p Principal, role string, app AppRef) error {
	switch {
	case p.Group && app.Instance != "":
		return refusal6(d.c.RoleBTargetBGroupAPI.UnassignAppInstanceTargetToAppAdminRoleForGroup(ctx, p.ID, role, app.Name, app.Instance).Execute())
	case p.Group:
		return refusal6(d.c.RoleBTargetBGroupAPI.UnassignAppTargetToAdminRoleForGroup(ctx, p.ID, role, app.Name).Execute())
	case app.Instance != "":
		return refusal6(d.c.RoleBTargetAdminAPI.UnassignAppInstanceTargetFromAdminRoleForUser(ctx, p.ID, role, app.Name, app.Instance).Execute())
	}
	return refusal6(d.c.RoleBTargetAdminAPI.UnassignAppTargetFromAppAdminRoleForUser(ctx, p.ID, role, app.Name).Execute())
}

func (d v6) AllAppTargets(ctx context.Context, user, role string) error {
	return refusal6(d.c.RoleBTargetAdminAPI.AssignAllAppsAsTargetToRoleForUser(ctx, user, role).Execute())
}
