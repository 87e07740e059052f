package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	sqlite "modernc.org/sqlite"
)

// A dialect is all that differs between the engines. No other file names one.
type dialect struct {
	name  string
	words *strings.Replacer // the words that DDL may use
	share string            // suffix that keeps the rows of a SELECT as they are until COMMIT
	// reparses says that a text which is run twice is parsed twice, unless it
	// is prepared; the driver of PostgreSQL remembers what it has seen.
	reparses bool
	// How transactions begin: to read one snapshot, to write serializably, to
	// write what needs no more than its own rows.
	beginRead, beginWrite, beginKeep string
	readers, writers                 int // the most at a time
	// planned, put before the arguments of a statement, has it planned for
	// just these.
	planned []any
}

var sqliteDialect = dialect{
	name:     "sqlite",
	reparses: true,
	words:    strings.NewReplacer("{key}", "TEXT", "{json}", "TEXT", "{blob}", "BLOB", "{clustered}", "WITHOUT ROWID"),
	// One writer orders everything; a reader that took the lock first could
	// meet it, so a writer asks for the lock at once.
	beginRead: "BEGIN", beginWrite: "BEGIN IMMEDIATE", beginKeep: "BEGIN IMMEDIATE",
	readers: 8, writers: 1,
}

var postgresDialect = dialect{
	name:       "postgres",
	words:      strings.NewReplacer("{key}", `TEXT COLLATE "C"`, "{json}", "JSONB", "{blob}", "BYTEA", " {clustered}", ""),
	share:      " FOR SHARE",
	beginRead:  "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	beginWrite: "BEGIN ISOLATION LEVEL SERIALIZABLE",
	beginKeep:  "BEGIN ISOLATION LEVEL READ COMMITTED",
	readers:    24, writers: 12,
	planned: []any{pgx.QueryExecModeExec},
}

// spare is how many connections a pool may have beside its sessions, for
// migrations and health checks.
const spare = 1

// open connects to the DSN: a postgres:// URL, or the path of a SQLite file.
func open(ctx context.Context, dsn string) (d dialect, read, write *sql.DB, err error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return openPostgres(ctx, dsn)
	}
	return openSQLite(ctx, dsn)
}

func openPostgres(ctx context.Context, dsn string) (dialect, *sql.DB, *sql.DB, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return dialect{}, nil, nil, fmt.Errorf("read the PostgreSQL DSN: %w", redacted(err))
	}
	config.RuntimeParams["jit"] = "off"
	// Every table has a key that begins with the org, so there is never a
	// reason to read a whole one; without statistics, or for a table that is
	// small still, the planner finds some, and reads it for each row of a page.
	config.RuntimeParams["enable_seqscan"] = "off"
	config.RuntimeParams["application_name"] = "bailiwick"
	read, write := stdlib.OpenDB(*config), stdlib.OpenDB(*config)
	read.SetMaxOpenConns(postgresDialect.readers + spare)
	read.SetMaxIdleConns(postgresDialect.readers + spare)
	write.SetMaxOpenConns(postgresDialect.writers + spare)
	write.SetMaxIdleConns(postgresDialect.writers + spare)
	if err := write.PingContext(ctx); err != nil {
		return dialect{}, nil, nil, errors.Join(fmt.Errorf("connect to PostgreSQL: %w", redacted(err)), read.Close(), write.Close())
	}
	return postgresDialect, read, write, nil
}

// redacted keeps what a DSN error says about the cause and drops the DSN.
func redacted(err error) error {
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pgErr
	}
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

func openSQLite(ctx context.Context, path string) (dialect, *sql.DB, *sql.DB, error) {
	// The file holds digests and personal data: nobody else may read it.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return dialect{}, nil, nil, fmt.Errorf("open the database file: %w", err)
	}
	if err := f.Close(); err != nil {
		return dialect{}, nil, nil, err
	}
	write, err := sqliteDB(path, sqliteDialect.writers+spare)
	if err != nil {
		return dialect{}, nil, nil, err
	}
	read, err := sqliteDB(path, sqliteDialect.readers+spare)
	if err != nil {
		return dialect{}, nil, nil, errors.Join(err, write.Close())
	}
	if err := assertPragmas(ctx, write); err != nil {
		return dialect{}, nil, nil, errors.Join(err, read.Close(), write.Close())
	}
	return sqliteDialect, read, write, nil
}

func sqliteDB(path string, conns int) (*sql.DB, error) {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"cache_size(-65536)", "temp_store(MEMORY)", "mmap_size(268435456)",
	}}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: abs, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// assertPragmas fails when a pragma did not take: a misspelt one is ignored
// without a word.
func assertPragmas(ctx context.Context, db *sql.DB) error {
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got); err != nil {
			return fmt.Errorf("read pragma %s: %w", pragma, err)
		}
		if got != want {
			return fmt.Errorf("SQLite runs with %s=%s, want %s", pragma, got, want)
		}
	}
	return nil
}

// Extended result codes of SQLite.
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteInterrupt  = 9
	sqlitePrimaryKey = 1555
	sqliteUnique     = 2067
)

// again reports whether a transaction that met the error may succeed when it
// is run once more as a whole.
func again(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "40001" || e.Code == "40P01"
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()&0xff == sqliteBusy || e.Code()&0xff == sqliteLocked
	}
	return errors.Is(err, driver.ErrBadConn)
}

// conflict reports whether the error is the violation of a unique key, and of
// which: the constraint's name as migrations spell it.
func conflict(err error) (key string, ok bool) {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "23505" {
		return e.ConstraintName, true
	}
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok || e.Code() != sqliteUnique && e.Code() != sqlitePrimaryKey {
		return "", false
	}
	// "UNIQUE constraint failed: users.org_id, users.login_key"
	for columns, key := range uniqueKeys {
		if strings.Contains(e.Error(), columns) {
			return key, true
		}
	}
	return "", true
}

// uniqueKeys names the unique constraints by the last column that SQLite's
// message mentions.
var uniqueKeys = map[string]string{
	"users.login_key":       "users_login",
	"groups.name_key":       "groups_name",
	"group_rules.name_key":  "group_rules_name",
	"realms.name_key":       "realms_name",
	"role_assignments.role": "role_assignments_once",
	"apps.label_key":        "apps_label",
	"tokens.digest":         "tokens_digest",
	"sessions.digest":       "sessions_digest",
	"links.digest":          "links_digest",
	"orgs.slug":             "orgs_slug_key",
	"user_types.name_key":   "user_types_name",
	"unique_values.value":   "unique_values_once",

	"realm_assignments.priority": "realm_assignments_priority",
}
