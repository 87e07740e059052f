package directory

import (
	"context"
	"slices"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// A Holder names who holds a role: a person by any reference, or a group.
type Holder struct {
	Kind bailiwick.PrincipalKind
	Ref  string
}

// Person is the holder that a user reference names.
func Person(ref string) Holder { return Holder{bailiwick.UserPrincipal, ref} }

// GroupOf is the holder that a group ID names.
func GroupOf(id bailiwick.ID) Holder { return Holder{bailiwick.GroupPrincipal, string(id)} }

// Roles lists the roles of a holder; a person's come directly and through
// groups.
func (d *Directory) Roles(ctx context.Context, by authz.Actor, h Holder) ([]bailiwick.Assignment, error) {
	var out []bailiwick.Assignment
	err := d.store.View(ctx, by, func(v *store.View) error {
		p, err := seen(v, h)
		if err != nil {
			return err
		}
		out, err = v.Assignments(p)
		return err
	})
	return out, err
}

// Role reads one role of a holder, by wire ID: the holder's own, else one that
// comes through a group.
func (d *Directory) Role(ctx context.Context, by authz.Actor, h Holder, wire bailiwick.ID) (bailiwick.Assignment, error) {
	roles, err := d.Roles(ctx, by, h)
	if err != nil {
		return bailiwick.Assignment{}, err
	}
	i := slices.IndexFunc(roles, func(a bailiwick.Assignment) bool { return a.ID == wire })
	if i < 0 {
		return bailiwick.Assignment{}, bailiwick.NotFound("RoleAssignment", wire)
	}
	return roles[i], nil
}

// seen finds a holder for reading.
func seen(v *store.View, h Holder) (bailiwick.Principal, error) {
	if err := v.Actor().May(authz.RolesRead); err != nil {
		return bailiwick.Principal{}, err
	}
	if h.Kind == bailiwick.GroupPrincipal {
		scope, err := v.Actor().Groups(authz.GroupsRead)
		if err != nil {
			return bailiwick.Principal{}, err
		}
		g, err := v.Group(scope, bailiwick.ID(h.Ref))
		return bailiwick.Principal{Kind: h.Kind, ID: g.ID}, err
	}
	scope, err := v.Actor().Users(authz.UsersRead)
	if err != nil {
		return bailiwick.Principal{}, err
	}
	u, err := v.UserByRef(scope, h.Ref)
	return bailiwick.Principal{Kind: h.Kind, ID: u.ID}, err
}

// A held is a holder found for changing its roles.
type held struct {
	bailiwick.Principal
	entity bailiwick.EventEntity
	user   bailiwick.User
	group  bailiwick.Group
}

// governed finds a holder whose roles the actor may change: not oneself, and
// not somebody of a higher tier.
func governed(tx *store.Tx, h Holder) (held, error) {
	if err := tx.Actor().May(authz.RolesManage); err != nil {
		return held{}, err
	}
	if h.Kind == bailiwick.GroupPrincipal {
		scope, err := tx.Actor().Groups(authz.GroupsRead)
		if err != nil {
			return held{}, err
		}
		g, err := tx.Group(scope, bailiwick.ID(h.Ref))
		return held{Principal: bailiwick.Principal{Kind: h.Kind, ID: g.ID}, entity: g.Entity(), group: g}, err
	}
	scope, err := tx.Actor().Users(authz.UsersRoles)
	if err != nil {
		return held{}, err
	}
	u, err := tx.UserByRef(scope, h.Ref)
	return held{Principal: bailiwick.Principal{Kind: h.Kind, ID: u.ID}, entity: u.Entity(), user: u}, err
}

// mayHold refuses holders that no role can be given to.
func (h held) mayHold() error {
	switch {
	case h.Kind == bailiwick.UserPrincipal && h.user.Status == bailiwick.Deprovisioned:
		return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonStatus, "a deactivated user cannot hold a role")
	case h.group.Type == bailiwick.BuiltInGroup:
		return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonBuiltInGroup, "roles cannot be granted to built-in groups")
	case h.group.Members > bailiwick.MaxRoleGroupMembers:
		return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonGroupTooLarge, "roles can only be granted to groups with %d or less users", bailiwick.MaxRoleGroupMembers)
	}
	return nil
}

