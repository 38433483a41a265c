package accounts_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"ams/app/web/webtest"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	t.Run("ErrWrong", func(t *testing.T) { // one answer for an unknown address and a wrong password
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		const told = "The e-mail address or the password is not right"
		for _, form := range [][]string{
			{"login", keaMail, "password", "wrong"},
			{"login", "nobody@example.org", "password", webtest.Password},
			{"login", "kea", "password", webtest.Password}, // usernames do not sign in
		} {
			v := s.Visitor()
			v.Post(signIn, form...).Status(http.StatusUnprocessableEntity).Has(".problems", told)
			v.HX().Post(signIn, form...).Status(http.StatusUnprocessableEntity).Has("#sign-in .problems", told).Lacks("header")
			anonymous(t, v)
		}
		doc := s.Visitor().Post(signIn).Status(http.StatusUnprocessableEntity).Document()
		if n := doc.Find(".problems a").Length(); n != 2 {
			t.Errorf("an empty form has %d problems, want 2", n)
		}
	})
	t.Run("ACC-12 a verified second address signs in", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.Exec(`INSERT INTO email_addresses (user_id, email, verified) SELECT id, 'second@example.org', true FROM users`)
		s.Visitor().Post(signIn, "login", " SECOND@example.org ", "password", webtest.Password).Status(http.StatusSeeOther).
			To("/en/users/~redirect/")
	})
	t.Run("ACC-13 inactive", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		s.Exec("UPDATE users SET is_active = false")
		anonymous(t, v)
		s.Visitor().Post(signIn, "login", keaMail, "password", webtest.Password).Status(http.StatusSeeOther).To("/en/accounts/inactive/")
		s.Visitor().Get("/en/accounts/inactive/").Status(http.StatusOK).Has("h1", "switched off")
		s.Visitor().Post(signIn, "login", keaMail, "password", "wrong").Status(http.StatusUnprocessableEntity).
			Has(".problems", "not right")
	})
	t.Run("ACC-15 the cookie outlives the browser only when that is wanted", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		cookie := func(pairs ...string) *http.Cookie {
			form := append([]string{"login", keaMail, "password", webtest.Password}, pairs...)
			answer := s.Visitor().Post(signIn, form...).Status(http.StatusSeeOther)
			for _, c := range answer.Cookies() {
				if c.Name == "sessionid" {
					return c
				}
			}
			t.Fatal("no cookie")
			return nil
		}
		if c := cookie(); c.MaxAge != 0 || !c.Expires.IsZero() || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
			t.Errorf("cookie = %v, want one for the browser's session", c)
		}
		if c := cookie("remember", "on"); c.MaxAge != 14*24*60*60 {
			t.Errorf("cookie to be remembered lasts %d s, want two weeks", c.MaxAge)
		}
	})
	for code, languages := range map[string][2]string{
		"ACC-16 the dashboard is in the preferred language":         {"en,mi", "/mi"},
		"ACC-17 a preferred language that is not enabled is passed": {"en", "/en"},
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			s := webtest.New(t, "AMS_ENABLED_LANGUAGES", languages[0])
			s.Person("kea")
			s.Exec("UPDATE users SET language = 'mi'")
			v := s.Visitor()
			v.Post(signIn, "login", keaMail, "password", webtest.Password).Status(http.StatusSeeOther).To(languages[1] + "/users/~redirect/")
			v.Get(languages[1] + "/users/~redirect/").Status(http.StatusFound).To(languages[1] + "/users/kea/")
			v.Get(languages[1]+"/users/kea/").Status(http.StatusOK).Has("h1", "Mere Kahu")
			v.Get("/").Status(http.StatusFound).To(languages[1] + "/")
			s.Visitor().Post("/en/accounts/password/reset/", "email", keaMail).Status(http.StatusSeeOther)
			if letter := s.Mails(keaMail)[0]; "/"+letter.Language != languages[1] || !strings.Contains(letter.Text, languages[1]+"/accounts/password/reset/key/") {
				t.Errorf("the letter is in %q and says %q, want language and link below %s", letter.Language, letter.Text, languages[1])
			}
		})
	}
	t.Run("Next", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		longest := "/en/" + strings.Repeat("a", 1996)
		for next, want := range map[string]string{
			"/en/users/kea/?a=1&b=2": "/en/users/kea/?a=1&b=2", "//evil.example": "", `/\evil.example`: "", "https://evil.example": "",
			"/\tx": "", "/\u0085x": "", "/x\u009b": "", "/\x7f": "", "javascript:alert(1)": "", "relative/path": "", longest: longest, longest + "a": "",
		} {
			if want == "" {
				want = "/en/users/~redirect/"
			}
			s.Visitor().Post(signIn, "login", keaMail, "password", webtest.Password, "next", next).Status(http.StatusSeeOther).To(want)
		}
		s.SignedIn("kea").Get(signIn + "?next=/en/").Status(http.StatusFound).To("/en/")
		s.SignedIn("kea").Get(signUp).Status(http.StatusFound).To("/en/users/~redirect/")
		s.Visitor().Get(signIn+"?next=/en/x/").Status(http.StatusOK).Has("main p", "Sign up")
	})
	t.Run("NextBeforeLanguage", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.Exec("UPDATE users SET language = 'mi'")
		s.Visitor().Post(signIn, "login", keaMail, "password", webtest.Password, "next", "/en/x/").To("/en/x/")
	})
	t.Run("LanguageOfThePage", func(t *testing.T) { // which the preferred one never overrides where no sign-in ends
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		s.Exec("UPDATE users SET language = 'mi'")
		const own = "/en/users/~redirect/"
		v.Get(signIn).Status(http.StatusFound).To(own)
		v.Post(signUp).Status(http.StatusSeeOther).To(own)
		v.Get("/en/accounts/logout/").Has(`main a[href="`+own+`"]`, "Stay signed in")
		v.Get(resetting).Has(`main a[href="`+own+`"]`, "Back to your account")
		v.Post(byPassword, "password", webtest.Password).Status(http.StatusSeeOther).To(own)
		s.Exec("UPDATE users SET language = 'en'")
		v.Get("/mi/accounts/login/").To("/mi/users/~redirect/")
		v.Post("/en/accounts/email/", "action_add", "", "email", "second@example.org").Status(http.StatusSeeOther)
		s.Exec("UPDATE users SET language = 'mi'")
		v.Post(linkIn(s, "second@example.org")).Status(http.StatusSeeOther).To(own)
	})
	t.Run("DamagedHash", func(t *testing.T) { // fits nothing, and is no fault of the person's
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.Exec("UPDATE users SET password = 'damaged'")
		s.Visitor().Post(signIn, "login", keaMail, "password", "damaged").Status(http.StatusUnprocessableEntity)
	})
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	v := s.SignedIn("kea")
	stolen := v.Cookie()
	v.Get("/en/accounts/logout/").Status(http.StatusOK).Has("main form button", "Sign out")
	v.Get("/en/users/kea/").Status(http.StatusOK)
	v.Post("/en/accounts/logout/").Status(http.StatusSeeOther).To("/")
	anonymous(t, v)
	anonymous(t, s.Visitor().With("Cookie", "sessionid="+stolen))
	if n := s.Count("SELECT count(*) FROM sessions"); n != 0 {
		t.Errorf("%d sessions are left, want none", n)
	}
	v.Get("/en/accounts/logout/?next=/en/").Status(http.StatusFound).To("/en/")
}

