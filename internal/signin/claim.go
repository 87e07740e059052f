// Package signin is where nobody has authority yet: passwords, one-time links,
// sessions, the first owner. What comes out is an [authz.Actor] that claims to
// be somebody; package store proves the claim in each transaction.
package signin

import (
	"encoding/hex"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// A SignIn offers the ways to become an actor.
type SignIn struct {
	store  *store.Store
	hasher *secret.Hasher
	keys   *secret.Keys
	mint   secret.Mint
}

// New returns the ways into the orgs of a store.
func New(s *store.Store, hasher *secret.Hasher, keys *secret.Keys) *SignIn {
	return &SignIn{store: s, hasher: hasher, keys: keys}
}

// Token is the actor behind an API token in clear. A text that cannot be one
// is refused as an unknown one is; nothing is looked up yet.
func (s *SignIn) Token(org bailiwick.ID, text string, client bailiwick.Client) (authz.Actor, error) {
	token, err := secret.ParseToken(secret.APIToken, text)
	if err != nil {
		return authz.Actor{}, bailiwick.Refused(bailiwick.Unauthenticated, bailiwick.ReasonBadToken, "the API token is not valid")
	}
	return authz.ByToken(org, digestText(token), client), nil
}

// Session is the actor behind a session cookie.
func (s *SignIn) Session(org bailiwick.ID, text string, client bailiwick.Client) (authz.Actor, error) {
	token, err := secret.ParseToken(secret.Session, text)
	if err != nil {
		return authz.Actor{}, bailiwick.Refused(bailiwick.Unauthenticated, bailiwick.ReasonNoSession, "the session is over")
	}
	return authz.BySession(org, digestText(token), client), nil
}

// CSRF is the proof that a form was made for this session (WEB-1).
func (s *SignIn) CSRF(by authz.Actor) string { return s.keys.CSRF([]byte(by.Digest())) }

// CheckCSRF reports whether the proof belongs to the session.
func (s *SignIn) CheckCSRF(by authz.Actor, proof string) bool {
	return by.Claim() == authz.SessionClaim && s.keys.CheckCSRF([]byte(by.Digest()), proof)
}

// digestText is how digests are stored and claimed: hex.
func digestText(t secret.Token) string { return hex.EncodeToString(t.Digest()) }
