package memberships_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ams/app/membership"
	"ams/app/web/webtest"
)

const office = webtest.OfficeMail

// club is a site on 10 July 2026 with an organisation that kea looks after, and one option for organisations. Hōne (boss) is
// on the staff, tui has nothing to do with it.
type club struct {
	*webtest.Site
	kea        *webtest.Visitor
	id         int64
	option     string
	page       string // of the organisation
	apply, add string // pages of the forms
}

func newClub(t *testing.T, o membership.Option, cost string, settings ...string) *club {
	t.Helper()
	k := &club{Site: webtest.New(t, settings...)}
	at(k.Site, "2026-07-10")
	k.Person("kea")
	k.Person("tui")
	k.Staff("boss")
	k.option = k.sells(o, cost)
	k.id = k.Organisation("Te Kura", "kea")
	k.page, k.apply, k.add = k.pages(k.id)
	k.kea = k.SignedIn("kea")
	return k
}

// sells puts another option for organisations on sale.
func (k *club) sells(o membership.Option, cost string) string {
	k.T.Helper()
	o.Type = membership.ForOrganisations
	return fmt.Sprint(k.Option(o, cost))
}

// pages are those of an organisation.
func (k *club) pages(id int64) (page, apply, add string) {
	k.T.Helper()
	var uuid string
	k.Row(&uuid, "SELECT uuid FROM organisations WHERE id = ?", id)
	return "/en/organisations/" + uuid + "/", "/en/users/memberships/apply-organisation/" + uuid + "/", "/en/users/memberships/add-seats/" + uuid + "/"
}

// joins adds rows of people: accepted, invited and declined ones, and one whose account is inactive.
func (k *club) joins(accepted, invited, declined, inactive int) {
	k.T.Helper()
	for i := range accepted + inactive {
		name := fmt.Sprintf("m%d", i)
		k.Person(name)
		k.Exec(`INSERT INTO organisation_members (user_id, organisation_id, created_datetime, accepted_datetime) SELECT id, ?, now(), now() FROM users WHERE username = ?`, k.id, name)
		if i >= accepted {
			k.Exec("UPDATE users SET is_active = false WHERE username = ?", name)
		}
	}
	k.Exec(`INSERT INTO organisation_members (invite_email, organisation_id, created_datetime, declined_datetime)
		SELECT 'invited' || i || '@example.org', ?, now(), CASE WHEN i > ? THEN now() END FROM generate_series(1, ?) i`, k.id, invited, invited+declined)
}

// holds gives the organisation an approved membership behind the program's back, and its id.
func (k *club) holds(option, start, expiry string, seats int) int64 {
	k.T.Helper()
	k.Exec(`INSERT INTO organisation_memberships (organisation_id, membership_option_id, seats, start_date, expiry_date, created_datetime, approved_datetime, approval_source)
		VALUES (?, ?, ?, ?, ?, '2026-01-01', '2026-01-01', 'STAFF')`, k.id, option, seats, start, expiry)
	return int64(k.Count("SELECT max(id) FROM organisation_memberships"))
}

// applies sends the form of an application.
func (k *club) applies(seats string, more ...string) *webtest.Answer {
	k.T.Helper()
	return k.kea.Post(k.apply, append(order(k.option, "2026-07-10", "seat_count", seats), more...)...)
}

// adds sends the form that adds seats.
func (k *club) adds(seats string, more ...string) *webtest.Answer {
	k.T.Helper()
	return k.kea.Post(k.add, append([]string{"seats_to_add", seats}, more...)...)
}

// seats of the organisation's one membership.
func (k *club) seats() int {
	k.T.Helper()
	return k.Count("SELECT seats FROM organisation_memberships")
}

// nothing fails the test when anything was bought.
func (k *club) nothing() {
	k.T.Helper()
	if n := k.Count("SELECT (SELECT count(*) FROM organisation_memberships) + (SELECT count(*) FROM purchases) + (SELECT count(*) FROM billing_accounts)"); n != 0 {
		k.T.Errorf("%d rows of memberships, purchases and accounts, want none", n)
	}
}

// says fails the test unless the organisation's page has exactly this one message.
func (k *club) says(v *webtest.Visitor, want string) *webtest.Answer {
	k.T.Helper()
	got := v.Get(k.page).Status(http.StatusOK)
	all := got.Document().Find("#messages .alert-text")
	if text := strings.Join(strings.Fields(all.Text()), " "); all.Length() != 1 || !strings.Contains(text, want) {
		k.T.Errorf("the page says %q in %d messages, want one with %q", text, all.Length(), want)
	}
	return got
}

func tokenOf(v *webtest.Visitor, form string) string {
	return v.Get(form).Document().Find("input[name=submission_token]").AttrOr("value", "")
}
