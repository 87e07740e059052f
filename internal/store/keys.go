package store

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

// A search key is a folded text by whose beginning a person is found. It is
// stored as key, U+0001, user ID in one sortable column, once for the org
// (user_keys) and once for each set that the person is in (member_keys), so
// that a page of a scoped search reads a page of rows.
//
// One more key, behind U+0002, sorts people by name; no search begins so.
const (
	keyEnd  = "\x01"
	sortKey = "\x02"
	// above sorts behind every character that a key can hold.
	above = "\U0010FFFF"
	// maxKey cuts a key, in bytes: a longer one would not fit an index page.
	maxKey = 256
)

// userKeys are the stored keys of a person, sorted.
func userKeys(u bailiwick.User) []string {
	full := foldKey(u.Profile.FirstName() + " " + u.Profile.LastName())
	keys := []string{sortKey + full, full}
	for _, attribute := range []string{u.Profile.LastName(), u.Profile.Login(), u.Profile.Email()} {
		if k := foldKey(attribute); k != "" {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	for i := range keys {
		keys[i] += keyEnd + string(u.ID)
	}
	return keys
}

// foldKey folds a text as keys and prefixes of searches are folded.
func foldKey(s string) string {
	s = strings.Join(strings.Fields(filter.FoldAccents(s)), " ")
	s = strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, s)
	for len(s) > maxKey {
		s = strings.TrimRightFunc(s[:len(s)-1], func(r rune) bool { return r == '\uFFFD' })
	}
	return s
}

// keyOwner is the user ID in a stored key.
func keyOwner(skey string) bailiwick.ID {
	i := strings.LastIndex(skey, keyEnd)
	return bailiwick.ID(skey[i+1:])
}

// rowsAtOnce bounds the parameters of one statement.
const rowsAtOnce = 200

// insertKeys writes keys of one person; set is empty for user_keys.
func (tx *Tx) insertKeys(table string, set bailiwick.ID, keys []string) error {
	a := tx.args()
	prefix, columns := "($1, ", "org_id, skey"
	if set != "" {
		prefix, columns = "($1, "+a.add(set)+", ", "org_id, set_id, skey"
	}
	values := make([]string, len(keys))
	for i, k := range keys {
		values[i] = prefix + a.add(k) + ")"
	}
	if len(values) == 0 {
		return nil
	}
	_, err := tx.exec(`INSERT INTO `+table+` (`+columns+`) VALUES `+strings.Join(values, ", "), a...)
	if err != nil {
		return fmt.Errorf("write search keys: %w", err)
	}
	return nil
}

func (tx *Tx) deleteKeys(table string, set bailiwick.ID, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	a := tx.args()
	where := "org_id = $1"
	if set != "" {
		where += " AND set_id = " + a.add(set)
	}
	marks := make([]string, len(keys))
	for i, k := range keys {
		marks[i] = a.add(k)
	}
	_, err := tx.exec(`DELETE FROM `+table+` WHERE `+where+` AND skey IN (`+strings.Join(marks, ", ")+`)`, a...)
	if err != nil {
		return fmt.Errorf("delete search keys: %w", err)
	}
	return nil
}

// rekey moves the keys of a person whose names changed, in the org and in
// every set.
func (tx *Tx) rekey(before, after bailiwick.User) error {
	old, fresh := userKeys(before), userKeys(after)
	gone := slices.DeleteFunc(slices.Clone(old), func(k string) bool { return slices.Contains(fresh, k) })
	come := slices.DeleteFunc(fresh, func(k string) bool { return slices.Contains(old, k) })
	if len(gone) == 0 && len(come) == 0 {
		return nil
	}
	sets, err := tx.setsOf(after.ID)
	if err != nil {
		return err
	}
	for _, set := range append([]bailiwick.ID{""}, sets...) {
		table := "member_keys"
		if set == "" {
			table = "user_keys"
		}
		if err := tx.deleteKeys(table, set, gone); err != nil {
			return err
		}
		if err := tx.insertKeys(table, set, come); err != nil {
			return err
		}
	}
	return nil
}
