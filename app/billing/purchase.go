package billing

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ams/app/clock"
	"ams/app/database"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/money"
)

// Order is what somebody buys, as package membership prices it.
type Order struct {
	Token           string // of the form, so that a submission counts once; none or a malformed one counts for itself
	Kind            Kind
	Membership      Ref
	Option          int64
	Buyer           int64
	Organisation    int64 // that pays; 0: the buyer does
	Seats           int   // bought or added; 0 for a membership of a person
	SeatsAfter      int   // of the membership from then on, likewise
	Quantity        int64
	UnitAmount      money.Amount
	Description     string
	OptionReference string // stands before the purchase's code
	DueDays         int
}

// TokenField is the input that carries an Order's Token.
const TokenField = "submission_token"

// Bought tells whether a form was submitted already. Somebody else's is a problem of TokenField. Ask while the buyer's
// row is locked.
func (s *Service) Bought(ctx context.Context, tx bun.Tx, buyer int64, token string) (bool, error) {
	token = canonicalToken(token)
	if token == "" {
		return false, nil
	}
	p, found, err := purchaseBy(ctx, tx, "p.submission_token = ?", token)
	if err != nil || !found {
		return false, err
	}
	if p.BuyerID != buyer {
		return false, foreignToken()
	}
	return true, nil
}

func foreignToken() error {
	var p fault.Fields
	p.Add(TokenField, lang.M("This form was sent from another account already. Check it and send it again."))
	return fault.Invalid(p)
}

// canonicalToken is "" for what is no token.
func canonicalToken(token string) string {
	parsed, err := uuid.Parse(token)
	if err != nil {
		return ""
	}
	return parsed.String()
}

// Buy stores a purchase in the caller's transaction, with its account and the job that raises its invoice where there is
// something to invoice. No outside service is called.
func (s *Service) Buy(ctx context.Context, tx bun.Tx, o Order) (Purchase, error) {
	total, err := o.UnitAmount.Times(o.Quantity)
	if err != nil {
		return Purchase{}, err
	}
	now := s.clock.Now()
	today := clock.DateOf(now)
	p := Purchase{
		UUID: uuid.NewString(), Token: canonicalToken(o.Token), Kind: o.Kind, Membership: o.Membership, BuyerID: o.Buyer,
		OptionID: o.Option, Seats: o.Seats, SeatsAfter: o.SeatsAfter, Quantity: o.Quantity, UnitAmount: o.UnitAmount, Total: total, Description: o.Description,
		IssueDate: today, DueDate: today.AddDays(o.DueDays), State: stateNone, Series: 1, CreatedAt: now,
	}
	if s.On() && total.Positive() {
		p.State = stateWaiting
		if p.AccountID, err = accountOf(ctx, tx, o); err != nil {
			return Purchase{}, err
		}
	} else {
		slog.InfoContext(ctx, "nothing to invoice", "purchase", p.UUID, "billing", s.On(), "total", total.String())
	}
	if err := insertPurchase(ctx, tx, &p, o.OptionReference); err != nil {
		if database.Constraint(err) == "purchases_token_unique" { // at the same moment, from another account
			return Purchase{}, foreignToken()
		}
		return Purchase{}, err
	}
	if p.State == stateWaiting {
		err = s.queue.Add(ctx, tx, RaiseInvoice{Purchase: p.ID})
	}
	return p, err
}

// Stop hands the purchases of a membership that has been cancelled to their job at once: what has no invoice yet gets
// none, and what the provider may hold is found and voided.
func (s *Service) Stop(ctx context.Context, tx bun.Tx, membership Ref) error {
	var ids []int64
	err := tx.NewSelect().Model((*purchaseRow)(nil)).Column("id").
		Apply(of(membership)).
		Where("p.invoice_state IN (?, ?)", stateWaiting, stateFailed).Order("p.id").Scan(ctx, &ids)
	if err != nil {
		return fmt.Errorf("list open purchases of %s: %w", membership, err)
	}
	for _, id := range ids {
		if err := s.queue.Add(ctx, tx, RaiseInvoice{Purchase: id}); err != nil {
			return err
		}
	}
	return nil
}

// OnItsWay tells whether an invoice of a person is being raised. Ask while the person's row is locked.
func (s *Service) OnItsWay(ctx context.Context, tx bun.Tx, person int64) (bool, error) {
	found, err := tx.NewSelect().Model((*purchaseRow)(nil)).Where("p.invoice_state = ?", stateWaiting).
		Where("p.account_id IN (SELECT id FROM billing_accounts WHERE user_id = ?)", person).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("look for invoices on their way to person %d: %w", person, err)
	}
	return found, nil
}

// Waits tells whether the invoice of a new purchase is on its way.
func (p Purchase) Waits() bool { return p.State == stateWaiting }

// codeLetters leaves out what is easily misread.
const codeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// newCode is what a purchase is called in its invoice's reference.
func newCode() string {
	const length = 8
	random := make([]byte, length)
	_, _ = rand.Read(random) // never fails
	var code strings.Builder
	for _, b := range random {
		code.WriteByte(codeLetters[int(b)%len(codeLetters)])
	}
	return "AMS-" + code.String()
}

// insertPurchase gives the purchase a code that no other one has.
func insertPurchase(ctx context.Context, tx bun.Tx, p *Purchase, optionReference string) error {
	const tries = 5
	for range tries {
		p.Code = newCode()
		p.Reference = strings.TrimSpace(optionReference + " " + p.Code)
		row := &purchaseRow{Purchase: *p}
		result, err := tx.NewInsert().Model(row).On("CONFLICT (code) DO NOTHING").Returning("id").Exec(ctx)
		if err != nil {
			return fmt.Errorf("insert purchase: %w", err)
		}
		if n, err := result.RowsAffected(); err == nil && n == 1 {
			p.ID = row.ID
			return nil
		}
	}
	return fmt.Errorf("insert purchase: %d codes in a row are taken", tries)
}
