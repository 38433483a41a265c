package staff_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ams/app/web/webtest"
)

const legalTexts, textVersions, agreed = "/admin/terms/term/", "/admin/terms/termversion/", "/admin/terms/termacceptance/"

// agree has somebody accept a version, from an address.
func agree(s *webtest.Site, who, from string, version int64) {
	s.T.Helper()
	s.SignedIn(who).From(from).With("User-Agent", "=cmd()").Post("/en/terms/accept/", "term_version", fmt.Sprint(version)).Status(http.StatusSeeOther)
}

func versionPage(id int64, act string) string { return fmt.Sprintf("%s%d/%s/", textVersions, id, act) }

func TestTerms(t *testing.T) {
	t.Parallel()
	t.Run("ACC-56 an accepted version stays as it is, alone and in bulk", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		accepted, free := s.TermVersion("privacy", "1.0", -2*time.Hour), s.TermVersion("privacy", "1.1", time.Hour)
		agree(s, "kea", "10.9.8.7", accepted)
		v := s.SignedIn("boss")
		form := v.Get(versionPage(accepted, "change")).Status(http.StatusOK).Has(".alert-info", "1 person has accepted this version")
		for _, name := range []string{"term", "version", "content_en", "content_mi", "change_log", "date_active_0"} {
			form.Lacks("#record [name=" + name + "]")
		}
		form.Has("#record .static-value p", "What privacy 1.0 says.")
		before := s.Count("SELECT count(*) FROM term_versions WHERE id = ? AND version = '1.0' AND content_en LIKE '%privacy 1.0%' AND is_active", accepted)
		v.Post(versionPage(accepted, "change"), form.Fields("#record", "version", "9", "content_en", "other", "date_active_0", "2020-01-01",
			"date_active_1", "10:00", "is_active", webtest.Leave)...).Status(http.StatusSeeOther)
		if before != 1 || s.Count("SELECT count(*) FROM term_versions WHERE id = ? AND version = '1.0' AND content_en LIKE '%privacy 1.0%' AND NOT is_active", accepted) != 1 {
			t.Error("an accepted version is not what it was, taken out of force")
		}
		v.Get(versionPage(accepted, "delete")).Status(http.StatusOK).Has("main", "kept as the record").Lacks("form button.btn-danger")
		v.Post(versionPage(accepted, "delete"), "post", "yes").Status(http.StatusSeeOther).To(versionPage(accepted, "change"))
		page := v.Get(versionPage(accepted, "change")).Has("#messages .alert-error", "kept as the record").Lacks("#messages .alert-success")
		if page.Document().Find("#messages .alert").Length() != 1 {
			t.Error("more than one message")
		}
		v.Post(textVersions, "action", "delete_selected", "post", "yes", "_selected_action", fmt.Sprint(accepted), "_selected_action", fmt.Sprint(free)).
			Status(http.StatusSeeOther)
		v.Get(textVersions).Has("#messages .alert-success", "1 entry was deleted").Has("#messages .alert-error", "Text privacy v1.0")
		if s.Count("SELECT count(*) FROM term_versions WHERE id = ?", accepted) != 1 || s.Count("SELECT count(*) FROM term_versions") != 1 {
			t.Error("not only the version that nobody accepted is gone")
		}
		v.Post(legalTexts+fmt.Sprint(s.Term("privacy"))+"/delete/", "post", "yes").Status(http.StatusSeeOther)
		v.Get(legalTexts).Has("#messages .alert-error", "Delete its versions first")
	})
	t.Run("Whoever may only look reads a version as its readers do, accepted or not, in both places", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		if err := s.App.Content.SampleContent(t.Context()); err != nil {
			t.Fatal(err)
		}
		accepted, free := s.TermVersion("privacy", "1.0", -2*time.Hour), s.TermVersion("privacy", "1.1", time.Hour)
		s.Exec(`UPDATE term_versions SET content_en = '<h2>Birds</h2><p>See <a data-page="' || ? || '">us</a> and <a href="/terms/">more</a>.</p>',
			content_mi = '<p>Tirohia <a href="/terms/">ēnei</a></p>', change_log = '<p>One <strong>bird</strong> more</p>'`, pageID(s, "/en/about/"))
		agree(s, "kea", "10.9.8.7", accepted)
		s.Clerk("ruru", "terms.view_termversion", "cms.access")
		v := s.SignedIn("ruru")
		for _, path := range []string{versionPage(accepted, "change"), versionPage(free, "change"), fmt.Sprintf("%s%d/", versions, accepted), fmt.Sprintf("%s%d/", versions, free)} {
			doc := v.Get(path).Status(http.StatusOK).Lacks("form#record").Has(".static-value[lang=en] h3", "Birds").Has(".static-value a[href='/en/about/']", "us").
				Has(".static-value[lang=en] a[href='/en/terms/']", "more").Has(".static-value[lang=mi] a[href='/mi/terms/']", "ēnei").
				Has(".static-value strong", "bird").Document()
			if text := doc.Find(".read-only").Text(); strings.Contains(text, "<p>") {
				t.Errorf("%s shows markup: %s", path, text)
			}
		}
		own := s.SignedIn("boss").Get(versionPage(accepted, "change")).Has("#record .static-value a[href='/en/about/']", "us")
		if n := own.Document().Find("#record .static-value h3").Length(); n != 1 {
			t.Errorf("an accepted version is shown %d times in its form, want once", n)
		}
		english := site(t, "AMS_ENABLED_LANGUAGES", "en")
		kept := english.TermVersion("privacy", "1.0", -time.Hour)
		english.Exec("UPDATE term_versions SET content_mi = '<p>Ngā manu</p>'")
		agree(english, "kea", "10.9.8.7", kept)
		english.SignedIn("boss").Get(versionPage(kept, "change")).Has("#record .static-value[lang=mi]", "Ngā manu")
	})
	t.Run("ACC-58 nobody adds, changes or deletes acceptances", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		agree(s, "kea", "10.9.8.7", s.TermVersion("privacy", "1.0", -time.Hour))
		record := agreed + fmt.Sprint(s.Count("SELECT id FROM term_acceptances")) + "/"
		s.Clerk("ruru", "terms.view_termacceptance", "terms.add_termacceptance", "terms.change_termacceptance", "terms.delete_termacceptance")
		visitors := []*webtest.Visitor{s.SignedIn("boss"), s.SignedIn("ruru")}
		before := s.Contents()
		for _, v := range visitors {
			v.Get(agreed).Status(http.StatusOK).Has("#list-table", "10.9.8.7").Lacks("a[href$='/add/'][href^='" + agreed + "']").
				Lacks("option[value=delete_selected]")
			v.Get(record+"change/").Status(http.StatusOK).Has("main", "=cmd()").Lacks("form#record").Lacks("a[href*='/delete/']")
			for _, path := range []string{agreed + "add/", record + "delete/"} {
				v.Get(path).Status(http.StatusForbidden)
			}
			for _, path := range []string{agreed + "add/", record + "delete/", record + "change/"} {
				v.Post(path, "version", "1", "post", "yes").Status(http.StatusForbidden)
			}
			v.Post(agreed, "action", "delete_selected", "post", "yes", "_selected_action", "1").Status(http.StatusForbidden)
		}
		if s.Contents() != before {
			t.Error("something was stored")
		}
	})
	t.Run("A person goes with what they accepted, by the permission for people alone", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		agree(s, "kea", "10.9.8.7", s.TermVersion("privacy", "1.0", -time.Hour))
		s.Clerk("ruru", "users.delete_user", "account.delete_emailaddress")
		s.SignedIn("ruru").Post(page(s, "kea", "delete"), "post", "yes").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM term_acceptances") != 0 || s.Count("SELECT count(*) FROM users WHERE username = 'kea'") != 0 {
			t.Error("the person or the acceptance is still there")
		}
	})
	t.Run("Labels against the order of the days are warned of, on the form and after a save", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.TermVersion("privacy", "2.0", -48*time.Hour)
		v := s.SignedIn("boss")
		answers := []string{"term", fmt.Sprint(s.Term("privacy")), "version", "1.5", "content_en", "Text", "is_active", "on", "date_active_0", "2027-03-02", "date_active_1", "10:00"}
		v.Send(textVersions+"add/", "#record", answers...).Status(http.StatusSeeOther).To(textVersions)
		const warning = "The labels of the versions 1.5 and 2.0 say another order than their days. The days decide: the later one counts, and that is 1.5."
		v.Get(textVersions).Has("#messages .alert-warning", warning)
		id := int64(s.Count("SELECT max(id) FROM term_versions"))
		v.Get(versionPage(id, "change")).Has(".alert-warning", warning)
		v.Send(versionPage(id, "change"), "#record", "version", "2.1").Status(http.StatusSeeOther)
		v.Get(versionPage(id, "change")).Lacks(".alert-warning")
	})
	t.Run("H-21 what is saved is cleaned, and must still say something", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		answers := []string{
			"term", fmt.Sprint(s.Term("privacy")), "version", "1.0", "content_mi", "Kotahi\r\n\r\nRua", "change_log", "<b onclick=x>First</b>",
			"date_active_0", "2027-03-02", "date_active_1", "10:00", "content_en",
		}
		v.Send(textVersions+"add/", "#record", append(answers, "<script>alert(1)</script><p> &nbsp;</p>")...).
			Status(http.StatusUnprocessableEntity).Has(".problems", "Enter the text in English.")
		v.Send(textVersions+"add/", "#record", append(answers, `<h1>Top</h1><h2>Birds</h2><table><td>x</td></table><p style="a">We <em>feed</em> <a href="javascript:x">them</a>.</p>`)...).
			Status(http.StatusSeeOther)
		var got string
		s.Row(&got, "SELECT content_en || '|' || content_mi || '|' || change_log FROM term_versions")
		if want := "Top<h2>Birds</h2>x<p>We <em>feed</em> them.</p>|<p>Kotahi</p><p>Rua</p>|<b>First</b>"; got != want {
			t.Errorf("stored\n %s, want\n %s", got, want)
		}
	})
	t.Run("Texts in a language that is switched off stay", func(t *testing.T) {
		t.Parallel()
		s := site(t, "AMS_ENABLED_LANGUAGES", "en")
		id := s.TermVersion("privacy", "1.0", -time.Hour)
		s.Exec("UPDATE term_versions SET content_mi = '<p>He kōrero.</p>'")
		v := s.SignedIn("boss")
		v.Get(versionPage(id, "change")).Has("[name=content_en]", "").Lacks("[name=content_mi]")
		v.Send(versionPage(id, "change"), "#record", "content_en", "Other", "content_mi", "").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM term_versions WHERE content_mi = '<p>He kōrero.</p>' AND content_en = '<p>Other</p>'") != 1 {
			t.Error("the text in te reo Māori is not what it was")
		}
	})
	t.Run("Keys and labels are there once, and every mistake is told at once", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.TermVersion("privacy", "1.0", -time.Hour)
		v := s.SignedIn("boss")
		v.Send(legalTexts+"add/", "#record", "key", "privacy", "name_en", "Again").Status(http.StatusUnprocessableEntity).Has("#id_key-error", "already")
		v.Send(legalTexts+"add/", "#record", "key", "with space").Status(http.StatusUnprocessableEntity).Has("#id_key-error", "letters").
			Has("#id_name_en-error", "Fill in")
		answers := []string{"term", fmt.Sprint(s.Term("privacy")), "version", "1.0", "content_en", "x", "date_active_0", "2027-03-02", "date_active_1", "10:00"}
		v.Send(textVersions+"add/", "#record", answers...).Status(http.StatusUnprocessableEntity).Has("#id_version-error", "already")
		v.Send(textVersions+"add/", "#record", "version", strings.Repeat("x", 51), "date_active_0", "31/02/2027").Status(http.StatusUnprocessableEntity).
			Has("#id_term-error", "").Has("#id_version-error", "50").Has("#id_content_en-error", "").Has("#id_date_active_0-error", "").Has("#id_date_active_1-error", "")
		if s.Count("SELECT count(*) FROM terms") != 1 || s.Count("SELECT count(*) FROM term_versions") != 1 {
			t.Error("something was stored")
		}
	})
	t.Run("The list of texts leads to the versions of one", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.TermVersion("privacy", "1.0", -time.Hour)
		s.TermVersion("conduct", "1.0", -time.Hour)
		v := s.SignedIn("boss")
		href := v.Get(legalTexts+fmt.Sprint(s.Term("privacy"))+"/change/").Document().Find(".related a").AttrOr("href", "")
		rows := v.Get(href).Has("#list-table tbody", "Text privacy").Document().Find("#list-table tbody tr")
		if rows.Length() != 1 {
			t.Errorf("%s shows %d versions, want 1", href, rows.Length())
		}
	})
}

