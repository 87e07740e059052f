package directory_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// people lists who an actor sees, by the desk's names and in pages of two.
func (k *desk) seen(by authz.Actor, q directory.UserQuery) (names []string) {
	k.t.Helper()
	for page := (directory.Paging{Limit: 2}); ; {
		list, err := k.Users(k.t.Context(), by, q, page)
		k.must(err)
		for _, u := range list.Rows {
			names = append(names, k.name(u.ID))
		}
		if page.After = list.Next; page.After == "" {
			slices.Sort(names)
			return names
		}
	}
}

func TestAListShowsWhoIsInSight(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		north := strings.Fields("lou ned nils nora penny stan")
		south := strings.Fields("nils sid")
		for _, c := range []struct {
			name, by string
			q        directory.UserQuery
			want     []string
		}{
			{"the desk of North", "hal", directory.UserQuery{}, north},
			{"the desk of South", "hetty", directory.UserQuery{}, south},
			{"the desk of South, sorted by name", "hetty", directory.UserQuery{ByName: true}, south},
			{"a prefix inside", "hal", directory.UserQuery{Prefix: "n"}, strings.Fields("ned nils nora")},
			{"a prefix outside", "hal", directory.UserQuery{Prefix: "sid"}, nil},
			{"a prefix that is no text", "hal", directory.UserQuery{Prefix: "\xff\x00"}, nil},
			{"the own group", "hal", directory.UserQuery{Group: k.groups["North"]}, north},
			{"a status", "hal", directory.UserQuery{Statuses: []bailiwick.Status{bailiwick.LockedOut}}, []string{"lou"}},
			{"a finer rule", "hal", directory.UserQuery{Match: func(u bailiwick.User) bool { return u.Profile.FirstName() == "Nils" }}, []string{"nils"}},
			{"the partner", "pia", directory.UserQuery{}, []string{"carl"}},
			{"an org admin", "olga", directory.UserQuery{Prefix: "s"}, strings.Fields("sam sid stan sue")},
			{"an org admin on a group", "olga", directory.UserQuery{Group: k.groups["South"]}, south},
		} {
			got := k.seen(k.as(c.by), c.q)
			if c.name == "a prefix that is no text" && len(got) == len(north) {
				continue // folded to nothing, it limits nothing
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		}
		if got := k.seen(k.as("rod"), directory.UserQuery{}); len(got) != len(residents) {
			t.Errorf("a read-only admin: got %d people, want all %d", len(got), len(residents))
		}
		k.must(k.DeactivateUser(t.Context(), k.system, "nora"))
		if got := k.seen(k.as("hal"), directory.UserQuery{Prefix: "nora"}); len(got) != 0 {
			t.Errorf("a deactivated person in a plain list: got %q", got)
		}
	})
}

func TestAScopedAdministratorSeesTheOwnGroupsAndTheReach(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		groups, err := k.Groups(ctx, k.as("hal"), "", directory.Paging{Limit: 10})
		if err != nil || len(groups.Rows) != 1 || groups.Rows[0].Name != "North" || groups.Rows[0].Members != 6 {
			t.Errorf("groups: got %+v, %v, want North with 6", groups.Rows, err)
		}
		of, err := k.GroupsOf(ctx, k.as("hal"), "nils", directory.Paging{Limit: 10})
		if err != nil || len(of.Rows) != 1 || of.Rows[0].Name != "North" {
			t.Errorf("groups of a person in two: got %+v, %v, want North alone", of.Rows, err)
		}
		me, err := k.Me(ctx, k.as("hal"))
		if err != nil || me.Reach == nil || me.Reach.People != 6 || me.Reach.Of != int64(len(residents)) || len(me.Through) != 1 || me.Tier != bailiwick.TierAdmin {
			t.Errorf("oneself: got %+v with reach %+v, %v", me, me.Reach, err)
		}
		if nora, err := k.Me(ctx, k.as("nora")); err != nil || nora.Reach != nil || len(nora.Grants) > 0 {
			t.Errorf("a person without a role: got %+v, %v", nora, err)
		}
		_, err = k.Me(ctx, authz.Nobody(k.org.ID, bailiwick.Client{}))
		wants(t, "a visitor", err, bailiwick.Unauthenticated, "")
	})
}

