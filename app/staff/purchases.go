package staff

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/admin"
	"ams/app/billing"
	"ams/app/clock"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/web/statement"
	"ams/views"
)

type purchase = billing.Sale

func purchases(a *admin.Admin, bills *billing.Service, c clock.Clock) admin.Resource[purchase] {
	var states []field.Option
	for _, s := range billing.States() {
		states = append(states, field.Option{Value: string(s), Label: s.Text()})
	}
	raise, without := raiseInvoice(salesOf, c), doWithout(salesOf)
	raise.Each = func(ctx context.Context, tx bun.Tx, by access.Holder, p *purchase) error {
		return bills.RaiseAgain(ctx, tx, by, p.ID)
	}
	raise.Offer = func(p *purchase) bool { return bills.On() && p.Entry().Wants() }
	without.Told = func(ctx context.Context, tx bun.Tx, by access.Holder, p *purchase, said admin.Answer) error {
		return bills.DoWithout(ctx, tx, by, p.ID, said.Reason)
	}
	without.Offer = func(p *purchase) bool { return p.Entry().Failed() }
	return admin.Resource[purchase]{
		App: "billing", Model: "purchase", One: lang.M("purchase"), Many: lang.M("Purchases"), Icon: "receipt", Letter: "c", Order: "p.id DESC",
		Title:   func(p *purchase) string { return p.Code + ", " + p.Owner().Title() },
		Spoken:  func(tr *lang.Translator, p *purchase) string { return p.Code + ", " + p.Owner().Called(tr) },
		Load:    billing.WithSale,
		Subject: func(p *purchase) int64 { return p.PersonID },
		Columns: []admin.Column[purchase]{
			admin.Time("created_at", lang.M("Bought on"), "p.created_at", func(p *purchase) *time.Time { return &p.CreatedAt }),
			admin.Text("code", lang.M("Code"), "p.code", func(p *purchase) string { return p.Code }),
			admin.Words("owner", lang.M("Owner"), "", func(tr *lang.Translator, p *purchase) string { return p.Owner().Called(tr) }),
			{Key: "option", Label: lang.M("Membership option"), Kind: views.KindText, Cell: func(tr *lang.Translator, p *purchase) views.Cell {
				return views.Cell{Text: p.Option().In(tr.Locale()), Under: tr.Say(p.Kind.Text())}
			}},
			admin.Figure("total", lang.M("Amount"), "p.total", func(_ *lang.Translator, p *purchase) string { return p.Total.Dollars() }),
			{Key: "state", Label: lang.M("Status"), Kind: views.KindBadge, Cell: func(tr *lang.Translator, p *purchase) views.Cell {
				return views.Cell{Badges: []views.Badge{purchaseBadge(tr, p.Entry())}, Under: trouble(tr, p)}
			}},
			admin.Text("invoice", lang.M("Invoice"), "", func(p *purchase) string { return p.Entry().Invoice.Number }),
		},
		Search: []admin.Search{
			admin.Own(), admin.Child("invoices", "purchase_id"),
			admin.Through("individual_memberships", "individual_membership_id", "users", "user_id"),
			admin.Through("organisation_memberships", "organisation_membership_id", "organisations", "organisation_id"),
		},
		Filters: []admin.Filter{
			admin.OneOf("state", lang.M("Status"), "p.invoice_state", states...), admin.OneOf("kind", lang.M("Purpose"), "p.kind", purposes()...),
			admin.Times("date", lang.M("Bought on"), "p.created_at"),
			personFilter("p.individual_membership_id IN (SELECT id FROM individual_memberships WHERE user_id = ?)"),
			organisationFilter("p.organisation_membership_id IN (SELECT id FROM organisation_memberships WHERE organisation_id = ?)"),
		},
		Sections: []admin.Section[purchase]{
			admin.Sect(lang.Message{}, soldFields(a)...), admin.Sect(lang.M("Invoice"), raisedFields(a)...),
		},
		Actions: []admin.Action[purchase]{raise, without},
	}
}

