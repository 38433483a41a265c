package memberships_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ams/app/account"
	"ams/app/dev/inbox"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/profile"
	"ams/app/web/webtest"
)

const renewal = "/en/users/memberships/renew-individual/"

// member is a site on 1 March 2027 with a person whose approved membership of a year expires on 31 March.
func member(t *testing.T, cost string, settings ...string) (s *webtest.Site, v *webtest.Visitor, option string) {
	t.Helper()
	s, _, option = shop(t, membership.Option{}, cost, settings...)
	s.Staff("boss")
	hold(s, option, "2026-03-31", "2027-03-31", "approved_datetime", "'2026-03-31'")
	at(s, "2027-03-01")
	return s, s.SignedIn("kea"), option
}

// renews opens the page and sends it as it stands, with these changes.
func renews(v *webtest.Visitor, pairs ...string) *webtest.Answer {
	return v.Send(renewal, "form#renew", pairs...)
}

// renewed gives the periods of the renewals that stand, with what they renew.
func renewed(s *webtest.Site) string {
	s.T.Helper()
	var all string
	s.Row(&all, `SELECT coalesce(string_agg(m.start_date || ' ' || m.expiry_date, ', ' ORDER BY m.id), '') FROM individual_memberships m
		JOIN individual_memberships old ON old.id = m.renews_id AND old.user_id = m.user_id WHERE m.cancelled_datetime IS NULL`)
	return all
}

