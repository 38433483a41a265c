package membership_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/billing"
	"ams/app/clock"
	"ams/app/dev/inbox"
	"ams/app/membership"
	"ams/app/money"
	"ams/app/organisation"
	"ams/app/web/webtest"
)

// school is a site with an organisation whose administrator is kea and whose member is tui, the option of its membership
// with four charged seats, and staff called boss.
func school(t *testing.T) (s *webtest.Site, organisation, option int64) {
	t.Helper()
	s = webtest.New(t)
	s.Staff("boss")
	s.Person("kea")
	s.Person("tui")
	o := membership.Option{Type: membership.ForOrganisations, MaxChargedSeats: 4}
	o.Name.EN = "School"
	return s, s.Organisation("Te Kura", "kea", "tui"), s.Option(o, "100")
}

func within(s *webtest.Site, do func(context.Context, bun.Tx) error) {
	s.T.Helper()
	if err := s.DB.RunInTx(s.T.Context(), nil, do); err != nil {
		s.T.Fatal(err)
	}
}

const approved = "UPDATE organisation_memberships SET approved_datetime = '2027-01-01'"

// Whatever keeps a membership of an organisation from opening the pages of its people does so with the next request, and
// so does whatever lets it open them again.
func TestMembersOfOrganisations(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change string
		want   int
	}{
		"accepted, and an active membership":             {"", http.StatusOK},
		"ORG-31 not approved":                            {"UPDATE organisation_memberships SET approved_datetime = NULL", http.StatusForbidden},
		"ORG-32 the expiry is today":                     {"UPDATE organisation_memberships SET start_date = '2027-01-01', expiry_date = '2027-03-03'", http.StatusForbidden},
		"ORG-32 the expiry is tomorrow":                  {"UPDATE organisation_memberships SET start_date = '2027-01-01', expiry_date = '2027-03-04'", http.StatusOK},
		"ORG-33 starts tomorrow":                         {"UPDATE organisation_memberships SET start_date = '2027-03-04'", http.StatusForbidden},
		"ORG-34 cancelled":                               {"UPDATE organisation_memberships SET cancelled_datetime = now()", http.StatusForbidden},
		"only invited":                                   {"UPDATE organisation_members SET accepted_datetime = NULL", http.StatusForbidden},
		"declined":                                       {"UPDATE organisation_members SET declined_datetime = now()", http.StatusForbidden},
		"revoked":                                        {"UPDATE organisation_members SET revoked_datetime = now()", http.StatusForbidden},
		"removed":                                        {"DELETE FROM organisation_members", http.StatusForbidden},
		"the organisation is closed":                     {"UPDATE organisations SET is_active = false", http.StatusForbidden},
		"fewer seats than people":                        {"UPDATE organisation_memberships SET seats = 1", http.StatusOK},
		"an organisation without a membership":           {"DELETE FROM organisation_memberships", http.StatusForbidden},
		"another organisation's membership":              {"UPDATE organisation_members SET organisation_id = 2", http.StatusForbidden},
		"another person's place in the organisation":     {"UPDATE organisation_members SET user_id = (SELECT id FROM users WHERE username = 'boss') WHERE role = 'MEMBER'", http.StatusForbidden},
		"a membership of their own instead":              {own, http.StatusOK},
		"an administrator's row, though only a role":     {"UPDATE organisation_members SET role = 'ADMIN'", http.StatusOK},
		"an overlapping membership that was never meant": {"INSERT INTO organisation_memberships (organisation_id, membership_option_id, seats, start_date, expiry_date, created_datetime, overlap_allowed) SELECT organisation_id, membership_option_id, 1, start_date, expiry_date, created_datetime, true FROM organisation_memberships", http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, organisation, option := school(t)
			if err := s.App.Content.SampleContent(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.Organisation("Another school")
			s.Seats(organisation, option, 2)
			s.Exec(approved)
			tui := s.SignedIn("tui")
			tui.Get("/en/members-only/").Status(http.StatusOK)
			if c.change != "" {
				s.Exec(c.change)
			}
			tui.Get("/en/members-only/").Status(c.want)
			id := int64(s.Count("SELECT id FROM users WHERE username = 'tui'"))
			among, err := s.App.Members.MembersAmong(t.Context(), []int64{id, 999})
			if err != nil || among[id] != (c.want == http.StatusOK) || among[999] {
				t.Errorf("MembersAmong(tui, nobody) = %v, %v, want %v for tui alone", among, err, c.want == http.StatusOK)
			}
		})
	}
}

