package organisations_test

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ams/app/web/webtest"
)

const phone, desk = 390, 1280

// fit fails the test when a page is wider than any usual window, or a reader would stumble over it.
func fit(t *testing.T, b *webtest.Tab, scripts bool, page string) {
	t.Helper()
	for _, width := range []int64{desk, phone} {
		b.Resize(width)
		if wide := b.TooWide(); wide != "" {
			t.Errorf("%s is wider than %d: %s", page, width, wide)
		}
	}
	if !scripts { // axe-core is one
		return
	}
	if found := b.Violations(); found != "" {
		t.Errorf("%s:\n%s", page, found)
	}
}

// TestInBrowser founds an organisation, looks after its people and leaves it, by keyboard and on a phone.
func TestInBrowser(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"WithScripts": true, "ORG-60 WithoutScripts": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := webtest.New(t)
			s.Person("kea")
			s.Person("tui")
			s.Exec("UPDATE users SET first_name = 'Te Ataahikoia Ngāhuia Whetūrangi', last_name = 'Parāone-Wharepōuri-Tūhoropunga' WHERE username = 'tui'")
			b := s.Tab(phone)
			b.SignIn("kea")
			if !scripts {
				b.WithoutScripts()
			}
			press := func(selector string) {
				t.Helper()
				b.TabTo(selector)
				b.Type(kb.Enter)
			}
			b.Open("/en/users/kea/")
			press(`#organisations a[href="/en/organisations/create/"]`)
			b.At(create, "Create an organisation")
			fit(t, b, scripts, "the form")
			press("#organisation [type=submit]")
			if scripts {
				b.Refused()
			} else {
				b.Until(`document.querySelector('#organisation .problems') !== null`)
			}
			fit(t, b, scripts, "the refused form")
			const long = "Te Kura Kaupapa Māori o Ngā Mokopuna o Te Tai Tokerau me Ōtautahi"
			values := details()
			values[1] = long
			for i := 0; i < len(values); i += 2 {
				b.Do(chromedp.SetValue("#id_"+values[i], values[i+1]))
			}
			press("#organisation [type=submit]")
			b.Until(`document.querySelector('#members') !== null`)
			var page string
			s.Row(&page, "SELECT '/en/organisations/' || uuid || '/' FROM organisations")
			b.At(page, long)
			s.Exec(`INSERT INTO organisation_members (user_id, organisation_id, created_datetime, accepted_datetime)
				SELECT u.id, o.id, now(), '2027-01-01' FROM users u, organisations o WHERE u.username = 'tui'`)
			s.Exec(`INSERT INTO organisation_members (organisation_id, invite_email, created_datetime)
				SELECT id, 'ngahuia.whetūrangi.parāone-wharepouri@kura-kaupapa-o-te-tai-tokerau.example', now() FROM organisations`)
			b.Open(page)
			b.At(page, long)
			fit(t, b, scripts, "the page")

			// Another order swaps the list alone, keeps the focus and stands in the address.
			b.Resize(desk)
			if scripts {
				webtest.Ask[bool](b, `window.stays = true`)
			}
			press("#members th:first-child a")
			b.Until(`location.search === '?members-sort=name' && document.querySelector('#members th[aria-sort=ascending]') !== null`)
			if scripts && webtest.Ask[bool](b, `!window.stays || !document.activeElement.matches('#members th:first-child a')`) {
				t.Error("the page was loaded anew, or the focus is elsewhere")
			}

			answer := func(act, question, told string) { // asks first, in a dialog or on a page
				t.Helper()
				press(`#members a[href$="/` + act + `/"]`)
				if scripts {
					b.Until(`document.querySelector('#actionModal').open && document.querySelector('#actionModal h2').textContent === '` + question + `'`)
					fit(t, b, scripts, "the dialog")
					b.Resize(desk)
					press(`#actionModal [data-part=confirm]`)
				} else {
					b.Until(`document.querySelector('h1')?.textContent === '` + question + `'`)
					fit(t, b, scripts, "the question")
					b.Resize(desk)
					press(`main form [type=submit]`)
				}
				b.At(page, long)
				b.Until(`document.querySelector('#messages .alert-success')?.textContent.includes('` + told + `')`)
			}
			const tui = "Te Ataahikoia Ngāhuia Whetūrangi Parāone-Wharepōuri-Tūhoropunga"
			answer("make-admin", "Make "+tui+" an administrator?", "is an administrator of")
			answer("revoke-admin", "Take the role of an administrator from "+tui+"?", "is no longer an administrator of")
			answer("remove", "Remove "+tui+"?", "no longer belongs to")
			if n := s.Count("SELECT count(*) FROM organisation_members WHERE user_id IS NOT NULL"); n != 1 {
				t.Errorf("%d people are left, want the founder", n)
			}
			fit(t, b, scripts, "the page with messages")

			s.Exec("DELETE FROM organisation_members WHERE user_id IS NULL")
			b.Open(page + "deactivate/")
			b.At(page+"deactivate/", "Deactivate "+long+"?")
			fit(t, b, scripts, "the question")
			press(`main form [type=submit]`)
			b.At("/en/users/kea/", "Mere Kahu")
			fit(t, b, scripts, "the dashboard")
			b.Open(page)
			b.At(page, long)
			fit(t, b, scripts, "the page of an inactive organisation")
			s.SignedIn("kea").Get(page).Status(http.StatusOK).Has(".alert-warning", "inactive")
		})
	}
}

// TestInDark looks at the page of an organisation with many people under a dark theme.
func TestInDark(t *testing.T) {
	t.Parallel()
	k := newKura(t)
	k.Dark()
	k.Exec(`INSERT INTO users (uuid, email, username, first_name, last_name, password, date_joined)
		SELECT gen_random_uuid(), 'm' || i || '@example.org', 'm' || i, 'Mārama', 'Tāwhai-' || i, '!', now() FROM generate_series(1, 60) i`)
	k.Exec(`INSERT INTO organisation_members (user_id, organisation_id, created_datetime, accepted_datetime)
		SELECT u.id, o.id, now(), now() FROM users u, organisations o WHERE u.username LIKE 'm%'`)
	b := k.Tab(desk)
	b.SignIn("kea")
	b.Open(k.page + "?members-page=2")
	b.At(k.page, kuraName)
	fit(t, b, true, "the page")
	webtest.Ask[bool](b, `document.querySelector('#members-pager a[rel=next]').focus(), true`) // behind more than anybody tabs through
	b.Type(kb.Enter)
	b.Until(`location.search === '?members-page=3' && document.querySelectorAll('#members tbody tr').length === 11`)
	fit(t, b, true, "the last page")
}
