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

// SampleMemberships gives one person an expired and an active membership, and another one a cancelled and a pending one
// whose invoice is on its way. People who have any keep what they have.
func (s *Service) SampleMemberships(ctx context.Context, member, applicant account.Person) error {
	year, err := optionBy(ctx, s.db, "o.name_en = 'One year' AND o.type = ?", ForPeople)
	if err != nil {
		return err
	}
	today := s.today()
	if err := s.sampleHeld(ctx, member, year, today.AddMonths(-15), today.AddMonths(-3)); err != nil {
		return err
	}
	fresh, err := s.isFresh(ctx, applicant)
	if err != nil || !fresh {
		return err
	}
	if err := s.sampleHeld(ctx, applicant, year, today.AddMonths(-14)); err != nil {
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

func (s *Service) isFresh(ctx context.Context, p account.Person) (bool, error) {
	held, err := periodsOf(ctx, s.db, OfPerson(p.ID), 0)
	return len(held) == 0, err
}

// sampleHeld stores memberships that staff approved on their first day.
func (s *Service) sampleHeld(ctx context.Context, p account.Person, opt Option, starts ...clock.Date) error {
	fresh, err := s.isFresh(ctx, p)
	if err != nil || !fresh {
		return err
	}
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		for _, start := range starts {
			at := start.Start()
			err := insert(ctx, tx, &Held{Of: OfPerson(p.ID), Term: Term{
				OptionID: opt.ID, Start: start, Expiry: opt.Duration.From(start), CreatedAt: at, ApprovedAt: &at, ApprovalSource: ByStaff,
			}})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
