package authz

import (
	"slices"

	"github.com/bailiwick-iam/bailiwick"
)

// A TokenScope is the set of API tokens that one operation may touch: those of
// the people whom it reaches, and the actor's own. The zero value is none.
type TokenScope struct {
	owners UserScope
}

// Tokens returns the scope for one of the permissions on API tokens, or
// Forbidden when no grant of the actor holds it. A token is reached through its
// owner.
func (a Actor) Tokens(p OrgPermission) (TokenScope, error) {
	if err := a.May(p); err != nil {
		return TokenScope{}, err
	}
	wide := a
	wide.grants = slices.DeleteFunc(slices.Clone(a.grants), func(g Grant) bool { return ownTokens[p]&roleBit[g.Role] != 0 })
	reach := wide.reach(uint8(p), bailiwick.GroupTargets, bailiwick.RealmTargets)
	reach.self = a.id
	return TokenScope{UserScope{see: reach, act: reach, permission: UserPermission(p), actor: a.id, tier: a.Tier(), claim: a.claim}}, nil
}

// Owners is the reach within which people's tokens can be seen at all.
func (s TokenScope) Owners() Reach { return s.owners.see }

// People is the scope as one on the owners, for reading what judging them
// needs.
func (s TokenScope) People() UserScope { return s.owners }

// Judge decides on the tokens of one person: nil; Missing when the actor may
// not even see that they exist; Forbidden when the owner is an administrator of
// too high a tier. One's own tokens are always one's own.
func (s TokenScope) Judge(owner Subject) error {
	if owner.ID == s.owners.actor && owner.ID != "" {
		return nil
	}
	if !s.owners.see.contains(owner.ReachedBy, owner.ID) {
		return bailiwick.NotFound("ApiToken", owner.ID)
	}
	return s.owners.ceiling(owner)
}
