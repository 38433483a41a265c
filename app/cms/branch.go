package cms

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// Branch is a page or a collection with all that lies below it.
type Branch struct {
	ID    int64
	Path  string // that of all below begins with it
	Label string // says where it is
}

// Tree is one of the two trees that rights are given on.
type Tree struct{ table, path, label string }

// Pages are the tree of all pages, with their titles as editors see them.
func Pages() Tree { return Tree{"pages", "url_path", "draft_title || ' (' || url_path || ')'"} }

// Collections are what images and documents lie in, named from the root down.
func Collections() Tree { return Tree{"collections", "path", "collection_label(path)"} }

// Find gives the first branches of a tree whose label holds a text, whatever its case and accents, in or above the branches
// that begin with one of these paths; nil is all. A whole path or label is that branch alone.
func (t Tree) Find(ctx context.Context, db bun.IDB, text string, limit int, within []string) (found []Branch, err error) {
	const query = `
		SELECT * FROM (SELECT t.id, t.?1 AS path, ?2 AS label FROM ?0 t
			WHERE ?3 OR EXISTS (SELECT FROM unnest(?4::text[]) w WHERE starts_with(t.?1, w) OR starts_with(w, t.?1))) b
		WHERE strpos(fold(label), fold(?5)) > 0 ORDER BY path LIMIT ?6`
	err = db.NewRaw(query, bun.Ident(t.table), bun.Ident(t.path), bun.Safe(t.label), within == nil, pgdialect.Array(within), text, limit).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", t.table, err)
	}
	for _, b := range found {
		if b.Path == text || strings.EqualFold(b.Label, text) {
			return []Branch{b}, nil
		}
	}
	return found, nil
}

// Named gives these branches of a tree.
func (t Tree) Named(ctx context.Context, db bun.IDB, ids []int64) (found []Branch, err error) {
	const query = `SELECT t.id, t.?1 AS path, ?2 AS label FROM ?0 t WHERE t.id = ANY(?3) ORDER BY path`
	if err = db.NewRaw(query, bun.Ident(t.table), bun.Ident(t.path), bun.Safe(t.label), pgdialect.Array(ids)).Scan(ctx, &found); err != nil {
		return nil, fmt.Errorf("name %s: %w", t.table, err)
	}
	return found, nil
}
