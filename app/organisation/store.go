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
	if !isUUID(id) {
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

// managedRow is an organisation, and whether somebody looks after it.
type managedRow struct {
	bun.BaseModel `bun:"table:organisations,alias:o"`
	Organisation
	Managed bool `bun:",scanonly"`
}

// Managed is the organisation of an address for those who look after it. An unknown one is not found before it is asked
// who may see it.
func (s *Service) Managed(ctx context.Context, by account.Person, id string) (Organisation, error) {
	if !isUUID(id) {
		return Organisation{}, unknown()
	}
	const managed = `EXISTS (SELECT FROM organisation_members om WHERE om.organisation_id = o.id AND om.user_id = ? AND ` + isAdmin + `) AS managed`
	var found managedRow
	err := s.db.NewSelect().Model(&found).ColumnExpr("?TableColumns").ColumnExpr(managed, by.ID).Where("o.uuid = ?", id).Scan(ctx)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Organisation{}, unknown()
	case err != nil:
		return Organisation{}, fmt.Errorf("find organisation: %w", err)
	case !found.Managed && !by.Staff && !by.Superuser:
		return found.Organisation, notManaged()
	}
	return found.Organisation, nil
}

// must refuses who does not look after the organisation.
func must(ctx context.Context, db bun.IDB, by account.Person, id int64) error {
	may, err := Manages(ctx, db, by, id)
	if err == nil && !may {
		err = notManaged()
	}
	return err
}

func notManaged() error {
	return fault.Forbidden(lang.M("Only the administrators of this organisation can do this."))
}

func isUUID(id string) bool {
	parsed, err := uuid.Parse(id)
	return err == nil && parsed.String() == id
}

// unknownMember says that nobody has this address in this organisation.
func unknownMember() error {
	return fault.NotFound(lang.M("There is no such member of this organisation."))
}

// ManagedMember is Managed together with somebody of the organisation, whatever became of the row.
func (s *Service) ManagedMember(ctx context.Context, by account.Person, id, member string) (Organisation, Member, error) {
	o, err := s.ByUUID(ctx, id)
	if err != nil {
		return o, Member{}, err
	}
	if !isUUID(member) {
		return o, Member{}, unknownMember()
	}
	m, err := memberBy(ctx, s.db, s.db.NewSelect().Where("om.organisation_id = ? AND om.uuid = ?", o.ID, member))
	if err != nil {
		return o, m, err
	}
	return o, m, must(ctx, s.db, by, o.ID)
}

// lockMember holds somebody's row and gives it as it stands. The caller holds the organisation.
func lockMember(ctx context.Context, tx bun.Tx, organisation, id int64) (Member, error) {
	return memberBy(ctx, tx, tx.NewSelect().Where("om.organisation_id = ? AND om.id = ?", organisation, id).For("NO KEY UPDATE OF ?TableAlias"))
}

func memberBy(ctx context.Context, db bun.IDB, q *bun.SelectQuery) (Member, error) {
	rows := make([]Member, 1)
	err := q.Model(&rows[0]).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Member{}, unknownMember()
	}
	if err != nil {
		return Member{}, fmt.Errorf("find member: %w", err)
	}
	err = withPeople(ctx, db, rows)
	return rows[0], err
}

// anotherAdmin tells whether somebody else than this row looks after the organisation.
func anotherAdmin(ctx context.Context, db bun.IDB, organisation, than int64) (bool, error) {
	found, err := db.NewSelect().Model((*Member)(nil)).Where("om.organisation_id = ? AND om.id <> ?", organisation, than).Where(isAdmin).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("look for another administrator of organisation %d: %w", organisation, err)
	}
	return found, nil
}

// Unattended names the organisations that would be without an administrator if it were not for somebody.
func Unattended(ctx context.Context, db bun.IDB, person int64) (names []string, err error) {
	const others = `NOT EXISTS (SELECT 1 FROM organisation_members x JOIN users u ON u.id = x.user_id WHERE x.organisation_id = o.id
		AND x.user_id <> ? AND x.role = 'ADMIN' AND x.accepted_datetime IS NOT NULL AND x.declined_datetime IS NULL
		AND x.revoked_datetime IS NULL AND u.is_active)`
	err = db.NewSelect().Model((*Member)(nil)).ColumnExpr("o.name").Join("JOIN organisations AS o ON o.id = om.organisation_id").
		Where("om.user_id = ?", person).Where(isAdmin).Where(others, person).Order("o.name").Limit(most).Scan(ctx, &names)
	if err != nil {
		return nil, fmt.Errorf("list the organisations that only person %d looks after: %w", person, err)
	}
	return names, nil
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
