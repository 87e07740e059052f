package portal_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/portal"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/signin"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

const (
	password = "correct horse battery"
	another  = "a harbour in the fog"
)

// A world is a server of one org in which only Tuğba has an account.
type world struct {
	*httptest.Server
	dir   *directory.Directory
	in    *signin.SignIn
	org   bailiwick.Org
	tugba bailiwick.User
}

func newWorld(t *testing.T, public string) *world {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{DSN: storetest.SQLitePath(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	keys := secret.EphemeralKeys()
	hasher := secret.NewHasher(keys, secret.Params{Memory: 8, Time: 1, Threads: 1}, secret.NewGate(8, 80), secret.Mint{})
	w := &world{dir: directory.New(s, hasher, keys), in: signin.New(s, hasher, keys)}
	if w.org, err = w.dir.CreateOrg(t.Context(), "a test", "halvard", "Halvard Group"); err != nil {
		t.Fatal(err)
	}
	w.tugba, err = w.dir.CreateUser(t.Context(), authz.System(w.org.ID, "a test"), directory.NewUser{Activate: true, Password: password,
		Profile: bailiwick.Profile{"login": "tugba@halvard.example", "email": "tugba@halvard.example", "firstName": "Tuğba", "lastName": "Yıldırım"}})
	if err != nil {
		t.Fatal(err)
	}
	origin, err := url.Parse(public)
	if err != nil {
		t.Fatal(err)
	}
	faces := web.New(web.Options{PublicURL: origin, Orgs: w.dir.Orgs, SignIn: w.in})
	p, err := portal.New(w.in, w.dir, faces, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	r := chi.NewRouter()
	p.Routes(r)
	w.Server = httptest.NewServer(faces.Middleware(r))
	t.Cleanup(w.Close)
	return w
}

// resetLink is the secret of a link as a mail brings it.
func (w *world) resetLink(t *testing.T) string {
	t.Helper()
	link, err := w.dir.ResetPasswordForLink(t.Context(), authz.System(w.org.ID, "a test"), string(w.tugba.ID), false)
	if err != nil {
		t.Fatal(err)
	}
	return link.Reveal()
}

// A browser has cookies, follows no redirects by itself and runs no script.
type browser struct {
	t      *testing.T
	at     string
	client *http.Client
}

// An answer is one response, read whole.
type answer struct {
	status int
	to     string
	body   string
	header http.Header
}

func (w *world) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, at: w.URL, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) do(method, path string, form url.Values) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.at+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	res, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header.Get("Location"), string(body), res.Header}
}

func (b *browser) get(path string) answer { b.t.Helper(); return b.do(http.MethodGet, path, nil) }

func (b *browser) post(path string, form url.Values) answer {
	b.t.Helper()
	return b.do(http.MethodPost, path, form)
}

var token = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// send fills in the form of a page and sends it to the page's own address.
func (b *browser) send(path string, form url.Values) answer {
	b.t.Helper()
	page := b.get(path)
	found := token.FindStringSubmatch(page.body)
	if found == nil {
		b.t.Fatalf("%s: got status %v without a form: %s", path, page.status, page.body)
	}
	form.Set("csrf", found[1])
	return b.post(path, form)
}

func (b *browser) signIn(word string) answer {
	b.t.Helper()
	return b.post("/signin", url.Values{"login": {"tugba@halvard.example"}, "password": {word}})
}

func want(t *testing.T, what string, got answer, status int, to string, texts ...string) {
	t.Helper()
	if got.status != status || got.to != to {
		t.Errorf("%s: got %v to %q, want %v to %q: %s", what, got.status, got.to, status, to, got.body)
	}
	for _, text := range texts {
		if !strings.Contains(got.body, text) {
			t.Errorf("%s: got a page without %q: %s", what, text, got.body)
		}
	}
}

func TestAFailedSignInSaysNothingOfTheAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "http://localhost")
	wrong := w.browser(t).signIn("not this one")
	unknown := w.browser(t).post("/signin", url.Values{"login": {"nobody@halvard.example"}, "password": {"not this one"}})
	want(t, "a wrong password", wrong, http.StatusUnauthorized, "", "That username and password don’t match.")
	if got, want := strings.ReplaceAll(unknown.body, "nobody@", "tugba@"), wrong.body; got != want || unknown.status != wrong.status {
		t.Errorf("an unknown name: got %v %s, want %v %s", unknown.status, got, wrong.status, want)
	}
}

func TestASignInLeadsBackButNeverAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "http://localhost")
	for from, to := range map[string]string{
		"/account/password":      "/account/password",
		"":                       "/account",
		"https://evil.example/":  "/account",
		"//evil.example/":        "/account",
		"/\\evil.example":        "/account",
		"javascript:alert(1)":    "/account",
		"/account?x=//evil":      "/account?x=//evil",
		"http:/evil.example/":    "/account",
		"\t//evil.example":       "/account",
		"/\t/evil.example/admin": "/account",
	} {
		got := w.browser(t).post("/signin", url.Values{"login": {"tugba@halvard.example"}, "password": {password}, "back": {from}})
		want(t, "from "+from, got, http.StatusSeeOther, to)
	}
	page := w.browser(t).get("/signin?from=" + url.QueryEscape("https://evil.example/"))
	if strings.Contains(page.body, "evil") {
		t.Errorf("got a form that leads away: %s", page.body)
	}
}

func TestAResetLinkIsSpentByAClickOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "http://localhost")
	link, b := w.resetLink(t), w.browser(t)
	want(t, "the link", b.get("/reset/"+link), http.StatusSeeOther, "/reset")
	for range 3 {
		page := b.get("/reset")
		want(t, "the form", page, http.StatusOK, "", "Set a new password")
		if strings.Contains(page.body, link) {
			t.Fatal("got a page with the secret of the link in it")
		}
	}
	want(t, "a form without its proof", b.post("/reset", url.Values{"password": {another}, "csrf": {"x"}}), http.StatusGone, "")
	b.get("/reset/" + link)
	want(t, "a weak password", b.send("/reset", url.Values{"password": {"short"}}), http.StatusUnprocessableEntity, "", "Use at least 8 characters", `aria-invalid="true"`)
	want(t, "a good one", b.send("/reset", url.Values{"password": {another}}), http.StatusSeeOther, "/signin?done=reset")
	want(t, "the page after it", b.get("/signin?done=reset"), http.StatusOK, "", "Your new password is set.")
	if got := b.get("/account"); got.status != http.StatusSeeOther {
		t.Errorf("got %v from My Account after a reset, want no session yet", got.status)
	}
	want(t, "the link again", b.get("/reset/"+link), http.StatusSeeOther, "/reset")
	want(t, "its form", b.get("/reset"), http.StatusGone, "", "This link no longer works")
	want(t, "the new password", b.signIn(another), http.StatusSeeOther, "/account")
	want(t, "the old password", w.browser(t).signIn(password), http.StatusUnauthorized, "")
}

func TestALinkOfOneKindOpensNoOtherForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "http://localhost")
	link, b := w.resetLink(t), w.browser(t)
	for _, kind := range []string{"/welcome", "/setup"} {
		b.get(kind + "/" + link)
		want(t, kind, b.get(kind), http.StatusGone, "", "This link no longer works")
	}
	want(t, "no link at all", w.browser(t).get("/reset"), http.StatusGone, "")
}

func TestTheCookieOfALinkIsSafeOnHTTPS(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "https://id.halvard.example")
	got := w.browser(t).get("/reset/" + w.resetLink(t)).header.Get("Set-Cookie")
	for _, want := range []string{"__Host-bailiwick-reset_password=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=900"} {
		if !strings.Contains(got, want) {
			t.Errorf("got cookie %q, want %q in it", got, want)
		}
	}
}

func TestForgottenPasswordsAreAnsweredAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "http://localhost")
	for _, name := range []string{"tugba@halvard.example", "nobody@halvard.example"} {
		want(t, name, w.browser(t).post("/forgot", url.Values{"login": {name}}), http.StatusSeeOther, "/forgot/sent")
	}
	want(t, "what is said", w.browser(t).get("/forgot/sent"), http.StatusOK, "", "If that username exists, a link is on its way.")
	want(t, "nobody named", w.browser(t).post("/forgot", url.Values{"login": {" "}}), http.StatusUnprocessableEntity, "", "Enter your username")
}