func TestRenewalOffer(t *testing.T) {
	t.Parallel()
	t.Run("ORG-75 offered from 60 days before the expiry to 60 days after", func(t *testing.T) {
		t.Parallel()
		s, _, _ := member(t, "49.99")
		for _, c := range []struct{ day, card, told string }{
			{"2027-01-29", "", "Your membership can be renewed from 30 January 2027"},
			{"2027-01-30", "Renew Teacher, it expires on 31 March 2027", ""},
			{"2027-03-31", "Renew Teacher, it expired on 31 March 2027", ""},
			{"2027-05-30", "Renew Teacher, it expired on 31 March 2027", ""},
			{"2027-05-31", "", "It is too late to renew your membership"},
		} {
			at(s, c.day)
			v := s.SignedIn("kea")
			if c.card == "" {
				before := s.Contents()
				v.Get(page).Status(http.StatusOK).Lacks("#task-renew")
				v.Get(renewal).Status(http.StatusFound).To(page)
				v.Get(page).Has("#messages .alert-info", c.told)
				v.Post(renewal).Status(http.StatusSeeOther).To(page)
				v.Get(page).Has("#messages .alert-info", c.told)
				if s.Contents() != before {
					t.Errorf("on %s something was stored", c.day)
				}
				continue
			}
			v.Get(page).Status(http.StatusOK).Has("#task-renew h3", c.card).Has("#task-renew a[href='"+renewal+"']", "Renew")
			v.Get(renewal).Status(http.StatusOK).Has("h1", "Renew your membership").Has("main", "Tuesday 30 March 2027")
		}
	})
	for today, want := range map[string]string{
		"2027-01-30": "2027-03-31 2028-03-31", "2027-03-01": "2027-03-31 2028-03-31", "2027-03-31": "2027-03-31 2028-03-31",
		"2027-04-01": "2027-04-01 2028-04-01", "2027-04-10": "2027-04-10 2028-04-10", "2027-05-30": "2027-05-30 2028-05-30",
	} {
		t.Run("ORG-75 renewed on "+today, func(t *testing.T) {
			t.Parallel()
			s, _, _ := member(t, "49.99")
			at(s, today)
			renews(s.SignedIn("kea"), "start_date", "2030-01-01", "expiry_date", "2099-01-01").Status(http.StatusSeeOther).To(page)
			if got := renewed(s); got != want {
				t.Errorf("renewals = %q, want %q", got, want)
			}
		})
	}
	t.Run("ORG-75 a page that was opened the day before", func(t *testing.T) {
		t.Parallel()
		s, _, _ := member(t, "49.99")
		at(s, "2027-04-01")
		v := s.SignedIn("kea")
		form := v.Get(renewal).Has("main", "Thursday 1 April 2027").Fields("form#renew")
		s.Clock.Pass(24 * time.Hour)
		v.Post(renewal, form...).Status(http.StatusSeeOther)
		if got := renewed(s); got != "2027-04-02 2028-04-02" {
			t.Errorf("renewals = %q, want one from the day on which it was sent", got)
		}
	})
	t.Run("Why there is none", func(t *testing.T) {
		t.Parallel()
		for name, c := range map[string]struct {
			change, told string
			link         bool
		}{
			"renewed already": {`INSERT INTO individual_memberships (user_id, membership_option_id, start_date, expiry_date, created_datetime, renews_id)
				SELECT user_id, membership_option_id, '2027-03-31', '2028-03-31', '2027-02-01', id FROM individual_memberships`, "Your membership is renewed already, until 30 March 2028", false},
			"followed by an application": {`INSERT INTO individual_memberships (user_id, membership_option_id, start_date, expiry_date, created_datetime)
				SELECT user_id, membership_option_id, '2027-06-01', '2027-06-02', '2027-02-01' FROM individual_memberships`, "Your membership is renewed already, until 1 June 2027", false},
			"never approved": {"UPDATE individual_memberships SET approved_datetime = NULL", "You have no membership that can be renewed", true},
			"cancelled":      {"UPDATE individual_memberships SET cancelled_datetime = now()", "You have no membership that can be renewed", true},
			"none":           {"DELETE FROM individual_memberships", "You have no membership that can be renewed", true},
			"too late":       {"UPDATE individual_memberships SET start_date = '2026-01-01', expiry_date = '2026-12-01'", "It is too late to renew your membership", true},
			"too early":      {"UPDATE individual_memberships SET expiry_date = '2027-12-31'", "Your membership can be renewed from 1 November 2027", false},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s, v, _ := member(t, "49.99")
				s.Exec(c.change)
				for _, method := range []string{http.MethodGet, http.MethodPost} {
					if got := v.Do(method, renewal, nil).Header.Get("Location"); got != page {
						t.Fatalf("%s %s leads to %q, want %q", method, renewal, got, page)
					}
					shown := v.Get(page).Lacks("#task-renew").Has("#messages .alert-info", c.told).Document()
					if links := shown.Find("#messages a[href='" + apply + "']").Length(); (links == 1) != c.link {
						t.Errorf("%d links to apply, want one: %v", links, c.link)
					}
				}
				if s.Count("SELECT count(*) FROM purchases") != 0 {
					t.Error("something was bought")
				}
			})
		}
	})
	t.Run("Anonymous", func(t *testing.T) {
		t.Parallel()
		webtest.New(t).Visitor().Get(renewal).Status(http.StatusFound).To("/en/accounts/login/?next=%2Fen%2Fusers%2Fmemberships%2Frenew-individual%2F")
	})
	t.Run("Staff who look at somebody are not offered it", func(t *testing.T) {
		t.Parallel()
		s, _, _ := member(t, "49.99")
		s.SignedIn("boss").Get(page).Status(http.StatusOK).Lacks("#task-renew")
		s.SignedIn("boss").Get(renewal).To("/en/users/boss/")
	})
	t.Run("Queries", func(t *testing.T) {
		t.Parallel()
		s, v, _ := member(t, "49.99")
		v.Get(renewal).Status(http.StatusOK)
		v.Get(renewal).Status(http.StatusOK)
		if made := s.Statements(); len(made) > 4 {
			t.Errorf("the page = %d queries, want at most 4:\n%s", len(made), strings.Join(made, "\n"))
		}
	})
}

