package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// A refusedInput is a request of a super administrator that the API must
// refuse in a documented way, naming what is at fault.
type refusedInput struct {
	name   string
	method string
	path   string // {user}, {group} and {app} stand for ones that exist
	body   string
	status int
	code   string
	says   string // a part of the body: the field at fault
}

func TestBadInputIsRefusedByName(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		s := holders("ACTIVE", "APP_ADMIN")[0](w)
		s.group = w.freshGroup(false)
		super := w.as(theSuper)
		for _, in := range badInput() {
			a := w.ask(in.method, s.path(in.path), super, s.path(in.body))
			if a.status != in.status || a.code() != in.code || !strings.Contains(a.body, in.says) {
				t.Errorf("%s: got %d %s, want %d %s that says %q", in.name, a.status, a.body, in.status, in.code, in.says)
			}
		}
	})
}

func badInput() []refusedInput {
	out := append(badQueries(), badPaths()...)
	for _, b := range badBodies() {
		for _, route := range []struct{ method, path string }{
			{"POST", "/api/v1/users"}, {"POST", "/api/v1/users/{user}"}, {"PUT", "/api/v1/users/{user}"}, {"POST", "/api/v1/groups"},
			{"PUT", "/api/v1/groups/{group}"}, {"POST", "/api/v1/apps"}, {"POST", "/api/v1/users/{user}/roles"}, {"POST", "/api/v1/groups/{group}/roles"},
		} {
			out = append(out, refusedInput{b.name + " to " + route.method + " " + route.path, route.method, route.path, b.body, 400, b.code, b.says})
		}
	}
	return append(out, badFields()...)
}

// badBodies are bodies that no route takes.
func badBodies() []refusedInput {
	const malformed = "E0000003"
	row := func(name, body, code, says string) refusedInput {
		return refusedInput{name: name, body: body, code: code, says: says}
	}
	return []refusedInput{
		row("half an object", `{"profile":`, malformed, "body"),
		row("a word", `hello`, malformed, "body"),
		row("single quotes", `{'profile':{}}`, malformed, "body"),
		row("a trailing comma", `{"profile":{},}`, malformed, "body"),
		row("a comment", `{/* */}`, malformed, "body"),
		row("something behind it", `{} {}`, malformed, "behind"),
		row("a brace behind it", `{}}`, malformed, "behind"),
		row("a duplicate key", `{"profile":{},"profile":{}}`, malformed, "/profile"),
		row("a duplicate key inside", `{"profile":{"login":"a","login":"b"}}`, malformed, "/profile/login"),
		row("a duplicate key behind an escape", `{"profile":{},"pro\u0066ile":{}}`, malformed, "/profile"),
		row("a list", `[]`, "E0000001", "body"),
		row("a string", `"profile"`, "E0000001", "body"),
		row("a number", `1e999`, "E0000001", "body"),
		row("a byte order mark", "\xef\xbb\xbf{}", malformed, "body"),
		row("UTF-16", "\xff\xfe{\x00}\x00", malformed, "body"),
		row("bad UTF-8 in a value", "{\"profile\":{\"name\":\"\xff\"}}", malformed, "body"),
		row("bad UTF-8 in a name", "{\"\xff\":1}", malformed, "body"),
		row("an overlong NUL", "{\"profile\":\"\xc0\x80\"}", malformed, "body"),
		row("a raw NUL", "{\"profile\":\"\x00\"}", malformed, "body"),
		row("an escaped NUL in a value", `{"profile":{"name":"a\u0000b"}}`, malformed, "/profile/name"),
		row("an escaped NUL in a name", `{"settings":{"a\u0000b":1}}`, malformed, "NUL"),
		row("half a surrogate pair", `{"profile":{"name":"\ud800"}}`, malformed, "body"),
		row("surrogates the wrong way round", `{"profile":{"name":"\udc00\ud800"}}`, malformed, "body"),
		row("a hundred thousand lists deep", strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000), malformed, "deep"),
		row("a hundred thousand objects deep", strings.Repeat(`{"a":`, 100_000), malformed, "deep"),
		row("10 MB", `{"profile":{"name":"`+strings.Repeat("a", 10<<20)+`"}}`, malformed, "1 MiB"),
	}
}

