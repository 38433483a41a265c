package staff_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ams/app/web/webtest"
)

// The lists of the website's editor.
const users, teams, texts, versions = "/cms/users/", "/cms/groups/", "/cms/snippets/terms/term/", "/cms/snippets/terms/termversion/"

// desk is the website's editor as a house of entities.
func desk() house {
	return house{
		home: "/cms/", short: true, admit: []string{"cms.access"},
		path: func(key string) string {
			return map[string]string{"users.user": users, "auth.group": teams, "terms.term": texts, "terms.termversion": versions}[key]
		},
		differs: func(key string, s sample) sample {
			switch key {
			case "users.user": // a link is sent where no password is typed, and adding ends in the list
				s.add = []string{"email", "kea@example.org", "first_name", "Ānaru", "last_name", "Tūī", "username", "kea"}
			case "auth.group": // adding goes on with the rights on pages
				s.add, s.needs = []string{"name", "Ngā kaiwhakahaere mema", "permissions", "users.view_user"}, []string{"auth.change_group"}
			}
			return s
		},
	}
}

// Everything that the editor looks after behaves, for everybody who may come.
func TestEditorResources(t *testing.T) {
	t.Parallel()
	everything(t, desk(), webtest.New(t).App.Editor.Entities())
}

// helper lets somebody into the editor with these permissions beside.
func helper(s *webtest.Site, username string, codes ...string) *webtest.Visitor {
	s.T.Helper()
	desk().clerk(s, username, codes...)
	return s.SignedIn(username)
}

func TestEditorEntrance(t *testing.T) {
	t.Parallel()
	t.Run("ACC-59 anonymous visitors of the editor are sent to the public sign-in and come back", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		helper(s, "tui")
		for _, path := range []string{"/cms/", users + "?q=a", users + "7/", "/cms/pages/", "/cms/nothing/of/the/kind/"} {
			v := s.Visitor()
			to := v.Get(path).Status(http.StatusFound).Header.Get("Location")
			v.Get(to).Status(http.StatusFound).To("/en/accounts/login/?next=" + url.QueryEscape(path))
		}
		v := s.Visitor()
		v.Get("/cms/login/").Status(http.StatusFound).To("/en/accounts/login/?next=%2Fcms%2F")
		v.Get("/cms/login/?next=/cms/users/").Status(http.StatusFound).To("/en/accounts/login/?next=%2Fcms%2Fusers%2F")
		v.Get("/cms/logout/").Status(http.StatusFound).To("/en/accounts/logout/")
		v.Get("/cms/password_reset/").Status(http.StatusFound).To("/en/accounts/password/reset/")
		v.Post("/en/accounts/login/", "login", webtest.Address("tui"), "password", webtest.Password, "next", "/cms/").Status(http.StatusSeeOther).To("/cms/")
		v.Get("/cms/").Status(http.StatusOK).Has(".staff-brand", "Content management system")
		fragment := s.Visitor().HX().Get(users)
		if got := fragment.Header.Get("HX-Redirect"); !strings.HasPrefix(got, "/cms/login/?next=") {
			t.Errorf("a fragment asked for anonymously leads to %q, want the sign-in", got)
		}
	})
	t.Run("The right to enter decides, not the staff's flag", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Clerk("ruru", "users.view_user")
		s.SignedIn("ruru").Get("/cms/").Status(http.StatusForbidden).Has("main", "look after the website")
		s.SignedIn("ruru").Get(users).Status(http.StatusForbidden)
		s.SignedIn("kea").Get("/cms/").Status(http.StatusForbidden)
		v := helper(s, "tui")
		v.Get("/cms/").Status(http.StatusOK).Has("main", "Ask an administrator").Lacks(".staff-nav .areas ul")
		v.Get(users).Status(http.StatusForbidden)
		v.Get("/admin/").Status(http.StatusForbidden)
		v.Get("/cms/nothing/").Status(http.StatusNotFound)
		v.Get("/cms/pages/7/edit/").Status(http.StatusNotFound)
		s.Exec("UPDATE users SET is_staff = false WHERE username = 'boss'") // a superuser need not belong to the staff
		s.SignedIn("boss").Get("/cms/").Status(http.StatusOK).Has(".staff-nav a[href='"+users+"']", "Users")
		s.Exec("DELETE FROM user_permissions") // and it ends with the next request
		v.Get("/cms/").Status(http.StatusForbidden)
	})
	t.Run("Menus and the dashboard lead to what the person may enter", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		helper(s, "tui")
		s.Clerk("ruru")
		for who, want := range map[string][2]bool{"kea": {}, "tui": {false, true}, "ruru": {true, false}, "boss": {true, true}} {
			page := s.SignedIn(who).Get("/en/users/" + who + "/").Status(http.StatusOK).Document()
			for _, within := range []string{"main", ".menu-list"} {
				got := [2]bool{page.Find(within+" a[href='/admin/']").Length() > 0, page.Find(within+" a[href='/cms/']").Length() > 0}
				if got != want {
					t.Errorf("%s of %s leads to administration and editor: %v, want %v", within, who, got, want)
				}
			}
		}
		s.SignedIn("boss").Get("/en/users/kea/").Lacks("main a[href='/cms/']")
		s.SignedIn("boss").Get("/mi/users/boss/").Has("main a[href='/cms/']", "Ētita paetukutuku")
	})
	t.Run("It speaks the language of the account and is never kept", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Exec("UPDATE users SET language = 'mi'")
		page := s.SignedIn("boss").Get(users).Has("h1", "Ngā kaiwhakamahi")
		if got := page.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control = %q, want no-store", got)
		}
		if got := page.Header.Get("X-Frame-Options"); got != "DENY" {
			t.Errorf("X-Frame-Options = %q, want DENY", got)
		}
	})
}
