package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/bailiwick-iam/bailiwick"
)

// orgCache remembers which orgs there are, for routing alone: IDs and slugs do
// not change, and what a request may do is read from the store each time.
type orgCache struct {
	load func(context.Context) ([]bailiwick.Org, error)

	mu   sync.Mutex
	list []bailiwick.Org
	at   time.Time
}

// orgsEvery is how soon a new org is found.
const orgsEvery = 5 * time.Second

func (c *orgCache) all(ctx context.Context) ([]bailiwick.Org, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.list) > 0 && time.Since(c.at) < orgsEvery {
		return c.list, nil
	}
	list, err := c.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the orgs: %w", err)
	}
	c.list, c.at = list, time.Now()
	return list, nil
}

// find fills in the org: the one whose slug the path begins with, else the
// only one. A request that names no org of several belongs to none.
func (c *orgCache) find(r *http.Request, into *request) error {
	orgs, err := c.all(r.Context())
	if err != nil {
		return err
	}
	if rest, ok := strings.CutPrefix(r.URL.Path, "/t/"); ok {
		slug, _, _ := strings.Cut(rest, "/")
		for _, o := range orgs {
			if o.Slug == slug {
				into.org, into.base = o, "/t/"+slug
				return nil
			}
		}
		return nil
	}
	if len(orgs) == 1 {
		into.org = orgs[0]
	}
	return nil
}
