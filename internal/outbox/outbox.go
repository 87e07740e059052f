// Package outbox delivers what transactions have left to send.
//
// An operation puts a mail into the outbox together with its change; nothing of
// it has left the house then. A [Worker] finds it, leases it, reads the
// recipient's address from the store, makes its one-time link, renders it and
// hands it to a [Deliverer]. What fails is tried again for five days and then
// given up with a line in the server's log. Any number of workers, also in
// several processes, may share one store: a lease belongs to one of them, and
// whoever lost it does nothing more.
//
// A mail may arrive twice when a worker dies between handing it over and
// writing that down. The second copy has the Message-ID of the first and the
// only link that works.
package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// A Deliverer takes a mail off the worker's hands: a [mail.Sender], or the
// mailbox of a demo. An error that is a permanent [mail.Failure] ends the
// attempts; after any other the worker tries again. It must be safe for
// concurrent use.
type Deliverer interface {
	Deliver(ctx context.Context, e mail.Envelope) error
}

// Options are what a worker needs besides the store.
type Options struct {
	// PublicURL is what links begin with, as "https://id.example.com". It is the
	// only source of a link's origin (REC-6).
	PublicURL string
	// Support is how people reach the help desk; empty when nobody has said.
	Support string
	Log     *slog.Logger
}

// A Worker delivers mail until it is stopped.
type Worker struct {
	store   *store.Store
	to      Deliverer
	origin  string
	support string
	log     *slog.Logger
	mint    secret.Mint
}

// New returns a worker that does nothing yet. The public URL must be http or
// https, a host, and nothing more.
func New(s *store.Store, to Deliverer, o Options) (*Worker, error) {
	u, err := url.Parse(o.PublicURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || *u != (url.URL{Scheme: u.Scheme, Host: u.Host}) {
		return nil, fmt.Errorf("links in mails need a public URL such as https://id.example.com, not %q", o.PublicURL)
	}
	return &Worker{store: s, to: to, origin: o.PublicURL, support: o.Support, log: o.Log}, nil
}

const (
	sweepEvery = 5 * time.Second  // for what no hint tells of: retries, other processes
	batch      = 8                // letters that are on their way at once
	patience   = time.Minute      // for one delivery
	hold       = 2 * time.Minute  // longer than patience, or a slow mail is sent twice
	settling   = 10 * time.Second // for writing down what became of a mail
	grace      = 15 * time.Second // for mails that are on their way when the server stops
)

// Run delivers until ctx ends. Mails that are on their way then have 15 s to
// get there; the rest stays in the outbox.
func (w *Worker) Run(ctx context.Context) {
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cut) })()
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for only := bailiwick.ID(""); ; {
		if err := w.round(work, ctx.Done(), only); err != nil {
			w.log.ErrorContext(ctx, "the outbox could not be worked on", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case only = <-w.store.Mailed():
		case <-tick.C:
			only = ""
		}
	}
}

// Sweep delivers everything that is due now, in all orgs, and returns.
func (w *Worker) Sweep(ctx context.Context) error { return w.round(ctx, ctx.Done(), "") }

// round delivers what is due in one org, or in all. It leases nothing more
// once stop is closed.
func (w *Worker) round(ctx context.Context, stop <-chan struct{}, only bailiwick.ID) error {
	orgs, err := w.store.Orgs(ctx)
	if err != nil {
		return err
	}
	var all error
	for _, o := range orgs {
		if o.Disabled.IsZero() && (only == "" || o.ID == only) {
			all = errors.Join(all, w.drain(ctx, stop, sender{Worker: w, org: o, base: w.base(o, len(orgs))}))
		}
	}
	return all
}

// base is what links into an org begin with: the org is in the path unless it
// is the only one.
func (w *Worker) base(o bailiwick.Org, orgs int) string {
	if orgs == 1 {
		return w.origin
	}
	return w.origin + "/t/" + url.PathEscape(o.Slug)
}

func (w *Worker) drain(ctx context.Context, stop <-chan struct{}, s sender) error {
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		var letters []store.Letter
		err := w.store.Keep(ctx, s.org.ID, func(k *store.Upkeep) (err error) {
			letters, err = k.Lease(batch, hold)
			return err
		})
		if err != nil || len(letters) == 0 {
			return err
		}
		failures := make([]error, len(letters))
		var wait sync.WaitGroup
		for i, l := range letters {
			wait.Go(func() { failures[i] = s.send(ctx, l) })
		}
		wait.Wait()
		// A letter that could not even be settled would come back at once where
		// the lease is short; the next round is soon enough.
		if err := errors.Join(failures...); err != nil {
			return err
		}
	}
}
