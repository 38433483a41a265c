package membership_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"ams/app/clock"
	"ams/app/fault"
	"ams/app/membership"
	"ams/app/web/webtest"
)

// Any series of applications by one person leaves what a calendar says on which days are marked: an application goes
// through when its days are free and at least one of them is left, and no day is ever covered twice.
func TestApplyAgainstCalendar(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	durations := []membership.Duration{{Days: 1}, {Days: 14}, {Months: 1}, {Months: 5, Days: 3}, {Months: 12}}
	var options []string
	for i, d := range durations {
		o := membership.Option{Duration: d}
		o.Name.EN = fmt.Sprint("Option ", i)
		options = append(options, fmt.Sprint(s.Option(o, "10")))
	}
	people := 0
	today := clock.DateOf(s.Clock.Now())
	rapid.Check(t, func(r *rapid.T) {
		people++
		name := fmt.Sprintf("p%d", people)
		s.Person(name)
		person, err := s.App.People.ByUsername(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		covered := map[clock.Date]bool{}
		for range rapid.IntRange(1, 6).Draw(r, "applications") {
			which := rapid.IntRange(0, len(options)-1).Draw(r, "option")
			start := today.AddDays(rapid.IntRange(-400, 400).Draw(r, "start"))
			end := durations[which].From(start)
			var days []clock.Date
			want := !start.After(today.AddMonths(12))
			for d := start; d.Before(end); d = d.AddDays(1) {
				days = append(days, d)
				want = want && !covered[d]
			}
			want = want && days[len(days)-1] != today.AddDays(-1) && !days[len(days)-1].Before(today)
			_, err := s.App.Members.Apply(t.Context(), person, membership.Application{Option: options[which], Start: start.String()})
			problems, refused := fault.Problems(err)
			if err != nil && (!refused || len(problems.Of("start_date")) != 1 || len(problems.List()) != 1) {
				t.Fatalf("Apply() = %v", err)
			}
			if (err == nil) != want {
				r.Fatalf("%s from %s: accepted %v, want %v (%v)", options[which], start, err == nil, want, problems)
			}
			if err == nil {
				for _, d := range days {
					covered[d] = true
				}
			}
		}
		stored := s.Count(`SELECT coalesce(sum(expiry_date - start_date), 0) FROM individual_memberships WHERE user_id = ?`, person.ID)
		if stored != len(covered) {
			r.Fatalf("%d days are stored, want %d", stored, len(covered))
		}
	})
}
