package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
)

func has(t *testing.T, what string, got answer, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(got.body, want) {
			t.Errorf("%s: got a page (status %v) without %q: %s", what, got.status, want, got.body)
		}
	}
}

func lacks(t *testing.T, what string, got answer, refused ...string) {
	t.Helper()
	for _, text := range refused {
		if strings.Contains(got.body, text) {
			t.Errorf("%s: got a page with %q, want none", what, text)
		}
	}
}

func TestAHelpDeskFindsItsOwnPeopleAndNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(t, "Amara")

	list := b.get("/console/users")
	has(t, "the list", list, "You reach 6 of 8 people through Nairobi branch.", "Tuğba Yıldırım", "Reached through")
	lacks(t, "the list", list, "Bo Li", "Oslo")
	if got, want := b.get("/console/users?q=TUGBA").names(), "[Tuğba Yıldırım]"; got != want {
		t.Errorf("search for tugba: got %v, want %v", got, want)
	}
	hidden, absent := b.get("/console/users?q=bo"), b.get("/console/users?q=zz")
	has(t, "a search for somebody hidden", hidden, "Nobody matches “bo”")
	same := strings.NewReplacer("“bo”", "“zz”", `value="bo"`, `value="zz"`, "q=bo", "q=zz")
	if got, want := same.Replace(hidden.body), absent.body; got != want {
		t.Errorf("got %s for a hidden name, want %s as for one that nobody has", got, want)
	}
	found := b.get("/console/find?q=a")
	has(t, "the search in the top bar", found, "Amara Lindqvist")
	lacks(t, "the search in the top bar", found, "Vaszary", "<html")
}

func TestAHiddenPersonIsAsAbsentAsOneWhoNeverWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(t, "Amara")
	never := "00u0000000000000000z"
	for _, page := range []string{"", "/reset-password", "/clear-sessions"} {
		hidden, absent := b.get(w.person("Bo")+page), b.get("/console/users/"+never+page)
		if hidden.status != http.StatusNotFound {
			t.Errorf("%s of a hidden person: got %v, want 404", page, hidden.status)
		}
		if got, want := strings.ReplaceAll(hidden.body, string(w.ids["Bo"]), never), absent.body; got != want {
			t.Errorf("%s: got %s for a hidden person, want %s as for an absent one", page, got, want)
		}
	}
	form := url.Values{"how": {"email"}, "csrf": {token.FindStringSubmatch(b.get(w.person("Plain")).body)[1]}}
	if got := b.post(w.person("Bo")+"/reset-password", form).status; got != http.StatusNotFound {
		t.Errorf("reset of a hidden person: got %v, want 404", got)
	}
	if got := w.status(t, "Bo"); got != bailiwick.Active {
		t.Errorf("got status %v of the hidden person, want it untouched", got)
	}
}

func TestAResetByEmailIsDoneAndToldWithoutScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(t, "Amara")
	has(t, "the person", b.get(w.person("Plain")), `href="`+w.person("Plain")+`/reset-password"`, "Your role doesn’t include editing, suspending or deleting users.")
	form := b.get(w.person("Plain") + "/reset-password")
	has(t, "the form", form, "Send a reset password email", "Create a temporary password", "plain@halvard.example")
	lacks(t, "the form of a help desk", form, "Remove password")

	done := b.send(w.person("Plain")+"/reset-password", url.Values{"how": {"email"}, "signout": {"yes"}})
	if got, want := done.header.Get("Location"), w.person("Plain")+"?done=emailed"; done.status != http.StatusSeeOther || got != want {
		t.Fatalf("got %v to %q, want 303 to %q: %s", done.status, got, want, done.body)
	}
	has(t, "the person afterwards", b.get(done.header.Get("Location")),
		"Reset password email sent to Plain Person", "Password reset", "<b><bdi>Amara Lindqvist</bdi></b> reset the password by email")
	if got, want := w.status(t, "Plain"), bailiwick.Recovery; got != want {
		t.Errorf("got status %v, want %v", got, want)
	}
}

func TestATemporaryPasswordIsShownOnceAndMustBeChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(t, "Amara")
	shown := b.send(w.person("Plain")+"/reset-password", url.Values{"how": {"temporary"}})
	_, rest, _ := strings.Cut(shown.body, `<code id="secret">`)
	secret, _, ok := strings.Cut(rest, "</code>")
	if shown.status != http.StatusOK || !ok || len(secret) < 16 {
		t.Fatalf("got %v, want the password in the answer: %s", shown.status, shown.body)
	}
	if got := shown.header.Get("Cache-Control"); !strings.Contains(got, "no-store") {
		t.Errorf("got Cache-Control %q, want no-store", got)
	}
	lacks(t, "the person afterwards", b.get(w.person("Plain")), secret)

	plain := w.browser(t)
	asked := plain.post("/signin", url.Values{"login": {"plain"}, "password": {secret}})
	has(t, "the sign-in with it", asked, "Choose a new password")
	lacks(t, "the page that asks for a new one", asked, secret)
	same := plain.post("/signin/change", url.Values{"login": {"plain"}, "old": {secret}, "password": {secret}})
	if same.status != http.StatusUnprocessableEntity {
		t.Errorf("the temporary password kept for good: got %v, want 422", same.status)
	}
	done := plain.post("/signin/change", url.Values{"login": {"plain"}, "old": {secret}, "password": {"a harbour in the fog"}})
	if got := done.header.Get("Location"); done.status != http.StatusSeeOther || got != "/account" {
		t.Fatalf("got %v to %q, want 303 to /account: %s", done.status, got, done.body)
	}
	has(t, "My Account", plain.get("/account"), "Hello, <bdi>Plain</bdi>")
}

