package staff_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func TestEditorTerms(t *testing.T) {
	t.Parallel()
	t.Run("ACC-56 the editor keeps accepted versions, too", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		accepted, free := s.TermVersion("privacy", "1.0", -2*time.Hour), s.TermVersion("privacy", "1.1", time.Hour)
		agree(s, "kea", "10.9.8.7", accepted)
		v := helper(s, "tui", "terms.view_term", "terms.view_termversion", "terms.change_termversion", "terms.delete_termversion")
		v.Get(fmt.Sprintf("%s%d/", versions, accepted)).Status(http.StatusOK).Has(".alert-info", "1 person has accepted").Lacks("#record [name=content_en]")
		v.Post(fmt.Sprintf("%s%d/delete/", versions, accepted), "post", "yes").Status(http.StatusSeeOther)
		v.Get(versions).Has("#messages .alert-error", "kept as the record")
		v.Post(versions, "action", "delete_selected", "post", "yes", "_selected_action", fmt.Sprint(accepted), "_selected_action", fmt.Sprint(free)).Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM term_versions") != 1 || s.Count("SELECT count(*) FROM term_versions WHERE id = ?", accepted) != 1 {
			t.Error("not only the version that nobody accepted is gone")
		}
	})
	t.Run("ACC-52 pending terms keep nobody out of the editor", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.TermVersion("privacy", "1.0", -time.Hour)
		v := s.SignedIn("boss")
		v.Get("/en/users/boss/").Status(http.StatusFound)
		v.Get("/cms/").Status(http.StatusOK)
		v.Get(users).Status(http.StatusOK)
	})
	t.Run("Versions are found by label, content and filters, and written in a box for each language", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		first, second := s.TermVersion("privacy", "1.0", -2*time.Hour), s.TermVersion("rules", "7.7", time.Hour)
		s.Exec("UPDATE term_versions SET content_mi = '<p>Ngā manu</p>', is_active = id = ? ", first)
		v := s.SignedIn("boss")
		for query, want := range map[string]int64{"q=7.7": second, "q=manu+1.0": first, "is_active=1": first, fmt.Sprintf("term=%d", s.Term("rules")): second} {
			rows := v.Get(versions + "?" + query).Document().Find("#list-table tbody tr")
			if rows.Length() != 1 || rows.AttrOr("id", "") != fmt.Sprintf("row-%d", want) {
				t.Errorf("?%s finds %d rows, the first %s, want row-%d alone", query, rows.Length(), rows.AttrOr("id", ""), want)
			}
		}
		form := v.Get(fmt.Sprintf("%s%d/", versions, second)).Status(http.StatusOK)
		for _, name := range []string{"content_en", "content_mi", "change_log"} {
			form.Has("#record textarea[name="+name+"][data-richtext='h2 h3 h4 bold italic ol ul link']", "")
		}
		english := site(t, "AMS_ENABLED_LANGUAGES", "en")
		only := english.TermVersion("privacy", "1.0", time.Hour)
		english.Exec("UPDATE term_versions SET content_mi = '<p>Ngā manu</p>'")
		english.SignedIn("boss").Get(fmt.Sprintf("%s%d/", versions, only)).Has("textarea[name=content_en]", "").Lacks("textarea[name=content_mi]")
		english.SignedIn("boss").Send(fmt.Sprintf("%s%d/", versions, only), "#record", "content_en", "<p>Birds</p>").Status(http.StatusSeeOther)
		if english.Count("SELECT count(*) FROM term_versions WHERE content_mi = '<p>Ngā manu</p>' AND content_en = '<p>Birds</p>'") != 1 {
			t.Error("the text of a language that is switched off was not kept")
		}
	})
	t.Run("Neither shipped group looks after terms, and the place stands among the snippets", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Term("privacy")
		s.Exec("INSERT INTO user_groups (user_id, group_id) SELECT u.id, g.id FROM users u, groups g WHERE u.username = 'kea'")
		v := s.SignedIn("kea")
		v.Get("/cms/").Status(http.StatusOK)
		v.Get(texts).Status(http.StatusForbidden)
		v.Get("/cms/snippets/").Status(http.StatusForbidden)
		boss := s.SignedIn("boss")
		boss.Get("/cms/snippets/").Status(http.StatusOK).Has("main a[href='"+texts+"']", "Terms").Has("main a[href='"+versions+"']", "Term versions")
		s.Exec("UPDATE terms SET description = 'For the auditors, ngā kaitātari'")
		for _, q := range []string{"privacy", "Auditors", "kaitatari"} {
			boss.Get(texts+"?q="+q).Has("#list-table tbody tr", "privacy")
		}
		boss.Get(texts + "?q=nothing").Lacks("#list-table tbody tr")
		boss.Get(versions+"new/").Has("main", "the latest day that has come counts")
	})
}
