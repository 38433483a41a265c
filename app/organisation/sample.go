package organisation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ams/app/account"
)

// Sample are the people of the sample organisations.
type Sample struct {
	Founder account.Person // of the first organisation
	Member  account.Person // of the first one, and invited to the second
	Other   account.Person // founded the second one, and is invited to the first
}

// Samples makes two organisations with people and invitations, and gives them. Those that are there already stay as they
// are. Nobody is told.
func (s *Service) Samples(ctx context.Context, p Sample) (school, club Organisation, err error) {
	now := s.clock.Now()
	ago := func(days int) *time.Time { at := now.AddDate(0, 0, -days); return &at }
	school = Organisation{
		Name: "Te Kura o Ōtepoti", ContactName: "Hine Tāwhai", Email: "office@kura.example.com", Telephone: "03 555 0123",
		StreetAddress: "12 Rātā Street", City: "Ōtepoti", PostalAddress: "PO Box 123", PostalCity: "Ōtepoti", PostalCode: "9054", Active: true,
	}
	club = Organisation{
		Name: "Taupō Coding Club", ContactName: p.Other.Name(), Email: "club@example.com", Telephone: "07 555 0123",
		PostalAddress: "7 Lake Terrace", PostalCity: "Taupō", PostalCode: "3330", Active: true,
	}
	for _, o := range []struct {
		org    *Organisation
		people []Member
	}{
		{&school, []Member{
			{UserID: p.Founder.ID, Role: RoleAdmin, CreatedAt: *ago(400), AcceptedAt: ago(400)},
			{UserID: p.Member.ID, InviteEmail: p.Member.Email, Role: RoleMember, CreatedAt: *ago(380), AcceptedAt: ago(375)},
			{UserID: p.Other.ID, InviteEmail: p.Other.Email, Role: RoleMember, CreatedAt: *ago(10), LastSentAt: ago(3)},
			{InviteEmail: "invited@example.com", Role: RoleMember, CreatedAt: *ago(2)},
		}},
		{&club, []Member{
			{UserID: p.Other.ID, Role: RoleAdmin, CreatedAt: *ago(90), AcceptedAt: ago(90)},
			{UserID: p.Member.ID, InviteEmail: p.Member.Email, Role: RoleMember, CreatedAt: *ago(1)},
		}},
	} {
		if err := s.sample(ctx, o.org, o.people); err != nil {
			return school, club, fmt.Errorf("sample organisation %s: %w", o.org.Name, err)
		}
	}
	return school, club, nil
}

func (s *Service) sample(ctx context.Context, o *Organisation, people []Member) error {
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		err := tx.NewSelect().Model(o).Where("o.name = ?", o.Name).Order("o.id").Limit(1).Scan(ctx)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if _, err := tx.NewInsert().Model(o).Returning("id").Exec(ctx); err != nil {
			return fmt.Errorf("insert organisation: %w", err)
		}
		for i := range people {
			people[i].OrganisationID = o.ID
		}
		if _, err := tx.NewInsert().Model(&people).Exec(ctx); err != nil {
			return fmt.Errorf("insert its people: %w", err)
		}
		return nil
	})
}
