package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

// groupsOwner stands where the schema of a user type has the type's ID.
const groupsOwner bailiwick.ID = "group"

// schemaOfUser is, for a row u of users, the ID of the schema and behind a
// comma the properties whose values are as good as gone though rows still hold
// them.
const schemaOfUser = `COALESCE((SELECT h.id || ',' || h.removing FROM schemas h WHERE h.org_id = u.org_id AND h.type_id = u.type_id), ',')`

const schemaColumns = `s.id, s.type_id, s.edits, s.custom, s.removing, s.created, s.last_updated`

func scanSchema(row scanner) (bailiwick.Schema, error) {
	var s bailiwick.Schema
	var edits, custom []byte
	var removing string
	var created, updated int64
	if err := row.Scan(&s.ID, &s.TypeID, &edits, &custom, &removing, &created, &updated); err != nil {
		return s, err
	}
	s.Created, s.LastUpdated, s.Removing = timeOf(created), timeOf(updated), splitNames(removing)
	if s.TypeID == groupsOwner {
		s.ID, s.TypeID, s.Kind = "", "", bailiwick.GroupSchema
	}
	if err := errors.Join(json.Unmarshal(edits, &s.Edits), json.Unmarshal(custom, &s.Custom)); err != nil {
		return s, fmt.Errorf("read schema %s: %w", s.ID, err)
	}
	return s, nil
}

func splitNames(joined string) []string {
	if joined == "" {
		return nil
	}
	return strings.Split(joined, ",")
}

// dropHidden takes the values that wait to be swept out of a profile.
func dropHidden(p bailiwick.Profile, joined string) {
	for _, name := range splitNames(joined) {
		delete(p, name)
	}
}

// UserSchema reads the schema of a user type. In a Tx it stays as it is until
// COMMIT, so that no profile is written by a schema that is gone.
func (v *View) UserSchema(typeID bailiwick.ID) (bailiwick.Schema, error) {
	return v.schema(typeID, "UserType")
}

// GroupSchema reads the schema of the org's groups.
func (v *View) GroupSchema() (bailiwick.Schema, error) { return v.schema(groupsOwner, "Schema") }

func (v *View) schema(owner bailiwick.ID, kind string) (bailiwick.Schema, error) {
	if s, ok := v.schemas[owner]; ok {
		return s, nil
	}
	s, err := scanSchema(v.row(`SELECT `+schemaColumns+` FROM schemas s WHERE s.org_id = $1 AND s.type_id = $2`+v.lock, v.org, owner))
	if err != nil {
		return s, oneRow(err, kind, owner)
	}
	if v.schemas == nil {
		v.schemas = map[bailiwick.ID]bailiwick.Schema{}
	}
	v.schemas[owner] = s
	return s, nil
}

// UserSchemaByID reads the schema of that ID.
func (v *View) UserSchemaByID(id bailiwick.ID) (bailiwick.Schema, error) {
	if !id.Is(bailiwick.KindUserSchema) {
		return bailiwick.Schema{}, bailiwick.NotFound("Schema", id)
	}
	s, err := scanSchema(v.row(`SELECT `+schemaColumns+` FROM schemas s WHERE s.org_id = $1 AND s.id = $2`, v.org, id))
	return s, oneRow(err, "Schema", id)
}

const typeColumns = `t.id, t.schema_id, t.name, t.display_name, t.description, t.is_default, t.created_by, t.updated_by, t.created, t.last_updated`

func scanType(row scanner) (bailiwick.UserType, error) {
	var t bailiwick.UserType
	var created, updated int64
	err := row.Scan(&t.ID, &t.SchemaID, &t.Name, &t.DisplayName, &t.Description, &t.Default, &t.CreatedBy, &t.UpdatedBy, &created, &updated)
	t.Created, t.LastUpdated = timeOf(created), timeOf(updated)
	return t, err
}

// UserTypes lists the user types of the org, the default one first and then by
// name; there are at most [bailiwick.MaxUserTypes].
func (v *View) UserTypes() ([]bailiwick.UserType, error) {
	rows, err := v.query(`SELECT `+typeColumns+` FROM user_types t WHERE t.org_id = $1 ORDER BY t.is_default DESC, t.name_key`, v.org)
	types, err := collect(rows, err, func(rows *sql.Rows) (bailiwick.UserType, error) { return scanType(rows) })
	if err != nil {
		return nil, fmt.Errorf("read the user types: %w", err)
	}
	return types, nil
}

// UserType reads one user type.
func (v *View) UserType(id bailiwick.ID) (bailiwick.UserType, error) {
	t, err := scanType(v.row(`SELECT `+typeColumns+` FROM user_types t WHERE t.org_id = $1 AND t.id = $2`+v.lock, v.org, id))
	return t, oneRow(err, "UserType", id)
}

// InsertUserType adds a user type with its schema.
func (tx *Tx) InsertUserType(t bailiwick.UserType, s bailiwick.Schema) error {
	if err := tx.actor.May(authz.UserTypesManage); err != nil {
		return err
	}
	_, err := tx.exec(`INSERT INTO user_types (org_id, id, schema_id, name, name_key, display_name, description, is_default, created_by, updated_by,
		created, last_updated) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		tx.org, t.ID, t.SchemaID, t.Name, filter.FoldAccents(t.Name), t.DisplayName, t.Description, t.Default, t.CreatedBy, t.UpdatedBy,
		millis(t.Created), millis(t.LastUpdated))
	if err != nil {
		return nameTaken(err, "user_types_name", "write a user type")
	}
	s.ID, s.TypeID = t.SchemaID, t.ID
	return tx.insertSchema(t.ID, s.ID, s)
}

func (tx *Tx) insertSchema(owner, id bailiwick.ID, s bailiwick.Schema) error {
	edits, custom, err := schemaText(s)
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO schemas (org_id, type_id, id, edits, custom, removing, created, last_updated) VALUES ($1, $2, $3, $4, $5, '', $6, $7)`,
		tx.org, owner, id, edits, custom, millis(s.Created), millis(s.LastUpdated))
	if err != nil {
		return fmt.Errorf("write a schema: %w", err)
	}
	return nil
}