func TestOnlyPermittedWaysAreOfferedAndTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	desk, users := w.as(t, "Amara"), w.as(t, "Ugo")
	has(t, "the form of a user administrator", users.get(w.person("Plain")+"/reset-password"), "Remove password")
	if got := desk.send(w.person("Plain")+"/reset-password", url.Values{"how": {"remove"}}); got.status != http.StatusForbidden {
		t.Errorf("a help desk removes a password: got %v, want 403", got.status)
	}
	if got := desk.send(w.person("Plain")+"/reset-password", url.Values{"how": {"hope"}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown way: got %v, want 422", got.status)
	}
	if got := w.status(t, "Plain"); got != bailiwick.Active {
		t.Errorf("got status %v, want nothing changed", got)
	}
	if got := users.send(w.person("Plain")+"/reset-password", url.Values{"how": {"remove"}}); got.status != http.StatusSeeOther {
		t.Errorf("a user administrator removes a password: got %v, want 303: %s", got.status, got.body)
	}
}

func TestAdministratorsOfOnesOwnTierAndOneselfOfferNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(t, "Amara")
	for _, who := range []string{"Kaito", "Ugo", "Amara"} {
		page := b.get(w.person(who))
		if page.status != http.StatusOK {
			t.Fatalf("%s: got %v, want the page", who, page.status)
		}
		lacks(t, who, page, "reset-password", "clear-sessions", "/unlock")
		form := url.Values{"how": {"email"}, "csrf": {token.FindStringSubmatch(page.body)[1]}}
		if got := b.post(w.person(who)+"/reset-password", form).status; got != http.StatusForbidden {
			t.Errorf("a help desk resets %s: got %v, want 403", who, got)
		}
		if got := w.status(t, who); got != bailiwick.Active {
			t.Errorf("got status %v of %s, want it untouched", got, who)
		}
	}
	has(t, "an administrator", b.get(w.person("Kaito")), "Kaito Bergström is an administrator.")
	has(t, "oneself", b.get(w.person("Amara")), "This is you.", `href="/account"`)
	above := w.as(t, "Rhea").get(w.person("Kaito") + "/reset-password")
	has(t, "from a higher tier", above, "Send a reset password email")
	lacks(t, "from a higher tier, in the console", above, "temporary", "Remove password")
}

func TestThePendingAreActivatedByTheDesk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(t, "Amara")
	page := b.get(w.person("Pia"))
	has(t, "a pending person", page, "Set password and activate", "There is no password to reset until the account is active.")
	lacks(t, "a pending person", page, "/reset-password")
	has(t, "the question", b.get(w.person("Pia")+"/set-password-and-activate"), "Creates a temporary password")
	has(t, "the answer", b.send(w.person("Pia")+"/set-password-and-activate", url.Values{}), `<code id="secret">`)
	if got, want := w.status(t, "Pia"), bailiwick.PasswordExpired; got != want {
		t.Errorf("got status %v, want %v", got, want)
	}
	if got := b.get(w.person("Pia") + "/set-password-and-activate").status; got != http.StatusForbidden {
		t.Errorf("the question about somebody who is not pending: got %v, want 403", got)
	}
	if got := b.get(w.person("Pia") + "/no-such-act").status; got != http.StatusNotFound {
		t.Errorf("an act that is none: got %v, want 404", got)
	}
}

func TestClearedSessionsAreOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain, b := w.as(t, "Plain"), w.as(t, "Amara")
	if got := plain.get("/account").status; got != http.StatusOK {
		t.Fatalf("before: got %v, want 200", got)
	}
	done := b.send(w.person("Plain")+"/clear-sessions", url.Values{})
	has(t, "the person afterwards", b.get(done.header.Get("Location")), "Plain Person is signed out everywhere")
	if got := plain.get("/account"); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/signin") {
		t.Errorf("after: got %v to %q, want to be led to the sign-in", got.status, got.header.Get("Location"))
	}
}

func TestFormsThatWereNotMadeForThisSessionChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, other := w.as(t, "Amara"), w.as(t, "Ugo")
	stolen := token.FindStringSubmatch(other.get(w.person("Plain")).body)[1]
	own := token.FindStringSubmatch(b.get(w.person("Plain")).body)[1]
	for name, try := range map[string]struct {
		csrf, site string
	}{"without a token": {"", "same-origin"}, "with the token of another session": {stolen, "same-origin"}, "from another site": {own, "cross-site"}} {
		got := b.post(w.person("Plain")+"/reset-password", url.Values{"how": {"email"}, "csrf": {try.csrf}}, "Sec-Fetch-Site", try.site)
		if got.status != http.StatusForbidden {
			t.Errorf("%s: got %v, want 403", name, got.status)
		}
	}
	if got := w.status(t, "Plain"); got != bailiwick.Active {
		t.Errorf("got status %v, want nothing changed", got)
	}
}

