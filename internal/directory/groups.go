package directory

import (
	"context"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

func builtIn(g bailiwick.Group) error {
	return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonBuiltInGroup, "%s is a built-in group", g.Name)
}

// CreateGroup makes a group without members, with the profile of the one that
// is given.
func (d *Directory) CreateGroup(ctx context.Context, by authz.Actor, wanted bailiwick.Group) (bailiwick.Group, error) {
	var g bailiwick.Group
	err := d.store.Do(ctx, by, bailiwick.GroupCreated, func(tx *store.Tx) error {
		var err error
		if g, err = createGroup(tx, wanted); err == nil {
			tx.Target(g.Entity())
		}
		return err
	})
	return g, err
}

func createGroup(tx *store.Tx, wanted bailiwick.Group) (bailiwick.Group, error) {
	scope, err := tx.Actor().Groups(authz.GroupsCreate)
	if err != nil {
		return bailiwick.Group{}, err
	}
	g := bailiwick.Group{ID: tx.NewID(bailiwick.KindGroup), Type: bailiwick.ManagedGroup, Name: wanted.Name, Description: wanted.Description,
		Custom: bailiwick.Profile{}.Merge(wanted.Custom), Created: tx.Now(), LastUpdated: tx.Now(), LastMembershipUpdated: tx.Now()}
	if err := checkGroup(tx, g); err != nil {
		return g, err
	}
	return g, tx.InsertGroup(scope, g)
}

// LoadGroups makes many groups in one transaction, for the system's own
// loading.
func (d *Directory) LoadGroups(ctx context.Context, by authz.Actor, batch []bailiwick.Group) ([]bailiwick.Group, error) {
	var made []bailiwick.Group
	err := d.store.Do(ctx, by, bailiwick.GroupCreated, func(tx *store.Tx) error {
		made = made[:0]
		for i, one := range batch {
			g, err := createGroup(tx, one)
			if err != nil {
				return err
			}
			made = append(made, g)
			if i == 0 {
				tx.Target(g.Entity())
			} else {
				tx.Also(bailiwick.GroupCreated, g.Entity())
			}
		}
		return nil
	})
	return made, err
}

// Group reads one group.
func (d *Directory) Group(ctx context.Context, by authz.Actor, id bailiwick.ID) (bailiwick.Group, error) {
	var g bailiwick.Group
	err := d.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Groups(authz.GroupsRead)
		if err != nil {
			return err
		}
		g, err = v.Group(scope, id)
		return err
	})
	return g, err
}

// Groups lists the groups that the actor may see, by name.
func (d *Directory) Groups(ctx context.Context, by authz.Actor, prefix string, p Paging) (List[bailiwick.Group], error) {
	return d.groups(ctx, by, "groups "+prefix, p, func(*store.View) (store.GroupQuery, error) {
		return store.GroupQuery{Prefix: prefix}, nil
	})
}

// GroupsOf lists the groups of a person, as far as the actor may see both.
func (d *Directory) GroupsOf(ctx context.Context, by authz.Actor, ref string, p Paging) (List[bailiwick.Group], error) {
	return d.groups(ctx, by, "groups of "+ref, p, func(v *store.View) (store.GroupQuery, error) {
		scope, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return store.GroupQuery{}, err
		}
		u, err := v.UserByRef(scope, ref)
		return store.GroupQuery{Of: u.ID}, err
	})
}

func (d *Directory) groups(ctx context.Context, by authz.Actor, question string, p Paging, ask func(*store.View) (store.GroupQuery, error)) (List[bailiwick.Group], error) {
	var out List[bailiwick.Group]
	err := d.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Groups(authz.GroupsRead)
		if err != nil {
			return err
		}
		q, err := ask(v)
		if err != nil {
			return err
		}
		if q.After, err = d.open(by, question, p); err != nil {
			return err
		}
		q.Limit = p.Limit
		page, err := v.Groups(scope, q)
		out = sealPage(d, by, question, page)
		return err
	})
	return out, err
}

// UpdateGroup gives a group the profile of the one that is given.
func (d *Directory) UpdateGroup(ctx context.Context, by authz.Actor, id bailiwick.ID, wanted bailiwick.Group) (bailiwick.Group, error) {
	var g bailiwick.Group
	err := d.store.Do(ctx, by, bailiwick.GroupUpdated, func(tx *store.Tx) error {
		scope, err := tx.Actor().Groups(authz.GroupsEdit)
		if err != nil {
			return err
		}
		if g, err = tx.Group(scope, id); err != nil {
			return err
		}
		if g.Type == bailiwick.BuiltInGroup {
			return builtIn(g)
		}
		g.Name, g.Description, g.LastUpdated = wanted.Name, wanted.Description, tx.Now()
		g.Custom = bailiwick.Profile{}.Merge(wanted.Custom)
		if err := checkGroup(tx, g); err != nil {
			return err
		}
		tx.Target(g.Entity())
		return tx.SaveGroup(scope, g)
	})
	return g, err
}

