package invoices_test

import (
	"net/http"
	"strings"
	"testing"

	"ams/app/billing"
	"ams/app/membership"
	"ams/app/web/webtest"
)

// school is a site where kea, who looks after an organisation that tui belongs to, has bought seats for it. MOCK-1 is their
// invoice.
func school(t *testing.T) (s *webtest.Site, purchase, page string) {
	t.Helper()
	s = webtest.New(t)
	for _, username := range []string{"kea", "tui", "ruru"} {
		s.Person(username)
	}
	option := s.Option(membership.Option{Type: membership.ForOrganisations}, "499.50")
	kura := s.Organisation("Te Kura", "kea", "tui")
	o := membership.Option{}
	s.Row(&o.Cost, "SELECT cost FROM membership_options WHERE id = ?", option)
	p := s.Buy(billing.Order{
		Kind: billing.ForApplication, Membership: billing.Ref{Organisation: s.Seats(kura, option, 3)}, Option: option, Organisation: kura,
		Buyer: int64(s.Count("SELECT id FROM users WHERE username = 'kea'")), Seats: 3, SeatsAfter: 3, Quantity: 3, UnitAmount: o.Cost,
		Description: "Seats for a year", DueDays: 60,
	})
	s.Work()
	s.Row(&page, "SELECT '/en/organisations/' || uuid || '/' FROM organisations WHERE id = ?", kura)
	return s, "/en/users/memberships/purchases/" + p.UUID + "/", page
}

func TestInvoicesOfOrganisations(t *testing.T) {
	t.Parallel()
	t.Run("What stands on it, with the way back to the organisation", func(t *testing.T) {
		t.Parallel()
		s, _, page := school(t)
		v := s.SignedIn("kea")
		v.Get(link).Status(http.StatusFound).To(detail)
		got := v.Get(detail).Status(http.StatusOK).Has("h1", "Invoice MOCK-1").Has(`main a[href="`+page+`"]`, "")
		for row, text := range map[string]string{"Account": "Te Kura", "Amount": "$1,498.50"} {
			if shown := facts(got)[row]; shown != text {
				t.Errorf("%s = %q, want %q", row, shown, text)
			}
		}
		if shown := facts(got)["Bought"]; !strings.Contains(shown, "Seats for a year") || !strings.Contains(shown, "Application") {
			t.Errorf("Bought = %q, want the text of the purchase and what it was for", shown)
		}
	})
	t.Run("BIL-36 BIL-37 for those who look after the organisation, and for staff", func(t *testing.T) {
		t.Parallel()
		for name, c := range map[string]struct {
			who, change string
			allowed     bool
		}{
			"AnAdmin":         {"kea", "", true},
			"AMember":         {"tui", "", false},
			"SomebodyElse":    {"ruru", "", false},
			"Staff":           {"ruru", "UPDATE users SET is_staff = true WHERE username = 'ruru'", true},
			"ASuperuser":      {"ruru", "UPDATE users SET is_superuser = true WHERE username = 'ruru'", true},
			"AnotherAdmin":    {"tui", "UPDATE organisation_members SET role = 'ADMIN'", true},
			"AdminNoLonger":   {"kea", "UPDATE organisation_members SET role = 'MEMBER'", false},
			"OnlyInvited":     {"kea", "UPDATE organisation_members SET accepted_datetime = NULL", false},
			"Declined":        {"kea", "UPDATE organisation_members SET declined_datetime = now()", false},
			"Revoked":         {"kea", "UPDATE organisation_members SET revoked_datetime = now()", false},
			"AdminOfAnother":  {"kea", "UPDATE organisation_members SET organisation_id = (SELECT max(id) FROM organisations)", false},
			"BuyerWhoHasLeft": {"kea", "DELETE FROM organisation_members WHERE role = 'ADMIN'", false},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s, purchase, page := school(t)
				s.Organisation("Another school")
				if c.change != "" {
					s.Exec(c.change)
				}
				v := s.SignedIn(c.who)
				if c.allowed {
					v.Get(link).Status(http.StatusFound).To(detail)
					v.Get(detail).Status(http.StatusOK)
					v.Get(purchase).Status(http.StatusFound).To(page)
					return
				}
				for _, path := range []string{link, detail, purchase} {
					v.Get(path).Status(http.StatusForbidden)
				}
				v.Get("/en/users/memberships/purchases/00000000-0000-4000-8000-000000000000/").Status(http.StatusNotFound)
			})
		}
	})
}
