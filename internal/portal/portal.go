// Package portal is everybody's face: signing in, getting in again with a
// mailed link, and My Account.
//
// A page is one file of Go and one of HTML; what it does is one operation of
// package signin or directory. Nobody is trusted here yet, so answers are the
// same whether an account exists or not, and nothing that a link brings is
// consumed by reading a page: only a person's click does (REC-8).
package portal

import (
	"embed"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/signin"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// A Portal serves the pages of the sign-in and of My Account.
type Portal struct {
	in    *signin.SignIn
	dir   *directory.Directory
	web   *web.Web
	pages *ui.Pages
}

// New parses the pages. The clock decides what counts as today.
func New(in *signin.SignIn, dir *directory.Directory, w *web.Web, clock func() time.Time) (*Portal, error) {
	pages, err := ui.Parse(templates, "templates/*.html", clock)
	if err != nil {
		return nil, err
	}
	return &Portal{in: in, dir: dir, web: w, pages: pages}, nil
}

// Routes adds the portal's pages to a router that sees paths without the org's
// prefix.
func (p *Portal) Routes(r chi.Router) {
	for _, row := range []struct {
		method, path string
		handle       web.Handler
	}{
		{"GET", "/signin", p.signInForm},
		{"POST", "/signin", p.signIn},
		{"POST", "/signin/change", p.changeExpired},
		{"GET", "/forgot", p.forgotForm},
		{"POST", "/forgot", p.forgot},
		{"GET", "/forgot/sent", p.forgotSent},
		{"GET", "/reset/{token}", p.hop(resetLink)},
		{"GET", "/reset", p.linkForm(resetLink)},
		{"POST", "/reset", p.setByLink(resetLink)},
		{"GET", "/welcome/{token}", p.hop(activationLink)},
		{"GET", "/welcome", p.linkForm(activationLink)},
		{"POST", "/welcome", p.setByLink(activationLink)},
		{"GET", "/setup/{token}", p.hop(ownerLink)},
		{"GET", "/setup", p.setupForm},
		{"POST", "/setup", p.setup},
	} {
		r.Method(row.method, row.path, p.web.Open(p.fail, small(row.handle)))
	}
	for _, row := range []struct {
		method, path string
		handle       web.Handler
	}{
		{"GET", "/", p.front},
		{"GET", "/account", p.account},
		{"GET", "/account/password", p.ownPasswordForm},
		{"POST", "/account/password", p.changeOwnPassword},
		{"POST", "/account/theme", p.theme},
		{"POST", "/signout", p.signOut},
	} {
		r.Method(row.method, row.path, p.web.Page(p.fail, row.handle))
	}
}

// maxForm bounds the forms of people who are not signed in, in bytes.
const maxForm = 64 << 10

func small(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			return bailiwick.InvalidField("form", "cannot be read")
		}
		return h(w, r, by)
	}
}

// card is the layout of everything before somebody is signed in.
func card(r *http.Request) ui.Card {
	return ui.Card{Page: ui.Page{Org: web.OrgOf(r).Name, Base: web.Base(r), Here: web.Base(r) + r.URL.RequestURI(), Theme: ui.ThemeOf(r)}}
}

// front leads to where one works.
func (p *Portal) front(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	me, err := p.dir.Me(r.Context(), by)
	if err != nil {
		return err
	}
	to := web.Base(r) + "/account"
	if entersConsole(me) {
		to = web.Base(r) + "/console"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func entersConsole(me directory.Self) bool {
	return slices.ContainsFunc(me.Grants, func(g authz.Grant) bool { return authz.Holds(g.Role, authz.ConsoleEnter) })
}

// fail answers what no page could.
func (p *Portal) fail(w http.ResponseWriter, r *http.Request, err error) {
	page := ui.ErrorCard{Card: card(r), Oops: ui.Oops{Code: "500 · " + web.RequestID(r), Title: "That didn’t work, and it’s our fault",
		Text: "Nothing was changed. Try again in a moment."}}
	status := http.StatusInternalServerError
	if refusal, ok := errors.AsType[*bailiwick.Error](err); ok {
		switch refusal.Code {
		case bailiwick.Missing:
			status, page.Oops = http.StatusNotFound, ui.Oops{Code: "404", Title: "There is nothing here", Text: "The address has a typo, or the page has moved."}
		case bailiwick.Forbidden:
			status, page.Oops = http.StatusForbidden, ui.Oops{Code: "403", Title: "That form is out of date", Text: "Nothing was changed. Go back, load the page again and send it once more."}
		case bailiwick.Throttled:
			status, page.Oops = http.StatusTooManyRequests, ui.Oops{Code: "429", Title: "Take a short break", Text: "Too many tries. Wait a few minutes and try again."}
		case bailiwick.Invalid:
			status, page.Oops = http.StatusBadRequest, ui.Oops{Code: "400", Title: "That can’t be read", Text: "Nothing was changed. Go back and try again."}
		}
	}
	page.Oops.Link, page.Oops.Href = "Sign in", web.Base(r)+"/signin"
	if err := p.pages.Write(w, status, "error-card", page); err != nil {
		http.Error(w, "internal error "+web.RequestID(r), http.StatusInternalServerError)
	}
}

// passwordFault is why a new password was refused, as an instruction; ok is
// false when err is about something else.
func passwordFault(err error) (fault string, ok bool) {
	refusal, is := errors.AsType[*bailiwick.Error](err)
	if !is || refusal.Reason != bailiwick.ReasonWeakPassword {
		return "", false
	}
	return strings.TrimPrefix(refusal.Message, "Password requirements were not met. "), true
}

func hasReason(err error, reason bailiwick.Reason) bool {
	refusal, ok := errors.AsType[*bailiwick.Error](err)
	return ok && refusal.Reason == reason
}

func newPassword(fault string) ui.Field {
	return ui.Field{ID: "password", Label: "New password", Autocomplete: "new-password", Error: fault, Autofocus: true}
}
