package memberships_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"ams/app/access"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/organisation"
	"ams/app/web/webtest"
)

// seated is a club on 3 July 2026 with a membership for 2026 of so many seats.
func seated(t *testing.T, o membership.Option, cost string, seats int, settings ...string) *club {
	t.Helper()
	k := newClub(t, o, cost, settings...)
	k.holds(k.option, "2026-01-01", "2027-01-01", seats)
	at(k.Site, "2026-07-03")
	k.kea = k.SignedIn("kea")
	return k
}

func TestAddSeats(t *testing.T) {
	t.Parallel()
	t.Run("ORG-47 half a year of three seats", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{InvoiceReference: "Kura", InvoiceDueDays: 30}, "1000", 10)
		k.kea.HX().Get(k.add+"preview/?seats_to_add=3").Status(http.StatusOK).Has("#price", "$1,495.89").Has("#price", "for 3 seats, all charged").
			Has("#price", "The membership has 13 seats then.").Lacks("#price dl").Lacks("header")
		k.adds("3").Status(http.StatusSeeOther).To(k.page)
		if k.seats() != 13 || k.Count("SELECT count(*) FROM invoices") != 0 {
			t.Errorf("%d seats, want 13 before there is an invoice", k.seats())
		}
		k.says(k.kea, "3 seats are added. The membership has 13 seats now. The invoice is on its way.").
			Has("#standing", "1 of 13 seats taken").Has("#tasks", "Your invoice for 3 more seats, Teacher ($1,495.89) is on its way to "+office)
		k.Work()
		var got string
		k.Row(&got, `SELECT p.kind || ' ' || i.purpose || ' ' || p.total || ' ' || i.amount || ' ' || p.quantity || ' × ' || p.unit_amount || ' ' || p.seats || ' ' || p.seats_after || ' ' ||
			p.description || ' ' || left(p.reference, 9) || ' ' || i.due_date FROM invoices i JOIN purchases p ON p.id = i.purchase_id`)
		if want := "SEATS SEATS 1495.89 1495.89 3 × 498.63 3 13 3 seats added to Teacher (organisation), 1 year, $1,000.00 Kura AMS- 2026-08-02"; got != want {
			t.Errorf("the invoice = %q, want %q", got, want)
		}
	})
	t.Run("ORG-48 beyond the cap they are free", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{MaxChargedSeats: 4}, "1000", 5)
		k.adds("10").Status(http.StatusSeeOther)
		k.says(k.kea, "10 seats are added. The membership has 15 seats now.").Lacks("#tasks")
		k.Work()
		if k.seats() != 15 || k.Count("SELECT count(*) FROM purchases WHERE total = 0 AND seats = 10 AND seats_after = 15 AND invoice_state = 'NONE'") != 1 ||
			k.Count("SELECT count(*) FROM billing_accounts") != 0 {
			t.Errorf("%d seats, want 15 and nothing to invoice", k.seats())
		}
		if text := k.kea.Get(k.page).Document().Find("#messages").Text(); strings.Contains(text, "invoice") {
			t.Errorf("the message = %q, want no invoice in it", text)
		}
	})
	t.Run("ORG-49 as many as the option has, and no more", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{MaxSeats: 12}, "100", 10)
		const want = "You asked for 3 more seats. This membership has at most 12, and 10 are bought already."
		k.adds("3").Status(http.StatusUnprocessableEntity).Has("#id_seats_to_add-error", want)
		k.kea.Get(k.add+"preview/?seats_to_add=3").Status(http.StatusOK).Has("#price .field-error", want)
		if k.seats() != 10 || k.Count("SELECT count(*) FROM purchases") != 0 {
			t.Error("refused seats are stored")
		}
		k.adds("2").Status(http.StatusSeeOther)
		if k.seats() != 12 {
			t.Errorf("%d seats, want 12", k.seats())
		}
	})
	t.Run("ORG-50 without an active membership", func(t *testing.T) {
		t.Parallel()
		for name, change := range map[string]string{
			"none":        "DELETE FROM organisation_memberships",
			"unapproved":  "UPDATE organisation_memberships SET approved_datetime = NULL, approval_source = NULL",
			"cancelled":   "UPDATE organisation_memberships SET cancelled_datetime = now()",
			"expired":     "UPDATE organisation_memberships SET expiry_date = '2026-07-03'",
			"not yet":     "UPDATE organisation_memberships SET start_date = '2026-07-04'",
			"of somebody": "UPDATE organisation_memberships SET organisation_id = (SELECT id FROM organisations WHERE name = 'Other')",
		} {
			k := seated(t, membership.Option{}, "100", 5)
			k.Organisation("Other", "tui")
			k.Exec(change)
			before := k.Contents()
			for act, send := range map[string]func() *webtest.Answer{
				"GET": func() *webtest.Answer { return k.kea.Get(k.add).Status(http.StatusFound) }, "POST": func() *webtest.Answer { return k.adds("1").Status(http.StatusSeeOther) },
				"look": func() *webtest.Answer { return k.adds("1", "look", "1").Status(http.StatusSeeOther) },
			} {
				send().To(k.page)
				k.says(k.kea, "Te Kura has no active membership. Add one first.").Lacks("a[href='" + k.add + "']")
				if after := k.Contents(); after != before {
					t.Errorf("%s with a membership %s changes the database", act, name)
				}
			}
			k.kea.Get(k.add+"preview/?seats_to_add=1").Status(http.StatusOK).Has("#price", "no active membership")
		}
	})
	t.Run("ORG-51 no number of seats", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{MaxChargedSeats: 4}, "100", 5)
		for _, n := range []string{"0", "-5", "many", "", "1.5", "99999999999999999999"} {
			k.adds(n).Status(http.StatusUnprocessableEntity).Has("#id_seats_to_add-error", "Enter a whole number of seats, at least 1.")
			k.kea.HX().Post(k.add, "seats_to_add", n).Status(http.StatusUnprocessableEntity).Has("form#seats .problems", "whole number").Lacks("header")
			k.kea.Get(k.add+"preview/?seats_to_add="+n).Status(http.StatusOK).Has("#price", "Enter how many seats").Lacks("#price dl").Lacks("#price .field-error")
		}
		k.adds("1000000").Status(http.StatusUnprocessableEntity).Has("#id_seats_to_add-error", "more than one invoice can hold")
		if k.seats() != 5 || k.Count("SELECT count(*) FROM purchases") != 0 {
			t.Error("something was added")
		}
	})
	t.Run("The page and its preview with a cap", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{MaxChargedSeats: 4}, "1000", 3)
		k.joins(1, 1, 0, 1)
		facts := strings.Join(strings.Fields(k.kea.Get(k.add).Status(http.StatusOK).Document().Find("dl.facts").First().Text()), " ")
		if want := "Membership Teacher Expiry 01/01/2027 Seats 3 Charged seats 3 of 4 Free seats 0 Taken 2 Available 1"; facts != want {
			t.Errorf("the page = %q, want %q", facts, want)
		}
		k.kea.Get(k.add+"preview/?seats_to_add=3").Has("#price", "$498.63").Has("#price", "for 3 seats: 1 charged, 2 free").Has("#price dl", "Charged")
		k.kea.Get(k.add+"preview/?seats_to_add=1").Has("#price", "for 1 seat, all charged").Has("#price dl", "Free")
		k.adds("3").Status(http.StatusSeeOther)
		if k.Count("SELECT count(*) FROM purchases WHERE quantity * unit_amount = 498.63 AND total = 498.63 AND description LIKE '3 seats added to Teacher %: 1 charged, 2 free'") != 1 {
			t.Error("the purchase does not say how many seats are charged")
		}
	})
	t.Run("Without scripts the form shows the price", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{}, "1000", 10)
		token := tokenOf(k.kea, k.add)
		got := k.adds("3", "look", "1", "submission_token", token).Status(http.StatusOK).Has("#price", "$1,495.89")
		if n := got.Document().Find("#id_seats_to_add").AttrOr("value", ""); n != "3" {
			t.Errorf("the form has %q, want what was typed", n)
		}
		if kept := got.Document().Find("input[name=submission_token]").AttrOr("value", ""); kept != token {
			t.Errorf("the form has the token %q, want its own %q", kept, token)
		}
		if k.seats() != 10 {
			t.Error("looking has added seats")
		}
	})
	t.Run("Less than half a cent is nothing to invoice", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{}, "0.10", 1)
		at(k.Site, "2026-12-31")
		k.kea = k.SignedIn("kea")
		k.adds("1").Status(http.StatusSeeOther)
		k.Work()
		if k.seats() != 2 || k.Count("SELECT count(*) FROM invoices") != 0 || k.Count("SELECT count(*) FROM purchases WHERE total = 0") != 1 {
			t.Errorf("%d seats, want 2 and no invoice", k.seats())
		}
	})
	t.Run("A total that cannot be split is one line", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{}, "1000", 1)
		k.Exec("UPDATE organisation_memberships SET start_date = '2026-07-01', expiry_date = '2026-07-04'")
		k.adds("3").Status(http.StatusSeeOther)
		k.Work()
		if k.Count("SELECT count(*) FROM purchases p JOIN invoices i ON i.purchase_id = p.id WHERE p.quantity = 1 AND p.total = 1000 AND i.amount = 1000 AND p.description LIKE '3 seats added to %'") != 1 {
			t.Error("want one line of 1000.00 for 3 seats")
		}
	})
	t.Run("Staff are told the price of that moment", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{}, "1000", 10)
		k.adds("3").Status(http.StatusSeeOther)
		k.Exec("UPDATE organisation_memberships SET seats = 500")
		mails := k.Mails(webtest.Address("boss"))
		if len(mails) != 1 || mails[0].Subject != "Seats added: Te Kura" {
			t.Fatalf("letters to staff = %+v, want one about the seats", mails)
		}
		for _, want := range []string{"$1,495.89", "Seats from now on: 13", "MOCK-1"} {
			if !strings.Contains(mails[0].Text, want) {
				t.Errorf("the letter = %q, want %q in it", mails[0].Text, want)
			}
		}
	})
	t.Run("Staff who do not want to know are not told", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{}, "0", 10, "AMS_NOTIFY_STAFF_MEMBERSHIP_EVENTS", "False", "AMS_REQUIRE_FREE_MEMBERSHIP_APPROVAL", "True")
		k.adds("3").Status(http.StatusSeeOther)
		if mails := k.Mails(webtest.Address("boss")); len(mails) != 0 {
			t.Errorf("letters to staff = %+v, want none", mails)
		}
	})
	t.Run("A closed organisation", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{}, "100", 10)
		k.Exec("UPDATE organisations SET is_active = false")
		k.adds("1").Status(http.StatusSeeOther).To(k.page)
		k.says(k.kea, "Te Kura is inactive, so nothing can be bought for it.")
		k.kea.Get(k.add).Status(http.StatusFound).To(k.page)
		if k.seats() != 10 {
			t.Error("seats were added")
		}
	})
	t.Run("ORG-69 seats that are paid for approve nothing", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		k.applies("2").Status(http.StatusSeeOther)
		k.Work()
		k.Exec("UPDATE organisation_memberships SET approved_datetime = now(), approval_source = 'STAFF'")
		k.adds("1").Status(http.StatusSeeOther)
		k.Exec("UPDATE organisation_memberships SET approved_datetime = NULL, approval_source = NULL")
		k.Work()
		k.MarkPaid("MOCK-2")
		k.Work()
		k.kea.Get(k.page).Has("#memberships", "Pending").Has("#memberships", "Invoice MOCK-1 for $200.00 is unpaid").Has("#standing", "no active membership")
		k.MarkPaid("MOCK-1")
		k.kea.Get(k.page).Has("#memberships", "Active").Has("#standing", "1 of 3 seats taken")
	})
}

