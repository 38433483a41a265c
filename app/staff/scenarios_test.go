package staff_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"ams/app/web/webtest"
)

const people, addresses, groups = "/admin/users/user/", "/admin/account/emailaddress/", "/admin/auth/group/"

// site has an administrator and a member.
func site(t *testing.T, settings ...string) *webtest.Site {
	t.Helper()
	s := webtest.New(t, settings...)
	s.Staff("boss")
	s.Person("kea")
	return s
}

func idOf(s *webtest.Site, username string) int {
	s.T.Helper()
	return s.Count("SELECT id FROM users WHERE username = ?", username)
}

// page is an address of somebody's record.
func page(s *webtest.Site, username, act string) string {
	s.T.Helper()
	return people + strconv.Itoa(idOf(s, username)) + "/" + act + "/"
}

// flash is what the next page tells.
func flash(v *webtest.Visitor) string {
	return strings.Join(strings.Fields(v.Get("/admin/").Document().Find("#messages").Text()), " ")
}

func TestEntrance(t *testing.T) {
	t.Parallel()
	t.Run("SHL-27 anonymous people sign in and come back, members may not enter", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.Visitor()
		to := v.Get(people + "?q=a").Status(http.StatusFound).Header.Get("Location")
		if want := "/admin/login/?next=" + url.QueryEscape(people+"?q=a"); to != want {
			t.Errorf("leads to %q, want %q", to, want)
		}
		v.Get(to).Status(http.StatusFound).To("/en/accounts/login/?next=" + url.QueryEscape(people+"?q=a"))
		v.Get("/admin/login/").Status(http.StatusFound).To("/en/accounts/login/?next=%2Fadmin%2F")
		v.Post("/en/accounts/login/", "login", webtest.Address("boss"), "password", webtest.Password, "next", people).Status(http.StatusSeeOther).To(people)
		s.SignedIn("kea").Get(people).Status(http.StatusForbidden).Has("main", "for the staff")
		s.SignedIn("kea").Get("/admin/").Status(http.StatusForbidden)
		s.Visitor().HX().Get(people).Status(http.StatusNoContent)
	})
	t.Run("SHL-28 staff without permissions see an empty start page, a superuser everything", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Clerk("ruru")
		s.SignedIn("ruru").Get("/admin/").Status(http.StatusOK).Has("main", "Ask an administrator").Lacks(".staff-nav .areas ul")
		s.SignedIn("ruru").Get(people).Status(http.StatusForbidden)
		s.SignedIn("ruru").Get("/admin/users/").Status(http.StatusForbidden)
		doc := s.SignedIn("boss").Get("/admin/").Status(http.StatusOK).Document()
		if n := doc.Find(".staff-area li").Length(); n != len(s.App.Staff.Entities()) {
			t.Errorf("%d entities on the start page, want %d", n, len(s.App.Staff.Entities()))
		}
	})
	t.Run("SHL-14 another path", func(t *testing.T) {
		t.Parallel()
		s := site(t, "DJANGO_ADMIN_URL", "/backoffice")
		s.SignedIn("boss").Get("/en/users/boss/").Has(`.menu-list a[href="/backoffice/"]`, "Administration")
		s.SignedIn("kea").Get("/en/users/kea/").Lacks(`a[href="/backoffice/"]`)
		s.SignedIn("boss").Get("/backoffice/users/user/").Status(http.StatusOK).Has("h1", "People")
		s.SignedIn("boss").Get("/admin/users/user/").Status(http.StatusFound) // to a page of the site, which is not there
		if got := strings.Join(s.App.Content.Reserved(), " "); !strings.Contains(got, "backoffice") || strings.Contains(got, "admin") {
			t.Errorf("Reserved() = %s, want backoffice and not admin", got)
		}
	})
	t.Run("SHL-70 the language that the person has stored", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss").With("Accept-Language", "en")
		v.Get(people).Has("h1", "People")
		s.SignedIn("boss").With("Accept-Language", "mi").Get(people).Has("h1", "Ngā tāngata")
		s.Exec("UPDATE users SET language = 'mi'")
		v.Get(people).Has("h1", "Ngā tāngata")
	})
	t.Run("A switch of the language in the header", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Exec("UPDATE users SET language = 'mi'")
		v, elsewhere := s.SignedIn("boss"), s.SignedIn("boss")
		list := people + "?q=boss&o=-email"
		page := v.Get(list).Status(http.StatusOK).Has("h1", "Ngā tāngata").Has(".staff-bar form button[lang=en]", "English").Lacks(".staff-bar button[lang=mi]")
		form := page.Document().Find(".staff-bar form")
		action, next := form.AttrOr("action", ""), form.Find("[name=next]").AttrOr("value", "")
		v.Post(action, "language", "en", "next", next).Status(http.StatusSeeOther).To(list)
		if got := v.Get(list).Has("h1", "People").Has(".staff-bar form button[lang=mi]", "Te Reo Māori").Header.Get("Content-Language"); got != "en" {
			t.Errorf("Content-Language = %q after the switch, want en", got)
		}
		elsewhere.Get(list).Has("h1", "Ngā tāngata") // the session alone
		if n := s.Count("SELECT count(*) FROM users WHERE language = 'mi'"); n == 0 {
			t.Error("the switch changed what the person has stored")
		}
		v.Post(action, "language", "de", "next", "//evil.example").Status(http.StatusSeeOther).To("/admin/") // nothing that exists
		v.Get(list).Has("h1", "People")
		v.Post(action, "language", "mi").Status(http.StatusSeeOther).To("/admin/")
		v.Get(list).Has("h1", "Ngā tāngata")
		s.Person("kea")
		s.SignedIn("kea").Post(action, "language", "en").Status(http.StatusForbidden)
	})
	t.Run("No switch where there is one language", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t, "AMS_ENABLED_LANGUAGES", "en")
		s.Staff("boss")
		s.SignedIn("boss").Get(people).Status(http.StatusOK).Lacks(".staff-bar form")
	})
	t.Run("RightsFromTheNextRequest", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Clerk("ruru")
		v := s.SignedIn("ruru")
		v.Get(people).Status(http.StatusForbidden)
		s.Exec("INSERT INTO groups (name) VALUES ('Readers')")
		s.SignedIn("boss").Send(groups+strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = 'Readers'"))+"/change/", "#record",
			"permissions", "users.view_user").Status(http.StatusSeeOther)
		v.Get(people).Status(http.StatusForbidden)
		s.SignedIn("boss").Send(page(s, "ruru", "change"), "#record", "groups",
			strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = 'Readers'"))).Status(http.StatusSeeOther)
		v.Get(people).Status(http.StatusOK)
		s.SignedIn("boss").Send(page(s, "ruru", "change"), "#record", "is_active", webtest.Leave).Status(http.StatusSeeOther)
		v.Get(people).Status(http.StatusFound) // signed out
	})
}

