package api

import (
	"net/http"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

type wireOwner struct {
	ID          bailiwick.ID            `json:"id"`
	Type        bailiwick.PrincipalKind `json:"type"`
	DisplayName string                  `json:"displayName"`
	LastUpdated stamp                   `json:"lastUpdated"`
	OriginID    *string                 `json:"originId"`
	OriginType  string                  `json:"originType"`
	Resolved    bool                    `json:"resolved"`
}

func wireOwnerOf(o bailiwick.GroupOwner) wireOwner {
	return wireOwner{ID: o.ID, Type: o.Kind, DisplayName: o.Name, LastUpdated: stamp(o.LastUpdated), OriginType: "OKTA_DIRECTORY", Resolved: true}
}

// ownersPage is the most owners of a page.
const ownersPage = 200

func (a *API) listOwners(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	p, err := page(r, ownersPage, ownersPage)
	if err != nil {
		return err
	}
	found, err := a.dir.GroupOwners(r.Context(), by, idParam(r, "group"), p)
	if err != nil {
		return err
	}
	return list(a, w, r, found, wireOwnerOf)
}

func (a *API) addOwner(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body struct {
		ID   bailiwick.ID            `json:"id"`
		Type bailiwick.PrincipalKind `json:"type"`
	}
	if err := read(r, &body); err != nil {
		return err
	}
	o, err := a.dir.AddGroupOwner(r.Context(), by, idParam(r, "group"), bailiwick.Principal{Kind: body.Type, ID: body.ID})
	if err != nil {
		return err
	}
	return reply(w, http.StatusCreated, wireOwnerOf(o))
}

func (a *API) removeOwner(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if err := a.dir.RemoveGroupOwner(r.Context(), by, idParam(r, "group"), idParam(r, "owner")); err != nil {
		return err
	}
	return noContent(w)
}
