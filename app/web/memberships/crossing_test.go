package memberships_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"ams/app/billing"
	"ams/app/web/webtest"
)

// dead counts the jobs of a kind that people have to look at.
func dead(s *webtest.Site, kind string) int {
	s.T.Helper()
	return s.Count("SELECT count(*) FROM dead_jobs WHERE type = ?", kind)
}

// elsewhere puts an invoice into the books of the site that the job did not write; more names further columns and the
// purchase's columns for them.
func elsewhere(s *webtest.Site, id, more, values string) {
	s.T.Helper()
	s.Exec(`INSERT INTO invoices (account_id, invoice_number, issue_date, due_date, amount, paid, due, billing_service_invoice_id, provider_status, created_at` + more + `)
		SELECT account_id, 'X-1', issue_date, due_date, total, 0, total, '` + id + `', 'AUTHORISED', now()` + values + ` FROM purchases`)
}

// paidThere is a payment that the provider knows of before we do.
func paidThere(s *webtest.Site) {
	s.Exec("UPDATE mock_invoices SET status = 'PAID', paid = total, paid_date = '2026-07-10'")
}

func cancelHere(s *webtest.Site) {
	s.Exec("UPDATE individual_memberships SET cancelled_datetime = ?", s.Clock.Now())
}

// TestCrossing has two things happen in the order that nobody expects.
func TestCrossing(t *testing.T) {
	t.Parallel()
	t.Run("The invoice is here already, only the purchase does not say so", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		elsewhere(s, "x1", ", purchase_id, purpose, individual_membership_id", ", id, kind, individual_membership_id")
		s.Work()
		if got := state(s); got != "RAISED" || s.Count("SELECT count(*) FROM mock_invoices") != 0 {
			t.Errorf("state = %s with %v, want RAISED without a call", got, s.Provider.Calls())
		}
	})
	t.Run("The provider's invoice is kept here for something else: nobody is left waiting", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		elsewhere(s, "MOCK-1", "", "")
		s.Work()
		if got, jobs := state(s), s.Count("SELECT count(*) FROM gue_jobs WHERE job_type = 'billing.raise_invoice'"); got != "WAITING" || jobs != 1 ||
			s.Count("SELECT count(*) FROM purchases WHERE attempts = 1 AND failure_text LIKE '%MOCK-1%something else%'") != 1 {
			t.Errorf("state = %s with %d jobs, want it to be tried again, with the reason noted", got, jobs)
		}
	})
	t.Run("ORG-38 cancelled and paid before the invoice was recorded: staff decide, nothing is voided", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		s.Provider.After(func(call string) error {
			if call != "raise" {
				return nil
			}
			paidThere(s)
			cancelHere(s)
			return errDown
		})
		s.Work()
		s.Provider.Works()
		s.Due()
		s.Work()
		undecided(s, "had been cancelled before the payment arrived")
		if n := s.Count("SELECT count(*) FROM dead_jobs"); n != 0 {
			t.Errorf("%d dead letters, want none", n)
		}
	})
	t.Run("Paid between the look and the void: the payment stays, and people are told", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		s.Provider.Before(func(call string) error {
			if call == "void" {
				paidThere(s)
			}
			return nil
		})
		s.Provider.After(func(call string) error {
			if call == "raise" {
				cancelHere(s)
			}
			return nil
		})
		s.Work()
		undecided(s, "had been cancelled before the payment arrived")
		if s.Count("SELECT count(*) FROM invoices WHERE provider_status = 'PAID' AND paid = amount") != 1 || dead(s, "billing.void_invoice") != 1 {
			t.Error("want the invoice paid here as it is there, and one dead letter of the void")
		}
	})
	t.Run("A payment taken back before the membership heard of it tells nobody anything", func(t *testing.T) {
		t.Parallel()
		s, _ := raised(t)
		s.Exec("ALTER TABLE individual_memberships ADD CONSTRAINT broken CHECK (approved_datetime IS NULL)")
		s.MarkPaid("MOCK-1")
		s.Exec("ALTER TABLE individual_memberships DROP CONSTRAINT broken")
		s.Exec("UPDATE invoices SET paid_date = NULL, paid = 0, due = amount, provider_status = 'AUTHORISED'")
		s.Due()
		s.Work()
		if n := len(decisions(s)); n != 0 || s.Count("SELECT count(*) FROM invoices WHERE decision_notified_at IS NOT NULL") != 0 {
			t.Errorf("%d letters to staff, want none", n)
		}
	})
	t.Run("ORG-74 cancelled while the provider writes an invoice whose answer is lost: nothing stays open there", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		asked, release := make(chan struct{}), make(chan struct{})
		s.Provider.Before(func(call string) error {
			if call == "raise" {
				close(asked)
				<-release
			}
			return nil
		})
		s.Provider.After(only("raise", errDown))
		twin, done := s.Twin(), make(chan struct{})
		go func() { defer close(done); s.Work() }()
		<-asked
		cancels(s)
		twin.Work() // finds nothing yet
		close(release)
		<-done
		s.Provider.Works()
		again(s, 2*time.Minute)
		if n := s.Count("SELECT count(*) FROM mock_invoices"); n != 1 || s.Count("SELECT count(*) FROM mock_invoices WHERE status <> 'VOIDED'") != 0 {
			t.Errorf("%d invoices at the provider, purchase %s; want one, and none that stands", n, state(s))
		}
		if n := s.Count("SELECT count(*) FROM gue_jobs"); n != 0 || state(s) != "RAISED" {
			t.Errorf("%d jobs are left, purchase %s; want none and RAISED", n, state(s))
		}
	})
	t.Run("ORG-74 cancelled and asked for in vain: given up once nothing can come up any more", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		s.Provider.Before(only("raise", errDown))
		s.Work()
		cancels(s)
		again(s, 0)
		if got := state(s); got != "WAITING" {
			t.Errorf("right after the call the purchase = %s, want WAITING", got)
		}
		again(s, 2*time.Minute)
		if got := state(s); got != "CANCELLED" || s.Count("SELECT count(*) FROM gue_jobs") != 0 {
			t.Errorf("two minutes later the purchase = %s, want CANCELLED without a job", got)
		}
	})
	t.Run("ORG-74 asked for while another run gives it up: looked at again", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		cancelHere(s)
		s.Behind(s.Work, "UPDATE purchases SET sent_at = ?", s.Clock.Now())
		if got := state(s); got != "WAITING" || s.Count("SELECT count(*) FROM gue_jobs WHERE job_type = 'billing.raise_invoice'") != 1 {
			t.Errorf("the purchase = %s, want WAITING with its job", got)
		}
	})
	t.Run("BIL-65 cancelled at the moment at which the invoice is recorded: whoever comes second sees the other", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		twin := s.Twin()
		s.Behind(twin.Work, "UPDATE individual_memberships SET cancelled_datetime = ?", s.Clock.Now())
		s.Work()
		if s.Count("SELECT count(*) FROM invoices WHERE provider_status = 'VOIDED'") != 1 || s.Count("SELECT count(*) FROM mock_invoices WHERE status <> 'VOIDED'") != 0 {
			t.Error("want the invoice recorded and voided")
		}
		if n := len(s.Mails(keaMail)); n != 0 {
			t.Errorf("%d letters to the member, want none", n)
		}
		s, _ = bought(t)
		twin = s.Twin()
		s.InTurn("LOCK TABLE invoices IN SHARE MODE", twin.Work, func() { cancels(s) }) // recording holds the membership already
		if s.Count("SELECT count(*) FROM invoices WHERE provider_status = 'AUTHORISED'") != 1 || state(s) != "RAISED" ||
			s.Count("SELECT count(*) FROM individual_memberships WHERE cancelled_datetime IS NOT NULL") != 1 {
			t.Errorf("the purchase = %s, want RAISED with its invoice, and the membership cancelled", state(s))
		}
	})
	t.Run("Marked as paid although the provider has voided it", func(t *testing.T) {
		t.Parallel()
		s, _ := raised(t)
		s.Exec("UPDATE mock_invoices SET status = 'VOIDED'")
		err := s.App.Bills.MarkPaid(t.Context(), "MOCK-1")
		if err == nil || !strings.Contains(err.Error(), "cancelled") || s.Count("SELECT count(*) FROM invoices WHERE provider_status = 'VOIDED'") != 1 {
			t.Errorf("MarkPaid() = %v, want a refusal, and our copy corrected", err)
		}
	})
	t.Run("Another run was faster than a refusal: the buyer is not alarmed", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		s.Provider.Before(func(call string) error {
			if call == "raise" {
				s.Exec("UPDATE purchases SET invoice_state = 'RAISED'")
				return &billing.Refused{Text: "there is one"}
			}
			return nil
		})
		s.Work()
		if state(s) != "RAISED" || len(s.Mails(keaMail)) != 0 || s.Count("SELECT count(*) FROM dead_jobs") != 0 {
			t.Errorf("state = %s, %d letters to the buyer, want RAISED and none", state(s), len(s.Mails(keaMail)))
		}
	})
}

