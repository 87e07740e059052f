package console

import (
	"testing"

	"github.com/bailiwick-iam/bailiwick"
)

func TestAnEventIsToldFromThePersonsSide(t *testing.T) {
	t.Parallel()
	tugba := bailiwick.EventEntity{ID: "00u1", Type: "User", DisplayName: "Tuğba Yıldırım"}
	amara := bailiwick.EventEntity{ID: "00u2", Type: "User", DisplayName: "Amara Lindqvist"}
	branch := bailiwick.EventEntity{ID: "00g1", Type: "UserGroup", DisplayName: "Nairobi branch"}
	for name, row := range map[string]struct {
		event               bailiwick.Event
		actor, text, detail string
	}{
		"what she did": {bailiwick.Event{Type: bailiwick.UserPasswordUpdated, Outcome: "SUCCESS", Actor: tugba, Targets: []bailiwick.EventEntity{tugba}, Client: bailiwick.Client{Address: "192.0.2.7"}},
			"", "Chose a new password", "192.0.2.7"},
		"what the desk did": {bailiwick.Event{Type: bailiwick.UserPasswordReset, Outcome: "SUCCESS", Actor: amara, Targets: []bailiwick.EventEntity{tugba}},
			"Amara Lindqvist", "reset the password by email", ""},
		"what she did to somebody else": {bailiwick.Event{Type: bailiwick.UserPasswordReset, Actor: tugba, Targets: []bailiwick.EventEntity{amara}},
			"", "Reset the password by email for Amara Lindqvist", ""},
		"the server itself": {bailiwick.Event{Type: bailiwick.UserCreated, Actor: bailiwick.EventEntity{ID: "spr1", Type: "SystemPrincipal", DisplayName: "Bailiwick: import"}, Targets: []bailiwick.EventEntity{tugba}},
			"Bailiwick", "added this user", ""},
		"other changes than of a profile": {bailiwick.Event{Type: bailiwick.UserSuspended, Actor: amara, Changes: []bailiwick.Change{{Field: "status"}}},
			"Amara Lindqvist", "suspended the account", ""},
		"a group": {bailiwick.Event{Type: bailiwick.MemberAdded, Outcome: "SUCCESS", Actor: amara, Targets: []bailiwick.EventEntity{tugba, branch}},
			"Amara Lindqvist", "added this user to a group", "Nairobi branch"},
		"changed fields": {bailiwick.Event{Type: bailiwick.UserProfileUpdated, Actor: amara, Changes: []bailiwick.Change{{Field: "email"}, {Field: "costCenter2"}}},
			"Amara Lindqvist", "changed the profile", "primary email, costCenter2"},
		"a failure": {bailiwick.Event{Type: bailiwick.SessionStarted, Outcome: "FAILURE", Actor: tugba},
			"", "Sign-in failed", ""},
		"a refusal": {bailiwick.Event{Type: bailiwick.UserSuspended, Outcome: "DENY", Actor: amara},
			"Amara Lindqvist", "was refused: Suspend user", ""},
	} {
		got := happening(row.event, "00u1")
		if got.Actor != row.actor || got.Text != row.text || got.Detail != row.detail {
			t.Errorf("%s: got %q %q %q, want %q %q %q", name, got.Actor, got.Text, got.Detail, row.actor, row.text, row.detail)
		}
	}
}
