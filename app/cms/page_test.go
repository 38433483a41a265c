package cms_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ams/app/cms"
	"ams/app/database"
	"ams/app/lang"
	"ams/views"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func TestPage(t *testing.T) {
	t.Parallel()
	b := ready(t)
	b.exec(`UPDATE pages SET live_content = live_content || '{"seo_title":"Who","css_id":"my-page-id"}' WHERE url_path = '/en/about/team/'`)
	p := b.page("/about/team/", lang.EN)
	p.ID, p.Body = 0, ""
	want := cms.Page{
		Path: "/en/about/team/", Title: "Our committee", SEOTitle: "Who", Description: "The people whom members elected this year.",
		Heading: "Our committee", BodyID: "my-page-id",
		Ancestors:  []views.Crumb{{Text: "About us", Href: "/en/about/"}},
		Alternates: []views.Alternate{{Lang: "mi", Href: "/mi/about/team/"}},
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("Page() (-want +got):\n%s", diff)
	}
	home := b.page("/", lang.MI)
	if !home.Home || home.Heading != "" || home.Path != "/mi/" || home.Ancestors != nil {
		t.Errorf("home page = %+v", home)
	}
}

func TestPageIsKeptUntilTheVersionRises(t *testing.T) {
	t.Parallel()
	b := ready(t)
	version := b.version()
	if _, err := b.Frame(t.Context(), version, lang.EN); err != nil {
		t.Fatal(err)
	}
	get := func(version int64) func(context.Context) {
		return func(ctx context.Context) {
			if _, err := b.Page(ctx, version, "/", lang.EN); err != nil {
				t.Fatal(err)
			}
		}
	}
	count(t, 3, "a page beside its frame", get(version))
	count(t, 0, "the same page again", get(version))
	b.exec(`UPDATE pages SET live_content = jsonb_set(live_content, '{search_description}', '"new"') WHERE url_path = '/en/'`)
	count(t, 7, "a page and its frame of a new version", get(b.version()))
	if got := b.page("/", lang.EN).Description; got != "new" {
		t.Errorf("description after the change = %q", got)
	}
}

func TestPagesKeptAreBounded(t *testing.T) {
	t.Parallel()
	b := ready(t)
	b.exec(`INSERT INTO pages (page_type, parent_id, position, depth, url_path, locale_id, draft_content, live_content, draft_title, title, slug,
			live, visibility, is_structure_only)
		SELECT 'content', id, 100 + n, 3, '/en/p' || n || '/', locale_id, '{}', '{}', 'x', 'x', 'p' || n, true, 'public', false
		FROM pages, generate_series(1, 300) n WHERE url_path = '/en/'`)
	version := b.version()
	for n := 1; n <= 300; n++ {
		if _, err := b.Page(t.Context(), version, fmt.Sprintf("/p%d/", n), lang.EN); err != nil {
			t.Fatal(err)
		}
	}
	count(t, 0, "a page seen lately", func(ctx context.Context) {
		if _, err := b.Page(ctx, version, "/p300/", lang.EN); err != nil {
			t.Fatal(err)
		}
	})
	ctx, c := database.Count(t.Context())
	if _, err := b.Page(ctx, version, "/p1/", lang.EN); err != nil || c.N() == 0 {
		t.Errorf("a page of long ago is still kept (%v)", err)
	}
}

func TestNoPage(t *testing.T) {
	t.Parallel()
	b := ready(t)
	b.addPage("/en/", "draft", "Draft")
	b.exec(`UPDATE pages SET live = false, live_content = NULL, draft_content = '{"title":"secret"}' WHERE slug = 'draft'`)
	b.addPage("/en/draft/", "below", "Below")
	version := b.version()
	for _, path := range []string{
		"/nothing/", "/draft/", "/About/", "/about", "about/", "", "//", "/about//team/", "/about.html/", "/about/%00/", "/ab\x00out/",
		"/../", "/a b/", "/mi/", "/en/", "/root/", "/about/" + strings.Repeat("a/", 40), "/" + strings.Repeat("ā", 3000) + "/", "/\xff/",
	} {
		b.missing(path, lang.EN)
	}
	count(t, 0, "an address that can be no page", func(ctx context.Context) {
		_, _ = b.Page(ctx, version, "/favicon.ico", lang.EN)
	})
	p := b.page("/draft/below/", lang.EN)
	if p.Title != "Below" || p.Ancestors != nil {
		t.Errorf("live page below a draft = %q with ancestors %v, want it without the draft", p.Title, p.Ancestors)
	}
}

