package staff_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"ams/app/database"
	"ams/app/membership"
	"ams/app/web/webtest"
)

// once is an address that kea had and that was removed long ago, with an authenticator of that time.
const once = "zuqlo@once.example"

// formerly has staff remove an address of kea and an authenticator that was hers while the address was her primary one.
func formerly(s *webtest.Site, v *webtest.Visitor) {
	s.T.Helper()
	s.Exec("INSERT INTO authenticators (user_id, type, data, created_at) SELECT id, 'webauthn', '{}', now() FROM users WHERE username = 'kea'")
	s.Exec("UPDATE users SET email = ? WHERE username = 'kea'", once)
	v.Post("/admin/mfa/authenticator/"+strconv.Itoa(newest(s, "authenticators"))+"/delete/", "post", "yes").Status(http.StatusSeeOther)
	s.Exec("UPDATE users SET email = 'kea@example.org' WHERE username = 'kea'")
	s.Exec("INSERT INTO email_addresses (user_id, email) SELECT id, ? FROM users WHERE username = 'kea'", once)
	v.Post(addresses+strconv.Itoa(newest(s, "email_addresses"))+"/delete/", "post", "yes").Status(http.StatusSeeOther)
	if n := s.Count("SELECT count(*) FROM admin_log_entries WHERE title LIKE '%" + once + "%' AND action = 'delete'"); n != 2 {
		s.T.Fatalf("%d entries tell of the former address, want 2", n)
	}
}

func TestErasedHistory(t *testing.T) {
	t.Parallel()
	t.Run("ACC-65 what was sold, and what was removed long ago, keeps who did it and loses the person", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Exec("UPDATE users SET first_name = 'Zuqlomere' WHERE username = 'kea'")
		option := strconv.FormatInt(s.Option(membership.Option{}, "49.99"), 10)
		refusing(s)
		s.SignedIn("kea").Post("/en/users/memberships/apply-individual/", "membership_option", option, "start_date", "2027-03-03").Status(http.StatusSeeOther)
		s.Work()
		v := s.SignedIn("boss")
		answer(v, purchases, asked(v, purchases, "do_not_invoice", newest(s, "purchases")), "reason", "Zuqlomere paid in cash").Status(http.StatusSeeOther)
		formerly(s, v)
		acts := s.Count("SELECT count(*) FROM admin_log_entries")
		if n := s.Count("SELECT count(*) FROM admin_log_entries WHERE entity = 'billing.purchase' AND title LIKE '%Zuqlomere%' AND changes::text LIKE '%in cash%'"); n != 1 {
			t.Fatalf("%d entries tell of the purchase, want 1", n)
		}
		erased(v, s, "kea").Status(http.StatusSeeOther)
		for _, place := range remains(s, "zuqlo") {
			if strings.HasPrefix(place, "admin_log_entries") {
				t.Errorf("history still tells %s", place)
			}
		}
		if n := s.Count("SELECT count(*) FROM admin_log_entries WHERE user_name = 'Hōne Heke' AND title LIKE 'erased-%'"); n < acts {
			t.Errorf("%d entries say who did it, want all %d", n, acts)
		}
	})
	t.Run("What was written before the history said whom it is about is found as far as that can be known", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Person("weka")
		formerly(s, s.SignedIn("boss"))
		s.Exec(`INSERT INTO admin_log_entries (at, user_name, entity, object_id, title, action, changes)
			SELECT now(), 'boss', 'users.user', id, 'Mere', 'change', jsonb_build_array(jsonb_build_object('field', 'addresses', 'before', ?::text, 'after', ''))
			FROM users WHERE username = 'kea'`, once)
		s.Exec(`INSERT INTO admin_log_entries (at, user_name, entity, object_id, title, action)
			SELECT now(), 'boss', 'account.emailaddress', id, 'weka', 'change' FROM email_addresses WHERE email = ?`, webtest.Address("weka"))
		s.Exec("INSERT INTO admin_log_entries (at, user_name, entity, object_id, title, action) VALUES (now(), 'boss', 'users.user', 0, '7 entries', 'export')")
		if err := database.MigrateTo(t.Context(), s.DB, 45); err != nil {
			t.Fatal(err)
		}
		if err := database.Migrate(t.Context(), s.DB); err != nil {
			t.Fatal(err)
		}
		for who, want := range map[string]int{"kea": 3, "weka": 1} {
			if n := s.Count("SELECT count(*) FROM admin_log_entries WHERE about_user_id = ?", idOf(s, who)); n != want {
				t.Errorf("%d entries are about %s, want %d", n, who, want)
			}
		}
		if n := s.Count("SELECT count(*) FROM admin_log_entries WHERE about_user_id IS NULL"); n != 1 {
			t.Errorf("%d entries are about nobody, want that of several people alone", n)
		}
	})
}

func TestHistoryOfWhatIsGone(t *testing.T) {
	t.Parallel()
	s := site(t)
	s.Person("tui")
	s.Clerk("ruru", "users.view_user")
	v, ruru := s.SignedIn("boss"), s.SignedIn("ruru")
	formerly(s, v)
	gone := page(s, "tui", "history")
	v.Post(page(s, "tui", "delete"), "post", "yes").Status(http.StatusSeeOther)
	v.Get("/admin/").Has(`.staff-recent a[href="`+gone+`"]`, "Mere Kahu (tui@example.org)")
	for _, who := range []*webtest.Visitor{v, ruru} {
		who.Get(gone).Status(http.StatusOK).Has(".page-heading", "Mere Kahu (tui@example.org)").Has(".history .act", "Deleted").Has(".history .who", "Hōne Heke")
	}
	removed := addresses + strconv.Itoa(s.Count("SELECT object_id FROM admin_log_entries WHERE entity = 'account.emailaddress'")) + "/history/"
	for _, at := range []string{".record-side", ".history"} {
		page := page(s, "kea", map[string]string{".record-side": "change", ".history": "history"}[at])
		v.Get(page).Has(at+" .act", "E-mail addresses: Deleted").Has(at+" .act", "Authenticators: Deleted").Has(at+` a[href="`+removed+`"]`, once)
		ruru.Get(page).Status(http.StatusOK).Lacks(at + " .act") // may not see what they are
	}
	v.Get(removed).Status(http.StatusOK).Has(".history .act", "Deleted").Has(".page-heading", once)
	ruru.Get(removed).Status(http.StatusForbidden)
	v.Get(page(s, "boss", "history")).Status(http.StatusOK).Lacks(".history .act")
	v.Get(people + "99999/history/").Status(http.StatusFound)
}
