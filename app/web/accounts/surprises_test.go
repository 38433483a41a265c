package accounts_test

import (
	"net/http"
	"strings"
	"testing"

	"ams/app/account"
	"ams/app/web/webtest"
)

// What nobody does on purpose, and what happens at the same moment as something else.
func TestSurprises(t *testing.T) {
	t.Parallel()
	t.Run("PasswordChangedMeanwhile", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.Visitor()
		status := 0
		s.Behind(func() {
			status = v.Post(signIn, "login", keaMail, "password", webtest.Password).StatusCode
		}, "UPDATE users SET password = '!changed'")
		if n := s.Count("SELECT count(*) FROM users WHERE password = '!changed'"); n != 1 || status != 422 {
			t.Errorf("sign-in with the old password = %d, new password kept: %v", status, n == 1)
		}
	})
	t.Run("SwitchedOffMeanwhile", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		var got *webtest.Answer
		s.Behind(func() {
			got = s.Visitor().Post(signIn, "login", keaMail, "password", webtest.Password)
		}, "UPDATE users SET is_active = false")
		if got.Header.Get("Location") != "/en/accounts/inactive/" || s.Count("SELECT count(*) FROM users WHERE last_login IS NOT NULL") != 0 {
			t.Errorf("sign-in of somebody switched off meanwhile leads to %q", got.Header.Get("Location"))
		}
	})
	t.Run("NBSPInEmail", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		for _, a := range []string{"a\u00a0b@example.org", "a\u2028b@example.org", "a\u0085b@example.org", "a@exam\u00a0ple.org", "a\u0080@example.org"} {
			if got := s.Visitor().Post(signUp, registration("email", a)...); got.StatusCode != 422 {
				t.Errorf("sign-up of %q = %d, want 422", a, got.StatusCode)
			}
		}
	})
	t.Run("GarbageSession", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		s.Exec("UPDATE sessions SET data = 'garbage'")
		v.Get("/en/").Status(http.StatusOK).Has("#log-in-link", "Sign in")
		v.Get("/en/").Status(http.StatusOK)
	})
	t.Run("NoUsername", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		for _, e := range []string{"a#b@example.org", "a?b@example.org", "a/b@example.org", "a%b@example.org", "a+b@example.org"} {
			if err := s.App.People.CreateSuperuser(t.Context(), account.Appointment{Email: e, Password: webtest.Password}); err != nil {
				t.Fatal(err)
			}
			v := s.Visitor()
			v.Post(signIn, "login", e, "password", webtest.Password).Status(303)
			to := v.Get("/en/users/~redirect/").Header.Get("Location")
			if got := v.Get(strings.SplitN(to, "#", 2)[0]); got.StatusCode != 200 {
				t.Errorf("GET %s, the page of %s = %d, want 200", to, e, got.StatusCode)
			}
		}
	})
	t.Run("SuperuserOfSomebodysAccount", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		newcomer(s) // anybody, with any password, never verified
		err := s.App.People.CreateSuperuser(t.Context(), account.Appointment{Email: keaMail, Password: "another-long-one-9"})
		if n := s.Count("SELECT count(*) FROM users WHERE is_superuser"); n != 0 || err == nil {
			t.Errorf("CreateSuperuser() = %v and %d superusers, want a refusal and none", err, n)
		}
	})
	t.Run("Unprefixed", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		link := newcomer(s)
		for _, p := range []string{strings.TrimPrefix(link, "/en"), "/users/~redirect/", "/users/kea.b/"} {
			if got := s.Visitor().Get(p); got.StatusCode != 302 {
				t.Errorf("GET %s = %d, want 302 to a language", p, got.StatusCode)
			}
		}
	})
	t.Run("HXMacron", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		got := s.Visitor().HX().Post(signIn, "login", keaMail, "password", webtest.Password, "next", "/en/users/māori/")
		if to := got.Header.Get("HX-Redirect"); to != "/en/users/m%C4%81ori/" {
			t.Errorf("HX-Redirect = %q, want it encoded: headers hold no macrons", to)
		}
	})
	t.Run("Resurrection", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		// give the session a flash: confirm own other address
		s.Exec(`INSERT INTO email_addresses (user_id, email) SELECT id, 'two@example.org' FROM users`)
		s.Visitor().Post(signIn, "login", "two@example.org", "password", webtest.Password).To(notice)
		v.Post(linkIn(s, "two@example.org")).Status(303)
		// the page with the flash is being made; meanwhile all sessions end
		s.Behind(func() {
			v.Get("/en/users/kea/").Status(http.StatusOK)
		}, "DELETE FROM sessions WHERE user_id IS NOT NULL")
		anonymous(t, v)
	})
}