// A person's page offers what would be done, and names nothing out of sight.
func TestAPersonIsShownWithWhatMayBeDone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		k.must(k.SuspendUser(ctx, k.as("sam"), "nils"))
		k.must(k.RemoveMember(ctx, k.as("sue"), k.groups["South"], "nils"))
		k.must(k.UnsuspendUser(ctx, k.as("ugo"), "nils"))
		k.must(k.ResetPassword(ctx, k.as("hal"), "nils", false))
		p, err := k.Person(ctx, k.as("hal"), "nils")
		k.must(err)
		if p.User.ID != k.people["nils"] || p.IsSelf || p.Tier != bailiwick.TierUser || len(p.Groups) != 1 || len(p.Roles) != 0 {
			t.Errorf("got %+v", p)
		}
		if !p.May(authz.UsersResetPassword, bailiwick.ResetPassword) || p.May(authz.UsersUnlock, bailiwick.Unlock) || p.May(authz.UsersSuspend, bailiwick.Suspend) || p.May(authz.UsersMoveRealm, "") {
			t.Error("what may be done is not what the operations would do")
		}
		wants(t, "unlocking", p.Why(authz.UsersUnlock, bailiwick.Unlock), bailiwick.Forbidden, bailiwick.ReasonUnlock)
		if len(p.Events) == 0 {
			t.Error("the history of a person in sight is empty")
		}
		for _, e := range p.Events {
			for _, name := range []string{"South", "Sam", "Sue", "Ugo"} {
				if text := k.line(e) + " by " + e.Actor.DisplayName; strings.Contains(text, name) {
					t.Errorf("the history tells of %s, who is out of sight: %s", name, text)
				}
			}
		}
		ned, err := k.Person(ctx, k.as("hal"), "ned")
		k.must(err)
		wants(t, "a reset for an administrator", ned.Why(authz.UsersResetPassword, bailiwick.ResetPassword), bailiwick.Forbidden, bailiwick.ReasonTier)
		super, err := k.Person(ctx, k.as("sam"), "ned")
		if err != nil || len(super.Roles) != 1 || len(super.Events) == 0 {
			t.Errorf("for a super admin: got roles %v, %d events, %v", super.Roles, len(super.Events), err)
		}
	})
}

