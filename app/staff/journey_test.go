package staff_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestJourney is the way of a payment that arrived by other means: find the person, open the invoice, mark it as paid,
// and see the membership active on the member's dashboard.
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
			s := shop(t)
			s.Work()
			s.Exec(`INSERT INTO users (uuid, email, username, first_name, last_name, password, date_joined)
				SELECT gen_random_uuid(), 'person' || i || '@example.org', 'person' || i, 'Tama', 'Number ' || i, '!', now() FROM generate_series(1, 120) i`)
			b := s.Tab(way.width)
			b.SignIn("boss")
			if !way.scripts {
				b.WithoutScripts()
			}
			press := func(selector string) { b.Do(chromedp.ScrollIntoView(selector), chromedp.Click(selector)) }
			if way.keyboard {
				press = func(selector string) { b.TabTo(selector); b.Type(kb.Enter) }
			}
			b.Open("/admin/")
			b.At("/admin/", "Kia ora, Hōne")
			if way.keyboard {
				b.Type("gp")
			} else {
				press(`main a[href="` + people + `"]`)
			}
			b.At(people, "People")
			if way.keyboard {
				b.Type("/")
			} else {
				b.Do(chromedp.Click("#id_q"))
			}
			b.Type("mere kahu")
			if !way.scripts {
				press("#list-bar [type=submit]")
			}
			b.Until(rows + " === 1")
			press("#list-table tbody th a")
			b.At(page(s, "kea", "change"), "Mere Kahu (kea@example.org)")
			press(`.related a[href^="` + invoices + `"]`)
			b.At(invoices, "Invoices")
			b.Until(rows + " === 1")
			press("#list-table tbody th a")
			at := last(s, invoices, "change")
			b.At(at, "MOCK-1")
			press(".record-acts [type=submit]")
			b.Until(`document.querySelector('h1').textContent.includes('Mark as paid')`)
			if way.scripts {
				if found := b.Violations(); found != "" {
					t.Errorf("axe-core finds:\n%s", found)
				}
			}
			if found := b.TooWide(); found != "" {
				t.Errorf("wider than the window: %s", found)
			}
			press(".question form [type=submit]")
			b.At(at, "MOCK-1")
			b.Until(`document.querySelector('#messages').textContent.includes('Done for 1 entry') && !document.querySelector('.record-acts form')`)

			member := s.Tab(way.width)
			member.SignIn("kea")
			member.Open(dashboard)
			member.Until(`document.querySelector('#standing').textContent.includes('You are a member') && !document.querySelector('#tasks')`)
		})
	}
}
