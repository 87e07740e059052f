package api_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/api"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

// FuzzBody: whatever the reader of bodies takes, the standard library reads in
// the same way, there is no NUL in it, and it is neither large nor deep. What it
// refuses, it refuses with an error that may be told.
func FuzzBody(f *testing.F) {
	for _, b := range badBodies() {
		if len(b.body) < 10_000 {
			f.Add([]byte(b.body))
		}
	}
	for _, b := range badFields() {
		if len(b.body) < 10_000 {
			f.Add([]byte(b.body))
		}
	}
	f.Add([]byte(`{"profile":{"login":"a@b.example","x":[1,-0.5e3,true,null,{"y":"\ud83d\ude00é"}]}}`))
	f.Add([]byte(strings.Repeat("[", 40) + strings.Repeat("]", 40)))
	f.Fuzz(func(t *testing.T, body []byte) {
		var got any
		err := api.ReadBody(httptest.NewRequest(http.MethodPost, "/", strings.NewReader(string(body))), &got)
		if err != nil {
			told(t, err)
			return
		}
		if len(strings.TrimSpace(string(body))) == 0 {
			return
		}
		var want any
		if err := json.Unmarshal(body, &want); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %#v, and the standard library reads %#v, %v", body, got, want, err)
		}
		text, err := json.Marshal(got)
		if err != nil || strings.Contains(string(text), `\u0000`) && !strings.Contains(string(text), `\\u0000`) || !utf8.Valid(text) {
			t.Errorf("%q: got %s, %v, want text without NUL", body, text, err)
		}
	})
}

// told fails when an error is not one that somebody outside may be told, with a
// sentence that names the input at fault.
func told(t *testing.T, err error) {
	t.Helper()
	var e *bailiwick.Error
	if !errors.As(err, &e) || e.Code != bailiwick.Invalid || e.Message == "" {
		t.Errorf("got %#v, want an error about the input", err)
	}
}

// FuzzUserQuery: no question makes the reader fail otherwise than with a told
// error. What q finds it finds without the hint that it gives the store as well,
// and a search finds the same people beside a term that everybody matches.
func FuzzUserQuery(f *testing.F) {
	for _, q := range []string{"", "ann", "Ann B", "ÄNN", "İ", "ß", `status eq "ACTIVE"`, `profile.firstName eq "Ann"`, `profile.lastName sw "be" and status pr`, `not (profile.login co "x")`,
		`lastUpdated gt "2026-01-01T00:00:00.000Z" or id eq "00u1"`, `profile.email ew "@acme.example"`, `profile.firstName eq "\u0000"`, `profile.title ne "Dr"`, `created lt "x"`,
		`profile.firstName sw "" and profile.lastName eq "Berg"`, `profile.firstName eq " Ann "`, `profile.firstName eq "Ａｎｎ"`, `profile.lastName eq "ß"`, `profile.lastName sw "ﬁ"`,
		`profile.firstName sw "Ann  M"`, `profile.lastName eq "O'Neil" and profile.firstName sw "ǅ"`, `profile.firstName sw "\u0001"`, `profile.lastName sw "e\u0301"`} {
		for kind := range byte(3) {
			f.Add(kind, q)
		}
	}
	w := newWorld(f, storetest.SQLitePath(f), unlimited)
	for i, first := range oddNames {
		p := w.profile("Odd", "Name")
		p["firstName"], p["lastName"] = first, oddNames[len(oddNames)-1-i]
		must(w.dir.LoadUsers(f.Context(), w.system, []directory.NewUser{{Profile: p, Past: &directory.Past{Status: bailiwick.Active}}}))
	}
	f.Fuzz(func(t *testing.T, kind byte, text string) {
		ask, err := ask(kind, text)
		if err != nil {
			told(t, err)
			return
		}
		found, err := w.found(t, ask)
		if err != nil {
			told(t, err)
			return
		}
		ask.Prefix = ""
		if wider, err := filter.Parse("status pr and (" + text + ")"); err == nil && ask.Where != nil {
			ask.Where = wider
		}
		if all, err := w.found(t, ask); err != nil || !slices.Equal(found, all) {
			t.Errorf("%q: found %q, and asked otherwise %q (%v)", text, found, all, err)
		}
	})
}

