package directory

import (
	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// A telling writes the events of a transaction that has the effects of many
// operations: the first takes the event that the transaction was opened with,
// the others are added to it.
type telling struct{ told bool }

func (t *telling) of(tx *store.Tx, event bailiwick.EventType, fields []string, targets ...bailiwick.EventEntity) {
	changes := make([]bailiwick.Change, len(fields))
	for i, f := range fields {
		changes[i] = bailiwick.Change{Field: f}
	}
	if t.told {
		tx.AlsoChanged(event, changes, targets...)
		return
	}
	t.told = true
	tx.Becomes(event)
	tx.Target(targets...)
	tx.Changed(changes...)
}

// A rowFault is a refusal of one part of a batch, by its place in the batch.
type rowFault struct {
	row int
	error
}

func (f rowFault) Unwrap() error { return f.error }
