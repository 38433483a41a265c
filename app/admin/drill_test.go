package admin_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"ams/app/admin"
)

// A list is led through by a date as by an instant, whose days are those of the association's zone.
func TestDrill(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"held", "starts"} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			s, v := trips(t, func(r *admin.Resource[outing]) {
				for i, f := range r.Filters {
					if f.Key == key {
						r.Filters[i] = f.Drill()
					}
				}
			})
			v.Get(list).Lacks("nav.drill")
			for i, day := range []string{"2025-03-14", "2025-03-31", "2025-12-31", "2026-01-01", "2027-03-03"} {
				kind := "walk"
				if i == 2 {
					kind = "other"
				}
				n := strconv.Itoa(i)
				v.Send(list+"add/", "#record", trip("name_en", "Trip "+n, "slug", n, "held_on", day, "starts_0", day, "starts_1", "00:00", "kind", kind, "reason", "x")...).
					Status(http.StatusSeeOther)
			}
			for value, want := range map[string]struct{ rows, links string }{
				"":                    {"Trip 4 Trip 3 Trip 2 Trip 1 Trip 0", "2025 | 2026 | 2027"},
				"2025":                {"Trip 2 Trip 1 Trip 0", "All dates | *2025 | March 2025 | December 2025"},
				"2025-03":             {"Trip 1 Trip 0", "All dates | 2025 | *March 2025 | 14 | 31"},
				"2025-12":             {"Trip 2", "All dates | 2025 | *December 2025 | 31"},
				"2025-03-14":          {"Trip 0", "All dates | 2025 | March 2025 | *14 | 31"},
				"2025-03-15":          {"", "All dates | 2025 | March 2025 | 14 | 31"},
				"2026":                {"Trip 3", "All dates | *2026 | January 2026"},
				"9999":                {"", "All dates | *9999"},
				"9999-12":             {"", "All dates | 9999 | *December 9999"},
				"month":               {"Trip 4", "2025 | 2026 | 2027"},
				"2025&kind=other":     {"Trip 2", "All dates | *2025 | December 2025"},
				"&kind=other":         {"Trip 2", "2025"},
				"2025&q=%22trip+1%22": {"Trip 1", "All dates | *2025 | March 2025"},
				"2025-13":             {"Trip 4 Trip 3 Trip 2 Trip 1 Trip 0", "2025 | 2026 | 2027"},
				"2025-3":              {"Trip 4 Trip 3 Trip 2 Trip 1 Trip 0", "2025 | 2026 | 2027"},
				"0000":                {"Trip 4 Trip 3 Trip 2 Trip 1 Trip 0", "2025 | 2026 | 2027"},
				"0001-01-01":          {"Trip 4 Trip 3 Trip 2 Trip 1 Trip 0", "2025 | 2026 | 2027"},
			} {
				doc := v.Get(list + "?" + key + "=" + value).Status(http.StatusOK).Document()
				rows := strings.Join(doc.Find("tbody th").Map(text), " ")
				doc.Find("nav.drill [aria-current]").Each(func(_ int, here *goquery.Selection) { here.PrependHtml("*") })
				if links := strings.Join(doc.Find("nav.drill a").Map(text), " | "); rows != want.rows || links != want.links {
					t.Errorf("%s=%s lists %q and leads to %q, want %q and %q", key, value, rows, links, want.rows, want.links)
				}
			}
			at := list + "?kind=walk&o=name"
			for _, link := range []string{"2025", "March 2025", "31 March 2025", "All dates"} {
				href, found := v.Get(at).Status(http.StatusOK).Document().Find(`nav.drill a[aria-label="` + link + `"]`).Attr("href")
				if !found {
					t.Fatalf("%s has no link to %s", at, link)
				}
				at = href
			}
			if want := list + "?kind=walk&o=name"; at != want {
				t.Errorf("the links lead to %s, want back to %s", at, want)
			}
			v.Get(list+"?"+key+"=2025-03").Has("#list .chip", "March 2025").Has("select[name="+key+"] option[value='2025-03'][selected]", "March 2025")
			s.Exec("UPDATE outings SET starts_at = NULL")
			v.Get(list + "?" + key + "=2025-03").Status(http.StatusOK)
		})
	}
}
