package organisations_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ams/app/journal"
	"ams/app/web/webtest"
)

const linked = "user_id = (SELECT id FROM users WHERE username = 'kea')"

// untouched fails the test unless act changes nothing in the database.
func (c *club) untouched(act func()) {
	c.T.Helper()
	before := c.Contents()
	act()
	if after := c.Contents(); after != before {
		c.T.Errorf("something changed:\n%s\n%s", before, after)
	}
}

func TestInvitationPage(t *testing.T) {
	t.Parallel()
	t.Run("ORG-61 a link that is opened changes nothing", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(keaMail)
		c.Clock.Pass(48 * time.Hour)
		c.untouched(func() {
			for path, first := range map[string]string{accept(token): "Accept", decline(token): "Decline"} {
				for range 2 {
					page := c.kea.Get(path).Status(http.StatusOK).Has("h1", "Join Kura Tuatahi").Has("dl", "Ana Tūhoe").Has("dl", "Member").
						Has("dl", "3 March 2027").Has("dl", keaMail).Lacks("main .alert")
					forms := page.Document().Find("main form[method=post]")
					if got := strings.TrimSpace(forms.First().Text()); forms.Length() != 2 || got != first {
						t.Errorf("%s offers %d answers, %q first; want 2 and %q", path, forms.Length(), got, first)
					}
					for _, action := range []string{accept(token), decline(token)} {
						page.Has("form[action='"+action+"'] button", "")
					}
					if primary := strings.TrimSpace(page.Document().Find("main form .btn-primary").Text()); primary != first {
						t.Errorf("%s: the primary button says %q, want %q", path, primary, first)
					}
				}
				c.kea.Do(http.MethodHead, path, nil).Status(http.StatusOK)
				c.Visitor().Get(path).Status(http.StatusFound).To("/en/accounts/login/?next=" + url.QueryEscape(path))
			}
		})
		c.kea.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage)
		c.one(linked+" AND accepted_datetime = ?", c.Clock.Now())
	})
	t.Run("ORG-62 somebody else's invitation names nothing", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		c.Person("tui")
		tui := c.SignedIn("tui")
		for _, token := range []string{c.invited(keaMail), c.invited("nobody@example.org")} {
			for _, path := range []string{accept(token), decline(token)} {
				page := tui.Get(path).Status(http.StatusOK).Has("main .alert", "belongs to another account").Lacks("main form").
					Has("main a[href='/en/users/tui/']", "Go to your page").
					Has("main a[href='/en/accounts/logout/?next="+url.QueryEscape(path)+"']", "Sign out")
				for _, secret := range []string{"Kura", "Tūhoe", keaMail, "nobody@"} {
					if strings.Contains(page.Body, secret) {
						t.Errorf("%s tells %q to somebody else", path, secret)
					}
				}
			}
		}
	})
	t.Run("Unknown", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(keaMail)
		for _, unknown := range []string{"11111111-1111-4111-8111-111111111111", "x", strings.ToUpper(token), "{" + token + "}"} {
			c.kea.Get(accept(unknown)).Status(http.StatusNotFound)
			c.kea.Post(accept(unknown)).Status(http.StatusNotFound)
			c.kea.Post(decline(unknown)).Status(http.StatusNotFound)
		}
		c.kea.Do(http.MethodDelete, accept(token), nil).Status(http.StatusMethodNotAllowed)
		c.kea.With("Origin", "https://elsewhere.example").Post(accept(token)).Status(http.StatusForbidden)
		c.one(linked + " AND accepted_datetime IS NULL")
	})
	t.Run("State", func(t *testing.T) { // what cannot be answered says why
		t.Parallel()
		c := newClub(t)
		token := c.invited(keaMail)
		for _, state := range [][2]string{
			{"revoked_datetime = now()", "This invitation was revoked."},
			{"accepted_datetime = now()", "This invitation was accepted already."},
			{"declined_datetime = now()", "This invitation was declined."},
		} {
			c.Exec("UPDATE organisation_members SET revoked_datetime = NULL, accepted_datetime = NULL, declined_datetime = NULL WHERE " + linked)
			c.Exec("UPDATE organisation_members SET " + state[0] + " WHERE " + linked)
			c.kea.Get(accept(token)).Status(http.StatusOK).Has("main .alert", state[1]).Has("main", "Kura Tuatahi").Lacks("main form").Has("main a[href='"+ownPage+"']", "your page")
		}
		c.Exec("UPDATE organisation_members SET declined_datetime = NULL WHERE " + linked)
		c.Exec("UPDATE organisations SET is_active = false")
		c.kea.Get(accept(token)).Status(http.StatusOK).Has("main .alert", "Kura Tuatahi is inactive").
			Has("form[action='"+decline(token)+"'] button", "Decline").Lacks("form[action='" + accept(token) + "']")
	})
	t.Run("Secret", func(t *testing.T) { // the token goes into no log, nor into that of a link that has lost its slash
		t.Parallel()
		c := newClub(t)
		token := c.invited(keaMail)
		c.kea.Get(accept(token)).Status(http.StatusOK)
		c.kea.Get(strings.TrimSuffix(decline(token), "/"))
		c.Visitor().Get("/en/accounts/login/?next=" + url.QueryEscape(accept(token))).Status(http.StatusOK)
		c.kea.Post(accept(token)).Status(http.StatusSeeOther)
		c.Work()
		if strings.Contains(c.Logged(), token) {
			t.Errorf("the log holds the token:\n%s", c.Logged())
		}
	})
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	t.Run("ORG-14 an invitation linked to somebody else", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		c.Person("tui")
		tui := c.SignedIn("tui")
		c.address("tui", "second@example.org", true)
		token := c.invited(keaMail)
		c.Exec("UPDATE organisation_members SET invite_email = 'second@example.org' WHERE " + linked) // the address alone does not count
		c.untouched(func() {
			for _, path := range []string{accept(token), decline(token)} {
				tui.Post(path).Status(http.StatusSeeOther).To(toOwn)
				c.says(tui, "/en/users/tui/", "Error: This invitation belongs to another account.")
			}
		})
	})
	t.Run("ORG-15 a secondary address", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited("second@example.org")
		c.address("kea", "second@example.org", false)
		c.untouched(func() {
			c.kea.Get(accept(token)).Status(http.StatusOK).Has("main .alert", "another account").Lacks("main form")
			for _, path := range []string{accept(token), decline(token)} {
				c.kea.Post(path).Status(http.StatusSeeOther).To(toOwn)
				c.says(c.kea, ownPage, "Error: This invitation belongs to another account.")
			}
		})
		c.Exec("UPDATE email_addresses SET verified = true")
		c.kea.Get(ownPage).Has("form[action='"+accept(token)+"'] button", "Accept")
		c.kea.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage)
		c.says(c.kea, ownPage, "Success: You are a member of Kura Tuatahi now.")
		c.one(linked+" AND accepted_datetime = ? AND role = 'MEMBER' AND invite_email = 'second@example.org'", c.Clock.Now())
	})
	t.Run("ORG-16 the same address in other letters", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited("NewUser@Example.COM")
		c.Exec("UPDATE users SET email = 'newuser@example.com' WHERE username = 'kea'")
		c.Exec("UPDATE email_addresses SET email = 'newuser@example.com', verified = false WHERE email = ?", keaMail) // the primary one counts either way
		c.kea.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage)
		c.one(linked + " AND accepted_datetime IS NOT NULL")
	})
	t.Run("ORG-17 accepted already", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(keaMail)
		c.kea.Post(accept(token)).Status(http.StatusSeeOther)
		said(c.kea, ownPage)
		c.untouched(func() {
			for _, path := range []string{accept(token), decline(token)} {
				c.kea.Post(path).Status(http.StatusSeeOther).To(ownPage)
				c.says(c.kea, ownPage, "Note: This invitation was accepted already.")
			}
		})
	})
	t.Run("ORG-18 declined or revoked", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(keaMail)
		for state, want := range map[string][2]string{
			"declined_datetime = now(), revoked_datetime = NULL":  {"Error: This invitation was declined.", "Note: This invitation was declined already."},
			"declined_datetime = NULL, revoked_datetime = now()":  {"Error: This invitation was revoked.", "Error: This invitation was revoked."},
			"declined_datetime = now(), revoked_datetime = now()": {"Error: This invitation was revoked.", "Error: This invitation was revoked."},
		} {
			c.Exec("UPDATE organisation_members SET " + state + " WHERE " + linked)
			c.untouched(func() {
				for i, path := range []string{accept(token), decline(token)} {
					c.kea.Post(path).Status(http.StatusSeeOther).To(toOwn)
					c.says(c.kea, ownPage, want[i])
				}
			})
		}
	})
	t.Run("ORG-19 declined, and invited again", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(keaMail)
		c.Clock.Pass(24 * time.Hour)
		c.kea.Post(decline(token)).Status(http.StatusSeeOther).To(ownPage)
		c.says(c.kea, ownPage, "Success: You have declined the invitation to Kura Tuatahi.")
		c.none("invite_email = ?", keaMail)
		c.kea.Post(accept(token)).Status(http.StatusNotFound)
		again := c.invited(keaMail)
		if again == token {
			t.Error("the new invitation has the old token")
		}
		c.kea.Post(accept(again)).Status(http.StatusSeeOther).To(ownPage)
		c.one(linked + " AND accepted_datetime IS NOT NULL")
	})
	t.Run("Token", func(t *testing.T) { // a row that names nobody is for whoever holds its token; its role stays
		t.Parallel()
		c := newClub(t)
		c.Exec("INSERT INTO organisation_members (organisation_id, created_datetime, role) VALUES (1, now(), 'ADMIN')")
		token := c.token("")
		c.kea.Get(ownPage).Lacks("#invitations")
		c.kea.Get(accept(token)).Status(http.StatusOK).Has("dl", "Administrator")
		c.kea.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage)
		c.one(linked + " AND role = 'ADMIN' AND accepted_datetime IS NOT NULL")
		c.kea.Get(c.page).Status(http.StatusOK)
	})
	t.Run("Closed", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(keaMail)
		c.Exec("UPDATE organisations SET is_active = false")
		c.untouched(func() {
			c.kea.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage)
			c.says(c.kea, ownPage, "Error: Kura Tuatahi is inactive, so nobody can join it.")
		})
		c.kea.Post(decline(token)).Status(http.StatusSeeOther).To(ownPage)
		c.none(linked)
	})
	t.Run("Second", func(t *testing.T) { // R6: a second invitation to the same organisation
		t.Parallel()
		c := newClub(t)
		first, other := c.invited(keaMail), c.invited("second@example.org")
		c.address("kea", "second@example.org", true)
		c.kea.Post(accept(other)).Status(http.StatusSeeOther).To(ownPage)
		c.says(c.kea, ownPage, "Success: You are a member of Kura Tuatahi now.")
		c.one(linked + " AND accepted_datetime IS NOT NULL AND invite_email = 'second@example.org'")
		c.none("accepted_datetime IS NULL")
		c.kea.Post(accept(first)).Status(http.StatusNotFound)

		third := c.invited("third@example.org")
		c.address("kea", "third@example.org", true)
		c.kea.Post(accept(third)).Status(http.StatusSeeOther).To(ownPage)
		c.says(c.kea, ownPage, "Note: You are a member of Kura Tuatahi already.")
		c.one(linked)
		c.none("accepted_datetime IS NULL")
	})
	t.Run("ORG-22 signing up with an invited address", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		first := c.invited("New@Example.org")
		c.Clock.Pass(time.Hour)
		c.page = c.found("Kura Tuarua")
		second := c.invited("new@example.org")
		v := c.Visitor()
		v.Post("/en/accounts/signup/", "email", "new@example.org", "password1", webtest.Password, "password2", webtest.Password,
			"first_name", "Ngaio", "last_name", "Rewi", "username", "ngaio").Status(http.StatusSeeOther)
		v.Post(regexp.MustCompile(`/en/accounts/confirm-email/[^/\s]+/`).FindString(c.letter("new@example.org").Text)).Status(http.StatusSeeOther)
		v.Post("/en/accounts/login/", "login", "new@example.org", "password", webtest.Password).Status(http.StatusSeeOther).To(toOwn)
		page := v.Get("/en/users/ngaio/").Status(http.StatusOK)
		page.Has("#invitations tbody tr:first-child", "Kura Tuarua").Has("#invitations tbody tr:last-child", "Kura Tuatahi")
		for _, token := range []string{first, second} {
			v.Post(accept(token)).Status(http.StatusSeeOther).To("/en/users/ngaio/")
		}
		if n := c.rows("user_id = (SELECT id FROM users WHERE username = 'ngaio') AND accepted_datetime IS NOT NULL"); n != 2 {
			t.Errorf("%d rows are accepted, want both", n)
		}
	})
}

