package cli

import (
	"context"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/bailiwick-iam/bailiwick"
)

// metrics are what the loopback listener shows (WEB-14). Labels come from the
// route tables, never from a request, so that nobody can make up new ones.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newMetrics(engine string) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "bailiwick_http_requests_total",
			Help: "Requests answered."}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "bailiwick_http_request_duration_seconds",
			Help: "Time to answer a request.", Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}},
			[]string{"method", "route"}),
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "bailiwick_build_info",
		Help: "Constant 1, labelled with what is running."}, []string{"version", "go", "store"})
	build.WithLabelValues(bailiwick.Version, runtime.Version(), engine).Set(1)
	m.registry.MustRegister(m.requests, m.duration, build, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}

// routed lays out where the routers below write which route they chose, so
// that observe can read it when the answer is done.
func (m *metrics) routed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), chi.RouteCtxKey, chi.NewRouteContext())))
	})
}

// observe counts one answer.
func (m *metrics) observe(r *http.Request, status int, took time.Duration) {
	method, route := knownMethod(r.Method), "none"
	if chosen := chi.RouteContext(r.Context()); chosen != nil && chosen.RoutePattern() != "" {
		route = chosen.RoutePattern()
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(method, route).Observe(took.Seconds())
}

func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete:
		return method
	}
	return "other"
}
