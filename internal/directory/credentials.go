package directory

import (
	"context"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// A SignOut says whether an operation on a password also ends the person's
// sessions on all devices.
type SignOut bool

// ResetPassword makes the old password void at once and mails the person a
// link (decision 14). Where single sign-on holds the credential there is
// nothing to reset.
func (d *Directory) ResetPassword(ctx context.Context, by authz.Actor, ref string, out SignOut) error {
	_, err := d.resetPassword(ctx, by, ref, out, authz.UsersResetPassword, func(tx *store.Tx, u bailiwick.User) error {
		return tx.Send(mail.ResetPassword{To: u.ID, By: nameOf(tx.Actor())})
	})
	return err
}

// ResetPasswordForLink is the same but hands the secret of the link to the
// actor instead of mailing it (REC-18). A help desk may not.
func (d *Directory) ResetPasswordForLink(ctx context.Context, by authz.Actor, ref string, out SignOut) (secret.Token, error) {
	var link HandedLink
	_, err := d.resetPassword(ctx, by, ref, out, authz.UsersReceiveLink, func(tx *store.Tx, u bailiwick.User) (err error) {
		link, err = d.hand(tx, u)
		return err
	})
	return link.Secret, err
}

func (d *Directory) resetPassword(ctx context.Context, by authz.Actor, ref string, out SignOut, p authz.UserPermission,
	deliver func(*store.Tx, bailiwick.User) error) (bailiwick.User, error) {
	return d.take(ctx, by, ref, step{permission: p, verb: bailiwick.ResetPassword, event: bailiwick.UserPasswordReset,
		then: func(tx *store.Tx, scope authz.UserScope, u bailiwick.User) error {
			u, err := takeBack(tx, scope, u)
			if err != nil {
				return err
			}
			if err := d.voidPassword(tx, scope, u, out); err != nil {
				return err
			}
			return deliver(tx, u)
		}})
}

// takeBack makes this server hold the credential of a person again, for those
// who may: a reset is how the wire ends single sign-on for somebody.
func takeBack(tx *store.Tx, scope authz.UserScope, u bailiwick.User) (bailiwick.User, error) {
	if u.Provider != bailiwick.ProviderFederation {
		return u, nil
	}
	may, err := tx.Actor().Users(authz.UsersFederate)
	if err == nil {
		_, err = tx.User(may, u.ID)
	}
	if err != nil {
		return u, bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonPasswordCannotBe, "single sign-on holds the credential of this user")
	}
	tx.Changed(bailiwick.Change{Field: "provider", From: string(u.Provider), To: string(bailiwick.ProviderInternal)})
	u.Provider = bailiwick.ProviderInternal
	if err := tx.SaveUser(scope, u); err != nil {
		return u, err
	}
	u.Version++
	return u, nil
}

// Federate hands the credential of a person over to single sign-on: there is no
// password any more, and no link brings one.
func (d *Directory) Federate(ctx context.Context, by authz.Actor, ref string, out SignOut) error {
	_, err := d.take(ctx, by, ref, step{permission: authz.UsersFederate, verb: bailiwick.Federate, event: bailiwick.UserPasswordReset,
		then: func(tx *store.Tx, scope authz.UserScope, u bailiwick.User) error {
			tx.Changed(bailiwick.Change{Field: "provider", To: string(u.Provider)})
			if err := tx.SetPassword(scope, u.ID, store.Password{}); err != nil {
				return err
			}
			if err := tx.VoidLinks(u.ID); err != nil {
				return err
			}
			return signOut(tx, u, out)
		}})
	return err
}

// voidPassword takes the password away together with what could bring it back.
func (d *Directory) voidPassword(tx *store.Tx, scope authz.UserScope, u bailiwick.User, out SignOut) error {
	if u.Provider == bailiwick.ProviderFederation {
		return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonPasswordCannotBe, "single sign-on holds the credential of this user")
	}
	if err := tx.SetPassword(scope, u.ID, store.Password{}); err != nil {
		return err
	}
	if err := tx.VoidLinks(u.ID); err != nil {
		return err
	}
	if err := rulersRemain(tx, u.ID); err != nil {
		return err
	}
	return signOut(tx, u, out)
}

func signOut(tx *store.Tx, u bailiwick.User, out SignOut) error {
	if !out {
		return nil
	}
	n, err := tx.EndSessions(u.ID)
	if err == nil && n > 0 {
		tx.Also(bailiwick.SessionsCleared, u.Entity())
	}
	return err
}

// TemporaryPassword makes a password that is shown once, works for one sign-in
// within a day and must then be changed (PWD-8). The person is told by mail,
// without the password.
func (d *Directory) TemporaryPassword(ctx context.Context, by authz.Actor, ref string, out SignOut) (string, error) {
	return d.temporary(ctx, by, ref, out, step{permission: authz.UsersTemporaryPassword, verb: bailiwick.ExpirePassword, event: bailiwick.UserPasswordExpired})
}

// SetPasswordAndActivate does the same for a pending person, who becomes able
// to sign in by it (H1).
func (d *Directory) SetPasswordAndActivate(ctx context.Context, by authz.Actor, ref string) (string, error) {
	return d.temporary(ctx, by, ref, true, step{permission: authz.UsersSetAndActivate, verb: bailiwick.SetAndActivate, event: bailiwick.UserPasswordExpired})
}