// badFields are bodies that one route cannot take.
func badFields() []refusedInput {
	const invalid = "E0000001"
	user := func(name, body, says string) refusedInput {
		return refusedInput{name, "POST", "/api/v1/users", body, 400, invalid, says}
	}
	whole := `{"profile":{"firstName":"A","lastName":"B","login":"a.b@acme.example","email":"a.b@acme.example"%s}%s}`
	return []refusedInput{
		user("no body", "", "login"),
		user("only blanks", " \n", "login"),
		user("no profile", `{}`, "login"),
		user("a profile that is null", `{"profile":null}`, "login"),
		user("a profile that is a list", `{"profile":[]}`, "profile"),
		user("a profile under another spelling", `{"Profile":{"firstName":"A","lastName":"B","login":"a.c@acme.example","email":"a.c@acme.example"}}`, "login"),
		user("an unknown property", fmt.Sprintf(whole, `,"notValid":"x"`, ""), "Property name 'notValid' is not defined in profile"),
		user("a number for a text", fmt.Sprintf(whole, `,"title":3`, ""), "title"),
		user("an object for a text", fmt.Sprintf(whole, `,"title":{}`, ""), "title"),
		user("a login that is no address", `{"profile":{"firstName":"A","lastName":"B","login":"nobody","email":"a.b@acme.example"}}`, "login"),
		user("a login with a line break", `{"profile":{"firstName":"A","lastName":"B","login":"a\n@acme.example","email":"a.b@acme.example"}}`, "login"),
		user("a long name", fmt.Sprintf(whole, `,"nickName":"`+strings.Repeat("n", 101)+`"`, ""), "nickName"),
		user("groups that are no list", fmt.Sprintf(whole, "", `,"groupIds":"x"`), "groupIds"),
		user("a group that is a number", fmt.Sprintf(whole, "", `,"groupIds":[1]`), "groupIds"),
		{"too many groups", "POST", "/api/v1/users", fmt.Sprintf(whole, "", `,"groupIds":["1"`+strings.Repeat(`,"1"`, 20)+`]`), 400, "E0000093", "groupIds"},
		{"a group that is not there", "POST", "/api/v1/users", fmt.Sprintf(whole, "", `,"groupIds":["nope"]`), 404, "E0000007", "nope"},
		{"a realm that is not there", "POST", "/api/v1/users", fmt.Sprintf(whole, "", `,"realmId":"nope"`), 404, "E0000007", "nope"},
		user("a realm that is a number", fmt.Sprintf(whole, "", `,"realmId":1`), "realmId"),
		user("a short password", fmt.Sprintf(whole, "", `,"credentials":{"password":{"value":"short"}}`), "password"),
		user("the login as password", fmt.Sprintf(whole, "", `,"credentials":{"password":{"value":"a.b@acme.example"}}`), "password"),
		user("a password that is a text", fmt.Sprintf(whole, "", `,"credentials":{"password":"value"}`), "password"),
		user("a long password", fmt.Sprintf(whole, "", `,"credentials":{"password":{"value":"`+strings.Repeat("p", 300)+`"}}`), "password"),
		user("a hash", fmt.Sprintf(whole, "", `,"credentials":{"password":{"hash":{"algorithm":"MD5"}}}`), "hash"),
		{"a password to be changed but none given", "POST", "/api/v1/users?nextLogin=changePassword", fmt.Sprintf(whole, "", ""), 400, "E0000124", "password"},
		{"an expired password for later", "POST", "/api/v1/users?nextLogin=changePassword&activate=false",
			fmt.Sprintf(whole, "", `,"credentials":{"password":{"value":"battery staple horse"}}`), 400, "E0000125", "activate"},
		{"a group without a name", "POST", "/api/v1/groups", `{"profile":{"description":"x"}}`, 400, invalid, "name"},
		{"a group with no body", "POST", "/api/v1/groups", ``, 400, invalid, "name"},
		{"a group name of blanks", "PUT", "/api/v1/groups/{group}", `{"profile":{"name":"  "}}`, 400, invalid, "name"},
		{"a group name with a bell", "POST", "/api/v1/groups", `{"profile":{"name":"a\u0007"}}`, 400, invalid, "name"},
		{"a long group name", "POST", "/api/v1/groups", `{"profile":{"name":"` + strings.Repeat("ä", 256) + `"}}`, 400, invalid, "name"},
		{"a group name that is taken", "POST", "/api/v1/groups", `{"profile":{"name":"GROUP a"}}`, 400, invalid, "name"},
		{"a group name that is a list", "POST", "/api/v1/groups", `{"profile":{"name":["x"]}}`, 400, invalid, "name"},
		{"an app without a label", "POST", "/api/v1/apps", `{"name":"slack","signOnMode":"SAML_2_0"}`, 400, invalid, "label"},
		{"an app of no catalog", "POST", "/api/v1/apps", `{"name":"nope","label":"x","signOnMode":"SAML_2_0"}`, 400, invalid, "name"},
		{"an app with another sign-on", "POST", "/api/v1/apps", `{"name":"slack","label":"x","signOnMode":"BOOKMARK"}`, 400, invalid, "signOnMode"},
		{"settings that are a text", "POST", "/api/v1/apps", `{"name":"slack","label":"x","settings":"x"}`, 400, invalid, "settings"},
		{"no role type", "POST", "/api/v1/users/{user}/roles", ``, 400, invalid, "type"},
		{"an unknown role type", "POST", "/api/v1/users/{user}/roles", `{"type":"KING"}`, 400, invalid, "type"},
		{"a role type in lower case", "POST", "/api/v1/groups/{group}/roles", `{"type":"super_admin"}`, 400, invalid, "type"},
		{"a role type that is a number", "POST", "/api/v1/users/{user}/roles", `{"type":1}`, 400, invalid, "type"},
	}
}

