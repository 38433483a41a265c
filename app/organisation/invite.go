package organisation

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/journal"
	"ams/app/lang"
)

// Invited is what came of inviting somebody.
type Invited struct {
	Email string
	Full  bool // all seats are taken: for now the invitation cannot be accepted
}

// Invite asks the owner of an address to join an organisation as a member, whether there is an account with it or not.
// The letter is queued with it: a failure of the mail does not take the invitation back.
func (s *Service) Invite(ctx context.Context, by account.Person, o Organisation, email string) (Invited, error) {
	made := Invited{Email: account.CanonicalEmail(email)}
	if wrong := inviteeWrong(made.Email); !wrong.Empty() {
		return made, refused(wrong)
	}
	err := s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		o, err := Lock(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		if err := must(ctx, tx, by, o.ID); err != nil {
			return err
		}
		if !o.Active {
			return NobodyInvited()
		}
		known, err := belongs(ctx, tx, o.ID, made.Email)
		if err != nil {
			return err
		}
		if known {
			return refused(lang.M("%s is a member of this organisation or invited already.", made.Email))
		}
		m := Member{InviteEmail: made.Email, OrganisationID: o.ID, CreatedAt: s.clock.Now(), Role: RoleMember}
		if m.Person, _, err = account.OwnerOf(ctx, tx, made.Email); err != nil {
			return err
		}
		m.UserID = m.Person.ID
		if _, err := tx.NewInsert().Model(&m).Returning("id, uuid, invite_token").Exec(ctx); err != nil {
			return fmt.Errorf("insert invitation to organisation %d: %w", o.ID, err)
		}
		if made.Full, err = s.memberships.Full(ctx, tx, o.ID); err != nil {
			return err
		}
		return s.sendInvitation(ctx, tx, o, m)
	})
	return made, err
}

// NobodyInvited refuses an invitation to an organisation that is closed.
func NobodyInvited() error {
	return fault.Conflict(lang.M("This organisation is inactive, so nobody can be invited."))
}

func inviteeWrong(email string) lang.Message {
	if email == "" {
		return lang.M("Enter the e-mail address of the person.")
	}
	return account.EmailWrong(email)
}

func refused(text lang.Message) error {
	var p fault.Fields
	p.Add("email", text)
	return fault.Invalid(p)
}

// belongs tells whether an address is that of a current row, or of an account that a current row is linked to.
func belongs(ctx context.Context, db bun.IDB, org int64, email string) (bool, error) {
	found, err := db.NewSelect().Model((*Member)(nil)).Where("om.organisation_id = ?", org).Where(isCurrent).
		Where("(om.invite_email = ?0 OR om.user_id IN ("+account.OwnersSQL+"))", email).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("look for an address among the members of organisation %d: %w", org, err)
	}
	return found, nil
}

// MayResend says what Resend would say of an invitation that waits for its answer, and changes nothing.
func MayResend(o Organisation, m Member) error {
	switch {
	case !o.Active:
		return NobodyInvited()
	case m.Address() == "":
		return fault.Conflict(lang.M("It is not known where to send this invitation."))
	}
	return nil
}

// Resend sends the letter of an invitation once more, with the same links. A row that does not wait for an answer is left
// alone, and the obstacle says why.
func (s *Service) Resend(ctx context.Context, by account.Person, o Organisation, m Member) (Invitation, error) {
	return s.manage(ctx, by, o, m, "invitation sent again", func(ctx context.Context, tx bun.Tx, i Invitation) error {
		if err := MayResend(i.Organisation, i.Member); err != nil {
			return err
		}
		now := s.clock.Now()
		i.LastSentAt = &now
		if _, err := tx.NewUpdate().Model(&i.Member).WherePK().Column("last_sent_datetime").Exec(ctx); err != nil {
			return fmt.Errorf("note that invitation %d was sent again: %w", i.ID, err)
		}
		return s.sendInvitation(ctx, tx, i.Organisation, i.Member)
	})
}

// Revoke takes an invitation back: its row is gone, and the address can be invited again. A row that does not wait for
// an answer is left alone, and the obstacle says why.
func (s *Service) Revoke(ctx context.Context, by account.Person, o Organisation, m Member) (Invitation, error) {
	return s.manage(ctx, by, o, m, "invitation revoked", func(ctx context.Context, tx bun.Tx, i Invitation) error {
		return deleteMember(ctx, tx, i.Member)
	})
}

// manage does something to an invitation of an organisation that waits for its answer, with both held.
func (s *Service) manage(ctx context.Context, by account.Person, o Organisation, m Member, done string,
	do func(context.Context, bun.Tx, Invitation) error,
) (i Invitation, err error) {
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if i.Organisation, err = Lock(ctx, tx, o.ID); err != nil {
			return err
		}
		if err := must(ctx, tx, by, o.ID); err != nil {
			return err
		}
		if i.Member, err = lockMember(ctx, tx, o.ID, m.ID); err != nil {
			return err
		}
		if i.Obstacle = i.Settled(); i.Obstacle != Clear {
			return nil
		}
		return do(ctx, tx, i)
	})
	if err == nil && i.Obstacle == Clear {
		i.log(ctx, done, by)
	}
	return i, err
}

// Settled says what was made of a row, in the order in which those who look after it are told.
func (m Member) Settled() Obstacle {
	switch {
	case m.AcceptedAt != nil:
		return Accepted
	case m.DeclinedAt != nil:
		return Declined
	case m.RevokedAt != nil:
		return Revoked
	}
	return Clear
}

// log leaves the trace of a row, which is the only one once it is deleted. It never names the token. Ask once the change is
// stored.
func (m Member) log(ctx context.Context, done string, by account.Person, more ...any) {
	facts := []any{journal.Mailbox, m.Address(), "organisation", m.OrganisationID, "by", by.ID, "invited", m.CreatedAt.UTC()}
	slog.InfoContext(ctx, done, append(facts, more...)...)
}
