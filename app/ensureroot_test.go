package app_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ams/app/database"
	"ams/app/database/dbtest"
)

// shippedGroups are the groups with everything that they may.
const shippedGroups = `
	SELECT string_agg(g.name || ': ' || (
		SELECT string_agg(code, ', ' ORDER BY code) FROM (
			SELECT p.codename FROM group_permissions gp JOIN permissions p ON p.id = gp.permission_id WHERE gp.group_id = g.id
			UNION ALL SELECT "right" || ' ' || path FROM group_places WHERE group_id = g.id) held (code)), E'\n' ORDER BY g.name)
	FROM groups g`

const wantShipped = "Editors: cms.access, documents.add /, documents.change /, documents.choose /, images.add /, images.change /, images.choose /, " +
	"pages.add /, pages.change /\n" +
	"Moderators: cms.access, documents.add /, documents.change /, documents.choose /, images.add /, images.change /, images.choose /, " +
	"pages.add /, pages.change /, pages.lock /, pages.publish /, pages.unlock /"

// ensured is everything that the command may touch.
const ensured = `
	SELECT concat_ws(E'\n', (SELECT string_agg(l::text, ' ' ORDER BY id) FROM locales l), (SELECT string_agg(p::text, ' ' ORDER BY id) FROM pages p),
		(SELECT string_agg(r::text, ' ' ORDER BY id) FROM page_revisions r), (SELECT string_agg(s::text, ' ' ORDER BY id) FROM sites s),
		(SELECT string_agg(s::text, ' ' ORDER BY site_id) FROM site_settings s), (SELECT string_agg(a::text, ' ' ORDER BY site_id) FROM association_settings a),
		(SELECT string_agg(t::text, ' ' ORDER BY site_id) FROM theme_settings t), (SELECT string_agg(c::text, ' ' ORDER BY id) FROM collections c),
		(SELECT string_agg(g::text, ' ' ORDER BY id) FROM groups g), (SELECT string_agg(g::text, ' ' ORDER BY group_id) FROM group_permissions g),
		(SELECT string_agg(g::text, ' ' ORDER BY id) FROM group_page_permissions g),
		(SELECT string_agg(g::text, ' ' ORDER BY id) FROM group_collection_permissions g), (SELECT version FROM cms_version))`

