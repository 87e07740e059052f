package directory

import (
	"context"
	"maps"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// An Assign is what is said of an assignment of an app. Nil and absent parts
// stay as they are; a profile is merged key by key, and null removes a key.
type Assign struct {
	UserName *string        // people only
	Priority *int           // groups only
	Profile  map[string]any // by the app's own schema, which is not kept here
	// Whole says that Profile takes the place of the one before.
	Whole bool
}

func (n Assign) check() error {
	if n.UserName != nil {
		if err := bailiwick.CheckAppUserName(*n.UserName); err != nil {
			return err
		}
	}
	if n.Priority != nil && (*n.Priority < 0 || *n.Priority > bailiwick.MaxAppPriority) {
		return bailiwick.InvalidField("priority", "must be a whole number from 0 to %d", bailiwick.MaxAppPriority)
	}
	return nil
}

// profile is the one before with what the assignment says.
func (n Assign) profile(before map[string]any) (map[string]any, error) {
	out := map[string]any{}
	if !n.Whole {
		maps.Copy(out, before)
	}
	maps.Copy(out, n.Profile)
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out, bailiwick.CheckAppProfile(out)
}

// toPeople are the two scopes of giving an app to people: both sides must be
// inside.
func toPeople(a authz.Actor) (authz.AppScope, authz.UserScope, error) {
	apps, err := a.Apps(authz.AppsAssign)
	if err != nil {
		return authz.AppScope{}, authz.UserScope{}, err
	}
	people, err := a.Users(authz.UsersAssignApps)
	return apps, people, err
}

// inUse refuses an app that is out of use.
func inUse(app bailiwick.App) error {
	if app.Status != bailiwick.AppActive {
		return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonInactiveApp, "%s is not active", app.Label)
	}
	return nil
}

func inactiveUser() error {
	return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonInactiveUser, "the account is deactivated")
}

// A pairing is an app and a person that an operation joins or parts, each
// within the scope that the actor has for that.
type pairing struct {
	apps   authz.AppScope
	people authz.UserScope
	app    bailiwick.App
	user   bailiwick.User
}

func pair(tx *store.Tx, app bailiwick.ID, ref string) (pairing, error) {
	var p pairing
	var err error
	if p.apps, p.people, err = toPeople(tx.Actor()); err != nil {
		return p, err
	}
	if p.app, err = tx.App(p.apps, app); err != nil {
		return p, err
	}
	p.user, err = tx.UserByRef(p.people, ref)
	return p, err
}

// AssignUser gives an app to a person directly, also to one who has it through
// a group: it stays with them when they leave the group.
func (d *Directory) AssignUser(ctx context.Context, by authz.Actor, app bailiwick.ID, ref string, n Assign) (bailiwick.AppUser, error) {
	var has bailiwick.AppUser
	err := d.store.Do(ctx, by, bailiwick.AppMemberAdded, func(tx *store.Tx) error {
		of, err := pair(tx, app, ref)
		if err != nil {
			return err
		}
		apps, people, on, u := of.apps, of.people, of.app, of.user
		if u.Status == bailiwick.Deprovisioned {
			return inactiveUser()
		}
		if err := inUse(on); err != nil {
			return err
		}
		if has, err = tx.AppUser(apps, people, app, string(u.ID)); err != nil && !isMissing(err) {
			return err
		}
		if has.Scope == bailiwick.ScopeUser {
			return bailiwick.Refused(bailiwick.Conflict, bailiwick.ReasonAppAssigned, "the person has the app already")
		}
		now := tx.Now()
		has = bailiwick.AppUser{AppID: app, UserID: u.ID, Scope: bailiwick.ScopeUser, UserName: u.Profile.Login(), Created: now, LastUpdated: now, StatusChanged: now, User: u}
		if has, err = n.apply(has); err != nil {
			return err
		}
		tx.Target(u.Entity(), on.Entity())
		return tx.SaveAppUser(apps, people, has)
	})
	return has, err
}

func (n Assign) apply(has bailiwick.AppUser) (bailiwick.AppUser, error) {
	if err := n.check(); err != nil {
		return has, err
	}
	if n.UserName != nil {
		has.UserName = *n.UserName
	}
	var err error
	has.Profile, err = n.profile(has.Profile)
	return has, err
}

