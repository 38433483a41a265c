package billing

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/uptrace/bun"

	"ams/app/database"
)

// record is step 6: our copy of the provider's invoice, in one transaction that holds the membership. Whoever comes
// second, this or a cancellation, sees the other. Another run that was faster has done the same already.
func (s *Service) record(ctx context.Context, p Purchase, r Remote) error {
	customer, err := s.customer(ctx, p.AccountID)
	if err != nil {
		return err
	}
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		m, err := s.memberships.Hold(ctx, tx, p.MembershipID)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		i := Invoice{
			AccountID: p.AccountID, PurchaseID: p.ID, Purpose: p.Kind, MembershipID: p.MembershipID,
			ProviderID: r.ID, Number: r.Number, CreatedAt: now,
		}
		i.take(r)
		i.RefreshedAt = &now
		row := &invoiceRow{Invoice: i}
		if _, err := tx.NewInsert().Model(row).Returning("id").Exec(ctx); err != nil {
			return fmt.Errorf("insert invoice %s: %w", r.Number, err)
		}
		i.ID = row.ID
		was := p.State
		p.State, p.NextAttemptAt, p.FailureCode, p.FailureText = stateRaised, nil, "", ""
		if err := change(ctx, tx, p, was, "invoice_state", "next_attempt_at", "failure_code", "failure_text"); err != nil {
			return err
		}
		return s.follow(ctx, tx, &i, m, customer)
	})
	switch database.Constraint(err) {
	case "invoices_purchase_unique", "invoices_provider_id_unique":
		slog.InfoContext(ctx, "the invoice is recorded already", "purchase", p.UUID, "invoice", r.Number)
		return nil
	}
	return err
}

// follow queues what an invoice that has just been recorded brings about.
func (s *Service) follow(ctx context.Context, tx bun.Tx, i *Invoice, m Standing, customer Customer) error {
	if m.Cancelled {
		return s.queue.Add(ctx, tx, VoidInvoice{ID: i.ProviderID})
	}
	if err := s.settle(ctx, tx, i); err != nil { // the customer may have been faster than we
		return err
	}
	if !s.cfg.Mailable(customer.Email) {
		slog.InfoContext(ctx, "the invoice is not mailed: the address is not on the list", "invoice", i.Number)
		return nil
	}
	return s.queue.Add(ctx, tx, EmailInvoice{Invoice: i.ID})
}

// take copies what the provider may change.
func (i *Invoice) take(r Remote) {
	i.Status, i.IssueDate, i.DueDate, i.PaidDate = r.Status, r.IssueDate, r.DueDate, r.PaidDate
	i.Amount, i.Paid, i.Due, i.Credited, i.Allocated = r.Amount, r.Paid, r.Due, r.Credited, r.Allocated
}

// voidOthers ends what a provider that answered twice has left: one purchase, one standing invoice.
func (s *Service) voidOthers(ctx context.Context, p Purchase, others []Remote) error {
	if len(others) == 0 {
		return nil
	}
	slog.ErrorContext(ctx, "the billing service holds several invoices of one purchase", "purchase", p.UUID, "code", p.Code)
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		for _, r := range others {
			if err := s.queue.Add(ctx, tx, VoidInvoice{ID: r.ID}); err != nil {
				return err
			}
		}
		return nil
	})
}
