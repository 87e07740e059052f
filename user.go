package bailiwick

import (
	"slices"
	"time"
)

// A Status is where an account stands in its life. The names are the wire's;
// Pending on screen means Provisioned (decision 13 of the mission).
type Status string

// The statuses.
const (
	Staged          Status = "STAGED"           // made, not activated yet
	Provisioned     Status = "PROVISIONED"      // activated, the person has not set a password yet
	Active          Status = "ACTIVE"           // in use
	Recovery        Status = "RECOVERY"         // the password is void until a reset is done
	PasswordExpired Status = "PASSWORD_EXPIRED" // one sign-in, which must change the password
	LockedOut       Status = "LOCKED_OUT"       // too many failures
	Suspended       Status = "SUSPENDED"        // put aside by an administrator, nothing lost
	Deprovisioned   Status = "DEPROVISIONED"    // deactivated; the next delete erases
)

// Statuses lists every status in the order of an account's life.
func Statuses() []Status {
	return []Status{Staged, Provisioned, Active, Recovery, PasswordExpired, LockedOut, Suspended, Deprovisioned}
}

// A Verb is something that happens to an account and may change its status.
type Verb string

// The verbs. Each is one operation of package directory or signin.
const (
	Activate        Verb = "activate"
	Reactivate      Verb = "reactivate"
	Suspend         Verb = "suspend"
	Unsuspend       Verb = "unsuspend"
	Unlock          Verb = "unlock"
	Deactivate      Verb = "deactivate"
	ResetPassword   Verb = "reset password"
	ExpirePassword  Verb = "expire password"
	RemovePassword  Verb = "remove password"
	ChangePassword  Verb = "change password"           // the person knows the old one, or holds a reset link
	SetPassword     Verb = "set password"              // an administrator chooses it; to be changed at the first sign-in
	SetAndActivate  Verb = "set password and activate" // a temporary password for a pending person
	CompleteWelcome Verb = "complete activation"       // the person sets the first password by the activation link
	Lock            Verb = "lock"
	Federate        Verb = "federate" // single sign-on takes the credential over
)

// Verbs lists every verb.
func Verbs() []Verb {
	return []Verb{Activate, Reactivate, Suspend, Unsuspend, Unlock, Deactivate, ResetPassword,
		ExpirePassword, RemovePassword, ChangePassword, SetPassword, SetAndActivate, CompleteWelcome, Lock, Federate}
}

// A transition is the status after a verb. ready stands for "Active when the
// account has a way to sign in, else Provisioned". renewed is the same for an
// account whose password went with its deactivation: only single sign-on is a
// way then.
const (
	ready   Status = "ready"
	renewed Status = "renewed"
)

// lifecycle is the whole life of an account: verb × status → status. A pair
// that is not here is refused with the verb's own reason.
var lifecycle = map[Verb]map[Status]Status{
	Activate:        {Staged: ready, Deprovisioned: renewed},
	Reactivate:      {Provisioned: Provisioned, Recovery: Recovery},
	Suspend:         {Active: Suspended, Provisioned: Suspended},
	Unsuspend:       {Suspended: ready},
	Unlock:          {LockedOut: Active},
	Deactivate:      {Staged: Deprovisioned, Provisioned: Deprovisioned, Active: Deprovisioned, Recovery: Deprovisioned, PasswordExpired: Deprovisioned, LockedOut: Deprovisioned, Suspended: Deprovisioned},
	ResetPassword:   {Provisioned: Recovery, Active: Recovery, Recovery: Recovery, PasswordExpired: Recovery, LockedOut: Recovery},
	ExpirePassword:  {Active: PasswordExpired, Recovery: PasswordExpired, PasswordExpired: PasswordExpired},
	RemovePassword:  {Active: Recovery, Recovery: Recovery, PasswordExpired: Recovery, LockedOut: Recovery},
	ChangePassword:  {Staged: Staged, Active: Active, Recovery: Active, PasswordExpired: Active},
	SetPassword:     {Staged: Staged, Provisioned: PasswordExpired, Active: PasswordExpired, Recovery: PasswordExpired, PasswordExpired: PasswordExpired},
	SetAndActivate:  {Provisioned: PasswordExpired},
	CompleteWelcome: {Provisioned: Active},
	Lock:            {Active: LockedOut},
	Federate:        {Provisioned: Active, Active: Active, Recovery: Active, PasswordExpired: Active},
}

// A User is a person with an account in one org.
type User struct {
	ID       ID
	Status   Status
	TypeID   ID
	SchemaID ID // of the type
	RealmID  ID
	Profile  Profile
	Provider Provider

	// HasPassword says that there is a password to be checked, never which.
	HasPassword      bool
	RecoveryQuestion string

	Created         time.Time
	Activated       time.Time // zero until the first activation
	StatusChanged   time.Time
	LastLogin       time.Time
	LastUpdated     time.Time
	PasswordChanged time.Time

	// Version counts the saves of this row; a save of an older version is a
	// conflict.
	Version int64
}

// A Provider says where the credential of an account is checked.
type Provider string

// The providers.
const (
	ProviderInternal   Provider = "OKTA" // the wire's word for "here"
	ProviderImport     Provider = "IMPORT"
	ProviderFederation Provider = "FEDERATION"
)

// After returns the user as the verb leaves it at the given time, or the
// refusal of the lifecycle table.
func (u User) After(v Verb, now time.Time) (User, error) {
	next, ok := lifecycle[v][u.Status]
	if !ok {
		return User{}, refusal(v, u.Status)
	}
	if next == ready || next == renewed {
		signsIn := u.Provider == ProviderFederation || next == ready && u.HasPassword
		next = Provisioned
		if signsIn {
			next = Active
		}
	}
	if v == Activate || (v == CompleteWelcome || v == SetAndActivate) && u.Activated.IsZero() {
		u.Activated = now
	}
	if next != u.Status {
		u.Status, u.StatusChanged = next, now
	}
	switch {
	case v == Federate:
		u.Provider = ProviderFederation
	case u.Provider == ProviderImport && slices.Contains(endsImport, v):
		u.Provider = ProviderInternal
	}
	u.LastUpdated = now
	return u, nil
}

// endsImport are the verbs after which nothing is left of a password hash that
// was made elsewhere.
var endsImport = []Verb{Deactivate, ResetPassword, RemovePassword, ChangePassword, SetPassword, SetAndActivate, CompleteWelcome}

// May reports whether the lifecycle table lets the verb happen to the user now.
func (u User) May(v Verb) bool {
	_, ok := lifecycle[v][u.Status]
	return ok
}

// refusal keeps the wire's habits: suspend and unsuspend are precondition
// failures of the request, activation says "already active", unlock has an
// answer of its own, all else is "not in this status".
func refusal(v Verb, s Status) error {
	switch {
	case v == Suspend || v == Unsuspend:
		return &Error{Code: Invalid, Reason: ReasonStatus, Field: string(v),
			Message: "cannot " + string(v) + " a user whose status is " + string(s)}
	case v == Activate && s != Suspended:
		return Refused(Forbidden, ReasonAlreadyActive, "the user is active already")
	case v == Unlock:
		return Refused(Forbidden, ReasonUnlock, "only a locked out user can be unlocked")
	}
	return Refused(Forbidden, ReasonStatus, "cannot %s while the status is %s", v, s)
}

// CanSignIn reports whether the status lets the person begin a sign-in with
// the own password.
func (u User) CanSignIn() bool {
	return u.HasPassword && (u.Status == Active || u.Status == PasswordExpired)
}
