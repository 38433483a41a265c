package cms_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"ams/app/cms"
	"ams/app/cms/theme"
	"ams/app/database"
	"ams/app/fault"
	"ams/app/lang"
)

func TestFrameIsKeptUntilTheVersionRises(t *testing.T) {
	t.Parallel()
	b := ready(t)
	version := b.version()
	var first *cms.Frame
	count(t, 4, "the first frame", func(ctx context.Context) {
		var err error
		if first, err = b.Frame(ctx, version, lang.EN); err != nil {
			t.Fatal(err)
		}
	})
	count(t, 0, "the second frame", func(ctx context.Context) {
		if again, err := b.Frame(ctx, version, lang.EN); err != nil || again != first {
			t.Errorf("Frame() again = %p, %v, want %p", again, err, first)
		}
	})
	for _, change := range []string{
		`UPDATE association_settings SET association_short_name = 'Kea'`,
		`UPDATE sites SET site_name = 'x'`,
		`UPDATE site_settings SET language = language`,
		`UPDATE theme_settings SET cache_version = cache_version + 1`,
		`UPDATE main_menus SET max_levels = 2`,
		`UPDATE main_menu_items SET link_text = 'x'`,
		`UPDATE flat_menus SET heading = 'x'`,
		`DELETE FROM flat_menu_items`,
		`UPDATE pages SET title = 'x' WHERE url_path = '/en/about/'`,
		`INSERT INTO locales (language_code) VALUES ('xx')`,
	} {
		before := b.version()
		b.exec(change)
		if after := b.version(); after <= before {
			t.Errorf("%s: version stays %d", change, after)
		}
	}
	if f := b.frame(lang.EN); f.Name != "Kea" || f == first {
		t.Errorf("name after the change = %q", f.Name)
	}
}

func TestDraftsDoNotRaiseTheVersion(t *testing.T) {
	t.Parallel()
	b := ready(t)
	before := b.version()
	b.exec(`UPDATE pages SET draft_content = '{"title":"new"}', draft_title = 'new', has_unpublished_changes = true, locked = true`)
	if after := b.version(); after != before {
		t.Errorf("version after saving drafts = %d, want %d", after, before)
	}
}

// A change that is rolled back, or not yet committed, is nobody's.
func TestVersionBelongsToTheTransaction(t *testing.T) {
	t.Parallel()
	b := ready(t)
	before := b.version()
	tx, err := b.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(`UPDATE association_settings SET association_short_name = 'Kea'`); err != nil {
		t.Fatal(err)
	}
	if during := b.version(); during != before {
		t.Errorf("version before the commit = %d, want %d", during, before)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if after := b.version(); after != before || b.frame(lang.EN).Name != "EN AMS" {
		t.Errorf("version after rolling back = %d, want %d", after, before)
	}
}

func TestVersionComesAlongWithAnotherQuery(t *testing.T) {
	t.Parallel()
	b := ready(t)
	if got, want := b.one(`SELECT 1 + `+cms.VersionSQL), b.version()+1; got != itoa(want) {
		t.Errorf("1 + VersionSQL = %s, want %d", got, want)
	}
}

func TestFrameLoadsOnceForManyVisitors(t *testing.T) {
	t.Parallel()
	b := ready(t)
	version := b.version()
	ctx, c := database.Count(t.Context())
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := b.Frame(ctx, version, lang.MI); err != nil {
				t.Errorf("Frame() = %v", err)
			}
		})
	}
	wg.Wait()
	if c.N() > 4 {
		t.Errorf("50 visitors at once make %d queries, want at most 4", c.N())
	}
}

func TestFrameAfterAnError(t *testing.T) {
	t.Parallel()
	b := ready(t)
	version := b.version()
	b.exec(`ALTER TABLE main_menus RENAME TO away`)
	if _, err := b.Frame(t.Context(), version, lang.EN); err == nil || fault.KindOf(err) != fault.Internal {
		t.Errorf("Frame() without a table = %v, want an internal error", err)
	}
	b.exec(`ALTER TABLE away RENAME TO main_menus`)
	if _, err := b.Frame(t.Context(), version, lang.EN); err != nil {
		t.Errorf("Frame() once the table is back = %v: the error was kept", err)
	}
}

