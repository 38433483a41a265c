package memberships_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ams/app/lang"
	"ams/app/membership"
	"ams/app/web/webtest"
)

// fill types into a field as the way does; what stood there is replaced.
func fill(b *webtest.Tab, keyboard bool, field, text string) {
	if keyboard {
		b.TabTo("#id_" + field)
	} else {
		b.Do(chromedp.ScrollIntoView("#id_"+field), chromedp.Focus("#id_"+field))
	}
	webtest.Ask[bool](b, "document.activeElement.select(), true")
	b.Type(text)
}

// TestClubJourney is the way of an organisation from its creation to ten members on paid seats: found it, see what a
// membership costs, apply, pay, fill the seats, add more, pay.
func TestClubJourney(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]struct {
		width             int64
		scripts, keyboard bool
	}{
		"Mouse": {wide, true, false}, "ORG-60 keyboard": {wide, true, true}, "ORG-60 without scripts": {wide, false, false}, "Phone": {phone, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := webtest.New(t)
			at(s, "2026-07-10")
			s.Person("kea")
			k := &club{Site: s}
			k.sells(membership.Option{Name: lang.Text{EN: "One month"}, Duration: membership.Duration{Months: 1}, Order: 1}, "9.99")
			k.option = k.sells(membership.Option{Name: lang.Text{EN: "One year for schools in Te Tai Tokerau"}, MaxChargedSeats: 8, MaxSeats: 12, Order: 2, VotingRights: true}, "100")
			b := s.Tab(way.width)
			b.SignIn("kea")
			if !way.scripts {
				b.WithoutScripts()
			}
			press := func(selector string) { b.Do(chromedp.ScrollIntoView(selector), chromedp.Click(selector)) }
			if way.keyboard {
				press = func(selector string) { b.TabTo(selector); b.Type(kb.Enter) }
			}
			says := func(selector, text string) {
				t.Helper()
				b.Until(fmt.Sprintf(`document.querySelector(%q)?.textContent.replace(/\s+/g, ' ').includes(%q)`, selector, text))
			}

			b.Open(dashboard)
			press(`a[href="/en/organisations/create/"]`)
			b.At("/en/organisations/create/", "Create an organisation")
			for _, f := range [][2]string{
				{"name", "Te Kura"},
				{"contact_name", "Hine"},
				{"email", office},
				{"telephone", "03 555"},
				{"postal_address", "PO Box 1"},
				{"postal_city", "Kaitāia"},
				{"postal_code", "0410"},
			} {
				fill(b, way.keyboard, f[0], f[1])
			}
			press(`main form .buttons [type=submit]`)
			b.Until(`document.querySelector('h1')?.textContent.trim() === 'Te Kura' && document.readyState === 'complete'`)
			k.id = int64(k.Count("SELECT id FROM organisations"))
			k.page, k.apply, k.add = k.pages(k.id)
			says("#standing", "There is no active membership")
			fine(t, b, way.scripts)

			// A mistake first: nothing is chosen. Then the choice, and what it comes to.
			press(`a[href="` + k.apply + `"]`)
			b.At(k.apply, "Add a membership for Te Kura")
			fine(t, b, way.scripts)
			press("#apply > .buttons [type=submit]")
			b.Refused()
			fine(t, b, way.scripts)
			choose(b, way.keyboard, k.option)
			fill(b, way.keyboard, "seat_count", "5")
			if way.scripts {
				b.Until(`document.querySelector('#id_seat_count').max === '12'`)
			} else {
				press(".no-js [type=submit]")
			}
			says("#period", "Expires on 10 July 2027")
			says("#period", "Total: $500.00")
			says("#period", "The first 8 seats are charged. All others are free.")
			fine(t, b, way.scripts)
			press("#apply > .buttons [type=submit]")
			b.At(k.page, "Te Kura")
			says("#tasks", "Your invoice for One year for schools in Te Tai Tokerau ($500.00) is on its way to "+office)
			fine(t, b, way.scripts)

			// The worker does its work. The page follows by itself, and without scripts when it is opened again.
			again := func() {
				s.Work()
				if !way.scripts {
					b.Open(k.page)
				}
			}
			again()
			says("#tasks", "Pay invoice MOCK-1, $500.00, due 8 September 2026")
			says("#memberships", "Awaiting payment")
			says("#memberships", "is unpaid")
			fine(t, b, way.scripts)
			s.MarkPaid("MOCK-1")
			b.Open(k.page)
			says("#standing", "1 of 5 seats taken (5 charged, 0 free) (limit 12 seats).")

			// Four more people take the seats. There is room for nobody else until seats are added.
			k.kea = s.SignedIn("kea")
			for i := range 4 {
				k.accepts(fmt.Sprintf("m%d", i), true)
			}
			k.accepts("m4", false)
			b.Open(k.page)
			says("#standing", "5 of 5 seats taken")
			says("#standing", "Who is invited can join once a seat is free.")
			press(`a[href="` + k.add + `"]`)
			b.At(k.add, "Add seats for Te Kura")
			fine(t, b, way.scripts)
			press("#seats > .buttons [type=submit]")
			b.Refused()
			fine(t, b, way.scripts)
			fill(b, way.keyboard, "seats_to_add", "5")
			if !way.scripts {
				press(".no-js [type=submit]")
			}
			says("#price", "$300.00")
			says("#price", "for 5 seats: 3 charged, 2 free")
			fine(t, b, way.scripts)
			press("#seats > .buttons [type=submit]")
			b.At(k.page, "Te Kura")
			says("#standing", "5 of 10 seats taken (8 charged, 2 free)")
			again()
			says("#tasks", "Pay invoice MOCK-2, $300.00")
			s.MarkPaid("MOCK-2")
			k.answers("m4", true)
			for i := range 4 {
				k.accepts(fmt.Sprintf("n%d", i), true)
			}
			b.Open(k.page)
			says("#standing", "10 of 10 seats taken (8 charged, 2 free) (limit 12 seats).")
			if rows := webtest.Ask[int](b, `document.querySelectorAll('#members tbody tr').length`); rows != 10 {
				t.Errorf("%d members, want 10", rows)
			}
			fine(t, b, way.scripts)
			if paid := webtest.Ask[string](b, `document.querySelector('#memberships tbody tr').textContent`); strings.Count(paid, "Paid") < 2 {
				t.Errorf("the membership = %q, want two paid invoices", paid)
			}
		})
	}
}

