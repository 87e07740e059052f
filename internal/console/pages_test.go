package console

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
)

var teatime = time.Date(2026, 11, 21, 16, 4, 0, 0, time.UTC)

func testShell() ui.Shell {
	return ui.Shell{
		Page:  ui.Page{Org: "Halvard Group", CSRF: "c5rf"},
		Me:    ui.Me{ID: "00uAmara", Name: "Amara Okonkwo-Lindqvist", Role: "Help Desk Administrator"},
		Nav:   []ui.NavItem{{Label: "Users", Icon: "users", Href: "/console/users", Current: true}},
		Reach: ui.Reach{Label: "Nairobi and Kisumu branches", People: 212, Of: 10000, Href: "/console/users"},
	}
}

func testRow(id, name, login string, s bailiwick.Status, work string, seen time.Time) userRow {
	return userRow{Who: ui.Who{ID: id, Name: name, Detail: login, Href: "/console/users/" + id}, Status: s, Work: work, LastLogin: seen}
}

func testRows() []userRow {
	return []userRow{
		testRow("00u1", "Tuğba Yıldırım", "tugba.yildirim@halvard.example", bailiwick.LockedOut, "Sales operations lead, Sales", teatime.Add(-8*time.Hour)),
		testRow("00u2", "Siobhán Ní Dhomhnaill", "siobhan.nd@halvard.example", bailiwick.PasswordExpired, "Underwriter, Claims", teatime.AddDate(0, -2, -15)),
		testRow("00u3", "María Alexandrina Wolfeschlegelsteinhausen-Venkataramanan de la Santísima Trinidad", "maria.alexandrina.wolfeschlegelsteinhausen@halvard.example", bailiwick.Provisioned, "", time.Time{}),
		testRow("00u4", "林詩涵", "shihan.lin@halvard.example", bailiwick.Active, "Underwriter, Claims", teatime.AddDate(0, 0, -1)),
		testRow("00u5", "عبد الرحمن الفاسي", "abderrahman.elfassi@halvard.example", bailiwick.Recovery, "Sales operations lead, Sales", teatime.Add(-2*time.Hour)),
		testRow("00u6", "Mateo Quispe Mamani", "mateo.quispe@halvard.example", bailiwick.Suspended, "Sales operations lead, Sales", teatime.AddDate(0, -1, -19)),
		testRow("00u7", "Tevita Fusituʻa", "tevita.fusitua@halvard.example", bailiwick.Deprovisioned, "Underwriter, Claims", teatime.AddDate(-1, -6, 0)),
	}
}

func testUsers() usersPage {
	return usersPage{
		Shell: testShell(), Scope: "You reach 212 of 10,000 people through Nairobi branch and Kisumu branch.",
		Address: "/console/users",
		Chips:   []chip{{"Everyone", "", true}, {"Locked out", bailiwick.LockedOut, false}, {"Pending", bailiwick.Provisioned, false}, {"Password expired", bailiwick.PasswordExpired, false}},
		Rows:    testRows(), Pager: ui.Pager{Shown: "1–7 of 212 people", Next: "/console/users?after=x", Target: "rows"},
	}
}

func testReset() resetForm {
	return resetForm{Title: "Reset or remove password", Name: "Tuğba Yıldırım", Action: "/console/users/00u1/reset-password",
		Cancel: "/console/users/00u1", CSRF: "c5rf", SignOut: true,
		Ways: []way{
			{"email", "Send a reset password email", "Link to tugba.yildirim@halvard.example, works once, for 24 hours. The old password stops working now.", true},
			{"temporary", "Create a temporary password", "Shown to you once. They must choose a new one at next sign-in.", false},
			{"remove", "Remove password", "They can’t sign in with a password until it is reset.", false}}}
}

func testPerson() personPage {
	reset := testReset()
	return personPage{
		Shell:  testShell(),
		Crumbs: []ui.Crumb{{Label: "Users", Href: "/console/users"}, {Label: "Tuğba Yıldırım"}},
		Who:    ui.Who{ID: "00u1", Name: "Tuğba Yıldırım"}, Status: bailiwick.LockedOut,
		Login: "tugba.yildirim@halvard.example", Number: "HG-20471", Place: "Nairobi",
		Facts:       []fact{{"Works as", "Sales operations lead", ""}, {"Phone", "+254 700 000 147", ""}, {"Primary email", "tugba.yildirim@", "halvard.example"}},
		Times:       []stamp{{"Last sign-in", teatime.Add(-8 * time.Hour)}, {"Joined", teatime.AddDate(-3, 0, 0)}},
		GroupsTitle: "Reached through", Groups: []string{"Nairobi branch"},
		Acts: []ui.Act{
			{Icon: "key", Title: "Password", Text: "Changed on 19 Aug.", Button: reset.Title, Href: reset.Action, Dialog: "reset-password", Primary: true},
			{Icon: "unlock", Title: "Locked account", Text: "Not locked."}},
		Refused: "Your role doesn’t include adding, suspending or deleting users.",
		Reset:   &reset,
		Others: []confirmForm{{Slug: "unlock", Title: "Unlock account", Name: "Tuğba Yıldırım", Text: "They can try again straight away.",
			Action: "/console/users/00u1/unlock", Cancel: "/console/users/00u1", CSRF: "c5rf"}},
		Events: []ui.Happening{
			{Icon: "lock", Tone: ui.Bad, Text: "Locked out after 5 wrong passwords", Detail: "196.201.214.14", At: teatime.Add(-12 * time.Minute)},
			{Icon: "key", Tone: ui.Info, Actor: "Joseph Mutua", Text: "reset the password by email", At: teatime.AddDate(0, 0, -9)}},
	}
}

