package directory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// MaxNewGroups is the most groups a person can be put into at creation.
const MaxNewGroups = 20

// A NewUser is a person to be made.
type NewUser struct {
	Profile bailiwick.Profile
	// TypeID is the user type, whose schema the profile keeps to; empty for the
	// default one.
	TypeID bailiwick.ID
	// Password is in clear and hashed at once; empty for none.
	Password string
	// Hash is a password's hash that was made elsewhere, in place of Password.
	Hash *PasswordHash
	// Question is kept and shown, and never recovers anything (decision 7).
	Question RecoveryQuestion
	// Provider holds the credential; empty means this server.
	Provider bailiwick.Provider
	// Activate makes the account usable now: Active with a password, else
	// Provisioned with an activation mail.
	Activate bool
	// ExpirePassword makes the person change the password at the first
	// sign-in. It needs Password and Activate.
	ExpirePassword bool
	GroupIDs       []bailiwick.ID
	// RealmID is the realm; empty for a partner administrator's own, else the
	// default one.
	RealmID bailiwick.ID
	// Past is what the system loads from elsewhere; nobody else may say it.
	Past *Past
}

// A Past is the state of an account that had a life before this server.
type Past struct {
	Status                                                 bailiwick.Status
	Created, Activated, LastLogin, StatusChanged, Password time.Time
}

// Check returns the first fault of the request that needs no look-up; the
// profile is the schema's to check.
func (n NewUser) Check() error {
	if err := checkCredentials(n.Provider, NewPassword{n.Password, n.Hash}, n.Question); err != nil {
		return err
	}
	switch {
	case n.ExpirePassword && n.Password == "" && n.Hash == nil:
		return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonExpireNeedsSecret, "a password must be specified to expire it")
	case n.ExpirePassword && !n.Activate:
		return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonExpireNeedsActive, "activate must be true to expire the password")
	case len(n.GroupIDs) > MaxNewGroups:
		return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonTooMany, "a user can be added to at most %d groups at creation", MaxNewGroups).In("groupIds")
	case n.Password != "":
		return bailiwick.CheckPassword(n.Password, n.Profile)
	}
	return nil
}

// CreateUser makes a person. Who may create only inside some groups must name
// one of them; a partner administrator's people land in the own realm (P2).
func (d *Directory) CreateUser(ctx context.Context, by authz.Actor, n NewUser) (bailiwick.User, error) {
	schema, err := d.schemaOfNew(ctx, by, n.TypeID)
	if err != nil {
		return bailiwick.User{}, err
	}
	n.Profile = bailiwick.Profile{}.Merge(n.Profile)
	if err := cmp.Or(schema.Check(n.Profile), n.Check()); err != nil {
		return bailiwick.User{}, err
	}
	password, err := d.stored(ctx, NewPassword{n.Password, n.Hash})
	if err != nil {
		return bailiwick.User{}, err
	}
	var made bailiwick.User
	err = d.store.Do(ctx, by, bailiwick.UserCreated, func(tx *store.Tx) error {
		people, err := createUsers(tx, &telling{}, []NewUser{n}, []store.Password{password})
		if err != nil {
			return err
		}
		made = people[0]
		return nil
	})
	return made, err
}

// LoadUsers makes many people in one transaction, for the system's own
// loading; the batch is all or nothing.
func (d *Directory) LoadUsers(ctx context.Context, by authz.Actor, batch []NewUser) ([]bailiwick.User, error) {
	passwords := make([]store.Password, len(batch))
	for i, n := range batch {
		var err error
		if err = n.Check(); err != nil {
			return nil, err
		}
		if passwords[i], err = d.stored(ctx, NewPassword{n.Password, n.Hash}); err != nil {
			return nil, err
		}
	}
	var made []bailiwick.User
	err := d.store.Do(ctx, by, bailiwick.UserCreated, func(tx *store.Tx) error {
		var err error
		made, err = createUsers(tx, &telling{}, batch, passwords)
		return err
	})
	return made, err
}

