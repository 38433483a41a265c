package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/vgarvardt/gue/v5"
	"github.com/vgarvardt/gue/v5/adapter"
)

const (
	// lostStarts is how many workers one job may take down before it is buried.
	lostStarts = 3
	// longestError is how much of an error is kept, in bytes.
	longestError = 4000
	// longestPutOff bounds what a handler may ask for with Later, shortestPutOff keeps it from spinning.
	longestPutOff  = 24 * time.Hour
	shortestPutOff = time.Second
)

// executor decides what becomes of each job. gue locks it, calls run, and deletes or keeps it in the same transaction.
type executor struct {
	db       *bun.DB
	registry *Registry
	log      *slog.Logger
	report   func(context.Context, error)
	worker   string
}

// attempt is one run of a job.
type attempt struct {
	*gue.Job
	failures    int // attempts that have failed before this one
	key         string
	correlation string
	log         int64
	began       time.Time
}

// run is gue's work function. gue tells a pause from an error by a type assertion, so pauses are returned bare.
func (e *executor) run(ctx context.Context, j *gue.Job) error {
	a := &attempt{Job: j, began: time.Now()}
	const ours = "SELECT attempts, coalesce(key, ''), correlation FROM gue_jobs WHERE job_id = $1"
	if err := j.Tx().QueryRow(ctx, ours, j.ID.String()).Scan(&a.failures, &a.key, &a.correlation); err != nil {
		return fmt.Errorf("read job: %w", err)
	}
	ctx = WithCorrelation(ctx, a.correlation)
	lost, err := e.start(ctx, a)
	if err != nil {
		return gue.ErrRescheduleJobIn(shortestPutOff, err.Error())
	}
	if lost >= lostStarts {
		return e.bury(ctx, a, fmt.Errorf("the worker died %d times while this job ran", lost))
	}
	k, known := e.registry.kinds[j.Type]
	if !known {
		return e.bury(ctx, a, fmt.Errorf("no such kind of job: %q", j.Type))
	}
	err = handle(ctx, k, j.Args)
	if ctx.Err() != nil {
		return ctx.Err() // the process stops: nothing can be written any more, and the job is free again
	}
	return e.verdict(ctx, k, a, err)
}

// start gives the key up and notes the run, on another connection and before the handler. lost is the number of
// earlier runs that never came to an end.
func (e *executor) start(ctx context.Context, a *attempt) (lost int, err error) {
	err = e.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw("DELETE FROM job_keys WHERE job_id = ?", a.ID.String()).Exec(ctx); err != nil {
			return fmt.Errorf("give up key: %w", err)
		}
		const unended = "SELECT count(*) FROM job_log WHERE job_id = ? AND ended_at IS NULL"
		if err := tx.NewRaw(unended, a.ID.String()).Scan(ctx, &lost); err != nil {
			return fmt.Errorf("count lost runs: %w", err)
		}
		const begin = "INSERT INTO job_log (job_id, type, worker, correlation, started_at) VALUES (?, ?, ?, ?, ?) RETURNING id"
		if err := tx.NewRaw(begin, a.ID.String(), a.Type, e.worker, a.correlation, a.began).Scan(ctx, &a.log); err != nil {
			return fmt.Errorf("note start: %w", err)
		}
		return nil
	})
	return lost, err
}

// panicked is a panic in a handler; it is for the log, with its stack, not for another attempt.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

func handle(ctx context.Context, k *kind, raw []byte) (err error) {
	ctx, cancel := context.WithTimeout(ctx, k.limit)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			err = Permanent(&panicked{value: v, stack: debug.Stack()})
		}
	}()
	return k.work(ctx, raw)
}

// verdict is the bookkeeping after a handler, in the job's own transaction, so that it happens together with gue's.
func (e *executor) verdict(ctx context.Context, k *kind, a *attempt, err error) error {
	if err == nil {
		return e.end(ctx, a, "done", nil)
	}
	if l, ok := asLater(err); ok {
		return e.putBack(ctx, a, "put_off", min(max(l.in, shortestPutOff), longestPutOff), err)
	}
	failures := a.failures + 1
	if errors.As(err, new(permanent)) || k.exhausted(failures, time.Since(a.CreatedAt)) {
		return e.bury(ctx, a, err)
	}
	const count = "UPDATE gue_jobs SET attempts = $2 WHERE job_id = $1"
	if _, err := a.Tx().Exec(ctx, count, a.ID.String(), failures); err != nil {
		return fmt.Errorf("count attempt: %w", err)
	}
	pause := time.Duration(float64(k.pause(failures)) * (0.9 + 0.2*rand.Float64()))
	return e.putBack(ctx, a, "retried", pause, err)
}

