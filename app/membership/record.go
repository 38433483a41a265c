package membership

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/account"
	"ams/app/lang"
	"ams/app/organisation"
)

// Record is the membership of a person as staff look after it.
type Record struct {
	bun.BaseModel `bun:"table:individual_memberships,alias:m"`
	Individual
	Version int64 `bun:",nullzero,default:1"`

	Who    *account.Record `bun:"rel:belongs-to,join:user_id=id"`
	Chosen *OptionRecord   `bun:"rel:belongs-to,join:membership_option_id=id"`
	Owner  account.Person  `bun:"-"`
	Held   Held            `bun:"-"`
}

// Person names the owner as the list of people does.
func (r *Record) Person() string {
	if r.Who == nil {
		return ""
	}
	return r.Who.Title()
}

// Title names a membership in lists and messages.
func (r *Record) Title() string { return r.TitleIn(lang.EN) }

// TitleIn is Title in a language.
func (r *Record) TitleIn(l lang.Locale) string {
	return r.Owner.Title() + ", " + r.Held.Option.Name.In(l)
}

// WithOwner reads whose the memberships are and what they are along with them.
func WithOwner(q *bun.SelectQuery) *bun.SelectQuery { return q.Relation("Who").Relation("Chosen") }

// LoadRecords puts what WithOwner has read where it is shown from, and adds what was bought: the reason of a status asks it.
func (s *Service) LoadRecords(ctx context.Context, db bun.IDB, all []*Record) error {
	held := make([]Held, len(all))
	for i, r := range all {
		held[i] = r.held()
		held[i].Option = r.Chosen.Option
	}
	err := s.addEntries(ctx, db, held)
	for i, r := range all {
		r.Owner, r.Held = r.Who.Person, held[i]
	}
	return err
}

func (r *Record) held() Held { return Held{Term: r.Term, Of: OfPerson(r.UserID)} }

// LoadRenewals adds what a membership renews, and what renews it.
func (s *Service) LoadRenewals(ctx context.Context, db bun.IDB, r *Record) error {
	return s.fill(ctx, db, &r.Held)
}

// Enter stores a membership that staff enter: any start, the expiry computed where it is left out, and neither a purchase
// nor an invoice nor a letter.
func (s *Service) Enter(ctx context.Context, tx bun.Tx, by access.Holder, r *Record) (err error) {
	r.Held = r.held()
	if err := s.enter(ctx, tx, by, &r.Held, false); err != nil {
		return err
	}
	r.Term = r.Held.Term
	r.Owner, err = account.ByID(ctx, tx, r.UserID)
	return err
}

// Change stores what staff changed. Approving and cancelling tell the owner, as the acts of that name do.
func (s *Service) Change(ctx context.Context, tx bun.Tx, by access.Holder, before, after *Record) error {
	return s.change(ctx, tx, by, before.held(), after.held(), false)
}

// Approve is the act of staff on a membership that waits for it.
func (s *Service) Approve(ctx context.Context, tx bun.Tx, by access.Holder, r *Record) error {
	return s.approveByHand(ctx, tx, by, r.held())
}

// Drop deletes a membership; what was bought for it says whether that is possible.
func (s *Service) Drop(ctx context.Context, tx bun.Tx, by access.Holder, r *Record) error {
	return s.drop(ctx, tx, by, r.held())
}

// OrganisationRecord is the membership of an organisation as staff look after it.
type OrganisationRecord struct {
	bun.BaseModel `bun:"table:organisation_memberships,alias:m"`
	Organisational
	Version int64 `bun:",nullzero,default:1"`

	Whose    *organisation.Organisation `bun:"rel:belongs-to,join:organisation_id=id"`
	Chosen   *OptionRecord              `bun:"rel:belongs-to,join:membership_option_id=id"`
	Held     Held                       `bun:"-"`
	AnySeats bool                       `bun:"-"` // a number of seats that does not fit is meant
}

// Organisation names the owner.
func (r *OrganisationRecord) Organisation() string {
	if r.Whose == nil {
		return ""
	}
	return r.Whose.Name
}

