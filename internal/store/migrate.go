package store

import (
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the schema up to date. Each migration is one transaction; on
// PostgreSQL a table lock lets one node at a time do it.
func (s *Store) Migrate(ctx context.Context) error {
	p, err := s.migrator()
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	return s.indexAll(ctx)
}

// Pending reports whether the schema is older than this program.
func (s *Store) Pending(ctx context.Context) (bool, error) {
	p, err := s.migrator()
	if err != nil {
		return false, err
	}
	pending, err := p.HasPending(ctx)
	if err != nil {
		return false, fmt.Errorf("read the schema's version: %w", err)
	}
	return pending, nil
}

func (s *Store) migrator() (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithSlog(slog.New(slog.DiscardHandler))}
	dialect := goose.DialectSQLite3
	if s.dialect.name == "postgres" {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresTableLocker()
		if err != nil {
			return nil, fmt.Errorf("make the migration lock: %w", err)
		}
		options = append(options, goose.WithLocker(locker))
	}
	return goose.NewProvider(dialect, s.write, ddl{files, s.dialect}, options...)
}

// ddl is a file system whose SQL has the dialect's words filled in, and in
// which the files for another engine are not: a migration that one text cannot
// say is two files, NNNN_x.sqlite.sql and NNNN_x.postgres.sql.
type ddl struct {
	fs.FS
	dialect dialect
}

// ReadDir lists the migrations of the dialect.
func (d ddl) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(d.FS, name)
	return slices.DeleteFunc(all, func(e fs.DirEntry) bool {
		_, engine, ok := strings.Cut(strings.TrimSuffix(e.Name(), ".sql"), ".")
		return ok && engine != d.dialect.name
	}), err
}

// Open returns the file with the dialect's words in place.
func (d ddl) Open(name string) (fs.File, error) {
	f, err := d.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return &sqlFile{Reader: strings.NewReader(d.dialect.words.Replace(string(text))), name: name}, nil
}

type sqlFile struct {
	*strings.Reader
	name string
}

func (f *sqlFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *sqlFile) Close() error               { return nil }
func (f *sqlFile) Name() string               { return f.name }
func (f *sqlFile) Size() int64                { return f.Reader.Size() }
func (f *sqlFile) Mode() fs.FileMode          { return 0o444 }
func (f *sqlFile) ModTime() time.Time         { return time.Time{} }
func (f *sqlFile) IsDir() bool                { return false }
func (f *sqlFile) Sys() any                   { return nil }
