package staff_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"ams/app/billing"
	"ams/app/clock"
	"ams/app/membership"
	"ams/app/money"
	"ams/app/web/webtest"
)

// buyer is a site with an organisation that kea looks after and whose option has at most ten seats.
func buyer(t *testing.T) (s *webtest.Site, kura, option int64) {
	t.Helper()
	s = site(t)
	o := membership.Option{Type: membership.ForOrganisations, MaxSeats: 10}
	o.Name.EN = "School"
	return s, s.Organisation("Te Kura o Taupō", "kea", "boss"), s.Option(o, "100")
}

// applied is a school whose membership of five seats is pending and whose invoice waits for the worker.
func applied(t *testing.T) (s *webtest.Site, kura int64) {
	t.Helper()
	s, kura, option := buyer(t)
	s.Buy(billing.Order{
		Kind: billing.ForApplication, Membership: billing.Ref{Organisation: s.Seats(kura, option, 5)}, Option: option, Organisation: kura,
		Buyer: int64(idOf(s, "kea")), Seats: 5, SeatsAfter: 5, Quantity: 5, UnitAmount: optionCost(s, option), Description: "School", DueDays: 60,
	})
	return s, kura
}

func optionCost(s *webtest.Site, option int64) (a money.Amount) {
	s.T.Helper()
	s.Row(&a, "SELECT cost FROM membership_options WHERE id = ?", option)
	return a
}

// office are the subjects of the letters to the organisation.
func office(s *webtest.Site) (all []string) {
	for _, m := range s.Mails(webtest.OfficeMail) {
		all = append(all, m.Subject)
	}
	return all
}

