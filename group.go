package bailiwick

import (
	"strings"
	"time"
	"unicode/utf8"
)

// A GroupType says who looks after a group.
type GroupType string

// The group types.
const (
	ManagedGroup GroupType = "OKTA_GROUP" // the wire's word for "looked after here"
	BuiltInGroup GroupType = "BUILT_IN"   // Everyone: no membership rows, nobody can be added or removed
)

// A Group is a set of people.
type Group struct {
	ID          ID
	Type        GroupType
	Name        string
	Description string
	// Custom are the attributes that the org's schema of groups adds.
	Custom Profile

	Created               time.Time
	LastUpdated           time.Time
	LastMembershipUpdated time.Time

	// Members counts the people in the group, where it was asked for.
	Members int64
}

// GroupStats are the numbers that a list tells beside a group.
type GroupStats struct {
	Users             int64
	Apps              int64
	HasAdminPrivilege bool // the group holds an admin role
	BuiltIn           bool // everybody is in it
}

// A GroupOwner is a person or a group that answers for a group. It gives no
// power.
type GroupOwner struct {
	ID          ID
	Kind        PrincipalKind
	Name        string
	LastUpdated time.Time
}

// MaxGroupOwners is the most owners of one group.
const MaxGroupOwners = 100

// Limits of a group's profile in code points, and the largest group that may
// hold an admin role (wire error E0000193).
const (
	MaxGroupName        = 255
	MaxGroupDescription = 1024
	MaxRoleGroupMembers = 5000
)

// EveryoneName and EveryoneDescription are the profile of the built-in group.
const (
	EveryoneName        = "Everyone"
	EveryoneDescription = "All users in your organization"
)

// Profile is name, description and custom attributes as the schema of groups
// has them.
func (g Group) Profile() Profile {
	return g.Custom.Merge(Profile{"name": g.Name, "description": g.Description})
}

// Check returns the first fault of the group's name and description.
func (g Group) Check() error {
	switch {
	case strings.TrimSpace(g.Name) == "":
		return InvalidField("name", "The field cannot be left blank")
	case !plainText(g.Name):
		return InvalidField("name", "must be text without control characters, in UTF-8")
	case utf8.RuneCountInString(g.Name) > MaxGroupName:
		return InvalidField("name", "must be at most %d characters long", MaxGroupName)
	case !utf8.ValidString(g.Description) || strings.ContainsRune(g.Description, 0):
		return InvalidField("description", "must be text without NUL characters, in UTF-8")
	case utf8.RuneCountInString(g.Description) > MaxGroupDescription:
		return InvalidField("description", "must be at most %d characters long", MaxGroupDescription)
	}
	return nil
}

func plainText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}
