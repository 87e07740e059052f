package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

// The attribute index holds every value by which people are searched and
// sorted: text folded once in Go, times and numbers as text that sorts as they
// do. It only brings candidates, and judge.go decides on each.

// An entry is one row of the attribute index.
type entry struct {
	name, value string
	id          bailiwick.ID
}

// stampForm is how times are compared: the wire's form, which sorts.
const stampForm = "2006-01-02T15:04:05.000Z"

// moments are the times that people are found by.
var moments = map[string]func(bailiwick.User) time.Time{
	"created":       func(u bailiwick.User) time.Time { return u.Created },
	"activated":     func(u bailiwick.User) time.Time { return u.Activated },
	"statusChanged": func(u bailiwick.User) time.Time { return u.StatusChanged },
	"lastUpdated":   func(u bailiwick.User) time.Time { return u.LastUpdated },
}

// everybodys are the attributes of which everybody has an entry, with an empty
// value when there is none: a list sorted by one of them is a walk of the
// index alone.
var everybodys = []string{"status", "type.id", "created", "activated", "statusChanged", "lastUpdated",
	"profile.login", "profile.email", "profile.firstName", "profile.lastName"}

// found reports whether people are found by the attribute through the index.
func found(path string) bool {
	return strings.HasPrefix(path, "profile.") || slices.Contains(everybodys, path)
}

// entryName is how the index calls an attribute. A profile may have any name,
// so the others get a sign that no property's name has.
func entryName(path string) string {
	if name, ok := strings.CutPrefix(path, "profile."); ok {
		return name
	}
	return ":" + path
}

// entriesOf are the rows of a person, sorted.
func entriesOf(u bailiwick.User) []entry {
	out := make([]entry, 0, len(u.Profile)+len(everybodys))
	add := func(path string) {
		for _, value := range values(u, path) {
			out = append(out, entry{entryName(path), entryValue(value), u.ID})
		}
	}
	for name := range u.Profile {
		add("profile." + name)
	}
	for _, path := range everybodys {
		if !strings.HasPrefix(path, "profile.") {
			add(path)
		}
		if len(values(u, path)) == 0 {
			out = append(out, entry{entryName(path), "", u.ID})
		}
	}
	slices.SortFunc(out, byValue)
	return slices.Compact(out)
}

func byValue(a, b entry) int {
	return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.value, b.value), cmp.Compare(a.id, b.id))
}

// entryValue is a value as the index holds it: folded, and cut like a key.
func entryValue(value string) string { return cut(filter.Fold(value), maxKey) }

// cut returns the longest beginning of whole characters within so many bytes.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// values are what a person has under an attribute, as texts that compare as
// the values do; none when it is absent.
func values(u bailiwick.User, path string) []string {
	if name, ok := strings.CutPrefix(path, "profile."); ok {
		return textsOf(nil, u.Profile[name])
	}
	if moment, ok := moments[path]; ok {
		if at := moment(u); !at.IsZero() {
			return []string{at.UTC().Format(stampForm)}
		}
		return nil
	}
	switch path {
	case "id":
		return []string{string(u.ID)}
	case "status":
		return []string{string(u.Status)}
	case "type.id":
		return []string{string(u.TypeID)}
	case "realmId", "realm_id":
		return []string{string(u.RealmID)}
	}
	return nil
}

func textsOf(out []string, v any) []string {
	switch v := v.(type) {
	case string:
		if v != "" {
			out = append(out, v)
		}
	case float64:
		out = append(out, numberText(v))
	case int:
		out = append(out, numberText(float64(v)))
	case int64:
		out = append(out, numberText(float64(v)))
	case bool:
		out = append(out, truthText(v))
	case []any:
		for _, one := range v {
			out = textsOf(out, one)
		}
	case []string:
		for _, one := range v {
			out = textsOf(out, one)
		}
	}
	return out
}

// numberText writes a number so that the texts sort as the numbers do: the bits
// of a float do once the sign is turned round. The first character keeps them
// apart from what people write.
func numberText(n float64) string {
	if n == 0 {
		n = 0 // there is a negative zero
	}
	bits := math.Float64bits(n)
	if bits>>63 == 1 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	return fmt.Sprintf("\x02%016x", bits)
}

