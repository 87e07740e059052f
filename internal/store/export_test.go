package store

import (
	"database/sql"

	"github.com/bailiwick-iam/bailiwick"
)

// Opened for tests of what the two engines make of one text.
var (
	UniqueKeyOf = conflict
	KeysOf      = userKeys
	FoldKey     = foldKey
)

func (s *Store) Reader() *sql.DB { return s.read }
func (s *Store) Writer() *sql.DB { return s.write }

// InUse counts the transactions that are open.
func (s *Store) InUse() int { return len(s.readers.slots) + len(s.writers.slots) }

// SetBudget gives searches of the store little to read, so that tests meet the
// edges of large organizations with few people.
func (s *Store) SetBudget(few, read int) { s.budget = budget{few: few, read: read} }

// Hear has every read of the store's views told, in order.
func (s *Store) Hear(fn func(text string, args []any)) { s.heard = fn }

// EntriesOf are the rows of the attribute index of a person: name, value.
func EntriesOf(u bailiwick.User) (out [][2]string) {
	for _, e := range entriesOf(u) {
		out = append(out, [2]string{e.name, e.value})
	}
	return out
}
