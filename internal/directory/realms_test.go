package directory_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// moveTo is the change that takes somebody to a realm of the desk.
func (k *desk) moveTo(realm string) directory.UserChange {
	return directory.UserChange{RealmID: k.realms[realm]}
}

func TestRealmsChangeAndAreWrittenDown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		k.realms["Default"] = k.org.Realm
		at := func(wanted bailiwick.Realm) func(context.Context, *desk) error {
			return func(ctx context.Context, k *desk) error {
				_, err := k.UpdateRealm(ctx, k.as("olga"), k.realms["Cars"], wanted)
				return err
			}
		}
		moved := func(who, by string, c directory.UserChange) func(context.Context, *desk) error {
			return func(ctx context.Context, k *desk) error {
				_, err := k.UpdateUser(ctx, k.as(by), k.ref(who), c)
				return err
			}
		}
		target := func(do func(context.Context, authz.Actor, directory.Holder, bailiwick.ID, bailiwick.ID) error, realm string) func(context.Context, *desk) error {
			return func(ctx context.Context, k *desk) error {
				return do(ctx, k.as("sam"), k.holder("pia"), bailiwick.TargetableID(bailiwick.PartnerAdmin), k.realms[realm])
			}
		}
		for _, a := range []act{
			{name: "rename", do: at(bailiwick.Realm{Name: "Cars Inc", Type: bailiwick.PartnerRealm, Domains: []string{"Desk.example"}}), events: []string{"realm.update: Cars"}},
			{name: "move", do: moved("elsa", "olga", k.moveTo("Boats")), events: []string{"user.realm.move: elsa, Default, Boats"}},
			{name: "move to where one is", do: moved("elsa", "olga", k.moveTo("Boats"))},
			{name: "move with a new title", do: moved("elsa", "olga", directory.UserChange{RealmID: k.realms["Cars"], Profile: bailiwick.Profile{"title": "Dr"}}),
				events: []string{"user.account.update_profile: elsa", "user.realm.move: elsa, Boats, Cars"}},
			{name: "move with the title as it was", do: moved("elsa", "olga", directory.UserChange{RealmID: k.realms["Boats"], Profile: bailiwick.Profile{"title": "Dr"}}),
				events: []string{"user.realm.move: elsa, Cars, Boats"}},
			{name: "move home", do: moved("elsa", "sam", k.moveTo("Default")), events: []string{"user.realm.move: elsa, Boats, Default"}},
			{name: "a realm more for a partner admin", do: target(k.AddRealmTarget, "Boats"), events: []string{"scope.changed: pia, PARTNER_ADMIN, Boats"}},
			{name: "a realm less", do: target(k.RemoveRealmTarget, "Boats"), events: []string{"scope.changed: pia, PARTNER_ADMIN, Boats"}},
			{name: "empty a realm", do: moved("carl", "olga", k.moveTo("Default")), events: []string{"user.realm.move: carl, Cars, Default"}},
			{name: "delete a realm that limits a role", do: func(ctx context.Context, k *desk) error { return k.DeleteRealm(ctx, k.as("olga"), k.realms["Cars"]) },
				events: []string{"realm.delete: Cars", "scope.changed: pia, PARTNER_ADMIN, Cars"}},
		} {
			a.run(t, k)
		}
		if seen := k.seen(k.as("pia"), directory.UserQuery{}); len(seen) != 0 {
			t.Errorf("a partner admin whose realm is gone sees %v, want nobody", seen)
		}
		_, err := k.Realm(t.Context(), k.as("olga"), k.realms["Cars"])
		wants(t, "the deleted realm", err, bailiwick.Missing, "")
	})
}

func TestARealmRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, olga := t.Context(), k.as("olga")
		cars := bailiwick.Realm{Name: "Cars", Type: bailiwick.PartnerRealm}
		update := func(by string, id bailiwick.ID, r bailiwick.Realm) error {
			_, err := k.UpdateRealm(ctx, k.as(by), id, r)
			return err
		}
		partner := cars
		partner.Type = bailiwick.DefaultRealm
		for name, c := range map[string]struct {
			err    error
			code   bailiwick.Code
			reason bailiwick.Reason
		}{
			"people in it":                     {k.DeleteRealm(ctx, olga, k.realms["Boats"]), bailiwick.Invalid, bailiwick.ReasonRealmInUse},
			"the default one is deleted":       {k.DeleteRealm(ctx, olga, k.org.Realm), bailiwick.Invalid, bailiwick.ReasonRealmInUse},
			"an absent one is deleted":         {k.DeleteRealm(ctx, olga, "guo00000000000000zzz"), bailiwick.Missing, ""},
			"no right to delete":               {k.DeleteRealm(ctx, k.as("rod"), k.realms["Boats"]), bailiwick.Forbidden, ""},
			"no right to delete what is not":   {k.DeleteRealm(ctx, k.as("pia"), "guo00000000000000zzz"), bailiwick.Forbidden, ""},
			"a partner admin renames it":       {update("pia", k.realms["Cars"], cars), bailiwick.Forbidden, ""},
			"another has the name":             {update("olga", k.realms["Boats"], cars), bailiwick.Conflict, bailiwick.ReasonDuplicate},
			"no name":                          {update("olga", k.realms["Cars"], bailiwick.Realm{Type: bailiwick.PartnerRealm}), bailiwick.Invalid, ""},
			"no type":                          {update("olga", k.realms["Cars"], bailiwick.Realm{Name: "Cars"}), bailiwick.Invalid, ""},
			"no domain":                        {update("olga", k.realms["Cars"], bailiwick.Realm{Name: "Cars", Type: bailiwick.PartnerRealm, Domains: []string{"a@b"}}), bailiwick.Invalid, ""},
			"domains of the default one":       {update("olga", k.org.Realm, bailiwick.Realm{Name: "Home", Type: bailiwick.DefaultRealm, Domains: []string{"a.b"}}), bailiwick.Invalid, ""},
			"a partner admin is limited to it": {update("olga", k.realms["Cars"], partner), bailiwick.Invalid, ""},
		} {
			wants(t, name, c.err, c.code, c.reason)
		}
		if _, err := k.Realm(ctx, k.as("pia"), k.realms["Boats"]); err == nil {
			t.Error("a partner admin reads another realm")
		}
	})
}

func TestMovingTakesAuthorityOverBothRealms(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		move := func(by, who, realm string) error {
			_, err := k.UpdateUser(t.Context(), k.as(by), k.ref(who), k.moveTo(realm))
			return err
		}
		k.realms["Nowhere"] = "guo00000000000000zzz"
		for _, by := range []string{"ugo", "una", "hal", "pia", "rod", "nora"} {
			for _, realm := range []string{"Boats", "Nowhere"} {
				wants(t, by+" moves somebody to "+realm, move(by, "carl", realm), bailiwick.Forbidden, "")
			}
		}
		wants(t, "to a realm that is not there", move("olga", "carl", "Nowhere"), bailiwick.Missing, "")
		wants(t, "an administrator of the own tier", move("olga", "olga", "Boats"), bailiwick.Forbidden, bailiwick.ReasonSelf)
		wants(t, "an administrator above", move("olga", "sam", "Boats"), bailiwick.Forbidden, bailiwick.ReasonTier)
		_, err := k.UpdateUser(t.Context(), k.as("pia"), k.ref("carl"), directory.UserChange{RealmID: k.realms["Cars"], Profile: bailiwick.Profile{"firstName": "Karl"}})
		if err != nil {
			t.Errorf("a partner admin sends the realm as it is: got %v", err)
		}
		_, err = k.UpdateUser(t.Context(), k.as("pia"), k.ref("carl"), directory.UserChange{RealmID: k.realms["Boats"], Profile: bailiwick.Profile{"firstName": "Kurt"}})
		wants(t, "a partner admin moves somebody with a new name", err, bailiwick.Forbidden, "")
		if u, _ := k.User(t.Context(), k.system, k.ref("carl")); u.RealmID != k.realms["Cars"] || u.Profile.FirstName() != "Karl" {
			t.Errorf("after the refusals: got %s in %s", u.Profile.FirstName(), k.name(u.RealmID))
		}
	})
}

