package membership

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// ForOrganisation gives the memberships of an organisation with everything that was bought for them and the seats that are
// taken, the newest start first.
func (s *Service) ForOrganisation(ctx context.Context, organisation int64) ([]Held, error) {
	all, err := s.heldBy(ctx, s.db, OfOrganisation(organisation))
	if err != nil {
		return nil, err
	}
	return all, s.seat(ctx, s.db, all)
}

// ActiveOf gives the membership of an organisation that is active today, the one stored first where there are several;
// false where there is none. It comes with its option and the seats that are taken, and without what was bought for it.
func (s *Service) ActiveOf(ctx context.Context, db bun.IDB, organisation int64) (Held, bool, error) {
	var rows []row
	err := from(db, ForOrganisations, &rows).Relation("Option").Where(active, s.today()).Where("m.organisation_id = ?", organisation).
		Order("m.id").Limit(1).Scan(ctx)
	if err != nil {
		return Held{}, false, fmt.Errorf("find the active membership of organisation %d: %w", organisation, err)
	}
	if len(rows) == 0 {
		return Held{}, false, nil
	}
	found := []Held{rows[0].held(ForOrganisations)}
	err = s.seat(ctx, db, found)
	return found[0], true, err
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
