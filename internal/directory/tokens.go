package directory

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// MaxTokenName is the longest name of an API token in code points.
const MaxTokenName = 100

// CreateToken makes an API token of the actor's own. The secret is returned
// once. A token cannot make tokens (TOK-5).
func (d *Directory) CreateToken(ctx context.Context, by authz.Actor, name string) (bailiwick.Token, secret.Token, error) {
	return d.createToken(ctx, by, name, func(tx *store.Tx) (bailiwick.ID, error) {
		return tx.Actor().ID(), tx.Actor().May(authz.TokensCreateOwn)
	})
}

// CreateTokenFor makes an API token that carries another administrator's
// rights and nothing more (H5). The owner must be an administrator of a lower
// tier.
func (d *Directory) CreateTokenFor(ctx context.Context, by authz.Actor, owner, name string) (bailiwick.Token, secret.Token, error) {
	return d.createToken(ctx, by, name, func(tx *store.Tx) (bailiwick.ID, error) {
		if err := tx.Actor().May(authz.TokensCreateForOthers); err != nil {
			return "", err
		}
		scope, err := tx.Actor().Users(authz.UsersRead)
		if err != nil {
			return "", err
		}
		u, err := tx.UserByRef(scope, owner)
		if err != nil {
			return "", err
		}
		who, err := tx.Subject(scope, u.ID)
		if err != nil {
			return "", err
		}
		if who.Tier == bailiwick.TierUser {
			return "", bailiwick.InvalidField("userId", "must be an administrator")
		}
		if who.Tier >= tx.Actor().Tier() {
			return "", bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonTier, "this person is an administrator at your tier or above")
		}
		return u.ID, nil
	})
}

func (d *Directory) createToken(ctx context.Context, by authz.Actor, name string, ownerOf func(*store.Tx) (bailiwick.ID, error)) (bailiwick.Token, secret.Token, error) {
	minted := d.mint.Token(secret.APIToken)
	var t bailiwick.Token
	err := d.store.Do(ctx, by, bailiwick.TokenCreated, func(tx *store.Tx) error {
		if tx.Actor().Claim() == authz.TokenClaim {
			return bailiwick.ErrForbidden
		}
		owner, err := ownerOf(tx)
		if err != nil {
			return err
		}
		if strings.TrimSpace(name) == "" || utf8.RuneCountInString(name) > MaxTokenName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
			return bailiwick.InvalidField("name", "must have 1 to %d characters, none of them control characters", MaxTokenName)
		}
		t = bailiwick.Token{ID: tx.NewID(bailiwick.KindToken), Name: name, OwnerID: owner, CreatedBy: tx.Actor().ID(),
			Created: tx.Now(), LastUpdated: tx.Now(), ExpiresAt: tx.Now().Add(bailiwick.TokenIdle)}
		tx.Target(t.Entity())
		return tx.InsertToken(t, digestText(minted.Digest()))
	})
	return t, minted, err
}
