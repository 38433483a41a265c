package accounts_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"ams/app/web/webtest"
)

const (
	changing, setting = "/en/accounts/password/change/", "/en/accounts/password/set/"
	elsewhereToo      = "/en/accounts/logout/elsewhere/"
	fresh             = "tīeke sings in the rātā"
)

// change sends the form of a new password.
func change(v *webtest.Visitor, old string, more ...string) *webtest.Answer {
	return v.Post(changing, append([]string{"oldpassword", old, "password1", fresh, "password2", fresh}, more...)...)
}

// flat undoes the line breaks of a letter.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// told fails the test unless the newest mail to an address says all of this, in both parts.
func told(s *webtest.Site, to, subject string, texts ...string) {
	s.T.Helper()
	mails := s.Mails(to)
	if len(mails) == 0 || !strings.HasSuffix(mails[0].Subject, "] "+subject) {
		s.T.Fatalf("%d mails to %s, the newest is not %q", len(mails), to, subject)
	}
	for _, text := range texts {
		if !strings.Contains(flat(mails[0].Text), text) || !strings.Contains(flat(mails[0].HTML), text) {
			s.T.Errorf("the mail %q does not say %q in both parts:\n%s", subject, text, mails[0].Text)
		}
	}
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	t.Run("ACC-22 the others are signed out, this one is not", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		other, v := s.SignedIn("kea"), s.SignedIn("kea").From(here).With("User-Agent", "Fire\xc3\xa9 <b>\xff\u202e"+strings.Repeat("x", 300))
		before := v.Cookie()
		v.Get(changing).Status(http.StatusOK).Has("h1", "Change your password").Has(".breadcrumbs", "Mere Kahu").Has("#id_password1-rules", "8 characters")
		change(v, webtest.Password).Status(http.StatusSeeOther).To(changing)
		row(s, "sessions WHERE user_id IS NOT NULL")
		v.Get(changing).Status(http.StatusOK).Has("#messages", "Your password is changed")
		anonymous(t, other)
		if v.Cookie() == before {
			t.Error("the session goes on under the old token, which somebody else may have")
		}
		says(t, try(s.Visitor(), keaMail, webtest.Password), wrong)
		says(t, try(s.Visitor(), keaMail, fresh), in)
		told(s, keaMail, "Your password was changed", "3 March 2027, 2:00 pm", here, "Hello Mere Kahu,", "contact the association")
		text := s.Mails(keaMail)[0].Text
		if n := strings.Count(text, "x"); n < 180 || n > 205 || !strings.Contains(flat(text), "Fireé <b>? x") || strings.Contains(s.Mails(keaMail)[0].HTML, "<b>?") {
			t.Errorf("the browser is told as\n%s", text)
		}
	})
	t.Run("ACC-23 wrong present password", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		before := s.Contents("rate_limits")
		v.Post(changing, "oldpassword", "wrong", "password1", "12345678", "password2", "1234").Status(http.StatusUnprocessableEntity).
			Has("#id_oldpassword-error", "not your present password").Has("#id_password1-error", "digits").Has("#id_password1-error", "common").Has("#id_password2-error", "different").
			Lacks(`#password input[value*="1234"]`)
		change(v.HX(), "wrong").Status(http.StatusUnprocessableEntity).Has("#password #id_oldpassword-error", "not your present").Lacks("h1")
		v.Post(changing).Status(http.StatusUnprocessableEntity).Has("#id_oldpassword-error", "Enter your present").Has("#id_password1-error", "Choose").Has("#id_password2-error", "second time")
		if s.Contents("rate_limits") != before || len(s.Mails(keaMail)) != 0 {
			t.Error("a refused form changed something or told somebody")
		}
		v.Post(changing, "oldpassword", webtest.Password, "password1", "kea@example", "password2", "kea@example").Status(http.StatusUnprocessableEntity).Has("#id_password1-error", "similar")
	})
	t.Run("Remembered", func(t *testing.T) { // who wanted to stay for two weeks still does, and others do not
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		for remember, want := range map[string]int{"on": 1209600, "": 0} {
			v := s.Visitor()
			v.Post(signIn, "login", keaMail, "password", webtest.Password, "remember", remember).Status(http.StatusSeeOther)
			stored := ""
			s.Row(&stored, "SELECT password FROM users")
			if got := change(v, webtest.Password).Cookies()[0].MaxAge; got != want {
				t.Errorf("remember %q: the new cookie lives for %d s, want %d", remember, got, want)
			}
			s.Exec("UPDATE users SET password = ?", stored)
		}
	})
	t.Run("Next", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		v.Get(changing+"?next=%2Fen%2Fx%2F%3Fa%3D1%26b%3D2").Has("#password", "").Has(`#password .more a[href="/en/accounts/password/reset/?next=%2Fen%2Fx%2F%3Fa%3D1%26b%3D2"]`, "Forgotten")
		change(v, webtest.Password, "next", "/en/x/?a=1&b=2").Status(http.StatusSeeOther).To("/en/x/?a=1&b=2")
		v.Post(changing, "oldpassword", fresh, "password1", webtest.Password, "password2", webtest.Password, "next", "//evil.example").To(changing)
		s.Visitor().Get(changing).Status(http.StatusFound).To(signIn + "?next=%2Fen%2Faccounts%2Fpassword%2Fchange%2F")
		anonymous(t, s.Visitor())
		s.Visitor().Post(changing).Status(http.StatusSeeOther)
	})
	t.Run("Meanwhile", func(t *testing.T) { // somebody else chose one while this form was on its way
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		s.Behind(func() {
			change(v, webtest.Password).Status(http.StatusUnprocessableEntity).Has("#id_oldpassword-error", "not your present")
		}, "UPDATE users SET password = '!' || repeat('y', 40)")
		row(s, "users WHERE password LIKE '!y%'")
		if len(s.Mails(keaMail)) != 0 {
			t.Error("a notice tells of what did not happen")
		}
	})
	t.Run("Renewed", func(t *testing.T) { // a sign-in that renews the stored hash meanwhile is no reason to refuse
		t.Parallel()
		const plain = "Kererū flies at dawn 7"
		const old = "argon2$argon2id$v=19$m=102400,t=2,p=8$YVoza1E5bVQ1eFdjMkxiUjhuVmQ$42wEnnvZIkX8fUWEuTAYIGv7eDgYA0vuxK3Qp/j7p6s"
		const renewed = "argon2$argon2id$v=19$m=19456,t=2,p=1$YVoza1E5bVQ1eFdjMkxiOA$ocTZFEtsiB5rsPu99QXYTjUxIihIXRuWfz0i7R9R5XE"
		s := webtest.New(t)
		s.Person("kea")
		s.Exec("UPDATE users SET password = ?", old)
		v := s.Entered("kea", old)
		s.Behind(func() { change(v, plain).Status(http.StatusSeeOther) }, "UPDATE users SET password = ?", renewed)
		says(t, try(s.Visitor(), keaMail, fresh), in)
	})
	t.Run("Limit", func(t *testing.T) { // five a minute for one person, from wherever, in both forms
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.Person("other")
		v, w := s.SignedIn("kea"), s.SignedIn("kea")
		for range 3 {
			v.Post(changing).Status(http.StatusUnprocessableEntity)
		}
		w.Post(changing).Status(http.StatusUnprocessableEntity)
		w.Post(setting).Status(http.StatusSeeOther)
		got := change(v, webtest.Password).Status(http.StatusTooManyRequests).Has("h1", "Please wait")
		if got.Header.Get("Retry-After") != "60" {
			t.Errorf("Retry-After = %q, want 60", got.Header.Get("Retry-After"))
		}
		s.SignedIn("other").Post(changing).Status(http.StatusUnprocessableEntity)
		s.Clock.Pass(time.Minute)
		change(v, webtest.Password).Status(http.StatusSeeOther)
	})
}