// A cursor is good for the actor and the question that it was made for.
func TestACursorIsBoundToActorAndQuestion(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		type lister func(by authz.Actor, after string) (next string, err error)
		users := func(q directory.UserQuery) lister {
			return func(by authz.Actor, after string) (string, error) {
				l, err := k.Users(t.Context(), by, q, directory.Paging{After: after, Limit: 1})
				return l.Next, err
			}
		}
		lists := map[string]lister{
			"users": users(directory.UserQuery{}), "users by name": users(directory.UserQuery{ByName: true}), "users n": users(directory.UserQuery{Prefix: "n"}),
			"users in North":    users(directory.UserQuery{Group: k.groups["North"]}),
			"users of a status": users(directory.UserQuery{Statuses: []bailiwick.Status{bailiwick.Active}}),
			"groups": func(by authz.Actor, after string) (string, error) {
				l, err := k.Groups(t.Context(), by, "", directory.Paging{After: after, Limit: 1})
				return l.Next, err
			},
			"groups of nils": func(by authz.Actor, after string) (string, error) {
				l, err := k.GroupsOf(t.Context(), by, "nils", directory.Paging{After: after, Limit: 1})
				return l.Next, err
			},
			"apps": func(by authz.Actor, after string) (string, error) {
				l, err := k.Apps(t.Context(), by, directory.AppQuery{}, directory.Paging{After: after, Limit: 1})
				return l.Next, err
			},
			"realms": func(by authz.Actor, after string) (string, error) {
				l, err := k.Realms(t.Context(), by, directory.Paging{After: after, Limit: 1})
				return l.Next, err
			},
			"administrators": func(by authz.Actor, after string) (string, error) {
				l, err := k.Administrators(t.Context(), by, directory.Paging{After: after, Limit: 1})
				return l.Next, err
			},
			"the log": func(by authz.Actor, after string) (string, error) {
				l, err := k.Log(t.Context(), by, directory.LogQuery{Until: k.store.Now().Add(time.Hour)}, directory.Paging{After: after, Limit: 1})
				return l.Next, err
			},
			"the log backwards": func(by authz.Actor, after string) (string, error) {
				l, err := k.Log(t.Context(), by, directory.LogQuery{Until: k.store.Now().Add(time.Hour), Descending: true}, directory.Paging{After: after, Limit: 1})
				return l.Next, err
			},
		}
		bad := func(name string, err error) {
			t.Helper()
			wants(t, name, err, bailiwick.Invalid, bailiwick.ReasonBadCursor)
		}
		next := map[string]string{}
		for name, list := range lists {
			var err error
			if next[name], err = list(k.as("sam"), ""); err != nil || next[name] == "" {
				t.Fatalf("the first page of %s: got next %q, %v", name, next[name], err)
			}
			if _, err := list(k.as("sam"), next[name]); err != nil {
				t.Errorf("the second page of %s: got %v", name, err)
			}
			_, err = list(k.as("sue"), next[name])
			bad(name+" with another's cursor", err)
			_, err = list(k.byToken("sam"), next[name])
			bad(name+" with a cursor of the same person's other session", err)
			k.revoke("sam")
			for _, forged := range []string{"x", next[name] + "A", next[name][1:], strings.ToUpper(next[name]), "\x00"} {
				_, err = list(k.as("sam"), forged)
				bad(name+" with the forged cursor "+forged, err)
			}
		}
		for name, list := range lists {
			for other := range lists {
				if other != name {
					_, err := list(k.as("sam"), next[other])
					bad(name+" with the cursor of "+other, err)
				}
			}
		}
	})
}

func TestAPageHasAtLeastOneRow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, by := t.Context(), k.as("sam")
		for _, limit := range []int{0, -1} {
			p := directory.Paging{Limit: limit}
			for name, err := range map[string]error{
				"users": list(k.Users(ctx, by, directory.UserQuery{}, p)), "groups": list(k.Groups(ctx, by, "", p)),
				"apps": list(k.Apps(ctx, by, directory.AppQuery{}, p)), "realms": list(k.Realms(ctx, by, p)), "administrators": list(k.Administrators(ctx, by, p)),
				"log":           list(k.Log(ctx, by, directory.LogQuery{Until: k.store.Now().Add(time.Hour)}, directory.Paging{Limit: -1})), // 0 lists none
				"group targets": list(k.GroupTargets(ctx, by, k.holder("ugo"), userAdminID, p)), "app targets": list(k.AppTargets(ctx, by, k.holder("abe"), appAdminID, p)),
			} {
				wants(t, name, err, bailiwick.Invalid, "")
			}
		}
	})
}

