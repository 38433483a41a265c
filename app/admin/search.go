package admin

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ams/app/listing"
)

// Search is a place in which a word of a search is looked for. A word is first looked up there, and what it finds are
// values of one of the entity's own columns; where it finds too many for that, each row is asked as the list comes by it.
// Both are SQL with one placeholder: the word.
type Search struct {
	lookUp func(table string) string
	column string                    // that the values of lookUp are of
	own    bool                      // each value of lookUp is another row
	holds  func(alias string) string // whether a row of the entity has the word there
}

// few is how many values a word may find to be looked up. Going through the list is faster where it fits more than one
// row in a hundred, and looking up where it fits less than that.
const few = 1_000

// pattern is the word without case and accents; what LIKE takes for a wildcard is escaped after folding, because
// folding makes plain characters of wide ones.
const pattern = `'%' || replace(replace(replace(fold(?), '\', '\\'), '%', '\%'), '_', '\_') || '%'`

const fits = ` LIKE ` + pattern

// Own looks into the folded column "search" of the entity's own table.
func Own() Search {
	return Search{
		lookUp: func(table string) string { return `SELECT id FROM ` + table + ` WHERE search` + fits }, column: "id", own: true,
		holds: func(alias string) string { return alias + `.search` + fits },
	}
}

// Child looks into the column "search" of a table whose column leads to the entity: further addresses of a person.
func Child(table, column string) Search {
	return Search{
		lookUp: func(string) string {
			return `SELECT ` + column + ` FROM ` + table + ` WHERE ` + column + ` IS NOT NULL AND search` + fits
		}, column: "id",
		holds: func(alias string) string { // as an aggregate, so that it is asked of this row alone
			return `(SELECT coalesce(bool_or(search` + fits + `), false) FROM ` + table + ` WHERE ` + column + ` = ` + alias + `.id)`
		},
	}
}

// Parent looks into the column "search" of a table that a column of the entity leads to: the owner of an invoice.
func Parent(table, column string) Search {
	return Search{
		lookUp: func(string) string { return `SELECT id FROM ` + table + ` WHERE search` + fits }, column: column,
		holds: func(alias string) string {
			return `(SELECT search FROM ` + table + ` WHERE id = ` + alias + `.` + column + `)` + fits
		},
	}
}

// Through looks into the column "search" of a table that a column of the entity leads to by way of another table: the
// person whose billing account an invoice belongs to.
func Through(middle, column, table, onward string) Search {
	return Search{
		lookUp: func(string) string {
			return `SELECT id FROM ` + middle + ` WHERE ` + onward + ` IN (SELECT id FROM ` + table + ` WHERE search` + fits + `)`
		},
		column: column,
		holds: func(alias string) string {
			return `(SELECT a.search FROM ` + middle + ` b JOIN ` + table + ` a ON a.id = b.` + onward + ` WHERE b.id = ` + alias + `.` + column + `)` + fits
		},
	}
}

// sought is a word of a search with what it finds, for each place.
type sought struct {
	word  string
	found [][]int64 // more than few: too many to be looked up
}

// lookUp finds out about the words of a view, in one query.
func (b *bound[M]) lookUp(ctx context.Context, db bun.IDB, view listing.View) ([]sought, error) {
	words := view.Words()
	if len(words) == 0 || len(b.r.Search) == 0 {
		return nil, nil
	}
	q := db.NewSelect()
	all := make([]sought, len(words))
	var into []any
	for i, word := range words {
		all[i] = sought{word: word, found: make([][]int64, len(b.r.Search))}
		for j, s := range b.r.Search {
			q.ColumnExpr(fmt.Sprintf("ARRAY(%s LIMIT %d)", s.lookUp(b.table()), few+1), word)
			into = append(into, pgdialect.Array(&all[i].found[j]))
		}
	}
	if err := q.Scan(ctx, into...); err != nil {
		return nil, fmt.Errorf("search %s: %w", b.table(), err)
	}
	return all, nil
}

// narrow leaves the rows that have a word in one of the places.
func (b *bound[M]) narrow(q *bun.SelectQuery, s sought) {
	var parts []string
	var args []any
	values := map[string][]int64{}
	for i, place := range b.r.Search {
		if len(s.found[i]) > few {
			parts, args = append(parts, place.holds(b.meta().Alias)), append(args, s.word)
			continue
		}
		values[place.column] = append(values[place.column], s.found[i]...)
	}
	for _, place := range b.r.Search {
		if ids := values[place.column]; len(ids) > 0 {
			parts, args = append(parts, `?.? = ANY(?)`), append(args, b.meta().SQLAlias, bun.Ident(place.column), pgdialect.Array(ids))
			delete(values, place.column)
		}
	}
	if len(parts) == 0 {
		parts = []string{"false"}
	}
	q.Where(strings.Join(parts, " OR "), args...)
}

// sure tells whether the words alone say that there are more rows than few.
func (b *bound[M]) sure(view listing.View, words []sought) bool {
	for _, f := range b.r.Filters {
		if view.Filters[f.Key] != "" || f.Default != "" {
			return false
		}
	}
	for i, place := range b.r.Search {
		if place.own && len(words) == 1 && len(words[0].found[i]) > few {
			return true
		}
	}
	return false
}
