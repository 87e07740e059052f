package cli

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestMetricsCountRoutesAndNotWhatPeopleType(t *testing.T) {
	t.Parallel()
	set := testSettings(t)
	a, err := open(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.close() })
	if _, err := a.found(t.Context(), "Acme"); err != nil {
		t.Fatal(err)
	}
	counts := newMetrics("sqlite")
	origin := &url.URL{Scheme: "http", Host: "localhost"}
	handler, err := a.routes(origin, counts)
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"GET /api/v1/users/one", "GET /t/acme/api/v1/users/two", "GET /signin", "GET /secret-path", "BREW /signin", "GET /healthz"} {
		method, path, _ := strings.Cut(target, " ")
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), method, path, nil))
	}
	shown := httptest.NewRecorder()
	counts.handler().ServeHTTP(shown, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	text := shown.Body.String()
	for _, want := range []string{
		`bailiwick_http_requests_total{method="GET",route="/api/v1/users/{user}",status="401"} 2`,
		`bailiwick_http_requests_total{method="GET",route="/signin",status="200"} 1`,
		`bailiwick_http_requests_total{method="GET",route="none",status="404"} 1`,
		`bailiwick_http_requests_total{method="other",`,
		`bailiwick_http_request_duration_seconds_count{method="GET",route="/signin"} 1`,
		`bailiwick_build_info{`, `go_goroutines`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	for _, never := range []string{"secret-path", "BREW", "healthz", "acme"} {
		if strings.Contains(text, never) {
			t.Errorf("the metrics have %q", never)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

func TestMetricsHaveAListenerOfTheirOwn(t *testing.T) {
	t.Parallel()
	set := testSettings(t)
	set.MetricsListen = "127.0.0.1:0"
	a, _ := running(t, set)
	if got := raw(t, a, "GET /metrics HTTP/1.1\nHost: localhost").StatusCode; got != http.StatusNotFound {
		t.Errorf("metrics on the public listener: got status %d, want 404", got)
	}
	if len(a.servers) != 2 {
		t.Errorf("got %d listeners, want 2", len(a.servers))
	}
}
