package organisations_test

import (
	"net/http"
	"strings"
	"testing"
)

// inTurn has acts wait for the organisation one behind the other, and lets them go on in this order.
func (c *club) inTurn(acts ...func()) {
	c.T.Helper()
	c.InTurn("SELECT 1 FROM organisations FOR NO KEY UPDATE", acts...)
}

// closedByStaff closes the organisation in the administration, whoever belongs to it.
func (c *club) closedByStaff() {
	c.T.Helper()
	c.SignedIn("boss").Post("/admin/organisations/organisation/", "action", "deactivate", "post", "yes", "_selected_action", "1").
		Status(http.StatusSeeOther)
}

// TestAnswersCross has two things happen to one invitation at the same time, in both orders.
func TestAnswersCross(t *testing.T) {
	t.Parallel()
	t.Run("Accepted twice", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(tuiMail)
		post := func() { c.tui.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage) }
		c.inTurn(post, post)
		c.one(linked + " AND accepted_datetime IS NOT NULL")
		if got := said(c.tui, ownPage); !strings.Contains(got, "You are a member of Te Kura o Ōtepoti now.") && !strings.Contains(got, "accepted already") {
			t.Errorf("the page says %q, want what came of the answers", got)
		}
	})
	t.Run("Accepted, then revoked", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(tuiMail)
		revoke := c.ofMember(tuiMail, "revoke-invite")
		said(c.kea, c.page)
		c.inTurn(func() { c.tui.Post(accept(token)).Status(http.StatusSeeOther) }, func() { c.kea.Post(revoke).Status(http.StatusSeeOther) })
		c.one(linked + " AND accepted_datetime IS NOT NULL")
		c.says(c.kea, c.page, "Error: This invitation was accepted already.")
	})
	t.Run("Revoked, then accepted", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(tuiMail)
		revoke := c.ofMember(tuiMail, "revoke-invite")
		c.inTurn(func() { c.kea.Post(revoke).Status(http.StatusSeeOther) }, func() { c.tui.Post(accept(token)).Status(http.StatusNotFound) })
		c.none(linked)
	})
	t.Run("Erased, then accepted", func(t *testing.T) { // nothing is stored any longer for somebody who is gone
		t.Parallel()
		c := newClub(t)
		token := c.invited(tuiMail)
		c.Behind(func() { c.tui.Post(accept(token)).Status(http.StatusConflict) }, "UPDATE users SET erased_at = now() WHERE username = 'tui'")
		c.one(linked + " AND accepted_datetime IS NULL")
	})
	t.Run("Deactivated, then accepted", func(t *testing.T) { // nobody slips in
		t.Parallel()
		c := newClub(t)
		token := c.invited(tuiMail)
		c.Behind(func() { c.tui.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage) }, "UPDATE organisations SET is_active = false")
		c.one(linked + " AND accepted_datetime IS NULL")
	})
	t.Run("Deactivated by staff, then accepted, and the other way round", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		token := c.invited(tuiMail)
		c.inTurn(c.closedByStaff, func() { c.tui.Post(accept(token)).Status(http.StatusSeeOther) })
		c.one(linked + " AND accepted_datetime IS NULL AND revoked_datetime IS NOT NULL")
		c = newClub(t)
		token = c.invited(tuiMail)
		c.inTurn(func() { c.tui.Post(accept(token)).Status(http.StatusSeeOther).To(ownPage) }, c.closedByStaff)
		c.one(linked + " AND accepted_datetime IS NOT NULL AND revoked_datetime IS NULL")
		if n := c.Count("SELECT count(*) FROM organisations WHERE is_active"); n != 0 {
			t.Errorf("%d active organisations, want none", n)
		}
	})
	t.Run("Deactivated, then invited, and the other way round", func(t *testing.T) {
		t.Parallel()
		c := newClub(t)
		other := c.SignedIn("kea")
		closes := func() { other.Post(c.page + "deactivate/").Status(http.StatusSeeOther) }
		invites := func() { c.kea.Post(c.page+"invite/", "email", "x@example.org").Status(http.StatusSeeOther).To(c.page) }
		said(c.kea, c.page)
		c.inTurn(closes, invites)
		c.says(c.kea, c.page, "Error: This organisation is inactive, so nobody can be invited.")
		c.none("invite_email = 'x@example.org'")
		if n := len(c.Mails("x@example.org")); n != 0 {
			t.Errorf("%d letters, want none", n)
		}
		c.Exec("UPDATE organisations SET is_active = true")
		c.inTurn(invites, closes)
		c.one("invite_email = 'x@example.org' AND revoked_datetime IS NULL")
		if n := c.Count("SELECT count(*) FROM organisations WHERE is_active"); n != 1 {
			t.Errorf("%d active organisations, want the one with an invitation", n)
		}
	})
	t.Run("Gone without the organisation, then accepted", func(t *testing.T) { // as an erasure takes rows away
		t.Parallel()
		c := newClub(t)
		c.Exec("INSERT INTO organisation_members (organisation_id, created_datetime) VALUES (1, now())")
		token := c.token("")
		c.Behind(func() { c.tui.Post(accept(token)).Status(http.StatusNotFound) }, "DELETE FROM organisation_members WHERE invite_token = ?", token)
		c.none(linked)
	})
	t.Run("Two invitations of one person", func(t *testing.T) { // R6
		t.Parallel()
		for _, linkedFirst := range []bool{true, false} {
			c := newClub(t)
			first, other, later := c.invited(tuiMail), c.invited("second@example.org"), http.StatusSeeOther
			c.address("tui", "second@example.org", true)
			if !linkedFirst { // which takes the linked one away
				first, other, later = other, first, http.StatusNotFound
			}
			phone := c.SignedIn("tui")
			c.inTurn(func() { c.tui.Post(accept(first)).Status(http.StatusSeeOther).To(ownPage) }, func() { phone.Post(accept(other)).Status(later) })
			c.one(linked + " AND accepted_datetime IS NOT NULL")
			c.none("accepted_datetime IS NULL")
		}
	})
}
