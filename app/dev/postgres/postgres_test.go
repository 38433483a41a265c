//go:build unix

package postgres_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ams/app/dev/postgres"
)

// childConfig tells the copy of this test program that stands for a killed `ams dev` what to start: a folder, or "-".
const childConfig = "AMS_POSTGRES_TEST_CHILD"

// TestChild is the body of that copy; in an ordinary run it does nothing.
func TestChild(t *testing.T) {
	dir, ok := os.LookupEnv(childConfig)
	if !ok {
		return
	}
	c := postgres.Config{Dir: dir, Bin: os.Getenv("AMS_PG_BIN")}
	if dir == "-" {
		c = postgres.Config{Throwaway: true, Bin: c.Bin}
	}
	s, err := postgres.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("DSN " + s.DSN("postgres"))
	io.Copy(io.Discard, os.Stdin) // until we are killed
}

// killable starts the child and returns it with the address of its server.
func killable(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.v")
	cmd.Env = append(os.Environ(), childConfig+"="+dir)
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if dsn, ok := strings.CutPrefix(lines.Text(), "DSN "); ok {
			return cmd, dsn
		}
		said = append(said, lines.Text())
	}
	t.Fatalf("the child ended early:\n%s", strings.Join(said, "\n"))
	return nil, ""
}

func start(t *testing.T, c postgres.Config) *postgres.Server {
	t.Helper()
	c.Bin = os.Getenv("AMS_PG_BIN")
	s, err := postgres.Start(t.Context(), c)
	if err != nil {
		t.Fatalf("Start(%+v) = %v", c, err)
	}
	t.Cleanup(s.Stop)
	return s
}

// folder is a place that the server's account can reach; root's temporary folders are closed to it.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "dev", "postgres")
}

func value[T any](t *testing.T, dsn, query string) T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	var v T
	if err := conn.QueryRow(t.Context(), query).Scan(&v); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(30 * time.Second)
	for !ok() {
		select {
		case <-limit:
			t.Fatalf("not within 30 s: %s", what)
		case <-tick.C:
		}
	}
}

func gone(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, os.ErrNotExist)
}

func TestThrowaway(t *testing.T) {
	t.Parallel()
	s := start(t, postgres.Config{Throwaway: true})
	dsn := s.DSN("postgres")
	t.Run("Macrons", func(t *testing.T) {
		const q = `SELECT lower('Ā') = 'ā' AND 'Ātea' ILIKE 'ātea' AND to_tsvector('simple', 'Ātea') = to_tsvector('simple', 'ātea')`
		if !value[bool](t, dsn, q) {
			t.Error("the cluster does not fold macrons")
		}
	})
	t.Run("Account", func(t *testing.T) {
		data := value[string](t, dsn, `SHOW data_directory`)
		info, err := os.Stat(data)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%v %v", info.Mode().Perm(), value[string](t, dsn, `SHOW listen_addresses`)); got != "-rwx------ " {
			t.Errorf("mode of the data and addresses listened on: got %q, want closed and none", got)
		}
	})
	t.Run("CreateDatabase", func(t *testing.T) {
		for range 2 {
			if err := s.CreateDatabase(t.Context(), "Odd name"); err != nil {
				t.Fatal(err)
			}
		}
		if got := value[string](t, s.DSN("Odd name"), `SELECT current_database()`); got != "Odd name" {
			t.Errorf("current_database() = %q, want Odd name", got)
		}
	})
	t.Run("Stop", func(t *testing.T) {
		data := value[string](t, dsn, `SHOW data_directory`)
		s.Stop()
		s.Stop()
		<-s.Done()
		if !gone(filepath.Dir(data)) {
			t.Errorf("%s is still there after Stop", filepath.Dir(data))
		}
	})
}

func TestKilledParent(t *testing.T) {
	t.Parallel()
	cmd, dsn := killable(t, "-")
	data := value[string](t, dsn, `SHOW data_directory`)
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if _, err := conn.WaitForNotification(ctx); ctx.Err() != nil {
		t.Fatalf("the server outlived its parent by 30 s: %v", err)
	}
	eventually(t, "the server has ended", func() bool { return gone(filepath.Join(data, "postmaster.pid")) })
	if err := os.RemoveAll(filepath.Dir(data)); err != nil {
		t.Error(err)
	}
}

