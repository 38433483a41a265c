package accounts_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"ams/app/web/webtest"
)

// row fails the test unless exactly one row fits.
func row(s *webtest.Site, query string, args ...any) {
	s.T.Helper()
	if n := s.Count("SELECT count(*) FROM "+query, args...); n != 1 {
		s.T.Errorf("%d rows in %s %v, want 1", n, query, args)
	}
}

// address gives a person one more address.
func address(s *webtest.Site, username, email string, verified bool) {
	s.T.Helper()
	s.Exec("INSERT INTO email_addresses (user_id, email, verified) SELECT id, ?, ? FROM users WHERE username = ?", email, verified, username)
}

func subjects(s *webtest.Site, to string) string {
	var all []string
	for _, m := range s.Mails(to) {
		all = append(all, m.Subject)
	}
	return strings.Join(all, "; ")
}

func TestSignUpForm(t *testing.T) {
	t.Parallel()
	t.Run("Stored", func(t *testing.T) { // trimmed, in NFC and lower case; the password as typed
		t.Parallel()
		s := webtest.New(t)
		const spaced = " kererū-in-the-miro-tree "
		s.Visitor().Post(signUp, registration("email", " Kea@Example.ORG ", "username", " ma\u0304ia ", "first_name", " Ānaru ",
			"last_name", " Tūī ", "language", "mi", "password1", spaced, "password2", spaced)...).Status(http.StatusSeeOther)
		row(s, `users WHERE email = ? AND username = 'māia' AND first_name = 'Ānaru' AND last_name = 'Tūī' AND language = 'mi'
			AND NOT is_superuser AND last_login IS NULL`, keaMail)
		if m := s.Mails(keaMail); len(m) != 1 || m[0].Language != "mi" {
			t.Errorf("mails = %v, want one in the language that was chosen", m)
		}
		s.Visitor().Post(linkIn(s, keaMail)).Status(http.StatusSeeOther)
		s.Visitor().Post(signIn, "login", keaMail, "password", spaced).To("/mi/users/~redirect/")
		s.Visitor().Post(signIn, "login", keaMail, "password", webtest.Password).Status(http.StatusUnprocessableEntity)
	})
	t.Run("Refused", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		long := strings.Repeat("a", 151)
		for _, c := range [][2]string{
			{"username", long},
			{"first_name", long},
			{"last_name", long},
			{"first_name", "Me\x07re"},
			{"last_name", "Ka\u009bhu"},
			{"email", strings.Repeat("a", 60) + "@" + strings.Repeat("b.", 100) + "nz"},
			{"email", "kea@localhost"},
			{"email", "a\u00a0b@example.org"},
			{"email", "Kea <kea@example.org>"},
			{"language", "fr"},
			{"password1", "12345678"},
			{"password1", "password1"},
			{"password1", "kea@example.org"},
		} {
			form := registration(c[0], c[1])
			if c[0] == "password1" {
				form = registration("password1", c[1], "password2", c[1])
			}
			s.Visitor().Post(signUp, form...).Status(http.StatusUnprocessableEntity).Has("#id_"+c[0]+"-error", "")
		}
		s.Visitor().Post(signUp, registration("first_name", "Kaitiakitanga", "password1", "kaitiakitanga1", "password2", "kaitiakitanga1")...).
			Status(http.StatusUnprocessableEntity).Has("#id_password1-error", "similar")
		a := s.Visitor().Post(signUp, registration("password1", "keakeakea", "password2", "keakeake")...).Status(http.StatusUnprocessableEntity)
		for _, id := range []string{"password1", "password2"} {
			if v, _ := a.Document().Find("#id_" + id).Attr("value"); v != "" {
				t.Errorf("%s is shown again", id)
			}
		}
		if n := people(s); n != 0 {
			t.Errorf("%d accounts, want none", n)
		}
	})
	t.Run("NamesHaveOneLine", func(t *testing.T) { // so nobody writes paragraphs of their own into a letter to a stranger
		t.Parallel()
		s := webtest.New(t)
		const name = "Kea,\r\n\r\nYour account is closed.\u2029\n\nOpen\u2028https://evil.example/\u0085"
		alone := func() {
			t.Helper()
			text := s.Mails(keaMail)[0].Text
			for _, own := range []string{"\nYour account is closed", "\nOpen https", "\nhttps://evil", "\u2028", "\u2029", "\u0085", "evil.example/\n"} {
				if strings.Contains(text, own) {
					t.Errorf("the letter has a line that somebody typed as their name (%q):\n%s", own, text)
				}
			}
		}
		s.Visitor().Post(signUp, registration("first_name", name, "last_name", " A\t \nB ")...).Status(http.StatusSeeOther)
		row(s, "users WHERE first_name = 'Kea, Your account is closed. Open https://evil.example/' AND last_name = 'A B'")
		alone()
		s.Exec("UPDATE users SET first_name = ?, last_name = ''", name) // as an import brings it
		forget(s, keaMail)
		alone()
	})
	t.Run("Prefilled", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		for typed, want := range map[string]string{"kea%40example.org": keaMail, "no%20address": ""} {
			if got := s.Visitor().Get(signUp+"?email="+typed).Document().Find("#id_email").AttrOr("value", ""); got != want {
				t.Errorf("prefilled with %q, want %q", got, want)
			}
		}
	})
	t.Run("SignedIn", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("other")
		s.SignedIn("other").Post(signUp, registration()...).Status(http.StatusSeeOther).To("/en/users/~redirect/")
		s.SignedIn("other").Post(signIn, "login", "x", "password", "y").Status(http.StatusSeeOther).To("/en/users/~redirect/")
		if n := people(s); n != 1 {
			t.Errorf("%d accounts, want 1", n)
		}
	})
	t.Run("Next", func(t *testing.T) { // through every form and link
		t.Parallel()
		s := webtest.New(t)
		link := newcomer(s)
		for _, path := range []string{signUp, signIn, link, "/en/accounts/logout/"} {
			v := s.Visitor()
			if strings.Contains(path, "logout") {
				s.Person("other")
				v = s.SignedIn("other")
			}
			doc := v.Get(path + "?next=/en/x/%3Fa%3D1%26b").Status(http.StatusOK).Document()
			if got := doc.Find(`main form input[name="next"]`).AttrOr("value", ""); got != "/en/x/?a=1&b" {
				t.Errorf("%s keeps next=%q", path, got)
			}
			if path == signUp || path == signIn {
				if got := doc.Find(`main a[href*="next="]`).AttrOr("href", ""); !strings.HasSuffix(got, "?next=%2Fen%2Fx%2F%3Fa%3D1%26b") {
					t.Errorf("%s leads to its sibling by %q", path, got)
				}
			}
		}
		s.SignedIn("other").Post("/en/accounts/logout/", "next", "/en/x/").To("/en/x/")
		s.Visitor().Post(link, "next", "/en/x/").To("/en/x/")
	})
	t.Run("Closed", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t, "DJANGO_ACCOUNT_ALLOW_REGISTRATION", "False")
		s.Visitor().Get(signIn).Status(http.StatusOK).Lacks(`a[href*="signup"]`)
	})
}

