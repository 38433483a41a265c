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

const (
	apply   = "/en/users/memberships/apply-individual/"
	preview = apply + "preview/"
	page    = "/en/users/kea/"
	keaMail = "kea@example.org"
)

// heldKea lets foreign keys refer to kea meanwhile: whoever waits for it holds the person on purpose.
const heldKea = "SELECT 1 FROM users WHERE username = 'kea' FOR NO KEY UPDATE"

// at is noon of a day in Auckland, as the clock of a test may begin.
func at(s *webtest.Site, day string) {
	s.T.Helper()
	zone, err := time.LoadLocation("Pacific/Auckland")
	if err != nil {
		s.T.Fatal(err)
	}
	noon, err := time.ParseInLocation("2006-01-02 15", day+" 12", zone)
	if err != nil {
		s.T.Fatal(err)
	}
	s.Clock.Pass(noon.Sub(s.Clock.Now()))
}

// shop is a site on 10 July 2026 with a person and one option.
func shop(t *testing.T, o membership.Option, cost string, settings ...string) (s *webtest.Site, v *webtest.Visitor, option string) {
	t.Helper()
	s = webtest.New(t, settings...)
	at(s, "2026-07-10")
	s.Person("kea")
	option = fmt.Sprint(s.Option(o, cost))
	return s, s.SignedIn("kea"), option
}

func month() membership.Option { return membership.Option{Duration: membership.Duration{Months: 1}} }

func order(option, start string, more ...string) []string {
	return append([]string{"membership_option", option, "start_date", start}, more...)
}

func memberships(s *webtest.Site) int { return s.Count("SELECT count(*) FROM individual_memberships") }

// hold gives the person a membership behind the program's back.
func hold(s *webtest.Site, option, start, expiry string, more ...string) {
	s.T.Helper()
	columns, values := "", ""
	for i := 0; i+1 < len(more); i += 2 {
		columns, values = columns+", "+more[i], values+", "+more[i+1]
	}
	s.Exec(`INSERT INTO individual_memberships (user_id, membership_option_id, start_date, expiry_date, created_datetime` + columns + `)
		SELECT id, ` + option + `, '` + start + `', '` + expiry + `', '2026-01-01'` + values + ` FROM users WHERE username = 'kea'`)
}

