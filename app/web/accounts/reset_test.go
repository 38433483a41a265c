package accounts_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"ams/app/web/webtest"
)

const (
	resetting, resetDone = "/en/accounts/password/reset/", "/en/accounts/password/reset/done/"
	chosenDone           = "/en/accounts/password/reset/key/done/"
)

var resetLink = regexp.MustCompile(`/(en|mi)/accounts/password/reset/key/[\w-]+/`)

// forget asks for a link and gives the one that arrives.
func forget(s *webtest.Site, email string) string {
	s.T.Helper()
	s.Visitor().Post(resetting, "email", email).Status(http.StatusSeeOther).To(resetDone)
	mails := s.Mails(strings.ToLower(strings.TrimSpace(email)))
	if len(mails) == 0 {
		s.T.Fatalf("no mail to %s", email)
	}
	link := resetLink.FindString(mails[0].Text)
	if link == "" || !strings.Contains(mails[0].HTML, link) {
		s.T.Fatalf("the two parts of the mail to %s do not hold the same link:\n%s", email, mails[0].Text)
	}
	return link
}

// open follows a link and gives the address of its form.
func open(v *webtest.Visitor, link string) string {
	return v.Get(link).Status(http.StatusFound).Header.Get("Location")
}

func chosen(v *webtest.Visitor, form string) *webtest.Answer {
	return v.Post(form, "password1", fresh, "password2", fresh)
}

// dead fails the test when a link still leads somewhere.
func dead(s *webtest.Site, link string) {
	s.T.Helper()
	s.Visitor().Get(link).Status(http.StatusOK).Has("h1", "This link does not work").Has(`main a[href="`+resetting+`"]`, "Ask for another link").Lacks("main form")
	s.Visitor().Get(link+"?next=%2Fen%2Fx%2F").Has(`main a[href="`+resetting+`?next=%2Fen%2Fx%2F"]`, "Ask for another link")
}

