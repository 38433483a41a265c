package billing

import (
	"context"

	"github.com/uptrace/bun"

	"ams/app/access"
)

// Record is an invoice as staff look at it. Nobody changes or deletes one by hand: they are records of money.
type Record struct {
	bun.BaseModel `bun:"table:invoices,alias:i"`
	Invoice
	Version int64 `bun:",nullzero,default:1"`

	Owner Payer  `bun:"-"`
	What  string `bun:"-"` // what was bought, in a form; empty for imported ones
}

// LoadRecords adds whose the invoices are.
func LoadRecords(ctx context.Context, db bun.IDB, all []*Record) error {
	accounts := make([]int64, len(all))
	for i, r := range all {
		accounts[i] = r.AccountID
	}
	payers, err := payersOf(ctx, db, accounts)
	for _, r := range all {
		r.Owner = payers[r.AccountID]
	}
	return err
}

// LoadBought adds what was bought.
func LoadBought(ctx context.Context, db bun.IDB, r *Record) error {
	if r.PurchaseID == 0 {
		return nil
	}
	p, _, err := purchaseBy(ctx, db, "p.id = ?", r.PurchaseID)
	r.What = p.Description
	return err
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
