package staff_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// A membership is cancelled with a reason and its unpaid invoice, with scripts and without, on a screen of any width.
func TestCancelInBrowser(t *testing.T) {
	t.Parallel()
	for name, look := range map[string]struct {
		width   int64
		scripts bool
	}{"Wide": {wide, true}, "Phone": {phone, true}, "WithoutScripts": {wide, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := shop(t)
			s.Work()
			const title = "Mere Kahu (kea@example.org), Teacher"
			record := last(s, memberships, "change")
			b := s.Tab(look.width)
			b.SignIn("boss")
			if !look.scripts {
				b.WithoutScripts()
			}
			fit := func(where string) {
				t.Helper()
				if !look.scripts {
					return
				}
				if found := b.Violations() + b.TooWide(); found != "" {
					t.Errorf("%s: %s", where, found)
				}
			}
			press := func(selector string) { b.Do(chromedp.ScrollIntoView(selector), chromedp.Click(selector)) }
			b.Open(record)
			b.At(record, title)
			fit("the record")
			press(button("cancel") + " [type=submit]")
			b.At(memberships, "Cancel the membership")
			fit("the question")
			b.Do(chromedp.SetValue("#id_reason", "   "))
			press(".question form [type=submit]")
			b.Until("document.querySelector('#id_reason-error') !== null")
			fit("the question, refused")
			b.Do(chromedp.SetValue("#id_reason", "Moved to Ōtautahi"))
			press("#id_also")
			press(".question form [type=submit]")
			b.At(record, title)
			fit("the cancelled record")
			s.Work()
			if s.Count("SELECT count(*) FROM individual_memberships WHERE cancelled_reason = 'Moved to Ōtautahi'") != 1 ||
				s.Count("SELECT count(*) FROM mock_invoices WHERE status = 'VOIDED'") != 1 {
				t.Error("want the membership cancelled and the invoice voided")
			}
			b.Open(purchases)
			b.At(purchases, "Purchases")
			fit("the purchases")
		})
	}
}
