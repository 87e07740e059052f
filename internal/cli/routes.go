package cli

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/bailiwick-iam/bailiwick/internal/api"
	"github.com/bailiwick-iam/bailiwick/internal/console"
	"github.com/bailiwick-iam/bailiwick/internal/portal"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
	"github.com/bailiwick-iam/bailiwick/internal/web"
)

// routes is the whole site. Health is answered before anything else and needs
// no org; the rest is the same at / and under /t/{org}.
func (a *app) routes(origin *url.URL, counts *metrics) (http.Handler, error) {
	w := web.New(web.Options{PublicURL: origin, TrustedProxies: a.set.Proxies(), Orgs: a.Store.Orgs, SignIn: a.SignIn,
		Log: a.set.Log, Observe: counts.observe})
	pages := chi.NewRouter()
	pages.Handle(ui.StaticPrefix+"*", ui.Static())
	if a.set.Pages != nil {
		a.set.Pages(pages)
	}
	desk, err := console.New(a.Directory, w, time.Now)
	if err != nil {
		return nil, err
	}
	desk.Routes(pages)
	door, err := portal.New(a.SignIn, a.Directory, w, time.Now)
	if err != nil {
		return nil, err
	}
	door.Routes(pages)
	site := w.Middleware(split(api.New(a.Directory, a.SignIn, w).Handler(), pages))

	return a.healthOr(counts.routed(site)), nil
}

// healthOr answers the health checks and leaves the rest to the site.
func (a *app) healthOr(site http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/healthz":
			say(w, http.StatusOK, "ok")
		case "/readyz":
			a.readyz(w, r)
		default:
			site.ServeHTTP(w, r)
		}
	})
}

// split sends machines to the API and browsers to the pages.
func split(machines, pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/.well-known/") {
			machines.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})
}

// readyTimeout is how long the store may take to answer before the server
// counts as not ready.
const readyTimeout = 2 * time.Second

func (a *app) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	switch {
	case !a.ready.Load():
		say(w, http.StatusServiceUnavailable, "stopping")
	case a.Store.Ping(ctx) != nil:
		say(w, http.StatusServiceUnavailable, "the store does not answer")
	default:
		say(w, http.StatusOK, "ok")
	}
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // a reader who has gone away is no error of ours
}
