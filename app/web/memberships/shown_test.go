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

func TestStatementShown(t *testing.T) {
	t.Parallel()
	t.Run("Superuser", func(t *testing.T) { // everything for members is open, and the banner says why
		t.Parallel()
		s := webtest.New(t)
		s.Staff("boss")
		s.Person("kea")
		const open = "Active member: this account runs the site"
		for _, path := range []string{"/en/users/boss/", page} {
			got := s.SignedIn("boss").Get(path).Status(http.StatusOK)
			if runs := strings.Contains(got.Document().Find("#standing").Text(), open); runs != (path != page) {
				t.Errorf("GET %s: the banner = %q, want %q only for the superuser", path, got.Document().Find("#standing").Text(), open)
			}
		}
		s.SignedIn("boss").Get("/en/users/boss/").Has("#standing.alert-success", open)
		s.Exec(`INSERT INTO individual_memberships (user_id, membership_option_id, start_date, expiry_date, created_datetime)
			SELECT id, ?, '2026-01-01', '2028-01-01', now() FROM users WHERE username = 'boss'`, s.Option(membership.Option{}, "1"))
		s.SignedIn("boss").Get("/en/users/boss/").Has("#standing.alert-success", open).Has("#standing", "open to it. Your own membership: Waiting for approval")
	})
	t.Run("Pending", func(t *testing.T) { // who waits is no member yet
		t.Parallel()
		s, v := raised(t)
		v.Get(page).Has("#standing.alert-warning", "You are not a member at the moment. Invoice MOCK-1")
		s.SignedIn("boss").Get(page).Has("#standing.alert-warning", "Not a member at the moment. Invoice MOCK-1")
	})
	t.Run("SHL-53 staff look and change nothing", func(t *testing.T) {
		t.Parallel()
		s, v := raised(t)
		for _, status := range []string{"Pending", "Active"} {
			v.Get(page).Has("#memberships", status).Has("#memberships [data-action-title]", "Cancel")
			s.SignedIn("boss").Get(page).Status(http.StatusOK).Has("#memberships", status).Lacks("#memberships [data-action-title]").
				Lacks("#tasks").Lacks("main form").Lacks("main a[href='" + apply + "']")
			s.Exec("UPDATE individual_memberships SET approved_datetime = ?", s.Clock.Now())
		}
	})
	t.Run("No cache keeps what is about people", func(t *testing.T) {
		t.Parallel()
		s, v := raised(t)
		for _, path := range []string{
			page, apply, preview, purchase(s), "/en/users/memberships/cancel/", "/billing/invoice/MOCK-1/", "/billing/invoice/MOCK-1/detail/",
		} {
			for who, visitor := range map[string]*webtest.Visitor{"the owner": v, "a stranger": s.Visitor(), "the owner's script": v.HX()} {
				if got := visitor.Get(path).Header.Get("Cache-Control"); got != "no-store" {
					t.Errorf("GET %s by %s: Cache-Control = %q, want no-store", path, who, got)
				}
			}
		}
	})
}

func TestCards(t *testing.T) {
	t.Parallel()
	s, v, voting := shop(t, membership.Option{Name: lang.Text{EN: "Full"}, VotingRights: true, Order: 1}, "10")
	silent := fmt.Sprint(s.Option(membership.Option{Name: lang.Text{EN: "Friend"}, Order: 2}, "5"))
	t.Run("Voting rights", func(t *testing.T) {
		doc := v.Get(apply).Status(http.StatusOK).Document()
		for option, want := range map[string]string{voting: "Voting rights", silent: "No voting rights"} {
			badge := doc.Find(".pricing-card:has(input[value='" + option + "']) .badges").Text()
			if got := strings.Join(strings.Fields(badge), " "); got != want {
				t.Errorf("the badge of option %s = %q, want %q", option, got, want)
			}
		}
	})
	t.Run("A refused form keeps the choice", func(t *testing.T) {
		for _, option := range []string{voting, silent} {
			for _, visitor := range []*webtest.Visitor{v, v.HX()} {
				got := visitor.Post(apply, order(option, "2020-01-01")...).Status(http.StatusUnprocessableEntity)
				checked := got.Document().Find("input[name=membership_option][checked]")
				if checked.Length() != 1 || checked.AttrOr("value", "") != option {
					t.Errorf("%d cards are chosen, the first %s; want %s", checked.Length(), checked.AttrOr("value", ""), option)
				}
				if start := got.Document().Find("#id_start_date").AttrOr("value", ""); start != "2020-01-01" {
					t.Errorf("the start = %q, want what was typed", start)
				}
			}
		}
		v.Get(apply).Status(http.StatusOK).Lacks("input[name=membership_option][checked]")
	})
}

// What was bought for the memberships is read at once and not membership by membership.
func TestDashboardQueriesWithInvoices(t *testing.T) {
	t.Parallel()
	s, v, option := shop(t, month(), "5")
	s.Exec("INSERT INTO billing_accounts (user_id) SELECT id FROM users")
	for i := range 20 {
		start := time.Date(2026, time.July+time.Month(i), 10, 0, 0, 0, 0, time.UTC)
		hold(s, option, start.Format(time.DateOnly), start.AddDate(0, 1, 0).Format(time.DateOnly))
	}
	// An application each, and seats for every second one; every third waits for its invoice.
	s.Exec(`INSERT INTO purchases (uuid, code, kind, individual_membership_id, account_id, buyer_id, membership_option_id, quantity,
			unit_amount, total, description, reference, issue_date, due_date, invoice_state, created_at)
		SELECT gen_random_uuid(), left(k.kind, 1) || m.id, k.kind, m.id, a.id, m.user_id, m.membership_option_id, 1, 5, 5, 'x', 'x',
			m.start_date, m.start_date, CASE WHEN m.id % 3 = 0 THEN 'WAITING' ELSE 'RAISED' END, ?
		FROM individual_memberships m, billing_accounts a, (VALUES ('APPLICATION'), ('SEATS')) AS k (kind)
		WHERE k.kind = 'APPLICATION' OR m.id % 2 = 0`, s.Clock.Now())
	s.Exec(`INSERT INTO invoices (account_id, purchase_id, purpose, invoice_number, issue_date, due_date, amount, paid, due,
			billing_service_invoice_id, provider_status, individual_membership_id, created_at)
		SELECT account_id, id, kind, 'INV-' || id, issue_date, due_date, 5, 0, 5, 'x' || id, 'AUTHORISED', individual_membership_id, now()
		FROM purchases WHERE invoice_state = 'RAISED'`)
	v.Get(page).Status(http.StatusOK)
	got := v.Get(page).Status(http.StatusOK)
	if made := s.Statements(); len(made) > 7 {
		t.Errorf("the dashboard with 20 memberships and what was bought for them = %d queries, want at most 7:\n%s", len(made), strings.Join(made, "\n"))
	}
	lines, want := got.Document().Find("#memberships .cell-line").Length(), s.Count("SELECT count(*) FROM purchases")
	if lines != want {
		t.Errorf("%d lines, want one for each of %d purchases", lines, want)
	}
}
