package authz_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"pgregory.net/rapid"
)

// judge asks the package for its verdict on everything in the world.
func (w *world) judgePerson(t rapid.TB, a authz.Actor, p authz.UserPermission, who person) verdict {
	scope, err := a.Users(p)
	if err != nil {
		return said(t, err)
	}
	return said(t, scope.Judge(w.subject(who)))
}

func (w *world) judgeGroup(t rapid.TB, a authz.Actor, p authz.GroupPermission, g group) verdict {
	scope, err := a.Groups(p)
	if err != nil {
		return said(t, err)
	}
	return said(t, scope.Judge(w.groupSubject(g)))
}

func (w *world) judgeApp(t rapid.TB, a authz.Actor, p authz.AppPermission, one app) verdict {
	scope, err := a.Apps(p)
	if err != nil {
		return said(t, err)
	}
	return said(t, scope.Judge(w.appSubject(one)))
}

// everyVerdict visits each permission × thing of the world with the package's
// verdict for the actor.
func (w *world) everyVerdict(t rapid.TB, a authz.Actor, visit func(word string, on any, got verdict)) {
	for p, word := range peopleWords {
		for _, who := range w.people {
			visit(word, who, w.judgePerson(t, a, p, who))
		}
	}
	for p, word := range groupWords {
		for _, g := range w.groups {
			visit(word, g, w.judgeGroup(t, a, p, g))
		}
	}
	for p, word := range appWords {
		for _, one := range w.apps {
			visit(word, one, w.judgeApp(t, a, p, one))
		}
	}
}

func TestScopesJudgeAsTheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		a := w.drawActor(t)
		w.everyVerdict(t, a.proven(), func(word string, on any, got verdict) {
			var want verdict
			switch on := on.(type) {
			case person:
				want = w.onPerson(a, word, on)
			case group:
				want = w.onGroup(a, word, on)
			case app:
				want = w.onApp(a, word, on)
			}
			if got != want {
				t.Fatalf("%s on %+v by %+v: got %+v, want %+v", word, on, a, got, want)
			}
		})
	})
}

func TestTheOracleKnowsEveryPermission(t *testing.T) {
	t.Parallel()
	if got, want := len(peopleWords)+len(groupWords)+len(appWords)+len(realmWords), int(authz.RolesRead); got != want {
		t.Errorf("permissions in the oracle: got %d, want %d", got, want)
	}
	for _, info := range bailiwick.Roles {
		if _, ok := can[info.Type]; !ok {
			t.Errorf("the oracle does not know %s", info.Type)
		}
	}
}

func TestARealmIsReachedAsTheOracleSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		a := w.drawActor(t)
		for p, word := range realmWords {
			scope, err := a.proven().Realms(p)
			for _, id := range w.realms {
				want := slices.ContainsFunc(a.grants, func(g grant) bool { return g.can(word) && w.reachesRealm(g, id) })
				got := err == nil && (scope.Reach().Everything() || slices.ContainsFunc(a.grants, func(g grant) bool {
					return slices.Contains(scope.Reach().Listed(), g.Assignment) && slices.Contains(g.targets, id)
				}))
				if got != want {
					t.Fatalf("%s on %s by %+v: got %v, want %v", word, id, a, got, want)
				}
			}
		}
	})
}

func TestAddingAGrantNeverTakesAnythingAway(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		w.grants = append(w.grants, w.drawGrant(t, len(w.grants)))
		more := w.drawActor(t)
		less := more
		less.grants = more.grants[:len(more.grants)-1]
		before := map[string]verdict{}
		key := func(word string, on any) string { return word + " " + idOf(on) }
		w.everyVerdict(t, less.proven(), func(word string, on any, got verdict) { before[key(word, on)] = got })
		w.everyVerdict(t, more.proven(), func(word string, on any, got verdict) {
			old := before[key(word, on)]
			if old == yes && got != yes || old.code == bailiwick.Forbidden && got == unseen && old != mayNot {
				t.Fatalf("%s on %s: was %+v, with one more grant %+v", word, idOf(on), old, got)
			}
		})
	})
}

