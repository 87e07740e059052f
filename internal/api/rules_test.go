package api_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
	"github.com/bailiwick-iam/bailiwick/internal/jobs"
)

func ruleBody(name, expression string, groups ...bailiwick.ID) string {
	return fmt.Sprintf(`{"type":"group_rule","name":%q,"conditions":{"people":{"users":{"exclude":[]},"groups":{"exclude":[]}},
		"expression":{"value":%q,"type":"urn:okta:expression:1.0"}},"actions":{"assignUserToGroups":{"groupIds":["%s"]}}}`,
		name, expression, strings.Trim(strings.Join(strings.Fields(fmt.Sprint(groups)), `","`), "[]"))
}

type ruleAnswer struct {
	ID, Type, Name, Status string
	AllGroupsValid         bool
	Conditions             struct {
		Expression struct{ Value, Type string }
		People     struct{ Users struct{ Exclude []string } }
	}
	Actions struct {
		AssignUserToGroups struct{ GroupIDs []bailiwick.ID }
	}
	Embedded map[string]map[string]string `json:"_embedded"`
}

func ruleFixtures() []fixture {
	made := func(active bool) []func(*world) site {
		return []func(*world) site{func(w *world) site {
			r := must(w.dir.CreateGroupRule(w.Context(), w.system, bailiwick.GroupRule{Name: fmt.Sprintf("Rule %d", w.made.Add(1)),
				Expression: `user.title == "x"`, Targets: []bailiwick.ID{w.a.second}}))
			if active {
				w.check(w.dir.ActivateGroupRule(w.Context(), w.system, r.ID))
			}
			return site{name: "A", area: w.a, rule: r.ID, body: ruleBody(fmt.Sprintf("Rule %d", w.made.Add(1)), `user.title == "y"`, w.a.second)}
		}}
	}
	work := func(paused bool) []func(*world) site {
		return []func(*world) site{func(w *world) site {
			s := made(true)[0](w)
			found, err := w.dir.Jobs(w.Context(), w.system, s.rule, anyPage)
			w.check(err)
			s.job = found.Rows[0].ID
			if paused {
				w.check(w.dir.PauseJob(w.Context(), w.system, s.job))
			}
			return s
		}}
	}
	fresh := []func(*world) site{func(w *world) site {
		return site{name: "A", body: ruleBody(fmt.Sprintf("Rule %d", w.made.Add(1)), `user.title == "x"`, w.a.second)}
	}, func(w *world) site {
		return site{name: "power", body: ruleBody(fmt.Sprintf("Rule %d", w.made.Add(1)), `user.title == "x"`, w.a.power)}
	}}
	return []fixture{
		{route: "GET /api/v1/groups/rules", sites: nowhere},
		{route: "POST /api/v1/groups/rules", sites: fresh},
		{route: "GET /api/v1/groups/rules/{rule}", sites: made(false)},
		{route: "PUT /api/v1/groups/rules/{rule}", sites: made(false)},
		{route: "PUT /api/v1/groups/rules/{rule}", note: "active", sites: made(true)},
		{route: "DELETE /api/v1/groups/rules/{rule}", query: "?removeUsers=true", sites: made(true)},
		{route: "POST /api/v1/groups/rules/{rule}/lifecycle/activate", sites: made(false)},
		{route: "POST /api/v1/groups/rules/{rule}/lifecycle/deactivate", sites: made(true)},
		{route: "GET /api/v1/jobs", sites: nowhere},
		{route: "GET /api/v1/jobs/{job}", sites: work(false)},
		{route: "POST /api/v1/jobs/{job}/lifecycle/pause", sites: work(false)},
		{route: "POST /api/v1/jobs/{job}/lifecycle/resume", sites: work(true)},
	}
}

