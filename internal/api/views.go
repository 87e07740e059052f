package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// wireEmbedded is what expand= adds to a person.
type wireEmbedded struct {
	Blocks []empty `json:"blocks"`
}

// view is a single person as the asker sees them.
func (a *API) view(r *http.Request, u bailiwick.User) wireUser {
	return a.user(r, u, a.userLinks(r, u))
}

// replyUser answers with a person, shaped as the request asks. The ETag is that
// of the whole view, whatever was left out of this answer.
func (a *API) replyUser(w http.ResponseWriter, r *http.Request, u bailiwick.User) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	v := a.view(r, u)
	tag, err := tagOf(v)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", tag)
	if r.URL.Query().Get("expand") == "blocks" {
		v.Embedded = &wireEmbedded{Blocks: []empty{}}
	}
	body, err := form.shape(v)
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, body)
}

// tagOf is made of what the asker sees and of nothing else: a change of what is
// hidden from somebody does not show in it (AZ-10).
func tagOf(v wireUser) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`, nil
}

// ifMatch is the condition of a change, or nil. Weak tags match nothing.
func (a *API) ifMatch(r *http.Request) func(bailiwick.User) error {
	header := strings.Join(r.Header.Values("If-Match"), ",")
	if header == "" || header == "*" {
		return nil
	}
	var tags []string
	for _, tag := range strings.Split(header, ",") {
		tags = append(tags, strings.TrimSpace(tag))
	}
	return func(u bailiwick.User) error {
		now, err := tagOf(a.view(r, u))
		if err == nil && !slices.Contains(tags, now) {
			err = bailiwick.Refused(bailiwick.Conflict, bailiwick.ReasonStale, "the user is not as it was when this tag was given").In("If-Match")
		}
		return err
	}
}

// A form is how much of a person an answer holds.
type form struct {
	noCredentials     bool
	noCredentialLinks bool
	fields            fields // nil for all
}

// formOf reads the parameter fields and the okta-response part of the media
// type, which is not a list that package mime takes.
func formOf(r *http.Request) (form, error) {
	var f form
	if r.Method != http.MethodGet {
		return f, nil // the media type is that of the body, and a change is answered whole
	}
	_, parameters, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	for _, parameter := range strings.Split(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		if !strings.EqualFold(name, "okta-response") {
			continue
		}
		for _, what := range strings.Split(strings.Trim(value, `"`), ",") {
			switch strings.TrimSpace(what) {
			case "omitCredentials":
				f.noCredentials = true
			case "omitCredentialsLinks":
				f.noCredentialLinks = true
			}
		}
	}
	if text := r.URL.Query().Get("fields"); text != "" {
		var ok bool
		if f.fields, ok = parseFields(text); !ok {
			return f, bailiwick.InvalidField("fields", "must be names, as id,status,profile:(firstName,city)")
		}
	}
	return f, nil
}

// credentialLinks are those that omitCredentialsLinks leaves out.
var credentialLinks = []string{"resetPassword", "expirePassword", "forgotPassword", "changePassword", "changeRecoveryQuestion"}

func (f form) shape(v wireUser) (any, error) {
	if f.noCredentials {
		v.Credentials = nil
	}
	if f.noCredentialLinks {
		for _, name := range credentialLinks {
			delete(v.Links, name)
		}
	}
	if f.fields == nil {
		return v, nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	f.fields["id"] = nil
	return f.fields.of(text)
}

// fields are the names that an answer holds, each with the names inside it;
// nil inside means everything.
type fields map[string]fields

// maxFieldDepth bounds nesting: nothing of a person is deeper.
const maxFieldDepth = 4

func parseFields(text string) (fields, bool) {
	f, rest, ok := fieldList(text, maxFieldDepth)
	return f, ok && rest == ""
}

// fieldList reads names until the text or its bracket ends.
func fieldList(text string, depth int) (f fields, rest string, ok bool) {
	f = fields{}
	if depth == 0 {
		return f, text, false
	}
	for {
		end := strings.IndexAny(text, ",:()")
		if end < 0 {
			end = len(text)
		}
		name := strings.TrimSpace(text[:end])
		if name == "" {
			return f, text, false
		}
		f[name], text = nil, text[end:]
		if inner, nested := strings.CutPrefix(text, ":("); nested {
			within, after, good := fieldList(inner, depth-1)
			closed := strings.HasPrefix(after, ")")
			if !good || !closed {
				return f, after, false
			}
			f[name], text = within, after[1:]
		}
		next, more := strings.CutPrefix(text, ",")
		if !more {
			return f, text, text == "" || text[0] == ')'
		}
		text = next
	}
}

// of is what the fields leave of a JSON object; anything else stays whole.
func (f fields) of(text json.RawMessage) (json.RawMessage, error) {
	var all map[string]json.RawMessage
	if f == nil || json.Unmarshal(text, &all) != nil || all == nil {
		return text, nil
	}
	for name, value := range all {
		within, asked := f[name]
		if !asked {
			delete(all, name)
			continue
		}
		var err error
		if all[name], err = within.of(value); err != nil {
			return nil, err
		}
	}
	return json.Marshal(all)
}

// userBlocks answers with what keeps a person from signing in besides the
// status: nothing does.
func (a *API) userBlocks(w http.ResponseWriter, r *http.Request, by authz.Actor) error {
	if _, err := a.readUser(r, by); err != nil {
		return err
	}
	return reply(w, http.StatusOK, []empty{})
}
