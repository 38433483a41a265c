package terms_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"ams/app/web/webtest"
)

const phone, desk = 390, 1280

// texts puts two legal texts in force, one of them as long as such texts are.
func texts(s *webtest.Site) {
	s.T.Helper()
	s.TermVersion("privacy", "1.0", -time.Hour)
	s.TermVersion("service", "2.1", -time.Hour)
	s.Exec(`UPDATE terms SET name_en = 'Privacy policy of the association of all teachers of digital technologies in Aotearoa' WHERE key = 'privacy'`)
	s.Exec(`UPDATE term_versions SET content_en = ? || repeat('<p>' || repeat('We keep what a membership needs, and nothing more. ', 12) || '</p>', 8)
		WHERE version = '1.0'`, `<h2>What we keep</h2><ul><li>your name</li><li>your <strong>address</strong></li></ul><h3>For how long</h3>`)
}

// fits tells what is wrong with how a page looks, to everybody and on any screen.
func fits(b *webtest.Tab, t *testing.T, page string) {
	t.Helper()
	if wide := b.TooWide(); wide != "" {
		t.Errorf("%s is wider than the window: %s", page, wide)
	}
	if found := b.Violations(); found != "" {
		t.Errorf("%s:\n%s", page, found)
	}
}

// TestGateInBrowser is how people meet the gate: by keyboard, and on a phone without scripts.
func TestGateInBrowser(t *testing.T) {
	t.Parallel()
	t.Run("Keyboard", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		texts(s)
		b := s.Tab(desk)
		b.SignIn("kea")
		b.Open(own)
		b.At(acceptPage, "Please read and accept")
		fits(b, t, "the accept page")
		b.TabTo("#accept [type=submit]")
		webtest.Ask[bool](b, `window.stays = true`)
		b.Type(kb.Enter)
		// The next text takes the place of the first, and is read next.
		b.Until(`document.activeElement.matches('#accept h2') && document.activeElement.textContent === 'Text service' && !document.querySelector('.htmx-settling')`)
		if webtest.Ask[bool](b, `document.activeElement.getBoundingClientRect().top < 0 || !window.stays`) {
			t.Error("the next text is out of sight, or the page was loaded anew")
		}
		fits(b, t, "the second text")
		b.TabTo("#accept [type=submit]")
		b.Type(kb.Enter)
		b.At(own, "Mere Kahu")
	})
	t.Run("WithoutScripts", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		texts(s)
		b := s.Tab(phone)
		b.WithoutScripts()
		b.SignIn("kea")
		b.Open(own)
		for range 2 {
			b.At(acceptPage, "Please read and accept")
			if wide := b.TooWide(); wide != "" { // axe-core needs scripts
				t.Errorf("the accept page is wider than the window: %s", wide)
			}
			b.TabTo("#accept [type=submit]")
			b.Type(kb.Enter)
			b.Until(`document.querySelector('#accept h2')?.textContent !== 'Privacy policy of the association of all teachers of digital technologies in Aotearoa'`)
		}
		b.At(own, "Mere Kahu")
		if n := acceptances(s); n != 2 {
			t.Errorf("%d acceptances, want 2", n)
		}
	})
	t.Run("List", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		texts(s)
		v := s.SignedIn("kea")
		agree(v)
		s.TermVersion("privacy", "1.1", -time.Minute)
		s.Dark()
		for _, width := range []int64{phone, desk} {
			b := s.Tab(width)
			b.SignIn("kea")
			b.Open(list)
			b.At(list, "Terms and policies")
			b.Until(`document.querySelector('#earlier') !== null`)
			fits(b, t, "the list")
		}
	})
}
