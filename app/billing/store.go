package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ams/app/clock"
	"ams/app/database"
	"ams/app/fault"
	"ams/app/lang"
)

type purchaseRow struct {
	bun.BaseModel `bun:"table:purchases,alias:p"`
	Purchase
}

type invoiceRow struct {
	bun.BaseModel `bun:"table:invoices,alias:i"`
	Invoice
}

// accountOf gives the billing account of who pays an order, and makes it with their first purchase that has a price. Of
// two at once the later one gets the row of the earlier.
func accountOf(ctx context.Context, tx bun.Tx, o Order) (id int64, err error) {
	column, payer := "user_id", o.Buyer
	if o.Organisation != 0 {
		column, payer = "organisation_id", o.Organisation
	}
	const get = `
		INSERT INTO billing_accounts AS b (?0) VALUES (?1)
		ON CONFLICT (?0) DO UPDATE SET ?0 = b.?0 RETURNING id`
	if err := tx.NewRaw(get, bun.Ident(column), payer).Scan(ctx, &id); err != nil {
		return 0, fmt.Errorf("billing account with %s %d: %w", column, payer, err)
	}
	return id, nil
}

func purchaseBy(ctx context.Context, db bun.IDB, where string, args ...any) (Purchase, bool, error) {
	var row purchaseRow
	err := db.NewSelect().Model(&row).Where(where, args...).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Purchase{}, false, nil
	}
	if err != nil {
		return Purchase{}, false, fmt.Errorf("find purchase: %w", err)
	}
	return row.Purchase, true, nil
}

func invoiceBy(ctx context.Context, db bun.IDB, where string, args ...any) (Invoice, bool, error) {
	var row invoiceRow
	err := db.NewSelect().Model(&row).Where(where, args...).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Invoice{}, false, nil
	}
	if err != nil {
		return Invoice{}, false, fmt.Errorf("find invoice: %w", err)
	}
	return row.Invoice, true, nil
}

// lockInvoice gives an invoice as it stands now that nobody else can change it.
func lockInvoice(ctx context.Context, tx bun.Tx, id int64) (Invoice, error) {
	var row invoiceRow
	if err := tx.NewSelect().Model(&row).Where("i.id = ?", id).For("NO KEY UPDATE OF ?TableAlias").Scan(ctx); err != nil {
		return Invoice{}, fmt.Errorf("lock invoice %d: %w", id, err)
	}
	return row.Invoice, nil
}

// errOvertaken is what a run gets whose purchase another one has decided about meanwhile.
var errOvertaken = errors.New("the purchase is in another state by now")

// change writes the given columns of a purchase that still is in the state it was read in; errOvertaken if it is not.
func change(ctx context.Context, db bun.IDB, p Purchase, was InvoiceState, columns ...string) error {
	return changeWhere(ctx, db, p, columns, "p.invoice_state = ?", was)
}

// changeWhere is change with another condition.
func changeWhere(ctx context.Context, db bun.IDB, p Purchase, columns []string, where string, args ...any) error {
	row := &purchaseRow{Purchase: p}
	done, err := db.NewUpdate().Model(row).Column(columns...).WherePK().Where(where, args...).Exec(ctx)
	if err != nil {
		return fmt.Errorf("update purchase %d: %w", p.ID, err)
	}
	if n, err := done.RowsAffected(); err == nil && n == 0 {
		return errOvertaken
	}
	return nil
}

// mostEntries bounds what is read of purchases and invoices at once. It lies far beyond what the memberships of one page have.
const mostEntries = 10_000

// Entries gives what was bought for memberships and what became of it, by membership, the oldest first.
func (s *Service) Entries(ctx context.Context, db bun.IDB, memberships ...Ref) (map[Ref][]Entry, error) {
	entries := map[Ref][]Entry{}
	if len(memberships) == 0 {
		return entries, nil
	}
	people, organisations := ids(memberships)
	const theirs = "?TableAlias.individual_membership_id = ANY($1) OR ?TableAlias.organisation_membership_id = ANY($2)"
	var bought []purchaseRow
	var raised []invoiceRow
	with := database.Planned(db, people, organisations)
	err := db.NewSelect().Model(&bought).Where(theirs).Order("p.id").Limit(mostEntries).Conn(with).Scan(ctx)
	if err == nil {
		err = db.NewSelect().Model(&raised).Where(theirs).Order("i.id").Limit(mostEntries).Conn(with).Scan(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("list purchases and invoices: %w", err)
	}
	invoices := map[int64]Invoice{}
	for _, i := range raised {
		if i.PurchaseID == 0 {
			entries[i.Membership] = append(entries[i.Membership], Entry{Invoice: i.Invoice})
			continue
		}
		invoices[i.PurchaseID] = i.Invoice
	}
	for _, p := range bought {
		entries[p.Membership] = append(entries[p.Membership], Entry{Purchase: p.Purchase, Invoice: invoices[p.ID]})
	}
	return entries, nil
}

// of narrows purchases or invoices to those of a membership.
func of(m Ref) func(*bun.SelectQuery) *bun.SelectQuery {
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("?TableAlias.individual_membership_id = ? OR ?TableAlias.organisation_membership_id = ?", m.Individual, m.Organisation)
	}
}

// ids are those of memberships of people, and of organisations.
func ids(memberships []Ref) (people, organisations []int64) {
	for _, m := range memberships {
		if m.Organisation != 0 {
			organisations = append(organisations, m.Organisation)
		} else {
			people = append(people, m.Individual)
		}
	}
	return people, organisations
}

// EntryOf gives a purchase with its invoice.
func (s *Service) EntryOf(ctx context.Context, db bun.IDB, purchase int64) (Entry, error) {
	p, found, err := purchaseBy(ctx, db, "p.id = ?", purchase)
	if err != nil {
		return Entry{}, err
	}
	if !found {
		return Entry{}, fault.NotFound(lang.M("There is no such purchase."))
	}
	i, _, err := invoiceBy(ctx, db, "i.purchase_id = ?", purchase)
	return Entry{Purchase: p, Invoice: i}, err
}

// MembershipOf is the membership that a purchase with this public id was made for; false when there is no such purchase.
func (s *Service) MembershipOf(ctx context.Context, purchase string) (Ref, bool, error) {
	if canonicalToken(purchase) != purchase {
		return Ref{}, false, nil
	}
	p, found, err := purchaseBy(ctx, s.db, "p.uuid = ?", purchase)
	return p.Membership, found, err
}

// Backlog is what waits for its invoice.
type Backlog struct {
	Waiting, Failed int
	Oldest          time.Duration // since the oldest that waits was bought
}

// Backlog counts the purchases that have no invoice.
func (s *Service) Backlog(ctx context.Context) (Backlog, error) {
	var found struct {
		Backlog
		Since *time.Time
	}
	err := s.db.NewRaw(`
		SELECT count(*) FILTER (WHERE invoice_state = ?0) AS waiting, count(*) FILTER (WHERE invoice_state = ?1) AS failed,
		       min(created_at) FILTER (WHERE invoice_state = ?0) AS since
		FROM purchases WHERE invoice_state IN (?0, ?1)`, stateWaiting, stateFailed).Scan(ctx, &found)
	if err != nil {
		return Backlog{}, fmt.Errorf("count purchases without an invoice: %w", err)
	}
	if found.Since != nil {
		found.Oldest = max(s.clock.Now().Sub(*found.Since), 0)
	}
	return found.Backlog, nil
}

// today is the day of the association.
func (s *Service) today() clock.Date { return clock.DateOf(s.clock.Now()) }
