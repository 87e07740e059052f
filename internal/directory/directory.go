// Package directory is where somebody with authority acts: people, groups,
// roles, apps, tokens, the log. Each operation is one function that receives
// the actor, decides inside its transaction, writes rows, log and outbox
// together, and knows nothing of HTTP. Every face and every job calls the same
// ones, so a rule cannot exist in one place only.
//
// Errors are [*bailiwick.Error] for what may be told, anything else for what
// may not.
package directory

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// A Directory offers the operations over one store.
type Directory struct {
	store  *store.Store
	hasher *secret.Hasher
	keys   *secret.Keys
	mint   secret.Mint
}

// New returns the operations over a store.
func New(s *store.Store, hasher *secret.Hasher, keys *secret.Keys) *Directory {
	return &Directory{store: s, hasher: hasher, keys: keys}
}

// A Paging asks for one page of a list.
type Paging struct {
	After string // the Next of the page before; empty for the first
	Limit int    // rows; at least 1
}

// A List is one page. Next is an opaque cursor that is good for the same actor
// and the same question only, or "" when the page is the last.
type List[T any] struct {
	Rows []T
	Next string
}

// open reads a cursor that was made for this actor and question (AZ-7).
func (d *Directory) open(by authz.Actor, question string, p Paging) (string, error) {
	if p.Limit < 1 {
		return "", bailiwick.InvalidField("limit", "must be at least 1")
	}
	if p.After == "" {
		return "", nil
	}
	position, err := d.keys.OpenCursor(bound(by, question), p.After)
	if err != nil {
		return "", &bailiwick.Error{Code: bailiwick.Invalid, Reason: bailiwick.ReasonBadCursor, Field: "after",
			Message: "is not a cursor of this list"}
	}
	return string(position), nil
}

// seal makes the cursor for the page that follows.
func (d *Directory) seal(by authz.Actor, question, next string) string {
	if next == "" {
		return ""
	}
	return d.keys.SealCursor(bound(by, question), []byte(next))
}

func bound(by authz.Actor, question string) string {
	return strings.Join([]string{string(by.Org()), by.Digest(), string(by.ID()), question}, "\x00")
}

func sealPage[T any](d *Directory, by authz.Actor, question string, page store.Page[T]) List[T] {
	return List[T]{Rows: page.Rows, Next: d.seal(by, question, page.Next)}
}

// first refuses before costly work or a look-up outside the transaction
// whoever could not do the operation to anybody. It is a courtesy: the
// operation decides again in its own transaction.
func (d *Directory) first(ctx context.Context, by authz.Actor, event bailiwick.EventType, p authz.UserPermission) error {
	err := d.store.View(ctx, by, func(v *store.View) error {
		_, err := v.Actor().Users(p)
		return err
	})
	if !errors.Is(err, bailiwick.ErrForbidden) {
		return err
	}
	// Asked once more where refusals are written to the log.
	return d.store.Do(ctx, by, event, func(tx *store.Tx) error {
		_, err := tx.Actor().Users(p)
		return cmp.Or(err, store.Unchanged())
	})
}

// digestText is how digests are stored and claimed: hex.
func digestText(digest []byte) string { return hex.EncodeToString(digest) }

// nameOf is how the actor is called in mails.
func nameOf(a authz.Actor) string { return a.Entity().DisplayName }
