package authz_test

import (
	"slices"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// The oracle says who may do what to whom a second time, from the mission's
// sentences and the Okta comparison table, role by role, and with nothing of
// the package under test but its names. It works on whole worlds, where the
// package works on what the store has found.

// can is what each role can do to people, groups, apps and realms.
var can = map[bailiwick.RoleType]string{
	// Everything.
	bailiwick.SuperAdmin: orgWide + " people.roles apps.manage",
	bailiwick.Owner:      orgWide + " people.roles apps.manage",
	// Nearly everything on users and groups; no administrators, no apps but
	// their assignment (decision 6).
	bailiwick.OrgAdmin: orgWide,
	// "In managed groups: create, activate, deactivate, suspend, unlock users;
	// reset passwords and MFA; edit profiles; remove users; move users among
	// managed groups; rename and describe groups."
	bailiwick.UserAdmin: `people.read people.activity people.create people.profile people.activate people.suspend people.deactivate
		people.delete people.unlock people.sessions people.reset people.link people.expire people.temporary people.pending people.set people.remove
		people.federate people.factors people.enroll people.groups people.type groups.read groups.edit groups.members`,
	// H1: exactly these. H4: nothing else.
	bailiwick.HelpDeskAdmin: `people.read people.activity people.reset people.temporary people.pending people.factors people.unlock
		people.sessions groups.read`,
	// "View all users and groups; add and remove members of managed groups."
	bailiwick.GroupMembershipAdmin: `people.read people.groups groups.read groups.members`,
	// "Full control of scoped apps and their assignments; view users, groups."
	bailiwick.AppAdmin: `people.read people.apps groups.read groups.apps apps.read apps.manage apps.assign`,
	// P2 to P9 and activation (decision 20).
	bailiwick.PartnerAdmin: `people.read people.activity people.create people.activate people.profile people.groups people.apps
		people.factors people.enroll people.sessions people.reset people.temporary people.pending people.remove realms.read`,
	bailiwick.ReadOnlyAdmin:  `people.read people.activity groups.read apps.read realms.read`,
	bailiwick.MobileAdmin:    `people.read groups.read apps.read`,
	bailiwick.ReportAdmin:    ``,
	bailiwick.APIAccessAdmin: `people.read people.apps groups.read groups.apps apps.read apps.manage apps.assign`,
}

const orgWide = `people.read people.activity people.create people.profile people.activate people.suspend people.deactivate
	people.delete people.unlock people.sessions people.reset people.link people.expire people.temporary people.pending people.set people.remove
	people.federate people.factors people.enroll people.groups people.apps people.realm people.type groups.read groups.create groups.edit groups.delete
	groups.members groups.owners groups.apps apps.read apps.assign realms.read realms.manage`

// peopleWords and the others tie the oracle's words to the package's names.
var peopleWords = map[authz.UserPermission]string{
	authz.UsersRead: "people.read", authz.UsersReadActivity: "people.activity", authz.UsersCreate: "people.create",
	authz.UsersEditProfile: "people.profile", authz.UsersActivate: "people.activate", authz.UsersSuspend: "people.suspend",
	authz.UsersDeactivate: "people.deactivate", authz.UsersDelete: "people.delete", authz.UsersUnlock: "people.unlock",
	authz.UsersClearSessions: "people.sessions", authz.UsersResetPassword: "people.reset", authz.UsersReceiveLink: "people.link",
	authz.UsersExpirePassword: "people.expire", authz.UsersTemporaryPassword: "people.temporary", authz.UsersSetAndActivate: "people.pending", authz.UsersSetPassword: "people.set",
	authz.UsersRemovePassword: "people.remove", authz.UsersFederate: "people.federate", authz.UsersResetFactors: "people.factors", authz.UsersEnrollFactors: "people.enroll",
	authz.UsersMembership: "people.groups", authz.UsersAssignApps: "people.apps", authz.UsersMoveRealm: "people.realm",
	authz.UsersRoles: "people.roles", authz.UsersChangeType: "people.type",
}

var groupWords = map[authz.GroupPermission]string{
	authz.GroupsRead: "groups.read", authz.GroupsCreate: "groups.create", authz.GroupsEdit: "groups.edit",
	authz.GroupsDelete: "groups.delete", authz.GroupsMembers: "groups.members", authz.GroupsAssignApps: "groups.apps",
	authz.GroupsOwners: "groups.owners",
}

var appWords = map[authz.AppPermission]string{
	authz.AppsRead: "apps.read", authz.AppsManage: "apps.manage", authz.AppsAssign: "apps.assign",
}

var realmWords = map[authz.RealmPermission]string{authz.RealmsRead: "realms.read", authz.RealmsManage: "realms.manage"}

// spared says how administrators are spared each effect (decisions 4 and 11,
// A6, REC-18): by whoever does not stand above them, in the console by
// everybody, by super administrators among themselves not, or altogether.
// What is not here has no such rule.
var spared = map[string]string{
	"people.activate": "above", "people.suspend": "above", "people.unlock": "above", "people.sessions": "above", "people.reset": "above",
	"people.realm":   "above",
	"people.profile": "above, API", "people.expire": "above, API", "people.temporary": "above, API", "people.pending": "above, API", "people.remove": "above, API",
	"people.factors": "above, API", "people.enroll": "above, API", "people.federate": "above, API", "people.type": "above, API",
	"people.link": "altogether", "people.set": "altogether",
	"people.deactivate": "above or super", "people.delete": "above or super", "people.roles": "above or super",
}

// rank orders administrators: owner > super > org > any other > nobody.
func rank(roles []bailiwick.RoleType) int {
	top := 0
	for _, r := range roles {
		switch r {
		case bailiwick.Owner:
			top = max(top, 4)
		case bailiwick.SuperAdmin:
			top = max(top, 3)
		case bailiwick.OrgAdmin:
			top = max(top, 2)
		default:
			top = max(top, 1)
		}
	}
	return top
}

func (g grant) can(word string) bool { return slices.Contains(strings.Fields(can[g.Role]), word) }

// reachesPerson: a partner administrator the people of the listed realms;
// a role of groups everybody or, when limited, the members of its groups, but
// a membership administrator sees everybody; any other role everybody.
func (w *world) reachesPerson(g grant, word string, who person) bool {
	switch g.Role {
	case bailiwick.PartnerAdmin:
		return slices.Contains(g.targets, who.realm)
	case bailiwick.GroupMembershipAdmin:
		if word == "people.read" {
			return true
		}
	case bailiwick.UserAdmin, bailiwick.HelpDeskAdmin:
	default:
		return true
	}
	return g.Mode == bailiwick.ScopeAll || slices.ContainsFunc(g.targets, func(t bailiwick.ID) bool { return slices.Contains(who.groups, t) })
}

func (w *world) reachesGroup(g grant, word string, id bailiwick.ID) bool {
	switch g.Role {
	case bailiwick.GroupMembershipAdmin:
		if word == "groups.read" {
			return true
		}
	case bailiwick.UserAdmin, bailiwick.HelpDeskAdmin:
	default:
		return true
	}
	return g.Mode == bailiwick.ScopeAll || slices.Contains(g.targets, id)
}

// reachesApp: an application administrator the listed apps and instances, API
// access management the OpenID Connect ones.
func (w *world) reachesApp(g grant, a app) bool {
	switch g.Role {
	case bailiwick.AppAdmin:
		return g.Mode == bailiwick.ScopeAll || slices.Contains(g.targets, a.id) || slices.Contains(g.targets, a.name)
	case bailiwick.APIAccessAdmin:
		return a.mode == bailiwick.SignOnOIDC
	}
	return true
}

func (w *world) reachesRealm(g grant, id bailiwick.ID) bool {
	return g.Role != bailiwick.PartnerAdmin || slices.Contains(g.targets, id)
}

// A verdict is what the oracle says, in the words of the refusals.
type verdict struct {
	code   bailiwick.Code
	reason bailiwick.Reason
}

var (
	yes       = verdict{}
	mayNot    = verdict{code: bailiwick.Forbidden}
	unseen    = verdict{code: bailiwick.Missing}
	tooHigh   = verdict{bailiwick.Forbidden, bailiwick.ReasonTier}
	oneself   = verdict{bailiwick.Forbidden, bailiwick.ReasonSelf}
	withPower = verdict{bailiwick.Forbidden, bailiwick.ReasonGroupCarriesPower}
)

// onThing decides in the order of AZ-5: the right, then sight, then reach.
func onThing(grants []grant, word, sight string, reaches func(g grant, word string) bool) verdict {
	holds := func(word string) bool { return slices.ContainsFunc(grants, func(g grant) bool { return g.can(word) }) }
	within := func(word string) bool {
		return slices.ContainsFunc(grants, func(g grant) bool { return g.can(word) && reaches(g, word) })
	}
	switch {
	case !holds(word):
		return mayNot
	case !within(sight):
		return unseen
	case !within(word):
		return mayNot
	}
	return yes
}

// onPerson is what an actor may do to a person.
func (w *world) onPerson(a actor, word string, who person) verdict {
	v := onThing(a.grants, word, "people.read", func(g grant, word string) bool { return w.reachesPerson(g, word, who) })
	rule := spared[word]
	mine, theirs := rank(rolesOf(a.grants)), rank(who.roles)
	switch {
	case v != yes || rule == "":
		return v
	case who.id == a.id:
		return oneself
	case theirs == 0:
		return yes
	case rule == "altogether", rule == "above, API" && a.inConsole:
		return tooHigh
	case rule == "above or super" && mine == 3 && theirs == 3:
		return yes
	case mine <= theirs:
		return tooHigh
	}
	return yes
}

// onGroup: groups that carry power are for super administrators (decision 5).
func (w *world) onGroup(a actor, word string, g group) verdict {
	v := onThing(a.grants, word, "groups.read", func(one grant, word string) bool { return w.reachesGroup(one, word, g.id) })
	if v == yes && word != "groups.read" && len(g.roles) > 0 && rank(rolesOf(a.grants)) < 3 {
		return withPower
	}
	return v
}

func (w *world) onApp(a actor, word string, one app) verdict {
	return onThing(a.grants, word, "apps.read", func(g grant, _ string) bool { return w.reachesApp(g, one) })
}

// mayGrant: only who may do everything may hand out roles, and never the
// owner's.
func mayGrant(grants []grant, role bailiwick.RoleType) bool {
	_, known := can[role]
	return rank(rolesOf(grants)) >= 3 && known && role != bailiwick.Owner
}
