package ui_test

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var now = time.Date(2026, 11, 21, 16, 4, 0, 0, time.UTC)

type gallery struct {
	ui.Shell
	Crumbs   []ui.Crumb
	Tabs     []ui.Tab
	Notice   ui.Notice
	Alarm    ui.Notice
	Field    ui.Field
	Password ui.Field
	Statuses []bailiwick.Status
	Acts     []ui.Act
	Events   []ui.Happening
	Pager    ui.Pager
	Empty    ui.Empty
	Never    time.Time
	Today    time.Time
}

type plainCard struct{ ui.Card }

type plainAccount struct{ ui.Account }

var page = ui.Page{Org: "Halvard & Sons", Base: "/t/halvard", Here: "/t/halvard/console/users?q=a", Theme: ui.DarkTheme, CSRF: "c5rf", Toast: "Reset email sent"}

var me = ui.Me{ID: "00uAmara", Name: "Amara Okonkwo-Lindqvist", Role: "Help Desk Administrator"}

func shell() ui.Shell {
	return ui.Shell{
		Page: page, Me: me,
		Nav:   []ui.NavItem{{Label: "Users", Icon: "users", Href: "/t/halvard/console/users", Current: true}},
		Reach: ui.Reach{Label: "Nairobi branch", People: 212, Of: 40118},
	}
}

func fullGallery() gallery {
	return gallery{
		Shell:    shell(),
		Crumbs:   []ui.Crumb{{Label: "Users", Href: "/t/halvard/console/users"}, {Label: "Tuğba Yıldırım"}},
		Tabs:     []ui.Tab{{Label: "Overview", Href: "?tab=overview", Current: true}, {Label: "Groups", Href: "?tab=groups", Count: 1204}},
		Notice:   ui.Notice{Tone: ui.Warn, Title: "Kaito is an administrator.", Text: "He looks after his own password."},
		Alarm:    ui.Notice{Tone: ui.Bad, Text: "That didn’t work."},
		Field:    ui.Field{ID: "login", Label: "Username", Value: `"><script>alert(1)</script>`, Hint: "As in your mail address.", Error: "Enter a username", Autocomplete: "username", Autofocus: true},
		Password: ui.Field{ID: "new", Label: "New password", Autocomplete: "new-password", Optional: true},
		Statuses: bailiwick.Statuses(),
		Acts: []ui.Act{
			{Icon: "key", Title: "Password", Text: "Changed 94 days ago.", Button: "Reset or remove password", Href: "/x", Dialog: "reset-password", Primary: true},
			{Icon: "unlock", Title: "Locked account", Text: "Not locked."}},
		Events: []ui.Happening{
			{Icon: "lock", Tone: ui.Bad, Text: "Locked out after 5 wrong passwords", Detail: "Nairobi", At: now.Add(-12 * time.Minute)},
			{Icon: "key", Tone: ui.Info, Actor: "Joseph Mutua", Text: "reset the password by email", At: now.AddDate(0, 0, -9)},
			{Icon: "check", Tone: ui.Good, Text: "Signed in", At: now.AddDate(-1, 0, 0)}},
		Pager: ui.Pager{Shown: "12 of 212 people", Next: "/t/halvard/console/users?after=a%2Bb", Target: "rows"},
		Empty: ui.Empty{Icon: "search", Title: "Nobody matches “tugbe”", Text: "Check the spelling.", Link: "Clear filters", Href: "/x"},
		Today: now,
	}
}

func parse(t *testing.T) *ui.Pages {
	t.Helper()
	pages, err := ui.Parse(os.DirFS("testdata"), "pages/*.html", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// hashes change with every change of an asset; the goldens are about markup.
var hashes = regexp.MustCompile(`/static/[0-9a-f]{16}/`)

func TestEveryLayoutAndComponentLooksLikeItsGolden(t *testing.T) {
	t.Parallel()
	pages := parse(t)
	oops := ui.Oops{Code: "404", Title: "There is nothing here", Text: "The address has a typo.", More: "Same for everybody.", Link: "Users", Href: "/x"}
	views := []struct {
		golden, page string
		view         ui.View
	}{
		{"shell", "gallery", fullGallery()},
		{"card", "plain", plainCard{ui.Card{Page: page, Help: "+47 555 0100"}}},
		{"account", "plain", plainAccount{ui.Account{Page: page, Me: me, Console: true, Tabs: []ui.Tab{{Label: "Profile", Href: "/t/halvard/account", Current: true}}}}},
		{"error", "error", ui.ErrorPage{Shell: shell(), Oops: oops}},
		{"error-card", "error-card", ui.ErrorCard{Card: ui.Card{Page: ui.Page{Org: "Halvard"}}, Oops: oops}},
	}
	for _, v := range views {
		t.Run(v.golden, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			if err := pages.Write(w, http.StatusOK, v.page, v.view); err != nil {
				t.Fatal(err)
			}
			got := hashes.ReplaceAllString(w.Body.String(), "/static/{digest}/")
			if inline := regexp.MustCompile(`(?i)\sstyle=|<style|\son[a-z]+=|<script>|javascript:`).FindString(got); inline != "" {
				t.Errorf("the page has %q, which the content security policy refuses", inline)
			}
			compare(t, v.golden, got)
		})
	}
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs from its golden file (see the change with -update):\ngot %s\nwant %s", name, got, want)
	}
}

