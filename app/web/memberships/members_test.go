package memberships_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ams/app/clock"
	"ams/app/dev/inbox"
	"ams/app/membership"
	"ams/app/web/webtest"
)

// The rule that opens pages is a query and the rule that shows a status is a function: for every way in which a
// membership can lie around today both have to say the same.
func TestMembersOnly(t *testing.T) {
	t.Parallel()
	s, v, option := shop(t, membership.Option{}, "0")
	if err := s.App.Content.SampleContent(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Clock.Pass(12*time.Hour + 30*time.Minute) // half past midnight in Auckland, still yesterday in London
	today, kea := clock.DateOf(s.Clock.Now()), int64(s.Count("SELECT id FROM users WHERE username = 'kea'"))
	seen := map[membership.Status]int{}
	for _, stamps := range [][]string{
		{}, {"approved_datetime", "now()"}, {"cancelled_datetime", "now()"}, {"approved_datetime", "now()", "cancelled_datetime", "now()"},
	} {
		for start := -2; start <= 2; start++ {
			for expiry := start + 1; expiry <= 3; expiry++ {
				s.Exec("DELETE FROM individual_memberships")
				hold(s, option, today.AddDays(start).String(), today.AddDays(expiry).String(), stamps...)
				held, err := s.App.Members.ForPerson(t.Context(), kea)
				if err != nil || len(held) != 1 {
					t.Fatalf("ForPerson() = %d memberships, %v, want one", len(held), err)
				}
				status, want := held[0].Status(today), http.StatusForbidden
				if seen[status]++; status == membership.Active {
					want = http.StatusOK
				}
				if got := v.Get("/en/members-only/").StatusCode; got != want {
					t.Errorf("CMS-13 GET /en/members-only/ with a membership from day %d to day %d, %v, which is %s = %d, want %d",
						start, expiry, stamps, status, got, want)
				}
			}
		}
	}
	if len(seen) != 4 {
		t.Errorf("statuses tried = %v, want all four", seen)
	}
}

func TestApproval(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"True", "False"} {
		t.Run("ORG-37 paid option waits, approval of free ones required: "+flag, func(t *testing.T) {
			t.Parallel()
			s, v, option := shop(t, month(), "0.01", "AMS_REQUIRE_FREE_MEMBERSHIP_APPROVAL", flag)
			v.Post(apply, order(option, "2026-07-10")...).Status(http.StatusSeeOther).To(page)
			if n := s.Count("SELECT count(*) FROM individual_memberships WHERE approved_datetime IS NULL AND approval_source IS NULL"); n != 1 {
				t.Errorf("after applying %d memberships wait for approval, want 1", n)
			}
			v.Get(page).Has("#messages", "invoice is on its way").Has("#memberships", "Pending").Has("#standing", "not a member")
			s.Work()
			s.MarkPaid("MOCK-1")
			if n := s.Count("SELECT count(*) FROM individual_memberships WHERE approval_source = 'PAYMENT'"); n != 1 {
				t.Errorf("after the payment %d memberships are approved by it, want 1", n)
			}
			v.Get(page).Has("#standing", "You are a member")
		})
	}
}

// Who hears of a free application (spec organisations-memberships §7.3): always staff where they have to act, by the
// setting where they have not, and nobody else ever.
func TestNoticeOfFreeApplication(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ approval, notify, subject, status string }{
		{"False", "True", "New individual membership: Mere Kahu", "approved"},
		{"False", "False", "", ""},
		{"True", "True", "APPROVAL REQUIRED: Mere Kahu", "pending approval"},
		{"True", "False", "APPROVAL REQUIRED: Mere Kahu", "pending approval"},
	} {
		t.Run(fmt.Sprintf("BIL-47 ORG-36 approval %s, notices %s", c.approval, c.notify), func(t *testing.T) {
			t.Parallel()
			s, v, option := shop(t, month(), "0", "AMS_REQUIRE_FREE_MEMBERSHIP_APPROVAL", c.approval, "AMS_NOTIFY_STAFF_MEMBERSHIP_EVENTS", c.notify)
			s.Staff("boss")
			s.Clerk("ruru")
			s.Clerk("gone")
			s.Exec("UPDATE users SET is_active = false WHERE username = 'gone'")
			v.Post(apply, order(option, "2026-07-10")...).Status(http.StatusSeeOther)
			if got := noticesTo(s, "kea"); len(got) != 0 {
				t.Errorf("the applicant gets %v, want nothing", got)
			}
			if got := noticesTo(s, "gone"); len(got) != 0 {
				t.Errorf("staff whose account is off get %v, want nothing", got)
			}
			if c.subject == "" {
				if n := s.Count("SELECT count(*) FROM email_messages"); n != 0 {
					t.Errorf("%d messages, want none", n)
				}
				return
			}
			for _, username := range []string{"boss", "ruru"} {
				got := noticesTo(s, username)
				if len(got) != 1 || got[0].Subject != c.subject || !strings.Contains(got[0].Text, "Status: "+c.status) {
					t.Fatalf("%s gets %v, want one %q with status %s", username, got, c.subject, c.status)
				}
				if acts := strings.Contains(got[0].Text, "Action required"); acts != (c.approval == "True") || strings.Contains(got[0].Text, "Invoice:") {
					t.Errorf("%s reads %q, want no invoice, and a call to act only where approval is needed", username, got[0].Text)
				}
			}
		})
	}
	t.Run("BIL-47 a paid application needs nobody to act, so no staff hear of it with notices off", func(t *testing.T) {
		t.Parallel()
		s, v, option := shop(t, month(), "0.01", "AMS_REQUIRE_FREE_MEMBERSHIP_APPROVAL", "True", "AMS_NOTIFY_STAFF_MEMBERSHIP_EVENTS", "False")
		s.Staff("boss")
		v.Post(apply, order(option, "2026-07-10")...).Status(http.StatusSeeOther)
		if got := noticesTo(s, "boss"); len(got) != 0 {
			t.Errorf("boss gets %v, want nothing", got)
		}
	})
}

// noticesTo are the messages that reached somebody, alone or together with others.
func noticesTo(s *webtest.Site, username string) []inbox.Entry {
	s.T.Helper()
	s.Work()
	all, err := s.Inbox.List(s.T.Context(), 100)
	if err != nil {
		s.T.Fatalf("List() = %v", err)
	}
	return slices.DeleteFunc(all, func(e inbox.Entry) bool { return !strings.Contains(e.To, webtest.Address(username)) })
}
