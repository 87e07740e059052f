package storetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// Each runs a test once for each engine, as the subtests sqlite and postgres,
// with a migrated and otherwise empty store that is the test's own. The two run
// in parallel.
func Each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachWith(t, store.Options{}, test)
}

// EachWith is [Each] with a clock or a source of randomness of the test's
// choice; the DSN is filled in.
func EachWith(t *testing.T, o store.Options, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		o := o
		o.DSN = SQLitePath(t)
		test(t, open(t, o))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		o := o
		o.DSN = MigratedPostgres(t)
		test(t, open(t, o))
	})
}

// SQLitePath returns the path of a migrated SQLite database that goes with t.
func SQLitePath(t testing.TB) string {
	t.Helper()
	template, err := migratedFile()
	if err != nil {
		t.Fatalf("prepare the SQLite template: %v", err)
	}
	path := filepath.Join(t.TempDir(), "bailiwick.db")
	if err := os.WriteFile(path, template, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// MigratedPostgres returns the DSN of a migrated PostgreSQL database that goes
// with t; see [PostgresDSN] for when there is none.
func MigratedPostgres(t testing.TB) string {
	t.Helper()
	return database(t, &migrated)
}

var migrated = template{fill: migrate}

func open(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// migratedFile is the content of a migrated SQLite file. It is made once for
// each test binary: migrations cost more than most tests.
var migratedFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "bailiwick-template")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "bailiwick.db")
	if err := migrate(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func migrate(dsn string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{DSN: dsn})
	if err != nil {
		return err
	}
	if err := s.Migrate(ctx); err != nil {
		return err
	}
	return s.Close()
}
