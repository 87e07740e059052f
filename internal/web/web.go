// Package web is what the three faces (API, console, portal) share: finding the
// org of a request, turning a credential into an actor, proofs against forged
// requests, limits, headers, panics and the access log. It decides nothing
// about authority.
//
// A face writes handlers that return an error, and one function that turns
// errors into its own kind of answer.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/signin"
)

// A Handler answers a request of an actor, or returns why it cannot.
type Handler func(w http.ResponseWriter, r *http.Request, by authz.Actor) error

// Fail answers a request with an error in the manner of a face.
type Fail func(w http.ResponseWriter, r *http.Request, err error)

// Options say how the server is reached and who watches it.
type Options struct {
	// PublicURL is the origin of every link that the product makes. Nothing
	// of a request plays a part in links (REC-6).
	PublicURL *url.URL
	// TrustedProxies may say where a request came from.
	TrustedProxies []netip.Prefix
	Orgs           func(context.Context) ([]bailiwick.Org, error)
	// OrgsEvery is how soon a change of the orgs is noticed; 0 means 5 s.
	OrgsEvery time.Duration
	SignIn    *signin.SignIn
	Log       *slog.Logger
	// Limits are the requests a minute; zero values mean the defaults.
	Limits Limits
	// Observe is told of every answer, for metrics; may be nil.
	Observe func(r *http.Request, status int, took time.Duration)
}

// Web is made once for a server.
type Web struct {
	o      Options
	guard  *http.CrossOriginProtection
	limits *limiter
	orgs   orgCache
}

// New returns what the faces share.
func New(o Options) *Web {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.OrgsEvery == 0 {
		o.OrgsEvery = orgsEvery
	}
	return &Web{o: o, guard: http.NewCrossOriginProtection(), limits: newLimiter(o.Limits), orgs: orgCache{load: o.Orgs, every: o.OrgsEvery}}
}

// request is what the middleware found out about a request. It travels in the
// context, as trace ids do; authority never does.
type request struct {
	id     string
	org    bailiwick.Org
	base   string
	host   string // claimed by the org, when the request came by it
	gone   bool   // the org is out of use
	client bailiwick.Client
}

type requestKey struct{}

func of(r *http.Request) *request {
	if found, ok := r.Context().Value(requestKey{}).(*request); ok {
		return found
	}
	return &request{}
}

// RequestID is the ID of the request, in the log and in the answer's headers.
func RequestID(r *http.Request) string { return of(r).id }

// OrgOf is the org that the request is about.
func OrgOf(r *http.Request) bailiwick.Org { return of(r).org }

// Base is the prefix of every path in this request's org: "" or "/t/{org}".
func Base(r *http.Request) string { return of(r).base }

// ClientOf is where the request came from.
func ClientOf(r *http.Request) bailiwick.Client { return of(r).client }

// IsFragment reports whether a script asks for a part of a page.
func IsFragment(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// URL is the absolute address of a path in the request's org: on the configured
// origin, or on the host name that the org has claimed, with the origin's scheme
// and port, when the request came by it. Mails lead to the origin always.
func (w *Web) URL(r *http.Request, path string) string {
	if host := of(r).host; host != "" {
		u := url.URL{Scheme: w.o.PublicURL.Scheme, Host: host}
		if port := w.o.PublicURL.Port(); port != "" {
			u.Host = net.JoinHostPort(host, port)
		}
		return u.String() + path
	}
	return strings.TrimSuffix(w.o.PublicURL.String(), "/") + Base(r) + path
}

// CSRF is the proof that forms of this session carry, in the field "csrf".
func (w *Web) CSRF(by authz.Actor) string { return w.o.SignIn.CSRF(by) }

// Middleware finds the org, names the request, sets the headers that every
// answer has, and turns a panic into an answer. It comes before all routes.
func (w *Web) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		began := time.Now()
		found := &request{id: newRequestID()}
		found.client = bailiwick.Client{Address: clientAddress(r, w.o.TrustedProxies), UserAgent: clip(r.UserAgent(), 512), RequestID: found.id}
		out := &recorder{ResponseWriter: rw}
		setHeaders(out, found.id, w.o.PublicURL.Scheme == "https")
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, found))
		defer w.finish(out, &r, began) // r becomes the request with what is found out here
		if err := w.orgs.find(r, found); err != nil {
			w.o.Log.Error("find the org of a request", "request", found.id, "error", err)
			http.Error(out, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
			return
		}
		switch {
		case found.gone:
			r = nowhere(r)
		case found.base != "":
			r = under(r, found.base)
		}
		next.ServeHTTP(out, r)
	})
}

