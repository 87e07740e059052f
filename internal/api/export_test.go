package api

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// ReadBody is the reader of JSON bodies.
func ReadBody(r *http.Request, into any) error { return read(r, into) }

// UserQuery reads the three ways to ask for people.
var UserQuery = userQuery

// Documented lists the routes that have a document.
func Documented() []string { return slices.Collect(maps.Keys(documents)) }

// UnknownQuestions lists the parameters that nothing describes.
func UnknownQuestions() (out []string) {
	for route, d := range documents {
		for _, name := range strings.Fields(d.ask) {
			if _, ok := questions[name]; !ok {
				out = append(out, route+" "+name)
			}
		}
	}
	return out
}
