package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
)

// What the list of people takes, and whom it finds (Okta management API, 1.6
// and the list of users). Names are last names, in the order of the answer; a
// refusal is its code.
var userQuestions = []struct{ query, want string }{
	{`search=profile.lastName eq "ärmel" and profile.firstName eq "QUINN"`, "Ärmel"},
	{`search=profile.lastName eq "armel" and profile.firstName eq "Quinn"`, ""}, // accents count
	{`search=profile.firstName eq "Quinn"&sortBy=profile.lastName`, "Berg berg-Ng Gone Ärmel"},
	{`search=profile.firstName eq "Quinn"&sortBy=profile.lastName&sortOrder=desc`, "Ärmel Gone berg-Ng Berg"},
	{`search=profile.firstName eq "Quinn"&sortBy=profile.title`, "Ärmel Berg berg-Ng Gone"}, // nobody has one: by ID
	{`search=profile.firstName eq "Quinn"&sortOrder=desc`, "Ärmel Berg berg-Ng Gone"},       // ignored without sortBy
	{`search=profile.firstName eq "Quinn" and profile.lastName sw "BERG"`, "Berg berg-Ng"},
	{`search=profile.firstName eq "Quinn" and profile.lastName co "erg-n"`, "berg-Ng"},
	{`search=profile.lastName co "erg-n"`, "berg-Ng"},
	{`search=profile.firstName eq "Quinn" and (profile.lastName lt "berg-" or profile.lastName gt "berg-zz")`, "Ärmel Berg Gone"},
	{`search=profile.firstName eq "Quinn" and not (status eq "DEPROVISIONED")`, "Ärmel Berg berg-Ng"},
	{`search=profile.firstName eq "Quinn" and profile.title pr`, ""},
	{`search=status eq "deprovisioned"`, "Gone"},
	{`search=profile.firstName eq "Quinn" and created gt "2020-01-01T00:00:00.000Z"`, "Ärmel Berg berg-Ng Gone"},
	{`search=created lt "2020-01-01T00:00:00.000Z"`, ""},
	{`search=profile.firstName ne "Quinn"`, "E0000031"},
	{`search=not (profile.firstName eq "Quinn")`, "E0000031"},
	{`search=profile.firstName ew "inn"`, "E0000031"},
	{`search=profile.title co "x"`, "E0000031"},
	{`search=profile.firstname eq "Quinn"`, "E0000031"}, // names count case
	{`search=profile.firstName eq "Quinn"&sortBy=profile.shoeSize`, "E0000031"},
	{`search=profile.firstName eq "Quinn"&sortBy=profile.lastName&sortOrder=up`, "E0000001"},
	{`filter=profile.firstName eq "Quinn" and profile.lastName eq "Berg"`, "Berg"},
	{`filter=profile.firstName eq "quinn"`, ""}, // values count case
	{`filter=status eq "DEPROVISIONED" or profile.lastName eq "Berg"`, "Berg Gone"},
	{`filter=profile.firstName eq "Quinn" and lastUpdated ge "2020-01-01T00:00:00.000Z"`, "Ärmel Berg berg-Ng Gone"},
	{`filter=profile.firstName sw "Q"`, "E0000031"},
	{`filter=not (profile.firstName eq "Quinn")`, "E0000031"},
	{`filter=profile.title eq "x"`, "E0000031"},
	{`filter=created gt "2020-01-01T00:00:00.000Z"`, "E0000031"},
	{`search=status eq "ACTIVE"&filter=status eq "ACTIVE"`, "E0000033"},
	{`q=quinn`, "Berg berg-Ng Ärmel"}, // without the deactivated
	{`q=Quinn B`, "Berg berg-Ng"},
}

