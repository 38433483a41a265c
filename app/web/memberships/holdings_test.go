package memberships_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ams/app/lang"
	"ams/app/membership"
	"ams/app/web/webtest"
)

// Only who looks after an organisation buys for it and sees what it bought.
func TestAccessToOrganisation(t *testing.T) {
	t.Parallel()
	k := newClub(t, membership.Option{}, "100")
	k.holds(k.option, "2026-01-01", "2027-01-01", 5)
	k.adds("1").Status(http.StatusSeeOther)
	fragment := purchase(k.Site)
	people := map[string]int{"admin": 200, "member": 403, "invited": 403, "declined": 403, "elsewhere": 403, "inactive": 403, "boss": 200, "clerk": 200}
	k.Clerk("clerk")
	for _, name := range []string{"admin", "member", "invited", "declined", "elsewhere", "inactive"} {
		k.Person(name)
	}
	k.Organisation("Other", "elsewhere")
	k.Exec(`INSERT INTO organisation_members (user_id, organisation_id, role, created_datetime, accepted_datetime, declined_datetime)
		SELECT id, ?, CASE username WHEN 'member' THEN 'MEMBER' ELSE 'ADMIN' END, now(), CASE username WHEN 'invited' THEN NULL ELSE now() END,
		CASE username WHEN 'declined' THEN now() END FROM users WHERE username IN ('admin', 'member', 'invited', 'declined', 'inactive')`, k.id)
	visitors := map[string]*webtest.Visitor{}
	for name := range people {
		visitors[name] = k.SignedIn(name)
	}
	k.Exec("UPDATE users SET is_active = false WHERE username = 'inactive'")
	pages := []string{k.apply, k.apply + "preview/", k.add, k.add + "preview/"}
	t.Run("ORG-6 ORG-7 pages and previews", func(t *testing.T) {
		for name, want := range people {
			for _, page := range pages {
				got := visitors[name].Get(page).StatusCode
				if name == "inactive" && got == http.StatusFound { // whose session has ended
					continue
				}
				if got != want {
					t.Errorf("GET %s by %s = %d, want %d", page, name, got, want)
				}
			}
		}
		for _, page := range pages {
			for _, unknown := range []string{"00000000-0000-0000-0000-000000000000", "1", "x"} {
				path := strings.Replace(page, k.uuid(), unknown, 1)
				for _, name := range []string{"admin", "member", "boss"} {
					visitors[name].Get(path).Status(http.StatusNotFound)
				}
			}
		}
	})
	t.Run("ORG-1 whoever is not signed in comes back after it", func(t *testing.T) {
		for _, page := range pages {
			k.Visitor().Get(page).Status(http.StatusFound).To("/en/accounts/login/?next=" + url.QueryEscape(page))
		}
		k.Visitor().Post(k.apply).Status(http.StatusSeeOther)
		k.Visitor().Post(k.add).Status(http.StatusSeeOther)
	})
	t.Run("Nobody else buys", func(t *testing.T) {
		before := k.Contents()
		for name, allowed := range people {
			if allowed == http.StatusOK || name == "inactive" {
				continue
			}
			visitors[name].Post(k.apply, order(k.option, "2027-01-01", "seat_count", "9")...).Status(http.StatusForbidden)
			visitors[name].Post(k.add, "seats_to_add", "1").Status(http.StatusForbidden)
		}
		if k.Contents() != before {
			t.Error("somebody without rights has changed something")
		}
	})
	t.Run("Again in the service", func(t *testing.T) {
		tui, err := k.App.People.ByUsername(t.Context(), "tui")
		if err != nil {
			t.Fatal(err)
		}
		a := membership.Application{Option: k.option, Start: "2027-01-01", Seats: "9"}
		if _, _, err := k.App.Members.ApplyOrganisation(t.Context(), tui, k.id, a); err == nil || !strings.Contains(err.Error(), "Only the administrators") {
			t.Errorf("ApplyOrganisation() by a stranger = %v, want it forbidden", err)
		}
		if _, err := k.App.Members.AddSeats(t.Context(), tui, k.id, "1", ""); err == nil || !strings.Contains(err.Error(), "Only the administrators") {
			t.Errorf("AddSeats() by a stranger = %v, want it forbidden", err)
		}
	})
	t.Run("The fragment of a purchase", func(t *testing.T) {
		for name, want := range people {
			if name == "inactive" {
				continue
			}
			for _, v := range []*webtest.Visitor{visitors[name], visitors[name].HX()} {
				got := v.Get(fragment)
				if want == http.StatusOK && v == visitors[name] {
					got.Status(http.StatusFound).To(k.page) // as a page it leads to that of the organisation
					continue
				}
				got.Status(want)
			}
		}
		visitors["admin"].HX().Get("/en/users/memberships/purchases/00000000-0000-0000-0000-000000000000/").Status(http.StatusNotFound)
		k.Visitor().Get(fragment).Status(http.StatusFound).To("/en/accounts/login/?next=" + url.QueryEscape(fragment))
	})
	t.Run("A role that was taken away", func(t *testing.T) {
		k.Exec("UPDATE organisation_members SET role = 'MEMBER' WHERE user_id = (SELECT id FROM users WHERE username = 'admin')")
		for _, page := range append(pages, fragment) {
			visitors["admin"].Get(page).Status(http.StatusForbidden)
		}
	})
	t.Run("No cache keeps what is about organisations", func(t *testing.T) {
		for _, page := range append(pages, fragment, k.page) {
			if got := k.kea.Get(page).Header.Get("Cache-Control"); got != "no-store" {
				t.Errorf("GET %s: Cache-Control = %q, want no-store", page, got)
			}
		}
	})
}

