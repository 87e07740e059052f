package api

import (
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"

	"github.com/bailiwick-iam/bailiwick"
)

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
