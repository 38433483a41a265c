package membership

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/billing"
	"ams/app/clock"
	"ams/app/lang"
	"ams/app/mail"
	"ams/jobs"
)

// What the letters about memberships tell: views/mail/staff_individual_membership_created, membership_approved,
// membership_cancelled and staff_payment_needs_decision.
type (
	createdMail struct {
		Name, Email   string
		Option, Cost  string
		Starts, Ends  string
		Status, Why   string
		Invoice       string // its number, or why there is none yet; empty when none is needed
		NeedsApproval bool   // free of charge, and not approved
		Approved      bool
		Link          string
	}
	approvedMail struct {
		Name, Option string
		Starts, Ends string
		Later        bool // it starts in the future
		Link         string
	}
	cancelledMail struct{ Name, Option, Starts, Ends, On, Reason string }
	decisionMail  struct {
		Name, Option   string
		Starts, Ends   string
		Number, On     string
		Paid, Credited string
		Case           string
		Link           string
	}
)

type letters struct {
	created   mail.Letter[createdMail]
	approved  mail.Letter[approvedMail]
	cancelled mail.Letter[cancelledMail]
	decision  mail.Letter[decisionMail]
}

func bindLetters(post *mail.Post) letters {
	return letters{
		created:   mail.Bind[createdMail](post, "staff_individual_membership_created"),
		approved:  mail.Bind[approvedMail](post, "membership_approved"),
		cancelled: mail.Bind[cancelledMail](post, "membership_cancelled"),
		decision:  mail.Bind[decisionMail](post, "staff_payment_needs_decision"),
	}
}

// NotifyStaff is the job that tells staff of an application. It waits behind the job of the invoice, and tells how that
// stands when it runs.
type NotifyStaff struct{ Membership int64 }

// Kind names the job in the queue.
func (NotifyStaff) Kind() string { return "membership.notify_staff" }

// Key lets one wait for each membership.
func (a NotifyStaff) Key() string { return strconv.FormatInt(a.Membership, 10) }

// Jobs registers what memberships do in the background.
func (s *Service) Jobs(r *jobs.Registry) { jobs.Handle(r, s.notifyStaff) }

func (s *Service) notifyStaff(ctx context.Context, job NotifyStaff) error {
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		h, err := s.byID(ctx, tx, job.Membership)
		if err != nil {
			return err
		}
		owner, err := account.ByID(ctx, tx, h.UserID)
		if err != nil {
			return err
		}
		return s.people.TellStaff(ctx, tx, func(in lang.Locale, to []string) error {
			once := mail.Once(fmt.Sprintf("membership_created/%d/%s", h.ID, in))
			return s.post.Add(ctx, tx, s.letters.created.ToAll(to, in, s.created(in, h, owner), once, mail.User(owner.ID)))
		})
	})
}

func (s *Service) created(in lang.Locale, h Held, owner account.Person) createdMail {
	say, standing := s.cfg.Texts(in), h.Standing(s.clock.Now())
	facts := createdMail{
		Name: cmp.Or(owner.Name(), owner.Username), Email: owner.Email, Option: h.Option.Name.In(in), Cost: h.Option.Cost.Dollars(),
		Starts: say.ShortDate(h.Start), Ends: say.ShortDate(h.Expiry), Why: say.Say(standing.WhyForStaff()),
		Approved: h.Approved(), NeedsApproval: h.Option.Cost.IsZero() && !h.Approved(),
		Status: say.Say(lang.M("pending approval")), Link: s.cfg.Desk(h.ID),
	}
	if h.Approved() {
		facts.Status = say.Say(lang.M("approved"))
	}
	switch e := h.application(); e.State() {
	case billing.OnItsWay:
		facts.Invoice = say.Say(lang.M("being prepared"))
	case billing.SortedOut:
		facts.Invoice = say.Say(lang.M("could not be prepared"))
	case billing.Awaiting, billing.Paid, billing.Closed:
		facts.Invoice = e.Invoice.Number
	}
	return facts
}

func (s *Service) sendApproved(ctx context.Context, tx bun.Tx, owner account.Person, m Individual, opt Option) error {
	in := s.people.LanguageOf(owner)
	say := s.cfg.Texts(in)
	facts := approvedMail{
		Name: owner.Name(), Option: opt.Name.In(in), Starts: say.ShortDate(m.Start), Ends: say.ShortDate(m.LastDay()),
		Later: m.Start.After(s.today()), Link: s.cfg.Address(in, "/users/~redirect/"),
	}
	once := mail.Once(fmt.Sprintf("membership_approved/%d", m.ID))
	return s.post.Add(ctx, tx, s.letters.approved.To(owner.Email, in, facts, mail.User(owner.ID), once))
}

// sendCancelled tells the member what staff did, each time that they do it.
func (s *Service) sendCancelled(ctx context.Context, tx bun.Tx, owner account.Person, m Individual, opt Option) error {
	in := s.people.LanguageOf(owner)
	say := s.cfg.Texts(in)
	facts := cancelledMail{
		Name: owner.Name(), Option: opt.Name.In(in), Starts: say.ShortDate(m.Start), Ends: say.ShortDate(m.LastDay()),
		On: say.ShortDate(clock.DateOf(*m.CancelledAt)), Reason: m.CancelledReason,
	}
	return s.post.Add(ctx, tx, s.letters.cancelled.To(owner.Email, in, facts, mail.User(owner.ID)))
}

// askForDecision tells staff of a payment that approves nothing (spec §7.7); false while there are no active staff.
func (s *Service) askForDecision(ctx context.Context, tx bun.Tx, m Individual, i billing.Invoice) (told bool, err error) {
	owner, opt, err := ownerAndOption(ctx, tx, m)
	if err != nil {
		return false, err
	}
	err = s.people.TellStaff(ctx, tx, func(in lang.Locale, to []string) error {
		told = true
		say := s.cfg.Texts(in)
		facts := decisionMail{
			Name: cmp.Or(owner.Name(), owner.Username), Option: opt.Name.In(in), Starts: say.ShortDate(m.Start), Ends: say.ShortDate(m.LastDay()),
			Number: i.Number, On: say.ShortDate(i.PaidDate), Paid: i.Paid.Plus(i.Allocated).Dollars(),
			Credited: i.Credited.Dollars(), Case: say.Say(decisionCase(m.Status(s.today()), i)), Link: s.cfg.Desk(m.ID),
		}
		once := mail.Once(fmt.Sprintf("payment_decision/%d/%s", i.ID, in))
		return s.post.Add(ctx, tx, s.letters.decision.ToAll(to, in, facts, once, mail.User(owner.ID)))
	})
	return told, err
}

func decisionCase(status Status, i billing.Invoice) lang.Message {
	switch {
	case !i.CountsAsPaid() && status == Expired:
		return lang.M("The invoice was closed without a payment, and the membership was never approved. It is over.")
	case !i.CountsAsPaid():
		return lang.M("The invoice was closed without a payment, and the membership waits for approval.")
	case status == Cancelled:
		return lang.M("The membership had been cancelled before the payment arrived.")
	}
	return lang.M("The membership was over before the payment arrived.")
}
