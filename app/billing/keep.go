package billing

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"ams/jobs"
)

// EmailInvoice is the job that has an invoice mailed to the customer.
type EmailInvoice struct{ Invoice int64 }

// Kind names the job in the queue.
func (EmailInvoice) Kind() string { return "billing.email_invoice" }

// Key lets one wait for each invoice.
func (a EmailInvoice) Key() string { return strconv.FormatInt(a.Invoice, 10) }

// VoidInvoice is the job that ends an invoice which must not stand: its membership was cancelled before the invoice was
// recorded, or it is a second one for the same purchase.
type VoidInvoice struct{ ID string } // at the provider

// Kind names the job in the queue.
func (VoidInvoice) Kind() string { return "billing.void_invoice" }

// Key lets one wait for each invoice.
func (a VoidInvoice) Key() string { return a.ID }

// Jobs registers everything that billing does in the background.
func (s *Service) Jobs(r *jobs.Registry) {
	keeping := jobs.Backoff(time.Minute, time.Hour)
	jobs.Handle(r, s.raiseInvoice, jobs.For(queueLimit), jobs.Backoff(firstPause, longestPause), jobs.Timeout(runLimit))
	jobs.Handle(r, s.emailInvoice, jobs.Attempts(10), keeping)
	jobs.Handle(r, s.voidInvoice, jobs.Attempts(10), keeping)
	jobs.Handle(r, s.applyPayment, jobs.Attempts(10), keeping)
	jobs.Handle(r, s.reportFailures, jobs.Attempts(10), keeping)
}

var errOff = errors.New("billing is switched off")

// emailInvoice sends nothing for an invoice that was voided meanwhile, nor to somebody who was erased.
func (s *Service) emailInvoice(ctx context.Context, job EmailInvoice) error {
	i, found, err := invoiceBy(ctx, s.db, "i.id = ?", job.Invoice)
	switch {
	case err != nil:
		return err
	case !found || i.Status.Void():
		return nil
	case s.provider == nil:
		return jobs.Permanent(errOff)
	}
	to, err := payerOf(ctx, s.db, i.AccountID)
	if err != nil || to.Erased() {
		return err
	}
	customer, err := s.customer(ctx, i.AccountID)
	if err != nil {
		return err
	}
	return forQueue(s.provider.Send(ctx, i, customer))
}

// voidInvoice looks first: money that has come is for people to give back.
func (s *Service) voidInvoice(ctx context.Context, job VoidInvoice) error {
	if s.provider == nil {
		return jobs.Permanent(errOff)
	}
	asked, ended := s.clock.Now(), false
	remote, err := s.provider.Read(ctx, job.ID)
	if err == nil && !remote.Status.Void() && !remote.received().Positive() {
		if err := s.provider.Void(ctx, job.ID); err != nil {
			return forQueue(err)
		}
		asked, ended = s.clock.Now(), true
		remote, err = s.provider.Read(ctx, job.ID) // a payment may have been faster
	}
	switch {
	case errors.Is(err, ErrUnknown):
		return jobs.Permanent(err)
	case err != nil:
		return forQueue(err)
	}
	i, found, err := invoiceBy(ctx, s.db, "i.billing_service_invoice_id = ?", job.ID)
	if err != nil {
		return err
	}
	if found {
		if err := s.refresh(ctx, i, remote, asked); err != nil {
			return err
		}
	}
	if !remote.Status.Void() {
		return jobs.Permanent(fmt.Errorf("invoice %s has a payment: credit or refund it in the billing service", remote.Number))
	}
	if ended {
		s.tell(Outcome{What: Voided, Purpose: i.Purpose})
	}
	return nil
}

// forQueue says what the queue is to do about a provider's error.
func forQueue(err error) error {
	if _, ok := errors.AsType[*Refused](err); ok {
		return jobs.Permanent(err)
	}
	if busy, ok := errors.AsType[*Busy](err); ok {
		return jobs.Later(busy.pause(), err)
	}
	return err
}
