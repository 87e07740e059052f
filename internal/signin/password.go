package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// Entered is the outcome of a right password.
type Entered struct {
	// Session is the secret for the cookie; the zero Token when MustChange.
	Session secret.Token
	User    bailiwick.User
	// MustChange says that there is no session yet: the password is temporary
	// or expired, and [SignIn.ChangeExpired] comes first.
	MustChange bool
	IsAdmin    bool
}

// Password signs a person in by login, or by the part of it before the @, and
// password. Whatever is wrong, the answer is one and the same
// (ReasonSignInFailed, AUTH-6); after failures in a row it is
// ReasonSignInDelayed for a while, whether or not there is such a person.
func (s *SignIn) Password(ctx context.Context, by authz.Actor, login, password string) (Entered, error) {
	var in Entered
	visitor, p, err := s.knock(ctx, by, login, password)
	if err != nil {
		return in, err
	}
	rehash, err := s.rehash(ctx, p.signer.Password.Hash, password)
	if err != nil {
		return in, err
	}
	token := s.mint.Token(secret.Session)
	err = s.store.Do(ctx, visitor, bailiwick.SessionStarted, func(tx *store.Tx) error {
		now, err := unchanged(tx, p.signer)
		if err != nil {
			return err
		}
		tx.As(now.User.Entity())
		if now.User.Status == bailiwick.PasswordExpired {
			tx.Failed("the password must be changed first")
			in = Entered{User: now.User, MustChange: true, IsAdmin: now.IsAdmin}
			return nil
		}
		if rehash != "" {
			now.Password.Hash = rehash
			if now.User.Provider == bailiwick.ProviderImport {
				now.User.Provider = bailiwick.ProviderInternal // nothing is left of the foreign hash (PWD-11)
			}
		}
		in, err = s.begin(tx, by, now, token)
		return err
	})
	if err != nil {
		return Entered{}, err
	}
	return in, s.forgive(ctx, p.attempt, p.signer.User)
}

// ChangeExpired changes a password that is temporary or expired, and signs the
// person in. The old password is asked for again: it is the only proof. It
// ends here for good (PWD-8).
func (s *SignIn) ChangeExpired(ctx context.Context, by authz.Actor, login, old, password string) (Entered, error) {
	var in Entered
	visitor, p, err := s.knock(ctx, by, login, old)
	if err != nil {
		return in, err
	}
	if err := s.forgive(ctx, p.attempt, p.signer.User); err != nil {
		return in, err
	}
	hash, err := s.successor(ctx, p.signer, password)
	if err != nil {
		return in, err
	}
	token := s.mint.Token(secret.Session)
	err = s.store.Do(ctx, visitor, bailiwick.UserPasswordUpdated, func(tx *store.Tx) error {
		now, err := unchanged(tx, p.signer)
		if err != nil {
			return err
		}
		if now.User.Status != bailiwick.PasswordExpired {
			return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonStatus, "this password need not be changed, sign in with it")
		}
		tx.As(now.User.Entity())
		if now, err = replace(tx, now, hash, bailiwick.ChangePassword); err != nil {
			return err
		}
		if _, err := tx.EndSessions(now.User.ID); err != nil {
			return err
		}
		if err := tx.Send(mail.PasswordChanged{To: now.User.ID}); err != nil {
			return err
		}
		in, err = s.begin(tx, by, now, token)
		tx.Also(bailiwick.SessionStarted)
		return err
	})
	if err != nil {
		return Entered{}, err
	}
	return in, nil
}

// caller is who gave the right password, as read before it was checked.
type caller struct {
	attempt attempt
	signer  store.Signer
}