// UpdateAppUser changes what an app keeps of a person who has it, by whatever.
func (d *Directory) UpdateAppUser(ctx context.Context, by authz.Actor, app bailiwick.ID, ref string, n Assign) (bailiwick.AppUser, error) {
	var has bailiwick.AppUser
	err := d.store.Do(ctx, by, bailiwick.AppMemberUpdated, func(tx *store.Tx) error {
		of, err := pair(tx, app, ref)
		if err != nil {
			return err
		}
		apps, people, on, u := of.apps, of.people, of.app, of.user
		if u.Status == bailiwick.Deprovisioned {
			return inactiveUser()
		}
		if has, err = tx.AppUser(apps, people, app, string(u.ID)); err != nil {
			return err
		}
		if has, err = n.apply(has); err != nil {
			return err
		}
		has.LastUpdated = tx.Now()
		tx.Target(u.Entity(), on.Entity())
		return tx.SaveAppUser(apps, people, has)
	})
	return has, err
}

// UnassignUser takes a directly assigned app away. Who has it through a group
// loses it by leaving the group, or by the group's losing it.
func (d *Directory) UnassignUser(ctx context.Context, by authz.Actor, app bailiwick.ID, ref string) error {
	return d.store.Do(ctx, by, bailiwick.AppMemberRemoved, func(tx *store.Tx) error {
		of, err := pair(tx, app, ref)
		if err != nil {
			return err
		}
		apps, people, on, u := of.apps, of.people, of.app, of.user
		has, err := tx.AppUser(apps, people, app, string(u.ID))
		if err != nil {
			return err
		}
		if has.Scope != bailiwick.ScopeUser {
			return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonAppThroughGroup, "the person has the app through a group")
		}
		tx.Target(u.Entity(), on.Entity())
		_, err = tx.DropAppUser(apps, people, app, u.ID)
		return err
	})
}

// AppUser reads one person as an app knows them.
func (d *Directory) AppUser(ctx context.Context, by authz.Actor, app bailiwick.ID, ref string) (bailiwick.AppUser, error) {
	var has bailiwick.AppUser
	err := d.store.View(ctx, by, func(v *store.View) error {
		apps, err := v.Actor().Apps(authz.AppsRead)
		if err != nil {
			return err
		}
		people, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return err
		}
		has, err = v.AppUser(apps, people, app, ref)
		return err
	})
	return has, err
}

// AppUsers lists the people who have an app, by ID. With a prefix it lists
// those whose name, login, address or user name in the app begins so.
func (d *Directory) AppUsers(ctx context.Context, by authz.Actor, app bailiwick.ID, prefix string, p Paging) (List[bailiwick.AppUser], error) {
	var out List[bailiwick.AppUser]
	question := "users of app " + string(app) + " " + prefix
	err := d.store.View(ctx, by, func(v *store.View) error {
		apps, err := v.Actor().Apps(authz.AppsRead)
		if err != nil {
			return err
		}
		people, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return err
		}
		after, err := d.open(by, question, p)
		if err != nil {
			return err
		}
		page, err := v.AppUsers(apps, people, store.AppUserQuery{App: app, Prefix: prefix, After: after, Limit: p.Limit})
		out = sealPage(d, by, question, page)
		return err
	})
	return out, err
}

// AppUsersOf tells which apps of a page, that Apps has just given the same
// actor, a person has.
func (d *Directory) AppUsersOf(ctx context.Context, by authz.Actor, ref string, rows []bailiwick.App) (map[bailiwick.ID]bailiwick.AppUser, error) {
	var out map[bailiwick.ID]bailiwick.AppUser
	err := d.store.View(ctx, by, func(v *store.View) error {
		people, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return err
		}
		u, err := v.UserByRef(people, ref)
		if err != nil {
			return err
		}
		out, err = v.AppUsersOf(people, u.ID, rows)
		return err
	})
	return out, err
}

// maxLinked is the most apps of a person that AppsOf lists.
const maxLinked = 500

// AppsOf lists the active apps that a person has, by label: one's own always,
// those of others as far as the actor may see both.
func (d *Directory) AppsOf(ctx context.Context, by authz.Actor, ref string) (bailiwick.User, []bailiwick.App, error) {
	var u bailiwick.User
	var page store.Page[bailiwick.App]
	err := d.store.View(ctx, by, func(v *store.View) error {
		self, err := v.Actor().Self()
		if err != nil {
			return err
		}
		if u, err = v.UserByRef(self, ref); err == nil {
			page, err = v.OwnApps("", maxLinked)
			return err
		}
		people, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return err
		}
		apps, err := v.Actor().Apps(authz.AppsRead)
		if err != nil {
			return err
		}
		if u, err = v.UserByRef(people, ref); err != nil {
			return err
		}
		page, err = v.Apps(apps, store.AppQuery{User: u.ID, Status: bailiwick.AppActive, Limit: maxLinked})
		return err
	})
	return u, page.Rows, err
}
