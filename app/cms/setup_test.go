package cms_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"ams/app/cms"
	"ams/app/database/dbtest"
	"ams/app/lang"
)

const rows = `SELECT concat_ws(' ', (SELECT count(*) FROM pages), (SELECT count(*) FROM page_revisions), (SELECT count(*) FROM sites),
	(SELECT count(*) FROM site_settings), (SELECT count(*) FROM association_settings), (SELECT count(*) FROM theme_settings),
	(SELECT count(*) FROM theme_settings_revisions), (SELECT count(*) FROM locales), (SELECT count(*) FROM main_menu_items),
	(SELECT count(*) FROM flat_menu_items), (SELECT count(*) FROM page_refs))`

func TestSetup(t *testing.T) {
	t.Parallel()

	t.Run("first run", func(t *testing.T) {
		t.Parallel()
		b := service(t, dbtest.New(t), config(lang.EN, lang.MI))
		want := cms.Prepared{Sites: []cms.PreparedSite{{Language: "en", Path: "/en/", Created: true}, {Language: "mi", Path: "/mi/", Created: true}}}
		if diff := cmp.Diff(want, b.setup()); diff != "" {
			t.Errorf("Setup() (-want +got):\n%s", diff)
		}
		got := b.one(`SELECT string_agg(concat_ws(' ', hostname, port, site_name, is_default_site, is_active), ', ' ORDER BY id) FROM sites`)
		if want := "ams.com 80 English Site t t, ams.com 80 Te Reo Māori Site f t"; got != want {
			t.Errorf("sites = %q, want %q", got, want)
		}
		if f := b.frame(lang.MI); f.Name != "Te Reo Māori AMS" || f.Strapline != "Te Reo Māori AMS" {
			t.Errorf("names = %q and %q", f.Name, f.Strapline)
		}
		if p := b.page("/", lang.MI); p.Title != "Home" || doc(t, p).Find("h1").Length() != 1 {
			t.Errorf("home page in mi = %q with %s", p.Title, p.Body)
		}
	})

	t.Run("CMS-51 first theme", func(t *testing.T) {
		t.Parallel()
		b := service(t, dbtest.New(t), config(lang.EN))
		b.setup()
		got := b.one(`SELECT cache_version || ' ' || (settings->>'primary_color') || ' ' || (SELECT count(*) FROM theme_settings_revisions) FROM theme_settings`)
		if got != "2 #0d6efd 1" {
			t.Errorf("version, primary colour and revisions = %q", got)
		}
	})

	t.Run("CMS-57 second run", func(t *testing.T) {
		t.Parallel()
		b := service(t, dbtest.New(t), config(lang.EN, lang.MI))
		b.setup()
		b.exec(`UPDATE pages SET title = 'Our home' WHERE url_path = '/en/'`)
		before, version := b.one(rows), b.version()
		done := b.setup()
		if done.Sites[0].Created || b.one(rows) != before || b.version() != version {
			t.Errorf("Setup() again = %+v with rows %s, version %d; before %s, %d", done, b.one(rows), b.version(), before, version)
		}
		if title := b.page("/", lang.EN).Title; title != "Our home" {
			t.Errorf("edited title = %q", title)
		}
	})

	t.Run("CMS-58 another domain", func(t *testing.T) {
		t.Parallel()
		db := dbtest.New(t)
		b := service(t, db, config(lang.EN, lang.MI))
		b.setup()
		b.exec(`UPDATE association_settings SET association_short_name = 'Kea'`)
		before := b.one(`SELECT string_agg(id::text, ' ' ORDER BY id) FROM sites`)
		cfg := config(lang.EN, lang.MI)
		cfg.Domain, cfg.Port = "Kea.org.nz", 8080
		b = service(t, db, cfg)
		b.setup()
		if got := b.one(`SELECT string_agg(DISTINCT hostname || ':' || port, ' ') FROM sites`); got != "kea.org.nz:8080" {
			t.Errorf("hosts = %q", got)
		}
		if after := b.one(`SELECT string_agg(id::text, ' ' ORDER BY id) FROM sites`); after != before || b.frame(lang.EN).Name != "Kea" {
			t.Errorf("sites %s became %s, name %q", before, after, b.frame(lang.EN).Name)
		}
	})

	t.Run("CMS-59 language switched off and on", func(t *testing.T) {
		t.Parallel()
		db := dbtest.New(t)
		b := service(t, db, config(lang.EN, lang.MI))
		b.setup()
		b.exec(`UPDATE association_settings SET association_short_name = 'Kea'`)
		off := service(t, db, config(lang.EN))
		if done := off.setup(); !cmp.Equal(done.SwitchedOff, []lang.Locale{lang.MI}) {
			t.Errorf("SwitchedOff = %q, want mi", done.SwitchedOff)
		}
		off.missing("/mi/", lang.EN)
		if p := off.page("/", lang.EN); len(p.Alternates) != 0 {
			t.Errorf("alternates = %v", p.Alternates)
		}
		b.setup()
		if f := b.frame(lang.MI); f.Name != "Kea" || b.page("/", lang.MI).Path != "/mi/" {
			t.Errorf("switched on again: name %q", f.Name)
		}
	})

	t.Run("wrong slug of a home page", func(t *testing.T) {
		t.Parallel()
		b := ready(t)
		b.exec(`UPDATE pages SET slug = 'start' WHERE url_path = '/en/'`)
		b.exec(`UPDATE pages SET url_path = '/start/' || substr(url_path, 5) WHERE url_path LIKE '/en/%'`)
		b.setup()
		if p := b.page("/about/team/", lang.EN); p.Path != "/en/about/team/" {
			t.Errorf("address = %q", p.Path)
		}
		if got := b.one(`SELECT live_content->>'slug' FROM pages WHERE url_path = '/en/'`); got != "en" {
			t.Errorf("slug in the content = %q", got)
		}
	})

	t.Run("ErrNoRoot", func(t *testing.T) {
		t.Parallel()
		b := service(t, dbtest.New(t), config(lang.EN))
		b.exec(`TRUNCATE locales CASCADE`)
		if _, err := b.Setup(t.Context()); !errors.Is(err, cms.ErrNoRoot) {
			t.Fatalf("Setup() without a root = %v, want ErrNoRoot", err)
		}
		if _, err := b.EnsureRoot(t.Context()); err != nil {
			t.Fatalf("EnsureRoot() = %v", err)
		}
		b.setup()
		b.page("/", lang.EN)
	})
}

