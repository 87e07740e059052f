package portal

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

// A linkKind is one kind of mailed link and the pages it opens.
type linkKind struct {
	purpose bailiwick.LinkPurpose
	path    string
	heading string
	button  string
	// expired is said of a link that is no longer good, with a way on.
	expired, again, againPath string
}

var (
	resetLink = linkKind{bailiwick.LinkResetPassword, "/reset", "Set a new password", "Set password",
		"Reset links work once and for a short time. Ask for a new one.", "Send a new link", "/forgot"}
	activationLink = linkKind{bailiwick.LinkActivate, "/welcome", "Welcome", "Set password",
		"Activation links work once, for 7 days. Ask your administrator for a new one.", "Go to sign in", "/signin"}
	ownerLink = linkKind{bailiwick.LinkBootstrap, "/setup", "Make the owner’s account", "Make account",
		"The link for the first owner works once, for 30 minutes. Start the server again for a new one.", "Go to sign in", "/signin"}
)

// linkCookieLife is how long the form stays good after the link was opened.
const linkCookieLife = 15 * time.Minute

func (p *Portal) cookie(k linkKind, value string) *http.Cookie {
	c := &http.Cookie{Name: "bailiwick-" + string(k.purpose), Value: value, Path: "/", HttpOnly: true,
		MaxAge: int(linkCookieLife.Seconds()), SameSite: http.SameSiteLaxMode, Secure: p.secure()}
	if c.Secure {
		c.Name = "__Host-" + c.Name
	}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

// secure reports whether the product is reached by https: always, but on the
// loopback.
func (p *Portal) secure() bool {
	return strings.HasPrefix(p.web.URL(&http.Request{}, ""), "https:")
}

// hop takes the secret out of the address at once, so that it stands in no
// history, no referrer and no picture of the screen (REC-7). Nothing is
// consumed: mail scanners open links too (REC-8).
func (p *Portal) hop(k linkKind) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
		http.SetCookie(w, p.cookie(k, chi.URLParam(r, "token")))
		http.Redirect(w, r, web.Base(r)+k.path, http.StatusSeeOther)
		return nil
	}
}

func (p *Portal) opened(r *http.Request, k linkKind) string {
	c, err := r.Cookie(p.cookie(k, "").Name)
	if err != nil {
		return ""
	}
	return c.Value
}

// proof binds a form to the link that opened it: only who holds the cookie can
// know it, and it says nothing of the secret.
func proof(token string) string {
	sum := sha256.Sum256([]byte("form of " + token))
	return hex.EncodeToString(sum[:])
}

func proven(r *http.Request, token string) bool {
	return token != "" && subtle.ConstantTimeCompare([]byte(proof(token)), []byte(r.PostFormValue("csrf"))) == 1
}

func linkPageOf(r *http.Request, k linkKind, token, fault string) passwordPage {
	page := passwordPage{Card: card(r), Heading: k.heading, Button: k.button, Action: web.Base(r) + k.path, Password: newPassword(fault)}
	page.CSRF = proof(token)
	return page
}

func (p *Portal) linkForm(k linkKind) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
		token := p.opened(r, k)
		err := p.in.CheckLink(r.Context(), visitor(r), k.purpose, token)
		switch {
		case hasReason(err, bailiwick.ReasonLinkSpent):
			return p.expired(w, r, k)
		case err != nil:
			return err
		}
		return p.pages.Write(w, http.StatusOK, "set-password", linkPageOf(r, k, token, ""))
	}
}

// setByLink spends the link. It does not sign in: whoever reads the mail knows
// one factor only (REC-5).
func (p *Portal) setByLink(k linkKind) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
		token := p.opened(r, k)
		if !proven(r, token) {
			return p.expired(w, r, k)
		}
		err := p.in.SetPasswordByLink(r.Context(), visitor(r), k.purpose, token, r.PostFormValue("password"))
		if fault, ok := passwordFault(err); ok {
			return p.pages.Write(w, http.StatusUnprocessableEntity, "set-password", linkPageOf(r, k, token, fault))
		}
		switch {
		case hasReason(err, bailiwick.ReasonLinkSpent):
			return p.expired(w, r, k)
		case err != nil:
			return err
		}
		http.SetCookie(w, p.cookie(k, ""))
		http.Redirect(w, r, web.Base(r)+"/signin?done=reset", http.StatusSeeOther)
		return nil
	}
}

func (p *Portal) expired(w http.ResponseWriter, r *http.Request, k linkKind) error {
	http.SetCookie(w, p.cookie(k, ""))
	return p.pages.Write(w, http.StatusGone, "link-expired", expiredPage{Card: card(r), Text: k.expired, Button: k.again, Href: web.Base(r) + k.againPath})
}

// setupPageOf asks the first owner who they are.
func setupPageOf(r *http.Request, token string, filled bailiwick.Profile, fault *bailiwick.Error) passwordPage {
	page := linkPageOf(r, ownerLink, token, "")
	page.Password = ui.Field{ID: "password", Label: "Password", Autocomplete: "new-password"}
	page.Before = []ui.Field{
		{ID: "firstName", Label: "First name", Autocomplete: "given-name", Autofocus: true},
		{ID: "lastName", Label: "Last name", Autocomplete: "family-name"},
		{ID: "email", Label: "Email", Type: "email", Autocomplete: "username", Hint: "It becomes your username."},
	}
	for i := range page.Before {
		f := &page.Before[i]
		f.Value = filled.Text(f.ID)
		if fault != nil && (fault.Field == f.ID || f.ID == "email" && fault.Field == "login") {
			f.Error = "Check this: " + fault.Message
		}
	}
	if fault != nil && fault.Reason == bailiwick.ReasonWeakPassword {
		page.Password.Error, _ = passwordFault(fault)
	}
	return page
}

func (p *Portal) setupForm(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
	token := p.opened(r, ownerLink)
	err := p.in.CheckLink(r.Context(), visitor(r), ownerLink.purpose, token)
	switch {
	case hasReason(err, bailiwick.ReasonLinkSpent):
		return p.expired(w, r, ownerLink)
	case err != nil:
		return err
	}
	return p.pages.Write(w, http.StatusOK, "set-password", setupPageOf(r, token, nil, nil))
}
