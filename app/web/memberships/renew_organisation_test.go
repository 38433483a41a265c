package memberships_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"ams/app/fault"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/profile"
	"ams/app/web/webtest"
)

// renewingClub is a club on 1 March 2027 whose approved membership of five seats expires on 31 March.
type renewingClub struct {
	*club
	renewal string // page
}

func newRenewingClub(t *testing.T, o membership.Option, cost string, settings ...string) *renewingClub {
	t.Helper()
	k := &renewingClub{club: newClub(t, o, cost, settings...)}
	k.holds(k.option, "2026-03-31", "2027-03-31", 5)
	k.renewal = strings.Replace(k.apply, "apply-", "renew-", 1)
	k.on("2027-03-01")
	return k
}

// on moves the clock to a day.
func (k *renewingClub) on(day string) {
	k.T.Helper()
	at(k.Site, day)
	k.kea = k.SignedIn("kea")
}

// renews opens the page and sends it as it stands, with these changes.
func (k *renewingClub) renews(pairs ...string) *webtest.Answer {
	k.T.Helper()
	return k.kea.Send(k.renewal, "form#renew", pairs...)
}

// renewed gives the periods and seats of the renewals that stand.
func (k *renewingClub) renewed() string {
	k.T.Helper()
	var all string
	k.Row(&all, `SELECT coalesce(string_agg(m.start_date || ' ' || m.expiry_date || ' ' || m.seats, ', ' ORDER BY m.id), '') FROM organisation_memberships m
		JOIN organisation_memberships old ON old.id = m.renews_id AND old.organisation_id = m.organisation_id WHERE m.cancelled_datetime IS NULL`)
	return all
}

