package memberships_test

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"ams/app/billing"
	"ams/app/dev/inbox"
	"ams/app/membership"
	"ams/app/web/webtest"
)

var errDown = errors.New("connection refused")

// down lets no call reach the provider.
func down(string) error { return errDown }

// only has what happens to one call happen, and the rest pass.
func only(call string, err error) func(string) error {
	return func(c string) error {
		if c == call {
			return err
		}
		return nil
	}
}

// bought is a shop in which kea has applied for a month at 49.99.
func bought(t *testing.T, settings ...string) (*webtest.Site, *webtest.Visitor) {
	t.Helper()
	s, v, option := shop(t, month(), "49.99", settings...)
	s.Staff("boss")
	v.Post(apply, order(option, "2026-07-10")...).Status(http.StatusSeeOther).To(page)
	return s, v
}

// state is how far the one purchase has got.
func state(s *webtest.Site) string {
	s.T.Helper()
	var got string
	if err := s.DB.NewRaw("SELECT invoice_state FROM purchases").Scan(s.T.Context(), &got); err != nil {
		s.T.Fatal(err)
	}
	return got
}

// invoiced checks that the purchase has exactly one invoice that stands, here and at the provider.
func invoiced(s *webtest.Site, v *webtest.Visitor) {
	s.T.Helper()
	here := s.Count("SELECT count(*) FROM invoices")
	there := s.Count("SELECT count(*) FROM mock_invoices WHERE status <> 'VOIDED'")
	if here != 1 || there != 1 || state(s) != "RAISED" {
		s.T.Errorf("%d invoices here, %d at the provider, purchase %s; want one each", here, there, state(s))
	}
	v.Get(page).Has("#memberships", "Awaiting payment").Has("#tasks", "Pay invoice").Lacks("[hx-trigger*=delay]")
}

// purchase is the address of the one purchase's fragment.
func purchase(s *webtest.Site) string {
	s.T.Helper()
	var id string
	if err := s.DB.NewRaw("SELECT uuid FROM purchases").Scan(s.T.Context(), &id); err != nil {
		s.T.Fatal(err)
	}
	return "/en/users/memberships/purchases/" + id + "/"
}

func onItsWay(v *webtest.Visitor) {
	v.Get(page).Status(http.StatusOK).Has("#memberships", "Invoice on its way").Has("#memberships", "Its invoice has been on its way since").
		Has("#tasks", "Your invoice for Teacher ($49.99) is on its way to "+keaMail).Lacks("#tasks a")
}