func TestSeatsByStaff(t *testing.T) {
	t.Parallel()
	enter := func(v *webtest.Visitor, pairs ...string) *webtest.Answer {
		pairs = append([]string{"organisation", "Te Kura o Taupō", "membership_option", "School"}, pairs...)
		if !slices.Contains(pairs, "seats") {
			pairs = append(pairs, "seats", "5")
		}
		return v.Send(seated+"add/", "#record", pairs...)
	}
	t.Run("ORG-66 an overlap is refused at the start date, and stored when it is allowed", func(t *testing.T) {
		t.Parallel()
		s, kura, option := buyer(t)
		s.Seats(kura, option, 5)
		v := s.SignedIn("boss")
		enter(v, "start_date", today(s)).Status(http.StatusUnprocessableEntity).Has("#id_start_date-error", "There is a membership from")
		if n := s.Count("SELECT count(*) FROM organisation_memberships"); n != 1 {
			t.Fatalf("%d memberships after a refusal, want 1", n)
		}
		enter(v, "start_date", today(s), "overlap_allowed", "on").Status(http.StatusSeeOther)
		if n := s.Count("SELECT count(*) FROM organisation_memberships WHERE overlap_allowed"); n != 1 {
			t.Errorf("%d memberships that may overlap, want 1", n)
		}
		v.Send(last(s, seated, "change"), "#record", "overlap_allowed", webtest.Leave).Status(http.StatusUnprocessableEntity).
			Has("#id_start_date-error", "There is a membership from")
	})
	t.Run("ORG-41 a person's membership and that of an organisation never meet, nor do those of two organisations", func(t *testing.T) {
		t.Parallel()
		s, _, option := buyer(t)
		s.Seats(s.Organisation("Another school"), option, 5)
		buys(s, s.Option(membership.Option{}, "49.99"))
		enter(s.SignedIn("boss"), "start_date", today(s)).Status(http.StatusSeeOther)
	})
	t.Run("ORG-65 of two that are stored at the same time one gets the overlap", func(t *testing.T) {
		t.Parallel()
		s, kura, option := buyer(t)
		v := s.SignedIn("boss")
		form := v.Get(seated+"add/").Fields("#record", "organisation", "Te Kura o Taupō", "membership_option", "School", "seats", "5", "start_date", today(s))
		var got *webtest.Answer
		s.Behind(func() { got = v.Post(seated+"add/", form...) }, `INSERT INTO organisation_memberships (organisation_id, membership_option_id, seats,
			start_date, expiry_date, created_datetime) VALUES (?, ?, 1, ?, ?, now())`, kura, option, today(s), clock.DateOf(s.Clock.Now()).AddDays(1))
		got.Status(http.StatusUnprocessableEntity).Has("#id_start_date-error", "This organisation has a membership in this period already")
	})
	t.Run("Entered: the expiry computed, no purchase, no letter", func(t *testing.T) {
		t.Parallel()
		s, _, _ := buyer(t)
		v := s.SignedIn("boss")
		enter(v, "start_date", "2024-02-29", "approved_datetime_0", "2024-03-01", "approved_datetime_1", "09:00").Status(http.StatusSeeOther)
		s.Work()
		if s.Count("SELECT count(*) FROM organisation_memberships WHERE expiry_date = '2025-02-28' AND approval_source = 'STAFF' AND seats = 5") != 1 ||
			s.Count("SELECT count(*) FROM purchases") != 0 || len(s.Mails("")) != 0 || len(office(s)) != 0 {
			t.Error("want one membership until 2025-02-28 approved by staff, and neither a purchase nor a letter")
		}
		enter(v, "start_date", "2030-01-01", "expiry_date", "2030-01-01").Status(http.StatusUnprocessableEntity).
			Has("#id_expiry_date-error", "after the start")
		enter(v, "start_date", "2030-01-01", "seats", "0").Status(http.StatusUnprocessableEntity).Has("#id_seats-error", "whole number")
	})
	t.Run("ORG-63 staff enter any start", func(t *testing.T) {
		t.Parallel()
		s, _, _ := buyer(t)
		for _, start := range []string{"1999-12-31", "2032-03-03"} {
			enter(s.SignedIn("boss"), "start_date", start).Status(http.StatusSeeOther)
			if s.Count("SELECT count(*) FROM organisation_memberships WHERE start_date = ?", start) != 1 {
				t.Errorf("no membership starts on %s", start)
			}
		}
	})
	t.Run("Seats beyond the limit or below those that are taken, unless the number is allowed", func(t *testing.T) {
		t.Parallel()
		s, _, _ := buyer(t)
		v := s.SignedIn("boss")
		enter(v, "start_date", today(s), "seats", "11").Status(http.StatusUnprocessableEntity).Has("#id_seats-error", "at most 10 seats")
		enter(v, "start_date", today(s), "seats", "1").Status(http.StatusUnprocessableEntity).Has("#id_seats-error", "2 seats are taken")
		enter(v, "start_date", today(s), "seats", "11", "any_seats", "on").Status(http.StatusSeeOther)
		record := last(s, seated, "change")
		v.Send(record, "#record", "approved_datetime_0", today(s), "approved_datetime_1", "09:00").Status(http.StatusSeeOther) // the number is the same
		v.Send(record, "#record", "seats", "12").Status(http.StatusUnprocessableEntity).Has("#id_seats-error", "at most 10 seats")
		v.Send(record, "#record", "seats", "1").Status(http.StatusUnprocessableEntity).Has("#id_seats-error", "2 seats are taken")
		v.Send(record, "#record", "seats", "1", "any_seats", "on").Status(http.StatusSeeOther)
		v.Send(record, "#record", "seats", "2").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM organisation_memberships WHERE seats = 2") != 1 || s.Count("SELECT count(*) FROM purchases") != 0 {
			t.Error("want two seats, and nothing invoiced for them")
		}
		v.Get(seated).Has("#list-table tbody tr", "Te Kura o Taupō").Has("#list-table tbody tr", "Active")
		v.Get(record).Has(".record-side", "2 of 2 seats taken (limit 10 seats)")
	})
	t.Run("Approved by its button, once, and the organisation is told", func(t *testing.T) {
		t.Parallel()
		s, _ := applied(t)
		v := s.SignedIn("boss")
		question := v.Post(seated, v.Get(last(s, seated, "change")).Fields(button("approve"))...).Status(http.StatusOK).Has("h1", "Approve")
		form := question.Fields(".question form")
		v.Post(seated, form...).Status(http.StatusSeeOther).To(last(s, seated, "change"))
		flash(v)
		v.Post(seated, form...).Status(http.StatusSeeOther) // pressed again in another window
		if got := flash(v); !strings.Contains(got, "it is approved already") {
			t.Errorf("approving once more tells %q", got)
		}
		told := strings.Join(office(s), ", ")
		if strings.Count(told, "Your membership is confirmed") != 1 || s.Count("SELECT count(*) FROM organisation_memberships WHERE approval_source = 'STAFF'") != 1 {
			t.Errorf("letters to the organisation = %q, want one about the approval, by staff", told)
		}
		v.Get(last(s, seated, "change")).Lacks(button("approve")).Has(".record-side", "Approved by the association on")
	})
	t.Run("ORG-74 cancelled while its invoice is on its way: a reason is wanted, and the organisation is told", func(t *testing.T) {
		t.Parallel()
		s, _ := applied(t)
		v := s.SignedIn("boss")
		cancel := []string{"cancelled_datetime_0", today(s), "cancelled_datetime_1", "09:00"}
		v.Send(last(s, seated, "change"), "#record", cancel...).Status(http.StatusUnprocessableEntity).Has("#id_cancelled_reason-error", "Say why")
		v.Send(last(s, seated, "change"), "#record", append(cancel, "cancelled_reason", "Closed its doors")...).Status(http.StatusSeeOther)
		mails := s.Mails(webtest.OfficeMail)
		if len(mails) != 1 || !strings.Contains(mails[0].Text, "cancelled the membership of Te Kura o Taupō") || !strings.Contains(mails[0].Text, "Closed its doors") {
			t.Errorf("letters to the organisation = %+v, want one about the cancellation with its reason", mails)
		}
		if s.Count("SELECT count(*) FROM mock_invoices") != 0 {
			t.Error("an invoice was raised all the same")
		}
		enter(v, "start_date", today(s)).Status(http.StatusSeeOther) // it stands in nobody's way
	})
}

