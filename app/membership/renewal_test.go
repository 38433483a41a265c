package membership_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ams/app/clock"
	"ams/app/membership"
)

// term is a membership in short: "3: 2026-03-31..2027-03-31 approved renews 2".
type term struct {
	id                  int64
	start, expiry       string
	approved, cancelled bool
	renews              int64
}

func heldOf(t *testing.T, terms ...term) []membership.Held {
	t.Helper()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	all := make([]membership.Held, 0, len(terms))
	for _, c := range terms {
		h := membership.Held{Term: membership.Term{ID: c.id, Start: day(t, c.start), Expiry: day(t, c.expiry), RenewsID: c.renews}}
		if c.approved {
			h.ApprovedAt = &at
		}
		if c.cancelled {
			h.CancelledAt = &at
		}
		all = append(all, h)
	}
	return newestFirst(all)
}

func newestFirst(all []membership.Held) []membership.Held {
	slices.SortStableFunc(all, func(a, b membership.Held) int {
		if a.Start == b.Start {
			return int(b.ID - a.ID)
		}
		return a.Start.DaysUntil(b.Start)
	})
	return all
}

func TestRenewalOf(t *testing.T) {
	t.Parallel()
	year := term{id: 1, start: "2026-03-31", expiry: "2027-03-31", approved: true}
	cancelled, unapproved := year, year
	cancelled.cancelled, unapproved.approved = true, false
	next := term{id: 2, start: "2027-03-31", expiry: "2028-03-31", renews: 1}
	paid, withdrawn, applied := next, next, next
	paid.approved, withdrawn.cancelled, applied.renews = true, true, 0
	lapsed := term{id: 2, start: "2027-03-31", expiry: "2027-04-10", renews: 1}
	moved := term{id: 2, start: "2026-04-01", expiry: "2027-03-01", approved: true, renews: 1}
	for name, c := range map[string]struct {
		held     []term
		inactive bool
		today    string
		want     membership.Renewable
		day      string // start, first day of the offer or last covered day
		old      int64
	}{
		"ORG-75 the day before the first":            {held: []term{year}, today: "2027-01-29", want: membership.TooEarly, day: "2027-01-30", old: 1},
		"ORG-75 the first day":                       {held: []term{year}, today: "2027-01-30", want: membership.Offered, day: "2027-03-31", old: 1},
		"ORG-75 on 1 March":                          {held: []term{year}, today: "2027-03-01", want: membership.Offered, day: "2027-03-31", old: 1},
		"ORG-75 the day before the expiry":           {held: []term{year}, today: "2027-03-30", want: membership.Offered, day: "2027-03-31", old: 1},
		"ORG-75 the day of the expiry":               {held: []term{year}, today: "2027-03-31", want: membership.Offered, day: "2027-03-31", old: 1},
		"ORG-75 the day after the expiry":            {held: []term{year}, today: "2027-04-01", want: membership.Offered, day: "2027-04-01", old: 1},
		"ORG-75 on 10 April":                         {held: []term{year}, today: "2027-04-10", want: membership.Offered, day: "2027-04-10", old: 1},
		"ORG-75 the last day":                        {held: []term{year}, today: "2027-05-30", want: membership.Offered, day: "2027-05-30", old: 1},
		"ORG-75 the day after the last":              {held: []term{year}, today: "2027-05-31", want: membership.TooLate, old: 1},
		"nothing held":                               {today: "2027-03-01", want: membership.NothingToRenew},
		"cancelled":                                  {held: []term{cancelled}, today: "2027-03-01", want: membership.NothingToRenew},
		"never approved":                             {held: []term{unapproved}, today: "2027-03-01", want: membership.NothingToRenew},
		"inactive organisation":                      {held: []term{year}, inactive: true, today: "2027-03-01", want: membership.OwnerInactive},
		"renewed, not paid":                          {held: []term{year, next}, today: "2027-03-01", want: membership.RenewedAlready, day: "2028-03-30", old: 1},
		"renewed and paid":                           {held: []term{year, paid}, today: "2027-03-01", want: membership.RenewedAlready, day: "2028-03-30", old: 1},
		"renewed and paid, on the last day":          {held: []term{year, paid}, today: "2027-05-30", want: membership.RenewedAlready, day: "2028-03-30", old: 1},
		"renewed and paid, a day later":              {held: []term{year, paid}, today: "2027-05-31", want: membership.TooEarly, day: "2028-01-31", old: 2},
		"the renewal itself":                         {held: []term{year, paid}, today: "2028-02-01", want: membership.Offered, day: "2028-03-31", old: 2},
		"renewal cancelled":                          {held: []term{year, withdrawn}, today: "2027-03-01", want: membership.Offered, day: "2027-03-31", old: 1},
		"renewal cancelled, too late":                {held: []term{year, withdrawn}, today: "2027-05-31", want: membership.TooLate, old: 1},
		"cancelled itself, its renewal stands":       {held: []term{cancelled, next}, today: "2027-03-01", want: membership.NothingToRenew},
		"cancelled itself, its renewal is paid":      {held: []term{cancelled, paid}, today: "2028-02-01", want: membership.Offered, day: "2028-03-31", old: 2},
		"followed by an application":                 {held: []term{year, applied}, today: "2027-03-01", want: membership.RenewedAlready, day: "2028-03-30", old: 1},
		"an unpaid renewal that is over":             {held: []term{year, lapsed}, today: "2027-05-01", want: membership.TooLate, old: 1},
		"an unpaid renewal on its last day":          {held: []term{year, lapsed}, today: "2027-04-09", want: membership.RenewedAlready, day: "2027-04-09", old: 1},
		"a renewal that staff moved before it":       {held: []term{year, moved}, today: "2027-03-15", want: membership.RenewedAlready, day: "2027-03-30", old: 2},
		"two that end on one day, the newer is left": {held: []term{year, {id: 3, start: "2026-06-01", expiry: "2027-03-31", approved: true}}, today: "2027-03-01", want: membership.Offered, day: "2027-03-31", old: 3},
		"of one day, on that day":                    {held: []term{{id: 1, start: "2027-03-01", expiry: "2027-03-02", approved: true}}, today: "2027-03-01", want: membership.Offered, day: "2027-03-02", old: 1},
		"bought ahead, a month":                      {held: []term{{id: 1, start: "2027-03-31", expiry: "2027-04-30", approved: true}}, today: "2027-03-01", want: membership.Offered, day: "2027-04-30", old: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := membership.RenewalOf(heldOf(t, c.held...), !c.inactive, day(t, c.today))
			days := map[membership.Renewable]clock.Date{membership.Offered: got.Start, membership.TooEarly: got.From, membership.RenewedAlready: got.Until}
			shown := ""
			if d, ok := days[got.Answer]; ok {
				shown = d.String()
			}
			if got.Answer != c.want || shown != c.day || got.Old.ID != c.old {
				t.Errorf("RenewalOf(%v, %s) = %d %s of %d, want %d %s of %d", c.held, c.today, got.Answer, shown, got.Old.ID, c.want, c.day, c.old)
			}
		})
	}
}

