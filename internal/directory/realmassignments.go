package directory

import (
	"context"
	"errors"
	"regexp"
	"strconv"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// contains is the form in which the wire's own clients write the condition of
// a realm assignment; all else is as in group rules.
var contains = regexp.MustCompile(`^\s*user\.profile\.([A-Za-z][A-Za-z0-9_]*)\.contains\(\s*("(?:[^"\\]|\\.)*")\s*\)\s*$`)

// placing reads the expression of a realm assignment. Groups play no part: a
// person has a realm before any group.
func placing(text string) (filter.Node, error) {
	if m := contains.FindStringSubmatch(text); m != nil {
		value, err := strconv.Unquote(m[2])
		if err == nil && value != "" {
			return filter.Attribute{Name: m[1], Op: filter.Co, Value: filter.Value{Kind: filter.Text, Text: value}}, nil
		}
	}
	n, err := filter.ParseExpression(text)
	if bad, ok := errors.AsType[*filter.Error](err); ok {
		return nil, bailiwick.InvalidField("conditions.expression.value", "%s", bad.Error())
	} else if err != nil {
		return nil, err
	}
	return n, filter.Walk(n, func(n filter.Node) error {
		if _, ok := n.(filter.MemberOf); ok {
			return bailiwick.InvalidField("conditions.expression.value", "cannot ask for groups")
		}
		return nil
	})
}

// placed is the realm of a new person for whom none was asked. An assignment
// whose realm does not take the login or e-mail is passed over.
func placed(tx *store.Tx, scope authz.UserScope, n NewUser, org bailiwick.Org) (bailiwick.ID, error) {
	if n.Past != nil {
		return org.Realm, nil // loaded as it was elsewhere
	}
	placements, err := tx.Placements(scope)
	if err != nil {
		return "", err
	}
	for _, p := range placements {
		where, err := placing(p.Expression)
		if err != nil {
			return "", err
		}
		if filter.Holds(where, n.Profile, func(string) bool { return false }) && p.Realm.Admits(n.Profile) == nil {
			return p.RealmID, nil
		}
	}
	return org.Realm, nil
}

// RealmAssignments lists the assignments by priority; the last is the one that
// catches all.
func (d *Directory) RealmAssignments(ctx context.Context, by authz.Actor, p Paging) (List[bailiwick.RealmAssignment], error) {
	var out List[bailiwick.RealmAssignment]
	err := d.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Realms(authz.RealmsRead)
		if err != nil {
			return err
		}
		after, err := d.open(by, "realm assignments", p)
		if err != nil {
			return err
		}
		page, err := v.RealmAssignments(scope, after, p.Limit)
		if err != nil {
			return err
		}
		org, err := v.Org()
		if page.Next == "" && after != strconv.Itoa(bailiwick.LastPriority) {
			if len(page.Rows) < p.Limit {
				page.Rows = append(page.Rows, bailiwick.CatchAll(org))
			} else {
				page.Next = strconv.Itoa(page.Rows[len(page.Rows)-1].Priority)
			}
		}
		out = sealPage(d, by, "realm assignments", page)
		return err
	})
	return out, err
}

// RealmAssignment reads one assignment.
func (d *Directory) RealmAssignment(ctx context.Context, by authz.Actor, id bailiwick.ID) (bailiwick.RealmAssignment, error) {
	var a bailiwick.RealmAssignment
	err := d.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Realms(authz.RealmsRead)
		if err != nil {
			return err
		}
		org, err := v.Org()
		if err != nil {
			return err
		}
		if a = bailiwick.CatchAll(org); a.ID == id && scope.Reach().Everything() {
			return nil
		}
		a, err = v.RealmAssignment(scope, id)
		return err
	})
	return a, err
}

// CreateRealmAssignment makes an assignment that does nothing until it is
// activated.
func (d *Directory) CreateRealmAssignment(ctx context.Context, by authz.Actor, a bailiwick.RealmAssignment) (bailiwick.RealmAssignment, error) {
	err := d.store.Do(ctx, by, bailiwick.RealmAssignmentCreated, func(tx *store.Tx) error {
		scope, err := tx.Actor().Realms(authz.RealmsManage)
		if err != nil {
			return err
		}
		a.ID, a.Active, a.Created = tx.NewID(bailiwick.KindRealmAssignment), false, tx.Now()
		return saveAssignment(tx, scope, &a)
	})
	return a, err
}

// ChangeRealmAssignment changes an assignment. The one that catches all stays.
func (d *Directory) ChangeRealmAssignment(ctx context.Context, by authz.Actor, id bailiwick.ID, change func(*bailiwick.RealmAssignment)) (bailiwick.RealmAssignment, error) {
	var a bailiwick.RealmAssignment
	err := d.store.Do(ctx, by, bailiwick.RealmAssignmentUpdated, func(tx *store.Tx) error {
		scope, err := tx.Actor().Realms(authz.RealmsManage)
		if err != nil {
			return err
		}
		before, err := changeable(tx, scope, id)
		if err != nil {
			return err
		}
		a = before
		if change(&a); a == before {
			return store.Unchanged()
		}
		return saveAssignment(tx, scope, &a)
	})
	return a, err
}

func changeable(tx *store.Tx, scope authz.RealmScope, id bailiwick.ID) (bailiwick.RealmAssignment, error) {
	org, err := tx.Org()
	if err != nil {
		return bailiwick.RealmAssignment{}, err
	}
	if id == bailiwick.CatchAll(org).ID {
		return bailiwick.RealmAssignment{}, bailiwick.InvalidField("id", "the assignment that catches all cannot be changed")
	}
	return tx.RealmAssignment(scope, id)
}

func saveAssignment(tx *store.Tx, scope authz.RealmScope, a *bailiwick.RealmAssignment) error {
	a.LastUpdated = tx.Now()
	if err := a.Check(); err != nil {
		return err
	}
	if _, err := placing(a.Expression); err != nil {
		return err
	}
	to, err := tx.Realm(scope, a.RealmID)
	if err != nil {
		return err
	}
	tx.Target(a.Entity(), to.Entity())
	return tx.SaveRealmAssignment(scope, *a)
}

// DeleteRealmAssignment removes an assignment. Who was placed by it stays.
func (d *Directory) DeleteRealmAssignment(ctx context.Context, by authz.Actor, id bailiwick.ID) error {
	return d.store.Do(ctx, by, bailiwick.RealmAssignmentDeleted, func(tx *store.Tx) error {
		scope, err := tx.Actor().Realms(authz.RealmsManage)
		if err != nil {
			return err
		}
		a, err := changeable(tx, scope, id)
		if err != nil {
			return err
		}
		tx.Target(a.Entity())
		return tx.DeleteRealmAssignment(scope, id)
	})
}
