package store

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

const jobColumns = `j.id, j.kind, j.subject, j.state, j.position, j.done, j.total, j.initiator, j.error, j.attempts, j.created, j.last_updated`

func scanJob(row scanner) (bailiwick.Job, error) {
	var j bailiwick.Job
	var created, updated int64
	err := row.Scan(&j.ID, &j.Kind, &j.Subject, &j.State, &j.Position, &j.Done, &j.Total, &j.Initiator, &j.Failure, &j.Attempts, &created, &updated)
	j.Created, j.LastUpdated = timeOf(created), timeOf(updated)
	return j, err
}

// keptJobs is how long a job that has ended can be read.
const keptJobs = 30 * 24 * time.Hour

// InsertJob leaves long work to the worker, in the transaction that decides on
// it. It ends the unfinished work for the same subject, which it takes the
// place of, and forgets work that ended long ago.
func (tx *Tx) InsertJob(j bailiwick.Job) error {
	if err := tx.actor.May(authz.GroupRulesManage); err != nil {
		return err
	}
	if err := tx.EndJobs(j.Subject); err != nil {
		return err
	}
	_, err := tx.exec(`DELETE FROM jobs WHERE org_id = $1 AND state IN ('done', 'failed') AND last_updated < $2`, tx.org, millis(tx.now.Add(-keptJobs)))
	if err != nil {
		return fmt.Errorf("forget old jobs: %w", err)
	}
	_, err = tx.exec(`INSERT INTO jobs (org_id, id, kind, subject, state, position, done, total, initiator, error, lease, due, attempts, created, last_updated)
		VALUES ($1, $2, $3, $4, 'running', '', 0, $5, $6, '', 0, 0, 0, $7, $7)`,
		tx.org, j.ID, j.Kind, j.Subject, j.Total, tx.actor.ID(), millis(tx.now))
	return wrap(err, "write a job")
}

// EndJobs ends the unfinished work for a subject.
func (tx *Tx) EndJobs(subject bailiwick.ID) error {
	_, err := tx.exec(`UPDATE jobs SET state = 'done', error = 'something newer took its place', last_updated = $3
		WHERE org_id = $1 AND subject = $2 AND state IN ('running', 'paused')`, tx.org, subject, millis(tx.now))
	return wrap(err, "end the jobs of %s", subject)
}

// Job reads one job. It needs the right to manage what jobs work for.
func (v *View) Job(id bailiwick.ID) (bailiwick.Job, error) {
	if err := v.actor.May(authz.GroupRulesManage); err != nil {
		return bailiwick.Job{}, err
	}
	j, err := scanJob(v.row(`SELECT `+jobColumns+` FROM jobs j WHERE j.org_id = $1 AND j.id = $2`, v.org, id))
	return j, oneRow(err, "Job", id)
}

// Jobs lists jobs, oldest first; subject limits the list when it is given.
func (v *View) Jobs(subject, after bailiwick.ID, limit int) (Page[bailiwick.Job], error) {
	if err := v.actor.May(authz.GroupRulesManage); err != nil {
		return Page[bailiwick.Job]{}, err
	}
	a := v.args()
	text := `SELECT ` + jobColumns + ` FROM jobs j WHERE j.org_id = $1 AND j.id > ` + a.add(after)
	if subject != "" {
		text += ` AND j.subject = ` + a.add(subject)
	}
	var keys []string
	rows, err := v.query(text+` ORDER BY j.id LIMIT `+a.add(limit+1), a...)
	jobs, err := collect(rows, err, func(rows *sql.Rows) (bailiwick.Job, error) {
		j, err := scanJob(rows)
		keys = append(keys, string(j.ID))
		return j, err
	})
	if err != nil {
		return Page[bailiwick.Job]{}, fmt.Errorf("read jobs: %w", err)
	}
	return cutPage(jobs, keys, limit), nil
}

// MoveJob takes a job from one state to another; false means that it was in
// neither of the former.
func (tx *Tx) MoveJob(id bailiwick.ID, to bailiwick.JobState, from ...bailiwick.JobState) (bool, error) {
	if err := tx.actor.May(authz.GroupRulesManage); err != nil {
		return false, err
	}
	for _, state := range from {
		n, err := tx.exec(`UPDATE jobs SET state = $3, lease = 0, due = 0, last_updated = $5 WHERE org_id = $1 AND id = $2 AND state = $4`,
			tx.org, id, to, state, millis(tx.now))
		if err != nil || n > 0 {
			return n > 0, wrap(err, "move job %s", id)
		}
	}
	return false, nil
}

// Progress writes how far a job has come, together with what it did. False
// means that the job was paused or ended, or another worker has it: the step
// must not commit.
func (tx *Tx) Progress(j bailiwick.Job, hold time.Duration) (bool, error) {
	n, err := tx.exec(`UPDATE jobs SET state = $4, position = $5, done = $6, error = '', lease = $7, last_updated = $8
		WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'running'`,
		tx.org, j.ID, j.Attempts, j.State, j.Position, j.Done, millis(tx.now.Add(hold)), millis(tx.now))
	return n == 1, wrap(err, "write the progress of job %s", j.ID)
}

