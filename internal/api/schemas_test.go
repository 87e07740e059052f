package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
)

// otherType is a user type beside the default one, the same at each call.
func (w *world) otherType() bailiwick.UserType {
	w.Helper()
	types := must(w.dir.UserTypes(w.Context(), w.system))
	if i := slices.IndexFunc(types, func(t bailiwick.UserType) bool { return t.Name == "contractor" }); i >= 0 {
		return types[i]
	}
	return must(w.dir.CreateUserType(w.Context(), w.system, "contractor", "Contractor", ""))
}

func schemaFixtures() []fixture {
	const types, schemas, groups = "/api/v1/meta/types/user", "/api/v1/meta/schemas/user/{schema}", "/api/v1/meta/schemas/group/default"
	ofDefault := func(w *world) site { return site{name: "default", kind: w.org.UserType, schema: w.org.Schema} }
	fresh := func(w *world) site {
		t := must(w.dir.CreateUserType(w.Context(), w.system, fmt.Sprintf("fresh%d", w.made.Add(1)), "Fresh", ""))
		return site{name: "fresh", kind: t.ID, schema: t.SchemaID}
	}
	other := func(w *world) site {
		t := w.otherType()
		return site{name: "other", kind: t.ID, schema: t.SchemaID}
	}
	nobodys := func(*world) site {
		return site{name: "absent", kind: "oty00000000000absent", schema: "osc00000000000absent"}
	}
	named := []func(*world) site{func(w *world) site {
		return site{name: "-", body: fmt.Sprintf(`{"name":"made%d","displayName":"Made"}`, w.made.Add(1))}
	}}
	call := text(`{"displayName":"Called otherwise"}`)
	add := text(`{"definitions":{"custom":{"properties":{"shoeSize":{"title":"Shoe size","type":"integer"}}}}}`)
	retyped := slices.Clone(people(bailiwick.Active))
	for i, prepare := range retyped {
		retyped[i] = func(w *world) site {
			s := prepare(w)
			p := s.user.Profile
			s.body = fmt.Sprintf(`{"profile":{"firstName":"Other","lastName":%q,"login":%q,"email":%q},"type":{"id":%q}}`,
				p.LastName(), p.Login(), p.Email(), w.otherType().ID)
			return s
		}
	}
	return []fixture{
		{route: "PUT /api/v1/users/{user}", note: "to another type", sites: retyped},
		{route: "GET " + types, sites: nowhere},
		{route: "POST " + types, sites: named},
		{route: "GET " + types + "/{type}", sites: []func(*world) site{ofDefault, other, nobodys}},
		{route: "POST " + types + "/{type}", sites: []func(*world) site{ofDefault, other, nobodys}, body: call},
		{route: "PUT " + types + "/{type}", sites: []func(*world) site{other}, body: text(`{"name":"contractor","displayName":"Contractor"}`)},
		{route: "DELETE " + types + "/{type}", sites: []func(*world) site{ofDefault, fresh, nobodys}},
		{route: "GET " + schemas, sites: []func(*world) site{ofDefault, other, nobodys}},
		{route: "POST " + schemas, sites: []func(*world) site{ofDefault, other, nobodys}, body: add},
		{route: "GET " + groups, sites: nowhere},
		{route: "POST " + groups, sites: nowhere, body: add},
	}
}