// accepts invites somebody who answers at once, and whether there was a seat left.
func (k *club) accepts(name string, free bool) {
	k.T.Helper()
	k.Person(name)
	k.kea.Post(k.page+"invite/", "email", webtest.Address(name)).Status(http.StatusSeeOther)
	k.answers(name, free)
}

// answers has somebody accept an invitation, which is refused without a seat.
func (k *club) answers(name string, free bool) {
	k.T.Helper()
	var token string
	k.Row(&token, "SELECT invite_token FROM organisation_members WHERE invite_email = ?", webtest.Address(name))
	k.SignedIn(name).Post("/en/organisations/invite/" + token + "/accept/").Status(http.StatusSeeOther)
	if n := k.Count("SELECT count(*) FROM organisation_members WHERE invite_token = ? AND accepted_datetime IS NOT NULL", token); (n == 1) != free {
		k.T.Errorf("%s has joined: %v, want %v", name, n == 1, free)
	}
}

// TestClubDark opens the same pages in a dark theme, with a membership of each status.
func TestClubDark(t *testing.T) {
	t.Parallel()
	k := newClub(t, membership.Option{MaxChargedSeats: 4, MaxSeats: 12}, "100")
	k.Dark()
	k.holds(k.option, "2024-01-01", "2025-01-01", 3)
	k.holds(k.option, "2025-01-01", "2026-01-01", 3)
	k.Exec("UPDATE organisation_memberships SET cancelled_datetime = now(), cancelled_reason = 'Moved' WHERE start_date = '2025-01-01'")
	k.holds(k.option, "2026-01-01", "2027-01-01", 3)
	k.adds("2")
	k.kea.Post(k.apply, order(k.option, "2027-01-01", "seat_count", "6")...)
	k.Work()
	for _, width := range []int64{wide, phone} {
		b := k.Tab(width)
		b.SignIn("kea")
		for _, path := range []string{k.page, k.apply + "?seat_count=6&membership_option=" + k.option, k.add + "?seats_to_add=3", dashboard} {
			b.Open(path)
			fine(t, b, true)
		}
	}
}
