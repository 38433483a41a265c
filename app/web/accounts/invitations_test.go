package accounts_test

import (
	"net/http"
	"testing"

	"ams/app/web/webtest"
)

// invite is an invitation behind the program's back, of the organisation with that name.
func invite(s *webtest.Site, name, email, columns, values string) {
	s.T.Helper()
	s.Exec(`INSERT INTO organisations (name, telephone, email, contact_name, postal_address, postal_city, postal_code)
		VALUES (?, '1', 'o@example.org', 'Ana', 'PO', 'Pōneke', '6011')`, name)
	s.Exec(`INSERT INTO organisation_members (organisation_id, invite_email, created_datetime` + columns + `)
		SELECT max(id), '` + email + `', '2027-03-02 12:00+13'` + values + ` FROM organisations`)
}

func TestInvitations(t *testing.T) {
	t.Parallel()
	const table = "#invitations tbody"
	t.Run("ACC-37 an invitation to an address that signs up later", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("boss")
		boss := s.SignedIn("boss")
		page := boss.Post("/en/organisations/create/", "name", "Kura Tuatahi", "telephone", "1", "email", "o@example.org", "contact_name", "Ana",
			"postal_address", "PO", "postal_city", "Pōneke", "postal_code", "6011").Status(http.StatusSeeOther).Header.Get("Location")
		boss.Post(page+"invite/", "email", "KEA@Example.ORG").Status(http.StatusSeeOther)
		s.Person("kea")
		v := s.SignedIn("kea")
		v.Get(ownPage).Status(http.StatusOK).Has(table, "Kura Tuatahi").Has(table, "Member").Has(table, "03/03/2027").
			Has(table+" form[action$='/accept/'] button", "Accept").Has(table+" form[action$='/decline/'] button", "Decline")
		v.Get("/mi/users/kea/").Status(http.StatusOK).Has(table, "Whakaae")
	})
	t.Run("ACC-38 an invitation to an address that is not verified", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		address(s, "kea", second, false)
		v := s.SignedIn("kea")
		invite(s, "Kura Tuatahi", second, "", "")
		v.Get(ownPage).Status(http.StatusOK).Lacks("#invitations")
		s.Exec("UPDATE email_addresses SET verified = true")
		v.Get(ownPage).Status(http.StatusOK).Has(table, "Kura Tuatahi")
	})
	t.Run("Others", func(t *testing.T) { // what is linked to somebody else, accepted, declined or revoked is not shown
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.Person("tui")
		v := s.SignedIn("kea")
		invite(s, "A", keaMail, ", user_id", ", (SELECT id FROM users WHERE username = 'tui')")
		for _, when := range []string{"accepted", "declined", "revoked"} {
			invite(s, "B", keaMail, ", "+when+"_datetime", ", now()")
		}
		invite(s, "C", "", "", "")
		v.Get(ownPage).Status(http.StatusOK).Lacks("#invitations")
		s.SignedIn("tui").Get("/en/users/tui/").Status(http.StatusOK).Has(table, "A")
		invite(s, "D", second, ", user_id, role", ", (SELECT id FROM users WHERE username = 'kea'), 'ADMIN'")
		v.Get(ownPage).Status(http.StatusOK).Has(table, "D").Has(table, "Administrator")
		s.Staff("rangi")
		s.SignedIn("rangi").Get(ownPage).Status(http.StatusOK).Has(table, "D").Lacks(table + " form")
	})
}
