package store

import (
	"fmt"
	"slices"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// someone stands in an event for an actor whom the reader may not see.
var someone = bailiwick.EventEntity{Type: "User", DisplayName: "An administrator"}

// redact takes people outside the scope out of events (AZ-13). The person
// whose history it is stays, and what the reader did.
func (v *View) redact(scope authz.UserScope, person bailiwick.ID, events []bailiwick.Event) error {
	if scope.See().Everything() {
		return nil
	}
	seen, err := v.visible(scope, events)
	if err != nil {
		return err
	}
	seen[person], seen[v.actor.ID()] = true, true
	hidden := func(t bailiwick.EventEntity) bool { return t.Type == "User" && !seen[t.ID] }
	for i := range events {
		e := &events[i]
		e.Targets = slices.DeleteFunc(e.Targets, hidden)
		if hidden(e.Actor) {
			e.Actor, e.Client = someone, bailiwick.Client{}
		}
	}
	return nil
}

// visible tells which of the people in events the scope shows.
func (v *View) visible(scope authz.UserScope, events []bailiwick.Event) (map[bailiwick.ID]bool, error) {
	var named []bailiwick.ID
	for _, e := range events {
		for _, t := range append(e.Targets[:len(e.Targets):len(e.Targets)], e.Actor) {
			if t.Type == "User" {
				named = append(named, t.ID)
			}
		}
	}
	slices.Sort(named)
	seen := map[bailiwick.ID]bool{}
	for part := range slices.Chunk(slices.Compact(named), rowsAtOnce) {
		a := v.args()
		rows, err := v.query(`SELECT u.id FROM users u WHERE u.org_id = $1 AND u.id IN (`+a.list(part)+`) AND `+userPredicate(&a, scope.See()), a...)
		ids, err := collect(rows, err, scanID)
		if err != nil {
			return nil, fmt.Errorf("read whom an event may show: %w", err)
		}
		for _, id := range ids {
			seen[id] = true
		}
	}
	return seen, nil
}
