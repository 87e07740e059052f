package directory_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

// BenchmarkImport imports people with three memberships each, and prints rows
// per second, also as a ratio to what the engine's own bulk load takes for
// their logins and profiles into one bare table in the same run: COPY on
// PostgreSQL, an INSERT of many rows, prepared, in one transaction on SQLite.
// BAILIWICK_BENCH_PEOPLE imports another number of people.
//
//	go test -run='^$' -bench=Import -benchtime=1x -timeout=1h ./internal/directory
func BenchmarkImport(b *testing.B) {
	people := 100_000
	if n, err := strconv.Atoi(os.Getenv("BAILIWICK_BENCH_PEOPLE")); err == nil {
		people = n
	}
	b.Run("sqlite", func(b *testing.B) { benchmarkImport(b, storetest.SQLitePath(b), people, insertBare) })
	b.Run("postgres", func(b *testing.B) { benchmarkImport(b, storetest.MigratedPostgres(b), people, copyBare) })
}

func benchmarkImport(b *testing.B, dsn string, people int, bare func(ctx context.Context, dsn string, rows [][]any) error) {
	ctx := b.Context()
	s, err := store.Open(ctx, store.Options{DSN: dsn})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	keys := secret.EphemeralKeys()
	d := directory.New(s, secret.NewHasher(keys, secret.DefaultParams(), secret.NewGate(1, 1), secret.Mint{}), keys)
	org, err := d.CreateOrg(ctx, "a benchmark", "bench", "Bench")
	if err != nil {
		b.Fatal(err)
	}
	by := authz.System(org.ID, "a benchmark")
	rows := make([][]any, people)
	for i := range rows {
		r := benchRow(i)
		text, err := json.Marshal(r.Profile)
		if err != nil {
			b.Fatal(err)
		}
		rows[i] = []any{"org", fmt.Sprintf("00u%017d", i), r.Profile.Login(), string(text)}
	}
	began := time.Now()
	if err := bare(ctx, dsn, rows); err != nil {
		b.Fatal(err)
	}
	engine := time.Since(began)
	load := func() time.Duration {
		began := time.Now()
		for from := 0; from < people; from += 500 {
			var batch []directory.ImportRow
			for i := from; i < min(from+500, people); i++ {
				batch = append(batch, benchRow(i))
			}
			if _, err := d.ImportPeople(ctx, by, batch, making); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(began)
	}
	first := load()
	again := load()
	rate := func(t time.Duration) float64 { return float64(people) / t.Seconds() }
	b.ReportMetric(rate(engine), "engine-rows/s")
	b.ReportMetric(rate(first), "rows/s")
	b.ReportMetric(rate(again), "unchanged-rows/s")
	b.ReportMetric(first.Seconds()/engine.Seconds(), "×engine")
}

func benchRow(i int) directory.ImportRow {
	login := fmt.Sprintf("person%d@bench.example", i)
	return directory.ImportRow{Status: bailiwick.Active, Profile: bailiwick.Profile{"login": login, "email": login, "firstName": fmt.Sprintf("First%d", i%5000),
		"lastName": fmt.Sprintf("Last%d", i%9000), "department": fmt.Sprintf("Department %d", i%40), "title": "Clerk", "city": "Nairobi"},
		Groups: []string{fmt.Sprintf("Branch %d", i%300), fmt.Sprintf("Team %d", i%1000), fmt.Sprintf("Floor %d", i%20)}}
}

const bareTable = `CREATE TABLE bare (org_id TEXT, id TEXT, login TEXT, profile TEXT, PRIMARY KEY (org_id, id), UNIQUE (org_id, login))`

func copyBare(ctx context.Context, dsn string, rows [][]any) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, bareTable); err != nil {
		return err
	}
	_, err = conn.CopyFrom(ctx, pgx.Identifier{"bare"}, []string{"org_id", "id", "login", "profile"}, pgx.CopyFromRows(rows))
	return err
}

func insertBare(ctx context.Context, dsn string, rows [][]any) error {
	const atOnce = 50
	db, err := sql.Open("sqlite", filepath.Join(filepath.Dir(dsn), "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, bareTable); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	insert, err := tx.PrepareContext(ctx, `INSERT INTO bare VALUES `+strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?), ", atOnce), ", "))
	if err != nil {
		return err
	}
	defer insert.Close()
	for len(rows) >= atOnce {
		var args []any
		for _, row := range rows[:atOnce] {
			args = append(args, row...)
		}
		if _, err := insert.ExecContext(ctx, args...); err != nil {
			return err
		}
		rows = rows[atOnce:]
	}
	return tx.Commit()
}
