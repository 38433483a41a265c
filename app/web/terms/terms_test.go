package terms_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"ams/app/web/webtest"
)

const (
	acceptPage = "/en/terms/accept/"
	own        = "/en/users/kea/"
)

// gate is where somebody is led who has terms to accept.
func gate(path string) string {
	return acceptPage + "?next=" + strings.ReplaceAll(url.QueryEscape(path), "/", "%2F")
}

// site has kea, who is a member like any other.
func site(t *testing.T, settings ...string) *webtest.Site {
	t.Helper()
	s := webtest.New(t, settings...)
	s.Person("kea")
	return s
}

func acceptances(s *webtest.Site) int { return s.Count("SELECT count(*) FROM term_acceptances") }

// shown is the id of the version that the accept page shows.
func shown(a *webtest.Answer) string {
	return a.Document().Find("#accept input[name=term_version]").AttrOr("value", "")
}

// agree accepts everything that is asked for, as a browser does.
func agree(v *webtest.Visitor) {
	for v.Get(acceptPage).StatusCode == http.StatusOK {
		v.Send(acceptPage, "#accept").Status(http.StatusSeeOther)
	}
}

func TestGate(t *testing.T) {
	t.Parallel()
	t.Run("ACC-50 the later date is shown and required, whatever the label says", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.TermVersion("privacy", "2.0", -10*24*time.Hour)
		s.TermVersion("privacy", "1.5", -24*time.Hour)
		page := s.SignedIn("kea").Get(acceptPage).Status(http.StatusOK).Has("main", "What privacy 1.5 says.")
		if strings.Contains(page.Body, "2.0") {
			t.Error("the page speaks of 2.0")
		}
	})
	t.Run("ACC-51 a newer version is asked for, and leads back to the same address with its query", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.TermVersion("privacy", "1.0", -48*time.Hour)
		v := s.SignedIn("kea")
		agree(v)
		v.Get(own).Status(http.StatusOK)
		s.TermVersion("privacy", "1.1", -time.Hour)
		const wanted = own + "?a=b&c=d+e%2Ff"
		v.Get(wanted).Status(http.StatusFound).To(gate(wanted))
		page := v.Get(gate(wanted)).Has("main", "What privacy 1.1 says.")
		v.Post(acceptPage, page.Fields("#accept")...).Status(http.StatusSeeOther).To(gate(wanted))
		v.Get(gate(wanted)).Status(http.StatusFound).To(wanted)
		v.Get(wanted).Status(http.StatusOK)
	})
	t.Run("ACC-52 nothing else is gated", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.TermVersion("privacy", "1.0", -time.Hour)
		s.Staff("boss")
		v := s.SignedIn("kea")
		for _, path := range []string{
			"/en/users/~update/", "/en/accounts/logout/", "/en/users/memberships/apply-individual/", "/en/terms/", "/en/",
			"/en/accounts/email/", "/en/accounts/password/change/", "/en/accounts/2fa/", "/en/accounts/2fa/totp/activate/", "/en/accounts/3rdparty/",
			"/en/users/~data/",
		} {
			v.Get(path).Status(http.StatusOK)
		}
		v.Get("/en/users/~redirect/").Status(http.StatusFound).To(own)
		s.SignedIn("boss").Get("/admin/").Status(http.StatusOK)
	})
	t.Run("ACC-60 an HTMX request is told to go to the accept page", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.TermVersion("privacy", "1.0", -time.Hour)
		a := s.SignedIn("kea").HX().Get(own + "?x=1").Status(http.StatusOK)
		if got := a.Header.Get("HX-Redirect"); got != gate(own+"?x=1") || a.Body != "" {
			t.Errorf("HX-Redirect = %q with body %q, want %q and nothing", got, a.Body, gate(own+"?x=1"))
		}
	})
	t.Run("First sign-in, then what there is, then whose it is, then the terms, whatever the method", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.TermVersion("privacy", "1.0", -time.Hour)
		s.Person("weka")
		s.Staff("boss")
		kea, boss := s.SignedIn("kea"), s.SignedIn("boss")
		s.Visitor().Get(own).Status(http.StatusFound).To("/en/accounts/login/?next=" + url.QueryEscape(own))
		kea.Get("/en/users/nobody/").Status(http.StatusNotFound)
		kea.Get("/en/users/weka/").Status(http.StatusForbidden)
		kea.Do(http.MethodHead, own, nil).Status(http.StatusFound).To(gate(own))
		kea.Post(own).Status(http.StatusSeeOther).To(gate(own))
		kea.Get("/mi/users/kea/").Status(http.StatusFound).To("/mi/terms/accept/?next=%2Fmi%2Fusers%2Fkea%2F")
		boss.Get(own).Status(http.StatusFound).To(gate(own))
		agree(boss)
		boss.Get(own).Status(http.StatusOK)
		boss.Post(own).Status(http.StatusMethodNotAllowed)
	})
	t.Run("Scheduled versions count from their instant on, and no longer than they are active", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.TermVersion("privacy", "1.0", -time.Hour)
		v := s.SignedIn("kea")
		agree(v)
		next := s.TermVersion("privacy", "2.0", time.Minute)
		s.Clock.Pass(time.Minute - time.Microsecond)
		v.Get(own).Status(http.StatusOK)
		s.Clock.Pass(time.Microsecond)
		v.Get(own).Status(http.StatusFound)
		s.Exec("UPDATE term_versions SET is_active = false WHERE id = ?", next)
		v.Get(own).Status(http.StatusOK) // what was accepted before counts again
	})
	t.Run("The gate costs one query, and nothing elsewhere", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("kea")
		for path, want := range map[string]int{own: 1, "/en/users/~update/": 0, "/en/": 0, "/en/users/memberships/apply-individual/": 0} {
			v.Get(path).Status(http.StatusOK)
			v.Get(path).Status(http.StatusOK)
			if got := strings.Count(strings.Join(s.Statements(), "\n"), "FROM term_versions"); got != want {
				t.Errorf("%s asks %d times for terms, want %d: %q", path, got, want, s.Statements())
			}
		}
	})
}

