package store_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"pgregory.net/rapid"
)

// A world is an org with people, groups, realms and roles, once as plain Go
// values, which the tests ask what is true, and once as rows of a store.
type world struct {
	org     bailiwick.Org
	users   []bailiwick.User
	groups  []bailiwick.Group
	realms  []bailiwick.Realm
	members map[bailiwick.ID][]bailiwick.ID // group → people
	apps    []bailiwick.App
	roles   []role
}

// A role is an assignment and its targets.
type role struct {
	bailiwick.Assignment
	targets []bailiwick.ID
	apps    []bailiwick.AppTarget
}

// numbered makes IDs that are the same in every world, so that a query that
// forgets its org meets the rows of another.
func numbered(kind bailiwick.Kind, n int) bailiwick.ID {
	return bailiwick.ID(fmt.Sprintf("%s%017d", kind, n))
}

var worldTime = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// Names that fold, that sort by bytes other than by any language, and that
// begin alike.
var (
	firstNames = []string{"Ann", "ANNA", "Änne", "anna maria", "Bo", "Zoë", "李", "_x", "Ångström", "O'Neil"}
	lastNames  = []string{"Berg", "Bergström", "berg-Ann", "Ng", "ng", "Šimić", "一", "%d", "_"}
)

func drawWorld(t *rapid.T, org bailiwick.ID) *world {
	w := &world{members: map[bailiwick.ID][]bailiwick.ID{}}
	w.org = bailiwick.Org{ID: org, Slug: string(org), Name: "World", Everyone: numbered(bailiwick.KindGroup, 0),
		Realm: numbered(bailiwick.KindRealm, 0), UserType: numbered(bailiwick.KindUserType, 0),
		Schema: numbered(bailiwick.KindUserSchema, 0), Created: worldTime}
	for i := range rapid.IntRange(1, 3).Draw(t, "realms") {
		w.realms = append(w.realms, bailiwick.Realm{ID: numbered(bailiwick.KindRealm, i), Name: fmt.Sprintf("Realm %d", i),
			Type: bailiwick.PartnerRealm, Default: i == 0, Created: worldTime, LastUpdated: worldTime})
	}
	w.realms[0].Type = bailiwick.DefaultRealm
	w.groups = append(w.groups, bailiwick.Group{ID: w.org.Everyone, Type: bailiwick.BuiltInGroup, Name: bailiwick.EveryoneName,
		Created: worldTime, LastUpdated: worldTime})
	for i := range rapid.IntRange(1, 6).Draw(t, "groups") {
		w.groups = append(w.groups, bailiwick.Group{ID: numbered(bailiwick.KindGroup, i+1), Type: bailiwick.ManagedGroup,
			Name: fmt.Sprintf("%s %d", rapid.SampledFrom(lastNames).Draw(t, "group name"), i), Created: worldTime, LastUpdated: worldTime})
	}
	for i := range rapid.IntRange(2, 16).Draw(t, "people") {
		w.users = append(w.users, w.drawUser(t, i))
	}
	for _, g := range w.groups[1:] {
		for _, u := range w.users {
			if rapid.Bool().Draw(t, "member") {
				w.members[g.ID] = append(w.members[g.ID], u.ID)
			}
		}
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "apps") {
		w.apps = append(w.apps, bailiwick.App{ID: numbered(bailiwick.KindApp, i), Name: rapid.SampledFrom(appNames).Draw(t, "app"),
			Label: fmt.Sprintf("%s %d", rapid.SampledFrom(lastNames).Draw(t, "label"), i), Status: bailiwick.AppActive,
			SignOnMode: rapid.SampledFrom([]string{bailiwick.SignOnOIDC, bailiwick.SignOnSAML}).Draw(t, "mode"), Created: worldTime})
	}
	w.drawRoles(t)
	return w
}

var appNames = []string{"salesforce", "slack", "oidc_client"}