func TestApply(t *testing.T) {
	t.Parallel()
	t.Run("ORG-35 free, approved at once", func(t *testing.T) {
		t.Parallel()
		s, v, option := shop(t, month(), "0")
		v.Post(apply, order(option, "2026-07-10")...).Status(http.StatusSeeOther).To(page)
		got := v.Get(page).Status(http.StatusOK).Has("#standing", "You are a member").Has("#memberships", "Active").
			Has("#memberships", "Not required").Has("#memberships", "Free of charge")
		if n := got.Document().Find("#messages .alert").Length(); n != 1 || strings.Contains(got.Document().Find("#messages").Text(), "ending") {
			t.Errorf("%d messages, want one without pending: %s", n, got.Document().Find("#messages").Text())
		}
		s.Work()
		if s.Count("SELECT count(*) FROM invoices") != 0 || s.Count("SELECT count(*) FROM billing_accounts") != 0 {
			t.Error("a free membership has an invoice or an account")
		}
		if n := s.Count("SELECT count(*) FROM purchases WHERE invoice_state = 'NONE' AND total = 0"); n != 1 {
			t.Errorf("%d purchases of nothing, want 1", n)
		}
		if len(s.Provider.Calls()) != 0 {
			t.Errorf("the provider was asked %v", s.Provider.Calls())
		}
	})
	t.Run("ORG-36 free under approval waits, and staff always hear of it", func(t *testing.T) {
		t.Parallel()
		s, v, option := shop(t, month(), "0", "AMS_REQUIRE_FREE_MEMBERSHIP_APPROVAL", "True", "AMS_NOTIFY_STAFF_MEMBERSHIP_EVENTS", "False")
		s.Staff("boss")
		v.Post(apply, order(option, "2026-07-10")...).Status(http.StatusSeeOther).To(page)
		v.Get(page).Has("#messages", "reviews it").Has("#memberships", "Pending").
			Has("#memberships", "Waiting for approval by the association since 10 July 2026")
		mails := s.Mails("boss@example.org")
		if len(mails) != 1 || !strings.HasPrefix(mails[0].Subject, "APPROVAL REQUIRED: Mere Kahu") || !strings.Contains(mails[0].Text, "Action required") {
			t.Fatalf("mails to staff = %v, want one that asks for approval", mails)
		}
	})
	t.Run("ORG-37 paid option waits whatever the approval flag, payment approves", func(t *testing.T) {
		t.Parallel()
		s, v, option := shop(t, month(), "49.99", "AMS_REQUIRE_FREE_MEMBERSHIP_APPROVAL", "False")
		v.Post(apply, order(option, "2026-07-10")...).Status(http.StatusSeeOther).To(page)
		v.Get(page).Has("#messages", "invoice is on its way").Has("#memberships", "Pending").Has("#standing", "not a member")
		s.Work()
		v.Get(page).Has("#memberships", "Pending").Has("#memberships", "Invoice MOCK-1 for $49.99 is unpaid; it is due on 8 September 2026")
		s.Clock.Pass(24 * time.Hour)
		s.MarkPaid("MOCK-1")
		v.Get(page).Has("#memberships", "Active").Has("#memberships", "Paid and approved on 11 July 2026").Has("#standing", "You are a member")
		approved := s.Count("SELECT count(*) FROM individual_memberships WHERE approval_source = 'PAYMENT' AND approved_datetime = ?", s.Clock.Now())
		if approved != 1 {
			t.Errorf("%d memberships approved by the payment, want 1", approved)
		}
		mails := s.Mails(keaMail)
		if len(mails) != 2 || mails[0].Subject != "Your membership is confirmed" || mails[1].Subject != "Invoice MOCK-1" {
			t.Errorf("mails = %v, want the invoice and then the confirmation", mails)
		}
	})
	t.Run("ORG-39 archived or for organisations", func(t *testing.T) {
		t.Parallel()
		s, v, _ := shop(t, month(), "10")
		archived := s.Option(membership.Option{Name: lang.Text{EN: "Old"}, Archived: true}, "10")
		others := s.Option(membership.Option{Type: membership.ForOrganisations}, "10")
		for _, id := range []string{fmt.Sprint(archived), fmt.Sprint(others), "", "0", "999999", "x", "99999999999999999999", "1; DROP"} {
			v.Post(apply, order(id, "2026-07-10")...).Status(http.StatusUnprocessableEntity).
				Has("#id_membership_option-error", "Choose one of the memberships")
			v.Get(preview+"?membership_option="+strings.ReplaceAll(id, " ", "+")+"&start_date=2026-07-10").Status(http.StatusOK).
				Has("#period", "Choose a membership")
		}
		v.Get(apply).Status(http.StatusOK).Lacks(fmt.Sprintf("input[value='%d']", archived)).Lacks(fmt.Sprintf("input[value='%d']", others))
		if memberships(s) != 0 {
			t.Error("a membership was stored")
		}
	})
	t.Run("ORG-40 a posted person is ignored", func(t *testing.T) {
		t.Parallel()
		s, v, option := shop(t, month(), "10")
		s.Person("other")
		other := fmt.Sprint(s.Count("SELECT id FROM users WHERE username = 'other'"))
		v.Post(apply, order(option, "2026-07-10", "user", other, "user_id", other, "cost", "0", "expiry_date", "2099-01-01")...).
			Status(http.StatusSeeOther)
		mine := s.Count(`SELECT count(*) FROM individual_memberships m JOIN users u ON u.id = m.user_id
			WHERE u.username = 'kea' AND m.expiry_date = '2026-08-10'`)
		if mine != 1 || memberships(s) != 1 {
			t.Errorf("%d of %d memberships are the applicant's", mine, memberships(s))
		}
	})
	t.Run("ORG-41 overlap", func(t *testing.T) {
		t.Parallel()
		s, _, option := shop(t, month(), "0")
		at(s, "2025-12-20")
		v := s.SignedIn("kea")
		hold(s, option, "2026-01-01", "2026-02-01")
		for start, want := range map[string]bool{"2026-01-31": false, "2025-12-02": false, "2026-02-01": true, "2025-12-01": true} {
			got := v.Post(apply, order(option, start)...)
			if (got.StatusCode == http.StatusSeeOther) != want {
				t.Errorf("start on %s = %d, want accepted %v", start, got.StatusCode, want)
			}
			if !want {
				got.Has("#id_start_date-error", "You have a membership from")
			}
		}
		s.Exec("UPDATE individual_memberships SET cancelled_datetime = now()")
		v.Post(apply, order(option, "2026-01-15")...).Status(http.StatusSeeOther)
	})
	t.Run("ORG-42 cards by order, then by cost", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		for _, o := range []struct {
			name  string
			order int
			cost  string
		}{{"D", 30, "1"}, {"B", 10, "20"}, {"C", 20, "5"}, {"A", 10, "10"}} {
			s.Option(membership.Option{Name: lang.Text{EN: o.name}, Order: o.order}, o.cost)
		}
		names := s.SignedIn("kea").Get(apply).Document().Find(".pricing-card .name").Text()
		if names != "ABCD" {
			t.Errorf("cards = %s, want ABCD", names)
		}
	})
	t.Run("ORG-54 a month from 31 January", func(t *testing.T) {
		t.Parallel()
		s, _, option := shop(t, month(), "0")
		at(s, "2026-01-20")
		v := s.SignedIn("kea")
		v.HX().Get(preview+"?membership_option="+option+"&start_date=2026-01-31").Has("#period", "Expires on 28 February 2026").
			Has("#period", "Friday 27 February 2026").Lacks("header")
		v.Post(apply, order(option, "2026-01-31")...).Status(http.StatusSeeOther)
		if n := s.Count("SELECT count(*) FROM individual_memberships WHERE expiry_date = '2026-02-28'"); n != 1 {
			t.Error("the stored expiry is not 2026-02-28")
		}
	})
	t.Run("ORG-64 the whole period counts", func(t *testing.T) {
		t.Parallel()
		s, _, option := shop(t, membership.Option{}, "0")
		at(s, "2026-01-10")
		v := s.SignedIn("kea")
		hold(s, option, "2026-03-01", "2027-03-01")
		v.Post(apply, order(option, "2026-01-15")...).Status(http.StatusUnprocessableEntity).
			Has("#id_start_date-error", "You have a membership from 1 March 2026 to 28 February 2027")
		v.Get(preview+"?membership_option="+option+"&start_date=2026-01-15").Has("#period", "15 January 2027").Has("#period", "You have a membership")
	})
}

