package membership_test

import (
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ams/app/lang"
	"ams/app/membership"
	"ams/app/money"
)

func dollars(t interface {
	Helper()
	Fatal(...any)
}, text string,
) money.Amount {
	t.Helper()
	a, err := money.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// seated is a membership of an organisation with so many seats.
func seated(t *testing.T, cost, start, expiry string, seats, charged, most int) membership.Held {
	t.Helper()
	return membership.Held{
		Term: membership.Term{Start: day(t, start), Expiry: day(t, expiry)}, Seats: seats,
		Option: membership.Option{Type: membership.ForOrganisations, Cost: dollars(t, cost), MaxChargedSeats: charged, MaxSeats: most},
	}
}

func TestExtra(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cost, start, expiry, today string
		seats, limit, n            int
		charged                    int
		price                      string
		quantity                   int64
		unit                       string
	}{
		"one seat":                        {"1000.00", "2026-01-01", "2027-01-01", "2026-07-03", 10, 0, 1, 1, "498.63", 1, "498.63"},
		"ORG-47 three seats":              {"1000.00", "2026-01-01", "2027-01-01", "2026-07-03", 10, 0, 3, 3, "1495.89", 3, "498.63"},
		"one of three within the cap":     {"1000.00", "2026-01-01", "2027-01-01", "2026-07-03", 3, 4, 3, 1, "498.63", 3, "166.21"},
		"ORG-48 beyond the cap":           {"1000.00", "2026-01-01", "2027-01-01", "2026-07-03", 5, 4, 10, 0, "0.00", 10, "0.00"},
		"a seat in April":                 {"100.00", "2026-01-01", "2027-01-01", "2026-04-11", 2, 0, 1, 1, "72.60", 1, "72.60"},
		"seven are not seven times one":   {"100.00", "2026-01-01", "2027-01-01", "2026-04-11", 2, 0, 7, 7, "508.22", 1, "508.22"},
		"days of the membership itself":   {"366.00", "2024-01-01", "2024-12-31", "2024-02-29", 1, 0, 1, 1, "306.84", 1, "306.84"},
		"two of three within the cap":     {"250.00", "2026-03-01", "2027-03-01", "2026-09-01", 2, 4, 3, 2, "247.95", 3, "82.65"},
		"the first day costs everything":  {"599.99", "2026-02-01", "2027-02-01", "2026-02-01", 5, 0, 4, 4, "2399.96", 4, "599.99"},
		"a month":                         {"100.00", "2026-01-01", "2026-01-31", "2026-01-11", 1, 0, 5, 5, "333.33", 1, "333.33"},
		"less than half a cent":           {"0.10", "2026-01-01", "2027-01-01", "2026-12-31", 1, 0, 1, 1, "0.00", 1, "0.00"},
		"half a cent goes up":             {"0.01", "2026-01-01", "2026-01-03", "2026-01-02", 1, 0, 1, 1, "0.01", 1, "0.01"},
		"an eighth of a dollar goes up":   {"0.25", "2026-01-01", "2026-01-03", "2026-01-02", 1, 0, 1, 1, "0.13", 1, "0.13"},
		"a third of 1000.00 is not split": {"1000.00", "2026-01-01", "2026-01-04", "2026-01-03", 1, 0, 3, 3, "1000.00", 1, "1000.00"},
		"expired":                         {"1000.00", "2026-01-01", "2027-01-01", "2027-01-01", 1, 0, 1, 1, "0.00", 1, "0.00"},
		"365.00 over 365 days":            {"365.00", "2026-01-01", "2027-01-01", "2026-09-23", 1, 0, 2, 2, "200.00", 2, "100.00"},
		"600.00 cannot be split":          {"600.00", "2026-01-01", "2027-01-01", "2026-07-04", 1, 0, 3, 3, "892.60", 1, "892.60"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := seated(t, c.cost, c.start, c.expiry, c.seats, c.limit, 0).Extra(c.n, day(t, c.today))
			if err != nil || e.Charged != c.charged || e.Price != dollars(t, c.price) || e.Total != c.seats+c.n || e.Free() != c.n-c.charged {
				t.Errorf("Extra(%d, %s) = %+v, %v, want %d charged, %s", c.n, c.today, e, err, c.charged, c.price)
			}
			if quantity, unit := e.Line(); quantity != c.quantity || unit != dollars(t, c.unit) {
				t.Errorf("Line() of %d for %s = %d × %s, want %d × %s", c.n, e.Price, quantity, unit, c.quantity, c.unit)
			}
		})
	}
}

