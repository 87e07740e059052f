package api

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

// readable refuses a request whose path or query is no text. Bad UTF-8 and NUL
// characters are nobody's name, one engine refuses to compare with them, and a
// query that is only half understood answers another question.
func readable(next web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
		const want = "must be text in UTF-8 without NUL characters"
		if !isText(r.URL.Path) {
			return bailiwick.InvalidField("path", want)
		}
		q, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			return bailiwick.InvalidField("query", "must be names and values, escaped and joined by &")
		}
		for name, values := range q {
			if !isText(name) {
				return bailiwick.InvalidField("query", want)
			}
			if !isText(strings.Join(values, "")) {
				return bailiwick.InvalidField(name, want)
			}
		}
		return next(w, r, by)
	}
}

func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// param is a part of the path. The router matches the path as it was sent, so
// that an escaped slash stays inside its part; here it is unescaped once.
func param(r *http.Request, name string) string {
	text := chi.URLParam(r, name)
	if r.URL.RawPath == "" {
		return text
	}
	plain, err := url.PathUnescape(text)
	if err != nil {
		return text
	}
	return plain
}

func idParam(r *http.Request, name string) bailiwick.ID { return bailiwick.ID(param(r, name)) }
