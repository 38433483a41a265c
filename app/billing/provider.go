package billing

import (
	"context"

	"ams/app/clock"
	"ams/app/lang"
	"ams/app/money"
)

// Provider is the accounting system that is the source of truth for invoices. Its methods call an outside service: never
// inside a transaction, and never in a request but for Online. An error is *Refused for a definite no, *Busy for a pause
// that it asks for; any other one may pass.
type Provider interface {
	Raiser
	Keeper
	// Online is the address where the customer sees and pays an invoice: a path of this site or a URL. It is ErrUnknown
	// where there is none.
	Online(ctx context.Context, i Invoice) (string, error)
}

// Raiser makes invoices.
type Raiser interface {
	// Sync makes or updates the customer's record.
	Sync(ctx context.Context, c Customer) error
	// Raise makes an invoice. A draft with the key of an earlier one gives the same invoice, as far as the provider
	// remembers.
	Raise(ctx context.Context, d Draft) (Remote, error)
	// Find gives the invoices that carry a purchase's code in their reference, void ones included, the oldest first.
	Find(ctx context.Context, code string) ([]Remote, error)
}

// Keeper looks after invoices that exist.
type Keeper interface {
	// Read gives an invoice as it is now.
	Read(ctx context.Context, id string) (Remote, error)
	// Send has the invoice mailed to the customer, once however often it is asked.
	Send(ctx context.Context, i Invoice, to Customer) error
	// Void ends an invoice that must not stand.
	Void(ctx context.Context, id string) error
}

// Customer is who pays, as they are called now.
type Customer struct {
	Account  int64
	UUID     string
	Name     string
	Email    string
	Language lang.Locale
}

// Draft is an invoice that does not exist yet. It has one line.
type Draft struct {
	Key         string // idempotency key
	Customer    Customer
	Reference   string
	IssueDate   clock.Date
	DueDate     clock.Date
	Description string
	Quantity    int64
	UnitAmount  money.Amount
	Total       money.Amount
}

// Remote is an invoice as the provider has it.
type Remote struct {
	ID, Number          string
	Status              Status
	IssueDate, DueDate  clock.Date
	PaidDate            clock.Date // zero: not fully paid
	Amount, Paid, Due   money.Amount
	Credited, Allocated money.Amount
}

// received is the money that came, credit notes excluded.
func (r Remote) received() money.Amount { return r.Paid.Plus(r.Allocated) }
