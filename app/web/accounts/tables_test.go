package accounts_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"ams/app/lang"
	"ams/app/membership"
	"ams/app/web/webtest"
)

// belongs gives kea 30 memberships of two options, 30 invitations and 30 organisations. Names of odd ones have a macron.
func belongs(s *webtest.Site) {
	s.T.Helper()
	s.Exec(`INSERT INTO organisations (name, telephone, email, contact_name, postal_address, postal_city, postal_code)
		SELECT CASE WHEN i % 2 = 0 THEN 'kura ' ELSE 'Kurā ' END || lpad(i::text, 2, '0'), '1', 'o@example.org', 'Ana', 'PO', 'Pōneke', '6011'
		FROM generate_series(1, 60) i ORDER BY i`)
	s.Exec(`INSERT INTO organisation_members (organisation_id, user_id, role, created_datetime, accepted_datetime)
		SELECT o.id, u.id, CASE WHEN o.id % 3 = 0 THEN 'ADMIN' ELSE 'MEMBER' END, '2026-01-01', timestamptz '2026-03-01 12:00+13' - o.id * interval '1 day'
		FROM organisations o, users u WHERE u.username = 'kea' AND right(o.name, 2)::int <= 30`)
	s.Exec(`INSERT INTO organisation_members (organisation_id, invite_email, created_datetime)
		SELECT id, ?, timestamptz '2026-12-01 12:00+13' - id * interval '1 day' FROM organisations WHERE right(name, 2)::int > 30`, keaMail)
	for i, name := range []string{"Ākonga", "full"} {
		option := s.Option(membership.Option{Name: lang.Text{EN: name}, Duration: membership.Duration{Months: 1}}, "5")
		s.Exec(fmt.Sprintf(`INSERT INTO individual_memberships (user_id, membership_option_id, start_date, expiry_date, created_datetime)
			SELECT id, %d, date '2020-01-01' + make_interval(months => n), date '2020-02-01' + make_interval(months => n), '2020-01-01'
			FROM users, generate_series(%d, 29, 2) n WHERE username = 'kea'`, option, i))
	}
}

// cells are those of a table's column, from 0.
func cells(a *webtest.Answer, table string, column int) (all []string) {
	for _, row := range a.Document().Find(table + " tbody tr").EachIter() {
		all = append(all, strings.TrimSpace(row.Children().Eq(column).Find("span").First().Text()))
	}
	return all
}

// sorting is the link of a column's head; "" where there is none.
func sorting(a *webtest.Answer, table, label string) string {
	head := a.Document().Find(table + " th").FilterFunction(func(_ int, th *goquery.Selection) bool { return strings.TrimSpace(th.Text()) == label })
	return head.Find("a").AttrOr("href", "")
}

