package memberships_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"ams/app/billing"
	"ams/app/clock"
	"ams/app/dev/inbox"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/money"
	"ams/app/web/webtest"
)

// ledger remembers what the provider was told.
type ledger struct {
	billing.Provider
	customers []billing.Customer
	drafts    []billing.Draft
	sent      []billing.Customer
}

func (l *ledger) Sync(ctx context.Context, c billing.Customer) error {
	l.customers = append(l.customers, c)
	return l.Provider.Sync(ctx, c)
}

func (l *ledger) Raise(ctx context.Context, d billing.Draft) (billing.Remote, error) {
	l.drafts = append(l.drafts, d)
	return l.Provider.Raise(ctx, d)
}

func (l *ledger) Send(ctx context.Context, i billing.Invoice, to billing.Customer) error {
	l.sent = append(l.sent, to)
	return l.Provider.Send(ctx, i, to)
}

// read is a text of the database.
func read(s *webtest.Site, query string) (text string) {
	s.T.Helper()
	if err := s.DB.NewRaw(query).Scan(s.T.Context(), &text); err != nil {
		s.T.Fatalf("%s = %v", query, err)
	}
	return text
}

func date(t *testing.T, day string) clock.Date {
	t.Helper()
	d, err := clock.ParseDate(day)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDraft(t *testing.T) {
	t.Parallel()
	t.Run("BIL-66 what the provider is told", func(t *testing.T) {
		t.Parallel()
		s, v, option := shop(t, membership.Option{InvoiceDueDays: 45, InvoiceReference: "Teachers 2026"}, "1499.5")
		books := &ledger{Provider: s.Provider.Provider}
		s.Provider.Provider = books
		v.Post(apply, order(option, "2026-08-01")...).Status(http.StatusSeeOther)
		s.Exec("UPDATE users SET email = 'new@example.org', first_name = 'Ānahera', language = 'mi' WHERE username = 'kea'")
		s.Exec("UPDATE membership_options SET cost = 3, name_en = 'Renamed'")
		s.Clock.Pass(24 * time.Hour)
		s.Work()
		customer := billing.Customer{
			Account: int64(s.Count("SELECT id FROM billing_accounts")), UUID: read(s, "SELECT uuid FROM users"),
			Name: "Ānahera Kahu", Email: "new@example.org", Language: lang.Locale("mi"),
		}
		for call, got := range map[string][]billing.Customer{"Sync": books.customers, "Send": books.sent} {
			if len(got) != 1 || got[0] != customer {
				t.Errorf("%s was given %+v, want once %+v", call, got, customer)
			}
		}
		price, err := money.Parse("1499.50")
		if err != nil {
			t.Fatal(err)
		}
		want := billing.Draft{
			Key: "ams-invoice-" + read(s, "SELECT uuid FROM purchases") + "-1", Customer: customer,
			Reference: "Teachers 2026 " + read(s, "SELECT code FROM purchases"),
			IssueDate: date(t, "2026-07-10"), DueDate: date(t, "2026-08-24"),
			Description: "Teacher (individual), 1 year, $1,499.50", Quantity: 1, UnitAmount: price, Total: price,
		}
		if len(books.drafts) != 1 || books.drafts[0] != want {
			t.Errorf("Raise was given %+v, want once %+v", books.drafts, want)
		}
		if code := read(s, "SELECT code FROM purchases"); !regexp.MustCompile(`^AMS-[0-9A-HJKMNP-TV-Z]{8}$`).MatchString(code) {
			t.Errorf("the code = %q, want AMS- and eight letters that are not misread", code)
		}
	})
	t.Run("AnotherKey", func(t *testing.T) { // for the invoice that replaces voided ones, and the same one otherwise
		t.Parallel()
		s, _ := bought(t)
		books := &ledger{Provider: s.Provider.Provider}
		s.Provider.Provider = books
		s.Provider.After(only("raise", errDown))
		s.Work()
		s.Exec("UPDATE mock_invoices SET status = 'VOIDED'")
		s.Provider.Works()
		s.Due()
		s.Work()
		id := read(s, "SELECT uuid FROM purchases")
		if len(books.drafts) != 2 || books.drafts[0].Key != "ams-invoice-"+id+"-1" || books.drafts[1].Key != "ams-invoice-"+id+"-2" {
			t.Errorf("Raise was given %+v, want the keys 1 and 2 of %s", books.drafts, id)
		}
	})
}

// Letters to a member speak the language that the member has stored, whatever the language of the page was.
func TestLanguageOfLetters(t *testing.T) {
	t.Parallel()
	letter := func(s *webtest.Site, subject string) {
		s.T.Helper()
		var found []inbox.Entry
		for _, e := range s.Mails(keaMail) {
			if e.Subject == subject {
				found = append(found, e)
			}
		}
		if len(found) != 1 || found[0].Language != "mi" || !strings.Contains(found[0].Text, "Kia ora Mere Kahu,") || !strings.Contains(found[0].HTML, `lang="mi"`) {
			s.T.Errorf("mails = %+v, want one %q in Māori", s.Mails(keaMail), subject)
		}
	}
	t.Run("Invoice and approval", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		s.Exec("UPDATE users SET language = 'mi' WHERE username = 'kea'")
		s.Work()
		letter(s, "Nama MOCK-1")
		s.MarkPaid("MOCK-1")
		letter(s, "Kua whakaūngia tō mematanga")
		for _, e := range s.Mails(keaMail) {
			if strings.Contains(e.Subject, "mematanga") && (!strings.Contains(e.Text, "Kaiako") || !strings.Contains(e.Text, "/mi/users/~redirect/")) {
				t.Errorf("the confirmation = %q, want option and link in Māori", e.Text)
			}
		}
	})
	t.Run("Delay", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		s.Exec("UPDATE users SET language = 'mi' WHERE username = 'kea'")
		s.Provider.Before(only("raise", &billing.Refused{Text: "no"}))
		s.Work()
		letter(s, "Kua tōmuri tō nama")
	})
}

