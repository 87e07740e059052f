package api

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

const draft04 = "http://json-schema.org/draft-04/schema#"

type wireSchema struct {
	ID          string              `json:"id"`
	Schema      string              `json:"$schema"`
	Name        string              `json:"name"`
	Title       string              `json:"title"`
	Description string              `json:"description"`
	LastUpdated stamp               `json:"lastUpdated"`
	Created     stamp               `json:"created"`
	Definitions wireDefinitions     `json:"definitions"`
	Type        string              `json:"type"`
	Properties  map[string]any      `json:"properties"`
	Links       map[string]relation `json:"_links"`
}

type wireDefinitions struct {
	Custom wireDefinition `json:"custom"`
	Base   wireDefinition `json:"base"`
}

type wireDefinition struct {
	ID         string         `json:"id"`
	Type       string         `json:"type"`
	Properties wireProperties `json:"properties"`
	Required   []string       `json:"required"`
}

// wireProperties are properties in their own order, which a map would lose.
type wireProperties []bailiwick.Property

// MarshalJSON writes the properties as an object.
func (ps wireProperties) MarshalJSON() ([]byte, error) {
	out := []byte("{")
	for i, p := range ps {
		if i > 0 {
			out = append(out, ',')
		}
		text, err := marshalProperty(p)
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, '"'), p.Name+`":`...), text...)
	}
	return append(out, '}'), nil
}

// allOf says that a profile has what the definitions name.
var allOf = map[string]any{"profile": map[string]any{"allOf": []map[string]string{
	{"$ref": "#/definitions/custom"}, {"$ref": "#/definitions/base"}}}}

func definition(id string, properties []bailiwick.Property) wireDefinition {
	out := wireDefinition{ID: id, Type: "object", Properties: properties, Required: []string{}}
	for _, p := range properties {
		if p.Required {
			out.Required = append(out.Required, p.Name)
		}
	}
	return out
}

func schemaOf(s bailiwick.Schema) wireSchema {
	return wireSchema{Schema: draft04, LastUpdated: stamp(s.LastUpdated), Created: stamp(s.Created), Type: "object", Properties: allOf,
		Definitions: wireDefinitions{Custom: definition("#custom", s.Custom), Base: definition("#base", s.Base())}}
}

func (a *API) userSchema(r *http.Request, s bailiwick.Schema, t bailiwick.UserType) wireSchema {
	out := schemaOf(s)
	ref := string(s.ID)
	if t.Default {
		ref = "default"
	}
	out.ID, out.Name, out.Title, out.Description = a.web.URL(r, "/meta/schemas/user/"+ref), t.Name, t.DisplayName, t.Description
	out.Links = map[string]relation{"self": a.schemaLink(r, "self", t), "type": a.typeLink(r, "type", t)}
	return out
}

func (a *API) groupSchema(r *http.Request, s bailiwick.Schema) wireSchema {
	out := schemaOf(s)
	out.ID, out.Name, out.Title, out.Description = a.web.URL(r, "/meta/schemas/group/default"), "group", "Okta group", "Okta group profile template"
	out.Links = map[string]relation{"self": {"self", a.web.URL(r, "/api/v1/meta/schemas/group/default"), http.MethodGet}}
	return out
}

// schemaBody is a change of a schema in a request.
type schemaBody struct {
	Definitions struct {
		Custom definitionBody `json:"custom"`
		Base   definitionBody `json:"base"`
	} `json:"definitions"`
}

// definitionBody has null for a property that is to go.
type definitionBody struct {
	Properties map[string]*propertyBody `json:"properties"`
	Required   []string                 `json:"required"`
}

// propertyBody is a property in a request. What has more than one form on the
// wire, or means something when it is absent, is kept as it came.
type propertyBody struct {
	Title             *string                `json:"title"`
	Description       string                 `json:"description"`
	Type              bailiwick.PropertyType `json:"type"`
	Items             *itemsBody             `json:"items"`
	Enum              []any                  `json:"enum"`
	OneOf             []bailiwick.Choice     `json:"oneOf"`
	MinLength         *int                   `json:"minLength"`
	MaxLength         *int                   `json:"maxLength"`
	Minimum           *float64               `json:"minimum"`
	Maximum           *float64               `json:"maximum"`
	Format            string                 `json:"format"`
	Pattern           *string                `json:"pattern"`
	Required          *bool                  `json:"required"`
	Unique            jsontext.Value         `json:"unique"`
	Mutability        bailiwick.Mutability   `json:"mutability"`
	Scope             string                 `json:"scope"`
	Permissions       []wirePermission       `json:"permissions"`
	Master            *bailiwick.Master      `json:"master"`
	ExternalName      string                 `json:"externalName"`
	ExternalNamespace string                 `json:"externalNamespace"`
}

