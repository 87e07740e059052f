package filter

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func text(s string) Value { return Value{Kind: Text, Text: s} }

func eq(path, value string) Compare { return Compare{Path: path, Op: Eq, Value: text(value)} }

// placeless removes positions, which differ between two spellings of one tree.
func placeless(n Node) Node {
	each := func(nodes []Node) []Node {
		out := make([]Node, len(nodes))
		for i, node := range nodes {
			out[i] = placeless(node)
		}
		return out
	}
	switch n := n.(type) {
	case And:
		return And{each(n.Terms)}
	case Or:
		return Or{each(n.Terms)}
	case Not:
		return Not{placeless(n.Term)}
	case Compare:
		n.Pos = 0
		return n
	case Present:
		n.Pos = 0
		return n
	}
	panic("unknown node")
}

func TestParseReadsTheWholeGrammar(t *testing.T) {
	t.Parallel()
	a, b, c, d := eq("a", "1"), eq("b", "2"), eq("c", "3"), eq("d", "4")
	for _, tt := range []struct {
		name, text string
		want       Node
	}{
		{"one comparison", `status eq "ACTIVE"`, eq("status", "ACTIVE")},
		{"what the Terraform provider sends", `profile.lastName eq "Smith" and profile.firstName eq "TestAcc"`,
			And{[]Node{eq("profile.lastName", "Smith"), eq("profile.firstName", "TestAcc")}}},
		{"operators in any case, attributes as written", `Profile.X Sw "Ab"`, Compare{Path: "Profile.X", Op: Sw, Value: text("Ab")}},
		{"connectives in any case", `a eq "1" AND b eq "2" Or c eq "3"`, Or{[]Node{And{[]Node{a, b}}, c}}},
		{"and binds closer than or on the right", `a eq "1" or b eq "2" and c eq "3"`, Or{[]Node{a, And{[]Node{b, c}}}}},
		{"and binds closer than or on both sides", `a eq "1" and b eq "2" or c eq "3" and d eq "4"`, Or{[]Node{And{[]Node{a, b}}, And{[]Node{c, d}}}}},
		{"a chain is one node", `a eq "1" and b eq "2" and c eq "3"`, And{[]Node{a, b, c}}},
		{"a chain of or after an and", `a eq "1" and b eq "2" or c eq "3" or d eq "4"`, Or{[]Node{And{[]Node{a, b}}, c, d}}},
		{"parentheses", `a eq "1" and (b eq "2" or c eq "3")`, And{[]Node{a, Or{[]Node{b, c}}}}},
		{"redundant parentheses vanish", `((a eq "1"))`, a},
		{"parentheses that regroup a chain stay", `a eq "1" and (b eq "2" and c eq "3")`, And{[]Node{a, And{[]Node{b, c}}}}},
		{"not", `NOT (a eq "1" or b eq "2")`, Not{Or{[]Node{a, b}}}},
		{"not is an attribute name without parenthesis", `not eq "1"`, eq("not", "1")},
		{"words of the grammar are attribute names at the front", `and eq "1" and or eq "2" and in pr`,
			And{[]Node{eq("and", "1"), eq("or", "2"), Present{Path: "in"}}}},
		{"presence", `profile.email PR`, Present{Path: "profile.email"}},
		{"booleans", `active eq true and locked ne false`, And{[]Node{
			Compare{Path: "active", Op: Eq, Value: Value{Kind: Bool, Text: "true"}},
			Compare{Path: "locked", Op: Ne, Value: Value{Kind: Bool, Text: "false"}}}}},
		{"null", `manager eq null`, Compare{Path: "manager", Op: Eq, Value: Value{Kind: Null, Text: "null"}}},
		{"numbers keep their spelling", `n ge -1.50e+3`, Compare{Path: "n", Op: Ge, Value: Value{Kind: Number, Text: "-1.50e+3"}}},
		{"dates are texts", `lastUpdated gt "2013-06-01T00:00:00.000Z"`, Compare{Path: "lastUpdated", Op: Gt, Value: text("2013-06-01T00:00:00.000Z")}},
		{"in", `eventType in ("a", "b",1)`, Compare{Path: "eventType", Op: In, Value: Value{Kind: List, Items: []Value{text("a"), text("b"), {Kind: Number, Text: "1"}}}}},
		{"URN prefix", `urn:ietf:params:scim:schemas:core:2.0:User:userName co "x"`, Compare{Path: "urn:ietf:params:scim:schemas:core:2.0:User:userName", Op: Co, Value: text("x")}},
		{"escapes", `a eq "q\" b\\ s\/ t\t é\u00e9 \ud83d\ude00"`, eq("a", "q\" b\\ s/ t\t éé 😀")},
		{"an operator inside a text is text", `a eq "x\" or b eq \"y"`, eq("a", `x" or b eq "y`)},
		{"no blank where none is needed", `(a eq"1")and(b eq"2")`, And{[]Node{a, b}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Parse(tt.text)
			if err != nil {
				t.Fatalf("Parse(%s): %v", tt.text, err)
			}
			if !reflect.DeepEqual(placeless(got), tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestParseSaysWhereAndWhy(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		pos        int
		word       string // found in the message
	}{
		{"nothing", "", 0, "empty"},
		{"only blanks", "  ", 2, "empty"},
		{"no operator", "status", 6, "operator"},
		{"unknown operator", `status is "x"`, 7, "unknown operator"},
		{"no value", "status eq ", 10, "value"},
		{"bare word", "status eq ACTIVE", 10, "double quotes"},
		{"single quotes", "status eq 'x'", 10, "double quotes"},
		{"bare date", "d gt 2013-06-01", 5, "not a number"},
		{"leading zero", "n eq 01", 5, "not a number"},
		{"no digits after the point", "n eq 1.", 5, "not a number"},
		{"open text", `a eq "x`, 5, "closing"},
		{"open escape", `a eq "\`, 6, "escape"},
		{"unknown escape", `a eq "\x"`, 6, "escape"},
		{"short escape", `a eq "\u12"`, 6, "escape"},
		{"half a surrogate pair", `a eq "\ud83d"`, 6, "escape"},
		{"surrogate with a wrong partner", `a eq "\ud83d\u0041"`, 6, "escape"},
		{"escaped NUL", `a eq "x\u0000"`, 7, "NUL"},
		{"raw control character", "a eq \"x\ny\"", 7, "control"},
		{"raw NUL", "a eq \"x\x00\"", 7, "control"},
		{"invalid UTF-8", "a eq \"\xff\"", 6, "UTF-8"},
		{"open parenthesis", `(a eq "1"`, 9, "expected )"},
		{"stray parenthesis", `a eq "1")`, 8, "expected and"},
		{"two comparisons side by side", `a eq "1" b eq "2"`, 9, "expected and"},
		{"dangling and", `a eq "1" and`, 12, "attribute"},
		{"not without parentheses", `not a eq "1"`, 4, "unknown operator"},
		{"empty group", `()`, 1, "attribute"},
		{"value path", `emails[type eq "work"]`, 6, "value path"},
		{"empty part", `profile..x pr`, 0, "empty part"},
		{"trailing dot", `profile. pr`, 0, "empty part"},
		{"comparison of a value", `"x" eq a`, 0, "attribute"},
		{"sw of a number", "a sw 1", 2, "double quotes"},
		{"gt of a boolean", "a gt true", 2, "number"},
		{"in without a list", `a in "x"`, 5, "expected ("},
		{"in with an empty list", `a in ()`, 6, "value"},
		{"in with null", `a in (null)`, 6, "null"},
		{"in with a missing comma", `a in ("x" "y")`, 10, "expected ,"},
		{"in with an open list", `a in ("x"`, 9, "expected ,"},
		{"non-ASCII attribute", `é eq "x"`, 0, "unexpected"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			node, err := Parse(tt.text)
			var bad *Error
			if !errors.As(err, &bad) {
				t.Fatalf("got %v and error %v, want *Error", node, err)
			}
			if bad.Pos != tt.pos || !strings.Contains(bad.Message, tt.word) {
				t.Errorf("got %q, want position %d and %q", bad, tt.pos, tt.word)
			}
		})
	}
}

func TestParseKeepsItsLimits(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return `a eq "` + strings.Repeat("x", n-7) + `"` }
	terms := func(n int) string { return strings.Repeat("a pr or ", n-1) + "a pr" }
	members := func(n int) string { return "a in (" + strings.Repeat("1,", n-1) + "1)" }
	nested := func(n int) string { return strings.Repeat("(", n) + "a pr" + strings.Repeat(")", n) }
	for _, tt := range []struct {
		name, text string
		ok         bool
	}{
		{"longest text", long(MaxText), true},
		{"one byte more", long(MaxText + 1), false},
		{"most terms", terms(MaxTerms), true},
		{"one term more", terms(MaxTerms + 1), false},
		{"most members", members(MaxTerms), true},
		{"one member more", members(MaxTerms + 1), false},
		{"deepest nesting", nested(MaxDepth), true},
		{"one level more", nested(MaxDepth + 1), false},
		{"nested not", strings.Repeat("not (", MaxDepth+1) + "a pr" + strings.Repeat(")", MaxDepth+1), false},
		{"only open parentheses", strings.Repeat("(", MaxText), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(tt.text)
			if (err == nil) != tt.ok {
				t.Errorf("%d bytes: got error %v, want ok %v", len(tt.text), err, tt.ok)
			}
		})
	}
}

func TestPositionsPointAtAttributes(t *testing.T) {
	t.Parallel()
	node, err := Parse(`  a eq "1" and not (bb pr)`)
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	_ = Walk(node, func(n Node) error {
		switch n := n.(type) {
		case Compare:
			got = append(got, n.Pos)
		case Present:
			got = append(got, n.Pos)
		}
		return nil
	})
	if want := []int{2, 20}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWalkStopsAtTheFirstError(t *testing.T) {
	t.Parallel()
	node, err := Parse(`a pr and (b pr or c pr) and d pr`)
	if err != nil {
		t.Fatal(err)
	}
	stop, seen := errors.New("stop"), ""
	err = Walk(node, func(n Node) error {
		if p, ok := n.(Present); ok {
			seen += p.Path
			if p.Path == "c" {
				return stop
			}
		}
		return nil
	})
	if err != stop || seen != "abc" {
		t.Errorf("got %v after %q, want %v after abc", err, seen, stop)
	}
}

// anyValue draws values that fit the operator.
func anyValue(op Op) *rapid.Generator[Value] {
	texts := rapid.Custom(func(t *rapid.T) Value {
		return text(strings.ReplaceAll(rapid.StringN(0, 20, 60).Draw(t, "text"), "\x00", ""))
	})
	numbers := rapid.Map(rapid.StringMatching(`-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?([eE][+-]?[0-9]{1,3})?`),
		func(s string) Value { return Value{Kind: Number, Text: s} })
	bools := rapid.Map(rapid.Bool(), func(b bool) Value {
		if b {
			return Value{Kind: Bool, Text: "true"}
		}
		return Value{Kind: Bool, Text: "false"}
	})
	switch op {
	case Co, Sw, Ew:
		return texts
	case Gt, Ge, Lt, Le:
		return rapid.OneOf(texts, numbers)
	case In:
		items := rapid.SliceOfN(rapid.OneOf(texts, numbers, bools), 1, 3)
		return rapid.Map(items, func(items []Value) Value { return Value{Kind: List, Items: items} })
	}
	return rapid.OneOf(texts, numbers, bools, rapid.Just(Value{Kind: Null, Text: "null"}))
}

func anyNode(depth int) *rapid.Generator[Node] {
	return rapid.Custom(func(t *rapid.T) Node {
		kind := rapid.IntRange(0, 4).Draw(t, "kind")
		if depth == 0 {
			kind %= 2
		}
		path := rapid.StringMatching(`[A-Za-z_$][A-Za-z0-9_:$-]{0,6}(\.[a-zA-Z0-9]{1,4})?`)
		switch kind {
		case 0:
			return Present{Path: path.Draw(t, "path")}
		case 1:
			op := rapid.SampledFrom([]Op{Eq, Ne, Co, Sw, Ew, Gt, Ge, Lt, Le, In}).Draw(t, "op")
			return Compare{Path: path.Draw(t, "path"), Op: op, Value: anyValue(op).Draw(t, "value")}
		case 2:
			return Not{anyNode(depth-1).Draw(t, "term")}
		}
		terms := rapid.SliceOfN(anyNode(depth-1), 2, 3).Draw(t, "terms")
		if kind == 3 {
			return And{terms}
		}
		return Or{terms}
	})
}

func TestStringOfAnyTreeParsesToTheSameTree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree := anyNode(3).Draw(t, "tree")
		written := tree.String()
		got, err := Parse(written)
		if len(written) > MaxText || err != nil && strings.Contains(err.Error(), "more than 50 terms") {
			t.Skip("over the limits")
		}
		if err != nil {
			t.Fatalf("Parse(%s): %v", written, err)
		}
		if !reflect.DeepEqual(placeless(got), tree) {
			t.Fatalf("%s: got %#v, want %#v", written, got, tree)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`status eq "ACTIVE"`, `a.b sw "x" and (c pr or not (d in ("x", 1, true)))`,
		`lastUpdated gt "2013-06-01T00:00:00.000Z"`, `a eq "\ud83d\ude00\n"`, `n le -1.5e3`, `((((a pr))))`, `a eq null OR b ne false`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		node, err := Parse(text)
		if err != nil {
			var bad *Error
			if !errors.As(err, &bad) || bad.Pos < 0 || bad.Pos > len(text) || node != nil {
				t.Fatalf("got %v and error %v, want no node and an *Error within the text", node, err)
			}
			return
		}
		count := 0
		_ = Walk(node, func(n Node) error {
			switch n := n.(type) {
			case Compare:
				count += max(1, len(n.Value.Items))
				if !utf8.ValidString(n.Value.Text) || strings.Contains(n.Value.Text, "\x00") {
					t.Fatalf("value %q is not clean text", n.Value.Text)
				}
			case Present:
				count++
			}
			return nil
		})
		if count == 0 || count > MaxTerms {
			t.Fatalf("got %d terms", count)
		}
		written := node.String()
		if len(written) > MaxText {
			return // blanks put in where the text had none
		}
		again, err := Parse(written)
		if err != nil || !reflect.DeepEqual(placeless(again), placeless(node)) {
			t.Fatalf("%q became %q, which reads as %v, %v", text, written, again, err)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for _, bb := range []struct{ name, text string }{
		{"one", `status eq "ACTIVE"`},
		{"two", `profile.lastName eq "Smith" and profile.firstName eq "TestAcc"`},
		{"fifty", strings.Repeat(`(profile.login sw "ab" or status eq "ACTIVE") and `, 24) + `not (a pr) and b eq true`},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(bb.text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
