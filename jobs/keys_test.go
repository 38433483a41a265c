package jobs_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"ams/jobs"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	t.Run("OneWaits", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		jobs.Handle(b.registry, func(context.Context, visit) error { return nil })
		for range 3 {
			b.add(t, visit{"here"})
		}
		b.add(t, visit{"there"})
		b.add(t, visit{""})
		b.add(t, visit{""})
		b.want(t, 3, waiting)
		b.drain(t, 3)
		b.want(t, 0, keys)
		b.add(t, visit{"here"})
		b.drain(t, 1)
	})
	t.Run("Forward", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		jobs.Handle(b.registry, func(context.Context, visit) error { return nil })
		b.add(t, visit{"here"}, jobs.In(time.Hour))
		b.add(t, visit{"here"}, jobs.In(2*time.Hour))
		if in := time.Until(value[time.Time](t, b, `SELECT run_at FROM gue_jobs`)); in > time.Hour {
			t.Errorf("the job waits for %s, want an hour", in)
		}
		b.drain(t, 0)
		b.add(t, visit{"here"})
		b.drain(t, 1)
	})
	t.Run("Rollback", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		jobs.Handle(b.registry, func(context.Context, visit) error { return nil })
		_ = b.db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
			if err := b.queue.Add(ctx, tx, visit{"here"}); err != nil {
				t.Errorf("Add: %v", err)
			}
			return errFails
		})
		b.add(t, visit{"here"})
		b.drain(t, 1)
	})
	t.Run("PutBackClaims", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		jobs.Handle(b.registry, func(context.Context, visit) error { return errFails })
		b.add(t, visit{"here"})
		b.drain(t, 1)
		b.want(t, 1, keys)
		b.add(t, visit{"here"}, jobs.In(time.Hour))
		b.want(t, 1, waiting)
	})
	t.Run("PutBackCovered", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		jobs.Handle(b.registry, func(ctx context.Context, v visit) error {
			err := b.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
				return b.queue.Add(ctx, tx, v, jobs.In(time.Hour))
			})
			if err != nil {
				t.Errorf("Add: %v", err)
			}
			return errFails
		})
		b.add(t, visit{"here"})
		b.drain(t, 1)
		b.want(t, 1, waiting)
		b.want(t, 0, counted)
		b.want(t, 1, `SELECT count(*) FROM job_runs WHERE outcome = 'covered'`)
		b.want(t, 1, `SELECT count(*) FROM job_keys JOIN gue_jobs USING (job_id)`)
	})
	t.Run("NoneOutlivesItsJob", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		jobs.Handle(b.registry, func(context.Context, visit) error { return nil })
		b.add(t, visit{"here"})
		b.exec(t, `DELETE FROM gue_jobs`)
		b.want(t, 0, keys)
	})
}

// The second event belongs to a transaction that is open while the first one's job starts. The job must wait for it and
// see it, and adding once more meanwhile must not wait for the job.
func TestTwoEnqueuersOfOneKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	seen := make(chan int, 10)
	jobs.Handle(b.registry, func(ctx context.Context, _ visit) error {
		var n int
		err := b.db.NewRaw(effects).Scan(ctx, &n)
		seen <- n
		return err
	})
	event := func(ctx context.Context, tx bun.Tx, opts ...jobs.AddOption) {
		if _, err := tx.NewRaw(`INSERT INTO effects VALUES ('event')`).Exec(ctx); err != nil {
			t.Fatalf("write the event: %v", err)
		}
		if err := b.queue.Add(ctx, tx, visit{"here"}, opts...); err != nil {
			t.Fatalf("Add: %v", err)
		}
	}
	begin := func() bun.Tx {
		tx, err := b.db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatalf("BeginTx: %v", err)
		}
		return tx
	}
	first, second := begin(), begin()
	defer second.Rollback()
	event(t.Context(), first)
	if err := first.Commit(); err != nil {
		t.Fatalf("Commit: %v", err)
	}
	event(t.Context(), second)
	b.idle(t)
	eventually(t, "the start waits for the key", func() bool {
		return value[int](t, b, `
			SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%DELETE FROM job_keys%'`) == 1
	})
	sooner, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	event(sooner, second, jobs.In(-time.Hour))
	if len(seen) > 0 {
		t.Fatal("the job ran before the second enqueuer committed")
	}
	if err := second.Commit(); err != nil {
		t.Fatalf("Commit: %v", err)
	}
	if got := soon(t, "the job runs", seen); got != 3 {
		t.Errorf("the job saw %d events, want 3", got)
	}
	eventually(t, "nothing waits", func() bool { return value[int](t, b, waiting) == 0 })
	if diff := cmp.Diff(0, len(seen)); diff != "" {
		t.Errorf("further runs (-want +got):\n%s", diff)
	}
	b.want(t, 0, keys)
}
