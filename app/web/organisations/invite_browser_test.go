package organisations_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"ams/app/web/webtest"
)

const wide, narrow = 1280, 360

// TestInviteByKeyboard invites somebody from the page of the organisation, is refused first, and accepts; and takes another
// invitation back. All of it with the keyboard alone.
func TestInviteByKeyboard(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"WithScripts": true, "ORG-60 WithoutScripts": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClub(t)
			b := c.Tab(wide)
			b.SignIn("kea")
			if !scripts {
				b.WithoutScripts()
			}
			form := c.page + "invite/"
			if scripts {
				form = c.page // it opens there
			}
			b.Open(c.page)
			b.TabTo(`a[href$="/invite/"]`)
			b.Type(kb.Enter)
			b.Until(`document.querySelector('#invite') !== null && location.pathname === '` + form + `'`)
			if scripts {
				b.Until(`document.activeElement.id === 'id_email' && !document.querySelector('.htmx-settling')`)
			}
			b.TabTo("#id_email")
			b.Type("tui")
			b.TabTo("#invite [type=submit]")
			b.Type(kb.Enter)
			b.Until(`document.querySelector('#id_email-error') !== null && document.querySelector('#id_email').value === 'tui'`)
			if scripts {
				b.Refused()
			}
			b.TabTo("#id_email")
			b.Type(kb.End + "@example.org" + kb.Enter)
			b.Until(`document.querySelector('#messages')?.textContent.includes('tui@example.org is invited.') &&
				document.querySelector('#members tbody tr')?.textContent.includes('tui@example.org')`)
			if scripts { // the form waits for the next one
				b.Until(`document.activeElement.id === 'id_email' && document.activeElement.value === '' && !document.querySelector('.htmx-settling')`)
				b.Type("x@example.org" + kb.Enter)
				b.Until(`document.querySelectorAll('#members tbody tr').length === 3 && document.activeElement.id === 'id_email' &&
					!document.querySelector('.htmx-settling')`)
			} else {
				c.invited("x@example.org")
				b.Open(c.page)
			}
			b.TabTo(`#members a[href="` + c.ofMember("x@example.org", "revoke-invite") + `"]`)
			b.Type(kb.Enter)
			if scripts {
				b.Until(`document.querySelector('#actionModal').open`)
				b.TabTo("#actionModal [data-part=confirm]")
			} else {
				b.At(c.ofMember("x@example.org", "revoke-invite"), "Revoke the invitation?")
				b.TabTo("main form [type=submit]")
			}
			b.Type(kb.Enter)
			b.Until(`document.querySelector('#messages')?.textContent.includes('is revoked.') && document.querySelectorAll('#members tbody tr').length === 2`)

			b = c.Tab(wide)
			b.SignIn("tui")
			if !scripts {
				b.WithoutScripts()
			}
			path := accept(c.token(tuiMail))
			b.Open("/en/accounts/login/?next=" + path)
			b.At(path, "Join Te Kura o Ōtepoti")
			b.TabTo(`form[action="` + path + `"] [type=submit]`)
			b.Type(kb.Enter)
			b.At(ownPage, "Tui Manu")
			b.Until(`document.querySelector('#messages').textContent.includes('You are a member of Te Kura o Ōtepoti now.')`)
			c.one(linked + " AND accepted_datetime IS NOT NULL")
		})
	}
}

// TestDeclineAsks: on one's own page declining asks first where there are scripts, because the invitation is gone then.
func TestDeclineAsks(t *testing.T) {
	t.Parallel()
	c := newClub(t)
	c.invited(tuiMail)
	b := c.Tab(wide)
	b.SignIn("tui")
	b.Open(ownPage)
	const button = `#invitations form[action$="/decline/"] [type=submit]`
	b.TabTo(button)
	b.Type(kb.Enter)
	b.Until(`document.querySelector('#actionModal').open`)
	b.TabTo("#actionModal [data-part=cancel]")
	b.Type(kb.Enter)
	b.Until(`!document.querySelector('#actionModal').open && document.activeElement.matches('` + button + `')`)
	c.one(linked)
	b.Type(kb.Enter)
	b.Until(`document.querySelector('#actionModal').open`)
	b.TabTo("#actionModal [data-part=confirm]")
	b.Type(kb.Enter)
	b.Until(`document.querySelector('#messages').textContent.includes('You have declined') && !document.querySelector('#invitations')`)
	c.none(linked)
}

// TestInvitationsFit looks at every page of this part in both languages, on a narrow and in the dark.
func TestInvitationsFit(t *testing.T) {
	t.Parallel()
	for name, dark := range map[string]bool{"Light": false, "Dark": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClub(t)
			if dark {
				c.Dark()
			}
			c.fits()
		})
	}
}

// seen is a page with its headings, and what is done to it before it is looked at once more.
type seen struct {
	who, path   string
	english, mi string
	then        func(*webtest.Tab)
}

func (c *club) fits() {
	const long = "Te Kura Tuarua o Te Whanganui-a-Tara me ngā Mātauranga Matihiko"
	c.Exec("UPDATE organisations SET name = ?", long)
	c.Person("weka")
	token := c.invited(tuiMail)
	c.invited("somebody.with.a.very.long.name.indeed@a-rather-long-domain.example.org")
	refused := func(b *webtest.Tab) {
		b.TabTo(`a[href$="/invite/"]`)
		b.Type(kb.Enter)
		b.Until(`document.activeElement.id === 'id_email' && !document.querySelector('.htmx-settling')`)
		b.TabTo("#invite [type=submit]")
		b.Type(kb.Enter)
		b.Refused()
	}
	for _, p := range []seen{
		{"kea", c.page, long, long, refused},
		{"kea", c.page + "invite/", "Invite a member", "Pōwhiritia he mema", nil},
		{"kea", c.ofMember(tuiMail, "revoke-invite"), "Revoke the invitation?", "Whakakorehia te pōwhiri?", nil},
		{"tui", ownPage, "Tui Manu", "Tui Manu", nil},
		{"tui", accept(token), "Join " + long, "Hono ki " + long, nil},
		{"weka", decline(token), "Invitation", "Pōwhiri", nil},
	} {
		c.fit(p)
	}
	c.Exec("UPDATE organisations SET is_active = false")
	c.fit(seen{"tui", decline(token), "Join " + long, "Hono ki " + long, nil})
}

// fit looks at a page in English on a wide window and in te reo Māori on a narrow.
func (c *club) fit(p seen) {
	look := func(b *webtest.Tab, path, state string) {
		if found := b.Violations(); found != "" {
			c.T.Errorf("%s, %s: axe-core finds %s", path, state, found)
		}
		if reaching := b.TooWide(); reaching != "" {
			c.T.Errorf("%s, %s: wider than the window: %s", path, state, reaching)
		}
	}
	for path, heading := range map[string]string{p.path: p.english, strings.Replace(p.path, "/en/", "/mi/", 1): p.mi} {
		width := int64(wide)
		if path != p.path {
			width = narrow
		}
		b := c.Tab(width)
		b.SignIn(p.who)
		b.Open(path)
		b.At(path, heading)
		look(b, path, "fresh")
		if p.then != nil {
			p.then(b)
			look(b, path, "refused")
		}
	}
}