// inTurn has acts wait for the organisation one behind the other, and lets them go at once.
func (c *club) inTurn(acts ...func()) {
	c.T.Helper()
	tx, err := c.DB.BeginTx(c.T.Context(), nil)
	if err != nil {
		c.T.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(c.T.Context(), "SELECT 1 FROM organisations FOR UPDATE"); err != nil {
		c.T.Fatal(err)
	}
	var all sync.WaitGroup
	for i, act := range acts {
		all.Go(act)
		const waiting = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
		for end := time.Now().Add(20 * time.Second); c.Count(waiting) <= i; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				c.T.Fatalf("act %d does not wait for the organisation", i)
			}
		}
	}
	if err := tx.Commit(); err != nil {
		c.T.Fatal(err)
	}
	all.Wait()
}

// TestAnswersCross has two things happen to one invitation at the same time, in both orders.
func TestAnswersCross(t *testing.T) {
	t.Parallel()
	t.Run("Accepted twice", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(keaMail)
		post := func() { c.kea.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage) }
		c.inTurn(post, post)
		c.one(linked + " AND accepted_datetime IS NOT NULL")
		if got := said(c.kea, ownPage); !strings.Contains(got, "You are a member of Kura Tuatahi now.") && !strings.Contains(got, "accepted already") {
			t.Errorf("the page says %q, want what came of the answers", got)
		}
	})
	t.Run("Accepted, then revoked", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(keaMail)
		revoke := c.member(keaMail, "revoke-invite")
		said(c.boss, c.page)
		c.inTurn(func() { c.kea.Post(accept(token)).Status(http.StatusSeeOther) }, func() { c.boss.Post(revoke).Status(http.StatusSeeOther) })
		c.one(linked + " AND accepted_datetime IS NOT NULL")
		c.says(c.boss, c.page, "Error: This invitation was accepted already.")
	})
	t.Run("Revoked, then accepted", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(keaMail)
		revoke := c.member(keaMail, "revoke-invite")
		c.inTurn(func() { c.boss.Post(revoke).Status(http.StatusSeeOther) }, func() { c.kea.Post(accept(token)).Status(http.StatusNotFound) })
		c.none(linked)
	})
	t.Run("Deactivated, then accepted", func(t *testing.T) { // nobody slips in
		t.Parallel()
		c := newClub(t)
		token := c.invited(keaMail)
		c.Behind(func() { c.kea.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage) }, "UPDATE organisations SET is_active = false")
		c.one(linked + " AND accepted_datetime IS NULL")
	})
}