func idOf(on any) string {
	switch on := on.(type) {
	case person:
		return string(on.id)
	case group:
		return string(on.id)
	case app:
		return string(on.id)
	}
	return ""
}

// What two grants give together is what they give one by one: grants never
// widen each other.
func TestTheUnionOfScopesIsTheScopeOfTheUnion(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		all := w.drawActor(t)
		any1 := map[string]bool{}
		for i := range all.grants {
			one := all
			one.grants = all.grants[i : i+1]
			w.everyVerdict(t, one.proven(), func(word string, on any, got verdict) {
				any1[word+" "+idOf(on)] = any1[word+" "+idOf(on)] || got == yes
			})
		}
		w.everyVerdict(t, all.proven(), func(word string, on any, got verdict) {
			if power, ok := on.(group); ok && len(power.roles) > 0 {
				return // who may grant at all may decide on any group that carries power
			}
			if want := any1[word+" "+idOf(on)]; (got == yes) != want {
				t.Fatalf("%s on %s by %+v: together %+v, one by one %v", word, idOf(on), all, got, want)
			}
		})
	})
}

func TestNobodyUnprovenSeesOrDoesAnything(t *testing.T) {
	t.Parallel()
	client := bailiwick.Client{Address: "192.0.2.1"}
	for name, a := range map[string]authz.Actor{
		"the zero actor": {}, "a visitor": authz.Nobody(orgID, client),
		"a token that nobody has looked up": authz.ByToken(orgID, "d", client), "a session that nobody has looked up": authz.BySession(orgID, "d", client),
		"a person whom nobody has looked up": authz.OnBehalf(orgID, numbered(bailiwick.KindUser, 0)),
		"a person without a role":            actor{id: numbered(bailiwick.KindUser, 0)}.proven(),
	} {
		w := &world{people: []person{{id: numbered(bailiwick.KindUser, 0)}}, groups: []group{{id: numbered(bailiwick.KindGroup, 0)}}, apps: []app{{id: "a"}}}
		w.everyVerdict(t, a, func(word string, _ any, got verdict) {
			if got != mayNot {
				t.Errorf("%s: %s: got %+v, want forbidden", name, word, got)
			}
		})
		for p := range realmWords {
			if _, err := a.Realms(p); !errors.Is(err, bailiwick.ErrForbidden) {
				t.Errorf("%s: realms: got %v, want forbidden", name, err)
			}
		}
		for p := authz.RolesRead; p < authz.OrgPermission(authz.Permissions); p++ {
			if err := a.May(p); !errors.Is(err, bailiwick.ErrForbidden) {
				t.Errorf("%s: org permission %d: got %v, want forbidden", name, p, err)
			}
		}
		if _, err := a.Self(); !a.IsProven() && !errors.Is(err, bailiwick.ErrUnauthenticated) {
			t.Errorf("%s: the own account: got %v, want a sign-in asked for", name, err)
		}
		if a.Tier() != bailiwick.TierUser || a.IsAdmin() {
			t.Errorf("%s stands at tier %s", name, a.Tier())
		}
	}
}

