package directory_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// property is a good custom property of the type.
func property(name string, kind bailiwick.PropertyType) *bailiwick.Property {
	return &bailiwick.Property{Name: name, Title: name, Type: kind, Mutability: bailiwick.ReadWrite, Scope: bailiwick.ScopeNone, Self: bailiwick.MayRead}
}

func unique(p *bailiwick.Property) *bailiwick.Property {
	p.Unique = true
	return p
}

// schema changes custom properties of the default schema; nil removes one.
func (k *desk) schema(ctx context.Context, by authz.Actor, custom map[string]*bailiwick.Property) error {
	_, _, err := k.UpdateUserSchema(ctx, by, directory.DefaultRef, func(bailiwick.Schema) (bailiwick.SchemaChange, error) {
		return bailiwick.SchemaChange{Custom: custom}, nil
	})
	return err
}

func (k *desk) set(name string, changes bailiwick.Profile) error {
	_, err := k.UpdateProfile(k.t.Context(), k.as("una"), k.ref(name), changes)
	return err
}

func TestTypesAndSchemasChangeAndAreWrittenDown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		var contractor bailiwick.UserType
		for _, a := range []act{
			{name: "make a type", events: []string{"directory.non_default_user_profile.create: Contractor"},
				do: func(ctx context.Context, k *desk) (err error) {
					contractor, err = k.CreateUserType(ctx, k.as("olga"), "contractor", "Contractor", "")
					k.groups["Contractor"], k.groups["User"] = contractor.ID, k.org.UserType // events are told by these names
					return err
				}},
			{name: "call it otherwise", events: []string{"schema.user_type.update: Contractor"},
				do: func(ctx context.Context, k *desk) error {
					title := "External"
					_, err := k.UpdateUserType(ctx, k.as("olga"), string(contractor.ID), nil, &title, nil)
					return err
				}},
			{name: "call it the same", do: func(ctx context.Context, k *desk) error {
				title := "External"
				_, err := k.UpdateUserType(ctx, k.as("olga"), string(contractor.ID), nil, &title, nil)
				return err
			}},
			{name: "add a property", events: []string{"directory.user_profile.update: User"},
				do: func(ctx context.Context, k *desk) error {
					return k.schema(ctx, k.as("abe"), map[string]*bailiwick.Property{"shoe": property("shoe", bailiwick.NumberType)})
				}},
			{name: "add the same property", do: func(ctx context.Context, k *desk) error {
				return k.schema(ctx, k.as("olga"), map[string]*bailiwick.Property{"shoe": property("shoe", bailiwick.NumberType)})
			}},
			{name: "delete the type", events: []string{"schema.user_type.delete: Contractor"},
				do: func(ctx context.Context, k *desk) error {
					return k.DeleteUserType(ctx, k.as("olga"), string(contractor.ID))
				}},
		} {
			a.run(t, k)
		}
	})
}

func TestWhoMayChangeTypesAndSchemas(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		// An application administrator of some apps is none of everybody's profiles.
		k.must(k.limitAbe())
		for _, name := range []string{"ugo", "una", "hal", "mem", "abe", "pia", "rod", "rex", "nora"} {
			by := k.as(name)
			wants(t, name+" changes the schema", k.schema(ctx, by, map[string]*bailiwick.Property{"x": property("x", bailiwick.TextType)}), bailiwick.Forbidden, "")
			_, err := k.CreateUserType(ctx, by, "x", "X", "")
			wants(t, name+" makes a type", err, bailiwick.Forbidden, "")
			wants(t, name+" deletes a type", k.DeleteUserType(ctx, by, "oty00000000000absent"), bailiwick.Forbidden, "")
			_, err = k.UpdateGroupSchema(ctx, by, func(bailiwick.Schema) (bailiwick.SchemaChange, error) { return bailiwick.SchemaChange{}, nil })
			wants(t, name+" changes the schema of groups", err, bailiwick.Forbidden, "")
		}
	})
}

// limitAbe limits abe to one app.
func (k *desk) limitAbe() error {
	holder := directory.Person(string(k.people["abe"]))
	roles, err := k.Roles(k.t.Context(), k.system, holder)
	if err != nil {
		return err
	}
	return k.AddAppTarget(k.t.Context(), k.system, holder, roles[0].ID, bailiwick.AppTarget{Name: "slack"})
}

