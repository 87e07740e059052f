package directory

import (
	"cmp"
	"context"
	"errors"
	"reflect"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// DefaultRef names the default user type, and its schema, in place of an ID.
const DefaultRef = "default"

// UserTypes lists the org's user types, the default one first. Who sees people
// sees what kinds there are.
func (d *Directory) UserTypes(ctx context.Context, by authz.Actor) ([]bailiwick.UserType, error) {
	var types []bailiwick.UserType
	err := d.store.View(ctx, by, func(v *store.View) error {
		_, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return err
		}
		types, err = v.UserTypes()
		return err
	})
	return types, err
}

// UserType reads one user type by ID or as "default".
func (d *Directory) UserType(ctx context.Context, by authz.Actor, ref string) (bailiwick.UserType, error) {
	var t bailiwick.UserType
	err := d.store.View(ctx, by, func(v *store.View) error {
		_, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return err
		}
		t, err = userType(v, ref)
		return err
	})
	return t, err
}

func userType(v *store.View, ref string) (bailiwick.UserType, error) {
	if ref != DefaultRef {
		return v.UserType(bailiwick.ID(ref))
	}
	org, err := v.Org()
	if err != nil {
		return bailiwick.UserType{}, err
	}
	return v.UserType(org.UserType)
}

// CreateUserType makes a user type. Its schema begins as the default type's is
// now.
func (d *Directory) CreateUserType(ctx context.Context, by authz.Actor, name, title, description string) (bailiwick.UserType, error) {
	var t bailiwick.UserType
	err := d.store.Do(ctx, by, bailiwick.UserTypeCreated, func(tx *store.Tx) error {
		if err := tx.Actor().May(authz.UserTypesManage); err != nil {
			return err
		}
		author := tx.Actor().Entity().ID
		t = bailiwick.UserType{ID: tx.NewID(bailiwick.KindUserType), SchemaID: tx.NewID(bailiwick.KindUserSchema), Name: name, DisplayName: title,
			Description: description, CreatedBy: author, UpdatedBy: author, Created: tx.Now(), LastUpdated: tx.Now()}
		if err := t.Check(); err != nil {
			return err
		}
		types, err := tx.UserTypes()
		if err != nil {
			return err
		}
		if len(types) >= bailiwick.MaxUserTypes {
			return bailiwick.Refused(bailiwick.Invalid, "", "an organization has at most %d user types", bailiwick.MaxUserTypes).In("name")
		}
		org, err := tx.Org()
		if err != nil {
			return err
		}
		schema, err := tx.UserSchema(org.UserType)
		if err != nil {
			return err
		}
		schema.Created, schema.LastUpdated = tx.Now(), tx.Now()
		tx.Target(t.Entity())
		return tx.InsertUserType(t, schema)
	})
	return t, err
}

// UpdateUserType changes how a type is called and described; nil keeps it.
// The name is what programs know the type by: given, it must be the same.
func (d *Directory) UpdateUserType(ctx context.Context, by authz.Actor, ref string, name, title, description *string) (bailiwick.UserType, error) {
	var t bailiwick.UserType
	err := d.store.Do(ctx, by, bailiwick.UserTypeUpdated, func(tx *store.Tx) error {
		err := tx.Actor().May(authz.UserTypesManage)
		if err != nil {
			return err
		}
		if t, err = userType(&tx.View, ref); err != nil {
			return err
		}
		before := t
		if name != nil && *name != t.Name {
			return bailiwick.InvalidField("name", "cannot be changed")
		}
		if title != nil {
			t.DisplayName = *title
		}
		if description != nil {
			t.Description = *description
		}
		if t == before {
			return store.Unchanged()
		}
		if err := t.Check(); err != nil {
			return err
		}
		t.UpdatedBy, t.LastUpdated = tx.Actor().Entity().ID, tx.Now()
		tx.Target(t.Entity())
		return tx.SaveUserType(t)
	})
	return t, err
}

