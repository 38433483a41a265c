package membership

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// Latest is the membership that a person got last, in a table of many people.
type Latest struct {
	Individual
	Option string // its name in English
	Status Status
}

// LatestOf gives for each of these people the membership that was created last, whatever became of it. Who never had
// one is left out.
func (s *Service) LatestOf(ctx context.Context, people []int64) (map[int64]Latest, error) {
	var rows []heldRow
	if len(people) > 0 {
		err := s.db.NewSelect().Model(&rows).Relation("Option").DistinctOn("m.user_id").Where("m.user_id IN (?)", bun.List(people)).
			Order("m.user_id", "m.created_datetime DESC", "m.id DESC").Scan(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the latest memberships of %d people: %w", len(people), err)
		}
	}
	latest := map[int64]Latest{}
	for _, r := range rows {
		latest[r.UserID] = Latest{Individual: r.Individual, Option: r.Option.Name.EN, Status: r.Status(s.today())}
	}
	return latest, nil
}

// MembersAmong tells which of these people are active members. Superusers count like everybody else.
func (s *Service) MembersAmong(ctx context.Context, people []int64) (map[int64]bool, error) {
	var ids []int64
	if len(people) > 0 {
		err := activeOn(s.db.NewSelect().Model((*individualRow)(nil)), s.today()).Column("user_id").Where("m.user_id IN (?)", bun.List(people)).Scan(ctx, &ids)
		if err != nil {
			return nil, fmt.Errorf("look for members among %d people: %w", len(people), err)
		}
	}
	members := map[int64]bool{}
	for _, id := range ids {
		members[id] = true
	}
	return members, nil
}