func TestRenewalOfOrganisation(t *testing.T) {
	t.Parallel()
	t.Run("ORG-75 the button on the organisation's page, and the period", func(t *testing.T) {
		t.Parallel()
		k := newRenewingClub(t, membership.Option{}, "100")
		for _, c := range []struct{ day, told string }{
			{"2027-01-29", "The membership of Te Kura can be renewed from 30 January 2027"},
			{"2027-01-30", ""},
			{"2027-03-31", ""},
			{"2027-05-30", ""},
			{"2027-05-31", "It is too late to renew the membership of Te Kura. You can add a new one. Add membership"},
		} {
			k.on(c.day)
			button := "a[href='" + k.renewal + "']"
			if c.told == "" {
				k.kea.Get(k.page).Status(http.StatusOK).Has(button, "Renew")
				k.kea.Get(k.renewal).Status(http.StatusOK).Has("h1", "Renew the membership of Te Kura").Has("main", "Tuesday 30 March 2027")
				continue
			}
			before := k.Contents()
			k.kea.Get(k.page).Status(http.StatusOK).Lacks(button)
			k.kea.Get(k.renewal).Status(http.StatusFound).To(k.page)
			k.says(k.kea, c.told)
			k.kea.Post(k.renewal, "seat_count", "5").Status(http.StatusSeeOther).To(k.page)
			k.says(k.kea, c.told).Has("#messages .alert-info", "")
			if k.Contents() != before {
				t.Errorf("on %s something was stored", c.day)
			}
		}
	})
	for today, want := range map[string]string{"2027-03-01": "2027-03-31 2028-03-31 5", "2027-04-10": "2027-04-10 2028-04-10 5"} {
		t.Run("ORG-75 renewed on "+today, func(t *testing.T) {
			t.Parallel()
			k := newRenewingClub(t, membership.Option{}, "100")
			k.on(today)
			k.renews("start_date", "2030-01-01").Status(http.StatusSeeOther).To(k.page)
			if got := k.renewed(); got != want {
				t.Errorf("renewals = %q, want %q", got, want)
			}
		})
	}
	t.Run("ORG-37 ORG-45 paid waits, and its payment approves; seats beyond the cap are free", func(t *testing.T) {
		t.Parallel()
		k := newRenewingClub(t, membership.Option{MaxChargedSeats: 4}, "1000")
		k.on("2027-04-10")
		k.renews("seat_count", "10").Status(http.StatusSeeOther).To(k.page)
		k.says(k.kea, "The renewal is stored and its invoice is on its way. Once it is paid you have 10 seats until 10/04/2028").Has("#memberships", "Pending")
		if k.renewed() != "2027-04-10 2028-04-10 10" || k.Count("SELECT count(*) FROM purchases WHERE kind = 'RENEWAL' AND quantity = 4 AND total = 4000 AND seats = 10 AND seats_after = 10") != 1 {
			t.Errorf("renewals = %q, want ten seats, four of them charged", k.renewed())
		}
		k.Work()
		if k.Count("SELECT count(*) FROM invoices WHERE purpose = 'RENEWAL' AND amount = 4000") != 1 {
			t.Error("want an invoice of a renewal over 4000.00")
		}
		mails := k.Mails("boss@example.org")
		if len(mails) != 1 || mails[0].Subject != "Organisation membership renewed: Te Kura" || !strings.Contains(mails[0].Text, "Te Kura renewed Teacher") ||
			!strings.Contains(mails[0].Text, "4 seats at $1,000.00 each, and 6 free seats") {
			t.Errorf("mails to staff = %+v, want one about a renewal", mails)
		}
		k.MarkPaid("MOCK-1")
		k.kea.Get(k.page).Has("#memberships", "Paid and approved on 10 April 2027")
		if mails := k.Mails(office); len(mails) != 2 || mails[0].Subject != "Your membership is confirmed" {
			t.Errorf("mails to the organisation = %v, want the invoice and then the confirmation", mails)
		}
	})
	t.Run("ORG-35 free, approved at once", func(t *testing.T) {
		t.Parallel()
		k := newRenewingClub(t, membership.Option{}, "0")
		k.renews("seat_count", "1").Status(http.StatusSeeOther).To(k.page)
		k.says(k.kea, "The membership is renewed: 1 seat until 31/03/2028").Has("#memberships", "Approved. It starts on 31 March 2027")
	})
	t.Run("ORG-36 free under approval waits, and staff always hear of it", func(t *testing.T) {
		t.Parallel()
		k := newRenewingClub(t, membership.Option{}, "0", "AMS_REQUIRE_FREE_MEMBERSHIP_APPROVAL", "True", "AMS_NOTIFY_STAFF_MEMBERSHIP_EVENTS", "False")
		k.renews().Status(http.StatusSeeOther).To(k.page)
		k.says(k.kea, "The association reviews it. Once it is approved you have 5 seats until 31/03/2028")
		if mails := k.Mails("boss@example.org"); len(mails) != 1 || mails[0].Subject != "APPROVAL REQUIRED: Te Kura" || !strings.Contains(mails[0].Text, "Te Kura renewed Teacher") {
			t.Errorf("mails to staff = %+v, want one that asks for approval of a renewal", mails)
		}
	})
	t.Run("ORG-46 the provider is down: nothing is lost", func(t *testing.T) {
		t.Parallel()
		k := newRenewingClub(t, membership.Option{}, "100")
		k.Provider.Before(down)
		k.renews().Status(http.StatusSeeOther).To(k.page)
		k.Work()
		k.kea.Get(k.page).Has("#memberships", "Invoice on its way")
		k.Provider.Works()
		k.Due()
		k.Work()
		k.kea.Get(k.page).Has("#memberships", "Awaiting payment").Has("#tasks", "Pay invoice MOCK-1, $500.00")
	})
	t.Run("ORG-69 paid seats approve no renewal", func(t *testing.T) {
		t.Parallel()
		k := newRenewingClub(t, membership.Option{}, "100")
		k.on("2027-04-10")
		k.renews().Status(http.StatusSeeOther)
		k.Work()
		k.Exec("UPDATE organisation_memberships SET approved_datetime = now() WHERE renews_id IS NOT NULL")
		k.adds("2").Status(http.StatusSeeOther)
		k.Work()
		k.Exec("UPDATE organisation_memberships SET approved_datetime = NULL WHERE renews_id IS NOT NULL") // staff take it back
		k.MarkPaid("MOCK-2")
		if k.Count("SELECT count(*) FROM organisation_memberships WHERE renews_id IS NOT NULL AND approved_datetime IS NULL AND seats = 7") != 1 ||
			k.Count("SELECT count(*) FROM invoices WHERE purpose = 'SEATS' AND paid = amount") != 1 {
			t.Error("want seats added and paid, and the renewal not approved by them")
		}
		k.kea.Get(k.page).Has("#memberships", "Invoice MOCK-1 for $500.00 is unpaid")
		k.MarkPaid("MOCK-1")
		k.kea.Get(k.page).Has("#memberships", "Paid and approved on 10 April 2027")
	})
	t.Run("ORG-77 the old option is archived: the others are offered, each with its limit", func(t *testing.T) {
		t.Parallel()
		k := newRenewingClub(t, membership.Option{}, "100")
		small := k.sells(membership.Option{Name: lang.Text{EN: "Small"}, MaxSeats: 3, Duration: membership.Duration{Months: 1}}, "50")
		k.Exec("UPDATE membership_options SET archived = true WHERE id = ?", k.option)
		k.kea.Get(k.renewal).Has(".pricing-card", "Small").Has(".pricing-card", "per seat").Has(".pricing-card", "Thursday 29 April 2027").
			Lacks("input[name=membership_option][checked]").Has("#period", "Choose a membership to see")
		got := k.renews("seat_count", "0").Status(http.StatusUnprocessableEntity).Has("#id_membership_option-error", "“Teacher” is no longer on offer").
			Has("#id_seat_count-error", "whole number of seats")
		if n := got.Document().Find(".problems li").Length(); n != 2 {
			t.Errorf("%d problems, want both at once", n)
		}
		k.renews("membership_option", small).Status(http.StatusUnprocessableEntity).Has("#id_seat_count-error", "at most 3 seats").
			Has("input[name=membership_option][checked][value='"+small+"']", "").Has("#id_seat_count[value='5']", "")
		k.renews("membership_option", small, "seat_count", "3").Status(http.StatusSeeOther).To(k.page)
		if got := k.renewed(); got != "2027-03-31 2027-04-30 3" || k.Count("SELECT count(*) FROM purchases WHERE total = 150") != 1 {
			t.Errorf("renewals = %q, want three seats for a month", got)
		}
	})
	t.Run("ORG-77 archived between the page and the form: the cards appear, and the seats are kept", func(t *testing.T) {
		t.Parallel()
		k := newRenewingClub(t, membership.Option{}, "100")
		small := k.sells(membership.Option{Name: lang.Text{EN: "Small"}}, "50")
		form := k.kea.Get(k.renewal).Lacks(".pricing-card").Fields("form#renew", "seat_count", "8")
		k.Exec("UPDATE membership_options SET archived = true WHERE id = ?", k.option)
		for _, visitor := range []*webtest.Visitor{k.kea, k.kea.HX()} {
			visitor.Post(k.renewal, form...).Status(http.StatusUnprocessableEntity).Has("#id_membership_option-error", "no longer on offer").
				Has(".pricing-card", "Small").Has("#id_seat_count[value='8']", "")
		}
		k.kea.Post(k.renewal, append(form, "membership_option", small)...).Status(http.StatusSeeOther)
		if got := k.renewed(); got != "2027-03-31 2028-03-31 8" {
			t.Errorf("renewals = %q, want eight seats", got)
		}
	})
	t.Run("ORG-43 as many seats as people, proposed with the reason", func(t *testing.T) {
		t.Parallel()
		k := newRenewingClub(t, membership.Option{MaxSeats: 8}, "100")
		k.kea.Get(k.renewal).Has("#id_seat_count[value='5'][max='8']", "").Has("#id_seat_count-help", "At least 1")
		k.joins(4, 2, 3, 0) // seven with kea
		k.kea.Get(k.renewal).Has("#id_seat_count[value='7']", "").Has("#id_seat_count-help", "more people than the 5 seats until now").Has("#id_seat_count-help", "at least 7")
		k.renews("seat_count", "6").Status(http.StatusUnprocessableEntity).Has("#id_seat_count-error", "at least 7 seats").Has("#id_seat_count[value='6']", "")
		k.renews("seat_count", "9").Status(http.StatusUnprocessableEntity).Has("#id_seat_count-error", "at most 8 seats")
		for _, typed := range []string{"", "0", "-3", "x", "1.5", "99999999999999999999"} {
			k.renews("seat_count", typed).Status(http.StatusUnprocessableEntity).Has("#id_seat_count-error", "seats")
		}
		if k.renewed() != "" || k.Count("SELECT count(*) FROM purchases") != 0 {
			t.Error("a refused renewal stored something")
		}
		k.renews().Status(http.StatusSeeOther)
		if got := k.renewed(); got != "2027-03-31 2028-03-31 7" {
			t.Errorf("renewals = %q, want seven seats", got)
		}
	})
	t.Run("ORG-67 an organisation is asked no questions", func(t *testing.T) {
		t.Parallel()
		k := newRenewingClub(t, membership.Option{}, "100")
		k.Ask(profile.Question{Key: "school", Type: profile.Text, RequiredForMembership: true})
		k.renews().Status(http.StatusSeeOther)
	})
	t.Run("ORG-76 two administrators at once", func(t *testing.T) {
		t.Parallel()
		k := newRenewingClub(t, membership.Option{}, "100")
		k.Exec(`INSERT INTO organisation_members (user_id, organisation_id, role, created_datetime, accepted_datetime)
			SELECT id, ?, 'ADMIN', now(), now() FROM users WHERE username = 'tui'`, k.id)
		tabs := []*webtest.Visitor{k.kea, k.SignedIn("tui")}
		tokens := []string{tokenOf(tabs[0], k.renewal), tokenOf(tabs[1], k.renewal)}
		answers := make(chan *webtest.Answer, len(tabs))
		k.Holding("SELECT 1 FROM organisations FOR NO KEY UPDATE", len(tabs), func(i int) {
			answers <- tabs[i].Post(k.renewal, "seat_count", "5", "submission_token", tokens[i])
		})
		told := ""
		for _, tab := range tabs {
			(<-answers).Status(http.StatusSeeOther).To(k.page)
			told += tab.Get(k.page).Document().Find("#messages .alert").Text()
		}
		if strings.Count(told, "Success:") != 1 || strings.Count(told, "Note: The membership of Te Kura is renewed already, until 30 March 2028") != 1 {
			t.Errorf("the pages tell %q, want the success, and that it is renewed already", told)
		}
		if k.renewed() != "2027-03-31 2028-03-31 5" || k.Count("SELECT count(*) FROM purchases") != 1 {
			t.Errorf("renewals = %q, want one with one purchase", k.renewed())
		}
	})
	t.Run("ORG-76 the database has the last word", func(t *testing.T) { // against whoever does not lock the organisation
		t.Parallel()
		k := newRenewingClub(t, membership.Option{}, "100")
		k.Behind(func() { k.renews().Status(http.StatusSeeOther).To(k.page) }, `
			INSERT INTO organisation_memberships (organisation_id, membership_option_id, seats, created_datetime, start_date, expiry_date, renews_id, overlap_allowed)
			SELECT organisation_id, membership_option_id, 3, now(), '2027-03-31', '2028-03-31', id, true FROM organisation_memberships`)
		k.says(k.kea, "The membership of Te Kura is renewed already, until 30 March 2028")
		if k.renewed() != "2027-03-31 2028-03-31 3" || k.Count("SELECT count(*) FROM purchases") != 0 {
			t.Errorf("renewals = %q, want the one that was there", k.renewed())
		}
	})
	t.Run("ORG-68 the same form twice", func(t *testing.T) {
		t.Parallel()
		k := newRenewingClub(t, membership.Option{}, "100")
		form := k.kea.Get(k.renewal).Fields("form#renew")
		k.kea.Post(k.renewal, form...).Status(http.StatusSeeOther)
		k.kea.Get(k.page)
		k.kea.Post(k.renewal, append(form, "seat_count", "9")...).Status(http.StatusSeeOther).To(k.page)
		k.says(k.kea, "This renewal was sent already")
		if k.renewed() != "2027-03-31 2028-03-31 5" || k.Count("SELECT count(*) FROM purchases") != 1 {
			t.Errorf("renewals = %q, want one", k.renewed())
		}
	})
}

