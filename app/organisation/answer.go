package organisation

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
)

// Obstacle is why an invitation cannot be answered, or what else came of it.
type Obstacle int

// The obstacles. Foreign invitations are those of another account, of which nothing is told.
const (
	Clear Obstacle = iota
	Foreign
	Revoked
	Accepted
	Declined
	Closed    // the organisation is not active
	Full      // all seats are taken
	Redundant // the person is a member already, and the invitation is gone
)

// Invitation is a row as the page behind its link shows it. Of a foreign one nothing but the obstacle is given.
type Invitation struct {
	Member
	Organisation Organisation
	Obstacle     Obstacle

	replaced []Member // other invitations of the person that it stands for
}

// Invitation reads what a link leads to, without changing anything.
func (s *Service) Invitation(ctx context.Context, by account.Person, token string) (i Invitation, err error) {
	if i.Member, err = byToken(ctx, s.db, s.db.NewSelect(), token); err != nil {
		return i, err
	}
	if i.Organisation, err = ByID(ctx, s.db, i.OrganisationID); err != nil {
		return i, err
	}
	i.Obstacle, err = i.unanswerable(ctx, s.db, by)
	if i.Obstacle == Foreign {
		return Invitation{Obstacle: Foreign}, err
	}
	if err == nil && i.Obstacle == Clear {
		i.Obstacle, err = s.unacceptable(ctx, s.db, i.Organisation)
	}
	return i, err
}

// Accept makes somebody a member of the organisation that invites them, in the role of the invitation.
func (s *Service) Accept(ctx context.Context, by account.Person, token string) (Invitation, error) {
	return s.answer(ctx, by, token, "invitation accepted", func(ctx context.Context, tx bun.Tx, i *Invitation) (err error) {
		if i.Obstacle, err = s.unacceptable(ctx, tx, i.Organisation); err != nil || i.Obstacle != Clear {
			return err
		}
		return s.join(ctx, tx, by, i)
	})
}

// Decline deletes the invitation: the same address can be invited again.
func (s *Service) Decline(ctx context.Context, by account.Person, token string) (Invitation, error) {
	return s.answer(ctx, by, token, "invitation declined", func(ctx context.Context, tx bun.Tx, i *Invitation) error {
		return deleteMember(ctx, tx, i.Member)
	})
}

// answer does what somebody answers to an invitation that is theirs and waits. Person, organisation and row are held, in
// this order, so that nobody else answers, revokes or takes the last seat meanwhile.
func (s *Service) answer(ctx context.Context, by account.Person, token, done string,
	do func(context.Context, bun.Tx, *Invitation) error,
) (i Invitation, err error) {
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := account.Lock(ctx, tx, by.ID); err != nil { // nobody who was erased meanwhile
			return err
		}
		seen, err := byToken(ctx, tx, tx.NewSelect(), token)
		if err != nil {
			return err
		}
		if i.Organisation, err = Lock(ctx, tx, seen.OrganisationID); err != nil {
			return err
		}
		i.Member, err = byToken(ctx, tx, tx.NewSelect().For("NO KEY UPDATE OF ?TableAlias"), token) // as it stands now
		if err != nil {
			return err
		}
		if i.Obstacle, err = i.unanswerable(ctx, tx, by); err != nil || i.Obstacle != Clear {
			return err
		}
		i.Person = by
		return do(ctx, tx, &i)
	})
	if i.Obstacle == Foreign {
		i = Invitation{Obstacle: Foreign}
	}
	switch {
	case err != nil:
	case i.Obstacle == Redundant:
		i.log(ctx, "invitation dropped: a member already", by)
	case i.Obstacle == Clear:
		i.log(ctx, done, by)
		for _, m := range i.replaced {
			m.log(ctx, "invitation dropped: another one was accepted", by)
		}
	}
	return i, err
}

// unanswerable gives the first reason for which somebody can neither accept nor decline.
func (i Invitation) unanswerable(ctx context.Context, db bun.IDB, by account.Person) (Obstacle, error) {
	own, err := i.meant(ctx, db, by)
	switch {
	case err != nil:
		return Foreign, err
	case !own:
		return Foreign, nil
	case i.RevokedAt != nil:
		return Revoked, nil
	case i.AcceptedAt != nil:
		return Accepted, nil
	case i.DeclinedAt != nil:
		return Declined, nil
	}
	return Clear, nil
}

// meant tells whether a row is for somebody: linked to them, else for an address of theirs, else for whoever holds its
// token, because staff named nobody.
func (m Member) meant(ctx context.Context, db bun.IDB, by account.Person) (own bool, err error) {
	if m.UserID != 0 || m.InviteEmail == "" {
		return m.UserID == by.ID || m.UserID == 0, nil
	}
	if err := db.NewRaw("SELECT ?1 IN ("+account.AddressesSQL+")", by.ID, m.InviteEmail).Scan(ctx, &own); err != nil {
		return false, fmt.Errorf("compare invitation %d with the addresses of person %d: %w", m.ID, by.ID, err)
	}
	return own, nil
}

// unacceptable gives the reason for which nobody can join the organisation at the moment.
func (s *Service) unacceptable(ctx context.Context, db bun.IDB, o Organisation) (Obstacle, error) {
	if !o.Active {
		return Closed, nil
	}
	full, err := s.memberships.Full(ctx, db, o.ID)
	if full {
		return Full, err
	}
	return Clear, err
}

// join makes the row a member's. Somebody has one current row in an organisation: with another one they are a member
// already, or that one was an invitation, too, and this one stands for both.
func (s *Service) join(ctx context.Context, tx bun.Tx, by account.Person, i *Invitation) error {
	var others []Member
	err := tx.NewSelect().Model(&others).Where("om.organisation_id = ? AND om.user_id = ? AND om.id <> ?", i.OrganisationID, by.ID, i.ID).
		Where(isCurrent).Scan(ctx)
	if err != nil {
		return fmt.Errorf("look for other rows of person %d in organisation %d: %w", by.ID, i.OrganisationID, err)
	}
	for _, other := range others { // the index allows one
		if other.AcceptedAt != nil {
			i.Obstacle = Redundant
			return deleteMember(ctx, tx, i.Member)
		}
		if err := deleteMember(ctx, tx, other); err != nil {
			return err
		}
		i.replaced = append(i.replaced, other)
	}
	now := s.clock.Now()
	i.UserID, i.AcceptedAt = by.ID, &now
	if _, err := tx.NewUpdate().Model(&i.Member).WherePK().Column("user_id", "accepted_datetime").Exec(ctx); err != nil {
		return fmt.Errorf("accept invitation %d: %w", i.ID, err)
	}
	return nil
}

// byToken finds the row of a link.
func byToken(ctx context.Context, db bun.IDB, q *bun.SelectQuery, token string) (m Member, err error) {
	unknown := fault.NotFound(lang.M("There is no such invitation. Perhaps it was declined or taken back."))
	if parsed, err := uuid.Parse(token); err != nil || parsed.String() != token {
		return m, unknown
	}
	if m, err = memberBy(ctx, db, q.Where("om.invite_token = ?", token)); fault.KindOf(err) == fault.Missing {
		err = unknown
	}
	return m, err
}
