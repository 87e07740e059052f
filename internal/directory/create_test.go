package directory_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// create makes a person called name, as a request would ask for it.
func (k *desk) create(by authz.Actor, name string, change func(*directory.NewUser)) (bailiwick.User, error) {
	n := directory.NewUser{Profile: profile(name)}
	if change != nil {
		change(&n)
	}
	u, err := k.CreateUser(k.t.Context(), by, n)
	if err == nil {
		k.people[name] = u.ID
	}
	return u, err
}

func TestANewPersonBeginsAsAsked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		for _, c := range []struct {
			name   string
			change func(*directory.NewUser)
			status bailiwick.Status
			events []string
			mails  []string
		}{
			{"alma", nil, bailiwick.Staged, []string{"user.lifecycle.create: alma"}, nil},
			{"berta", func(n *directory.NewUser) { n.Password = "a fine password" }, bailiwick.Staged, []string{"user.lifecycle.create: berta"}, nil},
			{"cleo", func(n *directory.NewUser) { n.Activate = true }, bailiwick.Provisioned,
				[]string{"user.lifecycle.activate: cleo", "user.lifecycle.create: cleo"}, []string{"activation: cleo"}},
			{"dora", func(n *directory.NewUser) { n.Activate, n.Password = true, "a fine password" }, bailiwick.Active,
				[]string{"user.lifecycle.activate: dora", "user.lifecycle.create: dora"}, nil},
			{"emil", func(n *directory.NewUser) { n.Activate, n.Password, n.ExpirePassword = true, "a fine password", true }, bailiwick.PasswordExpired,
				[]string{"user.lifecycle.activate: emil", "user.lifecycle.create: emil"}, nil},
			{"fred", func(n *directory.NewUser) {
				n.GroupIDs = []bailiwick.ID{k.groups["North"], k.groups["Empty"], k.groups["North"]}
			}, bailiwick.Staged,
				[]string{"group.user_membership.add: fred, Empty", "group.user_membership.add: fred, North", "user.lifecycle.create: fred"}, nil},
		} {
			before, letters := k.events(), k.letters()
			u, err := k.create(k.as("una"), c.name, c.change)
			k.must(err)
			compare(t, c.name, k.since(before, letters), trace{c.events, c.mails})
			if u.Status != c.status || k.status(c.name) != c.status || u.RealmID != k.org.Realm || u.Version != 1 || !u.ID.Is(bailiwick.KindUser) {
				t.Errorf("%s: got %+v, want %s", c.name, u, c.status)
			}
		}
	})
}

func TestANewPersonWhoIsAtFaultIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		set := func(field string, value any) func(*directory.NewUser) {
			return func(n *directory.NewUser) { n.Profile[field] = value }
		}
		for name, c := range map[string]struct {
			change func(*directory.NewUser)
			code   bailiwick.Code
			reason bailiwick.Reason
		}{
			"a login that is taken":        {set("login", "Nora@Desk.example"), bailiwick.Conflict, bailiwick.ReasonDuplicate},
			"no last name":                 {set("lastName", nil), bailiwick.Invalid, ""},
			"an unknown property":          {set("shoe", "44"), bailiwick.Invalid, bailiwick.ReasonUnknownField},
			"a number":                     {set("title", 4.0), bailiwick.Invalid, ""},
			"a weak password":              {func(n *directory.NewUser) { n.Password = "short" }, bailiwick.Invalid, bailiwick.ReasonWeakPassword},
			"the own login":                {func(n *directory.NewUser) { n.Password = "zed@desk.example" }, bailiwick.Invalid, bailiwick.ReasonWeakPassword},
			"a password that is too long":  {func(n *directory.NewUser) { n.Password = strings.Repeat("x", 257) }, bailiwick.Invalid, bailiwick.ReasonWeakPassword},
			"a password that is no text":   {func(n *directory.NewUser) { n.Password = "abcdefgh\xff" }, bailiwick.Invalid, bailiwick.ReasonWeakPassword},
			"expiring no password":         {func(n *directory.NewUser) { n.Activate, n.ExpirePassword = true, true }, bailiwick.Invalid, bailiwick.ReasonExpireNeedsSecret},
			"expiring without activation":  {func(n *directory.NewUser) { n.Password, n.ExpirePassword = "a fine password", true }, bailiwick.Invalid, bailiwick.ReasonExpireNeedsActive},
			"too many groups":              {func(n *directory.NewUser) { n.GroupIDs = make([]bailiwick.ID, 21) }, bailiwick.Invalid, bailiwick.ReasonTooMany},
			"a group that there is not":    {func(n *directory.NewUser) { n.GroupIDs = []bailiwick.ID{"00g00000000000000zzz"} }, bailiwick.Missing, ""},
			"a group that is no text":      {func(n *directory.NewUser) { n.GroupIDs = []bailiwick.ID{"\x00"} }, bailiwick.Missing, ""},
			"a realm that there is not":    {func(n *directory.NewUser) { n.RealmID = "guo00000000000000zzz" }, bailiwick.Missing, ""},
			"a past that nobody may claim": {func(n *directory.NewUser) { n.Past = &directory.Past{Status: bailiwick.Active} }, bailiwick.Forbidden, ""},
		} {
			before, letters := k.events(), k.letters()
			_, err := k.create(k.as("olga"), "zed", c.change)
			wants(t, name, err, c.code, c.reason)
			left := k.since(before, letters)
			if c.code != bailiwick.Forbidden && len(left.events)+len(left.mails) > 0 {
				t.Errorf("%s: wrote %v", name, left)
			}
		}
		if _, err := k.User(t.Context(), k.system, "zed"); !errors.Is(err, bailiwick.ErrMissing) {
			t.Errorf("one of the refused was made: got %v", err)
		}
	})
}

