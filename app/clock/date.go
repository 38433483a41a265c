package clock

import (
	"database/sql/driver"
	"fmt"
	"time"
)

const dateForm = "2006-01-02"

// Date is a civil date without time or zone, stored in columns of type date.
// The zero Date is stored as NULL.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day that an instant falls on in the association's zone.
func DateOf(at time.Time) Date {
	y, m, d := at.In(Zone()).Date()
	return Date{Year: y, Month: m, Day: d}
}

// ParseDate reads YYYY-MM-DD; days that do not exist are an error.
func ParseDate(s string) (Date, error) {
	at, err := time.Parse(dateForm, s)
	if err != nil {
		return Date{}, fmt.Errorf("read date %q: %w", s, err)
	}
	y, m, d := at.Date()
	return Date{Year: y, Month: m, Day: d}, nil
}

// IsZero reports the missing date.
func (d Date) IsZero() bool { return d == Date{} }

// String is YYYY-MM-DD, empty for the missing date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.utc().Format(dateForm)
}

// Before reports whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.utc().Before(e.utc()) }

// After reports whether d is later than e.
func (d Date) After(e Date) bool { return e.Before(d) }

// AddDays moves by whole days.
func (d Date) AddDays(n int) Date {
	y, m, day := d.utc().AddDate(0, 0, n).Date()
	return Date{Year: y, Month: m, Day: day}
}

// DaysUntil is how many days later e is; negative where it is earlier.
func (d Date) DaysUntil(e Date) int { return int(e.utc().Sub(d.utc()) / (24 * time.Hour)) }

// AddMonths moves by calendar months and keeps the day, or takes the last day of a month that is too short for it: a
// month after 31 January is 28 or 29 February.
func (d Date) AddMonths(n int) Date {
	first := time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Date{Year: first.Year(), Month: first.Month(), Day: min(d.Day, last)}
}

// Start is the first instant of the day in the association's zone.
func (d Date) Start() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, Zone()) }

func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// Value writes the date as text, so that no driver shifts it through a zone.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads what drivers give for a date column.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
		return nil
	case time.Time:
		y, m, day := v.Date()
		*d = Date{Year: y, Month: m, Day: day}
		return nil
	case string:
		read, err := ParseDate(v)
		*d = read
		return err
	case []byte:
		return d.Scan(string(v))
	}
	return fmt.Errorf("read date from %T", src)
}