func TestMarkPaidRefused(t *testing.T) {
	t.Parallel()
	const elsewhere = "Payments are recorded in the billing service; here they cannot be entered."
	t.Run("BIL-73 payments come from elsewhere", func(t *testing.T) {
		t.Parallel()
		s, _, option := shop(t, month(), "10", "AMS_BILLING_SERVICE_CLASS", "none")
		hold(s, option, "2026-07-10", "2026-08-10")
		s.Exec("INSERT INTO billing_accounts (user_id) SELECT id FROM users")
		s.Exec(`INSERT INTO invoices (account_id, purpose, invoice_number, issue_date, due_date, amount, paid, due, billing_service_invoice_id,
				provider_status, individual_membership_id, created_at)
			SELECT a.id, 'APPLICATION', 'INV-1', '2026-07-10', '2026-09-08', 10, 0, 10, 'x', 'AUTHORISED', m.id, now()
			FROM billing_accounts a, individual_memberships m`)
		before := s.Contents()
		if err := s.App.Bills.MarkPaid(t.Context(), "INV-1"); fault.KindOf(err) != fault.Clash || err.Error() != elsewhere {
			t.Errorf("MarkPaid(INV-1) = %v, want %q", err, elsewhere)
		}
		if s.Contents() != before {
			t.Error("the refused payment has changed something")
		}
	})
	for name, set := range map[string]string{
		"voided": "provider_status = 'VOIDED'", "deleted": "provider_status = 'DELETED'",
		"credited":                 "provider_status = 'PAID', paid_date = '2026-07-10', credited = amount, due = 0",
		"voided after it was paid": "provider_status = 'VOIDED', paid_date = '2026-07-10', paid = amount, due = 0",
	} {
		t.Run("BIL-73 an invoice that is "+name, func(t *testing.T) {
			t.Parallel()
			s, v := raised(t)
			s.Exec("UPDATE invoices SET " + set)
			before, want := s.Contents(), "Invoice MOCK-1 was cancelled and cannot be paid."
			if err := s.App.Bills.MarkPaid(t.Context(), "MOCK-1"); fault.KindOf(err) != fault.Clash || err.Error() != want {
				t.Errorf("MarkPaid(MOCK-1) = %v, want %q", err, want)
			}
			if s.Contents() != before {
				t.Error("the refused payment has changed something")
			}
			v.Get(page).Has("#memberships .cell-line", "Cancelled").Has("#memberships", "Pending")
			reported(s)
			if n := s.Count("SELECT count(*) FROM individual_memberships WHERE approved_datetime IS NOT NULL"); n != 0 {
				t.Error("what is no payment has approved the membership")
			}
		})
	}
	t.Run("BIL-73 an invoice that the provider does not keep", func(t *testing.T) {
		t.Parallel()
		s, _ := raised(t)
		s.Exec("UPDATE invoices SET billing_service_invoice_id = ''")
		want := fmt.Sprintf("The billing service does not keep invoice %s.", "MOCK-1")
		if err := s.App.Bills.MarkPaid(t.Context(), "MOCK-1"); fault.KindOf(err) != fault.Clash || err.Error() != want {
			t.Errorf("MarkPaid(MOCK-1) = %v, want %q", err, want)
		}
	})
}
