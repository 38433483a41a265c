package billing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ams/app/access"
	"ams/app/clock"
	"ams/app/fault"
	"ams/app/lang"
	"ams/jobs"
)

// changePurchase is the permission for what staff do about the invoices of purchases.
const changePurchase = "billing.change_purchase"

// Wants tells whether an invoice can be raised (again): there is a price and neither an invoice nor one on its way.
func (e Entry) Wants() bool {
	p := e.Purchase
	return p.ID != 0 && e.Invoice.ID == 0 && p.Total.Positive() && p.State != stateWaiting && p.State != stateRaised
}

// Failed tells whether the invoice could not be raised, so that staff may do without it.
func (e Entry) Failed() bool { return e.Purchase.State == stateFailed && e.Invoice.ID == 0 }

// MayHide tells whether the provider may hold an invoice of a purchase that has none here.
func (p Purchase) MayHide() bool { return p.SentAt != nil }

// Redated is a purchase with the dates of an invoice that is raised today: where the due date has passed it is issued
// today, with as many days to pay as were fixed when it was bought.
func (p Purchase) Redated(today clock.Date) Purchase {
	if p.DueDate.Before(today) {
		days := p.IssueDate.DaysUntil(p.DueDate)
		p.IssueDate, p.DueDate = today, today.AddDays(days)
	}
	return p
}

// RaiseAgain is the act of staff that wants the invoice of a purchase once more, or at last.
func (s *Service) RaiseAgain(ctx context.Context, tx bun.Tx, by access.Holder, purchase int64) error {
	e, m, err := s.atDesk(ctx, tx, by, purchase)
	if err != nil {
		return err
	}
	switch {
	case !s.On():
		return fault.Conflict(lang.M("billing is switched off"))
	case m.Cancelled:
		return fault.Conflict(lang.M("the membership is cancelled"))
	case e.Purchase.Waits():
		return fault.Conflict(lang.M("its invoice is on its way already"))
	case e.Invoice.ID != 0 || e.Purchase.State == stateRaised:
		return fault.Conflict(lang.M("it has an invoice already"))
	case !e.Wants():
		return fault.Conflict(lang.M("there is nothing to invoice"))
	case m.Hopeless && e.Purchase.Kind.Begins():
		return fault.Conflict(lang.M("the membership is over and was never approved"))
	}
	p := e.Purchase.Redated(s.today())
	was := p.State
	if p.AccountID == 0 { // billing was off when it was bought
		p.AccountID, err = accountOf(ctx, tx, Order{Buyer: m.Person, Organisation: m.Organisation})
		if err != nil {
			return err
		}
	}
	p.State, p.Attempts, p.FailureCode, p.FailureText = stateWaiting, 0, "", ""
	p.Series++
	p.FirstAttemptAt, p.NextAttemptAt, p.AlertedAt, p.FailedAt, p.ReportedAt = nil, nil, nil, nil, nil
	err = change(ctx, tx, p, was, "invoice_state", "account_id", "issue_date", "due_date", "series", "attempts", "first_attempt_at",
		"next_attempt_at", "alerted_at", "failure_code", "failure_text", "failed_at", "reported_at")
	if err != nil {
		return err
	}
	slog.InfoContext(ctx, "invoice wanted again", "purchase", p.UUID, "series", p.Series)
	if err := jobs.Resolve(ctx, tx, RaiseInvoice{Purchase: p.ID}, true); err != nil {
		return err
	}
	return s.queue.Add(ctx, tx, RaiseInvoice{Purchase: p.ID})
}

// DoWithout is the act of staff that ends a purchase whose invoice failed. Why, the history keeps.
func (s *Service) DoWithout(ctx context.Context, tx bun.Tx, by access.Holder, purchase int64, reason string) error {
	e, _, err := s.atDesk(ctx, tx, by, purchase)
	switch {
	case err != nil:
		return err
	case reason == "":
		return fault.Conflict(lang.M("give a reason"))
	case !e.Failed():
		return fault.Conflict(lang.M("no invoice of it has failed"))
	}
	p := e.Purchase
	p.State = stateCancelled
	slog.InfoContext(ctx, "no invoice: staff do without", "purchase", p.UUID)
	if err := change(ctx, tx, p, stateFailed, "invoice_state"); err != nil {
		return err
	}
	return jobs.Resolve(ctx, tx, RaiseInvoice{Purchase: p.ID}, false)
}