const own = `DELETE FROM organisation_members;
	INSERT INTO individual_memberships (user_id, membership_option_id, start_date, expiry_date, created_datetime, approved_datetime)
	SELECT id, 1, '2027-01-01', '2028-01-01', now(), now() FROM users WHERE username = 'tui'`

// A deactivated account is no member, not even in a list.
func TestInactivePeople(t *testing.T) {
	t.Parallel()
	s, organisation, option := school(t)
	s.Seats(organisation, option, 2)
	s.Exec(approved + "; UPDATE users SET is_active = false WHERE username = 'tui'")
	id := int64(s.Count("SELECT id FROM users WHERE username = 'tui'"))
	if among, err := s.App.Members.MembersAmong(t.Context(), []int64{id}); err != nil || len(among) != 0 {
		t.Errorf("MembersAmong() of a deactivated account = %v, %v, want nobody", among, err)
	}
}

func TestSeatsTaken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change string
		taken  int
		full   bool
	}{
		"both":                             {"", 2, true},
		"a pending one counts, too":        {"UPDATE organisation_memberships SET approved_datetime = NULL", 2, false},
		"an expired one has none":          {"UPDATE organisation_memberships SET start_date = '2026-01-01', expiry_date = '2027-01-01'", 0, false},
		"a cancelled one has none":         {"UPDATE organisation_memberships SET cancelled_datetime = now()", 0, false},
		"an invitation takes none":         {"UPDATE organisation_members SET accepted_datetime = NULL WHERE role = 'MEMBER'", 1, false},
		"a deactivated account takes none": {"UPDATE users SET is_active = false WHERE username = 'tui'", 1, false},
		"who declined takes none":          {"UPDATE organisation_members SET declined_datetime = now() WHERE role = 'MEMBER'", 1, false},
		"who was revoked takes none":       {"UPDATE organisation_members SET revoked_datetime = now() WHERE role = 'MEMBER'", 1, false},
		"an administrator takes one":       {"DELETE FROM organisation_members WHERE role = 'MEMBER'", 1, false},
		"a seat more":                      {"UPDATE organisation_memberships SET seats = 3", 2, false},
		"more people than seats":           {"UPDATE organisation_memberships SET seats = 1", 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, organisation, option := school(t)
			s.Seats(organisation, option, 2)
			s.Exec(approved)
			if c.change != "" {
				s.Exec(c.change)
			}
			held, err := s.App.Members.ForOrganisation(t.Context(), organisation)
			if err != nil || len(held) != 1 || held[0].Occupied != c.taken || held[0].Option.Name.EN != "School" {
				t.Errorf("ForOrganisation() = %+v, %v, want one with %d seats taken", held, err, c.taken)
			}
			within(s, func(ctx context.Context, tx bun.Tx) error {
				full, err := s.App.Members.Full(ctx, tx, organisation)
				if full != c.full {
					t.Errorf("Full() = %v, want %v", full, c.full)
				}
				return err
			})
		})
	}
}

// Members and invitations find a seat, as the example of spec §4.5 counts them; an organisation without people needs one.
func TestLeastSeats(t *testing.T) {
	t.Parallel()
	s, organisation, _ := school(t)
	s.Person("ruru")
	s.Exec(`UPDATE users SET is_active = false WHERE username = 'ruru';
		INSERT INTO organisation_members (organisation_id, user_id, created_datetime, accepted_datetime) SELECT 1, id, now(), now() FROM users WHERE username = 'ruru';
		INSERT INTO organisation_members (organisation_id, invite_email, created_datetime) VALUES (1, 'a@example.org', now()), (1, 'b@example.org', now());
		INSERT INTO organisation_members (organisation_id, invite_email, created_datetime, declined_datetime, revoked_datetime)
		VALUES (1, 'c@example.org', now(), now(), NULL), (1, 'd@example.org', now(), NULL, now())`)
	for of, want := range map[int64]int{organisation: 5, s.Organisation("Another school"): 1} {
		if got, err := membership.LeastSeats(t.Context(), s.DB.DB, of); err != nil || got != want {
			t.Errorf("LeastSeats(%d) = %d, %v, want %d", of, got, err, want)
		}
	}
}