func TestTypesAndSchemasOnTheWire(t *testing.T) {
	t.Parallel()
	wire(t, "schemas.golden", func(w *world, on *transcript) {
		super := w.as(theSuper)
		on.ask("the default type", "GET", "/api/v1/meta/types/user/default", super, "")
		on.ask("the default schema", "GET", "/api/v1/meta/schemas/user/default", super, "")
		on.ask("the schema of groups", "GET", "/api/v1/meta/schemas/group/default", super, "")
		on.ask("properties are added", "POST", "/api/v1/meta/schemas/user/default", super, `{"definitions":{"custom":{"id":"#custom","type":"object","required":["badge"],
			"properties":{"badge":{"title":"Badge","description":"On the chest","type":"string","unique":"UNIQUE_VALIDATED","minLength":2,"maxLength":8,
				"permissions":[{"principal":"SELF","action":"HIDE"}]},
			"languages":{"title":"Languages","type":"array","items":{"type":"string","enum":["de","fr"]}},
			"grade":{"title":"Grade","type":"integer","minimum":1,"maximum":9,"oneOf":[{"const":1,"title":"One"},{"const":2,"title":"Two"}]}}},
			"base":{"properties":{"firstName":{"title":"First name","type":"string","required":false},"login":{"title":"Username","type":"string","required":true,"pattern":"[a-z.@0-9]+"}}}}}`)
		on.ask("a type copies the default schema", "POST", "/api/v1/meta/types/user", super, `{"name":"partner","displayName":"Partner","description":"Comes from outside"}`)
		on.ask("all types", "GET", "/api/v1/meta/types/user", super, "")
		types := must(w.dir.UserTypes(w.Context(), w.system))
		partner := types[slices.IndexFunc(types, func(t bailiwick.UserType) bool { return t.Name == "partner" })]
		on.ask("its schema", "GET", "/api/v1/meta/schemas/user/"+string(partner.SchemaID), super, "")
		on.ask("a property is removed", "POST", "/api/v1/meta/schemas/user/default", super, `{"definitions":{"custom":{"properties":{"grade":null}}}}`)
		on.ask("a person of the type", "POST", "/api/v1/users", super, fmt.Sprintf(`{"profile":{"login":"par.tner@acme.example","email":"p@acme.example","lastName":"Partner",
			"badge":"B1","grade":2,"languages":["fr"]},"type":{"id":%q}}`, partner.ID))
		on.ask("a type that somebody has", "DELETE", "/api/v1/meta/types/user/"+string(partner.ID), super, "")
		on.ask("groups get an attribute", "POST", "/api/v1/meta/schemas/group/default", super,
			`{"definitions":{"custom":{"properties":{"floor":{"title":"Floor","type":"number"},"site":{"title":"Site","type":"string","required":true}}}}}`)
		on.ask("a group has it", "POST", "/api/v1/groups", super, `{"profile":{"name":"Third floor","description":"","site":"Basel","floor":3.5}}`)
	})
}