func badQueries() []refusedInput {
	const invalid = "E0000001"
	var out []refusedInput
	row := func(method, path, code, says string) {
		out = append(out, refusedInput{method + " " + path, method, path, "", 400, code, says})
	}
	for _, list := range []string{"/api/v1/users", "/api/v1/groups", "/api/v1/apps", "/api/v1/logs", "/api/v1/iam/assignees/users", "/api/v1/users/{user}/groups",
		"/api/v1/groups/{group}/users", "/api/v1/users/{user}/roles/{role}/targets/catalog/apps"} {
		for _, limit := range []string{"0", "-1", "x", "1.5", "1e3", "99999999999999999999", "+", "%201", "0x10"} {
			if limit == "0" && list == "/api/v1/logs" {
				continue // asks for no rows, and gets none
			}
			row("GET", list+"?limit="+limit, invalid, "limit")
		}
		for _, after := range []string{"x", "%00", "00u0000000000000000a", strings.Repeat("A", 5000), "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAB=", "%ff"} {
			code, says := "E0000029", ""
			if strings.HasPrefix(after, "%") {
				code, says = invalid, "after"
			}
			row("GET", list+"?after="+after, code, says)
		}
		row("GET", list+"?limit=1&%ff=1", invalid, "query")
		row("GET", list+"?limit=1&a%00=1", invalid, "query")
		row("GET", list+"?limit=1&%zz", invalid, "query")
		row("GET", list+"?limit=1;after=2", invalid, "query")
	}
	for _, field := range []string{"q", "search", "filter"} {
		row("GET", "/api/v1/users?"+field+"=%00", invalid, field)
		row("GET", "/api/v1/users?"+field+"=%ff", invalid, field)
	}
	for _, expression := range []string{"x", "status", "status eq", `status eq "ACTIVE`, `status is "ACTIVE"`, `shoeSize eq "4"`, `profile.shoeSize eq "4"`,
		`profile.login eq 4`, `(status eq "ACTIVE"`, `status eq "ACTIVE")`, `not`, `and`, `password eq "x"`, `profile.password pr`, `status[a eq "b"]`,
		strings.Repeat("(", 10_000), strings.Repeat("not ", 10_000)} {
		for _, field := range []string{"search", "filter"} {
			row("GET", "/api/v1/users?"+field+"="+escape(expression), "E0000031", field)
		}
	}
	row("GET", "/api/v1/users?search="+escape(`created gt "yesterday"`), invalid, "search")
	row("GET", "/api/v1/users?search="+escape(`status pr`)+"&filter="+escape(`status pr`), "E0000033", "search")
	row("GET", "/api/v1/groups?search="+escape(`profile.shoeSize eq "x"`), "E0000031", "search")
	row("GET", "/api/v1/logs?filter="+escape(`favourite eq "x"`), "E0000031", "filter")
	for _, field := range []string{"since", "until"} {
		for _, date := range []string{"x", "2026-11-22", "2026-13-01T00:00:00Z", "1700000000", "2026-11-22T10:00:00", "99999-01-01T00:00:00Z"} {
			row("GET", "/api/v1/logs?"+field+"="+date, "E0000030", field)
		}
	}
	for _, flagged := range []string{"/users?activate=", "/users/{user}/lifecycle/activate?sendEmail=", "/users/{user}/lifecycle/reset_password?sendEmail=",
		"/users/{user}/lifecycle/reset_password?revokeSessions=", "/users/{user}/lifecycle/expire_password?tempPassword=",
		"/users/{user}/lifecycle/expire_password_with_temp_password?revokeSessions=", "/apps?activate="} {
		name := flagged[strings.Index(flagged, "?")+1 : len(flagged)-1]
		for _, value := range []string{"yes", "2", "tRUE", "nil"} {
			row("POST", "/api/v1"+flagged+value, invalid, name)
		}
	}
	row("DELETE", "/api/v1/users/{user}/sessions?oauthTokens=maybe", invalid, "oauthTokens")
	return out
}

