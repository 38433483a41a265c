package staff_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ams/app/billing"
	"ams/app/membership"
	"ams/app/web/webtest"
)

const (
	options       = "/admin/memberships/membershipoption/"
	memberships   = "/admin/memberships/individualmembership/"
	seated        = "/admin/memberships/organisationmembership/"
	invoices      = "/admin/billing/invoice/"
	purchases     = "/admin/billing/purchase/"
	organisations = "/admin/organisations/organisation/"
	belongings    = "/admin/organisations/organisationmember/"
	dashboard     = "/en/users/kea/"
)

// shop is a site where kea has bought a membership of 49.99 whose invoice waits for the worker.
func shop(t *testing.T, settings ...string) *webtest.Site {
	t.Helper()
	s := site(t, settings...)
	buys(s, s.Option(membership.Option{}, "49.99"))
	return s
}

func buys(s *webtest.Site, option int64) {
	s.T.Helper()
	s.SignedIn("kea").Post("/en/users/memberships/apply-individual/", "membership_option", fmt.Sprint(option), "start_date", today(s)).
		Status(http.StatusSeeOther)
}

func today(s *webtest.Site) string { return s.Clock.Now().Format("2006-01-02") }

// last is the newest record of an entity: its page for one act.
func last(s *webtest.Site, list, act string) string {
	s.T.Helper()
	table := map[string]string{
		options: "membership_options", memberships: "individual_memberships", seated: "organisation_memberships", invoices: "invoices", purchases: "purchases", fields: "profile_fields",
		fieldGroups: "profile_field_groups",
	}[list]
	return list + strconv.Itoa(s.Count("SELECT max(id) FROM "+table)) + "/" + act + "/"
}

// button is the form of an act on a record's own page.
func button(act string) string { return `.record-acts form:has([value="` + act + `"])` }

// subjects are those of the letters to kea.
func subjects(s *webtest.Site) (all []string) {
	for _, m := range s.Mails(webtest.Address("kea")) {
		all = append(all, m.Subject)
	}
	return all
}

func TestOptionsByStaff(t *testing.T) {
	t.Parallel()
	t.Run("SHL-30 an option in use stays, with one error and the advice to archive it", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		v := s.SignedIn("boss")
		v.Get(last(s, options, "delete")).Status(http.StatusOK).Has(".alert", "Individual memberships: 1").Lacks(".question form button")
		before := s.Contents()
		v.Post(last(s, options, "delete"), "post", "yes").Status(http.StatusSeeOther)
		doc := v.Get("/admin/").Has("#messages .alert-error", "Archive it instead").Document()
		if n := doc.Find("#messages .alert-error").Length(); n != 1 || doc.Find("#messages .alert").Length() != 1 {
			t.Errorf("%d errors of %d messages, want one error alone", n, doc.Find("#messages .alert").Length())
		}
		if s.Contents() != before {
			t.Error("something was deleted or logged")
		}
	})
	t.Run("A duration beyond reason", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.SignedIn("boss").Send(options+"add/", "#record", "name_en", "Long", "duration", "1001", "duration_unit", "days", "cost", "1").
			Status(http.StatusUnprocessableEntity).Has("#id_duration-error", "from 1 to 1000")
	})
	t.Run("The order is changed in the list, and nothing else", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		v := s.SignedIn("boss")
		row := v.Get(options).Has(`[name="row-1.order"]`, "").Document().Find(`[name="_row"]`).AttrOr("value", "")
		v.Post(options, "_savelist", "1", "_row", row, "row-1.order", "7", "row-1.cost", "1").Status(http.StatusSeeOther)
		if s.Count(`SELECT count(*) FROM membership_options WHERE "order" = 7 AND cost = 49.99`) != 1 {
			t.Error("want the order changed and the cost as it was")
		}
	})
}

