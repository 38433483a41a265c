package membership_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"ams/app/clock"
	"ams/app/database/dbtest"
	"ams/app/lang"
	"ams/app/membership"
)

func day(t *testing.T, s string) clock.Date {
	t.Helper()
	d, err := clock.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDuration(t *testing.T) {
	t.Parallel()
	t.Run("From", func(t *testing.T) {
		t.Parallel()
		for _, c := range []struct {
			start string
			n     int
			unit  membership.Unit
			want  string
		}{
			{"2026-01-14", 1, membership.Years, "2027-01-14"},
			{"2026-01-31", 1, membership.Months, "2026-02-28"},
			{"2024-01-31", 1, membership.Months, "2024-02-29"},
			{"2024-02-29", 1, membership.Years, "2025-02-28"},
			{"2026-08-31", 6, membership.Months, "2027-02-28"},
			{"2026-01-14", 2, membership.Weeks, "2026-01-28"},
			{"2026-07-10", 1, membership.Days, "2026-07-11"},
		} {
			d, err := membership.NewDuration(c.n, c.unit)
			if got := d.From(day(t, c.start)).String(); err != nil || got != c.want {
				t.Errorf("%d %s from %s = %s, %v, want %s", c.n, c.unit, c.start, got, err, c.want)
			}
		}
	})
	t.Run("Text", func(t *testing.T) {
		t.Parallel()
		texts, err := lang.Load()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			d    membership.Duration
			want string
		}{
			{membership.Duration{Days: 1}, "1 day"},
			{membership.Duration{Days: 10}, "10 days"},
			{membership.Duration{Days: 7}, "1 week"},
			{membership.Duration{Days: 14}, "2 weeks"},
			{membership.Duration{Days: 30}, "30 days"},
			{membership.Duration{Months: 1}, "1 month"},
			{membership.Duration{Months: 3}, "3 months"},
			{membership.Duration{Months: 12}, "1 year"},
			{membership.Duration{Months: 24}, "2 years"},
			{membership.Duration{Months: 18}, "18 months"},
			{membership.Duration{Months: 1, Days: 3}, "1 month and 3 days"},
		} {
			if got := texts.Translator(lang.EN).Say(c.d.Text()); got != c.want {
				t.Errorf("Text() of %+v = %q, want %q", c.d, got, c.want)
			}
		}
	})
	t.Run("ErrUnit", func(t *testing.T) {
		t.Parallel()
		for _, c := range []struct {
			n    int
			unit membership.Unit
		}{{0, membership.Days}, {-1, membership.Years}, {1, "fortnights"}, {1, ""}, {1 << 40, membership.Years}} {
			if d, err := membership.NewDuration(c.n, c.unit); err == nil {
				t.Errorf("NewDuration(%d, %q) = %+v, want an error", c.n, c.unit, d)
			}
		}
	})
}

// The rule of the calendar, said in another way: go to the month that is meant, take the day there or its last one, and
// count days from there one by one.
func TestDurationIsCalendarExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := clock.DateOf(time.Date(2020, 1, 1, 12, 0, 0, 0, clock.Zone()).AddDate(0, 0, rapid.IntRange(0, 4000).Draw(t, "start")))
		d := membership.Duration{Months: rapid.IntRange(0, 60).Draw(t, "months"), Days: rapid.IntRange(0, 800).Draw(t, "days")}
		y, m := start.Year, start.Month
		for range d.Months {
			if m++; m > time.December {
				y, m = y+1, time.January
			}
		}
		want := clock.Date{Year: y, Month: m, Day: min(start.Day, lengthOf(y, m))}
		for range d.Days {
			if want.Day++; want.Day > lengthOf(want.Year, want.Month) {
				want.Day = 1
				if want.Month++; want.Month > time.December {
					want.Year, want.Month = want.Year+1, time.January
				}
			}
		}
		if got := d.From(start); got != want {
			t.Fatalf("%+v from %s = %s, want %s", d, start, got, want)
		}
	})
}

func lengthOf(y int, m time.Month) int {
	switch m {
	case time.February:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case time.April, time.June, time.September, time.November:
		return 30
	}
	return 31
}

// PostgreSQL keeps months and days of a duration apart as well, and adds them in the same way.
func TestDurationInPostgres(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	rapid.Check(t, func(r *rapid.T) {
		d := membership.Duration{Months: rapid.IntRange(0, 40).Draw(r, "months"), Days: rapid.IntRange(0, 400).Draw(r, "days")}
		if d == (membership.Duration{}) {
			r.Skip("none is never stored")
		}
		start := day(t, "2026-01-31").AddDays(rapid.IntRange(0, 800).Draw(r, "start"))
		var back membership.Duration
		var end clock.Date
		if err := db.NewRaw("SELECT ?0::interval, (?1::date + ?0::interval)::date", d, start).Scan(t.Context(), &back, &end); err != nil {
			t.Fatal(err)
		}
		if back != d || end != d.From(start) {
			r.Fatalf("%+v from %s: stored as %+v, ends on %s there and on %s here", d, start, back, end, d.From(start))
		}
	})
}
