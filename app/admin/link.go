package admin

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// Link is a table that joins two others. Its pairs are loaded in Fill and stored in After.
type Link struct{ Table, Owner, Other string }

// Load gives the other ends.
func (l Link) Load(ctx context.Context, db bun.IDB, owner int64) (others []int64, err error) {
	err = db.NewRaw(`SELECT ?0 FROM ?1 WHERE ?2 = ?3 ORDER BY ?0`, bun.Ident(l.Other), bun.Ident(l.Table), bun.Ident(l.Owner), owner).
		Scan(ctx, &others)
	if err != nil {
		return nil, fmt.Errorf("load %s of %d: %w", l.Table, owner, err)
	}
	return others, nil
}

// Save replaces the other ends.
func (l Link) Save(ctx context.Context, tx bun.Tx, owner int64, others []int64) error {
	known := append([]int64{0}, others...) // a list is never empty
	_, err := tx.NewRaw(`DELETE FROM ?0 WHERE ?1 = ?2 AND ?3 NOT IN (?4)`,
		bun.Ident(l.Table), bun.Ident(l.Owner), owner, bun.Ident(l.Other), bun.List(known)).Exec(ctx)
	if err == nil && len(others) > 0 {
		_, err = tx.NewRaw(`INSERT INTO ?0 (?1, ?2) SELECT ?3, unnest(ARRAY[?4]::bigint[]) ON CONFLICT DO NOTHING`,
			bun.Ident(l.Table), bun.Ident(l.Owner), bun.Ident(l.Other), owner, bun.List(others)).Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("store %s of %d: %w", l.Table, owner, err)
	}
	return nil
}
