package staff_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"ams/app/billing"
	"ams/app/membership"
	"ams/app/web/webtest"
)

// asked is the question of an act on these records of a list.
func asked(v *webtest.Visitor, list, act string, ids ...int) *webtest.Answer {
	pairs := []string{"action", act}
	for _, id := range ids {
		pairs = append(pairs, "_selected_action", strconv.Itoa(id))
	}
	return v.Post(list, pairs...).Status(http.StatusOK)
}

// newest is the id of the record that was stored last.
func newest(s *webtest.Site, table string) int {
	s.T.Helper()
	return s.Count("SELECT max(id) FROM " + table)
}

// answer sends the answer to a question.
func answer(v *webtest.Visitor, list string, question *webtest.Answer, pairs ...string) *webtest.Answer {
	return v.Post(list, question.Fields(".question form", pairs...)...)
}

// refusing makes the provider refuse every invoice.
func refusing(s *webtest.Site) {
	s.Provider.Before(func(call string) error {
		if call == "raise" {
			return &billing.Refused{Text: "no such account code"}
		}
		return nil
	})
}

// letters counts those with this subject to somebody.
func letters(s *webtest.Site, to, subject string) (n int) {
	for _, m := range s.Mails(to) {
		if strings.Contains(m.Subject, subject) {
			n++
		}
	}
	return n
}

func TestCancelByStaff(t *testing.T) {
	t.Parallel()
	t.Run("Asked for a reason, with the unpaid invoice named, told and logged; the invoice stays", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		s.Work()
		v := s.SignedIn("boss")
		question := v.Post(memberships, v.Get(last(s, memberships, "change")).Fields(button("cancel"))...).Status(http.StatusOK).
			Has("h1", "Cancel the membership").Has(".groups", "Invoice MOCK-1, $49.99").Has(".question", "voided or credited in the accounting system").
			Has(".question form", "Also void the unpaid invoice")
		if question.Document().Find("[name=also][checked]").Length() != 0 {
			t.Error("voiding is ticked by itself")
		}
		before := s.Contents()
		for reason, problem := range map[string]string{"": "Give a reason.", " ": "Give a reason.", strings.Repeat("ā", 256): "Use at most 255 characters."} {
			answer(v, memberships, question, "reason", reason, "also", "on").Status(http.StatusUnprocessableEntity).
				Has("#id_reason-error", problem).Has("[name=also][checked]", "").Has(".groups", "MOCK-1")
		}
		if s.Contents() != before {
			t.Error("something was stored without a reason")
		}
		answer(v, memberships, question, "reason", strings.Repeat("ā", 255)).Status(http.StatusSeeOther).To(last(s, memberships, "change"))
		if got := flash(v); !strings.Contains(got, "1 membership was cancelled.") {
			t.Errorf("flash = %q", got)
		}
		s.Work()
		if s.Count("SELECT count(*) FROM individual_memberships WHERE cancelled_datetime IS NOT NULL AND cancelled_reason = ?", strings.Repeat("ā", 255)) != 1 ||
			s.Count("SELECT count(*) FROM mock_invoices WHERE status = 'AUTHORISED'") != 1 {
			t.Error("want the membership cancelled and the invoice as it was")
		}
		if n := letters(s, webtest.Address("kea"), "cancelled"); n != 1 {
			t.Errorf("%d letters about the cancellation, want 1", n)
		}
		v.Get(last(s, memberships, "history")).Has(".act", "Cancel the membership").Has(".changes", strings.Repeat("ā", 255))
		answer(v, memberships, question, "reason", "Again").Status(http.StatusSeeOther) // from another window
		if got := flash(v); !strings.Contains(got, "it is cancelled already") {
			t.Errorf("cancelling once more tells %q", got)
		}
		v.Get(last(s, memberships, "change")).Lacks(button("cancel"))
	})
	t.Run("BIL-65 with the box ticked the unpaid invoice is voided, and one with a payment is not", func(t *testing.T) {
		t.Parallel()
		for paid, want := range map[string]string{"0": "VOIDED", "10": "AUTHORISED"} {
			t.Run(paid, func(t *testing.T) {
				t.Parallel()
				s := shop(t)
				s.Work()
				s.Exec("UPDATE invoices SET paid = ?0, due = amount - ?0", paid)
				v := s.SignedIn("boss")
				question := asked(v, memberships, "cancel", newest(s, "individual_memberships"))
				if paid == "0" {
					answer(v, memberships, question, "reason", "Moved", "also", "on").Status(http.StatusSeeOther)
				} else {
					question.Lacks("[name=also]").Has(".groups", "MOCK-1").Has(".question", "voided or credited")
					answer(v, memberships, question, "reason", "Moved", "also", "on").Status(http.StatusSeeOther)
				}
				s.Work()
				var status string
				s.Row(&status, "SELECT status FROM mock_invoices")
				if status != want {
					t.Errorf("the invoice is %s at the provider, want %s", status, want)
				}
				if paid == "0" {
					s.SignedIn("kea").Get(dashboard).Has("main", "Cancelled on")
					v.Get(last(s, memberships, "history")).Has(".changes", "Also void the unpaid invoice")
				}
			})
		}
	})
	t.Run("Several at once: what cannot be cancelled is named, the others are", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		option := s.Count("SELECT id FROM membership_options")
		for _, dates := range []string{"'2020-01-01', '2021-01-01', NULL", "'2030-01-01', '2031-01-01', now()"} {
			s.Exec(fmt.Sprintf(`INSERT INTO individual_memberships (user_id, membership_option_id, created_datetime, start_date, expiry_date, cancelled_datetime)
				SELECT id, %d, now(), %s FROM users WHERE username = 'kea'`, option, dates))
		}
		s.Work()
		v := s.SignedIn("boss")
		question := v.Post(memberships, "action", "cancel", "select_across", "1").Status(http.StatusOK)
		answer(v, memberships, question, "reason", "Moved").Status(http.StatusSeeOther).To(memberships)
		got := flash(v)
		for _, want := range []string{"1 membership was cancelled.", "it is cancelled already", "it is over already"} {
			if !strings.Contains(got, want) {
				t.Errorf("flash = %q, want %q in it", got, want)
			}
		}
		s.Work()
		if n := letters(s, webtest.Address("kea"), "cancelled"); n != 1 || s.Count("SELECT count(*) FROM admin_log_entries WHERE action = 'cancel'") != 1 {
			t.Errorf("%d letters, want one, and one entry in the history", n)
		}
	})
	t.Run("An organisation's, and who is told", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		kura := s.Organisation("Te Kura", "kea")
		s.Seats(kura, s.Option(membership.Option{Type: membership.ForOrganisations}, "10"), 3)
		v := s.SignedIn("boss")
		answer(v, seated, asked(v, seated, "cancel", newest(s, "organisation_memberships")), "reason", "Closed").Status(http.StatusSeeOther)
		s.Work()
		if s.Count("SELECT count(*) FROM organisation_memberships WHERE cancelled_reason = 'Closed'") != 1 || letters(s, webtest.OfficeMail, "cancelled") != 1 {
			t.Error("want it cancelled, and one letter to the office")
		}
	})
	t.Run("Rights", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		refusing(s)
		s.Work()
		s.Clerk("ruru", "memberships.view_individualmembership", "billing.view_purchase")
		s.Clerk("weka", "memberships.change_individualmembership", "billing.view_purchase")
		id := strconv.Itoa(newest(s, "individual_memberships"))
		for who, acts := range map[string][]string{"ruru": {"cancel", "approve", "raise_invoice", "do_not_invoice"}, "weka": {"raise_invoice", "do_not_invoice"}} {
			v := s.SignedIn(who)
			before := s.Contents()
			for _, act := range acts {
				v.Get(last(s, memberships, "change")).Status(http.StatusOK).Lacks(button(act))
				v.Post(memberships, "action", act, "_selected_action", id, "post", "yes", "reason", "x").Status(http.StatusForbidden)
				if strings.HasSuffix(act, "invoice") {
					v.Post(purchases, "action", act, "_selected_action", strconv.Itoa(newest(s, "purchases")), "post", "yes", "reason", "x").Status(http.StatusForbidden)
				}
			}
			if s.Contents() != before {
				t.Errorf("%s stored something", who)
			}
		}
	})
}

