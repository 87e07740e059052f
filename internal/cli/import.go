package cli

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/config"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
)

// A bulk is what import and export have in common.
type bulk struct {
	config.Config `embed:""`
	Org           string `name:"org" placeholder:"SLUG" help:"The organization; not needed when there is one only."`
	As            string `name:"as" placeholder:"LOGIN" help:"Act with this person's authority instead of the operator's."`
	Format        string `name:"format" enum:"auto,csv,jsonl" default:"auto" help:"csv or jsonl; else by the file's name, and CSV for one without."`
}

type importCommand struct {
	bulk
	File         string `arg:"" optional:"" default:"-" help:"A file of people, or - for standard input."`
	Report       string `name:"report" placeholder:"FILE" help:"Where refused rows are written, as JSON Lines; else beside the file."`
	DryRun       bool   `name:"dry-run" help:"Try every batch and keep nothing; a batch does not see what those before it would have made."`
	Resume       bool   `name:"resume" help:"Go on behind the last batch of an import that did not end."`
	CreateGroups bool   `name:"create-groups" help:"Make groups that do not exist."`
}

// Help says what the file holds.
func (importCommand) Help() string {
	return `People who are not there are made, others are updated; what a row does not say stays as it is, and nobody is taken out of a group. The same file again changes nothing.

CSV: the first line names the columns: attributes of the schema, and groups (names with ; between), activate (yes or no) and status. An empty cell says nothing. A cell behind a quote that begins with = + - @ or a tab is what stands behind the quote. JSON Lines: {"profile": {…}, "groups": […], "activate": true, "status": "STAGED"}; null removes an attribute.

Passwords do not come in: with activate, people get a mail and choose their own.

Every row stands for itself. Refused rows are in the report with line, login, field and message, and the exit status is 1.`
}

// importedAtOnce is large enough that commits do not count, and small enough
// that others who write are not kept waiting.
const importedAtOnce = 500

// open opens the node's store and says who acts in which org.
func (c *bulk) open(ctx context.Context, to terminal, doing string) (*app, authz.Actor, error) {
	a, err := open(ctx, settings{Config: c.Config, Log: slog.New(slog.NewTextHandler(to.err, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return nil, authz.Actor{}, err
	}
	by, err := c.actor(ctx, a, doing)
	if err != nil {
		return nil, by, errors.Join(err, a.close())
	}
	return a, by, nil
}

func (c *bulk) actor(ctx context.Context, a *app, doing string) (authz.Actor, error) {
	orgs, err := a.Directory.Orgs(ctx)
	if err != nil {
		return authz.Actor{}, err
	}
	var slugs []string
	for _, o := range orgs {
		if o.Slug == c.Org || c.Org == "" && len(orgs) == 1 {
			return c.within(ctx, a, o.ID, doing)
		}
		slugs = append(slugs, o.Slug)
	}
	if len(orgs) == 0 {
		return authz.Actor{}, hint(errors.New("there is no organization yet"), "bailiwick serve makes the first one")
	}
	return authz.Actor{}, hint(errors.New("org: name one organization"), "--org is one of %s", strings.Join(slugs, ", "))
}

func (c *bulk) within(ctx context.Context, a *app, org bailiwick.ID, doing string) (authz.Actor, error) {
	by := authz.System(org, doing)
	if c.As == "" {
		return by, nil
	}
	u, err := a.Directory.User(ctx, by, c.As)
	if err != nil {
		return by, fmt.Errorf("as: %w", err)
	}
	return authz.OnBehalf(org, u.ID), nil
}

func (c *bulk) isJSON(file string) bool {
	if c.Format != "auto" && c.Format != "" {
		return c.Format == "jsonl"
	}
	switch strings.ToLower(filepath.Ext(file)) {
	case ".jsonl", ".ndjson", ".json":
		return true
	}
	return false
}

// Run imports the file.
func (c *importCommand) Run(ctx context.Context, to terminal) (err error) {
	a, by, err := c.open(ctx, to, "import people")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	file, size := os.Stdin, int64(-1)
	if c.File != "-" {
		if file, err = os.Open(c.File); err != nil {
			return err
		}
		defer file.Close()
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			size = info.Size()
		}
	}
	run := &importRun{importCommand: c, to: to.err, dir: a.Directory, by: by}
	if err := run.begin(ctx, file); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, run.report.Close()) }()
	return run.all(ctx, size)
}

