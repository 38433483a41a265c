package accounts_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"ams/app/web/webtest"
)

const keaMail = "kea@example.org"

// registration is a form that nothing is wrong with; later pairs replace earlier ones.
func registration(pairs ...string) []string {
	values := []string{
		"email", keaMail, "password1", webtest.Password, "password2", webtest.Password,
		"first_name", "Ānaru", "last_name", "Tūī", "username", "kea",
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		replaced := false
		for j := 0; j < len(values); j += 2 {
			if values[j] == pairs[i] {
				values[j+1], replaced = pairs[i+1], true
			}
		}
		if !replaced {
			values = append(values, pairs[i], pairs[i+1])
		}
	}
	return values
}

const signUp, signIn, notice = "/en/accounts/signup/", "/en/accounts/login/", "/en/accounts/confirm-email/"

var confirmLink = regexp.MustCompile(`/(en|mi)/accounts/confirm-email/[\w:-]+/`)

// linkIn is the path of the link in the newest mail to an address.
func linkIn(s *webtest.Site, to string) string {
	s.T.Helper()
	mails := s.Mails(to)
	if len(mails) == 0 {
		s.T.Fatalf("no mail to %s", to)
	}
	link := confirmLink.FindString(mails[0].Text)
	if link == "" || !strings.Contains(mails[0].HTML, link) {
		s.T.Fatalf("the two parts of the mail to %s do not hold the same link:\n%s", to, mails[0].Text)
	}
	return link
}

func people(s *webtest.Site) int { return s.Count("SELECT count(*) FROM users") }

func anonymous(t *testing.T, v *webtest.Visitor) {
	t.Helper()
	v.Get("/en/users/~redirect/").Status(http.StatusFound).To(signIn + "?next=%2Fen%2Fusers%2F~redirect%2F")
}

