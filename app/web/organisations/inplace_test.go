package organisations_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"ams/app/web/webtest"
)

// TestActsFromLists: whoever acts on something in a list gets the list anew, as they looked at it, with the messages;
// elsewhere the page is loaded as a whole.
func TestActsFromLists(t *testing.T) {
	t.Parallel()
	on := func(k *kura, v *webtest.Visitor, page string) *webtest.Visitor {
		return v.HX().With("HX-Current-URL", k.URL+page)
	}
	t.Run("Members", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "MEMBER")
		v := k.SignedIn("kea")
		said(v, k.page)
		seen := k.page + "?members-sort=-name"
		v = on(k, v, seen)
		v.Post(k.ofMember("tui", "make-admin")).Status(http.StatusSeeOther).To(seen)
		v.Get("/en/nowhere/").Status(http.StatusNotFound).Lacks("#messages .alert-success") // what was left for a page waits for one
		v.Get(seen).Status(http.StatusOK).Lacks("header").Has("#messages[hx-swap-oob] .alert-success", "Tui Manu is an administrator").
			Has("#standing[hx-swap-oob]", "no active membership").Has("#standing .visually-hidden", "Warning:").Has("#messages .word", "Success:").Has("#members-place tbody tr:first-child", "Tui Manu").Has("#members-place", "Revoke admin")
		v.Get(seen).Lacks("#messages") // it is said once
		k.isInvited("x@example.org", "MEMBER")
		for _, act := range []string{"resend-invite", "revoke-invite"} {
			v.Post(k.ofMember("x@example.org", act)).Status(http.StatusSeeOther).To(seen)
		}
		v.Get(seen).Has("#messages", "is sent to x@example.org again").Has("#messages", "is revoked").Has("#members .list-count", "2 people")
	})
	t.Run("Own page", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		v := on(c.kura, c.tui, ownPage)
		v.Post(accept(c.invited(tuiMail))).Status(http.StatusSeeOther).To(ownPage)
		v.Get(ownPage).Has("#messages[hx-swap-oob]", "You are a member of").Has("#lists #organisations", kuraName).Lacks("#invitations").Has("#standing[hx-swap-oob]", "")
		v.Post(c.page + "leave/").Status(http.StatusSeeOther).To(ownPage)
		v.Get(ownPage).Has("#messages", "You no longer belong to").Lacks("#organisations tbody")
		v.Post(decline(c.invited(tuiMail))).Status(http.StatusSeeOther).To(ownPage)
		v.Get(ownPage).Has("#messages", "You have declined")
	})
	t.Run("Elsewhere", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "MEMBER")
		v := k.SignedIn("kea")
		for _, page := range []string{"/en/users/kea/", "/mi" + k.page[3:], k.page + "update/", "%"} {
			got := on(k, v, page).Post(k.ofMember("tui", "make-admin")).Status(http.StatusNoContent).Header.Get("HX-Redirect")
			if got != k.page {
				t.Errorf("from %s: HX-Redirect = %q, want %s", page, got, k.page)
			}
		}
		v.HX().Post(k.ofMember("tui", "make-admin")).Status(http.StatusNoContent)
		k.Exec("UPDATE organisation_members SET role = 'MEMBER' WHERE invite_email = 'tui@example.org'")
		own := on(k, v, "/en/users/kea/") // the only administrator may not leave, which the organisation's page says
		if got := own.Post(k.page + "leave/").Status(http.StatusNoContent).Header.Get("HX-Redirect"); got != k.page {
			t.Errorf("leaving as the only administrator: HX-Redirect = %q, want %s", got, k.page)
		}
	})
	t.Run("ErrForeign", func(t *testing.T) { // a refusal is no part of a list
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "MEMBER")
		on(k, k.SignedIn("tui"), k.page).Post(k.ofMember("kea", "remove")).Status(http.StatusForbidden).Lacks("#members-place")
	})
}