func (w *world) drawUser(t *rapid.T, n int) bailiwick.User {
	first, last := rapid.SampledFrom(firstNames).Draw(t, "first name"), rapid.SampledFrom(lastNames).Draw(t, "last name")
	login := fmt.Sprintf("%s.%d@%s.example", rapid.SampledFrom([]string{"ann", "BERG", "zoë"}).Draw(t, "login"), n, "world")
	return bailiwick.User{
		ID: numbered(bailiwick.KindUser, n), Status: bailiwick.Active, TypeID: w.org.UserType, Provider: bailiwick.ProviderInternal,
		RealmID: rapid.SampledFrom(w.realms).Draw(t, "realm").ID,
		Profile: bailiwick.Profile{"firstName": first, "lastName": last, "login": login, "email": login},
		Created: worldTime, StatusChanged: worldTime, LastUpdated: worldTime, Version: 1,
	}
}

// drawRoles gives roles to people and to groups, with targets of the kind that
// the role takes.
func (w *world) drawRoles(t *rapid.T) {
	held := map[string]bool{}
	for i := range rapid.IntRange(1, 8).Draw(t, "roles") {
		info := rapid.SampledFrom(bailiwick.Roles).Draw(t, "role")
		principal := bailiwick.Principal{Kind: bailiwick.UserPrincipal, ID: rapid.SampledFrom(w.users).Draw(t, "holder").ID}
		if rapid.IntRange(0, 4).Draw(t, "to a group") == 0 {
			principal = bailiwick.Principal{Kind: bailiwick.GroupPrincipal, ID: rapid.SampledFrom(w.groups[1:]).Draw(t, "holding group").ID}
		}
		if once := string(principal.ID) + string(info.Type); held[once] {
			continue
		} else {
			held[once] = true
		}
		key := numbered(bailiwick.KindUserRole, i)
		r := role{Assignment: bailiwick.Assignment{Key: key, ID: key, Role: info.Type, Principal: principal, Mode: bailiwick.ScopeAll,
			Created: worldTime, LastUpdated: worldTime}}
		if info.Targets != bailiwick.NoTargets && rapid.IntRange(0, 3).Draw(t, "listed") > 0 {
			r.Mode = bailiwick.ScopeListed
			r.targets = w.drawTargets(t, info.Targets)
			r.apps = w.drawAppTargets(t, info.Targets)
		}
		w.roles = append(w.roles, r)
	}
}

// drawTargets returns none now and then: a role whose targets are all gone.
func (w *world) drawTargets(t *rapid.T, kind bailiwick.TargetKind) (out []bailiwick.ID) {
	switch kind {
	case bailiwick.GroupTargets:
		for _, g := range w.groups[1:] {
			if rapid.Bool().Draw(t, "target") {
				out = append(out, g.ID)
			}
		}
	case bailiwick.RealmTargets:
		for _, r := range w.realms[1:] {
			if rapid.Bool().Draw(t, "target") {
				out = append(out, r.ID)
			}
		}
	}
	return out
}

// drawAppTargets lists whole apps and instances of others.
func (w *world) drawAppTargets(t *rapid.T, kind bailiwick.TargetKind) (out []bailiwick.AppTarget) {
	if kind != bailiwick.AppTargets {
		return nil
	}
	for _, name := range appNames {
		if rapid.IntRange(0, 2).Draw(t, "whole app") == 0 {
			out = append(out, bailiwick.AppTarget{Name: name})
			continue
		}
		for _, app := range w.apps {
			if app.Name == name && rapid.Bool().Draw(t, "instance") {
				out = append(out, bailiwick.AppTarget{Name: name, Instance: app.ID})
			}
		}
	}
	return out
}

