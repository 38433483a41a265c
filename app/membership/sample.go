package membership

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/account"
	"ams/app/clock"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/money"
	"ams/app/organisation"
)

// SampleOptions makes the membership options of the sample data, or leaves those that are there.
func (s *Service) SampleOptions(ctx context.Context) error {
	options, err := sampleOptions()
	if err != nil {
		return err
	}
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range options {
			_, err := optionBy(ctx, tx, "o.name_en = ? AND o.type = ?", o.Name.EN, o.Type)
			if fault.KindOf(err) == fault.Missing {
				err = s.CreateOption(ctx, tx, access.Holder{Superuser: true}, &o)
			}
			if err != nil {
				return fmt.Errorf("sample option %s: %w", o.Name.EN, err)
			}
		}
		return nil
	})
}

const sampleReference = "AMS Membership"

func sampleOptions() ([]Option, error) {
	options := []Option{
		{
			Name: lang.Text{EN: "One month", MI: "Kotahi marama"}, Type: ForPeople, Duration: Duration{Months: 1}, Order: 10,
			Description: lang.Text{
				EN: "Try it out: all events and resources for a month.\nGoes on only when you renew it.",
				MI: "Whakamātauhia: ngā takunetanga me ngā rauemi katoa mō te marama kotahi.\nKa haere tonu mēnā ka whakahoungia e koe.",
			},
		},
		{Name: lang.Text{EN: "One year", MI: "Kotahi tau"}, Type: ForPeople, Duration: Duration{Months: 12}, Order: 20},
		{
			Name: lang.Text{EN: "Day visitor", MI: "Manuhiri mō te rā"}, Type: ForPeople, Duration: Duration{Days: 1}, Order: 30,
			Description: lang.Text{
				EN: "A free look around for a day.", MI: "He tirohanga kore utu mō te rā kotahi.",
			},
		},
		{
			Name: lang.Text{EN: "One month for organisations", MI: "Kotahi marama mō ngā whakahaere"}, Type: ForOrganisations,
			Duration: Duration{Months: 1}, Order: 10,
			Description: lang.Text{EN: "For a project or a term break.", MI: "Mō tētahi kaupapa, mō te hararei wāhanga rānei."},
		},
		{
			Name: lang.Text{EN: "One year for organisations", MI: "Kotahi tau mō ngā whakahaere"}, Type: ForOrganisations,
			Duration: Duration{Months: 12}, Order: 20,
			Description: lang.Text{EN: "Any number of seats for a year.", MI: "Ko te maha o ngā nohoanga e hiahiatia ana mō te tau."},
		},
		{
			Name: lang.Text{EN: "Small organisation", MI: "Whakahaere iti"}, Type: ForOrganisations,
			Duration: Duration{Months: 12}, MaxSeats: 5, Order: 30,
			Description: lang.Text{EN: "For teams of up to five people.", MI: "Mō ngā rōpū tae atu ki te tokorima."},
		},
	}
	for i, cost := range []string{"49.99", "499.99", "0", "99.99", "999.99", "599.99"} {
		var err error
		if options[i].Cost, err = money.Parse(cost); err != nil {
			return nil, err
		}
		options[i].InvoiceReference, options[i].InvoiceDueDays, options[i].VotingRights = sampleReference, 60, options[i].Duration.Days == 0
	}
	return options, nil
}

// SampleMemberships gives one person an expired membership and an active one to be renewed, and another person a cancelled
// one and a pending one whose invoice is on its way. People who have any keep what they have.
func (s *Service) SampleMemberships(ctx context.Context, member, applicant account.Person) error {
	year, err := optionBy(ctx, s.db, "o.name_en = 'One year' AND o.type = ?", ForPeople)
	if err != nil {
		return err
	}
	today := s.today()
	if err := s.sampleHeld(ctx, Held{Of: OfPerson(member.ID), Option: year}, today.AddMonths(-23), today.AddMonths(-11)); err != nil {
		return err
	}
	fresh, err := s.isFresh(ctx, OfPerson(applicant.ID))
	if err != nil || !fresh {
		return err
	}
	if err := s.sampleHeld(ctx, Held{Of: OfPerson(applicant.ID), Option: year}, today.AddMonths(-14)); err != nil {
		return err
	}
	const cancel = `UPDATE individual_memberships SET cancelled_datetime = ?, cancelled_reason = ? WHERE user_id = ?`
	if _, err := s.db.NewRaw(cancel, today.AddMonths(-8).Start(), "Moved overseas", applicant.ID).Exec(ctx); err != nil {
		return fmt.Errorf("cancel a sample membership: %w", err)
	}
	month, err := optionBy(ctx, s.db, "o.name_en = 'One month' AND o.type = ?", ForPeople)
	if err != nil {
		return err
	}
	_, err = s.Apply(ctx, applicant, Application{Option: fmt.Sprint(month.ID), Start: today.String()})
	return err
}

// SampleSeats gives one organisation an active membership with a seat to spare, and has somebody apply for another one,
// which they look after; its invoice is on its way. Organisations that have any keep what they have.
func (s *Service) SampleSeats(ctx context.Context, active, applying organisation.Organisation, by account.Person) error {
	year, err := optionBy(ctx, s.db, "o.name_en = 'One year for organisations' AND o.type = ?", ForOrganisations)
	if err != nil {
		return err
	}
	today := s.today()
	if err := s.sampleHeld(ctx, Held{Of: OfOrganisation(active.ID), Option: year, Seats: 5}, today.AddMonths(-4)); err != nil {
		return err
	}
	fresh, err := s.isFresh(ctx, OfOrganisation(applying.ID))
	if err != nil || !fresh {
		return err
	}
	small, err := optionBy(ctx, s.db, "o.name_en = 'Small organisation' AND o.type = ?", ForOrganisations)
	if err != nil {
		return err
	}
	_, _, err = s.ApplyOrganisation(ctx, by, applying.ID, Application{Option: fmt.Sprint(small.ID), Start: today.String(), Seats: "3"})
	return err
}

func (s *Service) isFresh(ctx context.Context, of Owner) (bool, error) {
	held, err := periodsOf(ctx, s.db, of, 0)
	return len(held) == 0, err
}

// sampleHeld stores a membership for each of these starts, that staff approved on its first day.
func (s *Service) sampleHeld(ctx context.Context, like Held, starts ...clock.Date) error {
	fresh, err := s.isFresh(ctx, like.Of)
	if err != nil || !fresh {
		return err
	}
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		for _, start := range starts {
			at := start.Start()
			like.Term = Term{
				OptionID: like.Option.ID, Start: start, Expiry: like.Option.Duration.From(start), CreatedAt: at, ApprovedAt: &at, ApprovalSource: ByStaff,
			}
			if err := insert(ctx, tx, &like); err != nil {
				return err
			}
		}
		return nil
	})
}
