package secret

import (
	"context"
	"fmt"
	"runtime"
)

// A Gate admits a bounded number of expensive works at once. Password hashing takes
// 19 MiB and 30 ms each: without a gate, a flood of sign-ins is an out-of-memory
// kill (PWD-12). All Hashers of a process share one Gate.
type Gate struct {
	slots chan struct{} // one entry for each work under way
	line  chan struct{} // one entry for each work under way or waiting
}

// queuePerSlot is the default length of the line: about two seconds' work.
const queuePerSlot = 32

// NewGate admits slots works at once and lets queue more wait. Zero or less means
// the default: two slots for each core, 32 waiting for each slot.
func NewGate(slots, queue int) *Gate {
	if slots <= 0 {
		slots = 2 * runtime.GOMAXPROCS(0)
	}
	if queue <= 0 {
		queue = queuePerSlot * slots
	}
	return &Gate{
		slots: make(chan struct{}, slots),
		line:  make(chan struct{}, slots+queue),
	}
}

// Enter waits for a slot, in order of arrival. It returns ErrBusy at once when the
// line is full, and the context's error when that ends first. The caller calls
// leave exactly once, when the work is done.
func (g *Gate) Enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("wait to hash a password: %w", err)
	}
	select {
	case g.line <- struct{}{}:
	default:
		return nil, ErrBusy
	}
	select {
	case g.slots <- struct{}{}:
		return func() { <-g.slots; <-g.line }, nil
	case <-ctx.Done():
		<-g.line
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
}