// fill writes the world's rows as the operations do.
func (w *world) fill(ctx context.Context, s *store.Store) error {
	return s.Do(ctx, authz.System(w.org.ID, "a world for a test"), bailiwick.OrgCreated, func(tx *store.Tx) error {
		people, err := tx.Actor().Users(authz.UsersCreate)
		if err != nil {
			return err
		}
		groups, err := tx.Actor().Groups(authz.GroupsMembers)
		if err != nil {
			return err
		}
		realms, err := tx.Actor().Realms(authz.RealmsManage)
		if err != nil {
			return err
		}
		if err := tx.InsertOrg(w.org); err != nil {
			return err
		}
		for _, r := range w.realms {
			if err := tx.InsertRealm(realms, r); err != nil {
				return err
			}
		}
		for _, g := range w.groups {
			if err := tx.InsertGroup(groups, g); err != nil {
				return err
			}
		}
		for _, u := range w.users {
			if err := tx.InsertUser(people, u, store.Password{}); err != nil {
				return err
			}
		}
		for group, members := range w.members {
			for _, id := range members {
				if _, err := tx.AddMember(groups, people, group, id); err != nil {
					return err
				}
			}
		}
		return cmp.Or(w.fillApps(tx), w.fillRoles(tx))
	})
}

func (w *world) fillApps(tx *store.Tx) error {
	scope, err := tx.Actor().Apps(authz.AppsManage)
	for _, app := range w.apps {
		err = cmp.Or(err, tx.InsertApp(scope, app))
	}
	return err
}

func (w *world) fillRoles(tx *store.Tx) error {
	for _, r := range w.roles {
		if err := tx.InsertAssignment(r.Assignment); err != nil {
			return err
		}
		for _, target := range r.targets {
			if _, err := tx.AddTarget(r.Assignment, target); err != nil {
				return err
			}
		}
		for _, target := range r.apps {
			if _, err := tx.AddAppTarget(r.Assignment, target); err != nil {
				return err
			}
		}
	}
	return nil
}

// holds reports whether a person holds a role, directly or through a group.
func (w *world) holds(r role, user bailiwick.ID) bool {
	return r.Principal.ID == user || slices.Contains(w.members[r.Principal.ID], user)
}

// grants are the roles of a person as the store should find them.
func (w *world) grants(user bailiwick.ID) (out []authz.Grant) {
	for _, r := range w.roles {
		if w.holds(r, user) {
			out = append(out, authz.Grant{Assignment: r.Key, Role: r.Role, Mode: r.Mode})
		}
	}
	return out
}

// subject is what is true of a person.
func (w *world) subject(u bailiwick.User) authz.Subject {
	who := authz.Subject{ID: u.ID, Tier: authz.TierOf(w.grants(u.ID))}
	for _, r := range w.roles {
		if slices.ContainsFunc(r.targets, func(set bailiwick.ID) bool { return set == u.RealmID || slices.Contains(w.members[set], u.ID) }) {
			who.ReachedBy = append(who.ReachedBy, r.Key)
		}
	}
	return who
}

// groupSubject is what is true of a group.
func (w *world) groupSubject(g bailiwick.Group) authz.GroupSubject {
	s := authz.GroupSubject{ID: g.ID}
	for _, r := range w.roles {
		if slices.Contains(r.targets, g.ID) {
			s.ReachedBy = append(s.ReachedBy, r.Key)
		}
		s.CarriesPower = s.CarriesPower || r.Principal.ID == g.ID
	}
	return s
}

// appSubject is what is true of an app.
func (w *world) appSubject(app bailiwick.App) authz.AppSubject {
	s := authz.AppSubject{ID: app.ID, SignOnMode: app.SignOnMode}
	for _, r := range w.roles {
		if slices.ContainsFunc(r.apps, func(t bailiwick.AppTarget) bool {
			return t.Name == app.Name && (t.Instance == "" || t.Instance == app.ID)
		}) {
			s.ReachedBy = append(s.ReachedBy, r.Key)
		}
	}
	return s
}

// within fails the test when fn fails inside a view of the actor.
func within(t testing.TB, s *store.Store, by authz.Actor, fn func(*store.View) error) {
	t.Helper()
	if err := s.View(t.Context(), by, fn); err != nil {
		t.Fatal(err)
	}
}