// putBack lets the job wait again. It claims its key once more; where another job holds that meanwhile, this one ends,
// because the other covers it.
func (e *executor) putBack(ctx context.Context, a *attempt, outcome string, pause time.Duration, cause error) error {
	if a.key != "" {
		const claim = `INSERT INTO job_keys AS k (key, job_id) VALUES ($1, $2)
			ON CONFLICT (key) DO UPDATE SET job_id = k.job_id RETURNING job_id`
		var waiting string
		if err := a.Tx().QueryRow(ctx, claim, a.key, a.ID.String()).Scan(&waiting); err != nil {
			return fmt.Errorf("claim key again: %w", err)
		}
		if waiting != a.ID.String() {
			return e.end(ctx, a, outcome, cause)
		}
	}
	if err := e.end(ctx, a, outcome, cause); err != nil {
		return err
	}
	return gue.ErrRescheduleJobIn(pause, short(cause))
}

// bury puts the job among the dead ones; gue deletes it in the same commit.
func (e *executor) bury(ctx context.Context, a *attempt, cause error) error {
	const bury = `
		INSERT INTO dead_jobs (job_id, type, queue, args, attempts, last_error, correlation, enqueued_at, died_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	_, err := a.Tx().Exec(ctx, bury, a.ID.String(), a.Type, a.Queue, a.Args, a.failures+1, short(cause), a.correlation,
		a.CreatedAt, time.Now())
	if err != nil {
		return fmt.Errorf("bury job: %w", err)
	}
	e.report(ctx, fmt.Errorf("job %s of kind %s is dead: %w", a.ID, a.Type, cause))
	return e.end(ctx, a, "dead", cause)
}

func (e *executor) end(ctx context.Context, a *attempt, outcome string, cause error) error {
	// Runs that never ended count only while they follow one another: an end forgives them.
	const end = "UPDATE job_log SET ended_at = $2, outcome = CASE WHEN id = $3 THEN $4 END WHERE job_id = $1 AND ended_at IS NULL"
	if _, err := a.Tx().Exec(ctx, end, a.ID.String(), time.Now(), a.log, outcome); err != nil {
		return fmt.Errorf("note end: %w", err)
	}
	level, attrs := slog.LevelInfo, []any{
		"kind", a.Type, "job", a.ID.String(), "outcome", outcome, "attempt", a.failures + 1,
		"ms", time.Since(a.began).Milliseconds(), "request", a.correlation,
	}
	if cause != nil {
		level = slog.LevelWarn
		attrs = append(attrs, "error", short(cause))
	}
	if outcome == "dead" {
		level = slog.LevelError
	}
	var p *panicked
	if errors.As(cause, &p) {
		attrs = append(attrs, "stack", string(p.stack))
	}
	e.log.Log(ctx, level, "job", attrs...)
	return nil
}

// short is an error as it is stored: PostgreSQL takes neither NUL bytes nor broken UTF-8.
func short(err error) string {
	text := strings.ReplaceAll(strings.ToValidUTF8(err.Error(), "?"), "\x00", "?")
	if len(text) > longestError {
		text = strings.ToValidUTF8(text[:longestError], "")
	}
	return text
}

// laneWorker makes gue's worker for one lane; it works off one job at a time.
func (e *executor) laneWorker(client *gue.Client, lane string, broken func(error)) (*gue.Worker, error) {
	known := gue.WorkMap{}
	for name := range e.registry.kinds {
		known[name] = e.run
	}
	return gue.NewWorker(client, known,
		gue.WithWorkerQueue(lane),
		gue.WithWorkerPollStrategy(gue.RunAtPollStrategy), // the other one has no index to follow
		gue.WithWorkerUnknownJobWorkFunc(e.run),
		gue.WithWorkerLogger(adapter.NoOpLogger{}),
		gue.WithWorkerHooksJobLocked(func(_ context.Context, _ *gue.Job, err error) {
			if err != nil {
				broken(fmt.Errorf("take a job: %w", err))
			}
		}),
		gue.WithWorkerHooksJobUndone(func(_ context.Context, j *gue.Job, err error) {
			broken(fmt.Errorf("finish job %s: %w", j.ID, err))
		}))
}
