package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
)

// userOps are the operations on an account's status, as they are asked for.
var userOps = []struct{ name, method, path, body string }{
	{"activate", "POST", "/lifecycle/activate", ""},
	{"activate, for a link", "POST", "/lifecycle/activate?sendEmail=false", ""},
	{"reactivate", "POST", "/lifecycle/reactivate?sendEmail=true", ""},
	{"reactivate, for a link", "POST", "/lifecycle/reactivate", ""},
	{"deactivate", "POST", "/lifecycle/deactivate", ""},
	{"delete", "DELETE", "", ""},
	{"suspend", "POST", "/lifecycle/suspend", ""},
	{"unsuspend", "POST", "/lifecycle/unsuspend", ""},
	{"unlock", "POST", "/lifecycle/unlock", ""},
	{"reset_password", "POST", "/lifecycle/reset_password", ""},
	{"reset_password, for a link", "POST", "/lifecycle/reset_password?sendEmail=false", ""},
	{"expire_password", "POST", "/lifecycle/expire_password", ""},
	{"expire_password, old form", "POST", "/lifecycle/expire_password?tempPassword=true", ""},
	{"expire_password_with_temp", "POST", "/lifecycle/expire_password_with_temp_password", ""},
}

// TestEveryOperationFromEveryStatus is the wire's table of statuses: what each
// operation answers from each status, and what the status is afterwards.
func TestEveryOperationFromEveryStatus(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		var out strings.Builder
		out.WriteString("What each operation answers from each status: the HTTP status, then the account's\n" +
			"new status, or the end of the error code. (r) says that the body is an object with\nmore than nothing in it.\n")
		for _, op := range userOps {
			fmt.Fprintf(&out, "\n%s\n", op.name)
			for _, status := range bailiwick.Statuses() {
				u := w.person("Some", "Body", status, "")
				a := w.ask(op.method, "/api/v1/users/"+string(u.ID)+op.path, w.as(theSuper), op.body)
				fmt.Fprintf(&out, "  %-17s %s\n", status, w.outcome(a, u.ID))
			}
		}
		golden(t, "testdata/lifecycle.golden", out.String())
	})
}

// outcome is the answer with the status that the person now has.
func (w *world) outcome(a answer, id bailiwick.ID) string {
	w.Helper()
	if a.status >= 300 {
		return shown(a)
	}
	more := ""
	if a.body != "" && a.body != "{}" {
		more = " (r)"
	}
	return fmt.Sprintf("%d %s%s", a.status, w.statusOf(id), more)
}

func (w *world) statusOf(id bailiwick.ID) string {
	w.Helper()
	a := w.ask("GET", "/api/v1/users/"+string(id), w.as(theSuper), "")
	if a.status == http.StatusNotFound {
		return "gone"
	}
	return string(decode[struct{ Status bailiwick.Status }](w, a).Status)
}

func TestALinkOnAPersonLeadsToAnOperation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		routes := map[string]bool{}
		for _, r := range w.api.AllRoutes() {
			routes[r.Method+" "+r.Pattern] = true
		}
		for _, status := range bailiwick.Statuses() {
			u := w.person("Some", "Body", status, "")
			self := "/api/v1/users/" + string(u.ID)
			body := decode[struct {
				Links map[string]struct{ Href, Method string } `json:"_links"`
			}](t, w.ask("GET", self, w.as(theSuper), ""))
			for name, link := range body.Links {
				rest, own := strings.CutPrefix(link.Href, publicURL+self)
				if !own {
					continue // schema and type
				}
				method := link.Method
				if method == "" {
					method = http.MethodGet
				}
				if !routes[method+" /api/v1/users/{user}"+rest] {
					t.Errorf("%s: the link %s is %s %s, which no route answers", status, name, method, link.Href)
				}
				if method == http.MethodPost {
					w.ask(method, self+rest, w.as(theSuper), "")
				}
			}
		}
	})
}

func TestAPersonComesBackToTheStatusBeforeTheSuspension(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for _, status := range []bailiwick.Status{bailiwick.Provisioned, bailiwick.Active} {
			at := "/api/v1/users/" + string(w.person("Some", "Body", status, "").ID) + "/lifecycle/"
			w.ask("POST", at+"suspend", w.as(theSuper), "").want(t, 200, "")
			w.ask("POST", at+"unsuspend", w.as(theSuper), "").want(t, 200, "")
			id := bailiwick.ID(strings.Split(at, "/")[4])
			if got := w.statusOf(id); got != string(status) {
				t.Errorf("suspended and unsuspended: got %s, want %s", got, status)
			}
		}
	})
}

func TestReactivationVoidsTheLinkBefore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for status, purpose := range map[bailiwick.Status]bailiwick.LinkPurpose{
			bailiwick.Provisioned: bailiwick.LinkActivate, bailiwick.Recovery: bailiwick.LinkResetPassword} {
			at := "/api/v1/users/" + string(w.person("Some", "Body", status, "").ID) + "/lifecycle/reactivate"
			ask := func() string {
				a := w.ask("POST", at, w.as(theSuper), "").want(t, 200, "")
				link := decode[struct{ ActivationURL, ActivationToken string }](t, a)
				if link.ActivationToken == "" || !strings.HasPrefix(link.ActivationURL, publicURL) || !strings.HasSuffix(link.ActivationURL, link.ActivationToken) {
					t.Errorf("%s: got %s, want activationUrl and activationToken", status, a.body)
				}
				return link.ActivationToken
			}
			first := ask()
			w.wantLink(t, purpose, first, true)
			second := ask()
			w.wantLink(t, purpose, first, false)
			w.wantLink(t, purpose, second, true)
			w.ask("POST", at+"?sendEmail=true", w.as(theSuper), "").want(t, 200, "")
			w.wantLink(t, purpose, second, false)
			w.ask("POST", at, w.as(userA), "").want(t, 404, "E0000007")
			w.ask("POST", at, w.as(partnerA), "").want(t, 403, "E0000006")
		}
	})
}

func (w *world) wantLink(t *testing.T, purpose bailiwick.LinkPurpose, text string, good bool) {
	t.Helper()
	err := w.signIn.CheckLink(t.Context(), w.visitor(), purpose, text)
	if (err == nil) != good {
		t.Errorf("a link to %s: got %v, want good %v", purpose, err, good)
	}
}

func TestAsynchronousWorkIsDoneAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		u := w.person("Some", "Body", bailiwick.Active, "")
		at := "/api/v1/users/" + string(u.ID)
		for _, step := range []struct {
			method, path, status string
			code                 int
		}{
			{"POST", at + "/lifecycle/deactivate", "DEPROVISIONED", 200},
			{"POST", at + "/lifecycle/activate", "PROVISIONED", 200},
			{"DELETE", at, "DEPROVISIONED", 204},
			{"DELETE", at + "?sendEmail=false", "gone", 204},
		} {
			w.pass(time.Second)
			r, err := http.NewRequestWithContext(t.Context(), step.method, w.server.URL+step.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "SSWS "+w.as(theSuper))
			r.Header.Set("Prefer", "respond-async")
			w.send(r).want(t, step.code, "")
			if got := w.statusOf(u.ID); got != step.status {
				t.Errorf("%s %s: got %s, want %s", step.method, step.path, got, step.status)
			}
		}
	})
}
