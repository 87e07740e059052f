package authz_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// letters are the roles by the letters of the comparison table of the Okta
// management API; partner and owner are ours.
var letters = map[bailiwick.RoleType]string{
	bailiwick.SuperAdmin: "S", bailiwick.OrgAdmin: "O", bailiwick.UserAdmin: "G", bailiwick.HelpDeskAdmin: "H",
	bailiwick.GroupMembershipAdmin: "B", bailiwick.AppAdmin: "A", bailiwick.PartnerAdmin: "Z", bailiwick.ReadOnlyAdmin: "R",
	bailiwick.MobileAdmin: "M", bailiwick.ReportAdmin: "P", bailiwick.APIAccessAdmin: "X", bailiwick.Owner: "W",
}

func TestTheMatrixIsTheGoldenTable(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("Who may do what. Last: on people who are administrators themselves, whom only a higher tier may touch.\n\n")
	for _, info := range bailiwick.Roles {
		fmt.Fprintf(&b, "%s  %s\n", letters[info.Type], info.Label)
	}
	head := fmt.Sprintf("\n%-46s %s", "", columns(func(bailiwick.RoleType) bool { return true }))
	b.WriteString(head + "\n")
	ceilings := authz.Ceilings()
	for i, row := range authz.Table() {
		cells := columns(func(r bailiwick.RoleType) bool { return slices.Contains(row.Roles, r) })
		fmt.Fprintf(&b, "%-46s %s  %s\n", row.ID, cells, ceilings[i].Ceiling)
	}
	golden(t, b.String())
}

func columns(has func(bailiwick.RoleType) bool) string {
	cells := make([]string, len(bailiwick.Roles))
	for i, info := range bailiwick.Roles {
		cells[i] = "."
		if has(info.Type) {
			cells[i] = letters[info.Type]
		}
	}
	return strings.Join(cells, " ")
}

func golden(t *testing.T, got string) {
	t.Helper()
	const path = "testdata/matrix.golden"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the matrix has changed (go test -update rewrites %s, review each cell):\n got:\n%s\nwant:\n%s", path, got, want)
	}
}

func TestEveryPermissionHasOneRowWithAnIDAndADescription(t *testing.T) {
	t.Parallel()
	seen, numbers := map[string]bool{}, map[int]bool{}
	for i, row := range authz.Table() {
		if row.ID == "" || row.Description == "" || seen[row.ID] || seen[row.Description] {
			t.Errorf("row %d is not whole or comes twice: %+v", i, row)
		}
		seen[row.ID], seen[row.Description] = true, true
		if number := authz.Ceilings()[i].Permission; numbers[number] {
			t.Errorf("%s: permission %d has two rows", row.ID, number)
		} else {
			numbers[number] = true
		}
		if len(row.Roles) == 0 {
			t.Errorf("nobody holds %s", row.ID)
		}
	}
	for p := range authz.Permissions {
		if !numbers[p] {
			t.Errorf("permission %d has no row", p)
		}
	}
}

func TestEveryRoleIsInTheMatrix(t *testing.T) {
	t.Parallel()
	for _, info := range bailiwick.Roles {
		if !authz.Holds(info.Type, authz.ConsoleEnter) {
			t.Errorf("%s cannot enter the console", info.Type)
		}
		if len(letters[info.Type]) != 1 {
			t.Errorf("%s has no letter in the golden table", info.Type)
		}
	}
	for p := range authz.Permissions {
		if authz.HoldsNumber("WIZARD", p) || authz.HoldsNumber("", p) {
			t.Errorf("an unknown role holds permission %d", p)
		}
	}
}

// An effect on what one cannot see would make refusals tell what exists.
func TestWhoHasAnEffectCanSeeItsTargets(t *testing.T) {
	t.Parallel()
	for _, info := range bailiwick.Roles {
		for p := range authz.Permissions {
			sight := authz.SightOf(p)
			if sight >= 0 && authz.HoldsNumber(info.Type, p) && !authz.HoldsNumber(info.Type, sight) {
				t.Errorf("%s holds permission %d and cannot see what it is an effect on", info.Type, p)
			}
		}
	}
}