func TestRequestReset(t *testing.T) {
	t.Parallel()
	t.Run("ACC-18 an unknown address gets the same page and another mail", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.Exec("UPDATE users SET language = 'mi'")
		pages := map[string]bool{}
		for _, email := range []string{keaMail, "nobody@example.org"} {
			v := s.Visitor()
			v.Get(resetting).Status(http.StatusOK).Has("h1", "Choose a new password")
			v.Post(resetting, "email", email).Status(http.StatusSeeOther).To(resetDone)
			pages[v.Get(resetDone).Status(http.StatusOK).Body] = true
			if v.Cookie() != "" {
				t.Errorf("asking for %s leaves a cookie", email)
			}
		}
		if len(pages) != 1 {
			t.Error("the pages for a known and an unknown address differ")
		}
		told(s, "nobody@example.org", "There is no account with this e-mail address", "There is no account with it.", "http://ams.com/en/accounts/signup/", "ignore this message")
		mail := s.Mails(keaMail)[0]
		if mail.Language != "mi" || strings.Contains(mail.Text, "username") || !strings.Contains(mail.Text, "http://ams.com/mi/accounts/password/reset/key/") {
			t.Errorf("the mail is in %q\n%s", mail.Language, mail.Text)
		}
	})
	t.Run("Letter", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		forget(s, " KEA@example.org")
		told(s, keaMail, "Choose a new password", "Hello Mere Kahu,", "works for 3 days", "your password stays as it is")
	})
	t.Run("Next", func(t *testing.T) { // through the mailbox
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.Visitor().Post(resetting, "email", keaMail, "next", "/en/x/?a=1&b=2").Status(http.StatusSeeOther)
		const on = "?next=%2Fen%2Fx%2F%3Fa%3D1%26b%3D2"
		letter := s.Mails(keaMail)[0]
		link := resetLink.FindString(letter.Text) + on
		if !strings.Contains(letter.Text, link+"\n") || !strings.Contains(letter.HTML, link+`"`) {
			t.Fatalf("the letter leads elsewhere than to %s:\n%s", link, letter.Text)
		}
		v := s.Visitor()
		form := open(v, link)
		v.Send(form, "#new-password", "password1", fresh, "password2", fresh).Status(http.StatusSeeOther).To(chosenDone + on)
		s.Visitor().Post(resetting, "email", keaMail, "next", "//evil.example").Status(http.StatusSeeOther)
		if letter := s.Mails(keaMail)[0]; strings.Contains(letter.Text, "evil") {
			t.Errorf("the letter leads to another site:\n%s", letter.Text)
		}
	})
	t.Run("BIL-49 in the language that the person prefers", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t, "AMS_ENABLED_LANGUAGES", "en,mi")
		s.Person("kea")
		s.Exec("UPDATE users SET language = 'mi'")
		s.Visitor().Post(resetting, "email", keaMail).Status(http.StatusSeeOther) // the page is in English
		told(s, keaMail, "Kōwhiria he kupuhipa hou", "Kia ora Mere Kahu")
	})
	t.Run("Closed", func(t *testing.T) { // nobody is invited to sign up where nobody can
		t.Parallel()
		s := webtest.New(t, "DJANGO_ACCOUNT_ALLOW_REGISTRATION", "False")
		s.Visitor().Post(resetting, "email", "nobody@example.org").Status(http.StatusSeeOther)
		if mail := s.Mails("nobody@example.org")[0]; strings.Contains(mail.Text, "signup") || strings.Contains(mail.HTML, "signup") {
			t.Errorf("the mail leads to a closed page:\n%s", mail.Text)
		}
	})
	t.Run("Whose", func(t *testing.T) { // H-28: verified before primary, never unverified and secondary, never closed
		t.Parallel()
		s := webtest.New(t)
		for _, name := range []string{"verified", "primary", "secondary", "closed", "erased"} {
			s.Person(name)
		}
		s.Exec("UPDATE users SET is_active = false WHERE username = 'closed'")
		s.Exec("UPDATE users SET erased_at = now() WHERE username = 'erased'")
		address(s, "verified", "shared@example.org", true)
		s.Exec("UPDATE users SET email = 'shared@example.org' WHERE username = 'primary'")
		address(s, "secondary", "second@example.org", false)
		address(s, "closed", "shut@example.org", true)
		link := forget(s, "shared@example.org")
		reset(s, link)
		row(s, "users WHERE username = 'verified' AND last_login IS NULL AND password <> (SELECT password FROM users WHERE username = 'secondary')")
		s.Exec("DELETE FROM email_addresses WHERE email = 'shared@example.org'")
		forget(s, "shared@example.org") // now it is the primary one of somebody whose row is missing
		row(s, "email_addresses a JOIN users u ON u.id = a.user_id WHERE u.username = 'primary' AND a.email = 'shared@example.org'")
		for _, email := range []string{"second@example.org", "shut@example.org", webtest.Address("closed"), webtest.Address("erased")} {
			s.Visitor().Post(resetting, "email", email).To(resetDone)
			if mail := s.Mails(email)[0]; resetLink.MatchString(mail.Text) || mail.Language != "en" {
				t.Errorf("%s gets a link:\n%s", email, mail.Text)
			}
		}
	})
	t.Run("Form", func(t *testing.T) { // with a destination, a person, and nothing
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.Visitor()
		v.Get(signIn+"?next=%2Fen%2Fx%2F").Has(`#sign-in .more a[href="`+resetting+`?next=%2Fen%2Fx%2F"]`, "Forgotten your password?")
		v.Get(resetting+"?next=%2Fen%2Fx%2F").Has(`#reset:has([name=next][value="/en/x/"])`, "")
		v.Post(resetting, "email", keaMail, "next", "/en/x/").To(resetDone + "?next=%2Fen%2Fx%2F")
		v.Get(resetDone+"?next=%2Fen%2Fx%2F").Has(`main a[href="`+signIn+`?next=%2Fen%2Fx%2F"]`, "Sign in")
		for _, email := range []string{"", "kea", strings.Repeat("x", 260) + "@example.org", "a\x00b@example.org"} {
			if got := v.Post(resetting, "email", email); got.StatusCode != http.StatusUnprocessableEntity && got.StatusCode != http.StatusBadRequest {
				t.Errorf("the address %q = %d, want a refusal", email, got.StatusCode)
			}
		}
		v.HX().Post(resetting, "email", "kea").Status(http.StatusUnprocessableEntity).Has("#reset #id_email-error", "name@example.org").Lacks("h1")
		s.SignedIn("kea").Get(resetting).Has("main", "signed in as kea@example.org")
	})
	t.Run("Limits", func(t *testing.T) { // five a minute for an address, twenty for a place; what is refused does not count
		t.Parallel()
		s := webtest.New(t)
		ask := func(from, email string) int {
			return s.Visitor().From(from).Post(resetting, "email", email).StatusCode
		}
		got := atOnce(s, 12, func(s *webtest.Site, i int) string {
			return fmt.Sprint(s.Visitor().Post([]string{resetting, "/mi/accounts/password/reset/"}[i/2%2], "email", "One@example.org").StatusCode)
		})
		if got["303"] != 5 || got["429"] != 7 {
			t.Errorf("answers = %v, want 5 of 303 and 7 of 429", got)
		}
		for i := range 20 {
			ask(here, "one@example.org")
			if got := ask(here, fmt.Sprintf("many%d@example.org", i)); got != http.StatusSeeOther {
				t.Fatalf("request %d from one place = %d, want 303", i, got)
			}
		}
		if got := ask(here, ""); got != http.StatusTooManyRequests {
			t.Errorf("request 21 = %d, want 429", got)
		}
		if got := ask(elsewhere, "many0@example.org"); got != http.StatusSeeOther {
			t.Errorf("from elsewhere = %d, want 303", got)
		}
		s.Clock.Pass(time.Minute)
		if got := ask(here, "one@example.org"); got != http.StatusSeeOther {
			t.Errorf("a minute later = %d, want 303", got)
		}
	})
}