func TestAScopedAdministratorMakesPeopleInsideTheScopeOnly(t *testing.T) {
	t.Parallel()
	in := func(ids ...bailiwick.ID) func(*directory.NewUser) {
		return func(n *directory.NewUser) { n.GroupIDs = ids }
	}
	each(t, func(t *testing.T, k *desk) {
		for _, c := range []struct {
			name   string
			change func(*directory.NewUser)
			code   bailiwick.Code
			reason bailiwick.Reason
		}{
			{"in no group", nil, bailiwick.Forbidden, bailiwick.ReasonMissingGroup},
			{"in a hidden group", in(k.groups["South"]), bailiwick.Missing, ""},
			{"in the own group and a hidden one", in(k.groups["North"], k.groups["South"]), bailiwick.Missing, ""},
			{"in Everyone", in(k.org.Everyone), bailiwick.Missing, ""},
			{"in a partner's realm", func(n *directory.NewUser) {
				n.GroupIDs, n.RealmID = []bailiwick.ID{k.groups["North"]}, k.realms["Cars"]
			}, bailiwick.Forbidden, ""},
		} {
			_, err := k.create(k.as("ugo"), "zed", c.change)
			wants(t, c.name, err, c.code, c.reason)
		}
		u, err := k.create(k.as("ugo"), "zed", in(k.groups["North"]))
		k.must(err)
		if got, err := k.User(t.Context(), k.as("hal"), "zed"); err != nil || got.ID != u.ID {
			t.Errorf("the desk of that group: got %v, %v, want the new person", got.ID, err)
		}
		for _, name := range []string{"hal", "mem", "abe", "rod", "rex", "nora"} {
			_, err := k.create(k.as(name), "yan", in(k.groups["North"]))
			wants(t, "a new person by "+name, err, bailiwick.Forbidden, "")
		}
	})
}

