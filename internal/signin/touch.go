package signin

import (
	"context"

	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// Touch moves the last-used stamp of the actor's token or session, so that
// idle limits count from the last use. The store moves it at most once a
// minute.
func (s *SignIn) Touch(ctx context.Context, by authz.Actor) error {
	switch by.Claim() {
	case authz.TokenClaim:
		return s.store.Keep(ctx, by.Org(), func(k *store.Upkeep) error { return k.TouchToken(by.Digest(), by.Client().Address) })
	case authz.SessionClaim:
		return s.store.Keep(ctx, by.Org(), func(k *store.Upkeep) error { return k.TouchSession(by.Digest()) })
	}
	return nil
}

// Prove reports whether the actor's credential is good now. Operations ask
// again, each in its own transaction.
func (s *SignIn) Prove(ctx context.Context, by authz.Actor) error {
	return s.store.View(ctx, by, func(*store.View) error { return nil })
}