// The life-cycle of spec §4.7: everything is bought on the start date of a membership with four charged seats.
func TestExtraOverALife(t *testing.T) {
	t.Parallel()
	h := seated(t, "1000.00", "2026-01-01", "2027-01-01", 2, 4, 0)
	if price, err := h.Option.Price(h.Seats); err != nil || price.String() != "2000.00" {
		t.Fatalf("Price(2) = %s, %v, want 2000.00", price, err)
	}
	for _, step := range []struct {
		n           int
		price       string
		seats, free int
	}{{1, "1000.00", 3, 0}, {3, "1000.00", 6, 2}, {5, "0.00", 11, 7}} {
		e, err := h.Extra(step.n, day(t, "2026-01-01"))
		if err != nil || e.Price.String() != step.price || e.Total != step.seats {
			t.Errorf("Extra(%d) on %d seats = %+v, %v, want %s and %d seats", step.n, h.Seats, e, err, step.price, step.seats)
		}
		h.Seats = e.Total
		if free := h.Option.Free(h.Seats); free != step.free {
			t.Errorf("Free(%d) = %d, want %d", h.Seats, free, step.free)
		}
	}
}

// published is the formula of spec §4.7 in fractions, rounded once, half up.
func published(cents, days, left int64, chargeable int) int64 {
	if chargeable <= 0 || days <= 0 {
		return 0
	}
	exact := big.NewRat(cents*left*int64(chargeable), days)
	exact.Add(exact, big.NewRat(1, 2))
	return new(big.Int).Div(exact.Num(), exact.Denom()).Int64()
}

// Whatever the option, the period, the day and the numbers: the price is the published formula to the cent, lies between
// nothing and the full price, grows with seats, shrinks with days, and the invoice line comes to exactly it.
func TestExtraAgainstFractions(t *testing.T) {
	t.Parallel()
	start := day(t, "2024-02-01")
	rapid.Check(t, func(r *rapid.T) {
		cents := rapid.Int64Range(0, 2_000_000).Draw(r, "cents")
		days := rapid.Int64Range(1, 1500).Draw(r, "days")
		left := rapid.Int64Range(1, days).Draw(r, "left")
		seats, n := rapid.IntRange(1, 60).Draw(r, "seats"), rapid.IntRange(1, 60).Draw(r, "n")
		limit := rapid.IntRange(0, 80).Draw(r, "cap")
		h := membership.Held{Seats: seats, Term: membership.Term{Start: start, Expiry: start.AddDays(int(days))}}
		h.Option = membership.Option{Cost: cost(r, cents), MaxChargedSeats: limit}
		today := h.Expiry.AddDays(-int(left))
		chargeable := n
		if limit > 0 {
			chargeable = min(seats+n, limit) - min(seats, limit)
		}
		e, err := h.Extra(n, today)
		if err != nil || e.Charged != chargeable {
			r.Fatalf("Extra(%d) = %+v, %v, want %d charged", n, e, err, chargeable)
		}
		if want := cost(r, published(cents, days, left, chargeable)); e.Price != want {
			r.Fatalf("Extra(%d) of %d seats, cap %d, %d of %d days left at %s = %s, want %s", n, seats, limit, left, days, h.Option.Cost, e.Price, want)
		}
		if full := cents * int64(chargeable); centsOf(r, e.Price) < 0 || centsOf(r, e.Price) > full {
			r.Fatalf("Extra(%d) = %s, want between nothing and %d cents", n, e.Price, full)
		}
		if more, err := h.Extra(n+1, today); err != nil || centsOf(r, more.Price) < centsOf(r, e.Price) {
			r.Fatalf("Extra(%d) = %s, want at least Extra(%d) = %s", n+1, more.Price, n, e.Price)
		}
		if later, err := h.Extra(n, today.AddDays(1)); err != nil || centsOf(r, later.Price) > centsOf(r, e.Price) {
			r.Fatalf("Extra(%d) is %s a day later, want at most %s", n, later.Price, e.Price)
		}
		quantity, unit := e.Line()
		total, err := unit.Times(quantity)
		if err != nil || total != e.Price || quantity != 1 && quantity != int64(n) {
			r.Fatalf("Line() of %d for %s = %d × %s", n, e.Price, quantity, unit)
		}
	})
}

