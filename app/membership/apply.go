package membership

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/billing"
	"ams/app/clock"
	"ams/app/database"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/profile"
)

// Application is the form as typed.
type Application struct {
	Option string // id
	Start  string // YYYY-MM-DD
	Token  string // billing.TokenField
	// Answers to the questions that are required for membership: everything that was sent, under the names of the inputs.
	Answers map[string][]string
}

// AnswerPrefix begins the names of the inputs for questions; the key of the question follows.
const AnswerPrefix = "profile-"

// Outcome says what became of an application, so that the person can be told.
type Outcome int

// The outcomes.
const (
	Repeated     Outcome = iota // the form was sent before; nothing new is stored
	Started                     // approved at once
	InvoiceComes                // to be paid
	UnderReview                 // waits for staff
)

const (
	fieldOption = "membership_option"
	fieldStart  = "start_date"
)

// Apply stores a membership for the person with its purchase, and queues the invoice and the notice to staff. All
// problems are refused at once. The same token again stores nothing.
func (s *Service) Apply(ctx context.Context, by account.Person, a Application) (outcome Outcome, err error) {
	var collided bool
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := account.Lock(ctx, tx, by.ID); err != nil { // two clicks at once wait here
			return err
		}
		// Before the rules: a second click must not meet the overlap with its own membership.
		if done, err := s.bills.Bought(ctx, tx, by.ID, a.Token); err != nil || done {
			return err
		}
		onSale, held, err := choices(ctx, tx, OfPerson(by.ID))
		if err != nil {
			return err
		}
		opt, period, problems := check(a, onSale, held, s.today())
		open, err := profile.Open(ctx, tx, by.ID)
		if err != nil {
			return err
		}
		answers, wrong := profile.Demand(open, a.Answers, AnswerPrefix)
		for _, f := range wrong.List() {
			problems.Add(f.Name, f.Text)
		}
		if problems.Any() {
			return fault.Invalid(problems)
		}
		if err := s.questions.Store(ctx, tx, by.ID, answers); err != nil {
			return err
		}
		m := Held{Term: s.start(opt, period), Of: OfPerson(by.ID), Option: opt}
		if err := insert(ctx, tx, &m); err != nil {
			collided = database.Constraint(err) == "individual_memberships_no_overlap"
			return err
		}
		outcome, err = s.buy(ctx, tx, by, billing.ForApplication, m, a.Token)
		return err
	})
	if collided { // with what somebody stored without the lock
		return Repeated, s.collision(ctx, OfPerson(by.ID), a)
	}
	return outcome, err
}

// start is a new membership; one that costs nothing is approved at once unless staff want to see it.
func (s *Service) start(opt Option, p Period) Term {
	now := s.clock.Now()
	m := Term{OptionID: opt.ID, Start: p.Start, Expiry: p.End, CreatedAt: now}
	if opt.Cost.IsZero() && !s.cfg.FreeNeedsApproval {
		m.ApprovedAt, m.ApprovalSource = &now, ByPrice
	}
	return m
}

// buy stores the purchase of a membership that has just been stored, as an application or a renewal. It queues the invoice
// before the notice, which so can tell its number.
func (s *Service) buy(ctx context.Context, tx bun.Tx, by account.Person, kind billing.Kind, m Held, token string) (Outcome, error) {
	opt := m.Option
	order := billing.Order{
		Token: token, Kind: kind, Membership: m.Ref(), Option: opt.ID, Buyer: by.ID,
		Quantity: 1, UnitAmount: opt.Cost, Description: s.cfg.Texts(lang.Default).Say(opt.Label()),
		OptionReference: opt.InvoiceReference, DueDays: opt.InvoiceDueDays,
	}
	if m.Of.Type == ForOrganisations {
		order.Organisation, order.Seats, order.SeatsAfter = m.Of.ID, m.Seats, m.Seats
		order.Quantity = int64(opt.Chargeable(m.Seats))
	}
	p, err := s.bills.Buy(ctx, tx, order)
	if err != nil {
		return Repeated, err
	}
	if s.cfg.NotifyStaff || opt.Cost.IsZero() && !m.Approved() {
		if err := s.queue.Add(ctx, tx, NotifyStaff{Purchase: p.ID}); err != nil {
			return Repeated, err
		}
	}
	switch {
	case m.Approved():
		return Started, nil
	case p.Waits():
		return InvoiceComes, nil
	}
	return UnderReview, nil
}

