package staff_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ams/app/web/webtest"
)

// Versions of terms and what people accepted are looked through by year, month and day, wherever they are listed.
func TestTermsByDate(t *testing.T) {
	t.Parallel()
	s := site(t)
	id := s.TermVersion("privacy", "1.0", -2*time.Hour)
	s.Exec("UPDATE term_versions SET date_active = '2025-03-31 10:59:00+00' WHERE id = ?", id)
	for _, at := range []string{"2025-03-31 10:59:59+00", "2025-03-31 11:00:00+00"} { // the end of March, and the beginning of April
		s.Exec(`INSERT INTO term_acceptances (user_id, term_version_id, accepted_at, ip_address)
			SELECT id, ?, ?, '203.0.113.1' FROM users WHERE id NOT IN (SELECT user_id FROM term_acceptances) ORDER BY id LIMIT 1`, id, at)
	}
	v := s.SignedIn("boss")
	for list, months := range map[string]int{
		textVersions + "?date_active=": 1, "/cms/snippets/terms/termversion/?date_active=": 1, agreed + "?accepted_at=": 2,
	} {
		doc := v.Get(list+"2025").Status(http.StatusOK).Has("nav.drill", "March 2025").Document()
		if n := doc.Find("nav.drill a").Length(); n != 2+months {
			t.Errorf("%s2025 has %d links, want all dates, the year and %d months", list, n, months)
		}
		doc = v.Get(list+"2025-03").Has("nav.drill", "31").Document()
		if n := doc.Find("tbody tr").Length(); n != 1 {
			t.Errorf("%s2025-03 has %d rows, want 1", list, n)
		}
	}
}

// Acceptances can be put into the order of their versions.
func TestAcceptancesByVersion(t *testing.T) {
	t.Parallel()
	s := site(t)
	for i, who := range []string{"kea", "boss"} {
		id := s.TermVersion("privacy", fmt.Sprint(i), -2*time.Hour)
		s.Exec(`INSERT INTO term_acceptances (user_id, term_version_id, accepted_at, ip_address)
			SELECT id, ?, '2025-03-31 10:59:59+00', '203.0.113.1' FROM users WHERE username = ?`, id, who)
	}
	v := s.SignedIn("boss")
	for order, first := range map[string]string{"term_version": "kea", "-term_version": "boss"} {
		if got := v.Get(agreed + "?o=" + order).Status(http.StatusOK).Document().Find("tbody tr").First().Text(); !strings.Contains(got, webtest.Address(first)) {
			t.Errorf("by %s the first acceptance is %q, want that of %s", order, got, first)
		}
	}
}
