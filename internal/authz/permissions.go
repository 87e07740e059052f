package authz

import "github.com/bailiwick-iam/bailiwick"

// A UserPermission is an effect on people. Permissions on different kinds of
// things have different types, so that asking for the wrong one does not
// compile.
type UserPermission uint8

// A GroupPermission is an effect on groups.
type GroupPermission uint8

// An AppPermission is an effect on app instances.
type AppPermission uint8

// A RealmPermission is an effect on realms.
type RealmPermission uint8

// An OrgPermission is an effect on the org as a whole; it has no target.
type OrgPermission uint8

// Effects on people.
const (
	UsersRead UserPermission = iota
	UsersReadActivity
	UsersCreate
	UsersEditProfile
	UsersActivate
	UsersSuspend
	UsersDeactivate
	UsersDelete
	UsersUnlock
	UsersClearSessions
	UsersResetPassword
	UsersReceiveLink
	UsersExpirePassword
	UsersTemporaryPassword
	UsersSetAndActivate
	UsersSetPassword
	UsersRemovePassword
	UsersFederate
	UsersResetFactors
	UsersEnrollFactors
	UsersMembership
	UsersAssignApps
	UsersMoveRealm
	UsersRoles
	UsersChangeType
	endUsers
)

// Effects on groups.
const (
	GroupsRead GroupPermission = iota + GroupPermission(endUsers)
	GroupsCreate
	GroupsEdit
	GroupsDelete
	GroupsMembers
	GroupsAssignApps
	GroupsOwners
	endGroups
)

// Effects on apps.
const (
	AppsRead AppPermission = iota + AppPermission(endGroups)
	AppsManage
	AppsAssign
	endApps
)

// Effects on realms.
const (
	RealmsRead RealmPermission = iota + RealmPermission(endApps)
	RealmsManage
	endRealms
)

// Effects on the org.
const (
	RolesRead OrgPermission = iota + OrgPermission(endRealms)
	RolesManage
	GroupRulesManage
	TokensCreateOwn
	TokensCreateForOthers
	TokensRead
	TokensManage
	TokensRevoke
	LogsRead
	OrgRead
	OrgEdit
	OwnerSwitches
	ConsoleEnter
	SchemasManage
	UserTypesManage
	endOrg
)

// A ceiling says how a permission treats people who are administrators
// themselves (decision 4 of the mission, CEIL-1).
type ceiling uint8

const (
	// open: whoever may have the effect may have it on administrators too.
	open ceiling = iota
	// higher: the actor's tier must be above the target's.
	higher
	// intimate is higher through the API and never in the console: nobody
	// changes another administrator's password, profile or authenticators
	// there (A6).
	intimate
	// peers is higher, but super administrators may act on one another
	// (decision 11).
	peers
	// never spares administrators altogether: nobody chooses another
	// administrator's password or holds a link to it (decision 11, REC-18).
	never
)

// roleSet is a set of roles as bits.
type roleSet uint16

// The roles by the letters of the comparison table.
const (
	super roleSet = 1 << iota
	org
	user
	help
	member
	app
	partner
	readonly
	mobile
	report
	access
	owner
)

var roleBit = map[bailiwick.RoleType]roleSet{
	bailiwick.SuperAdmin: super, bailiwick.OrgAdmin: org, bailiwick.UserAdmin: user,
	bailiwick.HelpDeskAdmin: help, bailiwick.GroupMembershipAdmin: member, bailiwick.AppAdmin: app,
	bailiwick.PartnerAdmin: partner, bailiwick.ReadOnlyAdmin: readonly, bailiwick.MobileAdmin: mobile,
	bailiwick.ReportAdmin: report, bailiwick.APIAccessAdmin: access, bailiwick.Owner: owner,
}

// ownTokens are the roles that have a permission on API tokens for their own
// only; the other roles of the row have it on the tokens of everybody in their
// scope (Okta management API, standard roles).
var ownTokens = map[OrgPermission]roleSet{
	TokensRead:   readonly | member,
	TokensManage: user | readonly,
	TokensRevoke: org | user | readonly | member,
}

