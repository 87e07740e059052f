package api

import (
	"net/http"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

type wireRealm struct {
	ID          bailiwick.ID        `json:"id"`
	Created     stamp               `json:"created"`
	LastUpdated stamp               `json:"lastUpdated"`
	Profile     wireRealmProfile    `json:"profile"`
	Default     bool                `json:"isDefault"`
	Links       map[string]relation `json:"_links"`
}

type wireRealmProfile struct {
	Name    string              `json:"name"`
	Type    bailiwick.RealmType `json:"realmType"`
	Domains []string            `json:"domains"`
}

// realm is what the profile asks for; the wire's standard type is DEFAULT.
func (p wireRealmProfile) realm() bailiwick.Realm {
	if p.Type == "" {
		p.Type = bailiwick.DefaultRealm
	}
	return bailiwick.Realm{Name: p.Name, Type: p.Type, Domains: p.Domains}
}

func (a *API) realm(r *http.Request) func(bailiwick.Realm) wireRealm {
	return func(m bailiwick.Realm) wireRealm {
		return wireRealm{ID: m.ID, Created: stamp(m.Created), LastUpdated: stamp(m.LastUpdated), Default: m.Default,
			Profile: wireRealmProfile{m.Name, m.Type, append([]string{}, m.Domains...)},
			Links:   map[string]relation{"self": {"self", a.web.URL(r, "/api/v1/realms/"+string(m.ID)), http.MethodGet}}}
	}
}

// Limits of lists of realms.
const (
	realmsPage  = 200
	realmsFound = 10 // with search, when no limit is given
)

func (a *API) listRealms(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	ask, err := realmQuery(r.URL.Query().Get)
	if err != nil {
		return err
	}
	standard := realmsPage
	if ask.Match != nil {
		standard = realmsFound
	}
	p, err := page(r, standard, realmsPage)
	if err != nil {
		return err
	}
	found, err := a.dir.FindRealms(r.Context(), by, ask, p)
	if err != nil {
		return err
	}
	return list(a, w, r, found, a.realm(r))
}

// realmQuery reads search, which takes one comparison of the name by eq or co,
// and the order, which is by name.
func realmQuery(query func(string) string) (directory.RealmQuery, error) {
	var out directory.RealmQuery
	if by := query("sortBy"); by != "" && by != "profile.name" {
		return out, bailiwick.InvalidField("sortBy", "must be profile.name")
	}
	switch strings.ToLower(query("sortOrder")) {
	case "", "asc":
	case "desc":
		out.Descending = true
	default:
		return out, bailiwick.InvalidField("sortOrder", "must be asc or desc")
	}
	text := query("search")
	if text == "" {
		return out, nil
	}
	where, err := grammar{contained: []string{"profile.name"}}.parse("search", text)
	if err != nil {
		return out, err
	}
	c, ok := where.(filter.Compare)
	if !ok || c.Path != "profile.name" || c.Op != filter.Eq && c.Op != filter.Co || c.Value.Kind != filter.Text {
		return out, unsupported("search", "takes profile.name eq or co a text")
	}
	wanted := filter.Fold(c.Value.Text)
	out.Question = string(c.Op) + " " + wanted
	out.Match = func(m bailiwick.Realm) bool {
		name := filter.Fold(m.Name)
		return name == wanted || c.Op == filter.Co && strings.Contains(name, wanted)
	}
	return out, nil
}

type realmBody struct {
	Profile wireRealmProfile `json:"profile"`
}

func (a *API) createRealm(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body realmBody
	if err := read(r, &body); err != nil {
		return err
	}
	asked := body.Profile.realm()
	m, err := a.dir.CreateRealm(r.Context(), by, asked.Name, asked.Type, asked.Domains)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.realm(r)(m))
}

func (a *API) getRealm(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	m, err := a.dir.Realm(r.Context(), by, idParam(r, "realm"))
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.realm(r)(m))
}

func (a *API) replaceRealm(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body realmBody
	if err := read(r, &body); err != nil {
		return err
	}
	m, err := a.dir.UpdateRealm(r.Context(), by, idParam(r, "realm"), body.Profile.realm())
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.realm(r)(m))
}

func (a *API) deleteRealm(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if err := a.dir.DeleteRealm(r.Context(), by, idParam(r, "realm")); err != nil {
		return err
	}
	return noContent(w)
}

// The realms that a partner administrator is limited to. The paths are ours,
// in the manner of group targets: the vendor limits such roles by resource sets.

func (a *API) listRealmTargets(of holder) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		p, err := page(r, targetsPage, targetsMost)
		if err != nil {
			return err
		}
		found, err := a.dir.RealmTargets(r.Context(), by, of(r), idParam(r, "role"), p)
		if err != nil {
			return err
		}
		return list(a, w, r, found, a.realm(r))
	}
}

func (a *API) addRealmTarget(of holder) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		if err := a.dir.AddRealmTarget(r.Context(), by, of(r), idParam(r, "role"), idParam(r, "target")); err != nil {
			return err
		}
		return noContent(w)
	}
}

func (a *API) removeRealmTarget(of holder) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		if err := a.dir.RemoveRealmTarget(r.Context(), by, of(r), idParam(r, "role"), idParam(r, "target")); err != nil {
			return err
		}
		return noContent(w)
	}
}