func TestZeroScopesReachNobody(t *testing.T) {
	t.Parallel()
	keys := []bailiwick.ID{"", numbered(bailiwick.KindUserRole, 0)}
	for _, id := range []bailiwick.ID{"", numbered(bailiwick.KindUser, 0)} {
		if got := said(t, authz.UserScope{}.Judge(authz.Subject{ID: id, ReachedBy: keys})); got != unseen {
			t.Errorf("a person %q: got %+v, want not found", id, got)
		}
		if got := said(t, authz.GroupScope{}.Judge(authz.GroupSubject{ID: id, ReachedBy: keys})); got != unseen {
			t.Errorf("a group %q: got %+v, want not found", id, got)
		}
		if got := said(t, authz.AppScope{}.Judge(authz.AppSubject{ID: id, ReachedBy: keys, SignOnMode: bailiwick.SignOnOIDC})); got != unseen {
			t.Errorf("an app %q: got %+v, want not found", id, got)
		}
	}
	for name, r := range map[string]authz.Reach{"see": authz.UserScope{}.See(), "act": authz.UserScope{}.Act(), "groups": authz.GroupScope{}.Act(),
		"apps": authz.AppScope{}.Act(), "realms": authz.RealmScope{}.Reach()} {
		if !r.Nothing() || r.Everything() || len(r.Listed()) > 0 || r.Self() != "" || r.OIDCOnly() {
			t.Errorf("the reach %s of a zero scope: got %+v, want nothing", name, r)
		}
	}
}

func TestOneselfIsReachedByOneselfAlone(t *testing.T) {
	t.Parallel()
	me := numbered(bailiwick.KindUser, 0)
	scope, err := actor{id: me}.proven().Self()
	if err != nil {
		t.Fatal(err)
	}
	if err := scope.Judge(authz.Subject{ID: me, Tier: bailiwick.TierOwner}); err != nil {
		t.Errorf("the own account: got %v, want it reached", err)
	}
	if got := said(t, scope.Judge(authz.Subject{ID: numbered(bailiwick.KindUser, 1)})); got != unseen {
		t.Errorf("another account: got %+v, want not found", got)
	}
	if _, err := authz.System(orgID, "a test").Self(); !errors.Is(err, bailiwick.ErrUnauthenticated) {
		t.Errorf("the system has no account: got %v", err)
	}
}

// Whatever the matrix says in time to come, a partner administrator's role
// never reaches beyond what is listed: not by its mode, not on groups or apps.
func TestAPartnerAdministratorNeverReachesEverything(t *testing.T) {
	t.Parallel()
	for _, mode := range []bailiwick.ScopeMode{bailiwick.ScopeAll, bailiwick.ScopeListed, ""} {
		partner := actor{id: "p", grants: []grant{{Grant: authz.Grant{Assignment: "k", Role: bailiwick.PartnerAdmin, Mode: mode}}}}.proven()
		var reaches []authz.Reach
		for p := range peopleWords {
			if s, err := partner.Users(p); err == nil {
				reaches = append(reaches, s.See(), s.Act())
			}
		}
		for p := range groupWords {
			if s, err := partner.Groups(p); err == nil {
				reaches = append(reaches, s.See(), s.Act())
			}
		}
		for p := range appWords {
			if s, err := partner.Apps(p); err == nil {
				reaches = append(reaches, s.See(), s.Act())
			}
		}
		for p := range realmWords {
			if s, err := partner.Realms(p); err == nil {
				reaches = append(reaches, s.Reach())
			}
		}
		if len(reaches) == 0 {
			t.Fatal("a partner administrator may nothing")
		}
		for _, r := range reaches {
			if r.Everything() || r.OIDCOnly() || !slices.Equal(r.Listed(), []bailiwick.ID{"k"}) {
				t.Errorf("mode %q: got a reach of %+v, want what is listed", mode, r)
			}
		}
	}
}

// The list of fields of a partner administrator binds wherever no other role
// reaches.
func TestAListOfFieldsBindsWhereOnlyAPartnersRoleReaches(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		a := w.drawActor(t)
		scope, err := a.proven().Users(authz.UsersEditProfile)
		for _, who := range w.people {
			want := slices.ContainsFunc(a.grants, func(g grant) bool {
				return g.Role != bailiwick.PartnerAdmin && g.can("people.profile") && w.reachesPerson(g, "people.profile", who)
			})
			if got := err == nil && scope.AnyField(w.subject(who)); got != want {
				t.Fatalf("any field of %+v by %+v: got %v, want %v", who, a, got, want)
			}
		}
	})
}
