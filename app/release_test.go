package app_test

import (
	"strings"
	"testing"
	"time"

	"ams/app/database"
	"ams/app/database/dbtest"
)

// one is the first value of a query, as text.
func one(t *testing.T, db *database.DB, query string, args ...any) (value string) {
	t.Helper()
	if err := db.NewRaw(query, args...).Scan(t.Context(), &value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

func TestDeploySteps(t *testing.T) {
	t.Parallel()
	deploy := func(t *testing.T, dsn string, pairs ...string) (code int, errs string) {
		t.Helper()
		getenv := localEnv(append(pairs, "DATABASE_URL", dsn, "AMS_ENABLED_LANGUAGES", "en,mi", "AMS_DEV_DIR", t.TempDir())...)
		code, _, errs = run(t, getenv, "", "deploy_steps")
		return code, errs
	}
	t.Run("BIL-55 another domain", func(t *testing.T) {
		t.Parallel()
		db := dbtest.Empty(t)
		if code, errs := deploy(t, dbtest.DSN(t)); code != 0 {
			t.Fatalf("deploy_steps = %d: %s", code, errs)
		}
		for _, q := range []string{
			`UPDATE association_settings SET association_short_name = 'Kea'`,
			`UPDATE theme_settings SET settings = settings || '{"test": "kept"}', cache_version = 7`,
			`INSERT INTO main_menus (site_id, max_levels) SELECT id, 3 FROM sites WHERE id NOT IN (SELECT site_id FROM main_menus)`,
			`UPDATE main_menus SET max_levels = 3`,
			`INSERT INTO main_menu_items (menu_id, position, link_url, link_text) SELECT id, 77, 'https://example.org/', 'Ours' FROM main_menus`,
		} {
			if _, err := db.NewRaw(q).Exec(t.Context()); err != nil {
				t.Fatalf("%s: %v", q, err)
			}
		}
		const sites = `
			SELECT string_agg(concat_ws(' ', st.id, a.association_short_name, th.cache_version, th.settings->>'test', m.max_levels,
			       (SELECT string_agg(i.link_text, ',') FROM main_menu_items i WHERE i.menu_id = m.id)), '; ' ORDER BY st.id)
			FROM sites st JOIN association_settings a ON a.site_id = st.id JOIN theme_settings th ON th.site_id = st.id
			JOIN main_menus m ON m.site_id = st.id`
		before := one(t, db, sites)
		if strings.Count(before, "Kea 7 kept 3 Ours") != 2 {
			t.Fatalf("the sites are %q, want two with everything set", before)
		}
		if code, errs := deploy(t, dbtest.DSN(t), "SITE_DOMAIN", "members.example.org"); code != 0 {
			t.Fatalf("deploy_steps for another domain = %d: %s", code, errs)
		}
		if after := one(t, db, sites); after != before {
			t.Errorf("the sites became %q, want %q", after, before)
		}
		if hosts := one(t, db, `SELECT string_agg(DISTINCT hostname, ' ') FROM sites`); hosts != "members.example.org" {
			t.Errorf("the sites are at %q, want the new domain", hosts)
		}
	})
	t.Run("BIL-56 no root of the pages", func(t *testing.T) {
		t.Parallel()
		db := dbtest.New(t)
		if _, err := db.NewRaw(`TRUNCATE locales CASCADE`).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		code, errs := deploy(t, dbtest.DSN(t))
		if code != 1 || !strings.Contains(errs, "setup_cms") || !strings.Contains(errs, "root") {
			t.Errorf("deploy_steps = %d, %q, want 1, the step and the reason", code, errs)
		}
		if n := one(t, db, `SELECT count(*)::text FROM sites`); n != "0" {
			t.Errorf("%s sites were made all the same", n)
		}
	})
}

// A production that is set up wrongly does not start, and says why without giving anything away.
func TestProductionRefuses(t *testing.T) {
	t.Parallel()
	refused := func(t *testing.T, want []string, pairs ...string) (said string) {
		t.Helper()
		code, out, errs := run(t, env(productionEnv(), pairs...), "", "web")
		if code != 1 {
			t.Errorf("web = %d, want 1: %s", code, errs)
		}
		for _, name := range want {
			if !strings.Contains(errs, "\n  "+name+" ") {
				t.Errorf("web says %q, want a line for %s", errs, name)
			}
		}
		if n := strings.Count(errs, "\n  "); n != len(want) {
			t.Errorf("web names %d settings, want %d: %s", n, len(want), errs)
		}
		return out + errs
	}
	t.Run("BIL-57 five settings at once", func(t *testing.T) {
		t.Parallel()
		said := refused(t, []string{"DJANGO_SECRET_KEY", "SENTRY_DSN", "PORT", "MAILGUN_DOMAIN", "POSTGRES_SSLMODE"},
			"DJANGO_SECRET_KEY", "hunter2", "SENTRY_DSN", "hunter3", "PORT", "eighty", "MAILGUN_DOMAIN", "a/b", "POSTGRES_SSLMODE", "on")
		for _, hidden := range []string{"hunter2", "hunter3", "p@ss/word?", "key-hidden", "public-secret"} {
			if strings.Contains(said, hidden) {
				t.Errorf("web shows a secret: %s", said)
			}
		}
	})
	t.Run("BIL-77 a clock of its own", func(t *testing.T) {
		t.Parallel()
		refused(t, []string{"AMS_DEV_NOW"}, "AMS_DEV_NOW", "2031-05-04T09:00:00+12:00")
	})
	t.Run("BIL-80 without English", func(t *testing.T) {
		t.Parallel()
		refused(t, []string{"AMS_ENABLED_LANGUAGES"}, "AMS_ENABLED_LANGUAGES", "mi")
	})
	t.Run("BIL-59 sample data", func(t *testing.T) {
		t.Parallel()
		db := dbtest.Empty(t)
		host, port, dsn := overTCP(t, dbtest.DSN(t))
		getenv := env(productionEnv(), "POSTGRES_HOST", host, "POSTGRES_PORT", port, "POSTGRES_DB", dsn.Database, "POSTGRES_USER", dsn.User)
		code, _, errs := run(t, getenv, "", "sample_data")
		if code != 1 || !strings.Contains(errs, "deployment") {
			t.Errorf("sample_data = %d, %q, want a refusal", code, errs)
		}
		if n := one(t, db, `SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'`); n != "0" {
			t.Errorf("sample_data made %s tables", n)
		}
	})
}

// In the local profile everything that has a date goes by the clock that AMS_DEV_NOW starts.
func TestDevNow(t *testing.T) {
	t.Parallel()
	t.Run("BIL-77 today, issue dates and the daily clean-up", func(t *testing.T) {
		t.Parallel()
		db := dbtest.New(t)
		settings := []string{
			"DJANGO_SETTINGS_MODULE", "config.settings.local", "DATABASE_URL", dbtest.DSN(t), "AMS_DEV_DIR", t.TempDir(),
			"AMS_DEV_NOW", "2031-05-04T23:00:00+12:00",
		}
		if code, _, errs := run(t, env(nil, settings...), "", "sample_data"); code != 0 {
			t.Fatalf("sample_data = %d: %s", code, errs)
		}
		const applied = `SELECT max(start_date)::text FROM individual_memberships`
		if got := one(t, db, applied); got != "2031-05-04" {
			t.Errorf("the sample application starts on %s, want the application's today", got)
		}
		const session = `INSERT INTO sessions (token_hash, fingerprint, data, created_at, expires_at) VALUES (?0, '', '', ?1, ?1)`
		over, running := time.Date(2031, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2031, 6, 1, 0, 0, 0, 0, time.UTC)
		for _, ends := range []time.Time{over, running} {
			if _, err := db.NewRaw(session, []byte(ends.Month().String()), ends).Exec(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		stop, out := started(t, settings, "", "worker")
		wait := func(want, query string) {
			t.Helper()
			for deadline := time.Now().Add(30 * time.Second); one(t, db, query) != want; time.Sleep(10 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("%s = %s, want %s:\n%s", query, one(t, db, query), want, out)
				}
			}
		}
		wait("2031-05-04", `SELECT coalesce(max(issue_date)::text, '') FROM invoices`)
		wait("1", `SELECT count(*)::text FROM schedules WHERE type = 'system.cleanup'`)
		if _, err := db.NewRaw(`UPDATE schedules SET next_run_at = '2000-01-01' WHERE type = 'system.cleanup'`).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		wait("June", `SELECT string_agg(convert_from(token_hash, 'UTF8'), ' ') FROM sessions`)
		if code := stop(); code != 0 {
			t.Errorf("worker ends with %d:\n%s", code, out)
		}
	})
}
