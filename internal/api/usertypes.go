package api

import (
	"net/http"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// relation is a link that says what it is to the object, as those of types and
// schemas do.
type relation struct {
	Rel    string `json:"rel"`
	Href   string `json:"href"`
	Method string `json:"method"`
}

type wireUserType struct {
	ID            bailiwick.ID        `json:"id"`
	DisplayName   string              `json:"displayName"`
	Name          string              `json:"name"`
	Description   string              `json:"description"`
	CreatedBy     bailiwick.ID        `json:"createdBy"`
	LastUpdatedBy bailiwick.ID        `json:"lastUpdatedBy"`
	Created       stamp               `json:"created"`
	LastUpdated   stamp               `json:"lastUpdated"`
	Default       bool                `json:"default"`
	Links         map[string]relation `json:"_links"`
}

func (a *API) userType(r *http.Request) func(bailiwick.UserType) wireUserType {
	return func(t bailiwick.UserType) wireUserType {
		return wireUserType{ID: t.ID, DisplayName: t.DisplayName, Name: t.Name, Description: t.Description, CreatedBy: t.CreatedBy,
			LastUpdatedBy: t.UpdatedBy, Created: stamp(t.Created), LastUpdated: stamp(t.LastUpdated), Default: t.Default,
			Links: map[string]relation{
				"self":   a.typeLink(r, "self", t),
				"schema": a.schemaLink(r, "schema", t),
			}}
	}
}

func (a *API) typeLink(r *http.Request, rel string, t bailiwick.UserType) relation {
	return relation{rel, a.web.URL(r, "/api/v1/meta/types/user/"+string(t.ID)), http.MethodGet}
}

func (a *API) schemaLink(r *http.Request, rel string, t bailiwick.UserType) relation {
	return relation{rel, a.web.URL(r, "/api/v1/meta/schemas/user/"+string(t.SchemaID)), http.MethodGet}
}

// typeBody is a user type in a request. What is not given is nil.
type typeBody struct {
	Name        *string `json:"name"`
	DisplayName *string `json:"displayName"`
	Description *string `json:"description"`
}

func (a *API) listUserTypes(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	types, err := a.dir.UserTypes(r.Context(), by)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, each(types, a.userType(r)))
}

func (a *API) createUserType(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body typeBody
	if err := read(r, &body); err != nil {
		return err
	}
	t, err := a.dir.CreateUserType(r.Context(), by, given(body.Name), given(body.DisplayName), given(body.Description))
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.userType(r)(t))
}

// given is the value that was sent, or the empty one.
func given[T any](v *T) T {
	if v == nil {
		var none T
		return none
	}
	return *v
}

func (a *API) getUserType(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	t, err := a.dir.UserType(r.Context(), by, param(r, "type"))
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.userType(r)(t))
}

func (a *API) updateUserType(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body typeBody
	if err := read(r, &body); err != nil {
		return err
	}
	return a.saveUserType(w, r, by, body)
}

// replaceUserType takes a description that is not given for an empty one; the
// names must be there.
func (a *API) replaceUserType(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body typeBody
	if err := read(r, &body); err != nil {
		return err
	}
	for _, field := range []**string{&body.Name, &body.DisplayName, &body.Description} {
		if *field == nil {
			*field = new(string)
		}
	}
	return a.saveUserType(w, r, by, body)
}

func (a *API) saveUserType(w http.ResponseWriter, r *http.Request, by authz.Actor, body typeBody) error {
	t, err := a.dir.UpdateUserType(r.Context(), by, param(r, "type"), body.Name, body.DisplayName, body.Description)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.userType(r)(t))
}

func (a *API) deleteUserType(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if err := a.dir.DeleteUserType(r.Context(), by, param(r, "type")); err != nil {
		return err
	}
	return noContent(w)
}
