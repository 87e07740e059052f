package bailiwick_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const callersGolden = "testdata/callers.golden"

// Two ways go round a person's authority: acting as the system, and keeping
// rows that nobody is told about. Every place that does either is a line of
// the golden file, to be read in review: who calls it, and with what reason.
func TestCallersOfSystemAndKeepAreThoseOfTheGoldenFile(t *testing.T) {
	t.Parallel()
	var lines []string
	err := filepath.WalkDir("internal", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		found, err := callers(path)
		lines = append(lines, found...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	got := strings.Join(slices.Compact(lines), "")
	if *update {
		if err := os.WriteFile(callersGolden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(callersGolden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("callers of authz.System and Store.Keep changed (go test . -update rewrites %s, read the diff):\ngot\n%swant\n%s", callersGolden, got, want)
	}
}

// callers lists the calls in one file as "System internal/x.Func reason" and
// "Keep internal/x.Func".
func callers(path string) (lines []string, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		return nil, err
	}
	for _, d := range file.Decls {
		name := filepath.ToSlash(filepath.Dir(path))
		if fn, ok := d.(*ast.FuncDecl); ok {
			name += "." + fn.Name.Name
		}
		ast.Inspect(d, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			used, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			from, _ := used.X.(*ast.Ident)
			switch {
			case from != nil && from.Name == "authz" && used.Sel.Name == "System" && len(call.Args) == 2:
				lines = append(lines, fmt.Sprintf("System %s %s\n", name, reason(call.Args[1])))
			case used.Sel.Name == "Keep" && len(call.Args) == 3:
				lines = append(lines, fmt.Sprintf("Keep %s\n", name))
			}
			return true
		})
	}
	return lines, nil
}

func reason(argument ast.Expr) string {
	if literal, ok := argument.(*ast.BasicLit); ok {
		return literal.Value
	}
	return "(given by its caller)"
}