func TestSaving(t *testing.T) {
	t.Parallel()
	t.Run("SHL-58 two wrong fields: both told, everything kept, nothing logged", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		form := v.Get(page(s, "kea", "change")).Fields("#record", "email", "no address", "username", "a b", "first_name", "Hine <b>", "password1", fresh, "password2", fresh)
		before := s.Contents()
		doc := v.Post(page(s, "kea", "change"), form...).Status(http.StatusUnprocessableEntity).Document()
		if n := doc.Find(".problems li a").Length(); n != 2 {
			t.Errorf("%d problems, want 2: %s", n, doc.Find(".problems").Text())
		}
		for name, want := range map[string]string{"email": "no address", "username": "a b", "first_name": "Hine <b>", "password1": "", "password2": ""} {
			if got := doc.Find("#id_"+name).AttrOr("value", ""); got != want {
				t.Errorf("%s = %q, want %q", name, got, want)
			}
		}
		if s.Contents() != before {
			t.Error("something was stored")
		}
	})
	t.Run("SHL-68 who saves later is told who was faster, keeps the input and may send it again", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Clerk("ruru", "users.change_user")
		slow := s.SignedIn("boss").Get(page(s, "kea", "change")).Fields("#record", "last_name", "Slow")
		s.SignedIn("ruru").Send(page(s, "kea", "change"), "#record", "last_name", "Fast").Status(http.StatusSeeOther)
		refused := s.SignedIn("boss").Post(page(s, "kea", "change"), slow...).Status(http.StatusUnprocessableEntity)
		refused.Has(".problems", "Mere Kahu saved this record on 3 March 2027, 2:00 pm")
		if got := refused.Document().Find("#id_last_name").AttrOr("value", ""); got != "Slow" {
			t.Errorf("the input is %q, want it kept", got)
		}
		s.SignedIn("boss").Post(page(s, "kea", "change"), refused.Fields("#record")...).Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM users WHERE username = 'kea' AND last_name = 'Slow'") != 1 {
			t.Error("the second attempt was not stored")
		}
	})
	t.Run("OnlyOneOfTwoAtOnce", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		form := v.Get(page(s, "kea", "change")).Fields("#record", "first_name", "Other")
		path := page(s, "kea", "change")
		answers := make(chan int, 4)
		for range 4 {
			go func() { answers <- v.Post(path, form...).StatusCode }()
		}
		stored := 0
		for range 4 {
			if status := <-answers; status == http.StatusSeeOther {
				stored++
			} else if status != http.StatusUnprocessableEntity {
				t.Errorf("status = %d", status)
			}
		}
		if n := s.Count("SELECT count(*) FROM admin_log_entries"); stored != 1 || n != 1 {
			t.Errorf("%d stored and %d in history, want 1", stored, n)
		}
	})
	t.Run("SavedWhileAnotherSaveWaits", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		path := page(s, "kea", "change")
		form := v.Get(path).Fields("#record", "first_name", "Late")
		got := 0
		s.Behind(func() { got = v.Post(path, form...).StatusCode }, "UPDATE users SET first_name = 'Early' WHERE username = 'kea'")
		if got != http.StatusUnprocessableEntity || s.Count("SELECT count(*) FROM users WHERE first_name = 'Early'") != 1 {
			t.Errorf("the save that waited = %d, want 422 and the early one kept", got)
		}
	})
	t.Run("A password that its owner chooses while a save waits stays", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		form := v.Get(page(s, "kea", "change")).Fields("#record", "first_name", "Other")
		s.Behind(func() { v.Post(page(s, "kea", "change"), form...).Status(http.StatusSeeOther) },
			"UPDATE users SET password = 'chosen' WHERE username = 'kea'")
		if s.Count("SELECT count(*) FROM users WHERE password = 'chosen' AND first_name = 'Other'") != 1 {
			t.Error("want the name saved and the new password kept")
		}
	})
	t.Run("A change of somebody else's in between counts, a sign-in does not", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		form := v.Get(page(s, "kea", "change")).Fields("#record", "first_name", "Other")
		s.SignedIn("kea")
		v.Post(page(s, "kea", "change"), form...).Status(http.StatusSeeOther)
		form = v.Get(page(s, "kea", "change")).Fields("#record", "first_name", "Third")
		s.Exec("UPDATE users SET language = 'mi' WHERE username = 'kea'")
		v.Post(page(s, "kea", "change"), form...).Status(http.StatusUnprocessableEntity)
	})
	t.Run("What cannot be stored is no 500", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		for _, pairs := range [][]string{
			{"first_name", strings.Repeat("ā", 151)},
			{"email", strings.Repeat("a", 300) + "@example.org"},
			{"language", "xx"},
			{"groups", "x"},
			{"groups", "999999"},
			{"groups", "99999999999999999999"},
			{"user_permissions", "users.become_god"},
			{"email", webtest.Address("boss")},
			{"email", strings.ToUpper(webtest.Address("boss"))},
			{"username", "BOSS"},
			{"addresses.new1.email", "nonsense"},
			{"addresses.new1.email", webtest.Address("kea")},
			{"version", "x"},
			{"password1", "short", "password2", "short"},
			{"password1", webtest.Password, "password2", "other"},
		} {
			form := v.Get(page(s, "kea", "change")).Fields("#record", pairs...)
			before := s.Contents()
			v.Post(page(s, "kea", "change"), form...).Status(http.StatusUnprocessableEntity).Has(".problems li", "")
			if s.Contents() != before {
				t.Errorf("%v was stored", pairs)
			}
		}
	})
	t.Run("History with values before and after, secrets left out", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		v.Send(page(s, "kea", "change"), "#record", "first_name", "Hēmi", "is_staff", "on", "user_permissions", "users.view_user",
			"password1", "a-new-long-secret", "password2", "a-new-long-secret").Status(http.StatusSeeOther).To(people)
		history := v.Get(page(s, "kea", "history"))
		for _, want := range []string{"Mere", "Hēmi", "No", "Yes", "People: View", "Hōne Heke", "••••"} {
			history.Has(".history", want)
		}
		if strings.Contains(history.Body, "a-new-long-secret") || s.Count("SELECT count(*) FROM admin_log_entries WHERE changes::text LIKE '%secret%'") != 0 {
			t.Error("history holds the password")
		}
		s.Visitor().Post("/en/accounts/login/", "login", webtest.Address("kea"), "password", "a-new-long-secret").Status(http.StatusSeeOther)
	})
	t.Run("HistoryOfTables", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		v.Send(page(s, "kea", "change"), "#record", "addresses.new1.email", "second@example.org", "addresses.new1.verified", "on").Status(http.StatusSeeOther)
		v.Get(page(s, "kea", "history")).Has(".changes dt", "second@example.org: Verified").Has(".changes ins", "Yes").Lacks(".changes del")
	})
	t.Run("Buttons and the list that people came from", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		href := v.Get(people+"?q=kea&o=-email").Document().Find("#list-table tbody th a").AttrOr("href", "")
		form := v.Get(href).Fields("#record")
		v.Post(page(s, "kea", "change"), form...).Status(http.StatusSeeOther).To(people + "?o=-email&q=kea")
		stay := v.Get(href).Fields("#record", "_continue", "1")
		v.Post(page(s, "kea", "change"), stay...).Status(http.StatusSeeOther).To(href)
		more := v.Get(href).Fields("#record", "_addanother", "1")
		v.Post(page(s, "kea", "change"), more...).Status(http.StatusSeeOther).To(people + "add/?_list=o%3D-email%26q%3Dkea")
		evil := v.Get(page(s, "kea", "change")).Fields("#record", "_list", "//evil.example")
		v.Post(page(s, "kea", "change"), evil...).Status(http.StatusSeeOther).To(people + "?%2F%2Fevil.example=")
	})
}