func (k *club) uuid() string {
	return strings.TrimSuffix(strings.TrimPrefix(k.page, "/en/organisations/"), "/")
}

func TestOrganisationPage(t *testing.T) {
	t.Parallel()
	t.Run("ORG-31 an unapproved membership gives nothing", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		if err := k.App.Content.SampleContent(t.Context()); err != nil {
			t.Fatal(err)
		}
		k.joins(1, 0, 0, 0)
		k.applies("5").Status(http.StatusSeeOther)
		member := k.SignedIn("m0")
		k.kea.Get(k.page).Has("#standing.alert-warning", "There is no active membership.").Lacks("a[href='" + k.add + "']")
		member.Get("/en/members-only/").Status(http.StatusForbidden)
		member.Get("/en/users/m0/").Has("#standing", "You are not a member").Has("#organisations", "None")
		k.Work()
		k.MarkPaid("MOCK-1")
		k.kea.Get(k.page).Has("#standing.alert-info", "Teacher until 9 July 2027: 2 of 5 seats taken.").Has("a[href='"+k.add+"']", "Add seats")
		member.Get("/en/members-only/").Status(http.StatusOK)
		member.Get("/en/users/m0/").Has("#standing.alert-success", "You are a member through Te Kura (last day: 9 July 2027).").Has("#organisations", "Active")
	})
	t.Run("ORG-58 what stands in the cell of invoices", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		k.holds(k.option, "2024-01-01", "2025-01-01", 1)
		cell := func() string {
			return strings.Join(strings.Fields(k.kea.Get(k.page).Document().Find("#memberships tbody tr").First().Find("[data-label=Invoices]").Text()), " ")
		}
		if got := cell(); got != "Not required" {
			t.Errorf("without anything that was bought = %q", got)
		}
		k.applies("2").Status(http.StatusSeeOther)
		if got := cell(); got != "Invoice on its way" {
			t.Errorf("while the invoice waits = %q", got)
		}
		k.Work()
		if got := cell(); got != "MOCK-1 (opens in a new tab) Awaiting payment" {
			t.Errorf("with an unpaid invoice = %q", got)
		}
		link := k.kea.Get(k.page).Document().Find("#memberships .cell-line a")
		if link.AttrOr("href", "") != "/billing/invoice/MOCK-1/" || link.AttrOr("rel", "") != "noopener noreferrer" || link.AttrOr("target", "") != "_blank" {
			t.Errorf("the link to the invoice = %q, %q, %q", link.AttrOr("href", ""), link.AttrOr("rel", ""), link.AttrOr("target", ""))
		}
		k.MarkPaid("MOCK-1")
		k.adds("1").Status(http.StatusSeeOther)
		k.Work()
		if got := cell(); got != "MOCK-1 (opens in a new tab) Paid MOCK-2 (opens in a new tab) Awaiting payment 1 more seat." {
			t.Errorf("with seats that were added = %q", got)
		}
		for status, change := range map[string]string{"voided": "provider_status = 'VOIDED'", "credited": "provider_status = 'PAID', credited = 100, due = 0, paid_date = '2026-07-10'"} {
			k.Exec("UPDATE invoices SET " + change + " WHERE invoice_number = 'MOCK-2'")
			if got := cell(); got != "MOCK-1 (opens in a new tab) Paid MOCK-2 (opens in a new tab) Cancelled 1 more seat." {
				t.Errorf("with an invoice that is %s = %q", status, got)
			}
		}
		k.Exec("UPDATE invoices SET billing_service_invoice_id = '' WHERE invoice_number = 'MOCK-2'")
		k.kea.Get(k.page).Lacks("#memberships a[href*='MOCK-2']")
	})
	t.Run("ORG-59 cancelling is only told about, while there is something to cancel", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		for want, change := range map[bool][]string{
			true:  {"SELECT 1", "UPDATE organisation_memberships SET approved_datetime = NULL, approval_source = NULL", "UPDATE organisation_memberships SET start_date = '2026-08-01'"},
			false: {"UPDATE organisation_memberships SET cancelled_datetime = now()", "UPDATE organisation_memberships SET expiry_date = '2026-07-10'"},
		} {
			for _, c := range change {
				k.Exec("DELETE FROM organisation_memberships")
				k.holds(k.option, "2026-01-01", "2027-01-01", 5)
				k.Exec(c)
				button := k.kea.Get(k.page).Status(http.StatusOK).Document().Find("#memberships [data-action-title]")
				if (button.Length() == 1) != want {
					t.Errorf("%d buttons to cancel after %q, want one %v", button.Length(), c, want)
				}
				if want && !strings.Contains(button.AttrOr("data-action-message", "")+button.AttrOr("data-action-text", ""), "contact the association") {
					html, _ := button.Parent().Html()
					t.Errorf("the button says nothing of the association: %s", html)
				}
			}
		}
		k.Exec("DELETE FROM organisation_memberships")
		k.holds(k.option, "2026-01-01", "2027-01-01", 5)
		notice := k.kea.Get(k.page).Document().Find("#memberships [data-action-title]").AttrOr("href", "")
		got := k.kea.Get(notice).Status(http.StatusOK).Has("main", "contact the association").Lacks("main form")
		if back := got.Document().Find("main .buttons a").AttrOr("href", ""); back != k.page {
			t.Errorf("the page about cancelling leads to %q, want %q", back, k.page)
		}
	})
	t.Run("Sorted and in pages, whatever the members' table does", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{Name: lang.Text{EN: "Middle"}}, "100")
		ant, owl := k.sells(membership.Option{Name: lang.Text{EN: "Ākonga"}}, "1"), k.sells(membership.Option{Name: lang.Text{EN: "owl"}}, "2")
		for i := range 30 {
			option := []string{k.option, ant, owl}[i%3]
			k.holds(option, fmt.Sprintf("%d-01-01", 1990+i), fmt.Sprintf("%d-0%d-01", 1990+i, 2+(i*5)%7), 1+i)
		}
		rows := func(query string) (options, starts []string) {
			doc := k.kea.Get(k.page + query).Status(http.StatusOK).Document()
			for _, row := range doc.Find("#memberships tbody tr").EachIter() {
				options = append(options, row.Find("th span").First().Text())
				starts = append(starts, strings.TrimSpace(row.Find("[data-label=Start]").Text()))
			}
			return options, starts
		}
		_, starts := rows("")
		if len(starts) != 25 || starts[0] != "01/01/2019" || starts[24] != "01/01/1995" {
			t.Errorf("the first page = %v, want 25 with the newest start first", starts)
		}
		_, starts = rows("?memberships-page=2&members-sort=name")
		if want := []string{"01/01/1994", "01/01/1993", "01/01/1992", "01/01/1991", "01/01/1990"}; !slices.Equal(starts, want) {
			t.Errorf("the second page = %v, want %v", starts, want)
		}
		options, _ := rows("?memberships-sort=option")
		if want := append(slices.Repeat([]string{"Ākonga"}, 10), append(slices.Repeat([]string{"Middle"}, 10), slices.Repeat([]string{"owl"}, 5)...)...); !slices.Equal(options, want) {
			t.Errorf("by option = %v", options)
		}
		_, starts = rows("?memberships-sort=start")
		if starts[0] != "01/01/1990" {
			t.Errorf("by start = %v, want the oldest first", starts)
		}
		k.kea.Get(k.page+"?memberships-sort=-expiry").Has("#memberships tbody tr:first-child [data-label=Expiry]", "2019")
		_, starts = rows("?memberships-page=99&memberships-sort=nonsense")
		if len(starts) != 25 || starts[0] != "01/01/2019" {
			t.Errorf("a page that is not there = %v, want the first", starts)
		}
		heads := k.kea.Get(k.page + "?members-sort=role").Document().Find("#memberships thead a")
		var sorts []string
		for _, head := range heads.EachIter() {
			sorts = append(sorts, head.Text()+" "+head.AttrOr("href", ""))
		}
		want := []string{
			"Membership " + k.page + "?members-sort=role&memberships-sort=option", "Start " + k.page + "?members-sort=role&memberships-sort=start",
			"Expiry " + k.page + "?members-sort=role&memberships-sort=expiry",
		}
		if !slices.Equal(sorts, want) {
			t.Errorf("heads = %q, want %q", sorts, want)
		}
	})
	t.Run("Every status says why, and staff read more", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		k.holds(k.option, "2024-01-01", "2025-01-01", 3)
		k.holds(k.option, "2025-02-01", "2025-03-01", 3)
		k.Exec("UPDATE organisation_memberships SET cancelled_datetime = '2025-02-05', cancelled_reason = 'Moved' WHERE start_date = '2025-02-01'")
		k.holds(k.option, "2026-01-01", "2027-01-01", 3)
		k.holds(k.option, "2027-01-01", "2028-01-01", 3)
		for _, want := range []string{
			"Expired", "Its last day was 31 December 2024.", "Cancelled", "Cancelled on 5 February 2025: Moved", "Active",
			"Approved by the association on 1 January 2026. Its last day is 31 December 2026.", "Pending", "Approved. It starts on 1 January 2027.",
			"1 of 3 seats taken", "0 of 3 seats taken",
		} {
			k.kea.Get(k.page).Has("#memberships", want)
		}
	})
	t.Run("A purchase that fails", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		k.applies("2").Status(http.StatusSeeOther)
		k.Exec("UPDATE purchases SET invoice_state = 'FAILED', failure_code = 'refused', failure_text = 'Contact is archived', failed_at = now()")
		k.kea.Get(k.page).Has("#tasks", "Your invoice for Teacher ($200.00) is being sorted out").Has("#tasks", "The association will be in touch.").
			Lacks("#tasks a").Has("#memberships", "Being sorted out")
		if text := k.kea.Get(k.page).Document().Text(); strings.Contains(text, "archived") {
			t.Error("the cause is shown to an administrator of the organisation")
		}
		k.SignedIn("boss").Get(k.page).Has("#tasks", "The invoice for Teacher ($200.00) is being sorted out").Has("#memberships", "could not be raised")
		k.Exec("UPDATE organisation_memberships SET cancelled_datetime = now()")
		k.kea.Get(k.page).Lacks("#tasks").Has("#memberships", "Not required")
	})
	t.Run("It changes by itself", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		k.applies("2").Status(http.StatusSeeOther)
		poll := k.kea.Get(k.page).Document().Find("#memberships [hx-get*=purchases]")
		if poll.AttrOr("hx-get", "") != purchase(k.Site) || poll.AttrOr("hx-trigger", "") != "load delay:2s" {
			t.Errorf("the line asks %q at %q", poll.AttrOr("hx-get", ""), poll.AttrOr("hx-trigger", ""))
		}
		k.Clock.Pass(31 * time.Second)
		k.kea.HX().Get(purchase(k.Site)).Has("[hx-trigger='load delay:10s']", "").Has(".card", "is on its way")
		k.Work()
		got := k.kea.HX().Get(purchase(k.Site)).Status(http.StatusOK).Has(".cell-line a", "MOCK-1").
			Has(".card[hx-swap-oob]", "Pay invoice MOCK-1, $200.00, due 8 September 2026").Lacks("[hx-trigger]").Lacks("header")
		if cell := got.Document().Find("[id^=standing-][hx-swap-oob]"); !strings.Contains(cell.Text(), "is unpaid") {
			t.Errorf("the status does not come along: %s", got.Body)
		}
		k.MarkPaid("MOCK-1")
		k.kea.HX().Get(purchase(k.Site)).Has("#standing[hx-swap-oob]", "1 of 2 seats taken").Has("[hx-swap-oob=delete]", "")
	})
	t.Run("A closed organisation offers nothing", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		k.holds(k.option, "2026-01-01", "2027-01-01", 5)
		k.kea.Get(k.page).Has("a[href='"+k.apply+"']", "Add membership").Has("a[href='"+k.add+"']", "Add seats")
		k.Exec("UPDATE organisations SET is_active = false")
		k.kea.Get(k.page).Status(http.StatusOK).Lacks("a[href='" + k.apply + "']").Lacks("a[href='" + k.add + "']")
		k.applies("1").Status(http.StatusSeeOther).To(k.page)
		k.says(k.kea, "Te Kura is inactive, so nothing can be bought for it.")
		k.applies("1", "look", "1").Status(http.StatusSeeOther).To(k.page)
		k.kea.Get(k.apply).Status(http.StatusFound).To(k.page)
		k.kea.Get("/en/users/kea/").Has("#organisations", "None").Has("#standing", "You are not a member")
	})
	t.Run("All seats taken", func(t *testing.T) {
		t.Parallel()
		k := newClub(t, membership.Option{}, "100")
		k.holds(k.option, "2026-01-01", "2027-01-01", 1)
		k.kea.Get(k.page).Has("#standing.alert-warning", "1 of 1 seat taken").Has("#standing", "Who is invited can join once a seat is free.")
	})
}

