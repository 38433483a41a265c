package staff_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"ams/app/clock"
	"ams/app/dev/crowd"
	"ams/app/web/webtest"
)

// A page makes at most so many queries, session and permissions among them.
const (
	mostQueries        = 5
	mostOfDashboard    = 7
	mostOfOrganisation = 7
)

// asking fails the test when a page makes more queries than it may. The first visit fills what is kept in memory.
func asking(s *webtest.Site, v *webtest.Visitor, address string, most int) {
	s.T.Helper()
	v.Get(address).Status(http.StatusOK)
	v.Get(address).Status(http.StatusOK)
	if made := s.Statements(); len(made) > most {
		s.T.Errorf("GET %s = %d queries, want at most %d:\n%s", address, len(made), most, strings.Join(made, "\n"))
	}
}

// filled is a site with n rows in every list. Kea has n memberships, all bought and invoiced.
func filled(t *testing.T, n int) *webtest.Site {
	t.Helper()
	s := site(t)
	if err := s.App.Content.SampleContent(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := crowd.Fill(t.Context(), s.DB, n, clock.DateOf(s.Clock.Now())); err != nil {
		t.Fatal(err)
	}
	s.Exec("INSERT INTO groups (name) SELECT 'Group ' || i FROM generate_series(1, ?) i", n)
	s.Exec("INSERT INTO organisations (name, telephone, email, contact_name, postal_address, postal_city, postal_code) SELECT 'Kura ' || i, '1', 'a@b.nz', 'Hine', '1', 'Town', '1' FROM generate_series(1, ?) i", n)
	s.Exec(`INSERT INTO organisation_members (user_id, organisation_id, role, created_datetime, accepted_datetime)
		SELECT u.id, o.id, 'ADMIN', now(), now() FROM users u, organisations o WHERE u.username = 'kea'`)
	s.Exec(`INSERT INTO organisation_members (user_id, organisation_id, created_datetime, accepted_datetime)
		SELECT u.id, o.id, now(), now() FROM users u, organisations o WHERE u.username <> 'kea' AND o.name = 'Kura 1'`)
	s.Exec(`INSERT INTO membership_options (name_en, type, duration, cost) SELECT 'Kind ' || i, 'INDIVIDUAL', interval '1 year', 10 FROM generate_series(1, ?) i`, n)
	s.Exec(`INSERT INTO individual_memberships (user_id, membership_option_id, start_date, expiry_date, created_datetime)
		SELECT u.id, o.id, date '1800-01-01' + i * interval '1 year', date '1801-01-01' + i * interval '1 year', now()
		FROM users u, membership_options o, generate_series(1, ?) i WHERE u.username = 'kea' AND o.name_en = 'Kind 1'`, n)
	s.Exec("UPDATE individual_memberships SET start_date = '2027-01-01', expiry_date = '2028-01-01', approved_datetime = now() WHERE id = (SELECT max(id) FROM individual_memberships)")
	s.Exec("INSERT INTO billing_accounts (user_id) SELECT id FROM users WHERE username = 'kea'")
	s.Exec(`INSERT INTO purchases (uuid, code, kind, individual_membership_id, account_id, buyer_id, membership_option_id, quantity, unit_amount,
			total, description, reference, issue_date, due_date, invoice_state, created_at)
		SELECT gen_random_uuid(), 'K' || m.id, 'APPLICATION', m.id, a.id, m.user_id, m.membership_option_id, 1, 10, 10, 'Kea', 'Kea', m.start_date, m.start_date, 'RAISED', now()
		FROM individual_memberships m JOIN billing_accounts a ON a.user_id = m.user_id JOIN users u ON u.id = m.user_id WHERE u.username = 'kea'`)
	s.Exec(`INSERT INTO invoices (account_id, purchase_id, purpose, invoice_number, issue_date, due_date, amount, paid, due, billing_service_invoice_id,
			provider_status, individual_membership_id, created_at)
		SELECT p.account_id, p.id, p.kind, 'KEA-' || row_number() OVER (ORDER BY p.id), p.issue_date, p.due_date, 10, 0, 10, 'kea-' || p.id, 'AUTHORISED', p.individual_membership_id, now()
		FROM purchases p WHERE p.description = 'Kea'`)
	s.Exec("INSERT INTO authenticators (user_id, type, data, created_at) SELECT id, 'totp', '{}', now() FROM users WHERE username NOT IN ('kea', 'boss')")
	s.Exec(`INSERT INTO profile_field_groups (name_translations) SELECT '{"en": "Group"}' FROM generate_series(1, ?) i`, n)
	s.Exec(`INSERT INTO profile_fields (group_id, field_key, field_type, label_translations)
		SELECT id, 'question_' || id, 'TEXT', '{"en": "Question"}' FROM profile_field_groups`)
	s.Exec("INSERT INTO terms (key, name_en, created_at, updated_at) SELECT 'term-' || i, 'Term', now(), now() FROM generate_series(1, ?) i", n)
	s.Exec(`INSERT INTO term_versions (term_id, version, content_en, is_active, date_active, created_at, updated_at)
		SELECT id, '1.0', '<p>Text</p>', true, '2020-01-01', now(), now() FROM terms`)
	s.Exec(`INSERT INTO term_acceptances (user_id, term_version_id, accepted_at, ip_address)
		SELECT u.id, v.id, now(), '203.0.113.1' FROM users u, term_versions v WHERE u.username IN ('kea', 'boss')`)
	return s
}

// belong makes kea an administrator of a school with n people and n memberships, all bought and invoiced, one of them active,
// and a member of n further organisations that have an active membership. It gives the school's id in addresses.
func belong(s *webtest.Site, n int) (uuid string) {
	s.T.Helper()
	s.Exec(`INSERT INTO membership_options (name_en, type, duration, cost) SELECT 'Seats ' || i, 'ORGANISATION', interval '1 year', 10 FROM generate_series(1, ?) i`, n)
	id := s.Organisation("School", "kea")
	s.Exec(`INSERT INTO organisation_members (user_id, organisation_id, created_datetime, accepted_datetime)
		SELECT id, ?, now(), now() FROM users WHERE username LIKE 'person%' ORDER BY id LIMIT ?`, id, n)
	s.Exec(`INSERT INTO organisation_members (user_id, organisation_id, created_datetime, accepted_datetime)
		SELECT u.id, o.id, now(), now() FROM users u, organisations o WHERE u.username = 'kea' AND o.name IN (SELECT 'Kura ' || i FROM generate_series(1, ?) i) ON CONFLICT DO NOTHING`, n)
	s.Exec(`INSERT INTO organisation_memberships (organisation_id, membership_option_id, seats, start_date, expiry_date, created_datetime, approved_datetime,
			overlap_allowed)
		SELECT b.organisation_id, o.id, 500, '2027-01-01', '2028-01-01', now(), now(), true FROM organisation_members b, membership_options o, users u
		WHERE b.user_id = u.id AND u.username = 'kea' AND o.name_en = 'Seats 1'`)
	s.Exec(`INSERT INTO organisation_memberships (organisation_id, membership_option_id, seats, start_date, expiry_date, created_datetime)
		SELECT ?, o.id, 500, date '1800-01-01' + i * interval '1 year', date '1801-01-01' + i * interval '1 year', now()
		FROM membership_options o, generate_series(1, ?) i WHERE o.name_en = 'Seats 1'`, id, n)
	s.Exec("INSERT INTO billing_accounts (organisation_id) VALUES (?)", id)
	s.Exec(`INSERT INTO purchases (uuid, code, kind, organisation_membership_id, account_id, membership_option_id, seats, seats_after, quantity, unit_amount,
			total, description, reference, issue_date, due_date, invoice_state, created_at)
		SELECT gen_random_uuid(), left(k.kind, 1) || m.id, k.kind, m.id, a.id, m.membership_option_id, 5, 5, 5, 10, 50, 'School', 'School', m.start_date, m.start_date,
			CASE WHEN m.id % 3 = 0 THEN 'WAITING' ELSE 'RAISED' END, now()
		FROM organisation_memberships m JOIN billing_accounts a ON a.organisation_id = m.organisation_id, (VALUES ('APPLICATION'), ('SEATS')) AS k (kind)
		WHERE m.organisation_id = ?`, id)
	s.Exec(`INSERT INTO invoices (account_id, purchase_id, purpose, invoice_number, issue_date, due_date, amount, paid, due, billing_service_invoice_id,
			provider_status, organisation_membership_id, created_at)
		SELECT account_id, id, kind, 'SCHOOL-' || id, issue_date, due_date, 50, 0, 50, 'school-' || id, 'AUTHORISED', organisation_membership_id, now()
		FROM purchases WHERE description = 'School' AND invoice_state = 'RAISED'`)
	s.Row(&uuid, "SELECT uuid FROM organisations WHERE id = ?", id)
	return uuid
}

// entitled gives a group rights at n pages, and is its page in the editor.
func entitled(s *webtest.Site, n int) (team string) {
	s.T.Helper()
	s.Exec(`INSERT INTO pages (page_type, parent_id, position, depth, url_path, locale_id, draft_content, draft_title, title, slug, visibility, is_structure_only)
		SELECT 'content', p.id, 1000 + i, p.depth + 1, p.url_path || 'place' || i || '/', p.locale_id, '{}', 'Place', 'Place', 'place' || i, 'public', false
		FROM pages p, generate_series(1, ?) i WHERE p.url_path = '/en/about/'`, n)
	s.Exec(`INSERT INTO group_page_permissions (group_id, page_id, can_change)
		SELECT g.id, p.id, true FROM groups g, pages p WHERE g.name = 'Group 1' AND p.slug LIKE 'place%'`)
	return teamPage(s, "Group 1")
}

// editorQueries are those of the editor's pages. team is a group with rights at places.
func editorQueries(s *webtest.Site, v *webtest.Visitor, team string) {
	s.T.Helper()
	asking(s, v, "/cms/", mostQueries)
	for _, view := range []string{"", "?q=a", "?q=tama+p", "?p=2", "?p=9", "?all=1", "?count=1", "?last_login=today", "?is_superuser=1&o=-name.last_login"} {
		asking(s, v, users+view, mostQueries+1) // with the groups to narrow by
		asking(s, v, teams+view, mostQueries)
	}
	asking(s, v, userPage(s, "kea"), mostQueries+1)
	asking(s, v, userPage(s, "kea")+"history/", mostQueries)
	asking(s, v, users+"new/", mostQueries)
	asking(s, v, team, mostQueries+2) // with the rights on pages and in collections
	asking(s, v, team+"history/", mostQueries)
	v.Send(team, "#record", "_continue", "1").Status(http.StatusSeeOther).To(team)
	if made, most := s.Statements(), 20; len(made) > most {
		s.T.Errorf("POST %s without a change = %d queries, want at most %d:\n%s", team, len(made), most, strings.Join(made, "\n"))
	}
}

// No page asks more the more there is to show.
func TestQueriesOfPages(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 20, 200} {
		t.Run(fmt.Sprintf("%d rows", n), func(t *testing.T) {
			t.Parallel()
			s := filled(t, n)
			school := belong(s, n)
			anybody, kea, boss := s.Visitor(), s.SignedIn("kea"), s.SignedIn("boss")
			asking(s, anybody, "/en/", 1)
			asking(s, anybody, "/mi/about/", 1)
			asking(s, anybody, "/en/accounts/login/", 1)
			asking(s, anybody, "/en/accounts/signup/", 1)
			asking(s, kea, "/en/", 1)
			asking(s, kea, "/en/members-only/", 2)
			asking(s, kea, "/en/users/kea/", mostOfDashboard)
			asking(s, boss, "/en/users/kea/", mostOfDashboard+1) // and whose page it is
			for _, form := range []string{"apply-individual/", "apply-organisation/" + school + "/", "add-seats/" + school + "/"} {
				asking(s, kea, "/en/users/memberships/"+form, mostQueries)
				asking(s, kea, "/en/users/memberships/"+form+"preview/", mostQueries)
			}
			// Beside session and organisation: two for a page of the people, three for memberships with what was bought for them.
			asking(s, kea, "/en/organisations/"+school+"/", mostOfOrganisation)
			asking(s, boss, "/en/organisations/"+school+"/?members-sort=-name&memberships-page=2", mostOfOrganisation)
			asking(s, kea, "/en/users/memberships/cancel/", mostQueries)
			asking(s, kea, "/billing/invoice/KEA-1/detail/", mostQueries)
			asking(s, boss, "/billing/invoice/KEA-1/detail/", mostQueries)
			asking(s, boss, "/admin/", mostQueries)
			team := entitled(s, n)
			t.Run("Editor", func(t *testing.T) { editorQueries(s.For(t), boss, team) })
			for _, key := range s.App.Staff.Entities() {
				t.Run(key, func(t *testing.T) { staffQueries(s.For(t), boss, key) })
			}
		})
	}
}

