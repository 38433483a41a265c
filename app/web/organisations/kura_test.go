package organisations_test

import (
	"net/http"
	"strings"
	"testing"

	"ams/app/web/webtest"
)

// kura is a site with an organisation that kea founded. Hōne (boss) is on the staff, tui has nothing to do with it.
type kura struct {
	*webtest.Site
	uuid, page string
}

const kuraName = "Te Kura o Ōtepoti"

// details are everything that has to be said of an organisation.
func details(more ...string) []string {
	return append([]string{
		"name", kuraName, "contact_name", "Hine Tāwhai", "email", "Office@Kura.example", "telephone", "03 555 1234",
		"postal_address", "PO Box 1", "postal_city", "Ōtepoti", "postal_code", "9016",
	}, more...)
}

func newKura(t *testing.T, settings ...string) *kura {
	t.Helper()
	k := &kura{Site: webtest.New(t, settings...)}
	for _, name := range []string{"kea", "tui"} {
		k.Person(name)
		k.Exec("UPDATE users SET first_name = initcap(username), last_name = 'Manu' WHERE username = ?", name)
	}
	k.Staff("boss")
	k.page = k.SignedIn("kea").Post("/en/organisations/create/", details()...).Status(http.StatusSeeOther).Header.Get("Location")
	k.uuid = strings.TrimSuffix(strings.TrimPrefix(k.page, "/en/organisations/"), "/")
	return k
}

// joins adds somebody who has accepted an invitation, in a role.
func (k *kura) joins(username, role string) {
	k.T.Helper()
	if k.Count("SELECT count(*) FROM users WHERE username = ?", username) == 0 {
		k.Person(username)
		k.Exec("UPDATE users SET first_name = initcap(username), last_name = 'Manu' WHERE username = ?", username)
	}
	k.Exec(`INSERT INTO organisation_members (user_id, organisation_id, invite_email, role, created_datetime, accepted_datetime)
		SELECT u.id, o.id, lower(u.email), ?, '2027-03-02 09:00Z', '2027-03-02 10:00Z' FROM users u, organisations o
		WHERE u.username = ? AND o.uuid = ?`, role, username, k.uuid)
}

// isInvited adds an invitation that waits: linked to somebody's account, else to an address without one.
func (k *kura) isInvited(who, role string) {
	k.T.Helper()
	k.Exec(`INSERT INTO organisation_members (user_id, organisation_id, invite_email, role, created_datetime)
		SELECT (SELECT id FROM users WHERE username = ?0), id, CASE WHEN ?0 LIKE '%@%' THEN ?0 ELSE ?0 || '@example.org' END, ?1, '2027-03-02 09:00Z'
		FROM organisations WHERE uuid = ?2`, who, role, k.uuid)
}

// ofMember is the address of an act on somebody, by username or invited address.
func (k *kura) ofMember(who, act string) string {
	k.T.Helper()
	var id string
	k.Row(&id, `SELECT m.uuid FROM organisation_members m LEFT JOIN users u ON u.id = m.user_id
		WHERE u.username = ?0 OR m.invite_email = ?0 ORDER BY m.id DESC LIMIT 1`, who)
	return k.page + "member/" + id + "/" + act + "/"
}

// effective are the people who look after the organisation.
func (k *kura) effective() int {
	k.T.Helper()
	return k.Count(`SELECT count(*) FROM organisation_members m JOIN users u ON u.id = m.user_id JOIN organisations o ON o.id = m.organisation_id
		WHERE o.uuid = ? AND m.role = 'ADMIN' AND m.accepted_datetime IS NOT NULL AND m.declined_datetime IS NULL AND m.revoked_datetime IS NULL
		AND u.is_active`, k.uuid)
}

// has fails the test unless exactly one row of members fits.
func (k *kura) has(where string, args ...any) {
	k.T.Helper()
	if n := k.Count("SELECT count(*) FROM organisation_members m LEFT JOIN users u ON u.id = m.user_id WHERE "+where, args...); n != 1 {
		k.T.Errorf("%d rows of members where %s, want 1", n, where)
	}
}

// unchanged fails the test when an act changed anything that is stored.
func (k *kura) unchanged(act func()) {
	k.T.Helper()
	before := k.Contents()
	act()
	if after := k.Contents(); after != before {
		k.T.Errorf("something was stored:\n%s\nbefore:\n%s", after, before)
	}
}

// tells is what the page says of what was done, and fails the test unless it has the text.
func (k *kura) tells(v *webtest.Visitor, page, want string) {
	k.T.Helper()
	got := strings.Join(strings.Fields(v.Get(page).Status(http.StatusOK).Document().Find("#messages .alert-text").Text()), " ")
	if !strings.Contains(got, want) {
		k.T.Errorf("%s says %q, want %q", page, got, want)
	}
}

// race has all acts wait for the organisation at the same time, then lets them go on.
func (k *kura) race(acts ...func()) {
	k.T.Helper()
	k.Holding("SELECT id FROM organisations WHERE uuid = '"+k.uuid+"' FOR NO KEY UPDATE", len(acts), func(i int) { acts[i]() })
}
