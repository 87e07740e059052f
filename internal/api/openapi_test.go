package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/bailiwick-iam/bailiwick/internal/api"
	"github.com/bailiwick-iam/bailiwick/internal/store/storetest"
)

// open asks for a page that needs no token.
func (w *world) open(path, kind string) string {
	w.Helper()
	answer, err := w.server.Client().Get(w.server.URL + path)
	if err != nil {
		w.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || !strings.HasPrefix(answer.Header.Get("Content-Type"), kind) {
		w.Fatalf("%s: got %d %q: %v", path, answer.StatusCode, answer.Header.Get("Content-Type"), err)
	}
	return string(text)
}

// described loads the document. For the test, what it does not say of an answer
// may not be there.
func (w *world) described() *openapi3.T {
	w.Helper()
	var raw map[string]any
	if err := json.Unmarshal([]byte(w.open("/api/v1/openapi.json", "application/json")), &raw); err != nil {
		w.Fatal(err)
	}
	for _, schema := range raw["components"].(map[string]any)["schemas"].(map[string]any) {
		s := schema.(map[string]any)
		if _, said := s["additionalProperties"]; !said {
			s["additionalProperties"] = false
		}
	}
	text, err := json.Marshal(raw)
	if err != nil {
		w.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		w.Fatalf("load the document: %v", err)
	}
	if err := doc.Validate(w.Context()); err != nil {
		w.Fatalf("the document is no OpenAPI: %v", err)
	}
	return doc
}

func TestEveryRouteHasADocumentAndNoDocumentIsOfNothing(t *testing.T) {
	t.Parallel()
	routes := map[string]bool{}
	for _, r := range (&api.API{}).AllRoutes() {
		routes[r.Method+" "+r.Pattern] = true
	}
	documented := api.Documented()
	for route := range routes {
		if !slices.Contains(documented, route) {
			t.Errorf("%s has no row in documents", route)
		}
	}
	for _, route := range documented {
		if !routes[route] {
			t.Errorf("there is no route %s, and documents has a row", route)
		}
	}
	for _, unknown := range api.UnknownQuestions() {
		t.Errorf("%s: a parameter that questions does not describe", unknown)
	}
}

func TestAnswersAreAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLitePath(t), unlimited)
	doc := w.described()
	succeeded := map[string]bool{}
	for _, c := range callers() {
		w.bearer(c)
	}
	for _, f := range fixtures() {
		for i, prepare := range f.sites {
			s := prepare(w)
			for _, token := range []string{w.token[theSuper.String()], w.token[theOwner.String()], w.token[noRole.String()], ""} {
				a := w.cell(f, &s, i, token)
				if a.status < 300 {
					succeeded[f.route] = true
				}
				if err := conforms(doc, f.route, a); err != nil {
					t.Errorf("%s: %v\n%s", f.title(), err, a.body)
				}
			}
		}
	}
	for _, r := range w.api.AllRoutes() {
		if route := r.Method + " " + r.Pattern; !succeeded[route] && !slices.Contains(alwaysRefused, route) {
			t.Errorf("%s: no answer but refusals was compared", route)
		}
	}
}

// alwaysRefused are the routes at which nobody succeeds in the fixtures.
var alwaysRefused = []string{
	"POST /api/v1/api-tokens",                                                 // sessions alone
	"POST /api/v1/users/{user}/credentials/forgot_password",                   // people without a recovery question
	"POST /api/v1/users/{user}/credentials/forgot_password_recovery_question", // nobody
}

// conforms reports how an answer differs from what the document has for it.
func conforms(doc *openapi3.T, route string, a answer) error {
	method, pattern, _ := strings.Cut(route, " ")
	path := doc.Paths.Value(pattern)
	if path == nil || path.GetOperation(method) == nil {
		return fmt.Errorf("it is not in the document")
	}
	responses := path.GetOperation(method).Responses
	response := responses.Status(a.status)
	if response == nil {
		if a.status < 400 {
			return fmt.Errorf("got %d, which the document does not have", a.status)
		}
		response = responses.Default()
	}
	if len(response.Value.Content) == 0 {
		if a.body != "" {
			return fmt.Errorf("got a body, want none")
		}
		return nil
	}
	media := response.Value.Content.Get(a.header.Get("Content-Type"))
	if media == nil {
		return fmt.Errorf("got %q, which the document does not have", a.header.Get("Content-Type"))
	}
	var body any
	if err := json.Unmarshal([]byte(a.body), &body); err != nil {
		return err
	}
	return media.Schema.Value.VisitJSON(body, openapi3.EnableJSONSchema2020())
}

func TestThePageAndTheCollectionListEveryRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLitePath(t), unlimited)
	page := w.open("/api/v1/docs", "text/html")
	var collection struct {
		Item []struct {
			Item []struct {
				Request struct {
					Method string
					URL    struct{ Raw string }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(w.open("/api/v1/postman.json", "application/json")), &collection); err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, folder := range collection.Item {
		for _, one := range folder.Item {
			listed[one.Request.Method+" "+one.Request.URL.Raw] = true
		}
	}
	for _, r := range w.api.AllRoutes() {
		if !strings.Contains(page, "<td>"+r.Method+"</td><td><code>"+r.Pattern+"</code></td>") {
			t.Errorf("%s %s is not on the page", r.Method, r.Pattern)
		}
		if !listed[r.Method+" {{baseUrl}}"+strings.NewReplacer("{", ":", "}", "").Replace(r.Pattern)] {
			t.Errorf("%s %s is not in the collection", r.Method, r.Pattern)
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "style=") {
		t.Error("the page has a script or a style of its own")
	}
}
