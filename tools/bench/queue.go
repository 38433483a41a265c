//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"

	"ams/app/database"
	"ams/jobs"
)

const (
	waiting  = 20_000
	laneName = "bench"
)

// trivial is a job that does nothing, so that what is measured is the queue.
type trivial struct{ Number int }

func (trivial) Kind() string { return "bench.trivial" }

func registry(work func(context.Context, trivial) error) *jobs.Registry {
	r := jobs.NewRegistry()
	jobs.Handle(r, work, jobs.Lane(laneName))
	return r
}

// fillQueue lets many jobs wait.
func fillQueue(ctx context.Context, db *database.DB) error {
	queue := jobs.NewQueue(registry(func(context.Context, trivial) error { return nil }))
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		for i := range waiting {
			if err := queue.Add(ctx, tx, trivial{i}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = db.NewRaw("VACUUM ANALYZE gue_jobs").Exec(ctx)
	return err
}

// workQueue works off what waits with so many runners, prints how many jobs it did in a second, and ends.
func workQueue(ctx context.Context, dsn, runners string) error {
	n, err := strconv.Atoi(runners)
	if err != nil {
		return err
	}
	db, err := database.Open(ctx, dsn, database.Options{MaxConns: int32(3*(n+1) + 4), IdleInTransactionTimeout: -1})
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var done atomic.Int64
	begun := time.Now()
	r := registry(func(context.Context, trivial) error {
		if done.Add(1) == waiting {
			fmt.Printf("%.0f\n", waiting/time.Since(begun).Seconds())
			stop()
		}
		return nil
	})
	runner, err := jobs.NewRunner(jobs.RunnerConfig{
		DB: db.DB, Pool: db.Pool, Registry: r, Lanes: map[string]int{jobs.DefaultLane: 1, laneName: n},
		Log: slog.New(slog.NewJSONHandler(os.Stderr, nil)),
	})
	if err != nil {
		return err
	}
	return runner.Run(ctx)
}

// drained lets a process with so many runners work everything off, and is its jobs in a second.
func (h *house) drained(ctx context.Context, runners int) (float64, error) {
	if err := fillQueue(ctx, h.db); err != nil {
		return 0, err
	}
	p, err := h.self("queue.log", "queue", h.server.DSN(dbName), strconv.Itoa(runners))
	if err != nil {
		return 0, err
	}
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-p.done:
	case <-time.After(2 * patience):
		return 0, errors.New("the queue is not worked off in time")
	}
	log, err := os.ReadFile(p.log)
	if err != nil {
		return 0, err
	}
	for _, line := range strings.Split(string(log), "\n") {
		if rate, err := strconv.ParseFloat(line, 64); err == nil {
			return rate, nil
		}
	}
	return 0, fmt.Errorf("the worker has ended without a figure: see %s", p.log)
}
