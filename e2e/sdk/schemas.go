package sdk

import "context"

// A SchemaDriver is the part of a [Driver] about user types and schemas.
type SchemaDriver interface {
	CreateUserType(ctx context.Context, name, title string) (UserType, error)
	UserTypes(ctx context.Context) ([]UserType, error)
	UserType(ctx context.Context, id string) (UserType, error)
	RenameUserType(ctx context.Context, id, title string) (UserType, error)
	DeleteUserType(ctx context.Context, id string) error

	// UserSchema takes the schema's ID or "default".
	UserSchema(ctx context.Context, id string) (Schema, error)
	AddProperty(ctx context.Context, id, name string, p Property) (Schema, error)
	GroupSchema(ctx context.Context) (Schema, error)
	AddGroupProperty(ctx context.Context, name string, p Property) (Schema, error)
}

type (
	// A UserType is what both SDKs understood of a user type. Schema is the ID
	// at the end of its link.
	UserType struct {
		ID, Name, DisplayName, Description, Schema string
		Default                                    bool
	}
	// A Schema has the custom properties and the login by name.
	Schema map[string]Property
	// A Property is one of a schema; a length of zero is none.
	Property struct {
		Title, Type          string
		Required             bool
		MinLength, MaxLength int
	}
)

// linkOf is the last part of the address of a link.
func linkOf(links any, name string) string {
	all, _ := links.(map[string]any)
	one, _ := all[name].(map[string]any)
	at, _ := one["href"].(string)
	for i := len(at) - 1; i >= 0; i-- {
		if at[i] == '/' {
			return at[i+1:]
		}
	}
	return at
}