// TestActsInPlace acts on people with the keyboard: the page stays, the list changes, and what came of it is seen and heard.
func TestActsInPlace(t *testing.T) {
	t.Parallel()
	k := newKura(t)
	k.joins("tui", "MEMBER")
	k.isInvited("x@example.org", "MEMBER")
	b := k.Tab(desk)
	b.SignIn("kea")
	b.Open(k.page + "?members-sort=name")
	b.At(k.page, kuraName)
	webtest.Ask[bool](b, `window.stays = true`)
	b.TabTo(`a[href$="/invite/"]`)
	b.Type(kb.Enter)
	b.Until(`document.activeElement.id === 'id_email' && !document.querySelector('.htmx-settling')`)
	act := func(act, told string) {
		t.Helper()
		b.TabTo(`#members a[href$="/` + act + `/"]`)
		b.Type(kb.Enter)
		b.Until(`document.querySelector('#actionModal').open`)
		b.TabTo("#actionModal [data-part=confirm]")
		b.Type(kb.Enter)
		b.Until(`document.querySelector('#messages')?.textContent.includes('` + told + `') && !document.querySelector('#actionModal').open`)
		b.Until(`document.getElementById('live').textContent.includes('` + told + `') && document.getElementById('live').textContent.includes('people') &&
			!document.querySelector('.htmx-settling')`)
		if !webtest.Ask[bool](b, `window.stays === true && location.search === '?members-sort=name' && document.querySelector('#invite') !== null`) {
			t.Errorf("%s: the page was left, or the form to invite is gone", act)
		}
		if !webtest.Ask[bool](b, `(r => r.top >= 0 && r.bottom <= innerHeight)(document.querySelector('#messages > :last-child').getBoundingClientRect())`) {
			t.Errorf("%s: what came of it is out of sight", act)
		}
		if at := webtest.Ask[string](b, `document.activeElement.closest('#members-place')?.id ?? document.activeElement.outerHTML`); at != "members-place" {
			t.Errorf("%s: the focus is on %s, want it in the list", act, at)
		}
		if n := webtest.Ask[int](b, `document.querySelectorAll('#messages > *').length`); n != 1 {
			t.Errorf("%s: %d messages, want that of the last act", act, n)
		}
	}
	act("make-admin", "Tui Manu is an administrator of")
	b.Until(`document.activeElement.textContent === 'Revoke admin'`) // in the place of what was pressed
	act("revoke-admin", "is no longer an administrator of")
	act("resend-invite", "is sent to x@example.org again")
	act("revoke-invite", "is revoked")
	fit(t, b, true, "the page after acts")
	b.Resize(desk)

	// Cancel sends nothing.
	b.TabTo(`#members a[href$="/remove/"]`)
	b.Type(kb.Enter)
	b.Until(`document.querySelector('#actionModal').open`)
	b.TabTo("#actionModal [data-part=cancel]")
	b.Type(kb.Enter)
	b.Until(`!document.querySelector('#actionModal').open && document.activeElement.matches('#members a[href$="/remove/"]')`)
	k.has("u.username = 'tui'")

	// What is refused has a page of its own.
	remove := k.ofMember("tui", "remove")
	k.Exec("UPDATE organisation_members SET role = 'MEMBER' WHERE user_id = (SELECT id FROM users WHERE username = 'kea')")
	b.Type(kb.Enter)
	b.Until(`document.querySelector('#actionModal').open`)
	b.TabTo("#actionModal [data-part=confirm]")
	b.Type(kb.Enter)
	b.At(remove, "You may not see this")
	k.has("u.username = 'tui'")
}

// TestOwnPageInPlace answers invitations and leaves an organisation on one's own page, which stays.
func TestOwnPageInPlace(t *testing.T) {
	t.Parallel()
	c := newClub(t)
	c.invited(tuiMail)
	b := c.Tab(desk)
	b.SignIn("tui")
	b.Open(ownPage)
	b.At(ownPage, "Tui Manu")
	webtest.Ask[bool](b, `window.stays = true`)
	act := func(selector, question, told string) {
		t.Helper()
		b.TabTo(selector)
		b.Type(kb.Enter)
		b.Until(`document.querySelector('#actionModal').open && document.querySelector('#actionModal h2').textContent === '` + question + `'`)
		fit(t, b, true, question)
		b.Resize(desk)
		b.TabTo("#actionModal [data-part=confirm]")
		b.Type(kb.Enter)
		b.Until(`document.querySelector('#messages')?.textContent.includes('` + told + `') && !document.querySelector('#actionModal').open`)
		b.Until(`document.getElementById('live').textContent.includes('` + told + `')`)
		if !webtest.Ask[bool](b, `window.stays === true && document.activeElement.closest('#lists') !== null`) {
			t.Errorf("%s: the page was left, or the focus is lost", question)
		}
	}
	const answer = `#invitations form[action$="/`
	same := webtest.Ask[string](b, `[...document.querySelectorAll('#invitations button')].map(b => b.offsetHeight).join()`)
	act(answer+`accept/"] button`, "Accept the invitation?", "You are a member of "+kuraName+" now.")
	b.Until(`!document.querySelector('#invitations') && document.querySelector('#organisations tbody')?.textContent.includes('` + kuraName + `')`)
	c.one(linked + " AND accepted_datetime IS NOT NULL")
	webtest.Ask[bool](b, `new Promise(done => setTimeout(() => done(true), 1100))`)
	if heard := webtest.Ask[string](b, `document.getElementById('live').textContent`); !strings.Contains(heard, "You are a member of") {
		t.Errorf("a second later is heard %q, want nothing new", heard)
	}
	leave := webtest.Ask[string](b, `(h => h + ',' + h)(document.querySelector('#organisations a[href$="/leave/"]').offsetHeight)`)
	if same != leave {
		t.Errorf("the buttons are %s pixels high, want the same", same+" and "+leave)
	}
	act(`#organisations a[href$="/leave/"]`, "Leave "+kuraName+"?", "You no longer belong to "+kuraName)
	b.Until(`!document.querySelector('#organisations tbody')`)
	c.none(linked)
	c.invited(tuiMail)
	b.Open(ownPage)
	webtest.Ask[bool](b, `window.stays = true`)
	act(answer+`decline/"] button`, "Decline the invitation?", "You have declined")
	c.none(linked)
}
