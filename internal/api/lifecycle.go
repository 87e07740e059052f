package api

import (
	"context"
	"net/http"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// saveUser, saveSelf and verb are the shapes of operations on one person.
type (
	saveUser func(context.Context, authz.Actor, string, directory.UserChange) (bailiwick.User, error)
	saveSelf func(context.Context, authz.Actor, directory.UserChange) (bailiwick.User, error)
	verb     func(context.Context, authz.Actor, string) error
)

// do answers with the wire's empty object after an operation on one person.
func (a *API) do(w http.ResponseWriter, r *http.Request, by authz.Actor, act verb) error {
	ref, err := a.reference(r, by)
	if err != nil {
		return err
	}
	if err := act(r.Context(), by, ref); err != nil {
		return err
	}
	return reply(w, http.StatusOK, empty{})
}

func (a *API) deactivateUser(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	return a.do(w, r, by, a.dir.DeactivateUser)
}

func (a *API) suspendUser(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	return a.do(w, r, by, a.dir.SuspendUser)
}

func (a *API) unsuspendUser(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	return a.do(w, r, by, a.dir.UnsuspendUser)
}

func (a *API) unlockUser(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	return a.do(w, r, by, a.dir.UnlockUser)
}

// activateUser mails the activation link, or with sendEmail=false hands it to
// those who may receive it.
func (a *API) activateUser(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	mailed, err := flag(r, "sendEmail", true)
	if err != nil {
		return err
	}
	if mailed {
		return a.do(w, r, by, a.dir.ActivateUser)
	}
	ref, err := a.reference(r, by)
	if err != nil {
		return err
	}
	link, err := a.dir.ActivateUserForLink(r.Context(), by, ref)
	if err != nil {
		return err
	}
	return a.replyActivation(w, r, link)
}

// reactivateUser hands a new link to those who may receive it, or with
// sendEmail=true mails it; the old one is void either way.
func (a *API) reactivateUser(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	mailed, err := flag(r, "sendEmail", false)
	if err != nil {
		return err
	}
	if mailed {
		return a.do(w, r, by, a.dir.ReactivateUser)
	}
	ref, err := a.reference(r, by)
	if err != nil {
		return err
	}
	link, err := a.dir.ReactivateUserForLink(r.Context(), by, ref)
	if err != nil {
		return err
	}
	return a.replyActivation(w, r, link)
}

// linkPages are where links of each purpose lead.
var linkPages = map[bailiwick.LinkPurpose]string{bailiwick.LinkActivate: "/welcome/", bailiwick.LinkResetPassword: "/reset/"}

func (a *API) linkURL(r *http.Request, l directory.HandedLink) string {
	return a.web.URL(r, linkPages[l.Purpose]+l.Secret.Reveal())
}

// replyActivation answers with the link, if the account needs one.
func (a *API) replyActivation(w http.ResponseWriter, r *http.Request, l directory.HandedLink) error {
	if l.Purpose == "" {
		return reply(w, http.StatusOK, empty{})
	}
	return reply(w, http.StatusOK, map[string]string{"activationUrl": a.linkURL(r, l), "activationToken": l.Secret.Reveal()})
}

// resetPassword mails the reset link, or with sendEmail=false hands it to
// those who may receive it; a help desk may not. With provider=FEDERATION it
// hands the person over to single sign-on.
func (a *API) resetPassword(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	provider := bailiwick.Provider(r.URL.Query().Get("provider"))
	if provider != "" && provider != bailiwick.ProviderFederation {
		return bailiwick.InvalidField("provider", "must be FEDERATION")
	}
	mailed, err := flag(r, "sendEmail", true)
	if err != nil {
		return err
	}
	out, err := flag(r, "revokeSessions", false)
	if err != nil {
		return err
	}
	if provider != "" {
		return a.do(w, r, by, func(ctx context.Context, by authz.Actor, ref string) error {
			return a.dir.Federate(ctx, by, ref, directory.SignOut(out))
		})
	}
	if mailed {
		return a.do(w, r, by, func(ctx context.Context, by authz.Actor, ref string) error {
			return a.dir.ResetPassword(ctx, by, ref, directory.SignOut(out))
		})
	}
	ref, err := a.reference(r, by)
	if err != nil {
		return err
	}
	token, err := a.dir.ResetPasswordForLink(r.Context(), by, ref, directory.SignOut(out))
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, map[string]string{"resetPasswordUrl": a.linkURL(r, directory.HandedLink{Purpose: bailiwick.LinkResetPassword, Secret: token})})
}

// expirePassword answers with the person, or in the old spelling with a
// temporary password.
func (a *API) expirePassword(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	temporary, err := flag(r, "tempPassword", false)
	if err != nil {
		return err
	}
	if temporary {
		return a.temporaryPassword(w, r, by)
	}
	ref, err := a.reference(r, by)
	if err != nil {
		return err
	}
	u, err := a.dir.ExpirePassword(r.Context(), by, ref)
	if err != nil {
		return err
	}
	return a.replyUser(w, r, u)
}

func (a *API) temporaryPassword(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	out, err := flag(r, "revokeSessions", false)
	if err != nil {
		return err
	}
	ref, err := a.reference(r, by)
	if err != nil {
		return err
	}
	password, err := a.dir.TemporaryPassword(r.Context(), by, ref, directory.SignOut(out))
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, map[string]string{"tempPassword": password})
}

func (a *API) clearSessions(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	tokens, err := flag(r, "oauthTokens", false)
	if err != nil {
		return err
	}
	ref, err := a.reference(r, by)
	if err != nil {
		return err
	}
	if _, err := a.dir.ClearSessions(r.Context(), by, ref, directory.Tokens(tokens)); err != nil {
		return err
	}
	return noContent(w)
}
