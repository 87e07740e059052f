package sdk

import (
	"strings"
	"testing"
)

func TestGroupsAreCreatedReadFoundAndDeleted(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		name := unique("West Coast ")
		made := must(on.super.CreateGroup(t.Context(), name, "people by the sea"))(t)
		on.super.wantStatus(t, 200)
		want := Group{ID: made.ID, Type: "OKTA_GROUP", Name: name, Description: "people by the sea"}
		if made != want {
			t.Errorf("got %+v, want %+v", made, want)
		}
		if len(made.ID) != 20 || !strings.HasPrefix(made.ID, "00g") {
			t.Errorf("got id %q, want 20 signs beginning 00g", made.ID)
		}
		if got := must(on.super.Group(t.Context(), made.ID))(t); got != made {
			t.Errorf("got %+v, want %+v", got, made)
		}
		found := must(on.super.Groups(t.Context(), Query{Q: strings.ToLower(name[:len(name)-2])}))(t).All()
		if len(found) != 1 || found[0] != made {
			t.Errorf("prefix search: got %+v, want %+v alone", found, made)
		}
		_, err := on.super.CreateGroup(t.Context(), name, "")
		wantRefusal(t, err, 400, "E0000001", "name: An object with this field already exists in the current organization")
		_, err = on.super.CreateGroup(t.Context(), "", "")
		wantRefusal(t, err, 400, "E0000001", "name: ")

		on.super.wantDone(t, on.super.DeleteGroup(t.Context(), made.ID))
		_, err = on.super.Group(t.Context(), made.ID)
		wantNotFound(t, err, made.ID, "UserGroup")
	})
}

func TestTheListOfGroupsPagesThroughAllOfThemOnce(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		mine := []Group{on.group(t), on.group(t), on.group(t)}
		pages := must(on.super.Groups(t.Context(), Query{Limit: 2}))(t)
		if len(pages) < 2 {
			t.Fatalf("got %d pages, want several", len(pages))
		}
		all := pages.All()
		seen := ids(all, groupID)
		if len(seen) != len(all) {
			t.Errorf("got %d rows with %d groups in them, want none twice", len(all), len(seen))
		}
		for _, g := range mine {
			if !seen[g.ID] {
				t.Errorf("got a list without %s, want all groups", g.ID)
			}
		}
	})
}

func TestMembersAreAddedListedAndRemoved(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		g := on.group(t)
		people := map[string]bool{}
		for range 5 {
			u := on.active(t)
			people[u.ID] = true
			on.super.wantDone(t, on.super.AddMember(t.Context(), g.ID, u.ID))
			on.super.wantDone(t, on.super.AddMember(t.Context(), g.ID, u.ID)) // a second time changes nothing
		}
		pages := must(on.super.Members(t.Context(), g.ID, 2))(t)
		all := pages.All()
		if len(pages) < 3 || len(all) != 5 {
			t.Errorf("got %d members on %d pages, want 5 on 3 pages or more", len(all), len(pages))
		}
		for id := range ids(all, userID) {
			if !people[id] {
				t.Errorf("got %s in the group, want only those who were added", id)
			}
		}
		gone := all[0].ID
		on.super.wantDone(t, on.super.RemoveMember(t.Context(), g.ID, gone))
		left := must(on.super.Members(t.Context(), g.ID, 0))(t).All()
		if len(left) != 4 || ids(left, userID)[gone] {
			t.Errorf("got %+v, want the four others", left)
		}
		if got := must(on.super.UserGroups(t.Context(), gone))(t); len(got) != 1 || got[0].Type != "BUILT_IN" {
			t.Errorf("got groups %+v, want Everyone alone", got)
		}
	})
}

func TestMembershipOfWhatDoesNotExistIsNotFound(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		g, u := on.group(t), on.active(t)
		const noUser, noGroup = "00uNobodyNobodyNobod", "00gNothingNothingNot"
		wantNotFound(t, on.super.AddMember(t.Context(), g.ID, noUser), noUser, "User")
		wantNotFound(t, on.super.AddMember(t.Context(), noGroup, u.ID), noGroup, "UserGroup")
		_, err := on.super.Members(t.Context(), noGroup, 0)
		wantNotFound(t, err, noGroup, "UserGroup")
	})
}
