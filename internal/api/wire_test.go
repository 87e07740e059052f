package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// A transcript is requests and answers with everything random numbered in the
// order in which it is met, so that both engines give the same text.
type transcript struct {
	strings.Builder
	w     *world
	names map[string]string
	count map[string]int
}

var (
	randomID    = regexp.MustCompile(`\b(00u|00g|0oa|0ua|00o|00T|guo|oty|osc|ra1|gra)[0-9A-Za-z]{17}\b`)
	randomUUID  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)
	randomError = regexp.MustCompile(`\boae[0-9A-Z]{22}\b`)
	madeSecret  = regexp.MustCompile(`\bbwc_[0-9A-Za-z]{49}\b`)
	randomText  = regexp.MustCompile(`\b[A-Z2-7]{26}\b`)
)

func (t *transcript) plain(text string) string {
	name := func(kind string) func(string) string {
		return func(id string) string {
			prefix := kind
			if prefix == "" {
				prefix = id[:3]
			}
			if _, ok := t.names[id]; !ok {
				t.count[prefix]++
				t.names[id] = fmt.Sprintf("%s(%d)", prefix, t.count[prefix])
			}
			return t.names[id]
		}
	}
	text = randomError.ReplaceAllString(text, "oae(error)")
	text = madeSecret.ReplaceAllString(text, "bwc_(secret)")
	text = randomText.ReplaceAllStringFunc(text, name("request"))
	text = randomUUID.ReplaceAllStringFunc(text, name("uuid"))
	text = regexp.MustCompile(`after=[A-Za-z0-9_-]+`).ReplaceAllString(text, "after=(cursor)")
	return randomID.ReplaceAllStringFunc(text, name(""))
}

// ask writes one request and its answer down. Each is a second after the one
// before: what is sorted by time has one order.
func (t *transcript) ask(title, method, path, token, body string) {
	t.w.pass(time.Second)
	a := t.w.ask(method, path, token, body)
	fmt.Fprintf(t, "## %s\n%s %s\n", title, method, t.plain(path))
	if body != "" {
		fmt.Fprintf(t, "%s\n", t.plain(body))
	}
	fmt.Fprintf(t, "%d\n", a.status)
	for _, line := range a.header.Values("Link") {
		fmt.Fprintf(t, "Link: %s\n", t.plain(line))
	}
	if a.body != "" {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, []byte(a.body), "", "  "); err != nil {
			t.w.Errorf("%s %s: got %q, want JSON: %v", method, path, a.body, err)
		}
		fmt.Fprintln(t, t.plain(strings.TrimSpace(pretty.String())))
	}
	fmt.Fprintln(t)
}

func wire(t *testing.T, file string, record func(w *world, on *transcript)) {
	t.Helper()
	each(t, func(t *testing.T, w *world) {
		on := &transcript{w: w, names: map[string]string{}, count: map[string]int{}}
		record(w, on)
		golden(t, "testdata/"+file, on.String())
	})
}

func TestUsersOnTheWire(t *testing.T) {
	t.Parallel()
	wire(t, "users.golden", func(w *world, on *transcript) {
		super := w.as(theSuper)
		for _, status := range bailiwick.Statuses() {
			u := w.person("In", string(status), status, "")
			on.ask(string(status), "GET", "/api/v1/users/"+string(u.ID), super, "")
		}
		on.ask("a user in a list", "GET", "/api/v1/users?limit=1&search="+escape(`profile.lastName eq "STAGED"`), super, "")
		on.ask("made without a password", "POST", "/api/v1/users", super,
			`{"profile":{"firstName":"Ångström","lastName":"O'Neil","login":"a.oneil@acme.example","email":"A.ONeil@acme.example","mobilePhone":"+1 555","title":"Dr"},"credentials":{"password":{}},"unknown":[{}]}`)
		on.ask("made with a password", "POST", "/api/v1/users?activate=true&nextLogin=changePassword", super,
			`{"profile":{"firstName":"B","lastName":"C","login":"b.c@acme.example","email":"b.c@acme.example"},"credentials":{"password":{"value":"battery staple horse"}}}`)
		on.ask("changed in part: null takes away", "POST", "/api/v1/users/a.oneil@acme.example", super, `{"profile":{"title":null,"nickName":"Al"}}`)
		on.ask("replaced", "PUT", "/api/v1/users/a.oneil", super,
			`{"profile":{"firstName":"A","lastName":"O'Neil","login":"a.oneil@acme.example","email":"a.oneil@acme.example"}}`)
		on.ask("me", "GET", "/api/v1/users/me", w.as(noRole), "")
	})
}

