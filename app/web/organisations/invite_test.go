package organisations_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"ams/app/dev/inbox"
	"ams/app/web/webtest"
)

const (
	keaMail = "kea@example.org"
	tuiMail = "tui@example.org"
	base    = "http://ams.com" // of the links in letters
	ownPage = "/en/users/tui/"
	toOwn   = "/en/users/~redirect/"
)

// club is a kura with those who invite and are invited at their browsers.
type club struct {
	*kura
	kea, tui *webtest.Visitor
}

func newClub(t *testing.T) *club {
	t.Helper()
	k := newKura(t)
	k.Exec("UPDATE organisations SET city = 'Ōtautahi'")
	return &club{kura: k, kea: k.SignedIn("kea"), tui: k.SignedIn("tui")}
}

// found makes kea found a further organisation and gives the address of its page.
func (c *club) found(name string) string {
	c.T.Helper()
	page := c.kea.Post("/en/organisations/create/", append([]string{"name", name}, details()...)...).Status(http.StatusSeeOther).Header.Get("Location")
	said(c.kea, page)
	return page
}

// invited makes kea invite somebody and gives the token of the invitation.
func (c *club) invited(email string) string {
	c.T.Helper()
	c.kea.Post(c.page+"invite/", "email", email).Status(http.StatusSeeOther).To(c.page)
	return c.token(strings.ToLower(email))
}

func (c *club) token(email string) (token string) {
	c.T.Helper()
	c.Row(&token, "SELECT invite_token FROM organisation_members WHERE invite_email = ? ORDER BY id DESC LIMIT 1", email)
	return token
}

// letter is the newest to an address.
func (c *club) letter(to string) inbox.Entry {
	c.T.Helper()
	all := c.Mails(to)
	if len(all) == 0 {
		c.T.Fatalf("no letter to %s", to)
	}
	return all[0]
}

// address gives somebody a further address.
func (c *club) address(username, email string, verified bool) {
	c.T.Helper()
	c.Exec(`INSERT INTO email_addresses (user_id, email, verified, "primary") SELECT id, ?, ?, false FROM users WHERE username = ?`, email, verified, username)
}

// rows counts those of organisation_members that fit.
func (c *club) rows(where string, args ...any) int {
	c.T.Helper()
	return c.Count("SELECT count(*) FROM organisation_members WHERE "+where, args...)
}

// one fails the test unless exactly one row fits.
func (c *club) one(where string, args ...any) {
	c.T.Helper()
	if n := c.rows(where, args...); n != 1 {
		c.T.Errorf("%d rows of organisation_members with %s %v, want one", n, where, args)
	}
}

// none fails the test when a row fits.
func (c *club) none(where string, args ...any) {
	c.T.Helper()
	if n := c.rows(where, args...); n != 0 {
		c.T.Errorf("%d rows of organisation_members with %s %v, want none", n, where, args)
	}
}

// said is what the page tells after an act.
func said(v *webtest.Visitor, page string) string {
	return strings.Join(strings.Fields(v.Get(page).Status(http.StatusOK).Document().Find("#messages .alert-text").Text()), " ")
}

// says fails the test unless the next page tells exactly this.
func (c *club) says(v *webtest.Visitor, page, want string) {
	c.T.Helper()
	if got := said(v, page); got != want {
		c.T.Errorf("%s says %q, want %q", page, got, want)
	}
}

func accept(token string) string  { return "/en/organisations/invite/" + token + "/accept/" }
func decline(token string) string { return "/en/organisations/invite/" + token + "/decline/" }