func TestSeatsAtOnce(t *testing.T) {
	t.Parallel()
	const hold = "SELECT id FROM organisation_memberships FOR NO KEY UPDATE"
	twice := func(k *club, tokens ...string) {
		k.T.Helper()
		k.Holding(hold, len(tokens), func(i int) { k.adds("1", "submission_token", tokens[i]).Status(http.StatusSeeOther).To(k.page) })
		k.Work()
	}
	t.Run("ORG-52 two purchases of a seat", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{MaxChargedSeats: 11}, "1000", 10)
		twice(k, tokenOf(k.kea, k.add), tokenOf(k.kea, k.add))
		if k.seats() != 12 || k.Count("SELECT count(*) FROM purchases") != 2 {
			t.Errorf("%d seats, want 12 by two purchases", k.seats())
		}
		// The second one sees the seats of the first: only one of them lies within the cap.
		if k.Count("SELECT count(*) FROM purchases WHERE total = 498.63 AND seats_after = 11") != 1 || k.Count("SELECT count(*) FROM purchases WHERE total = 0 AND seats_after = 12") != 1 {
			t.Error("want one seat charged and one free")
		}
	})
	t.Run("ORG-52 two invoices", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{}, "1000", 10)
		twice(k, tokenOf(k.kea, k.add), tokenOf(k.kea, k.add))
		if k.seats() != 12 || k.Count("SELECT count(*) FROM invoices WHERE amount = 498.63") != 2 || k.Count("SELECT count(*) FROM mock_invoices") != 2 {
			t.Errorf("%d seats, want 12 and two invoices", k.seats())
		}
	})
	t.Run("ORG-52 never more than the option has", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{MaxSeats: 11}, "1000", 10)
		statuses := make(chan int, 2)
		k.Holding(hold, 2, func(int) { statuses <- k.adds("1").StatusCode })
		if a, b := <-statuses, <-statuses; a+b != http.StatusSeeOther+http.StatusUnprocessableEntity {
			t.Errorf("answers = %d and %d, want one stored and one refused", a, b)
		}
		if k.seats() != 11 {
			t.Errorf("%d seats, want 11", k.seats())
		}
	})
	t.Run("ORG-68 the same form twice, at once and later", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{}, "1000", 10)
		token := tokenOf(k.kea, k.add)
		twice(k, token, token)
		k.kea.Get(k.page)
		k.adds("5", "submission_token", token).Status(http.StatusSeeOther).To(k.page)
		k.says(k.kea, "added already")
		k.Exec("UPDATE organisation_memberships SET cancelled_datetime = now()")
		k.adds("5", "submission_token", token).Status(http.StatusSeeOther).To(k.page)
		k.says(k.kea, "added already") // it is no matter what became of the membership
		if k.seats() != 11 || k.Count("SELECT count(*) FROM purchases") != 1 || k.Count("SELECT count(*) FROM mock_invoices") != 1 {
			t.Errorf("%d seats, want 11 by one purchase with one invoice", k.seats())
		}
	})
	t.Run("The token of another administrator", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{}, "1000", 10)
		token := tokenOf(k.kea, k.add)
		k.SignedIn("boss").Post(k.add, "seats_to_add", "1", "submission_token", token).Status(http.StatusSeeOther)
		got := k.adds("2", "submission_token", token).Status(http.StatusUnprocessableEntity).Has(".problems", "from another account")
		if fresh := got.Document().Find("input[name=submission_token]").AttrOr("value", ""); fresh == "" || fresh == token {
			t.Errorf("the refused form has the token %q, want a new one", fresh)
		}
		if k.seats() != 11 {
			t.Errorf("%d seats, want 11", k.seats())
		}
	})
	t.Run("A membership that is cancelled meanwhile", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{}, "1000", 10)
		var got *webtest.Answer
		k.Behind(func() { got = k.adds("1") }, "UPDATE organisation_memberships SET cancelled_datetime = now()")
		got.Status(http.StatusSeeOther).To(k.page)
		k.says(k.kea, "no active membership")
		if k.seats() != 10 || k.Count("SELECT count(*) FROM purchases") != 0 {
			t.Error("seats were added to a cancelled membership")
		}
	})
	t.Run("ORG-74 whichever comes first, no invoice stays open", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{}, "1000", 10)
		for i := range 10 {
			k.Exec("UPDATE organisation_memberships SET seats = 10, cancelled_datetime = NULL, cancelled_reason = ''")
			bought := k.Count("SELECT count(*) FROM purchases")
			added := make(chan bool, 1)
			go func() {
				k.adds("1").Status(http.StatusSeeOther)
				added <- k.Count("SELECT count(*) FROM purchases") > bought
			}()
			err := k.DB.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
				if _, err := tx.NewRaw("SELECT id FROM organisations WHERE id = ? FOR NO KEY UPDATE", k.id).Exec(ctx); err != nil {
					return err
				}
				return k.App.Members.CancelAll(ctx, tx, access.Holder{}, organisation.Organisation{ID: k.id})
			})
			if err != nil {
				t.Fatalf("CancelAll() = %v", err)
			}
			if stored := <-added; stored != (k.seats() == 11) {
				t.Errorf("round %d: purchase stored %v, %d seats", i, stored, k.seats())
			}
			k.Work()
			if n := k.Count("SELECT count(*) FROM purchases WHERE invoice_state = 'WAITING'") + k.Count("SELECT count(*) FROM mock_invoices WHERE status <> 'VOIDED'"); n != 0 {
				t.Errorf("round %d: %d invoices are open or on their way, want none", i, n)
			}
		}
	})
}

