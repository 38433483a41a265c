package clock_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"ams/app/clock"
)

func TestDateOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		at   string
		want string
	}{
		"one second before midnight in summer": {"2026-12-01T10:59:59Z", "2026-12-01"},
		"midnight in summer":                   {"2026-12-01T11:00:00Z", "2026-12-02"},
		"one second before midnight in winter": {"2026-07-01T11:59:59Z", "2026-07-01"},
		"midnight in winter":                   {"2026-07-01T12:00:00Z", "2026-07-02"},
		"the night summer time begins":         {"2026-09-26T12:00:00Z", "2026-09-27"},
		"the night summer time ends":           {"2026-04-04T10:59:59Z", "2026-04-04"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			if got := clock.DateOf(at).String(); got != c.want {
				t.Errorf("DateOf(%s) = %s, want %s", c.at, got, c.want)
			}
		})
	}
}

func TestStartingAt(t *testing.T) {
	t.Parallel()
	at := time.Date(2020, 1, 31, 9, 0, 0, 0, time.UTC)
	c := clock.StartingAt(at)
	first := c.Now()
	if d := first.Sub(at); d < 0 || d > time.Minute {
		t.Errorf("Now() = %s, want within a minute after %s", first, at)
	}
	time.Sleep(2 * time.Millisecond) // the point is that it runs on
	if second := c.Now(); !second.After(first) {
		t.Errorf("Now() = %s after %s, want it to run on", second, first)
	}
}

func TestDateStoresAndReads(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := clock.Date{Year: 2000, Month: 1, Day: 1}.AddDays(rapid.IntRange(-20000, 40000).Draw(t, "days"))
		v, err := day.Value()
		if err != nil {
			t.Fatal(err)
		}
		var back clock.Date
		if err := back.Scan(v); err != nil || back != day {
			t.Fatalf("Scan(%v) = %v, %v; want %v", v, back, err, day)
		}
		if next := day.AddDays(1); !day.Before(next) || next.AddDays(-1) != day {
			t.Fatalf("AddDays(1) of %v = %v", day, next)
		}
	})
}

func TestParseDateRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "2026-02-30", "2026-2-3", "03/02/2026", "2026-13-01", "\x00"} {
		if got, err := clock.ParseDate(s); err == nil {
			t.Errorf("ParseDate(%q) = %v, want an error", s, got)
		}
	}
}

func TestAddMonths(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-14", 12, "2027-01-14"},
		{"2026-01-31", 1, "2026-02-28"},
		{"2024-01-31", 1, "2024-02-29"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2026-08-31", 6, "2027-02-28"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-01-31", -2, "2025-11-30"},
		{"2026-12-31", 2, "2027-02-28"},
		{"2026-05-15", 0, "2026-05-15"},
	} {
		from, err := clock.ParseDate(tc.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := from.AddMonths(tc.n).String(); got != tc.want {
			t.Errorf("%s AddMonths(%d) = %s, want %s", tc.from, tc.n, got, tc.want)
		}
	}
}
