package organisations_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// inTurn has acts wait for the organisation one behind the other, and lets them go at once.
func (c *club) inTurn(acts ...func()) {
	c.T.Helper()
	tx, err := c.DB.BeginTx(c.T.Context(), nil)
	if err != nil {
		c.T.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(c.T.Context(), "SELECT 1 FROM organisations FOR UPDATE"); err != nil {
		c.T.Fatal(err)
	}
	var all sync.WaitGroup
	for i, act := range acts {
		all.Go(act)
		const waiting = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
		for end := time.Now().Add(20 * time.Second); c.Count(waiting) <= i; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				c.T.Fatalf("act %d does not wait for the organisation", i)
			}
		}
	}
	if err := tx.Commit(); err != nil {
		c.T.Fatal(err)
	}
	all.Wait()
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
}