func TestInvoice(t *testing.T) {
	t.Parallel()
	t.Run("BIL-61 it comes by itself", func(t *testing.T) {
		t.Parallel()
		s, v := bought(t)
		onItsWay(v)
		poll := v.Get(page).Document().Find("#memberships .cell-line[hx-get]")
		if poll.AttrOr("hx-get", "") != purchase(s) || poll.AttrOr("hx-trigger", "") != "load delay:2s" {
			t.Errorf("the line asks %q at %q", poll.AttrOr("hx-get", ""), poll.AttrOr("hx-trigger", ""))
		}
		v.HX().Get(purchase(s)).Status(http.StatusOK).Has(".cell-line", "Invoice on its way").Has(".card", "is on its way").
			Has("[hx-trigger='load delay:2s']", "").Lacks("header")
		s.Work()
		got := v.HX().Get(purchase(s)).Status(http.StatusOK).Has(".cell-line a", "MOCK-1").Has(".cell-line", "Awaiting payment").
			Has(".card[hx-swap-oob]", "Pay invoice MOCK-1, $49.99, due 8 September 2026").
			Has("#standing[hx-swap-oob]", "is unpaid").Lacks("[hx-trigger]")
		if id := got.Document().Find("[id^=standing-][hx-swap-oob]"); id.Length() != 1 || !strings.Contains(id.Text(), "is unpaid") {
			t.Errorf("the status does not come along: %s", got.Body)
		}
		invoiced(s, v)
		mails := s.Mails(keaMail)
		if len(mails) != 1 || mails[0].From != "billing@ams.local" || !strings.Contains(mails[0].Text, "$49.99") || !strings.Contains(mails[0].Text, "Hello Mere Kahu") {
			t.Errorf("mails = %+v, want the invoice", mails)
		}
	})
	t.Run("ACC-66 on its way, then to be paid without any act of the member; a voided one is cancelled", func(t *testing.T) {
		t.Parallel()
		s, v := bought(t)
		onItsWay(v)
		s.Work()
		v.Get(page).Has("#memberships .cell-line", "Awaiting payment")
		s.Exec("UPDATE invoices SET provider_status = 'VOIDED'")
		v.Get(page).Has("#memberships .cell-line", "Cancelled")
	})
	t.Run("Polling", func(t *testing.T) { // 2 s at first, then 10 s, then no more
		t.Parallel()
		s, v := bought(t)
		for _, c := range []struct {
			pass    time.Duration
			trigger string
		}{{29 * time.Second, "load delay:2s"}, {time.Second, "load delay:10s"}, {9*time.Minute + 29*time.Second, "load delay:10s"}, {time.Second, ""}} {
			s.Clock.Pass(c.pass)
			if got := v.HX().Get(purchase(s)).Document().Find(".cell-line").AttrOr("hx-trigger", ""); got != c.trigger {
				t.Errorf("%v later the line asks at %q, want %q", c.pass, got, c.trigger)
			}
		}
		v.Get(page).Has("#memberships", "takes longer than usual").Has("#tasks", "takes longer than usual")
	})
	t.Run("BIL-3 due date", func(t *testing.T) {
		t.Parallel()
		s, _, option := shop(t, membership.Option{InvoiceDueDays: 45, InvoiceReference: "Teachers 2026"}, "50")
		at(s, "2025-12-15")
		s.SignedIn("kea").Post(apply, order(option, "2025-12-15")...).Status(http.StatusSeeOther)
		s.Exec("UPDATE membership_options SET invoice_due_days = 7, invoice_reference = 'Other', name_en = 'Renamed'")
		s.Clock.Pass(48 * time.Hour)
		s.Work()
		n := s.Count(`SELECT count(*) FROM invoices i JOIN mock_invoices m ON m.number = i.invoice_number
			WHERE i.due_date = '2026-01-29' AND i.issue_date = '2025-12-15' AND i.amount = 50 AND m.reference LIKE 'Teachers 2026 AMS-________'`)
		if n != 1 {
			t.Error("the invoice does not carry the terms of the day of purchase")
		}
		v := s.SignedIn("kea")
		v.Get("/billing/invoice/MOCK-1/detail/").Status(http.StatusOK).Has("main", "Teacher (individual), 1 year, $50.00").Has("main", "29/01/2026")
	})
	t.Run("BIL-1 billing is off", func(t *testing.T) {
		t.Parallel()
		s, v, option := shop(t, month(), "50", "AMS_BILLING_SERVICE_CLASS", "none")
		v.Post(apply, order(option, "2026-07-10")...).Status(http.StatusSeeOther)
		v.Get(page).Has("#messages", "reviews it").Has("#memberships", "Pending").Has("#memberships", "Not required").
			Has("#memberships", "Waiting for approval").Lacks("#tasks")
		s.Work()
		if s.Count("SELECT count(*) FROM invoices") != 0 || state(s) != "NONE" {
			t.Error("something was invoiced")
		}
	})
	t.Run("BIL-14 addresses that invoices are not mailed to", func(t *testing.T) {
		t.Parallel()
		s, v := bought(t, "AMS_BILLING_EMAIL_WHITELIST_REGEX", "@example.com$")
		s.Work()
		invoiced(s, v)
		if mails := s.Mails(keaMail); len(mails) != 0 {
			t.Errorf("mails = %v, want none", mails)
		}
	})
	t.Run("BIL-66 the customer as they are called now", func(t *testing.T) {
		t.Parallel()
		s, v := bought(t)
		s.Exec("UPDATE users SET email = 'new@example.org', first_name = 'Ānahera' WHERE username = 'kea'")
		s.Work()
		invoiced(s, v)
		if mails := s.Mails("new@example.org"); len(mails) != 1 || !strings.Contains(mails[0].Text, "Hello Ānahera Kahu") {
			t.Errorf("mails to the new address = %v, want the invoice", mails)
		}
	})
	t.Run("BIL-70 the notice to staff tells how the invoice stands", func(t *testing.T) {
		t.Parallel()
		for name, c := range map[string]struct {
			before func(string) error
			want   string
		}{
			"Raised": {nil, "Invoice: MOCK-1"}, "Down": {down, "Invoice: being prepared"},
			"Refused": {only("raise", &billing.Refused{Text: "no"}), "Invoice: could not be prepared"},
		} {
			s, _ := bought(t)
			s.Provider.Before(c.before)
			mails := slices.DeleteFunc(s.Mails("boss@example.org"), func(e inbox.Entry) bool { return e.Subject != "New individual membership: Mere Kahu" })
			if len(mails) != 1 || !strings.Contains(mails[0].Text, c.want) || !strings.Contains(mails[0].HTML, strings.TrimPrefix(c.want, "Invoice: ")) {
				t.Errorf("%s: the notice = %v, want %q in it", name, mails, c.want)
			}
		}
	})
	t.Run("BIL-47 staff who want no notices", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t, "AMS_NOTIFY_STAFF_MEMBERSHIP_EVENTS", "False")
		if mails := s.Mails("boss@example.org"); len(mails) != 0 {
			t.Errorf("mails = %v, want none about a paid membership", mails)
		}
	})
}

