package membership

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/billing"
	"ams/app/fault"
	"ams/app/lang"
)

// What staff do with memberships of either kind beside changing their dates.

// longestReason is how many characters a cancellation's reason has at most.
const longestReason = 255

// Cancel is the act of staff that ends a membership of a person for a reason, and with voids has invoices that nobody has
// paid ended as well.
func (s *Service) Cancel(ctx context.Context, tx bun.Tx, by access.Holder, r *Record, reason string, voids bool) error {
	return s.cancelByHand(ctx, tx, by, r.held(), reason, voids)
}

// CancelOrganisation is Cancel for a membership of an organisation.
func (s *Service) CancelOrganisation(ctx context.Context, tx bun.Tx, by access.Holder, r *OrganisationRecord, reason string, voids bool) error {
	return s.cancelByHand(ctx, tx, by, r.held(), reason, voids)
}

func (s *Service) cancelByHand(ctx context.Context, tx bun.Tx, by access.Holder, h Held, reason string, voids bool) error {
	if err := by.Must("memberships.change_" + h.Of.Type.model()); err != nil {
		return err
	}
	m, err := lock(ctx, tx, h.Ref())
	switch n := utf8.RuneCountInString(reason); {
	case err != nil:
		return err
	case n == 0:
		return fault.Conflict(lang.M("Say why the membership is cancelled."))
	case n > longestReason:
		return fault.Conflict(lang.M("Use at most %d characters.", longestReason))
	case m.CancelledAt != nil:
		return fault.Conflict(lang.M("it is cancelled already"))
	case !m.Open(s.today()):
		return fault.Conflict(lang.M("it is over already"))
	}
	now := s.clock.Now()
	m.CancelledAt, m.CancelledReason = &now, reason
	if err := update(ctx, tx, m.Of.Type, m.Term, "cancelled_datetime", "cancelled_reason"); err != nil {
		return err
	}
	if voids {
		if err := s.bills.VoidUnpaid(ctx, tx, m.Ref()); err != nil {
			return err
		}
	}
	return s.cancelled(ctx, tx, m)
}

func refs(all []Held) []billing.Ref {
	refs := make([]billing.Ref, len(all))
	for i, h := range all {
		refs[i] = h.Ref()
	}
	return refs
}

// Discard deletes what was bought for the memberships of somebody who is to be deleted, as far as no money hangs on it. The
// caller holds the owner; the memberships go with it.
func (s *Service) Discard(ctx context.Context, tx bun.Tx, of Owner) error {
	var rows []row
	if err := from(tx, of.Type, &rows).Where("m.? = ?", bun.Ident(of.Type.owner()), of.ID).Scan(ctx); err != nil {
		return fmt.Errorf("list the memberships of %v: %w", of, err)
	}
	all := make([]Held, len(rows))
	for i, r := range rows {
		all[i] = r.held(of.Type)
	}
	return s.bills.Discard(ctx, tx, refs(all)...)
}

// DiscardAll is Discard for an organisation.
func (s *Service) DiscardAll(ctx context.Context, tx bun.Tx, organisation int64) error {
	return s.Discard(ctx, tx, OfOrganisation(organisation))
}