// The active membership is the one stored first, and none where none is active.
func TestActiveOf(t *testing.T) {
	t.Parallel()
	s, organisation, option := school(t)
	first := s.Seats(organisation, option, 5)
	s.Exec("UPDATE organisation_memberships SET overlap_allowed = true")
	second := s.Seats(organisation, option, 7)
	for _, c := range []struct {
		change string
		want   int64
	}{
		{"SELECT 1", 0},
		{approved, first},
		{"UPDATE organisation_memberships SET cancelled_datetime = now() WHERE seats = 5", second},
		{"UPDATE organisation_memberships SET expiry_date = '2027-03-04' WHERE seats = 7", second},
		{"UPDATE organisation_memberships SET start_date = '2027-03-01', expiry_date = '2027-03-03' WHERE seats = 7", 0},
	} {
		s.Exec(c.change)
		h, found, err := s.App.Members.ActiveOf(t.Context(), s.DB.DB, organisation)
		if err != nil || h.ID != c.want || found != (c.want != 0) {
			t.Errorf("ActiveOf() after %q = %d, %v, %v, want %d", c.change, h.ID, found, err, c.want)
		}
	}
}

func closed(id int64) organisation.Organisation {
	return organisation.Organisation{ID: id, Name: "Te Kura"}
}

func TestCancelAll(t *testing.T) {
	t.Parallel()
	t.Run("ORG-30 what is not over is cancelled, the rest stays as it was, and nobody is told", func(t *testing.T) {
		t.Parallel()
		s, organisation, option := school(t)
		today := clock.DateOf(s.Clock.Now())
		stored := func(start, end int, columns string) {
			s.Seats(organisation, option, 3)
			s.Exec(`UPDATE organisation_memberships SET overlap_allowed = true, start_date = ?, expiry_date = ? `+columns+
				` WHERE id = (SELECT max(id) FROM organisation_memberships)`, today.AddDays(start), today.AddDays(end))
		}
		stored(-5, 5, ", approved_datetime = '2027-02-01'")
		stored(-5, 5, "")
		stored(1, 9, ", approved_datetime = '2027-02-01'")
		stored(-9, 0, ", approved_datetime = '2027-02-01'")
		stored(-9, 9, ", cancelled_datetime = '2027-02-02', cancelled_reason = 'Moved'")
		other := s.Organisation("Another school")
		s.Seats(other, option, 3)
		within(s, func(ctx context.Context, tx bun.Tx) error {
			return s.App.Members.CancelAll(ctx, tx, access.Holder{}, closed(organisation))
		})
		var got []string
		s.Row(&got, `SELECT coalesce(cancelled_datetime::date::text, '-') || ' ' || cancelled_reason FROM organisation_memberships ORDER BY id`)
		at := s.Clock.Now().UTC().Format(time.DateOnly) + " The organisation was closed."
		want := []string{at, at, at, "- ", "2027-02-02 Moved", "- "}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("after CancelAll() = %q, want %q", got, want)
		}
		if mails := s.Mails(webtest.OfficeMail); len(mails) != 0 {
			t.Errorf("%d letters to the organisation, want none", len(mails))
		}
	})
	for name, before := range map[string]func(s *webtest.Site){
		"ORG-74 an invoice on its way is stopped": func(*webtest.Site) {},
		"ORG-74 an invoice that was refused is looked at once more, and wanted no longer": func(s *webtest.Site) {
			s.Provider.Before(func(call string) error {
				if call == "raise" {
					return &billing.Refused{Text: "no such account code"}
				}
				return nil
			})
			s.Work()
			s.Provider.Works()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, organisation, _ := bought(t)
			before(s)
			within(s, func(ctx context.Context, tx bun.Tx) error {
				return s.App.Members.CancelAll(ctx, tx, access.Holder{}, closed(organisation))
			})
			s.Work()
			if s.Count("SELECT count(*) FROM purchases WHERE invoice_state = 'CANCELLED'") != 1 || s.Count("SELECT count(*) FROM mock_invoices") != 0 {
				t.Error("want the purchase cancelled and nothing at the provider")
			}
		})
	}
}