// TestTrace reads what the log keeps of an invitation once its row is gone: address, organisation, who acted and when it
// was made, and never the secret. The log is that of the whole process, so no other test runs meanwhile.
func TestTrace(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(journal.New(journal.Console(&log, slog.LevelInfo))))
	t.Cleanup(func() { slog.SetDefault(before) })
	c := newClub(t)
	token := c.invited(keaMail)
	c.Clock.Pass(time.Hour)
	c.boss.Post(c.member(keaMail, "resend-invite")).Status(http.StatusSeeOther)
	c.kea.Post(accept(token)).Status(http.StatusSeeOther)
	c.kea.Post(accept(token)).Status(http.StatusSeeOther)
	declined := c.invited("second@example.org")
	c.Exec("UPDATE email_addresses SET email = 'second@example.org' WHERE email = ?", keaMail)
	c.Exec("UPDATE users SET email = 'second@example.org' WHERE username = 'kea'")
	c.kea.Post(decline(declined)).Status(http.StatusSeeOther)
	c.invited("x@example.org")
	c.boss.Post(c.member("x@example.org", "revoke-invite")).Status(http.StatusSeeOther)
	var got []string
	for line := range strings.Lines(log.String()) {
		if _, told, found := strings.Cut(line, " organisation invitation "); found {
			told, _, _ = strings.Cut(told, " request_id=")
			got = append(got, told)
		}
	}
	want := []string{
		"sent again mailbox=kea@example.org organisation=1 by=1 invited=\"2027-03-03 01:00:00 +0000 UTC\"",
		"accepted mailbox=kea@example.org organisation=1 by=2 invited=\"2027-03-03 01:00:00 +0000 UTC\"",
		"declined mailbox=second@example.org organisation=1 by=2 invited=\"2027-03-03 02:00:00 +0000 UTC\"",
		"revoked mailbox=x@example.org organisation=1 by=1 invited=\"2027-03-03 02:00:00 +0000 UTC\"",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
	if strings.Contains(log.String(), token) || strings.Contains(log.String(), declined) {
		t.Errorf("the log holds a token:\n%s", log.String())
	}
}