func TestRenewal(t *testing.T) {
	t.Parallel()
	t.Run("ORG-35 free, approved at once", func(t *testing.T) {
		t.Parallel()
		s, v, _ := member(t, "0")
		renews(v).Status(http.StatusSeeOther).To(page)
		got := v.Get(page).Has("#messages .alert-success", "Your membership is renewed until 30 March 2028").Lacks("#task-renew").
			Has("#memberships", "Approved. It starts on 31 March 2027").Has("#standing", "You are a member")
		if n := got.Document().Find("#messages .alert").Length(); n != 1 {
			t.Errorf("%d messages, want one", n)
		}
		s.Work()
		if s.Count("SELECT count(*) FROM individual_memberships WHERE approval_source = 'FREE' AND start_date = '2027-03-31'") != 1 ||
			s.Count("SELECT count(*) FROM invoices") != 0 || s.Count("SELECT count(*) FROM billing_accounts") != 0 {
			t.Error("want it approved by its price, without an invoice or an account")
		}
		at(s, "2027-03-31")
		s.SignedIn("kea").Get(page).Has("#memberships", "Active").Has("#standing", "You are a member")
	})
	t.Run("ORG-36 free under approval waits, and staff always hear of it", func(t *testing.T) {
		t.Parallel()
		s, v, _ := member(t, "0", "AMS_REQUIRE_FREE_MEMBERSHIP_APPROVAL", "True", "AMS_NOTIFY_STAFF_MEMBERSHIP_EVENTS", "False")
		renews(v).Status(http.StatusSeeOther).To(page)
		v.Get(page).Has("#messages", "The association reviews it").Has("#memberships", "Waiting for approval by the association since 1 March 2027")
		mails := s.Mails("boss@example.org")
		if len(mails) != 1 || mails[0].Subject != "APPROVAL REQUIRED: Mere Kahu" || !strings.Contains(mails[0].Text, "Action required") ||
			!strings.Contains(mails[0].Text, "Mere Kahu renewed Teacher") || !strings.Contains(mails[0].HTML, "Mere Kahu renewed Teacher") {
			t.Fatalf("mails to staff = %v, want one that asks for approval of a renewal", mails)
		}
	})
	for _, flag := range []string{"True", "False"} {
		t.Run("ORG-37 paid waits, and its payment approves; approval of free ones required: "+flag, func(t *testing.T) {
			t.Parallel()
			s, _, _ := member(t, "49.99", "AMS_REQUIRE_FREE_MEMBERSHIP_APPROVAL", flag)
			at(s, "2027-04-10")
			v := s.SignedIn("kea")
			renews(v).Status(http.StatusSeeOther).To(page)
			v.Get(page).Has("#messages", "Your renewal is stored and its invoice is on its way").Has("#memberships", "Pending").
				Has("#standing", "You are not a member").Lacks("#task-renew")
			s.Work()
			if s.Count("SELECT count(*) FROM purchases WHERE kind = 'RENEWAL' AND quantity = 1 AND total = 49.99") != 1 ||
				s.Count("SELECT count(*) FROM invoices WHERE purpose = 'RENEWAL' AND issue_date = '2027-04-10' AND due_date = '2027-06-09'") != 1 {
				t.Error("want a purchase and an invoice of a renewal")
			}
			v.Get("/billing/invoice/MOCK-1/detail/").Has("main", "Renewal")
			mails := s.Mails("boss@example.org")
			if len(mails) != 1 || mails[0].Subject != "Individual membership renewed: Mere Kahu" || !strings.Contains(mails[0].Text, "Invoice: MOCK-1") {
				t.Errorf("mails to staff = %v, want one about a renewal with its invoice", mails)
			}
			s.MarkPaid("MOCK-1")
			v.Get(page).Has("#memberships", "Paid and approved on 10 April 2027").Has("#standing", "You are a member")
			told := s.Mails(keaMail)
			if len(told) != 2 || told[0].Subject != "Your membership is confirmed" {
				t.Errorf("mails = %v, want the invoice and then the confirmation", told)
			}
		})
	}
	t.Run("ORG-46 the provider is down: nothing is lost", func(t *testing.T) {
		t.Parallel()
		s, v, _ := member(t, "49.99")
		s.Provider.Before(down)
		renews(v).Status(http.StatusSeeOther).To(page)
		s.Work()
		onItsWay(v)
		s.Provider.Works()
		s.Due()
		s.Work()
		invoiced(s, v)
	})
	t.Run("ORG-77 the old option is archived: the others are offered", func(t *testing.T) {
		t.Parallel()
		s, v, old := member(t, "49.99")
		month := fmt.Sprint(s.Option(membership.Option{Name: lang.Text{EN: "Month"}, Duration: membership.Duration{Months: 1}}, "5"))
		s.Option(membership.Option{Name: lang.Text{EN: "School"}, Type: membership.ForOrganisations}, "5")
		s.Exec("UPDATE membership_options SET archived = true WHERE id = ?", old)
		got := v.Get(renewal).Status(http.StatusOK).Has("form#renew .pricing-card", "Month").Has("form#renew .pricing-card", "Thursday 29 April 2027").
			Has("form#renew fieldset .help", "“Teacher” is no longer on offer").Lacks("input[name=membership_option][checked]")
		if n := got.Document().Find(".pricing-card").Length(); n != 1 {
			t.Errorf("%d cards, want the one that is on offer for people", n)
		}
		for _, option := range []string{"", old, "999999", "x"} {
			v.Post(renewal, "membership_option", option).Status(http.StatusUnprocessableEntity).
				Has("#id_membership_option-error", "“Teacher” is no longer on offer. Choose one").Has(`.problems a[href="#id_membership_option"]`, "")
		}
		renews(v, "membership_option", month).Status(http.StatusSeeOther).To(page)
		if got := renewed(s); got != "2027-03-31 2027-04-30" || s.Count("SELECT count(*) FROM purchases WHERE total = 5 AND membership_option_id = ?", month) != 1 {
			t.Errorf("renewals = %q, want a month at its price", got)
		}
	})
	t.Run("ORG-77 archived between the page and the form: the cards appear, and nothing is lost", func(t *testing.T) {
		t.Parallel()
		s, v, old := member(t, "49.99")
		s.Ask(profile.Question{Key: "school", Type: profile.Text, RequiredForMembership: true})
		month := fmt.Sprint(s.Option(membership.Option{Name: lang.Text{EN: "Month"}, Duration: membership.Duration{Months: 1}}, "5"))
		form := v.Get(renewal).Lacks(".pricing-card").Has("main", "$49.99").Fields("form#renew", "profile-school", "Te Kura")
		s.Exec("UPDATE membership_options SET archived = true WHERE id = ?", old)
		before := s.Contents()
		for _, visitor := range []*webtest.Visitor{v, v.HX()} {
			again := visitor.Post(renewal, form...).Status(http.StatusUnprocessableEntity).Has("#id_membership_option-error", "no longer on offer").
				Has(".pricing-card", "Month").Has(`#id_profile-school[value="Te Kura"]`, "")
			if kept := again.Document().Find("input[name=submission_token]").AttrOr("value", ""); kept == "" || !slices.Contains(form, kept) {
				t.Errorf("the refused form has the token %q, want its own", kept)
			}
		}
		if s.Contents() != before {
			t.Error("a refused renewal stored something")
		}
		v.Post(renewal, append(form, "membership_option", month)...).Status(http.StatusSeeOther)
		if got := renewed(s); got != "2027-03-31 2027-04-30" {
			t.Errorf("renewals = %q, want a month", got)
		}
	})
	t.Run("ORG-77 on offer again between the page and the form: nobody gets what they have not chosen", func(t *testing.T) {
		t.Parallel()
		s, v, old := member(t, "49.99")
		month := fmt.Sprint(s.Option(membership.Option{Name: lang.Text{EN: "Month"}, Duration: membership.Duration{Months: 1}}, "5"))
		s.Exec("UPDATE membership_options SET archived = true WHERE id = ?", old)
		form := v.Get(renewal).Fields("form#renew", "membership_option", month)
		s.Exec("UPDATE membership_options SET archived = false")
		again := v.Post(renewal, form...).Status(http.StatusUnprocessableEntity).Has(".problems", "“Teacher” is on offer again").Lacks(".pricing-card")
		v.Post(renewal, again.Fields("form#renew")...).Status(http.StatusSeeOther)
		if got := renewed(s); got != "2027-03-31 2028-03-31" {
			t.Errorf("renewals = %q, want a year", got)
		}
	})
	t.Run("ORG-77 nothing is on offer", func(t *testing.T) {
		t.Parallel()
		s, v, _ := member(t, "49.99")
		s.Exec("UPDATE membership_options SET archived = true")
		v.Get(renewal).Status(http.StatusOK).Has(".empty", "no membership to choose from").Lacks("main form")
		v.Post(renewal).Status(http.StatusUnprocessableEntity).Has(".empty", "no membership to choose from")
		if renewed(s) != "" {
			t.Error("it was renewed")
		}
	})
	t.Run("ORG-67 open questions are asked, and refused until they are answered", func(t *testing.T) {
		t.Parallel()
		s, v, _ := member(t, "49.99")
		s.Ask(profile.Question{Key: "school", Type: profile.Text, RequiredForMembership: true})
		s.Ask(profile.Question{Key: "hobby", Type: profile.Text})
		v.Get(renewal).Has("form#renew .form-section", "About you").Lacks("#id_profile-hobby")
		for _, visitor := range []*webtest.Visitor{v, v.HX()} {
			renews(visitor, "profile-school", " ").Status(http.StatusUnprocessableEntity).Has("#id_profile-school-error", "Answer “school”").
				Has(`.problems a[href="#id_profile-school"]`, "")
		}
		if renewed(s) != "" || s.Answered("kea", "school") != "(none)" {
			t.Error("a refused renewal stored something")
		}
		renews(v, "profile-school", "Te Kura").Status(http.StatusSeeOther)
		if got := s.Answered("kea", "school"); got != "Te Kura" || renewed(s) == "" {
			t.Errorf("the answer = %q, the renewal %q, want both", got, renewed(s))
		}
		v.Get("/en/users/~update/").Has(`#id_school[value="Te Kura"]`, "")
	})
	t.Run("ORG-80 the invoice carries the values of the day of purchase", func(t *testing.T) {
		t.Parallel()
		s, v, _ := member(t, "49.99")
		s.Exec("UPDATE membership_options SET invoice_due_days = 45, invoice_reference = 'Teachers 2027'")
		renews(v).Status(http.StatusSeeOther)
		s.Exec("UPDATE membership_options SET invoice_due_days = 7, invoice_reference = 'Other', name_en = 'Renamed'")
		s.Clock.Pass(48 * time.Hour)
		s.Work()
		if n := s.Count(`SELECT count(*) FROM invoices i JOIN mock_invoices m ON m.number = i.invoice_number
			WHERE i.issue_date = '2027-03-01' AND i.due_date = '2027-04-15' AND m.reference LIKE 'Teachers 2027 AMS-________'`); n != 1 {
			t.Error("the invoice does not carry the terms of the day of purchase")
		}
	})
}

