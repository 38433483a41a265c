package staff_test

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"ams/app/clock"
	"ams/app/dev/crowd"
	"ams/app/web/webtest"
)

// crowded is a site with so many people, sales and organisations that reading a table as a whole would be felt.
func crowded(t *testing.T) *webtest.Site {
	t.Helper()
	s := site(t)
	if err := crowd.Fill(t.Context(), s.DB, crowd.Many, clock.DateOf(s.Clock.Now())); err != nil {
		t.Fatal(err)
	}
	return s
}

// numbered is the one record that has this value.
func numbered(s *webtest.Site, list, table, column, value string) string {
	s.T.Helper()
	return list + strconv.Itoa(s.Count("SELECT id FROM ? WHERE ? = ?", bun.Ident(table), bun.Ident(column), value)) + "/"
}

// viewsOfPeople are lists, searches, filters, orders and last pages of people, and pages of one of them.
func viewsOfPeople(s *webtest.Site) []string {
	few := strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = 'Few'"))
	one := numbered(s, people, "users", "username", "person77")
	return []string{
		people, people + "?p=1000", people + "?o=email&p=750", people + "?o=-email", people + "?o=first_name&p=40", people + "?o=-last_name&p=999",
		people + "?o=username&p=900", people + "?o=is_superuser", people + "?o=-is_superuser", people + "?o=first_name.-email",
		people + "?q=person777", people + "?q=person77", people + "?q=tui-aab", people + "?q=second-p777%40", people + "?q=" + `"tama5+tui-ab"`, people + "?q=zzzz+yyyy",
		people + "?is_staff=1", people + "?is_staff=0&p=500", people + "?is_superuser=1", people + "?is_active=0", people + "?is_active=1&p=950",
		people + "?groups=" + few, people + "?erasure=asked", people + "?erasure=done", people + "?is_staff=1&q=tama50",
		addresses, addresses + "?p=2000", addresses + "?q=second-p777%40", addresses + "?q=tui-aab", addresses + "?q=person77", addresses + "?o=email&p=1500", addresses + "?primary=1&p=900",
		one + "change/", one + "delete/", one + "history/", page(s, "kea", "delete"), addresses + "add/", people + "choose/?field=user&user=person77",
	}
}

// everybody is the group that all people are in.
func everybody(s *webtest.Site) string {
	s.T.Helper()
	return strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = 'Everybody'"))
}

// viewsOfUsers are those of the website's editor.
func viewsOfUsers(s *webtest.Site) []string {
	few, all := strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = 'Few'")), everybody(s)
	one := numbered(s, users, "users", "username", "person77")
	return []string{
		users, users + "?p=2", users + "?p=4000", users + "?p=5001", users + "?o=name&p=4000", users + "?o=-name", users + "?o=-email&p=3000", users + "?o=level&p=40",
		users + "?q=person777", users + "?q=person77", users + "?q=tui-aab", users + "?q=second-p777%40", users + "?q=zzzz+yyyy",
		users + "?is_superuser=1", users + "?is_superuser=0&p=3000", users + "?is_active=0", users + "?is_active=1&p=900",
		users + "?group=" + few, users + "?group=" + all, users + "?group=" + few + "&q=tama50",
		one, one + "delete/", one + "history/", users + "choose/?field=user&user=person77",
	}
}

