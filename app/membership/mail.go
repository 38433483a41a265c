package membership

import (
	"context"
	"fmt"
	"strconv"

	"github.com/uptrace/bun"

	"ams/app/billing"
	"ams/app/clock"
	"ams/app/lang"
	"ams/app/mail"
)

// What the letters to owners tell, and the one to staff about a payment: views/mail/membership_approved,
// membership_cancelled and staff_payment_needs_decision.
type (
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
	createdBy mail.Letter[createdByMail]
	added     mail.Letter[addedMail]
	approved  mail.Letter[approvedMail]
	cancelled mail.Letter[cancelledMail]
	decision  mail.Letter[decisionMail]
}

func bindLetters(post *mail.Post) letters {
	return letters{
		created:   mail.Bind[createdMail](post, "staff_individual_membership_created"),
		createdBy: mail.Bind[createdByMail](post, "staff_organisation_membership_created"),
		added:     mail.Bind[addedMail](post, "staff_organisation_seats_added"),
		approved:  mail.Bind[approvedMail](post, "membership_approved"),
		cancelled: mail.Bind[cancelledMail](post, "membership_cancelled"),
		decision:  mail.Bind[decisionMail](post, "staff_payment_needs_decision"),
	}
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
		News: say.Say(confirmed(later, say.ShortDate(m.Start))), Link: s.cfg.Address(in, to.Landing()), Open: say.Say(to.Open()),
	}
	if m.Of.Type == ForOrganisations {
		facts.News, facts.Seats = say.Say(confirmedFor(to.Name(), later, say.ShortDate(m.Start))), strconv.Itoa(m.Seats)
	}
	opts = append(opts, mail.Once(fmt.Sprintf("membership_approved/%s/%d/%d", m.Of.Type, m.ID, m.ApprovedAt.UnixMicro())))
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
