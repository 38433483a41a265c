package profile

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
)

// Answered is what people have answered to the live questions, as columns of a table.
type Answered struct {
	Keys []string // of the questions, in their order
	db   bun.IDB
	all  []Question
}

// Table prepares the columns.
func (s *Service) Table(ctx context.Context) (Answered, error) {
	a := Answered{db: s.db}
	err := s.db.NewSelect().Model(&a.all).Join(`JOIN profile_field_groups g ON g.id = f.group_id`).Where(isLive).
		OrderExpr(inOrder).Scan(ctx)
	if err != nil {
		return a, fmt.Errorf("list live questions: %w", err)
	}
	for _, q := range a.all {
		a.Keys = append(a.Keys, q.Key)
	}
	return a, nil
}

// Of reads the cells of some people, in one query.
func (a Answered) Of(ctx context.Context, people []int64) (map[int64][]string, error) {
	rows := map[int64][]string{}
	if len(people) == 0 || len(a.all) == 0 {
		return rows, nil
	}
	var stored []struct {
		UserID, ProfileFieldID int64
		Value                  string
	}
	const given = `SELECT user_id, profile_field_id, value FROM profile_field_responses WHERE user_id IN (?)`
	if err := a.db.NewRaw(given, bun.List(people)).Scan(ctx, &stored); err != nil {
		return nil, fmt.Errorf("read the answers of %d people: %w", len(people), err)
	}
	at := map[int64]int{}
	for i, q := range a.all {
		at[q.ID] = i
	}
	for _, r := range stored {
		i, live := at[r.ProfileFieldID]
		if !live {
			continue
		}
		if rows[r.UserID] == nil {
			rows[r.UserID] = make([]string, len(a.all))
		}
		rows[r.UserID][i] = strings.Join(a.all[i].Values(r.Value), ", ")
	}
	return rows, nil
}