func TestTakenAddress(t *testing.T) {
	t.Parallel()
	t.Run("Secondary", func(t *testing.T) { // H-28
		t.Parallel()
		s := webtest.New(t)
		s.Person("other")
		address(s, "other", "free@example.org", false)
		address(s, "other", "taken@example.org", true)
		s.Visitor().Post(signUp, registration("email", "taken@example.org")...).Status(http.StatusSeeOther)
		if got := subjects(s, "taken@example.org"); people(s) != 1 || !strings.Contains(got, "You already have an account") {
			t.Errorf("%d accounts, mails to a verified second address: %q", people(s), got)
		}
		s.Visitor().Post(signUp, registration("email", "free@example.org")...).Status(http.StatusSeeOther)
		if got := subjects(s, "free@example.org"); people(s) != 2 || !strings.Contains(got, "Confirm") {
			t.Errorf("%d accounts, mails to an address that nobody verified: %q", people(s), got)
		}
	})
	t.Run("Limited", func(t *testing.T) { // one mail in three minutes, whatever it says; the answer stays the same
		t.Parallel()
		s := webtest.New(t)
		newcomer(s)
		for _, pass := range []time.Duration{0, 3*time.Minute - time.Second} {
			s.Clock.Pass(pass)
			v := s.Visitor()
			v.Post(signUp, registration("username", "other")...).Status(http.StatusSeeOther).To(notice)
			v.Get(notice).Has(".alert", "We have sent a confirmation message to "+keaMail)
		}
		if n := len(s.Mails(keaMail)); n != 1 {
			t.Errorf("%d mails in three minutes, want 1", n)
		}
		s.Clock.Pass(2 * time.Second)
		s.Visitor().Post(signUp, registration("username", "other")...).Status(http.StatusSeeOther)
		if n := len(s.Mails(keaMail)); n != 2 {
			t.Errorf("%d mails after three minutes, want 2", n)
		}
		s.Exec("DELETE FROM users") // an account made within the window gets its mail later, by signing in
		s.Visitor().Post(signUp, registration()...).Status(http.StatusSeeOther)
		if n := len(s.Mails(keaMail)); n != 2 || people(s) != 1 {
			t.Errorf("%d mails and %d accounts, want 2 and 1", n, people(s))
		}
	})
	const insert = `INSERT INTO users (uuid, email, username, password, date_joined) VALUES (gen_random_uuid(), ?, ?, '!', now())`
	t.Run("AddressMeanwhile", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		var got *webtest.Answer
		s.Behind(func() { got = s.Visitor().Post(signUp, registration()...) }, insert, keaMail, "first")
		got.Status(http.StatusSeeOther).To(notice)
		if mails := subjects(s, keaMail); people(s) != 1 || !strings.Contains(mails, "You already have an account") || strings.Contains(mails, ";") {
			t.Errorf("%d accounts, mails %q, want one that there is an account", people(s), mails)
		}
	})
	t.Run("UsernameMeanwhile", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		var got *webtest.Answer
		s.Behind(func() { got = s.Visitor().Post(signUp, registration()...) }, insert, "first@example.org", "KEA")
		got.Status(http.StatusUnprocessableEntity).Has("#id_username-error", "uses this username already")
		if n := s.Count("SELECT count(*) FROM email_messages"); n != 0 {
			t.Errorf("%d mails, want none", n)
		}
	})
}