func TestWhoRenewsForAnOrganisation(t *testing.T) {
	t.Parallel()
	t.Run("ORG-7 administrators and staff, nobody else", func(t *testing.T) {
		t.Parallel()
		k := newRenewingClub(t, membership.Option{}, "100")
		k.Exec("INSERT INTO organisation_members (user_id, organisation_id, role, created_datetime, accepted_datetime) SELECT id, ?, 'MEMBER', now(), now() FROM users WHERE username = 'tui'", k.id)
		for _, path := range []string{k.renewal, k.renewal + "preview/"} {
			k.SignedIn("tui").Get(path).Status(http.StatusForbidden)
			k.SignedIn("boss").Get(path).Status(http.StatusOK)
			k.Visitor().Get(path).Status(http.StatusFound)
		}
		k.SignedIn("tui").Post(k.renewal, "seat_count", "5").Status(http.StatusForbidden)
		unknown := "/en/users/memberships/renew-organisation/11111111-1111-4111-8111-111111111111/"
		k.kea.Get(unknown).Status(http.StatusNotFound)
		k.kea.Get("/en/users/memberships/renew-organisation/1/").Status(http.StatusNotFound)
		tui, err := k.App.People.ByUsername(t.Context(), "tui")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.App.Members.Renew(t.Context(), tui, membership.OfOrganisation(k.id), membership.RenewalForm{Seats: "5"}); fault.KindOf(err) != fault.Denied {
			t.Errorf("Renew() by a plain member = %v, want it denied", err)
		}
		if k.renewed() != "" {
			t.Error("it was renewed")
		}
		k.SignedIn("boss").Send(k.renewal, "form#renew").Status(http.StatusSeeOther).To(k.page)
	})
	t.Run("ORG-75 an inactive organisation", func(t *testing.T) {
		t.Parallel()
		k := newRenewingClub(t, membership.Option{}, "100")
		k.on("2027-04-10") // expired, so that closing does not cancel it
		form := k.kea.Get(k.renewal).Fields("form#renew")
		k.Exec("UPDATE organisations SET is_active = false")
		k.kea.Get(k.page).Lacks("a[href='" + k.renewal + "']")
		for name, ask := range map[string]func() *webtest.Answer{
			"GET": func() *webtest.Answer { return k.kea.Get(k.renewal) }, "POST": func() *webtest.Answer { return k.kea.Post(k.renewal, form...) },
			"POST for a fragment": func() *webtest.Answer { return k.kea.HX().Post(k.renewal, form...) },
		} {
			got := ask()
			if to := got.Header.Get("Location") + got.Header.Get("HX-Redirect"); to != k.page {
				t.Errorf("%s = %d and leads to %q, want %q", name, got.StatusCode, to, k.page)
			}
			k.says(k.kea, "Te Kura is inactive, so its membership cannot be renewed").Has("#messages .alert-info", "")
		}
		k.kea.Get(k.renewal+"preview/?seat_count=5").Status(http.StatusOK).Has("#period", "Choose a membership")
		if k.renewed() != "" {
			t.Error("it was renewed")
		}
	})
	t.Run("ORG-30 closed while somebody renews: whoever comes second sees the other", func(t *testing.T) {
		t.Parallel()
		k := newRenewingClub(t, membership.Option{}, "100")
		k.on("2027-04-10")
		form := k.kea.Get(k.renewal).Fields("form#renew")
		k.Behind(func() { k.kea.Post(k.renewal, form...).Status(http.StatusSeeOther).To(k.page) }, "UPDATE organisations SET is_active = false")
		k.says(k.kea, "Te Kura is inactive")
		if k.renewed() != "" {
			t.Error("a closed organisation has renewed")
		}
	})
}

