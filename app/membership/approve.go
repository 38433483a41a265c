package membership

import (
	"context"
	"log/slog"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/billing"
	"ams/app/organisation"
)

// settled hears from billing of an invoice that is settled, with the membership held (spec billing §4.4). It may hear of
// the same payment again: an approval is never changed, and staff are asked for a decision once.
func (s *Service) settled(ctx context.Context, tx bun.Tx, i billing.Invoice) (told bool, err error) {
	m, err := byRef(ctx, tx, i.Membership)
	if err != nil || m.Approved() {
		return false, err
	}
	status := m.Status(s.today())
	switch {
	case i.CountsAsPaid() && status == Pending:
		return false, s.approve(ctx, tx, m, ByPayment)
	case i.NotifiedAt != nil:
		return false, nil
	case i.CountsAsPaid(), status != Cancelled: // too late, or settled without money
		return s.askForDecision(ctx, tx, m, i)
	}
	return false, nil
}

// approve is for a membership that is held and not approved yet. The owner is told.
func (s *Service) approve(ctx context.Context, tx bun.Tx, m Held, source Source) error {
	now := s.clock.Now()
	m.ApprovedAt, m.ApprovalSource = &now, source
	if err := update(ctx, tx, m.Of.Type, m.Term, "approved_datetime", "approval_source"); err != nil {
		return err
	}
	slog.InfoContext(ctx, "membership approved", "membership", m.Ref().String(), "source", string(source))
	return s.sendApproved(ctx, tx, m)
}

// cancelled follows a cancellation by staff: invoices on their way are stopped, and the owner is told.
func (s *Service) cancelled(ctx context.Context, tx bun.Tx, m Held) error {
	if err := s.stop(ctx, tx, m.Ref()); err != nil {
		return err
	}
	return s.sendCancelled(ctx, tx, m)
}

// payer is whose a membership is, as letters and invoices call them.
func payer(ctx context.Context, db bun.IDB, of Owner) (p billing.Payer, err error) {
	if of.Type == ForOrganisations {
		p.Organisation, err = organisation.ByID(ctx, db, of.ID)
		return p, err
	}
	p.Person, err = account.ByID(ctx, db, of.ID)
	return p, err
}