// Who is moved is found by the new realm's administrators and no more by the
// old one's, by every way: list, search, count and expression.
func TestTheHiddenSetMovesWithThePerson(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		k.assign("rex", bailiwick.PartnerAdmin, "Boats")
		check := func(when string, cars, boats []string) {
			t.Helper()
			for by, want := range map[string][]string{"pia": cars, "rex": boats} {
				realm := map[string]string{"pia": "Cars", "rex": "Boats"}[by]
				where, err := filter.Parse(fmt.Sprintf("realmId eq %q", k.realms[realm]))
				k.must(err)
				for way, got := range map[string][]string{
					"list": k.seen(k.as(by), directory.UserQuery{}), "search": k.seen(k.as(by), directory.UserQuery{Prefix: "desk"}),
					"expression": k.seen(k.as("sam"), directory.UserQuery{Expression: directory.Expression{Where: where}}),
				} {
					slices.Sort(got)
					if !slices.Equal(got, want) {
						t.Errorf("%s, %s by %s: got %v, want %v", when, way, by, got, want)
					}
				}
				me, err := k.Me(ctx, k.as(by))
				k.must(err)
				if int(me.Reach.People) != len(want) {
					t.Errorf("%s, the count by %s: got %d, want %d", when, by, me.Reach.People, len(want))
				}
			}
		}
		check("before", []string{"carl"}, []string{"bob"})
		_, err := k.UpdateUser(ctx, k.as("olga"), k.ref("carl"), k.moveTo("Boats"))
		k.must(err)
		check("moved", nil, []string{"bob", "carl"})
		_, err = k.UpdateProfile(ctx, k.as("rex"), k.ref("carl"), bailiwick.Profile{"lastName": "Desker"})
		k.must(err)
		check("renamed", nil, []string{"bob", "carl"})
		_, err = k.UpdateUser(ctx, k.as("olga"), k.ref("carl"), directory.UserChange{RealmID: k.org.Realm})
		k.must(err)
		check("home", nil, []string{"bob"})
	})
}

func TestDomainsBindWhoComesIntoARealm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, olga := t.Context(), k.as("olga")
		planes, err := k.CreateRealm(ctx, olga, "Planes", bailiwick.PartnerRealm, []string{"Planes.example", "planes.example", "jets.example"})
		k.must(err)
		if !slices.Equal(planes.Domains, []string{"planes.example", "jets.example"}) {
			t.Errorf("domains: got %q", planes.Domains)
		}
		in := func(login, email string) func(*directory.NewUser) {
			return func(n *directory.NewUser) {
				n.RealmID, n.Profile = planes.ID, n.Profile.Merge(bailiwick.Profile{"login": login, "email": email})
			}
		}
		refused := func(name string, err error) {
			t.Helper()
			wants(t, name, err, bailiwick.Invalid, "")
		}
		_, err = k.create(olga, "amy", in("amy@desk.example", "amy@planes.example"))
		refused("a login elsewhere", err)
		_, err = k.create(olga, "amy", in("amy@planes.example", "amy@sub.planes.example"))
		refused("an e-mail elsewhere", err)
		_, err = k.create(olga, "amy", in("amy@PLANES.example", "amy@jets.example"))
		k.must(err)
		_, err = k.UpdateProfile(ctx, olga, k.ref("amy"), bailiwick.Profile{"email": "amy@desk.example"})
		refused("another e-mail", err)
		_, err = k.UpdateUser(ctx, olga, k.ref("elsa"), directory.UserChange{RealmID: planes.ID})
		refused("a move", err)
		_, err = k.UpdateUser(ctx, olga, k.ref("elsa"), directory.UserChange{RealmID: planes.ID,
			Profile: bailiwick.Profile{"login": "elsa@planes.example", "email": "elsa@jets.example"}})
		k.must(err)
		planes.Domains = []string{"rockets.example"}
		_, err = k.UpdateRealm(ctx, olga, planes.ID, planes)
		k.must(err)
		_, err = k.UpdateProfile(ctx, olga, k.ref("amy"), bailiwick.Profile{"title": "Dr"})
		if err != nil {
			t.Errorf("a new title after the domains changed: got %v, want it done", err)
		}
		_, err = k.UpdateUser(ctx, olga, k.ref("elsa"), directory.UserChange{RealmID: k.org.Realm, Profile: bailiwick.Profile{"email": "elsa@desk.example"}})
		if err != nil {
			t.Errorf("away from the realm to another domain: got %v, want it done", err)
		}
	})
}

