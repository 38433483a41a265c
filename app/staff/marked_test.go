package staff_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"ams/app/membership"
	"ams/app/profile"
	"ams/app/web/webtest"
)

// marked is a site with somebody all of whose personal data has "zuqlo" in it, in every place that has any.
func marked(t *testing.T, settings ...string) *webtest.Site {
	t.Helper()
	s := webtest.New(t, settings...)
	s.Staff("boss")
	s.Person("zuqlokea")
	s.Exec(`UPDATE users SET first_name = 'Zuqlomere', last_name = 'Zuqlokahu', admin_notes = 'Zuqlo owes a book', language = 'mi' WHERE username = 'zuqlokea'`)
	s.Exec(`INSERT INTO email_addresses (user_id, email, verified) SELECT id, 'second@zuqlo.example', true FROM users WHERE username = 'zuqlokea'`)
	s.Exec("INSERT INTO groups (name) VALUES ('Kaimahi')")
	s.Exec("INSERT INTO user_groups SELECT u.id, g.id FROM users u, groups g WHERE u.username = 'zuqlokea' AND g.name = 'Kaimahi'")
	s.Grant("zuqlokea", "users.view_user")
	kura := school(s, "Te Kura o Ōtepoti")
	joined(s, "zuqlokea", kura, "ADMIN")
	invited(s, "second@zuqlo.example", kura)
	s.Exec("UPDATE pages SET owner_id = u.id, locked_by_id = u.id FROM users u WHERE u.username = 'zuqlokea'")
	option := fmt.Sprint(s.Option(membership.Option{}, "49.99"))
	v := s.SignedIn("zuqlokea")
	v.Post("/en/users/memberships/apply-individual/", "membership_option", option, "start_date", "2027-03-03").Status(http.StatusSeeOther)
	s.Work()
	s.MarkPaid("MOCK-1")
	s.Work()
	boss := s.SignedIn("boss")
	boss.Send(page(s, "zuqlokea", "change"), "#record", "first_name", "Zuqlomere-Ann").Status(http.StatusSeeOther)
	boss.Send(memberships+fmt.Sprint(s.Count("SELECT max(id) FROM individual_memberships"))+"/change/", "#record", "overlap_allowed", "on").Status(http.StatusSeeOther)
	boss.Send(belongings+fmt.Sprint(s.Count("SELECT id FROM organisation_members WHERE user_id IS NOT NULL"))+"/change/", "#record", "invite_email", "zuqlokea@example.org").Status(http.StatusSeeOther)
	address := s.Count("SELECT id FROM email_addresses WHERE email = 'second@zuqlo.example'")
	boss.Send(addresses+strconv.Itoa(address)+"/change/", "#record", "verified", webtest.Leave).Status(http.StatusSeeOther)
	s.Visitor().Post("/en/accounts/login/", "login", "zuqlokea@example.org", "password", "wrong").Status(http.StatusUnprocessableEntity)
	s.Exec(`INSERT INTO email_messages (id, template_id, recipients, "from", subject, language, html, text, status, created_at)
		VALUES (gen_random_uuid(), 'x', '{zuqlokea@example.org}', '', 'Kia ora Zuqlomere', 'en', 'zuqlo', 'zuqlo', 'queued', now()),
		       (gen_random_uuid(), 'x', '{boss@example.org,second@zuqlo.example}', '', 'To all', 'en', 'a', 'a', 'failed', now())`)
	s.Answer("zuqlokea", s.Ask(profile.Question{Key: "iwi", Type: profile.Text}), "Ngāti Zuqlo")
	s.Exec(`INSERT INTO authenticators (user_id, type, data, created_at) SELECT id, 'recovery_codes', '{"seed": "zuqlo"}', now() FROM users WHERE username = 'zuqlokea'`)
	s.Exec("INSERT INTO social_accounts (user_id, provider, uid, last_login, date_joined) SELECT id, 'Example', 'zuqlo-7', now(), now() FROM users WHERE username = 'zuqlokea'")
	s.Exec(`INSERT INTO term_acceptances (user_id, term_version_id, accepted_at, ip_address, user_agent, source)
		SELECT id, ?, '2027-03-01', '192.0.2.7', initcap(username) || '/1.0', 'web' FROM users`, s.TermVersion("privacy", "1", -time.Hour))
	s.Exec(`INSERT INTO page_revisions (page_id, content, title, created_at, updated_at, user_id)
		SELECT p.id, '{}', 'Home', now(), now(), u.id FROM pages p, users u WHERE u.username = 'zuqlokea' ORDER BY p.id LIMIT 1`)
	s.Exec("INSERT INTO theme_settings_revisions (settings_id, data, created_at, user_id) SELECT t.site_id, '{}', now(), u.id FROM theme_settings t, users u WHERE u.username = 'zuqlokea' LIMIT 1")
	s.Exec("INSERT INTO admin_log_entries (at, user_id, user_name, entity, object_id, title, action) SELECT now(), id, 'Zuqlomere Zuqlokahu', 'auth.group', 1, 'Kaimahi', 'change' FROM users WHERE username = 'zuqlokea'")
	return s
}

// remains are the places where a text is still stored.
func remains(s *webtest.Site, text string) (places []string) {
	s.T.Helper()
	var tables []string
	s.Row(&tables, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
	for _, table := range tables {
		var rows []string
		s.Row(&rows, "SELECT t::text FROM ? t WHERE t::text ILIKE '%' || ? || '%'", bun.Ident(table), text)
		for _, row := range rows {
			places = append(places, table+": "+row)
		}
	}
	var args []string // of jobs, which are stored as bytes
	s.Row(&args, "SELECT convert_from(args, 'UTF8') FROM gue_jobs WHERE convert_from(args, 'UTF8') ILIKE '%' || ? || '%'", text)
	return append(places, args...)
}
