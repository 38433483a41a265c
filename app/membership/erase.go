package membership

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/billing"
	"ams/app/lang"
	"ams/app/organisation"
)

// The reasons of cancellations that nobody gave one for. What is stored is the text in English, as if staff had written it;
// who reads it elsewhere than in the form gets it in their language.
const (
	ReasonClosed = "The organisation was closed."
	ReasonErased = "The person was erased."
)

// reason is why the membership was cancelled, for people.
func (m Term) reason() any {
	switch m.CancelledReason {
	case ReasonClosed:
		return lang.M(ReasonClosed)
	case ReasonErased:
		return lang.M(ReasonErased)
	}
	return m.CancelledReason
}

// CancelOf cancels the memberships of a person or an organisation that are not yet over, all with the same reason. Nobody
// is told: it belongs to something bigger that tells by itself. History calls the owner by this name. The caller holds the
// owner.
func (s *Service) CancelOf(ctx context.Context, tx bun.Tx, by access.Holder, of Owner, name, reason string) error {
	var rows []row
	err := s.notOver(tx, &rows, of).Relation("Option").Order("m.id").For("NO KEY UPDATE OF ?TableAlias").Scan(ctx)
	if err != nil {
		return fmt.Errorf("lock the memberships of %v: %w", of, err)
	}
	now := s.clock.Now()
	for _, r := range rows {
		r.CancelledAt, r.CancelledReason = &now, reason
		if err := update(ctx, tx, of.Type, r.Term, "cancelled_datetime", "cancelled_reason"); err != nil {
			return err
		}
		if err := s.history(ctx, tx, by, "memberships."+of.Type.model(), r.ID, name+", "+r.Option.Name.EN, "cancel"); err != nil {
			return err
		}
		if err := s.stop(ctx, tx, of.Type.ref(r.ID)); err != nil {
			return err
		}
	}
	return nil
}

// CancelAll is CancelOf for an organisation that is closed.
func (s *Service) CancelAll(ctx context.Context, tx bun.Tx, by access.Holder, o organisation.Organisation) error {
	return s.CancelOf(ctx, tx, by, OfOrganisation(o.ID), o.Name, ReasonClosed)
}

// Running is how many memberships CancelOf would cancel.
func (s *Service) Running(ctx context.Context, db bun.IDB, of Owner) (int, error) {
	n, err := s.notOver(db, (*row)(nil), of).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count the memberships of %v: %w", of, err)
	}
	return int(n), nil
}

func (s *Service) notOver(db bun.IDB, into any, of Owner) *bun.SelectQuery {
	return from(db, of.Type, into).Where("m.? = ?", bun.Ident(of.Type.owner()), of.ID).
		Where("m.cancelled_datetime IS NULL AND m.expiry_date > ?", s.today())
}

// stop follows every cancellation: invoices on their way are stopped.
func (s *Service) stop(ctx context.Context, tx bun.Tx, m billing.Ref) error {
	slog.InfoContext(ctx, "membership cancelled", "membership", m.String())
	return s.bills.Stop(ctx, tx, m)
}