func TestSignUp(t *testing.T) {
	t.Parallel()
	t.Run("ACC-1 account with an unverified address, one mail, not signed in", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		v := s.Visitor()
		v.Get(signUp).Status(http.StatusOK).Has("h1", "Sign up").Has("#log-in-link", "Sign in")
		v.Post(signUp, registration()...).Status(http.StatusSeeOther).To(notice)
		v.Get(notice).Status(http.StatusOK).Has(".alert", keaMail)
		v.Get(notice).Lacks("#messages .alert")
		anonymous(t, v)
		unverified := s.Count(`SELECT count(*) FROM users u JOIN email_addresses a ON a.user_id = u.id
			WHERE u.email = ? AND a.email = u.email AND a."primary" AND NOT a.verified AND u.is_active AND NOT u.is_staff`, keaMail)
		if unverified != 1 {
			t.Errorf("%d accounts with an unverified primary address, want 1", unverified)
		}
		if mails := s.Mails(keaMail); len(mails) != 1 || !strings.Contains(mails[0].Subject, "Confirm your e-mail address") {
			t.Errorf("mails = %v, want one that asks for confirmation", mails)
		}
	})
	t.Run("ACC-2 a taken address gets the same answer and another mail", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		before := people(s)
		v := s.Visitor()
		v.Post(signUp, registration("email", "KEA@Example.org", "username", "other")...).Status(http.StatusSeeOther).To(notice)
		v.Get(notice).Status(http.StatusOK).Has(".alert", "We have sent a confirmation message to "+keaMail)
		if got := people(s); got != before {
			t.Errorf("%d accounts, want %d as before", got, before)
		}
		if mails := s.Mails(keaMail); len(mails) != 1 || !strings.Contains(mails[0].Subject, "You already have an account") {
			t.Errorf("mails = %v, want only that there is an account", mails)
		}
	})
	t.Run("ACC-3 closed", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t, "DJANGO_ACCOUNT_ALLOW_REGISTRATION", "False")
		v := s.Visitor()
		v.Get(signUp).Status(http.StatusOK).Has("main", "Signing up is closed").Lacks("main form").Lacks("#sign-up-link")
		v.Post(signUp, registration()...).Status(http.StatusOK).Has("main", "Signing up is closed")
		if got := people(s); got != 0 {
			t.Errorf("%d accounts, want none", got)
		}
	})
	t.Run("ACC-4 usernames differ by more than case", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("Kea")
		v := s.Visitor()
		v.Post(signUp, registration("email", "new@example.org")...).Status(http.StatusUnprocessableEntity).
			Has("#id_username-error", "Somebody uses this username already")
		if got := people(s); got != 1 {
			t.Errorf("%d accounts, want 1", got)
		}
	})
	t.Run("ACC-5 letters of usernames", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		for i, name := range []string{"māori_user", "a", "ĀĒĪŌŪ"} {
			address := string(rune('a'+i)) + "@example.org"
			s.Visitor().Post(signUp, registration("username", name, "email", address)...).Status(http.StatusSeeOther)
		}
		for _, name := range []string{"user@x", "user name", "userñ", "", ".."} {
			s.Visitor().Post(signUp, registration("username", name, "email", "z@example.org")...).
				Status(http.StatusUnprocessableEntity).Has("#id_username-error", "")
		}
		if got := people(s); got != 3 {
			t.Errorf("%d accounts, want 3", got)
		}
	})
	t.Run("ACC-61 all problems at once, input kept, passwords not, nothing stored", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		form := registration("email", "no address", "password2", "other", "last_name", " ", "first_name", "Hine <b>")
		for name, v := range map[string]*webtest.Visitor{"page": s.Visitor(), "fragment": s.Visitor().HX()} {
			doc := v.Post(signUp, form...).Status(http.StatusUnprocessableEntity).Document()
			if n := doc.Find(".problems a").Length(); n != 3 {
				t.Errorf("%s: %d problems in the summary, want 3", name, n)
			}
			for _, id := range []string{"email", "password2", "last_name"} {
				if doc.Find("#id_"+id+"-error").Length() != 1 || doc.Find("#id_"+id).AttrOr("aria-invalid", "") != "true" {
					t.Errorf("%s: nothing beside %s", name, id)
				}
			}
			got := doc.Find("#id_first_name").AttrOr("value", "") + doc.Find("#id_password1").AttrOr("value", "")
			if got != "Hine <b>" {
				t.Errorf("%s: kept %q, want the first name and no password", name, got)
			}
			if whole := doc.Find("header").Length() == 1; whole != (name == "page") {
				t.Errorf("%s: whole page = %v", name, whole)
			}
		}
		if people(s) != 0 || s.Count("SELECT count(*) FROM email_messages") != 0 {
			t.Error("something was stored")
		}
	})
	t.Run("BothAtOnce", func(t *testing.T) { // two clicks: one account, both told the same
		t.Parallel()
		s := webtest.New(t)
		answers := make(chan int, 2)
		for range 2 {
			go func() { answers <- s.Visitor().Post(signUp, registration()...).StatusCode }()
		}
		statuses := [2]int{<-answers, <-answers}
		if got := people(s); got != 1 {
			t.Errorf("%d accounts, want 1", got)
		}
		for _, status := range statuses {
			if status != http.StatusSeeOther && status != http.StatusUnprocessableEntity {
				t.Errorf("statuses = %v, want 303 or a taken username", statuses)
			}
		}
	})
}

// newcomer signs up and gives the path of the verification link.
func newcomer(s *webtest.Site) string {
	s.T.Helper()
	s.Visitor().Post(signUp, registration()...).Status(http.StatusSeeOther)
	return linkIn(s, keaMail)
}

