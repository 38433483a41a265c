// Package billing turns purchases into invoices at an accounting system, keeps a copy of them, and tells the membership
// when one is paid. It knows memberships only by a Ref.
package billing

import (
	"fmt"
	"time"

	"ams/app/clock"
	"ams/app/lang"
	"ams/app/money"
)

// Kind is what a purchase is for; its invoice has the same purpose.
type Kind string

// The kinds of purchases.
const (
	ForApplication Kind = "APPLICATION"
	ForRenewal     Kind = "RENEWAL"
	ForSeats       Kind = "SEATS"
)

// Begins tells whether paying for it approves a membership.
func (k Kind) Begins() bool { return k == ForApplication || k == ForRenewal }

// Text is what the purpose is called.
func (k Kind) Text() lang.Message {
	switch k {
	case ForApplication:
		return lang.M("Application")
	case ForRenewal:
		return lang.M("Renewal")
	case ForSeats:
		return lang.M("Seats")
	}
	return lang.Message{}
}

// Ref names a membership: exactly one of the two ids is set. The zero Ref is none.
type Ref struct {
	Individual   int64 `bun:"individual_membership_id,nullzero"`
	Organisation int64 `bun:"organisation_membership_id,nullzero"`
}

// String names the membership in logs and errors.
func (m Ref) String() string {
	if m.Organisation != 0 {
		return fmt.Sprintf("organisation membership %d", m.Organisation)
	}
	return fmt.Sprintf("individual membership %d", m.Individual)
}

// InvoiceState is how far a purchase has got with its invoice.
type InvoiceState string

// The states of a purchase's invoice.
const (
	stateNone      InvoiceState = "NONE" // nothing to invoice
	stateWaiting   InvoiceState = "WAITING"
	stateRaised    InvoiceState = "RAISED"
	stateFailed    InvoiceState = "FAILED"
	stateCancelled InvoiceState = "CANCELLED"
)

// Purchase is one submitted form: what was bought, at the price, with the text and on the day of that moment. Nothing
// that changes later alters them.
type Purchase struct {
	ID          int64  `bun:",pk,autoincrement"`
	UUID        string `bun:"uuid"`
	Code        string // in the invoice's reference, so that the provider's copy can be found
	Token       string `bun:"submission_token,nullzero"`
	Kind        Kind
	Membership  Ref   `bun:"embed:"`
	AccountID   int64 `bun:"account_id,nullzero"` // 0: there is nothing to invoice
	BuyerID     int64 `bun:"buyer_id,nullzero"`
	OptionID    int64 `bun:"membership_option_id"`
	Seats       int   `bun:",nullzero"` // bought with a membership of an organisation, or added to it
	SeatsAfter  int   `bun:",nullzero"` // that the membership has from then on
	Quantity    int64
	UnitAmount  money.Amount
	Total       money.Amount
	Description string
	Reference   string
	IssueDate   clock.Date
	DueDate     clock.Date
	State       InvoiceState `bun:"invoice_state"`

	Attempts       int // runs of the job that failed
	Series         int // part of the idempotency key: raised when an invoice is wanted anew
	FirstAttemptAt *time.Time
	NextAttemptAt  *time.Time
	SentAt         *time.Time // the provider may hold an invoice
	AlertedAt      *time.Time // failing for a day: staff and buyer were told
	FailureCode    Failure    `bun:"failure_code"`
	FailureText    string     // of the latest failure, for staff
	FailedAt       *time.Time
	ReportedAt     *time.Time // staff were told
	CreatedAt      time.Time
}

// Invoice is our copy of an invoice at the provider.
type Invoice struct {
	ID          int64 `bun:",pk,autoincrement"`
	AccountID   int64
	PurchaseID  int64  `bun:",nullzero"` // 0: imported
	Purpose     Kind   `bun:",nullzero"`
	Number      string `bun:"invoice_number"`
	IssueDate   clock.Date
	DueDate     clock.Date
	PaidDate    clock.Date // the provider's "fully paid on", also where a credit note cleared it
	Amount      money.Amount
	Paid        money.Amount
	Due         money.Amount
	Credited    money.Amount // by credit notes
	Allocated   money.Amount // prepayments and overpayments
	ProviderID  string       `bun:"billing_service_invoice_id"` // "": there is no provider's copy
	Status      Status       `bun:"provider_status,nullzero"`
	Membership  Ref          `bun:"embed:"`               // none on some that were imported
	NotifiedAt  *time.Time   `bun:"decision_notified_at"` // staff were told that its payment needs a decision
	RefreshedAt *time.Time   `bun:"last_refreshed_at"`
	CreatedAt   time.Time
}

// Status is what the provider says of an invoice.
type Status string

// The statuses at the provider.
const (
	StatusAuthorised Status = "AUTHORISED"
	StatusPaid       Status = "PAID"
	StatusVoided     Status = "VOIDED"
	StatusDeleted    Status = "DELETED"
)

// Void tells whether the invoice is to be paid no longer.
func (s Status) Void() bool { return s == StatusVoided || s == StatusDeleted }

// CountsAsPaid is the one rule of what counts as paid: fully paid, not void, and money was received (decisions 40, 54).
func (i Invoice) CountsAsPaid() bool {
	return i.settled() && !i.Status.Void() && (i.received().Positive() || i.Amount.IsZero())
}

func (i Invoice) settled() bool { return !i.PaidDate.IsZero() }

// received is the money that came, credit notes excluded.
func (i Invoice) received() money.Amount { return i.Paid.Plus(i.Allocated) }

// Closure says how an invoice was closed without a payment, for staff.
func (i Invoice) Closure() lang.Message {
	switch i.Status {
	case StatusVoided:
		return lang.M("voided")
	case StatusDeleted:
		return lang.M("deleted")
	}
	return lang.M("credited")
}

// State is what people see of an invoice, or of a purchase that waits for one.
type State string

// The states, the same wherever an invoice is shown. Nothing is what needs no invoice.
const (
	Nothing   State = ""
	OnItsWay  State = "on its way"
	SortedOut State = "being sorted out"
	Awaiting  State = "awaiting payment"
	Paid      State = "paid"
	Closed    State = "cancelled" // void, or settled without a payment
)

// State of an invoice by the one rule of what counts as paid.
func (i Invoice) State() State {
	switch {
	case i.CountsAsPaid():
		return Paid
	case i.Status.Void(), i.settled():
		return Closed
	}
	return Awaiting
}

// State of a purchase that has no invoice.
func (p Purchase) state() State {
	switch {
	case p.State == stateFailed, p.State == stateWaiting && p.AlertedAt != nil:
		return SortedOut
	case p.State == stateWaiting:
		return OnItsWay
	}
	return Nothing
}

// Entry is a line of what was bought for a membership: a purchase, its invoice, or both. Imported invoices have no
// purchase.
type Entry struct {
	Purchase Purchase
	Invoice  Invoice
}

// State is that of the invoice, or of the purchase while there is none.
func (e Entry) State() State {
	if e.Invoice.ID != 0 {
		return e.Invoice.State()
	}
	return e.Purchase.state()
}

// ForSeats tells whether this is seats that were added.
func (e Entry) ForSeats() bool { return e.Purchase.Kind == ForSeats || e.Invoice.Purpose == ForSeats }

// Begins tells whether this is what the membership began with.
func (e Entry) Begins() bool { return e.Purchase.Kind.Begins() || e.Invoice.Purpose.Begins() }
