package staff_test

import (
	"encoding/csv"
	"io"
	"net/http"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ams/app/membership"
	"ams/app/profile"
	"ams/app/web/webtest"
)

// heads are the columns that the specification fixes.
const heads = "Email,First Name,Last Name,Username,Active Member,Date Joined,Last Login,Is Active,Is Staff,Is Superuser,Admin Notes," +
	"Individual Membership Status,Membership Option,Membership Start Date,Membership Expiry Date," +
	"Organisation Name,Organisation Role,Organisation Membership Status"

// table is a downloaded file by its first column, and its heads.
func table(t *testing.T, a *webtest.Answer) (head []string, rows map[string][]string) {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(a.Status(http.StatusOK).Body)).ReadAll()
	if err != nil {
		t.Fatalf("%v\n%s", err, a.Body)
	}
	rows = map[string][]string{}
	for _, row := range all[1:] {
		rows[row[0]] = row
	}
	return all[0], rows
}

// held gives somebody a membership, created so many days ago.
func held(s *webtest.Site, username string, option int64, start, expiry string, approved, cancelled bool, daysAgo int) {
	s.T.Helper()
	s.Exec(`INSERT INTO individual_memberships (user_id, membership_option_id, start_date, expiry_date, created_datetime, approved_datetime, cancelled_datetime)
		SELECT u.id, ?, ?, ?, timestamptz '2027-03-03' - ? * interval '1 day', CASE WHEN ? THEN timestamptz '2027-01-01' END, CASE WHEN ? THEN timestamptz '2027-01-01' END
		FROM users u WHERE u.username = ?`, option, start, expiry, daysAgo, approved, cancelled, username)
}

