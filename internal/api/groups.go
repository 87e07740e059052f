package api

import (
	"net/http"
	"strings"

	strictjson "github.com/go-json-experiment/json"

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
	Embedded              map[string]any      `json:"_embedded,omitempty"`
	Links                 map[string]any      `json:"_links"`
}

type wireGroupProfile struct {
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Custom      bailiwick.Profile `json:",unknown"`
}

func (p wireGroupProfile) group() bailiwick.Group {
	return bailiwick.Group{Name: p.Name, Description: p.Description, Custom: p.Custom}
}

// MarshalJSON writes the custom attributes beside the others.
func (p wireGroupProfile) MarshalJSON() ([]byte, error) {
	return strictjson.Marshal(alikeProfile(p), strictjson.Deterministic(true))
}

// alikeProfile is wireGroupProfile without its method.
type alikeProfile wireGroupProfile

func (a *API) group(r *http.Request) func(bailiwick.Group) wireGroup {
	return func(g bailiwick.Group) wireGroup {
		self := a.web.URL(r, "/api/v1/groups/"+string(g.ID))
		return wireGroup{ID: g.ID, Created: stamp(g.Created), LastUpdated: stamp(g.LastUpdated),
			LastMembershipUpdated: stamp(g.LastMembershipUpdated), ObjectClass: []string{"okta:user_group"}, Type: g.Type,
			Profile: wireGroupProfile{g.Name, g.Description, g.Custom},
			Links: map[string]any{
				"self":   href{Href: self},
				"logo":   a.groupLogos(r),
				"owners": href{Href: self + "/owners"},
				"users":  href{Href: self + "/users"},
				"apps":   href{Href: self + "/apps"},
			}}
	}
}

// groupLogos are the pictures of a group; all groups have the same.
func (a *API) groupLogos(r *http.Request) []href {
	picture := func(size string) href {
		return href{Name: size, Href: a.web.URL(r, "/api/v1/logos/groups/"+size+".png"), Type: "image/png"}
	}
	return []href{picture("medium"), picture("large")}
}

// embedStats gives the groups of a page their numbers when the query asks for
// them. expand=app adds nothing: no group here belongs to an app.
func (a *API) embedStats(r *http.Request, by authz.Actor, rows []bailiwick.Group) (func(bailiwick.Group) wireGroup, error) {
	plain := a.group(r)
	for _, name := range strings.Split(r.URL.Query().Get("expand"), ",") {
		switch strings.TrimSpace(name) {
		case "", "app":
			continue
		case "stats":
		default:
			return nil, bailiwick.InvalidField("expand", "must be stats or app")
		}
		stats, err := a.dir.GroupStats(r.Context(), by, rows)
		if err != nil {
			return nil, err
		}
		return func(g bailiwick.Group) wireGroup {
			out, s := plain(g), stats[g.ID]
			out.Embedded = map[string]any{"stats": wireGroupStats{Users: s.Users, Apps: s.Apps, Admin: s.HasAdminPrivilege}}
			return out
		}, nil
	}
	return plain, nil
}

type wireGroupStats struct {
	Users  int64 `json:"usersCount"`
	Apps   int64 `json:"appsCount"`
	Pushes int64 `json:"groupPushMappingsCount"`
	Admin  bool  `json:"hasAdminPrivilege"`
	Links  empty `json:"_links"`
}

// Limits of lists of groups.
const (
	groupsPage  = 10_000
	groupsFound = 300 // a page of ?q= when no limit is given
)

func (a *API) listGroups(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	q := r.URL.Query()
	asked, err := expression(q.Get, groupSearch, groupFilter)
	if err != nil {
		return err
	}
	standard := groupsPage
	if q.Get("q") != "" && asked.Where == nil {
		standard = groupsFound
	}
	p, err := page(r, standard, groupsPage)
	if err != nil {
		return err
	}
	var found directory.List[bailiwick.Group]
	if asked.Where != nil {
		found, err = a.dir.SearchGroups(r.Context(), by, asked, p)
	} else {
		found, err = a.dir.Groups(r.Context(), by, q.Get("q"), p)
	}
	if err != nil {
		return err
	}
	if q.Get("q") != "" && asked.Where == nil {
		found.Next = "" // the wire does not page what q finds
	}
	wire, err := a.embedStats(r, by, found.Rows)
	if err != nil {
		return err
	}
	return list(a, w, r, found, wire)
}

type groupBody struct {
	Profile wireGroupProfile `json:"profile"`
}

func (a *API) createGroup(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body groupBody
	if err := read(r, &body); err != nil {
		return err
	}
	g, err := a.dir.CreateGroup(r.Context(), by, body.Profile.group())
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
	wire, err := a.embedStats(r, by, []bailiwick.Group{g})
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, wire(g))
}

func (a *API) replaceGroup(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body groupBody
	if err := read(r, &body); err != nil {
		return err
	}
	g, err := a.dir.UpdateGroup(r.Context(), by, idParam(r, "group"), body.Profile.group())
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
