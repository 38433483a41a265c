package membership

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/database"
	"ams/app/fault"
	"ams/app/lang"
)

// CreateOption stores an option that staff describe.
func (s *Service) CreateOption(ctx context.Context, tx bun.Tx, by access.Holder, o *Option) error {
	if err := by.Must("memberships.add_membershipoption"); err != nil {
		return err
	}
	*o = o.tidy()
	if p := o.check(); p.Any() {
		return fault.Invalid(p)
	}
	row := &optionRow{Option: *o}
	if _, err := tx.NewInsert().Model(row).Returning("id").Exec(ctx); err != nil {
		return optionTaken(err)
	}
	o.ID = row.ID
	return nil
}

// UpdateOption changes what may change of an option. Purchases made before keep what they were made with.
func (s *Service) UpdateOption(ctx context.Context, tx bun.Tx, by access.Holder, before, after *Option) error {
	if err := by.Must("memberships.change_membershipoption"); err != nil {
		return err
	}
	*after = after.tidy()
	if p := after.checkChange(*before); p.Any() {
		return fault.Invalid(p)
	}
	if _, err := tx.NewUpdate().Model(&optionRow{Option: *after}).WherePK().Exec(ctx); err != nil {
		return optionTaken(err)
	}
	return nil
}

// DeleteOption refuses an option that somebody has or had.
func (s *Service) DeleteOption(ctx context.Context, tx bun.Tx, by access.Holder, o *Option) error {
	if err := by.Must("memberships.delete_membershipoption"); err != nil {
		return err
	}
	_, err := tx.NewDelete().Model(&optionRow{Option: *o}).WherePK().Exec(ctx)
	switch database.Constraint(err) {
	case "individual_memberships_option", "organisation_memberships_option", "purchases_option":
		return fault.Conflict(lang.M("There are memberships of %s, so it cannot be deleted. Archive it instead: then nobody can choose it.", o.Name))
	}
	if err != nil {
		return fmt.Errorf("delete membership option %d: %w", o.ID, err)
	}
	return nil
}

func optionTaken(err error) error {
	if database.Constraint(err) != "membership_options_name_unique" {
		return fmt.Errorf("store membership option: %w", err)
	}
	var p fault.Fields
	p.Add("name_en", lang.M("There is an option of this type with this name already."))
	return fault.Invalid(p)
}

func optionBy(ctx context.Context, db bun.IDB, where string, args ...any) (Option, error) {
	var row optionRow
	err := db.NewSelect().Model(&row).Where(where, args...).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Option{}, fault.NotFound(lang.M("There is no such membership option."))
	}
	if err != nil {
		return Option{}, fmt.Errorf("find membership option: %w", err)
	}
	return row.Option, nil
}
