package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ams/app/billing"
	"ams/app/metrics"
	"ams/app/web"
	"ams/jobs"
)

// served passes on what the web server has done.
func (a *App) served(ctx context.Context, s web.Served) {
	a.out.Metrics.Request(s.Route, s.Method, s.Status, s.Took)
	if a.out.Trace != nil {
		a.out.Trace(ctx, "http.server", s.Method+" "+s.Route, strconv.Itoa(s.Status), s.Took)
	}
}

// ran passes on what the worker has done.
func (a *App) ran(ctx context.Context, r jobs.Ran) {
	a.out.Metrics.Job(r.Kind, r.Outcome, r.Took)
	if a.out.Trace != nil {
		a.out.Trace(ctx, "queue.process", r.Kind, r.Outcome, r.Took)
	}
}

// billed passes on what became of an invoice.
func (a *App) billed(o billing.Outcome) {
	purpose := strings.ToLower(string(o.Purpose))
	switch o.What {
	case billing.Raised:
		a.out.Metrics.Raised(purpose, o.After)
	case billing.Adopted:
		a.out.Metrics.Adopted(purpose, o.After)
	case billing.Voided:
		a.out.Metrics.Voided(purpose)
	}
}

// backlog is whom the metrics ask for what waits.
func (a *App) backlog() metrics.Backlog {
	return metrics.Backlog{
		Queue: func(ctx context.Context) ([]jobs.Load, error) { return jobs.Loads(ctx, a.db, a.Registry) },
		Purchases: func(ctx context.Context) (metrics.Purchases, error) {
			b, err := a.Bills.Backlog(ctx)
			return metrics.Purchases(b), err
		},
	}
}

// watched answers those who ask for metrics while run goes on, on an address of their own; where none is set, nobody can.
func (a *App) watched(ctx context.Context, run func(context.Context) error) error {
	if a.out.Metrics == nil {
		return run(ctx)
	}
	listener, err := net.Listen("tcp", a.cfg.Metrics)
	if err != nil {
		return fmt.Errorf("listen on %s for metrics: %w", a.cfg.Metrics, err)
	}
	server := &http.Server{
		Handler: a.out.Metrics.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: time.Minute,
		ErrorLog: slog.NewLogLogger(a.out.Log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	err = run(ctx)
	_ = server.Close() // a look at a process that ends can be broken off
	<-ended
	return err
}