// viewsOfSales are those of what was sold, and of organisations.
func viewsOfSales(s *webtest.Site) []string {
	opt := numbered(s, "", "membership_options", "name_en", "Option 3")
	member := numbered(s, memberships, "individual_memberships", "user_id", strconv.Itoa(idOf(s, "person77")))
	bill := numbered(s, invoices, "invoices", "invoice_number", "INV-77")
	sold := numbered(s, purchases, "purchases", "id", strconv.Itoa(s.Count("SELECT purchase_id FROM invoices WHERE invoice_number = 'INV-77'")))
	seats := numbered(s, seated, "organisation_memberships", "id", strconv.Itoa(s.Count("SELECT max(id) FROM organisation_memberships")))
	kura := numbered(s, organisations, "organisations", "email", "office77@kura.nz")
	return []string{
		memberships, memberships + "?p=1000", memberships + "?o=start_date&p=1000", memberships + "?o=-expiry_date&p=900",
		memberships + "?o=approved_datetime&p=900", memberships + "?o=-start_date.expiry_date",
		memberships + "?q=person777", memberships + "?q=person77", memberships + "?q=tui-aab", memberships + "?q=zzzz", memberships + "?q=person777+option",
		memberships + "?status=active", memberships + "?status=active&p=250", memberships + "?status=pending", memberships + "?status=pending&p=15",
		memberships + "?status=expired&p=700", memberships + "?status=cancelled", memberships + "?status=cancelled&p=6",
		memberships + "?option=" + strings.TrimSuffix(opt, "/"), memberships + "?option=" + strings.TrimSuffix(opt, "/") + "&p=80",
		memberships + "?start=today", memberships + "?start=month", memberships + "?start=year", memberships + "?status=active&q=tui-aab",
		memberships + "?status=expired&o=expiry_date", member + "change/", member + "delete/", member + "history/", memberships + "add/",
		seated, seated + "?p=200", seated + "?o=start_date&p=200", seated + "?o=-expiry_date&p=150", seated + "?o=-seats&p=150",
		seated + "?q=aab", seated + "?q=office777", seated + "?q=zzzz", seated + "?status=active&p=50", seated + "?status=pending",
		seated + "?status=expired&p=150", seated + "?status=cancelled", seated + "?start=year", seats + "change/", seats + "delete/", seats + "history/", seated + "add/",
		memberships + "?invoice=waiting", memberships + "?invoice=failed", memberships + "?invoice=awaiting", memberships + "?invoice=paid&p=90",
		memberships + "?invoice=cancelled", seated + "?invoice=failed", seated + "?invoice=paid",
		purchases, purchases + "?p=900", purchases + "?o=created_at&p=900", purchases + "?o=-code&p=500", purchases + "?o=total&p=500", purchases + "?q=person777",
		purchases + "?q=INV-777", purchases + "?q=C777", purchases + "?q=office777", purchases + "?q=zzzz", purchases + "?state=FAILED", purchases + "?state=NONE",
		purchases + "?state=RAISED&p=800", purchases + "?kind=SEATS", purchases + "?date=month", sold + "change/", sold + "history/",
		invoices + "?q=ORG-77", invoices + "?q=office777",
		invoices, invoices + "?p=1000", invoices + "?o=number&p=1000", invoices + "?o=issue_date&p=1000", invoices + "?o=-due_date&p=900",
		invoices + "?o=paid_date&p=1000", invoices + "?o=-amount&p=900", invoices + "?o=amount.-number",
		invoices + "?q=INV-777", invoices + "?q=person777", invoices + "?q=ref-a1", invoices + "?q=tui-aab", invoices + "?q=ref-aab", invoices + "?q=zzzz", invoices + "?q=C777+person77",
		invoices + "?state=awaiting", invoices + "?state=awaiting&p=10", invoices + "?state=paid&p=900", invoices + "?state=cancelled", invoices + "?state=cancelled&p=6",
		invoices + "?purpose=RENEWAL&p=300", invoices + "?purpose=SEATS", invoices + "?issue=today", invoices + "?issue=month", invoices + "?due=week", invoices + "?paid=year",
		bill + "change/", bill + "history/",
		options, options + "?q=kowhiringa", options + "?o=-cost", options + "?archived=1", options + "?type=INDIVIDUAL",
		options + opt + "change/", options + opt + "delete/",
		organisations, organisations + "?p=200", organisations + "?o=name&p=200", organisations + "?o=-postal_city&p=150", organisations + "?o=email&p=199",
		organisations + "?o=contact_name&p=150", organisations + "?q=office777", organisations + "?q=aab", organisations + "?q=zzzz",
		organisations + "?is_active=0", organisations + "?is_active=1&p=190", kura + "change/", kura + "delete/", kura + "history/",
	}
}

var scans = regexp.MustCompile(`Seq Scan on (users|email_addresses|individual_memberships|purchases|invoices|billing_accounts|organisations|organisation_memberships|organisation_members)\b`)

