package account

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// Link is an account with another service that a person signs in with. No such service is offered; an installation that
// moves here may bring some.
type Link struct {
	bun.BaseModel `bun:"table:social_accounts,alias:sa"`

	Provider   string
	DateJoined time.Time
}

// Links are those of a person, in the order in which they were made.
func (s *Service) Links(ctx context.Context, who Person) (all []Link, err error) {
	if err = s.db.NewSelect().Model(&all).Where("sa.user_id = ?", who.ID).Order("sa.id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list the linked accounts of user %d: %w", who.ID, err)
	}
	return all, nil
}
