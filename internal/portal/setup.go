package portal

import (
	"errors"
	"net/http"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// setup makes the first owner's account from a link that the server printed
// when its store was empty (AUTH-3).
func (p *Portal) setup(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
	token := p.opened(r, ownerLink)
	if !proven(r, token) {
		return p.expired(w, r, ownerLink)
	}
	email := strings.TrimSpace(r.PostFormValue("email"))
	profile := bailiwick.Profile{"login": email, "email": email,
		"firstName": strings.TrimSpace(r.PostFormValue("firstName")), "lastName": strings.TrimSpace(r.PostFormValue("lastName"))}
	entered, err := p.in.MakeOwner(r.Context(), visitor(r), token, profile, r.PostFormValue("password"))
	refusal, refused := errors.AsType[*bailiwick.Error](err)
	switch {
	case refused && refusal.Reason == bailiwick.ReasonLinkSpent:
		return p.expired(w, r, ownerLink)
	case refused && refusal.Code == bailiwick.Invalid:
		return p.pages.Write(w, http.StatusUnprocessableEntity, "set-password", setupPageOf(r, token, profile, refusal))
	case err != nil:
		return err
	}
	http.SetCookie(w, p.cookie(ownerLink, ""))
	return p.welcome(w, r, entered, "")
}
