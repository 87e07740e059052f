package console

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
)

// A tokenRow is one API token in the list.
type tokenRow struct {
	ID          bailiwick.ID
	Name        string
	Owner       ui.Who
	Network     string
	Used, Until time.Time
	Revoke      string // address, or empty
}

type tokensPage struct {
	ui.Shell
	Notice *ui.Notice
	Create string // address, or empty
	Rows   []tokenRow
	Empty  ui.Empty
}

// A tokenForm asks for a new token. Owner is there for those who may make one
// for somebody else.
type tokenForm struct {
	ui.Shell
	Crumbs  []ui.Crumb
	Action  string
	Cancel  string
	Fault   string
	Name    ui.Field
	Owner   *ui.Field
	Network ui.Field
}

// A tokenMade shows the secret, once.
type tokenMade struct {
	ui.Shell
	Crumbs []ui.Crumb
	Name   string
	Secret string
	Back   string
}

const tokensAt = "/console/tokens"

func (c *Console) tokens(w http.ResponseWriter, r *http.Request, v visit) error {
	list, err := c.dir.Tokens(r.Context(), v.by)
	if err != nil {
		return err
	}
	at := v.shell.Base + tokensAt
	page := tokensPage{Shell: v.shell, Empty: ui.Empty{Icon: "key", Title: "No API tokens", Text: "A token lets another application act with your rights."}}
	if r.URL.Query().Get("done") == "revoked" {
		page.Notice = &ui.Notice{Tone: ui.Good, Text: "Token revoked."}
	}
	if anyHolds(v.me.Grants, authz.TokensCreateOwn) {
		page.Create = at + "/new"
	}
	for _, t := range list {
		row := tokenRow{ID: t.ID, Name: t.Name, Used: t.LastUsed, Until: t.ExpiresAt, Network: networkText(t.Network),
			Owner: ui.Who{ID: string(t.OwnerID), Name: t.Owner.DisplayName, Detail: t.Owner.AlternateID}}
		if t.MayRevoke {
			row.Revoke = at + "/" + string(t.ID) + "/revoke"
		}
		page.Rows = append(page.Rows, row)
	}
	return c.pages.Write(w, http.StatusOK, "tokens", page)
}

func networkText(n bailiwick.Network) string {
	switch {
	case n.Anywhere():
		return "Anywhere"
	case len(n.Include) == 0:
		return "Not from " + strings.Join(n.Exclude, ", ")
	}
	return strings.Join(n.Include, ", ")
}

func tokenCrumbs(base, here string) []ui.Crumb {
	return []ui.Crumb{{Label: "API tokens", Href: base + tokensAt}, {Label: here}}
}

func (c *Console) newToken(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.showTokenForm(w, r, v, http.StatusOK, nil)
}

func (c *Console) showTokenForm(w http.ResponseWriter, r *http.Request, v visit, status int, fault *bailiwick.Error) error {
	if !anyHolds(v.me.Grants, authz.TokensCreateOwn) {
		return bailiwick.ErrForbidden
	}
	at := v.shell.Base + tokensAt
	form := tokenForm{Shell: v.shell, Crumbs: tokenCrumbs(v.shell.Base, "Create token"), Action: at + "/new", Cancel: at,
		Name:    ui.Field{ID: "name", Label: "Name", Hint: "What will use it?", Value: r.PostFormValue("name"), Autocomplete: "off", Autofocus: true},
		Network: ui.Field{ID: "network", Label: "Works from", Optional: true, Hint: "Addresses or CIDR blocks with spaces between. Empty means anywhere.", Value: r.PostFormValue("network"), Autocomplete: "off"}}
	if anyHolds(v.me.Grants, authz.TokensCreateForOthers) {
		form.Owner = &ui.Field{ID: "owner", Label: "Acts as", Optional: true, Autocomplete: "off", Value: r.PostFormValue("owner"),
			Hint: "The username of a help desk administrator, who can’t create tokens. Empty means yourself."}
	}
	if fault != nil {
		switch text := refusalText(fault); {
		case fault.Field == "name":
			form.Name.Error = "The name " + fault.Message + "."
		case strings.HasPrefix(fault.Field, "network"):
			form.Network.Error = "The list " + fault.Message + "."
		case form.Owner != nil && (fault.Field == "userId" || fault.Code == bailiwick.Missing):
			form.Owner.Error = "There is no administrator with this username."
		default:
			form.Fault = text
		}
	}
	return c.pages.Write(w, status, "token-new", form)
}

// createToken answers with the secret itself: once, in no address, and kept by
// no cache.
func (c *Console) createToken(w http.ResponseWriter, r *http.Request, v visit) error {
	asked := directory.NewToken{Name: strings.TrimSpace(r.PostFormValue("name")), Network: bailiwick.Network{Include: strings.Fields(r.PostFormValue("network"))}}
	made, minted, err := c.dir.IssueToken(r.Context(), v.by, strings.TrimSpace(r.PostFormValue("owner")), asked)
	if refusal, ok := errors.AsType[*bailiwick.Error](err); ok && (refusal.Code == bailiwick.Invalid || refusal.Code == bailiwick.Missing || refusal.Reason == bailiwick.ReasonTier) {
		return c.showTokenForm(w, r, v, http.StatusUnprocessableEntity, refusal)
	}
	if err != nil {
		return err
	}
	return c.pages.Write(w, http.StatusOK, "token-made", tokenMade{Shell: v.shell, Crumbs: tokenCrumbs(v.shell.Base, "Copy your token now"),
		Name: made.Name, Secret: minted.Reveal(), Back: v.shell.Base + tokensAt})
}

func (c *Console) confirmRevoke(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.showRevoke(w, r, v, http.StatusOK, "")
}

func (c *Console) showRevoke(w http.ResponseWriter, r *http.Request, v visit, status int, fault string) error {
	t, err := c.dir.Token(r.Context(), v.by, bailiwick.ID(chi.URLParam(r, "token")))
	if err != nil {
		return err
	}
	at := v.shell.Base + tokensAt
	return c.pages.Write(w, status, "confirm", confirmPage{Shell: v.shell, Crumbs: tokenCrumbs(v.shell.Base, "Revoke token"), Fault: fault,
		Form: confirmForm{Slug: "revoke", Title: "Revoke token", Name: t.Name, Text: "Whatever uses it stops working at once. This can’t be undone.",
			Action: at + "/" + string(t.ID) + "/revoke", Cancel: at, CSRF: v.shell.CSRF}})
}

func (c *Console) revokeToken(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := c.dir.RevokeToken(r.Context(), v.by, bailiwick.ID(chi.URLParam(r, "token"))); err != nil {
		return err
	}
	http.Redirect(w, r, v.shell.Base+tokensAt+"?done=revoked", http.StatusSeeOther)
	return nil
}