// An importRun is an import under way.
type importRun struct {
	*importCommand
	to     io.Writer
	dir    *directory.Directory
	by     authz.Actor
	sheet  sheet
	report *os.File
	mark   checkpoint
	bar    *progressbar.ProgressBar
}

// A checkpoint is where an import goes on that did not end. It lies beside the
// report and goes when the import has come to its end.
type checkpoint struct {
	Begins  string   `json:"begins"` // digest of the source's first bytes
	Next    place    `json:"next"`
	Columns []string `json:"columns,omitempty"`
	Report  int64    `json:"report"` // bytes of the report that are good
	Done    tally    `json:"done"`
}

// A tally counts what became of rows.
type tally struct {
	Rows    int64 `json:"rows"`
	Made    int64 `json:"made"`
	Changed int64 `json:"changed"`
	Joined  int64 `json:"joined"` // memberships
	Refused int64 `json:"refused"`
}

// headSize is how much of a source shows that it is the same one.
const headSize = 4096

const byteOrderMark = "\xef\xbb\xbf"

// begin looks at the source's first bytes and opens report and sheet.
func (r *importRun) begin(ctx context.Context, file io.Reader) error {
	in := bufio.NewReaderSize(file, headSize)
	head, err := in.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read %s: %w", r.File, err)
	}
	sum := sha256.Sum256(head)
	r.mark = checkpoint{Begins: hex.EncodeToString(sum[:]), Next: place{Line: 1}}
	if strings.HasPrefix(string(head), byteOrderMark) {
		r.mark.Next.Offset = int64(len(byteOrderMark))
	}
	if r.Resume {
		if err := r.resume(); err != nil {
			return err
		}
	}
	if _, err := io.CopyN(io.Discard, in, r.mark.Next.Offset); err != nil {
		return fmt.Errorf("read %s up to where the import stopped: %w", r.File, err)
	}
	if r.isJSON(r.File) {
		r.sheet = newJSON(in, r.mark.Next)
	} else {
		schema, _, err := r.dir.UserSchema(ctx, r.by, directory.DefaultRef)
		if err != nil {
			return err
		}
		if r.sheet, r.mark.Columns, err = newCSV(in, r.mark.Next, r.mark.Columns, schema); err != nil {
			return err
		}
	}
	r.report, err = os.OpenFile(r.reportPath(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := r.report.Truncate(r.mark.Report); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err = r.report.Seek(r.mark.Report, io.SeekStart)
	return err
}

func (r *importRun) reportPath() string {
	switch {
	case r.Report != "":
		return r.Report
	case r.File == "-":
		return "import.report.jsonl"
	}
	return r.File + ".report.jsonl"
}

func (r *importRun) markPath() string { return r.reportPath() + ".checkpoint" }

func (r *importRun) resume() error {
	text, err := os.ReadFile(r.markPath())
	if errors.Is(err, os.ErrNotExist) {
		return hint(errors.New("resume: there is no import that did not end"), "the same import again, without --resume, changes nothing that is done")
	}
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	var mark checkpoint
	if err := json.Unmarshal(text, &mark); err != nil {
		return fmt.Errorf("resume: read %s: %w", r.markPath(), err)
	}
	if mark.Begins != r.mark.Begins {
		return errors.New("resume: this is another file than the one whose import did not end")
	}
	r.mark = mark
	return nil
}

// all imports batch after batch to the end of the source.
func (r *importRun) all(ctx context.Context, size int64) error {
	r.show(size)
	began := time.Now()
	for {
		rows, ended := r.batch()
		if err := r.do(ctx, rows); err != nil {
			if ctx.Err() != nil || r.mark.Done.Rows > 0 {
				return hint(fmt.Errorf("stopped behind line %d: %w", r.mark.Next.Line-1, err), "--resume goes on there")
			}
			return err
		}
		if errors.Is(ended, io.EOF) {
			break
		}
		if ended != nil {
			return fmt.Errorf("read %s behind line %d: %w", r.File, r.mark.Next.Line-1, ended)
		}
	}
	if r.bar != nil {
		_ = r.bar.Finish() // a bar that cannot be drawn is no reason to fail
	}
	if err := os.Remove(r.markPath()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	d := r.mark.Done
	verb := "Imported"
	if r.DryRun {
		verb = "Tried"
	}
	fmt.Fprintf(r.to, "%s %s in %.1f s: %d made, %d changed, %d memberships added, %d refused.\n",
		verb, ui.Count(d.Rows, "row", "rows"), time.Since(began).Seconds(), d.Made, d.Changed, d.Joined, d.Refused)
	if d.Refused > 0 {
		return hint(fmt.Errorf("%d of %d rows were refused", d.Refused, d.Rows), "%s says why", r.reportPath())
	}
	return nil
}

// batch reads rows until there are enough; the error says why there are no more.
func (r *importRun) batch() ([]sheetRow, error) {
	var rows []sheetRow
	for len(rows) < importedAtOnce {
		row, err := r.sheet.next()
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// do imports the rows, reports those that were refused, and marks the place.
func (r *importRun) do(ctx context.Context, rows []sheetRow) error {
	if len(rows) == 0 {
		return nil
	}
	var good []directory.ImportRow
	for _, row := range rows {
		if row.fault == nil {
			good = append(good, row.row)
		}
	}
	results, err := r.dir.ImportPeople(ctx, r.by, good, directory.ImportMode{MakeGroups: r.CreateGroups, Trial: r.DryRun})
	if err != nil {
		return err
	}
	for _, row := range rows {
		result := directory.RowResult{}
		if row.fault != nil {
			result.Refused = row.fault
		} else {
			result, results = results[0], results[1:]
		}
		if err := r.count(row, result); err != nil {
			return err
		}
	}
	r.mark.Next = rows[len(rows)-1].after
	if r.bar != nil {
		_ = r.bar.Set64(r.mark.Next.Offset)
	}
	if r.DryRun {
		return nil
	}
	return r.save()
}

// A reportLine is a row that was refused.
type reportLine struct {
	Line    int    `json:"line"`
	Login   string `json:"login"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

func (r *importRun) count(row sheetRow, result directory.RowResult) error {
	d := &r.mark.Done
	d.Rows++
	d.Joined += int64(result.Joined)
	switch {
	case result.Made:
		d.Made++
	case result.Changed:
		d.Changed++
	}
	if result.Refused == nil {
		return nil
	}
	d.Refused++
	line := reportLine{Line: row.line, Login: row.row.Profile.Login(), Message: result.Refused.Error()}
	if e, ok := errors.AsType[*bailiwick.Error](result.Refused); ok {
		line.Field, line.Message = e.Field, e.Message
	}
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	n, err := r.report.Write(append(text, '\n'))
	r.mark.Report += int64(n)
	return err
}

// save writes the checkpoint whole or not at all.
func (r *importRun) save() error {
	text, err := json.Marshal(r.mark)
	if err != nil {
		return err
	}
	fresh := r.markPath() + ".new"
	if err := os.WriteFile(fresh, text, 0o600); err != nil {
		return fmt.Errorf("write the checkpoint: %w", err)
	}
	return os.Rename(fresh, r.markPath())
}

// show draws a bar where somebody is looking, and says one line elsewhere.
func (r *importRun) show(size int64) {
	file, ok := r.to.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		fmt.Fprintf(r.to, "Importing %s.\n", r.File)
		return
	}
	r.bar = progressbar.NewOptions64(size, progressbar.OptionSetWriter(r.to), progressbar.OptionSetWidth(32), progressbar.OptionShowBytes(true),
		progressbar.OptionSetDescription("Importing"), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(50*time.Millisecond))
}
