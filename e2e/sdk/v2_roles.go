package sdk

import (
	"context"

	"github.com/okta/okta-sdk-golang/v2/okta"
	"github.com/okta/okta-sdk-golang/v2/okta/query"
)

func role2(r *okta.Role) Role {
	out := Role{ID: r.Id, Type: r.Type, Label: r.Label, Status: r.Status, AssignmentType: r.AssignmentType}
	// This version leaves links untyped.
	if links, ok := r.Links.(map[string]any); ok {
		if assignee, ok := links["assignee"].(map[string]any); ok {
			out.Assignee, _ = assignee["href"].(string)
		}
	}
	return out
}

func (d v2) Roles(ctx context.Context, p Principal) ([]Role, error) {
	list := d.c.User.ListAssignedRolesForUser
	if p.Group {
		list = d.c.Group.ListGroupAssignedRoles
	}
	rows, resp, err := list(ctx, p.ID, nil)
	if err != nil {
		return nil, refusal2(resp, err)
	}
	return each(rows, role2), nil
}

func (d v2) Role(ctx context.Context, p Principal, role string) (Role, error) {
	get := d.c.User.GetUserRole
	if p.Group {
		get = d.c.Group.GetRole
	}
	r, resp, err := get(ctx, p.ID, role)
	if err != nil {
		return Role{}, refusal2(resp, err)
	}
	return role2(r), nil
}

func (d v2) AssignRole(ctx context.Context, p Principal, roleType string) (Role, error) {
	assign := d.c.User.AssignRoleToUser
	if p.Group {
		assign = d.c.Group.AssignRoleToGroup
	}
	r, resp, err := assign(ctx, p.ID, okta.AssignRoleRequest{Type: roleType}, nil)
	if err != nil {
		return Role{}, refusal2(resp, err)
	}
	return role2(r), nil
}

func (d v2) UnassignRole(ctx context.Context, p Principal, role string) error {
	if p.Group {
		return refusal2(d.c.Group.RemoveRoleFromGroup(ctx, p.ID, role))
	}
	return refusal2(d.c.User.RemoveRoleFromUser(ctx, p.ID, role))
}

func (d v2) GroupTargets(ctx context.Context, p Principal, role string, limit int) (Pages[Group], error) {
	list := d.c.User.ListGroupTargetsForRole
	if p.Group {
		list = d.c.Group.ListGroupTargetsForGroupRole
	}
	rows, resp, err := list(ctx, p.ID, role, &query.Params{Limit: int64(limit)})
	return pages2(ctx, rows, resp, err, group2)
}

func (d v2) AddGroupTarget(ctx context.Context, p Principal, role, group string) error {
	if p.Group {
		return refusal2(d.c.Group.AddGroupTargetToGroupAdministratorRoleForGroup(ctx, p.ID, role, group))
	}
	return refusal2(d.c.User.AddGroupTargetToRole(ctx, p.ID, role, group))
}

func (d v2) RemoveGroupTarget(ctx context.Context, p Principal, role, group string) error {
	if p.Group {
		return refusal2(d.c.Group.RemoveGroupTargetFromGroupAdministratorRoleGivenToGroup(ctx, p.ID, role, group))
	}
	return refusal2(d.c.User.RemoveGroupTargetFromRole(ctx, p.ID, role, group))
}

func (d v2) AppTargets(ctx context.Context, p Principal, role string, limit int) (Pages[AppTarget], error) {
	list := d.c.User.ListApplicationTargetsForApplicationAdministratorRoleForUser
	if p.Group {
		list = d.c.Group.ListApplicationTargetsForApplicationAdministratorRoleForGroup
	}
	rows, resp, err := list(ctx, p.ID, role, &query.Params{Limit: int64(limit)})
	return pages2(ctx, rows, resp, err, func(a *okta.CatalogApplication) AppTarget {
		return AppTarget{ID: a.Id, Name: a.Name, DisplayName: a.DisplayName, Status: a.Status}
	})
}

func (d v2) AddAppTarget(ctx context.Context, p Principal, role string, app AppRef) error {
	switch {
	case p.Group && app.Instance != "":
		return refusal2(d.c.Group.AddApplicationInstanceTargetToAppAdminRoleGivenToGroup(ctx, p.ID, role, app.Name, app.Instance))
	case p.Group:
		return refusal2(d.c.Group.AddApplicationTargetToAdminRoleGivenToGroup(ctx, p.ID, role, app.Name))
	case app.Instance != "":
		return refusal2(d.c.User.AddApplicationTargetToAppAdminRoleForUser(ctx, p.ID, role, app.Name, app.Instance))
	}
	return refusal2(d.c.User.AddApplicationTargetToAdminRoleForUser(ctx, p.ID, role, app.Name))
}

func (d v2) RemoveAppTarget(ctx context.Context, p Principal, role string, app AppRef) error {
	switch {
	case p.Group && app.Instance != "":
		return refusal2(d.c.Group.RemoveApplicationTargetFromAdministratorRoleGivenToGroup(ctx, p.ID, role, app.Name, app.Instance))
	case p.Group:
		return refusal2(d.c.Group.RemoveApplicationTargetFromApplicationAdministratorRoleGivenToGroup(ctx, p.ID, role, app.Name))
	case app.Instance != "":
		return refusal2(d.c.User.RemoveApplicationTargetFromAdministratorRoleForUser(ctx, p.ID, role, app.Name, app.Instance))
	}
	return refusal2(d.c.User.RemoveApplicationTargetFromApplicationAdministratorRoleForUser(ctx, p.ID, role, app.Name))
}

func (d v2) AllAppTargets(ctx context.Context, user, role string) error {
	return refusal2(d.c.User.AddAllAppsAsTargetToRole(ctx, user, role))
}
