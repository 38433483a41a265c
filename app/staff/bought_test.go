package staff_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"ams/app/membership"
	"ams/app/web/webtest"
)

// What was bought goes with its membership as long as no money hangs on it.
func TestDeletingWhatWasBought(t *testing.T) {
	t.Parallel()
	// owned is a site where kea and Te Kura have bought a membership each, with an invoice that is in that state.
	owned := func(t *testing.T, state string) (s *webtest.Site, kura int64) {
		t.Helper()
		s = shop(t)
		kura = s.Organisation("Te Kura", "kea")
		s.Exec("UPDATE organisations SET uuid = gen_random_uuid()")
		var uuid string
		s.Row(&uuid, "SELECT uuid FROM organisations")
		option := s.Option(membership.Option{Type: membership.ForOrganisations}, "100")
		s.SignedIn("kea").Post("/en/users/memberships/apply-organisation/"+uuid+"/", "membership_option", fmt.Sprint(option), "start_date", today(s),
			"seat_count", "3").Status(http.StatusSeeOther)
		if n := s.Count("SELECT count(*) FROM purchases WHERE invoice_state = 'WAITING'"); n != 2 {
			t.Fatalf("%d purchases wait, want 2", n)
		}
		switch state {
		case "WAITING":
		case "NONE":
			s.Exec("UPDATE purchases SET invoice_state = 'NONE', account_id = NULL")
		case "CANCELLED":
			s.Exec("UPDATE individual_memberships SET cancelled_datetime = now()")
			s.Exec("UPDATE organisation_memberships SET cancelled_datetime = now()")
			s.Work()
		case "FAILED":
			refusing(s)
			s.Work()
		case "RAISED":
			s.Work()
		}
		if n := s.Count("SELECT count(*) FROM purchases WHERE invoice_state = ?", state); n != 2 {
			t.Fatalf("%d purchases are %s, want 2", n, state)
		}
		return s, kura
	}
	doomed := func(s *webtest.Site, kura int64) map[string]string { // page → list
		return map[string]string{
			last(s, memberships, "delete"): memberships, last(s, seated, "delete"): seated, page(s, "kea", "delete"): people,
			organisations + strconv.FormatInt(kura, 10) + "/delete/": organisations,
		}
	}
	for _, state := range []string{"NONE", "CANCELLED"} {
		t.Run("Goes along: "+state, func(t *testing.T) {
			t.Parallel()
			for _, what := range []string{memberships, seated, people, organisations} {
				t.Run(what, func(t *testing.T) {
					t.Parallel()
					s, kura := owned(t, state)
					v := s.SignedIn("boss")
					for path, list := range doomed(s, kura) {
						if list != what {
							continue
						}
						question := v.Get(path).Status(http.StatusOK).Has(".groups", "Purchases: 1").Has(".groups", "AMS-")
						v.Post(path, question.Fields(".question form")...).Status(http.StatusSeeOther).To(list)
						if got := flash(v); !strings.Contains(got, "was deleted") {
							t.Errorf("POST %s tells %q", path, got)
						}
						if got := question.Document().Find(".question").Text(); list == memberships && strings.Contains(got, "This stays, without the link") {
							t.Errorf("the question says of what goes along that it stays: %s", got)
						}
					}
					if n := s.Count("SELECT count(*) FROM purchases"); n != 1 {
						t.Errorf("%d purchases are left, want that of the other membership", n)
					}
				})
			}
		})
	}
	for state, reason := range map[string]string{"WAITING": "Purchases: 1", "FAILED": "Purchases: 1", "RAISED": "Invoices: 1"} {
		t.Run("ORG-78 stays: "+state, func(t *testing.T) {
			t.Parallel()
			s, kura := owned(t, state)
			v := s.SignedIn("boss")
			before := s.Contents()
			for path, list := range doomed(s, kura) {
				v.Get(path).Status(http.StatusOK).Has(".alert", reason).Lacks(".question form button")
				v.Post(path, "post", "yes").Status(http.StatusSeeOther)
				if got := flash(v); !strings.Contains(got, reason) || strings.Contains(got, "deleted") {
					t.Errorf("POST %s tells %q, want the reason", path, got)
				}
				id := strings.Split(strings.TrimPrefix(path, list), "/")[0]
				v.Post(list, "action", "delete_selected", "_selected_action", id, "post", "yes").Status(http.StatusSeeOther)
				if got := flash(v); !strings.Contains(got, reason) {
					t.Errorf("deleting it in %s tells %q, want the reason", list, got)
				}
			}
			if s.Contents() != before {
				t.Error("something was deleted or logged")
			}
		})
	}
	t.Run("Wanted again while it is being deleted", func(t *testing.T) {
		t.Parallel()
		s, _ := owned(t, "CANCELLED")
		v := s.SignedIn("boss")
		var got string
		s.Behind(func() {
			v.Post(last(s, memberships, "delete"), "post", "yes").Status(http.StatusSeeOther)
			got = flash(v)
		}, "UPDATE purchases SET invoice_state = 'WAITING'")
		if !strings.Contains(got, "other entries refer to it") || s.Count("SELECT count(*) FROM individual_memberships") != 1 {
			t.Errorf("it tells %q, want that it stays", got)
		}
	})
}

