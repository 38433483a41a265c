package staff

import (
	"ams/app/admin"
	"ams/app/billing"
	"ams/app/clock"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/web/statement"
	"ams/views"
)

type invoice = billing.Record

// The states of invoices i as billing.Invoice.State decides them.
const (
	received = "i.paid + i.allocated > 0 OR i.amount = 0"
	void     = "coalesce(i.provider_status, '') IN ('VOIDED', 'DELETED')"
	awaiting = "i.paid_date IS NULL AND NOT " + void
	paid     = "i.paid_date IS NOT NULL AND NOT " + void + " AND (" + received + ")"
	closed   = void + " OR i.paid_date IS NOT NULL AND NOT (" + received + ")"
)

func invoices(a *admin.Admin, bills *billing.Service) admin.Resource[invoice] {
	r := admin.Resource[invoice]{
		App: "billing", Model: "invoice", One: lang.M("invoice"), Many: lang.M("Invoices"), Icon: "receipt", Letter: "v", Order: "i.id DESC",
		Title: func(i *invoice) string { return i.Number }, Rows: billing.LoadRecords, Fill: billing.LoadBought,
		Columns: []admin.Column[invoice]{
			admin.Text("number", lang.M("Number"), "i.invoice_number", func(i *invoice) string { return i.Number }),
			admin.Words("account", lang.M("Account"), "", func(tr *lang.Translator, i *invoice) string { return i.Owner.Called(tr) }),
			admin.Words("purpose", lang.M("Purpose"), "", func(tr *lang.Translator, i *invoice) string { return tr.Say(i.Purpose.Text()) }),
			admin.Day("issue_date", lang.M("Issued"), "i.issue_date", func(i *invoice) clock.Date { return i.IssueDate }),
			admin.Day("due_date", lang.M("Due date"), "i.due_date", func(i *invoice) clock.Date { return i.DueDate }),
			admin.Day("paid_date", lang.M("Paid on"), "i.paid_date", func(i *invoice) clock.Date { return i.PaidDate }),
			admin.Figure("amount", lang.M("Amount"), "i.amount", func(_ *lang.Translator, i *invoice) string { return i.Amount.Dollars() }),
			admin.Figure("due", lang.M("Amount due"), "", func(_ *lang.Translator, i *invoice) string { return i.Due.Dollars() }),
			admin.Badges("state", lang.M("Status"), "", func(tr *lang.Translator, i *invoice) []views.Badge {
				return []views.Badge{statement.InvoiceBadge(tr, i.State())}
			}),
		},
		Search: []admin.Search{
			admin.Own(), admin.Parent("purchases", "purchase_id"),
			admin.Through("billing_accounts", "account_id", "users", "user_id"),
			admin.Through("billing_accounts", "account_id", "organisations", "organisation_id"),
		},
		Filters: []admin.Filter{
			admin.Cases("state", lang.M("Status"),
				admin.Case{Value: "awaiting", Label: lang.M("Awaiting payment"), Where: awaiting},
				admin.Case{Value: "paid", Label: lang.M("Paid"), Where: paid},
				admin.Case{Value: "cancelled", Label: lang.C("invoice", "Cancelled"), Where: closed}),
			admin.OneOf("purpose", lang.M("Purpose"), "i.purpose",
				field.Option{Value: string(billing.ForApplication), Label: billing.ForApplication.Text()},
				field.Option{Value: string(billing.ForRenewal), Label: billing.ForRenewal.Text()},
				field.Option{Value: string(billing.ForSeats), Label: billing.ForSeats.Text()}),
			admin.Days("issue", lang.M("Issued"), "i.issue_date"), admin.Days("due", lang.M("Due date"), "i.due_date"),
			admin.Days("paid", lang.M("Paid on"), "i.paid_date"),
			personFilter("i.account_id IN (SELECT id FROM billing_accounts WHERE user_id = ?)"),
			organisationFilter("i.account_id IN (SELECT id FROM billing_accounts WHERE organisation_id = ?)"),
		},
		Onward: []admin.Onward[invoice]{
			{Entity: "users.user", Filter: byPerson, ID: func(i *invoice) int64 { return i.Owner.Person.ID }},
			{Entity: "memberships.individualmembership", Filter: byPerson, ID: func(i *invoice) int64 { return i.Owner.Person.ID }},
			{Entity: "organisations.organisation", Search: func(i *invoice) string { return i.Owner.Organisation.Name }},
			{Entity: "memberships.organisationmembership", Filter: byOrganisation, ID: func(i *invoice) int64 { return i.Owner.Organisation.ID }},
		},
		Sections: []admin.Section[invoice]{admin.Sect(lang.Message{}, invoiceFields()...)},
	}
	if bills.CanMark() {
		r.Actions = []admin.Action[invoice]{{
			Name: "mark_as_paid", Label: lang.M("Mark as paid"), Icon: "check-lg", Alone: bills.Pay,
			Ask:   lang.M("The invoices count as paid in full today, and the memberships that they pay for are approved."),
			Offer: func(i *invoice) bool { return i.State() == billing.Awaiting && i.ProviderID != "" },
		}}
	}
	return r
}

func invoiceFields() []field.Field[invoice] {
	day := func(key string, label lang.Message, of func(*invoice) clock.Date) field.Field[invoice] {
		return field.Computed(key, label, func(tr *lang.Translator, i *invoice) string { return tr.Date(of(i)) })
	}
	text := func(key string, label lang.Message, of func(*invoice) string) field.Field[invoice] {
		return field.Computed(key, label, func(_ *lang.Translator, i *invoice) string { return of(i) })
	}
	return []field.Field[invoice]{
		field.Computed("state", lang.M("Status"), func(tr *lang.Translator, i *invoice) string { return statement.InvoiceBadge(tr, i.State()).Text }),
		field.Computed("account", lang.M("Account"), func(tr *lang.Translator, i *invoice) string { return i.Owner.Listed(tr) }),
		text("what", lang.M("Bought"), func(i *invoice) string { return i.What }),
		field.Computed("purpose", lang.M("Purpose"), func(tr *lang.Translator, i *invoice) string { return tr.Say(i.Purpose.Text()) }),
		day("issue_date", lang.M("Issued"), func(i *invoice) clock.Date { return i.IssueDate }),
		day("due_date", lang.M("Due date"), func(i *invoice) clock.Date { return i.DueDate }),
		day("paid_date", lang.M("Paid on"), func(i *invoice) clock.Date { return i.PaidDate }),
		text("amount", lang.M("Amount"), func(i *invoice) string { return i.Amount.Dollars() }),
		text("paid", lang.M("Paid so far"), func(i *invoice) string { return i.Paid.Dollars() }),
		text("credited", lang.M("Credited"), func(i *invoice) string { return i.Credited.Dollars() }),
		text("allocated", lang.M("Prepayments"), func(i *invoice) string { return i.Allocated.Dollars() }),
		text("due", lang.M("Amount due"), func(i *invoice) string { return i.Due.Dollars() }),
		text("provider", lang.M("At the billing service"), func(i *invoice) string { return i.ProviderID + " " + string(i.Status) }),
	}
}