func TestRenewalPayment(t *testing.T) {
	t.Parallel()
	// owed is a renewal from 10 April 2027 on whose invoice is there.
	owed := func(t *testing.T) (*webtest.Site, *webtest.Visitor) {
		t.Helper()
		s, _, _ := member(t, "49.99")
		at(s, "2027-04-10")
		v := s.SignedIn("kea")
		renews(v).Status(http.StatusSeeOther)
		s.Work()
		return s, v
	}
	const waits = "SELECT count(*) FROM individual_memberships WHERE renews_id IS NOT NULL AND approved_datetime IS NULL"
	t.Run("ORG-69 paid seats approve no renewal", func(t *testing.T) {
		t.Parallel()
		s, v := owed(t)
		s.Exec(`INSERT INTO mock_invoices (number, idempotency_key, reference, issue_date, due_date, total)
			SELECT 'MOCK-2', 'seats', 'seats', issue_date, due_date, 10 FROM mock_invoices`)
		s.Exec(`INSERT INTO invoices (account_id, purpose, invoice_number, issue_date, due_date, amount, paid, due, billing_service_invoice_id,
				provider_status, individual_membership_id, created_at)
			SELECT account_id, 'SEATS', 'MOCK-2', issue_date, due_date, 10, 0, 10, 'MOCK-2', 'AUTHORISED', individual_membership_id, now() FROM invoices`)
		s.MarkPaid("MOCK-2")
		reported(s)
		if s.Count(waits) != 1 {
			t.Error("a paid invoice for seats has approved the renewal")
		}
		v.Get(page).Has("#memberships", "Invoice MOCK-1 for $49.99 is unpaid")
	})
	t.Run("ORG-70 a credited invoice approves nothing, and staff hear of it once", func(t *testing.T) {
		t.Parallel()
		s, v := owed(t)
		settle(s, "paid = 0")
		v.Get(page).Has("#memberships .cell-line", "Cancelled").Has("#memberships", "Invoice MOCK-1 was closed without a payment")
		if s.Count(waits) != 1 || len(decisions(s)) != 1 {
			t.Errorf("%d renewals wait and staff got %d letters, want one each", s.Count(waits), len(decisions(s)))
		}
	})
	t.Run("ORG-71 paid after it was over", func(t *testing.T) {
		t.Parallel()
		s, _ := owed(t)
		at(s, "2028-04-10")
		s.MarkPaid("MOCK-1")
		s.SignedIn("kea").Get(page).Has("#memberships", "It was never approved; a payment arrived on 10 April 2028, too late.")
		s.SignedIn("boss").Get(record(s)).Has(".record-side", "a payment arrived on 10 April 2028, too late.")
		if s.Count(waits) != 1 || len(decisions(s)) != 1 || !strings.Contains(decisions(s)[0].Text, "was over before the payment arrived") {
			t.Errorf("%d renewals wait and staff got %v, want one each", s.Count(waits), decisions(s))
		}
	})
	t.Run("ORG-72 a second payment changes nothing", func(t *testing.T) {
		t.Parallel()
		s, _ := owed(t)
		first := s.Clock.Now()
		s.MarkPaid("MOCK-1")
		s.Clock.Pass(time.Hour)
		settle(s, "paid = 49.99")
		confirmed := slices.DeleteFunc(s.Mails(keaMail), func(e inbox.Entry) bool { return e.Subject != "Your membership is confirmed" })
		if s.Count("SELECT count(*) FROM individual_memberships WHERE renews_id IS NOT NULL AND approved_datetime = ?", first) != 1 || len(confirmed) != 1 {
			t.Errorf("%d confirmations, want one, and the time of the approval as it was", len(confirmed))
		}
	})
}

