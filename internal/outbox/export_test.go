package outbox

import (
	"context"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// Send is the delivery of one letter that was leased some time ago.
func (w *Worker) Send(ctx context.Context, o bailiwick.Org, l store.Letter) error {
	return sender{Worker: w, org: o, base: w.base(o, 1)}.send(ctx, l)
}
