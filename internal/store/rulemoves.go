package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// A because is one reason for a membership.
type because struct{ set, user, rule bailiwick.ID }

// ruleMoves are the changes that judging people comes to.
type ruleMoves struct {
	enter, leave map[bailiwick.ID][]bailiwick.User // by group
	why          map[because]bool                  // true: a reason more, false: one less
	reasons      []because                         // the keys of why, in order
	rules        map[bailiwick.ID]bailiwick.GroupRule
}

func (m *ruleMoves) reason(b because, more bool) {
	if m.why == nil {
		m.why = map[because]bool{}
	}
	m.why[b] = more
	m.reasons = append(m.reasons, b)
}

// add plans the moves of one person. Deactivated people stay as they are.
func (m *ruleMoves) add(s standing, rules []activeRule) {
	if m.enter == nil {
		m.enter, m.leave, m.rules = map[bailiwick.ID][]bailiwick.User{}, map[bailiwick.ID][]bailiwick.User{}, map[bailiwick.ID]bailiwick.GroupRule{}
	}
	if s.user.Status == bailiwick.Deprovisioned {
		return
	}
	holds := s.fits(rules)
	after := map[bailiwick.ID]map[bailiwick.ID]bool{} // the reasons for the groups that are moved
	for _, r := range rules {
		for _, g := range r.Targets {
			if s.by[g][r.ID] == holds[r.ID] {
				continue
			}
			if after[g] == nil {
				after[g] = map[bailiwick.ID]bool{}
				maps.Copy(after[g], s.by[g])
			}
			m.rules[r.ID] = r.GroupRule
			m.reason(because{g, s.user.ID, r.ID}, holds[r.ID])
			if after[g][r.ID] = true; !holds[r.ID] {
				delete(after[g], r.ID)
			}
		}
	}
	for _, g := range slices.Sorted(maps.Keys(after)) {
		switch {
		case !s.in[g]:
			m.enter[g] = append(m.enter[g], s.user)
		case s.byHand(g) && len(s.by[g]) == 0:
			m.reason(because{g, s.user.ID, ""}, true) // the hand would be forgotten beside a rule
		case !s.byHand(g) && len(after[g]) == 0:
			m.leave[g] = append(m.leave[g], s.user)
		}
	}
}

func (m *ruleMoves) groups() []bailiwick.ID {
	out := append(slices.Collect(maps.Keys(m.enter)), slices.Collect(maps.Keys(m.leave))...)
	slices.Sort(out)
	return slices.Compact(out)
}

// move carries a plan out: memberships with their keys and counters, reasons,
// and an event by the system for everybody who comes or goes.
func (tx *Tx) move(m ruleMoves) error {
	names, err := tx.groupEntities(m.groups())
	if err != nil {
		return err
	}
	for _, g := range m.groups() {
		if err := tx.enterMany(g, m.enter[g]); err != nil {
			return err
		}
	}
	if err := tx.writeReasons(m); err != nil {
		return err
	}
	for _, g := range m.groups() {
		if err := tx.leaveMany(g, m.leave[g]); err != nil {
			return err
		}
		for _, u := range m.enter[g] {
			tx.byRule(bailiwick.MemberAdded, u, names[g], m.ruleFor(g, u.ID, true))
		}
		for _, u := range m.leave[g] {
			tx.byRule(bailiwick.MemberRemoved, u, names[g], m.ruleFor(g, u.ID, false))
		}
	}
	return nil
}

// ruleFor is the first rule for which a person comes or goes.
func (m *ruleMoves) ruleFor(g, user bailiwick.ID, more bool) bailiwick.GroupRule {
	for _, b := range m.reasons {
		if b.set == g && b.user == user && b.rule != "" && m.why[b] == more {
			r := m.rules[b.rule]
			r.ID = b.rule // one that is deleted has nothing but its ID
			return r
		}
	}
	return bailiwick.GroupRule{}
}

// byRule adds the event of a membership that a rule has changed. The system
// did it: whoever wrote the profile may not even see the group.
func (tx *Tx) byRule(t bailiwick.EventType, u bailiwick.User, group bailiwick.EventEntity, r bailiwick.GroupRule) {
	e := tx.newEvent(t)
	e.Actor, e.Client, e.TokenID = authz.System(tx.org, "group rule "+r.Name).Entity(), bailiwick.Client{}, ""
	e.Targets = []bailiwick.EventEntity{u.Entity(), group, r.Entity()}
	tx.also = append(tx.also, e)
}

func (tx *Tx) writeReasons(m ruleMoves) error {
	var more []because
	for _, b := range m.reasons {
		if m.why[b] {
			more = append(more, b)
			continue
		}
		if _, err := tx.exec(`DELETE FROM rule_members WHERE org_id = $1 AND user_id = $2 AND set_id = $3 AND rule_id = $4`,
			tx.org, b.user, b.set, b.rule); err != nil {
			return fmt.Errorf("write why somebody is in group %s: %w", b.set, err)
		}
	}
	for part := range slices.Chunk(more, insertedAtOnce) {
		a := tx.args()
		rows := make([]string, len(part))
		for i, b := range part {
			rows[i] = a.row(b.set, b.user, b.rule)
		}
		if _, err := tx.exec(`INSERT INTO rule_members (org_id, set_id, user_id, rule_id) VALUES `+strings.Join(rows, ", ")+` ON CONFLICT DO NOTHING`, a...); err != nil {
			return fmt.Errorf("write why people are in groups: %w", err)
		}
	}
	return nil
}

// enterMany puts people who are not in a set into it; the counter moves once.
func (tx *Tx) enterMany(set bailiwick.ID, people []bailiwick.User) error {
	for batch := range slices.Chunk(people, insertedAtOnce) {
		a := tx.args()
		var rows, keys []string
		for _, u := range batch {
			rows, keys = append(rows, a.row(set, u.ID)), append(keys, userKeys(u)...)
		}
		if _, err := tx.exec(`INSERT INTO group_members (org_id, set_id, user_id) VALUES `+strings.Join(rows, ", "), a...); err != nil {
			return fmt.Errorf("add people to %s: %w", set, err)
		}
		if err := tx.insertKeys("member_keys", set, keys); err != nil {
			return err
		}
	}
	if len(people) == 0 {
		return nil
	}
	return tx.countMembers(set, len(people))
}

// leaveMany takes people who are in a set out of it; the counter moves once.
func (tx *Tx) leaveMany(set bailiwick.ID, people []bailiwick.User) error {
	for batch := range slices.Chunk(people, insertedAtOnce) {
		a := tx.args()
		in := a.add(set)
		ids := make([]bailiwick.ID, len(batch))
		var keys []string
		for i, u := range batch {
			ids[i], keys = u.ID, append(keys, userKeys(u)...)
		}
		if _, err := tx.exec(`DELETE FROM group_members WHERE org_id = $1 AND set_id = `+in+` AND user_id IN (`+a.list(ids)+`)`, a...); err != nil {
			return fmt.Errorf("remove people from %s: %w", set, err)
		}
		if err := tx.deleteKeys("member_keys", set, keys); err != nil {
			return err
		}
	}
	if len(people) == 0 {
		return nil
	}
	return tx.countMembers(set, -len(people))
}
