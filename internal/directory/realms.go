package directory

import (
	"context"
	"fmt"
	"slices"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// CreateRealm makes a realm.
func (d *Directory) CreateRealm(ctx context.Context, by authz.Actor, name string, kind bailiwick.RealmType, domains []string) (bailiwick.Realm, error) {
	var r bailiwick.Realm
	err := d.store.Do(ctx, by, bailiwick.RealmCreated, func(tx *store.Tx) error {
		scope, err := tx.Actor().Realms(authz.RealmsManage)
		if err != nil {
			return err
		}
		r = bailiwick.Realm{ID: tx.NewID(bailiwick.KindRealm), Name: name, Type: kind, Domains: domains, Created: tx.Now(), LastUpdated: tx.Now()}.Clean()
		if err := r.Check(); err != nil {
			return err
		}
		n, err := tx.CountRealms()
		if err != nil {
			return err
		}
		if n >= bailiwick.MaxRealms {
			return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonTooManyRealms, "an organization has at most %d realms", bailiwick.MaxRealms).
				In(fmt.Sprint(bailiwick.MaxRealms))
		}
		tx.Target(r.Entity())
		return tx.InsertRealm(scope, r)
	})
	return r, err
}

// Realm reads one realm.
func (d *Directory) Realm(ctx context.Context, by authz.Actor, id bailiwick.ID) (bailiwick.Realm, error) {
	var r bailiwick.Realm
	err := d.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Realms(authz.RealmsRead)
		if err != nil {
			return err
		}
		r, err = v.Realm(scope, id)
		return err
	})
	return r, err
}

// A RealmQuery asks for realms, ordered by name.
type RealmQuery struct {
	// Question names what Match asks, for cursors; empty for all realms.
	Question   string
	Match      func(bailiwick.Realm) bool
	Descending bool
}

// Realms lists the realms that the actor may see.
func (d *Directory) Realms(ctx context.Context, by authz.Actor, p Paging) (List[bailiwick.Realm], error) {
	return d.FindRealms(ctx, by, RealmQuery{}, p)
}

// FindRealms lists the realms that the actor may see and the query asks for.
func (d *Directory) FindRealms(ctx context.Context, by authz.Actor, q RealmQuery, p Paging) (List[bailiwick.Realm], error) {
	return d.realms(ctx, by, fmt.Sprintf("realms %t %s", q.Descending, q.Question), p, func(*store.View) (store.RealmQuery, error) {
		return store.RealmQuery{Match: q.Match, Descending: q.Descending}, nil
	})
}

// RealmTargets lists the realms that a partner administrator's role reaches.
func (d *Directory) RealmTargets(ctx context.Context, by authz.Actor, h Holder, wire bailiwick.ID, p Paging) (List[bailiwick.Realm], error) {
	return d.realms(ctx, by, "realm targets "+h.Ref+" "+string(wire), p, func(v *store.View) (store.RealmQuery, error) {
		a, err := seenAssignment(v, h, wire, bailiwick.RealmTargets)
		return store.RealmQuery{Targets: a.Key}, err
	})
}

func (d *Directory) realms(ctx context.Context, by authz.Actor, question string, p Paging, ask func(*store.View) (store.RealmQuery, error)) (List[bailiwick.Realm], error) {
	var out List[bailiwick.Realm]
	err := d.store.View(ctx, by, func(v *store.View) error {
		q, err := ask(v)
		if err != nil {
			return err
		}
		scope, err := v.Actor().Realms(authz.RealmsRead)
		if err != nil {
			return err
		}
		if q.After, err = d.open(by, question, p); err != nil {
			return err
		}
		q.Limit = p.Limit
		page, err := v.Realms(scope, q)
		out = sealPage(d, by, question, page)
		return err
	})
	return out, err
}

// UpdateRealm gives a realm the name, type and domains of the one that is
// given. A realm that partner administrators are limited to stays a partner
// realm. Who lives in it may stay, whatever the new domains.
func (d *Directory) UpdateRealm(ctx context.Context, by authz.Actor, id bailiwick.ID, wanted bailiwick.Realm) (bailiwick.Realm, error) {
	var r bailiwick.Realm
	err := d.store.Do(ctx, by, bailiwick.RealmUpdated, func(tx *store.Tx) error {
		scope, err := tx.Actor().Realms(authz.RealmsManage)
		if err != nil {
			return err
		}
		if r, err = tx.Realm(scope, id); err != nil {
			return err
		}
		if wanted.Type != r.Type && r.Type == bailiwick.PartnerRealm {
			_, targets, err := tx.RolesLostWith(r.ID)
			if err != nil {
				return err
			}
			if len(targets) > 0 {
				return bailiwick.InvalidField("realmType", "must stay PARTNER while partner administrators are limited to the realm")
			}
		}
		r.Name, r.Type, r.Domains, r.LastUpdated = wanted.Name, wanted.Type, wanted.Domains, tx.Now()
		r = r.Clean()
		if err := r.Check(); err != nil {
			return err
		}
		tx.Target(r.Entity())
		return tx.SaveRealm(scope, r)
	})
	return r, err
}

