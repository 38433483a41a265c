package accounts_test

import (
	"net/http"
	"strings"
	"testing"

	"ams/app/web/webtest"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	enter := func(s *webtest.Site, email string) *webtest.Answer {
		return s.Visitor().Post(signIn, "login", email, "password", webtest.Password)
	}
	t.Run("Typed", func(t *testing.T) { // the address typed counts, not the primary one
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		address(s, "kea", "second@example.org", false)
		v := s.Visitor()
		v.Post(signIn, "login", "second@example.org", "password", webtest.Password).Status(http.StatusSeeOther).To(notice)
		v.Get(notice).Has(".alert", "second@example.org")
		anonymous(t, v)
		if len(s.Mails("second@example.org")) != 1 || len(s.Mails(keaMail)) != 0 {
			t.Error("the mail did not go to the address that was typed")
		}
		s.Visitor().Post(linkIn(s, "second@example.org")).Status(http.StatusSeeOther)
		row(s, `users WHERE email = ?`, keaMail)
		row(s, `email_addresses WHERE "primary" AND email = ?`, keaMail)
		enter(s, "second@example.org").To("/en/users/~redirect/")
	})
	t.Run("NoRow", func(t *testing.T) { // of an imported account: made at the first sign-in, primary once confirmed
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.Exec("DELETE FROM email_addresses")
		enter(s, keaMail).Status(http.StatusSeeOther).To(notice)
		row(s, `email_addresses WHERE email = ? AND NOT verified AND NOT "primary"`, keaMail)
		s.Visitor().Post(linkIn(s, keaMail)).Status(http.StatusSeeOther)
		row(s, `email_addresses WHERE email = ? AND verified AND "primary"`, keaMail)
		if n := len(s.Mails(keaMail)); n != 1 {
			t.Errorf("%d mails to an address that stayed the primary one, want the link alone", n)
		}
	})
	t.Run("FirstPrimary", func(t *testing.T) { // somebody without a primary address gets this one, also to sign in with
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.Exec("DELETE FROM email_addresses")
		address(s, "kea", "new@example.org", false)
		enter(s, "new@example.org").To(notice)
		s.Visitor().From(here).With("User-Agent", "Firefox").Post(linkIn(s, "new@example.org")).Status(http.StatusSeeOther)
		row(s, "users WHERE email = 'new@example.org'")
		row(s, `email_addresses WHERE email = 'new@example.org' AND verified AND "primary"`)
		told(s, keaMail, "A change to your account", "changed from kea@example.org to new@example.org", here, "Firefox")
	})
	t.Run("Precedence", func(t *testing.T) { // who verified it, then whose primary it is, then who has it at all
		t.Parallel()
		s := webtest.New(t)
		s.Person("third")
		s.Person("second")
		s.Person("first")
		s.Exec("UPDATE users SET email = ? WHERE username = 'second'", keaMail)
		address(s, "third", keaMail, false)
		for _, name := range []string{"first", "second", "third"} {
			if name == "first" {
				address(s, "first", keaMail, true)
			}
			s.Exec("UPDATE users SET password = '!' WHERE username <> ?", name)
			if a := enter(s, keaMail); a.StatusCode != http.StatusSeeOther {
				t.Errorf("%s does not get in: %d", name, a.StatusCode)
			}
			s.Exec("UPDATE users SET password = (SELECT password FROM users WHERE username = ?)", name)
			s.Exec("DELETE FROM email_addresses WHERE email = ? AND user_id = (SELECT id FROM users WHERE username = ?)", keaMail, name)
			s.Exec("UPDATE users SET email = 'gone@example.org' WHERE email = ? AND username = ?", keaMail, name)
		}
	})
	t.Run("VerifiedMeanwhile", func(t *testing.T) { // by another account
		t.Parallel()
		s := webtest.New(t)
		link := newcomer(s)
		s.Person("other")
		v := s.Visitor()
		s.Behind(func() { v.Post(link).Status(http.StatusSeeOther).To(signIn) },
			"INSERT INTO email_addresses (user_id, email, verified) SELECT id, ?, true FROM users WHERE username = 'other'", keaMail)
		v.Get(signIn).Has(".alert-error", keaMail+" cannot be confirmed")
	})
	t.Run("UsedMeanwhile", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		link := newcomer(s)
		s.Behind(func() { s.Visitor().Post(link).Status(http.StatusNotFound) },
			"SELECT 1 FROM users FOR UPDATE; UPDATE email_addresses SET verified = true")
	})
	t.Run("OwnLink", func(t *testing.T) { // does not sign its owner out, and leads home
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		address(s, "kea", "second@example.org", false)
		enter(s, "second@example.org").To(notice)
		v := s.SignedIn("kea")
		v.Get(linkIn(s, "second@example.org")).Status(http.StatusOK).Has(`header a[href="/en/accounts/logout/"]`, "")
		v.Post(linkIn(s, "second@example.org")).Status(http.StatusSeeOther).To("/en/users/~redirect/")
	})
	t.Run("Erased", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		link := newcomer(s)
		s.Person("other")
		v := s.SignedIn("other")
		s.Exec("UPDATE users SET erased_at = now()")
		anonymous(t, v)
		s.Visitor().Get(link).Status(http.StatusOK).Lacks("main form")
		s.Visitor().Post(link).Status(http.StatusNotFound)
		enter(s, "other@example.org").To("/en/accounts/inactive/")
	})
}

