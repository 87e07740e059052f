package bailiwick

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A PropertyType is the type of a property's values, in the wire's words.
type PropertyType string

// The types. An array has items of one of the others.
const (
	TextType    PropertyType = "string"
	TruthType   PropertyType = "boolean"
	NumberType  PropertyType = "number"
	IntegerType PropertyType = "integer"
	ListType    PropertyType = "array"
)

// A Permission says what people may do with a property of their own.
type Permission string

// The permissions.
const (
	MayNotSee Permission = "HIDE"
	MayRead   Permission = "READ_ONLY"
	MayWrite  Permission = "READ_WRITE"
)

// A Mutability says who writes a property at all.
type Mutability string

// The mutabilities.
const (
	ReadWrite Mutability = "READ_WRITE"
	ReadOnly  Mutability = "READ_ONLY"
	Immutable Mutability = "IMMUTABLE" // written once
	WriteOnly Mutability = "WRITE_ONLY"
)

// The scopes of a property: SELF keeps the values that belong to one app's
// users apart from the org's. Both are kept and shown; nothing depends on them.
const (
	ScopeNone = "NONE"
	ScopeSelf = "SELF"
)

// A Master says which source of profiles decides on a property. It is kept and
// shown; there is no source but this server.
type Master struct {
	Type     string           `json:"type"` // PROFILE_MASTER, OKTA or OVERRIDE
	Priority []MasterPriority `json:"priority,omitempty"`
}

// A MasterPriority is one source among those of an OVERRIDE.
type MasterPriority struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// A Choice is one value of an enumeration with what it is called.
type Choice struct {
	Const any    `json:"const"`
	Title string `json:"title"`
}

// A Property is one attribute of a profile with its constraints. Lengths are
// in code points; for an array, lengths, bounds, format, Enum and OneOf are
// those of its items. An empty text and an empty array count as absent.
type Property struct {
	Name        string       `json:"name"`
	Title       string       `json:"title"`
	Description string       `json:"description,omitempty"`
	Type        PropertyType `json:"type"`
	Items       PropertyType `json:"items,omitempty"` // of an array
	Enum        []any        `json:"enum,omitempty"`
	OneOf       []Choice     `json:"oneOf,omitempty"`
	MinLength   *int         `json:"minLength,omitempty"`
	MaxLength   *int         `json:"maxLength,omitempty"`
	Minimum     *float64     `json:"minimum,omitempty"`
	Maximum     *float64     `json:"maximum,omitempty"`
	Format      string       `json:"format,omitempty"`
	Pattern     string       `json:"pattern,omitempty"` // of the login alone
	Required    bool         `json:"required,omitempty"`
	Unique      bool         `json:"unique,omitempty"`
	Mutability  Mutability   `json:"mutability"`
	Scope       string       `json:"scope"`
	Self        Permission   `json:"self"`
	Master      *Master      `json:"master,omitempty"`

	// ExternalName and ExternalNamespace are kept for clients.
	ExternalName      string `json:"externalName,omitempty"`
	ExternalNamespace string `json:"externalNamespace,omitempty"`
}

// formats are the formats that can be asked for, with what they mean. The ones
// without a meaning are notes to clients.
var formats = map[string]func(string) bool{
	"email":         IsAddress,
	"uri":           isURI,
	"date-time":     func(s string) bool { _, err := time.Parse(time.RFC3339, s); return err == nil },
	"country-code":  nil,
	"language-code": nil,
	"locale":        nil,
	"timezone":      nil,
}

// CheckDefinition returns the first fault of a custom property.
func (p Property) CheckDefinition() error {
	item := p.item()
	switch {
	case !variableName.MatchString(p.Name) || len(p.Name) > MaxPropertyName:
		return InvalidField("name", "must begin with a letter and have letters, digits and underscores alone, at most %d", MaxPropertyName)
	case strings.TrimSpace(p.Title) == "" || !plainText(p.Title) || utf8.RuneCountInString(p.Title) > MaxPropertyTitle:
		return InvalidField(p.Name, "the title must have at most %d characters, none of them a control character", MaxPropertyTitle)
	case !noteText(p.Description) || !noteText(p.ExternalName) || !noteText(p.ExternalNamespace):
		return InvalidField(p.Name, "the description must have at most %d characters", MaxPropertyNote)
	case p.Type == ListType && (p.Items == ListType || !isType(p.Items)):
		return InvalidField(p.Name, "the items of an array must be string, boolean, number or integer")
	case !isType(p.Type):
		return InvalidField(p.Name, "the type must be string, boolean, number, integer or array")
	case p.Type != ListType && p.Items != "":
		return InvalidField(p.Name, "only an array has items")
	case p.Pattern != "":
		return InvalidField(p.Name, "only the login has a pattern")
	case p.Unique && (p.Type == ListType || p.Type == TruthType):
		return InvalidField(p.Name, "only a string or a number can be unique")
	}
	if _, known := formats[p.Format]; p.Format != "" && (!known || item != TextType) {
		return InvalidField(p.Name, "this format is not known for the type")
	}
	if err := p.checkBounds(item); err != nil {
		return err
	}
	if err := p.checkChoices(item); err != nil {
		return err
	}
	return p.checkWords()
}

func isType(t PropertyType) bool {
	return slices.Contains([]PropertyType{TextType, TruthType, NumberType, IntegerType, ListType}, t)
}

// item is the type of one value, in an array of one item.
func (p Property) item() PropertyType {
	if p.Type == ListType {
		return p.Items
	}
	return p.Type
}

