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
		Renewal       bool
		Link          string
	}
	approvedMail struct {
		Name, News, Option string
		Seats              string // empty for a person
		Starts, Ends       string
		Link, Open         string // address of the page, and what the button says
	}
	cancelledMail struct{ Name, News, Option, Starts, Ends, On, Reason string }
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
		bought, err := s.bills.EntryOf(ctx, tx, job.Purchase)
		if err != nil {
			return err
		}
		h, err := s.whole(ctx, tx, bought.Purchase.Membership)
		if err != nil {
			return err
		}
		owner, err := account.ByID(ctx, tx, h.Of.ID)
		if err != nil {
			return err
		}
		return s.people.TellStaff(ctx, tx, func(in lang.Locale, to []string) error {
			once := mail.Once(fmt.Sprintf("membership_created/%s/%s", bought.Purchase.UUID, in))
			return s.post.Add(ctx, tx, s.letters.created.ToAll(to, in, s.created(in, h, owner, bought), once, mail.User(owner.ID)))
		})
	})
}

func (s *Service) created(in lang.Locale, h Held, owner account.Person, bought billing.Entry) createdMail {
	say, standing := s.cfg.Texts(in), h.Standing(s.clock.Now())
	facts := createdMail{
		Name: cmp.Or(owner.Name(), owner.Username), Email: owner.Email, Option: h.Option.Name.In(in), Cost: h.Option.Cost.Dollars(),
		Starts: say.ShortDate(h.Start), Ends: say.ShortDate(h.Expiry), Why: say.Say(standing.WhyForStaff()),
		Approved: h.Approved(), NeedsApproval: h.Option.Cost.IsZero() && !h.Approved(),
		Status: say.Say(lang.M("pending approval")), Link: s.cfg.Desk(h.Ref()), Renewal: bought.Purchase.Kind == billing.ForRenewal,
	}
	if h.Approved() {
		facts.Status = say.Say(lang.M("approved"))
	}
	switch bought.State() {
	case billing.OnItsWay:
		facts.Invoice = say.Say(lang.M("being prepared"))
	case billing.SortedOut:
		facts.Invoice = say.Say(lang.M("could not be prepared"))
	case billing.Awaiting, billing.Paid, billing.Closed:
		facts.Invoice = bought.Invoice.Number
	}
	return facts
}

func (s *Service) sendApproved(ctx context.Context, tx bun.Tx, m Held) error {
	to, in, opts, err := s.reader(ctx, tx, m.Of)
	if err != nil {
		return err
	}
	say := s.cfg.Texts(in)
	later := m.Start.After(s.today())
	facts := approvedMail{
		Name: to.Reader(), Option: m.Option.Name.In(in), Starts: say.ShortDate(m.Start), Ends: say.ShortDate(m.LastDay()),
		News: say.Say(confirmed(later, say.ShortDate(m.Start))), Open: say.Say(lang.M("Open your page")),
		Link: s.cfg.Address(in, "/users/~redirect/"), // whatever the username is by then
	}
	if m.Of.Type == ForOrganisations {
		facts.News, facts.Open = say.Say(confirmedFor(to.Name(), later, say.ShortDate(m.Start))), say.Say(lang.M("Open the organisation’s page"))
		facts.Link, facts.Seats = s.cfg.Address(in, to.Page()), strconv.Itoa(m.Seats)
	}
	opts = append(opts, mail.Once(fmt.Sprintf("membership_approved/%s/%d", m.Of.Type, m.ID)))
	return s.post.Add(ctx, tx, s.letters.approved.To(to.Email(), in, facts, opts...))
}

func confirmed(later bool, starts string) lang.Message {
	if later {
		return lang.M("Your membership is confirmed. It begins on %s.", starts)
	}
	return lang.M("Your membership is confirmed. Welcome!")
}

func confirmedFor(organisation string, later bool, starts string) lang.Message {
	if later {
		return lang.M("The membership of %s is confirmed. It begins on %s.", organisation, starts)
	}
	return lang.M("The membership of %s is confirmed. Welcome!", organisation)
}

// sendCancelled tells the owner what staff did, each time that they do it.
func (s *Service) sendCancelled(ctx context.Context, tx bun.Tx, m Held) error {
	to, in, opts, err := s.reader(ctx, tx, m.Of)
	if err != nil {
		return err
	}
	say := s.cfg.Texts(in)
	facts := cancelledMail{
		Name: to.Reader(), Option: m.Option.Name.In(in), Starts: say.ShortDate(m.Start), Ends: say.ShortDate(m.LastDay()),
		On: say.ShortDate(clock.DateOf(*m.CancelledAt)), Reason: m.CancelledReason,
		News: say.Say(lang.M("The association has cancelled your membership.")),
	}
	if m.Of.Type == ForOrganisations {
		facts.News = say.Say(lang.M("The association has cancelled the membership of %s.", to.Name()))
	}
	return s.post.Add(ctx, tx, s.letters.cancelled.To(to.Email(), in, facts, opts...))
}

// reader is who reads a letter about a membership, and in which language.
func (s *Service) reader(ctx context.Context, tx bun.Tx, of Owner) (to billing.Payer, in lang.Locale, opts []mail.Option, err error) {
	if to, err = payer(ctx, tx, of); err != nil {
		return to, in, nil, err
	}
	in, err = s.bills.LanguageOf(ctx, tx, to)
	return to, in, about(to), err
}

// about notes with a letter which person it is about; an organisation is none.
func about(p billing.Payer) []mail.Option {
	if p.Person.ID == 0 {
		return nil
	}
	return []mail.Option{mail.User(p.Person.ID)}
}

// askForDecision tells staff of a payment that approves nothing (spec §7.7); false while there are no active staff.
func (s *Service) askForDecision(ctx context.Context, tx bun.Tx, m Held, i billing.Invoice) (told bool, err error) {
	owner, err := payer(ctx, tx, m.Of)
	if err != nil {
		return false, err
	}
	err = s.people.TellStaff(ctx, tx, func(in lang.Locale, to []string) error {
		told = true
		say := s.cfg.Texts(in)
		facts := decisionMail{
			Name: owner.Title(), Option: m.Option.Name.In(in), Starts: say.ShortDate(m.Start), Ends: say.ShortDate(m.LastDay()),
			Number: i.Number, On: say.ShortDate(i.PaidDate), Paid: i.Paid.Plus(i.Allocated).Dollars(),
			Credited: i.Credited.Dollars(), Case: say.Say(decisionCase(m.Status(s.today()), i)), Link: s.cfg.Desk(m.Ref()),
		}
		opts := append(about(owner), mail.Once(fmt.Sprintf("payment_decision/%d/%s", i.ID, in)))
		return s.post.Add(ctx, tx, s.letters.decision.ToAll(to, in, facts, opts...))
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