// DeleteRealm removes a realm in which nobody lives. The default one stays.
func (d *Directory) DeleteRealm(ctx context.Context, by authz.Actor, id bailiwick.ID) error {
	return d.store.Do(ctx, by, bailiwick.RealmDeleted, func(tx *store.Tx) error {
		scope, err := tx.Actor().Realms(authz.RealmsManage)
		if err != nil {
			return err
		}
		r, err := tx.Realm(scope, id)
		if err != nil {
			return err
		}
		if r.Default {
			return realmStays("It is the default realm.")
		}
		peopled, err := tx.HasPeople(scope, r)
		if err != nil {
			return err
		}
		if peopled {
			return realmStays("It still has people in it.")
		}
		led, err := tx.LeadTo(scope, r.ID)
		if err != nil {
			return err
		}
		if led {
			return realmStays("A realm assignment leads to it.")
		}
		tx.Target(r.Entity())
		_, targets, err := tx.RolesLostWith(r.ID)
		if err != nil {
			return err
		}
		if err := scopesLose(tx, targets, r.Entity()); err != nil {
			return err
		}
		return tx.DeleteRealm(scope, id)
	})
}

// realmStays refuses a deletion; the wire puts why behind its own sentence.
func realmStays(why string) error {
	return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonRealmInUse, "this realm cannot be deleted").In(why)
}

// landing is the realm that a new person comes to live in: the one that was
// asked for, if the right to create reaches it; else the one that the realm
// assignments say, at last the default one; for those who create only in realms of their own, the only one of these.
func landing(tx *store.Tx, scope authz.UserScope, n NewUser, org bailiwick.Org) (bailiwick.ID, error) {
	where, err := tx.Actor().Landing(authz.UsersCreate)
	if err != nil {
		return "", err
	}
	asked := n.RealmID
	switch {
	case asked == "" && where.InDefault():
		return placed(tx, scope, n, org)
	case asked == org.Realm && where.InDefault():
		return org.Realm, nil
	case where.Realms().Reach().Nothing():
		return "", bailiwick.ErrForbidden // before any look-up of the realm
	case asked == "":
		page, err := tx.Realms(where.Realms(), store.RealmQuery{Limit: 2})
		if err != nil {
			return "", err
		}
		if len(page.Rows) != 1 {
			return "", bailiwick.InvalidField("realmId", "choose one of your realms")
		}
		return page.Rows[0].ID, page.Rows[0].Admits(n.Profile)
	}
	r, err := tx.Realm(where.Realms(), asked)
	if err != nil {
		return "", err
	}
	return r.ID, r.Admits(n.Profile)
}

// moves reports whether the edit takes the person to another realm.
func (e edit) moves(u bailiwick.User) bool { return e.RealmID != "" && e.RealmID != u.RealmID }

// move makes a person live in another realm, which takes the right to move
// people out of the old one and into the new one. It reports whether it did;
// also says that the transaction's event is about something else.
func (e edit) move(tx *store.Tx, u bailiwick.User, also bool) (bailiwick.User, bool, error) {
	if !e.moves(u) {
		return u, false, nil
	}
	people, err := tx.Actor().Users(authz.UsersMoveRealm)
	if err != nil {
		return u, false, err
	}
	where, err := tx.Actor().Landing(authz.UsersMoveRealm)
	if err != nil {
		return u, false, err
	}
	if _, err := tx.User(people, u.ID); err != nil {
		return u, false, err
	}
	to, err := tx.Realm(where.Realms(), e.RealmID)
	if err != nil {
		return u, false, err
	}
	from, err := tx.Realm(where.Realms(), u.RealmID)
	if err != nil {
		return u, false, bailiwick.ErrForbidden
	}
	if err := to.Admits(u.Profile); err != nil {
		return u, false, err
	}
	if err := tx.MoveUser(people, u, to.ID); err != nil {
		return u, false, err
	}
	u.RealmID, u.LastUpdated, u.Version = to.ID, tx.Now(), u.Version+1
	if also {
		tx.Also(bailiwick.UserRealmMoved, u.Entity(), from.Entity(), to.Entity())
		return u, true, nil
	}
	tx.Becomes(bailiwick.UserRealmMoved)
	tx.Target(u.Entity(), from.Entity(), to.Entity())
	return u, true, nil
}

// staysAdmitted keeps a new login or e-mail to the domains of the realm. That
// of a realm to move to is asked by move.
func (e edit) staysAdmitted(tx *store.Tx, scope authz.UserScope, u bailiwick.User, profile bailiwick.Profile, changed []string) error {
	if e.moves(u) || !slices.Contains(changed, "login") && !slices.Contains(changed, "email") {
		return nil
	}
	home, err := tx.HomeRealm(scope, u)
	if err != nil {
		return err
	}
	return home.Admits(profile)
}
