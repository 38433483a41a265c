package staff_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"ams/app/profile"
	"ams/app/web/webtest"
)

const authenticators = "/admin/mfa/authenticator/"

// listed is a site with a few rows in every list about people, questions and terms, which are stored in another order than
// they are listed in. No two columns say the same of somebody: kea@example.org belongs to Aroha Ngata, who is rangi here.
func listed(t *testing.T) *webtest.Site {
	t.Helper()
	s := site(t)
	s.Clerk("ruru")
	s.Person("moa")
	s.Person("tui")
	s.Exec("UPDATE users SET is_active = false, erasure_requested_at = '2027-03-01', erased_at = '2027-03-02' WHERE username = 'moa'")
	s.Exec("UPDATE users SET erasure_requested_at = '2027-03-02' WHERE username = 'tui'")
	s.Exec("UPDATE email_addresses SET verified = false WHERE email = 'tui@example.org'")
	s.Exec("INSERT INTO email_addresses (user_id, email) SELECT id, 'second@elsewhere.nz' FROM users WHERE username = 'kea'")
	s.Exec("INSERT INTO groups (name) VALUES ('Beekeepers')")
	joins(s, "ruru", "Beekeepers")
	s.Exec(`INSERT INTO authenticators (user_id, type, data, created_at, last_used_at)
		SELECT u.id, f.type, '{}', f.created_at::timestamptz, f.last_used_at::timestamptz FROM users u JOIN (VALUES
			('kea', 'totp', '2027-03-03', NULL), ('ruru', 'recovery_codes', '2027-02-26', '2027-03-03'), ('tui', 'webauthn', '2026-12-15', '2027-02-26')
		) f (username, type, created_at, last_used_at) USING (username)`)
	surveyed(s)
	agreeing(s)
	s.Exec("UPDATE users SET username = 'rangi', first_name = 'Aroha', last_name = 'Ngata' WHERE username = 'kea'")
	return s
}

// surveyed puts questions into two groups.
func surveyed(s *webtest.Site) {
	s.T.Helper()
	pets, iwi := s.Group("Pets", 20), s.Group("Iwi", 10)
	s.Ask(profile.Question{Key: "cats", Type: profile.Number, GroupID: pets, Order: 2, Counts: true, LabelTexts: profile.Texts{"en": "How many felines?", "mi": "E hia ngā ngeru?"}})
	s.Ask(profile.Question{Key: "dogs", Type: profile.Text, GroupID: pets, Order: 1, ReadOnly: true})
	s.Ask(profile.Question{Key: "hapu", Type: profile.Day, GroupID: iwi, Order: 3, Counts: true})
	s.Exec("UPDATE profile_fields SET is_active = false WHERE field_key = 'cats'")
}

// agreeing makes versions of two texts, and has each accepted by one person or two.
func agreeing(s *webtest.Site) {
	s.T.Helper()
	const day = 24 * time.Hour
	s.TermVersion("privacy", "1.0", -78*day)
	s.TermVersion("privacy", "1.1", -5*day)
	s.TermVersion("conduct", "7.7", -time.Hour)
	s.TermVersion("conduct", "7.8", -time.Hour)
	s.Exec("UPDATE terms SET name_en = 'Behaviour', name_mi = 'Whanonga' WHERE key = 'conduct'")
	s.Exec("UPDATE terms SET name_en = 'Personal data' WHERE key = 'privacy'")
	s.Exec(`UPDATE term_versions SET created_at = CASE version WHEN '1.0' THEN '2026-12-15' WHEN '7.7' THEN '2027-02-26' WHEN '7.8' THEN '2027-02-25'
		ELSE '2027-03-03' END::timestamptz, is_active = version <> '1.1'`)
	s.Exec("UPDATE term_versions SET content_en = '<p>We feed the kererū.</p>', content_mi = '<p>Ngā manu</p>' WHERE version = '7.8'")
	s.Exec(`INSERT INTO term_acceptances (user_id, term_version_id, accepted_at, ip_address, source)
		SELECT u.id, v.id, a.accepted_at::timestamptz, a.ip_address::inet, a.source FROM (VALUES
			('ruru', '7.7', '2027-02-26', '192.0.2.7', 'api'), ('kea', '1.0', '2027-03-03', '10.9.8.7', 'web'), ('tui', '1.0', '2026-12-15', '203.0.113.9', 'sso')
		) a (username, label, accepted_at, ip_address, source) JOIN users u USING (username) JOIN term_versions v ON v.version = a.label`)
}

