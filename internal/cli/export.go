package cli

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

type exportCommand struct {
	bulk
	File string `arg:"" optional:"" default:"-" help:"Where to write, or - for standard output."`
}

// Help says what is written.
func (exportCommand) Help() string {
	return `Everybody's profile, status and groups, sorted by login, in the form that import takes; passwords never. A cell that a spreadsheet would take for a formula is written behind a quote.`
}

// exportedAtOnce is a page of the export.
const exportedAtOnce = 500

// Run writes the people whom the actor sees.
func (c *exportCommand) Run(ctx context.Context, to terminal) (err error) {
	a, by, err := c.open(ctx, to, "export people")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	out := to.out
	if c.File != "-" {
		file, err := os.OpenFile(c.File, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		out = file
	}
	n, err := c.write(ctx, a.Directory, by, out)
	if err == nil {
		fmt.Fprintf(to.err, "Exported %d people.\n", n)
	}
	return err
}

func (c *exportCommand) write(ctx context.Context, dir *directory.Directory, by authz.Actor, to io.Writer) (n int, err error) {
	out := bufio.NewWriter(to)
	write := func(row directory.ImportRow) error { return json.NewEncoder(out).Encode(jsonPerson(row)) }
	if !c.isJSON(c.File) {
		schema, _, err := dir.UserSchema(ctx, by, directory.DefaultRef)
		if err != nil {
			return 0, err
		}
		table := csv.NewWriter(out)
		columns := columnsOf(schema)
		if err := table.Write(columns); err != nil {
			return 0, err
		}
		table.Flush()
		write = func(row directory.ImportRow) error {
			cells, err := cellsOf(row, columns)
			if err != nil {
				return err
			}
			if err := table.Write(cells); err != nil {
				return err
			}
			table.Flush()
			return table.Error()
		}
	}
	p := directory.Paging{Limit: exportedAtOnce}
	for {
		page, err := dir.ExportPeople(ctx, by, p)
		if err != nil {
			return n, err
		}
		for _, row := range page.Rows {
			if err := write(row); err != nil {
				return n, fmt.Errorf("export %s: %w", row.Profile.Login(), err)
			}
			n++
		}
		if p.After = page.Next; p.After == "" {
			return n, out.Flush()
		}
	}
}

// columnsOf are the attributes of the schema and what goes with them.
func columnsOf(s bailiwick.Schema) []string {
	var out []string
	for _, list := range [][]bailiwick.Property{s.Base(), s.Custom} {
		for _, p := range list {
			out = append(out, p.Name)
		}
	}
	return append(out, statusColumn, groupsColumn)
}

func cellsOf(row directory.ImportRow, columns []string) ([]string, error) {
	cells := make([]string, len(columns))
	for i, name := range columns {
		var cell string
		var err error
		switch name {
		case statusColumn:
			cell = string(row.Status)
		case groupsColumn:
			cell = joinNames(row.Groups)
		default:
			cell, err = valueCell(row.Profile[name])
		}
		if err != nil {
			return nil, err
		}
		cells[i] = quotedCell(cell)
	}
	return cells, nil
}
