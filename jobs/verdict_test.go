package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"ams/jobs"
)

var errFails = errors.New("it fails")

func TestAdd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var did []string
	jobs.Handle(b.registry, func(ctx context.Context, a task) error {
		did = append(did, a.Name+" for "+jobs.Correlation(ctx))
		if a.Name != "first" {
			return nil
		}
		return b.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error { return b.queue.Add(ctx, tx, task{"second"}) })
	})
	stop := errors.New("stop")
	add := func(a jobs.Args, end error) error {
		return b.db.RunInTx(jobs.WithCorrelation(t.Context(), "request 7"), nil, func(ctx context.Context, tx bun.Tx) error {
			return errors.Join(b.queue.Add(ctx, tx, a), end)
		})
	}
	if err := add(task{"never"}, stop); !errors.Is(err, stop) {
		t.Fatalf("RunInTx = %v, want %v", err, stop)
	}
	b.want(t, 0, waiting)
	if err := add(task{"first"}, nil); err != nil {
		t.Fatalf("Add: %v", err)
	}
	b.add(t, task{"later"}, jobs.In(time.Hour))
	b.drain(t, 2)
	if diff := cmp.Diff([]string{"first for request 7", "second for request 7"}, did); diff != "" {
		t.Errorf("jobs done (-want +got):\n%s", diff)
	}
	b.want(t, 1, waiting)
	if err := add(visit{"nobody handles it"}, nil); err == nil {
		t.Error("Add of an unknown kind: got no error")
	}
}

// What failed before the end of a handler's own transaction must not stay.
func TestFailureLeavesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	jobs.Handle(b.registry, func(ctx context.Context, a task) error {
		return b.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
			if _, err := tx.NewRaw(`INSERT INTO effects VALUES (?)`, a.Name).Exec(ctx); err != nil {
				return err
			}
			return errFails
		})
	})
	b.add(t, task{"x"})
	b.drain(t, 1)
	b.want(t, 0, effects)
	b.want(t, 1, counted)
	b.want(t, 1, `SELECT count(*) FROM gue_jobs WHERE failure = 'it fails' AND run_at > ?`, time.Now())
	b.want(t, 1, `SELECT count(*) FROM job_runs WHERE outcome = 'retried' AND failure = 'it fails'`)
}

// A statement that fails in a handler must not spoil the bookkeeping.
func TestBrokenStatement(t *testing.T) {
	t.Parallel()
	b := setup(t)
	jobs.Handle(b.registry, func(ctx context.Context, _ task) error {
		_, err := b.db.ExecContext(ctx, `SELECT 1 / 0`)
		return err
	})
	b.add(t, task{"x"})
	b.drain(t, 1)
	b.want(t, 1, counted)
}