// told are the cells of one column of a list, from top to bottom. Of an e-mail address it is what stands before the "@".
func told(a *webtest.Answer, column int) (cells []string) {
	a.Status(http.StatusOK).Document().Find("#list-table tbody tr").Each(func(_ int, row *goquery.Selection) {
		text, _, _ := strings.Cut(strings.TrimSpace(row.Find("th, td:not(.cell-pick)").Eq(column).Text()), "@")
		cells = append(cells, text[strings.LastIndex(text, "(")+1:])
	})
	return cells
}

func TestColumns(t *testing.T) {
	t.Parallel()
	s := listed(t)
	v := s.SignedIn("boss")
	for list, want := range map[string][]string{
		people:         {"E-mail address", "First name", "Last name", "Username", "Every right"},
		fieldGroups:    {"Name", "Order", "Active questions", "Active"},
		fields:         {"Key", "Question", "Type", "Group", "Read-only", "Recommended", "Order", "Active"},
		groups:         {"Name"},
		addresses:      {"E-mail address", "Person", "Primary", "Verified"},
		authenticators: {"Person", "Type", "Created", "Last used"},
		legalTexts:     {"Name", "Key", "Created"},
		textVersions:   {"Term", "Version", "Active", "In force from", "Created", "Acceptances"},
		agreed:         {"Person", "Version", "Accepted on", "Client address", "Source"},
		users:          {"Name", "E-mail address", "Access level", "Active", "Last sign-in"},
		teams:          {"Name"},
		texts:          {"Name", "Key", "Created"},
		versions:       {"Term", "Version", "Active", "In force from", "Created", "Acceptances"},
	} {
		got := v.Get(list).Status(http.StatusOK).Document().Find("#list-table thead th").Map(func(_ int, head *goquery.Selection) string {
			return strings.TrimSpace(head.Text())
		})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the columns of %s (-want +got):\n%s", list, diff)
		}
	}
}

// Lists that nobody has sorted.
func TestOrders(t *testing.T) {
	t.Parallel()
	s := listed(t)
	v := s.SignedIn("boss")
	for list, want := range map[string]struct {
		column int
		rows   string
	}{
		people:       {0, "boss kea ruru moa tui"},
		fieldGroups:  {0, "Iwi Pets"},
		fields:       {0, "hapu dogs cats"},
		groups:       {0, "Beekeepers Editors Moderators"},
		legalTexts:   {1, "conduct privacy"},
		textVersions: {1, "7.7 7.8 1.1 1.0"},
		agreed:       {0, "kea ruru tui"},
	} {
		if got := strings.Join(told(v.Get(list), want.column), " "); got != want.rows {
			t.Errorf("GET %s lists %s, want %s", list, got, want.rows)
		}
	}
}

// narrowing is a list, the column that names its rows, and what is left of them for each query, in the order of the alphabet.
type narrowing struct {
	list   string
	column int
	left   map[string]string
}

