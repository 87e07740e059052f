package bailiwick_test

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bailiwick-iam/bailiwick"
	"pgregory.net/rapid"
)

// names are few, so that drawn profiles meet drawn properties.
var names = []string{"alpha", "beta", "gamma", "delta_1", "Épsilon", "login", "nickName", "firstName"}

func drawLimit(t *rapid.T, most int) *int {
	if rapid.Bool().Draw(t, "no limit") {
		return nil
	}
	n := rapid.IntRange(0, most).Draw(t, "limit")
	return &n
}

func drawBound(t *rapid.T) *float64 {
	if rapid.Bool().Draw(t, "no bound") {
		return nil
	}
	n := float64(rapid.IntRange(-4, 4).Draw(t, "bound"))
	return &n
}

func drawScalar(t *rapid.T) any {
	return rapid.OneOf(
		rapid.SampledFrom([]any{"", "a", "ä", "abc", "abcdef", "x\x00y", "a\xff", "ann@example.com", true, false}),
		rapid.Map(rapid.IntRange(-6, 6), func(n int) any { return float64(n) }),
		rapid.SampledFrom([]any{1.5, -2.25, float64(1 << 60), map[string]any{}, 3}),
	).Draw(t, "value")
}

func drawValue(t *rapid.T) any {
	if rapid.IntRange(0, 3).Draw(t, "a list") > 0 {
		return drawScalar(t)
	}
	list := make([]any, rapid.IntRange(0, 3).Draw(t, "items"))
	for i := range list {
		list[i] = drawScalar(t)
	}
	return list
}

var drawnTypes = []bailiwick.PropertyType{bailiwick.TextType, bailiwick.TruthType, bailiwick.NumberType, bailiwick.IntegerType, bailiwick.ListType}

// drawProperty draws what is often no good definition.
func drawProperty(t *rapid.T) bailiwick.Property {
	p := bailiwick.Property{Name: rapid.SampledFrom(names).Draw(t, "name"), Title: "T", Type: rapid.SampledFrom(drawnTypes).Draw(t, "type"),
		Required: rapid.Bool().Draw(t, "required"), Mutability: bailiwick.ReadWrite, Scope: bailiwick.ScopeNone, Self: bailiwick.MayRead}
	item := p.Type
	if p.Type == bailiwick.ListType {
		p.Items = rapid.SampledFrom(drawnTypes[:4]).Draw(t, "items")
		item = p.Items
	}
	switch item {
	case bailiwick.TextType:
		p.MinLength, p.MaxLength = drawLimit(t, 4), drawLimit(t, 6)
		p.Format = rapid.SampledFrom([]string{"", "", "", "email", "locale"}).Draw(t, "format")
	case bailiwick.NumberType, bailiwick.IntegerType:
		p.Minimum, p.Maximum = drawBound(t), drawBound(t)
	}
	for range rapid.SampledFrom([]int{0, 0, 2, 3}).Draw(t, "choices") {
		if v := drawScalar(t); rapid.Bool().Draw(t, "titled") {
			p.OneOf = append(p.OneOf, bailiwick.Choice{Const: v, Title: "C"})
		} else {
			p.Enum = append(p.Enum, v)
		}
	}
	return p
}

