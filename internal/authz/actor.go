// Package authz decides who may do what to whom. It is pure: it knows no
// database and no clock.
//
// Three things matter. The matrix in permissions.go says which role holds which
// permission. An [Actor] is whoever asks; it carries its org and, once package
// store has proven the claim inside a transaction, its grants. A scope, made by
// [Actor.Users], [Actor.Groups] and their like, is the set of things that one
// operation may touch; its fields are unexported and its zero value reaches
// nobody, so authority cannot be written by accident.
package authz

import (
	"slices"

	"github.com/bailiwick-iam/bailiwick"
)

// A Claim is how an actor says who it is.
type Claim uint8

// The claims.
const (
	NoClaim      Claim = iota // nobody; may nothing
	TokenClaim                // an API token, by digest
	SessionClaim              // a browser session, by digest
	UserClaim                 // a person, on whose behalf a job goes on
	SystemClaim               // the server itself, with a reason
)

// A Grant is one role that the actor holds, directly or through a group.
type Grant struct {
	Assignment bailiwick.ID // the assignment's key
	Role       bailiwick.RoleType
	Mode       bailiwick.ScopeMode
	Via        bailiwick.ID // the group that holds it, or empty
}

// An Actor is whoever asks for an operation. A face makes one from a
// credential without looking anything up; it may nothing until the store has
// read, in the transaction of the act, the token or session, its owner and the
// owner's grants (AZ-3). It lives for one request. The zero Actor is nobody.
type Actor struct {
	org    bailiwick.ID
	claim  Claim
	digest string       // of the token or session
	id     bailiwick.ID // of the person, once proven or for UserClaim
	reason string       // of the system
	client bailiwick.Client

	entity bailiwick.EventEntity
	token  bailiwick.ID
	proven bool
	grants []Grant
}

// ByToken is the actor behind an API token with that digest.
func ByToken(org bailiwick.ID, digest string, client bailiwick.Client) Actor {
	return Actor{org: org, claim: TokenClaim, digest: digest, client: client}
}

// BySession is the actor behind a browser session with that digest.
func BySession(org bailiwick.ID, digest string, client bailiwick.Client) Actor {
	return Actor{org: org, claim: SessionClaim, digest: digest, client: client}
}

// OnBehalf is the actor for work that goes on after the request of the person
// who started it. It is judged by that person's grants at each step.
func OnBehalf(org, user bailiwick.ID) Actor {
	return Actor{org: org, claim: UserClaim, id: user}
}

// Nobody is a visitor of the org who has not signed in; the client is kept for
// the log.
func Nobody(org bailiwick.ID, client bailiwick.Client) Actor {
	return Actor{org: org, client: client}
}

// System is the server itself, acting for a reason that goes to the log. A
// test lists its callers: each is a place where no person's authority is asked.
func System(org bailiwick.ID, reason string) Actor {
	a := Actor{org: org, claim: SystemClaim, reason: reason, proven: true,
		grants: []Grant{{Role: bailiwick.Owner, Mode: bailiwick.ScopeAll}}}
	a.entity = bailiwick.EventEntity{ID: systemID, Type: "SystemPrincipal", AlternateID: "system@bailiwick", DisplayName: "Bailiwick: " + reason}
	return a
}

const systemID bailiwick.ID = "spr00000000000000000"

// Facts are what the store found about a claim.
type Facts struct {
	User   bailiwick.EventEntity
	Token  bailiwick.ID // when a token was used
	Grants []Grant
}

// Proven returns the actor with what the store found in the running
// transaction. Only package store calls it.
func (a Actor) Proven(f Facts) Actor {
	a.proven, a.id, a.entity, a.token = true, f.User.ID, f.User, f.Token
	a.grants = slices.Clone(f.Grants)
	return a
}

// Org is the org that the actor belongs to and acts in.
func (a Actor) Org() bailiwick.ID { return a.org }

// Claim says how the actor says who it is.
func (a Actor) Claim() Claim { return a.claim }

// Digest is the digest of the token or session.
func (a Actor) Digest() string { return a.digest }

// ID is the person's ID; empty for nobody and for the system.
func (a Actor) ID() bailiwick.ID { return a.id }

// Token is the API token that was used, if any.
func (a Actor) Token() bailiwick.ID { return a.token }

// Client is where the request came from.
func (a Actor) Client() bailiwick.Client { return a.client }

// Entity describes the actor in an event; a read-only view knows its ID alone.
func (a Actor) Entity() bailiwick.EventEntity { return a.entity }

// Grants lists the roles that the actor holds.
func (a Actor) Grants() []Grant { return slices.Clone(a.grants) }

// IsProven reports whether the store has read who this is.
func (a Actor) IsProven() bool { return a.proven }

// IsAdmin reports whether the actor holds any role.
func (a Actor) IsAdmin() bool { return len(a.grants) > 0 }

// Tier is the highest tier of the actor's roles. The system stands above the
// owner.
func (a Actor) Tier() bailiwick.Tier {
	if a.claim == SystemClaim {
		return bailiwick.TierOwner + 1
	}
	return TierOf(a.grants)
}

// TierOf is the highest tier among the grants.
func TierOf(grants []Grant) bailiwick.Tier {
	tier := bailiwick.TierUser
	for _, g := range grants {
		info, _ := bailiwick.Role(g.Role)
		tier = max(tier, info.Tier)
	}
	return tier
}

// May answers for effects on the org as a whole: nil, or Forbidden.
func (a Actor) May(p OrgPermission) error {
	for _, g := range a.grants {
		if Holds(g.Role, p) {
			return nil
		}
	}
	return bailiwick.ErrForbidden
}

// MayEverywhere is [Actor.May] for an effect on everybody: a role that is
// limited to some targets does not have it.
func (a Actor) MayEverywhere(p OrgPermission) error {
	for _, g := range a.grants {
		if g.Mode == bailiwick.ScopeAll && Holds(g.Role, p) {
			return nil
		}
	}
	return bailiwick.ErrForbidden
}

// MayGrant answers whether the actor may give or take a role with the given
// scope mode: it needs the right to manage roles and every permission of the
// role, everywhere if the role is to reach everywhere (CEIL-7). Nobody grants
// the owner's role.
func (a Actor) MayGrant(role bailiwick.RoleType, mode bailiwick.ScopeMode) error {
	if err := a.May(RolesManage); err != nil {
		return err
	}
	info, ok := bailiwick.Role(role)
	if !ok || !info.Assignable && a.claim != SystemClaim {
		return bailiwick.ErrForbidden
	}
	var everywhere uint64
	for _, g := range a.grants {
		if g.Mode == bailiwick.ScopeAll {
			everywhere |= permissionsOf[g.Role]
		}
	}
	if permissionsOf[role]&^everywhere != 0 {
		return bailiwick.ErrForbidden
	}
	return nil
}