func TestStart(t *testing.T) {
	t.Parallel()
	t.Run("ORG-63 bounds", func(t *testing.T) {
		t.Parallel()
		for start, want := range map[string]string{
			"2026-06-10": "The earliest possible day is 11 June 2026", "2027-07-11": "The latest possible day is 10 July 2027",
			"2026-06-11": "", "2027-07-10": "",
		} {
			s, v, option := shop(t, month(), "0")
			got := v.Post(apply, order(option, start)...)
			if want == "" {
				got.Status(http.StatusSeeOther)
				continue
			}
			got.Status(http.StatusUnprocessableEntity).Has("#id_start_date-error", want)
			if memberships(s) != 0 {
				t.Errorf("start on %s was stored", start)
			}
		}
	})
	t.Run("ShortFebruary", func(t *testing.T) { // 29, 30 and 31 January all end on 28 February
		t.Parallel()
		s, _, option := shop(t, month(), "0")
		at(s, "2026-02-28")
		s.SignedIn("kea").Post(apply, order(option, "2026-01-31")...).Status(http.StatusUnprocessableEntity).
			Has("#id_start_date-error", "1 February 2026")
	})
	t.Run("Proposed", func(t *testing.T) {
		t.Parallel()
		s, v, option := shop(t, membership.Option{}, "0")
		start := func() string { return v.Get(apply).Document().Find("#id_start_date").AttrOr("value", "none") }
		if got := start(); got != "2026-07-10" {
			t.Errorf("start = %s, want today", got)
		}
		hold(s, option, "2026-01-01", "2027-01-01")
		if got := start(); got != "2027-01-01" {
			t.Errorf("start = %s, want the end of the latest membership", got)
		}
		hold(s, option, "2027-01-01", "2028-02-29")
		v.Get(apply).Has(".alert-info", "covered until 28 February 2028").Has(".alert-info", "from 1 March 2027")
		if got := start(); got != "" {
			t.Errorf("start = %q, want none: it would lie more than a year ahead", got)
		}
	})
	t.Run("Unreadable", func(t *testing.T) {
		t.Parallel()
		s, v, option := shop(t, month(), "0")
		for _, start := range []string{"", "  ", "10/07/2026", "2026-02-30", "tomorrow", "2026-7-10", strings.Repeat("9", 10000)} {
			v.Post(apply, order(option, start)...).Status(http.StatusUnprocessableEntity).Has("#id_start_date-error", "day on which the membership starts")
			v.Get(preview+"?membership_option="+option+"&start_date="+strings.ReplaceAll(start, " ", "+")).Status(http.StatusOK).Has("#period", "Choose")
		}
		v.Post(apply, "start_date", "x").Status(http.StatusUnprocessableEntity).Has(".problems", "Choose one of the memberships").
			Has(".problems", "Enter the day")
		if memberships(s) != 0 {
			t.Error("a membership was stored")
		}
	})
	t.Run("NothingOnSale", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.SignedIn("kea").Get(apply).Status(http.StatusOK).Has(".empty", "no membership to choose from").Lacks("main form")
	})
	t.Run("Anonymous", func(t *testing.T) {
		t.Parallel()
		v := webtest.New(t).Visitor()
		v.Get(apply).Status(http.StatusFound).To("/en/accounts/login/?next=%2Fen%2Fusers%2Fmemberships%2Fapply-individual%2F")
		v.Post(apply).Status(http.StatusSeeOther)
	})
}

