package jobs

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/uptrace/bun"
	"github.com/vgarvardt/gue/v5"
	"github.com/vgarvardt/gue/v5/adapter/libpq"
)

const (
	heartbeat = 10 * time.Second
	// Stale is the age of a heartbeat after which its worker counts as gone.
	Stale = time.Minute
	// relisten is the pause before a lost listening connection is opened again.
	relisten = 200 * time.Millisecond
)

// RunnerConfig is what a worker process needs.
type RunnerConfig struct {
	// DB needs a connection for each runner and for what its handlers do meanwhile. A running job is an idle
	// transaction, so the server must not end those.
	DB       *bun.DB
	Pool     *pgxpool.Pool // of the same database, for listening
	Registry *Registry
	Lanes    map[string]int // runners by lane; a lane of the registry that is not named gets one
	Log      *slog.Logger
	Report   func(context.Context, error) // tells the error sink of dead jobs; nil for none
	Grace    time.Duration                // for running jobs when the worker stops; 0 means 25 seconds
	Poll     time.Duration                // how often to look when nobody wakes it; 0 means 5 seconds
	Version  string                       // of the program, for staff to see
}

// Runner works jobs off until it is stopped. Several may share a database.
type Runner struct {
	cfg     RunnerConfig
	name    string
	runners []*laneRunner
}

type laneRunner struct {
	lane   string
	worker *gue.Worker
	wake   chan struct{}
}

// NewRunner connects nothing yet.
func NewRunner(cfg RunnerConfig) (*Runner, error) {
	if cfg.Grace == 0 {
		cfg.Grace = 25 * time.Second
	}
	if cfg.Poll == 0 {
		cfg.Poll = 5 * time.Second
	}
	r := &Runner{cfg: cfg, name: rand.Text()[:12]}
	exec, client, err := newExecutor(cfg.DB, cfg.Registry, cfg.Log, cfg.Report, r.name)
	if err != nil {
		return nil, err
	}
	for _, lane := range cfg.Registry.lanes() {
		for range max(cfg.Lanes[lane], 1) {
			w, err := exec.laneWorker(client, lane, r.broken)
			if err != nil {
				return nil, fmt.Errorf("prepare lane %s: %w", lane, err)
			}
			r.runners = append(r.runners, &laneRunner{lane: lane, worker: w, wake: make(chan struct{}, 1)})
		}
	}
	return r, nil
}

func newExecutor(db *bun.DB, reg *Registry, log *slog.Logger, report func(context.Context, error), name string) (*executor, *gue.Client, error) {
	if report == nil {
		report = func(context.Context, error) {}
	}
	client, err := gue.NewClient(libpq.NewConnPool(db.DB))
	if err != nil {
		return nil, nil, fmt.Errorf("prepare queue: %w", err)
	}
	return &executor{db: db, registry: reg, log: log, report: report, worker: name}, client, nil
}

func (r *Runner) broken(err error) {
	if !errors.Is(err, context.Canceled) {
		r.cfg.Log.Error("queue", "error", err)
	}
}

// Run works until ctx ends. Then no job starts any more, and running ones have the time of Grace; what is not done by
// then is free for other workers and not counted as an attempt.
func (r *Runner) Run(ctx context.Context) error {
	queue := NewQueue(r.cfg.Registry)
	if err := queue.agree(ctx, r.cfg.DB, time.Now()); err != nil {
		return err
	}
	if err := r.beat(ctx); err != nil {
		return err
	}
	hard, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	var side, working sync.WaitGroup
	side.Go(func() { r.listen(ctx) })
	side.Go(func() { r.repeat(ctx, heartbeat, func() error { return r.beat(ctx) }) })
	side.Go(func() {
		r.repeat(ctx, r.cfg.Poll, func() error { return queue.enqueueDue(ctx, r.cfg.DB, time.Now()) })
	})
	for _, lane := range r.runners {
		working.Go(func() { r.work(ctx, hard, lane) })
	}
	<-ctx.Done()
	defer time.AfterFunc(r.cfg.Grace, cut).Stop()
	working.Wait()
	side.Wait()
	return r.leave(context.WithoutCancel(ctx))
}

// work takes one job after another, and waits when there is none.
func (r *Runner) work(ctx, hard context.Context, l *laneRunner) {
	for ctx.Err() == nil {
		if l.worker.WorkOne(hard) {
			continue
		}
		pause := time.NewTimer(r.untilNext(ctx, l.lane))
		select {
		case <-ctx.Done():
		case <-l.wake:
		case <-pause.C:
		}
		pause.Stop()
	}
}

// untilNext is the time to the next job of the lane that is known of, at most that of Poll.
func (r *Runner) untilNext(ctx context.Context, lane string) time.Duration {
	now := time.Now()
	var next sql.NullTime
	const soonest = "SELECT min(run_at) FROM gue_jobs WHERE queue = ? AND run_at > ?"
	if err := r.cfg.DB.NewRaw(soonest, lane, now).Scan(ctx, &next); err != nil || !next.Valid {
		return r.cfg.Poll
	}
	return min(max(next.Time.Sub(now), time.Millisecond), r.cfg.Poll)
}

// listen wakes the runners at every commit that adds a job or moves one, for as long as ctx lasts.
func (r *Runner) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := r.listenOnce(ctx); err != nil && ctx.Err() == nil {
			r.cfg.Log.Warn("listen for jobs", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(relisten):
		}
	}
}

func (r *Runner) listenOnce(ctx context.Context) error {
	pooled, err := r.cfg.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	conn := pooled.Hijack() // a listening connection never goes back to the pool
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN jobs"); err != nil {
		return err
	}
	r.wakeAll() // whatever came while nobody listened
	for {
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
		r.wakeAll()
	}
}

func (r *Runner) wakeAll() {
	for _, l := range r.runners {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}

func (r *Runner) repeat(ctx context.Context, every time.Duration, act func() error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := act(); err != nil && ctx.Err() == nil {
				r.cfg.Log.Error("worker", "error", err)
			}
		}
	}
}

func (r *Runner) beat(ctx context.Context) error {
	host, _ := os.Hostname()
	const beat = `
		INSERT INTO workers (id, host, version, started_at, seen_at) VALUES (?0, ?1, ?2, ?3, ?3)
		ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`
	if _, err := r.cfg.DB.NewRaw(beat, r.name, host, r.cfg.Version, time.Now()).Exec(ctx); err != nil {
		return fmt.Errorf("heartbeat: %w", err)
	}
	return nil
}

func (r *Runner) leave(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if _, err := r.cfg.DB.NewRaw("DELETE FROM workers WHERE id = ?", r.name).Exec(ctx); err != nil {
		return fmt.Errorf("sign the worker off: %w", err)
	}
	return nil
}