func TestTrouble(t *testing.T) {
	t.Parallel()
	t.Run("BIL-12 the provider is down, then up", func(t *testing.T) {
		t.Parallel()
		s, v := bought(t)
		s.Provider.Before(down)
		for range 3 {
			s.Work()
			onItsWay(v)
			s.Due()
		}
		s.Provider.Works()
		s.Work()
		invoiced(s, v)
		if n := s.Count("SELECT attempts FROM purchases"); n != 3 {
			t.Errorf("%d attempts are counted, want 3", n)
		}
	})
	t.Run("Pauses", func(t *testing.T) { // 15 s doubling up to 30 min, a tenth more or less, mirrored in the purchase
		t.Parallel()
		s, _ := bought(t)
		s.Provider.Before(down)
		for i, want := range []time.Duration{15, 30, 60, 120, 240, 480, 960, 1800, 1800} {
			want *= time.Second
			s.Due()
			s.Work()
			shown := time.Duration(s.Count("SELECT extract(epoch FROM next_attempt_at - ?)::int FROM purchases", s.Clock.Now())) * time.Second
			queued := time.Duration(s.Count("SELECT extract(epoch FROM run_at - now())::int FROM gue_jobs WHERE job_type = 'billing.raise_invoice'")) * time.Second
			if shown < want*9/10-time.Second || shown > want*11/10+time.Second || (queued-shown).Abs() > 5*time.Second {
				t.Errorf("after failure %d the next try is in %v, queued in %v, want about %v", i+1, shown, queued, want)
			}
		}
	})
	t.Run("Busy", func(t *testing.T) { // a pause that is asked for is no attempt
		t.Parallel()
		s, v := bought(t)
		s.Provider.Before(only("raise", &billing.Busy{After: 90 * time.Second}))
		s.Work()
		if n := s.Count("SELECT count(*) FROM purchases WHERE attempts = 0 AND next_attempt_at = ?", s.Clock.Now().Add(90*time.Second)); n != 1 {
			t.Error("the pause is not 90 seconds, or counts as an attempt")
		}
		onItsWay(v)
		s.Provider.Works()
		s.Due()
		s.Work()
		invoiced(s, v)
	})
	t.Run("BIL-64 the answer is lost after the invoice was stored", func(t *testing.T) {
		t.Parallel()
		s, v := bought(t)
		s.Provider.After(only("raise", errDown))
		s.Work()
		onItsWay(v)
		if n := s.Count("SELECT count(*) FROM mock_invoices"); n != 1 {
			t.Fatalf("%d invoices at the provider, want 1", n)
		}
		s.Exec("UPDATE mock_invoices SET idempotency_key = 'forgotten'") // providers remember keys for a short time
		s.Provider.Works()
		s.Due()
		s.Work()
		invoiced(s, v)
		calls := s.Provider.Calls()
		if i := slices.Index(calls, "find"); i < 0 || slices.Contains(calls[i:], "raise") {
			t.Errorf("calls = %v, want a look-up instead of a second invoice", calls)
		}
	})
	t.Run("LookUpFails", func(t *testing.T) { // then nothing is created
		t.Parallel()
		s, v := bought(t)
		s.Provider.After(only("raise", errDown))
		s.Work()
		s.Provider.Works()
		s.Provider.Before(only("find", errDown))
		s.Due()
		s.Work()
		onItsWay(v)
		if calls := s.Provider.Calls(); calls[len(calls)-1] != "find" {
			t.Errorf("calls = %v, want the last to be the look-up that failed", calls)
		}
		s.Provider.Works()
		s.Due()
		s.Work()
		invoiced(s, v)
	})
	t.Run("AnsweredTwice", func(t *testing.T) { // the provider stored two: the older one is ours, the other is voided
		t.Parallel()
		s, v := bought(t)
		s.Provider.After(func(call string) error {
			if call != "raise" {
				return nil
			}
			s.Exec(`INSERT INTO mock_invoices (number, idempotency_key, reference, issue_date, due_date, total)
				SELECT 'MOCK-2', 'another', reference, issue_date, due_date, total FROM mock_invoices`)
			return errDown
		})
		s.Work()
		s.Provider.Works()
		s.Due()
		s.Work()
		invoiced(s, v)
		if n := s.Count("SELECT count(*) FROM mock_invoices WHERE number = 'MOCK-2' AND status = 'VOIDED'"); n != 1 {
			t.Error("the second invoice still stands at the provider")
		}
		if n := s.Count("SELECT count(*) FROM invoices WHERE invoice_number = 'MOCK-1'"); n != 1 {
			t.Error("the older invoice is not the one that was recorded")
		}
	})
	t.Run("AllVoided", func(t *testing.T) { // by hand, at the provider: another one is raised
		t.Parallel()
		s, v := bought(t)
		s.Provider.After(only("raise", errDown))
		s.Work()
		s.Exec("UPDATE mock_invoices SET status = 'VOIDED'")
		s.Provider.Works()
		s.Due()
		s.Work()
		invoiced(s, v)
	})
	t.Run("Slow", func(t *testing.T) { // a page never waits for the provider, and no row is locked meanwhile
		t.Parallel()
		s, v := bought(t)
		release, asked := make(chan struct{}), make(chan struct{})
		s.Provider.Before(func(call string) error {
			if call == "raise" {
				close(asked)
				<-release
			}
			return nil
		})
		done := make(chan struct{})
		go func() { defer close(done); s.Work() }()
		<-asked
		onItsWay(v)
		if n := s.Count(`SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_database d ON d.oid = l.database
			WHERE d.datname = current_database() AND c.relname IN ('purchases', 'individual_memberships', 'users') AND l.mode LIKE 'Row%'`); n != 0 {
			t.Errorf("%d locks are held during the call", n)
		}
		close(release)
		<-done
		invoiced(s, v)
	})
	t.Run("TwoWorkers", func(t *testing.T) { // the same job at the same time
		t.Parallel()
		s, v := bought(t)
		// Three more of it, without a key, as if each had been added while another one ran.
		s.Exec(`INSERT INTO gue_jobs (job_id, priority, run_at, job_type, args, queue, created_at, updated_at)
			SELECT left(job_id, 25) || n, priority, run_at, job_type, args, queue, created_at, updated_at
			FROM gue_jobs, generate_series(1, 3) AS n WHERE job_type = 'billing.raise_invoice' ON CONFLICT DO NOTHING`)
		const workers = 3 // the site has four connections: one for each running job, and one for what they do
		done := make(chan struct{})
		for range workers {
			go func() { defer func() { done <- struct{}{} }(); s.Work() }()
		}
		for range workers {
			<-done
		}
		s.Due()
		s.Work()
		invoiced(s, v)
	})
	t.Run("BIL-11 recording fails after the invoice exists", func(t *testing.T) {
		t.Parallel()
		s, v := bought(t)
		s.Exec("ALTER TABLE invoices ADD CONSTRAINT broken CHECK (id < 0)")
		s.Work()
		onItsWay(v)
		s.Exec("ALTER TABLE invoices DROP CONSTRAINT broken")
		s.Due()
		s.Work()
		invoiced(s, v)
		if n := s.Count("SELECT count(*) FROM mock_invoices"); n != 1 {
			t.Errorf("%d invoices at the provider, want 1", n)
		}
	})
}