func TestTwice(t *testing.T) {
	t.Parallel()
	token := func(v *webtest.Visitor) string {
		return v.Get(apply).Document().Find("input[name=submission_token]").AttrOr("value", "")
	}
	one := func(t *testing.T, s *webtest.Site) {
		t.Helper()
		s.Work()
		for _, table := range []string{"individual_memberships", "purchases", "billing_accounts", "invoices", "mock_invoices"} {
			if n := s.Count("SELECT count(*) FROM " + table); n != 1 {
				t.Errorf("%d rows in %s, want 1", n, table)
			}
		}
	}
	t.Run("ORG-68 the same form twice, at once and later", func(t *testing.T) {
		t.Parallel()
		s, v, option := shop(t, month(), "49.99")
		other := fmt.Sprint(s.Option(membership.Option{Name: lang.Text{EN: "Other"}}, "5"))
		tok := token(v)
		if tok == "" || tok == token(v) {
			t.Fatal("the form has no token of its own")
		}
		s.Holding(heldKea, 2, func(int) {
			v.Post(apply, order(option, "2026-07-10", "submission_token", tok)...).Status(http.StatusSeeOther).To(page)
		})
		v.Get(page).Status(http.StatusOK)
		v.Post(apply, order(other, "2027-01-01", "submission_token", tok)...).Status(http.StatusSeeOther).To(page)
		v.Get(page).Has("#messages", "sent already")
		one(t, s)
	})
	t.Run("TwoTabs", func(t *testing.T) { // two forms: the second one meets the membership of the first
		t.Parallel()
		s, v, option := shop(t, month(), "49.99")
		first, second := token(v), token(v)
		v.Post(apply, order(option, "2026-07-10", "submission_token", first)...).Status(http.StatusSeeOther)
		again := v.Post(apply, order(option, "2026-07-10", "submission_token", second)...).Status(http.StatusUnprocessableEntity).
			Has("#id_start_date-error", "You have a membership")
		if kept := again.Document().Find("input[name=submission_token]").AttrOr("value", ""); kept != second {
			t.Errorf("the refused form has the token %q, want its own %q", kept, second)
		}
		one(t, s)
	})
	t.Run("NoToken", func(t *testing.T) { // each submission counts for itself
		t.Parallel()
		s, v, option := shop(t, month(), "0")
		for i, tok := range []string{"", "x", "x"} {
			v.Post(apply, order(option, fmt.Sprintf("2026-%02d-10", 7+i), "submission_token", tok)...).Status(http.StatusSeeOther)
		}
		if n := memberships(s); n != 3 {
			t.Errorf("%d memberships, want 3", n)
		}
	})
	t.Run("SomebodyElsesToken", func(t *testing.T) {
		t.Parallel()
		s, v, option := shop(t, month(), "0")
		s.Person("other")
		tok := token(v)
		s.SignedIn("other").Post(apply, order(option, "2026-07-10", "submission_token", tok)...).Status(http.StatusSeeOther)
		got := v.Post(apply, order(option, "2026-07-10", "submission_token", tok)...).Status(http.StatusUnprocessableEntity).
			Has(".problems", "from another account")
		fresh := got.Document().Find("input[name=submission_token]").AttrOr("value", "")
		if fresh == "" || fresh == tok {
			t.Errorf("the refused form has the token %q, want a new one", fresh)
		}
		v.Post(apply, order(option, "2026-07-10", "submission_token", fresh)...).Status(http.StatusSeeOther)
	})
	t.Run("ORG-65 two applications at the same moment", func(t *testing.T) {
		t.Parallel()
		s, v, option := shop(t, month(), "49.99")
		tokens := []string{token(v), token(v)}
		statuses := make(chan int, len(tokens))
		s.Holding(heldKea, len(tokens), func(i int) {
			statuses <- v.Post(apply, order(option, "2026-07-10", "submission_token", tokens[i])...).StatusCode
		})
		if a, b := <-statuses, <-statuses; a+b != http.StatusSeeOther+http.StatusUnprocessableEntity {
			t.Errorf("answers = %d and %d, want one stored and one refused", a, b)
		}
		one(t, s)
	})
	t.Run("ORG-65 the database has the last word", func(t *testing.T) { // against whoever does not lock the person
		t.Parallel()
		s, v, option := shop(t, month(), "49.99")
		var got *webtest.Answer
		s.Behind(func() { got = v.Post(apply, order(option, "2026-08-10")...) }, `
			INSERT INTO individual_memberships (user_id, membership_option_id, start_date, expiry_date, created_datetime)
			SELECT id, `+option+`, '2026-08-01', '2027-08-01', now() FROM users WHERE username = 'kea'`)
		got.Status(http.StatusUnprocessableEntity).Has("#id_start_date-error", "You have a membership from 1 August 2026")
		if memberships(s) != 1 || s.Count("SELECT count(*) FROM purchases") != 0 {
			t.Error("the application that met another one was stored")
		}
	})
}