func TestResendAndRevoke(t *testing.T) {
	t.Parallel()
	t.Run("ORG-20 revoked", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		c.invited("x@example.org")
		said(c.boss, c.page)
		path := c.member("x@example.org", "revoke-invite")
		c.boss.Get(c.page).Has("#members a[href='"+path+"'][data-action-url]", "Revoke")
		c.untouched(func() {
			c.boss.Get(path).Status(http.StatusOK).Has("h1", "Revoke the invitation?").Has("form[method=post][action='"+path+"'] button", "Revoke")
		})
		c.boss.Post(path).Status(http.StatusSeeOther).To(c.page)
		c.says(c.boss, c.page, "Success: The invitation of x@example.org is revoked.")
		c.none("invite_email <> ''")
		c.boss.Post(path).Status(http.StatusNotFound)

		token := c.invited(keaMail)
		c.kea.Post(accept(token)).Status(http.StatusSeeOther)
		said(c.boss, c.page)
		c.boss.Get(c.page).Lacks("#members a[href$='-invite/']")
		c.untouched(func() {
			c.boss.Post(c.member(keaMail, "revoke-invite")).Status(http.StatusSeeOther).To(c.page)
			c.says(c.boss, c.page, "Error: This invitation was accepted already.")
		})
	})
	t.Run("ORG-21 sent again", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(keaMail)
		said(c.boss, c.page)
		path := c.member(keaMail, "resend-invite")
		c.Clock.Pass(24 * time.Hour)
		c.boss.Get(c.page).Has("#members a[href='"+path+"'][data-action-url]", "Resend")
		c.untouched(func() {
			c.boss.Get(path).Status(http.StatusOK).Has("h1", "Send the invitation again?").Has("form[method=post][action='"+path+"'] button", "Resend")
		})
		c.boss.Post(path).Status(http.StatusSeeOther).To(c.page)
		c.says(c.boss, c.page, "Success: The invitation is sent to kea@example.org again.")
		c.one("invite_token = ? AND last_sent_datetime = ?", token, c.Clock.Now())
		all := c.Mails(keaMail)
		if len(all) != 2 || all[0].Subject != all[1].Subject || !strings.Contains(all[0].Text, token) {
			t.Errorf("letters = %v, want the same twice", all)
		}
		c.invited("x@example.org")
		c.boss.Post(c.member("x@example.org", "resend-invite")).Status(http.StatusSeeOther)
		if all := c.Mails("x@example.org"); len(all) != 2 || !strings.Contains(all[0].Text, "/accounts/signup/") {
			t.Errorf("letters = %v, want the one for people without account twice", all)
		}
	})
	t.Run("Settled", func(t *testing.T) { // in the order accepted, declined, revoked
		t.Parallel()
		c := newClub(t)
		c.invited(keaMail)
		c.letter(keaMail)
		said(c.boss, c.page)
		for _, state := range [][4]string{
			{"now()", "now()", "now()", "accepted already."},
			{"NULL", "now()", "now()", "declined."},
			{"NULL", "NULL", "now()", "revoked."},
		} {
			c.Exec("UPDATE organisation_members SET accepted_datetime = " + state[0] + ", declined_datetime = " + state[1] + ", revoked_datetime = " + state[2] + " WHERE " + linked)
			for _, act := range []string{"resend-invite", "revoke-invite"} {
				want := "Error: This invitation was " + state[3]
				if act == "revoke-invite" && state[3] == "revoked." {
					want = "Note: This invitation was revoked already."
				}
				c.untouched(func() {
					c.boss.Get(c.member(keaMail, act)).Status(http.StatusFound).To(c.page)
					c.says(c.boss, c.page, want)
					c.boss.Post(c.member(keaMail, act)).Status(http.StatusSeeOther).To(c.page)
					c.says(c.boss, c.page, want)
				})
			}
		}
	})
	t.Run("Rights", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		c.invited(keaMail)
		c.letter(keaMail)
		other := c.found("Kura Tuarua")
		c.untouched(func() {
			for _, act := range []string{"resend-invite", "revoke-invite"} {
				path := c.member(keaMail, act)
				elsewhere := strings.Replace(path, c.page, other, 1)
				for _, call := range []func(*webtest.Visitor, string) *webtest.Answer{
					(*webtest.Visitor).Get, func(v *webtest.Visitor, path string) *webtest.Answer { return v.Post(path) },
				} {
					call(c.kea, path).Status(http.StatusForbidden)
					call(c.boss, elsewhere).Status(http.StatusNotFound)
					call(c.boss, c.page+"member/x/"+act+"/").Status(http.StatusNotFound)
				}
			}
		})
	})
}
