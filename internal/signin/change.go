package signin

import (
	"context"
	"errors"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// ChangePassword replaces the password of the person who is signed in and
// knows the old one. It ends the person's other sessions and open links
// (PWD-7, REC-4). A token may not (TOK-5).
func (s *SignIn) ChangePassword(ctx context.Context, by authz.Actor, old, password string) error {
	if by.Claim() != authz.SessionClaim {
		return bailiwick.ErrForbidden
	}
	var p store.Signer
	var current string
	var why string
	err := s.store.View(ctx, by, func(v *store.View) error {
		var err error
		if p, err = v.Signer(v.Actor().ID()); err == nil {
			current, why = usable(p, v.Now())
		}
		return err
	})
	if err != nil {
		return err
	}
	if p.User.Provider == bailiwick.ProviderFederation {
		return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonPasswordCannotBe, "single sign-on holds your password")
	}
	guess := newAttempt(by, p.User.Profile.Login())
	if err := s.reserve(ctx, guess); err != nil {
		return err
	}
	right, err := s.verify(ctx, guess, current, old)
	if err != nil {
		return err
	}
	if !right {
		if err := s.failed(ctx, authz.Nobody(by.Org(), by.Client()), bailiwick.UserPasswordUpdated, p.User, why); !errors.Is(err, errFailed) {
			return err
		}
		return errWrongPassword
	}
	if err := s.forgive(ctx, guess, p.User); err != nil {
		return err
	}
	hash, err := s.successor(ctx, p, password)
	if err != nil {
		return err
	}
	return s.store.Do(ctx, by, bailiwick.UserPasswordUpdated, func(tx *store.Tx) error {
		now, err := unchanged(tx, p)
		if errors.Is(err, errFailed) {
			return errWrongPassword
		}
		if err != nil {
			return err
		}
		if now, err = replace(tx, now, hash, bailiwick.ChangePassword); err != nil {
			return err
		}
		if err := tx.SaveSigner(now); err != nil {
			return err
		}
		n, err := tx.EndOtherSessions(now.User.ID, by.Digest())
		if err != nil {
			return err
		}
		if n > 0 {
			tx.Also(bailiwick.SessionsCleared, now.User.Entity())
		}
		return tx.Send(mail.PasswordChanged{To: now.User.ID})
	})
}

var errWrongPassword = bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonWrongPassword, "Old Password is not correct").In("oldPassword")

// replace gives the person the new password and the status that goes with it,
// and voids what could undo it. Who calls saves the person.
func replace(tx *store.Tx, p store.Signer, hash string, verb bailiwick.Verb) (store.Signer, error) {
	next, err := p.User.After(verb, tx.Now())
	if err != nil {
		return p, err
	}
	tx.Target(next.Entity())
	if next.Status != p.User.Status {
		tx.Changed(bailiwick.Change{Field: "status", From: string(p.User.Status), To: string(next.Status)})
	}
	next.HasPassword, next.PasswordChanged = true, tx.Now()
	p.User, p.Password = next, store.Password{Hash: hash}
	return p, tx.VoidLinks(next.ID)
}

// successor hashes a new password after the policy has judged it. The one that
// it replaces is refused: a temporary password cannot become permanent.
func (s *SignIn) successor(ctx context.Context, p store.Signer, password string) (string, error) {
	if err := s.check(password, p.User.Profile); err != nil {
		return "", err
	}
	if p.Password.Hash != "" {
		same, err := s.hasher.Verify(ctx, p.Password.Hash, password)
		if err != nil {
			return "", busy(err)
		}
		if same {
			return "", bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonWeakPassword,
				"Password requirements were not met. Choose another password than the one before").In("password")
		}
	}
	hash, err := s.hasher.Hash(ctx, password)
	return hash, busy(err)
}

// check judges a new password by its text.
func (s *SignIn) check(password string, p bailiwick.Profile) error {
	if err := bailiwick.CheckPassword(password, p); err != nil {
		return err
	}
	if _, err := secret.CountPassword(password); err != nil {
		return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonWeakPassword, "Password requirements were not met. The %s", err).In("password")
	}
	return nil
}