type row struct {
	permission uint8
	id         string
	what       string
	roles      roleSet
	ceiling    ceiling
}

func r[P ~uint8](p P, id, what string, roles roleSet, c ceiling) row {
	return row{uint8(p), id, what, roles, c}
}

const everyAdmin = super | org | user | help | member | app | partner | readonly | mobile | report | access | owner

// matrix is the whole of who may do what. The comparison table, the role
// editor and every decision read it. A row that names super is also the
// owner's.
var matrix = []row{
	r(UsersRead, "okta.users.read", "see people and their profiles", super|org|user|app|readonly|mobile|help|access|member|partner, open),
	r(UsersReadActivity, "bailiwick.users.activity.read", "see what happened to a person", super|org|user|help|readonly|partner, open),
	r(UsersCreate, "okta.users.create", "add people", super|org|user|partner, open),
	r(UsersEditProfile, "okta.users.userprofile.manage", "edit profiles", super|org|user|partner, intimate),
	r(UsersActivate, "okta.users.lifecycle.activate", "activate accounts", super|org|user|partner, higher),
	r(UsersSuspend, "okta.users.lifecycle.suspend", "suspend and unsuspend", super|org|user, higher),
	r(UsersDeactivate, "okta.users.lifecycle.deactivate", "deactivate accounts", super|org|user, peers),
	r(UsersDelete, "okta.users.lifecycle.delete", "delete accounts", super|org|user, peers),
	r(UsersUnlock, "okta.users.lifecycle.unlock", "unlock accounts", super|org|user|help, higher),
	r(UsersClearSessions, "okta.users.lifecycle.clearSessions", "clear sessions and revoke tokens", super|org|user|help|partner, higher),
	r(UsersResetPassword, "okta.users.credentials.resetPassword", "send a reset password email", super|org|user|help|partner, higher),
	r(UsersReceiveLink, "bailiwick.users.credentials.receiveLink", "receive a reset or activation link in place of a mail", super|org|user, never),
	r(UsersExpirePassword, "bailiwick.users.credentials.expire", "make people change their password", super|org|user, intimate),
	r(UsersTemporaryPassword, "okta.users.credentials.expirePassword", "create a temporary password", super|org|user|help|partner, intimate),
	r(UsersSetAndActivate, "bailiwick.users.credentials.setAndActivate", "set a temporary password for pending people", super|org|user|help|partner, intimate),
	r(UsersSetPassword, "bailiwick.users.credentials.setPassword", "set passwords, while the owner allows it", super|org|user, never),
	r(UsersRemovePassword, "bailiwick.users.credentials.removePassword", "remove passwords", super|org|user|partner, intimate),
	r(UsersFederate, "bailiwick.users.credentials.federate", "hand people over to single sign-on and take them back", super|org|user, intimate),
	r(UsersResetFactors, "okta.users.credentials.resetFactors", "reset multifactor and authenticators", super|org|user|help|partner, intimate),
	r(UsersEnrollFactors, "bailiwick.users.credentials.enrollFactors", "enroll security keys for people", super|org|user|partner, intimate),
	r(UsersMembership, "okta.users.groupMembership.manage", "change the groups of people", super|org|user|member|partner, open),
	r(UsersAssignApps, "okta.users.appAssignment.manage", "assign apps to people", super|org|app|access|partner, open),
	r(UsersMoveRealm, "bailiwick.users.realm.manage", "move people between realms", super|org, higher),
	r(UsersRoles, "bailiwick.users.roles.manage", "change the admin roles of people", super, peers),
	r(UsersChangeType, "bailiwick.users.type.manage", "change the user type of people", super|org|user, intimate),

	r(GroupsRead, "okta.groups.read", "see groups", super|org|user|app|readonly|mobile|help|access|member, open),
	r(GroupsCreate, "okta.groups.create", "create groups", super|org, open),
	r(GroupsEdit, "okta.groups.manage", "rename and describe groups", super|org|user, open),
	r(GroupsDelete, "bailiwick.groups.delete", "delete groups", super|org, open),
	r(GroupsMembers, "okta.groups.members.manage", "add and remove members", super|org|user|member, open),
	r(GroupsOwners, "bailiwick.groups.owners.manage", "name the owners of groups", super|org, open),
	r(GroupsAssignApps, "okta.groups.appAssignment.manage", "assign apps to groups", super|org|app|access, open),

	r(AppsRead, "okta.apps.read", "see apps", super|org|app|readonly|mobile|access, open),
	r(AppsManage, "okta.apps.manage", "add and configure apps", super|app|access, open),
	r(AppsAssign, "okta.apps.assignment.manage", "assign apps", super|org|app|access, open),

	r(RealmsRead, "okta.realms.read", "see realms", super|org|readonly|partner, open),
	r(RealmsManage, "okta.realms.manage", "create and delete realms", super|org, open),

	r(RolesRead, "okta.iam.read", "see who is an administrator", super, open),
	r(RolesManage, "bailiwick.iam.manage", "give and take admin roles and their scope", super, open),
	r(GroupRulesManage, "bailiwick.groups.rules.manage", "see, make and run group rules", super|org, open),
	r(TokensCreateOwn, "bailiwick.apiTokens.create", "create API tokens of one's own", super|org|user|readonly|member, open),
	r(TokensCreateForOthers, "bailiwick.apiTokens.createFor", "create an API token for a help desk administrator", super, open),
	r(TokensRead, "okta.apiTokens.read", "see API tokens", super|org|user|readonly|mobile|member, open),
	r(TokensManage, "okta.apiTokens.manage", "restrict the network of API tokens", super|org|user|readonly, peers),
	r(TokensRevoke, "bailiwick.apiTokens.revoke", "revoke API tokens", super|org|user|readonly|help|member, peers),
	r(LogsRead, "okta.logs.read", "read the system log", super|org|app|readonly|mobile|report|access, open),
	r(OrgRead, "okta.orgs.read", "see the settings of the organization", super|org|readonly|mobile, open),
	r(OrgEdit, "okta.orgs.manage", "change the settings of the organization", super|org, open),
	r(OwnerSwitches, "bailiwick.owner.manage", "change the owner's switches", owner, open),
	r(SchemasManage, "okta.schemas.manage", "change the properties that profiles have", super|org|app, open),
	r(UserTypesManage, "okta.userTypes.manage", "create and delete user types", super|org, open),
	r(ConsoleEnter, "bailiwick.console.enter", "enter the console", everyAdmin, open),
}

