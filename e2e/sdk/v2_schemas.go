package sdk

import (
	"context"

	"github.com/okta/okta-sdk-golang/v2/okta"
)

func type2(t *okta.UserType) UserType {
	return UserType{ID: t.Id, Name: t.Name, DisplayName: t.DisplayName, Description: t.Description, Default: value(t.Default),
		Schema: linkOf(t.Links, "schema")}
}

func (d v2) CreateUserType(ctx context.Context, name, title string) (UserType, error) {
	t, resp, err := d.c.UserType.CreateUserType(ctx, okta.UserType{Name: name, DisplayName: title})
	if err != nil {
		return UserType{}, refusal2(resp, err)
	}
	return type2(t), nil
}

func (d v2) UserTypes(ctx context.Context) ([]UserType, error) {
	rows, resp, err := d.c.UserType.ListUserTypes(ctx)
	if err != nil {
		return nil, refusal2(resp, err)
	}
	return each(rows, type2), nil
}

func (d v2) UserType(ctx context.Context, id string) (UserType, error) {
	t, resp, err := d.c.UserType.GetUserType(ctx, id)
	if err != nil {
		return UserType{}, refusal2(resp, err)
	}
	return type2(t), nil
}

func (d v2) RenameUserType(ctx context.Context, id, title string) (UserType, error) {
	t, resp, err := d.c.UserType.UpdateUserType(ctx, id, okta.UserType{DisplayName: title})
	if err != nil {
		return UserType{}, refusal2(resp, err)
	}
	return type2(t), nil
}

func (d v2) DeleteUserType(ctx context.Context, id string) error {
	return refusal2(d.c.UserType.DeleteUserType(ctx, id))
}

func (d v2) UserSchema(ctx context.Context, id string) (Schema, error) {
	s, resp, err := d.c.UserSchema.GetUserSchema(ctx, id)
	if err != nil {
		return nil, refusal2(resp, err)
	}
	return schema2(s), nil
}

// schema2 reads the custom properties and, of the base, the login.
func schema2(s *okta.UserSchema) Schema {
	out := Schema{}
	for name, p := range s.Definitions.Custom.Properties {
		out[name] = property2(p)
	}
	if base := s.Definitions.Base; base != nil && base.Properties["login"] != nil {
		out["login"] = property2(base.Properties["login"])
	}
	return out
}

func property2(p *okta.UserSchemaAttribute) Property {
	return Property{Title: p.Title, Type: p.Type, Required: value(p.Required), MinLength: int(p.MinLength), MaxLength: int(p.MaxLength)}
}

func (d v2) AddProperty(ctx context.Context, id, name string, p Property) (Schema, error) {
	added := &okta.UserSchemaAttribute{Title: p.Title, Type: p.Type, Required: &p.Required, MinLength: int64(p.MinLength), MaxLength: int64(p.MaxLength)}
	s, resp, err := d.c.UserSchema.UpdateUserProfile(ctx, id, okta.UserSchema{Definitions: &okta.UserSchemaDefinitions{
		Custom: &okta.UserSchemaPublic{Id: "#custom", Type: "object", Properties: map[string]*okta.UserSchemaAttribute{name: added}}}})
	if err != nil {
		return nil, refusal2(resp, err)
	}
	return schema2(s), nil
}

func (d v2) AddGroupProperty(ctx context.Context, name string, p Property) (Schema, error) {
	added := &okta.GroupSchemaAttribute{Title: p.Title, Type: p.Type, Required: &p.Required, MinLength: int64(p.MinLength), MaxLength: int64(p.MaxLength)}
	s, resp, err := d.c.GroupSchema.UpdateGroupSchema(ctx, okta.GroupSchema{Definitions: &okta.GroupSchemaDefinitions{
		Custom: &okta.GroupSchemaCustom{Id: "#custom", Type: "object", Properties: map[string]*okta.GroupSchemaAttribute{name: added}}}})
	if err != nil {
		return nil, refusal2(resp, err)
	}
	return groupSchema2(s), nil
}

func (d v2) GroupSchema(ctx context.Context) (Schema, error) {
	s, resp, err := d.c.GroupSchema.GetGroupSchema(ctx)
	if err != nil {
		return nil, refusal2(resp, err)
	}
	return groupSchema2(s), nil
}

func groupSchema2(s *okta.GroupSchema) Schema {
	out := Schema{}
	for name, p := range s.Definitions.Custom.Properties {
		out[name] = Property{Title: p.Title, Type: p.Type, Required: value(p.Required), MinLength: int(p.MinLength), MaxLength: int(p.MaxLength)}
	}
	return out
}
