// Package cli is the program: its commands, and the one place where all
// packages are wired together. [app] in serve.go is a whole server; `serve`
// and `demo` start it, tests too.
//
// Commands write for people to stderr and data to stdout. A command returns an
// error, which [Main] prints as one line for each reason.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/config"
)

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1 // the command could not do its work, or refused to
	exitUsage  = 2 // the command line or the settings file cannot be read
)

// commands is the command line.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"Run the server."`
	Demo    demoCommand    `cmd:"" help:"Run a server with a demo organization."`
	Doctor  doctorCommand  `cmd:"" help:"Show the settings in effect and check them."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's schema up to date."`
	Import  importCommand  `cmd:"" help:"Bring people and their groups in from a file."`
	Export  exportCommand  `cmd:"" help:"Write people and their groups to a file."`
	Token   tokenCommands  `cmd:"" help:"API tokens."`
	Org     orgCommands    `cmd:"" help:"Organizations: create, list, disable, set."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

const description = `Delegated user administration, self-hosted.

Exit status: 0 done, 1 failed or refused, 2 the command line cannot be read.`

// A terminal is where a command writes.
type terminal struct {
	out io.Writer // data
	err io.Writer // everything else
}

// exited carries the status with which kong wants to end the program.
type exited int

// Main runs the program with the arguments behind its name and returns the
// exit status. SIGTERM and SIGINT end a server in good order.
func Main(args []string, stdout, stderr io.Writer) (status int) {
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case exited:
			status = int(cause)
		default:
			panic(cause)
		}
	}()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	var c commands
	parser, err := kong.New(&c, kong.Name("bailiwick"), kong.Description(description), kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(exited(code)) }), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		return complain(stderr, exitFailed, err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		return complain(stderr, exitUsage, err)
	}
	if err := chosen.Run(terminal{out: stdout, err: stderr}); err != nil {
		return complain(stderr, exitFailed, err)
	}
	return exitOK
}

func complain(w io.Writer, status int, err error) int {
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(w, "bailiwick: %s\n", strings.TrimRight(line, "\n"))
	}
	return status
}

// A hinted error tells what to do about it, on a line of its own.
type hinted struct {
	error
	hint string
}

func (h hinted) Error() string { return h.error.Error() + "\nhint: " + h.hint }
func (h hinted) Unwrap() error { return h.error }

func hint(err error, format string, args ...any) error {
	return hinted{err, fmt.Sprintf(format, args...)}
}

// refuse makes one error of the problems of the settings, a line for each.
func refuse(c *config.Config) error {
	var all []error
	for _, p := range c.Validate() {
		all = append(all, errors.New(p.String()))
	}
	return errors.Join(all...)
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(to terminal) error {
	_, err := fmt.Fprintln(to.out, "bailiwick", bailiwick.Version)
	return err
}
