package lang_test

import (
	"testing"
	"time"

	"ams/app/clock"
	"ams/app/lang"
)

func TestDates(t *testing.T) {
	t.Parallel()
	c := load(t)
	day := clock.Date{Year: 2026, Month: time.September, Day: 3}
	evening := time.Date(2026, 9, 2, 9, 5, 0, 0, time.UTC)
	morning := time.Date(2026, 12, 31, 20, 0, 0, 0, time.UTC) // the next year in Auckland
	for _, tc := range []struct {
		call   string
		got    func(*lang.Translator) string
		en, mi string
	}{
		{"Date", func(t *lang.Translator) string { return t.Date(day) }, "3 September 2026", "3 Mahuru 2026"},
		{"Date of none", func(t *lang.Translator) string { return t.Date(clock.Date{}) }, "", ""},
		{"Day", func(t *lang.Translator) string { return t.Day(day) }, "Thursday 3 September 2026", "Rāpare 3 Mahuru 2026"},
		{"Day of none", func(t *lang.Translator) string { return t.Day(clock.Date{}) }, "", ""},
		{"ShortDate", func(t *lang.Translator) string { return t.ShortDate(day) }, "03/09/2026", "03/09/2026"},
		{"ShortDate of none", func(t *lang.Translator) string { return t.ShortDate(clock.Date{}) }, "", ""},
		{"Time", func(t *lang.Translator) string { return t.Time(morning) }, "9:00 am", "9:00 am"},
		{"Time of none", func(t *lang.Translator) string { return t.Time(time.Time{}) }, "", ""},
		{
			"Moment", func(t *lang.Translator) string { return t.Moment(evening) },
			"2 September 2026, 9:05 pm", "2 Mahuru 2026, 9:05 pm",
		},
		{
			"Moment in the next year", func(t *lang.Translator) string { return t.Moment(morning) },
			"1 January 2027, 9:00 am", "1 Kohitātea 2027, 9:00 am",
		},
		{"Moment of none", func(t *lang.Translator) string { return t.Moment(time.Time{}) }, "", ""},
	} {
		if got := tc.got(c.Translator(lang.EN)); got != tc.en {
			t.Errorf("en: %s = %q, want %q", tc.call, got, tc.en)
		}
		if got := tc.got(c.Translator(lang.MI)); got != tc.mi {
			t.Errorf("mi: %s = %q, want %q", tc.call, got, tc.mi)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	c := load(t)
	en, mi := c.Translator(lang.EN), c.Translator(lang.MI)
	for m := time.January; m <= time.December; m++ {
		d := clock.Date{Year: 2026, Month: m, Day: 1}
		at := d.Start()
		if got, want := en.Day(d), at.Format("Monday 2 January 2006"); got != want {
			t.Errorf("en: Day(%s) = %q, want %q", d, got, want)
		}
		if got, not := mi.Date(d), at.Format("2 January 2006"); got == not {
			t.Errorf("mi: Date(%s) = %q, want te reo Māori", d, got)
		}
	}
}

func TestRelative(t *testing.T) {
	t.Parallel()
	c := load(t)
	now := time.Date(2026, 9, 2, 22, 0, 0, 0, clock.Zone())
	for _, tc := range []struct {
		after  time.Duration
		en, mi string
	}{
		{0, "just now", "inakuanei"},
		{-59 * time.Second, "just now", "inakuanei"},
		{-time.Minute, "1 minute ago", "i te 1 meneti ki muri"},
		{-59 * time.Minute, "59 minutes ago", "i ngā meneti e 59 ki muri"},
		{-23 * time.Hour, "23 hours ago", "i ngā hāora e 23 ki muri"},
		{-24 * time.Hour, "1 day ago", "i te 1 rā ki muri"},
		{-47 * time.Hour, "2 days ago", "i ngā rā e 2 ki muri"}, // two midnights
		{-7 * 24 * time.Hour, "1 week ago", "i te 1 wiki ki muri"},
		{-30 * 24 * time.Hour, "1 month ago", "i te 1 marama ki muri"},
		{-364 * 24 * time.Hour, "11 months ago", "i ngā marama e 11 ki muri"},
		{-731 * 24 * time.Hour, "2 years ago", "i ngā tau e 2 ki muri"},
		{time.Second, "in a moment", "ākuanei"},
		{5 * time.Minute, "in 5 minutes", "i roto i ngā meneti e 5"},
		{time.Hour, "in 1 hour", "i roto i te 1 hāora"},
		{26 * time.Hour, "in 2 days", "i roto i ngā rā e 2"}, // past two midnights
		{21 * 24 * time.Hour, "in 3 weeks", "i roto i ngā wiki e 3"},
		{100 * 24 * time.Hour, "in 3 months", "i roto i ngā marama e 3"},
		{366 * 24 * time.Hour, "in 1 year", "i roto i te 1 tau"},
	} {
		if got := c.Translator(lang.EN).Relative(now.Add(tc.after), now); got != tc.en {
			t.Errorf("en: Relative(now + %s) = %q, want %q", tc.after, got, tc.en)
		}
		if got := c.Translator(lang.MI).Relative(now.Add(tc.after), now); got != tc.mi {
			t.Errorf("mi: Relative(now + %s) = %q, want %q", tc.after, got, tc.mi)
		}
	}
	if got := c.Translator(lang.EN).Relative(time.Time{}, now); got != "" {
		t.Errorf("Relative(none) = %q, want nothing", got)
	}
}

// Clocks go back on 5 April 2026: a day of 25 hours must not make a distance of 0 days.
func TestRelativeOnLongDay(t *testing.T) {
	t.Parallel()
	en := load(t).Translator(lang.EN)
	from := clock.Date{Year: 2026, Month: time.April, Day: 5}.Start()
	if got, want := en.Relative(from.Add(24*time.Hour), from), "in 24 hours"; got != want {
		t.Errorf("Relative(24 hours into a long day) = %q, want %q", got, want)
	}
}
