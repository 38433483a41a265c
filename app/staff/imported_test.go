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
		v.Send(change, "#record", "first_name", "Hine\n\nRua").Status(http.StatusUnprocessableEntity).Has("#id_first_name-error", "line breaks")
		v.Send(change, "#record", "email", "kea2@localhost").Status(http.StatusUnprocessableEntity).Has("#id_email-error", "in the form")
	})
	t.Run("The record leads to the page of whoever has a username that nobody could choose now", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		for _, username := range []string{"kea?a=b", "50% kea", "kea+tui", "kea#1"} {
			s.Exec("UPDATE users SET username = ? WHERE email = 'kea@example.org'", username)
			v := s.SignedIn("boss")
			link := v.Get(page(s, username, "change")).Document().Find(".page-heading a:contains('View on site')").AttrOr("href", "")
			v.Get(link).Status(http.StatusOK).Has("h1", "Mere Kahu")
		}
	})
	t.Run("H-27 an account without the row of its address gets it when staff say that the address is verified", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Exec("DELETE FROM email_addresses WHERE email = 'kea@example.org'")
		v := s.SignedIn("boss")
		v.Send(page(s, "kea", "change"), "#record", "verified", "on").Status(http.StatusSeeOther)
		holds(t, s, `email_addresses WHERE user_id = ? AND email = 'kea@example.org' AND "primary" AND verified`, idOf(s, "kea"))
	})
	t.Run("A person whose address somebody else has proved can be saved", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Exec("UPDATE email_addresses SET verified = false WHERE email = 'kea@example.org'")
		s.Exec("INSERT INTO email_addresses (user_id, email, verified) VALUES (?, 'kea@example.org', true)", idOf(s, "boss"))
		v := s.SignedIn("boss")
		v.Send(page(s, "kea", "change"), "#record", "first_name", "Hine").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM users WHERE first_name = 'Hine' AND email = 'kea@example.org'") != 1 {
			t.Error("the name was not stored")
		}
		v.Send(page(s, "kea", "change"), "#record", "verified", "on").Status(http.StatusUnprocessableEntity).Has("#id_verified-error", "Another account has proved")
		v.Send(page(s, "kea", "change"), "#record", "email", "boss@example.org").Status(http.StatusUnprocessableEntity).Has("#id_email-error", "Another account has this")
	})
}
