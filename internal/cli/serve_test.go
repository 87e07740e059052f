package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/config"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

func testSettings(t *testing.T) settings {
	t.Helper()
	return settings{Config: config.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0"},
		Log: slog.New(slog.DiscardHandler), Hashing: secret.Params{Memory: 8, Time: 1, Threads: 1}}
}

// running starts a server on an empty store, with one org.
func running(t *testing.T, set settings) (*app, []ownerLink) {
	t.Helper()
	a, err := open(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	links, err := a.found(t.Context(), "Ācme & Sons")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a, links
}

// raw sends a request as it is written and returns the answer.
func raw(t *testing.T, a *app, request string) *http.Response {
	t.Helper()
	u, err := url.Parse(a.URL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", net.JoinHostPort("127.0.0.1", u.Port()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, strings.ReplaceAll(request, "\n", "\r\n")+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

func TestEveryFaceAnswersWhateverTheRequestTargetLooksLike(t *testing.T) {
	t.Parallel()
	a, _ := running(t, testSettings(t))
	css := regexpOf(t, a, "/signin", `/static/[0-9a-f]+/bailiwick.css`)
	cases := map[string]int{
		"/healthz":                           200,
		"/readyz":                            200,
		"/signin":                            200,
		css:                                  200,
		"/.well-known/okta-organization":     200,
		"/":                                  303,
		"/console":                           303,
		"/account":                           303,
		"/api/v1/users":                      401,
		"/api/v1/nothing":                    404,
		"/nothing":                           404,
		"/t/acme-sons/signin":                200,
		"/t/acme-sons":                       303,
		"/t/acme-sons/api/v1/users":          401,
		"/t/other/signin":                    404,
		"/t/other/api/v1/users":              404,
		"/t/acme-sons/t/acme-sons/signin":    404,
		"/console/../api/v1/users":           404,
		"/signin/%2e%2e/api/v1/users":        404,
		"/healthz/":                          404,
		"/setup/" + "bwo_nothing":            303,
		"/api/v1/users/%00/lifecycle/unlock": 405,
	}
	for path, want := range cases {
		for form, request := range map[string]string{
			"origin form":       "GET " + path + " HTTP/1.1\nHost: " + strings.TrimPrefix(a.URL, "http://"),
			"absolute form":     "GET " + a.URL + path + " HTTP/1.1\nHost: elsewhere.example",
			"host without port": "GET " + path + " HTTP/1.1\nHost: localhost",
		} {
			if got := raw(t, a, request).StatusCode; got != want {
				t.Errorf("%s in %s: got status %d, want %d", path, form, got, want)
			}
		}
	}
}

func regexpOf(t *testing.T, a *app, path, pattern string) string {
	t.Helper()
	body, err := io.ReadAll(raw(t, a, "GET "+path+" HTTP/1.0").Body)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(pattern).FindString(string(body))
	if found == "" {
		t.Fatalf("%s has no %s:\n%s", path, pattern, body)
	}
	return found
}

func TestAHostileHeaderIsRefusedBeforeItCosts(t *testing.T) {
	t.Parallel()
	a, _ := running(t, testSettings(t))
	if got := raw(t, a, "GET /signin HTTP/1.1\nHost: localhost\nX-Long: "+strings.Repeat("a", 128<<10)).StatusCode; got != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header of 128 KiB: got status %d, want 431", got)
	}
}

func TestAnEmptyStoreGetsAnOrgAndALinkForItsOwner(t *testing.T) {
	t.Parallel()
	set := testSettings(t)
	a, links := running(t, set)
	if len(links) != 1 || links[0].org.Name != "Ācme & Sons" || links[0].org.Slug != "acme-sons" {
		t.Fatalf("got links %v, want one, for the org acme-sons", links)
	}
	text := strings.TrimPrefix(links[0].path, "/setup/")
	by := authz.Nobody(links[0].org.ID, bailiwick.Client{})
	profile := bailiwick.Profile{"login": "fay@acme.example", "email": "fay@acme.example", "firstName": "Fay", "lastName": "Ounder"}
	if _, err := a.SignIn.MakeOwner(t.Context(), by, text, profile, "correct horse battery"); err != nil {
		t.Fatal(err)
	}
	again, err := a.found(t.Context(), "Another")
	if err != nil || len(again) != 0 {
		t.Errorf("a store with an owner: got links %v, %v, want none", again, err)
	}
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	next, err := open(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := next.SignIn.Password(t.Context(), by, "fay", "correct horse battery"); err != nil {
		t.Errorf("sign in after the server was started anew: %v", err)
	}
	if err := next.close(); err != nil {
		t.Fatal(err)
	}
}

func TestALostKeyFileIsNotReplaced(t *testing.T) {
	t.Parallel()
	set := testSettings(t)
	a, err := open(t.Context(), set)
	if err == nil {
		_, err = a.found(t.Context(), "Acme")
	}
	if err == nil {
		err = a.close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(set.KeyPath()); err != nil {
		t.Fatal(err)
	}
	_, err = open(t.Context(), set)
	if err == nil || !strings.Contains(err.Error(), "is missing, and the database is in use") {
		t.Errorf("got %v, want a refusal", err)
	}
	if _, err := os.Stat(set.KeyPath()); err == nil {
		t.Error("there is a new key file")
	}
}

func TestAFolderThatOthersMayLookIntoIsRefused(t *testing.T) {
	t.Parallel()
	set := testSettings(t)
	if err := os.Mkdir(set.Data, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(set.Data, 0o755); err != nil { // whatever the umask
		t.Fatal(err)
	}
	if _, err := open(t.Context(), set); err == nil || !strings.Contains(err.Error(), "chmod 700") {
		t.Errorf("got %v, want a refusal with a hint", err)
	}
	if _, err := os.Stat(filepath.Join(set.Data, databaseName)); err == nil {
		t.Error("a database was made in it")
	}
}

func TestAnOldPostgresSchemaIsMigratedOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	set := testSettings(t)
	set.DSN = storetest.PostgresDSN(t)
	if _, err := open(t.Context(), set); err == nil || !strings.Contains(err.Error(), "bailiwick migrate") {
		t.Fatalf("got %v, want a refusal with a hint", err)
	}
	set.Migrate = true
	first, _ := running(t, set)
	set.Migrate = false
	set.KeyFile = set.KeyPath()
	second, err := open(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if first.URL == second.URL {
		t.Errorf("two nodes serve at %s", first.URL)
	}
	if err := second.close(); err != nil {
		t.Fatal(err)
	}
}

func TestAServerThatStopsIsNotReadyAndFinishesWhatItDoes(t *testing.T) {
	t.Parallel()
	set := testSettings(t)
	began, release := make(chan struct{}), make(chan struct{})
	set.Pages = func(r chi.Router) {
		r.Get("/slow", func(w http.ResponseWriter, _ *http.Request) {
			close(began)
			<-release
			_, _ = fmt.Fprint(w, "done")
		})
	}
	a, err := open(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.found(t.Context(), "Acme"); err != nil {
		t.Fatal(err)
	}
	if err := a.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	answered := make(chan error, 1)
	go func() {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, a.URL+"/slow", nil)
		if err != nil {
			answered <- err
			return
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			answered <- err
			return
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err == nil && string(body) != "done" {
			err = errors.New("got " + string(body))
		}
		answered <- err
	}()
	<-began
	closed := make(chan error, 1)
	go func() { closed <- a.close() }()
	for a.ready.Load() {
		time.Sleep(time.Millisecond)
	}
	select {
	case err := <-closed:
		t.Fatalf("the server stopped with a request under way: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	close(release)
	if err := <-answered; err != nil {
		t.Errorf("the request under way: %v", err)
	}
	if err := <-closed; err != nil {
		t.Errorf("close: %v", err)
	}
}

func TestAnAddressThatIsTakenIsRefused(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	set := testSettings(t)
	set.Listen = taken.Addr().String()
	a, err := open(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.start(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "listen: ") {
		t.Errorf("got %v, want a refusal that names the setting", err)
	}
	if err := a.close(); err != nil {
		t.Errorf("close: %v", err)
	}
}