func TestAccept(t *testing.T) {
	t.Parallel()
	t.Run("ACC-53 one acceptance with all that is known of it, then the next text", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		for _, key := range []string{"c", "a", "b"} {
			s.TermVersion(key, "1.0", -time.Hour)
		}
		v := s.SignedIn("kea").From("203.0.113.9").With("User-Agent", strings.Repeat("ā", 600)+"\xff")
		page := v.Get(gate(own)).Has("#accept", "What a 1.0 says.").Has("#accept", "1 of 3")
		v.Post(acceptPage, page.Fields("#accept")...).Status(http.StatusSeeOther).To(gate(own))
		if s.Count(`SELECT count(*) FROM term_acceptances a JOIN users u ON u.id = a.user_id WHERE u.username = 'kea'
			AND a.term_version_id = ? AND a.ip_address = '203.0.113.9' AND a.user_agent = ? AND a.source = 'web' AND a.accepted_at = ?`,
			shown(page), strings.Repeat("ā", 500), s.Clock.Now()) != 1 || acceptances(s) != 1 {
			t.Error("there is not exactly one acceptance with address, browser, source and time")
		}
		v.Get(gate(own)).Has("#accept", "What b 1.0 says.").Has("#accept", "1 of 2")
		v.Send(gate(own), "#accept").Status(http.StatusSeeOther)
		last := v.Get(gate(own)).Has("#accept", "What c 1.0 says.")
		if strings.Contains(last.Body, "1 of 1") {
			t.Error("the last text is counted")
		}
		v.Send(gate(own), "#accept").Status(http.StatusSeeOther)
		v.Get(gate(own)).Status(http.StatusFound).To(own)
	})
	t.Run("ACC-54 two tabs accept the same text once, and nothing else", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.TermVersion("a", "1.0", -time.Hour)
		s.TermVersion("b", "1.0", -time.Hour)
		v := s.SignedIn("kea")
		first, second := v.Get(gate(own)), v.Get(gate(own))
		for _, tab := range []*webtest.Answer{first, second} {
			v.Post(acceptPage, tab.Fields("#accept")...).Status(http.StatusSeeOther).To(gate(own))
		}
		if n := s.Count("SELECT count(*) FROM term_acceptances WHERE term_version_id = ?", shown(first)); n != 1 || acceptances(s) != 1 {
			t.Errorf("%d acceptances of the text, %d of all, want 1", n, acceptances(s))
		}
		v.Get(gate(own)).Status(http.StatusOK).Lacks(".alert-warning")
	})
	t.Run("ACC-55 with nothing pending an address elsewhere leads home", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("kea")
		for next, want := range map[string]string{
			"//evil.com": "/", "https://evil.com": "/", `/\evil.com`: "/", "javascript:alert(1)": "/", "relative/path": "/", "": "/",
			"/a/?x=1&y=2": "/a/?x=1&y=2", "/p#f": "/p#f",
		} {
			v.Get(gate(next)).Status(http.StatusFound).To(want)
			again := gate(next)
			if want != next {
				again = acceptPage
			}
			v.Post(acceptPage, "next", next).Status(http.StatusSeeOther).To(again)
			if got := v.HX().Post(acceptPage, "next", next).Status(http.StatusNoContent).Header.Get("HX-Redirect"); got != want {
				t.Errorf("with HTMX next=%s leads to %q, want %q", next, got, want)
			}
		}
		s.TermVersion("a", "1.0", -time.Hour)
		page := v.Get(gate("//evil.com"))
		v.Post(acceptPage, page.Fields("#accept")...).Status(http.StatusSeeOther).To(acceptPage)
	})
	t.Run("H-08 what is no longer shown, unknown or nonsense is not accepted", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		old := s.TermVersion("a", "1.0", -time.Hour)
		future := s.TermVersion("a", "9.0", time.Hour)
		v := s.SignedIn("kea")
		page := v.Get(acceptPage)
		s.TermVersion("a", "2.0", -time.Minute)
		v.Post(acceptPage, page.Fields("#accept", "next", own)...).Status(http.StatusSeeOther).To(gate(own))
		v.Get(gate(own)).Has(".alert-warning", "has changed").Has("#accept", "What a 2.0 says.")
		for _, id := range []string{fmt.Sprint(old), fmt.Sprint(future), "", "0", "-1", "x", "999999", "99999999999999999999", "1; DROP TABLE terms"} {
			v.Post(acceptPage, "term_version", id, "next", own).Status(http.StatusSeeOther).To(gate(own))
		}
		if n := acceptances(s); n != 0 {
			t.Errorf("%d acceptances, want none", n)
		}
	})
	t.Run("H-08 a text that staff changed since is shown again before it is accepted", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		id := s.TermVersion("a", "1.0", -time.Hour)
		v := s.SignedIn("kea")
		page := v.Get(acceptPage)
		s.Exec("UPDATE term_versions SET content_en = '<p>Twice the fee.</p>' WHERE id = ?", id)
		v.Post(acceptPage, page.Fields("#accept")...).Status(http.StatusSeeOther).To(acceptPage)
		if n := acceptances(s); n != 0 {
			t.Errorf("%d acceptances of a text that was not shown, want none", n)
		}
		v.Get(acceptPage).Has(".alert-warning", "has changed").Has("#accept", "Twice the fee.")
		v.Send(acceptPage, "#accept").Status(http.StatusSeeOther)
		if n := acceptances(s); n != 1 {
			t.Errorf("%d acceptances of the text that was shown, want 1", n)
		}
	})
	t.Run("With HTMX the next text comes in place, and the end leads on", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.TermVersion("a", "1.0", -time.Hour)
		id := s.TermVersion("b", "1.0", -time.Hour)
		v := s.SignedIn("kea")
		page := v.Get(gate(own))
		page = v.HX().Post(acceptPage, page.Fields("#accept")...).Status(http.StatusOK).Lacks("header").
			Has("#accept", "What b 1.0 says.").Has("h2[autofocus]", "Text b")
		s.Exec("UPDATE term_versions SET content_en = '<p>Other.</p>' WHERE id = ?", id)
		page = v.HX().Post(acceptPage, page.Fields("#accept")...).Status(http.StatusOK).Has("#accept", "Other.").Has("#accept .alert-warning", "has changed")
		end := v.HX().Post(acceptPage, page.Fields("#accept")...)
		if got := end.Header.Get("HX-Redirect"); got != own {
			t.Errorf("HX-Redirect = %q, want %q", got, own)
		}
	})
	t.Run("Only people with an account, only by GET and POST, never from elsewhere", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		id := fmt.Sprint(s.TermVersion("a", "1.0", -time.Hour))
		s.Visitor().Get(gate(own)).Status(http.StatusFound).To("/en/accounts/login/?next=" + url.QueryEscape(gate(own)))
		s.Visitor().Post(acceptPage, "term_version", id).Status(http.StatusSeeOther).To("/en/accounts/login/?next=" + url.QueryEscape(acceptPage))
		v := s.SignedIn("kea")
		for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch} {
			v.Do(method, acceptPage, nil).Status(http.StatusMethodNotAllowed)
		}
		v.With("Origin", "https://evil.example").With("Sec-Fetch-Site", "cross-site").Post(acceptPage, "term_version", id).Status(http.StatusForbidden)
		if n := acceptances(s); n != 0 {
			t.Errorf("%d acceptances, want none", n)
		}
		if got := v.Get(acceptPage).Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control = %q, want no-store", got)
		}
	})
}

