package store

import "database/sql"

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
