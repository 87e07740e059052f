package store

import (
	"fmt"
	"sync"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// counts remembers how many people an org has, for hints and for the line
// "212 of 10,000 people". Large orgs are counted at most every countEvery;
// small ones each time. It is never authority.
type counts struct {
	mu sync.Mutex
	of map[bailiwick.ID]count
}

type count struct {
	n  int64
	at time.Time
}

const (
	countEvery = 10 * time.Second
	smallOrg   = 20_000
)

func (c *counts) get(org bailiwick.ID, now time.Time) (int64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	have, ok := c.of[org]
	return have.n, ok && now.Sub(have.at) < countEvery
}

func (c *counts) put(org bailiwick.ID, n int64, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = make(map[bailiwick.ID]count)
	}
	c.of[org] = count{n, now}
}

// changed forgets a small org's count.
func (c *counts) changed(org bailiwick.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of[org].n <= smallOrg {
		delete(c.of, org)
	}
}

// people is about how many people the org has.
func (v *View) people() (int64, error) {
	if n, ok := v.store.people.get(v.org, v.now); ok {
		return n, nil
	}
	var n int64
	if err := v.row(`SELECT COUNT(*) FROM users WHERE org_id = $1`, v.org).Scan(&n); err != nil {
		return 0, fmt.Errorf("count the people: %w", err)
	}
	v.store.people.put(v.org, n, v.now)
	return n, nil
}

// A Reached is how many of the org's people a scope shows.
type Reached struct {
	People int64 // in the scope
	Of     int64 // in the org
	// AtMost says that People counts somebody twice who is in two of the
	// groups: the scope is too large to count on a page.
	AtMost bool
}

// exactUpTo is the sum of set sizes up to which a reach is counted exactly.
const exactUpTo = 100_000

// Reached counts the people that the scope shows.
func (v *View) Reached(scope authz.UserScope) (Reached, error) {
	of, err := v.people()
	if err != nil || scope.See().Everything() {
		return Reached{People: of, Of: of}, err
	}
	listed := scope.See().Listed()
	if len(listed) == 0 {
		return Reached{Of: of}, nil
	}
	a := v.args()
	in := a.list(listed)
	var sum int64
	err = v.row(`SELECT CAST(COALESCE(SUM(z.n), 0) AS BIGINT) FROM group_stats z WHERE z.org_id = $1 AND z.set_id IN (
		SELECT s.set_id FROM role_targets s WHERE s.org_id = $1 AND s.assignment_id IN (`+in+`))`, a...).Scan(&sum)
	if err != nil {
		return Reached{}, fmt.Errorf("sum the sizes of a scope: %w", err)
	}
	if sum > exactUpTo {
		return Reached{People: min(sum, of), Of: of, AtMost: true}, nil
	}
	var n int64
	// CROSS JOIN is load-bearing: without it SQLite reads everybody's
	// memberships and looks each up among the targets.
	err = v.row(`SELECT COUNT(DISTINCT m.user_id) FROM role_targets s CROSS JOIN group_members m
		WHERE s.org_id = $1 AND s.assignment_id IN (`+in+`) AND m.org_id = $1 AND m.set_id = s.set_id`, a...).Scan(&n)
	if err != nil {
		return Reached{}, fmt.Errorf("count the people of a scope: %w", err)
	}
	return Reached{People: n, Of: of}, nil
}
