package directory

import (
	"context"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// ReachedThrough names, for each person of a page, the groups by which an actor
// whose reach is limited sees them. It is empty for everybody else. The rows
// are those that Users has just returned to the same actor.
func (d *Directory) ReachedThrough(ctx context.Context, by authz.Actor, rows []bailiwick.User) (map[bailiwick.ID][]string, error) {
	var out map[bailiwick.ID][]string
	err := d.store.View(ctx, by, func(v *store.View) error {
		people, err := v.Actor().Users(authz.UsersRead)
		if err != nil || people.See().Everything() {
			return err
		}
		groups, err := v.Actor().Groups(authz.GroupsRead)
		if err != nil || groups.See().Everything() {
			return nil // limited by realms: there are no groups to name
		}
		ids := make([]bailiwick.ID, len(rows))
		for i, u := range rows {
			ids[i] = u.ID
		}
		out, err = v.GroupNames(groups, ids)
		return err
	})
	return out, err
}
