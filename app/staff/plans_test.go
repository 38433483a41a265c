package staff_test

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"ams/app/web/webtest"
)

const many = 20_000

// crowded is a site with so many people that reading a table as a whole would be felt.
func crowded(t *testing.T) *webtest.Site {
	t.Helper()
	s := site(t)
	s.Exec(`INSERT INTO users (uuid, email, username, first_name, last_name, password, date_joined, is_staff, is_active, erasure_requested_at)
		SELECT gen_random_uuid(), 'p' || i || '@' || md5(i::text) || '.nz', 'person' || i, 'Tama' || i % 900, 'Tūī-' || md5((i * 7)::text), '!', now() - i * interval '1 minute',
		       i % 500 = 0, i % 400 <> 0, CASE WHEN i % 700 = 0 THEN now() END
		FROM generate_series(1, ?) i`, many)
	s.Exec(`INSERT INTO email_addresses (user_id, email, verified, "primary") SELECT id, email, true, true FROM users WHERE username LIKE 'person%'`)
	s.Exec(`INSERT INTO email_addresses (user_id, email) SELECT id, 'second-' || email FROM users WHERE username LIKE 'person%'`)
	s.Exec("INSERT INTO groups (name) VALUES ('Few')")
	s.Exec("INSERT INTO user_groups (user_id, group_id) SELECT u.id, g.id FROM users u, groups g WHERE g.name = 'Few' AND u.id % 900 = 0")
	s.Exec("VACUUM ANALYZE")
	return s
}

var scans = regexp.MustCompile(`Seq Scan on (users|email_addresses)\b`)

// A list, its search, its filters and its last page read what they show and what leads there, never a big table as a
// whole. Counting what matches is the one thing that may.
func TestPlans(t *testing.T) {
	t.Parallel()
	s := crowded(t)
	v := s.SignedIn("boss")
	few := strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = 'Few'"))
	second := strconv.Itoa(s.Count("SELECT id FROM users WHERE username = 'person77'"))
	for _, address := range []string{
		people, people + "?p=200", people + "?o=email&p=150", people + "?o=-email", people + "?o=first_name&p=40", people + "?o=-last_name&p=199",
		people + "?o=username&p=180", people + "?o=is_superuser", people + "?o=-is_superuser", people + "?o=first_name.-email",
		people + "?q=person777", people + "?q=tui-aab", people + "?q=second-p777%40", people + "?q=" + `"tama5+tui-ab"`, people + "?q=zzzz+yyyy",
		people + "?is_staff=1", people + "?is_staff=0&p=100", people + "?is_superuser=1", people + "?is_active=0", people + "?is_active=1&p=190",
		people + "?groups=" + few, people + "?erasure=asked", people + "?erasure=done", people + "?is_staff=1&q=tama50",
		addresses, addresses + "?p=400", addresses + "?q=second-p777%40", addresses + "?q=tui-aab", addresses + "?o=email&p=300", addresses + "?primary=1&p=9",
		people + second + "/change/", people + second + "/delete/", people + second + "/history/",
		addresses + "add/", people + "choose/?field=user&user=person77",
	} {
		v.Get(address).Status(http.StatusOK)
		statements := s.Statements()
		most := 13
		if strings.HasSuffix(address, "/delete/") {
			most = 30 // one for each foreign key
		}
		if len(statements) > most {
			t.Errorf("GET %s = %d queries, want fewer:\n%s", address, len(statements), strings.Join(statements, "\n"))
		}
		for _, q := range statements {
			if strings.Contains(q, "count(*)") || !strings.HasPrefix(strings.TrimSpace(strings.ToUpper(q)), "SELECT") {
				continue
			}
			var plan []string
			if err := s.DB.NewRaw("EXPLAIN "+q).Scan(t.Context(), &plan); err != nil {
				t.Fatalf("EXPLAIN %s = %v", q, err)
			}
			if text := strings.Join(plan, "\n"); scans.MatchString(text) {
				t.Errorf("GET %s reads a table as a whole:\n%s\n%s", address, q, text)
			}
		}
	}
	started := time.Now()
	v.Get(people + "?q=tui&p=200").Status(http.StatusOK)
	if took := time.Since(started); took > 3*time.Second {
		t.Errorf("a search that fits everybody took %s", took)
	}
}

// A list asks the same number of queries for one row as for a hundred.
func TestQueries(t *testing.T) {
	t.Parallel()
	s := site(t)
	v := s.SignedIn("boss")
	for _, address := range []string{people, addresses, groups} {
		v.Get(address).Status(http.StatusOK)
		few := len(s.Statements())
		s.Exec(`INSERT INTO users (uuid, email, username, password, date_joined) SELECT gen_random_uuid(), i || ? || '@b.nz', i || ?, '!', now()
			FROM generate_series(1, 150) i`, address, address)
		s.Exec(`INSERT INTO email_addresses (user_id, email) SELECT id, 'x' || email FROM users WHERE password = '!' ON CONFLICT DO NOTHING`)
		s.Exec(`INSERT INTO groups (name) SELECT i || ? FROM generate_series(1, 90) i`, address)
		v.Get(address).Status(http.StatusOK)
		if got := len(s.Statements()); got > few+1 || few > 12 {
			t.Errorf("GET %s = %d queries with few rows and %d with many:\n%s", address, few, got, strings.Join(s.Statements(), "\n"))
		}
	}
}
