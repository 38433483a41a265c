package staff_test

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"ams/app/web/webtest"
)

const fresh = "a-new-long-secret"

var chooseLink = regexp.MustCompile(`/(en|mi)/accounts/password/reset/key/[\w-]+/`)

// choose follows the link of the newest mail to an address and chooses the fresh password.
func choose(t *testing.T, s *webtest.Site, to string) {
	t.Helper()
	mails := s.Mails(to)
	if len(mails) == 0 {
		t.Fatalf("no mail to %s", to)
	}
	v := s.Visitor()
	form := v.Get(chooseLink.FindString(mails[0].Text)).Status(http.StatusFound).Header.Get("Location")
	v.Get(form).Status(http.StatusOK)
	v.Post(form, "password1", fresh, "password2", fresh).Status(http.StatusSeeOther)
}

// enters tells whether somebody gets in.
func enters(s *webtest.Site, email, password string) bool {
	s.T.Helper()
	a := s.Visitor().Post("/en/accounts/login/", "login", email, "password", password)
	return a.StatusCode == http.StatusSeeOther && strings.Contains(a.Header.Get("Location"), "~redirect")
}

func holds(t *testing.T, s *webtest.Site, query string, args ...any) {
	t.Helper()
	if n := s.Count("SELECT count(*) FROM "+query, args...); n != 1 {
		t.Errorf("%d rows in %s, want 1", n, query)
	}
}

// TestInvitedPeople are those whom staff let choose a password.
func TestInvitedPeople(t *testing.T) {
	t.Parallel()
	add := []string{"email", "NEW@example.org", "first_name", "Ānaru", "last_name", "Tūī", "username", "anaru"}
	t.Run("Added", func(t *testing.T) { // the link proves the mailbox
		t.Parallel()
		s := site(t)
		s.SignedIn("boss").Send(people+"add/", "#record", append(add, "invite", "on")...).Status(http.StatusSeeOther)
		holds(t, s, "users WHERE username = 'anaru' AND password LIKE '!%' AND is_active AND NOT is_staff")
		mail := s.Mails("new@example.org")[0]
		if mail.Subject != "[AMS Demo] Choose your password" && !strings.HasSuffix(mail.Subject, "Choose your password") {
			t.Errorf("subject = %q", mail.Subject)
		}
		for _, part := range []string{mail.Text, mail.HTML} {
			if !strings.Contains(part, "You have an account at") || !strings.Contains(part, "3 days") {
				t.Errorf("the letter does not say who writes and for how long the link works:\n%s", part)
			}
		}
		choose(t, s, "new@example.org")
		holds(t, s, `email_addresses WHERE email = 'new@example.org' AND "primary" AND verified`)
		if !enters(s, "new@example.org", fresh) {
			t.Error("the person does not get in")
		}
	})
	t.Run("EitherOr", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		before := s.Contents()
		v.Send(people+"add/", "#record", add...).Status(http.StatusUnprocessableEntity).Has("#id_password1-error", "have a link sent")
		both := append(add, "invite", "on", "password1", fresh, "password2", fresh)
		v.Send(people+"add/", "#record", both...).Status(http.StatusUnprocessableEntity).Has("#id_invite-error", "not both")
		if s.Contents() != before {
			t.Error("a refused form was stored")
		}
	})
	t.Run("Again", func(t *testing.T) { // from the list and from the record; a link that came before still works until one is used
		t.Parallel()
		s := site(t)
		s.Person("gone")
		s.Exec("UPDATE users SET is_active = false WHERE username = 'gone'")
		s.Exec("UPDATE users SET password = '!' || repeat('x', 40) WHERE username = 'kea'")
		s.Exec("UPDATE email_addresses SET verified = false WHERE email = ?", webtest.Address("kea"))
		v := s.SignedIn("boss")
		v.Post(people, "action", "send_set_password", "_selected_action", strconv.Itoa(idOf(s, "kea")), "_selected_action", strconv.Itoa(idOf(s, "gone"))).Status(http.StatusSeeOther)
		if got := flash(v); !strings.Contains(got, "sent to 1 person") || !strings.Contains(got, "switched off") {
			t.Errorf("flash = %q, want one sent and one refused", got)
		}
		if len(s.Mails(webtest.Address("gone"))) != 0 {
			t.Error("a closed account was invited")
		}
		v.Get(page(s, "gone", "change")).Lacks(`[name="action"][value="send_set_password"]`)
		v.Get(page(s, "kea", "change")).Has(`form:has([name="action"][value="send_set_password"]) button`, "Send a link to choose a password")
		choose(t, s, webtest.Address("kea"))
		if !enters(s, webtest.Address("kea"), fresh) {
			t.Error("the person does not get in")
		}
	})
	t.Run("Rights", func(t *testing.T) { // who may not change a person sends no link to their account
		t.Parallel()
		s := site(t)
		s.Clerk("ruru", "users.view_user")
		s.SignedIn("ruru").Post(people, "action", "send_set_password", "_selected_action", strconv.Itoa(idOf(s, "kea"))).Status(http.StatusForbidden)
		s.Grant("ruru", "users.change_user")
		v := s.SignedIn("ruru")
		v.Post(people, "action", "send_set_password", "_selected_action", strconv.Itoa(idOf(s, "boss"))).Status(http.StatusSeeOther)
		if got := flash(v); !strings.Contains(got, "every right") || len(s.Mails(webtest.Address("boss"))) != 0 {
			t.Errorf("flash = %q, want a refusal", got)
		}
	})
}