// createUsers makes people, puts them into their groups, and only then asks
// whether each is inside the actor's own scope. What one of the batch is at
// fault for says so as a [rowFault].
func createUsers(tx *store.Tx, tell *telling, batch []NewUser, passwords []store.Password) ([]bailiwick.User, error) {
	scope, err := tx.Actor().Users(authz.UsersCreate)
	if err != nil {
		return nil, err
	}
	org, err := tx.Org()
	if err != nil {
		return nil, err
	}
	made := make([]bailiwick.User, len(batch))
	joining := map[bailiwick.ID][]bailiwick.User{}
	for i, n := range batch {
		u, err := insertUser(tx, scope, org, n, passwords[i])
		if err != nil {
			return nil, rowFault{i, err}
		}
		made[i] = u
		tell.of(tx, bailiwick.UserCreated, nil, u.Entity())
		for _, id := range slices.Compact(slices.Sorted(slices.Values(n.GroupIDs))) {
			joining[id] = append(joining[id], u)
		}
	}
	if err := joinAtCreation(tx, joining); err != nil {
		return nil, err
	}
	for i, u := range made {
		if err := insideOwnScope(tx, scope, u); err != nil {
			return nil, rowFault{i, err}
		}
		if n := batch[i]; n.Activate && u.Status == bailiwick.Provisioned && n.Past == nil {
			if err := tx.Send(mail.Activation{To: u.ID, By: nameOf(tx.Actor())}); err != nil {
				return nil, err
			}
		}
	}
	return made, nil
}

// insideOwnScope refuses to leave a new person where the actor does not reach.
// The system reaches everybody.
func insideOwnScope(tx *store.Tx, scope authz.UserScope, u bailiwick.User) error {
	if tx.Actor().Claim() == authz.SystemClaim {
		return nil
	}
	if _, err := tx.User(scope, u.ID); err != nil {
		return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonMissingGroup, "add the user to at least one of your groups")
	}
	return nil
}

func insertUser(tx *store.Tx, scope authz.UserScope, org bailiwick.Org, n NewUser, password store.Password) (bailiwick.User, error) {
	u := bailiwick.User{ID: tx.NewID(bailiwick.KindUser), Profile: n.Profile, Provider: providerOf(n),
		HasPassword: password.Hash != "", RecoveryQuestion: n.Question.Question, Status: bailiwick.Staged, Created: tx.Now(), StatusChanged: tx.Now(), LastUpdated: tx.Now(), Version: 1}
	var err error
	schema, err := newType(tx, n, org)
	if err != nil {
		return u, err
	}
	u.TypeID, u.SchemaID = schema.TypeID, schema.ID
	if u.RealmID, err = landing(tx, scope, n, org); err != nil {
		return u, err
	}
	if u.HasPassword {
		u.PasswordChanged = tx.Now()
	}
	if u, err = begin(tx, u, n); err != nil {
		return u, err
	}
	return u, tx.InsertUser(scope, u, password)
}

func providerOf(n NewUser) bailiwick.Provider {
	if n.Hash != nil {
		return bailiwick.ProviderImport
	}
	return cmp.Or(n.Provider, bailiwick.ProviderInternal)
}

// begin gives the new account its first status.
func begin(tx *store.Tx, u bailiwick.User, n NewUser) (bailiwick.User, error) {
	if n.Past != nil {
		if tx.Actor().Claim() != authz.SystemClaim {
			return u, bailiwick.ErrForbidden
		}
		p := n.Past
		u.Status, u.Created, u.Activated, u.LastLogin, u.StatusChanged = p.Status, p.Created, p.Activated, p.LastLogin, p.StatusChanged
		if u.HasPassword {
			u.PasswordChanged = p.Password
		}
		return u, nil
	}
	if !n.Activate {
		return u, nil
	}
	u, err := u.After(bailiwick.Activate, tx.Now())
	if err != nil {
		return u, err
	}
	tx.Also(bailiwick.UserActivated, u.Entity())
	if n.ExpirePassword {
		return u.After(bailiwick.ExpirePassword, tx.Now())
	}
	return u, nil
}

