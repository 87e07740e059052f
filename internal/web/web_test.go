package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/signin"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

var acme, beta = bailiwick.Org{ID: "00o0000000000000acme", Slug: "acme"}, bailiwick.Org{ID: "00o0000000000000beta", Slug: "beta"}

// A site is a server with one page of each kind.
type site struct {
	web     *web.Web
	handler http.Handler
	orgs    []bailiwick.Org
	orgsErr error
	mu      sync.Mutex
	log     strings.Builder
	seen    []int // statuses that were observed
	page    web.Handler
}

func (s *site) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(b)
}

func newSite(t *testing.T, public string, orgs ...bailiwick.Org) *site {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{DSN: storetest.SQLitePath(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	keys := secret.EphemeralKeys()
	origin, err := url.Parse(public)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{orgs: orgs}
	s.web = web.New(web.Options{PublicURL: origin, SignIn: signin.New(st, nil, keys), Log: slog.New(slog.NewTextHandler(s, nil)),
		Orgs:    func(context.Context) ([]bailiwick.Org, error) { return s.orgs, s.orgsErr },
		Observe: func(_ *http.Request, status int, _ time.Duration) { s.seen = append(s.seen, status) }})
	fail := func(w http.ResponseWriter, _ *http.Request, err error) {
		status := http.StatusInternalServerError
		var told *bailiwick.Error
		if errors.As(err, &told) {
			status = map[bailiwick.Code]int{bailiwick.Forbidden: 403, bailiwick.Unauthenticated: 401, bailiwick.Invalid: 400, bailiwick.Throttled: 429}[told.Code]
		}
		http.Error(w, "failed", status)
	}
	page := func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		if s.page != nil {
			return s.page(w, r, by)
		}
		_, err := fmt.Fprintf(w, "%s|%s|%s", web.OrgOf(r).ID, web.Base(r), s.web.URL(r, r.URL.Path))
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/page", s.web.Page(fail, page))
	mux.Handle("/open", s.web.Open(fail, page))
	mux.Handle("/token", s.web.Token(fail, page))
	s.handler = s.web.Middleware(mux)
	return s
}

func (s *site) ask(method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	out := httptest.NewRecorder()
	s.handler.ServeHTTP(out, r)
	return out
}

func TestTheOrgComesFromThePathOrIsTheOnlyOne(t *testing.T) {
	t.Parallel()
	const public = "https://id.example.com/"
	one, two := newSite(t, public, acme), newSite(t, public, acme, beta)
	for _, row := range []struct {
		site         *site
		target, want string
		status       int
	}{
		{one, "/open", string(acme.ID) + "||https://id.example.com/open", 200},
		{one, "/t/acme/open", string(acme.ID) + "|/t/acme|https://id.example.com/t/acme/open", 200},
		{one, "/t/beta/open", "", 404},
		{one, "/t/ACME/open", "", 404},
		{two, "/open", "||https://id.example.com/open", 200},
		{two, "/t/beta/open", string(beta.ID) + "|/t/beta|https://id.example.com/t/beta/open", 200},
		{two, "/t/beta/t/acme/open", "", 404},
		{two, "/t/beta", "", 404},
		{two, "/t/betamax/open", "", 404},
		{two, "http://evil.example/t/beta/open", string(beta.ID) + "|/t/beta|https://id.example.com/t/beta/open", 200},
	} {
		out := row.site.ask("GET", row.target, "", "X-Forwarded-Host", "evil.example")
		if out.Code != row.status || row.want != "" && out.Body.String() != row.want {
			t.Errorf("GET %s: got %d %q, want %d %q", row.target, out.Code, out.Body, row.status, row.want)
		}
	}
	broken := newSite(t, public)
	broken.orgsErr = errors.New("the database is away")
	if out := broken.ask("GET", "/open", ""); out.Code != 503 || strings.Contains(out.Body.String(), "database") || !strings.Contains(broken.log.String(), "database is away") {
		t.Errorf("got %d %q and the log %q, want 503 and the cause in the log alone", out.Code, out.Body, &broken.log)
	}
}

func TestAPanicIsAnsweredAndLogged(t *testing.T) {
	t.Parallel()
	s := newSite(t, "https://id.example.com", acme)
	s.page = func(http.ResponseWriter, *http.Request, authz.Actor) error { panic("the roof is on fire") }
	out := s.ask("GET", "/open", "")
	id := out.Header().Get("X-Okta-Request-Id")
	if out.Code != 500 || strings.Contains(out.Body.String(), "fire") || id == "" {
		t.Errorf("got %d %q with the request ID %q, want 500 that tells nothing", out.Code, out.Body, id)
	}
	for _, want := range []string{"the roof is on fire", "request=" + id, "web_test.go"} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("got the log %q, want %q in it", &s.log, want)
		}
	}
	if len(s.seen) != 1 || s.seen[0] != 500 {
		t.Errorf("observed %v, want one 500", s.seen)
	}
}

