package directory

import (
	"context"
	"errors"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// Jobs lists long work, oldest first; subject limits the list to the work for
// one rule.
func (d *Directory) Jobs(ctx context.Context, by authz.Actor, subject bailiwick.ID, p Paging) (List[bailiwick.Job], error) {
	var out List[bailiwick.Job]
	question := "jobs " + string(subject)
	err := d.store.View(ctx, by, func(v *store.View) error {
		if err := v.Actor().May(authz.GroupRulesManage); err != nil {
			return err
		}
		after, err := d.open(by, question, p)
		if err != nil {
			return err
		}
		page, err := v.Jobs(subject, bailiwick.ID(after), p.Limit)
		out = sealPage(d, by, question, page)
		return err
	})
	return out, err
}

// Job reads one job with its progress.
func (d *Directory) Job(ctx context.Context, by authz.Actor, id bailiwick.ID) (bailiwick.Job, error) {
	var j bailiwick.Job
	err := d.store.View(ctx, by, func(v *store.View) (err error) {
		j, err = v.Job(id)
		return err
	})
	return j, err
}

// PauseJob stops a job after the step that is under way.
func (d *Directory) PauseJob(ctx context.Context, by authz.Actor, id bailiwick.ID) error {
	return d.moveJob(ctx, by, id, bailiwick.WorkPaused, bailiwick.JobPaused, bailiwick.JobRunning)
}

// ResumeJob lets a paused or failed job go on where it was.
func (d *Directory) ResumeJob(ctx context.Context, by authz.Actor, id bailiwick.ID) error {
	return d.moveJob(ctx, by, id, bailiwick.WorkResumed, bailiwick.JobRunning, bailiwick.JobPaused, bailiwick.JobFailed)
}

func (d *Directory) moveJob(ctx context.Context, by authz.Actor, id bailiwick.ID, event bailiwick.EventType, to bailiwick.JobState, from ...bailiwick.JobState) error {
	return d.store.Do(ctx, by, event, func(tx *store.Tx) error {
		j, err := tx.Job(id)
		if err != nil {
			return err
		}
		if j.State == to {
			return store.Unchanged()
		}
		tx.Target(j.Entity())
		moved, err := tx.MoveJob(id, to, from...)
		if err == nil && !moved {
			return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonStatus, "the job is %s", j.State).In("state")
		}
		return err
	})
}

// JobBatch is how many people or memberships one step of a job works on.
const JobBatch = 200

// StepJob takes one step of a leased job as whoever it is done for, with what
// they may at that moment, and returns the job as it is then. The step and its
// progress are one transaction: it may be cut off anywhere and taken again.
// ErrConflict says that the job is somebody else's by now, or paused or ended.
func (d *Directory) StepJob(ctx context.Context, by authz.Actor, j bailiwick.Job, hold time.Duration) (bailiwick.Job, error) {
	next := j
	err := d.store.Do(ctx, by, bailiwick.GroupRuleApplied, func(tx *store.Tx) error {
		next = j
		if err := tx.Actor().May(authz.GroupRulesManage); err != nil {
			return err
		}
		n, err := stepOf(tx, &next)
		if err != nil {
			return err
		}
		next.Done += int64(n)
		if n < JobBatch {
			next.State = bailiwick.JobDone
		}
		mine, err := tx.Progress(next, hold)
		if err == nil && !mine {
			return bailiwick.Refused(bailiwick.Conflict, "", "the job is not this worker's any more")
		}
		tx.Target(next.Entity())
		return err
	})
	return next, err
}

// stepOf does the work of one step and returns how much it was.
func stepOf(tx *store.Tx, j *bailiwick.Job) (n int, err error) {
	if j.Kind != bailiwick.JobApplyRule {
		return tx.WorkOffRule(j.Subject, j.Kind == bailiwick.JobRetainRule, JobBatch)
	}
	r, err := tx.GroupRule(j.Subject)
	if errors.Is(err, bailiwick.ErrMissing) || err == nil && r.Status != bailiwick.RuleActive {
		return 0, nil // nothing is left to apply
	}
	if err != nil {
		return 0, err
	}
	n, j.Position, err = tx.ApplyRules(j.Position, JobBatch)
	return n, err
}

// LeaseJob takes a job of an org that is due, for the worker.
func (d *Directory) LeaseJob(ctx context.Context, org bailiwick.ID, hold time.Duration) (j bailiwick.Job, ok bool, err error) {
	err = d.store.Keep(ctx, org, func(k *store.Upkeep) error {
		j, ok, err = k.LeaseJob(hold)
		return err
	})
	return j, ok, err
}

// SettleJob writes down that a job could not go on: for good, or until later.
func (d *Directory) SettleJob(ctx context.Context, org bailiwick.ID, j bailiwick.Job, why string, again time.Duration) error {
	return d.store.Keep(ctx, org, func(k *store.Upkeep) error {
		if again == 0 {
			return k.FailJob(j, why)
		}
		return k.PostponeJob(j, why, d.store.Now().Add(again))
	})
}