// drawSchema draws a schema that its own check accepts.
func drawSchema(t *rapid.T) bailiwick.Schema {
	change := bailiwick.SchemaChange{Custom: map[string]*bailiwick.Property{}}
	s := bailiwick.Schema{}
	for range rapid.IntRange(0, 4).Draw(t, "properties") {
		p := drawProperty(t)
		change.Custom = map[string]*bailiwick.Property{p.Name: &p}
		if next, err := s.With(change); err == nil {
			s = next
		}
	}
	for _, name := range []string{"firstName", "lastName"} {
		p, _ := s.Property(name)
		p.Required = rapid.Bool().Draw(t, name+" is required")
		s = must(s.With(bailiwick.SchemaChange{Base: map[string]bailiwick.Property{name: p}}))
	}
	if rapid.Bool().Draw(t, "a pattern") {
		p, _ := s.Property("login")
		p.Pattern = rapid.SampledFrom([]string{".+", "[a-z]+", "a|abcdef"}).Draw(t, "pattern")
		s = must(s.With(bailiwick.SchemaChange{Base: map[string]bailiwick.Property{"login": p}}))
	}
	return s
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// accepts is the schema's meaning written down once more, as plainly as it
// goes: every value fits its property and every required one is there.
func accepts(s bailiwick.Schema, p bailiwick.Profile) bool {
	defined := map[string]bailiwick.Property{}
	for _, one := range append(s.Base(), s.Custom...) {
		defined[one.Name] = one
	}
	for name, value := range p {
		if one, ok := defined[name]; !ok || !fits(one, value) {
			return false
		}
	}
	for name, one := range defined {
		list, isList := p[name].([]any)
		absent := p[name] == nil || p[name] == "" || isList && len(list) == 0
		if one.Required && absent {
			return false
		}
	}
	return true
}

func fits(p bailiwick.Property, value any) bool {
	if p.Type == bailiwick.ListType {
		list, ok := value.([]any)
		for _, one := range list {
			item := p
			item.Type, item.Items = p.Items, ""
			ok = ok && fitsOne(item, one)
		}
		return ok && len(list) <= bailiwick.MaxListItems
	}
	return value == "" && p.Type == bailiwick.TextType || fitsOne(p, value)
}

func fitsOne(p bailiwick.Property, value any) bool {
	choices := append([]any{}, p.Enum...)
	isChoice := len(choices) == 0 || slices.ContainsFunc(choices, func(c any) bool { return fmt.Sprintf("%T%v", c, c) == fmt.Sprintf("%T%v", value, value) })
	isTitled := len(p.OneOf) == 0
	for _, c := range p.OneOf {
		isTitled = isTitled || fmt.Sprintf("%T%v", c.Const, c.Const) == fmt.Sprintf("%T%v", value, value)
	}
	if !isChoice || !isTitled {
		return false
	}
	switch p.Type {
	case bailiwick.TextType:
		text, ok := value.(string)
		length := len([]rune(text))
		return ok && utf8.ValidString(text) && !strings.Contains(text, "\x00") &&
			(p.MinLength == nil || length >= *p.MinLength) && (p.MaxLength == nil || length <= *p.MaxLength) &&
			(p.Format != "email" || bailiwick.IsAddress(text)) && (p.Pattern == "" || regexp.MustCompile(p.Pattern).FindString(text) == text)
	case bailiwick.TruthType:
		_, ok := value.(bool)
		return ok
	default:
		n, ok := value.(float64)
		return ok && (p.Type != bailiwick.IntegerType || math.Mod(n, 1) == 0 && math.Abs(n) <= 1<<53) &&
			(p.Minimum == nil || n >= *p.Minimum) && (p.Maximum == nil || n <= *p.Maximum)
	}
}

func TestASchemaAcceptsWhatItSays(t *testing.T) {
	t.Parallel()
	accepted, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		s := drawSchema(t)
		p := bailiwick.Profile{"login": "ann@example.com", "email": "ann@example.com", "firstName": "Ann", "lastName": "Berg"}
		for range rapid.IntRange(0, 4).Draw(t, "attributes") {
			name := rapid.SampledFrom(append(names, "lastName")).Draw(t, "attribute")
			p[name] = drawValue(t)
		}
		err := s.Check(p)
		if want := accepts(s, p); (err == nil) != want {
			t.Fatalf("profile %#v with %+v: got %v, want accepted %v", p, s, err, want)
		}
		if err == nil {
			accepted++
		} else {
			refused++
		}
	})
	if accepted < 5 || refused < 5 {
		t.Errorf("accepted %d and refused %d of the drawn profiles: want some of each", accepted, refused)
	}
}

// A schema that was changed has what the change said and keeps what it did not
// name; one that was refused is as before.
func TestAChangeOfASchemaIsAMerge(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSchema(t)
		p := drawProperty(t)
		before := len(s.Custom)
		was, had := s.Property(p.Name)
		change := map[string]*bailiwick.Property{p.Name: &p}
		remove := rapid.Bool().Draw(t, "remove")
		if remove {
			change[p.Name] = nil
		}
		after, err := s.With(bailiwick.SchemaChange{Custom: change})
		if len(s.Custom) != before {
			t.Fatalf("the change reached the schema that it was made from")
		}
		if err != nil {
			return
		}
		_, has := after.Property(p.Name)
		isBase := slices.ContainsFunc(s.Base(), func(b bailiwick.Property) bool { return b.Name == p.Name })
		switch {
		case has == (remove && !isBase):
			t.Fatalf("%s after removal %v: got defined %v", p.Name, remove, has)
		case remove && had && !isBase && !slices.Contains(after.Removing, p.Name):
			t.Fatalf("%s was removed and its values are not", p.Name)
		case !remove && had && was.Type != p.Type:
			t.Fatalf("%s turned from %s into %s", p.Name, was.Type, p.Type)
		}
		for _, other := range s.Custom {
			if got, ok := after.Property(other.Name); other.Name != p.Name && (!ok || got.Type != other.Type) {
				t.Fatalf("%s went with a change of %s", other.Name, p.Name)
			}
		}
	})
}

func TestAPropertyThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	limit := func(n int) *int { return &n }
	bound := func(n float64) *float64 { return &n }
	for name, spoil := range map[string]func(*bailiwick.Property){
		"no name":                            func(p *bailiwick.Property) { p.Name = "" },
		"a name that begins with a digit":    func(p *bailiwick.Property) { p.Name = "1st" },
		"a name with a dot":                  func(p *bailiwick.Property) { p.Name = "a.b" },
		"a name that is too long":            func(p *bailiwick.Property) { p.Name = strings.Repeat("a", bailiwick.MaxPropertyName+1) },
		"no title":                           func(p *bailiwick.Property) { p.Title = " " },
		"a description that is too long":     func(p *bailiwick.Property) { p.Description = strings.Repeat("a", bailiwick.MaxPropertyNote+1) },
		"a type nobody knows":                func(p *bailiwick.Property) { p.Type = "date" },
		"items of a string":                  func(p *bailiwick.Property) { p.Items = bailiwick.TextType },
		"an array without items":             func(p *bailiwick.Property) { p.Type = bailiwick.ListType },
		"an array of arrays":                 func(p *bailiwick.Property) { p.Type, p.Items = bailiwick.ListType, bailiwick.ListType },
		"a pattern":                          func(p *bailiwick.Property) { p.Pattern = "a" },
		"a format nobody knows":              func(p *bailiwick.Property) { p.Format = "horoscope" },
		"limits in the wrong order":          func(p *bailiwick.Property) { p.MinLength, p.MaxLength = limit(3), limit(2) },
		"a limit above all limits":           func(p *bailiwick.Property) { p.MaxLength = limit(bailiwick.MaxPropertyText + 1) },
		"a length below nothing":             func(p *bailiwick.Property) { p.MinLength = limit(-1) },
		"a bound of a string":                func(p *bailiwick.Property) { p.Minimum = bound(1) },
		"bounds in the wrong order":          func(p *bailiwick.Property) { p.Type, p.Minimum, p.Maximum = bailiwick.NumberType, bound(2), bound(1) },
		"a length of a number":               func(p *bailiwick.Property) { p.Type, p.MaxLength = bailiwick.NumberType, limit(1) },
		"a unique truth":                     func(p *bailiwick.Property) { p.Type, p.Unique = bailiwick.TruthType, true },
		"a value of another type":            func(p *bailiwick.Property) { p.Enum = []any{1.0} },
		"a value twice":                      func(p *bailiwick.Property) { p.Enum = []any{"a", "a"} },
		"a value that is a list":             func(p *bailiwick.Property) { p.Enum = []any{[]any{"a"}} },
		"a choice without a title":           func(p *bailiwick.Property) { p.OneOf = []bailiwick.Choice{{Const: "a"}} },
		"a mutability nobody knows":          func(p *bailiwick.Property) { p.Mutability = "SOMETIMES" },
		"a scope nobody knows":               func(p *bailiwick.Property) { p.Scope = "ALL" },
		"a permission nobody knows":          func(p *bailiwick.Property) { p.Self = "EVERYTHING" },
		"a master nobody knows":              func(p *bailiwick.Property) { p.Master = &bailiwick.Master{Type: "ORACLE"} },
		"a name that a base property has":    func(p *bailiwick.Property) { p.Name = "city" },
		"a base property's name in capitals": func(p *bailiwick.Property) { p.Name = "CITY" },
	} {
		p := bailiwick.Property{Name: "shoe", Title: "Shoe", Type: bailiwick.TextType, Mutability: bailiwick.ReadWrite, Scope: bailiwick.ScopeNone, Self: bailiwick.MayRead}
		add := func() error {
			_, err := bailiwick.Schema{}.With(bailiwick.SchemaChange{Custom: map[string]*bailiwick.Property{p.Name: &p}})
			return err
		}
		if err := add(); err != nil {
			t.Fatalf("before it is spoiled: got %v, want it accepted", err)
		}
		if spoil(&p); add() == nil {
			t.Errorf("%s: got it accepted, want it refused", name)
		}
	}
}

func TestOnlyALittleOfABasePropertyChanges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, property string
		change         func(*bailiwick.Property)
		good           bool
	}{
		{"no first name", "firstName", func(p *bailiwick.Property) { p.Required = false }, true},
		{"no last name", "lastName", func(p *bailiwick.Property) { p.Required = false }, true},
		{"no login", "login", func(p *bailiwick.Property) { p.Required = false }, false},
		{"no e-mail address", "email", func(p *bailiwick.Property) { p.Required = false }, false},
		{"a title for everybody", "title", func(p *bailiwick.Property) { p.Required = true }, false},
		{"a pattern of the login", "login", func(p *bailiwick.Property) { p.Pattern = "[a-z]+" }, true},
		{"a pattern of the city", "city", func(p *bailiwick.Property) { p.Pattern = "[a-z]+" }, false},
		{"a pattern that breaks out", "login", func(p *bailiwick.Property) { p.Pattern = "a)|(b" }, false},
		{"another permission", "title", func(p *bailiwick.Property) { p.Self = bailiwick.MayWrite }, true},
		{"another type", "title", func(p *bailiwick.Property) { p.Type = bailiwick.NumberType }, false},
		{"another length", "title", func(p *bailiwick.Property) { n := 7; p.MaxLength = &n }, false},
		{"another title", "title", func(p *bailiwick.Property) { p.Title = "Rank" }, false},
	} {
		p, _ := bailiwick.Schema{}.Property(c.property)
		c.change(&p)
		s, err := bailiwick.Schema{}.With(bailiwick.SchemaChange{Base: map[string]bailiwick.Property{c.property: p}})
		if (err == nil) != c.good {
			t.Errorf("%s: got %v, want accepted %v", c.name, err, c.good)
		}
		if got, _ := s.Property(c.property); c.good && (got.Required != p.Required || got.Pattern != p.Pattern || got.Self != p.Self) {
			t.Errorf("%s: got %+v, want %+v", c.name, got, p)
		}
	}
}
