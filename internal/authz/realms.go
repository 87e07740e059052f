package authz

import (
	"slices"

	"github.com/bailiwick-iam/bailiwick"
)

// A Landing is where the people whom an operation adds or moves may come to
// live. The zero value is nowhere.
type Landing struct {
	reach      Reach
	defaultToo bool
}

// Landing returns the realms into which the actor may put people by the
// permission, or Forbidden when no grant holds it. A role that is limited to
// realms puts people into those alone; any other role into the default realm,
// and into the rest if it may move people between realms. That a role lets one
// see realms says nothing about it.
func (a Actor) Landing(p UserPermission) (Landing, error) {
	var out Landing
	for _, g := range a.grants {
		if !Holds(g.Role, p) {
			continue
		}
		info, _ := bailiwick.Role(g.Role)
		switch {
		case info.Targets == bailiwick.RealmTargets:
			out.reach.listed = append(out.reach.listed, g.Assignment)
		case Holds(g.Role, UsersMoveRealm):
			out.reach.everything = true
		default:
			out.defaultToo = true
		}
	}
	if !a.holds(uint8(p)) {
		return Landing{}, bailiwick.ErrForbidden
	}
	slices.Sort(out.reach.listed)
	return out, nil
}

// Realms is the scope of the realms that may be named.
func (l Landing) Realms() RealmScope { return RealmScope{reach: l.reach} }

// InDefault reports whether people may land in the default realm, where they
// come when no realm is named.
func (l Landing) InDefault() bool { return l.defaultToo || l.reach.everything }