func TestExport(t *testing.T) {
	t.Parallel()
	t.Run("ACC-49 SHL-45 SHL-46 the columns, the values and their forms", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		option := s.Option(membership.Option{}, "0")
		for _, who := range []string{"tui", "weka", "ruru", "moa"} {
			s.Person(who)
		}
		s.Exec("UPDATE users SET date_joined = '2026-12-31 23:59:58+13', last_login = NULL")
		held(s, "kea", option, "2027-03-01", "2028-03-01", false, false, 1)
		held(s, "kea", option, "2025-03-01", "2026-03-01", true, false, 400)
		held(s, "tui", option, "2027-03-01", "2028-03-01", true, false, 1)
		held(s, "weka", option, "2026-01-01", "2027-01-01", true, false, 1)
		held(s, "ruru", option, "2027-01-01", "2028-01-01", true, true, 0)
		held(s, "ruru", option, "2027-02-01", "2028-01-01", true, false, 5) // active, but not the one created last
		s.Exec(`UPDATE users SET first_name = '=HYPERLINK(1)', last_name = 'Kahu, "M"', admin_notes = E'one\r\ntwo', is_active = false WHERE username = 'moa'`)
		first, second := school(s, "Kura A"), school(s, "Kura B")
		for _, who := range []string{"tui", "weka", "ruru"} {
			s.Exec("UPDATE organisation_members SET created_datetime = '2027-01-20' WHERE id = ?", joined(s, who, first, "ADMIN"))
		}
		joined(s, "tui", second, "MEMBER") // made earlier
		s.Exec("UPDATE organisation_members SET created_datetime = '2027-02-01' WHERE id = ?", joined(s, "weka", second, "MEMBER"))
		s.Exec("UPDATE organisation_members SET created_datetime = '2027-02-01', accepted_datetime = NULL WHERE id = ?", joined(s, "ruru", second, "ADMIN"))
		s.Exec("UPDATE organisation_members SET revoked_datetime = '2027-02-01' WHERE id = ?", joined(s, "kea", second, "ADMIN"))
		seats := s.Option(membership.Option{Type: membership.ForOrganisations}, "0")
		s.Exec(`INSERT INTO organisation_memberships (organisation_id, membership_option_id, seats, start_date, expiry_date, created_datetime, approved_datetime, cancelled_datetime)
			SELECT o.id, ?, 3, h.start_date, h.expiry_date, '2027-01-01', h.approved, h.cancelled
			FROM organisations o JOIN (VALUES ('Kura A', date '2026-03-03', date '2027-03-03', timestamptz '2026-03-03', NULL::timestamptz), -- over today
				('Kura A', '2027-01-01', '2028-01-01', '2027-01-01', '2027-02-01'), ('Kura A', '2027-03-03', '2028-03-03', NULL, NULL),
				('Kura B', '2027-03-03', '2028-03-03', '2027-03-03', NULL)) h (name, start_date, expiry_date, approved, cancelled) USING (name)`, seats)
		v := s.SignedIn("boss")
		s.Exec("UPDATE users SET last_login = NULL WHERE username = 'kea'")
		answer := v.Post(people, append([]string{"action", "export"}, picked(s, "kea", "tui", "weka", "ruru", "moa", "boss")...)...)
		for name, want := range map[string]string{
			"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": "attachment; filename=users_export_20270303_010000.csv", "Cache-Control": "no-store",
		} {
			if got := answer.Header.Get(name); got != want {
				t.Errorf("%s = %q, want %q", name, got, want)
			}
		}
		head, rows := table(t, answer)
		if got := strings.Join(head, ","); got != heads {
			t.Errorf("heads = %s\nwant %s", got, heads)
		}
		joined := "2026-12-31 10:59:58"
		for who, want := range map[string]string{
			"kea":  "kea@example.org|Mere|Kahu|kea|False|" + joined + "||True|False|False||PENDING|Teacher|2027-03-01|2028-03-01|||",
			"tui":  "tui@example.org|Mere|Kahu|tui|True|" + joined + "||True|False|False||ACTIVE|Teacher|2027-03-01|2028-03-01|Kura A|Admin|NONE",
			"weka": "weka@example.org|Mere|Kahu|weka|True|" + joined + "||True|False|False||EXPIRED|Teacher|2026-01-01|2027-01-01|Kura B|Member|ACTIVE",
			"ruru": "ruru@example.org|Mere|Kahu|ruru|True|" + joined + "||True|False|False||CANCELLED|Teacher|2027-01-01|2028-01-01|Kura A|Admin|NONE",
			"moa":  "moa@example.org|'=HYPERLINK(1)|Kahu, \"M\"|moa|False|" + joined + "||False|False|False|one\ntwo|NONE||||||",
			"boss": "boss@example.org|Hōne|Heke|boss|False|" + joined + "|2027-03-03 01:00:00|True|True|True||NONE||||||",
		} {
			if got := strings.Join(rows[webtest.Address(who)], "|"); got != want {
				t.Errorf("%s:\n got %s\nwant %s", who, got, want)
			}
		}
		if len(rows) != 6 {
			t.Errorf("%d people, want 6", len(rows))
		}
		lines := strings.Split(answer.Body, "\n")
		if !strings.HasSuffix(lines[0], "\r") || strings.Contains(lines[0], `"`) {
			t.Errorf("the first line is %q, want minimal quoting and CRLF", lines[0])
		}
	})
	t.Run("ACC-49 the answers to live questions, two choices in one cell, none in an empty one", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Person("tui")
		late, early, off := s.Group("Late", 2), s.Group("Early", 1), s.Group("Off", 0)
		choices := profile.Options{Choices: []profile.Choice{{Value: "a", Label: profile.Texts{"en": "A"}}, {Value: "b", Label: profile.Texts{"en": "B"}}}}
		iwi := s.Ask(profile.Question{GroupID: late, Key: "iwi", Type: profile.Text})
		hidden := s.Ask(profile.Question{GroupID: off, Key: "hidden", Type: profile.Text})
		retired := s.Ask(profile.Question{GroupID: early, Key: "retired", Type: profile.Text})
		interests := s.Ask(profile.Question{GroupID: early, Key: "interests", Type: profile.Checkbox, Options: choices, Order: 2})
		born := s.Ask(profile.Question{GroupID: early, Key: "born", Type: profile.Number, Order: 1})
		for id, value := range map[int64]string{iwi: `Ngāti "Porou", -1`, hidden: "secret", retired: "old", interests: `["a","b"]`, born: "-3"} {
			s.Answer("kea", id, value)
		}
		s.Answer("tui", interests, `["b"]`)
		s.Exec("UPDATE profile_field_groups SET is_active = false WHERE id = ?", off)
		s.Exec("UPDATE profile_fields SET is_active = false WHERE id = ?", retired)
		head, rows := table(t, s.SignedIn("boss").Post(people, append([]string{"action", "export"}, picked(s, "kea", "tui", "boss")...)...))
		fixed := strings.Count(heads, ",") + 1
		if got, want := strings.Join(head[fixed:], "|"), "born|interests|iwi"; got != want {
			t.Errorf("the heads of questions = %s, want %s", got, want)
		}
		for who, want := range map[string]string{"kea": `-3|a, b|Ngāti "Porou", -1`, "tui": "|b|", "boss": "||"} {
			if got := strings.Join(rows[webtest.Address(who)][fixed:], "|"); got != want {
				t.Errorf("the answers of %s = %s, want %s", who, got, want)
			}
		}
	})
	t.Run("All that match, over several portions, each once", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Exec(`INSERT INTO users (uuid, email, username, first_name, last_name, password, date_joined)
			SELECT gen_random_uuid(), 'p' || i || '@b.nz', 'p' || i, 'Tama', CASE WHEN i % 2 = 0 THEN 'Even' ELSE 'Odd' END, '!', now() FROM generate_series(1, 1203) i`)
		v := s.SignedIn("boss")
		answer := v.Post(people+"?q=even", "action", "export", "select_across", "1")
		_, rows := table(t, answer)
		if n := strings.Count(answer.Body, "\r\n"); len(rows) != 601 || n != 602 {
			t.Errorf("%d people on %d lines, want 601 on 602", len(rows), n)
		}
		if queries := len(s.Statements()); queries > 25 {
			t.Errorf("%d queries for 601 people in two portions, want a few for each portion", queries)
		}
		asked := slices.DeleteFunc(s.Statements(), func(q string) bool { return !strings.Contains(q, "profile_fields") })
		if len(asked) != 1 { // a question that is added meanwhile would shift the cells of the next portion
			t.Errorf("the questions were looked up %d times, want once:\n%s", len(asked), strings.Join(asked, "\n"))
		}
		if n := s.Count("SELECT count(*) FROM admin_log_entries WHERE entity = 'users.user' AND action = 'export' AND title = '601 entries' AND user_name = 'Hōne Heke'"); n != 1 {
			t.Errorf("%d entries in the history, want 1", n)
		}
		v.Get("/admin/").Has(".staff-recent", "Export to CSV").Lacks(".staff-recent a[href$='/0/change/']")
	})
	t.Run("Only with the permission, and never of nothing", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Clerk("ruru", "users.view_user", "users.change_user")
		s.Clerk("weka", "users.view_user", "users.export_user")
		s.Clerk("moa", "users.export_user")
		ruru, weka := s.SignedIn("ruru"), s.SignedIn("weka")
		ruru.Get(people).Lacks("#id_action option[value=export]")
		for _, v := range []*webtest.Visitor{ruru, s.SignedIn("moa"), s.SignedIn("kea")} {
			v.Post(people, append([]string{"action", "export"}, picked(s, "kea")...)...).Status(http.StatusForbidden)
			v.Post(people, "action", "export", "select_across", "1").Status(http.StatusForbidden)
		}
		if s.Count("SELECT count(*) FROM admin_log_entries") != 0 {
			t.Error("a refused export is in the history")
		}
		weka.Get(people).Has("#id_action option[value=export]", "Export to CSV")
		_, rows := table(t, weka.Post(people, append([]string{"action", "export"}, picked(s, "kea")...)...))
		if len(rows) != 1 {
			t.Errorf("%d people, want 1", len(rows))
		}
		weka.Post(people, "action", "export").Status(http.StatusSeeOther).To(people)
		weka.Post(people+"?q=nobody", "action", "export", "select_across", "1").Status(http.StatusSeeOther)
	})
}