// purposes are what purchases and their invoices are for.
func purposes() (all []field.Option) {
	for _, k := range []billing.Kind{billing.ForApplication, billing.ForRenewal, billing.ForSeats} {
		all = append(all, field.Option{Value: string(k), Label: k.Text()})
	}
	return all
}

func salesOf(_ context.Context, _ bun.IDB, all []*purchase) (sales []sale, _ error) {
	for _, p := range all {
		sales = append(sales, sale{p.Entry(), p.Code + ", " + p.Owner().Title()})
	}
	return sales, nil
}

func problem(tr *lang.Translator, p *purchase) string { return tr.Say(p.Problem()) }

// trouble is the problem and how often it was met.
func trouble(tr *lang.Translator, p *purchase) string {
	if p.Problem().Empty() || p.Attempts == 0 {
		return problem(tr, p)
	}
	return tr.Say(lang.N("%d failed try: %s", "%d failed tries: %s", p.Attempts, p.Attempts, p.Problem()))
}

// purchaseBadge says how the invoice stands, or why there is none.
func purchaseBadge(tr *lang.Translator, e billing.Entry) views.Badge {
	if state := e.State(); state != billing.Nothing {
		return statement.InvoiceBadge(tr, state)
	}
	return views.Badge{Icon: "x-circle", Text: tr.Say(e.Purchase.State.Text())}
}

// words is a field of a purchase that only shows.
func words(key string, label lang.Message, of func(*lang.Translator, *purchase) string) *field.ComputedField[purchase] {
	return field.Computed(key, label, of)
}

func when(key string, label lang.Message, of func(*purchase) *time.Time) field.Field[purchase] {
	return words(key, label, func(tr *lang.Translator, p *purchase) string {
		if at := of(p); at != nil {
			return tr.Moment(*at)
		}
		return ""
	})
}

// soldFields are everything that was fixed with a purchase, and where it leads.
func soldFields(a *admin.Admin) []field.Field[purchase] {
	day := func(key string, label lang.Message, of func(*purchase) clock.Date) field.Field[purchase] {
		return words(key, label, func(tr *lang.Translator, p *purchase) string { return tr.Date(of(p)) })
	}
	text := func(key string, label lang.Message, of func(*purchase) string) *field.ComputedField[purchase] {
		return words(key, label, func(_ *lang.Translator, p *purchase) string { return of(p) })
	}
	return []field.Field[purchase]{
		field.Computed("owner", lang.M("Owner"), func(tr *lang.Translator, p *purchase) string { return p.Owner().Listed(tr) }).
			To(func(p *purchase) string {
				if p.OrganisationID != 0 {
					return a.Address("organisations.organisation", p.OrganisationID)
				}
				return a.Address("users.user", p.PersonID)
			}),
		words("membership", lang.M("Membership"), func(tr *lang.Translator, p *purchase) string { return p.Option().In(tr.Locale()) }).
			To(func(p *purchase) string {
				if p.Membership.Organisation != 0 {
					return a.Address("memberships.organisationmembership", p.Membership.Organisation)
				}
				return a.Address("memberships.individualmembership", p.Membership.Individual)
			}),
		words("kind", lang.M("Purpose"), func(tr *lang.Translator, p *purchase) string { return tr.Say(p.Kind.Text()) }),
		words("buyer", lang.M("Bought by"), func(tr *lang.Translator, p *purchase) string { return p.Buyer().Listed(tr) }).
			To(func(p *purchase) string { return a.Address("users.user", p.BuyerID) }),
		when("created_at", lang.M("Bought on"), func(p *purchase) *time.Time { return &p.CreatedAt }),
		text("description", lang.M("Bought"), func(p *purchase) string { return p.Description }),
		text("seats", lang.M("Seats"), func(p *purchase) string { return someOf(p.Seats) }),
		text("price", lang.M("Amount"), func(p *purchase) string {
			return someOf(int(p.Quantity)) + " × " + p.UnitAmount.Dollars() + " = " + p.Total.Dollars()
		}),
		text("code", lang.M("Code"), func(p *purchase) string { return p.Code }),
		text("reference", lang.M("Reference"), func(p *purchase) string { return p.Reference }),
		day("issue_date", lang.M("Issued"), func(p *purchase) clock.Date { return p.IssueDate }),
		day("due_date", lang.M("Due date"), func(p *purchase) clock.Date { return p.DueDate }),
	}
}

