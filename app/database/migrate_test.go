package database_test

import (
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ams/app/database"
	"ams/app/database/dbtest"
	"ams/migrations"
)

// objects are the names of everything that migrations may leave in a database.
func objects(t *testing.T, db *database.DB) []string {
	t.Helper()
	names := []string{}
	err := db.NewRaw(`
		SELECT 'relation ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'goose_%'
		UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
		UNION ALL SELECT 'type ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typname NOT LIKE '%goose_%'
		UNION ALL SELECT 'extension ' || extname FROM pg_extension
		ORDER BY 1`).Scan(t.Context(), &names)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	db := dbtest.Empty(t)
	files, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("migrations: %v, %v", files, err)
	}
	before := objects(t, db)
	if n, err := database.Pending(t.Context(), db); n != len(files) || err != nil {
		t.Errorf("Pending of an empty database = %d, %v, want %d", n, err, len(files))
	}
	if err := database.Check(t.Context(), db); err != nil {
		t.Errorf("Check before migrating = %v", err)
	}
	for range 2 { // up, all the way down, and up again
		if err := database.Migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		if n, err := database.Pending(t.Context(), db); n != 0 || err != nil {
			t.Errorf("Pending after Migrate = %d, %v, want 0", n, err)
		}
		if err := database.Check(t.Context(), db); err != nil {
			t.Errorf("Check after migrating = %v", err)
		}
		if err := database.MigrateTo(t.Context(), db, 0); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, objects(t, db)); diff != "" {
			t.Fatalf("left behind by going down (-want +got):\n%s", diff)
		}
	}
	t.Run("To", func(t *testing.T) {
		if err := database.MigrateTo(t.Context(), db, 1); err != nil {
			t.Fatal(err)
		}
		all, err := database.Status(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) != len(files) || all[0].Name != "00001_base.sql" || all[0].Version != 1 || time.Since(all[0].Applied) > time.Minute {
			t.Errorf("Status = %+v, want the first of %d migrations applied just now", all, len(files))
		}
		for _, m := range all[1:] {
			if !m.Applied.IsZero() {
				t.Errorf("%s was applied at %v, want it pending", m.Name, m.Applied)
			}
		}
	})
	t.Run("ErrUnknown", func(t *testing.T) {
		err := database.MigrateTo(t.Context(), db, 99999)
		if err == nil || !strings.Contains(err.Error(), "there is no such migration") {
			t.Errorf("MigrateTo(99999) = %v", err)
		}
	})
}

func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	db := dbtest.Empty(t)
	other, err := database.Open(t.Context(), dbtest.DSN(t), database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	var errs [2]error
	var all sync.WaitGroup
	for i, db := range []*database.DB{db, other} {
		all.Go(func() { errs[i] = database.Migrate(t.Context(), db) })
	}
	all.Wait()
	if errs[0] != nil || errs[1] != nil {
		t.Fatalf("two Migrate at once = %v, want no error", errs)
	}
	var twice int
	err = db.NewRaw(`SELECT count(*) - count(DISTINCT version_id) FROM goose_db_version`).Scan(t.Context(), &twice)
	if err != nil || twice != 0 {
		t.Errorf("migrations applied twice: %d, %v, want 0", twice, err)
	}
}

func TestNoClockInTheSchema(t *testing.T) {
	t.Parallel()
	var columns []string
	err := dbtest.New(t).NewRaw(`
		SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name NOT LIKE 'goose_%'
		  AND column_default ~* '(now|current_|localtime|clock_|statement_timestamp|transaction_timestamp)'
		ORDER BY 1`).Scan(t.Context(), &columns)
	if err != nil {
		t.Fatal(err)
	}
	if len(columns) > 0 {
		t.Errorf("columns whose default reads the database's clock: %v", columns)
	}
}
