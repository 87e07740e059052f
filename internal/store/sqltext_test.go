package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// banned is what a statement or a migration may not say, because one of the
// two engines does not know it or means something else by it.
var banned = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`(?i)\bnow\(\)|\bCURRENT_(TIMESTAMP|DATE|TIME)\b|\bdatetime\(`), "pass tx.Now() as milliseconds"},
	{regexp.MustCompile(`::`), "CAST(x AS T)"},
	{regexp.MustCompile(`(?i)\bILIKE\b`), "LIKE on a column that was folded in Go"},
	{regexp.MustCompile(`(?i)\bANY\s*\(|\bjson_each\b|\bunnest\b`), "IN with numbered parameters"},
	{regexp.MustCompile(`(?i)\bLATERAL\b|\bFOR (UPDATE|SHARE)\b|\bSKIP LOCKED\b`), "only dialect.go has words for one engine"},
	{regexp.MustCompile(`(?i)\bAUTOINCREMENT\b|\b(BIG)?SERIAL\b|\bIDENTITY\b`), "ids are made in Go"},
	{regexp.MustCompile(`(?i)\bTIMESTAMP(TZ)?\b|\bDATETIME\b`), "BIGINT milliseconds"},
	{regexp.MustCompile(`(?i)\bAS JSONB?\)`), "the column is declared {json}"},
	{regexp.MustCompile(`(?i)\bGREATEST\(|\bLEAST\(|\bIFNULL\(|\bINSERT OR\b|\bREPLACE INTO\b|\bGLOB\b|\bREGEXP\b`), "CASE, COALESCE or ON CONFLICT"},
	{regexp.MustCompile(`(?i)\browid\b|\bctid\b|\bPRAGMA\b`), "the primary key"},
	{regexp.MustCompile(`(?i)SELECT\s+([a-z]\.)?\*`), "named columns"},
	{regexp.MustCompile(`\?`), "$N"},
}

// aStatement recognizes a string literal that is SQL or a piece of it.
var aStatement = regexp.MustCompile(`\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|FROM|WHERE|JOIN|ORDER BY|AND|EXISTS)\b`)

func TestStatementsUseOnlyWhatBothEnginesUnderstand(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	statements := 0
	for _, name := range files {
		if name == "dialect.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		positions := token.NewFileSet()
		file, err := parser.ParseFile(positions, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			if err != nil || !aStatement.MatchString(text) {
				return true
			}
			statements++
			refuseBanned(t, positions.Position(literal.Pos()).String(), text)
			return true
		})
	}
	if statements < 10 {
		t.Errorf("found %d statements, want at least 10: does this test still recognize them?", statements)
	}
}

func TestMigrationsUseOnlyWhatBothEnginesUnderstand(t *testing.T) {
	t.Parallel()
	found := 0
	err := fs.WalkDir(os.DirFS("migrations"), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".sql") {
			return err
		}
		text, err := os.ReadFile(filepath.Join("migrations", path))
		if err != nil {
			return err
		}
		found++
		for i, line := range strings.Split(string(text), "\n") {
			line, _, _ = strings.Cut(line, "--")
			refuseBanned(t, path+":"+strconv.Itoa(i+1), line)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		t.Error("found no migrations")
	}
}

func refuseBanned(t *testing.T, where, text string) {
	t.Helper()
	for _, b := range banned {
		if bad := b.pattern.FindString(text); bad != "" {
			t.Errorf("%s: %q is not for both engines, instead: %s", where, bad, b.instead)
		}
	}
}
