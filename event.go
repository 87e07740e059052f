package bailiwick

import "time"

// An EventType names what happened. Names are those of the wire where it has
// one; ours begin with a word of their own.
type EventType string

// The event types.
const (
	UserCreated          EventType = "user.lifecycle.create"
	UserActivated        EventType = "user.lifecycle.activate"
	UserReactivated      EventType = "user.lifecycle.reactivate"
	UserDeactivated      EventType = "user.lifecycle.deactivate"
	UserSuspended        EventType = "user.lifecycle.suspend"
	UserUnsuspended      EventType = "user.lifecycle.unsuspend"
	UserDeleted          EventType = "user.lifecycle.delete.completed"
	UserProfileUpdated   EventType = "user.account.update_profile"
	UserPasswordReset    EventType = "user.account.reset_password"
	UserPasswordExpired  EventType = "user.account.expire_password"
	UserPasswordRemoved  EventType = "user.account.remove_password"
	UserPasswordUpdated  EventType = "user.account.update_password"
	UserLocked           EventType = "user.account.lock"
	UserUnlocked         EventType = "user.account.unlock_by_admin"
	UserPrivilegeGranted EventType = "user.account.privilege.grant"
	UserPrivilegeRevoked EventType = "user.account.privilege.revoke"
	UserRealmMoved       EventType = "user.realm.move"
	SessionStarted       EventType = "user.session.start"
	SessionEnded         EventType = "user.session.end"
	SessionsCleared      EventType = "user.session.clear"
	ConsoleEntered       EventType = "user.session.access_admin_app"
	GroupCreated         EventType = "group.lifecycle.create"
	GroupDeleted         EventType = "group.lifecycle.delete"
	GroupUpdated         EventType = "group.profile.update"
	MemberAdded          EventType = "group.user_membership.add"
	MemberRemoved        EventType = "group.user_membership.remove"
	GroupOwnerAdded      EventType = "group.owner.add"
	GroupOwnerRemoved    EventType = "group.owner.remove"
	GroupRuleCreated     EventType = "group_rule.create"
	GroupRuleUpdated     EventType = "group_rule.update"
	GroupRuleActivated   EventType = "group_rule.activate"
	GroupRuleDeactivated EventType = "group_rule.deactivate"
	GroupRuleInvalidated EventType = "group_rule.invalidate"
	GroupRuleDeleted     EventType = "group_rule.delete"
	GroupRuleApplied     EventType = "group_rule.apply"
	WorkPaused           EventType = "job.pause"
	WorkResumed          EventType = "job.resume"
	GroupPrivilegeGrant  EventType = "group.privilege.grant"
	GroupPrivilegeRevoke EventType = "group.privilege.revoke"
	ScopeChanged         EventType = "scope.changed"
	ScopeWidened         EventType = "scope.widened"
	AppCreated           EventType = "application.lifecycle.create"
	AppUpdated           EventType = "application.lifecycle.update"
	AppActivated         EventType = "application.lifecycle.activate"
	AppDeactivated       EventType = "application.lifecycle.deactivate"
	AppDeleted           EventType = "application.lifecycle.delete"
	AppMemberAdded       EventType = "application.user_membership.add"
	AppMemberRemoved     EventType = "application.user_membership.remove"
	AppMemberUpdated     EventType = "application.user_membership.update"
	AppGroupAdded        EventType = "group.application_assignment.add"
	AppGroupRemoved      EventType = "group.application_assignment.remove"
	AppGroupUpdated      EventType = "group.application_assignment.update"
	TokenCreated         EventType = "system.api_token.create"
	TokenUpdated         EventType = "system.api_token.update"
	TokenOutside         EventType = "system.api_token.request_outside_allowed_range"
	TokenRevoked         EventType = "system.api_token.revoke"
	RealmCreated         EventType = "realm.create"
	RealmUpdated         EventType = "realm.update"
	RealmDeleted         EventType = "realm.delete"
	OrgCreated           EventType = "org.create"
	OrgUpdated           EventType = "org.update"
	OwnerLinkCreated     EventType = "org.owner_link.create"
	UserTypeCreated      EventType = "directory.non_default_user_profile.create"
	UserTypeUpdated      EventType = "schema.user_type.update"
	UserTypeDeleted      EventType = "schema.user_type.delete"
	UserSchemaUpdated    EventType = "directory.user_profile.update"
	GroupSchemaUpdated   EventType = "schema.group.update"
	AccessDenied         EventType = "access.denied"
)

// The event types of realm assignments.
const (
	RealmAssignmentCreated EventType = "realm.assignment.create"
	RealmAssignmentUpdated EventType = "realm.assignment.update"
	RealmAssignmentDeleted EventType = "realm.assignment.delete"
)

