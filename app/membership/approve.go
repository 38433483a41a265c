package membership

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/billing"
)

// settled hears from billing of an invoice that is settled, with the membership held (spec billing §4.4). It may hear of
// the same payment again: an approval is never changed, and staff are asked for a decision once.
func (s *Service) settled(ctx context.Context, tx bun.Tx, i billing.Invoice) (told bool, err error) {
	m, err := individualByID(ctx, tx, i.MembershipID)
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

// approve is for a membership that is held and not approved yet. The member is told.
func (s *Service) approve(ctx context.Context, tx bun.Tx, m Individual, source Source) error {
	now := s.clock.Now()
	m.ApprovedAt, m.ApprovalSource = &now, source
	_, err := tx.NewUpdate().Model(&individualRow{Individual: m}).Column("approved_datetime", "approval_source").WherePK().Exec(ctx)
	if err != nil {
		return fmt.Errorf("approve membership %d: %w", m.ID, err)
	}
	slog.InfoContext(ctx, "membership approved", "membership", m.ID, "source", string(source))
	owner, opt, err := ownerAndOption(ctx, tx, m)
	if err != nil {
		return err
	}
	return s.sendApproved(ctx, tx, owner, m, opt)
}

func ownerAndOption(ctx context.Context, db bun.IDB, m Individual) (owner account.Person, opt Option, err error) {
	if owner, err = account.ByID(ctx, db, m.UserID); err != nil {
		return owner, opt, err
	}
	opt, err = optionByID(ctx, db, m.OptionID)
	return owner, opt, err
}

// cancelled follows a cancellation by staff: invoices on their way are stopped, and the member is told.
func (s *Service) cancelled(ctx context.Context, tx bun.Tx, owner account.Person, m Individual, opt Option) error {
	slog.InfoContext(ctx, "membership cancelled", "membership", m.ID)
	if err := s.bills.Stop(ctx, tx, m.ID); err != nil {
		return err
	}
	return s.sendCancelled(ctx, tx, owner, m, opt)
}
