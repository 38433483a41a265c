package organisations_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"ams/app/web/webtest"
)

// TestWithoutScripts does what the other journeys leave out, in a browser without scripts: edit, send an invitation again,
// decline, accept on one's own page, leave.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	t.Run("ORG-60 edit, resend, decline and leave", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		c.invited(tuiMail)
		said(c.kea, c.page)
		tab := func(username string) (b *webtest.Tab, press func(string)) {
			b = c.Tab(wide)
			b.SignIn(username)
			b.WithoutScripts()
			return b, func(selector string) { b.Do(chromedp.ScrollIntoView(selector), chromedp.Click(selector)) }
		}
		says := func(b *webtest.Tab, text string) {
			t.Helper()
			b.Until(`document.querySelector('#messages')?.textContent.includes('` + text + `')`)
		}

		kea, press := tab("kea")
		kea.Open(c.page)
		press(`.page-heading a[href$="/update/"]`)
		kea.At(c.page+"update/", "Edit "+kuraName)
		kea.Do(chromedp.SetValue("#id_name", "Kura Hou"))
		press("#organisation [type=submit]")
		kea.At(c.page, "Kura Hou")
		says(kea, "The details are up to date.")
		press(`#members a[href$="/resend-invite/"]`)
		kea.At(c.ofMember(tuiMail, "resend-invite"), "Send the invitation again?")
		press("main form [type=submit]")
		kea.At(c.page, "Kura Hou")
		says(kea, "The invitation is sent to "+tuiMail+" again.")
		c.one(linked+" AND last_sent_datetime = ?", c.Clock.Now())

		tui, press := tab("tui")
		tui.Open(ownPage)
		press(`#invitations form[action$="/decline/"] [type=submit]`)
		tui.At(ownPage, "Tui Manu")
		says(tui, "You have declined")
		c.none(linked)
		c.invited(tuiMail)
		tui.Open(ownPage)
		press(`#invitations form[action$="/accept/"] [type=submit]`)
		tui.At(ownPage, "Tui Manu")
		says(tui, "You are a member of Kura Hou now.")
		press(`#organisations a[href$="/leave/"]`)
		tui.At(c.page+"leave/", "Leave Kura Hou?")
		press("main form [type=submit]")
		tui.At(ownPage, "Tui Manu")
		c.none(linked)
	})
}