// pageOf is the part of a list's query that finds the rows; the other one counts.
var pageOf = regexp.MustCompile(`(?s)^SELECT ARRAY\((.*)\) AS page, `)

// planned opens a page and looks at how the database finds what the page asks for.
func planned(s *webtest.Site, v *webtest.Visitor, address string) {
	s.T.Helper()
	v.Get(address).Status(http.StatusOK)
	statements := s.Statements()
	most := 13
	keys := s.Count("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND confrelid = 'users'::regclass")
	switch {
	case address == page(s, "person77", "delete"), address == userPage(s, "person77")+"delete/":
		most = keys + 23 // further keys lead on from the membership and the billing account, and what goes or refuses is named
	case strings.HasSuffix(address, "/delete/"):
		most = keys + 18 // one for each foreign key, and names of what refuses
	}
	if len(statements) > most {
		s.T.Errorf("GET %s = %d queries, want fewer:\n%s", address, len(statements), strings.Join(statements, "\n"))
	}
	for _, q := range statements {
		if page := pageOf.FindStringSubmatch(q); page != nil {
			q = page[1]
		}
		if strings.Contains(q, "count(*)") || !strings.HasPrefix(strings.TrimSpace(strings.ToUpper(q)), "SELECT") {
			continue
		}
		if text := explained(s, q); scans.MatchString(text) {
			s.T.Errorf("GET %s reads a table as a whole:\n%s\n%s", address, q, text)
		}
	}
}

// explained is the plan of a statement; of one that keeps its plan, that for any value.
func explained(s *webtest.Site, q string) string {
	s.T.Helper()
	ctx := s.T.Context()
	conn, err := s.DB.Conn(ctx)
	if err != nil {
		s.T.Fatal(err)
	}
	defer conn.Close()
	explain, values := "EXPLAIN "+q, 0
	for strings.Contains(q, "$"+strconv.Itoa(values+1)) {
		values++
	}
	if values > 0 {
		if _, err := conn.ExecContext(ctx, "SET plan_cache_mode = force_generic_plan; PREPARE kept AS "+q); err != nil {
			s.T.Fatalf("PREPARE %s = %v", q, err)
		}
		defer conn.ExecContext(ctx, "DEALLOCATE kept; RESET plan_cache_mode")
		explain = "EXPLAIN EXECUTE kept (NULL" + strings.Repeat(", NULL", values-1) + ")"
	}
	var plan []string
	if err := conn.NewRaw(explain).Scan(ctx, &plan); err != nil {
		s.T.Fatalf("%s = %v", explain, err)
	}
	return strings.Join(plan, "\n")
}

// A list, its search, its filters and its last page read what they show and what leads there, never a big table as a
// whole. Counting what matches is the one thing that may.
func TestPlans(t *testing.T) {
	t.Parallel()
	s := crowded(t)
	s.Exec("INSERT INTO groups (name) VALUES ('Everybody')")
	s.Exec("INSERT INTO user_groups (user_id, group_id) SELECT u.id, g.id FROM users u, groups g WHERE g.name = 'Everybody'")
	s.Exec("ANALYZE user_groups")
	v := s.SignedIn("boss")
	for _, address := range slices.Concat(viewsOfPeople(s), viewsOfUsers(s), viewsOfSales(s)) {
		planned(s, v, address)
	}
	// What fits very many is found fastest by reading the table, so these have to be answered in time and nothing else. A
	// sale is looked for in several tables, and what has no invoice is missing in another table.
	for _, address := range []string{
		people + "?q=tui&p=1000", memberships + "?q=tui&p=1000",
		users + "?o=-is_active", users + "?o=last_login", users + "?o=-last_login&p=2500", users + "?last_login=today",
		users + "?last_login=year&p=1000", users + "?is_active=1&p=4500", users + "?group=" + everybody(s) + "&p=4000", users + "?q=tui&p=4000",
		memberships + "?invoice=none", seated + "?invoice=none", invoices + "?q=tui&p=1000", invoices + "?q=person7&p=100",
	} {
		started := time.Now()
		v.Get(address).Status(http.StatusOK)
		t.Logf("GET %s took %s", address, time.Since(started))
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
