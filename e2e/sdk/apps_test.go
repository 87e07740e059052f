package sdk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestAppsAreMadeReplacedFoundAndDeleted(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		ctx, label := t.Context(), unique("wiki ")
		made := must(on.super.CreateBookmark(ctx, label, "https://wiki.example"))(t)
		if want := (App{made.ID, "bookmark", label, "ACTIVE"}); made != want || !strings.HasPrefix(made.ID, "0oa") {
			t.Errorf("got %+v, want %+v", made, want)
		}
		_, err := on.super.CreateBookmark(ctx, strings.ToUpper(label), "https://wiki.example")
		wantRefusal(t, err, 400, "E0000040", "label: ")
		_, err = on.super.CreateBookmark(ctx, unique("bad "), "javascript:alert(1)")
		wantRefusal(t, err, 400, "E0000001", "settings.app.url: ")

		renamed := label + " anew"
		if got := must(on.super.ReplaceBookmark(ctx, made.ID, renamed, "https://wiki.example/2"))(t); got.Label != renamed || got.ID != made.ID {
			t.Errorf("got %+v, want the same app as %q", got, renamed)
		}
		for name, found := range map[string]Pages[App]{
			"by label":  must(on.super.Apps(ctx, "", Query{Q: renamed}))(t),
			"by id":     must(on.super.Apps(ctx, fmt.Sprintf(`id eq %q`, made.ID), Query{}))(t),
			"by status": must(on.super.Apps(ctx, fmt.Sprintf(`status eq "ACTIVE" and id eq %q`, made.ID), Query{}))(t),
		} {
			if all := found.All(); len(all) != 1 || all[0].ID != made.ID {
				t.Errorf("%s: got %+v, want the app alone", name, all)
			}
		}
		wantRefusal(t, on.super.DeleteApp(ctx, made.ID), 403, "E0000056", "")
		if err := on.super.DeactivateApp(ctx, made.ID); err != nil {
			t.Fatal(err)
		}
		on.super.wantStatus(t, 200)
		on.super.wantDone(t, on.super.DeleteApp(ctx, made.ID))
		_, err = on.super.AppUsers(ctx, made.ID, Query{})
		wantNotFound(t, err, made.ID, "AppInstance")
	})
}

func TestTheListOfAppsPagesThroughEveryKindOfApp(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		pages := must(on.super.Apps(t.Context(), "", Query{Limit: 7}))(t)
		all := pages.All()
		if seen := ids(all, func(a App) string { return a.ID }); len(pages) < 3 || len(seen) != len(all) {
			t.Errorf("got %d apps on %d pages with %d different, want several pages and none twice", len(all), len(pages), len(seen))
		}
		for _, a := range all {
			if a.ID == "" || a.Label == "" {
				t.Errorf("got %+v, want an app that the SDK understands", a)
			}
		}
	})
}

func TestTheSecretOfAClientIsToldOnce(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		app, secret, err := on.super.CreateClient(t.Context(), unique("client "), "https://c.example/cb")
		if err != nil {
			t.Fatal(err)
		}
		if app.Name != "oidc_client" || len(secret) < 40 {
			t.Errorf("got %+v with a secret of %d signs, want a client with one of 40 or more", app, len(secret))
		}
		if again := must(on.super.ClientSecret(t.Context(), app.ID))(t); again != "" {
			t.Errorf("got the secret of %d signs again, want it hidden", len(again))
		}
		_, _, err = on.super.CreateClient(t.Context(), unique("client "), "/cb")
		wantRefusal(t, err, 400, "E0000001", "settings.oauthClient.redirect_uris: ")
	})
}

