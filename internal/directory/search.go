package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// An Expression says by what people or groups are to be found. The zero value
// asks nothing.
type Expression struct {
	Where filter.Node
	Exact bool // case counts
	// SortBy is the attribute to sort by, ties by ID; empty for the standard
	// order. What has no value comes last.
	SortBy     string
	Descending bool
	// Field is what the asker calls the expression, for refusals.
	Field string
}

// question names what a cursor of the list is good for.
func (e Expression) question() string {
	if e.Where == nil {
		return ""
	}
	return fmt.Sprintf("%s %t %q %t", e.Where, e.Exact, e.SortBy, e.Descending)
}

func (e Expression) spelling() store.Spelling {
	if e.Exact {
		return store.ExactCase
	}
	return store.AnyCase
}

// refused names the asker's field in a refusal that does not know it.
func (e Expression) refused(err error) error {
	if r, ok := errors.AsType[*bailiwick.Error](err); ok && r.Reason == bailiwick.ReasonBadSearch && r.Field == "" {
		return r.In(e.Field)
	}
	return err
}

// Attributes that are not of the profile.
var (
	personAttributes = []string{"id", "status", "created", "activated", "statusChanged", "lastUpdated", "type.id", "realmId", "realm_id"}
	groupAttributes  = []string{"id", "type", "created", "lastUpdated", "lastMembershipUpdated", "source.id"}
)

// check refuses attributes that nobody has (AZ-8: the same for every value)
// and comparisons of a text with what is none. property finds one of a profile.
func (e Expression) check(own []string, property func(name string) (bailiwick.Property, bool, error)) error {
	if e.Where == nil {
		return nil
	}
	known := func(path string, value filter.Value) error {
		wrong := bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonBadSearch, "%s is compared with a text", path)
		if slices.Contains(own, path) {
			if texts(value) {
				return nil
			}
			return wrong
		}
		unknown := bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonBadSearch, "there is no attribute %q to find by", path)
		name, ok := strings.CutPrefix(path, "profile.")
		if !ok {
			return unknown
		}
		p, ok, err := property(name)
		switch {
		case err != nil:
			return err
		case !ok:
			return unknown
		case p.Type == bailiwick.TextType && !texts(value):
			return wrong
		}
		return nil
	}
	if e.SortBy != "" {
		if err := known(e.SortBy, filter.Value{Kind: filter.Text}); err != nil {
			return Expression{Field: "sortBy"}.refused(err)
		}
	}
	return e.refused(filter.Walk(e.Where, func(n filter.Node) error {
		switch n := n.(type) {
		case filter.Compare:
			return known(n.Path, n.Value)
		case filter.Present:
			return known(n.Path, filter.Value{Kind: filter.Text})
		}
		return nil
	}))
}

func texts(v filter.Value) bool {
	if v.Kind == filter.List {
		return !slices.ContainsFunc(v.Items, func(one filter.Value) bool { return !texts(one) })
	}
	return v.Kind == filter.Text
}

// personProperty finds a property in the schema of any user type.
func personProperty(v *store.View) func(string) (bailiwick.Property, bool, error) {
	var schemas []bailiwick.Schema
	return func(name string) (bailiwick.Property, bool, error) {
		if p, ok := (bailiwick.Schema{}).Property(name); ok {
			return p, true, nil
		}
		if schemas == nil {
			types, err := v.UserTypes()
			if err != nil {
				return bailiwick.Property{}, false, err
			}
			for _, t := range types {
				s, err := v.UserSchema(t.ID)
				if err != nil {
					return bailiwick.Property{}, false, err
				}
				schemas = append(schemas, s)
			}
		}
		for _, s := range schemas {
			if p, ok := s.Property(name); ok {
				return p, true, nil
			}
		}
		return bailiwick.Property{}, false, nil
	}
}

func groupProperty(v *store.View) func(string) (bailiwick.Property, bool, error) {
	return func(name string) (bailiwick.Property, bool, error) {
		s, err := v.GroupSchema()
		if err != nil {
			return bailiwick.Property{}, false, err
		}
		p, ok := s.Property(name)
		return p, ok, nil
	}
}

// SearchGroups lists the groups that the actor may see and the expression
// describes, by name unless it says otherwise.
func (d *Directory) SearchGroups(ctx context.Context, by authz.Actor, e Expression, p Paging) (List[bailiwick.Group], error) {
	found, err := d.groups(ctx, by, "groups "+e.question(), p, func(v *store.View) (store.GroupQuery, error) {
		return store.GroupQuery{Where: e.Where, Spelling: e.spelling(), SortBy: e.SortBy, Descending: e.Descending},
			e.check(groupAttributes, groupProperty(v))
	})
	return found, e.refused(err)
}
