package bailiwick

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A Realm is a partition of the org's people; everybody is in exactly one.
type Realm struct {
	ID   ID
	Name string
	Type RealmType
	// Domains, when there are any, are those that the login and the e-mail of
	// people must have who are added to the realm, moved into it, or given
	// another login or e-mail in it. Who was there before stays as they are.
	Domains []string
	Default bool

	Created     time.Time
	LastUpdated time.Time
}

// A RealmType says what a realm is for.
type RealmType string

// The realm types.
const (
	DefaultRealm RealmType = "DEFAULT"
	PartnerRealm RealmType = "PARTNER"
)

// Limits of realms.
const (
	MaxRealms       = 5000 // in an org, the default one too
	MaxRealmDomains = 100
	maxDomain       = 253 // RFC 1035, section 3.1, as text
)

// Entity describes the realm as a part of an event.
func (r Realm) Entity() EventEntity {
	return EventEntity{ID: r.ID, Type: "Realm", AlternateID: "unknown", DisplayName: r.Name}
}

// Clean returns the realm with its domains in lower case, each once.
func (r Realm) Clean() Realm {
	domains := make([]string, 0, len(r.Domains))
	for _, d := range r.Domains {
		if d = strings.ToLower(strings.TrimSpace(d)); !slices.Contains(domains, d) {
			domains = append(domains, d)
		}
	}
	r.Domains = domains
	return r
}

// Check returns the first fault of the realm's own fields.
func (r Realm) Check() error {
	switch {
	case strings.TrimSpace(r.Name) == "":
		return InvalidField("name", "The field cannot be left blank")
	case !plainText(r.Name) || utf8.RuneCountInString(r.Name) > MaxGroupName:
		return InvalidField("name", "must be at most %d characters long, without control characters", MaxGroupName)
	case r.Type != DefaultRealm && r.Type != PartnerRealm:
		return InvalidField("realmType", "must be DEFAULT or PARTNER")
	case r.Default && len(r.Domains) > 0:
		return InvalidField("domains", "cannot be set on the default realm")
	case r.Default && r.Type != DefaultRealm:
		return InvalidField("realmType", "must be DEFAULT for the default realm")
	case len(r.Domains) > MaxRealmDomains:
		return InvalidField("domains", "must be at most %d", MaxRealmDomains)
	case slices.ContainsFunc(r.Domains, func(d string) bool { return !isDomain(d) }):
		return InvalidField("domains", "must be names of domains, as example.com")
	}
	return nil
}

func isDomain(s string) bool {
	if len(s) > maxDomain || !plainText(s) || strings.ContainsAny(s, "@/ ") {
		return false
	}
	return !slices.ContainsFunc(strings.Split(s, "."), func(label string) bool {
		return label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-'
	})
}

// Admits returns the first fault of a profile that is to live in the realm: a
// login or an e-mail of a domain that is not the realm's.
func (r Realm) Admits(p Profile) error {
	if r.Default || len(r.Domains) == 0 {
		return nil
	}
	for _, field := range []string{"login", "email"} {
		address, _ := p[field].(string)
		domain := address[strings.LastIndexByte(address, '@')+1:]
		if !slices.ContainsFunc(r.Domains, func(d string) bool { return strings.EqualFold(d, domain) }) {
			return InvalidField(field, "must be of a domain of the realm: %s", strings.Join(r.Domains, ", "))
		}
	}
	return nil
}
