package bailiwick_test

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bailiwick-iam/bailiwick"
	"pgregory.net/rapid"
)

// ann is a whole profile with the changes laid over it.
func ann(changes bailiwick.Profile) bailiwick.Profile {
	p := bailiwick.Profile{"login": "ann@example.com", "email": "ann@example.com", "firstName": "Ann", "lastName": "Berg"}
	return p.Merge(changes)
}

func TestAProfileIsCheckedAgainstTheBaseAttributes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		profile bailiwick.Profile
		field   string // at fault, or "" when the profile is good
	}{
		{"a whole profile", ann(nil), ""},
		{"every attribute at its longest", longest(), ""},
		{"no login", ann(bailiwick.Profile{"login": nil}), "login"},
		{"no address", ann(bailiwick.Profile{"email": ""}), "email"},
		{"no first name", ann(bailiwick.Profile{"firstName": nil}), "firstName"},
		{"no last name", ann(bailiwick.Profile{"lastName": ""}), "lastName"},
		{"a property nobody defined", ann(bailiwick.Profile{"shoeSize": "44"}), "shoeSize"},
		{"a property in another case", ann(bailiwick.Profile{"FirstName": "Ann"}), "FirstName"},
		{"a number", ann(bailiwick.Profile{"title": 4.0}), "title"},
		{"a list", ann(bailiwick.Profile{"title": []any{"a"}}), "title"},
		{"an object", ann(bailiwick.Profile{"title": map[string]any{}}), "title"},
		{"a truth", ann(bailiwick.Profile{"title": true}), "title"},
		{"a NUL character", ann(bailiwick.Profile{"city": "Basel\x00"}), "city"},
		{"bytes that are not UTF-8", ann(bailiwick.Profile{"city": "Basel\xff"}), "city"},
		{"a login of four characters", ann(bailiwick.Profile{"login": "a@b."}), "login"},
		{"a login that is no address", ann(bailiwick.Profile{"login": "ann of example"}), "login"},
		{"an address in angle brackets", ann(bailiwick.Profile{"email": "<ann@example.com>"}), "email"},
		{"an address with a name", ann(bailiwick.Profile{"email": "Ann <ann@example.com>"}), "email"},
		{"two addresses", ann(bailiwick.Profile{"email": "ann@example.com,bo@example.com"}), "email"},
		{"an address with a line break", ann(bailiwick.Profile{"email": "ann@example.com\r\nBcc: bo@example.com"}), "email"},
		{"an address without a domain", ann(bailiwick.Profile{"email": "anne@"}), "email"},
		{"a second address that is none", ann(bailiwick.Profile{"secondEmail": "none"}), "secondEmail"},
		{"a country of three letters", ann(bailiwick.Profile{"countryCode": "CHE"}), "countryCode"},
		{"fifty letters of many bytes", ann(bailiwick.Profile{"firstName": strings.Repeat("ß", 50)}), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := c.profile.Check()
			e, _ := errors.AsType[*bailiwick.Error](err)
			switch {
			case c.field == "" && err != nil:
				t.Errorf("got %v, want it accepted", err)
			case c.field != "" && (e == nil || e.Code != bailiwick.Invalid || e.Field != c.field):
				t.Errorf("got %v, want the field %s refused", err, c.field)
			}
		})
	}
}

// longest is a profile whose attributes have all the length they may.
func longest() bailiwick.Profile {
	p := bailiwick.Profile{}
	for _, a := range bailiwick.BaseAttributes {
		if a.Email {
			p[a.Name] = strings.Repeat("x", a.Max-len("@example.com")) + "@example.com"
		} else {
			p[a.Name] = strings.Repeat("é", a.Max)
		}
	}
	return p
}

func TestEveryAttributeHasALimit(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, a := range bailiwick.BaseAttributes {
		if a.Name == "" || a.Title == "" || a.Max < 1 || a.Min > a.Max || seen[a.Name] {
			t.Errorf("attribute %+v is not whole or comes twice", a)
		}
		seen[a.Name] = true
		if got, ok := bailiwick.BaseAttribute(a.Name); !ok || got != a {
			t.Errorf("look up %s: got %+v, %v", a.Name, got, ok)
		}
		for length, good := range map[int]bool{a.Max: true, a.Max + 1: false, a.Min: true, a.Min - 1: a.Min <= 1} {
			if a.Email || length < 1 {
				continue
			}
			if err := ann(bailiwick.Profile{a.Name: strings.Repeat("é", length)}).Check(); (err == nil) != good {
				t.Errorf("%s of %d characters: got %v", a.Name, length, err)
			}
		}
	}
	if _, ok := bailiwick.BaseAttribute("shoeSize"); ok {
		t.Error("an attribute that nobody defined was found")
	}
}

// Of many faults the same one is named each time: the answer to a request
// depends on the request alone.
func TestTheFirstFaultOfAProfileIsAlwaysTheSame(t *testing.T) {
	t.Parallel()
	bad := bailiwick.Profile{"zoo": 1, "title": 2, "city": 3, "login": 4, "alpha": 5, "email": "no", "department": false}
	first := bad.Check()
	for range 50 {
		if got := bad.Check(); got.Error() != first.Error() {
			t.Fatalf("got %v after %v", got, first)
		}
	}
}

