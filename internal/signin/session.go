package signin

import (
	"context"
	"errors"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// begin starts a session of the person with a new secret, and ends the one
// that the browser had before (SES-1). It is the one place where sessions are
// made.
func (s *SignIn) begin(tx *store.Tx, by authz.Actor, p store.Signer, token secret.Token) (Entered, error) {
	if by.Claim() == authz.SessionClaim {
		if err := tx.EndSession(by.Digest()); err != nil && !errors.Is(err, store.Unchanged()) {
			return Entered{}, err
		}
	}
	p.User.LastLogin = tx.Now()
	if err := tx.SaveSigner(p); err != nil {
		return Entered{}, err
	}
	life := bailiwick.SessionLife
	if p.IsAdmin {
		life = bailiwick.AdminSessionLife
	}
	err := tx.InsertSession(bailiwick.Session{ID: tx.NewID(bailiwick.KindSession), UserID: p.User.ID,
		Address: by.Client().Address, UserAgent: by.Client().UserAgent,
		Created: tx.Now(), LastSeen: tx.Now(), Expires: tx.Now().Add(life)}, digestText(token))
	if err != nil {
		return Entered{}, err
	}
	return Entered{Session: token, User: p.User, IsAdmin: p.IsAdmin}, nil
}

// SignOut ends the actor's session. One that is over already needs no ending.
func (s *SignIn) SignOut(ctx context.Context, by authz.Actor) error {
	if by.Claim() != authz.SessionClaim {
		return nil
	}
	err := s.store.Do(ctx, by, bailiwick.SessionEnded, func(tx *store.Tx) error {
		return tx.EndSession(by.Digest())
	})
	if errors.Is(err, bailiwick.ErrUnauthenticated) {
		return nil
	}
	return err
}