func centsOf(r *rapid.T, a money.Amount) int64 {
	cents, err := strconv.ParseInt(strings.ReplaceAll(a.String(), ".", ""), 10, 64)
	if err != nil {
		r.Fatal(err)
	}
	return cents
}

func cost(r *rapid.T, cents int64) money.Amount {
	one, err := dollars(r, "0.01").Times(cents)
	if err != nil {
		r.Fatal(err)
	}
	return one
}

func TestPriceOfSeats(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cost        string
		limit       int
		seats       int
		total       string
		chargeable  int
		free        int
		description string
	}{
		{"1000.00", 0, 10, "10000.00", 10, 0, "no cap"},
		{"1000.00", 4, 10, "4000.00", 4, 6, "ORG-45 beyond the cap"},
		{"1000.00", 10, 3, "3000.00", 3, 0, "within the cap"},
		{"99.99", 0, 3, "299.97", 3, 0, "cents"},
		{"0.00", 5, 8, "0.00", 5, 3, "free"},
	} {
		t.Run(c.description, func(t *testing.T) {
			t.Parallel()
			o := membership.Option{Cost: dollars(t, c.cost), MaxChargedSeats: c.limit}
			price, err := o.Price(c.seats)
			if err != nil || price != dollars(t, c.total) || o.Chargeable(c.seats) != c.chargeable || o.Free(c.seats) != c.free {
				t.Errorf("%d seats at %s, cap %d: %s, %v, %d charged, %d free, want %s, %d, %d", c.seats, c.cost, c.limit, price, err,
					o.Chargeable(c.seats), o.Free(c.seats), c.total, c.chargeable, c.free)
			}
		})
	}
}

func TestWrongSeats(t *testing.T) {
	t.Parallel()
	english := texts(t)
	for name, c := range map[string]struct {
		cost                string
		most, seats, people int
		want                string
	}{
		"ORG-43 fewer than people":           {"10", 0, 2, 3, "at least 3 seats"},
		"ORG-43 as many as people":           {"10", 0, 3, 3, ""},
		"ORG-44 beyond the limit":            {"10", 10, 15, 1, "at most 10 seats"},
		"up to the limit":                    {"10", 10, 10, 1, ""},
		"the minimum before the maximum":     {"10", 2, 4, 5, "at least 5 seats"},
		"one seat in the singular":           {"10", 1, 2, 1, "at most 1 seat."},
		"more than an invoice can hold":      {"99999.99", 0, 1001, 1, "more than one invoice can hold"},
		"no limit stored as nought":          {"10", 0, 1_000_000, 1, ""},
		"exactly what an invoice can hold":   {"99999999.99", 0, 1, 1, ""},
		"people beyond what can be bought":   {"10", 5, 5, 6, "at least 6 seats"},
		"nobody there yet, the smallest one": {"10", 0, 1, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := membership.Option{Cost: dollars(t, c.cost), MaxSeats: c.most}
			got := english.Say(o.WrongSeats(c.seats, c.people))
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("WrongSeats(%d, %d) with at most %d = %q, want %q", c.seats, c.people, c.most, got, c.want)
			}
		})
	}
}