func TestInvite(t *testing.T) {
	t.Parallel()
	t.Run("ORG-8 an address without account", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		c.invited("Nobody@Example.ORG")
		c.says(c.kea, c.page, "Success: nobody@example.org is invited.")
		c.one(`invite_email = 'nobody@example.org' AND user_id IS NULL AND role = 'MEMBER' AND accepted_datetime IS NULL AND last_sent_datetime IS NULL
			AND created_datetime = ?`, c.Clock.Now())
		c.kea.Get(c.page).Has("#members tbody tr:first-child", "nobody@example.org").Has("#members tbody tr:first-child", "Invited")
		letter := c.letter("nobody@example.org")
		for _, part := range []string{letter.Text, letter.HTML} {
			for _, want := range []string{
				"Te Kura o Ōtepoti", "Hine Tāwhai", "office@kura.example", "03 555 1234", "Ōtautahi", "Your role", "Member", "ignore it",
				base + "/en/accounts/signup/", base + "/en/accounts/email/",
			} {
				if !strings.Contains(part, want) {
					t.Errorf("the letter lacks %q:\n%s", want, part)
				}
			}
			if strings.Contains(part, c.token("nobody@example.org")) {
				t.Error("the letter to somebody without account holds the token")
			}
		}
		if letter.Subject != "You are invited to join Te Kura o Ōtepoti" || letter.Language != "en" {
			t.Errorf("subject = %q in %s, want the invitation in English without prefix", letter.Subject, letter.Language)
		}
	})
	t.Run("ORG-9 an address of an account in other letters", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		c.Exec("UPDATE users SET language = 'mi' WHERE username = 'tui'")
		c.Exec("UPDATE organisations SET city = ''")
		token := c.invited("TUI@Example.org")
		c.one("user_id = (SELECT id FROM users WHERE username = 'tui') AND invite_email = ?", tuiMail)
		letter := c.letter(tuiMail)
		if letter.Language != "mi" || letter.Subject != "Kua pōwhiritia koe ki te hono ki Te Kura o Ōtepoti" {
			t.Errorf("subject = %q in %s, want that of the person's language", letter.Subject, letter.Language)
		}
		for _, act := range []string{"accept", "decline"} {
			next := "/mi/organisations/invite/" + token + "/" + act + "/"
			want := base + "/mi/accounts/login/?next=" + url.QueryEscape(next)
			if !strings.Contains(letter.Text, want) || strings.Count(letter.HTML, want) != 3 { // the button, the same as text, its link
				t.Errorf("the letter lacks %s in one of its parts:\n%s\n%s", want, letter.Text, letter.HTML)
			}
			c.tui.Get(strings.TrimPrefix(want, base)).Status(http.StatusFound).To(next) // signed in: straight through
			anonymous := c.Visitor()
			anonymous.Get(strings.TrimPrefix(want, base)).Status(http.StatusOK).Has("h1", "Takiuru")
			anonymous.Post("/mi/accounts/login/", "login", tuiMail, "password", webtest.Password, "next", next).Status(http.StatusSeeOther).To(next)
			anonymous.Get(next).Status(http.StatusOK).Has("main", "Te Kura o Ōtepoti")
		}
		for _, part := range []string{letter.Text, letter.HTML} {
			if strings.Contains(part, "Tāone") || strings.Contains(part, "/accounts/signup/") {
				t.Errorf("the letter has a line for a city that is not known, or a link to sign up:\n%s", part)
			}
		}
	})
	t.Run("ORG-10 once in each organisation", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		c.address("tui", "second@example.org", true)
		c.address("tui", "unproved@example.org", false)
		c.invited("guest@example.org")
		c.invited("second@example.org")
		c.Exec(`UPDATE organisation_members SET accepted_datetime = now() WHERE invite_email = 'second@example.org'`)
		rows := c.rows("true")
		for _, email := range []string{"guest@example.org", "GUEST@example.org", "second@example.org", tuiMail, "Tui@Example.org", keaMail} {
			c.kea.Post(c.page+"invite/", "email", email).Status(http.StatusUnprocessableEntity).
				Has("#id_email-error", strings.ToLower(email)+" is a member of this organisation or invited already.").
				Has(".problems", "invited already")
			got := c.kea.HX().Post(c.page+"invite/", "email", email).Status(http.StatusUnprocessableEntity).Lacks("h1").Has("form#invite .problems", "invited already")
			if kept := got.Document().Find("#id_email").AttrOr("value", ""); kept != email {
				t.Errorf("the form keeps %q, want %q", kept, email)
			}
		}
		if n := c.rows("true"); n != rows {
			t.Errorf("%d rows, want %d as before", n, rows)
		}
		c.invited("unproved@example.org") // not known to be the person's
		c.one("invite_email = 'unproved@example.org' AND user_id IS NULL")
		first := c.page
		c.page = c.found("Kura Tuarua")
		c.invited("guest@example.org") // another organisation
		c.page = first
		c.Exec("UPDATE organisation_members SET declined_datetime = now() WHERE organisation_id = 1 AND invite_email = 'guest@example.org'")
		c.Exec("UPDATE organisation_members SET accepted_datetime = NULL, revoked_datetime = now() WHERE invite_email = 'second@example.org'")
		c.invited("guest@example.org")
		c.invited("second@example.org")
	})
	t.Run("Refused", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		for email, want := range map[string]string{
			"": "Enter the e-mail address of the person.", "tui": "name@example.org", "a@b": "name@example.org",
			strings.Repeat("a", 250) + "@example.org": "at most 254",
		} {
			c.kea.Post(c.page+"invite/", "email", email).Status(http.StatusUnprocessableEntity).Has("#id_email-error", want)
		}
		c.tui.Get(c.page + "invite/").Status(http.StatusForbidden)
		c.tui.Post(c.page+"invite/", "email", "x@example.org").Status(http.StatusForbidden)
		c.Visitor().Get(c.page + "invite/").Status(http.StatusFound).To("/en/accounts/login/?next=" + url.QueryEscape(c.page+"invite/"))
		c.kea.Post("/en/organisations/11111111-1111-4111-8111-111111111111/invite/", "email", "x@example.org").Status(http.StatusNotFound)
		c.none("invite_email <> ''")
		if n := c.Count("SELECT count(*) FROM email_messages WHERE template_id = 'organisation_invite'"); n != 0 {
			t.Errorf("%d letters, want none", n)
		}
	})
	t.Run("Closed", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		c.kea.Get(c.page).Has(".section-heading a[href$='/invite/']", "Invite a member")
		c.Exec("UPDATE organisations SET is_active = false")
		c.kea.Get(c.page).Lacks("a[href$='/invite/']")
		const closed = "Error: This organisation is inactive, so nobody can be invited."
		c.kea.Get(c.page + "invite/").Status(http.StatusFound).To(c.page)
		c.says(c.kea, c.page, closed)
		c.kea.Post(c.page+"invite/", "email", "x@example.org").Status(http.StatusSeeOther).To(c.page)
		c.says(c.kea, c.page, closed)
		c.none("invite_email <> ''")
	})
	t.Run("Staff", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		c.Clerk("clerk")
		c.SignedIn("clerk").Post(c.page+"invite/", "email", "x@example.org").Status(http.StatusSeeOther).To(c.page)
		c.one("invite_email = 'x@example.org'")
	})
	t.Run("Fragment", func(t *testing.T) { // the form opens in the page and stays open for the next one
		t.Parallel()
		c := newClub(t)
		c.kea.Get(c.page).Has("a[hx-get='"+c.page+"invite/'][hx-target='#invite-place']", "Invite a member").Lacks("#invite")
		c.kea.HX().Get(c.page+"invite/").Status(http.StatusOK).Lacks("h1").Has("form#invite[hx-post]", "Send the invitation").Has("#id_email[autofocus]", "")
		got := c.kea.HX().Post(c.page+"invite/", "email", "x@example.org").Status(http.StatusOK).Lacks("h1").
			Has("#members-place[hx-swap-oob] #members tbody tr:first-child", "x@example.org").
			Has("#messages[hx-swap-oob]", "x@example.org is invited.")
		if kept := got.Document().Find("form#invite #id_email").AttrOr("value", "?"); kept != "" {
			t.Errorf("the form for the next one holds %q, want nothing", kept)
		}
		c.says(c.kea, c.page, "")
	})
}

