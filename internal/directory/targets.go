package directory

import (
	"context"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// takes refuses an assignment whose role takes no targets of the kind.
func takes(a bailiwick.Assignment, kind bailiwick.TargetKind) error {
	info, _ := bailiwick.Role(a.Role)
	if info.Targets != kind {
		return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonWrongRoleType, "the provided role type was not the same as required role type")
	}
	return nil
}

// GroupTargets lists the groups that a role is limited to; an unlimited role
// and one whose targets are all gone both have none (decision 17).
func (d *Directory) GroupTargets(ctx context.Context, by authz.Actor, h Holder, wire bailiwick.ID, p Paging) (List[bailiwick.Group], error) {
	var out List[bailiwick.Group]
	question := "group targets " + h.Ref + " " + string(wire)
	err := d.store.View(ctx, by, func(v *store.View) error {
		a, err := seenAssignment(v, h, wire, bailiwick.GroupTargets)
		if err != nil {
			return err
		}
		scope, err := v.Actor().Groups(authz.GroupsRead)
		if err != nil {
			return err
		}
		after, err := d.open(by, question, p)
		if err != nil {
			return err
		}
		page, err := v.Groups(scope, store.GroupQuery{Targets: a.Key, After: after, Limit: p.Limit})
		out = sealPage(d, by, question, page)
		return err
	})
	return out, err
}

func seenAssignment(v *store.View, h Holder, wire bailiwick.ID, kind bailiwick.TargetKind) (bailiwick.Assignment, error) {
	p, err := seen(v, h)
	if err != nil {
		return bailiwick.Assignment{}, err
	}
	a, err := v.Assignment(p, wire)
	if err != nil {
		return a, err
	}
	return a, takes(a, kind)
}

// AddGroupTarget limits a role to a group. The first one narrows the role from
// all groups to that group.
func (d *Directory) AddGroupTarget(ctx context.Context, by authz.Actor, h Holder, wire, group bailiwick.ID) error {
	return d.rescope(ctx, by, h, wire, bailiwick.GroupTargets, func(tx *store.Tx, _ held, a bailiwick.Assignment) error {
		g, err := targetGroup(tx, group)
		if err != nil {
			return err
		}
		if g.Type == bailiwick.BuiltInGroup {
			return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonBuiltInGroup, "a built-in group cannot be a target; a role without targets reaches everybody").In("target")
		}
		tx.Target(g.Entity())
		return addTarget(tx, a, g.ID)
	})
}

func targetGroup(tx *store.Tx, id bailiwick.ID) (bailiwick.Group, error) {
	scope, err := tx.Actor().Groups(authz.GroupsRead)
	if err != nil {
		return bailiwick.Group{}, err
	}
	return tx.Group(scope, id)
}

func addTarget(tx *store.Tx, a bailiwick.Assignment, set bailiwick.ID) error {
	if a.Targets >= bailiwick.MaxTargets {
		return tooManyTargets()
	}
	added, err := tx.AddTarget(a, set)
	if err != nil {
		return err
	}
	if !added {
		return store.Unchanged()
	}
	return narrow(tx, a)
}

func tooManyTargets() error {
	return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonTooMany, "a role can have at most %d targets", bailiwick.MaxTargets)
}

// narrow makes a role reach what is listed only.
func narrow(tx *store.Tx, a bailiwick.Assignment) error {
	if a.Mode == bailiwick.ScopeListed {
		return nil
	}
	tx.Changed(bailiwick.Change{Field: "scope", From: string(bailiwick.ScopeAll), To: string(bailiwick.ScopeListed)})
	return tx.SetMode(a, bailiwick.ScopeListed)
}

// RemoveGroupTarget takes a group out of a role's scope. The last one stays:
// to reach everything again, the role is taken and given anew (R2).
func (d *Directory) RemoveGroupTarget(ctx context.Context, by authz.Actor, h Holder, wire, group bailiwick.ID) error {
	return d.rescope(ctx, by, h, wire, bailiwick.GroupTargets, func(tx *store.Tx, _ held, a bailiwick.Assignment) error {
		g, err := targetGroup(tx, group)
		if err != nil {
			return err
		}
		tx.Target(g.Entity())
		return removeTarget(tx, a, g.ID)
	})
}

