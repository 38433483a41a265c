package organisation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/fault"
	"ams/app/lang"
)

// ByID finds an organisation; inactive ones as well.
func ByID(ctx context.Context, db bun.IDB, id int64) (Organisation, error) {
	return one(ctx, db.NewSelect().Where("o.id = ?", id))
}

// Lock holds an organisation until the transaction ends, and gives it as it stands: what changes its people or what it
// bought happens one after another. Rows that refer to it can still be inserted meanwhile.
func Lock(ctx context.Context, tx bun.Tx, id int64) (Organisation, error) {
	return one(ctx, tx.NewSelect().Where("o.id = ?", id).For("NO KEY UPDATE OF ?TableAlias"))
}

func one(ctx context.Context, q *bun.SelectQuery) (o Organisation, err error) {
	err = q.Model(&o).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return o, fault.NotFound(lang.M("There is no such organisation."))
	}
	if err != nil {
		return o, fmt.Errorf("find organisation: %w", err)
	}
	return o, nil
}