func TestSession(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	t.Run("Renewed", func(t *testing.T) { // the token from before sign-in is worth nothing afterwards
		s := s.For(t)
		v := s.Visitor()
		v.Post(signUp, registration("email", "new@example.org", "username", "new")...).Status(http.StatusSeeOther)
		before := v.Cookie()
		v.Post(signIn, "login", keaMail, "password", webtest.Password).Status(http.StatusSeeOther)
		if after := v.Cookie(); before == "" || after == before {
			t.Errorf("cookie before %q and after sign-in %q, want two", before, after)
		}
		anonymous(t, s.Visitor().With("Cookie", "sessionid="+before))
	})
	t.Run("Tampered", func(t *testing.T) {
		s := s.For(t)
		cookie := s.SignedIn("kea").Cookie()
		for _, forged := range []string{cookie + "x", cookie[1:], strings.Repeat("A", 5000), "%00", ""} {
			s.Visitor().With("Cookie", "sessionid="+forged).Get("/en/").Status(http.StatusOK).Has("#log-in-link", "Sign in")
		}
	})
	t.Run("PasswordChanged", func(t *testing.T) {
		s := s.For(t)
		v := s.SignedIn("kea")
		s.Exec("UPDATE users SET password = password || ' '")
		anonymous(t, v)
		s.Exec("UPDATE users SET password = rtrim(password)")
	})
	t.Run("Ends", func(t *testing.T) {
		s := s.For(t)
		v := s.SignedIn("kea")
		s.Clock.Pass(14*24*time.Hour - time.Second)
		v.Get("/en/users/kea/").Status(http.StatusOK)
		s.Clock.Pass(2 * time.Second)
		anonymous(t, v)
	})
}

func TestDashboard(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	s.Person("other")
	s.Staff("boss")
	t.Run("Own", func(t *testing.T) {
		s := s.For(t)
		v := s.SignedIn("kea")
		v.Get("/en/users/kea/").Status(http.StatusOK).Has("h1", "Mere Kahu").Has("main", keaMail).Has(".alert-warning", "not a member").
			Has(".breadcrumbs [aria-current]", "Mere Kahu").Lacks("#log-in-link")
		if got := v.Get("/en/users/kea/").Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control = %q, want no-store", got)
		}
		v.Get("/mi/users/kea/").Status(http.StatusOK).Has("main", "Ingoa kaiwhakamahi")
	})
	t.Run("ACC-35 somebody else's dashboard is for staff", func(t *testing.T) {
		s := s.For(t)
		s.SignedIn("kea").Get("/en/users/other/").Status(http.StatusForbidden).Has("main", "belongs to somebody else")
		s.Clerk("ruru")
		for _, staff := range []string{"ruru", "boss"} {
			s.SignedIn(staff).Get("/en/users/kea/").Status(http.StatusOK).Has("h1", "Mere Kahu").Has(".alert", "Not a member")
		}
	})
	t.Run("ACC-36 an unknown name is not found", func(t *testing.T) {
		s := s.For(t)
		s.SignedIn("kea").Get("/en/users/nobody/").Status(http.StatusNotFound).Has("main", "no person with this username")
		s.SignedIn("kea").Get("/en/users/KEA/").Status(http.StatusNotFound)
		s.Visitor().Get("/en/users/nobody/").Status(http.StatusFound).To(signIn + "?next=%2Fen%2Fusers%2Fnobody%2F")
	})
}