func TestAddedPeople(t *testing.T) {
	t.Parallel()
	add := []string{"email", "NEW@example.org", "first_name", "Ānaru", "last_name", "Tūī", "username", "anaru"}
	t.Run("ACC-48 a person added with a password verifies the address first", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		secret := "kererū-in-the-miro-tree"
		answer := s.SignedIn("boss").Send(people+"add/", "#record", append(add, "password1", secret, "password2", secret)...)
		answer.Status(http.StatusSeeOther).To(page(s, "anaru", "change"))
		if len(s.Mails("new@example.org")) != 0 {
			t.Error("a mail went out")
		}
		s.Visitor().Post("/en/accounts/login/", "login", "new@example.org", "password", secret).Status(http.StatusSeeOther).To("/en/accounts/confirm-email/")
		if len(s.Mails("new@example.org")) != 1 {
			t.Error("the first sign-in asked for no proof")
		}
		if s.Count(`SELECT count(*) FROM email_addresses WHERE email = 'new@example.org' AND "primary" AND NOT verified`) != 1 {
			t.Error("there is no unverified primary address")
		}
	})
	t.Run("ForgedRights", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.SignedIn("boss").Send(people+"add/", "#record", append(add, "invite", "on", "is_superuser", "on", "is_staff", "on")...).Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM users WHERE username = 'anaru' AND (is_staff OR is_superuser)") != 0 {
			t.Error("values that the form does not ask for were stored")
		}
	})
	t.Run("ACC-69 SHL-63 search without accents, over every address", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Exec("UPDATE users SET last_name = 'Māori' WHERE username = 'kea'")
		s.Exec("INSERT INTO email_addresses (user_id, email) SELECT id, 'other@elsewhere.nz' FROM users WHERE username = 'kea'")
		v := s.SignedIn("boss")
		for _, q := range []string{"maori", "MĀORI", "ma\u0304ori", "maori mere", `"mere maori"`, "elsewhere", "kea@ maori"} {
			v.Get(people+"?q="+url.QueryEscape(q)).Has("#list-table tbody", "kea@example.org").Has(".list-count", "1 entry")
		}
		for _, q := range []string{"maori hōne", `"maori mere"`, "%", "_", `\`, "kea%"} {
			v.Get(people + "?q=" + url.QueryEscape(q)).Lacks("#list-table tbody tr")
		}
	})
	t.Run("Filters", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Exec("UPDATE users SET is_active = false, erasure_requested_at = ? WHERE username = 'kea'", time.Now())
		v := s.SignedIn("boss")
		for query, want := range map[string]string{
			"is_staff=1": "boss", "is_staff=0": "kea", "is_superuser=1": "boss", "is_active=0": "kea", "is_active=1": "boss",
			"erasure=asked": "kea", "is_staff=0&is_active=0&q=kea": "kea",
		} {
			rows := v.Get(people + "?" + query).Document().Find("#list-table tbody tr")
			if rows.Length() != 1 || !strings.Contains(rows.Text(), want) {
				t.Errorf("%s finds %q, want %s alone", query, rows.Text(), want)
			}
		}
		chips := v.Get(people + "?is_staff=0&is_active=0&q=kea")
		chips.Has(".filters", "Staff: No").Has(".filters", "Active: No").Has(".filters", "Search: kea").Has(".clear", "Clear all filters")
		v.Get(people+"?erasure=done").Lacks("#list-table tbody tr").Has(".empty", "No entry fits")
	})
}
