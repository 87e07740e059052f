package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

type wireToken struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	UserID      string `json:"userId"`
	ClientName  string `json:"clientName"`
	TokenWindow string `json:"tokenWindow"`
	Network     struct {
		Connection string   `json:"connection"`
		Include    []string `json:"include"`
		Exclude    []string `json:"exclude"`
	} `json:"network"`
	ExpiresAt string `json:"expiresAt"`
	Secret    string `json:"token"`
	Links     map[string]struct {
		Href  string `json:"href"`
		Hints struct {
			Allow []string `json:"allow"`
		} `json:"hints"`
	} `json:"_links"`
}

func TestATokenOnTheWire(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		super := w.as(theSuper)
		mine := decode[[]wireToken](t, w.ask("GET", "/api/v1/api-tokens", super, "").want(t, 200, ""))
		if len(mine) == 0 {
			t.Fatal("got no tokens, want at least the one in use")
		}
		got := mine[0]
		if got.Network.Connection != "ANYWHERE" || got.TokenWindow != "P30D" || got.ClientName == "" || got.Secret != "" ||
			got.Links["self"].Href != publicURL+"/api/v1/api-tokens/"+got.ID || len(got.Links["self"].Hints.Allow) != 2 || got.Links["user"].Href != publicURL+"/api/v1/users/"+got.UserID {
			t.Errorf("got %+v", got)
		}
		made, minted, err := w.dir.CreateToken(t.Context(), authz.OnBehalf(w.org.ID, w.bearer(theSuper)), directory.NewToken{Name: "other"})
		w.check(err)
		path := "/api/v1/api-tokens/" + string(made.ID)
		changed := decode[wireToken](t, w.ask("PUT", path, super, `{"name":"no other","userId":"x","network":{"connection":"ZONE","include":["203.0.113.0/24"],"exclude":["203.0.113.9"]}}`).want(t, 200, ""))
		if changed.Name != "other" || changed.Network.Connection != "ZONE" || len(changed.Network.Include) != 1 || len(changed.Network.Exclude) != 1 {
			t.Errorf("got %+v, want the network changed and nothing else", changed)
		}
		a := w.ask("GET", "/api/v1/users/me", minted.Reveal(), "").want(t, 401, "E0000011")
		if strings.Contains(a.body, "network") {
			t.Errorf("got %s, want no word of the network", a.body)
		}
		for _, bad := range []string{`{}`, `{"network":{"connection":"ZONE"}}`, `{"network":{"connection":"HOME"}}`, `{"network":{"connection":"ANYWHERE","include":["203.0.113.1"]}}`,
			`{"network":{"connection":"ZONE","include":["nzo1"]}}`} {
			w.ask("PUT", path, super, bad).want(t, 400, "E0000001")
		}
		w.ask("DELETE", path, super, "").want(t, 204, "")
		w.ask("GET", path, super, "").want(t, 404, "E0000007")
		w.ask("DELETE", "/api/v1/api-tokens/current", super, "").want(t, 204, "")
		w.ask("GET", "/api/v1/api-tokens", super, "").want(t, 401, "E0000011")
	})
}

// TestHiddenTokensAreAnsweredAsAbsent compares a token of somebody outside the
// scope with none at all (AZ-5).
func TestHiddenTokensAreAnsweredAsAbsent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		hidden := w.person("Hidden", "Owner", bailiwick.Active, w.b.realm, w.b.group)
		w.mint(hidden.ID)
		id := ""
		for _, one := range must(w.dir.Tokens(t.Context(), w.system)) {
			if one.OwnerID == hidden.ID {
				id = string(one.ID)
			}
		}
		n := name{id, "00Tzzzzzzzzzzzzzzzzz"}
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			for _, c := range limitedCallers {
				body := ""
				if method == "PUT" {
					body = `{"network":{"connection":"ANYWHERE"}}`
				}
				h, a := w.ask(method, "/api/v1/api-tokens/"+n.hidden, w.as(c), body), w.ask(method, "/api/v1/api-tokens/"+n.absent, w.as(c), body)
				if got, want := unnamed(h, n.hidden), unnamed(a, n.absent); got != want {
					t.Errorf("%s as %s: a hidden one is answered\n%s\nand an absent one\n%s", method, c, got, want)
				}
			}
		}
	})
}

// A token is made by people who are signed in, with the session's proof; by no
// token, whoever's (TOK-5).
func TestATokenIsMadeThroughASessionOnly(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		desk := w.bearer(deskA)
		cookie, proof := w.signedIn(t, theSuper)
		post := func(body string, change func(*http.Request)) answer {
			r, err := http.NewRequestWithContext(t.Context(), "POST", w.server.URL+"/api/v1/api-tokens", strings.NewReader(body))
			w.check(err)
			r.Header.Set("Cookie", cookie)
			r.Header.Set("X-CSRF-Token", proof)
			change(r)
			return w.send(r)
		}
		asItIs := func(*http.Request) {}
		body := fmt.Sprintf(`{"name":"Reset MFA button","userId":%q,"network":{"connection":"ZONE","include":["127.0.0.1"]}}`, desk)
		made := decode[wireToken](t, post(body, asItIs).want(t, 200, ""))
		if made.UserID != string(desk) || made.Secret == "" || made.Network.Connection != "ZONE" {
			t.Errorf("got %+v, want a token of the help desk with its secret", made)
		}
		w.ask("GET", "/api/v1/users/me", made.Secret, "").want(t, 200, "")
		w.ask("GET", "/api/v1/logs", made.Secret, "").want(t, 403, "E0000006")
		post(`{"name":"own"}`, asItIs).want(t, 200, "")
		post(`{"name":""}`, asItIs).want(t, 400, "E0000001")
		post(body, func(r *http.Request) { r.Header.Del("X-CSRF-Token") }).want(t, 403, "")
		post(body, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }).want(t, 403, "")
		post(body, func(r *http.Request) { r.Header.Set("Authorization", "SSWS "+w.as(theSuper)) }).want(t, 403, "E0000006")
		post(body, func(r *http.Request) { r.Header.Del("Cookie") }).want(t, 401, "")
	})
}

// signedIn is the cookie of a session of somebody of that kind, and its proof.
func (w *world) signedIn(t *testing.T, c caller) (cookie, proof string) {
	t.Helper()
	u := must(w.dir.User(t.Context(), w.system, string(w.bearer(c))))
	entered := must(w.signIn.Password(t.Context(), w.visitor(), u.Profile.Login(), "correct horse battery"))
	by := must(w.signIn.Session(w.org.ID, entered.Session.Reveal(), bailiwick.Client{}))
	return "__Host-bailiwick-" + string(w.org.ID) + "=" + entered.Session.Reveal(), w.signIn.CSRF(by)
}