func TestRenewalPreview(t *testing.T) {
	t.Parallel()
	k := newRenewingClub(t, membership.Option{MaxChargedSeats: 4}, "1000")
	preview := k.renewal + "preview/"
	for query, want := range map[string][]string{
		"?seat_count=10": {"Expires on 31 March 2028", "Thursday 30 March 2028", "$4,000.00", "4 seats are charged at $1,000.00 each, and 6 seats are free"},
		"?seat_count=3":  {"Expires on 31 March 2028", "$3,000.00", "The first 4 seats are charged"},
		"?seat_count=x":  {"Expires on 31 March 2028", "$1,000.00"},
		"?seat_count=1&start_date=2030-01-01&membership_option=999": {"Expires on 31 March 2028", "$1,000.00"},
		"?seat_count=999999999": {"–", "Enter at most"},
	} {
		got := k.kea.HX().Get(preview + query).Status(http.StatusOK).Lacks("header")
		for _, text := range want {
			got.Has("#period", text)
		}
	}
	k.kea.Get(k.renewal).Has("#period", "$4,000.00").Has("#period[for='id_seat_count']", "")
	t.Run("What is previewed is charged", func(t *testing.T) { // R9
		total := strings.TrimSpace(k.kea.Get(preview + "?seat_count=9").Document().Find("#period .period-end").Last().Text())
		k.renews("seat_count", "9").Status(http.StatusSeeOther)
		var charged string
		k.Row(&charged, "SELECT total::text FROM purchases")
		if charged != "4000.00" || !strings.Contains(total, "$4,000.00") {
			t.Errorf("previewed %q, charged %s", total, charged)
		}
	})
	t.Run("Without an offer there is the neutral text", func(t *testing.T) {
		k.kea.Get(preview+"?seat_count=9").Status(http.StatusOK).Has("#period", "Choose a membership")
	})
	t.Run("Of a choice", func(t *testing.T) {
		k := newRenewingClub(t, membership.Option{}, "1000")
		month := k.sells(membership.Option{Name: lang.Text{EN: "Month"}, Duration: membership.Duration{Months: 1}}, "50")
		k.Exec("UPDATE membership_options SET archived = true WHERE id = ?", k.option)
		at := k.renewal + "preview/?seat_count=2&membership_option="
		k.kea.Get(at+month).Has("#period", "Expires on 30 April 2027").Has("#period", "$100.00")
		for _, option := range []string{k.option, "", "0", "x"} {
			k.kea.Get(at+option).Status(http.StatusOK).Has("#period", "Choose a membership")
		}
	})
	t.Run("Without scripts the button shows it, and nothing is stored", func(t *testing.T) {
		k := newRenewingClub(t, membership.Option{}, "1000")
		k.renews("seat_count", "7", "look", "1").Status(http.StatusOK).Has("#period", "$7,000.00").Has("#id_seat_count[value='7']", "").Lacks(".problems")
		if k.renewed() != "" {
			t.Error("looking has renewed it")
		}
	})
}

// Adding seats goes to the membership that runs, not to the renewal that was bought already.
func TestSeatsBesideARenewal(t *testing.T) {
	t.Parallel()
	k := newRenewingClub(t, membership.Option{}, "365")
	k.renews().Status(http.StatusSeeOther)
	k.Clock.Pass(time.Hour)
	k.adds("2").Status(http.StatusSeeOther)
	if got := k.renewed(); got != "2027-03-31 2028-03-31 5" || k.Count("SELECT count(*) FROM organisation_memberships WHERE seats = 7 AND renews_id IS NULL") != 1 {
		t.Errorf("renewals = %q, want five seats, and seven until then", got)
	}
}
