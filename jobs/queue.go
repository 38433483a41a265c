package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/uptrace/bun"
	"github.com/vgarvardt/gue/v5"
	"github.com/vgarvardt/gue/v5/adapter/libpq"
)

// Queue takes jobs in.
type Queue struct{ registry *Registry }

// NewQueue takes in the kinds of a registry.
func NewQueue(r *Registry) *Queue { return &Queue{registry: r} }

// AddOption says when a job starts.
type AddOption func(*gue.Job)

// In delays the job by the machine's clock.
func In(d time.Duration) AddOption { return func(j *gue.Job) { j.RunAt = time.Now().Add(d) } }

// Add enqueues a job that exists when, and only when, the transaction commits. Where one waits under the same key
// already, that one stands for both, and starts at the sooner of the two times.
func (q *Queue) Add(ctx context.Context, tx bun.Tx, args Args, opts ...AddOption) error {
	k, known := q.registry.kinds[args.Kind()]
	if !known {
		return fmt.Errorf("enqueue %s: no such kind of job", args.Kind())
	}
	raw, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", k.name, err)
	}
	job := &gue.Job{Queue: k.lane, Type: k.name, Args: raw, RunAt: time.Now()}
	for _, o := range opts {
		o(job)
	}
	id, key := ulid.Make(), keyOf(args)
	if key != "" {
		waiting, err := claim(ctx, tx, key, id.String())
		if err != nil {
			return fmt.Errorf("enqueue %s: %w", k.name, err)
		}
		if waiting != id.String() {
			return hasten(ctx, tx, waiting, job.RunAt)
		}
	}
	client, err := gue.NewClient(nil) // without pool: it only writes into the caller's transaction
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", k.name, err)
	}
	if err := client.EnqueueTxWithID(ctx, job, id, libpq.NewTx(tx.Tx)); err != nil {
		return fmt.Errorf("enqueue %s: %w", k.name, err)
	}
	const ours = "UPDATE gue_jobs SET key = nullif(?1, ''), correlation = ?2 WHERE job_id = ?0"
	if _, err := tx.NewRaw(ours, id.String(), key, Correlation(ctx)).Exec(ctx); err != nil {
		return fmt.Errorf("enqueue %s: %w", k.name, err)
	}
	return nil
}

// keyOf is unique over all kinds, "" for args without key.
func keyOf(args Args) string {
	if k, ok := args.(keyed); ok {
		return args.Kind() + ":" + k.Key()
	}
	return ""
}

// claim gives the job that waits under the key: the one given, unless another does already. The row stays locked, so
// that the start of that other job, which deletes it, waits for this transaction and sees what it wrote.
func claim(ctx context.Context, tx bun.IDB, key, job string) (waiting string, err error) {
	const claim = `
		INSERT INTO job_keys AS k (key, job_id) VALUES (?, ?)
		ON CONFLICT (key) DO UPDATE SET job_id = k.job_id RETURNING job_id`
	if err := tx.NewRaw(claim, key, job).Scan(ctx, &waiting); err != nil {
		return "", fmt.Errorf("claim key: %w", err)
	}
	return waiting, nil
}

// hasten moves a waiting job forward. One that a worker holds is about to start anyway; waiting for it here would be a
// deadlock that PostgreSQL cannot see.
func hasten(ctx context.Context, tx bun.Tx, job string, at time.Time) error {
	const hasten = `
		UPDATE gue_jobs SET run_at = ?1 WHERE job_id =
			(SELECT job_id FROM gue_jobs WHERE job_id = ?0 AND run_at > ?1 FOR UPDATE SKIP LOCKED)`
	if _, err := tx.NewRaw(hasten, job, at).Exec(ctx); err != nil {
		return fmt.Errorf("hasten job: %w", err)
	}
	return nil
}
