package accounts_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"ams/app/web/webtest"
)

const (
	mailboxes = "/en/accounts/email/"
	second    = "second@example.org"
)

// press sends the list of addresses with one chosen, by a button.
func press(v *webtest.Visitor, button, email string) *webtest.Answer {
	return v.Post(mailboxes, "email", email, button, "1")
}

// flashed is what the page tells after an act.
func flashed(v *webtest.Visitor) string {
	return strings.Join(strings.Fields(v.Get(mailboxes).Status(http.StatusOK).Document().Find("#messages .alert-text").Text()), " ")
}

// withSecond is somebody with two addresses.
func withSecond(t *testing.T, verified bool) (*webtest.Site, *webtest.Visitor) {
	t.Helper()
	s := webtest.New(t)
	s.Person("kea")
	address(s, "kea", second, verified)
	return s, s.SignedIn("kea")
}

func TestMailboxes(t *testing.T) {
	t.Parallel()
	t.Run("ACC-24 the only address and the primary one stay, another goes", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		press(v, "action_remove", keaMail).Status(http.StatusSeeOther).To(mailboxes)
		says(t, flashed(v), "Error: You sign in with this address, so it cannot be removed. Add another one first.")
		address(s, "kea", second, true)
		press(v, "action_remove", keaMail).Status(http.StatusSeeOther).To(mailboxes)
		says(t, flashed(v), "Error: This is your primary address. Make another one primary before you remove it.")
		row(s, "email_addresses WHERE email = ?", keaMail)
		press(v.From(here).With("User-Agent", "Firefox"), "action_remove", second).Status(http.StatusSeeOther).To(mailboxes)
		says(t, flashed(v), "Success: second@example.org is removed.")
		row(s, "email_addresses")
		told(s, keaMail, "A change to your account", "second@example.org was removed", here, "Firefox", "3 March 2027, 2:00 pm")
		if len(s.Mails(second)) != 0 {
			t.Error("the address that was removed is written to")
		}
		says(t, try(s.Visitor(), second, webtest.Password), wrong)
	})
	t.Run("ACC-25 an unverified address does not become primary beside a verified one", func(t *testing.T) {
		t.Parallel()
		s, v := withSecond(t, false)
		press(v, "action_primary", second).Status(http.StatusSeeOther).To(mailboxes)
		if got := flashed(v); !strings.HasPrefix(got, "Error: second@example.org is not confirmed yet.") {
			t.Errorf("flash = %q, want a refusal", got)
		}
		row(s, "users WHERE email = ?", keaMail)
		s.Exec("UPDATE email_addresses SET verified = false")
		press(v, "action_primary", second).Status(http.StatusSeeOther)
		row(s, "users WHERE email = ?", second)
	})
	t.Run("Primary", func(t *testing.T) { // moves the mail and not the right to sign in; the old one is told
		t.Parallel()
		s, v := withSecond(t, true)
		press(v.From(here), "action_primary", "SECOND@example.org ").Status(http.StatusSeeOther).To(mailboxes)
		says(t, flashed(v), "Success: second@example.org is your primary address now.")
		row(s, `users u JOIN email_addresses a ON a.user_id = u.id AND a."primary" WHERE u.email = ? AND a.email = u.email`, second)
		told(s, keaMail, "A change to your account", "changed from kea@example.org to second@example.org", here)
		if len(s.Mails(second)) != 0 {
			t.Error("the new address is told as well")
		}
		press(v, "action_primary", second).Status(http.StatusSeeOther)
		if got := flashed(v); got != "" || len(s.Mails(keaMail)) != 1 {
			t.Errorf("flash = %q, want nothing said of what is so already", got)
		}
		for _, email := range []string{keaMail, second} {
			says(t, try(s.Visitor(), email, webtest.Password), in)
		}
	})
	t.Run("PrimaryElsewhere", func(t *testing.T) { // somebody signed up with it and never proved it
		t.Parallel()
		s, v := withSecond(t, true)
		s.Person("other")
		s.Exec("UPDATE users SET email = ? WHERE username = 'other'", second)
		press(v, "action_primary", second).Status(http.StatusSeeOther)
		if got := flashed(v); !strings.Contains(got, "Another account signs in with this address") {
			t.Errorf("flash = %q, want a refusal", got)
		}
		row(s, `email_addresses WHERE email = ? AND "primary"`, keaMail)
	})
	t.Run("Add", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		v.Post(mailboxes, "email", " SECOND@example.org", "action_add", "1").Status(http.StatusSeeOther).To(mailboxes)
		says(t, flashed(v), "Success: second@example.org is added. Follow the link in the message that we send to it, to confirm that it is yours.")
		row(s, `email_addresses WHERE email = ? AND NOT verified AND NOT "primary"`, second)
		v.Post(linkIn(s, second)).Status(http.StatusSeeOther)
		row(s, `email_addresses WHERE email = ? AND verified AND NOT "primary"`, second)
		for email, want := range map[string]string{second: "in your list already", "KEA@example.org": "in your list already", "": "Enter your e-mail", "kea": "name@example.org"} {
			page := v.Post(mailboxes, "email", email, "action_add", "1").Status(http.StatusUnprocessableEntity).Has("#add-address #id_email-error", want).Has("#address-list", keaMail)
			if got := page.Document().Find("#id_email").AttrOr("value", ""); got != email {
				t.Errorf("the form keeps %q, want %q", got, email)
			}
		}
		row(s, "email_addresses WHERE email = ?", second)
	})
	t.Run("AddTaken", func(t *testing.T) { // an address of somebody else is added exactly like a free one
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.Person("other")
		v := s.SignedIn("kea")
		said := map[string]bool{}
		for _, email := range []string{webtest.Address("other"), "free@example.org"} {
			v.Post(mailboxes, "email", email, "action_add", "1").Status(http.StatusSeeOther).To(mailboxes)
			said[strings.ReplaceAll(flashed(v), email, "it")] = true
			if !confirmLink.MatchString(s.Mails(email)[0].Text) {
				t.Errorf("%s gets no link to confirm", email)
			}
		}
		if len(said) != 1 {
			t.Errorf("the answers differ: %v", said)
		}
		link := linkIn(s, webtest.Address("other"))
		v.Get(link).Has("main", "cannot be confirmed").Lacks("main form")
		v.Post(link).Status(http.StatusSeeOther)
		row(s, "email_addresses WHERE email = ? AND NOT verified", webtest.Address("other"))
	})
	t.Run("Send", func(t *testing.T) { // once in three minutes, silently
		t.Parallel()
		s, v := withSecond(t, false)
		press(v, "action_send", second).Status(http.StatusSeeOther).To(mailboxes)
		says(t, flashed(v), "Note: We have sent a confirmation message to second@example.org.")
		press(v, "action_send", second).Status(http.StatusSeeOther)
		s.Clock.Pass(3*time.Minute - time.Second)
		press(v, "action_send", second).Status(http.StatusSeeOther)
		if got := flashed(v); got != "" || len(s.Mails(second)) != 1 {
			t.Errorf("flash = %q and %d mails, want nothing said and one mail", got, len(s.Mails(second)))
		}
		s.Clock.Pass(time.Second)
		press(v, "action_send", second)
		if len(s.Mails(second)) != 2 {
			t.Error("three minutes later no mail was sent")
		}
		press(v, "action_send", keaMail).Status(http.StatusSeeOther)
		if got := flashed(v); !strings.Contains(got, "kea@example.org is confirmed already.") || len(s.Mails(keaMail)) != 0 {
			t.Errorf("flash = %q", got)
		}
	})
	t.Run("List", func(t *testing.T) { // by the alphabet, with what each is, the primary one chosen
		t.Parallel()
		s, v := withSecond(t, false)
		address(s, "kea", "a@example.org", true)
		doc := v.Get(mailboxes).Status(http.StatusOK).Has(".breadcrumbs", "Mere Kahu").Document()
		var got []string
		doc.Find("#address-list .choice").Each(func(i int, _ *goquery.Selection) {
			one := doc.Find("#address-list .choice").Eq(i)
			got = append(got, strings.Join(strings.Fields(one.Find("label").Text()), " ")+map[bool]string{true: " *"}[one.Find("[checked]").Length() == 1])
		})
		want := "a@example.org Verified|kea@example.org Verified Primary *|second@example.org Unverified"
		says(t, strings.Join(got, "|"), want)
		one := webtest.New(t)
		one.Person("kea")
		one.SignedIn("kea").Get(mailboxes).Has("#address-list .choice", keaMail).Lacks("#address-list button")
	})
	t.Run("NoRow", func(t *testing.T) { // of an imported account; the others have none of their own to lose
		t.Parallel()
		s, v := withSecond(t, true)
		s.Exec("DELETE FROM email_addresses WHERE email = ?", keaMail)
		v.Get(mailboxes).Status(http.StatusOK).Has("#address-list", keaMail)
		row(s, `email_addresses WHERE email = ? AND "primary" AND NOT verified`, keaMail)
	})
	t.Run("OutOfStep", func(t *testing.T) { // another address is the primary one than the account has, as an import may leave it
		t.Parallel()
		s, v := withSecond(t, true)
		s.Exec(`UPDATE email_addresses SET "primary" = false; UPDATE email_addresses SET "primary" = true WHERE email = ?`, second)
		v.Get(mailboxes).Status(http.StatusOK)
		row(s, `email_addresses WHERE email = ? AND "primary" AND verified`, keaMail)
		row(s, `email_addresses WHERE "primary"`)
		s.Exec("DELETE FROM email_addresses WHERE email = ?; UPDATE email_addresses SET \"primary\" = true", keaMail)
		press(v, "action_remove", second).Status(http.StatusSeeOther)
		row(s, `email_addresses WHERE email = ? AND "primary" AND NOT verified`, keaMail)
		row(s, "email_addresses")
	})
	t.Run("Nothing", func(t *testing.T) { // without a button, or with an address of somebody else
		t.Parallel()
		s, v := withSecond(t, true)
		s.Person("other")
		before := s.Contents("rate_limits")
		v.Post(mailboxes, "email", second).Status(http.StatusSeeOther).To(mailboxes)
		for _, button := range []string{"action_primary", "action_send", "action_remove"} {
			press(v, button, webtest.Address("other")).Status(http.StatusSeeOther).To(mailboxes)
			v.Post(mailboxes, button, "1").Status(http.StatusSeeOther).To(mailboxes)
		}
		if s.Contents("rate_limits") != before || flashed(v) != "" {
			t.Error("something changed")
		}
		s.Visitor().Post(mailboxes, "email", second, "action_remove", "1").Status(http.StatusSeeOther)
		s.Visitor().Get(mailboxes).Status(http.StatusFound).To(signIn + "?next=%2Fen%2Faccounts%2Femail%2F")
		v.Get("/en/accounts/").Status(http.StatusFound).To(mailboxes)
		s.Visitor().Get("/en/accounts/").Status(http.StatusFound).To(signIn)
	})
	t.Run("Fragments", func(t *testing.T) {
		t.Parallel()
		_, v := withSecond(t, true)
		part := press(v.HX(), "action_primary", second).Status(http.StatusOK).Has("#messages .alert-success", "is your primary address now").
			Has("#addresses #add-address", "").Lacks("h1").Lacks("header")
		if part.Header.Get("HX-Retarget") != "#addresses" || part.Header.Get("HX-Reswap") != "morph" {
			t.Errorf("headers = %v, want the list swapped", part.Header)
		}
		press(v.HX(), "action_remove", second).Status(http.StatusOK).Has("#messages .alert-error", "This is your primary address")
		v.HX().Post(mailboxes, "email", "kea", "action_add", "1").Status(http.StatusUnprocessableEntity).Has("form#add-address .problems", "name@example.org").Lacks("#addresses")
		v.HX().Post(mailboxes, "email", "third@example.org", "action_add", "1").Status(http.StatusOK).Has("#address-list", "third@example.org").Has("#messages", "is added")
		v.Get(mailboxes).Lacks("#messages .alert")
	})
	t.Run("Limit", func(t *testing.T) {
		t.Parallel()
		s, v := withSecond(t, true)
		for range 10 {
			v.Post(mailboxes).Status(http.StatusSeeOther)
		}
		press(s.SignedIn("kea"), "action_remove", second).Status(http.StatusTooManyRequests)
		row(s, "email_addresses WHERE email = ?", second)
	})
}

