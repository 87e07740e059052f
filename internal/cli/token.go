package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/config"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

type tokenCommands struct {
	Create tokenCreateCommand `cmd:"" help:"Make an API token for an administrator and print it."`
}

type tokenCreateCommand struct {
	config.Config `embed:""`
	Org           string   `name:"org" placeholder:"SLUG" help:"The organization; not needed when there is one only."`
	For           string   `name:"for" required:"" placeholder:"LOGIN" help:"The administrator whose rights the token has."`
	Name          string   `name:"name" required:"" placeholder:"TEXT" help:"What will use it."`
	Include       []string `name:"include" placeholder:"CIDR" help:"Addresses and CIDR blocks from which alone it works."`
	Exclude       []string `name:"exclude" placeholder:"CIDR" help:"Addresses and CIDR blocks from which it does not work."`
}

// Help says what becomes of the secret.
func (tokenCreateCommand) Help() string {
	return `The token is printed once, to standard output; only a digest of it is kept. It has the rights that its owner has at each moment, ends 30 days after its last use and a year after it was made, and can be revoked in the console.`
}

// Run makes the token with the authority of whoever operates the node.
func (c *tokenCreateCommand) Run(ctx context.Context, to terminal) error {
	a, by, err := (&bulk{Config: c.Config, Org: c.Org}).open(ctx, to, "bailiwick token create")
	if err != nil {
		return err
	}
	made, minted, err := a.Directory.CreateTokenFor(ctx, by, c.For, directory.NewToken{Name: c.Name, Network: bailiwick.Network{Include: c.Include, Exclude: c.Exclude}})
	if errors.Is(err, bailiwick.ErrMissing) {
		err = hint(fmt.Errorf("for: nobody is called %q", c.For), "give the login of an administrator")
	}
	if err == nil {
		fmt.Fprintf(to.err, "token %s, shown once:\n", made.ID)
		_, err = fmt.Fprintln(to.out, minted.Reveal())
	}
	return errors.Join(err, a.close())
}
