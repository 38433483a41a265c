package staff_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"ams/app/web/webtest"
)

// school makes an organisation and gives its id.
func school(s *webtest.Site, name string) int {
	s.T.Helper()
	s.Exec(`INSERT INTO organisations (name, telephone, email, contact_name, postal_address, postal_city, postal_code)
		VALUES (?, '1', 'office@kura.example', 'Hine', '1', 'Taupō', '1')`, name)
	return s.Count("SELECT max(id) FROM organisations")
}

// joined adds somebody to an organisation and gives the id of the row.
func joined(s *webtest.Site, username string, organisation int, role string) int {
	s.T.Helper()
	s.Exec(`INSERT INTO organisation_members (user_id, organisation_id, role, created_datetime, accepted_datetime)
		SELECT id, ?, ?, '2027-01-01 00:00Z', '2027-01-02 00:00Z' FROM users WHERE username = ?`, organisation, role, username)
	return s.Count("SELECT max(id) FROM organisation_members")
}

// invited adds an invitation that waits.
func invited(s *webtest.Site, email string, organisation int) {
	s.T.Helper()
	s.Exec("INSERT INTO organisation_members (invite_email, organisation_id, created_datetime) VALUES (?, ?, '2027-01-01 00:00Z')", email, organisation)
}

func ticked(ids ...int) (pairs []string) {
	for _, id := range ids {
		pairs = append(pairs, "_selected_action", strconv.Itoa(id))
	}
	return pairs
}