func TestAPartnerAdministratorStaysInsideTheRealm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, pia := t.Context(), k.as("pia")
		people, err := k.Users(ctx, pia, directory.UserQuery{}, directory.Paging{Limit: 100})
		if err != nil || len(people.Rows) != 1 || people.Rows[0].ID != k.people["carl"] {
			t.Errorf("people of the realm: got %v, %v, want Carl alone", people.Rows, err)
		}
		realms, err := k.Realms(ctx, pia, directory.Paging{Limit: 10})
		if err != nil || len(realms.Rows) != 1 || realms.Rows[0].Name != "Cars" {
			t.Errorf("realms: got %v, %v, want Cars alone", realms.Rows, err)
		}
		u, err := k.create(pia, "zed", func(n *directory.NewUser) { n.Activate = true })
		if err != nil || u.RealmID != k.realms["Cars"] {
			t.Errorf("a new person: got realm %s, %v, want the partner's", k.name(u.RealmID), err)
		}
		for realm, want := range map[bailiwick.ID]bailiwick.Code{k.realms["Boats"]: bailiwick.Missing, k.org.Realm: bailiwick.Missing, "guo00000000000000zzz": bailiwick.Missing} {
			_, err := k.create(pia, "yan", func(n *directory.NewUser) { n.RealmID = realm })
			wants(t, "a person in realm "+k.name(realm), err, want, "")
		}
		if fresh := k.assign("elsa", bailiwick.PartnerAdmin, ""); fresh.Mode != bailiwick.ScopeListed || len(k.seen(k.as("elsa"), directory.UserQuery{})) > 0 {
			t.Errorf("a role that no realm was listed for: got %s, want it limited to nothing", fresh.Mode)
		}
		k.must(k.AddRealmTarget(ctx, k.as("sam"), k.holder("pia"), bailiwick.TargetableID(bailiwick.PartnerAdmin), k.realms["Boats"]))
		_, err = k.create(pia, "yan", nil)
		wants(t, "a person in one of two realms, unnamed", err, bailiwick.Invalid, "")
		u, err = k.create(pia, "yan", func(n *directory.NewUser) { n.RealmID = k.realms["Boats"] })
		if err != nil || u.RealmID != k.realms["Boats"] {
			t.Errorf("a person in one of two realms: got %s, %v", k.name(u.RealmID), err)
		}
		for _, realm := range []string{"Boats", "Cars"} {
			k.must(k.RemoveRealmTarget(ctx, k.as("sam"), k.holder("pia"), bailiwick.TargetableID(bailiwick.PartnerAdmin), k.realms[realm]))
		}
		role, err := k.Role(ctx, k.as("sam"), k.holder("pia"), bailiwick.TargetableID(bailiwick.PartnerAdmin))
		if err != nil || role.Mode != bailiwick.ScopeListed || role.Targets != 0 {
			t.Errorf("the role when no realm is left: got %+v, %v, want it limited to nothing", role, err)
		}
		people, err = k.Users(ctx, pia, directory.UserQuery{}, directory.Paging{Limit: 100})
		if err != nil || len(people.Rows) != 0 {
			t.Errorf("people when no realm is left: got %d, %v, want none", len(people.Rows), err)
		}
		_, err = k.create(pia, "xia", nil)
		if err == nil {
			t.Error("a partner administrator without a realm made a person")
		}
	})
}

// The fields that a partner administrator may change are those of P4, and a
// role that may change all of them counts only for the people whom it reaches:
// grants never widen each other.
func TestAPartnerAdministratorChangesTheListedFieldsOnly(t *testing.T) {
	t.Parallel()
	allowed := strings.Fields("login firstName middleName lastName email secondEmail mobilePhone primaryPhone")
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		check := func(who string) {
			t.Helper()
			for _, a := range bailiwick.BaseAttributes {
				value := "X"
				if a.Email {
					value = "x." + strings.ToLower(a.Name) + "@desk.example"
				}
				_, err := k.UpdateProfile(ctx, k.as("pia"), k.ref("carl"), bailiwick.Profile{a.Name: value})
				if within(strings.Join(allowed, " "), a.Name) {
					if err != nil {
						t.Errorf("%s changes %s: got %v, want it done", who, a.Name, err)
					}
					continue
				}
				e, ok := errors.AsType[*bailiwick.Error](err)
				if !ok || e.Code != bailiwick.Forbidden || e.Field != a.Name {
					t.Errorf("%s changes %s: got %v, want the field refused", who, a.Name, err)
				}
			}
		}
		check("a partner admin")
		k.assign("pia", bailiwick.UserAdmin, "North")
		_, err := k.UpdateProfile(ctx, k.system, k.ref("carl"), profile("carl"))
		k.must(err)
		check("a partner admin who is a user admin elsewhere")
		if _, err := k.UpdateProfile(ctx, k.as("pia"), "nora", bailiwick.Profile{"title": "Dr"}); err != nil {
			t.Errorf("the same person as user admin: got %v", err)
		}
		k.must(k.AddMember(ctx, k.as("sam"), k.groups["North"], k.ref("carl")))
		if _, err := k.UpdateProfile(ctx, k.as("pia"), k.ref("carl"), bailiwick.Profile{"title": "Dr"}); err != nil {
			t.Errorf("a person whom both roles reach: got %v", err)
		}
		_, err = k.UpdateProfile(ctx, k.as("pia"), k.ref("carl"), bailiwick.Profile{"title": nil, "nickName": "C"})
		k.must(err)
	})
}
