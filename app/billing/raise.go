package billing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"ams/jobs"
)

// RaiseInvoice is the job that gives a purchase its invoice.
type RaiseInvoice struct{ Purchase int64 }

// Kind names the job in the queue.
func (RaiseInvoice) Kind() string { return "billing.raise_invoice" }

// Key lets one wait for each purchase.
func (a RaiseInvoice) Key() string { return strconv.FormatInt(a.Purchase, 10) }

const (
	// callLimit bounds what a run spends on the provider, so that it can still note how it ended.
	callLimit = 45 * time.Second
	runLimit  = time.Minute
	noteLimit = 5 * time.Second
	// settling is how long after sent_at an invoice may still come up that a look-up does not find.
	settling = 2 * runLimit
)

// errUnsettled says that the provider may still be making an invoice that another run has asked for.
var errUnsettled = errors.New("an invoice that was asked for may still come up")

// raiseInvoice follows the numbered steps of spec §2.4. It is safe to run twice and at the same time as itself: what
// keeps a purchase from a second invoice is the look-up before any further try, the idempotency key, and the unique
// purchase of our copy. While the provider is called no transaction is open and no row locked.
func (s *Service) raiseInvoice(ctx context.Context, job RaiseInvoice) error {
	p, found, err := purchaseBy(ctx, s.db, "p.id = ?", job.Purchase)
	if err != nil {
		return err
	}
	if !found {
		return jobs.Permanent(fmt.Errorf("there is no purchase %d", job.Purchase))
	}
	due, err := s.isDue(ctx, p)
	if err != nil || !due {
		return err
	}
	calls, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	remote, how, err := s.obtain(calls, &p)
	if err == nil && remote != nil {
		err = s.record(ctx, p, *remote, how)
	}
	return s.verdict(ctx, p, err)
}

// isDue is step 1: an invoice is wanted and not there. A failed purchase goes on only to see whether a cancelled
// membership has left an invoice behind.
func (s *Service) isDue(ctx context.Context, p Purchase) (bool, error) {
	switch p.State {
	case stateNone, stateRaised, stateCancelled:
		return false, nil
	}
	if there, err := s.recorded(ctx, p); there || err != nil {
		return false, err
	}
	switch p.State {
	case stateFailed:
		m, err := s.memberships.Standing(ctx, s.db, p.Membership)
		return m.Cancelled, err
	}
	return true, nil
}

// obtain gives the provider's invoice of a purchase, Adopted or Raised; nil when none is wanted any longer.
func (s *Service) obtain(ctx context.Context, p *Purchase) (remote *Remote, how string, err error) {
	if s.provider == nil {
		return nil, "", &final{code: failedOff}
	}
	if p.SentAt != nil {
		if found, err := s.lookUp(ctx, p); found != nil || err != nil {
			return found, Adopted, err
		}
	}
	m, err := s.memberships.Standing(ctx, s.db, p.Membership)
	switch {
	case err != nil:
		return nil, "", err
	case m.Cancelled && p.SentAt != nil && s.clock.Now().Before(p.SentAt.Add(settling)):
		return nil, "", errUnsettled
	case m.Cancelled:
		return nil, "", s.drop(ctx, *p)
	case m.Hopeless && p.Kind.Begins():
		return nil, "", &final{code: failedOver}
	}
	remote, err = s.create(ctx, p)
	return remote, Raised, err
}

// lookUp finds what an earlier try has left at the provider. It fails rather than let a second invoice be made.
func (s *Service) lookUp(ctx context.Context, p *Purchase) (*Remote, error) {
	found, err := s.provider.Find(ctx, p.Code)
	if err != nil {
		return nil, fmt.Errorf("look for the invoice of %s: %w", p.Code, err)
	}
	var standing []Remote
	for _, r := range found {
		if !r.Status.Void() {
			standing = append(standing, r)
		}
	}
	switch {
	case len(standing) > 0:
		if err := s.voidOthers(ctx, *p, standing[1:]); err != nil {
			return nil, err
		}
		return &standing[0], nil
	case len(found) > 0: // all void: the provider would give them again for the same key
		p.Series++
		if err := change(ctx, s.db, *p, p.State, "series"); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// create asks for the invoice with the customer's present name and address, and with everything else as it was bought.
func (s *Service) create(ctx context.Context, p *Purchase) (*Remote, error) {
	customer, err := s.customer(ctx, p.AccountID)
	if err != nil {
		return nil, err
	}
	if err := s.provider.Sync(ctx, customer); err != nil {
		return nil, refusal(fmt.Errorf("sync the customer: %w", err), failedContact)
	}
	now := s.clock.Now()
	p.SentAt = &now // from here on the provider may hold the invoice, whatever happens to us
	if err := change(ctx, s.db, *p, p.State, "sent_at"); err != nil {
		return nil, err
	}
	remote, err := s.provider.Raise(ctx, Draft{
		Key: fmt.Sprintf("ams-invoice-%s-%d", p.UUID, p.Series), Customer: customer, Reference: p.Reference,
		IssueDate: p.IssueDate, DueDate: p.DueDate, Description: p.Description, Quantity: p.Quantity,
		UnitAmount: p.UnitAmount, Total: p.Total,
	})
	if err != nil {
		return nil, refusal(fmt.Errorf("raise the invoice of %s: %w", p.Code, err), failedRefused)
	}
	return &remote, nil
}

// drop ends a purchase for which nothing stands at the provider. Where another run has asked for it or decided about it
// since it was read, it is looked at again.
func (s *Service) drop(ctx context.Context, p Purchase) error {
	was := p.State
	p.State, p.NextAttemptAt = stateCancelled, nil
	err := changeWhere(ctx, s.db, p, []string{"invoice_state", "next_attempt_at"},
		"p.invoice_state = ? AND p.sent_at IS NOT DISTINCT FROM ?", was, p.SentAt)
	if errors.Is(err, errOvertaken) {
		return errUnsettled
	}
	if err == nil {
		slog.InfoContext(ctx, "no invoice: the membership was cancelled", "purchase", p.UUID)
	}
	return err
}

// customer is who pays, as they are called now.
func (s *Service) customer(ctx context.Context, accountID int64) (Customer, error) {
	p, err := payerOf(ctx, s.db, accountID)
	if err != nil {
		return Customer{}, err
	}
	in, err := s.LanguageOf(ctx, s.db, p)
	return Customer{Account: accountID, UUID: p.UUID(), Name: p.Name(), Email: p.Email(), Language: in}, err
}
