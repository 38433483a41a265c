package staff_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"ams/app/web/webtest"
)

// addressID is the record of somebody's address.
func addressID(s *webtest.Site, username, email string) string {
	s.T.Helper()
	return strconv.Itoa(s.Count("SELECT id FROM email_addresses WHERE user_id = ? AND email = ?", idOf(s, username), email))
}

// stored are the addresses of kea, each with what it is.
func stored(s *webtest.Site) (got string) {
	s.T.Helper()
	s.Row(&got, `SELECT string_agg(email || CASE WHEN "primary" THEN ' primary' ELSE '' END || CASE WHEN verified THEN ' verified' ELSE '' END, ', ' ORDER BY email)
		FROM email_addresses WHERE user_id = ?`, idOf(s, "kea"))
	return got
}

// Of several addresses that are marked as verified, the one that another account has proved stays as it is, and the others
// do not suffer from it.
func TestVerifySeveral(t *testing.T) {
	t.Parallel()
	s := site(t)
	s.Person("tui")
	free := second(s, false)
	s.Exec("INSERT INTO email_addresses (user_id, email) SELECT id, ? FROM users WHERE username = 'kea'", webtest.Address("tui"))
	held := addressID(s, "kea", webtest.Address("tui"))
	v := s.SignedIn("boss")
	v.Post(addresses, "action", "verify", "_selected_action", held, "_selected_action", free).Status(http.StatusSeeOther).To(addresses)
	list := v.Get(addresses).Has("#messages .alert-success", "Done for 1 entry.").
		Has("#messages .alert-error", "Not done for tui@example.org: Another account has proved that this e-mail address is theirs.")
	if n := list.Document().Find("#messages .alert").Length(); n != 2 {
		t.Errorf("GET %s tells %d messages, want one of what was done and one of what was not", addresses, n)
	}
	if got, want := stored(s), "kea@example.org primary verified, second@example.org verified, tui@example.org"; got != want {
		t.Errorf("kea holds %s, want %s", got, want)
	}
	if n := s.Count("SELECT count(*) FROM admin_log_entries WHERE action = 'verify'"); n != 1 {
		t.Errorf("%d entries in history, want 1", n)
	}
}

func TestPrimaryAddressStays(t *testing.T) {
	t.Parallel()
	const why = "This is the primary address of the account. Make another one primary first."
	t.Run("Alone", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		second(s, true)
		record := addresses + addressID(s, "kea", webtest.Address("kea")) + "/"
		v := s.SignedIn("boss")
		before := s.Contents()
		v.Post(record+"delete/", "post", "yes").Status(http.StatusSeeOther).To(record + "change/")
		v.Get(record+"change/").Status(http.StatusOK).Has("#messages .alert-error", why).Lacks("#messages .alert-success")
		if s.Contents() != before {
			t.Errorf("kea holds %s, want nothing changed", stored(s))
		}
	})
	t.Run("In bulk, where the others go", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		further, own := second(s, true), addressID(s, "kea", webtest.Address("kea"))
		v := s.SignedIn("boss")
		v.Post(addresses, "action", "delete_selected", "post", "yes", "_selected_action", own, "_selected_action", further).Status(http.StatusSeeOther).To(addresses)
		v.Get(addresses).Has("#messages .alert-success", "1 entry was deleted.").Has("#messages .alert-error", "Not done for kea@example.org: "+why)
		if got, want := stored(s), "kea@example.org primary verified"; got != want {
			t.Errorf("kea holds %s, want %s", got, want)
		}
		if mails := s.Mails(webtest.Address("kea")); len(mails) != 1 || !strings.Contains(flat(mails[0].Text), "second@example.org was removed") {
			t.Errorf("%d letters to kea, want one about the address that went", len(mails))
		}
	})
}
