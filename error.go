package bailiwick

import "fmt"

// A Code says what kind of refusal an [Error] is. Faces turn codes into their
// own statuses; nothing else in the product invents a status.
type Code string

// The codes. Any error that is not an [*Error] counts as Internal: it is
// logged whole and told to nobody.
const (
	Invalid         Code = "invalid"         // the input is at fault
	Unauthenticated Code = "unauthenticated" // nobody known is asking
	Forbidden       Code = "forbidden"       // known, but may not
	Missing         Code = "not_found"       // absent, or outside what the asker may see
	Conflict        Code = "conflict"        // fits no more with what is there
	Throttled       Code = "throttled"       // too many, come back later
	Internal        Code = "internal"        // our fault
)

// A Reason names the one rule that refused, for faces and tests that must tell
// refusals of one code apart. It is a closed set; the empty reason means that
// the code says all there is to say.
type Reason string

// The reasons.
const (
	ReasonDuplicate          Reason = "duplicate"           // an object with this field exists
	ReasonUnknownField       Reason = "unknown_field"       // a profile property nobody defined
	ReasonTooMany            Reason = "too_many"            // more elements than allowed
	ReasonBadCursor          Reason = "bad_cursor"          // a paging cursor we did not make, or not for this query
	ReasonBadSearch          Reason = "bad_search"          // a search or filter that cannot be read or is not supported
	ReasonSearchAndFilter    Reason = "search_and_filter"   // only one of the two may be given
	ReasonBadDate            Reason = "bad_date"            // a date that cannot be read
	ReasonMalformedBody      Reason = "malformed_body"      // the body is not the JSON we take
	ReasonBadToken           Reason = "bad_token"           // a token that is unknown, revoked, expired or whose owner is not active
	ReasonOutsideNetwork     Reason = "outside_network"     // an API token that is used from where it may not be
	ReasonNoSession          Reason = "no_session"          // a session that is unknown or over
	ReasonRoleAssigned       Reason = "role_assigned"       // the principal holds this role already
	ReasonWrongRoleType      Reason = "wrong_role_type"     // the role takes no targets of this kind
	ReasonLastTarget         Reason = "last_target"         // the last target may not be removed
	ReasonRuleTarget         Reason = "rule_target"         // a group filled by a rule holds no roles, and one with roles is filled by none
	ReasonBuiltInGroup       Reason = "built_in_group"      // built-in groups hold no roles and have no members of their own
	ReasonGroupTooLarge      Reason = "group_too_large"     // a group of this size may not hold a role
	ReasonMixedTargets       Reason = "mixed_targets"       // an app and an instance of it as targets of one role
	ReasonLastSuperAdmin     Reason = "last_super_admin"    // one active super administrator must remain
	ReasonLastOwner          Reason = "last_owner"          // one active owner must remain
	ReasonTier               Reason = "tier"                // the person administrates at the same or a higher tier
	ReasonSelf               Reason = "self"                // not on one's own account by this way
	ReasonSetPasswordsOff    Reason = "set_passwords_off"   // the owner has not switched on that admins set passwords
	ReasonStatus             Reason = "status"              // not in this status
	ReasonAlreadyActive      Reason = "already_active"      // activation of an active account
	ReasonUnlock             Reason = "unlock"              // unlock of an account that is not locked
	ReasonWrongPassword      Reason = "wrong_password"      // the old password does not match
	ReasonWeakPassword       Reason = "weak_password"       // the password policy refuses it
	ReasonLinkSpent          Reason = "link_spent"          // a link that was used, replaced or has run out
	ReasonExpireNeedsSecret  Reason = "expire_needs_secret" // nextLogin=changePassword without a password
	ReasonExpireNeedsActive  Reason = "expire_needs_active" // nextLogin=changePassword without activation
	ReasonActiveApp          Reason = "active_app"          // an app must be deactivated before it is deleted
	ReasonSignInFailed       Reason = "sign_in_failed"      // wrong name or password, or no sign-in for this account
	ReasonSignInDelayed      Reason = "sign_in_delayed"     // too many failures, wait
	ReasonRealmInUse         Reason = "realm_in_use"        // realms with people in them, and the default realm, stay
	ReasonTooManyRealms      Reason = "too_many_realms"     // an org has no room for another realm
	ReasonUnsupported        Reason = "unsupported"         // a documented operation that this thing does not offer
	ReasonOrgSwitch          Reason = "org_switch"          // an org setting refuses it
	ReasonBusy               Reason = "busy"                // the node is at its limit for this kind of work
	ReasonNotAssigned        Reason = "not_assigned"        // there is no such assignment to take away
	ReasonGroupCarriesPower  Reason = "group_carries_power" // the group holds an admin role
	ReasonOutsideYourGroups  Reason = "outside_your_groups" // the person is not inside the scope yet
	ReasonPasswordCannotBe   Reason = "password_cannot_be"  // this account takes no password by this way
	ReasonCredentialScheme   Reason = "credential_scheme"   // single sign-on holds the credential: no password, no question
	ReasonChangePassword     Reason = "change_password"     // this account's password cannot be changed
	ReasonChangeQuestion     Reason = "change_question"     // this account's recovery question cannot be changed
	ReasonForgotPassword     Reason = "forgot_password"     // no recovery for this account by this way
	ReasonStale              Reason = "stale"               // changed since the asker read it
	ReasonMissingGroup       Reason = "missing_group"       // a scoped admin must name a group of the own scope
	ReasonTypeStays          Reason = "type_stays"          // the default user type, and one that people have, cannot be deleted
	ReasonReadOnlyField      Reason = "read_only_field"     // a property that nobody writes here
	ReasonImmutableField     Reason = "immutable_field"     // a property that is written once
	ReasonDuplicateLabel     Reason = "duplicate_label"     // another app has this label
	ReasonAppAssigned        Reason = "app_assigned"        // the person has the app directly
	ReasonAppThroughGroup    Reason = "app_through_group"   // the person has the app by a group, which keeps it
	ReasonInactiveUser       Reason = "inactive_user"       // a deactivated account gets no apps
	ReasonInactiveApp        Reason = "inactive_app"        // an app that is out of use is given to nobody
	ReasonActivationDelivery Reason = "activation_delivery" // the activation link may not be handed to the asker
)

