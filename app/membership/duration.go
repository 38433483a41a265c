package membership

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"ams/app/clock"
	"ams/app/lang"
)

// Unit is how people count the duration of a membership.
type Unit string

// The units of a duration.
const (
	Days   Unit = "days"
	Weeks  Unit = "weeks"
	Months Unit = "months"
	Years  Unit = "years"
)

const (
	daysOfWeek   = 7
	monthsOfYear = 12
	// Longest is the greatest number of a unit. It keeps every date within what a column of type date can hold, and far beyond any membership.
	Longest = 1000
)

// Duration is a span of the calendar: months and days are kept apart, because months differ in length. The zero
// Duration is none.
type Duration struct{ Months, Days int }

var errDuration = errors.New("no duration of whole days, weeks, months or years")

// NewDuration reads what people enter: a number of at least 1 and its unit.
func NewDuration(n int, u Unit) (Duration, error) {
	if n < 1 || n > Longest {
		return Duration{}, errDuration
	}
	switch u {
	case Days:
		return Duration{Days: n}, nil
	case Weeks:
		return Duration{Days: n * daysOfWeek}, nil
	case Months:
		return Duration{Months: n}, nil
	case Years:
		return Duration{Months: n * monthsOfYear}, nil
	}
	return Duration{}, errDuration
}

// From is the day on which a membership that starts on d is over: months first, cut to the length of the last one, then
// days (spec §4.3).
func (d Duration) From(start clock.Date) clock.Date { return start.AddMonths(d.Months).AddDays(d.Days) }

// Text is the duration as people say it: whole years and weeks where it is made of them, 18 months as 18 months.
func (d Duration) Text() lang.Message {
	switch {
	case d.Months == 0:
		return d.days()
	case d.Days == 0:
		return d.months()
	}
	return lang.M("%s and %s", d.months(), d.days())
}

func (d Duration) months() lang.Message {
	if d.Months%monthsOfYear == 0 {
		n := d.Months / monthsOfYear
		return lang.N("%d year", "%d years", n, n)
	}
	return lang.N("%d month", "%d months", d.Months, d.Months)
}

func (d Duration) days() lang.Message {
	if d.Days%daysOfWeek == 0 {
		n := d.Days / daysOfWeek
		return lang.N("%d week", "%d weeks", n, n)
	}
	return lang.N("%d day", "%d days", d.Days, d.Days)
}

// Parts is the number and the unit that people would enter for it. Months that are no whole years stay months, and days
// beside months, which only imports have, are left out.
func (d Duration) Parts() (n int, u Unit) {
	switch {
	case d.Months > 0 && d.Months%monthsOfYear == 0:
		return d.Months / monthsOfYear, Years
	case d.Months > 0:
		return d.Months, Months
	case d.Days > 0 && d.Days%daysOfWeek == 0:
		return d.Days / daysOfWeek, Weeks
	}
	return d.Days, Days
}

// Value writes ISO 8601 for a column of type interval.
func (d Duration) Value() (driver.Value, error) { return fmt.Sprintf("P%dM%dD", d.Months, d.Days), nil }

// stored is how PostgreSQL writes an interval of whole days with intervalstyle iso_8601, which every connection asks for.
var stored = regexp.MustCompile(`^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?$`)

// Scan reads an interval. Hours and negative parts are no duration of a membership.
func (d *Duration) Scan(src any) error {
	text, ok := src.(string)
	if raw, isRaw := src.([]byte); isRaw {
		text, ok = string(raw), true
	}
	parts := stored.FindStringSubmatch(text)
	if !ok || parts == nil {
		return fmt.Errorf("read duration %q: %w", src, errDuration)
	}
	var n [3]int
	for i, part := range parts[1:] {
		if part == "" {
			continue
		}
		var err error
		if n[i], err = strconv.Atoi(part); err != nil {
			return fmt.Errorf("read duration %q: %w", src, err)
		}
	}
	*d = Duration{Months: n[0]*monthsOfYear + n[1], Days: n[2]}
	return nil
}