// Where a new person lands is judged by the right to create: that another role
// shows the realms opens none and closes none.
func TestSeeingRealmsDoesNotSayWhereOneCreates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		for _, name := range []string{"pia", "una"} {
			k.assign(name, bailiwick.ReadOnlyAdmin, "")
		}
		u, err := k.create(k.as("pia"), "zed", nil)
		if err != nil || u.RealmID != k.realms["Cars"] {
			t.Errorf("a partner admin who sees all realms: got %s, %v, want the own realm", k.name(u.RealmID), err)
		}
		_, err = k.create(k.as("pia"), "yan", func(n *directory.NewUser) { n.RealmID = k.realms["Boats"] })
		wants(t, "a partner admin who sees all realms, in another", err, bailiwick.Missing, "")
		for _, realm := range []bailiwick.ID{k.realms["Boats"], "guo00000000000000zzz"} {
			_, err = k.create(k.as("una"), "yan", func(n *directory.NewUser) { n.RealmID = realm })
			wants(t, "a user admin who sees all realms, in "+k.name(realm), err, bailiwick.Forbidden, "")
		}
		if u, err = k.create(k.as("una"), "yan", nil); err != nil || u.RealmID != k.org.Realm {
			t.Errorf("a user admin: got %s, %v, want the default realm", k.name(u.RealmID), err)
		}
		if u, err = k.create(k.as("olga"), "xan", func(n *directory.NewUser) { n.RealmID = k.realms["Boats"] }); err != nil || u.RealmID != k.realms["Boats"] {
			t.Errorf("an org admin: got %s, %v, want the realm that was named", k.name(u.RealmID), err)
		}
	})
}

func TestAnOrgHasRoomForSoManyRealms(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		k.must(k.store.Do(t.Context(), k.system, bailiwick.RealmCreated, func(tx *store.Tx) error {
			scope, err := tx.Actor().Realms(authz.RealmsManage)
			for i := 3; i < bailiwick.MaxRealms-1 && err == nil; i++ {
				err = tx.InsertRealm(scope, bailiwick.Realm{ID: tx.NewID(bailiwick.KindRealm), Name: fmt.Sprint("Realm ", i), Type: bailiwick.PartnerRealm})
			}
			return err
		}))
		_, err := k.CreateRealm(t.Context(), k.as("olga"), "The last", bailiwick.PartnerRealm, nil)
		k.must(err)
		_, err = k.CreateRealm(t.Context(), k.as("olga"), "One more", bailiwick.PartnerRealm, nil)
		wants(t, "one realm more", err, bailiwick.Forbidden, bailiwick.ReasonTooManyRealms)
		found, err := k.FindRealms(t.Context(), k.as("olga"), directory.RealmQuery{Question: "boats", Match: func(r bailiwick.Realm) bool { return r.Name == "Boats" }}, directory.Paging{Limit: 1})
		if err != nil || len(found.Rows) != 1 || found.Next != "" {
			t.Errorf("one of many: got %d rows, next %q, %v", len(found.Rows), found.Next, err)
		}
	})
}