func TestGroupsAndAppsOnTheWire(t *testing.T) {
	t.Parallel()
	wire(t, "groups.golden", func(w *world, on *transcript) {
		super := w.as(theSuper)
		w.person("In", "A", bailiwick.Active, "", w.a.group)
		on.ask("a group", "GET", "/api/v1/groups/"+string(w.a.group), super, "")
		on.ask("the built-in group", "GET", "/api/v1/groups/"+string(w.org.Everyone), super, "")
		on.ask("made", "POST", "/api/v1/groups", super, `{"profile":{"name":"<Näirobi> & co"}}`)
		on.ask("a page of groups", "GET", "/api/v1/groups?limit=1", super, "")
		on.ask("found", "GET", "/api/v1/groups?q=group+a", super, "")
		on.ask("members", "GET", "/api/v1/groups/"+string(w.a.group)+"/users", super, "")
		on.ask("an app", "GET", "/api/v1/apps/"+string(w.a.app), super, "")
		on.ask("an inactive app", "GET", "/api/v1/apps/"+string(w.newApp("bookmark", bailiwick.AppInactive)), super, "")
		on.ask("a page of apps", "GET", "/api/v1/apps?limit=1&q=sl", super, "")
		on.ask("an app made", "POST", "/api/v1/apps?activate=false", super, `{"label":"Wiki","signOnMode":"BOOKMARK","settings":{"app":{"url":"https://wiki.example"}}}`)
		on.ask("the organization", "GET", "/.well-known/okta-organization", "", "")
	})
}

func TestRolesOnTheWire(t *testing.T) {
	t.Parallel()
	wire(t, "roles.golden", func(w *world, on *transcript) {
		super := w.as(theSuper)
		u := w.person("Many", "Roles", bailiwick.Active, "", w.a.second)
		at := "/api/v1/users/" + string(u.ID) + "/roles"
		for _, info := range bailiwick.Roles {
			if info.Assignable {
				on.ask(info.Label, "POST", at, super, fmt.Sprintf(`{"type":%q}`, info.Type))
			}
		}
		owner := w.bearer(theOwner)
		on.ask("the account owner", "GET", "/api/v1/users/"+string(owner)+"/roles", super, "")
		of := "/api/v1/groups/" + string(w.a.second) + "/roles"
		on.ask("held by a group", "POST", of, super, `{"type":"USER_ADMIN"}`)
		on.ask("held by a group, without targets", "POST", of, super, `{"type":"REPORT_ADMIN"}`)
		on.ask("all, also through the group", "GET", at, super, "")
		desk, apps := string(bailiwick.TargetableID(bailiwick.HelpDeskAdmin)), string(bailiwick.TargetableID(bailiwick.AppAdmin))
		on.ask("no group targets", "GET", at+"/"+desk+"/targets/groups", super, "")
		on.ask("a group target", "PUT", at+"/"+desk+"/targets/groups/"+string(w.a.group), super, "")
		on.ask("narrowed", "GET", at+"/"+desk, super, "")
		on.ask("again", "PUT", at+"/"+desk+"/targets/groups/"+string(w.a.group), super, "")
		on.ask("a second group target", "PUT", at+"/"+desk+"/targets/groups/"+string(w.b.group), super, "")
		on.ask("a page of group targets", "GET", at+"/"+desk+"/targets/groups?limit=1", super, "")
		on.ask("one goes", "DELETE", at+"/"+desk+"/targets/groups/"+string(w.b.group), super, "")
		on.ask("one that is no target", "DELETE", at+"/"+desk+"/targets/groups/"+string(w.b.group), super, "")
		on.ask("the last one stays", "DELETE", at+"/"+desk+"/targets/groups/"+string(w.a.group), super, "")
		on.ask("a whole app", "PUT", at+"/"+apps+"/targets/catalog/apps/salesforce", super, "")
		on.ask("an instance of another", "PUT", at+"/"+apps+"/targets/catalog/apps/slack/"+string(w.b.app), super, "")
		on.ask("an instance beside its whole app", "PUT", at+"/"+apps+"/targets/catalog/apps/salesforce/"+string(w.a.app), super, "")
		on.ask("app targets", "GET", at+"/"+apps+"/targets/catalog/apps?limit=200&status=ACTIVE", super, "")
		on.ask("embedded targets", "GET", at+"?expand=targets/groups", super, "")
		on.ask("an app goes", "DELETE", at+"/"+apps+"/targets/catalog/apps/salesforce", super, "")
		on.ask("the last app goes, and the role widens", "DELETE", at+"/"+apps+"/targets/catalog/apps/slack/"+string(w.b.app), super, "")
		on.ask("widened", "GET", at+"/"+apps, super, "")
		on.ask("all apps", "PUT", at+"/"+apps+"/targets/catalog/apps", super, "")
		on.ask("app targets of a help desk", "GET", at+"/"+desk+"/targets/catalog/apps", super, "")
		on.ask("through the group, not the person's own to take", "DELETE", at+"/"+string(w.heldBy(w.a.second, bailiwick.ReportAdmin)), super, "")
		on.ask("taken", "DELETE", at+"/"+desk, super, "")
		on.ask("assigned twice", "POST", at, super, `{"type":"APP_ADMIN"}`)
		on.ask("to the built-in group", "POST", "/api/v1/groups/"+string(w.org.Everyone)+"/roles", super, `{"type":"APP_ADMIN"}`)
		on.ask("administrators", "GET", "/api/v1/iam/assignees/users?limit=1", super, "")
	})
}

