package billing

import (
	"context"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/account"
)

// Record is an invoice as staff look at it. Nobody changes or deletes one by hand: they are records of money.
type Record struct {
	bun.BaseModel `bun:"table:invoices,alias:i"`
	Invoice
	Version int64 `bun:",nullzero,default:1"`

	Owner account.Person `bun:"-"`
	What  string         `bun:"-"` // what was bought; empty for imported ones
}

// LoadRecords adds whose the invoices are and what was bought.
func LoadRecords(ctx context.Context, db bun.IDB, all []*Record) error {
	accounts, purchases := make([]int64, len(all)), make([]int64, len(all))
	for i, r := range all {
		accounts[i], purchases[i] = r.AccountID, r.PurchaseID
	}
	if len(all) == 0 {
		return nil
	}
	owners, err := ownersOf(ctx, db, accounts)
	if err != nil {
		return err
	}
	var bought []purchaseRow
	if err := db.NewSelect().Model(&bought).Column("id", "description").Where("p.id IN (?)", bun.List(purchases)).Scan(ctx); err != nil {
		return err
	}
	what := map[int64]string{}
	for _, p := range bought {
		what[p.ID] = p.Description
	}
	for _, r := range all {
		r.Owner, r.What = owners[r.AccountID], what[r.PurchaseID]
	}
	return nil
}

// Pay is MarkPaid as an act of staff.
func (s *Service) Pay(ctx context.Context, by access.Holder, r *Record) error {
	if err := by.Must("billing.change_invoice"); err != nil {
		return err
	}
	return s.MarkPaid(ctx, r.Number)
}

// CanMark tells whether payments are entered here: only at the development provider.
func (s *Service) CanMark() bool {
	_, ok := s.provider.(payer)
	return ok
}
