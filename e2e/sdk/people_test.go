package sdk

import (
	"strings"
	"testing"
)

func TestPeopleAreCreatedInTheStatusTheirFormAsksFor(t *testing.T) {
	t.Parallel()
	forms := []struct {
		name      string
		password  string
		activate  *bool
		nextLogin string
		status    string
	}{
		{"no password, not activated", "", no(), "", "STAGED"},
		{"no password, activated", "", yes(), "", "PROVISIONED"},
		{"no password, nothing said", "", nil, "", "PROVISIONED"},
		{"password, not activated", goodPassword, no(), "", "STAGED"},
		{"password, activated", goodPassword, yes(), "", "ACTIVE"},
		{"password to be changed", goodPassword, yes(), "changePassword", "PASSWORD_EXPIRED"},
	}
	stories(t, func(t *testing.T, on *stage) {
		for _, form := range forms {
			u := newcomer()
			u.Password, u.Activate, u.NextLogin = form.password, form.activate, form.nextLogin
			made, err := on.super.CreateUser(t.Context(), u)
			if err != nil {
				t.Errorf("%s: got %v, want no error", form.name, err)
				continue
			}
			on.super.wantStatus(t, 200)
			want := User{
				ID: made.ID, Status: form.status, Login: u.Login, Email: u.Login, FirstName: u.FirstName,
				LastName: u.LastName, Active: form.status != "STAGED", Password: form.password != "",
			}
			if made != want {
				t.Errorf("%s: got %+v, want %+v", form.name, made, want)
			}
			if len(made.ID) != 20 || !strings.HasPrefix(made.ID, "00u") {
				t.Errorf("%s: got id %q, want 20 signs beginning 00u", form.name, made.ID)
			}
			for _, key := range []string{made.ID, u.Login} {
				if got := must(on.super.User(t.Context(), key))(t); got != made {
					t.Errorf("%s: read as %s: got %+v, want %+v", form.name, key, got, made)
				}
			}
		}
	})
}

func TestPeopleAreCreatedIntoTheirGroups(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		a, b := on.group(t), on.group(t)
		u := on.active(t, a.ID, b.ID)
		groups := must(on.super.UserGroups(t.Context(), u.ID))(t)
		got := ids(groups, groupID)
		if len(groups) != 3 || !got[a.ID] || !got[b.ID] {
			t.Errorf("got groups %+v, want Everyone, %s and %s", groups, a.ID, b.ID)
		}
		everyone := 0
		for _, g := range groups {
			if g.Type == "BUILT_IN" && g.Name == "Everyone" {
				everyone++
			}
		}
		if everyone != 1 {
			t.Errorf("got groups %+v, want Everyone once", groups)
		}
	})
}

func TestAPersonThatCannotBeCreatedIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		taken := on.active(t)
		forms := []struct {
			name   string
			change func(*NewUser)
			code   string
			cause  string
		}{
			{"a login that is taken", func(u *NewUser) { u.Login = strings.ToUpper(taken.Login) },
				"E0000001", "login: An object with this field already exists in the current organization"},
			{"a login that is no address", func(u *NewUser) {
				u.Login, u.Extra = "robin", map[string]any{"email": "robin@example.com"}
			}, "E0000001", "login: "},
			{"an address that is none", func(u *NewUser) { u.Extra = map[string]any{"email": "robin"} }, "E0000001", "email: "},
			{"no first name", func(u *NewUser) { u.FirstName = "" }, "E0000001", "firstName: "},
			{"a profile property nobody defined", func(u *NewUser) { u.Extra = map[string]any{"notValid": "x"} },
				"E0000001", "Property name 'notValid' is not defined in profile"},
			{"a password that is too easy", func(u *NewUser) { u.Password = "short" }, "E0000001", "password: "},
			{"a password to be changed that is not there", func(u *NewUser) { u.NextLogin = "changePassword" }, "E0000124", ""},
			{"a password to be changed before activation", func(u *NewUser) {
				u.NextLogin, u.Password, u.Activate = "changePassword", goodPassword, no()
			}, "E0000125", ""},
		}
		for _, form := range forms {
			u := newcomer()
			form.change(&u)
			_, err := on.super.CreateUser(t.Context(), u)
			t.Run(form.name, func(t *testing.T) { wantRefusal(t, err, 400, form.code, form.cause) })
		}
	})
}