// What the preview shows is what the invoice says, whatever the option, the seats and the day.
func TestPreviewIsCharged(t *testing.T) {
	t.Parallel()
	k := newClub(t, membership.Option{}, "1")
	n := 0
	shown := func(r *rapid.T, page, selector string) string {
		got := k.kea.Get(page)
		if got.StatusCode != http.StatusOK {
			r.Fatalf("GET %s = %d", page, got.StatusCode)
		}
		return strings.Join(strings.Fields(got.Document().Find(selector).Text()), " ")
	}
	charged := func(r *rapid.T, kind, preview string) {
		var total, text string
		k.Row(&total, "SELECT coalesce(max(total), -1)::text FROM purchases WHERE kind = ?", kind)
		k.Row(&text, "SELECT to_char(?::numeric, 'FM$9,999,999,990.00')", total)
		if !strings.Contains(preview, text+" ") && !strings.HasSuffix(preview, text) {
			r.Fatalf("the preview says %q, and the %s is stored with %s", preview, kind, text)
		}
		k.Work()
		invoiced := k.Count("SELECT count(*) FROM invoices WHERE purpose = ? AND amount = ?::numeric", kind, total)
		there := k.Count("SELECT count(*) FROM mock_invoices WHERE total = ?::numeric", total)
		if free := total == "0.00"; invoiced == 0 != free || there == 0 != free {
			r.Fatalf("%d invoices of the %s over %s here and %d at the provider", invoiced, kind, total, there)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		n++
		k.Exec("TRUNCATE invoices, purchases, billing_accounts, organisation_memberships, mock_invoices CASCADE")
		option := k.sells(membership.Option{
			Name: lang.Text{EN: fmt.Sprint("Option ", n)}, Duration: membership.Duration{Months: rapid.IntRange(0, 14).Draw(r, "months"), Days: rapid.IntRange(1, 40).Draw(r, "days")},
			MaxChargedSeats: rapid.IntRange(0, 12).Draw(r, "cap"),
		}, fmt.Sprintf("%d.%02d", rapid.IntRange(0, 2000).Draw(r, "dollars"), rapid.IntRange(0, 99).Draw(r, "cents")))
		seats, more := fmt.Sprint(rapid.IntRange(1, 15).Draw(r, "seats")), fmt.Sprint(rapid.IntRange(1, 15).Draw(r, "more"))
		preview := shown(r, k.apply+"preview/?start_date=2026-07-10&membership_option="+option+"&seat_count="+seats, "#period .period-end")
		if got := k.kea.Post(k.apply, order(option, "2026-07-10", "seat_count", seats)...); got.StatusCode != http.StatusSeeOther {
			r.Fatalf("the application = %d", got.StatusCode)
		}
		charged(r, "APPLICATION", preview)
		var expiry string
		k.Row(&expiry, "SELECT to_char(expiry_date, 'FMDD FMMonth YYYY') FROM organisation_memberships")
		if !strings.Contains(preview, "Expires on "+expiry) {
			r.Fatalf("the preview says %q, and the expiry is %s", preview, expiry)
		}
		// Some days of it have gone by.
		k.Exec(`UPDATE organisation_memberships SET approved_datetime = now(), start_date = start_date - least(?, expiry_date - start_date - 1)::int,
			expiry_date = expiry_date - least(?, expiry_date - start_date - 1)::int`, rapid.IntRange(0, 400).Draw(r, "passed"), 0)
		k.Exec("TRUNCATE invoices, purchases, mock_invoices CASCADE")
		preview = shown(r, k.add+"preview/?seats_to_add="+more, "#price .period-end")
		if got := k.adds(more); got.StatusCode != http.StatusSeeOther {
			r.Fatalf("adding seats = %d", got.StatusCode)
		}
		charged(r, "SEATS", preview)
	})
}
