package admin

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/schema"

	"ams/app/clock"
	"ams/app/listing"
)

// meta is the entity's table as Bun knows it.
func (b *bound[M]) meta() *schema.Table { return b.admin.db.Table(reflect.TypeFor[M]()) }

func (b *bound[M]) table() string { return b.meta().Name }

func (b *bound[M]) id(m *M) int64 { return b.number(m, "id") }

func (b *bound[M]) version(m *M) int64 { return b.number(m, b.counter()) }

// counter is the column that every update raises, and the input that holds what it was when a form was opened.
func (b *bound[M]) counter() string {
	if b.r.Counter != "" {
		return b.r.Counter
	}
	return "version"
}

func (b *bound[M]) number(m *M, column string) int64 {
	return b.meta().FieldMap[column].Value(reflect.ValueOf(m).Elem()).Int()
}

// idColumn is the id with the table's alias.
func (b *bound[M]) idColumn() string { return b.meta().Alias + ".id" }

// matching is the query for the rows of a view, whose words were looked up. It selects nothing yet.
func (b *bound[M]) matching(db bun.IDB, view listing.View, words []sought) *bun.SelectQuery {
	t := b.meta()
	q := db.NewSelect().TableExpr("? AS ?", t.SQLName, t.SQLAlias)
	for _, s := range words {
		b.narrow(q, s)
	}
	today := clock.DateOf(b.admin.clock.Now())
	for _, f := range b.r.Filters {
		value := view.Filters[f.Key]
		if value == "" || !f.narrow(q, value, today) {
			if f.Default != "" {
				f.narrow(q, f.Default, today)
			}
		}
	}
	return q
}

// ordered puts the query into the order of a view. The id always comes last, so that no row is on two pages.
func (b *bound[M]) ordered(q *bun.SelectQuery, view listing.View) *bun.SelectQuery {
	last := ""
	joined := map[string]bool{}
	for _, by := range view.Order {
		c := b.column(by.Key)
		if c.Join != "" && !joined[c.Join] {
			joined[c.Join] = true
			q.Join(c.Join)
		}
		last = ""
		if by.Descending {
			last = " DESC"
		}
		q.OrderExpr(c.Sort + last)
	}
	if len(view.Order) == 0 && b.r.Order != "" {
		q.OrderExpr(b.r.Order)
		if strings.HasSuffix(b.r.Order, " DESC") {
			last = " DESC"
		}
	}
	return q.OrderExpr("?"+last, bun.Ident(b.idColumn()))
}

func (b *bound[M]) column(key string) Column[M] {
	for _, c := range b.r.Columns {
		if c.Key == key {
			return c
		}
	}
	return Column[M]{}
}

// ids are the first rows of a view in order.
func (b *bound[M]) ids(ctx context.Context, db bun.IDB, view listing.View, limit int, where string) (ids []int64, err error) {
	words, err := b.lookUp(ctx, db, view)
	if err != nil {
		return nil, err
	}
	q := b.ordered(b.matching(db, view, words), view).ColumnExpr("?", bun.Ident(b.idColumn())).Limit(int64(limit))
	if where != "" {
		q.Where(where)
	}
	if err = q.Scan(ctx, &ids); err != nil {
		return nil, fmt.Errorf("list %s: %w", b.table(), err)
	}
	return ids, nil
}

// rows loads records in the order of their ids; what is gone meanwhile is left out.
func (b *bound[M]) rows(ctx context.Context, db bun.IDB, ids []int64) ([]*M, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := b.load(ctx, db, func(q *bun.SelectQuery) { q.Where("? IN (?)", bun.Ident(b.idColumn()), bun.List(ids)) })
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]*M, len(found))
	for _, m := range found {
		byID[b.id(m)] = m
	}
	rows := make([]*M, 0, len(found))
	for _, id := range ids {
		if m, ok := byID[id]; ok {
			rows = append(rows, m)
		}
	}
	return rows, nil
}

// first loads the records that the list begins with, of those that fit a condition where one is given, and in any case
// these.
func (b *bound[M]) first(ctx context.Context, db bun.IDB, limit int, ids []int64, where string) ([]*M, error) {
	top := b.ordered(b.matching(db, listing.View{}, nil), listing.View{}).ColumnExpr("?", bun.Ident(b.idColumn())).Limit(int64(limit))
	if where != "" {
		top.Where(where)
	}
	return b.load(ctx, db, func(q *bun.SelectQuery) {
		b.ordered(q.Where("? IN ((?) UNION SELECT unnest(?::bigint[]))", bun.Ident(b.idColumn()), top, pgdialect.Array(ids)), listing.View{})
	})
}

// load reads records with what every page shows of them.
func (b *bound[M]) load(ctx context.Context, db bun.IDB, which func(*bun.SelectQuery)) ([]*M, error) {
	var found []*M
	q := db.NewSelect().Model(&found)
	which(q)
	if b.r.Load != nil {
		q = b.r.Load(q)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("load %s: %w", b.table(), err)
	}
	if b.r.Rows != nil {
		if err := b.r.Rows(ctx, db, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// one loads a record with all that its form shows. found is false when there is none.
func (b *bound[M]) one(ctx context.Context, db bun.IDB, id int64) (m *M, found bool, err error) {
	rows, err := b.rows(ctx, db, []int64{id})
	if err != nil || len(rows) == 0 {
		return nil, false, err
	}
	m = rows[0]
	if b.r.Fill != nil {
		if err := b.r.Fill(ctx, db, m); err != nil {
			return nil, false, err
		}
	}
	return m, true, b.grasp(ctx, db, m)
}

func (b *bound[M]) grasp(ctx context.Context, db bun.IDB, rows ...*M) error {
	if b.r.Grasp == nil {
		return nil
	}
	return b.r.Grasp(ctx, db, rows)
}