func TestTheListOfPeoplePagesThroughEverybodyOnce(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		// Other stories add people and delete some meanwhile: whoever is on both
		// of two large lists must be on the small pages between them.
		before := must(on.super.Users(t.Context(), Query{Limit: 200}))(t)
		const limit = 20
		pages := must(on.super.Users(t.Context(), Query{Limit: limit}))(t)
		after := ids(must(on.super.Users(t.Context(), Query{Limit: 200}))(t).All(), userID)

		for i, page := range pages[:len(pages)-1] {
			if len(page) != limit {
				t.Errorf("page %d of %d: got %d people, want %d", i+1, len(pages), len(page), limit)
			}
		}
		all := pages.All()
		seen := ids(all, userID)
		if len(seen) != len(all) {
			t.Errorf("got %d rows with %d people in them, want nobody twice", len(all), len(seen))
		}
		for _, u := range before.All() {
			if after[u.ID] && !seen[u.ID] {
				t.Errorf("got pages without %s, want everybody", u.ID)
			}
		}
		// A few of the demo's people are deactivated and so not on the list.
		if len(before) < 2 || len(all) < demoPeople*9/10 {
			t.Errorf("got %d people, want nearly %d", len(all), demoPeople)
		}
	})
}

func TestPrefixSearchFindsNamesAndAddresses(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		u := newcomer()
		u.Password = goodPassword
		made := must(on.super.CreateUser(t.Context(), u))(t)
		searches := map[string]bool{
			strings.ToUpper(u.FirstName):          true, // case does not matter
			u.FirstName[:len(u.FirstName)-3]:      true,
			strings.ToLower(u.LastName):           true,
			u.Login[:10]:                          true,  // the e-mail address
			u.FirstName[1:]:                       false, // not the beginning
			u.FirstName + "x":                     false,
			"% " + u.FirstName:                    false, // no wildcard of the database
			strings.Replace(u.Login, "p", "_", 1): false,
		}
		for q, found := range searches {
			pages := must(on.super.Users(t.Context(), Query{Q: q}))(t)
			if got := ids(pages.All(), userID)[made.ID]; got != found {
				t.Errorf("search %q: found %v, want %v", q, got, found)
			}
		}
	})
}

func TestMeIsTheOwnerOfTheToken(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		super := must(on.super.User(t.Context(), "me"))(t)
		desk := must(on.desk.User(t.Context(), "me"))(t)
		if super.ID == desk.ID || super.Status != "ACTIVE" || desk.Status != "ACTIVE" {
			t.Errorf("got %+v and %+v, want two people who are active", super, desk)
		}
		if got := must(on.super.User(t.Context(), desk.ID))(t); got != desk {
			t.Errorf("got %+v by id, want %+v as by me", got, desk)
		}
	})
}

func TestDeletingAPersonTakesTwoCalls(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		u := on.active(t)
		on.super.wantDone(t, on.super.DeleteUser(t.Context(), u.ID))
		if got := must(on.super.User(t.Context(), u.ID))(t); got.Status != "DEPROVISIONED" {
			t.Errorf("status after the first call: got %v, want DEPROVISIONED", got.Status)
		}
		on.super.wantDone(t, on.super.DeleteUser(t.Context(), u.ID))
		_, err := on.super.User(t.Context(), u.ID)
		wantNotFound(t, err, u.ID, "User")
	})
}

// wantNotFound checks the one answer for what is absent or out of sight.
func wantNotFound(t *testing.T, err error, id, kind string) {
	t.Helper()
	r := wantRefusal(t, err, 404, "E0000007", "")
	if want := "Not found: Resource not found: " + id + " (" + kind + ")"; r.Summary != want {
		t.Errorf("summary: got %q, want %q", r.Summary, want)
	}
	if len(r.Causes) != 0 {
		t.Errorf("causes: got %q, want none", r.Causes)
	}
}
