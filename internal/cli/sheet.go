package cli

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	strictjson "github.com/go-json-experiment/json"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// People in files come in two forms. CSV has a header whose names are those of
// attributes, and status, activate and groups, the latter with semicolons
// between; an empty cell says nothing. JSON Lines has an object with profile,
// status, activate and groups a line; null removes an attribute.

// maxRow bounds a row, in bytes: memory does not grow with the file.
const maxRow = 1 << 20

// A sheetRow is one row with the place in the file where the next one begins.
type sheetRow struct {
	line  int // of its beginning, counted from 1
	after place
	row   directory.ImportRow
	fault *bailiwick.Error // why it cannot be read; the row is empty then
}

// A place is where reading goes on.
type place struct {
	Offset int64 `json:"offset"` // in bytes
	Line   int   `json:"line"`   // that begins there
}

// A sheet gives one row after another, then io.EOF. Any other error ends it.
type sheet interface{ next() (sheetRow, error) }

func unreadable(field, format string, args ...any) *bailiwick.Error {
	return bailiwick.InvalidField(field, format, args...)
}

// clean refuses what no text may hold.
func clean(s string) string {
	switch {
	case !utf8.ValidString(s):
		return "is not UTF-8"
	case strings.ContainsRune(s, 0):
		return "has a NUL character"
	}
	return ""
}

// A portion lets so many bytes through until it is filled again.
type portion struct {
	from io.Reader
	left int
}

var errLongRow = fmt.Errorf("a row is longer than %d bytes: a quote may not be closed", maxRow)

func (p *portion) Read(into []byte) (int, error) {
	if p.left <= 0 {
		return 0, errLongRow
	}
	n, err := p.from.Read(into[:min(len(into), p.left)])
	p.left -= n
	return n, err
}

// A csvSheet is a file of comma-separated values.
type csvSheet struct {
	in      *portion
	csv     *csv.Reader
	from    place // where the reader began
	columns []column
}

type column struct {
	name     string
	property bailiwick.Property // of an attribute
}

// Names of columns that are no attributes.
const (
	statusColumn   = "status"
	activateColumn = "activate"
	groupsColumn   = "groups"
)

// newCSV reads on at the place, with the header that the file has or had.
func newCSV(r io.Reader, from place, header []string, schema bailiwick.Schema) (*csvSheet, []string, error) {
	s := &csvSheet{in: &portion{from: r}, from: from}
	s.csv = csv.NewReader(s.in)
	s.csv.FieldsPerRecord, s.csv.ReuseRecord = -1, true
	s.refill()
	if header == nil {
		names, err := s.csv.Read()
		if errors.Is(err, io.EOF) {
			return nil, nil, errors.New("the file is empty: its first line must name the columns")
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read the names of the columns: %w", err)
		}
		header = slices.Clone(names)
	}
	for i, name := range header {
		property, ok := schema.Property(name)
		switch {
		case name == "password":
			return nil, nil, errors.New("column password: passwords in clear are not imported; people set their own after activation")
		case slices.Index(header, name) != i:
			return nil, nil, fmt.Errorf("column %s: is there twice", name)
		case !ok && name != statusColumn && name != activateColumn && name != groupsColumn:
			return nil, nil, hint(fmt.Errorf("column %q: is no attribute of a user", name), "name attributes as the schema does, and groups, status, activate")
		}
		s.columns = append(s.columns, column{name, property})
	}
	if !slices.Contains(header, "login") {
		return nil, nil, errors.New("there is no column login")
	}
	return s, header, nil
}

// refill allows one more row, and what the reader reads ahead.
func (s *csvSheet) refill() { s.in.left = maxRow + 8<<10 }

func (s *csvSheet) next() (sheetRow, error) {
	s.refill()
	cells, err := s.csv.Read()
	if errors.Is(err, io.EOF) || errors.Is(err, errLongRow) {
		return sheetRow{}, err
	}
	var wrong *csv.ParseError
	out := sheetRow{}
	switch {
	case errors.As(err, &wrong):
		out.line = s.from.Line + wrong.StartLine - 1
		out.fault = unreadable("", "is no CSV: %v", wrong.Err)
	case err != nil:
		return out, err
	default:
		first, _ := s.csv.FieldPos(0)
		out.line = s.from.Line + first - 1
		out.row, out.fault = s.row(cells)
	}
	out.after = place{s.from.Offset + s.csv.InputOffset(), out.line + 1}
	if len(cells) > 0 {
		last, _ := s.csv.FieldPos(len(cells) - 1)
		out.after.Line = s.from.Line + last + strings.Count(cells[len(cells)-1], "\n")
	}
	return out, nil
}

func (s *csvSheet) row(cells []string) (directory.ImportRow, *bailiwick.Error) {
	row := directory.ImportRow{Profile: bailiwick.Profile{}}
	if len(cells) != len(s.columns) {
		return row, unreadable("", "has %d cells under %d columns", len(cells), len(s.columns))
	}
	for i, c := range s.columns {
		if why := clean(cells[i]); why != "" {
			return directory.ImportRow{}, unreadable(c.name, "%s", why)
		}
	}
	for i, c := range s.columns {
		cell := plainCell(cells[i])
		if cell == "" {
			continue
		}
		switch c.name {
		case statusColumn:
			row.Status = bailiwick.Status(cell)
		case groupsColumn:
			row.Groups = splitNames(cell)
		case activateColumn:
			if cell != "yes" && cell != "no" {
				return row, unreadable(activateColumn, "must be yes or no")
			}
			row.Activate = cell == "yes"
		default:
			value, err := cellValue(c.property, cell)
			if err != nil {
				return row, unreadable(c.name, "%v", err)
			}
			row.Profile[c.name] = value
		}
	}
	return row, nil
}