func TestAnAppIsAssignedToPeopleAndGroups(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		ctx, super := t.Context(), on.super
		app := must(super.CreateBookmark(ctx, unique("app "), "https://app.example"))(t)
		g := on.group(t)
		direct, member := on.active(t), on.active(t, g.ID)

		got := must(super.AssignApp(ctx, app.ID, direct.ID, "direct.name"))(t)
		if want := (AppUser{direct.ID, "USER", "ACTIVE", "direct.name"}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		_, err := super.AssignApp(ctx, app.ID, direct.ID, "direct.name")
		wantRefusal(t, err, 409, "E0000062", "")
		if got := must(super.RenameAppUser(ctx, app.ID, direct.ID, "other.name"))(t); got.UserName != "other.name" {
			t.Errorf("got %+v, want the other name", got)
		}

		if got := must(super.AssignAppToGroup(ctx, app.ID, g.ID, 4))(t); got != (AppGroup{g.ID, 4}) {
			t.Errorf("got %+v, want the group with priority 4", got)
		}
		if got := must(super.AppGroup(ctx, app.ID, g.ID))(t); got != (AppGroup{g.ID, 4}) {
			t.Errorf("got %+v, want the group with priority 4", got)
		}
		if groups := must(super.AppGroups(ctx, app.ID, 20))(t).All(); len(groups) != 1 || groups[0].ID != g.ID {
			t.Errorf("got groups %+v, want the one", groups)
		}
		if apps := must(super.GroupApps(ctx, g.ID, 20))(t).All(); len(apps) != 1 || apps[0].ID != app.ID {
			t.Errorf("got apps %+v, want the one", apps)
		}
		if got := must(super.AppUser(ctx, app.ID, member.ID))(t); got != (AppUser{member.ID, "GROUP", "ACTIVE", member.Login}) {
			t.Errorf("got %+v, want the member through the group", got)
		}
		wantRefusal(t, super.UnassignApp(ctx, app.ID, member.ID), 403, "E0000046", "")

		pages := must(super.AppUsers(ctx, app.ID, Query{Limit: 1}))(t)
		users := ids(pages.All(), func(u AppUser) string { return u.ID })
		if len(pages) != 2 || !users[direct.ID] || !users[member.ID] {
			t.Errorf("got %+v, want both people on a page each", pages)
		}
		if found := must(super.AppUsers(ctx, app.ID, Query{Q: "other.n"}))(t).All(); len(found) != 1 || found[0].ID != direct.ID {
			t.Errorf("by the name in the app: got %+v, want the one", found)
		}

		on.super.wantDone(t, super.RemoveMember(ctx, g.ID, member.ID))
		_, err = super.AppUser(ctx, app.ID, member.ID)
		wantNotFound(t, err, member.ID, "AppUser")
		on.super.wantDone(t, super.UnassignAppFromGroup(ctx, app.ID, g.ID))
		on.super.wantDone(t, super.UnassignApp(ctx, app.ID, direct.ID))
		if left := must(super.AppUsers(ctx, app.ID, Query{}))(t).All(); len(left) != 0 {
			t.Errorf("got %+v, want nobody", left)
		}
		if err := super.DeactivateApp(ctx, app.ID); err != nil {
			t.Fatal(err)
		}
		_, err = super.AssignApp(ctx, app.ID, direct.ID, "x")
		wantRefusal(t, err, 403, "E0000143", "")
	})
}

func TestADeactivatedPersonHasNoApps(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		ctx, super := t.Context(), on.super
		app := must(super.CreateBookmark(ctx, unique("app "), "https://app.example"))(t)
		u := on.active(t)
		must(super.AssignApp(ctx, app.ID, u.ID, u.Login))(t)
		on.super.wantDone(t, super.DeleteUser(ctx, u.ID))
		if links := must(super.AppLinks(ctx, u.ID))(t); len(links) != 0 {
			t.Errorf("got %+v, want none", links)
		}
		_, err := super.AssignApp(ctx, app.ID, u.ID, u.Login)
		wantRefusal(t, err, 403, "E0000117", "")
	})
}

func TestAppLinksShowWhereAppsAreStarted(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		ctx, super := t.Context(), on.super
		app := must(super.CreateBookmark(ctx, unique("app "), "https://app.example/start"))(t)
		u := on.active(t)
		must(super.AssignApp(ctx, app.ID, u.ID, u.Login))(t)
		links := must(super.AppLinks(ctx, u.ID))(t)
		i := slices.IndexFunc(links, func(l AppLink) bool { return l.AppID == app.ID })
		if i < 0 {
			t.Fatalf("got %+v, want one for %s", links, app.Label)
		}
		l := links[i]
		if l.Label != app.Label || l.URL != "https://app.example/start" || l.AppName != "bookmark" || !strings.HasPrefix(l.AssignmentID, "0ua") || !strings.HasSuffix(l.Logo, ".png") {
			t.Errorf("got %+v", l)
		}
		_, err := on.desk.AppLinks(ctx, u.ID)
		wantRefusal(t, err, 403, "E0000006", "")
	})
}
