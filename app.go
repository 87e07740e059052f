package bailiwick

import (
	"strings"
	"time"
	"unicode/utf8"
)

// A CatalogApp is a kind of app that an org can have instances of.
type CatalogApp struct {
	Name        string // the catalog key, as "salesforce"
	DisplayName string
	Description string
	Category    string
	Website     string
	SignOnModes []string
	Features    []string
	LastUpdated time.Time
}

// An App is an instance of a catalog app in one org.
type App struct {
	ID         ID
	Name       string // catalog key
	Label      string
	Status     AppStatus
	SignOnMode string
	// What the wire says of an app beyond that, in its words. Credentials hold
	// no secret.
	Settings      map[string]any
	Credentials   map[string]any
	Visibility    map[string]any
	Accessibility map[string]any
	Profile       map[string]any
	Features      []string

	Created     time.Time
	LastUpdated time.Time
}

// An AppStatus says whether an app instance is in use.
type AppStatus string

// The app statuses.
const (
	AppActive   AppStatus = "ACTIVE"
	AppInactive AppStatus = "INACTIVE"
)

// The sign-on modes that app instances can have.
const (
	SignOnBookmark = "BOOKMARK"
	SignOnOIDC     = "OPENID_CONNECT"
	SignOnSAML     = "SAML_2_0"
	SignOnSWA      = "BROWSER_PLUGIN"
	SignOnAuto     = "AUTO_LOGIN"
)

// MaxAppLabel is the longest label of an app in code points.
const MaxAppLabel = 100

// Check returns the first fault of the app's own fields.
func (a App) Check() error {
	switch {
	case strings.TrimSpace(a.Label) == "":
		return InvalidField("label", "The field cannot be left blank")
	case !plainText(a.Label) || utf8.RuneCountInString(a.Label) > MaxAppLabel:
		return InvalidField("label", "must be at most %d characters long, without control characters", MaxAppLabel)
	}
	return nil
}
