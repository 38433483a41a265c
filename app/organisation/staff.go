package organisation

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
)

// AddMember stores somebody whom staff add to an organisation, or an invitation that nobody is told of.
func (s *Service) AddMember(ctx context.Context, tx bun.Tx, by access.Holder, r *Record) error {
	if err := by.Must("organisations.add_organisationmember"); err != nil {
		return err
	}
	if _, err := Lock(ctx, tx, r.OrganisationID); err != nil { // nobody slips in while it is closed
		return err
	}
	r.CreatedAt = s.clock.Now()
	if r.Created != nil {
		r.CreatedAt = *r.Created
	}
	if err := r.know(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.NewInsert().Model(r).Returning("id, uuid, invite_token").Exec(ctx); err != nil {
		return fmt.Errorf("insert a member of organisation %d: %w", r.OrganisationID, err)
	}
	return nil
}

// ChangeMember stores what staff changed. The caller holds the organisation that the row belonged to, and the one that it
// belongs to from now on.
func (s *Service) ChangeMember(ctx context.Context, tx bun.Tx, by access.Holder, before, after *Record) error {
	if err := by.Must("organisations.change_organisationmember"); err != nil {
		return err
	}
	after.CreatedAt = *after.Created
	if err := after.know(ctx, tx); err != nil {
		return err
	}
	return keepAdmin(ctx, tx, before.Member, func() error {
		_, err := tx.NewUpdate().Model(after).WherePK().Column("user_id", "organisation_id", "invite_email", "role", "created_datetime",
			"accepted_datetime", "declined_datetime", "revoked_datetime", "last_sent_datetime").Exec(ctx)
		if err != nil {
			return fmt.Errorf("update member %d: %w", after.ID, err)
		}
		return nil
	})
}

// DropMember deletes the row of somebody. The caller holds the organisation.
func (s *Service) DropMember(ctx context.Context, tx bun.Tx, by access.Holder, r *Record) error {
	if err := by.Must("organisations.delete_organisationmember"); err != nil {
		return err
	}
	return keepAdmin(ctx, tx, r.Member, func() error { return deleteMember(ctx, tx, r.Member) })
}

// know looks up whom a record is about, so that it can be named.
func (r *Record) know(ctx context.Context, tx bun.Tx) error {
	o, err := ByID(ctx, tx, r.OrganisationID)
	if err != nil {
		return err
	}
	r.Org, r.Who = &o, nil
	if r.UserID == 0 {
		return nil
	}
	owners, err := account.Owners(ctx, tx, []int64{r.UserID})
	if who, found := owners[r.UserID]; found {
		r.Who, r.Person = &who, who.Person
	}
	return err
}

// keepAdmin refuses a change of somebody's row that leaves their organisation without an administrator.
func keepAdmin(ctx context.Context, tx bun.Tx, m Member, change func() error) error {
	before, err := anotherAdmin(ctx, tx, m.OrganisationID, 0)
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	after, err := anotherAdmin(ctx, tx, m.OrganisationID, 0)
	if err != nil || after || !before {
		return err
	}
	o, err := ByID(ctx, tx, m.OrganisationID)
	if err != nil {
		return err
	}
	return lastAdmin(o)
}

// Broken translates the rules of the schema about members.
func Broken(constraint string) (key string, text lang.Message) {
	if constraint == "unique_active_org_member" {
		return "user", lang.M("This person belongs to the organisation already, or is invited to it.")
	}
	return "", lang.Message{}
}

// Activate is the act of staff that opens an organisation again. What was cancelled and revoked stays so.
func (s *Service) Activate(ctx context.Context, tx bun.Tx, by access.Holder, o *Organisation) error {
	if err := by.Must("organisations.change_organisation"); err != nil {
		return err
	}
	done, err := tx.NewUpdate().Model(o).Set("is_active = true").WherePK().Where("NOT is_active").Exec(ctx)
	if err != nil {
		return fmt.Errorf("activate organisation %d: %w", o.ID, err)
	}
	if n, err := done.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return fault.Conflict(lang.M("it is active already"))
}

// DeactivateFor is the act of staff that closes an organisation, whoever belongs to it.
func (s *Service) DeactivateFor(ctx context.Context, tx bun.Tx, by access.Holder, o *Organisation) error {
	if err := by.Must("organisations.change_organisation"); err != nil {
		return err
	}
	held, err := Lock(ctx, tx, o.ID)
	if err != nil {
		return err
	}
	changed, err := s.deactivate(ctx, tx, by, held)
	if err == nil && !changed {
		err = fault.Conflict(lang.M("it is inactive already"))
	}
	return err
}

// Drop deletes an organisation with its people and its memberships; what was billed to it refuses that by its foreign key.
func (s *Service) Drop(ctx context.Context, tx bun.Tx, by access.Holder, o *Organisation) error {
	if err := by.Must("organisations.delete_organisation"); err != nil {
		return err
	}
	if err := s.memberships.Discard(ctx, tx, o.ID); err != nil {
		return err
	}
	if _, err := tx.NewDelete().Model(o).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("delete organisation %d: %w", o.ID, err)
	}
	return nil
}
