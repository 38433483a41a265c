package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/oklog/ulid/v2"
	"github.com/uptrace/bun"
)

// RunnerConfig is what a worker process needs.
//
// A running job is an open transaction that does nothing: open the database with IdleInTransactionTimeout -1, and with
// at least twice as many connections as there are runners, plus two. Each running job holds one, its handler uses more.
// The listening connection is not one of the pool's.
type RunnerConfig struct {
	DB       *bun.DB
	Pool     *pgxpool.Pool // the same connections, to listen on
	Registry *Registry
	Lanes    map[string]int             // runners for each lane; nil means one for each lane of the registry
	Log      *slog.Logger               // nil: slog.Default(); an error there is a job that died
	Observe  func(context.Context, Ran) // hears of every run once its verdict is written; nil for nobody
	Grace    time.Duration              // how long running jobs may go on after the end; 0 means 25 seconds
	Poll     time.Duration              // how often to look without being woken, and for schedules; 0 means 5 seconds
	Name     string                     // of the heartbeat; empty: the host's name
	Version  string                     // of the heartbeat
}

// Ran is a job after one of its runs.
type Ran struct {
	Kind    string
	Outcome string // done, retried, put_off, dead; stopped where the worker stopped, covered where another one does it
	Took    time.Duration
}

// settling is how long verdicts may take to be written once the grace period is over.
const settling = 3 * time.Second

// Runner is one worker process: runners for each lane, the schedule and the heartbeat.
type Runner struct {
	cfg      RunnerConfig
	id       string
	queue    *Queue
	alarms   []chan struct{} // one for each runner
	stopping chan struct{}
}

// NewRunner refuses a configuration under which some jobs could never run.
func NewRunner(cfg RunnerConfig) (*Runner, error) {
	if cfg.DB == nil || cfg.Pool == nil || cfg.Registry == nil {
		return nil, errors.New("worker: needs a database, its pool and a registry")
	}
	r := &Runner{cfg: cfg, queue: NewQueue(cfg.Registry), stopping: make(chan struct{})}
	if err := cfg.Registry.Err(); err != nil {
		return nil, fmt.Errorf("worker: %w", err)
	}
	r.fillIn()
	runners := 0
	for _, n := range r.cfg.Lanes {
		runners += n
	}
	for _, lane := range cfg.Registry.Lanes() {
		if r.cfg.Lanes[lane] < 1 {
			return nil, fmt.Errorf("worker: lane %s has no runner", lane)
		}
	}
	if have := int(cfg.Pool.Config().MaxConns); have <= runners {
		return nil, fmt.Errorf("worker: %d connections are too few for %d runners", have, runners)
	}
	return r, nil
}

func (r *Runner) fillIn() {
	cfg := &r.cfg
	if cfg.Lanes == nil {
		cfg.Lanes = map[string]int{}
		for _, lane := range cfg.Registry.Lanes() {
			cfg.Lanes[lane] = 1
		}
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Grace == 0 {
		cfg.Grace = 25 * time.Second
	}
	if cfg.Poll == 0 {
		cfg.Poll = 5 * time.Second
	}
	if cfg.Name == "" {
		cfg.Name, _ = os.Hostname()
	}
	r.id = cfg.Name + "/" + ulid.Make().String()
}

// Run works until ctx ends. Then no job starts any more, and running ones may go on for the grace period; after that
// their contexts end and they are put back as they were. An error means that a handler did not stop even then: end the
// process, its jobs are free. Call Run once.
func (r *Runner) Run(ctx context.Context) error {
	held, release := context.WithCancel(context.WithoutCancel(ctx)) // for the queue's own transactions
	defer release()
	var workers []*worker
	for lane, n := range r.cfg.Lanes {
		for range n {
			w := &worker{
				lane: lane, registry: r.cfg.Registry, db: r.cfg.DB, name: r.id,
				log: r.cfg.Log, observe: r.cfg.Observe, stopping: r.stopping,
			}
			if err := w.attach(); err != nil {
				return err
			}
			workers = append(workers, w)
			r.alarms = append(r.alarms, make(chan struct{}, 1))
		}
	}
	var runners, others sync.WaitGroup
	for i, w := range workers {
		runners.Go(func() { r.work(ctx, held, w, r.alarms[i]) })
	}
	others.Go(func() { r.listen(ctx) })
	others.Go(func() { r.keepSchedule(ctx) })
	others.Go(func() { r.beat(held) })
	defer others.Wait()
	defer release() // ends the heartbeat, and jobs whose handlers do not stop

	<-ctx.Done()
	ended := make(chan struct{})
	go func() {
		runners.Wait()
		close(ended)
	}()
	if within(ended, r.cfg.Grace) {
		return nil
	}
	close(r.stopping)
	if within(ended, settling) {
		return nil
	}
	return errors.New("worker: jobs are still running after the grace period")
}

func within(ended <-chan struct{}, d time.Duration) bool {
	select {
	case <-ended:
		return true
	case <-time.After(d):
		return false
	}
}

// work is one runner of a lane.
func (r *Runner) work(ctx, held context.Context, w *worker, alarm <-chan struct{}) {
	for ctx.Err() == nil {
		asked := time.Now()
		worked, err := w.once(held)
		switch {
		case err != nil:
			r.cfg.Log.ErrorContext(ctx, "queue", "lane", w.lane, "error", err.Error())
			sleep(ctx, time.Second, nil)
		case !worked:
			sleep(ctx, r.untilNext(ctx, w.lane, asked), alarm)
		}
	}
}

// untilNext is the time until the next job that was not due yet when the queue was asked, at most the poll interval.
// Due jobs that were not given are running elsewhere.
func (r *Runner) untilNext(ctx context.Context, lane string, asked time.Time) time.Duration {
	var next time.Time
	err := r.cfg.DB.NewRaw(`SELECT run_at FROM gue_jobs WHERE queue = ? AND run_at > ? ORDER BY run_at LIMIT 1`,
		lane, asked).Scan(ctx, &next)
	if err != nil { // nothing waits, or no database: the poll finds out
		return r.cfg.Poll
	}
	return min(time.Until(next), r.cfg.Poll)
}

func sleep(ctx context.Context, d time.Duration, alarm <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-alarm:
	case <-timer.C:
	}
}

// Drain works off everything that is due now, in this goroutine, including what the jobs themselves add, and tells how
// many jobs ran. It is for tests; jobs that were put back with a pause keep waiting.
func Drain(ctx context.Context, db *bun.DB, r *Registry) (n int, err error) {
	if err := r.Err(); err != nil {
		return 0, err
	}
	var lanes []*worker
	for _, lane := range r.Lanes() {
		w := &worker{lane: lane, registry: r, db: db, name: "drain", log: slog.New(slog.DiscardHandler)}
		if err := w.attach(); err != nil {
			return 0, err
		}
		lanes = append(lanes, w)
	}
	for idle := false; !idle; {
		idle = true
		for _, w := range lanes {
			worked, err := w.once(ctx)
			if err != nil {
				return n, err
			}
			if worked {
				n, idle = n+1, false
			}
		}
	}
	return n, nil
}