// reset follows a link to its end.
func reset(s *webtest.Site, link string) {
	s.T.Helper()
	v := s.Visitor()
	chosen(v, open(v, link)).Status(http.StatusSeeOther).To(chosenDone)
}

func TestReset(t *testing.T) {
	t.Parallel()
	t.Run("ACC-19 the key leaves the address", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Exec("ALTER TABLE users ALTER id RESTART WITH 1234")
		s.Person("kea")
		link := forget(s, keaMail)
		if !strings.HasPrefix(link, "/en/accounts/password/reset/key/ya-") {
			t.Errorf("link = %s, want the number of the account in base 36", link)
		}
		v := s.Visitor()
		form := open(v, link)
		if want := resetting + "key/ya-set-password/"; form != want {
			t.Errorf("the link leads to %s, want %s", form, want)
		}
		page := v.Get(form).Status(http.StatusOK).Has("h1", "Choose a new password").Has("#id_password1-rules", "8 characters")
		if key := strings.Trim(strings.SplitN(link, "-", 4)[3], "/"); strings.Contains(page.Body, key) {
			t.Error("the page holds the key")
		}
		v.Get(link + "?next=%2Fen%2Fx%2F").To(form + "?next=%2Fen%2Fx%2F")
		v.Post(form, "password1", fresh, "password2", fresh, "next", "/en/x/").Status(http.StatusSeeOther).To(chosenDone + "?next=%2Fen%2Fx%2F")
		v.Get(chosenDone+"?next=%2Fen%2Fx%2F").Status(http.StatusOK).Has("#messages", "Your password is changed").Has(`main a[href="`+signIn+`?next=%2Fen%2Fx%2F"]`, "Sign in")
		says(t, try(s.Visitor(), keaMail, fresh), in)
		anonymous(t, v)
		told(s, keaMail, "Your password was changed", "IP address")
	})
	t.Run("ACC-20 a link works once", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		link := forget(s, keaMail)
		other := s.Visitor()
		form := open(other, link)
		reset(s, link)
		dead(s, link)
		other.Get(form).Status(http.StatusOK).Has("h1", "This link does not work")
		chosen(other, form).Status(http.StatusOK).Has("h1", "This link does not work")
	})
	t.Run("ACC-21 a sign-in ends it", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		link := forget(s, keaMail)
		s.Clock.Pass(time.Minute)
		s.SignedIn("kea")
		dead(s, link)
	})
	t.Run("ACC-14 a completed reset forgets what failed, for every address", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.Person("other")
		address(s, "kea", "second@example.org", true)
		address(s, "kea", webtest.Address("other"), false) // anybody may list it, and frees no guesses by that
		for range 5 {
			says(t, try(s.Visitor(), keaMail, "wrong"), wrong)
			says(t, try(s.Visitor(), "second@example.org", "wrong"), wrong)
			says(t, try(s.Visitor(), webtest.Address("other"), "wrong"), wrong)
		}
		link := forget(s, keaMail)
		says(t, try(s.Visitor(), keaMail, webtest.Password), refused(300, "5 minutes"))
		reset(s, link)
		says(t, try(s.Visitor(), keaMail, fresh), in)
		says(t, try(s.Visitor(), "second@example.org", fresh), in)
		says(t, try(s.Visitor(), webtest.Address("other"), webtest.Password), refused(300, "5 minutes"))
	})
	t.Run("Sessions", func(t *testing.T) { // all end, and whoever else is signed in where the link is opened is signed out
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.Person("other")
		s.SignedIn("kea")
		kea, v := s.SignedIn("kea"), s.SignedIn("other")
		link := forget(s, keaMail)
		form := open(v, link)
		anonymous(t, v)
		own := open(kea, link)
		kea.Get(own).Status(http.StatusOK).Has(`header a[href="/en/accounts/logout/"]`, "") // its owner stays until the end
		v.Get(form).Status(http.StatusOK)
		chosen(kea, own).Status(http.StatusSeeOther)
		if n := s.Count("SELECT count(*) FROM sessions WHERE user_id = (SELECT id FROM users WHERE username = 'kea')"); n != 0 {
			t.Errorf("%d sessions of the person are left, want none", n)
		}
		anonymous(t, kea)
	})
	t.Run("Life", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		link := forget(s, keaMail)
		s.Clock.Pass(3*24*time.Hour - time.Second)
		v := s.Visitor()
		form := open(v, link)
		s.Clock.Pass(time.Second)
		dead(s, link)
		chosen(v, form).Status(http.StatusOK).Has("h1", "This link does not work")
	})
	for name, query := range map[string]string{
		"Password": "UPDATE users SET password = '!' || repeat('x', 40)", "Added": "INSERT INTO email_addresses (user_id, email) SELECT id, 'x@example.org' FROM users",
		"Removed": "DELETE FROM email_addresses WHERE NOT \"primary\"", "Primary": "UPDATE users SET email = 'second@example.org'",
		"Again":  "UPDATE email_addresses SET id = id + 100 WHERE NOT \"primary\"",
		"Closed": "UPDATE users SET is_active = false", "Erased": "UPDATE users SET erased_at = now()", "Gone": "DELETE FROM users",
	} {
		t.Run("EndedBy"+name, func(t *testing.T) {
			t.Parallel()
			s := webtest.New(t)
			s.Person("kea")
			address(s, "kea", "second@example.org", true)
			link := forget(s, keaMail)
			v := s.Visitor()
			form := open(v, link)
			s.Exec(query)
			dead(s, link)
			chosen(v, form).Status(http.StatusOK).Has("h1", "This link does not work")
		})
	}
	t.Run("Verifies", func(t *testing.T) { // H-25, unless another account has the address
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.Person("other")
		s.Exec("UPDATE email_addresses SET verified = false WHERE email = ?", keaMail)
		reset(s, forget(s, keaMail))
		row(s, `email_addresses WHERE email = ? AND "primary" AND verified`, keaMail)
		s.Exec("UPDATE email_addresses SET verified = false WHERE email = ?", keaMail)
		link := forget(s, keaMail)
		address(s, "other", keaMail, true)
		reset(s, link)
		row(s, `email_addresses WHERE email = ? AND "primary" AND NOT verified`, keaMail)
		says(t, try(s.Visitor(), keaMail, webtest.Password), in) // of the other one
	})
	t.Run("VerifiedMeanwhile", func(t *testing.T) { // in the very moment
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.Person("other")
		s.Exec("UPDATE email_addresses SET verified = false WHERE email = ?", keaMail)
		v := s.Visitor()
		form := open(v, forget(s, keaMail))
		s.Behind(func() { chosen(v, form).Status(http.StatusSeeOther) },
			"INSERT INTO email_addresses (user_id, email, verified) SELECT id, ?, true FROM users WHERE username = 'other'", keaMail)
		row(s, `email_addresses WHERE email = ? AND "primary" AND NOT verified`, keaMail)
		if n := len(s.Mails(keaMail)); n != 2 {
			t.Errorf("%d mails, want the link and one notice", n)
		}
	})
	t.Run("TwoAtOnce", func(t *testing.T) { // with one link: one wins
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		link := forget(s, keaMail)
		var form string
		var visitors []*webtest.Visitor
		for range 6 {
			visitors = append(visitors, s.Visitor())
			form = open(visitors[len(visitors)-1], link)
		}
		got := atOnce(s, len(visitors), func(_ *webtest.Site, i int) string {
			secret := fmt.Sprintf("%s number %d", fresh, i)
			return fmt.Sprint(visitors[i].Post(form, "password1", secret, "password2", secret).StatusCode)
		})
		if got["303"] != 1 || got["200"] != 5 {
			t.Errorf("answers = %v, want one success and five dead links", got)
		}
		if n := len(s.Mails(keaMail)); n != 2 {
			t.Errorf("%d mails, want the link and one notice", n)
		}
	})
	t.Run("Refused", func(t *testing.T) { // all at once, and the link goes on
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.Visitor()
		form := open(v, forget(s, keaMail))
		v.Post(form, "password1", "kea@example", "password2", "other").Status(http.StatusUnprocessableEntity).
			Has("#id_password1-error", "similar").Has("#id_password2-error", "different").Lacks(`input[type=password][value*="e"]`)
		v.HX().Post(form).Status(http.StatusUnprocessableEntity).Has("#new-password #id_password1-error", "Choose").Lacks("h1")
		chosen(v, form).Status(http.StatusSeeOther)
	})
	t.Run("Forged", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.Person("other")
		link := forget(s, keaMail)
		parts := strings.SplitN(strings.Trim(strings.TrimPrefix(link, resetting+"key/"), "/"), "-", 4)
		uid, issued, at, mac := parts[0], parts[1], parts[2], parts[3]
		other := fmt.Sprint(s.Count("SELECT id FROM users WHERE username = 'other'"))
		for _, key := range []string{
			other + "-" + issued + "-" + at + "-" + mac, uid + "-zzzzzz-" + at + "-" + mac, uid + "-" + issued + "-" + other + "-" + mac,
			uid + "-" + issued + "-" + at + "-" + mac + "x", uid + "-" + issued + "-" + at + "-", uid, "-", "---", "zzzzzzzzzzzzzzzzzzzz-1-1-x",
			uid + "-set-password", other + "-set-password", "done2", "ā-1-1-1",
		} {
			s.Visitor().Get(resetting+"key/"+key+"/").Status(http.StatusOK).Has("h1", "This link does not work").Lacks("main form")
		}
		v := s.Visitor()
		open(v, link)
		v.Get(resetting+"key/"+other+"-set-password/").Status(http.StatusOK).Has("h1", "This link does not work") // the note is of another account
		chosen(v, resetting+"key/"+other+"-set-password/").Status(http.StatusOK).Has("h1", "This link does not work")
		v.Post(link, "password1", fresh, "password2", fresh).Status(http.StatusSeeOther).To(resetting + "key/" + uid + "-set-password/")
		says(t, try(s.Visitor(), keaMail, webtest.Password), in)
	})
	t.Run("SignOut", func(t *testing.T) { // forgets the link that was opened
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.Visitor()
		form := open(v, forget(s, keaMail))
		v.Post("/en/accounts/logout/").Status(http.StatusSeeOther)
		if v.Cookie() != "" {
			t.Error("the session stays")
		}
		v.Get(form).Status(http.StatusOK).Has("h1", "This link does not work")
	})
	t.Run("Limit", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		for range 20 {
			s.Visitor().From(here).Post(resetting + "key/1-set-password/").Status(http.StatusOK)
		}
		s.Visitor().From(here).Post("/mi/accounts/password/reset/key/1-set-password/").Status(http.StatusTooManyRequests)
		s.Visitor().From(here).Get(resetting + "key/1-set-password/").Status(http.StatusOK)
		s.Visitor().From(elsewhere).Post(resetting + "key/1-set-password/").Status(http.StatusOK)
	})
}

func TestExistsLetter(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	s.Visitor().Post(signUp, registration("username", "other")...).Status(http.StatusSeeOther)
	told(s, keaMail, "You already have an account", "http://ams.com/en/accounts/password/reset/")
}

// TestLetterName: the association signs with its short name, else with its long one.
func TestLetterName(t *testing.T) {
	t.Parallel()
	t.Run("ACC-70 an empty short name", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.Exec("UPDATE association_settings SET association_short_name = '', association_long_name = 'Te Rōpū Manu o Aotearoa'")
		forget(s, keaMail)
		told(s, keaMail, "Choose a new password", "your account at Te Rōpū Manu o Aotearoa.")
		s.Clock.Pass(time.Hour)
		s.Exec("UPDATE association_settings SET association_short_name = '  ', association_long_name = ' Te Rōpū Manu ' || chr(32)")
		forget(s, keaMail)
		told(s, keaMail, "Choose a new password", "your account at Te Rōpū Manu.")
		s.Visitor().Get(signIn).Has("title", "Association Management Software")
	})
}