// TestAHalfAnswerIsCutOff: a reader must not take for whole what a panic ended.
func TestAHalfAnswerIsCutOff(t *testing.T) {
	t.Parallel()
	s := newSite(t, "https://id.example.com", acme)
	s.page = func(w http.ResponseWriter, _ *http.Request, _ authz.Actor) error {
		_, _ = io.WriteString(w, "half of ")
		_ = http.NewResponseController(w).Flush()
		panic("the rest")
	}
	server := httptest.NewServer(s.handler)
	defer server.Close()
	response, err := server.Client().Get(server.URL + "/open")
	if err == nil {
		_, err = io.ReadAll(response.Body)
		_ = response.Body.Close()
	}
	if err == nil {
		t.Error("got a whole answer, want one that is cut off")
	}
}

func TestErrorsThatMayNotBeToldAreLogged(t *testing.T) {
	t.Parallel()
	s := newSite(t, "https://id.example.com", acme)
	s.page = func(http.ResponseWriter, *http.Request, authz.Actor) error {
		return errors.New("relation users does not exist")
	}
	if out := s.ask("GET", "/open", ""); out.Code != 500 || strings.Contains(out.Body.String(), "relation") || !strings.Contains(s.log.String(), "relation users") {
		t.Errorf("got %d %q and the log %q, want 500 and the cause in the log alone", out.Code, out.Body, &s.log)
	}
	s.page = func(http.ResponseWriter, *http.Request, authz.Actor) error { return bailiwick.ErrForbidden }
	s.log.Reset()
	if out := s.ask("GET", "/open", ""); out.Code != 403 || s.log.Len() > 0 {
		t.Errorf("got %d and the log %q, want 403 and no line", out.Code, &s.log)
	}
}

func TestCookiesOfSessions(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		public, target, name string
		secure               bool
	}{
		{"https://id.example.com", "/open", "__Host-bailiwick-" + string(acme.ID), true},
		{"https://id.example.com", "/t/beta/open", "__Host-bailiwick-" + string(beta.ID), true},
		{"http://localhost:8080", "/t/acme/open", "bailiwick-" + string(acme.ID), false},
	} {
		s := newSite(t, row.public, acme, beta)
		if row.target == "/open" {
			s.orgs = s.orgs[:1]
		}
		for what, do := range map[string]web.Handler{
			"set": func(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
				s.web.SetSession(w, r, "secret")
				return nil
			},
			"clear": func(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
				s.web.ClearSession(w, r)
				return nil
			},
		} {
			s.page = do
			cookies := s.ask("GET", row.target, "").Result().Cookies()
			if len(cookies) != 1 {
				t.Fatalf("%s: got cookies %v, want one", what, cookies)
			}
			c := cookies[0]
			if c.Name != row.name || c.Secure != row.secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
				t.Errorf("%s on %s: got %v, want %s, HttpOnly, Lax, path / and no domain", what, row.public, c, row.name)
			}
			if what == "set" && (c.Value != "secret" || c.MaxAge != 0 || !c.Expires.IsZero()) || what == "clear" && (c.Value != "" || c.MaxAge >= 0) {
				t.Errorf("%s: got %v, want the secret until the browser closes, or nothing at once", what, c)
			}
		}
	}
}

func TestSignedOutPeopleAreLedToTheSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t, "https://id.example.com", acme)
	for _, row := range []struct {
		method, target, fragment string
		status                   int
		header, to               string
	}{
		{"GET", "/page?q=a%26b", "", 303, "Location", "/signin?from=%2Fpage%3Fq%3Da%2526b"},
		{"GET", "/t/acme/page", "", 303, "Location", "/t/acme/signin?from=%2Ft%2Facme%2Fpage"},
		{"GET", "http://evil.example/page", "", 303, "Location", "/signin?from=%2Fpage"},
		{"POST", "/page", "", 303, "Location", "/signin"},
		{"GET", "/page", "true", 401, "Hx-Redirect", "/signin"},
	} {
		out := s.ask(row.method, row.target, "", "HX-Request", row.fragment, "Cookie", "__Host-bailiwick-"+string(acme.ID)+"=garbage")
		if out.Code != row.status || out.Header().Get(row.header) != row.to {
			t.Errorf("%s %s: got %d %s %q, want %d %q", row.method, row.target, out.Code, row.header, out.Header().Get(row.header), row.status, row.to)
		}
		if c := out.Result().Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
			t.Errorf("%s %s: got cookies %v, want the bad one cleared", row.method, row.target, c)
		}
	}
}

func TestFormsNeedTheProofOfTheirSession(t *testing.T) {
	t.Parallel()
	s := newSite(t, "https://id.example.com", acme)
	mint, done := secret.Mint{}, 0
	session, other := mint.Token(secret.Session), mint.Token(secret.Session)
	var proof string
	s.page = func(_ http.ResponseWriter, r *http.Request, by authz.Actor) error {
		proof = s.web.CSRF(by)
		if r.Method == http.MethodPost {
			done++
		}
		return nil
	}
	cookie := func(token secret.Token) []string {
		return []string{"Cookie", "__Host-bailiwick-" + string(acme.ID) + "=" + token.Reveal()}
	}
	s.ask("GET", "/page", "", cookie(other)...)
	foreign := proof
	s.ask("GET", "/page", "", cookie(session)...)
	good := "csrf=" + url.QueryEscape(proof)
	for _, row := range []struct {
		name, target, body string
		header             []string
		want               int
	}{
		{"none", "/page", "a=b", nil, 403},
		{"empty", "/page", "csrf=", nil, 403},
		{"of another session", "/page", "csrf=" + url.QueryEscape(foreign), nil, 403},
		{"in the query", "/page?" + good, "a=b", nil, 403},
		{"in JSON", "/page", `{"csrf":"` + proof + `"}`, []string{"Content-Type", "application/json"}, 403},
		{"of another site", "/page", good, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"of a sibling", "/page", good, []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"of another origin", "/page", good, []string{"Origin", "https://evil.example"}, 403},
		{"of no origin", "/page", good, []string{"Origin", "null"}, 403},
		{"in too large a form", "/page", good + "&x=" + strings.Repeat("x", 2<<20), nil, 400},
		{"its own", "/page", good, nil, 200},
		{"its own, from here", "/page", good, []string{"Sec-Fetch-Site", "same-origin"}, 200},
	} {
		before := done
		out := s.ask("POST", row.target, row.body, append(cookie(session), row.header...)...)
		if out.Code != row.want || (done > before) != (row.want == 200) {
			t.Errorf("%s: got %d, done %t, want %d", row.name, out.Code, done > before, row.want)
		}
	}
	for _, site := range []string{"cross-site", "same-site"} {
		if out := s.ask("POST", "/open", "a=b", "Sec-Fetch-Site", site); out.Code != 403 {
			t.Errorf("an open form from %s: got %d, want 403", site, out.Code)
		}
	}
}

// TestACookieIsNoToken: the API takes no session, whatever the browser sends
// along (TOK-9).
func TestACookieIsNoToken(t *testing.T) {
	t.Parallel()
	s := newSite(t, "https://id.example.com", acme)
	session := secret.Mint{}.Token(secret.Session)
	out := s.ask("GET", "/token", "", "Cookie", "__Host-bailiwick-"+string(acme.ID)+"="+session.Reveal())
	if out.Code != 401 {
		t.Errorf("got %d, want 401", out.Code)
	}
}
