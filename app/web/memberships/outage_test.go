package memberships_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ams/app/billing"
	"ams/app/web/webtest"
)

// again passes time and has the job of the invoice run once more.
func again(s *webtest.Site, d time.Duration) {
	s.T.Helper()
	s.Clock.Pass(d)
	s.Due()
	s.Work()
}

func alerted(s *webtest.Site) bool {
	return s.Count("SELECT count(*) FROM purchases WHERE alerted_at IS NOT NULL") > 0
}

// delayed counts the letters that tell the buyer of trouble.
func delayed(s *webtest.Site) int {
	return s.Count("SELECT count(*) FROM email_messages WHERE template_id = 'invoice_delayed'")
}

func TestOutage(t *testing.T) {
	t.Parallel()
	t.Run("BIL-63 an alert after a day and not before, once", func(t *testing.T) {
		t.Parallel()
		s, v := bought(t)
		s.Provider.Before(down)
		s.Work()
		again(s, 24*time.Hour-time.Minute)
		if alerted(s) || delayed(s) != 0 {
			t.Fatalf("after 23 h 59 min alerted = %v with %d letters, want none", alerted(s), delayed(s))
		}
		onItsWay(v)
		again(s, time.Minute)
		if !alerted(s) || delayed(s) != 1 || state(s) != "WAITING" {
			t.Fatalf("after 24 h alerted = %v with %d letters, purchase %s; want one letter and WAITING", alerted(s), delayed(s), state(s))
		}
		s.Work()
		first := s.Count("SELECT extract(epoch FROM alerted_at)::int FROM purchases")
		s.Exec("DELETE FROM email_messages") // so that the letter's own fence is gone
		s.Exec("DELETE FROM gue_jobs WHERE job_type = 'billing.report_failures'")
		for range 3 {
			again(s, time.Hour)
		}
		if n := s.Count("SELECT count(*) FROM email_messages"); n != 0 || s.Count("SELECT extract(epoch FROM alerted_at)::int FROM purchases") != first {
			t.Errorf("hours later %d further letters, want none and the time of the alert kept", n)
		}
		if n := s.Count("SELECT count(*) FROM gue_jobs WHERE job_type = 'billing.report_failures'"); n != 0 {
			t.Errorf("hours later %d further reports are queued, want none", n)
		}
	})
	t.Run("Nobody writes to a buyer who was erased; staff hear of it all the same", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		s.Provider.Before(only("raise", &billing.Refused{Text: "no such account code"}))
		s.Exec("UPDATE users SET erased_at = ?, email = 'erased-1@erased.invalid' WHERE username = 'kea'", s.Clock.Now())
		s.Work()
		s.Due()
		s.Work()
		if n := s.Count("SELECT count(*) FROM email_messages WHERE template_id = 'staff_invoice_failed'"); state(s) != "FAILED" || n != 1 || delayed(s) != 0 {
			t.Errorf("purchase %s, %d letters to staff and %d to the buyer, want FAILED, one and none", state(s), n, delayed(s))
		}
	})
	t.Run("BIL-63 given up after seven days and not before", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		s.Provider.Before(down)
		s.Work()
		again(s, 7*24*time.Hour-time.Minute)
		if got := state(s); got != "WAITING" {
			t.Fatalf("after 6 days, 23 h 59 min the purchase = %s, want WAITING", got)
		}
		again(s, time.Minute)
		if n := s.Count("SELECT count(*) FROM purchases WHERE invoice_state = 'FAILED' AND failure_code = 'unavailable' AND failed_at = ?", s.Clock.Now()); n != 1 {
			t.Fatalf("after seven days the purchase = %s, want FAILED for unavailable", state(s))
		}
		if n := s.Count("SELECT count(*) FROM gue_jobs WHERE job_type = 'billing.raise_invoice'"); n != 0 || delayed(s) != 1 {
			t.Errorf("after seven days %d tries are queued and %d letters written, want none and one", n, delayed(s))
		}
		s.SignedIn("kea").Get(page).Has("#memberships", "Being sorted out")
	})
	t.Run("ApprovedMeanwhile", func(t *testing.T) { // by hand: what was bought is invoiced, even after its period
		t.Parallel()
		s, _ := bought(t)
		s.Exec("UPDATE individual_memberships SET approved_datetime = ?, approval_source = 'STAFF'", s.Clock.Now())
		s.Provider.Before(down)
		s.Work()
		s.Provider.Works()
		again(s, 40*24*time.Hour)
		if n := s.Count("SELECT count(*) FROM invoices WHERE provider_status = 'AUTHORISED' AND amount = 49.99"); n != 1 || state(s) != "RAISED" {
			t.Errorf("%d invoices, purchase %s; want one although the period is over", n, state(s))
		}
	})
}

