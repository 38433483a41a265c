package memberships_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"ams/app/dev/inbox"
	"ams/app/fault"
	"ams/app/membership"
	"ams/app/web/webtest"
)

// raised is bought with its invoice there.
func raised(t *testing.T, settings ...string) (*webtest.Site, *webtest.Visitor) {
	t.Helper()
	s, v := bought(t, settings...)
	s.Work()
	return s, v
}

func decisions(s *webtest.Site) []inbox.Entry {
	return slices.DeleteFunc(s.Mails("boss@example.org"), func(e inbox.Entry) bool {
		return !strings.HasPrefix(e.Subject, "A payment needs a decision")
	})
}

// undecided checks that the payment is stored, approves nothing, and was told to staff once.
func undecided(s *webtest.Site, why string) {
	s.T.Helper()
	if n := s.Count("SELECT count(*) FROM individual_memberships WHERE approved_datetime IS NULL"); n != 1 {
		s.T.Error("the membership was approved")
	}
	if n := s.Count("SELECT count(*) FROM invoices WHERE paid_date IS NOT NULL AND decision_notified_at IS NOT NULL"); n != 1 {
		s.T.Error("the payment is not stored, or not noted as told")
	}
	mails := decisions(s)
	if len(mails) != 1 || !strings.Contains(mails[0].Text, why) || !strings.Contains(mails[0].Text, "MOCK-1") {
		s.T.Errorf("mails to staff = %v, want one that says %q", mails, why)
	}
}

// record is the newest membership of a person as staff look after it.
func record(s *webtest.Site) string {
	s.T.Helper()
	return fmt.Sprintf("/admin/memberships/individualmembership/%d/change/", s.Count("SELECT max(id) FROM individual_memberships"))
}

// settle closes an invoice in the provider's books, in another way than MarkPaid does. Our copy, which knows nothing of it,
// learns it as it learns everything: the provider is asked, and tells how the invoice stands.
func settle(s *webtest.Site, set string) {
	s.T.Helper()
	s.Exec("UPDATE mock_invoices SET status = 'PAID', paid_date = '2026-07-12', " + set)
	s.Exec("UPDATE invoices SET provider_status = 'AUTHORISED', paid_date = NULL, paid = 0, due = amount")
	s.MarkPaid("MOCK-1") // which changes nothing in the books: there it is closed
	s.Work()
}

// reported tells the membership of the invoice once more, as the job does after trouble.
func reported(s *webtest.Site) {
	s.T.Helper()
	s.Exec(`INSERT INTO gue_jobs (job_id, priority, run_at, job_type, args, queue, created_at, updated_at)
		SELECT '01M89PBBN68QF2D601V7PS1G' || lpad(id::text, 2, '0'), 0, now(), 'billing.apply_payment',
			convert_to('{"Invoice":' || id || '}', 'UTF8'), 'default', now(), now() FROM invoices`)
	s.Work()
}

