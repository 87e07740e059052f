package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	strictjson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/bailiwick-iam/bailiwick"
)

// Limits of a request body, in bytes and in nested values.
const (
	maxBody  = 1 << 20
	maxDepth = 32
)

// read decodes a JSON body into the value. It refuses what readers could
// understand in two ways: duplicate keys, bad UTF-8, NUL characters, anything
// behind the value; and what is only meant to hurt: size and depth. Names count
// with their case: "Profile" is another name than "profile", and unknown.
func read(r *http.Request, into any) error {
	text, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return malformed("body", "is larger than 1 MiB")
		}
		return malformed("body", "cannot be read")
	}
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}")
	}
	if err := strict(text); err != nil {
		return err
	}
	if err := strictjson.Unmarshal(text, into); err != nil {
		var wrong *strictjson.SemanticError
		if errors.As(err, &wrong) {
			at := strings.ReplaceAll(strings.TrimPrefix(string(wrong.JSONPointer), "/"), "/", ".")
			return bailiwick.InvalidField(or(at, "body"), "must be JSON of another type")
		}
		return malformed("body", "is not the JSON that is expected here")
	}
	return nil
}

// strict walks the tokens once. The reader itself refuses duplicate names and
// bad UTF-8.
func strict(text []byte) error {
	in := jsontext.NewDecoder(bytes.NewReader(text))
	for {
		token, err := in.ReadToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return malformed("body", fault(err))
		}
		if token.Kind() == '"' && strings.ContainsRune(token.String(), 0) {
			return malformed("body", "has a NUL character at "+string(in.StackPointer()))
		}
		if in.StackDepth() > maxDepth {
			return malformed("body", "is nested too deep")
		}
		if in.StackDepth() == 0 && len(bytes.TrimSpace(text[in.InputOffset():])) > 0 {
			return malformed("body", "has something behind the JSON value")
		}
	}
}

// fault says where the text goes wrong, without repeating it.
func fault(err error) string {
	if errors.Is(err, jsontext.ErrDuplicateName) {
		var at *jsontext.SyntacticError
		if errors.As(err, &at) {
			return "has a duplicate name at " + string(at.JSONPointer)
		}
	}
	return "is not well-formed JSON"
}

func malformed(field, message string) error {
	return &bailiwick.Error{Code: bailiwick.Invalid, Reason: bailiwick.ReasonMalformedBody, Field: field, Message: message}
}

// reply writes a JSON body.
func reply(w http.ResponseWriter, status int, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text)
	return nil
}

// empty is the wire's empty object.
type empty struct{}

func noContent(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// stamp is a time as the wire has it: UTC, three digits of a second, null for
// never.
type stamp time.Time

const stampForm = "2006-01-02T15:04:05.000Z"

// MarshalJSON writes the time in the wire's form.
func (s stamp) MarshalJSON() ([]byte, error) {
	t := time.Time(s)
	if t.IsZero() {
		return []byte("null"), nil
	}
	return t.UTC().AppendFormat(append(make([]byte, 0, len(stampForm)+2), '"'), stampForm+`"`), nil
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
