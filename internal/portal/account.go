package portal

import (
	"net/http"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

// mine is the layout of My Account for whoever asks.
func (p *Portal) mine(r *http.Request, by authz.Actor) (ui.Account, directory.Self, error) {
	me, err := p.dir.Me(r.Context(), by)
	if err != nil {
		return ui.Account{}, me, err
	}
	base := web.Base(r)
	tab := func(label, path string) ui.Tab {
		return ui.Tab{Label: label, Href: base + path, Current: r.URL.Path == path}
	}
	return ui.Account{
		Page:    ui.Page{Org: me.Org.Name, Base: base, Here: base + r.URL.RequestURI(), Theme: ui.ThemeOf(r), CSRF: p.web.CSRF(by)},
		Me:      ui.Me{ID: me.User.ID, Name: me.User.Profile.Name()},
		Tabs:    []ui.Tab{tab("Profile", "/account"), tab("Password", "/account/password")},
		Console: entersConsole(me),
	}, me, nil
}

func (p *Portal) account(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	layout, me, err := p.mine(r, by)
	if err != nil {
		return err
	}
	profile := me.User.Profile
	page := accountPage{Account: layout, First: profile.FirstName()}
	if page.First == "" {
		page.First = profile.Name()
	}
	for _, f := range []fact{{"Name", profile.Name()}, {"Username", profile.Login()}, {"Primary email", profile.Email()},
		{"Secondary email", profile.Text("secondEmail")}, {"Mobile phone", profile.Text("mobilePhone")}, {"Works as", profile.Text("title")}} {
		if f.Text != "" {
			page.Facts = append(page.Facts, f)
		}
	}
	return p.pages.Write(w, http.StatusOK, "account", page)
}

func (p *Portal) ownPasswordForm(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	return p.showOwnPassword(w, r, by, http.StatusOK, "", "")
}

func (p *Portal) showOwnPassword(w http.ResponseWriter, r *http.Request, by authz.Actor, status int, oldFault, newFault string) error {
	layout, _, err := p.mine(r, by)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("done") == "changed" {
		layout.Toast = "Password changed"
	}
	return p.pages.Write(w, status, "password", ownPasswordPage{
		Account: layout, Action: web.Base(r) + "/account/password", Faulty: oldFault+newFault != "",
		Old: ui.Field{ID: "old", Label: "Current password", Autocomplete: "current-password", Error: oldFault},
		New: ui.Field{ID: "password", Label: "New password", Autocomplete: "new-password", Error: newFault},
	})
}

func (p *Portal) changeOwnPassword(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	err := p.in.ChangePassword(r.Context(), by, r.PostFormValue("old"), r.PostFormValue("password"))
	if fault, ok := passwordFault(err); ok {
		return p.showOwnPassword(w, r, by, http.StatusUnprocessableEntity, "", fault)
	}
	switch {
	case hasReason(err, bailiwick.ReasonWrongPassword), hasReason(err, bailiwick.ReasonSignInFailed):
		return p.showOwnPassword(w, r, by, http.StatusUnprocessableEntity, "Type your current password", "")
	case err != nil:
		return err
	}
	http.Redirect(w, r, web.Base(r)+"/account/password?done=changed", http.StatusSeeOther)
	return nil
}

// theme keeps the choice of colours and comes back.
func (p *Portal) theme(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
	http.SetCookie(w, ui.ParseTheme(r.PostFormValue("theme")).Remember(p.secure()))
	http.Redirect(w, r, web.LocalPath(r.PostFormValue("back"), web.Base(r)+"/account"), http.StatusSeeOther)
	return nil
}