func TestLasting(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, postgres.Config{Dir: dir})
	dsn := s.DSN("postgres")
	value[int](t, dsn, `CREATE TABLE kept AS SELECT 42 AS n`)
	if diff := cmp.Diff([]string{"on", "on"}, []string{value[string](t, dsn, `SHOW fsync`), value[string](t, dsn, `SHOW synchronous_commit`)}); diff != "" {
		t.Errorf("durability (-want +got):\n%s", diff)
	}

	t.Run("Held", func(t *testing.T) {
		_, err := postgres.Start(t.Context(), postgres.Config{Dir: dir, Bin: os.Getenv("AMS_PG_BIN")})
		want := fmt.Sprintf("in use by another ams dev (process %d)", os.Getpid())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("second Start on the same folder = %v, want it to say %q", err, want)
		}
	})
	s.Stop()
	t.Run("Again", func(t *testing.T) {
		began := time.Now()
		s := start(t, postgres.Config{Dir: dir})
		t.Logf("second start: %v", time.Since(began))
		if got := value[int](t, s.DSN("postgres"), `SELECT n FROM kept`); got != 42 {
			t.Errorf("kept value = %d, want 42", got)
		}
		s.Stop()
	})
	t.Run("AfterKill", func(t *testing.T) {
		cmd, dsn := killable(t, dir)
		value[int](t, dsn, `UPDATE kept SET n = 43`)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		cmd.Wait()
		s := start(t, postgres.Config{Dir: dir})
		if got := value[int](t, s.DSN("postgres"), `SELECT n FROM kept`); got != 43 {
			t.Errorf("value after SIGKILL = %d, want 43", got)
		}
		s.Stop()
	})
	t.Run("ForeignPID", func(t *testing.T) {
		data, err := filepath.EvalSymlinks(filepath.Join(dir, "data"))
		if err != nil {
			t.Fatal(err)
		}
		// The number now belongs to a process of the same account: PostgreSQL would refuse to start, and we must not end it.
		other := start(t, postgres.Config{Throwaway: true})
		pid, err := os.ReadFile(filepath.Join(value[string](t, other.DSN("postgres"), `SHOW data_directory`), "postmaster.pid"))
		if err != nil {
			t.Fatal(err)
		}
		number, _, _ := strings.Cut(string(pid), "\n")
		left := number + "\n" + data + "\n1\n5432\n/tmp\n\n1 1\nready\n"
		if err := os.WriteFile(filepath.Join(data, "postmaster.pid"), []byte(left), 0o600); err != nil {
			t.Fatal(err)
		}
		start(t, postgres.Config{Dir: dir}).Stop()
		if got := value[int](t, other.DSN("postgres"), `SELECT 1`); got != 1 {
			t.Error("the other server does not answer any more")
		}
	})
	t.Run("ErrVersion", func(t *testing.T) {
		file := filepath.Join(dir, "data", "PG_VERSION")
		if err := os.WriteFile(file, []byte("9\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := postgres.Start(t.Context(), postgres.Config{Dir: dir, Bin: os.Getenv("AMS_PG_BIN")})
		if err == nil || !strings.Contains(err.Error(), "belongs to PostgreSQL 9") {
			t.Errorf("Start on a cluster of version 9 = %v, want it to say so", err)
		}
	})
}

// As root the server's account cannot enter root's folders: the cluster is kept elsewhere, and forgotten with the folder.
func TestClosedFolder(t *testing.T) {
	t.Parallel()
	top := filepath.Join(t.TempDir(), "closed")
	dir := filepath.Join(top, "dev", "postgres")
	if err := os.Mkdir(top, 0o700); err != nil {
		t.Fatal(err)
	}
	s := start(t, postgres.Config{Dir: dir})
	value[int](t, s.DSN("postgres"), `CREATE TABLE kept AS SELECT 42 AS n`)
	target, err := filepath.EvalSymlinks(filepath.Join(dir, "data"))
	if err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		t.Cleanup(func() { os.RemoveAll(filepath.Dir(target)) })
	}
	if inside := strings.HasPrefix(target, top); inside == (os.Getuid() == 0) {
		t.Errorf("data is in %s, want it inside %s only for an ordinary user", target, top)
	}
	s.Stop()
	s = start(t, postgres.Config{Dir: dir})
	if got := value[int](t, s.DSN("postgres"), `SELECT n FROM kept`); got != 42 {
		t.Errorf("kept value = %d, want 42", got)
	}
	s.Stop()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	s = start(t, postgres.Config{Dir: dir})
	if got := value[int](t, s.DSN("postgres"), `SELECT count(*) FROM pg_tables WHERE tablename = 'kept'`); got != 0 {
		t.Errorf("the table is still there after the folder was removed")
	}
}

func TestStartErrors(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tc := range map[string]struct {
		ctx  context.Context
		c    postgres.Config
		want string
	}{
		"ErrNeither":   {t.Context(), postgres.Config{}, "either a folder or Throwaway"},
		"ErrBoth":      {t.Context(), postgres.Config{Dir: "x", Throwaway: true}, "either a folder or Throwaway"},
		"ErrBin":       {t.Context(), postgres.Config{Throwaway: true, Bin: "/nowhere"}, "AMS_PG_BIN: "},
		"ErrCancelled": {ended, postgres.Config{Throwaway: true, Bin: os.Getenv("AMS_PG_BIN")}, "context canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := postgres.Start(tc.ctx, tc.c)
			if err == nil {
				s.Stop()
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("Start(%+v) = %v, want %q", tc.c, err, tc.want)
			}
		})
	}
}
