package authz

import (
	"slices"

	"github.com/bailiwick-iam/bailiwick"
)

// A Reach is a union of clauses that package store turns into a predicate:
// everything, or what the listed assignments have as targets, or oneself.
// The zero Reach is nothing.
type Reach struct {
	everything bool
	listed     []bailiwick.ID // keys of assignments, sorted
	self       bailiwick.ID
	oidcOnly   bool // everything that signs in by OpenID Connect
}

// Everything reports whether the reach has no limit.
func (r Reach) Everything() bool { return r.everything }

// Listed returns the keys of the assignments whose targets are reached.
func (r Reach) Listed() []bailiwick.ID { return r.listed }

// Self returns the one person that is reached without any target, or "".
func (r Reach) Self() bailiwick.ID { return r.self }

// OIDCOnly reports whether all OpenID Connect apps are reached.
func (r Reach) OIDCOnly() bool { return r.oidcOnly }

// Nothing reports whether the reach is empty whatever the rows are.
func (r Reach) Nothing() bool {
	return !r.everything && len(r.listed) == 0 && r.self == "" && !r.oidcOnly
}

func (r Reach) contains(by []bailiwick.ID, id bailiwick.ID) bool {
	if r.everything || r.self != "" && r.self == id {
		return true
	}
	return slices.ContainsFunc(by, func(k bailiwick.ID) bool {
		_, ok := slices.BinarySearch(r.listed, k)
		return ok
	})
}

// reach unites the grants that hold the permission. takes are the kinds of
// target that can limit it: a limit of another kind does not narrow it (an
// application administrator limited to some apps sees all people). A partner
// administrator never reaches beyond listed realms, and none when none is
// listed.
func (a Actor) reach(permission uint8, takes ...bailiwick.TargetKind) Reach {
	var out Reach
	for _, g := range a.grants {
		if permissionsOf[g.Role]&(1<<permission) == 0 {
			continue
		}
		info, _ := bailiwick.Role(g.Role)
		limited := g.Mode == bailiwick.ScopeListed || g.Role == bailiwick.PartnerAdmin
		if limited && slices.Contains(takes, info.Targets) && !seesAll(g.Role, permission) {
			out.listed = append(out.listed, g.Assignment)
			continue
		}
		out.everything = true
	}
	slices.Sort(out.listed)
	out.listed = slices.Compact(out.listed)
	return out
}

// seesAll says which role sees everything though its effects are limited:
// group membership administrators choose from all people and all groups.
func seesAll(role bailiwick.RoleType, permission uint8) bool {
	return role == bailiwick.GroupMembershipAdmin &&
		(permission == uint8(UsersRead) || permission == uint8(GroupsRead))
}

// A Subject is what the store found about one person, as far as deciding
// needs it.
type Subject struct {
	ID   bailiwick.ID
	Tier bailiwick.Tier
	// ReachedBy are the keys of listed assignments of the actor that have a
	// target which the person is in.
	ReachedBy []bailiwick.ID
}

// A UserScope is the set of people that one operation may touch. It is two
// reaches: whom the actor may see, and on whom the operation may have its
// effect. The zero value is nobody.
type UserScope struct {
	see, act   Reach
	whole      Reach // the part of act in which no list of fields binds
	permission UserPermission
	actor      bailiwick.ID
	tier       bailiwick.Tier
	claim      Claim
}

// Users returns the scope for a permission on people, or Forbidden when no
// grant of the actor holds it: before any look-up, and the same for every
// target.
func (a Actor) Users(p UserPermission) (UserScope, error) {
	see := a.reach(uint8(UsersRead), bailiwick.GroupTargets, bailiwick.RealmTargets)
	act := see
	if p != UsersRead {
		act = a.reach(uint8(p), bailiwick.GroupTargets, bailiwick.RealmTargets)
	}
	if !a.holds(uint8(p)) {
		return UserScope{}, bailiwick.ErrForbidden
	}
	whole := a.without(bailiwick.PartnerAdmin).reach(uint8(p), bailiwick.GroupTargets, bailiwick.RealmTargets)
	return UserScope{see: see, act: act, whole: whole, permission: p, actor: a.id, tier: a.Tier(), claim: a.claim}, nil
}

// without is the actor less the grants of one role.
func (a Actor) without(role bailiwick.RoleType) Actor {
	a.grants = slices.DeleteFunc(slices.Clone(a.grants), func(g Grant) bool { return g.Role == role })
	return a
}

// Self returns the scope that holds the actor alone, for reading one's own
// account and My Account; Unauthenticated when nobody is asking.
func (a Actor) Self() (UserScope, error) {
	if !a.proven || a.id == "" {
		return UserScope{}, bailiwick.ErrUnauthenticated
	}
	me := Reach{self: a.id}
	return UserScope{see: me, act: me, permission: UsersRead, actor: a.id, tier: a.Tier(), claim: a.claim}, nil
}

func (a Actor) holds(permission uint8) bool {
	return slices.ContainsFunc(a.grants, func(g Grant) bool { return permissionsOf[g.Role]&(1<<permission) != 0 })
}

// See is the reach within which people can be seen at all.
func (s UserScope) See() Reach { return s.see }

// Act is the reach within which the operation may have its effect.
func (s UserScope) Act() Reach { return s.act }

// ReadOnly reports whether the scope is for reading, so that seeing a person
// is all there is to decide.
func (s UserScope) ReadOnly() bool { return s.permission == UsersRead }

// Judge decides on one person: nil; Missing when the actor may not even see
// that there is such a person (AZ-5); Forbidden when the person is visible but
// outside the effect, or an administrator of too high a tier, or oneself.
func (s UserScope) Judge(who Subject) error {
	if !s.see.contains(who.ReachedBy, who.ID) {
		return bailiwick.NotFound("User", who.ID)
	}
	if !s.act.contains(who.ReachedBy, who.ID) {
		return bailiwick.ErrForbidden
	}
	return s.ceiling(who)
}

