package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/config"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// A bulkNode is a data folder with an organization, and nobody in it.
type bulkNode struct {
	*testing.T
	folder string
}

func newBulkNode(t *testing.T) bulkNode {
	t.Helper()
	n := bulkNode{t, t.TempDir()}
	n.with(func(a *app) error {
		_, err := a.Directory.CreateOrg(t.Context(), "a test", "main", "Main")
		return err
	})
	return n
}

func (n bulkNode) config() config.Config {
	return config.Config{Data: filepath.Join(n.folder, "data"), Listen: "127.0.0.1:0"}
}

// with does something with the node's operations.
func (n bulkNode) with(do func(*app) error) {
	n.Helper()
	a, err := open(n.Context(), settings{Config: n.config(), Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		n.Fatal(err)
	}
	if err := do(a); err != nil {
		n.Error(err)
	}
	if err := a.close(); err != nil {
		n.Error(err)
	}
}

func (n bulkNode) file(name, text string) string {
	n.Helper()
	path := filepath.Join(n.folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		n.Fatal(err)
	}
	return path
}

func (n bulkNode) read(path string) string {
	n.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		n.Fatal(err)
	}
	return string(text)
}

// load imports and returns what was said.
func (n bulkNode) load(path string, change func(*importCommand)) (string, error) {
	n.Helper()
	c := importCommand{bulk: bulk{Config: n.config()}, File: path, CreateGroups: true}
	if change != nil {
		change(&c)
	}
	var said bytes.Buffer
	err := c.Run(n.Context(), terminal{out: io.Discard, err: &said})
	return said.String(), err
}

func (n bulkNode) dump(name string) string {
	n.Helper()
	c := exportCommand{bulk: bulk{Config: n.config()}, File: filepath.Join(n.folder, name)}
	if err := c.Run(n.Context(), terminal{out: io.Discard, err: io.Discard}); err != nil {
		n.Fatal(err)
	}
	return n.read(c.File)
}

