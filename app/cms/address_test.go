package cms_test

import (
	"strings"
	"testing"

	"ams/app/cms"
	"ams/app/lang"
)

// addresses needs no database.
func addresses(t *testing.T, languages ...lang.Locale) bench {
	t.Helper()
	b := service(t, offline(t), config(languages...))
	return b
}

func TestSlug(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Mō mātou": "mō-mātou", "  News -- & More!  ": "news-more", "_a_": "a", "ﬁne": "fine", "2026": "2026", "!?": "", "A/B": "ab",
		strings.Repeat("ā", 300): strings.Repeat("ā", 255),
	} {
		if got := cms.Slug(title); got != want {
			t.Errorf("Slug(%q) = %q, want %q", title, got, want)
		}
	}
}

func TestCheckSlug(t *testing.T) {
	t.Parallel()
	b := addresses(t, lang.EN)
	for _, c := range []struct {
		slug  string
		below bool
		ok    bool
	}{
		{"forum", true, false},  // CMS-08
		{"forum", false, true},  // CMS-08
		{"search", true, true},  // CMS-09
		{"events", true, false}, // CMS-66
		{"mi", true, true},      // CMS-66
		{"en", true, false},
		{"Forum", true, true},
		{"mō-mātou", true, true},
		{"a b", false, false},
		{"a/b", false, false},
		{"", false, false},
		{"a.html", false, false},
		{strings.Repeat("ā", 255), false, true},
		{strings.Repeat("ā", 256), false, false},
	} {
		if got := b.CheckSlug(c.slug, c.below); got.Empty() != c.ok {
			t.Errorf("CheckSlug(%q, %v) says %q, want it accepted: %v", c.slug, c.below, got.ID, c.ok)
		}
	}
	reserved := strings.Join(b.Reserved(), ", ")
	if want := "accounts, admin, billing, cms, cms-documents, en, events, forum, static, users"; reserved != want {
		t.Errorf("Reserved() = %s, want %s", reserved, want)
	}
	if args := b.CheckSlug("forum", true).Args; len(args) != 2 || args[1] != reserved {
		t.Errorf("the refusal names %v, want all reserved slugs", args)
	}
}

func TestLocalise(t *testing.T) {
	t.Parallel()
	b := addresses(t, lang.EN, lang.MI)
	for _, same := range []string{
		"", "https://x.test/", "http://x.test", "#top", "?a=b", "//host/x", "mailto:a@b.nz", "tel:123", "MAILTO:a@b.nz",
		"/mi/events/", "/en/events/", "/en", "/forum/", "/forum", "/forum/?tab=a", "/forum#x", "/cms/", "/billing/xero/webhooks/",
		"/cms-documents/1/a.pdf", "/", "/?a=b", "/#x",
	} {
		if got := b.Localise(same, lang.MI); got != same {
			t.Errorf("Localise(%q) = %q, want it as it is", same, got)
		}
	}
	for in, want := range map[string]string{
		"/events/": "/mi/events/", "events/": "/mi/events/", "/does-not-exist/": "/mi/does-not-exist/", "/x/?a=b#c": "/mi/x/?a=b#c",
		"/forums/": "/mi/forums/", "/English/": "/mi/English/",
	} {
		if got := b.Localise(in, lang.MI); got != want {
			t.Errorf("Localise(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTranslate(t *testing.T) {
	t.Parallel()
	b := addresses(t, lang.EN, lang.MI)
	for _, c := range []struct {
		url  string
		to   lang.Locale
		want string
	}{
		{"/en/a/?x=1", lang.MI, "/mi/a/?x=1"}, // CMS-06
		{"/en/page/#top", lang.MI, "/mi/page/#top"},
		{"/en/does/not/exist/", lang.MI, "/mi/does/not/exist/"},
		{"/xx/page/", lang.MI, "/mi/"},
		{"/billing/invoice/INV-1/detail/", lang.MI, "/mi/"},
		{"/", lang.MI, "/mi/"},
		{"", lang.MI, "/mi/"},
		{"/en", lang.MI, "/mi/"},
		{"/en?x=1", lang.MI, "/mi/?x=1"},
		{"/mi/a/", lang.MI, "/mi/a/"},
		{"/en/a/", "fr", "/fr/"},
		{"https://x.test/en/", lang.MI, "/mi/"},
	} {
		if got := b.Translate(c.url, c.to); got != c.want {
			t.Errorf("Translate(%q, %s) = %q, want %q", c.url, c.to, got, c.want)
		}
	}
}
