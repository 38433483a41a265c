package webtest

import (
	"context"
	"sync"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/billing"
	"ams/app/clock"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/money"
)

// Provider stands between the program and the development provider, as a network does: calls and answers can get lost.
type Provider struct {
	billing.Provider

	mu            sync.Mutex
	calls         []string
	before, after func(call string) error
}

// Before has f decide whether a call (sync, raise, find, read, send, void, online) reaches the provider.
func (p *Provider) Before(f func(call string) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.before = f
}

// After has f decide whether the answer of a call that was carried out comes back.
func (p *Provider) After(f func(call string) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.after = f
}

// Works ends all trouble.
func (p *Provider) Works() {
	p.Before(nil)
	p.After(nil)
}

// Calls are those so far that were tried, in order.
func (p *Provider) Calls() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.calls...)
}

func (p *Provider) around(call string, do func() error) error {
	p.mu.Lock()
	p.calls = append(p.calls, call)
	before, after := p.before, p.after
	p.mu.Unlock()
	if before != nil {
		if err := before(call); err != nil {
			return err
		}
	}
	if err := do(); err != nil || after == nil {
		return err
	}
	return after(call)
}

// Sync is the provider's.
func (p *Provider) Sync(ctx context.Context, c billing.Customer) error {
	return p.around("sync", func() error { return p.Provider.Sync(ctx, c) })
}

// Raise is the provider's.
func (p *Provider) Raise(ctx context.Context, d billing.Draft) (r billing.Remote, err error) {
	err = p.around("raise", func() (err error) { r, err = p.Provider.Raise(ctx, d); return err })
	return r, err
}

// Find is the provider's.
func (p *Provider) Find(ctx context.Context, code string) (found []billing.Remote, err error) {
	err = p.around("find", func() (err error) { found, err = p.Provider.Find(ctx, code); return err })
	return found, err
}

// Read is the provider's.
func (p *Provider) Read(ctx context.Context, id string) (r billing.Remote, err error) {
	err = p.around("read", func() (err error) { r, err = p.Provider.Read(ctx, id); return err })
	return r, err
}

// Send is the provider's.
func (p *Provider) Send(ctx context.Context, i billing.Invoice, to billing.Customer) error {
	return p.around("send", func() error { return p.Provider.Send(ctx, i, to) })
}

// Void is the provider's.
func (p *Provider) Void(ctx context.Context, id string) error {
	return p.around("void", func() error { return p.Provider.Void(ctx, id) })
}

// Online is the provider's.
func (p *Provider) Online(ctx context.Context, i billing.Invoice) (address string, err error) {
	err = p.around("online", func() (err error) { address, err = p.Provider.Online(ctx, i); return err })
	return address, err
}

// Pay stands for a payment, as the development provider offers it.
func (p *Provider) Pay(ctx context.Context, id string, on clock.Date) (billing.Remote, error) {
	return p.Provider.(interface {
		Pay(context.Context, string, clock.Date) (billing.Remote, error)
	}).Pay(ctx, id, on)
}

// Option puts a membership on sale and gives its id. What is left zero gets a usual value.
func (s *Site) Option(o membership.Option, cost string) int64 {
	s.T.Helper()
	var err error
	if o.Cost, err = money.Parse(cost); err != nil {
		s.T.Fatal(err)
	}
	if o.Name.EN == "" {
		o.Name = lang.Text{EN: "Teacher", MI: "Kaiako"}
	}
	if o.Type == "" {
		o.Type = membership.ForPeople
	}
	if o.Duration == (membership.Duration{}) {
		o.Duration = membership.Duration{Months: 12}
	}
	if o.InvoiceDueDays == 0 {
		o.InvoiceDueDays = 60
	}
	err = s.DB.RunInTx(s.T.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		return s.App.Members.CreateOption(ctx, tx, access.Holder{Superuser: true}, &o)
	})
	if err != nil {
		s.T.Fatalf("CreateOption() = %v", err)
	}
	return o.ID
}

// Due lets every job that waits for its time run at the next Work.
func (s *Site) Due() {
	s.T.Helper()
	s.Exec("UPDATE gue_jobs SET run_at = now() - interval '1 second'")
}

// MarkPaid stands for the payment of an invoice.
func (s *Site) MarkPaid(number string) {
	s.T.Helper()
	if err := s.App.Bills.MarkPaid(s.T.Context(), number); err != nil {
		s.T.Fatalf("MarkPaid(%s) = %v", number, err)
	}
}
