package membership

import (
	"context"
	"fmt"
	"strconv"

	"github.com/uptrace/bun"

	"ams/app/billing"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/mail"
	"ams/jobs"
)

// What the letters to staff about purchases tell: views/mail/staff_individual_membership_created,
// staff_organisation_membership_created and staff_organisation_seats_added.
type (
	boughtMail struct {
		Name, Option  string
		Cost          string
		Starts, Ends  string
		Status, Why   string
		Invoice       string // its number, or why there is none yet; empty when none is needed
		NeedsApproval bool   // free of charge, and not approved
		Approved      bool
		Renewal       bool
		Link          string
	}
	createdMail struct {
		boughtMail
		Email string
	}
	createdByMail struct {
		boughtMail
		Seats int
	}
	addedMail struct {
		boughtMail
		Added, Total int // seats
	}
)

// NotifyStaff is the job that tells staff of a purchase. It waits behind the job of the invoice, and tells how that
// stands when it runs.
type NotifyStaff struct{ Purchase int64 }

// Kind names the job in the queue.
func (NotifyStaff) Kind() string { return "membership.notify_staff" }

// Key lets one wait for each purchase.
func (a NotifyStaff) Key() string { return strconv.FormatInt(a.Purchase, 10) }

// Jobs registers what memberships do in the background.
func (s *Service) Jobs(r *jobs.Registry) { jobs.Handle(r, s.notifyStaff) }

func (s *Service) notifyStaff(ctx context.Context, job NotifyStaff) error {
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		e, err := s.bills.EntryOf(ctx, tx, job.Purchase)
		if fault.KindOf(err) == fault.Missing { // deleted meanwhile, with its membership
			return nil
		}
		if err != nil {
			return err
		}
		h, err := s.whole(ctx, tx, e.Purchase.Membership)
		if err != nil {
			return err
		}
		owner, err := payer(ctx, tx, h.Of)
		if err != nil {
			return err
		}
		return s.people.TellStaff(ctx, tx, func(in lang.Locale, to []string) error {
			opts := append(about(owner), mail.Once(fmt.Sprintf("purchase/%s/%s", e.Purchase.UUID, in)))
			return s.post.Add(ctx, tx, s.notice(in, to, h, owner, e, opts))
		})
	})
}

// notice is the letter about a purchase.
func (s *Service) notice(in lang.Locale, to []string, h Held, owner billing.Payer, e billing.Entry, opts []mail.Option) mail.Draft {
	facts, p := s.bought(in, h, owner, e), e.Purchase
	switch {
	case p.Kind == billing.ForSeats:
		facts.Cost = p.Total.Dollars()
		return s.letters.added.ToAll(to, in, addedMail{boughtMail: facts, Added: p.Seats, Total: p.SeatsAfter}, opts...)
	case h.Of.Type == ForOrganisations:
		facts.Cost = s.cfg.Texts(in).Say(seatCost(p))
		return s.letters.createdBy.ToAll(to, in, createdByMail{boughtMail: facts, Seats: p.Seats}, opts...)
	}
	return s.letters.created.ToAll(to, in, createdMail{boughtMail: facts, Email: owner.Email()}, opts...)
}

func (s *Service) bought(in lang.Locale, h Held, owner billing.Payer, e billing.Entry) boughtMail {
	say, standing := s.cfg.Texts(in), h.Standing(s.clock.Now())
	facts := boughtMail{
		Name: owner.Title(), Option: h.Option.Name.In(in), Cost: h.Option.Cost.Dollars(), Renewal: e.Purchase.Kind == billing.ForRenewal,
		Starts: say.ShortDate(h.Start), Ends: say.ShortDate(h.Expiry), Why: say.Say(standing.WhyForStaff()),
		Approved: h.Approved(), NeedsApproval: h.Option.Cost.IsZero() && !h.Approved(),
		Status: say.Say(lang.M("pending approval")), Link: s.cfg.Desk(h.Ref()),
	}
	if h.Approved() {
		facts.Status = say.Say(lang.M("approved"))
	}
	switch e.State() {
	case billing.OnItsWay:
		facts.Invoice = say.Say(lang.M("being prepared"))
	case billing.SortedOut:
		facts.Invoice = say.Say(lang.M("could not be prepared"))
	case billing.Awaiting, billing.Paid, billing.Closed:
		facts.Invoice = e.Invoice.Number
	}
	return facts
}

// seatCost says what an organisation's membership costs, and how that comes about.
func seatCost(p billing.Purchase) lang.Message {
	charged := int(p.Quantity)
	m := lang.N("%s: %d seat at %s", "%s: %d seats at %s each", charged, p.Total.Dollars(), charged, p.UnitAmount.Dollars())
	if free := p.Seats - charged; free > 0 {
		m = lang.N("%s, and %d free seat", "%s, and %d free seats", free, m, free)
	}
	return m
}