func TestDead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		put  func(*testing.T, *bench)
		want jobs.DeadJob
	}{
		"Permanent": {
			func(t *testing.T, b *bench) { b.add(t, task{"permanent"}) },
			jobs.DeadJob{Kind: "test.task", LastError: "refused: it fails"},
		},
		"Panic": {
			func(t *testing.T, b *bench) { b.add(t, task{"panics"}) },
			jobs.DeadJob{Kind: "test.task", LastError: "panic: it fails"},
		},
		"Unknown": {
			func(t *testing.T, b *bench) {
				b.add(t, task{"x"})
				b.exec(t, `UPDATE gue_jobs SET job_type = 'test.gone'`)
			},
			jobs.DeadJob{Kind: "test.gone", LastError: "nobody handles this kind of job"},
		},
		"Undecodable": {
			func(t *testing.T, b *bench) {
				b.add(t, task{"x"})
				b.exec(t, `UPDATE gue_jobs SET args = '{"Name": 123456}'`)
			},
			jobs.DeadJob{Kind: "test.task", LastError: `undecodable arguments: field "Name" is no string`},
		},
		"NoJSON": {
			func(t *testing.T, b *bench) {
				b.add(t, task{"x"})
				b.exec(t, `UPDATE gue_jobs SET args = 'secret'`)
			},
			jobs.DeadJob{Kind: "test.task", LastError: "undecodable arguments: no JSON that fits"},
		},
		"Exhausted": {
			func(t *testing.T, b *bench) { b.add(t, task{"once"}) },
			jobs.DeadJob{Kind: "test.task", LastError: "it fails"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			jobs.Handle(b.registry, func(_ context.Context, a task) error {
				switch a.Name {
				case "permanent":
					return errors.Join(jobs.Permanent(errors.New("refused: it fails")))
				case "panics":
					panic(errFails)
				}
				return errFails
			}, jobs.Attempts(1))
			b.exec(t, `CREATE TABLE removed (job_id text, transaction text)`)
			b.exec(t, `CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
				$$ BEGIN INSERT INTO removed VALUES (OLD.job_id, pg_current_xact_id()::text); RETURN NULL; END $$`)
			b.exec(t, `CREATE TRIGGER note AFTER DELETE ON gue_jobs FOR EACH ROW EXECUTE FUNCTION note()`)
			c.put(t, b)
			b.drain(t, 1)
			b.want(t, 0, waiting)
			b.want(t, 1, `SELECT count(*) FROM dead_jobs d JOIN removed r ON r.job_id = d.id AND r.transaction = d.xmin::text`)
			b.want(t, 1, `SELECT count(*) FROM job_runs WHERE outcome = 'dead' AND ended_at IS NOT NULL`)
			got, err := jobs.Dead(t.Context(), b.db, 10)
			if err != nil || len(got) != 1 {
				t.Fatalf("Dead = %v, %v, want one job", got, err)
			}
			c.want.Lane, c.want.Attempts = jobs.DefaultLane, 1
			c.want.ID, c.want.CreatedAt, c.want.DiedAt = got[0].ID, got[0].CreatedAt, got[0].DiedAt
			if diff := cmp.Diff(c.want, got[0]); diff != "" {
				t.Errorf("dead job (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAttempts(t *testing.T) {
	t.Parallel()
	t.Run("RateLimitIsNone", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		runs := 0
		jobs.Handle(b.registry, func(context.Context, task) error {
			if runs++; runs <= 4 {
				return jobs.Later(10*time.Minute, errFails)
			}
			return errFails
		}, jobs.Attempts(2))
		b.add(t, task{"x"})
		for range 4 {
			b.drain(t, 1)
			b.want(t, 0, counted)
			in := time.Until(value[time.Time](t, b, `SELECT run_at FROM gue_jobs`))
			if in < 9*time.Minute || in > 10*time.Minute {
				t.Errorf("a job that asked for ten minutes runs again in %s", in)
			}
			b.hurry(t)
		}
		b.want(t, 4, `SELECT count(*) FROM job_runs WHERE outcome = 'put_off'`)
		b.drain(t, 1)
		b.want(t, 1, counted)
		b.hurry(t)
		b.drain(t, 1)
		b.want(t, 1, buried+` WHERE attempts = 2`)
	})
	t.Run("After", func(t *testing.T) { // a pause that the handler chooses counts
		t.Parallel()
		b := setup(t)
		jobs.Handle(b.registry, func(context.Context, task) error { return jobs.After(30*time.Minute, errFails) }, jobs.Attempts(2))
		b.add(t, task{"x"})
		b.drain(t, 1)
		b.want(t, 1, counted)
		b.want(t, 1, `SELECT count(*) FROM job_runs WHERE outcome = 'retried'`)
		if in := time.Until(value[time.Time](t, b, `SELECT run_at FROM gue_jobs`)); in < 29*time.Minute || in > 30*time.Minute {
			t.Errorf("a job that asked for half an hour runs again in %s", in)
		}
		b.hurry(t)
		b.drain(t, 1)
		b.want(t, 1, buried+` WHERE attempts = 2`)
	})
	t.Run("For", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		jobs.Handle(b.registry, func(context.Context, task) error { return errFails }, jobs.For(time.Hour))
		b.add(t, task{"x"})
		b.exec(t, `UPDATE gue_jobs SET created_at = ?`, time.Now().AddDate(0, 0, -1)) // waiting is not failing
		for range 12 {
			b.hurry(t)
			b.drain(t, 1)
		}
		b.want(t, 12, counted)
		b.exec(t, `UPDATE gue_jobs SET failing_since = ?, run_at = ?`, time.Now().Add(-time.Hour), time.Now())
		b.drain(t, 1)
		b.want(t, 1, buried)
	})
	t.Run("Pauses", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		jobs.Handle(b.registry, func(context.Context, task) error { return errFails },
			jobs.Attempts(100), jobs.Backoff(10*time.Second, time.Minute))
		b.add(t, task{"x"})
		for i, want := range []time.Duration{10, 20, 40, 60, 60} {
			want *= time.Second
			b.hurry(t)
			b.drain(t, 1)
			got := time.Until(value[time.Time](t, b, `SELECT run_at FROM gue_jobs`))
			if got < want*9/10-5*time.Second || got > want*11/10 {
				t.Errorf("pause after failure %d is %s, want about %s", i+1, got, want)
			}
		}
	})
	t.Run("Timeout", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		jobs.Handle(b.registry, func(ctx context.Context, _ task) error {
			<-ctx.Done()
			return ctx.Err()
		}, jobs.Timeout(10*time.Millisecond))
		b.add(t, task{"x"})
		b.drain(t, 1)
		b.want(t, 1, counted)
	})
}

