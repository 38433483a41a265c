package account

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"ams/app/database"
	"ams/app/fault"
	"ams/app/lang"
)

// Mailbox is an e-mail address of a person, as they see it themselves.
type Mailbox struct {
	Email             string
	Verified, Primary bool
}

// Mailboxes are the addresses of somebody, by the alphabet. An imported account may lack the row of the address that it
// signs in with, or have another one as the primary one: that is put right.
func (s *Service) Mailboxes(ctx context.Context, who Person) (all []Mailbox, err error) {
	rows, err := addressesOf(ctx, s.db, who.ID)
	if err == nil && !inStep(rows, who.Email) {
		rows, err = s.repair(ctx, who.ID)
	}
	for _, r := range rows {
		all = append(all, Mailbox{Email: r.Email, Verified: r.Verified, Primary: r.Primary})
	}
	slices.SortFunc(all, func(a, b Mailbox) int { return strings.Compare(a.Email, b.Email) })
	return all, err
}

// inStep tells whether the primary address is the one that the account itself has.
func inStep(rows []addressRow, email string) bool {
	return slices.ContainsFunc(rows, func(a addressRow) bool { return a.Primary && a.Email == email })
}

func (s *Service) repair(ctx context.Context, id int64) (rows []addressRow, err error) {
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		_, rows, err = own(ctx, tx, id)
		return err
	})
	return rows, err
}

// own holds an account and gives it with all its addresses, of which that of the account is primary.
func own(ctx context.Context, tx bun.Tx, id int64) (Person, []addressRow, error) {
	u, err := hold(ctx, tx, id)
	if err != nil {
		return Person{}, nil, err
	}
	rows, err := addressesOf(ctx, tx, id)
	if err != nil || inStep(rows, u.Email) {
		return u.Person, rows, err
	}
	if err := makePrimary(ctx, tx, id, u.Email); err != nil {
		return Person{}, nil, err
	}
	rows, err = addressesOf(ctx, tx, id)
	return u.Person, rows, err
}

// AddMailbox gives a person a further address and sends it a link to confirm. Whether somebody else has it is not told.
func (s *Service) AddMailbox(ctx context.Context, who Person, email string) (added string, err error) {
	email = CanonicalEmail(email)
	var p fault.Fields
	if checkEmail(&p, "email", email); p.Any() {
		return "", fault.Invalid(p)
	}
	return email, s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		owner, rows, err := own(ctx, tx, who.ID)
		if err != nil {
			return err
		}
		if _, found := among(rows, email); found {
			p.Add("email", lang.M("This address is in your list already."))
			return fault.Invalid(p)
		}
		if guarded, err := s.hasSecond(ctx, tx, owner.ID); err != nil {
			return err
		} else if guarded {
			p.Add("email", lang.M("While two-step sign-in is on you cannot add an address. Switch it off first."))
			return fault.Invalid(p)
		}
		a := addressRow{UserID: owner.ID, Email: email}
		if err := insertAddress(ctx, tx, &a); err != nil {
			return err
		}
		_, err = s.confirmSometimes(ctx, tx, owner, a)
		return err
	})
}

func among(rows []addressRow, email string) (addressRow, bool) {
	i := slices.IndexFunc(rows, func(a addressRow) bool { return a.Email == email })
	if i < 0 {
		return addressRow{}, false
	}
	return rows[i], true
}

// confirmSometimes sends a link to confirm, unless the address has had one just now.
func (s *Service) confirmSometimes(ctx context.Context, tx bun.Tx, owner Person, a addressRow) (sent bool, err error) {
	now := s.clock.Now()
	if sent, err = s.mayMail(ctx, tx, a.Email, now); err != nil || !sent {
		return false, err
	}
	return true, s.sendConfirmation(ctx, tx, owner, a, "", now)
}