func TestOptionsOfSeats(t *testing.T) {
	t.Parallel()
	s, _, _ := buyer(t)
	s.Option(membership.Option{}, "49.99")
	v := s.SignedIn("boss")
	for list, c := range map[string]struct{ has, lacks, owner, name string }{
		seated: {"School", "Teacher", "organisation", "Te Kura o Taupō"}, memberships: {"Teacher", "School", "user", webtest.Address("kea")},
	} {
		texts := v.Get(list + "add/").Document().Find(`[name="membership_option"] option`).Text()
		if !strings.Contains(texts, c.has) || strings.Contains(texts, c.lacks) {
			t.Errorf("%sadd/ offers %q, want %s and not %s", list, texts, c.has, c.lacks)
		}
		for _, typed := range []string{c.lacks, fmt.Sprint(s.Count("SELECT id FROM membership_options WHERE name_en = ?", c.lacks))} {
			v.Send(list+"add/", "#record", c.owner, c.name, "membership_option", typed, "start_date", today(s), "seats", "3").
				Status(http.StatusUnprocessableEntity).Has("#id_membership_option-error", "")
		}
	}
	if n := s.Count("SELECT (SELECT count(*) FROM organisation_memberships) + (SELECT count(*) FROM individual_memberships)"); n != 0 {
		t.Errorf("%d memberships of the other type, want none", n)
	}
}

// Who looks for an organisation finds what it bought, and the other way round.
func TestSalesToOrganisations(t *testing.T) {
	t.Parallel()
	s, kura := applied(t)
	s.Work()
	v := s.SignedIn("boss")
	v.Get(invoices).Has("#list-table tbody tr", "Te Kura o Taupō")
	for _, q := range []string{"taupo", "office", "MOCK-1"} {
		v.Get(invoices+"?q="+q).Has("#list-table tbody tr", "MOCK-1")
	}
	v.Get(invoices + "?q=tapuo").Lacks("#list-table tbody tr")
	v.Get(seated+"?q=taupo+school").Has("#list-table tbody tr", "Pending")
	for filter, shown := range map[string]bool{"status=pending": true, "status=active": false, "status=expired": false, "status=cancelled": false, "start=today": true} {
		doc := v.Get(seated + "?" + filter).Status(http.StatusOK).Document()
		if got := doc.Find("#list-table tbody tr").Length() == 1; got != shown {
			t.Errorf("%s?%s shows the membership = %v, want %v", seated, filter, got, shown)
		}
	}
	leads := func(path string, to ...string) {
		t.Helper()
		doc := v.Get(path).Status(http.StatusOK).Document()
		for _, href := range to {
			if doc.Find(`a[href="`+href+`"]`).Length() == 0 {
				t.Errorf("%s does not lead to %s", path, href)
			}
		}
	}
	const named = "?q=Te+Kura+o+Taup%C5%8D"
	its := fmt.Sprintf("?organisation=%d", kura) // another one may have the same name
	leads(last(s, invoices, "change"), organisations+named, seated+its)
	leads(last(s, seated, "change"), organisations+named, invoices+its)
	leads(fmt.Sprintf("%s%d/change/", organisations, kura), seated+its, invoices+its)
	if n := v.Get(last(s, invoices, "change")).Document().Find(`a[href^="` + people + `?q"], a[href^="` + memberships + `?q"]`).Length(); n != 0 {
		t.Errorf("an organisation's invoice has %d links to people, want none", n)
	}
}