// raisedFields are what became of the invoice.
func raisedFields(a *admin.Admin) []field.Field[purchase] {
	return []field.Field[purchase]{
		words("state", lang.M("Status"), func(tr *lang.Translator, p *purchase) string { return tr.Say(p.State.Text()) }),
		words("invoice", lang.M("Number"), func(tr *lang.Translator, p *purchase) string {
			if e := p.Entry(); e.Invoice.ID != 0 {
				return e.Invoice.Number + " (" + statement.InvoiceBadge(tr, e.State()).Text + ")"
			}
			return ""
		}).To(func(p *purchase) string { return a.Address("billing.invoice", p.Entry().Invoice.ID) }),
		words("problem", lang.M("Last problem"), problem),
		words("attempts", lang.M("Failed tries"), func(_ *lang.Translator, p *purchase) string { return someOf(p.Attempts) }),
		when("first_attempt_at", lang.M("First try"), func(p *purchase) *time.Time { return p.FirstAttemptAt }),
		when("next_attempt_at", lang.M("Next try"), func(p *purchase) *time.Time { return p.NextAttemptAt }),
		when("failed_at", lang.M("Failed since"), func(p *purchase) *time.Time { return p.FailedAt }),
	}
}

// bought lists in the form of a membership what was bought for it.
func bought[M any](a *admin.Admin, ref func(id int64) billing.Ref) admin.Inline[M] {
	return admin.Table[M, purchase]{
		Key: "purchases", Entity: "billing.purchase", Label: lang.M("Purchases"), Title: func(p *purchase) string { return p.Code },
		Load: func(ctx context.Context, db bun.IDB, id int64) ([]*purchase, error) {
			return billing.SalesOf(ctx, db, ref(id))
		},
		Fields: []field.Field[purchase]{
			words("code", lang.M("Code"), func(_ *lang.Translator, p *purchase) string { return p.Code }).
				To(func(p *purchase) string { return a.Address("billing.purchase", p.ID) }),
			words("kind", lang.M("Purpose"), func(tr *lang.Translator, p *purchase) string { return tr.Say(p.Kind.Text()) }),
			words("total", lang.M("Amount"), func(_ *lang.Translator, p *purchase) string { return p.Total.Dollars() }),
			words("state", lang.M("Status"), func(tr *lang.Translator, p *purchase) string { return tr.Say(p.State.Text()) }),
			words("problem", lang.M("Last problem"), problem),
		},
	}
}

// billed lists in a form invoices that belong to its record.
func billed[M any](a *admin.Admin, load func(context.Context, bun.IDB, int64) ([]*invoice, error)) admin.Inline[M] {
	text := func(key string, label lang.Message, of func(*lang.Translator, *invoice) string) *field.ComputedField[invoice] {
		return field.Computed(key, label, of)
	}
	return admin.Table[M, invoice]{
		Key: "invoices", Entity: "billing.invoice", Label: lang.M("Invoices"), Title: func(i *invoice) string { return i.Number }, Load: load,
		Fields: []field.Field[invoice]{
			text("number", lang.M("Number"), func(_ *lang.Translator, i *invoice) string { return i.Number }).
				To(func(i *invoice) string { return a.Address("billing.invoice", i.ID) }),
			text("purpose", lang.M("Purpose"), func(tr *lang.Translator, i *invoice) string { return tr.Say(i.Purpose.Text()) }),
			text("amount", lang.M("Amount"), func(_ *lang.Translator, i *invoice) string { return i.Amount.Dollars() }),
			text("due", lang.M("Due date"), func(tr *lang.Translator, i *invoice) string { return tr.ShortDate(i.DueDate) }),
			text("state", lang.M("Status"), func(tr *lang.Translator, i *invoice) string { return statement.InvoiceBadge(tr, i.State()).Text }),
		},
	}
}
