package directory

import (
	"context"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// A step is one verb of an account's life as an operation.
type step struct {
	permission authz.UserPermission
	// also is a second permission that the operation takes; UsersRead, its zero
	// value, asks for no more.
	also  authz.UserPermission
	verb  bailiwick.Verb
	event bailiwick.EventType
	// then does what goes with the new status, in the same transaction.
	then func(*store.Tx, authz.UserScope, bailiwick.User) error
}

func (d *Directory) take(ctx context.Context, by authz.Actor, ref string, s step) (bailiwick.User, error) {
	var next bailiwick.User
	err := d.store.Do(ctx, by, s.event, func(tx *store.Tx) error {
		scope, err := tx.Actor().Users(s.permission)
		if err != nil {
			return err
		}
		more, err := tx.Actor().Users(s.also)
		if err != nil {
			return err
		}
		u, err := tx.UserByRef(scope, ref)
		if err != nil {
			return err
		}
		if s.also != authz.UsersRead {
			if _, err := tx.User(more, u.ID); err != nil {
				return err
			}
		}
		if next, err = u.After(s.verb, tx.Now()); err != nil {
			return err
		}
		tx.Target(next.Entity())
		tx.Changed(bailiwick.Change{Field: "status", From: string(u.Status), To: string(next.Status)})
		if err := tx.SaveUser(scope, next); err != nil {
			return err
		}
		next.Version++
		if s.then == nil {
			return nil
		}
		return s.then(tx, scope, next)
	})
	return next, err
}

// ActivateUser makes an account usable. Without a password the person gets a
// mail with an activation link.
func (d *Directory) ActivateUser(ctx context.Context, by authz.Actor, ref string) error {
	_, err := d.take(ctx, by, ref, step{permission: authz.UsersActivate, verb: bailiwick.Activate, event: bailiwick.UserActivated,
		then: func(tx *store.Tx, _ authz.UserScope, u bailiwick.User) error {
			if u.Status != bailiwick.Provisioned {
				return nil
			}
			return tx.Send(mail.Activation{To: u.ID, By: nameOf(tx.Actor())})
		}})
	return err
}

// A HandedLink is a link that the actor gets in place of a mail (REC-18). The
// zero value says that the account needs none.
type HandedLink struct {
	Purpose bailiwick.LinkPurpose
	Secret  secret.Token
}

// ActivateUserForLink is the same but hands the link to the actor instead of
// mailing it. It takes the right to activate and the right to receive links.
func (d *Directory) ActivateUserForLink(ctx context.Context, by authz.Actor, ref string) (HandedLink, error) {
	var link HandedLink
	_, err := d.take(ctx, by, ref, step{permission: authz.UsersActivate, also: authz.UsersReceiveLink, verb: bailiwick.Activate, event: bailiwick.UserActivated,
		then: func(tx *store.Tx, _ authz.UserScope, u bailiwick.User) (err error) {
			if u.Status == bailiwick.Provisioned {
				link, err = d.hand(tx, u)
			}
			return err
		}})
	return link, err
}

// ReactivateUser mails the person a new link: to activate the account, or to
// set a password where there is none. Older links are void from now on.
func (d *Directory) ReactivateUser(ctx context.Context, by authz.Actor, ref string) error {
	_, err := d.take(ctx, by, ref, step{permission: authz.UsersActivate, verb: bailiwick.Reactivate, event: bailiwick.UserReactivated,
		then: func(tx *store.Tx, _ authz.UserScope, u bailiwick.User) error {
			if err := tx.VoidLinks(u.ID); err != nil {
				return err
			}
			if u.Status == bailiwick.Recovery {
				return tx.Send(mail.ResetPassword{To: u.ID, By: nameOf(tx.Actor())})
			}
			return tx.Send(mail.Activation{To: u.ID, By: nameOf(tx.Actor())})
		}})
	return err
}

// ReactivateUserForLink is the same but hands the link to the actor.
func (d *Directory) ReactivateUserForLink(ctx context.Context, by authz.Actor, ref string) (HandedLink, error) {
	var link HandedLink
	_, err := d.take(ctx, by, ref, step{permission: authz.UsersActivate, also: authz.UsersReceiveLink, verb: bailiwick.Reactivate, event: bailiwick.UserReactivated,
		then: func(tx *store.Tx, _ authz.UserScope, u bailiwick.User) (err error) {
			if err := tx.VoidLinks(u.ID); err != nil {
				return err
			}
			link, err = d.hand(tx, u)
			return err
		}})
	return link, err
}

// hand makes the link that an account needs now: a pending one is activated by
// it, any other gets a password.
func (d *Directory) hand(tx *store.Tx, u bailiwick.User) (HandedLink, error) {
	link := HandedLink{Purpose: bailiwick.LinkResetPassword, Secret: d.mint.Token(secret.ResetLink)}
	life := bailiwick.ResetLinkLife
	if u.Status == bailiwick.Provisioned {
		link = HandedLink{Purpose: bailiwick.LinkActivate, Secret: d.mint.Token(secret.ActivationLink)}
		life = bailiwick.ActivationLinkLife
	}
	return link, tx.InsertLink(bailiwick.Link{ID: tx.NewID(bailiwick.KindLink), Purpose: link.Purpose, UserID: u.ID,
		Created: tx.Now(), Expires: tx.Now().Add(life)}, digestText(link.Secret.Digest()))
}

// SuspendUser puts an account aside; sessions end at once (SES-4).
func (d *Directory) SuspendUser(ctx context.Context, by authz.Actor, ref string) error {
	_, err := d.take(ctx, by, ref, step{permission: authz.UsersSuspend, verb: bailiwick.Suspend, event: bailiwick.UserSuspended, then: endAccess})
	return err
}

// UnsuspendUser takes an account up again.
func (d *Directory) UnsuspendUser(ctx context.Context, by authz.Actor, ref string) error {
	_, err := d.take(ctx, by, ref, step{permission: authz.UsersSuspend, verb: bailiwick.Unsuspend, event: bailiwick.UserUnsuspended})
	return err
}

// UnlockUser lets a locked out person sign in again.
func (d *Directory) UnlockUser(ctx context.Context, by authz.Actor, ref string) error {
	_, err := d.take(ctx, by, ref, step{permission: authz.UsersUnlock, verb: bailiwick.Unlock, event: bailiwick.UserUnlocked})
	return err
}

// DeactivateUser ends an account but keeps it: sessions, links and roles go,
// the password too, so that a later activation begins anew.
func (d *Directory) DeactivateUser(ctx context.Context, by authz.Actor, ref string) error {
	_, err := d.take(ctx, by, ref, step{permission: authz.UsersDeactivate, verb: bailiwick.Deactivate, event: bailiwick.UserDeactivated, then: leaveOffice})
	return err
}

// endAccess ends what gives access now.
func endAccess(tx *store.Tx, _ authz.UserScope, u bailiwick.User) error {
	if _, err := tx.EndSessions(u.ID); err != nil {
		return err
	}
	if err := tx.VoidLinks(u.ID); err != nil {
		return err
	}
	return rulersRemain(tx, u.ID)
}

// rulersRemain refuses a change to one of the people on whom the org depends
// when nobody like them would be left (CEIL-10).
func rulersRemain(tx *store.Tx, id bailiwick.ID) error {
	held, err := tx.Assignments(bailiwick.Principal{Kind: bailiwick.UserPrincipal, ID: id})
	if err != nil {
		return err
	}
	for _, a := range held {
		if a.Role == bailiwick.SuperAdmin || a.Role == bailiwick.Owner {
			return tx.RequireRulers()
		}
	}
	return nil
}

func leaveOffice(tx *store.Tx, _ authz.UserScope, u bailiwick.User) error {
	if _, err := tx.EndSessions(u.ID); err != nil {
		return err
	}
	if _, err := tx.EndTokens(u.ID); err != nil {
		return err
	}
	if err := tx.VoidLinks(u.ID); err != nil {
		return err
	}
	if err := rulersRemain(tx, u.ID); err != nil {
		return err
	}
	gone, err := tx.StripApps(u.ID)
	if err != nil {
		return err
	}
	for _, app := range gone {
		tx.Also(bailiwick.AppMemberRemoved, u.Entity(), app.Entity())
	}
	return tx.StripUser(u.ID)
}

// DeleteUser deactivates an account, and erases one that is deactivated
// already (the wire's two steps).
func (d *Directory) DeleteUser(ctx context.Context, by authz.Actor, ref string) error {
	if err := d.first(ctx, by, bailiwick.UserDeleted, authz.UsersDelete); err != nil {
		return err
	}
	u, err := d.User(ctx, by, ref)
	if err != nil {
		return err
	}
	if u.Status != bailiwick.Deprovisioned {
		return d.DeactivateUser(ctx, by, ref)
	}
	return d.store.Do(ctx, by, bailiwick.UserDeleted, func(tx *store.Tx) error {
		scope, err := tx.Actor().Users(authz.UsersDelete)
		if err != nil {
			return err
		}
		u, err := tx.UserByRef(scope, ref)
		if err != nil {
			return err
		}
		if u.Status != bailiwick.Deprovisioned {
			return bailiwick.Refused(bailiwick.Conflict, bailiwick.ReasonStatus, "the user was activated just now")
		}
		tx.Target(u.Entity())
		return tx.DeleteUser(scope, u.ID)
	})
}
