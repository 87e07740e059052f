package bailiwick

import (
	"strings"
	"time"
)

// A Token is an API token. Its secret is shown once, when it is made; only a
// digest is kept. It has the rights that its owner has at each moment (TOK-2).
type Token struct {
	ID        ID
	Name      string
	OwnerID   ID
	CreatedBy ID
	Network   Network // from where it may be used

	Created     time.Time
	LastUpdated time.Time
	LastUsed    time.Time // moves at most once a minute
	LastAddress string    // where it was used last
	ExpiresAt   time.Time // unless it is used before then
}

// TokenIdle is how long a token lives without being used, and TokenLife how
// long it lives at all (TOK-3).
const (
	TokenIdle = 30 * 24 * time.Hour
	TokenLife = 365 * 24 * time.Hour
)

// A Session is a browser that is signed in.
type Session struct {
	ID        ID
	UserID    ID
	Address   string
	UserAgent string

	Created  time.Time
	LastSeen time.Time // moves at most once a minute
	Expires  time.Time // the absolute end
}

// Limits of a session (SES-3): people with an admin role and everybody else.
const (
	SessionLife      = 24 * time.Hour
	SessionIdle      = time.Hour
	AdminSessionLife = 12 * time.Hour
	AdminSessionIdle = 15 * time.Minute
)

// A Link is a one-time link that was mailed, by what it lets its holder do.
type Link struct {
	ID      ID
	Purpose LinkPurpose
	UserID  ID
	Created time.Time
	Expires time.Time
}

// A LinkPurpose says what a one-time link is good for.
type LinkPurpose string

// The link purposes.
const (
	LinkResetPassword LinkPurpose = "reset_password"
	LinkActivate      LinkPurpose = "activate"
	LinkBootstrap     LinkPurpose = "bootstrap"
)

// Lives of the links (REC-2, AUTH-3): a reset asked for by the person, one
// sent by an administrator, an activation, the making of the first owner.
const (
	ResetLinkLife      = time.Hour
	AdminResetLinkLife = 24 * time.Hour
	ActivationLinkLife = 7 * 24 * time.Hour
	BootstrapLinkLife  = 30 * time.Minute
)

// TemporaryPasswordLife is how long a temporary password works (PWD-8).
const TemporaryPasswordLife = 24 * time.Hour

// An Org is a tenant: nothing crosses from one to another.
type Org struct {
	ID       ID
	Slug     string // the name in /t/{org}
	Name     string
	Everyone ID // the built-in group
	Realm    ID // the default realm
	UserType ID // the default user type
	Schema   ID // the schema of the default user type
	Created  time.Time
	Settings OrgSettings
	// Host is the name by which the org is reached without /t/{Slug}, in lower
	// case and without a port; empty for none.
	Host string
	// Disabled is since when the org is out of use; zero when it is in use.
	Disabled time.Time
}

// CheckHost returns the fault of a host name that an org is to claim.
func CheckHost(host string) error {
	if host != "" && (!isDomain(host) || host != strings.ToLower(host)) {
		return InvalidField("host", "must be a host name in lower case, without scheme and port")
	}
	return nil
}

// OrgSettings are the switches of an org. The zero value is the default of each.
type OrgSettings struct {
	// RefuseRemovingLastAppTarget turns the wire's widening into a refusal
	// (decision 1 of the mission).
	RefuseRemovingLastAppTarget bool `json:"refuseRemovingLastAppTarget,omitempty"`
	// AdminsSetPasswords is the owner's switch (Z5).
	AdminsSetPasswords bool `json:"adminsSetPasswords,omitempty"`
}