func TestPayment(t *testing.T) {
	t.Parallel()
	t.Run("ORG-38 cancelled before it was paid", func(t *testing.T) {
		t.Parallel()
		s, v := raised(t)
		s.Exec("UPDATE individual_memberships SET cancelled_datetime = ?", s.Clock.Now())
		s.MarkPaid("MOCK-1")
		undecided(s, "had been cancelled before the payment arrived")
		v.Get(page).Has("#memberships", "Cancelled on 10 July 2026").Has("#memberships .cell-line", "Paid")
	})
	t.Run("ORG-71 over before it was paid", func(t *testing.T) {
		t.Parallel()
		s, _ := raised(t)
		s.Clock.Pass(32 * 24 * time.Hour)
		s.MarkPaid("MOCK-1")
		undecided(s, "was over before the payment arrived")
		s.SignedIn("kea").Get(page).Has("#memberships", "Expired").Has("#memberships .cell-line", "Paid").
			Has("#memberships", "It was never approved; a payment arrived on 11 August 2026, too late.")
		s.SignedIn("boss").Get(record(s)).Status(http.StatusOK).Has(".record-side", "a payment arrived on 11 August 2026, too late.")
	})
	t.Run("ORG-70 credited", func(t *testing.T) {
		t.Parallel()
		s, v := raised(t)
		settle(s, "paid = 0")
		undecided(s, "closed without a payment")
		v.Get(page).Has("#memberships .cell-line", "Cancelled").Has("#memberships", "Pending").
			Has("#memberships", "Invoice MOCK-1 was closed without a payment; the association will be in touch").Lacks("#tasks")
		s.SignedIn("boss").Get(page).Has("#memberships", "closed without a payment: credited")
		s.Exec("UPDATE invoices SET credited = 49.99") // the books of the development provider know no credit notes
		v.Get("/billing/invoice/MOCK-1/detail/").Has("main", "credited").Has("main", "$49.99")
	})
	t.Run("ToldOnce", func(t *testing.T) { // however often the provider reports it
		t.Parallel()
		s, _ := raised(t)
		s.Exec("UPDATE individual_memberships SET cancelled_datetime = now()")
		s.MarkPaid("MOCK-1")
		s.Exec("DELETE FROM email_messages") // so that the letter's own fence is gone
		settle(s, "paid = 49.99")
		if n := s.Count("SELECT count(*) FROM email_messages WHERE template_id = 'staff_payment_needs_decision'"); n != 0 {
			t.Errorf("%d further letters, want none", n)
		}
	})
	t.Run("ORG-72 a second payment", func(t *testing.T) {
		t.Parallel()
		s, v := raised(t)
		first := s.Clock.Now()
		s.MarkPaid("MOCK-1")
		s.Clock.Pass(time.Hour)
		settle(s, "paid = 49.99")
		if n := s.Count("SELECT count(*) FROM individual_memberships WHERE approved_datetime = ?", first); n != 1 {
			t.Error("the time of the approval has changed")
		}
		confirmed := slices.DeleteFunc(s.Mails(keaMail), func(e inbox.Entry) bool { return e.Subject != "Your membership is confirmed" })
		if len(confirmed) != 1 || len(decisions(s)) != 0 {
			t.Errorf("%d confirmations and %d decisions, want 1 and 0", len(confirmed), len(decisions(s)))
		}
		v.Get(page).Has("#memberships", "Active").Has("#memberships .cell-line", "Paid").Lacks("#tasks .card:not(#task-renew)")
	})
	t.Run("BIL-30 prepaid and overpaid money counts", func(t *testing.T) {
		t.Parallel()
		s, v := raised(t)
		settle(s, "paid = 0")
		s.Exec("UPDATE invoices SET allocated = 49.99, decision_notified_at = NULL")
		reported(s)
		v.Get(page).Has("#memberships", "Active").Has("#memberships .cell-line", "Paid")
	})
	t.Run("BIL-67 seats approve nothing", func(t *testing.T) {
		t.Parallel()
		s, v := raised(t)
		s.Exec("UPDATE invoices SET purpose = 'SEATS'")
		s.MarkPaid("MOCK-1")
		if n := s.Count("SELECT count(*) FROM individual_memberships WHERE approved_datetime IS NULL"); n != 1 || len(decisions(s)) != 0 {
			t.Error("paying for seats has approved the membership, or asked for a decision")
		}
		v.Get(page).Has("#memberships", "Pending")
	})
	t.Run("BIL-32 approved by staff before", func(t *testing.T) {
		t.Parallel()
		s, v := raised(t)
		s.Exec("UPDATE individual_memberships SET approved_datetime = '2026-07-09 12:00+12', approval_source = 'STAFF'")
		v.Get(page).Has("#memberships", "Approved by the association on 9 July 2026").Has("#tasks", "Pay invoice MOCK-1")
		s.MarkPaid("MOCK-1")
		if n := s.Count("SELECT count(*) FROM individual_memberships WHERE approval_source = 'STAFF' AND approved_datetime < '2026-07-10'"); n != 1 {
			t.Error("the payment has changed the approval")
		}
	})
	t.Run("StartsLater", func(t *testing.T) {
		t.Parallel()
		s, v, option := shop(t, month(), "49.99")
		v.Post(apply, order(option, "2026-09-01")...).Status(http.StatusSeeOther)
		s.Work()
		s.MarkPaid("MOCK-1")
		v.Get(page).Has("#memberships", "Pending").Has("#memberships", "Approved. It starts on 1 September 2026.").Has("#standing", "not a member")
		if mails := s.Mails(keaMail); !strings.Contains(mails[0].Text, "It begins on 01/09/2026") {
			t.Errorf("the letter says %q, want when it begins", mails[0].Text)
		}
		s.Clock.Pass(53 * 24 * time.Hour)
		s.SignedIn("kea").Get(page).Has("#memberships", "Active").Has("#standing", "You are a member")
	})
	t.Run("InactiveOwner", func(t *testing.T) {
		t.Parallel()
		s, _ := raised(t)
		s.Exec("UPDATE users SET is_active = false WHERE username = 'kea'")
		s.MarkPaid("MOCK-1")
		if n := s.Count("SELECT count(*) FROM individual_memberships WHERE approval_source = 'PAYMENT'"); n != 1 {
			t.Error("the payment of somebody whose account is off approved nothing")
		}
	})
	t.Run("ApprovalFails", func(t *testing.T) { // the payment is kept, and the approval tried again
		t.Parallel()
		s, v := raised(t)
		s.Exec("ALTER TABLE individual_memberships ADD CONSTRAINT broken CHECK (approved_datetime IS NULL)")
		s.MarkPaid("MOCK-1")
		v.Get(page).Has("#memberships .cell-line", "Paid").Has("#memberships", "Invoice MOCK-1 is paid; the membership is being approved")
		s.Work()
		s.Exec("ALTER TABLE individual_memberships DROP CONSTRAINT broken")
		s.Due()
		s.Work()
		v.Get(page).Has("#memberships", "Active")
		if s.Count("SELECT count(*) FROM gue_jobs") != 0 {
			t.Error("jobs are left over")
		}
	})
	t.Run("PaidAgainstCancelled", func(t *testing.T) { // at the same moment: whoever comes second sees the other
		t.Parallel()
		s, _ := raised(t)
		s.Behind(func() { s.MarkPaid("MOCK-1") }, "UPDATE individual_memberships SET cancelled_datetime = ?", s.Clock.Now())
		undecided(s, "had been cancelled")
	})
	t.Run("BIL-73 only once, and only here", func(t *testing.T) {
		t.Parallel()
		s, v := raised(t)
		v.Get(page).Has("#memberships", "Pending")
		s.MarkPaid("MOCK-1")
		v.Get(page).Has("#memberships", "Active")
		for number, want := range map[string]fault.Kind{"MOCK-1": fault.Clash, "MOCK-2": fault.Missing, "": fault.Missing} {
			if err := s.App.Bills.MarkPaid(t.Context(), number); fault.KindOf(err) != want {
				t.Errorf("MarkPaid(%q) = %v, want kind %d", number, err, want)
			}
		}
	})
	t.Run("PaidTwiceAtOnce", func(t *testing.T) {
		t.Parallel()
		s, v := raised(t)
		done := make(chan error, 2)
		for range 2 {
			go func() { done <- s.App.Bills.MarkPaid(t.Context(), "MOCK-1") }()
		}
		for range 2 {
			if err := <-done; err != nil && fault.KindOf(err) != fault.Clash {
				t.Errorf("MarkPaid() = %v", err)
			}
		}
		v.Get(page).Has("#memberships", "Active")
		if mails := s.Mails(keaMail); len(mails) != 2 {
			t.Errorf("%d mails, want the invoice and one confirmation", len(mails))
		}
	})
}

