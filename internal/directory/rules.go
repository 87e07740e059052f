package directory

import (
	"context"
	"errors"
	"slices"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// GroupRules lists rules by age; keyword limits the list to those whose name or
// expression contains it.
func (d *Directory) GroupRules(ctx context.Context, by authz.Actor, keyword string, p Paging) (List[bailiwick.GroupRule], error) {
	var out List[bailiwick.GroupRule]
	question := "group rules " + keyword
	err := d.store.View(ctx, by, func(v *store.View) error {
		if err := v.Actor().May(authz.GroupRulesManage); err != nil {
			return err
		}
		after, err := d.open(by, question, p)
		if err != nil {
			return err
		}
		page, err := v.GroupRules(keyword, bailiwick.ID(after), p.Limit)
		out = sealPage(d, by, question, page)
		return err
	})
	return out, err
}

// GroupRule reads one rule.
func (d *Directory) GroupRule(ctx context.Context, by authz.Actor, id bailiwick.ID) (bailiwick.GroupRule, error) {
	var r bailiwick.GroupRule
	err := d.store.View(ctx, by, func(v *store.View) (err error) {
		r, err = v.GroupRule(id)
		return err
	})
	return r, err
}

// NamesOfRuleGroups names the groups that rules fill; one that is gone has no
// name.
func (d *Directory) NamesOfRuleGroups(ctx context.Context, by authz.Actor, rules []bailiwick.GroupRule) (map[bailiwick.ID]string, error) {
	var out map[bailiwick.ID]string
	err := d.store.View(ctx, by, func(v *store.View) error {
		scope, err := v.Actor().Groups(authz.GroupsRead)
		if err != nil {
			return err
		}
		var ids []bailiwick.ID
		for _, r := range rules {
			ids = append(ids, r.Targets...)
		}
		slices.Sort(ids)
		out, err = v.GroupNamesOf(scope, slices.Compact(ids))
		return err
	})
	return out, err
}

// CreateGroupRule makes a rule that does nothing until it is activated.
func (d *Directory) CreateGroupRule(ctx context.Context, by authz.Actor, r bailiwick.GroupRule) (bailiwick.GroupRule, error) {
	err := d.store.Do(ctx, by, bailiwick.GroupRuleCreated, func(tx *store.Tx) error {
		if err := tx.Actor().May(authz.GroupRulesManage); err != nil {
			return err
		}
		r.ID, r.Status, r.Created, r.LastUpdated = tx.NewID(bailiwick.KindGroupRule), bailiwick.RuleInactive, tx.Now(), tx.Now()
		r.Targets, r.Exclude = distinct(r.Targets), distinct(r.Exclude)
		if err := checkRule(tx, r); err != nil {
			return err
		}
		if err := mayFill(tx, r.Targets); err != nil {
			return err
		}
		tx.Target(r.Entity())
		return tx.InsertGroupRule(r)
	})
	return r, err
}

// distinct drops repetitions and keeps the order.
func distinct(ids []bailiwick.ID) []bailiwick.ID {
	var out []bailiwick.ID
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// checkRule finds the first fault of a rule: of its own, of its expression, or
// of what it names.
func checkRule(tx *store.Tx, r bailiwick.GroupRule) error {
	if err := r.Check(); err != nil {
		return err
	}
	n, err := filter.ParseExpression(r.Expression)
	if bad, ok := errors.AsType[*filter.Error](err); ok {
		return expressionFault(bad.Pos, bad.Message)
	} else if err != nil {
		return err
	}
	org, err := tx.Org()
	if err != nil {
		return err
	}
	schema, err := tx.UserSchema(org.UserType)
	if err != nil {
		return err
	}
	scope, err := tx.Actor().Groups(authz.GroupsRead)
	if err != nil {
		return err
	}
	err = filter.Walk(n, func(n filter.Node) error {
		switch n := n.(type) {
		case filter.Attribute:
			if _, ok := schema.Property(n.Name); !ok {
				return expressionFault(n.Pos, "no attribute "+n.Name+" is defined")
			}
		case filter.MemberOf:
			for _, id := range n.Groups {
				g, err := tx.Group(scope, bailiwick.ID(id))
				if errors.Is(err, bailiwick.ErrMissing) || err == nil && g.Type == bailiwick.BuiltInGroup {
					return expressionFault(n.Pos, "no such group, or a built-in one")
				} else if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	people, err := tx.Actor().Users(authz.UsersRead)
	if err != nil {
		return err
	}
	for _, id := range r.Exclude {
		if _, err := tx.User(people, id); errors.Is(err, bailiwick.ErrMissing) {
			return bailiwick.InvalidField("exclude", "no user %s", id)
		} else if err != nil {
			return err
		}
	}
	return nil
}

func expressionFault(at int, message string) error {
	return bailiwick.InvalidField("expression", "at position %d: %s", at, message)
}

// mayFill refuses groups that no rule may fill: absent, built in, outside the
// actor's own right to change members, and those that hold an admin role:
// attributes must not be power.
func mayFill(tx *store.Tx, groups []bailiwick.ID) error {
	scope, err := tx.Actor().Groups(authz.GroupsMembers)
	if err != nil {
		return err
	}
	for _, id := range groups {
		g, err := tx.Group(scope, id)
		switch {
		case errors.Is(err, bailiwick.ErrMissing):
			return bailiwick.InvalidField("groupIds", "no group %s", id)
		case err == nil && g.Type == bailiwick.BuiltInGroup:
			return bailiwick.InvalidField("groupIds", "%s is a built-in group", g.Name)
		}
		if e, ok := errors.AsType[*bailiwick.Error](err); err != nil && (!ok || e.Reason != bailiwick.ReasonGroupCarriesPower) {
			return err
		}
		power, err := carriesPower(tx, id)
		if err != nil {
			return err
		}
		if power {
			return ruleAndRole()
		}
	}
	return nil
}

func ruleAndRole() error {
	return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonRuleTarget, "a group that holds an administrator role cannot be filled by a rule, nor one filled by a rule hold a role")
}

// UpdateGroupRule changes the name, the expression and whom a rule spares,
// while it is not active. The groups that it fills never change.
func (d *Directory) UpdateGroupRule(ctx context.Context, by authz.Actor, to bailiwick.GroupRule) (bailiwick.GroupRule, error) {
	var r bailiwick.GroupRule
	err := d.store.Do(ctx, by, bailiwick.GroupRuleUpdated, func(tx *store.Tx) (err error) {
		if r, err = tx.GroupRule(to.ID); err != nil {
			return err
		}
		if r.Status != bailiwick.RuleInactive {
			return notInactive()
		}
		if !slices.Equal(slices.Sorted(slices.Values(distinct(to.Targets))), slices.Sorted(slices.Values(r.Targets))) {
			return bailiwick.InvalidField("groupIds", "the groups that a rule fills cannot be changed")
		}
		r.Name, r.Expression, r.Exclude, r.LastUpdated = to.Name, to.Expression, distinct(to.Exclude), tx.Now()
		if err := checkRule(tx, r); err != nil {
			return err
		}
		tx.Target(r.Entity())
		return tx.SaveGroupRule(r)
	})
	return r, err
}

func notInactive() error {
	return bailiwick.Refused(bailiwick.Invalid, bailiwick.ReasonStatus, "only an inactive rule can be changed or activated").In("status")
}

// ActivateGroupRule puts a rule to work: from COMMIT on for every change, and
// by a job for everybody as they are.
func (d *Directory) ActivateGroupRule(ctx context.Context, by authz.Actor, id bailiwick.ID) error {
	return d.store.Do(ctx, by, bailiwick.GroupRuleActivated, func(tx *store.Tx) error {
		r, err := tx.GroupRule(id)
		if err != nil {
			return err
		}
		switch r.Status {
		case bailiwick.RuleActive:
			return store.Unchanged()
		case bailiwick.RuleInvalid:
			return notInactive()
		}
		if err := checkRule(tx, r); err != nil {
			return err
		}
		if err := mayFill(tx, r.Targets); err != nil {
			return err
		}
		if err := noCircle(tx, r); err != nil {
			return err
		}
		r.Status, r.LastUpdated = bailiwick.RuleActive, tx.Now()
		tx.Target(r.Entity())
		if err := tx.SaveGroupRule(r); err != nil {
			return err
		}
		people, err := tx.CountPeople()
		if err != nil {
			return err
		}
		return tx.InsertJob(bailiwick.Job{ID: tx.NewID(bailiwick.KindJob), Kind: bailiwick.JobApplyRule, Subject: r.ID, Total: people})
	})
}

// noCircle refuses a rule by which active rules would come to decide on their
// own conditions: who is in would depend on who was asked first.
func noCircle(tx *store.Tx, fresh bailiwick.GroupRule) error {
	rules, err := tx.ActiveRules()
	if err != nil {
		return err
	}
	feeds := map[bailiwick.ID][]bailiwick.ID{}
	for _, r := range append(rules, fresh) {
		n, err := filter.ParseExpression(r.Expression)
		if err != nil {
			return err
		}
		_, groups := filter.Reads(n)
		for _, g := range groups {
			feeds[bailiwick.ID(g)] = append(feeds[bailiwick.ID(g)], r.Targets...)
		}
	}
	seen := map[bailiwick.ID]bool{}
	var reaches func(bailiwick.ID, []bailiwick.ID) bool
	reaches = func(from bailiwick.ID, to []bailiwick.ID) bool {
		for _, next := range feeds[from] {
			if slices.Contains(to, next) {
				return true
			}
			if !seen[next] {
				seen[next] = true
				if reaches(next, to) {
					return true
				}
			}
		}
		return false
	}
	for _, g := range fresh.Targets {
		clear(seen)
		if reaches(g, []bailiwick.ID{g}) {
			return bailiwick.InvalidField("expression", "reads a group that this rule, or another after it, fills")
		}
	}
	return nil
}

// DeactivateGroupRule stops a rule. Whom it has put into groups stays there,
// as its own, or with remove is taken out by a job: not those who are in by
// hand or by another rule.
func (d *Directory) DeactivateGroupRule(ctx context.Context, by authz.Actor, id bailiwick.ID, remove bool) error {
	return d.store.Do(ctx, by, bailiwick.GroupRuleDeactivated, func(tx *store.Tx) error {
		r, err := tx.GroupRule(id)
		if err != nil {
			return err
		}
		if r.Status != bailiwick.RuleActive && !remove {
			return store.Unchanged()
		}
		tx.Target(r.Entity())
		if r.Status == bailiwick.RuleActive {
			r.Status, r.LastUpdated = bailiwick.RuleInactive, tx.Now()
			if err := tx.SaveGroupRule(r); err != nil {
				return err
			}
		}
		if !remove {
			return tx.EndJobs(r.ID)
		}
		return workOff(tx, r.ID, bailiwick.JobEmptyRule)
	})
}

// DeleteGroupRule removes a rule in whatever status. A job takes out whom it
// has put into groups, or leaves them in as if by hand.
func (d *Directory) DeleteGroupRule(ctx context.Context, by authz.Actor, id bailiwick.ID, remove bool) error {
	return d.store.Do(ctx, by, bailiwick.GroupRuleDeleted, func(tx *store.Tx) error {
		r, err := tx.GroupRule(id)
		if err != nil {
			return err
		}
		tx.Target(r.Entity())
		if err := tx.DeleteGroupRule(id); err != nil {
			return err
		}
		if remove {
			return workOff(tx, id, bailiwick.JobEmptyRule)
		}
		return workOff(tx, id, bailiwick.JobRetainRule)
	})
}

func workOff(tx *store.Tx, rule bailiwick.ID, kind bailiwick.JobKind) error {
	n, err := tx.CountOfRule(rule)
	if err != nil {
		return err
	}
	return tx.InsertJob(bailiwick.Job{ID: tx.NewID(bailiwick.KindJob), Kind: kind, Subject: rule, Total: n})
}
