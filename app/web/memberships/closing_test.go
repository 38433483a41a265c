package memberships_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"ams/app/membership"
	"ams/app/web/webtest"
)

// stillOpen counts the invoices that somebody could still pay at the provider.
const stillOpen = "SELECT count(*) FROM mock_invoices WHERE status NOT IN ('VOIDED', 'DELETED')"

// closedByStaff closes the organisation in the administration.
func (k *club) closedByStaff() {
	k.T.Helper()
	k.SignedIn("boss").Post("/admin/organisations/organisation/", "action", "deactivate", "post", "yes", "_selected_action", fmt.Sprint(k.id)).
		Status(http.StatusSeeOther)
}

func TestClosing(t *testing.T) {
	t.Parallel()
	for door, c := range map[string]struct {
		closes func(*club)
		who    string
	}{
		"its own page":       {func(k *club) { k.kea.Post(k.page + "deactivate/").Status(http.StatusSeeOther).To(page) }, "kea"},
		"the administration": {(*club).closedByStaff, "boss"},
	} {
		t.Run("ORG-29 ORG-30 ORG-74 through "+door+": what is not over is cancelled, and no invoice stays open", func(t *testing.T) {
			t.Parallel()
			k := newClub(t, membership.Option{}, "1000")
			k.holds(k.option, "2024-01-01", "2025-01-01", 2)
			k.holds(k.option, "2025-02-01", "2027-02-01", 2)
			k.Exec("UPDATE organisation_memberships SET cancelled_datetime = '2025-03-01', cancelled_reason = 'Moved' WHERE start_date = '2025-02-01'")
			k.holds(k.option, "2026-01-01", "2026-09-01", 2)
			k.kea.Post(k.apply, order(k.option, "2026-09-01", "seat_count", "2")...).Status(http.StatusSeeOther)
			k.holds(k.option, "2027-09-01", "2028-09-01", 2)
			k.Provider.After(only("raise", errDown))
			k.Work()
			k.Provider.Works()
			if n := k.Count(stillOpen); n != 1 {
				t.Fatalf("%d invoices open at the provider before, want one whose answer was lost", n)
			}
			over := func() (rows []string) {
				k.Row(&rows, "SELECT m::text FROM organisation_memberships m WHERE start_date < '2026-01-01' ORDER BY id")
				return rows
			}
			before := fmt.Sprint(over())
			k.Clock.Pass(time.Hour)
			c.closes(k)
			if after := fmt.Sprint(over()); after != before {
				t.Errorf("expired and cancelled before = %s, want them as they were: %s", after, before)
			}
			if n := k.Count("SELECT count(*) FROM organisation_memberships WHERE cancelled_datetime = ? AND start_date >= '2026-01-01'", k.Clock.Now()); n != 3 {
				t.Errorf("%d memberships are cancelled now, want the active, the pending and the future one", n)
			}
			if n := k.Count(`SELECT count(DISTINCT object_id) FROM admin_log_entries WHERE entity = 'memberships.organisationmembership' AND action = 'cancel'
				AND title = 'Te Kura, Teacher' AND user_name <> '' AND at = ? AND user_id = (SELECT id FROM users WHERE username = ?)`, k.Clock.Now(), c.who); n != 3 {
				t.Errorf("%d memberships have in their history who cancelled them, want 3", n)
			}
			k.Work()
			if n := k.Count(stillOpen); n != 0 {
				t.Errorf("%d invoices open at the provider, want none", n)
			}
			if letters := k.Mails(office); len(letters) != 0 {
				t.Errorf("%d letters to the office, want none", len(letters))
			}
			k.SignedIn("kea").Get(k.page).Status(http.StatusOK).Has("#memberships", "The organisation was closed.").Has("#memberships", "Moved")
		})
	}
	const organisation, bought = "SELECT 1 FROM organisations FOR NO KEY UPDATE", "SELECT count(*) FROM purchases"
	for name, c := range map[string]struct {
		begin func(*testing.T) *club
		buys  func(*club) *webtest.Answer
	}{
		"somebody applies": {
			func(t *testing.T) *club { return newClub(t, membership.Option{}, "1000") }, func(k *club) *webtest.Answer { return k.applies("1") },
		},
		"somebody adds seats": {
			func(t *testing.T) *club { return seated(t, membership.Option{}, "1000", 10) }, func(k *club) *webtest.Answer { return k.adds("1") },
		},
	} {
		for _, first := range []bool{true, false} {
			t.Run(fmt.Sprintf("ORG-74 closed while %s, who is first: %v", name, first), func(t *testing.T) {
				t.Parallel()
				k := c.begin(t)
				other := k.SignedIn("kea")
				acts := []func(){
					func() { c.buys(k).Status(http.StatusSeeOther).To(k.page) },
					func() { other.Post(k.page + "deactivate/").Status(http.StatusSeeOther).To(page) },
				}
				want := 1
				if !first {
					acts[0], acts[1], want = acts[1], acts[0], 0
				}
				k.InTurn(organisation, acts...)
				if !first {
					k.kea.Get(k.page).Has("#messages", "is inactive, so nothing can be bought for it")
				}
				k.Work()
				if n := k.Count(bought); n != want || k.Count(bought+" WHERE invoice_state = 'CANCELLED'") != want || k.Count("SELECT count(*) FROM mock_invoices") != 0 {
					t.Errorf("%d purchases, want %d, cancelled and never invoiced", n, want)
				}
				if n := k.Count("SELECT count(*) FROM organisation_memberships WHERE cancelled_datetime IS NULL"); n != 0 {
					t.Errorf("%d memberships of a closed organisation run on", n)
				}
			})
		}
	}
	t.Run("Its first invoice is wanted while staff close it: both go through", func(t *testing.T) {
		t.Parallel()
		k := seated(t, membership.Option{}, "1000", 10) // as staff entered it: there is no billing account yet
		k.InTurn("SELECT 1 FROM organisation_memberships FOR NO KEY UPDATE",
			func() { k.adds("1").Status(http.StatusSeeOther).To(k.page) }, k.closedByStaff)
		k.Work()
		if k.seats() != 11 || k.Count(bought+" WHERE invoice_state = 'CANCELLED'") != 1 ||
			k.Count("SELECT count(*) FROM organisations WHERE NOT is_active") != 1 || k.Count("SELECT count(*) FROM organisation_memberships WHERE cancelled_datetime IS NULL") != 0 {
			t.Errorf("%d seats, want 11 by a purchase that is not invoiced, and the organisation closed", k.seats())
		}
	})
}
