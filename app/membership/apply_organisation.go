package membership

import (
	"context"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/billing"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/organisation"
)

// ApplyOrganisation is Apply for an organisation, by somebody who looks after it. It gives the membership that was stored;
// none where the form was sent before.
func (s *Service) ApplyOrganisation(ctx context.Context, by account.Person, organisationID int64, a Application) (m Held, outcome Outcome, err error) {
	of := OfOrganisation(organisationID)
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		o, err := organisation.Lock(ctx, tx, organisationID) // two clicks, and two administrators, wait here
		if err != nil {
			return err
		}
		if err := manages(ctx, tx, by, o.ID); err != nil {
			return err
		}
		if done, err := s.bills.Bought(ctx, tx, by.ID, a.Token); err != nil || done {
			return err
		}
		if err := Open(o); err != nil {
			return err
		}
		offer, err := s.offer(ctx, tx, of)
		if err != nil {
			return err
		}
		begun, problems := offer.check(a)
		if problems.Any() {
			return fault.Invalid(problems)
		}
		outcome, err = s.sell(ctx, tx, by, billing.ForApplication, &begun, a.Token)
		m = begun
		return err
	})
	if collided(err) {
		err = s.collision(ctx, of, a)
	}
	if err != nil {
		return Held{}, Repeated, err
	}
	return m, outcome, nil
}

// manages refuses who does not look after the organisation.
func manages(ctx context.Context, db bun.IDB, by account.Person, id int64) error {
	may, err := organisation.Manages(ctx, db, by, id)
	if err == nil && !may {
		err = fault.Forbidden(lang.M("Only the administrators of this organisation can do this."))
	}
	return err
}

// Open refuses organisations that are closed: nothing can be bought for them.
func Open(o organisation.Organisation) error {
	if o.Active {
		return nil
	}
	return fault.Conflict(lang.M("%s is inactive, so nothing can be bought for it.", o.Name))
}
