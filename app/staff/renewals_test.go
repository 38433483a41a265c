package staff_test

import (
	"fmt"
	"net/http"
	"testing"
)

// A membership leads to the one that it renews, and back.
func TestRenewalsByStaff(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ list, table string }{
		"people": {memberships, "individual_memberships"}, "organisations": {seated, "organisation_memberships"},
	} {
		t.Run("Renews and renewed by, for "+name, func(t *testing.T) {
			t.Parallel()
			s := site(t)
			s.Exec(`INSERT INTO membership_options (name_en, type, duration, cost) VALUES ('Teacher', 'INDIVIDUAL', '1 year', 10), ('School', 'ORGANISATION', '1 year', 10)`)
			s.Exec(`INSERT INTO organisations (name, telephone, email, contact_name, postal_address, postal_city, postal_code)
				VALUES ('Te Kura', '03 555', 'office@kura.example', 'Hine', 'PO Box 1', 'Taupō', '3330')`)
			for i, row := range []string{"'2025-03-31', '2026-03-31', NULL, NULL", "'2026-03-31', '2027-03-31', 1, NULL", "'2026-04-10', '2027-04-10', 1, now()", "'2027-03-31', '2028-03-31', 2, NULL"} {
				owner, more := "user_id", "(SELECT id FROM users WHERE username = 'kea'), 1"
				if c.list == seated {
					owner, more = "seats, organisation_id", "5, (SELECT id FROM organisations), 2"
				}
				s.Exec(fmt.Sprintf(`INSERT INTO %s (id, %s, membership_option_id, created_datetime, start_date, expiry_date, renews_id, cancelled_datetime)
					VALUES (%d, %s, now(), %s)`, c.table, owner, i+1, more, row))
			}
			v := s.SignedIn("boss")
			at := func(id int) string { return fmt.Sprintf("%s%d/change/", c.list, id) }
			v.Get(at(1)).Status(http.StatusOK).Has(`.record-side a[href="`+at(2)+`"]`, "31/03/2026 – 30/03/2027").Lacks(`.record-side a[href="` + at(3) + `"]`)
			v.Get(at(2)).Status(http.StatusOK).Has(`.record-side a[href="`+at(1)+`"]`, "31/03/2025 – 30/03/2026").
				Has(`.record-side a[href="`+at(4)+`"]`, "31/03/2027 – 30/03/2028").Has(".record-side", "Renews").Has(".record-side", "Renewed by")
			v.Get(at(3)).Status(http.StatusOK).Has(`.record-side a[href="`+at(1)+`"]`, "31/03/2025").Lacks(`.record-side a[href="` + at(4) + `"]`)
			v.Get(at(4)).Status(http.StatusOK).Has(`.record-side a[href="`+at(2)+`"]`, "31/03/2026").Lacks(`.record-side a[href="` + at(1) + `"]`)
		})
	}
}
