package store

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

// Rules are judged here, below every operation, because a rule that one writer
// of profiles or memberships forgot would be a hole: each of them says whom it
// has touched, and before COMMIT the transaction judges those people once, with
// everything that it has written in view.
//
// A person is in a group by hand, by rules, or by both. The groups that fit are
// computed in memory until nothing moves: operations keep the active rules free
// of cycles, so they settle after as many rounds as rules feed one another.

// Two changes may touch any rule: that somebody is new, and that somebody came
// back from being deactivated. Rules leave deactivated people as they are.
const (
	isNew  = "\x01new"
	isBack = "\x01back"
)

// touch notes that something rules may read of a person has changed:
// attributes by name, or groups by ID.
func (tx *Tx) touch(user bailiwick.ID, subjects ...string) {
	if len(subjects) == 0 {
		return
	}
	if tx.touched == nil {
		tx.touched = make(map[bailiwick.ID][]string)
	}
	tx.touched[user] = append(tx.touched[user], subjects...)
}

// changedSubjects are what rules may see changed between two states of a
// person.
func changedSubjects(before, after bailiwick.User) []string {
	if before.Status == bailiwick.Deprovisioned && after.Status != bailiwick.Deprovisioned {
		return []string{isBack}
	}
	return before.Profile.Changed(after.Profile)
}

// An activeRule is a rule with its expression read.
type activeRule struct {
	bailiwick.GroupRule
	node  filter.Node
	reads []string
}

// settleRules judges everybody whom the transaction has touched.
func (tx *Tx) settleRules() error {
	if len(tx.touched) == 0 {
		return nil
	}
	rules, err := tx.rulesReading(tx.touched)
	if err != nil || len(rules) == 0 {
		return err
	}
	touched := tx.touched
	tx.touched = nil
	if err := tx.mayFeed(fedBy(rules, touched)); err != nil {
		return err
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(touched)), rowsAtOnce) {
		plan, err := tx.plan(rules, part, touched)
		if err != nil {
			return err
		}
		if err := tx.move(plan); err != nil {
			return err
		}
	}
	return nil
}

// rulesReading returns all active rules, or none when none reads any of the
// subjects. With no rules at all that costs one look into an empty index.
func (tx *Tx) rulesReading(touched map[bailiwick.ID][]string) ([]activeRule, error) {
	subjects := map[bailiwick.ID]bool{}
	for _, each := range touched {
		for _, s := range each {
			subjects[bailiwick.ID(s)] = true
		}
	}
	text := `SELECT rule_id FROM group_rule_reads WHERE org_id = $1 LIMIT 1`
	found := false
	look := func(text string, args ...any) error {
		rows, err := tx.query(text, args...)
		ids, err := collect(rows, err, scanID)
		found = found || len(ids) > 0
		return wrap(err, "look for rules to judge by")
	}
	if subjects[isNew] || subjects[isBack] {
		if err := look(text, tx.org); err != nil {
			return nil, err
		}
	} else {
		for part := range slices.Chunk(slices.Sorted(maps.Keys(subjects)), rowsAtOnce) {
			a := tx.args()
			if err := look(`SELECT rule_id FROM group_rule_reads WHERE org_id = $1 AND subject IN (`+a.list(part)+`) LIMIT 1`, a...); err != nil {
				return nil, err
			}
		}
	}
	if !found {
		return nil, nil
	}
	return tx.activeRules()
}

func (v *View) activeRules() ([]activeRule, error) {
	rows, err := v.query(`SELECT `+ruleColumns+` FROM group_rules r WHERE r.org_id = $1 AND r.status = 'ACTIVE' ORDER BY r.id`, v.org)
	rules, err := collect(rows, err, scanRuleRow)
	if err != nil {
		return nil, fmt.Errorf("read the active rules: %w", err)
	}
	out := make([]activeRule, len(rules))
	for i, r := range rules {
		n, err := filter.ParseExpression(r.Expression)
		if err != nil {
			return nil, fmt.Errorf("read the expression of rule %s: %w", r.ID, err)
		}
		attributes, groups := filter.Reads(n)
		out[i] = activeRule{r, n, append(attributes, groups...)}
	}
	return out, nil
}

// fedBy lists the groups that what was touched decides on, also through other
// groups. Of new people it says nothing: all their attributes are written at
// once, and they are judged by what comes of it.
func fedBy(rules []activeRule, touched map[bailiwick.ID][]string) []bailiwick.ID {
	subjects := map[string]bool{}
	for _, each := range touched {
		if slices.Contains(each, isNew) {
			continue
		}
		for _, s := range each {
			subjects[s] = true
		}
	}
	fed := map[bailiwick.ID]bool{}
	for again := true; again; {
		again = false
		for _, r := range rules {
			if !slices.ContainsFunc(r.reads, func(s string) bool { return subjects[s] }) {
				continue
			}
			for _, g := range r.Targets {
				again = again || !fed[g]
				fed[g], subjects[string(g)] = true, true
			}
		}
	}
	return slices.Sorted(maps.Keys(fed))
}

