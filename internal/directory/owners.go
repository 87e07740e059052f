package directory

import (
	"context"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// Owners answer for a group. Ownership says whom to ask and gives no power:
// nothing that decides reads it.

// GroupOwners lists the owners of a group, as far as the actor may see them.
func (d *Directory) GroupOwners(ctx context.Context, by authz.Actor, group bailiwick.ID, p Paging) (List[bailiwick.GroupOwner], error) {
	var out List[bailiwick.GroupOwner]
	question := "owners of group " + string(group)
	err := d.store.View(ctx, by, func(v *store.View) error {
		groups, err := v.Actor().Groups(authz.GroupsRead)
		if err != nil {
			return err
		}
		after, err := d.open(by, question, p)
		if err != nil {
			return err
		}
		people, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			people = authz.UserScope{} // sees groups and no people
		}
		page, err := v.GroupOwners(groups, people, group, bailiwick.ID(after), p.Limit)
		out = sealPage(d, by, question, page)
		return err
	})
	return out, err
}

// AddGroupOwner makes a person or a group an owner of a group.
func (d *Directory) AddGroupOwner(ctx context.Context, by authz.Actor, group bailiwick.ID, owner bailiwick.Principal) (bailiwick.GroupOwner, error) {
	var o bailiwick.GroupOwner
	err := d.store.Do(ctx, by, bailiwick.GroupOwnerAdded, func(tx *store.Tx) error {
		scope, err := tx.Actor().Groups(authz.GroupsOwners)
		if err != nil {
			return err
		}
		g, err := tx.Group(scope, group)
		if err != nil {
			return err
		}
		if g.Type == bailiwick.BuiltInGroup {
			return builtIn(g)
		}
		o = bailiwick.GroupOwner{ID: owner.ID, Kind: owner.Kind, LastUpdated: tx.Now()}
		entity, err := ownerEntity(tx, owner)
		if err != nil {
			return err
		}
		o.Name = entity.DisplayName
		tx.Target(g.Entity(), entity)
		added, err := tx.AddGroupOwner(scope, g.ID, o)
		if err == nil && !added {
			return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonDuplicate, "is an owner of this group already").In("owner")
		}
		return err
	})
	return o, err
}

// ownerEntity finds who is to own a group, within what the actor may see.
func ownerEntity(tx *store.Tx, p bailiwick.Principal) (bailiwick.EventEntity, error) {
	if p.Kind == bailiwick.GroupPrincipal {
		scope, err := tx.Actor().Groups(authz.GroupsRead)
		if err != nil {
			return bailiwick.EventEntity{}, err
		}
		g, err := tx.Group(scope, p.ID)
		return g.Entity(), err
	}
	if p.Kind != bailiwick.UserPrincipal {
		return bailiwick.EventEntity{}, bailiwick.InvalidField("type", "must be USER or GROUP")
	}
	scope, err := tx.Actor().Users(authz.UsersRead)
	if err != nil {
		return bailiwick.EventEntity{}, err
	}
	u, err := tx.User(scope, p.ID)
	return u.Entity(), err
}

// RemoveGroupOwner ends an ownership. An owner who is gone or was none is not
// found, without saying which.
func (d *Directory) RemoveGroupOwner(ctx context.Context, by authz.Actor, group, owner bailiwick.ID) error {
	return d.store.Do(ctx, by, bailiwick.GroupOwnerRemoved, func(tx *store.Tx) error {
		scope, err := tx.Actor().Groups(authz.GroupsOwners)
		if err != nil {
			return err
		}
		g, err := tx.Group(scope, group)
		if err != nil {
			return err
		}
		tx.Target(g.Entity())
		p := bailiwick.Principal{Kind: bailiwick.UserPrincipal, ID: owner}
		if owner.Is(bailiwick.KindGroup) {
			p.Kind = bailiwick.GroupPrincipal
		}
		if entity, err := ownerEntity(tx, p); err == nil {
			tx.Target(entity)
		}
		removed, err := tx.RemoveGroupOwner(scope, g.ID, owner)
		if err == nil && !removed {
			return bailiwick.NotFound("User", owner)
		}
		return err
	})
}
