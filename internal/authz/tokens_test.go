package authz_test

import (
	"errors"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// What the roles have on the tokens of others, by the letters of the vendor's
// table of standard roles; everybody in the row has it on the own ones.
func TestTokensOfOthersAreReachedAsTheTableSays(t *testing.T) {
	t.Parallel()
	others := map[authz.OrgPermission]map[bailiwick.RoleType]bool{
		authz.TokensRead:   {bailiwick.Owner: true, bailiwick.SuperAdmin: true, bailiwick.OrgAdmin: true, bailiwick.UserAdmin: true, bailiwick.MobileAdmin: true},
		authz.TokensManage: {bailiwick.Owner: true, bailiwick.SuperAdmin: true, bailiwick.OrgAdmin: true},
		authz.TokensRevoke: {bailiwick.Owner: true, bailiwick.SuperAdmin: true, bailiwick.HelpDeskAdmin: true},
	}
	for p, reach := range others {
		for _, info := range bailiwick.Roles {
			for _, mode := range []bailiwick.ScopeMode{bailiwick.ScopeAll, bailiwick.ScopeListed} {
				a := authz.OnBehalf("00o1", "00u1").Proven(authz.Facts{User: bailiwick.EventEntity{ID: "00u1"},
					Grants: []authz.Grant{{Assignment: "r1", Role: info.Type, Mode: mode}}})
				scope, err := a.Tokens(p)
				if held := authz.Holds(info.Type, p); held != (err == nil) {
					t.Errorf("%s: got %v, want held %t", info.Type, err, held)
				}
				if err != nil {
					continue
				}
				limited := mode == bailiwick.ScopeListed && info.Targets == bailiwick.GroupTargets
				if got, want := scope.Owners().Everything(), reach[info.Type] && !limited; got != want {
					t.Errorf("permission %d as %s %s: everything %t, want %t", p, info.Type, mode, got, want)
				}
				if got, want := len(scope.Owners().Listed()) == 1, reach[info.Type] && limited; got != want {
					t.Errorf("permission %d as %s %s: listed %t, want %t", p, info.Type, mode, got, want)
				}
				if scope.Judge(authz.Subject{ID: "00u1", Tier: bailiwick.TierOwner}) != nil {
					t.Errorf("permission %d as %s: the own token is refused", p, info.Type)
				}
				if err := scope.Judge(authz.Subject{ID: "00u2"}); !scope.Owners().Everything() && !errors.Is(err, bailiwick.ErrMissing) {
					t.Errorf("permission %d as %s: a hidden owner: got %v", p, info.Type, err)
				}
			}
		}
	}
}