func TestOrganisationsOpenAndClose(t *testing.T) {
	t.Parallel()
	t.Run("ORG-29 ORG-30 the action closes organisations whoever belongs to them: invitations are revoked and kept, people stay", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		a, b, c := school(s, "Kura A"), school(s, "Kura B"), school(s, "Kura C")
		for _, id := range []int{a, b} {
			joined(s, "kea", id, "ADMIN")
			joined(s, "boss", id, "MEMBER")
			invited(s, fmt.Sprintf("weka%d@example.org", id), id)
		}
		s.Exec("INSERT INTO organisation_members (invite_email, organisation_id, created_datetime, declined_datetime) VALUES ('ruru@example.org', ?, now(), '2027-01-05 00:00Z')", a)
		invited(s, "moa@example.org", c)
		s.Exec("UPDATE organisations SET is_active = false WHERE id = ?", b)
		v := s.SignedIn("boss")
		question := v.Post(organisations, append([]string{"action", "deactivate"}, ticked(a, b)...)...).Status(http.StatusOK).
			Has("h1", "Deactivate").Has(".question", "memberships that have not expired are cancelled").Has(".names", "Kura A")
		if s.Count("SELECT count(*) FROM organisations WHERE is_active") != 2 {
			t.Error("the question closed something")
		}
		v.Post(organisations, question.Fields(".question form")...).Status(http.StatusSeeOther).To(organisations)
		got := flash(v)
		if !strings.Contains(got, "1 organisation was deactivated.") || !strings.Contains(got, "Not done for Kura B: it is inactive already") {
			t.Errorf("flash = %q, want one done and one not", got)
		}
		holds(t, s, "organisations WHERE is_active AND id = ?", c)
		holds(t, s, "organisation_members WHERE organisation_id = ? AND invite_email LIKE 'weka%' AND revoked_datetime = ? AND declined_datetime IS NULL", a, s.Clock.Now())
		holds(t, s, "organisation_members WHERE invite_email = 'ruru@example.org' AND revoked_datetime IS NULL AND declined_datetime = '2027-01-05 00:00Z'")
		if n := s.Count("SELECT count(*) FROM organisation_members WHERE revoked_datetime IS NOT NULL"); n != 1 {
			t.Errorf("%d rows are revoked, want the one invitation of Kura A", n)
		}
		if n := s.Count("SELECT count(*) FROM organisation_members WHERE organisation_id = ? AND user_id IS NOT NULL AND accepted_datetime = '2027-01-02 00:00Z'", a); n != 2 {
			t.Errorf("%d people belong to Kura A, want both still", n)
		}
		holds(t, s, "admin_log_entries WHERE entity = 'organisations.organisation' AND action = 'deactivate' AND object_id = ?", a)
	})
	t.Run("Activating only turns the flag", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		a := school(s, "Kura A")
		invited(s, "weka@example.org", a)
		v := s.SignedIn("boss")
		record := organisations + strconv.Itoa(a) + "/change/"
		act := func(name string) {
			t.Helper()
			question := v.Post(organisations, append([]string{"action", name, "_record", "1"}, ticked(a)...)...).Status(http.StatusOK)
			v.Post(organisations, question.Fields(".question form")...).Status(http.StatusSeeOther).To(record)
		}
		v.Get(record).Has(".record-acts", "Deactivate").Lacks(`.record-acts input[value="activate"]`).Lacks(`[name="is_active"]`)
		act("deactivate")
		v.Get(record).Has("#messages", "1 organisation was deactivated.").Has(".record-acts", "Activate").Lacks(`.record-acts input[value="deactivate"]`)
		act("activate")
		v.Get(record).Has("#messages", "1 organisation was activated.")
		holds(t, s, "organisations WHERE is_active")
		holds(t, s, "organisation_members WHERE revoked_datetime IS NOT NULL")
	})
	t.Run("The actions need the right to change", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		a := school(s, "Kura A")
		s.Clerk("ruru", "organisations.view_organisation", "organisations.change_organisationmember")
		v := s.SignedIn("ruru")
		for _, name := range []string{"activate", "deactivate"} {
			v.Post(organisations, append([]string{"action", name, "post", "yes"}, ticked(a)...)...).Status(http.StatusForbidden)
		}
		holds(t, s, "organisations WHERE is_active")
	})
	t.Run("The form leads to the people, as far as one may see them", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		a := school(s, "Kura A")
		row := belongings + strconv.Itoa(joined(s, "kea", a, "ADMIN")) + "/change/"
		invited(s, "weka@example.org", a)
		record := organisations + strconv.Itoa(a) + "/change/"
		page := s.SignedIn("boss").Get(record).Status(http.StatusOK)
		page.Has(`#record a[href="`+row+`"]`, "Mere Kahu").Has("#record .inline", "weka@example.org").Has("#record .inline", "Administrator")
		page.Has(`.page-heading a[href^="/en/organisations/"]`, "View on site")
		s.Clerk("ruru", "organisations.change_organisation")
		s.SignedIn("ruru").Get(record).Status(http.StatusOK).Lacks("#inline-members")
	})
	t.Run("Deleting takes the people along, with the right to", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		a := school(s, "Kura A")
		joined(s, "kea", a, "ADMIN")
		s.Clerk("ruru", "organisations.view_organisation", "organisations.delete_organisation")
		address := organisations + strconv.Itoa(a) + "/delete/"
		s.SignedIn("ruru").Get(address).Has(".alert", "You do not have the permission to delete Members of organisations.")
		s.SignedIn("boss").Get(address).Has(".groups", "Members of organisations: 1")
		s.SignedIn("boss").Post(address, "post", "yes").Status(http.StatusSeeOther)
		if n := s.Count("SELECT count(*) FROM organisation_members"); n != 0 {
			t.Errorf("%d rows of members are left", n)
		}
	})
}