// DeleteGroup removes a group. Roles that it holds and scopes that it limits
// go with it: a role whose listed targets are all gone reaches nobody.
func (d *Directory) DeleteGroup(ctx context.Context, by authz.Actor, id bailiwick.ID) error {
	return d.store.Do(ctx, by, bailiwick.GroupDeleted, func(tx *store.Tx) error {
		scope, err := tx.Actor().Groups(authz.GroupsDelete)
		if err != nil {
			return err
		}
		g, err := tx.Group(scope, id)
		if err != nil {
			return err
		}
		if g.Type == bailiwick.BuiltInGroup {
			return builtIn(g)
		}
		tx.Target(g.Entity())
		if err := losePower(tx, g); err != nil {
			return err
		}
		return tx.DeleteGroup(scope, id)
	})
}

// losePower writes down which roles end with a group and whose scope loses it,
// and ends the sessions that had the roles.
func losePower(tx *store.Tx, g bailiwick.Group) error {
	held, targets, err := tx.RolesLostWith(g.ID)
	if err != nil {
		return err
	}
	for _, a := range held {
		tx.Also(bailiwick.GroupPrivilegeRevoke, g.Entity(), a.Entity())
	}
	if err := scopesLose(tx, targets, g.Entity()); err != nil || len(held) == 0 {
		return err
	}
	return lost(tx, bailiwick.Principal{Kind: bailiwick.GroupPrincipal, ID: g.ID})
}

// scopesLose writes down whose scope loses a target that goes.
func scopesLose(tx *store.Tx, targets []bailiwick.Assignment, gone bailiwick.EventEntity) error {
	for _, a := range targets {
		holder, err := tx.Holder(a.Principal)
		if err != nil {
			return err
		}
		tx.Also(bailiwick.ScopeChanged, holder, a.Entity(), gone)
	}
	return nil
}

// GroupStats tells numbers about the groups of a page that Groups has just
// returned to the same actor.
func (d *Directory) GroupStats(ctx context.Context, by authz.Actor, rows []bailiwick.Group) (map[bailiwick.ID]bailiwick.GroupStats, error) {
	var out map[bailiwick.ID]bailiwick.GroupStats
	err := d.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Groups(authz.GroupsRead)
		if err != nil {
			return err
		}
		ids := make([]bailiwick.ID, len(rows))
		for i, g := range rows {
			ids[i] = g.ID
		}
		out, err = v.GroupStats(scope, ids)
		return err
	})
	return out, err
}

// AddMember puts a person into a group. Nobody is pulled into a scope from
// outside it, and only who may grant adds to a group that carries power.
func (d *Directory) AddMember(ctx context.Context, by authz.Actor, group bailiwick.ID, ref string) error {
	return d.member(ctx, by, bailiwick.MemberAdded, group, ref, (*store.Tx).AddMember)
}

// RemoveMember takes a person out of a group.
func (d *Directory) RemoveMember(ctx context.Context, by authz.Actor, group bailiwick.ID, ref string) error {
	return d.member(ctx, by, bailiwick.MemberRemoved, group, ref, (*store.Tx).RemoveMember)
}

type memberChange func(*store.Tx, authz.GroupScope, authz.UserScope, bailiwick.ID, bailiwick.ID) (bool, error)

func (d *Directory) member(ctx context.Context, by authz.Actor, event bailiwick.EventType, group bailiwick.ID, ref string, change memberChange) error {
	return d.store.Do(ctx, by, event, func(tx *store.Tx) error {
		groups, err := tx.Actor().Groups(authz.GroupsMembers)
		if err != nil {
			return err
		}
		people, err := tx.Actor().Users(authz.UsersMembership)
		if err != nil {
			return err
		}
		g, err := tx.Group(groups, group)
		if err != nil {
			return err
		}
		if g.Type == bailiwick.BuiltInGroup {
			return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonUnsupported, "everybody is in %s and stays in it", g.Name)
		}
		u, err := tx.UserByRef(people, ref)
		if err != nil {
			return err
		}
		changed, err := change(tx, groups, people, g.ID, u.ID)
		if err != nil {
			return err
		}
		if !changed {
			return store.Unchanged()
		}
		return moved(tx, &telling{}, event, g, u)
	})
}

// moved tells of a membership that came or went, and what power went with it.
func moved(tx *store.Tx, tell *telling, event bailiwick.EventType, g bailiwick.Group, u bailiwick.User) error {
	tell.of(tx, event, nil, u.Entity(), g.Entity())
	power, err := carriesPower(tx, g.ID)
	if err != nil || !power {
		return err
	}
	who := bailiwick.Principal{Kind: bailiwick.UserPrincipal, ID: u.ID}
	if event == bailiwick.MemberAdded {
		return gained(tx, held{Principal: who, user: u})
	}
	return lost(tx, who)
}