func TestBusy(t *testing.T) {
	t.Parallel()
	for asked, want := range map[time.Duration]time.Duration{
		0: time.Minute, -time.Second: time.Minute, 90 * time.Second: 90 * time.Second, 24 * time.Hour: 24 * time.Hour, 48 * time.Hour: 24 * time.Hour,
	} {
		t.Run(fmt.Sprintf("Pause of %v", asked), func(t *testing.T) {
			t.Parallel()
			s, _ := bought(t)
			s.Provider.Before(only("raise", &billing.Busy{After: asked}))
			s.Work()
			if n := s.Count("SELECT count(*) FROM purchases WHERE next_attempt_at = ?", s.Clock.Now().Add(want)); n != 1 {
				t.Errorf("the purchase is not tried again after %v", want)
			}
			queued := time.Duration(s.Count("SELECT extract(epoch FROM run_at - now())::int FROM gue_jobs WHERE job_type = 'billing.raise_invoice'")) * time.Second
			if (queued - want).Abs() > 10*time.Second {
				t.Errorf("the job is queued in %v, want %v", queued, want)
			}
		})
	}
	t.Run("BIL-63 to wait uses up none of the seven days", func(t *testing.T) {
		t.Parallel()
		s, _ := bought(t)
		s.Provider.Before(only("sync", &billing.Busy{After: 24 * time.Hour}))
		s.Work()
		for range 8 {
			again(s, 24*time.Hour)
		}
		s.Provider.Before(down)
		again(s, 24*time.Hour) // the first real failure, on the tenth day
		if state(s) != "WAITING" || alerted(s) || s.Count("SELECT attempts FROM purchases") != 1 {
			t.Fatalf("after nine days of waiting the first failure: purchase %s, alerted = %v, want WAITING without an alert", state(s), alerted(s))
		}
		again(s, 24*time.Hour)
		if !alerted(s) || state(s) != "WAITING" {
			t.Errorf("a day of failures later: purchase %s, alerted = %v, want WAITING and an alert", state(s), alerted(s))
		}
		s.Provider.Works()
		again(s, time.Hour)
		invoiced(s, s.SignedIn("kea"))
	})
}

// A code that is taken is a matter of chance, so the database plays it: it hands out a taken one.
func TestCodeTaken(t *testing.T) {
	t.Parallel()
	for taken, want := range map[int]int{1: http.StatusSeeOther, 4: http.StatusSeeOther, 5: http.StatusInternalServerError} {
		t.Run(fmt.Sprintf("%d times", taken), func(t *testing.T) {
			t.Parallel()
			s, v := bought(t)
			option := fmt.Sprint(s.Count("SELECT id FROM membership_options"))
			s.Exec(`CREATE SEQUENCE luck`)
			s.Exec(fmt.Sprintf(`CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
				IF nextval('luck') <= %d THEN NEW.code := (SELECT code FROM purchases LIMIT 1); END IF; RETURN NEW; END $$`, taken))
			s.Exec(`CREATE TRIGGER collide BEFORE INSERT ON purchases FOR EACH ROW EXECUTE FUNCTION collide()`)
			v.Post(apply, order(option, "2026-09-10")...).Status(want)
			s.Work()
			stored := 1
			if want == http.StatusSeeOther {
				stored = 2
			}
			if n := s.Count("SELECT count(DISTINCT code) FROM purchases WHERE reference LIKE '%' || code"); n != stored || memberships(s) != stored {
				t.Errorf("%d codes and %d memberships, want %d of each", n, memberships(s), stored)
			}
			if n := s.Count("SELECT count(DISTINCT purchase_id) FROM invoices"); n != stored {
				t.Errorf("%d purchases have an invoice, want %d", n, stored)
			}
		})
	}
}

// Between the look at the token and the purchase somebody else can use it.
func TestForeignTokenAtOnce(t *testing.T) {
	t.Parallel()
	const tok = "11111111-1111-4111-8111-111111111111"
	s, v := bought(t)
	s.Person("tui")
	option := fmt.Sprint(s.Count("SELECT id FROM membership_options"))
	other := s.SignedIn("tui")
	var got *webtest.Answer
	s.Behind(func() { got = other.Post(apply, order(option, "2026-07-10", "submission_token", tok)...) },
		"UPDATE purchases SET submission_token = ?", tok)
	got.Status(http.StatusUnprocessableEntity).Has(".problems", "from another account")
	if fresh := got.Document().Find("input[name=submission_token]").AttrOr("value", ""); fresh == "" || fresh == tok {
		t.Errorf("the refused form has the token %q, want a new one", fresh)
	}
	if memberships(s) != 1 {
		t.Errorf("%d memberships, want the first one only", memberships(s))
	}
	s.Work()
	invoiced(s, v)
	if calls := s.Provider.Calls(); slices.Index(calls, "raise") < 0 || strings.Count(strings.Join(calls, " "), "raise") != 1 {
		t.Errorf("calls = %v, want one invoice", calls)
	}
}
