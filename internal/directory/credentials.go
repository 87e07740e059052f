package directory

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// A SignOut says whether an operation on a password also ends the person's
// sessions on all devices.
type SignOut bool

// hash turns a password in clear into what is stored; none stays none.
func (d *Directory) hash(ctx context.Context, password string) (store.Password, error) {
	if password == "" {
		return store.Password{}, nil
	}
	hash, err := d.hasher.Hash(ctx, password)
	switch {
	case errors.Is(err, secret.ErrBusy):
		return store.Password{}, bailiwick.Refused(bailiwick.Throttled, bailiwick.ReasonBusy, "too many passwords are being set, try again soon")
	case errors.Is(err, secret.ErrPasswordLong), errors.Is(err, secret.ErrPasswordText):
		return store.Password{}, bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonWeakPassword, "Password requirements were not met. %s", err).In("password")
	}
	return store.Password{Hash: hash}, err
}

// A PasswordHash is a password's hash that was made elsewhere.
type PasswordHash = secret.Import

// A NewPassword is in clear, or a hash of it that was made elsewhere. The zero
// value is none.
type NewPassword struct {
	Clear string
	Hash  *PasswordHash
}

func (p NewPassword) given() bool { return p.Clear != "" || p.Hash != nil }

// stored turns a password into what is stored; none stays none.
func (d *Directory) stored(ctx context.Context, p NewPassword) (store.Password, error) {
	if p.Hash == nil {
		return d.hash(ctx, p.Clear)
	}
	hash, err := d.hasher.Wrap(ctx, *p.Hash)
	if errors.Is(err, secret.ErrBusy) {
		return store.Password{}, bailiwick.Refused(bailiwick.Throttled, bailiwick.ReasonBusy, "too many passwords are being set, try again soon")
	}
	return store.Password{Hash: hash}, err
}

// A RecoveryQuestion is what the wire knows of old. The question is kept and
// shown; the answer is looked at and forgotten: nobody gets in by it
// (decision 7, REC-16).
type RecoveryQuestion struct{ Question, Answer string }

// Limits of a question and its answer, in code points.
const (
	maxQuestion = 100
	minAnswer   = 4
)

// Check returns the first fault of the question and its answer.
func (q RecoveryQuestion) Check() error {
	const field = "recovery_question."
	asked, answer := utf8.RuneCountInString(q.Question), utf8.RuneCountInString(q.Answer)
	switch {
	case strings.TrimSpace(q.Question) == "" || asked > maxQuestion:
		return bailiwick.InvalidField(field+"question", "must be 1 to %d characters long", maxQuestion)
	case answer < minAnswer || answer > maxQuestion:
		return bailiwick.InvalidField(field+"answer", "must be %d to %d characters long", minAnswer, maxQuestion)
	}
	return nil
}

// checkCredentials refuses credentials that an account of that provider cannot
// have, and those at fault.
func checkCredentials(provider bailiwick.Provider, p NewPassword, q RecoveryQuestion) error {
	asked := q != RecoveryQuestion{}
	switch {
	case provider == bailiwick.ProviderFederation && (p.given() || asked):
		return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonCredentialScheme, "single sign-on holds the credential of this user").In("credentials")
	case p.Clear != "" && p.Hash != nil:
		return bailiwick.InvalidField("credentials.password", "must be a value or a hash, not both")
	case asked:
		if err := q.Check(); err != nil {
			return err
		}
	}
	if p.Hash == nil {
		return nil
	}
	if fault, ok := errors.AsType[*secret.Fault](p.Hash.Check()); ok {
		return bailiwick.InvalidField("credentials.password.hash."+fault.Field, "%s", fault.Message)
	}
	return nil
}

// mayChoose is the owner's switch: without it nobody sets anybody's password
// (Z5).
func mayChoose(org bailiwick.Org) error {
	if org.Settings.AdminsSetPasswords {
		return nil
	}
	return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonSetPasswordsOff, "administrators do not set passwords in this organization")
}

// A preparedPassword is hashed and ready to be stored; of a strict change, with
// the hash that it was compared with.
type preparedPassword struct {
	store.Password
	strict bool
	before string
}

// unmoved refuses when the password is not the one any more that a strict
// change was compared with.
func (p preparedPassword) unmoved(tx *store.Tx, id bailiwick.ID) error {
	if !p.strict {
		return nil
	}
	now, err := tx.Signer(id)
	if err == nil && now.Password.Hash != p.before {
		err = bailiwick.Refused(bailiwick.Conflict, "", "the password was changed just now")
	}
	return err
}

// prepare hashes the password of an edit, for those who may set one.
func (d *Directory) prepare(ctx context.Context, by authz.Actor, ref string, e edit) (preparedPassword, error) {
	p := preparedPassword{strict: e.Strict}
	if !e.Password.given() || e.own {
		return p, nil // nothing to prepare, or refused by the operation
	}
	if err := d.first(ctx, by, bailiwick.UserPasswordUpdated, authz.UsersSetPassword); err != nil {
		return p, err
	}
	refused := false
	err := d.store.View(ctx, by, func(v *store.View) error {
		org, err := v.Org()
		if err != nil {
			return err
		}
		if mayChoose(org) != nil {
			refused = true // said by the operation, which logs it
			return nil
		}
		scope, err := v.Actor().Users(authz.UsersSetPassword)
		if err != nil || !e.Strict {
			return err
		}
		u, err := v.UserByRef(scope, ref)
		if err != nil {
			return err
		}
		now, err := v.Signer(u.ID)
		p.before = now.Password.Hash
		return err
	})
	if err != nil || refused {
		return p, err
	}
	if err := checkCredentials(bailiwick.ProviderInternal, e.Password, RecoveryQuestion{}); err != nil {
		return p, err
	}
	if e.Strict && e.Password.Clear != "" {
		same, err := d.hasher.Verify(ctx, p.before, e.Password.Clear)
		if err != nil {
			return p, err
		}
		if same {
			return p, bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonWeakPassword, "Password cannot be your current password").In("password")
		}
	}
	p.Password, err = d.stored(ctx, e.Password)
	return p, err
}

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
	return d.take(ctx, by, ref, step{permission: authz.UsersTemporaryPassword, verb: bailiwick.ExpirePassword, event: bailiwick.UserPasswordExpired,
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
