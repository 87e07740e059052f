package authz_test

import (
	"fmt"
	"slices"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"pgregory.net/rapid"
)

// A world is a small org as plain values.
type world struct {
	realms []bailiwick.ID
	groups []group
	apps   []app
	people []person
	grants []grant // what the actor could hold
}

type person struct {
	id, realm bailiwick.ID
	groups    []bailiwick.ID
	roles     []bailiwick.RoleType // held in any way
}

type group struct {
	id    bailiwick.ID
	roles []bailiwick.RoleType
}

type app struct {
	id, name bailiwick.ID // of the instance, and of the catalog app
	mode     string
}

// A grant is one role of the actor's with its targets: groups, realms, app
// instances, or names of catalog apps.
type grant struct {
	authz.Grant
	targets []bailiwick.ID
}

// An actor is a person who asks with some of the grants.
type actor struct {
	id        bailiwick.ID
	grants    []grant
	inConsole bool
}

func rolesOf(grants []grant) []bailiwick.RoleType {
	out := make([]bailiwick.RoleType, len(grants))
	for i, g := range grants {
		out[i] = g.Role
	}
	return out
}

func numbered(kind bailiwick.Kind, n int) bailiwick.ID {
	return bailiwick.ID(fmt.Sprintf("%s%017d", kind, n))
}

var orgID = numbered(bailiwick.KindOrg, 1)

func drawWorld(t *rapid.T) *world {
	w := &world{realms: []bailiwick.ID{numbered(bailiwick.KindRealm, 0), numbered(bailiwick.KindRealm, 1), numbered(bailiwick.KindRealm, 2)}}
	for i := range 4 {
		g := group{id: numbered(bailiwick.KindGroup, i)}
		if rapid.IntRange(0, 3).Draw(t, "power") == 0 {
			g.roles = []bailiwick.RoleType{drawRole(t)}
		}
		w.groups = append(w.groups, g)
	}
	for i := range 4 {
		w.apps = append(w.apps, app{id: numbered(bailiwick.KindApp, i), name: rapid.SampledFrom([]bailiwick.ID{"salesforce", "oidc_client"}).Draw(t, "app"),
			mode: rapid.SampledFrom([]string{bailiwick.SignOnOIDC, bailiwick.SignOnSAML}).Draw(t, "mode")})
	}
	for i := range 5 {
		p := person{id: numbered(bailiwick.KindUser, i), realm: rapid.SampledFrom(w.realms).Draw(t, "realm")}
		for _, g := range w.groups {
			if rapid.Bool().Draw(t, "member") {
				p.groups, p.roles = append(p.groups, g.id), append(p.roles, g.roles...)
			}
		}
		if rapid.IntRange(0, 2).Draw(t, "an admin") == 0 {
			p.roles = append(p.roles, drawRole(t))
		}
		w.people = append(w.people, p)
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "grants") {
		w.grants = append(w.grants, w.drawGrant(t, i))
	}
	return w
}

func drawRole(t *rapid.T) bailiwick.RoleType {
	return rapid.SampledFrom(bailiwick.Roles).Draw(t, "role").Type
}

// drawGrant lists targets whatever the mode says: a role that reaches all may
// have rows left, and a limited one may have none.
func (w *world) drawGrant(t *rapid.T, n int) grant {
	g := grant{Grant: authz.Grant{Assignment: numbered(bailiwick.KindUserRole, n), Role: drawRole(t), Mode: bailiwick.ScopeAll}}
	info, _ := bailiwick.Role(g.Role)
	var candidates []bailiwick.ID
	switch info.Targets {
	case bailiwick.GroupTargets:
		for _, one := range w.groups {
			candidates = append(candidates, one.id)
		}
	case bailiwick.RealmTargets:
		candidates = w.realms
	case bailiwick.AppTargets:
		candidates = []bailiwick.ID{"salesforce", w.apps[0].id, w.apps[1].id}
	default:
		return g
	}
	if rapid.IntRange(0, 3).Draw(t, "limited") > 0 {
		g.Mode = bailiwick.ScopeListed
	}
	for _, c := range candidates {
		if rapid.IntRange(0, 2).Draw(t, "target") == 0 {
			g.targets = append(g.targets, c)
		}
	}
	return g
}

// drawActor is one of the people with the world's grants, by token or by
// session. The person's own roles in the world are those of the grants.
func (w *world) drawActor(t *rapid.T) actor {
	n := rapid.IntRange(0, len(w.people)-1).Draw(t, "actor")
	w.people[n].roles = rolesOf(w.grants)
	return actor{id: w.people[n].id, grants: w.grants, inConsole: rapid.Bool().Draw(t, "in the console")}
}

// proven is the actor as the store would hand it on.
func (a actor) proven() authz.Actor {
	claimed := authz.ByToken(orgID, "digest", bailiwick.Client{})
	if a.inConsole {
		claimed = authz.BySession(orgID, "digest", bailiwick.Client{})
	}
	facts := authz.Facts{User: bailiwick.EventEntity{ID: a.id}}
	for _, g := range a.grants {
		facts.Grants = append(facts.Grants, g.Grant)
	}
	return claimed.Proven(facts)
}

// subject is what the store would find about a person: among the keys that
// reach the person are those of roles that are not limited at the moment.
func (w *world) subject(p person) authz.Subject {
	s := authz.Subject{ID: p.id, Tier: bailiwick.Tier(rank(p.roles))}
	for _, g := range w.grants {
		for _, t := range g.targets {
			if t == p.realm || slices.Contains(p.groups, t) {
				s.ReachedBy = append(s.ReachedBy, g.Assignment)
			}
		}
	}
	return s
}

func (w *world) groupSubject(one group) authz.GroupSubject {
	s := authz.GroupSubject{ID: one.id, CarriesPower: len(one.roles) > 0}
	for _, g := range w.grants {
		if slices.Contains(g.targets, one.id) {
			s.ReachedBy = append(s.ReachedBy, g.Assignment)
		}
	}
	return s
}

func (w *world) appSubject(one app) authz.AppSubject {
	s := authz.AppSubject{ID: one.id, SignOnMode: one.mode}
	for _, g := range w.grants {
		if slices.Contains(g.targets, one.id) || slices.Contains(g.targets, one.name) {
			s.ReachedBy = append(s.ReachedBy, g.Assignment)
		}
	}
	return s
}

// said turns an error into the oracle's words.
func said(t rapid.TB, err error) verdict {
	if err == nil {
		return yes
	}
	e, ok := err.(*bailiwick.Error)
	if !ok {
		t.Fatalf("an error that is no refusal: %v", err)
	}
	return verdict{e.Code, e.Reason}
}