func (h held) granted() bailiwick.EventType {
	if h.Kind == bailiwick.GroupPrincipal {
		return bailiwick.GroupPrivilegeGrant
	}
	return bailiwick.UserPrivilegeGranted
}

func (h Holder) revoked() bailiwick.EventType {
	if h.Kind == bailiwick.GroupPrincipal {
		return bailiwick.GroupPrivilegeRevoke
	}
	return bailiwick.UserPrivilegeRevoked
}

func (h Holder) granted() bailiwick.EventType {
	return held{Principal: bailiwick.Principal{Kind: h.Kind}}.granted()
}

// AssignRole gives a holder a role that reaches everything it can; targets
// narrow it afterwards. A partner administrator's reaches nothing until a
// realm is listed.
func (d *Directory) AssignRole(ctx context.Context, by authz.Actor, h Holder, role bailiwick.RoleType) (bailiwick.Assignment, error) {
	var a bailiwick.Assignment
	err := d.store.Do(ctx, by, h.granted(), func(tx *store.Tx) error {
		if err := tx.Actor().May(authz.RolesManage); err != nil {
			return err
		}
		info, ok := bailiwick.Role(role)
		if !ok || !info.Assignable && tx.Actor().Claim() != authz.SystemClaim {
			return bailiwick.InvalidField("type", "The field must be one of the known role types")
		}
		to, err := governed(tx, h)
		if err != nil {
			return err
		}
		if err := to.mayHold(); err != nil {
			return err
		}
		if filled, err := tx.IsRuleTarget(to.ID); err != nil {
			return err
		} else if filled {
			return ruleAndRole()
		}
		a = bailiwick.Assignment{Role: role, Principal: to.Principal, Mode: bailiwick.ScopeAll, Created: tx.Now(), LastUpdated: tx.Now()}
		if role == bailiwick.PartnerAdmin {
			a.Mode = bailiwick.ScopeListed
		}
		a.Key, a.ID = bailiwick.AssignmentIDs(role, to.Kind, tx.Now(), tx.Random())
		tx.Target(to.entity, a.Entity())
		if err := tx.InsertAssignment(a); err != nil {
			return err
		}
		return gained(tx, to)
	})
	return a, err
}

// UnassignRole takes a role from the holder itself, and the sessions that had
// it. One that comes through a group is not the person's to take.
func (d *Directory) UnassignRole(ctx context.Context, by authz.Actor, h Holder, wire bailiwick.ID) error {
	return d.store.Do(ctx, by, h.revoked(), func(tx *store.Tx) error {
		from, a, err := assignment(tx, h, wire)
		if err != nil {
			return err
		}
		tx.Target(from.entity, a.Entity())
		if err := tx.DeleteAssignment(a); err != nil {
			return err
		}
		if a.Role == bailiwick.SuperAdmin || a.Role == bailiwick.Owner {
			if err := tx.RequireRulers(); err != nil {
				return err
			}
		}
		return lost(tx, from.Principal)
	})
}

// assignment finds a role that the holder itself has, for changing it.
func assignment(tx *store.Tx, h Holder, wire bailiwick.ID) (held, bailiwick.Assignment, error) {
	p, err := governed(tx, h)
	if err != nil {
		return p, bailiwick.Assignment{}, err
	}
	a, err := tx.Assignment(p.Principal, wire)
	return p, a, err
}

// Administrators lists the people who hold any role.
func (d *Directory) Administrators(ctx context.Context, by authz.Actor, p Paging) (List[bailiwick.ID], error) {
	var out List[bailiwick.ID]
	err := d.store.View(ctx, by, func(v *store.View) error {
		if err := v.Actor().May(authz.RolesRead); err != nil {
			return err
		}
		scope, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return err
		}
		after, err := d.open(by, "administrators", p)
		if err != nil {
			return err
		}
		page, err := v.Administrators(scope, bailiwick.ID(after), p.Limit)
		out = sealPage(d, by, "administrators", page)
		return err
	})
	return out, err
}
