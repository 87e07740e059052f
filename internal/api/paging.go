package api

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// page reads limit and after. A limit above the most is cut to it, as clients
// that always ask for 200 expect.
func page(r *http.Request, standard, most int) (directory.Paging, error) {
	q := r.URL.Query()
	p := directory.Paging{After: q.Get("after"), Limit: standard}
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return p, bailiwick.InvalidField("limit", "must be a whole number from 1 to %d", most)
		}
		p.Limit = min(n, most)
	}
	return p, nil
}

// link writes the Link headers of a list, one line for each relation, with an
// absolute address; args come in alphabetical order.
func (a *API) link(w http.ResponseWriter, r *http.Request, next string) {
	q := r.URL.Query()
	a.relation(w, r, q, "self")
	if next != "" {
		q.Set("after", next)
		a.relation(w, r, q, "next")
	}
}

func (a *API) relation(w http.ResponseWriter, r *http.Request, q url.Values, name string) {
	address := a.web.URL(r, r.URL.EscapedPath())
	if len(q) > 0 {
		address += "?" + q.Encode()
	}
	w.Header().Add("Link", "<"+address+`>; rel="`+name+`"`)
}

// list answers with one page of rows, each in its wire form.
func list[T, W any](a *API, w http.ResponseWriter, r *http.Request, l directory.List[T], wire func(T) W) error {
	out := make([]W, len(l.Rows))
	for i, row := range l.Rows {
		out[i] = wire(row)
	}
	a.link(w, r, l.Next)
	return reply(w, http.StatusOK, out)
}

// flag reads a boolean of the query.
func flag(r *http.Request, name string, otherwise bool) (bool, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		return false, bailiwick.InvalidField(name, "must be true or false")
	}
	return b, nil
}

// A href is a link in a body.
type href struct {
	Href   string `json:"href"`
	Method string `json:"method,omitempty"`
	Name   string `json:"name,omitempty"`
	Type   string `json:"type,omitempty"`
}
