package directory

import (
	"context"
	"fmt"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// A LogQuery asks for events by time.
type LogQuery struct {
	Since, Until time.Time // half open
	Types        []bailiwick.EventType
	Descending   bool
}

// Log lists events of the org.
func (d *Directory) Log(ctx context.Context, by authz.Actor, q LogQuery, p Paging) (List[bailiwick.Event], error) {
	var out List[bailiwick.Event]
	question := fmt.Sprintf("log %t %v", q.Descending, q.Types)
	err := d.store.View(ctx, by, func(v *store.View) error {
		if err := v.Actor().May(authz.LogsRead); err != nil {
			return err
		}
		after, err := d.open(by, question, p)
		if err != nil {
			return err
		}
		page, err := v.Events(store.EventQuery{Since: q.Since.UnixMilli(), Until: q.Until.UnixMilli(), Types: q.Types,
			Descending: q.Descending, After: after, Limit: p.Limit})
		out = sealPage(d, by, question, page)
		return err
	})
	return out, err
}