func TestEnsureRoot(t *testing.T) {
	t.Parallel()
	// command gives a way to run it and to ask the database.
	command := func(t *testing.T, db *database.DB) (ensure func(name string) string, one func(query string) string) {
		t.Helper()
		local := localEnv("DATABASE_URL", dbtest.DSN(t), "AMS_DEV_DIR", t.TempDir(), "AMS_ENABLED_LANGUAGES", "en", "SITE_DOMAIN", "kea.org.nz", "SITE_PORT", "8080")
		ensure = func(name string) string {
			t.Helper()
			code, out, errs := run(t, local, "", name)
			if code != 0 {
				t.Fatalf("ams %s = %d, want 0\n%s%s", name, code, out, errs)
			}
			return out
		}
		one = func(query string) (got string) {
			t.Helper()
			if err := db.NewRaw(query).Scan(t.Context(), &got); err != nil {
				t.Fatalf("%s = %v", query, err)
			}
			return got
		}
		return ensure, one
	}
	exec := func(t *testing.T, db *database.DB, query string) {
		t.Helper()
		if _, err := db.NewRaw(query).Exec(t.Context()); err != nil {
			t.Fatalf("%s = %v", query, err)
		}
	}
	t.Run("All is made again in an emptied database, and nothing by a second run", func(t *testing.T) {
		t.Parallel()
		db := dbtest.New(t)
		ensure, one := command(t, db)
		if diff := cmp.Diff(wantShipped, one(shippedGroups)); diff != "" {
			t.Errorf("groups after the migrations (-want +got):\n%s", diff)
		}
		exec(t, db, "TRUNCATE locales, groups, permissions, collections CASCADE")
		want := "Made the default locale\nMade the root of the page tree\nMade a home page\nMade the default site\n" +
			"Made the root collection\nMade the group Editors\nMade the group Moderators\n"
		if diff := cmp.Diff(want, ensure("ensure_cms_root")); diff != "" {
			t.Errorf("ensure_cms_root of an emptied database says (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(wantShipped, one(shippedGroups)); diff != "" {
			t.Errorf("groups after ensure_cms_root (-want +got):\n%s", diff)
		}
		got := one(`SELECT string_agg(p.url_path || ' ' || p.live, ', ' ORDER BY p.url_path) || ' | ' || (SELECT string_agg(concat_ws(' ', hostname, port,
			is_default_site, is_active, language), ', ') FROM sites s JOIN site_settings ss ON ss.site_id = s.id) || ' | ' ||
			(SELECT string_agg(name || ' ' || path, ', ') FROM collections) FROM pages p`)
		if want := "/ false, /en/ true | kea.org.nz 8080 t t en | Root /"; got != want {
			t.Errorf("pages, sites and collections after ensure_cms_root = %s, want %s", got, want)
		}
		before := one(ensured)
		if out := ensure("ensure_wagtail_root"); out != "Nothing was missing.\n" {
			t.Errorf("ensure_wagtail_root, the second run, says %q, want that nothing was missing", out)
		}
		if diff := cmp.Diff(before, one(ensured)); diff != "" {
			t.Errorf("the second run changed (-before +after):\n%s", diff)
		}
	})
	t.Run("What staff have changed stays", func(t *testing.T) {
		t.Parallel()
		db := dbtest.New(t)
		ensure, one := command(t, db)
		ensure("setup_cms")
		exec(t, db, `DELETE FROM groups WHERE name = 'Editors';
			DELETE FROM group_permissions;
			UPDATE group_page_permissions SET can_publish = false;
			DELETE FROM group_collection_permissions;
			UPDATE collections SET name = 'Files';
			UPDATE pages SET title = 'Our home' WHERE url_path = '/en/';
			UPDATE sites SET hostname = 'tui.org.nz', site_name = 'Tūī', is_default_site = false`)
		if out := ensure("ensure_cms_root"); out != "Made the group Editors\n" {
			t.Errorf("ensure_cms_root without Editors says %q", out)
		}
		want := strings.SplitAfter(wantShipped, "\n")[0] + "Moderators: pages.add /, pages.change /, pages.lock /, pages.unlock /"
		if diff := cmp.Diff(want, one(shippedGroups)); diff != "" {
			t.Errorf("groups after ensure_cms_root (-want +got):\n%s", diff)
		}
		got := one(`SELECT (SELECT title FROM pages WHERE url_path = '/en/') || ', ' || name || ', ' || (SELECT hostname || ' ' || site_name || ' ' ||
			is_default_site FROM sites) FROM collections`)
		if want := "Our home, Files, tui.org.nz Tūī false"; got != want {
			t.Errorf("titles after ensure_cms_root = %s, want %s", got, want)
		}
	})
	t.Run("A home page and a site that are missing alone", func(t *testing.T) {
		t.Parallel()
		db := dbtest.New(t)
		ensure, one := command(t, db)
		if out := ensure("ensure_cms_root"); out != "Made a home page\nMade the default site\n" {
			t.Errorf("ensure_cms_root after migrate alone says %q", out)
		}
		exec(t, db, "DELETE FROM sites")
		if out := ensure("ensure_cms_root"); out != "Made the default site\n" || one("SELECT count(*)::text FROM sites") != "1" {
			t.Errorf("ensure_cms_root without a site says %q", out)
		}
	})
	t.Run("Before the migrations it says what to do", func(t *testing.T) {
		t.Parallel()
		dbtest.Empty(t)
		code, out, errs := run(t, localEnv("DATABASE_URL", dbtest.DSN(t), "AMS_DEV_DIR", t.TempDir()), "", "ensure_cms_root")
		if code != 1 || !strings.Contains(errs, "run ams migrate first") {
			t.Errorf("ensure_cms_root of an empty database = %d, %q %q, want a refusal that names migrate", code, out, errs)
		}
	})
}
