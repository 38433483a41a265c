package jobs_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"ams/app/database"
	"ams/app/database/dbtest"
	"ams/jobs"
)

// task is a job like most; visit lets one wait for each place.
type (
	task  struct{ Name string }
	visit struct{ Place string }
)

func (task) Kind() string    { return "test.task" }
func (visit) Kind() string   { return "test.visit" }
func (v visit) Key() string  { return v.Place }
func (errand) Kind() string  { return "test.errand" }
func (morning) Kind() string { return "test.morning" }

type (
	errand  struct{ Name string } // runs in the lane "quick"
	morning struct{}              // scheduled
)

// bench is a queue on a database of its own.
type bench struct {
	db       *database.DB
	registry *jobs.Registry
	queue    *jobs.Queue
}

func setup(t *testing.T) *bench {
	t.Helper()
	r := jobs.NewRegistry()
	b := &bench{db: dbtest.NewSized(t, 10), registry: r, queue: jobs.NewQueue(r)}
	b.exec(t, `CREATE TABLE effects (name text NOT NULL)`)
	return b
}

func (b *bench) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := b.db.NewRaw(query, args...).Exec(t.Context()); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func (b *bench) add(t *testing.T, a jobs.Args, opts ...jobs.AddOption) {
	t.Helper()
	err := b.db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		return b.queue.Add(ctx, tx, a, opts...)
	})
	if err != nil {
		t.Fatalf("Add(%v): %v", a, err)
	}
}

// drain works everything off and wants n jobs to have run.
func (b *bench) drain(t *testing.T, n int) {
	t.Helper()
	got, err := jobs.Drain(t.Context(), b.db.DB, b.registry)
	if err != nil || got != n {
		t.Fatalf("Drain = %d, %v, want %d, nil", got, err, n)
	}
}

// hurry makes everything due that waits.
func (b *bench) hurry(t *testing.T) {
	t.Helper()
	b.exec(t, `UPDATE gue_jobs SET run_at = ?`, time.Now())
}

func value[T any](t *testing.T, b *bench, query string, args ...any) T {
	t.Helper()
	var v T
	if err := b.db.NewRaw(query, args...).Scan(t.Context(), &v); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

func (b *bench) want(t *testing.T, n int, query string, args ...any) {
	t.Helper()
	if got := value[int](t, b, query, args...); got != n {
		t.Errorf("%s = %d, want %d", query, got, n)
	}
}

const (
	waiting = `SELECT count(*) FROM gue_jobs`
	buried  = `SELECT count(*) FROM dead_jobs`
	effects = `SELECT count(*) FROM effects`
	keys    = `SELECT count(*) FROM job_keys`
	free    = `SELECT count(*) FROM (SELECT 1 FROM gue_jobs FOR UPDATE SKIP LOCKED) free`
	counted = `SELECT attempts FROM gue_jobs`
	asleep  = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle' AND query = 'LISTEN jobs'`
)

// eventually polls until it holds; a loaded machine is slow, a stuck one shall fail.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after 20 seconds still not: %s", what)
		}
	}
}

// soon waits for a signal.
func soon[T any](t *testing.T, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(20 * time.Second):
		t.Fatalf("after 20 seconds still not: %s", what)
		panic("not reached")
	}
}

// start runs a worker until stop, which wants Run to end without an error. The test's end stops it, too.
func (b *bench) start(t *testing.T, change ...func(*jobs.RunnerConfig)) (stop func()) {
	t.Helper()
	cancel, wait := b.begin(t, change...)
	return func() {
		cancel()
		wait()
	}
}

// begin is start for tests that do something between the two halves of stop.
func (b *bench) begin(t *testing.T, change ...func(*jobs.RunnerConfig)) (cancel, wait func()) {
	t.Helper()
	cfg := jobs.RunnerConfig{
		DB: b.db.DB, Pool: b.db.Pool, Registry: b.registry, Log: slog.New(slog.DiscardHandler), Poll: time.Minute,
	}
	for _, c := range change {
		c(&cfg)
	}
	r, err := jobs.NewRunner(cfg)
	if err != nil {
		t.Fatalf("NewRunner: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	wait = sync.OnceFunc(func() {
		if err := soon(t, "Run ends", ended); err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		wait()
	})
	return cancel, wait
}

// idle starts a worker and returns when it listens and has nothing to do.
func (b *bench) idle(t *testing.T, change ...func(*jobs.RunnerConfig)) (stop func()) {
	t.Helper()
	stop = b.start(t, change...)
	eventually(t, "the worker listens", func() bool { return value[int](t, b, asleep) == 1 })
	return stop
}

// journal is a log that goroutines may write while a test reads it.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (j *journal) logger() *slog.Logger { return slog.New(slog.NewJSONHandler(j, nil)) }