// eventText is the sentence that the log shows for each type.
var eventText = map[EventType]string{
	UserCreated: "Create user", UserActivated: "Activate user", UserReactivated: "Reactivate user",
	UserDeactivated: "Deactivate user", UserSuspended: "Suspend user", UserUnsuspended: "Unsuspend user",
	UserDeleted: "Delete user", UserProfileUpdated: "Update user profile", UserPasswordReset: "Reset user password",
	UserPasswordExpired: "Expire user password", UserPasswordRemoved: "Remove user password",
	UserPasswordUpdated: "Update user password", UserLocked: "Lock user", UserUnlocked: "Unlock user by an administrator",
	UserPrivilegeGranted: "Grant user privilege", UserPrivilegeRevoked: "Revoke user privilege",
	UserRealmMoved: "Move user to another realm", SessionStarted: "Sign in", SessionEnded: "Sign out",
	SessionsCleared: "Clear user sessions", ConsoleEntered: "Enter the console",
	GroupCreated: "Create group", GroupDeleted: "Delete group", GroupUpdated: "Update group",
	MemberAdded: "Add user to group", MemberRemoved: "Remove user from group",
	GroupOwnerAdded: "Add owner to group", GroupOwnerRemoved: "Remove owner from group",
	GroupRuleCreated: "Create group rule", GroupRuleUpdated: "Update group rule", GroupRuleActivated: "Activate group rule",
	GroupRuleDeactivated: "Deactivate group rule", GroupRuleInvalidated: "Group rule became invalid", GroupRuleDeleted: "Delete group rule",
	GroupRuleApplied: "Apply group rule", WorkPaused: "Pause long work", WorkResumed: "Resume long work",
	GroupPrivilegeGrant: "Grant group privilege", GroupPrivilegeRevoke: "Revoke group privilege",
	ScopeChanged: "Change the scope of a role", ScopeWidened: "Widen the scope of a role to everything",
	AppCreated: "Create app", AppUpdated: "Update app", AppActivated: "Activate app", AppDeactivated: "Deactivate app",
	AppDeleted: "Delete app", AppMemberAdded: "Add user to app", AppMemberRemoved: "Remove user from app",
	AppMemberUpdated: "Update user of app", AppGroupUpdated: "Update group of app",
	AppGroupAdded: "Add group to app", AppGroupRemoved: "Remove group from app",
	TokenCreated: "Create API token", TokenRevoked: "Revoke API token",
	TokenUpdated: "Update API token", TokenOutside: "Use an API token from outside its network", RealmCreated: "Create realm",
	RealmUpdated: "Update realm", RealmDeleted: "Delete realm",
	RealmAssignmentCreated: "Create realm assignment", RealmAssignmentUpdated: "Update realm assignment", RealmAssignmentDeleted: "Delete realm assignment",
	OrgCreated: "Create organization", OrgUpdated: "Update organization",
	UserTypeCreated: "Create user type", UserTypeUpdated: "Update user type", UserTypeDeleted: "Delete user type",
	UserSchemaUpdated: "Update the schema of a user type", GroupSchemaUpdated: "Update the schema of groups",
	OwnerLinkCreated: "Create the link for the first owner", AccessDenied: "Refuse access",
}

// Text is the sentence that the log shows for the event type.
func (t EventType) Text() string { return eventText[t] }

// EventTypes lists every type that has a text, in no particular order.
func EventTypes() []EventType {
	out := make([]EventType, 0, len(eventText))
	for t := range eventText {
		out = append(out, t)
	}
	return out
}

// An Event is one line of the system log: who did what to whom, and how it
// ended. It never holds a secret (AUD-9).
type Event struct {
	ID        string // UUID
	Type      EventType
	Published time.Time
	Severity  string // INFO, WARN
	Outcome   string // SUCCESS, FAILURE, DENY
	Reason    string // why, when it did not succeed
	Actor     EventEntity
	Client    Client
	Targets   []EventEntity
	// Changes names the fields that changed; values only of fields that may
	// be logged.
	Changes []Change
	// Transaction is the request's ID; TokenID the API token that was used.
	Transaction string
	TokenID     ID
}

// TransactionType is WEB for what a request did and JOB for what the server
// did by itself.
func (e Event) TransactionType() string {
	if e.Client.RequestID == "" {
		return "JOB"
	}
	return "WEB"
}

// An EventEntity is somebody or something that an event is about.
type EventEntity struct {
	ID          ID     `json:"id"`
	Type        string `json:"type"`
	AlternateID string `json:"alternateId"`
	DisplayName string `json:"displayName"`
}

// A Change is one field that an event changed.
type Change struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// A Client is where a request came from.
type Client struct {
	Address   string `json:"address,omitempty"`
	UserAgent string `json:"userAgent,omitempty"`
	RequestID string `json:"requestId,omitempty"`
	Path      string `json:"path,omitempty"` // of a request to the API, without its query
}

// Entity describes the user as a part of an event.
func (u User) Entity() EventEntity {
	return EventEntity{ID: u.ID, Type: "User", AlternateID: u.Profile.Login(), DisplayName: u.Profile.Name()}
}

// Entity describes the group as a part of an event.
func (g Group) Entity() EventEntity {
	return EventEntity{ID: g.ID, Type: "UserGroup", AlternateID: "unknown", DisplayName: g.Name}
}

// Entity describes the app as a part of an event.
func (a App) Entity() EventEntity {
	return EventEntity{ID: a.ID, Type: "AppInstance", AlternateID: a.Name, DisplayName: a.Label}
}

// Entity describes the role assignment as a part of an event.
func (a Assignment) Entity() EventEntity {
	info, _ := Role(a.Role)
	return EventEntity{ID: a.ID, Type: "ROLE", AlternateID: string(a.Role), DisplayName: info.Label}
}

// Entity describes the token as a part of an event.
func (t Token) Entity() EventEntity {
	return EventEntity{ID: t.ID, Type: "Token", AlternateID: "unknown", DisplayName: t.Name}
}
