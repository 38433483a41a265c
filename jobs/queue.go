package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/uptrace/bun"
	"github.com/vgarvardt/gue/v5"
	"github.com/vgarvardt/gue/v5/adapter"
	"github.com/vgarvardt/gue/v5/adapter/libpq"
)

// ErrNotDead says that no unresolved dead job has this id.
var ErrNotDead = errors.New("there is no such dead job, or it is resolved already")

// Queue takes jobs in. It works while no worker runs.
type Queue struct {
	registry *Registry
	client   *gue.Client
}

// NewQueue takes jobs of the kinds in r; they may be registered later.
func NewQueue(r *Registry) *Queue {
	client, err := gue.NewClient(nil) // everything is put in through the caller's transaction
	if err != nil {
		r.faults = append(r.faults, fmt.Errorf("open the queue: %w", err))
	}
	return &Queue{registry: r, client: client}
}

// AddOption changes how one job is added.
type AddOption func(*entry)

// In delays the job, by the machine's clock.
func In(d time.Duration) AddOption { return func(e *entry) { e.in = d } }

// entry is one job on its way into the queue.
type entry struct {
	kind, lane, key, correlation string
	args                         []byte
	in                           time.Duration
}

// Add puts a job in with the caller's transaction: it exists when that commits, and workers learn of it at once. When
// a job with the same key waits already nothing is added, but one that was to run later than this one is moved forward.
func (q *Queue) Add(ctx context.Context, tx bun.Tx, a Args, opts ...AddOption) error {
	k, known := q.registry.kinds[a.Kind()]
	if !known {
		return fmt.Errorf("add job %s: nobody handles this kind", a.Kind())
	}
	args, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("encode job %s: %w", k.name, err)
	}
	e := entry{kind: k.name, lane: k.lane, key: keyOf(a), correlation: Correlation(ctx), args: args}
	for _, opt := range opts {
		opt(&e)
	}
	if err := q.put(ctx, libpq.NewTx(tx.Tx), e); err != nil {
		return fmt.Errorf("add job %s: %w", k.name, err)
	}
	return nil
}

func (q *Queue) put(ctx context.Context, tx adapter.Tx, e entry) error {
	id, due := ulid.Make(), time.Now().Add(e.in)
	if e.key != "" {
		owner, err := claim(ctx, tx, e.key, id.String())
		if err != nil {
			return err
		}
		if owner != id.String() {
			return forward(ctx, tx, owner, due)
		}
	}
	job := gue.Job{Queue: e.lane, Type: e.kind, Args: e.args, RunAt: due}
	if err := q.client.EnqueueTxWithID(ctx, &job, id, tx); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE gue_jobs SET key = $2, correlation = $3 WHERE job_id = $1`, id.String(), e.key, e.correlation)
	return err
}

// claim gives a key to a job unless another one waits for it, and returns the one that has it. It locks the key's row
// in both cases: the start of the job deletes that row first, and so waits until whatever the caller has written is
// committed and can be seen by the handler.
func claim(ctx context.Context, tx adapter.Tx, key, id string) (owner string, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO job_keys AS k (key, job_id) VALUES ($1, $2)
		ON CONFLICT (key) DO UPDATE SET job_id = k.job_id RETURNING job_id`, key, id).Scan(&owner)
	if err != nil {
		return "", fmt.Errorf("claim the key: %w", err)
	}
	return owner, nil
}

// forward lets a waiting job run sooner. A locked one is starting: it waits for our lock on its key while we must not
// wait for it, a circle that PostgreSQL could not see.
func forward(ctx context.Context, tx adapter.Tx, id string, due time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE gue_jobs SET run_at = $2 WHERE job_id =
			(SELECT job_id FROM gue_jobs WHERE job_id = $1 AND run_at > $2 FOR UPDATE SKIP LOCKED)`, id, due)
	if err != nil {
		return fmt.Errorf("move the waiting job forward: %w", err)
	}
	return nil
}

// Requeue gives a dead job another life, with all its attempts, and marks the entry as retried.
func (q *Queue) Requeue(ctx context.Context, tx bun.Tx, id string) error {
	const resolve = `
		UPDATE dead_jobs SET resolution = 'retried', resolved_at = ? WHERE id = ? AND resolution = ''
		RETURNING type, key, correlation, args`
	var e entry
	err := tx.NewRaw(resolve, time.Now(), id).Scan(ctx, &e.kind, &e.key, &e.correlation, &e.args)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotDead
	}
	if err != nil {
		return fmt.Errorf("requeue job %s: %w", id, err)
	}
	k, known := q.registry.kinds[e.kind]
	if !known {
		return fmt.Errorf("requeue job %s: nobody handles %s", id, e.kind)
	}
	e.lane = k.lane
	if err := q.put(ctx, libpq.NewTx(tx.Tx), e); err != nil {
		return fmt.Errorf("requeue job %s: %w", id, err)
	}
	return nil
}
