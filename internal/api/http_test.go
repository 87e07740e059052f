package api_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// raw sends bytes and reads one answer.
func (w *world) raw(t *testing.T, method, request string) answer {
	t.Helper()
	connection, err := net.Dial("tcp", w.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(connection, request); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	return answer{response.StatusCode, response.Header, string(text)}
}

// TestHowARequestArrivesDoesNotMatter: request targets in absolute form, hosts
// of any spelling and headers of proxies change neither the answer nor a link.
func TestHowARequestArrivesDoesNotMatter(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		super := w.as(theSuper)
		want := w.ask("GET", "/api/v1/users/me", super, "").want(t, 200, "").body
		list := w.ask("GET", "/api/v1/groups?limit=1", super, "").want(t, 200, "")
		for _, line := range []string{
			"/api/v1/users/me HTTP/1.1\r\nHost: id.example.com",
			"/api/v1/users/me HTTP/1.1\r\nHost: id.example.com:443",
			"/api/v1/users/me HTTP/1.1\r\nHost: evil.example",
			"/api/v1/users/me HTTP/1.1\r\nHost: [::1]:80",
			"/api/v1/users/me HTTP/1.1\r\nHost: ",
			"/api/v1/users/me HTTP/1.0",
			"http://id.example.com/api/v1/users/me HTTP/1.1\r\nHost: id.example.com",
			"http://id.example.com:8080/api/v1/users/me HTTP/1.1\r\nHost: id.example.com",
			"https://evil.example/api/v1/users/me HTTP/1.1\r\nHost: id.example.com",
			"/api/v1/users/me HTTP/1.1\r\nHost: x\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: http\r\nForwarded: host=evil.example",
			"/api/v1/users/me HTTP/1.1\r\nHost: x\r\nX-Forwarded-Prefix: /evil\r\nX-Original-URL: /api/v1/logs\r\nX-Rewrite-URL: /api/v1/logs",
			"/api/v1/users/me HTTP/1.1\r\nHost: x\r\nX-HTTP-Method-Override: DELETE\r\nX-Method-Override: DELETE",
			"/t/acme/api/v1/users/me HTTP/1.1\r\nHost: x",
			"/api/v1/%75sers/me HTTP/1.1\r\nHost: x",
		} {
			a := w.raw(t, "GET", "GET "+line+"\r\nAuthorization: SSWS "+super+"\r\nConnection: close\r\n\r\n")
			w.sane(line, a)
			expected := want
			if strings.HasPrefix(line, "/t/acme") {
				expected = strings.ReplaceAll(want, publicURL, publicURL+"/t/acme")
			}
			if strings.HasPrefix(line, "/api/v1/%75") {
				if a.status != 404 && a.body != expected {
					t.Errorf("%q: got %d %s, want no such path or the user", line, a.status, a.body)
				}
				continue
			}
			if a.status != 200 || a.body != expected {
				t.Errorf("%q: got %d\n%s\nwant\n%s", line, a.status, a.body, expected)
			}
		}
		a := w.raw(t, "GET", "GET http://evil.example/api/v1/groups?limit=1 HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nAuthorization: SSWS "+
			super+"\r\nConnection: close\r\n\r\n")
		if got, want := fmt.Sprint(a.header.Values("Link")), fmt.Sprint(list.header.Values("Link")); got != want {
			t.Errorf("got Link %s, want %s", got, want)
		}
	})
}

// TestMethodsThatAreNotDeclared: what no route takes is refused without doing
// anything, and says what is allowed.
func TestMethodsThatAreNotDeclared(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		super := w.as(theSuper)
		for path, allow := range map[string]string{"/api/v1/users": "GET, POST", "/api/v1/users/me": "DELETE, GET, POST, PUT", "/api/v1/logs": "GET",
			"/api/v1/users/me/lifecycle/suspend": "POST", "/.well-known/okta-organization": "GET"} {
			for _, method := range []string{"HEAD", "OPTIONS", "TRACE", "PATCH", "CONNECT", "LOCK"} {
				a := w.raw(t, method, method+" "+path+" HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: GET\r\nX-Secret: echo\r\nAuthorization: SSWS "+
					super+"\r\nConnection: close\r\n\r\n")
				w.sane(method+" "+path, a)
				if a.status != 405 || a.header.Get("Allow") != allow || strings.Contains(a.body, "echo") {
					t.Errorf("%s %s: got %d Allow %q %s, want 405 and Allow %q", method, path, a.status, a.header.Get("Allow"), a.body, allow)
				}
				for name := range a.header {
					if strings.HasPrefix(name, "Access-Control-") {
						t.Errorf("%s %s: got %s, want no CORS", method, path, name)
					}
				}
			}
		}
		a := w.raw(t, "OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		if a.status >= 300 || a.body != "" {
			t.Errorf("OPTIONS *: got %d %q, want success and nothing", a.status, a.body)
		}
	})
}

// TestEveryAnswerHasItsHeaders: caches keep nothing, browsers guess nothing.
func TestEveryAnswerHasItsHeaders(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		seen := map[string]bool{}
		for path, token := range map[string]string{"/api/v1/users/me": w.as(theSuper), "/api/v1/logs": w.as(noRole), "/api/v1/users": "", "/api/v1/nope": "",
			"/.well-known/okta-organization": "", "/api/v1/users/absent": w.as(deskA)} {
			a := w.ask("GET", path, token, "")
			for name, want := range map[string]string{"Cache-Control": "no-cache, no-store", "Pragma": "no-cache", "Expires": "0", "X-Content-Type-Options": "nosniff",
				"Referrer-Policy": "no-referrer", "Strict-Transport-Security": "max-age=31536000; includeSubDomains"} {
				if got := a.header.Get(name); got != want {
					t.Errorf("GET %s: got %s %q, want %q", path, name, got, want)
				}
			}
			if id := a.header.Get("X-Okta-Request-Id"); seen[id] {
				t.Errorf("GET %s: got the request ID %q twice", path, id)
			} else {
				seen[id] = true
			}
			if a.header.Get("Server") != "" || a.header.Get("X-Powered-By") != "" || len(a.header.Values("Set-Cookie")) > 0 {
				t.Errorf("GET %s: got %v, want no word about the server and no cookie", path, a.header)
			}
		}
	})
}

// TestARequestThatNamesNoneOfSeveralOrgs is nobody's, and a token of one org is
// none in another.
func TestARequestThatNamesNoneOfSeveralOrgs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		super := w.as(theSuper)
		must(w.dir.CreateOrg(t.Context(), "a world for a test", "beta", "Beta"))
		const wellKnown = "/.well-known/okta-organization"
		w.ask("GET", wellKnown, "", "").want(t, 404, "E0000008")
		w.ask("GET", "/t/nope"+wellKnown, "", "").want(t, 404, "E0000008")
		type organization struct{ ID string }
		if got := decode[organization](t, w.ask("GET", "/t/acme"+wellKnown, "", "").want(t, 200, "")).ID; got != string(w.org.ID) {
			t.Errorf("got the organization %q, want %q", got, w.org.ID)
		}
		w.ask("GET", "/t/acme/api/v1/users/me", super, "").want(t, 200, "")
		w.ask("GET", "/api/v1/users/me", super, "").want(t, 401, "E0000011")
		w.ask("GET", "/t/beta/api/v1/users/me", super, "").want(t, 401, "E0000011")
	})
}
