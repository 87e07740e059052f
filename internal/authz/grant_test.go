package authz_test

import (
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"pgregory.net/rapid"
)

var modes = []bailiwick.ScopeMode{bailiwick.ScopeAll, bailiwick.ScopeListed}

func TestWhoMayGrantWhatIsAsTheOracleSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := drawWorld(t)
		by := a.drawActor(t)
		for _, info := range bailiwick.Roles {
			for _, mode := range modes {
				if got, want := by.proven().MayGrant(info.Type, mode) == nil, mayGrant(by.grants, info.Type); got != want {
					t.Fatalf("%+v grants %s: got %v, want %v", by.grants, info.Type, got, want)
				}
			}
		}
	})
}

// everyActor visits an actor of each pair of roles in each mode.
func everyActor(visit func(grants []authz.Grant, a authz.Actor)) {
	for _, one := range bailiwick.Roles {
		for _, two := range bailiwick.Roles {
			for _, mode := range modes {
				grants := []authz.Grant{{Assignment: "1", Role: one.Type, Mode: mode}, {Assignment: "2", Role: two.Type, Mode: bailiwick.ScopeListed}}
				visit(grants, authz.ByToken(orgID, "d", bailiwick.Client{}).Proven(authz.Facts{User: bailiwick.EventEntity{ID: "u"}, Grants: grants}))
			}
		}
	}
}

func TestNobodyGrantsMoreThanTheyHold(t *testing.T) {
	t.Parallel()
	everyActor(func(grants []authz.Grant, a authz.Actor) {
		for _, info := range bailiwick.Roles {
			if a.MayGrant(info.Type, bailiwick.ScopeAll) != nil {
				continue
			}
			if !authz.Holds(grants[0].Role, authz.RolesManage) && !authz.Holds(grants[1].Role, authz.RolesManage) {
				t.Errorf("%v grants %s without the right to manage roles", grants, info.Type)
			}
			for p := range authz.Permissions {
				everywhere := false
				for _, g := range grants {
					everywhere = everywhere || g.Mode == bailiwick.ScopeAll && authz.HoldsNumber(g.Role, p)
				}
				if authz.HoldsNumber(info.Type, p) && !everywhere {
					t.Errorf("%v grants %s, which has permission %d", grants, info.Type, p)
				}
			}
			if info.Tier > a.Tier() {
				t.Errorf("%v grants %s, a higher tier", grants, info.Type)
			}
		}
	})
}

// What one may grant, the other may grant on: so nobody gets by a detour what
// they could not get at once.
func TestGrantingIsTransitive(t *testing.T) {
	t.Parallel()
	holder := func(role bailiwick.RoleType, mode bailiwick.ScopeMode) authz.Actor {
		return authz.ByToken(orgID, "d", bailiwick.Client{}).Proven(authz.Facts{Grants: []authz.Grant{{Role: role, Mode: mode}}})
	}
	everyActor(func(grants []authz.Grant, a authz.Actor) {
		for _, first := range bailiwick.Roles {
			for _, mode := range modes {
				if a.MayGrant(first.Type, mode) != nil {
					continue
				}
				for _, second := range bailiwick.Roles {
					if holder(first.Type, mode).MayGrant(second.Type, bailiwick.ScopeAll) == nil && a.MayGrant(second.Type, bailiwick.ScopeAll) != nil {
						t.Errorf("%v grants %s, which grants %s, which they may not", grants, first.Type, second.Type)
					}
				}
			}
		}
	})
}

func TestNobodyButTheSystemGrantsTheOwnersRole(t *testing.T) {
	t.Parallel()
	everyActor(func(grants []authz.Grant, a authz.Actor) {
		if a.MayGrant(bailiwick.Owner, bailiwick.ScopeAll) == nil {
			t.Errorf("%v grants the owner's role", grants)
		}
	})
	system := authz.System(orgID, "a test")
	for _, info := range bailiwick.Roles {
		if err := system.MayGrant(info.Type, bailiwick.ScopeAll); err != nil {
			t.Errorf("the system grants %s: got %v", info.Type, err)
		}
	}
	if err := system.MayGrant("WIZARD", bailiwick.ScopeAll); err == nil {
		t.Error("the system grants a role that there is not")
	}
}

// The store clones what it hands on, and so does the actor: a list of grants
// in somebody's hands is not authority.
func TestGrantsInHandAreNoAuthority(t *testing.T) {
	t.Parallel()
	grants := []authz.Grant{{Assignment: "1", Role: bailiwick.ReportAdmin, Mode: bailiwick.ScopeAll}}
	a := authz.ByToken(orgID, "d", bailiwick.Client{}).Proven(authz.Facts{User: bailiwick.EventEntity{ID: "u"}, Grants: grants})
	grants[0].Role = bailiwick.SuperAdmin
	a.Grants()[0].Role = bailiwick.SuperAdmin
	if a.Tier() != bailiwick.TierAdmin || a.May(authz.RolesManage) == nil {
		t.Errorf("got tier %s, want that of what the store has read", a.Tier())
	}
}

// The system stands above the owner and is spared the rules for people.
func TestTheSystemActsOnEverybody(t *testing.T) {
	t.Parallel()
	system := authz.System(orgID, "a test")
	if system.Tier() <= bailiwick.TierOwner || !system.IsProven() || system.Entity().DisplayName == "" {
		t.Errorf("the system: tier %s, entity %+v", "above the owner", system.Entity())
	}
	for p := range peopleWords {
		scope, err := system.Users(p)
		if err != nil {
			t.Errorf("%s: got %v", peopleWords[p], err)
			continue
		}
		if err := scope.Judge(authz.Subject{ID: "u", Tier: bailiwick.TierOwner}); err != nil {
			t.Errorf("%s on an owner: got %v", peopleWords[p], err)
		}
	}
}
