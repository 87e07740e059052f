package bailiwick

import (
	"net/mail"
	"reflect"
	"slices"
	"strings"
)

// A Profile holds the attributes of a person by their wire names. Values are
// what JSON has: string, bool, float64 and slices of them. Absent and null
// are the same and are stored as absent.
type Profile map[string]any

// Text returns a text attribute, or "" when it is absent or no text.
func (p Profile) Text(name string) string {
	s, _ := p[name].(string)
	return s
}

// Login is the user name, unique in the org whatever its case and accents.
func (p Profile) Login() string { return p.Text("login") }

// Email is the primary address.
func (p Profile) Email() string { return p.Text("email") }

// FirstName is the given name.
func (p Profile) FirstName() string { return p.Text("firstName") }

// LastName is the family name.
func (p Profile) LastName() string { return p.Text("lastName") }

// Name is how a person is called on screen and in the log: the display name,
// else first and last name, else the login.
func (p Profile) Name() string {
	if d := p.Text("displayName"); d != "" {
		return d
	}
	if n := strings.TrimSpace(p.FirstName() + " " + p.LastName()); n != "" {
		return n
	}
	return p.Login()
}

// ShortLogin is the part of the login before the @.
func (p Profile) ShortLogin() string {
	short, _, _ := strings.Cut(p.Login(), "@")
	return short
}

// Clone returns a copy that can be changed without touching p.
func (p Profile) Clone() Profile {
	c := make(Profile, len(p))
	for k, v := range p {
		c[k] = v
	}
	return c
}

// An Attribute is one property of a profile with its limits, in code points.
type Attribute struct {
	Name     string
	Title    string
	Min, Max int
	Required bool
	Email    bool // must be an address
}

// BaseAttributes are the attributes that every user type has, in the order in
// which the wire's schema lists them.
var BaseAttributes = []Attribute{
	{Name: "login", Title: "Username", Min: 5, Max: 100, Required: true, Email: true},
	{Name: "firstName", Title: "First name", Min: 1, Max: 50, Required: true},
	{Name: "lastName", Title: "Last name", Min: 1, Max: 50, Required: true},
	{Name: "middleName", Title: "Middle name", Max: 50},
	{Name: "honorificPrefix", Title: "Honorific prefix", Max: 50},
	{Name: "honorificSuffix", Title: "Honorific suffix", Max: 50},
	{Name: "email", Title: "Primary email", Min: 5, Max: 100, Required: true, Email: true},
	{Name: "title", Title: "Title", Max: 100},
	{Name: "displayName", Title: "Display name", Max: 100},
	{Name: "nickName", Title: "Nickname", Max: 100},
	{Name: "profileUrl", Title: "Profile Url", Max: 2048},
	{Name: "secondEmail", Title: "Secondary email", Max: 100, Email: true},
	{Name: "mobilePhone", Title: "Mobile phone", Max: 100},
	{Name: "primaryPhone", Title: "Primary phone", Max: 100},
	{Name: "streetAddress", Title: "Street address", Max: 1024},
	{Name: "city", Title: "City", Max: 128},
	{Name: "state", Title: "State", Max: 128},
	{Name: "zipCode", Title: "Zip code", Max: 50},
	{Name: "countryCode", Title: "Country code", Max: 2},
	{Name: "postalAddress", Title: "Postal Address", Max: 4096},
	{Name: "preferredLanguage", Title: "Preferred language", Max: 100},
	{Name: "locale", Title: "Locale", Max: 100},
	{Name: "timezone", Title: "Time zone", Max: 100},
	{Name: "userType", Title: "User type", Max: 100},
	{Name: "employeeNumber", Title: "Employee number", Max: 100},
	{Name: "costCenter", Title: "Cost center", Max: 100},
	{Name: "organization", Title: "Organization", Max: 100},
	{Name: "division", Title: "Division", Max: 100},
	{Name: "department", Title: "Department", Max: 100},
	{Name: "managerId", Title: "ManagerId", Max: 100},
	{Name: "manager", Title: "Manager", Max: 100},
}

var baseAttribute = func() map[string]Attribute {
	m := make(map[string]Attribute, len(BaseAttributes))
	for _, a := range BaseAttributes {
		m[a.Name] = a
	}
	return m
}()

// BaseAttribute returns the base attribute of that wire name.
func BaseAttribute(name string) (Attribute, bool) {
	a, ok := baseAttribute[name]
	return a, ok
}

// Check is the check against the schema of a user type that nobody has
// changed.
func (p Profile) Check() error { return Schema{}.Check(p) }

// property is the attribute as a property of a schema.
func (a Attribute) property() Property {
	p := Property{Name: a.Name, Title: a.Title, Type: TextType, Required: a.Required, MaxLength: &a.Max,
		Mutability: ReadWrite, Scope: ScopeNone, Self: MayRead}
	if a.Min > 0 {
		p.MinLength = &a.Min
	}
	if a.Email {
		p.Format = "email"
	}
	return p
}

// Merge returns p with the changes laid over it; a null or empty value
// removes the attribute, as on the wire.
func (p Profile) Merge(changes Profile) Profile {
	out := p.Clone()
	for k, v := range changes {
		if v == nil || v == "" {
			delete(out, k)
			continue
		}
		out[k] = v
	}
	return out
}

// Changed lists the names of the attributes that differ between p and after,
// sorted.
func (p Profile) Changed(after Profile) []string {
	var out []string
	for name, v := range after {
		if before, had := p[name]; !had || !reflect.DeepEqual(before, v) {
			out = append(out, name)
		}
	}
	for name := range p {
		if _, has := after[name]; !has {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// IsAddress reports whether s is one bare e-mail address (RFC 5321 form,
// nothing around it, no control characters or spaces).
func IsAddress(s string) bool {
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '<' || r == '>' || r == '"' }) {
		return false
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		return false
	}
	_, domain, ok := strings.Cut(s, "@")
	return ok && domain != ""
}