// onMailbox does something to one address of somebody, whose account is held; an address that is not theirs is left
// alone without a word.
func (s *Service) onMailbox(ctx context.Context, who Person, email string,
	do func(ctx context.Context, tx bun.Tx, owner Person, a addressRow, all []addressRow) error,
) error {
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		owner, rows, err := own(ctx, tx, who.ID)
		if err != nil {
			return err
		}
		a, found := among(rows, CanonicalEmail(email))
		if !found {
			return nil
		}
		return do(ctx, tx, owner, a, rows)
	})
}

// PreferMailbox makes an address the primary one, and tells the former one; changed is false when it is already. An
// unverified address is refused once the person has a verified one.
func (s *Service) PreferMailbox(ctx context.Context, who Person, email string, from Origin) (changed bool, err error) {
	err = s.onMailbox(ctx, who, email, func(ctx context.Context, tx bun.Tx, owner Person, a addressRow, all []addressRow) error {
		switch {
		case a.Primary:
			return nil
		case !a.Verified && slices.ContainsFunc(all, func(a addressRow) bool { return a.Verified }):
			return fault.Conflict(lang.M("%s is not confirmed yet. Confirm it first, then make it the primary address.", a.Email))
		}
		changed = true
		return s.prefer(ctx, tx, owner, a, from)
	})
	if database.Constraint(err) == "users_email_unique" {
		return false, fault.Conflict(lang.M("Another account signs in with this address, so it cannot become your primary one."))
	}
	return changed, err
}

// prefer makes an address of a held account the primary one, and tells the former one.
func (s *Service) prefer(ctx context.Context, tx bun.Tx, owner Person, a addressRow, from Origin) error {
	if err := makePrimary(ctx, tx, owner.ID, a.Email); err != nil {
		return err
	}
	if _, err := tx.NewRaw("UPDATE users SET email = ? WHERE id = ?", a.Email, owner.ID).Exec(ctx); err != nil {
		return fmt.Errorf("store the primary address of user %d: %w", owner.ID, err)
	}
	return s.Notice(ctx, tx, owner, primaryChanged(owner.Email, a.Email), from)
}

func primaryChanged(old, fresh string) lang.Message {
	return lang.M("The primary e-mail address of your account was changed from %s to %s. Messages go to the new one from now on.", old, fresh)
}

// Asked says what came of asking for a link to confirm an address.
type Asked int

// Nothing is sent to an address that had a letter just now, that is confirmed or that is not the person's.
const (
	AskedInVain Asked = iota
	AskedAndSent
	AskedOfConfirmed
)

// AskMailbox sends a link to confirm an address once more.
func (s *Service) AskMailbox(ctx context.Context, who Person, email string) (came Asked, err error) {
	err = s.onMailbox(ctx, who, email, func(ctx context.Context, tx bun.Tx, owner Person, a addressRow, _ []addressRow) error {
		if a.Verified {
			came = AskedOfConfirmed
			return nil
		}
		sent, err := s.confirmSometimes(ctx, tx, owner, a)
		if sent {
			came = AskedAndSent
		}
		return err
	})
	return came, err
}

// DropMailbox removes an address and tells the primary one, which itself stays.
func (s *Service) DropMailbox(ctx context.Context, who Person, email string, from Origin) (dropped bool, err error) {
	err = s.onMailbox(ctx, who, email, func(ctx context.Context, tx bun.Tx, owner Person, a addressRow, all []addressRow) error {
		switch {
		case len(all) == 1:
			return fault.Conflict(lang.M("You sign in with this address, so it cannot be removed. Add another one first."))
		case a.Primary:
			return fault.Conflict(lang.M("This is your primary address. Make another one primary before you remove it."))
		}
		if _, err := tx.NewDelete().Model(&a).WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("remove an address of user %d: %w", owner.ID, err)
		}
		dropped = true
		return s.Notice(ctx, tx, owner, addressRemoved(a.Email), from)
	})
	return dropped, err
}

func addressRemoved(email string) lang.Message {
	return lang.M("The e-mail address %s was removed from your account.", email)
}