func TestRaiseByStaff(t *testing.T) {
	t.Parallel()
	t.Run("ORG-73 refused, then raised again by staff: exactly one invoice, dated anew where its date has passed", func(t *testing.T) {
		t.Parallel()
		for list, days := range map[string]int{memberships: 0, purchases: 70} {
			t.Run(list, func(t *testing.T) {
				t.Parallel()
				s := shop(t)
				refusing(s)
				s.Work()
				s.Provider.Works()
				s.Clock.Pass(time.Duration(days) * 24 * time.Hour)
				v := s.SignedIn("boss")
				v.Get(last(s, memberships, "change")).Has("section[aria-labelledby=inline-purchases]", "no such account code")
				question := v.Post(list, v.Get(last(s, list, "change")).Fields(button("raise_invoice"))...).Status(http.StatusOK)
				if days == 0 {
					question.Has(".groups", "as it was bought")
				} else {
					question.Has(".groups", "has passed")
				}
				answer(v, list, question).Status(http.StatusSeeOther).To(last(s, list, "change"))
				if got := flash(v); !strings.Contains(got, map[string]string{purchases: "1 invoice is on its way.", memberships: "Done for 1 entry."}[list]) {
					t.Errorf("flash = %q", got)
				}
				v.Get(last(s, list, "history")).Has(".act", "Raise the invoice")
				s.Work()
				if s.Count("SELECT count(*) FROM mock_invoices") != 1 || s.Count("SELECT count(*) FROM invoices") != 1 ||
					s.Count("SELECT count(*) FROM purchases WHERE invoice_state = 'RAISED' AND series = 2 AND attempts = 0") != 1 ||
					s.Count("SELECT count(*) FROM dead_jobs WHERE resolution <> 'retried'") != 0 {
					t.Error("want exactly one invoice of a second series, and the dead letter resolved")
				}
				if s.Count("SELECT count(*) FROM invoices WHERE issue_date = ?::date AND due_date = issue_date + 60", today(s)) != 1 {
					t.Errorf("the invoice is not issued on %s with 60 days to pay", today(s))
				}
				v.Get(last(s, list, "change")).Lacks(button("raise_invoice"))
				answer(v, list, question).Status(http.StatusSeeOther)
				if got := flash(v); !strings.Contains(got, "Not done") {
					t.Errorf("raising what is raised tells %q", got)
				}
			})
		}
	})
	t.Run("Bought while billing was off", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		s.Exec("UPDATE purchases SET invoice_state = 'NONE', account_id = NULL")
		s.Exec("DELETE FROM billing_accounts")
		s.Work()
		v := s.SignedIn("boss")
		answer(v, purchases, asked(v, purchases, "raise_invoice", newest(s, "purchases"))).Status(http.StatusSeeOther)
		s.Work()
		if s.Count("SELECT count(*) FROM invoices i JOIN billing_accounts b ON b.id = i.account_id JOIN users u ON u.id = b.user_id WHERE u.username = 'kea'") != 1 {
			t.Error("kea has no invoice")
		}
	})
	t.Run("What cannot be raised is named with its reason", func(t *testing.T) {
		t.Parallel()
		for name, c := range map[string]struct{ change, reason string }{
			"Cancelled": {"UPDATE individual_memberships SET cancelled_datetime = now()", "the membership is cancelled"},
			"Over":      {"UPDATE individual_memberships SET start_date = '2020-01-01', expiry_date = '2021-01-01'", "was never approved"},
			"Waiting":   {"UPDATE purchases SET invoice_state = 'WAITING'", "its invoice is on its way already"},
			"Free":      {"UPDATE purchases SET invoice_state = 'NONE', unit_amount = 0, total = 0", "there is nothing to invoice"},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := shop(t)
				refusing(s)
				s.Work()
				s.Exec(c.change)
				v := s.SignedIn("boss")
				question, before := asked(v, purchases, "raise_invoice", newest(s, "purchases")), s.Contents()
				answer(v, purchases, question).Status(http.StatusSeeOther)
				if got := flash(v); !strings.Contains(got, c.reason) || s.Contents() != before {
					t.Errorf("it tells %q and changes something = %v, want %q and no change", got, s.Contents() != before, c.reason)
				}
			})
		}
	})
	t.Run("Not invoiced: a reason, the code where the provider may hold one, and approved by hand", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		refusing(s)
		s.Work()
		s.Exec("UPDATE purchases SET sent_at = now()")
		var code string
		s.Row(&code, "SELECT code FROM purchases")
		v := s.SignedIn("boss")
		question := v.Post(memberships, v.Get(last(s, memberships, "change")).Fields(button("do_not_invoice"))...).Status(http.StatusOK).
			Has(".groups", "look for "+code)
		answer(v, memberships, question).Status(http.StatusUnprocessableEntity).Has("#id_reason-error", "Give a reason.")
		answer(v, memberships, question, "reason", "Paid in cash").Status(http.StatusSeeOther)
		flash(v)
		s.Work()
		if s.Count("SELECT count(*) FROM purchases WHERE invoice_state = 'CANCELLED'") != 1 || s.Count("SELECT count(*) FROM invoices") != 0 {
			t.Error("want the purchase without an invoice")
		}
		v.Get(last(s, memberships, "change")).Has(".record-side", "Waiting for approval by the association").Lacks(button("do_not_invoice"))
		v.Get(last(s, memberships, "history")).Has(".changes", "Paid in cash")
		answer(v, memberships, question, "reason", "Again").Status(http.StatusSeeOther)
		if got := flash(v); !strings.Contains(got, "no invoice of it has failed") {
			t.Errorf("once more tells %q", got)
		}
	})
	t.Run("BIL-63 after an outage many are raised at once", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		option := s.Count("SELECT id FROM membership_options")
		for _, name := range []string{"tui", "weka"} {
			s.Person(name)
			s.SignedIn(name).Post("/en/users/memberships/apply-individual/", "membership_option", fmt.Sprint(option), "start_date", today(s)).Status(http.StatusSeeOther)
		}
		refusing(s)
		s.Work()
		s.Provider.Works()
		v := s.SignedIn("boss")
		question := v.Post(purchases+"?state=FAILED", "action", "raise_invoice", "select_across", "1").Status(http.StatusOK)
		answer(v, purchases, question).Status(http.StatusSeeOther)
		if got := flash(v); !strings.Contains(got, "3 invoices are on their way.") {
			t.Errorf("flash = %q", got)
		}
		s.Work()
		if s.Count("SELECT count(*) FROM mock_invoices") != 3 || s.Count("SELECT count(DISTINCT purchase_id) FROM invoices") != 3 {
			t.Error("want exactly one invoice each")
		}
	})
}
