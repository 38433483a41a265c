package accounts_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ams/app/web/webtest"
)

// looks checks a page on a phone and on a desk.
func looks(t *testing.T, b *webtest.Tab, scripts bool, page string) {
	t.Helper()
	for _, width := range []int64{phone, 390, wide} {
		b.Resize(width)
		if reaching := b.TooWide(); reaching != "" {
			t.Errorf("%s is wider than %d px: %s", page, width, reaching)
		}
	}
	if !scripts { // axe-core is one
		return
	}
	if found := b.Violations(); found != "" {
		t.Errorf("%s: axe-core finds %s", page, found)
	}
}

// ways are with scripts and without.
func ways(t *testing.T, walk func(t *testing.T, s *webtest.Site, b *webtest.Tab, scripts bool)) {
	t.Parallel()
	for name, scripts := range map[string]bool{"WithScripts": true, "WithoutScripts": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := webtest.New(t)
			s.Person("kea")
			b := s.Tab(wide)
			if !scripts {
				b.WithoutScripts()
			}
			walk(t, s, b, scripts)
		})
	}
}

// TestResetInBrowser is the way of somebody who has forgotten the password, by keyboard.
func TestResetInBrowser(t *testing.T) {
	ways(t, func(t *testing.T, s *webtest.Site, b *webtest.Tab, scripts bool) {
		b.Open(signIn)
		looks(t, b, scripts, "the sign-in form")
		b.TabTo("#sign-in .more a")
		b.Type(kb.Enter)
		b.At(resetting, "Choose a new password")
		looks(t, b, scripts, "the form for a link")
		b.TabTo("#id_email")
		b.Type("kea" + kb.Enter)
		b.Until(`document.querySelector('#id_email-error')?.textContent.includes('name@example.org')`)
		if scripts {
			b.Refused()
		}
		looks(t, b, scripts, "the refused form for a link")
		b.TabTo("#id_email")
		b.Type(keaMail + kb.Enter) // the field is selected as a whole
		b.At(resetDone, "Look into your mailbox")
		looks(t, b, scripts, "the notice")
		b.Open(resetLink.FindString(s.Mails(keaMail)[0].Text))
		b.Until(`location.pathname.endsWith('-set-password/') && document.readyState === 'complete'`)
		looks(t, b, scripts, "the form for a password")
		b.TabTo("#id_password1")
		b.Type("12345678" + kb.Tab + "1234" + kb.Enter)
		b.Until(`document.querySelector('#id_password1-error')?.textContent.includes('digits') && document.querySelector('#id_password2-error') !== null`)
		if scripts {
			b.Refused()
		}
		looks(t, b, scripts, "the refused form for a password")
		b.TabTo("#id_password1")
		b.Type(fresh + kb.Tab + fresh + kb.Enter)
		b.At(chosenDone, "Your password is changed")
		looks(t, b, scripts, "the end")
		b.TabTo(`main a[href="` + signIn + `"]`)
		b.Type(kb.Enter)
		b.At(signIn, "Sign in")
		b.TabTo("#id_login")
		b.Type(keaMail + kb.Tab + fresh + kb.Enter)
		b.At("/en/users/kea/", "Mere Kahu")
	})
}

// TestMailboxesInBrowser adds, prefers and removes addresses by keyboard.
func TestMailboxesInBrowser(t *testing.T) {
	ways(t, func(t *testing.T, s *webtest.Site, b *webtest.Tab, scripts bool) {
		address(s, "kea", "a@example.org", true)
		b.SignIn("kea")
		b.Open("/en/users/kea/")
		looks(t, b, scripts, "the dashboard")
		b.TabTo(`main a[href="` + mailboxes + `"]`)
		b.Type(kb.Enter)
		b.At(mailboxes, "E-mail addresses")
		looks(t, b, scripts, "the addresses")
		stays := func() { // nothing but the list is loaded again
			t.Helper()
			if scripts && !webtest.Ask[bool](b, `window.stays === true`) {
				t.Error("the page was left")
			}
		}
		if scripts {
			webtest.Ask[bool](b, `window.stays = true`)
		}
		b.TabTo("#id_email")
		b.Type(second + kb.Enter)
		b.Until(`document.querySelector('#address-list').textContent.includes('` + second + `') && document.querySelector('#messages').textContent.includes('is added')`)
		stays()
		if scripts {
			b.Until(`document.getElementById('live').textContent.includes('is added')`)
		}
		if scripts && !webtest.Ask[bool](b, `document.activeElement.closest('#add-address') !== null && document.querySelector('#id_email').value === ''`) {
			t.Error("the focus is lost, or the form is not empty again")
		}
		looks(t, b, scripts, "the longer list")
		b.Do(chromedp.Focus(`#address-list [value="a@example.org"]`))
		b.Type(" ")
		b.TabTo(`[name="action_primary"]`)
		b.Type(kb.Enter)
		b.Until(`document.querySelector('#messages').textContent.includes('a@example.org is your primary address now')`)
		stays()
		if scripts && !webtest.Ask[bool](b, `document.activeElement.matches('[name="action_primary"]')`) {
			t.Error("the focus is not where it was")
		}
		b.Do(chromedp.Click(`label[for="` + webtest.Ask[string](b, `document.querySelector('#address-list [value="`+keaMail+`"]').id`) + `"]`))
		b.TabTo(`[name="action_remove"]`)
		b.Type(kb.Enter)
		if scripts {
			b.Until(`document.querySelector('#actionModal[open] h2')?.textContent === 'Remove ` + keaMail + `?'`)
			looks(t, b, scripts, "the question")
			b.TabTo("#actionModal [data-part=cancel]")
			b.Type(kb.Enter)
			b.Until(`!document.querySelector('#actionModal').open && document.activeElement.matches('[name="action_remove"]')`)
			row(s, "email_addresses WHERE email = ?", keaMail)
			b.Type(kb.Enter)
			b.Until(`document.querySelector('#actionModal').open`)
			b.TabTo("#actionModal [data-part=confirm]")
			b.Type(kb.Enter)
		}
		b.Until(`document.querySelector('#messages').textContent.includes('` + keaMail + ` is removed')`)
		stays()
		if gone := webtest.Ask[bool](b, `!document.querySelector('#address-list').textContent.includes('`+keaMail+`')`); !gone {
			t.Error("the address is still in the list")
		}
		b.Open(changing)
		b.At(changing, "Change your password")
		looks(t, b, scripts, "the form of the password")
		b.TabTo("#id_oldpassword")
		b.Type(webtest.Password)
		b.TabTo("#id_password1")
		b.Type(fresh + kb.Tab + fresh + kb.Enter)
		b.Until(`document.querySelector('#messages')?.textContent.includes('Your password is changed')`)
		b.TabTo(`form[action="` + elsewhereToo + `"] button`)
		b.Type(kb.Enter)
		b.Until(`document.querySelector('#messages')?.textContent.includes('signed out now')`)
		b.Open("/en/accounts/3rdparty/")
		looks(t, b, scripts, "the linked accounts")
	})
}