func TestRegistry(t *testing.T) {
	t.Parallel()
	nothing := func(context.Context, task) error { return nil }
	for name, c := range map[string]struct {
		opts  []jobs.Option
		twice bool
		want  string
	}{
		"OK":         {opts: []jobs.Option{jobs.Lane("quick"), jobs.For(time.Hour), jobs.Backoff(1, 1)}},
		"ErrTwice":   {twice: true, want: `"test.task" is registered twice`},
		"ErrBackoff": {opts: []jobs.Option{jobs.Backoff(time.Hour, time.Minute)}, want: "makes no sense"},
		"ErrTimeout": {opts: []jobs.Option{jobs.Timeout(0)}, want: "makes no sense"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := jobs.NewRegistry()
			jobs.Handle(r, nothing, c.opts...)
			if c.twice {
				jobs.Handle(r, nothing)
			}
			err := r.Err()
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("Err = %v, want %q", err, c.want)
			}
		})
	}
}

// Logs and records tell what happened, never what the arguments were.
func TestLog(t *testing.T) {
	t.Parallel()
	b := setup(t)
	jobs.Handle(b.registry, func(_ context.Context, a task) error {
		if a.Name == "good secret" {
			return nil
		}
		panic("cannot do " + a.Name + "\x00\xff" + strings.Repeat("ā", 1000))
	})
	var log journal
	b.add(t, task{"good secret"})
	b.start(t, func(c *jobs.RunnerConfig) {
		c.Log = log.logger()
	})
	eventually(t, "the first job is done", func() bool { return value[int](t, b, waiting) == 0 })
	err := b.db.RunInTx(jobs.WithCorrelation(t.Context(), "request 7"), nil, func(ctx context.Context, tx bun.Tx) error {
		return b.queue.Add(ctx, tx, task{"bad secret"})
	})
	if err != nil {
		t.Fatalf("Add: %v", err)
	}
	eventually(t, "the dead job is told", func() bool { return strings.Contains(log.String(), `"dead"`) })
	var outcomes []string
	for line := range strings.Lines(log.String()) {
		var entry struct {
			Msg, ID, Outcome, Error, Stack string
			Kind                           string `json:"job_type"`
			Correlation                    string `json:"request_id"`
			Duration                       *int64
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("log line %q: %v", line, err)
		}
		if entry.Msg != "job" {
			continue
		}
		if entry.Kind != "test.task" || entry.ID == "" || entry.Duration == nil {
			t.Errorf("log line lacks kind, id or duration: %s", line)
		}
		if entry.Outcome == "dead" && (entry.Correlation != "request 7" || entry.Stack == "") {
			t.Errorf("log line of the panic lacks correlation or stack: %s", line)
		}
		outcomes = append(outcomes, entry.Outcome)
	}
	if diff := cmp.Diff([]string{"done", "dead"}, outcomes); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	kept := value[string](t, b, `SELECT last_error FROM dead_jobs`)
	if n := len([]rune(kept)); n > 500 || !strings.HasPrefix(kept, "panic: cannot do …") {
		t.Errorf("stored error has %d letters: %q", n, kept)
	}
	if all := log.String() + kept; strings.Contains(all, "secret") {
		t.Errorf("log or record repeats an argument:\n%s", all)
	}
}
