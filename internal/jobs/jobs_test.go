package jobs_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/jobs"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

// A crowd is an org whose people are Odd and Even by turns, a rule for the Odd
// ones that olga has just activated, and the group that it fills.
type crowd struct {
	*directory.Directory
	store  *store.Store
	org    bailiwick.ID
	system authz.Actor
	olga   bailiwick.ID
	group  bailiwick.ID
	rule   bailiwick.ID
	log    bytes.Buffer
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func newCrowd(t *testing.T, s *store.Store, people int) *crowd {
	t.Helper()
	ctx, keys := t.Context(), secret.EphemeralKeys()
	c := &crowd{store: s, Directory: directory.New(s, secret.NewHasher(keys, secret.Params{Memory: 8, Time: 1, Threads: 1}, secret.NewGate(4, 40), secret.Mint{}), keys)}
	c.org = must(c.CreateOrg(ctx, "a test", "crowd", "Crowd")).ID
	c.system = authz.System(c.org, "a test")
	batch := make([]directory.NewUser, people)
	for i := range batch {
		login := fmt.Sprintf("p%d@crowd.example", i)
		batch[i].Profile = bailiwick.Profile{"firstName": "P", "lastName": "Crowd", "login": login, "email": login, "department": []any{"Odd", "Even"}[i%2]}
		batch[i].Past = &directory.Past{Status: bailiwick.Active, Created: s.Now()}
	}
	c.olga = must(c.LoadUsers(ctx, c.system, batch))[1].ID
	must(c.AssignRole(ctx, c.system, directory.Person(string(c.olga)), bailiwick.OrgAdmin))
	must(c.AssignRole(ctx, c.system, directory.Person("p3@crowd.example"), bailiwick.SuperAdmin))
	var err error
	err = s.Do(ctx, c.system, bailiwick.GroupCreated, func(tx *store.Tx) error {
		scope, err := tx.Actor().Groups(authz.GroupsCreate)
		if err != nil {
			return err
		}
		c.group = tx.NewID(bailiwick.KindGroup)
		return tx.InsertGroup(scope, bailiwick.Group{ID: c.group, Type: bailiwick.ManagedGroup, Name: "Odd", Created: tx.Now(), LastUpdated: tx.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	olga := authz.OnBehalf(c.org, c.olga)
	c.rule = must(c.CreateGroupRule(ctx, olga, bailiwick.GroupRule{Name: "Odd", Expression: `user.department == "Odd"`, Targets: []bailiwick.ID{c.group}})).ID
	if err := c.ActivateGroupRule(ctx, olga, c.rule); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *crowd) worker() *jobs.Worker {
	return jobs.New(c.store, c.Directory, slog.New(slog.NewTextHandler(&c.log, nil)))
}

func (c *crowd) job(t *testing.T) bailiwick.Job {
	t.Helper()
	return must(c.Jobs(t.Context(), c.system, c.rule, directory.Paging{Limit: 9})).Rows[0]
}

func (c *crowd) wantMembers(t *testing.T, want int64) {
	t.Helper()
	if g := must(c.Group(t.Context(), c.system, c.group)); g.Members != want {
		t.Errorf("members: got %d, want %d", g.Members, want)
	}
}

// A worker that is cut off leaves a job that the next one carries to the same
// end, wherever the cut was.
func TestAJobSurvivesItsWorkers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const people = 1000
		c := newCrowd(t, s, people)
		for cut := 1; c.job(t).State == bailiwick.JobRunning; cut++ {
			if cut > 300 {
				t.Fatalf("the job does not end: %+v", c.job(t))
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(cut*5)*time.Millisecond)
			_ = c.worker().Sweep(ctx)
			cancel()
		}
		if j := c.job(t); j.State != bailiwick.JobDone || j.Done != people || j.Total != people || j.Attempts < 2 {
			t.Errorf("got %+v, want it done, with all %d people looked at, by several workers", j, people)
		}
		c.wantMembers(t, people/2)
	})
}

// A paused job does nothing, and goes on where it was.
func TestAPausedJobWaits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := newCrowd(t, s, 20)
		j := c.job(t)
		if err := c.PauseJob(t.Context(), c.system, j.ID); err != nil {
			t.Fatal(err)
		}
		if err := c.worker().Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.wantMembers(t, 0)
		if err := c.ResumeJob(t.Context(), c.system, j.ID); err != nil {
			t.Fatal(err)
		}
		if err := c.worker().Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.wantMembers(t, 10)
	})
}

// Work is done in the name of who started it, with what that person may now.
func TestAJobFailsWithTheAuthorityOfItsInitiator(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := newCrowd(t, s, 20)
		h := directory.Person(string(c.olga))
		role := must(c.Roles(t.Context(), c.system, h))[0]
		if err := c.UnassignRole(t.Context(), c.system, h, role.ID); err != nil {
			t.Fatal(err)
		}
		if err := c.worker().Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if j := c.job(t); j.State != bailiwick.JobFailed || j.Failure == "" || j.Done != 0 {
			t.Errorf("got %+v, want it failed before its first step", j)
		}
		c.wantMembers(t, 0)
	})
}
