package admin

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"slices"

	"github.com/uptrace/bun"

	"ams/app/lang"
	"ams/app/sheet"
)

// Sheet is a table for spreadsheet programs.
type Sheet[M any] struct {
	Name string // of the file, before date and time
	// Open gives the heads, and what makes the lines beneath them: what both depend on is asked once.
	Open func(context.Context) (heads []string, lines Lines[M], err error)
}

// Lines gives one line for each record. It is asked for some hundred at a time.
type Lines[M any] func(ctx context.Context, db bun.IDB, records []*M) ([][]string, error)

const rowsAtOnce = 500

// export sends the ticked records, or all that match, as a file. Only their ids lie in memory as a whole.
func (b *bound[M]) export(v *visit, action Action[M]) error {
	ids, err := b.picked(v, math.MaxInt32)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return b.unticked(v)
	}
	if err := b.recordExport(v, action, len(ids)); err != nil {
		return err
	}
	s := action.Sheet
	name := s.Name + "_" + b.admin.clock.Now().UTC().Format("20060102_150405") + ".csv"
	return v.c.Download(name, "text/csv; charset=utf-8", func(ctx context.Context, out io.Writer) error {
		w := sheet.New(out)
		head, lines, err := s.Open(ctx)
		if err != nil {
			return err
		}
		if err := w.Row(head...); err != nil {
			return err
		}
		for some := range slices.Chunk(ids, rowsAtOnce) {
			if err := b.exportSome(ctx, w, lines, some); err != nil {
				return err
			}
		}
		return w.Flush()
	})
}

// recordExport writes one entry for the whole file, about no record alone, before the first byte leaves.
func (b *bound[M]) recordExport(v *visit, action Action[M], total int) error {
	title := v.say(lang.N("%d entry", "%d entries", total, total))
	return b.admin.write(v.c.Context(), b.admin.db, v.by, entry{
		Entity: b.face().key(), Title: title, Action: action.Name, Changes: json.RawMessage("[]"),
	})
}

func (b *bound[M]) exportSome(ctx context.Context, w *sheet.Writer, of Lines[M], ids []int64) error {
	records, err := b.rows(ctx, b.admin.db, ids)
	if err != nil {
		return err
	}
	lines, err := of(ctx, b.admin.db, records)
	if err != nil {
		return err
	}
	for _, line := range lines {
		if err := w.Row(line...); err != nil {
			return err
		}
	}
	return nil
}