func TestPeopleAreFoundAsTheSheetSays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for _, last := range []string{"Ärmel", "Berg", "berg-Ng", "Gone"} {
			status := bailiwick.Active
			if last == "Gone" {
				status = bailiwick.Deprovisioned
			}
			w.person("Quinn", last, status, w.a.realm, w.a.group)
		}
		for _, c := range []caller{theSuper, deskA} {
			for _, q := range userQuestions {
				a := w.ask("GET", "/api/v1/users?"+written(q.query), w.as(c), "")
				got := a.code()
				if a.status == 200 {
					var names []string
					for _, u := range decode[[]struct{ Profile struct{ LastName string } }](t, a) {
						names = append(names, u.Profile.LastName)
					}
					got = strings.Join(names, " ")
				}
				if got != q.want && !(strings.HasPrefix(q.query, "q=") && sameWords(got, q.want)) {
					t.Errorf("%v asks %s: got %q, want %q", c, q.query, got, q.want)
				}
			}
		}
	})
}

func sameWords(a, b string) bool {
	return slices.Equal(slices.Sorted(strings.FieldsSeq(a)), slices.Sorted(strings.FieldsSeq(b)))
}

// written escapes the values of a query.
func written(query string) string {
	var parts []string
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		parts = append(parts, name+"="+escape(value))
	}
	return strings.Join(parts, "&")
}

func TestGroupsAreFoundAsTheSheetSays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		super := w.as(theSuper)
		for _, g := range []string{`{"name":"Zz Äpfel","description":"fruit"}`, `{"name":"zz birnen","description":"Fruit, too"}`, `{"name":"Zz Clara"}`} {
			w.ask("POST", "/api/v1/groups", super, `{"profile":`+g+`}`).want(t, 200, "")
		}
		for query, want := range map[string]string{
			`search=profile.name sw "ZZ"`:                                           "Zz Äpfel,zz birnen,Zz Clara",
			`search=profile.name sw "zz"&sortBy=profile.name&sortOrder=desc`:        "Zz Äpfel,Zz Clara,zz birnen",
			`search=profile.name sw "zz"&sortBy=profile.description`:                "Zz Äpfel,zz birnen,Zz Clara",
			`search=profile.description co "FRUIT"`:                                 "Zz Äpfel,zz birnen",
			`search=profile.name eq "zz clara" and type eq "OKTA_GROUP"`:            "Zz Clara",
			`search=profile.name sw "zz" and created lt "2020-01-01T00:00:00.000Z"`: "",
			`search=type co "x"`:                                         "E0000031",
			`search=profile.shoeSize eq "x"`:                             "E0000031",
			`filter=type eq "BUILT_IN"`:                                  "Everyone",
			`filter=type eq "built_in"`:                                  "",
			`filter=profile.name eq "Zz Clara"`:                          "E0000031",
			`filter=lastMembershipUpdated lt "2020-01-01T00:00:00.000Z"`: "",
			`search=profile.name pr&filter=type eq "BUILT_IN"`:           "E0000033",
			`q=zz`: "Zz Äpfel,zz birnen,Zz Clara",
		} {
			a := w.ask("GET", "/api/v1/groups?"+written(query), super, "")
			got := a.code()
			if a.status == 200 {
				var names []string
				for _, g := range decode[[]groupAnswer](t, a) {
					names = append(names, g.Profile.Name)
				}
				got = strings.Join(names, ",")
			}
			if got != want {
				t.Errorf("groups by %s: got %q, want %q", query, got, want)
			}
		}
		keys, pages := w.pages("/api/v1/groups?limit=1&search="+escape(`profile.name sw "zz"`)+"&sortBy=profile.name", super)
		if w.wantOnce("sorted groups", keys, 3); pages != 3 {
			t.Errorf("sorted groups, one a page: got %d pages, want 3", pages)
		}
		if a := w.ask("GET", "/api/v1/groups?search="+escape(`profile.name pr`), w.as(deskA), ""); strings.Contains(a.body, "Zz") {
			t.Errorf("a limited desk finds other groups: %s", a.body)
		}
	})
}
