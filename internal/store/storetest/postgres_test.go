package storetest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestEachPostgresDatabaseIsItsOwnCopyOfTheTemplate(t *testing.T) {
	t.Parallel()
	filled := template{fill: func(dsn string) error {
		return run(dsn, `CREATE TABLE filled (n BIGINT)`, `INSERT INTO filled VALUES (1)`)
	}}
	for range 3 {
		dsn := database(t, &filled)
		if err := run(dsn, `INSERT INTO filled VALUES (2)`); err != nil {
			t.Fatal(err)
		}
		if got, want := count(t, dsn), int64(2); got != want {
			t.Errorf("rows in a fresh copy after one insert: got %d, want %d", got, want)
		}
	}
}

func TestAPostgresDatabaseGoesWithItsTest(t *testing.T) {
	t.Parallel()
	var dsn string
	t.Run("a test that uses one", func(t *testing.T) {
		dsn = PostgresDSN(t)
		if err := run(dsn, `SELECT 1`); err != nil {
			t.Fatal(err)
		}
	})
	if dsn == "" {
		t.Skip("no PostgreSQL")
	}
	if err := run(dsn, `SELECT 1`); err == nil {
		t.Errorf("the database still answers after its test has ended")
	}
}

func TestTheDefaultCollationDiffersFromBytes(t *testing.T) {
	t.Parallel()
	// A column that forgets COLLATE "C" must sort wrongly, or no test finds it.
	dsn := PostgresDSN(t)
	conn := connect(t, dsn)
	var less bool
	if err := conn.QueryRow(t.Context(), `SELECT 'a' < 'B'`).Scan(&less); err != nil {
		t.Fatal(err)
	}
	if !less {
		t.Errorf("'a' < 'B' under the default collation: got false, want true")
	}
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func run(dsn string, statements ...string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func count(t *testing.T, dsn string) (n int64) {
	t.Helper()
	if err := connect(t, dsn).QueryRow(t.Context(), `SELECT count(*) FROM filled`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
