package organisations_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ams/app/journal"
	"ams/app/web/webtest"
)

func TestResendAndRevoke(t *testing.T) {
	t.Parallel()
	t.Run("ORG-20 revoked", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		c.invited("x@example.org")
		said(c.kea, c.page)
		path := c.ofMember("x@example.org", "revoke-invite")
		c.kea.Get(c.page).Has("#members a[href='"+path+"'][data-action-url]", "Revoke")
		c.unchanged(func() {
			c.kea.Get(path).Status(http.StatusOK).Has("h1", "Revoke the invitation?").Has("form[method=post][action='"+path+"'] button", "Revoke")
		})
		c.kea.Post(path).Status(http.StatusSeeOther).To(c.page)
		c.says(c.kea, c.page, "Success: The invitation of x@example.org is revoked.")
		c.none("invite_email <> ''")
		c.kea.Post(path).Status(http.StatusNotFound)

		token := c.invited(tuiMail)
		c.tui.Post(accept(token)).Status(http.StatusSeeOther)
		said(c.kea, c.page)
		c.kea.Get(c.page).Lacks("#members a[href$='-invite/']")
		c.unchanged(func() {
			c.kea.Post(c.ofMember(tuiMail, "revoke-invite")).Status(http.StatusSeeOther).To(c.page)
			c.says(c.kea, c.page, "Error: This invitation was accepted already.")
		})
	})
	t.Run("ORG-21 sent again", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(tuiMail)
		said(c.kea, c.page)
		path := c.ofMember(tuiMail, "resend-invite")
		c.Clock.Pass(24 * time.Hour)
		c.kea.Get(c.page).Has("#members a[href='"+path+"'][data-action-url]", "Resend")
		c.unchanged(func() {
			c.kea.Get(path).Status(http.StatusOK).Has("h1", "Send the invitation again?").Has("form[method=post][action='"+path+"'] button", "Resend")
		})
		c.kea.Post(path).Status(http.StatusSeeOther).To(c.page)
		c.says(c.kea, c.page, "Success: The invitation is sent to tui@example.org again.")
		c.one("invite_token = ? AND last_sent_datetime = ?", token, c.Clock.Now())
		all := c.Mails(tuiMail)
		if len(all) != 2 || all[0].Subject != all[1].Subject || !strings.Contains(all[0].Text, token) {
			t.Errorf("letters = %v, want the same twice", all)
		}
		c.invited("x@example.org")
		c.kea.Post(c.ofMember("x@example.org", "resend-invite")).Status(http.StatusSeeOther)
		if all := c.Mails("x@example.org"); len(all) != 2 || !strings.Contains(all[0].Text, "/accounts/signup/") {
			t.Errorf("letters = %v, want the one for people without account twice", all)
		}
	})
	t.Run("Settled", func(t *testing.T) { // in the order accepted, declined, revoked
		t.Parallel()
		c := newClub(t)
		c.invited(tuiMail)
		c.letter(tuiMail)
		said(c.kea, c.page)
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
				c.unchanged(func() {
					c.kea.Get(c.ofMember(tuiMail, act)).Status(http.StatusFound).To(c.page)
					c.says(c.kea, c.page, want)
					c.kea.Post(c.ofMember(tuiMail, act)).Status(http.StatusSeeOther).To(c.page)
					c.says(c.kea, c.page, want)
				})
			}
		}
	})
	t.Run("Nowhere to send it, and nobody to be invited", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		c.invited("x@example.org")
		said(c.kea, c.page)
		resend := c.ofMember("x@example.org", "resend-invite")
		for change, want := range map[string]string{
			"UPDATE organisation_members SET invite_email = '' WHERE user_id IS NULL":                                                          "It is not known where to send this invitation.",
			"UPDATE organisation_members SET invite_email = 'x@example.org' WHERE user_id IS NULL; UPDATE organisations SET is_active = false": "This organisation is inactive, so nobody can be invited.",
		} {
			c.Exec("UPDATE organisations SET is_active = true")
			c.Exec(change)
			c.kea.Get(c.page).Has("#members a[href$='/revoke-invite/']", "Revoke").Lacks("#members a[href$='/resend-invite/']")
			c.unchanged(func() {
				c.kea.Get(resend).Status(http.StatusFound).To(c.page)
				c.says(c.kea, c.page, "Error: "+want)
				c.kea.Post(resend).Status(http.StatusSeeOther).To(c.page)
				c.says(c.kea, c.page, "Error: "+want)
			})
		}
	})
	t.Run("Rights", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		c.invited(tuiMail)
		c.letter(tuiMail)
		other := c.found("Kura Tuarua")
		c.unchanged(func() {
			for _, act := range []string{"resend-invite", "revoke-invite"} {
				path := c.ofMember(tuiMail, act)
				elsewhere := strings.Replace(path, c.page, other, 1)
				for _, call := range []func(*webtest.Visitor, string) *webtest.Answer{
					(*webtest.Visitor).Get, func(v *webtest.Visitor, path string) *webtest.Answer { return v.Post(path) },
				} {
					call(c.tui, path).Status(http.StatusForbidden)
					call(c.kea, elsewhere).Status(http.StatusNotFound)
					call(c.kea, c.page+"member/x/"+act+"/").Status(http.StatusNotFound)
				}
			}
		})
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
	token := c.invited(tuiMail)
	c.Clock.Pass(time.Hour)
	c.kea.Post(c.ofMember(tuiMail, "resend-invite")).Status(http.StatusSeeOther)
	c.tui.Post(accept(token)).Status(http.StatusSeeOther)
	c.tui.Post(accept(token)).Status(http.StatusSeeOther)
	declined := c.invited("second@example.org")
	c.Exec("UPDATE email_addresses SET email = 'second@example.org' WHERE email = ?", tuiMail)
	c.Exec("UPDATE users SET email = 'second@example.org' WHERE username = 'tui'")
	c.tui.Post(decline(declined)).Status(http.StatusSeeOther)
	c.invited("x@example.org")
	c.kea.Post(c.ofMember("x@example.org", "revoke-invite")).Status(http.StatusSeeOther)
	again := c.invited("third@example.org") // of somebody who is a member already
	c.address("tui", "third@example.org", true)
	c.tui.Post(accept(again)).Status(http.StatusSeeOther)
	c.invited("y@example.org")
	c.kea.Post(c.ofMember("y@example.org", "remove")).Status(http.StatusSeeOther)
	c.invited("boss@example.org") // and once more, under another address
	better := c.invited("other@example.org")
	c.address("boss", "other@example.org", true)
	c.SignedIn("boss").Post(accept(better)).Status(http.StatusSeeOther)
	c.Exec("ALTER TABLE organisation_members ADD CONSTRAINT broken CHECK (role = 'ADMIN') NOT VALID")
	c.Exec("UPDATE organisation_members SET role = 'ADMIN'")
	c.kea.Post(c.ofMember("tui", "revoke-admin")).Status(http.StatusInternalServerError)
	var got []string
	for line := range strings.Lines(log.String()) {
		if _, told, found := strings.Cut(line, " organisation invitation "); found {
			told, _, _ = strings.Cut(told, " request_id=")
			got = append(got, told)
		}
	}
	want := []string{
		"sent again mailbox=tui@example.org organisation=1 by=1 invited=\"2027-03-03 01:00:00 +0000 UTC\"",
		"accepted mailbox=tui@example.org organisation=1 by=2 invited=\"2027-03-03 01:00:00 +0000 UTC\"",
		"declined mailbox=second@example.org organisation=1 by=2 invited=\"2027-03-03 02:00:00 +0000 UTC\"",
		"revoked mailbox=x@example.org organisation=1 by=1 invited=\"2027-03-03 02:00:00 +0000 UTC\"",
		"dropped: a member already mailbox=third@example.org organisation=1 by=2 invited=\"2027-03-03 02:00:00 +0000 UTC\"",
		"removed mailbox=y@example.org organisation=1 by=1 invited=\"2027-03-03 02:00:00 +0000 UTC\" act=remove",
		"accepted mailbox=other@example.org organisation=1 by=3 invited=\"2027-03-03 02:00:00 +0000 UTC\"",
		"dropped: another one was accepted mailbox=boss@example.org organisation=1 by=3 invited=\"2027-03-03 02:00:00 +0000 UTC\"",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
	if strings.Contains(log.String(), "role changed") {
		t.Errorf("the log tells of a change that was not stored:\n%s", log.String())
	}
	if strings.Contains(log.String(), token) || strings.Contains(log.String(), declined) {
		t.Errorf("the log holds a token:\n%s", log.String())
	}
}
