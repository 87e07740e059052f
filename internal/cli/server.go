package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bailiwick-iam/bailiwick/internal/jobs"
	"github.com/bailiwick-iam/bailiwick/internal/outbox"
)

// Limits of a connection (FT-18). A reader who is slower than these is cut.
const (
	headerTimeout  = 10 * time.Second
	readTimeout    = 30 * time.Second
	writeTimeout   = 60 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 64 << 10
)

// Stopping takes 25 s at most (OPS-11): requests under way have most of it,
// mails under way 15 s of their own at the same time.
const (
	stopRequests = 20 * time.Second
	stopAll      = 24 * time.Second
)

// sweepEvery is how often what has run out is deleted.
const sweepEvery = time.Hour

// sealEvery is how often new events of the log get their places.
const sealEvery = 500 * time.Millisecond

// serving is what an app has once it is started.
type serving struct {
	servers []*http.Server
	failed  chan error // a listener that broke
	ready   atomic.Bool
	halt    context.CancelFunc // ends the work in the background
	work    sync.WaitGroup
}

// start begins to listen, to deliver mails and to sweep. An address with port 0
// gets a free one.
func (a *app) start(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", a.set.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	origin, err := a.origin(listener)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	a.URL = origin.String()
	counts := newMetrics(a.Store.Engine())
	handler, err := a.routes(origin, counts)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	background, halt := context.WithCancel(context.WithoutCancel(ctx))
	a.halt, a.failed = halt, make(chan error, 2)
	a.labour(background)
	if err := a.deliver(background); err != nil {
		return errors.Join(err, listener.Close())
	}
	if a.set.MetricsListen != "" {
		private, err := new(net.ListenConfig).Listen(ctx, "tcp", a.set.MetricsListen)
		if err != nil {
			return errors.Join(fmt.Errorf("metrics-listen: %w", err), listener.Close())
		}
		a.set.Log.Info("metrics", "address", private.Addr().String())
		a.listen(private, counts.handler())
	}
	a.work.Go(func() { a.sweep(background) })
	a.work.Go(func() { a.seal(background) })
	a.listen(listener, handler)
	a.ready.Store(true)
	a.set.Log.Info("serving", "address", listener.Addr().String(), "url", a.URL, "store", a.Store.Engine())
	return nil
}

// origin is what links begin with: as configured, else localhost and the port
// that was really taken.
func (a *app) origin(l net.Listener) (*url.URL, error) {
	text := a.set.Origin()
	if a.set.PublicURL == "" {
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			return nil, fmt.Errorf("listen: %w", err)
		}
		text = "http://localhost:" + port
	}
	origin, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("public-url: %w", err)
	}
	return origin, nil
}

func (a *app) listen(l net.Listener, handler http.Handler) {
	s := &http.Server{Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes, ErrorLog: slog.NewLogLogger(a.set.Log.Handler(), slog.LevelWarn)}
	a.servers = append(a.servers, s)
	a.work.Go(func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- fmt.Errorf("serve %s: %w", l.Addr(), err)
		}
	})
}

// labour starts the worker for long work.
func (a *app) labour(ctx context.Context) {
	worker := jobs.New(a.Store, a.Directory, a.set.Log)
	a.work.Go(func() { worker.Run(ctx) })
}

// deliver starts the outbox, if there is a way for mails to leave.
func (a *app) deliver(ctx context.Context) error {
	to, err := a.set.deliverer()
	if err != nil {
		return err
	}
	if to == nil {
		a.set.Log.Warn("no mail server is set: mails wait in the outbox")
		return nil
	}
	worker, err := outbox.New(a.Store, to, outbox.Options{PublicURL: a.URL, Log: a.set.Log})
	if err != nil {
		return err
	}
	a.work.Go(func() { worker.Run(ctx) })
	return nil
}

// seal gives the events of the log their places, within a second.
func (a *app) seal(ctx context.Context) {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for holder := rand.Text(); ; {
		if err := a.Directory.SealLogs(ctx, holder); err != nil && ctx.Err() == nil {
			a.set.Log.Error("seal the system log", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (a *app) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := a.sweepOnce(ctx); err != nil && ctx.Err() == nil {
			a.set.Log.Error("sweep what has run out", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (a *app) sweepOnce(ctx context.Context) error {
	orgs, err := a.Store.Orgs(ctx)
	for _, o := range orgs {
		err = errors.Join(err, a.SignIn.Sweep(ctx, o.ID))
	}
	return err
}

// close stops in good order: no new requests, the ones under way and the mails
// under way to their end, the store last. It may be called on an app that was
// never started.
func (a *app) close() error {
	a.ready.Store(false)
	if a.halt != nil {
		a.halt()
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopRequests)
	defer cancel()
	var stopping sync.WaitGroup
	for _, s := range a.servers {
		stopping.Go(func() {
			if s.Shutdown(ctx) != nil {
				a.set.Log.Warn("requests under way were cut off")
				_ = s.Close() // the listener is closed already
			}
		})
	}
	done := make(chan struct{})
	go func() {
		stopping.Wait()
		a.work.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(stopAll):
		return errors.New("stop: some work did not end in time")
	}
	if len(a.servers) > 0 {
		a.set.Log.Info("stopped")
	}
	return a.Store.Close()
}