// TestCrossing has people and staff at the same text at the same time.
func TestCrossing(t *testing.T) {
	t.Parallel()
	t.Run("Accepting twice at once is accepting once", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		id := s.TermVersion("a", "1.0", -time.Hour)
		v := s.SignedIn("kea")
		fields := v.Get(gate(own)).Fields("#accept")
		codes := make([]int, 8)
		var all sync.WaitGroup
		for i := range codes {
			all.Go(func() { codes[i] = v.Post(acceptPage, fields...).StatusCode })
		}
		all.Wait()
		for _, got := range codes {
			if got != http.StatusSeeOther {
				t.Errorf("statuses %v, want only 303", codes)
				break
			}
		}
		if n := s.Count("SELECT count(*) FROM term_acceptances WHERE term_version_id = ?", id); n != 1 {
			t.Errorf("%d acceptances, want 1", n)
		}
	})
	t.Run("H-09 staff change the text while somebody accepts it: what was not shown is not accepted", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		id := s.TermVersion("a", "1.0", -time.Hour)
		v := s.SignedIn("kea")
		fields := v.Get(acceptPage).Fields("#accept")
		s.Behind(func() { v.Post(acceptPage, fields...).Status(http.StatusSeeOther) },
			"UPDATE term_versions SET content_en = '<p>Twice the fee.</p>' WHERE id = ?", id)
		if n := acceptances(s); n != 0 {
			t.Errorf("%d acceptances of a text that was not shown, want none", n)
		}
		v.Get(acceptPage).Has("#accept", "Twice the fee.")
	})
	t.Run("H-09 somebody accepts the text while staff save a change of it: the text stays", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Staff("boss")
		id := s.TermVersion("a", "1.0", -time.Hour)
		record := fmt.Sprintf("/admin/terms/termversion/%d/change/", id)
		boss := s.SignedIn("boss")
		fields := boss.Get(record).Fields("#record", "content_en", "<p>Twice the fee.</p>")
		s.Behind(func() {
			boss.Post(record, fields...).Status(http.StatusUnprocessableEntity).Has(".problems", "People have accepted this version")
		},
			`INSERT INTO term_acceptances (user_id, term_version_id, accepted_at, ip_address)
			SELECT id, ?, ?, '10.0.0.1' FROM users WHERE username = 'kea'`, id, s.Clock.Now())
		if s.Count("SELECT count(*) FROM term_versions WHERE content_en LIKE '%What a 1.0 says%'") != 1 {
			t.Error("an accepted text was changed")
		}
	})
	t.Run("H-09 below the program, too: neither of two who know nothing of each other gets past the other", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		id := s.TermVersion("a", "1.0", -time.Hour)
		const accept = `INSERT INTO term_acceptances (user_id, term_version_id, accepted_at, ip_address) SELECT id, ?, now(), '10.0.0.1' FROM users`
		s.Behind(func() {
			if _, err := s.DB.NewRaw("UPDATE term_versions SET content_en = 'other' WHERE id = ?", id).Exec(t.Context()); err == nil {
				t.Error("a text was changed that was being accepted")
			}
		}, accept, id)
	})
}
