package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/bailiwick-iam/bailiwick/internal/config"
	"github.com/bailiwick-iam/bailiwick/internal/demo"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
)

type demoCommand struct {
	Listen string `name:"listen" default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Loopback address and port to serve on (default: ${default})."`
	Data   string `name:"data" placeholder:"FOLDER" help:"Folder to keep the data in; without it they go when the demo stops."`
	People int    `name:"people" default:"10000" placeholder:"N" help:"How many people (default: ${default})."`
	Seed   uint64 `name:"seed" default:"1" placeholder:"N" help:"The same seed gives the same people, groups and apps, but never the same passwords (default: ${default})."`
	DSN    string `name:"dsn" placeholder:"URL" help:"An empty PostgreSQL database instead of the embedded one."`
	JSON   bool   `name:"json" help:"Print the table as one JSON object."`
}

// maxDemoPeople is where a load takes an hour.
const maxDemoPeople = 1_000_000

// Run loads the demo organization into an empty store and serves it until the
// process is told to stop.
func (c *demoCommand) Run(ctx context.Context, to terminal) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	folder, remove, err := c.folder()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	mailbox := demo.NewMailbox(demo.Name)
	a, err := open(ctx, settings{
		Config:  config.Config{Data: folder, Listen: c.Listen, DSN: c.DSN},
		Migrate: true,
		Log:     slog.New(slog.NewTextHandler(to.err, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Mail:    mailbox,
		Pages: func(pages chi.Router) {
			pages.Handle(demo.MailboxPath, mailbox.Handler())
			pages.Handle(demo.MailboxPath+"/*", mailbox.Handler())
		},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	access, err := c.load(ctx, to.err, a)
	if ctx.Err() != nil {
		return nil // stopped while loading
	}
	if err != nil {
		return err
	}
	if err := a.start(ctx); err != nil {
		return err
	}
	if err := c.print(to.out, a.URL, access); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-a.failed:
		return err
	}
}

// check refuses what would only come to light after the load.
func (c *demoCommand) check() error {
	if c.People < 0 || c.People > maxDemoPeople {
		return fmt.Errorf("people: must be from 0 to %d", maxDemoPeople)
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return errors.New("listen: must be address:port, such as 127.0.0.1:8080")
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return errors.New("listen: must be a loopback address: the demo shows every reset link to whoever can reach it")
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return hint(fmt.Errorf("listen: %w", err), "choose another port with --listen 127.0.0.1:8090, or any free one with 127.0.0.1:0")
	}
	return l.Close()
}

// folder is where the data lie, and how they go.
func (c *demoCommand) folder() (path string, remove func() error, err error) {
	if c.Data != "" {
		return c.Data, func() error { return nil }, nil
	}
	path, err = os.MkdirTemp("", "bailiwick-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("make a folder for the data: %w", err)
	}
	return path, func() error { return os.RemoveAll(path) }, nil
}

func (c *demoCommand) load(ctx context.Context, to io.Writer, a *app) (demo.Access, error) {
	orgs, err := a.Store.Orgs(ctx)
	if err != nil {
		return demo.Access{}, err
	}
	if len(orgs) > 0 {
		return demo.Access{}, hint(errors.New("the database is in use already, and the demo fills only an empty one"),
			"name a new folder or an empty database, or run bailiwick serve on this one")
	}
	began := time.Now()
	plan := demo.Plan(c.People, c.Seed, began)
	heard := progress(to, len(plan.People))
	access, err := demo.Load(ctx, a.Directory, plan, secret.Mint{}.TemporaryPassword, heard)
	if err == nil {
		fmt.Fprintf(to, "Loaded %s in %.1f s.\n", ui.Count(int64(access.People), "person", "people"), time.Since(began).Seconds())
	}
	return access, err
}

// progress draws a bar where somebody is looking, and says one line elsewhere.
func progress(to io.Writer, people int) demo.Progress {
	file, ok := to.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		fmt.Fprintf(to, "Loading %s.\n", ui.Count(int64(people), "person", "people"))
		return nil
	}
	var bar *progressbar.ProgressBar
	return func(done, total int, label string) {
		if bar == nil {
			bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(to), progressbar.OptionSetWidth(32),
				progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(false), progressbar.OptionThrottle(50*time.Millisecond))
		}
		bar.Describe("Loading " + label)
		_ = bar.Set(done) // a bar that cannot be drawn is no reason to stop
	}
}

// A demoTable is what --json prints.
type demoTable struct {
	URL     string `json:"url"`
	Mailbox string `json:"mailbox"`
	People  int    `json:"people"`
	Tokens  struct {
		SuperAdmin    string `json:"superAdmin"`
		HelpDeskAdmin string `json:"helpDeskAdmin"`
	} `json:"tokens"`
	SignIn []demoAccount `json:"signIn"`
}

type demoAccount struct {
	Role     string `json:"role"`           // as the table calls it
	Type     string `json:"type,omitempty"` // as the API calls it; absent for an end user
	UserName string `json:"userName"`
	Password string `json:"password"`
}

func (c *demoCommand) print(w io.Writer, url string, access demo.Access) error {
	table := demoTable{URL: url, Mailbox: url + demo.MailboxPath, People: access.People}
	table.Tokens.SuperAdmin, table.Tokens.HelpDeskAdmin = access.SuperAdminToken, access.HelpDeskToken
	for _, row := range access.SignIn {
		table.SignIn = append(table.SignIn, demoAccount{row.Label, string(row.Role), row.UserName, row.Password})
	}
	if c.JSON {
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		return out.Encode(table)
	}
	return table.write(w, c.Data)
}

func (t demoTable) write(w io.Writer, data string) error {
	var text strings.Builder
	rows := tabwriter.NewWriter(&text, 0, 0, 3, ' ', 0)
	fmt.Fprintf(rows, "\nConsole\t%s/console\nMailbox\t%s\nPeople\t%s in %s\n\n", t.URL, t.Mailbox, ui.Thousands(int64(t.People)), demo.Name)
	fmt.Fprintln(rows, "SIGN IN AS\tUSERNAME\tPASSWORD")
	for _, row := range t.SignIn {
		fmt.Fprintf(rows, "%s\t%s\t%s\n", row.Role, row.UserName, row.Password)
	}
	fmt.Fprintf(rows, "\nAPI TOKEN OF\tAuthorization: SSWS …\nSuper administrator\t%s\nHelp desk, Nairobi and Kisumu branches\t%s\n", t.Tokens.SuperAdmin, t.Tokens.HelpDeskAdmin)
	if err := rows.Flush(); err != nil {
		return err
	}
	end := "the data go with it"
	if data != "" {
		end = "the data stay in " + data
	}
	_, err := fmt.Fprintf(w, "%s\nCtrl-C stops the demo; %s.\n", text.String(), end)
	return err
}
