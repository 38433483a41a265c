package memberships_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ams/app/lang"
	"ams/app/membership"
	"ams/app/web/webtest"
)

func TestApplyOrganisation(t *testing.T) {
	t.Parallel()
	t.Run("ORG-43 fewer seats than people are refused, and the number is named", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		k.joins(0, 1, 1, 1) // with kea three rows that count
		if got := k.kea.Get(k.apply).Document().Find("#id_seat_count").AttrOr("value", ""); got != "3" {
			t.Errorf("the form begins with %q seats, want 3", got)
		}
		k.applies("2").Status(http.StatusUnprocessableEntity).Has("#id_seat_count-error", "needs at least 3 seats")
		k.nothing()
		k.applies("3").Status(http.StatusSeeOther).To(k.page)
		if k.seats() != 3 {
			t.Errorf("%d seats, want 3", k.seats())
		}
	})
	t.Run("ORG-44 more seats than the option has are refused, after those that are missing", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{MaxSeats: 10}, "100")
		k.applies("15").Status(http.StatusUnprocessableEntity).Has("#id_seat_count-error", "at most 10 seats")
		k.joins(0, 11, 0, 0)
		for seats, want := range map[string]string{"11": "at least 12 seats", "12": "at most 10 seats"} {
			got := k.applies(seats).Status(http.StatusUnprocessableEntity).Has("#id_seat_count-error", want)
			if n := got.Document().Find("#id_seat_count-error .field-error").Length(); n != 1 {
				t.Errorf("%d problems with %s seats, want one", n, seats)
			}
		}
		k.nothing()
	})
	t.Run("ORG-45 seats beyond the cap are free", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{MaxChargedSeats: 4}, "1000")
		k.applies("10").Status(http.StatusSeeOther).To(k.page)
		k.says(k.kea, "its invoice is on its way. Once it is paid you have 10 seats until 10/07/2027")
		k.Work()
		if k.seats() != 10 || k.Count("SELECT count(*) FROM purchases WHERE quantity = 4 AND unit_amount = 1000 AND total = 4000 AND seats = 10 AND seats_after = 10") != 1 ||
			k.Count("SELECT count(*) FROM mock_invoices WHERE total = 4000") != 1 {
			t.Error("want 10 seats, and an invoice over 4 × 1000.00")
		}
		k.kea.Get(k.page).Has("#memberships", "1 of 10 seats taken (4 charged, 6 free)")
	})
	t.Run("A free one is active at once", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{MaxChargedSeats: 5}, "0")
		k.applies("8").Status(http.StatusSeeOther)
		k.says(k.kea, "The membership is added: 8 seats until 10/07/2027.").Has("#memberships", "Active").Has("#memberships", "Not required")
		k.Work()
		if k.Count("SELECT count(*) FROM organisation_memberships WHERE approval_source = 'FREE' AND approved_datetime = ?", k.Clock.Now()) != 1 ||
			k.Count("SELECT count(*) FROM invoices") != 0 || k.Count("SELECT count(*) FROM billing_accounts") != 0 {
			t.Error("want it approved by its price, without invoice and account")
		}
	})
	for name, c := range map[string]struct{ cost, setting, value string }{
		"ORG-36 free under approval":        {"0", "AMS_REQUIRE_FREE_MEMBERSHIP_APPROVAL", "True"},
		"Paid, without any billing service": {"100", "AMS_BILLING_SERVICE_CLASS", "none"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newClub(t, membership.Option{}, c.cost, c.setting, c.value, "AMS_NOTIFY_STAFF_MEMBERSHIP_EVENTS", "False")
			k.applies("1").Status(http.StatusSeeOther)
			k.says(k.kea, "The association reviews it. Once it is approved you have 1 seat until 10/07/2027.").
				Has("#memberships", "Pending").Has("#memberships", "Waiting for approval").Has("#memberships", "Not required")
			mails := k.Mails(webtest.Address("boss"))
			if asks := c.cost == "0"; (len(mails) == 1) != asks {
				t.Errorf("%d letters to staff, want one only for what is free", len(mails))
			}
		})
	}
	t.Run("ORG-39 archived, or for people", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		archived := k.sells(membership.Option{Name: lang.Text{EN: "Old"}, Archived: true}, "10")
		personal := fmt.Sprint(k.Option(membership.Option{}, "10"))
		for _, option := range []string{archived, personal, "", "x", "999"} {
			k.kea.Post(k.apply, "membership_option", option, "start_date", "2026-07-10", "seat_count", "1").Status(http.StatusUnprocessableEntity).
				Has("#id_membership_option-error", "Choose one of the memberships")
			k.kea.Get(k.apply+"preview/?seat_count=1&start_date=2026-07-10&membership_option="+option).Status(http.StatusOK).
				Has("#period", "Expires on –").Has("#period", "Total: –").Lacks("#period .field-error")
		}
		k.nothing()
	})
	t.Run("ORG-40 what else is posted is ignored", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		other := k.Organisation("Other")
		k.applies("2", "organisation", fmt.Sprint(other), "organisation_id", fmt.Sprint(other), "cost", "0", "price", "0", "expiry_date", "2099-01-01",
			"seats", "500", "approved_datetime", "2026-01-01").Status(http.StatusSeeOther)
		if k.Count(`SELECT count(*) FROM organisation_memberships m JOIN purchases p ON p.organisation_membership_id = m.id
			WHERE m.organisation_id = ? AND m.seats = 2 AND m.expiry_date = '2027-07-10' AND m.approved_datetime IS NULL AND p.total = 200`, k.id) != 1 {
			t.Error("something that was posted beside the form counts")
		}
	})
	t.Run("All problems at once, and every value is kept", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		for _, v := range []*webtest.Visitor{k.kea, k.kea.HX()} {
			got := v.Post(k.apply, "membership_option", "x", "start_date", "soon", "seat_count", "many").Status(http.StatusUnprocessableEntity).
				Has(".problems", "Choose one of the memberships").Has(".problems", "Enter the day").Has(".problems", "whole number of seats")
			for id, want := range map[string]string{"#id_start_date": "soon", "#id_seat_count": "many"} {
				if value := got.Document().Find(id).AttrOr("value", ""); value != want {
					t.Errorf("%s = %q, want what was typed", id, value)
				}
			}
		}
		for _, seats := range []string{"0", "-5", "", "1.5", "1e3", "99999999999999999999", "1000001"} {
			k.applies(seats).Status(http.StatusUnprocessableEntity).Has("#id_seat_count-error", "Enter")
		}
		k.nothing()
	})
	t.Run("More than an invoice can hold", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "99999.99")
		k.applies("1000000").Status(http.StatusUnprocessableEntity).Has("#id_seat_count-error", "more than one invoice can hold")
		k.kea.Get(k.apply+"preview/?seat_count=1000000&start_date=2026-07-10&membership_option="+k.option).Status(http.StatusOK).
			Has("#period", "Total: –")
		k.nothing()
	})
}