func TestDeletingOrganisations(t *testing.T) {
	t.Parallel()
	t.Run("ORG-78 what was billed keeps the membership, its organisation and its option", func(t *testing.T) {
		t.Parallel()
		s, kura := applied(t)
		s.Work()
		v := s.SignedIn("boss")
		before := s.Contents()
		for path, reason := range map[string]string{
			last(s, seated, "delete"): "Purchases: 1", fmt.Sprintf("%s%d/delete/", organisations, kura): "Invoices: 1",
			last(s, options, "delete"): "Organisation memberships: 1",
		} {
			v.Get(path).Status(http.StatusOK).Has(".alert", reason).Lacks(".question form button")
			v.Post(path, "post", "yes").Status(http.StatusSeeOther)
			if got := flash(v); !strings.Contains(got, reason) || strings.Contains(got, "deleted.") {
				t.Errorf("POST %s tells %q, want the reason %q", path, got, reason)
			}
		}
		if s.Contents() != before {
			t.Error("something was deleted or logged")
		}
	})
	t.Run("Without money the organisation goes, with its people's places and its memberships", func(t *testing.T) {
		t.Parallel()
		s, kura, option := buyer(t)
		s.Seats(kura, option, 5)
		v := s.SignedIn("boss")
		path := fmt.Sprintf("%s%d/delete/", organisations, kura)
		v.Get(path).Status(http.StatusOK).Has(".groups", "Organisation memberships: 1").Has(".groups", "Members of organisations: 2")
		v.Post(path, "post", "yes").Status(http.StatusSeeOther)
		for _, table := range []string{"organisations", "organisation_members", "organisation_memberships"} {
			if n := s.Count("SELECT count(*) FROM " + table); n != 0 {
				t.Errorf("%d rows left in %s, want none", n, table)
			}
		}
	})
}

// Who changes a membership holds its owner first, as applications, erasures and closures do: nobody waits for ever.
func TestOwnersAreHeldFirst(t *testing.T) {
	t.Parallel()
	for list, table := range map[string]string{seated: "organisations", memberships: "users"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			s, _ := applied(t)
			buys(s, s.Option(membership.Option{}, "49.99"))
			v := s.SignedIn("boss")
			record := last(s, list, "change")
			form := v.Get(record).Fields("#record", "overlap_allowed", "on")
			tx, err := s.DB.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback()
			if _, err := tx.NewRaw("SELECT 1 FROM ? FOR NO KEY UPDATE", bun.Ident(table)).Exec(t.Context()); err != nil {
				t.Fatal(err)
			}
			var saved *webtest.Answer
			done := make(chan struct{})
			go func() { defer close(done); saved = v.Post(record, form...) }()
			s.Blocked()
			for _, held := range []string{"organisation_memberships", "individual_memberships"} {
				if _, err := tx.NewRaw("SELECT 1 FROM ? FOR NO KEY UPDATE NOWAIT", bun.Ident(held)).Exec(t.Context()); err != nil {
					t.Errorf("a save that waits for the owner holds %s already: %v", held, err)
				}
			}
			if err := tx.Commit(); err != nil {
				t.Fatal(err)
			}
			<-done
			saved.Status(http.StatusSeeOther)
		})
	}
}
