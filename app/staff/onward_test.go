package staff_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

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

// The address of one person may have that of another one in it, and a term its key in the text of another one: each record
// leads to what is its own.
func TestOnwardByID(t *testing.T) {
	t.Parallel()
	s := site(t)
	s.Person("ana")
	s.Person("hana")
	option := s.Option(membership.Option{}, "0")
	kura := school(s, "Te Kura")
	own := map[string][]string{}
	for _, who := range []string{"ana", "hana"} {
		id := strconv.Itoa(idOf(s, who))
		invoiced(s, who)
		held(s, who, option, "2027-03-01", "2028-03-01", false, false, 1)
		s.Exec(`INSERT INTO purchases (uuid, code, account_id, buyer_id, individual_membership_id, membership_option_id, kind, description, quantity, unit_amount, total, reference,
			issue_date, due_date, invoice_state, created_at)
			SELECT gen_random_uuid(), upper(?), a.id, a.user_id, m.id, m.membership_option_id, 'APPLICATION', '', 1, 10, 10, '', '2027-03-01', '2027-03-21', 'RAISED', now()
			FROM billing_accounts a JOIN individual_memberships m ON m.user_id = a.user_id WHERE a.user_id = ?`, who, id)
		s.Exec("INSERT INTO authenticators (user_id, type, data, created_at) VALUES (?, 'totp', '{}', now())", id)
		joined(s, who, kura, "MEMBER")
		own[who] = []string{
			people + id + "/change/", numbered(s, memberships, "individual_memberships", "user_id", id) + "change/", purchases + strconv.Itoa(newest(s, "purchases")) + "/change/",
			invoices + strconv.Itoa(newest(s, "invoices")) + "/change/", belongings + strconv.Itoa(newest(s, "organisation_members")) + "/change/",
			"/admin/mfa/authenticator/" + strconv.Itoa(newest(s, "authenticators")) + "/change/",
		}
	}
	invited(s, "ana@example.org", kura)
	v := s.SignedIn("boss")
	leads := func(from, list string, want ...string) {
		t.Helper()
		link := onward(t, v, from, list)
		var hrefs []string
		for _, a := range v.Get(link).Status(http.StatusOK).Document().Find("#list-table tbody th a").EachIter() {
			at, _, _ := strings.Cut(a.AttrOr("href", ""), "?")
			hrefs = append(hrefs, at)
		}
		slices.Sort(hrefs)
		if !slices.Equal(hrefs, want) {
			t.Errorf("%s leads by %s to %v, want %v", from, link, hrefs, want)
		}
	}
	ana := own["ana"]
	for i, list := range []string{memberships, purchases, invoices} {
		leads(ana[0], list, ana[i+1])
	}
	leads(ana[0], belongings, ana[4], belongings+strconv.Itoa(newest(s, "organisation_members"))+"/change/")
	for _, from := range ana[1:] {
		if !strings.HasPrefix(from, purchases) {
			leads(from, people, ana[0])
		}
	}
	leads(ana[1], purchases, ana[2])
	leads(ana[1], invoices, ana[3])
	leads(ana[3], memberships, ana[1])
	s.Clerk("ruru", "billing.view_invoice") // reads no names of people by trying numbers
	s.SignedIn("ruru").Get(invoices+"?person="+strconv.Itoa(idOf(s, "ana"))).Status(http.StatusOK).Has(".filters", "Person: "+strconv.Itoa(idOf(s, "ana")))
	s.TermVersion("privacy", "1", -time.Hour)
	s.TermVersion("data", "1", -time.Hour)
	s.Exec("UPDATE term_versions SET content_en = 'About privacy, too' WHERE term_id = (SELECT id FROM terms WHERE key = 'data')")
	version := numbered(s, "/admin/terms/termversion/", "term_versions", "term_id", strconv.Itoa(s.Count("SELECT id FROM terms WHERE key = 'privacy'"))) + "change/"
	leads(numbered(s, "/admin/terms/term/", "terms", "key", "privacy")+"change/", "/admin/terms/termversion/", version)
}

// onward is the link that leads from a record to a list, "" where there is none.
func onward(t *testing.T, v *webtest.Visitor, record, list string) string {
	t.Helper()
	return v.Get(record).Status(http.StatusOK).Document().Find(`main a[href^="`+list+`?"]`).First().AttrOr("href", "")
}
