package staff

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/admin"
	"ams/app/billing"
	"ams/app/clock"
	"ams/app/lang"
	"ams/app/membership"
)

// changePurchase is the permission that the acts about invoices ask for, wherever they are offered.
const changePurchase = "billing.change_purchase"

func (t tenure[M]) approve(told lang.Message, do func(context.Context, bun.Tx, access.Holder, *M) error) admin.Action[M] {
	return admin.Action[M]{
		Name: "approve", Label: lang.M("Approve"), Icon: "check-lg", Ask: told, Each: do,
		Offer: func(m *M) bool { return !t.at(m).Approved() && t.standing(m).Status == membership.Pending },
	}
}

// cancel ends memberships; do gets the reason, and whether unpaid invoices are voided.
func (t tenure[M]) cancel(told lang.Message, do func(context.Context, bun.Tx, access.Holder, *M, string, bool) error) admin.Action[M] {
	return admin.Action[M]{
		Name: "cancel", Label: lang.M("Cancel the membership"), Icon: "x-circle", Danger: true, Ask: told,
		Reason: lang.M("Reason"), Also: lang.M("Also void the unpaid invoice"), About: t.unpaid,
		Offer: func(m *M) bool { return t.at(m).Open(clock.DateOf(t.clock.Now())) },
		Told: func(ctx context.Context, tx bun.Tx, by access.Holder, m *M, said admin.Answer) error {
			return do(ctx, tx, by, m, said.Reason, said.Also)
		},
		Done: func(n int) lang.Message {
			return lang.N("%d membership was cancelled.", "%d memberships were cancelled.", n, n)
		},
	}
}

// unpaid names the invoices that a cancellation leaves, and offers to void them where that is possible.
func (t tenure[M]) unpaid(ctx context.Context, db bun.IDB, all []*M) (q admin.Question, err error) {
	var open []*M
	for _, m := range all {
		if t.at(m).Open(clock.DateOf(t.clock.Now())) {
			open = append(open, m)
		}
	}
	found, err := t.bills.Entries(ctx, db, t.refs(open)...)
	if err != nil {
		return q, err
	}
	for _, m := range open {
		for _, e := range found[t.held(m).Ref()] {
			if e.Invoice.ID == 0 || e.State() != billing.Awaiting {
				continue
			}
			q.Also = q.Also || e.Invoice.Voidable() && t.bills.On()
			q.Listed.Items = append(q.Listed.Items,
				lang.M("Invoice %s, %s, due on %s: %s", e.Invoice.Number, e.Invoice.Due.Dollars(), e.Invoice.DueDate, t.title(m)))
		}
	}
	q.Listed.Title = lang.M("Unpaid invoices")
	switch {
	case q.Also:
		q.Lines = []lang.Message{lang.M("The unpaid invoices stay as they are unless you tick the box, and have to be voided or credited in the accounting system. One that is paid in part stays in any case.")}
	case len(q.Listed.Items) > 0:
		q.Lines = []lang.Message{lang.M("The unpaid invoices stay as they are. They have to be voided or credited in the accounting system.")}
	}
	return q, nil
}

func (t tenure[M]) refs(all []*M) (refs []billing.Ref) {
	for _, m := range all {
		refs = append(refs, t.held(m).Ref())
	}
	return refs
}

// invoiceActs are acts on everything that was bought for a membership.
func (t tenure[M]) invoiceActs() []admin.Action[M] {
	has := func(m *M, is func(billing.Entry) bool) bool { return slices.ContainsFunc(t.held(m).Entries, is) }
	raise, without := raiseInvoice(t.live, t.clock), doWithout(t.sales)
	raise.Each = func(ctx context.Context, tx bun.Tx, by access.Holder, m *M) error {
		return t.bills.RaiseAgainFor(ctx, tx, by, t.held(m).Ref())
	}
	raise.Offer = func(m *M) bool { return t.at(m).CancelledAt == nil && t.bills.On() && has(m, billing.Entry.Wants) }
	without.Told = func(ctx context.Context, tx bun.Tx, by access.Holder, m *M, said admin.Answer) error {
		return t.bills.DoWithoutFor(ctx, tx, by, t.held(m).Ref(), said.Reason)
	}
	without.Offer = func(m *M) bool { return has(m, billing.Entry.Failed) }
	raise.Done, without.Done = nil, nil // a membership may have several
	return []admin.Action[M]{raise, without}
}

