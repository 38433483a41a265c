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
	Seats  string // of an organisation
	Token  string // billing.TokenField
	// Answers of a person to the questions that are required for membership: everything that was sent, under the names of
	// the inputs.
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
	NotOffered                  // a renewal that there is none of; nothing is stored
)

const (
	fieldOption = "membership_option"
	fieldStart  = "start_date"
)

// Apply stores a membership for the person with its purchase, and queues the invoice and the notice to staff. All
// problems are refused at once. The same token again stores nothing.
func (s *Service) Apply(ctx context.Context, by account.Person, a Application) (outcome Outcome, err error) {
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := account.Lock(ctx, tx, by.ID); err != nil { // two clicks at once wait here
			return err
		}
		// Before the rules: a second click must not meet the overlap with its own membership.
		if done, err := s.bills.Bought(ctx, tx, by.ID, a.Token); err != nil || done {
			return err
		}
		offer, err := s.offer(ctx, tx, OfPerson(by.ID))
		if err != nil {
			return err
		}
		m, problems := offer.check(a)
		answers, wrong := profile.Demand(offer.Questions, a.Answers, AnswerPrefix)
		for _, f := range wrong.List() {
			problems.Add(f.Name, f.Text)
		}
		if problems.Any() {
			return fault.Invalid(problems)
		}
		if err := s.questions.Store(ctx, tx, by.ID, answers); err != nil {
			return err
		}
		outcome, err = s.sell(ctx, tx, by, billing.ForApplication, &m, a.Token)
		return err
	})
	if collided(err) {
		return Repeated, s.collision(ctx, OfPerson(by.ID), a)
	}
	return outcome, err
}

// collided tells whether a membership met one that somebody stored without the lock.
func collided(err error) bool {
	switch database.Constraint(err) {
	case "individual_memberships_no_overlap", "organisation_memberships_no_overlap":
		return true
	}
	return false
}

// sell stores a membership that is begun, as an application or a renewal, and its purchase. One that costs nothing is
// approved at once unless staff want to see it.
func (s *Service) sell(ctx context.Context, tx bun.Tx, by account.Person, kind billing.Kind, m *Held, token string) (Outcome, error) {
	opt, now := m.Option, s.clock.Now()
	m.OptionID, m.CreatedAt = opt.ID, now
	if opt.Cost.IsZero() && !s.cfg.FreeNeedsApproval {
		m.ApprovedAt, m.ApprovalSource = &now, ByPrice
	}
	if err := insert(ctx, tx, m); err != nil {
		return Repeated, err
	}
	order := billing.Order{
		Token: token, Kind: kind, Quantity: 1, UnitAmount: opt.Cost, Description: s.cfg.Texts(lang.Default).Say(opt.Label()),
	}
	if m.Of.Type == ForOrganisations {
		order.Quantity, order.Seats, order.SeatsAfter = int64(opt.Chargeable(m.Seats)), m.Seats, m.Seats
	}
	p, err := s.buy(ctx, tx, by, *m, order, opt.Cost.IsZero() && !m.Approved())
	switch {
	case err != nil:
		return Repeated, err
	case m.Approved():
		return Started, nil
	case p.Waits():
		return InvoiceComes, nil
	}
	return UnderReview, nil
}

// buy stores what is bought for a membership, and tells staff if they want to know, or must. It queues the invoice before
// the notice, which so can tell its number.
func (s *Service) buy(ctx context.Context, tx bun.Tx, by account.Person, m Held, order billing.Order, must bool) (billing.Purchase, error) {
	order.Membership, order.Option, order.Buyer = m.Ref(), m.Option.ID, by.ID
	order.OptionReference, order.DueDays = m.Option.InvoiceReference, m.Option.InvoiceDueDays
	if m.Of.Type == ForOrganisations {
		order.Organisation = m.Of.ID
	}
	p, err := s.bills.Buy(ctx, tx, order)
	if err != nil || !s.cfg.NotifyStaff && !must {
		return p, err
	}
	return p, s.queue.Add(ctx, tx, NotifyStaff{Purchase: p.ID})
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
	offer, err := s.offer(ctx, s.db, of)
	if err != nil {
		return err
	}
	_, problems := offer.check(a)
	if !problems.Any() { // it is gone again
		problems.Add(fieldStart, lang.M("Your memberships changed at the same moment. Please send the form again."))
	}
	return fault.Invalid(problems)
}