func TestABlockIsWrittenWithoutItsLayout(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	if err := parse(t).WriteBlock(w, http.StatusOK, "gallery", "rows", fullGallery()); err != nil {
		t.Fatal(err)
	}
	if got, want := w.Body.String(), "<p>40,118 rows</p>"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := w.Header().Get("Content-Type"), "text/html; charset=utf-8"; got != want {
		t.Errorf("got content type %q, want %q", got, want)
	}
}

func TestAPageThatFailsWritesNothing(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	broken := fullGallery()
	broken.Acts[0].Icon = "no such icon"
	if err := parse(t).Write(w, http.StatusOK, "gallery", broken); err == nil {
		t.Fatal("got no error for an unknown icon")
	}
	if w.Body.Len() != 0 {
		t.Errorf("got %d bytes before the error, want none", w.Body.Len())
	}
	if err := parse(t).Write(w, http.StatusOK, "nowhere", broken); err == nil {
		t.Error("got no error for an unknown page")
	}
}

func TestTemplatesThatThePolicyWouldBreakAreRefusedAtStart(t *testing.T) {
	t.Parallel()
	const frame = `{{define "title"}}x{{end}}{{define "main"}}%{{end}}`
	for name, main := range map[string]string{
		"a style attribute":      `<p style="color:red">x</p>`,
		"a style element":        `<style>p{color:red}</style>`,
		"an event handler":       `<button onclick="x()">x</button>`,
		"an htmx event handler":  `<button hx-on:click="x()">x</button>`,
		"a script with a body":   `<script>x()</script>`,
		"a javascript: address":  `<a href="javascript:x()">x</a>`,
		"a template that breaks": `{{if}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := fstest.MapFS{"p.html": {Data: []byte(strings.Replace(frame, "%", main, 1))}}
			if _, err := ui.Parse(files, "*.html", time.Now); err == nil {
				t.Errorf("got no error for %s", main)
			}
		})
	}
	t.Run("a page without main", func(t *testing.T) {
		t.Parallel()
		files := fstest.MapFS{"p.html": {Data: []byte(`{{define "title"}}x{{end}}`)}}
		if _, err := ui.Parse(files, "*.html", time.Now); err == nil {
			t.Error("got no error for a page that does not define main")
		}
	})
}

func TestStaticFilesAreServedByDigestAndKeptForEver(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]string{
		"bailiwick.css": "text/css; charset=utf-8",
		"bailiwick.js":  "text/javascript; charset=utf-8",
		"htmx.min.js":   "text/javascript; charset=utf-8",
		"favicon.svg":   "image/svg+xml",
	} {
		address, err := ui.Asset(name)
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		w.Header().Set("Pragma", "no-cache") // as every answer has before its handler
		ui.Static().ServeHTTP(w, httptest.NewRequest("GET", address, nil))
		want, err := os.ReadFile(filepath.Join("static", name))
		if err != nil {
			t.Fatal(err)
		}
		if w.Code != http.StatusOK || w.Body.String() != string(want) {
			t.Errorf("%s: got status %v and %d bytes, want 200 and %d", address, w.Code, w.Body.Len(), len(want))
		}
		for header, want := range map[string]string{
			"Content-Type":           kind,
			"Cache-Control":          "public, max-age=31536000, immutable",
			"X-Content-Type-Options": "nosniff",
			"Pragma":                 "",
		} {
			if got := w.Header().Get(header); got != want {
				t.Errorf("%s of %s: got %q, want %q", header, name, got, want)
			}
		}
	}
}

func TestStaticKnowsNoOtherAddresses(t *testing.T) {
	t.Parallel()
	css, err := ui.Asset("bailiwick.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/static/0000000000000000/bailiwick.css", http.StatusNotFound},
		{"GET", "/static/", http.StatusNotFound},
		{"GET", "/static/../ui.go", http.StatusNotFound},
		{"POST", css, http.StatusMethodNotAllowed},
		{"HEAD", css, http.StatusOK},
	} {
		w := httptest.NewRecorder()
		ui.Static().ServeHTTP(w, httptest.NewRequest(r.method, r.path, nil))
		if w.Code != r.want {
			t.Errorf("%s %s: got %v, want %v", r.method, r.path, w.Code, r.want)
		}
		if r.method == "HEAD" && w.Body.Len() > 0 {
			t.Errorf("HEAD %s: got %d bytes, want none", r.path, w.Body.Len())
		}
	}
	if _, err := ui.Asset("htmx.LICENSE"); err == nil {
		t.Error("got an address for a file that is not served")
	}
}

func TestThemeComesFromTheCookieAndNothingElse(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]ui.Theme{"dark": ui.DarkTheme, "light": ui.LightTheme, "": ui.SystemTheme, "\"><b>": ui.SystemTheme} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Cookie", "theme="+value)
		if got := ui.ThemeOf(r); got != want {
			t.Errorf("cookie %q: got theme %q, want %q", value, got, want)
		}
	}
	if got := ui.SystemTheme.Remember(true).MaxAge; got >= 0 {
		t.Errorf("got max age %v for the system theme, want the cookie cleared", got)
	}
	if c := ui.DarkTheme.Remember(true); c.Value != "dark" || !c.Secure {
		t.Errorf("got %v, want a secure cookie for the dark theme", c)
	}
}
