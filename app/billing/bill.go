package billing

import (
	"context"
	"errors"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
)

// Bill is an invoice as its page shows it.
type Bill struct {
	Invoice
	Owner Payer
	What  string // what was bought, as it stands on the invoice; empty for imported ones
}

// Bill gives an invoice to those who may see it: whose account it is, admins of an organisation whose it is, and staff. An
// unknown number is not found before it is asked who may see it.
func (s *Service) Bill(ctx context.Context, viewer account.Person, number string) (Bill, error) {
	i, found, err := invoiceBy(ctx, s.db, "i.invoice_number = ?", number)
	if err != nil {
		return Bill{}, err
	}
	if !found {
		return Bill{}, unknownInvoice()
	}
	b := Bill{Invoice: i}
	if b.Owner, err = payerOf(ctx, s.db, i.AccountID); err != nil {
		return Bill{}, err
	}
	allowed, err := s.MaySee(ctx, viewer, b.Owner)
	if err != nil {
		return Bill{}, err
	}
	if !allowed {
		return Bill{}, fault.Forbidden(lang.M("This invoice belongs to somebody else."))
	}
	if i.PurchaseID != 0 {
		p, _, err := purchaseBy(ctx, s.db, "p.id = ?", i.PurchaseID)
		if err != nil {
			return Bill{}, err
		}
		b.What = p.Description
	}
	return b, nil
}

// Online is where the customer pays an invoice, asked of the provider each time.
func (s *Service) Online(ctx context.Context, i Invoice) (string, error) {
	if s.provider == nil {
		return "", fault.Unavailable(lang.M("Invoices cannot be opened at the moment, because billing is switched off."), errOff)
	}
	address, err := s.provider.Online(ctx, i)
	switch busy, isBusy := errors.AsType[*Busy](err); {
	case errors.Is(err, ErrUnknown):
		return "", fault.NotFound(lang.M("The billing service does not know this invoice any longer."))
	case isBusy:
		return "", fault.UnavailableFor(busy.pause(), lang.M("The billing service is busy. Please try again in a moment."))
	case err != nil:
		return "", fault.Unavailable(lang.M("The billing service does not answer at the moment. Please try again later."), err)
	}
	return address, nil
}
