package store

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

// Links are made in the transaction of an operation when their holder gets
// them at once, and by the outbox when a mail is delivered, so that no live
// link rests in the database.
func (v *View) insertLink(l bailiwick.Link, digest string) error {
	_, err := v.exec(`INSERT INTO links (org_id, id, digest, purpose, user_id, created, expires, used) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`,
		v.org, l.ID, digest, l.Purpose, l.UserID, millis(l.Created), millis(l.Expires))
	if err != nil {
		return fmt.Errorf("write a link: %w", err)
	}
	return nil
}

// InsertLink stores a one-time link and voids the older ones of the same
// person and purpose (REC-4).
func (tx *Tx) InsertLink(l bailiwick.Link, digest string) error {
	if err := tx.voidLinks(l.UserID, l.Purpose); err != nil {
		return err
	}
	return tx.insertLink(l, digest)
}

// InsertLink is the same for the outbox, which makes the link of a mail when
// it delivers.
func (k *Upkeep) InsertLink(l bailiwick.Link, digest string) error {
	if err := k.voidLinks(l.UserID, l.Purpose); err != nil {
		return err
	}
	return k.insertLink(l, digest)
}

func (v *View) voidLinks(user bailiwick.ID, purpose bailiwick.LinkPurpose) error {
	_, err := v.exec(`UPDATE links SET used = $4 WHERE org_id = $1 AND user_id = $2 AND purpose = $3 AND used = 0`,
		v.org, user, purpose, millis(v.now))
	if err != nil {
		return fmt.Errorf("void links: %w", err)
	}
	return nil
}

// VoidLinks makes all open links of a person dead, and takes back mails that
// would bring new ones (REC-4).
func (tx *Tx) VoidLinks(user bailiwick.ID) error {
	for _, text := range []string{
		`UPDATE links SET used = $3 WHERE org_id = $1 AND user_id = $2 AND used = 0`,
		`UPDATE outbox SET state = 'failed', error = 'replaced', due = $3 WHERE org_id = $1 AND recipient = $2 AND state = 'waiting' AND kind IN ('reset_password', 'activation')`,
	} {
		if _, err := tx.exec(text, tx.org, user, millis(tx.now)); err != nil {
			return fmt.Errorf("void the links of %s: %w", user, err)
		}
	}
	return nil
}

// VoidLinksIn makes the open links of everybody in a group dead.
func (tx *Tx) VoidLinksIn(group bailiwick.ID) error {
	_, err := tx.exec(`UPDATE links SET used = $3 WHERE org_id = $1 AND used = 0
		AND user_id IN (SELECT m.user_id FROM group_members m WHERE m.org_id = $1 AND m.set_id = $2)`, tx.org, group, millis(tx.now))
	if err != nil {
		return fmt.Errorf("void the links of group %s: %w", group, err)
	}
	return nil
}

// Link reads a link that is still good, without spending it.
func (v *View) Link(digest string, purpose bailiwick.LinkPurpose) (bailiwick.Link, error) {
	var l bailiwick.Link
	var created, expires int64
	err := v.row(`SELECT id, purpose, user_id, created, expires FROM links
		WHERE org_id = $1 AND digest = $2 AND purpose = $3 AND used = 0 AND expires > $4`, v.org, digest, purpose, millis(v.now)).
		Scan(&l.ID, &l.Purpose, &l.UserID, &created, &expires)
	l.Created, l.Expires = timeOf(created), timeOf(expires)
	if errors.Is(err, sql.ErrNoRows) {
		return l, bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonLinkSpent, "this link has run out or has been used")
	}
	if err != nil {
		return l, fmt.Errorf("read a link: %w", err)
	}
	return l, nil
}