func TestFailure(t *testing.T) {
	t.Parallel()
	t.Run("BIL-62 refused", func(t *testing.T) {
		t.Parallel()
		s, v := bought(t)
		s.Provider.Before(only("raise", &billing.Refused{Text: "Account code 999 is not valid"}))
		s.Work()
		s.Due()
		s.Work()
		if calls := strings.Join(s.Provider.Calls(), " "); calls != "sync raise" || state(s) != "FAILED" {
			t.Errorf("calls = %s, purchase %s; want one try and FAILED", calls, state(s))
		}
		if n := s.Count("SELECT count(*) FROM dead_jobs WHERE type = 'billing.raise_invoice'"); n != 1 {
			t.Errorf("%d dead letters, want 1", n)
		}
		got := v.Get(page).Has("#memberships", "Being sorted out").Has("#memberships", "the association will be in touch").
			Has("#tasks", "is being sorted out").Lacks("#tasks a")
		if strings.Contains(got.Body, "999") {
			t.Error("the member reads the provider's own words")
		}
		s.SignedIn("boss").Get(page).Has("#memberships", "refuses the invoice (Account code 999 is not valid)")
		buyer := slices.DeleteFunc(s.Mails(keaMail), func(e inbox.Entry) bool { return e.Subject != "Your invoice is delayed" })
		staff := slices.DeleteFunc(s.Mails("boss@example.org"), func(e inbox.Entry) bool { return e.Subject != "1 invoice could not be raised" })
		if len(buyer) != 1 || len(staff) != 1 {
			t.Fatalf("%d mails to the buyer and %d to staff, want one each", len(buyer), len(staff))
		}
		link := regexp.MustCompile(`https?://\S+/billing/purchase/\?state=FAILED`).FindString(staff[0].Text)
		_, path, _ := strings.Cut(link, "/admin/")
		if link == "" || !strings.Contains(staff[0].HTML, link) {
			t.Errorf("the letter to staff leads to the failed purchases by %q, in text or HTML not at all:\n%s", link, staff[0].Text)
		} else {
			s.SignedIn("boss").Get("/admin/"+path).Status(http.StatusOK).Has("tbody", "Mere Kahu")
		}
		if strings.Contains(buyer[0].Text, "999") || !strings.Contains(buyer[0].Text, "$49.99") {
			t.Errorf("the buyer reads %q", buyer[0].Text)
		}
		for _, fact := range []string{"Mere Kahu", "$49.99", "Account code 999", "AMS-"} {
			if !strings.Contains(staff[0].Text, fact) || !strings.Contains(staff[0].HTML, fact) {
				t.Errorf("staff do not read %q in %q", fact, staff[0].Text)
			}
		}
	})
	t.Run("ContactRefused", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		s.Provider.Before(only("sync", &billing.Refused{Text: "no name"}))
		s.Work()
		if calls := strings.Join(s.Provider.Calls(), " "); calls != "sync" || state(s) != "FAILED" {
			t.Errorf("calls = %s, purchase %s; want no invoice for a customer who was refused", calls, state(s))
		}
		s.SignedIn("boss").Get(page).Has("#memberships", "refuses the customer's details (no name)")
	})
	t.Run("BIL-63 down for a day, and for a week", func(t *testing.T) {
		t.Parallel()
		s, v := bought(t)
		s.Person("tui")
		option := fmt.Sprint(s.Count("SELECT id FROM membership_options"))
		s.SignedIn("tui").Post(apply, order(option, "2026-07-10")...).Status(http.StatusSeeOther)
		s.Provider.Before(down)
		s.Work()
		s.Clock.Pass(25 * time.Hour)
		s.Due()
		s.Work()
		v.Get(page).Has("#memberships", "Being sorted out")
		s.Clock.Pass(6 * time.Hour)
		s.Due()
		s.Work()
		s.Due()
		s.Work()
		report := func() []inbox.Entry {
			return slices.DeleteFunc(s.Mails("boss@example.org"), func(e inbox.Entry) bool { return !strings.Contains(e.Subject, "could not be raised") })
		}
		if got := report(); len(got) != 1 || got[0].Subject != "2 invoices could not be raised" {
			t.Fatalf("reports = %v, want one that names both", got)
		}
		if mails := s.Mails(keaMail); len(mails) != 1 {
			t.Errorf("%d mails to the buyer, want one", len(mails))
		}
		pause := s.Count("SELECT extract(epoch FROM next_attempt_at - ?)::int FROM purchases LIMIT 1", s.Clock.Now())
		if pause != 3600 {
			t.Errorf("after a day the next try is in %d s, want an hour", pause)
		}
		if n := s.Count("SELECT count(*) FROM purchases WHERE invoice_state = 'WAITING' AND alerted_at IS NOT NULL"); n != 2 {
			t.Errorf("%d purchases still wait, want 2", n)
		}
		s.Provider.Works()
		s.Exec("UPDATE gue_jobs SET run_at = now() WHERE args = (SELECT convert_to('{\"Purchase\":' || min(id) || '}', 'UTF8') FROM purchases)")
		s.Work()
		if n := s.Count("SELECT count(*) FROM invoices WHERE issue_date = '2026-07-10' AND due_date = '2026-09-08'"); n != 1 {
			t.Errorf("%d invoices with the dates of the day of purchase, want the first", n)
		}
		s.Provider.Before(down)
		s.Clock.Pass(6 * 24 * time.Hour)
		s.Due()
		s.Work()
		s.Due()
		s.Work()
		if n := s.Count("SELECT count(*) FROM purchases WHERE invoice_state = 'FAILED' AND failure_code = 'unavailable'"); n != 1 {
			t.Errorf("%d purchases failed after seven days, want the other one", n)
		}
		if got := report(); len(got) != 1 {
			t.Errorf("%d reports, want none about what was reported before", len(got))
		}
	})
	t.Run("PeriodOver", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		s.Provider.Before(down)
		s.Work()
		s.Clock.Pass(40 * 24 * time.Hour)
		s.Provider.Works()
		s.Due()
		s.Work()
		if calls := s.Provider.Calls(); slices.Contains(calls, "raise") || state(s) != "FAILED" {
			t.Errorf("calls = %v, purchase %s; want no invoice for a period that is over", calls, state(s))
		}
		s.SignedIn("kea").Get(page).Has("#memberships", "Expired").Has("#memberships", "never approved").Lacks("#tasks")
	})
	t.Run("BIL-65 cancelled before the invoice was raised", func(t *testing.T) {
		t.Parallel()
		s, v := bought(t)
		s.Exec("UPDATE individual_memberships SET cancelled_datetime = ?", s.Clock.Now())
		v.Get(page).Has("#memberships", "Not required").Lacks("#tasks").Lacks("[hx-trigger*=delay]")
		s.Work()
		if calls := s.Provider.Calls(); len(calls) != 0 || state(s) != "CANCELLED" {
			t.Errorf("calls = %v, purchase %s; want none and CANCELLED", calls, state(s))
		}
	})
	t.Run("BIL-65 cancelled while the invoice is being raised", func(t *testing.T) {
		t.Parallel()
		s, v := bought(t)
		s.Provider.After(func(call string) error {
			if call == "raise" {
				s.Exec("UPDATE individual_memberships SET cancelled_datetime = ?, cancelled_reason = 'mistake'", s.Clock.Now())
			}
			return nil
		})
		s.Work()
		if n := s.Count("SELECT count(*) FROM invoices i JOIN mock_invoices m ON m.number = i.invoice_number WHERE i.provider_status = 'VOIDED' AND m.status = 'VOIDED'"); n != 1 {
			t.Error("the invoice of a cancelled membership still stands")
		}
		if mails := s.Mails(keaMail); len(mails) != 0 {
			t.Errorf("mails = %v, want none", mails)
		}
		v.Get(page).Has("#memberships", "Cancelled on 10 July 2026: mistake").Has("#memberships .cell-line", "Cancelled").Lacks("#tasks")
	})
	t.Run("LostThenCancelled", func(t *testing.T) { // what the provider holds is found and voided
		t.Parallel()
		s, _ := bought(t)
		s.Provider.After(only("raise", errDown))
		s.Work()
		s.Provider.Works()
		s.Exec("UPDATE individual_memberships SET cancelled_datetime = ?", s.Clock.Now())
		s.Due()
		s.Work()
		if n := s.Count("SELECT count(*) FROM mock_invoices WHERE status = 'VOIDED'"); n != 1 || s.Count("SELECT count(*) FROM mock_invoices") != 1 {
			t.Error("an open invoice survives the cancellation")
		}
	})
}

