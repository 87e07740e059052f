package console_test

import (
	"fmt"
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
	"github.com/bailiwick-iam/bailiwick/internal/console"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/portal"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/signin"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

// password is everybody's who has one.
const password = "correct horse battery"

// A world is a server with two branches. Amara is the help desk of Nairobi,
// Ugo the user administrator of Nairobi, Rhea a super administrator, Kaito an
// organization administrator in Nairobi, Plain nobody in particular.
type world struct {
	*httptest.Server
	dir    *directory.Directory
	system authz.Actor
	ids    map[string]bailiwick.ID
	groups map[string]bailiwick.ID
}

func newWorld(t *testing.T) *world {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{DSN: storetest.SQLitePath(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	keys := secret.EphemeralKeys()
	hasher := secret.NewHasher(keys, secret.Params{Memory: 8, Time: 1, Threads: 1}, secret.NewGate(8, 80), secret.Mint{})
	w := &world{dir: directory.New(s, hasher, keys), ids: map[string]bailiwick.ID{}, groups: map[string]bailiwick.ID{}}
	in := signin.New(s, hasher, keys)
	org, err := w.dir.CreateOrg(t.Context(), "a test", "halvard", "Halvard Group")
	if err != nil {
		t.Fatal(err)
	}
	w.system = authz.System(org.ID, "a test")
	w.Server = httptest.NewServer(serve(t, w.dir, in))
	t.Cleanup(w.Close)
	w.people(t)
	return w
}

func serve(t *testing.T, dir *directory.Directory, in *signin.SignIn) http.Handler {
	t.Helper()
	faces := web.New(web.Options{PublicURL: &url.URL{Scheme: "http", Host: "localhost"}, Orgs: dir.Orgs, SignIn: in})
	r := chi.NewRouter()
	admin, err := console.New(dir, faces, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	everybody, err := portal.New(in, dir, faces, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	admin.Routes(r)
	everybody.Routes(r)
	return faces.Middleware(r)
}

func (w *world) people(t *testing.T) {
	t.Helper()
	for _, name := range []string{"Nairobi branch", "Oslo branch"} {
		g, err := w.dir.CreateGroup(t.Context(), w.system, bailiwick.Group{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		w.groups[name] = g.ID
	}
	for _, p := range []struct {
		first, last, group string
		pending            bool
		role               bailiwick.RoleType
	}{
		{"Amara", "Lindqvist", "Nairobi branch", false, bailiwick.HelpDeskAdmin},
		{"Ugo", "Rossi", "Nairobi branch", false, bailiwick.UserAdmin},
		{"Rhea", "Vaszary", "Oslo branch", false, bailiwick.SuperAdmin},
		{"Kaito", "Bergström", "Nairobi branch", false, bailiwick.OrgAdmin},
		{"Tuğba", "Yıldırım", "Nairobi branch", false, ""},
		{"Plain", "Person", "Nairobi branch", false, ""},
		{"Pia", "Pending", "Nairobi branch", true, ""},
		{"Bo", "Li", "Oslo branch", false, ""},
	} {
		w.add(t, p.first, p.last, p.group, p.pending)
		if p.role != "" {
			w.appoint(t, p.first, p.role)
		}
	}
}

func login(first string) string {
	return strings.ToLower(strings.ReplaceAll(first, "ğ", "g")) + "@halvard.example"
}

func (w *world) add(t *testing.T, first, last, group string, pending bool) {
	t.Helper()
	n := directory.NewUser{Activate: true, Password: password, GroupIDs: []bailiwick.ID{w.groups[group]},
		Profile: bailiwick.Profile{"login": login(first), "email": login(first), "firstName": first, "lastName": last, "title": "Clerk"}}
	if pending {
		n.Password = ""
	}
	u, err := w.dir.CreateUser(t.Context(), w.system, n)
	if err != nil {
		t.Fatal(err)
	}
	w.ids[first] = u.ID
}

func (w *world) appoint(t *testing.T, first string, role bailiwick.RoleType) {
	t.Helper()
	holder := directory.Person(string(w.ids[first]))
	a, err := w.dir.AssignRole(t.Context(), w.system, holder, role)
	if err != nil {
		t.Fatal(err)
	}
	if info, _ := bailiwick.Role(role); info.Targets == bailiwick.GroupTargets {
		if err := w.dir.AddGroupTarget(t.Context(), w.system, holder, a.ID, w.groups["Nairobi branch"]); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) person(first string) string { return "/console/users/" + string(w.ids[first]) }

func (w *world) status(t *testing.T, first string) bailiwick.Status {
	t.Helper()
	u, err := w.dir.User(t.Context(), w.system, string(w.ids[first]))
	if err != nil {
		t.Fatal(err)
	}
	return u.Status
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

// as is a browser in which somebody has signed in.
func (w *world) as(t *testing.T, first string) *browser {
	t.Helper()
	b := w.browser(t)
	if got := b.post("/signin", url.Values{"login": {login(first)}, "password": {password}}); got.status != http.StatusSeeOther {
		t.Fatalf("%s signs in: got status %v, want 303: %s", first, got.status, got.body)
	}
	return b
}

func (b *browser) do(method, path string, form url.Values, header ...string) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.at+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
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
	return answer{res.StatusCode, string(body), res.Header}
}

func (b *browser) get(path string, header ...string) answer {
	b.t.Helper()
	return b.do(http.MethodGet, path, nil, header...)
}

func (b *browser) post(path string, form url.Values, header ...string) answer {
	b.t.Helper()
	return b.do(http.MethodPost, path, form, header...)
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

// names are those of the people in a list.
func (a answer) names() string {
	var out []string
	for _, found := range regexp.MustCompile(`<th scope="row" class="clip">.*?<bdi>([^<]+)</bdi>`).FindAllStringSubmatch(a.body, -1) {
		out = append(out, found[1])
	}
	return fmt.Sprint(out)
}

func (a answer) link(t *testing.T, label string) string {
	t.Helper()
	found := regexp.MustCompile(`<a class="btn btn-sm" href="([^"]+)"[^>]*>(?:<svg.*?</svg>)?` + label + `</a>`).FindStringSubmatch(a.body)
	if found == nil {
		return ""
	}
	return strings.ReplaceAll(found[1], "&amp;", "&")
}
