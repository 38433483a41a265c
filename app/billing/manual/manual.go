// Package manual is the development provider of invoices. It keeps books of its own, as an outside service would, mails
// its invoices through the outbox, and lets somebody say that one is paid.
package manual

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/billing"
	"ams/app/clock"
	"ams/app/href"
	"ams/app/lang"
	"ams/app/mail"
	"ams/app/money"
)

// sender is who mails the invoices of the development provider.
const sender = "billing@ams.local"

// Provider is a billing.Provider.
type Provider struct {
	db     *bun.DB
	post   *mail.Post
	texts  func(lang.Locale) *lang.Translator
	letter mail.Letter[invoiceMail]
}

// invoiceMail is what views/mail/mock_invoice tells.
type invoiceMail struct{ Name, Number, Issued, DueOn, Amount, Due, Link string }

// New binds the letter.
func New(db *bun.DB, post *mail.Post, texts func(lang.Locale) *lang.Translator) *Provider {
	return &Provider{db: db, post: post, texts: texts, letter: mail.Bind[invoiceMail](post, "mock_invoice")}
}

type bookRow struct {
	bun.BaseModel `bun:"table:mock_invoices,alias:b"`

	Number    string `bun:",pk"`
	Key       string `bun:"idempotency_key"`
	Reference string
	IssueDate clock.Date
	DueDate   clock.Date
	Total     money.Amount
	Paid      money.Amount
	PaidDate  clock.Date
	Status    billing.Status
}

func (r bookRow) remote() billing.Remote {
	due := r.Total
	if r.Status == billing.StatusPaid {
		due = money.Amount{}
	}
	return billing.Remote{
		ID: r.Number, Number: r.Number, Status: r.Status, IssueDate: r.IssueDate, DueDate: r.DueDate,
		PaidDate: r.PaidDate, Amount: r.Total, Paid: r.Paid, Due: due,
	}
}

// Sync has nothing to do: these books know no customers.
func (*Provider) Sync(context.Context, billing.Customer) error { return nil }

// Raise writes an invoice under the next free number. A key that was used before gives the invoice of that time.
func (p *Provider) Raise(ctx context.Context, d billing.Draft) (billing.Remote, error) {
	var row bookRow
	err := p.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw(`LOCK TABLE mock_invoices IN SHARE ROW EXCLUSIVE MODE`).Exec(ctx); err != nil {
			return err
		}
		err := tx.NewSelect().Model(&row).Where("b.idempotency_key = ?", d.Key).Scan(ctx)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		row = bookRow{
			Key: d.Key, Reference: d.Reference, IssueDate: d.IssueDate, DueDate: d.DueDate, Total: d.Total,
			Status: billing.StatusAuthorised,
		}
		if row.Number, err = freeNumber(ctx, tx); err != nil {
			return err
		}
		_, err = tx.NewInsert().Model(&row).Exec(ctx)
		return err
	})
	if err != nil {
		return billing.Remote{}, fmt.Errorf("development provider: raise: %w", err)
	}
	return row.remote(), nil
}

// freeNumber counts on, past numbers that an import has brought.
func freeNumber(ctx context.Context, tx bun.Tx) (number string, err error) {
	const next = `
		WITH taken AS (
			SELECT number FROM mock_invoices UNION ALL SELECT invoice_number FROM invoices WHERE invoice_number LIKE 'MOCK-%'
		), books AS (SELECT count(*) AS written FROM mock_invoices)
		SELECT 'MOCK-' || k FROM books, generate_series(written + 1, written + 1 + (SELECT count(*) FROM taken)) AS k
		WHERE 'MOCK-' || k NOT IN (SELECT number FROM taken) ORDER BY k LIMIT 1`
	err = tx.NewRaw(next).Scan(ctx, &number)
	return number, err
}

// Find looks for a purchase's code in the references.
func (p *Provider) Find(ctx context.Context, code string) ([]billing.Remote, error) {
	var rows []bookRow
	if err := p.db.NewSelect().Model(&rows).Where("strpos(b.reference, ?) > 0", code).OrderExpr("b.position").Scan(ctx); err != nil {
		return nil, fmt.Errorf("development provider: find: %w", err)
	}
	found := make([]billing.Remote, len(rows))
	for i, r := range rows {
		found[i] = r.remote()
	}
	return found, nil
}

// Read gives an invoice as it stands.
func (p *Provider) Read(ctx context.Context, id string) (billing.Remote, error) {
	var row bookRow
	err := p.db.NewSelect().Model(&row).Where("b.number = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return billing.Remote{}, billing.ErrUnknown
	}
	if err != nil {
		return billing.Remote{}, fmt.Errorf("development provider: read: %w", err)
	}
	return row.remote(), nil
}

// Send writes the invoice to the customer, once.
func (p *Provider) Send(ctx context.Context, i billing.Invoice, to billing.Customer) error {
	say := p.texts(to.Language)
	facts := invoiceMail{
		Name: to.Name, Number: i.Number, Issued: say.ShortDate(i.IssueDate), DueOn: say.ShortDate(i.DueDate),
		Amount: i.Amount.Dollars(), Due: i.Due.Dollars(), Link: p.post.Address(detailPath(i.Number)),
	}
	return p.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		return p.post.Add(ctx, tx, p.letter.To(to.Email, to.Language, facts, mail.From(sender), mail.Once("mock_invoice/"+i.Number)))
	})
}

// Void ends an invoice.
func (p *Provider) Void(ctx context.Context, id string) error {
	return p.update(ctx, id, "status = ?", billing.StatusVoided)
}

// Pay notes that an invoice is fully paid on that day.
func (p *Provider) Pay(ctx context.Context, id string, on clock.Date) (billing.Remote, error) {
	if err := p.update(ctx, id, "status = ?, paid = total, paid_date = ?", billing.StatusPaid, on); err != nil {
		return billing.Remote{}, err
	}
	return p.Read(ctx, id)
}

// update changes an invoice that is not paid or void yet.
func (p *Provider) update(ctx context.Context, id, set string, args ...any) error {
	_, err := p.db.NewUpdate().Table("mock_invoices").Set(set, args...).
		Where("number = ? AND status = ?", id, billing.StatusAuthorised).Exec(ctx)
	if err != nil {
		return fmt.Errorf("development provider: update: %w", err)
	}
	return nil
}

// Online is the page of the invoice on this site: there is nothing to pay with.
func (*Provider) Online(_ context.Context, i billing.Invoice) (string, error) {
	return detailPath(i.Number), nil
}

func detailPath(number string) string {
	return "/billing/invoice/" + href.Segment(number) + "/detail/"
}
