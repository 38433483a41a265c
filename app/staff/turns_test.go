package staff_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"ams/app/membership"
	"ams/app/web/webtest"
)

// asked does an action on one record, as the page that asks first would.
func done(v *webtest.Visitor, list, action string, id int) *webtest.Answer {
	return v.Post(list, "action", action, "post", "yes", "_selected_action", strconv.Itoa(id))
}

// confirmations are the letters to kea that say that the membership is approved.
func confirmations(s *webtest.Site) int {
	s.T.Helper()
	return len(slices.DeleteFunc(subjects(s), func(subject string) bool { return subject != "Your membership is confirmed" }))
}

// TestTurns has staff and somebody else do something at the same moment, one behind the other.
func TestTurns(t *testing.T) {
	t.Parallel()
	const held = "SELECT 1 FROM individual_memberships FOR NO KEY UPDATE"
	for _, payFirst := range []bool{true, false} {
		source := map[bool]string{true: "PAYMENT", false: "STAFF"}[payFirst]
		once := func(t *testing.T, s *webtest.Site) {
			t.Helper()
			if s.Count("SELECT count(*) FROM individual_memberships WHERE approval_source = ?", source) != 1 || confirmations(s) != 1 {
				t.Errorf("%d letters, want one, and the membership approved by %s", confirmations(s), source)
			}
			if n := s.Count("SELECT count(*) FROM invoices WHERE decision_notified_at IS NOT NULL"); n != 0 {
				t.Errorf("staff are asked to decide about %d payments, want none", n)
			}
		}
		t.Run("Paid and approved by staff, first by "+source, func(t *testing.T) {
			t.Parallel()
			s := shop(t)
			s.Work()
			v, id := s.SignedIn("boss"), s.Count("SELECT id FROM individual_memberships")
			acts := []func(){func() { s.MarkPaid("MOCK-1") }, func() { done(v, memberships, "approve", id).Status(http.StatusSeeOther) }}
			if !payFirst {
				slices.Reverse(acts)
			}
			s.InTurn(held, acts...)
			once(t, s)
		})
		t.Run("Paid and approved in the form, first by "+source, func(t *testing.T) {
			t.Parallel()
			s := shop(t)
			s.Work()
			v, record, want := s.SignedIn("boss"), last(s, memberships, "change"), http.StatusUnprocessableEntity
			form := v.Get(record).Fields("#record", "approved_datetime_0", today(s), "approved_datetime_1", "09:00")
			var saved *webtest.Answer
			acts := []func(){func() { s.MarkPaid("MOCK-1") }, func() { saved = v.Post(record, form...) }}
			if !payFirst {
				slices.Reverse(acts)
				want = http.StatusSeeOther
			}
			s.InTurn(held, acts...)
			saved.Status(want)
			if payFirst {
				saved.Has(".problems", "Somebody saved this record")
			}
			once(t, s)
		})
	}
	t.Run("ORG-65 staff enter an overlap while the person applies: the constraint would let it pass", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		option := s.Option(membership.Option{}, "49.99")
		boss, kea := s.SignedIn("boss"), s.SignedIn("kea")
		var applied *webtest.Answer
		s.InTurn("SELECT 1 FROM users WHERE username = 'kea' FOR NO KEY UPDATE", func() {
			boss.Send(memberships+"add/", "#record", "user", webtest.Address("kea"), "membership_option", "Teacher", "start_date", today(s),
				"overlap_allowed", "on").Status(http.StatusSeeOther)
		}, func() {
			applied = kea.Post("/en/users/memberships/apply-individual/", "membership_option", fmt.Sprint(option), "start_date", today(s))
		})
		applied.Status(http.StatusUnprocessableEntity).Has("#id_start_date-error", "You have a membership")
		if s.Count("SELECT count(*) FROM individual_memberships") != 1 || s.Count("SELECT count(*) FROM purchases") != 0 {
			t.Error("the application was stored beside what staff entered")
		}
	})
	for name, c := range map[string]struct{ owners, list, action string }{
		"an approval, of a person":         {"users", memberships, "approve"},
		"an approval, of an organisation":  {"organisations", seated, "approve"},
		"the closing of an organisation":   {"organisations", organisations, "deactivate"},
		"a deletion, of a membership":      {"users", memberships, "delete_selected"},
		"a deletion, of an organisation's": {"organisations", seated, "delete_selected"},
	} {
		t.Run("Owners are held before their memberships by "+name, func(t *testing.T) {
			t.Parallel()
			s, _ := applied(t)
			buys(s, s.Option(membership.Option{}, "49.99"))
			v := s.SignedIn("boss")
			owner := "SELECT 1 FROM " + c.owners + " FOR NO KEY UPDATE"
			s.InTurn(owner, func() { done(v, c.list, c.action, 1).Status(http.StatusSeeOther) }, func() {
				s.Exec("SELECT 1 FROM organisation_memberships FOR NO KEY UPDATE NOWAIT")
				s.Exec("SELECT 1 FROM individual_memberships FOR NO KEY UPDATE NOWAIT")
				s.Exec(owner)
			})
		})
	}
}

// TestClosingTurns has staff close an organisation while other staff put somebody into it.
func TestClosingTurns(t *testing.T) {
	t.Parallel()
	pending := func(s *webtest.Site, id int) int {
		return s.Count("SELECT count(*) FROM organisation_members WHERE organisation_id = ? AND accepted_datetime IS NULL AND revoked_datetime IS NULL", id)
	}
	for name, from := range map[string]string{"added": "", "moved from another one": "Kura A"} {
		t.Run("Somebody is "+name, func(t *testing.T) {
			t.Parallel()
			s := site(t)
			a, b := school(s, "Kura A"), school(s, "Kura B")
			boss, other := s.SignedIn("boss"), s.SignedIn("boss")
			record := belongings + "add/"
			if from != "" {
				invited(s, "weka@example.org", a)
				record = belongings + strconv.Itoa(s.Count("SELECT max(id) FROM organisation_members")) + "/change/"
			}
			s.InTurn("SELECT 1 FROM organisations WHERE name = 'Kura B' FOR NO KEY UPDATE", func() {
				boss.Send(record, "#record", "organisation", "Kura B", "invite_email", "weka@example.org").Status(http.StatusSeeOther)
			}, func() { done(other, organisations, "deactivate", b).Status(http.StatusSeeOther) })
			if n := pending(s, b); n != 0 {
				t.Errorf("%d invitations of a closed organisation wait, want none", n)
			}
			holds(t, s, "organisation_members WHERE organisation_id = ? AND revoked_datetime IS NOT NULL", b)
		})
	}
}

func TestApprovedTwice(t *testing.T) {
	t.Parallel()
	t.Run("An approval that was taken back and given once more is told once more", func(t *testing.T) {
		t.Parallel()
		s := shop(t)
		v, id := s.SignedIn("boss"), s.Count("SELECT id FROM individual_memberships")
		done(v, memberships, "approve", id).Status(http.StatusSeeOther)
		v.Send(last(s, memberships, "change"), "#record", "approved_datetime_0", "", "approved_datetime_1", "").Status(http.StatusSeeOther)
		s.Clock.Pass(time.Hour)
		done(v, memberships, "approve", id).Status(http.StatusSeeOther)
		if n := confirmations(s); n != 2 {
			t.Errorf("%d letters to the member, want one for each approval", n)
		}
	})
}