func removeTarget(tx *store.Tx, a bailiwick.Assignment, set bailiwick.ID) error {
	is, err := tx.IsTarget(a, set)
	if err != nil {
		return err
	}
	if !is {
		return bailiwick.NotFound("RoleTarget", set)
	}
	if a.Targets == 1 {
		return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonLastTarget,
			"the last target cannot be removed; delete the role assignment and create it again to reach everything").In("target")
	}
	_, err = tx.RemoveTarget(a, set)
	return err
}

// AddRealmTarget lets a partner administrator's role reach a partner realm.
func (d *Directory) AddRealmTarget(ctx context.Context, by authz.Actor, h Holder, wire, realm bailiwick.ID) error {
	return d.rescope(ctx, by, h, wire, bailiwick.RealmTargets, func(tx *store.Tx, _ held, a bailiwick.Assignment) error {
		r, err := targetRealm(tx, realm)
		if err != nil {
			return err
		}
		if r.Default || r.Type != bailiwick.PartnerRealm {
			return bailiwick.InvalidField("realmId", "must be a partner realm")
		}
		tx.Target(r.Entity())
		return addTarget(tx, a, r.ID)
	})
}

// RemoveRealmTarget takes a realm out of a partner administrator's scope. Its
// last one can go: the role then reaches nobody.
func (d *Directory) RemoveRealmTarget(ctx context.Context, by authz.Actor, h Holder, wire, realm bailiwick.ID) error {
	return d.rescope(ctx, by, h, wire, bailiwick.RealmTargets, func(tx *store.Tx, _ held, a bailiwick.Assignment) error {
		r, err := targetRealm(tx, realm)
		if err != nil {
			return err
		}
		tx.Target(r.Entity())
		removed, err := tx.RemoveTarget(a, realm)
		if err == nil && !removed {
			return bailiwick.NotFound("RoleTarget", realm)
		}
		return err
	})
}

func targetRealm(tx *store.Tx, id bailiwick.ID) (bailiwick.Realm, error) {
	scope, err := tx.Actor().Realms(authz.RealmsRead)
	if err != nil {
		return bailiwick.Realm{}, err
	}
	return tx.Realm(scope, id)
}

// An AppTarget is a target with what it points to: an instance, or a whole
// catalog app.
type AppTarget struct {
	Catalog  bailiwick.CatalogApp
	Instance bailiwick.App // zero for the whole catalog app
}

// AppTargets lists the apps that an application administrator is limited to.
func (d *Directory) AppTargets(ctx context.Context, by authz.Actor, h Holder, wire bailiwick.ID, p Paging) (List[AppTarget], error) {
	var out List[AppTarget]
	question := "app targets " + h.Ref + " " + string(wire)
	err := d.store.View(ctx, by, func(v *store.View) error {
		a, err := seenAssignment(v, h, wire, bailiwick.AppTargets)
		if err != nil {
			return err
		}
		after, err := d.open(by, question, p)
		if err != nil {
			return err
		}
		page, err := v.AppTargets(a, after, p.Limit)
		if err != nil {
			return err
		}
		out = List[AppTarget]{Next: d.seal(by, question, page.Next)}
		out.Rows, err = described(v, page.Rows)
		return err
	})
	return out, err
}

