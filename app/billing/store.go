package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/clock"
)

type purchaseRow struct {
	bun.BaseModel `bun:"table:purchases,alias:p"`
	Purchase
}

type invoiceRow struct {
	bun.BaseModel `bun:"table:invoices,alias:i"`
	Invoice
}

// accountOf gives the billing account of a person, and makes it with their first purchase that has a price. Of two at
// once the later one gets the row of the earlier.
func accountOf(ctx context.Context, tx bun.Tx, person int64) (id int64, err error) {
	const get = `
		INSERT INTO billing_accounts AS b (user_id) VALUES (?)
		ON CONFLICT (user_id) DO UPDATE SET user_id = b.user_id RETURNING id`
	if err := tx.NewRaw(get, person).Scan(ctx, &id); err != nil {
		return 0, fmt.Errorf("billing account of person %d: %w", person, err)
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
	row := &purchaseRow{Purchase: p}
	done, err := db.NewUpdate().Model(row).Column(columns...).WherePK().Where("p.invoice_state = ?", was).Exec(ctx)
	if err != nil {
		return fmt.Errorf("update purchase %d: %w", p.ID, err)
	}
	if n, err := done.RowsAffected(); err == nil && n == 0 {
		return errOvertaken
	}
	return nil
}

// owner is whose account it is.
func owner(ctx context.Context, db bun.IDB, accountID int64) (account.Person, error) {
	owners, err := ownersOf(ctx, db, []int64{accountID})
	if err != nil {
		return account.Person{}, err
	}
	p, found := owners[accountID]
	if !found {
		return p, fmt.Errorf("there is no billing account %d", accountID)
	}
	return p, nil
}

// ownersOf gives the people who would pay, by billing account.
func ownersOf(ctx context.Context, db bun.IDB, accounts []int64) (map[int64]account.Person, error) {
	owners := map[int64]account.Person{}
	if len(accounts) == 0 {
		return owners, nil
	}
	var rows []struct {
		bun.BaseModel `bun:"table:users,alias:u"`
		account.Person
		AccountID int64 `bun:",scanonly"`
	}
	err := db.NewSelect().Model(&rows).ColumnExpr("?TableColumns, b.id AS account_id").
		Join("JOIN billing_accounts b ON b.user_id = u.id").Where("b.id IN (?)", bun.List(accounts)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("owners of billing accounts: %w", err)
	}
	for _, r := range rows {
		owners[r.AccountID] = r.Person
	}
	return owners, nil
}

// Entries gives what was bought for memberships and what became of it, by membership, the oldest first.
func (s *Service) Entries(ctx context.Context, db bun.IDB, memberships []int64) (map[int64][]Entry, error) {
	entries := map[int64][]Entry{}
	if len(memberships) == 0 {
		return entries, nil
	}
	var bought []purchaseRow
	var raised []invoiceRow
	err := db.NewSelect().Model(&bought).Where("p.individual_membership_id IN (?)", bun.List(memberships)).Order("p.id").Scan(ctx)
	if err == nil {
		err = db.NewSelect().Model(&raised).Where("i.individual_membership_id IN (?)", bun.List(memberships)).Order("i.id").Scan(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("list purchases and invoices: %w", err)
	}
	of := map[int64]Invoice{}
	for _, i := range raised {
		if i.PurchaseID == 0 {
			entries[i.MembershipID] = append(entries[i.MembershipID], Entry{Invoice: i.Invoice})
			continue
		}
		of[i.PurchaseID] = i.Invoice
	}
	for _, p := range bought {
		entries[p.MembershipID] = append(entries[p.MembershipID], Entry{Purchase: p.Purchase, Invoice: of[p.ID]})
	}
	return entries, nil
}

// MembershipOf is the membership that a purchase with this public id was made for; false when there is no such purchase.
func (s *Service) MembershipOf(ctx context.Context, purchase string) (int64, bool, error) {
	if canonicalToken(purchase) != purchase {
		return 0, false, nil
	}
	p, found, err := purchaseBy(ctx, s.db, "p.uuid = ?", purchase)
	return p.MembershipID, found, err
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
