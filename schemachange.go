package bailiwick

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// A SchemaChange is a merge into a schema. What it does not name stays.
type SchemaChange struct {
	// Custom are whole definitions by name; nil removes the property with all
	// values that people have in it.
	Custom map[string]*Property
	// Base are base properties as they shall be. Nothing may differ but the
	// permission and the source, that first and last name are required, and
	// the pattern of the login.
	Base map[string]Property
}

// With returns the schema with the change merged into it, or the first fault
// of the result. The type of a property that exists stays: values are there.
func (s Schema) With(c SchemaChange) (Schema, error) {
	out := s
	out.Custom, out.Edits, out.Removing = slices.Clone(s.Custom), maps.Clone(s.Edits), slices.Clone(s.Removing)
	for _, name := range slices.Sorted(maps.Keys(c.Custom)) {
		if err := out.merge(name, c.Custom[name]); err != nil {
			return s, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Base)) {
		if err := out.edit(name, c.Base[name]); err != nil {
			return s, err
		}
	}
	return out, out.CheckDefinition()
}

func (s *Schema) merge(name string, p *Property) error {
	i, found := slices.BinarySearchFunc(s.Custom, name, byName)
	switch {
	case p == nil && !found:
		return nil
	case p == nil:
		s.Custom = slices.Delete(s.Custom, i, i+1)
		if s.Kind == UserSchema { // the values of groups go at once
			s.Removing = append(s.Removing, name)
		}
		return nil
	case !found:
		s.Custom = slices.Insert(s.Custom, i, *p)
		return nil
	case s.Custom[i].Type != p.Type || s.Custom[i].Items != p.Items:
		return InvalidField(name, "the type of a property cannot be changed")
	}
	s.Custom[i] = *p
	return nil
}

func (s *Schema) edit(name string, p Property) error {
	i := slices.IndexFunc(properties[s.Kind], func(p Property) bool { return p.Name == name })
	if i < 0 {
		return InvalidField(name, "is no base property")
	}
	if s.Kind == GroupSchema {
		return InvalidField(name, "the base properties of groups stay as they are")
	}
	was := properties[s.Kind][i]
	now := p
	now.Required, now.Pattern, now.Self, now.Master, now.Format, now.Title, now.Description = was.Required, was.Pattern, was.Self, was.Master, was.Format, was.Title, was.Description
	switch {
	case !reflect.DeepEqual(now, was), !strings.EqualFold(p.Title, was.Title):
		return InvalidField(name, "only the permissions, the master, the pattern of the login and whether names are required can be changed")
	case p.Required && !was.Required:
		return InvalidField(name, "this property stays optional")
	}
	if err := p.Self.check(name); err != nil {
		return err
	}
	if err := p.Master.check(name); err != nil {
		return err
	}
	e := BaseEdit{Optional: was.Required && !p.Required, Pattern: p.Pattern, Self: p.Self, Master: p.Master}
	if e.Self == was.Self {
		e.Self = ""
	}
	if s.Edits == nil {
		s.Edits = map[string]BaseEdit{}
	}
	delete(s.Edits, name)
	if e != (BaseEdit{}) {
		s.Edits[name] = e
	}
	return nil
}

// Changed lists the names of the properties that the schemas do not define
// alike, sorted.
func (s Schema) Changed(after Schema) []string {
	var out []string
	for _, list := range [][]Property{s.Base(), s.Custom, after.Custom} {
		for _, p := range list {
			before, was := s.Property(p.Name)
			now, is := after.Property(p.Name)
			if was != is || !reflect.DeepEqual(before, now) {
				out = append(out, p.Name)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
