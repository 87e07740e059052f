package directory_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

func row(name string, groups ...string) directory.ImportRow {
	return directory.ImportRow{Profile: profile(name), Groups: groups}
}

var making = directory.ImportMode{MakeGroups: true}

func TestAnImportMakesAndUpdatesAndASecondRunChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		sid := row("sid", "South", "North", "everyone")
		sid.Profile["title"] = "Dr"
		batch := []directory.ImportRow{row("alma", "north", "Fresh", "North"), sid, {Profile: profile("berta"), Activate: true}}
		before, letters := k.events(), k.letters()
		got, err := k.ImportPeople(t.Context(), k.system, batch, making)
		k.must(err)
		want := []directory.RowResult{{Made: true, Joined: 2}, {Changed: true, Joined: 1}, {Made: true}}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		for _, name := range []string{"alma", "berta"} {
			u, err := k.User(t.Context(), k.system, name)
			k.must(err)
			k.people[name] = u.ID
		}
		fresh, err := k.Groups(t.Context(), k.system, "Fresh", directory.Paging{Limit: 1})
		k.must(err)
		k.groups["Fresh"] = fresh.Rows[0].ID
		compare(t, "first run", k.since(before, letters), trace{[]string{
			"group.lifecycle.create: Fresh", "group.user_membership.add: alma, Fresh", "group.user_membership.add: alma, North",
			"group.user_membership.add: sid, North", "user.account.update_profile: sid", "user.lifecycle.activate: berta",
			"user.lifecycle.create: alma", "user.lifecycle.create: berta"}, []string{"activation: berta"}})

		before, letters = k.events(), k.letters()
		got, err = k.ImportPeople(t.Context(), k.system, batch, making)
		k.must(err)
		if want := make([]directory.RowResult, 3); !slices.Equal(got, want) {
			t.Errorf("second run: got %v, want nothing done", got)
		}
		compare(t, "second run", k.since(before, letters), trace{})
	})
}

func TestOneRefusedRowDoesNotSpoilTheOthers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		noName, wrongStatus := row("cleo"), row("nora")
		delete(noName.Profile, "lastName")
		wrongStatus.Status = bailiwick.Suspended
		again := row("alma")
		again.Profile["title"] = "Dr"
		batch := []directory.ImportRow{row("alma"), noName, row("dora", "Nowhere"), wrongStatus, row("emil"), again, {Profile: bailiwick.Profile{}}}
		got, err := k.ImportPeople(t.Context(), k.system, batch, directory.ImportMode{})
		k.must(err)
		for i, field := range []string{"", "lastName", "groups", "status", "", "", "login"} {
			var refused *bailiwick.Error
			if errors.As(got[i].Refused, &refused) != (field != "") || refused != nil && refused.Field != field {
				t.Errorf("row %d: got %v, want a refusal of %q", i, got[i].Refused, field)
			}
		}
		if !got[0].Made || !got[4].Made || !got[5].Changed {
			t.Errorf("got %v, want the first and fifth made and the sixth changed", got)
		}
		if _, err := k.User(t.Context(), k.system, "dora@desk.example"); !errors.Is(err, bailiwick.ErrMissing) {
			t.Errorf("got %v, want nothing left of a refused row", err)
		}
	})
}

func TestATrialKeepsNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		before, letters := k.events(), k.letters()
		got, err := k.ImportPeople(t.Context(), k.system, []directory.ImportRow{row("alma", "Fresh")}, directory.ImportMode{MakeGroups: true, Trial: true})
		k.must(err)
		if len(got) != 1 || !got[0].Made {
			t.Errorf("got %v, want the row tried", got)
		}
		compare(t, "a trial", k.since(before, letters), trace{})
	})
}

func TestAnImportActsWithTheAuthorityOfWhoImports(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		active, pulled, changed := row("fay", "North"), row("sid", "North"), row("sid")
		active.Status = bailiwick.Active
		changed.Profile["title"] = "Dr"
		batch := []directory.ImportRow{row("alma", "North"), row("berta"), row("cleo", "South"), active, row("dora", "Power"), row("emil", "Fresh"), pulled, changed}
		got, err := k.ImportPeople(t.Context(), k.as("ugo"), batch, making)
		k.must(err)
		for i, r := range got {
			if made := i == 0; r.Made != made || (r.Refused == nil) != made {
				t.Errorf("row %d: got %+v, want %t", i, r, made)
			}
		}
		for _, who := range []string{"hal", "nora", "rod"} {
			if _, err := k.ImportPeople(t.Context(), k.as(who), batch, making); !errors.Is(err, bailiwick.ErrForbidden) {
				t.Errorf("%s: got %v, want the import refused", who, err)
			}
		}
	})
}

func TestAnExportSaysWhatAnImportTakes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, k *desk) {
		var rows []directory.ImportRow
		var after string
		for {
			page, err := k.ExportPeople(t.Context(), k.system, directory.Paging{After: after, Limit: 7})
			k.must(err)
			rows = append(rows, page.Rows...)
			if after = page.Next; after == "" {
				break
			}
		}
		if len(rows) != len(residents) || !slices.IsSortedFunc(rows, func(a, b directory.ImportRow) int {
			return slices.Compare([]string{a.Profile.Login()}, []string{b.Profile.Login()})
		}) {
			t.Errorf("got %d people, want %d by login", len(rows), len(residents))
		}
		got, err := k.ImportPeople(t.Context(), k.system, rows, directory.ImportMode{})
		k.must(err)
		if want := make([]directory.RowResult, len(rows)); !slices.Equal(got, want) {
			t.Errorf("got %v, want nothing to do", got)
		}
		seen, err := k.ExportPeople(t.Context(), k.as("ugo"), directory.Paging{Limit: 100})
		k.must(err)
		for _, r := range seen.Rows {
			if !slices.Equal(r.Groups, []string{"North"}) {
				t.Errorf("an administrator of North is shown %s in %v, want North alone", r.Profile.Login(), r.Groups)
			}
		}
	})
}
