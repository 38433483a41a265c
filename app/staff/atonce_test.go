package staff_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"ams/app/web/webtest"
)

// What happens at the same moment happens one after the other, and each sees what the other did.
func TestActsAtOnce(t *testing.T) {
	t.Parallel()
	const member = "SELECT id FROM individual_memberships FOR UPDATE"
	t.Run("Two staff cancel: one does, one letter", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		s.Staff("ruru")
		s.Work()
		v := []*webtest.Visitor{s.SignedIn("boss"), s.SignedIn("ruru")}
		question := asked(v[0], memberships, "cancel", newest(s, "individual_memberships"))
		s.Holding(member, 2, func(i int) {
			answer(v[i], memberships, question, "reason", "Moved", "also", "on").Status(http.StatusSeeOther)
		})
		told := flash(v[0]) + flash(v[1])
		s.Work()
		if !strings.Contains(told, "1 membership was cancelled.") || !strings.Contains(told, "it is cancelled already") ||
			letters(s, webtest.Address("kea"), "cancelled") != 1 || s.Count("SELECT count(*) FROM admin_log_entries WHERE action = 'cancel'") != 1 {
			t.Errorf("they are told %q, and there are %d letters", told, letters(s, webtest.Address("kea"), "cancelled"))
		}
	})
	t.Run("A cancellation and a payment", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		s.Work()
		v := s.SignedIn("boss")
		question := asked(v, memberships, "cancel", newest(s, "individual_memberships"))
		s.Holding(member, 2, func(i int) {
			if i == 0 {
				answer(v, memberships, question, "reason", "Moved", "also", "on").Status(http.StatusSeeOther)
			} else if err := s.App.Bills.MarkPaid(t.Context(), "MOCK-1"); err != nil {
				t.Errorf("MarkPaid = %v", err)
			}
		})
		s.Work()
		var approved bool
		s.Row(&approved, "SELECT approved_datetime IS NOT NULL FROM individual_memberships WHERE cancelled_datetime IS NOT NULL")
		decisions := s.Count("SELECT count(*) FROM invoices WHERE decision_notified_at IS NOT NULL")
		if s.Count("SELECT count(*) FROM invoices WHERE paid = 49.99 AND provider_status = 'PAID'") != 1 || approved == (decisions == 1) {
			t.Errorf("approved = %v, told to decide = %d: want the payment kept, and a decision asked for unless it came first", approved, decisions)
		}
	})
	t.Run("A cancellation and the job of its invoice: nothing stays open at the provider", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		v := s.Twin().SignedIn("boss") // with connections of its own, as many are held
		question := asked(v, memberships, "cancel", newest(s, "individual_memberships"))
		s.Holding(member, 2, func(i int) {
			if i == 0 {
				answer(v, memberships, question, "reason", "Moved").Status(http.StatusSeeOther)
			} else {
				s.Work()
			}
		})
		s.Work()
		if n := s.Count("SELECT count(*) FROM mock_invoices WHERE status NOT IN ('VOIDED', 'DELETED')"); n != 0 {
			t.Errorf("%d invoices are open at the provider, want none", n)
		}
		if n := s.Count("SELECT count(*) FROM purchases WHERE invoice_state NOT IN ('RAISED', 'CANCELLED')"); n != 0 {
			t.Errorf("%d purchases wait still", n)
		}
	})
	t.Run("Raised again by two at once: one job, one invoice", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		s.Staff("ruru")
		refusing(s)
		s.Work()
		s.Provider.Works()
		v := []*webtest.Visitor{s.SignedIn("boss"), s.SignedIn("ruru")}
		lists := []string{memberships, purchases}
		questions := []*webtest.Answer{
			asked(v[0], memberships, "raise_invoice", newest(s, "individual_memberships")), asked(v[1], purchases, "raise_invoice", newest(s, "purchases")),
		}
		var once sync.Mutex
		var told []string
		s.Holding("SELECT id FROM purchases FOR UPDATE", 2, func(i int) {
			answer(v[i], lists[i], questions[i]).Status(http.StatusSeeOther)
			once.Lock()
			defer once.Unlock()
			told = append(told, flash(v[i]))
		})
		slices.Sort(told)
		if s.Count("SELECT count(*) FROM gue_jobs WHERE job_type = 'billing.raise_invoice'") != 1 || !strings.Contains(told[1], "Success") || strings.Contains(told[0], "Success") {
			t.Errorf("they are told %q, want one of two successful and one job", told)
		}
		s.Work()
		if s.Count("SELECT count(*) FROM mock_invoices") != 1 || s.Count("SELECT count(*) FROM purchases WHERE series = 2") != 1 {
			t.Error("want one invoice, and a series that rose once")
		}
	})
}
