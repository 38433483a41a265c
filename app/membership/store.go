package membership

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/billing"
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

// row is a membership of either kind, as from reads it.
type row struct {
	bun.BaseModel `bun:"table:individual_memberships,alias:m"`
	Term
	OwnerID int64      `bun:",scanonly"`
	Owner   string     `bun:",scanonly"` // name of an organisation, where it is asked for
	Seats   int        `bun:",scanonly"`
	Taken   int        `bun:",scanonly"` // of them, likewise
	Option  *optionRow `bun:"rel:belongs-to,join:membership_option_id=id"`
}

// from reads memberships of a type into rows.
func from(db bun.IDB, t Type, into any) *bun.SelectQuery {
	q := db.NewSelect().Model(into).ModelTableExpr("? AS m", bun.Ident(t.table())).
		ColumnExpr("?TableColumns, m.? AS owner_id", bun.Ident(t.owner()))
	if t == ForOrganisations {
		q.ColumnExpr("m.seats")
	}
	return q
}

func (r row) held(t Type) Held {
	h := Held{Term: r.Term, Of: Owner{Type: t, ID: r.OwnerID}, Seats: r.Seats}
	if r.Option != nil {
		h.Option = r.Option.Option
	}
	return h
}

// periodsOf are the periods that the memberships of somebody take, the newest first, cancelled ones and the one with that id
// excluded.
func periodsOf(ctx context.Context, db bun.IDB, of Owner, without int64) ([]Period, error) {
	var rows []row
	err := from(db, of.Type, &rows).Where("m.? = ? AND m.id <> ?", bun.Ident(of.Type.owner()), of.ID, without).
		Where("m.cancelled_datetime IS NULL").Order("m.start_date DESC", "m.id DESC").Limit(mostOfOne).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list periods of %v: %w", of, err)
	}
	periods := make([]Period, len(rows))
	for i, r := range rows {
		periods[i] = r.Period()
	}
	return periods, nil
}

// insert stores a membership and gives it its id.
func insert(ctx context.Context, tx bun.Tx, m *Held) error {
	var model any
	var id *int64
	if m.Of.Type == ForOrganisations {
		r := &organisationalRow{Organisational: Organisational{Term: m.Term, OrganisationID: m.Of.ID, Seats: m.Seats}}
		model, id = r, &r.ID
	} else {
		r := &individualRow{Individual: Individual{Term: m.Term, UserID: m.Of.ID}}
		model, id = r, &r.ID
	}
	if _, err := tx.NewInsert().Model(model).Returning("id").Exec(ctx); err != nil {
		return fmt.Errorf("insert membership: %w", err)
	}
	m.ID = *id
	return nil
}

type individualRow struct {
	bun.BaseModel `bun:"table:individual_memberships,alias:m"`
	Individual
}

type organisationalRow struct {
	bun.BaseModel `bun:"table:organisation_memberships,alias:m"`
	Organisational
}

// update writes the given columns of a membership.
func update(ctx context.Context, tx bun.Tx, t Type, m Term, columns ...string) error {
	_, err := tx.NewUpdate().Model(&row{Term: m}).ModelTableExpr("? AS m", bun.Ident(t.table())).Column(columns...).WherePK().Exec(ctx)
	if err != nil {
		return fmt.Errorf("update %s: %w", t.ref(m.ID), err)
	}
	return nil
}

// byRef gives a membership with its option and without what was bought for it.
func byRef(ctx context.Context, db bun.IDB, m billing.Ref) (Held, error) {
	return one(ctx, db, m, free)
}

// lock is byRef and holds the membership until the transaction ends.
func lock(ctx context.Context, tx bun.Tx, m billing.Ref) (Held, error) {
	return one(ctx, tx, m, held)
}

// free and held say whether the rows of a query are held until the transaction ends.
func free(q *bun.SelectQuery) *bun.SelectQuery { return q }

func held(q *bun.SelectQuery) *bun.SelectQuery { return q.For("NO KEY UPDATE OF ?TableAlias") }

func one(ctx context.Context, db bun.IDB, m billing.Ref, as func(*bun.SelectQuery) *bun.SelectQuery) (Held, error) {
	t, id := typed(m)
	var r row
	err := from(db, t, &r).Relation("Option").Where("m.id = ?", id).Apply(as).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Held{}, fault.NotFound(lang.M("There is no such membership."))
	}
	if err != nil {
		return Held{}, fmt.Errorf("find %s: %w", m, err)
	}
	return r.held(t), nil
}

// whole is byRef with what was bought for the membership.
func (s *Service) whole(ctx context.Context, db bun.IDB, m billing.Ref) (Held, error) {
	h, err := byRef(ctx, db, m)
	if err != nil {
		return h, err
	}
	entries, err := s.bills.Entries(ctx, db, m)
	h.Entries = entries[m]
	return h, err
}

// ForPerson gives the memberships of a person with everything that was bought for them, the newest start first.
func (s *Service) ForPerson(ctx context.Context, person int64) ([]Held, error) {
	own, _, err := s.Of(ctx, person)
	return own, err
}

// addEntries adds to memberships what was bought for them.
func (s *Service) addEntries(ctx context.Context, db bun.IDB, all []Held) error {
	entries, err := s.bills.Entries(ctx, db, refs(all)...)
	for i := range all {
		all[i].Entries = entries[all[i].Ref()]
	}
	return err
}

// OfPurchase gives whose the membership is that a purchase was made for, to those who may see it. An unknown purchase is
// not found before it is asked who may.
func (s *Service) OfPurchase(ctx context.Context, viewer account.Person, purchase string) (billing.Payer, error) {
	m, found, err := s.bills.MembershipOf(ctx, purchase)
	if err != nil {
		return billing.Payer{}, err
	}
	if !found {
		return billing.Payer{}, fault.NotFound(lang.M("There is no such purchase."))
	}
	h, err := byRef(ctx, s.db, m)
	if err != nil {
		return billing.Payer{}, err
	}
	owner, err := payer(ctx, s.db, h.Of)
	if err != nil {
		return billing.Payer{}, err
	}
	allowed, err := s.bills.MaySee(ctx, viewer, owner)
	if err != nil {
		return billing.Payer{}, err
	}
	if !allowed {
		return billing.Payer{}, fault.Forbidden(lang.M("This purchase belongs to somebody else."))
	}
	return owner, nil
}

// standing answers billing.
func (s *Service) standing(ctx context.Context, db bun.IDB, m billing.Ref) (billing.Standing, error) {
	h, err := byRef(ctx, db, m)
	return s.forBilling(h), err
}

// hold answers billing and holds the membership until the transaction ends.
func (s *Service) hold(ctx context.Context, tx bun.Tx, m billing.Ref) (billing.Standing, error) {
	h, err := lock(ctx, tx, m)
	return s.forBilling(h), err
}

func (s *Service) forBilling(h Held) billing.Standing {
	st := billing.Standing{Cancelled: h.CancelledAt != nil, Hopeless: !h.Approved() && h.Status(s.today()) == Expired}
	if h.Of.Type == ForOrganisations {
		st.Organisation = h.Of.ID
	} else {
		st.Person = h.Of.ID
	}
	return st
}
