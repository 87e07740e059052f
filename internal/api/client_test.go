package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// An answer is a response read whole.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends one request with a token, or none. It fails the test on any 5xx
// that the API does not document, and on an error body that is not the wire's.
func (w *world) ask(method, path, token, body string) answer {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, w.server.URL+path, strings.NewReader(body))
	if err != nil {
		w.Fatalf("%s %s: %v", method, path, err)
	}
	if token != "" {
		r.Header.Set("Authorization", "SSWS "+token)
	}
	return w.send(r)
}

func (w *world) send(r *http.Request) answer {
	w.Helper()
	if r.Body != nil && r.ContentLength != 0 && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := w.server.Client().Transport.RoundTrip(r)
	if err != nil {
		w.Fatalf("%s %s: %v", r.Method, r.URL, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		w.Fatalf("%s %s: read the answer: %v", r.Method, r.URL, err)
	}
	a := answer{response.StatusCode, response.Header, string(text)}
	w.sane(r.Method+" "+r.URL.String(), a)
	return a
}

// sane fails on what no answer may be.
func (w *world) sane(what string, a answer) {
	w.Helper()
	if a.status >= 500 && a.status != http.StatusNotImplemented {
		w.Errorf("%s: got status %d, want none of 5xx\n%s\n%s", what, a.status, a.body, w.logged)
	}
	if _, err := time.Parse(http.TimeFormat, a.header.Get("Date")); err != nil {
		w.Errorf("%s: got Date %q, want RFC 1123 in GMT", what, a.header.Get("Date"))
	}
	if a.header.Get("X-Okta-Request-Id") == "" {
		w.Errorf("%s: got no X-Okta-Request-Id", what)
	}
	if a.body != "" && a.header.Get("Content-Type") != "application/json" {
		w.Errorf("%s: got Content-Type %q with a body, want application/json", what, a.header.Get("Content-Type"))
	}
	if a.status >= 400 && a.body != "" {
		w.saneError(what, a)
	}
}

var errorID = regexp.MustCompile(`^oae[A-Za-z0-9_-]{20,24}$`)

func (w *world) saneError(what string, a answer) {
	w.Helper()
	var e wireError
	if err := json.Unmarshal([]byte(a.body), &e); err != nil {
		w.Errorf("%s: got %q, want an error in JSON: %v", what, a.body, err)
		return
	}
	if e.Code == "" || e.Summary == "" || e.Link != e.Code || !errorID.MatchString(e.ID) || e.Causes == nil {
		w.Errorf("%s: got the error %s, want code, summary, link, id and causes", what, a.body)
	}
}

type wireError struct {
	Code    string `json:"errorCode"`
	Summary string `json:"errorSummary"`
	Link    string `json:"errorLink"`
	ID      string `json:"errorId"`
	Causes  []struct {
		Summary string `json:"errorSummary"`
	} `json:"errorCauses"`
}

// code is the wire's error code, or "".
func (a answer) code() string {
	var e wireError
	_ = json.Unmarshal([]byte(a.body), &e)
	return e.Code
}

// decode reads the body into T.
func decode[T any](t testing.TB, a answer) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("got %q (status %d), want JSON of %T: %v", a.body, a.status, v, err)
	}
	return v
}

// want fails unless the answer has that status and code; code may be "".
func (a answer) want(t testing.TB, status int, code string) answer {
	t.Helper()
	if a.status != status || code != "" && a.code() != code {
		t.Errorf("got %d %s, want %d %s\n%s", a.status, a.code(), status, code, a.body)
	}
	return a
}

// relation is the address behind rel in the Link lines, or "".
func (a answer) relation(rel string) string {
	for _, line := range a.header.Values("Link") {
		if at, ok := strings.CutSuffix(line, `>; rel="`+rel+`"`); ok {
			return strings.TrimPrefix(at, "<")
		}
	}
	return ""
}

func escape(s string) string { return url.QueryEscape(s) }

func decodeQuietly(a answer) (e wireError) {
	_ = json.Unmarshal([]byte(a.body), &e)
	return e
}
