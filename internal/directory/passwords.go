package directory

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

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
