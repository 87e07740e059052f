package api_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
)

// loggedEvent is as much of the wire's event as the tests look at.
type loggedEvent struct {
	UUID      string `json:"uuid"`
	EventType string `json:"eventType"`
	Published string `json:"published"`
	Actor     struct {
		ID string `json:"id"`
	} `json:"actor"`
	Outcome struct {
		Result string `json:"result"`
	} `json:"outcome"`
	Transaction struct {
		Type   string            `json:"type"`
		ID     string            `json:"id"`
		Detail map[string]string `json:"detail"`
	} `json:"transaction"`
	Debug struct {
		Data map[string]any `json:"debugData"`
	} `json:"debugContext"`
	Request struct {
		Chain []struct {
			IP      string `json:"ip"`
			Version string `json:"version"`
		} `json:"ipChain"`
	} `json:"request"`
	Target []struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	} `json:"target"`
}

func (w *world) seal() {
	w.Helper()
	w.check(w.dir.SealLogs(w.Context(), "a test"))
}

// logsOf follows the next links from the first page until one is absent or has
// no rows.
func (w *world) logsOf(token, query string) (out []loggedEvent) {
	w.Helper()
	for at := "/api/v1/logs?" + query; at != ""; {
		a := w.ask("GET", at, token, "").want(w, 200, "")
		rows := decode[[]loggedEvent](w, a)
		out = append(out, rows...)
		at = strings.TrimPrefix(a.relation("next"), publicURL)
		if len(rows) == 0 {
			return out
		}
	}
	return out
}

func TestTheLogIsPolledWithoutAnEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		token := w.as(theSuper)
		w.seal()
		first := w.ask("GET", "/api/v1/logs?limit=1000", token, "").want(t, 200, "")
		if got := decode[[]loggedEvent](t, first); len(got) == 0 {
			t.Error("got no events, want what made the world")
		}
		next := strings.TrimPrefix(first.relation("next"), publicURL)
		for range 3 {
			a := w.ask("GET", next, token, "").want(t, 200, "")
			if a.body != "[]" || a.relation("next") == "" || a.relation("self") == "" {
				t.Fatalf("at the end: got %s with next %q, want no rows and a next link", a.body, a.relation("next"))
			}
			next = strings.TrimPrefix(a.relation("next"), publicURL)
		}
		u := w.person("Late", "Comer", bailiwick.Active, "")
		w.pass(time.Millisecond)
		w.ask("POST", "/api/v1/users/"+string(u.ID)+"/lifecycle/suspend", token, "").want(t, 200, "")
		if a := w.ask("GET", next, token, ""); a.body != "[]" {
			t.Errorf("before the events have their places: got %s, want none", a.body)
		}
		w.seal()
		rows := decode[[]loggedEvent](t, w.ask("GET", next, token, ""))
		if len(rows) != 2 || rows[1].EventType != "user.lifecycle.suspend" {
			t.Fatalf("afterwards: got %+v, want the two events", rows)
		}
		e := rows[1]
		path := "/api/v1/users/" + string(u.ID) + "/lifecycle/suspend"
		if e.Transaction.Type != "WEB" || !strings.HasPrefix(e.Transaction.Detail["requestApiTokenId"], "00T") || e.Debug.Data["requestUri"] != path ||
			e.Debug.Data["requestId"] != e.Transaction.ID || len(e.Request.Chain) != 1 || e.Request.Chain[0].Version != "V4" || e.Target[0].ID != string(u.ID) {
			t.Errorf("got %+v, want the request, its token, its address and its target", e)
		}
		if rows[0].Transaction.Type != "JOB" || len(rows[0].Request.Chain) != 0 {
			t.Errorf("got %+v, want a job without an address", rows[0])
		}
		v6 := w.ask("GET", "/api/v1/logs?limit=0", token, "").want(t, 200, "")
		if v6.body != "[]" || v6.relation("next") == "" {
			t.Errorf("limit 0: got %s, next %q, want nothing and a next link", v6.body, v6.relation("next"))
		}
	})
}

func TestTheLogIsFilteredAndBounded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		token := w.as(theSuper)
		w.pass(8 * 24 * time.Hour)
		old := w.person("Old", "Timer", bailiwick.Active, "")
		w.pass(24 * time.Hour)
		from := w.now()
		var people []string
		for i := range 5 {
			w.pass(time.Second)
			u := w.person("Quick", fmt.Sprintf("Person%d", i), bailiwick.Active, "")
			people = append(people, string(u.ID))
			w.ask("POST", "/api/v1/users/"+string(u.ID)+"/lifecycle/suspend", token, "").want(t, 200, "")
		}
		w.ask("POST", "/api/v1/users/"+people[0]+"/lifecycle/unsuspend", token, "").want(t, 200, "")
		w.pass(time.Second)
		w.seal()
		until := "&until=" + escape(w.now().Format(time.RFC3339Nano))
		since := "&since=" + escape(from.Format(time.RFC3339Nano))
		for _, c := range []struct {
			name, query string
			want        int
		}{
			{"a type", "filter=" + escape(`eventType eq "user.lifecycle.suspend"`), 5},
			{"types", "filter=" + escape(`eventType in ("user.lifecycle.suspend", "user.lifecycle.unsuspend")`), 6},
			{"a target", "filter=" + escape(fmt.Sprintf("target.id eq %q", people[0])), 3},
			{"an actor and a type", "filter=" + escape(fmt.Sprintf(`actor.id eq %q and eventType ew "unsuspend"`, w.roles[theSuper.String()])), 1},
			{"a beginning", "filter=" + escape(`eventType sw "user.lifecycle.s" and outcome.result eq "SUCCESS"`), 5},
			{"the token", "filter=" + escape(`transaction.detail.requestApiTokenId pr`), 6},
			{"keywords", "q=" + escape("SUSPEND quick person3"), 1},
			{"a keyword that nothing has", "q=zebra", 0},
			{"an unknown branch is absent", "filter=" + escape(`securityContext.isp pr`), 0},
		} {
			for mode, more := range map[string]string{"bounded": until, "descending": "&sortOrder=DESCENDING", "polling": ""} {
				got := w.logsOf(token, "limit=2&"+c.query+since+more)
				if len(got) != c.want {
					t.Errorf("%s, %s: got %d events, want %d", c.name, mode, len(got), c.want)
				}
				sorted := slices.IsSortedFunc(got, func(a, b loggedEvent) int { return strings.Compare(a.Published, b.Published) })
				if mode == "bounded" && !sorted || mode == "descending" && len(got) > 2 && sorted && got[0].Published != got[len(got)-1].Published {
					t.Errorf("%s, %s: got them out of order", c.name, mode)
				}
			}
		}
		ofOld := "filter=" + escape(fmt.Sprintf("target.id eq %q", old.ID))
		w.pass(7 * 24 * time.Hour)
		if got := w.logsOf(token, ofOld+"&sortOrder=DESCENDING"); len(got) != 0 {
			t.Errorf("without since: got %d events of the week before, want none", len(got))
		}
		if got := w.logsOf(token, ofOld+"&sortOrder=DESCENDING&since="+escape(w.now().Add(-30*24*time.Hour).Format(time.RFC3339))); len(got) != 1 {
			t.Errorf("with since: got %d events, want 1", len(got))
		}
	})
}

func TestWhatTheLogCannotAnswerIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		token := w.as(theSuper)
		for query, code := range map[string]string{
			"since=yesterday": "E0000030", "until=2026-13-01T00:00:00Z": "E0000030",
			"filter=" + escape(`eventType`): "E0000031", "filter=" + escape(`favourite eq "x"`): "E0000031",
			"filter=" + escape(`target[type eq "User"]`): "E0000031", "filter=" + escape(`published gt "noon"`): "E0000031",
			"q=" + strings.Repeat("a", 41): "E0000031", "q=" + escape("a b c d e f g h i j k"): "E0000031",
			"limit=-1": "E0000001", "limit=many": "E0000001", "sortOrder=UP": "E0000001",
			"since=2020-01-01T00:00:00Z": "E0000001", "since=2026-11-20T00:00:00Z&until=2026-11-19T00:00:00Z": "E0000001",
			"after=elsewhere": "E0000029",
		} {
			if a := w.ask("GET", "/api/v1/logs?"+query, token, ""); a.status != 400 || a.code() != code {
				t.Errorf("%s: got %d %s, want 400 %s", query, a.status, a.code(), code)
			}
		}
		next := w.ask("GET", "/api/v1/logs?limit=1&until="+escape(w.now().Add(time.Hour).Format(time.RFC3339)), token, "").relation("next")
		at, err := url.Parse(next)
		if err != nil || next == "" {
			t.Fatalf("got the next link %q, %v", next, err)
		}
		w.ask("GET", "/api/v1/logs?limit=1&filter="+escape("actor.id pr")+"&until="+escape(at.Query().Get("until"))+"&after="+at.Query().Get("after"), token, "").want(t, 400, "E0000029")
		w.ask("GET", "/api/v1/logs?limit=5000", token, "").want(t, 200, "")
		for _, c := range []caller{deskA, partnerA, userA, noRole} {
			w.ask("GET", "/api/v1/logs", w.as(c), "").want(t, 403, "E0000006")
		}
	})
}

// AZ-13: an application administrator of some apps reads of them, and of the
// own acts.
func TestAnAppAdministratorReadsOfTheOwnApps(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		appA := caller{role: bailiwick.AppAdmin, limited: true}
		token := w.as(appA)
		mine, others := w.newApp(w.a.catalog, bailiwick.AppActive), w.newApp(w.b.catalog, bailiwick.AppActive)
		w.ask("POST", "/api/v1/apps/"+string(mine)+"/lifecycle/deactivate", w.as(theSuper), "").want(t, 200, "")
		w.ask("POST", "/api/v1/apps/"+string(others)+"/lifecycle/deactivate", w.as(theSuper), "").want(t, 200, "")
		w.person("Some", "Body", bailiwick.Active, "")
		w.ask("POST", "/api/v1/apps/"+string(mine)+"/lifecycle/activate", token, "").want(t, 200, "")
		w.ask("DELETE", "/api/v1/users/"+string(w.roles[theSuper.String()]), token, "").want(t, 403, "") // the own refused act
		w.seal()
		for mode, query := range map[string]string{"polling": "limit=3", "descending": "limit=3&sortOrder=DESCENDING", "filtered": "limit=3&sortOrder=DESCENDING&filter=" + escape("eventType pr")} {
			var about []string
			for _, e := range w.logsOf(token, query) {
				visible := e.Actor.ID == string(w.roles[appA.String()])
				for _, target := range e.Target {
					visible = visible || target.ID == string(mine) || target.ID == string(w.a.app)
					if target.ID == string(others) || target.ID == string(w.b.app) {
						t.Errorf("%s: an event tells of an app outside the scope: %+v", mode, e)
					}
				}
				if !visible {
					t.Errorf("%s: got %+v, want events about the own apps and acts", mode, e)
				}
				about = append(about, e.EventType)
			}
			slices.Sort(about)
			want := []string{"access.denied", "application.lifecycle.activate", "application.lifecycle.create", "application.lifecycle.create", "application.lifecycle.deactivate"}
			if !slices.Equal(about, want) {
				t.Errorf("%s: got %q, want %q", mode, about, want)
			}
		}
	})
}
