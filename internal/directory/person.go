package directory

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// A Self is what the faces show of whoever is asking.
type Self struct {
	User   bailiwick.User
	Org    bailiwick.Org
	Grants []authz.Grant
	Tier   bailiwick.Tier
	// Reach is how many people the actor sees; nil for those who see nobody.
	Reach *store.Reached
	// Through are the first groups and realms that limit the reach, when it
	// is limited.
	Through []bailiwick.Group
}

// Me reads who is asking.
func (d *Directory) Me(ctx context.Context, by authz.Actor) (Self, error) {
	var me Self
	err := d.store.View(ctx, by, func(v *store.View) error {
		self, err := v.Actor().Self()
		if err != nil {
			return err
		}
		if me.User, err = v.User(self, v.Actor().ID()); err != nil {
			return err
		}
		if me.Org, err = v.Org(); err != nil {
			return err
		}
		me.Grants, me.Tier = v.Actor().Grants(), v.Actor().Tier()
		scope, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return nil // sees nobody: there is no reach to tell of
		}
		reached, err := v.Reached(scope)
		me.Reach = &reached
		if err == nil && !scope.See().Everything() {
			me.Through, err = through(v)
		}
		return err
	})
	return me, err
}

// through lists the groups that limit what the actor sees.
func through(v *store.View) ([]bailiwick.Group, error) {
	scope, err := v.Actor().Groups(authz.GroupsRead)
	if err != nil {
		return nil, nil // limited to realms: there are no groups to name
	}
	page, err := v.Groups(scope, store.GroupQuery{Limit: 3})
	return page.Rows, err
}

// An Act is one effect on a person, as the actor may have it now.
type Act struct {
	Permission authz.UserPermission
	// Why is nil when the actor may; else the refusal, for saying why not.
	Why error
}

// A PersonView is a person as the actor sees them, with what may be done.
type PersonView struct {
	User bailiwick.User
	Tier bailiwick.Tier
	// IsSelf says that the actor looks at the own account.
	IsSelf bool
	Groups []bailiwick.Group
	Roles  []bailiwick.Assignment // only for those who may see administrators
	Events []bailiwick.Event      // the newest, for those who may see what happened
	acts   map[authz.UserPermission]error
}

// May reports whether the actor holds the permission over the person and the
// person's status allows the verb; an empty verb asks for no status.
func (p PersonView) May(permission authz.UserPermission, verb bailiwick.Verb) bool {
	return p.Why(permission, verb) == nil
}

// Why is the refusal that [PersonView.May] stands for, or nil.
func (p PersonView) Why(permission authz.UserPermission, verb bailiwick.Verb) error {
	if err, asked := p.acts[permission]; err != nil || !asked {
		return errors.Join(err, notAsked(asked))
	}
	if verb == "" {
		return nil
	}
	_, err := p.User.After(verb, p.User.LastUpdated)
	return err
}

func notAsked(asked bool) error {
	if asked {
		return nil
	}
	return bailiwick.ErrForbidden
}

// personActs are the effects that a person's page offers.
var personActs = []authz.UserPermission{authz.UsersEditProfile, authz.UsersActivate, authz.UsersSuspend, authz.UsersDeactivate,
	authz.UsersDelete, authz.UsersUnlock, authz.UsersClearSessions, authz.UsersResetPassword, authz.UsersTemporaryPassword,
	authz.UsersSetAndActivate, authz.UsersRemovePassword, authz.UsersResetFactors, authz.UsersMembership, authz.UsersRoles,
	authz.UsersReadActivity}

// recentEvents is how many events a person's page shows.
const recentEvents = 20

// Person reads a person with what the actor may do, by the same scopes that
// decide when it is done. What is offered by it protects nothing.
func (d *Directory) Person(ctx context.Context, by authz.Actor, ref string) (PersonView, error) {
	var p PersonView
	err := d.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return err
		}
		if p.User, err = v.UserByRef(scope, ref); err != nil {
			return err
		}
		p.IsSelf = p.User.ID == v.Actor().ID()
		if err := p.fillActs(v); err != nil {
			return err
		}
		return p.fillContext(v)
	})
	return p, err
}

func (p *PersonView) fillActs(v *store.View) error {
	p.acts = make(map[authz.UserPermission]error, len(personActs))
	scopes := make(map[authz.UserPermission]authz.UserScope, len(personActs))
	for _, permission := range personActs {
		scope, err := v.Actor().Users(permission)
		if err != nil {
			p.acts[permission] = err
			continue
		}
		scopes[permission] = scope
	}
	who, err := v.Subject(authz.UserScope{}, p.User.ID, slices.Collect(maps.Values(scopes))...)
	if err != nil {
		return err
	}
	p.Tier = who.Tier
	for permission, scope := range scopes {
		p.acts[permission] = scope.Judge(who)
	}
	return nil
}

// fillContext adds groups, roles and events, each as far as the actor may see.
func (p *PersonView) fillContext(v *store.View) error {
	if groups, err := v.Actor().Groups(authz.GroupsRead); err == nil {
		page, err := v.Groups(groups, store.GroupQuery{Of: p.User.ID, Limit: 50})
		if err != nil {
			return err
		}
		p.Groups = page.Rows
	}
	var err error
	if v.Actor().May(authz.RolesRead) == nil {
		if p.Roles, err = v.Assignments(bailiwick.Principal{Kind: bailiwick.UserPrincipal, ID: p.User.ID}); err != nil {
			return err
		}
	}
	if scope, refused := v.Actor().Users(authz.UsersReadActivity); refused == nil && p.acts[authz.UsersReadActivity] == nil {
		p.Events, err = v.EventsOf(scope, p.User.ID, recentEvents)
		p.Events = slices.DeleteFunc(p.Events, func(e bailiwick.Event) bool { return p.hides(v.Actor(), e) })
	}
	return err
}

// hides reports whether an event names something that the actor may not see:
// a group, an app, a role or another person outside the own scope is not to be
// learned from somebody's history (AZ-12).
func (p *PersonView) hides(a authz.Actor, e bailiwick.Event) bool {
	return slices.ContainsFunc(e.Targets, func(t bailiwick.EventEntity) bool {
		switch t.Type {
		case "UserGroup":
			scope, err := a.Groups(authz.GroupsRead)
			return err != nil || !scope.See().Everything() &&
				!slices.ContainsFunc(p.Groups, func(g bailiwick.Group) bool { return g.ID == t.ID })
		case "AppInstance":
			scope, err := a.Apps(authz.AppsRead)
			return err != nil || !scope.See().Everything()
		case "ROLE":
			return a.May(authz.RolesRead) != nil
		case "User": // what an administrator did to somebody else
			scope, err := a.Users(authz.UsersReadActivity)
			return t.ID != p.User.ID && (err != nil || !scope.See().Everything())
		}
		return false
	})
}
