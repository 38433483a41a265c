package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// Entry is a job in the queue, waiting or running.
type Entry struct {
	ID          string
	Kind        string
	Lane        string
	Correlation string
	Attempts    int    // failed runs so far
	Failure     string // of the latest run that did not succeed
	RunAt       time.Time
	CreatedAt   time.Time
}

// Waiting lists the queue, what is due first in front, 500 jobs at most.
func Waiting(ctx context.Context, db bun.IDB) ([]Entry, error) {
	const longest = 500
	var found []Entry
	err := db.NewRaw(`
		SELECT job_id AS id, job_type AS kind, queue AS lane, correlation, attempts, failure, run_at, created_at
		FROM gue_jobs ORDER BY run_at, job_id LIMIT ?`, longest).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("list waiting jobs: %w", err)
	}
	return found, nil
}

// DeadJob is a job that could not be done.
type DeadJob struct {
	ID          string
	Kind        string
	Lane        string
	Correlation string
	Attempts    int
	LastError   string
	CreatedAt   time.Time
	DiedAt      time.Time
}

// Dead lists what nobody has dealt with yet, the latest first.
func Dead(ctx context.Context, db bun.IDB, limit int) ([]DeadJob, error) {
	var found []DeadJob
	err := db.NewRaw(`
		SELECT id, type AS kind, lane, correlation, attempts, last_error, created_at, died_at
		FROM dead_jobs WHERE resolution = '' ORDER BY died_at DESC, id DESC LIMIT ?`, limit).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("list dead jobs: %w", err)
	}
	return found, nil
}

// Discard marks a dead job as one that shall stay undone.
func Discard(ctx context.Context, db bun.IDB, id string) error {
	const resolve = `
		UPDATE dead_jobs SET resolution = 'discarded', resolved_at = ? WHERE id = ? AND resolution = '' RETURNING id`
	err := db.NewRaw(resolve, time.Now(), id).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotDead
	}
	if err != nil {
		return fmt.Errorf("discard job %s: %w", id, err)
	}
	return nil
}

// Resolve marks the dead jobs with the key of these arguments as dealt with by other means: retried where somebody wants the
// same again, else discarded.
func Resolve(ctx context.Context, db bun.IDB, a Args, retried bool) error {
	how := "discarded"
	if retried {
		how = "retried"
	}
	const resolve = `UPDATE dead_jobs SET resolution = ?, resolved_at = ? WHERE key = ? AND key <> '' AND resolution = ''`
	if _, err := db.NewRaw(resolve, how, time.Now(), keyOf(a)).Exec(ctx); err != nil {
		return fmt.Errorf("resolve the dead jobs of %s: %w", keyOf(a), err)
	}
	return nil
}

// Alive is when a worker last gave a sign of life: one of those named, or any. The zero time means that none works.
// They do so every ten seconds and are to be taken for dead after a minute.
func Alive(ctx context.Context, db bun.IDB, names ...string) (time.Time, error) {
	query := db.NewSelect().Table("workers").Column("seen_at").Order("seen_at DESC").Limit(1)
	if len(names) > 0 {
		query.Where("name IN (?)", bun.List(names))
	}
	var seen time.Time
	if err := query.Scan(ctx, &seen); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, fmt.Errorf("look for a worker: %w", err)
	}
	return seen, nil
}

// What Purge keeps.
const (
	keepRuns     = 30 * 24 * time.Hour
	mostRuns     = 5000
	keepResolved = 90 * 24 * time.Hour
	keepWorkers  = 24 * time.Hour
	keepPlans    = 30 * 24 * time.Hour // overdue: their kinds are gone
)

// Purge forgets the log of starts after 30 days and beyond its latest 5,000 rows, dead jobs 90 days after they were
// resolved, workers that vanished a day ago, and schedules that no worker keeps any more. Dead jobs that nobody has
// dealt with stay for ever.
func Purge(ctx context.Context, db bun.IDB) error {
	now := time.Now()
	for _, old := range []struct {
		what, query string
		limit       any
	}{
		{"old starts", `DELETE FROM job_runs WHERE started_at < ?`, now.Add(-keepRuns)},
		{"many starts", `DELETE FROM job_runs WHERE id <= (SELECT id FROM job_runs ORDER BY id DESC OFFSET ? LIMIT 1)`, mostRuns},
		{"resolved dead jobs", `DELETE FROM dead_jobs WHERE resolved_at < ?`, now.Add(-keepResolved)},
		{"vanished workers", `DELETE FROM workers WHERE seen_at < ?`, now.Add(-keepWorkers)},
		{"forgotten schedules", `DELETE FROM schedules WHERE next_run_at < ?`, now.Add(-keepPlans)},
	} {
		if _, err := db.NewRaw(old.query, old.limit).Exec(ctx); err != nil {
			return fmt.Errorf("purge %s: %w", old.what, err)
		}
	}
	return nil
}
