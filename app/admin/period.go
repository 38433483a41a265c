package admin

import (
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"ams/app/clock"
	"ams/app/lang"
)

// dated is a column that holds an instant, or a date.
type dated struct {
	column  string
	instant bool
}

// within leaves the rows of some days; to is the first day after them.
func (d dated) within(q *bun.SelectQuery, from, to clock.Date) {
	const between = "?0 >= ?1 AND ?0 < ?2"
	if d.instant {
		q.Where(between, bun.Safe(d.column), from.Start().UTC(), to.Start().UTC())
		return
	}
	q.Where(between, bun.Safe(d.column), from, to)
}

// Days narrows by when something is; column holds a date.
func Days(key string, label lang.Message, column string) Filter {
	return periods(key, label, dated{column: column})
}

// Times narrows by when something was; column holds an instant, the days are those of the association's zone.
func Times(key string, label lang.Message, column string) Filter {
	return periods(key, label, dated{column: column, instant: true})
}

func periods(key string, label lang.Message, by dated) Filter {
	f := Cases(key, label,
		Case{"today", lang.M("Today"), ""}, Case{"week", lang.M("Past 7 days"), ""},
		Case{"month", lang.M("This month"), ""}, Case{"year", lang.M("This year"), ""})
	f.dated = by
	f.narrow = func(q *bun.SelectQuery, value string, today clock.Date) bool {
		from, to := today, today.AddDays(1)
		switch value {
		case "today":
		case "week":
			from = today.AddDays(-7)
		case "month":
			from, to = spanAt(today, months).days()
		case "year":
			from, to = spanAt(today, years).days()
		default:
			s, known := spanOf(value)
			if !known {
				return false
			}
			from, to = s.days()
		}
		by.within(q, from, to)
		return true
	}
	f.spoken = func(tr *lang.Translator, value string) string {
		s, _ := spanOf(value)
		return s.word(tr)
	}
	return f
}

// span is a year, a month or a day: 2025, 2025-03 or 2025-03-14 in an address. Zero: all of time.
type span struct {
	from clock.Date
	deep depth
}

// depth is how many parts of a date a span names.
type depth int

const (
	years depth = iota + 1
	months
	days
)

// spanAt is the year, month or day that a day is in.
func spanAt(d clock.Date, deep depth) span {
	if deep < days {
		d.Day = 1
	}
	if deep < months {
		d.Month = time.January
	}
	return span{d, deep}
}

// spanOf reads a span. No record is from before the year 1000, so earlier years are none.
func spanOf(value string) (s span, known bool) {
	const form, earliest = "2006-01-02", 1000
	for deep := years; deep <= days; deep++ {
		if at, err := time.Parse(form[:deep.length()], value); err == nil && at.Year() >= earliest {
			return span{clock.Date{Year: at.Year(), Month: at.Month(), Day: at.Day()}, deep}, true
		}
	}
	return span{}, false
}

// length is how many characters of a date are those parts of it.
func (d depth) length() int { return 1 + 3*int(d) }

func (s span) String() string { return s.from.String()[:s.deep.length()] }

// days are the first one, and the first one after the span.
func (s span) days() (from, to clock.Date) {
	switch s.deep {
	case years:
		return s.from, clock.Date{Year: s.from.Year + 1, Month: time.January, Day: 1}
	case months:
		return s.from, s.from.AddMonths(1)
	}
	return s.from, s.from.AddDays(1)
}

// word is the span as people read it, empty for all of time.
func (s span) word(tr *lang.Translator) string {
	switch s.deep {
	case years:
		return strconv.Itoa(s.from.Year)
	case months:
		return tr.Month(s.from)
	}
	return tr.Date(s.from)
}
