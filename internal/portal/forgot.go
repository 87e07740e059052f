package portal

import (
	"net/http"
	"strings"

	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

func forgotPageOf(r *http.Request, fault string) forgotPage {
	base := web.Base(r)
	return forgotPage{Card: card(r), Action: base + "/forgot", SignIn: base + "/signin",
		Login: ui.Field{ID: "login", Label: "Username", Autocomplete: "username", Autofocus: true, Error: fault}}
}

func (p *Portal) forgotForm(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
	return p.pages.Write(w, http.StatusOK, "forgot", forgotPageOf(r, ""))
}

// forgot gives the same answer whoever is named (REC-9).
func (p *Portal) forgot(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
	login := strings.TrimSpace(r.PostFormValue("login"))
	if login == "" {
		return p.pages.Write(w, http.StatusUnprocessableEntity, "forgot", forgotPageOf(r, "Enter your username"))
	}
	if err := p.in.ForgotPassword(r.Context(), visitor(r), login); err != nil {
		return err
	}
	http.Redirect(w, r, web.Base(r)+"/forgot/sent", http.StatusSeeOther)
	return nil
}

func (p *Portal) forgotSent(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
	return p.pages.Write(w, http.StatusOK, "forgot-sent", forgotSentPage{Card: card(r), SignIn: web.Base(r) + "/signin",
		Notice: ui.Notice{Tone: ui.Info, Text: "Nothing after a few minutes? Look in spam, or ask your help desk."}})
}
