// Package jobs carries long work through: work that a request has started and
// that goes on afterwards, in steps of a few hundred people.
//
// A job is a row. A [Worker] leases one, takes step after step, and each step
// commits together with its progress, so that a worker may die anywhere and
// another goes on from the last step. Every step is an operation of package
// directory, done as the person who started the job with what that person may
// at that moment; a job of somebody who may not any more fails visibly. A job
// that is paused stops after its step.
package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// A Worker carries out jobs until it is stopped. Any number may share a store.
type Worker struct {
	store *store.Store
	dir   *directory.Directory
	log   *slog.Logger
}

// New returns a worker that does nothing yet.
func New(s *store.Store, d *directory.Directory, log *slog.Logger) *Worker {
	return &Worker{store: s, dir: d, log: log}
}

const (
	lookEvery = 2 * time.Second  // for jobs that are new, resumed or given up by another worker
	hold      = time.Minute      // of a lease; each step renews it
	again     = 30 * time.Second // until a job that met an error is tried again
)

// Run carries out jobs until ctx ends. The step under way is rolled back then,
// and taken again by whoever comes next.
func (w *Worker) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if err := w.Sweep(ctx); err != nil && ctx.Err() == nil {
			w.log.ErrorContext(ctx, "jobs could not be worked on", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Sweep carries out everything that is due now, in all orgs, and returns.
func (w *Worker) Sweep(ctx context.Context) error {
	orgs, err := w.store.Orgs(ctx)
	if err != nil {
		return err
	}
	var all error
	for _, o := range orgs {
		if o.Disabled.IsZero() {
			all = errors.Join(all, w.drain(ctx, o.ID))
		}
	}
	return all
}

func (w *Worker) drain(ctx context.Context, org bailiwick.ID) error {
	for {
		job, ok, err := w.dir.LeaseJob(ctx, org, hold)
		if err != nil || !ok {
			return err
		}
		if err := w.carry(ctx, org, job); err != nil {
			return err
		}
	}
}

// carry takes the steps of one leased job.
func (w *Worker) carry(ctx context.Context, org bailiwick.ID, job bailiwick.Job) error {
	for job.State == bailiwick.JobRunning {
		next, err := w.dir.StepJob(ctx, actor(org, job), job, hold)
		switch {
		case err == nil:
			job = next
		case errors.Is(err, bailiwick.ErrConflict):
			return nil // paused, ended, or somebody else's
		case ctx.Err() != nil:
			// The lease would keep the next worker waiting.
			return w.dir.SettleJob(context.WithoutCancel(ctx), org, job, "the server stopped", time.Millisecond)
		case errors.Is(err, bailiwick.ErrForbidden), errors.Is(err, bailiwick.ErrUnauthenticated):
			return w.dir.SettleJob(ctx, org, job, "whoever started this may not do it any more", 0)
		default:
			w.log.ErrorContext(ctx, "a job met an error and is tried again", "job", job.ID, "kind", job.Kind, "error", err)
			return w.dir.SettleJob(ctx, org, job, "the last attempt met an error of the server", again)
		}
	}
	return nil
}

// actor is the one in whose name the job goes on.
func actor(org bailiwick.ID, job bailiwick.Job) authz.Actor {
	if job.Initiator == "" {
		return authz.System(org, "a job that the system started")
	}
	return authz.OnBehalf(org, job.Initiator)
}
