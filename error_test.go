package bailiwick_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
)

func TestARefusalMatchesItsCodeAndOnlyANamedReason(t *testing.T) {
	t.Parallel()
	tier := fmt.Errorf("reset the password: %w", bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonTier, "too high"))
	for _, c := range []struct {
		name   string
		target error
		want   bool
	}{
		{"the sentinel of its code", bailiwick.ErrForbidden, true},
		{"the same code and reason", &bailiwick.Error{Code: bailiwick.Forbidden, Reason: bailiwick.ReasonTier}, true},
		{"the same code and another reason", &bailiwick.Error{Code: bailiwick.Forbidden, Reason: bailiwick.ReasonSelf}, false},
		{"another code", bailiwick.ErrMissing, false},
		{"another code and the same reason", &bailiwick.Error{Code: bailiwick.Invalid, Reason: bailiwick.ReasonTier}, false},
		{"a foreign error", errors.New("too high"), false},
	} {
		if got := errors.Is(tier, c.target); got != c.want {
			t.Errorf("matches %s: got %v, want %v", c.name, got, c.want)
		}
	}
	if errors.Is(bailiwick.ErrForbidden, &bailiwick.Error{Code: bailiwick.Forbidden, Reason: bailiwick.ReasonTier}) {
		t.Error("a refusal without a reason matches one that names a reason")
	}
}

func TestAnErrorReadsAsOneSentence(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]*bailiwick.Error{
		`no User "00u1"`:                        bailiwick.NotFound("User", "00u1"),
		"name: must be at most 5 characters":    bailiwick.InvalidField("name", "must be at most %d characters", 5),
		"not today":                             bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonStatus, "not today"),
		"conflict":                              bailiwick.ErrConflict,
		"password: too short":                   bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonWeakPassword, "too short").In("password"),
		"you do not have permission to do this": bailiwick.ErrForbidden,
	} {
		if got := err.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestNamingTheFieldLeavesTheOriginalAlone(t *testing.T) {
	t.Parallel()
	if _ = bailiwick.ErrForbidden.In("title"); bailiwick.ErrForbidden.Field != "" {
		t.Error("In changed the sentinel that everybody shares")
	}
}

// Reasons are how faces and tests tell refusals apart, so no two may be spelt
// alike; and every event type has the sentence that the log shows.
func TestReasonsDifferAndEventTypesHaveATextAndDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for name, value := range constants(t, "error.go", "Reason") {
		if other, ok := seen[value]; ok {
			t.Errorf("%s and %s are both %q", name, other, value)
		}
		seen[value] = name
	}
	events := constants(t, "event.go", "EventType")
	for name, value := range events {
		if other, ok := seen[value]; ok {
			t.Errorf("%s and %s are both %q", name, other, value)
		}
		seen[value] = name
		if bailiwick.EventType(value).Text() == "" {
			t.Errorf("%s has no text for the log", name)
		}
	}
	if got := len(bailiwick.EventTypes()); got != len(events) {
		t.Errorf("event types with a text: got %d, want %d", got, len(events))
	}
}

// constants reads the string constants of a type from a file of this package.
func constants(t *testing.T, file, typeName string) map[string]string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		kind, ok := spec.Type.(*ast.Ident)
		literal, isLiteral := spec.Values[0].(*ast.BasicLit)
		if ok && isLiteral && kind.Name == typeName {
			if out[spec.Names[0].Name], err = strconv.Unquote(literal.Value); err != nil {
				t.Fatal(err)
			}
		}
		return true
	})
	if len(out) == 0 {
		t.Fatalf("no constants of type %s in %s", typeName, file)
	}
	return out
}
