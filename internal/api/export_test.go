package api

import "net/http"

// ReadBody is the reader of JSON bodies.
func ReadBody(r *http.Request, into any) error { return read(r, into) }

// UserQuery reads the three ways to ask for people.
var UserQuery = userQuery
