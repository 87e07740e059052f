package bailiwick

import (
	"cmp"
	"maps"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A UserType is a kind of people with a schema of their own. Every org has one
// that is the default; it cannot be deleted.
type UserType struct {
	ID       ID
	SchemaID ID
	// Name is the variable name: letters, digits and underscores, unique in the
	// org whatever its case, and never changed.
	Name        string
	DisplayName string
	Description string
	Default     bool
	CreatedBy   ID // the person, or the system's principal
	UpdatedBy   ID

	Created     time.Time
	LastUpdated time.Time
}

// Limits of types and schemas. Lengths are in code points.
const (
	MaxUserTypes        = 10   // in one org, the default one counted
	MaxCustomProperties = 200  // in one schema
	MaxUniqueProperties = 5    // in one schema
	MaxPropertyName     = 63   // also of a user type's name
	MaxPropertyTitle    = 255  // also of a user type's display name
	MaxPropertyNote     = 1024 // the description of a property or user type
	MaxPropertyText     = 4096 // a custom text that has no smaller limit
	MaxListItems        = 100  // in one value of type array
	MaxEnum             = 500  // values in one enumeration
	MaxPattern          = 200
)

// DefaultTypeName, DefaultTypeTitle and DefaultTypeNote describe the type that
// every org begins with.
const (
	DefaultTypeName  = "user"
	DefaultTypeTitle = "User"
	DefaultTypeNote  = "Okta user profile template with default permission settings"
)

var variableName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// Check returns the first fault of the type's own fields.
func (t UserType) Check() error {
	switch {
	case !variableName.MatchString(t.Name) || len(t.Name) > MaxPropertyName:
		return InvalidField("name", "must begin with a letter and have letters, digits and underscores alone, at most %d", MaxPropertyName)
	case strings.TrimSpace(t.DisplayName) == "":
		return InvalidField("displayName", "The field cannot be left blank")
	case !plainText(t.DisplayName) || utf8.RuneCountInString(t.DisplayName) > MaxPropertyTitle:
		return InvalidField("displayName", "must be at most %d characters long, without control characters", MaxPropertyTitle)
	case !noteText(t.Description):
		return InvalidField("description", "must be at most %d characters long", MaxPropertyNote)
	}
	return nil
}

func noteText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsRune(s, 0) && utf8.RuneCountInString(s) <= MaxPropertyNote
}

// Entity describes the type as a part of an event.
func (t UserType) Entity() EventEntity {
	return EventEntity{ID: t.ID, Type: "UserType", AlternateID: t.Name, DisplayName: t.DisplayName}
}

// A SchemaKind says whose profiles a schema describes.
type SchemaKind uint8

// The kinds of schemas.
const (
	UserSchema  SchemaKind = iota // of the people of one user type
	GroupSchema                   // of all groups of an org
)

// A Schema says what a profile may hold: the base properties, of which little
// can be changed, and the custom ones. The zero Schema is that of a user type
// nobody has changed.
type Schema struct {
	ID     ID // empty for that of groups
	TypeID ID // empty for that of groups
	Kind   SchemaKind
	// Edits are the changes to base properties, by name.
	Edits map[string]BaseEdit
	// Custom are the properties that the org has added, sorted by name.
	Custom []Property
	// Removing are the names of properties that are gone but whose values are
	// not swept from every row yet. They are hidden from every read.
	Removing []string

	Created     time.Time
	LastUpdated time.Time
}

// A BaseEdit is what can be changed of a base property.
type BaseEdit struct {
	Optional bool       `json:"optional,omitempty"` // first and last name alone
	Pattern  string     `json:"pattern,omitempty"`  // the login alone; empty for an address
	Self     Permission `json:"self,omitempty"`     // empty for the standard one
	Master   *Master    `json:"master,omitempty"`
}

// properties are the base properties of the kind as they begin.
var properties = func() (out [2][]Property) {
	for _, a := range BaseAttributes {
		out[UserSchema] = append(out[UserSchema], a.property())
	}
	limit := func(n int) *int { return &n }
	out[GroupSchema] = []Property{
		{Name: "name", Title: "Name", Description: "Group name", Type: TextType, MinLength: limit(1), MaxLength: limit(MaxGroupName),
			Required: true, Mutability: ReadWrite, Scope: ScopeNone, Self: MayRead},
		{Name: "description", Title: "Description", Description: "Group description", Type: TextType, MaxLength: limit(MaxGroupDescription),
			Mutability: ReadWrite, Scope: ScopeNone, Self: MayRead},
	}
	return out
}()

// Base lists the base properties with what was changed of them, in the order
// in which the wire has them.
func (s Schema) Base() []Property {
	out := slices.Clone(properties[s.Kind])
	for i := range out {
		out[i] = s.edited(out[i])
	}
	return out
}

func (s Schema) edited(p Property) Property {
	e, ok := s.Edits[p.Name]
	if !ok {
		return p
	}
	p.Required, p.Pattern, p.Master = p.Required && !e.Optional, e.Pattern, e.Master
	p.Self = cmp.Or(e.Self, p.Self)
	if e.Pattern != "" {
		p.Format = ""
	}
	return p
}

