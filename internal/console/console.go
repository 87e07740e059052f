// Package console is the administrators' face: pages under /console.
//
// A page is one file of Go and one of HTML. Its handler reads the request, calls
// one operation of package directory and hands a struct to its template; it
// decides nothing. What a page offers comes from directory.Person and is a
// courtesy: the operation behind a button judges again, in its transaction.
//
// Every page works without JavaScript. Dialogs are pages of their own that the
// script opens in place; lists are forms and links of which htmx exchanges the
// part that changes.
package console

import (
	"embed"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// A Console serves the administrators' pages.
type Console struct {
	dir   *directory.Directory
	web   *web.Web
	pages *ui.Pages
}

// New parses the pages. The clock decides what counts as today.
func New(dir *directory.Directory, w *web.Web, clock func() time.Time) (*Console, error) {
	pages, err := ui.Parse(templates, "templates/*.html", clock)
	if err != nil {
		return nil, err
	}
	return &Console{dir: dir, web: w, pages: pages}, nil
}

// A visit is one request of somebody who may enter the console.
type visit struct {
	by    authz.Actor
	me    directory.Self
	shell ui.Shell
}

// A handler answers one visit.
type handler func(w http.ResponseWriter, r *http.Request, v visit) error

// Routes adds the console's pages to a router that sees paths without the
// org's prefix.
func (c *Console) Routes(r chi.Router) {
	for _, row := range []struct {
		method, path string
		handle       handler
	}{
		{"GET", "/console", c.front},
		{"GET", "/console/users", c.users},
		{"GET", "/console/users/{id}", c.person},
		{"GET", "/console/users/{id}/reset-password", c.resetPasswordForm},
		{"POST", "/console/users/{id}/reset-password", c.resetPassword},
		{"GET", "/console/users/{id}/{act}", c.confirm},
		{"POST", "/console/users/{id}/{act}", c.act},
		{"GET", "/console/groups", c.groups},
		{"GET", "/console/tokens", c.tokens},
		{"GET", "/console/tokens/new", c.newToken},
		{"POST", "/console/tokens/new", c.createToken},
		{"GET", "/console/tokens/{token}/revoke", c.confirmRevoke},
		{"POST", "/console/tokens/{token}/revoke", c.revokeToken},
	} {
		r.Method(row.method, row.path, c.web.Page(c.fail, c.enter(row.handle)))
	}
	r.Method("GET", "/console/find", c.web.Page(c.fail, c.find))
}

func (c *Console) front(w http.ResponseWriter, r *http.Request, v visit) error {
	http.Redirect(w, r, v.shell.Base+"/console/users", http.StatusSeeOther)
	return nil
}

// enter reads who is asking, sends people without an administrator role to
// their own account, and turns refusals into pages inside the console.
func (c *Console) enter(h handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		me, err := c.dir.Me(r.Context(), by)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(me.Grants, func(g authz.Grant) bool { return authz.Holds(g.Role, authz.ConsoleEnter) }) {
			http.Redirect(w, r, web.Base(r)+"/account", http.StatusSeeOther)
			return nil
		}
		v := visit{by: by, me: me, shell: c.shell(r, by, me)}
		err = h(w, r, v)
		if refusal, ok := errors.AsType[*bailiwick.Error](err); ok {
			if oops, status := oopsOf(refusal, v.shell.Base); status != 0 {
				return c.pages.Write(w, status, "error", ui.ErrorPage{Shell: v.shell, Oops: oops})
			}
		}
		return err
	}
}

// oopsOf is what a refusal looks like in the console. Status 0 leaves it to
// package web: nobody is signed in, or it is our fault and has to be logged.
func oopsOf(e *bailiwick.Error, base string) (ui.Oops, int) {
	find := func(o ui.Oops, status int) (ui.Oops, int) {
		o.Link, o.Href = "Find a user", base+"/console/users"
		return o, status
	}
	switch e.Code {
	case bailiwick.Missing:
		return find(ui.Oops{Code: "404", Title: "There is nothing here",
			Text: "The user may have been deleted, or the address has a typo. We show the same page for people outside your groups."}, http.StatusNotFound)
	case bailiwick.Forbidden:
		return find(ui.Oops{Code: "403", Title: "You can’t do this", Text: refusalText(e)}, http.StatusForbidden)
	case bailiwick.Conflict:
		return find(ui.Oops{Code: "409", Title: "Somebody was faster", Text: refusalText(e)}, http.StatusConflict)
	case bailiwick.Throttled:
		return find(ui.Oops{Code: "429", Title: "Too much at once", Text: "Nothing was changed. Try again in a moment."}, http.StatusTooManyRequests)
	case bailiwick.Invalid:
		return find(ui.Oops{Code: "400", Title: "That address can’t be read", Text: refusalText(e)}, http.StatusBadRequest)
	}
	return ui.Oops{}, 0
}

// fail answers what no page of the console could: it knows nobody, so it shows
// nothing but the fact.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, err error) {
	page := ui.ErrorCard{
		Card: ui.Card{Page: ui.Page{Org: web.OrgOf(r).Name, Base: web.Base(r), Theme: ui.ThemeOf(r)}},
		Oops: ui.Oops{Code: "500 · " + web.RequestID(r), Title: "That didn’t work, and it’s our fault",
			Text: "Nothing was changed. Try again in a moment. If it happens again, give the code below to your administrator.",
			Link: "Users", Href: web.Base(r) + "/console/users"},
	}
	status := http.StatusInternalServerError
	if refusal, ok := errors.AsType[*bailiwick.Error](err); ok {
		if oops, s := oopsOf(refusal, page.Base); s != 0 {
			page.Oops, status = oops, s
		}
	}
	if err := c.pages.Write(w, status, "error-card", page); err != nil {
		http.Error(w, "internal error "+web.RequestID(r), http.StatusInternalServerError)
	}
}
