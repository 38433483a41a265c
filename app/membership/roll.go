package membership

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/account"
)

// Latest is the membership that a person got last, in a table of many people.
type Latest struct {
	Term
	Option string // its name in English
	Status Status
}

// LatestOf gives for each of these people the membership of their own that was created last, whatever became of it. Who
// never had one is left out.
func (s *Service) LatestOf(ctx context.Context, people []int64) (map[int64]Latest, error) {
	var rows []row
	if len(people) > 0 {
		err := from(s.db, ForPeople, &rows).Relation("Option").DistinctOn("m.user_id").Where("m.user_id IN (?)", bun.List(people)).
			Order("m.user_id", "m.created_datetime DESC", "m.id DESC").Scan(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the latest memberships of %d people: %w", len(people), err)
		}
	}
	latest := map[int64]Latest{}
	for _, r := range rows {
		latest[r.OwnerID] = Latest{Term: r.Term, Option: r.Option.Name.EN, Status: r.Status(s.today())}
	}
	return latest, nil
}

// active narrows memberships m to those that are active on the day ?0.
const active = `m.approved_datetime IS NOT NULL AND m.cancelled_datetime IS NULL AND m.start_date <= ?0 AND m.expiry_date > ?0`

// MembersAmong tells which of these people are active members: by a membership of their own, or because they belong to an
// active organisation that has one. Superusers count like everybody else.
func (s *Service) MembersAmong(ctx context.Context, people []int64) (map[int64]bool, error) {
	members := map[int64]bool{}
	if len(people) == 0 {
		return members, nil
	}
	const among = `
		SELECT m.user_id FROM individual_memberships m WHERE m.user_id IN (?1) AND ` + active + `
		UNION
		SELECT b.user_id FROM organisation_members b
		JOIN users u ON u.id = b.user_id AND u.is_active
		JOIN organisations o ON o.id = b.organisation_id AND o.is_active
		JOIN organisation_memberships m ON m.organisation_id = o.id
		WHERE b.user_id IN (?1) AND ` + accepted + ` AND ` + active
	var ids []int64
	if err := s.db.NewRaw(among, s.today(), bun.List(people)).Scan(ctx, &ids); err != nil {
		return nil, fmt.Errorf("look for members among %d people: %w", len(people), err)
	}
	for _, id := range ids {
		members[id] = true
	}
	return members, nil
}

// HoldersAmong tells which of these organisations hold an active membership.
func (s *Service) HoldersAmong(ctx context.Context, organisations []int64) (map[int64]bool, error) {
	holders := map[int64]bool{}
	if len(organisations) == 0 {
		return holders, nil
	}
	const among = `SELECT DISTINCT m.organisation_id FROM organisation_memberships m WHERE m.organisation_id IN (?1) AND ` + active
	var ids []int64
	if err := s.db.NewRaw(among, s.today(), bun.List(organisations)).Scan(ctx, &ids); err != nil {
		return nil, fmt.Errorf("look for memberships of %d organisations: %w", len(organisations), err)
	}
	for _, id := range ids {
		holders[id] = true
	}
	return holders, nil
}

// IsMember tells whether everything for members is open to somebody: superusers always, others like MembersAmong.
func (s *Service) IsMember(ctx context.Context, p account.Person) (bool, error) {
	if !p.SignedIn() || p.Superuser {
		return p.Superuser, nil
	}
	members, err := s.MembersAmong(ctx, []int64{p.ID})
	return members[p.ID], err
}
