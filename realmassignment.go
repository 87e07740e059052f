package bailiwick

import (
	"strings"
	"time"
	"unicode/utf8"
)

// A RealmAssignment says which realm new people land in who fit an expression
// and for whom no realm was asked.
type RealmAssignment struct {
	ID   ID
	Name string
	// Priority orders the assignments: the lowest that is active and fits
	// decides. No two are the same.
	Priority int
	Active   bool
	// Expression is over the profile; empty for the one that catches all.
	Expression string
	RealmID    ID

	Created     time.Time
	LastUpdated time.Time
}

// LastPriority is the priority of the assignment that catches all.
const LastPriority = 499

// CatchAll is the assignment behind all others, which leads to the default
// realm. It is part of every org, always active, and never changes.
func CatchAll(o Org) RealmAssignment {
	return RealmAssignment{ID: ID(KindRealmAssignment) + o.ID[len(KindOrg):], Name: "Catch-all rule", Priority: LastPriority,
		Active: true, RealmID: o.Realm, Created: o.Created, LastUpdated: o.Created}
}

// IsCatchAll reports whether the assignment is the one that catches all.
func (a RealmAssignment) IsCatchAll() bool { return a.Priority == LastPriority }

// Entity describes the assignment as a part of an event.
func (a RealmAssignment) Entity() EventEntity {
	return EventEntity{ID: a.ID, Type: "RealmAssignment", AlternateID: "unknown", DisplayName: a.Name}
}

// Check returns the first fault of the assignment's own fields; the expression
// is package filter's to judge.
func (a RealmAssignment) Check() error {
	switch {
	case strings.TrimSpace(a.Name) == "":
		return InvalidField("name", "The field cannot be left blank")
	case !plainText(a.Name) || utf8.RuneCountInString(a.Name) > MaxGroupName:
		return InvalidField("name", "must be at most %d characters long, without control characters", MaxGroupName)
	case a.Priority < 0 || a.Priority >= LastPriority:
		return InvalidField("priority", "must be from 0 to %d", LastPriority-1)
	}
	return nil
}