func TestEntry(t *testing.T) {
	t.Parallel()
	t.Run("Recorded", func(t *testing.T) { // spaces around the password, old hash renewed, the session goes on with the new one
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		const imported = "argon2$argon2id$v=19$m=102400,t=2,p=8$YVoza1E5bVQ1eFdjMkxiUjhuVmQ$42wEnnvZIkX8fUWEuTAYIGv7eDgYA0vuxK3Qp/j7p6s"
		s.Exec("UPDATE users SET password = ?", imported)
		v := s.Visitor()
		v.Post(signIn, "login", keaMail, "password", " Kererū flies at dawn 7 ").Status(http.StatusSeeOther)
		row(s, `users WHERE password LIKE 'argon2$argon2id$v=19$m=19456,t=2,p=1$%' AND last_login = ?`, s.Clock.Now())
		v.Get("/en/users/kea/").Status(http.StatusOK)
		s.Visitor().Post(signIn, "login", keaMail, "password", "Kererū flies at dawn 7").Status(http.StatusSeeOther)
		v.Get("/en/users/kea/").Status(http.StatusOK) // a second sign-in renews nothing
	})
	t.Run("Form", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		doc := s.Visitor().Post(signIn, "login", keaMail, "password", "wrong", "remember", "on").Status(http.StatusUnprocessableEntity).Document()
		_, ticked := doc.Find("#id_remember").Attr("checked")
		if got := doc.Find("#id_login").AttrOr("value", ""); got != keaMail || !ticked || doc.Find("#id_password").AttrOr("value", "") != "" {
			t.Errorf("address %q, ticked %v, want both kept and no password", got, ticked)
		}
	})
	t.Run("Cookie", func(t *testing.T) { // what the table holds opens nothing; signing out takes the cookie away
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		if strings.Contains(v.Cookie(), "kea") || s.Count("SELECT count(*) FROM sessions WHERE octet_length(token_hash) = 32") != 1 {
			t.Error("the session's row does not hold a hash of the token")
		}
		v.Post("/en/accounts/logout/")
		if got := v.Cookie(); got != "" {
			t.Errorf("cookie after signing out = %q, want none", got)
		}
	})
}

func TestPrivate(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	s.Person("Kea2")
	s.Exec("UPDATE users SET is_staff = true WHERE username = 'Kea2'")
	v := s.SignedIn("Kea2")
	for _, path := range []string{"/en/users/kea/", "/en/users/nobody/", "/en/accounts/logout/", "/en/accounts/confirm-email/", "/en/accounts/confirm-email/x/", "/en/", "/en/nothing/"} {
		if got := v.Get(path).Header.Get("Cache-Control"); !strings.Contains(got, "no-store") {
			t.Errorf("%s: Cache-Control = %q, want no-store: the page names a person", path, got)
		}
	}
	if got := s.Visitor().Get(signIn).Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control = %q, want no-store", got)
	}
	v.Get("/en/users/kea/").Status(http.StatusOK)
	s.Visitor().Get("/en/users/~redirect/?a=1&b=2").To(signIn + "?next=%2Fen%2Fusers%2F~redirect%2F%3Fa%3D1%26b%3D2")
	s.Exec("UPDATE users SET is_staff = false, is_superuser = true WHERE username = 'Kea2'")
	v.Get("/en/users/kea/").Status(http.StatusOK)
}
