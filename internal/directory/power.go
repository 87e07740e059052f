package directory

import (
	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// gained makes the links dead that were handed out or mailed while a person, or
// everybody in a group, had less power (REC-4): whoever holds one must not come
// into an administrator's account by it. A pending person gets a new one by
// mail.
func gained(tx *store.Tx, h held) error {
	if h.Kind == bailiwick.GroupPrincipal {
		return tx.VoidLinksIn(h.ID)
	}
	if err := tx.VoidLinks(h.ID); err != nil {
		return err
	}
	if h.user.Status != bailiwick.Provisioned {
		return nil
	}
	return tx.Send(mail.Activation{To: h.ID, By: nameOf(tx.Actor())})
}

// lost ends the sessions that had the power (SES-4).
func lost(tx *store.Tx, h bailiwick.Principal) error {
	if h.Kind == bailiwick.GroupPrincipal {
		return tx.EndSessionsIn(h.ID)
	}
	_, err := tx.EndSessions(h.ID)
	return err
}

// carriesPower reports whether a group holds a role.
func carriesPower(tx *store.Tx, group bailiwick.ID) (bool, error) {
	roles, err := tx.Assignments(bailiwick.Principal{Kind: bailiwick.GroupPrincipal, ID: group})
	return len(roles) > 0, err
}
