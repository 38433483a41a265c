package membership_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ams/app/clock"
	"ams/app/lang"
	"ams/app/membership"
)

func TestStatus(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	yes, no := &at, (*time.Time)(nil)
	for name, c := range map[string]struct {
		start, expiry       string
		approved, cancelled *time.Time
		want                membership.Status
	}{
		"started today":                              {"2026-07-10", "2027-07-10", yes, no, membership.Active},
		"started today, not approved":                {"2026-07-10", "2027-07-10", no, no, membership.Pending},
		"ORG-33 approved, starts tomorrow":           {"2026-07-11", "2027-07-11", yes, no, membership.Pending},
		"ORG-32 expiry is today":                     {"2025-07-10", "2026-07-10", yes, no, membership.Expired},
		"ORG-32 expiry is tomorrow":                  {"2025-07-11", "2026-07-11", yes, no, membership.Active},
		"never approved and over":                    {"2026-06-30", "2026-07-01", no, no, membership.Expired},
		"ORG-34 cancelled and expired":               {"2025-07-11", "2026-07-10", yes, yes, membership.Cancelled},
		"cancelled while active":                     {"2026-07-01", "2026-08-01", yes, yes, membership.Cancelled},
		"cancelled before approval and before start": {"2026-08-01", "2026-09-01", no, yes, membership.Cancelled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := membership.Term{
				Start: day(t, c.start), Expiry: day(t, c.expiry), ApprovedAt: c.approved, CancelledAt: c.cancelled,
			}
			if got := m.Status(day(t, "2026-07-10")); got != c.want {
				t.Errorf("Status(2026-07-10) of %s to %s = %s, want %s", c.start, c.expiry, got, c.want)
			}
		})
	}
	t.Run("NoExpiry", func(t *testing.T) {
		t.Parallel()
		m := membership.Term{Start: day(t, "2026-01-01"), ApprovedAt: yes}
		if got := m.Status(day(t, "2026-07-10")); got != membership.Active {
			t.Errorf("Status() without an expiry = %s, want it not expired", got)
		}
	})
	t.Run("MidnightInAuckland", func(t *testing.T) {
		t.Parallel()
		m := membership.Term{Start: day(t, "2026-06-01"), Expiry: day(t, "2026-07-01"), ApprovedAt: yes}
		for instant, want := range map[string]membership.Status{
			"2026-06-30T11:59:59Z": membership.Active, "2026-06-30T12:00:00Z": membership.Expired,
		} {
			now, err := time.Parse(time.RFC3339, instant)
			if err != nil {
				t.Fatal(err)
			}
			if got := m.Status(clock.DateOf(now)); got != want {
				t.Errorf("Status at %s = %s, want %s", instant, got, want)
			}
		}
	})
}

// What the program gives as a reason is read in every language; what staff wrote stays as they wrote it.
func TestReasonInEveryLanguage(t *testing.T) {
	t.Parallel()
	all, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	at := day(t, "2026-07-10").Start()
	for reason, want := range map[string]string{
		membership.ReasonClosed: "Kua katia te whakahaere.", membership.ReasonErased: "Kua ūkuia te tangata.", "Moved overseas": "Moved overseas",
	} {
		h := membership.Held{Term: membership.Term{CancelledAt: &at, CancelledReason: reason}}
		if got := all.Translator(lang.MI).Say(h.Standing(at).Why()); !strings.HasSuffix(got, ": "+want) {
			t.Errorf("Why() of %q = %q, want %q at its end", reason, got, want)
		}
	}
}

// A status read off the calendar: the days that a membership covers, marked one by one.
func TestStatusAgainstCalendar(t *testing.T) {
	t.Parallel()
	zero := day(t, "2026-02-20")
	rapid.Check(t, func(t *rapid.T) {
		pick := func(label string) int { return rapid.IntRange(0, 20).Draw(t, label) }
		start, length, today := pick("start"), 1+pick("length"), pick("today")
		m := membership.Term{Start: zero.AddDays(start), Expiry: zero.AddDays(start + length)}
		at := zero.Start()
		if rapid.Bool().Draw(t, "approved") {
			m.ApprovedAt = &at
		}
		if rapid.Bool().Draw(t, "cancelled") {
			m.CancelledAt = &at
		}
		covered := map[int]bool{}
		for d := start; d < start+length; d++ {
			covered[d] = true
		}
		want := membership.Pending
		switch {
		case m.CancelledAt != nil:
			want = membership.Cancelled
		case covered[today] && m.Approved():
			want = membership.Active
		case !covered[today] && today > start:
			want = membership.Expired
		}
		if got := m.Status(zero.AddDays(today)); got != want {
			t.Fatalf("Status on day %d of %+v = %s, want %s", today, m, got, want)
		}
	})
}

// Two periods overlap when a day is in both.
func TestOverlapAgainstDays(t *testing.T) {
	t.Parallel()
	zero := day(t, "2024-02-20")
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) (membership.Period, map[int]bool) {
			from := rapid.IntRange(0, 15).Draw(t, label)
			to := from + rapid.IntRange(1, 15).Draw(t, label+" length")
			days := map[int]bool{}
			for d := from; d < to; d++ {
				days[d] = true
			}
			return membership.Period{Start: zero.AddDays(from), End: zero.AddDays(to)}, days
		}
		a, inA := draw("a")
		b, inB := draw("b")
		want := false
		for d := range inA {
			want = want || inB[d]
		}
		if a.Overlaps(b) != want || b.Overlaps(a) != want {
			t.Fatalf("Overlaps(%v, %v) = %v, %v, want %v", a, b, a.Overlaps(b), b.Overlaps(a), want)
		}
	})
}