// TestAFaultOfAProfileOrSchemaIsTold sends one fault after the other, to a
// default schema of some custom properties.
func TestAFaultOfAProfileOrSchemaIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		super := w.as(theSuper)
		const schema, groups = "/api/v1/meta/schemas/user/default", "/api/v1/meta/schemas/group/default"
		w.ask("POST", schema, super, `{"definitions":{"custom":{"properties":{
			"badge":{"title":"Badge","type":"string","unique":true,"minLength":2,"maxLength":8},
			"fixed":{"title":"Fixed","type":"string","mutability":"IMMUTABLE"},"sealed":{"title":"Sealed","type":"string","mutability":"READ_ONLY"},
			"grade":{"title":"Grade","type":"integer","minimum":1},"tags":{"title":"Tags","type":"array","items":{"type":"string"}},
			"color":{"title":"Color","type":"string","enum":["red","blue"]}}}}}`).want(t, http.StatusOK, "")
		w.ask("POST", groups, super, `{"definitions":{"custom":{"properties":{"floor":{"title":"Floor","type":"number"}}}}}`).want(t, http.StatusOK, "")
		holder := w.person("Holder", "Ofabadge", bailiwick.Active, "")
		user := "/api/v1/users/" + string(holder.ID)
		w.ask("POST", user, super, `{"profile":{"badge":"B7","fixed":"once"}}`).want(t, http.StatusOK, "")
		other := "/api/v1/users/" + string(w.person("Other", "Person", bailiwick.Active, "").ID)
		for _, c := range []struct {
			what, method, path, body string
			status                   int
			code, cause              string
		}{
			{"nobody defined it", "POST", user, `{"profile":{"notValid":1}}`, 400, "E0000001", "Property name 'notValid' is not defined in profile"},
			{"text for a number", "POST", user, `{"profile":{"grade":"2"}}`, 400, "E0000001", "grade: must be of type integer"},
			{"a fraction for an integer", "POST", user, `{"profile":{"grade":2.5}}`, 400, "E0000001", "grade: must be of type integer"},
			{"too small", "POST", user, `{"profile":{"grade":0}}`, 400, "E0000001", "grade: is outside the minimum and maximum of the property"},
			{"too long", "POST", user, `{"profile":{"badge":"123456789"}}`, 400, "E0000001", "badge: must be at most 8 characters long"},
			{"too short", "POST", user, `{"profile":{"badge":"1"}}`, 400, "E0000001", "badge: must be at least 2 characters long"},
			{"no such value", "POST", user, `{"profile":{"color":"green"}}`, 400, "E0000001", "color: is none of the values of the property"},
			{"no array", "POST", user, `{"profile":{"tags":"a"}}`, 400, "E0000001", "tags: must be an array of strings"},
			{"a number in an array of texts", "POST", user, `{"profile":{"tags":["a",1]}}`, 400, "E0000001", "tags: must be of type string"},
			{"taken", "POST", other, `{"profile":{"badge":"B7"}}`, 400, "E0000001", "badge: An object with this field already exists in the current organization"},
			{"set once", "POST", user, `{"profile":{"fixed":"twice"}}`, 403, "E0000078", ""},
			{"written by nobody", "POST", user, `{"profile":{"sealed":"x"}}`, 403, "E0000077", ""},
			{"a type by a partial update", "POST", user, fmt.Sprintf(`{"type":{"id":%q}}`, w.otherType().ID), 400, "E0000001", "type: is changed by replacing the whole user"},
			{"a type that is not there", "POST", "/api/v1/users", `{"profile":{"login":"a@b.example","email":"a@b.example","firstName":"A","lastName":"B"},"type":{"id":"oty00000000000absent"}}`, 404, "E0000007", ""},
			{"an attribute that groups do not have", "POST", "/api/v1/groups", `{"profile":{"name":"G","wing":"w"}}`, 400, "E0000001", "Property name 'wing' is not defined in profile"},
			{"an attribute of a group of another type", "POST", "/api/v1/groups", `{"profile":{"name":"G","floor":"w"}}`, 400, "E0000001", "floor: must be of type number"},
			{"another type for a property", "POST", schema, custom(`"badge":{"title":"B","type":"number"}`), 400, "E0000001", "badge: the type of a property cannot be changed"},
			{"the name of a base property", "POST", schema, custom(`"Login":{"title":"B","type":"string"}`), 400, "E0000001", "Login: a property has this name already, perhaps in another case"},
			{"no name of a property", "POST", schema, custom(`"a-b":{"title":"B","type":"string"}`), 400, "E0000001", "name: must begin with a letter"},
			{"no type", "POST", schema, custom(`"shoe":{"title":"B"}`), 400, "E0000001", "shoe: the type must be string, boolean, number, integer or array"},
			{"a pattern of a custom property", "POST", schema, custom(`"shoe":{"title":"B","type":"string","pattern":"a"}`), 400, "E0000001", "shoe: only the login has a pattern"},
			{"a base property that stays", "POST", schema, `{"definitions":{"base":{"properties":{"email":{"title":"Primary email","type":"string","required":false}}}}}`, 400, "E0000001", "email: only first and last name can be made optional"},
			{"a pattern that is none", "POST", schema, `{"definitions":{"base":{"properties":{"login":{"pattern":"("}}}}}`, 400, "E0000001", "login: the pattern must be a regular expression"},
			{"a unique attribute of groups", "POST", groups, custom(`"wing":{"title":"B","type":"string","unique":true}`), 400, "E0000001", "wing: groups have no unique properties"},
			{"the default type is not deleted", "DELETE", "/api/v1/meta/types/user/default", "", 403, "E0000142", ""},
			{"a type's name stays", "POST", "/api/v1/meta/types/user/default", `{"name":"human"}`, 400, "E0000001", "name: cannot be changed"},
			{"a type of a name that is taken", "POST", "/api/v1/meta/types/user", `{"name":"USER","displayName":"U"}`, 400, "E0000001", "name: An object with this field already exists"},
		} {
			a := w.ask(c.method, c.path, super, c.body)
			if a.want(t, c.status, c.code); c.cause != "" && !strings.Contains(a.body, asJSON(c.cause)) {
				t.Errorf("%s: got %s, want the cause %q", c.what, a.body, c.cause)
			}
		}
	})
}

// asJSON is the inside of a text as JSON has it.
func asJSON(s string) string {
	text, _ := json.Marshal(s)
	return strings.Trim(string(text), `"`)
}

func custom(properties string) string {
	return `{"definitions":{"custom":{"properties":{` + properties + `}}}}`
}
