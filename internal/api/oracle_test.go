package api_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
)

// limitedCallers are those from whom people are hidden.
var limitedCallers = []caller{deskA, userA, partnerA}

// A name is one way to write a person or a group that is hidden, and the same
// for one that never was.
type name struct{ hidden, absent string }

// TestHiddenIsAnsweredAsAbsent asks every route that names a person or a group
// about a hidden one and about an absent one: status, body and headers must be
// the same but for the name itself (AZ-5).
func TestHiddenIsAnsweredAsAbsent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		seen := w.person("Visible", "Person", bailiwick.Active, w.a.realm, w.a.group)
		hidden := w.person("Hidden", "Person", bailiwick.Active, w.b.realm, w.b.group)
		roles := w.give(personOf(hidden), bailiwick.UserAdmin, &w.b)
		login, short := hidden.Profile.Login(), hidden.Profile.ShortLogin()
		people := []name{
			{string(hidden.ID), "00uzzzzzzzzzzzzzzzzz"},
			{login, strings.Replace(login, "hidden", "absent", 1)},
			{strings.ToUpper(login), strings.ToUpper(strings.Replace(login, "hidden", "absent", 1))},
			{short, strings.Replace(short, "hidden", "absent", 1)},
			{string(seen.ID) + "%2F" + string(hidden.ID), string(seen.ID) + "%2F" + "00uzzzzzzzzzzzzzzzzz"},
		}
		groups := []name{{string(w.b.group), "00gzzzzzzzzzzzzzzzzz"}, {string(w.b.power), "00gyyyyyyyyyyyyyyyyy"}}
		for _, r := range w.api.AllRoutes() {
			for _, placeholder := range []string{"{user}", "{group}"} {
				if !strings.Contains(r.Pattern, placeholder) {
					continue
				}
				names := people
				if placeholder == "{group}" {
					names = groups
				}
				for _, n := range names {
					path := func(as string) string {
						s := site{user: seen, group: w.a.group, role: roles, target: w.a.second, app: w.a.app, area: w.a}
						return s.path(strings.Replace(r.Pattern, placeholder, as, 1))
					}
					w.compare(t, r.Method, path(n.hidden), path(n.absent), n)
				}
			}
		}
	})
}

// bodyFor is one that a route could take.
func bodyFor(method, path string) string {
	switch {
	case method == http.MethodGet || method == http.MethodDelete:
		return ""
	case strings.HasSuffix(path, "/change_password"):
		return changeBody(of, "battery staple horse")
	case strings.HasSuffix(path, "/change_recovery_question"):
		return `{"password":{"value":"` + of + `"},"recovery_question":{"question":"Who?","answer":"Nobody"}}`
	case strings.HasSuffix(path, "/roles"):
		return `{"type":"REPORT_ADMIN"}`
	case strings.HasPrefix(path, "/api/v1/groups"):
		return `{"profile":{"name":"Taken over"}}`
	}
	return `{"profile":{"firstName":"Taken","lastName":"Over","login":"taken.over@acme.example","email":"taken.over@acme.example"}}`
}

// compare asks twice as each limited caller.
func (w *world) compare(t *testing.T, method, hidden, absent string, n name) {
	t.Helper()
	for _, c := range limitedCallers {
		h := w.ask(method, hidden, w.as(c), bodyFor(method, hidden))
		a := w.ask(method, absent, w.as(c), bodyFor(method, absent))
		if got, want := unnamed(h, n.hidden), unnamed(a, n.absent); got != want {
			t.Errorf("%s %s as %s: a hidden one is answered\n%s\nand an absent one\n%s", method, hidden, c, got, want)
		}
		if h.status < 300 && method != http.MethodGet {
			t.Errorf("%s %s as %s: got %d about somebody hidden", method, hidden, c, h.status)
		}
	}
}

