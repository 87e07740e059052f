package portal

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick/internal/ui"
)

var teatime = time.Date(2026, 11, 21, 16, 4, 0, 0, time.UTC)

func testCard() ui.Card { return ui.Card{Page: ui.Page{Org: "Halvard Group", CSRF: "c5rf"}} }

func testAccount() ui.Account {
	return ui.Account{
		Page: ui.Page{Org: "Halvard Group", CSRF: "c5rf"},
		Me:   ui.Me{ID: "00u1", Name: "Tuğba Yıldırım"},
		Tabs: []ui.Tab{{Label: "Profile", Href: "/account", Current: true}, {Label: "Password", Href: "/account/password"}},
	}
}

// A fixture is one page with data in it, as nobody but a test makes it.
type fixture struct {
	page string
	view ui.View
}

func fixtures() map[string]fixture {
	login := ui.Field{ID: "login", Label: "Username", Autocomplete: "username", Autofocus: true}
	word := ui.Field{ID: "password", Label: "Password", Autocomplete: "current-password"}
	fresh := ui.Field{ID: "password", Label: "New password", Autocomplete: "new-password", Error: "Choose a password that is harder to guess"}
	signIn := signInPage{Card: testCard(), Action: "/signin", Forgot: "/forgot", Login: login, Password: word}
	failed := signIn
	failed.Notice = ui.Notice{Tone: ui.Bad, Title: "That username and password don’t match.", Text: "Check both and try again."}
	return map[string]fixture{
		"signin":       {"signin", signIn},
		"signin-error": {"signin", failed},
		"forgot":       {"forgot", forgotPage{Card: testCard(), Action: "/forgot", SignIn: "/signin", Login: login}},
		"forgot-sent":  {"forgot-sent", forgotSentPage{Card: testCard(), SignIn: "/signin", Notice: ui.Notice{Tone: ui.Info, Text: "Nothing after a few minutes? Look in spam, or contact the help desk."}}},
		"set-password": {"set-password", passwordPage{Card: testCard(), Heading: "Set a new password", Button: "Set password", Action: "/reset", Login: "tugba.yildirim@halvard.example", Password: fresh}},
		"link-expired": {"link-expired", expiredPage{Card: testCard(), Text: "Reset links work once, for a short time. Ask for a new one.", Button: "Send a new link", Href: "/forgot"}},
		"account":      {"account", accountPage{Account: testAccount(), First: "Tuğba", Facts: []fact{{"Name", "Tuğba Yıldırım"}, {"Username", "tugba.yildirim@halvard.example"}}}},
		"password":     {"password", ownPasswordPage{Account: testAccount(), Action: "/account/password", Old: word, New: fresh}},
		"error-card":   {"error-card", ui.ErrorCard{Card: testCard(), Oops: ui.Oops{Code: "404", Title: "There is nothing here", Text: "The address has a typo."}}},
	}
}

func testPages(t *testing.T) *ui.Pages {
	t.Helper()
	pages, err := ui.Parse(templates, "templates/*.html", func() time.Time { return teatime })
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

func TestEveryPageRendersWithAFixture(t *testing.T) {
	t.Parallel()
	pages := testPages(t)
	seen := []string{"error"} // a page of the console
	for name, f := range fixtures() {
		seen = append(seen, f.page)
		w := httptest.NewRecorder()
		if err := pages.Write(w, http.StatusOK, f.page, f.view); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := w.Body.String()
		if n := strings.Count(got, "<h1"); n != 1 {
			t.Errorf("%s: got %d headings of the first rank, want 1", name, n)
		}
		if posts, tokens := strings.Count(got, `method="post"`), strings.Count(got, `name="csrf" value="c5rf"`); posts != tokens {
			t.Errorf("%s: got %d forms that change something and %d form tokens, want as many", name, posts, tokens)
		}
	}
	for _, page := range pages.Names() {
		if !slices.Contains(seen, page) {
			t.Errorf("page %s has no fixture", page)
		}
	}
}