// heldBy is the wire ID of a group's role.
func (w *world) heldBy(group bailiwick.ID, role bailiwick.RoleType) bailiwick.ID {
	w.Helper()
	for _, as := range must(w.dir.Roles(w.Context(), w.system, directory.GroupOf(group))) {
		if as.Role == role {
			return as.ID
		}
	}
	w.Fatalf("group %s holds no %s", group, role)
	return ""
}

func TestEventsAndErrorsOnTheWire(t *testing.T) {
	t.Parallel()
	wire(t, "errors.golden", func(w *world, on *transcript) {
		super, desk := w.as(theSuper), w.as(deskA)
		u := w.person("Some", "Body", bailiwick.Active, "", w.a.group)
		at := "/api/v1/users/" + string(u.ID)
		on.ask("changed", "POST", at, super, `{"profile":{"title":"Dr"}}`)
		on.ask("refused", "POST", at+"/lifecycle/suspend", desk, "")
		on.ask("the two in the log", "GET", "/api/v1/logs?since="+escape(w.now().Add(-1500*time.Millisecond).Format("2006-01-02T15:04:05.000Z"))+
			"&until="+escape(w.now().Add(time.Second).Format("2006-01-02T15:04:05.000Z")), super, "")
		on.ask("nobody", "GET", at, "", "")
		on.ask("no token of ours", "GET", at, "00garbage", "")
		on.ask("no permission", "POST", "/api/v1/groups", desk, `{"profile":{"name":"x"}}`)
		on.ask("nobody of that name", "GET", "/api/v1/users/nobody%2F%3Cb%3E", super, "")
		on.ask("no such group", "GET", "/api/v1/groups/00gnope", super, "")
		on.ask("no such app", "GET", "/api/v1/apps/nope", super, "")
		on.ask("no such role", "GET", at+"/roles/nope", super, "")
		on.ask("an unknown property", "POST", at, super, `{"profile":{"notValid":"x"}}`)
		on.ask("a login that is taken", "POST", at, super, fmt.Sprintf(`{"profile":{"login":%q}}`, must(w.dir.User(w.Context(), w.system, string(w.bearer(theSuper)))).Profile.Login()))
		on.ask("a required property taken away", "POST", at, super, `{"profile":{"email":null}}`)
		on.ask("no JSON", "POST", at, super, `{`)
		on.ask("a bad limit", "GET", "/api/v1/users?limit=0", super, "")
		on.ask("a bad cursor", "GET", "/api/v1/users?after=x", super, "")
		on.ask("a bad search", "GET", "/api/v1/users?search=x", super, "")
		on.ask("two questions", "GET", "/api/v1/users?search=status+pr&filter=status+pr", super, "")
		on.ask("a bad date", "GET", "/api/v1/logs?since=yesterday", super, "")
		on.ask("not in this status", "POST", at+"/lifecycle/unsuspend", super, "")
		on.ask("active already", "POST", at+"/lifecycle/activate", super, "")
		on.ask("not locked", "POST", at+"/lifecycle/unlock", super, "")
		on.ask("a password of the administrator's choice", "POST", at, super, `{"credentials":{"password":{"value":"battery staple horse"}}}`)
		on.ask("an app in use", "DELETE", "/api/v1/apps/"+string(w.a.app), super, "")
		on.ask("no such path", "GET", "/api/v1/nope", super, "")
		on.ask("no such method", "PATCH", at, super, "")
	})
}
