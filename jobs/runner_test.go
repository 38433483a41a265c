package jobs_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ams/jobs"
)

// commitToStart adds a job and measures from the commit to the handler.
func (b *bench) commitToStart(t *testing.T, started <-chan time.Time) time.Duration {
	t.Helper()
	b.add(t, task{"x"})
	committed := time.Now()
	return soon(t, "the job starts", started).Sub(committed)
}

func TestWake(t *testing.T) {
	t.Parallel()
	b := setup(t)
	started := make(chan time.Time, 10)
	jobs.Handle(b.registry, func(context.Context, task) error {
		started <- time.Now()
		return nil
	})
	b.idle(t, func(c *jobs.RunnerConfig) { c.Poll = time.Hour }) // so whatever starts here has been told of
	var took []time.Duration
	for range 7 {
		took = append(took, b.commitToStart(t, started))
		eventually(t, "the worker is idle", func() bool { return value[int](t, b, waiting) == 0 })
	}
	t.Logf("from commit to start it took %s", took)

	t.Run("BIL-72 its listening connection is cut", func(t *testing.T) { // and it finds jobs as before, at once
		b.exec(t, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN jobs'`)
		t.Logf("after its listening connection was cut the worker woke after %s", b.commitToStart(t, started))
		eventually(t, "the worker listens again", func() bool { return value[int](t, b, asleep) == 1 })
		t.Logf("once it listened again the worker woke after %s", b.commitToStart(t, started))
	})

	b.add(t, task{"x"}, jobs.In(300*time.Millisecond))
	eventually(t, "the delayed job starts by itself", func() bool { return len(started) == 1 })
}

// The poll finds jobs whose notification was lost.
func TestPoll(t *testing.T) {
	t.Parallel()
	b := setup(t)
	started := make(chan time.Time, 1)
	jobs.Handle(b.registry, func(context.Context, task) error {
		started <- time.Now()
		return nil
	})
	b.exec(t, `DROP TRIGGER jobs_changed ON gue_jobs`)
	b.idle(t, func(c *jobs.RunnerConfig) { c.Poll = 50 * time.Millisecond })
	b.commitToStart(t, started)
}

func TestLanes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	release, quick := make(chan struct{}), make(chan string, 10)
	var slow, most atomic.Int32
	jobs.Handle(b.registry, func(context.Context, task) error {
		most.Store(max(most.Load(), slow.Add(1)))
		<-release
		slow.Add(-1)
		return nil
	})
	jobs.Handle(b.registry, func(_ context.Context, a errand) error {
		quick <- a.Name
		return nil
	}, jobs.Lane("quick"))
	for range 5 {
		b.add(t, task{"slow"})
	}
	b.start(t, func(c *jobs.RunnerConfig) { c.Lanes = map[string]int{"default": 2, "quick": 1} })
	eventually(t, "both runners of the slow lane are busy", func() bool { return slow.Load() == 2 })
	for i := range 5 {
		b.add(t, errand{fmt.Sprint(i)})
	}
	for i := range 5 {
		if got := soon(t, "a quick job runs beside the slow ones", quick); got != fmt.Sprint(i) {
			t.Errorf("quick job %d was %s, want the order of adding", i, got)
		}
	}
	close(release)
	eventually(t, "all are done", func() bool { return value[int](t, b, waiting) == 0 })
	if most.Load() != 2 {
		t.Errorf("%d slow jobs ran at once, want 2", most.Load())
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	t.Run("Finishes", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		begun, release := make(chan string, 10), make(chan struct{})
		jobs.Handle(b.registry, func(ctx context.Context, a task) error {
			begun <- a.Name
			<-release
			return ctx.Err()
		})
		b.add(t, task{"first"})
		b.add(t, task{"second"})
		cancel, wait := b.begin(t)
		soon(t, "the first job starts", begun)
		cancel()
		close(release)
		wait()
		b.want(t, 1, `SELECT count(*) FROM job_runs WHERE outcome = 'done'`)
		b.want(t, 1, `SELECT count(*) FROM job_runs`)
		b.want(t, 1, waiting)
	})
	t.Run("PutsBack", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		begun := make(chan string, 10)
		patient := true
		jobs.Handle(b.registry, func(ctx context.Context, v visit) error {
			begun <- v.Place
			if patient {
				<-ctx.Done()
			}
			return ctx.Err()
		}, jobs.Attempts(1))
		b.add(t, visit{"here"})
		stop := b.start(t, func(c *jobs.RunnerConfig) { c.Grace = 30 * time.Millisecond })
		soon(t, "the job starts", begun)
		stop()
		b.want(t, 0, counted)
		b.want(t, 1, `SELECT count(*) FROM gue_jobs JOIN job_keys USING (job_id) WHERE run_at <= ?`, time.Now())
		b.want(t, 1, `SELECT count(*) FROM job_runs WHERE outcome = 'stopped'`)
		patient = false
		b.drain(t, 1)
		b.want(t, 0, waiting)
	})
	t.Run("ErrStubborn", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		begun, release := make(chan string, 10), make(chan struct{})
		defer close(release)
		var runs atomic.Int32
		jobs.Handle(b.registry, func(_ context.Context, a task) error {
			begun <- a.Name
			if runs.Add(1) == 1 {
				<-release
			}
			return nil
		})
		b.add(t, task{"x"})
		r, err := jobs.NewRunner(jobs.RunnerConfig{
			DB: b.db.DB, Pool: b.db.Pool, Registry: b.registry, Grace: 10 * time.Millisecond,
			Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatalf("NewRunner: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- r.Run(ctx) }()
		soon(t, "the job starts", begun)
		cancel()
		if err := soon(t, "Run ends", ended); err == nil {
			t.Error("Run with a handler that does not stop: got no error")
		}
		eventually(t, "the job is free", func() bool { return value[int](t, b, free) == 1 })
		b.want(t, 0, counted)
		b.drain(t, 1)
	})
}

func TestNewRunner(t *testing.T) {
	t.Parallel()
	b := setup(t)
	jobs.Handle(b.registry, func(context.Context, errand) error { return nil }, jobs.Lane("quick"))
	for name, c := range map[string]struct {
		change func(*jobs.RunnerConfig)
		ok     bool
	}{
		"OK":             {func(*jobs.RunnerConfig) {}, true},
		"ErrPool":        {func(c *jobs.RunnerConfig) { c.Pool = nil }, false},
		"ErrLane":        {func(c *jobs.RunnerConfig) { c.Lanes = map[string]int{"default": 1} }, false},
		"ErrConnections": {func(c *jobs.RunnerConfig) { c.Lanes = map[string]int{"default": 9, "quick": 1} }, false},
		"ErrRegistry": {func(c *jobs.RunnerConfig) {
			c.Registry = jobs.NewRegistry()
			jobs.Handle(c.Registry, func(context.Context, task) error { return nil }, jobs.Timeout(0))
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := jobs.RunnerConfig{DB: b.db.DB, Pool: b.db.Pool, Registry: b.registry}
			c.change(&cfg)
			if _, err := jobs.NewRunner(cfg); (err == nil) != c.ok {
				t.Errorf("NewRunner = %v, want ok %v", err, c.ok)
			}
		})
	}
}

func TestSchedules(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var runs atomic.Int32
	noon := jobs.Daily((time.Now().UTC().Hour()+12)%24, 0, time.UTC)
	jobs.Handle(b.registry, func(context.Context, morning) error {
		runs.Add(1)
		return nil
	}, jobs.Every(noon))
	quick := func(c *jobs.RunnerConfig) { c.Poll = time.Millisecond }
	first, second := b.start(t, quick), b.start(t, quick)
	eventually(t, "the schedule is planned", func() bool { return value[int](t, b, `SELECT count(*) FROM schedules`) == 1 })
	b.want(t, 0, `SELECT count(*) FROM schedules WHERE next_run_at <> ? OR last_run_at IS NOT NULL`, noon.Next(time.Now()))
	const rounds = 20
	for i := range rounds {
		b.exec(t, `UPDATE schedules SET next_run_at = ?`, time.Now().AddDate(0, 0, -3)) // three were missed: one is made up
		eventually(t, "the scheduled job ran", func() bool { return int(runs.Load()) > i })
		eventually(t, "the schedule moved on", func() bool {
			return value[time.Time](t, b, `SELECT next_run_at FROM schedules`).After(time.Now())
		})
	}
	first()
	second()
	b.drain(t, 0)
	if got := int(runs.Load()); got != rounds {
		t.Errorf("scheduled job ran %d times with two workers, want %d", got, rounds)
	}

	b.exec(t, `UPDATE schedules SET plan = 'another', next_run_at = ?`, time.Now().AddDate(0, 0, -3))
	third := b.start(t, quick)
	eventually(t, "the changed schedule is planned anew", func() bool {
		return value[string](t, b, `SELECT plan FROM schedules`) == noon.String()
	})
	third()
	if got := int(runs.Load()); got != rounds {
		t.Errorf("a changed schedule ran at once")
	}
}

func TestAlive(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alive := func(names ...string) time.Duration {
		seen, err := jobs.Alive(t.Context(), b.db, names...)
		if err != nil {
			t.Fatalf("Alive(%q): %v", names, err)
		}
		return time.Since(seen)
	}
	if alive() < 24*time.Hour {
		t.Error("Alive without a worker: want the zero time")
	}
	stop := b.start(t, func(c *jobs.RunnerConfig) { c.Name = "here" })
	eventually(t, "the worker shows a heartbeat", func() bool { return alive() < time.Minute })
	if alive("here") > time.Minute || alive("there") < 24*time.Hour {
		t.Errorf("Alive(here), Alive(there) were %s, %s ago", alive("here"), alive("there"))
	}
	stop()
	if alive() < 24*time.Hour {
		t.Error("Alive after the worker stopped: want the zero time")
	}
}

// With the default strategy of gue each job would sort everything that waits, and its priorities, which we do not set,
// would come before run times.
func TestManyWaiting(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var did []string
	enough := make(chan struct{})
	jobs.Handle(b.registry, func(_ context.Context, a task) error {
		if did = append(did, a.Name); len(did) == 200 {
			close(enough)
		}
		return nil
	})
	b.add(t, task{"0"})
	b.exec(t, `
		INSERT INTO gue_jobs (job_id, priority, run_at, job_type, args, queue, created_at, updated_at)
		SELECT lpad(n::text, 26, '0'), n, run_at - n * interval '1 second', job_type,
			convert_to('{"Name": "' || n || '"}', 'UTF8'), queue, created_at, updated_at
		FROM gue_jobs, generate_series(1, 10000) n`)
	b.exec(t, `ANALYZE gue_jobs`)
	var plan []string
	err := b.db.NewRaw(`EXPLAIN SELECT job_id FROM gue_jobs WHERE queue = 'default' AND run_at <= ?
		ORDER BY run_at, priority ASC LIMIT 1 FOR UPDATE SKIP LOCKED`, time.Now()).Scan(t.Context(), &plan)
	if err != nil || !slices.ContainsFunc(plan, func(s string) bool { return strings.Contains(s, "using gue_jobs_due") }) {
		t.Errorf("plan = %q, %v, want one with gue_jobs_due", plan, err)
	}
	start := time.Now()
	stop := b.start(t)
	soon(t, "200 jobs are done", enough)
	t.Logf("200 of 10,000 jobs took %s", time.Since(start))
	stop()
	b.wantFewRead(t, 200)
	if diff := cmp.Diff([]string{"10000", "9999", "9998"}, did[:3]); diff != "" {
		t.Errorf("first jobs done, what was due first in front (-want +got):\n%s", diff)
	}
}

// wantFewRead wants each of n starts to have found its job through the index, and not to have read all that wait.
func (b *bench) wantFewRead(t *testing.T, n int) {
	t.Helper()
	conn, err := b.db.Conn(t.Context())
	if err != nil {
		t.Fatalf("Conn: %v", err)
	}
	defer conn.Close()
	// What a connection has read is known at once when it ends, else only some seconds later.
	const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
	if _, err := conn.ExecContext(t.Context(), end); err != nil {
		t.Fatalf("%s: %v", end, err)
	}
	var found, read int
	eventually(t, "the index was used for each start", func() bool {
		err := conn.QueryRowContext(t.Context(), `SELECT i.idx_scan, i.idx_tup_read + r.seq_tup_read
			FROM pg_stat_user_indexes i JOIN pg_stat_user_tables r USING (relid) WHERE i.indexrelname = 'gue_jobs_due'`).Scan(&found, &read)
		if err != nil {
			t.Fatalf("what was read: %v", err)
		}
		return found >= n
	})
	t.Logf("%d starts read %d entries", found, read)
	if most := 1000 * n; read > most {
		t.Errorf("%d starts read %d entries, want %d at most", n, read, most)
	}
}