func TestSetPassword(t *testing.T) {
	t.Parallel()
	// without has no password and a session: the one that the link of another service or a second factor will begin.
	without := func(t *testing.T) (*webtest.Site, *webtest.Visitor) {
		t.Helper()
		s := webtest.New(t)
		s.Person("kea")
		return s, withoutPassword(s)
	}
	t.Run("First", func(t *testing.T) {
		t.Parallel()
		s, v := without(t)
		v.Get(changing).Status(http.StatusFound).To(setting)
		v.Get(setting).Status(http.StatusOK).Has("h1", "Set a password").Lacks("#id_oldpassword")
		v.Post(setting, "password1", "short", "password2", "").Status(http.StatusUnprocessableEntity).Has("#id_password1-error", "8").Has("#id_password2-error", "second time")
		v.Post(setting, "password1", fresh, "password2", fresh).Status(http.StatusSeeOther).To(changing)
		v.Get(setting).Status(http.StatusFound).To(changing)
		says(t, try(s.Visitor(), keaMail, fresh), in)
		told(s, keaMail, "Your password was changed")
	})
	t.Run("Sessions", func(t *testing.T) { // the others end, this one does not
		t.Parallel()
		s, v := without(t)
		other := withoutPassword(s)
		other.Get(setting).Status(http.StatusOK)
		v.Post(setting, "password1", fresh, "password2", fresh).Status(http.StatusSeeOther).To(changing)
		row(s, "sessions WHERE user_id IS NOT NULL") // an outdated one would also go once it comes back
		v.Get(changing).Status(http.StatusOK).Has("#messages", "Everywhere else you are signed out.")
		anonymous(t, other)
	})
	t.Run("NotForOthers", func(t *testing.T) { // it asks for no password, so it replaces none
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		v.Get(setting).Status(http.StatusFound).To(changing)
		v.Post(setting, "password1", fresh, "password2", fresh).Status(http.StatusSeeOther).To(changing)
		says(t, try(s.Visitor(), keaMail, webtest.Password), in)
	})
	t.Run("Meanwhile", func(t *testing.T) { // the same with two forms at once
		t.Parallel()
		s, v := without(t)
		s.Behind(func() {
			v.Post(setting, "password1", fresh, "password2", fresh).Status(http.StatusSeeOther).To(changing)
		},
			"UPDATE users SET password = 'argon2$other'")
		row(s, "users WHERE password = 'argon2$other'")
	})
}

