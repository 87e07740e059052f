package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/bailiwick-iam/bailiwick/internal/config"
)

type migrateCommand struct {
	config.Config `embed:""`
}

// Run brings the schema up to date; one node at a time does it.
func (c *migrateCommand) Run(ctx context.Context, to terminal) error {
	if err := refuse(&c.Config); err != nil {
		return err
	}
	if c.DSN == "" {
		if err := ownFolder(c.Data); err != nil {
			return err
		}
	}
	s, err := openStore(ctx, &c.Config, true)
	if err != nil {
		return err
	}
	fmt.Fprintln(to.err, "the schema is up to date")
	return errors.Join(s.Close())
}
