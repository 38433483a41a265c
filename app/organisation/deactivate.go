package organisation

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
)

// MayDeactivate says what Deactivate would say, and changes nothing.
func (s *Service) MayDeactivate(ctx context.Context, by account.Person, o Organisation) error {
	if err := must(ctx, s.db, by, o.ID); err != nil {
		return err
	}
	return alone(ctx, s.db, by, o)
}

// Deactivate closes an organisation for the only person who belongs to it; changed is false where it is closed already.
func (s *Service) Deactivate(ctx context.Context, by account.Person, o Organisation) (changed bool, err error) {
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if o, err = Lock(ctx, tx, o.ID); err != nil {
			return err
		}
		if err := must(ctx, tx, by, o.ID); err != nil {
			return err
		}
		if err := alone(ctx, tx, by, o); err != nil {
			return err
		}
		changed, err = s.deactivate(ctx, tx, access.Holder{ID: by.ID, Name: cmp.Or(by.Name(), by.Username)}, o)
		return err
	})
	return changed, err
}

// alone refuses whoever is not the only one with a current row.
func alone(ctx context.Context, db bun.IDB, by account.Person, o Organisation) error {
	var rows []Member
	err := db.NewSelect().Model(&rows).Where("om.organisation_id = ?", o.ID).Where(isCurrent).Limit(2).Scan(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("look for the people of organisation %d: %w", o.ID, err)
	case len(rows) != 1:
		return fault.Conflict(lang.M("Several people belong to %s or are invited to it. Remove the others first.", o.Name))
	case rows[0].UserID != by.ID:
		return fault.Conflict(lang.M("You do not belong to %s yourself, so you cannot deactivate it here.", o.Name))
	}
	return nil
}

// deactivate is the one way in which an organisation is closed (spec §2.1). The caller holds it. What it bought and has
// not expired is cancelled, invitations are revoked; its people stay. One that is closed already stays as it is.
func (s *Service) deactivate(ctx context.Context, tx bun.Tx, by access.Holder, o Organisation) (changed bool, err error) {
	done, err := tx.NewUpdate().Model(&o).Set("is_active = false").WherePK().Where("is_active").Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("deactivate organisation %d: %w", o.ID, err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	if err := s.memberships.CancelAll(ctx, tx, by, o); err != nil {
		return false, err
	}
	_, err = tx.NewUpdate().Model((*Member)(nil)).Set("revoked_datetime = ?", s.clock.Now()).
		Where("om.organisation_id = ?", o.ID).Where(isPending).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("revoke the invitations of organisation %d: %w", o.ID, err)
	}
	slog.InfoContext(ctx, "organisation deactivated", "organisation", o.ID)
	return true, nil
}
