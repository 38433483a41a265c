package jobs_test

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"ams/app/database"
	"ams/app/database/dbtest"
	"ams/jobs"
)

const (
	workerVariable = "AMS_TEST_WORKER" // the database that this process is to work for
	nowVariable    = "AMS_DEV_NOW"     // where the application's clock starts
)

// The test binary is the worker process as well.
func TestMain(m *testing.M) {
	if dsn := os.Getenv(workerVariable); dsn != "" {
		if err := workFor(dsn); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// hurdle is a job that stops half-way in the first process that runs it. At says where: in the middle of what it
// writes, or when that is committed. The job "fatal" kills every process that runs it.
type hurdle struct{ At string }

func (hurdle) Kind() string { return "test.hurdle" }

func workFor(dsn string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	db, err := database.Open(ctx, dsn, database.Options{MaxConns: 5, IdleInTransactionTimeout: -1})
	if err != nil {
		return err
	}
	defer db.Close()
	registry := jobs.NewRegistry()
	jobs.Handle(registry, func(ctx context.Context, h hurdle) error { return takeHurdle(ctx, db, h) })
	r, err := jobs.NewRunner(jobs.RunnerConfig{DB: db.DB, Pool: db.Pool, Registry: registry})
	if err != nil {
		return err
	}
	return r.Run(ctx)
}

func takeHurdle(ctx context.Context, db *database.DB, h hurdle) error {
	var run int
	if err := db.NewRaw(`UPDATE begun SET runs = runs + 1 RETURNING runs`).Scan(ctx, &run); err != nil {
		return err
	}
	if h.At == "fatal" {
		return syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw(`INSERT INTO effects VALUES (?) ON CONFLICT DO NOTHING`, h.At).Exec(ctx); err != nil {
			return err
		}
		return stumble(ctx, db, run == 1 && h.At == "middle")
	})
	if err != nil {
		return err
	}
	return stumble(ctx, db, run == 1 && h.At == "end")
}

// stumble tells the test where we are, and stays there.
func stumble(ctx context.Context, db *database.DB, here bool) error {
	if !here {
		return nil
	}
	if _, err := db.ExecContext(ctx, `UPDATE begun SET stuck = true`); err != nil {
		return err
	}
	<-ctx.Done()
	return ctx.Err()
}

// process starts a worker process on the database of the test.
func process(t *testing.T, dsn string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), workerVariable+"="+dsn)
	if err := cmd.Start(); err != nil {
		t.Fatalf("start a worker process: %v", err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	return cmd
}

func (b *bench) hurdle(t *testing.T, at string) (dsn string) {
	t.Helper()
	jobs.Handle(b.registry, func(context.Context, hurdle) error { return nil })
	b.exec(t, `CREATE UNIQUE INDEX ON effects (name)`)
	b.exec(t, `CREATE TABLE begun AS SELECT 0 AS runs, false AS stuck`)
	b.add(t, hurdle{at})
	return dbtest.DSN(t)
}

func TestKilledWorker(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]string{"InTheMiddle": "middle", "AfterItsCommit": "end"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			dsn := b.hurdle(t, at)
			first := process(t, dsn)
			eventually(t, "the job is half done", func() bool { return value[bool](t, b, `SELECT stuck FROM begun`) })
			if err := first.Process.Signal(syscall.SIGKILL); err != nil {
				t.Fatalf("kill the worker: %v", err)
			}
			first.Wait()
			eventually(t, "the job is free", func() bool { return value[int](t, b, free) == 1 })
			b.want(t, 0, counted)
			second := process(t, dsn)
			eventually(t, "the job is done", func() bool { return value[int](t, b, waiting) == 0 })
			b.want(t, 2, `SELECT runs FROM begun`)
			b.want(t, 1, effects)
			b.want(t, 0, buried)
			second.Process.Signal(syscall.SIGTERM)
			if err := second.Wait(); err != nil {
				t.Errorf("worker process after SIGTERM: %v", err)
			}
		})
	}
}

// A job that takes every worker with it must not come back for ever.
func TestFatalJob(t *testing.T) {
	t.Parallel()
	b := setup(t)
	dsn := b.hurdle(t, "fatal")
	for range 5 {
		if err := process(t, dsn).Wait(); err == nil {
			t.Fatal("the worker process survived the job")
		}
	}
	b.want(t, 0, counted)
	process(t, dsn)
	eventually(t, "the job is buried", func() bool { return value[int](t, b, buried) == 1 })
	b.want(t, 5, `SELECT runs FROM begun`)
	b.want(t, 0, waiting)
	if got, want := value[string](t, b, `SELECT last_error FROM dead_jobs`), "5 workers in a row died in the middle of it"; got != want {
		t.Errorf("last error = %q, want %q", got, want)
	}
}

// Whatever day the application's clock shows, the queue behaves the same.
func TestApplicationClock(t *testing.T) {
	t.Parallel()
	const core = "^(TestAdd|TestFailureLeavesNothing|TestDead|TestAttempts|TestKeys|TestTwoEnqueuersOfOneKey|" +
		"TestWake|TestSchedules|TestKilledWorker)$"
	for name, years := range map[string]int{"YearBack": -1, "YearAhead": 1} {
		t.Run(name, func(t *testing.T) {
			now := time.Now().AddDate(years, 0, 0).UTC().Format(time.RFC3339)
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run="+core, "-test.count=1", "-test.timeout=2m")
			cmd.Env = append(os.Environ(), nowVariable+"="+now, "AMS_TEST_DSN="+dbtest.DSN(t))
			if out, err := cmd.CombinedOutput(); err != nil || bytes.Contains(out, []byte("no tests to run")) {
				t.Errorf("core tests with %s=%s: %v\n%s", nowVariable, now, err, out)
			}
		})
	}
}

// The queue stands below the application: it knows neither its packages nor its clock nor its settings.
func TestSource(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("Glob = %q, %v", names, err)
	}
	files := token.NewFileSet()
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatalf("read the package: %v", err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				if path, _ := strconv.Unquote(n.Path.Value); strings.HasPrefix(path, "ams/") {
					t.Errorf("%s: imports %s", files.Position(n.Pos()), path)
				}
			case *ast.BasicLit:
				if strings.Contains(n.Value, nowVariable) {
					t.Errorf("%s: names %s", files.Position(n.Pos()), nowVariable)
				}
			case *ast.SelectorExpr:
				if from, ok := n.X.(*ast.Ident); ok && from.Name == "os" && strings.Contains(n.Sel.Name, "Env") {
					t.Errorf("%s: reads the environment by os.%s", files.Position(n.Pos()), n.Sel.Name)
				}
			}
			return true
		})
	}
}
