package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// cookieName carries the org, so that sessions in several orgs of one host do
// not push each other out; __Host- binds it to this very host (SES-2).
func (w *Web) cookieName(r *http.Request) string {
	name := "bailiwick-" + string(OrgOf(r).ID)
	if w.secure() {
		return "__Host-" + name
	}
	return name
}

func (w *Web) secure() bool { return w.o.PublicURL.Scheme == "https" }

// session reads the cookie.
func (w *Web) session(r *http.Request) (authz.Actor, error) {
	c, err := r.Cookie(w.cookieName(r))
	if err != nil {
		return authz.Actor{}, bailiwick.Refused(bailiwick.Unauthenticated, bailiwick.ReasonNoSession, "sign in first")
	}
	return w.o.SignIn.Session(OrgOf(r).ID, c.Value, ClientOf(r))
}

// SetSession gives the browser the secret of its session.
func (w *Web) SetSession(rw http.ResponseWriter, r *http.Request, text string) {
	http.SetCookie(rw, &http.Cookie{Name: w.cookieName(r), Value: text, Path: "/", HttpOnly: true,
		Secure: w.secure(), SameSite: http.SameSiteLaxMode})
}

// ClearSession takes it away.
func (w *Web) ClearSession(rw http.ResponseWriter, r *http.Request) {
	http.SetCookie(rw, &http.Cookie{Name: w.cookieName(r), Path: "/", MaxAge: -1, HttpOnly: true,
		Secure: w.secure(), SameSite: http.SameSiteLaxMode})
}

// toSignIn leads to the sign-in and back to where a page was asked for.
func toSignIn(rw http.ResponseWriter, r *http.Request) {
	to := Base(r) + "/signin"
	if r.Method == http.MethodGet && !IsFragment(r) {
		to += "?" + url.Values{"from": {Base(r) + r.URL.RequestURI()}}.Encode()
	}
	if IsFragment(r) {
		rw.Header().Set("HX-Redirect", to)
		rw.WriteHeader(http.StatusUnauthorized)
		return
	}
	http.Redirect(rw, r, to, http.StatusSeeOther)
}

// LocalPath returns the path if it leads to a place on this server, else
// otherwise: a return address from a request must not lead away (WEB-7).
func LocalPath(path, otherwise string) string {
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" ||
		!strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return otherwise
	}
	return path
}
