package console

import (
	"errors"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
)

// resetSlug ends the address of the dialog and is its id.
const resetSlug = "reset-password"

// The ways to deal with a password, as the form sends them.
const (
	byEmail     = "email"
	byTemporary = "temporary"
	byRemoval   = "remove"
)

// passwordRefusal is why nobody could deal with this password now, or "".
func passwordRefusal(p directory.PersonView) string {
	switch {
	case p.User.Provider == bailiwick.ProviderFederation:
		return refusalTexts[bailiwick.ReasonPasswordCannotBe]
	case p.User.Status == bailiwick.Provisioned || p.User.Status == bailiwick.Staged:
		return "There is no password to reset until the account is active."
	case !p.User.May(bailiwick.ResetPassword):
		return "Not while the account is " + ui.StatusLabel(p.User.Status) + "."
	}
	return ""
}

// resetFormOf offers the ways that are permitted; without any, Ways is empty.
func resetFormOf(shell ui.Shell, p directory.PersonView) resetForm {
	person := personAddress(shell.Base, p.User.ID)
	form := resetForm{Title: "Reset or remove password", Name: p.User.Profile.Name(),
		Action: person + "/" + resetSlug, Cancel: person, CSRF: shell.CSRF, SignOut: true}
	offer := func(permission authz.UserPermission, verb bailiwick.Verb, value, title, text string) {
		if p.May(permission, verb) {
			form.Ways = append(form.Ways, way{Value: value, Title: title, Text: text, Chosen: len(form.Ways) == 0})
		}
	}
	if passwordRefusal(p) != "" {
		return form
	}
	offer(authz.UsersResetPassword, bailiwick.ResetPassword, byEmail, "Send a reset password email",
		"Link to "+p.User.Profile.Email()+", works once, for 24 hours. The old password stops working now.")
	offer(authz.UsersTemporaryPassword, bailiwick.ExpirePassword, byTemporary, "Create a temporary password",
		"Shown to you once. Works for one sign-in within 24 hours, at which they must choose a new one.")
	offer(authz.UsersRemovePassword, bailiwick.RemovePassword, byRemoval, "Remove password",
		"They can’t sign in with a password until it is reset.")
	return form
}

// summary is what the row that opens the form says.
func (f resetForm) summary() string {
	said := map[string]string{byEmail: "Send a reset email", byTemporary: "create a temporary password", byRemoval: "remove it"}
	var parts []string
	for _, w := range f.Ways {
		parts = append(parts, said[w.Value])
	}
	text := strings.Join(parts, ", or ") + "."
	return strings.ToUpper(text[:1]) + text[1:]
}

func (c *Console) resetPasswordForm(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.showResetForm(w, r, v, http.StatusOK, "")
}

// showResetForm is the dialog as a page of its own, with what went wrong.
func (c *Console) showResetForm(w http.ResponseWriter, r *http.Request, v visit, status int, fault string) error {
	p, err := c.dir.Person(r.Context(), v.by, chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	form := resetFormOf(v.shell, p)
	if len(form.Ways) == 0 {
		if why := p.Why(authz.UsersResetPassword, bailiwick.ResetPassword); why != nil {
			return why
		}
		return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonStatus, "not in this status")
	}
	if how := r.PostFormValue("how"); how != "" {
		for i := range form.Ways {
			form.Ways[i].Chosen = form.Ways[i].Value == how
		}
		form.SignOut = r.PostFormValue("signout") == "yes"
	}
	return c.pages.Write(w, status, resetSlug, resetPage{Shell: v.shell, Crumbs: crumbs(v.shell.Base, p.User, form.Title), Reset: form, Fault: fault})
}

func (c *Console) resetPassword(w http.ResponseWriter, r *http.Request, v visit) error {
	id, ctx := chi.URLParam(r, "id"), r.Context()
	out := directory.SignOut(r.PostFormValue("signout") == "yes")
	var word, secret string
	var err error
	switch r.PostFormValue("how") {
	case byEmail:
		word, err = "emailed", c.dir.ResetPassword(ctx, v.by, id, out)
	case byTemporary:
		secret, err = c.dir.TemporaryPassword(ctx, v.by, id, out)
	case byRemoval:
		word, err = "removed", c.dir.RemovePassword(ctx, v.by, id, out)
	default:
		return c.showResetForm(w, r, v, http.StatusUnprocessableEntity, "Choose what to do with the password.")
	}
	// What may be mended by another choice is said above the form again.
	if refusal, ok := errors.AsType[*bailiwick.Error](err); ok && (refusal.Code == bailiwick.Throttled || refusal.Code == bailiwick.Invalid) {
		return c.showResetForm(w, r, v, http.StatusUnprocessableEntity, refusalText(refusal))
	}
	if err != nil {
		return err
	}
	if secret != "" {
		return c.showSecret(w, r, v, secret, bool(out))
	}
	http.Redirect(w, r, personAddress(v.shell.Base, bailiwick.ID(id))+"?done="+word, http.StatusSeeOther)
	return nil
}

// showSecret answers the POST with a temporary password: once, in no address,
// and kept by no cache.
func (c *Console) showSecret(w http.ResponseWriter, r *http.Request, v visit, secret string, signedOut bool) error {
	u, err := c.dir.User(r.Context(), v.by, chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	return c.pages.Write(w, http.StatusOK, "temporary-password", secretPage{Shell: v.shell, Crumbs: crumbs(v.shell.Base, u, "Temporary password"),
		Name: u.Profile.Name(), Secret: secret, Hours: int(bailiwick.TemporaryPasswordLife.Hours()), SignedOut: signedOut, Back: personAddress(v.shell.Base, u.ID)})
}