// Title names a membership in lists and messages.
func (r *OrganisationRecord) Title() string { return r.TitleIn(lang.EN) }

// TitleIn is Title in a language.
func (r *OrganisationRecord) TitleIn(l lang.Locale) string {
	return r.Organisation() + ", " + r.Held.Option.Name.In(l)
}

// WithOrganisation reads whose the memberships are and what they are along with them.
func WithOrganisation(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Relation("Whose").Relation("Chosen")
}

// LoadOrganisationRecords is LoadRecords for memberships of organisations, and counts the seats that are taken.
func (s *Service) LoadOrganisationRecords(ctx context.Context, db bun.IDB, all []*OrganisationRecord) error {
	held := make([]Held, len(all))
	for i, r := range all {
		held[i] = r.held()
		held[i].Option = r.Chosen.Option
	}
	err := s.seat(ctx, db, held)
	if err == nil {
		err = s.addEntries(ctx, db, held)
	}
	for i, r := range all {
		r.Held = held[i]
	}
	return err
}

// RecordsOf are the memberships of an organisation, the newest start first.
func (s *Service) RecordsOf(ctx context.Context, db bun.IDB, organisation int64) (all []*OrganisationRecord, err error) {
	q := WithOrganisation(db.NewSelect().Model(&all)).Where("m.organisation_id = ?", organisation).Order("m.start_date DESC", "m.id DESC")
	if err = q.Limit(most).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list the memberships of organisation %d: %w", organisation, err)
	}
	return all, s.LoadOrganisationRecords(ctx, db, all)
}

func (r *OrganisationRecord) held() Held {
	return Held{Term: r.Term, Of: OfOrganisation(r.OrganisationID), Seats: r.Seats}
}

// LoadOrganisationRenewals is LoadRenewals for a membership of an organisation.
func (s *Service) LoadOrganisationRenewals(ctx context.Context, db bun.IDB, r *OrganisationRecord) error {
	return s.fill(ctx, db, &r.Held)
}

// EnterOrganisation is Enter for a membership of an organisation.
func (s *Service) EnterOrganisation(ctx context.Context, tx bun.Tx, by access.Holder, r *OrganisationRecord) error {
	r.Held = r.held()
	if err := s.enter(ctx, tx, by, &r.Held, r.AnySeats); err != nil {
		return err
	}
	r.Term = r.Held.Term
	o, err := organisation.ByID(ctx, tx, r.OrganisationID)
	r.Whose = &o
	return err
}

// ChangeOrganisation is Change for a membership of an organisation. Another number of seats raises no invoice.
func (s *Service) ChangeOrganisation(ctx context.Context, tx bun.Tx, by access.Holder, before, after *OrganisationRecord) error {
	return s.change(ctx, tx, by, before.held(), after.held(), after.AnySeats)
}

// ApproveOrganisation is Approve for a membership of an organisation.
func (s *Service) ApproveOrganisation(ctx context.Context, tx bun.Tx, by access.Holder, r *OrganisationRecord) error {
	return s.approveByHand(ctx, tx, by, r.held())
}

// DropOrganisation is Drop for a membership of an organisation.
func (s *Service) DropOrganisation(ctx context.Context, tx bun.Tx, by access.Holder, r *OrganisationRecord) error {
	return s.drop(ctx, tx, by, r.held())
}

// fill adds what a membership renews and what renews it.
func (s *Service) fill(ctx context.Context, db bun.IDB, h *Held) error {
	var rows []row
	err := from(db, h.Of.Type, &rows).Where("m.id = ?", h.RenewsID).WhereOr("m.renews_id = ? AND m.cancelled_datetime IS NULL", h.ID).
		Limit(2).Scan(ctx)
	if err != nil {
		return fmt.Errorf("find the renewals of %s: %w", h.Ref(), err)
	}
	for _, r := range rows {
		if r.ID == h.RenewsID {
			h.Renews = r.Term
		} else {
			h.RenewedBy = r.Term
		}
	}
	return nil
}