// LeaseJob takes the oldest job that is due, if any, for the given time. As in
// the outbox, the outer condition repeats the inner one.
func (k *Upkeep) LeaseJob(hold time.Duration) (bailiwick.Job, bool, error) {
	rows, err := k.query(`UPDATE jobs SET lease = $2, attempts = attempts + 1
		WHERE org_id = $1 AND state = 'running' AND lease < $3 AND id IN (
			SELECT id FROM jobs WHERE org_id = $1 AND state = 'running' AND due <= $3 AND lease < $3 ORDER BY due, id LIMIT 1)
		RETURNING id, kind, subject, state, position, done, total, initiator, error, attempts, created, last_updated`,
		k.org, millis(k.now.Add(hold)), millis(k.now))
	jobs, err := collect(rows, err, func(rows *sql.Rows) (bailiwick.Job, error) { return scanJob(rows) })
	if err != nil || len(jobs) == 0 {
		return bailiwick.Job{}, false, wrap(err, "lease a job")
	}
	return jobs[0], true, nil
}

// PostponeJob gives a job back until a later time, with what went wrong, and
// FailJob ends it so. Both do nothing once the lease is lost.
func (k *Upkeep) PostponeJob(j bailiwick.Job, why string, until time.Time) error {
	return k.settleJob(j, bailiwick.JobRunning, why, until)
}

// FailJob ends a job that cannot go on.
func (k *Upkeep) FailJob(j bailiwick.Job, why string) error {
	return k.settleJob(j, bailiwick.JobFailed, why, k.now)
}

func (k *Upkeep) settleJob(j bailiwick.Job, state bailiwick.JobState, why string, due time.Time) error {
	_, err := k.exec(`UPDATE jobs SET state = $4, error = $5, due = $6, lease = 0, last_updated = $7
		WHERE org_id = $1 AND id = $2 AND attempts = $3 AND state = 'running'`,
		k.org, j.ID, j.Attempts, state, why, millis(due), millis(k.now))
	return wrap(err, "settle job %s", j.ID)
}

// ApplyRules judges the next people behind a position by all active rules, and
// returns how many there were and who was the last.
func (tx *Tx) ApplyRules(after bailiwick.ID, limit int) (int, bailiwick.ID, error) {
	if err := tx.actor.May(authz.GroupRulesManage); err != nil {
		return 0, after, err
	}
	rows, err := tx.query(`SELECT u.id FROM users u WHERE u.org_id = $1 AND u.id > $2 ORDER BY u.id LIMIT $3`, tx.org, after, limit)
	ids, err := collect(rows, err, scanID)
	if err != nil || len(ids) == 0 {
		return 0, after, wrap(err, "read the next people to judge")
	}
	rules, err := tx.activeRules()
	if err != nil {
		return 0, after, err
	}
	plan, err := tx.plan(rules, ids, nil)
	if err != nil {
		return 0, after, err
	}
	return len(ids), ids[len(ids)-1], tx.move(plan)
}

// WorkOffRule ends the next memberships that a rule has made: those people
// leave, except by hand or another rule; or, retained, stay as if by hand. It
// returns how many memberships there were.
func (tx *Tx) WorkOffRule(rule bailiwick.ID, retain bool, limit int) (int, error) {
	if err := tx.actor.May(authz.GroupRulesManage); err != nil {
		return 0, err
	}
	rows, err := tx.query(`SELECT set_id, user_id, rule_id FROM rule_members WHERE org_id = $1 AND rule_id = $2
		ORDER BY user_id, set_id LIMIT $3`, tx.org, rule, limit)
	next, err := collect(rows, err, func(rows *sql.Rows) (b because, err error) { return b, rows.Scan(&b.set, &b.user, &b.rule) })
	if err != nil || len(next) == 0 {
		return 0, wrap(err, "read the memberships of rule %s", rule)
	}
	var people []bailiwick.ID
	for _, b := range next {
		if len(people) == 0 || people[len(people)-1] != b.user {
			people = append(people, b.user)
		}
	}
	standing, err := tx.standings(people)
	if err != nil {
		return 0, err
	}
	plan := ruleMoves{leave: map[bailiwick.ID][]bailiwick.User{}}
	for _, b := range next {
		plan.reason(b, false)
		if retain {
			plan.reason(because{b.set, b.user, ""}, true)
		}
	}
	for _, s := range standing {
		for _, b := range next {
			if b.user == s.user.ID && !retain && !s.byHand(b.set) && len(s.by[b.set]) == 1 {
				plan.leave[b.set] = append(plan.leave[b.set], s.user)
				tx.touch(s.user.ID, string(b.set))
			}
		}
	}
	return len(next), tx.move(plan)
}

// CountOfRule counts the memberships that a rule has made.
func (v *View) CountOfRule(rule bailiwick.ID) (n int64, err error) {
	if err := v.actor.May(authz.GroupRulesManage); err != nil {
		return 0, err
	}
	err = v.row(`SELECT COUNT(*) FROM rule_members WHERE org_id = $1 AND rule_id = $2`, v.org, rule).Scan(&n)
	return n, wrap(err, "count the memberships of rule %s", rule)
}

// CountPeople is about how many people the org has, for progress.
func (v *View) CountPeople() (int64, error) { return v.people() }
