package api

import (
	"net/http"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

type wireRealmAssignment struct {
	ID          bailiwick.ID        `json:"id,omitempty"`
	Status      string              `json:"status"`
	Name        string              `json:"name"`
	Created     stamp               `json:"created"`
	LastUpdated stamp               `json:"lastUpdated"`
	Conditions  realmCondition      `json:"conditions"`
	Actions     realmAction         `json:"actions"`
	Priority    int                 `json:"priority"`
	Default     bool                `json:"isDefault"`
	Domains     []string            `json:"domains"`
	Links       map[string]relation `json:"_links"`
}

type realmCondition struct {
	Expression struct {
		Value string `json:"value"`
	} `json:"expression"`
	ProfileSource bailiwick.ID `json:"profileSourceId,omitempty"`
}

type realmAction struct {
	Assign struct {
		RealmID bailiwick.ID `json:"realmId"`
	} `json:"assignUserToRealm"`
}

func (a *API) realmAssignment(r *http.Request) func(bailiwick.RealmAssignment) wireRealmAssignment {
	return func(m bailiwick.RealmAssignment) wireRealmAssignment {
		out := wireRealmAssignment{ID: m.ID, Status: "INACTIVE", Name: m.Name, Created: stamp(m.Created), LastUpdated: stamp(m.LastUpdated),
			Priority: m.Priority, Default: m.IsCatchAll(), Domains: []string{},
			Links: map[string]relation{"self": {"self", a.web.URL(r, "/api/v1/realm-assignments/"+string(m.ID)), http.MethodGet}}}
		if m.Active {
			out.Status = "ACTIVE"
		}
		out.Conditions.Expression.Value, out.Actions.Assign.RealmID = m.Expression, m.RealmID
		return out
	}
}

// Limits of lists of realm assignments.
const (
	assignmentsPage = 20
	assignmentsMost = 200
)

func (a *API) listRealmAssignments(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	p, err := page(r, assignmentsPage, assignmentsMost)
	if err != nil {
		return err
	}
	found, err := a.dir.RealmAssignments(r.Context(), by, p)
	if err != nil {
		return err
	}
	return list(a, w, r, found, a.realmAssignment(r))
}

type realmAssignmentBody struct {
	Name       string         `json:"name"`
	Priority   int            `json:"priority"`
	Conditions realmCondition `json:"conditions"`
	Actions    realmAction    `json:"actions"`
}

// into writes what the body asks for. People come from this server alone, so
// profileSourceId is taken and says nothing.
func (b realmAssignmentBody) into(m *bailiwick.RealmAssignment) {
	m.Name, m.Priority, m.Expression, m.RealmID = b.Name, b.Priority, b.Conditions.Expression.Value, b.Actions.Assign.RealmID
}

func (a *API) createRealmAssignment(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body realmAssignmentBody
	if err := read(r, &body); err != nil {
		return err
	}
	var m bailiwick.RealmAssignment
	body.into(&m)
	m, err := a.dir.CreateRealmAssignment(r.Context(), by, m)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.realmAssignment(r)(m))
}

func (a *API) getRealmAssignment(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	m, err := a.dir.RealmAssignment(r.Context(), by, idParam(r, "assignment"))
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.realmAssignment(r)(m))
}

func (a *API) replaceRealmAssignment(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body realmAssignmentBody
	if err := read(r, &body); err != nil {
		return err
	}
	m, err := a.dir.ChangeRealmAssignment(r.Context(), by, idParam(r, "assignment"), body.into)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.realmAssignment(r)(m))
}

func (a *API) deleteRealmAssignment(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if err := a.dir.DeleteRealmAssignment(r.Context(), by, idParam(r, "assignment")); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) activateRealmAssignment(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	_, err := a.dir.ChangeRealmAssignment(r.Context(), by, idParam(r, "assignment"), func(m *bailiwick.RealmAssignment) { m.Active = true })
	if err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) deactivateRealmAssignment(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	_, err := a.dir.ChangeRealmAssignment(r.Context(), by, idParam(r, "assignment"), func(m *bailiwick.RealmAssignment) { m.Active = false })
	if err != nil {
		return err
	}
	return noContent(w)
}