// exported is how many people the export is measured with.
const exported = 50_000

// The export of fifty thousand people takes as much memory as one of a few. It runs before the parallel tests, because
// it looks at the memory of the whole process.
func TestExportInConstantMemory(t *testing.T) {
	s := site(t)
	s.Exec("DROP INDEX users_search, email_addresses_search") // what follows is about reading
	s.Exec(`INSERT INTO users (uuid, email, username, first_name, last_name, password, date_joined, admin_notes)
		SELECT gen_random_uuid(), 'p' || i || '@b.nz', 'p' || i, 'Tama', 'Tūī', '!', now(), repeat('notes ', 100) FROM generate_series(1, ?) i`, exported)
	option := s.Option(membership.Option{}, "0")
	s.Exec(`INSERT INTO individual_memberships (user_id, membership_option_id, start_date, expiry_date, created_datetime)
		SELECT id, ?, '2027-01-01', '2028-01-01', now() FROM users`, option)
	v := s.SignedIn("boss")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+people, strings.NewReader("action=export&select_across=1"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.AddCookie(&http.Cookie{Name: "sessionid", Value: v.Cookie()})
	var most atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			most.Store(max(most.Load(), reachable()))
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	before := reachable()
	started := time.Now()
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := &lineCounter{}
	size, err := io.Copy(lines, answer.Body)
	close(stop)
	<-stopped
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("answer %d, %v", answer.StatusCode, err)
	}
	if want := exported + 3; lines.n != want { // the heads, boss and kea
		t.Errorf("%d lines, want %d", lines.n, want)
	}
	const bound = 16 << 20
	grown := int64(most.Load()) - int64(before)
	t.Logf("%d bytes in %s, at most %d bytes of memory more than before", size, time.Since(started), grown)
	if grown > bound || size < 2*bound {
		t.Errorf("a file of %d bytes took %d bytes of memory, want less than %d and a file of twice that", size, grown, bound)
	}
}

// reachable is how many bytes the last collection found in use: what was allocated since then tells nothing.
func reachable() uint64 {
	runtime.GC()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	return live[0].Value.Uint64()
}

// lineCounter counts lines and keeps nothing.
type lineCounter struct{ n int }

func (c *lineCounter) Write(p []byte) (int, error) {
	c.n += strings.Count(string(p), "\n")
	return len(p), nil
}
