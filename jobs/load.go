package jobs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"
)

// gone is how long a worker may give no sign of life before it counts as dead.
const gone = time.Minute

// Load is how much of a lane is in one state.
type Load struct {
	Lane  string
	State string // waiting, running, retrying, dead
	Jobs  int
	// Oldest is how long a job has been in the state at most: waiting since it was due, running since its start, retrying
	// since its first failure, dead since then. Nothing that is not due yet waits.
	Oldest time.Duration
}

// Loads tells what is in the queue, for each lane of the registry and every other one that has jobs. Dead are those that
// nobody has dealt with.
func Loads(ctx context.Context, db bun.IDB, r *Registry) ([]Load, error) {
	const query = `
		SELECT lane, state, count(*) AS jobs, min(since) AS since FROM (
			SELECT j.queue AS lane,
				CASE WHEN w.id IS NOT NULL THEN 'running' WHEN j.attempts > 0 THEN 'retrying' ELSE 'waiting' END AS state,
				CASE WHEN w.id IS NOT NULL THEN run.started_at WHEN j.attempts > 0 THEN j.failing_since ELSE j.run_at END AS since
			FROM gue_jobs j
			LEFT JOIN LATERAL (SELECT * FROM job_runs WHERE job_id = j.job_id ORDER BY id DESC LIMIT 1) run ON run.ended_at IS NULL
			LEFT JOIN workers w ON w.id = run.worker AND w.seen_at > ?0
			UNION ALL SELECT lane, 'dead', died_at FROM dead_jobs WHERE resolution = ''
		) found GROUP BY lane, state`
	now := time.Now()
	var rows []struct {
		Load
		Since time.Time
	}
	if err := db.NewRaw(query, now.Add(-gone)).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("count the jobs of the queue: %w", err)
	}
	var loads []Load
	for _, lane := range r.Lanes() {
		for _, state := range []string{"waiting", "running", "retrying", "dead"} {
			loads = append(loads, Load{Lane: lane, State: state})
		}
	}
	for _, row := range rows {
		row.Oldest = max(now.Sub(row.Since), 0)
		i := slices.Index(loads, Load{Lane: row.Lane, State: row.State})
		if i < 0 { // a lane of another release
			loads = append(loads, row.Load)
			continue
		}
		loads[i] = row.Load
	}
	return loads, nil
}