func TestAListIsWalkedForthAndBackWithoutScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 60 {
		w.add(t, fmt.Sprintf("N%02d", i), "Walker", "Nairobi branch", false)
	}
	b := w.as(t, "Amara")
	var forth []string
	page := b.get("/console/users")
	for {
		forth = append(forth, page.names())
		next := page.link(t, "Next")
		if next == "" {
			break
		}
		page = b.get(next)
	}
	if len(forth) != 3 {
		t.Fatalf("got %d pages of 66 people, want 3: %v", len(forth), forth)
	}
	has(t, "the last page", page, "51–66 of 66 people")
	for i := len(forth) - 2; i >= 0; i-- {
		page = b.get(page.link(t, "Previous"))
		if got := page.names(); got != forth[i] {
			t.Errorf("back on page %d: got %v, want %v", i+1, got, forth[i])
		}
	}
	if got := page.link(t, "Previous"); got != "" {
		t.Errorf("got a way back from the first page to %q, want none", got)
	}
	foreign := w.as(t, "Ugo").get(b.get("/console/users").link(t, "Next"))
	if got := foreign.header.Get("Location"); foreign.status != http.StatusSeeOther || got != "/console/users" {
		t.Errorf("a cursor of another session: got %v to %q, want 303 to the first page", foreign.status, got)
	}
	rows := b.get("/console/users?q=n0", "HX-Request", "true")
	has(t, "the part that htmx exchanges", rows, "N00 Walker")
	lacks(t, "the part that htmx exchanges", rows, "<html", "<h1")
}

func TestAChipLimitsTheListToAStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(t, "Amara")
	if got, want := b.get("/console/users?status=PROVISIONED").names(), "[Pia Pending]"; got != want {
		t.Errorf("pending: got %v, want %v", got, want)
	}
	has(t, "locked out", b.get("/console/users?status=LOCKED_OUT"), "Nobody matches Locked out", "Clear filters")
}

func TestThePagesOfTheConsoleAreForAdministrators(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/console", "/console/users", "/console/groups", w.person("Tuğba"), w.person("Tuğba") + "/reset-password"} {
		if got := w.browser(t).get(path); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/signin?from=") {
			t.Errorf("%s without a session: got %v to %q, want to be led to the sign-in", path, got.status, got.header.Get("Location"))
		}
		if got := w.as(t, "Plain").get(path); got.status != http.StatusSeeOther || got.header.Get("Location") != "/account" {
			t.Errorf("%s for somebody without a role: got %v to %q, want to be led to /account", path, got.status, got.header.Get("Location"))
		}
	}
}

func TestTheSearchInTheTopBarIsForThoseWhoMaySearch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if got := w.as(t, "Plain").get("/console/find?q=a"); got.status != http.StatusForbidden {
		t.Errorf("somebody without a role: got %v, want 403", got.status)
	}
	out := w.browser(t).get("/console/find?q=a", "HX-Request", "true")
	if got := out.header.Get("HX-Redirect"); out.status != http.StatusUnauthorized || got != "/signin" {
		t.Errorf("a session that is over: got %v and a redirect to %q, want 401 and to /signin", out.status, got)
	}
}

func TestPagesCarryTheirPolicyAndStayOutOfCaches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.as(t, "Amara").get("/t/halvard/console/users")
	for header, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';",
		"Cache-Control":           "no-store",
		"Referrer-Policy":         "no-referrer",
		"X-Content-Type-Options":  "nosniff",
		"Vary":                    "HX-Request",
	} {
		if !strings.Contains(got.header.Get(header), want) {
			t.Errorf("%s: got %q, want %q in it", header, got.header.Get(header), want)
		}
	}
	has(t, "the list under the org's own prefix", got, `href="/t/halvard/console/users/`+string(w.ids["Plain"])+`"`, `aria-current="page"`)
}

func TestAHelpDeskLearnsOfHiddenGroupsAndPeopleFromNoHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.dir.AddMember(t.Context(), w.system, w.groups["Oslo branch"], string(w.ids["Plain"])); err != nil {
		t.Fatal(err)
	}
	rhea := w.as(t, "Rhea")
	if got := rhea.send(w.person("Bo")+"/reset-password", url.Values{"how": {"email"}}); got.status != http.StatusSeeOther {
		t.Fatalf("got %v, want the reset done", got.status)
	}
	has(t, "the history for a super administrator", rhea.get(w.person("Plain")), "added this user to a group", "Oslo branch")
	has(t, "the deed of a super administrator", rhea.get(w.person("Rhea")), "Reset the password by email for Bo Li")
	lacks(t, "the history for the help desk", w.as(t, "Amara").get(w.person("Plain")), "Oslo")
}
