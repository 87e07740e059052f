package bailiwick

import (
	"strings"
	"time"
	"unicode/utf8"
)

// A GroupRule puts people into groups by an expression over their profile and
// memberships, and takes out those whom it has put in and who fit no more.
// Whoever is in a group by hand stays there.
type GroupRule struct {
	ID     ID
	Name   string
	Status GroupRuleStatus
	// Expression is what a person must fit, as package filter reads it.
	Expression string
	// Targets are the groups that fitting people are put into. They never
	// change, hold no admin role and are not built in.
	Targets []ID
	// Exclude are people whom the rule spares, whatever they fit.
	Exclude []ID

	Created     time.Time
	LastUpdated time.Time
}

// A GroupRuleStatus says whether a rule is at work.
type GroupRuleStatus string

// The statuses of a rule. An inactive rule leaves the memberships that it has
// made as they are; an invalid one has lost a group that it names, for good.
const (
	RuleActive   GroupRuleStatus = "ACTIVE"
	RuleInactive GroupRuleStatus = "INACTIVE"
	RuleInvalid  GroupRuleStatus = "INVALID"
)

// Limits of rules: of a name in code points, of the groups one rule fills, of
// the people it spares, and of rules in an org.
const (
	MaxRuleName    = 50
	MaxRuleTargets = 100
	MaxRuleExclude = 1000
	MaxGroupRules  = 2000
)

// Check returns the first fault of the rule that needs no look-up. The
// expression is package filter's to judge.
func (r GroupRule) Check() error {
	switch {
	case strings.TrimSpace(r.Name) == "":
		return InvalidField("name", "The field cannot be left blank")
	case !plainText(r.Name) || utf8.RuneCountInString(r.Name) > MaxRuleName:
		return InvalidField("name", "must be at most %d characters long, without control characters", MaxRuleName)
	case len(r.Targets) == 0:
		return InvalidField("groupIds", "name at least one group")
	case len(r.Targets) > MaxRuleTargets:
		return InvalidField("groupIds", "a rule can fill at most %d groups", MaxRuleTargets)
	case len(r.Exclude) > MaxRuleExclude:
		return InvalidField("exclude", "a rule can spare at most %d people", MaxRuleExclude)
	}
	return nil
}

// Entity describes the rule as a part of an event.
func (r GroupRule) Entity() EventEntity {
	return EventEntity{ID: r.ID, Type: "GroupRule", AlternateID: "unknown", DisplayName: r.Name}
}

// A Job is long work that goes on after the request that started it, in steps
// that can be interrupted anywhere.
type Job struct {
	ID      ID
	Kind    JobKind
	Subject ID // the rule that it works for
	State   JobState
	// Position is how far it has come: the last person that was looked at.
	Position ID
	Done     int64 // people looked at
	Total    int64 // about how many there are
	// Initiator is the person in whose name each step is taken, with the
	// authority of that moment; empty for the system.
	Initiator ID
	Failure   string // why it failed, or what the last attempt met
	Attempts  int    // counts the leases; it fences off who held an older one

	Created     time.Time
	LastUpdated time.Time
}

// A JobKind says what a job does.
type JobKind string

// The kinds of job.
const (
	JobApplyRule  JobKind = "group_rule.apply"  // judge everybody by a rule that became active
	JobEmptyRule  JobKind = "group_rule.empty"  // take out whom a rule has put in
	JobRetainRule JobKind = "group_rule.retain" // leave them in as if by hand
)

// A JobState says whether a job goes on.
type JobState string

// The states of a job. Done and failed are final.
const (
	JobRunning JobState = "running"
	JobPaused  JobState = "paused"
	JobDone    JobState = "done"
	JobFailed  JobState = "failed"
)

// Entity describes the job as a part of an event.
func (j Job) Entity() EventEntity {
	return EventEntity{ID: j.ID, Type: "Job", AlternateID: string(j.Subject), DisplayName: string(j.Kind)}
}