// refused are the rows of the report, as "line field".
func (n bulkNode) refused(path string) (out []string) {
	n.Helper()
	for line := range strings.Lines(n.read(path + ".report.jsonl")) {
		var row reportLine
		if err := json.Unmarshal([]byte(line), &row); err != nil || row.Message == "" {
			n.Errorf("got the report line %q, want one with a message: %v", line, err)
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d %s %s", row.Line, row.Login, row.Field)))
	}
	return out
}

const people = "\ufefflogin,email,firstName,lastName,title,mobilePhone,groups,status\r\n" +
	`ann@x.example,ann@x.example,Ann,"O'Hara, ""Jr""",=1+2,'+44 1,North;a\;b,ACTIVE` + "\r\n" +
	"bo@x.example,bo@x.example,Bo,\"Two\nlines\",'''-x,,,\r\n" +
	"çelik@x.example,c@x.example,Çağla,Çelik,@home,,north;North,SUSPENDED\r\n"

func TestWhatIsExportedComesInElsewhereAsItWas(t *testing.T) {
	t.Parallel()
	n, other, third := newBulkNode(t), newBulkNode(t), newBulkNode(t)
	prepare := func(n bulkNode) { // a custom property of each type
		n.with(func(a *app) error {
			orgs, err := a.Directory.Orgs(t.Context())
			if err != nil {
				return err
			}
			_, _, err = a.Directory.UpdateUserSchema(t.Context(), authz.System(orgs[0].ID, "a test"), "default", func(s bailiwick.Schema) (bailiwick.SchemaChange, error) {
				return testProperties(), nil
			})
			return err
		})
	}
	for _, one := range []bulkNode{n, other, third} {
		prepare(one)
	}
	said, err := n.load(n.file("people.csv", people), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if _, err := n.load(n.file("more.jsonl", `{"profile":{"login":"dee@x.example","email":"dee@x.example","firstName":"Dee","lastName":"Dee","badge":7,"remote":true,"sites":["a;b","c"]},"groups":["North"]}`+"\n"), nil); err != nil {
		t.Fatal(err)
	}
	table, lines := n.dump("out.csv"), n.dump("out.jsonl")
	for _, want := range []string{"'=1+2", "'+44 1", "'''-x", "'@home", `a\;b;North`, `"[""a;b"",""c""]"`} {
		if !strings.Contains(table, want) {
			t.Errorf("got no %s in\n%s", want, table)
		}
	}
	if _, err := other.load(other.file("in.csv", table), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := third.load(third.file("in.jsonl", lines), nil); err != nil {
		t.Fatal(err)
	}
	for name, one := range map[string]bulkNode{"CSV": other, "JSON Lines": third} {
		if got := one.dump("out.csv"); got != table {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, table)
		}
		if got := one.dump("out.jsonl"); got != lines {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, lines)
		}
	}
	if said, err := n.load(n.file("again.csv", table), nil); err != nil || !strings.Contains(said, "0 made, 0 changed, 0 memberships added, 0 refused") {
		t.Errorf("the same again: got %v and %q, want nothing done", err, said)
	}
}

func testProperties() bailiwick.SchemaChange {
	property := func(name string, kind, items bailiwick.PropertyType) *bailiwick.Property {
		return &bailiwick.Property{Name: name, Title: name, Type: kind, Items: items, Mutability: bailiwick.ReadWrite, Scope: bailiwick.ScopeNone, Self: bailiwick.MayRead}
	}
	return bailiwick.SchemaChange{Custom: map[string]*bailiwick.Property{
		"badge": property("badge", bailiwick.NumberType, ""), "remote": property("remote", bailiwick.TruthType, ""),
		"sites": property("sites", bailiwick.ListType, bailiwick.TextType)}}
}

func TestRowsAtFaultAreReportedAndTheOthersComeIn(t *testing.T) {
	t.Parallel()
	n := newBulkNode(t)
	csv := n.file("bad.csv", "login,email,firstName,lastName,activate\n"+
		"ann@x.example,ann@x.example,Ann,One,no\n"+
		"\"bad\xffutf8@x.example\",b@x.example,B,B,\n"+
		"nul@x.example,n@x.example,N\x00N,N,\n"+
		"short@x.example,s\n"+
		"bo@x.example,no address,Bo,Two,\n"+
		"cy@x.example,cy@x.example,Cy,Three,maybe\n"+
		"dee@x.example,dee@x.example,\"D\"ee\",Four,\n"+
		"eve@x.example,eve@x.example,Eve,Five,\n")
	_, err := n.load(csv, nil)
	if err == nil || !strings.Contains(err.Error(), "6 of 8 rows were refused") {
		t.Errorf("got %v, want 6 of 8 refused", err)
	}
	want := []string{"3  login", "4  firstName", "5", "6 bo@x.example email", "7 cy@x.example activate", "8"}
	if got := n.refused(csv); !slices.Equal(got, want) {
		t.Errorf("got refused %q, want %q", got, want)
	}
	jsonl := n.file("bad.jsonl", `{"profile":{"login":"fay@x.example","email":"fay@x.example","firstName":"Fay","lastName":"Six"}}`+"\n\n"+
		`{"profile":{"login":"g@x.example"},"password":"x"}`+"\n"+`{"profile":{"login":"a","login":"b"}}`+"\n"+
		`{"profile":{"login":"fay@x.example","nickName":"\u0000"}}`+"\n"+`{"profile":`+strings.Repeat(" ", maxRow)+"{}}\n"+
		`{"profile":{"login":"fay@x.example","nickName":"F"}}`)
	said, err := n.load(jsonl, nil)
	if err == nil || !strings.Contains(said, "1 made, 1 changed, 0 memberships added, 4 refused") {
		t.Errorf("got %v and %q, want 4 refused", err, said)
	}
	if got, want := n.refused(jsonl), []string{"3  password", "4", "5", "6"}; !slices.Equal(got, want) {
		t.Errorf("got refused %q, want %q", got, want)
	}
}

func TestAnImportThatStoppedGoesOnBehindItsLastBatch(t *testing.T) {
	t.Parallel()
	n := newBulkNode(t)
	var text strings.Builder
	text.WriteString("login,email,firstName,lastName\n")
	for i := range 2*importedAtOnce + 10 {
		if i == 100 || i == importedAtOnce+100 {
			text.WriteString("bad,,,\n")
			continue
		}
		fmt.Fprintf(&text, "p%d@x.example,p%d@x.example,\"P\n\",%d\n", i, i, i)
	}
	path := n.file("long.csv", text.String())
	n.with(func(a *app) error {
		c := &importCommand{bulk: bulk{Config: n.config()}, File: path}
		orgs, err := a.Directory.Orgs(t.Context())
		if err != nil {
			return err
		}
		run := &importRun{importCommand: c, to: io.Discard, dir: a.Directory, by: authz.System(orgs[0].ID, "a test")}
		if err := run.begin(t.Context(), strings.NewReader(text.String())); err != nil {
			return err
		}
		rows, err := run.batch()
		if err != nil {
			return err
		}
		if err := run.do(t.Context(), rows); err != nil {
			return err
		}
		_, err = run.report.WriteString("half a li") // what a crash leaves
		return err
	})
	if _, err := n.load(n.file("other.csv", "login\n"), func(c *importCommand) { c.Report, c.Resume = path+".report.jsonl", true }); err == nil || !strings.Contains(err.Error(), "another file") {
		t.Errorf("got %v, want another file refused", err)
	}
	said, err := n.load(path, func(c *importCommand) { c.Resume = true })
	if err == nil || !strings.Contains(said, fmt.Sprintf("%d made, 0 changed, 0 memberships added, 2 refused", 2*importedAtOnce+8)) {
		t.Errorf("got %v and %q, want all in", err, said)
	}
	// Rows have two lines each, but for the bad ones.
	want := []string{"202 bad login", fmt.Sprintf("%d bad login", 2+2*(importedAtOnce+100)-1)}
	if got := n.refused(path); !slices.Equal(got, want) {
		t.Errorf("got refused %q, want %q", got, want)
	}
	if _, err := os.Stat(path + ".report.jsonl.checkpoint"); err == nil {
		t.Error("the checkpoint is there after the end")
	}
}

func TestAnImportOfWhatCannotBeReadIsRefusedWhole(t *testing.T) {
	t.Parallel()
	n := newBulkNode(t)
	for text, want := range map[string]string{
		"":                 "the file is empty",
		"email\n":          "no column login",
		"login,login\n":    "twice",
		"login,shoe\n":     "is no attribute",
		"login,password\n": "passwords in clear",
		"login\n\"" + strings.Repeat("x", 2*maxRow): "a quote may not be closed",
	} {
		if _, err := n.load(n.file("bad.csv", text), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: got %v, want %q", text, err, want)
		}
	}
	if _, err := n.load(n.file("ok.csv", "login\n"), func(c *importCommand) { c.Org = "elsewhere" }); err == nil || !strings.Contains(err.Error(), "main") {
		t.Errorf("got %v, want the organizations named", err)
	}
}

func TestAnImportIsByWhoIsNamed(t *testing.T) {
	t.Parallel()
	n := newBulkNode(t)
	if _, err := n.load(n.file("people.csv", people), func(c *importCommand) { c.DryRun = true }); err != nil {
		t.Fatal(err)
	}
	if got := n.dump("out.jsonl"); got != "" {
		t.Errorf("a dry run left %s", got)
	}
	if _, err := n.load(n.file("people.csv", people), nil); err != nil {
		t.Fatal(err)
	}
	n.with(func(a *app) error {
		orgs, err := a.Directory.Orgs(t.Context())
		if err != nil {
			return err
		}
		_, err = a.Directory.AssignRole(t.Context(), authz.System(orgs[0].ID, "a test"), directory.Person("ann@x.example"), bailiwick.ReadOnlyAdmin)
		return err
	})
	for _, login := range []string{"ann@x.example", "bo@x.example", "nobody@x.example"} {
		if _, err := n.load(n.file("people.csv", people), func(c *importCommand) { c.As = login }); err == nil {
			t.Errorf("%s: imported, want it refused", login)
		}
	}
}
