package membership

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/organisation"
)

// What staff do with memberships of either kind.

// enter stores a membership as staff typed it. anySeats means a number of seats that does not fit.
func (s *Service) enter(ctx context.Context, tx bun.Tx, by access.Holder, h *Held, anySeats bool) error {
	if err := by.Must("memberships.add_" + h.Of.Type.model()); err != nil {
		return err
	}
	if err := s.checkEntered(ctx, tx, h, !anySeats); err != nil {
		return err
	}
	h.CreatedAt = s.clock.Now()
	if h.Approved() {
		h.ApprovalSource = ByStaff
	}
	return insert(ctx, tx, h)
}

// change stores what staff changed. The number of seats has to fit only where it is another one, or of another option.
func (s *Service) change(ctx context.Context, tx bun.Tx, by access.Holder, before, after Held, anySeats bool) error {
	if err := by.Must("memberships.change_" + after.Of.Type.model()); err != nil {
		return err
	}
	seats := (before.Seats != after.Seats || before.OptionID != after.OptionID) && !anySeats
	if err := s.checkEntered(ctx, tx, &after, seats); err != nil {
		return err
	}
	approves, cancels := !before.Approved() && after.Approved(), before.CancelledAt == nil && after.CancelledAt != nil
	switch {
	case approves:
		after.ApprovalSource = ByStaff
	case !after.Approved():
		after.ApprovalSource = ""
	}
	if err := store(ctx, tx, after); err != nil {
		return err
	}
	switch {
	case cancels:
		return s.cancelled(ctx, tx, after)
	case approves && after.Open(s.today()): // a cancelled or expired one confirms nothing
		return s.sendApproved(ctx, tx, after)
	}
	return nil
}

// store writes everything that staff may change.
func store(ctx context.Context, tx bun.Tx, h Held) error {
	err := update(ctx, tx, h.Of.Type, h.Term, "membership_option_id", "start_date", "expiry_date", "approved_datetime",
		"approval_source", "cancelled_datetime", "cancelled_reason", "overlap_allowed")
	if err != nil || h.Of.Type == ForPeople {
		return err
	}
	return setSeats(ctx, tx, h)
}

// checkEntered holds the owner and finds everything that is wrong. It adds the option, and the expiry where it is left out.
func (s *Service) checkEntered(ctx context.Context, tx bun.Tx, h *Held, seats bool) error {
	var p fault.Fields
	opt, err := optionBy(ctx, tx, "o.id = ? AND o.type = ?", h.OptionID, h.Of.Type)
	switch {
	case fault.KindOf(err) == fault.Missing && h.Of.Type == ForOrganisations:
		p.Add(fieldOption, lang.M("Choose an option for organisations."))
	case fault.KindOf(err) == fault.Missing:
		p.Add(fieldOption, lang.M("Choose an option for people."))
	case err != nil:
		return err
	}
	if err := lockOwner(ctx, tx, h.Of); err != nil {
		return err
	}
	h.Option = opt
	if h.Expiry.IsZero() && opt.ID != 0 {
		h.Expiry = opt.Duration.From(h.Start)
	}
	if !h.Expiry.IsZero() && !h.Expiry.After(h.Start) {
		p.Add("expiry_date", lang.M("The expiry has to be after the start."))
	}
	if h.CancelledAt != nil && h.CancelledReason == "" {
		p.Add("cancelled_reason", lang.M("Say why the membership is cancelled."))
	}
	if h.Of.Type == ForOrganisations && opt.ID != 0 {
		if err := s.checkSeatsEntered(ctx, tx, *h, seats, &p); err != nil {
			return err
		}
	}
	if h.CancelledAt == nil && !h.OverlapAllowed && !p.Any() {
		others, err := periodsOf(ctx, tx, h.Of, h.ID)
		if err != nil {
			return err
		}
		for _, o := range others {
			if o.Overlaps(h.Period()) {
				p.Add(fieldStart, lang.M("There is a membership from %s to %s already. Choose another period, or allow the overlap.", o.Start, o.End.AddDays(-1)))
				break
			}
		}
	}
	if p.Any() {
		return fault.Invalid(p)
	}
	return nil
}

// checkSeatsEntered wants at least one seat, and as many as fit where limits are asked for.
func (s *Service) checkSeatsEntered(ctx context.Context, tx bun.Tx, h Held, limits bool, p *fault.Fields) error {
	all := []Held{h}
	if err := s.seat(ctx, tx, all); err != nil {
		return err
	}
	limit, taken := h.Option.MaxSeats, all[0].Occupied
	switch {
	case h.Seats < 1 || h.Seats > maxWhole:
		p.Add("seats", lang.M("Enter a whole number of seats, at least 1."))
	case !limits:
	case h.Seats < taken:
		p.Add("seats", lang.N("%d seat is taken. Enter as many, or allow this number.", "%d seats are taken. Enter as many, or allow this number.", taken, taken))
	case limit > 0 && h.Seats > limit:
		p.Add("seats", lang.N("The option has at most %d seat. Enter fewer, or allow this number.",
			"The option has at most %d seats. Enter fewer, or allow this number.", limit, limit))
	}
	return nil
}

// lockOwner holds whose the memberships are, so that their periods are looked at by one after another.
func lockOwner(ctx context.Context, tx bun.Tx, of Owner) error {
	if of.Type == ForOrganisations {
		_, err := organisation.Lock(ctx, tx, of.ID)
		return err
	}
	return account.Lock(ctx, tx, of.ID)
}

func (s *Service) approveByHand(ctx context.Context, tx bun.Tx, by access.Holder, h Held) error {
	if err := by.Must("memberships.change_" + h.Of.Type.model()); err != nil {
		return err
	}
	m, err := lock(ctx, tx, h.Ref())
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

func (s *Service) drop(ctx context.Context, tx bun.Tx, by access.Holder, h Held) error {
	if err := by.Must("memberships.delete_" + h.Of.Type.model()); err != nil {
		return err
	}
	if err := s.bills.Discard(ctx, tx, h.Ref()); err != nil {
		return err
	}
	if _, err := tx.NewDelete().Table(h.Of.Type.table()).Where("id = ?", h.ID).Exec(ctx); err != nil {
		return fmt.Errorf("delete %s: %w", h.Ref(), err)
	}
	return nil
}

// Broken translates the rules of the schema about memberships and options.
func Broken(constraint string) (key string, text lang.Message) {
	switch constraint {
	case "individual_memberships_no_overlap":
		return fieldStart, lang.M("This person has a membership in this period already. Choose another one, or allow the overlap.")
	case "organisation_memberships_no_overlap":
		return fieldStart, lang.M("This organisation has a membership in this period already. Choose another one, or allow the overlap.")
	case "individual_memberships_one_renewal", "organisation_memberships_one_renewal":
		return "cancelled_datetime", lang.M("What this membership renews was renewed by another membership meanwhile. Cancel that one first.")
	case "individual_memberships_period", "organisation_memberships_period":
		return "expiry_date", lang.M("The expiry has to be after the start.")
	case "membership_options_name_unique":
		return "name_en", lang.M("There is an option of this type with this name already.")
	}
	return "", lang.Message{}
}
