package cli

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/config"
)

// orgCommands are the operator's: they work on the store of the node, and the
// log says so.
type orgCommands struct {
	Create  orgCreate  `cmd:"" help:"Create an organization."`
	List    orgList    `cmd:"" help:"List the organizations."`
	Disable orgDisable `cmd:"" help:"Put an organization out of use: it is not found, and its sessions, API tokens and links end."`
	Set     orgSet     `cmd:"" help:"Change an organization: its name, its host name, and that it is in use again."`
}

// operator is the reason that the log gives.
const operator = "the operator of the node"

// withDirectory runs do with the settings' store.
func withDirectory(ctx context.Context, c *config.Config, do func(*app) error) error {
	a, err := open(ctx, settings{Config: *c})
	if err != nil {
		return err
	}
	return errors.Join(do(a), a.Store.Close())
}

type orgCreate struct {
	config.Config `embed:""`
	Slug          string `arg:"" help:"Its name in addresses: /t/SLUG."`
	Name          string `arg:"" help:"Its name for people."`
}

// Run prints the ID of the new organization.
func (c *orgCreate) Run(ctx context.Context, to terminal) error {
	return withDirectory(ctx, &c.Config, func(a *app) error {
		o, err := a.Directory.CreateOrg(ctx, operator, c.Slug, c.Name)
		if err == nil {
			fmt.Fprintln(to.out, o.ID)
		}
		return err
	})
}

type orgList struct {
	config.Config `embed:""`
}

// Run prints a line for each organization.
func (c *orgList) Run(ctx context.Context, to terminal) error {
	return withDirectory(ctx, &c.Config, func(a *app) error {
		orgs, err := a.Directory.Orgs(ctx)
		if err != nil {
			return err
		}
		lines := tabwriter.NewWriter(to.out, 0, 8, 2, ' ', 0)
		for _, o := range orgs {
			state := "in use"
			if !o.Disabled.IsZero() {
				state = "disabled " + o.Disabled.Format(time.RFC3339)
			}
			fmt.Fprintf(lines, "%s\t%s\t%s\t%s\t%s\n", o.Slug, o.ID, o.Name, o.Host, state)
		}
		return lines.Flush()
	})
}

type orgDisable struct {
	config.Config `embed:""`
	Slug          string `arg:"" help:"Its name in addresses."`
}

// Run puts an organization out of use.
func (c *orgDisable) Run(ctx context.Context, to terminal) error {
	return changeOrg(ctx, &c.Config, c.Slug, func(a *app, o *bailiwick.Org) {
		if o.Disabled.IsZero() {
			o.Disabled = a.Store.Now()
		}
	})
}

type orgSet struct {
	config.Config `embed:""`
	Slug          string  `arg:"" help:"Its name in addresses."`
	Name          *string `help:"Its name for people."`
	Host          *string `help:"The host name by which it is reached; empty for none."`
	Enable        bool    `help:"Bring it back into use."`
}

// Run changes what was given.
func (c *orgSet) Run(ctx context.Context, to terminal) error {
	return changeOrg(ctx, &c.Config, c.Slug, func(_ *app, o *bailiwick.Org) {
		if c.Name != nil {
			o.Name = *c.Name
		}
		if c.Host != nil {
			o.Host = *c.Host
		}
		if c.Enable {
			o.Disabled = time.Time{}
		}
	})
}

func changeOrg(ctx context.Context, c *config.Config, slug string, change func(*app, *bailiwick.Org)) error {
	return withDirectory(ctx, c, func(a *app) error {
		orgs, err := a.Directory.Orgs(ctx)
		if err != nil {
			return err
		}
		for _, o := range orgs {
			if o.Slug == slug {
				_, err := a.Directory.ChangeOrg(ctx, o.ID, operator, func(o *bailiwick.Org) { change(a, o) })
				return err
			}
		}
		return hint(fmt.Errorf("there is no organization %q", slug), "bailiwick org list shows them all")
	})
}