func (p Property) checkBounds(item PropertyType) error {
	switch {
	case item != TextType && (p.MinLength != nil || p.MaxLength != nil):
		return InvalidField(p.Name, "only a string has a minLength and a maxLength")
	case p.MinLength != nil && *p.MinLength < 0, p.MaxLength != nil && (*p.MaxLength < 1 || *p.MaxLength > MaxPropertyText),
		p.MinLength != nil && *p.MinLength > p.longest():
		return InvalidField(p.Name, "minLength and maxLength must lie between 0 and %d, in this order", MaxPropertyText)
	case item != NumberType && item != IntegerType && (p.Minimum != nil || p.Maximum != nil):
		return InvalidField(p.Name, "only a number has a minimum and a maximum")
	case p.Minimum != nil && p.Maximum != nil && *p.Minimum > *p.Maximum:
		return InvalidField(p.Name, "the minimum must not be above the maximum")
	}
	return nil
}

func (p Property) checkChoices(item PropertyType) error {
	if len(p.Enum) > MaxEnum || len(p.OneOf) > MaxEnum {
		return InvalidField(p.Name, "an enumeration has at most %d values", MaxEnum)
	}
	consts := make([]any, len(p.OneOf))
	for i, c := range p.OneOf {
		if consts[i] = c.Const; strings.TrimSpace(c.Title) == "" || !plainText(c.Title) || utf8.RuneCountInString(c.Title) > MaxPropertyTitle {
			return InvalidField(p.Name, "every choice needs a title of at most %d characters", MaxPropertyTitle)
		}
	}
	for _, values := range [][]any{p.Enum, consts} {
		seen := map[any]bool{}
		for _, v := range values {
			if !hasType(v, item) || seen[v] || v == "" {
				return InvalidField(p.Name, "the values of an enumeration must have the property's type and differ")
			}
			seen[v] = true
		}
	}
	return nil
}

func (p Property) checkWords() error {
	switch {
	case !slices.Contains([]Mutability{ReadWrite, ReadOnly, Immutable, WriteOnly}, p.Mutability):
		return InvalidField(p.Name, "the mutability must be READ_WRITE, READ_ONLY, IMMUTABLE or WRITE_ONLY")
	case p.Scope != ScopeNone && p.Scope != ScopeSelf:
		return InvalidField(p.Name, "the scope must be NONE or SELF")
	}
	if err := p.Self.check(p.Name); err != nil {
		return err
	}
	return p.Master.check(p.Name)
}

func (p Permission) check(name string) error {
	if p != MayNotSee && p != MayRead && p != MayWrite {
		return InvalidField(name, "the permission must be HIDE, READ_ONLY or READ_WRITE")
	}
	return nil
}

func (m *Master) check(name string) error {
	if m == nil {
		return nil
	}
	if !slices.Contains([]string{"PROFILE_MASTER", "OKTA", "OVERRIDE"}, m.Type) || len(m.Priority) > MaxListItems {
		return InvalidField(name, "the master must be PROFILE_MASTER, OKTA or OVERRIDE")
	}
	for _, one := range m.Priority {
		if !plainText(one.Type) || !plainText(one.Value) || len(one.Type)+len(one.Value) > MaxPropertyTitle {
			return InvalidField(name, "the master's sources must be short texts")
		}
	}
	return nil
}

// check returns the fault of one value.
func (p Property) check(value any) error {
	if p.Type != ListType {
		return p.checkOne(value)
	}
	list, ok := value.([]any)
	if !ok {
		return InvalidField(p.Name, "must be an array of %ss", p.Items)
	}
	if len(list) > MaxListItems {
		return InvalidField(p.Name, "must have at most %d items", MaxListItems)
	}
	for _, one := range list {
		if err := p.checkOne(one); err != nil {
			return err
		}
	}
	return nil
}

func (p Property) checkOne(value any) error {
	item := p.item()
	if !hasType(value, item) {
		return InvalidField(p.Name, "must be of type %s", item)
	}
	if value == "" && p.Type != ListType {
		return nil
	}
	var err error
	switch v := value.(type) {
	case string:
		err = p.checkText(v)
	case float64:
		if p.Minimum != nil && v < *p.Minimum || p.Maximum != nil && v > *p.Maximum {
			err = InvalidField(p.Name, "is outside the minimum and maximum of the property")
		}
	}
	if err != nil {
		return err
	}
	isConst := func(c Choice) bool { return c.Const == value }
	if len(p.Enum) > 0 && !slices.Contains(p.Enum, value) || len(p.OneOf) > 0 && !slices.ContainsFunc(p.OneOf, isConst) {
		return InvalidField(p.Name, "is none of the values of the property")
	}
	return nil
}

// hasType reports whether the value is one of that type; an array is none.
func hasType(value any, t PropertyType) bool {
	switch v := value.(type) {
	case string:
		return t == TextType
	case bool:
		return t == TruthType
	case float64:
		return t == NumberType || t == IntegerType && isWhole(v)
	}
	return false
}

func (p Property) longest() int {
	if p.MaxLength != nil {
		return *p.MaxLength
	}
	return MaxPropertyText
}

func (p Property) checkText(text string) error {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return InvalidField(p.Name, "must be text without NUL characters, in UTF-8")
	}
	n := utf8.RuneCountInString(text)
	if n > p.longest() {
		return InvalidField(p.Name, "must be at most %d characters long", p.longest())
	}
	if p.MinLength != nil && n < *p.MinLength {
		return InvalidField(p.Name, "must be at least %d characters long", *p.MinLength)
	}
	if p.Pattern != "" {
		pattern, err := compile(p.Pattern)
		if err != nil || !pattern.MatchString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			return InvalidField(p.Name, "Does not match required pattern")
		}
	}
	if is := formats[p.Format]; is != nil && !is(text) {
		if p.Name == "login" {
			return InvalidField(p.Name, "Username must be in the form of an email address")
		}
		return InvalidField(p.Name, "Does not match required pattern")
	}
	return nil
}
