package api

import (
	"encoding/json"

	"github.com/bailiwick-iam/bailiwick"
)

// wireProperty is a property as schemas show it: only what is said of it.
type wireProperty struct {
	Title             string                 `json:"title"`
	Description       string                 `json:"description,omitempty"`
	Type              bailiwick.PropertyType `json:"type"`
	Items             *wireItems             `json:"items,omitempty"`
	Required          bool                   `json:"required,omitempty"`
	Format            string                 `json:"format,omitempty"`
	Pattern           string                 `json:"pattern,omitempty"`
	Unique            string                 `json:"unique,omitempty"`
	ExternalName      string                 `json:"externalName,omitempty"`
	ExternalNamespace string                 `json:"externalNamespace,omitempty"`
	Mutability        bailiwick.Mutability   `json:"mutability"`
	Scope             string                 `json:"scope"`
	MinLength         *int                   `json:"minLength,omitempty"`
	MaxLength         *int                   `json:"maxLength,omitempty"`
	Minimum           *float64               `json:"minimum,omitempty"`
	Maximum           *float64               `json:"maximum,omitempty"`
	Enum              []any                  `json:"enum,omitempty"`
	OneOf             []bailiwick.Choice     `json:"oneOf,omitempty"`
	Permissions       []wirePermission       `json:"permissions"`
	Master            *bailiwick.Master      `json:"master,omitempty"`
}

type wireItems struct {
	Type  bailiwick.PropertyType `json:"type"`
	Enum  []any                  `json:"enum,omitempty"`
	OneOf []bailiwick.Choice     `json:"oneOf,omitempty"`
}

func marshalProperty(p bailiwick.Property) ([]byte, error) {
	out := wireProperty{Title: p.Title, Description: p.Description, Type: p.Type, Required: p.Required, Format: p.Format, Pattern: p.Pattern,
		ExternalName: p.ExternalName, ExternalNamespace: p.ExternalNamespace, Mutability: p.Mutability, Scope: p.Scope,
		MinLength: p.MinLength, MaxLength: p.MaxLength, Minimum: p.Minimum, Maximum: p.Maximum, Enum: p.Enum, OneOf: p.OneOf,
		Permissions: []wirePermission{{self, p.Self}}, Master: p.Master}
	if out.Master == nil {
		out.Master = &bailiwick.Master{Type: "PROFILE_MASTER"}
	}
	if p.Unique {
		out.Unique = "UNIQUE_VALIDATED"
	}
	if p.Type == bailiwick.ListType {
		out.Items, out.Enum, out.OneOf = &wireItems{p.Items, p.Enum, p.OneOf}, nil, nil
	}
	if p.Name == "login" && p.Pattern == "" {
		out.Format = "" // the wire says it by the absence of a pattern
	}
	return json.Marshal(out)
}
