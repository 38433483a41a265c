package memberships_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ams/app/lang"
	"ams/app/membership"
	"ams/app/web/webtest"
)

const (
	wide, phone = 1280, 360
	dashboard   = "/en/users/kea/"
)

// market is a site with three memberships on sale and a worker at work.
func market(t *testing.T) (s *webtest.Site, year string) {
	t.Helper()
	s = webtest.New(t)
	at(s, "2026-07-10")
	s.Person("kea")
	s.Option(membership.Option{
		Name: lang.Text{EN: "One month"}, Duration: membership.Duration{Months: 1}, Order: 1,
		Description: lang.Text{EN: "All events.\nAll resources."}, VotingRights: true,
	}, "49.99")
	year = fmt.Sprint(s.Option(membership.Option{Name: lang.Text{EN: "One year for teachers of te reo Māori in secondary schools"}, Order: 2}, "499.99"))
	s.Option(membership.Option{Name: lang.Text{EN: "Day visitor"}, Duration: membership.Duration{Days: 1}, Order: 3}, "0")
	return s, year
}

// fine checks a page against the width of the window, and against WCAG where scripts run: axe-core is one.
func fine(t *testing.T, b *webtest.Tab, scripts bool) {
	t.Helper()
	if scripts {
		if found := b.Violations(); found != "" {
			t.Errorf("axe-core finds:\n%s", found)
		}
	}
	if wide := b.TooWide(); wide != "" {
		t.Errorf("wider than the window: %s", wide)
	}
}

// TestJourney is the way from a choice to an active membership: choose, see the end, apply, wait, pay, be a member.
func TestJourney(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]struct {
		width             int64
		scripts, keyboard bool
	}{
		"Mouse": {wide, true, false}, "Keyboard": {wide, true, true}, "WithoutScripts": {wide, false, false}, "Phone": {phone, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, year := market(t)
			b := s.Tab(way.width)
			b.SignIn("kea")
			if !way.scripts {
				b.WithoutScripts()
			}
			press := func(selector string) { b.Do(chromedp.ScrollIntoView(selector), chromedp.Click(selector)) }
			if way.keyboard {
				press = func(selector string) { b.TabTo(selector); b.Type(kb.Enter) }
			}
			b.Open(dashboard)
			b.At(dashboard, "Mere Kahu")
			fine(t, b, way.scripts)
			press(".empty a")
			b.At(apply, "Apply for a membership")
			fine(t, b, way.scripts)

			// A mistake first: nothing is chosen. Then the choice, and what it comes to.
			press("#apply > .buttons [type=submit]")
			b.Refused()
			fine(t, b, way.scripts)
			choose(b, way.keyboard, year)
			if !way.scripts {
				press(".no-js [type=submit]")
			}
			b.Until(`document.querySelector('#period').textContent.includes('Expires on 10 July 2027')`)
			fine(t, b, way.scripts)
			press("#apply > .buttons [type=submit]")
			b.At(dashboard, "Mere Kahu")
			b.Until(`document.querySelector('#tasks').textContent.includes('on its way')`)
			fine(t, b, way.scripts)

			// The worker does its work. The page follows by itself, and without scripts when it is opened again.
			s.Work()
			if !way.scripts {
				b.Open(dashboard)
			}
			b.Until(`document.querySelector('#tasks')?.textContent.includes('Pay invoice MOCK-1, $499.99, due 8 September 2026')`)
			b.Until(`document.querySelector('#memberships').textContent.includes('Awaiting payment')`)
			b.Until(`document.querySelector('#standing').textContent.includes('is unpaid')`)
			fine(t, b, way.scripts)
			b.Open("/billing/invoice/MOCK-1/")
			b.At("/billing/invoice/MOCK-1/detail/", "Invoice MOCK-1")
			fine(t, b, way.scripts)
			s.MarkPaid("MOCK-1")
			press(".no-print a")
			b.At(dashboard, "Mere Kahu")
			b.Until(`document.querySelector('#standing').textContent.includes('You are a member')`)
			fine(t, b, way.scripts)
		})
	}
}

// choose takes a card: with the arrow keys of the group, or with a click anywhere on it.
func choose(b *webtest.Tab, keyboard bool, option string) {
	if !keyboard {
		b.Do(chromedp.Click(`.pricing-card:has([value="` + option + `"]) label .name`))
		return
	}
	b.TabTo(`.pricing-card input`)
	b.Type(" " + kb.ArrowDown)
	b.Until(`document.activeElement.value === '` + option + `' && document.activeElement.checked`)
}

// The page of a purchase whose invoice comes while somebody reads: the focus stays where it is, nothing jumps, and a
// screen reader is told.
func TestArrival(t *testing.T) {
	t.Parallel()
	s, year := market(t)
	v := s.SignedIn("kea")
	v.Post(apply, order(year, "2026-07-10")...).Status(303)
	b := s.Tab(wide)
	b.SignIn("kea")
	b.Open(dashboard)
	b.Until(`document.querySelector('#tasks').textContent.includes('on its way')`)
	b.Do(chromedp.Focus("#memberships td a"))
	before := webtest.Ask[float64](b, `document.querySelector('#memberships').getBoundingClientRect().top`)
	s.Work()
	b.Until(`document.querySelector('#memberships').textContent.includes('Awaiting payment')`)
	b.Until(`document.querySelector('#live').textContent.includes('Awaiting payment')`)
	if !webtest.Ask[bool](b, `document.activeElement.matches('#memberships td a')`) {
		t.Error("the focus has moved")
	}
	if after := webtest.Ask[float64](b, `document.querySelector('#memberships').getBoundingClientRect().top`); after-before > 60 || before-after > 60 {
		t.Errorf("the table has moved from %v to %v", before, after)
	}
	const asked = `performance.getEntriesByType('resource').filter(e => e.name.includes('/purchases/')).length`
	once := webtest.Ask[int](b, asked)
	time.Sleep(3 * time.Second)
	if n := webtest.Ask[int](b, asked); n != once || n == 0 {
		t.Errorf("%d requests until the invoice was there and %d later, want some and no more", once, n)
	}
}

// TestDark opens the same pages in a dark theme, with a membership of each status.
func TestDark(t *testing.T) {
	t.Parallel()
	s, year := market(t)
	s.Dark()
	v := s.SignedIn("kea")
	v.Post(apply, order(year, "2026-07-10")...).Status(303)
	hold(s, year, "2024-01-01", "2025-01-01", "approved_datetime", "now()")
	hold(s, year, "2027-07-10", "2028-01-01", "cancelled_datetime", "now()", "cancelled_reason", "'Moved overseas'")
	s.Work()
	for _, width := range []int64{wide, phone} {
		b := s.Tab(width)
		b.SignIn("kea")
		for _, path := range []string{dashboard, apply + "?membership_option=" + year, "/billing/invoice/MOCK-1/detail/"} {
			b.Open(path)
			fine(t, b, true)
		}
	}
}