func TestInvoiceCell(t *testing.T) {
	t.Parallel()
	t.Run("ORG-58 what the cell says", func(t *testing.T) {
		t.Parallel()
		s, v, option := shop(t, month(), "49.99")
		hold(s, option, "2025-01-01", "2025-02-01")
		v.Get(page).Has("#memberships", "Not required")
		v.Post(apply, order(option, "2026-07-10")...)
		s.Work()
		link := v.Get(page).Has("#memberships .cell-line", "Awaiting payment").Document().Find(`#memberships .cell-line a`)
		if link.AttrOr("href", "") != "/billing/invoice/MOCK-1/" || link.AttrOr("target", "") != "_blank" || !strings.Contains(link.AttrOr("rel", ""), "noopener") {
			t.Errorf("the unpaid invoice is linked as %v", link.Nodes)
		}
		s.Exec("UPDATE invoices SET billing_service_invoice_id = ''")
		v.Get(page).Has("#memberships .cell-line", "Awaiting payment").Lacks("#memberships .cell-line a")
		s.Exec("UPDATE invoices SET provider_status = 'VOIDED'")
		v.Get(page).Has("#memberships .cell-line", "Cancelled").Has("#memberships", "closed without a payment")
		s.Exec("UPDATE invoices SET provider_status = 'AUTHORISED', paid_date = '2026-07-10', credited = amount, due = 0")
		v.Get(page).Has("#memberships .cell-line", "Cancelled")
		s.Exec("UPDATE invoices SET paid = amount")
		v.Get(page).Has("#memberships .cell-line", "Paid")
		s.Exec("UPDATE invoices SET paid = 0, amount = 0")
		v.Get(page).Has("#memberships .cell-line", "Paid")
	})
	t.Run("Imported", func(t *testing.T) { // an invoice without a purchase
		t.Parallel()
		s, v := raised(t)
		s.Exec("UPDATE invoices SET purchase_id = NULL")
		s.Exec("DELETE FROM purchases")
		v.Get(page).Has("#memberships .cell-line", "Awaiting payment").Has("#tasks", "Pay invoice MOCK-1").Has("#memberships", "is unpaid")
		v.Get("/billing/invoice/MOCK-1/detail/").Status(http.StatusOK).Has("main", "Application")
	})
	t.Run("ORG-59 cancelling is for the association, while there is something to cancel", func(t *testing.T) {
		t.Parallel()
		s, v, option := shop(t, month(), "0")
		asks := func() *goquery.Selection {
			return v.Get(page).Status(http.StatusOK).Document().Find("#memberships [data-action-title]")
		}
		for status, c := range map[string]struct {
			start, expiry, column string
			offered               int
		}{
			"Active": {"2026-07-01", "2026-08-01", "approved_datetime", 1}, "Pending": {"2026-07-01", "2026-08-01", "created_datetime", 1},
			"Pending until it starts": {"2026-08-01", "2026-09-01", "approved_datetime", 1},
			"Cancelled":               {"2026-07-01", "2026-08-01", "cancelled_datetime", 0}, "Expired": {"2025-07-10", "2025-08-10", "approved_datetime", 0},
		} {
			s.Exec("DELETE FROM individual_memberships")
			hold(s, option, c.start, c.expiry)
			s.Exec("UPDATE individual_memberships SET " + c.column + " = now()")
			v.Get(page).Has("#memberships tbody tr", strings.Fields(status)[0])
			if n := asks().Length(); n != c.offered {
				t.Errorf("%s: %d cancel buttons, want %d", status, n, c.offered)
			}
		}
		s.Exec("DELETE FROM individual_memberships")
		hold(s, option, "2026-07-01", "2026-08-01")
		ask := asks()
		if ask.AttrOr("data-action-url", "none") != "none" || !strings.Contains(ask.AttrOr("data-action-message", ""), "contact the association") {
			t.Error("the button does not tell whom to contact, or sends something")
		}
		v.Get(ask.AttrOr("href", "")).Status(http.StatusOK).Has("main", "contact the association").Lacks("main form")
	})
	t.Run("CMS-13 members only", func(t *testing.T) {
		t.Parallel()
		s, v, option := shop(t, membership.Option{}, "0")
		if err := s.App.Content.SampleContent(t.Context()); err != nil {
			t.Fatal(err)
		}
		const secret = "/en/members-only/"
		s.Staff("boss")
		s.Exec("UPDATE users SET is_superuser = false WHERE username = 'boss'")
		s.Visitor().Get(secret).Status(http.StatusForbidden).Has("main", "for members").Has("main a", "Sign in")
		s.SignedIn("boss").Get(secret).Status(http.StatusForbidden)
		v.Get(secret).Status(http.StatusForbidden).Has("main a[href='"+apply+"']", "Become a member")
		v.Post(apply, order(option, "2026-07-11")...).Status(http.StatusSeeOther)
		v.Get(secret).Status(http.StatusForbidden)
		s.Clock.Pass(24 * time.Hour)
		v.Get(secret).Status(http.StatusOK)
		s.Exec("UPDATE individual_memberships SET cancelled_datetime = now()")
		v.Get(secret).Status(http.StatusForbidden)
		s.Exec("UPDATE users SET is_superuser = true WHERE username = 'boss'")
		s.SignedIn("boss").Get(secret).Status(http.StatusOK)
	})
}