func schemaText(s bailiwick.Schema) (edits, custom string, err error) {
	if s.Edits == nil {
		s.Edits = map[string]bailiwick.BaseEdit{}
	}
	first, err := json.Marshal(s.Edits)
	if err != nil {
		return "", "", fmt.Errorf("write a schema: %w", err)
	}
	second, err := json.Marshal(append([]bailiwick.Property{}, s.Custom...))
	if err != nil {
		return "", "", fmt.Errorf("write a schema: %w", err)
	}
	return string(first), string(second), nil
}

// insertDefaults makes what every org begins with: the default user type, its
// schema, and the schema of groups.
func (tx *Tx) insertDefaults(o bailiwick.Org) error {
	system := tx.actor.Entity().ID
	s := bailiwick.Schema{Created: o.Created, LastUpdated: o.Created}
	err := tx.InsertUserType(bailiwick.UserType{ID: o.UserType, SchemaID: o.Schema, Name: bailiwick.DefaultTypeName,
		DisplayName: bailiwick.DefaultTypeTitle, Description: bailiwick.DefaultTypeNote, Default: true, CreatedBy: system, UpdatedBy: system,
		Created: o.Created, LastUpdated: o.Created}, s)
	if err != nil {
		return err
	}
	return tx.insertSchema(groupsOwner, groupsOwner, s)
}

// SaveUserType writes how a type is called and described.
func (tx *Tx) SaveUserType(t bailiwick.UserType) error {
	if err := tx.actor.May(authz.UserTypesManage); err != nil {
		return err
	}
	_, err := tx.exec(`UPDATE user_types SET display_name = $3, description = $4, updated_by = $5, last_updated = $6 WHERE org_id = $1 AND id = $2`,
		tx.org, t.ID, t.DisplayName, t.Description, t.UpdatedBy, millis(t.LastUpdated))
	if err != nil {
		return fmt.Errorf("write a user type: %w", err)
	}
	return nil
}

// DeleteUserType removes a type that is not the default one and that nobody
// has.
func (tx *Tx) DeleteUserType(t bailiwick.UserType) error {
	if err := tx.actor.May(authz.UserTypesManage); err != nil {
		return err
	}
	used := t.Default
	if !used {
		err := tx.row(`SELECT COUNT(*) > 0 FROM (SELECT 1 FROM user_attributes WHERE org_id = $1 AND name = $2 AND value = $3 LIMIT 1) one`,
			tx.org, entryName(typePath), entryValue(string(t.ID))).Scan(&used)
		if err != nil {
			return fmt.Errorf("read the people of user type %s: %w", t.ID, err)
		}
	}
	if used {
		return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonTypeStays, "the default user type and one that people have stay")
	}
	for _, text := range []string{
		`DELETE FROM unique_values WHERE org_id = $1 AND type_id = $2`,
		`DELETE FROM schemas WHERE org_id = $1 AND type_id = $2`,
		`DELETE FROM user_types WHERE org_id = $1 AND id = $2`,
	} {
		if _, err := tx.exec(text, tx.org, t.ID); err != nil {
			return fmt.Errorf("delete user type %s: %w", t.ID, err)
		}
	}
	return nil
}

// SaveSchema writes a schema in place of the one that was read in this
// transaction: values that became unique are claimed, values of properties
// that are gone are hidden from now on. Sweeping them is [Upkeep.Sweep]'s.
func (tx *Tx) SaveSchema(before, after bailiwick.Schema) error {
	if err := tx.actor.MayEverywhere(authz.SchemasManage); err != nil {
		return err
	}
	owner := after.TypeID
	if after.Kind == bailiwick.GroupSchema {
		owner = groupsOwner
	}
	edits, custom, err := schemaText(after)
	if err != nil {
		return err
	}
	_, err = tx.exec(`UPDATE schemas SET edits = $3, custom = $4, removing = $5, last_updated = $6 WHERE org_id = $1 AND type_id = $2`,
		tx.org, owner, edits, custom, strings.Join(after.Removing, ","), millis(after.LastUpdated))
	if err != nil {
		return fmt.Errorf("write schema %s: %w", after.ID, err)
	}
	delete(tx.schemas, owner)
	if after.Kind == bailiwick.GroupSchema {
		return tx.stripGroups(before, after)
	}
	return tx.reclaim(before, after)
}

// reclaim gives up the values of properties that are not unique any more and
// claims those of the ones that became so.
func (tx *Tx) reclaim(before, after bailiwick.Schema) error {
	was, is := before.Unique(), after.Unique()
	for _, name := range was {
		if slices.Contains(is, name) {
			continue
		}
		if _, err := tx.exec(`DELETE FROM unique_values WHERE org_id = $1 AND type_id = $2 AND name = $3`, tx.org, after.TypeID, name); err != nil {
			return fmt.Errorf("give up the values of %s: %w", name, err)
		}
	}
	fresh := slices.DeleteFunc(is, func(name string) bool {
		_, known := before.Property(name) // a new property has no values yet
		return slices.Contains(was, name) || !known
	})
	if len(fresh) == 0 {
		return nil
	}
	return tx.claimAll(after, fresh)
}