func TestAddable(t *testing.T) {
	t.Parallel()
	english := texts(t)
	for name, c := range map[string]struct {
		typed, today string
		want         string
	}{
		"ORG-49 up to the limit":       {"2", "2026-07-03", ""},
		"ORG-49 beyond the limit":      {"3", "2026-07-03", "3 more seats. This membership has at most 12, and 10 are bought already"},
		"ORG-51 nought":                {"0", "2026-07-03", "at least 1"},
		"ORG-51 negative":              {"-5", "2026-07-03", "at least 1"},
		"ORG-51 text":                  {"many", "2026-07-03", "at least 1"},
		"ORG-51 nothing":               {"", "2026-07-03", "at least 1"},
		"ORG-51 a fraction":            {"1.5", "2026-07-03", "at least 1"},
		"a number that no one has":     {"99999999999999999999", "2026-07-03", "at least 1"},
		"the last day":                 {" 1 ", "2026-12-31", ""},
		"the day on which it is over":  {"1", "2027-01-01", "Renew it first"},
		"more than is ever asked for ": {"1000001", "2026-07-03", "at most 1000000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problem := seated(t, "1000", "2026-01-01", "2027-01-01", 10, 0, 12).Addable(c.typed, day(t, c.today))
			if got := english.Say(problem); c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("Addable(%q, %s) = %q, want %q", c.typed, c.today, got, c.want)
			}
		})
	}
	_, problem := seated(t, "1000", "2026-01-01", "2027-01-01", 12, 0, 12).Addable("1", day(t, "2026-07-03"))
	if got, want := english.Say(problem), "You asked for 1 more seat. This membership has at most 12, and 12 are bought already."; got != want {
		t.Errorf("Addable(1) = %q, want %q", got, want)
	}
}

func TestSeatSummary(t *testing.T) {
	t.Parallel()
	english := texts(t)
	for want, h := range map[string]membership.Held{
		"3 of 10 seats taken":                                      {Seats: 10, Occupied: 3},
		"1 of 1 seat taken":                                        {Seats: 1, Occupied: 1},
		"3 of 10 seats taken (4 charged, 6 free)":                  {Seats: 10, Occupied: 3, Option: membership.Option{MaxChargedSeats: 4}},
		"3 of 10 seats taken (limit 12 seats)":                     {Seats: 10, Occupied: 3, Option: membership.Option{MaxSeats: 12}},
		"0 of 1 seat taken (1 charged, 0 free) (limit 1 seat)":     {Seats: 1, Option: membership.Option{MaxChargedSeats: 1, MaxSeats: 1}},
		"12 of 10 seats taken (10 charged, 0 free)":                {Seats: 10, Occupied: 12, Option: membership.Option{MaxChargedSeats: 11}},
		"3 of 10 seats taken (4 charged, 6 free) (limit 12 seats)": {Seats: 10, Occupied: 3, Option: membership.Option{MaxChargedSeats: 4, MaxSeats: 12}},
	} {
		if got := english.Say(h.SeatSummary()); got != want {
			t.Errorf("SeatSummary() of %d seats, %d taken = %q, want %q", h.Seats, h.Occupied, got, want)
		}
	}
	for _, c := range []struct {
		seats, taken, available int
		full                    bool
	}{{10, 3, 7, false}, {3, 3, 0, true}, {3, 5, 0, true}, {1, 0, 1, false}} {
		h := membership.Held{Seats: c.seats, Occupied: c.taken}
		if h.Available() != c.available || h.Full() != c.full {
			t.Errorf("%d of %d taken: Available() = %d, Full() = %v, want %d, %v", c.taken, c.seats, h.Available(), h.Full(), c.available, c.full)
		}
	}
}

func texts(t *testing.T) *lang.Translator {
	t.Helper()
	all, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	return all.Translator(lang.EN)
}
