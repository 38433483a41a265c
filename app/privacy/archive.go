package privacy

import (
	"archive/zip"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/sheet"
	"ams/storage"
)

// batch is how many rows are in memory at a time.
const batch = 500

// write makes the archive: all as JSON in one file, each table that has rows once more for spreadsheets, and the picture.
// The tables are read as they stand at one moment, a small portion at a time.
func (s *Service) write(ctx context.Context, to io.Writer, who account.Person) error {
	z := zip.NewWriter(to)
	moment := &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	err := s.db.RunInTx(ctx, moment, func(ctx context.Context, tx bun.Tx) error { return s.writeTables(ctx, tx, z, who.ID) })
	if err != nil {
		return err
	}
	return errors.Join(s.picture(ctx, z, who.Picture), z.Close())
}

func (s *Service) writeTables(ctx context.Context, db bun.IDB, z *zip.Writer, person int64) error {
	given := slices.DeleteFunc(append(about(), s.holdings()...), func(h holding) bool { return h.give == "" })
	whole, err := s.entry(z, "data.json")
	if err != nil {
		return err
	}
	var tables []holding
	open := "{"
	for _, h := range given {
		if _, err := fmt.Fprintf(whole, "%s\n%q: [", open, h.file); err != nil {
			return fmt.Errorf("write %s into the archive: %w", h.file, err)
		}
		open = "],"
		comma := "\n"
		err := rows(ctx, db, h, person, func(row string) error {
			_, err := io.WriteString(whole, comma+row)
			comma = ",\n"
			return err
		})
		if err != nil {
			return err
		}
		if comma != "\n" {
			tables = append(tables, h)
		}
	}
	if _, err := io.WriteString(whole, "]\n}\n"); err != nil {
		return fmt.Errorf("end data.json in the archive: %w", err)
	}
	for _, h := range tables {
		if err := s.table(ctx, db, z, h, person); err != nil {
			return err
		}
	}
	return nil
}

// picture copies what somebody has uploaded. A picture that the bucket has lost does not keep the archive from being
// made.
func (s *Service) picture(ctx context.Context, z *zip.Writer, key string) error {
	if key == "" || s.cfg.Buckets.Public == nil {
		return nil
	}
	image, err := s.cfg.Buckets.Public.Get(ctx, key)
	if errors.Is(err, storage.ErrMissing) {
		return nil
	}
	if err != nil {
		return err
	}
	defer image.Close()
	out, err := s.entry(z, "picture"+path.Ext(key))
	if err != nil {
		return err
	}
	_, err = io.Copy(out, image)
	return err
}

func (s *Service) entry(z *zip.Writer, name string) (io.Writer, error) {
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: s.clock.Now()})
	if err != nil {
		return nil, fmt.Errorf("begin %s in the archive: %w", name, err)
	}
	return w, nil
}

// table writes one table for spreadsheets.
func (s *Service) table(ctx context.Context, db bun.IDB, z *zip.Writer, h holding, person int64) error {
	out, err := s.entry(z, h.file+".csv")
	if err != nil {
		return err
	}
	w := sheet.New(out)
	first := true
	err = rows(ctx, db, h, person, func(row string) error {
		heads, cells, err := columns(row)
		if err != nil {
			return fmt.Errorf("read a row of %s: %w", h.file, err)
		}
		if first {
			first = false
			if err := w.Row(heads...); err != nil {
				return err
			}
		}
		return w.Row(cells...)
	})
	return errors.Join(err, w.Flush())
}

// rows gives what a holding has about a person, each row as a JSON object with its columns in order.
func rows(ctx context.Context, db bun.IDB, h holding, person int64, each func(row string) error) error {
	for offset := 0; ; offset += batch {
		var found []string
		query := "SELECT row_to_json(t)::text FROM (" + h.give + ") t LIMIT ?1 OFFSET ?2"
		if err := db.NewRaw(query, person, batch, offset).Scan(ctx, &found); err != nil {
			return fmt.Errorf("read %s of person %d: %w", h.file, person, err)
		}
		for _, row := range found {
			if err := each(row); err != nil {
				return err
			}
		}
		if len(found) < batch {
			return nil
		}
	}
}

// columns takes a JSON object apart: texts as they are, nothing for null, everything else as JSON.
func columns(object string) (heads, cells []string, err error) {
	d := json.NewDecoder(strings.NewReader(object))
	if _, err := d.Token(); err != nil {
		return nil, nil, err
	}
	for d.More() {
		head, err := d.Token()
		if err != nil {
			return nil, nil, err
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, nil, err
		}
		cell := string(raw)
		switch {
		case cell == "null":
			cell = ""
		case raw[0] == '"':
			if err := json.Unmarshal(raw, &cell); err != nil {
				return nil, nil, err
			}
		}
		heads, cells = append(heads, fmt.Sprint(head)), append(cells, cell)
	}
	return heads, cells, nil
}