func TestStartOfOrganisation(t *testing.T) {
	t.Parallel()
	t.Run("ORG-63 bounds", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, month(), "0")
		for _, c := range []struct{ start, want string }{
			{"2026-06-10", "The earliest possible day is 11 June 2026"},
			{"2027-07-11", "The latest possible day is 10 July 2027"},
			{"2026-06-11", ""},
			{"2027-07-10", ""},
		} {
			got := k.kea.Post(k.apply, order(k.option, c.start, "seat_count", "1")...)
			if c.want == "" {
				got.Status(http.StatusSeeOther)
				continue
			}
			got.Status(http.StatusUnprocessableEntity).Has("#id_start_date-error", c.want)
			k.nothing()
		}
	})
	t.Run("ORG-64 the whole period counts", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "0")
		at(k.Site, "2026-01-10")
		k.kea = k.SignedIn("kea")
		k.holds(k.option, "2026-03-01", "2027-03-01", 1)
		const want = "The organisation has a membership from 1 March 2026 to 28 February 2027"
		k.kea.Post(k.apply, order(k.option, "2026-01-15", "seat_count", "1")...).Status(http.StatusUnprocessableEntity).Has("#id_start_date-error", want)
		k.kea.Get(k.apply+"preview/?seat_count=1&membership_option="+k.option+"&start_date=2026-01-15").Has("#period", "15 January 2027").Has("#period", want)
		// A membership of a person never stands in the way, nor one that is cancelled.
		hold(k.Site, k.option, "2026-01-01", "2027-01-01")
		k.Exec("UPDATE organisation_memberships SET cancelled_datetime = now()")
		k.kea.Post(k.apply, order(k.option, "2026-01-15", "seat_count", "1")...).Status(http.StatusSeeOther)
	})
	t.Run("The start goes on from what is held", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "0")
		start := func() string { return k.kea.Get(k.apply).Document().Find("#id_start_date").AttrOr("value", "none") }
		if got := start(); got != "2026-07-10" {
			t.Errorf("start = %s, want today", got)
		}
		k.holds(k.option, "2026-01-01", "2027-01-01", 1)
		if got := start(); got != "2027-01-01" {
			t.Errorf("start = %s, want the end of the membership", got)
		}
		k.holds(k.option, "2027-01-01", "2028-02-29", 1)
		k.kea.Get(k.apply).Has(".alert-info", "The organisation is covered until 28 February 2028").Has(".alert-info", "from 1 March 2027")
	})
}