func TestAUniqueValueHasOneHolder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		k.must(k.schema(ctx, k.as("olga"), map[string]*bailiwick.Property{"badge": unique(property("badge", bailiwick.TextType))}))
		for round := range rounds() {
			value := fmt.Sprintf("B%d", round)
			people := []string{"nora", "nils", "sid", "elsa"}
			errs := make([]error, len(people))
			var wait sync.WaitGroup
			for i, name := range people {
				wait.Go(func() { errs[i] = k.set(name, bailiwick.Profile{"badge": value}) })
			}
			wait.Wait()
			won := 0
			for i, err := range errs {
				if err == nil {
					won++
				} else if !errors.Is(err, &bailiwick.Error{Code: bailiwick.Conflict, Reason: bailiwick.ReasonDuplicate}) {
					t.Errorf("%s: got %v, want a duplicate", people[i], err)
				}
			}
			if won != 1 {
				t.Fatalf("round %d: %d people got the badge %s, want one", round, won, value)
			}
		}
	})
}

func TestAUniqueValueIsFreeWhenItsHolderLetsItGo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx := t.Context()
		k.must(k.schema(ctx, k.as("olga"), map[string]*bailiwick.Property{"badge": unique(property("badge", bailiwick.TextType)), "number": unique(property("number", bailiwick.IntegerType))}))
		other, err := k.CreateUserType(ctx, k.as("olga"), "other", "Other", "")
		k.must(err)
		taken := func(what string, err error) {
			t.Helper()
			wants(t, what, err, bailiwick.Conflict, bailiwick.ReasonDuplicate)
		}
		k.must(k.set("nora", bailiwick.Profile{"badge": "1", "number": 1.0}))
		taken("the badge", k.set("nils", bailiwick.Profile{"badge": "1"}))
		taken("the number", k.set("nils", bailiwick.Profile{"number": 1.0}))
		k.must(k.set("nora", bailiwick.Profile{"badge": "2"}))
		k.must(k.set("nils", bailiwick.Profile{"badge": "1"}))
		_, err = k.ReplaceUser(ctx, k.as("una"), k.ref("nils"), directory.UserChange{Profile: profile("nils").Merge(bailiwick.Profile{"badge": "1"}), TypeID: other.ID})
		k.must(err) // in another type the value is another one
		k.must(k.set("sid", bailiwick.Profile{"badge": "1"}))
		k.must(k.DeactivateUser(ctx, k.as("una"), k.ref("sid")))
		taken("of somebody deactivated", k.set("elsa", bailiwick.Profile{"badge": "1"}))
		k.must(k.DeleteUser(ctx, k.as("una"), k.ref("sid")))
		k.must(k.set("elsa", bailiwick.Profile{"badge": "1"}))
		long := bailiwick.Profile{"badge": fmt.Sprintf("%01000d", 7)}
		k.must(k.set("elsa", long))
		taken("a long badge", k.set("lou", long))
	})
}

func TestAPropertyThatBecomesUniqueClaimsWhatIsThere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, by := t.Context(), k.as("olga")
		plain := func() map[string]*bailiwick.Property {
			return map[string]*bailiwick.Property{"badge": property("badge", bailiwick.TextType)}
		}
		strict := map[string]*bailiwick.Property{"badge": unique(property("badge", bailiwick.TextType))}
		k.must(k.schema(ctx, by, plain()))
		k.must(k.set("nora", bailiwick.Profile{"badge": "1"}))
		k.must(k.set("nils", bailiwick.Profile{"badge": "1"}))
		wants(t, "while two have the same", k.schema(ctx, by, strict), bailiwick.Conflict, bailiwick.ReasonDuplicate)
		k.must(k.set("nils", bailiwick.Profile{"badge": "2"}))
		k.must(k.schema(ctx, by, strict))
		wants(t, "a claimed value", k.set("sid", bailiwick.Profile{"badge": "2"}), bailiwick.Conflict, bailiwick.ReasonDuplicate)
		k.must(k.schema(ctx, by, plain()))
		k.must(k.set("sid", bailiwick.Profile{"badge": "2"}))
	})
}

func TestARemovedPropertyTakesItsValuesAlong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, by := t.Context(), k.as("olga")
		text := map[string]*bailiwick.Property{"badge": unique(property("badge", bailiwick.TextType))}
		k.must(k.schema(ctx, by, text))
		k.must(k.set("nora", bailiwick.Profile{"badge": "1"}))
		k.must(k.schema(ctx, by, map[string]*bailiwick.Property{"badge": nil}))
		wants(t, "a value of it", k.set("nora", bailiwick.Profile{"badge": "2"}), bailiwick.Invalid, bailiwick.ReasonUnknownField)
		k.must(k.schema(ctx, by, map[string]*bailiwick.Property{"badge": property("badge", bailiwick.NumberType)}))
		u, err := k.User(ctx, by, k.ref("nora"))
		k.must(err)
		if v, has := u.Profile["badge"]; has {
			t.Errorf("a new property of the name: got the old value %v, want none", v)
		}
		k.must(k.set("nora", bailiwick.Profile{"badge": 2.0, "title": "Dr"}))
	})
}

