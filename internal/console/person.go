package console

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
)

// shownGroups is how many groups a person's page names.
const shownGroups = 6

func (c *Console) person(w http.ResponseWriter, r *http.Request, v visit) error {
	p, err := c.dir.Person(r.Context(), v.by, chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	v.shell.Toast = done(r.URL.Query().Get("done"), p.User)
	return c.pages.Write(w, http.StatusOK, "person", personPageOf(v, p))
}

// personPageOf answers the four questions: who is this, how are they, what can
// I do now, what has happened.
func personPageOf(v visit, p directory.PersonView) personPage {
	profile := p.User.Profile
	page := personPage{
		Shell:  v.shell,
		Crumbs: crumbs(v.shell.Base, p.User),
		Who:    ui.Who{ID: string(p.User.ID), Name: profile.Name()}, Status: p.User.Status,
		Login: profile.Login(), Number: profile.Text("employeeNumber"), Place: profile.Text("city"),
		Facts: facts(p), Times: times(p.User),
		GroupsTitle: "Groups", IsSelf: p.IsSelf,
	}
	if limited(v.me) {
		page.GroupsTitle = "In your reach by"
	}
	for _, g := range p.Groups {
		switch {
		case g.Type == bailiwick.BuiltInGroup:
		case len(page.Groups) == shownGroups:
			page.MoreGroups++
		default:
			page.Groups = append(page.Groups, g.Name)
		}
	}
	for _, e := range p.Events {
		page.Events = append(page.Events, happening(e, p.User.ID))
	}
	page.Notices, page.NoActs = standing(p)
	if page.NoActs == "" {
		fillDesk(&page, p)
	}
	return page
}

func crumbs(base string, u bailiwick.User, more ...string) []ui.Crumb {
	way := []ui.Crumb{{Label: "Users", Href: base + "/console/users"}, {Label: u.Profile.Name()}}
	for _, step := range more {
		way[len(way)-1].Href = personAddress(base, u.ID)
		way = append(way, ui.Crumb{Label: step})
	}
	return way
}

// facts are the lines of "Who this is". What is unknown is left out.
func facts(p directory.PersonView) []fact {
	profile := p.User.Profile
	var out []fact
	add := func(label, text string) {
		if text == "" {
			return
		}
		f := fact{Label: label, Text: text}
		if at := strings.LastIndexByte(text, '@'); at > 0 {
			f.Text, f.Rest = text[:at+1], text[at+1:]
		}
		out = append(out, f)
	}
	add("Works as", profile.Text("title"))
	add("Department", profile.Text("department"))
	add("Manager", profile.Text("manager"))
	add("Phone", profile.Text("mobilePhone"))
	add("Work phone", profile.Text("primaryPhone"))
	add("Primary email", profile.Email())
	add("Secondary", profile.Text("secondEmail"))
	add("User type", profile.Text("userType"))
	add("Organization", profile.Text("organization"))
	for _, a := range p.Roles {
		if info, ok := bailiwick.Role(a.Role); ok {
			add("Admin role", info.Label)
		}
	}
	return out
}

func times(u bailiwick.User) []stamp {
	out := []stamp{{"Last sign-in", u.LastLogin}}
	if u.HasPassword && !u.PasswordChanged.IsZero() {
		out = append(out, stamp{"Password set", u.PasswordChanged})
	}
	return append(out, stamp{"Joined", u.Created})
}

// standing says what is special about the account as a whole, and, when the
// reader may do nothing at all, why.
func standing(p directory.PersonView) ([]ui.Notice, string) {
	why := p.Why(authz.UsersResetPassword, "")
	switch {
	case p.IsSelf:
		return nil, "This is you. Your own password and profile are in My Account."
	case reason(why) == bailiwick.ReasonTier:
		return []ui.Notice{{Tone: ui.Warn, Title: p.User.Profile.Name() + " is an administrator.",
				Text: "Administrators look after their own profile and password in My Account, so nobody of your tier can reset them."}},
			"Nothing. They reset their own password at “Forgot password?”."
	case !slices.ContainsFunc(deskPermissions, func(needed authz.UserPermission) bool { return p.May(needed, "") }):
		return nil, "Nothing: your role lets you look at people, not act for them."
	case p.Tier > bailiwick.TierUser:
		return []ui.Notice{{Tone: ui.Warn, Title: p.User.Profile.Name() + " is an administrator.",
			Text: "You can send a reset email, unlock and end sessions. Everything else they do themselves in My Account."}}, ""
	case p.User.Provider == bailiwick.ProviderFederation:
		return []ui.Notice{{Tone: ui.Info, Text: "Signs in through single sign-on, so there is no password here to reset."}}, ""
	}
	return nil, ""
}

// reason is why the directory refused, or "".
func reason(err error) bailiwick.Reason {
	refusal, ok := errors.AsType[*bailiwick.Error](err)
	if !ok {
		return ""
	}
	return refusal.Reason
}
