package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/uptrace/bun"
	"github.com/vgarvardt/gue/v5"
	"github.com/vgarvardt/gue/v5/adapter/libpq"
)

const (
	// mostDeaths is how many workers in a row a job may take with it before it is buried.
	mostDeaths = 5
	// unsettled is the pause of a job that could not be started, or whose verdict could not be written.
	unsettled = 5 * time.Second
)

// worker works off one lane, one job at a time.
type worker struct {
	lane     string
	registry *Registry
	db       *bun.DB
	name     string
	log      *slog.Logger
	observe  func(context.Context, Ran)
	stopping <-chan struct{} // closed when running jobs have to end
	gue      *gue.Worker

	run *run  // of this round; nil when there was no job
	err error // why the queue could not be read, or the verdict not be written
}

// run is one job at work.
type run struct {
	job         *gue.Job
	kind        *kind
	key         string
	correlation string
	attempts    int
	since       time.Time // when the first run that failed began
	id          int64     // in the log of starts
	deaths      int       // starts before this one that never ended, in a row
	start       time.Time
	took        time.Duration
	err         error
	failure     string
	verdict     verdict
}

// attach makes gue's worker for the lane.
func (w *worker) attach() error {
	client, err := gue.NewClient(libpq.NewConnPool(w.db.DB))
	if err != nil {
		return fmt.Errorf("open the queue: %w", err)
	}
	// One function takes all kinds, those that nobody handles included. Only the order by run time has an index.
	w.gue, err = gue.NewWorker(client, gue.WorkMap{}, gue.WithWorkerQueue(w.lane),
		gue.WithWorkerPollStrategy(gue.RunAtPollStrategy), gue.WithWorkerUnknownJobWorkFunc(w.work),
		gue.WithWorkerHooksJobLocked(w.trouble), gue.WithWorkerHooksJobUndone(w.trouble))
	if err != nil {
		return fmt.Errorf("make a worker for lane %s: %w", w.lane, err)
	}
	return nil
}

func (w *worker) trouble(_ context.Context, j *gue.Job, err error) {
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("queue: %w", err)
	}
}

// once works off one job, if one is due. An error means that the job, if any, is as it was before. The context is for
// the queue's own statements too: end it only to give up a job whose handler does not stop.
func (w *worker) once(ctx context.Context) (worked bool, err error) {
	w.run, w.err = nil, nil
	worked = w.gue.WorkOne(ctx)
	if w.run != nil && w.err == nil {
		w.tell(ctx, w.run)
	}
	return worked, w.err
}

// work is what gue calls with the locked job. nil lets gue delete the job; what settle wrote is committed with it.
func (w *worker) work(ctx context.Context, j *gue.Job) error {
	r := &run{job: j, start: time.Now()}
	w.run = r
	err := w.begin(ctx, r)
	if err == nil {
		r.err = w.perform(ctx, r)
		r.took = time.Since(r.start)
		r.failure = failure(r.err, j.Args)
		r.verdict = w.judge(r)
		err = r.settle(ctx)
	}
	if err != nil {
		w.err = fmt.Errorf("job %s %s: %w", j.Type, j.ID, err)
		return gue.ErrRescheduleJobIn(unsettled, "unsettled")
	}
	switch r.verdict.outcome {
	case retried, putOff, stopped: // bare: gue looks at the error's type without unwrapping
		return gue.ErrRescheduleJobIn(r.verdict.pause, r.verdict.outcome)
	}
	return nil
}

// begin notes the start and frees the key, both on another connection: the note outlives this worker, and deleting the
// key waits for everybody who is about to rely on this run.
func (w *worker) begin(ctx context.Context, r *run) error {
	r.kind = w.registry.kinds[r.job.Type]
	id := r.job.ID.String()
	var since *time.Time
	err := r.job.Tx().QueryRow(ctx, `
		SELECT key, correlation, attempts, failing_since FROM gue_jobs WHERE job_id = $1`, id).
		Scan(&r.key, &r.correlation, &r.attempts, &since)
	if err != nil {
		return fmt.Errorf("read the job: %w", err)
	}
	if since != nil {
		r.since = *since
	}
	const start = `
		WITH released AS (DELETE FROM job_keys WHERE job_id = ?0)
		INSERT INTO job_runs (job_id, type, worker, correlation, started_at) VALUES (?0, ?1, ?2, ?3, ?4)
		RETURNING id, (
			SELECT count(*) FROM job_runs WHERE job_id = ?0 AND ended_at IS NULL
			AND id > coalesce((SELECT max(id) FROM job_runs WHERE job_id = ?0 AND ended_at IS NOT NULL), 0))`
	err = w.db.NewRaw(start, id, r.job.Type, w.name, r.correlation, r.start).Scan(ctx, &r.id, &r.deaths)
	if err != nil {
		return fmt.Errorf("note the start: %w", err)
	}
	return nil
}

