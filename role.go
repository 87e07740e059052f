package bailiwick

import (
	"encoding/base32"
	"io"
	"slices"
	"time"
)

// A RoleType names one of the roles that an administrator can hold.
type RoleType string

// The standard roles of the wire, our preset for the partner portal, and the
// two that exist here alone: the account owner, and Administrator, the default
// role of an invitation (decision 10 of the mission).
const (
	SuperAdmin           RoleType = "SUPER_ADMIN"
	OrgAdmin             RoleType = "ORG_ADMIN"
	AppAdmin             RoleType = "APP_ADMIN"
	UserAdmin            RoleType = "USER_ADMIN"
	HelpDeskAdmin        RoleType = "HELP_DESK_ADMIN"
	GroupMembershipAdmin RoleType = "GROUP_MEMBERSHIP_ADMIN"
	ReadOnlyAdmin        RoleType = "READ_ONLY_ADMIN"
	MobileAdmin          RoleType = "MOBILE_ADMIN"
	ReportAdmin          RoleType = "REPORT_ADMIN"
	APIAccessAdmin       RoleType = "API_ACCESS_MANAGEMENT_ADMIN"
	PartnerAdmin         RoleType = "PARTNER_ADMIN"
	Owner                RoleType = "OWNER"
)

// A Tier orders administrators by power (decision 4): acting on an
// administrator needs a strictly higher tier.
type Tier int

// The tiers, lowest first.
const (
	TierUser  Tier = iota // no admin role
	TierAdmin             // any role that is not named below
	TierOrg
	TierSuper
	TierOwner
)

// String returns the tier's name.
func (t Tier) String() string {
	return [...]string{"user", "administrator", "organization administrator", "super administrator", "owner"}[t]
}

// A TargetKind is the kind of thing that can limit a role.
type TargetKind string

// The target kinds.
const (
	NoTargets    TargetKind = ""
	GroupTargets TargetKind = "groups"
	AppTargets   TargetKind = "catalog/apps"
	RealmTargets TargetKind = "realms"
)

// A RoleInfo is what the product knows of a role besides its permissions,
// which are in package authz.
type RoleInfo struct {
	Type    RoleType
	Label   string
	Targets TargetKind
	Tier    Tier
	// Assignable says that the role can be given through the Admin Roles API.
	// The owner's is handed over in another way.
	Assignable bool
}

// Roles lists every role in the order of the comparison table.
var Roles = []RoleInfo{
	{Type: SuperAdmin, Label: "Super Administrator", Tier: TierSuper, Assignable: true},
	{Type: OrgAdmin, Label: "Organizational Administrator", Tier: TierOrg, Assignable: true},
	{Type: UserAdmin, Label: "User Administrator", Targets: GroupTargets, Tier: TierAdmin, Assignable: true},
	{Type: HelpDeskAdmin, Label: "Help Desk Administrator", Targets: GroupTargets, Tier: TierAdmin, Assignable: true},
	{Type: GroupMembershipAdmin, Label: "Group Membership Administrator", Targets: GroupTargets, Tier: TierAdmin, Assignable: true},
	{Type: AppAdmin, Label: "Application Administrator", Targets: AppTargets, Tier: TierAdmin, Assignable: true},
	{Type: PartnerAdmin, Label: "Partner Administrator", Targets: RealmTargets, Tier: TierAdmin, Assignable: true},
	{Type: ReadOnlyAdmin, Label: "Read-only Administrator", Tier: TierAdmin, Assignable: true},
	{Type: MobileAdmin, Label: "Mobile Administrator", Tier: TierAdmin, Assignable: true},
	{Type: ReportAdmin, Label: "Report Administrator", Tier: TierAdmin, Assignable: true},
	{Type: APIAccessAdmin, Label: "API Access Management Administrator", Tier: TierAdmin, Assignable: true},
	{Type: Owner, Label: "Account Owner", Tier: TierOwner},
}

// Role returns what is known of a role type.
func Role(t RoleType) (RoleInfo, bool) {
	i := slices.IndexFunc(Roles, func(r RoleInfo) bool { return r.Type == t })
	if i < 0 {
		return RoleInfo{}, false
	}
	return Roles[i], true
}

// A ScopeMode says whether a role reaches everything or only what is listed.
// It is stored and never inferred from an empty list (AZ-4).
type ScopeMode string

// The scope modes.
const (
	ScopeAll    ScopeMode = "ALL"
	ScopeListed ScopeMode = "LISTED"
)

// A Principal holds roles: a person, or a group on behalf of its members.
type Principal struct {
	Kind PrincipalKind
	ID   ID
}

// A PrincipalKind tells the two principals apart.
type PrincipalKind string

// The principal kinds, in the words of the wire's assignmentType.
const (
	UserPrincipal  PrincipalKind = "USER"
	GroupPrincipal PrincipalKind = "GROUP"
)

// An Assignment is one role held by one principal.
type Assignment struct {
	// Key is the assignment's own ID, unique in the org and never on the wire.
	Key ID
	// ID is the wire's: constant for roles that take targets, so that it names
	// an assignment only together with the principal.
	ID        ID
	Role      RoleType
	Principal Principal
	Mode      ScopeMode
	// Targets counts the listed targets.
	Targets int

	Created     time.Time
	LastUpdated time.Time
}

// MaxTargets is the most targets that one assignment can have.
const MaxTargets = 10_000

// TargetableID is the constant wire ID of an assignment of a role that takes
// group or app targets: the unpadded base32 of the type's name.
func TargetableID(t RoleType) ID {
	return ID(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(t)))
}

// IsAssignment reports whether the ID has the form of an assignment's on the
// wire.
func (id ID) IsAssignment() bool {
	return id.Is(KindUserRole) || id.Is(KindGroupRole) || slices.ContainsFunc(Roles, func(r RoleInfo) bool { return TargetableID(r.Type) == id })
}

// AssignmentIDs returns the two IDs of a new assignment of the role to the
// principal.
func AssignmentIDs(t RoleType, p PrincipalKind, at time.Time, random io.Reader) (key, wire ID) {
	kind := KindUserRole
	if p == GroupPrincipal {
		kind = KindGroupRole
	}
	key = NewID(kind, at, random)
	if info, _ := Role(t); info.Targets != NoTargets {
		return key, TargetableID(t)
	}
	return key, key
}

// An AppTarget limits an app administrator to a catalog app, or with an
// instance to that one instance of it.
type AppTarget struct {
	Name     string // catalog name
	Instance ID     // empty for the whole catalog app
}
