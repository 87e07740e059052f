package signin

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// ForgotPassword mails a reset link to the stored address of the person behind
// a login, if there is one who may have it. The answer is nil whoever it is
// (REC-9); an error is the server's own trouble. Nothing of the account changes
// until the link is used (REC-12).
func (s *SignIn) ForgotPassword(ctx context.Context, by authz.Actor, login string) error {
	visitor := authz.Nobody(by.Org(), by.Client())
	login = typed(login)
	account := loginSubject(login)
	err := s.store.View(ctx, visitor, func(v *store.View) error {
		p, err := v.SignerByLogin(login)
		if errors.Is(err, bailiwick.ErrMissing) {
			return nil
		}
		if err == nil {
			account = string(p.User.ID) // one budget for all names of the person
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("look for who forgot a password: %w", err)
	}
	within, err := s.mayMail(ctx, visitor, account)
	if err != nil {
		return fmt.Errorf("count a reset mail: %w", err)
	}
	return s.store.Do(ctx, visitor, bailiwick.UserPasswordReset, func(tx *store.Tx) error {
		p, err := tx.SignerByLogin(login)
		if errors.Is(err, bailiwick.ErrMissing) {
			tx.As(bailiwick.EventEntity{ID: "unknown", Type: "User", AlternateID: "unknown"})
			tx.Failed("unknown user name")
			return nil
		}
		if err != nil {
			return err
		}
		tx.As(p.User.Entity())
		switch {
		case !within:
			tx.Failed("too many reset mails were asked for")
		case !mayReset(p.User):
			tx.Failed("no reset by mail for this account while " + string(p.User.Status))
		default:
			tx.Target(p.User.Entity())
			return tx.Send(mail.ResetPassword{To: p.User.ID})
		}
		return nil
	})
}

// mayReset reports whether a person can get in again by a link: not where
// single sign-on holds the credential, and not before the first activation.
func mayReset(u bailiwick.User) bool {
	return u.Provider != bailiwick.ProviderFederation && u.Status != bailiwick.Staged && u.May(bailiwick.ChangePassword)
}

// CheckLink reports whether a link is still good for its purpose, and changes
// nothing: mail scanners open links (REC-8). A bad one is ReasonLinkSpent.
func (s *SignIn) CheckLink(ctx context.Context, by authz.Actor, purpose bailiwick.LinkPurpose, text string) error {
	_, err := s.link(ctx, by, purpose, text)
	return err
}

// A mailed is a link with its person; nobody for the link of the first owner.
type mailed struct {
	digest string
	signer store.Signer
}

func (s *SignIn) link(ctx context.Context, by authz.Actor, purpose bailiwick.LinkPurpose, text string) (mailed, error) {
	token, err := secret.ParseToken(linkKind[purpose], text)
	if err != nil {
		return mailed{}, errSpent
	}
	m := mailed{digest: hex.EncodeToString(token.Digest())}
	err = s.store.View(ctx, authz.Nobody(by.Org(), by.Client()), func(v *store.View) error {
		l, err := v.Link(m.digest, purpose)
		if err != nil || l.UserID == "" {
			return err
		}
		m.signer, err = v.Signer(l.UserID)
		return err
	})
	return m, err
}

// linkKind is the kind of secret that a link of each purpose carries.
var linkKind = map[bailiwick.LinkPurpose]secret.Kind{
	bailiwick.LinkResetPassword: secret.ResetLink,
	bailiwick.LinkActivate:      secret.ActivationLink,
	bailiwick.LinkBootstrap:     secret.BootstrapLink,
}

// linkVerb is what a link lets its holder do to the own account.
var linkVerb = map[bailiwick.LinkPurpose]bailiwick.Verb{
	bailiwick.LinkResetPassword: bailiwick.ChangePassword,
	bailiwick.LinkActivate:      bailiwick.CompleteWelcome,
}

var errSpent = bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonLinkSpent, "this link has run out or has been used")

// SetPasswordByLink spends a reset or activation link and sets the password.
// Sessions and other links of the person end; nobody is signed in (REC-5). A
// password that the policy refuses leaves the link as it was.
func (s *SignIn) SetPasswordByLink(ctx context.Context, by authz.Actor, purpose bailiwick.LinkPurpose, text, password string) error {
	verb, ok := linkVerb[purpose]
	if !ok {
		return errSpent
	}
	m, err := s.link(ctx, by, purpose, text)
	if err != nil {
		return err
	}
	hash, err := s.successor(ctx, m.signer, password)
	if err != nil {
		return err
	}
	visitor := authz.Nobody(by.Org(), by.Client())
	err = s.store.Do(ctx, visitor, bailiwick.UserPasswordUpdated, func(tx *store.Tx) error {
		l, err := tx.SpendLink(m.digest, purpose)
		if err != nil {
			return err
		}
		return setByLink(tx, l, m.signer, hash, verb)
	})
	if err != nil {
		return err
	}
	return s.store.Keep(ctx, by.Org(), func(k *store.Upkeep) error {
		return forget(k, m.signer.User)
	})
}

// setByLink is what a spent link does to its person.
func setByLink(tx *store.Tx, l bailiwick.Link, before store.Signer, hash string, verb bailiwick.Verb) error {
	now, err := tx.HoldSigner(l.UserID)
	if err != nil {
		return err
	}
	// The link of somebody whose status refuses it is as good as spent, and a
	// temporary password made meanwhile has not been compared with the new one.
	if now.User.Provider == bailiwick.ProviderFederation || !now.User.May(verb) || now.Password.Hash != before.Password.Hash {
		return errSpent
	}
	tx.As(now.User.Entity())
	welcome := verb == bailiwick.CompleteWelcome
	if now, err = replace(tx, now, hash, verb); err != nil {
		return err
	}
	if err := tx.SaveSigner(now); err != nil {
		return err
	}
	n, err := tx.EndSessions(now.User.ID)
	if err != nil {
		return err
	}
	if n > 0 {
		tx.Also(bailiwick.SessionsCleared, now.User.Entity())
	}
	if welcome {
		tx.Also(bailiwick.UserActivated, now.User.Entity())
		return nil
	}
	return tx.Send(mail.PasswordChanged{To: now.User.ID})
}
