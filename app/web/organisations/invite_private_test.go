package organisations_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Anybody can found an organisation and invite any address. Until somebody answers, what its pages say is the same whether
// there is an account with that address or not.
func TestInvitationKeepsTheAccountSecret(t *testing.T) {
	t.Parallel()
	c := newClub(t)
	const second, nobody = "second@example.org", "nobody@example.org"
	c.address("tui", second, true)
	token := c.invited(second)
	c.invited(nobody)
	c.one("user_id IS NOT NULL AND invite_email = ?", second)

	row := func(page, email string) (html string, at int) {
		t.Helper()
		found := c.kea.Get(page).Status(http.StatusOK).Document().Find("#members tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool {
			return strings.Contains(s.Text(), email)
		})
		html, err := goquery.OuterHtml(found)
		if err != nil || found.Length() != 1 {
			t.Fatalf("%s has %d rows of %s, %v, want one", page, found.Length(), email, err)
		}
		id := strings.TrimPrefix(found.AttrOr("id", ""), "member-")
		return strings.ReplaceAll(strings.ReplaceAll(html, email, "address"), id, "id"), found.Index()
	}
	for _, page := range []string{c.page, c.page + "?members-sort=name", c.page + "?members-sort=-name"} {
		with, place := row(page, second)
		without, other := row(page, nobody)
		if with != without {
			t.Errorf("%s tells an invitation with an account:\n%s\nfrom one without:\n%s", page, with, without)
		}
		if place < other { // the other one is newer
			t.Errorf("%s lists the invitation with an account at %d, before the one without at %d", page, place, other)
		}
	}
	for _, act := range []string{"resend-invite", "revoke-invite", "remove"} {
		for _, secret := range []string{"Tui Manu", tuiMail} {
			if got := c.kea.Get(c.ofMember(second, act)).Status(http.StatusOK); strings.Contains(got.Body, secret) {
				t.Errorf("the question before %s names %s", act, secret)
			}
		}
	}
	c.tui.Post(accept(token)).Status(http.StatusSeeOther)
	c.kea.Get(c.page).Has("#members tbody", "Tui Manu").Has("#members tbody", tuiMail)

	c.Exec("UPDATE organisation_members SET accepted_datetime = NULL WHERE invite_email = ?", second)
	said(c.kea, c.page)
	c.kea.Post(c.ofMember(second, "remove")).Status(http.StatusSeeOther).To(c.page)
	c.says(c.kea, c.page, "Success: "+second+" no longer belongs to Te Kura o Ōtepoti.")
}