func staffQueries(s *webtest.Site, v *webtest.Visitor, key string) {
	sample := samples()[key]
	path := "/admin/" + strings.Replace(key, ".", "/", 1) + "/"
	record := path + strconv.Itoa(s.Count("SELECT max(id) FROM "+sample.table)) + "/"
	list, form, history := mostQueries, mostQueries, mostQueries
	switch key {
	case "users.user": // with the groups to choose from, and addresses, answers and authenticators as tables
		form += 3
	case "users.profilefield", "terms.termversion": // what they belong to is loaded for names and for a filter
		list, form = list+2, form+2
	case "terms.termacceptance": // with person, version and term of each, and versions and terms to narrow by
		list, form, history = list+6, form+2, history+1
	case "mfa.authenticator": // with its owner and what that person may do
		form++
	case "organisations.organisation": // with its people, its memberships, what was bought for them, and its invoices
		form += 6
	case "organisations.organisationmember": // with people and organisations to choose from, and organisations to narrow by
		list, form = list+1, form+2
	case "memberships.individualmembership": // with purchases and invoices, and in the form the options to choose from, what it renews and two tables
		list, form, history = list+2, form+4, history+2
	case "memberships.organisationmembership": // likewise, and with the seats that are taken
		list, form, history = list+3, form+5, history+3
	}
	for _, view := range []string{"", "?q=a", "?q=tama+p", "?p=2", "?p=9", "?all=1", "?count=1"} {
		asking(s, v, path+view, list)
	}
	if sample.add != nil {
		asking(s, v, path+"add/", mostQueries)
	}
	asking(s, v, record+"change/", form)
	asking(s, v, record+"history/", history)
}