func (w *worker) perform(ctx context.Context, r *run) (err error) {
	if r.kind == nil {
		return Permanent(errors.New("nobody handles this kind of job"))
	}
	if r.deaths >= mostDeaths {
		return Permanent(fmt.Errorf("%d workers in a row died in the middle of it", r.deaths))
	}
	ctx, cancel := context.WithTimeout(r.belongs(ctx), r.kind.timeout)
	defer cancel()
	go func() {
		select {
		case <-w.stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	defer func() {
		if v := recover(); v != nil {
			err = Permanent(&panicked{value: v, stack: debug.Stack()})
		}
	}()
	return r.kind.work(ctx, r.job.Args)
}

func (w *worker) judge(r *run) verdict {
	if r.kind == nil {
		return verdict{outcome: dead}
	}
	v := r.kind.judge(r.err, r.attempts, r.since, r.start)
	_, permanent := errors.AsType[permanentError](r.err)
	select {
	case <-w.stopping:
		if v.counts() && !permanent {
			return verdict{outcome: stopped}
		}
	default:
	}
	return v
}

// settle writes the verdict into the job's own transaction, which gue commits right after.
func (r *run) settle(ctx context.Context) error {
	switch r.verdict.outcome {
	case dead:
		if err := r.bury(ctx); err != nil {
			return err
		}
	case retried, putOff, stopped:
		if err := r.putBack(ctx); err != nil {
			return err
		}
	}
	_, err := r.job.Tx().Exec(ctx, `UPDATE job_runs SET ended_at = $2, outcome = $3, failure = $4 WHERE id = $1`,
		r.id, r.start.Add(r.took), r.verdict.outcome, r.failure)
	if err != nil {
		return fmt.Errorf("note the end: %w", err)
	}
	return nil
}

// putBack claims the job's key again. Where another job has it by now, that one covers this one, which ends.
func (r *run) putBack(ctx context.Context) error {
	tx, id := r.job.Tx(), r.job.ID.String()
	if r.key != "" {
		owner, err := claim(ctx, tx, r.key, id)
		if err != nil {
			return err
		}
		if owner != id {
			r.verdict = verdict{outcome: covered}
			return nil
		}
	}
	counted := 0
	if r.verdict.counts() {
		counted = 1
	}
	_, err := tx.Exec(ctx, `
		UPDATE gue_jobs SET attempts = attempts + $2, failure = $3,
			failing_since = CASE WHEN $2 > 0 THEN coalesce(failing_since, $4) ELSE failing_since END
		WHERE job_id = $1`, id, counted, r.failure, r.start)
	if err != nil {
		return fmt.Errorf("put the job back: %w", err)
	}
	return nil
}

func (r *run) bury(ctx context.Context) error {
	_, err := r.job.Tx().Exec(ctx, `
		INSERT INTO dead_jobs (id, type, lane, key, args, correlation, attempts, last_error, created_at, died_at)
		SELECT job_id, job_type, queue, key, args, correlation, attempts + 1, $2, created_at, $3
		FROM gue_jobs WHERE job_id = $1`, r.job.ID.String(), r.failure, r.start.Add(r.took))
	if err != nil {
		return fmt.Errorf("bury the job: %w", err)
	}
	return nil
}

// belongs says in ctx which job it works for, and which request caused it.
func (r *run) belongs(ctx context.Context) context.Context {
	return withKind(WithCorrelation(ctx, r.correlation), r.job.Type)
}

// tell says what is committed.
func (w *worker) tell(ctx context.Context, r *run) {
	ctx = r.belongs(ctx)
	level := slog.LevelInfo
	switch r.verdict.outcome {
	case retried:
		level = slog.LevelWarn
	case dead:
		level = slog.LevelError
	}
	facts := []slog.Attr{
		slog.String("job_type", r.job.Type), slog.String("id", r.job.ID.String()), slog.Duration("duration", r.took),
		slog.String("outcome", r.verdict.outcome), slog.String("request_id", r.correlation),
	}
	if r.failure != "" {
		facts = append(facts, slog.String("error", r.failure))
	}
	if p, ok := errors.AsType[*panicked](r.err); ok {
		facts = append(facts, slog.String("stack", string(p.stack)))
	}
	w.log.LogAttrs(ctx, level, "job", facts...)
	if w.observe != nil {
		w.observe(ctx, Ran{Kind: r.job.Type, Outcome: r.verdict.outcome, Took: r.took})
	}
}
