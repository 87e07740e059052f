package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

// askWith is ask with a header.
func (w *world) askWith(method, path, token, body, header, value string) answer {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, w.server.URL+path, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Authorization", "SSWS "+token)
	r.Header.Set(header, value)
	return w.send(r)
}

func TestAChangeIsRefusedWhenTheTagIsOld(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u := w.person("Some", "Body", bailiwick.Active, w.a.realm, w.a.group)
		at, super := "/api/v1/users/"+string(u.ID), w.as(theSuper)
		whole := func(first string) string {
			return fmt.Sprintf(`{"profile":{"firstName":%q,"lastName":"Body","login":%q,"email":%q}}`, first, u.Profile.Login(), u.Profile.Email())
		}
		first := w.ask("GET", at, super, "").header.Get("ETag")
		if len(first) < 10 || first[0] != '"' {
			t.Fatalf("got ETag %q, want a strong one", first)
		}
		if again := w.ask("GET", at, super, "").header.Get("ETag"); again != first {
			t.Errorf("read twice: got %s, want %s", again, first)
		}
		w.pass(time.Second)
		second := w.askWith("POST", at, super, `{"profile":{"title":"Dr"}}`, "If-Match", first).want(t, 200, "").header.Get("ETag")
		if second == first || second != w.ask("GET", at, super, "").header.Get("ETag") {
			t.Errorf("after a change: got %s, want the tag of the next read, not %s", second, first)
		}
		for _, method := range []string{"POST", "PUT"} {
			for _, tag := range []string{first, `W/` + second, `""`, "nonsense"} {
				w.askWith(method, at, super, whole("New"), "If-Match", tag).want(t, 412, "E0000002")
			}
		}
		if got := w.ask("GET", at, super, "").header.Get("ETag"); got != second {
			t.Error("a refused change was made")
		}
		w.askWith("PUT", at, super, whole("New"), "If-Match", `"other", `+second).want(t, 200, "")
		w.askWith("POST", at, super, `{"profile":{"title":"Dr"}}`, "If-Match", "*").want(t, 200, "")
		hidden := w.person("Hidden", "Body", bailiwick.Active, w.b.realm, w.b.group)
		w.askWith("POST", "/api/v1/users/"+string(hidden.ID), w.as(userA), `{"profile":{"title":"Dr"}}`, "If-Match", first).want(t, 404, "E0000007")
		w.askWith("POST", at, w.as(deskA), `{"profile":{"title":"Dr"}}`, "If-Match", first).want(t, 403, "E0000006")
	})
}

func TestAnAnswerHoldsTheFieldsThatAreAskedFor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u := w.person("Some", "Body", bailiwick.Active, "")
		at := "/api/v1/users/" + string(u.ID)
		for fields, want := range map[string]string{
			"status":                               `{"id":%q,"status":"ACTIVE"}`,
			"id,status,profile:(firstName,city)":   `{"id":%q,"profile":{"firstName":"Some"},"status":"ACTIVE"}`,
			"profile:(lastName),nothing":           `{"id":%q,"profile":{"lastName":"Body"}}`,
			"credentials:(provider:(type)),status": `{"credentials":{"provider":{"type":"OKTA"}},"id":%q,"status":"ACTIVE"}`,
			"status:(x)":                           `{"id":%q,"status":"ACTIVE"}`,
			"id":                                   `{"id":%q}`,
		} {
			want := fmt.Sprintf(want, u.ID)
			if a := w.ask("GET", at+"?fields="+escape(fields), w.as(theSuper), "").want(t, 200, ""); a.body != want {
				t.Errorf("fields=%s: got %s, want %s", fields, a.body, want)
			}
			a := w.ask("GET", "/api/v1/users?search="+escape(fmt.Sprintf(`id eq %q`, u.ID))+"&fields="+escape(fields), w.as(theSuper), "").want(t, 200, "")
			if a.body != "["+want+"]" {
				t.Errorf("a list, fields=%s: got %s, want [%s]", fields, a.body, want)
			}
		}
		for _, fields := range []string{",", "a,", "a:(", "a:()", "a:(b))", "(a)", ":(a)", "a:b", "a)b", strings.Repeat("a:(", 50), "a:(b)c"} {
			w.ask("GET", at+"?fields="+escape(fields), w.as(theSuper), "").want(t, 400, "E0000001")
		}
	})
}

