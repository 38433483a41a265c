package billing

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/lang"
)

// Sale is a purchase as staff look at it. Nobody changes or deletes one by hand.
type Sale struct {
	bun.BaseModel `bun:"table:purchases,alias:p"`
	Purchase
	Version int64 `bun:",nullzero,default:1"`

	Raised *invoiceRow `bun:"rel:has-one,join:id=purchase_id"`

	// Whose it is, what was bought and who sent the form, as WithSale reads them.
	PersonID         int64      `bun:",scanonly"`
	FirstName        string     `bun:",scanonly"`
	LastName         string     `bun:",scanonly"`
	Username         string     `bun:",scanonly"`
	PersonEmail      string     `bun:",scanonly"`
	PersonErasedAt   *time.Time `bun:",scanonly"`
	OrganisationID   int64      `bun:",scanonly"`
	OrganisationName string     `bun:",scanonly"`
	OfficeEmail      string     `bun:",scanonly"`
	OptionEN         string     `bun:"option_en,scanonly"`
	OptionMI         string     `bun:"option_mi,scanonly"`
	BuyerEmail       string     `bun:",scanonly"`
	BuyerErasedAt    *time.Time `bun:",scanonly"`
}

// WithSale reads along with purchases what is shown of them.
func WithSale(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Relation("Raised").ColumnExpr("?TableColumns").
		ColumnExpr(`coalesce(u.id, 0) AS person_id, coalesce(u.first_name, '') AS first_name, coalesce(u.last_name, '') AS last_name,
			coalesce(u.username, '') AS username, coalesce(u.email, '') AS person_email, u.erased_at AS person_erased_at, coalesce(o.id, 0) AS organisation_id,
			coalesce(o.name, '') AS organisation_name, coalesce(o.email, '') AS office_email, mo.name_en AS option_en, mo.name_mi AS option_mi,
			coalesce(bu.email, '') AS buyer_email, bu.erased_at AS buyer_erased_at`).
		Join("LEFT JOIN individual_memberships AS im ON im.id = p.individual_membership_id").
		Join("LEFT JOIN users AS u ON u.id = im.user_id").
		Join("LEFT JOIN organisation_memberships AS om ON om.id = p.organisation_membership_id").
		Join("LEFT JOIN organisations AS o ON o.id = om.organisation_id").
		Join("LEFT JOIN membership_options AS mo ON mo.id = p.membership_option_id").
		Join("LEFT JOIN users AS bu ON bu.id = p.buyer_id")
}

// SalesOf are the purchases of a membership, the oldest first.
func SalesOf(ctx context.Context, db bun.IDB, m Ref) (all []*Sale, err error) {
	if err = WithSale(db.NewSelect().Model(&all)).Apply(of(m)).Order("p.id").Limit(mostOfOne).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list the purchases of %s: %w", m, err)
	}
	return all, nil
}

// RecordsOf are the invoices of a membership, the oldest first.
func RecordsOf(ctx context.Context, db bun.IDB, m Ref) (all []*Record, err error) {
	if err = db.NewSelect().Model(&all).Apply(of(m)).Order("i.id").Limit(mostOfOne).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list the invoices of %s: %w", m, err)
	}
	return all, nil
}

// RecordsOfOrganisation are the invoices of an organisation, the newest first.
func RecordsOfOrganisation(ctx context.Context, db bun.IDB, organisation int64) (all []*Record, err error) {
	err = db.NewSelect().Model(&all).Where("i.account_id IN (SELECT id FROM billing_accounts WHERE organisation_id = ?)", organisation).
		Order("i.id DESC").Limit(mostOfOne).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the invoices of organisation %d: %w", organisation, err)
	}
	return all, nil
}

// mostOfOne bounds what was bought for one membership, as its form shows it.
const mostOfOne = 200

// Entry is the purchase with its invoice.
func (s *Sale) Entry() Entry {
	e := Entry{Purchase: s.Purchase}
	if s.Raised != nil {
		e.Invoice = s.Raised.Invoice
	}
	return e
}

// Owner is whose the purchase is.
func (s *Sale) Owner() (p Payer) {
	p.Person.ID, p.Person.FirstName, p.Person.LastName = s.PersonID, s.FirstName, s.LastName
	p.Person.Username, p.Person.Email, p.Person.ErasedAt = s.Username, s.PersonEmail, s.PersonErasedAt
	p.Organisation.ID, p.Organisation.Name, p.Organisation.Email = s.OrganisationID, s.OrganisationName, s.OfficeEmail
	return p
}

// Buyer is who sent the form, by address alone.
func (s *Sale) Buyer() account.Person {
	return account.Person{Email: s.BuyerEmail, ErasedAt: s.BuyerErasedAt}
}

// Option is the name of what was bought.
func (s *Sale) Option() lang.Text { return lang.Text{EN: s.OptionEN, MI: s.OptionMI} }

// Problem is why there is no invoice, or what has failed so far; empty where all is well.
func (p Purchase) Problem() lang.Message {
	switch {
	case p.State == stateFailed, p.State == stateWaiting && p.AlertedAt != nil:
		return p.Cause()
	case p.State == stateWaiting && p.FailureText != "":
		return lang.M("the last try failed (%s)", p.FailureText)
	}
	return lang.Message{}
}

// States are how far purchases can have got with their invoices.
func States() []InvoiceState {
	return []InvoiceState{stateWaiting, stateFailed, stateRaised, stateCancelled, stateNone}
}

// Text is what staff call the state.
func (s InvoiceState) Text() lang.Message {
	switch s {
	case stateWaiting:
		return lang.M("Invoice on its way")
	case stateFailed:
		return lang.M("Invoice failed")
	case stateRaised:
		return lang.M("Invoice raised")
	case stateCancelled:
		return lang.M("Not invoiced")
	}
	return lang.M("Not required")
}
