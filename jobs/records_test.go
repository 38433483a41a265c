package jobs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"ams/app/database"
	"ams/app/database/dbtest"
	"ams/jobs"
)

func TestWaiting(t *testing.T) {
	t.Parallel()
	b := setup(t)
	jobs.Handle(b.registry, func(_ context.Context, a task) error { return errors.New("cannot do " + a.Name) },
		jobs.Backoff(24*time.Hour, 24*time.Hour))
	jobs.Handle(b.registry, func(context.Context, errand) error { return nil }, jobs.Lane("quick"))
	b.add(t, task{"the first"})
	b.drain(t, 1)
	b.add(t, errand{"x"}, jobs.In(time.Hour))
	got, err := jobs.Waiting(t.Context(), b.db)
	if err != nil || len(got) != 2 {
		t.Fatalf("Waiting = %v, %v, want two jobs", got, err)
	}
	for i := range got {
		if got[i].ID == "" || got[i].RunAt.Before(time.Now()) || time.Since(got[i].CreatedAt) > time.Minute {
			t.Errorf("Waiting()[%d] = %+v, want an id and machine times", i, got[i])
		}
		got[i].ID, got[i].RunAt, got[i].CreatedAt = "", time.Time{}, time.Time{}
	}
	want := []jobs.Entry{
		{Kind: "test.errand", Lane: "quick"},
		{Kind: "test.task", Lane: jobs.DefaultLane, Attempts: 1, Failure: "cannot do …"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Waiting (-want +got):\n%s", diff)
	}
}

func TestRequeue(t *testing.T) {
	t.Parallel()
	setup := func(t *testing.T) (b *bench, id string, works *bool) {
		t.Helper()
		b, works = setup(t), new(bool)
		jobs.Handle(b.registry, func(context.Context, visit) error {
			if *works {
				return nil
			}
			return jobs.Permanent(errFails)
		})
		b.add(t, visit{"here"})
		b.drain(t, 1)
		return b, value[string](t, b, `SELECT id FROM dead_jobs`), works
	}
	requeue := func(t *testing.T, b *bench, id string) error {
		return b.db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error { return b.queue.Requeue(ctx, tx, id) })
	}
	dead := func(t *testing.T, b *bench) int {
		found, err := jobs.Dead(t.Context(), b.db, 10)
		if err != nil {
			t.Fatalf("Dead: %v", err)
		}
		return len(found)
	}
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		b, id, works := setup(t)
		if err := requeue(t, b, id); err != nil {
			t.Fatalf("Requeue: %v", err)
		}
		b.want(t, 1, buried+` WHERE resolution = 'retried' AND resolved_at IS NOT NULL`)
		b.want(t, 1, waiting+` WHERE attempts = 0 AND key = 'test.visit:here'`)
		b.drain(t, 1)
		if n := dead(t, b); n != 1 {
			t.Errorf("after another failure Dead lists %d jobs, want 1", n)
		}
		*works = true
		if err := requeue(t, b, value[string](t, b, `SELECT id FROM dead_jobs WHERE resolution = ''`)); err != nil {
			t.Fatalf("Requeue: %v", err)
		}
		b.drain(t, 1)
		if n := dead(t, b); n != 0 {
			t.Errorf("at the end Dead lists %d jobs, want none", n)
		}
	})
	t.Run("AnotherWaits", func(t *testing.T) {
		t.Parallel()
		b, id, _ := setup(t)
		b.add(t, visit{"here"})
		if err := requeue(t, b, id); err != nil {
			t.Fatalf("Requeue: %v", err)
		}
		b.want(t, 1, waiting)
	})
	t.Run("ErrNotDead", func(t *testing.T) {
		t.Parallel()
		b, id, _ := setup(t)
		if err := jobs.Discard(t.Context(), b.db, id); err != nil {
			t.Fatalf("Discard: %v", err)
		}
		b.want(t, 1, buried+` WHERE resolution = 'discarded'`)
		if err := requeue(t, b, id); !errors.Is(err, jobs.ErrNotDead) {
			t.Errorf("Requeue of a discarded job = %v, want %v", err, jobs.ErrNotDead)
		}
		if err := jobs.Discard(t.Context(), b.db, "nobody"); !errors.Is(err, jobs.ErrNotDead) {
			t.Errorf("Discard of no job = %v, want %v", err, jobs.ErrNotDead)
		}
		b.want(t, 0, waiting)
	})
	t.Run("ErrUnknown", func(t *testing.T) {
		t.Parallel()
		b, id, _ := setup(t)
		b.exec(t, `UPDATE dead_jobs SET type = 'test.gone'`)
		if err := requeue(t, b, id); err == nil {
			t.Error("Requeue of a kind that nobody handles: got no error")
		}
		if n := dead(t, b); n != 1 {
			t.Errorf("after a refused Requeue Dead lists %d jobs, want 1", n)
		}
	})
}