// SpendLink uses a link up, in one conditional update: of many who try at
// once, one succeeds (REC-3).
func (tx *Tx) SpendLink(digest string, purpose bailiwick.LinkPurpose) (bailiwick.Link, error) {
	l, err := tx.Link(digest, purpose)
	if err != nil {
		return l, err
	}
	n, err := tx.exec(`UPDATE links SET used = $3 WHERE org_id = $1 AND digest = $2 AND used = 0 AND expires > $3`, tx.org, digest, millis(tx.now))
	if err != nil {
		return l, fmt.Errorf("spend a link: %w", err)
	}
	if n != 1 {
		return l, bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonLinkSpent, "this link has run out or has been used")
	}
	return l, nil
}

// A Signer is the person who is signing in, before anybody is an actor.
type Signer struct {
	User     bailiwick.User
	Password Password
	IsAdmin  bool
}

// SignerByLogin finds the person behind a sign-in by login or, while it is
// unambiguous, by its part before the @. No scope: nobody has authority yet.
func (v *View) SignerByLogin(login string) (Signer, error) {
	key := filter.FoldAccents(login)
	rows, err := v.query(`SELECT id FROM users WHERE org_id = $1 AND login_key = $2
		UNION SELECT id FROM users WHERE org_id = $1 AND short_key = $2
		AND NOT EXISTS (SELECT 1 FROM users x WHERE x.org_id = $1 AND x.login_key = $2) LIMIT 2`, v.org, key)
	ids, err := collect(rows, err, scanID)
	if err != nil {
		return Signer{}, fmt.Errorf("find who signs in: %w", err)
	}
	if len(ids) != 1 {
		return Signer{}, bailiwick.NotFound("User", "")
	}
	return v.Signer(ids[0])
}

// Signer reads the person behind a sign-in or a link, by ID.
func (v *View) Signer(id bailiwick.ID) (Signer, error) {
	var s Signer
	var until int64
	u, err := scanUser(tailRow{v.row(`SELECT `+userColumns+`, u.password, u.password_until FROM users u
		WHERE u.org_id = $1 AND u.id = $2`+v.lock, v.org, id), []any{&s.Password.Hash, &until}})
	if err != nil {
		return s, oneRow(err, "User", id)
	}
	s.User, s.Password.Until = u, timeOf(until)
	grants, err := v.grants(id)
	s.IsAdmin = len(grants) > 0
	return s, err
}

// tailRow scans further columns behind those of a row's own scan function.
type tailRow struct {
	row  scanner
	more []any
}

func (t tailRow) Scan(into ...any) error { return t.row.Scan(append(into, t.more...)...) }

// SaveSigner writes what a sign-in or a link changed of a person: status,
// times and password. The row must be as it was read.
func (tx *Tx) SaveSigner(s Signer) error {
	u := s.User
	before, err := scanUser(tx.row(`SELECT `+userColumns+` FROM users u WHERE u.org_id = $1 AND u.id = $2`, tx.org, u.ID))
	if err != nil {
		return oneRow(err, "User", u.ID)
	}
	n, err := tx.exec(`UPDATE users SET status = $3, activated = $4, status_changed = $5, last_login = $6, last_updated = $7,
		password = $8, password_until = $9, password_changed = $10, provider = $11, version = version + 1 WHERE org_id = $1 AND id = $2 AND version = $12`,
		tx.org, u.ID, u.Status, millis(u.Activated), millis(u.StatusChanged), millis(u.LastLogin), millis(u.LastUpdated),
		s.Password.Hash, millis(s.Password.Until), millis(u.PasswordChanged), u.Provider, u.Version)
	if err != nil {
		return fmt.Errorf("write who signed in: %w", err)
	}
	if n != 1 {
		return bailiwick.Refused(bailiwick.Conflict, "", "the account changed just now")
	}
	// The rest of the row was not written, so the index keeps what it says.
	u.Profile, u.TypeID = before.Profile, before.TypeID
	return tx.reindex(before, u)
}

// ForgetAttempts begins a new row after a success.
func (k *Upkeep) ForgetAttempts(subject string) error {
	if _, err := k.exec(`DELETE FROM attempts WHERE org_id = $1 AND subject = $2`, k.org, subject); err != nil {
		return fmt.Errorf("forget attempts: %w", err)
	}
	return nil
}