func TestMacronsInAddresses(t *testing.T) {
	t.Parallel()
	b := ready(t)
	b.addPage("/mi/", "mō-mātou", "Mō mātou")
	if p := b.page("/mō-mātou/", lang.MI); p.Path != "/mi/mō-mātou/" {
		t.Errorf("address = %q", p.Path)
	}
}

func TestMembersAndStructure(t *testing.T) {
	t.Parallel()
	b := ready(t)
	if p := b.page("/members-only/", lang.EN); !p.MembersOnly {
		t.Error("CMS-13 the page for members is open")
	}
	b.exec(`UPDATE pages SET is_structure_only = true WHERE url_path = '/en/about/'`)
	if crumbs := b.page("/about/team/", lang.EN).Ancestors; len(crumbs) != 1 || crumbs[0].Href != "" {
		t.Errorf("SHL-19 ancestors = %+v, want one without a link", crumbs)
	}
	b.addPage("/en/about/", "second", "Second")
	b.exec(`UPDATE pages SET live = false, live_content = NULL WHERE url_path = '/en/about/team/'`)
	if p := b.page("/about/", lang.EN); !p.StructureOnly || p.First != "/en/about/second/" || p.Body != "" {
		t.Errorf("CMS-14 structure-only page leads to %q", p.First)
	}
	b.addPage("/en/about/team/", "grandchild", "Grandchild")
	if p := b.page("/about/", lang.EN); p.First != "/en/about/team/grandchild/" {
		t.Errorf("a live page below a draft comes first, got %q", p.First)
	}
	b.exec(`UPDATE pages SET live = false, live_content = NULL WHERE url_path LIKE '/en/about/_%'`)
	b.missing("/about/", lang.EN)
	b.exec(`UPDATE pages SET visibility = 'members' WHERE url_path = '/en/about/'`)
	if p := b.page("/about/", lang.EN); !p.MembersOnly || p.First != "" {
		t.Errorf("CMS-15 members-only structure page = %+v, want the rule for members to come first", p)
	}
}

func TestTranslations(t *testing.T) {
	t.Parallel()
	b := ready(t)
	b.exec(`UPDATE pages SET slug = 'mo', url_path = '/mi/mo/' WHERE url_path = '/mi/about/'`)
	if got := b.page("/about/", lang.EN).Alternates; len(got) != 1 || got[0].Href != "/mi/mo/" {
		t.Errorf("linked translation = %v, want /mi/mo/", got)
	}
	b.addPage("/en/", "same", "Same")
	b.addPage("/mi/", "same", "He ōrite")
	if got := b.page("/same/", lang.EN).Alternates; len(got) != 1 || got[0].Href != "/mi/same/" {
		t.Errorf("page at the same slug = %v, want /mi/same/", got)
	}
	b.addPage("/mi/", "about", "Other")
	if got := b.page("/about/", lang.EN).Alternates; len(got) != 1 || got[0].Href != "/mi/mo/" {
		t.Errorf("linked translation beside the same slug = %v, want /mi/mo/", got)
	}
	b.exec(`UPDATE pages SET live = false, live_content = NULL WHERE url_path = '/mi/same/'`)
	if got := b.page("/same/", lang.EN).Alternates; len(got) != 0 {
		t.Errorf("draft translation = %v, want none", got)
	}
	b.exec(`UPDATE sites SET is_active = false WHERE NOT is_default_site`)
	if got := b.page("/about/", lang.EN).Alternates; len(got) != 0 {
		t.Errorf("translation of a site that is switched off = %v, want none", got)
	}
}