// changing are the headers that differ from answer to answer.
var changing = []string{"Date", "X-Okta-Request-Id", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset"}

// unnamed is an answer without the name that was asked about.
func unnamed(a answer, name string) string {
	var lines []string
	for key, values := range a.header {
		if !slices.Contains(changing, key) && key != "Content-Length" {
			lines = append(lines, key+": "+strings.Join(values, " | "))
		}
	}
	slices.Sort(lines)
	body := a.body
	var e wireError
	if a.status >= 400 {
		e = decodeQuietly(a)
		body = strings.ReplaceAll(body, e.ID, "(error)")
	}
	text := fmt.Sprintf("%d\n%s\n%s", a.status, strings.Join(lines, "\n"), body)
	if name == "" {
		return text
	}
	for _, form := range []string{name, strings.ReplaceAll(name, "%2F", "/"), escape(name)} {
		text = strings.ReplaceAll(text, form, "(name)")
	}
	return text
}

// TestSearchFindsNothingOfHiddenPeople asks for a hidden person by every
// attribute and operator, and the same of an absent one.
func TestSearchFindsNothingOfHiddenPeople(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.person("Visible", "Person", bailiwick.Active, w.a.realm, w.a.group)
		hidden := w.person("Hiddenfirst", "Hiddenlast", bailiwick.Suspended, w.b.realm, w.b.group)
		absent := strings.NewReplacer("Hidden", "Absent", "hidden", "absent", string(hidden.ID), "00uzzzzzzzzzzzzzzzzz", "SUSPENDED", "LOCKED_OUT")
		var asks []string
		for _, text := range []string{"Hiddenfirst", "hidden", "HIDDENL", "Hiddenfirst Hiddenl", hidden.Profile.Login(), hidden.Profile.Login()[:9]} {
			asks = append(asks, "/api/v1/users?q="+escape(text), "/api/v1/groups?q="+escape(text), "/api/v1/users?limit=1&q="+escape(text))
		}
		for _, attribute := range []string{"profile.firstName", "profile.lastName", "profile.login", "profile.email", "id", "status"} {
			value := map[string]string{"profile.firstName": "Hiddenfirst", "profile.lastName": "Hiddenlast", "id": string(hidden.ID), "status": "SUSPENDED"}[attribute]
			if value == "" {
				value = hidden.Profile.Login()
			}
			for _, op := range []string{"eq", "sw", "co", "ew"} {
				expression := fmt.Sprintf("%s %s %q", attribute, op, value)
				asks = append(asks, "/api/v1/users?search="+escape(expression), "/api/v1/users?filter="+escape(expression),
					"/api/v1/users?limit=1&search="+escape(expression+` and status pr`), "/api/v1/groups/"+string(w.a.group)+"/users?q="+escape(value))
			}
		}
		for _, ask := range asks {
			w.compareSearch(t, ask, absent)
		}
	})
}

// cursor is that of a link; it is bound to the question and differs with it.
var cursor = regexp.MustCompile(`after=[A-Za-z0-9_-]+`)

func (w *world) compareSearch(t *testing.T, ask string, absent *strings.Replacer) {
	t.Helper()
	for _, c := range limitedCallers {
		h, a := w.ask("GET", ask, w.as(c), ""), w.ask("GET", absent.Replace(ask), w.as(c), "")
		if h.status == 200 && strings.Contains(strings.ToLower(h.body), "hidden") {
			t.Errorf("GET %s as %s: got somebody hidden: %s", ask, c, h.body)
		}
		got := cursor.ReplaceAllString(absent.Replace(unnamed(h, "")), "(cursor)")
		if want := cursor.ReplaceAllString(unnamed(a, ""), "(cursor)"); got != want {
			t.Errorf("GET %s as %s: got\n%s\nand for somebody absent\n%s", ask, c, got, want)
		}
	}
}

// TestListsDoNotMoveWithHiddenPeople takes every list of a limited caller page
// by page, lets many things happen outside the scope, and takes them again:
// not a byte may differ, cursors and their number included (AZ-6).
func TestListsDoNotMoveWithHiddenPeople(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		var seen bailiwick.User
		for i := range 7 {
			seen = w.person("Anna", fmt.Sprintf("Visible%d", i), bailiwick.Active, w.a.realm, w.a.group)
		}
		before := w.everyPage(seen)
		for i := range 25 {
			u := w.person("Anna", fmt.Sprintf("Hidden%d", i), bailiwick.Active, w.b.realm, w.b.group)
			w.group(fmt.Sprintf("Hidden %d", i))
			if i == 0 {
				w.give(personOf(u), bailiwick.OrgAdmin, nil)
			}
		}
		w.check(w.dir.AddMember(w.Context(), w.system, w.b.group, string(seen.ID))) // visible, in a hidden group too
		after := w.everyPage(seen)
		for ask, want := range before {
			if got := after[ask]; got != want {
				t.Errorf("%s: got\n%s\nafter changes outside the scope, and before\n%s", ask, got, want)
			}
		}
	})
}