func TestGroupRulesOnTheWire(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		super, rules := w.as(theSuper), "/api/v1/groups/rules"
		u := w.person("Rita", "Ruled", bailiwick.Active, "")
		w.ask("POST", "/api/v1/users/"+string(u.ID), super, `{"profile":{"department":"Sales"}}`).want(t, 200, "")
		made := decode[ruleAnswer](t, w.ask("POST", rules, super, ruleBody("Sales", `user.department=="Sales"`, w.a.second)).want(t, 200, ""))
		if made.Status != "INACTIVE" || !made.AllGroupsValid || made.Type != "group_rule" || made.Conditions.Expression.Value != `user.department=="Sales"` {
			t.Errorf("a new rule: got %+v", made)
		}
		one := rules + "/" + made.ID
		w.ask("POST", rules, super, ruleBody("SALES", `user.title=="x"`, w.a.second)).want(t, 400, "E0000001")
		w.ask("POST", rules, super, ruleBody("Power", `user.title=="x"`, w.a.power)).want(t, 400, "E0000192")
		bad := w.ask("POST", rules, super, ruleBody("Bad", `user.title = "x"`, w.a.second)).want(t, 400, "E0000001")
		if !strings.Contains(bad.body, "at position 11") {
			t.Errorf("a bad expression: got %s, want its position", bad.body)
		}
		w.ask("GET", rules+"/0przzzzzzzzzzzzzzzzz", super, "").want(t, 404, "E0000007")
		w.ask("POST", "/api/v1/groups/"+string(w.a.second)+"/roles", super, `{"type":"REPORT_ADMIN"}`).want(t, 400, "E0000192")
		w.ask("PUT", one, super, ruleBody("Sales", `user.department=="Sales"`, w.a.group)).want(t, 400, "E0000001")
		w.ask("PUT", one, super, ruleBody("All sales", `user.department=="Sales"`, w.a.second)).want(t, 200, "")
		w.ask("POST", one+"/lifecycle/activate", super, "").want(t, 204, "")
		w.ask("PUT", one, super, ruleBody("Sales", `user.department=="Sales"`, w.a.second)).want(t, 400, "E0000001")
		w.labour(t)
		if body := w.ask("GET", "/api/v1/groups/"+string(w.a.second)+"/users", super, "").body; !strings.Contains(body, string(u.ID)) {
			t.Errorf("members after activation: got %s, want %s among them", body, u.ID)
		}
		jobs := decode[[]struct {
			State       string
			Done, Total int64
		}](t, w.ask("GET", "/api/v1/jobs?subject="+made.ID, super, "").want(t, 200, ""))
		if len(jobs) != 1 || jobs[0].State != "done" || jobs[0].Done != jobs[0].Total || jobs[0].Done == 0 {
			t.Errorf("the job of the rule: got %+v, want it done", jobs)
		}
		found := decode[[]ruleAnswer](t, w.ask("GET", rules+"?search=ALL&expand=groupIdToGroupNameMap", super, "").want(t, 200, ""))
		if len(found) != 1 || found[0].Status != "ACTIVE" || found[0].Embedded["groupIdToGroupNameMap"][string(w.a.second)] != "Second A" {
			t.Errorf("rules found: got %+v", found)
		}
		if none := w.ask("GET", rules+"?search=nothing", super, "").want(t, 200, ""); none.body != "[]" {
			t.Errorf("rules that nobody made: got %s", none.body)
		}
		w.ask("POST", one+"/lifecycle/deactivate", super, "").want(t, 204, "")
		w.ask("DELETE", one+"?removeUsers=true", super, "").want(t, 202, "")
		w.ask("GET", one, super, "").want(t, 404, "E0000007")
		w.labour(t)
		if a := w.ask("GET", "/api/v1/groups/"+string(w.a.second)+"/users", super, ""); a.body != "[]" {
			t.Errorf("members after the rule was deleted with its people: got %s", a.body)
		}
	})
}

// labour carries all jobs out.
func (w *world) labour(t *testing.T) {
	t.Helper()
	w.check(jobs.New(w.store, w.dir, slog.New(slog.NewTextHandler(w.logged, nil))).Sweep(t.Context()))
}

// anyPage is a page that holds all of a short list.
var anyPage = directory.Paging{Limit: 200}