// DeleteUserType removes a type with its schema. The default one and those
// that people have stay.
func (d *Directory) DeleteUserType(ctx context.Context, by authz.Actor, ref string) error {
	return d.store.Do(ctx, by, bailiwick.UserTypeDeleted, func(tx *store.Tx) error {
		if err := tx.Actor().May(authz.UserTypesManage); err != nil {
			return err
		}
		t, err := userType(&tx.View, ref)
		if err != nil {
			return err
		}
		tx.Target(t.Entity())
		return tx.DeleteUserType(t)
	})
}

// UserSchema reads a user schema by its ID or as "default", with the type that
// it is of.
func (d *Directory) UserSchema(ctx context.Context, by authz.Actor, ref string) (bailiwick.Schema, bailiwick.UserType, error) {
	var s bailiwick.Schema
	var t bailiwick.UserType
	err := d.store.View(ctx, by, func(v *store.View) error {
		_, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return err
		}
		s, t, err = userSchema(v, ref)
		return err
	})
	return s, t, err
}

func userSchema(v *store.View, ref string) (bailiwick.Schema, bailiwick.UserType, error) {
	if ref == DefaultRef {
		t, err := userType(v, DefaultRef)
		if err != nil {
			return bailiwick.Schema{}, t, err
		}
		s, err := v.UserSchema(t.ID)
		return s, t, err
	}
	found, err := v.UserSchemaByID(bailiwick.ID(ref))
	if err != nil {
		return found, bailiwick.UserType{}, err
	}
	t, err := v.UserType(found.TypeID)
	if err != nil {
		return found, t, err
	}
	s, err := v.UserSchema(t.ID) // read once more as the transaction needs it
	return s, t, err
}

// A Change says what is to change of a schema, knowing how it is.
type Change func(bailiwick.Schema) (bailiwick.SchemaChange, error)

func noChange(bailiwick.Schema) (bailiwick.SchemaChange, error) { return bailiwick.SchemaChange{}, nil }

// UpdateUserSchema merges a change into a schema. A stricter rule binds from
// the next write of each profile on; nobody's values are changed by it. What a
// removed property held is hidden when this returns, and swept from the rows
// afterwards in batches: until that is done the name cannot be used again.
func (d *Directory) UpdateUserSchema(ctx context.Context, by authz.Actor, ref string, change Change) (bailiwick.Schema, bailiwick.UserType, error) {
	var s bailiwick.Schema
	var t bailiwick.UserType
	save := func(change Change) error {
		return d.store.Do(ctx, by, bailiwick.UserSchemaUpdated, func(tx *store.Tx) error {
			err := tx.Actor().MayEverywhere(authz.SchemasManage)
			if err != nil {
				return err
			}
			if s, t, err = userSchema(&tx.View, ref); err != nil {
				return err
			}
			tx.Target(t.Entity())
			s, err = saveSchema(tx, s, change)
			return err
		})
	}
	if err := save(noChange); err != nil { // who may, and what was left over
		return s, t, err
	}
	if len(s.Removing) > 0 {
		if err := d.sweep(ctx, by, t.ID); err != nil {
			return s, t, err
		}
	}
	if err := save(change); err != nil || len(s.Removing) == 0 {
		return s, t, err
	}
	return s, t, d.sweep(ctx, by, t.ID)
}

// sweep goes on until no row has a removed value any more, or the caller went
// away; the next change of the schema goes on then.
func (d *Directory) sweep(ctx context.Context, by authz.Actor, typeID bailiwick.ID) error {
	after := bailiwick.ID("")
	for {
		err := d.store.Keep(ctx, by.Org(), func(k *store.Upkeep) error {
			next, err := k.Sweep(typeID, after)
			if err == nil {
				after = next
			}
			return err
		})
		if err != nil || after == "" {
			return err
		}
	}
}

func saveSchema(tx *store.Tx, before bailiwick.Schema, change Change) (bailiwick.Schema, error) {
	wanted, err := change(before)
	if err != nil {
		return before, err
	}
	after, err := before.With(wanted)
	if err != nil {
		return before, err
	}
	if reflect.DeepEqual(before, after) {
		return before, store.Unchanged()
	}
	after.LastUpdated = tx.Now()
	for _, name := range before.Changed(after) {
		tx.Changed(bailiwick.Change{Field: name})
	}
	return after, tx.SaveSchema(before, after)
}