// choices is what an application is checked against: what is on sale, and the periods that the applicant holds.
func choices(ctx context.Context, db bun.IDB, of Owner) (onSale []Option, held []Period, err error) {
	if onSale, err = optionsOnSale(ctx, db, of.Type); err != nil {
		return nil, nil, err
	}
	held, err = periodsOf(ctx, db, of, 0)
	return onSale, held, err
}

// check is pure and finds all problems of an application.
func check(a Application, onSale []Option, held []Period, today clock.Date) (Option, Period, fault.Fields) {
	var problems fault.Fields
	opt, chosen := choose(onSale, a.Option)
	if !chosen {
		problems.Add(fieldOption, lang.M("Choose one of the memberships."))
	}
	start, problem := readStart(a.Start)
	period := Period{Start: start}
	if problem.Empty() && chosen {
		period.End = opt.Duration.From(start)
		problem = checkPeriod(period, opt.Duration, held, today)
	}
	if !problem.Empty() {
		problems.Add(fieldStart, problem)
	}
	return opt, period, problems
}

func choose(onSale []Option, typed string) (Option, bool) {
	id, err := strconv.ParseInt(typed, 10, 64)
	i := slices.IndexFunc(onSale, func(o Option) bool { return o.ID == id })
	if err != nil || i < 0 {
		return Option{}, false
	}
	return onSale[i], true
}

func readStart(typed string) (clock.Date, lang.Message) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return clock.Date{}, lang.M("Choose the day on which the membership starts.")
	}
	start, err := clock.ParseDate(typed)
	if err != nil {
		return clock.Date{}, lang.M("Enter the day on which the membership starts, such as 2027-03-31.")
	}
	return start, lang.Message{}
}

// collision says which membership an application met that another transaction has stored meanwhile.
func (s *Service) collision(ctx context.Context, of Owner, a Application) error {
	onSale, held, err := choices(ctx, s.db, of)
	if err != nil {
		return err
	}
	_, _, problems := check(a, onSale, held, s.today())
	if !problems.Any() { // it is gone again
		problems.Add(fieldStart, lang.M("Your memberships changed at the same moment. Please send the form again."))
	}
	return fault.Invalid(problems)
}

// Offer is what an application can choose from, and what it has to answer.
type Offer struct {
	Options   []Option
	Cover     Cover
	Questions []profile.Asked
}

// Offer gives the memberships on sale for people, the start that goes on from those that the person has, and the questions
// that the person has not answered yet.
func (s *Service) Offer(ctx context.Context, person int64) (Offer, error) {
	onSale, held, err := choices(ctx, s.db, OfPerson(person))
	if err != nil {
		return Offer{}, err
	}
	open, err := profile.Open(ctx, s.db, person)
	return Offer{Options: onSale, Cover: coverOf(held, s.today()), Questions: open}, err
}

// Preview is the period that an application would get. Without an End nothing can be said yet.
type Preview struct {
	Period
	Problem lang.Message // why it would be refused
}

// Preview computes with the very functions that Apply uses.
func (s *Service) Preview(ctx context.Context, person int64, a Application) (Preview, error) {
	onSale, held, err := choices(ctx, s.db, OfPerson(person))
	if err != nil {
		return Preview{}, err
	}
	_, period, problems := check(a, onSale, held, s.today())
	p := Preview{Period: period}
	if texts := problems.Of(fieldStart); len(texts) > 0 && !period.End.IsZero() {
		p.Problem = texts[0]
	}
	return p, nil
}
