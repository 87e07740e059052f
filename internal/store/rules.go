package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

const ruleColumns = `r.id, r.name, r.status, r.expression, r.targets, r.exclude, r.created, r.last_updated`

func scanRule(row scanner) (bailiwick.GroupRule, error) {
	var r bailiwick.GroupRule
	var targets, exclude []byte
	var created, updated int64
	if err := row.Scan(&r.ID, &r.Name, &r.Status, &r.Expression, &targets, &exclude, &created, &updated); err != nil {
		return r, err
	}
	r.Created, r.LastUpdated = timeOf(created), timeOf(updated)
	if err := json.Unmarshal(targets, &r.Targets); err != nil {
		return r, fmt.Errorf("read the groups of rule %s: %w", r.ID, err)
	}
	if err := json.Unmarshal(exclude, &r.Exclude); err != nil {
		return r, fmt.Errorf("read whom rule %s spares: %w", r.ID, err)
	}
	return r, nil
}

func scanRuleRow(rows *sql.Rows) (bailiwick.GroupRule, error) { return scanRule(rows) }

// GroupRule reads one rule. It needs the right to manage rules: a rule names
// groups and people whatever their scope.
func (v *View) GroupRule(id bailiwick.ID) (bailiwick.GroupRule, error) {
	if err := v.actor.May(authz.GroupRulesManage); err != nil {
		return bailiwick.GroupRule{}, err
	}
	if !id.Is(bailiwick.KindGroupRule) {
		return bailiwick.GroupRule{}, bailiwick.NotFound("GroupRule", id)
	}
	r, err := scanRule(v.row(`SELECT `+ruleColumns+` FROM group_rules r WHERE r.org_id = $1 AND r.id = $2`, v.org, id))
	return r, oneRow(err, "GroupRule", id)
}

// GroupRules lists the rules whose name or expression contains the keyword in
// any spelling, oldest first. All rules are read for it: there are at most
// [bailiwick.MaxGroupRules].
func (v *View) GroupRules(keyword string, after bailiwick.ID, limit int) (Page[bailiwick.GroupRule], error) {
	if err := v.actor.May(authz.GroupRulesManage); err != nil {
		return Page[bailiwick.GroupRule]{}, err
	}
	rows, err := v.query(`SELECT `+ruleColumns+` FROM group_rules r WHERE r.org_id = $1 AND r.id > $2 ORDER BY r.id`, v.org, after)
	all, err := collect(rows, err, scanRuleRow)
	if err != nil {
		return Page[bailiwick.GroupRule]{}, fmt.Errorf("read group rules: %w", err)
	}
	keyword = filter.FoldAccents(keyword)
	var out []bailiwick.GroupRule
	var keys []string
	for _, r := range all {
		if len(out) <= limit && strings.Contains(filter.FoldAccents(r.Name+"\x00"+r.Expression), keyword) {
			out, keys = append(out, r), append(keys, string(r.ID))
		}
	}
	return cutPage(out, keys, limit), nil
}

// ActiveRules lists the rules that are at work.
func (v *View) ActiveRules() ([]bailiwick.GroupRule, error) {
	if err := v.actor.May(authz.GroupRulesManage); err != nil {
		return nil, err
	}
	rows, err := v.query(`SELECT `+ruleColumns+` FROM group_rules r WHERE r.org_id = $1 AND r.status = 'ACTIVE' ORDER BY r.id`, v.org)
	rules, err := collect(rows, err, scanRuleRow)
	return rules, wrap(err, "read the active rules")
}

