package staff_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ams/app/web/webtest"
)

// What the record of a person shows beside its form, and the way to it.
func TestPersonRecord(t *testing.T) {
	t.Parallel()
	t.Run("Every available language can be chosen, and one that is switched off stays", func(t *testing.T) {
		t.Parallel()
		s := site(t, "AMS_ENABLED_LANGUAGES", "en")
		v := s.SignedIn("boss")
		v.Get(page(s, "kea", "change")).Status(http.StatusOK).Has("#id_language option[value=mi]", "Te Reo Māori").Has("#id_language option[value=en]", "English")
		v.Send(page(s, "kea", "change"), "#record", "language", "mi").Status(http.StatusSeeOther)
		v.Send(page(s, "kea", "change"), "#record", "first_name", "Hine").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM users WHERE language = 'mi' AND first_name = 'Hine'") != 1 {
			t.Error("the language was not stored, or not kept")
		}
		v.Send(page(s, "kea", "change"), "#record", "language", "fr").Status(http.StatusUnprocessableEntity)
	})
	t.Run("The picture stands beside the name and cannot be changed", func(t *testing.T) {
		t.Parallel()
		s := site(t, webtest.Store(t)...)
		s.Exec("UPDATE users SET profile_picture = 'profile_pictures/kea.jpg', profile_thumbnail = 'imagekit-modified/kea.jpg' WHERE username = 'kea'")
		record := s.SignedIn("boss").Get(page(s, "kea", "change")).Status(http.StatusOK).Lacks("input[type=file]")
		if src := record.Document().Find(".page-heading .avatar img").AttrOr("src", ""); !strings.HasSuffix(src, "/imagekit-modified/kea.jpg") {
			t.Errorf("the record shows the picture %q, want that of the person", src)
		}
	})
	t.Run("Authenticators are listed for those who may see them, each with a link", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Exec("INSERT INTO authenticators (user_id, type, data, created_at) SELECT id, 'totp', '{\"secret\": \"v1:kotuku\"}', now() FROM users WHERE username = 'kea'")
		s.Clerk("ruru", "users.view_user", "users.change_user")
		link := fmt.Sprintf("/admin/mfa/authenticator/%d/change/", s.Count("SELECT id FROM authenticators"))
		boss := s.SignedIn("boss")
		record := boss.Get(page(s, "kea", "change")).Status(http.StatusOK).
			Has(`section[aria-labelledby=inline-authenticators] a[href="`+link+`"]`, "Authenticator app").Has("#inline-authenticators", "Two-step sign-in")
		if strings.Contains(record.Body, "kotuku") {
			t.Error("the record shows what is in an authenticator")
		}
		boss.Get(link).Status(http.StatusOK)
		boss.Send(page(s, "kea", "change"), "#record", "first_name", "Hine").Status(http.StatusSeeOther)
		s.SignedIn("ruru").Get(page(s, "kea", "change")).Status(http.StatusOK).Lacks("#inline-authenticators")
	})
	t.Run("Somebody's page leads those to the record who may see it", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Clerk("ruru", "users.view_user")
		s.Clerk("weka")
		s.Staff("moa")
		s.Exec("UPDATE users SET is_staff = false WHERE username = 'moa'") // may see pages, and not enter the administration
		link := `.page-heading a[href="` + page(s, "kea", "change") + `"]`
		for _, who := range []string{"boss", "ruru"} {
			s.SignedIn(who).Get("/en/users/kea/").Status(http.StatusOK).Has(link, "Record of this person")
			s.SignedIn(who).Get(page(s, "kea", "change")).Status(http.StatusOK)
		}
		for _, who := range []string{"weka", "moa", "kea"} {
			s.SignedIn(who).Get("/en/users/kea/").Status(http.StatusOK).Lacks(link)
		}
		s.SignedIn("boss").Get("/en/users/boss/").Status(http.StatusOK).Lacks(".page-heading a[href^='/admin/']")
	})
}