func TestMailboxesAtOnce(t *testing.T) {
	t.Parallel()
	t.Run("RemoveAndPrefer", func(t *testing.T) { // whoever is second finds that it does not go any more
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		twin := s.Twin()
		v, w := s.SignedIn("kea"), twin.SignedIn("kea")
		for round := range 6 {
			s.Exec("DELETE FROM email_addresses WHERE NOT \"primary\"; DELETE FROM rate_limits")
			free := fmt.Sprintf("free%d@example.org", round)
			address(s, "kea", free, true)
			done := make(chan int, 2)
			go func() { done <- press(v, "action_remove", free).StatusCode }()
			go func() { done <- press(w, "action_primary", free).StatusCode }()
			if a, b := <-done, <-done; a != http.StatusSeeOther || b != http.StatusSeeOther {
				t.Errorf("answers = %d and %d, want 303 twice", a, b)
			}
			row(s, `email_addresses a JOIN users u ON u.id = a.user_id AND u.email = a.email WHERE a."primary"`)
		}
	})
	t.Run("RemovedFirst", func(t *testing.T) { // the same, with the order made sure of
		t.Parallel()
		s, v := withSecond(t, true)
		s.Behind(func() { press(v, "action_primary", second).Status(http.StatusSeeOther) },
			"SELECT 1 FROM users FOR NO KEY UPDATE; DELETE FROM email_addresses WHERE email = 'second@example.org'")
		row(s, `email_addresses WHERE email = ? AND "primary"`, keaMail)
		row(s, "users WHERE email = ?", keaMail)
	})
	t.Run("PreferredFirst", func(t *testing.T) {
		t.Parallel()
		s, v := withSecond(t, true)
		s.Behind(func() { press(v, "action_remove", second).Status(http.StatusSeeOther) }, `
			UPDATE email_addresses SET "primary" = false; UPDATE email_addresses SET "primary" = true WHERE email = 'second@example.org';
			UPDATE users SET email = 'second@example.org'`)
		row(s, `email_addresses WHERE email = ? AND "primary"`, second)
	})
	t.Run("ACC-10 two accounts confirm one address at once", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		for _, name := range []string{"kea", "other"} {
			s.Person(name)
			s.Clock.Pass(3 * time.Minute)
			s.SignedIn(name).Post(mailboxes, "email", "shared@example.org", "action_add", "1").Status(http.StatusSeeOther)
		}
		var links []string
		for _, mail := range s.Mails("shared@example.org") {
			links = append(links, confirmLink.FindString(mail.Text))
		}
		got := atOnce(s, 2, func(s *webtest.Site, i int) string { return fmt.Sprint(s.Visitor().Post(links[i]).StatusCode) })
		if got["303"] != 2 || s.Count("SELECT count(*) FROM email_addresses WHERE email = 'shared@example.org' AND verified") != 1 {
			t.Errorf("answers = %v, want 303 twice and one owner", got)
		}
	})
	t.Run("AddTwice", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		got := atOnce(s, 4, func(*webtest.Site, int) string {
			return fmt.Sprint(v.Post(mailboxes, "email", second, "action_add", "1").StatusCode)
		})
		if got["303"] != 1 || got["422"] != 3 || len(s.Mails(second)) != 1 {
			t.Errorf("answers = %v and %d mails, want one added", got, len(s.Mails(second)))
		}
	})
}

// TestLinks: signing in with other services is prepared, and nobody comes in that way yet.
func TestLinks(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	v := s.SignedIn("kea")
	v.Get("/en/accounts/3rdparty/").Status(http.StatusOK).Has("main", "None connected")
	s.Visitor().Get("/en/accounts/3rdparty/").Status(http.StatusFound).To(signIn + "?next=%2Fen%2Faccounts%2F3rdparty%2F")
	for _, path := range []string{"cancelled", "error"} {
		s.Visitor().Get("/en/accounts/3rdparty/login/"+path+"/").Status(http.StatusOK).Has(`main a[href="`+signIn+`"]`, "Sign in")
	}
	s.Visitor().Get("/en/accounts/3rdparty/signup/").Status(http.StatusFound).To(signIn)
	s.Visitor().Post("/en/accounts/3rdparty/signup/").Status(http.StatusSeeOther).To(signIn)
	s.Exec(`INSERT INTO social_accounts (user_id, provider, uid, last_login, date_joined) SELECT id, 'Example', '7', now(), '2026-03-03T00:00Z' FROM users`)
	v.Get("/en/accounts/3rdparty/").Has("main dl", "Example").Has("main dl", "since 3 March 2026").Lacks(".empty")
}
