package api

import (
	"net/http"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

type wireAppGroup struct {
	ID          bailiwick.ID    `json:"id"`
	LastUpdated stamp           `json:"lastUpdated"`
	Priority    int             `json:"priority"`
	Profile     map[string]any  `json:"profile"`
	Embedded    map[string]any  `json:"_embedded,omitempty"`
	Links       map[string]href `json:"_links"`
}

func (a *API) appGroup(r *http.Request) func(bailiwick.AppGroup) wireAppGroup {
	group, metadata := expands(r, "group"), expands(r, "metadata")
	return func(x bailiwick.AppGroup) wireAppGroup {
		app := a.web.URL(r, "/api/v1/apps/"+string(x.AppID))
		out := wireAppGroup{ID: x.Group.ID, LastUpdated: stamp(x.LastUpdated), Priority: x.Priority, Profile: orEmpty(x.Profile),
			Links: map[string]href{"app": {Href: app}, "self": {Href: app + "/groups/" + string(x.Group.ID)},
				"group": {Href: a.web.URL(r, "/api/v1/groups/"+string(x.Group.ID))}}}
		if group || metadata {
			out.Embedded = map[string]any{}
		}
		if group {
			out.Embedded["group"] = a.group(r)(x.Group)
		}
		if metadata {
			out.Embedded["metadata"] = empty{}
		}
		return out
	}
}

func (a *API) listAppGroups(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	p, err := page(r, appGroupsPage, appGroupsMost)
	if err != nil {
		return err
	}
	found, err := a.dir.AppGroups(r.Context(), by, idParam(r, "app"), r.URL.Query().Get("q"), p)
	if err != nil {
		return err
	}
	return list(a, w, r, found, a.appGroup(r))
}

func (a *API) getAppGroup(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	x, err := a.dir.AppGroup(r.Context(), by, idParam(r, "app"), idParam(r, "group"))
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.appGroup(r)(x))
}

// assignGroup makes the assignment, or says anew what a client says of one that
// there is.
func (a *API) assignGroup(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body struct {
		Priority *int           `json:"priority"`
		Profile  map[string]any `json:"profile"`
	}
	if err := read(r, &body); err != nil {
		return err
	}
	x, err := a.dir.AssignGroup(r.Context(), by, idParam(r, "app"), idParam(r, "group"),
		directory.Assign{Priority: body.Priority, Profile: body.Profile, Whole: body.Profile != nil})
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.appGroup(r)(x))
}

// A patch is one change of a JSON Patch (RFC 6902), of which priority and
// profile can be changed.
type patch struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

func (a *API) patchAppGroup(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var patches []patch
	if err := read(r, &patches); err != nil {
		return err
	}
	n := directory.Assign{}
	for _, p := range patches {
		if err := p.into(&n); err != nil {
			return err
		}
	}
	x, err := a.dir.UpdateAppGroup(r.Context(), by, idParam(r, "app"), idParam(r, "group"), n)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.appGroup(r)(x))
}

var pointer = strings.NewReplacer("~1", "/", "~0", "~")

func (p patch) into(n *directory.Assign) error {
	if p.Op != "add" && p.Op != "replace" && p.Op != "remove" {
		return bailiwick.InvalidField("op", "must be add, replace or remove")
	}
	if p.Op == "remove" {
		p.Value = nil
	}
	key, inside := strings.CutPrefix(p.Path, "/profile/")
	switch {
	case p.Path == "/priority" && p.Op != "remove":
		number, ok := p.Value.(float64)
		if !ok || number != float64(int(number)) {
			return bailiwick.InvalidField("priority", "must be a whole number")
		}
		n.Priority = new(int)
		*n.Priority = int(number)
	case p.Path == "/profile":
		profile, ok := p.Value.(map[string]any)
		if !ok && p.Value != nil {
			return bailiwick.InvalidField("profile", "must be an object")
		}
		n.Profile, n.Whole = profile, true
	case inside && !strings.Contains(key, "/"):
		if n.Profile == nil {
			n.Profile = map[string]any{}
		}
		n.Profile[pointer.Replace(key)] = p.Value
	default:
		return bailiwick.InvalidField("path", "must be /priority, /profile or a property of it")
	}
	return nil
}

func (a *API) unassignGroup(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if err := a.dir.UnassignGroup(r.Context(), by, idParam(r, "app"), idParam(r, "group")); err != nil {
		return err
	}
	return noContent(w)
}
