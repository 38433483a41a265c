package admin

import (
	"context"
	"io"
	"math"
	"slices"

	"github.com/uptrace/bun"

	"ams/app/sheet"
)

// Sheet is a table for spreadsheet programs.
type Sheet[M any] struct {
	Name string // of the file, before date and time
	Head []string
	// Rows gives one line for each record. It is asked for some hundred at a time.
	Rows func(ctx context.Context, db bun.IDB, records []*M) ([][]string, error)
}

const rowsAtOnce = 500

// export sends the ticked records, or all that match, as a file. Only their ids lie in memory as a whole.
func (b *bound[M]) export(v *visit, s *Sheet[M]) error {
	ids, err := b.picked(v, math.MaxInt32)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return b.unticked(v)
	}
	name := s.Name + "_" + b.admin.clock.Now().UTC().Format("20060102_150405") + ".csv"
	return v.c.Download(name, "text/csv; charset=utf-8", func(ctx context.Context, out io.Writer) error {
		w := sheet.New(out)
		if err := w.Row(s.Head...); err != nil {
			return err
		}
		for some := range slices.Chunk(ids, rowsAtOnce) {
			if err := b.exportSome(ctx, w, s, some); err != nil {
				return err
			}
		}
		return w.Flush()
	})
}

func (b *bound[M]) exportSome(ctx context.Context, w *sheet.Writer, s *Sheet[M], ids []int64) error {
	records, err := b.rows(ctx, b.admin.db, ids)
	if err != nil {
		return err
	}
	lines, err := s.Rows(ctx, b.admin.db, records)
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
