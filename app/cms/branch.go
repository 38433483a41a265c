package cms

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// Branch is a page or a collection with all that lies below it. Its label says where it is.
type Branch struct {
	ID    int64
	Label string
}

// PageBranches are the first pages of the tree whose title or address holds a text, whatever its case and accents, and those
// of these ids. The empty text is in all of them.
func PageBranches(ctx context.Context, db bun.IDB, text string, limit int, ids []int64) ([]Branch, error) {
	return branches(ctx, db, `SELECT id, url_path AS place, draft_title || ' (' || url_path || ')' AS label FROM pages`, text, limit, ids)
}

// CollectionBranches is PageBranches for the collections of images and documents, by their names from the root down.
func CollectionBranches(ctx context.Context, db bun.IDB, text string, limit int, ids []int64) ([]Branch, error) {
	return branches(ctx, db, `
		SELECT c.id, c.path AS place, (SELECT string_agg(a.name, ' / ' ORDER BY length(a.path))
		       FROM collections a WHERE starts_with(c.path, a.path)) AS label
		FROM collections c`, text, limit, ids)
}

func branches(ctx context.Context, db bun.IDB, all, text string, limit int, ids []int64) (found []Branch, err error) {
	const query = `
		WITH branches AS (?0)
		SELECT id, label FROM (
			(SELECT * FROM branches WHERE strpos(fold(label), fold(?1)) > 0 ORDER BY place LIMIT ?2)
			UNION SELECT * FROM branches WHERE id = ANY(?3)) b
		ORDER BY place`
	if err = db.NewRaw(query, bun.Safe(all), text, limit, pgdialect.Array(ids)).Scan(ctx, &found); err != nil {
		return nil, fmt.Errorf("find branches of the tree: %w", err)
	}
	return found, nil
}