// GroupSchema reads the schema of groups. Who sees groups may read it.
func (d *Directory) GroupSchema(ctx context.Context, by authz.Actor) (bailiwick.Schema, error) {
	var s bailiwick.Schema
	err := d.store.View(ctx, by, func(v *store.View) error {
		_, err := v.Actor().Groups(authz.GroupsRead)
		if err != nil {
			return err
		}
		s, err = v.GroupSchema()
		return err
	})
	return s, err
}

// UpdateGroupSchema merges a change into the schema of groups. The values of a
// removed property go with it.
func (d *Directory) UpdateGroupSchema(ctx context.Context, by authz.Actor, change Change) (bailiwick.Schema, error) {
	var s bailiwick.Schema
	err := d.store.Do(ctx, by, bailiwick.GroupSchemaUpdated, func(tx *store.Tx) error {
		err := tx.Actor().MayEverywhere(authz.SchemasManage)
		if err != nil {
			return err
		}
		if s, err = tx.GroupSchema(); err != nil {
			return err
		}
		tx.Target(bailiwick.EventEntity{ID: tx.OrgID(), Type: "GroupSchema", AlternateID: "group", DisplayName: "Groups"})
		s, err = saveSchema(tx, s, change)
		return err
	})
	return s, err
}

// checkGroup checks the profile of a group that is written.
func checkGroup(tx *store.Tx, g bailiwick.Group) error {
	if err := g.Check(); err != nil {
		return err
	}
	s, err := tx.GroupSchema()
	if err != nil {
		return err
	}
	return s.Check(g.Profile())
}

// schemaOfNew refuses whoever may create nobody, and reads the schema of a new
// person so that a profile is refused before its password is hashed. The
// operation decides on both again in its own transaction.
func (d *Directory) schemaOfNew(ctx context.Context, by authz.Actor, typeID bailiwick.ID) (bailiwick.Schema, error) {
	var s bailiwick.Schema
	err := d.store.View(ctx, by, func(v *store.View) error {
		_, err := v.Actor().Users(authz.UsersCreate)
		if err != nil {
			return err
		}
		t, err := userType(v, cmp.Or(string(typeID), DefaultRef))
		if err != nil {
			return err
		}
		s, err = v.UserSchema(t.ID)
		return err
	})
	if errors.Is(err, bailiwick.ErrForbidden) {
		return s, d.first(ctx, by, bailiwick.UserCreated, authz.UsersCreate)
	}
	return s, err
}

// newType is the type of a new person, the default one if none was asked for.
// The profile keeps to its schema.
func newType(tx *store.Tx, n NewUser, org bailiwick.Org) (bailiwick.Schema, error) {
	s, err := tx.UserSchema(cmp.Or(n.TypeID, org.UserType))
	if err != nil {
		return s, err
	}
	return s, s.Check(n.Profile)
}

// retype is the type that the edit leaves the person with. Only a replacement
// changes it: another type has other properties, and who has it may belong to
// another population.
func (e edit) retype(tx *store.Tx, u bailiwick.User) (bailiwick.ID, error) {
	if e.TypeID == "" || e.TypeID == u.TypeID {
		return u.TypeID, nil
	}
	if !e.whole {
		return "", bailiwick.InvalidField("type", "is changed by replacing the whole user")
	}
	scope, err := tx.Actor().Users(authz.UsersChangeType)
	if err != nil {
		return "", err
	}
	if _, err := tx.User(scope, u.ID); err != nil {
		return "", err
	}
	t, err := tx.UserType(e.TypeID)
	return t.ID, err
}

// keepsTo checks a profile that is written against the schema of the type, and
// returns the schema's ID. One that stays as it was is left alone, though rules
// may have come since.
func keepsTo(tx *store.Tx, typeID bailiwick.ID, u bailiwick.User, profile bailiwick.Profile, changed []string) (bailiwick.ID, error) {
	if len(changed) == 0 && typeID == u.TypeID {
		return u.SchemaID, nil
	}
	s, err := tx.UserSchema(typeID)
	if err != nil {
		return "", err
	}
	if err := s.Check(profile); err != nil {
		return "", err
	}
	return s.ID, s.MayChange(u.Profile, profile, changed)
}