// A status says why in the same words wherever staff meet it.
func TestReasons(t *testing.T) {
	t.Parallel()
	const bought = "UPDATE individual_memberships SET "
	for name, c := range map[string]struct {
		work   string // "": not yet; "done", "refused", "credited", "late"
		change string
		reason string
	}{
		"ORG-79 Active, approved by staff":   {"", bought + "approved_datetime = ?0, approval_source = 'STAFF'", "Approved by the association on"},
		"ORG-79 Active, paid":                {"done", bought + "approved_datetime = ?0, approval_source = 'PAYMENT'", "Paid and approved on"},
		"ORG-79 Active, free":                {"", bought + "approved_datetime = ?0, approval_source = 'FREE'", "Free of charge, approved on"},
		"ORG-79 Pending, on its way":         {"", "", "Its invoice has been on its way since"},
		"ORG-79 Pending, unpaid":             {"done", "", "Invoice MOCK-1 for $49.99 is unpaid; it is due on"},
		"ORG-79 Pending, failed":             {"refused", "", "Its invoice could not be raised: the billing service refuses the invoice (no such account code)"},
		"ORG-79 Pending, credited":           {"done", "UPDATE invoices SET paid_date = issue_date, due = 0, credited = amount", "Invoice MOCK-1 was closed without a payment: credited."},
		"ORG-79 Pending, nothing to invoice": {"", "UPDATE purchases SET invoice_state = 'NONE'", "Waiting for approval by the association since"},
		"ORG-79 Future, approved":            {"done", bought + "approved_datetime = ?0, start_date = start_date + 30, expiry_date = expiry_date + 30", "Approved. It starts on"},
		"ORG-79 Expired":                     {"done", bought + "approved_datetime = ?0, start_date = '2020-01-01', expiry_date = '2021-01-01'", "Its last day was"},
		"ORG-79 Expired, never approved":     {"done", bought + "start_date = '2020-01-01', expiry_date = '2021-01-01'", "It was never approved."},
		"ORG-79 Cancelled":                   {"done", bought + "cancelled_datetime = ?0, cancelled_reason = 'Moved to Ōtautahi'", "Moved to Ōtautahi"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := shop(t)
			if c.work == "refused" {
				refusing(s)
			}
			if c.work != "" {
				s.Work()
			}
			if c.change != "" {
				s.Exec(c.change, s.Clock.Now())
			}
			v := s.SignedIn("boss")
			listed := strings.TrimSpace(v.Get(memberships).Status(http.StatusOK).Document().Find("#list-table tbody .under").First().Text())
			if !strings.Contains(listed, c.reason) {
				t.Fatalf("the list says %q, want %q in it", listed, c.reason)
			}
			v.Get(last(s, memberships, "change")).Has(".record-side", listed)
			v.Get(dashboard).Has("#memberships", listed)
			if c.work != "refused" && !strings.Contains(name, "credited") { // of these members read less
				s.SignedIn("kea").Get(dashboard).Has("#memberships", listed)
			}
		})
	}
}