func truthText(b bool) string { return fmt.Sprintf("\x03%t", b) }

// insertEntries writes rows of one person.
func (v *View) insertEntries(u bailiwick.ID, entries []entry, suffix string) error {
	for part := range slices.Chunk(entries, insertedAtOnce) {
		a := v.args()
		id := a.add(u)
		rows := make([]string, len(part))
		for i, e := range part {
			rows[i] = "($1, " + a.add(e.name) + ", " + a.add(e.value) + ", " + id + ")"
		}
		_, err := v.exec(`INSERT INTO user_attributes (org_id, name, value, user_id) VALUES `+strings.Join(rows, ", ")+suffix, a...)
		if err != nil {
			return fmt.Errorf("index the attributes of %s: %w", u, err)
		}
	}
	return nil
}

func (tx *Tx) deleteEntries(entries []entry) error {
	for _, e := range entries {
		_, err := tx.exec(`DELETE FROM user_attributes WHERE org_id = $1 AND name = $2 AND value = $3 AND user_id = $4`, tx.org, e.name, e.value, e.id)
		if err != nil {
			return fmt.Errorf("take attributes of %s from the index: %w", e.id, err)
		}
	}
	return nil
}

// reindex moves the rows of a person of whom something changed. Whoever writes
// a column of users that is found by calls it.
func (tx *Tx) reindex(before, after bailiwick.User) error {
	old, fresh := entriesOf(before), entriesOf(after)
	in := func(list []entry) func(entry) bool {
		return func(e entry) bool { _, ok := slices.BinarySearchFunc(list, e, byValue); return ok }
	}
	gone := slices.DeleteFunc(slices.Clone(old), in(fresh))
	come := slices.DeleteFunc(slices.Clone(fresh), in(old))
	if err := tx.deleteEntries(gone); err != nil {
		return err
	}
	// A value that waits to be swept may have left its row here.
	return tx.insertEntries(after.ID, come, " ON CONFLICT DO NOTHING")
}

// indexedAtOnce is how many people one transaction of indexAll takes.
const indexedAtOnce = 500

// indexAll fills the index for people who were there before it was. It goes by
// ID, so an org whose last person is indexed is done.
func (s *Store) indexAll(ctx context.Context) error {
	orgs, err := s.Orgs(ctx)
	if err != nil {
		return err
	}
	for _, org := range orgs {
		after, done := bailiwick.ID(""), false
		for !done {
			err := s.Keep(ctx, org.ID, func(k *Upkeep) error {
				var err error
				if after == "" {
					if done, err = k.lastIsIndexed(); err != nil || done {
						return err
					}
				}
				after, err = k.indexSome(after)
				done = after == ""
				return err
			})
			if err != nil {
				return fmt.Errorf("index the people of %s: %w", org.ID, err)
			}
		}
	}
	return nil
}

func (k *Upkeep) lastIsIndexed() (bool, error) {
	rows, err := k.query(`SELECT `+userColumns+` FROM users u WHERE u.org_id = $1 ORDER BY u.id DESC LIMIT 1`, k.org)
	users, err := collect(rows, err, scanUserRow)
	if err != nil || len(users) == 0 {
		return true, err
	}
	var n int
	err = k.row(`SELECT COUNT(*) FROM user_attributes WHERE org_id = $1 AND name = $2 AND value = $3 AND user_id = $4`,
		k.org, entryName("status"), entryValue(string(users[0].Status)), users[0].ID).Scan(&n)
	return n > 0, err
}

func (k *Upkeep) indexSome(after bailiwick.ID) (last bailiwick.ID, err error) {
	rows, err := k.query(`SELECT `+userColumns+` FROM users u WHERE u.org_id = $1 AND u.id > $2 ORDER BY u.id LIMIT $3`, k.org, after, indexedAtOnce)
	users, err := collect(rows, err, scanUserRow)
	if err != nil {
		return "", err
	}
	for _, u := range users {
		if err := k.insertEntries(u.ID, entriesOf(u), " ON CONFLICT DO NOTHING"); err != nil {
			return "", err
		}
		last = u.ID
	}
	return last, nil
}

func scanEntry(rows *sql.Rows) (e entry, err error) { return e, rows.Scan(&e.value, &e.id) }