// TestSecretsByStaff: what staff do to the way somebody comes in ends the sessions and is told.
func TestSecretsByStaff(t *testing.T) {
	t.Parallel()
	t.Run("Set", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		kea, v := s.SignedIn("kea"), s.SignedIn("boss")
		v.Send(page(s, "kea", "change"), "#record", "password1", fresh, "password2", fresh).Status(http.StatusSeeOther)
		if n := s.Count("SELECT count(*) FROM sessions WHERE user_id = ?", idOf(s, "kea")); n != 0 {
			t.Errorf("%d sessions are left", n)
		}
		kea.Get("/en/users/kea/").Status(http.StatusFound)
		v.Get(people).Status(http.StatusOK)
		mail := s.Mails(webtest.Address("kea"))[0]
		if !strings.Contains(mail.Subject, "Your password was changed") || !strings.Contains(mail.Text, "Done by: the staff of") ||
			strings.Contains(mail.Text, "IP address") {
			t.Errorf("the notice says %q\n%s", mail.Subject, mail.Text)
		}
	})
	t.Run("TakenAway", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		kea, v := s.SignedIn("kea"), s.SignedIn("boss")
		both := v.Get(page(s, "kea", "change")).Fields("#record", "no_password", "on", "password1", fresh, "password2", fresh)
		v.Post(page(s, "kea", "change"), both...).Status(http.StatusUnprocessableEntity).Has("#id_no_password-error", "not both")
		v.Send(page(s, "kea", "change"), "#record", "no_password", "on").Status(http.StatusSeeOther)
		kea.Get("/en/users/kea/").Status(http.StatusFound)
		if enters(s, webtest.Address("kea"), webtest.Password) {
			t.Error("the password still works")
		}
		if text := s.Mails(webtest.Address("kea"))[0].Text; !strings.Contains(text, "password of your account was taken away") {
			t.Errorf("the notice says\n%s", text)
		}
	})
	t.Run("Closed", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.SignedIn("kea")
		s.SignedIn("boss").Send(page(s, "kea", "change"), "#record", "is_active", webtest.Leave).Status(http.StatusSeeOther)
		if n := s.Count("SELECT count(*) FROM sessions WHERE user_id = ?", idOf(s, "kea")); n != 0 {
			t.Errorf("%d sessions are left", n)
		}
	})
	t.Run("NothingElse", func(t *testing.T) { // another change tells nobody and ends nothing
		t.Parallel()
		s := site(t)
		kea := s.SignedIn("kea")
		s.SignedIn("boss").Send(page(s, "kea", "change"), "#record", "first_name", "Hēmi").Status(http.StatusSeeOther)
		kea.Get("/en/users/kea/").Status(http.StatusOK)
		if n := len(s.Mails(webtest.Address("kea"))); n != 0 {
			t.Errorf("%d mails, want none", n)
		}
	})
}

