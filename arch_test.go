package bailiwick_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/bailiwick-iam/bailiwick"

// mayImport is the whole of "who may import whom" among our packages; a package
// and what lies under it are one. A new line or word here is a decision: write
// it down in docs/decisions with the reason.
var mayImport = map[string]string{
	"bailiwick": "",
	"filter":    "",
	"secret":    "",
	"config":    "",
	"authz":     "bailiwick",
	"mail":      "bailiwick",
	"ui":        "bailiwick",
	"store":     "bailiwick authz filter",
	"directory": "bailiwick authz filter secret mail store",
	"signin":    "bailiwick authz filter secret mail store",
	"web":       "bailiwick authz signin ui",
	"api":       "bailiwick authz filter directory signin web",
	"console":   "bailiwick authz filter directory signin web ui",
	"portal":    "bailiwick authz filter directory signin web ui",
	"outbox":    "bailiwick mail secret store",
	"jobs":      "bailiwick authz directory store",
	"demo":      "bailiwick authz directory store mail ui",
	"cli":       "*",
	"cmd":       "cli",
	"e2e":       "", // tests only, and tests may import what they like
}

// onlyIn names the packages that may import a package from outside.
var onlyIn = map[string]string{
	"database/sql":                "store",
	"github.com/jackc/pgx/v5":     "store",
	"modernc.org/sqlite":          "store",
	"github.com/pressly/goose/v3": "store",
	"net/http":                    "web api console portal ui demo cli",
	"net/smtp":                    "mail",
	"github.com/wneessen/go-mail": "mail",
	"github.com/alecthomas/kong":  "cli config",

	module + "/internal/store/storetest": "", // tests only
	module + "/internal/mail/mailtest":   "", // tests only
}

// A pkg is what go list says of one package, tests left out.
type pkg struct {
	ImportPath string
	Imports    []string
}

func TestPackagesImportOnlyWhatTheTableAllows(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		from, err := home(p.ImportPath)
		if err != nil {
			t.Error(err)
			continue
		}
		allowed, known := mayImport[from]
		if !known {
			t.Errorf("package %s is not in the table of arch_test.go", from)
			continue
		}
		for _, path := range p.Imports {
			if to, _ := home(path); to != "" && to != from && allowed != "*" && !lists(allowed, to) {
				t.Errorf("%s imports %s: the edge %s -> %s is not in the table of arch_test.go", p.ImportPath, path, from, to)
			}
		}
	}
}

func TestOutsidePackagesAreImportedOnlyWhereTheyBelong(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		from, _ := home(p.ImportPath)
		for _, path := range p.Imports {
			for outside, allowed := range onlyIn {
				if within(path, outside) && !lists(allowed, from) {
					t.Errorf("%s imports %s: only these may: %q (onlyIn in arch_test.go)", p.ImportPath, path, allowed)
				}
			}
		}
	}
}

// home returns the package of the table that an import path belongs to: its
// first element under internal, "bailiwick" for the root, "" for a package that
// is not ours. A package of ours that lies anywhere else is an error.
func home(path string) (string, error) {
	if path == module {
		return "bailiwick", nil
	}
	rest, ours := strings.CutPrefix(path, module+"/")
	if !ours {
		return "", nil
	}
	top, below, _ := strings.Cut(rest, "/")
	switch top {
	case "internal":
		name, _, _ := strings.Cut(below, "/")
		return name, nil
	case "cmd", "e2e":
		return top, nil
	}
	return "", fmt.Errorf("package %s lies outside internal, cmd and e2e", path)
}

func lists(words, word string) bool {
	return slices.Contains(strings.Fields(words), word)
}

func within(path, root string) bool {
	return path == root || strings.HasPrefix(path, root+"/")
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	out, err := cmd.Output()
	if err != nil {
		exit := new(exec.ExitError)
		errors.As(err, &exit)
		t.Fatalf("go list: %v: %s", err, exit.Stderr)
	}
	var all []pkg
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		all = append(all, p)
	}
}

// noClock are the packages that take time and randomness from their callers or
// from the transaction, so that a test can decide them; with the names they may
// use all the same.
var noClock = map[string][]string{
	".":                  {},
	"internal/authz":     {},
	"internal/filter":    {},
	"internal/directory": {},
	"internal/store":     {"store.go time.Now", "store.go rand.Reader", "store.go mathrand.N"}, // the defaults of Options, and pauses
}

func TestTimeAndRandomnessAreGivenToPurePackages(t *testing.T) {
	t.Parallel()
	for dir, allowed := range noClock {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			positions := token.NewFileSet()
			file, err := parser.ParseFile(positions, name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if used, ok := n.(*ast.SelectorExpr); ok {
					if word := clockWord(used); word != "" && !slices.Contains(allowed, filepath.Base(name)+" "+word) {
						t.Errorf("%s: %s: take it from tx.Now() or from an argument", positions.Position(n.Pos()), word)
					}
				}
				return true
			})
		}
	}
}

// clockWord returns "time.Now" and its like when the expression is one.
func clockWord(used *ast.SelectorExpr) string {
	from, ok := used.X.(*ast.Ident)
	if !ok {
		return ""
	}
	word := from.Name + "." + used.Sel.Name
	switch {
	case word == "time.Now", word == "time.Since", word == "time.Until", from.Name == "rand", from.Name == "mathrand":
		return word
	}
	return ""
}
