package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"
)

var (
	shownSecret = regexp.MustCompile(`<code id="secret">([^<]+)</code>`)
	revokeLink  = regexp.MustCompile(`href="(/console/tokens/[^"]+/revoke)"`)
)

func TestASuperAdministratorMakesATokenForAHelpDeskAndRevokesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(t, "Rhea")
	has(t, "an empty list", b.get("/console/tokens"), "No API tokens", "Create token")
	made := b.send("/console/tokens/new", url.Values{"name": {"Reset MFA button"}, "owner": {login("Amara")}, "network": {"192.0.2.0/24 2001:db8::/32"}})
	has(t, "the answer", made, "Copy your token now", "Reset MFA button", "You won’t see it again")
	secret := shownSecret.FindStringSubmatch(made.body)
	if secret == nil || made.status != http.StatusOK || made.header.Get("Cache-Control") == "" {
		t.Fatalf("got status %d without a secret: %s", made.status, made.body)
	}
	list := b.get("/console/tokens")
	has(t, "the list", list, "Reset MFA button", "Amara Lindqvist", "192.0.2.0/24, 2001:db8::/32")
	lacks(t, "the list", list, secret[1])
	revoke := revokeLink.FindStringSubmatch(list.body)
	if revoke == nil {
		t.Fatalf("got no link to revoke: %s", list.body)
	}
	has(t, "the question", b.get(revoke[1]), "Revoke token", "This can’t be undone")
	if got := b.send(revoke[1], url.Values{}); got.status != http.StatusSeeOther || got.header.Get("Location") != "/console/tokens?done=revoked" {
		t.Errorf("got %d to %q", got.status, got.header.Get("Location"))
	}
	has(t, "afterwards", b.get("/console/tokens?done=revoked"), "Token revoked", "No API tokens")
	if got := b.get(revoke[1]).status; got != http.StatusNotFound {
		t.Errorf("the question about a revoked one: got %d, want 404", got)
	}
}

func TestATokenFormSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(t, "Rhea")
	for _, c := range []struct {
		form url.Values
		said string
	}{
		{url.Values{"name": {""}}, "The name must have 1 to 100 characters"},
		{url.Values{"name": {"x"}, "network": {"home"}}, "must hold IP addresses"},
		{url.Values{"name": {"x"}, "owner": {"nobody"}}, "no administrator with this username"},
		{url.Values{"name": {"x"}, "owner": {login("Plain")}}, "no administrator with this username"},
	} {
		got := b.send("/console/tokens/new", c.form)
		if got.status != http.StatusUnprocessableEntity {
			t.Errorf("%v: got status %d, want 422", c.form, got.status)
		}
		has(t, c.form.Encode(), got, c.said)
	}
}

// Who may not make tokens is not offered it, and refused when asking anyway.
func TestTokensInTheConsoleAreForThoseWhoMay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, name := range []string{"Amara"} {
		b := w.as(t, name)
		lacks(t, name, b.get("/console/users"), "API tokens")
		for _, path := range []string{"/console/tokens", "/console/tokens/new"} {
			if got := b.get(path).status; got != http.StatusForbidden {
				t.Errorf("%s %s: got %d, want 403", name, path, got)
			}
		}
		form := url.Values{"name": {"x"}, "csrf": {token.FindStringSubmatch(b.get(w.person("Plain")).body)[1]}}
		if got := b.post("/console/tokens/new", form).status; got != http.StatusForbidden {
			t.Errorf("%s makes one: got %d, want 403", name, got)
		}
	}
	b := w.as(t, "Ugo")
	page := b.get("/console/tokens/new")
	has(t, "the form of a user administrator", page, "Works from")
	lacks(t, "the form of a user administrator", page, "Acts as")
	made := b.send("/console/tokens/new", url.Values{"name": {"own"}})
	has(t, "the answer", made, "Copy your token now")
	if got := b.send("/console/tokens/new", url.Values{"name": {"x"}, "owner": {login("Amara")}}).status; got != http.StatusForbidden {
		t.Errorf("for another: got %d, want 403", got)
	}
	rhea := w.as(t, "Rhea")
	has(t, "the list of a super administrator", rhea.get("/console/tokens"), "Ugo Rossi")
}
