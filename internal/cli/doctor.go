package cli

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/bailiwick-iam/bailiwick/internal/config"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

type doctorCommand struct {
	config.Config `embed:""`
}

// reach is how long the doctor waits for a server on the network.
const reach = 5 * time.Second

// What a check returns when there is nothing to check.
var (
	errLater = errors.New("made at the first start")
	errNone  = errors.New("not set, mails wait")
)

// Run prints every setting with where it comes from, and then what is wrong.
func (c *doctorCommand) Run(ctx context.Context, to terminal) error {
	if err := show(to.out, &c.Config); err != nil {
		return err
	}
	if err := refuse(&c.Config); err != nil {
		return err
	}
	var all error
	for _, check := range []struct {
		name string
		run  func(context.Context, *config.Config) error
	}{
		{"data", checkData},
		{"key-file", checkKeys},
		{"store", checkStore},
		{"smtp", checkMail},
		{"public-url", checkPublicURL},
	} {
		err := check.run(ctx, &c.Config)
		verdict := "ok"
		switch {
		case errors.Is(err, errLater), errors.Is(err, errNone):
			verdict = err.Error()
		case err != nil:
			verdict = "wrong"
			all = errors.Join(all, fmt.Errorf("%s: %w", check.name, err))
		}
		fmt.Fprintf(to.err, "%s: %s\n", check.name, verdict)
	}
	return all
}

func show(w io.Writer, c *config.Config) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range c.Settings() {
		value := s.Value
		if value == "" {
			value = "-"
		}
		fmt.Fprintf(table, "%s\t%s\t(%s)\n", s.Name, value, s.Source)
	}
	return table.Flush()
}

func checkData(_ context.Context, c *config.Config) error {
	info, err := os.Stat(c.Data)
	if errors.Is(err, fs.ErrNotExist) {
		return errLater
	}
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%q has mode %04o, others may look into it; set it to 0700", c.Data, mode)
	}
	probe, err := os.CreateTemp(c.Data, ".doctor-*")
	if err != nil {
		return fmt.Errorf("%q cannot be written to: %w", c.Data, err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

func checkKeys(_ context.Context, c *config.Config) error {
	_, err := secret.LoadKeys(c.KeyPath())
	if errors.Is(err, fs.ErrNotExist) {
		return errLater
	}
	return err
}

// checkStore opens a database that is there; it makes none.
func checkStore(ctx context.Context, c *config.Config) error {
	if c.DSN == "" {
		if _, err := os.Stat(databaseOf(c)); errors.Is(err, fs.ErrNotExist) {
			return errLater
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 2*reach)
	defer cancel()
	s, err := store.Open(ctx, store.Options{DSN: databaseOf(c)})
	if err != nil {
		return err
	}
	return errors.Join(inspect(ctx, s, c), s.Close())
}

func inspect(ctx context.Context, s *store.Store, c *config.Config) error {
	pending, err := s.Pending(ctx)
	switch {
	case err != nil:
		return err
	case pending && c.DSN == "":
		return nil // serve migrates an embedded database
	case pending:
		return errors.New("the schema is older than this program; run bailiwick migrate")
	}
	orgs, err := s.Orgs(ctx)
	if err != nil {
		return err
	}
	if _, err := os.Stat(c.KeyPath()); len(orgs) > 0 && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the database is in use and its key file %q is missing; copy it from another node or the backup", c.KeyPath())
	}
	return nil
}

// checkMail asks the mail server for its greeting.
func checkMail(ctx context.Context, c *config.Config) error {
	if c.SMTP.Host == "" {
		return errNone
	}
	if _, err := sender(c.SMTP); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, reach)
	defer cancel()
	var conn net.Conn
	var err error
	if c.SMTP.Mode() == config.ImplicitTLS {
		conn, err = new(tls.Dialer).DialContext(ctx, "tcp", c.SMTP.Address())
	} else {
		conn, err = new(net.Dialer).DialContext(ctx, "tcp", c.SMTP.Address())
	}
	if err != nil {
		return fmt.Errorf("the mail server cannot be reached: %w", err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(reach)); err != nil {
		return err
	}
	greeting, err := bufio.NewReader(io.LimitReader(conn, 1024)).ReadString('\n')
	if err != nil || !strings.HasPrefix(greeting, "220") {
		return fmt.Errorf("%s does not greet like a mail server", c.SMTP.Address())
	}
	return nil
}

// checkPublicURL asks for the address of the host that links lead to.
func checkPublicURL(ctx context.Context, c *config.Config) error {
	u, err := url.Parse(c.Origin())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, reach)
	defer cancel()
	if _, err := net.DefaultResolver.LookupHost(ctx, u.Hostname()); err != nil {
		return fmt.Errorf("nobody can follow links to %s: %w", u.Host, err)
	}
	return nil
}