// permissionsOf is the matrix turned round: what each role holds, as bits.
// ceilings is the matrix by permission.
var permissionsOf, ceilings = func() (map[bailiwick.RoleType]uint64, [endOrg]ceiling) {
	var c [endOrg]ceiling
	of := make(map[bailiwick.RoleType]uint64, len(roleBit))
	for _, row := range matrix {
		c[row.permission] = row.ceiling
		if row.roles&super != 0 {
			row.roles |= owner
		}
		for role, bit := range roleBit {
			if row.roles&bit != 0 {
				of[role] |= 1 << row.permission
			}
		}
	}
	return of, c
}()

// Holds reports whether a role has a permission at all, on whatever targets.
func Holds[P UserPermission | GroupPermission | AppPermission | RealmPermission | OrgPermission](role bailiwick.RoleType, p P) bool {
	return permissionsOf[role]&(1<<uint8(p)) != 0
}

// A TableRow is one line of the published comparison table (H7).
type TableRow struct {
	ID          string
	Description string
	Roles       []bailiwick.RoleType
}

// Table returns the comparison table in the order of the matrix.
func Table() []TableRow {
	out := make([]TableRow, 0, len(matrix))
	for _, m := range matrix {
		t := TableRow{ID: m.id, Description: m.what}
		for _, info := range bailiwick.Roles {
			if permissionsOf[info.Type]&(1<<m.permission) != 0 {
				t.Roles = append(t.Roles, info.Type)
			}
		}
		out = append(out, t)
	}
	return out
}
