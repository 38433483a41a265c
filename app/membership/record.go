package membership

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
)

// Record is a membership as staff look after it.
type Record struct {
	bun.BaseModel `bun:"table:individual_memberships,alias:m"`
	Individual
	Version int64 `bun:",nullzero,default:1"`

	Who    *account.Record `bun:"rel:belongs-to,join:user_id=id"`
	Chosen *OptionRecord   `bun:"rel:belongs-to,join:membership_option_id=id"`
	Owner  account.Person  `bun:"-"`
	Held   Held            `bun:"-"` // with what was bought only in a form
}

// Person names the owner as the list of people does.
func (r *Record) Person() string {
	if r.Who == nil {
		return ""
	}
	return r.Who.Title()
}

// Title names a membership in lists and messages.
func (r *Record) Title() string {
	return strings.TrimSpace(r.Owner.Name()+" ("+r.Owner.Email+")") + ", " + r.Held.Option.Name.EN
}

// WithOwner reads whose the memberships are and what they are along with them.
func WithOwner(q *bun.SelectQuery) *bun.SelectQuery { return q.Relation("Who").Relation("Chosen") }

// LoadRecords puts what WithOwner has read where it is shown from.
func LoadRecords(_ context.Context, _ bun.IDB, all []*Record) error {
	for _, r := range all {
		r.Owner, r.Held = r.Who.Person, Held{Individual: r.Individual, Option: r.Chosen.Option}
	}
	return nil
}

// LoadEntries adds what was bought for a membership.
func (s *Service) LoadEntries(ctx context.Context, db bun.IDB, r *Record) error {
	entries, err := s.bills.Entries(ctx, db, []int64{r.ID})
	r.Held.Entries = entries[r.ID]
	return err
}

// Enter stores a membership that staff enter: any start, the expiry computed where it is left out, and neither a purchase
// nor an invoice nor a letter.
func (s *Service) Enter(ctx context.Context, tx bun.Tx, by access.Holder, r *Record) error {
	if err := by.Must("memberships.add_individualmembership"); err != nil {
		return err
	}
	opt, err := s.checkRecord(ctx, tx, r)
	if err != nil {
		return err
	}
	r.CreatedAt = s.clock.Now()
	if r.Approved() {
		r.ApprovalSource = ByStaff
	}
	if _, err := tx.NewInsert().Model(r).Returning("id").Exec(ctx); err != nil {
		return fmt.Errorf("insert membership: %w", err)
	}
	if r.Owner, err = account.ByID(ctx, tx, r.UserID); err != nil {
		return err
	}
	r.Held = Held{Individual: r.Individual, Option: opt}
	return nil
}

// Change stores what staff changed. Approving and cancelling tell the member, as the acts of that name do.
func (s *Service) Change(ctx context.Context, tx bun.Tx, by access.Holder, before, after *Record) error {
	if err := by.Must("memberships.change_individualmembership"); err != nil {
		return err
	}
	opt, err := s.checkRecord(ctx, tx, after)
	if err != nil {
		return err
	}
	approves, cancels := !before.Approved() && after.Approved(), before.CancelledAt == nil && after.CancelledAt != nil
	switch {
	case approves:
		after.ApprovalSource = ByStaff
	case !after.Approved():
		after.ApprovalSource = ""
	}
	_, err = tx.NewUpdate().Model(after).WherePK().Column("membership_option_id", "start_date", "expiry_date", "approved_datetime",
		"approval_source", "cancelled_datetime", "cancelled_reason", "overlap_allowed").Exec(ctx)
	if err != nil {
		return fmt.Errorf("update membership %d: %w", after.ID, err)
	}
	owner, err := account.ByID(ctx, tx, after.UserID)
	if err != nil {
		return err
	}
	switch {
	case cancels:
		return s.cancelled(ctx, tx, owner, after.Individual, opt)
	case approves && after.Open(s.today()): // a cancelled or expired one confirms nothing
		return s.sendApproved(ctx, tx, owner, after.Individual, opt)
	}
	return nil
}

