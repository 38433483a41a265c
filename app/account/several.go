package account

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/fault"
	"ams/app/lang"
)

// SwitchRecord opens an account to its owner or closes it; closing it ends their sessions.
func (s *Service) SwitchRecord(on bool) func(context.Context, bun.Tx, access.Holder, *Record) error {
	return func(ctx context.Context, tx bun.Tx, by access.Holder, r *Record) error {
		after := *r
		after.Active = on
		if err := by.Must("users.change_user"); err != nil {
			return err
		}
		if err := guard(ctx, tx, by, r, &after); err != nil {
			return err
		}
		if r.Active == on {
			return fault.Conflict(lang.M("Nothing was to be done here."))
		}
		if _, err := tx.NewUpdate().Model(&after).Column("is_active").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("switch user %d: %w", r.ID, err)
		}
		return s.changedEntry(ctx, tx, r, &after)
	}
}

// JoinRecord puts somebody into one more group.
func (s *Service) JoinRecord(ctx context.Context, tx bun.Tx, by access.Holder, r *Record, group int64) error {
	if err := by.Must("users.change_user"); err != nil {
		return err
	}
	if why := MayLookAfter(by, r); !why.Empty() {
		return fault.Forbidden(why)
	}
	if group == 0 {
		return fault.Conflict(lang.M("Choose a group."))
	}
	return access.JoinGroup(ctx, tx, by, r.ID, group)
}
