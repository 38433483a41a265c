package membership

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/billing"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/organisation"
)

// Added is what came of adding seats.
type Added struct {
	Extra
	Invoiced bool // its invoice is on its way
	Repeated bool // the form was sent before; nothing new is stored
}

// AddSeats adds seats, a number as typed, to the active membership of an organisation, by somebody who looks after it. They
// can be taken at once. The price is computed once, from the number before, and stored with the purchase.
func (s *Service) AddSeats(ctx context.Context, by account.Person, organisationID int64, typed, token string) (a Added, err error) {
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		o, err := organisation.Lock(ctx, tx, organisationID) // whoever adds seats as well waits here
		if err != nil {
			return err
		}
		m, found, err := s.activeOf(ctx, tx, organisationID, held)
		if err != nil {
			return err
		}
		if err := manages(ctx, tx, by, organisationID); err != nil {
			return err
		}
		if a.Repeated, err = s.bills.Bought(ctx, tx, by.ID, token); err != nil || a.Repeated {
			return err
		}
		if err := Open(o); err != nil {
			return err
		}
		if !found {
			return noneActive(o)
		}
		extra, problem := m.Addable(typed, s.today())
		if !problem.Empty() {
			var p fault.Fields
			p.Add(fieldAdded, problem)
			return fault.Invalid(p)
		}
		a.Extra = extra
		m.Seats = extra.Total
		if err := setSeats(ctx, tx, m); err != nil {
			return err
		}
		p, err := s.buy(ctx, tx, by, m, s.orderOf(m, extra, token), false)
		a.Invoiced = p.Waits()
		return err
	})
	if err != nil {
		return Added{}, err
	}
	return a, nil
}

// orderOf is what an invoice says of seats that are added.
func (s *Service) orderOf(m Held, e Extra, token string) billing.Order {
	quantity, unit := e.Line()
	what := lang.N("%d seat added to %s", "%d seats added to %s", e.Added, e.Added, m.Option.Label())
	if e.Free() > 0 {
		what = lang.M("%s: %d charged, %d free", what, e.Charged, e.Free())
	}
	return billing.Order{
		Token: token, Kind: billing.ForSeats, Quantity: quantity, UnitAmount: unit, Seats: e.Added, SeatsAfter: e.Total,
		Description: s.cfg.Texts(lang.Default).Say(what),
	}
}

// Seated is the active membership of an organisation to which seats can be added, with the seats that are taken. Where
// there is none, or the organisation is closed, it says so.
func (s *Service) Seated(ctx context.Context, o organisation.Organisation) (Held, error) {
	if err := Open(o); err != nil {
		return Held{}, err
	}
	m, found, err := s.ActiveOf(ctx, s.db, o.ID)
	if err == nil && !found {
		err = noneActive(o)
	}
	return m, err
}

func noneActive(o organisation.Organisation) error {
	return fault.Conflict(lang.M("%s has no active membership. Add one first.", o.Name))
}

// setSeats stores the number of seats. The membership is held.
func setSeats(ctx context.Context, tx bun.Tx, m Held) error {
	if _, err := tx.NewUpdate().Table(m.Of.Type.table()).Set("seats = ?", m.Seats).Where("id = ?", m.ID).Exec(ctx); err != nil {
		return fmt.Errorf("update the seats of %s: %w", m.Ref(), err)
	}
	return nil
}
