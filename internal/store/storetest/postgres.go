package storetest

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgresEnv names a server in which tests may create databases. with-postgres
// sets it, so that one server can serve all test binaries of a run.
const postgresEnv = "BAILIWICK_TEST_POSTGRES"

//go:embed with-postgres
var withPostgres string

// errNoPostgres reports that this machine has no PostgreSQL programs.
var errNoPostgres = errors.New("no PostgreSQL")

// PostgresDSN returns the address of an empty PostgreSQL database that belongs
// to t alone and goes with it.
//
// The server is the one that BAILIWICK_TEST_POSTGRES names, or else one that is
// started at the first call and ends with the test binary, even when that is
// killed. Without PostgreSQL programs the test is skipped; on CI (CI=true) it
// fails, because there a test of half the engines proves nothing.
func PostgresDSN(t testing.TB) string {
	t.Helper()
	return database(t, &template{name: "template0"})
}

// A template is a database to be copied: cheaper than filling each one.
type template struct {
	fill func(dsn string) error
	once sync.Once
	name string
	err  error
}

func database(t testing.TB, from *template) string {
	t.Helper()
	server, err := theServer()
	if errors.Is(err, errNoPostgres) && os.Getenv("CI") != "true" {
		t.Skipf("NOT TESTED ON POSTGRESQL: %v", err)
	}
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	from.once.Do(func() {
		if from.fill == nil {
			return
		}
		if from.name, from.err = server.create("template0"); from.err == nil {
			from.err = from.fill(server.dsn(from.name))
		}
	})
	if from.err != nil {
		t.Fatalf("fill the PostgreSQL template: %v", from.err)
	}
	name, err := server.create(from.name)
	if err != nil {
		t.Fatalf("create a PostgreSQL database: %v", err)
	}
	t.Cleanup(func() {
		if err := server.drop(name); err != nil {
			t.Errorf("drop PostgreSQL database %s: %v", name, err)
		}
	})
	return server.dsn(name)
}

// A server is one PostgreSQL server as this test binary sees it.
type server struct {
	address *url.URL
	owner   int64 // marks the databases of this binary, see sweep

	mu      sync.Mutex // guards the rest
	admin   *pgx.Conn  // creates and drops; holds the advisory lock owner
	created int
}

var theServer = sync.OnceValues(func() (*server, error) {
	dsn := os.Getenv(postgresEnv)
	if dsn == "" {
		var err error
		if dsn, err = launch(); err != nil {
			return nil, err
		}
	}
	address, err := url.Parse(dsn)
	if err != nil || !strings.HasPrefix(address.Scheme, "postgres") {
		return nil, fmt.Errorf("%s must be a postgres:// address, not %q", postgresEnv, dsn)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	admin, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	s := &server{address: address, admin: admin, owner: int64(rand.Int32())}
	if _, err := admin.Exec(ctx, `SELECT pg_advisory_lock($1)`, s.owner); err != nil {
		return nil, err
	}
	return s, s.sweep(ctx)
})

// launch starts a server by with-postgres and returns its address. The script's
// command waits for the end of its input, and that comes when this process ends,
// however it ends; so nobody needs to stop the server.
func launch() (string, error) {
	cmd := exec.Command("sh", "-c", withPostgres, "with-postgres",
		"sh", "-c", `echo "$`+postgresEnv+`"; exec cat`)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	if _, err := cmd.StdinPipe(); err != nil {
		return "", err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		// Waiting keeps cmd, and with it the input, from being collected as
		// garbage, which would end the server.
		go cmd.Wait()
		return strings.TrimSpace(line), nil
	}
	err = cmd.Wait()
	if exit := new(exec.ExitError); errors.As(err, &exit) && exit.ExitCode() == 69 {
		return "", fmt.Errorf("%w: %s", errNoPostgres, bytes.TrimSpace(complaint.Bytes()))
	}
	return "", fmt.Errorf("with-postgres: %w: %s", err, bytes.TrimSpace(complaint.Bytes()))
}

const databasePrefix = "bailiwick_test_"

// sweep drops the databases of test binaries that are gone. A binary that lives
// holds the advisory lock whose number its databases carry in their names.
func (s *server) sweep(ctx context.Context) error {
	rows, err := s.admin.Query(ctx, `SELECT datname FROM pg_database WHERE starts_with(datname, $1)`, databasePrefix)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		number, _, _ := strings.Cut(strings.TrimPrefix(name, databasePrefix), "_")
		owner, err := strconv.ParseInt(number, 10, 64)
		if err != nil || owner == s.owner {
			continue
		}
		var gone bool
		if err := s.admin.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, owner).Scan(&gone); err != nil {
			return err
		}
		if !gone {
			continue
		}
		if _, err := s.admin.Exec(ctx, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`); err != nil {
			return err
		}
		if _, err := s.admin.Exec(ctx, `SELECT pg_advisory_unlock($1)`, owner); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) create(template string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.created++
	name := fmt.Sprintf("%s%d_%d", databasePrefix, s.owner, s.created)
	return name, s.exec(`CREATE DATABASE ` + name + ` TEMPLATE ` + template)
}

func (s *server) drop(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.exec(`DROP DATABASE ` + name + ` WITH (FORCE)`)
}

func (s *server) exec(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err := s.admin.Exec(ctx, statement)
	return err
}

func (s *server) dsn(database string) string {
	address := *s.address
	address.Path = "/" + database
	return address.String()
}
