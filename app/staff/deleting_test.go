package staff_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"ams/app/membership"
	"ams/app/web/webtest"
)

// invoiced gives somebody an invoice, which keeps them: what was billed is never deleted with its owner.
func invoiced(s *webtest.Site, owner string) {
	s.T.Helper()
	s.Exec("INSERT INTO billing_accounts (user_id) SELECT id FROM users WHERE username = ?", owner)
	s.Exec(`INSERT INTO invoices (account_id, invoice_number, issue_date, due_date, amount, paid, due, billing_service_invoice_id, created_at)
		SELECT a.id, 'INV-' || a.id, '2026-01-01', '2026-01-21', 120, 0, 120, '', now() FROM billing_accounts a JOIN users u ON u.id = a.user_id
		WHERE u.username = ?`, owner)
}

func picked(s *webtest.Site, usernames ...string) (pairs []string) {
	s.T.Helper()
	for _, u := range usernames {
		pairs = append(pairs, "_selected_action", strconv.Itoa(idOf(s, u)))
	}
	return pairs
}

func TestDeleting(t *testing.T) {
	t.Parallel()
	t.Run("The question says what goes along and what stays", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Exec(`INSERT INTO email_messages (id, template_id, recipients, "from", subject, language, html, text, status, created_at, user_id)
			SELECT gen_random_uuid(), '', '{kea@example.org}', '', '', 'en', '', '', 'failed', now(), id FROM users WHERE username = 'kea'`)
		v := s.SignedIn("boss")
		s.SignedIn("kea")
		before := s.Contents()
		v.Get(page(s, "kea", "delete")).Status(http.StatusOK).Has("h1", "Delete this person?").Has(".names", "Mere Kahu (kea@example.org)").
			Has(".groups", "E-mail addresses: 1").Has(".groups", "kea@example.org").Has(".groups", "Sessions: 1").Has(".groups", "Messages sent: 1")
		if s.Contents() != before {
			t.Error("asking changed something")
		}
		v.Post(page(s, "kea", "delete"), "post", "yes").Status(http.StatusSeeOther).To(people)
		if got := flash(v); !strings.Contains(got, "“Mere Kahu (kea@example.org)” was deleted.") {
			t.Errorf("flash = %q", got)
		}
		if s.Count("SELECT count(*) FROM email_messages WHERE user_id IS NULL") != 1 || s.Count("SELECT count(*) FROM email_addresses") != 1 {
			t.Error("not what the question said")
		}
	})
	t.Run("SHL-61 who has an invoice stays, with the reason and no button", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		invoiced(s, "kea")
		v := s.SignedIn("boss")
		before := s.Contents()
		v.Get(page(s, "kea", "delete")).Status(http.StatusOK).Has(".alert", "these belong to it: Invoices: 1").Lacks(".question form button")
		v.Post(page(s, "kea", "delete"), "post", "yes").Status(http.StatusSeeOther).To(page(s, "kea", "change"))
		got := flash(v)
		if !strings.Contains(got, "Invoices: 1. Deactivate the account instead, or erase the person.") || strings.Contains(got, "Success") {
			t.Errorf("flash = %q, want one error with the reason", got)
		}
		if s.Contents() != before {
			t.Error("something was deleted or logged")
		}
	})
	t.Run("What refuses is named with links, to those who may see it", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Person("tui")
		invoiced(s, "kea")
		invoiced(s, "tui")
		s.Clerk("ruru", "users.view_user", "users.delete_user", "account.delete_emailaddress")
		number := func(who string) string {
			return "INV-" + strconv.Itoa(s.Count("SELECT a.id FROM billing_accounts a JOIN users u ON u.id = a.user_id WHERE u.username = ?", who))
		}
		link := func(who string) string {
			return `.alert a[href="` + numbered(s, invoices, "invoices", "invoice_number", number(who)) + `change/"]`
		}
		v := s.SignedIn("boss")
		v.Get(page(s, "kea", "delete")).Has(".alert", "Invoices: 1").Has(link("kea"), number("kea")).Lacks(link("tui"))
		v.Post(people, append([]string{"action", "delete_selected"}, picked(s, "kea", "tui")...)...).Status(http.StatusOK).
			Has(link("kea"), number("kea")).Has(link("tui"), number("tui"))
		s.SignedIn("ruru").Get(page(s, "kea", "delete")).Has(".alert", "Invoices: 1").Lacks(".alert a")
	})
	t.Run("ACC-64 of a person with an invoice and one without, alone and together, only this one goes", func(t *testing.T) {
		t.Parallel()
		for _, together := range []bool{false, true} {
			s := site(t)
			s.Person("tui")
			invoiced(s, "kea")
			v := s.SignedIn("boss")
			if together {
				v.Post(people, append([]string{"action", "delete_selected", "post", "yes"}, picked(s, "kea", "tui")...)...).Status(http.StatusSeeOther)
			} else {
				v.Post(page(s, "kea", "delete"), "post", "yes").Status(http.StatusSeeOther).To(page(s, "kea", "change"))
				v.Post(page(s, "tui", "delete"), "post", "yes").Status(http.StatusSeeOther).To(people)
			}
			if got := flash(v); !strings.Contains(got, "Invoices: 1") {
				t.Errorf("together %v: flash = %q, want why one stays", together, got)
			}
			if n := s.Count("SELECT count(*) FROM users WHERE username IN ('kea', 'tui')"); n != 1 || s.Count("SELECT count(*) FROM invoices") != 1 {
				t.Errorf("together %v: %d of two people are left, want the one with the invoice, and the invoice", together, n)
			}
		}
	})
	t.Run("SHL-31 of three, one with an invoice: two go, one stays, one message of each kind", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		for _, u := range []string{"tui", "weka"} {
			s.Person(u)
		}
		invoiced(s, "tui")
		v := s.SignedIn("boss")
		ticked := append([]string{"action", "delete_selected"}, picked(s, "kea", "tui", "weka")...)
		question := v.Post(people+"?o=email", ticked...).Status(http.StatusOK).Has("h1", "Delete 3 entries?").Has(".alert", "Mere Kahu (tui@example.org)")
		if n := s.Count("SELECT count(*) FROM users"); n != 4 {
			t.Errorf("the question left %d people, want 4", n)
		}
		v.Post(people+"?o=email", question.Fields(".question form")...).Status(http.StatusSeeOther).To(people + "?o=email")
		doc := v.Get(people).Document()
		if n := doc.Find("#messages .alert").Length(); n != 2 {
			t.Errorf("%d messages, want 2", n)
		}
		for selector, want := range map[string]string{".alert-success": "2 entries were deleted.", ".alert-error": "tui@example.org): these belong to it: Invoices: 1. Deactivate"} {
			if got := doc.Find("#messages " + selector).Text(); !strings.Contains(got, want) {
				t.Errorf("%s says %q, want %q", selector, got, want)
			}
		}
		if s.Count("SELECT count(*) FROM users") != 2 || s.Count("SELECT count(*) FROM admin_log_entries WHERE action = 'delete'") != 2 {
			t.Error("not two people are gone and logged")
		}
	})
	t.Run("The permission to delete people is enough for what goes along with one, in both places", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Person("tui")
		option := fmt.Sprint(s.Option(membership.Option{}, "0"))
		for _, who := range []string{"kea", "tui"} {
			s.SignedIn(who).Post("/en/users/memberships/apply-individual/", "membership_option", option, "start_date", "2027-03-03").Status(http.StatusSeeOther)
		}
		s.Organisation("Te Kura", "kea", "tui")
		s.Exec("INSERT INTO authenticators (user_id, type, data, created_at) SELECT id, 'totp', '{}', now() FROM users WHERE username <> 'boss'")
		s.Clerk("ruru", "users.view_user", "users.delete_user", "cms.access")
		v := s.SignedIn("ruru")
		for list, question := range map[string]string{people: page(s, "kea", "delete"), users: userPage(s, "tui") + "delete/"} {
			asked := v.Get(question).Status(http.StatusOK)
			for _, along := range []string{"E-mail addresses: 1", "Individual memberships: 1", "Members of organisations: 1", "Authenticators: 1"} {
				asked.Has(".groups", along)
			}
			v.Post(question, "post", "yes").Status(http.StatusSeeOther).To(list)
		}
		if s.Count("SELECT count(*) FROM users WHERE username IN ('kea', 'tui')") != 0 || s.Count("SELECT count(*) FROM individual_memberships") != 0 {
			t.Error("somebody is still there, or their membership")
		}
	})
	t.Run("Permissions for what goes along, also where only the place beside looks after it", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Option(membership.Option{}, "10")
		s.Exec("ALTER TABLE membership_options ADD COLUMN group_id bigint REFERENCES groups (id) ON DELETE CASCADE")
		s.Exec("UPDATE membership_options SET group_id = (SELECT id FROM groups WHERE name = 'Editors')")
		team := teamPage(s, "Editors")
		v := helper(s, "ruru", "auth.view_group", "auth.delete_group")
		before := s.Contents()
		v.Get(team+"delete/").Status(http.StatusOK).Has(".alert", "You do not have the permission to delete Membership options").Lacks(".question form button")
		v.Post(team+"delete/", "post", "yes").Status(http.StatusSeeOther).To(team)
		id := strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = 'Editors'"))
		v.Post(teams, "action", "delete_selected", "post", "yes", "_selected_action", id).Status(http.StatusSeeOther)
		if s.Contents() != before {
			t.Error("something was deleted")
		}
		v.Get(teams).Has("#messages .alert-error", "you do not have the permission to delete Membership options")
		s.Grant("ruru", "memberships.delete_membershipoption")
		asked := v.Get(team+"delete/").Status(http.StatusOK).Has(".groups", "Membership options: 1")
		if got := asked.Document().Find(".groups").Text(); strings.Contains(got, "Teacher") {
			t.Errorf("what goes along = %q, want no names for somebody who may not see them", got)
		}
		v.Post(team+"delete/", "post", "yes").Status(http.StatusSeeOther).To(teams)
		if s.Count("SELECT count(*) FROM membership_options") != 0 {
			t.Error("what goes along is still there")
		}
	})
	t.Run("Permissions for what goes along with anything else, in both places", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Organisation("Te Kura", "kea")
		s.Clerk("ruru", "organisations.view_organisation", "organisations.delete_organisation")
		v := s.SignedIn("ruru")
		at := fmt.Sprintf("/admin/organisations/organisation/%d/delete/", s.Count("SELECT id FROM organisations"))
		before := s.Contents()
		v.Get(at).Has(".alert", "You do not have the permission to delete").Lacks(".question form button")
		v.Post(at, "post", "yes").Status(http.StatusSeeOther)
		if s.Contents() != before {
			t.Error("something was deleted")
		}
	})
	t.Run("Who may not see what goes along reads how much it is", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Clerk("ruru", "users.view_user", "users.delete_user")
		got := s.SignedIn("ruru").Get(page(s, "kea", "delete")).Has(".groups", "E-mail addresses: 1").Document().Find(".groups").Text()
		if strings.Contains(got, webtest.Address("kea")) {
			t.Errorf("what goes along = %q, want no address in it", got)
		}
	})
	t.Run("Nothing ticked, everything ticked", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Person("kea-kea")
		v := s.SignedIn("boss")
		v.Post(people, "action", "delete_selected").Status(http.StatusSeeOther).To(people)
		if got := flash(v); !strings.Contains(got, "Nothing was ticked") {
			t.Errorf("flash = %q", got)
		}
		question := v.Post(people+"?q=kea", "action", "delete_selected", "select_across", "1", "_selected_action", "1").Has("h1", "Delete 2 entries?")
		s.Person("kea-late") // comes between question and answer
		v.Post(people+"?q=kea", question.Fields(".question form")...).Status(http.StatusSeeOther).To(people + "?q=kea")
		if s.Count("SELECT count(*) FROM users WHERE username = 'kea-late'") != 1 {
			t.Error("somebody was deleted whom the question did not name")
		}
		s.Exec("DELETE FROM users WHERE username = 'kea-late'")
		if n := s.Count("SELECT count(*) FROM users"); n != 1 {
			t.Errorf("%d people are left, want the one who does not match", n)
		}
		v.Post(people+"?q=kea", question.Fields(".question form")...).Status(http.StatusSeeOther) // sent again: harmless
	})
	t.Run("EveryTableHasAName", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		var tables []string
		err := s.DB.NewRaw(`SELECT DISTINCT c.conrelid::regclass::text FROM pg_constraint c WHERE c.contype = 'f'
			AND c.confrelid IN ('users'::regclass, 'groups'::regclass, 'email_addresses'::regclass)`).Scan(t.Context(), &tables)
		if err != nil || len(tables) < 5 {
			t.Fatalf("tables = %v, %v", tables, err)
		}
		v.Get(people).Status(http.StatusOK)
		for _, table := range tables {
			if name := s.App.Staff.NameOf(table); name == "" {
				t.Errorf("the table %s has no name for people: give it one with Table", table)
			}
		}
	})
}