func (n narrowing) check(s *webtest.Site, v *webtest.Visitor) {
	s.T.Helper()
	for query, want := range n.left {
		a := v.Get(n.list + "?" + query)
		if name, value, _ := strings.Cut(query, "="); name != "q" {
			a.Has(fmt.Sprintf(`#list-bar select[name=%q] option[value=%q][selected]`, name, value), "")
		}
		got := told(a, n.column)
		slices.Sort(got)
		if text := strings.Join(got, " "); text != want {
			s.T.Errorf("GET %s?%s lists %q, want %q", n.list, query, text, want)
		}
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	s := listed(t)
	v := s.SignedIn("boss")
	with := func(filter, table, condition string) string {
		return fmt.Sprintf("%s=%d", filter, s.Count("SELECT id FROM "+table+" WHERE "+condition))
	}
	for _, n := range []narrowing{
		{people, 0, map[string]string{
			"is_staff=1": "boss ruru", "is_staff=0": "kea moa tui", "is_superuser=1": "boss", "is_superuser=0": "kea moa ruru tui",
			"is_active=1": "boss kea ruru tui", "is_active=0": "moa", "erasure=asked": "tui", "erasure=done": "moa",
			with("groups", "groups", "name = 'Beekeepers'"): "ruru", with("groups", "groups", "name = 'Editors'"): "",
		}},
		{fields, 0, map[string]string{
			"field_type=NUMBER": "cats", "field_type=TEXT": "dogs", "field_type=DATE": "hapu", "field_type=SELECT": "",
			with("group", "profile_field_groups", "name_translations ->> 'en' = 'Pets'"): "cats dogs",
			with("group", "profile_field_groups", "name_translations ->> 'en' = 'Iwi'"):  "hapu",
			"is_read_only=1": "dogs", "is_read_only=0": "cats hapu", "counts_toward_completion=1": "cats hapu", "counts_toward_completion=0": "dogs",
			"is_active=1": "dogs hapu", "is_active=0": "cats",
		}},
		{addresses, 0, map[string]string{
			"primary=1": "boss kea moa ruru tui", "primary=0": "second", "verified=1": "boss kea moa ruru", "verified=0": "second tui",
		}},
		{authenticators, 0, map[string]string{
			"type=totp": "kea", "type=recovery_codes": "ruru", "type=webauthn": "tui",
			"created=today": "kea", "created=week": "kea ruru", "created=month": "kea", "created=year": "kea ruru", "created=2026": "tui",
			"last_used=today": "ruru", "last_used=week": "ruru tui", "last_used=month": "ruru", "last_used=year": "ruru tui", "last_used=2026": "",
		}},
		{textVersions, 1, map[string]string{
			with("term", "terms", "key = 'privacy'"): "1.0 1.1", with("term", "terms", "key = 'conduct'"): "7.7 7.8",
			"is_active=1": "1.0 7.7 7.8", "is_active=0": "1.1",
			"date_active=today": "7.7 7.8", "date_active=week": "1.1 7.7 7.8", "date_active=month": "7.7 7.8", "date_active=year": "1.1 7.7 7.8",
			"date_active=2026": "1.0", "created_at=today": "1.1", "created_at=week": "1.1 7.7 7.8", "created_at=month": "1.1",
			"created_at=year": "1.1 7.7 7.8", "created_at=2027-02-25": "7.8",
		}},
		{agreed, 0, map[string]string{
			with("term", "terms", "key = 'privacy'"): "kea tui", with("term", "terms", "key = 'conduct'"): "ruru",
			with("version", "term_versions", "version = '7.7'"): "ruru", with("version", "term_versions", "version = '1.1'"): "",
			"source=web": "kea", "source=api": "ruru", "source=sso": "tui",
			"accepted_at=today": "kea", "accepted_at=week": "kea ruru", "accepted_at=month": "kea", "accepted_at=year": "kea ruru", "accepted_at=2026": "tui",
		}},
	} {
		n.check(s, v)
	}
}

func TestSearches(t *testing.T) {
	t.Parallel()
	s := listed(t)
	v := s.SignedIn("boss")
	for _, n := range []narrowing{
		{people, 0, map[string]string{
			"q=aroha": "kea", "q=ngata": "kea", "q=rangi": "kea", "q=kea%40": "kea", "q=elsewhere": "kea",
		}},
		{fields, 0, map[string]string{"q=cats": "cats", "q=felines": "cats", "q=ngeru": "cats"}},
		{addresses, 0, map[string]string{
			"q=elsewhere": "second", "q=aroha": "kea second", "q=ngata": "kea second", "q=rangi": "kea second", "q=kea%40": "kea second",
		}},
		{authenticators, 0, map[string]string{"q=aroha": "kea", "q=ngata": "kea", "q=rangi": "kea", "q=kea%40": "kea"}},
		{legalTexts, 1, map[string]string{"q=behaviour": "conduct", "q=whanonga": "conduct", "q=conduct": "conduct", "q=personal": "privacy"}},
		{textVersions, 1, map[string]string{"q=7.8": "7.8", "q=kereru": "7.8", "q=manu": "7.8"}},
		{agreed, 0, map[string]string{"q=kea%40": "kea", "q=rangi": "kea", "q=10.9.8.7": "kea", "q=192.0.2": "ruru"}},
	} {
		n.check(s, v)
	}
}