func TestATypeThatSomebodyHasStays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, by := t.Context(), k.as("olga")
		other, err := k.CreateUserType(ctx, by, "other", "Other", "")
		k.must(err)
		made, err := k.CreateUser(ctx, by, directory.NewUser{Profile: profile("greta"), TypeID: other.ID})
		k.must(err)
		if made.TypeID != other.ID || made.SchemaID != other.SchemaID {
			t.Errorf("a person of the type: got %s and %s, want %s and %s", made.TypeID, made.SchemaID, other.ID, other.SchemaID)
		}
		wants(t, "a type with a person", k.DeleteUserType(ctx, by, string(other.ID)), bailiwick.Forbidden, bailiwick.ReasonTypeStays)
		wants(t, "the default type", k.DeleteUserType(ctx, by, directory.DefaultRef), bailiwick.Forbidden, bailiwick.ReasonTypeStays)
		_, err = k.ReplaceUser(ctx, by, string(made.ID), directory.UserChange{Profile: profile("greta"), TypeID: k.org.UserType})
		k.must(err)
		k.must(k.DeleteUserType(ctx, by, string(other.ID)))
		for n := 1; n < bailiwick.MaxUserTypes; n++ {
			_, err := k.CreateUserType(ctx, by, fmt.Sprintf("type_%d", n), "T", "")
			k.must(err)
		}
		_, err = k.CreateUserType(ctx, by, "one_more", "T", "")
		wants(t, "one type too many", err, bailiwick.Invalid, "")
	})
}

func TestGroupsHaveAttributesOfTheOrgsOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, by := t.Context(), k.as("olga")
		change := func(custom map[string]*bailiwick.Property) error {
			_, err := k.UpdateGroupSchema(ctx, by, func(bailiwick.Schema) (bailiwick.SchemaChange, error) {
				return bailiwick.SchemaChange{Custom: custom}, nil
			})
			return err
		}
		k.must(change(map[string]*bailiwick.Property{"floor": property("floor", bailiwick.NumberType)}))
		g, err := k.CreateGroup(ctx, by, bailiwick.Group{Name: "Attic", Custom: bailiwick.Profile{"floor": 4.0, "nothing": nil}})
		k.must(err)
		_, err = k.UpdateGroup(ctx, by, g.ID, bailiwick.Group{Name: "Attic", Custom: bailiwick.Profile{"floor": "high"}})
		wants(t, "a text for a number", err, bailiwick.Invalid, "")
		k.must(change(map[string]*bailiwick.Property{"floor": nil}))
		if g, err = k.Group(ctx, by, g.ID); err != nil || len(g.Custom) != 0 {
			t.Errorf("after the removal: got %v (%v), want no attribute", g.Custom, err)
		}
		k.must(change(map[string]*bailiwick.Property{"floor": property("floor", bailiwick.TextType)}))
		_, err = k.UpdateGroup(ctx, by, g.ID, bailiwick.Group{Name: "Attic", Custom: bailiwick.Profile{"floor": "high"}})
		k.must(err)
	})
}

func TestARemovalIsSweptThroughManyBatches(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		ctx, by := t.Context(), k.as("olga")
		k.must(k.schema(ctx, by, map[string]*bailiwick.Property{"badge": property("badge", bailiwick.TextType), "shoe": property("shoe", bailiwick.NumberType)}))
		batch := make([]directory.NewUser, 1100)
		for i := range batch {
			batch[i] = directory.NewUser{Profile: profile(fmt.Sprintf("p%d", i)).Merge(bailiwick.Profile{"badge": "b", "shoe": 44.0})}
		}
		made, err := k.LoadUsers(ctx, k.system, batch)
		k.must(err)
		k.must(k.schema(ctx, by, map[string]*bailiwick.Property{"badge": nil}))
		// That the name is free again says that the sweep has ended.
		k.must(k.schema(ctx, by, map[string]*bailiwick.Property{"badge": property("badge", bailiwick.TextType)}))
		for _, i := range []int{0, 499, 500, 999, 1000, 1099} {
			u, err := k.User(ctx, by, string(made[i].ID))
			k.must(err)
			if _, has := u.Profile["badge"]; has || u.Profile["shoe"] != 44.0 {
				t.Errorf("person %d: got %v, want the shoe and no badge", i, u.Profile)
			}
		}
	})
}