func TestAddressesOfAPerson(t *testing.T) {
	t.Parallel()
	address := func(s *webtest.Site, email string) string {
		return strconv.Itoa(s.Count("SELECT id FROM email_addresses WHERE email = ?", email))
	}
	t.Run("AddVerifyDelete", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		v.Send(page(s, "kea", "change"), "#record", "addresses.new1.email", "Second@Example.org", "addresses.new1.verified", "on").Status(http.StatusSeeOther)
		if s.Count(`SELECT count(*) FROM email_addresses WHERE email = 'second@example.org' AND verified AND NOT "primary"`) != 1 {
			t.Fatal("the address was not added")
		}
		id := address(s, "second@example.org")
		v.Get(page(s, "kea", "history")).Has(".changes", "second@example.org")
		v.Send(page(s, "kea", "change"), "#record", "addresses."+id+".verified", webtest.Leave).Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM email_addresses WHERE NOT verified") != 1 {
			t.Error("the address is verified still")
		}
		v.Send(page(s, "kea", "change"), "#record", "addresses."+id+".email", "forged@example.org", "addresses."+id+".primary", "on").Status(http.StatusSeeOther)
		if address(s, "second@example.org") != id || s.Count(`SELECT count(*) FROM email_addresses WHERE "primary"`) != 2 {
			t.Error("a value was stored that the form does not ask for")
		}
		v.Send(page(s, "kea", "change"), "#record", "addresses."+id+".DELETE", "on").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM email_addresses WHERE id = ?", id) != 0 {
			t.Error("the address is there still")
		}
		primary := address(s, webtest.Address("kea"))
		v.Get(page(s, "kea", "change")).Lacks(`[name="addresses.` + primary + `.DELETE"]`)
		v.Send(page(s, "kea", "change"), "#record", "addresses."+primary+".DELETE", "on").Status(http.StatusSeeOther)
		other := address(s, webtest.Address("boss"))
		v.Send(page(s, "kea", "change"), "#record", "addresses."+other+".verified", "on", "addresses."+other+".DELETE", "on").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM email_addresses") != 2 {
			t.Error("an address was deleted that cannot be")
		}
	})
	t.Run("Confirmed by its owner while the form is open", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		s.Exec("UPDATE email_addresses SET verified = false WHERE email = ?", webtest.Address("kea"))
		form := v.Get(page(s, "kea", "change")).Fields("#record", "first_name", "Hēmi")
		s.Exec("UPDATE email_addresses SET verified = true WHERE email = ?", webtest.Address("kea"))
		v.Post(page(s, "kea", "change"), form...).Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM email_addresses WHERE email = ? AND verified", webtest.Address("kea")) != 1 {
			t.Error("the save of a name took the proof of the address away")
		}
		s.Exec("INSERT INTO email_addresses (user_id, email, verified) VALUES (?, 'second@example.org', true)", idOf(s, "kea"))
		second := "addresses." + address(s, "second@example.org")
		form = v.Get(page(s, "kea", "change")).Fields("#record", second+".DELETE", "on")
		s.Exec("UPDATE email_addresses SET verified = false WHERE email = 'second@example.org'")
		v.Post(page(s, "kea", "change"), form...).Status(http.StatusUnprocessableEntity).Has(".problems", "Somebody saved this record while you had it open")
		if address(s, "second@example.org") == "0" {
			t.Error("a row was deleted that had changed since the form was opened")
		}
	})
	t.Run("Who may not see them reads that they changed, and no more", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.SignedIn("boss").Send(page(s, "kea", "change"), "#record", "addresses.new1.email", "second@example.org").Status(http.StatusSeeOther)
		s.Clerk("ruru", "users.view_user")
		for _, act := range []string{"history", "change"} {
			if got := s.SignedIn("ruru").Get(page(s, "kea", act)).Has("main", "E-mail addresses").Document().Find("main").Text(); strings.Contains(got, "second@") {
				t.Errorf("%s tells of second@example.org", act)
			}
		}
	})
	t.Run("RefusedInItsRow", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		refused := v.Send(page(s, "kea", "change"), "#record", "addresses.new1.email", webtest.Address("boss"), "addresses.new1.verified", "on", "first_name", "Kept")
		refused.Status(http.StatusUnprocessableEntity).Has(".problems", "proved that this e-mail address is theirs")
		if got := refused.Document().Find(`[name="addresses.new1.email"]`).AttrOr("value", ""); got != webtest.Address("boss") {
			t.Errorf("the input is %q, want it kept", got)
		}
		if s.Count("SELECT count(*) FROM users WHERE first_name = 'Kept'") != 0 || s.Count("SELECT count(*) FROM email_addresses") != 2 {
			t.Error("a part of the form was stored")
		}
	})
	t.Run("H-27 another primary address", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		v.Send(page(s, "kea", "change"), "#record", "email", "NEW@example.org").Status(http.StatusSeeOther)
		rows := s.Count(`SELECT count(*) FROM users u JOIN email_addresses n ON n.user_id = u.id AND n.email = u.email AND n."primary" AND NOT n.verified
			JOIN email_addresses o ON o.user_id = u.id AND o.email = ? AND NOT o."primary" AND o.verified WHERE u.email = 'new@example.org'`, webtest.Address("kea"))
		if rows != 1 {
			t.Error("the address rows are not in step")
		}
		v.Send(page(s, "kea", "change"), "#record", "email", webtest.Address("kea")).Status(http.StatusSeeOther) // back to the verified one
		if s.Count(`SELECT count(*) FROM email_addresses WHERE "primary" AND verified`) != 2 {
			t.Error("the old address lost its state")
		}
	})
	t.Run("WithoutPermissionForAddresses", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Clerk("ruru", "users.change_user")
		v := s.SignedIn("ruru")
		v.Get(page(s, "kea", "change")).Lacks("#inline-addresses")
		v.Send(page(s, "kea", "change"), "#record", "addresses.new1.email", "second@example.org").Status(http.StatusSeeOther)
		s.Grant("ruru", "account.view_emailaddress")
		v.Get(page(s, "kea", "change")).Has("#inline-addresses", "E-mail addresses").Lacks(".inline input")
		if s.Count("SELECT count(*) FROM email_addresses WHERE email = 'second@example.org'") != 0 {
			t.Error("an address was added")
		}
	})
}
