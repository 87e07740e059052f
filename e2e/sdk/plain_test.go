package sdk

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// onEach runs a check that needs no SDK on every engine.
func onEach(t *testing.T, check func(t *testing.T, d *demo)) {
	t.Helper()
	for _, d := range running {
		t.Run(d.engine, func(t *testing.T) {
			t.Parallel()
			check(t, d)
		})
	}
}

// ask sends one request as it stands. An empty token sends no credentials.
func (d *demo) ask(t *testing.T, method, path, token, body string) Answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, d.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "application/json")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "SSWS "+token)
	}
	w := NewWire()
	defer w.Close()
	resp, err := w.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return w.Last()
}

// object reads an answer that must be a JSON object with the given status.
func (a Answer) object(t *testing.T, status int) map[string]any {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status: got %v, want %v\n%s", a.Status, status, a.Body)
	}
	if ct := a.Header.Get("Content-Type"); ct != "application/json" && !strings.HasPrefix(ct, "application/json;") {
		t.Errorf("Content-Type: got %q, want application/json", ct)
	}
	var o map[string]any
	if err := json.Unmarshal(a.Body, &o); err != nil {
		t.Fatalf("body: got %s, want a JSON object: %v", a.Body, err)
	}
	return o
}

func TestEachRelationHasALinkLineOfItsOwn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *demo) {
		a := d.ask(t, "GET", "/api/v1/users?limit=2&unknown=x+y", d.Tokens.SuperAdmin, "")
		lines := a.Header.Values("Link")
		if len(lines) != 2 {
			t.Fatalf("got Link lines %q, want two", lines)
		}
		form := regexp.MustCompile(`^<([^<>;,]+)>; rel="(self|next)"$`)
		for i, rel := range []string{"self", "next"} {
			parts := form.FindStringSubmatch(lines[i])
			if parts == nil || parts[2] != rel {
				t.Fatalf("line %d: got %q, want one relation %q", i, lines[i], rel)
			}
			u, err := url.Parse(parts[1])
			if err != nil || !strings.HasPrefix(parts[1], d.URL+"/api/v1/users?") {
				t.Fatalf("%s: got %q, want an address below %s", rel, parts[1], d.URL)
			}
			if q := u.Query(); q.Get("limit") != "2" || (rel == "next") == (q.Get("after") == "") {
				t.Errorf("%s: got %q, want limit=2 and after on next alone", rel, u.RawQuery)
			}
		}
	})
}

func TestTheLastPageHasNoNextLink(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *demo) {
		a := d.ask(t, "GET", "/api/v1/users?q=nobodyiscalledthis", d.Tokens.SuperAdmin, "")
		lines := a.Header.Values("Link")
		if string(a.Body[:1]) != "[" || len(lines) != 1 || !strings.HasSuffix(lines[0], `rel="self"`) {
			t.Errorf("got %s with Link %q, want an array and self alone", a.Body, lines)
		}
	})
}

func TestEveryAnswerCarriesItsDateLimitsAndID(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *demo) {
		seen := map[string]bool{}
		for _, path := range []string{"/api/v1/users/me", "/api/v1/users?limit=1", "/api/v1/users/nobody", "/api/v1/groups?limit=1"} {
			a := d.ask(t, "GET", path, d.Tokens.SuperAdmin, "")
			// The SDKs parse the date in exactly this form to wait after a 429.
			date, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", a.Header.Get("Date"))
			if err != nil || time.Since(date).Abs() > time.Minute {
				t.Errorf("%s: got Date %q, want now in GMT", path, a.Header.Get("Date"))
			}
			number := func(name string) int {
				n, err := strconv.Atoi(a.Header.Get(name))
				if err != nil {
					t.Errorf("%s: got %s %q, want a number", path, name, a.Header.Get(name))
				}
				return n
			}
			limit, left := number("X-Rate-Limit-Limit"), number("X-Rate-Limit-Remaining")
			reset := time.Unix(int64(number("X-Rate-Limit-Reset")), 0)
			if limit <= 0 || left < 0 || left >= limit {
				t.Errorf("%s: got %d of %d requests left, want some and fewer than all", path, left, limit)
			}
			if wait := time.Until(reset); wait < -2*time.Second || wait > 62*time.Second {
				t.Errorf("%s: got a reset in %v, want within the minute", path, wait)
			}
			id := a.Header.Get("X-Okta-Request-Id")
			if id == "" || seen[id] {
				t.Errorf("%s: got request id %q, want a new one", path, id)
			}
			seen[id] = true
			if cache := a.Header.Get("Cache-Control"); !strings.Contains(cache, "no-store") {
				t.Errorf("%s: got Cache-Control %q, want no-store", path, cache)
			}
		}
	})
}

func TestWhatIsUnsetIsNullAndWhatIsUnusedIsAbsent(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *demo) {
		login := unique("p") + "@example.com"
		body := fmt.Sprintf(`{"profile":{"firstName":"Ada","lastName":"Stone","login":%q,"email":%q},"credentials":{"password":{}}}`, login, login)
		made := d.ask(t, "POST", "/api/v1/users?activate=false", d.Tokens.SuperAdmin, body).object(t, 200)
		read := d.ask(t, "GET", "/api/v1/users/"+made["id"].(string), d.Tokens.SuperAdmin, "").object(t, 200)
		for where, u := range map[string]map[string]any{"created": made, "read": read} {
			for _, name := range []string{"activated", "lastLogin", "passwordChanged"} {
				if v, there := u[name]; !there || v != nil {
					t.Errorf("%s: %s: got %v (there: %v), want null", where, name, v, there)
				}
			}
			profile := u["profile"].(map[string]any)
			for _, name := range []string{"mobilePhone", "secondEmail"} {
				if v, there := profile[name]; !there || v != nil {
					t.Errorf("%s: profile.%s: got %v (there: %v), want null", where, name, v, there)
				}
			}
			if len(profile) != 6 {
				t.Errorf("%s: got profile %v, want the six standing properties", where, profile)
			}
			if _, there := u["credentials"].(map[string]any)["password"]; there {
				t.Errorf("%s: got a password credential, want none", where)
			}
			stamp := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
			for _, name := range []string{"created", "statusChanged", "lastUpdated"} {
				if s, _ := u[name].(string); !stamp.MatchString(s) {
					t.Errorf("%s: %s: got %v, want UTC with milliseconds", where, name, u[name])
				}
			}
		}
	})
}