func described(v *store.View, targets []bailiwick.AppTarget) ([]AppTarget, error) {
	scope, err := v.Actor().Apps(authz.AppsRead)
	if err != nil {
		return nil, err
	}
	out := make([]AppTarget, len(targets))
	for i, t := range targets {
		out[i].Catalog, _ = bailiwick.Catalog(t.Name)
		if t.Instance == "" {
			continue
		}
		if out[i].Instance, err = v.App(scope, t.Instance); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// AddAppTarget limits an application administrator to a catalog app or to one
// instance. The first one narrows the role. A whole app takes the place of its
// instances; an instance beside its whole app is refused.
func (d *Directory) AddAppTarget(ctx context.Context, by authz.Actor, h Holder, wire bailiwick.ID, t bailiwick.AppTarget) error {
	return d.rescope(ctx, by, h, wire, bailiwick.AppTargets, func(tx *store.Tx, _ held, a bailiwick.Assignment) error {
		entity, err := checkAppTarget(tx, t)
		if err != nil {
			return err
		}
		if err := unmixed(tx, a, t); err != nil {
			return err
		}
		if a.Targets >= bailiwick.MaxTargets {
			return tooManyTargets()
		}
		added, err := tx.AddAppTarget(a, t)
		if err != nil {
			return err
		}
		if !added {
			return store.Unchanged()
		}
		tx.Target(entity)
		return narrow(tx, a)
	})
}

// checkAppTarget finds what an app target points to.
func checkAppTarget(tx *store.Tx, t bailiwick.AppTarget) (bailiwick.EventEntity, error) {
	c, ok := bailiwick.Catalog(t.Name)
	if !ok {
		return bailiwick.EventEntity{}, bailiwick.NotFound("CatalogApp", bailiwick.ID(t.Name))
	}
	if t.Instance == "" {
		return bailiwick.EventEntity{ID: bailiwick.ID(c.Name), Type: "CatalogApp", AlternateID: c.Name, DisplayName: c.DisplayName}, nil
	}
	scope, err := tx.Actor().Apps(authz.AppsRead)
	if err != nil {
		return bailiwick.EventEntity{}, err
	}
	app, err := tx.App(scope, t.Instance)
	if err == nil && app.Name != t.Name {
		return bailiwick.EventEntity{}, bailiwick.NotFound("AppInstance", t.Instance)
	}
	return app.Entity(), err
}

// unmixed keeps a whole app and its instances from being targets together.
func unmixed(tx *store.Tx, a bailiwick.Assignment, t bailiwick.AppTarget) error {
	if t.Instance == "" {
		return tx.RemoveAppInstances(a, t.Name)
	}
	have, err := tx.AppTargets(a, "", bailiwick.MaxTargets)
	if err != nil {
		return err
	}
	for _, other := range have.Rows {
		if other.Name == t.Name && other.Instance == "" {
			return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonMixedTargets, "the whole app is a target of this role already").In("target")
		}
	}
	return nil
}

// RemoveAppTarget takes an app out of an application administrator's scope. As
// the wire has it, removing the last one widens the role to all apps: that is
// an event of its own and mailed to the super administrators, and an org
// setting refuses it (decision 1).
func (d *Directory) RemoveAppTarget(ctx context.Context, by authz.Actor, h Holder, wire bailiwick.ID, t bailiwick.AppTarget) error {
	return d.rescope(ctx, by, h, wire, bailiwick.AppTargets, func(tx *store.Tx, p held, a bailiwick.Assignment) error {
		entity, err := checkAppTarget(tx, t)
		if err != nil {
			return err
		}
		tx.Target(entity)
		removed, err := tx.RemoveAppTarget(a, t)
		if err != nil {
			return err
		}
		if !removed {
			return bailiwick.NotFound("RoleTarget", bailiwick.ID(t.Name))
		}
		if a.Targets > 1 {
			return nil
		}
		org, err := tx.Org()
		if err != nil {
			return err
		}
		if org.Settings.RefuseRemovingLastAppTarget {
			return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonLastTarget, "the organization refuses to remove the last app target, which would widen the role to all apps").In("target")
		}
		return widen(tx, p, a)
	})
}

// AllApps makes an application administrator's role reach all apps again.
func (d *Directory) AllApps(ctx context.Context, by authz.Actor, h Holder, wire bailiwick.ID) error {
	return d.rescope(ctx, by, h, wire, bailiwick.AppTargets, func(tx *store.Tx, p held, a bailiwick.Assignment) error {
		if a.Mode == bailiwick.ScopeAll {
			return store.Unchanged()
		}
		if err := tx.ClearAppTargets(a); err != nil {
			return err
		}
		return widen(tx, p, a)
	})
}

func widen(tx *store.Tx, p held, a bailiwick.Assignment) error {
	if err := tx.SetMode(a, bailiwick.ScopeAll); err != nil {
		return err
	}
	tx.Also(bailiwick.ScopeWidened, p.entity, a.Entity())
	supers, err := tx.Supers()
	if err != nil {
		return err
	}
	info, _ := bailiwick.Role(a.Role)
	for _, s := range supers {
		err := tx.Send(mail.ScopeWidened{To: s, By: nameOf(tx.Actor()), Who: p.entity.DisplayName, Role: info.Label, What: "all apps"})
		if err != nil {
			return err
		}
	}
	return nil
}

// rescope runs a change of what a role reaches.
func (d *Directory) rescope(ctx context.Context, by authz.Actor, h Holder, wire bailiwick.ID, kind bailiwick.TargetKind,
	change func(*store.Tx, held, bailiwick.Assignment) error) error {
	return d.store.Do(ctx, by, bailiwick.ScopeChanged, func(tx *store.Tx) error {
		p, a, err := assignment(tx, h, wire)
		if err != nil {
			return err
		}
		if err := takes(a, kind); err != nil {
			return err
		}
		tx.Target(p.entity, a.Entity())
		return change(tx, p, a)
	})
}
