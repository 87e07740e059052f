package directory

import (
	"context"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// ExportPeople lists people as an import takes them, sorted by login: profile,
// status, and the names of the groups that they are in and the actor sees.
func (d *Directory) ExportPeople(ctx context.Context, by authz.Actor, p Paging) (List[ImportRow], error) {
	var out List[ImportRow]
	err := d.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return err
		}
		after, err := d.open(by, "export", p)
		if err != nil {
			return err
		}
		page, err := v.UsersByLogin(scope, after, p.Limit)
		if err != nil {
			return err
		}
		names, err := groupNames(v, scope, page.Rows)
		out = List[ImportRow]{Next: d.seal(by, "export", page.Next)}
		for _, u := range page.Rows {
			out.Rows = append(out.Rows, ImportRow{Profile: u.Profile, Status: u.Status, Groups: names[u.ID]})
		}
		return err
	})
	return out, err
}

func groupNames(v *store.View, people authz.UserScope, rows []bailiwick.User) (map[bailiwick.ID][]string, error) {
	out := map[bailiwick.ID][]string{}
	scope, err := v.Actor().Groups(authz.GroupsRead)
	if err != nil || len(rows) == 0 {
		return out, nil // who sees no groups is shown none
	}
	ids := make([]bailiwick.ID, len(rows))
	for i, u := range rows {
		ids[i] = u.ID
	}
	memberships, err := v.Memberships(people, scope, ids)
	for _, m := range memberships {
		out[m.User] = append(out[m.User], m.Name)
	}
	return out, err
}