func TestVisitorWhoLeftTakesNobodyAlong(t *testing.T) {
	t.Parallel()
	b := ready(t)
	version := b.version()
	gone, leave := context.WithCancel(t.Context())
	leave()
	_, _ = b.Frame(gone, version, lang.EN)
	count(t, 0, "the visitor after one who left", func(ctx context.Context) {
		if _, err := b.Frame(ctx, version, lang.EN); err != nil {
			t.Errorf("Frame() = %v", err)
		}
	})
}

func TestMenu(t *testing.T) {
	t.Parallel()
	b := ready(t)
	same := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", what, got, want)
		}
	}
	same("on the home page", menu(b.frame(lang.EN).Menu("/en/")),
		"About us /en/about/ (Our committee /en/about/team/), Contact us /en/contact/, For members /en/members-only/")
	same("on a page below", menu(b.frame(lang.MI).Menu("/mi/about/team/")),
		"Mō mātou /mi/about/* ([Tō mātou komiti /mi/about/team/]*), Whakapā mai /mi/contact/, Mā ngā mema /mi/members-only/")

	// The tree decides on the order of the sub-menu, the menu on its own.
	b.addPage("/en/about/", "history", "History")
	b.addPage("/en/about/", "hidden", "Hidden")
	b.exec(`UPDATE pages SET show_in_menus = false WHERE slug = 'hidden'`)
	b.addPage("/en/about/", "draft", "Draft")
	b.exec(`UPDATE pages SET live = false, live_content = NULL WHERE slug = 'draft'`)
	b.addPage("/en/about/", "over", "Over")
	b.exec(`UPDATE pages SET expired = true WHERE slug = 'over'`)
	b.exec(`UPDATE pages SET position = 3 - position WHERE position < 3 AND parent_id = (SELECT id FROM pages WHERE url_path = '/en/about/')`)
	b.exec(`UPDATE main_menu_items SET position = 4 - position`)
	same("in another order", menu(b.frame(lang.EN).Menu("/en/contact/")),
		"For members /en/members-only/, [Contact us /en/contact/]*, About us /en/about/ (History /en/about/history/, Our committee /en/about/team/)")

	b.exec(`UPDATE pages SET live = false, live_content = NULL WHERE url_path = '/en/contact/'`)
	b.exec(`UPDATE pages SET is_structure_only = true WHERE url_path = '/en/about/'`)
	same("CMS-47 without the draft, and a parent that shows nothing itself", menu(b.frame(lang.EN).Menu("/en/")),
		"For members /en/members-only/, About us  (History /en/about/history/, Our committee /en/about/team/)")

	b.exec(`UPDATE main_menus SET max_levels = 1`)
	same("one level", menu(b.frame(lang.EN).Menu("/en/about/team/")), "For members /en/members-only/, About us /en/about/*")
}

func TestMenuOfAddresses(t *testing.T) {
	t.Parallel()
	b := ready(t)
	b.exec(`DELETE FROM main_menu_items`)
	for i, url := range []string{"/accounts/", "/forum/", "https://x.test/accounts/", "mailto:a@b.nz", "/en/", "#top"} {
		b.exec(`INSERT INTO main_menu_items (menu_id, position, link_url, link_text, url_append)
			SELECT m.id, ?0, ?1, 'x', CASE WHEN ?0 = 0 THEN '?a=b' ELSE '' END FROM main_menus m JOIN site_settings s USING (site_id) WHERE s.language = 'mi'`, i, url)
	}
	b.exec(`INSERT INTO main_menu_items (menu_id, position, link_page_id, url_append)
		SELECT m.id, 9, p.id, '#x' FROM main_menus m JOIN site_settings s USING (site_id), pages p WHERE s.language = 'mi' AND p.url_path = '/mi/'`)
	want := "x /mi/accounts/?a=b*, x /forum/, x https://x.test/accounts/, x mailto:a@b.nz, x /en/, x #top, Home /mi/#x"
	if got := menu(b.frame(lang.MI).Menu("/mi/accounts/login/")); got != want {
		t.Errorf("menu\n got %s\nwant %s", got, want)
	}
}

