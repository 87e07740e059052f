package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
)

// typePath is the attribute by which the people of a type are found.
const typePath = "type.id"

// sweptAtOnce is how many people one batch of a sweep reads.
const sweptAtOnce = 500

// A typed is what sweeping needs of a person.
type typed struct {
	id      bailiwick.ID
	version int64
	profile bailiwick.Profile
	hidden  string
}

// typed reads the next people of a type by ID, whoever they are: it serves
// rules that bind the rows, not an answer to anybody.
func (v *View) typed(typeID, after bailiwick.ID) ([]typed, error) {
	rows, err := v.query(`SELECT u.id, u.version, u.profile, `+schemaOfUser+` FROM user_attributes i CROSS JOIN users u
		WHERE i.org_id = $1 AND i.name = $2 AND i.value = $3 AND i.user_id > $4 AND u.org_id = $1 AND u.id = i.user_id AND u.type_id = $5
		ORDER BY i.user_id LIMIT $6`, v.org, entryName(typePath), entryValue(string(typeID)), after, typeID, sweptAtOnce)
	people, err := collect(rows, err, func(rows *sql.Rows) (typed, error) {
		var t typed
		var profile []byte
		if err := rows.Scan(&t.id, &t.version, &profile, &t.hidden); err != nil {
			return t, err
		}
		_, t.hidden, _ = strings.Cut(t.hidden, ",")
		return t, json.Unmarshal(profile, &t.profile)
	})
	if err != nil {
		return nil, fmt.Errorf("read the people of user type %s: %w", typeID, err)
	}
	return people, nil
}

// Sweep takes the values of removed properties out of the next batch of a
// type's people, behind the given person, and returns where to go on; empty
// when all are done, which ends the removal. What it takes has been hidden
// since the removal, so a sweep that breaks off changes no answer.
func (k *Upkeep) Sweep(typeID, after bailiwick.ID) (next bailiwick.ID, err error) {
	var removing string
	err = k.row(`SELECT s.removing FROM schemas s WHERE s.org_id = $1 AND s.type_id = $2`, k.org, typeID).Scan(&removing)
	if err == sql.ErrNoRows || removing == "" {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read what is removed from the schema of %s: %w", typeID, err)
	}
	people, err := k.typed(typeID, after)
	if err != nil {
		return "", err
	}
	for _, u := range people {
		if err := k.strip(u); err != nil {
			return "", err
		}
	}
	if len(people) == sweptAtOnce {
		return people[len(people)-1].id, nil
	}
	if err := k.forget(typeID, removing); err != nil {
		return "", err
	}
	_, err = k.exec(`UPDATE schemas SET removing = '' WHERE org_id = $1 AND type_id = $2 AND removing = $3`, k.org, typeID, removing)
	if err != nil {
		return "", fmt.Errorf("end the removal from the schema of %s: %w", typeID, err)
	}
	return "", nil
}

// forget takes the removed properties of a type's people, and of people who
// are gone, out of the attribute index. Other types may have a property of the
// same name.
func (k *Upkeep) forget(typeID bailiwick.ID, removing string) error {
	for _, name := range splitNames(removing) {
		_, err := k.exec(`DELETE FROM user_attributes WHERE org_id = $1 AND name = $2 AND NOT EXISTS (SELECT 1 FROM users u
			WHERE u.org_id = $1 AND u.id = user_attributes.user_id AND u.type_id <> $3)`, k.org, name, typeID)
		if err != nil {
			return fmt.Errorf("take %s from the index: %w", name, err)
		}
	}
	return nil
}

// strip rewrites one profile without its hidden values. A person who was
// saved meanwhile is left alone: what is saved has been read without them.
func (k *Upkeep) strip(u typed) error {
	kept := maps.Clone(u.profile)
	dropHidden(kept, u.hidden)
	if len(kept) == len(u.profile) {
		return nil
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("write a profile: %w", err)
	}
	_, err = k.exec(`UPDATE users SET profile = $3 WHERE org_id = $1 AND id = $2 AND version = $4`, k.org, u.id, string(text), u.version)
	if err != nil {
		return fmt.Errorf("sweep the profile of %s: %w", u.id, err)
	}
	return nil
}

// stripGroups takes the values of removed properties out of all groups.
// Groups are few beside people, so it happens at once.
func (tx *Tx) stripGroups(before, after bailiwick.Schema) error {
	var gone []string
	for _, p := range before.Custom {
		if _, kept := after.Property(p.Name); !kept {
			gone = append(gone, p.Name)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	last := bailiwick.ID("")
	for {
		groups, err := tx.attributed(last)
		if err != nil || len(groups) == 0 {
			return err
		}
		for _, g := range groups {
			last = g.id
			kept := maps.Clone(g.profile)
			dropHidden(kept, strings.Join(gone, ","))
			if len(kept) == len(g.profile) {
				continue
			}
			if err := tx.writeAttributes(g.id, kept); err != nil {
				return err
			}
		}
	}
}

// attributed reads the next groups that have custom attributes.
func (v *View) attributed(after bailiwick.ID) ([]typed, error) {
	rows, err := v.query(`SELECT g.id, g.profile FROM groups g WHERE g.org_id = $1 AND g.id > $2 AND CAST(g.profile AS TEXT) <> '{}'
		ORDER BY g.id LIMIT $3`, v.org, after, sweptAtOnce)
	groups, err := collect(rows, err, func(rows *sql.Rows) (typed, error) {
		var t typed
		var profile []byte
		if err := rows.Scan(&t.id, &profile); err != nil {
			return t, err
		}
		return t, json.Unmarshal(profile, &t.profile)
	})
	if err != nil {
		return nil, fmt.Errorf("read the attributes of groups: %w", err)
	}
	return groups, nil
}

func (tx *Tx) writeAttributes(id bailiwick.ID, p bailiwick.Profile) error {
	text, err := json.Marshal(bailiwick.Profile{}.Merge(p)) // nothing is {}
	if err != nil {
		return fmt.Errorf("write the attributes of a group: %w", err)
	}
	if _, err := tx.exec(`UPDATE groups SET profile = $3 WHERE org_id = $1 AND id = $2`, tx.org, id, string(text)); err != nil {
		return fmt.Errorf("write the attributes of group %s: %w", id, err)
	}
	return nil
}