// mayFeed refuses an actor who decides on the members of groups that limit an
// administrator, and could not change those groups by hand (CEIL-6): writing an
// attribute must not be a way into somebody's scope.
func (tx *Tx) mayFeed(groups []bailiwick.ID) error {
	if len(groups) == 0 {
		return nil
	}
	scope, denied := tx.actor.Groups(authz.GroupsMembers)
	if denied == nil && scope.Act().Everything() {
		return nil
	}
	for part := range slices.Chunk(groups, rowsAtOnce) {
		a := tx.args()
		rows, err := tx.query(`SELECT DISTINCT t.set_id FROM role_targets t WHERE t.org_id = $1 AND t.set_id IN (`+a.list(part)+`)`, a...)
		limiting, err := collect(rows, err, scanID)
		if err != nil {
			return fmt.Errorf("read which groups limit somebody: %w", err)
		}
		for _, g := range limiting {
			if denied == nil {
				subject, err := tx.groupSubject(scope, g)
				if err != nil {
					return err
				}
				if scope.Judge(subject) == nil {
					continue
				}
			}
			return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonGroupCarriesPower, "a group rule makes this decide on the scope of an administrator")
		}
	}
	return nil
}

// A standing is what one person is in, and why.
type standing struct {
	user bailiwick.User
	in   map[bailiwick.ID]bool
	by   map[bailiwick.ID]map[bailiwick.ID]bool // group → rules, '' for by hand too
}

// byHand reports whether the person is in the group whatever rules say.
func (s standing) byHand(group bailiwick.ID) bool {
	return s.in[group] && (len(s.by[group]) == 0 || s.by[group][""])
}

// fits computes the rules that hold for the person. Memberships by rules that
// are not active any more are as good as by hand.
func (s standing) fits(rules []activeRule) map[bailiwick.ID]bool {
	base := map[bailiwick.ID]bool{}
	active := map[bailiwick.ID]bool{}
	for _, r := range rules {
		active[r.ID] = true
	}
	for g := range s.in {
		frozen := false
		for r := range s.by[g] {
			frozen = frozen || !active[r]
		}
		if frozen || s.byHand(g) {
			base[g] = true
		}
	}
	holds := map[bailiwick.ID]bool{}
	for range len(rules) + 1 {
		in := maps.Clone(base)
		for _, r := range rules {
			if holds[r.ID] {
				for _, g := range r.Targets {
					in[g] = true
				}
			}
		}
		next := map[bailiwick.ID]bool{}
		for _, r := range rules {
			if !slices.Contains(r.Exclude, s.user.ID) && filter.Holds(r.node, s.user.Profile, func(g string) bool { return in[bailiwick.ID(g)] }) {
				next[r.ID] = true
			}
		}
		if maps.Equal(next, holds) {
			break
		}
		holds = next
	}
	return holds
}

// plan computes what makes the memberships of people what the rules say, and
// refuses new people whom the actor may not put where they would go.
func (tx *Tx) plan(rules []activeRule, ids []bailiwick.ID, touched map[bailiwick.ID][]string) (ruleMoves, error) {
	var all, fresh ruleMoves
	people, err := tx.standings(ids)
	if err != nil {
		return all, err
	}
	for _, s := range people {
		all.add(s, rules)
		if slices.Contains(touched[s.user.ID], isNew) {
			fresh.add(s, rules)
		}
	}
	return all, tx.mayFeed(fresh.groups())
}

// standings reads where people stand, in the order of their IDs.
func (v *View) standings(ids []bailiwick.ID) ([]standing, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	a := v.args()
	in := a.list(ids)
	rows, err := v.query(`SELECT `+userColumns+` FROM users u WHERE u.org_id = $1 AND u.id IN (`+in+`) ORDER BY u.id`, a...)
	users, err := collect(rows, err, scanUserRow)
	if err != nil {
		return nil, fmt.Errorf("read people to judge: %w", err)
	}
	out := make([]standing, len(users))
	at := make(map[bailiwick.ID]int, len(users))
	for i, u := range users {
		out[i], at[u.ID] = standing{u, map[bailiwick.ID]bool{}, map[bailiwick.ID]map[bailiwick.ID]bool{}}, i
	}
	each := func(text string, put func(s standing, set, rule bailiwick.ID)) error {
		rows, err := v.query(text, a...)
		_, err = collect(rows, err, func(rows *sql.Rows) (bailiwick.ID, error) {
			var user, set, rule bailiwick.ID
			if err := rows.Scan(&user, &set, &rule); err != nil {
				return "", err
			}
			if i, ok := at[user]; ok {
				put(out[i], set, rule)
			}
			return user, nil
		})
		return wrap(err, "read the memberships of people to judge")
	}
	err = each(`SELECT m.user_id, m.set_id, '' FROM group_members m WHERE m.org_id = $1 AND m.user_id IN (`+in+`)`,
		func(s standing, set, _ bailiwick.ID) { s.in[set] = true })
	if err != nil {
		return nil, err
	}
	return out, each(`SELECT m.user_id, m.set_id, m.rule_id FROM rule_members m WHERE m.org_id = $1 AND m.user_id IN (`+in+`)`,
		func(s standing, set, rule bailiwick.ID) {
			if s.by[set] == nil {
				s.by[set] = map[bailiwick.ID]bool{}
			}
			s.by[set][rule] = true
		})
}