func TestInvoiceFilter(t *testing.T) {
	t.Parallel()
	s := shop(t)
	v := s.SignedIn("boss")
	only := func(want string) {
		t.Helper()
		for _, value := range []string{"waiting", "failed", "awaiting", "paid", "cancelled", "none"} {
			rows := v.Get(memberships + "?invoice=" + value).Status(http.StatusOK).Document().Find("#list-table tbody tr").Length()
			if (rows == 1) != (value == want) {
				t.Errorf("invoice=%s finds %d rows, want the one with %s", value, rows, want)
			}
		}
	}
	only("waiting")
	s.Exec("UPDATE purchases SET invoice_state = 'FAILED', failed_at = now(), failure_code = 'refused'")
	only("failed")
	s.Exec("UPDATE purchases SET invoice_state = 'CANCELLED'")
	only("none")
	s.Exec("UPDATE purchases SET invoice_state = 'WAITING'")
	s.Work()
	only("awaiting")
	v.Get(last(s, memberships, "change")).Has("[aria-labelledby=inline-invoices] a", "MOCK-1").Has("[aria-labelledby=inline-purchases] a", "AMS-")
	v.Get(last(s, purchases, "change")).Has("main a", "MOCK-1").Has("main a", "kea@example.org")
	s.Exec("UPDATE invoices SET provider_status = 'VOIDED'")
	only("cancelled")
	s.Exec("UPDATE invoices SET provider_status = 'PAID', paid = amount, due = 0, paid_date = issue_date")
	only("paid")
	s.Exec("UPDATE invoices SET paid = 0, credited = amount")
	only("cancelled")
}

// What staff have to decide stands above the form of the membership.
func TestNotices(t *testing.T) {
	t.Parallel()
	const paid = "UPDATE invoices SET provider_status = 'PAID', paid = amount, due = 0, paid_date = issue_date"
	for name, c := range map[string]struct{ change, and, notice string }{
		"ORG-71 paid when it was over": {paid, "UPDATE individual_memberships SET start_date = '2020-01-01', expiry_date = '2021-01-01'", "was paid on"},
		"ORG-38 paid when it was cancelled": {
			paid, "UPDATE individual_memberships SET cancelled_datetime = now(), cancelled_reason = 'Moved'",
			"cancelled before it was approved",
		},
		"ORG-70 credited": {"UPDATE invoices SET paid_date = issue_date, due = 0, credited = amount", "", "was closed without a payment (credited)"},
		"ORG-73 failed": {
			"DELETE FROM invoices", "UPDATE purchases SET invoice_state = 'FAILED', failed_at = now(), failure_code = 'refused', failure_text = 'no code'",
			"could not be raised: the billing service refuses the invoice (no code)",
		},
		"Paid and approved": {paid, "UPDATE individual_memberships SET approved_datetime = now()", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := shop(t)
			s.Work()
			v := s.SignedIn("boss")
			v.Get(last(s, memberships, "change")).Lacks(".alert")
			s.Exec(c.change)
			if c.and != "" {
				s.Exec(c.and)
			}
			if c.notice == "" {
				v.Get(last(s, memberships, "change")).Lacks(".alert")
				return
			}
			v.Get(last(s, memberships, "change")).Has("main .alert-warning", c.notice)
		})
	}
}

// The form of an organisation leads to what it has bought.
func TestBoughtByOrganisation(t *testing.T) {
	t.Parallel()
	s := site(t)
	kura := s.Organisation("Te Kura", "kea")
	id := s.Seats(kura, s.Option(membership.Option{Type: membership.ForOrganisations}, "10"), 3)
	s.Exec("INSERT INTO billing_accounts (organisation_id) VALUES (?)", kura)
	s.Exec(`INSERT INTO invoices (account_id, invoice_number, issue_date, due_date, amount, paid, due, billing_service_invoice_id, created_at)
		SELECT id, 'KURA-1', '2026-01-01', '2026-01-21', 120, 0, 120, '', now() FROM billing_accounts`)
	form := s.SignedIn("boss").Get(organisations+strconv.FormatInt(kura, 10)+"/change/").Status(http.StatusOK).Has("[aria-labelledby=inline-invoices] a", "KURA-1")
	form.Has(fmt.Sprintf(`[aria-labelledby=inline-memberships] a[href="%s%d/change/"]`, seated, id), "Teacher").Has("[aria-labelledby=inline-memberships]", "Pending")
}