func (d *Directory) temporary(ctx context.Context, by authz.Actor, ref string, out SignOut, s step) (string, error) {
	if err := d.first(ctx, by, s.event, s.permission); err != nil {
		return "", err
	}
	password := d.mint.TemporaryPassword()
	stored, err := d.hash(ctx, password)
	if err != nil {
		return "", err
	}
	s.then = func(tx *store.Tx, scope authz.UserScope, u bailiwick.User) error {
		if err := d.voidPassword(tx, scope, u, out); err != nil {
			return err
		}
		stored.Until = tx.Now().Add(bailiwick.TemporaryPasswordLife)
		if err := tx.SetPassword(scope, u.ID, stored); err != nil {
			return err
		}
		tx.Changed(bailiwick.Change{Field: "temporary password", To: "shown once, good for 24 hours"})
		return tx.Send(mail.TemporaryPassword{To: u.ID, By: nameOf(tx.Actor())})
	}
	_, err = d.take(ctx, by, ref, s)
	return password, err
}

// RemovePassword takes the password away; the person gets in again by a reset
// only (PWD-10).
func (d *Directory) RemovePassword(ctx context.Context, by authz.Actor, ref string, out SignOut) error {
	_, err := d.take(ctx, by, ref, step{permission: authz.UsersRemovePassword, verb: bailiwick.RemovePassword, event: bailiwick.UserPasswordRemoved,
		then: func(tx *store.Tx, scope authz.UserScope, u bailiwick.User) error {
			if err := d.voidPassword(tx, scope, u, out); err != nil {
				return err
			}
			return tx.Send(mail.PasswordRemoved{To: u.ID, By: nameOf(tx.Actor())})
		}})
	return err
}

// ExpirePassword makes the person change the password at the next sign-in.
func (d *Directory) ExpirePassword(ctx context.Context, by authz.Actor, ref string) (bailiwick.User, error) {
	return d.take(ctx, by, ref, step{permission: authz.UsersExpirePassword, verb: bailiwick.ExpirePassword, event: bailiwick.UserPasswordExpired,
		then: func(tx *store.Tx, _ authz.UserScope, u bailiwick.User) error {
			if !u.HasPassword {
				return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonStatus, "the user has no password")
			}
			return rulersRemain(tx, u.ID)
		}})
}

// A Receipt says what a sign-out really ended.
type Receipt struct {
	Sessions int64
	Tokens   int64
}

// Tokens says whether clearing sessions revokes the person's API tokens too.
type Tokens bool

// ClearSessions ends a person's sessions, and open links with them.
func (d *Directory) ClearSessions(ctx context.Context, by authz.Actor, ref string, tokens Tokens) (Receipt, error) {
	var done Receipt
	err := d.store.Do(ctx, by, bailiwick.SessionsCleared, func(tx *store.Tx) error {
		scope, err := tx.Actor().Users(authz.UsersClearSessions)
		if err != nil {
			return err
		}
		u, err := tx.UserByRef(scope, ref)
		if err != nil {
			return err
		}
		tx.Target(u.Entity())
		if done.Sessions, err = tx.EndSessions(u.ID); err != nil {
			return err
		}
		if tokens {
			if done.Tokens, err = tx.EndTokens(u.ID); err != nil {
				return err
			}
		}
		return tx.VoidLinks(u.ID)
	})
	return done, err
}

// ForgotPassword mails a reset link as somebody who forgot the password would
// ask for it: the password stays good until the link is used (REC-12). It is
// for accounts with a recovery question, which plays no further part.
func (d *Directory) ForgotPassword(ctx context.Context, by authz.Actor, ref string) error {
	return d.forgot(ctx, by, ref, authz.UsersResetPassword, func(tx *store.Tx, u bailiwick.User) error {
		return tx.Send(mail.ResetPassword{To: u.ID, By: nameOf(tx.Actor())})
	})
}

// ForgotPasswordForLink is the same but hands the link to the actor (REC-18).
func (d *Directory) ForgotPasswordForLink(ctx context.Context, by authz.Actor, ref string) (HandedLink, error) {
	var link HandedLink
	err := d.forgot(ctx, by, ref, authz.UsersReceiveLink, func(tx *store.Tx, u bailiwick.User) (err error) {
		link, err = d.hand(tx, u)
		return err
	})
	return link, err
}

// ForgotPasswordByAnswer would set a password for whoever knows the answer to
// the recovery question. Nobody gets in by that (decision 7).
func (d *Directory) ForgotPasswordByAnswer(ctx context.Context, by authz.Actor, ref string) error {
	return d.forgot(ctx, by, ref, authz.UsersResetPassword, func(*store.Tx, bailiwick.User) error { return errForgot })
}

var errForgot = bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonForgotPassword, "there is no recovery for this user by this way")

func (d *Directory) forgot(ctx context.Context, by authz.Actor, ref string, p authz.UserPermission, deliver func(*store.Tx, bailiwick.User) error) error {
	return d.store.Do(ctx, by, bailiwick.UserPasswordReset, func(tx *store.Tx) error {
		scope, err := tx.Actor().Users(p)
		if err != nil {
			return err
		}
		u, err := tx.UserByRef(scope, ref)
		if err != nil {
			return err
		}
		if u.Status != bailiwick.Active || u.RecoveryQuestion == "" || u.Provider == bailiwick.ProviderFederation {
			return errForgot
		}
		tx.Target(u.Entity())
		return deliver(tx, u)
	})
}
