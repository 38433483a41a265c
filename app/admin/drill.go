package admin

import (
	"strconv"

	"github.com/uptrace/bun"

	"ams/app/clock"
	"ams/app/lang"
	"ams/app/listing"
)

// Drill leads through a list by time: links above it are the years that it has, then the months of one, then the days of
// such a month. One filter of a list can do so, one of Days or Times.
func (f Filter) Drill() Filter {
	f.drills = true
	return f
}

// drill is the row of those links.
type drill struct {
	Label string
	Links []drillLink
}

type drillLink struct {
	Text, Href string
	Label      string // in full
	Here       bool
}

// mostSpans bounds what is offered at once; only years can be more.
const mostSpans = 100

// drilling is the filter that leads through the list.
func (b *bound[M]) drilling() (Filter, bool) {
	for _, f := range b.r.Filters {
		if f.drills {
			return f, true
		}
	}
	return Filter{}, false
}

// opened is the span that a view is narrowed to, and the one whose parts are offered: a day stands among those of its
// month.
func (f Filter) opened(view listing.View) (chosen, whole span) {
	chosen, _ = spanOf(view.Filters[f.Key])
	if chosen.deep == days {
		return chosen, spanAt(chosen.from, months)
	}
	return chosen, chosen
}

// spans is the query for one day of each year, month or day that the list has rows of. It jumps from each to the next in the
// index, however many rows there are between.
func (b *bound[M]) spans(view listing.View, words []sought, f Filter) *bun.RawQuery {
	_, whole := f.opened(view)
	unit := [...]string{"year", "month", "day"}[whole.deep]
	rows := func() *bun.SelectQuery {
		q := b.matching(b.admin.db, view.With(f.Key, ""), words).ColumnExpr("? AS at", bun.Safe(f.dated.column))
		if whole.deep > 0 {
			from, to := whole.days()
			f.dated.within(q, from, to)
		}
		return q.OrderExpr("?", bun.Safe(f.dated.column)).Limit(1)
	}
	local, after := "step.at", "(date_trunc(?0, step.at::timestamp) + ?1::interval)::date"
	if f.dated.instant {
		local, after = "step.at AT TIME ZONE ?2", "(date_trunc(?0, step.at AT TIME ZONE ?2) + ?1::interval) AT TIME ZONE ?2"
	}
	next := rows().Where("?3 >= "+after, unit, "1 "+unit, clock.ZoneName, bun.Safe(f.dated.column))
	return b.admin.db.NewRaw(`
		WITH RECURSIVE step (at) AS ((?0) UNION ALL SELECT (?1) FROM step WHERE step.at IS NOT NULL)
		SELECT to_char(`+local+`, 'YYYY-MM-DD') FROM step WHERE step.at IS NOT NULL LIMIT ?3`,
		rows(), next, clock.ZoneName, mostSpans)
}

// drill makes the links for a page of the list; nil where there are none.
func (b *bound[M]) drill(v *visit, l leaf) *drill {
	f, drills := b.drilling()
	if !drills {
		return nil
	}
	chosen, whole := f.opened(l.view)
	row := drill{Label: v.say(f.Label)}
	link := func(s span) {
		at := drillLink{Text: s.word(v.tr), Href: b.face().path(v.a) + l.view.With(f.Key, s.String()).Query(), Label: s.word(v.tr), Here: s == chosen}
		if s.deep == days {
			at.Text = strconv.Itoa(s.from.Day)
		}
		row.Links = append(row.Links, at)
	}
	if chosen.deep > 0 {
		all := v.say(lang.M("All dates"))
		row.Links = append(row.Links, drillLink{Text: all, Label: all, Href: b.face().path(v.a) + l.view.With(f.Key, "").Query()})
	}
	for deep := years; deep <= whole.deep; deep++ {
		link(spanAt(chosen.from, deep))
	}
	for _, text := range l.spans {
		if s, known := spanOf(text); known {
			link(spanAt(s.from, whole.deep+1))
		}
	}
	if len(row.Links) == 0 {
		return nil
	}
	return &row
}