// checkRecord holds the owner and finds everything that is wrong.
func (s *Service) checkRecord(ctx context.Context, tx bun.Tx, r *Record) (Option, error) {
	var p fault.Fields
	opt, err := optionBy(ctx, tx, "o.id = ? AND o.type = ?", r.OptionID, ForPeople)
	switch {
	case fault.KindOf(err) == fault.Missing:
		p.Add(fieldOption, lang.M("Choose an option for people."))
	case err != nil:
		return opt, err
	}
	if err := account.Lock(ctx, tx, r.UserID); err != nil {
		return opt, err
	}
	if r.Expiry.IsZero() && opt.ID != 0 {
		r.Expiry = opt.Duration.From(r.Start)
	}
	if !r.Expiry.IsZero() && !r.Expiry.After(r.Start) {
		p.Add("expiry_date", lang.M("The expiry has to be after the start."))
	}
	if r.CancelledAt != nil && r.CancelledReason == "" {
		p.Add("cancelled_reason", lang.M("Say why the membership is cancelled."))
	}
	if r.CancelledAt == nil && !r.OverlapAllowed && !p.Any() {
		others, err := othersOf(ctx, tx, r.Individual)
		if err != nil {
			return opt, err
		}
		for _, o := range others {
			if o.Overlaps(Period{Start: r.Start, End: r.Expiry}) {
				p.Add(fieldStart, lang.M("There is a membership from %s to %s already. Choose another period, or allow the overlap.", o.Start, o.End.AddDays(-1)))
				break
			}
		}
	}
	if p.Any() {
		return opt, fault.Invalid(p)
	}
	return opt, nil
}

// othersOf are the periods of the owner's other memberships.
func othersOf(ctx context.Context, db bun.IDB, m Individual) ([]Period, error) {
	var rows []individualRow
	err := db.NewSelect().Model(&rows).Column("start_date", "expiry_date").
		Where("m.user_id = ? AND m.id <> ? AND m.cancelled_datetime IS NULL", m.UserID, m.ID).Order("m.start_date").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list periods of person %d: %w", m.UserID, err)
	}
	periods := make([]Period, len(rows))
	for i, r := range rows {
		periods[i] = Period{Start: r.Start, End: r.Expiry}
	}
	return periods, nil
}

// Approve is the act of staff on a membership that waits for it.
func (s *Service) Approve(ctx context.Context, tx bun.Tx, by access.Holder, r *Record) error {
	if err := by.Must("memberships.change_individualmembership"); err != nil {
		return err
	}
	m, err := lockIndividual(ctx, tx, r.ID)
	switch {
	case err != nil:
		return err
	case m.Approved():
		return fault.Conflict(lang.M("it is approved already"))
	case m.Status(s.today()) != Pending:
		return fault.Conflict(lang.M("it is cancelled or over"))
	}
	return s.approve(ctx, tx, m, ByStaff)
}

// Drop deletes a membership; what was bought for it says whether that is possible.
func (s *Service) Drop(ctx context.Context, tx bun.Tx, by access.Holder, r *Record) error {
	if err := by.Must("memberships.delete_individualmembership"); err != nil {
		return err
	}
	if _, err := tx.NewDelete().Model(r).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("delete membership %d: %w", r.ID, err)
	}
	return nil
}

// Broken translates the rules of the schema about memberships and options.
func Broken(constraint string) (key string, text lang.Message) {
	switch constraint {
	case "individual_memberships_no_overlap":
		return fieldStart, lang.M("This person has a membership in this period already. Choose another one, or allow the overlap.")
	case "individual_memberships_period":
		return "expiry_date", lang.M("The expiry has to be after the start.")
	case "membership_options_name_unique":
		return "name_en", lang.M("There is an option of this type with this name already.")
	}
	return "", lang.Message{}
}