func TestPurge(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ago := func(days int) time.Time { return time.Now().AddDate(0, 0, -days) }
	b.exec(t, `
		INSERT INTO job_runs (job_id, type, worker, correlation, started_at) VALUES ('old', '', '', '', ?), ('new', '', '', '', ?)`,
		ago(31), ago(29))
	b.exec(t, `
		INSERT INTO dead_jobs (id, type, lane, key, args, correlation, attempts, last_error, created_at, died_at, resolution, resolved_at)
		SELECT id, '', '', '', '', '', 1, '', ?0, ?0, resolution, resolved_at::timestamptz
		FROM (VALUES ('open', '', NULL), ('old', 'retried', ?1), ('new', 'discarded', ?2)) v (id, resolution, resolved_at)`,
		ago(1000), ago(91).Format(time.RFC3339), ago(89).Format(time.RFC3339))
	b.exec(t, `INSERT INTO workers VALUES ('old', '', '', ?0, ?1), ('new', '', '', ?0, ?0)`, time.Now(), ago(2))
	b.exec(t, `INSERT INTO schedules VALUES ('old', '', ?), ('new', '', ?)`, ago(31), ago(1))
	purge := func() {
		t.Helper()
		if err := jobs.Purge(t.Context(), b.db); err != nil {
			t.Fatalf("Purge: %v", err)
		}
	}
	purge()
	for query, want := range map[string]string{
		`SELECT string_agg(job_id, ' ' ORDER BY job_id) FROM job_runs`: "new",
		`SELECT string_agg(id, ' ' ORDER BY id) FROM dead_jobs`:        "new open",
		`SELECT string_agg(id, ' ' ORDER BY id) FROM workers`:          "new",
		`SELECT string_agg(type, ' ' ORDER BY type) FROM schedules`:    "new",
	} {
		if got := value[string](t, b, query); got != want {
			t.Errorf("after Purge %s = %q, want %q", query, got, want)
		}
	}
	b.exec(t, `
		INSERT INTO job_runs (job_id, type, worker, correlation, started_at)
		SELECT 'many', '', '', '', ? FROM generate_series(1, 5000)`, time.Now())
	purge()
	b.want(t, 5000, `SELECT count(*) FROM job_runs WHERE job_id = 'many'`)
	b.want(t, 5000, `SELECT count(*) FROM job_runs`)
}

func TestMigration(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	traces := func() (n int) {
		t.Helper()
		err := db.NewRaw(`
			SELECT (SELECT count(*) FROM pg_tables WHERE tablename IN
					('gue_jobs', 'job_keys', 'job_runs', 'dead_jobs', 'schedules', 'workers'))
				+ (SELECT count(*) FROM pg_proc WHERE proname IN ('jobs_changed', 'free_job_key'))`).Scan(t.Context(), &n)
		if err != nil {
			t.Fatalf("look for traces: %v", err)
		}
		return n
	}
	got := []int{traces()}
	for _, version := range []int64{1, 2} {
		if err := database.MigrateTo(t.Context(), db, version); err != nil {
			t.Fatalf("MigrateTo(%d): %v", version, err)
		}
		got = append(got, traces())
	}
	if diff := cmp.Diff([]int{8, 0, 8}, got); diff != "" {
		t.Errorf("tables and functions of the queue: up, down, up again (-want +got):\n%s", diff)
	}
}

func TestScheduleNext(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Pacific/Auckland")
	if err != nil {
		t.Fatalf("LoadLocation: %v", err)
	}
	for name, c := range map[string]struct {
		schedule    jobs.Schedule
		after, want string
	}{
		"Today":     {jobs.Daily(3, 15, zone), "2026-11-25T03:14:59+13:00", "2026-11-25T03:15:00+13:00"},
		"Tomorrow":  {jobs.Daily(3, 15, zone), "2026-11-25T03:15:00+13:00", "2026-11-26T03:15:00+13:00"},
		"NewYear":   {jobs.Daily(3, 15, zone), "2026-12-31T12:00:00+13:00", "2027-01-01T03:15:00+13:00"},
		"OtherZone": {jobs.Daily(3, 15, zone), "2026-11-24T14:00:00Z", "2026-11-25T03:15:00+13:00"},
		"Skipped":   {jobs.Daily(2, 30, zone), "2026-09-26T12:00:00+12:00", "2026-09-27T03:30:00+13:00"},
		"Twice":     {jobs.Daily(2, 30, zone), "2026-04-04T12:00:00+13:00", "2026-04-05T02:30:00+12:00"},
		"NotThrice": {jobs.Daily(2, 30, zone), "2026-04-05T02:30:00+12:00", "2026-04-06T02:30:00+12:00"},
		"Longer":    {jobs.Daily(3, 15, zone), "2026-04-04T12:00:00+13:00", "2026-04-05T03:15:00+12:00"},
		"Quarter":   {jobs.EveryMinutes(15), "2026-11-25T03:14:59+13:00", "2026-11-25T03:15:00+13:00"},
		"Full":      {jobs.EveryMinutes(15), "2026-11-25T03:15:00+13:00", "2026-11-25T03:30:00+13:00"},
		"Nonsense":  {jobs.EveryMinutes(0), "2026-11-25T03:15:30+13:00", "2026-11-25T03:16:00+13:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			after, err1 := time.Parse(time.RFC3339, c.after)
			want, err2 := time.Parse(time.RFC3339, c.want)
			if err := errors.Join(err1, err2); err != nil {
				t.Fatal(err)
			}
			if got := c.schedule.Next(after); !got.Equal(want) {
				t.Errorf("%s: Next(%s) = %s, want %s", c.schedule, c.after, got, c.want)
			}
		})
	}
}
