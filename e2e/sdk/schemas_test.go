package sdk

import (
	"slices"
	"strings"
	"testing"
)

func TestAUserTypeLivesWithASchemaOfItsOwn(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		ctx := t.Context()
		made := must(on.super.CreateUserType(ctx, unique("type"), "Contractor"))(t)
		if !strings.HasPrefix(made.ID, "oty") || !strings.HasPrefix(made.Schema, "osc") || made.Default {
			t.Fatalf("got %+v, want a type beside the default one, with its schema", made)
		}
		if got := must(on.desk.UserType(ctx, made.ID))(t); got != made {
			t.Errorf("read by the desk: got %+v, want %+v", got, made)
		}
		made.DisplayName = "External"
		if got := must(on.super.RenameUserType(ctx, made.ID, "External"))(t); got != made {
			t.Errorf("called otherwise: got %+v, want %+v", got, made)
		}
		types := must(on.super.UserTypes(ctx))(t)
		if !slices.Contains(types, made) || !types[0].Default {
			t.Errorf("got types %+v, want the default one first and %+v among them", types, made)
		}

		badge := Property{Title: "Badge", Type: "string", MinLength: 2, MaxLength: 4}
		for i, s := range []Schema{must(on.super.AddProperty(ctx, made.Schema, "badge", badge))(t), must(on.desk.UserSchema(ctx, made.Schema))(t)} {
			if s["badge"] != badge || s["login"].Title != "Username" || !s["login"].Required {
				t.Errorf("schema %d: got %+v, want the badge and the login", i, s)
			}
		}
		u := newcomer()
		u.TypeID, u.Extra = made.ID, map[string]any{"badge": "B12"}
		person := must(on.super.CreateUser(ctx, u))(t)
		long := newcomer()
		long.TypeID, long.Extra = made.ID, map[string]any{"badge": "B1234"}
		_, err := on.super.CreateUser(ctx, long)
		wantRefusal(t, err, 400, "E0000001", "badge: ")
		_, err = on.desk.AddProperty(ctx, made.Schema, "other", badge)
		wantRefusal(t, err, 403, "E0000006", "")

		wantRefusal(t, on.super.DeleteUserType(ctx, made.ID), 403, "E0000142", "")
		on.super.wantDone(t, on.super.DeleteUser(ctx, person.ID))
		on.super.wantDone(t, on.super.DeleteUser(ctx, person.ID))
		on.super.wantDone(t, on.super.DeleteUserType(ctx, made.ID))
		_, err = on.super.UserType(ctx, made.ID)
		wantNotFound(t, err, made.ID, "UserType")
	})
}

func TestTheDefaultSchemaAndThatOfGroupsAreReadAndChanged(t *testing.T) {
	t.Parallel()
	stories(t, func(t *testing.T, on *stage) {
		ctx := t.Context()
		login := must(on.super.UserSchema(ctx, "default"))(t)["login"]
		if want := (Property{Title: "Username", Type: "string", Required: true, MinLength: 5, MaxLength: 100}); login != want {
			t.Errorf("login: got %+v, want %+v", login, want)
		}
		name, floor := unique("floor"), Property{Title: "Floor", Type: "integer"}
		if got := must(on.super.AddGroupProperty(ctx, name, floor))(t)[name]; got != floor {
			t.Errorf("added to groups: got %+v, want %+v", got, floor)
		}
		if got := must(on.desk.GroupSchema(ctx))(t)[name]; got != floor {
			t.Errorf("read from groups: got %+v, want %+v", got, floor)
		}
	})
}
