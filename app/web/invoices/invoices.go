// Package invoices shows people what they owe and have paid, and leads them to where they pay.
package invoices

import (
	"ams/app/account"
	"ams/app/billing"
	"ams/app/lang"
	"ams/app/web"
	"ams/app/web/statement"
	"ams/views"
)

// Handler serves invoices.
type Handler struct {
	bills  *billing.Service
	detail views.Page[detailPage]
}

// New binds the page.
func New(bills *billing.Service, set *views.Set) *Handler {
	return &Handler{bills: bills, detail: views.BindPage[detailPage](set, "invoices/detail")}
}

// Routes mounts /billing, which has no language.
func (h *Handler) Routes(w *web.Web) {
	r := w.Plain("/billing/invoice").Private()
	r.GET("/:number/", web.SignedIn(h.pay))
	r.GET("/:number/detail/", web.SignedIn(h.show))
}

// detailPage is views/invoices/detail.
type detailPage struct {
	views.Head
	Heading views.Heading
	Facts   views.Facts
	Amounts views.Facts
	Due     views.Fact // set apart from the other amounts
	Buttons views.Buttons
}

// pay leads to the provider's page of the invoice. It is the one request in which the provider is asked.
func (h *Handler) pay(c *web.Ctx, p account.Person) error {
	bill, err := h.bills.Bill(c.Context(), p, c.Param("number"))
	if err != nil {
		return err
	}
	address, err := h.bills.Online(c.Context(), bill.Invoice)
	if err != nil {
		return err
	}
	return web.Go(c, address)
}

func (h *Handler) show(c *web.Ctx, p account.Person) error {
	bill, err := h.bills.Bill(c.Context(), p, c.Param("number"))
	if err != nil {
		return err
	}
	return web.Show(c, h.detail, newDetailPage(c, bill))
}

func newDetailPage(c *web.Ctx, b billing.Bill) detailPage {
	say := c.Translator()
	title := c.Text(lang.M("Invoice %s", b.Number))
	name := b.Owner.Called(c.Translator())
	home := c.Path(b.Owner.Page())
	page := detailPage{
		Head:    views.Head{Title: title, Crumbs: []views.Crumb{{Text: name, Href: home}}},
		Heading: views.Heading{Title: title, Badge: statement.InvoiceBadge(c.Translator(), b.State())},
		Facts: views.Facts{Facts: []views.Fact{
			{Term: c.Text(lang.M("Account")), Text: name},
			{Term: c.Text(lang.M("Bought")), Lines: bought(c, b)},
			{Term: c.Text(lang.M("Issued")), Text: say.ShortDate(b.IssueDate)},
			{Term: c.Text(lang.M("Due date")), Text: say.ShortDate(b.DueDate)},
			{Term: c.Text(lang.M("Paid on")), Text: orDash(say.ShortDate(b.PaidDate))},
		}},
		Amounts: views.Facts{Facts: []views.Fact{
			{Term: c.Text(lang.M("Amount")), Text: b.Amount.Dollars()},
			{Term: c.Text(lang.M("Paid so far")), Text: b.Paid.Dollars()},
		}},
		Due:     views.Fact{Term: c.Text(lang.M("Amount due")), Text: b.Due.Dollars()},
		Buttons: views.Buttons{Cancel: views.Link{Text: c.Text(lang.M("Back to the memberships")), Href: home}},
	}
	for _, more := range []struct {
		term   lang.Message
		amount string
		shown  bool
	}{
		{lang.M("Prepayments"), b.Allocated.Dollars(), !b.Allocated.IsZero()},
		{lang.M("Credited"), b.Credited.Dollars(), !b.Credited.IsZero()},
	} {
		if more.shown {
			page.Amounts.Facts = append(page.Amounts.Facts, views.Fact{Term: c.Text(more.term), Text: more.amount})
		}
	}
	if b.State() == billing.Closed {
		page.Facts.Facts = append(page.Facts.Facts, views.Fact{Term: c.Text(lang.M("Closed")), Text: c.Text(b.Closure())})
	}
	return page
}

// bought says what the invoice is for.
func bought(c *web.Ctx, b billing.Bill) []string {
	var lines []string
	if b.What != "" {
		lines = append(lines, b.What)
	}
	if purpose := b.Purpose.Text(); !purpose.Empty() {
		lines = append(lines, c.Text(purpose))
	}
	return lines
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
