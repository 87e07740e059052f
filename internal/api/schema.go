package api

import (
	"reflect"
	"strings"
	"unicode"

	"github.com/bailiwick-iam/bailiwick"
)

// A schemer writes Go types as JSON Schema 2020-12, as encoding/json writes
// their values. A named struct becomes a component of its own.
type schemer struct {
	components map[string]any
	strict     bool // of an answer: what is always written is required
}

type object = map[string]any

// written are the types that write themselves, and those with a closed set of
// values.
var written = map[reflect.Type]object{
	reflect.TypeFor[stamp]():             {"type": []string{"string", "null"}, "format": "date-time"},
	reflect.TypeFor[wireProperties]():    {"type": "object", "additionalProperties": object{"type": "object"}},
	reflect.TypeFor[bailiwick.Profile](): {"type": "object", "additionalProperties": true},
	reflect.TypeFor[bailiwick.Status]():  {"type": "string", "enum": bailiwick.Statuses()},
}

func (s schemer) of(t reflect.Type) object {
	if known, ok := written[t]; ok {
		return known
	}
	switch t.Kind() {
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint32, reflect.Uint64:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Pointer:
		return object{"anyOf": []any{s.of(t.Elem()), object{"type": "null"}}}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return anything() // JSON as it came
		}
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		return s.structure(t)
	}
	return anything()
}

// anything names all types: validators differ on what no type means for null.
func anything() object {
	return object{"type": []string{"array", "boolean", "null", "number", "object", "string"}}
}

// structure is a struct, by reference when it has a name.
func (s schemer) structure(t reflect.Type) object {
	name := strings.TrimPrefix(t.Name(), "wire")
	if name == "" {
		return s.fields(t)
	}
	name = string(unicode.ToUpper(rune(name[0]))) + name[1:]
	if !s.strict && !strings.HasSuffix(name, "Body") {
		name += "Body"
	}
	if _, done := s.components[name]; !done {
		s.components[name] = nil // a type that holds itself ends here
		s.components[name] = s.fields(t)
	}
	return object{"$ref": "#/components/schemas/" + name}
}

func (s schemer) fields(t reflect.Type) object {
	properties, required := object{}, []string{}
	out := object{"type": "object", "properties": properties}
	for _, f := range reflect.VisibleFields(t) {
		tag, tagged := f.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		switch {
		case strings.Contains(options, "unknown"):
			out["additionalProperties"] = true
			continue
		case f.Anonymous && name == "", !f.IsExported(), name == "-", !tagged && len(f.Index) == 1:
			continue // the fields of an embedded struct come by themselves
		}
		optional := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
		properties[name] = s.of(f.Type)
		if optional && f.Type.Kind() == reflect.Pointer {
			properties[name] = s.of(f.Type.Elem())
		}
		if s.strict && !optional {
			required = append(required, name)
		}
	}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}
