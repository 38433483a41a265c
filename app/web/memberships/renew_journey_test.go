package memberships_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ams/app/lang"
	"ams/app/membership"
	"ams/app/profile"
	"ams/app/web/webtest"
)

// TestRenewalJourney is the way from the card on somebody's page to the renewal that is paid: the option is sold no longer,
// so one is chosen, and a question is asked that was forgotten.
func TestRenewalJourney(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]struct {
		width             int64
		scripts, keyboard bool
	}{
		"Mouse": {wide, true, false}, "ORG-60 keyboard": {wide, true, true}, "ORG-60 without scripts": {wide, false, false},
		"ORG-60 without scripts, by keyboard": {wide, false, true}, "Phone": {phone, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, year := market(t)
			s.Ask(profile.Question{Key: "school", Type: profile.Text, RequiredForMembership: true})
			old := fmt.Sprint(s.Option(membership.Option{Name: lang.Text{EN: "Early bird"}, Archived: true}, "299"))
			hold(s, old, "2025-08-01", "2026-08-01", "approved_datetime", "'2025-08-01'")
			b := s.Tab(way.width)
			b.SignIn("kea")
			if !way.scripts {
				b.WithoutScripts()
			}
			press := presser(b, way.keyboard)
			b.Open(dashboard)
			b.Until(`document.querySelector('#task-renew h3').textContent === 'Renew Early bird, it expires on 1 August 2026'`)
			fine(t, b, way.scripts)
			press("#task-renew a")
			b.At(renewal, "Renew your membership")
			fine(t, b, way.scripts)

			// Mistakes first: neither is a membership chosen nor the question answered. Then both.
			press("#renew > .buttons [type=submit]")
			b.Refused()
			fine(t, b, way.scripts)
			choose(b, way.keyboard, year)
			if way.keyboard {
				b.TabTo("#id_profile-school")
			} else {
				b.Do(chromedp.Focus("#id_profile-school"))
			}
			b.Type("Te Kura")
			press("#renew > .buttons [type=submit]")
			b.At(dashboard, "Mere Kahu")
			b.Until(`document.querySelector('#messages').textContent.includes('membership is renewed until 31 July 2027')`)
			b.Until(`!document.querySelector('#task-renew')`)
			fine(t, b, way.scripts)
			s.Work()
			s.MarkPaid("MOCK-1")
			b.Open(dashboard)
			b.Until(`document.querySelector('#memberships').textContent.includes('Approved. It starts on 1 August 2026')`)
		})
	}
}

// presser goes to a control and presses it, by mouse or by keyboard alone.
func presser(b *webtest.Tab, keyboard bool) func(selector string) {
	if keyboard {
		return func(selector string) { b.TabTo(selector); b.Type(kb.Enter) }
	}
	return func(selector string) { b.Do(chromedp.ScrollIntoView(selector), chromedp.Click(selector)) }
}

// TestOrganisationRenewalJourney is the same for an organisation, with more people than seats and a live total.
func TestOrganisationRenewalJourney(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]struct {
		width             int64
		scripts, keyboard bool
	}{"ORG-60 keyboard": {wide, true, true}, "ORG-60 without scripts": {wide, false, false}, "Phone": {phone, true, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newRenewingClub(t, membership.Option{MaxChargedSeats: 4, MaxSeats: 20}, "1000")
			k.joins(5, 1, 0, 0)
			b := k.Tab(way.width)
			b.SignIn("kea")
			if !way.scripts {
				b.WithoutScripts()
			}
			press := presser(b, way.keyboard)
			b.Open(k.page)
			fine(t, b, way.scripts)
			press(`.section-heading a[href="` + k.renewal + `"]`)
			b.At(k.renewal, "Renew the membership of Te Kura")
			b.Until(`document.querySelector('#id_seat_count').value === '7' && document.querySelector('#period').textContent.includes('$4,000.00')`)
			fine(t, b, way.scripts)
			retype := func(seats string) {
				if way.keyboard {
					b.TabTo("#id_seat_count")
				} else {
					b.Do(chromedp.Focus("#id_seat_count"))
				}
				b.Type(kb.Backspace + kb.Delete + seats)
			}
			retype("3")
			if way.scripts { // another price moves the button
				b.Until(`!document.querySelector('#period').textContent.includes('$4,000.00')`)
			}
			press("#renew > .buttons [type=submit]")
			b.Refused()
			fine(t, b, way.scripts)
			retype("9")
			if !way.scripts {
				press(".no-js [type=submit]")
			}
			b.Until(`document.querySelector('#period').textContent.includes('5 seats are free')`)
			fine(t, b, way.scripts)
			press("#renew > .buttons [type=submit]")
			b.At(k.page, "Te Kura")
			b.Until(`document.querySelector('#messages').textContent.includes('Once it is paid you have 9 seats until 31/03/2028')`)
			b.Until(`!document.querySelector("a[href='` + k.renewal + `']")`)
			fine(t, b, way.scripts)
		})
	}
}

// TestRenewalDark opens the pages in a dark theme.
func TestRenewalDark(t *testing.T) {
	t.Parallel()
	k := newRenewingClub(t, membership.Option{MaxChargedSeats: 4}, "1000")
	k.Dark()
	own := fmt.Sprint(k.Option(membership.Option{}, "49.99"))
	hold(k.Site, own, "2026-03-31", "2027-03-31", "approved_datetime", "'2026-03-31'")
	for _, width := range []int64{wide, phone} {
		b := k.Tab(width)
		b.SignIn("kea")
		for _, path := range []string{dashboard, renewal, k.page, k.renewal} {
			b.Open(path)
			fine(t, b, true)
		}
	}
}