// AnyField reports whether the operation may touch any field of the person. A
// partner administrator's role is bound to a list of fields (P4, AZ-17), and
// another role frees from it only for the people whom that role reaches.
func (s UserScope) AnyField(who Subject) bool { return s.whole.contains(who.ReachedBy, who.ID) }

// Contains reports whether the operation may touch the person.
func (s UserScope) Contains(who Subject) bool { return s.Judge(who) == nil }

func (s UserScope) ceiling(who Subject) error {
	limit := ceilings[s.permission]
	if limit == open {
		return nil
	}
	if who.ID == s.actor {
		return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonSelf, "use My Account for your own account")
	}
	if who.Tier == bailiwick.TierUser || s.claim == SystemClaim {
		return nil
	}
	above := s.tier > who.Tier
	switch {
	case limit == never || limit == intimate && s.claim == SessionClaim:
		above = false
	case limit == peers && s.tier == bailiwick.TierSuper && who.Tier == bailiwick.TierSuper:
		above = true
	}
	if !above {
		return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonTier, "this person is an administrator at your tier or above")
	}
	return nil
}

// A GroupSubject is what the store found about one group.
type GroupSubject struct {
	ID        bailiwick.ID
	ReachedBy []bailiwick.ID
	// CarriesPower says that the group holds an admin role, so that who
	// decides on its members hands out power (decision 5).
	CarriesPower bool
}

// A GroupScope is the set of groups that one operation may touch. The zero
// value is none.
type GroupScope struct {
	see, act   Reach
	permission GroupPermission
	mayGrant   bool
}

// Groups returns the scope for a permission on groups, or Forbidden.
func (a Actor) Groups(p GroupPermission) (GroupScope, error) {
	see := a.reach(uint8(GroupsRead), bailiwick.GroupTargets)
	act := see
	if p != GroupsRead {
		act = a.reach(uint8(p), bailiwick.GroupTargets)
	}
	if !a.holds(uint8(p)) {
		return GroupScope{}, bailiwick.ErrForbidden
	}
	return GroupScope{see: see, act: act, permission: p, mayGrant: a.May(RolesManage) == nil}, nil
}

// See is the reach within which groups can be seen at all.
func (s GroupScope) See() Reach { return s.see }

// Act is the reach within which the operation may have its effect.
func (s GroupScope) Act() Reach { return s.act }

// ReadOnly reports whether the scope is for reading groups.
func (s GroupScope) ReadOnly() bool { return s.permission == GroupsRead }

// Judge decides on one group, as [UserScope.Judge] does on a person. Groups
// that carry power are changed only by those who may grant.
func (s GroupScope) Judge(g GroupSubject) error {
	if !s.see.contains(g.ReachedBy, "") {
		return bailiwick.NotFound("UserGroup", g.ID)
	}
	if !s.act.contains(g.ReachedBy, "") {
		return bailiwick.ErrForbidden
	}
	if g.CarriesPower && s.permission != GroupsRead && !s.mayGrant {
		return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonGroupCarriesPower, "this group holds an administrator role")
	}
	return nil
}

// An AppSubject is what the store found about one app instance.
type AppSubject struct {
	ID         bailiwick.ID
	ReachedBy  []bailiwick.ID
	SignOnMode string
}

// An AppScope is the set of app instances that one operation may touch. The
// zero value is none.
type AppScope struct {
	see, act Reach
}

// Apps returns the scope for a permission on apps, or Forbidden. API access
// management administrators reach OpenID Connect apps only.
func (a Actor) Apps(p AppPermission) (AppScope, error) {
	see, act := a.appReach(uint8(AppsRead)), a.appReach(uint8(p))
	if !a.holds(uint8(p)) {
		return AppScope{}, bailiwick.ErrForbidden
	}
	return AppScope{see: see, act: act}, nil
}

func (a Actor) appReach(permission uint8) Reach {
	var out Reach
	for _, g := range a.grants {
		one := a
		one.grants = []Grant{g}
		r := one.reach(permission, bailiwick.AppTargets)
		if g.Role == bailiwick.APIAccessAdmin && r.everything {
			out.oidcOnly = true
			continue
		}
		out.everything = out.everything || r.everything
		out.listed = append(out.listed, r.listed...)
	}
	slices.Sort(out.listed)
	out.listed = slices.Compact(out.listed)
	return out
}

// See is the reach within which apps can be seen at all.
func (s AppScope) See() Reach { return s.see }

// Act is the reach within which the operation may have its effect.
func (s AppScope) Act() Reach { return s.act }

// Judge decides on one app, as [UserScope.Judge] does on a person.
func (s AppScope) Judge(app AppSubject) error {
	within := func(r Reach) bool {
		return r.contains(app.ReachedBy, "") || r.oidcOnly && app.SignOnMode == bailiwick.SignOnOIDC
	}
	if !within(s.see) {
		return bailiwick.NotFound("AppInstance", app.ID)
	}
	if !within(s.act) {
		return bailiwick.ErrForbidden
	}
	return nil
}

// A RealmScope is the set of realms that one operation may touch. The zero
// value is none.
type RealmScope struct {
	reach Reach
}

// Realms returns the scope for a permission on realms, or Forbidden.
func (a Actor) Realms(p RealmPermission) (RealmScope, error) {
	reach := a.reach(uint8(p), bailiwick.RealmTargets)
	if !a.holds(uint8(p)) {
		return RealmScope{}, bailiwick.ErrForbidden
	}
	return RealmScope{reach: reach}, nil
}

// Reach is what the scope reaches.
func (s RealmScope) Reach() Reach { return s.reach }
