package directory

import (
	"context"
	"errors"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

func isMissing(err error) bool { return errors.Is(err, bailiwick.ErrMissing) }

// toGroups are the two scopes of giving an app to groups: both sides must be
// inside.
func toGroups(a authz.Actor) (authz.AppScope, authz.GroupScope, error) {
	apps, err := a.Apps(authz.AppsAssign)
	if err != nil {
		return authz.AppScope{}, authz.GroupScope{}, err
	}
	groups, err := a.Groups(authz.GroupsAssignApps)
	return apps, groups, err
}

// AssignGroup gives an app to everybody in a group, now and later, or changes
// priority and profile of the assignment when there is one.
func (d *Directory) AssignGroup(ctx context.Context, by authz.Actor, app, group bailiwick.ID, n Assign) (bailiwick.AppGroup, error) {
	var made bailiwick.AppGroup
	// Which of two events it is shows inside; the refusal is one of adding.
	err := d.store.Do(ctx, by, bailiwick.AppGroupAdded, func(tx *store.Tx) error {
		apps, groups, err := toGroups(tx.Actor())
		if err != nil {
			return err
		}
		on, x, isNew, err := assignGroup(tx, apps, groups, app, group, n)
		if err == nil && !isNew {
			tx.Becomes(bailiwick.AppGroupUpdated)
		}
		made = x
		tx.Target(x.Group.Entity(), on.Entity())
		return err
	})
	return made, err
}

// UpdateAppGroup changes priority and profile of an assignment that there is.
func (d *Directory) UpdateAppGroup(ctx context.Context, by authz.Actor, app, group bailiwick.ID, n Assign) (bailiwick.AppGroup, error) {
	var x bailiwick.AppGroup
	err := d.store.Do(ctx, by, bailiwick.AppGroupUpdated, func(tx *store.Tx) error {
		apps, groups, err := toGroups(tx.Actor())
		if err != nil {
			return err
		}
		if _, err := tx.AppGroup(apps, groups, app, group); err != nil {
			return err
		}
		on, changed, _, err := assignGroup(tx, apps, groups, app, group, n)
		x = changed
		tx.Target(x.Group.Entity(), on.Entity())
		return err
	})
	return x, err
}

// AssignGroups gives an app to many groups in one transaction, for the system's
// own loading.
func (d *Directory) AssignGroups(ctx context.Context, by authz.Actor, app bailiwick.ID, groups []bailiwick.ID) error {
	return d.store.Do(ctx, by, bailiwick.AppGroupAdded, func(tx *store.Tx) error {
		apps, within, err := toGroups(tx.Actor())
		if err != nil {
			return err
		}
		for i, group := range groups {
			on, x, _, err := assignGroup(tx, apps, within, app, group, Assign{})
			if err != nil {
				return err
			}
			if i == 0 {
				tx.Target(x.Group.Entity(), on.Entity())
			} else {
				tx.Also(bailiwick.AppGroupAdded, x.Group.Entity(), on.Entity())
			}
		}
		return nil
	})
}

func assignGroup(tx *store.Tx, apps authz.AppScope, groups authz.GroupScope, app, group bailiwick.ID, n Assign) (on bailiwick.App, x bailiwick.AppGroup, isNew bool, err error) {
	if err = n.check(); err != nil {
		return on, x, false, err
	}
	if on, err = tx.App(apps, app); err != nil {
		return on, x, false, err
	}
	g, err := tx.Group(groups, group)
	if err != nil {
		return on, x, false, err
	}
	if err := inUse(on); err != nil {
		return on, x, false, err
	}
	if x, err = tx.AppGroup(apps, groups, app, group); err != nil && !isMissing(err) {
		return on, x, false, err
	}
	if isNew = err != nil; isNew {
		x = bailiwick.AppGroup{AppID: app, Group: g, Created: tx.Now()}
		if x.Priority, err = tx.NextAppPriority(app); err != nil {
			return on, x, false, err
		}
	}
	if n.Priority != nil {
		x.Priority = *n.Priority
	}
	if x.Profile, err = n.profile(x.Profile); err != nil {
		return on, x, false, err
	}
	x.LastUpdated = tx.Now()
	return on, x, isNew, tx.SaveAppGroup(apps, groups, x)
}

// UnassignGroup takes an app from a group, and so from everybody who has it by
// nothing else.
func (d *Directory) UnassignGroup(ctx context.Context, by authz.Actor, app, group bailiwick.ID) error {
	return d.store.Do(ctx, by, bailiwick.AppGroupRemoved, func(tx *store.Tx) error {
		apps, groups, err := toGroups(tx.Actor())
		if err != nil {
			return err
		}
		on, err := tx.App(apps, app)
		if err != nil {
			return err
		}
		x, err := tx.AppGroup(apps, groups, app, group)
		if err != nil {
			return err
		}
		tx.Target(x.Group.Entity(), on.Entity())
		_, err = tx.DropAppGroup(apps, groups, app, group)
		return err
	})
}

// AppGroup reads the assignment of an app to a group.
func (d *Directory) AppGroup(ctx context.Context, by authz.Actor, app, group bailiwick.ID) (bailiwick.AppGroup, error) {
	var x bailiwick.AppGroup
	err := d.store.View(ctx, by, func(v *store.View) error {
		apps, err := v.Actor().Apps(authz.AppsRead)
		if err != nil {
			return err
		}
		groups, err := v.Actor().Groups(authz.GroupsRead)
		if err != nil {
			return err
		}
		x, err = v.AppGroup(apps, groups, app, group)
		return err
	})
	return x, err
}

// AppGroups lists the groups that an app is assigned to, by name.
func (d *Directory) AppGroups(ctx context.Context, by authz.Actor, app bailiwick.ID, prefix string, p Paging) (List[bailiwick.AppGroup], error) {
	var out List[bailiwick.AppGroup]
	question := "groups of app " + string(app) + " " + prefix
	err := d.store.View(ctx, by, func(v *store.View) error {
		apps, err := v.Actor().Apps(authz.AppsRead)
		if err != nil {
			return err
		}
		groups, err := v.Actor().Groups(authz.GroupsRead)
		if err != nil {
			return err
		}
		after, err := d.open(by, question, p)
		if err != nil {
			return err
		}
		page, err := v.AppGroups(apps, groups, app, prefix, after, p.Limit)
		out = sealPage(d, by, question, page)
		return err
	})
	return out, err
}