func TestExportOfAcceptances(t *testing.T) {
	t.Parallel()
	table := func(t *testing.T, a *webtest.Answer) [][]string {
		t.Helper()
		if got := a.Status(http.StatusOK).Header.Get("Content-Type"); got != "text/csv; charset=utf-8" {
			t.Errorf("Content-Type = %q", got)
		}
		rows, err := csv.NewReader(strings.NewReader(a.Body)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	head := []string{"Term", "Version", "Email", "First Name", "Last Name", "Username", "Accepted At", "IP Address", "User Agent", "Source"}
	t.Run("H-24 what is ticked, guarded, under a name with the time", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		agree(s, "kea", "10.9.8.7", s.TermVersion("privacy", "1.0", -time.Hour))
		s.Exec("UPDATE users SET first_name = '=1+1', last_name = 'Kahu, \"Mere\"' WHERE username = 'kea'")
		a := s.SignedIn("boss").Post(agreed, "action", "export", "_selected_action", fmt.Sprint(s.Count("SELECT id FROM term_acceptances")))
		if got, want := a.Header.Get("Content-Disposition"), "attachment; filename=term_acceptances_20270303_010000.csv"; got != want {
			t.Errorf("Content-Disposition = %q, want %q", got, want)
		}
		want := [][]string{head, {
			"privacy", "1.0", "kea@example.org", "'=1+1", `Kahu, "Mere"`, "kea", "2027-03-03 01:00:00", "10.9.8.7", "'=cmd()", "web",
		}}
		if diff := cmp.Diff(want, table(t, a)); diff != "" {
			t.Errorf("the table (-want +got):\n%s", diff)
		}
		if !strings.HasSuffix(a.Body, "web\r\n") || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the file ends in %q, Cache-Control = %q", a.Body[len(a.Body)-6:], a.Header.Get("Cache-Control"))
		}
	})
	t.Run("All that match, however many, in few queries", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		id := s.TermVersion("privacy", "1.0", -time.Hour)
		s.Exec(`INSERT INTO users (uuid, email, username, password, date_joined)
			SELECT gen_random_uuid(), 'p' || n || '@example.org', 'p' || n, '!', now() FROM generate_series(1, 2300) n`)
		s.Exec(`INSERT INTO term_acceptances (user_id, term_version_id, accepted_at, ip_address)
			SELECT id, ?, now(), '10.0.0.1' FROM users WHERE username LIKE 'p%'`, id)
		agree(s, "kea", "10.9.8.7", id)
		v := s.SignedIn("boss")
		rows := table(t, v.Post(agreed+"?q=10.0.0.1", "action", "export", "select_across", "1"))
		if len(rows) != 2301 {
			t.Errorf("%d lines, want 2301", len(rows))
		}
		if n := len(s.Statements()); n > 35 {
			t.Errorf("%d queries for 2,300 lines", n)
		}
		v.Post(agreed, "action", "export").Status(http.StatusSeeOther)
		v.Get(agreed).Has("#messages .alert-warning", "Nothing was ticked")
	})
	t.Run("Who may see them may export them, others may not", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Clerk("ruru", "terms.view_termacceptance")
		s.Clerk("weka", "terms.view_term")
		agree(s, "kea", "10.9.8.7", s.TermVersion("privacy", "1.0", -time.Hour))
		if rows := table(t, s.SignedIn("ruru").Post(agreed, "action", "export", "select_across", "1")); len(rows) != 2 {
			t.Errorf("%d lines, want 2", len(rows))
		}
		s.SignedIn("weka").Post(agreed, "action", "export", "select_across", "1").Status(http.StatusForbidden)
	})
}