// The own page says by which organisations somebody is a member, beside what they hold themselves.
func TestMemberThrough(t *testing.T) {
	t.Parallel()
	k := newClub(t, membership.Option{}, "100")
	k.holds(k.option, "2026-01-01", "2027-01-01", 5)
	second := k.Organisation("Marae", "tui", "kea")
	k.Organisation("Nothing", "kea")
	k.Exec(`INSERT INTO organisation_memberships (organisation_id, membership_option_id, seats, start_date, expiry_date, created_datetime, approved_datetime)
		VALUES (?, ?, 1, '2026-02-01', '2027-02-01', now(), now())`, second, k.option)
	rows := func() string {
		var all []string
		for _, row := range k.kea.Get("/en/users/kea/").Document().Find("#organisations tbody tr").EachIter() {
			all = append(all, row.Find("th").Text()+" "+strings.TrimSpace(row.Find("[data-label='Organisation membership']").Text()))
		}
		slices.Sort(all)
		return strings.Join(all, ", ")
	}
	if got, want := rows(), "Marae Active, Nothing None, Te Kura Active"; got != want {
		t.Errorf("the organisations = %q, want %q", got, want)
	}
	k.kea.Get("/en/users/kea/").Has("#standing.alert-success", "You are a member through Marae (last day: 31 January 2027), Te Kura (last day: 31 December 2026).").
		Has("#memberships", "No membership of your own")
	hold(k.Site, fmt.Sprint(k.Option(membership.Option{}, "1")), "2026-01-01", "2027-01-01", "approved_datetime", "now()")
	k.kea.Get("/en/users/kea/").Has("#standing", "You are a member. Approved on").Has("#standing", "You are also a member through Marae")
	k.SignedIn("boss").Get("/en/users/kea/").Has("#standing", "Active member. Approved on").Has("#standing", "Also through Marae")
	k.Exec("UPDATE individual_memberships SET approved_datetime = NULL")
	k.kea.Get("/en/users/kea/").Has("#standing.alert-success", "Te Kura (last day: 31 December 2026). Your own membership: Waiting for approval")
	k.SignedIn("boss").Get("/en/users/kea/").Has("#standing", "Own membership: Waiting for approval")
	k.Exec("DELETE FROM individual_memberships; UPDATE users SET is_active = false WHERE username = 'kea'")
	k.SignedIn("boss").Get("/en/users/kea/").Has("#standing.alert-warning", "Not a member at the moment.").Has("#organisations", "Active")
}
