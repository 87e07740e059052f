package api

import (
	"net/http"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// ruleLanguage is what the wire calls the language of rule expressions.
const ruleLanguage = "urn:okta:expression:1.0"

type wireRule struct {
	ID          bailiwick.ID              `json:"id"`
	Type        string                    `json:"type"`
	Name        string                    `json:"name"`
	Status      bailiwick.GroupRuleStatus `json:"status"`
	Created     stamp                     `json:"created"`
	LastUpdated stamp                     `json:"lastUpdated"`
	AllValid    bool                      `json:"allGroupsValid"`
	ruleTerms
	Embedded map[string]any `json:"_embedded,omitempty"`
}

// ruleTerms are the parts that a body has too.
type ruleTerms struct {
	Conditions struct {
		People struct {
			Users  idsExcluded `json:"users"`
			Groups idsExcluded `json:"groups"`
		} `json:"people"`
		Expression struct {
			Value string `json:"value"`
			Type  string `json:"type"`
		} `json:"expression"`
	} `json:"conditions"`
	Actions struct {
		Assign struct {
			GroupIDs []bailiwick.ID `json:"groupIds"`
		} `json:"assignUserToGroups"`
	} `json:"actions"`
}

type idsExcluded struct {
	Exclude []bailiwick.ID `json:"exclude"`
}

func wireRuleOf(r bailiwick.GroupRule) wireRule {
	out := wireRule{ID: r.ID, Type: "group_rule", Name: r.Name, Status: r.Status, Created: stamp(r.Created), LastUpdated: stamp(r.LastUpdated),
		AllValid: r.Status != bailiwick.RuleInvalid}
	out.Conditions.People.Users.Exclude = append([]bailiwick.ID{}, r.Exclude...)
	out.Conditions.People.Groups.Exclude = []bailiwick.ID{}
	out.Conditions.Expression.Value, out.Conditions.Expression.Type = r.Expression, ruleLanguage
	out.Actions.Assign.GroupIDs = r.Targets
	return out
}

// readRule reads the body of a rule.
func readRule(r *http.Request) (bailiwick.GroupRule, error) {
	var body struct {
		Type string `json:"type"`
		Name string `json:"name"`
		ruleTerms
	}
	if err := read(r, &body); err != nil {
		return bailiwick.GroupRule{}, err
	}
	switch {
	case body.Type != "" && body.Type != "group_rule":
		return bailiwick.GroupRule{}, bailiwick.InvalidField("type", "must be group_rule")
	case body.Conditions.Expression.Type != "" && body.Conditions.Expression.Type != ruleLanguage:
		return bailiwick.GroupRule{}, bailiwick.InvalidField("expression", "must be of type %s", ruleLanguage)
	case len(body.Conditions.People.Groups.Exclude) > 0:
		return bailiwick.GroupRule{}, bailiwick.InvalidField("exclude", "groups cannot be spared; use not isMemberOfGroup in the expression")
	}
	return bailiwick.GroupRule{Name: body.Name, Expression: body.Conditions.Expression.Value,
		Targets: body.Actions.Assign.GroupIDs, Exclude: body.Conditions.People.Users.Exclude}, nil
}

// ruleWire is the wire form of rules, with the names of their groups when the
// query asks for them.
func (a *API) ruleWire(r *http.Request, by authz.Actor, rules []bailiwick.GroupRule) (func(bailiwick.GroupRule) wireRule, error) {
	switch r.URL.Query().Get("expand") {
	case "":
		return wireRuleOf, nil
	case "groupIdToGroupNameMap":
	default:
		return nil, bailiwick.InvalidField("expand", "must be groupIdToGroupNameMap")
	}
	names, err := a.dir.NamesOfRuleGroups(r.Context(), by, rules)
	if err != nil {
		return nil, err
	}
	return func(rule bailiwick.GroupRule) wireRule {
		out, of := wireRuleOf(rule), map[bailiwick.ID]string{}
		for _, id := range rule.Targets {
			if name, ok := names[id]; ok {
				of[id] = name
			}
		}
		out.Embedded = map[string]any{"groupIdToGroupNameMap": of}
		return out
	}, nil
}

// Limits of lists of rules.
const (
	rulesPage = 50
	rulesMost = 200
)

func (a *API) listRules(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	p, err := page(r, rulesPage, rulesMost)
	if err != nil {
		return err
	}
	found, err := a.dir.GroupRules(r.Context(), by, r.URL.Query().Get("search"), p)
	if err != nil {
		return err
	}
	wire, err := a.ruleWire(r, by, found.Rows)
	if err != nil {
		return err
	}
	return list(a, w, r, found, wire)
}

func (a *API) createRule(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	rule, err := readRule(r)
	if err != nil {
		return err
	}
	if rule, err = a.dir.CreateGroupRule(r.Context(), by, rule); err != nil {
		return err
	}
	return reply(w, http.StatusOK, wireRuleOf(rule))
}

func (a *API) getRule(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	rule, err := a.dir.GroupRule(r.Context(), by, idParam(r, "rule"))
	if err != nil {
		return err
	}
	wire, err := a.ruleWire(r, by, []bailiwick.GroupRule{rule})
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, wire(rule))
}

func (a *API) replaceRule(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	rule, err := readRule(r)
	if err != nil {
		return err
	}
	rule.ID = idParam(r, "rule")
	if rule, err = a.dir.UpdateGroupRule(r.Context(), by, rule); err != nil {
		return err
	}
	return reply(w, http.StatusOK, wireRuleOf(rule))
}

// deleteRule answers before the work is done: a job takes the people out, or
// leaves them in.
func (a *API) deleteRule(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	remove, err := flag(r, "removeUsers", false)
	if err != nil {
		return err
	}
	if err := a.dir.DeleteGroupRule(r.Context(), by, idParam(r, "rule"), remove); err != nil {
		return err
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}

func (a *API) activateRule(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if err := a.dir.ActivateGroupRule(r.Context(), by, idParam(r, "rule")); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) deactivateRule(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	remove, err := flag(r, "removeUsers", false)
	if err != nil {
		return err
	}
	if err := a.dir.DeactivateGroupRule(r.Context(), by, idParam(r, "rule"), remove); err != nil {
		return err
	}
	return noContent(w)
}
