package api_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

const someList = "/api/v1/groups"

func TestTokensDieWithTheirOwnersAccess(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		for _, end := range []struct {
			name   string
			do     func(owner bailiwick.ID) error
			status int
			code   string
		}{
			{"suspended", func(id bailiwick.ID) error { return w.dir.SuspendUser(ctx, w.system, string(id)) }, 401, "E0000011"},
			{"deactivated", func(id bailiwick.ID) error { return w.dir.DeactivateUser(ctx, w.system, string(id)) }, 401, "E0000011"},
			{"deleted", func(id bailiwick.ID) error {
				if err := w.dir.DeleteUser(ctx, w.system, string(id)); err != nil {
					return err
				}
				return w.dir.DeleteUser(ctx, w.system, string(id))
			}, 401, "E0000011"},
			{"in recovery", func(id bailiwick.ID) error { return w.dir.ResetPassword(ctx, w.system, string(id), false) }, 401, "E0000011"},
			{"told to change the password", func(id bailiwick.ID) error {
				_, err := w.dir.ExpirePassword(ctx, w.system, string(id))
				return err
			}, 200, ""},
			{"revoked", func(id bailiwick.ID) error {
				return w.store.Do(ctx, w.system, bailiwick.TokenRevoked, func(tx *store.Tx) error {
					_, err := tx.EndTokens(id)
					return err
				})
			}, 401, "E0000011"},
			{"cleared with sessions", func(id bailiwick.ID) error {
				_, err := w.dir.ClearSessions(ctx, w.system, string(id), true)
				return err
			}, 401, "E0000011"},
			{"demoted", func(id bailiwick.ID) error {
				return w.dir.UnassignRole(ctx, w.system, directory.Person(string(id)), bailiwick.TargetableID(bailiwick.UserAdmin))
			}, 403, "E0000006"},
		} {
			owner := w.person("Token", "Owner", bailiwick.Active, "")
			w.give(personOf(owner), bailiwick.UserAdmin, nil)
			token := w.mint(owner.ID)
			w.ask("GET", someList, token, "").want(t, 200, "")
			w.check(end.do(owner.ID))
			if a := w.ask("GET", someList, token, ""); a.status != end.status || a.code() != end.code {
				t.Errorf("%s: got %d %s, want %d %s", end.name, a.status, a.code(), end.status, end.code)
			}
		}
	})
}

func TestRightsFollowMembershipAndTargetsAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		u := w.person("Wanders", "Around", bailiwick.Active, "", w.a.group)
		at, desk := "/api/v1/users/"+string(u.ID), w.as(deskA)
		w.ask("GET", at, desk, "").want(t, 200, "")
		w.check(w.dir.RemoveMember(ctx, w.system, w.a.group, string(u.ID)))
		w.ask("GET", at, desk, "").want(t, 404, "E0000007")
		w.check(w.dir.AddMember(ctx, w.system, w.a.second, string(u.ID)))
		w.ask("POST", at+"/lifecycle/reset_password", desk, "").want(t, 200, "")
		h, role := directory.Person(string(w.bearer(deskA))), bailiwick.TargetableID(bailiwick.HelpDeskAdmin)
		w.check(w.dir.RemoveGroupTarget(ctx, w.system, h, role, w.a.second))
		w.ask("POST", at+"/lifecycle/reset_password", desk, "").want(t, 404, "E0000007")
		group := w.group("Of administrators")
		w.give(directory.GroupOf(group), bailiwick.OrgAdmin, nil)
		member := w.person("Member", "Only", bailiwick.Active, "")
		token := w.mint(member.ID)
		w.ask("GET", at, token, "").want(t, 403, "E0000006")
		w.check(w.dir.AddMember(ctx, w.system, group, string(member.ID)))
		w.ask("GET", at, token, "").want(t, 200, "")
		w.check(w.dir.DeleteGroup(ctx, w.system, group))
		w.ask("GET", at, token, "").want(t, 403, "E0000006")
	})
}

func TestTokensExpire(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		super := w.as(theSuper)
		idle := w.mint(w.bearer(theSuper))
		w.pass(bailiwick.TokenIdle - time.Hour)
		w.ask("GET", someList, super, "").want(t, 200, "") // moves its end
		w.pass(2 * time.Hour)
		w.ask("GET", someList, idle, "").want(t, 401, "E0000011")
		w.pass(bailiwick.TokenIdle - 3*time.Hour)
		w.ask("GET", someList, super, "").want(t, 200, "")
		w.pass(bailiwick.TokenLife)
		w.ask("GET", someList, super, "").want(t, 401, "E0000011")
	})
}

