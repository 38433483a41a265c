package staff_test

import (
	"net/http"
	"slices"
	"testing"

	"ams/app/web/webtest"
)

// claimed is a site on which kea claims the addresses of weka, and has some of her own. Each has left its traces.
func claimed(t *testing.T) *webtest.Site {
	t.Helper()
	s := site(t)
	s.Person("weka")
	s.Exec(`INSERT INTO email_addresses (user_id, email, verified) SELECT u.id, e.email, e.verified FROM users u
		JOIN (VALUES ('kea', 'weka@example.org', false), ('kea', 'second@weka.example', false), ('weka', 'second@weka.example', true),
			('kea', 'alone@kea.example', false)) e (username, email, verified) USING (username)`)
	s.Exec("UPDATE email_addresses SET verified = false WHERE email = 'weka@example.org'") // nobody has proved it, and weka's account has it
	s.Exec(`INSERT INTO admin_log_entries (at, user_name, entity, object_id, title, action, changes)
		SELECT now(), 'boss', 'users.user', id, 'Mere', 'change', '[{"field": "email", "before": "once@kea.example", "after": "kea@example.org"},
			{"field": "addresses", "before": "dropped@kea.example", "after": ""}]' FROM users WHERE username = 'kea'`)
	for _, email := range []string{
		"kea@example.org", "alone@kea.example", "once@kea.example", "dropped@kea.example", "weka@example.org", "second@weka.example",
	} {
		s.Exec(`INSERT INTO email_messages (id, template_id, recipients, "from", subject, language, html, text, status, created_at)
			VALUES (gen_random_uuid(), 'x', ARRAY[?], '', 'Kia ora', 'en', '', '', 'failed', now())`, email)
		s.Exec("INSERT INTO rate_limits (key, hits) VALUES ('sign-in failed/email/' || ?, '{2027-03-03}')", email)
		s.Exec(`INSERT INTO admin_log_entries (at, user_name, entity, object_id, title, action)
			VALUES (now(), 'boss', 'account.emailaddress', 99999, ?0, 'delete'), (now(), 'boss', 'mfa.authenticator', 99999, 'Mere (' || ?0 || ')', 'delete')`, email)
	}
	return s
}

// traces are the addresses that the outbox, the counters and history still know, each once for every trace.
func traces(s *webtest.Site) (all []string) {
	s.T.Helper()
	s.Row(&all, `SELECT email FROM (SELECT unnest(recipients) AS email FROM email_messages WHERE subject = 'Kia ora'
		UNION ALL SELECT split_part(key, '/', 3) FROM rate_limits WHERE key LIKE 'sign-in failed/email/%' AND hits <> '{}'
		UNION ALL SELECT rtrim(substring(title FROM '[^( ]+@[^)]+'), ')') FROM admin_log_entries WHERE object_id = 99999) t
		WHERE email LIKE '%@%' ORDER BY email`)
	return all
}

func TestErasingWhoClaimedAddresses(t *testing.T) {
	t.Parallel()
	left := func(emails ...string) (want []string) {
		for _, e := range emails {
			want = append(want, e, e, e, e)
		}
		slices.Sort(want)
		return want
	}
	t.Run("ACC-65 whoever proved an address loses nothing with somebody who claimed it", func(t *testing.T) {
		t.Parallel()
		s := claimed(t)
		erased(s.SignedIn("boss"), s, "kea").Status(http.StatusSeeOther)
		if got, want := traces(s), left("weka@example.org", "second@weka.example"); !slices.Equal(got, want) {
			t.Errorf("left of addresses: %q, want %q", got, want)
		}
		if n := s.Count("SELECT count(*) FROM email_addresses ea JOIN users u ON u.id = ea.user_id WHERE u.username = 'weka'"); n != 2 {
			t.Errorf("weka has %d addresses, want 2", n)
		}
		s.Visitor().Post("/en/accounts/login/", "login", "second@weka.example", "password", webtest.Password).Status(http.StatusSeeOther).To("/en/users/~redirect/")
	})
	t.Run("The sign-in address of an imported account goes though no row has it", func(t *testing.T) {
		t.Parallel()
		s := claimed(t)
		s.Exec("DELETE FROM email_addresses WHERE email = 'kea@example.org'")
		erased(s.SignedIn("boss"), s, "kea").Status(http.StatusSeeOther)
		if got, want := traces(s), left("weka@example.org", "second@weka.example"); !slices.Equal(got, want) {
			t.Errorf("left of addresses: %q, want %q", got, want)
		}
	})
	t.Run("Titles with the sign-in address of the erased go though somebody else has proved it", func(t *testing.T) {
		t.Parallel()
		s := claimed(t)
		s.Exec("UPDATE email_addresses SET verified = false WHERE email = 'kea@example.org'")
		s.Exec("INSERT INTO email_addresses (user_id, email, verified) SELECT id, 'kea@example.org', true FROM users WHERE username = 'weka'")
		erased(s.SignedIn("boss"), s, "kea").Status(http.StatusSeeOther)
		want := slices.Insert(left("weka@example.org", "second@weka.example"), 0, "kea@example.org", "kea@example.org", "kea@example.org")
		slices.Sort(want)
		if got := traces(s); !slices.Equal(got, want) {
			t.Errorf("left of addresses: %q, want %q", got, want)
		}
	})
}