// under takes the org's prefix off the path.
func under(r *http.Request, base string) *http.Request {
	u := *r.URL
	u.Path = strings.TrimPrefix(u.Path, base)
	u.RawPath = strings.TrimPrefix(u.RawPath, base)
	if u.Path == "" {
		u.Path = "/"
	}
	r.URL = &u
	return r
}

// finish answers a panic, and tells who observes. An answer that had begun is
// cut off, so that nobody takes it for whole.
func (w *Web) finish(out *recorder, at **http.Request, began time.Time) {
	r := *at
	cause, begun := recover(), out.status != 0
	if cause != nil && cause != http.ErrAbortHandler {
		w.o.Log.Error("panic", "request", RequestID(r), "cause", cause, "stack", string(debug.Stack()))
		if !begun {
			http.Error(out, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		}
	}
	if w.o.Observe != nil {
		w.o.Observe(r, out.code(), time.Since(began))
	}
	if cause != nil && (begun || cause == http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

// Unwrap gives http.ResponseController the real writer.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Token serves a handler to bearers of an API token. Cookies play no part
// (TOK-9).
func (w *Web) Token(fail Fail, h Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		by, err := w.bearer(r)
		if throttled := w.limits.take(rw, by, ClientOf(r).Address); throttled != nil {
			fail(rw, r, throttled)
			return
		}
		if err == nil && r.Method != http.MethodGet && r.Method != http.MethodHead {
			// A body is read for those who may ask at all: whoever brings a
			// dead token hears of nothing else.
			err = w.o.SignIn.Prove(r.Context(), by)
		}
		if err == nil {
			err = h(rw, r, by)
		}
		if err != nil {
			if errors.Is(err, bailiwick.ErrUnauthenticated) {
				w.limits.failed(ClientOf(r).Address)
			}
			w.answer(rw, r, fail, err)
			return
		}
		w.touch(r, by)
	})
}

// csrfHeader carries the session's proof in requests of scripts.
const csrfHeader = "X-CSRF-Token"

// TokenOrSession serves a handler to bearers of an API token and to people who
// are signed in. A session counts only with its proof in the header
// X-CSRF-Token, which no other site can send (TOK-9), and not beside a token.
func (w *Web) TokenOrSession(fail Fail, h Handler) http.Handler {
	token := w.Token(fail, h)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		by, err := w.session(r)
		if err != nil || r.Header.Get("Authorization") != "" {
			token.ServeHTTP(rw, r)
			return
		}
		w.forged(fail, func(rw http.ResponseWriter, r *http.Request) {
			err := bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonNoSession, "the header %s is missing or out of date", csrfHeader)
			if w.o.SignIn.CheckCSRF(by, r.Header.Get(csrfHeader)) {
				if err := h(rw, r, by); err != nil {
					w.answer(rw, r, fail, err)
					return
				}
				w.touch(r, by)
				return
			}
			fail(rw, r, err)
		}).ServeHTTP(rw, r)
	})
}

// bearer reads the Authorization header.
func (w *Web) bearer(r *http.Request) (authz.Actor, error) {
	if r.URL.RawQuery != "" && w.tokenInQuery(r) {
		return authz.Actor{}, bailiwick.InvalidField("query", "an API token belongs in the Authorization header only")
	}
	kind, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "SSWS") {
		return authz.Actor{}, bailiwick.ErrUnauthenticated
	}
	client := ClientOf(r)
	if !w.holdsToken(strings.Split(r.URL.Path, "/")...) {
		client.Path = clip(r.URL.Path, 512)
	}
	return w.o.SignIn.Token(OrgOf(r).ID, strings.TrimSpace(text), client)
}