// TestAddressesByStaff: a new address, with and without proof, and what the old one hears.
func TestAddressesByStaff(t *testing.T) {
	t.Parallel()
	const fresh = "fresh@example.org"
	for name, c := range map[string]struct {
		tick     string
		verified bool
	}{"Unproved": {webtest.Leave, false}, "Vouched": {"on", true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := site(t)
			s.SignedIn("boss").Send(page(s, "kea", "change"), "#record", "email", "FRESH@example.org", "verified", c.tick).Status(http.StatusSeeOther)
			holds(t, s, "users WHERE username = 'kea' AND email = ?", fresh)
			holds(t, s, `email_addresses WHERE email = ? AND "primary" AND verified = ?`, fresh, c.verified)
			holds(t, s, `email_addresses WHERE email = ? AND NOT "primary" AND verified`, webtest.Address("kea"))
			mails := s.Mails(webtest.Address("kea"))
			if len(mails) != 1 || !strings.Contains(flat(mails[0].Text), "changed from kea@example.org to fresh@example.org") {
				t.Errorf("the old address hears %d letters", len(mails))
			}
			if len(s.Mails(fresh)) != 0 {
				t.Error("the new address hears of it, too")
			}
			if got := enters(s, fresh, webtest.Password); got != c.verified {
				t.Errorf("signing in with the new address = %v, want %v", got, c.verified)
			}
		})
	}
	t.Run("VouchedAlone", func(t *testing.T) { // for the present address; unticked it takes nothing away
		t.Parallel()
		s := site(t)
		s.Exec("UPDATE email_addresses SET verified = false WHERE email = ?", webtest.Address("kea"))
		v := s.SignedIn("boss")
		v.Send(page(s, "kea", "change"), "#record", "verified", "on").Status(http.StatusSeeOther)
		v.Send(page(s, "kea", "change"), "#record", "first_name", "Hēmi").Status(http.StatusSeeOther)
		holds(t, s, "email_addresses WHERE email = ? AND verified", webtest.Address("kea"))
	})
	t.Run("Removed", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Exec("INSERT INTO email_addresses (user_id, email, verified) SELECT id, 'second@example.org', true FROM users WHERE username = 'kea'")
		row := s.Count("SELECT id FROM email_addresses WHERE email = 'second@example.org'")
		v := s.SignedIn("boss")
		v.Post(addresses, "action", "delete_selected", "_selected_action", strconv.Itoa(row), "post", "yes").Status(http.StatusSeeOther)
		if got := flash(v); !strings.Contains(got, "1 entry was deleted") {
			t.Fatalf("flash = %q", got)
		}
		if mails := s.Mails(webtest.Address("kea")); len(mails) != 1 || !strings.Contains(flat(mails[0].Text), "second@example.org was removed") {
			t.Errorf("the person hears %d letters", len(mails))
		}
	})
}

// TestAddressAtOnce: staff save an address row in the same moment as its owner does. Both hold the owner first, so one
// waits for the other and none for ever.
func TestAddressAtOnce(t *testing.T) {
	t.Parallel()
	const mailboxes, rounds = "/en/accounts/email/", 8
	s := site(t)
	s.Exec("INSERT INTO email_addresses (user_id, email, verified) SELECT id, 'second@example.org', true FROM users WHERE username = 'kea'")
	row := s.Count("SELECT id FROM email_addresses WHERE email = 'second@example.org'")
	record := addresses + strconv.Itoa(row) + "/change/"
	twin, v, kea := s.Twin(), s.SignedIn("boss"), s.SignedIn("kea")
	boss := twin.SignedIn("boss")
	for i := range rounds {
		form := v.Get(record).Fields("#record", "verified", "on")
		s.Exec("DELETE FROM rate_limits")
		start, answers := make(chan struct{}), make(chan int, 3)
		send := func(v *webtest.Visitor, path string, pairs ...string) {
			go func() { <-start; answers <- v.Post(path, pairs...).StatusCode }()
		}
		email := []string{"second@example.org", webtest.Address("kea")}[i%2]
		send(v, record, form...)
		send(boss, addresses, "action", "verify", "_selected_action", strconv.Itoa(row))
		send(kea, mailboxes, "email", email, "action_primary", "1")
		close(start)
		for range cap(answers) {
			if status := <-answers; status != http.StatusSeeOther && status != http.StatusUnprocessableEntity {
				t.Errorf("round %d: one of those who were there at once got %d", i, status)
			}
		}
	}
	// The order that used to wait for ever, made sure of: the owner's page holds the person and wants the row.
	form := v.Get(record).Fields("#record", "verified", webtest.Leave)
	tx, err := s.DB.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec("SELECT 1 FROM users WHERE username = 'kea' FOR NO KEY UPDATE"); err != nil {
		t.Fatal(err)
	}
	status := make(chan int, 1)
	go func() { status <- v.Post(record, form...).StatusCode }()
	s.Blocked()
	if _, err := tx.Exec("UPDATE email_addresses SET verified = verified WHERE id = ?", row); err != nil {
		t.Errorf("the owner's change of the row = %v", err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := <-status; got != http.StatusSeeOther && got != http.StatusUnprocessableEntity {
		t.Errorf("staff got %d", got)
	}
}

// flat undoes the line breaks of a letter.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }
