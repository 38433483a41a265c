package database

import (
	"context"
	"database/sql"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
)

// Planned is for a query that every page asks: give it to the query's Conn. The query names its values $1, $2 and so on
// instead of letting Bun write them into it, so that its text is always the same, and PostgreSQL keeps its plan for each
// connection: for a join of four tables, planning takes longer than running. The query names its columns; with * it would
// fail once on each connection after a migration has added one.
func Planned(db bun.IDB, values ...any) bun.IConn {
	p := planned{values: append([]any{pgx.QueryExecModeCacheStatement}, values...)}
	switch db := db.(type) { // Bun's own would call the hooks a second time
	case *DB:
		p.IConn = db.DB.DB
	case *bun.DB:
		p.IConn = db.DB
	case bun.Tx:
		p.IConn = db.Tx
	case bun.Conn:
		p.IConn = db.Conn
	default:
		p.IConn = db
	}
	return p
}

type planned struct {
	bun.IConn
	values []any
}

func (p planned) QueryContext(ctx context.Context, query string, _ ...any) (*sql.Rows, error) {
	return p.IConn.QueryContext(ctx, query, p.values...)
}