func TestMembersOfOrganisations(t *testing.T) {
	t.Parallel()
	add := func(v *webtest.Visitor, pairs ...string) *webtest.Answer {
		return v.Send(belongings+"add/", "#record", pairs...)
	}
	t.Run("Every time can be left out, and set", func(t *testing.T) { // R10
		t.Parallel()
		s := site(t)
		school(s, "Kura A")
		v := s.SignedIn("boss")
		add(v, "user", "kea@example.org", "organisation", "Kura A", "role", "MEMBER").Status(http.StatusSeeOther)
		holds(t, s, `organisation_members m JOIN users u ON u.id = m.user_id WHERE u.username = 'kea' AND m.created_datetime = ? AND m.accepted_datetime IS NULL
			AND m.declined_datetime IS NULL AND m.revoked_datetime IS NULL AND m.last_sent_datetime IS NULL AND m.invite_email = ''`, s.Clock.Now())
		record := belongings + strconv.Itoa(s.Count("SELECT max(id) FROM organisation_members")) + "/change/"
		var token, uuid string
		s.Row(&token, "SELECT invite_token FROM organisation_members")
		s.Row(&uuid, "SELECT uuid FROM organisation_members")
		v.Get(record).Has(".record-side", token).Has(".record-side", uuid)
		v.Send(record, "#record", "created_datetime_0", "2027-01-01", "created_datetime_1", "12:00", "accepted_datetime_0", "2027-01-02", "accepted_datetime_1", "12:00",
			"last_sent_datetime_0", "2027-01-01", "last_sent_datetime_1", "13:00", "invite_token", "x", "uuid", "x", "user", "", "invite_email", "Kea@Example.org").Status(http.StatusSeeOther)
		holds(t, s, `organisation_members WHERE user_id IS NULL AND invite_email = 'kea@example.org' AND created_datetime = '2026-12-31 23:00Z'
			AND accepted_datetime = '2027-01-01 23:00Z' AND last_sent_datetime = '2027-01-01 00:00Z' AND invite_token = ? AND uuid = ?`, token, uuid)
		v.Send(record, "#record", "accepted_datetime_0", "", "accepted_datetime_1", "", "last_sent_datetime_0", "", "last_sent_datetime_1", "").Status(http.StatusSeeOther)
		holds(t, s, "organisation_members WHERE accepted_datetime IS NULL AND last_sent_datetime IS NULL")
	})
	t.Run("Refused values", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		school(s, "Kura A")
		v := s.SignedIn("boss")
		before := s.Contents()
		add(v, "user", "kea@example.org").Status(http.StatusUnprocessableEntity).Has("#id_organisation-error", "").Lacks("#id_role-error")
		add(v, "organisation", "Kura A", "role", "OWNER").Status(http.StatusUnprocessableEntity).Has("#id_role-error", "")
		add(v, "organisation", "Kura A", "invite_email", "nobody").Status(http.StatusUnprocessableEntity).Has("#id_invite_email-error", "name@example.org")
		add(v, "organisation", "Kura A", "user", "nobody").Status(http.StatusUnprocessableEntity).Has("#id_user-error", "")
		if s.Contents() != before {
			t.Error("something was stored")
		}
	})
	t.Run("Neither a person nor an address", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		school(s, "Kura A")
		v := s.SignedIn("boss")
		add(v, "organisation", "Kura A").Status(http.StatusSeeOther)
		if got := flash(v); !strings.Contains(got, "neither a person nor an invited address") {
			t.Errorf("flash = %q, want a warning", got)
		}
		holds(t, s, "organisation_members WHERE user_id IS NULL AND invite_email = ''")
	})
	t.Run("A second current row of a person is refused, beside ended ones it is not", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		a := school(s, "Kura A")
		row := joined(s, "kea", a, "MEMBER")
		v := s.SignedIn("boss")
		same := []string{"user", "kea@example.org", "organisation", "Kura A", "role", "MEMBER"}
		add(v, same...).Status(http.StatusUnprocessableEntity).Has("#id_user-error", "belongs to the organisation already")
		add(v, append(same, "declined_datetime_0", "2027-01-01", "declined_datetime_1", "12:00")...).Status(http.StatusSeeOther)
		s.Exec("UPDATE organisation_members SET revoked_datetime = now() WHERE id = ?", row)
		add(v, same...).Status(http.StatusSeeOther)
		v.Send(belongings+strconv.Itoa(row)+"/change/", "#record", "revoked_datetime_0", "", "revoked_datetime_1", "").
			Status(http.StatusUnprocessableEntity).Has("#id_user-error", "belongs to the organisation already")
	})
	t.Run("The last effective administrator is neither demoted, ended, moved nor deleted", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		a, b := school(s, "Kura A"), school(s, "Kura B")
		row := joined(s, "kea", a, "ADMIN")
		s.Person("moa")
		joined(s, "moa", a, "ADMIN")
		s.Exec("UPDATE users SET is_active = false WHERE username = 'moa'")
		invited(s, "weka@example.org", a)
		s.Exec("UPDATE organisation_members SET role = 'ADMIN' WHERE invite_email = 'weka@example.org'")
		v := s.SignedIn("boss")
		record := belongings + strconv.Itoa(row)
		before := s.Contents()
		for name, change := range map[string][]string{
			"demoted":  {"role", "MEMBER"},
			"declined": {"declined_datetime_0", "2027-01-05", "declined_datetime_1", "12:00"},
			"revoked":  {"revoked_datetime_0", "2027-01-05", "revoked_datetime_1", "12:00"},
			"invited":  {"accepted_datetime_0", "", "accepted_datetime_1", ""},
			"moved":    {"organisation", strconv.Itoa(b)},
			"replaced": {"user", ""},
		} {
			got := v.Send(record+"/change/", "#record", change...)
			if got.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d, want 422", name, got.StatusCode)
				continue
			}
			got.Has(".problems", "Nobody else is an administrator of Kura A.")
		}
		v.Post(record+"/delete/", "post", "yes").Status(http.StatusSeeOther).To(record + "/change/")
		if got := flash(v); !strings.Contains(got, "Nobody else is an administrator of Kura A.") {
			t.Errorf("flash = %q, want the reason", got)
		}
		v.Post(belongings, append([]string{"action", "delete_selected", "post", "yes"}, ticked(row)...)...).Status(http.StatusSeeOther)
		if got := flash(v); !strings.Contains(got, "Nobody else is an administrator of Kura A.") {
			t.Errorf("flash = %q, want the reason", got)
		}
		if s.Contents() != before {
			t.Error("something was stored")
		}
		joined(s, "boss", a, "ADMIN")
		v.Send(record+"/change/", "#record", "role", "MEMBER").Status(http.StatusSeeOther)
		holds(t, s, "organisation_members WHERE role = 'MEMBER' AND id = ?", row)
	})
	t.Run("Lists", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		a, b := school(s, "Kura A"), school(s, "Whare B")
		joined(s, "kea", a, "ADMIN")
		invited(s, "weka@example.org", b)
		v := s.SignedIn("boss")
		for query, want := range map[string]int{
			"": 2, "?q=kea%40example": 1, "?q=kahu": 1, "?q=whare": 1, "?q=weka": 1, "?q=nobody": 0, "?role=ADMIN": 1, "?role=MEMBER": 1,
			fmt.Sprintf("?organisation=%d", b): 1, "?role=ADMIN&q=whare": 0,
		} {
			if got := v.Get(belongings + query).Status(http.StatusOK).Document().Find("#list-table tbody tr").Length(); got != want {
				t.Errorf("%s%s lists %d rows, want %d", belongings, query, got, want)
			}
		}
		v.Get(belongings).Has("#list-table", "Mere Kahu (kea@example.org)").Has("#list-table", "Whare B").Has("#list-table", "02/01/2027")
	})
	t.Run("Leaving at the same moment as staff demote another", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		a := school(s, "Kura A")
		joined(s, "kea", a, "ADMIN")
		s.Person("tui")
		row := joined(s, "tui", a, "ADMIN")
		v := s.SignedIn("boss")
		record := belongings + strconv.Itoa(row) + "/change/"
		form := v.Get(record).Fields("#record", "role", "MEMBER")
		// Who leaves holds the organisation until their row is gone.
		s.Behind(func() {
			v.Post(record, form...).Status(http.StatusUnprocessableEntity).Has(".problems", "Nobody else is an administrator")
		}, `WITH held AS (SELECT id FROM organisations WHERE id = ?0 FOR NO KEY UPDATE)
			DELETE FROM organisation_members WHERE organisation_id = (SELECT id FROM held) AND user_id = ?1`, a, idOf(s, "kea"))
		holds(t, s, "organisation_members WHERE role = 'ADMIN'")
	})
}
