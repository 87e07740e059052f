package outbox

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// A sender delivers the mail of one org.
type sender struct {
	*Worker
	org  bailiwick.Org
	base string // what links into the org begin with
}

// errLost means that the letter is not ours any more: another worker has it, or
// an operation has taken it back.
var errLost = errors.New("the lease is lost")

// send brings one leased letter to where it goes and writes down what became of
// it. Its error is the store's: what is wrong with the letter is settled.
func (s sender) send(ctx context.Context, l store.Letter) error {
	e, err := s.write(ctx, l)
	if errors.Is(err, errLost) {
		return nil
	}
	if err == nil {
		carry, cancel := context.WithTimeout(ctx, patience)
		err = s.to.Deliver(carry, e)
		cancel()
	}
	return s.settle(ctx, l, err)
}

// write makes the mail of a letter. The link's digest is in the store before
// the mail can be anywhere, and an older link is dead from then on.
func (s sender) write(ctx context.Context, l store.Letter) (mail.Envelope, error) {
	e := mail.Envelope{ID: l.MessageID, Date: l.Created}
	m, err := mail.Decode(l.Kind, l.Body)
	if err != nil {
		return e, err // a newer release may have written it, and may yet be back
	}
	facts := mail.Facts{Org: s.org.Name, At: l.Created, Support: s.support}
	err = s.store.Keep(ctx, s.org.ID, func(k *store.Upkeep) error {
		switch held, err := k.Hold(l, hold); {
		case err != nil:
			return err
		case !held:
			return errLost
		}
		u, err := k.Addressee(l.Recipient)
		if errors.Is(err, bailiwick.ErrMissing) {
			return &mail.Failure{Permanent: true, Reason: "the recipient has been deleted"}
		}
		if err != nil {
			return err
		}
		facts.Person = mail.Person{Name: u.Profile.FirstName(), Address: u.Profile.Email()}
		facts.Link, facts.Life, err = s.link(k, m)
		return err
	})
	if err != nil {
		return e, err
	}
	e.To = facts.Person.Address
	e.Mail, err = mail.Render(m, facts)
	return e, err
}

// link is where the button of a mail leads, and how long.
func (s sender) link(k *store.Upkeep, m bailiwick.Message) (string, time.Duration, error) {
	switch m := m.(type) {
	case mail.ResetPassword:
		life := bailiwick.ResetLinkLife
		if m.By != "" {
			life = bailiwick.AdminResetLinkLife
		}
		return s.oneTime(k, "/reset/", secret.ResetLink, bailiwick.Link{UserID: m.To, Purpose: bailiwick.LinkResetPassword}, life)
	case mail.Activation:
		return s.oneTime(k, "/welcome/", secret.ActivationLink, bailiwick.Link{UserID: m.To, Purpose: bailiwick.LinkActivate}, bailiwick.ActivationLinkLife)
	case mail.TemporaryPassword, mail.PasswordRemoved:
		return s.base + "/signin", 0, nil
	case mail.ScopeWidened:
		return s.base + "/console", 0, nil
	}
	return s.base + "/account", 0, nil
}

func (s sender) oneTime(k *store.Upkeep, path string, kind secret.Kind, l bailiwick.Link, life time.Duration) (string, time.Duration, error) {
	token := s.mint.Token(kind)
	l.ID, l.Created, l.Expires = k.NewID(bailiwick.KindLink), k.Now(), k.Now().Add(life)
	if err := k.InsertLink(l, hex.EncodeToString(token.Digest())); err != nil {
		return "", 0, err
	}
	return s.base + path + token.Reveal(), life, nil
}

// settle writes down what became of a letter. It does so even when ctx has just
// ended: a delivered mail that nobody wrote down goes out again.
func (s sender) settle(ctx context.Context, l store.Letter, failure error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settling)
	defer cancel()
	said := s.log.With("mail", l.Kind, "message_id", l.MessageID, "recipient", string(l.Recipient), "attempt", l.Attempts)
	until, again := next(l, failure, s.store.Now())
	err := s.store.Keep(ctx, s.org.ID, func(k *store.Upkeep) error {
		switch {
		case failure == nil:
			return k.Delivered(l)
		case again:
			return k.Postponed(l, failure.Error(), until)
		}
		return k.GivenUp(l, failure.Error())
	})
	switch {
	case err != nil:
		return fmt.Errorf("settle mail %s: %w", l.MessageID, err)
	case failure == nil:
		said.InfoContext(ctx, "mail delivered")
	case again:
		said.WarnContext(ctx, "mail postponed", "error", failure)
	default:
		said.ErrorContext(ctx, "mail given up", "error", failure)
	}
	return nil
}

// Waits between attempts double from the first to the longest, and each is
// drawn out by up to half, so that what failed together does not come back
// together (NTF-1).
const (
	firstWait   = 30 * time.Second
	longestWait = 4 * time.Hour
	giveUpAfter = 5 * 24 * time.Hour
)

// next says when a letter is tried again, and whether at all.
func next(l store.Letter, failure error, now time.Time) (time.Time, bool) {
	if f, ok := errors.AsType[*mail.Failure](failure); ok && f.Permanent {
		return time.Time{}, false
	}
	wait := longestWait
	if n := l.Attempts - 1; n < 10 {
		wait = min(firstWait<<max(n, 0), longestWait)
	}
	return now.Add(wait + rand.N(wait/2)), now.Sub(l.Created) < giveUpAfter
}