func TestAppsAndRealmsChangeAndAreWrittenDown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		app := func(do func(context.Context, authz.Actor, bailiwick.ID) error) func(context.Context, *desk) error {
			return func(ctx context.Context, k *desk) error { return do(ctx, k.as("abe"), k.apps["Zoom"]) }
		}
		for _, a := range []act{
			{name: "make an app", events: []string{"application.lifecycle.create: Zoom"},
				do: func(ctx context.Context, k *desk) error {
					made, err := k.CreateApp(ctx, k.as("abe"), bailiwick.App{Name: "zoomus", Label: "Zoom", SignOnMode: bailiwick.SignOnSAML})
					k.apps["Zoom"] = made.ID
					return err
				}},
			{name: "activate an active app", do: app(k.ActivateApp)},
			{name: "deactivate", do: app(k.DeactivateApp), events: []string{"application.lifecycle.deactivate: Zoom"}},
			{name: "activate", do: app(k.ActivateApp), events: []string{"application.lifecycle.activate: Zoom"}},
			{name: "deactivate again", do: app(k.DeactivateApp), events: []string{"application.lifecycle.deactivate: Zoom"}},
			{name: "delete", do: app(k.DeleteApp), events: []string{"application.lifecycle.delete: Zoom"}},
			{name: "make a realm", events: []string{"realm.create: Planes"},
				do: func(ctx context.Context, k *desk) error {
					r, err := k.CreateRealm(ctx, k.as("olga"), "Planes", bailiwick.PartnerRealm, []string{"planes.example"})
					k.realms["Planes"] = r.ID
					return err
				}},
		} {
			a.run(t, k)
		}
		ctx := t.Context()
		wants(t, "deleting an active app", k.DeleteApp(ctx, k.as("abe"), k.apps["Chat"]), bailiwick.Forbidden, bailiwick.ReasonActiveApp)
		for name, c := range map[string]struct {
			app    bailiwick.App
			by     string
			code   bailiwick.Code
			reason bailiwick.Reason
		}{
			"a label that is taken":             {bailiwick.App{Name: "slack", Label: "CHAT", SignOnMode: bailiwick.SignOnSAML}, "abe", bailiwick.Conflict, bailiwick.ReasonDuplicateLabel},
			"a mode that the app has not":       {bailiwick.App{Name: "slack", Label: "X", SignOnMode: bailiwick.SignOnOIDC}, "abe", bailiwick.Invalid, ""},
			"an app that the catalog has not":   {bailiwick.App{Name: "nothing", Label: "X", SignOnMode: bailiwick.SignOnSAML}, "abe", bailiwick.Invalid, ""},
			"an app by an org admin":            {bailiwick.App{Name: "slack", Label: "X", SignOnMode: bailiwick.SignOnSAML}, "olga", bailiwick.Forbidden, ""},
			"an unknown app by an org admin":    {bailiwick.App{Name: "nothing"}, "olga", bailiwick.Forbidden, ""},
			"an app by a help desk admin":       {bailiwick.App{Name: "slack", Label: "X", SignOnMode: bailiwick.SignOnSAML}, "hal", bailiwick.Forbidden, ""},
			"a SAML app by an API access admin": {bailiwick.App{Name: "slack", Label: "X", SignOnMode: bailiwick.SignOnSAML}, "xena", bailiwick.Forbidden, ""},
		} {
			if c.by == "xena" && k.people["xena"] == "" {
				k.settle([]resident{{name: "xena", role: bailiwick.APIAccessAdmin}})
			}
			_, err := k.CreateApp(ctx, k.as(c.by), c.app)
			wants(t, name, err, c.code, c.reason)
		}
		_, err := k.CreateApp(ctx, k.as("xena"), bailiwick.App{Name: "oidc_client", Label: "Client", SignOnMode: bailiwick.SignOnOIDC,
			Settings: map[string]any{"oauthClient": map[string]any{"redirect_uris": []any{"https://client.example/cb"}}}})
		k.must(err)
		apps, err := k.Apps(ctx, k.as("xena"), directory.AppQuery{}, directory.Paging{Limit: 10})
		if err != nil || len(apps.Rows) != 1 || apps.Rows[0].Label != "Client" {
			t.Errorf("apps of an API access admin: got %v, %v, want the OpenID Connect one", apps.Rows, err)
		}
		for name, id := range map[string]bailiwick.ID{"a hidden app": k.apps["Chat"], "an absent app": "0oa00000000000000zzz", "no text": "\x00"} {
			for op, do := range map[string]func(context.Context, authz.Actor, bailiwick.ID) error{"deactivate": k.DeactivateApp, "delete": k.DeleteApp} {
				wants(t, op+" "+name, do(ctx, k.as("xena"), id), bailiwick.Missing, "")
				wants(t, op+" "+name+" by a help desk admin", do(ctx, k.as("hal"), id), bailiwick.Forbidden, "")
			}
		}
		_, err = k.CreateRealm(ctx, k.as("olga"), "CARS", bailiwick.PartnerRealm, nil)
		wants(t, "a realm whose name is taken", err, bailiwick.Conflict, bailiwick.ReasonDuplicate)
		_, err = k.CreateRealm(ctx, k.as("pia"), "Mine", bailiwick.PartnerRealm, nil)
		wants(t, "a realm by a partner admin", err, bailiwick.Forbidden, "")
	})
}