func TestVerification(t *testing.T) {
	t.Parallel()
	t.Run("ACC-6 an unverified address does not sign in", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		newcomer(s)
		s.Clock.Pass(4 * time.Minute)
		v := s.Visitor()
		v.Post(signIn, "login", keaMail, "password", webtest.Password).Status(http.StatusSeeOther).To(notice)
		v.Get(notice).Has(".alert", keaMail)
		anonymous(t, v)
		if mails := s.Mails(keaMail); len(mails) != 2 {
			t.Errorf("%d mails, want a second one", len(mails))
		}
	})
	t.Run("ACC-7 not more than one mail in three minutes", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		newcomer(s)
		s.Clock.Pass(time.Minute)
		v := s.Visitor()
		v.Post(signIn, "login", keaMail, "password", webtest.Password).Status(http.StatusSeeOther).To(notice)
		v.Get(notice).Status(http.StatusOK).Lacks("#messages .alert")
		if mails := s.Mails(keaMail); len(mails) != 1 {
			t.Errorf("%d mails after a minute, want still 1", len(mails))
		}
		s.Clock.Pass(2*time.Minute + time.Second)
		s.Visitor().Post(signIn, "login", keaMail, "password", webtest.Password).Status(http.StatusSeeOther)
		if mails := s.Mails(keaMail); len(mails) != 2 {
			t.Errorf("%d mails after three minutes, want 2", len(mails))
		}
	})
	verified := func(s *webtest.Site) int { return s.Count("SELECT count(*) FROM email_addresses WHERE verified") }
	t.Run("ACC-8 opening the link changes nothing, confirming verifies", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		link := newcomer(s)
		v := s.Visitor()
		v.Get(link).Status(http.StatusOK).Has("main", keaMail).Has("main", "Ānaru Tūī").Has("form button", "Confirm")
		if verified(s) != 0 {
			t.Error("opening the link verified the address")
		}
		v.Post(link).Status(http.StatusSeeOther).To(signIn)
		v.Get(signIn).Has(".alert", keaMail+" is confirmed")
		anonymous(t, v)
		if verified(s) != 1 {
			t.Error("the address is not verified")
		}
		v.Post(link).Status(http.StatusNotFound)
		v.Get(link).Status(http.StatusOK).Has("main", "used already").Lacks("main form")
		v.Post(signIn, "login", keaMail, "password", webtest.Password).Status(http.StatusSeeOther).To("/en/users/~redirect/")
	})
	t.Run("ACC-9 old and forged links", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		link := newcomer(s)
		forged := strings.Replace(link, "confirm-email/", "confirm-email/1", 1)
		s.Visitor().Get(forged).Status(http.StatusOK).Has("main", "not valid").Lacks("main form")
		s.Visitor().Post(forged).Status(http.StatusNotFound)
		s.Clock.Pass(3*24*time.Hour - time.Second)
		s.Visitor().Get(link).Status(http.StatusOK).Has("main form", "")
		s.Clock.Pass(2 * time.Second)
		s.Visitor().Get(link).Status(http.StatusOK).Has("main", "expired").Lacks("main form")
		s.Visitor().Post(link).Status(http.StatusNotFound)
		if verified(s) != 0 {
			t.Error("a dead link verified an address")
		}
	})
	t.Run("ACC-10 an address belongs to whoever confirms it first", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		link := newcomer(s)
		s.Person("other")
		s.Exec(`INSERT INTO email_addresses (user_id, email, verified) SELECT id, ?, true FROM users WHERE username = 'other'`, keaMail)
		s.Visitor().Get(link).Status(http.StatusOK).Has("main", "cannot be confirmed").Lacks("main form")
		v := s.Visitor()
		v.Post(link).Status(http.StatusSeeOther).To(signIn)
		v.Get(signIn).Has(".alert-error", "cannot be confirmed")
	})
	t.Run("ACC-11 somebody else's link signs out", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		link := newcomer(s)
		s.Person("other")
		v := s.SignedIn("other")
		v.Get(link).Status(http.StatusOK).Has("main form", "")
		anonymous(t, v)
		poster := s.SignedIn("other")
		poster.Post(link).Status(http.StatusSeeOther).To(signIn)
		anonymous(t, poster)
		row(s, "email_addresses WHERE email = ? AND verified", keaMail)
	})
}
