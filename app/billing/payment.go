package billing

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"ams/app/clock"
	"ams/app/fault"
	"ams/app/lang"
)

// payer is the development provider: somebody of the association may say that an invoice is paid.
type payer interface {
	Pay(ctx context.Context, id string, on clock.Date) (Remote, error)
}

// MarkPaid stands for the payment of an invoice at the development provider; every other provider knows payments by
// itself and refuses. The caller has seen to it that whoever asks may do so.
func (s *Service) MarkPaid(ctx context.Context, number string) error {
	i, found, err := invoiceBy(ctx, s.db, "i.invoice_number = ?", number)
	switch {
	case err != nil:
		return err
	case !found:
		return unknownInvoice()
	}
	p, ok := s.provider.(payer)
	switch {
	case !ok:
		return fault.Conflict(lang.M("Payments are recorded in the billing service; here they cannot be entered."))
	case i.ProviderID == "":
		return fault.Conflict(lang.M("The billing service does not keep invoice %s.", i.Number))
	case i.State() == Paid:
		return fault.Conflict(lang.M("Invoice %s is paid already.", i.Number))
	case i.State() == Closed:
		return fault.Conflict(lang.M("Invoice %s was cancelled and cannot be paid.", i.Number))
	}
	asked := s.clock.Now()
	remote, err := p.Pay(ctx, i.ProviderID, s.today())
	if err != nil {
		return fmt.Errorf("pay invoice %s: %w", i.Number, err)
	}
	if err := s.refresh(ctx, i, remote, asked); err != nil {
		return err
	}
	if remote.Status.Void() { // at the provider, unknown to us until now
		return fault.Conflict(lang.M("Invoice %s was cancelled and cannot be paid.", i.Number))
	}
	return nil
}

// refresh takes over what the provider said of an invoice when it was asked, and lets the membership know of a payment.
// What somebody else has been told since then is newer and stays.
func (s *Service) refresh(ctx context.Context, i Invoice, r Remote, asked time.Time) error {
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if i.Membership != (Ref{}) {
			if _, err := s.memberships.Hold(ctx, tx, i.Membership); err != nil {
				return err
			}
		}
		fresh, err := lockInvoice(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		if fresh.RefreshedAt != nil && fresh.RefreshedAt.After(asked) {
			return nil
		}
		fresh.take(r)
		fresh.RefreshedAt = &asked
		_, err = tx.NewUpdate().Model(&invoiceRow{Invoice: fresh}).WherePK().
			Column("provider_status", "issue_date", "due_date", "paid_date", "amount", "paid", "due", "credited", "allocated",
				"last_refreshed_at").Exec(ctx)
		if err != nil {
			return fmt.Errorf("refresh invoice %s: %w", fresh.Number, err)
		}
		return s.settle(ctx, tx, &fresh)
	})
}

// settle lets the membership know of an invoice that is settled (spec §4.4). Should that fail, the payment is kept all
// the same and a job tries again.
func (s *Service) settle(ctx context.Context, tx bun.Tx, i *Invoice) error {
	if !i.tells() {
		return nil
	}
	err := tx.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error { return s.inform(ctx, tx, *i) })
	if err == nil {
		return nil
	}
	slog.ErrorContext(ctx, "a payment did not reach its membership", "invoice", i.Number, "error", err)
	return s.queue.Add(ctx, tx, ApplyPayment{Invoice: i.ID})
}

// tells whether a membership is to hear of the invoice: paying for seats says nothing about it, and a payment that was taken
// back no more.
func (i Invoice) tells() bool {
	return i.settled() && i.Purpose.Begins() && i.Membership != (Ref{})
}

// ApplyPayment is the job that tells a membership of a payment once more.
type ApplyPayment struct{ Invoice int64 }

// Kind names the job in the queue.
func (ApplyPayment) Kind() string { return "billing.apply_payment" }

// Key lets one wait for each invoice.
func (a ApplyPayment) Key() string { return strconv.FormatInt(a.Invoice, 10) }

func (s *Service) applyPayment(ctx context.Context, job ApplyPayment) error {
	i, found, err := invoiceBy(ctx, s.db, "i.id = ?", job.Invoice)
	if err != nil || !found {
		return err
	}
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := s.memberships.Hold(ctx, tx, i.Membership); err != nil {
			return err
		}
		fresh, err := lockInvoice(ctx, tx, i.ID)
		if err != nil || !fresh.tells() {
			return err
		}
		return s.inform(ctx, tx, fresh)
	})
}

// inform tells the membership, which is held, and notes when staff have been told to decide.
func (s *Service) inform(ctx context.Context, tx bun.Tx, i Invoice) error {
	told, err := s.memberships.Settled(ctx, tx, i)
	if err != nil || !told {
		return err
	}
	now := s.clock.Now()
	i.NotifiedAt = &now
	if _, err := tx.NewUpdate().Model(&invoiceRow{Invoice: i}).Column("decision_notified_at").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("note the decision about invoice %s: %w", i.Number, err)
	}
	return nil
}

func unknownInvoice() error { return fault.NotFound(lang.M("There is no invoice with this number.")) }