func TestPreviewOfOrganisation(t *testing.T) {
	t.Parallel()
	k := newClub(t, membership.Option{MaxChargedSeats: 4, MaxSeats: 12}, "1000")
	plain := k.sells(membership.Option{Name: lang.Text{EN: "Plain"}, Duration: membership.Duration{Months: 1}}, "99.99")
	k.joins(1, 1, 0, 0)
	for name, c := range map[string]struct{ query, ends, total, note, problem string }{
		"beyond the cap":        {k.option + "&start_date=2026-07-10&seat_count=10", "10 July 2027", "$4,000.00", "4 seats are charged at $1,000.00 each, and 6 seats are free.", ""},
		"below the cap":         {k.option + "&start_date=2026-07-10&seat_count=3", "10 July 2027", "$3,000.00", "The first 4 seats are charged. All others are free.", ""},
		"one beyond it":         {k.option + "&start_date=2026-07-10&seat_count=5", "10 July 2027", "$4,000.00", "and 1 seat is free.", ""},
		"without a cap":         {plain + "&start_date=2026-07-31&seat_count=3", "31 August 2026", "$299.97", "", ""},
		"no number is one":      {plain + "&start_date=2026-07-10&seat_count=many", "10 August 2026", "$99.99", "", "at least 3 seats"},
		"too few":               {plain + "&start_date=2026-07-10&seat_count=2", "10 August 2026", "$199.98", "", "at least 3 seats"},
		"too many":              {k.option + "&start_date=2026-07-10&seat_count=13", "10 July 2027", "$4,000.00", "and 9 seats are free", "at most 12 seats"},
		"too early":             {plain + "&start_date=2026-01-01&seat_count=3", "1 February 2026", "$299.97", "", "earliest possible day is 11 June 2026"},
		"no date":               {plain + "&start_date=&seat_count=3", "–", "–", "", ""},
		"no option":             {"&start_date=2026-07-10&seat_count=3", "–", "–", "", ""},
		"more than anybody has": {plain + "&start_date=2026-07-10&seat_count=1000001", "–", "–", "", "at most 1000000 seats"},
	} {
		got := k.kea.HX().Get(k.apply+"preview/?membership_option="+c.query).Status(http.StatusOK).
			Has("#period", "Expires on "+c.ends).Has("#period", "Total: "+c.total).Has("#period", c.note).Lacks("header")
		if text := got.Document().Find("#period .field-error").Text(); c.problem == "" && text != "" || !strings.Contains(text, c.problem) {
			t.Errorf("%s: the preview complains %q, want %q", name, text, c.problem)
		}
		if note := got.Document().Find("#period").Text(); c.note == "" && (strings.Contains(note, "free") || strings.Contains(note, "charged")) {
			t.Errorf("%s: the preview = %q, want no note about seats", name, note)
		}
	}
	t.Run("Without scripts the form shows the same", func(t *testing.T) {
		typed := order(k.option, "2026-07-10", "seat_count", "10", "look", "1", "submission_token", tokenOf(k.kea, k.apply))
		got := k.kea.Post(k.apply, typed...).Status(http.StatusOK).Has("#period", "Total: $4,000.00").Has("#period", "6 seats are free")
		for selector, want := range map[string]string{"#id_seat_count": "10", "#id_start_date": "2026-07-10", "input[name=submission_token]": typed[len(typed)-1]} {
			if value := got.Document().Find(selector).AttrOr("value", ""); value != want {
				t.Errorf("%s = %q, want %q", selector, value, want)
			}
		}
		if max := got.Document().Find("#id_seat_count").AttrOr("max", ""); max != "12" {
			t.Errorf("the limit of seats = %q, want that of the option", max)
		}
		k.kea.Post(k.apply, order(plain, "2026-07-10", "seat_count", "10", "look", "1")...).Lacks("#id_seat_count[max]")
		k.nothing()
	})
	t.Run("Cards", func(t *testing.T) {
		doc := k.kea.Get(k.apply).Status(http.StatusOK).Has(".pricing-card", "per seat").Document()
		card := func(option string) string {
			return strings.Join(strings.Fields(doc.Find(".pricing-card:has(input[value='"+option+"'])").Text()), " ")
		}
		for _, want := range []string{"$1,000.00", "per seat", "1 year", "At most 12 seats", "Charged seats at most 4", "Payment due in 60 days", "organisation"} {
			if !strings.Contains(card(k.option), want) {
				t.Errorf("the card = %q, want %q in it", card(k.option), want)
			}
		}
		for _, lacks := range []string{"At most", "Charged"} {
			if strings.Contains(card(plain), lacks) {
				t.Errorf("the card of an option without limits = %q, want no %q", card(plain), lacks)
			}
		}
	})
}