func TestTablesOfDashboard(t *testing.T) {
	t.Parallel()
	begins := func(t *testing.T, what string, got []string, rows int, want ...string) {
		t.Helper()
		if len(got) != rows || !slices.Equal(got[:min(len(want), len(got))], want) {
			t.Errorf("%s = %q, want %d rows beginning with %q", what, got, rows, want)
		}
	}
	site := func(t *testing.T) (*webtest.Site, *webtest.Visitor) {
		t.Helper()
		s := webtest.New(t)
		s.Person("kea")
		belongs(s)
		return s, s.SignedIn("kea")
	}
	t.Run("H-26 pages of 25, each table its own", func(t *testing.T) {
		t.Parallel()
		_, v := site(t)
		first := v.Get(ownPage).Status(http.StatusOK)
		begins(t, "memberships", cells(first, "#memberships", 2), 25, "01/06/2022", "01/05/2022")
		begins(t, "invitations", cells(first, "#invitations", 0), 25, "Kurā 31", "kura 32")
		begins(t, "organisations", cells(first, "#organisations", 0), 25, "Kurā 01", "kura 02")
		second := v.Get(ownPage + "?organisations-page=2").Status(http.StatusOK)
		begins(t, "page 2 of the organisations", cells(second, "#organisations", 0), 5, "kura 26", "Kurā 27")
		begins(t, "memberships beside it", cells(second, "#memberships", 2), 25, "01/06/2022")
		begins(t, "invitations beside it", cells(second, "#invitations", 0), 25, "Kurā 31")
		next := second.Document().Find("#invitations-pager a[rel=next]").AttrOr("href", "")
		if next != ownPage+"?invitations-page=2&organisations-page=2" {
			t.Fatalf("the next invitations are at %q, want them beside page 2 of the organisations", next)
		}
		both := v.Get(next).Status(http.StatusOK)
		begins(t, "page 2 of the invitations", cells(both, "#invitations", 0), 5, "kura 56", "Kurā 57")
		begins(t, "organisations beside it", cells(both, "#organisations", 0), 5, "kura 26")
		begins(t, "page 2 of the memberships", cells(v.Get(ownPage+"?memberships-page=2"), "#memberships", 2), 5, "01/05/2020", "01/04/2020")
		far := v.Get(ownPage + "?memberships-page=9&organisations-page=9&invitations-page=x&organisations-sort=secret").Status(http.StatusOK)
		begins(t, "memberships of page 9", cells(far, "#memberships", 2), 25, "01/06/2022")
		begins(t, "organisations of page 9", cells(far, "#organisations", 0), 25, "Kurā 01")
		begins(t, "invitations of page x", cells(far, "#invitations", 0), 25, "Kurā 31")
	})
	t.Run("H-26 heads sort where sorting works", func(t *testing.T) {
		t.Parallel()
		_, v := site(t)
		page := v.Get(ownPage + "?invitations-page=2").Status(http.StatusOK)
		for table, labels := range map[string]map[string]string{
			"#memberships":   {"Membership": "option", "Status": "", "Start": "start", "Expiry": "expiry", "Invoices": "", "Actions": ""},
			"#invitations":   {"Organisation": "organisation", "Role": "role", "Invited on": "invited", "Actions": ""},
			"#organisations": {"Organisation": "organisation", "Role": "role", "Joined": "joined", "Organisation membership": "", "Actions": ""},
		} {
			for label, key := range labels {
				want := ""
				if key != "" {
					want = ownPage + "?" + table[1:] + "-sort=" + key
					if table != "#invitations" { // the others keep the page that is not theirs
						want = ownPage + "?invitations-page=2&" + table[1:] + "-sort=" + key
					}
				}
				if got := sorting(page, table, label); got != want {
					t.Errorf("%s of %s sorts at %q, want %q", label, table, got, want)
				}
			}
		}
		head := page.Document().Find("#organisations th a").First()
		if head.AttrOr("hx-target", "") != "#lists" || head.AttrOr("hx-select", "") != "#lists" || head.AttrOr("hx-push-url", "") != "true" {
			t.Error("the head of a column does not swap the lists alone")
		}
		v.HX().Get(ownPage+"?organisations-sort=role").Status(http.StatusOK).Has("#lists #organisations", "Administrator").Lacks("header")
	})
	t.Run("H-26 sorted over all pages", func(t *testing.T) {
		t.Parallel()
		_, v := site(t)
		for query, want := range map[string]struct {
			table  string
			column int
			rows   []string
		}{
			"memberships-sort=option":          {"#memberships", 0, []string{"Ākonga", "Ākonga"}},
			"memberships-sort=-option":         {"#memberships", 0, []string{"full", "full"}},
			"memberships-sort=start":           {"#memberships", 2, []string{"01/01/2020", "01/02/2020"}},
			"memberships-sort=-expiry":         {"#memberships", 3, []string{"01/07/2022", "01/06/2022"}},
			"organisations-sort=organisation":  {"#organisations", 0, []string{"Kurā 01", "kura 02", "Kurā 03"}},
			"organisations-sort=-organisation": {"#organisations", 0, []string{"kura 30", "Kurā 29", "kura 28"}},
			"organisations-sort=joined":        {"#organisations", 0, []string{"kura 30", "Kurā 29"}},
			"organisations-sort=role":          {"#organisations", 1, []string{"Administrator", "Administrator"}},
			"organisations-sort=-role":         {"#organisations", 1, []string{"Member", "Member"}},
			"invitations-sort=-organisation":   {"#invitations", 0, []string{"kura 60", "Kurā 59"}},
			"invitations-sort=invited":         {"#invitations", 0, []string{"kura 60", "Kurā 59"}},
			"invitations-sort=-invited":        {"#invitations", 0, []string{"Kurā 31", "kura 32"}},
		} {
			begins(t, query, cells(v.Get(ownPage+"?"+query).Status(http.StatusOK), want.table, want.column), 25, want.rows...)
		}
		// What is equal has one order, so that nothing is on two pages.
		seen := cells(v.Get(ownPage+"?organisations-sort=role"), "#organisations", 0)
		seen = append(seen, cells(v.Get(ownPage+"?organisations-sort=role&organisations-page=2"), "#organisations", 0)...)
		slices.Sort(seen)
		if seen = slices.Compact(seen); len(seen) != 30 {
			t.Errorf("two pages by role show %d organisations, want all 30", len(seen))
		}
	})
	t.Run("Staff", func(t *testing.T) { // look at the same lists, and the links stay on the page of the person
		t.Parallel()
		s, _ := site(t)
		s.Staff("boss")
		got := s.SignedIn("boss").Get(ownPage + "?organisations-page=2&organisations-sort=joined").Status(http.StatusOK).Lacks("#invitations form")
		begins(t, "organisations", cells(got, "#organisations", 0), 5, "Kurā 05", "kura 04")
	})
	t.Run("Queries", func(t *testing.T) {
		t.Parallel()
		s, v := site(t)
		v.Get(ownPage).Status(http.StatusOK)
		for query, most := range map[string]int{"": 7, "?organisations-sort=organisation&memberships-sort=option&invitations-page=2": 7, "?organisations-page=9&invitations-page=9": 8} {
			v.Get(ownPage + query).Status(http.StatusOK)
			if made := s.Statements(); len(made) > most {
				t.Errorf("the dashboard%s = %d queries, want at most %d:\n%s", query, len(made), most, strings.Join(made, "\n"))
			}
		}
	})
}
