package sdk

import (
	"context"

	"github.com/okta/okta-sdk-golang/v6/okta"
)

// type6 reads what this version of the SDK has no fields for.
func type6(t okta.UserType) UserType {
	text := func(name string) string { s, _ := t.AdditionalProperties[name].(string); return s }
	standard, _ := t.AdditionalProperties["default"].(bool)
	return UserType{ID: value(t.Id), Name: text("name"), DisplayName: text("displayName"), Description: text("description"), Default: standard,
		Schema: linkOf(t.AdditionalProperties["_links"], "schema")}
}

func (d v6) CreateUserType(ctx context.Context, name, title string) (UserType, error) {
	body := okta.UserType{AdditionalProperties: map[string]any{"name": name, "displayName": title}}
	t, resp, err := d.c.UserTypeAPI.CreateUserType(ctx).UserType(body).Execute()
	if err != nil {
		return UserType{}, refusal6(resp, err)
	}
	return type6(*t), nil
}

func (d v6) UserTypes(ctx context.Context) ([]UserType, error) {
	rows, resp, err := d.c.UserTypeAPI.ListUserTypes(ctx).Execute()
	if err != nil {
		return nil, refusal6(resp, err)
	}
	return each(rows, type6), nil
}

func (d v6) UserType(ctx context.Context, id string) (UserType, error) {
	t, resp, err := d.c.UserTypeAPI.GetUserType(ctx, id).Execute()
	if err != nil {
		return UserType{}, refusal6(resp, err)
	}
	return type6(*t), nil
}

func (d v6) RenameUserType(ctx context.Context, id, title string) (UserType, error) {
	t, resp, err := d.c.UserTypeAPI.UpdateUserType(ctx, id).UserType(okta.UserTypePostRequest{DisplayName: &title}).Execute()
	if err != nil {
		return UserType{}, refusal6(resp, err)
	}
	return type6(*t), nil
}

func (d v6) DeleteUserType(ctx context.Context, id string) error {
	return refusal6(d.c.UserTypeAPI.DeleteUserType(ctx, id).Execute())
}

func (d v6) UserSchema(ctx context.Context, id string) (Schema, error) {
	s, resp, err := d.c.SchemaAPI.GetUserSchema(ctx, id).Execute()
	if err != nil {
		return nil, refusal6(resp, err)
	}
	return schema6(s), nil
}

// schema6 reads the custom properties and, of the base, the login.
func schema6(s *okta.UserSchema) Schema {
	out := Schema{}
	for name, p := range value(s.Definitions.Custom.Properties) {
		out[name] = property6(p)
	}
	if base := s.Definitions.Base; base != nil && base.Properties != nil && base.Properties.Login != nil {
		out["login"] = property6(*base.Properties.Login)
	}
	return out
}

func property6(p okta.UserSchemaAttribute) Property {
	return Property{Title: value(p.Title), Type: value(p.Type), Required: value(p.Required.Get()), MinLength: int(value(p.MinLength.Get())),
		MaxLength: int(value(p.MaxLength.Get()))}
}

func (d v6) AddProperty(ctx context.Context, id, name string, p Property) (Schema, error) {
	added := okta.UserSchemaAttribute{Title: &p.Title, Type: &p.Type, Required: *okta.NewNullableBool(&p.Required)}
	if p.MinLength > 0 {
		least := int32(p.MinLength)
		added.MinLength = *okta.NewNullableInt32(&least)
	}
	if p.MaxLength > 0 {
		most := int32(p.MaxLength)
		added.MaxLength = *okta.NewNullableInt32(&most)
	}
	properties := map[string]okta.UserSchemaAttribute{name: added}
	s, resp, err := d.c.SchemaAPI.UpdateUserProfile(ctx, id).UserSchema(okta.UserSchema{
		Definitions: &okta.UserSchemaDefinitions{Custom: &okta.UserSchemaPublic{Properties: &properties}}}).Execute()
	if err != nil {
		return nil, refusal6(resp, err)
	}
	return schema6(s), nil
}

func (d v6) AddGroupProperty(ctx context.Context, name string, p Property) (Schema, error) {
	properties := map[string]okta.GroupSchemaAttribute{name: {Title: &p.Title, Type: &p.Type, Required: *okta.NewNullableBool(&p.Required)}}
	s, resp, err := d.c.SchemaAPI.UpdateGroupSchema(ctx).GroupSchema(okta.GroupSchema{
		Definitions: &okta.GroupSchemaDefinitions{Custom: &okta.GroupSchemaCustom{Properties: &properties}}}).Execute()
	if err != nil {
		return nil, refusal6(resp, err)
	}
	return groupSchema6(s), nil
}

func (d v6) GroupSchema(ctx context.Context) (Schema, error) {
	s, resp, err := d.c.SchemaAPI.GetGroupSchema(ctx).Execute()
	if err != nil {
		return nil, refusal6(resp, err)
	}
	return groupSchema6(s), nil
}

func groupSchema6(s *okta.GroupSchema) Schema {
	out := Schema{}
	for name, p := range value(s.Definitions.Custom.Properties) {
		out[name] = Property{Title: value(p.Title), Type: value(p.Type), Required: value(p.Required.Get())}
	}
	return out
}
