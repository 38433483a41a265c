package admin

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"ams/app/lang"
	"ams/app/web"
)

// portion is how many records are read at a time for a file.
const portion = 500

// File is what an action hands to the browser.
type File struct {
	Type string // content type
	Name func(now time.Time) string
	// Write gets the ids in portions, in their order, and may take as many as there are: nothing is held until the end.
	Write func(ctx context.Context, ids iter.Seq2[[]int64, error], to io.Writer) error
}

// hand makes a file of the ticked rows or of all that match. The act is in the history before the first byte leaves.
func (b *bound[M]) hand(v *visit, action Action[M]) error {
	var total int
	var ids func(context.Context) iter.Seq2[[]int64, error]
	if v.c.Ticked(fieldAcross) {
		var err error
		if total, err = b.count(v.c.Context(), b.view(v)); err != nil {
			return err
		}
		ids = func(ctx context.Context) iter.Seq2[[]int64, error] { return b.portions(ctx, v) }
	} else {
		picked, err := b.picked(v)
		if err != nil {
			return err
		}
		slices.Sort(picked)
		total, ids = len(picked), func(context.Context) iter.Seq2[[]int64, error] { return inPortions(picked) }
	}
	if total == 0 {
		return b.again(v, lang.M("Nothing was ticked, so nothing was done."))
	}
	if err := b.recordFile(v, action, total); err != nil {
		return err
	}
	return web.Download(v.c, action.File.Name(b.admin.clock.Now()), action.File.Type, func(ctx context.Context, to io.Writer) error {
		return action.File.Write(ctx, ids(ctx), to)
	})
}

// recordFile writes one entry for the whole file, about no record alone.
func (b *bound[M]) recordFile(v *visit, action Action[M], total int) error {
	e := &entry{
		At: b.admin.clock.Now(), UserID: v.by.ID, UserName: v.by.Name, Entity: b.face().key(), Action: action.Name, Changes: []byte("[]"),
		Title: v.say(lang.N("%d entry", "%d entries", total, total)),
	}
	if _, err := b.admin.db.NewInsert().Model(e).Exec(v.c.Context()); err != nil {
		return fmt.Errorf("write history of %s: %w", e.Entity, err)
	}
	return nil
}

// portions goes through all rows of a view by their ids, so that the last portion costs no more than the first.
func (b *bound[M]) portions(ctx context.Context, v *visit) iter.Seq2[[]int64, error] {
	return func(yield func([]int64, error) bool) {
		last := int64(0)
		for {
			var ids []int64
			id := bun.Ident(b.idColumn())
			err := b.matching(b.admin.db, b.view(v)).ColumnExpr("?", id).Where("? > ?", id, last).OrderExpr("?", id).Limit(portion).Scan(ctx, &ids)
			if err != nil {
				yield(nil, fmt.Errorf("list %s: %w", b.table(), err))
				return
			}
			if len(ids) == 0 || !yield(ids, nil) {
				return
			}
			last = ids[len(ids)-1]
		}
	}
}

func inPortions(ids []int64) iter.Seq2[[]int64, error] {
	return func(yield func([]int64, error) bool) {
		for part := range slices.Chunk(ids, portion) {
			if !yield(part, nil) {
				return
			}
		}
	}
}