func TestMembershipsByStaff(t *testing.T) {
	t.Parallel()
	enter := func(v *webtest.Visitor, pairs ...string) *webtest.Answer {
		pairs = append([]string{"user", webtest.Address("kea"), "membership_option", "Teacher"}, pairs...)
		return v.Send(memberships+"add/", "#record", pairs...)
	}
	t.Run("ORG-66 SHL-67 an overlap is refused at the start date, and stored when it is allowed", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		v := s.SignedIn("boss")
		enter(v, "start_date", today(s)).Status(http.StatusUnprocessableEntity).Has("#id_start_date-error", "There is a membership from")
		if n := s.Count("SELECT count(*) FROM individual_memberships"); n != 1 {
			t.Fatalf("%d memberships after a refusal, want 1", n)
		}
		enter(v, "start_date", today(s), "overlap_allowed", "on").Status(http.StatusSeeOther)
		if n := s.Count("SELECT count(*) FROM individual_memberships WHERE overlap_allowed"); n != 1 {
			t.Errorf("%d memberships that may overlap, want 1", n)
		}
		v.Send(last(s, memberships, "change"), "#record", "overlap_allowed", webtest.Leave).Status(http.StatusUnprocessableEntity).
			Has("#id_start_date-error", "There is a membership from")
	})
	t.Run("Entered: the expiry computed, no purchase, no letter", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Option(membership.Option{}, "49.99")
		v := s.SignedIn("boss")
		enter(v, "start_date", "2024-02-29", "approved_datetime_0", "2024-03-01", "approved_datetime_1", "09:00").Status(http.StatusSeeOther)
		s.Work()
		if s.Count("SELECT count(*) FROM individual_memberships WHERE expiry_date = '2025-02-28' AND approval_source = 'STAFF'") != 1 ||
			s.Count("SELECT count(*) FROM purchases") != 0 || len(s.Mails("")) != 0 {
			t.Error("want one membership until 2025-02-28 approved by staff, and neither a purchase nor a letter")
		}
		enter(v, "start_date", "2030-01-01", "expiry_date", "2030-01-01").Status(http.StatusUnprocessableEntity).
			Has("#id_expiry_date-error", "after the start")
	})
	t.Run("Approved in the form: told, unless it is cancelled", func(t *testing.T) {
		t.Parallel()
		for name, c := range map[string]struct {
			cancelled string
			letters   int
		}{"Pending": {"", 1}, "Cancelled": {"UPDATE individual_memberships SET cancelled_datetime = now(), cancelled_reason = 'Moved'", 0}} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := shop(t)
				if c.cancelled != "" {
					s.Exec(c.cancelled)
				}
				v := s.SignedIn("boss")
				v.Send(last(s, memberships, "change"), "#record", "approved_datetime_0", today(s), "approved_datetime_1", "09:00").Status(http.StatusSeeOther)
				s.Work()
				told := 0
				for _, subject := range subjects(s) {
					if subject == "Your membership is confirmed" {
						told++
					}
				}
				if told != c.letters || s.Count("SELECT count(*) FROM individual_memberships WHERE approval_source = 'STAFF'") != 1 {
					t.Errorf("%d letters about the approval, want %d, and the source noted", told, c.letters)
				}
			})
		}
	})
	t.Run("ORG-63 staff enter any start", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Option(membership.Option{}, "49.99")
		for _, start := range []string{"1999-12-31", "2032-03-03"} {
			enter(s.SignedIn("boss"), "start_date", start).Status(http.StatusSeeOther)
			if s.Count("SELECT count(*) FROM individual_memberships WHERE start_date = ?", start) != 1 {
				t.Errorf("no membership starts on %s", start)
			}
		}
	})
	t.Run("ORG-66 cancelled ones stand in nobody's way, until they are revived", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		v := s.SignedIn("boss")
		first := last(s, memberships, "change")
		v.Send(first, "#record", "cancelled_datetime_0", today(s), "cancelled_datetime_1", "09:00", "cancelled_reason", "Moved").Status(http.StatusSeeOther)
		enter(v, "start_date", today(s)).Status(http.StatusSeeOther)
		v.Send(first, "#record", "cancelled_datetime_0", "", "cancelled_datetime_1", "").Status(http.StatusUnprocessableEntity).
			Has("#id_start_date-error", "There is a membership from")
	})
	t.Run("Approved by its button, once, and the member is told", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		s.Work()
		v := s.SignedIn("boss")
		question := v.Post(memberships, v.Get(last(s, memberships, "change")).Fields(button("approve"))...).Status(http.StatusOK).Has("h1", "Approve")
		form := question.Fields(".question form")
		v.Post(memberships, form...).Status(http.StatusSeeOther).To(last(s, memberships, "change"))
		flash(v)
		v.Post(memberships, form...).Status(http.StatusSeeOther) // pressed again in another window
		if got := flash(v); !strings.Contains(got, "it is approved already") {
			t.Errorf("approving once more tells %q", got)
		}
		s.Work()
		if s.Count("SELECT count(*) FROM individual_memberships WHERE approval_source = 'STAFF'") != 1 {
			t.Error("it is not approved by staff")
		}
		told := 0
		for _, subject := range subjects(s) {
			if subject == "Your membership is confirmed" {
				told++
			}
		}
		if told != 1 {
			t.Errorf("letters to the member = %q, want one about the approval", subjects(s))
		}
		s.SignedIn("kea").Get(dashboard).Has("#standing", "You are a member")
		v.Get(last(s, memberships, "change")).Lacks(button("approve"))
	})
	t.Run("ORG-74 cancelled while its invoice is on its way: nothing stays open at the provider", func(t *testing.T) {
		t.Parallel()
		for name, answered := range map[string]bool{"BeforeTheProvider": false, "MadeButItsAnswerWasLost": true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := shop(t)
				if answered {
					s.Provider.After(func(call string) error {
						if call == "raise" {
							return errors.New("connection reset")
						}
						return nil
					})
					s.Work()
					s.Provider.Works()
				}
				made := s.Count("SELECT count(*) FROM mock_invoices WHERE status NOT IN ('VOIDED', 'DELETED')")
				if made != map[bool]int{true: 1}[answered] {
					t.Fatalf("%d invoices at the provider before", made)
				}
				v := s.SignedIn("boss")
				cancel := []string{"cancelled_datetime_0", today(s), "cancelled_datetime_1", "09:00"}
				v.Send(last(s, memberships, "change"), "#record", cancel...).Status(http.StatusUnprocessableEntity).
					Has("#id_cancelled_reason-error", "Say why")
				v.Send(last(s, memberships, "change"), "#record", append(cancel, "cancelled_reason", "Moved to Ōtautahi")...).Status(http.StatusSeeOther)
				s.Work()
				if n := s.Count("SELECT count(*) FROM mock_invoices WHERE status NOT IN ('VOIDED', 'DELETED')"); n != 0 {
					t.Errorf("%d invoices open at the provider, want none", n)
				}
				if !slices.ContainsFunc(subjects(s), func(subject string) bool { return strings.Contains(subject, "cancelled") }) {
					t.Errorf("letters to the member = %q, want one about the cancellation", subjects(s))
				}
			})
		}
	})
	t.Run("BIL-69 ORG-78 SHL-61 what was billed keeps the membership, its person and itself", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		s.Work()
		v := s.SignedIn("boss")
		before := s.Contents()
		for path, reason := range map[string]string{last(s, memberships, "delete"): "Purchases: 1", page(s, "kea", "delete"): "Invoices: 1"} {
			v.Get(path).Status(http.StatusOK).Has(".alert", reason).Lacks(".question form button")
			v.Post(path, "post", "yes").Status(http.StatusSeeOther)
			if got := flash(v); !strings.Contains(got, reason) || strings.Contains(got, "deleted") {
				t.Errorf("POST %s tells %q, want the reason %q", path, got, reason)
			}
		}
		v.Post(last(s, invoices, "delete"), "post", "yes").Status(http.StatusForbidden)
		if s.Contents() != before {
			t.Error("something was deleted or logged")
		}
	})
}