// ask reads a text as q, search or filter.
func ask(kind byte, text string) (directory.UserQuery, error) {
	name := [...]string{"q", "search", "filter"}[kind%3]
	return api.UserQuery(func(asked string) string { return map[string]string{name: text}[asked] })
}

// oddNames fold to others, are made of several code points, or hold blanks.
var oddNames = []string{"Ann", "ANN", "Ａｎｎ", "Änne", "A\u0308nne", "Ann  Marie", "Ann Marie", " Ann", "İ", "ı", "ß", "SS", "ﬁn", "Fin", "ǅ", "Ω", "Ω", "é", "e\u0301",
	"O'Neil", "李", "_x", "%d", strings.Repeat("ä", 50), strings.Repeat("ﷺ", 50), "a\u200bb", "\u00adb", "Å", "Å"}

func (w *world) found(t *testing.T, ask directory.UserQuery) (ids []bailiwick.ID, err error) {
	t.Helper()
	list, err := w.dir.Users(t.Context(), w.system, ask, directory.Paging{Limit: 200})
	if err != nil {
		return nil, err
	}
	for _, u := range list.Rows {
		ids = append(ids, u.ID)
	}
	slices.Sort(ids)
	return ids, nil
}

// FuzzPath: nothing in a path makes the server fail, and a limited help desk
// gets at nobody hidden whatever it writes there.
func FuzzPath(f *testing.F) {
	w := newWorld(f, storetest.SQLitePath(f), unlimited)
	hidden := w.person("Hidden", "Person", bailiwick.Active, w.b.realm, w.b.group)
	seen := w.person("Visible", "Person", bailiwick.Active, w.a.realm, w.a.group)
	w.person("Twin", "Person", bailiwick.Active, "", w.a.group)
	desk := w.as(deskA)
	handler := w.server.Config.Handler
	for _, p := range badPaths() {
		if len(p.path) < 200 {
			f.Add(p.path)
		}
	}
	for _, ref := range []string{string(hidden.ID), string(seen.ID), hidden.Profile.Login(), seen.Profile.ShortLogin(), "me", "ME", string(seen.ID) + "%2F..%2F" + string(hidden.ID),
		string(seen.ID) + "/../" + string(hidden.ID), "%2e%2e/" + string(hidden.ID), string(hidden.ID) + "%00", string(hidden.ID) + "?", string(hidden.ID) + "%3Fx", "%30%30u", ";", "a;b=c", "ﾠ"} {
		f.Add("/api/v1/users/" + ref)
		f.Add("/api/v1/users/" + ref + "/groups")
		f.Add("/t/acme/api/v1/users/" + ref)
		f.Add("/api/v1/groups/" + string(w.a.group) + "/users/" + ref)
		f.Add("/api/v1/groups/" + ref + "/users")
	}
	f.Fuzz(func(t *testing.T, path string) {
		u, err := url.ParseRequestURI(path)
		if err != nil || !strings.HasPrefix(path, "/") {
			return // the server itself refuses it
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil).WithContext(t.Context())
		r.URL, r.RequestURI = u, path
		r.Header.Set("Authorization", "SSWS "+desk)
		out := httptest.NewRecorder()
		handler.ServeHTTP(out, r)
		if out.Code >= 500 {
			t.Errorf("%q: got %d %s", path, out.Code, out.Body)
		}
		body := out.Body.String()
		if !json.Valid(out.Body.Bytes()) || !utf8.ValidString(body) {
			t.Errorf("%q: got %q, want JSON", path, body)
		}
		if out.Code == http.StatusOK && (strings.Contains(body, string(hidden.ID)) || strings.Contains(body, "Hidden")) {
			t.Errorf("%q: got somebody hidden: %s", path, body)
		}
	})
}