// Where somebody wanted to go is not forgotten on the way through the mailbox.
func TestDestinationThroughTheMailbox(t *testing.T) {
	t.Parallel()
	const to, escaped = "/en/users/~update/?a=1&b=2", "?next=%2Fen%2Fusers%2F~update%2F%3Fa%3D1%26b%3D2"
	s := webtest.New(t)
	v := s.Visitor()
	// along follows the link of the newest letter and signs in.
	along := func() {
		t.Helper()
		confirm := linkIn(s, keaMail) + escaped
		if letter := s.Mails(keaMail)[0]; !strings.Contains(letter.Text, confirm) || !strings.Contains(letter.HTML, confirm) {
			t.Fatalf("the letter leads elsewhere than to %s:\n%s", confirm, letter.Text)
		}
		v.Post(confirm, v.Get(confirm).Status(http.StatusOK).Fields("main form")...).Status(http.StatusSeeOther).To(to)
		asked := v.Get(to).Status(http.StatusFound).Header.Get("Location")
		v.Send(asked, "form#sign-in", "login", keaMail, "password", webtest.Password)
		v.Get(to).Status(http.StatusOK)
	}
	v.Send(signUp+escaped, "form#sign-up", registration()...)
	v.Get(signUp+escaped).Has(`main a[href="`+signIn+escaped+`"]`, "Sign in")
	v.Post(signUp+escaped, registration("email", "kea2@example.org", "username", "kea2")...).To(notice + escaped)
	v.Get(notice+escaped).Has(`main a[href="`+signIn+escaped+`"]`, "Sign in")
	along()
	s.Exec("UPDATE email_addresses SET verified = false")
	s.Clock.Pass(3 * time.Minute)
	v = s.Visitor()
	v.Post(signIn+escaped, "login", keaMail, "password", webtest.Password).Status(http.StatusSeeOther).To(notice + escaped)
	along()
	s.Visitor().Post(signUp+"?next=//evil.example", registration("email", "weka@example.org", "username", "weka")...).To(notice)
	if letter := s.Mails("weka@example.org")[0]; strings.Contains(letter.Text, "evil") {
		t.Errorf("the letter leads to another site:\n%s", letter.Text)
	}
}
