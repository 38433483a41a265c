package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/uptrace/bun"
)

const (
	keepLog      = 30 * 24 * time.Hour
	keepRows     = 5000
	keepResolved = 90 * 24 * time.Hour
)

// Purge forgets runs after 30 days or beyond the newest 5,000, resolved dead jobs after 90 days, and workers that have
// been silent for a day. Dead jobs that nobody has resolved stay.
func Purge(ctx context.Context, db bun.IDB) error {
	now := time.Now()
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{"DELETE FROM job_log WHERE started_at < ?", []any{now.Add(-keepLog)}},
		{"DELETE FROM job_log WHERE id <= (SELECT id FROM job_log ORDER BY id DESC OFFSET ? LIMIT 1)", []any{keepRows}},
		{"DELETE FROM dead_jobs WHERE resolved_at < ?", []any{now.Add(-keepResolved)}},
		{"DELETE FROM workers WHERE seen_at < ?", []any{now.Add(-24 * time.Hour)}},
	} {
		if _, err := db.NewRaw(step.sql, step.args...).Exec(ctx); err != nil {
			return fmt.Errorf("purge jobs: %w", err)
		}
	}
	return nil
}

// Alive reports whether some worker's heartbeat is not stale.
func Alive(ctx context.Context, db bun.IDB) (bool, error) {
	var last sql.NullTime
	if err := db.NewRaw("SELECT max(seen_at) FROM workers").Scan(ctx, &last); err != nil {
		return false, fmt.Errorf("read heartbeats: %w", err)
	}
	return last.Valid && time.Since(last.Time) < Stale, nil
}

// Drain works off everything that is due, and what that enqueues, in the caller's goroutine: for tests and commands.
func Drain(ctx context.Context, db *bun.DB, r *Registry) (err error) {
	e, client, err := newExecutor(db, r, slog.New(slog.DiscardHandler), nil, "drain")
	if err != nil {
		return err
	}
	for again := true; again; {
		again = false
		for _, lane := range r.lanes() {
			w, problem := e.laneWorker(client, lane, func(broken error) { err = broken })
			if problem != nil {
				return problem
			}
			for w.WorkOne(ctx) {
				again = true
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