// world is what somebody holds in days counted from one, for the model.
type world struct {
	today int
	rows  []modelTerm
}

type modelTerm struct {
	start, end          int
	approved, cancelled bool
	renews              int // index, -1: none
}

// offered is the rule in the words of the specification, one day and one pair at a time.
func (w world) offered(i int) bool {
	m := w.rows[i]
	near := false
	for d := m.end - 60; d <= m.end+60; d++ {
		near = near || d == w.today
	}
	for j, other := range w.rows {
		if !other.cancelled && (j != i && other.end > m.end || other.renews == i) {
			return false
		}
	}
	return near && m.approved && !m.cancelled
}

func (w world) held(first clock.Date) []membership.Held {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var all []membership.Held
	for i, m := range w.rows {
		h := membership.Held{Term: membership.Term{
			ID: int64(i + 1), Start: first.AddDays(m.start), Expiry: first.AddDays(m.end), RenewsID: int64(m.renews + 1),
		}}
		if m.approved {
			h.ApprovedAt = &at
		}
		if m.cancelled {
			h.CancelledAt = &at
		}
		all = append(all, h)
	}
	return newestFirst(all)
}

// Whatever people and staff do, on whichever days: an offer is there exactly where the specification has one, a renewal
// goes on without a day in common with anything that stands, and takes the offer away until it is cancelled.
func TestRenewalOfAgainstModel(t *testing.T) {
	t.Parallel()
	first := day(t, "2027-01-01")
	rapid.Check(t, func(r *rapid.T) {
		w := world{today: 200}
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			w.step(r)
			got := membership.RenewalOf(w.held(first), true, first.AddDays(w.today))
			var offers []int
			for i := range w.rows {
				if w.offered(i) {
					offers = append(offers, i)
				}
			}
			if (got.Answer == membership.Offered) != (len(offers) > 0) {
				r.Fatalf("RenewalOf(%+v) = %d, want an offer of %v", w, got.Answer, offers)
			}
			if got.Answer != membership.Offered {
				w.reasonable(r, first, got)
				continue
			}
			old := int(got.Old.ID) - 1
			if !slices.Contains(offers, old) {
				r.Fatalf("RenewalOf(%+v) offers %d, want one of %v", w, old, offers)
			}
			start := max(w.rows[old].end, w.today)
			if got.Start != first.AddDays(start) {
				r.Fatalf("RenewalOf(%+v) starts on %s, want day %d", w, got.Start, start)
			}
			if rapid.Bool().Draw(r, "renew") {
				w.renew(r, first, old, start)
			}
		}
	})
}

