package api

import (
	"net/http"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

// A holder finds in the path who holds the role.
type holder func(*http.Request) directory.Holder

func userHolder(r *http.Request) directory.Holder  { return directory.Person(param(r, "user")) }
func groupHolder(r *http.Request) directory.Holder { return directory.GroupOf(idParam(r, "group")) }

type wireRole struct {
	ID             bailiwick.ID            `json:"id"`
	Label          string                  `json:"label"`
	Type           bailiwick.RoleType      `json:"type"`
	Role           bailiwick.RoleType      `json:"role,omitempty"` // of a custom role
	Status         string                  `json:"status"`
	Created        stamp                   `json:"created"`
	LastUpdated    stamp                   `json:"lastUpdated"`
	AssignmentType bailiwick.PrincipalKind `json:"assignmentType"`
	// TargetScope tells a role that reaches everything from one whose listed
	// targets are all gone; both list no targets (decision 17).
	TargetScope bailiwick.ScopeMode `json:"targetScope,omitempty"`
	Embedded    map[string]any      `json:"_embedded,omitempty"`
	Links       map[string]href     `json:"_links"`
}

func (a *API) role(r *http.Request, as bailiwick.Assignment) wireRole {
	info, _ := bailiwick.Role(as.Role)
	kind := "users"
	if as.Principal.Kind == bailiwick.GroupPrincipal {
		kind = "groups"
	}
	out := wireRole{ID: as.ID, Label: info.Label, Type: as.Role, Status: "ACTIVE", Created: stamp(as.Created), LastUpdated: stamp(as.LastUpdated),
		AssignmentType: as.Principal.Kind,
		Links:          map[string]href{"assignee": {Href: a.web.URL(r, "/api/v1/"+kind+"/"+string(as.Principal.ID))}}}
	if info.Targets != bailiwick.NoTargets {
		out.TargetScope = as.Mode
	}
	if vendorless[as.Role] {
		out.Type, out.Role = "CUSTOM", as.Role
	}
	return out
}

// vendorless are the roles that exist here alone. They are shown as custom
// roles (decision 10): clients fail on a whole list for one type that they do
// not know.
var vendorless = map[bailiwick.RoleType]bool{bailiwick.Owner: true, bailiwick.PartnerAdmin: true}

func (a *API) listRoles(of holder) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		roles, err := a.dir.Roles(r.Context(), by, of(r))
		if err != nil {
			return err
		}
		out := make([]wireRole, len(roles))
		for i, as := range roles {
			out[i] = a.role(r, as)
			if out[i].Embedded, err = a.embedded(r, by, as); err != nil {
				return err
			}
		}
		return reply(w, http.StatusOK, out)
	}
}

// embedded are the targets that expand asks for, the first page of them.
func (a *API) embedded(r *http.Request, by authz.Actor, as bailiwick.Assignment) (map[string]any, error) {
	info, _ := bailiwick.Role(as.Role)
	expand, ref := r.URL.Query().Get("expand"), directory.Holder{Kind: as.Principal.Kind, Ref: string(as.Principal.ID)}
	switch {
	case expand == "targets/groups" && info.Targets == bailiwick.GroupTargets:
		found, err := a.dir.GroupTargets(r.Context(), by, ref, as.ID, directory.Paging{Limit: targetsMost})
		return map[string]any{"targets": map[string]any{"groups": each(found.Rows, a.group(r))}}, err
	case expand == "targets/catalog/apps" && info.Targets == bailiwick.AppTargets:
		found, err := a.dir.AppTargets(r.Context(), by, ref, as.ID, directory.Paging{Limit: targetsMost})
		return map[string]any{"targets": map[string]any{"catalog": map[string]any{"apps": each(found.Rows, a.appTarget(r))}}}, err
	}
	return nil, nil
}

func each[T, W any](rows []T, wire func(T) W) []W {
	out := make([]W, len(rows))
	for i, row := range rows {
		out[i] = wire(row)
	}
	return out
}

func (a *API) getRole(of holder) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		as, err := a.dir.Role(r.Context(), by, of(r), idParam(r, "role"))
		if err != nil {
			return err
		}
		return reply(w, http.StatusOK, a.role(r, as))
	}
}

func (a *API) assignRole(of holder) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		var body struct {
			Type bailiwick.RoleType `json:"type"`
		}
		if err := read(r, &body); err != nil {
			return err
		}
		as, err := a.dir.AssignRole(r.Context(), by, of(r), body.Type)
		if err != nil {
			return err
		}
		return reply(w, http.StatusCreated, a.role(r, as))
	}
}

func (a *API) unassignRole(of holder) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		if err := a.dir.UnassignRole(r.Context(), by, of(r), idParam(r, "role")); err != nil {
			return err
		}
		return noContent(w)
	}
}

// listAdministrators pages in the body, as the newer parts of the wire do.
func (a *API) listAdministrators(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	p, err := page(r, 100, 100)
	if err != nil {
		return err
	}
	found, err := a.dir.Administrators(r.Context(), by, p)
	if err != nil {
		return err
	}
	type assignee struct {
		ID    bailiwick.ID    `json:"id"`
		ORN   string          `json:"orn"`
		Links map[string]href `json:"_links"`
	}
	org := string(web.OrgOf(r).ID)
	value := each(found.Rows, func(id bailiwick.ID) assignee {
		self := a.userURL(r, id)
		return assignee{ID: id, ORN: "orn:okta:directory:" + org + ":users:" + string(id),
			Links: map[string]href{"self": {Href: self}, "roles": {Href: self + "/roles"}}}
	})
	links := map[string]href{}
	if found.Next != "" {
		q := r.URL.Query()
		q.Set("after", found.Next)
		links["next"] = href{Href: a.web.URL(r, r.URL.Path) + "?" + q.Encode()}
	}
	return reply(w, http.StatusOK, map[string]any{"value": value, "_links": links})
}