// knock judges a login and a password. All refusals take the same way: one
// look-up, one counted attempt, one hashing, one event, one answer.
func (s *SignIn) knock(ctx context.Context, by authz.Actor, login, password string) (authz.Actor, caller, error) {
	visitor := authz.Nobody(by.Org(), by.Client())
	login = typed(login)
	p := caller{attempt: newAttempt(by, login)}
	stored := ""
	why := "unknown user name"
	err := s.store.View(ctx, visitor, func(v *store.View) error {
		var err error
		p.signer, err = v.SignerByLogin(login)
		if errors.Is(err, bailiwick.ErrMissing) {
			return nil
		}
		if err == nil {
			stored, why = usable(p.signer, v.Now())
		}
		return err
	})
	if err != nil {
		return visitor, p, fmt.Errorf("look for who signs in: %w", err)
	}
	if err := s.reserve(ctx, p.attempt); err != nil {
		return visitor, p, err
	}
	right, err := s.verify(ctx, p.attempt, stored, password)
	if err != nil || right {
		return visitor, p, err
	}
	return visitor, p, s.failed(ctx, visitor, bailiwick.SessionStarted, p.signer.User, why)
}

// usable returns the hash that a password is checked against: none when the
// account lets nobody in by one, so that nothing matches.
func usable(p store.Signer, now time.Time) (hash, why string) {
	switch {
	case p.User.Provider == bailiwick.ProviderFederation || !p.User.CanSignIn():
		return "", "the account takes no password while " + string(p.User.Status)
	case ranOut(p.Password, now):
		return "", "the temporary password has run out"
	}
	return p.Password.Hash, "wrong password"
}

func ranOut(p store.Password, now time.Time) bool { return !p.Until.IsZero() && !now.Before(p.Until) }

// verify checks a password, and takes the attempt back when the node was too
// busy to check it.
func (s *SignIn) verify(ctx context.Context, a attempt, stored, password string) (bool, error) {
	right, err := s.hasher.Verify(ctx, stored, password)
	if err == nil {
		return right, nil
	}
	if err := s.forgive(context.WithoutCancel(ctx), a); err != nil {
		return false, err
	}
	return false, busy(err)
}

func busy(err error) error {
	if errors.Is(err, secret.ErrBusy) {
		return bailiwick.Refused(bailiwick.Throttled, bailiwick.ReasonBusy, "too many people are signing in, try again soon")
	}
	return err
}

// failed writes that somebody tried to act as the person and returns the one
// answer. The event is as large for a person whom nobody knows.
func (s *SignIn) failed(ctx context.Context, visitor authz.Actor, event bailiwick.EventType, u bailiwick.User, why string) error {
	who := bailiwick.EventEntity{ID: "unknown", Type: "User", AlternateID: "unknown"}
	if u.ID != "" {
		who = u.Entity()
	}
	err := s.store.Do(ctx, visitor, event, func(tx *store.Tx) error {
		tx.As(who)
		tx.Failed(why)
		return nil
	})
	if err != nil {
		return fmt.Errorf("log a failed sign-in: %w", err)
	}
	return errFailed
}

// errFailed is the only answer to a sign-in that fails.
var errFailed = bailiwick.Refused(bailiwick.Unauthenticated, bailiwick.ReasonSignInFailed, "unable to sign in")

// unchanged reads the person again, for writing, and refuses if the password
// that was checked outside the transaction is not the one of now.
func unchanged(tx *store.Tx, before store.Signer) (store.Signer, error) {
	now, err := tx.HoldSigner(before.User.ID)
	if errors.Is(err, bailiwick.ErrMissing) {
		return now, errFailed
	}
	if err != nil {
		return now, err
	}
	if hash, _ := usable(now, tx.Now()); hash == "" || hash != before.Password.Hash {
		return now, errFailed
	}
	return now, nil
}

// rehash makes a new hash of a password that was just verified, if the old one
// was made at another cost (PWD-1) or elsewhere (PWD-11); else it is "".
func (s *SignIn) rehash(ctx context.Context, stored, password string) (string, error) {
	if !s.hasher.NeedsRehash(stored) {
		return "", nil
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return "", busy(err)
	}
	return hash, nil
}