// renew takes the offer, looks whether it is gone, and sometimes has staff cancel the renewal at once: then it is back.
func (w *world) renew(r *rapid.T, first clock.Date, old, start int) {
	fresh := modelTerm{start: start, end: start + rapid.IntRange(1, 400).Draw(r, "length"), approved: rapid.Bool().Draw(r, "free"), renews: old}
	for _, m := range w.rows {
		if !m.cancelled && m.start < fresh.end && fresh.start < m.end {
			r.Fatalf("the renewal %+v overlaps %+v", fresh, m)
		}
	}
	w.rows = append(w.rows, fresh)
	got := membership.RenewalOf(w.held(first), true, first.AddDays(w.today))
	if got.Answer == membership.Offered && int(got.Old.ID) == old+1 {
		r.Fatalf("RenewalOf(%+v) offers %d once more", w, old)
	}
	if rapid.Bool().Draw(r, "cancel") {
		w.rows[len(w.rows)-1].cancelled = true
		if got := membership.RenewalOf(w.held(first), true, first.AddDays(w.today)); got.Answer != membership.Offered || got.Start != first.AddDays(start) {
			r.Fatalf("RenewalOf(%+v) = %d from %s, want the offer back", w, got.Answer, got.Start)
		}
	}
}

// step is something that happens: time goes by, a membership is bought, approved, cancelled or revived.
func (w *world) step(r *rapid.T) {
	w.today += rapid.IntRange(0, 90).Draw(r, "days")
	i := -1
	if len(w.rows) > 0 {
		i = rapid.IntRange(0, len(w.rows)-1).Draw(r, "row")
	}
	switch act := rapid.IntRange(0, 3).Draw(r, "act"); {
	case act == 0 || i < 0:
		start := w.today + rapid.IntRange(-100, 100).Draw(r, "start")
		bought := modelTerm{start: start, end: start + rapid.IntRange(1, 400).Draw(r, "length"), renews: -1}
		for _, m := range w.rows {
			if !m.cancelled && m.start < bought.end && bought.start < m.end {
				return // refused
			}
		}
		w.rows = append(w.rows, bought)
	case act == 1:
		w.rows[i].approved = true
	case act == 2:
		w.rows[i].cancelled = true
	case !w.stands(w.rows[i]):
		w.rows[i].cancelled = false
	}
}

// stands tells whether something stands in the way of m: an overlap, or another renewal of the same membership.
func (w *world) stands(m modelTerm) bool {
	return slices.ContainsFunc(w.rows, func(other modelTerm) bool {
		return !other.cancelled && (other.start < m.end && m.start < other.end || m.renews >= 0 && other.renews == m.renews)
	})
}

// reasonable holds the reason of a refusal against what it claims.
func (w *world) reasonable(r *rapid.T, first clock.Date, got membership.Renewal) {
	approved := slices.ContainsFunc(w.rows, func(m modelTerm) bool { return m.approved && !m.cancelled })
	covered := slices.ContainsFunc(w.rows, func(m modelTerm) bool { return !m.cancelled && first.AddDays(m.end-1) == got.Until })
	today := first.AddDays(w.today)
	ok := map[membership.Renewable]bool{
		membership.NothingToRenew: !approved,
		membership.TooLate:        approved,
		membership.TooEarly:       got.From.After(today) && got.From.AddDays(60) == got.Old.Expiry,
		membership.RenewedAlready: covered && !got.Until.Before(today),
	}[got.Answer]
	if !ok {
		r.Fatalf("RenewalOf(%s) = %s, which is not so", fmt.Sprintf("%+v", *w), fmt.Sprintf("%+v", got))
	}
}

func TestSeatsToRenew(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ seats, people, want int }{{5, 0, 5}, {5, 5, 5}, {5, 6, 6}, {1, 3, 3}} {
		o := membership.RenewalOffer{Renewal: membership.Renewal{Old: membership.Held{Seats: c.seats}}, People: c.people}
		if got := o.Seats(); got != c.want {
			t.Errorf("Seats() for %d people after %d seats = %d, want %d", c.people, c.seats, got, c.want)
		}
	}
}