// everyPage is all pages of all lists, by caller and question.
func (w *world) everyPage(seen bailiwick.User) map[string]string {
	w.Helper()
	out := map[string]string{}
	for _, c := range limitedCallers {
		for _, ask := range []string{"/api/v1/users?limit=2", "/api/v1/users?limit=200", "/api/v1/users?q=anna&limit=3", "/api/v1/users?limit=2&search=" + escape(`profile.firstName sw "An"`),
			"/api/v1/users?limit=3&search=" + escape(`status eq "ACTIVE"`), "/api/v1/users?limit=3&filter=" + escape(`profile.firstName eq "Anna"`),
			"/api/v1/groups?limit=1", "/api/v1/groups?q=g", "/api/v1/groups/" + string(w.a.group) + "/users?limit=3", "/api/v1/groups/" + string(w.a.group),
			"/api/v1/users/" + string(seen.ID) + "/groups?limit=1", "/api/v1/users/" + string(seen.ID), "/api/v1/users/anna.visible"} {
			for page := ask; page != ""; {
				a := w.ask("GET", page, w.as(c), "")
				out[c.String()+" "+ask] += unnamed(a, "no name") + "\n"
				page = strings.TrimPrefix(a.relation("next"), publicURL)
			}
		}
	}
	return out
}

// TestCursorsAreGoodForOneCallerAndOneQuestion: a cursor that is forged, of
// somebody else or of another question gets one and the same 400 (AZ-7).
func TestCursorsAreGoodForOneCallerAndOneQuestion(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		var seen bailiwick.User
		for range 5 {
			seen = w.person("Anna", "Visible", bailiwick.Active, w.a.realm, w.a.group, w.a.second)
		}
		role := w.give(personOf(seen), bailiwick.UserAdmin, &w.a)
		lists := []string{"/api/v1/users?limit=1", "/api/v1/users?limit=1&search=" + escape(`status eq "ACTIVE"`), "/api/v1/users?limit=1&search=" + escape(`status pr`),
			"/api/v1/users?limit=1&filter=" + escape(`status eq "ACTIVE"`), "/api/v1/users?limit=1&search=" + escape(`profile.firstName eq "Anna"`),
			"/api/v1/users?limit=1&search=" + escape(`profile.firstName sw "Anna"`),
			"/api/v1/groups/" + string(w.a.group) + "/users?limit=1", "/api/v1/groups/" + string(w.a.second) + "/users?limit=1",
			"/api/v1/groups?limit=1", "/api/v1/users/" + string(seen.ID) + "/groups?limit=1",
			"/api/v1/users/" + string(seen.ID) + "/roles/" + string(role) + "/targets/groups?limit=1", "/api/v1/logs?limit=1", "/api/v1/logs?limit=1&sortOrder=DESCENDING"}
		super := w.as(theSuper)
		cursors := map[string]string{}
		for _, ask := range lists {
			next := w.ask("GET", ask, super, "").relation("next")
			if next == "" {
				t.Errorf("GET %s: got no next page", ask)
			}
			cursors[ask] = next[strings.Index(next, "after=")+6:]
			cursors[ask], _, _ = strings.Cut(cursors[ask], "&")
		}
		refused := w.ask("GET", lists[0]+"&after=forged", super, "").want(t, 400, "E0000029")
		try := func(why, ask, token, cursor string) {
			t.Helper()
			a := w.ask("GET", ask+"&after="+cursor, token, "")
			if got, want := unnamed(a, ""), unnamed(refused, ""); got != want {
				t.Errorf("%s: GET %s&after=%s: got\n%s\nwant\n%s", why, ask, cursor, got, want)
			}
		}
		for _, ask := range lists {
			w.ask("GET", ask+"&after="+cursors[ask], super, "").want(t, 200, "")
			for _, other := range lists {
				if other != ask {
					try("a cursor of "+other, ask, super, cursors[other])
				}
			}
			try("a cursor of somebody else", ask, w.as(theOwner), cursors[ask])
			for i := 0; i < len(cursors[ask]); i += 5 {
				forged := []byte(cursors[ask])
				forged[i] = map[bool]byte{true: 'A', false: 'B'}[forged[i] != 'A']
				try("a forged cursor", ask, super, string(forged))
			}
			try("half a cursor", ask, super, cursors[ask][:len(cursors[ask])/2])
		}
		w.cursorsOfOtherScopes(t, try)
	})
}

// cursorsOfOtherScopes: two who see the same people do not share cursors, nor
// do two tokens of one person.
func (w *world) cursorsOfOtherScopes(t *testing.T, try func(why, ask, token, cursor string)) {
	t.Helper()
	const ask = "/api/v1/users?limit=1"
	next := w.ask("GET", ask, w.as(deskA), "").relation("next")
	of := next[strings.Index(next, "after=")+6 : strings.Index(next, "&limit")]
	try("a cursor of a help desk", ask, w.as(userA), of)
	try("a cursor of a help desk", ask, w.as(theSuper), of)
	try("a cursor of another token", ask, w.mint(w.bearer(deskA)), of)
}