// InsertGroupRule adds a rule, up to the limit of the org.
func (tx *Tx) InsertGroupRule(r bailiwick.GroupRule) error {
	if err := tx.actor.May(authz.GroupRulesManage); err != nil {
		return err
	}
	var n int
	if err := tx.row(`SELECT COUNT(*) FROM group_rules WHERE org_id = $1`, tx.org).Scan(&n); err != nil {
		return fmt.Errorf("count the group rules: %w", err)
	}
	if n >= bailiwick.MaxGroupRules {
		return bailiwick.InvalidField("name", "an organization can have at most %d group rules", bailiwick.MaxGroupRules)
	}
	_, err := tx.exec(`INSERT INTO group_rules (org_id, id, name, name_key, status, expression, targets, exclude, created, last_updated)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, tx.org, r.ID, r.Name, filter.FoldAccents(r.Name), r.Status, r.Expression,
		idList(r.Targets), idList(r.Exclude), millis(r.Created), millis(r.LastUpdated))
	if err != nil {
		return nameTaken(err, "group_rules_name", "write a group rule")
	}
	return tx.indexRule(r)
}

// SaveGroupRule writes a rule that was read in this transaction. While it is
// active, every later change of what it reads is judged by it.
func (tx *Tx) SaveGroupRule(r bailiwick.GroupRule) error {
	if err := tx.actor.May(authz.GroupRulesManage); err != nil {
		return err
	}
	return tx.saveRule(r)
}

func (tx *Tx) saveRule(r bailiwick.GroupRule) error {
	_, err := tx.exec(`UPDATE group_rules SET name = $3, name_key = $4, status = $5, expression = $6, exclude = $7, last_updated = $8
		WHERE org_id = $1 AND id = $2`, tx.org, r.ID, r.Name, filter.FoldAccents(r.Name), r.Status, r.Expression, idList(r.Exclude), millis(r.LastUpdated))
	if err != nil {
		return nameTaken(err, "group_rules_name", "write a group rule")
	}
	for _, text := range []string{`DELETE FROM group_rule_groups WHERE org_id = $1 AND rule_id = $2`, `DELETE FROM group_rule_reads WHERE org_id = $1 AND rule_id = $2`} {
		if _, err := tx.exec(text, tx.org, r.ID); err != nil {
			return fmt.Errorf("write what rule %s names: %w", r.ID, err)
		}
	}
	return tx.indexRule(r)
}

// indexRule writes which groups a rule names and, of an active one, what it
// reads.
func (tx *Tx) indexRule(r bailiwick.GroupRule) error {
	n, err := filter.ParseExpression(r.Expression)
	if err != nil {
		return fmt.Errorf("read the expression of rule %s: %w", r.ID, err)
	}
	attributes, groups := filter.Reads(n)
	insert := func(text string, values ...any) {
		if err == nil {
			_, err = tx.exec(text, append([]any{tx.org, r.ID}, values...)...)
		}
	}
	const named = `INSERT INTO group_rule_groups (org_id, rule_id, group_id, target) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	for _, g := range r.Targets {
		insert(named, g, true)
	}
	for _, g := range groups {
		insert(named, g, false)
	}
	if r.Status == bailiwick.RuleActive {
		for _, subject := range append(attributes, groups...) {
			insert(`INSERT INTO group_rule_reads (org_id, rule_id, subject) VALUES ($1, $2, $3)`, subject)
		}
	}
	return wrap(err, "write what rule %s names", r.ID)
}

// DeleteGroupRule removes a rule. Memberships that it has made stay marked as
// its own until a job has worked them off.
func (tx *Tx) DeleteGroupRule(id bailiwick.ID) error {
	if err := tx.actor.May(authz.GroupRulesManage); err != nil {
		return err
	}
	_, err := tx.exec(`DELETE FROM group_rules WHERE org_id = $1 AND id = $2`, tx.org, id)
	return wrap(err, "delete rule %s", id)
}

// IsRuleTarget reports whether a rule, active or not, fills the group: such a
// group can hold no admin role (E0000192), or attributes would be power.
func (v *View) IsRuleTarget(group bailiwick.ID) (bool, error) {
	var is bool
	err := v.row(`SELECT COUNT(*) > 0 FROM group_rule_groups WHERE org_id = $1 AND group_id = $2 AND target`, v.org, group).Scan(&is)
	return is, wrap(err, "read the rules of group %s", group)
}

// groupEntities describes groups as parts of events.
func (v *View) groupEntities(ids []bailiwick.ID) (map[bailiwick.ID]bailiwick.EventEntity, error) {
	out := make(map[bailiwick.ID]bailiwick.EventEntity, len(ids))
	for part := range slices.Chunk(ids, rowsAtOnce) {
		a := v.args()
		rows, err := v.query(`SELECT g.id, g.name FROM groups g WHERE g.org_id = $1 AND g.id IN (`+a.list(part)+`)`, a...)
		_, err = collect(rows, err, func(rows *sql.Rows) (g bailiwick.Group, err error) {
			err = rows.Scan(&g.ID, &g.Name)
			out[g.ID] = g.Entity()
			return g, err
		})
		if err != nil {
			return nil, fmt.Errorf("read the names of groups: %w", err)
		}
	}
	return out, nil
}

// GroupNamesOf names groups, as far as the scope shows them.
func (v *View) GroupNamesOf(scope authz.GroupScope, ids []bailiwick.ID) (map[bailiwick.ID]string, error) {
	out := make(map[bailiwick.ID]string, len(ids))
	for part := range slices.Chunk(ids, rowsAtOnce) {
		a := v.args()
		rows, err := v.query(`SELECT g.id, g.name FROM groups g WHERE g.org_id = $1 AND g.id IN (`+a.list(part)+`) AND `+setPredicate(&a, scope.See(), "g.id"), a...)
		_, err = collect(rows, err, func(rows *sql.Rows) (id bailiwick.ID, err error) {
			var name string
			err = rows.Scan(&id, &name)
			out[id] = name
			return id, err
		})
		if err != nil {
			return nil, fmt.Errorf("read the names of groups: %w", err)
		}
	}
	return out, nil
}

// invalidateRules ends the rules that name a group which is to go.
func (tx *Tx) invalidateRules(g bailiwick.Group) error {
	rows, err := tx.query(`SELECT `+ruleColumns+` FROM group_rules r WHERE r.org_id = $1 AND r.status <> 'INVALID' AND r.id IN (
		SELECT n.rule_id FROM group_rule_groups n WHERE n.org_id = $1 AND n.group_id = $2)`, tx.org, g.ID)
	rules, err := collect(rows, err, scanRuleRow)
	if err != nil {
		return fmt.Errorf("read the rules of group %s: %w", g.ID, err)
	}
	for _, r := range rules {
		r.Status, r.LastUpdated = bailiwick.RuleInvalid, tx.now
		if err := tx.saveRule(r); err != nil {
			return err
		}
		tx.Also(bailiwick.GroupRuleInvalidated, r.Entity(), g.Entity())
	}
	_, err = tx.exec(`DELETE FROM group_rule_groups WHERE org_id = $1 AND group_id = $2`, tx.org, g.ID)
	return wrap(err, "forget what rules name group %s", g.ID)
}

func idList(ids []bailiwick.ID) string {
	text, _ := json.Marshal(append([]bailiwick.ID{}, ids...)) // strings always marshal
	return string(text)
}

// markHand notes that somebody who is in a group by a rule is in it by hand
// too; false when that is known.
func (tx *Tx) markHand(set, user bailiwick.ID) (bool, error) {
	n, err := tx.exec(`INSERT INTO rule_members (org_id, set_id, user_id, rule_id)
		SELECT DISTINCT m.org_id, m.set_id, m.user_id, '' FROM rule_members m WHERE m.org_id = $1 AND m.user_id = $2 AND m.set_id = $3
		ON CONFLICT DO NOTHING`, tx.org, user, set)
	return n > 0, wrap(err, "add %s to %s by hand", user, set)
}

// spare makes the rules that keep somebody in a group spare that person from
// now on: who is taken out by hand stays out.
func (tx *Tx) spare(set bailiwick.ID, u bailiwick.User) error {
	rows, err := tx.query(`SELECT `+ruleColumns+` FROM rule_members m CROSS JOIN group_rules r
		WHERE m.org_id = $1 AND m.user_id = $2 AND m.set_id = $3 AND r.org_id = $1 AND r.id = m.rule_id`, tx.org, u.ID, set)
	rules, err := collect(rows, err, scanRuleRow)
	if err != nil {
		return fmt.Errorf("read the rules that keep %s in %s: %w", u.ID, set, err)
	}
	for _, r := range rules {
		if len(r.Exclude) >= bailiwick.MaxRuleExclude {
			return bailiwick.Refused(bailiwick.Conflict, bailiwick.ReasonTooMany, "a group rule spares as many people as it can")
		}
		if slices.Contains(r.Exclude, u.ID) {
			continue
		}
		r.Exclude, r.LastUpdated = append(r.Exclude, u.ID), tx.now
		if err := tx.saveRule(r); err != nil {
			return err
		}
		tx.touch(u.ID, isBack) // the rule may fill more groups than this one
		tx.Also(bailiwick.GroupRuleUpdated, r.Entity(), u.Entity())
	}
	return nil
}
