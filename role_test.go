package bailiwick_test

import (
	"crypto/rand"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
)

// The roles, their labels and what can limit them, as the Okta management API
// and the Admin Roles page have them; the last two are ours.
func TestTheRolesAreThoseOfTheWire(t *testing.T) {
	t.Parallel()
	want := []bailiwick.RoleInfo{
		{Type: "SUPER_ADMIN", Label: "Super Administrator", Tier: bailiwick.TierSuper, Assignable: true},
		{Type: "ORG_ADMIN", Label: "Organizational Administrator", Tier: bailiwick.TierOrg, Assignable: true},
		{Type: "USER_ADMIN", Label: "User Administrator", Targets: "groups", Tier: bailiwick.TierAdmin, Assignable: true},
		{Type: "HELP_DESK_ADMIN", Label: "Help Desk Administrator", Targets: "groups", Tier: bailiwick.TierAdmin, Assignable: true},
		{Type: "GROUP_MEMBERSHIP_ADMIN", Label: "Group Membership Administrator", Targets: "groups", Tier: bailiwick.TierAdmin, Assignable: true},
		{Type: "APP_ADMIN", Label: "Application Administrator", Targets: "catalog/apps", Tier: bailiwick.TierAdmin, Assignable: true},
		{Type: "PARTNER_ADMIN", Label: "Partner Administrator", Targets: "realms", Tier: bailiwick.TierAdmin, Assignable: true},
		{Type: "READ_ONLY_ADMIN", Label: "Read-only Administrator", Tier: bailiwick.TierAdmin, Assignable: true},
		{Type: "MOBILE_ADMIN", Label: "Mobile Administrator", Tier: bailiwick.TierAdmin, Assignable: true},
		{Type: "REPORT_ADMIN", Label: "Report Administrator", Tier: bailiwick.TierAdmin, Assignable: true},
		{Type: "API_ACCESS_MANAGEMENT_ADMIN", Label: "API Access Management Administrator", Tier: bailiwick.TierAdmin, Assignable: true},
		{Type: "OWNER", Label: "Account Owner", Tier: bailiwick.TierOwner},
	}
	if len(bailiwick.Roles) != len(want) {
		t.Fatalf("roles: got %d, want %d", len(bailiwick.Roles), len(want))
	}
	for i, w := range want {
		if bailiwick.Roles[i] != w {
			t.Errorf("role %d: got %+v, want %+v", i, bailiwick.Roles[i], w)
		}
		if got, ok := bailiwick.Role(w.Type); !ok || got != w {
			t.Errorf("look up %s: got %+v, %v", w.Type, got, ok)
		}
	}
	if got, ok := bailiwick.Role("WIZARD"); ok || got != (bailiwick.RoleInfo{}) {
		t.Errorf("look up an unknown role: got %+v, %v", got, ok)
	}
}

func TestRolesThatTakeTargetsHaveTheConstantIDsOfTheWire(t *testing.T) {
	t.Parallel()
	for role, want := range map[bailiwick.RoleType]bailiwick.ID{
		bailiwick.AppAdmin:             "IFIFAX2BIRGUSTQ",
		bailiwick.UserAdmin:            "KVJUKUS7IFCE2SKO",
		bailiwick.HelpDeskAdmin:        "JBCUYUC7IRCVGS27IFCE2SKO",
		bailiwick.GroupMembershipAdmin: "I5JE6VKQL5GUKTKCIVJFGSCJKBPUCRCNJFHA",
	} {
		key, wire := bailiwick.AssignmentIDs(role, bailiwick.UserPrincipal, now, rand.Reader)
		if wire != want || !key.Is(bailiwick.KindUserRole) {
			t.Errorf("%s: got %s with key %s, want %s and a key of its own", role, wire, key, want)
		}
	}
	for _, info := range bailiwick.Roles {
		for principal, kind := range map[bailiwick.PrincipalKind]bailiwick.Kind{
			bailiwick.UserPrincipal: bailiwick.KindUserRole, bailiwick.GroupPrincipal: bailiwick.KindGroupRole} {
			key, wire := bailiwick.AssignmentIDs(info.Type, principal, now, rand.Reader)
			if !key.Is(kind) || (wire == key) != (info.Targets == bailiwick.NoTargets) {
				t.Errorf("%s of a %s: got key %s and wire ID %s", info.Type, principal, key, wire)
			}
		}
	}
}

func TestTiersAreOrderedByPowerAndNamed(t *testing.T) {
	t.Parallel()
	tiers := []bailiwick.Tier{bailiwick.TierUser, bailiwick.TierAdmin, bailiwick.TierOrg, bailiwick.TierSuper, bailiwick.TierOwner}
	names := []string{"user", "administrator", "organization administrator", "super administrator", "owner"}
	for i, tier := range tiers {
		if tier.String() != names[i] {
			t.Errorf("tier %d: got %s, want %s", tier, tier, names[i])
		}
		if i > 0 && tiers[i-1] >= tier {
			t.Errorf("%s does not stand above %s", tier, tiers[i-1])
		}
	}
}
