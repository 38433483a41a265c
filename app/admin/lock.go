package admin

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// lock holds the row, and what it belongs to before and after the change, until the transaction ends. It gives the version;
// a row that is gone has none.
func (b *bound[M]) lock(ctx context.Context, tx bun.Tx, id int64, after *M) (version int64, err error) {
	if err := b.holdWhole(ctx, tx, []int64{id}, after); err != nil {
		return 0, err
	}
	const hold = `SELECT coalesce(max(?0), 0) FROM (SELECT ?0 FROM ?1 WHERE id = ?2 FOR NO KEY UPDATE) held`
	if err = tx.NewRaw(hold, bun.Ident(b.counter()), b.meta().SQLName, id).Scan(ctx, &version); err != nil {
		return 0, fmt.Errorf("lock %s %d: %w", b.table(), id, err)
	}
	return version, nil
}

// holdWhole holds what these records are parts of, or are about to be.
func (b *bound[M]) holdWhole(ctx context.Context, tx bun.Tx, ids []int64, after ...*M) error {
	if b.r.Under.Table == "" {
		return nil
	}
	wholes := make([]int64, len(after))
	for i, m := range after {
		wholes[i] = b.number(m, b.r.Under.Column)
	}
	const hold = `SELECT id FROM ?0 WHERE id IN (SELECT ?1 FROM ?2 WHERE id IN (?3) UNION SELECT unnest(?4::bigint[])) ORDER BY id FOR NO KEY UPDATE`
	_, err := tx.NewRaw(hold, bun.Ident(b.r.Under.Table), bun.Ident(b.r.Under.Column), b.meta().SQLName, bun.List(ids), pgdialect.Array(wholes)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("lock what %s belong to: %w", b.table(), err)
	}
	return nil
}

// touch raises the version even where only tables or links of the record changed.
func (b *bound[M]) touch(ctx context.Context, tx bun.Tx, id int64) error {
	const raise = `UPDATE ?1 SET ?0 = ?0 + 1 WHERE id = ?2`
	if _, err := tx.NewRaw(raise, bun.Ident(b.counter()), b.meta().SQLName, id).Exec(ctx); err != nil {
		return fmt.Errorf("raise the version of %s %d: %w", b.table(), id, err)
	}
	return nil
}
