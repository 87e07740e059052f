package store

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// GroupOwners lists the owners of a group by ID, as far as the scopes show
// them: a hidden owner is left out. The zero scope of people shows none.
func (v *View) GroupOwners(groups authz.GroupScope, people authz.UserScope, group bailiwick.ID, after bailiwick.ID, limit int) (Page[bailiwick.GroupOwner], error) {
	if _, err := v.Group(groups, group); err != nil {
		return Page[bailiwick.GroupOwner]{}, err
	}
	a := v.args()
	in, from := a.add(group), a.add(after)
	text := `SELECT o.owner_id, o.owner_kind, o.last_updated, u.profile, '' AS name FROM group_owners o CROSS JOIN users u
		WHERE o.org_id = $1 AND o.group_id = ` + in + ` AND o.owner_id > ` + from + ` AND u.org_id = $1 AND u.id = o.owner_id
		AND ` + userPredicate(&a, people.See()) + `
		UNION ALL
		SELECT o.owner_id, o.owner_kind, o.last_updated, NULL, g.name FROM group_owners o CROSS JOIN groups g
		WHERE o.org_id = $1 AND o.group_id = ` + in + ` AND o.owner_id > ` + from + ` AND g.org_id = $1 AND g.id = o.owner_id
		AND ` + setPredicate(&a, groups.See(), "g.id") + `
		ORDER BY owner_id LIMIT ` + a.add(limit+1)
	var keys []string
	rows, err := v.query(text, a...)
	owners, err := collect(rows, err, func(rows *sql.Rows) (bailiwick.GroupOwner, error) {
		o, err := scanOwner(rows)
		keys = append(keys, string(o.ID))
		return o, err
	})
	if err != nil {
		return Page[bailiwick.GroupOwner]{}, fmt.Errorf("read the owners of group %s: %w", group, err)
	}
	return cutPage(owners, keys, limit), nil
}

func scanOwner(rows *sql.Rows) (bailiwick.GroupOwner, error) {
	var o bailiwick.GroupOwner
	var profile []byte
	var updated int64
	if err := rows.Scan(&o.ID, &o.Kind, &updated, &profile, &o.Name); err != nil {
		return o, err
	}
	o.LastUpdated = timeOf(updated)
	if profile == nil {
		return o, nil
	}
	var p bailiwick.Profile
	if err := json.Unmarshal(profile, &p); err != nil {
		return o, fmt.Errorf("read the profile of %s: %w", o.ID, err)
	}
	o.Name = p.Name()
	return o, nil
}

// AddGroupOwner makes a person or group, whom the caller has read, an owner of
// a group. It reports false when they are one, and refuses more than
// [bailiwick.MaxGroupOwners].
func (tx *Tx) AddGroupOwner(groups authz.GroupScope, group bailiwick.ID, o bailiwick.GroupOwner) (bool, error) {
	if _, err := tx.Group(groups, group); err != nil {
		return false, err
	}
	n, err := tx.exec(`INSERT INTO group_owners (org_id, group_id, owner_id, owner_kind, last_updated) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, tx.org, group, o.ID, o.Kind, millis(o.LastUpdated))
	if err != nil || n == 0 {
		return false, wrap(err, "write an owner of group %s", group)
	}
	var owners int
	err = tx.row(`SELECT COUNT(*) FROM group_owners WHERE org_id = $1 AND group_id = $2`, tx.org, group).Scan(&owners)
	if err == nil && owners > bailiwick.MaxGroupOwners {
		return false, bailiwick.InvalidField("owner", "a group can have at most %d owners", bailiwick.MaxGroupOwners)
	}
	return true, wrap(err, "count the owners of group %s", group)
}

// RemoveGroupOwner ends an ownership; it reports false when there was none.
func (tx *Tx) RemoveGroupOwner(groups authz.GroupScope, group, owner bailiwick.ID) (bool, error) {
	if _, err := tx.Group(groups, group); err != nil {
		return false, err
	}
	n, err := tx.exec(`DELETE FROM group_owners WHERE org_id = $1 AND group_id = $2 AND owner_id = $3`, tx.org, group, owner)
	return n > 0, wrap(err, "remove an owner of group %s", group)
}

// wrap says what failed, if anything did.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