// An Error is a refusal that somebody outside may be told about.
type Error struct {
	Code    Code
	Reason  Reason
	Field   string // the input at fault, as the face names it; may be empty
	Message string // one plain sentence without a full stop
	Kind    string // for Missing: what kind of thing, as "User"
	ID      ID     // for Missing: which one was asked for, as given
}

// Error returns the field and the message.
func (e *Error) Error() string {
	switch {
	case e.Code == Missing && e.Message == "":
		return fmt.Sprintf("no %s %q", e.Kind, string(e.ID))
	case e.Field != "":
		return e.Field + ": " + e.Message
	case e.Message != "":
		return e.Message
	}
	return string(e.Code)
}

// Is matches two refusals of one code and, where the target names one, one
// reason; so errors.Is(err, ErrForbidden) holds for every Forbidden error.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Reason == "" || t.Reason == e.Reason)
}

// Sentinels for errors.Is. Operations return richer values of the same code.
var (
	ErrForbidden       = &Error{Code: Forbidden, Message: "you do not have permission to do this"}
	ErrUnauthenticated = &Error{Code: Unauthenticated, Message: "sign in first"}
	ErrMissing         = &Error{Code: Missing}
	ErrConflict        = &Error{Code: Conflict}
	ErrInvalid         = &Error{Code: Invalid}
)

// NotFound is the answer for a thing that is absent and, equally, for one that
// the asker may not see (AZ-5): the two must never be told apart.
func NotFound(kind string, id ID) *Error {
	return &Error{Code: Missing, Kind: kind, ID: id}
}

// InvalidField refuses one input field with a sentence about it.
func InvalidField(field, format string, args ...any) *Error {
	return &Error{Code: Invalid, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Refused is a refusal for a named reason.
func Refused(code Code, reason Reason, format string, args ...any) *Error {
	return &Error{Code: code, Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// In returns a copy of the error that names the field at fault.
func (e *Error) In(field string) *Error {
	c := *e
	c.Field = field
	return &c
}