// What staff are told of leads to where they can do something about it.
func TestLettersToStaff(t *testing.T) {
	t.Parallel()
	s := shop(t)
	s.Exec("UPDATE users SET first_name = '', last_name = '' WHERE username = 'kea'") // imported, perhaps
	s.Provider.Before(func(call string) error {
		if call == "raise" {
			return &billing.Refused{Text: "no such account code"}
		}
		return nil
	})
	s.Work()
	s.Due()
	s.Work()
	at := last(s, memberships, "change")
	letters := map[string]bool{}
	for _, m := range s.Mails(webtest.Address("boss")) {
		letters[m.Subject] = true
		if !strings.Contains(m.Text, at+"\n") || !strings.Contains(m.HTML, at+`"`) {
			t.Errorf("%s does not lead to %s:\n%s", m.Subject, at, m.Text)
		}
	}
	if len(letters) != 2 || !letters["New individual membership: kea"] || !letters["1 invoice could not be raised"] {
		t.Errorf("letters = %v, want that of the application and that of the failure", letters)
	}
	s.SignedIn("boss").Get(at).Status(http.StatusOK).Has(".record-side", "no such account code")
}

func TestInvoicesByStaff(t *testing.T) {
	t.Parallel()
	t.Run("BIL-73 marked as paid by staff, from the record and for several at once", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		s.Work()
		v := s.SignedIn("boss")
		form := v.Post(invoices, v.Get(last(s, invoices, "change")).Fields(".record-acts form")...).Status(http.StatusOK).Has("h1", "Mark as paid").Fields(".question form")
		v.Post(invoices, form...).Status(http.StatusSeeOther).To(last(s, invoices, "change"))
		s.SignedIn("kea").Get(dashboard).Has("#standing", "You are a member").Lacks("#tasks")
		s.Work()
		flash(v)
		if s.Count("SELECT count(*) FROM invoices WHERE due = 0 AND paid = 49.99 AND paid_date IS NOT NULL") != 1 {
			t.Error("the invoice is not paid in full")
		}
		before := s.Contents()
		v.Post(invoices, "action", "mark_as_paid", "select_across", "1", "_selected_action", "0", "post", "yes").Status(http.StatusSeeOther)
		if got := flash(v); s.Contents() != before || got != "Error: Not done for MOCK-1: Invoice MOCK-1 is paid already." {
			t.Errorf("paying once more tells %q and changes something = %v, want an error and no change", got, s.Contents() != before)
		}
	})
	t.Run("BIL-73 refused where payments come from elsewhere", func(t *testing.T) {
		t.Parallel()
		s := site(t, "AMS_BILLING_SERVICE_CLASS", "none")
		invoiced(s, "kea")
		s.Exec("UPDATE invoices SET billing_service_invoice_id = 'x'")
		v := s.SignedIn("boss")
		v.Get(last(s, invoices, "change")).Status(http.StatusOK).Has("main", "Awaiting payment").Lacks(".record-acts form")
		refused(s, v, http.StatusSeeOther)
	})
	t.Run("Who may only look cannot pay", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		s.Work()
		s.Clerk("ruru", "billing.view_invoice")
		v := s.SignedIn("ruru")
		v.Get(last(s, invoices, "change")).Status(http.StatusOK).Has("main", "Awaiting payment").Lacks(".record-acts form")
		refused(s, v, http.StatusForbidden)
	})
}

// refused checks that this person cannot mark the one invoice as paid.
func refused(s *webtest.Site, v *webtest.Visitor, status int) {
	s.T.Helper()
	before := s.Contents()
	v.Post(invoices, "action", "mark_as_paid", "select_across", "1", "_selected_action", "0", "post", "yes").Status(status)
	if got := flash(v); s.Contents() != before || strings.Contains(got, "Success") {
		s.T.Errorf("marking as paid tells %q and changes something = %v, want neither success nor a change", got, s.Contents() != before)
	}
}
