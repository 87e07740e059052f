package store

import (
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// args numbers the parameters of a statement as it is put together. The first
// is always the org.
type args []any

func (v *View) args() args { return args{v.org} }

func (a *args) add(value any) string {
	*a = append(*a, value)
	return "$" + strconv.Itoa(len(*a))
}

// insertedAtOnce bounds the rows of one INSERT: the time that the SQLite driver
// takes to bind parameters grows with the square of their number.
const insertedAtOnce = 20

// row adds the values of one row and returns it as VALUES has it, behind the org.
func (a *args) row(values ...any) string {
	var b strings.Builder
	b.WriteString("($1")
	for _, value := range values {
		b.WriteString(", " + a.add(value))
	}
	return b.String() + ")"
}

// list adds the keys, padded to a power of two so that few texts exist for the
// engine to plan, and returns them as an IN list.
func (a *args) list(keys []bailiwick.ID) string {
	size := 1
	for size < len(keys) {
		size *= 2
	}
	var b strings.Builder
	for i := range size {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(a.add(keys[min(i, len(keys)-1)]))
	}
	return b.String()
}

// userPredicate is the truth about whom a reach contains: a condition on the
// row u of users. Everything that shows or changes a person has it in its
// WHERE. Filters are added after it and cannot replace it.
//
// The probe is a scalar sub-select, not an EXISTS: PostgreSQL turns EXISTS
// into a join that reads the whole scope. And it counts, where LIMIT 1 would
// do: for the first row of a few PostgreSQL reads the whole table of targets,
// and it does so for each person.
func userPredicate(a *args, r authz.Reach) string {
	switch {
	case r.Everything():
		return "TRUE"
	case r.Nothing():
		return "FALSE"
	}
	var either []string
	if r.Self() != "" {
		either = append(either, "u.id = "+a.add(r.Self()))
	}
	if len(r.Listed()) > 0 {
		either = append(either, `(SELECT COUNT(*) FROM group_members m CROSS JOIN role_targets t
			WHERE m.org_id = $1 AND m.user_id = u.id AND t.org_id = $1
			AND t.assignment_id IN (`+a.list(r.Listed())+`) AND t.set_id = m.set_id) > 0`)
	}
	return "(" + strings.Join(either, " OR ") + ")"
}

// setPredicate is the same for a row whose column names a set: a group g, or
// a realm. No scope on people reaches a set, so self plays no part.
func setPredicate(a *args, r authz.Reach, column string) string {
	switch {
	case r.Everything():
		return "TRUE"
	case len(r.Listed()) == 0:
		return "FALSE"
	}
	return `(SELECT COUNT(*) FROM role_targets t WHERE t.org_id = $1
		AND t.assignment_id IN (` + a.list(r.Listed()) + `) AND t.set_id = ` + column + `) > 0`
}

// appPredicate is the same for a row p of apps.
func appPredicate(a *args, r authz.Reach) string {
	switch {
	case r.Everything():
		return "TRUE"
	case r.Nothing():
		return "FALSE"
	}
	either := make([]string, 0, 2)
	if r.OIDCOnly() {
		either = append(either, "p.sign_on_mode = "+a.add(bailiwick.SignOnOIDC))
	}
	if len(r.Listed()) > 0 {
		either = append(either, `(SELECT COUNT(*) FROM role_app_targets t WHERE t.org_id = $1
			AND t.assignment_id IN (`+a.list(r.Listed())+`) AND t.app_name = p.name AND t.app_id IN ('', p.id)) > 0`)
	}
	return "(" + strings.Join(either, " OR ") + ")"
}

// union lists the assignments of all the reaches.
func union(reaches ...authz.Reach) []bailiwick.ID {
	var keys []bailiwick.ID
	for _, r := range reaches {
		keys = append(keys, r.Listed()...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// subject reads what judging one person by the scopes needs. In a Tx the
// memberships and targets that reach the person stay until COMMIT.
func (v *View) subject(id bailiwick.ID, scopes ...authz.UserScope) (authz.Subject, error) {
	who := authz.Subject{ID: id}
	var reaches []authz.Reach
	for _, s := range scopes {
		reaches = append(reaches, s.See(), s.Act())
	}
	if keys := union(reaches...); len(keys) > 0 {
		a := v.args()
		// CROSS JOIN makes SQLite begin with the person's few sets and not with
		// the thousands of targets that the assignments may have.
		rows, err := v.query(`SELECT t.assignment_id FROM group_members m CROSS JOIN role_targets t
			WHERE m.org_id = $1 AND m.user_id = `+a.add(id)+` AND t.org_id = $1 AND t.set_id = m.set_id
			AND t.assignment_id IN (`+a.list(keys)+`)`+v.lock, a...)
		if who.ReachedBy, err = collect(rows, err, scanID); err != nil {
			return who, fmt.Errorf("read what reaches %s: %w", id, err)
		}
	}
	grants, err := v.grants(id)
	who.Tier = authz.TierOf(grants)
	return who, err
}

// groupSubject reads what judging one group needs.
func (v *View) groupSubject(scope authz.GroupScope, id bailiwick.ID) (authz.GroupSubject, error) {
	g := authz.GroupSubject{ID: id}
	if keys := union(scope.See(), scope.Act()); len(keys) > 0 {
		a := v.args()
		rows, err := v.query(`SELECT t.assignment_id FROM role_targets t WHERE t.org_id = $1 AND t.set_id = `+a.add(id)+
			` AND t.assignment_id IN (`+a.list(keys)+`)`+v.lock, a...)
		if g.ReachedBy, err = collect(rows, err, scanID); err != nil {
			return g, fmt.Errorf("read what reaches group %s: %w", id, err)
		}
	}
	err := v.row(`SELECT COUNT(*) > 0 FROM role_assignments WHERE org_id = $1 AND principal_id = $2`, v.org, id).Scan(&g.CarriesPower)
	if err != nil {
		return g, fmt.Errorf("read the roles of group %s: %w", id, err)
	}
	return g, nil
}

// appSubject reads what judging one app needs.
func (v *View) appSubject(scope authz.AppScope, app bailiwick.App) (authz.AppSubject, error) {
	s := authz.AppSubject{ID: app.ID, SignOnMode: app.SignOnMode}
	keys := union(scope.See(), scope.Act())
	if len(keys) == 0 {
		return s, nil
	}
	a := v.args()
	rows, err := v.query(`SELECT t.assignment_id FROM role_app_targets t WHERE t.org_id = $1 AND t.app_name = `+a.add(app.Name)+
		` AND t.app_id IN ('', `+a.add(app.ID)+`) AND t.assignment_id IN (`+a.list(keys)+`)`+v.lock, a...)
	if s.ReachedBy, err = collect(rows, err, scanID); err != nil {
		return s, fmt.Errorf("read what reaches app %s: %w", app.ID, err)
	}
	return s, nil
}

// oneRow turns sql.ErrNoRows into the answer for absent and hidden alike.
func oneRow(err error, kind string, id bailiwick.ID) error {
	if err == sql.ErrNoRows {
		return bailiwick.NotFound(kind, id)
	}
	return err
}
