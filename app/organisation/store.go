package organisation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
)

func unknown() error { return fault.NotFound(lang.M("There is no such organisation.")) }

// ByID finds an organisation, closed ones as well.
func ByID(ctx context.Context, db bun.IDB, id int64) (Organisation, error) {
	return organisation(ctx, db.NewSelect().Where("o.id = ?", id))
}

// ByUUID finds the organisation of an address.
func (s *Service) ByUUID(ctx context.Context, id string) (Organisation, error) {
	if parsed, err := uuid.Parse(id); err != nil || parsed.String() != id {
		return Organisation{}, unknown()
	}
	return organisation(ctx, s.db.NewSelect().Where("o.uuid = ?", id))
}

// Lock holds an organisation until the transaction ends, and gives it as it stands: what changes its people or what it
// bought happens one after another. Rows that refer to it can still be inserted meanwhile.
func Lock(ctx context.Context, tx bun.Tx, id int64) (Organisation, error) {
	return organisation(ctx, tx.NewSelect().Where("o.id = ?", id).For("NO KEY UPDATE OF ?TableAlias"))
}

func organisation(ctx context.Context, q *bun.SelectQuery) (o Organisation, err error) {
	err = q.Model(&o).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return o, unknown()
	}
	if err != nil {
		return o, fmt.Errorf("find organisation: %w", err)
	}
	return o, nil
}

// Manages tells whether somebody may look after an organisation: its administrators whose accounts are active, and staff.
func Manages(ctx context.Context, db bun.IDB, p account.Person, id int64) (bool, error) {
	if !p.SignedIn() || p.Staff || p.Superuser {
		return p.SignedIn(), nil
	}
	found, err := db.NewSelect().Model((*Member)(nil)).Where("om.organisation_id = ? AND om.user_id = ?", id, p.ID).Where(isAdmin).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("look for administrators of organisation %d: %w", id, err)
	}
	return found, nil
}

// Managed is the organisation of an address for those who look after it. An unknown one is not found before it is asked
// who may see it.
func (s *Service) Managed(ctx context.Context, by account.Person, id string) (Organisation, error) {
	o, err := s.ByUUID(ctx, id)
	if err != nil {
		return o, err
	}
	return o, must(ctx, s.db, by, o.ID)
}

// must refuses who does not look after the organisation.
func must(ctx context.Context, db bun.IDB, by account.Person, id int64) error {
	may, err := Manages(ctx, db, by, id)
	if err == nil && !may {
		err = fault.Forbidden(lang.M("Only the administrators of this organisation can do this."))
	}
	return err
}

// most bounds what a page shows of an organisation's people.
const most = 1000

// People are the current rows of an organisation: invitations first, then who joined last.
func (s *Service) People(ctx context.Context, o Organisation) ([]Member, error) {
	var rows []Member
	err := s.db.NewSelect().Model(&rows).Where("om.organisation_id = ?", o.ID).Where(isCurrent).
		OrderExpr("om.accepted_datetime DESC NULLS FIRST, om.id DESC").Limit(most).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the people of organisation %d: %w", o.ID, err)
	}
	return rows, withPeople(ctx, s.db, rows)
}

// withPeople adds whose the rows are.
func withPeople(ctx context.Context, db bun.IDB, rows []Member) error {
	var ids []int64
	for _, r := range rows {
		if r.UserID != 0 {
			ids = append(ids, r.UserID)
		}
	}
	people, err := account.ByIDs(ctx, db, ids)
	for i := range rows {
		rows[i].Person = people[rows[i].UserID]
	}
	return err
}