// bought is a school that has applied for six seats, with the invoice on its way and its notice behind it.
func bought(t *testing.T) (s *webtest.Site, organisation, membershipID int64) {
	t.Helper()
	s, organisation, option := school(t)
	id := s.Seats(organisation, option, 6)
	price := s.Buy(billing.Order{
		Kind: billing.ForApplication, Membership: billing.Ref{Organisation: id}, Option: option, Organisation: organisation,
		Buyer: int64(s.Count("SELECT id FROM users WHERE username = 'kea'")), Seats: 6, SeatsAfter: 6, Quantity: 4, UnitAmount: hundred(t),
		Description: "School", OptionReference: "Kura", DueDays: 30,
	})
	s.Add(membership.NotifyStaff{Purchase: price.ID})
	return s, organisation, id
}

func TestInvoicesOfOrganisations(t *testing.T) {
	t.Parallel()
	t.Run("ORG-37 paid: approved, and the organisation is told", func(t *testing.T) {
		t.Parallel()
		s, _, id := bought(t)
		s.Work()
		s.MarkPaid("MOCK-1")
		if s.Count("SELECT count(*) FROM organisation_memberships WHERE id = ? AND approved_datetime = ? AND approval_source = 'PAYMENT'", id, s.Clock.Now()) != 1 {
			t.Error("the membership is not approved by the payment")
		}
		mails := s.Mails(webtest.OfficeMail)
		if len(mails) != 2 || mails[0].Subject != "Your membership is confirmed" || mails[1].Subject != "Invoice MOCK-1" {
			t.Fatalf("letters to the organisation = %+v, want the invoice and the confirmation", mails)
		}
		var uuid string
		s.Row(&uuid, "SELECT uuid FROM organisations WHERE name = 'Te Kura'")
		for _, want := range []string{"Hello Hine,", "The membership of Te Kura is confirmed. Welcome!", "/en/organisations/" + uuid + "/", "Seats: 6"} {
			if !strings.Contains(mails[0].Text, want) {
				t.Errorf("the confirmation = %q, want %q in it", mails[0].Text, want)
			}
		}
		if !strings.Contains(mails[1].Text, "Te Kura") || !strings.Contains(mails[1].Text, "$400.00") {
			t.Errorf("the invoice = %q, want the organisation's name and $400.00 in it", mails[1].Text)
		}
		if s.Count("SELECT count(*) FROM billing_accounts WHERE organisation_id IS NOT NULL") != 1 || s.Count("SELECT count(*) FROM billing_accounts") != 1 {
			t.Error("want one billing account, the organisation's")
		}
	})
	t.Run("ORG-72 a second payment changes nothing", func(t *testing.T) {
		t.Parallel()
		s, _, _ := bought(t)
		s.Work()
		first := s.Clock.Now()
		s.MarkPaid("MOCK-1")
		s.Clock.Pass(time.Hour)
		again(s)
		if s.Count("SELECT count(*) FROM organisation_memberships WHERE approved_datetime = ?", first) != 1 || len(s.Mails(webtest.OfficeMail)) != 2 {
			t.Error("the approval has changed, or the organisation was told again")
		}
		if told := decisions(s); len(told) != 0 {
			t.Errorf("staff are asked to decide about a payment that approved: %q", told)
		}
	})
	for name, c := range map[string]struct{ change, settle, want string }{
		"ORG-38 cancelled before it was paid": {
			"UPDATE organisation_memberships SET cancelled_datetime = now()", "", "had been cancelled before the payment arrived",
		},
		"ORG-71 over before it was paid": {
			"UPDATE organisation_memberships SET start_date = '2026-01-01', expiry_date = '2027-01-01'", "", "was over before the payment arrived",
		},
		"ORG-70 credited": {"SELECT 1", "UPDATE invoices SET paid_date = '2027-03-03', credited = 400, due = 0, provider_status = 'PAID'", "closed without a payment"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _, id := bought(t)
			s.Work()
			s.Exec(c.change)
			if c.settle == "" {
				s.MarkPaid("MOCK-1")
			} else {
				s.Exec(c.settle)
			}
			again(s)
			again(s)
			if s.Count("SELECT count(*) FROM organisation_memberships WHERE id = ? AND approved_datetime IS NULL", id) != 1 {
				t.Error("the membership is approved")
			}
			told := decisions(s)
			if len(told) != 1 || !strings.Contains(told[0], "decision: Te Kura") || !strings.Contains(told[0], c.want) ||
				!strings.Contains(told[0], fmt.Sprintf("/admin/memberships/organisationmembership/%d/change/", id)) {
				t.Errorf("letters to staff = %q, want one about Te Kura that says %q", told, c.want)
			}
		})
	}
	t.Run("ORG-69 paid seats beside an unpaid application approve nothing", func(t *testing.T) {
		t.Parallel()
		s, organisation, id := bought(t)
		s.Buy(billing.Order{
			Kind: billing.ForSeats, Membership: billing.Ref{Organisation: id}, Option: int64(s.Count("SELECT id FROM membership_options")),
			Organisation: organisation, Buyer: int64(s.Count("SELECT id FROM users WHERE username = 'kea'")), Seats: 2, SeatsAfter: 8,
			Quantity: 2, UnitAmount: hundred(t), Description: "School", DueDays: 30,
		})
		s.Work()
		approvals := func() int {
			return s.Count("SELECT count(*) FROM organisation_memberships WHERE id = ? AND approved_datetime IS NOT NULL", id)
		}
		for purpose, want := range map[string]string{"SEATS": "MOCK-2", "APPLICATION": "MOCK-1"} {
			if s.Count("SELECT count(*) FROM invoices WHERE purpose = ? AND invoice_number = ?", purpose, want) != 1 {
				t.Fatalf("there is no invoice %s for %s", want, purpose)
			}
		}
		s.MarkPaid("MOCK-2")
		again(s)
		if approvals() != 0 || len(decisions(s)) != 0 {
			t.Errorf("paid seats have approved the membership (%d), or ask staff to decide: %q", approvals(), decisions(s))
		}
		s.MarkPaid("MOCK-1")
		if approvals() != 1 {
			t.Error("the payment of the application has approved nothing")
		}
	})
	t.Run("ORG-73 refused: staff read whose it is, the buyer where it stands", func(t *testing.T) {
		t.Parallel()
		const cause = "no such account code"
		s, _, id := bought(t)
		s.Provider.Before(func(call string) error {
			if call == "raise" {
				return &billing.Refused{Text: cause}
			}
			return nil
		})
		s.Work()
		s.Due()
		var failures []inbox.Entry
		for _, m := range s.Mails(webtest.Address("boss")) {
			if strings.Contains(m.Subject, "could not be raised") {
				failures = append(failures, m)
			}
		}
		if len(failures) != 1 || failures[0].Subject != "1 invoice could not be raised" {
			t.Fatalf("letters to staff about the failure = %+v, want one", failures)
		}
		told := failures[0]
		for _, want := range []string{"Te Kura", "$400.00", cause, fmt.Sprintf("/organisationmembership/%d/change/", id)} {
			if !strings.Contains(told.Text, want) {
				t.Errorf("%s = %q, want %q in it", told.Subject, told.Text, want)
			}
		}
		var uuid string
		s.Row(&uuid, "SELECT uuid FROM organisations WHERE name = 'Te Kura'")
		delayed := s.Mails(webtest.Address("kea"))
		if len(delayed) != 1 || !strings.Contains(delayed[0].Text, "/en/organisations/"+uuid+"/") || !strings.Contains(delayed[0].Text, "Open the organisation’s page") {
			t.Errorf("letters to the buyer = %+v, want one that leads to the organisation's page", delayed)
		}
		page := s.SignedIn("kea").Get("/en/organisations/"+uuid+"/").Status(http.StatusOK).
			Has("#memberships", "Its invoice could not be prepared yet; the association will be in touch.").Has("#memberships .cell-line", "Being sorted out")
		if strings.Contains(page.Body, cause) {
			t.Error("the organisation reads the provider's own text")
		}
		s.SignedIn("boss").Get(fmt.Sprintf("/admin/memberships/organisationmembership/%d/change/", id)).Status(http.StatusOK).Has(".record-side", cause)
	})
	t.Run("The letters are in the language of whoever reads the organisation's mail", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t, "AMS_ENABLED_LANGUAGES", "en,mi")
		s.Person("kea")
		s.Exec("UPDATE users SET language = 'mi', email = ? WHERE username = 'kea'", webtest.OfficeMail)
		option := s.Option(membership.Option{Type: membership.ForOrganisations}, "100")
		organisation := s.Organisation("Te Kura")
		id := s.Seats(organisation, option, 1)
		s.Buy(billing.Order{
			Kind: billing.ForApplication, Membership: billing.Ref{Organisation: id}, Option: option, Organisation: organisation,
			Seats: 1, SeatsAfter: 1, Quantity: 1, UnitAmount: hundred(t), Description: "School", DueDays: 30,
			Buyer: int64(s.Count("SELECT id FROM users WHERE username = 'kea'")),
		})
		s.Work()
		s.MarkPaid("MOCK-1")
		mails := s.Mails(webtest.OfficeMail)
		if len(mails) != 2 {
			t.Errorf("%d letters, want the invoice and the confirmation", len(mails))
		}
		for _, m := range mails {
			if m.Language != "mi" {
				t.Errorf("%q is in %q, want mi", m.Subject, m.Language)
			}
		}
	})
}

