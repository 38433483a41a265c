package organisation

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/fault"
)

// Create stores an organisation that somebody describes, who becomes its administrator.
func (s *Service) Create(ctx context.Context, by account.Person, o Organisation) (Organisation, error) {
	o.tidy()
	if p := o.check(); p.Any() {
		return o, fault.Invalid(p)
	}
	o.ID, o.UUID, o.Active, o.Version = 0, "", true, 0
	err := s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := account.Lock(ctx, tx, by.ID); err != nil { // nobody who was erased meanwhile
			return err
		}
		if _, err := tx.NewInsert().Model(&o).Returning("id, uuid").Exec(ctx); err != nil {
			return fmt.Errorf("insert organisation: %w", err)
		}
		now := s.clock.Now()
		founder := Member{UserID: by.ID, OrganisationID: o.ID, CreatedAt: now, AcceptedAt: &now, Role: RoleAdmin}
		if _, err := tx.NewInsert().Model(&founder).Exec(ctx); err != nil {
			return fmt.Errorf("insert the founder of organisation %d: %w", o.ID, err)
		}
		return s.tellStaff(ctx, tx, by, o)
	})
	return o, err
}

// Update stores what its administrators or staff change of an organisation, an inactive one as well.
func (s *Service) Update(ctx context.Context, by account.Person, o Organisation) error {
	o.tidy()
	if p := o.check(); p.Any() {
		return fault.Invalid(p)
	}
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := Lock(ctx, tx, o.ID); err != nil {
			return err
		}
		if err := must(ctx, tx, by, o.ID); err != nil {
			return err
		}
		_, err := tx.NewUpdate().Model(&o).WherePK().Column("name", "telephone", "email", "contact_name", "postal_address",
			"postal_suburb", "postal_city", "postal_code", "street_address", "suburb", "city").Exec(ctx)
		if err != nil {
			return fmt.Errorf("update organisation %d: %w", o.ID, err)
		}
		return nil
	})
}
