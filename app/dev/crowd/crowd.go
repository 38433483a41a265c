// Package crowd makes a big association: so many people, sales and organisations that reading a table as a whole is felt.
// Tests of plans and the measurements of tools/bench look at it.
package crowd

import (
	"context"
	_ "embed"
	"fmt"

	"ams/app/clock"
	"ams/app/database"
)

//go:embed crowd.sql
var statements string

// Many is as many people as the figures of the house are about.
const Many = 100_000

// Fill adds that many people (person1, person2 … without passwords), each with two addresses, a membership, its purchase
// and its invoice, and organisations to a fifth of their number. Of a membership's periods some end before today.
func Fill(ctx context.Context, db *database.DB, people int, today clock.Date) error {
	for _, query := range []string{statements, "VACUUM ANALYZE"} {
		if _, err := db.NewRaw(query, people, today).Exec(ctx); err != nil {
			return fmt.Errorf("make a crowd: %w", err)
		}
	}
	return nil
}
