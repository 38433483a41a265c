package membership

import (
	"strconv"
	"strings"

	"ams/app/clock"
	"ams/app/lang"
	"ams/app/money"
)

const (
	fieldSeats = "seat_count"
	fieldAdded = "seats_to_add"
)

// Chargeable is how many of an organisation's seats are billed; the others are free.
func (o Option) Chargeable(seats int) int {
	if o.MaxChargedSeats > 0 {
		return min(seats, o.MaxChargedSeats)
	}
	return seats
}

// Free is how many of an organisation's seats cost nothing beside those that are billed.
func (o Option) Free(seats int) int { return seats - o.Chargeable(seats) }

// Price is what an application or a renewal with so many seats costs (spec §4.6). More than can be stored is an error.
func (o Option) Price(seats int) (money.Amount, error) {
	return o.Cost.Times(int64(o.Chargeable(seats)))
}

// Countable tells whether something typed is a number of seats, however many.
func Countable(typed string) bool {
	n, err := strconv.Atoi(strings.TrimSpace(typed))
	return err == nil && n > 0
}

// readSeats reads a number of seats as typed.
func readSeats(typed string) (int, lang.Message) {
	n, err := strconv.Atoi(strings.TrimSpace(typed))
	switch {
	case err != nil, n < 1:
		return 0, lang.M("Enter a whole number of seats, at least 1.")
	case n > MostSeats:
		return 0, lang.M("Enter at most %d seats.", MostSeats)
	}
	return n, lang.Message{}
}

// WrongSeats says why an organisation cannot have so many seats: everybody who belongs to it, or is invited to, has to find
// one, and the option has its limit. One problem is enough, the minimum before the maximum (spec §4.5).
func (o Option) WrongSeats(seats, people int) lang.Message {
	switch {
	case seats < people:
		return lang.N("The organisation needs at least %d seat, one for each member and invitation.",
			"The organisation needs at least %d seats, one for each member and invitation.", people, people)
	case o.MaxSeats > 0 && seats > o.MaxSeats:
		return lang.N("This membership has at most %d seat.", "This membership has at most %d seats.", o.MaxSeats, o.MaxSeats)
	}
	if _, err := o.Price(seats); err != nil {
		return lang.M("So many seats cost more than one invoice can hold. Please contact the association.")
	}
	return lang.Message{}
}

// Extra is what it comes to when seats are added to a membership.
type Extra struct {
	Added   int
	Charged int          // of them
	Total   int          // seats of the membership from then on
	Price   money.Amount // for the days that are left
}

// Free is how many of the added seats cost nothing.
func (e Extra) Free() int { return e.Added - e.Charged }

// Line is quantity and price on the invoice, whose total is the price to the cent: each seat by itself where that is exact,
// else all of them as one thing. Something was added.
func (e Extra) Line() (quantity int64, unit money.Amount) {
	if unit, exact := e.Price.Split(int64(e.Added)); exact {
		return int64(e.Added), unit
	}
	return 1, e.Price
}

// Extra prices seats that are added on a day, from the number of seats before (spec §4.7). The days are those of the
// membership itself; today counts as one that is left. It is rounded once, at the end.
func (h Held) Extra(n int, today clock.Date) (Extra, error) {
	e := Extra{Added: n, Total: h.Seats + n, Charged: h.Option.Chargeable(h.Seats+n) - h.Option.Chargeable(h.Seats)}
	days, left := h.Start.DaysUntil(h.Expiry), today.DaysUntil(h.Expiry)
	if e.Charged <= 0 || days <= 0 || left <= 0 {
		return e, nil
	}
	var err error
	e.Price, err = h.Option.Cost.Part(int64(left)*int64(e.Charged), int64(days))
	return e, err
}

// Addable prices seats to add, as typed, or says why they cannot be added.
func (h Held) Addable(typed string, today clock.Date) (Extra, lang.Message) {
	n, problem := readSeats(typed)
	switch {
	case !problem.Empty():
		return Extra{}, problem
	case today.DaysUntil(h.Expiry) < 1:
		return Extra{}, lang.M("This membership expires too soon. Renew it first.")
	case h.Option.MaxSeats > 0 && h.Seats+n > h.Option.MaxSeats:
		return Extra{}, lang.N("You asked for %d more seat. This membership has at most %d, and %d are bought already.",
			"You asked for %d more seats. This membership has at most %d, and %d are bought already.", n, n, h.Option.MaxSeats, h.Seats)
	}
	e, err := h.Extra(n, today)
	if err != nil || e.Total > MostSeats {
		return Extra{}, lang.M("So many seats cost more than one invoice can hold. Please contact the association.")
	}
	return e, lang.Message{}
}

// Available is how many seats nobody takes.
func (h Held) Available() int { return max(0, h.Seats-h.Occupied) }

// Full tells whether nobody else finds a seat.
func (h Held) Full() bool { return h.Occupied >= h.Seats }

// SeatSummary is how the seats are used, in one sentence, with the limits that there are (spec §2.5).
func (h Held) SeatSummary() lang.Message {
	m := lang.N("%d of %d seat taken", "%d of %d seats taken", h.Seats, h.Occupied, h.Seats)
	if o := h.Option; o.MaxChargedSeats > 0 {
		m = lang.M("%s (%d charged, %d free)", m, o.Chargeable(h.Seats), o.Free(h.Seats))
	}
	if limit := h.Option.MaxSeats; limit > 0 {
		m = lang.N("%s (limit %d seat)", "%s (limit %d seats)", limit, m, limit)
	}
	return m
}