func TestOnlyTheHeaderAuthenticates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		super := w.as(theSuper)
		session := secret.Mint{}.Token(secret.Session)
		w.check(w.store.Do(t.Context(), w.system, bailiwick.SessionStarted, func(tx *store.Tx) error {
			return tx.InsertSession(bailiwick.Session{ID: tx.NewID(bailiwick.KindSession), UserID: w.bearer(theSuper), Created: tx.Now(), LastSeen: tx.Now(),
				Expires: tx.Now().Add(time.Hour)}, fmt.Sprintf("%x", session.Digest()))
		}))
		for _, try := range []struct {
			name, authorization, query string
			status                     int
			code                       string
		}{
			{"as it should be", "SSWS " + super, "", 200, ""},
			{"in another case", "ssws " + super, "", 200, ""},
			{"with more blanks", "SSWS   " + super + " ", "", 200, ""},
			{"none", "", "", 401, "E0000004"},
			{"a scheme alone", "SSWS", "", 401, "E0000011"},
			{"another scheme", "Bearer " + super, "", 401, "E0000004"},
			{"a password", "Basic c3VwZXI6c3VwZXI=", "", 401, "E0000004"},
			{"no scheme", super, "", 401, "E0000004"},
			{"cut short", "SSWS " + super[:len(super)-1], "", 401, "E0000011"},
			{"one character off", "SSWS " + super[:10] + "x" + super[11:], "", 401, "E0000011"},
			{"two tokens", "SSWS " + super + " " + super, "", 401, "E0000011"},
			{"never made", "SSWS " + secret.Mint{}.Token(secret.APIToken).Reveal(), "", 401, "E0000011"},
			{"a session", "SSWS " + session.Reveal(), "", 401, "E0000011"},
			{"a digest", "SSWS " + fmt.Sprintf("%x", session.Digest()), "", 401, "E0000011"},
			{"garbage", "SSWS \xff\x01", "", 401, "E0000011"},
			{"long", "SSWS " + strings.Repeat("a", 60_000), "", 401, "E0000011"},
			{"in the query", "", "?token=" + super, 400, "E0000001"},
			{"in the query with the scheme", "", "?token=SSWS+" + super, 400, "E0000001"},
			{"in the query with a plus", "", "?Authorization=SSWS%20" + super, 400, "E0000001"},
			{"in the query too", "SSWS " + super, "?access_token=" + super, 400, "E0000001"},
			{"another's in the query too", "SSWS " + super, "?q=" + secret.Mint{}.Token(secret.APIToken).Reveal(), 400, "E0000001"},
			{"a search for the scheme", "SSWS " + super, "?q=SSWS", 200, ""},
		} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.server.URL+someList+try.query, nil)
			if err != nil {
				t.Fatal(err)
			}
			if try.authorization != "" {
				r.Header["Authorization"] = []string{try.authorization}
			}
			for _, name := range []string{"bailiwick-", "__Host-bailiwick-"} {
				r.AddCookie(&http.Cookie{Name: name + string(w.org.ID), Value: session.Reveal()})
			}
			if try.name == "garbage" { // the client refuses to send it
				continue
			}
			a := w.send(r)
			if a.status != try.status || a.code() != try.code {
				t.Errorf("%s: got %d %s, want %d %s", try.name, a.status, a.code(), try.status, try.code)
			}
			if got := a.header.Get("WWW-Authenticate"); (a.status == 401) != (got == "SSWS") {
				t.Errorf("%s: got WWW-Authenticate %q with status %d", try.name, got, a.status)
			}
			if strings.Contains(a.body, super) {
				t.Errorf("%s: the answer repeats the token: %s", try.name, a.body)
			}
		}
		if strings.Contains(w.logged.String(), super[5:]) {
			t.Error("the token is in the server's log")
		}
	})
}

func TestRateLimitsOnTheWire(t *testing.T) {
	t.Parallel()
	eachLimited(t, web.Limits{PerToken: 3, PerAddress: 4}, func(t *testing.T, w *world) {
		super, desk := w.as(theSuper), w.as(deskA)
		for left := 2; left >= 0; left-- {
			w.wantLimit(t, w.ask("GET", someList, super, "").want(t, 200, ""), 3, left)
		}
		w.wantLimit(t, w.ask("GET", someList, super, "").want(t, 429, "E0000047"), 3, 0)
		w.wantLimit(t, w.ask("POST", someList, super, "{").want(t, 429, "E0000047"), 3, 0)
		w.wantLimit(t, w.ask("GET", someList, desk, "").want(t, 200, ""), 3, 2)
		w.wantLimit(t, w.ask("POST", someList, desk, "{}").want(t, 403, "E0000006"), 3, 1)
		// Tokens that are no good are counted by where they come from, until even a
		// good one from there has to wait.
		for range 5 {
			w.ask("GET", someList, secret.Mint{}.Token(secret.APIToken).Reveal(), "").want(t, 401, "E0000011")
		}
		w.ask("GET", someList, secret.Mint{}.Token(secret.APIToken).Reveal(), "").want(t, 429, "E0000047")
		w.ask("GET", someList, desk, "").want(t, 429, "E0000047")
	})
}

// wantLimit checks the headers by which clients compute how long to wait: reset
// minus Date.
func (w *world) wantLimit(t *testing.T, a answer, limit, left int) {
	t.Helper()
	if got, want := a.header.Get("X-Rate-Limit-Limit"), strconv.Itoa(limit); got != want {
		t.Errorf("got X-Rate-Limit-Limit %q, want %s", got, want)
	}
	if got, want := a.header.Get("X-Rate-Limit-Remaining"), strconv.Itoa(left); got != want {
		t.Errorf("got X-Rate-Limit-Remaining %q, want %s", got, want)
	}
	reset, err := strconv.ParseInt(a.header.Get("X-Rate-Limit-Reset"), 10, 64)
	date, _ := time.Parse(http.TimeFormat, a.header.Get("Date"))
	if wait := time.Unix(reset, 0).Sub(date); err != nil || wait < 0 || wait > time.Minute+time.Second {
		t.Errorf("got X-Rate-Limit-Reset %q, %v after Date, want at most a minute", a.header.Get("X-Rate-Limit-Reset"), wait)
	}
}

func TestADeadTokenHearsNothingOfItsBody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		unknown := secret.Mint{}.Token(secret.APIToken).Reveal()
		for _, body := range []string{"{", `{"profile":{"login":5}}`, strings.Repeat("[", 100)} {
			w.ask("POST", "/api/v1/users", unknown, body).want(t, 401, "E0000011")
		}
		w.ask("POST", "/api/v1/users?activate=perhaps", unknown, "{}").want(t, 401, "E0000011")
	})
}
