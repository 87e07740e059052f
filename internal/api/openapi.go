package api

import (
	"html/template"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// The descriptions of the API are made from the route table and the documents.
// They hold nothing of any org and need no token.

var pathPart = regexp.MustCompile(`\{(\w+)\}`)

func (r Route) name() string { return r.Method + " " + r.Pattern }

// about is the route's document; one that has none is shown with its bare
// shape.
func (r Route) about() document {
	if d, ok := documents[r.name()]; ok {
		return d
	}
	return document{summary: r.name(), gives: object{}}
}

// tag is what the route is listed under.
func (r Route) tag() string {
	tag, _, _ := strings.Cut(strings.TrimPrefix(r.Pattern, "/api/v1/"), "/")
	return tag
}

// id is a name for the operation, as a generator of clients needs one.
func (r Route) id() string {
	out := strings.ToLower(r.Method)
	for _, word := range strings.FieldsFunc(strings.TrimPrefix(r.Pattern, "/api/v1/"), func(c rune) bool { return strings.ContainsRune("/{}-_", c) }) {
		out += strings.ToUpper(word[:1]) + word[1:]
	}
	return out
}

func (d document) success() (status int, text string) {
	switch {
	case d.status != 0:
		return d.status, http.StatusText(d.status)
	case d.gives == nil:
		return http.StatusNoContent, http.StatusText(http.StatusNoContent)
	}
	return http.StatusOK, http.StatusText(http.StatusOK)
}

// openAPI is the whole API as an OpenAPI 3.1 document.
func (a *API) openAPI(base string) object {
	components := object{}
	answers, bodies := schemer{components, true}, schemer{components, false}
	paths := map[string]object{}
	for _, r := range a.AllRoutes() {
		if paths[r.Pattern] == nil {
			paths[r.Pattern] = object{}
		}
		paths[r.Pattern][strings.ToLower(r.Method)] = r.operation(answers, bodies)
	}
	refused := answers.of(reflect.TypeFor[wireError]())
	return object{
		"openapi": "3.1.0",
		"info": object{"title": "Bailiwick", "version": bailiwick.Version,
			"description": "Delegated user administration, in the shapes of the Okta management API v1. What the caller may not see is not found."},
		"servers": []any{object{"url": base}},
		"paths":   paths,
		"components": object{
			"schemas": components,
			"responses": object{"Error": object{"description": "A refusal: what is at fault, and nothing about what the caller may not see",
				"content": object{"application/json": object{"schema": refused}}}},
			"securitySchemes": object{"token": object{"type": "apiKey", "in": "header", "name": "Authorization", "description": "SSWS and an API token"}},
		},
		"security": []any{object{"token": []string{}}},
	}
}

func (r Route) operation(answers, bodies schemer) object {
	d := r.about()
	status, text := d.success()
	answer := object{"description": text}
	if d.gives != nil {
		answer["content"] = object{"application/json": object{"schema": answers.of(reflect.TypeOf(d.gives))}}
	}
	out := object{"operationId": r.id(), "summary": d.summary, "tags": []string{r.tag()},
		"responses": map[string]any{strconv.Itoa(status): answer, "default": object{"$ref": "#/components/responses/Error"}}}
	parameters := []any{}
	for _, part := range pathPart.FindAllStringSubmatch(r.Pattern, -1) {
		parameters = append(parameters, object{"name": part[1], "in": "path", "required": true, "description": segments[part[1]], "schema": object{"type": "string"}})
	}
	for _, name := range strings.Fields(d.ask) {
		q := questions[name]
		parameters = append(parameters, object{"name": name, "in": "query", "description": q.summary, "schema": bodies.of(reflect.TypeOf(q.gives))})
	}
	if len(parameters) > 0 {
		out["parameters"] = parameters
	}
	if d.takes != nil {
		out["requestBody"] = object{"content": object{"application/json": object{"schema": bodies.of(reflect.TypeOf(d.takes))}}}
	}
	return out
}

// postman is the same as a Postman collection 2.1, with folders by tag.
func (a *API) postman(base string) object {
	folders := map[string][]any{}
	var tags []string
	for _, r := range a.AllRoutes() {
		tag := r.tag()
		if folders[tag] == nil {
			tags = append(tags, tag)
		}
		folders[tag] = append(folders[tag], r.request())
	}
	items := []any{}
	for _, tag := range tags {
		items = append(items, object{"name": tag, "item": folders[tag]})
	}
	return object{
		"info":     object{"name": "Bailiwick", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
		"item":     items,
		"variable": []any{object{"key": "baseUrl", "value": base}, object{"key": "token", "value": ""}},
		"auth": object{"type": "apikey", "apikey": []any{object{"key": "key", "value": "Authorization", "type": "string"},
			object{"key": "value", "value": "SSWS {{token}}", "type": "string"}, object{"key": "in", "value": "header", "type": "string"}}},
	}
}

func (r Route) request() object {
	d := r.about()
	path := pathPart.ReplaceAllString(r.Pattern, ":$1")
	variables, query := []any{}, []any{}
	for _, part := range pathPart.FindAllStringSubmatch(r.Pattern, -1) {
		variables = append(variables, object{"key": part[1], "value": "", "description": segments[part[1]]})
	}
	for _, name := range strings.Fields(d.ask) {
		query = append(query, object{"key": name, "value": "", "disabled": true, "description": questions[name].summary})
	}
	request := object{"method": r.Method, "header": []any{object{"key": "Accept", "value": "application/json"}},
		"url": object{"raw": "{{baseUrl}}" + path, "host": []string{"{{baseUrl}}"}, "path": strings.Split(strings.TrimPrefix(path, "/"), "/"), "variable": variables, "query": query}}
	if d.takes != nil {
		request["body"] = object{"mode": "raw", "raw": "{}", "options": object{"raw": object{"language": "json"}}}
	}
	return object{"name": d.summary, "request": request}
}

// docsPage lists the operations for people; it needs no script.
var docsPage = template.Must(template.New("docs").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>API of Bailiwick</title><meta name="viewport" content="width=device-width"></head><body><main>
<h1>API</h1>
<p>In the shapes of the Okta management API v1. Send <code>Authorization: SSWS</code> and an API token.
As <a href="{{.Base}}/api/v1/openapi.json">OpenAPI 3.1</a> and as a <a href="{{.Base}}/api/v1/postman.json">Postman collection</a>.</p>
{{range .Groups}}<h2>{{.Name}}</h2>
<table><thead><tr><th scope="col">Method</th><th scope="col">Path</th><th scope="col">What it does</th></tr></thead><tbody>
{{range .Rows}}<tr><td>{{.Method}}</td><td><code>{{.Path}}</code></td><td>{{.Summary}}</td></tr>
{{end}}</tbody></table>
{{end}}</main></body></html>
`))

type docsView struct {
	Base   string
	Groups []docsGroup
}

type docsGroup struct {
	Name string
	Rows []docsRow
}

type docsRow struct{ Method, Path, Summary string }

func (a *API) docs(base string) docsView {
	v := docsView{Base: base}
	at := map[string]int{}
	for _, r := range a.AllRoutes() {
		i, ok := at[r.tag()]
		if !ok {
			i = len(v.Groups)
			at[r.tag()] = i
			v.Groups = append(v.Groups, docsGroup{Name: r.tag()})
		}
		v.Groups[i].Rows = append(v.Groups[i].Rows, docsRow{r.Method, r.Pattern, r.about().summary})
	}
	return v
}

func (a *API) getOpenAPI(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
	return reply(w, http.StatusOK, a.openAPI(a.web.URL(r, "")))
}

func (a *API) getPostman(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
	return reply(w, http.StatusOK, a.postman(a.web.URL(r, "")))
}

func (a *API) getDocs(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return docsPage.Execute(w, a.docs(a.web.URL(r, "")))
}
