//go:build unix

package dbtest_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ams/app/database"
	"ams/app/database/dbtest"
)

func count(t *testing.T, db *database.DB, query string) int {
	t.Helper()
	var n int
	if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func TestNew(t *testing.T) {
	t.Parallel()
	t.Run("Migrated", func(t *testing.T) {
		t.Parallel()
		n, err := database.Pending(t.Context(), dbtest.New(t))
		if n != 0 || err != nil {
			t.Errorf("Pending = %d, %v, want 0, nil", n, err)
		}
	})
	t.Run("Apart", func(t *testing.T) {
		t.Parallel()
		a, b := dbtest.New(t), dbtest.New(t)
		if _, err := a.ExecContext(t.Context(), `CREATE TABLE only_here (id int)`); err != nil {
			t.Fatal(err)
		}
		const q = `SELECT count(*) FROM pg_class WHERE relname = 'only_here'`
		if diff := cmp.Diff([]int{1, 0}, []int{count(t, a, q), count(t, b, q)}); diff != "" {
			t.Errorf("tables seen (-want +got):\n%s", diff)
		}
	})
	t.Run("Dropped", func(t *testing.T) {
		t.Parallel()
		var dsn string
		t.Run("inner", func(t *testing.T) {
			db := dbtest.New(t)
			count(t, db, `SELECT 1`)
			dsn = dbtest.DSN(t)
		})
		conn, err := pgx.Connect(t.Context(), dsn)
		if err == nil {
			conn.Close(t.Context())
			t.Errorf("connect to the database of a finished test: got no error")
		}
	})
}

func TestNewSized(t *testing.T) {
	t.Parallel()
	db := dbtest.NewSized(t, 7)
	var all sync.WaitGroup
	for range 7 {
		conn, err := db.Pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Release()
	}
	ctx, cancel := context.WithCancel(t.Context())
	all.Go(cancel)
	if conn, err := db.Pool.Acquire(ctx); err == nil {
		conn.Release()
		t.Error("an eighth connection was given, want 7 at most")
	}
	all.Wait()
}

func TestDSN(t *testing.T) {
	t.Parallel()
	for name, made := range map[string]func(testing.TB) *database.DB{"New": dbtest.New, "Empty": dbtest.Empty, "First": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := ""
			if made != nil {
				db := made(t)
				if err := db.QueryRowContext(t.Context(), `SELECT current_database()`).Scan(&want); err != nil {
					t.Fatal(err)
				}
			}
			conn, err := pgx.Connect(t.Context(), dbtest.DSN(t))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(context.WithoutCancel(t.Context()))
			var got string
			if err := conn.QueryRow(t.Context(), `SELECT current_database()`).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if want != "" && got != want {
				t.Errorf("DSN leads to %s, want %s", got, want)
			}
		})
	}
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	if n := count(t, dbtest.Empty(t), `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`); n != 0 {
		t.Errorf("tables in an empty database: %d, want 0", n)
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		dbtest.New(b)
	}
}
