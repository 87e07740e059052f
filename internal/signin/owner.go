package signin

import (
	"context"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// becomeOwner is the reason in the log for what the server does on behalf of
// somebody who has no account yet.
const becomeOwner = "make the first owner"

// NewOwnerLink makes the one-time link by which the first owner of an org makes
// the account (AUTH-3), and voids one made before. It is good for 30 minutes,
// and there is none once the org has an owner: that is a Conflict.
func (s *SignIn) NewOwnerLink(ctx context.Context, org bailiwick.ID) (secret.Token, error) {
	token := s.mint.Token(secret.BootstrapLink)
	err := s.store.Do(ctx, authz.System(org, becomeOwner), bailiwick.OwnerLinkCreated, func(tx *store.Tx) error {
		if err := noOwner(tx); err != nil {
			return err
		}
		return tx.InsertLink(bailiwick.Link{ID: tx.NewID(bailiwick.KindLink), Purpose: bailiwick.LinkBootstrap,
			Created: tx.Now(), Expires: tx.Now().Add(bailiwick.BootstrapLinkLife)}, digestText(token))
	})
	if err != nil {
		return secret.Token{}, err
	}
	return token, nil
}

func noOwner(tx *store.Tx) error {
	has, err := tx.HasOwner()
	if err != nil {
		return err
	}
	if has {
		return bailiwick.Refused(bailiwick.Conflict, bailiwick.ReasonRoleAssigned, "the organization has an owner")
	}
	return nil
}

// MakeOwner spends the link of [SignIn.NewOwnerLink]: it makes the account of
// the first owner, who is a super administrator too, and signs in. Of many who
// try at once, on whatever nodes, one succeeds; the others' link is spent.
func (s *SignIn) MakeOwner(ctx context.Context, by authz.Actor, text string, profile bailiwick.Profile, password string) (Entered, error) {
	m, err := s.link(ctx, by, bailiwick.LinkBootstrap, text)
	if err != nil {
		return Entered{}, err
	}
	profile = bailiwick.Profile{}.Merge(profile)
	if err := profile.Check(); err != nil {
		return Entered{}, err
	}
	hash, err := s.successor(ctx, store.Signer{User: bailiwick.User{Profile: profile}}, password)
	if err != nil {
		return Entered{}, err
	}
	var in Entered
	token := s.mint.Token(secret.Session)
	err = s.store.Do(ctx, authz.System(by.Org(), becomeOwner), bailiwick.UserCreated, func(tx *store.Tx) error {
		tx.From(by.Client())
		if _, err := tx.SpendLink(m.digest, bailiwick.LinkBootstrap); err != nil {
			return err
		}
		if err := noOwner(tx); err != nil {
			return err
		}
		owner, err := insertOwner(tx, profile, hash)
		if err != nil {
			return err
		}
		in, err = s.begin(tx, by, store.Signer{User: owner, Password: store.Password{Hash: hash}, IsAdmin: true}, token)
		tx.Also(bailiwick.SessionStarted)
		return err
	})
	if err != nil {
		return Entered{}, err
	}
	return in, nil
}

// insertOwner makes the account, active, with both roles.
func insertOwner(tx *store.Tx, profile bailiwick.Profile, hash string) (bailiwick.User, error) {
	scope, err := tx.Actor().Users(authz.UsersCreate)
	if err != nil {
		return bailiwick.User{}, err
	}
	org, err := tx.Org()
	if err != nil {
		return bailiwick.User{}, err
	}
	u := bailiwick.User{ID: tx.NewID(bailiwick.KindUser), Status: bailiwick.Staged, TypeID: org.UserType, RealmID: org.Realm, Profile: profile,
		Provider: bailiwick.ProviderInternal, HasPassword: true, Created: tx.Now(), StatusChanged: tx.Now(), PasswordChanged: tx.Now(), Version: 1}
	if u, err = u.After(bailiwick.Activate, tx.Now()); err != nil {
		return u, err
	}
	tx.As(u.Entity())
	tx.Target(u.Entity())
	tx.Also(bailiwick.UserActivated, u.Entity())
	if err := tx.InsertUser(scope, u, store.Password{Hash: hash}); err != nil {
		return u, err
	}
	for _, role := range []bailiwick.RoleType{bailiwick.Owner, bailiwick.SuperAdmin} {
		a := bailiwick.Assignment{Role: role, Principal: bailiwick.Principal{Kind: bailiwick.UserPrincipal, ID: u.ID},
			Mode: bailiwick.ScopeAll, Created: tx.Now(), LastUpdated: tx.Now()}
		a.Key, a.ID = bailiwick.AssignmentIDs(role, bailiwick.UserPrincipal, tx.Now(), tx.Random())
		tx.Also(bailiwick.UserPrivilegeGranted, u.Entity(), a.Entity())
		if err := tx.InsertAssignment(a); err != nil {
			return u, err
		}
	}
	return u, nil
}
