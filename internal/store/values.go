package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/bailiwick-iam/bailiwick"
)

// maxClaimed is how many people may have a type when one of its properties
// becomes unique later than it was made: their values are claimed in one
// transaction.
const maxClaimed = 20_000

// valueKey is a value in unique_values: its JSON, which tells the text "1"
// from the number, or a digest of it when it is long.
func valueKey(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write a unique value: %w", err)
	}
	if len(text) <= maxKey {
		return string(text), nil
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// A claim is one row of unique_values without its person.
type claim struct {
	typeID bailiwick.ID
	name   string
	value  string
}

// claims are the unique values of a person.
func (tx *Tx) claims(u bailiwick.User) ([]claim, error) {
	s, err := tx.UserSchema(u.TypeID)
	if err != nil {
		return nil, err
	}
	return claimsOf(s, s.Unique(), u.Profile)
}

func claimsOf(s bailiwick.Schema, names []string, p bailiwick.Profile) ([]claim, error) {
	var out []claim
	for _, name := range names {
		v, has := p[name]
		if !has || v == nil || v == "" {
			continue
		}
		key, err := valueKey(v)
		if err != nil {
			return nil, err
		}
		out = append(out, claim{s.TypeID, name, key})
	}
	return out, nil
}

// claimValues moves the unique values of a person who is written: the engine
// decides who of two has a value. The zero before is a person who is new.
func (tx *Tx) claimValues(before, after bailiwick.User) error {
	if before.ID != "" && before.TypeID == after.TypeID && len(before.Profile.Changed(after.Profile)) == 0 {
		return nil
	}
	var had []claim
	var err error
	if before.ID != "" {
		if had, err = tx.claims(before); err != nil {
			return err
		}
	}
	has, err := tx.claims(after)
	if err != nil {
		return err
	}
	for _, c := range had {
		if slices.Contains(has, c) {
			continue
		}
		_, err := tx.exec(`DELETE FROM unique_values WHERE org_id = $1 AND type_id = $2 AND name = $3 AND value = $4 AND user_id = $5`,
			tx.org, c.typeID, c.name, c.value, after.ID)
		if err != nil {
			return fmt.Errorf("give up the value of %s: %w", c.name, err)
		}
	}
	for _, c := range has {
		if slices.Contains(had, c) {
			continue
		}
		if err := tx.insertClaim(c, after.ID); err != nil {
			return err
		}
	}
	return nil
}

// insertClaim answers a taken value as a taken login is answered: with the
// field alone, so that it says nothing of who has it.
func (tx *Tx) insertClaim(c claim, user bailiwick.ID) error {
	_, err := tx.exec(`INSERT INTO unique_values (org_id, type_id, name, value, user_id) VALUES ($1, $2, $3, $4, $5)`,
		tx.org, c.typeID, c.name, c.value, user)
	if key, ok := conflict(err); ok && key == "unique_values_once" {
		return &bailiwick.Error{Code: bailiwick.Conflict, Reason: bailiwick.ReasonDuplicate, Field: c.name,
			Message: "An object with this field already exists in the current organization"}
	}
	if err != nil {
		return fmt.Errorf("claim the value of %s: %w", c.name, err)
	}
	return nil
}

// claimAll claims what all people of a type have in properties that became
// unique.
func (tx *Tx) claimAll(s bailiwick.Schema, names []string) error {
	after, seen := bailiwick.ID(""), 0
	for {
		people, err := tx.typed(s.TypeID, after)
		if err != nil || len(people) == 0 {
			return err
		}
		if seen += len(people); seen > maxClaimed {
			return bailiwick.InvalidField(names[0], "too many people have this type already, add another property that is unique from the beginning")
		}
		for _, u := range people {
			dropHidden(u.profile, u.hidden)
			claims, err := claimsOf(s, names, u.profile)
			if err != nil {
				return err
			}
			for _, c := range claims {
				if err := tx.insertClaim(c, u.id); err != nil {
					return err
				}
			}
		}
		after = people[len(people)-1].id
	}
}
