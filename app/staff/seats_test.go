package staff_test

import (
	"ams/app/web/webtest"
)

// organisation stores one with members, the first of whom is its admin, and gives its id.
func organisation(s *webtest.Site, name string, members ...string) int {
	s.T.Helper()
	s.Exec(`INSERT INTO organisations (name, telephone, email, contact_name, postal_address, postal_city, postal_code)
		VALUES (?, '03 555', 'office@kura.example', 'Hine', 'PO Box 1', 'Taupō', '3330')`, name)
	id := s.Count("SELECT max(id) FROM organisations")
	for i, username := range members {
		role := "MEMBER"
		if i == 0 {
			role = "ADMIN"
		}
		s.Exec(`INSERT INTO organisation_members (user_id, organisation_id, role, created_datetime, accepted_datetime)
			SELECT id, ?, ?, now(), now() FROM users WHERE username = ?`, id, role, username)
	}
	return id
}