func TestSetupByManyAtOnce(t *testing.T) {
	t.Parallel()
	b := service(t, dbtest.NewSized(t, 8), config(lang.EN, lang.MI))
	var wg sync.WaitGroup
	errs := make(chan error, 16)
	for range 8 {
		wg.Go(func() {
			_, err := b.Setup(t.Context())
			errs <- err
			errs <- b.SampleContent(t.Context())
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Errorf("set up by eight at once: %v", err)
		}
	}
	if got := b.one(`SELECT count(*) || ' ' || (SELECT count(*) FROM sites) FROM pages`); got != "11 2" {
		t.Errorf("pages and sites = %s, want 11 2", got)
	}
}

func TestSampleContent(t *testing.T) {
	t.Parallel()
	b := ready(t)
	b.exec(`UPDATE pages SET title = 'About Kea' WHERE url_path = '/en/about/'`)
	before := b.one(rows)
	if err := b.SampleContent(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := b.one(rows); after != before {
		t.Errorf("rows after the second run = %s, before %s", after, before)
	}
	if title := b.page("/about/", lang.EN).Title; title != "About Kea" {
		t.Errorf("edited title = %q", title)
	}
	for _, l := range []lang.Locale{lang.EN, lang.MI} {
		for _, path := range []string{"/", "/about/", "/about/team/", "/contact/", "/members-only/"} {
			p := b.page(path, l)
			d := doc(t, p)
			if d.Find("h1").Length()+len(p.Heading) == 0 || d.Find(".block-paragraph_block").Length() == 0 {
				t.Errorf("%s in %s has no heading or no text: %s", path, l, p.Body)
			}
			d.Find("a").Each(func(_ int, a *goquery.Selection) {
				if href := a.AttrOr("href", ""); !strings.HasPrefix(href, "/"+string(l)+"/") && !strings.HasPrefix(href, "mailto:") {
					t.Errorf("%s in %s links to %q", path, l, href)
				}
			})
			if len(p.Alternates) != 1 {
				t.Errorf("%s in %s has alternates %v", path, l, p.Alternates)
			}
		}
	}
	if out := b.log.String(); out != "" {
		t.Errorf("sample content is damaged:\n%s", out)
	}
	if f := b.frame(lang.MI); f.Name != "MI AMS" || !strings.Contains(string(f.FooterText), "tauira") || len(f.Columns) != 3 {
		t.Errorf("frame in mi = %+v", f)
	}
}

func TestSetupIsAvoidable(t *testing.T) {
	t.Parallel()
	b := service(t, dbtest.New(t), config(lang.EN))
	f := b.frame(lang.EN)
	if f.Name != cms.Product || f.ThemeStyle != "" || f.Home != "/en/" || f.Mode != "light" || f.Columns != nil {
		t.Errorf("frame without a site = %+v", f)
	}
	b.missing("/", lang.EN)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	b := service(t, dbtest.New(t), config(lang.EN, lang.MI))
	check := func() string {
		t.Helper()
		found, err := b.Check(t.Context())
		if err != nil {
			t.Fatalf("Check() = %v", err)
		}
		var out []string
		for _, f := range found {
			text := f.Text.ID
			for _, a := range f.Text.Args {
				text = strings.Replace(text, "%s", a.(string), 1)
			}
			if f.Fatal {
				text = "FATAL " + text
			}
			out = append(out, text)
		}
		return strings.Join(out, "\n")
	}
	if got, want := check(), "FATAL There is no home page in English.\nFATAL There is no home page in Te Reo Māori."; got != want {
		t.Errorf("before set-up:\n%s\nwant\n%s", got, want)
	}
	b.setup()
	if got := check(); got != "" {
		t.Errorf("after set-up:\n%s", got)
	}
	b.addPage("/en/", "forum", "Forum")
	b.exec(`INSERT INTO main_menus (site_id) SELECT id FROM sites WHERE is_default_site`)
	b.exec(`INSERT INTO main_menu_items (menu_id, position, link_url, link_text) SELECT id, 1, '/en/events/', 'Events' FROM main_menus`)
	b.exec(`UPDATE pages SET live = false, live_content = NULL WHERE url_path = '/mi/'`)
	want := "FATAL The site in Te Reo Māori has no live home page.\n" +
		"Nobody can see the page /en/forum/: another part of the site has this address. Give it another slug.\n" +
		"A menu links to /en/events/, which is switched off."
	if got := check(); got != want {
		t.Errorf("with findings:\n%s\nwant\n%s", got, want)
	}
}