func TestMergeLaysChangesOverAndLeavesTheOriginalAlone(t *testing.T) {
	t.Parallel()
	old := bailiwick.Profile{"login": "a@b.example", "city": "Basel", "title": "Dr"}
	kept := maps.Clone(old)
	got := old.Merge(bailiwick.Profile{"city": nil, "title": "", "state": "BS", "login": "c@d.example", "zipCode": nil})
	want := bailiwick.Profile{"login": "c@d.example", "state": "BS"}
	if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(old, kept) {
		t.Errorf("got %v, want %v; the original is now %v", got, want, old)
	}
	if empty := (bailiwick.Profile)(nil).Merge(nil); empty == nil || len(empty) != 0 {
		t.Errorf("nothing over nothing: got %v, want an empty profile", empty)
	}
}

func TestMergingTwiceIsMergingOnce(t *testing.T) {
	t.Parallel()
	texts := rapid.MapOf(rapid.SampledFrom([]string{"login", "city", "title", "state"}),
		rapid.SampledFrom([]any{nil, "", "x", "y"}))
	rapid.Check(t, func(t *rapid.T) {
		p, changes := bailiwick.Profile(texts.Draw(t, "old")), bailiwick.Profile(texts.Draw(t, "changes"))
		once := p.Merge(changes)
		if twice := once.Merge(changes); !reflect.DeepEqual(once, twice) {
			t.Fatalf("once %v, twice %v", once, twice)
		}
		for name, v := range changes {
			if v != nil && v != "" && once[name] != v {
				t.Fatalf("%s: got %v, want %v", name, once[name], v)
			}
		}
	})
}

func TestAPersonIsCalledByTheBestNameThereIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		profile bailiwick.Profile
		want    string
	}{
		{bailiwick.Profile{"displayName": "Annie", "firstName": "Ann", "lastName": "Berg", "login": "ann@b.example"}, "Annie"},
		{bailiwick.Profile{"firstName": "Ann", "lastName": "Berg", "login": "ann@b.example"}, "Ann Berg"},
		{bailiwick.Profile{"lastName": "Berg", "login": "ann@b.example"}, "Berg"},
		{bailiwick.Profile{"login": "ann@b.example"}, "ann@b.example"},
		{bailiwick.Profile{"displayName": 3, "login": "ann@b.example"}, "ann@b.example"},
		{nil, ""},
	} {
		if got := c.profile.Name(); got != c.want {
			t.Errorf("%v: got %q, want %q", c.profile, got, c.want)
		}
	}
	if got := (bailiwick.Profile{"login": "ann@b.example"}).ShortLogin(); got != "ann" {
		t.Errorf("short login: got %q, want ann", got)
	}
}

func FuzzProfileCheck(f *testing.F) {
	for _, seed := range []string{
		`{"login":"ann@example.com","email":"ann@example.com","firstName":"Ann","lastName":"Berg"}`,
		`{"login":"ann@example.com","email":"ann@example.com","firstName":"Ann","lastName":"Berg","secondEmail":"a@b","countryCode":"CH"}`,
		`{"login":null,"email":["x"],"firstName":{"a":1},"lastName":1e400}`, `{"login":"\"ann\"@example.com"}`, `{"a\u0000":"\ud800"}`, `{}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var p bailiwick.Profile
		if json.Unmarshal(text, &p) != nil {
			return
		}
		err, again := p.Check(), p.Check()
		if (err == nil) != (again == nil) || err != nil && err.Error() != again.Error() {
			t.Fatalf("got %v, then %v", err, again)
		}
		if err != nil {
			if !errors.Is(err, bailiwick.ErrInvalid) {
				t.Fatalf("refused with %v, want the input to be at fault", err)
			}
			return
		}
		checkGood(t, p)
	})
}

// checkGood asserts what must hold of every profile that is accepted.
func checkGood(t *testing.T, p bailiwick.Profile) {
	t.Helper()
	for name, v := range p {
		a, ok := bailiwick.BaseAttribute(name)
		text, isText := v.(string)
		if !ok || !isText || !utf8.ValidString(text) || strings.ContainsRune(text, 0) || utf8.RuneCountInString(text) > a.Max {
			t.Fatalf("%s was accepted with %q", name, v)
		}
		if a.Email && text != "" && (strings.Count(text, "@") == 0 || strings.ContainsAny(text, " \r\n\t<>\"")) {
			t.Fatalf("%s was accepted with the address %q", name, text)
		}
	}
	for _, name := range []string{"login", "email", "firstName", "lastName"} {
		if p.Text(name) == "" {
			t.Fatalf("accepted without %s", name)
		}
	}
	if err := p.Merge(p).Check(); err != nil {
		t.Fatalf("laid over itself it is refused: %v", err)
	}
	stored, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var read bailiwick.Profile
	if err := json.Unmarshal(stored, &read); err != nil || !reflect.DeepEqual(read, p) {
		t.Fatalf("stored and read back: got %v, %v, want %v", read, err, p)
	}
}