func TestTheMediaTypeTrimsAnAnswer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u := w.person("Some", "Body", bailiwick.Active, "")
		at := "/api/v1/users/" + string(u.ID)
		type user struct {
			Credentials *struct{}
			Links       map[string]any `json:"_links"`
		}
		ask := func(path, media string) user {
			a := w.askWith("GET", path, w.as(theSuper), "", "Content-Type", media).want(t, 200, "")
			if strings.HasPrefix(a.body, "[") {
				return decode[[]user](t, a)[0]
			}
			return decode[user](t, a)
		}
		secret := []string{"resetPassword", "expirePassword", "changePassword", "changeRecoveryQuestion"}
		for media, want := range map[string][2]bool{
			"application/json": {true, true},
			"application/json; okta-response=omitCredentials":                                                    {false, true},
			"application/json; okta-response=omitCredentialsLinks":                                               {true, false},
			"application/json;okta-response=omitCredentials,omitCredentialsLinks,omitTransitioningToStatus":      {false, false},
			`application/json; charset=utf-8; okta-response="omitCredentials, omitCredentialsLinks"`:             {false, false},
			"application/json; okta-response=omitTransitioningToStatus":                                          {true, true},
			"application/json; other=omitCredentials; okta-response=nothing; Okta-Response=omitCredentialsLinks": {true, false},
		} {
			got := ask(at, media)
			if (got.Credentials != nil) != want[0] {
				t.Errorf("%s: credentials %v, want %v", media, got.Credentials != nil, want[0])
			}
			for _, name := range secret {
				if _, ok := got.Links[name]; ok != want[1] {
					t.Errorf("%s: link %s %v, want %v", media, name, ok, want[1])
				}
			}
			if _, ok := got.Links["suspend"]; !ok {
				t.Errorf("%s: the link to suspend is gone", media)
			}
			if listed := ask("/api/v1/users?limit=1", media); (listed.Credentials != nil) != want[0] {
				t.Errorf("%s in a list: credentials %v, want %v", media, listed.Credentials != nil, want[0])
			}
		}
	})
}

func TestBlocksAreNone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u := w.person("Some", "Body", bailiwick.Active, w.a.realm, w.a.group)
		at := "/api/v1/users/" + string(u.ID)
		if a := w.ask("GET", at+"/blocks", w.as(deskA), "").want(t, 200, ""); a.body != "[]" {
			t.Errorf("got %s, want []", a.body)
		}
		w.ask("GET", "/api/v1/users/me/blocks", w.as(noRole), "").want(t, 200, "")
		if a := w.ask("GET", at+"?expand=blocks", w.as(deskA), "").want(t, 200, ""); !strings.Contains(a.body, `"_embedded":{"blocks":[]}`) {
			t.Errorf("got %s, want the blocks embedded", a.body)
		}
	})
}

// selfWritable lets people write an attribute of their own profile.
func (w *world) selfWritable(names ...string) {
	w.Helper()
	w.check(w.store.Do(w.Context(), w.system, bailiwick.UserSchemaUpdated, func(tx *store.Tx) error {
		s, err := tx.UserSchema(w.org.UserType)
		if err != nil {
			return err
		}
		before := s
		s.Edits = map[string]bailiwick.BaseEdit{}
		for _, name := range names {
			e := s.Edits[name]
			e.Self = bailiwick.MayWrite
			s.Edits[name] = e
		}
		return tx.SaveSchema(before, s)
	}))
}

// The own profile is one's own as far as the schema says so. Nobody comes by
// more through it: not an administrator, whose rights end at the own account.
func TestOneChangesOfOneselfWhatTheSchemaAllows(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		const me = "/api/v1/users/me"
		w.selfWritable("nickName", "login", "email", "secondEmail")
		for _, c := range []caller{noRole, deskA, userA, theSuper, theOwner} {
			u := w.ask("GET", me, w.as(c), "").want(t, 200, "")
			profile := decode[struct{ Profile map[string]any }](t, u).Profile
			w.ask("POST", me, w.as(c), `{"profile":{"nickName":"Nick"}}`).want(t, 200, "")
			for _, change := range []string{`{"title":"Dr"}`, `{"department":"Board"}`, `{"firstName":"Other"}`, `{"login":"other@acme.example"}`,
				`{"email":"other@acme.example"}`, `{"secondEmail":"other@acme.example"}`, `{"nickName":"N","userType":"admin"}`} {
				a := w.ask("POST", me, w.as(c), `{"profile":`+change+`}`).want(t, 403, "E0000077")
				if names := []string{"title", "department", "firstName", "login", "email", "secondEmail", "userType"}; !slices.ContainsFunc(names, func(n string) bool {
					return strings.Contains(a.body, "Cannot modify the "+n+" attribute")
				}) {
					t.Errorf("%s by %s: got %s, want the attribute named", change, c, a.body)
				}
			}
			whole := fmt.Sprintf(`{"profile":{"firstName":%q,"lastName":%q,"login":%q,"email":%q,"nickName":"Nicky"}}`,
				profile["firstName"], profile["lastName"], profile["login"], profile["email"])
			w.ask("PUT", me, w.as(c), whole).want(t, 200, "")
			w.ask("PUT", me, w.as(c), `{"profile":{"nickName":"Nicky"}}`).want(t, 403, "E0000077")
			w.ask("POST", me, w.as(c), `{"profile":{"nope":"x"}}`).want(t, 400, "E0000001")
			w.ask("POST", me, w.as(c), `{"credentials":{"recovery_question":{"question":"Who?","answer":"Nobody"}}}`).want(t, 403, "E0000006")
			w.allowSetting(true)
			w.ask("POST", me, w.as(c), chosen).want(t, 403, "E0000006")
			w.ask("PUT", me, w.as(c), whole[:len(whole)-1]+`,"type":{"id":"oty00000000000000000"}}`)
			if got := decode[struct{ Type struct{ ID bailiwick.ID } }](t, w.ask("GET", me, w.as(c), "")).Type.ID; got != w.org.UserType {
				t.Errorf("%s became of type %s", c, got)
			}
		}
	})
}