// decisions are the letters that ask staff to decide about a payment.
func decisions(s *webtest.Site) (told []string) {
	for _, m := range s.Mails(webtest.Address("boss")) {
		if strings.HasPrefix(m.Subject, "A payment needs a decision") {
			told = append(told, m.Subject+"\n"+m.Text)
		}
	}
	return told
}

// again lets the payments be told once more, as a later report of the provider would.
func again(s *webtest.Site) {
	s.T.Helper()
	s.Add(billing.ApplyPayment{Invoice: int64(s.Count("SELECT max(id) FROM invoices"))})
	s.Work()
}

func TestNoticesOfOrganisations(t *testing.T) {
	t.Parallel()
	notices := func(s *webtest.Site) (all []string) {
		s.T.Helper()
		for _, m := range s.Mails(webtest.Address("boss")) {
			all = append(all, m.Subject+"\n"+m.Text)
		}
		return all
	}
	holds := func(t *testing.T, told []string, want ...string) {
		t.Helper()
		if len(told) != 1 {
			t.Fatalf("letters to staff = %q, want one", told)
		}
		for _, w := range want {
			if !strings.Contains(told[0], w) {
				t.Errorf("the letter = %q, want %q in it", told[0], w)
			}
		}
	}
	t.Run("ORG-45 an application with free seats", func(t *testing.T) {
		t.Parallel()
		s, _, id := bought(t)
		holds(t, notices(s), "New organisation membership: Te Kura", "Te Kura applied for School.", "$400.00: 4 seats at $100.00 each, and 2 free seats",
			"Seats: 6", "Invoice: MOCK-1", "pending approval", fmt.Sprintf("/organisationmembership/%d/change/", id))
	})
	t.Run("A renewal", func(t *testing.T) {
		t.Parallel()
		s, _, _ := bought(t)
		s.Exec("UPDATE purchases SET kind = 'RENEWAL', seats = 1, seats_after = 1, quantity = 1, total = 100")
		holds(t, notices(s), "Organisation membership renewed: Te Kura", "Te Kura renewed School.", "$100.00: 1 seat at $100.00\n")
	})
	t.Run("Seats that were added, at the price of that moment", func(t *testing.T) {
		t.Parallel()
		s, _, _ := bought(t)
		s.Exec(`UPDATE purchases SET kind = 'SEATS', seats = 3, seats_after = 9, quantity = 1, unit_amount = 1495.89, total = 1495.89;
			UPDATE organisation_memberships SET seats = 20`)
		holds(t, notices(s), "Seats added: Te Kura", "Te Kura added 3 seats to its membership.", "Seats from now on: 9", "Cost: $1,495.89", "Invoice: MOCK-1")
	})
	t.Run("ORG-36 one that is free and waits for approval", func(t *testing.T) {
		t.Parallel()
		s, _, _ := bought(t)
		s.Exec("UPDATE membership_options SET cost = 0; UPDATE purchases SET unit_amount = 0, total = 0, invoice_state = 'NONE'")
		holds(t, notices(s), "APPROVAL REQUIRED: Te Kura", "Action required", "$0.00: 4 seats at $0.00 each, and 2 free seats")
	})
}

func hundred(t *testing.T) money.Amount {
	t.Helper()
	return dollars(t, "100.00")
}
