package staff_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"ams/app/clock"
	"ams/app/dev/crowd"
	"ams/app/web/webtest"
)

// big is a site with more people than a list counts unasked.
func big(t *testing.T) (*webtest.Site, *webtest.Visitor) {
	t.Helper()
	s := site(t)
	if err := crowd.Fill(t.Context(), s.DB, 12_000, clock.DateOf(s.Clock.Now())); err != nil {
		t.Fatal(err)
	}
	return s, s.SignedIn("boss")
}

// counted opens a list and wants this above it.
func counted(v *webtest.Visitor, address, want string) *webtest.Answer {
	return v.Get(address).Status(http.StatusOK).Has(".list-count", want)
}

func TestLongLists(t *testing.T) {
	t.Parallel()
	s, v := big(t)
	all := s.Count("SELECT count(*) FROM users")
	last := (all + 99) / 100
	t.Run("CountsUpToALimitAndAllWhenAsked", func(t *testing.T) {
		page := counted(v, people, "More than 10000 entries")
		page.Has("label.across", "All that match")
		link, _ := page.Document().Find(".list-count a").Attr("href")
		exact := counted(v, link, fmt.Sprint(all, " entries"))
		exact.Lacks(".list-count a")
		next, _ := exact.Document().Find(".pager a[rel=next]").Attr("href")
		counted(v, next, fmt.Sprint(all, " entries")) // it stays counted on other pages
		counted(v, people+"?is_active=0", fmt.Sprint(12_000/400, " entries")).Lacks(".list-count a")
		counted(v, people+"?is_staff=1&q=tama", fmt.Sprint(12_000/500, " entries")) // the word alone fits all
	})
	t.Run("LeadsOnWithoutKnowingTheEnd", func(t *testing.T) {
		for page, want := range map[int]bool{1: true, 101: true, last - 1: true, last: false} {
			doc := v.Get(fmt.Sprint(people, "?p=", page)).Status(http.StatusOK).Document()
			if got := doc.Find(".pager a[rel=next]").Length() == 1; got != want {
				t.Errorf("page %d leads on = %v, want %v", page, got, want)
			}
		}
	})
	t.Run("ShowsTheLastPageBeyondTheEnd", func(t *testing.T) {
		want := v.Get(fmt.Sprint(people, "?p=", last)).Status(http.StatusOK).Document().Find("tbody tr").Length()
		for _, address := range []string{people + "?p=9999", people + "?p=9999&count=1"} {
			doc := v.Get(address).Status(http.StatusOK).Document()
			if got := doc.Find("tbody tr").Length(); got != want || want == 0 || doc.Find(".pager [aria-current]").Text() == "" {
				t.Errorf("GET %s shows %d rows, want the %d of page %d", address, got, want, last)
			}
			if got := doc.Find(".pager [aria-current]").Text(); !strings.Contains(got, fmt.Sprint(last)) {
				t.Errorf("GET %s is page %q, want %d", address, got, last)
			}
		}
	})
	t.Run("ShowsAllOnlyOfFew", func(t *testing.T) {
		if got := v.Get(people + "?all=1").Document().Find("tbody tr").Length(); got != 100 {
			t.Errorf("all of very many are %d rows, want one page", got)
		}
		few := s.Count("SELECT count(*) FROM users WHERE search LIKE '%person77%'")
		if got := v.Get(people + "?q=person77&all=1").Document().Find("tbody tr").Length(); got != few || few <= 100 {
			t.Errorf("all of few are %d rows, want %d", got, few)
		}
	})
}

// A word is looked up where it fits few, and compared row by row where it fits many; what is found is the same.
func TestSearchOfMany(t *testing.T) {
	t.Parallel()
	s, v := big(t)
	s.Exec("UPDATE users SET last_name = 'Wiremu' WHERE username IN ('person5', 'person6000')")
	for _, c := range []struct{ list, words, count, condition string }{
		{people, "tama", "users u", "u.search LIKE '%tama%'"},
		{people, "second", "users u", "EXISTS (SELECT FROM email_addresses e WHERE e.user_id = u.id AND e.search LIKE '%second%')"},
		{people, "tama second", "users u", "u.search LIKE '%tama%'"},
		{people, "wiremu", "users u", "u.search LIKE '%wiremu%'"},
		{people, "wiremu person", "users u", "u.search LIKE '%wiremu%'"},
		{people, "wiremu person5", "users u", "u.search LIKE '%wiremu%' AND u.search LIKE '%person5%'"},
		{people, "person7 ~", "users u", "false"},
		{addresses, "person", "email_addresses e", "EXISTS (SELECT FROM users u WHERE u.id = e.user_id AND u.search LIKE '%person%')"},
		{addresses, "wiremu", "email_addresses e", "EXISTS (SELECT FROM users u WHERE u.id = e.user_id AND u.search LIKE '%wiremu%')"},
		{memberships, "tama", "individual_memberships m", "true"},
		{memberships, "wiremu", "individual_memberships m", "EXISTS (SELECT FROM users u WHERE u.id = m.user_id AND u.search LIKE '%wiremu%')"},
		{memberships, "kowhiringa", "individual_memberships m", "true"},
		{seated, "kura", "organisation_memberships m", "true"},
		{seated, "kowhiringa office77@", "organisation_memberships m", "EXISTS (SELECT FROM organisations o WHERE o.id = m.organisation_id AND o.email = 'office77@kura.nz')"},
		{invoices, "tama", "invoices i", "i.individual_membership_id IS NOT NULL"},
		{invoices, "kura", "invoices i", "i.organisation_membership_id IS NOT NULL"},
		{invoices, "ref-a", "invoices i", "EXISTS (SELECT FROM purchases p WHERE p.id = i.purchase_id AND p.search LIKE '%ref-a%')"},
		{invoices, "wiremu inv-", "invoices i", "EXISTS (SELECT FROM billing_accounts b JOIN users u ON u.id = b.user_id WHERE b.id = i.account_id AND u.search LIKE '%wiremu%')"},
	} {
		t.Run(c.list+c.words, func(t *testing.T) {
			want := s.Count("SELECT count(*) FROM " + c.count + " WHERE " + c.condition)
			address := c.list + "?count=1&q=" + strings.ReplaceAll(c.words, " ", "+")
			doc := v.Get(address).Status(http.StatusOK).Document()
			if got := shown(doc); got != want {
				t.Errorf("GET %s finds %d, want %d", address, got, want)
			}
			rough := v.Get(strings.Replace(address, "count=1&", "", 1)).Document()
			if got := strings.TrimSpace(rough.Find(".list-count span").First().Text()); want > 1000 && got != "More than 1000 entries" {
				t.Errorf("GET %s says %q of %d, want more than 1000", address, got, want)
			}
			if got, least := rough.Find("tbody tr").Length(), min(want, 100); got != least {
				t.Errorf("GET %s shows %d rows, want %d", address, got, least)
			}
		})
	}
}

// shown is the number above a list.
func shown(doc *goquery.Document) (n int) {
	_, _ = fmt.Sscan(doc.Find(".list-count span").First().Text(), &n)
	return n
}
