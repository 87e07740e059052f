package portal

import (
	"net/http"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/signin"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

// signInPageOf is the form with a name filled in. Only the field that is to be
// filled next takes the focus.
func signInPageOf(r *http.Request, login, back string, notice ui.Notice) signInPage {
	base := web.Base(r)
	return signInPage{
		Card: card(r), Action: base + "/signin", Forgot: base + "/forgot", Back: back, Notice: notice,
		Login:    ui.Field{ID: "login", Label: "Username", Value: login, Autocomplete: "username", Autofocus: login == ""},
		Password: ui.Field{ID: "password", Label: "Password", Autocomplete: "current-password", Autofocus: login != ""},
	}
}

func (p *Portal) signInForm(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
	form := r.URL.Query()
	var notice ui.Notice
	switch form.Get("done") {
	case "reset":
		notice = ui.Notice{Tone: ui.Good, Text: "Your new password is set. Sign in with it."}
	case "signout":
		notice = ui.Notice{Tone: ui.Info, Text: "You are signed out."}
	}
	return p.pages.Write(w, http.StatusOK, "signin", signInPageOf(r, "", web.LocalPath(form.Get("from"), ""), notice))
}

func (p *Portal) signIn(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
	login, back := strings.TrimSpace(r.PostFormValue("login")), web.LocalPath(r.PostFormValue("back"), "")
	entered, err := p.in.Password(r.Context(), visitor(r), login, r.PostFormValue("password"))
	switch {
	case hasReason(err, bailiwick.ReasonSignInFailed):
		return p.pages.Write(w, http.StatusUnauthorized, "signin", signInPageOf(r, login, back,
			ui.Notice{Tone: ui.Bad, Title: "That username and password don’t match.", Text: "Check both and try again."}))
	case hasReason(err, bailiwick.ReasonSignInDelayed):
		return p.pages.Write(w, http.StatusTooManyRequests, "signin", signInPageOf(r, login, back,
			ui.Notice{Tone: ui.Bad, Title: "Take a short break.", Text: "Too many wrong passwords. Wait a few minutes, or reset your password."}))
	case err != nil:
		return err
	case entered.MustChange:
		return p.pages.Write(w, http.StatusOK, "set-password", changePageOf(r, login, back, ui.Notice{Tone: ui.Info, Text: "Your password has to be changed before you go on."}, ""))
	}
	return p.welcome(w, r, entered, back)
}

// visitor is somebody who has not proven anything; a cookie that is still
// there plays no part in a sign-in (SES-9).
func visitor(r *http.Request) authz.Actor { return authz.Nobody(web.OrgOf(r).ID, web.ClientOf(r)) }

// welcome starts the session in the browser and leads on.
func (p *Portal) welcome(w http.ResponseWriter, r *http.Request, entered signin.Entered, back string) error {
	p.web.SetSession(w, r, entered.Session.Reveal())
	if back == "" {
		back = web.Base(r) + "/account"
		if entered.IsAdmin {
			back = web.Base(r) + "/console"
		}
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
	return nil
}

// changePageOf asks for a new password when the old one was good for one
// sign-in only. The old one is typed again: it is never put into a page.
func changePageOf(r *http.Request, login, back string, notice ui.Notice, fault string) passwordPage {
	return passwordPage{
		Card: card(r), Heading: "Choose a new password", Button: "Change password", Action: web.Base(r) + "/signin/change",
		Login: login, Back: back, Notice: notice,
		Old:      &ui.Field{ID: "old", Label: "Password you just used", Autocomplete: "current-password", Autofocus: true},
		Password: ui.Field{ID: "password", Label: "New password", Autocomplete: "new-password", Error: fault},
	}
}

func (p *Portal) changeExpired(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
	login, back := strings.TrimSpace(r.PostFormValue("login")), web.LocalPath(r.PostFormValue("back"), "")
	entered, err := p.in.ChangeExpired(r.Context(), visitor(r), login, r.PostFormValue("old"), r.PostFormValue("password"))
	if fault, ok := passwordFault(err); ok {
		return p.pages.Write(w, http.StatusUnprocessableEntity, "set-password", changePageOf(r, login, back, ui.Notice{}, fault))
	}
	switch {
	case hasReason(err, bailiwick.ReasonSignInFailed), hasReason(err, bailiwick.ReasonWrongPassword):
		return p.pages.Write(w, http.StatusUnauthorized, "set-password", changePageOf(r, login, back,
			ui.Notice{Tone: ui.Bad, Title: "That is not the password you just used.", Text: "Type it again, with the new one."}, ""))
	case err != nil:
		return err
	}
	return p.welcome(w, r, entered, back)
}

func (p *Portal) signOut(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if err := p.in.SignOut(r.Context(), by); err != nil {
		return err
	}
	p.web.ClearSession(w, r)
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	http.Redirect(w, r, web.Base(r)+"/signin?done=signout", http.StatusSeeOther)
	return nil
}
