package authz

import (
	"github.com/bailiwick-iam/bailiwick"
)

// A LogScope is the part of the system log that an actor may read. The zero
// value is nothing.
type LogScope struct {
	whole bool
	apps  AppScope
	self  bailiwick.ID
}

// Log returns what the actor may read of the log, or Forbidden. An application
// administrator who is limited to some apps reads what is about these apps and
// what the actor did, not the rest (AZ-13); every other role that reads the
// log reads it whole.
func (a Actor) Log() (LogScope, error) {
	if err := a.May(LogsRead); err != nil {
		return LogScope{}, err
	}
	for _, g := range a.grants {
		limited := g.Role == bailiwick.AppAdmin && g.Mode == bailiwick.ScopeListed
		if Holds(g.Role, LogsRead) && !limited {
			return LogScope{whole: true}, nil
		}
	}
	apps, err := a.Apps(AppsRead)
	return LogScope{apps: apps, self: a.id}, err
}

// Whole reports whether the scope is the whole log.
func (s LogScope) Whole() bool { return s.whole }

// Apps are the apps whose events the scope shows when it is not whole.
func (s LogScope) Apps() AppScope { return s.apps }

// Self is the actor, whose own acts the scope shows.
func (s LogScope) Self() bailiwick.ID { return s.self }

// Contains reports whether an event is in the scope, given which apps are.
func (s LogScope) Contains(e bailiwick.Event, visible func(app bailiwick.ID) bool) bool {
	if s.whole || s.self != "" && e.Actor.ID == s.self {
		return true
	}
	for _, t := range e.Targets {
		if t.Type == AppEntity && visible(t.ID) {
			return true
		}
	}
	return false
}

// AppEntity is the type of apps in events.
const AppEntity = "AppInstance"
