package membership

import (
	"context"
	"fmt"
	"strconv"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/billing"
	"ams/app/database"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/organisation"
	"ams/app/profile"
)

// RenewalForm is the form as typed. When the membership starts is not asked.
type RenewalForm struct {
	Option  string              // id; asked only where the old option is sold no longer
	Seats   string              // of an organisation
	Token   string              // billing.TokenField
	Answers map[string][]string // of a person, as those of an Application
}

// RenewalOffer is a Renewal with everything that its form is checked against.
type RenewalOffer struct {
	Renewal
	Options   []Option        // to choose from, where the old one is sold no longer
	Questions []profile.Asked // that a person has not answered yet
	People    int             // of an organisation: each of them has to find a seat
}

// RenewalOffer is what somebody is offered today. An organisation is active or not; people always are.
func (s *Service) RenewalOffer(ctx context.Context, of Owner, active bool) (RenewalOffer, error) {
	return s.renewalOffer(ctx, s.db, of, active)
}

func (s *Service) renewalOffer(ctx context.Context, db bun.IDB, of Owner, active bool) (o RenewalOffer, err error) {
	all, err := standing(ctx, db, of)
	if err != nil {
		return o, err
	}
	if o.Renewal = RenewalOf(all, active, s.today()); o.Answer != Offered {
		return o, nil
	}
	if o.Choosable() {
		if o.Options, err = optionsOnSale(ctx, db, of.Type); err != nil {
			return o, err
		}
	}
	if of.Type == ForOrganisations {
		o.People, err = LeastSeats(ctx, db, of.ID)
	} else {
		o.Questions, err = profile.Open(ctx, db, of.ID)
	}
	return o, err
}

// standing are the memberships of somebody that are not cancelled, the newest start first.
func standing(ctx context.Context, db bun.IDB, of Owner) ([]Held, error) {
	var rows []row
	err := from(db, of.Type, &rows).Relation("Option").Where("m.? = ?", bun.Ident(of.Type.owner()), of.ID).
		Where("m.cancelled_datetime IS NULL").Order("m.start_date DESC", "m.id DESC").Limit(most).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list what %v can renew: %w", of, err)
	}
	all := make([]Held, len(rows))
	for i, r := range rows {
		all[i] = r.held(of.Type)
	}
	return all, nil
}

// Choosable tells whether an option has to be chosen, because the old one is sold no longer.
func (r Renewal) Choosable() bool { return r.Old.Option.Archived }

// Seats is the number that is proposed to an organisation: the old one, or one for each of its people.
func (o RenewalOffer) Seats() int { return max(o.Old.Seats, o.People) }

// check finds all problems of a renewal. The membership that it would become is begun with what is right.
func (o RenewalOffer) check(typed RenewalForm) (m Held, answers profile.Answers, problems fault.Fields) {
	m = Held{Of: o.Old.Of, Option: o.Old.Option, Term: Term{Start: o.Start, RenewsID: o.Old.ID}}
	if o.Choosable() {
		var onSale bool
		if m.Option, onSale = choose(o.Options, typed.Option); !onSale {
			problems.Add(fieldOption, lang.M("“%s” is no longer on offer. Choose one of the memberships.", o.Old.Option.Name))
		}
	} else if typed.Option != "" && typed.Option != strconv.FormatInt(m.Option.ID, 10) { // chosen while it was sold no longer
		problems.Add("", lang.M("“%s” is on offer again, and your renewal goes on with it. Look at it and send the form again.", m.Option.Name))
	}
	if m.Option.ID != 0 {
		m.Expiry = m.Option.Duration.From(m.Start)
	}
	if m.Of.Type == ForOrganisations {
		var problem lang.Message
		if m.Seats, problem = readSeats(typed.Seats); problem.Empty() {
			problem = m.Option.WrongSeats(m.Seats, o.People)
		}
		if !problem.Empty() {
			problems.Add(fieldSeats, problem)
		}
	}
	answers, wrong := profile.Demand(o.Questions, typed.Answers, AnswerPrefix)
	for _, f := range wrong.List() {
		problems.Add(f.Name, f.Text)
	}
	return m, answers, problems
}

// Preview computes with the very functions that a renewal uses. What is no number of seats counts as one.
func (o RenewalOffer) Preview(typed RenewalForm) Preview {
	if !Countable(typed.Seats) {
		typed.Seats = "1"
	}
	m, _, problems := o.check(typed)
	return previewOf(m, problems.Of(fieldSeats))
}

// Renewed is what became of a renewal.
type Renewed struct {
	Outcome    Outcome
	Membership Held    // that was stored; none where the form was sent before, or nothing is offered
	Refusal    Renewal // why nothing is offered, with the outcome NotOffered
}

// Renew stores a membership that goes on from the one that its owner is offered to renew, with its purchase, and queues the
// invoice and the notice to staff. People renew their own, and those of the organisations that they look after. All problems
// are refused at once. The same token again stores nothing, and neither does another one once the membership is renewed.
func (s *Service) Renew(ctx context.Context, by account.Person, of Owner, typed RenewalForm) (done Renewed, err error) {
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		active, err := lockFor(ctx, tx, by, of) // two tabs, and two administrators, wait here
		if err != nil {
			return err
		}
		// Before the rules: a second click must not be told that it is renewed already.
		if sent, err := s.bills.Bought(ctx, tx, by.ID, typed.Token); err != nil || sent {
			return err
		}
		offer, err := s.renewalOffer(ctx, tx, of, active)
		if err != nil {
			return err
		}
		if offer.Answer != Offered {
			done = Renewed{Outcome: NotOffered, Refusal: offer.Renewal}
			return nil
		}
		m, answers, problems := offer.check(typed)
		if problems.Any() {
			return fault.Invalid(problems)
		}
		if err := s.questions.Store(ctx, tx, by.ID, answers); err != nil {
			return err
		}
		done.Outcome, err = s.sell(ctx, tx, by, billing.ForRenewal, &m, typed.Token)
		done.Membership = m
		return err
	})
	if overtaken(err) {
		return s.afterOvertaking(ctx, of)
	}
	if err != nil {
		return Renewed{}, err
	}
	return done, nil
}

// lockFor holds whose membership is bought, and refuses who may not buy for them. It tells whether the owner is active.
func lockFor(ctx context.Context, tx bun.Tx, by account.Person, of Owner) (active bool, err error) {
	if of == OfPerson(by.ID) {
		return true, account.Lock(ctx, tx, by.ID)
	}
	if of.Type == ForPeople {
		return false, fault.Forbidden(lang.M("This page belongs to somebody else."))
	}
	o, err := organisation.Lock(ctx, tx, of.ID)
	if err != nil {
		return false, err
	}
	return o.Active, manages(ctx, tx, by, o.ID)
}

// overtaken tells whether a membership met one that somebody stored without the lock.
func overtaken(err error) bool {
	switch database.Constraint(err) {
	case "individual_memberships_one_renewal", "organisation_memberships_one_renewal":
		return true
	}
	return collided(err)
}

// afterOvertaking says what is offered by then. The owner was active a moment ago.
func (s *Service) afterOvertaking(ctx context.Context, of Owner) (Renewed, error) {
	offer, err := s.renewalOffer(ctx, s.db, of, true)
	if err == nil && offer.Answer == Offered { // what stood in the way is gone again
		var p fault.Fields
		p.Add("", lang.M("Your memberships changed at the same moment. Please send the form again."))
		err = fault.Invalid(p)
	}
	return Renewed{Outcome: NotOffered, Refusal: offer.Renewal}, err
}
