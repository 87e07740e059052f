package console

import (
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
)

// A telling is how a person's page tells of one kind of event: own is said of
// what the person did, others follows the name of somebody else who did it.
type telling struct {
	icon        string
	tone        ui.Tone
	own, others string
}

var tellings = map[bailiwick.EventType]telling{
	bailiwick.UserCreated:          {"plus", ui.Plain, "Registered", "added this user"},
	bailiwick.UserActivated:        {"badge", ui.Good, "Activated the account", "activated the account"},
	bailiwick.UserReactivated:      {"badge", ui.Plain, "Asked for the activation email again", "sent the activation email again"},
	bailiwick.UserDeactivated:      {"pause", ui.Plain, "Deactivated the account", "deactivated the account"},
	bailiwick.UserSuspended:        {"pause", ui.Plain, "Suspended the account", "suspended the account"},
	bailiwick.UserUnsuspended:      {"check", ui.Plain, "Ended the suspension", "ended the suspension"},
	bailiwick.UserProfileUpdated:   {"edit", ui.Plain, "Changed the profile", "changed the profile"},
	bailiwick.UserPasswordReset:    {"key", ui.Info, "Asked for a reset password email", "reset the password by email"},
	bailiwick.UserPasswordExpired:  {"key", ui.Info, "Password expired", "created a temporary password"},
	bailiwick.UserPasswordRemoved:  {"key", ui.Info, "Removed the password", "removed the password"},
	bailiwick.UserPasswordUpdated:  {"key", ui.Good, "Chose a new password", "set a password"},
	bailiwick.UserLocked:           {"lock", ui.Bad, "Locked out after too many wrong passwords", "locked the account"},
	bailiwick.UserUnlocked:         {"unlock", ui.Good, "Unlocked the account", "unlocked the account"},
	bailiwick.UserPrivilegeGranted: {"shield", ui.Plain, "Took an administrator role", "gave an administrator role"},
	bailiwick.UserPrivilegeRevoked: {"shield", ui.Plain, "Gave up an administrator role", "took an administrator role away"},
	bailiwick.UserRealmMoved:       {"place", ui.Plain, "Moved to another realm", "moved this user to another realm"},
	bailiwick.SessionStarted:       {"check", ui.Good, "Signed in", "started a session"},
	bailiwick.SessionEnded:         {"sign-out", ui.Plain, "Signed out", "ended a session"},
	bailiwick.SessionsCleared:      {"sign-out", ui.Plain, "Signed out everywhere", "signed this user out everywhere"},
	bailiwick.ConsoleEntered:       {"users", ui.Plain, "Entered the console", "entered the console"},
	bailiwick.MemberAdded:          {"groups", ui.Plain, "Joined a group", "added this user to a group"},
	bailiwick.MemberRemoved:        {"groups", ui.Plain, "Left a group", "removed this user from a group"},
	bailiwick.TokenCreated:         {"plus", ui.Plain, "Made an API token", "made an API token for this user"},
	bailiwick.TokenRevoked:         {"close", ui.Plain, "Revoked an API token", "revoked an API token of this user"},
	bailiwick.AppMemberAdded:       {"plus", ui.Plain, "Took an app", "assigned an app"},
	bailiwick.AppMemberRemoved:     {"close", ui.Plain, "Gave up an app", "unassigned an app"},
}

// failures are said instead when the outcome was not a success.
var failures = map[bailiwick.EventType]telling{
	bailiwick.SessionStarted:      {"close", ui.Plain, "Sign-in failed", "tried to sign in"},
	bailiwick.UserPasswordUpdated: {"close", ui.Plain, "Couldn’t change the password", "tried to set a password"},
}

// happening tells an event on the page of one person.
func happening(e bailiwick.Event, person bailiwick.ID) ui.Happening {
	told, ok := tellings[e.Type]
	if !ok {
		told = telling{"info", ui.Plain, e.Type.Text(), "did: " + e.Type.Text()}
	}
	if e.Outcome != "" && e.Outcome != "SUCCESS" {
		if told, ok = failures[e.Type]; !ok {
			told = telling{"warning", ui.Bad, "Refused: " + e.Type.Text(), "was refused: " + e.Type.Text()}
		}
	}
	h := ui.Happening{Icon: told.icon, Tone: told.tone, Text: told.own, At: e.Published, Detail: detail(e, person)}
	switch other := somebodyElse(e, person); {
	case e.Actor.ID != person && e.Actor.DisplayName != "":
		h.Actor, h.Text = e.Actor.DisplayName, told.others
	case e.Actor.ID == person && other != "":
		h.Text = toSomebody(told.others, other)
	}
	if e.Actor.Type == "SystemPrincipal" {
		h.Actor = "Bailiwick" // its reason is for the log
	}
	return h
}

// somebodyElse is the other person whom an event is about, if any.
func somebodyElse(e bailiwick.Event, person bailiwick.ID) string {
	for _, t := range e.Targets {
		if t.Type == "User" && t.ID != person {
			return t.DisplayName
		}
	}
	return ""
}

// toSomebody says what the person did to somebody else.
func toSomebody(text, other string) string {
	if strings.Contains(text, "this user") {
		text = strings.Replace(text, "this user", other, 1)
	} else {
		text += " for " + other
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// detail names the other things that the event is about, the fields of a
// profile that changed, and where it came from.
func detail(e bailiwick.Event, person bailiwick.ID) string {
	var parts []string
	for _, t := range e.Targets {
		if t.ID != person && t.DisplayName != "" && t.Type != "Token" && t.Type != "User" {
			parts = append(parts, t.DisplayName)
		}
	}
	for _, c := range e.Changes {
		if e.Type == bailiwick.UserProfileUpdated {
			parts = append(parts, fieldLabel(c.Field))
		}
	}
	if e.Client.Address != "" {
		parts = append(parts, e.Client.Address)
	}
	return strings.Join(parts, ", ")
}

// fieldLabel is the screen's word for a profile attribute.
func fieldLabel(name string) string {
	for _, a := range bailiwick.BaseAttributes {
		if a.Name == name {
			return strings.ToLower(a.Title[:1]) + a.Title[1:]
		}
	}
	return name
}