// Property returns the property of that name, custom or base.
func (s Schema) Property(name string) (Property, bool) {
	if i, ok := slices.BinarySearchFunc(s.Custom, name, byName); ok {
		return s.Custom[i], true
	}
	i := slices.IndexFunc(properties[s.Kind], func(p Property) bool { return p.Name == name })
	if i < 0 {
		return Property{}, false
	}
	return s.edited(properties[s.Kind][i]), true
}

func byName(p Property, name string) int { return strings.Compare(p.Name, name) }

// Unique lists the names of the custom properties whose values are unique.
func (s Schema) Unique() []string {
	var out []string
	for _, p := range s.Custom {
		if p.Unique {
			out = append(out, p.Name)
		}
	}
	return out
}

// Check returns the first fault of the profile, by name: an undefined
// property, a wrong type, a limit; then a required one that is absent. Of
// several faults it is always the same. A profile is checked without its null
// values, which [Profile.Merge] drops.
func (s Schema) Check(p Profile) error {
	for _, name := range slices.Sorted(maps.Keys(p)) {
		property, ok := s.Property(name)
		if !ok {
			return &Error{Code: Invalid, Reason: ReasonUnknownField, Field: name,
				Message: "Property name '" + name + "' is not defined in profile"}
		}
		if err := property.check(p[name]); err != nil {
			return err
		}
	}
	for _, list := range [][]Property{properties[s.Kind], s.Custom} {
		for _, property := range list {
			if s.edited(property).Required && blank(p[property.Name]) {
				return InvalidField(property.Name, "The field cannot be left blank")
			}
		}
	}
	return nil
}

// MayChange returns the refusal of a change from one profile to another that
// touches a property which nobody may write.
func (s Schema) MayChange(before, after Profile, fields []string) error {
	for _, name := range fields {
		p, _ := s.Property(name)
		switch _, had := before[name]; {
		case p.Mutability == ReadOnly:
			return &Error{Code: Forbidden, Reason: ReasonReadOnlyField, Field: name, Message: "nobody writes this property here"}
		case p.Mutability == Immutable && had:
			return &Error{Code: Forbidden, Reason: ReasonImmutableField, Field: name, Message: "this property is set once"}
		}
	}
	return nil
}

func blank(v any) bool {
	if list, ok := v.([]any); ok {
		return len(list) == 0
	}
	return v == nil || v == ""
}

// CheckDefinition returns the first fault of the schema itself: of its custom
// properties one by one, of their names and of their number.
func (s Schema) CheckDefinition() error {
	if len(s.Custom) > MaxCustomProperties {
		return Refused(Invalid, ReasonTooMany, "a schema has at most %d custom properties", MaxCustomProperties).In("definitions.custom.properties")
	}
	if len(s.Unique()) > MaxUniqueProperties {
		return InvalidField("unique", "a schema has at most %d unique properties", MaxUniqueProperties)
	}
	taken := map[string]bool{}
	for _, p := range properties[s.Kind] {
		taken[strings.ToLower(p.Name)] = true
	}
	for _, p := range s.Custom {
		if taken[strings.ToLower(p.Name)] {
			return InvalidField(p.Name, "a property has this name already, perhaps in another case")
		}
		taken[strings.ToLower(p.Name)] = true
		if slices.Contains(s.Removing, p.Name) {
			return Refused(Conflict, "", "the values of a removed property of this name are still being swept, try again soon").In(p.Name)
		}
		if p.Unique && s.Kind == GroupSchema {
			return InvalidField(p.Name, "groups have no unique properties")
		}
		if err := p.CheckDefinition(); err != nil {
			return err
		}
	}
	for name, e := range s.Edits {
		if err := e.check(name); err != nil {
			return err
		}
	}
	return nil
}

func (e BaseEdit) check(name string) error {
	switch {
	case e.Optional && name != "firstName" && name != "lastName":
		return InvalidField(name, "only first and last name can be made optional")
	case e.Pattern != "" && name != "login":
		return InvalidField(name, "only the login has a pattern")
	case e.Pattern != "":
		return checkPattern(name, e.Pattern)
	}
	return nil
}

func checkPattern(name, pattern string) error {
	if _, err := compile(pattern); err != nil || utf8.RuneCountInString(pattern) > MaxPattern || strings.ContainsRune(pattern, 0) {
		return InvalidField(name, "the pattern must be a regular expression of at most %d characters", MaxPattern)
	}
	return nil
}

// compile reads a pattern, which always means the whole text. The engine takes
// time linear in the text whatever the pattern is.
func compile(pattern string) (*regexp.Regexp, error) {
	if _, err := regexp.Compile(pattern); err != nil {
		return nil, err // or "a)(b" would become good inside the group
	}
	return regexp.Compile(`^(?:` + pattern + `)$`)
}

// isURI reports whether s is an absolute address of a resource.
func isURI(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && (u.Host != "" || u.Opaque != "")
}

// wholeNumber is the largest integer that every reader of JSON keeps exactly.
const wholeNumber = 1 << 53

func isWhole(n float64) bool { return n == math.Trunc(n) && math.Abs(n) <= wholeNumber }