// atDesk holds a purchase and tells how it and its membership stand. Whoever records an invoice holds the membership and
// then writes the purchase; so nothing here waits for a membership. One that is cancelled at the same moment is met by the
// job, which raises nothing then.
func (s *Service) atDesk(ctx context.Context, tx bun.Tx, by access.Holder, purchase int64) (e Entry, m Standing, err error) {
	if err := by.Must(changePurchase); err != nil {
		return e, m, err
	}
	var row purchaseRow
	if err := tx.NewSelect().Model(&row).Where("p.id = ?", purchase).For("NO KEY UPDATE OF ?TableAlias").Scan(ctx); err != nil {
		return e, m, fmt.Errorf("lock purchase %d: %w", purchase, err)
	}
	e.Purchase = row.Purchase
	if e.Invoice, _, err = invoiceBy(ctx, tx, "i.purchase_id = ?", purchase); err != nil {
		return e, m, err
	}
	m, err = s.memberships.Standing(ctx, tx, e.Purchase.Membership)
	return e, m, err
}

// Voidable tells whether an invoice can be voided at the provider: it is unpaid, and nobody has paid a part of it.
func (i Invoice) Voidable() bool {
	return i.ID != 0 && i.State() == Awaiting && i.ProviderID != "" && !i.received().Positive()
}

// Unpaid are the invoices of memberships that wait for a payment, by membership.
func (s *Service) Unpaid(ctx context.Context, db bun.IDB, memberships ...Ref) (map[Ref][]Invoice, error) {
	entries, err := s.Entries(ctx, db, memberships...)
	unpaid := map[Ref][]Invoice{}
	for m, all := range entries {
		for _, e := range all {
			if e.Invoice.ID != 0 && e.Invoice.State() == Awaiting {
				unpaid[m] = append(unpaid[m], e.Invoice)
			}
		}
	}
	return unpaid, err
}

// VoidUnpaid has the invoices of a membership that nobody has paid voided. The caller holds the membership.
func (s *Service) VoidUnpaid(ctx context.Context, tx bun.Tx, membership Ref) error {
	unpaid, err := s.Unpaid(ctx, tx, membership)
	if err != nil {
		return err
	}
	for _, i := range unpaid[membership] {
		if !i.Voidable() {
			continue
		}
		if !s.On() {
			return fault.Conflict(lang.M("billing is switched off, so that no invoice can be voided"))
		}
		if err := s.queue.Add(ctx, tx, VoidInvoice{ID: i.ProviderID}); err != nil {
			return err
		}
	}
	return nil
}

// RaiseAgainFor is RaiseAgain for everything that was bought for a membership and has no invoice. The caller holds the
// membership.
func (s *Service) RaiseAgainFor(ctx context.Context, tx bun.Tx, by access.Holder, m Ref) error {
	return s.each(ctx, tx, m, Entry.Wants, lang.M("there is nothing to invoice"), func(purchase int64) error {
		return s.RaiseAgain(ctx, tx, by, purchase)
	})
}

// DoWithoutFor is DoWithout for everything that was bought for a membership and whose invoice failed.
func (s *Service) DoWithoutFor(ctx context.Context, tx bun.Tx, by access.Holder, m Ref, reason string) error {
	return s.each(ctx, tx, m, Entry.Failed, lang.M("no invoice of it has failed"), func(purchase int64) error {
		return s.DoWithout(ctx, tx, by, purchase, reason)
	})
}

// each does something to what was bought for a membership where it applies. Where nothing could be done it says why.
func (s *Service) each(ctx context.Context, tx bun.Tx, m Ref, applies func(Entry) bool, none lang.Message, do func(purchase int64) error) error {
	entries, err := s.Entries(ctx, tx, m)
	if err != nil {
		return err
	}
	reason, done := fault.Conflict(none), 0
	for _, e := range entries[m] {
		if !applies(e) {
			continue
		}
		err := do(e.Purchase.ID)
		if _, expected := errors.AsType[*fault.Error](err); expected {
			reason = err
			continue
		}
		if err != nil {
			return err
		}
		done++
	}
	if done == 0 {
		return reason
	}
	return nil
}

// Discardable are the rows of purchases that go with their membership: there is no invoice, and none is wanted.
const Discardable = `invoice_state IN ('NONE', 'CANCELLED') AND NOT EXISTS (SELECT FROM invoices WHERE invoices.purchase_id = purchases.id)`

// Discard deletes what was bought for memberships that are to be deleted, as far as no money hangs on it. What remains
// refuses the delete by its foreign key.
func (s *Service) Discard(ctx context.Context, tx bun.Tx, memberships ...Ref) error {
	people, organisations := ids(memberships)
	const discard = `DELETE FROM purchases WHERE ` + Discardable + `
		AND (individual_membership_id = ANY(?) OR organisation_membership_id = ANY(?))`
	if _, err := tx.NewRaw(discard, pgdialect.Array(people), pgdialect.Array(organisations)).Exec(ctx); err != nil {
		return fmt.Errorf("discard the purchases of %v: %w", memberships, err)
	}
	return nil
}
