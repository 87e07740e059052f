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

// A NewToken is what whoever makes an API token says of it.
type NewToken struct {
	Name    string
	Network bailiwick.Network
}

// IssueToken is [Directory.CreateTokenFor] the owner, or [Directory.CreateToken]
// when no owner is named.
func (d *Directory) IssueToken(ctx context.Context, by authz.Actor, owner string, n NewToken) (bailiwick.Token, secret.Token, error) {
	if owner == "" {
		return d.CreateToken(ctx, by, n)
	}
	return d.CreateTokenFor(ctx, by, owner, n)
}

// CreateToken makes an API token of the actor's own. The secret is returned
// once. A token cannot make tokens (TOK-5).
func (d *Directory) CreateToken(ctx context.Context, by authz.Actor, n NewToken) (bailiwick.Token, secret.Token, error) {
	return d.createToken(ctx, by, n, func(tx *store.Tx) (bailiwick.EventEntity, error) {
		return tx.Actor().Entity(), tx.Actor().May(authz.TokensCreateOwn)
	})
}

// CreateTokenFor makes an API token that carries another administrator's
// rights and nothing more (H5). The owner must be an administrator of a lower
// tier.
func (d *Directory) CreateTokenFor(ctx context.Context, by authz.Actor, owner string, n NewToken) (bailiwick.Token, secret.Token, error) {
	return d.createToken(ctx, by, n, func(tx *store.Tx) (none bailiwick.EventEntity, _ error) {
		if err := tx.Actor().May(authz.TokensCreateForOthers); err != nil {
			return none, err
		}
		scope, err := tx.Actor().Users(authz.UsersRead)
		if err != nil {
			return none, err
		}
		u, err := tx.UserByRef(scope, owner)
		if err != nil {
			return none, err
		}
		who, err := tx.Subject(scope, u.ID)
		if err != nil {
			return none, err
		}
		if who.Tier == bailiwick.TierUser {
			return none, bailiwick.InvalidField("userId", "must be an administrator")
		}
		if who.Tier >= tx.Actor().Tier() {
			return none, bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonTier, "this person is an administrator at your tier or above")
		}
		return u.Entity(), nil
	})
}

func (d *Directory) createToken(ctx context.Context, by authz.Actor, n NewToken, ownerOf func(*store.Tx) (bailiwick.EventEntity, error)) (bailiwick.Token, secret.Token, error) {
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
		if strings.TrimSpace(n.Name) == "" || utf8.RuneCountInString(n.Name) > MaxTokenName || !utf8.ValidString(n.Name) || strings.ContainsFunc(n.Name, unicode.IsControl) {
			return bailiwick.InvalidField("name", "must have 1 to %d characters, none of them control characters", MaxTokenName)
		}
		network, err := n.Network.Checked()
		if err != nil {
			return err
		}
		t = bailiwick.Token{ID: tx.NewID(bailiwick.KindToken), Name: n.Name, OwnerID: owner.ID, CreatedBy: tx.Actor().ID(), Network: network,
			Created: tx.Now(), LastUpdated: tx.Now(), ExpiresAt: tx.Now().Add(bailiwick.TokenIdle)}
		tx.Target(t.Entity())
		if owner.ID != tx.Actor().ID() {
			tx.Target(owner)
		}
		return tx.InsertToken(t, digestText(minted.Digest()))
	})
	return t, minted, err
}

// MaxTokens is the most tokens that a list shows, the oldest.
const MaxTokens = 10_000

// An OwnedToken is a token and whose it is. MayRevoke says that the reader's
// roles reach it for revoking too; the tier of its owner may still forbid that.
type OwnedToken struct {
	bailiwick.Token
	Owner     bailiwick.EventEntity
	MayRevoke bool
}

// Tokens lists the live API tokens that the actor may see: one's own, and
// those of the people in the scope of the roles that see others' too.
func (d *Directory) Tokens(ctx context.Context, by authz.Actor) ([]OwnedToken, error) {
	var out []OwnedToken
	err := d.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Tokens(authz.TokensRead)
		if err != nil {
			return err
		}
		found, err := v.Tokens(scope, MaxTokens)
		revoke, refused := v.Actor().Tokens(authz.TokensRevoke)
		for _, t := range found {
			others := revoke.Owners().Everything() || t.OwnerID == v.Actor().ID()
			out = append(out, OwnedToken{t.Token, t.Owner, refused == nil && others})
		}
		return err
	})
	return out, err
}

// Token reads one live token.
func (d *Directory) Token(ctx context.Context, by authz.Actor, id bailiwick.ID) (bailiwick.Token, error) {
	var out bailiwick.Token
	err := d.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Tokens(authz.TokensRead)
		if err != nil {
			return err
		}
		out, err = v.Token(scope, id)
		return err
	})
	return out, err
}

// RestrictToken changes from where a token may be used. A token cannot change
// this for itself, or whoever stole it could free it.
func (d *Directory) RestrictToken(ctx context.Context, by authz.Actor, id bailiwick.ID, network bailiwick.Network) (bailiwick.Token, error) {
	var out bailiwick.Token
	err := d.store.Do(ctx, by, bailiwick.TokenUpdated, func(tx *store.Tx) error {
		scope, err := tx.Actor().Tokens(authz.TokensManage)
		if err != nil {
			return err
		}
		if out, err = tx.Token(scope, id); err != nil {
			return err
		}
		if out.ID == tx.Actor().Token() {
			return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonSelf, "a token cannot change where it may be used itself")
		}
		if out.Network, err = network.Checked(); err != nil {
			return err
		}
		out.LastUpdated = tx.Now()
		tx.Target(out.Entity())
		tx.Changed(bailiwick.Change{Field: "network"})
		return tx.SaveToken(scope, out)
	})
	return out, err
}

// RevokeToken ends a token at once and for good.
func (d *Directory) RevokeToken(ctx context.Context, by authz.Actor, id bailiwick.ID) error {
	return d.store.Do(ctx, by, bailiwick.TokenRevoked, func(tx *store.Tx) error {
		scope, err := tx.Actor().Tokens(authz.TokensRevoke)
		if err != nil {
			return err
		}
		t, err := tx.Token(scope, id)
		if err != nil {
			return err
		}
		tx.Target(t.Entity())
		return tx.EndToken(scope, id)
	})
}

// RevokeCurrentToken ends the token that the actor uses. Whoever holds a token
// may end it, whatever else they may.
func (d *Directory) RevokeCurrentToken(ctx context.Context, by authz.Actor) error {
	return d.store.Do(ctx, by, bailiwick.TokenRevoked, func(tx *store.Tx) error {
		if tx.Actor().Claim() != authz.TokenClaim {
			return bailiwick.NotFound("ApiToken", "current")
		}
		tx.Target(bailiwick.Token{ID: tx.Actor().Token(), Name: "the token in use"}.Entity())
		return tx.EndOwnToken()
	})
}