func TestErrorsHaveOneShape(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *demo) {
		super := d.Tokens.SuperAdmin
		for _, c := range []struct {
			name, method, path, token, body string
			status                          int
			code                            string
		}{
			{"no such person", "GET", "/api/v1/users/00uNobodyNobodyNobod", super, "", 404, "E0000007"},
			{"no such path", "GET", "/api/v1/nothing/of/the/kind", super, "", 404, "E0000008"},
			{"no such method", "PATCH", "/api/v1/users", super, "", 405, "E0000022"},
			{"a token nobody has", "GET", "/api/v1/users/me", "00abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP", "", 401, "E0000011"},
			{"a body that is no JSON", "POST", "/api/v1/users", super, `{"profile":`, 400, "E0000003"},
			{"a body with a key twice", "POST", "/api/v1/groups", super, `{"profile":{"name":"a","name":"b"}}`, 400, "E0000003"},
			{"a limit that is no number", "GET", "/api/v1/users?limit=many", super, "", 400, ""},
			{"a cursor nobody made", "GET", "/api/v1/groups?after=%00%ff", super, "", 400, ""},
			{"a missing permission", "GET", "/api/v1/users/me/roles", d.Tokens.HelpDeskAdmin, "", 403, "E0000006"},
		} {
			t.Run(c.name, func(t *testing.T) {
				o := d.ask(t, c.method, c.path, c.token, c.body).object(t, c.status)
				if c.code != "" && o["errorCode"] != c.code {
					t.Errorf("errorCode: got %v, want %v", o["errorCode"], c.code)
				}
				if o["errorLink"] != o["errorCode"] || o["errorSummary"] == "" {
					t.Errorf("got %v, want errorLink as errorCode, and a summary", o)
				}
				if id, _ := o["errorId"].(string); !strings.HasPrefix(id, "oae") || len(id) < 20 {
					t.Errorf("errorId: got %q, want oae and more", id)
				}
				causes, ok := o["errorCauses"].([]any)
				if !ok || len(o) != 5 {
					t.Fatalf("got %v, want five keys and an array of causes", o)
				}
				for _, cause := range causes {
					if _, ok := cause.(map[string]any)["errorSummary"].(string); !ok {
						t.Errorf("cause: got %v, want an object with errorSummary", cause)
					}
				}
			})
		}
	})
}

func TestWithoutCredentialsNothingIsAnswered(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *demo) {
		for _, path := range []string{"/api/v1/users", "/api/v1/users/me", "/api/v1/groups", "/api/v1/logs"} {
			a := d.ask(t, "GET", path, "", "")
			if a.Status != 401 && a.Status != 403 {
				t.Errorf("%s: got %d, want 401 or 403", path, a.Status)
			}
			if code := a.object(t, a.Status)["errorCode"]; !slices.Contains([]any{"E0000004", "E0000005", "E0000011"}, code) {
				t.Errorf("%s: got %v, want an authentication error", path, code)
			}
		}
	})
}

func TestTheOrganizationTellsItsPipelineToAnybody(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *demo) {
		o := d.ask(t, "GET", "/.well-known/okta-organization", "", "").object(t, 200)
		if id, _ := o["id"].(string); !strings.HasPrefix(id, "00o") || len(id) != 20 {
			t.Errorf("id: got %v, want 20 signs beginning 00o", o["id"])
		}
		if o["pipeline"] != "idx" && o["pipeline"] != "v1" {
			t.Errorf("pipeline: got %v, want idx or v1", o["pipeline"])
		}
		links, _ := o["_links"].(map[string]any)
		if org, _ := links["organization"].(map[string]any); org["href"] != d.URL {
			t.Errorf("_links.organization.href: got %v, want %v", org["href"], d.URL)
		}
	})
}

// Version 6 of the SDK drops the port of its base address, and some proxies
// send the whole address in the request line.
func TestOddRequestLinesAreServedLikeAnyOther(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *demo) {
		u, err := url.Parse(d.URL)
		if err != nil {
			t.Fatal(err)
		}
		for name, head := range map[string]string{
			"a Host without port":          "GET /api/v1/users/me HTTP/1.1\r\nHost: " + u.Hostname(),
			"an absolute target":           "GET " + d.URL + "/api/v1/users/me HTTP/1.1\r\nHost: " + u.Host,
			"an absolute one without port": "GET http://" + u.Hostname() + "/api/v1/users/me HTTP/1.1\r\nHost: " + u.Hostname(),
		} {
			t.Run(name, func(t *testing.T) {
				conn, err := net.DialTimeout("tcp", u.Host, 10*time.Second)
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
				fmt.Fprintf(conn, "%s\r\nAuthorization: SSWS %s\r\nConnection: close\r\n\r\n", head, d.Tokens.SuperAdmin)
				resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					t.Fatal(err)
				}
				body, _ := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if resp.StatusCode != 200 || !strings.Contains(string(body), `"id":"00u`) {
					t.Errorf("got %s %s, want 200 and a person", resp.Status, body)
				}
			})
		}
	})
}