// sales are what was bought for memberships.
func (t tenure[M]) sales(ctx context.Context, db bun.IDB, all []*M) (sales []sale, err error) {
	found, err := t.bills.Entries(ctx, db, t.refs(all)...)
	for _, m := range all {
		for _, e := range found[t.held(m).Ref()] {
			sales = append(sales, sale{e, t.title(m)})
		}
	}
	return sales, err
}

// live are the sales of memberships that are not cancelled: for others nothing is raised.
func (t tenure[M]) live(ctx context.Context, db bun.IDB, all []*M) ([]sale, error) {
	return t.sales(ctx, db, slices.DeleteFunc(slices.Clone(all), func(m *M) bool { return t.at(m).CancelledAt != nil }))
}

// sale is something that was bought, with the name of what it was bought for.
type sale struct {
	billing.Entry
	title string
}

// raiseInvoice is the act that wants invoices (again); M is what it is offered for, sales are what belongs to that.
func raiseInvoice[M any](sales func(context.Context, bun.IDB, []*M) ([]sale, error), c clock.Clock) admin.Action[M] {
	return admin.Action[M]{
		Name: "raise_invoice", Label: lang.M("Raise the invoice"), Icon: "receipt", Right: changePurchase,
		Ask: lang.M("What has no invoice, although it has a price, gets one. It takes a moment."),
		About: func(ctx context.Context, db bun.IDB, all []*M) (q admin.Question, err error) {
			found, err := sales(ctx, db, all)
			for _, s := range found {
				if s.Wants() {
					q.Listed.Items = append(q.Listed.Items, s.dates(clock.DateOf(c.Now())))
				}
			}
			q.Listed.Title = lang.M("Invoices to be raised")
			return q, err
		},
		Done: func(n int) lang.Message {
			return lang.N("%d invoice is on its way.", "%d invoices are on their way.", n, n)
		},
	}
}

// dates says what an invoice that is raised today is about, and when it is due.
func (s sale) dates(today clock.Date) lang.Message {
	now := s.Purchase.Redated(today)
	if now.DueDate == s.Purchase.DueDate {
		return lang.M("%s: %s, issued on %s and due on %s, as it was bought", s.title, now.Total.Dollars(), now.IssueDate, now.DueDate)
	}
	return lang.M("%s: %s, issued on %s and due on %s, because the old due date %s has passed",
		s.title, now.Total.Dollars(), now.IssueDate, now.DueDate, s.Purchase.DueDate)
}

// doWithout is the act that gives up on invoices that failed.
func doWithout[M any](sales func(context.Context, bun.IDB, []*M) ([]sale, error)) admin.Action[M] {
	return admin.Action[M]{
		Name: "do_not_invoice", Label: lang.M("Do not invoice"), Icon: "x-circle", Danger: true, Right: changePurchase, Reason: lang.M("Reason"),
		Ask: lang.M("No invoice is raised for what was bought. A membership that waits for it has to be approved by hand."),
		About: func(ctx context.Context, db bun.IDB, all []*M) (q admin.Question, err error) {
			found, err := sales(ctx, db, all)
			for _, s := range found {
				if s.Failed() {
					q.Listed.Items = append(q.Listed.Items, s.failure())
				}
			}
			q.Listed.Title = lang.M("Invoices that failed")
			return q, err
		},
		Done: func(n int) lang.Message {
			return lang.N("Done: %d invoice is not raised.", "Done: %d invoices are not raised.", n, n)
		},
	}
}

// failure says why there is no invoice, and how to find one that the provider may hold all the same.
func (s sale) failure() lang.Message {
	if s.Purchase.MayHide() {
		return lang.M("%s: %s, not raised because %s. The accounting system may hold an invoice all the same: look for %s there.",
			s.title, s.Purchase.Total.Dollars(), s.Purchase.Cause(), s.Purchase.Code)
	}
	return lang.M("%s: %s, not raised because %s", s.title, s.Purchase.Total.Dollars(), s.Purchase.Cause())
}