func TestOrganisationTwice(t *testing.T) {
	t.Parallel()
	const hold = "SELECT 1 FROM organisations FOR NO KEY UPDATE"
	one := func(k *club) {
		k.T.Helper()
		k.Work()
		for _, table := range []string{"organisation_memberships", "purchases", "billing_accounts", "invoices", "mock_invoices"} {
			if n := k.Count("SELECT count(*) FROM " + table); n != 1 {
				k.T.Errorf("%d rows in %s, want 1", n, table)
			}
		}
	}
	t.Run("ORG-68 the same form twice, at once and later", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		token := tokenOf(k.kea, k.apply)
		if token == "" || token == tokenOf(k.kea, k.apply) {
			t.Fatal("the form has no token of its own")
		}
		k.Holding(hold, 2, func(int) { k.applies("2", "submission_token", token).Status(http.StatusSeeOther).To(k.page) })
		k.kea.Get(k.page)
		k.applies("7", "submission_token", strings.ToUpper(token)).Status(http.StatusSeeOther).To(k.page)
		k.says(k.kea, "sent already")
		if k.seats() != 2 {
			t.Errorf("%d seats, want those of the first form", k.seats())
		}
		one(k)
	})
	t.Run("The token of another administrator", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		token := tokenOf(k.kea, k.apply)
		k.SignedIn("boss").Post(k.apply, order(k.option, "2026-07-10", "seat_count", "1", "submission_token", token)...).Status(http.StatusSeeOther).To(k.page)
		got := k.applies("1", "submission_token", token).Status(http.StatusUnprocessableEntity).Has(".problems", "from another account")
		if fresh := got.Document().Find("input[name=submission_token]").AttrOr("value", ""); fresh == "" || fresh == token {
			t.Errorf("the refused form has the token %q, want a new one", fresh)
		}
		one(k)
	})
	t.Run("ORG-65 two administrators at the same moment", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		statuses := make(chan int, 2)
		both := []*webtest.Visitor{k.kea, k.SignedIn("boss")}
		k.Holding(hold, len(both), func(i int) {
			statuses <- both[i].Post(k.apply, order(k.option, "2026-07-10", "seat_count", "1")...).StatusCode
		})
		if a, b := <-statuses, <-statuses; a+b != http.StatusSeeOther+http.StatusUnprocessableEntity {
			t.Errorf("answers = %d and %d, want one stored and one refused", a, b)
		}
		one(k)
	})
	t.Run("ORG-65 the database has the last word", func(t *testing.T) { // against whoever does not hold the organisation
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		var got *webtest.Answer
		k.Behind(func() { got = k.applies("1") }, `
			INSERT INTO organisation_memberships (organisation_id, membership_option_id, seats, start_date, expiry_date, created_datetime)
			VALUES (?, ?, 1, '2026-08-01', '2027-08-01', now())`, k.id, k.option)
		got.Status(http.StatusUnprocessableEntity).Has("#id_start_date-error", "The organisation has a membership from 1 August 2026")
		if k.Count("SELECT count(*) FROM organisation_memberships") != 1 || k.Count("SELECT count(*) FROM purchases") != 0 {
			t.Error("the application that met another one was stored")
		}
	})
	t.Run("The last seat goes to whoever was invited first", func(t *testing.T) { // an invitation that is stored meanwhile counts
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		var got *webtest.Answer
		k.Behind(func() { got = k.applies("1") }, `
			WITH held AS MATERIALIZED (SELECT id FROM organisations WHERE id = ? FOR NO KEY UPDATE)
			INSERT INTO organisation_members (invite_email, organisation_id, created_datetime) SELECT 'new@example.org', id, now() FROM held`, k.id)
		got.Status(http.StatusUnprocessableEntity).Has("#id_seat_count-error", "needs at least 2 seats")
		k.nothing()
	})
	t.Run("Who is no longer an administrator buys nothing", func(t *testing.T) { // who waited for that to be stored
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		var got *webtest.Answer
		k.Behind(func() { got = k.applies("1") }, `
			WITH held AS MATERIALIZED (SELECT id FROM organisations WHERE id = ? FOR NO KEY UPDATE)
			UPDATE organisation_members SET role = 'MEMBER' WHERE organisation_id = (SELECT id FROM held)`, k.id)
		got.Status(http.StatusForbidden)
		k.nothing()
	})
	t.Run("An organisation that is closed meanwhile", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		var got *webtest.Answer
		k.Behind(func() { got = k.applies("1") }, "UPDATE organisations SET is_active = false WHERE id = ?", k.id)
		got.Status(http.StatusSeeOther).To(k.page)
		k.says(k.kea, "Te Kura is inactive, so nothing can be bought for it.")
		k.nothing()
	})
}