func TestPurchaseFragment(t *testing.T) {
	t.Parallel()
	s, v := bought(t)
	s.Person("other")
	path := purchase(s)
	v.Get(path).Status(http.StatusFound).To(page)
	s.SignedIn("other").HX().Get(path).Status(http.StatusForbidden)
	s.SignedIn("boss").HX().Get(path).Status(http.StatusOK).Has(".cell-line", "on its way").Lacks(".card")
	s.Visitor().Get(path).Status(http.StatusFound)
	for _, id := range []string{"11111111-1111-4111-8111-111111111111", "x", "1", strings.ToUpper(path[len(path)-37 : len(path)-1])} {
		v.HX().Get("/en/users/memberships/purchases/" + id + "/").Status(http.StatusNotFound)
	}
	v.Get("/mi/users/memberships/cancel/").Status(http.StatusOK)
}

// Entry counts stay within the bound of the dashboard, whatever was bought.
func TestDashboardQueries(t *testing.T) {
	t.Parallel()
	s, v, option := shop(t, month(), "5")
	for i := range 20 {
		start := time.Date(2026, time.July+time.Month(i), 10, 0, 0, 0, 0, time.UTC)
		hold(s, option, start.Format(time.DateOnly), start.AddDate(0, 1, 0).Format(time.DateOnly))
	}
	v.Get(page).Status(http.StatusOK)
	v.Get(page).Status(http.StatusOK)
	if got := s.Statements(); len(got) > 7 {
		t.Errorf("the dashboard with 20 memberships = %d queries, want at most 7:\n%s", len(got), strings.Join(got, "\n"))
	}
	if rows := v.Get(page).Document().Find("#memberships tbody tr"); rows.Length() != 20 {
		t.Errorf("%d rows, want 20", rows.Length())
	}
	if first := v.Get(page).Document().Find("#memberships tbody tr").First().Find("td").FilterFunction(func(_ int, td *goquery.Selection) bool {
		return td.AttrOr("data-label", "") == "Start"
	}).Text(); strings.TrimSpace(first) != "10/02/2028" {
		t.Errorf("the first row starts on %q, want the newest", first)
	}
}
