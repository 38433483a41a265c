package organisations_test

import (
	"net/http"
	"strings"
	"testing"

	"ams/app/membership"
)

// seats gives the kura a membership with so many seats that is active from today for a year.
func (c *club) seats(n int) {
	c.T.Helper()
	option := c.Option(membership.Option{Type: membership.ForOrganisations}, "10")
	c.Seats(1, option, n)
	c.Exec("UPDATE organisation_memberships SET approved_datetime = ?, approval_source = 'STAFF'", c.Clock.Now())
}

func TestInviteSeats(t *testing.T) {
	t.Parallel()
	const full = "All seats of Te Kura o Ōtepoti are taken. You can accept the invitation as soon as one is free."
	t.Run("ORG-11 inviting while all seats are taken", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		c.seats(1)
		said(c.kea, c.page)
		c.invited(tuiMail)
		c.letter(tuiMail)
		const warned = "Warning: All seats are taken. tui@example.org cannot accept the invitation until one is free."
		if got := said(c.kea, c.page); !strings.HasPrefix(got, "Success: tui@example.org is invited.") || !strings.HasSuffix(got, warned) {
			t.Errorf("the page says %q, want that the person is invited, and a warning", got)
		}
		c.kea.HX().Post(c.page+"invite/", "email", "x@example.org").Status(http.StatusOK).
			Has("#messages .alert-success", "x@example.org is invited.").Has("#messages .alert-warning", "All seats are taken. x@example.org")
		c.Exec("UPDATE organisation_memberships SET seats = 2")
		c.kea.HX().Post(c.page+"invite/", "email", "y@example.org").Status(http.StatusOK).Lacks("#messages .alert-warning")
	})
	t.Run("ORG-12 accepting while all seats are taken", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		c.seats(1)
		token := c.invited(tuiMail)
		c.unchanged(func() {
			c.tui.Get(accept(token)).Status(http.StatusOK).Has("main .alert", full).Lacks("form[action='"+accept(token)+"']").
				Has("form[action='"+decline(token)+"'] button", "Decline")
			c.tui.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage)
			c.says(c.tui, ownPage, "Error: "+full)
		})
		c.Exec("UPDATE users SET is_active = false WHERE username = 'kea'") // that frees the seat at once
		c.tui.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage)
		c.one(linked + " AND accepted_datetime IS NOT NULL")
	})
	t.Run("ORG-13 accepting without an active membership", func(t *testing.T) {
		t.Parallel()
		for name, change := range map[string]string{
			"None":      "DELETE FROM organisation_memberships",
			"Pending":   "UPDATE organisation_memberships SET approved_datetime = NULL, approval_source = NULL",
			"Later":     "UPDATE organisation_memberships SET start_date = start_date + 1",
			"Expired":   "UPDATE organisation_memberships SET start_date = start_date - 365, expiry_date = start_date",
			"Cancelled": "UPDATE organisation_memberships SET cancelled_datetime = now(), cancelled_reason = 'x'",
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				c := newClub(t)
				c.seats(1)
				c.Exec(change)
				said(c.kea, c.page)
				token := c.invited(tuiMail)
				c.says(c.kea, c.page, "Success: tui@example.org is invited.")
				c.tui.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage)
				c.one(linked + " AND accepted_datetime IS NOT NULL")
			})
		}
	})
	t.Run("ORG-53 the last seat for two", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		c.Person("weka")
		weka := c.SignedIn("weka")
		c.seats(2)
		first, second := c.invited(tuiMail), c.invited("weka@example.org")
		c.race(func() { c.tui.Post(accept(first)).Status(http.StatusSeeOther).To(ownPage) },
			func() { weka.Post(accept(second)).Status(http.StatusSeeOther).To("/en/users/weka/") })
		c.one("invite_email <> '' AND accepted_datetime IS NOT NULL")
		c.one("invite_email <> '' AND accepted_datetime IS NULL")
		told := said(c.tui, ownPage) + " | " + said(weka, "/en/users/weka/")
		if strings.Count(told, "You are a member of Te Kura o Ōtepoti now.") != 1 || strings.Count(told, full) != 1 {
			t.Errorf("they read %q, want one in and one without a seat", told)
		}
	})
}