func TestOrganisationInvoice(t *testing.T) {
	t.Parallel()
	t.Run("ORG-46 the provider is down, and comes back", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		k.Provider.Before(down)
		k.applies("2").Status(http.StatusSeeOther).To(k.page)
		k.Work()
		k.kea.Get(k.page).Has("#memberships", "Pending").Has("#memberships", "Invoice on its way").
			Has("#tasks", "Your invoice for Teacher ($200.00) is on its way to "+office).Lacks("#tasks a")
		k.Provider.Works()
		k.Clock.Pass(time.Hour)
		k.Due()
		k.Work()
		k.Due()
		k.Work()
		k.kea.HX().Get(purchase(k.Site)).Status(http.StatusOK).Has(".cell-line", "Awaiting payment").
			Has(".card[hx-swap-oob]", "Pay invoice MOCK-1, $200.00").Has("#standing[hx-swap-oob]", "no active membership").Lacks("[hx-trigger]")
		if k.Count("SELECT count(*) FROM invoices") != 1 || k.Count("SELECT count(*) FROM mock_invoices") != 1 {
			t.Error("want exactly one invoice, here and at the provider")
		}
		mails := k.Mails(office)
		if len(mails) != 1 || !strings.Contains(mails[0].Text, "$200.00") {
			t.Errorf("letters to the organisation = %+v, want the invoice", mails)
		}
	})
	t.Run("ORG-80 what is edited while the invoice waits changes nothing", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{InvoiceReference: "Kura", InvoiceDueDays: 30}, "100")
		k.applies("2").Status(http.StatusSeeOther)
		k.Exec("UPDATE membership_options SET invoice_reference = 'New', invoice_due_days = 5, name_en = 'Renamed'")
		k.Exec("UPDATE organisations SET name = 'Te Kura Hou', email = 'new@kura.example'")
		k.Clock.Pass(48 * time.Hour)
		k.Work()
		if k.Count(`SELECT count(*) FROM invoices i JOIN purchases p ON p.id = i.purchase_id WHERE i.issue_date = '2026-07-10' AND i.due_date = '2026-08-09'
			AND p.reference LIKE 'Kura AMS-%' AND p.description LIKE 'Teacher (%'`) != 1 {
			t.Error("the invoice does not carry the values of the day of purchase")
		}
		if mails := k.Mails("new@kura.example"); len(mails) != 1 || !strings.Contains(mails[0].Text, "Te Kura Hou") {
			t.Errorf("letters to the new address = %+v, want the invoice with the new name", mails)
		}
	})
	t.Run("ORG-80 so it is for seats that were added", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{InvoiceReference: "Kura", InvoiceDueDays: 30}, "365")
		k.holds(k.option, "2026-07-10", "2027-07-10", 10)
		k.adds("2").Status(http.StatusSeeOther)
		k.Exec("UPDATE membership_options SET invoice_reference = 'New', invoice_due_days = 5, name_en = 'Renamed', cost = 1")
		k.Clock.Pass(48 * time.Hour)
		k.Work()
		if k.Count(`SELECT count(*) FROM invoices i JOIN purchases p ON p.id = i.purchase_id JOIN mock_invoices m ON m.number = i.invoice_number
			WHERE i.purpose = 'SEATS' AND i.issue_date = '2026-07-10' AND i.due_date = '2026-08-09' AND i.amount = 730
			AND m.issue_date = '2026-07-10' AND m.due_date = '2026-08-09' AND m.total = 730
			AND m.reference LIKE 'Kura AMS-%' AND p.description LIKE '%Teacher (%'`) != 1 {
			var stored string
			k.Row(&stored, "SELECT i::text || m::text || p.description FROM invoices i, mock_invoices m, purchases p")
			t.Errorf("the invoice %s does not carry the values of the day of purchase", stored)
		}
	})
}