func badPaths() []refusedInput {
	const noPath, noMethod, missing = "E0000008", "E0000022", "E0000007"
	var out []refusedInput
	row := func(method, path string, status int, code, says string) {
		out = append(out, refusedInput{method + " " + path, method, path, "", status, code, says})
	}
	for _, path := range []string{"/", "/api", "/api/v1", "/api/v1/", "/api/v1/nope", "/api/v2/users", "/api/v1/users/{user}/nope", "/api/v1/users/{user}/lifecycle",
		"/api/v1/users/{user}/", "/API/V1/users", "/api/v1/users.json", "/t/nobody/api/v1/users", "/t/acme%2Fapi/v1/users", "/t/", "//api/v1/users", "/api/v1//users",
		"/api/v1/users/{user}/../{user}", "/api/v1/./users", "/%61pi/v1/../v1/users"} {
		row("GET", path, 404, noPath, "")
	}
	for _, method := range []string{"PATCH", "HEAD", "OPTIONS", "TRACE", "QUERY", "get", "PROPFIND"} {
		status, code := http.StatusMethodNotAllowed, noMethod
		if method == "HEAD" {
			code = "" // its answer has no body
		}
		row(method, "/api/v1/users/{user}", status, code, "")
	}
	row("PUT", "/api/v1/users", 405, noMethod, "")
	row("DELETE", "/api/v1/users", 405, noMethod, "")
	row("GET", "/api/v1/users/{user}/lifecycle/suspend", 405, noMethod, "")
	for _, at := range []string{"/users/", "/groups/", "/apps/"} {
		for _, id := range []string{"%2F", "..%2F..", "%2e%2e%2f", "nope", "00u0000000000000000z", "0oa0000000000000000z", "a%20b", "%F0%9F%92%A9", "%25", "%2500", "'", "\"%3B--", "%C3%A4@acme.example",
			strings.Repeat("x", 3000)} {
			row("GET", "/api/v1"+at+id, 404, missing, "")
		}
		for _, id := range []string{"%00", "a%00b", "%ff", "%C0%80", "%ED%A0%80"} {
			row("GET", "/api/v1"+at+id, 400, "E0000001", "path")
		}
	}
	for _, rest := range []string{"/roles/nope", "/roles/nope/targets/groups", "/roles/nope/targets/catalog/apps", "/roles/{role}%20/targets/catalog/apps"} {
		row("GET", "/api/v1/users/{user}"+rest, 404, missing, "RoleAssignment")
		row("GET", "/api/v1/groups/{group}"+rest, 404, missing, "RoleAssignment")
	}
	row("PUT", "/api/v1/users/{user}/roles/{role}/targets/catalog/apps/nope", 404, missing, "CatalogApp")
	row("PUT", "/api/v1/users/{user}/roles/{role}/targets/catalog/apps/slack/nope", 404, missing, "AppInstance")
	row("DELETE", "/api/v1/users/{user}/roles/{role}/targets/catalog/apps/nope", 404, missing, "")
	row("PUT", "/api/v1/users/{user}/roles/{role}/targets/groups/{group}", 400, "E0000091", "")
	row("GET", "/api/v1/users/{user}/roles/{role}/targets/groups", 400, "E0000091", "")
	row("PUT", "/api/v1/groups/{group}/users/nope", 404, missing, "User")
	row("PUT", "/api/v1/groups/nope/users/{user}", 404, missing, "UserGroup")
	return out
}
