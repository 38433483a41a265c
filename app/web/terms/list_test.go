package terms_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ams/app/web/webtest"
)

const list = "/en/terms/"

// cards are the names of the texts that a page shows, in order.
func cards(a *webtest.Answer) (names []string) {
	doc := a.Document()
	for i := range doc.Find("article h2").Length() {
		names = append(names, doc.Find("article h2").Eq(i).Text())
	}
	return names
}

func TestList(t *testing.T) {
	t.Parallel()
	t.Run("ACC-57 anonymous visitors see the latest versions only", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.TermVersion("b", "1.0", -48*time.Hour)
		s.TermVersion("b", "0.9", -24*time.Hour)
		s.TermVersion("a", "3.0", -time.Hour)
		s.TermVersion("a", "4.0", time.Hour)
		draft := s.TermVersion("c", "1.0", -time.Hour)
		s.Exec("UPDATE term_versions SET is_active = false WHERE id = ?", draft)
		s.Term("d")
		page := s.Visitor().Get(list).Status(http.StatusOK).Has("#term-b", "What b 0.9 says.").Has("#term-a", "What a 3.0 says.").
			Lacks("#earlier")
		if diff := cmp.Diff([]string{"Text a", "Text b"}, cards(page)); diff != "" {
			t.Errorf("the page shows (-want +got):\n%s", diff)
		}
		for _, hidden := range []string{"b 1.0", "a 4.0", "c 1.0", "You accepted"} {
			if strings.Contains(page.Body, hidden) {
				t.Errorf("the page shows %q", hidden)
			}
		}
	})
	t.Run("Links lead on, looked up together, also where the text is to be accepted", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		for _, key := range []string{"a", "b"} {
			id := s.TermVersion(key, "1.0", -time.Hour)
			s.Exec(`UPDATE term_versions SET content_en = '<p><a data-page="' || (SELECT min(id) FROM pages WHERE url_path = '/en/') ||
				'">home</a> <a data-page="99999">gone</a> <a href="/resources/">typed</a></p>' WHERE id = ?`, id)
		}
		for _, page := range []*webtest.Answer{s.Visitor().Get(list), s.SignedIn("kea").Get("/en/terms/accept/")} {
			page.Has("article a[href='/en/']", "home").Has("article a[href='/en/resources/']", "typed").Has("article a:not([href])", "gone")
		}
	})
	t.Run("Days are those of New Zealand, in words", func(t *testing.T) {
		t.Parallel()
		s := site(t) // at 2027-03-03 14:00 there
		s.TermVersion("a", "1.0", -14*time.Hour)
		s.TermVersion("b", "1.0", -14*time.Hour-time.Second)
		s.Visitor().Get(list).Has("#term-a", "3 March 2027").Has("#term-b", "2 March 2027")
	})
	t.Run("People see what they accepted and when, earlier versions beneath, the newest first", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("kea")
		for _, label := range []string{"1.0", "1.1", "1.2"} {
			s.TermVersion("a", label, 0)
			agree(v)
			s.Clock.Pass(24 * time.Hour)
		}
		s.TermVersion("b", "1.0", 0)
		page := v.Get(list).Status(http.StatusOK).Has("#term-a .badge", "You accepted this on 5 March 2027").Has("#term-a", "Version 1.2, in force since 5 March 2027")
		if strings.Contains(page.Document().Find("#term-b").Text(), "You accepted") {
			t.Error("a text that was not accepted says that it was")
		}
		rows := strings.Join(strings.Fields(page.Document().Find("#earlier tbody").Text()), " ")
		if want := "Text a 1.1 04/03/2027 Text a 1.0 03/03/2027"; rows != want {
			t.Errorf("earlier acceptances %q, want %q", rows, want)
		}
		s.Person("weka")
		s.SignedIn("weka").Get(list).Lacks("#earlier")
	})
	t.Run("Without any text the page says so", func(t *testing.T) {
		t.Parallel()
		site(t).Visitor().Get(list).Status(http.StatusOK).Has(".empty", "No terms yet")
	})
	t.Run("In the page's language, with English marked where there is nothing else", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.TermVersion("a", "1.0", -time.Hour)
		s.TermVersion("b", "1.0", -time.Hour)
		s.Exec("UPDATE terms SET name_mi = 'Kaupapahere' WHERE key = 'a'")
		s.Exec("UPDATE term_versions SET content_mi = '<p>He kōrero.</p>' WHERE term_id = (SELECT id FROM terms WHERE key = 'a')")
		s.Visitor().Get("/mi/terms/").Has("#term-a h2:not([lang])", "Kaupapahere").Has("#term-a .block-paragraph_block:not([lang])", "He kōrero.").
			Has("#term-b h2[lang=en]", "Text b").Has("#term-b .block-paragraph_block[lang=en]", "What b 1.0 says.")
		s.Visitor().Get(list).Has("#term-a h2:not([lang])", "Text a").Lacks("#term-a [lang]")
	})
	t.Run("H-21 texts are cleaned on output, too", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.TermVersion("a", "1.0", -time.Hour)
		s.Exec(`UPDATE term_versions SET content_en = '<h2>Birds</h2><p onclick="x()">a<script>alert(1)</script><a href="javascript:x">b</a><a href="mailto:a@b.nz">c</a></p><img src=x>'`)
		for _, page := range []*webtest.Answer{s.Visitor().Get(list), s.SignedIn("kea").Get(acceptPage)} {
			body := page.Has("article h3", "Birds").Has("article a[href='mailto:a@b.nz']", "c").Document().Find("article")
			if body.Find("script, [onclick], img, a:not([href^=mailto])").Length() > 0 {
				html, _ := body.Html()
				t.Errorf("the page holds what it must not: %s", html)
			}
		}
	})
}
