package membership

import "ams/app/clock"

// Period is a span of days, the end excluded.
type Period struct{ Start, End clock.Date }

// Overlaps reports whether two periods share a day. Periods that touch do not.
func (p Period) Overlaps(q Period) bool { return p.Start.Before(q.End) && q.Start.Before(p.End) }

// Bounds are the first and the last day on which a member may let a membership start.
type Bounds struct{ First, Last clock.Date }

// startBounds leaves at least one day of membership from today, and goes a year ahead (spec §4.4).
func startBounds(today clock.Date, d Duration) Bounds {
	// Months that are cut short bring several starts to the same end, by three days at most: begin before them.
	first := today.AddDays(-d.Days).AddMonths(-d.Months).AddDays(-4)
	for !d.From(first).After(today) {
		first = first.AddDays(1)
	}
	return Bounds{First: first, Last: latestStart(today)}
}

func latestStart(today clock.Date) clock.Date { return today.AddMonths(monthsOfYear) }

// Cover is what a person's memberships leave free for another one.
type Cover struct {
	Start clock.Date // proposed for the next membership; zero when it would lie too far ahead
	Until clock.Date // the last covered day, where Start is zero
	From  clock.Date // the day on which the next membership can be bought, likewise
}

// coverOf proposes to go on where the last membership ends.
func coverOf(held []Period, today clock.Date) Cover {
	end := today
	for _, p := range held {
		if p.End.After(end) {
			end = p.End
		}
	}
	if !end.After(latestStart(today)) {
		return Cover{Start: end}
	}
	from := end.AddMonths(-monthsOfYear)
	for latestStart(from).Before(end) { // the end is a 29 February
		from = from.AddDays(1)
	}
	return Cover{Until: end.AddDays(-1), From: from}
}
