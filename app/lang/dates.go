package lang

import (
	"strconv"
	"time"

	"ams/app/clock"
)

const (
	day   = 24 * time.Hour
	week  = 7  // days
	month = 30 // days, for speaking of how far off something is
	year  = 365
)

// Date is a day in words: 3 March 2026. The missing date is empty.
func (t *Translator) Date(d clock.Date) string {
	if d.IsZero() {
		return ""
	}
	return strconv.Itoa(d.Day) + " " + t.Say(monthName(d.Month)) + " " + strconv.Itoa(d.Year)
}

// Month is a month in words: March 2026.
func (t *Translator) Month(d clock.Date) string {
	return t.Say(monthName(d.Month)) + " " + strconv.Itoa(d.Year)
}

// Day is a day in words with its weekday: Tuesday 3 March 2026.
func (t *Translator) Day(d clock.Date) string {
	if d.IsZero() {
		return ""
	}
	return t.Say(weekdayName(d.Start().Weekday())) + " " + t.Date(d)
}

// ShortDate is a day for tables, invoices and mail: 03/03/2026, in every language.
func (t *Translator) ShortDate(d clock.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.Start().Format("02/01/2006")
}

// Time is a time of day in the association's zone: 9:00 am.
func (t *Translator) Time(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	local := at.In(clock.Zone())
	if local.Hour() < 12 {
		return t.Say(M("%s am", local.Format("3:04")))
	}
	return t.Say(M("%s pm", local.Format("3:04")))
}

// Moment is an instant in words, in the association's zone: 3 March 2026, 9:00 am.
func (t *Translator) Moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return t.Date(clock.DateOf(at)) + ", " + t.Time(at)
}

// Relative tells how far off an instant is: in 3 weeks, 2 days ago. Days change at midnight in the association's zone.
func (t *Translator) Relative(then, now time.Time) string {
	if then.IsZero() {
		return ""
	}
	if ahead := then.Sub(now); ahead > 0 {
		return t.Say(until(ahead, days(now, then)))
	}
	return t.Say(since(now.Sub(then), days(then, now)))
}

// days counts the midnights between two instants.
func days(from, to time.Time) int {
	first, last := clock.DateOf(from), clock.DateOf(to)
	return int(utc(last).Sub(utc(first)) / day)
}

func utc(d clock.Date) time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

func until(d time.Duration, days int) Message {
	switch {
	case d < time.Minute:
		return M("in a moment")
	case d < time.Hour:
		n := int(d / time.Minute)
		return N("in %d minute", "in %d minutes", n, n)
	case d < day || days < 1:
		n := int(d / time.Hour)
		return N("in %d hour", "in %d hours", n, n)
	case days < week:
		return N("in %d day", "in %d days", days, days)
	case days < month:
		n := days / week
		return N("in %d week", "in %d weeks", n, n)
	case days < year:
		n := min(days/month, 11)
		return N("in %d month", "in %d months", n, n)
	}
	n := days / year
	return N("in %d year", "in %d years", n, n)
}

func since(d time.Duration, days int) Message {
	switch {
	case d < time.Minute:
		return M("just now")
	case d < time.Hour:
		n := int(d / time.Minute)
		return N("%d minute ago", "%d minutes ago", n, n)
	case d < day || days < 1:
		n := int(d / time.Hour)
		return N("%d hour ago", "%d hours ago", n, n)
	case days < week:
		return N("%d day ago", "%d days ago", days, days)
	case days < month:
		n := days / week
		return N("%d week ago", "%d weeks ago", n, n)
	case days < year:
		n := min(days/month, 11)
		return N("%d month ago", "%d months ago", n, n)
	}
	n := days / year
	return N("%d year ago", "%d years ago", n, n)
}

func monthName(m time.Month) Message {
	names := [...]Message{
		C("month", "January"), C("month", "February"), C("month", "March"), C("month", "April"),
		C("month", "May"), C("month", "June"), C("month", "July"), C("month", "August"),
		C("month", "September"), C("month", "October"), C("month", "November"), C("month", "December"),
	}
	return names[(int(m)+11)%12]
}

func weekdayName(d time.Weekday) Message {
	names := [...]Message{
		M("Sunday"), M("Monday"), M("Tuesday"), M("Wednesday"), M("Thursday"), M("Friday"), M("Saturday"),
	}
	return names[d]
}
