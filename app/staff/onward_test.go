package staff_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ams/app/membership"
	"ams/app/web/webtest"
)

// Of two organisations with one name each record leads to its own memberships and invoices, and a search there stays within.
func TestOnwardOfOrganisations(t *testing.T) {
	t.Parallel()
	s := site(t)
	first, second := s.Organisation("Te Kura", "kea"), s.Organisation("Te Kura", "kea")
	option := s.Option(membership.Option{Type: membership.ForOrganisations}, "100")
	for _, id := range []int64{first, second} {
		s.Seats(id, option, 3)
		s.Exec("INSERT INTO billing_accounts (organisation_id) VALUES (?)", id)
		s.Exec(`INSERT INTO invoices (account_id, invoice_number, issue_date, due_date, amount, paid, due, billing_service_invoice_id, created_at)
			SELECT id, 'INV-' || organisation_id, '2026-01-01', '2026-01-21', 120, 0, 120, '', now() FROM billing_accounts WHERE organisation_id = ?`, id)
	}
	v := s.SignedIn("boss")
	rows := func(path string) (hrefs []string) {
		t.Helper()
		for _, a := range v.Get(path).Status(http.StatusOK).Document().Find("#list-table tbody th a").EachIter() {
			at, _, _ := strings.Cut(a.AttrOr("href", ""), "?")
			hrefs = append(hrefs, at)
		}
		return hrefs
	}
	for _, id := range []int64{first, second} {
		own := map[string]string{
			seated:   numbered(s, seated, "organisation_memberships", "organisation_id", strconv.FormatInt(id, 10)) + "change/",
			invoices: numbered(s, invoices, "invoices", "invoice_number", "INV-"+strconv.FormatInt(id, 10)) + "change/",
		}
		for _, from := range []string{organisations + strconv.FormatInt(id, 10) + "/change/", own[seated], own[invoices]} {
			for list, want := range own {
				link := onward(t, v, from, list)
				if link == "" && strings.HasPrefix(from, list) { // a record does not lead to its own kind
					continue
				}
				if got := rows(link); !slices.Equal(got, []string{want}) {
					t.Errorf("%s leads to %s with %v, want %s alone", from, link, got, want)
				}
			}
		}
		link := onward(t, v, organisations+strconv.FormatInt(id, 10)+"/change/", seated)
		page := v.Get(link).Has(".filters", "Organisation: Te Kura")
		kept := page.Document().Find(`#list input[form="list-bar"][name="organisation"]`)
		if kept.AttrOr("value", "") != strconv.FormatInt(id, 10) {
			t.Errorf("a search from %s would look everywhere", link)
		}
		if got := rows(link + "&q=kura"); len(got) != 1 {
			t.Errorf("a search within %s finds %v, want one", link, got)
		}
	}
	for _, nonsense := range []string{"x", "999999", "-1", "99999999999999999999", "1 OR 1=1"} {
		v.Get(seated + "?organisation=" + url.QueryEscape(nonsense)).Status(http.StatusOK)
	}
	if got := rows(seated); len(got) != 2 {
		t.Errorf("the list of all = %v, want both", got)
	}
}

// onward is the link that leads from a record to a list, "" where there is none.
func onward(t *testing.T, v *webtest.Visitor, record, list string) string {
	t.Helper()
	return v.Get(record).Status(http.StatusOK).Document().Find(`main a[href^="`+list+`?"]`).First().AttrOr("href", "")
}
