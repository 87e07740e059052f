package web

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/bailiwick-iam/bailiwick"
)

// orgCache remembers which orgs there are, for routing alone: IDs and slugs do
// not change, and what a request may do is read from the store each time.
type orgCache struct {
	load  func(context.Context) ([]bailiwick.Org, error)
	every time.Duration

	mu   sync.Mutex
	list []bailiwick.Org
	at   time.Time
}

// orgsEvery is how soon a new org is found, when Options say nothing else.
const orgsEvery = 5 * time.Second

func (c *orgCache) all(ctx context.Context) ([]bailiwick.Org, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.list) > 0 && time.Since(c.at) < c.every {
		return c.list, nil
	}
	list, err := c.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the orgs: %w", err)
	}
	c.list, c.at = list, time.Now()
	return list, nil
}

// find fills in the org: the one that has claimed the host name, else the one
// whose slug the path begins with, else the only one. A request that names no
// org of several belongs to none, and so does one for an org out of use.
func (c *orgCache) find(r *http.Request, into *request) error {
	orgs, err := c.all(r.Context())
	if err != nil {
		return err
	}
	host := hostName(r.Host)
	for _, o := range orgs {
		if o.Host != "" && o.Host == host {
			into.settle(o, "", o.Host)
			return nil
		}
	}
	if rest, ok := strings.CutPrefix(r.URL.Path, "/t/"); ok {
		slug, _, _ := strings.Cut(rest, "/")
		for _, o := range orgs {
			if o.Slug == slug {
				into.settle(o, "/t/"+slug, "")
				return nil
			}
		}
		return nil
	}
	if len(orgs) == 1 {
		into.settle(orgs[0], "", "")
	}
	return nil
}

// settle gives the request its org, unless that is out of use.
func (found *request) settle(o bailiwick.Org, base, host string) {
	if found.gone = !o.Disabled.IsZero(); !found.gone {
		found.org, found.base, found.host = o, base, host
	}
}

// nowhere is the request with a path that no route has: that of an org out of
// use is answered as any other that is not there, by the face that answers
// those.
func nowhere(r *http.Request) *http.Request {
	u := *r.URL
	u.Path, u.RawPath = "/t/-", ""
	r.URL = &u
	return r
}

// hostName is the name in a Host header, without the port.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}
