package staff_test

import (
	"net/http"
	"strconv"
	"testing"
)

// What was imported is good until it is changed, whatever it is.
func TestImportedPeople(t *testing.T) {
	t.Parallel()
	t.Run("A username and an address that nobody could enter stay until they are changed", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		id := idOf(s, "kea")
		change := people + strconv.Itoa(id) + "/change/"
		s.Exec("UPDATE users SET username = ?, email = 'kea@localhost' WHERE id = ?", "Old E\u0301mile ", id)
		s.Exec("UPDATE email_addresses SET email = 'kea@localhost' WHERE user_id = ?", id)
		v := s.SignedIn("boss")
		v.Send(change, "#record", "first_name", "Hine").Status(http.StatusSeeOther)
		if n := s.Count("SELECT count(*) FROM users WHERE first_name = 'Hine' AND username = ? AND email = 'kea@localhost'", "Old E\u0301mile "); n != 1 {
			t.Error("the name was not stored, or username or address changed")
		}
		if n := s.Count("SELECT count(*) FROM admin_log_entries WHERE object_id = ? AND jsonb_array_length(changes) = 1", id); n != 1 {
			t.Error("history tells of more than the first name")
		}
		v.Send(change, "#record", "username", "Old E\u0301mile").Status(http.StatusUnprocessableEntity).Has("#id_username-error", "Use only letters")
		v.Send(change, "#record", "email", "kea2@localhost").Status(http.StatusUnprocessableEntity).Has("#id_email-error", "in the form")
	})
}
