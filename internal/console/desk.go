package console

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
)

// deskPermissions are what the card "What you can do now" is about.
var deskPermissions = []authz.UserPermission{authz.UsersSetAndActivate, authz.UsersUnlock, authz.UsersResetPassword,
	authz.UsersTemporaryPassword, authz.UsersRemovePassword, authz.UsersClearSessions}

// A deskAct is one act without choices: a question, a button, an operation.
type deskAct struct {
	slug       string
	permission authz.UserPermission
	verb       bailiwick.Verb
	icon       string
	subject    string // the row's title
	button     string // and the title of its dialog
	ready      string // the row's text when the act can be done
	asks       string // what happens, said before
	// run does it. A secret is shown once in the answer; else done names the
	// sentence to be said.
	run  func(ctx context.Context, d *directory.Directory, by authz.Actor, id string) (secret string, err error)
	done string
}

var deskActs = []deskAct{
	{"set-password-and-activate", authz.UsersSetAndActivate, bailiwick.SetAndActivate, "badge",
		"Set password and activate", "Set password and activate",
		"Creates a temporary password for the first sign-in.",
		"Creates a temporary password and makes the account ready to sign in. The activation email that was sent stops working.",
		func(ctx context.Context, d *directory.Directory, by authz.Actor, id string) (string, error) {
			return d.SetPasswordAndActivate(ctx, by, id)
		}, ""},
	{"unlock", authz.UsersUnlock, bailiwick.Unlock, "unlock",
		"Locked account", "Unlock account",
		"Locked after too many wrong passwords.",
		"They can try again straight away. It does not change the password. Forgot it? Reset the password instead; that also unlocks the account.",
		func(ctx context.Context, d *directory.Directory, by authz.Actor, id string) (string, error) {
			return "", d.UnlockUser(ctx, by, id)
		}, "unlocked"},
	{"clear-sessions", authz.UsersClearSessions, "", "sign-out",
		"Sessions", "Clear user sessions",
		"Signs them out everywhere.",
		"Signs them out on all devices and browsers, and ends the links that were mailed to them. API tokens stay.",
		func(ctx context.Context, d *directory.Directory, by authz.Actor, id string) (string, error) {
			_, err := d.ClearSessions(ctx, by, id, false)
			return "", err
		}, "cleared"},
}

// dones are the sentences said on a person's page after an act, by the word in
// its address.
var dones = map[string]string{
	"emailed":  "Reset password email sent to %",
	"removed":  "Password of % removed",
	"unlocked": "% can sign in again",
	"cleared":  "% is signed out everywhere",
}

func done(word string, u bailiwick.User) string {
	return strings.Replace(dones[word], "%", u.Profile.Name(), 1)
}

// fillDesk offers what is permitted. What the role leaves out is absent, with
// one sentence; what does not apply now stays, with its reason. At most one
// button is the primary one: the one that the status asks for.
func fillDesk(page *personPage, p directory.PersonView) {
	for _, a := range deskActs {
		if a.slug == "set-password-and-activate" && p.User.Status != bailiwick.Provisioned {
			continue
		}
		if a.slug == "clear-sessions" {
			fillPassword(page, p)
		}
		why := p.Why(a.permission, a.verb)
		row := ui.Act{Icon: a.icon, Title: a.subject, Text: a.ready}
		switch {
		case why == nil:
			form := a.form(page.Shell, p.User)
			row.Button, row.Href, row.Dialog = a.button, form.Action, a.slug
			row.Primary = a.slug == "set-password-and-activate" || a.slug == "unlock"
			page.Others = append(page.Others, form)
		case p.May(a.permission, ""):
			row.Text = textOf(why)
		default:
			continue
		}
		page.Acts = append(page.Acts, row)
	}
	page.Refused = leftOut(p)
}

func fillPassword(page *personPage, p directory.PersonView) {
	row := ui.Act{Icon: "key", Title: "Password"}
	switch why := passwordRefusal(p); {
	case why != "":
		row.Text = why
	default:
		form := resetFormOf(page.Shell, p)
		if len(form.Ways) == 0 {
			return
		}
		row.Text = form.summary()
		row.Button, row.Href, row.Dialog = form.Title, form.Action, resetSlug
		row.Primary = p.User.Status != bailiwick.LockedOut
		page.Reset = &form
	}
	page.Acts = append(page.Acts, row)
}

// leftOut is one sentence about acts that other roles have.
func leftOut(p directory.PersonView) string {
	var missing []string
	for _, act := range []struct {
		permission authz.UserPermission
		text       string
	}{{authz.UsersEditProfile, "editing"}, {authz.UsersSuspend, "suspending"}, {authz.UsersDelete, "deleting"}} {
		if err := p.Why(act.permission, ""); err != nil && reason(err) == "" {
			missing = append(missing, act.text)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	last := len(missing) - 1
	list := missing[last]
	if last > 0 {
		list = strings.Join(missing[:last], ", ") + " or " + list
	}
	return "Your role doesn’t include " + list + " users."
}

func textOf(err error) string {
	refusal, ok := errors.AsType[*bailiwick.Error](err)
	if !ok {
		return ""
	}
	return refusalText(refusal)
}

func (a deskAct) form(shell ui.Shell, u bailiwick.User) confirmForm {
	person := personAddress(shell.Base, u.ID)
	return confirmForm{Slug: a.slug, Title: a.button, Name: u.Profile.Name(), Text: a.asks,
		Action: person + "/" + a.slug, Cancel: person, CSRF: shell.CSRF}
}

func deskActOf(r *http.Request) (deskAct, error) {
	for _, a := range deskActs {
		if a.slug == chi.URLParam(r, "act") {
			return a, nil
		}
	}
	return deskAct{}, bailiwick.ErrMissing
}

// confirm asks before an act.
func (c *Console) confirm(w http.ResponseWriter, r *http.Request, v visit) error {
	a, err := deskActOf(r)
	if err != nil {
		return err
	}
	p, err := c.dir.Person(r.Context(), v.by, chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if err := p.Why(a.permission, a.verb); err != nil {
		return err
	}
	return c.pages.Write(w, http.StatusOK, "confirm", confirmPage{Shell: v.shell, Crumbs: crumbs(v.shell.Base, p.User, a.button), Form: a.form(v.shell, p.User)})
}

// act does it.
func (c *Console) act(w http.ResponseWriter, r *http.Request, v visit) error {
	a, err := deskActOf(r)
	if err != nil {
		return err
	}
	id := chi.URLParam(r, "id")
	secret, err := a.run(r.Context(), c.dir, v.by, id)
	if err != nil {
		return err
	}
	if secret != "" {
		return c.showSecret(w, r, v, secret, true)
	}
	http.Redirect(w, r, personAddress(v.shell.Base, bailiwick.ID(id))+"?done="+a.done, http.StatusSeeOther)
	return nil
}
