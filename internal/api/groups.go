package api

import (
	"net/http"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

type wireGroup struct {
	ID                    bailiwick.ID        `json:"id"`
	Created               stamp               `json:"created"`
	LastUpdated           stamp               `json:"lastUpdated"`
	LastMembershipUpdated stamp               `json:"lastMembershipUpdated"`
	ObjectClass           []string            `json:"objectClass"`
	Type                  bailiwick.GroupType `json:"type"`
	Profile               wireGroupProfile    `json:"profile"`
	Links                 map[string]any      `json:"_links"`
}

type wireGroupProfile struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

func (a *API) group(r *http.Request) func(bailiwick.Group) wireGroup {
	return func(g bailiwick.Group) wireGroup {
		self := a.web.URL(r, "/api/v1/groups/"+string(g.ID))
		return wireGroup{ID: g.ID, Created: stamp(g.Created), LastUpdated: stamp(g.LastUpdated),
			LastMembershipUpdated: stamp(g.LastMembershipUpdated), ObjectClass: []string{"okta:user_group"}, Type: g.Type,
			Profile: wireGroupProfile{g.Name, g.Description},
			Links: map[string]any{
				"self":  href{Href: self},
				"users": href{Href: self + "/users"},
				"apps":  href{Href: self + "/apps"},
			}}
	}
}

// Limits of lists of groups.
const (
	groupsPage  = 10_000
	groupsFound = 300 // a page of ?q= when no limit is given
)

func (a *API) listGroups(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	q := r.URL.Query()
	if q.Get("search") != "" || q.Get("filter") != "" {
		return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonBadSearch, "groups are found by q").In("search")
	}
	standard := groupsPage
	if q.Get("q") != "" {
		standard = groupsFound
	}
	p, err := page(r, standard, groupsPage)
	if err != nil {
		return err
	}
	found, err := a.dir.Groups(r.Context(), by, q.Get("q"), p)
	if err != nil {
		return err
	}
	if q.Get("q") != "" {
		found.Next = "" // the wire does not page what q finds
	}
	return list(a, w, r, found, a.group(r))
}

type groupBody struct {
	Profile wireGroupProfile `json:"profile"`
}

func (a *API) createGroup(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body groupBody
	if err := read(r, &body); err != nil {
		return err
	}
	g, err := a.dir.CreateGroup(r.Context(), by, body.Profile.Name, body.Profile.Description)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.group(r)(g))
}

func (a *API) getGroup(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	g, err := a.dir.Group(r.Context(), by, idParam(r, "group"))
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.group(r)(g))
}

func (a *API) replaceGroup(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body groupBody
	if err := read(r, &body); err != nil {
		return err
	}
	g, err := a.dir.UpdateGroup(r.Context(), by, idParam(r, "group"), body.Profile.Name, body.Profile.Description)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.group(r)(g))
}

func (a *API) deleteGroup(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if err := a.dir.DeleteGroup(r.Context(), by, idParam(r, "group")); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) groupUsers(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	p, err := page(r, membersPage, membersPage)
	if err != nil {
		return err
	}
	found, err := a.dir.Users(r.Context(), by, directory.UserQuery{Group: idParam(r, "group"), Statuses: bailiwick.Statuses()}, p)
	if err != nil {
		return err
	}
	return list(a, w, r, found, a.listedUser(r))
}

func (a *API) addMember(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if err := a.dir.AddMember(r.Context(), by, idParam(r, "group"), param(r, "user")); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) removeMember(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if err := a.dir.RemoveMember(r.Context(), by, idParam(r, "group"), param(r, "user")); err != nil {
		return err
	}
	return noContent(w)
}
