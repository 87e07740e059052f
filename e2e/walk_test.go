package e2e

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// The main job from end to end: a help desk administrator, limited to two
// branches, finds a person and resets the password; the person gets the mail,
// chooses a new password and signs in.
func TestAHelpDeskResetsAPasswordInTheBrowser(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]bool{"with JavaScript": true, "without JavaScript": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			walk(t, startDemo(t), script)
		})
	}
}

const newPassword = "harbour pebble violet"

func walk(t *testing.T, d demo, script bool) {
	desk := openBrowser(t, d)
	if !script {
		desk.withoutScript()
	}
	shot := func(b tab, name string) {
		if script {
			b.picture(name)
		}
	}
	desk.open("/console")
	shot(desk, "signin")
	login, password := d.account(t, "help desk, nairobi and")
	signIn(desk, login, password)
	desk.see("You reach")
	shot(desk, "users")

	person := someoneActive(t, d)
	if script {
		desk.fill("#q", person.search)
		desk.see(person.login)
	} else {
		desk.open("/console/users?q=" + url.QueryEscape(person.search))
	}
	shot(desk, "users-search")
	desk.open("/console/users/" + person.id)
	desk.see(person.login)
	shot(desk, "person")

	desk.click(`a[href$="/reset-password"]`)
	desk.see("Reset or remove password")
	shot(desk, "reset-password")
	form := `form[action$="/reset-password"]`
	if script {
		form = `dialog[open] form[action$="/reset-password"]`
	}
	desk.click(form + ` input[value="email"]`)
	desk.click(form + ` button.btn-primary`)
	desk.see("Reset password email sent to")
	shot(desk, "person-reset")

	link := resetLink(t, d, person.login)
	them := openBrowser(t, d)
	if !script {
		them.withoutScript()
	}
	them.open(link)
	them.fill(`input[name="password"]`, newPassword)
	shot(them, "set-password")
	them.click(`main button.btn-primary`)
	them.see("Sign in")
	signIn(them, person.login, newPassword)
	them.see("My Account")
	shot(them, "account")

	again := openBrowser(t, d)
	again.open(link)
	again.see("link")
	shot(again, "link-expired")
	if strings.Contains(again.text(), "Choose a new password") {
		t.Error("the link could be used twice")
	}
	outside(t, d, desk, shot)
}

// outside looks for somebody whom the desk does not reach.
func outside(t *testing.T, d demo, desk tab, shot func(tab, string)) {
	desk.open("/console/users/" + hiddenPerson(t, d))
	desk.see("There is nothing here")
	shot(desk, "not-found")
	desk.open("/console/users?q=zzzzzz")
	desk.see("No")
	shot(desk, "users-empty")
}

func signIn(b tab, login, password string) {
	b.fill(`input[name="login"]`, login)
	b.fill(`input[name="password"]`, password)
	b.click(`form button.btn-primary`)
}

var linkForm = regexp.MustCompile(`/reset/[A-Za-z0-9_-]+`)

func resetLink(t *testing.T, d demo, login string) string {
	t.Helper()
	page := strings.ReplaceAll(d.awaitMail(t, url.QueryEscape(login)), "<wbr>", "")
	link := linkForm.FindString(page)
	if link == "" {
		t.Fatalf("the mail has no link: %s", page)
	}
	return link
}
