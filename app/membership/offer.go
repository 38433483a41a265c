package membership

import (
	"context"

	"github.com/uptrace/bun"

	"ams/app/clock"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/money"
	"ams/app/profile"
)

// Offer is what somebody can apply for, and everything that an application is checked against.
type Offer struct {
	Options   []Option
	Cover     Cover
	Questions []profile.Asked // that a person has not answered yet
	People    int             // of an organisation: each of them has to find a seat

	of    Owner
	held  []Period
	today clock.Date
}

// Offer gives the memberships on sale for people, the start that goes on from those that the person has, and the questions
// that the person has not answered yet.
func (s *Service) Offer(ctx context.Context, person int64) (Offer, error) {
	return s.offer(ctx, s.db, OfPerson(person))
}

// OfferTo is Offer for an organisation, with the number of its people instead of questions.
func (s *Service) OfferTo(ctx context.Context, organisation int64) (Offer, error) {
	return s.offer(ctx, s.db, OfOrganisation(organisation))
}

func (s *Service) offer(ctx context.Context, db bun.IDB, of Owner) (o Offer, err error) {
	o.of, o.today = of, s.today()
	if o.Options, err = optionsOnSale(ctx, db, of.Type); err != nil {
		return o, err
	}
	if o.held, err = periodsOf(ctx, db, of, 0); err != nil {
		return o, err
	}
	o.Cover = coverOf(o.held, o.today)
	if of.Type == ForOrganisations {
		o.People, err = LeastSeats(ctx, db, of.ID)
	} else {
		o.Questions, err = profile.Open(ctx, db, of.ID)
	}
	return o, err
}

// check finds all problems of an application. The membership that it would become is begun with what is right.
func (o Offer) check(a Application) (Held, fault.Fields) {
	var problems fault.Fields
	m := Held{Of: o.of}
	opt, chosen := choose(o.Options, a.Option)
	if !chosen {
		problems.Add(fieldOption, lang.M("Choose one of the memberships."))
	}
	m.Option = opt
	start, problem := readStart(a.Start)
	if problem.Empty() && chosen {
		m.Start, m.Expiry = start, opt.Duration.From(start)
		problem = o.wrongPeriod(m)
	}
	if !problem.Empty() {
		problems.Add(fieldStart, problem)
	}
	if o.of.Type == ForOrganisations {
		if m.Seats, problem = readSeats(a.Seats); problem.Empty() {
			problem = opt.WrongSeats(m.Seats, o.People)
		}
		if !problem.Empty() {
			problems.Add(fieldSeats, problem)
		}
	}
	return m, problems
}

// wrongPeriod says what is wrong with the days of a membership, nothing when they fit. It names the day that would.
func (o Offer) wrongPeriod(m Held) lang.Message {
	bounds := startBounds(o.today, m.Option.Duration)
	switch {
	case m.Start.Before(bounds.First):
		return lang.M("With this start the membership would be over already. The earliest possible day is %s.", bounds.First)
	case m.Start.After(bounds.Last):
		return lang.M("A membership can start at most a year ahead. The latest possible day is %s.", bounds.Last)
	}
	for _, other := range o.held {
		if m.Period().Overlaps(other) {
			return overlap(o.of.Type, other)
		}
	}
	return lang.Message{}
}

func overlap(t Type, other Period) lang.Message {
	if t == ForOrganisations {
		return lang.M("The organisation has a membership from %s to %s already. Choose a start that does not overlap it.", other.Start, other.End.AddDays(-1))
	}
	return lang.M("You have a membership from %s to %s already. Choose a start that does not overlap it.", other.Start, other.End.AddDays(-1))
}

// Preview is the membership that an application would become. Without an Expiry nothing can be said yet.
type Preview struct {
	Held
	Total    money.Amount
	Problems []lang.Message // why it would be refused
}

// Preview computes with the very functions that an application uses. What is no number of seats counts as one.
func (o Offer) Preview(a Application) Preview {
	if !Countable(a.Seats) {
		a.Seats = "1"
	}
	m, problems := o.check(a)
	return previewOf(m, append(problems.Of(fieldStart), problems.Of(fieldSeats)...))
}

func previewOf(m Held, problems []lang.Message) Preview {
	if m.Expiry.IsZero() {
		return Preview{}
	}
	p := Preview{Held: m, Problems: problems}
	if m.Of.Type == ForPeople {
		p.Total = m.Option.Cost
		return p
	}
	var err error
	if p.Total, err = m.Option.Price(m.Seats); err != nil || m.Seats == 0 { // more than can be stored
		return Preview{Problems: p.Problems}
	}
	return p
}
