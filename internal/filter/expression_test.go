package filter_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick/internal/filter"
	"pgregory.net/rapid"
)

func TestExpressionsHoldForWhomTheyDescribe(t *testing.T) {
	t.Parallel()
	profile := map[string]any{"department": "Sales", "title": "Vice President", "email": "a@x.example", "remote": true, "floor": float64(3), "tags": []any{"a"}}
	in := func(g string) bool { return g == "00g1" }
	for text, want := range map[string]bool{
		`user.department == "Sales"`:                             true,
		`user.department=="Sales"`:                               true,
		`user.department == "sales"`:                             false,
		`user.department != "Sales"`:                             false,
		`user.city != "Bern"`:                                    true,
		`user.city == null`:                                      true,
		`user.city == ""`:                                        false,
		`user.department != null`:                                true,
		`user.remote == true`:                                    true,
		`user.remote == "true"`:                                  false,
		`user.floor == 3`:                                        true,
		`user.floor == 3.5`:                                      false,
		`user.tags == "a"`:                                       false,
		`String.startsWith(user.title, "Vice")`:                  true,
		`String.startsWith(user.title,"vice")`:                   false,
		`String.startsWith(user.city, "")`:                       false,
		`String.stringContains(user.email, "@x.")`:               true,
		`isMemberOfGroup("00g1")`:                                true,
		`isMemberOfAnyGroup("00g2", "00g1")`:                     true,
		`isMemberOfAnyGroup("00g2")`:                             false,
		`!isMemberOfGroup("00g1")`:                               false,
		`not isMemberOfGroup("00g2") and !(user.city == "Bern")`: true,
		`user.city == "Bern" || user.department == "Sales" && user.remote == false`:   false,
		`(user.city == "Bern" OR user.department == "Sales") AND user.remote == true`: true,
		`!!isMemberOfGroup("00g1")`:                  true,
		`not user.city == "Bern" or user.floor == 9`: true,
	} {
		n, err := filter.ParseExpression(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := filter.Holds(n, profile, in); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestBadExpressionsAreNamedWithTheirPlace(t *testing.T) {
	t.Parallel()
	for text, pos := range map[string]int{
		``:                                    0,
		`user.x`:                              6,
		`user.x = "a"`:                        7,
		`user.x == `:                          10,
		`user.x == "a`:                        10,
		`user.x == a`:                         10,
		`user.x eq "a"`:                       7,
		`department == "Sales"`:               0,
		`user.a.b == "x"`:                     0,
		`user. == "x"`:                        0,
		`user.x == "a" and`:                   17,
		`user.x == "a" user.y == "b"`:         14,
		`(user.x == "a"`:                      14,
		`isMemberOfGroup("a", "b")`:           19,
		`isMemberOfGroup()`:                   16,
		`isMemberOfAnyGroup("a",)`:            23,
		`String.startsWith(user.x)`:           24,
		`String.startsWith("a", user.x)`:      18,
		`String.startsWith(user.x, 1)`:        26,
		`String.len(user.x) == 3`:             0,
		`user.x == "a" & user.y == "b"`:       14,
		"user.x == \"\xff\"":                  11,
		strings.Repeat("!", 21) + `user.x`:    21,
		strings.Repeat("(", 21) + `user.x`:    20,
		strings.Repeat(" ", filter.MaxText+1): filter.MaxText,
	} {
		_, err := filter.ParseExpression(text)
		bad, ok := errors.AsType[*filter.Error](err)
		if !ok || bad.Pos != pos {
			t.Errorf("%.40q: got %v, want an error at position %d", text, err, pos)
		}
	}
	long := strings.TrimSuffix(strings.Repeat(`user.x == "a" or `, filter.MaxTerms+1), " or ")
	if _, err := filter.ParseExpression(long); err == nil {
		t.Errorf("%d conditions were read", filter.MaxTerms+1)
	}
}

// A tree's own text reads back as the same tree, but for places.
func TestAnExpressionsTextReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree := drawExpression(t, 3)
		again, err := filter.ParseExpression(tree.String())
		if err != nil {
			t.Fatalf("%s: %v", tree, err)
		}
		if again.String() != tree.String() {
			t.Fatalf("got %s, want %s", again, tree)
		}
		attributes, groups := filter.Reads(tree)
		moreAttributes, moreGroups := filter.Reads(again)
		if !reflect.DeepEqual(attributes, moreAttributes) || !reflect.DeepEqual(groups, moreGroups) {
			t.Fatalf("%s reads %q and %q, again %q and %q", tree, attributes, groups, moreAttributes, moreGroups)
		}
	})
}

func TestReadsNamesEverySubjectOnce(t *testing.T) {
	t.Parallel()
	n, err := filter.ParseExpression(`user.b == "x" and (user.a == "y" or not String.startsWith(user.b, "z")) and isMemberOfAnyGroup("g2", "g1") and isMemberOfGroup("g2")`)
	if err != nil {
		t.Fatal(err)
	}
	attributes, groups := filter.Reads(n)
	if !slices.Equal(attributes, []string{"a", "b"}) || !slices.Equal(groups, []string{"g1", "g2"}) {
		t.Errorf("got %q and %q, want a, b and g1, g2", attributes, groups)
	}
}

func FuzzParseExpression(f *testing.F) {
	for _, seed := range []string{`user.x == "a" && !isMemberOfGroup("g")`, `not (user.x != null) || String.startsWith(user.y, "\u00e4")`, `((`, `!`, `user.x ==`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := filter.ParseExpression(text)
		if err != nil {
			if bad, ok := errors.AsType[*filter.Error](err); !ok || bad.Pos < 0 || bad.Pos > len(text) {
				t.Fatalf("%q: got %#v, want an error with a place", text, err)
			}
			return
		}
		filter.Holds(n, map[string]any{"x": "a"}, func(string) bool { return true })
		if len(n.String()) <= filter.MaxText {
			if _, err := filter.ParseExpression(n.String()); err != nil {
				t.Fatalf("%q was read as %s, which is not: %v", text, n, err)
			}
		}
	})
}

func drawExpression(t *rapid.T, depth int) filter.Node {
	kinds := 2
	if depth > 0 {
		kinds = 5
	}
	several := func() (out []filter.Node) {
		for range rapid.IntRange(2, 3).Draw(t, "terms") {
			out = append(out, drawExpression(t, depth-1))
		}
		return out
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		op := rapid.SampledFrom([]filter.Op{filter.Eq, filter.Ne, filter.Sw, filter.Co}).Draw(t, "op")
		return filter.Attribute{Name: rapid.SampledFrom([]string{"a", "b_1"}).Draw(t, "name"), Op: op,
			Value: filter.Value{Kind: filter.Text, Text: rapid.StringN(0, 5, 20).Filter(func(s string) bool { return !strings.ContainsRune(s, 0) }).Draw(t, "text")}}
	case 1:
		return filter.MemberOf{Groups: rapid.SliceOfN(rapid.SampledFrom([]string{"g1", "g2"}), 1, 3).Draw(t, "groups")}
	case 2:
		return filter.And{Terms: several()}
	case 3:
		return filter.Or{Terms: several()}
	}
	return filter.Not{Term: drawExpression(t, depth-1)}
}