// Two who invite the same address at the same time make one row.
func TestInviteAtOnce(t *testing.T) {
	t.Parallel()
	c := newClub(t)
	var mu sync.Mutex
	answers := map[int]int{}
	invite := func() {
		status := c.kea.Post(c.page+"invite/", "email", "x@example.org").StatusCode
		mu.Lock()
		defer mu.Unlock()
		answers[status]++
	}
	c.inTurn(invite, invite)
	if answers[http.StatusSeeOther] != 1 || answers[http.StatusUnprocessableEntity] != 1 {
		t.Errorf("answers = %v, want one 303 and one 422", answers)
	}
	c.one("invite_email = 'x@example.org'")
	if n := len(c.Mails("x@example.org")); n != 1 {
		t.Errorf("%d letters, want one", n)
	}
}

// A failure of the mail neither loses the invitation nor shows: the letter waits.
func TestInviteWithoutMail(t *testing.T) {
	t.Parallel()
	c := newClub(t)
	c.invited("x@example.org")
	if n := c.Count("SELECT count(*) FROM gue_jobs WHERE job_type = 'email.send' AND convert_from(args, 'UTF8') LIKE '%' || (SELECT id::text FROM email_messages WHERE template_id = 'organisation_invite') || '%'"); n != 1 {
		t.Errorf("%d jobs for the letter, want one", n)
	}
}