// cellValue is the value that a cell of a property stands for.
func cellValue(p bailiwick.Property, cell string) (any, error) {
	switch p.Type {
	case bailiwick.TruthType:
		switch cell {
		case "true", "false":
			return cell == "true", nil
		}
		return nil, errors.New("must be true or false")
	case bailiwick.NumberType, bailiwick.IntegerType:
		n, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			return nil, errors.New("must be a number")
		}
		return n, nil
	case bailiwick.ListType:
		var list []any
		if err := strictjson.Unmarshal([]byte(cell), &list); err != nil {
			return nil, errors.New("must be a JSON array")
		}
		return list, nil
	}
	return cell, nil
}

// valueCell is the other direction of cellValue.
func valueCell(v any) (string, error) {
	if s, ok := v.(string); ok || v == nil {
		return s, nil
	}
	text, err := json.Marshal(v)
	return string(text), err
}

// A spreadsheet takes a cell that begins so for a formula. Such a cell is
// written behind a quote, and so is one that has quotes before such a sign, so
// that taking one quote away always gives back what was written.
func isFormula(cell string) bool {
	cell = strings.TrimLeft(cell, "'")
	return cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0]))
}

func quotedCell(cell string) string {
	if isFormula(cell) {
		return "'" + cell
	}
	return cell
}

func plainCell(cell string) string {
	if isFormula(cell) {
		return strings.TrimPrefix(cell, "'")
	}
	return cell
}

// joinNames and splitNames are the two directions of a list in a cell: a
// semicolon or backslash within a name stands behind a backslash.
func joinNames(names []string) string {
	escaped := make([]string, len(names))
	for i, name := range names {
		escaped[i] = strings.NewReplacer(`\`, `\\`, `;`, `\;`).Replace(name)
	}
	return strings.Join(escaped, ";")
}

func splitNames(cell string) []string {
	var out []string
	var name strings.Builder
	end := func() {
		if trimmed := strings.TrimSpace(name.String()); trimmed != "" {
			out = append(out, trimmed)
		}
		name.Reset()
	}
	escaped := false
	for _, r := range cell {
		switch {
		case escaped:
			name.WriteRune(r)
			escaped = false
		case r == '\\':
			escaped = true
		case r == ';':
			end()
		default:
			name.WriteRune(r)
		}
	}
	end()
	return out
}

// A jsonSheet is a file of JSON Lines.
type jsonSheet struct {
	in *bufio.Reader
	at place
}

// A jsonPerson is one line.
type jsonPerson struct {
	Profile  bailiwick.Profile `json:"profile"`
	Status   bailiwick.Status  `json:"status,omitempty"`
	Activate bool              `json:"activate,omitempty"`
	Groups   []string          `json:"groups,omitempty"`
}

func newJSON(r io.Reader, from place) *jsonSheet {
	return &jsonSheet{in: bufio.NewReaderSize(r, 64<<10), at: from}
}

func (s *jsonSheet) next() (sheetRow, error) {
	for {
		text, long, err := s.line()
		if err != nil {
			return sheetRow{}, err
		}
		out := sheetRow{line: s.at.Line - 1, after: s.at}
		switch {
		case long:
			out.fault = unreadable("", "is longer than %d bytes", maxRow)
		case len(bytes.TrimSpace(text)) == 0:
			continue
		default:
			out.row, out.fault = personOf(text)
		}
		return out, nil
	}
}

// line reads one line and drops what is beyond the limit.
func (s *jsonSheet) line() (text []byte, long bool, err error) {
	for {
		part, err := s.in.ReadSlice('\n')
		s.at.Offset += int64(len(part))
		if long = long || len(text)+len(part) > maxRow; !long {
			text = append(text, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (len(text) == 0 && !long || !errors.Is(err, io.EOF)):
			return nil, false, err
		}
		s.at.Line++
		return text, long, nil
	}
}

func personOf(text []byte) (directory.ImportRow, *bailiwick.Error) {
	if why := clean(string(text)); why != "" {
		return directory.ImportRow{}, unreadable("", "%s", why)
	}
	if bytes.Contains(text, []byte(`\u0000`)) {
		return directory.ImportRow{}, unreadable("", "has a NUL character")
	}
	var p jsonPerson
	if err := strictjson.Unmarshal(text, &p, strictjson.RejectUnknownMembers(true)); err != nil {
		var wrong *strictjson.SemanticError
		if errors.As(err, &wrong) {
			at := strings.ReplaceAll(strings.TrimPrefix(string(wrong.JSONPointer), "/"), "/", ".")
			return directory.ImportRow{}, unreadable(at, "is not expected here, or of another type")
		}
		return directory.ImportRow{}, unreadable("", "is not one well-formed JSON object")
	}
	return directory.ImportRow(p), nil
}