func TestTheFirstOwnerMakesTheAccountFromALink(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "http://localhost")
	link, err := w.in.NewOwnerLink(t.Context(), w.org.ID)
	if err != nil {
		t.Fatal(err)
	}
	b := w.browser(t)
	want(t, "the link", b.get("/setup/"+link.Reveal()), http.StatusSeeOther, "/setup")
	fields := url.Values{"firstName": {"Rhiannon"}, "lastName": {"Vaszary"}, "email": {"not an address"}, "password": {password}}
	faulty := b.send("/setup", fields)
	want(t, "a faulty address", faulty, http.StatusUnprocessableEntity, "", `value="Rhiannon"`, `aria-invalid="true"`)
	fields.Set("email", "rhiannon@halvard.example")
	want(t, "the account", b.send("/setup", fields), http.StatusSeeOther, "/console")
	want(t, "My Account", b.get("/account"), http.StatusOK, "", "Hello, <bdi>Rhiannon</bdi>", `href="/console"`)
	b.get("/setup/" + link.Reveal())
	want(t, "the link again", b.get("/setup"), http.StatusGone, "")
}

func TestOnesOwnPasswordIsChangedWithTheOldOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "http://localhost")
	b, elsewhere := w.browser(t), w.browser(t)
	b.signIn(password)
	elsewhere.signIn(password)
	want(t, "a wrong old one", b.send("/account/password", url.Values{"old": {"not this one"}, "password": {another}}),
		http.StatusUnprocessableEntity, "", "Type your current password")
	want(t, "a weak new one", b.send("/account/password", url.Values{"old": {password}, "password": {"short"}}),
		http.StatusUnprocessableEntity, "", "Use at least 8 characters")
	want(t, "both right", b.send("/account/password", url.Values{"old": {password}, "password": {another}}),
		http.StatusSeeOther, "/account/password?done=changed")
	want(t, "here", b.get("/account"), http.StatusOK, "")
	if got := elsewhere.get("/account"); got.status != http.StatusSeeOther {
		t.Errorf("got %v in another browser, want it signed out", got.status)
	}
}

func TestSigningOutEndsTheSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "http://localhost")
	b := w.browser(t)
	b.signIn(password)
	stolen := *b // the same cookies, kept by somebody else
	page := b.get("/account")
	want(t, "the page", page, http.StatusOK, "", "Sign out")
	want(t, "without the form's token", b.post("/signout", url.Values{}), http.StatusForbidden, "")
	cookies, err := url.Parse(w.URL)
	if err != nil {
		t.Fatal(err)
	}
	kept := b.client.Jar.Cookies(cookies)
	out := b.post("/signout", url.Values{"csrf": {token.FindStringSubmatch(page.body)[1]}})
	want(t, "with it", out, http.StatusSeeOther, "/signin?done=signout")
	if got := out.header.Get("Clear-Site-Data"); got == "" {
		t.Error("got no Clear-Site-Data, want the browser to forget")
	}
	stolen.client.Jar.SetCookies(cookies, kept)
	want(t, "the cookie used again", stolen.get("/account"), http.StatusSeeOther, "/signin?from=%2Faccount")
}

func TestTheThemeIsRememberedAndComesBackHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "http://localhost")
	b := w.browser(t)
	b.signIn(password)
	csrf := token.FindStringSubmatch(b.get("/account").body)[1]
	want(t, "dark", b.post("/account/theme", url.Values{"csrf": {csrf}, "theme": {"dark"}, "back": {"/account/password"}}), http.StatusSeeOther, "/account/password")
	want(t, "the next page", b.get("/account/password"), http.StatusOK, "", `data-theme="dark"`)
	want(t, "away", b.post("/account/theme", url.Values{"csrf": {csrf}, "theme": {""}, "back": {"//evil.example"}}), http.StatusSeeOther, "/account")
	if page := b.get("/account"); strings.Contains(page.body, "data-theme=") {
		t.Errorf("got a theme after it was cleared: %s", page.body)
	}
}

func TestTheFrontPageLeadsToWhereOneWorks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "http://localhost")
	want(t, "a visitor", w.browser(t).get("/"), http.StatusSeeOther, "/signin?from=%2F")
	b := w.browser(t)
	b.signIn(password)
	want(t, "somebody without a role", b.get("/"), http.StatusSeeOther, "/account")
}
