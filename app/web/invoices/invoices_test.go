package invoices_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"ams/app/billing"
	"ams/app/membership"
	"ams/app/web/webtest"
)

const (
	link   = "/billing/invoice/MOCK-1/"
	detail = link + "detail/"
)

// site has an unpaid invoice MOCK-1 of kea.
func site(t *testing.T, settings ...string) (*webtest.Site, *webtest.Visitor) {
	t.Helper()
	s := webtest.New(t, settings...)
	s.Person("kea")
	v := s.SignedIn("kea")
	option := fmt.Sprint(s.Option(membership.Option{}, "1499.5"))
	v.Post("/en/users/memberships/apply-individual/", "membership_option", option, "start_date", "2027-03-03").Status(http.StatusSeeOther)
	s.Work()
	return s, v
}

func TestInvoicePages(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		_, v := site(t)
		v.Get(link).Status(http.StatusFound).To(detail)
		got := v.Get(detail).Status(http.StatusOK).Has("h1", "Invoice MOCK-1").Has(".badge", "Awaiting payment").
			Has("main", "Mere Kahu").Has("main", "Teacher (individual), 1 year, $1,499.50").Has("main", "Application").
			Has("main", "03/03/2027").Has("main", "02/05/2027").Has(".invoice-due", "$1,499.50").Has("dl", "-")
		if strings.Contains(got.Body, "Credited") || got.Header.Get("Cache-Control") != "no-store" {
			t.Error("an invoice without credit notes shows them, or may be cached")
		}
	})
	t.Run("Languages", func(t *testing.T) { // the address has none: cookie, then the browser's
		t.Parallel()
		_, v := site(t)
		v.With("Accept-Language", "mi").Get(detail).Status(http.StatusOK).Has("h1", "Nama MOCK-1")
	})
	t.Run("BIL-36 who may see it", func(t *testing.T) {
		t.Parallel()
		s, v := site(t)
		s.Person("other")
		s.Staff("boss")
		for path, ok := range map[string]int{link: http.StatusFound, detail: http.StatusOK} {
			s.Visitor().Get(path).Status(http.StatusFound).To("/en/accounts/login/?next=" + strings.ReplaceAll(path, "/", "%2F"))
			s.SignedIn("other").Get(path).Status(http.StatusForbidden)
			s.SignedIn("boss").Get(path).Status(ok)
			v.Get(strings.Replace(path, "MOCK-1", "MOCK-2", 1)).Status(http.StatusNotFound)
			s.SignedIn("other").Get(strings.Replace(path, "MOCK-1", "MOCK-2", 1)).Status(http.StatusNotFound)
		}
		s.Exec("UPDATE users SET is_superuser = false WHERE username = 'boss'")
		s.SignedIn("boss").Get(detail).Status(http.StatusOK)
	})
	t.Run("BIL-38 any characters in its number", func(t *testing.T) {
		t.Parallel()
		s, v := site(t)
		for _, number := range []string{"AB/12 3", "a+b", "50%", "?x=1#y", "Ā&<b>\"", "..", "."} {
			s.Exec("UPDATE invoices SET invoice_number = ?", number)
			to, found := v.Get("/en/users/kea/").Status(http.StatusOK).Document().Find("#memberships .cell-line a").Attr("href")
			if !found {
				t.Errorf("the page of %q has no link", number)
				continue
			}
			if number == ".." || number == "." {
				continue // no browser can ask for it
			}
			v.Get(v.Get(to).Status(http.StatusFound).Header.Get("Location")).Status(http.StatusOK).Has("h1", number)
		}
	})
	t.Run("BIL-39 the provider does not answer", func(t *testing.T) {
		t.Parallel()
		s, v := site(t)
		for _, c := range []struct {
			err    error
			status int
			retry  string
		}{
			{errors.New("connection refused"), http.StatusServiceUnavailable, ""},
			{&billing.Busy{After: 90 * time.Second}, http.StatusServiceUnavailable, "90"},
			{billing.ErrUnknown, http.StatusNotFound, ""},
		} {
			s.Provider.Before(func(string) error { return c.err })
			got := v.Get(link).Status(c.status)
			if got.Header.Get("Retry-After") != c.retry || strings.Contains(got.Body, "connection refused") {
				t.Errorf("%v: Retry-After = %q, want %q and a page that hides the cause", c.err, got.Header.Get("Retry-After"), c.retry)
			}
			v.Get(detail).Status(http.StatusOK)
		}
	})
	t.Run("Off", func(t *testing.T) { // billing was switched off; what was invoiced can still be read
		t.Parallel()
		s := webtest.New(t, "AMS_BILLING_SERVICE_CLASS", "none")
		s.Person("kea")
		option := s.Option(membership.Option{}, "10")
		s.Exec(`INSERT INTO billing_accounts (user_id) SELECT id FROM users`)
		s.Exec(`INSERT INTO individual_memberships (user_id, membership_option_id, start_date, expiry_date, created_datetime)
			SELECT id, ?, '2027-03-03', '2028-03-03', now() FROM users`, option)
		s.Exec(`INSERT INTO invoices (account_id, invoice_number, issue_date, due_date, amount, paid, due, billing_service_invoice_id, individual_membership_id, created_at)
			SELECT a.id, 'MOCK-1', '2027-03-03', '2027-05-03', 10, 0, 10, 'x', m.id, now() FROM billing_accounts a, individual_memberships m`)
		v := s.SignedIn("kea")
		v.Get(link).Status(http.StatusServiceUnavailable)
		v.Get(detail).Status(http.StatusOK).Has(".invoice-due", "$10.00")
	})
}

// facts are the rows of the page by their names.
func facts(a *webtest.Answer) map[string]string {
	rows := map[string]string{}
	a.Document().Find("main dl > div").Each(func(_ int, row *goquery.Selection) {
		rows[row.Find("dt").Text()] = strings.TrimSpace(row.Find("dd").Text())
	})
	return rows
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	s, v := site(t)
	unpaid := facts(v.Get(detail).Status(http.StatusOK))
	want := map[string]string{"Paid on": "-", "Amount": "$1,499.50", "Paid so far": "$0.00", "Prepayments": "", "Credited": "", "Closed": ""}
	for row, text := range want {
		if unpaid[row] != text {
			t.Errorf("unpaid: %s = %q, want %q", row, unpaid[row], text)
		}
	}
	s.Exec("UPDATE invoices SET provider_status = 'PAID', paid_date = '2027-04-05', paid = 1000, allocated = 400.25, credited = 99.25, due = 0")
	got := v.Get(detail).Status(http.StatusOK).Has(".badge", "Paid").Has(".invoice-due", "$0.00")
	paid := facts(got)
	want = map[string]string{
		"Paid on": "05/04/2027", "Amount": "$1,499.50", "Paid so far": "$1,000.00", "Prepayments": "$400.25", "Credited": "$99.25", "Closed": "",
	}
	for row, text := range want {
		if paid[row] != text {
			t.Errorf("paid: %s = %q, want %q", row, paid[row], text)
		}
	}
}