func TestElsewhere(t *testing.T) {
	t.Parallel()
	b := ready(t)
	b.addPage("/mi/", "anake", "I te reo anake")
	b.addPage("/mi/anake/", "raro", "Raro")
	b.exec(`UPDATE pages SET visibility = 'members' WHERE url_path = '/mi/anake/raro/'`)
	elsewhere := func(path string, l lang.Locale) []cms.Elsewhere {
		t.Helper()
		found, err := b.Elsewhere(t.Context(), path, l)
		if err != nil {
			t.Fatalf("Elsewhere(%q) = %v", path, err)
		}
		return found
	}
	b.missing("/anake/", lang.EN)
	if diff := cmp.Diff([]cms.Elsewhere{{Lang: "mi", Path: "/mi/anake/", Title: "I te reo anake"}}, elsewhere("/anake/", lang.EN)); diff != "" {
		t.Errorf("CMS-05 (-want +got):\n%s", diff)
	}
	if got := elsewhere("/anake/raro/", lang.EN); len(got) != 1 || !got[0].MembersOnly {
		t.Errorf("page for members = %v", got)
	}
	b.exec(`UPDATE pages SET live = false, live_content = NULL WHERE url_path = '/mi/anake/'`)
	for _, path := range []string{"/anake/", "/anake/raro/", "/nothing/", "/a.b/", ""} {
		if got := elsewhere(path, lang.EN); len(got) != 0 {
			t.Errorf("Elsewhere(%q) = %v, want nothing", path, got)
		}
	}
}

func TestDamagedContentIsNoError(t *testing.T) {
	t.Parallel()
	b := ready(t)
	const good = `{"type":"paragraph_block","value":"<p>stays</p>","id":"g"}`
	b.body("/en/about/", `[{"type":"video_block","value":1,"id":"v"},`+good+`,{"type":"heading_block","value":"x","id":"h"}]`)
	if p := b.page("/about/", lang.EN); strings.Count(string(p.Body), `class="block-`) != 1 || !strings.Contains(string(p.Body), "<p>stays</p>") {
		t.Errorf("body with two damaged blocks = %s", p.Body)
	}
	if out := b.log.String(); !strings.Contains(out, "block=v type=video_block") || !strings.Contains(out, "block=h") {
		t.Errorf("log = %q, want both blocks named", out)
	}
	for _, content := range []string{`{}`, `{"body":"x"}`, `{"body":null}`, `{"body":{"a":1}}`, `{"body":[null,1,[],{}]}`, `{"seo_title":1,"css_id":"1abc\""}`} {
		b.exec(`UPDATE pages SET live_content = ? WHERE url_path = '/en/about/'`, content)
		p := b.page("/about/", lang.EN)
		if p.Heading != "About us" || p.BodyID != "" || p.SEOTitle != "" || strings.Contains(string(p.Body), `class="block-`) {
			t.Errorf("page with content %s = %+v", content, p)
		}
	}
	b.exec(`UPDATE pages SET live_content = '{}' WHERE url_path = '/en/'`)
	if h1 := doc(t, b.page("/", lang.EN)).Find("h1.visually-hidden").Text(); h1 != "EN AMS" {
		t.Errorf("heading of a home page without a title = %q", h1)
	}
}

// Stored text that never went through the cleaner, from an import say.
func TestHostileTextIsCleanedOnTheWayOut(t *testing.T) {
	t.Parallel()
	b := ready(t)
	b.body("/en/about/", `[{"type":"paragraph_block","id":"p","value":"<p onclick=\"alert(1)\">a<img src=x onerror=alert(1)></p><script>alert(1)</script></div></main><strong>"}]`)
	body := string(b.page("/about/", lang.EN).Body)
	for _, bad := range []string{"onclick", "<img", "<script", "</main>", "<strong>\n"} {
		if strings.Contains(body, bad) {
			t.Errorf("body holds %s: %s", bad, body)
		}
	}
}

func TestLinksInTextFollowPages(t *testing.T) {
	t.Parallel()
	b := ready(t)
	id := b.one(`SELECT id::text FROM pages WHERE url_path = '/en/contact/'`)
	b.body("/en/about/", `[{"type":"paragraph_block","id":"p","value":"<a data-page=\"`+id+`\">a</a><a href=\"/users/\">b</a><a href=\"/forum/\">c</a>"}]`)
	links := func() string {
		var out []string
		for _, a := range doc(t, b.page("/about/", lang.EN)).Find("a").EachIter() {
			out = append(out, a.AttrOr("href", "-"))
		}
		return strings.Join(out, " ")
	}
	if got := links(); got != "/en/contact/ /en/users/ /forum/" {
		t.Errorf("links = %s", got)
	}
	b.exec(`UPDATE pages SET slug = 'write', url_path = '/en/write/' WHERE id = ?`, id)
	if got := links(); got != "/en/write/ /en/users/ /forum/" {
		t.Errorf("links after the page moved = %s", got)
	}
	b.exec(`UPDATE pages SET live = false, live_content = NULL WHERE id = ?`, id)
	if got := links(); got != "- /en/users/ /forum/" {
		t.Errorf("links after the page went = %s", got)
	}
}
