package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
)

// TestEachErrorOfTheTablesForPeople provokes every error that the sheet lists
// for people, once, and compares status, code and cause.
func TestEachErrorOfTheTablesForPeople(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.allowSetting(true)
		in := func(s bailiwick.Status) string {
			return "/users/" + string(w.person("Some", "Body", s, w.a.realm, w.a.group).ID)
		}
		federated := in(bailiwick.Active)
		w.ask("POST", "/api/v1"+federated+"/lifecycle/reset_password?provider=FEDERATION", w.as(theSuper), "").want(t, 200, "")
		hidden := "/users/" + string(w.person("Hidden", "Body", bailiwick.Active, w.b.realm, w.b.group).ID)
		taken := w.person("Taken", "Name", bailiwick.Active, "").Profile.Login()
		person := func(change string) string {
			p := w.profile("New", "Person")
			fields := fmt.Sprintf(`"firstName":"New","lastName":"Person","login":%q,"email":%q`, p.Login(), p.Email())
			return strings.Replace(change, "{}", fields, 1)
		}
		const plain = `{"profile":{{}}}`
		super, desk, user := w.as(theSuper), w.as(deskA), w.as(userA)
		groups := strings.Repeat(`"00g00000000000000000",`, 20) + `"00g00000000000000000"`
		for _, c := range []struct {
			title, method, path, token, body string
			status                           int
			code, cause                      string
		}{
			{"a login that is taken", "POST", "/users", super, fmt.Sprintf(`{"profile":{"firstName":"A","lastName":"B","login":%q,"email":%q}}`, taken, taken), 400, "E0000001",
				"login: An object with this field already exists in the current organization"},
			{"a name that is missing", "POST", "/users", super, `{"profile":{"lastName":"B","login":"x@acme.example","email":"x@acme.example"}}`, 400, "E0000001", "firstName: The field cannot be left blank"},
			{"a login that is no address", "POST", "/users", super, `{"profile":{"firstName":"A","lastName":"B","login":"nobody","email":"x@acme.example"}}`, 400, "E0000001",
				"login: Username must be in the form of an email address"},
			{"an address that is none", "POST", "/users", super, `{"profile":{"firstName":"A","lastName":"B","login":"x@acme.example","email":"nobody"}}`, 400, "E0000001", "email: Does not match required pattern"},
			{"an attribute that nobody defined", "POST", "/users", super, person(`{"profile":{{},"notValid":"x"}}`), 400, "E0000001", "Property name 'notValid' is not defined in profile"},
			{"a weak password", "POST", "/users", super, person(`{"profile":{{}},"credentials":{"password":{"value":"short"}}}`), 400, "E0000001",
				"password: Password requirements were not met. Use at least 8 characters"},
			{"half a body", "POST", "/users", super, `{"profile":`, 400, "E0000003", "body: is not well-formed JSON"},
			{"no token", "GET", in(bailiwick.Active), "", "", 401, "E0000004", ""},
			{"a token that is none", "GET", in(bailiwick.Active), "00nonsense", "", 401, "E0000011", ""},
			{"creating without the right", "POST", "/users", desk, person(plain), 403, "E0000006", ""},
			{"creating outside the own groups", "POST", "/users", user, person(plain), 403, "E0000006", ""},
			{"somebody who is not there", "GET", "/users/00u00000000000000000", super, "", 404, "E0000007", ""},
			{"somebody hidden", "GET", hidden, user, "", 404, "E0000007", ""},
			{"a group that is not there", "POST", "/users", super, person(`{"profile":{{}},"groupIds":["00g00000000000000000"]}`), 404, "E0000007", ""},
			{"a wrong old password", "POST", in(bailiwick.Active) + "/credentials/change_password", super, changeBody("not the one", "battery staple horse"), 403, "E0000014", "oldPassword: Old Password is not correct"},
			{"activating once more", "POST", in(bailiwick.Active) + "/lifecycle/activate", super, "", 403, "E0000016", ""},
			{"a reset where single sign-on is", "POST", federated + "/lifecycle/reset_password", desk, "", 403, "E0000017", ""},
			{"a bad cursor", "GET", "/users?after=x", super, "", 400, "E0000029", "after: is not a cursor of this list"},
			{"a bad search", "GET", "/users?search=nonsense", super, "", 400, "E0000031", ""},
			{"unlocking who is not locked", "POST", in(bailiwick.Active) + "/lifecycle/unlock", super, "", 403, "E0000032", ""},
			{"a search and a filter", "GET", "/users?search=" + escape(`status eq "ACTIVE"`) + "&filter=" + escape(`status eq "ACTIVE"`), super, "", 400, "E0000033", ""},
			{"a forgotten password without a question", "POST", in(bailiwick.Active) + "/credentials/forgot_password", super, "", 403, "E0000034", ""},
			{"a recovery by an answer", "POST", in(bailiwick.Active) + "/credentials/forgot_password_recovery_question", super, `{"recovery_question":{"answer":"x"}}`, 403, "E0000034", ""},
			{"changing a password that is not there", "POST", in(bailiwick.Provisioned) + "/credentials/change_password", super, changeBody(of, "battery staple horse"), 403, "E0000035", ""},
			{"changing a question without a password", "POST", in(bailiwick.Provisioned) + "/credentials/change_recovery_question", super,
				`{"password":{"value":"x"},"recovery_question":{"question":"Who?","answer":"Nobody"}}`, 403, "E0000036", ""},
			{"reactivating who is active", "POST", in(bailiwick.Active) + "/lifecycle/reactivate", super, "", 403, "E0000038", ""},
			{"deactivating once more", "POST", in(bailiwick.Deprovisioned) + "/lifecycle/deactivate", super, "", 403, "E0000038", ""},
			{"editing who is deactivated", "POST", in(bailiwick.Deprovisioned), super, `{"profile":{"title":"Dr"}}`, 403, "E0000038", ""},
			{"suspending who is not active", "POST", in(bailiwick.Staged) + "/lifecycle/suspend", super, "", 400, "E0000001", "suspend: cannot suspend a user whose status is STAGED"},
			{"a password where single sign-on is", "POST", "/users?provider=true", super, person(`{"profile":{{}},"credentials":{"provider":{"type":"FEDERATION"},"password":{"value":"battery staple horse"}}}`), 400, "E0000041",
				"credentials: single sign-on holds the credential of this user"},
			{"a hook", "POST", "/users", super, person(`{"profile":{{}},"credentials":{"password":{"hook":{"type":"default"}}}}`), 501, "E0000060", ""},
			{"an attribute of the own profile that is read-only", "POST", "/users/me", super, `{"profile":{"title":"Dr"}}`, 403, "E0000077", ""},
			{"too many groups", "POST", "/users", super, person(`{"profile":{{}},"groupIds":[` + groups + `]}`), 400, "E0000093", "groupIds: a user can be added to at most 20 groups at creation"},
			{"expiring no password", "POST", "/users?nextLogin=changePassword", super, person(plain), 400, "E0000124", "a password must be specified to expire it"},
			{"expiring without activation", "POST", "/users?nextLogin=changePassword&activate=false", super, person(`{"profile":{{}},"credentials":{"password":{"value":"battery staple horse"}}}`), 400, "E0000125",
				"activate must be true to expire the password"},
		} {
			a := w.ask(c.method, "/api/v1"+c.path, c.token, c.body)
			if a.status != c.status || a.code() != c.code {
				t.Errorf("%s: got %d %s, want %d %s", c.title, a.status, a.body, c.status, c.code)
				continue
			}
			var got []string
			for _, cause := range decodeQuietly(a).Causes {
				got = append(got, cause.Summary)
			}
			if c.cause != "" && strings.Join(got, "|") != c.cause {
				t.Errorf("%s: got the cause %q, want %q", c.title, got, c.cause)
			}
		}
		a := w.askWith("POST", "/api/v1"+in(bailiwick.Active), super, `{"profile":{"title":"Dr"}}`, "If-Match", `"old"`)
		a.want(t, http.StatusPreconditionFailed, "E0000002")
	})
}