func testAdministrator() personPage {
	p := testPerson()
	p.Acts, p.Reset, p.Refused = nil, nil, ""
	p.NoActs = "Nothing: only an administrator of a higher tier can act on this account."
	p.Notices = []ui.Notice{{Tone: ui.Warn, Title: "Tuğba Yıldırım is an administrator.", Text: "Administrators look after their own profile and password in My Account."}}
	return p
}

// A fixture is one page with data in it, as nobody but a test makes it.
type fixture struct {
	page string
	view ui.View
}

func fixtures() map[string]fixture {
	empty := testUsers()
	empty.Rows, empty.Query = nil, "tugbe yildrim"
	empty.Empty = ui.Empty{Icon: "search", Title: "Nobody matches “tugbe yildrim”", Text: "People outside your groups never show up here.", Link: "Clear filters", Href: "/console/users"}
	crumbs := []ui.Crumb{{Label: "Users", Href: "/console/users"}, {Label: "Tuğba Yıldırım", Href: "/console/users/00u1"}, {Label: "Reset or remove password"}}
	return map[string]fixture{
		"users":          {"users", testUsers()},
		"users-empty":    {"users", empty},
		"person":         {"person", testPerson()},
		"person-admin":   {"person", testAdministrator()},
		"reset-password": {"reset-password", resetPage{Shell: testShell(), Crumbs: crumbs, Reset: testReset(), Fault: "Choose what to do with the password."}},
		"confirm":        {"confirm", confirmPage{Shell: testShell(), Crumbs: crumbs, Form: testPerson().Others[0], Fault: "Try again."}},
		"tokens": {"tokens", tokensPage{Shell: testShell(), Notice: &ui.Notice{Tone: ui.Good, Text: "Token revoked."}, Create: "/console/tokens/new",
			Rows: []tokenRow{{ID: "00T1", Name: "Reset MFA button", Owner: ui.Who{ID: "00u1", Name: "Joseph Mutua", Detail: "joseph@halvard.example"}, Network: "192.0.2.0/24",
				Used: teatime.Add(-3 * time.Hour), Until: teatime.AddDate(0, 0, 27), Revoke: "/console/tokens/00T1/revoke"}}}},
		"tokens-empty": {"tokens", tokensPage{Shell: testShell(), Empty: ui.Empty{Icon: "key", Title: "No API tokens", Text: "None."}}},
		"token-new": {"token-new", tokenForm{Shell: testShell(), Crumbs: tokenCrumbs("", "Create token"), Action: "/console/tokens/new", Cancel: "/console/tokens", Fault: "Try again.",
			Name: ui.Field{ID: "name", Label: "Name", Error: "The name must be there."}, Owner: &ui.Field{ID: "owner", Label: "Acts as"}, Network: ui.Field{ID: "network", Label: "Works from"}}},
		"token-made": {"token-made", tokenMade{Shell: testShell(), Crumbs: tokenCrumbs("", "Copy your token now"), Name: "Reset MFA button", Secret: "a-secret", Back: "/console/tokens"}},
		"groups": {"groups", groupsPage{Shell: testShell(), Address: "/console/groups", Rows: []bailiwick.Group{{ID: "00g1", Name: "Nairobi branch", Description: "Everybody in Nairobi", Members: 1482}},
			Pager: ui.Pager{Shown: "1–1", Target: "rows"}}},
		"temporary-password": {"temporary-password", secretPage{Shell: testShell(), Crumbs: crumbs, Name: "Tuğba Yıldırım", Secret: "maple-harbour-twenty-lantern-fog", Hours: 24, SignedOut: true, Back: "/console/users/00u1"}},
		"error":              {"error", ui.ErrorPage{Shell: testShell(), Oops: ui.Oops{Code: "404", Title: "There is nothing here", Text: "The user may have been deleted, or the address has a typo. We show the same page for people outside your groups.", Link: "Find a user", Href: "/console/users"}}},
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
	part := httptest.NewRecorder()
	if err := pages.WriteBlock(part, http.StatusOK, "users", "found", foundList{Found: testRows(), Empty: ""}); err != nil {
		t.Error(err)
	}
	seen := []string{"error-card"} // a page of the sign-in family
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