func TestRenewalTwice(t *testing.T) {
	t.Parallel()
	once := func(t *testing.T, s *webtest.Site) {
		t.Helper()
		s.Work()
		if got := renewed(s); got != "2027-03-31 2028-03-31" {
			t.Errorf("renewals = %q, want one", got)
		}
		for _, table := range []string{"purchases", "billing_accounts", "invoices", "mock_invoices"} {
			if n := s.Count("SELECT count(*) FROM " + table); n != 1 {
				t.Errorf("%d rows in %s, want 1", n, table)
			}
		}
	}
	t.Run("ORG-68 the same form twice, at once and later with other values", func(t *testing.T) {
		t.Parallel()
		s, v, _ := member(t, "49.99")
		other := fmt.Sprint(s.Option(membership.Option{Name: lang.Text{EN: "Other"}}, "5"))
		tok := tokenOf(v, renewal)
		if tok == "" || tok == tokenOf(v, renewal) {
			t.Fatal("the form has no token of its own")
		}
		s.Holding(heldKea, 2, func(int) { v.Post(renewal, "submission_token", tok).Status(http.StatusSeeOther).To(page) })
		v.Get(page)
		v.Post(renewal, "submission_token", tok, "membership_option", other).Status(http.StatusSeeOther).To(page)
		v.Get(page).Has("#messages .alert-info", "This renewal was sent already")
		once(t, s)
	})
	t.Run("ORG-76 two tabs at once", func(t *testing.T) {
		t.Parallel()
		for name, c := range map[string]struct{ cost, approval string }{"paid": {"49.99", "False"}, "free": {"0", "False"}, "free under approval": {"0", "True"}} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s, v, _ := member(t, c.cost, "AMS_REQUIRE_FREE_MEMBERSHIP_APPROVAL", c.approval)
				// A computer and a phone, each with its own session, so that neither takes the other's messages.
				tabs := []*webtest.Visitor{v, s.SignedIn("kea")}
				tokens := []string{tokenOf(tabs[0], renewal), tokenOf(tabs[1], renewal)}
				answers := make(chan *webtest.Answer, len(tabs))
				s.Holding(heldKea, len(tabs), func(i int) { // both have passed everything else
					answers <- tabs[i].Post(renewal, "submission_token", tokens[i])
				})
				for range tabs {
					(<-answers).Status(http.StatusSeeOther).To(page)
				}
				if got := renewed(s); got != "2027-03-31 2028-03-31" || s.Count("SELECT count(*) FROM purchases") != 1 {
					t.Errorf("renewals = %q with %d purchases, want one", got, s.Count("SELECT count(*) FROM purchases"))
				}
				told := ""
				for _, tab := range tabs {
					told += tab.Get(page).Status(http.StatusOK).Document().Find("#messages .alert").Text()
				}
				if strings.Count(told, "Success:") != 1 || strings.Count(told, "Note: Your membership is renewed already, until 30 March 2028") != 1 {
					t.Errorf("the pages tell %q, want the success, and that it is renewed already", told)
				}
			})
		}
	})
	t.Run("ORG-76 the database has the last word", func(t *testing.T) { // against whoever does not lock the person
		t.Parallel()
		for name, columns := range map[string]string{
			"another renewal":    "'2027-03-31', '2028-03-31', id, true",
			"another membership": "'2027-06-01', '2028-03-31', NULL, false",
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s, v, _ := member(t, "49.99")
				s.Ask(profile.Question{Key: "school", Type: profile.Text, RequiredForMembership: true})
				form := v.Get(renewal).Fields("form#renew", "profile-school", "Te Kura")
				s.Behind(func() { v.Post(renewal, form...).Status(http.StatusSeeOther).To(page) }, `
					INSERT INTO individual_memberships (user_id, membership_option_id, created_datetime, start_date, expiry_date, renews_id, overlap_allowed)
					SELECT user_id, membership_option_id, now(), `+columns+` FROM individual_memberships`)
				v.Get(page).Has("#messages .alert-info", "renewed already, until 30 March 2028")
				if s.Count("SELECT count(*) FROM individual_memberships") != 2 || s.Count("SELECT count(*) FROM purchases") != 0 || s.Answered("kea", "school") != "(none)" {
					t.Error("the renewal that met another one was stored")
				}
			})
		}
	})
	t.Run("SomebodyElsesToken", func(t *testing.T) {
		t.Parallel()
		s, v, option := member(t, "49.99")
		s.Person("other")
		tok := tokenOf(v, renewal)
		s.SignedIn("other").Post(apply, order(option, "2027-03-01", "submission_token", tok)...).Status(http.StatusSeeOther)
		got := v.Post(renewal, "submission_token", tok).Status(http.StatusUnprocessableEntity).Has(".problems", "from another account")
		if fresh := got.Document().Find("input[name=submission_token]").AttrOr("value", ""); fresh == "" || fresh == tok {
			t.Errorf("the refused form has the token %q, want a new one", fresh)
		}
	})
	t.Run("Nobody renews for somebody else", func(t *testing.T) {
		t.Parallel()
		s, _, _ := member(t, "49.99")
		s.Person("other")
		other, err := s.App.People.ByUsername(t.Context(), "other")
		if err != nil {
			t.Fatal(err)
		}
		kea := membership.OfPerson(int64(s.Count("SELECT id FROM users WHERE username = 'kea'")))
		for who, p := range map[string]account.Person{"another person": other, "nobody": {}} {
			if done, err := s.App.Members.Renew(t.Context(), p, kea, membership.RenewalForm{}); err == nil || done.Membership.ID != 0 || renewed(s) != "" {
				t.Errorf("Renew() by %s = %+v, %v, want a refusal", who, done, err)
			}
		}
	})
}

