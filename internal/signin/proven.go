package signin

import (
	"context"
	"errors"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// proven is an operation of an administrator on a person's credentials that
// also takes the person's password: the right to do it, and the statuses from
// which the wire knows it.
type proven struct {
	permission authz.UserPermission
	event      bailiwick.EventType
	from       []bailiwick.Status
	refused    *bailiwick.Error // where the account does not allow it
}

var (
	changingPassword = proven{authz.UsersSetPassword, bailiwick.UserPasswordUpdated,
		[]bailiwick.Status{bailiwick.Staged, bailiwick.Active, bailiwick.PasswordExpired, bailiwick.Recovery},
		bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonChangePassword, "the password of this user cannot be changed")}
	changingQuestion = proven{authz.UsersEditProfile, bailiwick.UserProfileUpdated,
		[]bailiwick.Status{bailiwick.Staged, bailiwick.Active, bailiwick.Recovery},
		bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonChangeQuestion, "the recovery question of this user cannot be changed")}
)

// A PasswordChange is what [SignIn.ChangePasswordOf] does.
type PasswordChange struct {
	Old, New string
	// SignOut ends the person's sessions.
	SignOut bool
}

// ChangePasswordOf replaces a person's password for an administrator who knows
// it, and tells the person. The owner's switch is not asked: it guards those
// who do not know the password. Guesses are counted as at a sign-in.
func (s *SignIn) ChangePasswordOf(ctx context.Context, by authz.Actor, ref string, c PasswordChange) (bailiwick.User, error) {
	p, err := s.prove(ctx, by, ref, c.Old, changingPassword)
	if err != nil {
		return p.User, err
	}
	hash, err := s.successor(ctx, p, c.New)
	if err != nil {
		return p.User, err
	}
	var now store.Signer
	err = s.store.Do(ctx, by, changingPassword.event, func(tx *store.Tx) error {
		if now, _, err = still(tx, p, changingPassword); err != nil {
			return err
		}
		if now, err = replace(tx, now, hash, bailiwick.ChangePassword); err != nil {
			return err
		}
		if err := tx.SaveSigner(now); err != nil {
			return err
		}
		if c.SignOut {
			n, err := tx.EndSessions(now.User.ID)
			if err != nil {
				return err
			}
			if n > 0 {
				tx.Also(bailiwick.SessionsCleared, now.User.Entity())
			}
		}
		return tx.Send(mail.PasswordChanged{To: now.User.ID})
	})
	return now.User, err
}

// ChangeQuestionOf replaces a person's recovery question for an administrator
// who knows the password. The question recovers nothing.
func (s *SignIn) ChangeQuestionOf(ctx context.Context, by authz.Actor, ref, password, question string) (bailiwick.User, error) {
	p, err := s.prove(ctx, by, ref, password, changingQuestion)
	if err != nil {
		return p.User, err
	}
	var u bailiwick.User
	err = s.store.Do(ctx, by, changingQuestion.event, func(tx *store.Tx) error {
		now, scope, err := still(tx, p, changingQuestion)
		if err != nil {
			return err
		}
		u = now.User
		u.RecoveryQuestion, u.LastUpdated = question, tx.Now()
		tx.Target(u.Entity())
		tx.Changed(bailiwick.Change{Field: "recovery_question"})
		return tx.SaveUser(scope, u)
	})
	return u, err
}

// prove checks the password that the administrator gives for the person.
func (s *SignIn) prove(ctx context.Context, by authz.Actor, ref, password string, op proven) (store.Signer, error) {
	var p store.Signer
	var now string
	err := s.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Users(op.permission)
		if err != nil {
			return err
		}
		u, err := v.UserByRef(scope, ref)
		if err != nil {
			return err
		}
		if p, err = v.Signer(u.ID); err != nil {
			return err
		}
		if !op.takes(p.User) {
			return op.refused
		}
		if now = p.Password.Hash; ranOut(p.Password, v.Now()) {
			now = ""
		}
		return nil
	})
	if errors.Is(err, bailiwick.ErrForbidden) {
		return p, s.denied(ctx, by, op, err)
	}
	if err != nil {
		return p, err
	}
	guess := newAttempt(by, p.User.Profile.Login())
	if err := s.reserve(ctx, guess); err != nil {
		return p, err
	}
	right, err := s.verify(ctx, guess, now, password)
	if err != nil {
		return p, err
	}
	if !right {
		err := s.store.Do(ctx, by, op.event, func(tx *store.Tx) error {
			tx.Target(p.User.Entity())
			tx.Failed("wrong old password")
			return nil
		})
		if err != nil {
			return p, err
		}
		return p, errWrongPassword
	}
	return p, s.forgive(ctx, guess, p.User)
}

// denied writes a refusal to the log.
func (s *SignIn) denied(ctx context.Context, by authz.Actor, op proven, refusal error) error {
	return s.store.Do(ctx, by, op.event, func(*store.Tx) error { return refusal })
}

func (op proven) takes(u bailiwick.User) bool {
	if !u.HasPassword || u.Provider == bailiwick.ProviderFederation {
		return false
	}
	for _, status := range op.from {
		if u.Status == status {
			return true
		}
	}
	return false
}

// still reads the person again, for writing, with the authority of now, and
// refuses if the password that was checked is not the one any more.
func still(tx *store.Tx, before store.Signer, op proven) (store.Signer, authz.UserScope, error) {
	scope, err := tx.Actor().Users(op.permission)
	if err != nil {
		return before, scope, err
	}
	if _, err := tx.User(scope, before.User.ID); err != nil {
		return before, scope, err
	}
	now, err := tx.HoldSigner(before.User.ID)
	switch {
	case err != nil:
		return now, scope, err
	case !op.takes(now.User):
		return now, scope, op.refused
	case now.Password.Hash != before.Password.Hash:
		return now, scope, errWrongPassword
	}
	return now, scope, nil
}
