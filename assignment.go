package bailiwick

import (
	"crypto/sha256"
	"encoding/json"
	"time"
	"unicode/utf8"
)

// An AppScope says by what a person has an app.
type AppScope string

// The ways to have an app. Who has it in both ways has it directly.
const (
	ScopeUser  AppScope = "USER"  // by an assignment of one's own
	ScopeGroup AppScope = "GROUP" // through a group that one is in
)

// An AppUser is a person as one app knows them.
type AppUser struct {
	AppID  ID
	UserID ID
	Scope  AppScope
	// UserName is the name under which the app knows the person; the login
	// unless somebody said otherwise.
	UserName string
	Profile  map[string]any

	Created       time.Time
	LastUpdated   time.Time
	StatusChanged time.Time

	User User // the person
}

// An AppGroup is the assignment of an app to a group.
type AppGroup struct {
	AppID    ID
	Group    Group
	Priority int // 0 or more; the lowest goes first
	Profile  map[string]any

	Created     time.Time
	LastUpdated time.Time
}

// Limits of assignments: user names in code points, profiles in bytes of JSON,
// priorities.
const (
	MaxAppUserName = 100
	MaxAppProfile  = 16 << 10
	MaxAppPriority = 1 << 30
)

// CheckAppUserName returns the fault of a name under which an app is to know
// a person.
func CheckAppUserName(name string) error {
	switch {
	case name == "":
		return InvalidField("credentials.userName", "The field cannot be left blank")
	case !plainText(name) || utf8.RuneCountInString(name) > MaxAppUserName:
		return InvalidField("credentials.userName", "must be at most %d characters long, without control characters", MaxAppUserName)
	}
	return nil
}

// CheckAppProfile returns the fault of a profile that is kept for an app.
func CheckAppProfile(profile map[string]any) error {
	text, err := json.Marshal(profile)
	if err != nil || len(text) > MaxAppProfile {
		return InvalidField("profile", "must be JSON of at most %d bytes", MaxAppProfile)
	}
	return nil
}

// AppAssignmentID names the fact that a person has an app. It is made from the
// two, so that it stays the same whatever the person has the app by.
func AppAssignmentID(app, user ID) ID {
	sum := sha256.Sum256([]byte(app + " " + user))
	out := []byte(KindAppAssignment)
	for _, b := range sum[:idLength-len(KindAppAssignment)] {
		out = append(out, base62[b%62])
	}
	return ID(out)
}