// What staff and members do at the same moment.
func TestRenewalAgainstStaff(t *testing.T) {
	t.Parallel()
	t.Run("ORG-75 cancelled by staff, the offer returns, and nothing stays open at the provider", func(t *testing.T) {
		t.Parallel()
		s, v, _ := member(t, "49.99")
		renews(v).Status(http.StatusSeeOther)
		s.Work()
		v.Get(renewal).To(page)
		cancels(s)
		v.Get(page).Has("#task-renew", "Renew Teacher")
		renews(v).Status(http.StatusSeeOther)
		if got := renewed(s); got != "2027-03-31 2028-03-31" || s.Count("SELECT count(*) FROM individual_memberships WHERE renews_id IS NOT NULL") != 2 {
			t.Errorf("renewals that stand = %q, want one beside the cancelled one", got)
		}
	})
	t.Run("ORG-75 staff cancel the renewal while somebody renews once more: whoever comes second sees the other", func(t *testing.T) {
		t.Parallel()
		s, v, _ := member(t, "49.99")
		token := tokenOf(v, renewal)
		renews(v).Status(http.StatusSeeOther)
		answers := make(chan *webtest.Answer, 1)
		cancelled := make(chan struct{})
		s.Holding(heldKea, 2, func(i int) {
			if i == 0 {
				answers <- v.Post(renewal, "submission_token", token)
				return
			}
			defer close(cancelled)
			cancels(s)
		})
		(<-answers).Status(http.StatusSeeOther).To(page)
		<-cancelled
		stand, bought := renewed(s), s.Count("SELECT count(*) FROM purchases")
		if (bought != 2 || stand != "2027-03-31 2028-03-31") && (bought != 1 || stand != "") {
			t.Errorf("renewals = %q after %d purchases, want either the second one or none", stand, bought)
		}
	})
	t.Run("Staff cannot revive a renewal beside another one", func(t *testing.T) {
		t.Parallel()
		s, v, _ := member(t, "49.99")
		renews(v).Status(http.StatusSeeOther)
		first := fmt.Sprintf("/admin/memberships/individualmembership/%d/change/", s.Count("SELECT max(id) FROM individual_memberships"))
		cancels(s)
		renews(v).Status(http.StatusSeeOther)
		s.SignedIn("boss").Send(first, "#record", "cancelled_datetime_0", "", "cancelled_datetime_1", "", "cancelled_reason", "", "overlap_allowed", "on").
			Status(http.StatusUnprocessableEntity).Has(".problems", "renewed by another membership meanwhile")
	})
}

// cancels has staff cancel the newest membership.
func cancels(s *webtest.Site) {
	s.T.Helper()
	at := fmt.Sprintf("/admin/memberships/individualmembership/%d/change/", s.Count("SELECT max(id) FROM individual_memberships"))
	s.SignedIn("boss").Send(at, "#record", "cancelled_datetime_0", s.Clock.Now().Format("2006-01-02"), "cancelled_datetime_1", "09:00",
		"cancelled_reason", "Moved").Status(http.StatusSeeOther)
}