func joinAtCreation(tx *store.Tx, joining map[bailiwick.ID][]bailiwick.User) error {
	if len(joining) == 0 {
		return nil
	}
	scope, err := tx.Actor().Groups(authz.GroupsMembers)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(joining)) {
		g, err := tx.Group(scope, id)
		if err != nil {
			return err
		}
		if g.Type == bailiwick.BuiltInGroup {
			return builtIn(g)
		}
		if err := tx.AddNewMembers(scope, id, joining[id]); err != nil {
			return err
		}
		for _, u := range joining[id] {
			tx.Also(bailiwick.MemberAdded, u.Entity(), g.Entity())
		}
	}
	return nil
}

// User reads one person by ID, login or short login.
func (d *Directory) User(ctx context.Context, by authz.Actor, ref string) (bailiwick.User, error) {
	var u bailiwick.User
	err := d.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return err
		}
		u, err = v.UserByRef(scope, ref)
		return err
	})
	return u, err
}

// A UserQuery asks for people.
type UserQuery struct {
	// Prefix is what a first or last name, "first last", login or address
	// begins with. Case and accents do not count.
	Prefix string
	// ByName sorts a list without Prefix by name; else it is by ID.
	ByName bool
	// Group limits the list to the members of a group that the actor may see.
	Group bailiwick.ID
	// Statuses limits the list; nil means all but Deprovisioned.
	Statuses []bailiwick.Status
	// Match is asked about each candidate last, by a face that knows finer
	// rules than the store's keys.
	Match func(bailiwick.User) bool
	// Expression finds people in place of Prefix, ByName and Match, whatever
	// their status.
	Expression
}

// question names everything that a cursor of the list is good for.
func (q UserQuery) question() string {
	return fmt.Sprintf("users %q %t %q %q %q", q.Prefix, q.ByName, q.Group, q.Statuses, q.Expression.question())
}

// Users lists the people that the actor may see.
func (d *Directory) Users(ctx context.Context, by authz.Actor, q UserQuery, p Paging) (List[bailiwick.User], error) {
	var out List[bailiwick.User]
	err := d.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Users(authz.UsersRead)
		if err != nil {
			return err
		}
		after, err := d.open(by, q.question(), p)
		if err != nil {
			return err
		}
		group, err := groupOf(v, q.Group)
		if err != nil {
			return err
		}
		if err := q.check(personAttributes, personProperty(v)); err != nil {
			return err
		}
		statuses := q.Statuses
		if statuses == nil && q.Where == nil {
			statuses = living
		}
		page, err := v.Users(scope, store.UserQuery{Prefix: q.Prefix, ByName: q.ByName, Group: group, Statuses: statuses, Match: q.Match,
			Where: q.Where, Spelling: q.spelling(), SortBy: q.SortBy, Descending: q.Descending, After: after, Limit: p.Limit})
		out = sealPage(d, by, q.question(), page)
		return q.refused(err)
	})
	return out, err
}

var living = slices.DeleteFunc(bailiwick.Statuses(), func(s bailiwick.Status) bool { return s == bailiwick.Deprovisioned })

// groupOf reads the group that a list is limited to. Everyone is everybody and
// limits nothing.
func groupOf(v *store.View, id bailiwick.ID) (bailiwick.ID, error) {
	if id == "" {
		return "", nil
	}
	scope, err := v.Actor().Groups(authz.GroupsRead)
	if err != nil {
		return "", err
	}
	g, err := v.Group(scope, id)
	if err != nil || g.Type == bailiwick.BuiltInGroup {
		return "", err
	}
	return id, nil
}
