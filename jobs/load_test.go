package jobs_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"ams/jobs"
)

// loads is what the queue holds, with ages in whole minutes.
func (b *bench) loads(t *testing.T) []jobs.Load {
	t.Helper()
	got, err := jobs.Loads(t.Context(), b.db, b.registry)
	if err != nil {
		t.Fatalf("Loads: %v", err)
	}
	for i := range got {
		got[i].Oldest = got[i].Oldest.Truncate(time.Minute)
	}
	slices.SortFunc(got, func(x, y jobs.Load) int { return cmp.Or(cmp.Compare(x.Lane, y.Lane), cmp.Compare(x.State, y.State)) })
	return got
}

func TestLoads(t *testing.T) {
	t.Parallel()
	b := setup(t)
	begun, release := make(chan string, 1), make(chan struct{})
	jobs.Handle(b.registry, func(_ context.Context, a task) error {
		begun <- a.Name
		<-release
		return nil
	})
	jobs.Handle(b.registry, func(context.Context, errand) error { return errors.New("not yet") }, jobs.Lane("quick"))
	want := func(what string, lines ...jobs.Load) {
		t.Helper()
		if diff := gocmp.Diff(lines, b.loads(t)); diff != "" {
			t.Errorf("%s: Loads (-want +got):\n%s", what, diff)
		}
	}
	want("an empty queue",
		jobs.Load{Lane: "default", State: "dead"}, jobs.Load{Lane: "default", State: "retrying"},
		jobs.Load{Lane: "default", State: "running"}, jobs.Load{Lane: "default", State: "waiting"},
		jobs.Load{Lane: "quick", State: "dead"}, jobs.Load{Lane: "quick", State: "retrying"},
		jobs.Load{Lane: "quick", State: "running"}, jobs.Load{Lane: "quick", State: "waiting"})

	b.add(t, errand{"fails"})
	b.drain(t, 1)
	stop := b.start(t)
	b.add(t, task{"runs"})
	soon(t, "the job runs", begun)
	eventually(t, "the worker has shown itself", func() bool { return value[int](t, b, `SELECT count(*) FROM workers`) == 1 })
	b.add(t, task{"is due"})
	b.add(t, task{"is not due"}, jobs.In(time.Hour))
	now := time.Now()
	ago := func(minutes int) time.Time { return now.Add(-time.Duration(minutes) * time.Minute) }
	b.exec(t, `UPDATE gue_jobs SET run_at = ? WHERE convert_from(args, 'UTF8') LIKE '%is due%'`, ago(7))
	b.exec(t, `UPDATE gue_jobs SET failing_since = ? WHERE attempts > 0`, ago(90))
	b.exec(t, `UPDATE job_runs SET started_at = ? WHERE ended_at IS NULL`, ago(2))
	b.exec(t, `INSERT INTO dead_jobs (id, type, lane, key, args, correlation, attempts, last_error, created_at, died_at, resolution, resolved_at)
		VALUES ('a', 'x', 'quick', '', '', '', 1, '', ?0, ?0, '', NULL), ('b', 'x', 'quick', '', '', '', 1, '', ?0, ?0, 'discarded', ?0),
		('c', 'x', 'former', '', '', '', 1, '', ?0, ?0, '', NULL)`, ago(600))
	all := []jobs.Load{
		{Lane: "default", State: "dead"},
		{Lane: "default", State: "retrying"},
		{Lane: "default", State: "running", Jobs: 1, Oldest: 2 * time.Minute},
		{Lane: "default", State: "waiting", Jobs: 2, Oldest: 7 * time.Minute},
		{Lane: "former", State: "dead", Jobs: 1, Oldest: 10 * time.Hour},
		{Lane: "quick", State: "dead", Jobs: 1, Oldest: 10 * time.Hour},
		{Lane: "quick", State: "retrying", Jobs: 1, Oldest: 90 * time.Minute},
		{Lane: "quick", State: "running"},
		{Lane: "quick", State: "waiting"},
	}
	want("one of each", all...)

	// A worker that is gone runs nothing, whatever it has left behind.
	b.exec(t, `UPDATE job_runs SET worker = 'gone/1' WHERE ended_at IS NULL`)
	b.exec(t, `INSERT INTO workers (id, name, version, started_at, seen_at) VALUES ('gone/1', 'gone', '', ?0, ?0)`, now.Add(-61*time.Second))
	all[2], all[3].Jobs = jobs.Load{Lane: "default", State: "running"}, 3
	want("the worker is silent", all...)
	b.exec(t, `UPDATE gue_jobs SET run_at = ? WHERE convert_from(args, 'UTF8') LIKE '%is due%'`, now.Add(time.Hour))
	close(release)
	eventually(t, "the job has run", func() bool { return value[int](t, b, waiting) == 3 })
	all[3].Jobs, all[3].Oldest = 2, 0
	want("nothing is due", all...)
	stop()
}
