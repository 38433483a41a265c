package membership

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// mostOfOne bounds how many memberships of one owner are read. They do not overlap, so that it is hardly reached.
const mostOfOne = 1000

// ForOrganisation gives the memberships of an organisation with everything that was bought for them and the seats that are
// taken, the newest start first.
func (s *Service) ForOrganisation(ctx context.Context, organisation int64) ([]Held, error) {
	all, err := s.seated(ctx, s.db, organisation, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Order("m.start_date DESC", "m.id DESC").Limit(mostOfOne)
	})
	if err != nil {
		return nil, err
	}
	return all, s.addEntries(ctx, s.db, all)
}

// ActiveOf gives the membership of an organisation that is active today, the one stored first where there are several;
// false where there is none. It comes with its option and the seats that are taken, and without what was bought for it.
func (s *Service) ActiveOf(ctx context.Context, db bun.IDB, organisation int64) (Held, bool, error) {
	return s.activeOf(ctx, db, organisation, free)
}

func (s *Service) activeOf(ctx context.Context, db bun.IDB, organisation int64, as func(*bun.SelectQuery) *bun.SelectQuery) (Held, bool, error) {
	found, err := s.seated(ctx, db, organisation, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where(active, s.today()).Order("m.id").Limit(1).Apply(as)
	})
	if err != nil || len(found) == 0 {
		return Held{}, false, err
	}
	return found[0], true, nil
}

// seated reads memberships of one organisation with their options and the seats that are taken.
func (s *Service) seated(ctx context.Context, db bun.IDB, organisation int64, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]Held, error) {
	var rows []row
	const taken = `(SELECT count(*) FROM organisation_members b JOIN users u ON u.id = b.user_id AND u.is_active
		WHERE b.organisation_id = ? AND ` + accepted + `) AS taken`
	err := from(db, ForOrganisations, &rows).ColumnExpr(taken, organisation).Relation("Option").
		Where("m.organisation_id = ?", organisation).Apply(narrow).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the memberships of organisation %d: %w", organisation, err)
	}
	all := make([]Held, len(rows))
	for i, r := range rows {
		all[i] = r.held(ForOrganisations)
		if all[i].Open(s.today()) {
			all[i].Occupied = r.Taken
		}
	}
	return all, nil
}

// Full tells whether the active membership of an organisation has no seat left. Without one there is no limit. Ask while
// the organisation is held, so that nobody else takes the last seat.
func (s *Service) Full(ctx context.Context, db bun.IDB, organisation int64) (bool, error) {
	h, found, err := s.ActiveOf(ctx, db, organisation)
	return found && h.Full(), err
}

// seat counts the seats that are taken of memberships which can have any.
func (s *Service) seat(ctx context.Context, db bun.IDB, all []Held) error {
	organisations := make([]int64, len(all))
	for i, h := range all {
		organisations[i] = h.Of.ID
	}
	taken, err := activeMembers(ctx, db, organisations)
	if err != nil {
		return err
	}
	for i, h := range all {
		if h.Open(s.today()) {
			all[i].Occupied = taken[h.Of.ID]
		}
	}
	return nil
}

// accepted narrows rows b of organisation_members to people who belong to the organisation. Those who take a seat have an
// active account as well.
const accepted = `b.accepted_datetime IS NOT NULL AND b.declined_datetime IS NULL AND b.revoked_datetime IS NULL`

// activeMembers counts who takes a seat, by organisation.
func activeMembers(ctx context.Context, db bun.IDB, organisations []int64) (map[int64]int, error) {
	taken := map[int64]int{}
	if len(organisations) == 0 {
		return taken, nil
	}
	const count = `
		SELECT b.organisation_id, count(*) AS taken FROM organisation_members b JOIN users u ON u.id = b.user_id AND u.is_active
		WHERE b.organisation_id IN (?) AND ` + accepted + ` GROUP BY b.organisation_id`
	var rows []struct {
		OrganisationID int64
		Taken          int
	}
	if err := db.NewRaw(count, bun.List(organisations)).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("count the members of %d organisations: %w", len(organisations), err)
	}
	for _, r := range rows {
		taken[r.OrganisationID] = r.Taken
	}
	return taken, nil
}

// LeastSeats is how many seats an organisation has to buy: one for everybody who belongs to it or is invited to, whatever
// their account. Ask while the organisation is held, so that nobody is invited meanwhile.
func LeastSeats(ctx context.Context, db bun.IDB, organisation int64) (int, error) {
	n, err := db.NewSelect().Table("organisation_members").
		Where("organisation_id = ? AND declined_datetime IS NULL AND revoked_datetime IS NULL", organisation).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count the people of organisation %d: %w", organisation, err)
	}
	return max(1, int(n)), nil
}
