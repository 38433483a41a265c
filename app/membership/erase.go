package membership

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/uptrace/bun"

	"ams/app/lang"
)

// CancelOf cancels the memberships of a person that are not yet over, all with the same reason. Nobody is told: it
// belongs to something bigger that tells by itself.
func (s *Service) CancelOf(ctx context.Context, tx bun.Tx, person int64, reason lang.Message) error {
	var rows []individualRow
	err := s.notOver(tx.NewSelect().Model(&rows), person).Order("m.id").For("NO KEY UPDATE OF ?TableAlias").Scan(ctx)
	if err != nil {
		return fmt.Errorf("lock the memberships of person %d: %w", person, err)
	}
	now := s.clock.Now()
	for _, r := range rows {
		r.CancelledAt, r.CancelledReason = &now, s.cfg.Texts(lang.Default).Say(reason)
		if _, err := tx.NewUpdate().Model(&r).Column("cancelled_datetime", "cancelled_reason").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("cancel membership %d: %w", r.ID, err)
		}
		slog.InfoContext(ctx, "membership cancelled", "membership", r.ID)
		if err := s.bills.Stop(ctx, tx, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// Running is how many memberships of a person CancelOf would cancel.
func (s *Service) Running(ctx context.Context, db bun.IDB, person int64) (int, error) {
	n, err := s.notOver(db.NewSelect().Model((*individualRow)(nil)), person).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count the memberships of person %d: %w", person, err)
	}
	return int(n), nil
}

func (s *Service) notOver(q *bun.SelectQuery, person int64) *bun.SelectQuery {
	return q.Where("m.user_id = ? AND m.cancelled_datetime IS NULL AND m.expiry_date > ?", person, s.today())
}
