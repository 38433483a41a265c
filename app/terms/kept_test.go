package terms_test

import (
	"testing"
	"time"

	"ams/app/database"
	"ams/app/terms"
	"ams/app/web/webtest"
)

// Below everything that the program does, the database keeps what somebody accepted.
func TestDatabaseKeepsAcceptedVersions(t *testing.T) {
	t.Parallel()
	changes := map[string]string{
		"term": "term_id = ?1", "label": "version = '9'", "English": "content_en = 'other'", "te reo Māori": "content_mi = 'kē'",
		"change log": "change_log = 'other'", "date": "date_active = date_active + interval '1 second'",
		"making, which breaks ties": "created_at = created_at - interval '1 second'",
	}
	s := webtest.New(t)
	s.Person("kea")
	other := s.Term("other")
	accepted, free := s.TermVersion("privacy", "1.0", -time.Hour), s.TermVersion("privacy", "1.1", -time.Minute)
	s.Exec(`INSERT INTO term_acceptances (user_id, term_version_id, accepted_at, ip_address) SELECT id, ?, now(), '10.0.0.1' FROM users`, accepted)
	for name, set := range changes {
		t.Run(name, func(t *testing.T) {
			update := func(id int64) error {
				_, err := s.DB.NewRaw("UPDATE term_versions SET "+set+" WHERE id = ?0", id, other).Exec(t.Context())
				return err
			}
			if got := database.Constraint(update(accepted)); got != "term_versions_accepted" {
				t.Errorf("changing an accepted version breaks %q, want term_versions_accepted", got)
			}
			if err := update(free); err != nil {
				t.Errorf("changing a version that nobody accepted = %v", err)
			}
		})
	}
	before := s.Count("SELECT revision FROM term_versions WHERE id = ?", accepted)
	s.Exec("UPDATE term_versions SET is_active = false WHERE id = ?", accepted)
	if after := s.Count("SELECT revision FROM term_versions WHERE id = ?", accepted); after <= before {
		t.Errorf("revision %d after a change, want more than %d", after, before)
	}
	for query, want := range map[string]string{
		"DELETE FROM term_versions WHERE content_en LIKE '%privacy 1.0%'": "term_acceptances_version",
		"DELETE FROM terms WHERE key = 'privacy'":                         "term_versions_term",
		"UPDATE terms SET key = 'a b'":                                    "terms_key_slug",
		"INSERT INTO term_acceptances (user_id, term_version_id, accepted_at, ip_address) SELECT user_id, term_version_id, now(), '::1' FROM term_acceptances": "unique_user_term_version_acceptance",
	} {
		_, err := s.DB.NewRaw(query).Exec(t.Context())
		if got := database.Constraint(err); got != want {
			t.Errorf("%s = %v, which breaks %q, want %s", query, err, got, want)
		}
	}
	s.Exec("DELETE FROM users") // their acceptances go with people
	s.Exec("DELETE FROM term_versions")
}

// A client without an address, as behind a socket, is recorded all the same; so is the longest name of a browser.
func TestAcceptTakesAnyClient(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	kea, err := s.App.People.ByUsername(t.Context(), "kea")
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct{ address, want string }{
		{"@", "0.0.0.0"}, {"", "0.0.0.0"}, {"fe80::1%eth0", "fe80::1"}, {"2001:db8::7", "2001:db8::7"}, {"192.0.2.7", "192.0.2.7"},
	} {
		id := s.TermVersion("privacy", string(rune('a'+i)), time.Duration(i)*time.Millisecond-time.Hour)
		if ok, err := s.App.Terms.Accept(t.Context(), kea, terms.Consent{Version: id, Address: c.address}); err != nil || !ok {
			t.Errorf("Accept() from %q = %v, %v, want true", c.address, ok, err)
		}
		if s.Count("SELECT count(*) FROM term_acceptances WHERE term_version_id = ? AND ip_address = ?::inet", id, c.want) != 1 {
			t.Errorf("Accept() from %q did not record %s", c.address, c.want)
		}
	}
}