// holdsToken reports whether one of the words is an API token, which no log
// may hold (AUD-9).
func (w *Web) holdsToken(words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool {
		_, err := w.o.SignIn.Token("", word, bailiwick.Client{})
		return err == nil
	})
}

// tokenInQuery reports whether the address holds an API token, under whatever
// name: addresses stay in logs and histories (TOK-7).
func (w *Web) tokenInQuery(r *http.Request) bool {
	for _, values := range r.URL.Query() {
		if w.holdsToken(strings.Fields(strings.Join(values, " "))...) {
			return true
		}
	}
	return false
}

// Page serves a handler to people who are signed in, and leads everybody else
// to the sign-in.
func (w *Web) Page(fail Fail, h Handler) http.Handler {
	return w.forged(fail, func(rw http.ResponseWriter, r *http.Request) {
		by, err := w.session(r)
		if err == nil {
			err = w.checkForm(r, by)
		}
		if err == nil {
			err = h(rw, r, by)
		}
		if errors.Is(err, bailiwick.ErrUnauthenticated) {
			w.ClearSession(rw, r)
			toSignIn(rw, r)
			return
		}
		w.answer(rw, r, fail, err)
		if err == nil {
			w.touch(r, by)
		}
	})
}

// Open serves a handler to everybody. The actor is nobody, or whom the cookie
// claims.
func (w *Web) Open(fail Fail, h Handler) http.Handler {
	return w.forged(fail, func(rw http.ResponseWriter, r *http.Request) {
		by, err := w.session(r)
		if err != nil {
			by = authz.Nobody(OrgOf(r).ID, ClientOf(r))
		}
		w.answer(rw, r, fail, h(rw, r, by))
	})
}

func (w *Web) answer(rw http.ResponseWriter, r *http.Request, fail Fail, err error) {
	if err == nil {
		return
	}
	var told *bailiwick.Error
	if !errors.As(err, &told) && !errors.Is(err, context.Canceled) {
		w.o.Log.Error("request failed", "request", RequestID(r), "method", r.Method, "path", r.URL.Path, "error", err)
	}
	fail(rw, r, err)
}

// forged refuses state-changing requests that another site made a browser send
// (WEB-1), before anything is read.
func (w *Web) forged(fail Fail, next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if err := w.guard.Check(r); err != nil {
			fail(rw, r, bailiwick.Refused(bailiwick.Forbidden, "", "this request came from another site"))
			return
		}
		next(rw, r)
	})
}

// maxForm bounds a posted form, in bytes.
const maxForm = 1 << 20

// checkForm wants the session's proof in every form that changes something.
func (w *Web) checkForm(r *http.Request, by authz.Actor) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	r.Body = http.MaxBytesReader(nil, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return bailiwick.InvalidField("form", "cannot be read")
	}
	if !w.o.SignIn.CheckCSRF(by, r.PostFormValue("csrf")) {
		return bailiwick.Refused(bailiwick.Forbidden, bailiwick.ReasonNoSession, "this form is out of date; load the page again")
	}
	return nil
}

// touch moves the last-used stamp of the credential, after the answer.
func (w *Web) touch(r *http.Request, by authz.Actor) {
	if !w.limits.stampDue(by.Digest()) {
		return
	}
	ctx := context.WithoutCancel(r.Context())
	if err := w.o.SignIn.Touch(ctx, by); err != nil {
		w.o.Log.Warn("stamp a credential", "request", RequestID(r), "error", err)
	}
}

func clip(s string, n int) string {
	if len(s) <= n {
		return strings.ToValidUTF8(s, "")
	}
	return strings.ToValidUTF8(s[:n], "")
}
