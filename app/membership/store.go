package membership

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/billing"
	"ams/app/clock"
	"ams/app/fault"
	"ams/app/lang"
)

// most bounds lists that one person or page asks for.
const most = 200

func optionsOnSale(ctx context.Context, db bun.IDB, t Type) ([]Option, error) {
	var rows []optionRow
	err := db.NewSelect().Model(&rows).Where("o.type = ? AND NOT o.archived", t).
		Order("o.order", "o.cost", "o.id").Limit(most).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list membership options: %w", err)
	}
	options := make([]Option, len(rows))
	for i, r := range rows {
		options[i] = r.Option
	}
	return options, nil
}

// periodsOf are the periods that a person's memberships take, cancelled ones excluded.
func periodsOf(ctx context.Context, db bun.IDB, person int64) ([]Period, error) {
	var rows []individualRow
	err := db.NewSelect().Model(&rows).Column("start_date", "expiry_date").
		Where("m.user_id = ? AND m.cancelled_datetime IS NULL", person).Order("m.start_date").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list periods of person %d: %w", person, err)
	}
	periods := make([]Period, len(rows))
	for i, r := range rows {
		periods[i] = Period{Start: r.Start, End: r.Expiry}
	}
	return periods, nil
}

func insertIndividual(ctx context.Context, tx bun.Tx, m *Individual) error {
	row := &individualRow{Individual: *m}
	if _, err := tx.NewInsert().Model(row).Returning("id").Exec(ctx); err != nil {
		return fmt.Errorf("insert membership: %w", err)
	}
	m.ID = row.ID
	return nil
}

func individualByID(ctx context.Context, db bun.IDB, id int64) (Individual, error) {
	return individual(ctx, db.NewSelect().Where("m.id = ?", id))
}

// lockIndividual holds a membership until the transaction ends.
func lockIndividual(ctx context.Context, tx bun.Tx, id int64) (Individual, error) {
	return individual(ctx, tx.NewSelect().Where("m.id = ?", id).For("NO KEY UPDATE OF ?TableAlias"))
}

func individual(ctx context.Context, q *bun.SelectQuery) (Individual, error) {
	var row individualRow
	err := q.Model(&row).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Individual{}, fault.NotFound(lang.M("There is no such membership."))
	}
	if err != nil {
		return Individual{}, fmt.Errorf("find membership: %w", err)
	}
	return row.Individual, nil
}

type heldRow struct {
	bun.BaseModel `bun:"table:individual_memberships,alias:m"`
	Individual
	Option *optionRow `bun:"rel:belongs-to,join:membership_option_id=id"`
}

// ForPerson gives the memberships of a person with everything that was bought for them, the newest start first.
func (s *Service) ForPerson(ctx context.Context, person int64) ([]Held, error) {
	return s.held(ctx, s.db, s.db.NewSelect().Where("m.user_id = ?", person))
}

// byID gives one membership like ForPerson.
func (s *Service) byID(ctx context.Context, db bun.IDB, id int64) (Held, error) {
	all, err := s.held(ctx, db, db.NewSelect().Where("m.id = ?", id))
	if err != nil {
		return Held{}, err
	}
	if len(all) == 0 {
		return Held{}, fault.NotFound(lang.M("There is no such membership."))
	}
	return all[0], nil
}

func (s *Service) held(ctx context.Context, db bun.IDB, q *bun.SelectQuery) ([]Held, error) {
	var rows []heldRow
	if err := q.Model(&rows).Relation("Option").Order("m.start_date DESC", "m.id DESC").Limit(most).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list memberships: %w", err)
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	entries, err := s.bills.Entries(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	all := make([]Held, len(rows))
	for i, r := range rows {
		all[i] = Held{Individual: r.Individual, Option: r.Option.Option, Entries: entries[r.ID]}
	}
	return all, nil
}

// OfPurchase gives the owner of the membership that a purchase was made for, to the owner and to staff. An unknown
// purchase is not found before it is asked who may see it.
func (s *Service) OfPurchase(ctx context.Context, viewer account.Person, purchase string) (account.Person, error) {
	id, found, err := s.bills.MembershipOf(ctx, purchase)
	if err != nil {
		return account.Person{}, err
	}
	if !found {
		return account.Person{}, fault.NotFound(lang.M("There is no such purchase."))
	}
	m, err := individualByID(ctx, s.db, id)
	if err != nil {
		return account.Person{}, err
	}
	owner, err := account.ByID(ctx, s.db, m.UserID)
	if err != nil {
		return account.Person{}, err
	}
	if !viewer.MaySee(owner) {
		return account.Person{}, fault.Forbidden(lang.M("This purchase belongs to somebody else."))
	}
	return owner, nil
}

// IsMember tells whether everything for members is open to somebody: superusers always, others by an active membership.
func (s *Service) IsMember(ctx context.Context, p account.Person) (bool, error) {
	if !p.SignedIn() || p.Superuser {
		return p.Superuser, nil
	}
	found, err := activeOn(s.db.NewSelect().Model((*individualRow)(nil)), s.today()).Where("m.user_id = ?", p.ID).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("look for an active membership: %w", err)
	}
	return found, nil
}

// activeOn narrows memberships to those that are active on a day.
func activeOn(q *bun.SelectQuery, day clock.Date) *bun.SelectQuery {
	return q.Where("m.approved_datetime IS NOT NULL AND m.cancelled_datetime IS NULL").
		Where("m.start_date <= ?0 AND m.expiry_date > ?0", day)
}

// standing answers billing.
func (s *Service) standing(ctx context.Context, id int64) (billing.Standing, error) {
	m, err := individualByID(ctx, s.db, id)
	return s.forBilling(m), err
}

// hold answers billing and holds the membership until the transaction ends.
func (s *Service) hold(ctx context.Context, tx bun.Tx, id int64) (billing.Standing, error) {
	m, err := lockIndividual(ctx, tx, id)
	return s.forBilling(m), err
}

func (s *Service) forBilling(m Individual) billing.Standing {
	return billing.Standing{Cancelled: m.CancelledAt != nil, Hopeless: !m.Approved() && m.Status(s.today()) == Expired}
}
