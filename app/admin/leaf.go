package admin

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"github.com/uptrace/bun/dialect/pgdialect"

	"ams/app/listing"
)

// counted is how many rows of a list are counted unasked, few how many of a search: counting all rows of a big table
// takes longer than showing a page of them. Who wants to know the number asks for it.
const counted = 10_000

// leaf is a page of a list as it is shown.
type leaf struct {
	view  listing.View // never a page beyond the last one, nor more rows than may be shown at once
	ids   []int64
	total int      // rows that match
	open  bool     // there are more than total
	pages int      // that there are at least
	spans []string // a day of each that drill offers
}

// leaf finds the rows of a page, cut by index before anything else is read, and how many there are in all.
func (b *bound[M]) leaf(ctx context.Context, view listing.View) (leaf, error) {
	words, err := b.lookUp(ctx, b.admin.db, view)
	if err != nil {
		return leaf{}, err
	}
	most := counted
	if len(words) > 0 {
		most = few
	}
	if view.Counted {
		most = math.MaxInt32
	}
	l, err := b.cut(ctx, view, words, most)
	if err == nil && len(l.ids) == 0 && view.Page > 1 { // beyond the end: which page is the last one?
		if l.open {
			if l, err = b.cut(ctx, view.OnPage(1), words, math.MaxInt32); err != nil {
				return leaf{}, err
			}
		}
		last := (l.total + b.size() - 1) / b.size()
		return b.cut(ctx, view.OnPage(max(last, 1)), words, most)
	}
	return l, err
}

// cut is one query for a page and the number of rows, at most one more than most.
func (b *bound[M]) cut(ctx context.Context, view listing.View, words []sought, most int) (leaf, error) {
	l := leaf{view: view}
	limit, offset := b.size(), (view.Page-1)*b.size()
	if view.All {
		limit, offset = listing.ShowAll, 0
	}
	db := b.admin.db
	page := b.ordered(b.matching(db, view, words), view).ColumnExpr("?.id", b.meta().SQLAlias).Limit(int64(limit + 1)).Offset(int64(offset))
	q := db.NewSelect().ColumnExpr("ARRAY(?) AS page", page)
	if b.sure(view, words) && !view.Counted && most == few {
		q.ColumnExpr("? AS total", few+1)
	} else {
		q.ColumnExpr("(SELECT count(*) FROM (?) c) AS total", b.matching(db, view, words).ColumnExpr("1").Limit(int64(most)+1))
	}
	into := []any{pgdialect.Array(&l.ids), &l.total}
	if f, drills := b.drilling(); drills {
		q.ColumnExpr("ARRAY(?) AS spans", b.spans(view, words, f))
		into = append(into, pgdialect.Array(&l.spans))
	}
	if err := q.Scan(ctx, into...); err != nil {
		return l, fmt.Errorf("list %s: %w", b.table(), err)
	}
	if l.open = l.total > most; l.open {
		l.total = most
	}
	if l.view.All && (l.open || l.total > listing.ShowAll) {
		l.view.All, limit = false, b.size()
	}
	more := len(l.ids) > limit
	l.ids = l.ids[:min(len(l.ids), limit)]
	l.pages = l.number(more, b.size())
	return l, nil
}

// number of pages: all, or those that there are at least where not all rows were counted.
func (l leaf) number(more bool, size int) int {
	if l.view.All {
		return 1
	}
	if !l.open {
		return max((l.total+size-1)/size, 1)
	}
	reached := l.view.Page
	if more {
		reached++
	}
	return max(l.total/size+1, reached)
}

// size is how many rows a page has.
func (b *bound[M]) size() int { return cmp.Or(b.r.Size, listing.Size) }