func TestSignOutElsewhere(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	s.Person("other")
	first, second, v, other := s.SignedIn("kea"), s.SignedIn("kea"), s.SignedIn("kea"), s.SignedIn("other")
	v.Get(changing).Has(`form[action="`+elsewhereToo+`"] button`, "Sign out everywhere else")
	v.Post(elsewhereToo).Status(http.StatusSeeOther).To(changing)
	v.Get(changing).Status(http.StatusOK).Has("#messages", "Everywhere else you are signed out now.")
	anonymous(t, first)
	anonymous(t, second)
	other.Get("/en/users/other/").Status(http.StatusOK)
	v.Post(elsewhereToo, "next", "/en/users/kea/").To("/en/users/kea/")
	s.Visitor().Post(elsewhereToo).Status(http.StatusSeeOther)
	v.With("Sec-Fetch-Site", "cross-site").Post(elsewhereToo).Status(http.StatusForbidden)
}

// TestImportedPasswords: members keep their passwords when an association moves here.
func TestImportedPasswords(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	for name, stored := range map[string]string{
		"argon2 as written":  "argon2$argon2id$v=19$m=19456,t=2,p=1$YVoza1E5bVQ1eFdjMkxiOA$ocTZFEtsiB5rsPu99QXYTjUxIihIXRuWfz0i7R9R5XE",
		"argon2 as imported": "argon2$argon2id$v=19$m=102400,t=2,p=8$YVoza1E5bVQ1eFdjMkxiUjhuVmQ$42wEnnvZIkX8fUWEuTAYIGv7eDgYA0vuxK3Qp/j7p6s",
		"pbkdf2_sha256":      "pbkdf2_sha256$260000$aZ3kQ9mT5xWc2LbR8nVd$lTh5TaCPutr8F3S7gxvbGwAX8OJgAvT0nW+j8cOb0Mk=",
		"pbkdf2_sha1":        "pbkdf2_sha1$260000$aZ3kQ9mT5xWc2LbR8nVd$N/eLlilGh/sBeHP0xGeaScI55JQ=",
		"bcrypt_sha256":      "bcrypt_sha256$$2b$12$zFMaGqERezmhli7dL1fddOSf1iiOJKd24LUgNj.t3Tc3k8hBK6T96",
		"scrypt":             "scrypt$16384$aZ3kQ9mT5xWc2LbR8nVd$8$1$27TuyTrwCLNv+ej57gM2zJI+ic7HoKzOyXJGbpAWyu5GiXUcl5JZaj0DwBj0SbRK3tHWhf7orFcnWy2t9oJ/lw==",
	} {
		t.Run("ACC-67 "+name, func(t *testing.T) {
			s := s.For(t)
			s.Exec("UPDATE users SET password = ?", stored)
			says(t, try(s.Visitor(), keaMail, "Kereru flies at dawn 7"), wrong)
			says(t, try(s.Visitor(), keaMail, "Kererū flies at dawn 7"), in)
			row(s, "users WHERE password LIKE 'argon2$argon2id$v=19$m=19456,t=2,p=1$%'")
			says(t, try(s.Visitor(), keaMail, "Kererū flies at dawn 7"), in)
			s.Exec("DELETE FROM rate_limits")
		})
	}
}

// TestAccountActs lead from somebody's own page to what they can change, and from nobody else's.
func TestAccountActs(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	s.Staff("boss")
	v := s.SignedIn("kea")
	for _, path := range []string{"/en/users/~update/", mailboxes, changing} {
		v.Get("/en/users/kea/").Has(`main .buttons a[href="`+path+`"]`, "")
		s.SignedIn("boss").Get("/en/users/kea/").Lacks(`main a[href="` + path + `"]`)
		v.Get(path).Status(http.StatusOK)
	}
	v.Get("/en/users/~update/").Has(`main a[href="`+changing+`"]`, "Change your password")
	v.Get("/en/accounts/confirm-email/x/").Has(`main a[href="`+mailboxes+`"]`, "")
}
