package directory

import (
	"context"
	"errors"
	"slices"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// An ImportRow says how one person is to be, known by the login. What it does
// not say stays as it is.
type ImportRow struct {
	// Profile has the attributes that are given; null removes one.
	Profile bailiwick.Profile
	// Status is that of a new person; empty for Staged. One who exists must
	// have it: statuses change by the operations of the lifecycle alone. Only
	// the system may begin an account in another status than Staged.
	Status bailiwick.Status
	// Activate makes a new person Provisioned, with an activation mail.
	Activate bool
	// Groups are names of groups that the person is to be in. Nobody is taken
	// out of a group.
	Groups []string
}

// An ImportMode says how an import goes about it.
type ImportMode struct {
	MakeGroups bool // groups that do not exist are made, else refused
	Trial      bool // everything is tried and nothing kept
}

// A RowResult is what became of one row. Nothing did when all is zero: it was
// so already.
type RowResult struct {
	Made, Changed bool
	Joined        int   // groups that the person was put into
	Refused       error // an [*bailiwick.Error]; nothing of the row was done
}

// ImportPeople brings people to how the rows describe them: who is not there is
// made. Rows stand for themselves: one that is refused does not keep others
// from being done. All others of the batch are done in few transactions, and an
// error is none of a row: what is done stays done, and the batch can be sent
// again. A row counts as refused also when a group that it names cannot be made.
func (d *Directory) ImportPeople(ctx context.Context, by authz.Actor, batch []ImportRow, mode ImportMode) ([]RowResult, error) {
	if err := d.first(ctx, by, bailiwick.UserCreated, authz.UsersCreate); err != nil {
		return nil, err
	}
	out := make([]RowResult, len(batch))
	return out, d.importRows(ctx, by, batch, mode, out)
}

// importRows does the batch in one transaction. When a row is refused, those
// before it are done alone and those behind it next: that costs the work of the
// batch once more at most, however many are refused.
func (d *Directory) importRows(ctx context.Context, by authz.Actor, batch []ImportRow, mode ImportMode, out []RowResult) error {
	if len(batch) == 0 {
		return nil
	}
	if again := repeated(batch); again > 0 {
		if err := d.importRows(ctx, by, batch[:again], mode, out[:again]); err != nil {
			return err
		}
		return d.importRows(ctx, by, batch[again:], mode, out[again:])
	}
	err := d.store.Do(ctx, by, bailiwick.UserCreated, func(tx *store.Tx) error {
		clear(out)
		im := importing{tx: tx, mode: mode, rows: batch, out: out}
		if err := im.run(); err != nil {
			return err
		}
		if mode.Trial || !im.told {
			return store.Unchanged()
		}
		return nil
	})
	var fault rowFault
	var refused *bailiwick.Error
	if !errors.As(err, &fault) || !errors.As(err, &refused) {
		return err
	}
	at := fault.row
	if err := d.importRows(ctx, by, batch[:at], mode, out[:at]); err != nil {
		return err
	}
	out[at] = RowResult{Refused: refused}
	return d.importRows(ctx, by, batch[at+1:], mode, out[at+1:])
}

// repeated is the first row whose login a row before it has, or 0.
func repeated(batch []ImportRow) int {
	seen := make(map[string]bool, len(batch))
	for i, row := range batch {
		login := store.Named(row.Profile.Login())
		if login != "" && seen[login] {
			return i
		}
		seen[login] = true
	}
	return 0
}

// An importing is one batch within its transaction.
type importing struct {
	telling
	tx   *store.Tx
	mode ImportMode
	rows []ImportRow
	out  []RowResult

	people map[string]bailiwick.User
	groups map[string]bailiwick.Group
	in     map[store.Membership]bool // without names
	seen   authz.UserScope
}

func (im *importing) run() error {
	if err := im.look(); err != nil {
		return err
	}
	if err := im.findGroups(); err != nil {
		return err
	}
	var fresh []NewUser
	var rows []int
	for i, row := range im.rows {
		u, exists := im.people[store.Named(row.Profile.Login())]
		if exists {
			if err := im.update(i, u); err != nil {
				return rowFault{i, err}
			}
			continue
		}
		n, err := im.newUser(row)
		if err != nil {
			return rowFault{i, err}
		}
		fresh, rows = append(fresh, n), append(rows, i)
		im.out[i] = RowResult{Made: true, Joined: len(n.GroupIDs)}
	}
	_, err := createUsers(im.tx, &im.telling, fresh, make([]store.Password, len(fresh)))
	var fault rowFault
	if errors.As(err, &fault) {
		return rowFault{rows[fault.row], fault.error}
	}
	return err
}

// look reads who of the batch is there, and in which groups.
func (im *importing) look() error {
	var err error
	if im.seen, err = im.tx.Actor().Users(authz.UsersRead); err != nil {
		return err
	}
	logins := make([]string, len(im.rows))
	for i, row := range im.rows {
		logins[i] = store.Named(row.Profile.Login())
	}
	if im.people, err = im.tx.UsersNamed(im.seen, logins); err != nil {
		return err
	}
	var ids []bailiwick.ID
	for _, u := range im.people {
		ids = append(ids, u.ID)
	}
	im.in = map[store.Membership]bool{}
	scope, err := im.tx.Actor().Groups(authz.GroupsRead)
	if err != nil || len(ids) == 0 {
		return nil // who sees no groups can name none
	}
	memberships, err := im.tx.Memberships(im.seen, scope, ids)
	for _, m := range memberships {
		m.Name = ""
		im.in[m] = true
	}
	return err
}

// findGroups reads the groups that the rows name, and makes those that are not
// there.
func (im *importing) findGroups() error {
	first := map[string]int{} // the first row that names each
	var names []string
	for i, row := range im.rows {
		for _, name := range row.Groups {
			key := store.Named(name)
			if _, ok := first[key]; !ok {
				first[key], names = i, append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	scope, err := im.tx.Actor().Groups(authz.GroupsRead)
	if err != nil {
		return rowFault{first[store.Named(names[0])], err}
	}
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = store.Named(name)
	}
	if im.groups, err = im.tx.GroupsNamed(scope, keys); err != nil {
		return err
	}
	for i, name := range names {
		g, ok := im.groups[keys[i]]
		if !ok {
			if g, err = im.makeGroup(name); err != nil {
				return rowFault{first[keys[i]], err}
			}
			im.groups[keys[i]] = g
		}
		if err := im.mayJoin(g); err != nil {
			return rowFault{first[keys[i]], err}
		}
	}
	return nil
}

func (im *importing) makeGroup(name string) (bailiwick.Group, error) {
	if !im.mode.MakeGroups {
		return bailiwick.Group{}, bailiwick.InvalidField("groups", "there is no group %q", name)
	}
	g, err := createGroup(im.tx, bailiwick.Group{Name: name})
	if err != nil {
		var refused *bailiwick.Error
		if errors.As(err, &refused) {
			return g, refused.In("groups")
		}
		return g, err
	}
	im.of(im.tx, bailiwick.GroupCreated, nil, g.Entity())
	return g, nil
}

// mayJoin refuses a group whose members the actor may not change.
func (im *importing) mayJoin(g bailiwick.Group) error {
	if g.Type == bailiwick.BuiltInGroup || im.tx.Actor().Claim() == authz.SystemClaim {
		return nil // everybody is in the one, and the other may
	}
	scope, err := im.tx.Actor().Groups(authz.GroupsMembers)
	if err != nil {
		return err
	}
	_, err = im.tx.Group(scope, g.ID)
	return err
}

// joining are the groups of a row without the built-in one, each once.
func (im *importing) joining(row ImportRow) []bailiwick.Group {
	var out []bailiwick.Group
	for _, name := range row.Groups {
		g := im.groups[store.Named(name)]
		if g.Type != bailiwick.BuiltInGroup && !slices.ContainsFunc(out, func(o bailiwick.Group) bool { return o.ID == g.ID }) {
			out = append(out, g)
		}
	}
	return out
}

func (im *importing) newUser(row ImportRow) (NewUser, error) {
	n := NewUser{Profile: bailiwick.Profile{}.Merge(row.Profile), Activate: row.Activate}
	for _, g := range im.joining(row) {
		n.GroupIDs = append(n.GroupIDs, g.ID)
	}
	if row.Status == "" || row.Status == bailiwick.Staged {
		return n, nil
	}
	if row.Activate {
		return n, bailiwick.InvalidField("activate", "goes with no status but STAGED")
	}
	if !slices.Contains(bailiwick.Statuses(), row.Status) {
		return n, bailiwick.InvalidField("status", "is no status")
	}
	if im.tx.Actor().Claim() != authz.SystemClaim {
		return n, bailiwick.Refused(bailiwick.Forbidden, "", "only the operator begins an account in this status").In("status")
	}
	now := im.tx.Now()
	n.Past = &Past{Status: row.Status, Created: now, Activated: now, StatusChanged: now}
	return n, nil
}

// update brings a person who is there to how the row has them.
func (im *importing) update(i int, u bailiwick.User) error {
	row := im.rows[i]
	if row.Status != "" && row.Status != u.Status {
		return bailiwick.InvalidField("status", "is %s and stays so: import changes no status", u.Status)
	}
	e := edit{UserChange: UserChange{Profile: row.Profile}, next: func(old bailiwick.Profile) bailiwick.Profile { return old.Merge(row.Profile) }}
	if len(u.Profile.Changed(e.next(u.Profile))) > 0 {
		if u.Status == bailiwick.Deprovisioned {
			return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonStatus, "a deactivated user cannot be changed")
		}
		scope, err := im.tx.Actor().Users(authz.UsersEditProfile)
		if err != nil {
			return err
		}
		if u, im.out[i].Changed, err = e.edited(im.tx, &im.telling, scope, u); err != nil {
			return err
		}
	}
	for _, g := range im.joining(row) {
		if im.in[store.Membership{User: u.ID, Group: g.ID}] {
			continue
		}
		if err := im.join(u, g); err != nil {
			return err
		}
		im.out[i].Joined++
	}
	return nil
}

func (im *importing) join(u bailiwick.User, g bailiwick.Group) error {
	groups, err := im.tx.Actor().Groups(authz.GroupsMembers)
	if err != nil {
		return err
	}
	people, err := im.tx.Actor().Users(authz.UsersMembership)
	if err != nil {
		return err
	}
	changed, err := im.tx.AddMember(groups, people, g.ID, u.ID)
	if err != nil || !changed {
		return err
	}
	return moved(im.tx, &im.telling, bailiwick.MemberAdded, g, u)
}
