package organisations_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ams/app/web/webtest"
)

const linked = "user_id = (SELECT id FROM users WHERE username = 'tui')"

func TestInvitationPage(t *testing.T) {
	t.Parallel()
	t.Run("ORG-61 a link that is opened changes nothing", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(tuiMail)
		c.Clock.Pass(48 * time.Hour)
		c.unchanged(func() {
			for path, first := range map[string]string{accept(token): "Accept", decline(token): "Decline"} {
				for range 2 {
					page := c.tui.Get(path).Status(http.StatusOK).Has("h1", "Join Te Kura o Ōtepoti").Has("dl", "Hine Tāwhai").Has("dl", "Member").
						Has("dl", "3 March 2027").Has("dl", tuiMail).Lacks("main .alert")
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
				c.tui.Do(http.MethodHead, path, nil).Status(http.StatusOK)
				c.Visitor().Get(path).Status(http.StatusFound).To("/en/accounts/login/?next=" + url.QueryEscape(path))
			}
		})
		c.tui.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage)
		c.one(linked+" AND accepted_datetime = ?", c.Clock.Now())
	})
	t.Run("ORG-62 somebody else's invitation names nothing", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		c.Person("weka")
		weka := c.SignedIn("weka")
		for _, token := range []string{c.invited(tuiMail), c.invited("nobody@example.org")} {
			for _, path := range []string{accept(token), decline(token)} {
				page := weka.Get(path).Status(http.StatusOK).Has("main .alert", "belongs to another account").Lacks("main form").
					Has("main a[href='/en/users/weka/']", "Go to your page").
					Has("main a[href='/en/accounts/logout/?next="+url.QueryEscape(path)+"']", "Sign out")
				for _, secret := range []string{"Kura", "Tāwhai", tuiMail, "nobody@"} {
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
		token := c.invited(tuiMail)
		for _, unknown := range []string{"11111111-1111-4111-8111-111111111111", "x", strings.ToUpper(token), "{" + token + "}"} {
			c.tui.Get(accept(unknown)).Status(http.StatusNotFound)
			c.tui.Post(accept(unknown)).Status(http.StatusNotFound)
			c.tui.Post(decline(unknown)).Status(http.StatusNotFound)
		}
		c.tui.Do(http.MethodDelete, accept(token), nil).Status(http.StatusMethodNotAllowed)
		c.tui.With("Origin", "https://elsewhere.example").Post(accept(token)).Status(http.StatusForbidden)
		c.one(linked + " AND accepted_datetime IS NULL")
	})
	t.Run("State", func(t *testing.T) { // what cannot be answered says why
		t.Parallel()
		c := newClub(t)
		token := c.invited(tuiMail)
		for _, state := range [][2]string{
			{"revoked_datetime = now()", "This invitation was revoked."},
			{"accepted_datetime = now()", "This invitation was accepted already."},
			{"declined_datetime = now()", "This invitation was declined."},
		} {
			c.Exec("UPDATE organisation_members SET revoked_datetime = NULL, accepted_datetime = NULL, declined_datetime = NULL WHERE " + linked)
			c.Exec("UPDATE organisation_members SET " + state[0] + " WHERE " + linked)
			c.tui.Get(accept(token)).Status(http.StatusOK).Has("main .alert", state[1]).Has("main", "Te Kura o Ōtepoti").Lacks("main form").Has("main a[href='"+ownPage+"']", "your page")
		}
		c.Exec("UPDATE organisation_members SET declined_datetime = NULL WHERE " + linked)
		c.Exec("UPDATE organisations SET is_active = false")
		c.tui.Get(accept(token)).Status(http.StatusOK).Has("main .alert", "Te Kura o Ōtepoti is inactive").
			Has("form[action='"+decline(token)+"'] button", "Decline").Lacks("form[action='" + accept(token) + "']")
	})
	t.Run("Secret", func(t *testing.T) { // the token goes into no log, nor into that of a link that has lost its slash
		t.Parallel()
		c := newClub(t)
		token := c.invited(tuiMail)
		c.tui.Get(accept(token)).Status(http.StatusOK)
		c.tui.Get(strings.TrimSuffix(decline(token), "/"))
		c.Visitor().Get("/en/accounts/login/?next=" + url.QueryEscape(accept(token))).Status(http.StatusOK)
		c.tui.Post(accept(token)).Status(http.StatusSeeOther)
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
		c.Person("weka")
		weka := c.SignedIn("weka")
		c.address("weka", "second@example.org", true)
		token := c.invited(tuiMail)
		c.Exec("UPDATE organisation_members SET invite_email = 'second@example.org' WHERE " + linked) // the address alone does not count
		c.unchanged(func() {
			for _, path := range []string{accept(token), decline(token)} {
				weka.Post(path).Status(http.StatusSeeOther).To(toOwn)
				c.says(weka, "/en/users/weka/", "Error: This invitation belongs to another account.")
			}
		})
	})
	t.Run("ORG-15 a secondary address", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited("second@example.org")
		c.address("tui", "second@example.org", false)
		c.unchanged(func() {
			c.tui.Get(accept(token)).Status(http.StatusOK).Has("main .alert", "another account").Lacks("main form")
			for _, path := range []string{accept(token), decline(token)} {
				c.tui.Post(path).Status(http.StatusSeeOther).To(toOwn)
				c.says(c.tui, ownPage, "Error: This invitation belongs to another account.")
			}
		})
		c.Exec("UPDATE email_addresses SET verified = true")
		c.tui.Get(ownPage).Has("form[action='"+accept(token)+"'] button", "Accept")
		c.tui.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage)
		c.says(c.tui, ownPage, "Success: You are a member of Te Kura o Ōtepoti now.")
		c.one(linked+" AND accepted_datetime = ? AND role = 'MEMBER' AND invite_email = 'second@example.org'", c.Clock.Now())
	})
	t.Run("ORG-16 the same address in other letters", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited("NewUser@Example.COM")
		c.Exec("UPDATE users SET email = 'newuser@example.com' WHERE username = 'tui'")
		c.Exec("UPDATE email_addresses SET email = 'newuser@example.com', verified = false WHERE email = ?", tuiMail) // the primary one counts either way
		c.tui.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage)
		c.one(linked + " AND accepted_datetime IS NOT NULL")
	})
	t.Run("ORG-17 accepted already", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(tuiMail)
		c.tui.Post(accept(token)).Status(http.StatusSeeOther)
		said(c.tui, ownPage)
		c.unchanged(func() {
			for _, path := range []string{accept(token), decline(token)} {
				c.tui.Post(path).Status(http.StatusSeeOther).To(ownPage)
				c.says(c.tui, ownPage, "Note: This invitation was accepted already.")
			}
		})
	})
	t.Run("ORG-18 declined or revoked", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(tuiMail)
		for state, want := range map[string][2]string{
			"declined_datetime = now(), revoked_datetime = NULL":  {"Error: This invitation was declined.", "Note: This invitation was declined already."},
			"declined_datetime = NULL, revoked_datetime = now()":  {"Error: This invitation was revoked.", "Error: This invitation was revoked."},
			"declined_datetime = now(), revoked_datetime = now()": {"Error: This invitation was revoked.", "Error: This invitation was revoked."},
		} {
			c.Exec("UPDATE organisation_members SET " + state + " WHERE " + linked)
			c.unchanged(func() {
				for i, path := range []string{accept(token), decline(token)} {
					c.tui.Post(path).Status(http.StatusSeeOther).To(toOwn)
					c.says(c.tui, ownPage, want[i])
				}
			})
		}
	})
	t.Run("ORG-19 declined, and invited again", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(tuiMail)
		c.Clock.Pass(24 * time.Hour)
		c.tui.Post(decline(token)).Status(http.StatusSeeOther).To(ownPage)
		c.says(c.tui, ownPage, "Success: You have declined the invitation to Te Kura o Ōtepoti.")
		c.none("invite_email = ?", tuiMail)
		c.tui.Post(accept(token)).Status(http.StatusNotFound)
		again := c.invited(tuiMail)
		if again == token {
			t.Error("the new invitation has the old token")
		}
		c.tui.Post(accept(again)).Status(http.StatusSeeOther).To(ownPage)
		c.one(linked + " AND accepted_datetime IS NOT NULL")
	})
	t.Run("Token", func(t *testing.T) { // a row that names nobody is for whoever holds its token; its role stays
		t.Parallel()
		c := newClub(t)
		c.Exec("INSERT INTO organisation_members (organisation_id, created_datetime, role) VALUES (1, now(), 'ADMIN')")
		token := c.token("")
		c.tui.Get(ownPage).Lacks("#invitations")
		c.tui.Get(accept(token)).Status(http.StatusOK).Has("dl", "Administrator")
		c.tui.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage)
		c.one(linked + " AND role = 'ADMIN' AND accepted_datetime IS NOT NULL")
		c.tui.Get(c.page).Status(http.StatusOK)
	})
	t.Run("Closed", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(tuiMail)
		c.Exec("UPDATE organisations SET is_active = false")
		c.unchanged(func() {
			c.tui.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage)
			c.says(c.tui, ownPage, "Error: Te Kura o Ōtepoti is inactive, so nobody can join it.")
		})
		c.tui.Post(decline(token)).Status(http.StatusSeeOther).To(ownPage)
		c.none(linked)
	})
	t.Run("Second", func(t *testing.T) { // R6: a second invitation to the same organisation
		t.Parallel()
		c := newClub(t)
		first, other := c.invited(tuiMail), c.invited("second@example.org")
		c.address("tui", "second@example.org", true)
		c.tui.Post(accept(other)).Status(http.StatusSeeOther).To(ownPage)
		c.says(c.tui, ownPage, "Success: You are a member of Te Kura o Ōtepoti now.")
		c.one(linked + " AND accepted_datetime IS NOT NULL AND invite_email = 'second@example.org'")
		c.none("accepted_datetime IS NULL")
		c.tui.Post(accept(first)).Status(http.StatusNotFound)

		third := c.invited("third@example.org")
		c.address("tui", "third@example.org", true)
		c.tui.Post(accept(third)).Status(http.StatusSeeOther).To(ownPage)
		c.says(c.tui, ownPage, "Note: You are a member of Te Kura o Ōtepoti already.")
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
		page.Has("#invitations tbody tr:first-child", "Kura Tuarua").Has("#invitations tbody tr:last-child", "Te Kura o Ōtepoti")
		for _, token := range []string{first, second} {
			v.Post(accept(token)).Status(http.StatusSeeOther).To("/en/users/ngaio/")
		}
		if n := c.rows("user_id = (SELECT id FROM users WHERE username = 'ngaio') AND accepted_datetime IS NOT NULL"); n != 2 {
			t.Errorf("%d rows are accepted, want both", n)
		}
	})
}