// TestHostileData has data that an import or a provider may bring.
func TestHostileData(t *testing.T) {
	t.Parallel()
	t.Run("A broken address of the buyer keeps nobody from being approved", func(t *testing.T) {
		t.Parallel()
		s, _ := raised(t)
		s.Exec("UPDATE users SET email = 'kea' WHERE username = 'kea'")
		s.MarkPaid("MOCK-1")
		if s.Count("SELECT count(*) FROM individual_memberships WHERE approval_source = 'PAYMENT'") != 1 {
			t.Error("paid, and not approved")
		}
	})
	t.Run("A broken address of one of the staff keeps the letter from no other", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		s.Staff("root")
		s.Exec("UPDATE users SET email = 'root' WHERE username = 'root'")
		s.Work()
		if n := len(s.Mails("boss@example.org")); n != 1 {
			t.Errorf("%d letters to staff with a good address, want 1", n)
		}
	})
	t.Run("BIL-62 a refusal in any characters, of a buyer with any address, ends the purchase", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		s.Exec("UPDATE users SET email = 'kea' WHERE username = 'kea'")
		s.Provider.Before(only("raise", &billing.Refused{Text: "bad \x00 text \xff"}))
		s.Work()
		if got := state(s); got != "FAILED" || s.Count("SELECT count(*) FROM purchases WHERE failure_text = 'bad  text '") != 1 || dead(s, "billing.raise_invoice") != 1 {
			t.Errorf("state = %s, want FAILED with the text in what the database takes", got)
		}
	})
	t.Run("Without staff a failure waits to be told", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		s.Exec("UPDATE users SET is_active = false WHERE username = 'boss'")
		s.Provider.Before(only("raise", &billing.Refused{Text: "no"}))
		s.Work()
		s.Due()
		s.Work()
		if n := s.Count("SELECT count(*) FROM purchases WHERE invoice_state = 'FAILED' AND reported_at IS NULL"); n != 1 {
			t.Errorf("%d failures that nobody was told of, want 1", n)
		}
	})
	t.Run("The line of a purchase that was cancelled meanwhile", func(t *testing.T) {
		t.Parallel()
		s, v := bought(t)
		cancelHere(s)
		v.HX().Get(purchase(s)).Status(http.StatusOK).Has(".cell-line", "Not required")
	})
	t.Run("The banner tells of the pending membership, not of a cancelled newer one", func(t *testing.T) {
		t.Parallel()
		s, v := raised(t)
		s.Exec(`INSERT INTO individual_memberships (user_id, membership_option_id, start_date, expiry_date, created_datetime, cancelled_datetime, cancelled_reason)
			SELECT user_id, membership_option_id, '2028-01-01', '2029-01-01', created_datetime, created_datetime, 'Moved' FROM individual_memberships`)
		v.Get(page).Has("#standing", "is unpaid")
	})
}
