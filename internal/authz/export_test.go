package authz

import "github.com/bailiwick-iam/bailiwick"

// Permissions is how many permissions there are.
const Permissions = int(endOrg)

// A CeilingRow is how a permission treats administrators.
type CeilingRow struct {
	Permission int
	ID         string
	Ceiling    string
}

var ceilingNames = map[ceiling]string{open: "-", higher: "higher", intimate: "higher, API only", peers: "higher, or super on super", never: "nobody"}

// Ceilings lists the rows of the matrix with their ceilings.
func Ceilings() []CeilingRow {
	out := make([]CeilingRow, 0, len(matrix))
	for _, m := range matrix {
		out = append(out, CeilingRow{int(m.permission), m.id, ceilingNames[m.ceiling]})
	}
	return out
}

// HoldsNumber is [Holds] for a permission by its number.
func HoldsNumber(role bailiwick.RoleType, permission int) bool {
	return permissionsOf[role]&(1<<permission) != 0
}

// SightOf is the permission to see what a permission is an effect on, or -1
// when that is the org as a whole.
func SightOf(permission int) int {
	switch {
	case permission < int(endUsers):
		return int(UsersRead)
	case permission < int(endGroups):
		return int(GroupsRead)
	case permission < int(endApps):
		return int(AppsRead)
	case permission < int(endRealms):
		return int(RealmsRead)
	}
	return -1
}
