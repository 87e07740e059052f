package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/config"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"github.com/bailiwick-iam/bailiwick/internal/outbox"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/signin"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

type serveCommand struct {
	config.Config `embed:""`
	Migrate       bool   `name:"migrate" help:"Bring the schema of a PostgreSQL database up to date first. The embedded database always is."`
	OrgName       string `name:"org-name" env:"BAILIWICK_ORG_NAME" default:"Bailiwick" placeholder:"NAME" help:"Name of the organization that is made on an empty store (default: ${default})."`
}

// Run serves until the process is told to stop.
func (c *serveCommand) Run(ctx context.Context, to terminal) error {
	a, err := open(ctx, settings{Config: c.Config, Migrate: c.Migrate, Log: slog.New(slog.NewTextHandler(to.err, nil))})
	if err != nil {
		return err
	}
	links, err := a.found(ctx, c.OrgName)
	if err == nil {
		err = a.start(ctx)
	}
	if err != nil {
		return errors.Join(err, a.close())
	}
	fmt.Fprintf(to.out, "Bailiwick is at %s\n", a.URL)
	for _, l := range links {
		fmt.Fprintf(to.out, "%s has no owner yet. Make the account with this link, within %.0f minutes:\n%s\n",
			l.org.Name, bailiwick.BootstrapLinkLife.Minutes(), a.URL+l.path)
	}
	select {
	case <-ctx.Done():
		err = nil
	case err = <-a.failed:
	}
	return errors.Join(err, a.close())
}

// Settings are what a server is opened with.
type settings struct {
	config.Config
	Migrate bool             // PostgreSQL too
	Log     *slog.Logger     // required
	Mail    outbox.Deliverer // where mails go instead of the mail server of the configuration
	Pages   func(chi.Router) // further pages of the same site, or nil
	Hashing secret.Params    // zero means the default cost
}

// An app is a server: opened with open, filled by its Directory if need be,
// then started.
type app struct {
	Store     *store.Store
	Directory *directory.Directory
	SignIn    *signin.SignIn
	// URL is what links begin with, known once the server is started.
	URL string

	set settings
	serving
}

// open checks the settings, opens and migrates the store and loads the keys.
// Nothing is reachable yet.
func open(ctx context.Context, set settings) (*app, error) {
	if err := refuse(&set.Config); err != nil {
		return nil, err
	}
	if err := ownFolder(set.Data); err != nil {
		return nil, err
	}
	s, err := openStore(ctx, &set.Config, set.Migrate)
	if err != nil {
		return nil, err
	}
	keys, err := openKeys(ctx, s, set.KeyPath())
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if set.Hashing == (secret.Params{}) {
		set.Hashing = secret.DefaultParams()
	}
	hasher := secret.NewHasher(keys, set.Hashing, secret.NewGate(0, 0), secret.Mint{})
	return &app{Store: s, Directory: directory.New(s, hasher, keys), SignIn: signin.New(s, hasher, keys), set: set}, nil
}

// ownFolder makes the data folder, or refuses one that others may look into.
func ownFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("data: make the folder: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("data: inspect the folder: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return hint(fmt.Errorf("data: %q has mode %04o, others may look into it", path, mode), "chmod 700 %s", path)
	}
	return nil
}

// databaseName is the embedded database in the data folder.
const databaseName = "bailiwick.db"

func databaseOf(c *config.Config) string {
	if c.DSN != "" {
		return c.DSN
	}
	return filepath.Join(c.Data, databaseName)
}

// openStore opens the store with a schema that this program knows. An embedded
// database is one program's own and is migrated; of a PostgreSQL database other
// nodes may be in use, so that is the operator's decision.
func openStore(ctx context.Context, c *config.Config, migrate bool) (*store.Store, error) {
	s, err := store.Open(ctx, store.Options{DSN: databaseOf(c)})
	if err != nil {
		return nil, err
	}
	pending, err := s.Pending(ctx)
	switch {
	case err != nil:
	case pending && c.DSN != "" && !migrate:
		err = hint(errors.New("the database's schema is older than this program"), "run bailiwick migrate, or serve --migrate")
	case pending:
		err = s.Migrate(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// openKeys loads the master key. It is made when there is nothing yet that was
// made under another; a lost one must not be replaced in silence.
func openKeys(ctx context.Context, s *store.Store, path string) (*secret.Keys, error) {
	keys, err := secret.LoadKeys(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return keys, err
	}
	orgs, err := s.Orgs(ctx)
	if err != nil {
		return nil, err
	}
	if len(orgs) > 0 {
		return nil, hint(fmt.Errorf("key-file: %q is missing, and the database is in use", path),
			"copy the key file of the other nodes, or of the backup: without it no password works")
	}
	keys, err = secret.CreateKeys(path)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		return secret.LoadKeys(path)
	}
	return keys, err
}

// An ownerLink is where the first owner of an org makes the account.
type ownerLink struct {
	org  bailiwick.Org
	path string
}

// found makes the first org on an empty store, and the links for the orgs that
// have no owner (AUTH-3).
func (a *app) found(ctx context.Context, name string) ([]ownerLink, error) {
	orgs, err := a.Store.Orgs(ctx)
	if err != nil {
		return nil, err
	}
	if len(orgs) == 0 {
		_, failed := a.Directory.CreateOrg(ctx, "the store was empty", slug(name), name)
		if orgs, err = a.Store.Orgs(ctx); err != nil || len(orgs) == 0 {
			return nil, errors.Join(failed, err)
		}
	}
	var links []ownerLink
	for _, o := range orgs {
		token, err := a.SignIn.NewOwnerLink(ctx, o.ID)
		if errors.Is(err, bailiwick.ErrConflict) {
			continue // it has an owner
		}
		if err != nil {
			return nil, fmt.Errorf("make the link for the first owner of %s: %w", o.Slug, err)
		}
		base := ""
		if len(orgs) > 1 {
			base = "/t/" + o.Slug
		}
		links = append(links, ownerLink{org: o, path: base + "/setup/" + token.Reveal()})
	}
	return links, nil
}

// slug is a name as an address has it.
func slug(name string) string {
	words := strings.FieldsFunc(filter.FoldAccents(name), func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9') })
	if s := strings.Join(words, "-"); s != "" {
		return s
	}
	return "main"
}

// deliverer is where mails go; nil lets them wait.
func (s *settings) deliverer() (outbox.Deliverer, error) {
	if s.Mail != nil || s.SMTP.Host == "" {
		return s.Mail, nil
	}
	return sender(s.SMTP)
}

func sender(c config.SMTP) (*mail.Sender, error) {
	return mail.NewSender(mail.Settings{Address: c.Address(), Encryption: mail.Encryption(c.Mode()),
		Username: c.Username, Password: c.Password, From: c.From})
}