func TestFooter(t *testing.T) {
	t.Parallel()
	b := ready(t)
	b.exec(`UPDATE association_settings SET linkedin_url = 'https://linkedin.test/x',
		footer_text = '<p class="align-center" onclick="x">a <a data-page="' || (SELECT id FROM pages WHERE url_path = '/en/contact/') ||
		'">b</a> <a data-page="99999">c</a> <a href="/accounts/">d</a></p><script>alert(1)</script><ul><li>e</li></ul>'`)
	f := b.frame(lang.EN)
	want := `<p class="align-center">a <a href="/en/contact/">b</a> <a>c</a> <a href="/en/accounts/">d</a></p>e`
	if string(f.FooterText) != want {
		t.Errorf("CMS-50 footer text = %s\nwant %s", f.FooterText, want)
	}
	if f.LinkedIn != "https://linkedin.test/x" || f.Columns[0].Heading != "Pages" || menu(f.Columns[1].Items) != "Sign up /en/accounts/signup/, Sign in /en/accounts/login/" {
		t.Errorf("LinkedIn = %q, columns = %+v", f.LinkedIn, f.Columns)
	}
	count(t, 4, "a frame with linked footer text", func(ctx context.Context) {
		b.exec(`UPDATE sites SET site_name = site_name`)
		version := b.version()
		if _, err := b.Frame(ctx, version, lang.EN); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTheme(t *testing.T) {
	t.Parallel()
	b := ready(t)
	hash := func(f *cms.Frame) string {
		return strings.TrimSuffix(strings.TrimPrefix(f.ThemeStyle, cms.ThemePath), ".css")
	}
	css := func(hash string) string {
		t.Helper()
		css, err := b.ThemeCSS(t.Context(), hash)
		if err != nil {
			t.Fatalf("ThemeCSS(%q) = %v", hash, err)
		}
		return css
	}
	old := hash(b.frame(lang.EN))
	if got := css(old); !strings.Contains(got, "--bs-primary: #0d6efd;") || theme.Hash(got) != old {
		t.Errorf("CMS-51 first style sheet %q:\n%s", old, got)
	}
	b.exec(`UPDATE theme_settings SET settings = settings || '{"primary_color":"#ff0000","base_colour_mode":"dark","custom_html":"<meta name=\"x\">"}'`)
	f := b.frame(lang.EN)
	if hash(f) == old || f.Mode != "dark" || f.ThemeHead != `<meta name="x">` {
		t.Errorf("frame of the changed theme = %+v", f)
	}
	if got := css(hash(f)); !strings.Contains(got, "--bs-primary: #ff0000;") || !strings.Contains(got, "--bs-primary-rgb: 255, 0, 0;") {
		t.Errorf("CMS-52 changed style sheet:\n%s", got)
	}
	if css(old) == css(hash(f)) {
		t.Error("the old address answers with the new sheet")
	}
	other := service(t, b.db, config(lang.EN, lang.MI))
	if _, err := other.ThemeCSS(t.Context(), hash(f)); err != nil {
		t.Errorf("another process that never showed a page: ThemeCSS() = %v", err)
	}
	for _, unknown := range []string{old, "", "0123456789ab", "../x"} {
		if _, err := other.ThemeCSS(t.Context(), unknown); fault.KindOf(err) != fault.Missing {
			t.Errorf("ThemeCSS(%q) = %v, want that there is none", unknown, err)
		}
	}
}

func TestDamagedThemeIsReplacedAndLogged(t *testing.T) {
	t.Parallel()
	b := ready(t)
	b.exec(`UPDATE theme_settings SET settings = '{"primary_color":"red;} body{display:none","base_colour_mode":"<script>","info_color":"#010203"}'`)
	f := b.frame(lang.EN)
	css, err := b.ThemeCSS(t.Context(), strings.TrimSuffix(strings.TrimPrefix(f.ThemeStyle, cms.ThemePath), ".css"))
	if err != nil || f.Mode != "light" || strings.Contains(css, "display:none") ||
		!strings.Contains(css, "--bs-primary: #0d6efd;") || !strings.Contains(css, "--bs-info: #010203;") {
		t.Errorf("mode %q, %v, style sheet:\n%s", f.Mode, err, css)
	}
	if out := b.log.String(); !strings.Contains(out, "primary_color") || !strings.Contains(out, "base_colour_mode") {
		t.Errorf("log = %q, want the names of both settings", out)
	}
}

func TestSiteOfALanguage(t *testing.T) {
	t.Parallel()
	b := ready(t)
	b.exec(`UPDATE site_settings SET language = '' WHERE language = 'mi'`)
	if f := b.frame(lang.MI); f.Name != "EN AMS" || f.Home != "/mi/" {
		t.Errorf("CMS-04 frame without a site = %q, home %q", f.Name, f.Home)
	}
	if p := b.page("/about/", lang.MI); p.Path != "/en/about/" {
		t.Errorf("CMS-04 page of the default site = %q", p.Path)
	}
}
