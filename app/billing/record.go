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
func (s *Service) record(ctx context.Context, p Purchase, r Remote, how string) error {
	customer, err := s.customer(ctx, p.AccountID)
	if err != nil {
		return err
	}
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		m, err := s.memberships.Hold(ctx, tx, p.Membership)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		i := Invoice{
			AccountID: p.AccountID, PurchaseID: p.ID, Purpose: p.Kind, Membership: p.Membership,
			ProviderID: r.ID, Number: r.Number, CreatedAt: now,
		}
		i.take(r)
		i.RefreshedAt = &now
		row := &invoiceRow{Invoice: i}
		if _, err := tx.NewInsert().Model(row).Returning("id").Exec(ctx); err != nil {
			return fmt.Errorf("insert invoice %s: %w", r.Number, err)
		}
		i.ID = row.ID
		if err := raised(ctx, tx, p); err != nil {
			return err
		}
		return s.follow(ctx, tx, &i, m, customer)
	})
	switch database.Constraint(err) {
	case "invoices_purchase_unique", "invoices_provider_id_unique":
		if there, err := s.recorded(ctx, p); there || err != nil {
			return err
		}
		return fmt.Errorf("invoice %s of the billing service is kept here for something else: %w", r.Number, err)
	}
	if err == nil {
		s.tell(Outcome{What: how, Purpose: p.Kind, After: s.clock.Now().Sub(p.CreatedAt)})
	}
	return err
}

// recorded tells whether the invoice of a purchase is here, and then sees to it that the purchase says so.
func (s *Service) recorded(ctx context.Context, p Purchase) (bool, error) {
	i, found, err := invoiceBy(ctx, s.db, "i.purchase_id = ?", p.ID)
	if err != nil || !found {
		return false, err
	}
	slog.InfoContext(ctx, "the invoice is recorded already", "purchase", p.UUID, "invoice", i.Number)
	return true, raised(ctx, s.db, p)
}

// raised notes that the invoice is here, whatever another run thought of the purchase: the invoice proves it.
func raised(ctx context.Context, db bun.IDB, p Purchase) error {
	p.State, p.NextAttemptAt, p.FailureCode, p.FailureText = stateRaised, nil, "", ""
	_, err := db.NewUpdate().Model(&purchaseRow{Purchase: p}).WherePK().
		Column("invoice_state", "next_attempt_at", "failure_code", "failure_text").Exec(ctx)
	if err != nil {
		return fmt.Errorf("note that purchase %d has its invoice: %w", p.ID, err)
	}
	return nil
}

// follow queues what an invoice that has just been recorded brings about.
func (s *Service) follow(ctx context.Context, tx bun.Tx, i *Invoice, m Standing, customer Customer) error {
	if err := s.settle(ctx, tx, i); err != nil { // the customer may have been faster than we
		return err
	}
	if m.Cancelled {
		if i.settled() { // people decide about it
			return nil
		}
		return s.queue.Add(ctx, tx, VoidInvoice{ID: i.ProviderID})
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