type itemsBody struct {
	Type  bailiwick.PropertyType `json:"type"`
	Enum  []any                  `json:"enum"`
	OneOf []bailiwick.Choice     `json:"oneOf"`
}

type wirePermission struct {
	Principal string               `json:"principal"`
	Action    bailiwick.Permission `json:"action"`
}

const self = "SELF"

// change is what the body asks of the schema.
func (b schemaBody) change(s bailiwick.Schema) (bailiwick.SchemaChange, error) {
	out := bailiwick.SchemaChange{Custom: map[string]*bailiwick.Property{}, Base: map[string]bailiwick.Property{}}
	for name, body := range b.Definitions.Custom.Properties {
		if body == nil {
			out.Custom[name] = nil
			continue
		}
		p, err := body.custom(name)
		if err != nil {
			return out, err
		}
		p.Required = p.Required || slices.Contains(b.Definitions.Custom.Required, name)
		out.Custom[name] = &p
	}
	for name, body := range b.Definitions.Base.Properties {
		p, ok := s.Property(name)
		if !ok || body == nil {
			return out, bailiwick.InvalidField(name, "is no base property that can be changed")
		}
		var err error
		if out.Base[name], err = body.base(p); err != nil {
			return out, err
		}
	}
	return out, nil
}

// custom is the definition of a custom property; what is not given has its
// standard value.
func (b propertyBody) custom(name string) (bailiwick.Property, error) {
	p := bailiwick.Property{Name: name, Title: name, Description: b.Description, Type: b.Type, Enum: b.Enum, OneOf: b.OneOf,
		MinLength: b.MinLength, MaxLength: b.MaxLength, Minimum: b.Minimum, Maximum: b.Maximum, Format: b.Format, Pattern: given(b.Pattern),
		Required: given(b.Required), Mutability: cmp.Or(b.Mutability, bailiwick.ReadWrite), Scope: cmp.Or(b.Scope, bailiwick.ScopeNone),
		Self: bailiwick.MayRead, Master: b.Master, ExternalName: b.ExternalName, ExternalNamespace: b.ExternalNamespace}
	if b.Title != nil {
		p.Title = *b.Title
	}
	if b.Items != nil {
		p.Items = b.Items.Type
		if len(b.Items.Enum) > 0 {
			p.Enum = b.Items.Enum
		}
		if len(b.Items.OneOf) > 0 {
			p.OneOf = b.Items.OneOf
		}
	}
	switch string(b.Unique) {
	case "", "null", "false", `"NOT_UNIQUE"`:
	case "true", `"UNIQUE_VALIDATED"`, `"PENDING_VALIDATION"`:
		p.Unique = true
	default:
		return p, bailiwick.InvalidField(name, "unique must be UNIQUE_VALIDATED or NOT_UNIQUE")
	}
	return p, b.permit(&p)
}

// base is a base property with what is given of it. The login is taken as it
// is given: without a pattern it is an address again, for clients that cannot
// send null.
func (b propertyBody) base(p bailiwick.Property) (bailiwick.Property, error) {
	if b.Title != nil {
		p.Title = *b.Title
	}
	p.Type = cmp.Or(b.Type, p.Type)
	if b.MinLength != nil {
		p.MinLength = b.MinLength
	}
	if b.MaxLength != nil {
		p.MaxLength = b.MaxLength
	}
	if b.Required != nil {
		p.Required = *b.Required
	}
	if p.Pattern = given(b.Pattern); b.Master != nil {
		p.Master = b.Master
	}
	return p, b.permit(&p)
}

func (b propertyBody) permit(p *bailiwick.Property) error {
	for _, one := range b.Permissions {
		if one.Principal != self {
			return bailiwick.InvalidField(p.Name, "permissions are for the principal SELF")
		}
		p.Self = one.Action
	}
	return nil
}

func (a *API) getUserSchema(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	s, t, err := a.dir.UserSchema(r.Context(), by, param(r, "schema"))
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.userSchema(r, s, t))
}

func (a *API) updateUserSchema(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body schemaBody
	if err := read(r, &body); err != nil {
		return err
	}
	s, t, err := a.dir.UpdateUserSchema(r.Context(), by, param(r, "schema"), body.change)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.userSchema(r, s, t))
}

func (a *API) getGroupSchema(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	s, err := a.dir.GroupSchema(r.Context(), by)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.groupSchema(r, s))
}

func (a *API) updateGroupSchema(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	var body schemaBody
	if err := read(r, &body); err != nil {
		return err
	}
	s, err := a.dir.UpdateGroupSchema(r.Context(), by, body.change)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, a.groupSchema(r, s))
}
